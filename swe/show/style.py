"""Colours, type and PNG bytes of every figure.

The place in question is blue, all others grey; colour is never alone. The encoder writes fixed dpi and metadata, so
the same data give the same bytes; no tight box (it draws twice).
"""

from __future__ import annotations

import contextlib
import functools
import io
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from swe.show.font import family

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

INK, MUTED, LINE, WASH = "#1f2933", "#5f6b76", "#dfe4e8", "#f5f7f9"
BLUE, BAND, GREY = "#1f5f8b", "#c9dbe8", "#8a97a3"
GOOD, WARN, BAD = "#2f7d5b", "#8f5a0c", "#a8443a"
WIDTH = 6.4  # inches: the text column at 46 rem
DPI = 200
LEVEL = 3  # of zlib: without alpha as many bytes as level 6 with it, in two thirds of the time


@functools.cache
def rc() -> Any:
    """Matplotlib settings: the shipped font, no frame, no tick marks, a light grid where values are read."""
    import seaborn as sns

    style = sns.axes_style(
        "white",
        rc={
            "axes.edgecolor": LINE, "axes.labelcolor": MUTED, "xtick.color": INK, "ytick.color": INK,
            "text.color": INK, "grid.color": LINE, "font.family": [family()], "axes.unicode_minus": True,
            "axes.spines.top": False, "axes.spines.right": False, "axes.spines.left": False,
            "axes.spines.bottom": False, "xtick.bottom": False, "ytick.left": False,
        },
    )  # fmt: skip
    return {
        **style,
        "font.size": 10, "axes.labelsize": 10, "xtick.labelsize": 10, "ytick.labelsize": 10,
        "axes.linewidth": 0.8, "grid.linewidth": 0.7, "figure.dpi": 100, "savefig.dpi": DPI,
        "svg.hashsalt": "swe",
    }  # fmt: skip


@contextlib.contextmanager
def canvas(height: float) -> Iterator[tuple[Figure, Axes]]:
    """A figure of the page's width with one axes, drawn without pyplot (no global state, no inline display).

    Everything drawn inside the block takes our settings; the caller keeps the figure and encodes it with `png`.
    """
    from matplotlib import rc_context
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    with rc_context(rc()):
        figure = Figure(figsize=(WIDTH, height), layout="constrained", facecolor="white")
        FigureCanvasAgg(figure)
        yield figure, figure.add_subplot()


def png(figure: Figure) -> bytes:
    """The figure as PNG bytes: fixed resolution, no date, no software version; opaque, so without an alpha channel.

    Drawn once: `savefig` draws a figure with a layout twice, first to lay it out, then to show it.
    """
    from matplotlib import rc_context
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from PIL import Image

    before = figure.canvas, figure.dpi
    drawn = FigureCanvasAgg(figure)
    try:
        with rc_context(rc()):
            figure.set_dpi(DPI)
            drawn.draw()
        size = drawn.get_width_height(physical=True)
    finally:
        figure.set_canvas(before[0])
        figure.set_dpi(before[1])
    image = Image.frombuffer("RGBA", size, drawn.buffer_rgba(), "raw", "RGBA", 0, 1)
    buffer = io.BytesIO()
    image.convert("RGB").save(buffer, format="png", dpi=(DPI, DPI), compress_level=LEVEL)
    return buffer.getvalue()
