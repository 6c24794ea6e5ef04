"""REML of nested random intercepts in one pass over the tree: the arithmetic core of `multilevel`.

General mixed-model software factorises a sparse matrix; for nested intercepts the inverse of V is a recursion over
groups (from the bottom up), so that one evaluation costs as many steps as there are groups, with an exact gradient.

With r = σ_u²/σ_e² of a level, S the sum of its group's rows (or of the T below), n likewise, d = 1 + n r:
A −= Σ (r/d) S Sᵀ, T = S/d, n ← n/d, log|V| += Σ log d.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import LinAlgError, cho_factor, cho_solve
from scipy.optimize import minimize

from swe.core.errors import DataError
from swe.stats.frames import Floats

Ints = NDArray[np.intp]
START = 0.1  # variance ratio from which the search starts
NUDGE = 1e-4  # ratio to restart from where a level left the boundary
FLAT = 1e-9  # gradient per log standard deviation at which the search has ended
PEAK = 40  # Newton steps at most
STEP = 1e-5  # of log standard deviations in differences


@dataclass(frozen=True)
class Tree:
    """Rows in nested groups, as sums.

    cross   S'S of all rows, (q, q); the last column is the outcome, the others the fixed effects
    sums    sums of the lowest groups, (G, q)
    sizes   rows of the lowest groups, (G,)
    parents of each level from the lowest: for its groups the index of the group above; the highest has none
    rows    number of rows
    """

    cross: Floats
    sums: Floats
    sizes: Floats
    parents: tuple[Ints, ...]
    rows: int

    @property
    def levels(self) -> int:
        return len(self.parents) + 1

    def groups(self, level: int) -> int:
        return len(self.sizes) if level == 0 else int(self.parents[level - 1].max()) + 1


@dataclass(frozen=True)
class Fit:
    """The maximum of the restricted likelihood.

    ratios      σ_u²/σ_e² by level from the lowest
    sigma2      σ_e²
    beta, cov   fixed effects (p,) and their covariance (p, p)
    criterion   −2 log restricted likelihood, lme4's
    gradient    largest derivative of the criterion by a log standard deviation (one-sided at a ratio of 0)
    """

    ratios: Floats
    sigma2: float
    beta: Floats
    cov: Floats
    criterion: float
    gradient: float


@dataclass(frozen=True)
class _Profile:
    criterion: float
    by_ratio: Floats
    beta: Floats
    sigma2: float
    inverse: Floats


def fit(tree: Tree) -> Fit:
    """Maximise the restricted likelihood over the ratios: quasi-Newton on √r, then Newton on log √r."""
    theta = np.full(tree.levels, np.sqrt(START))
    for _ in range(tree.levels + 1):
        theta = _searched(tree, theta)
        stuck = (theta == 0) & (profile(tree, theta**2).by_ratio < 0)
        if not stuck.any():
            break
        theta = np.where(stuck, np.sqrt(NUDGE), theta)
    ratios = _polished(tree, theta**2)
    found = profile(tree, ratios)
    for level in np.flatnonzero((ratios > 0) & (ratios < NUDGE)):
        without = np.where(np.arange(tree.levels) == level, 0.0, ratios)
        at_zero = profile(tree, without)
        if at_zero.criterion <= found.criterion and at_zero.by_ratio[level] >= 0:
            ratios, found = without, at_zero
    return _fitted(ratios, found)


def _fitted(ratios: Floats, found: _Profile) -> Fit:
    slope = np.where(ratios > 0, 2 * ratios * found.by_ratio, np.minimum(found.by_ratio, 0))
    return Fit(
        ratios,
        found.sigma2,
        found.beta,
        found.sigma2 * found.inverse,
        found.criterion,
        float(np.abs(slope).max()),
    )


def profile(tree: Tree, ratios: Floats) -> _Profile:
    """Criterion at the ratios, β and σ_e² profiled out, and its exact derivative by each ratio."""
    a, da, log_det, dlog_det = _swept(tree, ratios)
    p, free = len(a) - 1, tree.rows - (len(a) - 1)
    xx, xy = a[:p, :p], a[:p, p]
    try:
        factor = cho_factor(xx)
    except LinAlgError:
        raise _collinear() from None
    beta = cho_solve(factor, xy)
    inverse = cho_solve(factor, np.eye(p))
    contrast = np.append(-beta, 1.0)
    residual = float(contrast @ a @ contrast)
    if not residual > 0:
        raise DataError(
            "固定效应完全解释了结果，没有残差",
            "the fixed effects explain the outcome fully; there is no residual",
        )
    sigma2 = residual / free
    log_det_x = 2 * float(np.log(np.diag(factor[0])).sum())
    criterion = free * (1 + np.log(2 * np.pi * sigma2)) + log_det + log_det_x
    slopes = [
        (contrast @ d @ contrast) / sigma2 + g + float((inverse * d[:p, :p]).sum())
        for d, g in zip(da, dlog_det, strict=True)
    ]
    return _Profile(criterion, np.array(slopes), beta, sigma2, inverse)


def _swept(tree: Tree, ratios: Floats) -> tuple[Floats, list[Floats], float, list[float]]:
    """[X y]ᵀV⁻¹[X y] and log|V|, with their derivatives by each ratio."""
    count = tree.levels
    a, log_det = tree.cross.copy(), 0.0
    da, dlog_det = [np.zeros_like(a) for _ in range(count)], [0.0] * count
    s, n = tree.sums, tree.sizes
    ds: dict[int, Floats] = {}
    dn: dict[int, Floats] = {}
    for level, r in enumerate(ratios):
        if level:
            above, groups = tree.parents[level - 1], tree.groups(level)
            s, n = added(above, s, groups), added(above, n, groups)
            ds = {i: added(above, x, groups) for i, x in ds.items()}
            dn = {i: added(above, x, groups) for i, x in dn.items()}
        d = 1 + n * r
        weight = r / d
        a -= (s * weight[:, None]).T @ s
        log_det += float(np.log(d).sum())
        ds[level], dn[level] = np.zeros_like(s), np.zeros_like(n)
        for i in ds:
            dd = r * dn[i] + (n if i == level else 0.0)
            dweight = (1 / d if i == level else 0.0) - r * dd / d**2
            outer = (s * weight[:, None]).T @ ds[i]
            da[i] -= (s * dweight[:, None]).T @ s + outer + outer.T
            dlog_det[i] += float((dd / d).sum())
            ds[i] = ds[i] / d[:, None] - s * (dd / d**2)[:, None]
            dn[i] = dn[i] / d - n * dd / d**2
        s, n = s / d[:, None], n / d
    return a, da, log_det, dlog_det


def added(above: Ints, values: Floats, groups: int) -> Floats:
    """Sums of `values`, (k,) or (k, q), over the groups that `above` names."""
    if values.ndim == 1:
        return np.bincount(above, values, groups).astype(float)
    return np.column_stack([np.bincount(above, column, groups) for column in values.T])


def _searched(tree: Tree, theta: Floats) -> Floats:
    def value(t: Floats) -> tuple[float, Floats]:
        at = profile(tree, t**2)
        return at.criterion, 2 * t * at.by_ratio

    options = {"ftol": 1e-13, "gtol": 1e-6, "maxiter": 500}
    found = minimize(
        value, theta, jac=True, method="L-BFGS-B", bounds=[(0, None)] * len(theta), options=options
    )
    return np.where(found.x < 1e-6, 0.0, found.x)


def _polished(tree: Tree, ratios: Floats) -> Floats:
    """Newton in log √r over the levels inside; the gradient is exact, its derivative a difference."""
    inside = np.flatnonzero(ratios > 0)
    if not len(inside):
        return ratios

    def slope(logs: Floats) -> Floats:
        r = _with(ratios, inside, logs)
        return (2 * r * profile(tree, r).by_ratio)[inside]

    logs = 0.5 * np.log(ratios[inside])
    at = slope(logs)
    for _ in range(PEAK):
        if np.abs(at).max() < FLAT:
            break
        bend = _differences(slope, logs)
        move = np.linalg.lstsq(bend, at, rcond=None)[0]
        tried = logs - np.clip(move, -1, 1)
        after = slope(tried)
        if not np.abs(after).max() < np.abs(at).max():
            break
        logs, at = tried, after
    return _with(ratios, inside, logs)


def _with(ratios: Floats, inside: Ints, logs: Floats) -> Floats:
    """The ratios with those `inside` at these log standard deviations."""
    moved = ratios.copy()
    moved[inside] = np.exp(2 * logs)
    return moved


def _differences(of: Callable[[Floats], Floats], at: Floats) -> Floats:
    """Central differences of an array by each number, the last axis."""
    return np.stack([(of(at + STEP * e) - of(at - STEP * e)) / (2 * STEP) for e in np.eye(len(at))], axis=-1)


@dataclass(frozen=True)
class Effects:
    """Units of one level: best linear unbiased predictions (groups,) and their standard errors.

    se             conditional on the fixed effects and the variances, lme4's `condVar`
    se_prediction  with the error of the fixed effects (Henderson 1975, doi:10.2307/2529430)
    """

    value: Floats
    se: Floats
    se_prediction: Floats


def effects(tree: Tree, found: Fit) -> list[Effects]:
    """Effects of all units by level from the lowest.

    From the top down: a group's effect given those above it is r/d (S − n w), w their sum; Var(w) passes on as
    Var(w)/d² + r/d. It is linear in the columns, so that those of X say how it moves with β.
    """
    s, n = tree.sums, tree.sizes
    below = []
    for level, r in enumerate(found.ratios):
        if level:
            above, groups = tree.parents[level - 1], tree.groups(level)
            s, n = added(above, s, groups), added(above, n, groups)
        d = 1 + n * r
        below.append((s, n, d))
        s, n = s / d[:, None], n / d
    told: list[Effects] = []
    total, variance = np.zeros((1, tree.sums.shape[1])), np.zeros(1)
    contrast = np.append(-found.beta, 1.0)
    for level in reversed(range(tree.levels)):
        s, n, d = below[level]
        r = found.ratios[level]
        above = tree.parents[level] if level < tree.levels - 1 else np.zeros(len(s), dtype=np.intp)
        w, var = total[above], variance[above]
        effect = (r / d)[:, None] * (s - n[:, None] * w)
        conditional = found.sigma2 * (r / d + (r * n / d) ** 2 * var)
        by_beta = effect[:, :-1]
        moved = np.einsum("gi,ij,gj->g", by_beta, found.cov, by_beta)
        told.append(Effects(effect @ contrast, np.sqrt(conditional), np.sqrt(conditional + moved)))
        total, variance = w + effect, var / d**2 + r / d
    return told[::-1]


def estimation_errors(tree: Tree, found: Fit) -> list[Floats]:
    """Standard deviations that effects have from the error of the ratios, by level from the lowest: √(gᵀCg), g the
    derivative of the effect by the log ratios, C their asymptotic covariance. Kackar & Harville (1984),
    doi:10.1080/01621459.1984.10477102; given the data, as in Booth & Hobert (1998), J. Am. Stat. Assoc. 93:262.

    0 for ratios at the boundary, and where the likelihood is too flat to have a covariance.
    """
    sizes = [tree.groups(level) for level in range(tree.levels)]
    inside = np.flatnonzero(found.ratios > 0)
    logs = 0.5 * np.log(found.ratios[inside])

    def slope(at: Floats) -> Floats:
        r = _with(found.ratios, inside, at)
        return (2 * r * profile(tree, r).by_ratio)[inside]

    def values(at: Floats) -> Floats:
        r = _with(found.ratios, inside, at)
        return np.concatenate([each.value for each in effects(tree, _fitted(r, profile(tree, r)))])

    bend = _differences(slope, logs) if len(inside) else np.zeros((0, 0))
    bend = (bend + bend.T) / 2
    if not len(inside) or np.linalg.eigvalsh(bend)[0] <= 0:
        return [np.zeros(size) for size in sizes]
    moved = _differences(values, logs)
    variance = np.einsum("gi,ij,gj->g", moved, 2 * np.linalg.inv(bend), moved)  # the criterion is −2 log L
    return np.split(np.sqrt(np.maximum(variance, 0)), np.cumsum(sizes)[:-1])


def _collinear() -> DataError:
    return DataError(
        "固定效应之间线性相关（或为常数），请去掉一个",
        "the fixed effects are collinear (or constant); leave one out",
    )
