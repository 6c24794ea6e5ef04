"""What can be wrong with a measure of an indicator system: its tables, columns, filters and what it is held against.

Every name is looked up in the ledger contract, so that a spelling error is found at the desk and not in a report.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from swe.core.strict_yaml import Loc
from swe.indicators.framework_filter_checks import (
    NUMERIC,
    Problem,
    adds_nothing,
    clashes,
    column_of,
    table_of,
    where_problems,
)
from swe.indicators.framework_model import (
    Count,
    Coverage,
    DaysBetween,
    FrameworkSpec,
    Mean,
    Measure,
    Part,
    Rate,
    Rating,
    Ratio,
    Share,
    Stations,
    Sum,
    TargetOf,
)
from swe.ledgers.contract import contract
from swe.ledgers.tables.spec import TableSpec

CALENDAR = ("months", "weeks", "domains")  # what `of` of a coverage may be, beside a table
REGISTERS = ("stations", "clients", "workers")  # a row for each thing that can be reached
AVERAGED = (*NUMERIC, "boolean")  # the mean of yes and no is the share of yes
MINIMA_TABLES = frozenset({"groups", "cases", "activities"})  # have validity minima also by default


def measure_problems(measure: Measure, spec: FrameworkSpec, loc: Loc) -> Iterator[Problem]:
    """Every problem of a measure; `loc` is that of its mapping."""
    if isinstance(measure, Ratio):
        yield from _part(measure.ratio, spec, (*loc, "ratio"))
        yield from _part(measure.to, spec, (*loc, "to"))
        if measure.ratio == measure.to:
            yield (*loc, "to"), "分子和分母相同，结果永远是 1", "a quantity over itself is always 1"
    elif isinstance(measure, Rate):
        yield from _part(measure.rate, spec, (*loc, "rate"))
    elif isinstance(measure, Mean):
        yield from _mean(measure, spec, loc)
    elif isinstance(measure, Share):
        yield from _share(measure, spec, loc)
    elif isinstance(measure, Coverage):
        yield from _coverage(measure, loc)
    elif isinstance(measure, Rating):
        yield from _rating(measure, spec, loc)
    elif isinstance(measure, DaysBetween):
        yield from _days_between(measure, loc)
    else:
        yield from _part(measure, spec, loc)


def _part(part: Part, spec: FrameworkSpec, loc: Loc) -> Iterator[Problem]:
    if isinstance(part, Count):
        table, problems = _rows(part.count, "count", part, spec, loc)
        yield from problems
        if table is not None and part.distinct is not None:
            yield from column_of(table, part.distinct, (*loc, "distinct"))[1]
    elif isinstance(part, Sum):
        table, problems = _rows(part.sum, "sum", part, spec, loc)
        yield from problems
        if table is not None:
            yield from _numeric(table, part.column, (*loc, "column"))
    elif isinstance(part, Stations):
        table = contract()["stations"]
        if part.stations != "all":
            yield from _numeric(table, part.stations, (*loc, "stations"))
        yield from where_problems(table, part.where, (*loc, "where"))
    else:
        yield from _target(part, loc)


def _target(part: TargetOf, loc: Loc) -> Iterator[Problem]:
    known = contract()["targets"]["measure"].codes
    if part.target not in known:
        yield (
            (*loc, "target"),
            f"表 targets 没有指标“{part.target}”；可用的有：{'、'.join(known)}",
            f"table targets has no measure {part.target!r}; known: {', '.join(known)}",
        )


def _rows(
    name: str, key: str, measure: Any, spec: FrameworkSpec, loc: Loc
) -> tuple[TableSpec | None, list[Problem]]:
    """The table of a measure, with the problems of its name, its `where` and its `valid`."""
    table, found = table_of(name, (*loc, key))
    problems = list(found)
    if table is not None:
        problems += where_problems(table, measure.where, (*loc, "where"))
        if measure.valid and name not in MINIMA_TABLES | spec.validity.keys():
            problems.append(
                (
                    (*loc, "valid"),
                    f"表 {name} 没有最低有效标准（validity），valid 不起作用",
                    f"table {name} has no minima of validity, so valid does nothing",
                )
            )
    return table, problems


def _numeric(table: TableSpec, name: str, loc: Loc, types: tuple[str, ...] = NUMERIC) -> Iterator[Problem]:
    column, problems = column_of(table, name, loc)
    yield from problems
    if column is not None and column.type not in types:
        yield (
            loc,
            f"列 {table.name}.{name} 不是数（{column.type}），不能相加或求平均",
            f"column {table.name}.{name} is no number ({column.type}): it has no sum and no mean",
        )


def _mean(measure: Mean, spec: FrameworkSpec, loc: Loc) -> Iterator[Problem]:
    table, problems = _rows(measure.mean, "mean", measure, spec, loc)
    yield from problems
    if table is None:
        return
    if isinstance(measure.column, str):
        yield from _numeric(table, measure.column, (*loc, "column"), AVERAGED)
        return
    if not measure.column:
        yield (*loc, "column"), "column 至少写一列", "column needs at least one column"
    for i, name in enumerate(measure.column):
        yield from _numeric(table, name, (*loc, "column", i), AVERAGED)
        if name in measure.column[:i]:
            yield (*loc, "column", i), f"列 {name} 重复", f"column {name} is listed twice"


def _share(measure: Share, spec: FrameworkSpec, loc: Loc) -> Iterator[Problem]:
    table, problems = _rows(measure.share, "share", measure, spec, loc)
    yield from problems
    if table is None:
        return
    yield from where_problems(table, measure.of, (*loc, "of"))
    yield from clashes(table, measure.of, measure.where, (*loc, "where"))
    if adds_nothing(table, measure.where, measure.of):
        yield (
            (*loc, "where"),
            "where 没有在 of 之外再加条件，结果永远是 1",
            "where asks for nothing beyond of, so the share is always 1",
        )


def _coverage(measure: Coverage, loc: Loc) -> Iterator[Problem]:
    table, problems = table_of(measure.coverage, (*loc, "coverage"))
    yield from problems
    if table is not None:
        yield from where_problems(table, measure.where, (*loc, "where"))
    if measure.of in CALENDAR:
        yield from _calendar(measure, table, loc)
        return
    tables = contract().tables
    if measure.of not in tables:
        known = (*CALENDAR, *tables)
        yield (
            (*loc, "of"),
            f"of 要写 {'、'.join(CALENDAR)} 或一张表，写的是“{measure.of}”；可用的有：{'、'.join(known)}",
            f"of is {', '.join(CALENDAR)} or a table; got {measure.of!r}; known: {', '.join(known)}",
        )
        return
    register = tables[measure.of]
    yield from where_problems(register, measure.of_where, (*loc, "of_where"))
    if table is not None:
        yield from _reached(measure, table, register, loc)


def _calendar(measure: Coverage, table: TableSpec | None, loc: Loc) -> Iterator[Problem]:
    """Months and weeks need a date, domains a domain; nothing is counted distinct."""
    for key in ("distinct", "of_where"):
        if getattr(measure, key):
            yield (
                (*loc, key),
                f"of 是 {measure.of} 时不写 {key}",
                f"{key} has no meaning where of is {measure.of}",
            )
    if table is None:
        return
    if measure.of == "domains" and "service_domain" not in table:
        yield (
            (*loc, "of"),
            f"表 {table.name} 没有服务领域（service_domain）",
            f"table {table.name} has no service_domain",
        )
    if measure.of != "domains" and not table.date:
        yield (*loc, "of"), f"表 {table.name} 没有服务日期", f"table {table.name} has no date of service"


def _reached(measure: Coverage, table: TableSpec, register: TableSpec, loc: Loc) -> Iterator[Problem]:
    """What is counted once is a column that both tables have; a register's own key where none is named."""
    name = measure.distinct or (register.key[-1] if register.name in REGISTERS else None)
    place = (*loc, "distinct" if measure.distinct else "coverage")
    if name is None:
        yield (
            loc,
            f"of 是表 {register.name} 时要写 distinct：按哪一列去重",
            f"distinct is needed where of is the table {register.name}: the column that is counted once",
        )
        return
    column, problems = column_of(table, name, place)
    yield from problems
    if column is not None and not (name in register and register[name].stored):
        yield (
            place,
            f"表 {register.name} 里没有与 {table.name}.{name} 对应的列",
            f"table {register.name} has no column that answers to {table.name}.{name}",
        )
    if register.name == table.name:
        yield from clashes(table, measure.of_where, measure.where, (*loc, "where"))


