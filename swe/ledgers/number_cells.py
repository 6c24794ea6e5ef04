"""Numbers as stations write them: 1,234, ６３个, 3.5万元, 95%, 三十, 2小时30分; bounds such as 2000余 are refused.

A cell's own unit beats the header's; a unit of another kind (户 for 人) is an error, not a conversion.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from decimal import Decimal
from typing import Any, NamedTuple

from swe.core.errors import SweError
from swe.ledgers.contract import squeezed, unit_factor
from swe.ledgers.tables.spec import Column
from swe.reference.press import press_numbers

LARGEST = 2**53  # whole numbers beyond are no longer exact
PERCENT_FROM = (
    10  # a share written as 10 to 100 means per cent; 1.2 may be 120 % or a slip and stays out of range
)
TIMES = {"": 1, "十": 10, "百": 100, "千": 1000, "万": 10**4, "亿": 10**8, "k": 1000, "w": 10**4}

_PLAIN = re.compile(r"[+-]?\d+(?:\.\d+)?")
_NUMBER = re.compile(
    r"([+-]|负)?[¥$]?(\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d*)?|\.\d+)(?:([百千万亿kw])(?![a-z]))?([^\d,.]{0,6})"
)
_HOURS = re.compile(r"(?:(\d+(?:\.\d+)?)(?:个?小时|时|h))?(?:(\d+(?:\.\d+)?)(?:分钟?|min))?半?")
_CHINESE = re.compile(r"[〇零一二两三四五六七八九十百千万亿]+")
_ROUGH = re.compile(r"[余多约近超逾几数]|左右|以上|以下|不到|不足|大概|至少|最多|上下|~|≈|>|<|≥|≤|\+$")


class Number(NamedTuple):
    """A value in the column's unit, or the rule that it breaks; `doubt` is a rule it is accepted under."""

    value: float | None
    rule: str = ""
    doubt: str = ""


def read_number(value: Any, column: Column, *, factor: float = 1.0) -> Number:
    """The number of a cell in the unit of its column; `factor` is that of the header (万元: 10,000).

    >>> from swe.ledgers.contract import contract
    >>> table = contract()["activities"]
    >>> read_number("1,234人次", table["person_times"]).value, read_number("3.5万元", table["amount_cny"]).value
    (1234.0, 35000.0)
    >>> read_number("30户", table["participants"]).rule, read_number("2000余", table["participants"]).rule
    ('unit_mismatch', 'approximate_number')
    """
    if isinstance(value, bool):
        return Number(None, "unreadable_number")
    if isinstance(value, int | float):
        return _finished(float(value), column, factor)
    if isinstance(value, dt.timedelta | dt.time):
        return _duration(value, column)
    if not isinstance(value, str):
        return Number(None, "unreadable_number")  # Excel turned 1-2 into a date
    text = squeezed(value).removeprefix("'").replace("¥", "")
    if _PLAIN.fullmatch(text):
        return _finished(float(text), column, factor)
    found = _NUMBER.fullmatch(text)
    if found:
        return _measured(found, column, factor)
    if column.unit == "hour" and text and (clock := _HOURS.fullmatch(text)) and (clock[1] or clock[2]):
        half = 0.5 if text.endswith("半") else 0.0
        return _finished(float(clock[1] or 0) + float(clock[2] or 0) / 60 + half, column, 1.0)
    return _in_words(text, column, factor)


def _measured(found: re.Match[str], column: Column, factor: float) -> Number:
    sign = -1 if found[1] in ("-", "负") else 1
    times = TIMES[found[3] or ""]
    value = float(Decimal(found[2].replace(",", "")) * times)
    unit = found[4].strip("。.;、()")
    if found[3] and unit and unit_factor(found[3] + unit):  # 万元 is a unit of its own
        unit, value = found[3] + unit, value / times
    if not unit:
        return _finished(sign * value, column, factor if times == 1 else 1.0)
    meaning = unit_factor(unit)
    if meaning is None:
        rough = _ROUGH.search(unit)
        return Number(None, "approximate_number" if rough else "unreadable_number")
    kind, own = meaning
    if kind and column.unit and kind != column.unit and column.unit != "measure_unit":
        return Number(None, "unit_mismatch")
    if kind == "fraction":
        return (
            Number(round(sign * value * own, 12))
            if column.unit == "fraction"
            else Number(None, "unit_mismatch")
        )
    return _finished(sign * value, column, own if kind else (factor if times == 1 else 1.0))


def _in_words(text: str, column: Column, factor: float) -> Number:
    """三十名 and 2万5千 through the reader of press numbers; what it finds rough is refused."""
    if not text or len(text) > 40:
        return Number(None, "unreadable_number")
    try:
        found = press_numbers(text + "个" if _CHINESE.fullmatch(text) else text)
    except SweError:
        return Number(None, "unreadable_number")
    if len(found) > 1:
        return Number(None, "several_numbers")
    if not found:
        return Number(
            None,
            "approximate_number" if _ROUGH.search(text) and re.search(r"\d", text) else "unreadable_number",
        )
    value = found[0].value
    whole = found[0].text in (text, text + "个")
    if value.point is None or value.approximate or value.low != value.high:
        rough = not (value.unit == "%" and whole)
        return Number(None, "approximate_number" if rough else "unreadable_number")
    if not whole:
        return Number(None, "approximate_number" if _ROUGH.search(text) else "unreadable_number")
    meaning = unit_factor(value.unit) if value.unit and not _CHINESE.fullmatch(text) else None
    if meaning and meaning[0] and column.unit and meaning[0] != column.unit and column.unit != "measure_unit":
        return Number(None, "unit_mismatch")
    return _finished(float(value.point), column, meaning[1] if meaning and meaning[0] else 1.0)


def _finished(value: float, column: Column, factor: float) -> Number:
    if not math.isfinite(value) or abs(value) > LARGEST:
        return Number(None, "too_large")
    result = value if factor == 1.0 else round(value * factor, 9)
    doubt = ""
    if column.unit == "fraction" and factor == 1.0 and column.high is not None:
        high = float(column.high)
        if high <= 1 and PERCENT_FROM <= result <= 100:
            result, doubt = round(result / 100, 12), "percent_assumed"
    if column.type == "integer" and abs(result - round(result)) > 1e-9:
        return Number(None, "not_whole")
    return Number(float(round(result)) if column.type == "integer" else result, doubt=doubt)


def _duration(value: dt.timedelta | dt.time, column: Column) -> Number:
    if column.unit != "hour":
        return Number(None, "unreadable_number")
    if isinstance(value, dt.time):
        value = dt.timedelta(hours=value.hour, minutes=value.minute, seconds=value.second)
    return Number(round(value.total_seconds() / 3600, 9))
