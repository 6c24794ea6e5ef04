"""Numbers from ledgers as rows of results.json: totals, per station, people, survey, money, files, data quality."""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from swe.core.bounded import Bounded
from swe.indicators.ledger_facts import MEASURES
from swe.show.numbers import Number, number
from swe.show.words import both

if TYPE_CHECKING:
    from swe.reports.evaluation import Evaluation

UNITS = {name: unit for name, (_, _, unit) in MEASURES.items()} | {"direct_person_times": "person_time"}
PEOPLE = {"workers": "person", "licence_known": "person", "certified": "person", "left_post": "person", "clients": "person"}  # fmt: skip
SURVEY = {
    "approached": "person", "answered": "person", "asked_awareness": "person", "known": "person",
    "asked_satisfaction": "person", "satisfied": "person",
}  # fmt: skip
MEAN = "mean of the ledger"
STATION_MEASURES = ("cases", "groups", "activities", "households_visited", "visit_person_times")
# rate → (numerator, denominator, label): parts of a whole, both shown beside it
RATES = {
    "team.certified_rate": ("team.certified", "team.licence_known", "labels.team_certified_rate"),
    "quality.file_completeness": (
        "quality.documents_present", "quality.documents_required", "labels.quality_file_completeness",
    ),
    "output.case_closure": ("output.cases_closed", "output.cases", "labels.output_case_closure"),
    "awareness.known_rate": ("awareness.known", "awareness.asked_awareness", "labels.awareness_known_rate"),
    "awareness.satisfied_rate": ("awareness.satisfied", "awareness.asked_satisfaction", "labels.awareness_satisfied_rate"),
    "awareness.response_rate": ("awareness.answered", "awareness.approached", "labels.awareness_response_rate"),
    "money.received_rate": ("money.received_cny", "money.budget_cny", "labels.money_received_rate"),
    "money.execution_rate": ("money.spent_cny", "money.received_cny", "labels.money_execution_rate"),
}  # fmt: skip


def ledger_numbers(e: Evaluation) -> Iterator[Number]:
    """All numbers that rest on ledgers; none where the run has no ledgers."""
    if e.ledger is None:
        return
    found = {n.id: n for n in _counts(e)}
    yield from found.values()
    for id, (above, below, label) in RATES.items():
        yield _rate(e, id, found.get(above), found.get(below), label)
    yield from _stations(e)


def _counts(e: Evaluation) -> Iterator[Number]:
    assert e.ledger is not None
    facts = e.ledger.facts
    for name, unit in UNITS.items():
        total: float | Bounded | None = facts.totals[name]
        if name == "direct_person_times" and isinstance(total, float) and not facts.direct_complete:
            total = Bounded.at_least(total)
        yield _count(e, f"output.{name}", total, unit)
    for name, unit in PEOPLE.items():
        yield _count(e, f"team.{name}", facts.people.get(name), unit)
    for name, unit in SURVEY.items():
        yield _count(e, f"awareness.{name}", facts.survey.get(name), unit)
    for name in ("budget_cny", "received_cny", "spent_cny"):
        yield _count(e, f"money.{name}", facts.money.get(name), "CNY")
    for kind, (declared, valid) in facts.valid.items():
        unit = {"case": "case", "group": "group", "activity": "activity"}[kind]
        yield _count(e, f"output.declared.{kind}", declared, unit, labels=both("labels.declared"))
        yield _count(
            e, f"output.valid.{kind}", valid, unit, labels=both("labels.valid"), method="ledger count, valid"
        )
    for table, months in facts.complete.items():
        for status, value in months.items():
            id = f"quality.months.{table}.{status}"
            yield _count(e, id, value, "station_month", labels=both(f"labels.months_{status}"))
    yield _count(e, "quality.documents_present", facts.files.get("present"), "document")
    yield _count(e, "quality.documents_required", facts.files.get("required"), "document")
    yield _count(e, "effect.pairs", facts.change.get("pairs"), "case")
    yield _count(
        e,
        "effect.pre_mean",
        facts.change.get("pre"),
        "point",
        method=MEAN,
        labels=both("labels.effect_pre_mean"),
    )
    yield _count(
        e,
        "effect.post_mean",
        facts.change.get("post"),
        "point",
        method=MEAN,
        labels=both("labels.effect_post_mean"),
    )
    for kind in ("station", "main_station", "room"):
        n = int((facts.stations["kind"] == kind).sum())
        yield _count(e, f"stations.{kind}", float(n), "station" if kind != "room" else "room")
    for row in facts.domains.itertuples():
        domain = str(row.domain) if isinstance(row.domain, str) else "missing"
        yield _count(e, f"output.domain.{domain}", float(row.records), "record", labels=_domain(domain))
    for name, value in e.ledger.rows.items():
        yield _count(e, f"quality.{name}", float(value), "row")
    for severity, value in e.ledger.issues.items():
        yield _count(e, f"quality.issues_{severity}", float(value), "issue")
    for rule, severity, zh, en, count in e.ledger.rules:
        yield _count(e, f"quality.rule.{rule}.{severity}", float(count), "issue", labels=(zh, en))


def _stations(e: Evaluation) -> Iterator[Number]:
    assert e.ledger is not None
    for row in e.ledger.facts.stations.to_dict("records"):
        for name in STATION_MEASURES:
            value = row[name]
            known = None if value is None or math.isnan(value) else float(value)
            labels = both(f"labels.output_{name}")
            yield _count(
                e,
                f"stations.{station_slug(str(row['station_id']))}.{name}",
                known,
                UNITS[name],
                labels=labels,
            )


def _count(
    e: Evaluation,
    id: str,
    value: float | Bounded | None,
    unit: str,
    *,
    method: str = "ledger count as declared",
    labels: tuple[str, str] | None = None,
) -> Number:
    assert e.ledger is not None
    return number(
        id, e.region.code, labels or both(f"labels.{id.replace('.', '_')}"), value, unit=unit, method=method,
        source=f"ledgers:{e.ledger.snapshot}", as_of=e.run.period.last.isoformat(),
    )  # fmt: skip


def _rate(e: Evaluation, id: str, above: Number | None, below: Number | None, label: str) -> Number:
    assert e.ledger is not None
    share = None
    if above is not None and below is not None and above.value is not None and below.value:
        share = Bounded.exact(above.value / below.value)
    return number(
        id, e.region.code, both(label), share, unit="fraction", method="ledger ratio",
        source=f"ledgers:{e.ledger.snapshot}", as_of=e.run.period.last.isoformat(),
    )  # fmt: skip


def _domain(code: str) -> tuple[str, str]:
    from swe.ledgers.contract import contract

    if code == "missing":
        return both("labels.domain_missing")
    values = {v.code: v for v in contract("ledger-v1")["cases"]["service_domain"].values}
    return (values[code].zh, values[code].en) if code in values else (code, code)


def station_slug(station_id: str) -> str:
    """A station's id inside the id of a number: ASCII, stable; what had to be replaced gets a short digest."""
    plain = re.sub(r"[^A-Za-z0-9_-]", "-", station_id)
    return (
        plain
        if plain == station_id
        else f"{plain.strip('-')}~{hashlib.sha256(station_id.encode()).hexdigest()[:8]}"
    )
