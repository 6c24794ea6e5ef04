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
from swe.indicators.reported_months import here, mine, reported_months, within

if TYPE_CHECKING:
    Query = Callable[[str], pd.DataFrame]

KIND = "station"  # compared with its like: rooms and main stations have another task
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


def station_months(query: Query, *, period: Period, prefix: str = "") -> StationMonths:
    """Gather the stations of a region (`prefix` of their region code; empty for all) over a period.

    `query` answers one SELECT over the tables of a store.
    """
    due = reported_months(query, period=period, prefix=prefix)
    return placed_months(
        listed_stations(query, prefix=prefix),
        monthly_counts(query, period=period, prefix=prefix, due=due),
        shares(query, period=period, prefix=prefix),
        period=period,
    )


def listed_stations(query: Query, *, prefix: str = "") -> pd.DataFrame:
    """`station name kind region` of every station that has a row of its own."""
    return query(
        "SELECT station_id AS station, min(name) AS name, min(kind) AS kind, min(region_code) AS region "
        f"FROM stations WHERE station_id IS NOT NULL AND {here(prefix)} GROUP BY 1 ORDER BY 1"
    ).astype({"station": "object", "name": "object", "region": "object"})


def placed_months(
    listed: pd.DataFrame, months: pd.DataFrame, shares: pd.DataFrame, *, period: Period
) -> StationMonths:
    """The rows of the stations that can be compared: `listed_stations`, `monthly_counts` and `shares` of one region."""
    found = listed.sort_values("station", kind="stable", ignore_index=True)
    other = (found["kind"].fillna(KIND) != KIND).to_numpy()
    placed = found["region"].notna().to_numpy()
    left_out = {"other_kind": int(other.sum()), "no_region": int((~placed & ~other).sum())}
    stations = found[~other & placed].drop(columns="kind").reset_index(drop=True)
    for name, digits in (("province", 2), ("prefecture", 4), ("county", 6)):
        stations[name] = stations["region"].str[:digits]
    mine = set(stations["station"])
    return StationMonths(
        stations,
        months[months["station"].isin(mine)].reset_index(drop=True),
        shares[shares["station"].isin(mine)].reset_index(drop=True),
        period,
        left_out,
    )


def monthly_counts(query: Query, *, period: Period, prefix: str, due: pd.DataFrame) -> pd.DataFrame:
    """Every month due of every station and measure; a count where the month was reported, NaN where not.

    due  what `reported_months` says of the same stations and period
    """
    due = due.astype({"station": "object", "month": "object", "table": "object"})
    parts = []
    for measure, (table, sql) in MONTHLY.items():
        counted = sql.format(valid=valid(table, least_content()) or "TRUE")
        counts = query(
            f"SELECT station_id AS station, strftime({DATED[table]}, '%Y-%m') AS month, "
            f"CAST({counted} AS DOUBLE) AS count FROM {table} "
            f"WHERE {mine(prefix)} AND {within(DATED[table], period)} GROUP BY 1, 2"
        )
        here_due = due[due["table"] == table]
        joined = here_due.merge(counts.astype({"station": "object", "month": "object"}), on=["station", "month"], how="left")  # fmt: skip
        zero, told = joined["status"] == "zero", joined["status"] != "not_reported"
        joined["count"] = joined["count"].mask(zero, 0.0).where(told)
        parts.append(joined.assign(measure=measure)[["station", "month", "measure", "count"]])
    return pd.concat(parts, ignore_index=True)


def shares(query: Query, *, period: Period, prefix: str = "") -> pd.DataFrame:
    """Closed cases of those opened in the period; respondents who know the station of those asked."""
    aware = " + ".join(f"CAST(coalesce(awareness_{i}, false) AS INTEGER)" for i in range(1, 6))
    asked = " OR ".join(f"awareness_{i} IS NOT NULL" for i in range(1, 6))
    parts = {
        "cases_closed": "SELECT station_id AS station, count(*) FILTER (WHERE stage = 'closed') AS count, "
        f"count(*) AS exposure FROM cases WHERE {mine(prefix)} AND {within('opened_on', period)} "
        "AND stage IS NOT NULL GROUP BY 1",
        "awareness": f"SELECT station_id AS station, count(*) FILTER (WHERE {aware} >= {KNOWN_FROM}) AS count, "
        f"count(*) AS exposure FROM survey WHERE {mine(prefix)} AND ({asked}) "
        f"AND (date IS NULL OR {within('date', period)}) GROUP BY 1",
    }
    found = [query(sql).assign(measure=name) for name, sql in parts.items()]
    frame = pd.concat(found, ignore_index=True).astype(
        {"station": "object", "count": np.float64, "exposure": np.float64}
    )
    return frame[["station", "measure", "count", "exposure"]]
