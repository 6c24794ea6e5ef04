"""Dates of reduced precision, periods, and the two ways of counting time between counts.

Press figures are dated 2022, 2022-09 or 2023-05-31; a count stands at the close of the last day of its date.
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date, timedelta

from swe.core.errors import UsageError

_PARTIAL = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?")
_WEEK = re.compile(r"([0-9]{4})-W([0-9]{2})")
_QUARTER = re.compile(r"([0-9]{4})-Q([0-9])")
_FISCAL = re.compile(r"FY([0-9]{4})")
CONTRACT = "contract"  # each station's own contract; no span of days by itself


@dataclass(frozen=True)
class Period:
    """A span of days, both included, with the text it was written as."""

    first: date
    last: date
    text: str

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    @property
    def months(self) -> float:
        """Calendar months, whole from month start to month end (2022-05..2023-05 is 13)."""
        return months_between(self.first - timedelta(days=1), self.last)

    @property
    def iso_weeks(self) -> int:
        """ISO weeks touched by the period."""
        monday = self.first - timedelta(days=self.first.weekday())
        return (self.last - monday).days // 7 + 1


def parse_date(text: str, *, today: date | None = None) -> date:
    """A whole date YYYY-MM-DD; impossible ones raise `UsageError`, and so do dates after `today` if given.

    >>> parse_date("2023-05-31")
    datetime.date(2023, 5, 31)
    """
    period = parse_partial(text)
    if len(str(text)) != 10:
        raise UsageError(
            f"日期“{text}”不完整，请写成 2023-05-31 这样的年-月-日",
            f"date {text!r} is incomplete; write year-month-day as in 2023-05-31",
        )
    if today is not None and period.last > today:
        raise UsageError(
            f"日期 {text} 在今天（{today}）之后，未来的日期没有数据",
            f"date {text} is after today ({today}); there are no data for the future",
        )
    return period.last


def parse_partial(text: str) -> Period:
    """2023, 2023-05, 2023-05-31 or 2021/2023 (years to years) as a `Period`.

    >>> parse_partial("2022-09").last
    datetime.date(2022, 9, 30)
    """
    written = str(text).strip()
    if "/" in written:
        start, end = written.split("/", 1)
        return Period(span(start, end).first, span(start, end).last, written)
    match = _PARTIAL.fullmatch(written)
    try:
        if not match:
            raise ValueError
        year, month, day = int(match[1]), int(match[2] or 1), int(match[3] or 1)
        first = date(year, month, day)
        last_month = month if match[2] else 12
        last = first if match[3] else date(year, last_month, days_in_month(year, last_month))
    except ValueError:
        raise UsageError(
            f"没有“{text}”这个日期，请写成 2023、2023-05 或 2023-05-31",
            f"{text!r} is not a date; write 2023, 2023-05 or 2023-05-31",
        ) from None
    return Period(first, last, written)


def span(start: str, end: str) -> Period:
    """The period from the first day of `start` to the last day of `end`, each of any precision."""
    first, last = parse_partial(start).first, parse_partial(end).last
    if last < first:
        raise UsageError(
            f"时段倒置：{start} 晚于 {end}", f"the period runs backwards: {start} is after {end}"
        )
    return Period(first, last, f"{start}..{end}")


def period(text: str) -> Period:
    """A period as written: 2023, 2023-05, 2023-05-31, 2023-Q2, 2023-W21 (ISO 8601 week), FY2023, 2022-05-01..2023-05-31.

    China's fiscal year is the calendar year (预算法 art. 18), so FY2023 has the days of 2023. Ends of a span may be of
    any precision (2022-05..2023). `contract` is each station's own span, so it is no period without stations.

    Raises
    ------
    UsageError
        Another form, a week, quarter, month or day that does not exist, a span that runs backwards, `contract`.

    Examples
    --------
    >>> [str(day) for day in (period("2023-W21").first, period("2023-W21").last, period("2023-Q2").last)]
    ['2023-05-22', '2023-05-28', '2023-06-30']
    >>> period("FY2023").days, period("2022-05-01..2023-05-31").months
    (365, 13.0)
    """
    written = str(text).strip()
    if written == CONTRACT:
        raise UsageError(
            "contract（合同期）因站而异，这里需要一段确定的日期，如 2023 或 2022-05-01..2023-05-31",
            "contract differs from station to station; a span of days is needed here, as 2023 or 2022-05-01..2023-05-31",
        )
    try:
        found = _period(written)
    except ValueError:  # a year, month, week or day that the calendar does not have
        found = None
    if found is None:
        raise UsageError(
            f"没有“{text}”这样的时段；可写 2023、2023-05、2023-Q2、2023-W21、FY2023、2022-05-01..2023-05-31 或 contract",
            f"{str(text)!r} is not a period; write 2023, 2023-05, 2023-Q2, 2023-W21, FY2023, 2022-05-01..2023-05-31 "
            "or contract",
        )
    return found


def _period(written: str) -> Period | None:
    if ".." in written:
        start, end = (part.strip() for part in written.split("..", 1))
        return span(start, end) if _PARTIAL.fullmatch(start) and _PARTIAL.fullmatch(end) else None
    if match := _WEEK.fullmatch(written):
        monday = date.fromisocalendar(int(match[1]), int(match[2]), 1)
        return Period(monday, monday + timedelta(days=6), written)
    if match := _QUARTER.fullmatch(written):
        year, end_month = int(match[1]), 3 * int(match[2])
        return Period(
            date(year, end_month - 2, 1), date(year, end_month, days_in_month(year, end_month)), written
        )
    if match := _FISCAL.fullmatch(written):
        year = int(match[1])
        return Period(date(year, 1, 1), date(year, 12, 31), written)
    return parse_partial(written) if _PARTIAL.fullmatch(written) else None


def days_in_month(year: int, month: int) -> int:
    return calendar.monthrange(year, month)[1]


def months_between(start: date, end: date) -> float:
    """Calendar months from the close of one day to the close of another: 12Δy + Δm + Δ(day / days in month).

    Month end to month end is whole.

    >>> months_between(date(2022, 9, 30), date(2023, 5, 31))
    8.0
    """
    share = end.day / days_in_month(end.year, end.month) - start.day / days_in_month(start.year, start.month)
    return 12 * (end.year - start.year) + (end.month - start.month) + share
