"""Who is served less: subdistricts against townships, villages and residents for each station, supply against need.

Stations are asked for by the register's units, so a town of forty villages has as many as one of four; how much that
leaves uneven, between prefectures and within them, is a matter of counting.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd

from swe import stats
from swe.indicators.needs import POPULATION, Needs
from swe.reference import register
from swe.show.result import Note, Result

if TYPE_CHECKING:
    from swe.indicators.station_months import StationMonths

Group = Literal["urban", "rural"]
# 街道 are urban; 镇, 乡 (and 民族乡, 苏木, which the register counts among them) rural; 地区办事处 are neither and few.
GROUP_OF: Mapping[str, Group] = {"subdistrict": "urban", "town": "rural", "township": "rural"}
LEAST_COUNTIES = 3  # below, an inequality between counties says nothing
LEAST_NEED = 8  # counties of a concentration index, whose normal limits mean little on fewer; ours


@dataclass(frozen=True, eq=False)
class Equity:
    """Urban and rural, and county by county.

    groups     a row a group (urban, rural): units, served (units with a station), villages, stations, villages_per_station
    activity   a row a group and measure: count, exposure, value, se, lower, upper, stations (clusters); activity of
               stations, not effect
    contrast   a row a measure: ratio rural / urban with lower, upper
    counties   a row a county: county name prefecture units stations villages villages_per_station, with needs also
               population, residents_per_station, and a column a need
    theil      stations per village over counties, between and within prefectures; None below 3 counties with ledgers
    by_need    need → concentration index of stations per resident over counties ordered by need per resident
    vintage    of the register
    """

    groups: pd.DataFrame
    activity: pd.DataFrame
    contrast: pd.DataFrame
    counties: pd.DataFrame
    theil: Result | None
    by_need: Mapping[str, Result]
    vintage: str
    notes: tuple[Note, ...]


def equity(
    found: StationMonths, *, prefix: str = "", vintage: str = register.NEWEST, needs: Needs | None = None
) -> Equity:
    """Equity among the units and counties of a region (`prefix`; empty for the nation).

    Raises
    ------
    UsageError
        An unknown vintage.

    References
    ----------
    Theil 1967; Shorrocks 1980, doi:10.2307/1913126; Kakwani, Wagstaff & van Doorslaer 1997,
    doi:10.1016/S0304-4076(96)01807-6; ratios by the delta method over stations, Cochran 1977, Sampling Techniques, ch. 6.
    """
    rows = _units(prefix, register.known_vintage(vintage), found)
    activity, contrast = _activity(found, rows)
    counties = _counties(rows, needs, prefix)
    outside = int((~found.stations["region"].isin(set(rows["unit"]))).sum())
    notes = [
        Note(
            "method",
            "街道为城镇一侧，镇、乡为乡村一侧；地区办事处不归入任何一侧。村（社区）数取自区划登记表",
            "subdistricts are urban, towns and townships rural; area offices are neither. Villages and communities are the register's",
        ),
    ]
    if outside:
        notes.append(
            Note(
                "exclusion",
                f"{outside} 个站不在登记表的乡镇级单位内，不计入",
                f"{outside} stations are in no township unit of the register and are left out",
            )
        )
    silent = int((counties["stations"] == 0).sum())
    if silent:
        notes.append(
            Note(
                "exclusion",
                f"{silent} 个县没有台账中的社工站：是没有报，不是零，不计入不均程度",
                f"{silent} counties have no station in the ledgers: not reported and not zero, they are no part of the inequality",
            )
        )
    uneven = len(counties) >= LEAST_COUNTIES and counties["stations"].sum() > 0
    theil = _theil(counties) if uneven else None
    return Equity(
        _groups(rows),
        activity,
        contrast,
        counties,
        theil,
        _by_need(counties, needs) if needs else {},
        vintage,
        tuple(notes),
    )


def _units(prefix: str, vintage: str, found: StationMonths) -> pd.DataFrame:
    """Township units: unit kind group county prefecture villages stations."""
    stations = found.stations["region"].value_counts()
    rows = [
        (
            code,
            row.kind,
            GROUP_OF.get(row.kind, ""),
            code[:6],
            code[:4],
            row.villages or 0,
            int(stations.get(code, 0)),
        )
        for code, row in register.rows(vintage).items()
        if len(code) == 9 and code.startswith(prefix) and row.kind in register.TOWNSHIP_UNITS
    ]
    return pd.DataFrame(
        rows, columns=["unit", "kind", "group", "county", "prefecture", "villages", "stations"]
    )


def _groups(rows: pd.DataFrame) -> pd.DataFrame:
    made = []
    for group in ("urban", "rural"):
        own = rows[rows["group"] == group]
        served = own[own["stations"] > 0]
        stations = int(served["stations"].sum())
        made.append(
            (
                group,
                len(own),
                len(served),
                int(served["villages"].sum()),
                stations,
                _per(served["villages"].sum(), stations),
            )
        )
    return pd.DataFrame(
        made, columns=["group", "units", "served", "villages", "stations", "villages_per_station"]
    )


def _activity(found: StationMonths, rows: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Rates per station-month reported of either group, errors between stations; and their ratio."""
    side = rows.set_index("unit")["group"]
    group = found.stations.set_index("station")["region"].map(side)
    told = found.months[found.months["count"].notna()]
    sums = told.groupby(["measure", "station"])["count"].agg(["sum", "size"]).reset_index()
    sums["group"] = sums["station"].map(group)
    made, ratios = [], []
    for measure, part in sums.groupby("measure", sort=False):
        both = {name: _ratio(part[part["group"] == name]) for name in ("urban", "rural")}
        for name, (count, exposure, value, se, stations) in both.items():
            made.append((measure, name, count, exposure, value, se, *_wide(value, se), stations))
        ratios.append((measure, *_against(both["rural"], both["urban"])))
    columns = ["measure", "group", "count", "exposure", "value", "se", "lower", "upper", "stations"]
    return pd.DataFrame(made, columns=columns), pd.DataFrame(
        ratios, columns=["measure", "ratio", "lower", "upper"]
    )


