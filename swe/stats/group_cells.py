"""Which comparisons of a cohort and a period are clean, and their estimates with gradients.

Near full coverage nobody is left to compare with: cells with too few untreated units are not estimated, and the last
period that has enough is the horizon of every effect.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from scipy import sparse, stats

from swe.core.errors import DataError
from swe.stats.cohort_moments import Moments
from swe.stats.frames import Flags, Floats
from swe.stats.period_index import NEVER, Ints

Control = Literal["not_yet", "never"]
BasePeriod = Literal["varying", "universal"]

CHUNK = 250  # draws at a time


@dataclass(frozen=True)
class Cells:
    """The comparisons (g, t), K of them, by positions.

    group, time, base  (K,)
    pool               (K, C), True for the cohorts that serve as controls
    n_treated, n_control  (K,), units
    dropped            cells left out for want of controls
    horizon            last position with enough controls; −1 if none
    """

    group: Ints
    time: Ints
    base: Ints
    pool: Flags
    n_treated: Floats
    n_control: Floats
    dropped: int
    horizon: int


@dataclass(frozen=True)
class Estimates:
    """Group-time effects as functions of moments with a known covariance.

    group, time  (K,), positions; n_treated, n_control (K,)
    att          (K,)
    gradient     (K, M), derivative by the moments
    root         (r, M), rootᵀ root = covariance of the moments
    groups, shares, columns  (C,), treated cohorts, their shares, and where the shares stand among the moments
    df           degrees of freedom of a t distribution, inf for the normal
    reference    (K,), True for the reference period (0 by construction)
    """

    group: Ints
    time: Ints
    n_treated: Floats
    n_control: Floats
    att: Floats
    gradient: Any
    root: Any
    groups: Ints
    shares: Floats
    columns: Ints
    df: float
    reference: Flags


def clean_cells(
    first: Ints, sizes: Floats, n_periods: int, *, control: Control, anticipation: int, base_period: BasePeriod, least: int
) -> Cells:  # fmt: skip
    """The estimable comparisons among cohorts `first` of `sizes` units (Callaway & Sant'Anna 2021, their §2).

    Post periods and, with `universal`, all periods compare with the last period before (anticipated) treatment; with
    `varying`, earlier periods compare with the one before them.
    """
    groups = first[(first < n_periods) & (first - 1 - anticipation >= 0)]
    g, t = (a.ravel() for a in np.meshgrid(groups, np.arange(n_periods), indexing="ij"))
    long = g - 1 - anticipation
    if base_period == "universal":
        base, kept = long, np.ones(len(g), dtype=bool)
    else:
        base, kept = np.where(t >= g, long, t - 1), t > 0
    g, t, base = g[kept], t[kept], base[kept]
    until = np.maximum(t, base) + anticipation
    if control == "never":
        pool = np.broadcast_to(first == NEVER, (len(g), len(first)))
        left = np.full(n_periods, sizes[first == NEVER].sum())
    else:
        pool = (first[None, :] > until[:, None]) & (first[None, :] != g[:, None])
        left = np.array([sizes[first > s + anticipation].sum() for s in range(n_periods)])
    controls = pool @ sizes
    ok = controls >= least
    enough = np.flatnonzero(left >= least)
    n_treated = sizes[np.searchsorted(first, g)]
    return Cells(
        g[ok], t[ok], base[ok], pool[ok], n_treated[ok], controls[ok],
        dropped=int((~ok).sum()), horizon=int(enough[-1]) if len(enough) else -1,
    )  # fmt: skip


def from_moments(of: Moments, cells: Cells, df: float) -> Estimates:
    """ATT(g, t): the change of the cohort's mean less the change of its controls' mean."""
    c, t = of.means.shape
    k = len(cells.group)
    if not k:
        raise DataError(
            "没有可用的比较：找不到足够的尚未处理或从未处理的单位",
            "there is no comparison left: too few units that are not yet, or never, treated",
        )
    own = np.searchsorted(of.cohorts, cells.group)
    rows = np.arange(k)
    weight = cells.pool * of.sizes / cells.n_control[:, None]
    change = of.means[:, cells.time].T - of.means[:, cells.base].T  # (K, C)
    pooled = (weight * change).sum(axis=1)
    r, which = np.nonzero(cells.pool)
    share = np.where(cells.pool, change - pooled[:, None], 0.0)[r, which]
    data = np.concatenate((np.ones(k), -np.ones(k), -weight[r, which], weight[r, which],
                           -share * of.sizes.sum() / cells.n_control[r]))  # fmt: skip
    columns = np.concatenate((own * t + cells.time, own * t + cells.base, which * t + cells.time[r],
                              which * t + cells.base[r], c * t + which))  # fmt: skip
    gradient = sparse.csr_array(
        (data, (np.concatenate((rows, rows, r, r, r)), columns)), shape=(k, c * t + c)
    )
    groups = np.unique(cells.group)
    at = np.searchsorted(of.cohorts, groups)
    return Estimates(
        cells.group, cells.time, cells.n_treated, cells.n_control, change[rows, own] - pooled, gradient, of.root,
        groups, of.shares[at], c * t + at, df, cells.time == cells.base,
    )  # fmt: skip


def half(root: Any, gradient: Any) -> Floats:
    """H (r, rows) with HᵀH the covariance of the rows of `gradient`."""
    product = root @ gradient.T
    return np.asarray(product.toarray() if sparse.issparse(product) else product)


def critical_uniform(h: Floats, *, level: float, df: float, draws: int, seed: int) -> float:
    """Quantile of the largest |t| over the columns of `h`: half width of a uniform band in standard errors.

    Normal draws with the estimates' own covariance, which is what the multiplier bootstrap of Callaway & Sant'Anna (2021)
    tends to; Montiel Olea & Plagborg-Møller (2019), doi:10.1002/jae.2656.
    """
    se = np.sqrt((h**2).sum(axis=0))
    seen = se > 0
    if not seen.any():
        return float("nan")
    scaled, rng, largest = h[:, seen] / se[seen], np.random.default_rng(seed), []
    for _ in range(-(-draws // CHUNK)):
        drawn = rng.standard_normal((CHUNK, len(h))) @ scaled
        if np.isfinite(df):
            drawn /= np.sqrt(rng.chisquare(df, (CHUNK, 1)) / df)
        largest.append(np.abs(drawn).max(axis=1))
    return max(
        float(np.quantile(np.concatenate(largest)[:draws], level)), point_critical(level, df)
    )  # fmt: skip


def point_critical(level: float, df: float) -> float:
    return float(stats.norm.ppf((1 + level) / 2) if np.isinf(df) else stats.t.ppf((1 + level) / 2, df))
