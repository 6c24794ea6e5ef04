"""Bunching: whether scores sit just above a cut-off more often than just below it.

Grades at 60, 80 and 90 invite a point or two; counting equal windows on each side shows it without a density model,
which whole-point scores would not bear.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pandas as pd

from swe.core.errors import DataError, UsageError
from swe.show.result import Note, Result
from swe.stats.survey_frames import (
    NAN,
    Floats,
    check_level,
    clopper_pearson,
    holm,
    left_out,
    level_note,
    number_column,
    row_status,
)

REFERENCE = Note(
    "reference",
    "精确二项检验：Clopper & Pearson (1934)，doi:10.1093/biomet/26.4.404；局部二项检验：Cattaneo, Titiunik & Vazquez-Bare (2017)，doi:10.1002/pam.21985",
    "exact binomial test: Clopper & Pearson (1934), doi:10.1093/biomet/26.4.404; in windows at a cut-off: Cattaneo, "
    "Titiunik & Vazquez-Bare (2017), doi:10.1002/pam.21985",
)
SLOPE = Note(
    "warning",
    "检验假定两侧窗口内本应一样多；若分数本来就越高越多（或越少），窗口越宽偏差越大；聚集不等于作假",
    "the test takes both windows as equally full by nature; where scores grow (or thin out) upwards, a wide window "
    "misleads; bunching is no proof of tampering",
)


def bunching(
    data: pd.DataFrame,
    *,
    value: str,
    cut_offs: float | Sequence[float],
    window: float,
    level: float = 0.95,
) -> Result:
    """Counts of scores in [c − window, c) and [c, c + window), and the exact chance of so many above.

    Parameters
    ----------
    data
        One row a scored station; `value` holds scores, without rounding.
    cut_offs
        Where a better grade begins; one or several, at least two windows apart.
    window
        Width of each window in points. On a scale of steps it must be a whole number of steps, so that both windows
        hold the same number of possible scores.

    Returns
    -------
    Result
        `kind="bunching"`. Values, over all cut-offs together: `estimate lower upper` (share above, exact interval),
        `p` (one-sided, of so many or more above if both were equally likely), `below above n`, `flagged`. Table:
        `cut_off below above value lower upper p p_adjusted flag n status` (Holm); flag 1 where p_adjusted < 1 − level.

    Raises
    ------
    DataError
        No score, or a window that is no whole number of the scores' steps.
    UsageError
        A window that is not positive, or windows that overlap.

    References
    ----------
    Cattaneo, Titiunik & Vazquez-Bare (2017), Comparing inference approaches for RD designs, doi:10.1002/pam.21985.

    Examples
    --------
    >>> scores = pd.DataFrame({"score": [57, 59, 60, 60, 60, 61, 61, 62, 60, 72]})
    >>> found = bunching(scores, value="score", cut_offs=60, window=3)
    >>> found["below"], found["above"], round(found["p"], 4)
    (2.0, 7.0, 0.0898)
    """
    check_level(level)
    cuts = sorted(float(c) for c in (cut_offs if isinstance(cut_offs, Sequence) else [cut_offs]))
    read = number_column(data, value)
    scores = read[~np.isnan(read)]
    if len(scores) == 0:
        raise DataError(f"列 {value!r} 没有分数", f"{value!r} holds no score")
    _check_windows(cuts, window, scores)
    counts = [_sides(scores, c, window) for c in cuts]
    p = [_chance(above, below) for below, above in counts]
    rows = [
        _row(c, sides, own, adjusted, level)
        for c, sides, own, adjusted in zip(cuts, counts, p, holm(p), strict=True)
    ]
    table = pd.DataFrame(rows)
    below, above = (sum(side) for side in zip(*counts, strict=True))
    n = below + above
    lower, upper = clopper_pearson(above, n, level) if n else (NAN, NAN)
    values = {
        "estimate": above / n if n else NAN,
        "lower": lower,
        "upper": upper,
        "p": _chance(above, below),
        "below": float(below),
        "above": float(above),
        "n": float(n),
        "flagged": float(table["flag"].sum()),
    }
    notes = (
        Note(
            "method",
            f"每个分数线两侧各取 {window:g} 分等宽窗口，单侧精确二项检验；多个分数线用 Holm 校正",
            f"equal windows of {window:g} points on each side of a cut-off, one-sided exact binomial test; Holm over cut-offs",
        ),
        REFERENCE,
        Note(
            "n",
            f"{len(scores)} 个分数，其中 {n} 个在窗口内，{len(cuts)} 个分数线",
            f"{len(scores)} scores, {n} of them in a window; cut-offs: {len(cuts)}",
        ),
        level_note(level),
        *left_out(len(read) - len(scores), len(read)),
        SLOPE,
    )
    return Result("bunching", table, values, notes)


def _row(cut: float, sides: tuple[int, int], p: float, adjusted: float, level: float) -> dict[str, object]:
    below, above = sides
    n = below + above
    lower, upper = clopper_pearson(above, n, level) if n else (NAN, NAN)
    return {
        "cut_off": cut,
        "below": below,
        "above": above,
        "value": above / n if n else NAN,
        "lower": lower,
        "upper": upper,
        "p": p,
        "p_adjusted": adjusted,
        "flag": float(adjusted < 1 - level),
        "n": n,
        "status": row_status(n),
    }


def _sides(scores: Floats, cut: float, window: float) -> tuple[int, int]:
    dust = 1e-9 * max(1.0, abs(cut))  # 0.1 + 0.2 is not 0.3: a score on the edge stands on it
    below = (scores >= cut - window - dust) & (scores < cut - dust)
    above = (scores >= cut - dust) & (scores < cut + window - dust)
    return int(below.sum()), int(above.sum())


def _chance(above: int, below: int) -> float:
    """P(X ≥ above), X binomial of n = above + below and one half; NaN for empty windows."""
    from scipy.stats import binom

    n = above + below
    return float(binom.sf(above - 1, n, 0.5)) if n else NAN


def _check_windows(cuts: list[float], window: float, scores: Floats) -> None:
    if not cuts or not (window > 0 and math.isfinite(window)):
        raise UsageError(
            f"须有分数线，且 window 为正数；现 window = {window}",
            f"cut-offs and a positive window are needed; window = {window}",
        )
    gaps = np.diff(cuts)
    if len(gaps) and gaps.min() < 2 * window - 1e-9:
        raise UsageError(
            f"窗口重叠：分数线相距 {gaps.min():g}，至少须为 window 的两倍（{2 * window:g}）",
            f"windows overlap: cut-offs {gaps.min():g} apart need at least two windows ({2 * window:g})",
        )
    step = _step(scores)
    steps = window / step if step else 0.0
    if step and abs(steps - round(steps)) > 1e-6:
        raise DataError(
            f"分数以 {step:g} 为一档，window = {window:g} 不是它的整数倍，两侧可能的分数个数不同",
            f"scores come in steps of {step:g}; window = {window:g} is no multiple, so the sides hold unequal numbers of scores",
        )


def _step(scores: Floats) -> float:
    """The coarsest of 10, 5, 1, 0.5, 0.1 whose multiples the scores are; 0 for finer ones."""
    for step in (10.0, 5.0, 1.0, 0.5, 0.1):
        if np.abs(scores / step - np.round(scores / step)).max() < 1e-6:
            return step
    return 0.0
