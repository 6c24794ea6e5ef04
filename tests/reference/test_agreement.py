"""Agreement against Shrout & Fleiss (1979), R's aov, pingouin's limits, statsmodels, and Fleiss' worked example."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.stats import f, norm
from statsmodels.stats.inter_rater import cohens_kappa, fleiss_kappa

from swe.stats.agreement import icc, kappa
from swe.stats.intraclass import coefficients, mean_squares
from swe.stats.kappas import cohen, fleiss

HERE = Path(__file__).parent
SHROUT_FLEISS = [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]
PUBLISHED = {  # Shrout & Fleiss (1979), table 4 prints two digits; four as pingouin 0.7.0 has them too
    "icc_1_1": 0.1657, "icc_2_1": 0.2898, "icc_3_1": 0.7148, "icc_1_k": 0.4428, "icc_2_k": 0.6201, "icc_3_k": 0.9093,
}  # fmt: skip
PINGOUIN_LIMITS = {  # pingouin 0.7.0, intraclass_corr of the same data; it prints two digits
    "icc_1_1": (-0.13, 0.72), "icc_2_1": (0.02, 0.76), "icc_3_1": (0.34, 0.95),
    "icc_1_k": (-0.88, 0.91), "icc_2_k": (0.07, 0.93), "icc_3_k": (0.68, 0.99),
}  # fmt: skip


@pytest.fixture(scope="module")
def found():
    return icc(pd.DataFrame(SHROUT_FLEISS))


@pytest.mark.parametrize("name", PUBLISHED)
def test_the_six_coefficients_are_those_published(found, name):
    assert found[name] == pytest.approx(PUBLISHED[name], abs=5e-5)


@pytest.mark.parametrize("name", PINGOUIN_LIMITS)
def test_the_limits_are_those_of_pingouin(found, name):
    limits = found[f"{name}_lower"], found[f"{name}_upper"]
    assert limits == pytest.approx(PINGOUIN_LIMITS[name], abs=5e-3)


def test_the_mean_squares_are_those_of_aov_in_r(found):
    numbers = pd.read_csv(HERE / "survey_numbers.csv").set_index("name")["value"]
    ms = found.table.set_index("source")["ms"]
    for source in ("targets", "raters", "residual"):
        assert ms[source] == pytest.approx(numbers[f"icc.ms.{source}"], rel=1e-10)
    assert ms["within"] == pytest.approx((3 * ms["raters"] + 15 * ms["residual"]) / 18, rel=1e-10)


@pytest.mark.parametrize(("name", "error", "df2"), [("icc_1_1", "within", 18), ("icc_3_1", "residual", 15)])
def test_a_limit_is_where_the_f_test_just_rejects(found, name, error, df2):
    """Under ρ the ratio of mean squares is (1 + kρ/(1 − ρ)) times F."""
    ms = found.table.set_index("source")["ms"]
    for limit, tail in ((found[f"{name}_lower"], 0.975), (found[f"{name}_upper"], 0.025)):
        ratio = ms["targets"] / ms[error] / (1 + 4 * limit / (1 - limit))
        assert f.cdf(ratio, 5, df2) == pytest.approx(tail, abs=1e-10)


def test_perfect_agreement_is_one_and_raters_who_differ_by_a_step_are_consistent():
    same = icc(pd.DataFrame({"a": [1, 2, 3], "b": [1, 2, 3]}))
    shifted = icc(pd.DataFrame({"a": [1, 2, 3, 4], "b": [3, 4, 5, 6]}))
    assert [same[f"icc_{i}_1"] for i in (1, 2, 3)] == [1, 1, 1]
    assert shifted["icc_3_1"] == 1
    assert shifted["icc_2_1"] == pytest.approx(
        (5 / 3) / (5 / 3 + 2), rel=1e-10
    )  # variance of targets, of raters


# -- kappa --

FLEISS_TABLE = np.array(
    [  # ten targets, fourteen raters, five categories: the worked example usually given for Fleiss (1971)
        [0, 0, 0, 0, 14], [0, 2, 6, 4, 2], [0, 0, 3, 5, 6], [0, 3, 9, 2, 0], [2, 2, 8, 1, 1],
        [7, 7, 0, 0, 0], [3, 2, 6, 3, 0], [2, 5, 3, 2, 2], [6, 5, 2, 1, 0], [0, 2, 2, 3, 7],
    ]
)  # fmt: skip
TWO = np.array([[44, 5, 1], [7, 20, 3], [9, 5, 6]])


def ratings_of(counts: np.ndarray) -> pd.DataFrame:
    return pd.DataFrame([[c for c, times in enumerate(row) for _ in range(times)] for row in counts])


def pairs_of(table: np.ndarray) -> pd.DataFrame:
    return pd.DataFrame([(i, j) for i in range(3) for j in range(3) for _ in range(table[i, j])])


def test_fleiss_kappa_is_that_of_the_worked_example_and_of_statsmodels():
    found = kappa(ratings_of(FLEISS_TABLE))
    assert found["kappa"] == pytest.approx(0.210, abs=5e-4)
    assert found["agreement"] == pytest.approx(0.378, abs=5e-4)
    assert found["kappa"] == pytest.approx(fleiss_kappa(FLEISS_TABLE), rel=1e-10)


def test_category_kappas_follow_fleiss_formula():
    """κ_j = 1 − Σ n_ij(m − n_ij) / (n m (m − 1) p_j q_j), Fleiss (1971)."""
    n, m = 10, 14
    p = FLEISS_TABLE.sum(axis=0) / (n * m)
    expected = 1 - (FLEISS_TABLE * (m - FLEISS_TABLE)).sum(axis=0) / (n * m * (m - 1) * p * (1 - p))
    assert kappa(ratings_of(FLEISS_TABLE)).table["kappa"].to_numpy() == pytest.approx(expected, rel=1e-10)


def test_the_error_of_fleiss_kappa_is_close_to_a_jackknife():
    rng = np.random.default_rng(5)
    truth = rng.integers(0, 3, 200)
    x = np.where(rng.random((200, 4)) < 0.7, truth[:, None], rng.integers(0, 3, (200, 4)))
    without = np.array([fleiss(np.delete(x, i, axis=0), 3).value for i in range(200)])
    jackknife = math.sqrt(199 / 200 * ((without - without.mean()) ** 2).sum())
    assert fleiss(x, 3).se == pytest.approx(jackknife, rel=0.02)


@pytest.mark.parametrize("weights", ["none", "linear", "quadratic"])
def test_cohens_kappa_and_its_error_are_those_of_statsmodels(weights):
    found = kappa(pairs_of(TWO), weights=weights)
    theirs = cohens_kappa(TWO, wt=None if weights == "none" else weights)
    assert found["kappa"] == pytest.approx(theirs.kappa, rel=1e-10)
    assert found["se"] == pytest.approx(theirs.std_kappa, rel=1e-10)


def test_cohens_kappa_by_hand():
    """Agreement 70 of 100; chance (50·60 + 30·30 + 20·10) / 100² = .41; κ = .29/.59."""
    found = kappa(pairs_of(TWO))
    assert found["agreement"] == pytest.approx(0.7, rel=1e-10)
    assert found["kappa"] == pytest.approx(0.29 / 0.59, rel=1e-10)


# -- coverage --


def icc_covered(draws: int, seed: int) -> dict[str, float]:
    rng = np.random.default_rng(seed)
    hits = dict.fromkeys(("1", "2", "3"), 0)
    for _ in range(draws):
        person, rater, noise = rng.normal(size=(20, 1)), rng.normal(0, 0.5, (1, 4)), rng.normal(size=(20, 4))
        for kind, x, true in (
            ("1", person + noise, 1 / 2), ("2", person + rater + noise, 1 / 2.25), ("3", person + rater + noise, 1 / 2),
        ):  # fmt: skip
            limits = coefficients(mean_squares(x)[0], n=20, k=4)
            hits[kind] += limits[f"icc_{kind}_1_lower"] <= true <= limits[f"icc_{kind}_1_upper"]
    return {kind: count / draws for kind, count in hits.items()}


def kappa_covered(draws: int, seed: int, *, targets: int, raters: int) -> float:
    """Three categories, each rater right with .8 and guessing otherwise: κ = .64."""
    rng, hits = np.random.default_rng(seed), 0
    for _ in range(draws):
        truth = rng.integers(0, 3, targets)
        right = rng.random((targets, raters)) < 0.8
        x = np.where(right, truth[:, None], rng.integers(0, 3, (targets, raters)))
        found = fleiss(x, 3) if raters > 2 else cohen(x, 3, "none")
        hits += abs(found.value - 0.64) <= norm.ppf(0.975) * found.se
    return hits / draws


def test_intervals_of_agreement_cover_about_as_often_as_they_say():
    error = 3.5 * math.sqrt(0.95 * 0.05 / 300)
    for share in icc_covered(300, seed=1).values():
        assert share == pytest.approx(0.95, abs=error)
    assert kappa_covered(300, seed=2, targets=100, raters=4) == pytest.approx(0.95, abs=error)


@pytest.mark.slow
def test_intervals_of_agreement_cover_in_ten_thousand_draws():
    for share in icc_covered(10_000, seed=3).values():
        assert 0.94 <= share <= 0.96
    assert 0.94 <= kappa_covered(10_000, seed=4, targets=100, raters=4) <= 0.96
    assert 0.94 <= kappa_covered(10_000, seed=5, targets=200, raters=2) <= 0.96
    assert kappa_covered(10_000, seed=6, targets=20, raters=2) < 0.93  # why a small sample carries a warning
