"""The roll-out as tiles: who had a station when, and from when on too few were left to compare with.

A row a cohort, a column a period; the reader sees what each estimate is compared with before any estimate.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from swe.show.style import BAD, BLUE, INK, LINE, MUTED
from swe.show.words import word

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from swe.show.result import Result

ROWS = 24  # cohorts with a label each; above, every second, third …


def height(result: Result) -> float:
    """Inches for the cohorts of a result of kind att_gt."""
    n = len(_cohorts(result))
    return 1.2 + 0.16 * min(n, ROWS + 8) + (0.06 * max(0, n - ROWS - 8))


def draw_cohorts(ax: Axes, result: Result, *, lang: str = "zh") -> Axes:
    """Tiles of a result of kind att_gt."""
    from matplotlib.patches import Rectangle

    panel: Any = result.panel  # type: ignore[attr-defined]
    labels = panel.periods.labels
    t = len(labels)
    rows = _cohorts(result)
    for y, (first, _) in enumerate(rows):
        start = min(max(first, 0), t)
        for left, right, colour in ((0, start, LINE), (start, t, BLUE)):
            for x in range(left, right):
                ax.add_patch(Rectangle((x + 0.04, y + 0.06), 0.92, 0.88, color=colour, lw=0))
    last = _last_estimated(result, labels)
    if last < t - 1:
        ax.axvline(last + 1, color=BAD, lw=1.4, ls=(0, (3, 2)))
        ax.text(last + 1.1, -0.15, word("effects.plot_horizon", lang), color=BAD, va="bottom")
    for left_edge, key, square in ((0.0, "untreated", LINE), (t * 0.25, "treated", BLUE)):
        ax.text(left_edge, -0.15, "■", color=square, va="bottom")
        ax.text(left_edge + t * 0.03, -0.15, word(f"effects.plot_{key}", lang), color=MUTED, va="bottom")
    step = max(1, math.ceil(len(rows) / ROWS))
    shown = list(range(0, len(rows), step))
    ax.set_yticks([y + 0.5 for y in shown], [_label(rows[y], labels, lang) for y in shown], color=INK)
    every = max(1, math.ceil(t / 8))
    ax.set_xticks([x + 0.5 for x in range(0, t, every)], [str(v) for v in labels[::every]])
    ax.set(xlim=(0, t), ylim=(len(rows), -1), xlabel="", ylabel="")
    return ax


def _cohorts(result: Result) -> list[tuple[int, int]]:
    """(first treated position, units), the earliest on top, never treated last."""
    import numpy as np

    panel: Any = result.panel  # type: ignore[attr-defined]
    found, sizes = np.unique(np.asarray(panel.first), return_counts=True)
    return [(int(g), int(n)) for g, n in zip(found, sizes, strict=True)]


def _label(row: tuple[int, int], labels: tuple[Any, ...], lang: str) -> str:
    first, n = row
    if first < len(labels):
        return word("effects.plot_cohort", lang).format(group=labels[first], n=f"{n:,}")
    key = "never" if first > 10**9 else "later"
    return word(f"effects.plot_{key}", lang).format(n=f"{n:,}")


def _last_estimated(result: Result, labels: tuple[Any, ...]) -> int:
    seen = set(result.table["time"])
    return max(i for i, label in enumerate(labels) if label in seen)
