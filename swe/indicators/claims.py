"""Claims: a published coverage rate held against the stations published beside it and against the register.

A printed rate and a count imply a denominator; if no register has it, one of the three numbers is wrong.
Built, staffed and serving are three indicators: the press proves the first at best.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Literal

import pandas as pd

from swe.core.bounded import Bounded
from swe.core.dates import parse_partial
from swe.indicators.coverage import NEAR_DAYS, as_stations, nearest_figure, source_of
from swe.reference.regions import region
from swe.reference.register import VINTAGES, in_vintage, nearest_vintage, unit_count

if TYPE_CHECKING:
    from swe.reference.published import Published

Verdict = Literal["consistent", "inconsistent", "cannot_say"]
Proof = Literal["built", "staffed", "serving"]

# What a published indicator proves about stations; a number of workers says nothing about stations.
PROVEN: dict[str, Proof] = {
    "station_count": "built",
    "station_coverage_rate": "built",
    "staffed_station_count": "staffed",
    "active_station_count": "serving",
}
COUNT_OF: dict[Proof, str] = {
    "built": "station_count",
    "staffed": "staffed_station_count",
    "serving": "active_station_count",
}
# Keys of the word lists: what would have to be collected for a rate that is missing.
NEEDS: dict[Proof, str] = {
    "built": "needs.station_list",
    "staffed": "needs.staff_roster_by_station",
    "serving": "needs.service_records_by_station",
}
NAN = float("nan")


@dataclass(frozen=True)
class Claim:
    """One published rate (or a count without one) and what the register says to it.

    rate        per 1, an interval of half the last printed digit either way; None for a count without a rate
    stations    the count of the same region within 31 days; None if there is none
    units       township units in `vintage`, the register nearest to the claim's date
    recomputed  stations ÷ units
    implied     stations ÷ rate: the denominator that the claim implies
    verdict     `consistent` if `implied` is bounded on both sides and contains `units`, `inconsistent` if it
                does not contain them, `cannot_say` otherwise (rough or one-sided numbers, no pair)
    also_consistent_with  the other vintages whose units `implied` contains
    """

    region: str
    as_of: str
    rate: Bounded | None
    stations: Bounded | None
    rate_id: str
    stations_id: str
    vintage: str
    units: int
    recomputed: Bounded | None
    implied: Bounded | None
    verdict: Verdict
    also_consistent_with: tuple[str, ...] = ()


def claims(code: str, published: Published | None = None) -> list[Claim]:
    """Every published rate of a region with its count, and every count without a rate, by date.

    >>> [(claim.as_of, claim.verdict) for claim in claims("52")]
    [('2022-09', 'consistent'), ('2023-05-31', 'consistent')]
    """
    facts = _facts(published)
    code = region(code).code
    counts = _of(facts, code, "station_count")
    rates = _of(facts, code, "station_coverage_rate")
    found = []
    paired = set()
    for _, rate in rates.iterrows():
        day = _close(rate)
        count = nearest_figure(counts, day)
        if count is not None and abs((_close(count) - day).days) > NEAR_DAYS:
            count = None
        if count is not None:
            paired.add(count["figure_id"])
        found.append(_claim(facts, code, rate=rate, count=count))
    found += [
        _claim(facts, code, rate=None, count=count)
        for _, count in counts.iterrows()
        if count["figure_id"] not in paired
    ]
    return sorted(
        found, key=lambda claim: (parse_partial(claim.as_of).last, claim.rate_id, claim.stations_id)
    )


def three_rates(code: str, *, as_of: str | None = None, published: Published | None = None) -> pd.DataFrame:
    """Built, staffed and serving stations over township units: three rows, missing ones with what they need.

    Columns: rate (built, staffed, serving), value lower upper (per 1; NaN where unknown), stations
    stations_lower stations_upper units, vintage as_of figure_id source_id approximate, status, needs (a word
    list's key, empty where the rate is there). `as_of`, of any precision, takes the figure nearest to it
    instead of the latest.

    >>> three_rates("3412")[["rate", "value", "status", "needs"]].values.tolist()[:2]
    [['built', 1.0, 'ok', ''], ['staffed', nan, 'missing', 'needs.staff_roster_by_station']]
    """
    facts = _facts(published)
    code = region(code).code
    day = date.max if as_of is None else parse_partial(as_of).last
    rows: list[dict[str, object]] = []
    for rate, indicator in COUNT_OF.items():
        figure = nearest_figure(_of(facts, code, indicator), day)
        if figure is None:
            rows.append({"rate": rate, **UNKNOWN, "needs": NEEDS[rate]})
        else:
            rows.append({"rate": rate, **_rated(facts, figure), "needs": ""})
    return pd.DataFrame(rows)


def peers(published: Published | None = None) -> pd.DataFrame:
    """The latest station count of every region that has one, over the units of the register nearest to it.

    Columns: region name level, value lower upper (the rate, per 1), stations stations_lower stations_upper
    units, vintage as_of figure_id source_id approximate status; sorted by region. Bounds equal the point
    where the count is exact. Compare within a `level` only: a county's 100 % and a province's are two things.

    >>> frame = peers().set_index("region")
    >>> f"{frame.loc['31', 'value']:.4f}", frame.loc["31", "level"], frame.loc["31", "vintage"]
    ('0.6651', 'province', '2021-10-31')
    """
    facts = _facts(published)
    counts = facts.figures[facts.figures["indicator"] == "station_count"]
    rows = []
    for code in sorted(set(counts["region"])):
        place = region(code)
        latest = nearest_figure(counts[counts["region"] == code], date.max)
        if latest is not None:
            rows.append({"region": code, "name": place.name, "level": place.level, **_rated(facts, latest)})
    return pd.DataFrame(rows, columns=["region", "name", "level", *UNKNOWN])


# -- one claim --


def _claim(facts: Published, code: str, *, rate: pd.Series | None, count: pd.Series | None) -> Claim:
    leading = count if rate is None else rate
    assert leading is not None  # a claim has a rate or a count
    vintage = _vintage(code, _close(leading))
    units = unit_count(code, vintage)
    stations = None if count is None else as_stations(facts.bounded(count["figure_id"])).with_unit("")
    share = None if rate is None else _fraction(facts.bounded(rate["figure_id"]))
    implied = None if stations is None or share is None or share.low <= 0 else stations / share
    return Claim(
        region=code,
        as_of=leading["as_of"],
        rate=share,
        stations=stations,
        rate_id="" if rate is None else rate["figure_id"],
        stations_id="" if count is None else count["figure_id"],
        vintage=vintage,
        units=units,
        recomputed=None if stations is None or units == 0 else stations / units,
        implied=implied,
        verdict=_verdict(implied, units),
        also_consistent_with=tuple(
            each
            for each in VINTAGES
            if each != vintage
            and in_vintage(code, each)
            and _verdict(implied, unit_count(code, each)) == "consistent"
        ),
    )


def _verdict(implied: Bounded | None, units: int) -> Verdict:
    if implied is None or implied.approximate or units == 0:
        return "cannot_say"
    if not implied.contains(units):
        return "inconsistent"
    return "consistent" if math.isfinite(implied.low) and math.isfinite(implied.high) else "cannot_say"


def _fraction(rate: Bounded) -> Bounded:
    """A rate per 1, from per cent in decimal: 72.445 becomes 0.72445 and no near neighbour."""
    low, high = float(rate.low), float(rate.high)
    point = None if rate.point is None else float(rate.point)
    if rate.unit == "percent":
        low, high = _hundredth(low), _hundredth(high)
        point = None if point is None else _hundredth(point)
    return Bounded(low, point, high, "", rate.approximate)


def _hundredth(x: float) -> float:
    return float(Decimal(repr(x)) / 100)


# -- figures --

UNKNOWN: dict[str, object] = {
    **dict.fromkeys(
        ("value", "lower", "upper", "stations", "stations_lower", "stations_upper", "units"), NAN
    ),
    **dict.fromkeys(("vintage", "as_of", "figure_id", "source_id"), ""),
    "approximate": False,
    "status": "missing",
}


def _rated(facts: Published, figure: pd.Series) -> dict[str, object]:
    """A station count over the units of its nearest register, in the columns of `UNKNOWN`."""
    stations = as_stations(facts.bounded(figure["figure_id"]))
    vintage = _vintage(figure["region"], _close(figure))
    units = unit_count(figure["region"], vintage)
    rate = stations.with_unit("") / units if units else None
    return {
        "value": NAN if rate is None or rate.point is None else float(rate.point),
        "lower": NAN if rate is None else float(rate.low),
        "upper": NAN if rate is None else float(rate.high),
        "stations": NAN if stations.point is None else float(stations.point),
        "stations_lower": float(stations.low),
        "stations_upper": float(stations.high),
        "units": float(units),
        "vintage": vintage,
        "as_of": figure["as_of"],
        "figure_id": figure["figure_id"],
        "source_id": source_of(figure),
        "approximate": stations.approximate,
        "status": "ok" if units else "not_applicable",
    }


def _facts(given: Published | None) -> Published:
    from swe.reference import published

    return published.load() if given is None else given


def _of(facts: Published, code: str, indicator: str) -> pd.DataFrame:
    rows = facts.figures
    return rows[(rows["region"] == code) & (rows["indicator"] == indicator)]


def _close(figure: pd.Series) -> date:
    return parse_partial(figure["as_of"]).last


def _vintage(code: str, day: date) -> str:
    """The vintage nearest to a day among those in which the region stands."""
    near = nearest_vintage(day)
    if in_vintage(code, near):
        return near
    return min(
        (v for v in VINTAGES if in_vintage(code, v)),
        key=lambda v: (abs((date.fromisoformat(v) - day).days), v),
    )
