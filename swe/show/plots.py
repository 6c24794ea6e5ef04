"""The picture of a result, found by its kind."""

from __future__ import annotations

import functools
import importlib
import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from swe.core.errors import UsageError
from swe.core.language import current
from swe.show import dots, pace_plot
from swe.show.style import canvas, rc

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from swe.show.result import Result


ROOMS = ("effect_plots", "index_plots", "its_plots", "rate_plots", "score_plots", "survey_plots")
HEIGHT = 2.6  # inches, where a room does not say


def plot(result: Result, ax: Axes | None = None) -> Axes:
    """Draw `result` on `ax`, or on a new figure of the page's width (`ax.figure`)."""
    draw = _drawings().get(result.kind)
    if draw is None:
        raise UsageError(f"“{result.kind}”类结果没有图", f"results of kind {result.kind!r} have no picture")
    if ax is None:
        with canvas(_height(result)) as (_, made):
            return draw(made, result, lang=current())
    from matplotlib import rc_context

    with rc_context(rc()):
        return draw(ax, result, lang=current())


def _height(result: Result) -> float:
    """Inches that a picture needs; a room of many rows says so itself."""
    for room in _rooms():
        if result.kind in room.PLOTS and hasattr(room, "height"):
            return float(room.height(result))
    return HEIGHT


@functools.cache
def _rooms() -> tuple[Any, ...]:
    return tuple(importlib.import_module(f"swe.show.{room}") for room in ROOMS)


@functools.cache
def _drawings() -> dict[str, Callable[..., Axes]]:
    """Kind → drawing, from every room that has some."""
    found: dict[str, Callable[..., Axes]] = {"coverage": _coverage, "pace": pace_plot.draw_pace}
    for room in _rooms():
        found |= room.PLOTS
    return found


def _coverage(ax: Axes, result: Result, *, lang: str) -> Axes:
    rows = result.table[result.table["kind"] == "units"]
    shown = [
        dots.Dot(str(v), float(n), None, None, f"{n:,.0f}")
        for v, n in zip(rows["vintage"], rows["value"], strict=True)
    ]
    top = max((d.value or 0 for d in shown), default=1)
    return dots.draw(ax, shown, limits=(0, math.ceil(top * 1.05) or 1))
