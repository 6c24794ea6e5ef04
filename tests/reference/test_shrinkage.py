"""Shrinkage against published numbers, closed forms, R's glm.nb (rates_r.csv) and statsmodels.

Tolerances: closed forms 1e-10, maximum likelihood 1e-6, printed numbers to their last digit.
"""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from scipy.stats import gamma
from statsmodels.stats.meta_analysis import combine_effects

from swe.core.errors import DataError
from swe.stats.negative_binomial import fit
from swe.stats.shrinkage import between_variance, shrink, shrink_normal

HERE = Path(__file__).parent
with (HERE / "rates_r.csv").open(encoding="utf-8") as file:
    R = {row["name"]: float(row["value"]) for row in csv.DictReader(file)}
COUNTS = pd.read_csv(HERE / "station_counts.csv")
# Efron & Morris (1977), Scientific American 236(5):119, table of 18 players: hits in the first 45 times at bat of 1970
HITS = [18, 17, 16, 15, 14, 14, 13, 12, 11, 11, 10, 10, 10, 10, 10, 9, 8, 7]


def shrunk(**more):
    return shrink(COUNTS, unit="station", count="observed", exposure="expected", **more)


# -- gamma–Poisson --


def test_alpha_and_beta_agree_with_r():
    found = shrunk()
    assert found["mean"] == pytest.approx(R["nb_mean"], rel=1e-6)
    assert found["alpha"] == pytest.approx(R["nb_alpha"], rel=1e-6)
    assert found["beta"] == pytest.approx(R["nb_alpha"] / R["nb_mean"], rel=1e-6)


def test_alpha_agrees_with_statsmodels():
    model = sm.NegativeBinomial(COUNTS["observed"], np.ones(len(COUNTS)), exposure=COUNTS["expected"])
    constant, dispersion = model.fit(disp=0, maxiter=500).params
    found = shrunk()
    assert found["alpha"] == pytest.approx(1 / dispersion, rel=1e-4)
    assert found["mean"] == pytest.approx(np.exp(constant), rel=1e-5)


def test_the_gradient_is_zero_at_the_maximum():
    fitted = fit(COUNTS["observed"].to_numpy(float), COUNTS["expected"].to_numpy(float))
    assert fitted.gradient < 1e-8


def test_the_posterior_is_gamma():
    found = shrunk()
    a, b, table = found["alpha"], found["beta"], found.table
    y, e = COUNTS["observed"], COUNTS["expected"]
    assert table["shrunken"].tolist() == pytest.approx(((y + a) / (e + b)).tolist(), rel=1e-12)
    law = gamma(y + a, scale=1 / (e + b))
    assert table["lower"].tolist() == pytest.approx(law.ppf(0.025).tolist(), rel=1e-10)
    assert table["se"].tolist() == pytest.approx(law.std().tolist(), rel=1e-10)


def test_the_share_kept_is_the_share_of_the_raw_deviation():
    found = shrunk()
    table, mean = found.table, found["mean"]
    by_hand = mean + table["shrinkage"] * (table["raw"] - mean)
    assert table["shrunken"].tolist() == pytest.approx(by_hand.tolist(), rel=1e-9)


def test_the_mean_of_equal_exposures_is_the_mean_of_the_counts():
    """The likelihood equation of μ then holds at Σy/ΣE."""
    found = shrink(
        {"u": range(8), "y": [1, 9, 4, 0, 14, 6, 3, 11], "e": [10.0] * 8}, unit="u", count="y", exposure="e"
    )
    assert found["mean"] == pytest.approx(48 / 80, rel=1e-9)


def test_without_spread_all_units_have_one_rate_and_it_is_said():
    found = shrink({"u": range(6), "y": [10] * 6, "e": [100] * 6}, unit="u", count="y", exposure="e")
    assert np.isinf(found["alpha"]) and found.table["shrinkage"].eq(0).all()
    assert found.table["shrunken"].tolist() == pytest.approx([0.1] * 6)
    assert found.warnings("en")


def test_a_missing_count_is_kept_in_the_table_and_never_filled():
    frame = pd.DataFrame({"u": range(5), "y": [3, None, 40, 9, 25], "e": [20, 20, 100, 100, 15]})
    table = shrink(frame, unit="u", count="y", exposure="e").table
    assert table["status"].tolist() == ["ok", "missing", "ok", "ok", "below_validity"]
    assert np.isnan(table["shrunken"].iloc[1])


def test_what_is_expected_next_time_is_what_comes_on_average():
    """Regression to the mean: the 100 highest of 2,000 stations, and their next year with the same true rates."""
    rng = np.random.default_rng(11)
    e, rates = np.full(2000, 30.0), rng.gamma(10, 0.1, 2000)
    first, second = rng.poisson(e * rates), rng.poisson(e * rates)
    found = shrink({"u": range(2000), "y": first, "e": e}, unit="u", count="y", exposure="e").table
    top = found["raw"].nlargest(100).index
    after = second[top] / 30
    error = after.std() / 10
    assert found["shrunken"][top].mean() == pytest.approx(after.mean(), abs=3 * error)
    assert found["raw"][top].mean() > after.mean() + 5 * error


# -- normal --


def players():
    x = np.array(HITS) / 45
    s = np.sqrt(x.mean() * (1 - x.mean()) / 45)
    return {"player": range(18), "x": x, "s": [s] * 18}


def test_efron_and_morris_shrink_clemente_from_400_to_294():
    found = shrink_normal(players(), unit="player", estimate="x", se="s")
    assert found["mean"] == pytest.approx(0.26543, abs=5e-6)
    assert players()["s"][0] == pytest.approx(0.06582, abs=5e-6)
    assert found["factor"] == pytest.approx(0.212, abs=1e-3)
    assert found.table["shrunken"].iloc[0] == pytest.approx(0.294, abs=1e-3)


def test_with_equal_errors_the_factor_is_james_and_stein_s():
    found, data = shrink_normal(players(), unit="player", estimate="x", se="s"), players()
    x, v = data["x"], data["s"][0] ** 2
    assert found["factor"] == pytest.approx(1 - 15 * v / ((x - x.mean()) ** 2).sum(), rel=1e-10)


def test_the_variance_between_units_is_paule_and_mandel_s():
    rng = np.random.default_rng(5)
    v = rng.uniform(0.1, 2, 40)
    x = rng.normal(0, 0.8, 40) + rng.normal(0, np.sqrt(v))
    other = combine_effects(x, v, method_re="iterated", atol=1e-12, maxiter=500)
    assert between_variance(x, v) == pytest.approx(other.tau2, rel=1e-6)
    found = shrink_normal({"u": range(40), "x": x, "s": np.sqrt(v)}, unit="u", estimate="x", se="s")
    w = 1 / (v + found["tau2"])
    assert (w * (40 / 39 * (x - found["mean"]) ** 2 - v - found["tau2"])).sum() == pytest.approx(0, abs=1e-8)


def test_more_precise_units_keep_more():
    found = shrink_normal(
        {"u": range(6), "x": [1, 5, 2, 8, 3, 9], "s": [0.5, 1, 1.5, 2, 2.5, 3]},
        unit="u",
        estimate="x",
        se="s",
    )
    assert found.table["shrinkage"].is_monotonic_decreasing


def test_fewer_than_four_units_cannot_be_shrunk():
    with pytest.raises(DataError):
        shrink_normal({"u": range(3), "x": [1, 2, 3], "s": [1, 1, 1]}, unit="u", estimate="x", se="s")
