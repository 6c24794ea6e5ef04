"""Unit words: how a unit stands behind a number, simple and put together."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest

from swe.reference import published
from swe.show.units import known_units, unit_word

ROWS = list(
    csv.DictReader(
        (Path(__file__).parents[2] / "data/reference/published/units.csv").open(encoding="utf-8", newline="")
    )
)


@pytest.mark.parametrize(
    ("unit", "zh", "en"),
    [
        ("station", "个", "stations"),
        ("person_time", "人次", "person-times"),
        ("CNY/station", "元/站", "CNY per station"),
        ("CNY/person_time", "元/人次", "CNY per person-time"),
        ("station/month", "个/月", "stations per month"),
        ("case/station*month", "个/站·月", "cases per station-month"),
    ],
)
def test_a_unit_is_written_so(unit: str, zh: str, en: str) -> None:
    assert unit_word(unit, "zh") == zh
    assert unit_word(unit, "en") == en


@pytest.mark.parametrize("unit", ["", "fraction", "percent", "ordinal", "ratio"])
def test_what_the_number_says_itself_has_no_word(unit: str) -> None:
    assert unit_word(unit, "zh") == unit_word(unit, "en") == ""


def test_one_of_a_thing_is_singular_in_english() -> None:
    assert unit_word("station", "en", one=True) == "station"
    assert unit_word("station", "zh", one=True) == unit_word("station", "zh")


def test_a_unit_of_the_users_own_is_printed_as_it_stands() -> None:
    assert unit_word("widget", "zh") == "widget"
    assert unit_word("CNY/widget", "en") == "CNY per widget"


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["unit"])
def test_every_unit_has_its_words_in_both_languages(row: dict[str, str]) -> None:
    assert row["label_zh"] and row["label_en"] and row["nature"]
    assert not re.search("[一-鿿]", row["label_en"] + row["word_en"])
    if unit_word(row["unit"], "zh"):
        assert row["word_zh"]
        assert row["word_en"] or row["nature"] == "ordinal"


def test_every_unit_of_the_published_figures_is_known() -> None:
    assert set(published.load().figures["measure_unit"]) <= known_units()
