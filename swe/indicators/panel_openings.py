"""When the station of each unit opened: from the station table, first opening first, nothing guessed.

The date decides who is treated when; a station without one is not a unit without a station.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from swe.core.dates import parse_partial
from swe.core.errors import DataError, SweError, UsageError
from swe.indicators.panel_units import KEPT, Unit, merged_codes, place
from swe.stats.frames import require

if TYPE_CHECKING:
    pass

KINDS: Mapping[str, tuple[str, ...]] = {"township": ("station",), "county": ("main_station", "station")}
STATION_KINDS = ("station", "main_station", "room")


@dataclass(frozen=True)
class Openings:
    """By unit: `opened` and `closed` (dates, NaT where none; closed only where every station of the unit is).

    undated   units whose only stations have no opening date: their treatment is unknown
    counts    how many stations were read, of another kind, undated, or in no unit of the register
    """

    frame: pd.DataFrame
    undated: tuple[str, ...]
    counts: Mapping[str, int]


def station_frame(data: Any) -> pd.DataFrame:
    """The stations of a ledger, or a frame of stations: `region_code kind opened_on closed_on`.

    A frame needs `region_code` and `opened_on`; without `kind` its rows are township stations.
    """
    if isinstance(data, pd.DataFrame):
        require(data, ["region_code", "opened_on"])
        rows = data.reindex(columns=["region_code", "kind", "opened_on", "closed_on"])
        rows = rows.assign(kind=rows["kind"].fillna("station") if "kind" in data else "station")
    elif hasattr(data, "snapshot") and hasattr(data, "query"):
        rows = data.query("SELECT region_code, kind, opened_on, closed_on FROM stations")
    else:
        raise UsageError(
            f"data 须为 swe.load 的结果或站点表（DataFrame），收到的是 {type(data).__name__}",
            f"data must be what swe.load returned or a frame of stations, not {type(data).__name__}",
        )
    return rows.assign(
        opened_on=_dates(rows["opened_on"], "opened_on", first=True),
        closed_on=_dates(rows["closed_on"], "closed_on", first=False),
    )


def station_kinds(unit: Unit, kinds: Sequence[str] | None) -> tuple[str, ...]:
    """The kinds of station that make a unit treated."""
    chosen = KINDS[unit] if kinds is None else tuple(kinds)
    wrong = [kind for kind in chosen if kind not in STATION_KINDS]
    if wrong or not chosen:
        raise UsageError(
            f"station_kinds 只能取 {'、'.join(STATION_KINDS)}，收到的是 {'、'.join(map(str, wrong)) or '空'}",
            f"station_kinds must be of {', '.join(STATION_KINDS)}, not {', '.join(map(str, wrong)) or 'empty'}",
        )
    return chosen


def openings(
    stations: pd.DataFrame,
    *,
    unit: Unit,
    vintage: str,
    kinds: tuple[str, ...],
    merged: Mapping[str, str] | None,
) -> Openings:
    """First opening and last closing by unit."""
    mapping = merged_codes(merged)
    asked = stations[stations["kind"].isin(kinds)]
    places = {
        code: place(code, unit=unit, vintage=vintage, merged=mapping)
        for code in asked["region_code"].unique()
    }
    inside = asked["region_code"].map(lambda code: places[code].code if places[code].fate in KEPT else "")
    if unit == "county":
        inside = inside.str[:6]
    asked = asked.assign(unit=inside)
    found = asked[asked["unit"] != ""]
    groups = found.groupby("unit", sort=True)
    closed = groups["closed_on"].agg(lambda day: day.max() if day.notna().all() else pd.NaT)
    frame = pd.DataFrame({"opened": groups["opened_on"].min(), "closed": pd.to_datetime(closed)})
    undated = tuple(frame.index[frame["opened"].isna()])
    counts = {
        "stations": len(asked),
        "other_kinds": len(stations) - len(asked),
        "outside": int((inside == "").sum()),
        "undated": int(found["opened_on"].isna().sum()),
        "closed": int(frame["closed"].notna().sum()),
    }
    return Openings(frame, undated, counts)


def hub_dates(stations: pd.DataFrame) -> dict[str, pd.Timestamp]:
    """The day on which the first main station of a county opened, by its six digits."""
    hubs = stations[(stations["kind"] == "main_station") & stations["opened_on"].notna()]
    return (
        hubs.assign(county=hubs["region_code"].astype(str).str[:6])
        .groupby("county")["opened_on"]
        .min()
        .to_dict()
    )


def _dates(column: pd.Series, name: str, *, first: bool) -> pd.Series:
    """Days as timestamps; a month or year of opening is its first day, of closing its last; NaT where missing."""
    codes, distinct = pd.factorize(column, use_na_sentinel=True)
    days = [_day(value, name, first=first) for value in distinct]
    values = np.array([*days, np.datetime64("NaT")], dtype="datetime64[s]")
    return pd.Series(pd.to_datetime(values[codes]), index=column.index)


def _day(value: Any, name: str, *, first: bool) -> np.datetime64:
    if not isinstance(value, str):
        try:
            return np.datetime64(pd.Timestamp(value).date(), "s")
        except (TypeError, ValueError):
            raise _no_date(name) from None
    if not value.strip():
        return np.datetime64("NaT")
    try:
        period = parse_partial(value)
    except SweError:
        raise _no_date(name) from None
    return np.datetime64(period.first if first else period.last, "s")


def _no_date(name: str) -> DataError:
    return DataError(
        f"列“{name}”中有读不懂的日期，请写成 2022-05-17、2022-05 或日期类型",
        f"column {name!r} holds something that is no date; write 2022-05-17, 2022-05 or real dates",
    )
