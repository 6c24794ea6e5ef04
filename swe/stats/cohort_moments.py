"""Cohort means and shares, and the root of their covariance: all that group-time effects without covariates depend on.

An effect of a cohort in a period is a difference of means of cohorts. Keeping means instead of an influence function for
each unit and effect makes the country's panel O(units × periods) in time and small in memory.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from scipy import sparse

from swe.stats.frames import Floats
from swe.stats.panel_frames import Panel
from swe.stats.period_index import Ints


@dataclass(frozen=True)
class Moments:
    """Means of C cohorts in T periods and shares of the cohorts.

    cohorts  (C,), first treated position, NEVER last
    sizes    (C,), units
    means    (C, T), of deviations from each unit's own mean over time
    root     (r, C·T + C), rootᵀ root = covariance of the means (row by row) and then of the shares
    """

    cohorts: Ints
    sizes: Floats
    means: Floats
    root: Any

    @property
    def shares(self) -> Floats:
        return self.sizes / self.sizes.sum()


def moments(panel: Panel, *, small_sample: bool = True) -> Moments:
    """The moments of a balanced panel; units independent, or clusters where the panel has them.

    The covariance is the mean of squared influence functions, without a correction for degrees of freedom but G/(G−1)
    for clusters (`small_sample`).
    """
    cohorts, code = np.unique(panel.first, return_inverse=True)
    sizes = np.bincount(code).astype(float)
    order = np.argsort(code, kind="stable")
    edges = np.concatenate(([0], np.cumsum(sizes).astype(int)))
    members = [order[a:b] for a, b in pairwise(edges)]
    y = panel.outcome - panel.outcome.mean(axis=1, keepdims=True)  # levels of units cancel in every change
    means = np.stack([y[inside].mean(axis=0) for inside in members])
    if panel.cluster is None:
        root = _independent(y, members, means)
    else:
        root = _clustered(y, members, means, panel.cluster)
        g = panel.n_clusters
        root = root * np.sqrt(g / (g - 1)) if small_sample and g > 1 else root
    return Moments(cohorts.astype(np.int64), sizes, means, root)


def _independent(y: Floats, members: list[Any], means: Floats) -> Any:
    blocks = [_square_root(y[i] - mean) / len(i) for i, mean in zip(members, means, strict=True)]
    share = np.array([len(i) for i in members]) / len(y)
    spread = (np.diag(share) - np.outer(share, share)) / len(y)
    return sparse.csr_array(sparse.block_diag([*blocks, symmetric_root(spread)]))


def _square_root(residuals: Floats) -> Floats:
    return symmetric_root(residuals.T @ residuals)


def symmetric_root(v: Floats) -> Floats:
    """The symmetric R with R R = v ⪰ 0; unlike other roots it has no sign or rotation to choose, so draws repeat."""
    values, vectors = np.linalg.eigh((v + v.T) / 2)
    kept = np.where(values > 1e-12 * max(float(values[-1]), 0.0), values, 0.0)  # the rest is rounding
    return (vectors * np.sqrt(kept)) @ vectors.T


def _clustered(y: Floats, members: list[Any], means: Floats, cluster: Ints) -> Floats:
    """A row a cluster: the sums of its units' influence on every mean and share."""
    g, t, c = int(cluster.max()) + 1, y.shape[1], len(members)
    scores = np.zeros((g, c * t + c))
    for k, (inside, mean) in enumerate(zip(members, means, strict=True)):
        of = cluster[inside]
        which = sparse.csr_array((np.ones(len(of)), (of, np.arange(len(of)))), shape=(g, len(of)))
        scores[:, k * t : (k + 1) * t] = which @ (y[inside] - mean) / len(inside)
        scores[:, c * t + k] = np.bincount(of, minlength=g)
    scores[:, c * t :] -= np.outer(np.bincount(cluster, minlength=g), [len(i) / len(y) for i in members])
    scores[:, c * t :] /= len(y)
    return scores
