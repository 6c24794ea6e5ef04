"""Stations and regions side by side: who differs really, who cannot be told apart, what to expect next time.

A row of numbers invites a league table; most of what separates two stations is chance. So every measure comes with its
interval, tiers instead of places, the value to expect next beside the observed one, and units without a full report apart.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np
import pandas as pd

from swe.core.dates import Period
from swe.core.dates import period as read_period
from swe.core.errors import DataError, UsageError
from swe.indicators import comparison_rows as rows
from swe.indicators.comparison_one import FEW, Compared, compare_one
from swe.indicators.comparison_rows import By, Measure
from swe.indicators.station_months import StationMonths, station_months
from swe.show.result import Note
from swe.stats.frames import choice

if TYPE_CHECKING:
    from swe.ledgers.tables_view import Tables

__all__ = ["FEW", "MEASURES", "Compared", "Comparison", "Measure", "compared", "gathered"]
MEASURES = rows.MEASURES
WHAT = Literal[
    "valid_cases", "valid_groups", "valid_activities", "households_visited", "cases_closed", "awareness"
]


@dataclass(frozen=True, eq=False)
class Comparison:
    """Units compared on each measure.

    by        what a unit is
    period    as text
    measures  measure → `Compared`; a measure that nobody reported is not there
    months    month measure count exposure (station-months reported) due: the units together, month by month
    notes     what holds for all measures: whom the comparison is about, tests made, who is left out
    """

    by: str
    period: str
    measures: Mapping[str, Compared]
    months: pd.DataFrame
    notes: tuple[Note, ...]

    def __getitem__(self, measure: str) -> Compared:
        return self.measures[measure]

    @property
    def units(self) -> int:
        """Units that are in any measure, compared or apart."""
        return len({unit for each in self.measures.values() for unit in each.table["unit"]})

    @property
    def tests(self) -> int:
        """Tests made over all measures, each of which is a family."""
        return _tests(self.measures)


def compared(
    data: Tables | pd.DataFrame,
    *,
    by: By = "station",
    period: str | Period | None = None,
    measures: Sequence[str] | None = None,
    within: str = "",
    reference: Mapping[str, Any] | None = None,
) -> Comparison:
    """Compare stations or regions on a handful of measures that can be compared.

    Parameters
    ----------
    data
        What `swe.load` returned; or a frame, a row a unit and measure: `unit measure count exposure` and perhaps
        `name region due reported`. A measure of the frame that is none of ours is a rate, or a share where a column
        `kind` says `share`; the frame of `swe.indicators` is read as it is (`indicator numerator denominator kind`).
    by
        `station`, or `county`, `prefecture`, `province`: the stations of a region added up.
    period
        As in `swe.indicators`; needed with a store.
    measures
        Which; all by default: valid cases, valid groups, valid activities and households visited per station-month
        reported; the share of closed cases among those opened in the period; awareness among those asked.
    within
        A region's code: only its stations.
    reference
        What `comparison_reference.reference` made of a larger whole: targets and spreads are then taken from it.

    Returns
    -------
    Comparison
        A `Compared` for each measure. Fewer than 5 units: values and intervals, and no ranking at all. Units that reported
        fewer than 90 % of their months stand apart; of the others, those with silent months have limits, tiers and tests
        that also hold if these months had nothing.

    Raises
    ------
    UsageError
        An unknown option or measure, a store without a period.
    DataError
        Columns absent, a unit twice, counts that are negative or above their exposure.

    References
    ----------
    Spiegelhalter (2005), doi:10.1002/sim.1970; Clayton & Kaldor (1987), doi:10.2307/2532003; Mogstad, Romano, Shaikh &
    Wilhelm (2024), doi:10.1093/restud/rdad006; Benjamini & Hochberg (1995), doi:10.1111/j.2517-6161.1995.tb02031.x.

    Examples
    --------
    >>> stations = pd.DataFrame({"unit": list("abcdef"), "measure": "valid_activities", "count": [9, 12, 11, 10, 40, 8],
    ...                          "exposure": 12})
    >>> found = compared(stations)["valid_activities"]
    >>> found.ranks["tiers"], found.table.sort_values("value").unit.iloc[-1]
    (2.0, 'e')
    >>> bool(found.table.expected_next.max() < 40 / 12)
    True
    """
    choice("by", by, list(get_args(By)))
    chosen = _chosen(measures)
    if isinstance(data, pd.DataFrame):
        return _compared(rows.given(data, chosen), by, "" if period is None else str(period), reference, ())
    if period is None:
        raise UsageError("从台账比较时需要 period", "a comparison out of a ledger needs a period")
    return gathered(read_months(data, period, within), by=by, measures=chosen, reference=reference)


def gathered(
    found: StationMonths,
    *,
    by: By = "station",
    measures: Sequence[str] | None = None,
    reference: Mapping[str, Any] | None = None,
) -> Comparison:
    """`compared` of rows that were gathered already (`station_months`)."""
    made = rows.from_months(found, by, _chosen(measures) or tuple(MEASURES))
    return _compared(made, by, found.period.text, reference, _left_out(found))


def read_months(data: Any, period: str | Period, within: str = "") -> StationMonths:
    """The rows of a store's stations, of all or those of a region (`within`)."""
    from swe.indicators.indicator_frame import checked
    from swe.ledgers.snapshot_reader import query

    span = period if isinstance(period, Period) else read_period(period)
    with checked(data).connect() as con:
        return station_months(partial(query, con), period=span, prefix=within)


