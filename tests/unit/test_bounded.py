"""Bounded numbers: arithmetic carries the interval, a point survives only where both sides have one."""

from __future__ import annotations

import math
import pickle
from dataclasses import FrozenInstanceError

import pytest

from swe.core.bounded import Bounded
from swe.core.errors import DataError

INF = math.inf


def ends(b: Bounded) -> tuple[float, float | None, float]:
    return b.low, b.point, b.high


def test_the_constructors_say_what_the_press_words_mean() -> None:
    assert ends(Bounded.exact(5)) == (5, 5, 5)
    assert ends(Bounded.at_least(2000)) == (2000, None, INF)
    assert ends(Bounded.at_most(40000)) == (0, None, 40000)
    assert ends(Bounded.about(30)) == (-INF, 30, INF)
    assert ends(Bounded.about(None, floor=0)) == (0, None, INF)
    assert Bounded.about(30).approximate
    assert not Bounded.at_least(30).approximate


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [("72.45", 72.445, 72.455), ("0", -0.5, 0.5), ("70.0", 69.95, 70.05), ("-3", -3.5, -2.5)],
)
def test_a_rounded_figure_is_half_a_unit_of_its_last_digit_either_way(
    text: str, low: float, high: float
) -> None:
    assert ends(Bounded.rounded(text)) == (low, float(text), high)


@pytest.mark.parametrize(
    ("low", "point", "high"), [(2, None, 1), (0, 3, 2), (0, -1, 2), (math.nan, None, 1), (0, None, math.nan)]
)
def test_what_is_no_interval_is_refused(low: float, point: float | None, high: float) -> None:
    with pytest.raises(DataError):
        Bounded(low, point, high)


def test_an_interval_of_one_number_has_that_number_as_its_point() -> None:
    assert Bounded(3, None, 3).point == 3
    assert Bounded(3, None, 3).is_exact
    assert not Bounded(3, None, 3).has_interval
    assert Bounded.at_least(3).has_interval
    assert not Bounded.about(3).has_interval  # both sides open: nothing bounds it


def test_adding_carries_bounds_and_drops_the_point_of_a_bound() -> None:
    assert ends(Bounded.exact(2) + Bounded.exact(3)) == (5, 5, 5)
    assert ends(Bounded.exact(2) + Bounded.at_least(3)) == (5, None, INF)
    assert ends(Bounded.at_most(4) + Bounded.at_most(5)) == (0, None, 9)
    assert ends(Bounded.exact(2) + 3) == ends(3 + Bounded.exact(2)) == (5, 5, 5)


def test_subtracting_turns_the_bounds_round() -> None:
    assert ends(Bounded.exact(1510) - Bounded.at_least(1000)) == (-INF, None, 510)
    assert ends(Bounded.exact(10) - Bounded(2, 3, 5)) == (5, 7, 8)
    assert ends(10 - Bounded(2, 3, 5)) == (5, 7, 8)


def test_multiplying_takes_the_outermost_corners() -> None:
    assert ends(Bounded(-2, None, 3) * Bounded(-5, None, 4)) == (-15, None, 12)
    assert ends(Bounded.at_most(10) * Bounded.at_least(2)) == (0, None, INF)
    assert (Bounded.exact(2, "person") * Bounded.exact(3, "day")).unit == "person*day"


def test_dividing_gives_a_ratio_with_its_unit() -> None:
    rate = Bounded.at_least(1000, "person") / Bounded.exact(1094, "station")
    assert rate.unit == "person/station"
    assert ends(rate) == (1000 / 1094, None, INF)
    assert (Bounded.exact(1, "station") / Bounded.exact(2, "station")).unit == ""
    assert ends(2 / Bounded.exact(4)) == (0.5, 0.5, 0.5)
    assert ends(Bounded.exact(10) / Bounded.at_least(5)) == (0, None, 2)


def test_dividing_by_zero_itself_is_an_error_in_both_languages() -> None:
    with pytest.raises(DataError) as caught:
        Bounded.exact(1) / 0
    assert "分母为零" in caught.value.text("zh")
    assert "zero" in caught.value.text("en")


def test_dividing_through_zero_says_no_more_than_it_knows() -> None:
    assert ends(Bounded.exact(10) / Bounded.at_most(5)) == (2, None, INF)  # a count: a floor, no ceiling
    assert ends(Bounded.exact(10) / Bounded(-1, None, 1)) == (-INF, None, INF)
    assert ends(Bounded.exact(-10) / Bounded.at_most(5)) == (-INF, None, INF)
    assert ends(Bounded(0, 10, 20) / Bounded(-1, 0, 1)) == (
        -INF,
        None,
        INF,
    )  # a point over the point zero is none


@pytest.mark.parametrize("operation", ["+", "-", "compare", "agree"])
def test_two_units_are_never_added_or_compared(operation: str) -> None:
    persons, times = Bounded.exact(5, "person"), Bounded.exact(5, "person_time")
    do = {
        "+": lambda: persons + times,
        "-": lambda: persons - times,
        "compare": lambda: persons.at_least_as_much(times),
        "agree": lambda: persons.agrees_with(times),
    }[operation]
    with pytest.raises(DataError) as caught:
        do()
    assert "person_time" in str(caught.value)


@pytest.mark.parametrize(
    ("left", "right", "verdict"),
    [
        (Bounded.exact(5), Bounded.exact(5), "yes"),
        (Bounded.exact(4), Bounded.exact(5), "no"),
        (Bounded.at_least(5), Bounded.exact(5), "yes"),
        (Bounded.at_least(4), Bounded.exact(5), "cannot_say"),
        (Bounded.at_most(4), Bounded.exact(5), "no"),
        (Bounded.at_most(5), Bounded.exact(5), "cannot_say"),
        (Bounded.about(100), Bounded.exact(5), "cannot_say"),
        (Bounded.exact(100), Bounded.about(5), "cannot_say"),
        (Bounded.at_least(10), Bounded.at_most(10), "yes"),
    ],
)
def test_a_comparison_answers_yes_no_or_cannot_say(left: Bounded, right: Bounded, verdict: str) -> None:
    assert left.at_least_as_much(right) == verdict
    assert left.certainly_at_least(right) == (verdict == "yes")
    assert left.possibly_at_least(right) == (verdict != "no")


def test_two_intervals_agree_when_they_share_a_value() -> None:
    assert Bounded(1, None, 3).agrees_with(Bounded(3, None, 5))
    assert not Bounded(1, None, 3).agrees_with(Bounded(3.1, None, 5))


def test_scaling_keeps_the_sense_and_needs_a_positive_factor() -> None:
    assert ends(Bounded.rounded("72.45", "percent").scaled(0.01, "fraction")) == pytest.approx(
        (0.72445, 0.7245, 0.72455)
    )
    for factor in (0, -1):
        with pytest.raises(DataError):
            Bounded.exact(1).scaled(factor)


def test_roughness_is_catching() -> None:
    rough, sure = Bounded.about(30), Bounded.exact(2)
    assert all(b.approximate for b in (rough + sure, sure - rough, rough * sure, rough / sure, -rough))


def test_a_bounded_number_is_frozen_and_travels_between_processes() -> None:
    b = Bounded(1, None, INF, "station")
    with pytest.raises(FrozenInstanceError):
        b.low = 0  # type: ignore[misc]
    assert pickle.loads(pickle.dumps(b)) == b
    assert eval(repr(b), {"Bounded": Bounded, "inf": INF}) == b
