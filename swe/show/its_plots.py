"""Pictures of interrupted series and of time to set-up.

What changed and when: observed points, the fitted line with its break, what the old trend would have given dashed with its band.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from swe.show.its_sentences import amount, time_unit
from swe.show.style import BAND, BLUE, GREY, INK, LINE, MUTED
from swe.show.words import word

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from swe.show.result import Result

TICKS = 7  # dates that fit under the page's width
ROOM = 0.2  # of the width, for the labels at the ends of the lines
MONTHS = (1, 3, 6, 12, 24, 60)  # steps that people read as parts of years
APART = 0.075  # of the height: labels nearer than this would overlap


def height(result: Result) -> float:
    """Inches that the picture of `result` wants."""
    return 3.1


def draw_its(ax: Axes, result: Any, *, lang: str = "zh") -> Axes:
    """The series as points, the fit in two pieces, the counterfactual dashed with its interval, the interruption marked."""
    import seaborn as sns

    rows, at = result.series, result.start
    n = len(rows)
    places = list(range(n))
    later = places[at:]
    ax.fill_between(
        later, rows["lower"][at:], rows["upper"][at:], color=BAND, alpha=0.6, linewidth=0, zorder=1
    )
    known = rows["value"].notna()
    sns.scatterplot(
        x=[p for p in places if known.iloc[p]], y=rows.loc[known, "value"].tolist(), ax=ax, color=GREY, s=16,
        linewidth=0, zorder=2, legend=False,
    )  # fmt: skip
    for part in (places[:at], later):
        sns.lineplot(
            x=part, y=rows["fitted"].iloc[part].tolist(), ax=ax, color=BLUE, lw=1.8, errorbar=None, legend=False,
            estimator=None,
        )  # fmt: skip
    ax.plot(later, rows["counterfactual"][at:], color=MUTED, lw=1.4, ls=(0, (4, 3)), zorder=3)
    _mark_dates(ax, result, lang)
    ends = [
        (float(rows["fitted"].iloc[-1]), "fitted"),
        (float(rows["counterfactual"].iloc[-1]), "counterfactual"),
    ]
    _label_ends(ax, n - 1, ends, lang)
    step = max(1, math.ceil(n / TICKS))
    shown = places[::step]
    ax.set_xticks(shown, [str(rows["time"].iloc[p]) for p in shown])
    ax.set_xlim(-0.5, (n - 1) * (1 + ROOM))
    ax.set(
        xlabel="",
        ylabel=word("interruptions.axis_rate" if result.rated else "interruptions.axis_series", lang),
    )
    ax.grid(axis="y", color=LINE)
    return ax


def _mark_dates(ax: Axes, result: Any, lang: str) -> None:
    """The interruption as a line with its date, placebo dates paler."""
    rows = result.series
    labels = [str(label) for label in rows["time"]]
    top = ax.get_xaxis_transform()
    ax.axvline(result.start - 0.5, color=INK, lw=0.9)
    text = word("interruptions.start", lang).format(at=labels[result.start])
    ax.text(result.start - 0.3, 1.02, text, transform=top, color=INK, va="bottom")
    table = result.table
    for when in table.loc[table["term"] == "placebo_level", "at"]:
        place = labels.index(when)
        ax.axvline(place - 0.5, color=GREY, lw=0.8, ls=":")
        ax.text(
            place - 0.3, 1.02, word("interruptions.placebo", lang), transform=top, color=MUTED, va="bottom"
        )


def _label_ends(ax: Axes, last: int, ends: list[tuple[float, str]], lang: str) -> None:
    """Names at the ends of the lines, pushed apart where they would overlap."""
    low, high = ax.get_ylim()
    least = APART * (high - low)
    (y1, upper), (y2, lower) = sorted(ends, reverse=True)
    push = max(0.0, least - (y1 - y2)) / 2
    for y, name in ((y1 + push, upper), (y2 - push, lower)):
        text = word("interruptions.fitted" if name == "fitted" else "interruptions.counterfactual", lang)
        ax.text(last * 1.015, y, text, color=BLUE if name == "fitted" else MUTED, va="center")


def draw_adoption(ax: Axes, result: Any, *, lang: str = "zh") -> Axes:
    """The share with a station as steps with its interval; ticks where units were cut off, the median dotted."""
    rows = result.curve
    time = [0.0, *rows["time"]]
    share = [0.0, *(1 - rows["waiting"])]
    lower, upper = [0.0, *(1 - rows["upper"])], [0.0, *(1 - rows["lower"])]
    ax.fill_between(time, lower, upper, step="post", color=BAND, alpha=0.6, linewidth=0, zorder=1)
    ax.step(time, share, where="post", color=BLUE, lw=1.8, zorder=2)
    cut = rows[rows["censored"] > 0]
    ax.plot(cut["time"], 1 - cut["waiting"], "|", color=BLUE, ms=8, mew=1.1, zorder=3)
    median = result["median"]
    if not math.isnan(median):
        ax.plot([0, median, median], [0.5, 0.5, 0], color=MUTED, lw=0.9, ls=":")
        text = word("interruptions.half", lang).format(median=amount(median), unit=time_unit(result, lang))
        ax.annotate(text, (median, 0.5), xytext=(8, -14), textcoords="offset points", color=INK)
    _name_times(ax, result, lang)
    ax.set_ylim(0, 1.02)
    ax.set_yticks([0, 0.25, 0.5, 0.75, 1])
    ax.yaxis.set_major_formatter(lambda y, _: f"{y:.0%}")
    ax.set_ylabel(word("interruptions.axis_share", lang))
    ax.grid(axis="y", color=LINE)
    return ax


def _name_times(ax: Axes, result: Any, lang: str) -> None:
    """Round times, each with how many units are still at risk in brackets."""
    from matplotlib.ticker import MaxNLocator

    rows = result.curve
    last = float(rows["time"].max())
    if getattr(result, "time_unit", "") == "month":
        step = next((k for k in MONTHS if last / k <= TICKS + 1), last)
        ticks = [float(step * k) for k in range(int(last // step) + 1)]
    else:
        ticks = [float(t) for t in MaxNLocator(nbins=TICKS).tick_values(0, last) if 0 <= t <= last]
    left = [rows.loc[rows["time"] >= t, "at_risk"].iloc[0] for t in ticks]
    brackets = "（{}）" if lang == "zh" else "({})"
    ax.set_xticks(
        ticks, [f"{amount(t)}\n{brackets.format(f'{k:,.0f}')}" for t, k in zip(ticks, left, strict=True)]
    )
    ax.set_xlim(0, last * 1.02)
    ax.set_xlabel(word("interruptions.axis_time", lang).format(unit=time_unit(result, lang)))


PLOTS: dict[str, Callable[..., Any]] = {"its": draw_its, "adoption": draw_adoption}
