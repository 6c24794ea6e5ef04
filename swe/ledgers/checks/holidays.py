"""Check 4, second half: records on public holidays with a fixed date, and an unusual share on weekends; counts only."""

from __future__ import annotations

import numpy as np

from swe.ledgers.checks.dates import SERVICES
from swe.ledgers.checks.ledger import Ledger, chance
from swe.ledgers.checks.rule import Rule
from swe.ledgers.issues import Issue

HOLIDAY = Rule(
    "date.holiday", 4, "info",
    "本站 {n} 条“{zh_table}”中有 {m} 条日期在元旦、劳动节或国庆节假日；节日服务可以是真的，请核对。",
    "{m} of {n} records of this station ({en_table}) are dated on New Year's Day, Labour Day or National Day; service on a holiday may be real, please check.",
    "日期写错的更正；属实的不必改。", "Correct wrong dates; leave true ones.",
    "全国年节及纪念日放假办法（2024 年修订）：只含日期固定的节日，不含春节、清明、端午、中秋和调休",
)  # fmt: skip
WEEKEND = Rule(
    "date.weekend", 4, "info",
    "本站 {n} 条“{zh_table}”中有 {m} 条日期在周末，高于平均分布的 2/7（未考虑调休上班）。",
    "{m} of {n} records of this station ({en_table}) are dated on a weekend, more than the 2/7 of an even spread (make-up workdays not considered).",
    "日期是补记或随意填写的，改为实际服务日期；属实的不必改。", "Write the real day of service where dates were filled in later; leave true ones.",
)  # fmt: skip
RULES = (HOLIDAY, WEEKEND)

FIXED = (101, 501, 1001, 1002, 1003)  # month × 100 + day
SECOND_OF_MAY_FROM = 2025  # 国务院令第795号


def holidays(ledger: Ledger) -> list[Issue]:
    """One issue a station and table; weekends only where chance does not explain their share."""
    found: list[Issue] = []
    for name in SERVICES:
        table = ledger.contract[name]
        rows = ledger.rows(name, table.date)
        rows = rows[rows[table.date].notna() & (rows["_station"] >= 0)]
        if rows.empty:
            continue
        day, station = rows[table.date].dt, rows["_station"].to_numpy()
        date = (day.month * 100 + day.day).to_numpy()
        off = np.isin(date, FIXED) | ((date == 502) & (day.year >= SECOND_OF_MAY_FROM).to_numpy())
        n = np.bincount(station)
        held = np.bincount(station, weights=off)
        ends = np.bincount(station, weights=(day.day_of_week >= 5).to_numpy())
        names = {"zh_table": table.zh, "en_table": table.en}
        on = np.flatnonzero(held)
        found += ledger.flag_stations(
            HOLIDAY, name, on, table.date, n=n[on].tolist(), m=held[on].astype(int).tolist(), **names
        )
        limits = ledger.limits
        on = np.flatnonzero((n >= limits.weekend_least) & (chance(ends, n, 2 / 7) < limits.chance))
        found += ledger.flag_stations(
            WEEKEND, name, on, table.date, n=n[on].tolist(), m=ends[on].astype(int).tolist(), **names
        )
    return found
