"""Columns of a user's frame as numbers for indices, and the checks of their options.

A composite takes an interval for a point without a word, so press bounds are stopped here, where cells are read.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from numbers import Real
from typing import TYPE_CHECKING, Any, get_args

import numpy as np
from numpy.typing import NDArray

from swe.core.bounded import Bounded
from swe.core.errors import DataError, UsageError

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]
NAN = float("nan")
SHOWN = 5  # places named in a message


def choice(name: str, value: object, allowed: Any) -> None:
    """`value` is one of the words of the Literal `allowed`; UsageError with those words else."""
    words = get_args(allowed)
    if value not in words:
        raise UsageError(
            f"{name} 须为 {'、'.join(words)} 之一，收到 {value!r}",
            f"{name} must be one of {', '.join(words)}; received {value!r}",
        )


def whole(name: str, value: object, *, least: int) -> int:
    """`value` as a whole number of at least `least`; UsageError else."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < least:
        raise UsageError(
            f"{name} 须为不小于 {least} 的整数，收到 {value!r}",
            f"{name} must be a whole number of at least {least}; received {value!r}",
        )
    return int(value)


def plain_number(name: str, value: object) -> float:
    """`value` as a finite float; UsageError else."""
    if isinstance(value, bool | np.bool_) or not isinstance(value, Real) or not math.isfinite(value):
        raise UsageError(f"{name} 须为数，收到 {value!r}", f"{name} must be a number; received {value!r}")
    return float(value)


def proper_fraction(name: str, value: object) -> float:
    """`value` strictly between 0 and 1; UsageError else."""
    if isinstance(value, bool) or not isinstance(value, Real) or not 0 < float(value) < 1:
        raise UsageError(
            f"{name} 须在 0 与 1 之间，收到 {value!r}",
            f"{name} must lie between 0 and 1; received {value!r}",
        )
    return float(value)


def column_names(name: str, given: Sequence[str], *, reserved: Sequence[str] = ()) -> list[str]:
    """Names of columns as a list: at least one, none twice, none that the result's table needs itself."""
    listed = [given] if isinstance(given, str) else list(given)
    twice = sorted({str(n) for n in listed if listed.count(n) > 1})
    taken = sorted(set(listed) & set(reserved))
    if not listed or twice:
        raise UsageError(
            f"{name} 须列出至少一列，且不重复（重复：{'、'.join(twice) or '无'}）",
            f"{name} must list at least one column and none twice (twice: {', '.join(twice) or 'none'})",
        )
    if taken:
        raise UsageError(
            f"{name} 中的列名 {'、'.join(taken)} 为结果表所用，请先改名",
            f"the table of the result needs the names {', '.join(taken)} of {name} itself; rename them first",
        )
    return listed


def require_columns(data: pd.DataFrame, names: Sequence[str]) -> None:
    """DataError unless `data` is a frame with rows and these columns."""
    columns = getattr(data, "columns", None)
    if columns is None:
        raise UsageError("data 须为数据表（pandas.DataFrame）", "data must be a pandas.DataFrame")
    absent = [str(n) for n in names if n not in columns]
    if absent:
        raise DataError(
            f"数据表缺少列：{'、'.join(absent)}", f"the frame lacks the columns {', '.join(absent)}"
        )
    if not len(data):
        raise DataError("数据表没有行", "the frame has no rows")


def unit_labels(data: pd.DataFrame, unit: str | None) -> list[str]:
    """Who the rows speak of: column `unit`, else the column called unit, else the index; none twice or missing."""
    if unit is not None:
        require_columns(data, [unit])
    name = unit or ("unit" if "unit" in data.columns else None)
    cells = data.index if name is None else data[name]
    labels = ["" if _is_missing(cell) else str(cell) for cell in cells]
    twice = len(labels) - len(set(labels))
    if twice or "" in labels:
        raise DataError(
            f"单位列有 {labels.count('')} 个空值、{twice} 个重复：每行须为一个不同的单位",
            f"the column of units has {labels.count('')} empty and {twice} repeated names: a row is one unit",
        )
    return labels


