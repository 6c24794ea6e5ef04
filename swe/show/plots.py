"""The picture of a result, found by its kind."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from swe.core.errors import UsageError
from swe.core.language import current
from swe.show import dots, pace_plot
from swe.show.style import canvas, rc

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from swe.show.result import Result


def plot(result: Result, ax: Axes | None = None) -> Axes:
    """Draw `result` on `ax`, or on a new figure of the page's width (`ax.figure`)."""
    draw = {"coverage": _coverage, "pace": _pace}.get(result.kind)
    if draw is None:
        raise UsageError(f"“{result.kind}”类结果没有图", f"results of kind {result.kind!r} have no picture")
    if ax is None:
        with canvas(2.6) as (_, made):
            return draw(made, result)
    from matplotlib import rc_context

    with rc_context(rc()):
        return draw(ax, result)


def _pace(ax: Axes, result: Result) -> Axes:
    return pace_plot.draw_pace(ax, result, lang=current())


def _coverage(ax: Axes, result: Result) -> Axes:
    rows = result.table[result.table["kind"] == "units"]
    shown = [
        dots.Dot(str(v), float(n), None, None, f"{n:,.0f}")
        for v, n in zip(rows["vintage"], rows["value"], strict=True)
    ]
    top = max((d.value or 0 for d in shown), default=1)
    return dots.draw(ax, shown, limits=(0, math.ceil(top * 1.05) or 1))
