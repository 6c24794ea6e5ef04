"""Segmented regression of one evenly spaced series: design, fit and covariance as arrays.

The trend is counted from the interruption, so that `level` is the step at its first period and `slope` what the trend
changes by (Lopez Bernal, Cummins & Gasparrini 2017, doi:10.1093/ije/dyw098).
"""

from __future__ import annotations

import math
import warnings
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from swe.core.errors import DataError
from swe.stats.frames import Floats

Link = Literal["log", "identity"]
Errors = Literal["quasi", "hac", "none"]
Positions = NDArray[np.int64]
CHANGES = ("level", "slope")


@dataclass(frozen=True)
class Design:
    """Rows of a regression.

    x         (n, k); `names` says what the k columns are
    y         (n,)
    offset    (n,), added to the linear predictor (0 without one)
    position  (n,), period of each row on the even grid; both series of a controlled design share it
    """

    x: Floats
    names: tuple[str, ...]
    y: Floats
    offset: Floats
    position: Positions


@dataclass(frozen=True)
class Segments:
    """A fitted design: coefficients (k,), covariance (k, k), dispersion, degrees of freedom and Pearson residuals (n,)."""

    design: Design
    beta: Floats
    covariance: Floats
    phi: float
    df: float
    residuals: Floats
    mean: Floats

    def of(self, name: str) -> tuple[float, float]:
        """Coefficient and standard error of a term."""
        k = self.design.names.index(name)
        return float(self.beta[k]), math.sqrt(float(self.covariance[k, k]))

    def quantile(self, level: float) -> float:
        """Half-width of a two-sided interval in standard errors: t with `df`, normal where df is infinite."""
        return float(stats.t.ppf(0.5 + level / 2, self.df))

    def p(self, name: str) -> float:
        """Two-sided p-value of a term."""
        estimate, se = self.of(name)
        return float(2 * stats.t.sf(abs(estimate / se), self.df)) if se > 0 else math.nan


def terms(
    position: Positions, start: int, *, pairs: int = 0, cycle: float = math.nan
) -> tuple[Floats, tuple[str, ...]]:
    """Columns intercept, trend, level, slope and `pairs` sine–cosine pairs of a season of `cycle` periods."""
    since = (position - start).astype(float)
    after = (since >= 0).astype(float)
    columns, names = [np.ones_like(since), since, after, after * since], ["intercept", "trend", *CHANGES]
    for k in range(1, pairs + 1):
        angle = 2 * np.pi * k * position / cycle
        if not math.isclose(2 * k, cycle):  # the sine of the shortest wave is zero at every period
            columns.append(np.sin(angle))
            names.append(f"sin_{k}")
        columns.append(np.cos(angle))
        names.append(f"cos_{k}")
    return np.column_stack(columns), tuple(names)


def controlled(own: Design, other: Design) -> Design:
    """Both series in one design: every term of the control, and what the own series adds to it (its plain name)."""
    zero = np.zeros_like(other.x)
    x = np.vstack([np.hstack([own.x, own.x]), np.hstack([other.x, zero])])
    names = (*(f"control_{name}" for name in own.names), *own.names)
    y, offset = np.concatenate([own.y, other.y]), np.concatenate([own.offset, other.offset])
    return Design(x, names, y, offset, np.concatenate([own.position, other.position]))


def fit(design: Design, *, link: Link, errors: Errors, lag: int | None = None) -> Segments:
    """Poisson (log link) or least squares with the chosen covariance; DataError where the terms cannot be told apart.

    quasi  covariance times Pearson X²/(n−k) (for least squares: the ordinary one); t with n−k degrees of freedom
    hac    Newey & West 1987 (doi:10.2307/1913610), Bartlett weights, no prewhitening, times n/(n−k); t with n−k
    none   the model's own: dispersion 1 and the normal distribution for counts
    """
    n, k = design.x.shape
    if n <= k or np.linalg.matrix_rank(design.x) < k:
        raise DataError(
            f"{n} 个时点估计不了 {k} 个参数（截距、趋势、水平、斜率与季节项）：请减少季节项或补充时点",
            f"{n} points cannot estimate {k} terms (intercept, trend, level, slope and season): use fewer seasonal pairs or "
            "more periods",
        )
    beta, mean, weight = _poisson(design) if link == "log" else _least_squares(design)
    raw = design.y - mean
    residuals = raw / np.sqrt(weight)
    phi = float(residuals @ residuals) / (n - k)
    bread = np.linalg.inv((design.x * weight[:, None]).T @ design.x)
    if errors == "hac":
        width = newey_west_lag(int(np.ptp(design.position)) + 1) if lag is None else lag
        covariance = bread @ _long_run(design, raw, width) @ bread * n / (n - k)
    else:
        covariance = bread * (1.0 if errors == "none" and link == "log" else phi)
    normal = errors == "none" and link == "log"
    return Segments(design, beta, covariance, phi, math.inf if normal else n - k, residuals, mean)


def newey_west_lag(periods: int) -> int:
    """⌊4 (T/100)^{2/9}⌋, Newey & West 1994 (doi:10.2307/2297912)."""
    return math.floor(4 * (periods / 100) ** (2 / 9))


def lag_one(residuals: Floats, position: Positions) -> float:
    """Correlation of residuals of neighbouring periods; NaN where there are none."""
    order = np.argsort(position)
    r, at = residuals[order], position[order]
    pairs = np.diff(at) == 1
    total = float(r @ r)
    return float((r[1:] * r[:-1])[pairs].sum()) / total if pairs.any() and total > 0 else math.nan


def _poisson(design: Design) -> tuple[Floats, Floats, Floats]:
    import statsmodels.api as sm
    from statsmodels.tools.sm_exceptions import PerfectSeparationWarning

    model = sm.GLM(design.y, design.x, family=sm.families.Poisson(), offset=design.offset)
    with warnings.catch_warnings():  # counts that lie on the line are a perfect fit, not separation
        warnings.simplefilter("ignore", PerfectSeparationWarning)
        found = model.fit(maxiter=200, tol=1e-12, tol_criterion="params")
    beta = np.asarray(found.params, dtype=float)
    if not found.converged or not np.isfinite(beta).all():
        raise DataError(
            "泊松回归不收敛：某一段可能全为零，请检查数据或改用更长的时段",
            "the Poisson regression does not converge: a segment may be all zero; check the data or use longer periods",
        )
    mean = np.exp(design.x @ beta + design.offset)
    return beta, mean, mean


def _least_squares(design: Design) -> tuple[Floats, Floats, Floats]:
    beta = np.asarray(np.linalg.lstsq(design.x, design.y - design.offset, rcond=None)[0], dtype=np.float64)
    return beta, design.x @ beta + design.offset, np.ones_like(design.y)


def _long_run(design: Design, raw: Floats, lag: int) -> Floats:
    """Bartlett-weighted sum of the scores' autocovariances over periods.

    The scores of one period are added up first (Driscoll & Kraay 1998, doi:10.1162/003465398557825), so that two series may
    move together; a period without a row has a score of 0 and keeps its place in time (Datta & Du 2012).
    """
    at = design.position - design.position.min()
    scores = np.zeros((int(at.max()) + 1, design.x.shape[1]))
    np.add.at(scores, at, design.x * raw[:, None])
    meat = scores.T @ scores
    for step in range(1, min(lag, len(scores) - 1) + 1):
        shifted = scores[step:].T @ scores[:-step]
        meat += (1 - step / (lag + 1)) * (shifted + shifted.T)
    return meat
