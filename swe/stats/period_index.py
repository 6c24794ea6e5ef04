"""Times of a panel as whole numbers: years, months, days or plain integers, evenly spaced.

Event time is a difference of periods; a text that only looks like a time, or a month that nobody recorded, would shift it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from swe.core.dates import parse_partial
from swe.core.errors import DataError, SweError

Ints = NDArray[np.int64]

NEVER = np.iinfo(np.int64).max  # position of a unit that is never treated


@dataclass(frozen=True)
class Periods:
    """The distinct times in order.

    labels   as the user wrote them, length T
    start    number of the first, `step` the distance of two neighbours
    number   a user's time as a whole number on the scale of this panel
    """

    labels: tuple[Any, ...]
    start: int
    step: int
    number: Callable[[Any], int]

    def __len__(self) -> int:
        return len(self.labels)

    def position(self, value: Any) -> int:
        """Index of the first period at or after `value`; may lie outside 0…T−1."""
        return -((self.start - self.number(value)) // self.step)

    def label(self, position: int) -> Any:
        return self.labels[position]


def periods(column: pd.Series, name: str) -> tuple[Periods, Ints]:
    """The periods of a column and the position of each row; DataError where they have no order or a hole."""
    codes, distinct = pd.factorize(column, use_na_sentinel=True)
    missing = int((codes < 0).sum())
    if missing:
        raise DataError(
            f"列“{name}”有 {missing} 行没有时间", f"column {name!r}: {missing} rows without a time"
        )
    if not len(distinct):
        raise DataError("数据表没有行", "the frame has no rows")
    number = _scale(list(distinct), name)
    numbers = np.array([number(value) for value in distinct], dtype=np.int64)
    order = np.argsort(numbers)
    steps = np.diff(numbers[order])
    if (steps == 0).any():
        twice = [str(distinct[order[i]]) for i in np.flatnonzero(steps == 0)[:3]]
        raise DataError(
            f"列“{name}”中有不同写法的同一时间（{'、'.join(twice)}），请统一写法",
            f"column {name!r} writes one time in two ways ({', '.join(twice)}); write it in one",
        )
    step = int(steps.min()) if len(steps) else 1
    if (steps % step).any() or (steps != step).any():
        after = str(distinct[order[int(np.flatnonzero(steps != step)[0])]])
        raise DataError(
            f"列“{name}”的时间不等距（{after} 之后缺期）：事件时间按期数计，请补齐或改用更粗的期",
            f"the times of column {name!r} are not evenly spaced (a period is missing after {after}): event time counts "
            "periods; add them, or use longer periods",
        )
    position = np.empty(len(distinct), dtype=np.int64)
    position[order] = np.arange(len(distinct))
    labels = tuple(_plain(distinct[i]) for i in order)
    return Periods(labels, int(numbers[order[0]]), step, number), position[codes]


def first_positions(column: pd.Series, name: str, of: Periods) -> Ints:
    """Position of the first treated period of each row; NEVER where it is 0, empty or missing."""
    codes, distinct = pd.factorize(column, use_na_sentinel=True)
    found = np.array([_first(value, name, of) for value in distinct], dtype=np.int64)
    return np.where(codes < 0, NEVER, found[codes] if len(found) else NEVER)


def _first(value: Any, name: str, of: Periods) -> int:
    zero = isinstance(value, int | float | np.number) and not isinstance(value, bool) and value == 0
    if zero or value == "" or (isinstance(value, float | np.floating) and np.isinf(value)):
        return NEVER
    try:
        return of.position(value)
    except (DataError, TypeError, ValueError):
        raise _no_order(name) from None


def _scale(distinct: list[Any], name: str) -> Callable[[Any], int]:
    """How a time of this column becomes a whole number."""
    if all(isinstance(v, int | float | np.number) and not isinstance(v, bool) for v in distinct):
        if not all(float(v).is_integer() for v in distinct):
            raise _no_order(name)
        return _whole
    if all(isinstance(v, pd.Period) for v in distinct):
        return _ordinal
    try:
        days = [_day(v) for v in distinct]
    except (SweError, ValueError, TypeError):
        raise _no_order(name) from None
    if all(isinstance(v, str) and len(v.strip()) == 4 for v in distinct):
        return _year
    if len({(d.year, d.month) for d in days}) == len(days):
        return _month
    return _day_number


def _whole(value: Any) -> int:
    if not float(value).is_integer():
        raise ValueError(value)
    return int(value)


def _ordinal(value: Any) -> int:
    return int(value.ordinal)


def _year(value: Any) -> int:
    return _day(value).year


def _month(value: Any) -> int:
    return 12 * _day(value).year + _day(value).month


def _day_number(value: Any) -> int:
    return _day(value).toordinal()


def _day(value: Any) -> date:
    if isinstance(value, np.datetime64):
        value = pd.Timestamp(value)
    if isinstance(value, datetime):
        return value.date()
    return value if isinstance(value, date) else parse_partial(str(value)).first


def _plain(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) else value


def _no_order(name: str) -> DataError:
    return DataError(
        f"列“{name}”的时间无法排序：请写成整数、2023、2023-05、日期或 pandas 的 Period，全列一种写法",
        f"the times of column {name!r} cannot be ordered: write whole numbers, 2023, 2023-05, dates or pandas Periods, one "
        "kind throughout",
    )
