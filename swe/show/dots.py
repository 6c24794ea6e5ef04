"""Dots with intervals, sorted, the own place marked: where do we stand among others, what is the mix.

A dot where a number is known; a bar of the whole possible range where only a bound is. Not for totals over time.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from swe.show.style import BAND, BLUE, GREY, INK, LINE, MUTED

if TYPE_CHECKING:
    from matplotlib.axes import Axes

ROW = 0.255  # inches a row


@dataclass(frozen=True)
class Dot:
    """One row: its label, an optional pale text before it, its number and how that is written."""

    label: str
    value: float | None
    lower: float | None
    upper: float | None
    text: str
    own: bool = False
    before: str = ""


def height(rows: int) -> float:
    """Inches for `rows` rows and the axis."""
    return max(1.0, 0.42 + ROW * rows)


def draw(ax: Axes, rows: Sequence[Dot], *, limits: tuple[float, float], percent: bool = False) -> Axes:
    """Rows from top to bottom on `ax`; `limits` are the whole possible range of the quantity."""
    low, high = limits
    places = list(range(len(rows)))
    for y, row in zip(places, rows, strict=True):
        left = low if row.lower is None else max(low, row.lower)
        right = high if row.upper is None else min(high, row.upper)
        if row.value is None or (row.lower is not None and row.upper is not None):
            ax.plot(
                [left, right],
                [y, y],
                color=BAND,
                lw=6 if row.value is None else 4,
                solid_capstyle="butt",
                zorder=1,
            )
    known = [(row.value, y, row.own) for y, row in zip(places, rows, strict=True) if row.value is not None]
    for own, colour, size in ((False, GREY, 38), (True, BLUE, 58)):
        chosen = [(x, y) for x, y, is_own in known if is_own == own]
        if chosen:
            xs, ys = zip(*chosen, strict=True)
            ax.scatter(xs, ys, color=colour, s=size, linewidth=0, zorder=3)
    span = high - low
    for y, row in zip(places, rows, strict=True):
        ax.text(
            1.02,
            y,
            row.text,
            transform=ax.get_yaxis_transform(),
            va="center",
            color=INK if row.own else MUTED,
        )
    ax.set_ylim(len(rows) - 0.4, -0.6)
    ax.set_xlim(low - span * 0.01, high + span * 0.01)
    ax.set_yticks(places, [_row_label(row) for row in rows])
    for tick, row in zip(ax.get_yticklabels(), rows, strict=True):
        tick.set_color(BLUE if row.own else INK)
    ax.set(xlabel="", ylabel="")
    ax.grid(axis="x", color=LINE, zorder=0)
    ax.set_axisbelow(True)
    if percent:
        ticks = [t / 4 for t in range(int(high * 4 + 1e-9) + 1)]
        ax.set_xticks(ticks, [f"{t:.0%}" for t in ticks])
    else:
        ax.xaxis.set_major_locator(_few_whole_ticks(high))
        ax.xaxis.set_major_formatter(lambda x, _: f"{x:,.0f}")
    return ax


def _row_label(row: Dot) -> str:
    return f"{row.before}  {row.label}" if row.before else row.label


def _few_whole_ticks(high: float):  # type: ignore[no-untyped-def]
    from matplotlib.ticker import MaxNLocator

    return MaxNLocator(nbins=5 if high >= 5 else max(1, math.ceil(high)), integer=True)
