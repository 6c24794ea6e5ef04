"""Check 8: money that does not add up, by station, month and source."""

from __future__ import annotations

import numpy as np
import pandas as pd

from swe.ledgers.checks.ledger import Ledger, group_ids, numbers
from swe.ledgers.checks.rule import Rule
from swe.ledgers.issues import Issue

BALANCE = Rule(
    "finance.balance", 8, "warning",
    "结余不等于到账减支出。", "The balance is not received minus spent.",
    "更正写错的一项；含上期结转的，在备注说明。", "Correct what is wrong; say in the note where it was carried over.",
)  # fmt: skip
EXECUTION = Rule(
    "finance.execution", 8, "warning",
    "执行率不等于支出除以到账。", "The execution rate is not spent over received.",
    "更正执行率；按预算计算的请在备注说明口径。", "Correct the rate; say in the note where it is over the budget.",
)  # fmt: skip
PARTS_EXCEED = Rule(
    "finance.parts_exceed_total", 8, "error",
    "各科目“{zh_name}”之和大于同期合计。", "The items' '{en_name}' add up to more than the total of the same period.",
    "更正合计或写错的科目；合计行只写一次。", "Correct the total or the wrong item; write one total only.",
)  # fmt: skip
PARTS_SHORT = Rule(
    "finance.parts_short", 8, "warning",
    "各科目“{zh_name}”之和小于同期合计。", "The items' '{en_name}' add up to less than the total of the same period.",
    "补上漏填的科目，或更正合计。", "Add the items left out, or correct the total.",
)  # fmt: skip
CONTRACT = Rule(
    "finance.above_contract", 8, "warning",
    "本站预算合计大于合同金额。", "The budget of this station exceeds its contract amount.",
    "核对合同金额与预算（元、万元）；有追加经费的在备注说明。", "Check contract and budget (元 or 万元); say in the note where money was added.",
)  # fmt: skip
RULES = (BALANCE, EXECUTION, PARTS_EXCEED, PARTS_SHORT, CONTRACT)

_YUAN = 1.0  # amounts written in whole yuan
_SHARE = 1e-4  # and larger ones in 万元 with two decimals
_RATE = 0.006  # a rate with two decimals


def finance_lines(ledger: Ledger) -> list[Issue]:
    """Each line in itself: balance, execution."""
    rows = ledger.rows("finance", "received_cny", "spent_cny", "balance_cny", "execution_rate")
    received, spent = numbers(rows["received_cny"]), numbers(rows["spent_cny"])
    balance, rate = numbers(rows["balance_cny"]), numbers(rows["execution_rate"])
    with np.errstate(divide="ignore", invalid="ignore"):
        off = (received > 0) & (np.abs(rate - spent / received) > _RATE)
    return [
        *ledger.flag(
            BALANCE, "finance", rows[np.abs(received - spent - balance) > _slack(received)], "balance_cny"
        ),
        *ledger.flag(EXECUTION, "finance", rows[off], "execution_rate"),
    ]


def finance_totals(ledger: Ledger) -> list[Issue]:
    """Totals against their items where both are given for the same station, month and source."""
    amounts = ("budget_cny", "received_cny", "spent_cny")
    rows = ledger.rows("finance", "item", "month", "funding_source", *amounts)
    rows = rows[rows["item"].notna() & (rows["_station"] >= 0)].reset_index(drop=True)
    if rows.empty:
        return []
    filled = rows.assign(month=rows["month"].fillna(""), funding_source=rows["funding_source"].fillna(""))
    ids = group_ids(filled, "_station", "month", "funding_source")
    total = (rows["item"] == "total").to_numpy(dtype=bool)
    table = ledger.contract["finance"]
    found: list[Issue] = []
    for column in amounts:
        amount = numbers(rows[column])
        given = ~np.isnan(amount)
        whole = np.bincount(ids, weights=np.where(total & given, amount, 0))[ids]
        parts = np.bincount(ids, weights=np.where(~total & given, amount, 0))[ids]
        several = np.bincount(ids, weights=~total & given)[ids] > 0
        at = total & given & several & ~pd.Series(np.where(total & given, ids, -1)).duplicated().to_numpy()
        words = {"zh_name": table[column].zh, "en_name": table[column].en}
        found += ledger.flag(
            PARTS_EXCEED, "finance", rows[at & (parts > whole + _slack(whole))], column, **words
        )
        found += ledger.flag(
            PARTS_SHORT, "finance", rows[at & (parts < whole - _slack(whole))], column, **words
        )
    return found + _above_contract(ledger, rows, total)


def _above_contract(ledger: Ledger, rows: pd.DataFrame, total: np.ndarray) -> list[Issue]:
    """The budget of the whole contract (rows without a month) against the contract amount."""
    stations = ledger.rows("stations", "contract_cny")
    stations = stations[(stations["_station"] >= 0) & stations["contract_cny"].notna()]
    stations = stations.drop_duplicates("_station", keep=False)
    budget = np.nan_to_num(numbers(rows["budget_cny"]))
    yearly = rows["month"].isna().to_numpy()
    size = len(ledger.stations)
    station = rows["_station"].to_numpy()
    whole = np.bincount(station, weights=budget * (yearly & total), minlength=size)
    parts = np.bincount(station, weights=budget * (yearly & ~total), minlength=size)
    planned = np.where(whole > 0, whole, parts)[stations["_station"].to_numpy()]
    agreed = numbers(stations["contract_cny"])
    return ledger.flag(CONTRACT, "stations", stations[planned > agreed + _slack(agreed)], "contract_cny")


def _slack(amount: np.ndarray) -> np.ndarray:
    return np.maximum(_YUAN, _SHARE * np.abs(np.nan_to_num(amount)))
