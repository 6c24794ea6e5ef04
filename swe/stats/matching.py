"""Balance of groups, and matched pairs with their difference in changes: for pairing programmes of about twenty places.

Places in a pairing programme are picked, for their need or as showcases; the gap before it is shown first, then compared
with places that looked alike.
"""

from __future__ import annotations

from collections.abc import Sequence
from numbers import Real

import numpy as np
import pandas as pd
from scipy.optimize import brentq, linear_sum_assignment

from swe.core.errors import DataError, UsageError
from swe.show.result import Note, Result
from swe.stats.frames import Floats, fraction, read_columns, require
from swe.stats.panel_frames import OutcomeKind, activity_refused

EXACT_UP_TO = 20  # pairs: 2²⁰ signs are summed one by one
LARGE = 0.1  # standardised difference worth naming: Austin (2009), doi:10.1002/sim.3697
FAR = 1e6  # cost of a pair outside the caliper, against which any number of pairs inside is cheap

SMD = Note(
    "method",
    "标准化均差 = 均值之差 / √((s₁² + s₀²)/2)，s 未加权；不作 p 值：差异的大小与样本量无关",
    "standardised difference = difference of means / √((s₁² + s₀²)/2) with unweighted s; no p-values: how large a difference is does "
    "not depend on n",
)
SMD_REFERENCE = Note(
    "reference", "Austin (2009)，doi:10.1002/sim.3697", "Austin (2009), doi:10.1002/sim.3697"
)
MATCHED = Note(
    "reference",
    "最优配对：Rosenbaum (1989)，doi:10.1080/01621459.1989.10478868；符号随机化：Fisher (1935)；配对后双重差分：Heckman, Ichimura & "
    "Todd (1997)，doi:10.2307/2971733",
    "optimal matching: Rosenbaum (1989), doi:10.1080/01621459.1989.10478868; randomisation of signs: Fisher (1935); matched difference "
    "in differences: Heckman, Ichimura & Todd (1997), doi:10.2307/2971733",
)
PICKED = Note(
    "warning",
    "结对地区由人挑选，配对只能消除已测量的差异；前提是未测量的差异不随时间改变",
    "places were picked; matching removes measured differences only, and assumes that unmeasured ones do not change over time",
)


