"""Check 3: more in one day than one worker can do."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from swe.ledgers.checks.ledger import Ledger, group_ids, numbers, sizes, true
from swe.ledgers.checks.rule import Rule
from swe.ledgers.issues import Issue

if TYPE_CHECKING:
    from numpy.typing import NDArray

PLACES = Rule(
    "load.places", 3, "warning",
    "同一社工同一天有 {n} 场活动、在 {places} 个地点，请核实。",
    "One worker has {n} activities in {places} places on the same day; please check.",
    "更正日期或负责社工；属实的在备注说明分工。",
    "Correct date or worker; where it is true, say in the note who did what.",
    )  # fmt: skip
VISITS = Rule(
    "load.visits", 3, "warning",
    "同一社工一天 {n} 条记录的入户户数合计超过一天可能完成的数量（{limit}）。",
    "The households that one worker saw at home in a day ({n} records) are more than a day allows ({limit}).",
    "更正日期、户数或走访方式；多人分头走访的分行填写。",
    "Correct date, households or mode; give each worker a row where several went out.",
)  # fmt: skip
HOURS = Rule(
    "load.hours", 3, "warning",
    "同一社工一天 {n} 条记录的服务时长合计超过 {limit:g} 小时。",
    "The hours of one worker on a day ({n} records) add up to more than {limit:g}.",
    "更正时长；多人共同完成的，时长按一名社工填写。", "Correct the hours; write those of one worker where several worked together.",
)  # fmt: skip
RULES = (PLACES, VISITS, HOURS)

_HOURS_FROM = ("activities", "visits", "supervision", "training")  # a group's hours lie on many days


def places_in_a_day(ledger: Ledger) -> list[Issue]:
    """Activities of one worker on one day, where their number and that of their places reach the limit."""
    most = ledger.limits.activities_in_a_day
    rows = ledger.rows("activities", "worker_id", "date", "place")
    ids = group_ids(rows, "_station", "worker_id", "date")
    rows = rows.assign(_day=ids, _n=sizes(ids))
    rows = rows[rows["_n"] >= most]
    place = rows["place"].str.normalize("NFKC").str.replace(r"\s", "", regex=True)
    rows = rows.assign(_places=place.groupby(rows["_day"]).transform("nunique"))
    rows = rows[rows["_places"] >= most]
    return ledger.flag(
        PLACES, "activities", rows, "date", n=rows["_n"].tolist(), places=rows["_places"].tolist()
    )


def visits_in_a_day(ledger: Ledger) -> list[Issue]:
    """Households that one worker saw at home on one day; a row without a number is one household."""
    most = ledger.limits.visits_in_a_day
    rows = ledger.rows("visits", "worker_id", "date", "delivery_mode", "households")
    away = rows["delivery_mode"].isin(["phone", "video", "online"])
    rows = rows[~true(away)]
    ids = group_ids(rows, "_station", "worker_id", "date")
    households = np.nan_to_num(numbers(rows["households"]), nan=1.0)
    return _over(ledger, VISITS, "visits", rows, ids, households, most, "households")


def hours_in_a_day(ledger: Ledger) -> list[Issue]:
    """Hours of one worker on one day, over all tables that have them; said at the day's first record."""
    parts = []
    for name in _HOURS_FROM:
        if ledger.has(name, "hours") and ledger.has(name, "worker_id"):
            rows = ledger.rows(name, "worker_id", "date", "hours")
            parts.append(rows[rows["hours"].notna()].assign(_table=name))
    if not parts:
        return []
    rows = pd.concat(parts, ignore_index=True)
    ids = group_ids(rows, "_station", "worker_id", "date")
    found: list[Issue] = []
    total, many = _totals(ids, numbers(rows["hours"])), sizes(ids)
    first = (total > ledger.limits.hours_in_a_day) & ~pd.Series(ids).duplicated().to_numpy() & (ids >= 0)
    for name in _HOURS_FROM:
        here = first & (rows["_table"] == name).to_numpy()
        found += ledger.flag(
            HOURS, name, rows[here], "hours", n=many[here].tolist(), limit=ledger.limits.hours_in_a_day
        )
    return found


def _over(
    ledger: Ledger,
    rule: Rule,
    table: str,
    rows: pd.DataFrame,
    ids: NDArray[np.int64],
    amount: NDArray[np.float64],
    most: float,
    column: str,
) -> list[Issue]:
    total = _totals(ids, amount)
    first = (total > most) & ~pd.Series(ids).duplicated().to_numpy() & (ids >= 0)
    return ledger.flag(rule, table, rows[first], column, n=sizes(ids)[first].tolist(), limit=most)


def _totals(ids: NDArray[np.int64], amount: NDArray[np.float64]) -> NDArray[np.float64]:
    """The sum of each row's group; 0 where it has none."""
    sums = np.bincount(ids[ids >= 0], weights=amount[ids >= 0], minlength=1)
    return np.where(ids >= 0, sums[np.maximum(ids, 0)], 0.0)