def _rating(measure: Rating, spec: FrameworkSpec, loc: Loc) -> Iterator[Problem]:
    for i, source in enumerate(measure.rating):
        if source in measure.rating[:i]:
            yield (*loc, "rating", i), f"评分方 {source} 重复", f"rater source {source} is listed twice"
        elif measure.combine == "weighted" and spec.raters is not None and source not in spec.raters:
            yield (
                (*loc, "rating", i),
                f"raters 里没有评分方 {source} 的权重",
                f"raters gives no weight to the rater source {source}",
            )


def _days_between(measure: DaysBetween, loc: Loc) -> Iterator[Problem]:
    table, problems = table_of(measure.days_between, (*loc, "days_between"))
    yield from problems
    if table is None:
        return
    yield from where_problems(table, measure.where, (*loc, "where"))
    for key, name in (("from", measure.from_), ("to", measure.to)):
        column, problems = column_of(table, name, (*loc, key))
        yield from problems
        if column is not None and column.type != "date":
            yield (
                (*loc, key),
                f"列 {table.name}.{name} 不是日期（{column.type}）",
                f"column {table.name}.{name} is no date ({column.type})",
            )
    if measure.from_ == measure.to:
        yield (*loc, "to"), "from 和 to 是同一列，天数永远是 0", "from and to are one column: always 0 days"
