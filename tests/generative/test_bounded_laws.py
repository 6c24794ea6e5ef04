"""Laws of bounded numbers: every result contains every value that the operands could have had."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from swe.core.bounded import Bounded
from swe.core.errors import DataError

FINITE = st.integers(-10_000, 10_000).map(lambda n: n / 8)  # eighths: sums and products are exact in floats
OPERATIONS: dict[str, Callable] = {
    "+": lambda a, b: a + b, "-": lambda a, b: a - b, "*": lambda a, b: a * b, "/": lambda a, b: a / b,
}  # fmt: skip


@st.composite
def bounded(draw: st.DrawFn) -> Bounded:
    low, point, high = sorted(draw(st.tuples(FINITE, FINITE, FINITE)))
    low = draw(st.sampled_from([low, -math.inf]))
    high = draw(st.sampled_from([high, math.inf]))
    return Bounded(low, draw(st.sampled_from([point, None])), high, "", draw(st.booleans()))


@st.composite
def inside(draw: st.DrawFn) -> tuple[Bounded, float]:
    b = draw(bounded())
    low, high = max(b.low, -20_000), min(b.high, 20_000)
    x = draw(st.sampled_from([low, high, (low + high) / 2]) | st.floats(low, high))
    return b, x


def holds(b: Bounded, value: float) -> bool:
    """Contained, up to the last bits of a float."""
    slack = 1e-9 * max(1.0, abs(value))
    return b.low - slack <= value <= b.high + slack


@pytest.mark.parametrize("sign", OPERATIONS)
@given(left=inside(), right=inside())
def test_a_result_contains_every_value_made_from_values_inside(sign: str, left: tuple, right: tuple) -> None:
    (a, x), (b, y) = left, right
    if sign == "/":
        assume(not (b.low == b.high == 0) and y != 0)
    assert holds(OPERATIONS[sign](a, b), OPERATIONS[sign](x, y))


@pytest.mark.parametrize("sign", OPERATIONS)
@given(a=bounded(), b=bounded())
def test_a_result_has_a_point_only_where_both_have_one_and_it_lies_inside(
    sign: str, a: Bounded, b: Bounded
) -> None:
    if sign == "/":
        assume(not (b.low == b.high == 0))
    result = OPERATIONS[sign](a, b)
    if result.point is not None and not result.is_exact:
        assert a.point is not None
        assert b.point is not None
    if a.point is not None and b.point is not None and not (sign == "/" and b.point == 0):
        assert result.point == pytest.approx(OPERATIONS[sign](a.point, b.point))
    assert result.approximate == (a.approximate or b.approximate)


@given(a=bounded(), b=bounded())
def test_sums_and_products_do_not_depend_on_the_order(a: Bounded, b: Bounded) -> None:
    assert a + b == b + a
    assert a * b == b * a


@given(a=bounded())
def test_taking_the_negative_twice_changes_nothing(a: Bounded) -> None:
    negative = -a
    assert -negative == a


@given(left=inside(), right=inside())
def test_a_verdict_is_true_of_every_pair_of_values_inside(left: tuple, right: tuple) -> None:
    (a, x), (b, y) = left, right
    verdict = a.at_least_as_much(b)
    if verdict == "yes":
        assert x >= y
    if verdict == "no":
        assert x < y
    if a.is_exact and b.is_exact and not (a.approximate or b.approximate):
        assert verdict != "cannot_say"


@given(left=inside(), right=inside())
def test_intervals_that_share_a_value_agree_and_others_do_not(left: tuple, right: tuple) -> None:
    (a, x), (b, _) = left, right
    if b.contains(x):
        assert a.agrees_with(b)
    assert a.agrees_with(b) == b.agrees_with(a) == (max(a.low, b.low) <= min(a.high, b.high))


@given(value=st.decimals(-10_000, 10_000, allow_nan=False, places=4), digits=st.integers(0, 4))
def test_a_printed_figure_contains_every_value_that_rounds_to_it(value: object, digits: int) -> None:
    printed = f"{value:.{digits}f}"
    b = Bounded.rounded(printed)
    assert b.contains(float(printed))
    assert holds(b, float(value))  # type: ignore[arg-type]
    assert b.high - b.low == pytest.approx(10.0**-digits)


@given(a=bounded(), b=bounded())
def test_different_units_are_an_error_whatever_the_numbers(a: Bounded, b: Bounded) -> None:
    for do in (lambda x, y: x + y, lambda x, y: x - y, Bounded.at_least_as_much, Bounded.agrees_with):
        with pytest.raises(DataError):
            do(a.with_unit("person"), b.with_unit("household"))
