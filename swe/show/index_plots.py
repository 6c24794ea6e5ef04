"""Pictures of indices: rank intervals, Sobol indices, Lorenz and concentration curves, efficiencies with peers.

Never a league table of bars: a rank is drawn as the interval it may take, an efficiency in the order of the data.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from swe.show.index_sentences import factor_label
from swe.show.style import BAND, BLUE, GREY, INK, LINE, MUTED
from swe.show.words import word

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from swe.show.result import Result

ROWS = 30  # rows with names that fit a page
ROW = 0.24  # inches a row
LONG = 12  # characters of a name or a list of peers before it is cut


def height(result: Result) -> float:
    """Inches that the picture of `result` wants."""
    if result.kind in ("gini", "concentration"):
        return 4.2
    return max(1.4, 0.8 + ROW * min(len(result.table), ROWS + 1))


def draw_robustness(ax: Axes, result: Result, *, lang: str = "zh") -> Axes:
    """Ranks as the intervals they take under other weights, the index's own as a dot; or Sobol indices."""
    if "factor" in result.table:
        return _draw_factors(ax, result, lang)
    rows = result.table[result.table["rank"].notna()].sort_values(["rank", "rank_upper"], kind="stable")
    n, shown = len(rows), rows.head(ROWS)
    places = list(range(len(shown)))
    ax.hlines(places, shown["rank_lower"], shown["rank_upper"], color=BAND, lw=5, zorder=1)
    _dots(ax, shown["rank"], places, BLUE)
    for y, low, high in zip(places, shown["rank_lower"], shown["rank_upper"], strict=True):
        ax.text(
            1.02, y, f"{low:.0f}–{high:.0f}", transform=ax.get_yaxis_transform(), va="center", color=MUTED
        )
    _name_rows(ax, [str(u) for u in shown["unit"]], n - len(shown), lang)
    right = float(shown["rank_upper"].max()) if n else 1.0
    ax.set_xlim(0.5, max(right, 2) + 0.5)
    ax.set_xticks(_rank_ticks(right))
    ax.set(xlabel=word("indices.axis_rank", lang), ylabel="")
    ax.grid(axis="x", color=LINE)
    return ax


def _draw_factors(ax: Axes, result: Result, lang: str) -> Axes:
    rows = result.table.sort_values("total", ascending=False, kind="stable").head(ROWS)
    places = list(range(len(rows)))
    half = 1.96 * rows["total_se"]
    ax.hlines(places, rows["total"] - half, rows["total"] + half, color=BAND, lw=5, zorder=1)
    _dots(ax, rows["first"], places, GREY, marker="s")
    _dots(ax, rows["total"], places, BLUE)
    labels = [factor_label(_cut(str(f)) if f != "method" else "method", lang) for f in rows["factor"]]
    _name_rows(ax, labels, len(result.table) - len(rows), lang)
    ax.set(xlabel=word("indices.axis_index", lang), ylabel="")
    ax.grid(axis="x", color=LINE)
    return ax


def draw_gini(ax: Axes, result: Result, *, lang: str = "zh") -> Axes:
    """The Lorenz curve under the line of equality."""
    text = word("indices.lorenz", lang).format(gini=f"{result['gini']:.3f}")
    return _draw_curve(ax, result, text, lang)


def draw_concentration(ax: Axes, result: Result, *, lang: str = "zh") -> Axes:
    """The concentration curve beside the line of equality."""
    numbers = {k: f"{result[k]:.3f}".replace("-", "−") for k in ("concentration", "lower", "upper")}
    text = word("indices.concentration_curve", lang).format(
        index=numbers["concentration"], lower=numbers["lower"], upper=numbers["upper"]
    )
    return _draw_curve(ax, result, text, lang)


