"""Words for units of measure: how a unit stands after a number, in zh and en; compounds are put together."""

from __future__ import annotations

import csv
import functools

from swe.core.project import reference_file

_SILENT = {
    "",
    "fraction",
    "percent",
    "ordinal",
    "ratio",
}  # shown by the number itself (72.45%) or by its label


@functools.cache
def _words() -> dict[str, dict[str, str]]:
    with reference_file("published/units.csv").open(encoding="utf-8", newline="") as file:
        return {row["unit"]: row for row in csv.DictReader(file)}


def unit_word(unit: str, lang: str = "zh", *, one: bool = False) -> str:
    """The word that follows a number: 个, 人次; stations, person-times; CNY/station becomes 元/站, CNY per station.

    >>> unit_word("person_time", "zh"), unit_word("CNY/person_time", "en")
    ('人次', 'CNY per person-time')
    """
    if unit in _SILENT:
        return ""
    numerator, _, denominator = unit.partition("/")
    head = "×".join(_simple(part, lang, one=one) for part in numerator.split("*"))
    if not denominator:
        return head
    if lang == "zh":
        return f"{head}/" + "·".join(_name(part, "zh") for part in denominator.split("*"))
    return f"{head} per " + "-".join(_name(part, "en") for part in denominator.split("*"))


def known_units() -> frozenset[str]:
    return frozenset(_words())


def _simple(unit: str, lang: str, *, one: bool) -> str:
    row = _words().get(unit)
    if row is None:
        return unit
    if lang == "zh":
        return row["word_zh"]
    return row["label_en"] if one else row["word_en"]


def _name(unit: str, lang: str) -> str:
    row = _words().get(unit)
    return unit if row is None else row["label_zh" if lang == "zh" else "label_en"]
