"""What the ledgers of a region add up to in a period: counts with their units, never summed across units.

One SQL statement a table over the store (DuckDB), filtered by the stations of the region and by the date of service.
These are descriptive totals, declared as they stand in the ledgers; validity minima and scores are another room.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from swe.core.dates import Period

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


@dataclass(frozen=True)
class LedgerFacts:
    """Totals of a region and its stations.

    totals    measure → number or None where nothing was reported
    stations  one row a station: station_id, name, kind, region_code, and a column a measure (NaN: not reported)
    months    one row a month: month, a column for cases, groups, activities, visits (records)
    people    workers, certified; clients by category
    survey    n, known (aware of 3 of 5), answered, satisfied (4 or 5), asked
    money     budget_cny, received_cny, spent_cny
    files     documents present, documents required (cases)
    change    pairs, pre, post (means; None where several scales were used)
    """

    totals: dict[str, float | None]
    stations: pd.DataFrame
    months: pd.DataFrame
    people: dict[str, float | None]
    survey: dict[str, float | None]
    money: dict[str, float | None]
    files: dict[str, float | None]
    change: dict[str, float | None]
    domains: pd.DataFrame
    valid: dict[str, tuple[float, float]]  # case, group, activity → declared, valid (they meet the minima)
    complete: dict[str, dict[str, float]]  # table → station-months reported, zero, not_reported
    direct_complete: (
        bool  # False where a part of the direct person-times was not reported: the sum is a lower bound
    )
    simulated: bool
    grid: pd.DataFrame  # completeness by station, table and month


def ledger_facts(query: Query, *, prefix: str, period: Period) -> LedgerFacts:
    """Gather a region (`prefix` of the station's region code) over `period` from a store's `query`."""
    from swe.ledgers.checking import completeness
    from swe.ledgers.contract import contract

    stations = query(
        f"SELECT station_id, name, kind, region_code, area_m2, resident_workers, certified_workers, opened_on "
        f"FROM stations WHERE region_code LIKE '{_code(prefix)}%' ORDER BY kind, station_id"
    )
    for table in dict.fromkeys(table for table, _, _ in MEASURES.values()):
        by = _by_station(query, table, prefix, period)
        stations = stations.merge(by, on="station_id", how="left")
    totals = {name: _total(stations[name]) for name in MEASURES}
    parts = [totals[name] for name in DIRECT]
    known = [part for part in parts if part is not None]
    totals["direct_person_times"] = sum(known) if known else None
    frames = _frames(query, prefix, period)
    grid = completeness(frames, contract("ledger-v1"), period)
    return LedgerFacts(
        totals=totals,
        stations=stations,
        months=_months(query, prefix, period),
        people=_people(query, prefix),
        survey=_survey(query, prefix, period),
        money=_money(query, prefix),
        files=_files(query, prefix, period),
        change=_change(query, prefix, period),
        domains=_domains(query, prefix, period),
        valid=_valid(frames),
        complete=_complete(grid),
        grid=grid,
        direct_complete=len(known) == len(parts),
        simulated=_true(query(f"SELECT bool_or(simulated) AS x FROM stations WHERE {_here(prefix)}")),
    )


def _frames(query: Query, prefix: str, period: Period) -> dict[str, pd.DataFrame]:
    """The stored rows of the region in the period, as the checks want them."""
    stations = query(f"SELECT * FROM stations WHERE {_here(prefix)}")
    dated = {
        table: query(f"SELECT * FROM {table} WHERE {_mine(prefix)} AND {_within(column, period)}")
        for table, column in DATED.items()
        if table != "survey"  # a survey is no monthly record
    }
    return {"stations": stations, **dated}


def _valid(frames: dict[str, pd.DataFrame]) -> dict[str, tuple[float, float]]:
    """Declared and valid records side by side; a record is valid where it meets the minima."""
    from swe.ledgers.checking import valid_counts

    counts = valid_counts(frames)
    sums = counts.groupby("kind")[["declared", "valid"]].sum()
    return {str(kind): (float(row["declared"]), float(row["valid"])) for kind, row in sums.iterrows()}


def _complete(grid: pd.DataFrame) -> dict[str, dict[str, float]]:
    """Station-months by table and status: completeness comes before every total."""
    counts = grid.groupby(["table", "status"]).size()
    found: dict[str, dict[str, float]] = {}
    for (table, status), n in counts.items():
        found.setdefault(str(table), dict.fromkeys(("reported", "zero", "not_reported"), 0.0))[
            str(status)
        ] = float(n)
    return found


def rows_of(query: Query, table: str, prefix: str) -> pd.DataFrame:
    """The rows of a table of the region's stations, the contract's columns, in an order that the content decides."""
    from swe.ledgers.contract import contract

    columns = ", ".join(f'"{c.name}"' for c in contract("ledger-v1")[table].stored_columns)
    return query(f"SELECT {columns} FROM {table} WHERE {_mine(prefix)} ORDER BY ALL")


def _by_station(query: Query, table: str, prefix: str, period: Period) -> pd.DataFrame:
    """All measures of one table by station, in one pass over it."""
    asked = ", ".join(
        f"CAST({sql} AS DOUBLE) AS {name}" for name, (of, sql, _) in MEASURES.items() if of == table
    )
    return query(
        f"SELECT station_id, {asked} FROM {table} "
        f"WHERE {_mine(prefix)} AND {_within(DATED[table], period)} GROUP BY station_id"
    )


def _months(query: Query, prefix: str, period: Period) -> pd.DataFrame:
    """Records a month and table; a month without records is missing, not zero, until completeness says which."""
    parts = [
        f"SELECT strftime({DATED[t]}, '%Y-%m') AS month, '{t}' AS kind, count(*) AS records FROM {t} "
        f"WHERE {_mine(prefix)} AND {_within(DATED[t], period)} GROUP BY 1"
        for t in ("cases", "groups", "activities", "visits")
    ]
    return query(" UNION ALL ".join(parts) + " ORDER BY month, kind")


def _domains(query: Query, prefix: str, period: Period) -> pd.DataFrame:
    parts = [
        f"SELECT service_domain AS domain FROM {t} WHERE {_mine(prefix)} AND {_within(DATED[t], period)}"
        for t in ("cases", "groups", "activities")
    ]
    union = " UNION ALL ".join(parts)
    return query(
        f"SELECT domain, count(*) AS records FROM ({union}) GROUP BY domain ORDER BY records DESC, domain"
    )


def _people(query: Query, prefix: str) -> dict[str, float | None]:
    row = query(
        "SELECT count(*) AS workers, count(*) FILTER (WHERE licence IS NOT NULL) AS licence_known, "
        "count(*) FILTER (WHERE licence IN ('assistant', 'social_worker', 'senior')) AS certified, "
        "count(*) FILTER (WHERE left_on IS NOT NULL) AS left_post, sum(supervision_hours) AS supervision_hours "
        f"FROM workers WHERE {_mine(prefix)}"
    )
    clients = query(f"SELECT count(*) AS clients FROM clients WHERE {_mine(prefix)}")
    return {**_row(row), **_row(clients)}


def _survey(query: Query, prefix: str, period: Period) -> dict[str, float | None]:
    aware = " + ".join(f"CAST(coalesce(awareness_{i}, false) AS INTEGER)" for i in range(1, 6))
    asked = " OR ".join(f"awareness_{i} IS NOT NULL" for i in range(1, 6))
    marks = [f"satisfaction_{i}" for i in range(1, 11)]
    mean = f"list_avg([{', '.join(marks)}])"  # blanks do not count
    when = f"(date IS NULL OR {_within('date', period)})"
    return _row(
        query(
            f"SELECT count(*) AS approached, count(*) FILTER (WHERE coalesce(outcome, 'complete') IN ('complete', 'partial')) AS answered, "
            f"count(*) FILTER (WHERE {asked}) AS asked_awareness, "
            f"count(*) FILTER (WHERE ({asked}) AND {aware} >= 3) AS known, "
            f"count(*) FILTER (WHERE {mean} IS NOT NULL) AS asked_satisfaction, "
            f"count(*) FILTER (WHERE {mean} >= 4) AS satisfied, avg({mean}) AS satisfaction_mean "
            f"FROM survey WHERE {_mine(prefix)} AND {when}"
        )
    )


def _money(query: Query, prefix: str) -> dict[str, float | None]:
    """Lines `total` where a station gives them, else the sum of its other lines: never both."""
    return _row(
        query(
            "WITH lines AS (SELECT *, bool_or(item = 'total') OVER (PARTITION BY station_id) AS has_total "
            f"FROM finance WHERE {_mine(prefix)}) "
            "SELECT sum(budget_cny) AS budget_cny, sum(received_cny) AS received_cny, sum(spent_cny) AS spent_cny "
            "FROM lines WHERE (item = 'total') = has_total"
        )
    )


def _files(query: Query, prefix: str, period: Period) -> dict[str, float | None]:
    docs = ("intake", "assessment", "plan", "intervention", "evaluation", "closing")
    present = " + ".join(f"CAST(coalesce(doc_{d}, false) AS INTEGER)" for d in docs)
    known = " OR ".join(f"doc_{d} IS NOT NULL" for d in docs)
    return _row(
        query(
            f"SELECT count(*) AS closed_cases, sum({present}) AS present, {len(docs)} * count(*) AS required FROM cases "
            f"WHERE {_mine(prefix)} AND {_within('opened_on', period)} AND stage = 'closed' AND ({known})"
        )
    )


def _change(query: Query, prefix: str, period: Period) -> dict[str, float | None]:
    """Pairs of scores, and their means where all stand on one scale: scales do not add."""
    found = _row(
        query(
            "SELECT count(*) AS pairs, avg(pre_score) AS pre, avg(post_score) AS post, "
            "count(DISTINCT coalesce(scale, '')) AS scales FROM cases "
            f"WHERE {_mine(prefix)} AND {_within('opened_on', period)} AND pre_score IS NOT NULL AND post_score IS NOT NULL"
        )
    )
    mixed = (found.pop("scales") or 0) > 1
    return {"pairs": found["pairs"], **{name: None if mixed else found[name] for name in ("pre", "post")}}


def _here(prefix: str) -> str:
    return f"region_code LIKE '{_code(prefix)}%'"


def _mine(prefix: str) -> str:
    return f"station_id IN (SELECT station_id FROM stations WHERE {_here(prefix)})"


def _within(column: str, period: Period) -> str:
    return f"CAST({column} AS DATE) BETWEEN DATE '{period.first}' AND DATE '{period.last}'"


def _code(prefix: str) -> str:
    """Only digits go into SQL."""
    return "".join(char for char in prefix if char.isdigit())


def _total(column: pd.Series) -> float | None:
    return None if column.isna().all() else float(column.sum())


def _true(frame: pd.DataFrame) -> bool:
    """Whether the one cell of a frame is true; missing is not."""
    import pandas as pd

    return bool(len(frame)) and not pd.isna(frame.iloc[0, 0]) and bool(frame.iloc[0, 0])


def _row(frame: pd.DataFrame) -> dict[str, float | None]:
    import pandas as pd

    first = frame.iloc[0]
    return {str(k): None if pd.isna(v) else float(v) for k, v in first.items()}
