"""Who differs really: units by size around their target, with the limits that chance allows."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from swe.show.rate_sentences import figure, percent, tick
from swe.show.style import BAD, BLUE, GREY, INK, LINE, MUTED
from swe.show.words import word

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from swe.show.result import Result

NAMED = 6  # most extreme outliers that carry their name
WIDE = 30  # ratio of the largest to the smallest denominator from which the axis is logarithmic
DASHES = ((0, (4, 3)), "-", "-.")  # of the limits from the narrowest


def draw_funnel(ax: Axes, result: Result, *, lang: str = "zh", own: Any = None) -> Axes:
    """`result` of kind funnel on `ax`; `own` is the unit in question."""
    import seaborn as sns

    rows = result.table[result.table["value"].notna() & (result.table["n"] > 0)]
    log = rows["n"].max() / rows["n"].min() > WIDE
    _limits(ax, rows, result["target"], lang=lang, log=log)
    many = len(rows) > 400
    outside, size = rows["outlier"] != 0, 9 if many else 24
    styles = ((~outside, GREY, size, "o"), (outside, BAD, size * 1.3, "D"))
    for chosen, colour, area, marker in styles:
        part = rows[chosen & (rows["unit"] != own)]
        sns.scatterplot(x=part["n"], y=part["value"], ax=ax, color=colour, s=area, marker=marker, linewidth=0, alpha=0.5 if many else 0.9, zorder=3, legend=False)  # fmt: skip
    mine = rows[rows["unit"] == own]
    sns.scatterplot(
        x=mine["n"], y=mine["value"], ax=ax, color=BLUE, s=60, linewidth=0, zorder=4, legend=False
    )
    _names(ax, rows, mine)
    ax.grid(axis="y", color=LINE)
    ax.set(xlabel=word("rates.axis_size", lang), ylabel="")
    ax.xaxis.set_major_formatter(lambda x, _: tick(x))
    ax.yaxis.set_major_formatter(lambda y, _: tick(y))
    return ax


def _limits(ax: Axes, rows: pd.DataFrame, target: float, *, lang: str, log: bool) -> None:
    """Lines through the units' limits in order of size, each named at its right end."""
    line = rows.drop_duplicates("n").sort_values("n")
    end = float(line["n"].iloc[-1])
    levels = [name.removeprefix("lower_") for name in rows.columns if name.startswith("lower_")]
    ax.axhline(target, color=INK, lw=0.9, zorder=1)
    ends = [(target, word("rates.target", lang).format(value=figure(target)), INK)]
    for digits, dash in zip(levels, DASHES, strict=False):
        for side in ("lower", "upper"):
            ax.plot(line["n"], line[f"{side}_{digits}"], color=MUTED, lw=1.0, ls=dash, zorder=2)
        name = word("rates.limit", lang).format(level=percent(float(f"0.{digits}")))
        ends.append((float(line[f"upper_{digits}"].iloc[-1]), name, MUTED))
    for side in ("lower", "upper"):
        ax.plot(line["n"], line[f"predictive_{side}"], color=BLUE, lw=0.9, ls=":", zorder=2)
    ends.append((float(line["predictive_upper"].iloc[-1]), word("rates.predictive", lang), BLUE))
    low = min(float(rows["value"].min()), float(line.filter(regex="^lower_").iloc[-1].min()))
    high = max(float(rows["value"].max()), float(line["predictive_upper"].iloc[-1]))
    room = (high - low) * 0.06
    ax.set_ylim(low - room, high + room)
    if log:
        ax.set_xscale("log")
    first = float(line["n"].iloc[0])
    ax.set_xlim(first / 1.15 if log else max(0, first - end * 0.03), end * (1.06 if log else 1.02))
    for y, text, colour in _apart(ends, (high - low + 2 * room) * 0.055):
        ax.annotate(text, (1.01, y), xycoords=ax.get_yaxis_transform(), color=colour, va="center", fontsize=9, annotation_clip=False)  # fmt: skip


def _apart(ends: list[tuple[float, str, str]], gap: float) -> list[tuple[float, str, str]]:
    """Labels from the lowest up, each at least `gap` above the one below it."""
    placed: list[tuple[float, str, str]] = []
    for y, text, colour in sorted(ends):
        placed.append((max(y, placed[-1][0] + gap) if placed else y, text, colour))
    return placed


def _names(ax: Axes, rows: pd.DataFrame, mine: pd.DataFrame) -> None:
    """Names of the most extreme outliers and of the own unit; a name that would lie on another is left out."""
    outside = rows[rows["outlier"] != 0]
    extreme = outside.loc[outside["z"].abs().sort_values(ascending=False).index[:NAMED]]
    from matplotlib.patheffects import withStroke

    halo = [withStroke(linewidth=2.4, foreground="white")]
    taken: list[tuple[float, float]] = []
    low, high = ax.get_ylim()
    left, right = ax.get_xlim()
    for part, colour in ((mine, BLUE), (extreme.drop(mine.index, errors="ignore"), BAD)):
        for unit, x, y in zip(part["unit"], part["n"], part["value"], strict=True):
            at = (_share(ax, x, left, right), (y - low) / (high - low))
            if any(abs(at[0] - a) < 0.14 and abs(at[1] - b) < 0.055 for a, b in taken):
                continue
            taken.append(at)
            flip = at[0] > 0.8
            ax.annotate(str(unit), (x, y), xytext=(-6 if flip else 6, 0), textcoords="offset points", ha="right" if flip else "left", va="center", color=colour, fontsize=9, zorder=5, path_effects=halo)  # fmt: skip


def _share(ax: Axes, x: float, left: float, right: float) -> float:
    if ax.get_xscale() == "log":
        return math.log(x / left) / math.log(right / left)
    return (x - left) / (right - left)
