"""Checks 8 and 9: staff numbers of a station against each other and against its roster."""

from __future__ import annotations

import numpy as np

from swe.ledgers.checks.ledger import Ledger, numbers
from swe.ledgers.checks.rule import Rule
from swe.ledgers.issues import Issue

CERTIFIED = Rule(
    "coverage.certified", 9, "error",
    "持证人数大于驻站社工人数，持证率会超过 100%。", "More certified workers than resident ones; the share would exceed 100 %.",
    "持证人数只计驻站社工中的持证者。", "Count certified workers among resident ones only.",
)  # fmt: skip
ROSTER = Rule(
    "totals.roster", 8, "info",
    "驻站社工人数与花名册在岗人数不同。", "The number of resident workers differs from the roster.",
    "按花名册（未离职且驻站）核对；差额是不同日期造成的在备注说明。",
    "Check with the roster (in post and resident); say in the note where the dates differ.",
)  # fmt: skip
RULES = (CERTIFIED, ROSTER)

_CERTIFIED = ("assistant", "social_worker", "senior")


def staff(ledger: Ledger) -> list[Issue]:
    """The station's own numbers; the roster is compared where the station has one."""
    rows = ledger.rows("stations", "resident_workers", "certified_workers")
    resident, certified = numbers(rows["resident_workers"]), numbers(rows["certified_workers"])
    found = ledger.flag(CERTIFIED, "stations", rows[certified > resident], "certified_workers")
    roster = ledger.rows("workers", "left_on", "resident", "licence")
    roster = roster[roster["_station"] >= 0]
    if roster.empty or rows.empty:
        return found
    today = np.datetime64(ledger.today)
    left = roster["left_on"].to_numpy(dtype="datetime64[D]")
    away = (~roster["resident"]).fillna(False).to_numpy(dtype=bool)
    in_post = ~(left < today) & ~away
    station = roster["_station"].to_numpy()
    size = len(ledger.stations) + 1
    listed = np.bincount(station, minlength=size) > 0
    at = rows["_station"].to_numpy()
    for column, counts in (
        ("resident_workers", np.bincount(station[in_post], minlength=size)),
        ("certified_workers", np.bincount(station[in_post & roster["licence"].isin(_CERTIFIED).to_numpy()], minlength=size)),
    ):  # fmt: skip
        if column == "certified_workers" and roster["licence"].isna().any():
            known = np.bincount(station[roster["licence"].isna().to_numpy()], minlength=size) == 0
        else:
            known = np.ones(size, dtype=bool)
        said = numbers(rows[column])
        off = ~np.isnan(said) & (at >= 0) & listed[at] & known[at] & (said != counts[at])
        found += ledger.flag(ROSTER, "stations", rows[off], column)
    return found
