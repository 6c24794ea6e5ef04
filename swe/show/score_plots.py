"""The picture of a score: totals as dots with their resampling intervals, sorted, the grades' cut-offs as light lines.

Never a bar league table: neighbours whose intervals overlap are not better and worse.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from swe.show.style import BAD, BAND, BLUE, GREY, INK, LINE, MUTED
from swe.show.words import word

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from swe.show.result import Result

NAMED = 40  # rows with their names; more are drawn as a curve of dots
ROW = 0.2  # inches a row
LONG = 14  # characters of a name


def height(result: Result) -> float:
    """Inches that the picture of `result` wants."""
    rows = int(result.table["total"].notna().sum())
    return max(1.8, 1.0 + ROW * rows) if rows <= NAMED else 4.6


def draw_score(ax: Axes, result: Result, *, lang: str = "zh", own: str | None = None) -> Axes:
    """Stations from the highest total down; `own` marks one. More than 40 are dots without names."""
    rows = result.table[result.table["total"].notna()]
    rows = rows.sort_values(["rank", "unit"], kind="stable").reset_index(drop=True)
    named = len(rows) <= NAMED
    bounded = rows["total_lower"].notna().any()
    places = list(range(len(rows)))
    if bounded:
        ax.hlines(
            places, rows["total_lower"], rows["total_upper"], color=BAND, lw=5 if named else 1.2, zorder=1
        )
    _dots(ax, rows, own, named)
    low, high = _limits(rows, result)
    ax.set_xlim(low, high)
    ax.set_ylim(len(rows) - 0.4, -0.6)
    _cut_offs(ax, result, lang, low, high)
    if named:
        _names(ax, rows, own, lang)
    else:
        ax.set_yticks([])
    axis = word(
        "scores.plot_axis_bare" if not bounded else "scores.plot_axis_named" if named else "scores.plot_axis",
        lang,
    )
    ax.set(
        xlabel=axis.replace("[[", "").replace("]]", ""),
        ylabel="" if named else word("scores.plot_stations", lang),
    )
    ax.xaxis.set_major_formatter(lambda x, _: f"{x:,.0f}")
    return ax


def _dots(ax: Axes, rows: pd.DataFrame, own: str | None, named: bool) -> None:
    import seaborn as sns

    vetoed = rows["vetoed"].astype(bool)
    mine = rows["unit"].astype(str) == (own or "")
    for chosen, colour, marker, size in (
        (~vetoed & ~mine, GREY if own else BLUE, "o", 30 if named else 5),
        (~vetoed & mine, BLUE, "o", 58),
        (vetoed, BAD, "X", 40 if named else 12),
    ):
        if chosen.any():
            sns.scatterplot(
                x=rows.loc[chosen, "total"], y=rows.index[chosen], ax=ax, color=colour, marker=marker, s=size,
                linewidth=0, zorder=3, legend=False,
            )  # fmt: skip


def _limits(rows: pd.DataFrame, result: Result) -> tuple[float, float]:
    """From a little below the lowest end to a little above the highest, within the scale and its bonus."""
    if not len(rows):
        return 0.0, 1.0
    left = float(rows[["total", "total_lower"]].min().min())
    right = float(rows[["total", "total_upper"]].max().max())
    scale = result.framework.scale  # type: ignore[attr-defined]
    pad = max((right - left) * 0.06, scale * 0.02)
    return max(left - pad, -scale * 0.01), right + pad


def _cut_offs(ax: Axes, result: Result, lang: str, low: float, high: float) -> None:
    """A light line where a grade begins, the grade's name above its own part of the axis."""
    grades = sorted(result.framework.grades, key=lambda grade: grade.from_)  # type: ignore[attr-defined]
    ends = [grade.from_ for grade in grades[1:]] + [math.inf]
    last = -math.inf
    for grade, end in zip(grades, ends, strict=True):
        start, stop = max(grade.from_, low), min(end, high)
        if start >= stop:
            continue
        if grade.from_ > low:
            ax.axvline(grade.from_, color=LINE, lw=1.2, zorder=0)
        middle, name = (start + stop) / 2, grade.name.zh if lang == "zh" else grade.name.en
        room = 0.022 * (high - low) * len(name) * (1.6 if lang == "zh" else 1)
        if middle - room / 2 > last and stop - start > room * 0.9:
            ax.text(
                middle,
                1.01,
                name,
                transform=ax.get_xaxis_transform(),
                ha="center",
                va="bottom",
                color=MUTED,
                fontsize=9,
            )
            last = middle + room / 2


def _names(ax: Axes, rows: pd.DataFrame, own: str | None, lang: str) -> None:
    from swe.show.score_sentences import points_text, share_text

    labels = [str(u) if len(str(u)) <= LONG else str(u)[: LONG - 1] + "…" for u in rows["unit"]]
    ax.set_yticks(list(range(len(rows))), labels, fontsize=9)
    for tick, unit in zip(ax.get_yticklabels(), rows["unit"], strict=True):
        tick.set_color(BLUE if str(unit) == own else INK)
    veto = word("scores.plot_vetoed", lang)
    for y, row in enumerate(rows.itertuples()):
        sure = "" if math.isnan(row.flip_probability) else f"  {share_text(1 - row.flip_probability)}"
        grade = row.grade if lang == "zh" else row.grade_en
        total = points_text(row.total)
        text = f"{total if '.' in total else total + '.0'}  {veto if row.vetoed else grade}{'' if row.vetoed else sure}"
        ax.text(1.02, y, text, transform=ax.get_yaxis_transform(), va="center", color=MUTED, fontsize=9)


PLOTS: dict[str, Callable[..., Any]] = {"score": draw_score}
