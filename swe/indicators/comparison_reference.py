"""What a comparison with the whole needs of the whole: targets and spreads of all stations of a run, as plain numbers.

Computed once, kept beside a run's results, and given to the comparison of each region. Ranks of the whole are no part of
it, and are not worked out.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from swe.indicators import comparison_rows as rows
from swe.indicators.comparison import Comparison, read_months
from swe.indicators.comparison_one import Common, common

if TYPE_CHECKING:
    from swe.core.dates import Period
    from swe.indicators.station_months import StationMonths
    from swe.ledgers.tables_view import Tables

VERSION = 1


def reference(data: Tables, period: str | Period) -> dict[str, Any]:
    """Targets of all stations of a store, as JSON holds them.

    Returns
    -------
    dict
        `{"version", "by": "station", "period", "measures": {measure: {"target", "tau2", "dispersion", "units",
        "apart"}}}`; a measure with fewer than 5 stations that can be compared is not there. Give it to
        `compared(…, reference=…)`.

    Raises
    ------
    UsageError, DataError
        As `compared`.
    """
    return of_months(read_months(data, period))


def of_months(found: StationMonths) -> dict[str, Any]:
    """The reference numbers of stations whose rows were gathered already; no measures where there is no station."""
    if not len(found.stations):
        return _document("station", found.period.text, ())
    made = rows.from_months(found, "station", tuple(rows.MEASURES))
    each = (
        (str(name), common(made.measures[str(name)], frame, made.months[made.months["measure"] == name]))
        for name, frame in made.units.groupby("measure", sort=False)
    )
    return _document("station", found.period.text, each)


def numbers_of(found: Comparison) -> dict[str, Any]:
    """The reference numbers of a comparison that was made already."""
    each = (
        (name, Common(one.target, len(one.table), len(one.apart)))
        for name, one in found.measures.items()
        if one.ranked and one.target is not None
    )
    return _document(found.by, found.period, each)


def _document(by: str, period: str, found: Iterable[tuple[str, Common | None]]) -> dict[str, Any]:
    measures: dict[str, dict[str, float | int]] = {
        name: {
            "target": each.target.value, "tau2": each.target.tau2, "dispersion": each.target.dispersion,
            "units": each.units, "apart": each.apart,
        }
        for name, each in found
        if each is not None
    }  # fmt: skip
    return {"version": VERSION, "by": by, "period": period, "measures": measures}
