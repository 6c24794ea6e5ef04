"""Check 9: coverage above 100 %: more stations than township units, more rooms than villages, more answers than people."""

from __future__ import annotations

import numpy as np
import pandas as pd

from swe.ledgers.checks.ledger import Ledger, group_ids, numbers, sizes
from swe.ledgers.checks.rule import Rule
from swe.ledgers.issues import Issue
from swe.reference import register

STATIONS = Rule(
    "coverage.stations", 9, "error",
    "本县在营社工站 {n} 个，多于 {vintage} 登记的乡镇（街道）{units} 个，覆盖率会超过 100%。",
    "This county has {n} stations in service, more than its {units} township units of {vintage}; coverage would exceed 100 %.",
    "重复登记的站点合并；社工室、服务点的类型改为社工室；已撤的填撤站时间。",
    "Merge stations listed twice; call rooms rooms; give the closing date of closed ones.",
    "国家统计局统计用区划代码",
)  # fmt: skip
SHARED_UNIT = Rule(
    "coverage.shared_unit", 9, "warning",
    "同一乡镇（街道）登记了 {n} 个在营社工站，覆盖只计一个。",
    "{n} stations in service are listed in one township unit; coverage counts one.",
    "核对区划代码；同站重复登记的合并，分点改为社工室。", "Check the region code; merge what is one station, call branches rooms.",
)  # fmt: skip
ROOMS = Rule(
    "coverage.rooms", 9, "warning",
    "本乡镇（街道）社工室 {n} 个，多于 {vintage} 登记的村（社区）{units} 个。",
    "This township unit has {n} rooms, more than its {units} villages and communities of {vintage}.",
    "核对站点类型和区划代码。", "Check kind and region code.",
    "国家统计局统计用区划代码",
)  # fmt: skip
POPULATION = Rule(
    "coverage.survey_stratum", 9, "error",
    "本层有效问卷 {n} 份，多于层总体数，有限总体修正会成为负数。",
    "This stratum has {n} completed interviews, more than its population; the finite population correction would be negative.",
    "更正层总体数或抽样层。", "Correct the population or the stratum.",
)  # fmt: skip
RULES = (STATIONS, SHARED_UNIT, ROOMS, POPULATION)


def station_coverage(ledger: Ledger) -> list[Issue]:
    """Stations and rooms in service against the register's vintage nearest to today."""
    rows = ledger.rows("stations", "kind", "region_code", "closed_on")
    open_now = ~(rows["closed_on"] <= pd.Timestamp(ledger.today)).fillna(False).to_numpy(dtype=bool)
    code = rows["region_code"].fillna("")
    rows = rows.assign(code=code)[open_now & (code.str.len() == 9).to_numpy(dtype=bool)]
    if rows.empty:
        return []
    vintage = register.nearest_vintage(ledger.today)
    known = register.rows(vintage)
    unit = np.array(
        [c in known and known[c].kind in register.TOWNSHIP_UNITS for c in rows["code"]], dtype=bool
    )
    stations = rows[unit & (rows["kind"] == "station").to_numpy(dtype=bool)]
    rooms = rows[unit & (rows["kind"] == "room").to_numpy(dtype=bool)]
    shared = sizes(group_ids(stations, "code"))
    found = ledger.flag(
        SHARED_UNIT, "stations", stations[shared > 1], "region_code", n=shared[shared > 1].tolist()
    )
    counties = stations.assign(county=stations["code"].str[:6])
    found += _above(
        ledger, STATIONS, counties, "county", {c: register.unit_count(c, vintage) for c in set(counties["county"])},
        vintage,
    )  # fmt: skip
    villages = {c: known[c].villages for c in set(rooms["code"])}
    return found + _above(
        ledger,
        ROOMS,
        rooms.assign(town=rooms["code"]),
        "town",
        {c: n for c, n in villages.items() if n},
        vintage,
    )


def survey_strata(ledger: Ledger) -> list[Issue]:
    """Completed interviews of a station's stratum against its population, where no clusters were drawn."""
    rows = ledger.rows("survey", "stratum", "cluster", "population", "outcome")
    rows = rows[
        rows["population"].notna() & rows["cluster"].isna() & (rows["_station"] >= 0)
        & (rows["outcome"].isna() | (rows["outcome"] == "complete").fillna(False))
    ]  # fmt: skip
    ids = group_ids(rows.assign(stratum=rows["stratum"].fillna("")), "_station", "stratum")
    n = sizes(ids)
    over = (n > numbers(rows["population"])) & ~pd.Series(ids).duplicated().to_numpy()
    return ledger.flag(POPULATION, "survey", rows[over], "population", n=n[over].tolist())


def _above(
    ledger: Ledger, rule: Rule, rows: pd.DataFrame, place: str, units: dict[str, int], vintage: str
) -> list[Issue]:
    n = rows[place].map(rows[place].value_counts()).to_numpy()
    most = rows[place].map(units).to_numpy(dtype=float, na_value=np.inf)
    at = (n > most) & ~rows[place].duplicated().to_numpy()
    return ledger.flag(
        rule, "stations", rows[at], "region_code",
        n=n[at].tolist(), units=most[at].astype(int).tolist(), vintage=vintage,
    )  # fmt: skip
