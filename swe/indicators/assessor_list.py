"""The list that third-party assessors work through, with stable codes and formulas, whatever the framework.

Completion, declared against valid, staffing, money, files, key groups, awareness, frequency, change, balance, linkage and
rectification; grades and ranks are scores' matter, and completeness by month is the checks'.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np

from swe.indicators import assessor_figures as special
from swe.indicators import frame as frames
from swe.indicators.frame import Line
from swe.indicators.framework_model import Count, Part, Sum, TargetOf, Test
from swe.indicators.indicator_frame import checked, notes, read
from swe.indicators.measure_figures import figures, mean, share
from swe.indicators.measure_sql import both, column, least_content, number, quoted
from swe.indicators.quantities import Figures, Quantity, Rules, over, part, records, total
from swe.indicators.station_scope import asked

if TYPE_CHECKING:
    import pandas as pd

    from swe.core.dates import Period
    from swe.indicators.quantities import Source
    from swe.indicators.station_scope import By, Flags
    from swe.ledgers.tables_view import Tables

KINDS = ("station", "main_station", "room")


def _equals(name: str, value: str) -> dict[str, Test]:
    return {name: Test.model_validate({"equals": value})}


# What of the ledgers a target counts; persons, households, person-times and sessions each by themselves.
COMPLETIONS: Mapping[str, Part | str] = {
    "completion.cases": Count(count="cases", valid=True),
    "completion.case_contacts": Sum(sum="cases", column="contacts"),
    "completion.groups": Count(count="groups", valid=True),
    "completion.group_sessions": Sum(sum="groups", column="sessions"),
    "completion.activities": Count(count="activities", valid=True),
    "completion.households_visited": Sum(sum="visits", column="households"),
    "completion.visit_person_times": Sum(sum="visits", column="person_times"),
    "completion.person_times": "person_times",  # over the four service ledgers
    "completion.clients": "clients",  # filed in the period
    "completion.service_hours": "hours",
    "completion.volunteers": Sum(sum="linkages", column="volunteers"),
    "completion.volunteer_hours": Sum(sum="linkages", column="volunteer_hours"),
    "completion.resources_cny": Sum(sum="linkages", column="amount_cny"),
    "completion.organisations": Count(count="linkages", where=_equals("resource_kind", "organisation")),
    "completion.training_sessions": Count(count="training"),
    "completion.supervision_hours": Sum(sum="supervision", column="hours"),
    "completion.publicity_events": Count(count="activities", where=_equals("kind", "publicity"), valid=True),
}  # fmt: skip
COUNTS: Mapping[str, Count] = {
    "count.cases": Count(count="cases", valid=True),
    "count.groups": Count(count="groups", valid=True),
    "count.activities": Count(count="activities", valid=True),
}


@dataclass(frozen=True)
class Entry:
    """One line of the list: how it is worked out, its unit, its evidence, where the rule comes from."""

    work: Callable[[Source, Flags], Figures]
    measure_unit: str
    basis: str
    source: str = "ours"


def assessor_indicators(data: Tables, *, by: By = "station", period: str | Period) -> pd.DataFrame:
    """The assessors' list out of a stored ledger, independent of any framework.

    Parameters
    ----------
    data, by, period
        As for `swe.indicators`.

    Returns
    -------
    DataFrame
        In the columns of `swe.indicators`, a row a unit and code, codes in the order of `codes()`. Valid numbers stand
        in `value`, declared ones in `declared`; a code ending in `.capped` is the completion capped at 1. Names and
        definitions: `describe(code, lang)`. What adds up is added up; a gap is the longest of a region's stations.

    Raises
    ------
    UsageError
        Another `by` or `period`, no Tables.
    """
    question = asked(by, period)
    with checked(data).connect() as con:
        source, found = read(con, question, worked_out)
        frames.refuse_empty(source.scope)
        unusable = source.unusable_targets()
        made = frames.frame(source.scope, lines_of(source, found, data.snapshot.id))
    made.attrs["notes"] = notes(source.scope, unusable)
    return made


def worked_out(source: Source) -> list[Figures]:
    """Every code of the list over the units of a source, in the order of the list."""
    mask = source.scope.applies(KINDS)
    return [each.work(source, mask) for each in _entries().values()]


def lines_of(source: Source, found: list[Figures], snapshot: str) -> list[Line]:
    """What was worked out as lines of the frame, capped completions and the coverage of regions included."""
    question = source.scope.asked
    lines = [
        Line(code, figures, each.measure_unit, frames.evidence_line(each.basis, question, snapshot))
        for (code, each), figures in zip(_entries().items(), found, strict=True)
    ]
    if question.by != "station":
        lines.insert(0, _stations_of_units(source, snapshot))
    return [each for line in lines for each in (line, *_capped(line))]


def codes() -> tuple[str, ...]:
    """Every code of the list, in its order; `coverage.stations` stands for regions only."""
    listed = []
    for code in ("coverage.stations", *_entries()):
        listed += [code, f"{code}.capped"] if code in COMPLETIONS else [code]
    return tuple(listed)


def describe(code: str, lang: str = "zh") -> tuple[str, str]:
    """Name and definition of a code.

    >>> describe("team.vacancy", "en")[0]
    'Vacancy rate'
    """
    from swe.show.words import word

    return word(f"assessor.{code}", lang), word(f"assessor.{code}.definition", lang)


def source_of(code: str) -> str:
    """The document that a code's rule comes from; `ours` where there is none."""
    return _entries()[code.removesuffix(".capped")].source if code != "coverage.stations" else REGISTER


