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
PARTS = ("week", "month")
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


def lives(query: Query, *, period: Period) -> pd.DataFrame:
    """A row a station: `station_id region_code since until`, the days of the period on which it stood open.

    until < since where it never did.
    """
    first, last = (f"DATE '{each}'" for each in (period.first, period.last))
    return query(
        f"SELECT station_id, region_code, greatest({first}, coalesce(opened_on, {first})) AS since, "
        f"least({last}, coalesce(closed_on, {last})) AS until FROM stations ORDER BY ALL"
    )


def served(query: Query, *, period: Period) -> pd.DataFrame:
    """A row a station and stretch with a service record while it stood open: `station_id part start`."""
    first, last = (f"DATE '{each}'" for each in (period.first, period.last))
    days = " UNION ".join(
        f"SELECT DISTINCT station_id, CAST({spec(table).date} AS DATE) AS day FROM {table} "
        f"WHERE {spec(table).date} BETWEEN {first} AND {last}"
        for table in SERVICES
    )
    life = (
        f"SELECT station_id, greatest({first}, coalesce(opened_on, {first})) AS since, "
        f"least({last}, coalesce(closed_on, {last})) AS until FROM stations WHERE region_code IS NOT NULL"
    )
    parts = " UNION ALL ".join(
        f"SELECT DISTINCT station_id, '{part}' AS part, CAST(date_trunc('{part}', day) AS DATE) AS start FROM open_days"
        for part in PARTS
    )
    return query(
        f"WITH life AS ({life}), days AS ({days}), "
        "open_days AS (SELECT station_id, day FROM days JOIN life USING (station_id) WHERE day BETWEEN since AND until) "
        f"{parts} ORDER BY ALL"
    )


def regularity_of(lives: pd.DataFrame, served: pd.DataFrame, *, level: str) -> Regularity:
    """The calendar of the stations of these `lives`, of a region of this level."""
    by_station = lives["station_id"].nunique() <= STATIONS
    life = lives[lives["region_code"].notna()]
    code = life["region_code"].str[: DIGITS[level]]
    life = life.assign(unit=life["station_id"] if by_station else code)
    held = life[life["since"] <= life["until"]].groupby("unit", sort=True)
    rows = held.agg(stations=("station_id", "size"), since=("since", "min"), until=("until", "max"))
    units = life[["station_id", "unit"]]

    def tiles(part: str) -> pd.DataFrame:
        found = served[served["part"] == part].merge(units, on="station_id")
        found = found.groupby(["unit", "start"], sort=True)["station_id"].nunique().rename("n").reset_index()
        share = found["n"].astype(float) / found["unit"].map(rows["stations"]).astype(float)
        return found.assign(share=share)[["unit", "start", "share"]]

    return Regularity(rows.reset_index(), tiles("week"), tiles("month"), by_station)


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
