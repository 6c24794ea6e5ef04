"""The rows of one recognised table: cells filled from above, typed by the contract, accepted or rejected.

A row is rejected where a required cell is missing or unreadable; any other bad cell becomes missing. Each of them is
an issue with its address, and none is quoted.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pyarrow as pa

from swe.ledgers.cells import ARROW, How, Parsed, is_ditto, parse
from swe.ledgers.contract import DTYPES, UNITS
from swe.ledgers.grids import Grid, GridColumn, Values
from swe.ledgers.reading_words import Remark, shown
from swe.ledgers.recognise import DATA, KINDS, Block, Field
from swe.ledgers.region_cells import county_of, read_region
from swe.ledgers.tables.spec import Column, TableSpec
from swe.ledgers.workbook_scan import address_of, column_letters

if TYPE_CHECKING:
    import pandas as pd

LISTED = 1000  # issues listed for one rule of one column; the rest is counted
# Cells that stations leave blank for "the same as above"; a table's only key never is one of them.
REPEATED = frozenset(
    ["station_id", "county", "main_station_id", "month", "period_from", "period_to", "framework_id", "rater", "rater_source", "round"]
)  # fmt: skip
MEASURES = ("integer", "decimal")


@dataclass(frozen=True)
class Context:
    """What a sheet says outside its cells. `station` and `month` fill columns that are not there."""

    year: int | None = None
    month: str | None = None
    station: str | None = None
    station_from: tuple[str, str] = ("", "")  # where the station was found, zh and en
    within: str = ""


@dataclass(frozen=True)
class Rows:
    """Typed rows of a table (accepted only), what there is to say, and how many rows went where."""

    frame: pd.DataFrame
    remarks: tuple[Remark, ...]
    accepted: int
    rejected: int
    skipped: int
    reasons: dict[str, int]


class _Cells(NamedTuple):
    """A column of the table over its data rows: a code for each row, the distinct cells, and how they were read."""

    codes: np.ndarray
    cells: Values
    parsed: Parsed
    place: int  # in the sheet, -1 where there is none


@dataclass
class _Work:
    """A table on its way: its rows from 0 in the sheet, and what was said so far."""

    grid: Grid
    block: Block
    table: TableSpec
    context: Context
    rows: np.ndarray
    columns: dict[str, _Cells] = field(default_factory=dict)
    said: list[Remark] = field(default_factory=list)

    def say(self, rule: str, column: Column | None = None, **detail: Any) -> None:
        named = {"zh": column.zh, "name": column.name} if column else {}
        self.said.append(Remark(rule, {**named, **detail}, column=column.name if column else ""))


def read_rows(grid: Grid, block: Block, context: Context) -> Rows:
    """The rows of a block whose table is known."""
    assert block.table is not None
    work = _Work(grid, block, block.table, context, block.rows)
    _headers(work)
    for each in sorted(block.fields, key=lambda f: f.column.name == "region_code"):
        work.columns[each.column.name] = _column(work, each)
    _fill_absent(work)
    rejected = _rejected(work)
    keep = np.ones(len(work.rows), dtype=bool)
    for rows in rejected.values():
        keep[rows] = False
    reasons = {rule: len(rows) for rule, rows in rejected.items() if len(rows)}
    skipped = Counter(KINDS[kind] for kind in block.kinds.tolist() if kind != DATA)
    return Rows(
        frame=_frame(work, keep),
        remarks=tuple([*work.said, *_cell_remarks(work)]),
        accepted=int(keep.sum()),
        rejected=sum(reasons.values()),
        skipped=skipped.total(),
        reasons={**reasons, **skipped},
    )


# -- headers --


def _headers(work: _Work) -> None:
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


def _top(work: _Work, place: int) -> str:
    header = int(np.argmax(work.block.kinds == KINDS.index("header"))) + work.block.first
    return f"{column_letters(place + 1)}{header + 1}"


# -- columns --


def _column(work: _Work, each: Field) -> _Cells:
    column, place = each.column, each.place
    codes = _filled(work, column, place)
    used = np.zeros(len(work.grid.columns[place].values) + 1, dtype=bool)
    used[codes] = True
    if used[:-1].all():
        cells: Values = work.grid.columns[place].values
    else:
        kept = np.flatnonzero(used[:-1])
        cells = _subset(work.grid.columns[place], kept)
        renumbered = np.full(len(used), -1, dtype=np.int32)
        renumbered[kept] = np.arange(len(kept), dtype=np.int32)
        codes = renumbered[codes]
    how = How(
        factor=each.header.factor if each.header.unit == column.unit else 1.0,
        year=work.context.year,
        date_1904=work.grid.date_1904,
        within=work.context.within,
    )
    if column.name == "region_code" and "county" in work.columns:
        return _by_county(work, column, codes, cells, place, how)
    return _Cells(codes, cells, parse(column, cells, how), place)


def _subset(column: GridColumn, kept: np.ndarray) -> Values:
    if isinstance(column.values, pa.Array):
        return column.values.take(pa.array(kept))
    return [column.values[place] for place in kept.tolist()]


def _filled(work: _Work, column: Column, place: int) -> np.ndarray:
    """The codes of a column over the rows of data, with merged, ditto and left-out cells filled from above."""
    source = work.grid.columns[place]
    codes = source.codes
    spans = [s for s in work.grid.merged if s[1] - 1 == place and s[2] > s[0]]
    if spans:
        codes = codes.copy()
        first, last = work.block.first, work.block.last
        spread = [s for s in spans if first < s[0] <= last and codes[s[0] - 1] >= 0]
        for top, _, bottom, _ in spread:
            if column.type not in MEASURES:
                codes[top : min(bottom, last)] = codes[top - 1]
        if column.type in MEASURES and any(work.block.kinds[s[0] - 1 - first] == DATA for s in spread):
            work.say("merged_measure", column)
    codes = codes[work.rows]
    filled = 0
    if column.type not in MEASURES:
        ditto = np.append([is_ditto(value) for value in _short(source.values)], False)
        if ditto.any():
            codes, filled = _from_above(np.where(ditto[codes], np.int32(-1), codes), ditto[codes])
    if column.name in REPEATED and work.table.key != (column.name,):
        codes, more = _from_above(codes, codes < 0)
        filled += more
    if filled:
        work.say("same_as_above", column, n=filled)
    return codes


def _short(values: Values) -> Iterator[Any]:
    """Distinct cells, those that are too long for a ditto mark as None: Python need not see a million notes."""
    if not isinstance(values, pa.Array):
        yield from values
        return
    import pyarrow.compute as pc

    yield from pc.if_else(pc.less(pc.binary_length(values), 7), values, None).to_pylist()


def _from_above(codes: np.ndarray, blank: np.ndarray) -> tuple[np.ndarray, int]:
    places = np.where(codes >= 0, np.arange(len(codes)), -1)
    above = np.maximum.accumulate(places) if len(places) else places
    fill = blank & (above >= 0)
    return np.where(fill, codes[above], codes), int(fill.sum())


def _by_county(work: _Work, column: Column, codes: np.ndarray, cells: Values, place: int, how: How) -> _Cells:
    """Region names read within the county that stands in the same row."""
    county = work.columns["county"]
    counties = [county_of(str(name), how.within) if name else "" for name in county.parsed.values.to_pylist()]
    prefix = np.array([*counties, ""], dtype=object)
    size = len(cells) + 1
    pairs = np.where(codes >= 0, (county.codes.astype(np.int64) + 1) * size + codes, -1)
    distinct, numbers = np.unique(pairs, return_inverse=True)
    kept = distinct >= 0
    shift = 0 if kept.all() else 1
    names = [cells[int(pair % size)] for pair in distinct[kept]]
    names = [name.as_py() if isinstance(name, pa.Scalar) else name for name in names]
    within = [prefix[int(pair // size) - 1] or how.within for pair in distinct[kept]]
    parsed = Parsed(pa.array([None] * len(names), ARROW["code"]))
    values: list[str | None] = []
    for at, (name, inside) in enumerate(zip(names, within, strict=True)):
        one = parse(column, [name], how._replace(within=inside))
        values.append(one.values[0].as_py())
        if 0 in one.broken:
            parsed.broken[at] = one.broken[0]
    parsed.values = pa.array(values, ARROW["code"])
    return _Cells((numbers - shift).astype(np.int32), names, parsed, place)


# -- columns that are not there --


def _fill_absent(work: _Work) -> None:
    _spread_ends(work)
    context, table = work.context, work.table
    if table.name == "stations":
        _derive_station(work)
    elif "station_id" in table and "station_id" not in work.columns and context.station:
        _constant(work, table["station_id"], context.station, *context.station_from)
    if "month" in table and "month" not in work.columns and context.month:
        _constant(work, table["month"], context.month, "标题、表名或文件名", "title, sheet name or file name")


def _constant(work: _Work, column: Column, value: str, zh: str, en: str) -> None:
    codes = np.zeros(len(work.rows), dtype=np.int32)
    work.columns[column.name] = _Cells(codes, [value], parse(column, [value]), -1)
    work.say("from_title", column, place_zh=zh, place_en=en)


def _spread_ends(work: _Work) -> None:
    """The ends of spans and the second of two values go to their own columns, where these hold nothing."""
    for cells in list(work.columns.items()):
        name, (codes, _, parsed, place) = cells
        column = work.table[name]
        for target, values in ((column.range_end, parsed.ends), (column.overflow, parsed.second)):
            if target is None or values is None:
                continue
            own = work.columns.get(target)
            mine = values.take(pa.array(codes, mask=codes < 0))
            merged = mine if own is None else _coalesce(_taken(own), mine)
            places = np.arange(len(codes), dtype=np.int32)
            kept = Parsed(merged)
            if own is not None:
                kept.broken = _by_row(own.codes, own.parsed.broken)
                kept.doubtful = _by_row(own.codes, own.parsed.doubtful)
            work.columns[target] = _Cells(places, _cells_by_row(own), kept, own.place if own else place)


def _by_row(codes: np.ndarray, rules: dict[int, str]) -> dict[int, str]:
    if not rules:
        return {}
    wanted = np.flatnonzero(np.isin(codes, list(rules)))
    return {int(row): rules[int(codes[row])] for row in wanted}


def _cells_by_row(own: _Cells | None) -> Values:
    return [] if own is None else own.cells


def _coalesce(first: pa.Array, second: pa.Array) -> pa.Array:
    import pyarrow.compute as pc

    return pc.coalesce(first, second)


def _derive_station(work: _Work) -> None:
    """A list of stations without IDs, codes or kinds says all three in the names."""
    name = work.columns.get("name")
    if name is None:
        return
    table = work.table
    names = [str(value) if value is not None else "" for value in name.parsed.values.to_pylist()]
    derived = {
        "station_id": lambda: parse(table["station_id"], names),
        "kind": lambda: Parsed(pa.array([_kind(text) for text in names], ARROW["category"])),
        "region_code": lambda: Parsed(pa.array([read_region(t, work.context.within).code for t in names], ARROW["code"])),
    }  # fmt: skip
    for key, values in derived.items():
        if key not in work.columns:
            work.columns[key] = _Cells(name.codes, names, values(), -1)
            work.say("derived", table[key], from_zh=table["name"].zh, from_name="name")


def _kind(name: str) -> str | None:
    if not name:
        return None
    if re.search(r"总站|指导中心", name):
        return "main_station"
    return "room" if re.search(r"社工室|社工点|工作室", name) else "station"


# -- rows --


def _rejected(work: _Work) -> dict[str, np.ndarray]:
    """The rows that are rejected by their reason; each row once, by the first of its required columns."""
    free = np.ones(len(work.rows), dtype=bool)
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
    for name in work.table.required:
        cells = work.columns.get(name)
        if cells is None:
            continue
        good = np.append(_valid(cells.parsed.values), False)
        bad = np.append(_flagged(cells.parsed.broken, len(cells.parsed.values)), False)
        broken = bad[cells.codes]
        missing = ~good[cells.codes] & ~broken
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


def _say_missing(work: _Work, column: Column, place: int, rows: np.ndarray) -> None:
    detail = {"zh": column.zh, "name": column.name}
    for row in work.rows[rows[:LISTED]].tolist():
        cell = f"{column_letters(place + 1)}{row + 1}" if place >= 0 else ""
        work.said.append(Remark("required_missing", detail, row + 1, cell, column.name))
    _say_more(work.said, "required_missing", column, len(rows))


def _say_more(said: list[Remark], rule: str, column: Column, count: int) -> None:
    if count > LISTED:
        said.append(Remark("more_of_it", {"n": count - LISTED, "rule": rule}, column=column.name))


def _cell_remarks(work: _Work) -> Iterator[Remark]:
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


def _detail(column: Column, rule: str, cells: _Cells, code: int) -> dict[str, Any]:
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


def _frame(work: _Work, keep: np.ndarray) -> pd.DataFrame:
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
            codes = cells.codes if kept is None else cells.codes[kept]
            array = cells.parsed.values.take(pa.array(codes, mask=codes < 0))
        data[column.name] = _series(array, DTYPES[column.type])
    data["_row"] = pd.array(work.rows[keep] + 1, dtype="Int64")
    return pd.DataFrame(data)


def _taken(cells: _Cells) -> pa.Array:
    return cells.parsed.values.take(pa.array(cells.codes, mask=cells.codes < 0))


def _series(array: pa.Array, dtype: str) -> Any:
    import pandas as pd

    if dtype.startswith("datetime64"):
        return array.to_numpy(zero_copy_only=False).astype(dtype)
    return pd.api.types.pandas_dtype(dtype).__from_arrow__(pa.chunked_array([array]))
