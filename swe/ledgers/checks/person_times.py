"""Checks 8 and 11: persons, person-times, sessions and households of one row that cannot all be true."""

from __future__ import annotations

import numpy as np

from swe.ledgers.checks.ledger import Ledger, numbers
from swe.ledgers.checks.rule import Rule
from swe.ledgers.issues import Issue

TOO_MANY = Rule(
    "person_times.too_many", 11, "error",
    "总人次大于组员人数乘节数，不可能。", "Person-times exceed members × sessions, which cannot be.",
    "按每节签到表相加得总人次；组员一人只计一次。", "Add up the sign-in sheets of the sessions; count each member once.",
    "MZ/T 095-2017",
)  # fmt: skip
FEW_PERSONS = Rule(
    "person_times.below_persons", 8, "error",
    "人次小于人数，不可能：每人至少一次。", "Person-times are below persons, which cannot be: each came at least once.",
    "人数一人计一次，人次按出席次数相加；核对两个数是否填反。", "Count each person once and add up attendances; see whether the two were swapped.",
)  # fmt: skip
MANY_TIMES = Rule(
    "person_times.unusual", 11, "warning",
    "人次超过人数的 {ratio:g} 倍，请核实。", "Person-times are more than {ratio:g} times the persons; please check.",
    "多日活动按各日签到相加；一次走访的人次等于人数。", "Add up the days of a longer event; in one visit person-times equal persons.",
)  # fmt: skip
VISIT_TIMES = Rule(
    "person_times.visit", 11, "warning",
    "一次走访的人次大于人数。", "The person-times of one visit exceed its persons.",
    "一次走访每人计一人次；多次走访分行填写。", "One visit is one person-time for each; give each visit a row.",
)  # fmt: skip
HOUSEHOLDS = Rule(
    "visits.households", 9, "warning",
    "走访户数大于走访人数。", "More households than persons were visited.",
    "户数与人数核对；未见到人的走访不计户数。", "Check households and persons; a household where nobody was met does not count.",
)  # fmt: skip
ATTENDANCE = Rule(
    "totals.attendance", 8, "warning",
    "出席率与总人次÷（组员人数×节数）不符。", "The attendance rate is not person-times over (members × sessions).",
    "更正出席率，或更正人数、节数、人次；也可以不填出席率。", "Correct the rate or the numbers; the rate may be left out.",
    "MZ/T 095-2017",
)  # fmt: skip
RULES = (TOO_MANY, FEW_PERSONS, MANY_TIMES, VISIT_TIMES, HOUSEHOLDS, ATTENDANCE)

_ROUNDING = 0.011  # a rate written in whole per cent, and a little


def person_times(ledger: Ledger) -> list[Issue]:
    """Row by row; a comparison with a missing number says nothing."""
    groups = ledger.rows("groups", "participants", "sessions", "person_times", "attendance_rate")
    members, sessions = numbers(groups["participants"]), numbers(groups["sessions"])
    times, rate = numbers(groups["person_times"]), numbers(groups["attendance_rate"])
    most = members * sessions
    with np.errstate(divide="ignore", invalid="ignore"):
        off = (most > 0) & (np.abs(rate - times / most) > _ROUNDING)
    found = [
        *ledger.flag(TOO_MANY, "groups", groups[times > most], "person_times"),
        *ledger.flag(FEW_PERSONS, "groups", groups[times < members], "person_times"),
        *ledger.flag(ATTENDANCE, "groups", groups[off], "attendance_rate"),
    ]
    events = ledger.rows("activities", "participants", "person_times")
    persons, times = numbers(events["participants"]), numbers(events["person_times"])
    ratio = ledger.limits.person_times_ratio
    found += ledger.flag(FEW_PERSONS, "activities", events[times < persons], "person_times")
    found += ledger.flag(
        MANY_TIMES, "activities", events[times > ratio * persons], "person_times", ratio=ratio
    )
    visits = ledger.rows("visits", "households", "persons", "person_times")
    persons, times = numbers(visits["persons"]), numbers(visits["person_times"])
    return [
        *found,
        *ledger.flag(FEW_PERSONS, "visits", visits[times < persons], "person_times"),
        *ledger.flag(VISIT_TIMES, "visits", visits[times > persons], "person_times"),
        *ledger.flag(HOUSEHOLDS, "visits", visits[numbers(visits["households"]) > persons], "households"),
    ]
