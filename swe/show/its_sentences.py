"""Sentences of interrupted series, time to set-up and panels: what is seen, with its interval, and what it does not show."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING

from swe.show.words import word

if TYPE_CHECKING:
    from swe.show.result import Result

SIZES = tuple(name + end for name in ("level", "slope") for end in ("", "_lower", "_upper"))


def time_unit(result: Result, lang: str) -> str:
    """What the times of an adoption are counted in, in words."""
    return word(f"interruptions.unit_{getattr(result, 'time_unit', '') or 'none'}", lang)


def amount(x: float) -> str:
    """A time as short as it is: whole numbers whole, else one decimal."""
    return f"{x:,.0f}" if float(x).is_integer() else f"{x:,.1f}"


def controlled(result: Result) -> bool:
    """Whether a series was compared with a control series."""
    return bool(result.table["term"].str.startswith("control_").any())


def _its(result: Result, lang: str) -> str:
    ratio = result["relative"] == 1
    nothing = 1.0 if ratio else 0.0
    lower, upper = result["level_lower"], result["level_upper"]
    verdict = "its_up" if lower > nothing else "its_down" if upper < nothing else "its_unsure"
    key = {
        (False, True): "its",
        (False, False): "its_difference",
        (True, True): "its_control",
        (True, False): "its_control_difference",
    }[controlled(result), ratio]
    rows = result.table
    return word(f"interruptions.{key}", lang).format(
        at=rows.loc[rows["term"] == "level", "at"].iloc[0],
        verdict=word(f"interruptions.{verdict}", lang),
        **{name: _size(result[name], 3 if name.startswith("slope") else 2) for name in SIZES},
    )


def _size(x: float, decimals: int) -> str:
    shown = f"{x:,.{decimals}f}" if abs(x) >= 0.01 or x == 0 else f"{x:.2g}"
    return shown.replace("-", "−")


def _adoption(result: Result, lang: str) -> str:
    median, upper = result["median"], result["median_upper"]
    key = "adoption_never" if math.isnan(median) else "adoption_open" if math.isnan(upper) else "adoption"
    return word(f"interruptions.{key}", lang).format(
        n=f"{result['n']:,.0f}",
        events=f"{result['events']:,.0f}",
        share=f"{result['share_set_up']:.1%}",
        unit=time_unit(result, lang),
        median=amount(median),
        lower=amount(result["median_lower"]),
        upper=amount(upper),
    )


def _panel(result: Result, lang: str) -> str:
    dropped = result["dropped"]
    rest = (
        word("interruptions.panel_dropped", lang).format(n=f"{dropped:,.0f}")
        if dropped
        else word("interruptions.panel_all", lang)
    )
    activity = getattr(result, "outcome_kind", "") == "activity"
    return word("interruptions.panel_activity" if activity else "interruptions.panel", lang).format(
        units=f"{result['units']:,.0f}",
        periods=f"{result['periods']:,.0f}",
        treated=f"{result['treated']:,.0f}",
        waiting=f"{result['not_treated'] + result['beyond']:,.0f}",
        dropped=rest,
    )


WRITERS: dict[str, Callable[[Result, str], str]] = {"its": _its, "adoption": _adoption, "panel": _panel}
