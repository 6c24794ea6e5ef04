"""Check 5: groups and activities without photos or sign-in sheet. 'Not there' and 'not said' are two things."""

from __future__ import annotations

import numpy as np

from swe.ledgers.checks.ledger import Ledger
from swe.ledgers.checks.rule import Rule
from swe.ledgers.issues import Issue

MISSING = Rule(
    "evidence.missing", 5, "warning",
    "“{zh_name}”写为无，缺少服务佐证。", "'{en_name}' is said not to be there; the service lacks evidence.",
    "找到后改为“有”并归档；确实没有的保持“无”。", "Write 有 when it is found and filed; leave 无 where there is none.",
)  # fmt: skip
NOT_SAID = Rule(
    "evidence.not_said", 5, "info",
    "本站 {n} 条“{zh_table}”中有 {m} 条没有写“{zh_name}”是否齐全；空白是未报告，不是没有。",
    "{m} of {n} records of this station ({en_table}) do not say whether '{en_name}' is there; empty is not reported, not none.",
    "逐条填写“有”或“无”。", "Write 有 or 无 in each row.",
)  # fmt: skip
RULES = (MISSING, NOT_SAID)

EVIDENCE = ("sign_in_sheet", "photos")


def evidence(ledger: Ledger) -> list[Issue]:
    """A row each where evidence is said to be missing; one issue a station where nothing is said."""
    found: list[Issue] = []
    for name in ("groups", "activities"):
        table = ledger.contract[name]
        rows = ledger.rows(name, *EVIDENCE)
        station = rows["_station"].to_numpy()
        n = np.bincount(station[station >= 0], minlength=1)
        for column in EVIDENCE:
            names = {"zh_name": table[column].zh, "en_name": table[column].en}
            found += ledger.flag(
                MISSING, name, rows[(~rows[column]).fillna(False).to_numpy(dtype=bool)], column, **names
            )
            silent = station[(station >= 0) & rows[column].isna().to_numpy()]
            m = np.bincount(silent, minlength=1)
            on = np.flatnonzero(m)
            found += ledger.flag_stations(
                NOT_SAID, name, on, column, n=n[on].tolist(), m=m[on].tolist(),
                zh_table=table.zh, en_table=table.en, **names,
            )  # fmt: skip
    return found
