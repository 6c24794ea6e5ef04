"""Whom the numbers are about: the stations of a ledger, the units they are grouped into, how long each stood open.

Every station that sent anything is there, its own row in the table of stations or not; what a row does not say
(opening day, contract, region) stays unknown and makes what needs it missing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np
import pandas as pd

from swe.core.dates import CONTRACT, Period
from swe.core.dates import period as parse_period
from swe.core.errors import UsageError
from swe.reference.register import DIGITS

if TYPE_CHECKING:
    import duckdb
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]
    Days = NDArray[np.datetime64]

By = Literal["station", "township", "county", "prefecture", "province", "nation"]
NATION = "00"
KIND = "station"  # of a station whose row does not say (the reader's own rule)
STATIONS = """
CREATE TEMP TABLE _stations AS
SELECT * EXCLUDE (_place) FROM (
    SELECT *, row_number() OVER (PARTITION BY station_id ORDER BY ALL) AS _place FROM stations
    WHERE station_id IS NOT NULL)
WHERE _place = 1
"""
OWN = "station_id, kind, region_code, opened_on, closed_on, contract_from, contract_to"


@dataclass(frozen=True)
class Asked:
    """What was asked: `period` is None for each station's own contract, `text` how the period is called."""

    by: By
    period: Period | None
    text: str


def asked(by: By, period: str | Period) -> Asked:
    """The question, checked at the edge: UsageError for another grouping or period."""
    if by not in get_args(By):
        allowed = ", ".join(get_args(By))
        raise UsageError(f"by 可取 {allowed}，不能是“{by}”", f"by is one of {allowed}, not {by!r}")
    if isinstance(period, Period):
        return Asked(by, period, period.text)
    text = str(period).strip()
    return Asked(by, None if text == CONTRACT else parse_period(text), text)


