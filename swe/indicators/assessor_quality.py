"""What the records look like before anything is concluded from them: heaping, late entry, copies, missing reports.

Signs with their counts, never points taken away: each has honest explanations, and the grade is one of the data.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from swe.core.errors import DataError
from swe.indicators.measure_sql import spec

if TYPE_CHECKING:
    from swe.core.dates import Period
    from swe.indicators.assessor_survey import SurveyFigures
    from swe.show.result import Result

    Query = Callable[[str], pd.DataFrame]

ENTERED = ("cases", "groups", "activities", "visits")
WITHIN_DAYS = 30  # a record entered later is late (ours, not a standard)
SMALL_P = 0.01  # below this a pattern is called a sign (ours)
LATE = 0.10  # share entered late beyond which it is a sign (ours)
REJECTED = 0.05  # share of rows rejected beyond which the files are not in order (ours)
UNREPORTED = 0.10  # share of station-months without a report beyond which the ledgers are not complete (ours)
STRAIGHT = 0.50  # share of respondents with one answer to everything beyond which it is a sign (ours)
ACTIVITY = ("kind", "service_domain", "target_group", "participants", "person_times", "hours", "volunteers")
GRADES = "ABCD"
NEEDED = 3  # tests that must be decided before a grade is given


@dataclass(frozen=True)
class DataQuality:
    """Signs in the records.

    signs   name → values of its analysis; without those that could not be made
    flags   name → whether it is a sign; None where it could not be judged
    bounds  table → estimate, lower, upper, n, missing, due: station-months with a record
    """

    signs: Mapping[str, Mapping[str, float]]
    flags: Mapping[str, bool | None]
    bounds: Mapping[str, Mapping[str, float]]


@dataclass(frozen=True)
class DataGrade:
    """Our grade of the data: `tests` name → met, not met, or None where it could not be judged; `grade` may be empty."""

    tests: Mapping[str, bool | None]
    grade: str


@dataclass(frozen=True)
class Records:
    """What the signs are looked for in.

    rounds      station_id, person_times: of activities and groups, numbers that somebody counted, or rounded
    entries     station_id, served, entered: dates of service and of entry
    activities  station_id and the columns that make two activities the same
    """

    rounds: pd.DataFrame
    entries: pd.DataFrame
    activities: pd.DataFrame


def records(query: Query, *, period: Period) -> Records:
    """The records of the stations that the query sees, of the period."""
    return Records(
        _rounds(query, period), _entries(query, period), _rows(query, "activities", ACTIVITY, period)
    )


def quality_of(
    found: Records, *, complete: Mapping[str, Mapping[str, float]], asked: SurveyFigures
) -> DataQuality:
    """The signs in these records; `complete` counts station-months by table and status."""
    heaped = _heaping(found.rounds)
    late = _late(found.entries)
    acts = _copies(found.activities, list(ACTIVITY), straight=False)
    answers = [
        name
        for name in asked.answers.columns
        if name.startswith("satisfaction_") and asked.answers[name].notna().any()
    ]
    lines = _copies(asked.answers[answers], answers, straight=True) if len(answers) > 1 else None
    made = {"heaping": heaped, "late_entry": late, "copied_activities": acts, "straight_lined": lines}
    signs = {name: dict(result.values) for name, result in made.items() if result is not None}
    flags = {
        "heaping": None if heaped is None else bool(heaped["p"] < SMALL_P),
        "late_entry": None if late is None else bool(late["share"] > LATE),
        "quarter_end": None if late is None or pd.isna(late["p"]) else bool(late["p"] < SMALL_P),
        "copied_activities": None if acts is None else bool(acts["copies"] > 0 and acts["pairs"] > 2 * acts["pairs_expected"]),
        "straight_lined": None if lines is None else bool(lines["straight_lined"] > STRAIGHT),
    }  # fmt: skip
    return DataQuality(signs, flags, {name: _bounds(months) for name, months in complete.items()})


def data_grade(
    quality: DataQuality, *, rows: Mapping[str, int], complete: Mapping[str, Mapping[str, float]]
) -> DataGrade:
    """A where every test that could be judged is met, and a letter down for each that is not; none with too few tests."""
    months = [complete[name] for name in ENTERED if name in complete]
    due = sum(sum(each.values()) for each in months)
    read = rows.get("rows_read", 0)
    patterns = [quality.flags.get(name) for name in ("heaping", "copied_activities")]
    decided = [each for each in patterns if each is not None]
    late = quality.flags.get("late_entry")
    tests = {
        "rows": None if not read else rows.get("rows_rejected", 0) / read <= REJECTED,
        "months": None if not due else sum(each["not_reported"] for each in months) / due <= UNREPORTED,
        "entry": None if late is None else not late,
        "patterns": None if not decided else not any(decided),
    }
    known = [each for each in tests.values() if each is not None]
    failed = sum(not each for each in known)
    return DataGrade(tests, GRADES[min(failed, 3)] if len(known) >= NEEDED else "")


def _within(table: str, period: Period) -> str:
    return f"CAST({spec(table).date} AS DATE) BETWEEN DATE '{period.first}' AND DATE '{period.last}'"


def _rows(query: Query, table: str, columns: tuple[str, ...], period: Period) -> pd.DataFrame:
    return query(
        f"SELECT station_id, {', '.join(columns)} FROM {table} WHERE {_within(table, period)} ORDER BY ALL"
    )


def _rounds(query: Query, period: Period) -> pd.DataFrame:
    parts = (
        f"SELECT station_id, person_times FROM {table} WHERE {_within(table, period)} AND person_times IS NOT NULL"
        for table in ("activities", "groups")
    )
    return query(" UNION ALL ".join(parts))


def _entries(query: Query, period: Period) -> pd.DataFrame:
    parts = (
        f"SELECT station_id, CAST({spec(table).date} AS DATE) AS served, CAST(entry_date AS DATE) AS entered FROM {table} "
        f"WHERE {_within(table, period)} AND entry_date IS NOT NULL"
        for table in ENTERED
    )
    return query(" UNION ALL ".join(parts))


def _heaping(rows: pd.DataFrame) -> Result | None:
    from swe.stats.terminal_digits import heaping

    return _made(heaping, rows.astype({"person_times": float}), value="person_times")


def _late(rows: pd.DataFrame) -> Result | None:
    from swe.stats.entry_dates import late_entry

    return _made(late_entry, rows, service_date="served", entry_date="entered", within_days=WITHIN_DAYS)


def _copies(rows: pd.DataFrame, columns: list[str], *, straight: bool) -> Result | None:
    from swe.stats.copied_rows import copied

    return _made(copied, rows, columns=columns, straight=straight)


def _made(analysis: Callable[..., Result], rows: pd.DataFrame, **options: Any) -> Result | None:
    """The analysis, or None where the rows hold nothing for it."""
    try:
        return analysis(rows, **options) if len(rows) else None
    except DataError:
        return None


def _bounds(months: Mapping[str, float]) -> dict[str, float]:
    """Share of station-months with a record, bounded by what the missing reports could be."""
    from swe.stats.missing_reports import completeness_bounds

    counts = {name: int(months.get(name, 0)) for name in ("reported", "zero", "not_reported")}
    due = sum(counts.values())
    known = pd.DataFrame({"active": [1.0] * counts["reported"] + [0.0] * counts["zero"]})
    if not due:
        return {}
    if not len(known):
        return {"lower": 0.0, "upper": 1.0, "n": 0.0, "missing": float(due), "due": float(due)}
    return dict(completeness_bounds(known, value="active", due=due).values)