def _draw_curve(ax: Axes, result: Result, text: str, lang: str) -> Axes:
    import seaborn as sns

    p, q = result.table["population_share"], result.table["value_share"]
    ax.plot([0, 1], [0, 1], color=MUTED, lw=1.0, ls=(0, (4, 3)))
    ax.fill_between(p, q, p, color=BAND, alpha=0.5, linewidth=0, zorder=1)
    sns.lineplot(x=p, y=q, ax=ax, color=BLUE, lw=1.8, errorbar=None, legend=False, estimator=None)
    below = float((p - q).mean()) >= 0
    ax.text(0.3, 0.34 if below else 0.26, word("indices.equality", lang), color=MUTED,
            ha="right" if below else "left", va="bottom" if below else "top")  # fmt: skip
    ax.text(
        0.03 if below else 0.97, 0.95 if below else 0.05, text, transform=ax.transAxes, color=BLUE,
        ha="left" if below else "right", va="top" if below else "bottom",
    )  # fmt: skip
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_ticks([0, 0.25, 0.5, 0.75, 1])
        axis.set_major_formatter(lambda x, _: f"{x:.0%}")
    ax.set_xlim(0, 1)
    ax.set_ylim(0, 1)
    ax.set_aspect("equal")
    ax.set(xlabel=word("indices.axis_population", lang), ylabel=word("indices.axis_value", lang))
    ax.grid(color=LINE)
    return ax


def draw_dea(ax: Axes, result: Result, *, lang: str = "zh") -> Axes:
    """Efficiencies with intervals in the order of the data, and whom each is measured against."""
    rows = result.table[result.table["efficiency"].notna()]
    shown = rows.head(ROWS)
    places = list(range(len(shown)))
    ax.hlines(places, shown["lower"], shown["upper"], color=BAND, lw=5, zorder=1)
    _dots(ax, shown["efficiency"], places, GREY, marker="s")
    bootstrapped = bool(shown["corrected"].notna().any())
    if bootstrapped:
        _dots(ax, shown["corrected"], places, BLUE)
    for y, unit, peers in zip(places, shown["unit"], shown["peers"], strict=True):
        own = peers == str(unit)
        text = (
            word("indices.on_frontier", lang)
            if own
            else word("indices.peers", lang).format(peers=_short(peers, lang))
        )
        ax.text(1.02, y, text, transform=ax.get_yaxis_transform(), va="center", color=INK if own else MUTED)
    _name_rows(ax, [str(u) for u in shown["unit"]], len(rows) - len(shown), lang)
    low = min((x for x in [*shown["lower"], *shown["efficiency"]] if not math.isnan(x)), default=0.0)
    ax.set_xlim(max(0.0, math.floor(low * 10 - 0.5) / 10), 1.02)
    ax.axvline(1, color=MUTED, lw=0.9, ls=":")
    ax.set(
        xlabel=word("indices.axis_corrected" if bootstrapped else "indices.axis_efficiency", lang), ylabel=""
    )
    ax.grid(axis="x", color=LINE)
    return ax


def _dots(ax: Axes, xs: Any, ys: Any, colour: str, *, marker: str = "o") -> None:
    import seaborn as sns

    size = 42 if marker == "o" else 22
    sns.scatterplot(
        x=list(xs),
        y=list(ys),
        ax=ax,
        color=colour,
        s=size,
        marker=marker,
        linewidth=0,
        zorder=3,
        legend=False,
    )


def _name_rows(ax: Axes, names: list[str], more: int, lang: str) -> None:
    """Names at the rows, and how many rows the picture leaves to the table."""
    labels = [_cut(name) if len(name) > 2 * LONG else name for name in names]
    places = list(range(len(labels)))
    if more > 0:
        labels.append(word("indices.more_units", lang).format(n=more))
        places.append(len(places))
    ax.set_yticks(places, labels)
    if more > 0:
        ax.get_yticklabels()[-1].set_color(MUTED)
    ax.set_ylim(len(places) - 0.4, -0.6)


def _short(peers: str, lang: str) -> str:
    names = [_cut(name) for name in peers.split("; ")]
    comma = "、" if lang == "zh" else ", "
    return comma.join(names[:2]) + ("…" if len(names) > 2 else "")


def _cut(name: str) -> str:
    return name if len(name) <= LONG else name[: LONG - 1] + "…"


def _rank_ticks(last: float) -> list[int]:
    """Rank 1 and a few round ranks up to the last."""
    from matplotlib.ticker import MaxNLocator

    ticks = MaxNLocator(nbins=6, integer=True).tick_values(1, max(last, 2))
    return sorted({1} | {int(t) for t in ticks if 1 < t <= last})


PLOTS: dict[str, Callable[..., Any]] = {
    "robustness": draw_robustness,
    "gini": draw_gini,
    "concentration": draw_concentration,
    "dea": draw_dea,
}
