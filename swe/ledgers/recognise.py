"""Where the tables of a sheet are: their headers, titles, totals, footnotes, and which rows are data.

Sheets have titles above, two-level headers, totals between and notes below, and sometimes several tables. Every row
gets exactly one kind, so that none is lost.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any, Literal, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from swe.ledgers.contract import EXAMPLE_MARK, Header, match_header, named_table, normalise_header, squeezed
from swe.ledgers.grids import Grid, GridColumn
from swe.ledgers.tables.spec import Column, Contract, TableSpec

RowKind = Literal[
    "data", "blank", "title", "header", "total", "footnote", "example", "not_a_table", "support_sheet"
]
KINDS: tuple[RowKind, ...] = (
    *("data", "blank", "title", "header", "total", "footnote", "example", "not_a_table", "support_sheet"),
)  # fmt: skip
DATA, BLANK, TITLE, HEADER, TOTAL, FOOTNOTE, EXAMPLE, NOT_A_TABLE, SUPPORT = range(len(KINDS))

HEAD = 40  # filled rows at the top that are each tried as a header
WIDE = 4  # columns at the left in which a total announces itself
LONGEST_HEADER = 60
FIRST_SHARE, LATER_SHARE = 0.4, 0.6  # known headers over all, of the first header and of those below data

_TOTAL = re.compile(
    r"^.{0,8}(?:合计|小计|总计|共计)(?:数|值)?[:：]?$|^(?:sub-?)?total:?$|^sum:?$", re.IGNORECASE
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
    r"^\s*.{0,8}(合计|小计|总计|共计)(数|值)?[:：]?\s*$|(?i)^\s*(sub-?)?total:?\s*$|(?i)^\s*sum:?\s*$"
)


class Field(NamedTuple):
    """A column of the sheet (counted from 0) that holds a column of the contract, and the unit in its header."""

    column: Column
    place: int
    header: Header


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


class Headers:
    """The headers of a contract; a text is matched once for each table."""

    def __init__(self, ledger: Contract) -> None:
        self.ledger = ledger
        self.words = {squeezed(h) for t in ledger.tables.values() for c in t.columns for h in c.headers}
        self._raw = sorted({h for t in ledger.tables.values() for c in t.columns for h in c.headers})
        self._known: dict[tuple[str, str], tuple[Column, Header] | None] = {}

    def match(self, table: TableSpec, text: str) -> tuple[Column, Header] | None:
        """The column that a header means in a table."""
        key = (table.name, text)
        if key not in self._known:
            self._known[key] = match_header(table, text) if 0 < len(text) <= LONGEST_HEADER else None
        return self._known[key]

    def hits(self, grid: Grid) -> np.ndarray:
        """How many cells of each row are a header of some table to the letter, shape (rows,)."""
        counts = np.zeros(grid.rows, dtype=np.int32)
        words = pa.array(self._raw)
        for column in grid.columns:
            if isinstance(column.values, pa.Array):
                trimmed = pc.cast(pc.utf8_trim_whitespace(column.values), pa.string())
                known = pc.fill_null(pc.is_in(trimmed, words), False).to_numpy(zero_copy_only=False)
            else:
                known = np.array(
                    [isinstance(v, str) and _squeezed(v) in self.words for v in column.values], dtype=bool
                )
            counts += np.append(known, False)[column.codes] if len(known) else 0
        return counts


class _Found(NamedTuple):
    """A header found: its table, the rows it takes, and the columns it names."""

    table: TableSpec
    depth: int
    fields: tuple[Field, ...]
    unknown: tuple[tuple[int, str], ...]
    repeated: tuple[Field, ...]
    score: float


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
    found: list[tuple[int, _Found]] = []
    below = 0  # rows from here on may hold a header
    for row in _candidates(grid, headers, filled):
        if row < below:
            continue
        share = LATER_SHARE if found else FIRST_SHARE
        header = _header(grid, headers, row, (_title_above(grid, row, filled, below), *names), share)
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


def _same_fields(new: _Found, old: _Found) -> bool:
    return {(f.column.name, f.place) for f in new.fields} == {(f.column.name, f.place) for f in old.fields}


def _candidates(grid: Grid, headers: Headers, filled: np.ndarray) -> list[int]:
    hits = headers.hits(grid)
    top = np.flatnonzero(filled >= 2)[:HEAD]
    later = np.flatnonzero((hits >= 2) & (hits * 2 >= filled))[: 50 * HEAD]
    return sorted({*top.tolist(), *later.tolist()})


# -- headers --


def _header(grid: Grid, headers: Headers, row: int, titles: Sequence[str], share: float) -> _Found | None:
    """The header that begins in a row, of one level or two; None where it is none."""
    top = _texts(grid, row)
    if top is None:
        return None
    named = next((name for title in titles if title and (name := named_table(headers.ledger, title))), None)
    single = _best(headers, [(text,) if text else () for text in top], named, share)
    best = single
    below = _texts(grid, row + 1) if row + 1 < grid.rows else None
    if below is not None and any(below):
        spread = _spread(grid, row, top, below)
        double = _best(headers, [_joined(*pair) for pair in zip(spread, below, strict=True)], named, share)
        if double and _gains(headers, double, single, below, spread):
            best = double._replace(depth=2)
    return best


def _texts(grid: Grid, row: int) -> list[str] | None:
    """The cells of a row as header texts; None where numbers and dates say that it is data."""
    cells = grid.row(row)
    given = [cell for cell in cells if cell is not None]
    wordy = [cell for cell in given if isinstance(cell, str) and not re.fullmatch(r"[\s\d.,:/%\-]+", cell)]
    if not given or len(wordy) < 0.7 * len(given):
        return None
    return [_one_line(cell) if isinstance(cell, str) else "" for cell in cells]


def _one_line(text: str) -> str:
    return re.sub(r"_x000[dD]_|\s+", "", text)[: LONGEST_HEADER + 1]


def _spread(grid: Grid, row: int, top: list[str], below: list[str]) -> list[str]:
    """The upper level over all the columns it stands above, by the merges or, without any, by the gaps."""
    spread = list(top)
    merged = [span for span in grid.merged if span[0] <= row + 1 <= span[2]]
    for first, left, _, right in merged:
        if first == row + 1:
            spread[left - 1 : min(right, len(spread))] = (
                [top[left - 1]] * (min(right, len(spread)) - left + 1) if left <= len(top) else []
            )
    if not any(span[3] > span[1] for span in merged):
        for place in range(1, len(spread)):
            if not spread[place] and below[place]:
                spread[place] = spread[place - 1]
    return spread


def _joined(top: str, below: str) -> tuple[str, ...]:
    """What two levels may mean together, the likeliest first."""
    if not below or below == top:
        return (top,) if top else ()
    return (f"{top}{below}", below, f"{below}{top}", f"{top}({below})") if top else (below,)


def _best(headers: Headers, columns: list[tuple[str, ...]], named: str | None, share: float) -> _Found | None:
    """The table that knows most of the headers; the same measure as `contract.recognise`."""
    given = sum(any(normalised(text) for text in options) for options in columns)
    found: list[_Found] = []
    for name, table in headers.ledger.tables.items():
        fields, unknown, repeated = _fields(headers, table, columns)
        if len(fields) < (1 if name == named else 2) or len(fields) < share * given:
            continue
        needed = [column for column in table.required if column != "station_id"]
        have = {each.column.name for each in fields}
        held = sum(column in have for column in needed) / max(len(needed), 1)
        score = len(fields) / given + held + (1.0 if name == named else 0.0)
        found.append(_Found(table, 1, fields, unknown, repeated, score))
    return max(found, key=lambda each: each.score, default=None)


def _fields(
    headers: Headers, table: TableSpec, columns: list[tuple[str, ...]]
) -> tuple[tuple[Field, ...], tuple[tuple[int, str], ...], tuple[Field, ...]]:
    matched: dict[str, list[Field]] = {}
    unknown: list[tuple[int, str]] = []
    for place, options in enumerate(columns):
        match = next((m for text in options if (m := headers.match(table, text))), None)
        if match:
            matched.setdefault(match[0].name, []).append(Field(match[0], place, match[1]))
        elif any(normalised(text) for text in options):
            unknown.append((place, options[0]))
    chosen, repeated = [], []
    for same in matched.values():
        first, *rest = sorted(same, key=_rank)
        chosen.append(first)
        repeated += rest
    return tuple(sorted(chosen, key=lambda f: f.place)), tuple(unknown), tuple(repeated)


def _rank(each: Field) -> tuple[int, int]:
    """Of two headers for one column, the one nearer to our own wording counts, then the one further left."""
    names = [normalised(header) for header in each.column.headers]
    return (names.index(each.header.name) if each.header.name in names else len(names), each.place)


def _gains(
    headers: Headers, double: _Found, single: _Found | None, below: list[str], spread: list[str]
) -> bool:
    """Whether the second row is part of the header: it names columns, and most of its cells do."""
    places = {each.place for each in double.fields}
    subs = [place for place, text in enumerate(below) if text and text != spread[place]]
    used = [place for place in subs if place in places]
    units = [place for place in used if headers.match(double.table, spread[place] + below[place])]
    more = len(double.fields) > (len(single.fields) if single else 0)
    return bool(subs) and len(used) * 2 >= len(subs) and (more or len(units) == len(subs))


@lru_cache(maxsize=65_536)
def normalised(text: str) -> str:
    """The name of a header as it is compared; empty for what is none (序号)."""
    return normalise_header(text).name if len(text) <= LONGEST_HEADER else ""


@lru_cache(maxsize=65_536)
def _squeezed(text: str) -> str:
    return squeezed(text) if len(text) <= LONGEST_HEADER else ""


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


def _block(grid: Grid, filled: np.ndarray, start: int, end: int, row: int, header: _Found) -> Block:
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


def _body(grid: Grid, filled: np.ndarray, rows: slice, header: _Found) -> np.ndarray:
    """The kind of each row below a header, by rules on distinct cells."""
    count = filled[rows]
    kinds = np.full(len(count), DATA, dtype=np.int8)
    mapped = {each.place: each.column for each in header.fields}
    notes = np.zeros(len(count), dtype=np.int32)
    same = np.zeros(len(count), dtype=np.int32)
    total = np.zeros(len(count), dtype=bool)
    leftmost = next((place for place, column in enumerate(grid.columns) if (column.codes >= 0).any()), 0)
    for place, column in enumerate(grid.columns):
        codes = column.codes[rows]
        if not len(column.values):
            continue
        if leftmost <= place < leftmost + WIDE:
            total |= _flags(column, _ARROW_TOTAL, _TOTAL)[codes]
        if place == leftmost:
            kinds[_flags(column, rf"^\s*{EXAMPLE_MARK}", re.compile(rf"\s*{EXAMPLE_MARK}"))[codes]] = EXAMPLE
        sparse = np.unique(codes[(count <= 6) & (codes >= 0)])[:20_000]
        if len(sparse):
            flags = np.zeros(len(column.values) + 1, dtype=bool)
            flags[sparse] = [_is_note(value) for value in _take(column, sparse)]
            notes += flags[codes]
        if place in mapped:
            same += _header_cells(column, mapped[place])[codes]
    kinds[(count > 0) & (notes == count)] = FOOTNOTE
    if len(header.fields) >= 3:
        lonely = grid.columns[leftmost].codes[rows] >= 0
        kinds[(count == 1) & lonely & (kinds == DATA)] = TITLE
        kinds[(count <= 2) & (notes > 0) & lonely & (kinds != EXAMPLE)] = FOOTNOTE
    kinds[total & (kinds != EXAMPLE)] = TOTAL
    kinds[(same >= 2) & (same * 2 >= count)] = HEADER
    return kinds


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
        known = np.array([isinstance(v, str) and _squeezed(v) in names for v in column.values], dtype=bool)
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
        texts = _texts(grid, row)
        if texts is None:
            continue
        parts = [_best(headers, [(t,) if t else () for t in texts[a:b]], None, LATER_SHARE) for a, b in wide]
        if all(part and len(part.fields) >= 3 for part in parts):
            columns = [(p.table.name, f.column.name) for p in parts if p for f in p.fields]
            tables = {p.table.name for p in parts if p}
            if len(tables) > 1 or len(set(columns)) < len(columns):
                edges = [0, *(left for left, _ in wide[1:]), len(grid.columns)]
                return list(zip(edges, edges[1:], strict=False))
    return []
