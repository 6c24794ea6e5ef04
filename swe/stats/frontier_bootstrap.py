"""Bootstrapped efficiency: how far the observed frontier lies inside the true one, and intervals.

DEA flatters everybody, because the best observed are taken for the best possible; few units make it worse.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from swe.core.errors import DataError
from swe.stats.frontiers import Technology, efficiencies
from swe.stats.index_frames import Floats

NORMAL_REFERENCE = 1.06  # Silverman 1986, §3.4.2
QUARTILE_RANGE = 1.34  # of the standard normal distribution, ibid.
ON_FRONTIER = 1e-6  # solver tolerance


@dataclass(frozen=True)
class Bootstrapped:
    """Bias-corrected efficiencies and limits (n,), and the bandwidth."""

    corrected: Floats
    lower: Floats
    upper: Floats
    bandwidth: float


def smoothed_bootstrap(
    technology: Technology, efficiency: Floats, *, draws: int, level: float, seed: int
) -> Bootstrapped:
    """Homogeneous smoothed bootstrap of Simar & Wilson 1998, doi:10.1287/mnsc.44.1.49, with two repairs (`_smooth_draw`).

    Efficiencies are drawn from a kernel density reflected at 1; each draw moves the reference units radially and
    measures the observed ones against them. Limits are θ̂ minus quantiles of θ̂* − θ̂ (Simar & Wilson 2000,
    doi:10.1080/02664760050081951).
    """
    h = bandwidth(efficiency)
    rng = np.random.default_rng(seed)
    drawn = np.empty((draws, len(efficiency)))
    for b in range(draws):
        moved = efficiency / _smooth_draw(rng, efficiency, h)
        pseudo = (
            Technology(technology.x, technology.y / moved[:, None], technology.variable, True)
            if technology.output
            else Technology(technology.x * moved[:, None], technology.y, technology.variable, False)
        )
        drawn[b] = efficiencies(pseudo, technology.x, technology.y)
    difference = drawn - efficiency
    low, high = np.quantile(difference, [(1 - level) / 2, (1 + level) / 2], axis=0)
    return Bootstrapped(efficiency - difference.mean(axis=0), efficiency - high, efficiency - low, h)


def bandwidth(efficiency: Floats) -> float:
    """Normal-reference rule on the reflected inefficient units, rescaled (Daraio & Simar 2007, p. 61,
    doi:10.1007/978-0-387-35231-2)."""
    inside = efficiency[efficiency < 1 - ON_FRONTIER]
    if len(inside) < 2:
        raise DataError(
            f"只有 {len(inside)} 个单位不在前沿上，自助法无从估计：请减少投入产出项或增加单位",
            f"{len(inside)} units lie below the frontier, the bootstrap has nothing to go by: use fewer inputs and "
            "outputs or more units",
        )
    reflected = np.concatenate([inside, 2 - inside])
    q1, q3 = np.quantile(reflected, [0.25, 0.75])
    spread = min(float(reflected.std(ddof=1)), float(q3 - q1) / QUARTILE_RANGE)
    h = NORMAL_REFERENCE * spread * len(reflected) ** -0.2
    n = len(efficiency)
    return float(h * (len(reflected) / n) ** 0.2 * efficiency.std(ddof=1) / reflected.std(ddof=1))


def _smooth_draw(rng: np.random.Generator, efficiency: Floats, h: float) -> Floats:
    """n values in (0, 1] from the kernel density of the inefficient units, reflected at 1.

    Units on the observed frontier stand at 1 because it passes through them, a mass that the true density has not
    (Kneip, Simar & Wilson 2008, doi:10.1017/S0266466608080651). Nor are draws rescaled to the variance of the
    efficiencies as in 1998: that keeps the best of a sample inside of 1 by O(h²), more than the bias that is to be measured.
    """
    inside = efficiency[efficiency < 1 - ON_FRONTIER]
    n = len(efficiency)
    noisy = inside[rng.integers(len(inside), size=n)] + h * rng.standard_normal(n)
    folded = np.where(noisy <= 1, noisy, 2 - noisy)
    return np.clip(folded, efficiency.min() / 2, 1.0)  # a far kernel draw must not reach 0