def _ratio(part: pd.DataFrame) -> tuple[float, float, float, float, int]:
    """Σy/Σe and its standard error between stations."""
    y, e, m = part["sum"].to_numpy(dtype=float), part["size"].to_numpy(dtype=float), len(part)
    if not m:
        return 0.0, 0.0, np.nan, np.nan, 0
    value = float(y.sum() / e.sum())
    se = float(np.sqrt(((y - value * e) ** 2).sum() * m / (m - 1)) / e.sum()) if m > 1 else np.nan
    return float(y.sum()), float(e.sum()), value, se, m


def _wide(value: float, se: float) -> tuple[float, float]:
    """95 % on the log scale, so that no rate is below 0."""
    if not (value > 0 and se > 0):
        return np.nan, np.nan
    half = 1.959964 * se / value
    return value * float(np.exp(-half)), value * float(np.exp(half))


def _against(a: tuple[float, float, float, float, int], b: tuple[float, float, float, float, int]) -> tuple[float, float, float]:  # fmt: skip
    if not (a[2] > 0 and b[2] > 0):
        return np.nan, np.nan, np.nan
    ratio = a[2] / b[2]
    half = 1.959964 * float(np.hypot(a[3] / a[2], b[3] / b[2]))
    if np.isnan(half):
        return ratio, np.nan, np.nan
    return ratio, ratio * float(np.exp(-half)), ratio * float(np.exp(half))


def _counties(rows: pd.DataFrame, needs: Needs | None, prefix: str) -> pd.DataFrame:
    sums = rows.groupby("county").agg(
        units=("unit", "size"), stations=("stations", "sum"), villages=("villages", "sum")
    )
    frame = sums.reset_index()
    names = register.areas(register.NEWEST)
    frame.insert(1, "name", [names[c].name if c in names else c for c in frame["county"]])
    frame.insert(2, "prefecture", frame["county"].str[:4])
    frame["villages_per_station"] = _ratio_column(frame["villages"], frame["stations"])
    if needs is not None:
        people = needs.of(POPULATION, prefix=prefix)
        frame["population"] = frame["county"].map(people)
        frame["residents_per_station"] = _ratio_column(frame["population"], frame["stations"])
        for name in needs.indicators:
            frame[name] = frame["county"].map(needs.of(name, prefix=prefix))
    return frame


def _theil(counties: pd.DataFrame) -> Result | None:
    """Stations for each village over counties, weighted by villages, between and within prefectures."""
    known = counties[(counties["villages"] > 0) & (counties["stations"] > 0)]
    if len(known) < LEAST_COUNTIES:
        return None
    frame = known.assign(supply=known["stations"] / known["villages"])
    found = stats.theil(frame, value="supply", group="prefecture", weights="villages")
    return found if isinstance(found, Result) else None


def _by_need(counties: pd.DataFrame, needs: Needs) -> dict[str, Result]:
    made = {}
    for name in needs.indicators:
        known = counties[(counties["population"] > 0) & (counties["stations"] > 0) & counties[name].notna()]
        if len(known) < LEAST_NEED:
            continue
        frame = known.assign(
            supply=known["stations"] / known["population"], need=known[name] / known["population"]
        )
        made[name] = stats.concentration(frame, value="supply", rank="need")
    return made


def _ratio_column(above: pd.Series, below: pd.Series) -> pd.Series:
    return (above / below.where(below > 0)).astype(float)


def _per(above: float, below: float) -> float:
    return float(above) / below if below else float("nan")
