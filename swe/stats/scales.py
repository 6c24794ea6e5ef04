"""Reliability of a questionnaire scale: Cronbach's alpha with its interval, McDonald's omega, item by item.

A mean score of items that do not hang together says nothing, and answers ticked down one column say nothing either.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from swe.core.errors import DataError, UsageError
from swe.show.result import Note, Result
from swe.stats.survey_frames import NAN, Floats, check_level, count_note, level_note, matrix

STRAIGHT = 0.2  # share of respondents with one answer throughout from which a reader is warned; ours
HEYWOOD = 0.005  # floor of a uniqueness, as in R's factanal

METHOD = Note(
    "method",
    "α 按原始分数协方差计算，区间按 Feldt (1965) 的 F 分布；ω 来自最大似然单因子模型，换回原始分数尺度；项目与总分相关为剔除本项后的",
    "alpha from raw covariances with Feldt's F interval; omega from a one-factor maximum-likelihood model, on the raw scale; "
    "item-total correlations leave the item out",
)
REFERENCE = Note(
    "reference",
    "Cronbach (1951)，doi:10.1007/BF02310555；Feldt (1965)，doi:10.1007/BF02289499；McDonald (1999)",
    "Cronbach (1951), doi:10.1007/BF02310555; Feldt (1965), doi:10.1007/BF02289499; McDonald (1999)",
)


def reliability(
    items: pd.DataFrame,
    *,
    reverse: Sequence[str] = (),
    scale: tuple[float, float] | None = None,
    level: float = 0.95,
) -> Result:
    """Whether the items of a scale measure one thing, and how many respondents ticked one column throughout.

    Parameters
    ----------
    items
        Respondents × items, numbers; at least two items and three complete respondents.
    reverse
        Items worded the other way round; x becomes low + high − x, with (low, high) = `scale`.

    Returns
    -------
    Result
        `kind="reliability"`. Values: `alpha lower upper` (interval of alpha), `omega` (NaN for two items),
        `straight_lined` (share of respondents with the same answer to every item as asked), `n items`.
        Table: `item item_total alpha_without loading n`.

    Raises
    ------
    DataError
        Too few items or respondents, or no variation in the total.
    UsageError
        `reverse` without `scale`, or an unknown item.

    References
    ----------
    Feldt (1965), The approximate sampling distribution of Kuder–Richardson reliability coefficient twenty,
    doi:10.1007/BF02289499. McDonald (1999), Test theory: a unified treatment.

    Examples
    --------
    >>> answers = pd.DataFrame({"a": [1, 2, 3, 4, 5], "b": [2, 1, 3, 5, 4], "c": [1, 3, 2, 4, 5]})
    >>> round(reliability(answers)["alpha"], 4)
    0.9079
    """
    check_level(level)
    answers, names, notes = matrix(items, what="题目")
    n, k = answers.shape
    if n < 3:
        raise DataError(
            f"完整作答至少需要 3 份，现有 {n} 份",
            f"at least 3 complete respondents are needed, there are {n}",
        )
    straight = float((answers == answers[:, :1]).all(axis=1).mean())
    scored = _reversed(answers, names, reverse, scale)
    alpha = cronbach(scored)
    if np.isnan(alpha):
        raise DataError("总分没有差异，无法计算信度", "the total scores do not vary: there is no reliability")
    lower, upper = feldt(alpha, n=n, k=k, level=level)
    loadings, unique = one_factor(scored)
    omega = _omega(loadings, unique)
    total = scored.sum(axis=1)
    rows = [
        {
            "item": names[j],
            "item_total": _correlation(scored[:, j], total - scored[:, j]),
            "alpha_without": cronbach(np.delete(scored, j, axis=1)) if k > 2 else NAN,
            "loading": loadings[j],
            "n": n,
        }
        for j in range(k)
    ]
    values = {
        "alpha": alpha,
        "omega": omega,
        "lower": lower,
        "upper": upper,
        "straight_lined": straight,
        "n": float(n),
        "items": float(k),
    }
    table = pd.DataFrame(rows)
    told = (
        METHOD,
        REFERENCE,
        count_note(n, f"份完整作答，{k} 题", f"complete respondents, {k} items"),
        level_note(level),
        *notes,
    )
    return Result(
        "reliability", table, values, (*told, *_warnings(table, straight, alpha, k, unique, scored))
    )


def cronbach(x: Floats) -> float:
    """Alpha of respondents × items; NaN where the total does not vary."""
    k = x.shape[1]
    spread = float(x.sum(axis=1).var(ddof=1))
    return NAN if spread <= 0 else float(k / (k - 1) * (1 - x.var(axis=0, ddof=1).sum() / spread))


def feldt(alpha: float, *, n: int, k: int, level: float = 0.95) -> tuple[float, float]:
    """Interval of alpha: (1 − α)/(1 − α̂) follows F with n − 1 and (n − 1)(k − 1) degrees of freedom. Feldt (1965)."""
    from scipy.stats import f

    tail, d1, d2 = (1 - level) / 2, n - 1, (n - 1) * (k - 1)
    return 1 - (1 - alpha) * float(f.ppf(1 - tail, d1, d2)), 1 - (1 - alpha) * float(f.ppf(tail, d1, d2))


def one_factor(x: Floats) -> tuple[Floats, Floats]:
    """Loadings and unique variances of a one-factor model on the raw scale, by maximum likelihood.

    Jöreskog's concentrated likelihood over the uniquenesses, as in R's factanal; an item without variation has
    loading 0 and uniqueness 0; fewer than three varying items are not identified (NaN).
    """
    from scipy.optimize import minimize

    sd = x.std(axis=0, ddof=1)
    varies = np.flatnonzero(sd > 0)
    loadings, unique = np.zeros(x.shape[1]), np.zeros(x.shape[1])
    if len(varies) < 3:
        return np.full(x.shape[1], NAN), np.full(x.shape[1], NAN)
    r = np.atleast_2d(np.corrcoef(x[:, varies], rowvar=False))

    def loss(psi: Floats) -> tuple[float, Floats]:
        load, e = _loadings(r, psi)
        sigma = np.outer(load, load) + np.diag(psi)
        return float(-(np.log(e[:-1]) - e[:-1]).sum()), np.diag(sigma - r) / psi**2

    start = (1 - 0.5 / len(varies)) / np.maximum(np.diag(np.linalg.pinv(r)), 1.0)
    found = minimize(
        loss,
        np.clip(start, HEYWOOD, 1),
        jac=True,
        method="L-BFGS-B",
        bounds=[(HEYWOOD, 1.0)] * len(varies),
        options={"ftol": 1e-14, "gtol": 1e-9, "maxiter": 2000},
    )
    load, _ = _loadings(r, found.x)
    loadings[varies], unique[varies] = load * sd[varies], found.x * sd[varies] ** 2
    return loadings if loadings.sum() >= 0 else -loadings, unique


def _loadings(r: Floats, psi: Floats) -> tuple[Floats, Floats]:
    """Loadings given uniquenesses, and the eigenvalues of the scaled correlation matrix, ascending."""
    scale = 1 / np.sqrt(psi)
    values, vectors = np.linalg.eigh(r * np.outer(scale, scale))
    values = np.maximum(values, 1e-300)
    return np.sqrt(psi) * vectors[:, -1] * np.sqrt(max(values[-1] - 1, 0)), values


def _omega(loadings: Floats, unique: Floats) -> float:
    common = float(loadings.sum() ** 2)
    return common / (common + float(unique.sum())) if common + unique.sum() > 0 else NAN


def _correlation(a: Floats, b: Floats) -> float:
    return float(np.corrcoef(a, b)[0, 1]) if a.std() > 0 and b.std() > 0 else NAN


def _reversed(
    x: Floats, names: list[str], reverse: Sequence[str], scale: tuple[float, float] | None
) -> Floats:
    unknown = [name for name in reverse if name not in names]
    if unknown:
        raise UsageError(
            f"reverse 中的题目不存在：{'、'.join(unknown)}", f"reverse names no item: {', '.join(unknown)}"
        )
    if reverse and scale is None:
        raise UsageError(
            "反向题需要 scale=(最低分, 最高分)", "reversed items need scale=(lowest, highest answer)"
        )
    flips = np.array([name in reverse for name in names])
    return x if scale is None else np.where(flips, scale[0] + scale[1] - x, x)


def _warnings(
    table: pd.DataFrame, straight: float, alpha: float, k: int, unique: Floats, scored: Floats
) -> list[Note]:
    against = list(table["item"][table["item_total"] < 0])
    heywood = bool((unique <= HEYWOOD * 1.001 * scored.var(axis=0, ddof=1)).any()) and k > 2
    told = [
        (
            bool(against),
            f"与其余题目负相关：{'、'.join(against)}；若为反向题，请写入 reverse",
            f"items that run against the others: {', '.join(against)}; if worded the other way round, name them in reverse",
        ),
        (
            straight > STRAIGHT,
            f"{straight:.1%} 的受访者每题答案相同：信度因此偏高",
            f"{straight:.1%} of respondents gave one answer throughout, which pushes reliability up",
        ),
        (
            k == 2,
            "只有两题：单因子模型无法识别，没有 ω",
            "two items only: a one-factor model is not identified, there is no omega",
        ),
        (
            heywood,
            "单因子模型的独特方差到达下限或某题没有差异：ω 不可靠",
            "a unique variance stands at its floor, or an item does not vary: omega is unsure",
        ),
        (
            alpha > 0.95,
            "α 高于 0.95：题目可能只是换了说法",
            "alpha above 0.95: the items may say the same in other words",
        ),
    ]
    return [Note("warning", zh, en) for applies, zh, en in told if applies]
