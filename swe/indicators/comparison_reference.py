"""What a comparison with the whole needs of the whole: targets and spreads of all stations of a run, as plain numbers.

Computed once, kept beside a run's results, and given to the comparison of each region.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from swe.core.dates import Period
from swe.indicators.comparison import Comparison, compared

if TYPE_CHECKING:
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
    return numbers_of(compared(data, by="station", period=period))


def numbers_of(found: Comparison) -> dict[str, Any]:
    """The reference numbers of a comparison."""
    measures: Mapping[str, dict[str, float | int]] = {
        name: {
            "target": each.target.value, "tau2": each.target.tau2, "dispersion": each.target.dispersion,
            "units": len(each.table), "apart": len(each.apart),
        }
        for name, each in found.measures.items()
        if each.ranked and each.target is not None
    }  # fmt: skip
    return {"version": VERSION, "by": found.by, "period": found.period, "measures": dict(measures)}
