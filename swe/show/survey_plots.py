"""Pictures of surveys, scales, changes and entry quality: dots with intervals; the others along a line."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from swe.show import dots
from swe.show.session_plots import draw_change, draw_nap, draw_target_forecast, points
from swe.show.style import BLUE, GREY, LINE, MUTED
from swe.show.survey_sentences import plain, share
from swe.show.words import word

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from swe.show.result import Result

FEW = 20  # a smaller n is marked: `below_validity`


def _dot(
    label: str, row: Any, form: Callable[[float], str], *, value: str = "value", own: bool = False
) -> dots.Dot:
    """A row as a dot; without an interval there is no bar, for a missing number nothing but the dash."""
    x, low, high = (float(row[name]) for name in (value, "lower", "upper"))
    known = not (math.isnan(low) or math.isnan(high))
    if math.isnan(x):
        return dots.Dot(label, None, 0.0, 0.0, "—", own)
    return dots.Dot(label, x, low if known else None, high if known else None, form(x), own)


def _label(row: Any, name: str, lang: str) -> str:
    label = word("surveys.all", lang) if row[name] == "all" else str(row[name])
    return label + (word("surveys.few", lang).format(n=FEW) if row["status"] == "below_validity" else "")


def _limits(table: pd.DataFrame, value: str) -> tuple[float, float]:
    """The range of all intervals and estimates, with a margin."""
    seen = table[[value, "lower", "upper"]].to_numpy(dtype=float)
    seen = seen[~_nan(seen)]
    low, high = (float(seen.min()), float(seen.max())) if len(seen) else (0.0, 1.0)
    margin = 0.08 * (high - low) or max(abs(high) * 0.1, 0.5)
    return low - margin, high + margin


def _nan(x: Any) -> Any:
    import numpy as np

    return np.isnan(x)


def _plain_ticks(ax: Axes, low: float, high: float) -> None:
    """Ticks that tell the range apart; the dots' own are whole numbers."""
    from matplotlib.ticker import MaxNLocator

    ax.xaxis.set_major_locator(MaxNLocator(nbins=5, steps=[1, 2, 5, 10]))
    digits = 0 if high - low >= 5 else 1 if high - low >= 0.5 else 2
    ax.xaxis.set_major_formatter(lambda x, _: f"{x:,.{digits}f}".replace("-", "−"))


def draw_survey(ax: Axes, result: Result, *, lang: str = "zh") -> Axes:
    """Domains with their design-based intervals, highest first; per cent for a proportion."""
    table = result.table.sort_values("estimate", ascending=False, kind="stable")
    percent = table["kind"].iloc[0] == "proportion"
    rows = [
        _dot(_label(r, "by", lang), r, share if percent else plain, value="estimate")
        for _, r in table.iterrows()
    ]
    low, high = (0.0, 1.0) if percent else _limits(table, "estimate")
    dots.draw(ax, rows, limits=(low, high), percent=percent)
    if not percent:
        _plain_ticks(ax, low, high)
    if len(rows) > 1:
        _reference(ax, result["estimate"], _overall(result["estimate"], share if percent else plain, lang))
    return ax


def _overall(x: float, form: Callable[[float], str], lang: str) -> str:
    return word("surveys.plot_late", lang).format(value=form(x))


def _reference(ax: Axes, x: float, text: str, colour: str = MUTED) -> None:
    """A dashed line to compare with, named above the rows."""
    ax.axvline(x, color=colour, lw=1, ls=(0, (4, 3)), zorder=1.5)
    ax.text(x, 1.0, text, transform=ax.get_xaxis_transform(), ha="center", va="bottom", color=colour)


def draw_awareness(ax: Axes, result: Result, *, lang: str = "zh") -> Axes:
    """Stations with their own limits, highest first; without stations, the share of each item."""
    table = result.table
    if _by_station(result):
        ordered = table.sort_values("known", ascending=False, kind="stable")
        rows = [_dot(_label(r, "unit", lang), r, share, value="known") for _, r in ordered.iterrows()]
        dots.draw(ax, rows, limits=(0.0, 1.0), percent=True)
        _reference(ax, result["estimate"], _overall(result["estimate"], share, lang))
        return ax
    return dots.draw(ax, _items(result), limits=(0.0, 1.0), percent=True)


def _items(result: Result) -> list[dots.Dot]:
    """The share of respondents that know each item, highest first."""
    stems = [name for name in result.values if name.startswith("item_") and f"{name}_lower" in result.values]
    return [
        _dot(
            stem.removeprefix("item_"),
            {"value": result[stem], "lower": result[f"{stem}_lower"], "upper": result[f"{stem}_upper"]},
            share,
        )
        for stem in sorted(stems, key=lambda stem: -result[stem])
    ]


def draw_icc(ax: Axes, result: Result, *, lang: str = "zh") -> Axes:
    """The six coefficients with their intervals; the absolute agreement of one rater is the one to read."""
    kinds = {"1": "one_way", "2": "absolute", "3": "consistent"}
    rows = []
    for size in ("1", "k"):
        for kind, name in kinds.items():
            stem = f"icc_{kind}_{size}"
            row = {
                "value": result[stem],
                "lower": result[f"{stem}_lower"],
                "upper": result[f"{stem}_upper"],
            }
            who = word("surveys.plot_single" if size == "1" else "surveys.plot_averaged", lang)
            label = f"{who} · {word(f'surveys.plot_{name}', lang)}"
            rows.append(_dot(label, row, plain, own=stem == "icc_2_1"))
    low = min([0.0, *(r.lower for r in rows if r.lower is not None)])
    dots.draw(ax, rows, limits=(max(low, -1.0), 1.0))
    _plain_ticks(ax, 0.0, 1.0)
    return ax


