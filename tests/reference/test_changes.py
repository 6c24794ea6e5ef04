"""Change, goal attainment and single cases against closed forms, published examples and other implementations."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from scipy.special import gamma
from scipy.stats import mannwhitneyu, norm
from statsmodels.stats.effect_size import _noncentrality_t

from swe.stats.changes import change, hedges, small_sample
from swe.stats.single_cases import goal_attainment, nap, newcombe_limits

PRE, POST = [10, 12, 14, 11, 13], [12, 15, 15, 13, 14]


def with_moments(
    m1: float, m2: float, sd1: float, sd2: float, cor: float, n: int
) -> tuple[np.ndarray, np.ndarray]:
    """Two samples with exactly these means, standard deviations and correlation."""
    z = np.random.default_rng(0).normal(size=(n, 2))
    z -= z.mean(axis=0)
    z = z @ np.linalg.inv(np.linalg.cholesky(np.cov(z, rowvar=False)).T)
    return m1 + sd1 * z[:, 0], m2 + sd2 * (cor * z[:, 0] + math.sqrt(1 - cor**2) * z[:, 1])


def test_the_factor_is_the_exact_ratio_of_gammas():
    for df in (2, 5, 24, 80):
        exact = gamma(df / 2) / (math.sqrt(df / 2) * gamma((df - 1) / 2))
        assert small_sample(df) == pytest.approx(exact, rel=1e-12)
    assert small_sample(24) == pytest.approx(1 - 3 / 95, abs=1e-4)  # Hedges' approximation


@pytest.mark.parametrize(
    ("standardiser", "estimate", "lower", "upper"),
    [("average", 0.5550319, 0.2394905, 0.8705732), ("pre", 0.5424837, 0.2258515, 0.8591158)],
)
def test_the_limits_are_those_of_statpsych(standardiser, estimate, lower, upper):
    """Manual of the R package statpsych: ci.stdmean.ps(.05, 110.4, 102.1, 15.3, 14.6, .75, 25), first minus second."""
    x, y = with_moments(110.4, 102.1, 15.3, 14.6, 0.75, 25)
    g, low, high = hedges(x, y, standardiser)
    assert g / small_sample(24) == pytest.approx(-estimate, abs=5e-8)
    assert (low, high) == pytest.approx((-upper, -lower), abs=5e-8)


def test_the_limits_for_the_differences_are_those_of_statsmodels():
    found = change(PRE, POST, standardiser="diff")
    d = np.subtract(POST, PRE)
    t = d.mean() / d.std(ddof=1) * math.sqrt(5)
    theirs = _noncentrality_t(t, 4, alpha=0.05).confint
    assert (found["g_lower"], found["g_upper"]) == pytest.approx(np.array(theirs) / math.sqrt(5), rel=1e-6)
    assert found["g"] == pytest.approx(small_sample(4) * d.mean() / d.std(ddof=1), rel=1e-10)


def test_reliable_change_by_hand():
    """s_pre = √2.5, r = .9: √2.5·√.2 = √.5; changes 2 3 1 2 1 → 2.83 4.24 1.41 2.83 1.41; three beyond 1.96."""
    found = change(PRE, POST, reliability=0.9)
    expected = np.array([2, 3, 1, 2, 1]) / math.sqrt(0.5)
    assert found.table["rci"].to_numpy() == pytest.approx(expected, rel=1e-10)
    assert found["rci_improved"] == 0.6
    assert change(PRE, POST, reliability=0.9, better="low")["rci_worsened"] == 0.6
    assert math.isnan(change(PRE, POST)["rci_improved"])


def test_g_by_hand():
    """d̄ = 1.8; variances 2.5 and 1.7: √2.1."""
    expected = small_sample(4) * 1.8 / math.sqrt(2.1)
    assert change(PRE, POST)["g"] == pytest.approx(expected, rel=1e-10)


# -- goal attainment --


def test_goal_attainment_by_hand():
    """1 0 2 −1: Σ 2; √(.7·4 + .3·16) = √7.6; T = 50 + 20/√7.6 = 57.2548."""
    assert goal_attainment([1, 0, 2, -1])["estimate"] == pytest.approx(50 + 20 / math.sqrt(7.6), rel=1e-12)
    assert goal_attainment([1, 0, 2, -1])["estimate"] == pytest.approx(57.2548, abs=5e-5)


def test_weighted_goals_by_hand():
    """Weights 2 1, scores 1 −1: Σwx 1; √(.7·5 + .3·9) = √6.2."""
    found = goal_attainment([1, -1], weights=[2, 1])
    assert found["estimate"] == pytest.approx(50 + 10 / math.sqrt(6.2), rel=1e-12)


def test_clients_are_averaged_and_a_missing_goal_is_no_zero():
    """A second client with one goal at 1: T = 60."""
    found = goal_attainment(pd.DataFrame([[1, 0, 2, -1], [1, None, None, None]]))
    assert list(found.table["value"]) == pytest.approx([57.2548, 60.0], abs=5e-5)
    assert found["estimate"] == pytest.approx((50 + 20 / math.sqrt(7.6) + 60) / 2, rel=1e-12)


# -- nonoverlap --


def test_nap_of_the_textbook_case():
    """{2,3,4} against {4,5,6}: eight pairs above, one tie of nine."""
    assert nap([2, 3, 4], [4, 5, 6])["estimate"] == pytest.approx(8.5 / 9, rel=1e-12)
    assert nap([2, 3, 4], [4, 5, 6])["estimate"] == pytest.approx(0.9444, abs=5e-5)
    assert nap([2, 3, 4], [4, 5, 6], better="low")["estimate"] == pytest.approx(0.5 / 9, rel=1e-12)


def test_nap_is_the_mann_whitney_statistic():
    rng = np.random.default_rng(1)
    a, b = rng.integers(0, 8, 9), rng.integers(2, 10, 14)
    assert nap(a, b)["estimate"] == pytest.approx(mannwhitneyu(b, a).statistic / (9 * 14), rel=1e-12)


@pytest.mark.parametrize(("theta", "m", "n"), [(8.5 / 9, 3, 3), (0.6, 8, 12), (0.2, 20, 5)])
def test_the_limits_are_roots_of_newcombes_quartic(theta, m, n):
    """mn(θ̂ − x)²(2 − x)(1 + x) = z²x(1 − x)(2 + h + (1 + 2h)x(1 − x)), h = (m + n)/2 − 1."""
    h, z2 = (m + n) / 2 - 1, float(norm.ppf(0.975) ** 2)
    gap, rest, own = np.poly1d([-1, theta]), np.poly1d([-1, 2]) * np.poly1d([1, 1]), np.poly1d([-1, 1, 0])
    roots = (m * n * gap * gap * rest - z2 * own * (2 + h + (1 + 2 * h) * own)).roots
    real = np.sort(roots[np.abs(roots.imag) < 1e-8].real)
    inside = real[(real >= 0) & (real <= 1)]
    assert newcombe_limits(theta, m, n) == pytest.approx((inside.min(), inside.max()), abs=1e-8)


def test_no_overlap_at_all_still_has_a_lower_limit():
    """θ̂ = 1: x solves mn(1 − x)(2 − x)(1 + x) = z²x(2 + h + (1 + 2h)x(1 − x)), by bisection."""
    m = n = 3
    h, z2 = 2.0, norm.ppf(0.975) ** 2
    low, high = 0.0, 1.0
    for _ in range(200):
        x = (low + high) / 2
        beyond = 9 * (1 - x) * (2 - x) * (1 + x) > z2 * x * (2 + h + (1 + 2 * h) * x * (1 - x))
        low, high = (x, high) if beyond else (low, x)
    assert newcombe_limits(1.0, m, n) == pytest.approx((low, 1.0), abs=1e-9)


# -- coverage --


def g_covered(draws: int, seed: int, standardiser: str, n: int = 40) -> float:
    """Scores with SD 1, correlation .7 and a change of .5."""
    rng, hits = np.random.default_rng(seed), 0
    true = {"average": 0.5, "pre": 0.5, "diff": 0.5 / math.sqrt(0.6)}[standardiser]
    for _ in range(draws):
        person = rng.normal(0, math.sqrt(0.7), n)
        x, y = person + rng.normal(0, math.sqrt(0.3), n), person + rng.normal(0.5, math.sqrt(0.3), n)
        _, lower, upper = hedges(x, y, standardiser)
        hits += lower <= true <= upper
    return hits / draws


def nap_covered(draws: int, seed: int, *, n: int, shift: float) -> float:
    rng, hits, true = np.random.default_rng(seed), 0, norm.cdf(shift / math.sqrt(2))
    for _ in range(draws):
        gap = np.subtract.outer(rng.normal(shift, 1, n), rng.normal(0, 1, n))
        lower, upper = newcombe_limits(float((gap > 0).mean()), n, n)
        hits += lower <= true <= upper
    return hits / draws


@pytest.mark.parametrize("standardiser", ["average", "pre", "diff"])
def test_the_interval_of_g_covers_about_as_often_as_it_says(standardiser):
    assert g_covered(400, 1, standardiser) == pytest.approx(0.95, abs=3 * math.sqrt(0.95 * 0.05 / 400))


def test_the_interval_of_nap_covers_about_as_often_as_it_says():
    assert nap_covered(400, 2, n=15, shift=0.7) == pytest.approx(0.95, abs=3 * math.sqrt(0.95 * 0.05 / 400))


@pytest.mark.slow
@pytest.mark.parametrize("standardiser", ["average", "pre", "diff"])
def test_the_interval_of_g_covers_in_ten_thousand_draws(standardiser):
    assert 0.94 <= g_covered(10_000, 3, standardiser) <= 0.96


@pytest.mark.slow
def test_the_interval_of_nap_covers_in_ten_thousand_draws():
    assert 0.94 <= nap_covered(10_000, 4, n=20, shift=0.7) <= 0.96
