"""What can be wrong with a filter of an indicator system: its column, its values, and filters that cannot both hold.

A filter that can match nothing gives a zero that looks like a finding, so it is refused before any ledger is read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from fractions import Fraction
from typing import NamedTuple

from swe.core.strict_yaml import Loc
from swe.indicators.framework_model import FILTERS, Between, Test, Where
from swe.ledgers.contract import contract
from swe.ledgers.tables.spec import Column, TableSpec

Problem = tuple[Loc, str, str]  # where in the file, zh, en
Value = Fraction | date | str  # a filter's text as its column understands it; comparable within one column

NUMERIC = ("integer", "decimal")
ORDERED = (*NUMERIC, "date", "month")
_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MONTH = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])")
_WRITTEN = {
    "integer": ("整数", "a whole number"),
    "decimal": ("数", "a number"),
    "date": ("日期 YYYY-MM-DD", "a date YYYY-MM-DD"),
    "month": ("月份 YYYY-MM", "a month YYYY-MM"),
    "boolean": ("true 或 false", "true or false"),
}


class Span(NamedTuple):
    """Values from `low` to `high`, both included; an open end is None."""

    low: Value | None
    high: Value | None

    def holds(self, value: Value) -> bool:
        return not (_less(value, self.low) or _less(self.high, value))


Admitted = frozenset[Value] | Span  # what a filter lets through; Span(None, None) is every value


def table_of(name: str, loc: Loc) -> tuple[TableSpec | None, tuple[Problem, ...]]:
    """The table of this name, or why there is none."""
    tables = contract().tables
    if name in tables:
        return tables[name], ()
    zh = f"台账规范里没有表“{name}”；可用的有：{'、'.join(tables)}"
    return None, ((loc, zh, f"the contract has no table {name!r}; known: {', '.join(tables)}"),)


def column_of(table: TableSpec, name: str, loc: Loc) -> tuple[Column | None, tuple[Problem, ...]]:
    """The stored column of this name, or why an indicator cannot use it."""
    if name not in table:
        zh = f"表 {table.name} 没有列“{name}”；可用的有：{'、'.join(c.name for c in table.stored_columns)}"
        listed = ", ".join(c.name for c in table.stored_columns)
        return None, ((loc, zh, f"table {table.name} has no column {name!r}; known: {listed}"),)
    column = table[name]
    if column.stored:
        return column, ()
    hint_zh = f"，请改用 {column.becomes}" if column.becomes else ""
    hint_en = f"; use {column.becomes}" if column.becomes else ""
    return None, (
        (
            loc,
            f"列 {table.name}.{name} 在装载时去除（个人信息或自由文字），指标不能使用{hint_zh}",
            f"column {table.name}.{name} is dropped on loading (personal data or free text), "
            f"so no indicator can use it{hint_en}",
        ),
    )


def where_problems(table: TableSpec, where: Where, loc: Loc) -> Iterator[Problem]:
    """Each filter on its own."""
    for name, test in where.items():
        column, problems = column_of(table, name, (*loc, name))
        yield from problems
        if column is not None:
            yield from _test(column, test, (*loc, name))


def clashes(table: TableSpec, first: Where, second: Where, loc: Loc) -> Iterator[Problem]:
    """Filters on one column in two parts of a measure that cannot both hold; `loc` is that of `second`."""
    for name in first.keys() & second.keys():
        if name not in table or not table[name].stored:
            continue
        one, other = admitted(table[name], first[name]), admitted(table[name], second[name])
        if one is not None and other is not None and _disjoint(one, other):
            yield (
                (*loc, name),
                f"对 {name} 的两个条件不可能同时成立，结果永远是 0",
                f"the two filters on {name} cannot both hold, so the result is always 0",
            )


def adds_nothing(table: TableSpec, where: Where, of: Where) -> bool:
    """Whether every row that meets `of` meets `where` too."""
    for name, test in where.items():
        column = table.by_name.get(name)
        inner = admitted(column, test) if column else None
        if column is None or inner is None:
            return False
        outer = admitted(column, of[name]) if name in of else None
        if outer is None:
            if column.required and _everything(column, inner):
                continue
            return False
        if not _within(outer, inner, column):
            return False
    return True


def admitted(column: Column, test: Test) -> Admitted | None:
    """What a filter lets through; None where the filter itself is wrong."""
    if next(_test(column, test, ()), None) is not None:
        return None
    if test.equals is not None:
        return frozenset({_known(column, test.equals)})
    if test.in_ is not None:
        return frozenset(_known(column, text) for text in test.in_)
    if test.between is not None:
        return _span(column, test.between)
    return Span(None, None)


def _test(column: Column, test: Test, loc: Loc) -> Iterator[Problem]:
    given = [name for name in FILTERS if getattr(test, "in_" if name == "in" else name) is not None]
    if len(given) != 1:
        yield (
            (*loc, *given[1:2]),
            f"每列要恰好写一个条件（{'、'.join(FILTERS)}）",
            f"each column takes exactly one filter ({', '.join(FILTERS)})",
        )
        return
    if test.notnull is False:
        yield (
            (*loc, "notnull"),
            "notnull 只能是 true；缺失不能当作条件",
            "notnull can only be true; that a value is missing is no filter",
        )
    if test.equals is not None:
        yield from _value(column, test.equals, (*loc, "equals"))
    for i, text in enumerate(test.in_ or ()):
        yield from _value(column, text, (*loc, "in", i))
        if text in (test.in_ or ())[:i]:
            yield (*loc, "in", i), f"值“{text}”重复", f"value {text!r} is listed twice"
    if test.between is not None:
        yield from _between(column, test.between, (*loc, "between"))


def _value(column: Column, text: str, loc: Loc) -> Iterator[Problem]:
    """A single value: of the column's type, among its codes, within its range."""
    value = parsed(column, text)
    if column.values and text not in column.codes:
        yield (
            loc,
            f"{column.name} 没有代码“{text}”；可用的有：{'、'.join(column.codes)}",
            f"{column.name} has no code {text!r}; known: {', '.join(column.codes)}",
        )
    elif value is None:
        zh, en = _WRITTEN[column.type]
        yield loc, f"{column.name} 要写{zh}，写的是“{text}”", f"{column.name} takes {en}; got {text!r}"
    elif not _range(column).holds(value):
        yield _outside(column, loc)