REGISTER = "国家统计局统计用区划代码"
SYLLABUS = "全国社会工作者职业水平考试大纲"
GUANGZHOU = "广州市社工服务站评估：知晓度、满意度"
MINIMA = "许昌市救助站社工服务招标文件"


def _entries() -> dict[str, Entry]:
    return {
        **_completions(),
        **_counts(),
        **_team(),
        **_money(),
        **_quality(),
        **_people(),
        **_frequency(),
        **_others(),
    }


def _rules() -> Rules:
    return Rules(least_content())


# -- outputs --


def _completions() -> dict[str, Entry]:
    def entry(code: str, done: Part | str) -> Entry:
        measure = code.removeprefix("completion.")
        target = TargetOf(target=measure)

        def work(source: Source, mask: Flags) -> Figures:
            due = part(source, target, _rules())
            if not isinstance(done, str):
                found = over(source.scope, part(source, done, _rules()), due, mask, completion=True)
                plain = done.model_copy(update={"valid": False})
                declared = over(source.scope, part(source, plain, _rules()), due, mask)
                return replace(found, declared=declared.value if getattr(done, "valid", False) else None)
            if done == "clients":
                filed = records(source, "clients", "", dated="filed_on")
                return over(source.scope, filed, due, mask, completion=True)
            return over(source.scope, special.together(source, done), due, mask, completion=True)

        what = "clients filed_on in the period" if done == "clients" else (
            f"{done} of {'+'.join(special.SERVICES)}" if isinstance(done, str) else frames.what(done)
        )  # fmt: skip
        return Entry(
            work,
            "fraction",
            f"{what} over {frames.what(target)}",
            MINIMA if getattr(done, "valid", False) else "ours",
        )

    return {code: entry(code, done) for code, done in COMPLETIONS.items()}


def _capped(line: Line) -> tuple[Line, ...]:
    """The completion again, at most 1."""
    if not line.figures.completion:
        return ()
    found = line.figures
    declared = None if found.declared is None else np.minimum(found.declared, 1)
    return (
        replace(line, code=f"{line.code}.capped",
                figures=replace(found, value=np.minimum(found.value, 1), declared=declared)),
    )  # fmt: skip


def _counts() -> dict[str, Entry]:
    def entry(measure: Count) -> Entry:
        return Entry(
            lambda source, mask: figures(source, measure, _rules(), mask=mask, code="", full=0.0),
            frames.measure_unit(measure), frames.what(measure), MINIMA,
        )  # fmt: skip

    return {code: entry(measure) for code, measure in COUNTS.items()}


# -- team and money --


def _team() -> dict[str, Entry]:
    def workers(source: Source, mask: Flags) -> Figures:
        return over(source.scope, records(source, "workers", special.in_post(source)), None, mask)

    return {
        "team.workers": Entry(workers, "person", "workers in post on the last day"),
        "team.certified_rate": Entry(special.certified, "fraction", "workers in post with a licence of those whose licence is known"),
        "team.vacancy": Entry(special.vacancy, "fraction", "stations.posts less workers in post, over stations.posts"),
    }  # fmt: skip


