"""Quantities that add up over the stations of a unit, and one over another: the parts that measures are made of.

Numerators and denominators are added up from the stations, and a station enters both or neither: a county's rate is
its stations' records over its stations' exposure, and who did not report stands in neither. Medians, and distinct
values that several stations may share, are taken over the rows of the whole unit.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np

from swe.indicators import measure_sql as sql
from swe.indicators.framework_model import (
    Count,
    Part,
    Stations,
    Sum,
    TargetOf,
)
from swe.indicators.measure_needs import Wanted, shared
from swe.indicators.measure_sql import Aggregate, both, quoted, spec
from swe.indicators.measures import Readings

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from swe.indicators.framework_model import Where
    from swe.indicators.measure_sql import Least
    from swe.indicators.station_scope import Flags, Floats, Scope

    Source = Readings | Wanted
    Totals = tuple[Floats, Floats]

OK, MISSING, NOT_APPLICABLE, BELOW_VALIDITY = range(4)
STATUSES = ("ok", "missing", "not_applicable", "below_validity")
Limits = Literal["none", "wilson", "byar"]
# The key of a register table, where a coverage names none.
REGISTER_KEYS: Mapping[str, str] = {"stations": "station_id", "clients": "client_id", "workers": "worker_id"}
# Records of services, one by one: their number is taken for a Poisson count. Rosters and sheets of answers are not.
EVENTS = ("cases", "groups", "activities", "visits", "linkages", "supervision", "training")
PER = {"station_month": "month", "station_week": "week", "station_year": "year"}


@dataclass(frozen=True)
class Rules:
    """What a framework says about measuring: minima, weights of rater sources."""

    least: Least
    raters: Mapping[str, float] | None = None


class Quantity(NamedTuple):
    """A number that can be added up over the stations of a unit.

    defined  stations for which it is known
    total    stations → (total, number of rows) a unit, NaN for units without one of them
    events   records of dated services, which a Poisson model suits
    """

    defined: Flags
    total: Callable[[Flags], Totals]
    events: bool = False


@dataclass(frozen=True)
class Figures:
    """A measure by unit."""

    numerator: Floats
    denominator: Floats
    value: Floats
    n: Floats
    status: NDArray[np.int8]
    reporting: NDArray[np.intp]
    stations: NDArray[np.intp]
    limits: Limits = "none"
    scale: Floats | float = 1.0  # by what the limits of the count are divided
    completion: bool = False
    declared: Floats | None = None


# -- quantities --


def part(source: Source, measure: Part, rules: Rules) -> Quantity:
    """A count, a sum, a target or the stations themselves."""
    match measure:
        case Count(count=table, where=where):
            if measure.distinct:
                return _distinct(source, measure, rules)
            condition = both(sql.condition(table, where), minima_of(table, measure.valid, rules))
            return records(source, table, condition, where=where)
        case Sum(sum=table, where=where):
            expression = sql.number(sql.column(table, measure.column), table=table)
            declared = sql.condition(table, where)
            condition = both(declared, minima_of(table, measure.valid, rules))
            return total(source, table, expression, condition, declared=declared, where=where)
        case TargetOf():
            return known(source.scope, source.target(measure.target))
        case Stations(stations=name, where=where):
            condition = sql.condition("stations", where)
            if name == "all":
                return records(source, "stations", condition, where=where)
            expression = sql.number(sql.column("stations", name), table="stations")
            return total(source, "stations", expression, condition, where=where)


def records(source: Source, table: str, condition: str, *, where: Where | None = None,
            dated: str | None = None) -> Quantity:  # fmt: skip
    """Rows of a table: 0 where the station keeps it and has none, unknown where it does not, or where no row says."""
    dated = spec(table).date if dated is None else dated
    rows = source.number(Aggregate(table, "rows", "", condition, dated))
    defined = kept(source, table, dated) & told_by(source, table, where or {}, dated)
    return Quantity(defined, added_by(source.scope, rows, rows), events=table in EVENTS)


def total(source: Source, table: str, expression: str, condition: str, *, declared: str | None = None,
          where: Where | None = None) -> Quantity:  # fmt: skip
    """The sum of an expression: unknown where no row of the unit has a value, unless 0 was reported.

    A station that keeps the table and has no such row adds nothing to its region, and stays in its denominators.
    declared  the condition without the minima: where rows meet it and none is valid, the valid sum is 0
    """
    dated, scope = spec(table).date, source.scope
    sums = source.number(Aggregate(table, "total", expression, condition, dated))
    n = source.number(Aggregate(table, "values", expression, condition, dated))
    rows = source.number(Aggregate(table, "rows", "", condition, dated))
    zero = (rows == 0) & source.zero_reported(table) & in_period(source, dated)
    if declared is not None and declared != condition:
        zero = zero | (
            (n == 0) & (source.number(Aggregate(table, "values", expression, declared, dated)) > 0)
        )
    none = (rows == 0) & kept(source, table, dated) & told_by(source, table, where or {}, dated)

    def added(mask: Flags) -> Totals:
        values = scope.added(n, mask)
        said = (values > 0) | (scope.added(zero.astype(float), mask) > 0)
        return np.where(said, scope.added(np.where(n > 0, sums, 0.0), mask), np.nan), values

    return Quantity((n > 0) | zero | none, added)


def known(scope: Scope, values: Floats) -> Quantity:
    """Numbers of the stations that stand on no row of a ledger table (exposures, targets)."""
    return Quantity(~np.isnan(values), added_by(scope, values, np.zeros(len(values))))


def _distinct(source: Source, measure: Count, rules: Rules) -> Quantity:
    """Distinct values of a column; numbers of a station's own are counted by station, others over the unit's rows."""
    table, scope = measure.count, source.scope
    name = quoted(sql.column(table, measure.distinct or "").name)
    condition = both(sql.condition(table, measure.where), minima_of(table, measure.valid, rules))
    dated = spec(table).date
    rows = source.number(Aggregate(table, "rows", "", condition, dated))
    values = source.number(Aggregate(table, "values", name, condition, dated))
    told = told_by(source, table, measure.where, dated)
    defined = kept(source, table, dated) & told & ((rows == 0) | (values > 0))
    if scope.by_station or not shared(table, measure.distinct or ""):
        found = source.number(Aggregate(table, "distinct", name, condition, dated))
        return Quantity(defined, added_by(scope, found, values))
    inside = both(source.inside(Aggregate(table, "distinct", name, condition, dated)), f"{name} IS NOT NULL")
    ask = over_chosen(source, table, f"count(DISTINCT {name})", inside)

    def over_rows(mask: Flags) -> Totals:
        found = source.of_units(ask, mask)
        held = scope.counted(mask) > 0
        return np.where(held, np.nan_to_num(found), np.nan), scope.added(values, mask)

    return Quantity(defined, over_rows)


def over_chosen(source: Source, table: str, expression: str, inside: str) -> str:
    """A number a unit over the rows of its chosen stations."""
    spans = " LEFT JOIN _spans USING (station_id)" if source.scope.asked.period is None else ""
    return (
        f"SELECT unit, {expression} AS x FROM {source.source(table)}{spans} JOIN _chosen USING (station_id) "
        f"WHERE {inside or 'TRUE'} GROUP BY unit"
    )


def added_by(scope: Scope, values: Floats, n: Floats) -> Callable[[Flags], Totals]:
    return lambda mask: (scope.added(values, mask), scope.added(n, mask))


def kept(source: Source, table: str, dated: str) -> Flags:
    return source.sent(table) & in_period(source, dated)


def in_period(source: Source, dated: str) -> Flags:
    """Whether a station has a period at all, where the table is asked by date."""
    return source.scope.dated if dated else np.ones(len(source.scope.ids), dtype=bool)


def told_by(source: Source, table: str, where: Where, dated: str) -> Flags:
    """Whether any row says what is asked, if there are rows: all cells empty is not reported, not zero."""
    filled = sql.known(table, where)
    rows = source.number(Aggregate(table, "rows", "", "", dated))
    if not filled or table in ("findings",):
        return np.ones(len(rows), dtype=bool)
    return (rows == 0) | (source.number(Aggregate(table, "rows", "", filled, dated)) > 0)


def minima_of(table: str, asked: bool, rules: Rules) -> str:
    return sql.valid(table, rules.least) if asked else ""


def fixed(totals: Totals, defined: Flags) -> Quantity:
    """Totals that were worked out over the rows of each unit already."""
    return Quantity(defined, lambda _: totals)


def from_stations(scope: Scope, values: Floats, n: Floats, defined: Flags) -> Quantity:
    """Numbers by station with the rows behind them."""
    return Quantity(defined, added_by(scope, values, n))


# -- by unit --


def over(scope: Scope, above: Quantity, below: Quantity | None, mask: Flags, *, limits: Limits = "none",
         completion: bool = False) -> Figures:  # fmt: skip
    """One quantity, or one over another, by unit; a station enters both or neither."""
    stations = scope.counted(mask)
    chosen = mask & above.defined
    if below is not None:
        chosen = chosen & below.defined
    numerator, n = above.total(chosen)
    denominator = np.full(len(numerator), np.nan) if below is None else below.total(chosen)[0]
    unknown = np.isnan(numerator) | (np.isnan(denominator) if below is not None else False)
    reporting = np.where(unknown, 0, scope.counted(chosen))
    status = np.where(stations == 0, NOT_APPLICABLE, np.where(reporting == 0, MISSING, OK)).astype(np.int8)
    numerator = np.where(unknown, np.nan, numerator)
    if below is None:
        value = numerator
    else:
        denominator = np.where(unknown, np.nan, denominator)
        some = (denominator != 0) & ~unknown
        value = np.divide(numerator, denominator, out=np.full(len(numerator), np.nan), where=some)
        status = np.where((status == OK) & ~some, NOT_APPLICABLE, status).astype(np.int8)
    return Figures(numerator, denominator, value, np.where(unknown, 0, np.nan_to_num(n)), status, reporting, stations,
                   limits, scale=1.0 if below is None else denominator, completion=completion)  # fmt: skip


def members(
    scope: Scope, bits: NDArray[np.int64], n: Floats, defined: Flags, mask: Flags, *, of: int
) -> Figures:
    """Members of a small set that any station of a unit has, over all `of` them."""

    def joined(chosen: Flags) -> Totals:
        sets = np.zeros(len(scope.units), dtype=np.int64)
        np.bitwise_or.at(sets, scope.unit[chosen], bits[chosen])
        held = scope.counted(chosen) > 0
        return np.where(held, np.bitwise_count(sets), np.nan), scope.added(n, chosen)

    def all_of_them(chosen: Flags) -> Totals:
        held = scope.counted(chosen) > 0
        return np.where(held, float(of), np.nan), scope.added(n, chosen)

    return over(scope, Quantity(defined, joined), Quantity(defined, all_of_them), mask)


def of_rows(scope: Scope, value: Floats, rows: Quantity, mask: Flags) -> Figures:
    """A statistic that has no numerator and denominator (a median), and the number of rows it rests on."""
    base = over(scope, rows, rows, mask)
    nothing = np.full(len(value), np.nan)
    held = np.where(base.status == OK, value, np.nan)
    return Figures(nothing, nothing, held, base.n, base.status, base.reporting, base.stations)
