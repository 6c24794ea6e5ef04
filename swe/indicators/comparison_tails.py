"""How far the tails of counts reach beyond the normal ones that rank sets assume, among so many units at once.

On the scale of `comparison_spread.stable` counts are nearly normal in the middle; the largest gap of hundreds of units is
decided in the tails, where small denominators are not. Without a correction 300 equal units of 20 to 60 cases fell into two
tiers in 11 % of simulations, where 5 % is promised.
"""

from __future__ import annotations

import numpy as np

from swe.indicators.comparison_spread import Floats, Target, stable
from swe.stats.rank_sets import bonferroni
from swe.stats.ranking import BOOTSTRAP_UP_TO

DRAWS, DRAWS_OF_MANY = 500, 250  # the second for more units than `stats.ranks` bootstraps
BINS = 64  # of standard errors; the same bound for counts and for normal errors, so that it cancels in their ratio
SEED = 0


def widening(exposure: Floats, target: Target, *, binomial: bool, level: float = 0.95) -> float:
    """By how much standard errors must grow for the largest gap of equal units to be as rare as `level` promises; at least 1.

    exposure of shape (k,): denominators of shares, whole, or exposures of rates. Counts are drawn at the target with its
    dispersion and no variance between units; the quantile of their largest standardised gap is divided by the critical value
    that `stats.ranks` takes: the quantile of normal errors, or Bonferroni's for more units than it bootstraps.
    """
    k = len(exposure)
    draws = DRAWS_OF_MANY if k > BOOTSTRAP_UP_TO else DRAWS
    usable = 0 < target.value < (1 if binomial else np.inf)
    if k < 2 or not usable:
        return 1.0
    rng = np.random.default_rng(SEED)
    order = np.argsort(exposure, kind="stable")
    e, phi = exposure[order], target.dispersion
    _, s = stable(e, e, binomial=binomial, dispersion=phi)
    groups = np.linspace(0, k, min(BINS, k) + 1).astype(int)[:-1]
    smallest = np.minimum.reduceat(s, groups)
    scale = 1 / np.hypot(smallest[:, None], smallest[None, :])
    if len(groups) == k:
        np.fill_diagonal(scale, 0)

    def gap(errors: Floats) -> float:
        high, low = np.maximum.reduceat(errors, groups), np.minimum.reduceat(errors, groups)
        return float(((high[:, None] - low[None, :]) * scale).max())

    def counts() -> Floats:
        if binomial:
            return rng.binomial(np.round(e).astype(int), target.value).astype(float)
        return np.asarray(phi * rng.poisson(target.value * e / phi), dtype=float)

    seen = [gap(stable(counts(), e, binomial=binomial, dispersion=phi)[0]) for _ in range(draws)]
    if k > BOOTSTRAP_UP_TO:
        promised = bonferroni(k, level)[1]
    else:
        promised = float(np.quantile([gap(rng.standard_normal(k) * s) for _ in range(draws)], level))
    return max(1.0, float(np.quantile(seen, level)) / promised)
