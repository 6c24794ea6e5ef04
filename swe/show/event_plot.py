"""Did it have an effect: points by time since set-up, a uniform band, the zero line, the time before tinted.

What the points before set-up are compared with is named in the picture: a reference period, or the period before each.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from swe.show.effect_sentences import figure
from swe.show.style import BAND, BLUE, GREY, INK, LINE, MUTED, WASH
from swe.show.words import word

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from swe.show.result import Result


def draw_event(ax: Axes, result: Result, *, lang: str = "zh") -> Axes:
    """Effects by event time (kinds att_event and imputation)."""
    rows = result.table
    x = rows["event_time"].astype(float)
    before = bool((x < 0).any())
    if before:
        ax.axvspan(float(x.min()) - 0.5, -0.5, color=WASH, zorder=0, lw=0)
    _series(ax, rows, x, before=x < 0)
    top = ax.get_ylim()[1]
    if before:
        ax.text(-0.6, top, word("effects.plot_before", lang), ha="right", va="bottom", color=MUTED)
    ax.text(-0.4, top, word("effects.plot_after", lang), ha="left", va="bottom", color=BLUE)
    reference = rows["status"] == "reference"
    for e in x[reference]:
        ax.text(
            e, 0.02, word("effects.plot_reference", lang), transform=ax.get_xaxis_transform(), ha="center", va="bottom",
            color=MUTED,
        )  # fmt: skip
    if before and not reference.any():
        ax.text(
            0.0, 0.02, word("effects.plot_previous", lang), transform=ax.transAxes, color=MUTED, va="bottom"
        )
    single = "lower_uniform" not in rows.columns
    ax.set_xlabel(word("effects.plot_event_time_single" if single else "effects.plot_event_time", lang))
    _axis(ax)
    return ax


def draw_calendar(ax: Axes, result: Result, *, lang: str = "zh") -> Axes:
    """Effects by calendar period, or by cohort: the same picture without a time before."""
    rows = result.table
    labels = [str(v) for v in rows["time" if "time" in rows.columns else "group"]]
    x = rows.reset_index(drop=True).index.to_series(index=rows.index).astype(float)
    ax.vlines(
        x, rows["lower_uniform"], rows["upper_uniform"], color=BAND, lw=7 if len(rows) <= 30 else 3, zorder=1
    )
    _series(ax, rows.drop(columns=["lower_uniform", "upper_uniform"]), x, before=x < 0)
    step = max(1, math.ceil(len(labels) / 8))
    ax.set_xticks(range(0, len(labels), step), labels[::step])
    ax.set_xlabel(word("effects.plot_period", lang))
    _axis(ax, whole=False)
    return ax


def _series(ax: Axes, rows: Any, x: Any, *, before: Any) -> None:
    import seaborn as sns

    ax.axhline(0, color=INK, lw=0.9, zorder=1)
    if "lower_uniform" in rows.columns:
        for part in (before, ~before):
            known = part & rows["lower_uniform"].notna()
            ax.fill_between(
                x[known], rows["lower_uniform"][known], rows["upper_uniform"][known], color=BAND, alpha=0.7, lw=0, zorder=1
            )  # fmt: skip
    for part, colour in ((before, GREY), (~before, BLUE)):
        ax.vlines(x[part], rows["lower"][part], rows["upper"][part], color=colour, lw=1.6, zorder=2)
        sns.scatterplot(x=x[part], y=rows["att"][part], ax=ax, color=colour, s=_size(len(rows)), linewidth=0, zorder=3, legend=False)  # fmt: skip
    ax.margins(x=0.02, y=0.12)


def _size(n: int) -> float:
    return 44 if n <= 30 else 16


def _axis(ax: Axes, *, whole: bool = True) -> None:
    from matplotlib.ticker import MaxNLocator

    if whole:
        ax.xaxis.set_major_locator(MaxNLocator(nbins=9, integer=True))
        ax.xaxis.set_major_formatter(lambda v, _: f"{v:,.0f}".replace("-", "−"))
    ax.yaxis.set_major_formatter(lambda v, _: figure(round(v, 12)))
    ax.grid(axis="y", color=LINE)
    ax.set_ylabel("")
