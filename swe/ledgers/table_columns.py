"""The columns of one table over its rows of data: filled from above, read by their type, or made up from the title.

What is left blank, merged or marked with a ditto means the cell above; a column that is not there may be said by the
title, the sheet name or another column. Numbers are never repeated.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from swe.ledgers.cells import ARROW, DITTO, How, Parsed, is_ditto, parse
from swe.ledgers.grids import SAMPLE_CELLS, Grid, GridColumn, Values, distinct
from swe.ledgers.header_rows import Field
from swe.ledgers.reading_words import Remark
from swe.ledgers.recognise import DATA, Block
from swe.ledgers.region_cells import county_of, read_region
from swe.ledgers.tables.spec import Column, TableSpec

# Cells that stations leave blank for "the same as above"; a table's only key never is one of them.
REPEATED = frozenset(
    ["station_id", "county", "main_station_id", "month", "period_from", "period_to", "framework_id", "rater", "rater_source", "round"]
)  # fmt: skip
MEASURES = ("integer", "decimal")
ONE_BY_ONE = ("date", "month", "boolean", "category")  # types whose cells Python reads


@dataclass(frozen=True)
class Context:
    """What a sheet says outside its cells. `station` and `month` fill columns that are not there."""

    year: int | None = None
    month: str | None = None
    station: str | None = None
    station_from: tuple[str, str] = ("", "")  # where the station was found, zh and en
    within: str = ""
    above: dict[str, Any] | None = (
        None  # the last cell of each column in the piece before; it is brought up to date
    )


class Cells(NamedTuple):
    """A column of the table over its data rows: a code for each row, the distinct cells, and how they were read."""

    codes: np.ndarray
    cells: Values
    parsed: Parsed
    place: int  # in the sheet, -1 where there is none


@dataclass
class Work:
    """A table on its way: its rows from 0 in the sheet, and what was said so far."""

    grid: Grid
    block: Block
    table: TableSpec
    context: Context
    rows: np.ndarray
    columns: dict[str, Cells] = field(default_factory=dict)
    said: list[Remark] = field(default_factory=list)

    @property
    def span(self) -> slice | np.ndarray:
        """What takes its rows of a column: a slice, without copying, where they lie together."""
        rows = self.rows
        together = len(rows) and rows[-1] - rows[0] == len(rows) - 1
        return slice(int(rows[0]), int(rows[-1]) + 1) if together else rows

    def say(self, rule: str, column: Column | None = None, **detail: Any) -> None:
        named = {"zh": column.zh, "name": column.name} if column else {}
        self.said.append(Remark(rule, {**named, **detail}, column=column.name if column else ""))


def read_column(work: Work, each: Field) -> Cells:
    column, place = each.column, each.place
    codes, cells = _filled(work, column, place)
    used = np.zeros(len(cells) + 1, dtype=bool)
    used[codes] = True
    if not used[:-1].all():
        kept = np.flatnonzero(used[:-1])
        cells = _subset(cells, kept)
        renumbered = np.full(len(used), -1, dtype=np.int32)
        renumbered[kept] = np.arange(len(kept), dtype=np.int32)
        codes = renumbered[codes]
    if isinstance(cells, pa.Array) and len(cells) > SAMPLE_CELLS and column.type in ONE_BY_ONE:
        numbers, cells = distinct(cells)
        codes = np.append(numbers, np.int32(-1))[codes]
    how = How(
        factor=each.header.factor if each.header.unit == column.unit else 1.0,
        year=work.context.year,
        date_1904=work.grid.date_1904,
        within=work.context.within,
    )
    if column.name == "region_code" and "county" in work.columns:
        return _by_county(work, column, codes, cells, place, how)
    return Cells(codes, cells, parse(column, cells, how), place)


def _subset(values: Values, kept: np.ndarray) -> Values:
    if isinstance(values, pa.Array):
        together = len(kept) and kept[-1] - kept[0] == len(kept) - 1
        return values.slice(int(kept[0]), len(kept)) if together else values.take(pa.array(kept))
    return [values[place] for place in kept.tolist()]


def _filled(work: Work, column: Column, place: int) -> tuple[np.ndarray, Values]:
    """The codes of a column over the rows of data, with merged, ditto and left-out cells filled from above."""
    source = work.grid.columns[place]
    codes, values = source.codes, source.values
    before = (work.context.above or {}).get(column.name)
    carried = -1
    if before is not None:  # the cell above the piece counts as one of its own
        carried = len(values)
        values = (
            pa.concat_arrays([values, pa.array([before], values.type)])
            if isinstance(values, pa.Array)
            else [*values, before]
        )
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
    codes = codes[work.span]
    filled = 0
    if column.type not in MEASURES:
        ditto = _ditto(values)
        if ditto.any():
            codes, filled = _from_above(np.where(ditto[codes], np.int32(-1), codes), ditto[codes], carried)
    if column.name in REPEATED and work.table.key != (column.name,) and not work.grid.by_program:
        codes, more = _from_above(codes, codes < 0, carried)
        filled += more
    if filled:
        work.say("same_as_above", column, n=filled)
    if work.context.above is not None and len(held := np.flatnonzero(codes >= 0)):
        work.context.above[column.name] = GridColumn(codes, values).at(int(held[-1]))
    return codes, values


def _ditto(values: Values) -> np.ndarray:
    """Which distinct cells say: the same as above; one more place for code -1."""
    if not isinstance(values, pa.Array):
        return np.array([*map(is_ditto, values), False], dtype=bool)
    trimmed = pc.cast(pc.utf8_trim_whitespace(values), pa.string())
    return np.append(pc.is_in(trimmed, pa.array(sorted(DITTO))).to_numpy(zero_copy_only=False), False)


def _from_above(codes: np.ndarray, blank: np.ndarray, first: int = -1) -> tuple[np.ndarray, int]:
    """Blank rows with the code of the nearest row above that has one; `first` stands above all (-1: nothing does)."""
    places = np.where(codes >= 0, np.arange(len(codes)), -1)
    above = np.maximum.accumulate(places) if len(places) else places
    source = np.where(above >= 0, codes[above], np.int32(first))
    fill = blank & (source >= 0)
    return np.where(fill, source, codes), int(fill.sum())


def _by_county(work: Work, column: Column, codes: np.ndarray, cells: Values, place: int, how: How) -> Cells:
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
    return Cells((numbers - shift).astype(np.int32), names, parsed, place)


# -- columns that are not there --


def fill_absent(work: Work) -> None:
    _spread_ends(work)
    context, table = work.context, work.table
    if table.name == "stations":
        _derive_station(work)
    elif "station_id" in table and "station_id" not in work.columns and context.station:
        _constant(work, table["station_id"], context.station, *context.station_from)
    if "month" in table and "month" not in work.columns and context.month:
        _constant(work, table["month"], context.month, "标题、表名或文件名", "title, sheet name or file name")


def _constant(work: Work, column: Column, value: str, zh: str, en: str) -> None:
    codes = np.zeros(len(work.rows), dtype=np.int32)
    work.columns[column.name] = Cells(codes, [value], parse(column, [value]), -1)
    work.say("from_title", column, place_zh=zh, place_en=en)


def _spread_ends(work: Work) -> None:
    """The ends of spans and the second of two values go to their own columns, where these hold nothing."""
    for cells in list(work.columns.items()):
        name, (codes, _, parsed, place) = cells
        column = work.table[name]
        for target, values in ((column.range_end, parsed.ends), (column.overflow, parsed.second)):
            if target is None or values is None:
                continue
            own = work.columns.get(target)
            mine = taken(values, codes)
            merged = mine if own is None else pc.coalesce(taken(own.parsed.values, own.codes), mine)
            places = np.arange(len(codes), dtype=np.int32)
            kept = Parsed(merged)
            if own is not None:
                kept.broken = _by_row(own.codes, own.parsed.broken)
                kept.doubtful = _by_row(own.codes, own.parsed.doubtful)
            work.columns[target] = Cells(places, _cells_by_row(own), kept, own.place if own else place)


def _by_row(codes: np.ndarray, rules: dict[int, str]) -> dict[int, str]:
    if not rules:
        return {}
    wanted = np.flatnonzero(np.isin(codes, list(rules)))
    return {int(row): rules[int(codes[row])] for row in wanted}


def _cells_by_row(own: Cells | None) -> Values:
    if own is None:
        return []
    if isinstance(own.cells, pa.Array):
        return taken(own.cells, own.codes)
    return [own.cells[code] if code >= 0 else None for code in own.codes.tolist()]


def _derive_station(work: Work) -> None:
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
            work.columns[key] = Cells(name.codes, names, values(), -1)
            work.say("derived", table[key], from_zh=table["name"].zh, from_name="name")


def _kind(name: str) -> str | None:
    if not name:
        return None
    if re.search(r"总站|指导中心", name):
        return "main_station"
    return "room" if re.search(r"社工室|社工点|工作室", name) else "station"


def taken(values: pa.Array, codes: np.ndarray) -> pa.Array:
    """The value of each row; columns that stand as they are need no gathering."""
    if (
        len(codes)
        and codes[0] >= 0
        and codes[-1] - codes[0] == len(codes) - 1
        and (np.diff(codes) == 1).all()
    ):
        return values.slice(int(codes[0]), len(codes))
    return values.take(pa.array(codes, mask=codes < 0))
