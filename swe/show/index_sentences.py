"""Sentences of indices, inequality and efficiency: what was found and how far it holds, never a bare ranking."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING

from swe.show.words import word

if TYPE_CHECKING:
    from swe.show.result import Result

CONSISTENT = 0.1  # Saaty 1980


def _three(x: float) -> str:
    return "—" if math.isnan(x) else f"{x:.3f}".replace("-", "−")


def _percent(x: float) -> str:
    return f"{x:.1%}"


def _composite(result: Result, lang: str) -> str:
    rows = result.table
    known = rows.loc[rows["value"].notna()]
    shares = {k.removeprefix("effective_"): v for k, v in result.values.items() if k.startswith("effective_")}
    first = [str(u) for u in known.loc[known["rank"] == 1, "unit"]]
    fields = {
        "n": str(len(known)),
        "indicators": str(len(shares)),
        "best": ("、" if lang == "zh" else ", ").join(first),
    }
    if any(math.isnan(v) for v in shares.values()):
        return word("indices.composite_plain", lang).format(**fields)
    heaviest = max(shares, key=lambda name: shares[name])
    return word("indices.composite", lang).format(
        **fields, heaviest=heaviest, share=_percent(shares[heaviest])
    )


def _ahp(result: Result, lang: str) -> str:
    ratio = result["consistency_ratio"]
    verdict = word("indices.ahp_consistent" if ratio <= CONSISTENT else "indices.ahp_inconsistent", lang)
    top = result.table.loc[result.table["weight"].idxmax()]
    return word("indices.ahp", lang).format(
        n=len(result.table), ratio=_three(ratio), verdict=verdict, heaviest=top["indicator"],
        share=_percent(top["weight"]),
    )  # fmt: skip


def _robustness(result: Result, lang: str) -> str:
    n, shift, flip = f"{result['n']:,.0f}", f"{result['mean_rank_shift']:.1f}", result["flip_probability"]
    if "factor" in result.table:
        return _factors(result, lang, n)
    if math.isnan(flip):
        return word("indices.robustness", lang).format(n=n, shift=shift)
    return word("indices.robustness_flip", lang).format(n=n, shift=shift, flip=_percent(flip))


def _factors(result: Result, lang: str, n: str) -> str:
    rows = result.table
    if rows["total"].isna().all():
        return word("indices.factor_none", lang).format(n=n)
    top = rows.loc[rows["total"].idxmax()]
    return word("indices.robustness_factor", lang).format(
        n=n, factor=factor_label(str(top["factor"]), lang), total=_three(top["total"])
    )


def factor_label(factor: str, lang: str) -> str:
    """A factor of the Sobol table in words."""
    if factor == "method":
        return word("indices.factor_method", lang)
    return word("indices.factor_weight", lang).format(name=factor)


def _coupling(result: Result, lang: str) -> str:
    fields = {name: _three(result[name]) for name in ("C", "T", "D")}
    if len(result.table) == 1:
        return word("indices.coupling", lang).format(**fields)
    return word("indices.coupling_many", lang).format(n=f"{result['n']:,.0f}", **fields)


def _theil(result: Result, lang: str) -> str:
    n, total, between = f"{result['n']:,.0f}", result["theil"], result["between"]
    if math.isnan(between) or not total > 0:
        return word("indices.theil", lang).format(n=n, theil=_three(total))
    return word("indices.theil_parts", lang).format(n=n, theil=_three(total), share=_percent(between / total))


def _gini(result: Result, lang: str) -> str:
    return word("indices.gini", lang).format(n=f"{result['n']:,.0f}", gini=_three(result["gini"]))


def _concentration(result: Result, lang: str) -> str:
    lower, upper = result["lower"], result["upper"]
    key = "high" if lower > 0 else "low" if upper < 0 else "unsure"
    return word(f"indices.concentration_{key}", lang).format(
        index=_three(result["concentration"]), lower=_three(lower), upper=_three(upper)
    )


def _dea(result: Result, lang: str) -> str:
    fields = {
        "n": f"{result['n']:,.0f}",
        "mean": _three(result["mean"]),
        "efficient": f"{result['efficient']:,.0f}",
    }
    if "mean_corrected" in result.values:
        corrected = _three(result["mean_corrected"])
        return word("indices.dea_interval", lang).format(**fields, corrected=corrected)
    return word("indices.dea", lang).format(**fields)


WRITERS: dict[str, Callable[[Result, str], str]] = {
    "composite": _composite,
    "ahp": _ahp,
    "robustness": _robustness,
    "coupling": _coupling,
    "theil": _theil,
    "gini": _gini,
    "concentration": _concentration,
    "dea": _dea,
}
