"""Inequality between regions or groups: Theil T with its parts, Gini, and the concentration index.

An average hides who gets the services: how unequal they are, between which groups, and whether the poor get less.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from swe.core.errors import DataError
from swe.show.result import Note, Result
from swe.stats.index_frames import Floats, numbers, proper_fraction, require_columns, sample_weights

if TYPE_CHECKING:
    import pandas as pd


def theil(data: pd.DataFrame, *, value: str, group: str | None = None, weights: str | None = None) -> Result:
    """Theil's T, and its parts between and within groups.

    Parameters
    ----------
    data
        A row per unit.
    value
        Column of amounts, 0 or more; 0·ln 0 counts as 0.
    group
        Column of groups; without it there are no parts.
    weights
        Column of population weights (`value` is then per head); equal by default.

    Returns
    -------
    Result
        `kind="theil"`. Values: `theil`, `between` and `within` (their sum; NaN without groups), `n`.
        Table: `group share theil population_share n`: the group's share of the amount, T inside it (NaN where its
        amount is 0), its share of the population.

    Raises
    ------
    DataError
        Negative amounts, amounts that are all 0, no row left.

    References
    ----------
    Theil 1967, Economics and Information Theory; Shorrocks 1980, doi:10.2307/1913126.

    Examples
    --------
    >>> import pandas as pd
    >>> found = theil(pd.DataFrame({"x": [1, 2, 3, 4], "g": ["a", "a", "b", "b"]}), value="x", group="g")
    >>> [round(found[name], 6) for name in ("theil", "between", "within")]
    [0.10644, 0.082283, 0.024157]
    """
    import pandas as pd

    x, w, keep, notes = _amounts(data, value, weights, also=group)
    labels = np.array(
        ["all"] * len(x) if group is None else [str(g) for g in data[group][keep]], dtype=object
    )
    mean, population = _mean(x, w), math.fsum(w)
    rows, between, within = [], 0.0, 0.0
    for name in sorted(set(labels)):
        inside = labels == name
        part = math.fsum(w[inside]) / population
        share = math.fsum(w[inside] * x[inside]) / (population * mean)
        own = _theil_t(x[inside], w[inside]) if share > 0 else math.nan
        between += share * math.log(share / part) if share > 0 else 0.0
        within += share * own if share > 0 else 0.0
        rows.append((name, share, own, part, int(inside.sum())))
    table = pd.DataFrame(rows, columns=["group", "share", "theil", "population_share", "n"])
    alone = group is None
    values = {
        "theil": _theil_t(x, w),
        "between": math.nan if alone else between,
        "within": math.nan if alone else within,
        "n": float(len(x)),
    }
    head = Note(
        "method",
        "泰尔指数 T = Σ p·(x/μ)·ln(x/μ)，0·ln 0 = 0；组间与组内之和为总指数（Shorrocks 1980，doi:10.2307/1913126）",
        "Theil's T = Σ p·(x/μ)·ln(x/μ), 0·ln 0 = 0; between and within add up to it (Shorrocks 1980, doi:10.2307/1913126)",
    )
    return Result("theil", table, values, (head, *notes))


def _theil_t(x: Floats, w: Floats) -> float:
    r = x / _mean(x, w)
    terms = np.where(r > 0, r * np.log(np.where(r > 0, r, 1.0)), 0.0)
    return math.fsum(w * terms) / math.fsum(w)


def gini(data: pd.DataFrame, *, value: str, weights: str | None = None) -> Result:
    """Gini coefficient in population form: Σ_i Σ_j p_i p_j |x_i − x_j| / (2μ).

    Parameters
    ----------
    data
        A row per unit.
    value
        Column of amounts, 0 or more.
    weights
        Column of population weights; equal by default.

    Returns
    -------
    Result
        `kind="gini"`. Values: `gini` in [0, 1), `n`. Table: the Lorenz curve, `population_share value_share`,
        from (0, 0) to (1, 1). Among n equal-weighted units the highest value is 1 − 1/n.

    Raises
    ------
    DataError
        Negative amounts, amounts that are all 0, no row left.

    References
    ----------
    Lerman & Yitzhaki 1989, doi:10.1016/0304-4076(89)90074-8.

    Examples
    --------
    >>> import pandas as pd
    >>> round(gini(pd.DataFrame({"x": [1, 2, 3, 4]}), value="x")["gini"], 10)
    0.25
    """
    x, w, _, notes = _amounts(data, value, weights)
    table = _curve(x, x, w)
    head = Note(
        "method",
        "基尼系数（总体形式）ΣΣ p·p|x−x′|/(2μ)（Lerman & Yitzhaki 1989，doi:10.1016/0304-4076(89)90074-8）",
        "Gini coefficient, population form ΣΣ p·p|x − x′|/(2μ) (Lerman & Yitzhaki 1989, doi:10.1016/0304-4076(89)90074-8)",
    )
    return Result("gini", table, {"gini": _twice_area(table), "n": float(len(x))}, (head, *notes))


def concentration(data: pd.DataFrame, *, value: str, rank: str, level: float = 0.95) -> Result:
    """Concentration index: whether an amount goes to units high or low in another respect.

    Parameters
    ----------
    data
        A row per unit.
    value
        Column of amounts, 0 or more (service hours per resident).
    rank
        Column to order units by, lowest first (income per head); ties share their mean rank.
    level
        Of the interval.

    Returns
    -------
    Result
        `kind="concentration"`. Values: `concentration` in (−1, 1), above 0 where the amount goes to those ranked high;
        `se` and `lower upper` (units taken as a simple random sample), `n`. The standard error is a large-sample one, with
        which normal limits hold 91 % among 20 units; limits are therefore by t with n − 2 degrees of freedom and the
        jackknife (Efron & Stein 1981, doi:10.1214/aos/1176345462). Table: the concentration curve,
        `population_share value_share`.

    Raises
    ------
    DataError
        Negative amounts, amounts that are all 0, fewer than 3 rows.

    References
    ----------
    Kakwani, Wagstaff & van Doorslaer 1997, doi:10.1016/S0304-4076(96)01807-6.

    Examples
    --------
    >>> import pandas as pd
    >>> towns = pd.DataFrame({"hours": [1, 2, 3, 4], "income": [40, 30, 20, 10]})
    >>> round(concentration(towns, value="hours", rank="income")["concentration"], 10)
    -0.25
    """
    from scipy.stats import t

    proper_fraction("level", level)
    require_columns(data, [value, rank])
    order, _ = numbers(data, rank)
    x, _, keep, notes = _amounts(data, value, None, also=rank)
    if len(x) < 3:
        raise DataError(
            f"只有 {len(x)} 行，集中指数的标准误至少需要 3 行",
            f"{len(x)} rows; the standard error of a concentration index needs 3 at least",
        )
    table = _curve(x, order[keep], np.ones(len(x)))
    index = _twice_area(table)
    se = _kakwani_se(x, order[keep], index)
    half = float(t.ppf((1 + level) / 2, len(x) - 2)) * _jackknife_se(x, order[keep])
    values = {
        "concentration": index,
        "se": se,
        "lower": index - half,
        "upper": index + half,
        "n": float(len(x)),
    }
    head = Note(
        "method",
        "集中指数，标准误按 Kakwani 等 1997（doi:10.1016/S0304-4076(96)01807-6），区间按刀切法与 t 分布，视各单位为简单随机样本；并列者取平均秩",
        "concentration index, standard error of Kakwani et al. 1997 (doi:10.1016/S0304-4076(96)01807-6), limits by the "
        "jackknife and t, units taken as a simple random sample; ties share their mean rank",
    )
    return Result("concentration", table, values, (head, *notes))


def _kakwani_se(x: Floats, order: Floats, index: float) -> float:
    """√[(Σa²/n − (1+C)²)/n], a = (x/μ)(2R − 1 − C) + 2 − q₋ − q; tied units lie in the middle of their stretch."""
    _, tie = np.unique(order, return_inverse=True)
    counts, sums = np.bincount(tie), np.bincount(tie, weights=x)
    n, mean = len(x), x.mean()
    r = ((np.cumsum(counts) - counts / 2) / n)[tie]
    twice_q = ((2 * np.cumsum(sums) - sums) / (n * mean))[tie]
    a = x / mean * (2 * r - 1 - index) + 2 - twice_q
    return math.sqrt(max(float((a**2).mean()) - (1 + index) ** 2, 0.0) / n)


def _jackknife_se(x: Floats, order: Floats) -> float:
    """√((n−1)/n Σ(C₋ᵢ − C̄₋)²), C₋ᵢ without unit i: those above it lose a rank, those tied with it half of one."""
    _, tie = np.unique(order, return_inverse=True)
    counts, sums = np.bincount(tie).astype(float), np.bincount(tie, weights=x)
    n, total = len(x), float(x.sum())
    rank = (np.cumsum(counts) - counts / 2)[tie]
    above = total - np.cumsum(sums)
    moved = float((x * rank).sum()) - x * rank - (above + sums / 2)[tie] + x / 2
    left = np.where(total > x, total - x, np.nan)  # nothing left: no index without that unit
    without = 2 * moved / ((n - 1) * left) - 1
    return math.sqrt((n - 1) / n * float(((without - without.mean()) ** 2).sum()))


# -- common --


def _amounts(
    data: pd.DataFrame, value: str, weights: str | None, *, also: str | None = None
) -> tuple[Floats, Floats, np.ndarray, list[Note]]:
    """Amounts and weights of the rows that have both (and a group or rank), which rows, and notes."""
    require_columns(data, [n for n in (value, weights, also) if n is not None])
    x, _ = numbers(data, value)
    w = sample_weights(data, weights)
    keep = ~(np.isnan(x) | np.isnan(w)) & (w > 0)
    if also is not None:
        keep &= data[also].notna().to_numpy()
    kept, mass = x[keep], w[keep]
    if (kept < 0).any() or not kept.sum() > 0:
        raise DataError(
            f"列“{value}”须非负且不全为 0（有效 {len(kept)} 行）",
            f"column {value!r} must not be negative nor all 0 ({len(kept)} rows with values)",
        )
    gone = len(x) - len(kept)
    notes = [Note("n", f"{len(kept)} 个单位", f"{len(kept)} units")]
    if gone:
        notes.append(
            Note(
                "exclusion",
                f"{gone} 行有缺失或权重为 0，未计入",
                f"{gone} rows with gaps or weight 0 were left out",
            )
        )
    return kept, mass, keep, notes


def _mean(x: Floats, w: Floats) -> float:
    return math.fsum(w * x) / math.fsum(w)


def _curve(x: Floats, order: Floats, w: Floats) -> pd.DataFrame:
    """Cumulative shares of population and amount, by `order`; ties are one stretch."""
    import pandas as pd

    _, tie = np.unique(order, return_inverse=True)
    people, amount = np.cumsum(np.bincount(tie, weights=w)), np.cumsum(np.bincount(tie, weights=w * x))
    return pd.DataFrame(
        {
            "population_share": np.concatenate([[0.0], people / people[-1]]),
            "value_share": np.concatenate([[0.0], amount / amount[-1]]),
        }
    )


def _twice_area(curve: pd.DataFrame) -> float:
    """Twice the area between the diagonal and the curve."""
    p, q = curve["population_share"].to_numpy(), curve["value_share"].to_numpy()
    return 1 - math.fsum((p[1:] - p[:-1]) * (q[1:] + q[:-1]))
