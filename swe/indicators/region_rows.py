"""What the reports of regions share: the rows of a province, added up by station, each with its region code.

A report of a county, its prefecture or the province takes the rows of its stations and never reads a ledger. What no
sum over stations gives (persons that several stations serve) stands in the lists of whole regions.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

import pandas as pd

from swe.indicators.assessor_calendar import lives, served
from swe.indicators.assessor_change import pairs
from swe.indicators.assessor_facts import Assessed, AssessedRows, assessed_of
from swe.indicators.assessor_quality import Records, records
from swe.indicators.assessor_region import RegionList, by_code, lists
from swe.indicators.assessor_survey import answers
from swe.indicators.ledger_facts import LedgerFacts, facts_of, station_domains, station_facts
from swe.indicators.reported_months import reported_months, status_counts
from swe.indicators.station_months import (
    StationMonths,
    listed_stations,
    monthly_counts,
    placed_months,
    shares,
)
from swe.ledgers.contract import contract
from swe.ledgers.snapshot_reader import query

if TYPE_CHECKING:
    from collections.abc import Mapping

    import duckdb

    from swe.core.dates import Period

    Rows = Callable[[str], pd.DataFrame]

LEVELS = ("township", "county", "prefecture", "province")
# codes of the assessors' list that a report gives for every station; the others are of regions
BY_STATION = (
    "completion.person_times", "frequency.months", "frequency.longest_gap_days", "team.certified_rate",
    "quality.file_completeness", "awareness.known_rate", "awareness.satisfied_rate",
)  # fmt: skip
WHOLE = ("findings", "ratings")  # tables that a report lists row by row
STATION = ("station_id", "station", "unit")  # how a frame calls a station
REGION = "_region"  # the region code of a row's station; no column of a ledger begins with _r
LEVEL = "_level"


def region_rows(con: duckdb.DuckDBPyConnection, *, period: Period) -> dict[str, pd.DataFrame]:
    """Every frame of the stations that a connection sees, in order of their region codes."""
    ask = partial(query, con)
    listed = listed_stations(ask)
    due = reported_months(ask, period=period)
    found = records(ask, period=period)
    stations, wholes = lists(con, levels=LEVELS, period=period)
    made = {
        "facts": station_facts(ask, prefix="", period=period),
        "domains": station_domains(ask, prefix="", period=period),
        "complete": status_counts(due),
        "listed": listed,
        "months": monthly_counts(ask, period=period, prefix="", due=due),
        "shares": shares(ask, period=period),
        "lives": lives(ask, period=period),
        "served": served(ask, period=period),
        "answers": answers(ask, period=period),
        "pairs": pairs(ask, period=period),
        "rounds": found.rounds,
        "entries": found.entries,
        "activities": found.activities,
        **{table: _whole(ask, table) for table in WHOLE},
        "list": _plain(stations[stations["indicator"].isin(BY_STATION)]),
    }
    where = dict(zip(listed["station"], listed["region"].fillna(""), strict=True))
    placed = {name: _placed(frame, where) for name, frame in made.items()}
    whole = pd.concat([_plain(frame).assign(**{LEVEL: level}) for level, frame in wholes.items()], ignore_index=True)  # fmt: skip
    placed["lists"] = _sorted(whole.assign(**{REGION: whole["unit"].astype(object)}))
    return placed


def facts(rows: Rows) -> LedgerFacts:
    """The totals of the region of these rows."""
    return facts_of(rows("facts"), rows("domains"), rows("complete"))


def months(rows: Rows, *, period: Period) -> StationMonths:
    """What is compared between the stations of the region of these rows."""
    return placed_months(rows("listed"), rows("months"), rows("shares"), period=period)


def assessed(
    rows: Rows, code: str, *, level: str, complete: Mapping[str, Mapping[str, float]], accounts: Mapping[str, int],
    whole: pd.DataFrame | None = None,
) -> Assessed:  # fmt: skip
    """The assessors' chapter of the region of these rows; `whole` is its list where it is none of a province's."""
    known = rows("lists") if whole is None else whole.assign(**{LEVEL: level})
    here = known[(known[LEVEL] == level) & (known["unit"] == code)]
    listed = RegionList(by_code(here), rows("list").sort_values("unit", kind="stable", ignore_index=True))
    found = AssessedRows(
        answers=_in_order(rows("answers")),
        records=Records(rows("rounds"), rows("entries"), _in_order(rows("activities"))),
        lives=rows("lives"),
        served=rows("served"),
        pairs=rows("pairs"),
    )
    return assessed_of(found, listed, level=level, complete=complete, rows=accounts)


def whole(rows: Rows, table: str) -> pd.DataFrame:
    """All rows of a table of `WHOLE`, in an order that the content decides."""
    return _in_order(rows(table))


def _whole(ask: Callable[[str], pd.DataFrame], table: str) -> pd.DataFrame:
    columns = ", ".join(f'"{c.name}"' for c in contract("ledger-v1")[table].stored_columns)
    return ask(f"SELECT {columns} FROM {table} WHERE station_id IS NOT NULL ORDER BY ALL")


def _in_order(frame: pd.DataFrame) -> pd.DataFrame:
    """By station first; the rows of a station are in the order of their content already."""
    return frame.sort_values("station_id", kind="stable", ignore_index=True)


def _plain(frame: pd.DataFrame) -> pd.DataFrame:
    """Text for categories, and without the evidence, which names the snapshot."""
    kept = frame.drop(columns="basis")
    return kept.astype({name: object for name in kept.columns if kept[name].dtype == "category"})


def _placed(frame: pd.DataFrame, where: Mapping[str, str]) -> pd.DataFrame:
    name = next(name for name in STATION if name in frame.columns)
    return _sorted(frame.assign(**{REGION: [where.get(str(each), "") for each in frame[name]]}))


def _sorted(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.sort_values(REGION, kind="stable", ignore_index=True)
