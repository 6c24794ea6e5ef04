"""Operands: what a derived number may be made of, and the unit that comes out.

A programme file says `F03-013` over `F03-010`, never a formula in a programming language: a closed vocabulary
can be checked before anything is computed, and read by an assessor. Grammar of one expression:

    F03-010, B016               a published figure
    register:units              township units of the programme's region; also counties, prefectures, villages
    register:units@320722       of another region
    register:units[station]     counted as stations: the number that one station per unit would make
    months:2022-05..2023-05-31  length of a period, both ends included; also days, weeks (ISO), years
    10000[household_or_site]    a whole number, with its unit if it has one

Operands are joined by ` + `, ` - ` or ` * `, one kind of sign in an expression, with a space on each side.
Units are algebra: sums need equal units, products multiply them, equal units in a ratio cancel. A register
count alone may be counted as something else, `[station]`; a number names its unit if it has any.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from swe.core.bounded import Bounded
from swe.core.dates import Period, span
from swe.core.errors import DefinitionError, SweError

RegisterCount = Literal["units", "counties", "prefectures", "villages"]
TimeMeasure = Literal["months", "days", "weeks", "years"]

REGISTER_UNITS = {
    "units": "township_unit",
    "counties": "county",
    "prefectures": "prefecture",
    "villages": "village",
}
TIME_UNITS = {"months": "month", "days": "day", "weeks": "week", "years": "year"}
PURE = ("fraction", "ratio")  # without unit: a part of a whole; so many of one for one of another

_UNIT = r"[A-Za-z][A-Za-z0-9_]*"
_FIGURE = re.compile(r"(?=.*\d)[A-Za-z][A-Za-z0-9._-]*")
_REGISTER = re.compile(rf"register:({'|'.join(REGISTER_UNITS)})(?:@(\d{{2,9}}))?(?:\[({_UNIT})\])?")
_TIME = re.compile(rf"({'|'.join(TIME_UNITS)}):(\S+?)\.\.(\S+)")
_NUMBER = re.compile(rf"(\d+)(?:\[({_UNIT})\])?")
_SIGN = re.compile(r"\s+([+\-*])\s+")


@dataclass(frozen=True)
class FigureOperand:
    """A published figure, by its id."""

    figure_id: str


@dataclass(frozen=True)
class RegisterOperand:
    """A count of the register; `region` is None for the programme's own."""

    count: RegisterCount
    region: str | None
    unit: str


@dataclass(frozen=True)
class TimeOperand:
    """The length of a period."""

    measure: TimeMeasure
    period: Period

    @property
    def value(self) -> float:
        if self.measure == "days":
            return self.period.days
        if self.measure == "weeks":
            return self.period.iso_weeks
        months = self.period.months
        return _whole(months if self.measure == "months" else months / 12)


@dataclass(frozen=True)
class NumberOperand:
    """A whole number that the text itself gives (a target)."""

    value: int
    unit: str


Operand = FigureOperand | RegisterOperand | TimeOperand | NumberOperand


@dataclass(frozen=True)
class Expression:
    """Operands joined by one kind of sign, which is "" where there is one operand only."""

    operands: tuple[Operand, ...]
    sign: Literal["", "+", "-", "*"]
    text: str

    @property
    def figures(self) -> tuple[str, ...]:
        """Ids of the figures in it, each once, in the order written."""
        return tuple(dict.fromkeys(o.figure_id for o in self.operands if isinstance(o, FigureOperand)))

    @property
    def periods(self) -> tuple[Period, ...]:
        return tuple(o.period for o in self.operands if isinstance(o, TimeOperand))

    @property
    def registers(self) -> tuple[RegisterOperand, ...]:
        return tuple(o for o in self.operands if isinstance(o, RegisterOperand))


@dataclass(frozen=True)
class Unit:
    """A unit as a fraction of products; equal names above and below have cancelled, `1` stands for none."""

    over: tuple[str, ...] = ()
    under: tuple[str, ...] = ()

    @classmethod
    def parse(cls, text: str) -> Unit:
        """`case/station*month` is case over (station times month); `fraction`, `ratio` and "" have no unit.

        >>> Unit.parse("case/station*month")
        Unit(over=('case',), under=('station', 'month'))
        """
        if text in ("", *PURE):
            return cls()
        over, _, under = text.partition("/")
        return cls(_names(over), _names(under)).cancelled()

    def __mul__(self, other: Unit) -> Unit:
        return Unit(self.over + other.over, self.under + other.under).cancelled()

    def __truediv__(self, other: Unit) -> Unit:
        return Unit(self.over + other.under, self.under + other.over).cancelled()

    def cancelled(self) -> Unit:
        common = Counter(self.over) & Counter(self.under)
        return Unit(_without(self.over, common), _without(self.under, common))

    def same_as(self, other: Unit) -> bool:
        """Equal but for the order of factors."""
        return Counter(self.over) == Counter(other.over) and Counter(self.under) == Counter(other.under)

    def __str__(self) -> str:
        over = "*".join(self.over)
        return f"{over or 1}/{'*'.join(self.under)}" if self.under else over


