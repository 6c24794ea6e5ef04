"""Check 10: case and group work that stops halfway on paper: no goals, no closing, one test of two."""

from __future__ import annotations

import numpy as np
import pandas as pd

from swe.ledgers.checks.ledger import Ledger, true
from swe.ledgers.checks.rule import Rule
from swe.ledgers.issues import Issue

CASE_WORK, GROUP_WORK = "MZ/T 094-2017", "MZ/T 095-2017"
GOALS = Rule(
    "case.goals", 10, "warning",
    "个案已到计划及以后阶段，没有写服务目标。", "The case is past planning and has no written goals.",
    "写上服务计划中的目标。", "Write the goals of the service plan.", CASE_WORK,
)  # fmt: skip
NO_CLOSING = Rule(
    "case.closing_date", 10, "warning",
    "个案写为已结案，没有结案日期。", "The case is said to be closed and has no closing date.",
    "填写结案日期；未结案的更正阶段。", "Write the closing date, or correct the stage.", CASE_WORK,
)  # fmt: skip
NOT_CLOSED = Rule(
    "case.stage", 10, "warning",
    "个案有结案日期，阶段却不是结案。", "The case has a closing date but its stage is not closed.",
    "更正阶段，或删去结案日期。", "Correct the stage, or remove the closing date.", CASE_WORK,
)  # fmt: skip
REASON = Rule(
    "case.closing_reason", 10, "info",
    "已结案，没有写结案原因。", "The case is closed without a reason.",
    "填写结案原因。", "Write the reason.", CASE_WORK,
)  # fmt: skip
OPEN_LONG = Rule(
    "case.open_long", 10, "info",
    "个案接案已超过 {days} 天，仍未结案。", "The case has been open for more than {days} days.",
    "已结束的补填结案日期和原因；仍在服务的不必改。", "Close it where it has ended; leave it where service goes on.", CASE_WORK,
)  # fmt: skip
NO_POST = Rule(
    "test.post", 10, "warning",
    "已结束，有前测而没有后测，变化无法计算。", "It has ended with a pre-test and no post-test; change cannot be computed.",
    "补填后测得分；没有做的保持空白。", "Write the post-test score; leave it empty where there was none.", GROUP_WORK,
)  # fmt: skip
NO_PRE = Rule(
    "test.pre", 10, "warning",
    "有后测而没有前测，变化无法计算。", "There is a post-test and no pre-test; change cannot be computed.",
    "补填前测得分；没有做的保持空白。", "Write the pre-test score; leave it empty where there was none.", GROUP_WORK,
)  # fmt: skip
RULES = (GOALS, NO_CLOSING, NOT_CLOSED, REASON, OPEN_LONG, NO_POST, NO_PRE)

_PAST_PLANNING = ("intervention", "evaluation", "closed")


def cases(ledger: Ledger) -> list[Issue]:
    """Cases. Goals are asked for only where the file has them as a column (text, or whether they are written)."""
    columns = (
        "stage",
        "closed_on",
        "opened_on",
        "closing_reason",
        "has_goals",
        "goals",
        "pre_score",
        "post_score",
    )
    rows = ledger.rows("cases", *columns)
    marked, dated = true(rows["stage"] == "closed"), rows["closed_on"].notna().to_numpy()
    over = marked | dated
    written = true(rows["has_goals"]) | true(rows["goals"].str.strip().str.len() > 0)
    asked = (ledger.has("cases", "goals") | rows["has_goals"].notna()).to_numpy(dtype=bool)
    past = over | true(rows["stage"].isin(_PAST_PLANNING))
    open_days = (pd.Timestamp(ledger.today) - rows["opened_on"]).dt.days.to_numpy()
    limit = ledger.limits.open_days
    return [
        *ledger.flag(GOALS, "cases", rows[past & asked & ~written], "goals"),
        *ledger.flag(NO_CLOSING, "cases", rows[marked & ~dated], "closed_on"),
        *ledger.flag(NOT_CLOSED, "cases", rows[dated & ~marked & rows["stage"].notna().to_numpy()], "stage"),
        *ledger.flag(
            REASON, "cases", rows[over & rows["closing_reason"].isna().to_numpy()], "closing_reason"
        ),
        *ledger.flag(OPEN_LONG, "cases", rows[~over & (open_days > limit)], "closed_on", days=limit),
        *_tests(ledger, "cases", rows, over),
    ]


def groups(ledger: Ledger) -> list[Issue]:
    rows = ledger.rows("groups", "stage", "ended_on", "pre_score", "post_score")
    over = true(rows["stage"] == "ending") | (rows["ended_on"] <= pd.Timestamp(ledger.today)).to_numpy(
        dtype=bool
    )
    return _tests(ledger, "groups", rows, over)


def _tests(ledger: Ledger, table: str, rows: pd.DataFrame, over: np.ndarray) -> list[Issue]:
    pre, post = rows["pre_score"].notna().to_numpy(), rows["post_score"].notna().to_numpy()
    return [
        *ledger.flag(NO_POST, table, rows[over & pre & ~post], "post_score"),
        *ledger.flag(NO_PRE, table, rows[post & ~pre], "pre_score"),
    ]