def _money() -> dict[str, Entry]:
    def ratio(above: str, below: str) -> Callable[[Source, Flags], Figures]:
        def work(source: Source, mask: Flags) -> Figures:
            found = special.money(source)
            return over(
                source.scope,
                special.quantity(source, found[above]),
                special.quantity(source, found[below]),
                mask,
            )

        return work

    def per_service(source: Source, mask: Flags) -> Figures:
        spent = special.quantity(source, special.money(source)["spent_here"])
        valid = over(source.scope, spent, special.together(source, "person_times", least_content()), mask)
        declared = over(source.scope, spent, special.together(source, "person_times"), mask)
        return replace(valid, declared=declared.value)

    def per_case(source: Source, mask: Flags) -> Figures:
        spent = special.quantity(source, special.money(source)["spent_here"])
        closed = records(source, "cases", "\"stage\" = 'closed'", dated="closed_on")
        return over(source.scope, spent, closed, mask)

    return {
        "money.received_rate": Entry(ratio("received", "budget"), "fraction", "finance received_cny over budget_cny"),
        "money.execution": Entry(ratio("spent", "received"), "fraction", "finance spent_cny over received_cny"),
        "money.cny_per_valid_service": Entry(per_service, "CNY/person_time", "finance spent_cny in the period over person_times of valid records", MINIMA),
        "money.cny_per_completed_case": Entry(per_case, "CNY/case", "finance spent_cny in the period over cases closed_on in it"),
    }  # fmt: skip


# -- quality and people --


def _quality() -> dict[str, Entry]:
    closed = "\"stage\" = 'closed'"

    def tested(source: Source, mask: Flags) -> Figures:
        both_scores = both(closed, "pre_score IS NOT NULL AND post_score IS NOT NULL")
        return share(source, "cases", both_scores, closed, mask)

    def goals(source: Source, mask: Flags) -> Figures:
        found = mean(source, "cases", quoted("goal_attainment"), closed, mask)
        most = 4.0  # full attainment; 0 none
        return replace(found, denominator=found.denominator * most, value=found.value / most)

    return {
        "quality.file_completeness": Entry(special.case_files, "fraction", "documents present over 6 a closed case", "MZ/T 094-2017"),
        "change.tested_rate": Entry(tested, "fraction", "closed cases with pre_score and post_score"),
        "change.pre_post": Entry(special.pre_post, "point", "mean of post_score less pre_score, one scale only"),
        "change.goal_attainment": Entry(goals, "fraction", "goal_attainment over 4 a closed case", SYLLABUS),
    }  # fmt: skip


def _people() -> dict[str, Entry]:
    groups = "穗府办〔2023〕7号"

    def survey(met: str, of: str) -> Callable[[Source, Flags], Figures]:
        return lambda source, mask: share(source, "survey", both(of, met), of, mask)

    answered = "coalesce(outcome, 'complete') IN ('complete', 'partial')"
    known = survey(special.known_items(), special.asked_items())

    def margin(source: Source, mask: Flags) -> Figures:
        found = known(source, mask)
        return special.margin(found, *frames.limits(found))

    satisfied = survey(
        f"{special.satisfaction()} >= {special.SATISFIED_FROM}", f"{special.satisfaction()} IS NOT NULL"
    )
    return {
        "groups.key_persons": Entry(lambda s, m: special.key_groups(s, m)[0], "person", "distinct persons of key groups in clients", groups),
        "groups.key_coverage": Entry(lambda s, m: special.key_groups(s, m)[1], "fraction", "distinct persons of key groups with a case or visit", groups),
        "awareness.known_rate": Entry(known, "fraction", "survey with 3 of 5 awareness items", GUANGZHOU),
        "awareness.satisfied_rate": Entry(satisfied, "fraction", "survey with a mean satisfaction of 4 or more", GUANGZHOU),
        "awareness.response_rate": Entry(survey(answered, "coalesce(outcome, '') <> 'not_eligible'"), "fraction", "survey answered of those eligible"),
        "awareness.margin": Entry(margin, "fraction", "half of the 95 % interval of awareness.known_rate"),
    }  # fmt: skip


# -- frequency, balance, linkage, findings --


def _frequency() -> dict[str, Entry]:
    listed = "+".join(special.SERVICES)
    return {
        "frequency.months": Entry(lambda s, m: special.frequency(s, "months", m), "fraction", f"months with a record of {listed}"),
        "frequency.weeks": Entry(lambda s, m: special.frequency(s, "weeks", m), "fraction", f"ISO weeks with a record of {listed}"),
        "frequency.longest_gap_days": Entry(special.longest_gap, "day", f"most days on end without a record of {listed}"),
    }  # fmt: skip


