"""How stations write a cell: dates in eight ways, units in the cell, full-width digits, ticks, synonyms, dashes.

Every form keeps the whole value: what is written here can be read back exactly.
"""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from typing import Any

import pandas as pd

from swe.ledgers.contract import match_header, squeezed, value_index
from swe.ledgers.demo.draws import Rng
from swe.ledgers.demo.workbooks import Cell, plain
from swe.ledgers.tables.spec import Column, TableSpec

DATE_FORMS = ("cell", "dotted", "chinese", "slash", "serial", "midnight", "wide", "compact")
TICKS = (("是", "否"), ("√", "×"), ("有", "无"), ("Y", "N"))
NOTHING = ("", "", "—", "/", "无")
UNIT_WORDS = {
    "person": "人", "household": "户", "person_time": "人次", "session": "次", "CNY": "元", "hour": "小时",
    "m2": "平方米", "point": "分", "year": "岁",
}  # fmt: skip
HEADER_UNITS = {"CNY": "（元）", "m2": "(㎡)", "person_time": "/人次", "hour": "（小时）", "person": "（人）"}
TEN_THOUSAND = 10_000
SERIAL_ZERO = datetime(1899, 12, 30)  # Excel's day 0 (ECMA-376 part 1, 18.17.4.1)
FIRST_SERIAL = 20_000
_WIDE = str.maketrans("0123456789.,", "０１２３４５６７８９．，")


def date_cell(day: datetime, form: str) -> Cell:
    """A day in one of DATE_FORMS.

    >>> [date_cell(datetime(2023, 5, 31), form) for form in ("dotted", "chinese", "serial", "midnight")]
    ['2023.5.31', '2023年5月31日', 45077, '2023-05-31 00:00:00']
    """
    if form == "cell":
        return day
    serial = (day - SERIAL_ZERO).days
    if form == "serial":
        return (
            serial if serial >= FIRST_SERIAL else day
        )  # a small bare number is as likely a count as a birthday
    text = {
        "dotted": f"{day.year}.{day.month}.{day.day}",
        "chinese": f"{day.year}年{day.month}月{day.day}日",
        "slash": f"{day.year}/{day.month}/{day.day}",
        "midnight": f"{day:%Y-%m-%d} 00:00:00",
        "compact": f"{day:%Y%m%d}",
        "wide": f"{day.year}.{day.month}.{day.day}",
    }[form]
    return text.translate(_WIDE) if form == "wide" else text


def span_cell(start: datetime, end: datetime | None, form: int, *, year: int | None = None) -> Cell:
    """Two days in one cell; only the first where there is no end. `year` is that of the title, if it names one.

    >>> span_cell(datetime(2022, 5, 1), datetime(2023, 5, 31), 2)
    '2022年5月-2023年5月'
    >>> span_cell(datetime(2023, 3, 1), datetime(2023, 5, 31), 2, year=2023)
    '3-5月'
    """
    if end is None:
        return date_cell(start, "dotted")
    whole_months = start.day == 1 and (end + pd.Timedelta(days=1)).day == 1
    if form == 2 and whole_months:
        if start.year == end.year:
            months = f"{start.month}-{end.month}月" if start.month < end.month else f"{end.month}月"
            return months if year == start.year and start.month < end.month else f"{start.year}年{months}"
        return f"{start.year}年{start.month}月-{end.year}年{end.month}月"
    if form == 1 and start.year == end.year:
        return f"{date_cell(start, 'chinese')}至{end.month}月{end.day}日"
    return f"{date_cell(start, 'dotted')}-{date_cell(end, 'dotted')}"


def number_cell(value: float, column: Column, form: str) -> Cell:
    """A number as `bare`, `wide` (full-width), `unit` (63人) or `comma` (1,234); shares as per cent.

    >>> from swe.ledgers.contract import contract
    >>> table = contract()["activities"]
    >>> [number_cell(1234, table["person_times"], form) for form in ("wide", "unit", "comma")]
    ['１２３４', '1234人次', '1,234']
    >>> number_cell(0.95, table["satisfaction_rate"], "unit")
    '95%'
    """
    bare: float | int = int(value) if float(value).is_integer() else value
    if form == "bare":
        return bare
    if column.unit == "fraction":
        per_cent = f"{value * 100:.10g}"
        return f"{per_cent}%" if round(float(per_cent) * 0.01, 12) == value else bare
    if form == "wide":
        return str(bare).translate(_WIDE)
    if (
        form == "unit"
        and column.unit == "CNY"
        and value % (TEN_THOUSAND / 100) == 0
        and value >= TEN_THOUSAND
    ):
        return f"{value / TEN_THOUSAND:.10g}万元"
    if form == "unit" and column.unit in UNIT_WORDS:
        return f"{bare}{UNIT_WORDS[column.unit]}"
    return f"{bare:,}" if form == "comma" and value >= 1000 else bare


