"""Figures of the assessors' list that are no single measure: sums over several ledgers, money, persons, gaps, balance.

Each follows the rules of measures: a station enters numerator and denominator or neither, and what was not reported
is unknown.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from swe.indicators.measure_figures import share, touched
from swe.indicators.measure_sql import (
    FIVE_DOMAINS,
    Aggregate,
    both,
    column,
    day,
    number,
    quoted,
    spec,
    text,
    valid,
)
from swe.indicators.quantities import (
    MISSING,
    NOT_APPLICABLE,
    OK,
    Figures,
    Quantity,
    fixed,
    from_stations,
    members,
    over,
)
from swe.ledgers.tables.words import CLIENT_CATEGORIES

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from swe.indicators.measure_sql import Least
    from swe.indicators.quantities import Source
    from swe.indicators.station_scope import Flags, Floats

SERVICES = ("cases", "groups", "activities", "visits")
CASE_FILES = ("intake", "assessment", "plan", "intervention", "evaluation", "closing")  # MZ/T 094-2017
LICENSED = "\"licence\" IN ('assistant', 'social_worker', 'senior')"
# 穗府办〔2023〕7号 art. 4: the first eleven categories of the code list
KEY_GROUPS = tuple(value.code for value in CLIENT_CATEGORIES[:11])
KNOWN_ITEMS = 3  # of five, as in Guangzhou's awareness survey (docs/background.md, evaluation)
SATISFIED_FROM = 4  # on the scale of 1 to 5
ITEMS, MARKS = 5, 10


def last_day(source: Source) -> str:
    """The period's last day in SQL."""
    period = source.scope.asked.period
    return "_last" if period is None else day(period.last)


# -- sums over several ledgers --


def together(source: Source, name: str, least: Least | None = None) -> Quantity:
    """The sum of one column over the four service ledgers; unknown where a station lacks one of them or its numbers.

    least  count records that meet the minima only
    """
    scope = source.scope
    defined = np.ones(len(scope.ids), dtype=bool)
    total, n = np.zeros(len(scope.ids)), np.zeros(len(scope.ids))
    for table in SERVICES:
        dated = spec(table).date
        value = number(column(table, name), table=table)
        condition = valid(table, least) if least else ""
        sums = source.number(Aggregate(table, "total", value, condition, dated))
        values = source.number(Aggregate(table, "values", value, "", dated))
        rows = source.number(Aggregate(table, "rows", "", "", dated))
        defined = defined & source.sent(table) & scope.dated & ((rows == 0) | (values > 0))
        total, n = total + np.nan_to_num(sums), n + values
    return Quantity(defined, lambda mask: (scope.added(total, mask), scope.added(n, mask)))


# -- team --


def in_post(source: Source) -> str:
    last = last_day(source)
    return f"(hired_on IS NULL OR hired_on <= {last}) AND (left_on IS NULL OR left_on > {last})"


def vacancy(source: Source, mask: Flags) -> Figures:
    """Posts without a worker over posts; below 0 where there are more workers than posts."""
    scope = source.scope
    posts = source.number(Aggregate("stations", "total", quoted("posts")))
    workers = source.number(Aggregate("workers", "rows", "", in_post(source)))
    defined = source.sent("workers") & ~np.isnan(posts)
    above = Quantity(
        defined, lambda chosen: (scope.added(posts - workers, chosen), scope.added(workers, chosen))
    )
    below = Quantity(defined, lambda chosen: (scope.added(posts, chosen), scope.added(workers, chosen)))
    return over(scope, above, below, mask)


def certified(source: Source, mask: Flags) -> Figures:
    """Licensed among those in post whose licence is known; declared: what the station's own row says."""
    of = both(in_post(source), '"licence" IS NOT NULL')
    found = share(source, "workers", both(of, LICENSED), of, mask)
    own = over(source.scope, _own(source, "certified_workers"), _own(source, "resident_workers"), mask)
    return replace(found, declared=own.value)


def _own(source: Source, name: str) -> Quantity:
    values, scope = source.number(Aggregate("stations", "total", quoted(name))), source.scope
    return Quantity(~np.isnan(values), lambda mask: (scope.added(values, mask), scope.added(values, mask)))


# -- money --

