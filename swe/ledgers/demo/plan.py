"""The plan of a demonstration: where, how many stations and months, and how many of each service.

Fuquan's own plan reproduces its published totals; every other region follows customary rates.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from swe.core.errors import UsageError
from swe.reference import register
from swe.reference.regions import Region, children, region

AS_OF = date(2023, 5, 31)  # the published figures of Guizhou and Fuquan are of this day
FUQUAN = "522702"
MONTHS, LONGEST = 12, 60
WORKBOOK_ROWS = (
    200_000  # beyond this many service rows, or above a county, one workbook a station helps nobody
)
STATION_ROWS = 50_000  # service rows of a station on average: more is nobody's ledger and no chunk for memory
BULK_ROWS = 1_000_000  # service rows of a province or the country, unless asked for otherwise

# Fuquan as published (docs/methods.md, derived indicators; F03-020 to F03-031): 个案44个, 小组活动47个, 社区活动63个, 2022-05 to 2023-05, 8 stations and
# a main station; 入户2000余户 and 直接服务20000余人次 have no exact value: ours are just above.
PUBLISHED = {"cases": 44, "groups": 47, "activities": 63, "households": 2_018, "person_times": 20_036}
PUBLISHED_MONTHS, PUBLISHED_STATIONS, PUBLISHED_VISITS = 13, 8, 2_320

# Services of a station in a month; cases and groups after Changle and Fuquan (docs/background.md, service units), visits customary.
RATES = {"cases": 0.6, "groups": 0.45, "activities": 0.8, "visits": 16.0}
SERVICES = tuple(RATES)
# Chinese New Year is quiet; spring, 重阳 and the end of the year are busy. Ours, January first.
SEASON = (0.8, 0.6, 1.15, 1.0, 1.1, 1.1, 0.95, 0.9, 1.1, 1.1, 1.05, 1.25)


@dataclass(frozen=True)
class Plan:
    """What is to be made.

    townships   codes of the township units that get a station, in order
    with_main   whether the county has its main station beside them
    months      the last month is May 2023
    services    rows of cases, groups, activities and visits in all
    households  households visited in all; None leaves it to chance. Likewise person_times, of direct service
    bulk        parts of tables instead of a workbook a station
    rated       codes and full points of the indicators that raters score, of the system `framework_id`; usually none
    """

    region: Region
    townships: tuple[str, ...]
    with_main: bool
    months: int
    services: dict[str, int]
    households: int | None
    person_times: int | None
    bulk: bool
    seed: int
    rated: tuple[tuple[str, float], ...] = ()
    framework_id: str = ""

    @cached_property
    def month_starts(self) -> NDArray[np.datetime64]:
        last = np.datetime64(AS_OF, "M")
        return np.arange(last - self.months + 1, last + 1)

    @property
    def first(self) -> date:
        start: date = self.month_starts[0].astype("datetime64[D]").item()
        return start

    @property
    def last(self) -> date:
        return AS_OF

    @property
    def published(self) -> bool:
        return self.person_times is not None

    @property
    def rows(self) -> int:
        return sum(self.services.values())


def planned(
    where: str = FUQUAN,
    *,
    stations: int | None = None,
    months: int | None = None,
    rows: int | None = None,
    seed: int = 20230531,
) -> Plan:
    """The plan for a region; UsageError for a region without township units or a number out of range.

    >>> plan = planned("522702")
    >>> len(plan.townships), plan.months, plan.services["cases"], plan.bulk
    (8, 13, 44, False)
    """
    place = region(where)
    units = _units(place)
    chosen = _chosen(units, stations, place, seed)
    _within("--months", months, 1, LONGEST)
    _within("--rows", rows, 1, STATION_ROWS * len(chosen))
    _within("--seed", seed, 0, 2**63)
    published = place.code == FUQUAN and rows is None
    published &= stations in (None, PUBLISHED_STATIONS) and months in (None, PUBLISHED_MONTHS)
    wide = place.level not in ("county", "township")
    length = PUBLISHED_MONTHS if published else months or MONTHS
    if published:
        services = {name: PUBLISHED[name] for name in SERVICES[:3]} | {"visits": PUBLISHED_VISITS}
    else:
        natural = round(sum(RATES.values()) * len(chosen) * length)
        services = _services(rows or (min(natural, BULK_ROWS) if wide else natural))
    return Plan(
        region=place,
        townships=chosen,
        with_main=place.level == "county",
        months=length,
        services=services,
        households=PUBLISHED["households"] if published else None,
        person_times=PUBLISHED["person_times"] if published else None,
        bulk=wide or sum(services.values()) > WORKBOOK_ROWS,
        seed=seed,
    )


def _units(place: Region) -> list[str]:
    kept = [r.code for r in children(place, "township")]
    kinds = register.rows()
    units = [code for code in kept if kinds[code].kind in register.TOWNSHIP_UNITS]
    if not units:
        raise UsageError(
            f"{place.name}（{place.code}）没有乡镇、街道，无法设站。请换一个地区。",
            f"{place.name} ({place.code}) has no township unit, so no station. Choose another region.",
        )
    return units


def _chosen(units: list[str], stations: int | None, place: Region, seed: int) -> tuple[str, ...]:
    """All units, or as many as asked for, drawn without order and given in the order of the codes."""
    if stations is None:
        return tuple(units)
    if not 1 <= stations <= len(units):
        raise UsageError(
            f"--stations 应在 1 至 {len(units)} 之间（{place.name}有 {len(units)} 个乡镇、街道），写的是 {stations}",
            f"--stations must be 1 to {len(units)} (the township units of {place.name}); got {stations}",
        )
    drawn = np.random.default_rng([seed, 0]).choice(len(units), stations, replace=False)
    return tuple(units[i] for i in sorted(drawn))


def _services(rows: int) -> dict[str, int]:
    """A number of rows shared among the services as their rates are; visits take what is left."""
    whole = sum(RATES.values())
    counts = {name: int(rows * rate / whole) for name, rate in RATES.items()}
    return counts | {"visits": rows - sum(counts[name] for name in SERVICES[:3])}


def _within(name: str, value: int | None, low: int, high: int) -> None:
    if value is not None and not low <= value <= high:
        raise UsageError(
            f"{name} 应在 {low} 至 {high} 之间，写的是 {value}",
            f"{name} must be {low} to {high}; got {value}",
        )
