"""Many tests at once: adjusted p-values of one family, false discovery rate or family-wise error."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np
import pandas as pd

from swe.core.errors import DataError
from swe.show.result import Note, Result
from swe.stats.frames import choice, fraction, read_numbers, spread

METHODS = {"bh": "fdr_bh", "by": "fdr_by", "holm": "holm"}  # names in statsmodels
REFERENCES = {
    "bh": "Benjamini & Hochberg (1995), doi:10.1111/j.2517-6161.1995.tb02031.x",
    "by": "Benjamini & Yekutieli (2001), doi:10.1214/aos/1013699998",
    "holm": "Holm (1979), Scand J Statist 6:65",
}
WORDS = {
    "bh": ("控制错误发现率（Benjamini–Hochberg），要求各检验独立或正相关", "false discovery rate (Benjamini–Hochberg); tests independent or positively dependent"),
    "by": ("控制错误发现率（Benjamini–Yekutieli），任何相关结构均成立", "false discovery rate (Benjamini–Yekutieli); holds under any dependence"),
    "holm": ("控制总体第一类错误（Holm 逐步法）", "family-wise error (Holm's step-down)"),
}  # fmt: skip


def multiplicity(
    p: Sequence[float] | Mapping[Any, float] | pd.Series,
    *,
    method: Literal["bh", "by", "holm"] = "bh",
    level: float = 0.05,
) -> Result:
    """Adjusted p-values of one family of tests.

    Parameters
    ----------
    p
        p-values in [0, 1], shape (k,); the labels of a Series or mapping become `unit`. Missing ones (a test that could
        not be made) are kept in the table and are no part of the family.
    method
        `bh` under independence or positive dependence, `by` under any dependence, `holm` for the family-wise error.
    level
        The error rate, a fraction.

    Returns
    -------
    Result
        `kind="multiplicity"`. Values `tests rejected level`. Table `unit p p_adjusted rejected status`; `rejected` is
        1, 0 or NaN.

    Raises
    ------
    DataError
        A p-value outside of [0, 1], or none at all.

    References
    ----------
    Benjamini & Hochberg (1995), doi:10.1111/j.2517-6161.1995.tb02031.x; Benjamini & Yekutieli (2001),
    doi:10.1214/aos/1013699998; Holm (1979), Scand J Statist 6:65.

    Examples
    --------
    >>> found = multiplicity([0.01, 0.02, 0.03, 0.5])
    >>> found["rejected"], found.table.p_adjusted.round(6).tolist()
    (3.0, [0.04, 0.04, 0.04, 0.5])
    """
    from statsmodels.stats.multitest import multipletests

    choice("method", method, list(METHODS))
    alpha = fraction("level", level)
    series = p if isinstance(p, pd.Series) else pd.Series(dict(p) if isinstance(p, Mapping) else list(p))
    values = read_numbers(series, "p")
    known = ~np.isnan(values)
    if not known.any():
        raise DataError("没有 p 值", "there are no p-values")
    if ((values[known] < 0) | (values[known] > 1)).any():
        raise DataError("p 值须在 0 与 1 之间", "p-values must lie between 0 and 1")
    rejected, adjusted = multipletests(values[known], alpha=alpha, method=METHODS[method])[:2]
    table = pd.DataFrame(
        {
            "unit": list(series.index) if isinstance(p, pd.Series | Mapping) else range(1, len(series) + 1),
            "p": values,
            "p_adjusted": spread(known, adjusted),
            "rejected": spread(known, rejected.astype(float)),
            "status": np.where(known, "ok", "missing"),
        }
    )
    tests = int(known.sum())
    zh, en = WORDS[method]
    notes = [
        Note("method", zh, en),
        Note("reference", REFERENCES[method], REFERENCES[method]),
        Note("n", f"同一族共 {tests:,} 次检验", f"{tests:,} tests in the family"),
    ]
    if tests < len(values):
        left = len(values) - tests
        notes.append(Note("exclusion", f"{left:,} 次检验没有 p 值，未计入", f"{left:,} tests without a p-value were left out"))  # fmt: skip
    scalars = {"tests": float(tests), "rejected": float(rejected.sum()), "level": alpha}
    return Result("multiplicity", table, scalars, tuple(notes))