def draw_heaping(ax: Axes, result: Result, *, lang: str = "zh") -> Axes:
    """Terminal digits against even ones, or stations with their intervals."""
    table = result.table
    if "unit" in table.columns:
        ordered = table.sort_values("value", ascending=False, kind="stable")
        rows = [_dot(_label(r, "unit", lang), r, share, own=r["flag"] == 1) for _, r in ordered.iterrows()]
        dots.draw(ax, rows, limits=(0.0, 1.0), percent=True)
        _reference(ax, result["expected"], _expected(result["expected"], lang))
        return ax
    heaped = table["digit"] % 5 == 0
    ax.vlines(table["digit"], 0, table["share"], color=LINE, lw=2, zorder=1)
    for chosen, colour in ((~heaped, GREY), (heaped, BLUE)):
        points(ax, table["digit"][chosen], table["share"][chosen], colour, size=52)
    for digit, value in zip(table["digit"][heaped], table["share"][heaped], strict=True):
        ax.annotate(
            share(value), (digit, value), xytext=(0, 6), textcoords="offset points", ha="center", color=BLUE
        )
    even = float(table["expected"].iloc[0])
    ax.axhline(even, color=MUTED, lw=1, ls=(0, (4, 3)), zorder=1.5)
    ax.annotate(
        _expected(even, lang), (9.4, even), xytext=(6, 0), textcoords="offset points", va="center",
        color=MUTED, annotation_clip=False,
    )  # fmt: skip
    ax.set_xticks(range(10))
    ax.set(xlabel=word("surveys.plot_digit", lang), ylabel="", xlim=(-0.5, 9.4))
    ax.set_ylim(0, max(float(table["share"].max()) * 1.25, 0.15))
    ax.yaxis.set_major_formatter(lambda y, _: f"{y:.0%}")
    ax.grid(axis="y", color=LINE)
    ax.set_axisbelow(True)
    return ax


def _expected(x: float, lang: str) -> str:
    return word("surveys.plot_expected", lang).format(value=share(x))


def draw_bunching(ax: Axes, result: Result, *, lang: str = "zh") -> Axes:
    """The share just above each cut-off with its exact interval, against one half."""
    rows = [_dot(plain(r["cut_off"]), r, _counted(r), own=r["flag"] == 1) for _, r in result.table.iterrows()]
    dots.draw(ax, rows, limits=(0.0, 1.0), percent=True)
    _reference(ax, 0.5, word("surveys.plot_even", lang))
    return ax


def _counted(row: Any) -> Callable[[float], str]:
    return lambda _: f"{row['above']:.0f} : {row['below']:.0f}"


def draw_late_entry(ax: Axes, result: Result, *, lang: str = "zh") -> Axes:
    """Share entered late by month of service, with intervals, in order of time."""
    rows = [_dot(_label(r, "month", lang), r, share) for _, r in result.table.iterrows()]
    dots.draw(ax, rows, limits=(0.0, 1.0), percent=True)
    _reference(ax, result["share"], _overall(result["share"], share, lang))
    return ax


def draw_completeness_bounds(ax: Axes, result: Result, *, lang: str = "zh") -> Axes:
    """The whole possible range of each region; the dot is those who reported."""
    percent = result.table["kind"].iloc[0] == "share"
    table = result.table.sort_values("lower", ascending=False, kind="stable")
    form = share if percent else plain
    rows = []
    for _, r in table.iterrows():
        text = f"{form(r['lower'])}–{form(r['upper'])}"
        label = _label(r, "unit", lang)
        known = not math.isnan(r["value"])
        rows.append(dots.Dot(label, float(r["value"]) if known else None, r["lower"], r["upper"], text))
    low, high = (0.0, 1.0) if percent else _limits(table, "value")
    dots.draw(ax, rows, limits=(low, high), percent=percent)
    if not percent:
        _plain_ticks(ax, low, high)
    return ax


def height(result: Result) -> float:
    """Inches that the picture of `result` needs: by rows where it lists some."""
    rows = {
        "survey": len(result.table),
        "bunching": len(result.table),
        "late_entry": len(result.table),
        "completeness_bounds": len(result.table),
        "icc": 6,
        "heaping": len(result.table) if "unit" in result.table.columns else 0,
        "awareness": len(result.table)
        if result.kind == "awareness" and _by_station(result)
        else len(_items(result)),
    }.get(result.kind, 0)
    return dots.height(rows) + 0.3 if rows else 2.6


def _by_station(result: Result) -> bool:
    return bool(result.table["lower"].notna().any())


PLOTS: dict[str, Callable[..., Axes]] = {
    "survey": draw_survey,
    "awareness": draw_awareness,
    "icc": draw_icc,
    "change": draw_change,
    "nap": draw_nap,
    "heaping": draw_heaping,
    "bunching": draw_bunching,
    "late_entry": draw_late_entry,
    "completeness_bounds": draw_completeness_bounds,
    "target_forecast": draw_target_forecast,
}
