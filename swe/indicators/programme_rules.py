"""The rules of a programme: which of them published figures answer already, and what the others need.

A rule of a notice is checked with ledgers; but a published count may settle it, as claimed, one way or the
other. A bound settles it only where it lies wholly on one side.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal

from swe.core.bounded import Verdict
from swe.indicators.programme_model import Answer, Programme
from swe.indicators.programme_numbers import value_of

if TYPE_CHECKING:
    import pandas as pd

    from swe.reference.published import Published

RuleStatus = Literal["met_as_claimed", "not_met", "cannot_say", "needs_ledger", "context"]
STATUS_OF_VERDICT: Mapping[Verdict, RuleStatus] = {
    "yes": "met_as_claimed",
    "no": "not_met",
    "cannot_say": "cannot_say",
}

# What a ledger must hold to check a rule, by what the rule applies to; a roll-out needs opening dates.
NEEDS: Mapping[str, tuple[str, str]] = {
    "station": (
        "站点名册及各站的场地、人员和特色资料",
        "a list of stations with premises, staff and features",
    ),
    "worker": ("人员名册及培训记录", "a list of workers with training records"),
    "volunteer": ("志愿者名册及投保记录", "a list of volunteers with insurance records"),
    "station_month": ("带日期和主题的服务记录", "service records with date and theme"),
    "station_week": ("带日期的活动记录", "activity records with dates"),
    "province_day": ("带日期的服务记录", "service records with dates"),
    "record": ("带领域、类别和方式的服务记录", "service records with domain, type and mode"),
    "client": ("带人群类别的服务对象登记", "client records with client group"),
    "case": ("带风险等级和首次响应日期的个案记录", "case records with risk level and date of first response"),
    "task": ("逐项任务的清单、方案和落实记录", "the list, plan and record of every task"),
    "project": ("项目名册及参与各方", "a list of projects and the parties in each"),
    "fund": ("带来源的资金台账", "a ledger of money with its source"),
    "pair": ("结对机构和人员的逐对名单", "the list of paired agencies and workers"),
    "programme": ("项目的活动和各方清单", "the programme's activities and parties"),
    "village": ("村（社区）社工室名册", "a list of rooms in villages and communities"),
    "township": ("逐乡镇（街道）的站点名单", "stations by township unit"),
    "county": ("逐县的站点、机构和品牌清单", "stations, bodies and brands by county"),
    "county_outbreak": (
        "各县疫情状态及同期服务记录的方式",
        "outbreak status by county and mode of service records",
    ),
    "county_no_outbreak": (
        "各县疫情状态及同期任务记录",
        "outbreak status by county and records by type of task",
    ),
    "prefecture": ("逐市（州）的站点、机构和政策清单", "stations, bodies and policies by prefecture"),
    "province": ("全省的站点名册和服务记录", "the province's list of stations and service records"),
}
ROLLOUT_NEEDS = ("各站的首次开放日期", "the first opening date of every station")
OTHER_NEEDS = ("与该规则对应的台账", "ledgers on the subject of the rule")

COLUMNS = (
    *("rule_id", "rule_type", "role", "indicator", "operator", "threshold", "measure_unit", "applies_to"),
    *("period_start", "period_end", "check", "quote_zh", "source_id"),
    *("needs_zh", "needs_en", "status", "note_zh", "note_en"),
)


def rules_table(programme: Programme, published: Published) -> pd.DataFrame:
    """The rules of a programme and what can be said of each without a ledger.

    Returns
    -------
    DataFrame
        One row a rule, in the order of the file, all text, "" where absent: rule_id, rule_type, role (check
        or context), indicator, operator, threshold, measure_unit, applies_to, period_start, period_end,
        check, quote_zh, source_id; needs_zh, needs_en (what of a ledger would check it); status
        (met_as_claimed, not_met, cannot_say, needs_ledger; context where there is nothing to check); note_zh,
        note_en.
    """
    import pandas as pd

    known = rules_of(published)
    rows = [_rule_row(known[rule], programme, published) for rule in programme.rules]
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype("str")


def rules_of(published: Published) -> dict[str, dict[str, str]]:
    """Every published rule by its id, its unit as measure_unit."""
    return {
        key: {"measure_unit": row.get("unit", ""), **row}
        for key, row in records(published.rules, "rule_id").items()
    }


def records(frame: pd.DataFrame, key: str) -> dict[str, dict[str, str]]:
    """The rows of a text table by their key, absent cells as empty texts."""
    rows = frame.fillna("").astype("str").to_dict("records")
    return {row[key]: {str(k): v for k, v in row.items()} for row in rows}


def _rule_row(rule: Mapping[str, str], programme: Programme, published: Published) -> dict[str, str]:
    answers = [answer for answer in programme.answers if answer.rule == rule["rule_id"]]
    zh, en = ROLLOUT_NEEDS if rule["rule_type"] == "rollout" else NEEDS.get(rule["applies_to"], OTHER_NEEDS)
    notes = [answer.note for answer in answers if answer.note]
    return {
        **rule,
        "needs_zh": zh,
        "needs_en": en,
        "status": _rule_status(rule, answers, programme, published),
        "note_zh": "".join(note.zh for note in notes),
        "note_en": " ".join(note.en for note in notes),
    }


def _rule_status(
    rule: Mapping[str, str], answers: list[Answer], programme: Programme, published: Published
) -> RuleStatus:
    if not answers:
        return "needs_ledger" if rule["role"] == "check" else "context"
    verdicts = {_verdict(answer, programme, published) for answer in answers}
    if "no" in verdicts:
        return "not_met"
    return STATUS_OF_VERDICT["cannot_say" if "cannot_say" in verdicts else "yes"]


def _verdict(answer: Answer, programme: Programme, published: Published) -> Verdict:
    if answer.value is None:
        return "cannot_say"
    value = value_of(answer.value, programme, published).with_unit("")
    target = value_of(answer.target, programme, published).with_unit("")
    if answer.operator == ">=":
        return value.at_least_as_much(target)
    if answer.operator == "<=":
        return target.at_least_as_much(value)
    both = {value.at_least_as_much(target), target.at_least_as_much(value)}
    return "no" if "no" in both else "yes" if both == {"yes"} else "cannot_say"
