"""Rows of a comparison: unit, count, exposure, months due and reported, and the way down to it, for each measure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from swe.core.errors import DataError
from swe.indicators.station_months import StationMonths
from swe.reference.register import DIGITS
from swe.stats.frames import read_numbers, require

By = Literal["station", "county", "prefecture", "province"]
PLACE = ("name", "region", "province", "prefecture", "county")
COLUMNS = ("unit", *PLACE, "measure", "count", "exposure", "due", "reported")


@dataclass(frozen=True)
class Measure:
    """A measure that units can be compared on.

    kind    rate (counts over station-months, or over what `exposure` is) or share (x of n)
    unit    what its value is counted in, as in results.json
    """

    name: str
    kind: Literal["rate", "share"]
    unit: str


MEASURES: Mapping[str, Measure] = {
    each.name: each
    for each in (
        Measure("valid_cases", "rate", "case/station_month"),
        Measure("valid_groups", "rate", "group/station_month"),
        Measure("valid_activities", "rate", "activity/station_month"),
        Measure("households_visited", "rate", "household/station_month"),
        Measure("cases_closed", "share", "fraction"),
        Measure("awareness", "share", "fraction"),
    )
}


@dataclass(frozen=True)
class Rows:
    """Units (COLUMNS), a row a unit and measure; months `unit month measure count exposure due`; the measures by name."""

    units: pd.DataFrame
    months: pd.DataFrame
    measures: Mapping[str, Measure]


def from_months(found: StationMonths, by: By, measures: Sequence[str]) -> Rows:
    """Stations, or the stations of a region added up: what was not reported is in neither count nor exposure."""
    stations = found.stations.assign(unit=_unit(found.stations, by))
    unit_of = stations.set_index("station")["unit"]
    placed = found.months.assign(unit=found.months["station"].map(unit_of))
    placed = placed[placed["measure"].isin(measures)]
    placed = placed.assign(exposure=placed["count"].notna().astype(float), due=1.0)
    keys = ["unit", "month", "measure"]
    months = placed.groupby(keys, sort=True)[["count", "exposure", "due"]].sum(min_count=1).reset_index()
    rates = months.groupby(["unit", "measure"])[["count", "exposure", "due"]].sum(min_count=1).reset_index()
    rates = rates.assign(reported=rates["exposure"])
    shares = found.shares[found.shares["measure"].isin(measures)]
    shares = shares.assign(unit=shares["station"].map(unit_of))
    sums = shares.groupby(["unit", "measure"])[["count", "exposure"]].sum().reset_index()
    every = pd.MultiIndex.from_product([sorted(set(unit_of)), list(measures)], names=["unit", "measure"])
    parts = [part for part in (rates, sums.assign(due=np.nan, reported=np.nan)) if len(part)]
    joined = (
        pd.concat(parts).set_index(["unit", "measure"]) if parts else rates.set_index(["unit", "measure"])
    )
    units = joined.reindex(every).reset_index()
    units = units.merge(_places(stations, by), on="unit", how="left")
    order = {name: i for i, name in enumerate(measures)}
    units = units.sort_values("measure", key=lambda c: c.map(order), kind="stable")
    return Rows(units[list(COLUMNS)].reset_index(drop=True), months, {m: MEASURES[m] for m in measures})


def _unit(stations: pd.DataFrame, by: By) -> pd.Series:
    return stations["station"] if by == "station" else stations["region"].str[: DIGITS[by]]


def _places(stations: pd.DataFrame, by: By) -> pd.DataFrame:
    """Name and level path of every unit; levels below it are empty."""
    if by == "station":
        return stations[["unit", *PLACE]]
    from swe.reference.regions import region

    codes = pd.Series(sorted(set(stations["unit"])), dtype="object")
    above = {level: codes.str[:n].where(codes.str.len() >= n, "") for level, n in DIGITS.items() if n < 9}
    names = [region(code).name for code in codes]
    return pd.DataFrame({"unit": codes, "name": names, "region": codes, **above})[["unit", *PLACE]]


def given(data: pd.DataFrame, measures: Sequence[str]) -> Rows:
    """A user's frame, or the frame of `swe.indicators`, as rows."""
    frame = data
    if "measure" not in frame and "indicator" in frame:
        frame = _of_indicators(frame)
    require(frame, ["unit", "measure", "count", "exposure"])
    if measures:
        frame = frame[frame["measure"].isin(measures)]
    twice = int(frame.duplicated(["unit", "measure"]).sum())
    if twice:
        raise DataError(f"有 {twice} 行重复（同一单位、同一指标）", f"{twice} rows repeat a unit and measure")
    made = pd.DataFrame(
        {"unit": frame["unit"].to_numpy(dtype=object), "measure": frame["measure"].astype(str).to_numpy()}
    )
    for name in ("count", "exposure", "due", "reported"):
        made[name] = read_numbers(frame[name], name) if name in frame else np.nan
    if (made[["count", "exposure"]] < 0).to_numpy().any():
        raise DataError("count 与 exposure 不能为负", "count and exposure cannot be negative")
    kinds = frame["kind"].astype(str).to_numpy() if "kind" in frame else np.full(len(made), "")
    found = {
        name: _measure(name, set(kinds[made["measure"] == name])) for name in dict.fromkeys(made["measure"])
    }
    for name in ("name", *PLACE[1:]):
        made[name] = (
            frame[name].to_numpy(dtype=object) if name in frame else (made["unit"] if name == "name" else "")
        )
    months = pd.DataFrame(columns=["unit", "month", "measure", "count", "exposure", "due"])
    return Rows(made[list(COLUMNS)], months, found)


def _measure(name: str, kinds: set[str]) -> Measure:
    if name in MEASURES:
        return MEASURES[name]
    return Measure(name, "share", "fraction") if "share" in kinds else Measure(name, "rate", "ratio")


def _of_indicators(frame: pd.DataFrame) -> pd.DataFrame:
    """`swe.indicators`: those with a denominator; a share where it counts a part of a whole (its interval is Wilson's)."""
    require(frame, ["unit", "indicator", "numerator", "denominator", "measure_unit"])
    has = frame["denominator"].notna() & (frame["denominator"] > 0)
    rows = frame[has]
    part = (
        rows["numerator"] <= rows["denominator"]
    )  # completion of a target may exceed it, and is then no share
    whole = part.groupby(rows["indicator"].astype(str)).transform("all").to_numpy(dtype=bool)
    share = (rows["measure_unit"].astype(str) == "fraction").to_numpy() & whole
    return pd.DataFrame(
        {
            "unit": rows["unit"].to_numpy(dtype=object), "measure": rows["indicator"].astype(str).to_numpy(),
            "count": rows["numerator"].to_numpy(), "exposure": rows["denominator"].to_numpy(),
            "kind": np.where(share, "share", "rate"),
        }
    )  # fmt: skip
