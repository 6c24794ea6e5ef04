"""The acceptance numbers of pace (docs/methods.md §5), each from a closed form and from another computation.

Closed forms are exact fractions (tolerance 1e-10); the other computation is numpy's linear interpolation and
fit over day numbers, and a count of whole calendar months by pandas.
"""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest

from swe.stats.pace import expected_on, pace

START, SEEN, DUE = date(2022, 9, 30), date(2023, 5, 31), date(2023, 12, 31)
CLOSED = {
    "observed": Fraction(1094 - 755, 8),  # 42.375: eight whole months
    "required": Fraction(1510 - 1094, 7),  # 59.428571…: seven whole months
    "expected": 755 + Fraction((1510 - 755) * 243, 457),  # 1,156.455: docs/methods.md prints 1,156.46
    "projected": 1094 + Fraction(214 * 339, 243),  # 1,392.543: docs/decisions/003
    "gap": Fraction(416),
    "months_left": Fraction(7),
    "days_to_target": Fraction(416 * 243, 339),  # 298.19
    "behind": Fraction(1),
}


@pytest.fixture(scope="module")
def guizhou():
    """755 stations on 2022-09-30 (B016), 1,094 on 2023-05-31 (F03-010); 1,510 units, due at year's end."""
    return pace([("2022-09", 755), ("2023-05-31", 1094)], target=1510, deadline="2023-12-31")


@pytest.mark.parametrize("name", CLOSED)
def test_guizhou_agrees_with_the_closed_form(guizhou, name):
    assert guizhou[name] == pytest.approx(float(CLOSED[name]), rel=1e-10)


def test_guizhou_agrees_with_numpy_and_pandas(guizhou):
    days = np.array([START.toordinal(), SEEN.toordinal(), DUE.toordinal()], dtype=float)
    months = {
        name: len(pd.period_range(first, last, freq="M"))
        for name, first, last in [("seen", "2022-10", "2023-05"), ("left", "2023-06", "2023-12")]
    }
    slope, intercept = np.polyfit(days[:2] - days[0], [755, 1094], 1)
    assert guizhou["observed"] == pytest.approx(339 / months["seen"])
    assert guizhou["required"] == pytest.approx(416 / months["left"])
    assert guizhou["expected"] == pytest.approx(np.interp(days[1], days[[0, 2]], [755, 1510]))
    assert guizhou["projected"] == pytest.approx(slope * (days[2] - days[0]) + intercept)
    assert guizhou["days_to_target"] == pytest.approx((1510 - intercept) / slope - (days[1] - days[0]))


def test_guizhou_would_arrive_on_2024_03_25_by_walking_day_by_day(guizhou):
    day, count = SEEN, Fraction(1094)
    while count < 1510:
        day, count = day + timedelta(days=1), count + Fraction(339, 243)
    assert day.isoformat() == guizhou.table.reached_on.iloc[-1] == "2024-03-25"


def test_the_printed_projection_comes_from_rounding_the_daily_pace_first(guizhou):
    assert 1094 + 214 * round(339 / 243, 3) == pytest.approx(1392.53)
    assert round(guizhou["projected"], 3) == 1392.543


def test_henan_ten_thousand_households_by_the_year_s_end():
    """From 2023-06-01 to 12-31: the campaign stands at 0 at the close of 05-31; 122 of 214 days by 09-30."""
    expected = expected_on("2023-05-31", 0, 10_000, "2023-12-31", "2023-09-30")
    assert expected == pytest.approx(float(Fraction(10_000 * 122, 214)), rel=1e-10)
    assert expected == pytest.approx(10_000 * len(pd.date_range("2023-06-01", "2023-09-30")) / 214)
    assert round(expected, 2) == 5700.93
    result = pace([("2023-05-31", 0), ("2023-09-30", 5000)], target=10_000, deadline="2023-12")
    assert result["expected"] == expected


@pytest.mark.parametrize(
    ("first", "last", "months"),
    [
        ("2022-09-30", "2023-05-31", Fraction(8)),
        ("2023-01-31", "2023-02-28", Fraction(1)),
        ("2023-01-15", "2023-02-14", 1 + Fraction(14, 28) - Fraction(15, 31)),
        ("2023-12-31", "2024-02-15", 1 + Fraction(15, 29)),
    ],
)
def test_a_month_is_a_calendar_month(first, last, months):
    result = pace([(first, 0), (last, 100)], target=1000, deadline="2030")
    assert result["observed"] == pytest.approx(float(100 / months), rel=1e-10)