MONEY = """
WITH lines AS (
    SELECT station_id, month, item, budget_cny, received_cny, spent_cny,
        max(CASE WHEN month IS NOT NULL THEN 1 ELSE 0 END) OVER (PARTITION BY station_id) AS monthly,
        max(CASE WHEN item = 'total' THEN 1 ELSE 0 END) OVER (PARTITION BY station_id, month) AS has_total
    FROM finance{spans} WHERE {window}),
kept AS (
    SELECT station_id, monthly, budget_cny, received_cny, spent_cny FROM lines
    WHERE (month IS NOT NULL) = (monthly = 1) AND (coalesce(item, '') = 'total') = (has_total = 1)),
sums AS (
    SELECT station_id, max(monthly) AS monthly, {sums} FROM kept GROUP BY station_id)
SELECT sums.*, CASE WHEN monthly = 1 OR {whole} THEN spent END AS spent_here
FROM sums LEFT JOIN (SELECT station_id, contract_from, contract_to FROM _stations) USING (station_id)
"""


def money(source: Source) -> dict[str, Floats]:
    """Budget, received and spent by station: monthly lines where there are any in the period, else the whole contract's.

    Lines `total` stand for their month where they are given, else the other lines do: never both. `spent_here` is what was
    spent in the period itself: unknown where only the contract's sum is given and the period does not hold the contract.
    """
    period = source.scope.asked.period
    whole = "TRUE" if period is None else (
        f"(contract_from >= {day(period.first)} AND contract_to <= {day(period.last)})"
    )  # fmt: skip
    sums = ", ".join(
        f"CAST(sum({number(column('finance', f'{name}_cny'), table='finance')}) AS DOUBLE) AS {name}"
        for name in ("budget", "received", "spent")
    )
    spans = "" if period else " LEFT JOIN _spans USING (station_id)"
    sql = MONEY.format(spans=spans, window=source.holds("finance", "month"), sums=sums, whole=whole)
    return source.ask(sql, "budget", "received", "spent", "spent_here")


def quantity(source: Source, values: Floats) -> Quantity:
    """Numbers by station, NaN where unknown."""
    scope, ones = source.scope, np.where(np.isnan(values), 0.0, 1.0)
    return Quantity(~np.isnan(values), lambda mask: (scope.added(values, mask), scope.added(ones, mask)))


# -- persons --

PERSONS = """
WITH register AS (
    SELECT unit, station_id, client_id, coalesce(person_key, station_id || '/' || client_id) AS person
    FROM clients JOIN _chosen USING (station_id)
    WHERE client_id IS NOT NULL AND (category IN ({groups}) OR category_2 IN ({groups}))),
served AS (SELECT DISTINCT station_id, client_id FROM ({services}) WHERE client_id IS NOT NULL)
SELECT register.unit, count(DISTINCT person) AS keys,
    count(DISTINCT CASE WHEN served.client_id IS NOT NULL THEN person END) AS met
FROM register LEFT JOIN served ON register.station_id = served.station_id AND register.client_id = served.client_id
GROUP BY register.unit
"""


def key_groups(source: Source, mask: Flags) -> tuple[Figures, Figures]:
    """Persons of the key groups on file, each once, and how many of them a case or visit of the period served."""
    scope = source.scope
    keyed = source.number(Aggregate("clients", "values", '"client_id"'))
    told = np.zeros(len(scope.ids), dtype=bool)
    parts = []
    for table in ("cases", "visits"):
        dated = spec(table).date
        told = told | (source.number(Aggregate(table, "values", '"client_id"', "", dated)) > 0)
        spans = "" if scope.asked.period else " LEFT JOIN _spans USING (station_id)"
        parts.append(f"SELECT station_id, client_id FROM {table}{spans} WHERE {source.holds(table, dated)}")
    on_file = keyed > 0
    sql = PERSONS.format(groups=", ".join(map(text, KEY_GROUPS)), services=" UNION ALL ".join(parts))
    held = {
        name: scope.counted(mask & flags) > 0 for name, flags in (("file", on_file), ("both", on_file & told))
    }
    alone = source.of_units(sql.replace("AS keys", "AS x"), mask & on_file)
    met = source.of_units(sql.replace("AS met", "AS x"), mask & on_file & told)
    keys = source.of_units(sql.replace("AS keys", "AS x"), mask & on_file & told)
    alone = np.where(held["file"], np.nan_to_num(alone), np.nan)
    met, keys = (np.where(held["both"], np.nan_to_num(each), np.nan) for each in (met, keys))
    count = over(scope, Quantity(on_file, lambda _: (alone, alone)), None, mask)
    reached, register = (fixed((each, keys), on_file & told) for each in (met, keys))
    return count, over(scope, reached, register, mask, limits="wilson")


# -- survey --


