"""Everything of the assessors' work that a report shows of one region, gathered over one connection.

The list, the survey by its design, regularity, change by scale, and what the records look like.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from swe.indicators.assessor_calendar import Regularity, lives, regularity_of, served
from swe.indicators.assessor_change import ScaleChange, changes_of, pairs
from swe.indicators.assessor_quality import DataGrade, DataQuality, Records, data_grade, quality_of, records
from swe.indicators.assessor_region import RegionList, region_list
from swe.indicators.assessor_survey import SurveyFigures, answers, survey_of
from swe.ledgers.snapshot_reader import query

if TYPE_CHECKING:
    import duckdb
    import pandas as pd

    from swe.core.dates import Period


@dataclass(frozen=True)
class Assessed:
    """What the assessors' list and checks say of a region."""

    listed: RegionList
    survey: SurveyFigures
    calendar: Regularity
    changes: tuple[ScaleChange, ...]
    data: DataQuality
    grade: DataGrade


def assessed(
    con: duckdb.DuckDBPyConnection, *, level: str, period: Period, snapshot: str,
    complete: Mapping[str, Mapping[str, float]], rows: Mapping[str, int],
) -> Assessed:  # fmt: skip
    """Gather a region from a connection that `narrow` has cut to it.

    complete, rows   station-months by table and status; the accounting of the region's files
    """
    ask = partial(query, con)
    found = AssessedRows(
        answers=answers(ask, period=period), records=records(ask, period=period), lives=lives(ask, period=period),
        served=served(ask, period=period), pairs=pairs(ask, period=period),
    )  # fmt: skip
    listed = region_list(con, level=level, period=period, snapshot=snapshot)
    return assessed_of(found, listed, level=level, complete=complete, rows=rows)


@dataclass(frozen=True)
class AssessedRows:
    """The rows of one region that its chapter is worked out from, by the functions that gather them."""

    answers: pd.DataFrame
    records: Records
    lives: pd.DataFrame
    served: pd.DataFrame
    pairs: pd.DataFrame


def assessed_of(
    found: AssessedRows, listed: RegionList, *, level: str, complete: Mapping[str, Mapping[str, float]],
    rows: Mapping[str, int],
) -> Assessed:  # fmt: skip
    """A region from its rows and its list."""
    survey = survey_of(found.answers)
    data = quality_of(found.records, complete=complete, asked=survey)
    return Assessed(
        listed=listed,
        survey=survey,
        calendar=regularity_of(found.lives, found.served, level=level),
        changes=changes_of(found.pairs),
        data=data,
        grade=data_grade(data, rows=rows, complete=complete),
    )
