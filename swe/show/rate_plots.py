"""Which picture a result of rates, ranks, shrinkage or control charts has."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from swe.show.caterpillar_plot import draw_caterpillar
from swe.show.control_plot import draw_control
from swe.show.funnel_plot import draw_funnel

if TYPE_CHECKING:
    from matplotlib.axes import Axes

PLOTS: dict[str, Callable[..., Axes]] = {
    "proportion": draw_caterpillar,
    "rate": draw_caterpillar,
    "standardise": draw_caterpillar,
    "funnel": draw_funnel,
    "shrink": draw_caterpillar,
    "shrink_normal": draw_caterpillar,
    "multilevel": draw_caterpillar,
    "ranks": draw_caterpillar,
    "spc": draw_control,
}
