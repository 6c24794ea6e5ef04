"""What changed and when: a series with its centre and limits, points that signal a change marked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from swe.show.rate_sentences import figure, period, tick
from swe.show.style import BAD, BAND, BLUE, INK, LINE, MUTED
from swe.show.words import word

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from swe.show.result import Result

TICKS = 7  # periods named on the axis at most


def draw_control(ax: Axes, result: Result, *, lang: str = "zh") -> Axes:
    """`result` of kind spc on `ax`; limits restart with each phase, and gaps stay gaps."""
    import seaborn as sns

    rows = result.table
    places = np.arange(len(rows))
    value = rows["value"].to_numpy(dtype=float)
    phases = rows["phase"].to_numpy()
    for number in np.unique(phases):
        own = np.flatnonzero((phases == number) & rows["lower"].notna().to_numpy())
        if own[0] > 0 and number > phases[0]:
            ax.axvline(own[0] - 0.5, color=LINE, lw=1.2, zorder=0)
        x = np.concatenate([[own[0] - 0.4], places[own], [own[-1] + 0.4]])
        low, high = (np.pad(rows[side].to_numpy()[own], 1, mode="edge") for side in ("lower", "upper"))
        ax.fill_between(x, low, high, step="mid", color=BAND, alpha=0.45, lw=0, zorder=1)
        centre = rows["centre"].to_numpy()[own[-1]]
        ax.plot([x[0], x[-1]], [centre, centre], color=MUTED, lw=1.0, ls=(0, (4, 3)), zorder=2)
    ax.plot(places, value, color=BLUE, lw=1.2, zorder=3)
    signal = rows["rule"].to_numpy() != ""
    for chosen, colour, marker, size in ((~signal, BLUE, "o", 22), (signal, BAD, "D", 34)):
        sns.scatterplot(x=places[chosen], y=value[chosen], ax=ax, color=colour, marker=marker, s=size, linewidth=0, zorder=4, legend=False)  # fmt: skip
    _ends(ax, result, lang)
    step = max(1, -(-len(rows) // TICKS))
    ax.set_xticks(places[::step], [period(t) for t in rows["time"].to_numpy()[::step]])
    ax.set_xlim(-0.7, len(rows) - 0.3)
    ax.grid(axis="y", color=LINE)
    ax.set_axisbelow(True)
    ax.set(xlabel="", ylabel="")
    ax.yaxis.set_major_formatter(lambda y, _: tick(y))
    return ax


def _ends(ax: Axes, result: Result, lang: str) -> None:
    """Names of the last phase's lines and of the target at the right end, none upon another."""
    last = result.table[result.table["lower"].notna()].iloc[-1]
    ends = [
        (float(last[name]), word(f"rates.{key}", lang).format(value=figure(float(last[name]))), MUTED)
        for name, key in (("lower", "lower_limit"), ("centre", "centre"), ("upper", "upper_limit"))
    ]
    target = result.values.get("target")
    if target is not None:
        ax.axhline(target, color=INK, lw=0.9, ls=":", zorder=2)
        ends.append((target, word("rates.target", lang).format(value=figure(target)), INK))
    low, high = ax.get_ylim()
    placed = -np.inf
    for y, text, colour in sorted(ends):
        placed = max(y, placed + (high - low) * 0.065)
        ax.annotate(text, (1.01, placed), xycoords=ax.get_yaxis_transform(), va="center", color=colour, fontsize=9, annotation_clip=False)  # fmt: skip