def balance(
    data: pd.DataFrame, *, treated: str, covariates: Sequence[str], weights: str | None = None
) -> Result:
    """Standardised differences between treated and comparison units.

    Parameters
    ----------
    treated
        Column of 0/1.
    weights
        Column of weights for the means (matching, survey); the standard deviations stay unweighted.

    Returns
    -------
    Result
        `kind="balance"`. Values: `max_smd` (largest absolute one), `n_treated n_control`. Table: `covariate treated control
        smd status`; smd is NaN where neither group varies.

    Raises
    ------
    DataError
        Missing columns, a treatment other than 0/1, or fewer than two units in a group.

    References
    ----------
    Austin (2009), Balance diagnostics, doi:10.1002/sim.3697.

    Examples
    --------
    >>> frame = pd.DataFrame({"pair": [1, 1, 1, 0, 0, 0], "income": [3.0, 4, 5, 1, 2, 3]})
    >>> balance(frame, treated="pair", covariates=["income"])["max_smd"]
    2.0
    """
    if not covariates:
        raise UsageError("covariates 至少要有一列", "covariates needs one column at least")
    roles = {c: c for c in covariates} | {"\0treated": treated} | ({"\0weights": weights} if weights else {})
    of = read_columns(data, roles, not_negative=["\0weights"] if weights else [])
    d = _flags(of.numbers["\0treated"], treated)
    w = of.numbers["\0weights"] if weights else np.ones(len(d))
    rows = []
    for name in covariates:
        x = of.numbers[name]
        known = ~(np.isnan(x) | np.isnan(d) | np.isnan(w))
        one, zero = (known & (d == value) for value in (1, 0))
        if min(one.sum(), zero.sum()) < 2:
            raise DataError(
                f"“{name}”在两组中至少各要两个数", f"{name!r} needs two values at least in each group"
            )
        a, b = (float(np.average(x[g], weights=w[g])) for g in (one, zero))
        s = float(np.sqrt((x[one].var(ddof=1) + x[zero].var(ddof=1)) / 2))
        rows.append((name, a, b, (a - b) / s if s > 0 else np.nan, int(known.sum())))
    table = pd.DataFrame(rows, columns=["covariate", "treated", "control", "smd", "n"])
    table["status"] = np.where(table["smd"].isna(), "not_applicable", "ok")
    largest = float(table["smd"].abs().max())
    values = {"max_smd": largest, "n_treated": float((d == 1).sum()), "n_control": float((d == 0).sum())}
    notes = [
        SMD,
        SMD_REFERENCE,
        Note("n", f"处理 {values['n_treated']:.0f} 个，对照 {values['n_control']:.0f} 个",
             f"{values['n_treated']:.0f} treated, {values['n_control']:.0f} controls"),
    ]  # fmt: skip
    missing = int((len(d) - table["n"]).sum())
    if missing:
        notes.append(Note("exclusion", f"{missing} 个缺数未计入", f"{missing} missing values were left out"))
    over = table.loc[table["smd"].abs() > LARGE, "covariate"].tolist()
    if over:
        notes.append(
            Note("warning", f"两组在 {'、'.join(over)} 上差异明显（标准化均差超过 {LARGE}）",
                 f"the groups differ in {', '.join(over)} (standardised difference above {LARGE})")
        )  # fmt: skip
    return Result("balance", table, values, tuple(notes))


def match(
    data: pd.DataFrame,
    *,
    unit: str,
    treated: str,
    covariates: Sequence[str],
    before: str,
    after: str,
    caliper: float = 0.5,
    outcome_kind: OutcomeKind = "population",
    level: float = 0.95,
    draws: int = 20_000,
    seed: int = 0,
) -> Result:
    """Pairs of treated and comparison places that looked alike before, and the difference of their changes.

    Each treated unit is paired with one control at most, so that the total Mahalanobis distance is smallest; a pair must agree
    within `caliper` standard deviations on every covariate. p and interval come from randomising which of a pair was treated.

    Parameters
    ----------
    data
        A row a unit.
    before, after
        Columns of the outcome before and after the programme (of the population, not the station's own records).
    caliper
        In standard deviations (pooled over both groups) of each covariate.
    draws
        Signs drawn with more than 20 pairs; up to 20 all are summed.

    Returns
    -------
    Result
        `kind="match"`. Values: `att se lower upper p n_pairs`, `max_smd_before max_smd_after`, `n_unmatched`. Table: `pair
        treated control distance difference`. An interval that the number of pairs cannot bound is infinite.

    Raises
    ------
    DataError
        Fewer than two pairs within the caliper, missing columns, a treatment other than 0/1.
    UsageError
        Options out of range, or an activity as the outcome.

    References
    ----------
    Rosenbaum (1989), doi:10.1080/01621459.1989.10478868; Heckman, Ichimura & Todd (1997), doi:10.2307/2971733.

    Examples
    --------
    >>> frame = pd.DataFrame({"town": range(12), "pair": [1] * 6 + [0] * 6, "size": [1.0, 2, 3, 4, 5, 6] * 2,
    ...                       "y0": [5.0] * 12, "y1": [7.0, 8, 7, 8, 7, 8] + [5.0] * 6})
    >>> found = match(frame, unit="town", treated="pair", covariates=["size"], before="y0", after="y1")
    >>> found["att"], found["p"]
    (2.5, 0.03125)
    """
    activity_refused(outcome_kind)
    fraction("level", level)
    if not covariates:
        raise UsageError("covariates 至少要有一列", "covariates needs one column at least")
    if not isinstance(caliper, Real) or isinstance(caliper, bool) or not caliper > 0:
        raise UsageError(
            f"caliper 须为正数，收到的是 {caliper!r}", f"caliper must be positive, not {caliper!r}"
        )
    require(data, [unit, treated, *covariates, before, after])
    roles = {f"x{i}": c for i, c in enumerate(covariates)} | {"d": treated, "before": before, "after": after}
    of = read_columns(data, roles, unit=unit)
    d = _flags(of["d"], treated)
    x = np.column_stack([of[f"x{i}"] for i in range(len(covariates))])
    label, change = of.unit[of.known], of["after"] - of["before"]
    one, zero = np.flatnonzero(d == 1), np.flatnonzero(d == 0)
    if min(len(one), len(zero)) < 2:
        raise DataError("两组至少各要两个单位", "each group needs two units at least")
    a, b, distance = _pairs(x, one, zero, float(caliper), covariates)
    difference = change[a] - change[b]
    att, n = float(difference.mean()), len(difference)
    sums = _sign_means(difference, draws, seed)
    lower, upper = _limits(difference, level, draws, seed)
    scale = _scale(x, one, zero)
    values = {
        "att": att,
        "se": float(difference.std(ddof=1) / np.sqrt(n)),
        "lower": lower,
        "upper": upper,
        "p": _p(sums, att),
        "n_pairs": float(n),
        "max_smd_before": float(np.abs((x[one].mean(0) - x[zero].mean(0)) / scale).max()),
        "max_smd_after": float(np.abs((x[a].mean(0) - x[b].mean(0)) / scale).max()),
        "n_unmatched": float(len(one) - n),
    }
    table = pd.DataFrame(
        {"pair": np.arange(1, n + 1), "treated": label[a], "control": label[b], "distance": distance, "difference": difference}
    )  # fmt: skip
    return Result(
        "match", table, values, _match_notes(values, of.missing, float(caliper), draws, seed, level)
    )


