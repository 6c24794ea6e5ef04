"""Weeks and months with a service record, by station or by the divisions of a large region: is the work regular?

What is drawn is only whether a record is dated there; how much was done stands in the counts.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pandas as pd

from swe.indicators.assessor_figures import SERVICES
from swe.indicators.measure_sql import spec

if TYPE_CHECKING:
    from swe.core.dates import Period

    Query = Callable[[str], pd.DataFrame]

STATIONS = 40  # rows that a figure of one page can hold
DIGITS = {"nation": 2, "province": 4, "prefecture": 6, "county": 9, "township": 9}


@dataclass(frozen=True)
class Regularity:
    """Which weeks and months hold a record.

    rows    a row a unit: `unit` (station ID, or code of a division), `stations`, `since`, `until` (days it stood open
            in the period); by station where there are few, else by division
    weeks   unit and Monday of the weeks with a record, `share` of its stations with one
    months  the same by month (its first day)
    """

    rows: pd.DataFrame
    weeks: pd.DataFrame
    months: pd.DataFrame
    by_station: bool


def regularity(query: Query, *, level: str, period: Period) -> Regularity:
    """The calendar of the stations that the query sees."""
    first, last = (f"DATE '{each}'" for each in (period.first, period.last))
    size = int(query("SELECT count(DISTINCT station_id) AS n FROM stations").iloc[0, 0])
    by_station = size <= STATIONS
    unit = "s.station_id" if by_station else f"left(s.region_code, {DIGITS[level]})"
    life = (
        f"SELECT {unit} AS unit, s.station_id, greatest({first}, coalesce(s.opened_on, {first})) AS since, "
        f"least({last}, coalesce(s.closed_on, {last})) AS until FROM stations s WHERE region_code IS NOT NULL"
    )
    rows = query(
        f"SELECT unit, count(*) AS stations, min(since) AS since, max(until) AS until FROM ({life}) "
        "WHERE since <= until GROUP BY unit ORDER BY unit"
    )
    served = " UNION ".join(
        f"SELECT DISTINCT station_id, CAST({spec(table).date} AS DATE) AS day FROM {table} "
        f"WHERE {spec(table).date} BETWEEN {first} AND {last}"
        for table in SERVICES
    )

    def tiles(part: str) -> pd.DataFrame:
        found = query(
            f"WITH life AS ({life}), days AS ({served}) SELECT unit, CAST(date_trunc('{part}', day) AS DATE) AS start, "
            "count(DISTINCT station_id) AS n FROM days JOIN life USING (station_id) "
            "WHERE day BETWEEN since AND until GROUP BY ALL ORDER BY ALL"
        )
        size_of = rows.set_index("unit")["stations"]
        share = found["n"].astype(float) / found["unit"].map(size_of).astype(float)
        return found.assign(share=share)[["unit", "start", "share"]]

    return Regularity(rows, tiles("week"), tiles("month"), by_station)


def starts(part: str, since: date, until: date) -> list[date]:
    """First days of the weeks (Mondays) or months that a stretch of days touches.

    >>> [str(day) for day in starts("month", date(2022, 11, 20), date(2023, 1, 2))]
    ['2022-11-01', '2022-12-01', '2023-01-01']
    """
    if part == "week":
        monday = since - timedelta(days=since.weekday())
        return [monday + timedelta(weeks=i) for i in range((until - monday).days // 7 + 1)]
    months = range(since.year * 12 + since.month - 1, until.year * 12 + until.month)
    return [date(n // 12, n % 12 + 1, 1) for n in months]
