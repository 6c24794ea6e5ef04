"""Sentences of surveys, scales, changes and entry quality: the number, its interval, its basis, in zh or en."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING

from swe.show.words import word

if TYPE_CHECKING:
    from swe.show.result import Result

CEILING = 0.9  # as in the note of the survey: more than this at the top of the scale
HEAPED = 0.05  # p below which heaping is said, not its absence


def share(x: float) -> str:
    """A fraction as per cent with one digit; — where there is none."""
    return "—" if math.isnan(x) else f"{x:.1%}".replace("-", "−")


def plain(x: float) -> str:
    """Two digits below 10, one below 1,000, none above or for whole numbers.

    >>> plain(0.6201), plain(42.375), plain(3404940.1), plain(19.0), plain(float("nan"))
    ('0.62', '42.4', '3,404,940', '19', '—')
    """
    if not math.isfinite(x):
        return "—"
    digits = 0 if float(x).is_integer() or abs(x) >= 1000 else 2 if abs(x) < 10 else 1
    return f"{x:,.{digits}f}".replace("-", "−")


def small(p: float) -> str:
    """A p-value after its p: three digits, or that it is below the last of them."""
    return "—" if math.isnan(p) else "< 0.001" if p < 0.001 else f"= {p:.3f}"


def _limits(result: Result, form: Callable[[float], str], stem: str = "") -> dict[str, str]:
    return {name: form(result.values.get(f"{stem}{name}", math.nan)) for name in ("lower", "upper")}


def _survey(result: Result, lang: str) -> str:
    kind = str(result.table["kind"].iloc[0])
    form = share if kind == "proportion" else plain
    said = word(f"surveys.{kind}", lang).format(
        estimate=form(result["estimate"]), **_limits(result, form), n=plain(result["n"]),
        deff=plain(result["deff"]), effective=plain(float(_round(result["n_effective"]))),
    )  # fmt: skip
    top = result.values.get("top_share", math.nan)
    return (
        said + _space(lang) + word("surveys.ceiling", lang).format(top=share(top)) if top > CEILING else said
    )


def _round(x: float) -> float:
    return x if math.isnan(x) else round(x)


def _space(lang: str) -> str:
    return "" if lang == "zh" else " "


def _reliability(result: Result, lang: str) -> str:
    return word("surveys.reliability", lang).format(
        items=plain(result["items"]), alpha=plain(result["alpha"]), **_limits(result, plain),
        omega=plain(result["omega"]), straight=share(result["straight_lined"]), n=plain(result["n"]),
    )  # fmt: skip


def _icc(result: Result, lang: str) -> str:
    return word("surveys.icc", lang).format(
        raters=plain(result["raters"]), n=plain(result["n"]), single=plain(result["icc_2_1"]),
        **_limits(result, plain, "icc_2_1_"), mean=plain(result["icc_2_k"]),
    )  # fmt: skip


def _kappa(result: Result, lang: str) -> str:
    key = "kappa_none" if math.isnan(result["kappa"]) else "kappa"
    return word(f"surveys.{key}", lang).format(
        raters=plain(result["raters"]), n=plain(result["n"]), agreement=share(result["agreement"]),
        kappa=plain(result["kappa"]), **_limits(result, plain),
    )  # fmt: skip


def _awareness(result: Result, lang: str) -> str:
    return word("surveys.awareness", lang).format(
        n=plain(result["n"]), estimate=share(result["estimate"]), **_limits(result, share)
    )


def _change(result: Result, lang: str) -> str:
    said = word("surveys.change", lang).format(
        n=plain(result["n"]), mean=plain(result["mean_change"]), g=plain(result["g"]),
        **_limits(result, plain, "g_"),
    )  # fmt: skip
    if math.isnan(result["rci_improved"]):
        return said
    more = word("surveys.change_reliable", lang).format(
        improved=share(result["rci_improved"]), worsened=share(result["rci_worsened"])
    )
    return said + _space(lang) + more


def _goal_attainment(result: Result, lang: str) -> str:
    key = "goal_many" if result["n"] > 1 else "goal_one"
    return word(f"surveys.{key}", lang).format(
        n=plain(result["n"]), estimate=plain(result["estimate"]), goals=plain(result["goals"]),
        attained=share(result["attained"]), expected=plain(50.0), **_limits(result, plain),
    )  # fmt: skip


def _nap(result: Result, lang: str) -> str:
    return word("surveys.nap", lang).format(
        estimate=share(result["estimate"]), **_limits(result, share), before=plain(result["n_baseline"]),
        during=plain(result["n_intervention"]), none=share(0.5),
    )  # fmt: skip


def _heaping(result: Result, lang: str) -> str:
    key = "heaping" if result["p"] < HEAPED else "heaping_none"
    return word(f"surveys.{key}", lang).format(
        n=plain(result["n"]), share=share(result["share"]), **_limits(result, share),
        expected=share(result["expected"]), index=plain(result["index"]),
    )  # fmt: skip


def _bunching(result: Result, lang: str) -> str:
    key = "bunching" if result["n"] else "bunching_none"
    return word(f"surveys.{key}", lang).format(
        above=plain(result["above"]), below=plain(result["below"]), estimate=share(result["estimate"]),
        **_limits(result, share), p=small(result["p"]),
    )  # fmt: skip


def _late_entry(result: Result, lang: str) -> str:
    return word("surveys.late_entry", lang).format(
        n=plain(result["n"]), late=plain(result["late"]), share=share(result["share"]), **_limits(result, share),
        median=plain(result["median_days"]), closing=share(result["quarter_end_share"]),
        expected=share(result["quarter_end_expected"]),
    )  # fmt: skip


def _copied(result: Result, lang: str) -> str:
    said = word("surveys.copied", lang).format(
        n=plain(result["n"]), copies=plain(result["copies"]), share=share(result["share"]),
        pairs=plain(result["pairs"]), expected=plain(result["pairs_expected"]),
    )  # fmt: skip
    straight = result.values.get("straight_lined", math.nan)
    if math.isnan(straight):
        return said
    return said + _space(lang) + word("surveys.copied_straight", lang).format(straight=share(straight))


def _completeness_bounds(result: Result, lang: str) -> str:
    form = share if result.table["kind"].iloc[0] == "share" else plain
    return word("surveys.completeness_bounds", lang).format(
        due=plain(result["due"]), n=plain(result["n"]), completeness=share(result["completeness"]),
        estimate=form(result["estimate"]), **_limits(result, form),
    )  # fmt: skip


def _target_forecast(result: Result, lang: str) -> str:
    key = "target_over" if result["months_left"] == 0 else "target_forecast"
    return word(f"surveys.{key}", lang).format(
        n=plain(result["n"]), rate=plain(result["rate"]), target=plain(result["target"]),
        probability=_likely(result["probability"]), estimate=plain(float(_round(result["estimate"]))),
        **_limits(result, plain), required=plain(result["required"]), reached=plain(result["reached"]),
    )  # fmt: skip


def _likely(p: float) -> str:
    """A probability that is neither 0 nor 1 is not written as either."""
    return "< 0.1%" if 0 < p < 0.001 else "> 99.9%" if 0.999 < p < 1 else share(p)


WRITERS: dict[str, Callable[[Result, str], str]] = {
    "survey": _survey,
    "reliability": _reliability,
    "icc": _icc,
    "kappa": _kappa,
    "awareness": _awareness,
    "change": _change,
    "goal_attainment": _goal_attainment,
    "nap": _nap,
    "heaping": _heaping,
    "bunching": _bunching,
    "late_entry": _late_entry,
    "copied": _copied,
    "completeness_bounds": _completeness_bounds,
    "target_forecast": _target_forecast,
}
