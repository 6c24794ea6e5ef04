"""SQL fragments of measures: conditions, values, periods and minima, made of known columns and escaped literals only.

Pure: a measure in, text out; nothing is asked of a database here. What an assessor wrote goes into a statement only as
the name of a stored column of the contract or as a literal of that column's type.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Literal, NamedTuple

from swe.core.errors import DefinitionError
from swe.ledgers.checking import Minima
from swe.ledgers.contract import contract
from swe.ledgers.tables.spec import Column, TableSpec

if TYPE_CHECKING:
    from swe.core.dates import Period
    from swe.indicators.framework_model import Test, Where

# What counts as a yes or a no of a boolean column; scalars of a framework file arrive as text.
TRUTH = {"true": "TRUE", "yes": "TRUE", "1": "TRUE", "false": "FALSE", "no": "FALSE", "0": "FALSE"}
# Decimals are added exactly, so that neither the order of the rows nor the number of threads shows in a sum; nine
# places are more than any ledger writes. What is not a number of at most 29 digits before the point is no value.
EXACT = "DECIMAL(38, 9)"
EXACT_QUOTIENT = "DECIMAL(38, 18)"  # of quotients, so that no digit of a double is lost
# 福泉 4+N and 河南 five domains on one list (docs/background.md, service domains): the five that both have.
FIVE_DOMAINS = ("assistance", "elderly", "children", "disability", "community")
WORD = 62  # bits of a word of months or weeks; a BIGINT has 63 without its sign

Function = Literal["rows", "values", "total", "median", "distinct", "months", "weeks", "domains", "parties"]


@dataclass(frozen=True)
class Aggregate:
    """One number a station and table: rows, values or total of `expression` where `condition`, in the period.

    dated    the column that the period filters, "" for none
    word     which word of a set of bits (months, weeks)
    """

    table: str
    function: Function
    expression: str = ""
    condition: str = ""
    dated: str = ""
    word: int = 0


@dataclass(frozen=True)
class Window:
    """The days asked for: a fixed span, or (None) those of each station's contract, joined as `_first` and `_last`."""

    period: Period | None

    def holds(self, table: str, dated: str) -> str:
        """The condition that a row lies in the period; undated rows do where the contract lets the date be empty."""
        if not dated:
            return ""
        column = spec(table)[dated]
        name = quoted(column.name)
        if column.type == "month":
            inside = self._month(name)
        elif self.period is None:
            inside = f"{name} BETWEEN _first AND _last"
        else:
            inside = f"{name} BETWEEN {day(self.period.first)} AND {day(self.period.last)}"
        return inside if column.required else f"({name} IS NULL OR {inside})"

    def _month(self, name: str) -> str:
        """A month lies in a fixed span as a whole; in a contract where it touches it (money is booked by the month)."""
        if self.period is None:
            return f"{name} BETWEEN strftime(_first, '%Y-%m') AND strftime(_last, '%Y-%m')"
        first, last = whole_months(self.period)
        return f"{name} BETWEEN {text(first)} AND {text(last)}"