def in_ten_thousands(values: list[Any]) -> list[Cell] | None:
    """Amounts in 万元, where every one of them comes back exactly; None where not."""
    out: list[Cell] = []
    for value in values:
        if value is None or pd.isna(value):
            out.append(None)
            continue
        short = float(f"{float(value) / TEN_THOUSAND:.12g}")
        if round(short * TEN_THOUSAND, 9) != float(value):
            return None
        out.append(short)
    return out


@lru_cache(maxsize=2048)
def spellings(column: Column, code: str) -> tuple[str, ...]:
    """What stations write for a value: the label and every synonym that still means it in this column."""
    index = value_index(column)
    value = next(each for each in column.values if each.code == code)
    known = [word for word in (value.zh, *value.also) if index[squeezed(word)] == code]
    return tuple(word for word in known if "、" not in word and "/" not in word and "+" not in word)


def category_cell(column: Column, code: str, rng: Rng, *, mixed: bool) -> str:
    """A label, or one of its synonyms, at times numbered or with a blank at its end."""
    words = spellings(column, code)
    word = words[int(rng.integers(len(words)))] if mixed and len(words) > 1 else words[0]
    dice = rng.random()
    if mixed and dice < 0.05 and len(word) > 2:
        return f"{word[0]} {word[1:]}"
    return f"{word} " if mixed and dice < 0.1 else word


def text_cell(column: Column, text: str, rng: Rng, *, csv: bool) -> str:
    """Text with blanks around it; names with a blank inside; in CSV long numbers behind an apostrophe."""
    if column.border == "drop" and "name" in column.name and len(text) <= 3 and rng.random() < 0.5:
        return f"{text[0]} {text[1:]}"
    if column.name.endswith("phone") and len(text) == 11 and rng.random() < 0.5:
        return f"{text[:3]} {text[3:7]} {text[7:]}"
    if csv and column.type == "code" and text.isdigit() and len(text) >= 9 and rng.random() < 0.7:
        return f"'{text}"
    return f" {text}" if column.type == "text" and rng.random() < 0.1 else text


def tick_cell(column: Column, value: bool, form: int) -> str:
    """Yes or no in one of TICKS, or the contract's own words."""
    yes, no = TICKS[form % len(TICKS)]
    return yes if value else no


def column_cells(table: TableSpec, column: Column, values: list[Any], rng: Rng, *, csv: bool) -> list[Cell]:
    """All cells of a column, in the manner of one station: a usual form, and now and then another."""
    usual = DATE_FORMS[int(rng.integers(len(DATE_FORMS)))]
    tick = int(rng.integers(len(TICKS)))
    nothing = NOTHING[int(rng.integers(len(NOTHING)))]
    if nothing == "无" and column.type in ("boolean", "category"):
        nothing = ""  # there it is an answer
    number = str(rng.choice(["bare", "bare", "wide", "unit", "comma"]))
    out: list[Cell] = []
    for value in values:
        tidy = plain(column, value)
        odd = rng.random() < 0.15
        if tidy is None:
            out.append(nothing or None)
        elif isinstance(tidy, datetime):
            out.append(date_cell(tidy, DATE_FORMS[int(rng.integers(len(DATE_FORMS)))] if odd else usual))
        elif column.type == "category":
            out.append(category_cell(column, str(value), rng, mixed=odd or tick > 1))
        elif column.type == "boolean":
            out.append(tick_cell(column, bool(value), tick))
        elif column.values and column.type == "integer" and tick == 1:
            out.append(spellings(column, str(int(value)))[0])
        elif isinstance(tidy, int | float):
            form = str(rng.choice(["bare", "wide", "unit", "comma"])) if odd else number
            out.append(number_cell(tidy, column, form))
        else:
            out.append(text_cell(column, str(tidy), rng, csv=csv))
    return out


def header_cell(table: TableSpec, column: Column, rng: Rng) -> str:
    """One of the headers that stations write for a column, in this table beyond doubt, with a mark or its unit."""
    words = [word for word in (column.zh, *column.aliases) if means(table, column, word)]
    word = words[int(rng.integers(len(words)))]
    if column.unit in HEADER_UNITS and rng.random() < 0.4 and not word.endswith(")"):
        with_unit = word + HEADER_UNITS[column.unit]
        return with_unit if means(table, column, with_unit) else word
    if len(word) == 2 and rng.random() < 0.3:
        return f"{word[0]}  {word[1]}"
    return f"{word}*" if column.required and rng.random() < 0.3 else word


def means(table: TableSpec, column: Column, header: str) -> bool:
    """Whether a header means this column of the table."""
    match = match_header(table, header)
    return match is not None and match[0].name == column.name
