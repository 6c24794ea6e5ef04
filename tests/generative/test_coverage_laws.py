"""Laws of `coverage` and claims: bounds contain every point they were made from; a true rate stands."""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import Decimal

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from swe.core.bounded import Bounded
from swe.indicators.claims import claims
from swe.indicators.coverage import coverage, coverage_document
from swe.reference.register import VINTAGES, kinds, unit_count

regions = st.sampled_from(["00", "52", "31", "3412", "320722", "421303", "522702", "130773"])
dates = st.dates(pd.Timestamp("2018-01-01").date(), pd.Timestamp("2024-12-31").date())
counts = st.integers(0, 50_000)


@given(regions, dates, st.tuples(counts, counts, counts).map(sorted), st.booleans())
def test_bounds_contain_every_point_they_were_made_from(code, day, three, open_ended):
    low, point, high = three
    exact = coverage(code, as_of=day, stations=point)
    wide = coverage(code, as_of=day, stations=Bounded(low, None, math.inf if open_ended else high))
    for name in ("stations", "rate", "gap"):
        if not math.isnan(exact[name]):
            lower = wide.values.get(f"{name}_lower", wide[name])
            upper = wide.values.get(f"{name}_upper", wide[name])
            assert lower <= exact[name] <= upper


@given(regions, dates, counts)
def test_stations_and_gap_are_the_units_and_the_rate_is_their_ratio(code, day, stations):
    values = coverage(code, as_of=day, stations=stations).values
    if values["units"]:
        assert values["stations"] + values["gap"] == values["units"]
        assert values["rate"] * values["units"] == pytest.approx(stations)
    else:
        assert math.isnan(values["rate"])


@given(regions, dates)
def test_every_vintage_is_shown_once(code, day):
    document = coverage_document(coverage(code, as_of=day, stations=1))
    shown = {**document["other_vintages"], document["vintage"]: document["values"]["units"]}
    assert shown == {vintage: unit_count(code, vintage) for vintage in VINTAGES}
    assert document["kinds"] == kinds(code, document["vintage"])


@dataclass(frozen=True)
class Two:
    """A count and the rate it gives, printed to some digits."""

    stations: int
    printed: str

    @property
    def figures(self):
        rows = [("c", "station_count"), ("r", "station_coverage_rate")]
        return pd.DataFrame(
            [(name, "52", kind, "2023-05-31", "s", "f") for name, kind in rows],
            columns=["figure_id", "region", "indicator", "as_of", "source_id", "file"],
        )

    def bounded(self, figure_id):
        exact = Bounded.exact(self.stations, "station")
        return exact if figure_id == "c" else Bounded.rounded(self.printed, "percent")


@given(st.integers(100, 1510), st.integers(0, 4))
def test_a_rate_computed_over_the_register_and_rounded_is_never_called_inconsistent(stations, digits):
    printed = (Decimal(100 * stations) / 1510).quantize(Decimal(1).scaleb(-digits))
    (claim,) = claims("52", Two(stations, str(printed)))
    assert claim.verdict == "consistent"
    assert claim.implied.low <= 1510 <= claim.implied.high
    assert claim.recomputed.point == stations / 1510