def _flags(d: Floats, name: str) -> Floats:
    if not np.isin(d[~np.isnan(d)], (0, 1)).all():
        raise DataError(f"列“{name}”须为 0 或 1", f"column {name!r} must hold 0 or 1")
    return d


def _scale(x: Floats, one: np.ndarray, zero: np.ndarray) -> Floats:
    return np.sqrt((x[one].var(axis=0, ddof=1) + x[zero].var(axis=0, ddof=1)) / 2)


def _pairs(
    x: Floats, one: np.ndarray, zero: np.ndarray, caliper: float, names: Sequence[str]
) -> tuple[np.ndarray, np.ndarray, Floats]:
    """Optimal pairs within the caliper: indices of treated and control, and their distances."""
    scale = _scale(x, one, zero)
    if (scale == 0).any():
        flat = [str(n) for n, s in zip(names, scale, strict=True) if s == 0]
        raise DataError(
            f"{'、'.join(flat)} 没有变异，不能用来配对", f"{', '.join(flat)} does not vary and cannot match"
        )
    gap = np.abs(x[one][:, None, :] - x[zero][None, :, :]) / scale
    pooled = (np.cov(x[one].T, ddof=1) * (len(one) - 1) + np.cov(x[zero].T, ddof=1) * (len(zero) - 1)) / (
        len(one) + len(zero) - 2
    )
    inverse = np.linalg.pinv(np.atleast_2d(pooled))
    apart = x[one][:, None, :] - x[zero][None, :, :]
    distance = np.sqrt(np.maximum(np.einsum("ijk,kl,ijl->ij", apart, inverse, apart), 0))
    allowed = (gap <= caliper + 1e-12).all(axis=2)
    rows, columns = linear_sum_assignment(np.where(allowed, distance, FAR))
    kept = allowed[rows, columns]
    if kept.sum() < 2:
        raise DataError(
            f"在 {caliper} 个标准差的卡尺内只配成 {int(kept.sum())} 对：请放宽卡尺、减少协变量或扩大对照",
            f"only {int(kept.sum())} pairs lie within a caliper of {caliper} standard deviations: widen it, take fewer covariates, or "
            "more controls",
        )
    return one[rows[kept]], zero[columns[kept]], distance[rows[kept], columns[kept]]


