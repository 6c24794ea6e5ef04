"""The sentence of a result, found by its kind: careful, checkable, in zh or en."""

from __future__ import annotations

import functools
import importlib
import math
from collections.abc import Callable
from typing import TYPE_CHECKING

from swe.core.bounded import Bounded
from swe.core.errors import UsageError
from swe.show.numbers import number, text_of
from swe.show.words import word

if TYPE_CHECKING:
    from swe.show.result import Result


Writer = Callable[["Result", str], str]
ROOMS = (
    "effect_sentences",
    "index_sentences",
    "its_sentences",
    "rate_sentences",
    "score_sentences",
    "survey_sentences",
)


def sentence(result: Result, lang: str) -> str:
    """One or two sentences; UsageError for a kind that has none."""
    write = writers().get(result.kind)
    if write is None:
        raise UsageError(
            f"“{result.kind}”类结果没有句子", f"results of kind {result.kind!r} have no sentence"
        )
    return write(result, lang)


def scalar(result: Result, name: str, lang: str, unit: str = "") -> str:
    """A named scalar as text, with its bound where it has no point."""
    point = result.values.get(name, math.nan)
    low, high = result.values.get(f"{name}_lower", point), result.values.get(f"{name}_upper", point)
    rough = not math.isnan(point) and not math.isfinite(
        high
    )  # only an approximate number has a point and no ceiling
    known = None
    if not (math.isnan(low) or math.isnan(high)):
        known = Bounded(low, None if math.isnan(point) else point, high, approximate=rough)
    return text_of(number(name, "", ("", ""), known, unit=unit, method="derived", source="", as_of=""), lang)


def _coverage(result: Result, lang: str) -> str:
    rows = result.table
    place, vintage = rows["region"].iloc[0], rows["vintage"].iloc[0]
    from swe.reference.regions import english_name, region

    found = region(place)
    name = found.name if lang == "zh" else f"{english_name(found)} ({found.name})"
    values = result.values
    key = "coverage_none" if values["units"] == 0 else "coverage_units"
    if (values["units"] and not math.isnan(values["stations"])) or (
        values["units"] and not math.isnan(values.get("stations_lower", math.nan))
    ):
        key = "coverage_rate"
    return word(f"results.{key}", lang).format(
        name=name, vintage=vintage, units=scalar(result, "units", lang), stations=scalar(result, "stations", lang),
        rate=scalar(result, "rate", lang, "fraction"), gap=scalar(result, "gap", lang),
    )  # fmt: skip


def _pace(result: Result, lang: str) -> str:
    behind = result["behind"]
    key = {1.0: "pace_behind", 0.0: "pace_on"}.get(behind, "pace_unsure")
    rows = result.table
    return word(f"results.{key}", lang).format(
        first=rows["date"].iloc[0], last=rows["date"].iloc[-2], deadline=rows["date"].iloc[-1],
        observed=scalar(result, "observed", lang), required=scalar(result, "required", lang),
        projected=scalar(result, "projected", lang),
    )  # fmt: skip


@functools.cache
def writers() -> dict[str, Writer]:
    """Kind → writer, from every room that has some."""
    found: dict[str, Writer] = {"coverage": _coverage, "pace": _pace}
    for room in ROOMS:
        found |= importlib.import_module(f"swe.show.{room}").WRITERS
    return found
