"""The rows of one recognised table: cells filled from above, typed by the contract, accepted or rejected.

A row is rejected where a required cell is missing or unreadable; any other bad cell becomes missing. Each of them is
an issue with its address, and none is quoted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from swe.ledgers.cells import ARROW
from swe.ledgers.contract import DTYPES, UNITS
from swe.ledgers.grids import Grid
from swe.ledgers.reading_words import Remark, shown
from swe.ledgers.recognise import DATA, KINDS, Block
from swe.ledgers.table_columns import REPEATED, Cells, Context, Work, fill_absent, read_column, taken
from swe.ledgers.tables.spec import Column
from swe.ledgers.workbook_scan import address_of, column_letters

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["REPEATED", "Context", "Rows", "read_rows", "series"]

LISTED = 1000  # issues listed for one rule of one column; the rest is counted


@dataclass(frozen=True)
class Rows:
    """Typed rows of a table (accepted only), what there is to say, and how many rows went where."""

    frame: pd.DataFrame
    remarks: tuple[Remark, ...]
    accepted: int
    rejected: int
    skipped: int
    reasons: dict[str, int]
    letters: dict[str, str]  # column -> letters of the sheet's column


def read_rows(grid: Grid, block: Block, context: Context) -> Rows:
    """The rows of a block whose table is known."""
    assert block.table is not None
    work = Work(grid, block, block.table, context, block.rows)
    _headers(work)
    for each in sorted(block.fields, key=lambda f: f.column.name == "region_code"):
        work.columns[each.column.name] = read_column(work, each)
    fill_absent(work)
    idle = _not_filled(work)
    rejected = _rejected(work, ~idle)
    keep = ~idle
    for rows in rejected.values():
        keep[rows] = False
    reasons = {rule: len(rows) for rule, rows in rejected.items() if len(rows)}
    skipped = Counter(KINDS[kind] for kind in block.kinds.tolist() if kind != DATA)
    skipped += Counter({"not_filled": int(idle.sum())})
    return Rows(
        frame=_frame(work, keep),
        remarks=(*work.said, *_cell_remarks(work)),
        accepted=int(keep.sum()),
        rejected=sum(reasons.values()),
        skipped=skipped.total(),
        reasons={**reasons, **skipped},
        letters={name: column_letters(c.place + 1) for name, c in work.columns.items() if c.place >= 0},
    )


# -- headers --


def _headers(work: Work) -> None:
    for place, text in work.block.unknown[:200]:
        work.said.append(
            Remark(
                "unknown_column",
                {"letter": column_letters(place + 1), "header": shown(text)},
                cell=_top(work, place),
            )
        )
    for each in work.block.repeated:
        work.said.append(
            Remark(
                "repeated_column",
                {"letter": column_letters(each.place + 1), "zh": each.column.zh, "name": each.column.name},
                cell=_top(work, each.place),
                column=each.column.name,
            )
        )
    for each in work.block.fields:
        unit = each.header.unit
        if unit and each.column.unit not in (unit, "measure_unit", ""):
            zh, en = UNITS[each.column.unit]
            work.say("header_unit", each.column, unit=zh, unit_en=en)


def _top(work: Work, place: int) -> str:
    header = int(np.argmax(work.block.kinds == KINDS.index("header"))) + work.block.first
    return f"{column_letters(place + 1)}{header + 1}"


# -- rows --


def _not_filled(work: Work) -> np.ndarray:
    """Rows of a form that were printed beforehand and left empty where the answer goes."""
    idle = np.zeros(len(work.rows), dtype=bool)
    cells = work.columns.get(work.table.form)
    if cells is None:
        return idle
    good = np.append(_valid(cells.parsed.values), False)
    bad = np.append(_flagged(cells.parsed.broken, len(cells.parsed.values)), False)
    idle = ~good[cells.codes] & ~bad[cells.codes]
    if idle.any():
        work.say("not_filled", work.table[work.table.form], n=int(idle.sum()))
    return idle


def _rejected(work: Work, free: np.ndarray) -> dict[str, np.ndarray]:
    """The rows that are rejected by their reason; each of the `free` rows once, by the first of its required columns."""
    free = free.copy()
    found: dict[str, list[np.ndarray]] = {
        "missing_column": [],
        "required_missing": [],
        "required_unreadable": [],
    }
    absent = [c for c in work.table.columns if c.required and c.name not in work.columns]
    if absent and free.any():
        for column in absent:
            accepted = "、".join(dict.fromkeys(column.headers[:8]))
            work.say("missing_column", column, n=int(free.sum()), accepted=accepted)
        return {"missing_column": np.flatnonzero(free)}
    filled = free.copy()
    for name in work.table.required:
        cells = work.columns.get(name)
        if cells is None:
            continue
        good = np.append(_valid(cells.parsed.values), False)
        bad = np.append(_flagged(cells.parsed.broken, len(cells.parsed.values)), False)
        broken = bad[cells.codes]
        missing = ~good[cells.codes] & ~broken & filled
        _say_missing(work, work.table[name], cells.place, np.flatnonzero(missing))
        for rule, rows in (("required_missing", missing), ("required_unreadable", broken)):
            found[rule].append(np.flatnonzero(rows & free))
            free &= ~rows
    return {rule: np.concatenate(rows) if rows else np.array([], dtype=int) for rule, rows in found.items()}


def _valid(values: pa.Array) -> np.ndarray:
    valid: np.ndarray = values.is_valid().to_numpy(zero_copy_only=False)
    return valid


def _flagged(rules: dict[int, str], size: int) -> np.ndarray:
    flags = np.zeros(size, dtype=bool)
    flags[list(rules)] = True
    return flags


def _say_missing(work: Work, column: Column, place: int, rows: np.ndarray) -> None:
    detail = {"zh": column.zh, "name": column.name}
    for row in work.rows[rows[:LISTED]].tolist():
        cell = f"{column_letters(place + 1)}{row + 1}" if place >= 0 else ""
        work.said.append(Remark("required_missing", detail, row + 1, cell, column.name))
    _say_more(work.said, "required_missing", column, len(rows))


def _say_more(said: list[Remark], rule: str, column: Column, count: int) -> None:
    if count > LISTED:
        said.append(Remark("more_of_it", {"n": count - LISTED, "rule": rule}, column=column.name))


def _cell_remarks(work: Work) -> Iterator[Remark]:
    """Every cell that broke a rule or was accepted in doubt, and broken formulas within the rows of data."""
    for name, cells in work.columns.items():
        column = work.table[name]
        for rules in (cells.parsed.broken, cells.parsed.doubtful):
            for rule in sorted(set(rules.values())):
                places = np.array([place for place, each in rules.items() if each == rule])
                rows = np.flatnonzero(np.isin(cells.codes, places))
                for row in rows[:LISTED].tolist():
                    at = int(work.rows[row]) + 1
                    letter = f"{column_letters(cells.place + 1)}{at}" if cells.place >= 0 else ""
                    yield Remark(rule, _detail(column, rule, cells, int(cells.codes[row])), at, letter, name)
                more: list[Remark] = []
                _say_more(more, rule, column, len(rows))
                yield from more
    mapped = {each.place: each.column.name for each in work.block.fields}
    data = set(work.rows.tolist())
    for remark in work.grid.remarks:
        row, place = address_of(remark.cell)
        if remark.cell and row - 1 in data and place - 1 in mapped:
            yield remark._replace(row=row, column=mapped[place - 1])


def _detail(column: Column, rule: str, cells: Cells, code: int) -> dict[str, Any]:
    detail: dict[str, Any] = {"zh": column.zh, "name": column.name}
    if rule == "unit_mismatch":
        detail["unit"], detail["unit_en"] = UNITS.get(column.unit, ("", ""))
    if rule == "unknown_category":
        detail["allowed"] = "、".join(value.zh for value in column.values)
        detail["allowed_en"] = ", ".join(value.en for value in column.values)
        cell = cells.cells[code] if code < len(cells.cells) else None
        text = cell.as_py() if isinstance(cell, pa.Scalar) else cell
        detail["word"] = shown(text) if isinstance(text, str) else ""
    return detail


# -- frames --


def _frame(work: Work, keep: np.ndarray) -> pd.DataFrame:
    """The accepted rows with every column of the contract, typed; `_row` is the row as Excel counts it."""
    import pandas as pd

    kept = None if keep.all() else np.flatnonzero(keep)
    size = len(work.rows) if kept is None else len(kept)
    data: dict[str, Any] = {}
    for column in work.table.columns:
        cells = work.columns.get(column.name)
        if cells is None:
            array = pa.nulls(size, ARROW[column.type])
        else:
            array = taken(cells.parsed.values, cells.codes if kept is None else cells.codes[kept])
        data[column.name] = series(array, DTYPES[column.type])
    data["_row"] = pd.array(work.rows[keep] + 1, dtype="Int64")
    return pd.DataFrame(data, copy=False)


def series(array: pa.Array, dtype: str) -> Any:
    """An Arrow array as a pandas array of one of the contract's dtypes."""
    import pandas as pd

    if dtype.startswith("datetime64"):
        return array.to_numpy(zero_copy_only=False).astype(dtype)
    return pd.api.types.pandas_dtype(dtype).__from_arrow__(pa.chunked_array([array]))
