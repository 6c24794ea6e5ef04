"""Check 7: written long after the service, all at once, or crowded at the ends of quarters (突击补录)."""

from __future__ import annotations

import calendar

import numpy as np
import pandas as pd

from swe.ledgers.checks.dates import SERVICES
from swe.ledgers.checks.ledger import Ledger, chance, group_ids, sizes
from swe.ledgers.checks.rule import Rule
from swe.ledgers.issues import Issue

EARLY = Rule(
    "entry.before_service", 7, "warning",
    "录入日期早于服务日期：记录写在服务之前。", "The record was entered before the service took place.",
    "更正写错的日期；计划不能作为服务记录。", "Correct the wrong date; a plan is no record of service.",
)  # fmt: skip
LATE = Rule(
    "entry.late", 7, "info",
    "本站 {n} 条“{zh_table}”中有 {m} 条在服务 {days} 天之后才录入。",
    "{m} of {n} records of this station ({en_table}) were entered more than {days} days after the service.",
    "今后在服务后一个月内录入；补录的附原始记录备查。", "Enter records within a month; keep the original notes of late ones.",
)  # fmt: skip
AT_ONCE = Rule(
    "entry.at_once", 7, "warning",
    "本站 {n} 条“{zh_table}”中有 {m} 条在同一天录入，涉及 {span} 天的服务，可能是突击补录。",
    "{m} of {n} records of this station ({en_table}), of services over {span} days, were entered on one day; they may have been written for the assessment.",
    "附原始记录（签到表、照片、过程记录）备查。", "Keep the original notes, sheets and photos at hand.",
)  # fmt: skip
QUARTER = Rule(
    "service.quarter_end", 7, "info",
    "本站 {n} 条“{zh_table}”中有 {m} 条日期在季末最后十天（平均应占 11%）。",
    "{m} of {n} records of this station ({en_table}) are dated in the last ten days of a quarter (11 % would be even).",
    "核对服务日期；属实的不必改。", "Check the dates of service; leave true ones.",
)  # fmt: skip
RULES = (EARLY, LATE, AT_ONCE, QUARTER)

_LAST_DAYS = 10
_EVEN_SHARE = 4 * _LAST_DAYS / 365.25
_QUARTER_ENDS = {month: calendar.monthrange(2023, month)[1] for month in (3, 6, 9, 12)}
_APART = 60  # days between first and last service from which entry on one day is remarkable: two months


def late_entry(ledger: Ledger) -> list[Issue]:
    """Entry dates against service dates; the end of a case or group counts as its service, if given."""
    limits = ledger.limits
    found: list[Issue] = []
    for name in SERVICES:
        if not ledger.has(name, "entry_date"):
            continue
        table = ledger.contract[name]
        rows = ledger.rows(name, table.date, "entry_date")
        rows = rows[rows[table.date].notna() & rows["entry_date"].notna() & (rows["_station"] >= 0)]
        if rows.empty:
            continue
        end = {"cases": "closed_on", "groups": "ended_on"}.get(name)
        service = rows[table.date]
        if end and ledger.has(name, end):
            service = ledger.rows(name, end)[end].reindex(rows.index).fillna(service)
        found += ledger.flag(
            EARLY, name, rows[(rows["entry_date"] < rows[table.date]).to_numpy()], "entry_date"
        )
        late = ((rows["entry_date"] - service).dt.days > limits.late_days).to_numpy()
        station = rows["_station"].to_numpy()
        n, m = np.bincount(station), np.bincount(station, weights=late).astype(int)
        on = np.flatnonzero((m > 0) & (m >= limits.late_share * n))
        names = {"zh_table": table.zh, "en_table": table.en}
        found += ledger.flag_stations(
            LATE, name, on, "entry_date", n=n[on].tolist(), m=m[on].tolist(), days=limits.late_days, **names
        )
        found += _at_once(ledger, name, rows, n, names)
    return found


def quarter_ends(ledger: Ledger) -> list[Issue]:
    """Services crowded in the last ten days of quarters, more than chance explains."""
    limits = ledger.limits
    found: list[Issue] = []
    for name in SERVICES:
        table = ledger.contract[name]
        rows = ledger.rows(name, table.date)
        rows = rows[rows[table.date].notna() & (rows["_station"] >= 0)]
        if rows.empty:
            continue
        month, day = rows[table.date].dt.month.to_numpy(), rows[table.date].dt.day.to_numpy()
        last = np.zeros(len(rows), dtype=bool)
        for end, days in _QUARTER_ENDS.items():
            last |= (month == end) & (day > days - _LAST_DAYS)
        station = rows["_station"].to_numpy()
        n, m = np.bincount(station), np.bincount(station, weights=last).astype(int)
        on = np.flatnonzero(
            (n >= limits.bunching_least)
            & (m >= limits.bunching_share * n)
            & (chance(m, n, _EVEN_SHARE) < limits.chance)
        )
        found += ledger.flag_stations(
            QUARTER,
            name,
            on,
            table.date,
            n=n[on].tolist(),
            m=m[on].tolist(),
            zh_table=table.zh,
            en_table=table.en,
        )
    return found


def _at_once(
    ledger: Ledger, name: str, rows: pd.DataFrame, n: np.ndarray, names: dict[str, str]
) -> list[Issue]:
    limits = ledger.limits
    ids = group_ids(rows, "_station", "entry_date")
    many = sizes(ids)
    station = rows["_station"].to_numpy()
    crowded = (n[station] >= limits.bunching_least) & (many >= limits.written_at_once * n[station])
    if not crowded.any():
        return []
    days = rows[ledger.contract[name].date][crowded].groupby(ids[crowded])
    span = np.zeros(len(rows), dtype=int)
    span[crowded] = (days.transform("max") - days.transform("min")).dt.days.to_numpy()
    first = crowded & (span >= _APART) & ~pd.Series(ids).duplicated().to_numpy()
    return ledger.flag_stations(
        AT_ONCE, name, station[first], "entry_date",
        n=n[station[first]].tolist(), m=many[first].tolist(), span=span[first].tolist(), **names,
    )  # fmt: skip
