"""Units with their intervals, sorted, and tiers where they were made: never a bar league table.

Up to 40 units each carry their name; more are drawn as a band of intervals in order.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from swe.show.rate_sentences import figure, tick
from swe.show.style import BAND, BLUE, GREY, INK, LINE, MUTED, WASH
from swe.show.words import word

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from swe.show.result import Result

NAMED = 40  # units up to which each has its name
ROW = 0.21  # inches a named unit
SHOWN_TIERS = 8  # tiers named at the side of a band; more have too little room


def height(result: Result) -> float:
    """Inches that the picture of this result wants."""
    rows = len(_rows(result))
    return 0.7 + ROW * rows if rows <= NAMED else 3.4


def draw_caterpillar(ax: Axes, result: Result, *, lang: str = "zh", own: Any = None) -> Axes:
    """A result whose table has `unit value lower upper`, on `ax`; `own` is the unit in question."""
    rows = _rows(result)
    tiers = rows["tier"].to_numpy(dtype=int) if "tier" in rows else None
    draw = _named if len(rows) <= NAMED else _band
    draw(ax, rows, tiers, lang=lang, own=own, middle=_middle(result, lang))
    return ax


def _middle(result: Result, lang: str) -> tuple[float, str] | None:
    """The line to read units against, and its name: the mean they are drawn to, or all of them together."""
    for name in ("mean", "estimate"):
        if name in result.values:
            key = "rates.mean" if name == "mean" else "rates.pooled"
            return result[name], word(key, lang).format(value=figure(result[name]))
    return None


def _rows(result: Result) -> pd.DataFrame:
    """Units with an interval, best first; of a multilevel result the highest level."""
    rows = result.table[result.table["value"].notna()]
    if "level" in rows:
        rows = rows[rows["level"] == rows["level"].iloc[0]]
    if "rank" in rows:
        return rows.sort_values("rank", kind="stable")
    return rows.sort_values("value", ascending=False, kind="stable")


def _named(
    ax: Axes, rows: pd.DataFrame, tiers: Any, *, lang: str, own: Any, middle: tuple[float, str] | None
) -> None:
    import seaborn as sns

    places = np.arange(len(rows))
    mine = (rows["unit"] == own).to_numpy()
    if tiers is not None:
        _tiers_across(ax, tiers, lang)
    for y, low, high, is_own in zip(places, rows["lower"], rows["upper"], mine, strict=True):
        ax.plot([low, high], [y, y], color=BLUE if is_own else BAND, lw=3.4, solid_capstyle="butt", zorder=2)
    if "raw" in rows:
        ax.scatter(rows["raw"], places, s=22, facecolors="white", edgecolors=MUTED, linewidths=0.9, zorder=3)
        ax.annotate(word("rates.raw", lang), (1, 1.005), xycoords="axes fraction", ha="right", va="bottom", color=MUTED, fontsize=9)  # fmt: skip
    for chosen, colour, size in ((~mine, INK, 22), (mine, BLUE, 46)):
        sns.scatterplot(x=rows["value"].to_numpy()[chosen], y=places[chosen], ax=ax, color=colour, s=size, linewidth=0, zorder=4, legend=False)  # fmt: skip
    ax.set_yticks(places, [str(unit) for unit in rows["unit"]])
    for label, is_own in zip(ax.get_yticklabels(), mine, strict=True):
        label.set_color(BLUE if is_own else INK)
        label.set_fontsize(9)
    ax.set_ylim(len(rows) - 0.4, -0.6)
    if middle is not None:
        ax.axvline(middle[0], color=MUTED, lw=0.9, ls=(0, (4, 3)), zorder=1)
        ax.annotate(middle[1], (middle[0], 1.005), xycoords=("data", "axes fraction"), ha="center", va="bottom", color=MUTED, fontsize=9)  # fmt: skip
    ax.grid(axis="x", color=LINE)
    ax.set_axisbelow(True)
    ax.set(xlabel=word("rates.axis_value", lang), ylabel="")
    ax.xaxis.set_major_formatter(lambda x, _: tick(x))


def _tiers_across(ax: Axes, tiers: Any, lang: str) -> None:
    for tier in np.unique(tiers):
        at = np.flatnonzero(tiers == tier)
        if tier % 2 == 0:
            ax.axhspan(at[0] - 0.5, at[-1] + 0.5, color=WASH, zorder=0)
        ax.annotate(word("rates.tier", lang).format(tier=tier), (1.01, (at[0] + at[-1]) / 2), xycoords=ax.get_yaxis_transform(), va="center", color=MUTED, fontsize=9, annotation_clip=False)  # fmt: skip


def _band(
    ax: Axes, rows: pd.DataFrame, tiers: Any, *, lang: str, own: Any, middle: tuple[float, str] | None
) -> None:
    places = np.arange(1, len(rows) + 1)
    crowded = len(rows) > 400
    if tiers is not None:
        _tiers_along(ax, tiers, lang)
    ax.vlines(places, rows["lower"], rows["upper"], color=BAND, lw=0.4 if crowded else 1.4, zorder=2, rasterized=crowded)  # fmt: skip
    ax.plot(places, rows["value"], color=INK, lw=1.2 if crowded else 0, marker=None if crowded else "o", ms=2.4, zorder=3)  # fmt: skip
    mine = np.flatnonzero((rows["unit"] == own).to_numpy())
    for place in mine:
        row = rows.iloc[place]
        ax.plot([place + 1] * 2, [row["lower"], row["upper"]], color=BLUE, lw=2.4, zorder=4)
        ax.plot(place + 1, row["value"], color=BLUE, marker="o", ms=6, zorder=5)
        right = place < len(rows) * 0.75
        ax.annotate(str(own), (place + 1, row["upper"]), xytext=(5 if right else -5, 3), textcoords="offset points", ha="left" if right else "right", color=BLUE)  # fmt: skip
    if middle is not None:
        ax.axhline(middle[0], color=GREY, lw=0.9, ls=(0, (4, 3)), zorder=1)
        ax.annotate(middle[1], (1.01, middle[0]), xycoords=ax.get_yaxis_transform(), va="center", color=MUTED, fontsize=9, annotation_clip=False)  # fmt: skip
    ax.set_xlim(0.3 - len(rows) * 0.01, len(rows) * 1.01 + 0.7)
    ax.set_xticks([])
    ax.grid(axis="y", color=LINE)
    ax.set_axisbelow(True)
    ax.set(xlabel=word("rates.units_in_order", lang).format(units=f"{len(rows):,}"), ylabel="")
    ax.yaxis.set_major_formatter(lambda y, _: tick(y))


def _tiers_along(ax: Axes, tiers: Any, lang: str) -> None:
    names = np.unique(tiers)
    for tier in names:
        at = np.flatnonzero(tiers == tier) + 1
        if tier % 2 == 0:
            ax.axvspan(at[0] - 0.5, at[-1] + 0.5, color=WASH, zorder=0)
        if len(names) <= SHOWN_TIERS and len(at) > len(tiers) * 0.07:
            ax.annotate(word("rates.tier", lang).format(tier=tier), ((at[0] + at[-1]) / 2, 1.01), xycoords=("data", "axes fraction"), ha="center", va="bottom", color=MUTED, fontsize=9)  # fmt: skip
