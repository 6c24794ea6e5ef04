"""Pace: whether dated counts are on the way to their target, and when they would arrive.

A target with a deadline (full coverage by December) is judged by the pace so far against the pace needed.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from fractions import Fraction
from itertools import pairwise
from numbers import Real
from typing import TYPE_CHECKING, Any

from swe.core.bounded import Bounded
from swe.core.dates import months_between, parse_partial
from swe.core.errors import DataError, UsageError
from swe.show.result import Note, Result, bounded_values

if TYPE_CHECKING:
    import pandas as pd

NAN = float("nan")
Count = float | Bounded | None
Dated = tuple[date, Bounded]

METHOD = Note(
    "method",
    "速度按日历月计算（月数 = 12×年差 + 月差 + 日占当月天数之差）；"
    "计划线与推算按天数直线计算；各数均为当日终了时的数",
    "paces are per calendar month (12Δy + Δm + Δ(day / days in month)); the planned line and the projection "
    "are straight lines in days; every count stands at the close of its day",
)


def pace(
    series: pd.DataFrame | Sequence[tuple[date | str, Count]],
    *,
    target: float | Bounded,
    deadline: date | str,
) -> Result:
    """Observed pace of a cumulative count against the pace that its target requires.

    Parameters
    ----------
    series
        Columns `date` and `value`, or (date, count) pairs, in any order; at least two different dates. A
        count is a number or a `Bounded`; missing counts are left out and noted. Dates of any precision (2022,
        2022-09, 2022-09-30) mean the close of their last day.
    target
        The count to reach, a number or a `Bounded` of the same unit; 不少于 is reached at its lower bound.
    deadline
        The day by whose close the target is due, of any precision.

    Returns
    -------
    Result
        `kind="pace"`. Values, in counts: `expected` on the planned line at the last count, `projected` at the
        deadline, `gap` = target − last count; in counts per calendar month: `observed` (first to last count),
        `required` (last count to deadline; 0 once the target is reached, NaN after the deadline);
        `months_left`; `days_to_target` from the last count at the observed pace (NaN if it never arrives);
        `behind`, 1 if observed < required, 0 if not, NaN if the bounds cannot say. Bounded counts add
        `…_lower` and `…_upper`, with NaN for a point that nobody knows.
        Table: `date value lower upper expected status reached_on`, a row per count and a last row for the
        deadline (`value` is the projection, `expected` the target). `lower` and `upper` are NaN for exact
        numbers; `reached_on` is ISO text in the last row where the day of arrival is known, else empty.

    Raises
    ------
    DataError
        Fewer than two dates, two counts for one date, negative or unreadable counts, or different units.

    Examples
    --------
    >>> found = pace([("2022-09", 755), ("2023-05-31", 1094)], target=1510, deadline="2023-12-31")
    >>> round(found["observed"], 3), round(found["required"], 3), found["behind"]
    (42.375, 59.429, 1.0)
    >>> found.table.reached_on.iloc[-1]
    '2024-03-25'
    """
    import pandas as pd

    counts, missing = _counts(series)
    unit = _common_unit([b for _, b in counts], target)
    counts = [(day, b.with_unit(unit)) for day, b in counts]
    goal, goal_note = _threshold(target, unit)
    due = _day(deadline)
    (start, first), (end, last) = counts[0], counts[-1]
    arrival = _days_to_target(first, last, target=goal, days=(end - start).days)
    plan = [_expected(start, first, target=goal, deadline=due, day=day) for day, _ in counts]
    projected = _projected(counts[0], counts[-1], due)
    months_left = months_between(end, due)
    observed = (last - first) / months_between(start, end)
    required = _required(last, goal, months_left)
    values = {
        **bounded_values("observed", observed),
        **bounded_values("required", required),
        **bounded_values("expected", plan[-1]),
        **bounded_values("projected", projected),
        **bounded_values("gap", goal - last),
        "months_left": months_left,
        **bounded_values("days_to_target", arrival),
        "behind": _behind(observed, required, last=last, target=goal),
    }
    rows = [_row(day, b, expected) for (day, b), expected in zip(counts, plan, strict=True)]
    reached_on = _reached_on(counts, goal)
    rows.append({**_row(due, projected, goal), "reached_on": reached_on})
    notes = [METHOD, _span(counts), *missing, *goal_note, *_warnings(counts, due, reached_on)]
    return Result("pace", pd.DataFrame(rows), values, tuple(notes))


def expected_on(
    start: date | str, start_value: float, target: float, deadline: date | str, day: date | str
) -> float:
    """Where the straight planned line from `start_value` to `target` stands at the close of `day`.

    The line runs in days, expected(t) = B + (T − B)(t − t0)/(t1 − t0), level before the start and after the
    deadline. A campaign "from 06-01" starts with 0 at the close of 05-31. NaN where the deadline is not after
    the start: there is no line.

    >>> round(expected_on("2023-05-31", 0, 10_000, "2023-12-31", "2023-09-30"), 2)
    5700.93
    """
    t0, t1 = _day(start), _day(deadline)
    line = _expected(t0, Bounded.exact(start_value), target=Bounded.exact(target), deadline=t1, day=_day(day))
    return NAN if line is None or line.point is None else float(line.point)


# -- reading the series --


def _counts(series: pd.DataFrame | Sequence[tuple[date | str, Count]]) -> tuple[list[Dated], list[Note]]:
    """The counts by date, and a note on those left out."""
    read = [(_day(day), _count(value)) for day, value in _pairs(series)]
    known = {(day, b) for day, b in read if b is not None}
    counts = sorted(known, key=lambda pair: pair[0])
    days = [day for day, _ in counts]
    twice = sorted({day.isoformat() for day in days if days.count(day) > 1})
    if twice:
        raise DataError(
            f"同一日期有两个不同的数：{'、'.join(twice)}，请每个日期只留一个",
            f"two different counts for one date: {', '.join(twice)}; keep one for each date",
        )
    if len(counts) < 2:
        raise DataError(
            f"计算速度至少需要两个不同日期的数，现有 {len(counts)} 个",
            f"a pace needs counts at two different dates at least; there is {len(counts)}",
        )
    absent = sorted(day.isoformat() for day, b in read if b is None)
    note = Note(
        "exclusion",
        f"{len(absent)} 个日期缺数，未计入：{'、'.join(absent)}",
        f"{len(absent)} dates without a count were left out: {', '.join(absent)}",
    )
    return counts, [note] if absent else []


def _pairs(series: Any) -> Iterable[tuple[Any, Any]]:
    columns = getattr(series, "columns", None)
    if columns is None:
        return [(day, value) for day, value in series]
    absent = [name for name in ("date", "value") if name not in columns]
    if absent:
        raise DataError(
            f"数据表缺少列：{'、'.join(absent)}（需要 date 和 value）",
            f"the frame lacks the columns {', '.join(absent)} (date and value are needed)",
        )
    return zip(series["date"], series["value"], strict=True)


def _day(value: Any) -> date:
    """The last day of a date of any precision."""
    if isinstance(value, date) and value == value:  # NaT is a date that does not equal itself
        return value.date() if isinstance(value, datetime) else value
    return parse_partial(str(value)).last


def _count(value: Any) -> Bounded | None:
    """A count as a `Bounded`; None where it is missing (None, NaN, NA)."""
    if value is None or str(value) in ("nan", "NaN", "<NA>", "NaT", ""):
        return None
    if not isinstance(value, Bounded):
        if not isinstance(value, Real) or isinstance(value, bool):
            raise DataError(
                f"“{value}”不是数，请写成数字；带“余、近、约”的数先用 swe.press_number 读取",
                f"{value!r} is not a number; read press numbers (余, 近, 约) with swe.press_number first",
            )
        value = Bounded.exact(value if isinstance(value, int) else float(value))
    impossible = value.low < 0 and not value.approximate
    if impossible or value.high < 0 or value.low == math.inf:
        raise DataError(f"累计数不能是 {value.low}", f"a cumulative count cannot be {value.low}")
    low = max(value.low, 0)  # a rough number has no bounds, but counts are not negative
    return _sharp(Bounded(low, value.point, value.high, value.unit, value.approximate))


def _common_unit(counts: list[Bounded], target: float | Bounded) -> str:
    """The one unit of all counts and of the target; plain numbers take the unit of the others."""
    given = [*counts, target] if isinstance(target, Bounded) else counts
    units = sorted({b.unit for b in given} - {""})
    if len(units) > 1:
        raise DataError(
            f"计数与目标的单位不同：{'、'.join(units)}，不能比较",
            f"counts and target have different units ({', '.join(units)}) and cannot be compared",
        )
    return units[0] if units else ""


def _threshold(target: float | Bounded, unit: str) -> tuple[Bounded, list[Note]]:
    """The number at which the target counts as reached, and a note if it is not the number as written."""
    plain = isinstance(target, Real) and not isinstance(target, bool) and math.isfinite(target)
    b = target if isinstance(target, Bounded) else Bounded.exact(target) if plain else None
    if b is None or not math.isfinite(b.low if b.point is None else b.point):
        raise UsageError(
            "目标须为一个数（或“不少于”某数）", "the target must be a number (or 'at least' a number)"
        )
    if b.is_exact:
        return b.with_unit(unit), []
    if b.point is None and b.high == math.inf and not b.approximate:
        zh, en = (
            "目标为“不少于”，达到其下限即算完成",
            "the target is 'at least': it is reached at its lower bound",
        )
        return Bounded.exact(b.low, unit), [Note("method", zh, en)]
    if b.point is not None:
        zh, en = "目标不是确数，按其点值计算", "the target is not exact; its point is taken as it stands"
        return Bounded.exact(b.point, unit), [Note("warning", zh, en)]
    raise UsageError(
        f"目标须为一个数（或“不少于”某数），不能是 {b.low:g} 至 {b.high:g} 的区间",
        f"the target must be a number (or 'at least' a number), not the interval {b.low:g} to {b.high:g}",
    )


# -- numbers --


def _expected(start: date, base: Bounded, *, target: Bounded, deadline: date, day: date) -> Bounded | None:
    whole = (deadline - start).days
    if whole <= 0:
        return None
    gone = min(max((day - start).days, 0), whole)
    return _sharp((base * (whole - gone) + target * gone) / whole)  # each operand once: the bounds are tight


def _projected(first: Dated, last: Dated, deadline: date) -> Bounded | None:
    """The line through the first and the last count, at the deadline."""
    (start, a), (end, b) = first, last
    if deadline <= start:
        return None
    seen, ahead = (end - start).days, (deadline - end).days
    return _sharp((b * (seen + ahead) + a * -ahead) / seen)


def _required(last: Bounded, target: Bounded, months_left: float) -> Bounded | None:
    if months_left <= 0:
        return None
    need = (target - last) / months_left
    point = None if need.point is None else max(need.point, 0)
    return _sharp(Bounded(max(need.low, 0), point, max(need.high, 0), need.unit, need.approximate))


def _behind(observed: Bounded, required: Bounded | None, *, last: Bounded, target: Bounded) -> float:
    reached = last.at_least_as_much(target)
    if reached == "yes":
        return 0.0
    if required is None:  # the deadline is over: the target was reached or it was not
        return {"no": 1.0, "cannot_say": NAN}[reached]
    return {"yes": 0.0, "no": 1.0, "cannot_say": NAN}[observed.at_least_as_much(required)]


def _days_to_target(first: Bounded, last: Bounded, *, target: Bounded, days: int) -> Bounded | None:
    """Days from the last count to the target at the observed pace; None if it never arrives."""
    known = first.point is not None and last.point is not None
    soonest = _days(first.low, last.high, target=target.low, days=days)
    latest = _days(first.high, last.low, target=target.low, days=days)
    point = _days(first.point or 0, last.point or 0, target=target.low, days=days) if known else None
    if soonest == math.inf:
        return None
    rough = first.approximate or last.approximate
    return _sharp(Bounded(soonest, None if point == math.inf else point, latest, "day", rough))


def _days(first: float, last: float, *, target: float, days: int) -> float:
    if last >= target:
        return 0.0
    if last <= first:
        return math.inf
    return float((Fraction(target) - Fraction(last)) * days / (Fraction(last) - Fraction(first)))


def _reached_on(counts: list[Dated], target: Bounded) -> str:
    """ISO date by whose close the target is reached; empty if never, or if the counts are not exact."""
    (start, first), (end, last) = counts[0], counts[-1]
    for day, b in counts:
        if b.certainly_at_least(target):
            return day.isoformat()
    if not (first.is_exact and last.is_exact) or last.low <= first.low:
        return ""
    rise = Fraction(last.low) - Fraction(first.low)
    whole = math.ceil((Fraction(target.low) - Fraction(last.low)) * (end - start).days / rise)
    try:
        return (end + timedelta(days=whole)).isoformat()
    except OverflowError:  # after the year 9999
        return ""


def _sharp(b: Bounded) -> Bounded:
    """An interval of no width knows its point."""
    return replace(b, point=b.low) if b.is_exact and not b.approximate else b


# -- showing --


def _row(day: date, number: Bounded | None, expected: Bounded | None) -> dict[str, object]:
    shown = bounded_values("value", number)
    line = NAN if expected is None or expected.point is None else float(expected.point)
    return {
        "date": day.isoformat(),
        "value": shown["value"],
        "lower": shown.get("value_lower", NAN),
        "upper": shown.get("value_upper", NAN),
        "expected": line,
        "status": "missing" if number is None else "ok",
        "reached_on": "",
    }


def _span(counts: list[Dated]) -> Note:
    start, end = counts[0][0], counts[-1][0]
    return Note(
        "n", f"{len(counts)} 个时点的数，{start} 至 {end}", f"{len(counts)} dated counts, {start} to {end}"
    )


def _warnings(counts: list[Dated], deadline: date, reached_on: str) -> list[Note]:
    end = counts[-1][0]
    falls = "、".join(day.isoformat() for (_, a), (day, b) in pairwise(counts) if b.high < a.low)
    exact = counts[0][1].is_exact and counts[-1][1].is_exact
    told: list[tuple[object, str, str]] = [
        (
            falls,
            f"累计数下降（{falls}）：累计数只增不减，请核对口径是否变化",
            f"the cumulative count falls ({falls.replace('、', ', ')}): check whether its definition changed",
        ),
        (
            deadline <= end,
            f"截止日 {deadline} 不晚于最后一次计数 {end}，没有所需速度",
            f"the deadline {deadline} is not after the last count {end}: there is no required pace",
        ),
        (
            any(b.approximate for _, b in counts),
            "有的数是约数，其上下限未知",
            "some counts are rough numbers whose bounds are unknown",
        ),
        (
            exact and not reached_on,
            "按目前速度达不到目标",
            "at the observed pace the target is never reached",
        ),
    ]
    return [Note("warning", zh, en) for applies, zh, en in told if applies]
