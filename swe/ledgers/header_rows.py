"""Header rows: which columns of the contract a row names, over one level or two, and of which table.

A header is compared without width, blanks, units and marks; of several tables the one that knows most of it counts.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from swe.ledgers.contract import Header, match_header, named_table, normalise_header, squeezed
from swe.ledgers.grids import Grid, flagged
from swe.ledgers.tables.spec import Column, Contract, TableSpec

LONGEST_HEADER = 60
SHARE_WEIGHT = 2.0
OWN_NAMES, OWN_WEIGHT = 2, 0.2  # zh, en and name lead a column's headers; less than one header's worth


class Field(NamedTuple):
    """A column of the sheet (counted from 0) that holds a column of the contract, and the unit in its header."""

    column: Column
    place: int
    header: Header


class Headers:
    """The headers of a contract; a text is matched once for each table that may know it."""

    def __init__(self, ledger: Contract) -> None:
        self.ledger = ledger
        self._raw = sorted({h for t in ledger.tables.values() for c in t.columns for h in c.headers})
        self.words = {squeezed_text(header) for header in self._raw}
        self._tables: dict[str, set[str]] = {}
        for name, table in ledger.tables.items():
            for header in {h for column in table.columns for h in column.headers}:
                self._tables.setdefault(normalised(header), set()).add(name)
        self._known: dict[tuple[str, str], tuple[Column, Header] | None] = {}

    def match(self, table: TableSpec, text: str) -> tuple[Column, Header] | None:
        """The column that a header means in a table."""
        key = (table.name, text)
        if key not in self._known:
            self._known[key] = match_header(table, text) if self._may_know(table.name, text) else None
        return self._known[key]

    def _may_know(self, table: str, text: str) -> bool:
        """Whether the text, without its brackets or between its slashes, is a header of the table."""
        return any(table in self._tables.get(form, ()) for form in _forms(text))

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
                    [isinstance(v, str) and squeezed_text(v) in self.words for v in column.values], dtype=bool
                )
            counts += flagged(np.append(known, False), column.codes)
        return counts


class HeaderRows(NamedTuple):
    """A header found: its table, the rows it takes, and the columns it names."""

    table: TableSpec
    depth: int
    fields: tuple[Field, ...]
    unknown: tuple[tuple[int, str], ...]
    repeated: tuple[Field, ...]
    score: float


def find_header(
    grid: Grid, headers: Headers, row: int, titles: Sequence[str], share: float
) -> HeaderRows | None:
    """The header that begins in a row, of one level or two; None where it is none."""
    top = texts(grid, row)
    if top is None:
        return None
    named = next((name for title in titles if title and (name := named_table(headers.ledger, title))), None)
    single = best_table(headers, [(text,) if text else () for text in top], named, share)
    best = single
    below = texts(grid, row + 1) if row + 1 < grid.rows else None
    if below is not None and any(below):
        spread = _spread(grid, row, top, below)
        double = best_table(
            headers, [_joined(*pair) for pair in zip(spread, below, strict=True)], named, share
        )
        if double and _gains(headers, double, single, below, spread):
            best = double._replace(depth=2)
    return best


def texts(grid: Grid, row: int) -> list[str] | None:
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


def best_table(
    headers: Headers, columns: list[tuple[str, ...]], named: str | None, share: float
) -> HeaderRows | None:
    """The table that knows most of the headers and misses least of its own; our wording breaks ties.

    Knowing counts twice: an activity list without numbers would else pass for visits, which require less.
    """
    given = sum(any(normalised(text) for text in options) for options in columns)
    found: list[HeaderRows] = []
    for name, table in headers.ledger.tables.items():
        fields, unknown, repeated = _fields(headers, table, columns)
        if len(fields) < (1 if name == named else 2) or len(fields) < share * given:
            continue
        needed = [column for column in table.required if column != "station_id"]
        have = {each.column.name for each in fields}
        held = sum(column in have for column in needed) / max(len(needed), 1)
        own = sum(_rank(each)[0] <= OWN_NAMES for each in fields) / len(fields)
        share_known = 1 - len(unknown) / given
        score = SHARE_WEIGHT * share_known + held + OWN_WEIGHT * own + (1.0 if name == named else 0.0)
        found.append(HeaderRows(table, 1, fields, unknown, repeated, score))
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
    headers: Headers, double: HeaderRows, single: HeaderRows | None, below: list[str], spread: list[str]
) -> bool:
    """Whether the second row is part of the header: it names columns, and most of its cells do."""
    places = {each.place for each in double.fields}
    subs = [place for place, text in enumerate(below) if text and text != spread[place]]
    used = [place for place in subs if place in places]
    units = [place for place in used if headers.match(double.table, spread[place] + below[place])]
    more = len(double.fields) > (len(single.fields) if single else 0)
    return bool(subs) and len(used) * 2 >= len(subs) and (more or len(units) == len(subs))


@lru_cache(maxsize=65_536)
def _forms(text: str) -> tuple[str, ...]:
    """The names under which `match_header` looks for a text."""
    name = normalised(text)
    parts = [normalised(part) for part in name.split("/")] if "/" in name else []
    return tuple(dict.fromkeys(form for form in (name, re.sub(r"\([^()]*\)", "", name), *parts) if form))


@lru_cache(maxsize=65_536)
def normalised(text: str) -> str:
    """The name of a header as it is compared; empty for what is none (序号)."""
    return normalise_header(text).name if len(text) <= LONGEST_HEADER else ""


@lru_cache(maxsize=65_536)
def squeezed_text(text: str) -> str:
    return squeezed(text) if len(text) <= LONGEST_HEADER else ""