def _chosen(measures: Sequence[str] | None) -> tuple[str, ...]:
    if measures is None:
        return ()
    for name in measures:
        choice("measures", name, list(get_args(WHAT)))
    return tuple(measures)


def _compared(
    made: rows.Rows, by: str, period: str, reference: Mapping[str, Any] | None, left_out: tuple[Note, ...]
) -> Comparison:
    if not len(made.units):
        raise DataError("没有一个单位有可比的数", "no unit has a number that can be compared")
    if reference is not None and reference.get("by") != by:
        raise UsageError(
            f"reference 是按 {reference.get('by')} 算的，不能用于按 {by} 的比较",
            f"the reference is by {reference.get('by')} and cannot serve a comparison by {by}",
        )
    known = {} if reference is None else reference["measures"]
    found = {
        name: compare_one(
            made.measures[name],
            frame,
            made.months[made.months["measure"] == name],
            known=known.get(name),
        )
        for name, frame in made.units.groupby("measure", sort=False)
        if frame["count"].notna().any()
    }
    tests = _tests(found)
    notes = (
        Note(
            "method",
            f"每个指标自成一族，控制错误发现率（BH，5%）；全部指标共 {tests:,} 次检验",
            f"every measure is a family of its own, false discovery rate 5 % (BH); {tests:,} tests over all measures",
        ),
        *left_out,
    )
    whole = _whole(made.months)
    return Comparison(by, period, found, whole, notes)


def _tests(found: Mapping[str, Compared]) -> int:
    return sum(0 if each.tests is None else int(each.tests["tests"]) for each in found.values())


def _whole(months: pd.DataFrame) -> pd.DataFrame:
    if not len(months):
        return pd.DataFrame(columns=["month", "measure", "count", "exposure", "due"])
    sums = months.groupby(["measure", "month"], sort=True)[["count", "exposure", "due"]].sum()
    return sums.reset_index()[["month", "measure", "count", "exposure", "due"]]


def _left_out(found: StationMonths) -> tuple[Note, ...]:
    words = {
        "other_kind": ("个总站或社工室任务不同，不与社工站比较", "main stations or rooms have another task and are not compared with stations"),
        "no_region": ("个站没有区划代码，不参加比较", "stations without a region code are not compared"),
    }  # fmt: skip
    return tuple(
        Note("exclusion", f"{n} {words[key][0]}", f"{n} {words[key][1]}")
        for key, n in found.left_out.items()
        if n
    )


def monthly(found: Comparison, measure: str) -> pd.DataFrame:
    """month count n of a measure, whole calendar months that anybody reported: what a control chart is drawn from."""
    mine = found.months[(found.months["measure"] == measure) & (found.months["exposure"] > 0)]
    return mine.rename(columns={"exposure": "n"})[["month", "count", "n"]].reset_index(drop=True)


def silent_share(each: Compared) -> float:
    """Share of the station-months due that were not reported; NaN where the measure is not monthly."""
    due = float(np.nansum(each.table["due"]))
    return 1 - float(np.nansum(each.table["reported"])) / due if due else float("nan")