def known_items() -> str:
    parts = (f"CAST(coalesce(awareness_{i}, FALSE) AS INTEGER)" for i in range(1, ITEMS + 1))
    return f"({' + '.join(parts)}) >= {KNOWN_ITEMS}"


def asked_items() -> str:
    return "(" + " OR ".join(f"awareness_{i} IS NOT NULL" for i in range(1, ITEMS + 1)) + ")"


def satisfaction() -> str:
    return f"list_avg([{', '.join(f'satisfaction_{i}' for i in range(1, MARKS + 1))}])"


def margin(found: Figures, lower: Floats, upper: Floats) -> Figures:
    """Half the width of the interval of a proportion; not applicable where none is given."""
    half = (upper - lower) / 2
    status = np.where((found.status == OK) & np.isnan(half), NOT_APPLICABLE, found.status).astype(np.int8)
    nothing = np.full(len(half), np.nan)
    return replace(found, numerator=nothing, denominator=nothing, value=half, status=status, limits="none")


# -- frequency --


def frequency(source: Source, what: str, mask: Flags) -> Figures:
    """Months or weeks with any service record over those that the station stood open."""
    scope = source.scope
    bits: NDArray[np.int64] | None = None
    rows, sent = np.zeros(len(scope.ids)), np.zeros(len(scope.ids), dtype=bool)
    for table in SERVICES:
        dated = spec(table).date
        found = source.bits(
            Aggregate(table, "months" if what == "months" else "weeks", quoted(dated), "", dated)
        )
        bits = found if bits is None else bits | found
        rows = rows + source.number(Aggregate(table, "rows", "", "", dated))
        sent = sent | source.sent(table)
    assert bits is not None  # there are services
    held, due = touched(source, what, bits)
    defined = sent & ~np.isnan(due)
    above, below = (from_stations(scope, each, rows, defined) for each in (held, due))
    return over(scope, above, below, mask)


GAP = """
WITH life AS (
    SELECT station_id, greatest({first}, opened_on) AS since, least({last}, coalesce(closed_on, {last})) AS until
    FROM _stations{spans} WHERE opened_on IS NOT NULL),
days AS (
    SELECT DISTINCT station_id, day, since, until FROM ({services}) JOIN life USING (station_id)
    WHERE day BETWEEN since AND until),
gaps AS (
    SELECT station_id, day, since, until,
        date_diff('day', coalesce(lag(day) OVER (PARTITION BY station_id ORDER BY day), since - INTERVAL 1 DAY), day) - 1 AS gap
    FROM days)
SELECT station_id, greatest(max(gap), date_diff('day', max(day), max(until))) AS gap, count(*) AS n FROM gaps GROUP BY station_id
"""


def longest_gap(source: Source, mask: Flags) -> Figures:
    """Most days on end without a service record while the station stood open; of a region, the longest of its stations."""
    scope = source.scope
    period = scope.asked.period
    first, last = ("_first", "_last") if period is None else (day(period.first), day(period.last))
    spans = "" if period else " JOIN _spans USING (station_id)"
    parts = [f"SELECT station_id, {quoted(spec(each).date)} AS day FROM {each}" for each in SERVICES]
    found = source.ask(
        GAP.format(first=first, last=last, spans=spans, services=" UNION ALL ".join(parts)), "gap", "n"
    )
    sent = np.zeros(len(scope.ids), dtype=bool)
    for table in SERVICES:
        sent = sent | source.sent(table)
    start, end = scope.open_span
    days = np.where(scope.exposed, (end - start).astype(np.int64) + 1, np.nan)
    # a station that keeps ledgers and has no record in the period: all its days
    gap = np.where(np.isnan(found["gap"]) & sent & (days > 0), days, found["gap"])
    chosen = mask & ~np.isnan(gap)
    base = over(scope, quantity(source, gap), None, mask)
    longest = np.full(len(scope.units), np.nan)
    np.fmax.at(longest, scope.unit[chosen], gap[chosen])
    n = scope.added(np.nan_to_num(found["n"]), chosen)
    return replace(base, numerator=longest, value=longest, n=np.nan_to_num(n))


# -- change --


