"""Limits of a funnel: exact quantiles, overdispersion, and predictive limits, as functions on arrays.

How far a unit may lie from the target by chance alone, and how far when units differ among themselves as they do.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.special import betaln, gammaln, ndtri
from scipy.stats import beta as beta_distribution
from scipy.stats import binom, nbinom, poisson

from swe.stats.frames import Floats

Overdispersion = Literal["none", "multiplicative", "additive"]
WINSORISED = 0.10  # of the z-scores at either end (Spiegelhalter 2005)
# Variance of a standard normal winsorised at 10 % and 90 %: 1 − 2a − 2qϕ(q) + 2aq², a = 0.1, q = 1.28155
NORMAL_WINSORISED_VARIANCE = 0.6786546
EXACT_BELOW = (
    50  # expected events (or expected successes or failures) below which the normal limits are not used
)
SUMMED_BELOW = (
    2000  # denominators up to which the beta-binomial is summed; above it is a beta, moments matched
)


@dataclass(frozen=True)
class Spread:
    """How much z-scores vary beyond chance: winsorised and corrected φ, raw φ, and τ² between units."""

    phi: float
    phi_raw: float
    tau2: float


def overdispersion(z: Floats, s: Floats) -> Spread:
    """φ and τ² of k units, z = (y − θ0)/s.

    φ = Σz_w²/(k·0.6786546), z_w the winsorised z; φ_raw = Σz²/k; τ² = max(0, (kφ − (k−1))/(Σw − Σw²/Σw)), w = 1/s².
    Spiegelhalter (2005), doi:10.1136/qshc.2005.013755; Spiegelhalter et al. (2012), doi:10.1111/j.1467-985X.2011.01010.x.
    """
    k = len(z)
    low, high = np.quantile(z, [WINSORISED, 1 - WINSORISED])
    phi = float(np.sum(np.clip(z, low, high) ** 2) / (k * NORMAL_WINSORISED_VARIANCE))
    w = 1 / s**2
    room = w.sum() - (w**2).sum() / w.sum()
    tau2 = max(0.0, (k * phi - (k - 1)) / room) if room > 0 else 0.0
    return Spread(phi, float(np.sum(z**2) / k), float(tau2))


def inflation(kind: Overdispersion, spread: Spread, s: Floats) -> Floats:
    """By what factor limits lie farther from the target: √max(1, φ), or √(1 + τ²/s²)."""
    if kind == "multiplicative":
        return np.full(s.shape, np.sqrt(max(1.0, spread.phi)))
    if kind == "additive":
        return np.sqrt(1 + spread.tau2 / s**2)
    return np.ones_like(s)


def limits(
    target: float, denominator: Floats, s: Floats, *, level: float, binomial: bool
) -> tuple[Floats, Floats]:
    """Chance limits of y at `level`: exact where fewer than 50 events are expected, normal from there.

    `denominator` is the expected number (Poisson) or n (binomial), shape (k,); returns lower and upper, (k,).
    """
    z = float(ndtri((1 + level) / 2))
    lower, upper = np.maximum(target - z * s, 0), target + z * s
    expected = target * denominator
    few = expected < EXACT_BELOW
    if binomial:
        upper = np.minimum(upper, 1)
        few = np.minimum(expected, denominator - expected) < EXACT_BELOW
    if few.any():
        m = denominator[few]
        law = binom(m, target) if binomial else poisson(target * m)
        tail = (1 - level) / 2
        lower[few] = np.maximum(_interpolated(law, tail), 0) / m
        upper[few] = _interpolated(law, 1 - tail) / m
    return lower, upper


def _interpolated(law, p: float) -> Floats:  # type: ignore[no-untyped-def]  # a frozen discrete scipy distribution
    """Spiegelhalter's continuous quantile of a count: r − (P(Y ≤ r) − p)/P(Y = r), r the smallest with P(Y ≤ r) ≥ p."""
    r = law.ppf(p)
    return r - (law.cdf(r) - p) / law.pmf(r)


# -- predictive: the limits of a new unit of the same kind --


def negative_binomial_limits(
    expected: Floats, *, alpha: float, beta: float, level: float
) -> tuple[Floats, Floats]:
    """Limits of y = O/E when rates are gamma(α, β): counts are negative binomial. Infinite α: Poisson."""
    tail = (1 - level) / 2
    law = nbinom(alpha, beta / (beta + expected)) if np.isfinite(alpha) else poisson(expected * beta)
    return np.maximum(_interpolated(law, tail), 0) / expected, _interpolated(law, 1 - tail) / expected


def beta_binomial_limits(n: Floats, *, mean: float, rho: float, level: float) -> tuple[Floats, Floats]:
    """Limits of y = x/n when shares are beta with this mean and intra-unit correlation ρ; the plain binomial at ρ = 0."""
    tail = (1 - level) / 2
    if rho <= 0:
        law = binom(n, mean)
        return np.maximum(_interpolated(law, tail), 0) / n, _interpolated(law, 1 - tail) / n
    sizes, place = np.unique(n, return_inverse=True)
    pairs = np.array([_beta_binomial_pair(m, mean, rho, tail) for m in sizes])
    return pairs[place, 0], pairs[place, 1]


def _beta_binomial_pair(n: float, mean: float, rho: float, tail: float) -> tuple[float, float]:
    size = 1 / rho - 1
    if n > SUMMED_BELOW:
        spread = (1 + (n - 1) * rho) / n  # Var(x/n) / (mean(1 − mean))
        a, b = mean * (1 / spread - 1), (1 - mean) * (1 / spread - 1)
        return float(beta_distribution.ppf(tail, a, b)), float(beta_distribution.isf(tail, a, b))
    a, b, x = mean * size, (1 - mean) * size, np.arange(n + 1)
    choose = gammaln(n + 1) - gammaln(x + 1) - gammaln(n - x + 1)
    mass = np.exp(choose + betaln(x + a, n - x + b) - betaln(a, b))
    cumulative = np.cumsum(mass)
    found = []
    for p in (tail, 1 - tail):
        r = min(int(np.searchsorted(cumulative, p)), int(n))
        found.append(max(0.0, (r - (cumulative[r] - p) / mass[r]) / n))
    return found[0], found[1]
