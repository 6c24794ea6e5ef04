"""Numbers from ledgers as rows of results.json: totals, per station, people, survey, money, files, data quality."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from swe.core.bounded import Bounded
from swe.indicators.ledger_facts import MEASURES
from swe.reference import register
from swe.reports.ledger_list_numbers import list_numbers, station_slug
from swe.show.numbers import Number, number
from swe.show.words import both

if TYPE_CHECKING:
    import pandas as pd

    from swe.reports.evaluation import Evaluation

__all__ = ["MOST_LISTED", "STATION_MEASURES", "declared", "ledger_numbers", "spoken", "station_slug"]

UNITS = {name: unit for name, (_, _, unit) in MEASURES.items()} | {"direct_person_times": "person_time"}
PEOPLE = {"workers": "person", "licence_known": "person", "certified": "person", "left_post": "person", "clients": "person"}  # fmt: skip
SURVEY = {
    "approached": "person", "answered": "person", "asked_awareness": "person", "known": "person",
    "asked_satisfaction": "person", "satisfied": "person",
}  # fmt: skip
MEAN = "mean of the ledger"
TABLES = {"case": "cases", "group": "groups", "activity": "activities"}
MOST_LISTED = (
    300  # stations of a page; a large prefecture has as many, and a page must stay below three megabytes
)
STATION_MEASURES = ("cases", "groups", "activities", "households_visited", "visit_person_times")
# rate → (numerator, denominator, label): parts of a whole, both shown beside it
RATES = {
    "output.case_closure": ("output.cases_closed", "output.cases", "labels.output_case_closure"),
    "money.mix.cases": ("output.case_contacts", "output.direct_person_times", "ledger.mix_cases"),
    "money.mix.groups": ("output.group_person_times", "output.direct_person_times", "ledger.mix_groups"),
    "money.mix.activities": ("output.activity_person_times", "output.direct_person_times", "ledger.mix_activities"),
    "money.mix.visits": ("output.visit_person_times", "output.direct_person_times", "ledger.mix_visits"),
}  # fmt: skip


def ledger_numbers(e: Evaluation) -> Iterator[Number]:
    """All numbers that rest on ledgers; none where the run has no ledgers."""
    if e.ledger is None:
        return
    found = {n.id: n for n in _counts(e)}
    yield from found.values()
    for id, (above, below, label) in RATES.items():
        yield _rate(e, id, found.get(above), found.get(below), label)
    yield from _declared(e)
    yield from list_numbers(e)


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
        count = _valid(e, f"count.{TABLES[kind]}", valid)
        yield _count(
            e, f"output.valid.{kind}", count, unit, labels=both("labels.valid"), method="ledger count, valid"
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
    if e.ledger.shared_files:
        yield _count(e, "quality.shared_files", float(e.ledger.shared_files), "")
    for severity, value in e.ledger.issues.items():
        yield _count(e, f"quality.issues_{severity}", float(value), "issue")
    for rule, severity, zh, en, count in e.ledger.rules:
        yield _count(
            e, f"quality.rule.{rule}.{severity}", float(count), "issue", labels=(spoken(zh), spoken(en))
        )


def _valid(e: Evaluation, code: str, valid: float) -> float | Bounded:
    """A valid count with its interval as a count of events, where the assessors' list counts the same records."""
    assert e.ledger is not None
    listed = e.ledger.assessed.listed.whole
    if (
        code not in listed.index
        or listed.loc[code, "value"] != valid
        or math.isnan(listed.loc[code, "lower"])
    ):
        return valid
    return Bounded(float(listed.loc[code, "lower"]), valid, float(listed.loc[code, "upper"]))


def declared(e: Evaluation) -> pd.DataFrame:
    """What a page lists side by side: its stations, or of more than MOST_LISTED their sums by county, of the nation by province.

    Columns: id (the middle of a number's name), name, kind (of a station), stations, and STATION_MEASURES; NaN where
    nobody reported.
    """
    assert e.ledger is not None
    stations = e.ledger.facts.stations
    if len(stations) <= MOST_LISTED:
        names = [e.ledger.facts.names[str(id)] for id in stations["station_id"]]
        ids = [f"stations.{station_slug(str(id))}" for id in stations["station_id"]]
        return stations.assign(id=ids, name=names, stations=1)
    digits = register.DIGITS["province" if e.region.level == "nation" else "county"]
    place = stations["region_code"].astype(str).str[:digits]
    groups = stations.groupby(place, sort=True)
    sums = (
        groups[list(STATION_MEASURES)]
        .sum(min_count=1)
        .assign(stations=groups.size())
        .reset_index(names="place")
    )
    known = register.latest()
    names = [known[code][0] if code in known else code for code in sums["place"]]
    return sums.assign(id="areas." + sums["place"], name=names, kind="")


def _declared(e: Evaluation) -> Iterator[Number]:
    for row in declared(e).to_dict("records"):
        for name in STATION_MEASURES:
            value = row[name]
            known = None if value is None or math.isnan(value) else float(value)
            yield _count(e, f"{row['id']}.{name}", known, UNITS[name], labels=both(f"labels.output_{name}"))
        if not row["kind"]:
            yield _count(
                e, f"{row['id']}.stations", float(row["stations"]), "station", method="ledger count",
                labels=both("labels.listed_stations"),
            )  # fmt: skip


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


def spoken(text: str) -> str:
    """A rule's sentence without the places that each issue fills in for itself.

    >>> spoken("本站有 {n} 个月没有记录（{zh_months}）")
    '本站有 … 个月没有记录（…）'
    """
    return re.sub(r"\{[^}]*\}", "…", text)


def _domain(code: str) -> tuple[str, str]:
    from swe.ledgers.contract import contract

    if code == "missing":
        return both("labels.domain_missing")
    values = {v.code: v for v in contract("ledger-v1")["cases"]["service_domain"].values}
    return (values[code].zh, values[code].en) if code in values else (code, code)
