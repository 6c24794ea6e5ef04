"""The assessors' list of one region: the region as a whole and each of its stations, out of one reading of its rows.

A report asks for one region of a store that may hold a country; the region's rows are copied once, and everything that
follows reads the copy.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import numpy as np
import pandas as pd

from swe.indicators import frame as frames
from swe.indicators.assessor_list import lines_of, worked_out
from swe.indicators.measure_needs import Wanted, calendar
from swe.indicators.measures import OF_ASSESSORS, Readings
from swe.indicators.station_scope import Asked, open_stations, scope
from swe.ledgers.contract import contract
from swe.reference.register import DIGITS

if TYPE_CHECKING:
    import duckdb

    from swe.core.dates import Period
    from swe.indicators.station_scope import By, Flags, Floats

UNKNOWN = "unknown"  # the store's folder of stations without a region code


@dataclass(frozen=True)
class RegionList:
    """The list in the columns of `swe.indicators`.

    whole     a row a code, indexed by it; empty where the region has no station
    stations  a row a station and code
    """

    whole: pd.DataFrame
    stations: pd.DataFrame


class _Remembered(Readings):
    """Readings that ask each statement once, however the stations are grouped."""

    def ask(self, sql: str, *names: str) -> dict[str, Floats]:
        known: dict[tuple[str, ...], dict[str, Floats]] = self.__dict__.setdefault("_told", {})
        key = (sql, *names)
        if key not in known:
            known[key] = super().ask(sql, *names)
        return known[key]

    def sent(self, table: str) -> Flags:
        """What assessors keep is there for a region where any of its stations has a row; for a station, its county's."""
        if table not in OF_ASSESSORS:
            return super().sent(table)
        scope = self.scope
        unit = scope.unit
        if scope.by_station:
            unit = np.unique([str(code)[: DIGITS["county"]] for code in scope.region], return_inverse=True)[1]
        kept = np.zeros(max(1, len(self._sent[table])) + 1, dtype=bool)  # the last is of stations in no unit
        np.logical_or.at(kept, unit, self._sent[table])
        kept[-1] = False
        found: Flags = kept[unit]
        return found


def narrow(
    con: duckdb.DuckDBPyConnection, prefix: str, *, ledger: str = "ledger-v1", unplaced: bool = False
) -> None:
    """Copy the rows of a region's stations into tables of the connection, which then stand before the store's views.

    The nation reads the views themselves; `unplaced` copies the rows of stations without a region code.
    """
    if unplaced:
        _unplaced(con, ledger)
    if unplaced or not prefix:
        return
    digits = "".join(char for char in prefix if char.isdigit())
    folders = f"province IN ('{digits[:2]}', '{UNKNOWN}')"
    con.execute(
        f"CREATE TEMP TABLE stations AS SELECT * FROM main.stations WHERE {folders} AND region_code LIKE '{digits}%'"
    )
    for name in contract(ledger).tables:
        if name != "stations":
            con.execute(
                f"CREATE TEMP TABLE {name} AS SELECT * FROM main.{name} WHERE {folders} "
                "AND station_id IN (SELECT station_id FROM temp.stations)"
            )


def _unplaced(con: duckdb.DuckDBPyConnection, ledger: str) -> None:
    con.execute(
        "CREATE TEMP TABLE stations AS SELECT * FROM main.stations WHERE station_id IS NOT NULL AND station_id NOT IN "
        "(SELECT station_id FROM main.stations WHERE region_code <> '' AND station_id IS NOT NULL)"
    )
    for name in contract(ledger).tables:
        if name != "stations":
            con.execute(
                f"CREATE TEMP TABLE {name} AS SELECT * FROM main.{name} WHERE station_id NOT IN "
                "(SELECT station_id FROM main.stations WHERE region_code <> '' AND station_id IS NOT NULL)"
            )


def region_list(con: duckdb.DuckDBPyConnection, *, level: str, period: Period, snapshot: str) -> RegionList:
    """The list of a connection that `narrow` has cut to one region, for the region and for each of its stations.

    level  what the region is: a county, a prefecture, a province, a township, the nation
    """
    stations, wholes = lists(con, levels=(level,), period=period, snapshot=snapshot)
    return RegionList(by_code(wholes[level]), stations)


def lists(
    con: duckdb.DuckDBPyConnection,
    *,
    levels: Sequence[str],
    period: Period,
    snapshot: str = "",
    by_station: bool = True,
) -> tuple[pd.DataFrame, dict[str, pd.DataFrame]]:
    """The list of every station that a connection sees, and that of every unit of these levels, out of one reading.

    Without `by_station` the first is empty: the nation's would be millions of rows that nobody prints.
    """
    own = open_stations(con)
    question = Asked("station", period, period.text)
    wanted = Wanted(question, own, calendar(scope(question, own)))
    worked_out(wanted)
    source = _Remembered(con, question, own, wanted)
    stations = pd.DataFrame()
    if by_station:
        stations = frames.frame(source.scope, lines_of(source, worked_out(source), snapshot))
    found = {}
    for level in levels:
        grouped = copy.copy(source)
        grouped.scope = scope(Asked(cast("By", level), period, period.text), own, [source.scope.own.index])
        listed = lines_of(grouped, worked_out(grouped), snapshot)
        found[level] = frames.frame(grouped.scope, listed)
    return stations, found


def by_code(whole: pd.DataFrame) -> pd.DataFrame:
    """The rows of one region, indexed by their code."""
    return whole.set_index(whole["indicator"].astype(str))
