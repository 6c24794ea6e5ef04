"""Funnels against closed forms, R's quantiles (rates_r.csv) and simulation.

Tolerances: closed forms 1e-10; constants to their printed digits; simulated shares to their Monte-Carlo error.
"""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.integrate import quad
from scipy.stats import betabinom, binom, norm
from scipy.stats.mstats import winsorize

from swe.core.errors import DataError, UsageError
from swe.stats import funnel_limits as fl
from swe.stats.funnels import funnel

HERE = Path(__file__).parent
with (HERE / "rates_r.csv").open(encoding="utf-8") as file:
    R = {row["name"]: float(row["value"]) for row in csv.DictReader(file)}


def stations(rng: np.random.Generator, k: int, cv: float = 0.0) -> pd.DataFrame:
    """Counts of k stations, median expected 40, rates gamma with this coefficient of variation."""
    expected = rng.lognormal(np.log(40), 0.7, k)
    rates = rng.gamma(1 / cv**2, cv**2, k) if cv else 1.0
    return pd.DataFrame({"unit": np.arange(k), "o": rng.poisson(expected * rates), "e": expected})


def made(frame: pd.DataFrame, **more):
    return funnel(frame, unit="unit", count="o", expected="e", **more)


def test_the_constant_is_the_variance_of_a_winsorised_normal():
    a, q = 0.1, norm.ppf(0.9)
    closed = 1 - 2 * a - 2 * q * norm.pdf(q) + 2 * a * q**2
    integral = 2 * (quad(lambda z: z**2 * norm.pdf(z), 0, q)[0] + a * q**2)
    assert (
        fl.NORMAL_WINSORISED_VARIANCE == pytest.approx(closed, abs=5e-8) == pytest.approx(integral, abs=5e-8)
    )


def test_phi_and_tau2_follow_from_the_definition():
    """Ten units; winsorised by scipy's own function, which replaces one value at each end by its neighbour."""
    z = np.array([-3.0, -1.2, -0.8, -0.3, -0.1, 0.2, 0.4, 0.9, 1.5, 4.0])
    s = np.linspace(0.1, 0.4, 10)
    found = fl.overdispersion(z, s)
    low, high = -1.2 - 0.1 * 1.8, 1.5 + 0.1 * 2.5  # linear quantiles at 0.9 and 8.1 of the order
    by_hand = (np.clip(z, low, high) ** 2).sum() / 10 / fl.NORMAL_WINSORISED_VARIANCE
    assert found.phi == pytest.approx(by_hand, rel=1e-12)
    nearest = (np.asarray(winsorize(z, 0.1)) ** 2).sum() / 10 / fl.NORMAL_WINSORISED_VARIANCE
    assert found.phi == pytest.approx(nearest, rel=0.15)
    w = s**-2.0
    assert found.tau2 == pytest.approx((10 * by_hand - 9) / (w.sum() - (w**2).sum() / w.sum()), rel=1e-12)
    assert found.phi_raw == pytest.approx((z**2).mean())


def test_with_equal_errors_tau2_is_the_variance_beyond_chance():
    """w = 1/s²: τ² = s²·(kφ − (k−1))/(k−1), by hand."""
    rng = np.random.default_rng(4)
    z = rng.normal(0, 2, 50)
    found = fl.overdispersion(z, np.full(50, 0.3))
    assert found.tau2 == pytest.approx(0.09 * (50 * found.phi - 49) / 49, rel=1e-10)


def test_exact_poisson_limits_agree_with_r():
    e = np.array([3.2, 17.5, 160])
    _, upper = fl.limits(1.0, e, 1 / np.sqrt(e), level=0.998, binomial=False)
    for i in (1, 2):
        r = R[f"qpois_{i}"] - (R[f"ppois_{i}"] - 0.999) / R[f"dpois_{i}"]
        assert upper[i - 1] == pytest.approx(r / e[i - 1], rel=1e-10)
    assert upper[2] == pytest.approx(1 + 3.090232306167813 / np.sqrt(160), rel=1e-10)


def test_exact_binomial_limits_walk_the_distribution_function():
    lower, upper = fl.limits(0.2, np.array([30.0]), np.array([0.073]), level=0.95, binomial=True)
    cumulative = np.cumsum([binom.pmf(i, 30, 0.2) for i in range(31)])
    for limit, p in ((lower[0], 0.025), (upper[0], 0.975)):
        r = int(np.argmax(cumulative >= p))
        assert limit * 30 == pytest.approx(r - (cumulative[r] - p) / binom.pmf(r, 30, 0.2), rel=1e-9)


def test_negative_binomial_predictive_limits_agree_with_r():
    e = np.array([3.2, 17.5, 160])
    _, upper = fl.negative_binomial_limits(e, alpha=6.0, beta=6.25, level=0.998)
    quantile = np.array([R[f"qnbinom_{i}"] for i in (1, 2, 3)])
    assert ((quantile - 1 <= upper * e) & (upper * e <= quantile)).all()


def test_beta_binomial_predictive_limits_agree_with_scipy_and_with_the_beta_for_large_n():
    n = np.array([30.0, 400.0, 2000.0, 2001.0])
    lower, upper = fl.beta_binomial_limits(n, mean=0.7, rho=0.05, level=0.95)
    law = betabinom(n.astype(int), 0.7 * 19, 0.3 * 19)
    for limits, p in ((lower, 0.025), (upper, 0.975)):
        quantile = law.ppf(p)
        assert ((quantile - 1.01 <= limits * n) & (limits * n <= quantile + 1.01)).all()
    assert lower[3] == pytest.approx(lower[2], abs=1e-3)


