"""How stations lay out a table: titles, two rows of merged headers, numbering, subtotals, blanks for "as above".

A block is one table with all that stands around it; a sheet holds one block or several.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import pandas as pd

from swe.ledgers.contract import recognise
from swe.ledgers.demo import habits
from swe.ledgers.demo.draws import Rng
from swe.ledgers.demo.scene import LEDGER, unit_name
from swe.ledgers.demo.workbooks import Cell, written_columns
from swe.ledgers.tables.spec import Column, TableSpec
from swe.reference.regions import full_name, region

FOOTNOTE = "注：以上为模拟数据，由软件生成。"
# Where two rows of headers stand, these columns have a common one above them.
BANDS = {
    "doc_": "档案资料情况", "satisfaction_": "满意程度评分", "awareness_": "知晓情况", "has_": "场所情况",
    "contract_": "合同情况", "guardian_": "监护情况",
}  # fmt: skip
Span = tuple[int, int, int, int]  # first row, first column, last row, last column, from 0


@dataclass(frozen=True)
class Manner:
    """How one table is laid out.

    title     the row above the header ("" for none)
    above     what blank, merge or ditto ("" for none) stands for "as above" in the station's column
    subtotal  a 小计 row for each month
    """

    title: str = ""
    two_rows: bool = False
    numbered: bool = False
    above: str = ""
    subtotal: bool = False
    total: bool = False
    footnote: bool = False
    aliases: bool = True
    spans: bool = False
    ten_thousands: bool = False
    shuffled: bool = False
    csv: bool = False
    year: int | None = None  # the one that the title names


@dataclass(frozen=True)
class Block:
    """Rows of cells with the merges among them; `data` are the places of the records."""

    rows: list[list[Cell]]
    merges: list[Span] = field(default_factory=list)
    data: tuple[int, ...] = ()
    header: int = 0


@dataclass(frozen=True)
class Written:
    """One column of a block."""

    column: Column
    header: str
    cells: list[Cell]


def block(name: str, frame: pd.DataFrame, manner: Manner, rng: Rng) -> Block:
    """A table as a station lays it out; every value can be read back."""
    table = LEDGER[name]
    columns = _columns(table, frame, manner, rng)
    titled: list[list[Cell]] = [[manner.title]] if manner.title else []
    width = len(columns) + manner.numbered
    merges: list[Span] = [(0, 0, 0, width - 1)] if titled and width > 1 else []
    head, head_merges = _header(columns, manner, len(titled))
    first = len(titled) + len(head)
    body, records = _body(columns, table, frame, manner, first)
    merges += head_merges
    if manner.above:
        merges += _as_above(columns, body, records, manner, first)
    if manner.footnote:
        body += [[], [FOOTNOTE]]
    return Block([*titled, *head, *body], merges, records, first - 1)


def _columns(table: TableSpec, frame: pd.DataFrame, manner: Manner, rng: Rng) -> list[Written]:
    """The columns with their headers and cells; spans and second values share a cell with what they belong to."""
    columns = written_columns(table.name, frame)
    if manner.shuffled:
        fixed = [c for c in columns if c.name == "station_id"]
        rest = [c for c in columns if c.name not in ("station_id", "simulated")]
        rest = [rest[i] for i in rng.permutation(len(rest))]
        columns = [*fixed, *rest, *(c for c in columns if c.name == "simulated")]
    taken: set[str] = set()
    cells: dict[str, list[Cell]] = {}
    for column in columns:
        values = frame[column.name].tolist()
        end = column.range_end
        if manner.spans and end and end in frame and not frame[column.name].isna().any():
            form = int(rng.integers(3))
            ends = frame[end].tolist()
            cells[column.name] = [_span(a, b, form, manner.year) for a, b in zip(values, ends, strict=True)]
            taken.add(end)
        elif column.overflow and column.overflow in frame:
            seconds = frame[column.overflow].tolist()
            cells[column.name] = [_pair(column, a, b) for a, b in zip(values, seconds, strict=True)]
            taken.add(column.overflow)
        elif column.name == "region_code":
            alone = table.name == "stations" and "county" in frame
            cells[column.name] = [_place(v, rng, alone=alone) for v in values]
        else:
            cells[column.name] = habits.column_cells(table, column, values, rng, csv=manner.csv)
    kept = [column for column in columns if column.name not in taken]
    headers = _headers(table, kept, manner, rng)
    out = [Written(c, headers[c.name], cells[c.name]) for c in kept]
    if manner.ten_thousands:
        out = [_in_ten_thousands(table, w, frame) if w.column.unit == "CNY" else w for w in out]
    return out


def _headers(table: TableSpec, columns: list[Column], manner: Manner, rng: Rng) -> dict[str, str]:
    """Aliases, if the table is still recognised by them; else the contract's own headers."""
    own = {column.name: column.zh for column in columns}
    if not manner.aliases:
        return own
    chosen = {column.name: habits.header_cell(table, column, rng) for column in columns}
    found, _ = recognise(LEDGER, list(chosen.values()), title=manner.title)
    return chosen if found == table.name else own