def numbers(data: pd.DataFrame, name: str, *, bounded: str = "refuse") -> tuple[Floats, int]:
    """A column as floats, NaN where missing, and how many interval-valued cells were set to missing.

    Cells that are `Bounded` without being exact are refused, or with `bounded="missing"` counted as missing.
    """
    from pandas.api.types import is_bool_dtype, is_numeric_dtype

    column = data[name]
    if is_numeric_dtype(column) and not is_bool_dtype(column):
        found = column.to_numpy(dtype=float, na_value=NAN)
        intervals: list[int] = []
    else:
        cells = [_cell(cell, name, row) for row, cell in enumerate(column)]
        intervals = [row for row, cell in enumerate(cells) if cell is None]
        found = np.array([NAN if cell is None else cell for cell in cells], dtype=float)
    if np.isinf(found).any():
        raise DataError(f"列“{name}”含无穷大", f"column {name!r} holds an infinite number")
    if intervals and bounded == "refuse":
        rows = "、".join(str(row + 1) for row in intervals[:SHOWN])
        raise DataError(
            f"列“{name}”有 {len(intervals)} 个区间值（余、近、约等，第 {rows} 行），不能当作确数计入指数；"
            '请改用确数，或以 bounded="missing" 按缺失处理',
            f"column {name!r} has {len(intervals)} interval values (press bounds, rows {rows.replace('、', ', ')}), "
            'which are no points and cannot enter an index; give exact numbers, or bounded="missing"',
        )
    return found, len(intervals)


def _cell(cell: Any, name: str, row: int) -> float | None:
    """A float, NaN where missing, None for an interval."""
    if isinstance(cell, Bounded):
        return float(cell.low) if cell.is_exact and not cell.approximate else None
    if _is_missing(cell):
        return NAN
    if isinstance(cell, Real) and not isinstance(cell, bool | np.bool_):
        return float(cell)
    try:
        return float(cell.strip()) if isinstance(cell, str) else float(str(cell))
    except ValueError:
        raise DataError(
            f"列“{name}”第 {row + 1} 行不是数；带“余、近、约”的数先用 swe.press_number 读取",
            f"row {row + 1} of column {name!r} is not a number; read press numbers with swe.press_number first",
        ) from None


def _is_missing(cell: Any) -> bool:
    return cell is None or str(cell).strip() in ("", "nan", "NaN", "<NA>", "NaT", "None")


def sample_weights(data: pd.DataFrame, name: str | None) -> Floats:
    """A column of population weights, positive or 0; ones where none is named."""
    if name is None:
        return np.ones(len(data))
    found, _ = numbers(data, name)
    if (found < 0).any():
        raise DataError(f"权重列“{name}”有负数", f"the weights in {name!r} must not be negative")
    return found


def shares(weights: Mapping[str, float], names: Sequence[str]) -> Floats:
    """Given weights in the order of `names`, divided by their sum."""
    absent, extra = [n for n in names if n not in weights], [str(n) for n in weights if n not in names]
    if absent or extra:
        raise UsageError(
            f"权重与指标不一致：缺 {'、'.join(absent) or '无'}，多 {'、'.join(extra) or '无'}",
            f"weights and indicators differ: missing {', '.join(absent) or 'none'}, unknown {', '.join(extra) or 'none'}",
        )
    found = np.array([plain_number(f"weights[{n!r}]", weights[n]) for n in names])
    return scaled_to_one(found)


def scaled_to_one(weights: Floats) -> Floats:
    """Weights divided by their sum; UsageError unless finite, not negative and with a positive sum."""
    if not np.isfinite(weights).all() or (weights < 0).any() or not weights.sum() > 0:
        raise UsageError(
            "权重须为非负有限数，且不全为 0", "weights must be finite, not negative and not all 0"
        )
    return weights / math.fsum(weights)
