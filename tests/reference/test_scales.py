"""Reliability against a closed form, R's factanal, statsmodels' Factor, and the intraclass correlation that alpha is."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from statsmodels.multivariate.factor import Factor

from swe.stats.agreement import icc
from swe.stats.scales import cronbach, feldt, one_factor, reliability

HERE = Path(__file__).parent


@pytest.fixture(scope="module")
def items() -> pd.DataFrame:
    return pd.read_csv(HERE / "scale_items.csv")


@pytest.fixture(scope="module")
def r() -> pd.Series:
    return pd.read_csv(HERE / "survey_numbers.csv").set_index("name")["value"]


def test_alpha_omega_and_loadings_agree_with_r(items, r):
    """factanal stops at its own tolerance: 1e-5."""
    found = reliability(items)
    assert found["alpha"] == pytest.approx(r["scale.alpha"], rel=1e-10)
    assert found["omega"] == pytest.approx(r["scale.omega"], rel=1e-5)
    for name, loading in zip(found.table["item"], found.table["loading"], strict=True):
        assert loading == pytest.approx(r[f"scale.loading.{name}"], rel=1e-4)


def test_the_factor_model_agrees_with_statsmodels(items):
    loadings, unique = one_factor(items.to_numpy(dtype=float))
    fit = Factor(items.to_numpy(dtype=float), n_factor=1, method="ml").fit()
    sd = items.std(ddof=1).to_numpy()
    assert np.abs(loadings) == pytest.approx(np.abs(fit.loadings[:, 0]) * sd, rel=1e-3)
    assert unique == pytest.approx(np.asarray(fit.uniqueness) * sd**2, rel=1e-2)


def test_three_items_are_just_identified():
    """With three items the loadings have a closed form: λ₁² = r₁₂r₁₃/r₂₃ (on the correlation scale)."""
    rng = np.random.default_rng(2)
    x = rng.normal(size=(400, 1)) * [0.8, 0.7, 0.6] + rng.normal(size=(400, 3)) * 0.6
    corr, sd = np.corrcoef(x, rowvar=False), x.std(axis=0, ddof=1)
    loadings, _ = one_factor(x)
    closed = math.sqrt(corr[0, 1] * corr[0, 2] / corr[1, 2])
    assert loadings[0] / sd[0] == pytest.approx(closed, abs=1e-5)


def test_alpha_by_hand():
    """Two items (1 2 3), (1 3 2): variances 1 and 1, total (2 5 5) variance 3; α = 2·(1 − 2/3) = 2/3."""
    assert cronbach(np.array([[1.0, 1], [2, 3], [3, 2]])) == pytest.approx(2 / 3, rel=1e-10)


def test_alpha_and_its_limits_are_those_of_the_consistency_of_a_mean():
    """α is ICC(3,k), and Feldt's limits are its F limits."""
    x = pd.DataFrame([[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]])
    alpha, agreement = reliability(x), icc(x)
    assert alpha["alpha"] == pytest.approx(agreement["icc_3_k"], rel=1e-10)
    assert alpha["lower"] == pytest.approx(agreement["icc_3_k_lower"], rel=1e-10)
    assert alpha["upper"] == pytest.approx(agreement["icc_3_k_upper"], rel=1e-10)


def test_equal_loadings_make_omega_alpha():
    """Tau-equivalent items in the population: built to have exactly that covariance."""
    rng = np.random.default_rng(4)
    raw = rng.normal(size=(50, 4))
    raw -= raw.mean(axis=0)
    white = raw @ np.linalg.inv(np.linalg.cholesky(np.cov(raw, rowvar=False)).T)
    wanted = 0.5 + np.diag([0.5, 0.8, 0.3, 0.6])
    x = white @ np.linalg.cholesky(wanted).T
    found = reliability(pd.DataFrame(x))
    assert found["omega"] == pytest.approx(found["alpha"], rel=1e-6)
    assert found["omega"] == pytest.approx(8 / (8 + 2.2), rel=1e-6)


def covered(draws: int, seed: int) -> float:
    rng, hits = np.random.default_rng(seed), 0
    for _ in range(draws):
        x = rng.normal(size=(40, 1)) + rng.normal(size=(40, 5))
        lower, upper = feldt(cronbach(x), n=40, k=5)
        hits += lower <= 5 / 6 <= upper
    return hits / draws


def test_the_interval_of_alpha_covers_about_as_often_as_it_says():
    assert covered(600, seed=1) == pytest.approx(0.95, abs=3 * math.sqrt(0.95 * 0.05 / 600))


@pytest.mark.slow
def test_the_interval_of_alpha_covers_in_ten_thousand_draws():
    assert 0.94 <= covered(10_000, seed=2) <= 0.96