def _others() -> dict[str, Entry]:
    def linked(name: str, **where: str) -> Callable[[Source, Flags], Figures]:
        condition = both(*(f"{quoted(key)} = '{value}'" for key, value in where.items()))

        def work(source: Source, mask: Flags) -> Figures:
            value = number(column("linkages", name), table="linkages")
            return over(source.scope, total(source, "linkages", value, condition), None, mask)

        return work

    def organisations(source: Source, mask: Flags) -> Figures:
        return over(
            source.scope, records(source, "linkages", "\"resource_kind\" = 'organisation'"), None, mask
        )

    wrong = "severity IN ('veto', 'major', 'minor') AND coalesce(kind, '') <> 'good_practice'"

    def rectified(source: Source, mask: Flags) -> Figures:
        return share(source, "findings", f"{wrong} AND coalesce(rectified, FALSE)", wrong, mask)

    def overdue(source: Source, mask: Flags) -> Figures:
        late = f"{wrong} AND NOT coalesce(rectified, FALSE) AND deadline < {special.last_day(source)}"
        return over(source.scope, records(source, "findings", late), None, mask)

    return {
        "domains.balance": Entry(special.balance, "fraction", "entropy of cases+groups+activities over five domains, by ln 5"),
        "linkage.cny": Entry(linked("amount_cny", resource_kind="money"), "CNY", "linkages.amount_cny where resource_kind=money"),
        "linkage.in_kind_cny": Entry(linked("amount_cny", resource_kind="goods"), "CNY", "linkages.amount_cny where resource_kind=goods"),
        "linkage.volunteers": Entry(linked("volunteers"), "person", "sum of linkages.volunteers"),
        "linkage.volunteer_hours": Entry(linked("volunteer_hours"), "hour", "sum of linkages.volunteer_hours"),
        "linkage.organisations": Entry(organisations, "organisation", "linkages where resource_kind=organisation"),
        "linkage.elements": Entry(special.elements, "party", "distinct parties of five in linkages"),
        "findings.rectified_rate": Entry(rectified, "fraction", "findings rectified of those to be rectified"),
        "findings.overdue": Entry(overdue, "issue", "findings not rectified with a deadline before the last day"),
    }  # fmt: skip


# -- coverage --


def _stations_of_units(source: Any, snapshot: str) -> Line:
    """Township units with a station that is open on the last day, over all township units of the register."""
    from swe.reference.register import TOWNSHIP_UNITS, in_vintage, nearest_vintage, rows, unit_count

    scope = source.scope
    period = scope.asked.period
    last = (
        period.last
        if period
        else date.fromisoformat(str(np.nanmax(scope.span[1][scope.dated])))
        if scope.dated.any()
        else date.max
    )
    vintage = nearest_vintage(last)
    register = rows(vintage)
    units_of = {code for code, row in register.items() if len(code) == 9 and row.kind in TOWNSHIP_UNITS}
    day = np.datetime64(last)
    opened, closed = (scope.own[name].to_numpy(dtype="datetime64[D]") for name in ("opened_on", "closed_on"))
    there = (np.isnat(opened) | (opened <= day)) & (np.isnat(closed) | (closed > day)) & (scope.unit >= 0)
    served: dict[int, set[str]] = {}
    for code, unit, is_open in zip(scope.region, scope.unit, there, strict=True):
        if is_open and code in units_of:
            served.setdefault(int(unit), set()).add(code)
    known = np.array([in_vintage(str(each), vintage) for each in scope.units])
    due = np.array(
        [
            float(unit_count(str(each), vintage)) if ok else np.nan
            for each, ok in zip(scope.units, known, strict=True)
        ]
    )
    held = np.array([float(len(served.get(i, ()))) for i in range(len(scope.units))])
    one = Quantity(np.ones(len(scope.ids), dtype=bool), lambda _: (np.where(known, held, np.nan), due))
    below = Quantity(np.ones(len(scope.ids), dtype=bool), lambda _: (due, due))
    found = over(scope, one, below, scope.applies(KINDS), limits="wilson")
    basis = frames.evidence_line(
        f"township units with an open station over units of the register {vintage}", scope.asked, snapshot
    )
    return Line("coverage.stations", found, "fraction", basis)
