"""Check 6: numbers that end on 0 or 5 too often were guessed, not counted (Whipple's index, for person-times)."""

from __future__ import annotations

import numpy as np

from swe.ledgers.checks.ledger import Ledger, chance, numbers
from swe.ledgers.checks.rule import Rule
from swe.ledgers.issues import Issue

HEAPING = Rule(
    "heaping", 6, "info",
    "本站 {n} 个人次（10 及以上）中有 {m} 个以 0 或 5 结尾（惠普尔指数 {index:.0f}，无堆积为 100，全部为 500），可能是估计数。",
    "{m} of {n} person-times of this station (10 and above) end on 0 or 5 (Whipple's index {index:.0f}; 100 without heaping, 500 for all); they may be estimates.",
    "按签到表填写实际人数，不写约数。", "Write the number on the sign-in sheet, not a round one.",
    "Whipple's index; United Nations Demographic Yearbook, Technical Notes: 175 and more is very rough",
)  # fmt: skip
RULES = (HEAPING,)

# table → the number that is judged, and the one that stands in where it is missing
NUMBERS = {
    "activities": ("person_times", "participants"),
    "groups": ("person_times", "participants"),
    "visits": ("person_times", "persons"),
    "linkages": ("beneficiaries", "beneficiaries"),
}
LEAST = 10  # below ten the last digits are not evenly spread


def heaping(ledger: Ledger) -> list[Issue]:
    """One issue a station and table: index above the limit, enough numbers, and not by chance (p₀ = 1/5)."""
    limits = ledger.limits
    found: list[Issue] = []
    for name, (column, instead) in NUMBERS.items():
        rows = ledger.rows(name, *dict.fromkeys((column, instead)))
        amount = numbers(rows[column].fillna(rows[instead]))
        station = rows["_station"].to_numpy()
        judged = (amount >= LEAST) & (station >= 0)
        n = np.bincount(station[judged], minlength=1)
        m = np.bincount(station[judged & (amount % 5 == 0)], minlength=len(n))
        index = 500 * m / np.maximum(n, 1)
        on = np.flatnonzero(
            (n >= limits.heaping_least)
            & (index >= limits.heaping_index)
            & (chance(m, n, 0.2) < limits.chance)
        )
        found += ledger.flag_stations(
            HEAPING, name, on, column, n=n[on].tolist(), m=m[on].tolist(), index=index[on].tolist()
        )
    return found
