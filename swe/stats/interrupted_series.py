"""One evenly spaced series read once, and the dates that it is asked about.

A month that nobody recorded must keep its place: a hole would shift the trend, a zero would be an effect.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from swe.core.errors import DataError, SweError, UsageError
from swe.stats.frames import Flags, Floats, read_numbers, require
from swe.stats.period_index import Periods, periods
from swe.stats.segments import Link

LEAST = 3  # points before and after; Cochrane EPOC, Interrupted time series (ITS) analyses, 2017


@dataclass(frozen=True)
class Series:
    """What was read: one row a period in order, `known` where outcome, offset and control are all there."""

    frame: pd.DataFrame
    of: Periods
    outcome: Floats
    exposure: Floats
    control: Floats | None
    control_exposure: Floats
    known: Flags


def read_series(
    frame: pd.DataFrame,
    outcome: str,
    time: str,
    *,
    offset: str | tuple[str, str] | None,
    control: str | None,
    link: Link,
) -> Series:
    own, other = (offset, offset) if isinstance(offset, str) or offset is None else offset
    require(frame, [c for c in dict.fromkeys((outcome, time, own, other, control)) if c])
    if link == "identity" and offset is not None:
        raise UsageError(
            "offset 只用于对数联系（计数）；identity 请先自行算成率",
            "offset goes with a log link (counts); with identity, compute the rate first",
        )
    of, at = periods(frame[time], time)
    if len(at) != len(of):
        raise DataError(
            f"列“{time}”有重复的时间：中断时间序列每期只能有一行，请先汇总",
            f"column {time!r} repeats a time: an interrupted series has one row a period, add them up first",
        )
    order = np.argsort(at)
    frame = frame.iloc[order]

    def numbers(name: str, *, positive: bool = False) -> Floats:
        found = read_numbers(frame[name], name)
        bad = int((found <= 0).sum() if positive else (found < 0).sum() if link == "log" else 0)
        if bad:
            raise DataError(
                f"列“{name}”有 {bad} 期{'不是正数' if positive else '为负数'}",
                f"column {name!r}: {bad} periods are {'not positive' if positive else 'negative'}",
            )
        return found

    ones = np.ones(len(frame))
    y, exposure = numbers(outcome), numbers(own, positive=True) if own else ones
    control_y = numbers(control) if control else None
    control_exposure = numbers(other, positive=True) if other else ones
    known = ~np.isnan(y) & ~np.isnan(exposure)
    if control_y is not None:
        known &= ~np.isnan(control_y) & ~np.isnan(control_exposure)
    return Series(frame, of, y, exposure, control_y, control_exposure, known)


def whole(name: str, value: Any) -> None:
    if value is not None and (not isinstance(value, int) or isinstance(value, bool) or value < 0):
        raise UsageError(
            f"{name} 须为非负整数，收到的是 {value!r}", f"{name} must be a whole number ≥ 0, not {value!r}"
        )


def cycle_of(of: Periods, cycle: float | None) -> float:
    """Periods a year: what is given, or what months, quarters and their steps say."""
    if cycle is not None:
        if not cycle > 1:
            raise UsageError(f"cycle 须大于 1，收到的是 {cycle!r}", f"cycle must be above 1, not {cycle!r}")
        return float(cycle)
    first = of.labels[0]
    yearly = {"M": 12, "Q": 4}.get(first.freqstr[0]) if isinstance(first, pd.Period) else None
    if yearly is None and not isinstance(first, int | float | pd.Period) and of.start > 12 * 1000:
        yearly = 12 if of.start < 12 * 3000 else None  # months are counted as 12 × year + month
    if yearly is None or yearly / of.step <= 1:
        raise UsageError(
            "季节项需要知道一个周期有几期：请写 cycle=（月度 12、季度 4）",
            "seasonal terms need the periods of a cycle: give cycle= (12 for months, 4 for quarters)",
        )
    return yearly / of.step


def position_of(of: Periods, value: Any, name: str) -> int:
    sample = of.labels[0]
    try:
        if isinstance(sample, pd.Period) and not isinstance(value, pd.Period):
            value = pd.Period(str(value), freq=sample.freqstr)
        return of.position(value)
    except (SweError, TypeError, ValueError, AttributeError):
        raise UsageError(
            f"{name} 的时间 {value!r} 与序列的写法不同（序列如 {sample!r}）",
            f"{name}: {value!r} is not written like the times of the series ({sample!r})",
        ) from None


def enough(read: Series, at: int, link: Link, name: str = "start") -> None:
    """At least three known points on either side of `at`, the later side ending with the series."""
    before, after = int(read.known[: max(at, 0)].sum()), int(read.known[max(at, 0) :].sum())
    if min(before, after) < LEAST:
        raise DataError(
            f"{name}：中断前有 {before} 期、后有 {after} 期有数，两侧都至少要 {LEAST} 期",
            f"{name}: {before} known periods before the interruption and {after} after; each side needs {LEAST}",
        )
    early = read.outcome[:at][read.known[:at]]
    if link == "log" and not early.any():
        raise DataError(
            "中断前全为零：这个数只在建站后才有（社工站自己的记录），前后对比没有意义；请换用人群一侧的结果",
            "all zero before the interruption: the count exists only after set-up (a station's own record), and a comparison with "
            "before means nothing; use an outcome of the population",
        )