def pre_post(source: Source, mask: Flags) -> Figures:
    """Mean of post minus pre score over cases with both, where all of them used one scale: scales do not add."""
    scope, dated = source.scope, spec("cases").date
    pair = "pre_score IS NOT NULL AND post_score IS NOT NULL"
    exact = "TRY_CAST(post_score AS DECIMAL(38, 9)) - TRY_CAST(pre_score AS DECIMAL(38, 9))"
    sums = source.number(Aggregate("cases", "total", exact, pair, dated))
    n = source.number(Aggregate("cases", "values", exact, pair, dated))
    defined = source.sent("cases") & scope.dated
    above = Quantity(
        defined, lambda chosen: (scope.added(np.nan_to_num(sums), chosen), scope.added(n, chosen))
    )
    below = Quantity(defined, lambda chosen: (scope.added(n, chosen), scope.added(n, chosen)))
    found = over(scope, above, below, mask)
    spans = "" if scope.asked.period else " LEFT JOIN _spans USING (station_id)"
    inside = both(source.holds("cases", dated), pair)
    scales = source.of_units(
        "SELECT unit, count(DISTINCT coalesce(scale, '')) AS x FROM cases JOIN _chosen USING (station_id)"
        f"{spans} WHERE {inside} GROUP BY unit", mask,
    )  # fmt: skip
    mixed = np.nan_to_num(scales) > 1
    status = np.where(mixed, MISSING, found.status).astype(np.int8)
    blank = [np.where(mixed, np.nan, each) for each in (found.numerator, found.denominator, found.value)]
    return replace(found, numerator=blank[0], denominator=blank[1], value=blank[2], status=status)


# -- balance, linkage --


def balance(source: Source, mask: Flags) -> Figures:
    """Shannon entropy of the records over the five domains, as a share of its greatest value, ln 5."""
    scope = source.scope
    counts = np.zeros((len(FIVE_DOMAINS), len(scope.ids)))
    sent, told, rows = (np.zeros(len(scope.ids)) for _ in range(3))
    for table in ("cases", "groups", "activities"):
        dated = spec(table).date
        sent = sent + source.sent(table)
        told = told + source.number(Aggregate(table, "values", '"service_domain"', "", dated))
        rows = rows + source.number(Aggregate(table, "rows", "", "", dated))
        for i, domain in enumerate(FIVE_DOMAINS):
            counts[i] += source.number(
                Aggregate(table, "rows", "", f'"service_domain" = {text(domain)}', dated)
            )
    defined = (sent > 0) & scope.dated & ((rows == 0) | (told > 0))
    everything = counts.sum(axis=0)
    base = Quantity(
        defined, lambda chosen: (scope.added(everything, chosen), scope.added(everything, chosen))
    )
    found = over(scope, base, base, mask)
    sums = np.array([np.nan_to_num(scope.added(each, mask & defined)) for each in counts])
    whole = sums.sum(axis=0)
    shares = np.divide(sums, whole, out=np.zeros(sums.shape), where=whole > 0)
    logs = np.log(shares, out=np.zeros(sums.shape), where=shares > 0)
    value = np.where(
        found.status == OK, -(shares * logs).sum(axis=0) / np.log(len(FIVE_DOMAINS)) + 0.0, np.nan
    )
    nothing = np.full(len(value), np.nan)
    return replace(found, numerator=nothing, denominator=nothing, value=value)


def elements(source: Source, mask: Flags) -> Figures:
    """How many of the five parties stand in the linkage ledger."""
    dated = spec("linkages").date
    rows = source.number(Aggregate("linkages", "rows", "", "", dated))
    told = source.number(Aggregate("linkages", "values", '"party"', "", dated))
    defined = source.sent("linkages") & source.scope.dated & ((rows == 0) | (told > 0))
    bits = source.bits(Aggregate("linkages", "parties", '"party"', "", dated))[:, 0]
    found = members(source.scope, bits, told, defined, mask, of=1)
    return replace(found, denominator=np.full(len(found.value), np.nan))


def case_files(source: Source, mask: Flags) -> Figures:
    """Documents present over documents required of closed cases that say of any whether it is there."""
    scope, dated = source.scope, spec("cases").date
    told = " OR ".join(f"doc_{name} IS NOT NULL" for name in CASE_FILES)
    present = " + ".join(f"CAST(coalesce(doc_{name}, FALSE) AS INTEGER)" for name in CASE_FILES)
    closed = "\"stage\" = 'closed'"
    condition = f"{closed} AND ({told})"
    sums = np.nan_to_num(source.number(Aggregate("cases", "total", present, condition, dated)))
    n = source.number(Aggregate("cases", "rows", "", condition, dated))
    ended = source.number(Aggregate("cases", "rows", "", closed, dated))
    defined = source.sent("cases") & scope.dated & ((ended == 0) | (n > 0))
    above, below = (from_stations(scope, each, n, defined) for each in (sums, n * len(CASE_FILES)))
    return over(scope, above, below, mask)
