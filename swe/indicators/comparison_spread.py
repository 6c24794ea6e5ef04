"""How far units differ beyond chance: month-to-month dispersion, a common target, tails of the usual spread.

Pure functions on arrays; the laws are the Poisson and the binomial, widened by what was seen to vary.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import betabinom, binom, nbinom, poisson

from swe.stats.funnel_limits import inflation, limits, overdispersion
from swe.stats.intervals import count_limits, wilson

Floats = NDArray[np.float64]
ANSCOMBE = 3 / 8  # doi:10.1093/biomet/35.3-4.246
ROUNDS = 20  # of proportional fitting; balanced margins are met in the first


@dataclass(frozen=True)
class Target:
    """What units are compared with: the common value, the variance between units, dispersion within one (1: chance alone)."""

    value: float
    tau2: float
    dispersion: float = 1.0


def month_dispersion(months: pd.DataFrame) -> float:
    """φ of counts about unit × month margins: Pearson's X² over its degrees of freedom, at least 1.

    months   unit month count exposure; rows without a count are left out. A season that all units share is no noise.
    """
    rows = months[months["count"].notna() & (months["exposure"] > 0)]
    unit, units = pd.factorize(rows["unit"])
    month, all_months = pd.factorize(rows["month"])
    y, e = rows["count"].to_numpy(dtype=float), rows["exposure"].to_numpy(dtype=float)
    df = len(y) - len(units) - len(all_months) + 1
    if df < 1 or y.sum() == 0:
        return 1.0
    mu = e.copy()
    for _ in range(ROUNDS):
        for at, size in ((unit, len(units)), (month, len(all_months))):
            seen, made = (np.bincount(at, weights=v, minlength=size) for v in (y, mu))
            mu = mu * np.divide(seen, made, out=np.zeros(size), where=made > 0)[at]
    held = mu > 0
    pearson = float((((y - mu)[held]) ** 2 / mu[held]).sum())
    return max(1.0, pearson / df)


def pooled(count: Floats, exposure: Floats, *, binomial: bool, dispersion: float) -> Target:
    """The pooled value of k units and τ² between them (Spiegelhalter 2005, doi:10.1136/qshc.2005.013755)."""
    value = float(count.sum() / exposure.sum())
    s = chance(value, exposure, binomial=binomial, dispersion=dispersion)
    if not (s > 0).all():
        return Target(value, 0.0, dispersion)
    return Target(value, overdispersion((count / exposure - value) / s, s).tau2, dispersion)


def chance(value: float, exposure: Floats, *, binomial: bool, dispersion: float) -> Floats:
    """Standard error at the target by chance alone."""
    variance = value * (1 - value) if binomial else value * dispersion
    return np.sqrt(np.maximum(variance, 0) / exposure)


def own_interval(
    count: Floats, exposure: Floats, *, binomial: bool, dispersion: float
) -> tuple[Floats, Floats, Floats]:
    """Standard error and 95 % limits of each unit's own value: Wilson, or of a count of events count/φ, times φ."""
    if binomial:
        y = count / exposure
        low, high = wilson(count, exposure)
        return np.sqrt(y * (1 - y) / exposure), low, high
    low, high, _ = count_limits(count / dispersion)
    return np.sqrt(count * dispersion) / exposure, low * dispersion / exposure, high * dispersion / exposure


def tails(count: Floats, exposure: Floats, target: Target, *, binomial: bool) -> Floats:
    """Two-sided p of each unit against the usual spread: twice the smaller tail, at most 1.

    Rates: negative binomial of mean θE and variance φθE + τ²E², Poisson where that is no wider; shares: beta-binomial
    with correlation τ²/(θ(1−θ)), binomial where τ² = 0.
    """
    law = _binomial_law(exposure, target) if binomial else _count_law(exposure, target)
    lower, upper = law.cdf(count), law.sf(count - 1)
    return np.clip(2 * np.minimum(lower, upper), 0, 1)


def _count_law(exposure: Floats, target: Target):  # type: ignore[no-untyped-def]  # a frozen scipy distribution
    mean = target.value * exposure
    variance = target.dispersion * mean + target.tau2 * exposure**2
    if not (variance > mean * (1 + 1e-9)).all():
        return poisson(mean)
    return nbinom(mean**2 / (variance - mean), mean / variance)


def _binomial_law(n: Floats, target: Target):  # type: ignore[no-untyped-def]  # a frozen scipy distribution
    p = target.value
    rho = target.tau2 / (p * (1 - p)) if 0 < p < 1 else 0.0
    if rho <= 1e-9:
        return binom(n, p)
    size = 1 / min(rho, 1 - 1e-9) - 1
    return betabinom(n, p * size, (1 - p) * size)


def stable(count: Floats, exposure: Floats, *, binomial: bool, dispersion: float) -> tuple[Floats, Floats]:
    """Values on the scale on which chance does not depend on them, with standard errors: √ of rates, arcsine of shares.

    Anscombe (1948), doi:10.1093/biomet/35.3-4.246. A count of 0 has an error here, which its own square root has not.
    """
    if binomial:
        share = (count + ANSCOMBE) / (exposure + 2 * ANSCOMBE)
        return np.arcsin(np.sqrt(share)), 0.5 / np.sqrt(exposure + 0.5)
    return np.sqrt((count + ANSCOMBE * dispersion) / exposure), 0.5 * np.sqrt(dispersion / exposure)


def funnel_lines(exposure: Floats, target: Target, *, binomial: bool, level: float) -> tuple[Floats, Floats]:
    """Limits around a given target, with the variance between units (as `stats.funnel`, additive)."""
    from swe.stats.funnel_limits import Spread

    size = exposure if binomial else exposure / target.dispersion
    s = chance(target.value, exposure, binomial=binomial, dispersion=target.dispersion)
    low, high = limits(target.value, size, s, level=level, binomial=binomial)
    stretch = inflation("additive", Spread(1.0, 1.0, target.tau2), s)
    low = np.maximum(target.value - stretch * (target.value - low), 0)
    high = target.value + stretch * (high - target.value)
    return low, np.minimum(high, 1) if binomial else high
