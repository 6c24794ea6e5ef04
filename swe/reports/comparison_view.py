"""What a report compares in its region: stations or counties, urban and rural, the months of the region; gathered once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from swe import stats
from swe.indicators.comparison import Comparison, gathered, monthly
from swe.indicators.comparison_rows import By
from swe.indicators.equity import Equity, equity
from swe.indicators.needs import Needs
from swe.indicators.station_months import StationMonths
from swe.reference.register import nearest_vintage
from swe.reports.run_comparison import BY_LEVEL

if TYPE_CHECKING:
    from swe.core.dates import Period
    from swe.reference.regions import Region
    from swe.reports.run_comparison import RunComparison
    from swe.show.result import Result

LEAD = "valid_activities"  # the measure that is drawn unit by unit; fixed, so that nobody picks the prettiest
SHARE = "cases_closed"  # the measure of the funnel: its denominators differ
LEAST_MONTHS = 6  # of a control chart; below, no limits are drawn


@dataclass(frozen=True, eq=False)
class ComparisonView:
    """What is compared.

    comparison  None where no station reported anything
    chart       the region's months of `LEAD`, None with too few
    reference   what common values and usual differences are taken from; None where from the units themselves
    """

    by: By
    comparison: Comparison | None
    chart: Result | None
    equity: Equity
    needs: Needs | None
    reference: RunComparison | None


def comparison_view(
    found: StationMonths,
    place: Region,
    *,
    needs: Needs | None = None,
    reference: RunComparison | None = None,
) -> ComparisonView:
    """Compare the stations of a region, or its counties.

    reference   of the whole run, used where stations are compared
    """
    by: By = BY_LEVEL.get(place.level, "station")
    period = found.period
    settled = reference if by == "station" else None
    numbers = None if settled is None else settled.numbers
    compared = gathered(found, by=by, reference=numbers) if len(found.stations) else None
    fair = equity(found, prefix=place.prefix, vintage=nearest_vintage(period.last), needs=needs)
    chart = None if compared is None else _chart(compared, found, period)
    return ComparisonView(by, compared, chart, fair, needs, settled)


def _chart(compared: Comparison, found: StationMonths, period: Period) -> Result | None:
    """u chart over whole calendar months; no phase is ever set here."""
    rows = monthly(compared, LEAD)
    rows = rows.loc[[_whole(str(month), period) for month in rows["month"]]]
    if len(rows) < LEAST_MONTHS or not rows["count"].sum():
        return None
    return stats.spc(rows, time="month", value="count", n="n", kind="u")


def _whole(month: str, period: Period) -> bool:
    first = date.fromisoformat(f"{month}-01")
    after = date(first.year + first.month // 12, first.month % 12 + 1, 1)
    return period.first <= first and after - timedelta(days=1) <= period.last
