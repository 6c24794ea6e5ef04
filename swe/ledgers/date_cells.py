"""Dates as stations write them: 2023.5.31, 2023年5月31日, 45077, 3-5月, 2023-05-31 00:00:00 and 20230531.

What has no year takes the one of the title, if it names one; what could be a number or a date is not guessed.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import Any, NamedTuple

from swe.core.dates import days_in_month
from swe.ledgers.contract import squeezed

SERIALS = (20_000, 80_000)  # Excel serials taken for dates: 1954-10-03 … 2119-01-11
# Birth dates go further back: 1905-10-01 … . Below lie the years (1950 is a year, its serial a day of 1905) and days of
# the month; five digits such as 19505 are a serial (1953-05-26), as 20235 is in every other column.
BIRTH_SERIALS = (2_101, SERIALS[1])
EPOCHS = {False: dt.date(1899, 12, 30), True: dt.date(1904, 1, 1)}  # ECMA-376 part 1, 18.17.4.1
YEARS = (1900, 2100)

_TIME = re.compile(
    r"(?<=\d|日)(?:t|\s)*\d{1,2}(?::|时|点)\d{0,2}(?:(?::|分)\d{0,2}秒?)?(?:\.\d+)?(?:z|[+-]\d\d:?\d\d)?$"
)
_WEEKDAY = re.compile(r"[(]?(?:星期|周)[一二三四五六日天][)]?$")
_WHOLE = re.compile(r"(\d{4})(?:年|[-./])(\d{1,2})(?:月|[-./])(\d{1,2})[日号]?")
_MONTH = re.compile(r"(\d{4})(?:年|[-./])(\d{1,2})月?份?")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
_DAY_OF_YEAR = re.compile(r"(\d{1,2})月(\d{1,2})[日号]?")
_MONTH_ONLY = re.compile(r"(\d{1,2})月份?")
_DAY_ONLY = re.compile(r"(\d{1,2})[日号]")
_DOTTED = re.compile(r"(\d{1,2})[./](\d{1,2})")
_BARE = re.compile(r"\d{1,2}")
_YEAR_ONLY = re.compile(r"(\d{4})年?")
_SHORT_YEAR = re.compile(r"\d{2}(?:年|[-./])\d{1,2}(?:月|[-./])(?:\d{1,2}日?)?")
_SERIAL = re.compile(r"(\d{5})(?:\.\d+)?")
_EARLY_SERIAL = re.compile(r"(\d{4,5})(?:\.\d+)?")
_SPLITS = re.compile(r"至|到|~|—+|–|--|-")
_CHINESE = str.maketrans("〇零一二三四五六七八九", "00123456789")
_CHINESE_DATE = re.compile(
    r"([〇零一二三四五六七八九]{4})年([一二三四五六七八九十]{1,3})月(?:([一二三四五六七八九十]{1,3})[日号]?)?"
)


class Span(NamedTuple):
    """Days of a cell: `end` is None for a single date; `month` says that a day was not written."""

    start: dt.date
    end: dt.date | None = None
    month: bool = False


class Unclear(NamedTuple):
    """Why a cell is no date: the rule."""

    rule: str


class _Point(NamedTuple):
    year: int | None
    month: int | None
    day: int | None


def read_date(
    value: Any, *, year: int | None = None, date_1904: bool = False, birth: bool = False
) -> Span | Unclear:
    """The day or span that a cell means; a date of `birth` may be an early serial or a year alone.

    >>> read_date("2023.5.31").start, read_date(45077).start, read_date("3-5月", year=2023).end
    (datetime.date(2023, 5, 31), datetime.date(2023, 5, 31), datetime.date(2023, 5, 31))
    >>> read_date("2023/5"), read_date("5.12")
    (Span(start=datetime.date(2023, 5, 1), end=None, month=True), Unclear(rule='ambiguous_date'))
    >>> read_date(18264, birth=True).start, read_date("1950年", birth=True)
    (datetime.date(1950, 1, 1), Span(start=datetime.date(1950, 1, 1), end=None, month=True))
    """
    if isinstance(value, dt.datetime):
        return _checked(value.date())
    if isinstance(value, dt.date):
        return _checked(value)
    if isinstance(value, bool) or value is None:
        return Unclear("unreadable_date")
    if birth and (early := _birth(value, date_1904)) is not None:
        return early
    if isinstance(value, int | float):
        return _number(float(value), date_1904)
    return _text(value, year, date_1904) if isinstance(value, str) else Unclear("unreadable_date")


def read_month(value: Any, *, year: int | None = None, date_1904: bool = False) -> str | Unclear:
    """The month that a cell means, as YYYY-MM.

    >>> read_month("2023年5月"), read_month("5月", year=2023), read_month(202305.0)
    ('2023-05', '2023-05', '2023-05')
    """
    compact = str(int(value)) if isinstance(value, float) and value.is_integer() else squeezed(str(value))
    if re.fullmatch(r"(?:19|20)\d{2}(?:0[1-9]|1[0-2])", compact):
        return f"{compact[:4]}-{compact[4:]}"
    if year and re.fullmatch(r"0?[1-9]|1[0-2]", compact):
        return f"{year}-{int(compact):02d}"
    found = read_date(value, year=year, date_1904=date_1904)
    if isinstance(found, Unclear):
        return found if found.rule == "no_year" else Unclear("unreadable_month")
    if found.end and (found.end.year, found.end.month) != (found.start.year, found.start.month):
        return Unclear("unreadable_month")
    return f"{found.start:%Y-%m}"


def _birth(value: Any, date_1904: bool) -> Span | None:
    """What only a birth date can be: a year alone, or an Excel serial before 1954-10-03."""
    text = squeezed(str(value))
    match = _YEAR_ONLY.fullmatch(text.removesuffix(".0"))
    if match and YEARS[0] <= int(match[1]) <= YEARS[1]:
        return Span(dt.date(int(match[1]), 1, 1), month=True)
    serial = _EARLY_SERIAL.fullmatch(text)
    if serial and BIRTH_SERIALS[0] <= int(serial[1]) < SERIALS[0]:
        return Span(EPOCHS[date_1904] + dt.timedelta(days=int(serial[1])))
    return None


def _number(value: float, date_1904: bool) -> Span | Unclear:
    if value != value or abs(value) > 1e9:
        return Unclear("unreadable_date")
    if SERIALS[0] <= value < SERIALS[1]:
        return _checked(EPOCHS[date_1904] + dt.timedelta(days=int(value)))
    text = str(int(value)) if value.is_integer() else repr(value)
    found = _point(text)
    if found and found.year:
        return _span(found)
    return Unclear("ambiguous_date" if 0 < value < 32 else "unreadable_date")


def _text(text: str, year: int | None, date_1904: bool) -> Span | Unclear:
    stripped = text.strip()
    if len(stripped) == 10 and stripped.isascii():
        try:
            return _checked(dt.date.fromisoformat(stripped))
        except ValueError:
            pass
    if len(stripped) > 60:
        return Unclear("unreadable_date")
    spaced = _TIME.sub("", re.sub(r"\s*([-./年月日:至到~])\s*", r"\1", stripped.replace("：", ":").lower()))
    clean = _WEEKDAY.sub("", squeezed(spaced)).strip("。.,;'")
    chinese = _CHINESE_DATE.fullmatch(clean)
    if chinese:
        day = _small(chinese[3]) if chinese[3] else None
        return _span(_Point(int(chinese[1].translate(_CHINESE)), _small(chinese[2]), day))
    serial = _SERIAL.fullmatch(clean)
    if serial:
        return _number(float(clean), date_1904)
    found = _point(clean)
    if found:
        return _span(found._replace(year=found.year or year))
    if _DOTTED.fullmatch(clean):
        return Unclear("ambiguous_date")
    if _SHORT_YEAR.fullmatch(clean):
        return Unclear("two_digit_year")
    return _range(clean, year)


def _point(text: str) -> _Point | None:
    for pattern in (_WHOLE, _COMPACT, _MONTH):
        match = pattern.fullmatch(text)
        if match:
            year, month, *day = (int(each) for each in match.groups())
            return _Point(year, month, day[0] if day else None)
    match = _DAY_OF_YEAR.fullmatch(text)
    if match:
        return _Point(None, int(match[1]), int(match[2]))
    match = _MONTH_ONLY.fullmatch(text)
    return _Point(None, int(match[1]), None) if match else None


def _range(text: str, year: int | None) -> Span | Unclear:
    """The one split of a text into a beginning and an end that both make sense."""
    spans: list[Span | Unclear] = []
    for mark in _SPLITS.finditer(text):
        first, last = text[: mark.start()], text[mark.end() :]
        ends = _ends(first, last)
        if ends:
            start, end = ends
            start = start._replace(year=start.year or year)
            spans.append(_joined(_span(start), _span(end._replace(year=end.year or start.year))))
    good = [span for span in spans if isinstance(span, Span)]
    if len(set(good)) == 1:
        return good[0]
    return spans[0] if spans and not good else Unclear("unreadable_date")


def _ends(first: str, last: str) -> tuple[_Point, _Point] | None:
    start, end = _point(first), _point(last)
    if end is None and start and start.day and (match := _DAY_ONLY.fullmatch(last)):
        end = _Point(start.year, start.month, int(match[1]))
    if end is None and start and start.year and (match := _DOTTED.fullmatch(last)):
        end = _Point(start.year, int(match[1]), int(match[2])) if start.day else None
    if start is None and end:  # 3-5月, 2023年3-5月
        bare = _YEAR_ONLY.match(first)
        month = first[bare.end() :].lstrip("./-") if bare else first
        if _BARE.fullmatch(month) and end.day is None:
            start = _Point(int(bare[1]) if bare else end.year, int(month), None)
    if start is None and end and (match := re.fullmatch(r"(\d{1,2})月(\d{1,2})", first)) and end.day:
        start = _Point(end.year, int(match[1]), int(match[2]))
    if start is None or end is None:
        return None
    if start.year is None and end.year is not None:
        start = start._replace(year=end.year)
    return start, end


def _joined(start: Span | Unclear, end: Span | Unclear) -> Span | Unclear:
    if isinstance(start, Unclear) or isinstance(end, Unclear):
        return start if isinstance(start, Unclear) else end
    last = end.start
    if end.month:
        last = last.replace(day=days_in_month(last.year, last.month))
    if last < start.start:
        return Unclear("backward_range")
    return Span(start.start, last, start.month or end.month)


def _span(point: _Point) -> Span | Unclear:
    if point.year is None:
        return Unclear("no_year")
    try:
        found = _checked(dt.date(point.year, point.month or 1, point.day or 1))
    except ValueError:
        return Unclear("unreadable_date")
    return found._replace(month=True) if isinstance(found, Span) and point.day is None else found


def _checked(day: dt.date) -> Span | Unclear:
    return Span(day) if YEARS[0] <= day.year <= YEARS[1] else Unclear("unreadable_date")


def _small(text: str) -> int:
    """一 … 三十一."""
    from swe.reference.numerals import numeral

    return int(numeral(text) or 0)
