"""The closed grammar of derived numbers: what it reads, what it refuses, and the algebra of units."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swe.core.bounded import Bounded
from swe.core.errors import DefinitionError
from swe.indicators.operands import (
    FigureOperand,
    NumberOperand,
    RegisterOperand,
    TimeOperand,
    Unit,
    evaluate,
    parse_expression,
    unit_of,
)

UNITS = {"F01-001": "station", "F01-002": "case", "F01-003": "station", "B001": "person"}
VALUES = {
    "F01-001": Bounded.exact(8, "station"),
    "F01-002": Bounded.at_least(44, "case"),
    "F01-003": Bounded.exact(2, "station"),
    "B001": Bounded.at_most(40000, "person"),
}


def value(text: str) -> Bounded:
    return evaluate(parse_expression(text), figure=VALUES.__getitem__, register=lambda operand: 10)


@pytest.mark.parametrize(
    ("text", "operand"),
    [
        ("F03-010", FigureOperand("F03-010")),
        ("B016", FigureOperand("B016")),
        ("register:units", RegisterOperand("units", None, "township_unit")),
        ("register:counties", RegisterOperand("counties", None, "county")),
        ("register:prefectures@43", RegisterOperand("prefectures", "43", "prefecture")),
        ("register:villages", RegisterOperand("villages", None, "village")),
        ("register:units[station]", RegisterOperand("units", None, "station")),
        ("register:units@320722[station]", RegisterOperand("units", "320722", "station")),
        ("10000", NumberOperand(10000, "")),
        ("10000[household_or_site]", NumberOperand(10000, "household_or_site")),
    ],
)
def test_an_operand_is_read_as_what_it_says(text: str, operand: object) -> None:
    assert parse_expression(text).operands == (operand,)


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("months:2022-05..2023-05-31", 13),
        ("months:2022-03..2023-05-31", 15),
        ("months:2023-06..2023-12-31", 7),
        ("weeks:2023-06..2023-12-31", 31),
        ("days:2023-06..2023-12-31", 214),
        ("years:2011..2023", 13),
    ],
)
def test_a_period_has_the_length_of_the_calendar(text: str, length: int) -> None:
    (operand,) = parse_expression(text).operands
    assert isinstance(operand, TimeOperand)
    assert operand.value == length
    assert value(text) == Bounded.exact(length)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "figure F03-010",
        "register",
        "F03-010+F03-011",  # no spaces
        "register:towns",
        "register:units@Guizhou",
        "months:2022-05",
        "months:2023-05..2022-05",  # backwards
        "days:2023-13..2023-14",
        "3.5",
        "-3",
        "10000[]",
        "__import__('os')",
        "F03-010 / F03-011",
        "(F03-010 + F03-011)",
    ],
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(DefinitionError):
        parse_expression(text)


def test_two_kinds_of_sign_are_refused_with_both_named() -> None:
    with pytest.raises(DefinitionError, match=r"mixes \* and \+"):
        parse_expression("F01-001 + F01-003 * F01-002")


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("F01-001 + F01-003", "station"),
        ("register:units[station] - F01-001", "station"),
        ("F01-001 * months:2022-05..2023-05-31", "station*month"),
        ("F01-001 * 100[percent]", "station*percent"),
        ("F01-001 * 3", "station"),
        ("7", ""),
    ],
)
def test_units_go_through_the_signs(text: str, unit: str) -> None:
    assert str(unit_of(parse_expression(text), UNITS)) == unit


@pytest.mark.parametrize("text", ["F01-001 + F01-002", "register:units - F01-001", "B001 - 1"])
def test_adding_different_units_is_an_error_not_a_sum(text: str) -> None:
    with pytest.raises(DefinitionError, match="adds different units"):
        unit_of(parse_expression(text), UNITS)


def test_an_unknown_figure_is_named() -> None:
    with pytest.raises(DefinitionError, match="F99-999"):
        unit_of(parse_expression("F99-999"), UNITS)


@pytest.mark.parametrize(
    ("over", "under", "ratio"),
    [
        ("case", "station*month", "case/station*month"),
        ("station", "station", ""),
        ("station*percent", "percent", "station"),
        ("CNY", "person_time", "CNY/person_time"),
        ("person*person", "person", "person"),
        ("", "month", "1/month"),
    ],
)
def test_equal_units_cancel_in_a_ratio(over: str, under: str, ratio: str) -> None:
    computed = Unit.parse(over) / Unit.parse(under)
    assert str(computed) == ratio
    assert computed.same_as(Unit.parse(ratio))


def test_the_order_of_factors_does_not_matter() -> None:
    assert Unit.parse("case/month*station").same_as(Unit.parse("case/station*month"))
    assert not Unit.parse("case/month").same_as(Unit.parse("case/station"))


@pytest.mark.parametrize(
    ("text", "low", "point", "high"),
    [
        ("F01-001 + F01-003", 10, 10, 10),
        ("F01-001 - F01-003", 6, 6, 6),
        ("F01-002 * 2", 88, None, math.inf),
        ("B001 + 1[person]", 1, None, 40001),
        ("register:units[station] - F01-001", 2, 2, 2),
    ],
)
def test_bounds_go_through_the_signs(text: str, low: float, point: float | None, high: float) -> None:
    result = value(text)
    assert (result.low, result.point, result.high) == (low, point, high)


NAMES = st.sampled_from(["station", "case", "month", "person"])


@given(st.lists(NAMES, max_size=3), st.lists(NAMES, max_size=3))
def test_dividing_and_multiplying_again_gives_the_unit_back(a: list[str], b: list[str]) -> None:
    over, under = Unit(tuple(a)), Unit(tuple(b))
    assert ((over / under) * under).same_as(over)
    assert Unit.parse(str(over / under)).same_as(over / under)
