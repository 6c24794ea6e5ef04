"""Reading the user's frame: columns by name, numbers with their gaps, options and levels checked at the edge.

Every function of surveys, scales and entry quality asks the same questions of its frame and refuses in the same words.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from swe.core.errors import DataError, UsageError
from swe.show.result import Note
from swe.stats import intervals
from swe.stats.multiplicities import multiplicity

NAN = float("nan")
FEW = 20  # a table row with a smaller n is marked `below_validity`
Floats = NDArray[np.float64]
Codes = NDArray[np.intp]


def column(data: pd.DataFrame, name: str) -> pd.Series:
    """The column `name`; DataError naming those that are there."""
    if not isinstance(data, pd.DataFrame):
        raise UsageError(
            f"第一个参数须为数据表（DataFrame），不能是 {type(data).__name__}",
            f"the first argument must be a DataFrame, not {type(data).__name__}",
        )
    if name not in data.columns:
        there = [str(c) for c in data.columns]
        raise DataError(
            f"数据表没有列 {name!r}；现有列：{'、'.join(there)}",
            f"the frame has no column {name!r}; its columns are {', '.join(there)}",
        )
    found = data[name]
    if isinstance(found, pd.DataFrame):
        raise DataError(
            f"列 {name!r} 出现不止一次，请改名", f"the column {name!r} stands there more than once; rename it"
        )
    return found


def numbers(values: Any, name: str) -> Floats:
    """Floats with NaN where missing; DataError for text that is no number and for infinities."""
    series = pd.Series(values)
    try:
        read = pd.to_numeric(series).to_numpy(dtype=float, na_value=NAN)
    except (ValueError, TypeError) as error:
        raise DataError(
            f"{name} 中有不是数的内容，请先改为数字或留空",
            f"{name} holds something that is not a number; write numbers or leave it empty",
        ) from error
    if np.isinf(read).any():
        raise DataError(f"{name} 中有无穷大", f"{name} holds an infinite number")
    return read


def number_column(data: pd.DataFrame, name: str) -> Floats:
    return numbers(column(data, name), name)


def codes(data: pd.DataFrame, name: str) -> tuple[Codes, list[Any]]:
    """Group codes 0, 1, … in sorted order and the labels; a missing label is a DataError."""
    labels = column(data, name)
    absent = int(labels.isna().sum())
    if absent:
        raise DataError(
            f"列 {name!r} 有 {absent} 行为空，分组须每行都有",
            f"the column {name!r} is empty in {absent} rows; every row needs its group",
        )
    found, names = pd.factorize(labels, sort=False)
    order = sorted(range(len(names)), key=lambda i: (str(type(names[i])), names[i]))
    place = np.empty(len(names), dtype=np.intp)
    place[order] = np.arange(len(names))
    return place[found], [names[i] for i in order]


def matrix(data: Any, *, what: str, least_columns: int = 2) -> tuple[Floats, list[str], list[Note]]:
    """Complete rows of a frame of numbers, its column names, and a note on the rows left out."""
    frame = data if isinstance(data, pd.DataFrame) else pd.DataFrame(data)
    if frame.shape[1] < least_columns:
        raise DataError(
            f"至少需要 {least_columns} 列{what}，现有 {frame.shape[1]} 列",
            f"at least {least_columns} columns are needed, there are {frame.shape[1]}",
        )
    names = [str(c) for c in frame.columns]
    read = np.column_stack([numbers(frame.iloc[:, j], names[j]) for j in range(frame.shape[1])])
    complete = ~np.isnan(read).any(axis=1)
    return read[complete], names, left_out(int((~complete).sum()), len(read))


def left_out(absent: int, rows: int) -> list[Note]:
    """A note on rows without all the answers; none if there are none."""
    if not absent:
        return []
    return [
        Note(
            "exclusion",
            f"{rows} 行中有 {absent} 行缺数，未计入",
            f"{absent} of {rows} rows lack a value and were left out",
        )
    ]


def check_level(level: float) -> float:
    if not (isinstance(level, float) and 0 < level < 1):
        raise UsageError(
            f"level 须为 0 与 1 之间的小数，不能是 {level!r}",
            f"level must be a fraction between 0 and 1, not {level!r}",
        )
    return level


def check_option(name: str, value: object, allowed: Sequence[str]) -> None:
    if value not in allowed:
        raise UsageError(
            f"{name} 须为 {'、'.join(allowed)} 之一，不能是 {value!r}",
            f"{name} must be one of {', '.join(allowed)}, not {value!r}",
        )


def count_note(n: int, zh: str, en: str) -> Note:
    return Note("n", f"n = {n} {zh}", f"n = {n} {en}")


def level_note(level: float) -> Note:
    return Note("method", f"区间的置信水平为 {level:.4g}", f"intervals at a level of {level:.4g}")


def row_status(n: float) -> str:
    """`ok`, or `below_validity` under 20."""
    return "ok" if n >= FEW else "missing" if n == 0 else "below_validity"


def wilson(x: float, n: float, level: float) -> tuple[float, float]:
    """Wilson's limits of one share (`intervals.wilson`); NaN where nobody was asked."""
    if n <= 0:
        return NAN, NAN
    low, high = intervals.wilson(x, n, level=level)
    return float(low), float(high)


def clopper_pearson(x: float, n: float, level: float) -> tuple[float, float]:
    """Exact interval of a proportion. Clopper & Pearson (1934), doi:10.1093/biomet/26.4.404."""
    from scipy.stats import beta

    tail = (1 - level) / 2
    low = 0.0 if x <= 0 else float(beta.ppf(tail, x, n - x + 1))
    return low, 1.0 if x >= n else float(beta.ppf(1 - tail, x + 1, n - x))


def holm(p: Sequence[float]) -> list[float]:
    """Adjusted p-values, Holm (1979), by `multiplicity`. A missing p stays missing and counts for none."""
    if all(each != each for each in p):
        return [NAN] * len(p)
    adjusted: list[float] = multiplicity(list(p), method="holm").table["p_adjusted"].tolist()
    return adjusted
