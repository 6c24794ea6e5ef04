"""What the ledgers of a region add up to in a period: counts with their units, never summed across units.

DuckDB adds up every table by station (`station_facts`); a region's totals are sums over its stations (`facts_of`), so
that what regions share is read once. These are descriptive totals, declared as they stand in the ledgers; validity
minima stand beside them, and scores are another room.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from swe.core.dates import Period
from swe.indicators.assessor_figures import SERVICES
from swe.indicators.measure_sql import least_content, valid
from swe.indicators.reported_months import by_table, here, mine, reported_months, status_counts, within

if TYPE_CHECKING:
    import pandas as pd

    Query = Callable[[str], pd.DataFrame]

# measure → (table, SQL aggregate, unit); a missing cell stays missing: SUM of nothing is NULL, not zero
MEASURES: dict[str, tuple[str, str, str]] = {
    "cases": ("cases", "count(*)", "case"),
    "cases_closed": ("cases", "count(*) FILTER (WHERE stage = 'closed')", "case"),
    "case_contacts": ("cases", "sum(contacts)", "session"),
    "groups": ("groups", "count(*)", "group"),
    "group_sessions": ("groups", "sum(sessions)", "session"),
    "group_person_times": ("groups", "sum(person_times)", "person_time"),
    "activities": ("activities", "count(*)", "activity"),
    "activity_person_times": ("activities", "sum(person_times)", "person_time"),
    "activity_volunteers": ("activities", "sum(volunteers)", "person"),
    "households_visited": ("visits", "sum(households)", "household"),
    "visit_person_times": ("visits", "sum(person_times)", "person_time"),
    "resources_cny": ("linkages", "sum(amount_cny)", "CNY"),
    "resource_records": ("linkages", "count(*)", "record"),
    "supervision_hours": ("supervision", "sum(hours)", "hour"),
    "training_hours": ("training", "sum(hours)", "hour"),
}
DATED = {
    "cases": "opened_on", "groups": "started_on", "activities": "date", "visits": "date", "linkages": "date",
    "supervision": "date", "training": "date", "survey": "date",
}  # fmt: skip
# Direct service in person-times: a case contact serves one person once.
DIRECT = ("case_contacts", "group_person_times", "activity_person_times", "visit_person_times")
KINDS = {"case": "cases", "group": "groups", "activity": "activities"}  # held against the minima
DOCUMENTS = ("intake", "assessment", "plan", "intervention", "evaluation", "closing")
PEOPLE = ("workers", "licence_known", "certified", "left_post", "clients")
SURVEY = ("approached", "answered", "asked_awareness", "known", "asked_satisfaction", "satisfied")
MONEY = ("budget_cny", "received_cny", "spent_cny")
OWN = ("station_id", "name", "kind", "region_code", "area_m2", "resident_workers", "certified_workers", "opened_on", "closed_on", "simulated")  # fmt: skip


@dataclass(frozen=True)
class LedgerFacts:
    """Totals of a region and its stations.

    totals    measure → number or None where nothing was reported
    stations  one row a station: station_id, name, kind, region_code, and a column a measure (NaN: not reported)
    people    workers, licence_known, certified, left_post; clients
    survey    approached, answered, asked_awareness, known (3 of 5 items), asked_satisfaction, satisfied (4 or 5)
    money     budget_cny, received_cny, spent_cny
    files     documents present, documents required (cases)
    change    pairs, pre, post (means; None where several scales were used)
    domains   domain, records: most records first
    valid     case, group, activity → declared, valid (they meet the minima)
    complete  table → station-months reported, zero, not_reported
    direct_complete   False where a part of the direct person-times was not reported: the sum is a lower bound
    """

    totals: dict[str, float | None]
    stations: pd.DataFrame
    people: dict[str, float | None]
    survey: dict[str, float | None]
    money: dict[str, float | None]
    files: dict[str, float | None]
    change: dict[str, float | None]
    domains: pd.DataFrame
    valid: dict[str, tuple[float, float]]
    complete: dict[str, dict[str, float]]
    direct_complete: bool
    simulated: bool

    @cached_property
    def names(self) -> dict[str, str]:
        """Station ID → its name, or the ID where its row gives none."""
        known = zip(self.stations["station_id"], self.stations["name"], strict=True)
        return {str(id): str(name) if isinstance(name, str) and name else str(id) for id, name in known}


def ledger_facts(query: Query, *, prefix: str, period: Period) -> LedgerFacts:
    """Gather a region (`prefix` of the station's region code) over `period` from a store's `query`."""
    grid = reported_months(query, period=period, prefix=prefix)
    return facts_of(
        station_facts(query, prefix=prefix, period=period),
        station_domains(query, prefix=prefix, period=period),
        status_counts(grid),
    )


# -- by station --


def station_facts(query: Query, *, prefix: str, period: Period) -> pd.DataFrame:
    """One row a station: what its own row says, and what each of its tables adds up to; NaN where it has no row."""
    own = ", ".join(OWN)
    stations = query(
        f"SELECT {own} FROM stations WHERE {here(prefix)} AND region_code IS NOT NULL ORDER BY kind, station_id"
    )
    for sql in _sums(prefix, period):
        found = query(sql)
        numbers = [name for name in found.columns if found[name].dtype == "Float64"]
        found = found.astype(dict.fromkeys(numbers, "float64"))
        stations = stations.merge(found, on="station_id", how="left")
    return stations


def station_domains(query: Query, *, prefix: str, period: Period) -> pd.DataFrame:
    """Records of cases, groups and activities by station and domain: `station_id domain records`."""
    parts = [
        f"SELECT station_id, service_domain AS domain FROM {t} WHERE {mine(prefix)} AND {within(DATED[t], period)}"
        for t in ("cases", "groups", "activities")
    ]
    union = " UNION ALL ".join(parts)
    return query(
        f"SELECT station_id, domain, count(*) AS records FROM ({union}) "
        "WHERE station_id IN (SELECT station_id FROM stations WHERE region_code IS NOT NULL) "
        "GROUP BY station_id, domain ORDER BY station_id, domain"
    )


def _sums(prefix: str, period: Period) -> list[str]:
    """A statement a table, each one pass over it."""
    made = []
    for table in dict.fromkeys(table for table, _, _ in MEASURES.values()):
        asked = {name: sql for name, (of, sql, _) in MEASURES.items() if of == table} | _more(table)
        where = f"{mine(prefix)} AND {within(DATED[table], period)}"
        made.append(f"SELECT station_id, {_columns(asked)}{_scales(table)} FROM {table} WHERE {where} GROUP BY station_id")  # fmt: skip
    people = {
        "workers": "count(*)",
        "licence_known": "count(*) FILTER (WHERE licence IS NOT NULL)",
        "certified": "count(*) FILTER (WHERE licence IN ('assistant', 'social_worker', 'senior'))",
        "left_post": "count(*) FILTER (WHERE left_on IS NOT NULL)",
        "in_post": f"count(*) FILTER (WHERE coalesce(left_on > DATE '{period.last}', TRUE))",
    }
    made.append(
        f"SELECT station_id, {_columns(people)} FROM workers WHERE {mine(prefix)} GROUP BY station_id"
    )
    made.append(
        f"SELECT station_id, {_columns({'clients': 'count(*)'})} FROM clients WHERE {mine(prefix)} GROUP BY station_id"
    )
    days = " UNION ALL ".join(
        f"SELECT station_id, {DATED[table]} AS day FROM {table} WHERE {mine(prefix)} AND {within(DATED[table], period)}"
        for table in SERVICES
    )
    made.append(
        f"SELECT station_id, strftime(max(day), '%Y-%m-%d') AS last_service FROM ({days}) GROUP BY station_id"
    )
    when = f"(date IS NULL OR {within('date', period)})"
    made.append(
        f"SELECT station_id, {_columns(_survey())} FROM survey WHERE {mine(prefix)} AND {when} GROUP BY station_id"
    )
    # lines `total` where a station gives them, else the sum of its other lines: never both
    sums = {name: f"sum({name})" for name in MONEY}
    made.append(
        "WITH lines AS (SELECT *, bool_or(item = 'total') OVER (PARTITION BY station_id) AS has_total "
        f"FROM finance WHERE {mine(prefix)}) "
        f"SELECT station_id, {_columns(sums)} FROM lines WHERE (item = 'total') = has_total GROUP BY station_id"
    )
    return made


def _more(table: str) -> dict[str, str]:
    """What else is added up of a table: valid records; documents of closed cases; pairs of scores."""
    kind = next((kind for kind, name in KINDS.items() if name == table), None)
    found = (
        {}
        if kind is None
        else {f"valid_{kind}": f"count(*) FILTER (WHERE {valid(table, least_content()) or 'TRUE'})"}
    )
    if table != "cases":
        return found
    present = " + ".join(f"CAST(coalesce(doc_{d}, false) AS INTEGER)" for d in DOCUMENTS)
    filed = f"FILTER (WHERE stage = 'closed' AND ({' OR '.join(f'doc_{d} IS NOT NULL' for d in DOCUMENTS)}))"
    return found | {
        "present": f"sum({present}) {filed}", "filed": f"count(*) {filed}", "pairs": f"count(*) {_PAIR}",
        "pre": f"sum(pre_score) {_PAIR}", "post": f"sum(post_score) {_PAIR}",
    }  # fmt: skip


_PAIR = "FILTER (WHERE pre_score IS NOT NULL AND post_score IS NOT NULL)"


def _scales(table: str) -> str:
    """The first and last name of the scales of the pairs: one scale where they are the same."""
    name = f"(coalesce(scale, '')) {_PAIR}"
    return f", min{name} AS scale_first, max{name} AS scale_last" if table == "cases" else ""


def _survey() -> dict[str, str]:
    aware = " + ".join(f"CAST(coalesce(awareness_{i}, false) AS INTEGER)" for i in range(1, 6))
    asked = " OR ".join(f"awareness_{i} IS NOT NULL" for i in range(1, 6))
    mean = f"list_avg([{', '.join(f'satisfaction_{i}' for i in range(1, 11))}])"  # blanks do not count
    met = {
        "approached": "TRUE", "answered": "coalesce(outcome, 'complete') IN ('complete', 'partial')",
        "asked_awareness": asked, "known": f"({asked}) AND {aware} >= 3", "asked_satisfaction": f"{mean} IS NOT NULL",
        "satisfied": f"{mean} >= 4",
    }  # fmt: skip
    return {name: f"count(*) FILTER (WHERE {condition})" for name, condition in met.items()}


def _columns(asked: dict[str, str]) -> str:
    return ", ".join(f"CAST({sql} AS DOUBLE) AS {name}" for name, sql in asked.items())


# -- the region --


def facts_of(stations: pd.DataFrame, domains: pd.DataFrame, months: pd.DataFrame) -> LedgerFacts:
    """The region of these stations: rows of `station_facts`, `station_domains` and `status_counts`."""
    stations = stations.sort_values(["kind", "station_id"], kind="stable", ignore_index=True)
    totals = {name: _total(stations[name]) for name in MEASURES}
    parts = [totals[name] for name in DIRECT]
    known = [part for part in parts if part is not None]
    totals["direct_person_times"] = sum(known) if known else None
    once = stations.drop_duplicates("station_id")  # an id that two rows claim is an issue of the checks
    filed = _total(once["filed"])
    sums = domains.groupby("domain", dropna=False)["records"].sum().reset_index()
    return LedgerFacts(
        totals=totals,
        stations=stations,
        people={name: _total(once[name]) for name in PEOPLE},
        survey={name: _total(once[name]) for name in SURVEY},
        money={name: _total(once[name]) for name in MONEY},
        files={
            "present": _total(once["present"]),
            "required": None if filed is None else len(DOCUMENTS) * filed,
        },
        change=_change(once),
        domains=sums.sort_values(["records", "domain"], ascending=[False, True], ignore_index=True),
        valid={
            kind: (_count(once[table]), _count(once[f"valid_{kind}"]))
            for kind, table in KINDS.items()
            if once[table].notna().any()
        },
        complete=by_table(months),
        direct_complete=len(known) == len(parts),
        simulated=bool(once["simulated"].fillna(False).any()),
    )


def _change(stations: pd.DataFrame) -> dict[str, float | None]:
    """Pairs of scores, and their means where all stand on one scale: scales do not add."""
    pairs = _total(stations["pairs"])
    names = {*stations["scale_first"].dropna(), *stations["scale_last"].dropna()}
    means: dict[str, float | None] = {"pre": None, "post": None}
    if pairs and len(names) == 1:
        means = {name: _count(stations[name]) / pairs for name in means}
    return {"pairs": pairs, **means}


def _total(column: pd.Series) -> float | None:
    """The exact sum; None where nobody reported."""
    return None if column.isna().all() else math.fsum(column.dropna())


def _count(column: pd.Series) -> float:
    return math.fsum(column.dropna())
