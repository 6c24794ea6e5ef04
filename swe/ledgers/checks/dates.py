"""Check 4: records before there was a station or a worker, after they left, in the future, or ending before they begin."""

from __future__ import annotations

import numpy as np
import pandas as pd

from swe.ledgers.checks.ledger import Ledger, month_numbers
from swe.ledgers.checks.rule import Rule
from swe.ledgers.issues import Issue

FUTURE = Rule(
    "date.future", 4, "error",
    "日期在今天之后，尚未发生的事不能计数。", "The date lies in the future; what has not happened cannot be counted.",
    "更正年份、月份或日期；计划中的服务不要写入台账。", "Correct year, month or day; plans do not belong in a ledger.",
)  # fmt: skip
BACKWARDS = Rule(
    "date.backwards", 4, "error",
    "“{zh_end}”早于“{zh_start}”。", "'{en_end}' is before '{en_start}'.",
    "核对两个日期，更正写错的一个。", "Check both dates and correct the wrong one.",
)  # fmt: skip
BEFORE_STATION = Rule(
    "date.before_station", 4, "warning",
    "记录早于本站建站时间。", "The record is older than the station.",
    "更正本行日期或站点的建站时间。", "Correct the date here or the opening date of the station.",
)  # fmt: skip
AFTER_STATION = Rule(
    "date.after_station", 4, "warning",
    "记录晚于本站撤站时间。", "The record is later than the closing of the station.",
    "更正本行日期或站点的撤站时间。", "Correct the date here or the closing date of the station.",
)  # fmt: skip
BEFORE_WORKER = Rule(
    "date.before_worker", 4, "warning",
    "记录早于负责社工的入职时间。", "The record is older than the worker's first day in post.",
    "更正日期或负责社工；入职时间有误的在花名册更正。", "Correct date or worker, or the first day in the roster.",
)  # fmt: skip
AFTER_WORKER = Rule(
    "date.after_worker", 4, "warning",
    "记录晚于负责社工的离职时间。", "The record is later than the worker's last day in post.",
    "更正日期或负责社工；离职时间有误的在花名册更正。", "Correct date or worker, or the last day in the roster.",
)  # fmt: skip
RULES = (FUTURE, BACKWARDS, BEFORE_STATION, AFTER_STATION, BEFORE_WORKER, AFTER_WORKER)

_AHEAD = {
    "contract_from",
    "contract_to",
    "period_from",
    "period_to",
    "deadline",
    "closed_on@stations",
    "left_on",
}
_SPANS = (
    ("stations", "opened_on", "closed_on"),
    ("stations", "contract_from", "contract_to"),
    ("workers", "hired_on", "left_on"),
    ("cases", "opened_on", "closed_on"),
    ("groups", "started_on", "ended_on"),
    ("targets", "period_from", "period_to"),
    ("findings", "date", "deadline"),
)
# What the station itself delivers; ratings, findings and surveys may well come after it closed.
SERVICES = ("cases", "groups", "activities", "visits", "linkages", "supervision", "training")


def future(ledger: Ledger) -> list[Issue]:
    """Dates and months after today, but for those that may lie ahead (contract, period, deadline, leaving)."""
    found: list[Issue] = []
    today = pd.Timestamp(ledger.today)
    this_month = ledger.today.year * 12 + ledger.today.month - 1
    for name, table in ledger.contract.tables.items():
        for column in table.columns:
            ahead = column.name in _AHEAD or f"{column.name}@{name}" in _AHEAD
            if ahead or not ledger.has(name, column.name):
                continue
            if column.type == "date":
                late = (ledger.tables[name][column.name] > today).to_numpy()
            elif column.type == "month":
                late = month_numbers(ledger.tables[name][column.name]) > this_month
            else:
                continue
            if late.any():
                found += ledger.flag(FUTURE, name, ledger.rows(name)[late], column.name)
    return found


def backwards(ledger: Ledger) -> list[Issue]:
    """Spans that end before they begin."""
    found: list[Issue] = []
    for name, start, end in _SPANS:
        rows = ledger.rows(name, start, end)
        table = ledger.contract[name]
        found += ledger.flag(
            BACKWARDS, name, rows[(rows[end] < rows[start]).to_numpy()], end,
            zh_start=table[start].zh, zh_end=table[end].zh, en_start=table[start].en, en_end=table[end].en,
        )  # fmt: skip
    return found


def outside_station(ledger: Ledger) -> list[Issue]:
    """Services dated before the station opened or after it closed."""
    stations = ledger.rows("stations", "opened_on", "closed_on")
    if stations.empty:
        return []
    opened = _by_number(ledger, stations, "opened_on")
    closed = _by_number(ledger, stations, "closed_on")
    found: list[Issue] = []
    for name in SERVICES:
        column = ledger.contract[name].date
        rows = ledger.rows(name, column)
        day, at = rows[column].to_numpy(dtype="datetime64[D]"), rows["_station"].to_numpy()
        found += ledger.flag(BEFORE_STATION, name, rows[day < opened[at]], column)
        found += ledger.flag(AFTER_STATION, name, rows[day > closed[at]], column)
    return found


def outside_employment(ledger: Ledger) -> list[Issue]:
    """Services by a worker (ID or name in the roster of the station) not yet or no longer in post."""
    roster = ledger.rows("workers", "worker_id", "name", "hired_on", "left_on")
    roster = roster[(roster["_station"] >= 0) & (roster["hired_on"].notna() | roster["left_on"].notna())]
    if roster.empty:
        return []
    found: list[Issue] = []
    for name in SERVICES:
        if not ledger.has(name, "worker_id"):
            continue
        column = ledger.contract[name].date
        rows = ledger.rows(name, "worker_id", column)
        for key in ("worker_id", "name"):
            post = roster[["_station", key, "hired_on", "left_on"]].rename(columns={key: "worker_id"})
            post = post.dropna(subset=["worker_id"]).drop_duplicates(["_station", "worker_id"], keep=False)
            at = _positions(rows, post)
            started = np.append(post["hired_on"].to_numpy(dtype="datetime64[D]"), np.datetime64("NaT", "D"))
            left = np.append(post["left_on"].to_numpy(dtype="datetime64[D]"), np.datetime64("NaT", "D"))
            day = rows[column].to_numpy(dtype="datetime64[D]")
            found += ledger.flag(BEFORE_WORKER, name, rows[day < started[at]], column)
            found += ledger.flag(AFTER_WORKER, name, rows[day > left[at]], column)
    return found


def _by_number(ledger: Ledger, stations: pd.DataFrame, column: str) -> np.ndarray:
    """The station's date under its number; NaT (also at −1) where there is none."""
    days = np.full(len(ledger.stations) + 1, np.datetime64("NaT"), dtype="datetime64[D]")
    held = stations[stations["_station"] >= 0].drop_duplicates("_station", keep=False)
    days[held["_station"].to_numpy()] = held[column].to_numpy(dtype="datetime64[D]")
    return days


def _positions(rows: pd.DataFrame, post: pd.DataFrame) -> np.ndarray:
    """The position in `post` of each row's station and worker; −1 where there is none."""
    words = pd.Index(post["worker_id"].astype(object).unique())
    codes, uniques = pd.factorize(rows["worker_id"])
    word = np.append(words.get_indexer(pd.Index(uniques.astype(object))), -1)[codes]
    width = max(len(words), 1)
    key = np.where((word >= 0) & (rows["_station"] >= 0), rows["_station"].to_numpy() * width + word, -1)
    held = pd.Index(
        post["_station"].to_numpy() * width + words.get_indexer(pd.Index(post["worker_id"].astype(object)))
    )
    return held.get_indexer(key)
