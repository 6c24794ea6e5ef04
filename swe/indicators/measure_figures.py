"""The nine measures worked out over units: value, interval, status, and the declared value beside the valid one.

What each asks of the ledgers is put together here from quantities; no measure knows how the store is read.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Literal, cast

import numpy as np

from swe.indicators import measure_sql as sql
from swe.indicators.framework_model import (
    Count,
    Coverage,
    DaysBetween,
    Mean,
    Measure,
    Rate,
    Rating,
    Ratio,
    Share,
    Sum,
    TargetOf,
)
from swe.indicators.measure_needs import Cover, shared
from swe.indicators.measure_sql import FIVE_DOMAINS, WORD, Aggregate, both, quoted, spec
from swe.indicators.quantities import (
    BELOW_VALIDITY,
    OK,
    PER,
    REGISTER_KEYS,
    Figures,
    Limits,
    Quantity,
    Rules,
    added_by,
    fixed,
    kept,
    known,
    members,
    minima_of,
    of_rows,
    over,
    over_chosen,
    part,
    records,
    told_by,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from swe.indicators.framework_model import Where
    from swe.indicators.quantities import Source, Totals
    from swe.indicators.station_scope import Flags


def figures(source: Source, measure: Measure, rules: Rules, *, mask: Flags, code: str, full: float,
            missing: str = "zero") -> Figures:  # fmt: skip
    """A measure over the stations in the mask (those it is asked of).

    code, full, missing  the indicator's code, full points and policy; ratings only need them
    """
    found = _figures(source, measure, rules, mask, code, full, missing)
    plain = _declared(measure)
    if plain is None:
        return found
    declared = _figures(source, plain, rules, mask, code, full, missing)
    return _held_against(found, declared)


def _figures(
    source: Source, measure: Measure, rules: Rules, mask: Flags, code: str, full: float, missing: str
) -> Figures:
    scope = source.scope
    match measure:
        case Count() | Sum():
            amount = part(source, measure, rules)
            return over(scope, amount, None, mask, limits="byar" if amount.events else "none")
        case Mean():
            return _mean(source, measure, rules, mask)
        case Share():
            return _share(source, measure, rules, mask)
        case Ratio():
            above, below = part(source, measure.ratio, rules), part(source, measure.to, rules)
            limits: Limits = "byar" if above.events and not isinstance(measure.to, Count) else "none"
            return over(scope, above, below, mask, limits=limits,
                        completion=isinstance(measure.to, TargetOf))  # fmt: skip
        case Rate():
            above = part(source, measure.rate, rules)
            below = known(scope, scope.exposure(PER[measure.per]))
            return over(scope, above, below, mask, limits="byar" if above.events else "none")
        case Coverage():
            return _coverage(source, measure, mask)
        case Rating():
            share, n = _rating(source, measure, rules, code, full, missing)
            below = Quantity(~np.isnan(share), added_by(scope, np.full(len(share), full), n))
            return over(scope, Quantity(~np.isnan(share), added_by(scope, share * full, n)), below, mask)
        case DaysBetween():
            return _days(source, measure, mask)


def _mean(source: Source, measure: Mean, rules: Rules, mask: Flags) -> Figures:
    table, limits = measure.mean, cast(Limits, "none")
    condition = both(sql.condition(table, measure.where), minima_of(table, measure.valid, rules))
    if isinstance(measure.column, str):
        of = sql.column(table, measure.column)
        expression = sql.number(of, table=table)
        limits = _wilson(source, table) if of.type == "boolean" else "none"
    else:
        expression = sql.row_mean(table, measure.column)
    return mean(source, table, expression, condition, mask, limits=limits)


def mean(source: Source, table: str, expression: str, condition: str, mask: Flags, *,
         limits: Limits = "none", dated: str | None = None) -> Figures:  # fmt: skip
    """The mean of an expression over the rows that have a value; rows without any are unknown, no rows nothing."""
    dated = spec(table).date if dated is None else dated
    sums = source.number(Aggregate(table, "total", expression, condition, dated))
    n = source.number(Aggregate(table, "values", expression, condition, dated))
    rows = source.number(Aggregate(table, "rows", "", condition, dated))
    defined = kept(source, table, dated) & ((rows == 0) | (n > 0))
    above = Quantity(defined, added_by(source.scope, np.where(n > 0, sums, 0.0), n))
    return over(source.scope, above, Quantity(defined, added_by(source.scope, n, n)), mask, limits=limits)


def _share(source: Source, measure: Share, rules: Rules, mask: Flags) -> Figures:
    table = measure.share
    of = both(sql.condition(table, measure.of), minima_of(table, measure.valid, rules))
    met = both(of, sql.condition(table, measure.where))
    return share(source, table, met, of, mask, where=measure.where)


def share(source: Source, table: str, met: str, of: str, mask: Flags, *, where: Where | None = None,
          dated: str | None = None) -> Figures:  # fmt: skip
    """Rows that meet one condition among those that meet another; unknown where no such row says."""
    dated = spec(table).date if dated is None else dated
    rows = source.number(Aggregate(table, "rows", "", of, dated))
    hits = source.number(Aggregate(table, "rows", "", met, dated))
    told = np.ones(len(rows), dtype=bool)
    if where and (filled := sql.known(table, where)):
        told = (rows == 0) | (source.number(Aggregate(table, "rows", "", both(of, filled), dated)) > 0)
    defined = kept(source, table, dated) & told
    above, below = (Quantity(defined, added_by(source.scope, each, rows)) for each in (hits, rows))
    return over(source.scope, above, below, mask, limits=_wilson(source, table))


def _wilson(source: Source, table: str) -> Limits:
    """An interval for proportions of rows, but for two: respondents are clustered in stations, so that over several of
    these a simple interval is too narrow; and one station's own row is a fact."""
    fitting = table != "stations" if source.scope.by_station else table != "survey"
    return "wilson" if fitting else "none"