def _between(column: Column, between: Between, loc: Loc) -> Iterator[Problem]:
    if column.type not in ORDERED:
        yield (
            loc,
            f"between 只用于数、日期和月份，{column.name} 不是",
            f"between is for numbers, dates and months; {column.name} is none of these",
        )
        return
    ends = {key: text for key in ("low", "high") if (text := getattr(between, key)) is not None}
    wrong = False
    for key, text in ends.items():
        if parsed(column, text) is None:
            wrong = True
            zh, en = _WRITTEN[column.type]
            yield (
                (*loc, key),
                f"{column.name} 要写{zh}，写的是“{text}”",
                f"{column.name} takes {en}; got {text!r}",
            )
    if not ends:
        yield loc, "between 要写 low 或 high", "between needs low, high or both"
    elif not wrong:
        span = _span(column, between)
        if _less(span.high, span.low):
            yield (
                (*loc, "low"),
                f"between 的 low（{between.low}）大于 high（{between.high}）",
                f"low ({between.low}) of between is above high ({between.high})",
            )
        elif _disjoint(span, _range(column)):
            yield _outside(column, loc)


def _outside(column: Column, loc: Loc) -> Problem:
    low, high = ("" if end is None else str(end) for end in (column.low, column.high))
    return (
        loc,
        f"在 {column.name} 的取值范围（{low} 至 {high}）之外，永远不成立",
        f"outside of the range of {column.name} ({low} to {high}), so it never holds",
    )


def parsed(column: Column, text: str) -> Value | None:
    """A filter's text as a value of the column; None where it is none."""
    if column.type in NUMERIC:
        number = Fraction(text) if _NUMBER.fullmatch(text) else None
        return None if number is None or (column.type == "integer" and number.denominator != 1) else number
    if column.type == "date":
        try:
            return date.fromisoformat(text) if _DAY.fullmatch(text) else None
        except ValueError:
            return None
    if column.type == "month":
        return text if _MONTH.fullmatch(text) else None
    if column.type == "boolean":
        return text if text in ("true", "false") else None
    return text


def _known(column: Column, text: str) -> Value:
    value = parsed(column, text)
    return text if value is None else value


def _span(column: Column, between: Between) -> Span:
    low, high = (None if end is None else parsed(column, end) for end in (between.low, between.high))
    return Span(low, high)


def _range(column: Column) -> Span:
    if column.type in NUMERIC:
        low, high = (None if end is None else Fraction(str(end)) for end in (column.low, column.high))
        return Span(low, high)
    if column.type == "date":
        first, last = (
            None if end is None else date.fromisoformat(str(end)) for end in (column.low, column.high)
        )
        return Span(first, last)
    return Span(None, None)


def _less(one: Value | None, other: Value | None) -> bool:
    """Whether both are there and the first is smaller; they come from one column, so they have one type."""
    return one is not None and other is not None and one < other  # type: ignore[operator]


def _disjoint(one: Admitted, other: Admitted) -> bool:
    if isinstance(one, Span) and isinstance(other, Span):
        return _less(one.high, other.low) or _less(other.high, one.low)
    if isinstance(one, Span):
        one, other = other, one
    assert not isinstance(one, Span)
    return not any(other.holds(v) if isinstance(other, Span) else v in other for v in one)


def _everything(column: Column, inner: Admitted) -> bool:
    """Whether every value that a column can have is let through."""
    if isinstance(inner, Span):
        bounds = _range(column)
        low = inner.low is None or (bounds.low is not None and not _less(bounds.low, inner.low))
        high = inner.high is None or (bounds.high is not None and not _less(inner.high, bounds.high))
        return low and high
    codes = column.codes or (("true", "false") if column.type == "boolean" else ())
    return bool(codes) and {_known(column, code) for code in codes} <= inner


def _within(outer: Admitted, inner: Admitted, column: Column) -> bool:
    """Whether whatever passes `outer` passes `inner`."""
    if _everything(column, inner):
        return True
    if isinstance(outer, Span):
        if not isinstance(inner, Span):
            return False
        low = inner.low is None or (outer.low is not None and not _less(outer.low, inner.low))
        high = inner.high is None or (outer.high is not None and not _less(inner.high, outer.high))
        return low and high
    return all(inner.holds(v) if isinstance(inner, Span) else v in inner for v in outer)
