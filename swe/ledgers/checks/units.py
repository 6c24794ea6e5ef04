"""Check 12, second half: the same number in households, persons and person-times, row after row: one was copied."""

from __future__ import annotations

import numpy as np

from swe.ledgers.checks.ledger import Ledger, numbers
from swe.ledgers.checks.rule import Rule
from swe.ledgers.issues import Issue

SAME = Rule(
    "unit.same_numbers", 12, "warning",
    "本站 {n} 条多户走访的“{zh_a}”和“{zh_b}”全都相同，可能混用了单位。",
    "In all {n} visits of this station to several households '{en_a}' and '{en_b}' are the same; units may be mixed.",
    "户、人、人次分别统计：一户可有几人，一人可有几人次。", "Count households, persons and person-times apart.",
)  # fmt: skip
RULES = (SAME,)

_LEAST = 5  # rows of a station that name more than one household, and both numbers


def same_numbers(ledger: Ledger) -> list[Issue]:
    """One issue a station whose visits to several households never tell households from persons or person-times."""
    rows = ledger.rows("visits", "households", "persons", "person_times")
    table = ledger.contract["visits"]
    station, households = rows["_station"].to_numpy(), numbers(rows["households"])
    found: list[Issue] = []
    for column in ("persons", "person_times"):
        other = numbers(rows[column])
        held = (households > 1) & ~np.isnan(other) & (station >= 0)
        n = np.bincount(station[held], minlength=1)
        m = np.bincount(station[held & (households == other)], minlength=len(n))
        on = np.flatnonzero((n >= _LEAST) & (m == n))
        found += ledger.flag_stations(
            SAME, "visits", on, column, n=n[on].tolist(),
            zh_a=table["households"].zh, zh_b=table[column].zh, en_a=table["households"].en, en_b=table[column].en,
        )  # fmt: skip
    return found
