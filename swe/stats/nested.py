"""Multilevel model: how much of an outcome lies between provinces, counties and stations, and where.

Stations of one county are alike; a plain regression takes each for new information.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from swe.core.errors import DataError, UsageError
from swe.show.result import Note, Result
from swe.stats.frames import Columns, Flags, Floats, as_frame, fraction, read_columns, require
from swe.stats.nested_reml import Fit, Ints, Tree, added, effects, estimation_errors, fit

FEW_GROUPS = 10  # of a level, below which its variance is hardly known (Snijders & Bosker 2012, ch. 4)
COLLINEAR = 1e-10  # smallest eigenvalue of the correlations of the fixed effects
REFERENCE = (
    "Patterson & Thompson (1971), doi:10.1093/biomet/58.3.545; Bates et al. (2015), doi:10.18637/jss.v067.i01; "
    "Kackar & Harville (1984), doi:10.1080/01621459.1984.10477102"
)
NOTES = (
    Note(
        "method",
        "嵌套随机截距模型，限制极大似然（REML）估计；判据与 lme4 相同",
        "nested random intercepts by restricted maximum likelihood (REML); the criterion is lme4's",
    ),
    Note("reference", REFERENCE, REFERENCE),
    Note(
        "method",
        "各单位的效应为最优线性无偏预测（向均值收缩）；标准误以固定效应与方差为已知（用于单位之间的比较），区间另含固定效应与方差的误差，按 t 分布（自由度为该层单位数减上一层单位数）；ICC 为同一单位内两行的相关",
        "effects of units are best linear unbiased predictions, drawn to the mean; their standard errors take fixed effects and variances "
        "as known (for comparing units), their limits also carry the error of both, by t with units less units of the level above as "
        "degrees of freedom; an ICC is the correlation of two rows of one unit",
    ),
)


def multilevel(
    data: Any,
    *,
    outcome: str,
    levels: Sequence[str],
    fixed: Sequence[str] = (),
    level: float = 0.95,
) -> Result:
    """Nested random intercepts by REML.

    Parameters
    ----------
    data
        A row an observation (a station's month).
    outcome
        Column of a number.
    levels
        Columns of labels from the top down, `["province", "county", "station"]`; each lies within the one before it.
    fixed
        Columns of numbers (0/1 for groups); the intercept is always there.
    level
        Level of the intervals of the units' effects, a fraction.

    Returns
    -------
    Result
        `kind="multilevel"`. Values: `criterion` (−2 log restricted likelihood, lme4's), `sigma`, `sd_<level>`,
        `icc_<level>` (correlation of two rows in one unit of that level), `beta_<name>` and `se_<name>` (the intercept
        is `intercept`), `gradient` (largest derivative of the criterion by a log standard deviation: about 0). Table:
        `level unit value se lower upper n status se_prediction`, the effects of all units, deviations from what lies above
        them: `se` takes fixed effects and variances as known (lme4's `condVar`), `se_prediction` carries the error of the
        fixed effects (Henderson 1975), the limits also that of the variances (Kackar & Harville 1984), by t with units
        less units of the level above as degrees of freedom; NaN where the variance of a level is 0.

    Raises
    ------
    DataError
        A label under two parents, a level with as many units as rows or as the level below, collinear fixed effects,
        columns absent or not numbers.

    References
    ----------
    Patterson & Thompson (1971), doi:10.1093/biomet/58.3.545; Bates, Mächler, Bolker & Walker (2015),
    doi:10.18637/jss.v067.i01; Henderson (1975), doi:10.2307/2529430; Kackar & Harville (1984),
    doi:10.1080/01621459.1984.10477102.

    Examples
    --------
    >>> rows = {"county": list("aaabbbccc"), "visits": [3, 4, 5, 7, 8, 9, 5, 6, 7]}
    >>> found = multilevel(rows, outcome="visits", levels=["county"])
    >>> round(found["beta_intercept"], 6), round(found["sigma"], 6), round(found["sd_county"], 6)
    (6.0, 1.0, 1.914854)
    """
    fraction("level", level)
    names, of_levels = _names(outcome, fixed, levels)
    frame = as_frame(data)
    require(frame, of_levels)
    numbers = read_columns(frame, {"outcome": outcome, **{name: name for name in names}})
    known = numbers.known & frame[of_levels].notna().all(axis=1).to_numpy()
    codes, labels = _codes(frame.loc[known, of_levels], of_levels)
    rows = int(known.sum())
    _refuse(rows, len(names) + 1, of_levels, labels)
    tree, scale = _tree(numbers, known, names, codes)
    found = fit(tree)
    beta, cov, criterion = _restored(scale, found, rows)
    table = _table(tree, found, of_levels, labels, level=level, scale=scale.outcome_sd)
    values = _values(
        found,
        of_levels,
        ["intercept", *names],
        beta=beta,
        cov=cov,
        criterion=criterion,
        scale=scale.outcome_sd,
    )
    notes = (
        *NOTES,
        *_account(rows, len(known) - rows, of_levels, labels),
        *_warnings(found, of_levels, labels),
    )
    return Result("multilevel", table, values, notes)


def _names(outcome: str, fixed: Sequence[str], levels: Sequence[str]) -> tuple[list[str], list[str]]:
    names = [fixed] if isinstance(fixed, str) else list(fixed)
    of_levels = [levels] if isinstance(levels, str) else list(levels)
    every = [outcome, *names, *of_levels]
    if not of_levels or len(set(every)) < len(every) or "intercept" in every:
        raise UsageError(
            "levels 至少一列；outcome、fixed、levels 中的列不能重复，也不能叫 intercept",
            "levels needs a column; outcome, fixed and levels must all differ, and none is called intercept",
        )
    return names, of_levels


def _codes(frame: pd.DataFrame, levels: list[str]) -> tuple[list[Ints], list[list[Any]]]:
    """Group numbers of each row by level from the top, and the labels; a label has one parent."""
    codes: list[Ints] = []
    labels: list[list[Any]] = []
    for name in levels:
        number, label = pd.factorize(frame[name], sort=False)
        if codes:
            pairs = pd.DataFrame({"own": number, "above": codes[-1]}).drop_duplicates()
            twice = int(pairs["own"].duplicated().sum())
            if twice:
                raise DataError(
                    f"层级“{name}”有 {twice} 个名称出现在两个上级之下；请用编码，或把上级名称加在前面",
                    f"level {name!r}: {twice} labels stand under two parents; use codes, or put the parent's name before them",
                )
        codes.append(number)
        labels.append(list(label))
    return codes, labels


def _refuse(rows: int, p: int, levels: list[str], labels: list[list[Any]]) -> None:
    sizes = [len(label) for label in labels]
    if rows <= p + 1 or sizes[0] < 2:
        raise DataError(
            f"行数（{rows}）或最高层的单位数（{sizes[0] if sizes else 0}）太少，模型无法估计",
            f"too few rows ({rows}) or units of the highest level ({sizes[0] if sizes else 0}) for this model",
        )
    for name, size, below in zip(levels, sizes, [*sizes[1:], rows], strict=True):
        if size >= below:
            raise DataError(
                f"层级“{name}”的单位数（{size}）与下一层相同，两层无法区分；请去掉一层",
                f"level {name!r} has as many units ({size}) as the level below it and cannot be told from it; leave one out",
            )


@dataclass(frozen=True)
class _Scale:
    """Means and standard deviations by which columns were centred and scaled, which keeps sums of squares exact."""

    centre: Floats
    sd: Floats
    outcome_mean: float
    outcome_sd: float


def _scale(x: Floats, y: Floats, fixed: list[str]) -> _Scale:
    centre, spread = x.mean(axis=0), x.std(axis=0)
    flat = [name for name, sd, c in zip(fixed, spread, centre, strict=True) if not sd > 1e-12 * abs(c)]
    if flat:
        raise DataError(
            f"固定效应为常数：{'、'.join(flat)}，请去掉",
            f"constant fixed effects: {', '.join(flat)}; leave them out",
        )
    if not float(y.std()) > 0:
        raise DataError("结果列是常数", "the outcome is constant")
    return _Scale(centre, spread, float(y.mean()), float(y.std()))


def _restored(scale: _Scale, found: Fit, rows: int) -> tuple[Floats, Floats, float]:
    """β, its covariance and the criterion in the user's units."""
    p = len(found.beta)
    way = np.zeros((p, p))
    way[0, 0] = 1
    way[0, 1:] = -scale.centre / scale.sd
    way[1:, 1:] = np.diag(1 / scale.sd)
    beta = scale.outcome_sd * (way @ found.beta)
    beta[0] += scale.outcome_mean
    cov = scale.outcome_sd**2 * (way @ found.cov @ way.T)
    moved = 2 * (rows - p) * np.log(scale.outcome_sd) + 2 * float(np.log(scale.sd).sum())
    return beta, cov, found.criterion + moved


def _tree(numbers: Columns, known: Flags, names: list[str], codes: list[Ints]) -> tuple[Tree, _Scale]:
    y = numbers.numbers["outcome"][known]
    x = np.column_stack([numbers.numbers[name][known] for name in names]) if names else np.empty((len(y), 0))
    scale = _scale(x, y, names)
    scaled = [*((x - scale.centre) / scale.sd).T, (y - scale.outcome_mean) / scale.outcome_sd]
    columns = np.column_stack([np.ones(len(y)), *scaled])
    if names:
        alike = columns[:, 1:-1].T @ columns[:, 1:-1] / len(y)
        if np.linalg.eigvalsh(alike)[0] < COLLINEAR:
            raise DataError(
                "固定效应之间线性相关，请去掉一个", "the fixed effects are collinear; leave one out"
            )
    lowest = codes[-1]
    groups = int(lowest.max()) + 1
    sums = added(lowest, columns, groups)
    parents = []
    for own, above in zip(codes[:0:-1], codes[-2::-1], strict=True):
        parent = np.zeros(int(own.max()) + 1, dtype=np.intp)
        parent[own] = above
        parents.append(parent)
    sizes = np.bincount(lowest, minlength=groups).astype(float)
    return Tree(columns.T @ columns, sums, sizes, tuple(parents), len(y)), scale


def _values(
    found: Fit,
    levels: list[str],
    names: list[str],
    *,
    beta: Floats,
    cov: Floats,
    criterion: float,
    scale: float,
) -> dict[str, float]:
    from_top = found.ratios[::-1]
    shares = np.cumsum(from_top) / (1 + from_top.sum())
    sigma = float(np.sqrt(found.sigma2)) * scale
    values = {"criterion": float(criterion), "sigma": sigma}
    values |= {f"sd_{name}": float(np.sqrt(r)) * sigma for name, r in zip(levels, from_top, strict=True)}
    values |= {f"icc_{name}": float(share) for name, share in zip(levels, shares, strict=True)}
    values |= {f"beta_{name}": float(b) for name, b in zip(names, beta, strict=True)}
    values |= {f"se_{name}": float(v) for name, v in zip(names, np.sqrt(np.diag(cov)), strict=True)}
    return {**values, "gradient": found.gradient}


def _table(
    tree: Tree, found: Fit, levels: list[str], labels: list[list[Any]], *, level: float, scale: float
) -> pd.DataFrame:
    """Effects of all units, the highest level first."""
    sizes = [tree.sizes]
    for step in range(1, tree.levels):
        sizes.append(added(tree.parents[step - 1], sizes[-1], tree.groups(step)))
    told, halves = effects(tree, found), half_widths(tree, found, level)
    parts = []
    for name, label, own, half, n in zip(levels, labels, told[::-1], halves[::-1], sizes[::-1], strict=True):
        value = own.value * scale
        columns = {
            "value": value,
            "se": own.se * scale,
            "lower": value - half * scale,
            "upper": value + half * scale,
            "n": n,
            "status": "ok",
            "se_prediction": own.se_prediction * scale,
        }
        parts.append(pd.DataFrame({"level": name, "unit": pd.Series(label, dtype=object), **columns}))
    return pd.concat(parts, ignore_index=True)


def half_widths(tree: Tree, found: Fit, level: float) -> list[Floats]:
    """Half the width of the effects' limits by level from the lowest: t with the degrees of freedom between units of the
    level within those above, of an error that also carries that of the variances. NaN where the variance is 0.
    """
    from scipy.stats import t

    halves = []
    for step, (own, wobble) in enumerate(
        zip(effects(tree, found), estimation_errors(tree, found), strict=True)
    ):
        above = tree.groups(step + 1) if step + 1 < tree.levels else 1
        quantile = float(t.ppf((1 + level) / 2, tree.groups(step) - above))
        half = quantile * np.hypot(own.se_prediction, wobble)
        halves.append(half if found.ratios[step] > 0 else np.full(half.shape, np.nan))
    return halves


def _account(rows: int, missing: int, levels: list[str], labels: list[list[Any]]) -> list[Note]:
    counts = [f"{name} {len(label):,}" for name, label in zip(levels, labels, strict=True)]
    notes = [
        Note("n", f"{rows:,} 行；单位数：{'、'.join(counts)}", f"{rows:,} rows; units: {', '.join(counts)}")
    ]
    if missing:
        notes.append(
            Note(
                "exclusion",
                f"{missing:,} 行缺数或缺单位名称，未计入，也未填补",
                f"rows without a value or a unit's name, left out and not filled in: {missing:,}",
            )
        )
    return notes


def _warnings(found: Fit, levels: list[str], labels: list[list[Any]]) -> list[Note]:
    few = [name for name, label in zip(levels, labels, strict=True) if len(label) < FEW_GROUPS]
    none = [name for name, r in zip(levels, found.ratios[::-1], strict=True) if r == 0]
    notes = []
    if few:
        notes.append(
            Note(
                "warning",
                f"层级 {'、'.join(few)} 不足 {FEW_GROUPS} 个单位，其方差估计很不可靠",
                f"levels with fewer than {FEW_GROUPS} units, whose variance is hardly known: {', '.join(few)}",
            )
        )
    if none:
        notes.append(
            Note(
                "warning",
                f"层级 {'、'.join(none)} 的方差估计为 0（边界）：没有发现超出下层差异的部分，不等于没有差异；其单位的效应没有区间",
                f"levels with an estimated variance of 0 (the boundary): {', '.join(none)}; nothing was found beyond what lies "
                "below them, which does not prove that there is nothing; the effects of their units have no limits",
            )
        )
    return notes
