"""`stats.pace`: what it does with odd series, bounds, deadlines and units."""

from __future__ import annotations

import math
from datetime import date, datetime

import numpy as np
import pandas as pd
import pytest

from swe.core.bounded import Bounded
from swe.core.errors import DataError, UsageError
from swe.stats.pace import expected_on, pace

GUIZHOU = [("2022-09", 755), ("2023-05-31", 1094)]


def guizhou(series=GUIZHOU, *, target=1510, deadline="2023-12-31"):
    return pace(series, target=target, deadline=deadline)


def test_a_result_has_the_fixed_keys_and_columns():
    found = guizhou()
    assert found.kind == "pace"
    assert set(found.values) == {
        *("observed", "required", "expected", "projected", "gap", "months_left", "days_to_target", "behind")
    }
    assert list(found.table) == ["date", "value", "lower", "upper", "expected", "status", "reached_on"]
    assert all(isinstance(value, float) for value in found.values.values())


def test_the_last_row_is_the_deadline_with_the_projection_the_target_and_the_day_of_arrival():
    table = guizhou().table
    assert table.date.tolist() == ["2022-09-30", "2023-05-31", "2023-12-31"]
    assert table.value.iloc[-1] == pytest.approx(1392.543, abs=5e-4)
    assert table.expected.iloc[-1] == 1510
    assert table.reached_on.tolist() == ["", "", "2024-03-25"]


@pytest.mark.parametrize(
    "series",
    [
        pd.DataFrame({"date": ["2023-05-31", "2022-09"], "value": [1094, 755]}),
        pd.DataFrame({"date": pd.to_datetime(["2022-09-30", "2023-05-31"]), "value": [755.0, 1094.0]}),
        [(date(2022, 9, 30), np.int64(755)), (datetime(2023, 5, 31, 18), np.float32(1094))],
        [("2022-09", Bounded.exact(755, "station")), ("2023-05-31", 1094), ("2023-05-31", 1094)],
    ],
    ids=["unsorted frame", "timestamps", "numpy", "bounded, plain and repeated"],
)
def test_frames_pairs_dates_and_numbers_of_any_kind_mean_the_same(series):
    assert guizhou(series).values == guizhou().values


def test_missing_counts_are_left_out_and_noted_never_taken_for_zero():
    frame = pd.DataFrame({"date": ["2022-09", "2023-01", "2023-05-31"], "value": [755, None, 1094]})
    found = guizhou(frame)
    assert found.values == guizhou().values
    assert [n.en for n in found.notes if n.kind == "exclusion"] == [
        "1 dates without a count were left out: 2023-01-31"
    ]


@pytest.mark.parametrize(
    ("series", "message"),
    [
        ([], "two different dates"),
        ([("2023-05-31", 1094)], "two different dates"),
        ([("2022-09", 755), ("2023-05-31", None)], "two different dates"),
        ([("2022-09", 755), ("2022-09-30", 756)], "two different counts for one date: 2022-09-30"),
        ([("2022-09", -1), ("2023-05-31", 1094)], "cannot be -1"),
        ([("2022-09", math.inf), ("2023-05-31", 1094)], "cannot be inf"),
        ([("2022-09", "2000余"), ("2023-05-31", 1094)], "is not a number"),
        (
            [("2022-09", Bounded.exact(1, "person")), ("2023", Bounded.exact(2, "person_time"))],
            "different units",
        ),
        (pd.DataFrame({"day": ["2022"], "value": [1]}), "lacks the columns date"),
    ],
)
def test_a_series_that_has_no_pace_is_a_data_error(series, message):
    with pytest.raises(DataError, match=message):
        guizhou(series)


def test_a_target_in_another_unit_is_a_data_error():
    counts = [("2022-09", Bounded.exact(755, "station")), ("2023-05", Bounded.exact(1094, "station"))]
    with pytest.raises(DataError, match="different units"):
        guizhou(counts, target=Bounded.exact(1510, "household"))
    assert guizhou(counts, target=Bounded.exact(1510, "station")).values == guizhou().values


def test_an_impossible_date_is_a_usage_error():
    with pytest.raises(UsageError):
        guizhou(deadline="2023-02-30")
    with pytest.raises(UsageError):
        guizhou([("2022-09", 755), (pd.NaT, 1094)])


@pytest.mark.parametrize(
    "target", [Bounded.at_least(1510), Bounded(1509.5, 1510, 1510.5), Bounded.about(1510)]
)
def test_a_target_that_is_not_exact_is_taken_at_its_threshold_and_noted(target):
    found = guizhou(target=target)
    assert found.values == guizhou().values
    assert len(found.notes) == len(guizhou().notes) + 1