def _sign_means(difference: Floats, draws: int, seed: int) -> Floats:
    """Means under all signs (up to 20 pairs), or under drawn ones with the observed first."""
    n = len(difference)
    if n <= EXACT_UP_TO:
        sums = np.zeros(1)
        for x in difference:
            sums = np.concatenate((sums + x, sums - x))
        return sums / n
    rng = np.random.default_rng(seed)
    signs = rng.integers(0, 2, (draws, n)) * 2 - 1
    return np.concatenate(([difference.mean()], signs @ difference / n))


def _p(sums: Floats, observed: float) -> float:
    return float((np.abs(sums) >= abs(observed) - 1e-12 * max(1.0, float(np.abs(sums).max()))).mean())


def _limits(difference: Floats, level: float, draws: int, seed: int) -> tuple[float, float]:
    """Effects that the test does not reject, found by halving on either side."""
    n, att = len(difference), float(difference.mean())
    if n <= EXACT_UP_TO and 2.0 ** (1 - n) > 1 - level:
        return -np.inf, np.inf
    reach = float(np.abs(difference - att).max()) * 2 + 1e-9

    def excess(effect: float) -> float:
        left = difference - effect
        return _p(_sign_means(left, draws, seed), float(left.mean())) - (1 - level)

    def edge(side: float) -> float:
        far = att + side * reach
        while excess(far) > 0:
            far = att + 2 * (far - att)
        return float(brentq(excess, att, far, xtol=reach * 1e-4))

    return edge(-1.0), edge(1.0)


def _match_notes(
    values: dict[str, float], missing: int, caliper: float, draws: int, seed: int, level: float
) -> tuple[Note, ...]:
    n = int(values["n_pairs"])
    exact = n <= EXACT_UP_TO
    notes = [
        Note("method",
             f"卡尺 {caliper} 个标准差内的最优一对一配对（马氏距离，不放回），配对后双重差分；区间与 p 由"
             + (f"全部 2^{n} 种符号精确得出" if exact else f"{draws} 次随机符号得出（种子 {seed}）"),
             f"optimal one-to-one pairs without replacement (Mahalanobis) within a caliper of {caliper} standard deviations, paired "
             "difference in differences; interval and p from " + (f"all 2^{n} signs" if exact else f"{draws} drawn signs (seed {seed})")),
        MATCHED,
        PICKED,
        Note("n", f"{n} 对", f"{n} pairs"),
        Note("method",
             f"最大标准化均差由 {values['max_smd_before']:.2f} 降至 {values['max_smd_after']:.2f}",
             f"largest standardised difference {values['max_smd_before']:.2f} before matching, {values['max_smd_after']:.2f} after"),
    ]  # fmt: skip
    if values["n_unmatched"]:
        lost = int(values["n_unmatched"])
        notes.append(
            Note("exclusion", f"{lost} 个处理单位在卡尺内找不到对照，未计入：结论只适用于配上对的单位",
                 f"{lost} treated units found no control within the caliper and were left out: the finding is about the matched")
        )  # fmt: skip
    if missing:
        notes.append(
            Note("exclusion", f"{missing} 个单位有缺数，未计入", f"{missing} units with gaps were left out")
        )
    if not np.isfinite(values["lower"]):
        notes.append(
            Note("warning", f"{n} 对太少，随机化检验在 {level:.0%} 水平上界不住效应",
                 f"{n} pairs are too few: at {level:.0%} randomisation cannot bound the effect")
        )  # fmt: skip
    return tuple(notes)