def _coverage(source: Source, measure: Coverage, mask: Flags) -> Figures:
    table, scope = measure.coverage, source.scope
    condition = sql.condition(table, measure.where)
    if measure.of == "domains":
        return _domains(source, measure, condition, mask)
    if measure.of in ("months", "weeks"):
        dated = spec(table).date
        what: Literal["months", "weeks"] = "months" if measure.of == "months" else "weeks"
        bits = source.bits(Aggregate(table, what, quoted(dated), condition, dated))
        held, due = touched(source, measure.of, bits)
        rows = source.number(Aggregate(table, "rows", "", condition, dated))
        defined = records(source, table, condition, where=measure.where).defined & ~np.isnan(due)
        above, below = (Quantity(defined, added_by(scope, each, rows)) for each in (held, due))
        return over(scope, above, below, mask)
    key = sql.column(table, measure.distinct or REGISTER_KEYS.get(measure.of, "")).name
    cover = Cover(
        sql.spec(measure.of).name, sql.condition(measure.of, measure.of_where), table, condition, key
    )
    return covered(source, cover, mask)


def covered(source: Source, cover: Cover, mask: Flags) -> Figures:
    """Keys of a register table that another table has, as a share of all of them."""
    scope = source.scope
    defined = _keyed(source, cover.of, cover.of_condition, cover.key)
    defined = defined & _keyed(source, cover.table, cover.condition, cover.key)
    if scope.by_station or not shared(cover.of, cover.key):
        met, keys = source.covered(cover)
        above, below = (Quantity(defined, added_by(scope, each, keys)) for each in (met, keys))
        return over(scope, above, below, mask, limits=_wilson(source, cover.of))
    met, keys = source.covered_units(cover, mask & defined)
    held = scope.counted(mask & defined) > 0
    met, keys = (np.where(held, np.nan_to_num(each), np.nan) for each in (met, keys))
    above, below = (fixed((each, keys), defined) for each in (met, keys))
    return over(scope, above, below, mask, limits="wilson")


def _keyed(source: Source, table: str, condition: str, key: str) -> Flags:
    """Stations that keep a table whose rows, if there are any, hold the key."""
    dated = spec(table).date
    rows = source.number(Aggregate(table, "rows", "", condition, dated))
    values = source.number(Aggregate(table, "values", quoted(sql.column(table, key).name), condition, dated))
    return kept(source, table, dated) & ((rows == 0) | (values > 0))


def touched(source: Source, what: str, bits: NDArray[np.int64]) -> Totals:
    """Months or weeks with a record, and those that the station stood open in; records outside of these do not count."""
    first, last = source.scope.touched(what)
    due = np.where(np.isnan(first), np.nan, np.maximum(last - first + 1, 0))
    held = np.zeros(len(first))
    start = source.calendar.first(what)
    for word in range(bits.shape[1]):
        base = start + word * WORD
        low = np.clip(np.nan_to_num(first) - base, 0, WORD).astype(np.uint64)
        high = np.clip(np.nan_to_num(last) + 1 - base, 0, WORD).astype(np.uint64)
        one = np.uint64(1)
        inside = ((one << high) - one) & ~((one << low) - one)
        held = held + np.bitwise_count(bits[:, word].astype(np.uint64) & inside)
    return np.where(np.isnan(due), np.nan, held), due


