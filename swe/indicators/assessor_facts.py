"""Everything of the assessors' work that a report shows of one region, gathered over one connection.

The list, the survey by its design, regularity, change by scale, and what the records look like.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from swe.indicators.assessor_calendar import Regularity, regularity
from swe.indicators.assessor_change import ScaleChange, changes_by_scale
from swe.indicators.assessor_quality import DataGrade, DataQuality, data_grade, data_quality
from swe.indicators.assessor_region import RegionList, region_list
from swe.indicators.assessor_survey import SurveyFigures, survey_figures
from swe.ledgers.snapshot_reader import query

if TYPE_CHECKING:
    import duckdb

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
    survey = survey_figures(ask, period=period)
    data = data_quality(ask, period=period, complete=complete, asked=survey)
    return Assessed(
        listed=region_list(con, level=level, period=period, snapshot=snapshot),
        survey=survey,
        calendar=regularity(ask, level=level, period=period),
        changes=changes_by_scale(ask, period=period),
        data=data,
        grade=data_grade(data, rows=rows, complete=complete),
    )
