"""Change of one client at a time: goal attainment scores, and overlap of the sessions before and during a service.

Case workers set goals and record sessions; both show a direction, neither proves what caused it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
import pandas as pd

from swe.core.errors import DataError, UsageError
from swe.show.result import Note, Result
from swe.stats.survey_frames import (
    NAN,
    Floats,
    check_level,
    check_option,
    count_note,
    left_out,
    level_note,
    numbers,
)

Better = Literal["high", "low"]


def goal_attainment(
    scores: Any, *, weights: Sequence[float] | None = None, rho: float = 0.3, level: float = 0.95
) -> Result:
    """Goal attainment T-scores: 50 is what was expected, 10 a standard deviation.

    Parameters
    ----------
    scores
        Goal scores −2 … 2 of one client (a sequence), or clients × goals (a frame, gaps where a client has fewer goals).
    weights
        A weight a goal, positive; equal by default.
    rho
        Assumed correlation of goals, 0.3 by convention.

    Returns
    -------
    Result
        `kind="goal_attainment"`. Values: `estimate` (T of one client, mean T of several, then with `se lower upper` by
        t over clients), `attained` (share of goals at 0 or better), `n` clients, `goals`. Table: `unit value n` (T and
        number of goals) and `attained`.

    Raises
    ------
    DataError
        No score, a score that is not one of −2, −1, 0, 1, 2, or weights that do not fit.

    References
    ----------
    Kiresuk & Sherman (1968), doi:10.1007/BF01530764.

    Examples
    --------
    >>> round(goal_attainment([1, 0, 2, -1])["estimate"], 4)
    57.2548
    """
    from scipy.stats import t

    check_level(level)
    frame = scores if isinstance(scores, pd.DataFrame) else pd.DataFrame([list(scores)])
    x = np.column_stack([numbers(frame.iloc[:, j], "scores") for j in range(frame.shape[1])])
    w = np.ones(x.shape[1]) if weights is None else np.asarray(weights, dtype=float)
    if not 0 <= rho <= 1:
        raise UsageError(f"rho 须在 0 与 1 之间，不能是 {rho}", f"rho must lie between 0 and 1, not {rho}")
    if len(w) != x.shape[1] or not (w > 0).all():
        raise DataError(
            f"weights 须为 {x.shape[1]} 个正数，每个目标一个",
            f"weights must be {x.shape[1]} positive numbers, one a goal",
        )
    given = ~np.isnan(x)
    if not np.isin(x[given], (-2, -1, 0, 1, 2)).all() or not given.any():
        raise DataError("目标得分须为 −2、−1、0、1、2", "goal scores must be −2, −1, 0, 1 or 2")
    rows = [_goal_row(str(unit), x[i][given[i]], w[given[i]], rho) for i, unit in enumerate(frame.index)]
    table = pd.DataFrame([row for row in rows if row["n"]])
    found = table["value"].to_numpy(dtype=float)
    n = len(found)
    values = {"estimate": float(found.mean())}
    if n > 1:
        se = float(found.std(ddof=1)) / math.sqrt(n)
        reach = float(t.ppf((1 + level) / 2, n - 1)) * se
        values |= {"se": se, "lower": values["estimate"] - reach, "upper": values["estimate"] + reach}
    values |= {"attained": float((x[given] >= 0).mean()), "n": float(n), "goals": float(given.sum())}
    notes = (
        Note(
            "method",
            f"T = 50 + 10Σwx/√((1−ρ)Σw² + ρ(Σw)²)，ρ = {rho:g}",
            f"T = 50 + 10Σwx/√((1−ρ)Σw² + ρ(Σw)²), ρ = {rho:g}",
        ),
        Note(
            "reference",
            "Kiresuk & Sherman (1968)，doi:10.1007/BF01530764",
            "Kiresuk & Sherman (1968), doi:10.1007/BF01530764",
        ),
        count_note(n, f"位服务对象，{int(given.sum())} 个目标", f"clients, {int(given.sum())} goals"),
        level_note(level),
        *left_out(len(rows) - n, len(rows)),
        Note(
            "warning",
            "目标由社工自定：目标定得低，得分就高；请核对目标难度",
            "workers set the goals themselves: easy goals score high; check how hard they were",
        ),
    )
    return Result("goal_attainment", table, values, notes)


def _goal_row(unit: str, x: Floats, w: Floats, rho: float) -> dict[str, Any]:
    scale = math.sqrt((1 - rho) * float((w**2).sum()) + rho * float(w.sum()) ** 2)
    return {
        "unit": unit,
        "value": 50 + 10 * float((w * x).sum()) / scale if scale else NAN,
        "n": len(x),
        "attained": float((x >= 0).mean()) if len(x) else NAN,
    }


def nap(
    baseline: Sequence[float],
    intervention: Sequence[float],
    *,
    better: Better = "high",
    level: float = 0.95,
) -> Result:
    """Nonoverlap of all pairs of a single case: P(B > A) + ½ P(B = A) of sessions before (A) and during (B).

    Parameters
    ----------
    baseline, intervention
        Scores of the sessions of each phase in order; gaps are left out and counted.
    better
        `low` turns the comparison round, for scores that should fall.

    Returns
    -------
    Result
        `kind="nap"`. Values: `estimate se lower upper n n_baseline n_intervention`; 0.5 is no change. Table:
        `phase session value`.

    Raises
    ------
    DataError
        A phase without a score.

    References
    ----------
    Parker & Vannest (2009), doi:10.1016/j.beth.2008.10.006; interval: Newcombe (2006), method 5,
    doi:10.1002/sim.2324; standard error: Hanley & McNeil (1982), doi:10.1148/radiology.143.1.7063747.

    Examples
    --------
    >>> round(nap([2, 3, 4], [4, 5, 6])["estimate"], 4)
    0.9444
    """
    check_level(level)
    check_option("better", better, ("high", "low"))
    read = {"A": numbers(list(baseline), "baseline"), "B": numbers(list(intervention), "intervention")}
    a, b = (phase[~np.isnan(phase)] for phase in read.values())
    if len(a) == 0 or len(b) == 0:
        raise DataError("基线期和介入期都须有分数", "both phases need a score at least")
    gap = np.subtract.outer(b, a) * (1 if better == "high" else -1)
    theta = float(((gap > 0) + 0.5 * (gap == 0)).mean())
    lower, upper = newcombe_limits(theta, len(a), len(b), level)
    values = {
        "estimate": theta,
        "se": math.sqrt(_hanley(theta, len(a), len(b))),
        "lower": lower,
        "upper": upper,
        "n": float(len(a) + len(b)),
        "n_baseline": float(len(a)),
        "n_intervention": float(len(b)),
    }
    rows = [
        {"phase": name, "session": i + 1 + (len(read["A"]) if name == "B" else 0), "value": value}
        for name, phase in read.items()
        for i, value in enumerate(phase)
    ]
    gaps = sum(len(phase) for phase in read.values()) - len(a) - len(b)
    notes = _nap_notes(len(a), len(b), gaps, level)
    return Result("nap", pd.DataFrame(rows), values, notes)


def _nap_notes(m: int, n: int, gaps: int, level: float) -> tuple[Note, ...]:
    notes = [
        Note(
            "method",
            "NAP = P(B>A) + ½P(B=A)；区间按 Newcombe 方法五",
            "NAP = P(B>A) + ½P(B=A); interval: Newcombe's method 5",
        ),
        Note(
            "reference",
            "Parker & Vannest (2009)，doi:10.1016/j.beth.2008.10.006；Newcombe (2006)，doi:10.1002/sim.2324",
            "Parker & Vannest (2009), doi:10.1016/j.beth.2008.10.006; Newcombe (2006), doi:10.1002/sim.2324",
        ),
        count_note(
            m + n,
            f"次记录（基线 {m}，介入 {n}）",
            f"sessions ({m} before, {n} during)",
        ),
        level_note(level),
        *left_out(gaps, gaps + m + n),
        Note(
            "warning",
            "区间假定各次记录相互独立；同一人的连续记录常常相关，区间因此偏窄；基线若已在好转，NAP 也会高",
            "the interval takes sessions as independent; scores of one person in a row seldom are, so it is narrow; "
            "a baseline that already improves gives a high NAP too",
        ),
    ]
    if min(m, n) < 3:
        notes.append(
            Note(
                "warning",
                "有一期少于三次记录，只能描述",
                "a phase has fewer than three sessions: a description only",
            )
        )
    return tuple(notes)


def _hanley(theta: float, m: int, n: int) -> float:
    """Variance of a nonoverlap share under Hanley & McNeil's exponential model, m and n averaged (Newcombe 2006)."""
    h = (m + n) / 2 - 1
    return theta * (1 - theta) * (1 + h * (1 - theta) / (2 - theta) + h * theta / (1 + theta)) / (m * n)


def newcombe_limits(theta: float, m: int, n: int, level: float = 0.95) -> tuple[float, float]:
    """The shares whose own standard error puts them z away from `theta`.

    >>> [round(limit, 3) for limit in newcombe_limits(0.5, 10, 10)]
    [0.274, 0.726]
    """
    from scipy.optimize import brentq
    from scipy.stats import norm

    z2 = float(norm.ppf((1 + level) / 2)) ** 2

    def beyond(x: float) -> float:
        return (theta - x) ** 2 - z2 * _hanley(x, m, n)

    lower = 0.0 if theta <= 0 else float(brentq(beyond, 0.0, theta - 1e-12, xtol=1e-13))
    return lower, 1.0 if theta >= 1 else float(brentq(beyond, theta + 1e-12, 1.0, xtol=1e-13))
