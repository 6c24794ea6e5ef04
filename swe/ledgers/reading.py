"""A source read: typed frames with file, sheet and row of every record, issues, and an account of every row.

Reading never guesses and never stops half-way: a file that cannot be read gives one issue, a row that cannot be used
its reason.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from swe.ledgers.contract import CODE_LISTS, INSTRUCTIONS
from swe.ledgers.grids import Grid, Grids, WorkbookReader, read_grids
from swe.ledgers.issues import PROVENANCE, Account, Issue
from swe.ledgers.reading_words import Remark, Unreadable, issue
from swe.ledgers.recognise import DATA, KINDS, NOT_A_TABLE, SUPPORT, Block, Headers, blocks
from swe.ledgers.region_cells import county_of
from swe.ledgers.sources import Source
from swe.ledgers.table_rows import Context, Rows, read_rows, series
from swe.ledgers.titles import month_of, station_of, year_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from swe.ledgers.tables.spec import Contract

SUPPORT_SHEETS = frozenset((*INSTRUCTIONS.values(), *CODE_LISTS.values()))


@dataclass(frozen=True)
class SourceRead:
    """What one source holds.

    `tables` has a typed frame (dtypes of the contract, with `_file`, `_sheet`, `_row`) for each table that was found;
    `accounts` one entry for each sheet and table, rows read = accepted + rejected + skipped. `letters` says which
    column of the sheet a column of the table is: (file, sheet, table) -> {column: letters}.
    """

    tables: Mapping[str, pd.DataFrame] = field(default_factory=lambda: MappingProxyType({}))
    issues: tuple[Issue, ...] = ()
    accounts: tuple[Account, ...] = ()
    letters: Mapping[tuple[str, str, str], Mapping[str, str]] = field(
        default_factory=lambda: MappingProxyType({})
    )


@dataclass
class Sheet:
    """A sheet with its safe name and the blocks found on it."""

    grid: Grid
    name: str
    blocks: list[Block]


def read_source(
    source: Source, contract: Contract, *, region: str | None = None, reader: WorkbookReader | None = None
) -> SourceRead:
    """Read one file against a contract.

    Parameters
    ----------
    source : Source
        One of `sources(...)`; a skipped one gives an issue only.
    contract : Contract
        The tables to look for.
    region : str, optional
        Code of the county or province that the ledger is of; names of townships are looked up below it.
    reader : WorkbookReader, optional
        The child process for workbooks; without one, a new one is started for this file.

    Returns
    -------
    SourceRead
        A file that cannot be read has no tables and one issue of severity error.
    """
    if source.skip:
        return SourceRead(issues=(issue(Remark(source.skip), file=source.name),))
    try:
        grids = read_grids(source, reader=reader)
    except Unreadable as error:
        return SourceRead(issues=(issue(Remark(error.rule, error.detail), file=source.name),))
    return read_found(source, grids, contract, region=region)


def read_found(source: Source, grids: Grids, contract: Contract, *, region: str | None = None) -> SourceRead:
    """Read the grids of a source, wherever they came from."""
    headers = Headers(contract)
    sheets = [sheet_of(grid, index, headers, source) for index, grid in enumerate(grids.grids, start=1)]
    issues = [issue(remark, file=source.name) for remark in grids.remarks]
    return assembled(source, sheets, issues, contract, region or "")


def sheet_of(grid: Grid, index: int, headers: Headers, source: Source) -> Sheet:
    """A sheet with what is on it."""
    from swe.ledgers.privacy import safe_name

    name = safe_name(grid.name, index, "sheet") if grid.name else ""
    if grid.name.strip() in SUPPORT_SHEETS:
        found = blocks(replace(grid, rows=0, columns=()), headers)[0]
        kinds = (grid.filled > 0).astype("int8") * SUPPORT
        kinds[grid.filled == 0] = KINDS.index("blank")
        return Sheet(grid, name, [replace(found, last=grid.rows, kinds=kinds)])
    return Sheet(grid, name, blocks(grid, headers, names=(grid.name, source.path.stem)))


def assembled(
    source: Source,
    sheets: Sequence[Sheet],
    issues: list[Issue],
    contract: Contract,
    region: str,
    *,
    above: Mapping[int, dict[str, Any]] | None = None,
) -> SourceRead:
    """The rows of sheets whose blocks are known. `above` has the last cells that stand above a block, by its id."""
    within = region if region and region != "00" else ""
    frames: dict[str, list[pd.DataFrame]] = {}
    accounts: dict[tuple[str, str], Account] = {}
    titles = [source.path.stem, *(sheet.grid.name for sheet in sheets)]
    within = _county([b.title for s in sheets for b in s.blocks] + titles, within)
    order = [(sheet, block) for sheet in sheets for block in sheet.blocks]
    read: dict[int, Rows] = {}
    letters: dict[tuple[str, str, str], Mapping[str, str]] = {}
    for sheet, block in sorted(
        order, key=lambda pair: pair[1].table is None or pair[1].table.name != "stations"
    ):
        if block.table is None:
            continue
        context = _context(source, sheets, sheet, block, within)
        if (station := _only_station(frames.get("stations", []))) is not None:
            context = replace(
                context, station=station, station_from=("本文件的站点信息表", "station of this file")
            )
        context = replace(context, above=(above or {}).get(id(block)))
        read[id(block)] = rows = read_rows(sheet.grid, block, context)
        letters.setdefault((source.name, sheet.name, block.table.name), rows.letters)
        frames.setdefault(block.table.name, []).append(_placed(rows.frame, source.name, sheet.name))
    for sheet, block in order:
        table = block.table.name if block.table else ""
        account = _account(source.name, sheet.name, block, read.get(id(block)))
        key = (sheet.name, table)
        accounts[key] = _added(accounts[key], account) if key in accounts else account
        issues += [
            issue(each, file=source.name, sheet=sheet.name, table=table)
            for each in (read[id(block)].remarks if id(block) in read else _unknown(block))
        ]
    for sheet in sheets:
        issues += [
            issue(remark, file=source.name, sheet=sheet.name)
            for remark in sheet.grid.remarks
            if not remark.cell
        ]
    tables = {name: _joined(frames[name]) for name in contract.tables if name in frames}
    return SourceRead(
        MappingProxyType(tables), tuple(issues), tuple(accounts.values()), MappingProxyType(letters)
    )


def _county(titles: Sequence[str], within: str) -> str:
    """The county of the ledger: what was given, or the one county that titles and names speak of."""
    if len(within) >= 6:
        return within
    found = {code for text in dict.fromkeys(titles) if text and (code := county_of(text, within))}
    return found.pop() if len(found) == 1 else within


def _context(source: Source, sheets: Sequence[Sheet], here: Sheet, block: Block, within: str) -> Context:
    """Year, month and station from the nearest text that names one: title, sheet, file, then the other sheets."""
    near = [block.title, *(b.title for b in here.blocks), here.grid.name, source.path.stem]
    near = [text for text in dict.fromkeys(near) if text]
    far = [text for sheet in sheets for text in (*(b.title for b in sheet.blocks), sheet.grid.name) if text]
    years = {year for text in far if (year := year_of([text]))}
    stations = {station for text in far if (station := station_of([text], within))}
    year = year_of(near) or (years.pop() if len(years) == 1 else None)
    station = station_of(near, within) or (stations.pop() if len(stations) == 1 else None)
    return Context(
        year, month_of(near), station, ("标题、表名或文件名", "title, sheet name or file name"), within
    )


def _only_station(frames: list[pd.DataFrame]) -> str | None:
    """The ID of the file's station, where it lists exactly one."""
    names = {str(value) for frame in frames for value in frame["station_id"]}
    return names.pop() if len(names) == 1 else None


