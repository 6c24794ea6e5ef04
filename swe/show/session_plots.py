"""Pictures along a line: persons by their change, sessions of a case, months up to a target and beyond."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from swe.show.style import BAD, BAND, BLUE, GOOD, GREY, LINE, MUTED
from swe.show.survey_sentences import plain
from swe.show.words import word

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from swe.show.result import Result


def draw_change(ax: Axes, result: Result, *, lang: str = "zh") -> Axes:
    """Every person's change, sorted; reliable ones coloured, counted in words at the side."""
    table = result.table.sort_values("change", kind="stable").reset_index(drop=True)
    reliable = table["reliable"].fillna(0)
    ax.axhline(0, color=MUTED, lw=0.9)
    for sign, colour, mark in ((0, GREY, "o"), (1, GOOD, "^"), (-1, BAD, "v")):
        part = table[reliable == sign]
        ax.vlines(part.index, 0, part["change"], color=LINE, lw=1.2, zorder=1)
        points(ax, part.index, part["change"], colour, mark)
    told = table["reliable"].notna().any()
    words = [("plot_better", GOOD, 0.98), ("plot_worse", BAD, 0.86)] if told else []
    for key, colour, height in words:
        n = int((reliable == (1 if key == "plot_better" else -1)).sum())
        ax.text(
            0.01, height, word(f"surveys.{key}", lang).format(n=n), transform=ax.transAxes, color=colour, va="top"
        )  # fmt: skip
    ax.set_xticks([])
    ax.set_xlabel(word("surveys.plot_persons", lang))
    ax.grid(axis="y", color=LINE)
    ax.set_axisbelow(True)
    ax.margins(y=0.2)
    return ax


def points(ax: Axes, xs: Any, ys: Any, colour: str, mark: str = "o", size: int = 42) -> None:
    import seaborn as sns

    if len(xs):
        sns.scatterplot(
            x=list(xs), y=list(ys), ax=ax, color=colour, marker=mark, s=size, linewidth=0, zorder=3, legend=False
        )  # fmt: skip


def draw_nap(ax: Axes, result: Result, *, lang: str = "zh") -> Axes:
    """Sessions in order, the phases apart, the baseline's median carried over."""
    table = result.table
    a, b = (table[table["phase"] == phase] for phase in ("A", "B"))
    for part, colour in ((a, GREY), (b, BLUE)):
        ax.plot(part["session"], part["value"], color=colour, lw=1.3)
        points(ax, part["session"], part["value"], colour)
    edge = (a["session"].max() + b["session"].min()) / 2
    ax.axvline(edge, color=MUTED, lw=0.9, ls=":")
    median = float(a["value"].median())
    ax.plot([1, table["session"].max()], [median, median], color=MUTED, lw=1, ls=(0, (4, 3)), zorder=0.5)
    ax.annotate(
        word("surveys.plot_no_change", lang), (table["session"].max(), median), xytext=(8, 0),
        textcoords="offset points", va="center", color=MUTED, annotation_clip=False,
    )  # fmt: skip
    for part, key, colour in ((a, "plot_baseline", MUTED), (b, "plot_intervention", BLUE)):
        ax.text(
            part["session"].mean(), 1.0, word(f"surveys.{key}", lang), transform=ax.get_xaxis_transform(),
            ha="center", va="bottom", color=colour,
        )  # fmt: skip
    _whole_axis(ax)
    ax.set(xlabel=word("surveys.plot_session", lang), ylabel="")
    ax.grid(axis="y", color=LINE)
    return ax


def _whole_axis(ax: Axes) -> None:
    from matplotlib.ticker import MaxNLocator

    ax.xaxis.set_major_locator(MaxNLocator(nbins=10, integer=True))
    ax.yaxis.set_major_locator(MaxNLocator(nbins=5, steps=[1, 2, 5, 10]))


def draw_target_forecast(ax: Axes, result: Result, *, lang: str = "zh") -> Axes:
    """Totals by month as a line, the forecast dashed in its band, the target dotted."""
    table = result.table
    seen, ahead = table[table["status"] == "ok"], table[table["status"] == "forecast"]
    place = {m: i for i, m in enumerate(_all_months(table["month"]))}
    xs = [place[m] for m in seen["month"]]
    ax.plot(xs, seen["total"], color=BLUE, lw=1.8)
    points(ax, xs, seen["total"], BLUE)
    goal = result["target"]
    ax.plot([0, max(place.values())], [goal, goal], color=MUTED, lw=0.9, ls=":")
    ax.text(0, goal, word("surveys.plot_target", lang).format(target=plain(goal)), va="bottom", color=MUTED)
    if len(ahead):
        last = float(seen["total"].iloc[-1])
        later = [xs[-1], *(place[m] for m in ahead["month"])]
        ax.fill_between(later, [last, *ahead["lower"]], [last, *ahead["upper"]], color=BAND, lw=0, zorder=0.6)
        ax.plot(later, [last, *ahead["total"]], color=BLUE, lw=1.3, ls=(0, (4, 3)))
        end = ahead.iloc[-1]
        text = word("surveys.plot_forecast", lang).format(
            value=f"{end['total']:,.0f}", lower=plain(end["lower"]), upper=plain(end["upper"])
        )
        ax.annotate(
            text, (later[-1], end["total"]), xytext=(6, 0), textcoords="offset points", va="center",
            color=BLUE, annotation_clip=False, linespacing=1.15,
        )  # fmt: skip
    names = list(place)
    step = max(1, math.ceil(len(names) / 6))
    ax.set_xticks(range(0, len(names), step), names[::step])
    ax.yaxis.set_major_formatter(lambda y, _: f"{y:,.0f}")
    ax.grid(axis="y", color=LINE)
    ax.set_axisbelow(True)
    ax.margins(y=0.12)
    return ax


def _all_months(months: Sequence[str]) -> list[str]:
    """Every month from the first to the last: a month without a count keeps its place."""
    import pandas as pd

    return [str(p) for p in pd.period_range(min(months), max(months), freq="M")]
