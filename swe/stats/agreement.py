"""Agreement of raters: intraclass correlations of scores, kappa of categories.

Two assessors who score the same station differently make its grade a matter of who came; one rater a city cannot
show it at all.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
import pandas as pd

from swe.core.errors import DataError, UsageError
from swe.show.result import Note, Result
from swe.stats.intraclass import coefficients, mean_squares
from swe.stats.kappas import Kappa, cohen, fleiss
from swe.stats.survey_frames import (
    check_level,
    check_option,
    count_note,
    left_out,
    level_note,
    matrix,
)

Weights = Literal["none", "linear", "quadratic"]

# Targets below which the interval of kappa is narrow: simulated 10,000 times with three categories and kappa .64, a
# nominal 95 % covered 89 % (20 targets), 93 % (50) and 94 % (100) for two raters, 93 % (20) and 95 % (100) for four.
SMALL_PAIR, SMALL_GROUP = 100, 30

ICC_METHOD = Note(
    "method",
    "ICC(1) 评者随机分配；ICC(2) 评者为随机样本，绝对一致；ICC(3) 只看这几位评者，一致性；1 为单个评者，k 为平均分；区间按 F 分布",
    "ICC(1) raters assigned at random; ICC(2) raters a random sample, absolute agreement; ICC(3) these raters alone, "
    "consistency; 1 for one rater, k for their mean; F intervals",
)
ICC_REFERENCE = Note(
    "reference",
    "Shrout & Fleiss (1979)，doi:10.1037/0033-2909.86.2.420；McGraw & Wong (1996)，doi:10.1037/1082-989X.1.1.30",
    "Shrout & Fleiss (1979), doi:10.1037/0033-2909.86.2.420; McGraw & Wong (1996), doi:10.1037/1082-989X.1.1.30",
)
COHEN_NOTES = (
    Note(
        "method",
        "Cohen κ，大样本标准误；加权按等级距离",
        "Cohen's kappa with its large-sample standard error; weights by the distance of ranks",
    ),
    Note(
        "reference",
        "Cohen (1960)，doi:10.1177/001316446002000104；Fleiss, Cohen & Everitt (1969)，doi:10.1037/h0028106",
        "Cohen (1960), doi:10.1177/001316446002000104; Fleiss, Cohen & Everitt (1969), doi:10.1037/h0028106",
    ),
)
FLEISS_NOTES = (
    Note(
        "method",
        "Fleiss κ，标准误按 Gwet (2021)，对象为随机样本",
        "Fleiss' kappa, standard error of Gwet (2021), targets a random sample",
    ),
    Note(
        "reference",
        "Fleiss (1971)，doi:10.1037/h0031619；Gwet (2021)，doi:10.1177/0013164420973080",
        "Fleiss (1971), doi:10.1037/h0031619; Gwet (2021), doi:10.1177/0013164420973080",
    ),
)


def icc(ratings: pd.DataFrame, *, level: float = 0.95) -> Result:
    """The six intraclass correlations of targets × raters, each with its interval.

    Parameters
    ----------
    ratings
        A row a target (station), a column a rater, scores as numbers; targets without every rating are left out.

    Returns
    -------
    Result
        `kind="icc"`. Values: `icc_1_1 icc_2_1 icc_3_1 icc_1_k icc_2_k icc_3_k`, each also `_lower _upper`; `n` targets,
        `raters`. Table: `source df ms` of targets, raters, residual and within (raters and residual together).

    Raises
    ------
    DataError
        Fewer than two targets rated by all raters (rater and place cannot be told apart), or scores all alike.

    References
    ----------
    Shrout & Fleiss (1979), doi:10.1037/0033-2909.86.2.420; McGraw & Wong (1996), doi:10.1037/1082-989X.1.1.30.

    Examples
    --------
    >>> scores = pd.DataFrame([[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]])
    >>> found = icc(scores)
    >>> [round(found[name], 4) for name in ("icc_1_1", "icc_2_1", "icc_3_1")]
    [0.1657, 0.2898, 0.7148]
    """
    check_level(level)
    x, _, notes = matrix(ratings, what="评者")
    n, k = x.shape
    overlap = _overlap(ratings)
    if n < 2:
        raise DataError(
            f"由全部 {k} 位评者共同评分的对象只有 {n} 个，评者与地方的差别无法分开；请安排至少两个对象由各评者重复评分",
            f"{n} targets were scored by all {k} raters: rater and place cannot be told apart; let every rater score two targets at least",
        )
    ms, df = mean_squares(x)
    if ms["targets"] + ms["within"] == 0:
        raise DataError(
            "评分全部相同，无法计算一致性", "all scores are alike: there is no agreement to measure"
        )
    values = coefficients(ms, n=n, k=k, level=level) | {"n": float(n), "raters": float(k)}
    table = pd.DataFrame([{"source": name, "df": df[name], "ms": ms[name]} for name in ms])
    told = [
        ICC_METHOD,
        ICC_REFERENCE,
        count_note(n, f"个对象，{k} 位评者", f"targets, {k} raters"),
        level_note(level),
        *notes,
    ]
    if overlap < 0.5:
        told.append(
            Note(
                "warning",
                f"只有 {overlap:.0%} 的对象由两位以上评者评分：其余对象的分数分不清评者与地方",
                f"only {overlap:.0%} of the targets had more than one rater: the other scores mix rater and place",
            )
        )
    if n < 10:
        told.append(
            Note(
                "warning",
                f"只有 {n} 个共同评分的对象，区间很宽",
                f"only {n} targets in common: the intervals are wide",
            )
        )
    return Result("icc", table, values, tuple(told))


def _overlap(ratings: pd.DataFrame) -> float:
    """Share of the rated targets that more than one rater saw."""
    seen = pd.DataFrame(ratings).notna().sum(axis=1)
    return float((seen > 1).sum() / max((seen > 0).sum(), 1))


def kappa(
    ratings: pd.DataFrame,
    *,
    weights: Weights = "none",
    categories: Sequence[Any] | None = None,
    level: float = 0.95,
) -> Result:
    """Agreement of categories beyond chance: Cohen's kappa of two raters (weighted too), Fleiss' of more.

    Parameters
    ----------
    ratings
        A row a target, a column a rater, a category in each cell; targets without every rating are left out.
    weights
        `linear` or `quadratic` weights by the distance of ranks, for two raters and ordered categories.
    categories
        All categories in order; needed for weights unless they are numbers.

    Returns
    -------
    Result
        `kind="kappa"`. Values: `kappa se lower upper agreement n` (`agreement`: share of pairs of ratings that are the
        same, unweighted). Table: `category kappa share n`: each category against all others, and its share of ratings.
        kappa is NaN where every rating is the same.

    Raises
    ------
    DataError
        Fewer than two targets or raters, or a rating outside of `categories`.
    UsageError
        Weights for more than two raters, or for words without an order.

    References
    ----------
    Fleiss, Cohen & Everitt (1969), doi:10.1037/h0028106; Fleiss (1971), doi:10.1037/h0031619;
    Gwet (2021), doi:10.1177/0013164420973080.

    Examples
    --------
    >>> grades = pd.DataFrame({"first": list("AABBC"), "second": list("ABBBC")})
    >>> round(kappa(grades)["kappa"], 4)
    0.6875
    """
    check_level(level)
    check_option("weights", weights, ("none", "linear", "quadratic"))
    x, names, notes = _categories(ratings, categories, weights)
    n, raters = x.shape
    found = cohen(x, len(names), weights) if raters == 2 else fleiss(x, len(names))
    values = {
        **_kappa_values(found, level),
        "agreement": found.agreement,
        "n": float(n),
        "raters": float(raters),
    }
    shares = np.bincount(x.ravel(), minlength=len(names)) / x.size
    rows = [
        {"category": str(name), "kappa": _one_against_rest(x, c), "share": shares[c], "n": n}
        for c, name in enumerate(names)
    ]
    told = [
        *(COHEN_NOTES if raters == 2 else FLEISS_NOTES),
        count_note(n, "个对象", "targets"),
        level_note(level),
        *notes,
    ]
    if found.agreement > 0.8 and found.value < 0.4:
        told.append(
            Note(
                "warning",
                "多数评定集中在一类：一致率高而 κ 低，请两者一并看",
                "most ratings fall into one category: raw agreement is high and kappa low; read both",
            )
        )
    if n < (SMALL_PAIR if raters == 2 else SMALL_GROUP):
        told.append(
            Note(
                "warning",
                f"只有 {n} 个对象：大样本区间偏窄",
                f"{n} targets only: the large-sample interval is somewhat narrow",
            )
        )
    if np.isnan(found.value):
        told.append(
            Note(
                "warning",
                "所有评定相同，κ 没有定义",
                "every rating is the same: kappa is not defined",
            )
        )
    return Result("kappa", pd.DataFrame(rows), values, tuple(told))


def _kappa_values(found: Kappa, level: float) -> dict[str, float]:
    from scipy.stats import norm

    reach = float(norm.ppf((1 + level) / 2)) * found.se
    return {
        "kappa": found.value,
        "se": found.se,
        "lower": found.value - reach,
        "upper": found.value + reach,
    }


def _one_against_rest(x: Any, category: int) -> float:
    alone = (x == category).astype(np.intp)
    return (cohen(alone, 2, "none") if x.shape[1] == 2 else fleiss(alone, 2)).value


def _categories(
    ratings: pd.DataFrame, categories: Sequence[Any] | None, weights: str
) -> tuple[Any, list[Any], list[Note]]:
    """Codes of the complete targets, the categories in order, and a note on those left out."""
    frame = pd.DataFrame(ratings)
    complete = frame.dropna()
    if complete.shape[0] < 2 or complete.shape[1] < 2:
        raise DataError(
            f"至少需要两个对象、两位评者都有评定，现有 {complete.shape[0]} 个对象、{complete.shape[1]} 位评者",
            f"two targets and two raters are needed; there are {complete.shape[0]} and {complete.shape[1]}",
        )
    if weights != "none" and complete.shape[1] > 2:
        raise UsageError("加权 κ 只用于两位评者", "weighted kappa is for two raters")
    seen = pd.unique(complete.to_numpy().ravel())
    plain = all(isinstance(c, int | float | np.number) and not isinstance(c, bool) for c in seen)
    if categories is None and weights != "none" and not plain:
        raise UsageError(
            "加权 κ 需要 categories 说明等级的顺序",
            "weighted kappa needs the order of the categories: give categories",
        )
    names = list(categories) if categories is not None else sorted(seen, key=lambda c: c if plain else str(c))
    outside = [c for c in seen if c not in names]
    if outside:
        raise DataError(
            f"有 {len(outside)} 种评定不在 categories 中",
            f"{len(outside)} kinds of ratings are not among the categories",
        )
    place = {c: i for i, c in enumerate(names)}
    coded = np.array([[place[c] for c in row] for row in complete.to_numpy()], dtype=np.intp)
    return coded, names, left_out(len(frame) - len(complete), len(frame))
