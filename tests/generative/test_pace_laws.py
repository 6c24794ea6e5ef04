"""Laws of `stats.pace`: bounds contain every point they were made from, the planned line is monotone."""

from __future__ import annotations

import math
from datetime import date

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from swe.core.bounded import Bounded
from swe.stats.pace import expected_on, pace

days = st.dates(date(2018, 1, 1), date(2030, 12, 31))
numbers = st.integers(0, 40_000)
NAMES = ("observed", "required", "expected", "projected", "gap", "days_to_target")


@st.composite
def intervals(draw):
    """An interval, sometimes without a ceiling, and a point inside."""
    low, point, high = sorted(draw(st.tuples(numbers, numbers, numbers)))
    return Bounded(low, None, draw(st.sampled_from([high, math.inf]))), point


ordered = st.lists(days, min_size=2, max_size=2, unique=True).map(sorted)


@given(ordered, days, intervals(), intervals(), numbers)
def test_bounds_contain_every_point_they_were_made_from(two, deadline, first, last, target):
    start, end = two
    point = pace([(start, first[1]), (end, last[1])], target=target, deadline=deadline)
    wide = pace([(start, first[0]), (end, last[0])], target=target, deadline=deadline)
    for name in NAMES:
        if math.isnan(point[name]):
            continue
        low = wide.values.get(f"{name}_lower", wide[name])
        high = wide.values.get(f"{name}_upper", wide[name])
        slack = 1e-9 * max(1, abs(point[name]))
        assert low - slack <= point[name] <= high + slack, name
    assert math.isnan(wide["behind"]) or wide["behind"] == point["behind"]


@given(st.lists(days, min_size=4, max_size=4), numbers, numbers)
def test_the_planned_line_never_turns_back(four, start_value, target):
    start, one, other, deadline = sorted(four)
    assume(start < deadline)
    early, late = (expected_on(start, start_value, target, deadline, day) for day in (one, other))
    assert early <= late if target >= start_value else early >= late
    assert min(start_value, target) <= early <= max(start_value, target)


@given(
    st.lists(st.tuples(days, numbers), min_size=2, max_size=6, unique_by=lambda x: x[0]), days, st.randoms()
)
def test_the_order_of_the_counts_does_not_matter(series, deadline, random):
    shuffled = list(series)
    random.shuffle(shuffled)
    one, other = (pace(s, target=1510, deadline=deadline) for s in (series, shuffled))
    assert repr(one.values) == repr(other.values)
    assert one.table.equals(other.table)


@given(ordered, days, numbers, st.integers(0, 500), st.integers(1, 1000))
def test_growing_faster_never_makes_one_later_or_more_behind(two, deadline, base, rise, extra):
    start, end = two
    slow, fast = (
        pace([(start, base), (end, base + more)], target=base + 2000, deadline=deadline)
        for more in (rise, rise + extra)
    )
    assert fast["observed"] > slow["observed"]
    assert fast["behind"] <= slow["behind"]
    assert not fast["days_to_target"] > slow["days_to_target"]


@given(st.lists(days, min_size=3, max_size=3, unique=True).map(sorted), numbers, numbers)
def test_the_required_pace_held_to_the_deadline_meets_the_target(three, first, last):
    start, end, deadline = three
    result = pace([(start, first), (end, last)], target=50_000, deadline=deadline)
    assert last + result["required"] * result["months_left"] == pytest.approx(50_000)
