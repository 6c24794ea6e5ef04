"""Confidence limits of counts and proportions: Wilson, Byar, exact Poisson, as functions on arrays.

Wald's limits fail where social work is: small stations, few cases, shares near 0 or 1.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri
from scipy.stats import gamma

from swe.core.errors import DataError
from swe.stats.frames import Floats, fraction

EXACT_BELOW = 10  # Byar's approximation serves from 10 events (Breslow & Day 1987, p. 69)


def z_value(level: float) -> float:
    """The two-sided normal quantile of a confidence level.

    >>> round(z_value(0.95), 6)
    1.959964
    """
    return float(ndtri((1 + fraction("level", level)) / 2))


def wilson(x: ArrayLike, n: ArrayLike, *, level: float = 0.95) -> tuple[Floats, Floats]:
    """Wilson score interval of a proportion.

    Parameters
    ----------
    x, n
        Counts of one shape, 0 ≤ x ≤ n.
    level
        Confidence level, a fraction.

    Returns
    -------
    lower, upper
        Arrays of that shape, in [0, 1].

    Raises
    ------
    DataError
        n is not positive, or x lies outside of [0, n].

    References
    ----------
    Wilson (1927), doi:10.1080/01621459.1927.10502953.

    Examples
    --------
    >>> lower, upper = wilson([15, 1094], [50, 1510])
    >>> lower.round(6).tolist(), upper.round(6).tolist()
    ([0.191036, 0.701421], [0.437504, 0.746446])
    """
    x, n = np.asarray(x, dtype=float), np.asarray(n, dtype=float)
    if not (np.all(n > 0) and np.all((x >= 0) & (x <= n))):
        raise DataError(
            "比例的分子须在 0 与分母之间，分母须为正数",
            "a proportion needs 0 ≤ numerator ≤ denominator, and a positive denominator",
        )
    z = z_value(level)
    p = x / n
    centre = (p + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z / (1 + z**2 / n) * np.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
    lower = np.where(x == 0, 0.0, centre - half)  # the formula's own limits, without binary dust
    upper = np.where(x == n, 1.0, centre + half)
    return np.clip(lower, 0, 1), np.clip(upper, 0, 1)


def byar(count: ArrayLike, *, level: float = 0.95) -> tuple[Floats, Floats]:
    """Byar's limits of a Poisson count; good from about 10 events.

    `count` of any shape, not negative; returns lower and upper of that shape. 0 has the lower limit 0.
    Breslow & Day (1987), Statistical Methods in Cancer Research II, p. 69 (IARC Scientific Publications 82).

    >>> lower, upper = byar(65)
    >>> round(float(lower), 4), round(float(upper), 4)
    (50.1632, 82.8491)
    """
    o = _counts(count)
    z = z_value(level)
    with np.errstate(divide="ignore", invalid="ignore"):
        lower = o * (1 - 1 / (9 * o) - z / (3 * np.sqrt(o))) ** 3
    above = o + 1
    upper = above * (1 - 1 / (9 * above) + z / (3 * np.sqrt(above))) ** 3
    return np.where(o > 0, np.maximum(lower, 0), 0.0), upper


def exact_poisson(count: ArrayLike, *, level: float = 0.95) -> tuple[Floats, Floats]:
    """Exact (central) limits of a Poisson count: Garwood (1936), doi:10.1093/biomet/28.3-4.437.

    `count` of any shape, not negative; returns lower and upper of that shape.

    >>> lower, upper = exact_poisson([0, 10])
    >>> lower.round(4).tolist(), upper.round(4).tolist()
    ([0.0, 4.7954], [3.6889, 18.3904])
    """
    o = _counts(count)
    tail = (1 - fraction("level", level)) / 2
    lower = np.where(o > 0, gamma.ppf(tail, np.where(o > 0, o, 1)), 0.0)
    return lower, gamma.isf(tail, o + 1)


def count_limits(count: ArrayLike, *, level: float = 0.95) -> tuple[Floats, Floats, NDArray[np.object_]]:
    """Limits of a Poisson count and how they were made: exact below 10, Byar from there.

    >>> lower, upper, method = count_limits([9, 10])
    >>> method.tolist()
    ['exact', 'byar']
    """
    o = np.atleast_1d(_counts(count))
    lower, upper = byar(o, level=level)
    few = o < EXACT_BELOW
    lower[few], upper[few] = exact_poisson(o[few], level=level)
    return lower, upper, np.where(few, "exact", "byar").astype(object)


def _counts(count: ArrayLike) -> Floats:
    o = np.asarray(count, dtype=float)
    if not np.all(o >= 0):
        raise DataError("计数不能是负数或缺失", "a count cannot be negative or missing")
    return o
