"""Check 6, second half: questionnaires that were ticked through, or filled in by one hand."""

from __future__ import annotations

import numpy as np
import pandas as pd

from swe.ledgers.checks.ledger import Ledger, group_ids, sizes
from swe.ledgers.checks.rule import Rule
from swe.ledgers.issues import Issue

STRAIGHT = Rule(
    "survey.straight_lining", 6, "info",
    "本站 {n} 份问卷中有 {m} 份各满意度题答案完全一样；满意度失去区分，不能作为成效。",
    "{m} of {n} questionnaires of this station give every satisfaction item the same answer; such satisfaction tells nothing apart and is never effect.",
    "核对访问过程；由第三方抽样重访一部分。", "Check how people were asked; have a third party ask some of them again.",
)  # fmt: skip
IDENTICAL = Rule(
    "survey.identical", 6, "warning",
    "本份问卷的全部答案与本站另外 {others} 份相同（且各题并不相同），可能由同一人代填。",
    "All answers equal those of {others} other questionnaires of this station (though they differ between items); one hand may have filled them in.",
    "核对原始问卷或录音；代填的作废。", "Check paper or recording; void what was filled in for others.",
)  # fmt: skip
RULES = (STRAIGHT, IDENTICAL)

SATISFACTION = tuple(f"satisfaction_{i}" for i in range(1, 11))
AWARENESS = tuple(f"awareness_{i}" for i in range(1, 6))


def answers(ledger: Ledger) -> list[Issue]:
    """Straight-lining by station; identical answer vectors, over awareness and satisfaction, by questionnaire."""
    limits = ledger.limits
    rows = ledger.rows("survey", *SATISFACTION, *AWARENESS)
    rows = rows[rows["_station"] >= 0]
    if rows.empty:
        return []
    items = rows[list(SATISFACTION)].to_numpy(dtype=float, na_value=np.nan)
    answered = (~np.isnan(items)).sum(axis=1)
    judged = answered >= limits.straight_items
    low = np.where(np.isnan(items), np.inf, items).min(axis=1)
    high = np.where(np.isnan(items), -np.inf, items).max(axis=1)
    alike = judged & (low == high)
    station = rows["_station"].to_numpy()
    n = np.bincount(station[judged], minlength=1)
    m = np.bincount(station[alike], minlength=len(n))
    on = np.flatnonzero((n >= limits.respondents_least) & (m >= limits.straight_lined * n))
    found = ledger.flag_stations(STRAIGHT, "survey", on, "satisfaction_1", n=n[on].tolist(), m=m[on].tolist())
    known = rows[list(AWARENESS)].astype("Float64").to_numpy(dtype=float, na_value=np.nan)
    vector = np.nan_to_num(np.hstack([items, known]), nan=9).astype(np.int64)
    enough = ((vector != 9).sum(axis=1) >= limits.same_items) & (low < high)
    code = vector @ (10 ** np.arange(vector.shape[1], dtype=np.int64))
    chosen = rows[enough]
    shared = sizes(
        group_ids(chosen.assign(code=pd.Series(code[enough], index=chosen.index)), "_station", "code")
    )
    same = shared >= limits.same_answers
    return found + ledger.flag(
        IDENTICAL, "survey", chosen[same], "satisfaction_1", others=(shared[same] - 1).tolist()
    )
