"""Confidence sets of ranks from pairwise comparisons: critical values and counts, without an array of all pairs.

The rank of a unit is 1 + the number of better ones. Those that are certainly better, at a critical value that holds for
all comparisons at once, give its best rank; those certainly worse, its worst. Mogstad, Romano, Shaikh & Wilhelm (2024),
doi:10.1093/restud/rdad006.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from swe.stats.frames import Floats

BINS = 256  # groups of similar standard error in which comparisons are counted
STEPS = 20  # step-down rounds at most; each can only sharpen the sets
STEPPED_UP_TO = 500  # units; above, one step with the comparisons bounded by bins
BOUNDING_BINS = 128  # of standard errors in that step: critical values at most a per cent or so too large
CHUNK = 4_000_000  # pairs compared one by one at a time


def bonferroni(units: int, level: float) -> tuple[float, float]:
    """Critical values of one unit against all others, and of all pairs, two-sided.

    >>> [round(c, 4) for c in bonferroni(10, 0.95)]
    [2.7729, 3.2608]
    """
    return tuple(float(-ndtri((1 - level) / 2 / tests)) for tests in (units - 1, units * (units - 1) // 2))  # type: ignore[return-value]


def bootstrap(
    x: Floats, s: Floats, level: float, *, draws: int, rng: np.random.Generator
) -> tuple[Floats, float]:
    """Critical values by parametric bootstrap, up to 500 units with step-down (Romano & Wolf 2005).

    x, s of shape (k,): independent normal estimates and their standard errors. Returns those of each unit against all
    others, shape (k,), and one for all pairs. A step takes the pairs already told apart out of the maximum, so that
    the final value is the smallest; every pair told apart at some step exceeds it.
    """
    k = len(x)
    errors = (rng.standard_normal((draws, k)) * s).T.astype(np.float32)  # (k, draws): rows are read whole
    place = min(int(np.ceil(level * (draws + 1))), draws) - 1
    if k > STEPPED_UP_TO:
        return _one_step(errors, s, place)
    own = np.empty(k)
    largest = np.zeros(draws, dtype=np.float32)
    for j in range(k):
        scale, z = _pairs_of(j, x, s)
        gaps = np.abs(errors - errors[j]) * scale[:, None]
        highest = gaps.max(axis=0)
        np.maximum(largest, highest, out=largest)
        own[j] = _stepped(gaps, z, highest, place)
    return own, _stepped_pairs(errors, x, s, largest, place)


def _one_step(errors: NDArray[np.float32], s: Floats, place: int) -> tuple[Floats, float]:
    """Upper bounds of both: of a bin of standard errors only the extreme errors and the smallest standard error."""
    bins = np.array_split(np.argsort(s, kind="stable"), BOUNDING_BINS)
    high = np.stack([errors[members].max(axis=0) for members in bins])
    low = np.stack([errors[members].min(axis=0) for members in bins])
    smallest = np.array([s[members].min() for members in bins])
    own, largest = np.empty(len(s)), np.zeros(errors.shape[1], dtype=np.float32)
    for j, error in enumerate(errors):
        scale = (1 / np.hypot(smallest, s[j])).astype(np.float32)
        highest = (np.maximum(high - error, error - low) * scale[:, None]).max(axis=0)
        np.maximum(largest, highest, out=largest)
        own[j] = _quantile(highest, place)
    return own, _quantile(largest, place)


def _pairs_of(j: int, x: Floats, s: Floats) -> tuple[NDArray[np.float32], Floats]:
    """1/√(s_j² + s_k²) and |x_j − x_k|/√(s_j² + s_k²) of unit j against all k; 0 against itself."""
    scale = 1 / np.sqrt(s**2 + s[j] ** 2)
    z = np.abs(x - x[j]) * scale
    scale[j] = z[j] = 0
    return scale.astype(np.float32), z


def _quantile(highest: NDArray[np.float32], place: int) -> float:
    return float(np.partition(highest, place)[place])


def _stepped(gaps: NDArray[np.float32], z: Floats, highest: NDArray[np.float32], place: int) -> float:
    critical = _quantile(highest, place)
    apart = z > critical
    for _ in range(STEPS):
        if not apart.any() or apart.sum() >= len(z) - 1:
            break
        critical = min(critical, _quantile(gaps[~apart].max(axis=0), place))
        after = z > critical
        if (after == apart).all():
            break
        apart = after
    return critical


def _stepped_pairs(
    errors: NDArray[np.float32], x: Floats, s: Floats, largest: NDArray[np.float32], place: int
) -> float:
    critical, known = _quantile(largest, place), -1
    for _ in range(STEPS):
        apart, largest = 0, np.zeros_like(largest)
        for j in range(len(x) - 1):
            scale, z = _pairs_of(j, x, s)
            rest = np.flatnonzero(z[j + 1 :] <= critical) + j + 1
            apart += len(x) - j - 1 - len(rest)
            if len(rest):
                gaps = np.abs(errors[rest] - errors[j]) * scale[rest, None]
                np.maximum(largest, gaps.max(axis=0), out=largest)
        if apart in (known, 0) or not largest.any():
            break
        known, critical = apart, min(critical, _quantile(largest, place))
    return critical


def certain(x: Floats, s: Floats, critical: Floats | float) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """How many units are certainly higher and certainly lower than each: |x_j − x_k| > c_j √(s_j² + s_k²).

    Exact, in O(k log k) for a fixed number of bins: the standard errors of a bin bracket the threshold, and only the
    few units between the brackets are compared one by one.
    """
    c = np.broadcast_to(np.asarray(critical, dtype=float), x.shape)
    higher, lower = np.zeros(len(x), dtype=np.intp), np.zeros(len(x), dtype=np.intp)
    order = np.argsort(x, kind="stable")
    xs, ss, cs = x[order], s[order], c[order]  # sorted queries search fast
    by_error = np.array_split(np.argsort(s, kind="stable"), min(BINS, len(x)))
    for members in by_error:
        members = members[np.argsort(x[members], kind="stable")]
        there, error = x[members], s[members]
        near, far = cs * np.hypot(ss, error.min()), cs * np.hypot(ss, error.max())
        for sign, count in ((1, higher), (-1, lower)):
            values, errors = (there, error) if sign > 0 else (-there[::-1], error[::-1])
            start = np.searchsorted(values, sign * xs + near, side="left")
            sure = np.searchsorted(values, sign * xs + far * (1 + 1e-12), side="right")
            sure = np.maximum(sure, start)
            found = len(values) - sure
            found += _between(sign * xs, ss, cs, values, errors, start, sure)
            count[order] += found
    return higher, lower


def _between(
    xs: Floats,
    ss: Floats,
    cs: Floats,
    values: Floats,
    errors: Floats,
    start: NDArray[np.intp],
    end: NDArray[np.intp],
) -> NDArray[np.intp]:
    """Among values[start:end] of each unit, those beyond its own threshold."""
    width = end - start
    total = np.zeros(len(xs), dtype=np.intp)
    asking = np.flatnonzero(width)
    if not len(asking):
        return total
    limits = np.searchsorted(np.cumsum(width[asking]), np.arange(CHUNK, width[asking].sum(), CHUNK))
    for part in np.split(asking, limits):
        if not len(part):
            continue
        many = width[part]
        who = np.repeat(part, many)
        first = np.repeat(np.cumsum(many) - many, many)
        which = np.repeat(start[part], many) + np.arange(many.sum()) - first
        beyond = values[which] - xs[who] > cs[who] * np.hypot(ss[who], errors[which])
        total += np.bincount(who, beyond, len(xs)).astype(np.intp)
    return total


def tiers(x: Floats, s: Floats, critical: float) -> NDArray[np.intp]:
    """Tier of each unit, 1 the highest: a new one starts where a unit is certainly below one of the current tier.

    Within a tier no two units can be told apart. Only members with a smaller standard error than all higher ones of
    their tier can be the first to exclude a unit, so that few comparisons do. Of equal estimates the less certain comes
    first: it may stay with those above where the other cannot, and the order of the rows decides nothing.
    """
    order = np.lexsort((-s, -x))
    found = np.empty(len(x), dtype=np.intp)
    tier, front_x, front_s = 1, [], []  # type: int, list[float], list[float]
    for place in order:
        value, error = float(x[place]), float(s[place])
        if any(a - value > critical * np.hypot(b, error) for a, b in zip(front_x, front_s, strict=True)):
            tier, front_x, front_s = tier + 1, [], []
        if not front_s or error < front_s[-1]:
            front_x.append(value)
            front_s.append(error)
        found[place] = tier
    return found
