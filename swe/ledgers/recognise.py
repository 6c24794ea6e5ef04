"""Where the tables of a sheet are: their headers, titles, totals, footnotes, and which rows are data.

Sheets have titles above, two-level headers, totals between and notes below, and sometimes several tables. Every row
gets exactly one kind, so that none is lost.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any, Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from swe.ledgers.contract import EXAMPLE_MARK
from swe.ledgers.grids import Grid, GridColumn, flagged, holds_any
from swe.ledgers.header_rows import (
    Field,
    HeaderRows,
    Headers,
    best_table,
    find_header,
    normalised,
    squeezed_text,
    texts,
)
from swe.ledgers.tables.spec import Column, TableSpec

__all__ = ["DATA", "KINDS", "NOT_A_TABLE", "SUPPORT", "Block", "Field", "Headers", "blocks"]

RowKind = Literal[
    "data", "blank", "title", "header", "total", "footnote", "example", "not_a_table", "support_sheet"
]
KINDS: tuple[RowKind, ...] = (
    *("data", "blank", "title", "header", "total", "footnote", "example", "not_a_table", "support_sheet"),
)  # fmt: skip
DATA, BLANK, TITLE, HEADER, TOTAL, FOOTNOTE, EXAMPLE, NOT_A_TABLE, SUPPORT = range(len(KINDS))

HEAD = 40  # filled rows at the top that are each tried as a header
WIDE = 4  # columns at the left in which a total announces itself
FIRST_SHARE, LATER_SHARE = 0.4, 0.6  # known headers over all, of the first header and of those below data

TOTAL_WORDS = ("计".encode(), b"total", b"sum", "ſ".encode())  # one of them stands in every total
_TOTAL = re.compile(
    r"^.{0,8}[合小总共]\s*计(?:数|值)?[:：]?$|^(?:sub-?)?total:?$|^sum:?$",
    re.IGNORECASE,  # 合　　计 as well
)
_NOTE = re.compile(
    r"^(?:[*#※]|注[:：]|注释|备注[:：]|说明[:：]|填表说明|数据来源|资料来源|统计口径|附[:：]|(?:以上|上述)"
    r"|(?:填表|制表|审核|复核|审批|填报|统计|经办|负责|单位负责|站点负责|站|报送|联系|签)(?:人|长|名|单位|日期|时间|字)?[^,，。]{0,6}[:：]"
    r"|(?:日期|电话|盖章|公章|年月日)[^,，。]{0,4}[:：]|[(（]?(?:单位)?(?:盖章|公章)|第\d+页|note:|source:)",
    re.IGNORECASE,
)
_ORDINALS = re.compile(r"[(（]?(?:\d{1,2}|[甲乙丙丁戊己庚辛壬癸]|[a-zA-Z]|[①-⑳])[)）]?(?:=.*)?")
# The same, in Arrow's pattern language (RE2).
_ARROW_TOTAL = (
    r"^\s*.{0,8}[合小总共][\s\x{3000}]*计(数|值)?[:：]?\s*$|(?i)^\s*(sub-?)?total:?\s*$|(?i)^\s*sum:?\s*$"
)


@dataclass(frozen=True)
class Block:
    """Rows of a sheet that belong together, from 0, `last` excluded: a table with what surrounds it.

    `kinds` holds a place in KINDS for each of the rows; `table` is None where no table was recognised.
    """

    first: int
    last: int
    kinds: np.ndarray
    table: TableSpec | None = None
    fields: tuple[Field, ...] = ()
    unknown: tuple[tuple[int, str], ...] = ()
    repeated: tuple[Field, ...] = ()
    title: str = field(default="", repr=False)
    places: tuple[int, int] = (0, 0)

    @property
    def rows(self) -> np.ndarray:
        """The rows of data, from 0."""
        return np.flatnonzero(self.kinds == DATA) + self.first


def blocks(grid: Grid, headers: Headers, *, names: Sequence[str] = ()) -> list[Block]:
    """The blocks of a sheet; every row belongs to one (to one of each side where tables stand side by side).

    `names` are the names of sheet and file, which may say what a table is where its title does not.
    """
    sides = _sides(grid, headers, names)
    if len(sides) < 2:
        return _stacked(grid, headers, names)
    found = []
    for left, right in sides:
        empty = GridColumn(np.full(grid.rows, -1, dtype=np.int32), [])
        columns = tuple(c if left <= i < right else empty for i, c in enumerate(grid.columns))
        found += [
            replace(b, places=(left, right)) for b in _stacked(replace(grid, columns=columns), headers, names)
        ]
    return found


def _stacked(grid: Grid, headers: Headers, names: Sequence[str]) -> list[Block]:
    filled = grid.filled
    found: list[tuple[int, HeaderRows]] = []
    below = 0  # rows from here on may hold a header
    likely = _likely(grid, headers, filled)
    for row in sorted({*np.flatnonzero(filled >= 2)[:HEAD].tolist(), *likely}):
        if row < below or (found and row not in likely):
            continue
        share = LATER_SHARE if found else FIRST_SHARE
        header = find_header(grid, headers, row, (_title_above(grid, row, filled, below), *names), share)
        if header and not (
            found and header.table is found[-1][1].table and _same_fields(header, found[-1][1])
        ):
            found.append((row, header))
            below = row + header.depth
    if not found:
        kinds = np.where(filled == 0, BLANK, NOT_A_TABLE)
        return [Block(0, grid.rows, kinds, places=(0, len(grid.columns)))]
    starts = [
        0,
        *(_top(filled, row, found[i][0] + found[i][1].depth) for i, (row, _) in enumerate(found[1:])),
    ]
    ends = [*starts[1:], grid.rows]
    return [
        _block(grid, filled, start, end, row, header)
        for (row, header), start, end in zip(found, starts, ends, strict=True)
    ]


def _same_fields(new: HeaderRows, old: HeaderRows) -> bool:
    return {(f.column.name, f.place) for f in new.fields} == {(f.column.name, f.place) for f in old.fields}


def _likely(grid: Grid, headers: Headers, filled: np.ndarray) -> set[int]:
    """Rows below the first header that may be another: half of their cells are headers, or a gap stands above."""
    hits = headers.hits(grid)
    worded = np.flatnonzero((hits >= 2) & (hits * 2 >= filled))[: 50 * HEAD]
    gaps = np.flatnonzero((filled[:-1] <= 1) & (filled[1:] >= 2) & (hits[1:] >= 1))[: 5 * HEAD] + 1
    return {*worded.tolist(), *gaps.tolist()}


# -- blocks --


def _title_above(grid: Grid, row: int, filled: np.ndarray, floor: int) -> str:
    above = [each for each in range(max(floor, row - 6), row) if 0 < filled[each] <= 3]
    return " ".join(str(cell) for each in above for cell in grid.row(each) if isinstance(cell, str))[:400]


def _top(filled: np.ndarray, header: int, floor: int) -> int:
    """The first row of a block: up over the titles that stand right above its header."""
    top = header
    while top > floor and 0 < filled[top - 1] <= 1:
        top -= 1
    return top


def _block(grid: Grid, filled: np.ndarray, start: int, end: int, row: int, header: HeaderRows) -> Block:
    kinds = np.full(end - start, DATA, dtype=np.int8)
    kinds[: row - start] = TITLE
    body = row + header.depth - start
    kinds[row - start : body] = HEADER
    rows = slice(row + header.depth, end)
    kinds[body:] = _body(grid, filled, rows, header)
    kinds[filled[start:end] == 0] = BLANK
    if body < len(kinds) and kinds[body] == DATA and _is_ordinals(grid.row(row + header.depth)):
        kinds[body] = HEADER
    return Block(
        first=start,
        last=end,
        kinds=kinds,
        table=header.table,
        fields=header.fields,
        unknown=header.unknown,
        repeated=header.repeated,
        title=_title_above(grid, row, filled, start),
        places=(0, len(grid.columns)),
    )


def _body(grid: Grid, filled: np.ndarray, rows: slice, header: HeaderRows) -> np.ndarray:
    """The kind of each row below a header, by rules on distinct cells."""
    count = filled[rows]
    kinds = np.full(len(count), DATA, dtype=np.int8)
    mapped = {each.place: each.column for each in header.fields}
    notes = np.zeros(len(count), dtype=np.int32)
    same = np.zeros(len(count), dtype=np.int32)
    total = np.zeros(len(count), dtype=bool)
    few = np.flatnonzero(count <= 6)
    leftmost = next((place for place, column in enumerate(grid.columns) if (column.codes >= 0).any()), 0)
    for place, column in enumerate(grid.columns):
        codes = column.codes[rows]
        if not len(column.values):
            continue
        if leftmost <= place < leftmost + WIDE:
            flags = _totals(column)
            total |= flagged(flags, codes)
        if place == leftmost:
            kinds[_flags(column, rf"^\s*{EXAMPLE_MARK}", re.compile(rf"\s*{EXAMPLE_MARK}"))[codes]] = EXAMPLE
        sparse = np.unique(codes[few][codes[few] >= 0])[:20_000]
        if len(sparse):
            flags = np.zeros(len(column.values) + 1, dtype=bool)
            flags[sparse] = [_is_note(value) for value in _take(column, sparse)]
            notes += flags[codes]
        if place in mapped:
            flags = _header_cells(column, mapped[place])
            same += flagged(flags, codes)
    kinds[(count > 0) & (notes == count)] = FOOTNOTE
    if len(header.fields) >= 3:
        lonely = grid.columns[leftmost].codes[rows] >= 0
        kinds[(count == 1) & lonely & (kinds == DATA)] = TITLE
        kinds[(count <= 2) & (notes > 0) & lonely & (kinds != EXAMPLE)] = FOOTNOTE
    kinds[total & (kinds != EXAMPLE)] = TOTAL
    kinds[(same >= 2) & (same * 2 >= count)] = HEADER
    return kinds


def _totals(column: GridColumn) -> np.ndarray:
    """Which distinct cells say that the row is a total."""
    if isinstance(column.values, pa.Array) and not holds_any(column.values, TOTAL_WORDS):
        return np.zeros(len(column.values) + 1, dtype=bool)
    return _flags(column, _ARROW_TOTAL, _TOTAL)


def _flags(column: GridColumn, arrow: str, pattern: re.Pattern[str]) -> np.ndarray:
    """Which distinct cells match, with one more place for code -1."""
    if isinstance(column.values, pa.Array):
        known = pc.fill_null(pc.match_substring_regex(column.values, arrow), False).to_numpy(
            zero_copy_only=False
        )
    else:
        known = np.array(
            [isinstance(v, str) and bool(pattern.match(v.strip())) for v in column.values], dtype=bool
        )
    return np.append(known, False)


def _header_cells(column: GridColumn, meaning: Column) -> np.ndarray:
    """Which distinct cells repeat a header of the column."""
    names = {normalised(header) for header in meaning.headers}
    if isinstance(column.values, pa.Array):
        words = pa.array(sorted({*meaning.headers, *names}))
        known = pc.fill_null(pc.is_in(pc.cast(column.values, pa.string()), words), False).to_numpy(
            zero_copy_only=False
        )
    else:
        known = np.array(
            [isinstance(v, str) and squeezed_text(v) in names for v in column.values], dtype=bool
        )
    return np.append(known, False)


def _take(column: GridColumn, places: np.ndarray) -> list[Any]:
    if isinstance(column.values, pa.Array):
        taken: list[Any] = column.values.take(pa.array(places)).to_pylist()
        return taken
    return [column.values[place] for place in places.tolist()]


def _is_note(value: Any) -> bool:
    return isinstance(value, str) and bool(_NOTE.match(value.strip()))


def _is_ordinals(cells: Iterable[Any]) -> bool:
    """甲 乙 1 2 3 …: the row that numbers the columns of an official table."""
    given = [
        str(int(c)) if isinstance(c, float) and c.is_integer() else str(c).strip()
        for c in cells
        if c is not None
    ]
    numbers = [int(text.strip("()（）")) for text in given if re.fullmatch(r"[(（]?\d{1,2}[)）]?", text)]
    rising = numbers == list(range(numbers[0], numbers[0] + len(numbers))) if numbers else False
    return (
        len(given) >= 3 and rising and len(numbers) >= 2 and all(_ORDINALS.fullmatch(text) for text in given)
    )


# -- side by side --


def _sides(grid: Grid, headers: Headers, names: Sequence[str]) -> list[tuple[int, int]]:
    """Ranges of columns that each hold a table of its own, where an empty column parts them."""
    used = [bool((column.codes >= 0).any()) for column in grid.columns]
    ranges: list[tuple[int, int]] = []
    for place, full in enumerate(used):
        if full and (not place or not used[place - 1]):
            ranges.append((place, place + 1))
        elif full:
            ranges[-1] = (ranges[-1][0], place + 1)
    wide = [each for each in ranges if each[1] - each[0] >= 3]
    if not 2 <= len(wide) <= 8:
        return []
    filled = grid.filled
    for row in np.flatnonzero(filled >= 2)[:HEAD].tolist():
        cells = texts(grid, row)
        if cells is None:
            continue
        parts = [
            best_table(headers, [(t,) if t else () for t in cells[a:b]], None, LATER_SHARE) for a, b in wide
        ]
        if all(part and len(part.fields) >= 3 for part in parts):
            columns = [(p.table.name, f.column.name) for p in parts if p for f in p.fields]
            tables = {p.table.name for p in parts if p}
            if len(tables) > 1 or len(set(columns)) < len(columns):
                edges = [0, *(left for left, _ in wide[1:]), len(grid.columns)]
                return list(pairwise(edges))
    return []