def test_a_funnel_of_hand_made_counts():
    frame = pd.DataFrame({"unit": list("abcd"), "o": [40, 160, 90, 110], "e": [100.0] * 4})
    found = made(frame)
    assert found["target"] == 1.0
    assert found.table["z"].tolist() == pytest.approx([-6, 6, -1, 1])
    assert found.table["outlier"].tolist() == [-1, 1, 0, 0]
    assert found.table["upper_95"].iloc[0] == pytest.approx(1.1959964, abs=1e-7)
    assert found["outliers"] == 2 == found["alerts"]
    z = np.array([-6, 6, -1, 1.0])
    clipped = np.clip(z, -6 + 0.3 * 5, 6 - 0.3 * 5)
    assert found["phi"] == pytest.approx((clipped**2).sum() / (4 * 0.6786546))


def test_multiplicative_limits_are_never_narrower_than_chance():
    quiet = pd.DataFrame({"unit": range(6), "o": [100, 101, 99, 100, 102, 98], "e": [100.0] * 6})
    plain, widened = made(quiet), made(quiet, overdispersion="multiplicative")
    assert plain["phi"] < 1
    assert widened.table["upper_998"].tolist() == pytest.approx(plain.table["upper_998"].tolist())


def test_additive_limits_hold_the_variance_between_units():
    frame = pd.DataFrame({"unit": range(8), "o": [300, 520, 410, 700, 390, 250, 480, 430], "e": [400.0] * 8})
    found = made(frame, overdispersion="additive")
    s2, target = found["target"] / 400, found["target"]
    by_hand = target + 1.959963984540054 * np.sqrt(s2 + found["tau2"])
    assert found.table["upper_95"].tolist() == pytest.approx([by_hand] * 8)


def test_pure_poisson_counts_flag_two_in_a_thousand_and_have_phi_one():
    """38,621 stations: 0.2 % outside of 99.8 % (binomial error 0.023 %), φ 1 within 4 of its own errors."""
    found = made(stations(np.random.default_rng(7), 38_621))
    assert found["outliers"] / 38_621 == pytest.approx(0.002, abs=0.0008)
    assert found["phi"] == pytest.approx(1, abs=0.03)
    assert found["tau2"] < 0.001


def test_where_stations_differ_plain_limits_accuse_a_third_and_corrected_ones_few():
    """CV 0.5, median expected 40: about 33 % outside of plain limits, about 1.5 % with τ²."""
    frame = stations(np.random.default_rng(8), 38_621, cv=0.5)
    plain, corrected = made(frame), made(frame, overdispersion="additive")
    assert plain["outliers"] / 38_621 == pytest.approx(0.33, abs=0.02)
    assert corrected["outliers"] / 38_621 == pytest.approx(0.015, abs=0.005)
    assert plain["phi"] < plain["phi_raw"]
    predicted = plain.table
    beyond = (predicted["value"] > predicted["predictive_upper"]) | (
        predicted["value"] < predicted["predictive_lower"]
    )
    assert beyond.mean() == pytest.approx(0.002, abs=0.001)


def test_a_funnel_of_proportions_uses_the_binomial_error():
    found = funnel(
        {"unit": list("abc"), "x": [60, 140, 240], "n": [100, 200, 300]}, unit="unit", count="x", n="n"
    )
    target = 440 / 600
    assert found["target"] == pytest.approx(target)
    assert found.table["z"].iloc[0] == pytest.approx((0.6 - target) / np.sqrt(target * (1 - target) / 100))
    assert found.table["expected"].tolist() == pytest.approx([100 * target, 200 * target, 300 * target])


def test_small_missing_and_empty_units_are_marked_and_counted():
    frame = pd.DataFrame({"unit": range(6), "o": [9, None, 0, 30, 31, 29], "e": [10, 20, 0, 30, 30, 30.0]})
    found = made(frame)
    assert found.table["status"].tolist() == ["below_validity", "missing", "not_applicable", "ok", "ok", "ok"]
    assert found.table["outlier"].tolist()[1:3] == [0, 0] and found.table["z"].isna().sum() == 2
    assert any("4 units are 4 tests" in note.en for note in found.notes)


def test_other_levels_name_their_own_columns():
    frame = pd.DataFrame({"unit": range(3), "o": [90, 100, 110], "e": [100.0] * 3})
    table = made(frame, levels=(0.9, 0.95, 0.99)).table
    assert {"lower_9", "upper_95", "lower_99"} <= set(table.columns)


@pytest.mark.parametrize(
    ("more", "error"),
    [
        ({"expected": "e", "n": "e"}, UsageError),
        ({}, UsageError),
        ({"expected": "e", "overdispersion": "some"}, UsageError),
        ({"expected": "e", "levels": (0.998, 0.95)}, UsageError),
        ({"n": "e"}, DataError),
    ],
)
def test_a_call_that_cannot_be_meant_is_refused(more, error):
    frame = pd.DataFrame({"unit": range(3), "o": [90, 100, 210], "e": [100.0] * 3})
    with pytest.raises(error):
        funnel(frame, unit="unit", count="o", **more)


def test_the_units_outside_are_said_to_regress():
    found = made(pd.DataFrame({"unit": list("abcd"), "o": [40, 160, 90, 110], "e": [100.0] * 4}))
    assert any("回落" in note.zh and "towards the mean" in note.en for note in found.notes)
