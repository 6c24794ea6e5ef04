"""The messy form: the same data as the tidy one, the way stations would send them.

Each station has its own ways, drawn by the seed; every habit listed in docs/background.md, ledger habits, occurs in a county of eight.
"""

from __future__ import annotations

import csv
import io
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from swe.ledgers.demo.draws import Rng
from swe.ledgers.demo.layouts import Block, Manner, block
from swe.ledgers.demo.ledgers import Tables
from swe.ledgers.demo.scene import LEDGER
from swe.ledgers.demo.workbooks import NOTICE, OPTIONS, Cell, notice_sheet, station_files
from swe.ledgers.template import CREATED

if TYPE_CHECKING:
    from xlsxwriter import Workbook

STYLES = ("titled", "monthly", "stacked", "hidden", "headers", "gb18030", "numbered", "utf-8-sig", "plain")
TOGETHER = ("stations", "finance", "targets")  # one workbook for the whole county
SMALL = ("linkages", "supervision", "training", "findings")
MONTHLY = ("activities", "visits")


def write_messy(folder: Path, tables: Tables, *, seed: int) -> None:
    """A county's summary workbook, and a workbook or a folder of CSV files for each station."""
    county = str(tables["stations"]["county"].iloc[0])
    rng = np.random.default_rng([seed, 96])
    (folder / f"{county}社工站汇总表.xlsx").write_bytes(_summary(tables, county, rng))
    rest = {name: frame for name, frame in tables.items() if name not in TOGETHER}
    names = dict(zip(tables["stations"]["station_id"], tables["stations"]["name"], strict=True))
    for number, (stem, own) in enumerate(station_files({"stations": tables["stations"], **rest})):
        style = STYLES[number % len(STYLES)]
        name = names[own["stations"]["station_id"].iloc[0]]
        filled = {
            table: frame.reset_index(drop=True)
            for table, frame in own.items()
            if table in rest and len(frame)
        }
        rng = np.random.default_rng([seed, 97, number])
        if style in ("gb18030", "utf-8-sig"):
            (folder / name).mkdir()
            for table, frame in filled.items():
                data = _csv(table, frame, name, rng, encoding=style)
                (folder / name / f"{LEDGER[table].zh}.csv").write_bytes(data)
        else:
            (folder / f"{stem}.xlsx").write_bytes(_station(filled, name, style, rng))


def _summary(tables: Tables, county: str, rng: Rng) -> bytes:
    """Stations, money and targets of the county: totals for each station, 万元 in the headers, one station's cell merged."""
    buffer = io.BytesIO()
    years = {day.year for day in tables["stations"][["contract_from", "contract_to"]].iloc[0]}
    year = years.pop() if len(years) == 1 else None
    with _book(buffer) as book:
        notice_sheet(book)
        for name in TOGETHER:
            frame = tables[name].reset_index(drop=True)
            manner = Manner(
                title=f"{county}社工站{f'{year}年' if year else ''}{LEDGER[name].zh}（模拟数据）",
                year=year,
                numbered=name == "stations",
                two_rows=name == "stations",
                above={"finance": "merge", "targets": "blank"}.get(name, ""),
                total=name == "stations",
                footnote=True,
                spans=True,
                ten_thousands=True,
            )
            _put(book, LEDGER[name].zh, [block(name, frame, manner, rng)])
    return buffer.getvalue()


def _station(tables: Tables, station: str, style: str, rng: Rng) -> bytes:
    buffer = io.BytesIO()
    with _book(buffer) as book:
        if style != "plain":
            notice_sheet(book)
        small = [name for name in SMALL if name in tables]
        for name, frame in tables.items():
            if style == "stacked" and name in small:
                continue
            if style == "monthly" and name in MONTHLY:
                _by_month(book, name, frame, station, rng)
                continue
            made = block(name, frame, _manner(style, name, station), rng)
            _put(book, _sheet_name(name, style, rng), [made], hidden=style == "hidden", table=name)
        if style == "stacked" and small:
            stacked = [block(n, tables[n], _manner("titled", n, station), rng) for n in small]
            _put(book, "其他记录", stacked)
    return buffer.getvalue()