@pytest.mark.parametrize("target", [None, math.nan, math.inf, Bounded.at_most(1510), Bounded.about(None)])
def test_a_target_that_is_no_number_is_a_usage_error(target):
    with pytest.raises(UsageError, match="target"):
        guizhou(target=target)


def test_bounded_counts_give_bounds_and_no_lone_point():
    found = guizhou([("2022-09", Bounded.at_least(700)), ("2023-05-31", Bounded.at_least(1000))])
    assert math.isnan(found["observed"])
    assert (found["observed_lower"], found["observed_upper"]) == (-math.inf, math.inf)
    assert (found["required_lower"], found["required_upper"]) == (0, 510 / 7)
    assert math.isnan(found["behind"])
    assert math.isnan(found["days_to_target"])
    assert found.table.reached_on.iloc[-1] == ""
    assert (found.table.lower[0], found.table.upper[0]) == (700, math.inf)
    assert math.isnan(found.table.value[0])


def test_behind_is_said_only_when_the_bounds_allow_it():
    def behind(low, high):
        return guizhou([("2022-09", 755), ("2023-05-31", Bounded(low, None, high))])["behind"]

    assert behind(1090, 1100) == 1
    assert behind(1090, 1300) != behind(1090, 1300)  # NaN
    assert behind(1290, 1300) == 0


def test_a_rough_count_shows_its_point_but_not_who_is_behind():
    found = guizhou([("2022-09", 755), ("2023-05-31", Bounded.about(1094))])
    assert found["observed"] == 42.375
    assert math.isnan(found["behind"])
    assert any("rough" in warning for warning in found.warnings("en"))


def test_a_falling_cumulative_count_is_a_warning():
    found = guizhou([("2022-09", 755), ("2023-01", 700), ("2023-05-31", 1094)])
    assert found["observed"] == 42.375
    assert any("falls (2023-01-31)" in warning for warning in found.warnings("en"))


@pytest.mark.parametrize("last", [755, 700])
def test_without_growth_the_target_is_never_reached(last):
    found = guizhou([("2022-09", 755), ("2023-05-31", last)])
    assert math.isnan(found["days_to_target"])
    assert found.table.reached_on.iloc[-1] == ""
    assert found["behind"] == 1
    assert any("never reached" in warning for warning in found.warnings("en"))


@pytest.mark.parametrize("deadline", ["2023-05-31", "2023-03"])
def test_after_the_deadline_there_is_no_required_pace_but_a_verdict(deadline):
    found = guizhou(deadline=deadline)
    assert found["months_left"] <= 0
    assert math.isnan(found["required"])
    assert found["behind"] == 1
    assert found["expected"] == 1510
    assert any("not after the last count" in warning for warning in found.warnings("en"))


def test_a_deadline_before_the_first_count_has_neither_line_nor_projection():
    found = guizhou(deadline="2022-08")
    assert math.isnan(found["expected"])
    assert math.isnan(found["projected"])
    assert found.table.status.tolist() == ["ok", "ok", "missing"]


def test_a_target_already_reached_needs_nothing_more_and_says_since_when():
    found = guizhou([("2022-09", 755), ("2023-03", 1510), ("2023-05-31", 1600)])
    assert found["gap"] == -90
    assert (found["required"], found["behind"], found["days_to_target"]) == (0, 0, 0)
    assert found.table.reached_on.iloc[-1] == "2023-03-31"


def test_an_arrival_after_the_year_9999_has_days_but_no_date():
    found = guizhou([("2022-09", 0), ("2023-05-31", 1)], target=10**9)
    assert found["days_to_target"] == pytest.approx(243 * (10**9 - 1))
    assert found.table.reached_on.iloc[-1] == ""


def test_a_pace_that_arrives_exactly_at_the_end_of_a_day_is_not_a_day_late():
    found = guizhou([("2023-01-01", 0.1), ("2023-01-02", 0.2)], target=0.3)
    assert found.table.reached_on.iloc[-1] in ("2023-01-03", "2023-01-04")  # 0.1 is no tenth in binary
    whole = guizhou([("2023-01-01", 0), ("2023-01-04", 3)], target=10)
    assert (whole["days_to_target"], whole.table.reached_on.iloc[-1]) == (7, "2023-01-11")


def test_the_planned_line_is_level_outside_its_time_and_absent_without_time():
    assert expected_on("2023-05-31", 5, 100, "2023-12-31", "2023-01-01") == 5
    assert expected_on("2023-05-31", 5, 100, "2023-12-31", "2024-01-01") == 100
    assert math.isnan(expected_on("2023-05-31", 5, 100, "2023-05-31", "2023-05-31"))


def test_the_input_frame_is_not_changed():
    frame = pd.DataFrame({"date": ["2023-05-31", "2022-09"], "value": [1094, 755]})
    before = frame.copy(deep=True)
    guizhou(frame)
    pd.testing.assert_frame_equal(frame, before)
