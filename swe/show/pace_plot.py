"""Are we on pace: counts as a line, the observed and the required pace dashed to the deadline, labelled at their ends."""

from __future__ import annotations

import math
from datetime import date
from typing import TYPE_CHECKING, Any

from swe.show.style import BAD, BLUE, LINE, MUTED
from swe.show.words import word

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from swe.show.result import Result


def draw_pace(ax: Axes, result: Result, *, lang: str = "zh", notes: dict[str, str] | None = None) -> Axes:
    """`result` of kind pace on `ax`; `notes` adds a text to the point of a date."""
    import matplotlib.dates as mdates
    import seaborn as sns

    rows = result.table
    counts = rows.iloc[:-1]  # the last row is the deadline
    deadline, target = date.fromisoformat(str(rows["date"].iloc[-1])), float(rows["expected"].iloc[-1])
    days = [date.fromisoformat(str(d)) for d in counts["date"]]
    known = [(d, v) for d, v in zip(days, counts["value"], strict=True) if not math.isnan(v)]
    bounds = [
        (d, lo) for d, v, lo in zip(days, counts["value"], counts["lower"], strict=True) if math.isnan(v)
    ]
    x0, x1 = _num(days[0]), _num(deadline)
    ax.plot([x0, x1], [target, target], color=MUTED, lw=0.9, ls=":")
    ax.text(x0, target, word("plots.target", lang).format(target=f"{target:,.0f}"), va="bottom", color=MUTED)
    if known:
        xs, ys = [_num(d) for d, _ in known], [v for _, v in known]
        sns.lineplot(x=xs, y=ys, ax=ax, color=BLUE, lw=1.8, errorbar=None, legend=False)
        sns.scatterplot(x=xs, y=ys, ax=ax, color=BLUE, s=46, linewidth=0, zorder=3, legend=False)
        for d, v in known:
            extra = (notes or {}).get(d.isoformat(), "")
            ax.annotate(f"{v:,.0f}{extra}", (_num(d), v), xytext=(6, -12), textcoords="offset points")
    for d, low in bounds:
        ax.plot([_num(d)] * 2, [low, target], color=LINE, lw=5, solid_capstyle="butt", zorder=1)
        ax.annotate(f"≥ {low:,.0f}", (_num(d), low), xytext=(6, -3), textcoords="offset points", color=MUTED)
    last = known[-1] if known else None
    if last and not math.isnan(result["projected"]):
        _dashed(
            ax,
            last,
            (deadline, result["projected"]),
            BLUE,
            word("plots.observed_pace", lang),
            result["observed"],
            above=result["projected"] >= target,
        )
    if last and not math.isnan(result["required"]):
        _dashed(
            ax,
            last,
            (deadline, target),
            BAD if result["behind"] == 1 else MUTED,
            word("plots.required_pace", lang),
            result["required"],
            above=result["projected"] < target,
        )
    ax.xaxis.set_major_locator(mdates.AutoDateLocator(minticks=3, maxticks=6))
    ax.xaxis.set_major_formatter(mdates.DateFormatter("%Y-%m"))
    ax.yaxis.set_major_formatter(lambda y, _: f"{y:,.0f}")
    ax.grid(axis="y", color=LINE)
    ax.set(xlabel="", ylabel="")
    ax.margins(y=0.14)
    ax.set_xlim(x0 - (x1 - x0) * 0.04, x1 + (x1 - x0) * 0.02)
    return ax


def _dashed(
    ax: Axes,
    start: tuple[date, float],
    end: tuple[date, float],
    colour: str,
    words: str,
    pace: float,
    *,
    above: bool,
) -> None:
    ax.plot([_num(start[0]), _num(end[0])], [start[1], end[1]], color=colour, lw=1.3, ls=(0, (4, 3)))
    ax.annotate(
        words.format(pace=f"{pace:,.1f}"), (_num(end[0]), end[1]), xytext=(5, 1 if above else -1),
        textcoords="offset points", color=colour, va="bottom" if above else "top", annotation_clip=False,
        linespacing=1.05,
    )  # fmt: skip


def _num(day: date) -> Any:
    import matplotlib.dates as mdates

    return mdates.date2num(day)
