"""The forecast of a target against R's quasi-Poisson and qnbinom, a gamma–Poisson integral, and its own coverage."""

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


def covered(draws: int, seed: int, *, months: int, rate: float, phi: float) -> float:
    """How often the total of six months to come lies in the interval; counts with variance φ times their mean."""
    rng, hits = np.random.default_rng(seed), 0
    names = [str(p) for p in pd.period_range("2022-01", periods=months, freq="M")]
    due = str(pd.Period(names[-1]) + 6)
    for _ in range(draws):
        y = (
            rng.poisson(rate, months + 6)
            if phi == 1
            else rng.negative_binomial(rate / (phi - 1), 1 / phi, months + 6)
        )
        found = target_forecast(list(zip(names, y[:months], strict=True)), target=1, deadline=due, reached=0)
        hits += found["lower"] <= y[months:].sum() <= found["upper"]
    return hits / draws


def test_the_forecast_interval_covers_about_as_often_as_it_says():
    assert covered(150, 1, months=12, rate=40, phi=3) == pytest.approx(
        0.95, abs=3.5 * math.sqrt(0.95 * 0.05 / 150)
    )


@pytest.mark.slow
def test_the_forecast_interval_covers_in_ten_thousand_draws():
    """Discrete and never told that φ is 1, so it covers more there; overdispersed it must stay within 93–97 %."""
    assert 0.95 <= covered(10_000, 2, months=12, rate=40, phi=1) <= 0.98
    assert 0.94 <= covered(10_000, 3, months=12, rate=40, phi=3) <= 0.97
    assert 0.93 <= covered(10_000, 4, months=6, rate=40, phi=3) <= 0.97
