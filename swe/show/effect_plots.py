"""Pictures of effect estimates: event studies, roll-outs, decompositions, sensitivity, power, pairs."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from swe.show import dots
from swe.show.cohort_plot import draw_cohorts
from swe.show.cohort_plot import height as cohort_height
from swe.show.effect_sentences import figure, share
from swe.show.event_plot import draw_calendar, draw_event
from swe.show.style import BAD, BAND, BLUE, GREY, INK, LINE, MUTED
from swe.show.words import word

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from swe.show.result import Result

MARKS = {
    "treated_vs_never": ("o", BLUE), "earlier_vs_later": ("s", GREY), "later_vs_earlier": ("X", BAD),
    "treated_vs_always": ("^", BAD),
}  # fmt: skip


def draw_overall(ax: Axes, result: Result, *, lang: str = "zh") -> Axes:
    """One effect, or one coefficient a row, with intervals around zero."""
    rows = result.table
    name = next(c for c in ("term", "estimand", *rows.columns) if c in rows.columns)
    value = "att" if "att" in rows.columns else "estimate"
    labels = [
        word("effects.plot_effect", lang) if v in ("overall", "treated") else str(v) for v in rows[name]
    ]
    found = [
        dots.Dot(label, float(v), float(a), float(b), figure(float(v)), i == 0)
        for i, (label, v, a, b) in enumerate(
            zip(labels, rows[value], rows["lower"], rows["upper"], strict=True)
        )
    ]
    return _around_zero(ax, found)


def _around_zero(ax: Axes, found: list[dots.Dot]) -> Axes:
    from matplotlib.ticker import MaxNLocator

    ends = [0.0, *(x for d in found for x in (d.value, d.lower, d.upper) if x is not None and abs(x) < 1e300)]
    margin = 0.08 * (max(ends) - min(ends)) or 1.0
    dots.draw(ax, found, limits=(min(ends) - margin, max(ends) + margin))
    ax.axvline(0, color=INK, lw=0.9, zorder=1.5)
    ax.xaxis.set_major_locator(MaxNLocator(nbins=5))
    ax.xaxis.set_major_formatter(lambda v, _: figure(round(v, 12)))
    return ax


def draw_bacon(ax: Axes, result: Result, *, lang: str = "zh") -> Axes:
    """Two-by-two estimates over their weights; comparisons with units already treated are crossed."""
    rows = result.table
    ax.axhline(0, color=LINE, lw=0.9)
    ax.axhline(result["twfe"], color=MUTED, lw=1, ls=(0, (4, 3)))
    for kind, (mark, colour) in MARKS.items():
        part = rows[rows["type"] == kind]
        if len(part):
            ax.scatter(part["weight"], part["estimate"], marker=mark, color=colour, s=34, linewidths=0, zorder=3,
                       label=word(f"effects.plot_{kind}", lang))  # fmt: skip
    right = float(rows["weight"].max()) * 1.25  # room for the coefficient beside the points
    ax.set_xlim(right=right * 1.01)
    ax.text(right, result["twfe"], word("effects.plot_twfe", lang).format(value=figure(result["twfe"])),
            ha="right", va="bottom", color=MUTED)  # fmt: skip
    ax.legend(
        loc="lower left", bbox_to_anchor=(0, 1.0), ncols=2, frameon=False, handletextpad=0.2, borderpad=0
    )
    ax.set(xlabel=word("effects.plot_weight", lang), ylabel=word("effects.plot_estimate", lang))
    ax.xaxis.set_major_formatter(lambda v, _: share(v))
    _values(ax)
    return ax


def _values(ax: Axes) -> None:
    ax.yaxis.set_major_formatter(lambda v, _: figure(round(v, 12)))
    ax.grid(axis="y", color=LINE)


def draw_honest(ax: Axes, result: Result, *, lang: str = "zh") -> Axes:
    """Intervals by how far trends may part; blue while they leave out zero."""
    rows = result.table
    places = range(len(rows))
    ax.axhline(0, color=INK, lw=0.9)
    for x, low, high, covers in zip(places, rows["lower"], rows["upper"], rows["covers_zero"], strict=True):
        ax.plot([x, x], [low, high], color=GREY if covers else BLUE, lw=5, solid_capstyle="butt")
    ax.axhline(result["att"], color=MUTED, lw=1, ls=(0, (4, 3)))
    ax.set_xticks(list(places), [figure(m) for m in rows["m"]])
    ax.set_xlim(-0.6, len(rows) - 0.4)
    kind = str(rows["restriction"].iloc[0])
    ax.set(xlabel=word(f"effects.plot_{kind}", lang), ylabel=word("effects.plot_effect", lang))
    _values(ax)
    return ax


def draw_power(ax: Axes, result: Result, *, lang: str = "zh") -> Axes:
    """Power over the size of the effect, with the smallest one that is found."""
    rows, target = result.table, result["power"]
    ax.plot(rows["effect"], rows["power"], color=BLUE, lw=1.8)
    ax.plot([0, result["mde"], result["mde"]], [target, target, 0], color=MUTED, lw=1, ls=(0, (4, 3)))
    ax.annotate(word("effects.plot_mde", lang).format(mde=figure(result["mde"]), power=share(target)), (result["mde"], target),
                xytext=(8, -12), textcoords="offset points", color=MUTED)  # fmt: skip
    ax.set(xlabel=word("effects.plot_effect", lang), ylabel=word("effects.plot_power", lang), ylim=(0, 1.02))
    ax.xaxis.set_major_formatter(lambda v, _: figure(round(v, 12)))
    ax.yaxis.set_major_formatter(lambda v, _: f"{v:.0%}")
    ax.grid(axis="y", color=LINE)
    return ax


def draw_randomisation(ax: Axes, result: Result, *, lang: str = "zh") -> Axes:
    """Statistics of redrawn roll-outs, and the observed one."""
    import seaborn as sns

    drawn, seen = result.table["statistic"].iloc[1:], float(result.table["statistic"].iloc[0])
    sns.histplot(x=drawn.to_numpy(), ax=ax, color=BAND, bins=30, linewidth=0.4, edgecolor="white", alpha=1)
    ax.axvline(seen, color=BLUE, lw=1.8)
    ax.text(seen, 1.0, word("effects.plot_observed", lang), transform=ax.get_xaxis_transform(), ha="center", va="bottom",
            color=BLUE)  # fmt: skip
    ax.set(xlabel=word("effects.plot_statistic", lang), ylabel="")
    ax.set_yticks([])
    ax.xaxis.set_major_formatter(lambda v, _: figure(round(v, 12)))
    return ax


def draw_balance(ax: Axes, result: Result, *, lang: str = "zh") -> Axes:
    """Standardised differences, the largest on top, around zero and a tenth on either side."""
    rows = result.table.dropna(subset="smd").sort_values("smd", key=abs, ascending=False)
    found = [
        dots.Dot(str(c), float(v), None, None, figure(float(v)))
        for c, v in zip(rows["covariate"], rows["smd"], strict=True)
    ]
    _around_zero(ax, found)
    low, high = ax.get_xlim()
    ax.set_xlim(min(low, -0.15), max(high, 0.15))
    for x in (-0.1, 0.1):
        ax.axvline(x, color=MUTED, lw=0.8, ls=(0, (2, 3)), zorder=1)
    ax.set_xlabel(word("effects.plot_smd", lang))
    return ax


def draw_match(ax: Axes, result: Result, *, lang: str = "zh") -> Axes:
    """The difference of changes of every pair, and their mean with its interval."""
    rows = result.table.sort_values("difference", ascending=False)
    found = [
        dots.Dot(
            word("effects.plot_mean", lang), result["att"], result["lower"], result["upper"], figure(result["att"]), True
        )
    ]  # fmt: skip
    if abs(result["lower"]) > 1e300:
        found = [
            dots.Dot(word("effects.plot_mean", lang), result["att"], None, None, figure(result["att"]), True)
        ]
    found += [
        dots.Dot(word("effects.plot_pair", lang).format(n=int(n)), float(d), None, None, figure(float(d)))
        for n, d in zip(rows["pair"], rows["difference"], strict=True)
    ]
    return _around_zero(ax, found)


def height(result: Result) -> float:
    """Inches that a picture needs."""
    if result.kind == "att_gt":
        return cohort_height(result)
    rows = {"match": len(result.table) + 1, "balance": len(result.table), "clustered": len(result.table)}
    if result.kind in rows:
        return 0.9 + 0.3 * rows[result.kind]
    return 1.2 if result.kind in ("att_simple", "twfe") else 3.2


PLOTS: dict[str, Callable[..., Any]] = {
    "att_gt": draw_cohorts,
    "att_simple": draw_overall,
    "att_event": draw_event,
    "att_group": draw_calendar,
    "att_calendar": draw_calendar,
    "imputation": draw_event,
    "bacon": draw_bacon,
    "twfe": draw_overall,
    "clustered": draw_overall,
    "honest": draw_honest,
    "power": draw_power,
    "randomisation": draw_randomisation,
    "balance": draw_balance,
    "match": draw_match,
}
