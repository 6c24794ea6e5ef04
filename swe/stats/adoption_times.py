"""Times from a start to an event or the end of observation, read from dates or numbers, with what was left out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from numbers import Real
from typing import Any

import numpy as np
import pandas as pd

from swe.core.dates import days_in_month, parse_partial
from swe.core.errors import DataError, UsageError
from swe.show.result import Note
from swe.stats.frames import Flags, Floats, read_numbers


@dataclass(frozen=True)
class Spells:
    """Durations (n,) and whether they end with the event (n,); `kept` marks the rows of the frame that

    they come from, `dated` says that they were dates and not plain numbers.
    """

    time: Floats
    event: Flags
    kept: Flags
    dated: bool
    notes: tuple[Note, ...]


def read_spells(frame: pd.DataFrame, *, unit: str, start: Any, event: str, end: Any, months: bool) -> Spells:
    """The spells of a frame with a row for each unit; DataError where units repeat or nobody is left."""
    twice = int(frame[unit].duplicated().sum())
    if twice:
        raise DataError(
            f"列“{unit}”有 {twice} 行重复：每个单位一行",
            f"column {unit!r}: {twice} rows repeat a unit; there must be one row for each",
        )
    columns = [
        _column(frame, value, name) for value, name in ((start, "start"), (event, "event"), (end, "end"))
    ]
    dated = {_is_dated(column) for column in columns} - {None}
    if len(dated) > 1:
        raise UsageError(
            "start、event、end 须同为日期或同为数",
            "start, event and end must all be dates or all be numbers",
        )
    on = True in dated
    begins, happens, ends = (
        _coordinates(column, months) if on else read_numbers(column, str(column.name)) for column in columns
    )
    happened = ~np.isnan(happens) & ~(happens > ends)
    until = np.where(happened, happens, ends)
    unknown = np.isnan(begins) | np.isnan(until)
    early = ~unknown & happened & (until <= begins)
    unseen = ~unknown & ~happened & (until <= begins)
    kept = ~(unknown | early | unseen)
    late = int((kept & ~np.isnan(happens) & ~happened).sum())
    if not kept.any():
        raise DataError("没有可计时的单位", "no unit has a time that can be counted")
    notes = _account(int(kept.sum()), int(unknown.sum()), int(early.sum()), int(unseen.sum()), late)
    return Spells((until - begins)[kept], happened[kept], kept, on, notes)


def _column(frame: pd.DataFrame, value: Any, name: str) -> pd.Series:
    """A column, or one date or number for all rows."""
    if isinstance(value, str) and value in frame.columns:
        return frame[value]
    if isinstance(value, str) and not value[:1].isdigit():
        raise DataError(f"数据表没有列“{value}”（{name}）", f"the frame has no column {value!r} ({name})")
    return pd.Series([value] * len(frame), index=frame.index, name=name, dtype=object)


def _is_dated(column: pd.Series) -> bool | None:
    """Whether a column holds dates; None where nothing stands in it."""
    known = column.dropna()
    if not len(known):
        return None
    return not isinstance(known.iloc[0], Real) or isinstance(known.iloc[0], bool)


def _coordinates(column: pd.Series, months: bool) -> Floats:
    """Closes of days on one axis: days, or 12 × year + month + day / days in month."""
    codes, distinct = pd.factorize(column, use_na_sentinel=True)
    days = [_day(value, str(column.name)) for value in distinct]
    at = [
        12 * d.year + d.month + d.day / days_in_month(d.year, d.month) if months else d.toordinal()
        for d in days
    ]
    values = np.array([*at, np.nan], dtype=float)
    return values[codes]


def _day(value: Any, name: str) -> date:
    if isinstance(value, pd.Period):
        return value.end_time.date()
    if isinstance(value, np.datetime64):
        value = pd.Timestamp(value)
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    if not isinstance(value, str):
        raise DataError(f"列“{name}”中混有日期与数", f"column {name!r} mixes dates and numbers")
    return parse_partial(value).last


def _account(n: int, unknown: int, early: int, unseen: int, late: int) -> tuple[Note, ...]:
    notes = [Note("n", f"{n:,} 个单位计时", f"units timed: {n:,}")]
    told = [
        (unknown, "缺开始时间或观察结束时间，未计入", "without a start or an end of observation, left out"),
        (early, "在开始时已建站，未计入", "set up before the clock started, left out"),
        (unseen, "观察结束不晚于开始，未计入", "with no time under observation, left out"),
        (
            late,
            "在观察结束之后才建站，按未建站截尾",
            "set up after the end of observation, cut off there as without",
        ),
    ]
    notes += [
        Note("exclusion", f"{count:,} 个单位{zh}", f"{count:,} units {en}") for count, zh, en in told if count
    ]
    return tuple(notes)