def _manner(style: str, name: str, station: str) -> Manner:
    title = f"{station}{LEDGER[name].zh}（模拟数据）"
    if style == "headers":
        return Manner(title=title, two_rows=True, above="merge", footnote=True, spans=True)
    if style == "numbered":
        return Manner(title=title, numbered=True, total=True, above="ditto", shuffled=True)
    if style == "hidden":
        return Manner(shuffled=True, spans=True)
    if style == "plain":
        return Manner(aliases=False, above="blank")
    return Manner(title=title, numbered=style == "titled", total=True, above="blank", footnote=True,
                  subtotal=style == "titled" and name in MONTHLY, spans=style == "stacked", ten_thousands=True)  # fmt: skip


def _by_month(book: Workbook, name: str, frame: pd.DataFrame, station: str, rng: Rng) -> None:
    """One sheet a month; the title says which table it is."""
    day = frame[LEDGER[name].date].dt
    months = day.year.astype(str) + "年" + day.month.astype(str) + "月"
    for month, part in frame.groupby(months, sort=False):
        title = f"{station}{month}{LEDGER[name].zh}（模拟数据）"
        manner = Manner(title=title, numbered=True, total=True, footnote=True, above="blank")
        _put(book, f"{month}{LEDGER[name].zh[:4]}", [block(name, part.reset_index(drop=True), manner, rng)])


def _csv(name: str, frame: pd.DataFrame, station: str, rng: Rng, *, encoding: str) -> bytes:
    """One table as a CSV file of Chinese Excel (GB18030) or with the UTF-8 mark."""
    title = f"{station}{LEDGER[name].zh}（模拟数据）" if encoding == "gb18030" else ""
    manner = Manner(title=title, csv=True, shuffled=True, spans=encoding == "gb18030", total=bool(title))
    text = io.StringIO()
    lines = csv.writer(text, lineterminator="\r\n")
    for row in block(name, frame, manner, rng).rows:
        lines.writerow([f"{cell:%Y/%m/%d}" if isinstance(cell, datetime) else cell for cell in row])
    return text.getvalue().encode(encoding)


# -- workbooks --


def _book(buffer: io.BytesIO) -> Workbook:
    import xlsxwriter

    book = xlsxwriter.Workbook(buffer, OPTIONS)
    book.set_properties({"title": NOTICE[0], "created": CREATED})
    return book


def _sheet_name(name: str, style: str, rng: Rng) -> str:
    """The table's name or one of the words that stations use for it."""
    words = (LEDGER[name].zh, *(w for w in LEDGER[name].sheet_words if w.endswith(("台账", "记录", "册"))))
    return words[int(rng.integers(len(words)))] if style == "titled" else words[0]


def _put(
    book: Workbook, sheet_name: str, blocks: list[Block], *, hidden: bool = False, table: str = ""
) -> None:
    """Blocks one below the other, two blank rows between them; some hide a row, a column, a sheet, and comment."""
    sheet = book.add_worksheet(sheet_name)
    dated = book.add_format({"num_format": "yyyy/m/d"})
    centred = book.add_format({"align": "center", "valign": "vcenter", "bold": True})
    top = 0
    for made in blocks:
        merged = {(r0, c0): (r1, c1) for r0, c0, r1, c1 in made.merges}
        for r, row in enumerate(made.rows):
            for c, cell in enumerate(row):
                look = dated if isinstance(cell, datetime) else None
                if (r, c) in merged:
                    r1, c1 = merged[r, c]
                    sheet.merge_range(top + r, c, top + r1, c1, "", look or centred)
                _write(sheet, top + r, c, cell, look)
        if hidden and len(made.data) > 4:
            sheet.set_row(top + made.data[2], None, None, {"hidden": True})
            sheet.set_column(
                len(made.rows[made.header]) - 2, len(made.rows[made.header]) - 2, 8, None, {"hidden": True}
            )
            sheet.write_comment(top + made.header, 1, "模拟批注", {"author": "swe demo"})
        top += len(made.rows) + 2
    if hidden and table == "training":
        sheet.hide()


def _write(sheet: object, row: int, column: int, cell: Cell, look: object) -> None:
    if cell is None:
        return
    if isinstance(cell, datetime):
        sheet.write_datetime(row, column, cell, look)  # type: ignore[attr-defined]
    elif isinstance(cell, str):
        sheet.write_string(row, column, cell)  # type: ignore[attr-defined]
    else:
        sheet.write_number(row, column, cell)  # type: ignore[attr-defined]