def whole_months(period: Period) -> tuple[str, str]:
    """The first and last month (YYYY-MM) that lie wholly in a period; the first is later where there is none."""
    from datetime import timedelta

    first, after = period.first, period.last + timedelta(days=1)
    if first.day > 1:
        first = date(first.year + first.month // 12, first.month % 12 + 1, 1)
    last = after.replace(day=1) - timedelta(days=1)
    return f"{first:%Y-%m}", f"{last:%Y-%m}"


def spec(table: str) -> TableSpec:
    """A table of the contract; DefinitionError for another name."""
    tables = contract().tables
    if table not in tables:
        raise DefinitionError(
            f"台账约定没有表“{table}”；有：{'、'.join(tables)}",
            f"the ledger contract has no table {table!r}; it has: {', '.join(tables)}",
        )
    return tables[table]


def column(table: str, name: str) -> Column:
    """A stored column of a table; DefinitionError for another name, or for one that does not pass the border."""
    known = spec(table).by_name
    if name not in known or not known[name].stored:
        listed = [each.name for each in known.values() if each.stored]
        raise DefinitionError(
            f"表 {table} 没有可用的列“{name}”；有：{'、'.join(listed)}",
            f"table {table} has no usable column {name!r}; it has: {', '.join(listed)}",
        )
    return known[name]


def condition(table: str, where: Where) -> str:
    """The tests of a `where`, joined by AND; "" where there are none.

    >>> from swe.indicators.framework_model import Test
    >>> condition("cases", {"stage": Test.model_validate({"equals": "closed"})})
    '"stage" = \\'closed\\''
    """
    return both(*(_test(column(table, name), test) for name, test in where.items()))


def known(table: str, where: Where) -> str:
    """The condition that a row says what a `where` asks: its columns are filled (those asked about nullness aside)."""
    names = [name for name, test in where.items() if test.notnull is None]
    return both(*(f"{quoted(column(table, name).name)} IS NOT NULL" for name in names))


def both(*conditions: str) -> str:
    """Conditions joined by AND, empty ones left out."""
    return " AND ".join(each for each in conditions if each)


def _test(of: Column, test: Test) -> str:
    name = quoted(of.name)
    parts = []
    if test.equals is not None:
        parts.append(f"{name} = {literal(of, test.equals)}")
    if test.in_ is not None:
        parts.append(f"{name} IN ({', '.join(literal(of, each) for each in test.in_)})")
    if test.between is not None:
        for sign, end in ((">=", test.between.low), ("<=", test.between.high)):
            if end is not None:
                parts.append(f"{name} {sign} {literal(of, end)}")
    if test.notnull is not None:
        parts.append(f"{name} IS {'NOT ' if test.notnull else ''}NULL")
    return both(*parts)


def literal(of: Column, value: str) -> str:
    """A value as an SQL literal of the column's type; DefinitionError where it is none.

    >>> literal(column("cases", "contacts"), "5"), literal(column("stations", "operator"), "a'b")
    ('5', "'a''b'")
    """
    given = str(value).strip()
    try:
        if of.type in ("integer", "decimal"):
            number = Decimal(given)
            if not number.is_finite():
                raise ValueError
            return f"{number:f}"
        if of.type == "date":
            return day(date.fromisoformat(given))
        if of.type == "boolean":
            return TRUTH[given.lower()]
    except (InvalidOperation, ValueError, KeyError):
        raise DefinitionError(
            f"列 {of.name}（{of.type}）不能与“{value}”比较",
            f"column {of.name} ({of.type}) cannot be compared with {value!r}",
        ) from None
    return text(given)


def number(of: Column, *, table: str) -> str:
    """A column as something that can be added: whole numbers, exact decimals, 1 for yes and 0 for no."""
    name = quoted(of.name)
    if of.type == "integer":
        return name
    if of.type == "decimal":
        return f"TRY_CAST({name} AS {EXACT})"
    if of.type == "boolean":
        return f"CAST({name} AS INTEGER)"
    raise DefinitionError(
        f"{table}.{of.name} 不是数，不能相加或平均",
        f"{table}.{of.name} is not a number: it cannot be added or averaged",
    )


def row_mean(table: str, names: Iterable[str]) -> str:
    """The mean of several columns within a row, blanks left out."""
    columns = [column(table, name) for name in names]
    parts = [f"CAST({number(each, table=table)} AS DOUBLE)" for each in columns]
    return f"TRY_CAST(list_avg([{', '.join(parts)}]) AS {EXACT_QUOTIENT})"


def days(table: str, start: str, end: str) -> str:
    """Days from one date column to another; empty where one of them is."""
    for name in (start, end):
        if column(table, name).type != "date":
            raise DefinitionError(f"{table}.{name} 不是日期列", f"{table}.{name} is not a column of dates")
    return f"date_diff('day', {quoted(start)}, {quoted(end)})"


class Marks(NamedTuple):
    """Ratings of one indicator by one source in one round; `full` points where a rating names none."""

    code: str
    source: str
    round: str
    full: float


def mark_sql(asked: Sequence[Marks], *, framework_id: str) -> str:
    """Mean share of the full points (`share`) and number of ratings (`n`) by station and place in `asked` (`mark`).

    Ratings of this framework, or of none named. A mark is given by three small numbers, which is far quicker than a
    condition an indicator and source.
    """
    parts, scale = [], 1
    for name in ("code", "source", "round"):
        values = list(dict.fromkeys(getattr(each, name) for each in asked))
        column_of = {"code": "indicator_code", "source": "rater_source", "round": "round"}[name]
        cases = " ".join(f"WHEN {text(value)} THEN {i * scale}" for i, value in enumerate(values))
        parts.append(f"CASE {column_of} {cases} END")
        scale *= len(values)
    points = {each.code: Decimal(repr(float(each.full))) for each in asked}
    full = " ".join(f"WHEN {text(code)} THEN {value:f}" for code, value in points.items())
    share = f"score / nullif(coalesce(full_points, CASE indicator_code {full} END), 0)"
    return (
        f"SELECT station_id, mark, CAST(sum(share) AS DOUBLE) / count(*) AS share, count(*) AS n FROM ("
        f"SELECT station_id, {' + '.join(parts)} AS mark, TRY_CAST({share} AS {EXACT_QUOTIENT}) AS share FROM ratings "
        f"WHERE framework_id IS NULL OR framework_id = {text(framework_id)}) "
        "WHERE mark IS NOT NULL AND share IS NOT NULL AND station_id IS NOT NULL GROUP BY station_id, mark"
    )


def mark_places(asked: Sequence[Marks]) -> list[int]:
    """The number that `mark_sql` gives each of the marks asked for."""
    found, scale = [0] * len(asked), 1
    for name in ("code", "source", "round"):
        values = list(dict.fromkeys(getattr(each, name) for each in asked))
        found = [
            at + values.index(getattr(each, name)) * scale for at, each in zip(found, asked, strict=True)
        ]
        scale *= len(values)
    return found


# -- minima --

Least = Mapping[str, Mapping[str, float]]


def least_content(validity: Mapping[str, Mapping[str, object]] | None = None) -> dict[str, dict[str, float]]:
    """Minima by table (and `publicity`, activities of that kind) and column; a framework's own take the place of ours."""
    ours = Minima()
    found: dict[str, dict[str, float]] = {
        "cases": {"contacts": ours.case_contacts},
        "groups": {"sessions": ours.group_sessions, "participants": ours.group_participants},
        "activities": {"participants": ours.activity_participants},
        "publicity": {"hours": ours.publicity_hours, "participants": ours.publicity_participants},
    }
    for table, columns in (validity or {}).items():
        for name, minimum in columns.items():
            least = minimum["min"] if isinstance(minimum, Mapping) else minimum.min  # type: ignore[attr-defined]
            found.setdefault(table, {})[name] = float(least)
    return found


def valid(table: str, least: Least) -> str:
    """The condition that a row has the least content that counts; an empty cell has not. "" where nothing is asked.

    >>> valid("cases", least_content())
    '(coalesce("contacts" >= 5, FALSE))'
    """
    if table != "activities":
        return _reaches(table, least.get(table, {}))
    plain, publicity = (_reaches(table, least.get(each, {})) for each in ("activities", "publicity"))
    if not plain and not publicity:
        return ""
    return f"(CASE WHEN \"kind\" = 'publicity' THEN {publicity or 'TRUE'} ELSE {plain or 'TRUE'} END)"


def _reaches(table: str, asked: Mapping[str, float]) -> str:
    parts = [
        f"{quoted(column(table, name).name)} >= {Decimal(repr(float(least))):f}".removesuffix(".0")
        for name, least in asked.items()
        if least > 0
    ]
    return f"(coalesce({' AND '.join(parts)}, FALSE))" if parts else ""


# -- writing --


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def day(value: date) -> str:
    return f"DATE '{value.isoformat()}'"


def select(aggregate: Aggregate, condition_sql: str, *, base: int = 0, words: int = 1) -> str:
    """The aggregate as a column of a SELECT … GROUP BY station, over rows that lie in the period.

    base, words  the first month or Monday of the bits, and how many words the period fills
    """
    value = aggregate.expression
    where = f" FILTER (WHERE {condition_sql})" if condition_sql else ""
    match aggregate.function:
        case "rows":
            return f"count(*){where}"
        case "values":
            return f"count({value}){where}"
        case "total":
            return f"CAST(sum({value}){where} AS DOUBLE)"
        case "median":
            return f"CAST(median({value}){where} AS DOUBLE)"
        case "distinct":
            return f"count(DISTINCT {value}){where}"
        case "months":
            position = f"year({value}) * 12 + month({value}) - 1 - {base}"
            return _bits(position, aggregate.word, words, where)
        case "weeks":
            return _bits(f"date_diff('day', {_monday(base)}, {value}) // 7", aggregate.word, words, where)
        case "domains":
            return _members(value, FIVE_DOMAINS, where)
        case "parties":
            return _members(value, PARTIES, where)


# 五社: 社区、社会组织、社会工作者、社区志愿者、社会慈善资源 (docs/background.md, service domains); government is no party.
PARTIES = ("community", "social_organisation", "social_worker", "volunteer", "charity_resource")


def _bits(position: str, word: int, words: int, where: str) -> str:
    """The set of positions as bits of one word; of several words, those of the others are left out."""
    if words == 1:
        return f"coalesce(bit_or(CAST(1 AS BIGINT) << CAST({position} AS INTEGER)){where}, 0)"
    at = f"({position}) - {word * WORD}"
    bit = f"CAST(1 AS BIGINT) << CAST(greatest(0, least({WORD - 1}, {at})) AS INTEGER)"
    return f"coalesce(bit_or(CASE WHEN {at} BETWEEN 0 AND {WORD - 1} THEN {bit} END){where}, 0)"


def _members(value: str, codes: tuple[str, ...], where: str) -> str:
    cases = " ".join(f"WHEN {text(code)} THEN {1 << i}" for i, code in enumerate(codes))
    return f"coalesce(bit_or(CAST(CASE {value} {cases} END AS BIGINT)){where}, 0)"


def _monday(base: int) -> str:
    return day(date.fromordinal(base))