def open_stations(con: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    """The stations' own rows, one a station, by its ID; a station written twice is its first row by content."""
    names = [row[0] for row in con.execute("DESCRIBE stations").fetchall()]
    order = ", ".join(f'"{name}"' for name in names if not name.startswith("_"))
    con.execute(STATIONS.replace("ORDER BY ALL", f"ORDER BY {order}"))
    found: pd.DataFrame = con.sql(f"SELECT {OWN} FROM _stations").to_arrow_table().to_pandas()
    return found.set_index("station_id").sort_index()


@dataclass(frozen=True)
class Scope:
    """Stations (sorted by ID) and units (sorted by code); arrays are in the order of one or the other.

    unit   index of each station's unit, −1 where its region code does not say
    """

    asked: Asked
    ids: NDArray[Any]
    own: pd.DataFrame  # reindexed to `ids`; NA where a station has no row
    units: NDArray[Any]
    unit: NDArray[np.intp]

    @property
    def by_station(self) -> bool:
        return self.asked.by == "station"

    @cached_property
    def kind(self) -> NDArray[Any]:
        return self.own["kind"].fillna(KIND).to_numpy(dtype=object)

    @cached_property
    def region(self) -> NDArray[Any]:
        return self.own["region_code"].fillna("").to_numpy(dtype=object)

    def applies(self, kinds: tuple[str, ...]) -> Flags:
        """Stations of these kinds that belong to a unit."""
        flags: Flags = np.isin(self.kind.astype(str), kinds) & (self.unit >= 0)
        return flags

    def added(self, values: Floats, mask: Flags) -> Floats:
        """The sum over the stations of each unit that are in the mask; NaN for units without one."""
        if self.by_station:
            return np.where(mask, values, np.nan)
        at = self.unit[mask]
        sums = np.bincount(at, weights=values[mask], minlength=len(self.units))
        return np.where(self.counted(mask) > 0, sums, np.nan)

    def counted(self, mask: Flags) -> NDArray[np.intp]:
        """Stations of each unit that are in the mask."""
        if self.by_station:
            return mask.astype(np.intp)
        return np.bincount(self.unit[mask], minlength=len(self.units))

    # -- time --

    def _days(self, name: str) -> Days:
        return self.own[name].to_numpy(dtype="datetime64[D]")

    @cached_property
    def span(self) -> tuple[Days, Days]:
        """First and last day of the period for each station; NaT without a contract, where that is asked for."""
        if self.asked.period is None:
            first, last = self._days("contract_from"), self._days("contract_to")
            broken = np.isnat(first) | np.isnat(last) | (last < first)
            return np.where(broken, np.datetime64("NaT"), first), np.where(broken, np.datetime64("NaT"), last)
        period = self.asked.period
        full = np.full(len(self.ids), period.first, dtype="datetime64[D]")
        return full, np.full(len(self.ids), period.last, dtype="datetime64[D]")

    @cached_property
    def open_span(self) -> tuple[Days, Days]:
        """First and last day of the period on which each station stood open; last < first where it never did."""
        first, last = self.span
        opened, closed = self._days("opened_on"), self._days("closed_on")
        return np.maximum(first, opened), np.where(np.isnat(closed), last, np.minimum(last, closed))

    @cached_property
    def dated(self) -> Flags:
        """Stations that have a period at all."""
        return ~np.isnat(self.span[0])

    @cached_property
    def exposed(self) -> Flags:
        """Stations whose opening day is known and that have a period."""
        first, last = self.open_span
        return ~(np.isnat(first) | np.isnat(last))

    def exposure(self, per: str) -> Floats:
        """Months, ISO weeks or years that each station stood open in the period; NaN where the opening is unknown.

        Months are calendar months with parts by days (`Period.months`), weeks those touched, years twelve months.
        """
        first, last = self.open_span
        if per == "week":
            spent = monday_number(last) - monday_number(first) + 1
        else:
            spent = (month_ends(last) - month_ends(first - 1)) / (12 if per == "year" else 1)
        found: Floats = np.where(last < first, 0.0, spent)
        return np.where(self.exposed, found, np.nan)

    def touched(self, what: str) -> tuple[Floats, Floats]:
        """Number of the first and last month or ISO week that each station's open days touch; NaN where unknown."""
        numbers = month_number if what == "months" else monday_number
        first, last = self.open_span
        known = self.exposed
        return np.where(known, numbers(first), np.nan), np.where(known, numbers(last), np.nan)


def scope(asked: Asked, own: pd.DataFrame, senders: Iterable[pd.Index] = ()) -> Scope:
    """The stations of the table of stations and of every table (`senders`), grouped as asked."""
    known = own.index
    for index in senders:
        more = index[known.get_indexer(index) < 0]
        known = known.append(more) if len(more) else known
    ids = np.array(sorted(known), dtype=object)
    rows = own.reindex(ids)
    if asked.by == "station":
        return Scope(asked, ids, rows, ids, np.arange(len(ids)))
    codes = rows["region_code"].fillna("").astype(str)
    if asked.by == "nation":
        codes = pd.Series(NATION, index=rows.index)
    else:
        digits = DIGITS[asked.by]
        codes = codes.str[:digits].where(codes.str.len() >= digits, "")
    units = np.array(sorted(set(codes) - {""}), dtype=object)
    return Scope(asked, ids, rows, units, pd.Index(units).get_indexer(pd.Index(codes)))


def month_number(days: Days) -> Floats:
    """Months since the year 0, December of the year −1 being −1; NaN for NaT."""
    return _numbers(days.astype("datetime64[M]"), offset=1970 * 12)


def monday_number(days: Days) -> Floats:
    """ISO weeks since the one that holds 1970-01-01 (a Thursday); NaN for NaT."""
    return np.floor((_numbers(days, offset=0) + 3) / 7)


def month_ends(days: Days) -> Floats:
    """Months up to the close of a day, parts by the length of its month: differences are `dates.months_between`."""
    months = days.astype("datetime64[M]")
    start = months.astype("datetime64[D]")
    length = (months + 1).astype("datetime64[D]") - start
    share = _numbers(days - start, offset=1) / _numbers(length, offset=0)
    return month_number(days) + share


def _numbers(values: NDArray[Any], *, offset: int) -> Floats:
    numbers: Floats = np.where(np.isnat(values), np.nan, values.astype(np.int64) + offset)
    return numbers
