"""The tidy form: one workbook a station, one sheet a table, headers and values as the contract says them in Chinese.

Each workbook opens on a page that says 模拟数据, and column A of every table says it again.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from swe.ledgers.contract import INSTRUCTIONS
from swe.ledgers.demo.ledgers import Tables
from swe.ledgers.demo.scene import LEDGER
from swe.ledgers.tables.spec import Column
from swe.ledgers.template import CREATED, NUMBER_FORMATS, UNIT_FORMATS, header_text

if TYPE_CHECKING:
    from xlsxwriter import Workbook

OPTIONS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
NOTICE = (
    "模拟数据 SIMULATED",
    "本工作簿由 swe demo 按随机种子生成，不涉及任何真实的人、机构或服务。",
    "Made up by swe demo from a seed; no real person, organisation or service is meant.",
    "姓名、证件号、电话均为虚构：证件号的区划段（…9999）从未启用，手机号段 154 0000 未分配。",
)
Cell = str | float | int | bool | datetime | None


def station_files(tables: Tables) -> Iterator[tuple[str, Tables]]:
    """For every station its file name, without suffix, and its rows of every table."""
    parts = {name: dict(list(frame.groupby("station_id", sort=False))) for name, frame in tables.items()}
    for code, name in zip(tables["stations"]["station_id"], tables["stations"]["name"], strict=True):
        empty = {table: frame.iloc[:0] for table, frame in tables.items()}
        own = {table: parts[table].get(code, empty[table]) for table in tables}
        yield f"{code}{name}", own


def write_workbooks(folder: Path, tables: Tables) -> None:
    """A workbook for each station."""
    for name, own in station_files(tables):
        (folder / f"{name}.xlsx").write_bytes(workbook(own))


def workbook(tables: Tables) -> bytes:
    """One station's tables as the bytes of a workbook; tables without rows are left out."""
    import xlsxwriter

    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, OPTIONS) as book:
        book.set_properties({"title": NOTICE[0], "comments": LEDGER.id, "created": CREATED})
        notice_sheet(book)
        for name, frame in tables.items():
            if len(frame):
                _sheet(book, name, frame)
    return buffer.getvalue()


def notice_sheet(book: Workbook) -> None:
    """The page that says what this is."""
    sheet = book.add_worksheet(INSTRUCTIONS["zh"])
    sheet.set_column(0, 0, 90)
    loud = book.add_format({"bold": True, "font_size": 18, "font_color": "#B00020"})
    for row, line in enumerate(NOTICE):
        sheet.write_string(row, 0, line, loud if row == 0 else None)


def written_columns(name: str, frame: pd.DataFrame) -> list[Column]:
    """The columns in the order of the sheet: 模拟数据, then those that hold anything, as the contract has them."""
    columns = [column for column in LEDGER[name].columns if column.name in frame]
    held = [column for column in columns if column.required or frame[column.name].notna().any()]
    return sorted(held, key=lambda column: column.name != "simulated")


def plain(column: Column, value: Any) -> Cell:
    """A typed value as a tidy cell: label instead of code, 是 and 否, a date, a number; None where missing."""
    if value is None or value is pd.NA or value is pd.NaT or value != value:
        return None
    if column.type == "category":
        return next(each.zh for each in column.values if each.code == value)
    if column.type == "boolean":
        yes, no = ("有", "无") if column.example == "有" else ("是", "否")
        return yes if value else no
    if column.type == "date":
        day: datetime = pd.Timestamp(value).to_pydatetime()
        return day
    if column.type == "integer":
        return int(value)
    return float(value) if column.type == "decimal" else str(value)


def _sheet(book: Workbook, name: str, frame: pd.DataFrame) -> None:
    sheet = book.add_worksheet(LEDGER[name].zh)
    head = book.add_format({"bold": True, "bg_color": "#1F4E5F", "font_color": "#FFFFFF", "text_wrap": True})
    sheet.freeze_panes(1, 0)
    sheet.set_header(f"&C{NOTICE[0]}")
    for place, column in enumerate(written_columns(name, frame)):
        look = book.add_format({"num_format": UNIT_FORMATS.get(column.unit, NUMBER_FORMATS[column.type])})
        sheet.set_column(place, place, 14, look)
        sheet.write_string(0, place, header_text(column), head)
        for row, value in enumerate(frame[column.name].tolist(), start=1):
            cell = plain(column, value)
            if isinstance(cell, datetime):
                sheet.write_datetime(row, place, cell, look)
            elif isinstance(cell, str):
                sheet.write_string(row, place, cell, look)
            elif cell is not None:
                sheet.write_number(row, place, cell, look)
