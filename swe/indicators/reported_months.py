"""Which months every station reported: completeness by station, month and table, from one row a station, month and table.

What was not reported is not zero, so this comes before every total and every comparison.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pandas as pd

from swe.ledgers.checking import completeness
from swe.ledgers.checks.missing import REPORTED
from swe.ledgers.contract import contract

if TYPE_CHECKING:
    from swe.core.dates import Period

    Query = Callable[[str], pd.DataFrame]

STATUSES = ("reported", "zero", "not_reported")


def here(prefix: str) -> str:
    """The condition on the table of stations for a region; only digits go into SQL.

    >>> here("5227"), here("")
    ("region_code LIKE '5227%'", 'TRUE')
    """
    digits = "".join(char for char in prefix if char.isdigit())
    return f"region_code LIKE '{digits}%'" if digits else "TRUE"


def mine(prefix: str) -> str:
    """The condition on any table for the rows of a region's stations."""
    return f"station_id IN (SELECT station_id FROM stations WHERE {here(prefix)})" if prefix else "TRUE"


def within(column: str, period: Period) -> str:
    """The condition that a date lies in the period."""
    return f"CAST({column} AS DATE) BETWEEN DATE '{period.first}' AND DATE '{period.last}'"


def reported_months(query: Query, *, period: Period, prefix: str = "") -> pd.DataFrame:
    """Station × month × table with its status, in the columns of `checking.completeness`.

    `query` answers one SELECT over the tables of a store; `prefix` of the stations' region code, empty for all.
    """
    ledger = contract("ledger-v1")
    frames = {
        "stations": query(
            f"SELECT station_id, kind, opened_on, closed_on, contract_from, contract_to FROM stations WHERE {here(prefix)}"
        ),
        "targets": query(
            f"SELECT station_id, measure, month, declared_in_month FROM targets WHERE {mine(prefix)} "
            "AND declared_in_month IS NOT NULL"
        ),
    }
    for table in REPORTED:
        day = ledger[table].date
        frames[table] = query(
            f"SELECT station_id, min({day}) AS {day} FROM {table} WHERE {mine(prefix)} "
            f"AND {within(day, period)} GROUP BY station_id, strftime({day}, '%Y-%m')"
        )
    return completeness(frames, ledger, period)


def status_counts(grid: pd.DataFrame) -> pd.DataFrame:
    """Station-months by station, table and status: columns `station table reported zero not_reported`."""
    if not len(grid):
        return pd.DataFrame(columns=["station", "table", *STATUSES])
    counts = grid.groupby(["station", "table", "status"], sort=True).size().unstack("status", fill_value=0)
    return counts.reindex(columns=list(STATUSES), fill_value=0).reset_index().rename_axis(columns=None)


def by_table(counts: pd.DataFrame) -> dict[str, dict[str, float]]:
    """Station-months of a region: table → status → number; tables in the order of their names."""
    sums = counts.groupby("table", sort=True)[list(STATUSES)].sum()
    return {str(table): {name: float(row[name]) for name in STATUSES} for table, row in sums.iterrows()}
