"""Check 1: declared against valid. A record counts as valid when it reaches the least content; both are shown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from swe.ledgers.checks.ledger import Ledger, numbers, true
from swe.ledgers.checks.limits import Minima
from swe.ledgers.checks.rule import Rule
from swe.ledgers.issues import Issue

if TYPE_CHECKING:
    from numpy.typing import NDArray

SOURCE = "许昌市救助站社工服务招标文件"
CASE = Rule(
    "minimum.case", 1, "warning",
    "个案面谈不足 {contacts:g} 次或未填，不计入有效个案。",
    "Fewer than {contacts:g} contacts, or none given: not counted as a valid case.",
    "核对面谈记录后填写实际次数；次数属实的不必改。", "Write the contacts as in the records; leave it where it is true.",
    SOURCE,
)  # fmt: skip
GROUP = Rule(
    "minimum.group", 1, "warning",
    "小组不足 {sessions:g} 节或 {participants:g} 人（或未填），不计入有效小组。",
    "Fewer than {sessions:g} sessions or {participants:g} members (or not given): not counted as a valid group.",
    "核对过程记录和签到表后填写实际节数、人数；属实的不必改。", "Write sessions and members as in the records; leave them where true.",
    SOURCE,
)  # fmt: skip
ACTIVITY = Rule(
    "minimum.activity", 1, "warning",
    "活动参与人数不足 {participants:g} 人或未填，不计入有效活动。",
    "Fewer than {participants:g} participants, or none given: not counted as a valid activity.",
    "核对签到表后填写实际人数；属实的不必改。", "Write the number on the sign-in sheet; leave it where it is true.",
    SOURCE,
)  # fmt: skip
PUBLICITY = Rule(
    "minimum.publicity", 1, "warning",
    "宣传活动不足 {hours:g} 小时或 {participants:g} 人（或未填），不计入有效活动。",
    "A publicity event below {hours:g} h or {participants:g} persons (or not given): not counted as valid.",
    "核对后填写实际时长和人数；属实的不必改。", "Write hours and persons as they were; leave them where true.",
    SOURCE,
)  # fmt: skip
RULES = (CASE, GROUP, ACTIVITY, PUBLICITY)

VALID_COLUMNS = ("station", "kind", "declared", "valid", "reasons")


class Judged(NamedTuple):
    """The rows of one kind, whether each is valid, whether it is over, and what each lacks."""

    rows: pd.DataFrame
    valid: NDArray[np.bool_]
    over: NDArray[np.bool_]
    lacks: Mapping[str, NDArray[np.bool_]]


def judged(ledger: Ledger) -> dict[str, Judged]:
    """Cases, groups and activities held against the minima; a missing number does not reach one."""
    least = ledger.minima
    cases = ledger.rows("cases", "contacts", "stage", "closed_on")
    groups = ledger.rows("groups", "sessions", "participants", "stage", "ended_on")
    acts = ledger.rows("activities", "participants", "hours", "kind")
    publicity = true(acts["kind"] == "publicity")
    persons = np.where(publicity, least.publicity_participants, least.activity_participants)
    hours = np.where(publicity, least.publicity_hours, 0)
    return {
        "case": _judge(
            cases,
            {"contacts": (cases["contacts"], np.float64(least.case_contacts))},
            true(cases["stage"] == "closed") | cases["closed_on"].notna().to_numpy(),
        ),
        "group": _judge(
            groups,
            {
                "sessions": (groups["sessions"], np.float64(least.group_sessions)),
                "participants": (groups["participants"], np.float64(least.group_participants)),
            },
            true(groups["stage"] == "ending") | groups["ended_on"].notna().to_numpy(),
        ),
        "activity": _judge(
            acts,
            {"participants": (acts["participants"], persons), "hours": (acts["hours"], hours)},
            np.ones(len(acts), dtype=bool),
        ),
    }


def minima(ledger: Ledger) -> list[Issue]:
    """Records that are over and do not reach the minima; what still runs may yet reach them."""
    found = judged(ledger)
    least = ledger.minima
    case, group, activity = found["case"], found["group"], found["activity"]
    publicity = true(activity.rows["kind"] == "publicity")
    issues = ledger.flag(
        CASE, "cases", case.rows[~case.valid & case.over], "contacts", contacts=least.case_contacts
    )
    few = group.lacks["sessions"] | group.lacks["sessions_missing"]
    for column, rows in (("sessions", few), ("participants", ~few)):
        issues += ledger.flag(
            GROUP, "groups", group.rows[~group.valid & group.over & rows], column,
            sessions=least.group_sessions, participants=least.group_participants,
        )  # fmt: skip
    issues += ledger.flag(
        ACTIVITY, "activities", activity.rows[~activity.valid & ~publicity], "participants",
        participants=least.activity_participants,
    )  # fmt: skip
    return issues + ledger.flag(
        PUBLICITY, "activities", activity.rows[~activity.valid & publicity], "participants",
        participants=least.publicity_participants, hours=least.publicity_hours,
    )  # fmt: skip


def counted(ledger: Ledger) -> pd.DataFrame:
    """Declared and valid records of each station and kind (VALID_COLUMNS).

    `reasons` says what invalid ones lack, as {column: rows} and {column_missing: rows}; one may lack several.
    """
    parts = []
    for kind, (rows, valid, _, lacks) in judged(ledger).items():
        flags = pd.DataFrame({"declared": True, "valid": valid, **lacks}, index=rows.index)
        sums = flags[rows["_station"] >= 0].groupby(rows["_station"]).sum().astype(int)
        reasons = [
            {k: int(n) for k, n in zip(lacks, row, strict=True) if n}
            for row in sums[list(lacks)].itertuples(index=False)
        ]
        parts.append(
            pd.DataFrame(
                {
                    "station": ledger.stations[sums.index.to_numpy(dtype=int)].to_numpy(),
                    "kind": kind,
                    "declared": sums["declared"].to_numpy(),
                    "valid": sums["valid"].to_numpy(),
                    "reasons": pd.Series(reasons, dtype="object"),
                },
                columns=list(VALID_COLUMNS),
            )
        )
    table = pd.concat(parts, ignore_index=True)
    return table.sort_values(["station", "kind"], kind="stable").reset_index(drop=True)


def _judge(
    rows: pd.DataFrame,
    asked: Mapping[str, tuple[pd.Series, NDArray[np.float64] | np.float64]],
    over: NDArray[np.bool_],
) -> Judged:
    valid = np.ones(len(rows), dtype=bool)
    lacks: dict[str, NDArray[np.bool_]] = {}
    for column, (values, least) in asked.items():
        given = numbers(values)
        needed = np.broadcast_to(least, given.shape) > 0
        lacks[column] = needed & (given < least)
        lacks[f"{column}_missing"] = needed & np.isnan(given)
        valid &= ~(lacks[column] | lacks[f"{column}_missing"])
    return Judged(rows, valid, over, lacks)


__all__ = ["RULES", "VALID_COLUMNS", "Judged", "Minima", "counted", "judged", "minima"]