def parse_expression(text: str) -> Expression:
    """The expression that `text` writes; `DefinitionError` where the grammar has no such thing.

    >>> parse_expression("F02-034 - F02-033").figures
    ('F02-034', 'F02-033')
    """
    parts = _SIGN.split(text.strip())
    signs = sorted(set(parts[1::2]))
    if len(signs) > 1:
        raise DefinitionError(
            f"“{text}”混用了 {' 和 '.join(signs)}，一个算式只能用一种符号，请拆成分子和分母",
            f"{text!r} mixes {' and '.join(signs)}; use one kind of sign in an expression, or split it",
        )
    sign: Literal["", "+", "-", "*"] = signs[0] if signs else ""  # type: ignore[assignment]
    return Expression(tuple(_operand(part) for part in parts[::2]), sign, text.strip())


def unit_of(expression: Expression, units: Mapping[str, str]) -> Unit:
    """The unit of an expression; `units` gives the unit of every figure by id.

    Raises `DefinitionError` for a figure that `units` lacks and for a sum or difference of different units.

    >>> str(unit_of(parse_expression("F03-021 * months:2022-05..2023-05-31"), {"F03-021": "station"}))
    'station*month'
    """
    found = [_unit_of(operand, units) for operand in expression.operands]
    if expression.sign == "*":
        product = Unit()
        for unit in found:
            product = product * unit
        return product
    for unit in found[1:]:
        if not unit.same_as(found[0]):
            one, other = str(found[0]), str(unit)
            raise DefinitionError(
                f"“{expression.text}”里的单位不同（{one or '无单位'} 与 {other or '无单位'}），不能相加减",
                f"{expression.text!r} adds different units: {one or 'none'} and {other or 'none'}",
            )
    return found[0]


def evaluate(
    expression: Expression,
    *,
    figure: Callable[[str], Bounded],
    register: Callable[[RegisterOperand], int],
) -> Bounded:
    """The value of an expression, without unit (`unit_of` has it); bounds go through every sign.

    `figure` gives a figure by id, `register` counts township units and the like.

    >>> evaluate(parse_expression("81 - 1"), figure=dict().get, register=len)
    Bounded(low=80, point=80, high=80, unit='')
    """
    values = [_value(operand, figure, register).with_unit("") for operand in expression.operands]
    total = values[0]
    for value in values[1:]:
        if expression.sign == "*":
            total = total * value
        else:
            total = total + value if expression.sign == "+" else total - value
    return total


def _operand(text: str) -> Operand:
    if _FIGURE.fullmatch(text):
        return FigureOperand(text)
    if match := _REGISTER.fullmatch(text):
        return RegisterOperand(match[1], match[2], match[3] or REGISTER_UNITS[match[1]])  # type: ignore[arg-type]
    if match := _TIME.fullmatch(text):
        return TimeOperand(match[1], _period(match[2], match[3]))  # type: ignore[arg-type]
    if match := _NUMBER.fullmatch(text):
        return NumberOperand(int(match[1]), match[2] or "")
    raise DefinitionError(
        f"看不懂“{text}”。可以写：数据编号 F03-010；register:units、counties、prefectures、villages"
        "（可加 @320722、[station]）；months:、days:、weeks:、years: 加 起..止；整数 10000[单位]；"
        "符号两边要有空格",
        f"cannot read {text!r}; write a figure id such as F03-010,"
        " register:units|counties|prefectures|villages (with @320722 or [station] if needed),"
        " months:|days:|weeks:|years: and FROM..TO, or a whole number 10000[unit];"
        " signs have a space on each side",
    )


def _period(first: str, last: str) -> Period:
    try:
        return span(first, last)
    except SweError as error:
        raise DefinitionError(error.zh, error.en) from None


def _unit_of(operand: Operand, units: Mapping[str, str]) -> Unit:
    if isinstance(operand, FigureOperand):
        if operand.figure_id not in units:
            raise DefinitionError(
                f"没有编号为 {operand.figure_id} 的公开数据，请核对 figures.csv 和 benchmarks.csv",
                f"there is no published figure {operand.figure_id}; see figures.csv and benchmarks.csv",
            )
        return Unit.parse(units[operand.figure_id])
    if isinstance(operand, TimeOperand):
        return Unit.parse(TIME_UNITS[operand.measure])
    return Unit.parse(operand.unit)


def _value(
    operand: Operand, figure: Callable[[str], Bounded], register: Callable[[RegisterOperand], int]
) -> Bounded:
    if isinstance(operand, FigureOperand):
        return figure(operand.figure_id)
    if isinstance(operand, RegisterOperand):
        return Bounded.exact(register(operand))
    return Bounded.exact(operand.value)


def _names(text: str) -> tuple[str, ...]:
    return tuple(name for name in text.split("*") if name and name != "1")


def _without(names: tuple[str, ...], gone: Counter[str]) -> tuple[str, ...]:
    left = gone.copy()
    kept = []
    for name in names:
        if left[name]:
            left[name] -= 1
        else:
            kept.append(name)
    return tuple(kept)


def _whole(number: float) -> float:
    return int(number) if number == int(number) else number
