"""What is compared between stations and regions: counts a station and month, and which months were reported at all.

Completeness comes before comparison: a month without a report is no month of zero, and leaves both count and exposure.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from swe.core.dates import Period
from swe.indicators.ledger_facts import DATED
from swe.indicators.measure_sql import least_content, valid
from swe.ledgers.checking import completeness
from swe.ledgers.checks.missing import REPORTED
from swe.ledgers.contract import contract

if TYPE_CHECKING:
    Query = Callable[[str], pd.DataFrame]

KIND = "station"  # compared with its like: rooms and main stations have another task
DIGITS = {"township": 9, "county": 6, "prefecture": 4, "province": 2}
# measure → (table, SQL of the count); a sum of nothing but empty cells stays missing
MONTHLY: dict[str, tuple[str, str]] = {
    "valid_cases": ("cases", "count(*) FILTER (WHERE {valid})"),
    "valid_groups": ("groups", "count(*) FILTER (WHERE {valid})"),
    "valid_activities": ("activities", "count(*) FILTER (WHERE {valid})"),
    "households_visited": ("visits", "sum(households)"),
}
SHARES = ("cases_closed", "awareness")
KNOWN_FROM = 3  # of five items of awareness (Guangzhou)


@dataclass(frozen=True)
class StationMonths:
    """The rows that a comparison is made of.

    stations  station name region province prefecture county; index 0 … n−1, sorted by station
    months    station month measure count: a row for each month due; NaN where it was not reported
    shares    station measure count exposure: x of n over the whole period
    period    the days asked for
    left_out  stations of another kind, and those without a region code, by reason
    """

    stations: pd.DataFrame
    months: pd.DataFrame
    shares: pd.DataFrame
    period: Period
    left_out: dict[str, int]


def station_months(
    query: Query, *, period: Period, prefix: str = "", grid: pd.DataFrame | None = None
) -> StationMonths:
    """Gather the stations of a region (`prefix` of their region code; empty for all) over a period.

    `query` answers one SELECT over the tables of a store; `grid` is what `checking.completeness` said of the same
    stations and period, where it is known already.
    """
    found = query(
        "SELECT station_id AS station, min(name) AS name, min(kind) AS kind, min(region_code) AS region "
        f"FROM stations WHERE station_id IS NOT NULL AND {_here(prefix)} GROUP BY 1 ORDER BY 1"
    ).astype({"station": "object", "name": "object", "region": "object"})
    other = (found["kind"].fillna(KIND) != KIND).to_numpy()
    placed = found["region"].notna().to_numpy()
    left_out = {"other_kind": int(other.sum()), "no_region": int((~placed & ~other).sum())}
    stations = found[~other & placed].drop(columns="kind").reset_index(drop=True)
    for name, digits in (("province", 2), ("prefecture", 4), ("county", 6)):
        stations[name] = stations["region"].str[:digits]
    mine = set(stations["station"])
    months = _months(query, period, prefix, grid)
    shares = _shares(query, period, prefix)
    return StationMonths(
        stations,
        months[months["station"].isin(mine)].reset_index(drop=True),
        shares[shares["station"].isin(mine)].reset_index(drop=True),
        period,
        left_out,
    )


def _months(query: Query, period: Period, prefix: str, grid: pd.DataFrame | None) -> pd.DataFrame:
    """Every month due of every station and measure; a count where the month was reported, NaN where not."""
    found = _due(query, period, prefix) if grid is None else grid
    due = found.astype({"station": "object", "month": "object", "table": "object"})
    parts = []
    for measure, (table, sql) in MONTHLY.items():
        counted = sql.format(valid=valid(table, least_content()) or "TRUE")
        counts = query(
            f"SELECT station_id AS station, strftime({DATED[table]}, '%Y-%m') AS month, "
            f"CAST({counted} AS DOUBLE) AS count FROM {table} "
            f"WHERE {_mine(prefix)} AND {_within(DATED[table], period)} GROUP BY 1, 2"
        )
        here = due[due["table"] == table]
        joined = here.merge(counts.astype({"station": "object", "month": "object"}), on=["station", "month"], how="left")  # fmt: skip
        zero, told = joined["status"] == "zero", joined["status"] != "not_reported"
        joined["count"] = joined["count"].mask(zero, 0.0).where(told)
        parts.append(joined.assign(measure=measure)[["station", "month", "measure", "count"]])
    return pd.concat(parts, ignore_index=True)


def _due(query: Query, period: Period, prefix: str) -> pd.DataFrame:
    """Station-months of the checks of completeness, from one row a station, month and table."""
    ledger = contract("ledger-v1")
    frames = {
        "stations": query(
            f"SELECT station_id, kind, opened_on, closed_on, contract_from, contract_to FROM stations WHERE {_here(prefix)}"
        ),
        "targets": query(
            f"SELECT station_id, measure, month, declared_in_month FROM targets WHERE {_mine(prefix)} "
            "AND declared_in_month IS NOT NULL"
        ),
    }
    for table in REPORTED:
        day = ledger[table].date
        frames[table] = query(
            f"SELECT station_id, min({day}) AS {day} FROM {table} WHERE {_mine(prefix)} "
            f"AND {_within(day, period)} GROUP BY station_id, strftime({day}, '%Y-%m')"
        )
    return completeness(frames, ledger, period)


def _shares(query: Query, period: Period, prefix: str) -> pd.DataFrame:
    """Closed cases of those opened in the period; respondents who know the station of those asked."""
    aware = " + ".join(f"CAST(coalesce(awareness_{i}, false) AS INTEGER)" for i in range(1, 6))
    asked = " OR ".join(f"awareness_{i} IS NOT NULL" for i in range(1, 6))
    parts = {
        "cases_closed": "SELECT station_id AS station, count(*) FILTER (WHERE stage = 'closed') AS count, "
        f"count(*) AS exposure FROM cases WHERE {_mine(prefix)} AND {_within('opened_on', period)} "
        "AND stage IS NOT NULL GROUP BY 1",
        "awareness": f"SELECT station_id AS station, count(*) FILTER (WHERE {aware} >= {KNOWN_FROM}) AS count, "
        f"count(*) AS exposure FROM survey WHERE {_mine(prefix)} AND ({asked}) "
        f"AND (date IS NULL OR {_within('date', period)}) GROUP BY 1",
    }
    found = [query(sql).assign(measure=name) for name, sql in parts.items()]
    frame = pd.concat(found, ignore_index=True).astype(
        {"station": "object", "count": np.float64, "exposure": np.float64}
    )
    return frame[["station", "measure", "count", "exposure"]]


def _here(prefix: str) -> str:
    digits = "".join(char for char in prefix if char.isdigit())
    return f"region_code LIKE '{digits}%'" if digits else "TRUE"


def _mine(prefix: str) -> str:
    return f"station_id IN (SELECT station_id FROM stations WHERE {_here(prefix)})" if prefix else "TRUE"


def _within(column: str, period: Period) -> str:
    return f"CAST({column} AS DATE) BETWEEN DATE '{period.first}' AND DATE '{period.last}'"