def _in_ten_thousands(table: TableSpec, written: Written, frame: pd.DataFrame) -> Written:
    short = habits.in_ten_thousands(frame[written.column.name].tolist())
    header = f"{written.column.zh}（万元）"
    if short is None or not habits.means(table, written.column, header):
        return written
    return replace(written, header=header, cells=short)


def _header(columns: list[Written], manner: Manner, at: int) -> tuple[list[list[Cell]], list[Span]]:
    lead: list[Cell] = ["序号"] if manner.numbered else []
    names: list[Cell] = [*lead, *(w.header for w in columns)]
    bands: list[str] = [""] * len(lead) + [_band(w.column) for w in columns]
    if not manner.two_rows or not any(bands):
        return [names], []
    top: list[Cell] = []
    merges: list[Span] = []
    place = 0
    while place < len(names):
        last = place
        while bands[place] and last + 1 < len(names) and bands[last + 1] == bands[place]:
            last += 1
        if bands[place] and last > place:
            top += [bands[place], *[None] * (last - place)]
            merges.append((at, place, at, last))
        else:
            top.append(names[place])
            names[place] = None
            merges.append((at, place, at + 1, place))
        place = last + 1
    return [top, names], merges


def _band(column: Column) -> str:
    return next((band for lead, band in BANDS.items() if column.name.startswith(lead)), "")


def _body(
    columns: list[Written], table: TableSpec, frame: pd.DataFrame, manner: Manner, first: int
) -> tuple[list[list[Cell]], tuple[int, ...]]:
    """The records, numbered, with subtotals between and a total below; and where in the block the records stand."""
    body: list[list[Cell]] = []
    records: list[int] = []
    months = (
        frame[table.date].dt.strftime("%Y-%m").tolist()
        if manner.subtotal and table.date
        else [""] * len(frame)
    )
    start = 0
    for i in range(len(frame)):
        records.append(first + len(body))
        body.append([*([i + 1] if manner.numbered else []), *(w.cells[i] for w in columns)])
        if manner.subtotal and (i + 1 == len(frame) or months[i + 1] != months[i]):
            body.append(_sum_row("小计", columns, frame.iloc[start : i + 1], manner))
            start = i + 1
    if manner.total and len(frame):
        body.append(_sum_row("合计", columns, frame, manner))
    return body, tuple(records)  # fmt: skip


def _sum_row(label: str, columns: list[Written], rows: pd.DataFrame, manner: Manner) -> list[Cell]:
    cells: list[Cell] = [label] if manner.numbered else []
    for place, written in enumerate(columns):
        column = written.column
        if place == 0 and not manner.numbered:
            cells.append(label)
        elif column.type == "integer" and not column.values and column.unit not in ("year", "point"):
            total = rows[column.name].sum(min_count=1)
            cells.append(None if pd.isna(total) else int(total))
        else:
            cells.append(None)
    return cells


def _as_above(
    columns: list[Written], body: list[list[Cell]], records: tuple[int, ...], manner: Manner, first: int
) -> list[Span]:
    """The station's column only where it changes: below it blanks, one merged cell, or 同上."""
    place = next(i for i, w in enumerate(columns) if w.column.name == "station_id") + manner.numbered
    merges: list[Span] = []
    said = columns[place - manner.numbered].cells
    start = -1
    for at, row in enumerate(records):
        here = body[row - first]
        if at and records[at - 1] == row - 1 and said[at] == said[at - 1]:
            here[place] = "同上" if manner.above == "ditto" else None
            if manner.above == "merge":
                merges = [m for m in merges if m[:2] != (start, place)]
                merges.append((start, place, row, place))
        else:
            start = row
    return merges  # fmt: skip


def _span(start: Any, end: Any, form: int, year: int | None) -> Cell:
    last = None if pd.isna(end) else pd.Timestamp(end).to_pydatetime()
    first: datetime = pd.Timestamp(start).to_pydatetime()
    return habits.span_cell(first, last, form, year=year)


def _pair(column: Column, first: Any, second: Any) -> Cell:
    if pd.isna(first):
        return None
    words = [habits.spellings(column, str(code))[0] for code in (first, second) if not pd.isna(code)]
    return "、".join(words)


def _place(code: Any, rng: Rng, *, alone: bool) -> Cell:
    """A township or county by its code, its whole path, with its county, or alone where another column names that."""
    if pd.isna(code):
        return None
    county = unit_name(str(code)[:6])
    own = unit_name(str(code)) if len(str(code)) == 9 else ""
    forms = [str(code), full_name(region(str(code))), county + own, *([own or county] * 2 if alone else [])]
    return forms[int(rng.integers(len(forms)))]
