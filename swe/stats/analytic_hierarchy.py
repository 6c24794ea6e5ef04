"""Analytic hierarchy process: weights from pairwise judgements, and whether the judgements agree with themselves.

Weights of a scoring system are often said to come from AHP; without its consistency ratio nobody can tell.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from swe.core.errors import DataError, UsageError
from swe.show.result import Note, Result
from swe.stats.index_frames import Floats, scaled_to_one

if TYPE_CHECKING:
    import pandas as pd

# Mean consistency index of random reciprocal matrices of order 1 … 10: Saaty 1980, The Analytic Hierarchy Process.
RANDOM_INDEX = (0.0, 0.0, 0.58, 0.90, 1.12, 1.24, 1.32, 1.41, 1.45, 1.49)
ACCEPTED = 0.1  # Saaty 1980
SCALE_END = 9.0  # the fundamental scale runs from 1 to 9, Saaty 1980
RECIPROCAL_SLACK = 0.03  # people write 0.33 for 1/3 and 0.14 for 1/7: products of 0.99 and 0.98

METHOD = Note(
    "method",
    "层次分析法：权重为判断矩阵主特征向量；CI = (λmax − n)/(n − 1)，CR = CI/RI；CR 不大于 0.1 视为一致",
    "analytic hierarchy process: weights are the principal eigenvector; CI = (λmax − n)/(n − 1), CR = CI/RI; "
    "judgements count as consistent up to CR 0.1",
)
REFERENCE = Note(
    "reference",
    "Saaty 1977，doi:10.1016/0022-2496(77)90033-5；RI 取 Saaty 1980",
    "Saaty 1977, doi:10.1016/0022-2496(77)90033-5; RI of Saaty 1980",
)


def ahp(matrix: pd.DataFrame | Any, *, allow_inconsistent: bool = False) -> Result:
    """Weights and consistency of one matrix of pairwise judgements.

    Parameters
    ----------
    matrix
        (n, n), 1 ≤ n ≤ 10: how many times more important the row is than the column; a frame names its
        indicators in its columns. Reciprocal: a_ji = 1/a_ij, up to the rounding of 0.33 for 1/3; the judgement
        of at least 1 is taken as said and the other set to its reciprocal.
    allow_inconsistent
        Give weights though the consistency ratio exceeds 0.1, with a warning.

    Returns
    -------
    Result
        `kind="ahp"`. Table: `indicator weight`, weights summing to 1. Values: `lambda_max consistency_index
        consistency_ratio n` (ratio 0 for n ≤ 2, where judgements cannot disagree).

    Raises
    ------
    UsageError
        Not square, larger than 10, not positive, not reciprocal.
    DataError
        Consistency ratio above 0.1, unless told otherwise.

    References
    ----------
    Saaty 1977, doi:10.1016/0022-2496(77)90033-5.

    Examples
    --------
    >>> found = ahp([[1, 3, 5], [1/3, 1, 2], [1/5, 1/2, 1]])
    >>> [round(w, 6) for w in found.table["weight"]], round(found["consistency_ratio"], 6)
    ([0.648329, 0.229651, 0.12202], 0.003185)
    """
    import pandas as pd

    names, judged = _read(matrix)
    exact = _reciprocal(judged)
    largest, weights = _principal(exact)
    n = len(exact)
    index = max(largest - n, 0.0) / (n - 1) if n > 1 else 0.0  # λmax ≥ n; below it lies rounding only
    ratio = index / RANDOM_INDEX[n - 1] if n > 2 else 0.0
    notes = [METHOD, REFERENCE, Note("n", f"{n} 个指标", f"{n} indicators")]
    if ratio > ACCEPTED:
        zh, en = (
            f"一致性比率 {ratio:.3f} 大于 {ACCEPTED:g}：判断前后矛盾",
            f"the consistency ratio {ratio:.3f} exceeds {ACCEPTED:g}: the judgements contradict each other",
        )
        if not allow_inconsistent:
            raise DataError(
                f"{zh}，请重新判断（或以 allow_inconsistent=True 照算）",
                f"{en}; judge again (or give allow_inconsistent=True)",
            )
        notes.append(Note("warning", zh, en))
    if exact.max() > SCALE_END + RECIPROCAL_SLACK:
        zh, en = "有判断超出 1–9 标度", "some judgements lie beyond the scale of 1 to 9"
        notes.append(Note("warning", zh, en))
    values = {
        "lambda_max": largest,
        "consistency_index": index,
        "consistency_ratio": ratio,
        "n": float(n),
    }
    return Result("ahp", pd.DataFrame({"indicator": names, "weight": weights}), values, tuple(notes))


def _read(matrix: Any) -> tuple[list[str], Floats]:
    try:
        judged = np.array(matrix, dtype=float)
    except (TypeError, ValueError):
        judged = np.empty(0)
    if judged.ndim != 2 or judged.shape[0] != judged.shape[1] or not 1 <= len(judged) <= len(RANDOM_INDEX):
        raise UsageError(
            f"判断矩阵须为 1 至 {len(RANDOM_INDEX)} 阶的数字方阵，收到的形状为 {judged.shape}；指标更多时请分层判断",
            f"judgements must be a square matrix of numbers of order 1 to {len(RANDOM_INDEX)}, the shape received is "
            f"{judged.shape}; judge more indicators in levels",
        )
    if not np.isfinite(judged).all() or (judged <= 0).any():
        raise UsageError(
            "判断矩阵的各元素须为正数，不得缺失", "every judgement must be a positive number, none missing"
        )
    columns = getattr(matrix, "columns", range(1, len(judged) + 1))
    return [str(c) for c in columns], judged


def _reciprocal(judged: Floats) -> Floats:
    """The matrix with each smaller judgement replaced by the reciprocal of the larger."""
    products = judged * judged.T
    i, j = np.unravel_index(np.abs(products - 1).argmax(), products.shape)
    if abs(products[i, j] - 1) > RECIPROCAL_SLACK:
        raise UsageError(
            f"判断矩阵须互反（对角线为 1，a_ij·a_ji = 1）：第 {i + 1} 行第 {j + 1} 列的乘积为 {products[i, j]:.4g}",
            f"the matrix must be reciprocal (1 on the diagonal, a_ij·a_ji = 1): row {i + 1}, column {j + 1} "
            f"gives {products[i, j]:.4g}",
        )
    exact = np.where(judged >= judged.T, judged, 1 / judged.T)
    np.fill_diagonal(exact, 1.0)
    return exact


def _principal(matrix: Floats) -> tuple[float, Floats]:
    """Largest eigenvalue (real, by Perron–Frobenius) and its vector with sum 1."""
    values, vectors = np.linalg.eig(matrix)
    k = int(values.real.argmax())
    return float(values[k].real), scaled_to_one(np.abs(vectors[:, k].real))
