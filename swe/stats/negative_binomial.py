"""The negative binomial of counts whose rates are gamma: its two parameters by maximum likelihood.

Shrinkage and predictive limits stand on the same fit.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize
from scipy.special import gammaln, psi, zeta

from swe.core.errors import DataError
from swe.stats.frames import Floats

NO_SPREAD = 1e-9  # gain in log-likelihood over Poisson below which rates do not differ beyond chance
RANGE = 25.0  # of log(1/α) in the search


@dataclass(frozen=True)
class GammaRates:
    """Rates ~ gamma(alpha, beta), mean alpha/beta; both are infinite where nothing varies beyond chance."""

    alpha: float
    beta: float
    mean: float
    gradient: float


def fit(y: Floats, e: Floats) -> GammaRates:
    """α and β that maximise Π NB(y; mean αe/β, size α). y, e of shape (k,), e > 0; some y above 0."""
    if not y.sum() > 0:
        raise DataError(
            "没有一起事件，率的分布无法估计", "there is no event at all, and no distribution of rates"
        )
    mean = float(y.sum() / e.sum())
    beyond = float(((y - mean * e) ** 2 - y).sum() / (mean**2 * (e**2).sum()))
    found = minimize(
        _minus_log_likelihood,
        [np.log(mean), np.log(max(beyond, 1e-3))],
        args=(y, e),
        jac=True,
        method="L-BFGS-B",
        bounds=[(None, None), (-RANGE, RANGE)],
    )
    poisson = -_poisson(y, e, mean)
    if poisson - float(found.fun) < NO_SPREAD * max(1.0, abs(poisson)) ** 0.5:
        return GammaRates(np.inf, np.inf, mean, 0.0)
    theta = _polished(np.asarray(found.x), y, e)
    gradient = _minus_log_likelihood(theta, y, e)[1]
    alpha, mean = float(np.exp(-theta[1])), float(np.exp(theta[0]))
    return GammaRates(alpha, alpha / mean, mean, float(np.abs(gradient).max()))


def _minus_log_likelihood(theta: Floats, y: Floats, e: Floats) -> tuple[float, Floats]:
    """At log mean and log(1/α), with its gradient."""
    mu, alpha = np.exp(theta[0]) * e, np.exp(-theta[1])
    log_ratio = np.log1p(mu / alpha)
    value = (
        _rising(alpha, y) - gammaln(y + 1) - alpha * log_ratio + y * (np.log(mu) - np.log(alpha) - log_ratio)
    )
    by_mean = alpha * (y - mu) / (alpha + mu)
    by_alpha = psi(y + alpha) - psi(alpha) - log_ratio - (y - mu) / (alpha + mu)
    return -float(value.sum()), -np.array([by_mean.sum(), -alpha * by_alpha.sum()])


def _rising(alpha: float, y: Floats) -> Floats:
    """log Γ(α + y) − log Γ(α), steady for large α."""
    if alpha < 1e6:
        return gammaln(alpha + y) - gammaln(alpha)
    return y * np.log(alpha) + y * (y - 1) / (2 * alpha)


def _poisson(y: Floats, e: Floats, mean: float) -> float:
    mu = mean * e
    return float((y * np.log(mu) - mu - gammaln(y + 1)).sum())


def _polished(theta: Floats, y: Floats, e: Floats) -> Floats:
    """Newton steps from the search's end to the root of the gradient; a step that does not lower it is not taken."""
    for _ in range(20):
        value, gradient = _minus_log_likelihood(theta, y, e)
        step = np.linalg.lstsq(_hessian(theta, y, e), gradient, rcond=None)[0]
        tried = theta - np.clip(step, -1, 1)
        after = _minus_log_likelihood(tried, y, e)
        if not np.abs(after[1]).max() < np.abs(gradient).max() or after[0] > value + 1e-6 * abs(value):
            break
        theta = tried
    return theta


def _hessian(theta: Floats, y: Floats, e: Floats) -> Floats:
    mu, a = np.exp(theta[0]) * e, float(np.exp(-theta[1]))
    whole = a + mu
    by_mean = (a * mu * (a + y) / whole**2).sum()
    cross = a * (mu * (y - mu) / whole**2).sum()
    first = (psi(y + a) - psi(a) - np.log1p(mu / a) - (y - mu) / whole).sum()
    second = (zeta(2, y + a) - zeta(2, a) + mu / (a * whole) + (y - mu) / whole**2).sum()
    by_alpha = -(a * first + a**2 * second)
    return np.array([[by_mean, cross], [cross, by_alpha]])
