"""Expected ranks and the probability of standing among the first, from posterior means and variances.

An expected rank draws towards the middle a unit that is known badly; it orders units and is no confidence set.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import RectBivariateSpline
from scipy.special import ndtr

from swe.stats.frames import Floats

PAIRWISE_UP_TO = 3000  # units; above, the sum over units is read off a grid
GRID = 8192  # means of the grid, a power of 2
WIDTHS = 32  # standard deviations of the grid
BINS = 128  # groups of units of similar standard deviation, of equal ratio
BLOCK = 256  # units compared with all others at a time
DRAWS_AT_ONCE = 50


def expected_ranks(mean: Floats, sd: Floats) -> Floats:
    """1 + Σ P(θ_k > θ_j), posteriors independent normal; 1 is the highest. Laird & Louis (1989), doi:10.3102/10769986014001029.

    Both of shape (k,). Pair by pair up to 3,000 units; above, the sum Σ_k Φ((m_k − m)/√(s² + s_k²)) is made by fast
    convolution on a grid of m and s and read by a bicubic spline, to within about 1/10,000 of the number of units.
    """
    if len(mean) <= PAIRWISE_UP_TO:
        return 0.5 + _pairwise(mean, sd)  # the unit itself adds one half
    return 0.5 + _on_a_grid(mean, sd)


def _pairwise(mean: Floats, sd: Floats) -> Floats:
    found = np.empty(len(mean))
    for start in range(0, len(mean), BLOCK):
        part = slice(start, start + BLOCK)
        z = (mean - mean[part, None]) / np.hypot(sd[part, None], sd)
        found[part] = ndtr(z).sum(axis=1)
    return found


def _on_a_grid(mean: Floats, sd: Floats) -> Floats:
    if np.ptp(mean) == 0:
        return np.full(len(mean), len(mean) / 2)
    means = np.linspace(mean.min(), mean.max(), GRID)
    step = means[1] - means[0]
    widths = np.geomspace(sd.min() * 0.999, sd.max() * 1.001, WIDTHS)
    away = np.fft.ifftshift(np.arange(-GRID, GRID)) * step
    waves = np.zeros((WIDTHS, GRID + 1), dtype=complex)
    edges = np.geomspace(sd.min(), sd.max(), BINS + 1)[1:-1]
    for members in _by_bin(np.searchsorted(edges, sd)):
        weights = np.fft.rfft(_shared(mean[members], means[0], step), 2 * GRID)
        typical = np.mean(sd[members] ** 2)
        for i, width in enumerate(widths):
            waves[i] += weights * np.fft.rfft(ndtr(-away / np.sqrt(width**2 + typical)))
    surface = np.fft.irfft(waves, 2 * GRID, axis=1)[:, :GRID]
    return RectBivariateSpline(np.log(widths), means, surface).ev(np.log(sd), mean)


def _by_bin(numbers: NDArray[np.intp]) -> list[NDArray[np.intp]]:
    """Places of the units of each bin that has any."""
    order = np.argsort(numbers, kind="stable")
    return np.split(order, np.flatnonzero(np.diff(numbers[order])) + 1)


def _shared(values: Floats, first: float, step: float) -> Floats:
    """Each value shared between its two neighbours on the grid, so that sums and means stay exact."""
    at = np.clip((values - first) / step, 0, GRID - 1)
    left = np.minimum(at.astype(int), GRID - 2)
    right = at - left
    shares = np.bincount(left, 1 - right, GRID) + np.bincount(left + 1, right, GRID)
    return shares.astype(float)


def top_shares(mean: Floats, sd: Floats, *, top: int, draws: int, rng: np.random.Generator) -> Floats:
    """P(unit among the first `top`), by drawing from the posteriors; Monte-Carlo error at most 0.5/√draws."""
    k = len(mean)
    if top >= k:
        return np.ones(k)
    counts = np.zeros(k)
    for start in range(0, draws, DRAWS_AT_ONCE):
        many = min(DRAWS_AT_ONCE, draws - start)
        drawn = mean + sd * rng.standard_normal((many, k))
        first = np.argpartition(drawn, k - top, axis=1)[:, k - top :]
        counts += np.bincount(first.ravel(), minlength=k)
    return counts / draws
