"""Named columns of a user's frame as arrays, with one clear error for what cannot be read.

Every function here takes a frame and the names of its columns; missing values are left out of the arithmetic, counted
in a note and kept in the table, and a message names rows, never what stands in them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from numbers import Real
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from swe.core.errors import DataError, SweError, UsageError, joined
from swe.show.result import Note

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

SMALL = 20  # a rate with a smaller denominator is marked: it is too noisy to stand alone
SHOWN = 5  # rows named in a message


@dataclass(frozen=True)
class Columns:
    """Columns as arrays of one length.

    unit     who, shape (k,), dtype object
    numbers  by role, shape (k,), NaN where missing
    known    shape (k,), True where every number is there
    """

    unit: NDArray[np.object_]
    numbers: dict[str, Floats]
    known: Flags

    def __getitem__(self, role: str) -> Floats:
        """The numbers of the complete rows."""
        return self.numbers[role][self.known]

    @property
    def missing(self) -> int:
        return int((~self.known).sum())


def as_frame(data: Any) -> pd.DataFrame:
    """A frame, or a mapping of column names to arrays, as a frame."""
    if isinstance(data, pd.DataFrame):
        return data
    if isinstance(data, Mapping):
        try:
            return pd.DataFrame(dict(data))
        except ValueError:
            raise DataError("各列长度不同", "the columns differ in length") from None
    raise UsageError(
        f"需要数据表（DataFrame）或“列名: 数组”，收到的是 {type(data).__name__}",
        f"a DataFrame or a mapping of names to arrays is needed, not {type(data).__name__}",
    )


def read_columns(
    data: Any,
    numbers: Mapping[str, str],
    *,
    unit: str | None = None,
    not_negative: Sequence[str] = (),
    positive: Sequence[str] = (),
) -> Columns:
    """The named columns: `numbers` maps roles (count, exposure) to column names.

    Without `unit` the column called unit is taken, else the index; a unit that is named must not occur twice.
    Raises DataError, all problems at once: absent columns, text among numbers, infinite or negative ones.
    """
    frame = as_frame(data)
    require(frame, [*numbers.values(), *([unit] if unit else [])])
    found: dict[str, Floats] = {}
    wrong: list[SweError] = []
    for role, name in numbers.items():
        try:
            found[role] = read_numbers(frame[name], name)
        except DataError as error:
            wrong.append(error)
            continue
        if role in not_negative:
            wrong += _unless(found[role] < 0, name, "是负数", "are negative")
        if role in positive:
            wrong += _unless(found[role] <= 0, name, "不是正数", "are not positive")
    labels = _labels(frame, unit)
    if unit:
        wrong += _unless(
            pd.Series(labels).duplicated().to_numpy(), unit, "重复", "hold a unit that was there before"
        )
    if wrong:
        raise joined(wrong)
    if not len(frame):
        raise DataError("数据表没有行", "the frame has no rows")
    missing = [np.isnan(column) for column in found.values()]
    if unit:
        missing.append(pd.isna(labels))
    return Columns(labels, found, ~np.logical_or.reduce(missing))


def require(frame: pd.DataFrame, names: Sequence[str]) -> None:
    """DataError naming every absent column, or one that stands there twice."""
    absent = [str(name) for name in names if name not in frame.columns]
    if absent:
        raise DataError(
            f"数据表缺少列：{'、'.join(absent)}（现有：{'、'.join(map(str, frame.columns))}）",
            f"the frame lacks the columns {', '.join(absent)} (it has {', '.join(map(str, frame.columns))})",
        )
    twice = [str(name) for name in names if list(frame.columns).count(name) > 1]
    if twice:
        raise DataError(
            f"数据表中列名重复：{'、'.join(twice)}", f"the frame has {', '.join(twice)} more than once"
        )


def read_numbers(column: pd.Series, name: str) -> Floats:
    """A column as floats, NaN where missing; DataError where something else than a finite number stands."""
    if pd.api.types.is_numeric_dtype(column.dtype) and not pd.api.types.is_complex_dtype(column.dtype):
        values = column.to_numpy(dtype=float, na_value=np.nan)
    else:
        read = [_number(entry) for entry in column]
        wrong = _unless(
            np.array([x is None for x in read], dtype=bool),
            name,
            "不是数（带“余、近、约”的数先用 swe.press_number 读取）",
            "are not numbers (read press numbers with swe.press_number first)",
        )
        if wrong:
            raise wrong[0]
        values = np.array(read, dtype=float)
    wrong = _unless(np.isinf(values), name, "是无穷大", "are infinite")
    if wrong:
        raise wrong[0]
    return values


def _number(entry: Any) -> float | None:
    """A float, NaN where missing, None where it is not a number; text is never guessed at."""
    if isinstance(entry, Real | Decimal) and not isinstance(entry, bool | np.bool_):
        return float(entry)
    missing = pd.isna(entry) if pd.api.types.is_scalar(entry) else False
    return float("nan") if missing else None


def _labels(frame: pd.DataFrame, unit: str | None) -> NDArray[np.object_]:
    if unit is None and "unit" not in frame.columns:
        return np.array(list(frame.index), dtype=object)
    return frame[unit or "unit"].to_numpy(dtype=object)


def _unless(bad: Flags, name: str, zh: str, en: str) -> list[SweError]:
    if not bad.any():
        return []
    rows = [str(i + 1) for i in np.flatnonzero(bad)[:SHOWN]]
    more_zh, more_en = ("等", " and others") if bad.sum() > SHOWN else ("", "")
    return [
        DataError(
            f"列“{name}”有 {int(bad.sum())} 行{zh}：第 {'、'.join(rows)} 行{more_zh}，请核对",
            f"column {name!r}: {int(bad.sum())} rows {en} (rows {', '.join(rows)}{more_en}); please check",
        )
    ]


# -- options --


def choice(name: str, value: object, allowed: Sequence[str]) -> None:
    """UsageError with the allowed values and the one received."""
    if value not in allowed:
        raise UsageError(
            f"{name} 须为 {'、'.join(allowed)} 之一，收到的是 {value!r}",
            f"{name} must be one of {', '.join(allowed)}, not {value!r}",
        )


def fraction(name: str, value: object) -> float:
    """A number strictly between 0 and 1."""
    if isinstance(value, Real) and not isinstance(value, bool) and 0 < float(value) < 1:
        return float(value)
    raise UsageError(
        f"{name} 须在 0 与 1 之间（95% 写作 0.95），收到的是 {value!r}",
        f"{name} must lie between 0 and 1 (95 % is 0.95), not {value!r}",
    )


# -- rows and notes --


def spread(known: Flags, values: NDArray[Any], fill: Any = np.nan) -> NDArray[Any]:
    """`values` of the complete rows back in the places of all rows."""
    whole = np.full(known.shape, fill, dtype=np.asarray(values).dtype if np.ndim(values) else float)
    whole[known] = values
    return whole


def statuses(known: Flags, n: Floats | None = None) -> NDArray[np.object_]:
    """missing, not_applicable where n is 0, below_validity where n < 20, else ok."""
    found = np.full(known.shape, "ok", dtype=object)
    if n is not None:
        found[known & (n < SMALL)] = "below_validity"
        found[known & (n == 0)] = "not_applicable"
    found[~known] = "missing"
    return found


def account(status: NDArray[np.object_]) -> list[Note]:
    """Notes: how many rows count, how many are missing or do not apply, how many are small."""
    missing, none, small = (int((status == s).sum()) for s in ("missing", "not_applicable", "below_validity"))
    used = len(status) - missing - none
    notes = [Note("n", f"计入 {used:,} 个单位", f"units counted: {used:,}")]
    if missing:
        notes.append(
            Note(
                "exclusion",
                f"{missing:,} 个单位缺数，未计入，也未用平均数填补：不报数的单位往往情况不同",
                f"units without a value, left out and not filled in: {missing:,}; those that do not report often differ",
            )
        )
    if none:
        notes.append(
            Note(
                "exclusion",
                f"{none:,} 个单位分母为 0，不适用",
                f"units with a denominator of 0, not applicable: {none:,}",
            )
        )
    if small:
        notes.append(
            Note(
                "warning",
                f"{small:,} 个单位的分母不足 {SMALL}，已标出，其数波动很大，不宜单独引用",
                f"units with a denominator below {SMALL}: {small:,}; they are marked and too noisy to quote alone",
            )
        )
    return notes


def need(k: int, least: int, zh: str, en: str) -> None:
    """DataError where fewer than `least` complete units are left."""
    if k < least:
        raise DataError(
            f"{zh}至少需要 {least} 个有数的单位，现有 {k} 个",
            f"{en} needs at least {least} units with values; there are {k}",
        )
