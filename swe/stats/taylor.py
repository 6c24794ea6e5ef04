"""Taylor linearisation: the variance of a total, mean or ratio under strata, clusters and a finite population.

Answers of one station resemble each other; an interval that takes them as independent is too narrow (rule: no
simple-random-sample interval for a clustered survey).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from swe.core.errors import DataError
from swe.stats.survey_frames import NAN, Codes, Floats, codes, number_column

SinglePsu = Literal["error", "certainty", "centred"]
Flags = NDArray[np.bool_]
DUST = 1e-20  # a variance that is nothing but rounding, as a share of that of a simple random sample


@dataclass(frozen=True)
class Design:
    """One row an answer, whether or not it was given.

    weights   shape (n,), persons represented
    stratum   shape (n,), 0 … strata − 1
    psu       shape (n,), 0 … PSUs − 1: primary sampling units, nested in strata
    home      shape (PSUs,), the stratum of each
    left      shape (strata,), 1 − sampling fraction of PSUs
    """

    weights: Floats
    stratum: Codes
    psu: Codes
    home: Codes
    left: Floats

    @property
    def sizes(self) -> Floats:
        """PSUs in each stratum."""
        return np.bincount(self.home, minlength=len(self.left)).astype(float)


@dataclass(frozen=True)
class Estimate:
    """A linearised estimate in a domain of the design."""

    value: float
    se: float
    deff: float
    df: float
    n: int
    psus: int


def design(
    data: pd.DataFrame,
    *,
    weights: str | None,
    strata: str | None = None,
    cluster: str | None = None,
    fpc: str | float | None = None,
    single_psu: SinglePsu = "error",
) -> Design:
    """The design of a frame: every row counts, those without an answer too."""
    if len(data) == 0:
        raise DataError("数据表没有行", "the frame has no rows")
    w = np.ones(len(data)) if weights is None else number_column(data, weights)
    if np.isnan(w).any() or (w < 0).any() or w.sum() == 0:
        raise DataError(
            f"权数列 {weights!r} 有空值、负数或全为零；每行都须有不小于零的权数",
            f"the weights in {weights!r} are missing, negative or all zero; every row needs one of at least zero",
        )
    stratum, names = (np.zeros(len(data), dtype=np.intp), ["—"]) if strata is None else codes(data, strata)
    label = np.arange(len(data)) if cluster is None else codes(data, cluster)[0]
    pairs = pd.MultiIndex.from_arrays([stratum, label])
    psu, unique = pd.factorize(pairs)
    home = np.asarray(unique.get_level_values(0), dtype=np.intp)
    sizes = np.bincount(home, minlength=len(names)).astype(float)
    left = np.ones(len(names)) if fpc is None else _left(data, fpc, stratum, sizes, names)
    lonely = [str(names[h]) for h in np.flatnonzero((sizes == 1) & (left > 0))]
    if lonely and single_psu == "error":
        raise DataError(
            f"以下层只有一个初级抽样单位，无法估计方差：{'、'.join(lonely[:5])}（共 {len(lonely)} 个）；"
            "请合并相近的层，或写明 single_psu='certainty'（必入样）或 'centred'（以总体均值为中心）",
            f"strata with one primary sampling unit have no variance: {', '.join(lonely[:5])} ({len(lonely)} in all); "
            "merge similar strata, or say single_psu='certainty' (taken for sure) or 'centred' (about the overall mean)",
        )
    return Design(w, stratum, psu.astype(np.intp), home, left)


def _left(data: pd.DataFrame, fpc: str | float, stratum: Codes, sizes: Floats, names: list[Any]) -> Floats:
    """1 − f of each stratum, from the number of PSUs in its population or a fraction below 1."""
    given = number_column(data, fpc) if isinstance(fpc, str) else np.full(len(data), float(fpc))
    first, last = np.full(len(names), np.inf), np.full(len(names), -np.inf)
    np.minimum.at(first, stratum, given)
    np.maximum.at(last, stratum, given)
    if np.isnan(given).any() or (first != last).any() or (first <= 0).any():
        raise DataError(
            "fpc 在同一层内须是同一个正数（总体中初级抽样单位个数，或小于 1 的抽样比）",
            "fpc must be one positive number within a stratum (primary units in the population, or a fraction below 1)",
        )
    if (first < 1).any() and not (first < 1).all():
        raise DataError(
            "fpc 有的小于 1、有的不小于 1：请统一写抽样比或统一写总体个数",
            "fpc mixes fractions below 1 with numbers of units; write one or the other",
        )
    fraction = first if (first < 1).all() else sizes / first
    short = [str(names[h]) for h in np.flatnonzero(fraction > 1)]
    if short:
        raise DataError(
            f"总体单位数少于样本单位数的层：{'、'.join(short[:5])}",
            f"strata whose population has fewer primary units than the sample: {', '.join(short[:5])}",
        )
    return 1 - fraction


def variance(z: Floats, of: Design, *, single_psu: SinglePsu = "error") -> float:
    """Var of Σz, z of shape (n,) being weight × linearised value and 0 outside of the domain. Binder (1983)."""
    totals = np.bincount(of.psu, weights=z, minlength=len(of.home))
    sizes = of.sizes
    centre = np.bincount(of.home, weights=totals, minlength=len(sizes)) / np.maximum(sizes, 1)
    squares = np.bincount(of.home, weights=(totals - centre[of.home]) ** 2, minlength=len(sizes))
    several = sizes > 1
    part = np.where(several, of.left * sizes / np.maximum(sizes - 1, 1) * squares, 0.0)
    if single_psu == "centred":
        alone = np.flatnonzero(sizes == 1)
        part[alone] = of.left[alone] * (centre[alone] - totals.mean()) ** 2
    return float(part.sum())


def estimate(
    y: Floats,
    x: Floats | None,
    of: Design,
    *,
    inside: Flags,
    total: bool = False,
    single_psu: SinglePsu = "error",
) -> Estimate:
    """Total of y, its mean (x is None) or the ratio Σwy/Σwx, over the rows `inside` (a domain; missing rows outside).

    deff is against simple random sampling without replacement of as many persons; df = PSUs − strata, of those that
    the domain meets.
    """
    inside = inside & (of.weights > 0)
    w = np.where(inside, of.weights, 0.0)
    y = np.where(inside, y, 0.0)
    base = np.where(inside, 1.0 if x is None else x, 0.0)
    n, below = int(inside.sum()), float((w * base).sum())
    if n == 0 or (below == 0 and not total):
        return Estimate(NAN, NAN, NAN, NAN, n, 0)
    value = float((w * y).sum()) if total else float((w * y).sum() / below)
    linear = y if total else np.where(inside, (y - value * base) / below, 0.0)
    var = variance(w * linear, of, single_psu=single_psu)
    simple = _simple_variance(linear[inside], w[inside])
    if var < DUST * (simple if simple > 0 else 1.0):
        var = 0.0
    met = np.unique(of.psu[inside])
    df = float(len(met) - len(np.unique(of.home[met])))
    deff = var / simple if simple > 0 else NAN
    return Estimate(value, float(np.sqrt(var)), deff, df, n, len(met))


def _simple_variance(linear: Floats, w: Floats) -> float:
    """Variance of the total of `linear` in a simple random sample of the same n, without replacement.

    Weights that add to n or less do not tell the size of the population: then with replacement.
    """
    n, persons = len(w), float(w.sum())
    if n < 2:
        return NAN
    unseen = persons - n if persons > n else persons
    mean = float((w * linear).sum() / persons)
    spread = float((w * (linear - mean) ** 2).sum() / persons) * n / (n - 1)
    return spread * persons * unseen / n
