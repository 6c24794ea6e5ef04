"""A large source read piece by piece: each piece under the header above it, its rows numbered as in the whole.

A piece depends on what stands above it in the file: the header, and the last cell of each column where a blank or a
ditto means the same as above. What stands further down does not count: a year in a title below the first piece, say.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from swe.ledgers.grids import Grid, GridColumn
from swe.ledgers.issues import Account, Issue
from swe.ledgers.large_files import grid_pieces
from swe.ledgers.reading import SourceRead, assembled, sheet_of
from swe.ledgers.reading_words import Remark, Unreadable, issue
from swe.ledgers.recognise import HEADER, KINDS, Block, Headers

if TYPE_CHECKING:
    from swe.ledgers.sources import Source
    from swe.ledgers.tables.spec import Contract


@dataclass
class _Above:
    """What stands above a piece: rows of the file, the header's rows of cells, the last cells, what was said."""

    rows: int = 0
    header: list[list[Any]] = field(default_factory=list)
    cells: dict[str, Any] = field(default_factory=dict)
    table: str = ""
    said: set[Issue] = field(default_factory=set)


def read_pieces(source: Source, contract: Contract, *, region: str | None = None) -> Iterator[SourceRead]:
    """What a large file holds, in pieces; together they are what `read_source` gives, save that counts in issues
    (so many cells filled from above) are those of their piece."""
    above = _Above()
    headers = Headers(contract)
    try:
        for grid in grid_pieces(source):
            yield _piece(source, grid, headers, contract, region or "", above)
    except Unreadable as error:
        yield SourceRead(issues=(issue(Remark(error.rule, error.detail), file=source.name),))


def _piece(
    source: Source, grid: Grid, headers: Headers, contract: Contract, region: str, above: _Above
) -> SourceRead:
    shown = len(above.header)
    whole = _under(above.header, grid)
    sheet = sheet_of(whole, 1, headers, source)
    first, last = sheet.blocks[0], sheet.blocks[-1]
    cells: dict[int, dict[str, Any]] = {id(block): {} for block in sheet.blocks}
    if first.table is not None and first.table.name == above.table:
        cells[id(first)] = above.cells
    read = assembled(source, [sheet], [], contract, region, above=cells)
    out = _placed(read, shown, above.rows - shown, first)
    fresh = tuple(each for each in out.issues if each not in above.said)
    above.said |= {each for each in fresh if each.row is None or each.row <= shown}
    _remember(above, whole, last, cells[id(last)])
    above.rows += grid.rows
    return replace(out, issues=fresh)


def _under(header: list[list[Any]], grid: Grid) -> Grid:
    """A grid with the rows of a header on top."""
    if not header:
        return grid
    width = max(len(grid.columns), *(len(row) for row in header))
    columns = []
    for place in range(width):
        own = (
            grid.columns[place]
            if place < len(grid.columns)
            else GridColumn(np.full(grid.rows, -1, np.int32), [])
        )
        cells = [row[place] if place < len(row) else None for row in header]
        given = [cell for cell in cells if cell is not None]
        codes = np.full(len(cells), -1, dtype=np.int32)
        codes[[i for i, cell in enumerate(cells) if cell is not None]] = np.arange(len(given)) + len(
            own.values
        )
        if isinstance(own.values, pa.Array):
            values: Any = pa.concat_arrays([own.values, pa.array(given, own.values.type)])
        else:
            values = [*own.values, *given]
        columns.append(GridColumn(np.concatenate([codes, own.codes]).astype(np.int32, copy=False), values))
    return replace(grid, rows=grid.rows + len(header), columns=tuple(columns))


def _placed(read: SourceRead, shown: int, shift: int, first: Block) -> SourceRead:
    """Rows, issues and accounts as in the whole file; the `shown` rows of the header were accounted for before."""
    tables = {}
    for name, frame in read.tables.items():
        tables[name] = frame.assign(_row=frame["_row"] + shift)
    accounts = []
    twice = Counter(KINDS[kind] for kind in first.kinds[:shown].tolist())
    for account in read.accounts:
        if twice and account.table == (first.table.name if first.table else ""):
            account, twice = _without(account, twice), Counter()
        accounts.append(account)
    issues = tuple(_moved(each, shown, shift) for each in read.issues)
    return replace(read, tables=MappingProxyType(tables), issues=issues, accounts=tuple(accounts))


def _without(account: Account, twice: Counter[str]) -> Account:
    rows = twice.total()
    left = {reason: count - twice.get(reason, 0) for reason, count in account.reasons.items()}
    return replace(
        account, rows_read=account.rows_read - rows, skipped=account.skipped - rows,
        reasons={reason: count for reason, count in left.items() if count},
    )  # fmt: skip


def _moved(each: Issue, shown: int, shift: int) -> Issue:
    if each.row is None or each.row <= shown or not shift:
        return each
    cell = each.cell.rstrip("0123456789")
    return replace(each, row=each.row + shift, cell=f"{cell}{each.row + shift}" if cell else "")


def _remember(above: _Above, grid: Grid, block: Block, cells: dict[str, Any]) -> None:
    """The header of the last table, and its last cells."""
    if block.table is None:
        above.header, above.cells, above.table = [], {}, ""
        return
    end = int(np.flatnonzero(block.kinds == HEADER)[0])
    depth = int(np.argmin(np.append(block.kinds[end:], -1) == HEADER))
    above.header = [grid.row(row) for row in range(block.first, block.first + end + depth)]
    above.cells, above.table = cells, block.table.name
