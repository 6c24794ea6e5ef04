"""The forecast of a target against R's quasi-Poisson and qnbinom and a gamma–Poisson integral."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.integrate import quad
from scipy.stats import gamma, poisson

from swe.stats.targets import target_forecast

COUNTS = (30, 38, 44, 25, 41, 52, 47, 36)
MONTHS = [(f"2022-{m:02d}", c) for m, c in zip(range(5, 13), COUNTS, strict=True)]


def test_an_overdispersed_forecast_agrees_with_r():
    numbers = pd.read_csv(Path(__file__).parent / "survey_numbers.csv").set_index("name")["value"]
    found = target_forecast(MONTHS, target=500 + 300, deadline="2023-06-30", reached=500)
    assert found["phi"] == pytest.approx(numbers["forecast.phi"], rel=1e-6)  # glm iterates
    assert found["lower"] == 500 + numbers["forecast.lower"]
    assert found["upper"] == 500 + numbers["forecast.upper"]
    assert found["probability"] == pytest.approx(numbers["forecast.probability"], rel=1e-6)
    assert found["estimate"] == pytest.approx(500 + 6 * np.mean(COUNTS), rel=1e-12)
    assert found["required"] == 50


def test_even_months_give_the_gamma_poisson_forecast():
    """Months 4 5 4 5 5 4 (φ < 1): rate ~ gamma(27, 6), three months to come ~ Poisson(3·rate); P(at least 15)."""
    months = [(f"2023-{m:02d}", c) for m, c in enumerate((4, 5, 4, 5, 5, 4), start=1)]
    found = target_forecast(months, target=27 + 15, deadline="2023-09-30")
    assert found["phi"] == 1 and found["phi_raw"] < 1
    exact, _ = quad(
        lambda rate: poisson.sf(14, 3 * rate) * gamma.pdf(rate, 27, scale=1 / 6), 0, 20, epsabs=1e-13
    )
    assert found["probability"] == pytest.approx(exact, rel=1e-8)


def test_a_table_runs_to_the_deadline_and_its_last_row_is_the_forecast():
    found = target_forecast(MONTHS, target=800, deadline="2023-03-15")
    assert list(found.table["month"]) == [m for m, _ in MONTHS] + ["2023-01", "2023-02", "2023-03"]
    last = found.table.iloc[-1]
    assert (last["total"], last["lower"], last["upper"]) == (
        found["estimate"],
        found["lower"],
        found["upper"],
    )
    assert found["months_left"] == pytest.approx(2 + 15 / 31, rel=1e-12)
    assert found.table["total"].iloc[7] == sum(COUNTS) == found["reached"]


def test_what_is_reached_is_certain_and_what_is_over_is_not_forecast():
    assert target_forecast(MONTHS, target=300, deadline="2023-06")["probability"] == 1
    over = target_forecast(MONTHS, target=400, deadline="2022-12-31")
    assert (over["probability"], over["months_left"], over["estimate"]) == (0, 0, 313)
    assert math.isnan(over["required"])