def _unknown(block: Block) -> list[Remark]:
    lost = int((block.kinds == NOT_A_TABLE).sum())
    if lost:
        return [Remark("no_table", {"n": lost})]
    return [Remark("support_sheet")] if (block.kinds == SUPPORT).any() else []


def _account(file: str, sheet: str, block: Block, rows: Rows | None) -> Account:
    size = block.last - block.first
    if rows is not None and block.table is not None:
        return Account(
            file,
            sheet,
            block.table.name,
            size,
            rows.accepted,
            rows.rejected,
            rows.skipped,
            dict(rows.reasons),
        )
    reasons: dict[str, int] = {}
    for kind in block.kinds.tolist():
        reasons[KINDS[kind]] = reasons.get(KINDS[kind], 0) + 1
    assert KINDS[DATA] not in reasons
    return Account(file, sheet, "", size, 0, 0, size, reasons)


def _added(one: Account, other: Account) -> Account:
    reasons = dict(one.reasons)
    for reason, count in other.reasons.items():
        reasons[reason] = reasons.get(reason, 0) + count
    return replace(
        one,
        rows_read=one.rows_read + other.rows_read,
        accepted=one.accepted + other.accepted,
        rejected=one.rejected + other.rejected,
        skipped=one.skipped + other.skipped,
        reasons=reasons,
    )


def together(accounts: Sequence[Account]) -> tuple[Account, ...]:
    """Accounts of pieces: one for each file, sheet and table."""
    found: dict[tuple[str, str, str], Account] = {}
    for each in accounts:
        key = (each.file, each.sheet, each.table)
        found[key] = _added(found[key], each) if key in found else each
    return tuple(found.values())


def _placed(frame: pd.DataFrame, file: str, sheet: str) -> pd.DataFrame:
    """The frame with `_file`, `_sheet` and `_row` behind its columns."""
    import pyarrow as pa

    where = {"_file": file, "_sheet": sheet}
    named = {
        key: series(pa.repeat(pa.scalar(text, pa.large_string()), len(frame)), "string")
        for key, text in where.items()
    }
    return frame.assign(**named)[[*(c for c in frame.columns if c not in PROVENANCE), *PROVENANCE]]


def _joined(frames: list[pd.DataFrame]) -> pd.DataFrame:
    import pandas as pd

    whole = [frame for frame in frames if len(frame)]
    if not whole:
        return frames[0]
    return whole[0] if len(whole) == 1 else pd.concat(whole, ignore_index=True)


__all__ = ["SourceRead", "WorkbookReader", "read_found", "read_source"]
