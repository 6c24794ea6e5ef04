"""Check 1, second half: what a station says it has done (targets) against the rows of its ledger."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from swe.ledgers.checks.ledger import Ledger, group_ids, month_numbers, numbers
from swe.ledgers.checks.rule import Rule
from swe.ledgers.issues import Issue

if TYPE_CHECKING:
    from numpy.typing import NDArray

MORE = Rule(
    "declared.more_than_ledger", 1, "warning",
    "申报的累计完成数大于台账同期记录数，多出部分没有台账支持。",
    "More is declared as done than the ledger of that period shows; the difference has no record.",
    "补齐台账，或按台账更正申报数。", "Add the missing records, or declare what the ledger shows.",
)  # fmt: skip
LESS = Rule(
    "declared.less_than_ledger", 1, "info",
    "申报的累计完成数小于台账同期记录数。", "Less is declared as done than the ledger of that period shows.",
    "核对申报数的截止日期和口径。", "Check the date and the definition of the declared number.",
)  # fmt: skip
RULES = (MORE, LESS)

# measure → (table, date, the column that is added up; "" counts rows). Measures that several tables share or
# that the ledger only partly holds (volunteers, hours of service) are not compared.
MEASURES: dict[str, tuple[str, str, str]] = {
    "cases": ("cases", "opened_on", ""),
    "case_contacts": ("cases", "opened_on", "contacts"),
    "groups": ("groups", "started_on", ""),
    "group_sessions": ("groups", "started_on", "sessions"),
    "activities": ("activities", "date", ""),
    "households_visited": ("visits", "date", "households"),
    "visit_person_times": ("visits", "date", "person_times"),
    "clients": ("clients", "filed_on", ""),
    "supervision_hours": ("supervision", "date", "hours"),
    "training_sessions": ("training", "date", ""),
    "resources_cny": ("linkages", "date", "amount_cny"),
}
_SPAN = 200_000  # days; more than any date here is from 1970


def declared(ledger: Ledger) -> list[Issue]:
    """The latest cumulative number of each station, measure and period, held against the ledger's own sum.

    Only where the ledger has the table for this station: a table that is absent is another question.
    """
    targets = ledger.rows("targets", "measure", "period_from", "period_to", "month", "declared_total")
    targets = targets[targets["declared_total"].notna() & (targets["_station"] >= 0)]
    if targets.empty:
        return []
    month = np.nan_to_num(month_numbers(targets["month"]), nan=np.inf)
    targets = targets.assign(until=month)
    ids = group_ids(
        targets.assign(since=targets["period_from"].astype("string").fillna("")),
        "_station",
        "measure",
        "since",
    )
    order = np.lexsort((month, ids))
    latest = targets.iloc[order[np.append(np.diff(ids[order]) != 0, True)]].sort_index()
    found: list[Issue] = []
    for measure, (table, date, column) in MEASURES.items():
        asked = latest[(latest["measure"] == measure).fillna(False)]
        if len(asked) and len(ledger.tables[table]):
            found += _compare(ledger, asked, table, date, column)
    return found


def _compare(ledger: Ledger, asked: pd.DataFrame, table: str, date: str, column: str) -> list[Issue]:
    rows = ledger.rows(table, date, *([column] if column else []))
    rows = rows[rows[date].notna() & (rows["_station"] >= 0)]
    asked = asked[asked["_station"].isin(rows["_station"].unique())]
    if asked.empty:
        return []
    amount = np.nan_to_num(numbers(rows[column])) if column else np.ones(len(rows))
    place = rows["_station"].to_numpy() * _SPAN + _days(rows[date])
    order = np.argsort(place, kind="stable")
    place, total = place[order], np.append(0.0, np.cumsum(amount[order]))
    first = np.where(asked["period_from"].isna(), 0, _days(asked["period_from"]))
    last = np.minimum(
        np.where(asked["period_to"].isna(), _SPAN - 1, _days(asked["period_to"])), _month_end(asked["until"])
    )
    station = asked["_station"].to_numpy() * _SPAN
    done = (
        total[np.searchsorted(place, station + last, side="right")]
        - total[np.searchsorted(place, station + first, side="left")]
    )
    said = numbers(asked["declared_total"])
    slack = np.maximum(0.5, 0.005 * done) if column.endswith(("_cny", "hours")) else 0.5
    return [
        *ledger.flag(MORE, "targets", asked[said > done + slack], "declared_total"),
        *ledger.flag(LESS, "targets", asked[said < done - slack], "declared_total"),
    ]


def _days(dates: pd.Series) -> NDArray[np.int64]:
    """Days since 1970, kept inside 0 … _SPAN − 1; missing ones are 0."""
    days = dates.to_numpy(dtype="datetime64[D]")
    return np.clip(np.where(np.isnat(days), 0, days.astype(np.int64)), 0, _SPAN - 1)


def _month_end(month: pd.Series) -> NDArray[np.int64]:
    ends = np.full(len(month), _SPAN - 1, dtype=np.int64)
    given = np.isfinite(month.to_numpy())
    after = (month.to_numpy()[given] + 1 - 1970 * 12).astype("int64").astype("datetime64[M]")
    ends[given] = after.astype("datetime64[D]").astype(np.int64) - 1
    return ends