def _domains(source: Source, measure: Coverage, condition: str, mask: Flags) -> Figures:
    """How many of the five domains have a record; a region's are those of any of its stations."""
    table, scope = measure.coverage, source.scope
    domain = quoted(sql.column(table, "service_domain").name)
    dated = spec(table).date
    rows = source.number(Aggregate(table, "rows", "", condition, dated))
    told = source.number(Aggregate(table, "values", domain, condition, dated))
    defined = kept(source, table, dated) & ((rows == 0) | (told > 0))
    bits = source.bits(Aggregate(table, "domains", domain, condition, dated))[:, 0]
    return members(scope, bits, told, defined, mask, of=len(FIVE_DOMAINS))


def _rating(source: Source, measure: Rating, rules: Rules, code: str, full: float, missing: str) -> Totals:
    """Share of the full points by station and number of ratings; sources joined by weight, or the first that rated.

    A source without a rating counts 0 (`zero`), leaves its weight to the others (`reweight`) or leaves all unknown
    (`block`). Without any rating the share is unknown.
    """
    marks = [source.marked(sql.Marks(code, each, measure.round, full)) for each in measure.rating]
    shares, ns = np.stack([each[0] for each in marks]), np.stack([each[1] for each in marks])
    rated = ~np.isnan(shares)
    if measure.combine == "first":
        first = np.argmax(rated, axis=0)
        at = np.arange(shares.shape[1])
        return shares[first, at], np.where(rated.any(axis=0), ns[first, at], 0)
    given = rules.raters or {}
    weight = np.array([float(given.get(each, 0.0)) for each in measure.rating])
    if not weight.any():
        weight = np.ones(len(marks))
    weight = weight[:, None]
    points = (np.where(rated, shares, 0.0) * weight).sum(axis=0)
    base = np.where(rated, weight, 0.0).sum(axis=0)
    if missing != "reweight":
        base = np.where(base > 0, weight.sum(), 0.0)
    if missing == "block":
        base = np.where(rated[weight[:, 0] > 0].all(axis=0), base, 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(base > 0, points / base, np.nan), np.where(rated, ns, 0).sum(axis=0)


def _days(source: Source, measure: DaysBetween, mask: Flags) -> Figures:
    table, scope = measure.days_between, source.scope
    expression = sql.days(table, measure.from_, measure.to)
    condition, dated = sql.condition(table, measure.where), spec(table).date
    n = source.number(Aggregate(table, "values", expression, condition, dated))
    defined = kept(source, table, dated) & told_by(source, table, measure.where, dated)
    if measure.statistic == "mean":
        sums = source.number(Aggregate(table, "total", expression, condition, dated))
        above = Quantity(defined, added_by(scope, np.where(n > 0, sums, 0.0), n))
        return over(scope, above, Quantity(defined, added_by(scope, n, n)), mask)
    if scope.by_station:
        middle = np.where(
            mask & defined, source.number(Aggregate(table, "median", expression, condition, dated)), np.nan
        )
    else:
        inside = both(
            source.inside(Aggregate(table, "median", expression, condition, dated)),
            f"{expression} IS NOT NULL",
        )
        middle = source.of_units(over_chosen(source, table, f"median({expression})", inside), mask & defined)
    return of_rows(scope, middle, Quantity(defined, added_by(scope, n, n)), mask)


# -- declared against valid --


def _declared(measure: Measure) -> Measure | None:
    """The same measure without the minima; None where it has none."""
    match measure:
        case Count() | Sum() | Mean() | Share() if measure.valid:
            return measure.model_copy(update={"valid": False})
        case Ratio():
            parts = {name: getattr(measure, name) for name in ("ratio", "to")}
        case Rate():
            parts = {"rate": measure.rate}
        case _:
            return None
    plain = {name: each.model_copy(update={"valid": False}) for name, each in parts.items()
             if getattr(each, "valid", False)}  # fmt: skip
    return measure.model_copy(update=plain) if plain else None


def _held_against(found: Figures, declared: Figures) -> Figures:
    """Valid figures with the declared ones; nothing valid where something was declared is `below_validity`."""
    below = (found.n == 0) & (declared.n > 0) & (declared.status == OK)
    status = np.where(below, BELOW_VALIDITY, found.status).astype(np.int8)
    return replace(found, status=status, declared=declared.value)
