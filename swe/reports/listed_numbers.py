"""Numbers of built, staffed and serving by the stations' own records, as rows of results.json."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from swe.core.bounded import Bounded
from swe.indicators.listed_coverage import RATES, listed
from swe.show.numbers import Number, number
from swe.show.words import both

if TYPE_CHECKING:
    from swe.reports.evaluation import Evaluation


def listed_numbers(e: Evaluation) -> Iterator[Number]:
    """Units and shares of the three rates; none without ledgers, not applicable without a township unit.

    Where no station of the region is in the ledgers they are missing: nobody has said that there is none.
    """
    if e.ledger is None:
        return
    stations = e.ledger.facts.stations
    found = listed(stations, prefix=e.region.prefix, period=e.run.period, vintage=e.vintage)
    source, as_of = f"ledgers:{e.ledger.snapshot}", e.run.period.last.isoformat()
    for rate in RATES:
        known, possible = found.known[rate], found.possible[rate]
        units = Bounded(known, known if known == possible else None, possible) if len(stations) else None
        yield number(
            f"coverage.listed.{rate}.units", e.region.code, both(f"labels.listed_{rate}_units"), units,
            unit="township_unit", method="ledger count", source=source, as_of=as_of,
        )  # fmt: skip
        share = units / Bounded.exact(found.units) if units is not None and found.units else None
        yield number(
            f"coverage.listed.{rate}", e.region.code, both(f"labels.listed_{rate}"), share, unit="fraction",
            method="ledger count over register", source=source, as_of=as_of,
            status="not_applicable" if not found.units else "missing" if units is None else "ok",
        )  # fmt: skip
    yield number(
        "coverage.listed.elsewhere", e.region.code, both("labels.listed_elsewhere"), float(found.elsewhere),
        unit="station", method="ledger count", source=source, as_of=as_of,
    )  # fmt: skip
