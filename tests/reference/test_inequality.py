"""`stats.theil`, `gini` and `concentration`: exact fractions, R (generate/indices.R), and simulated coverage."""

from __future__ import annotations

import json
import math
from fractions import Fraction
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.stats import t

from swe.core.errors import DataError
from swe.stats.inequality import concentration, gini, theil

R = json.loads((Path(__file__).parent / "indices.json").read_text(encoding="utf-8"))["inequality"]
FOUR = pd.DataFrame({"x": [1, 2, 3, 4], "g": ["a", "a", "b", "b"], "r": [1, 2, 3, 4]})
TOWNS = pd.DataFrame({k: R[k] for k in ("amount", "people", "group", "income")})


def test_theil_of_1_2_3_4_in_pairs_agrees_with_the_closed_form():
    """T = Σ (x/10) ln(4x/10); between groups with shares .3 and .7; published .106440 = .082283 + .024157."""
    found = theil(FOUR, value="x", group="g")
    total = sum(x / 10 * math.log(4 * x / 10) for x in (1, 2, 3, 4))
    between = 0.3 * math.log(0.6) + 0.7 * math.log(1.4)
    assert found["theil"] == pytest.approx(total, abs=1e-12)
    assert found["between"] == pytest.approx(between, abs=1e-12)
    assert [round(found[k], 6) for k in ("theil", "between", "within")] == [0.106440, 0.082283, 0.024157]
    assert list(found.table["share"]) == pytest.approx([0.3, 0.7])


def test_weighted_theil_agrees_with_r():
    found = theil(TOWNS, value="amount", group="group", weights="people")
    for name in ("theil", "between", "within"):
        assert found[name] == pytest.approx(R[name], abs=1e-10)
    assert list(found.table["theil"]) == pytest.approx(R["group_theil"], abs=1e-10)
    assert list(found.table["share"]) == pytest.approx(R["group_share"], abs=1e-10)


def test_gini_agrees_with_exact_fractions():
    x = [Fraction(k) for k in (1, 2, 3, 4)]
    exact = sum(abs(a - b) for a in x for b in x) / (2 * 16 * (sum(x) / 4))
    assert exact == Fraction(1, 4)
    assert gini(FOUR, value="x")["gini"] == pytest.approx(float(exact), abs=1e-12)


def test_weighted_gini_agrees_with_r():
    assert gini(TOWNS, value="amount", weights="people")["gini"] == pytest.approx(R["gini"], abs=1e-10)


def test_concentration_agrees_with_r_in_both_forms():
    found = concentration(TOWNS, value="amount", rank="income")
    assert found["concentration"] == pytest.approx(R["concentration"], abs=1e-10)
    assert found["concentration"] == pytest.approx(R["concentration_by_covariance"], abs=1e-10)
    assert found["se"] == pytest.approx(R["se"], abs=1e-10)


def test_concentration_of_1_2_3_4_in_exact_fractions():
    """C = 2/(nμ) Σ x R − 1 with R = 1/8, 3/8, 5/8, 7/8."""
    exact = Fraction(2, 10) * sum(Fraction(x * (2 * x - 1), 8) for x in (1, 2, 3, 4)) - 1
    assert concentration(FOUR, value="x", rank="r")["concentration"] == pytest.approx(float(exact), abs=1e-12)


def test_the_standard_error_agrees_with_the_jackknife():
    rng = np.random.default_rng(1)
    income = rng.uniform(1, 3, size=400)
    frame = pd.DataFrame({"x": rng.uniform(1, 2, size=400) * income, "income": income})
    found = concentration(frame, value="x", rank="income")
    left_out = [_index(frame.drop(index=k)) for k in frame.index]
    jackknife = math.sqrt(399 / 400 * sum((c - np.mean(left_out)) ** 2 for c in left_out))
    assert found["se"] == pytest.approx(jackknife, rel=0.01)


def test_limits_are_those_of_the_jackknife_also_among_ties():
    rng = np.random.default_rng(6)
    frame = pd.DataFrame({"x": rng.gamma(2, 0.5, 12), "r": rng.integers(0, 5, 12)})
    found = concentration(frame, value="x", rank="r")
    left_out = [concentration(frame.drop(index=k), value="x", rank="r")["concentration"] for k in frame.index]
    jackknife = math.sqrt(11 / 12 * sum((c - np.mean(left_out)) ** 2 for c in left_out))
    half = t.ppf(0.975, 10) * jackknife
    assert found["upper"] - found["concentration"] == pytest.approx(half, rel=1e-10)
    assert found["concentration"] - found["lower"] == pytest.approx(half, rel=1e-10)


def test_where_one_unit_has_everything_there_are_no_limits():
    found = concentration(pd.DataFrame({"x": [0, 0, 5, 0], "r": [1, 2, 3, 4]}), value="x", rank="r")
    assert math.isfinite(found["concentration"]) and math.isnan(found["lower"])


def _index(frame):
    x = frame.sort_values("income")["x"].to_numpy()
    r = (np.arange(len(x)) + 0.5) / len(x)
    return 2 * np.cov(x, r, bias=True)[0, 1] / x.mean()


def test_tied_ranks_do_not_depend_on_the_order_of_rows():
    frame = pd.DataFrame({"x": [5, 1, 4, 2, 3], "r": [1, 1, 2, 2, 2]})
    one, other = (concentration(f, value="x", rank="r") for f in (frame, frame.iloc[::-1]))
    assert one["concentration"] == pytest.approx(other["concentration"], abs=1e-14)
    assert one["se"] == pytest.approx(other["se"], abs=1e-14)


def test_gaps_are_left_out_and_counted():
    gap = pd.DataFrame({"x": [1, 2, 3, 4, None], "g": ["a", "a", "b", "b", "b"]})
    for found in (theil(gap, value="x", group="g"), gini(gap, value="x")):
        assert found["n"] == 4
        assert [n.en for n in found.notes if n.kind == "exclusion"] == [
            "1 rows with gaps or weight 0 were left out"
        ]
    assert gini(gap, value="x")["gini"] == pytest.approx(0.25)


def test_without_groups_there_are_no_parts():
    found = theil(FOUR, value="x")
    assert math.isnan(found["between"]) and math.isnan(found["within"])


def test_amounts_that_allow_no_share_are_refused():
    for wrong in ([0, 0, 0], [-1, 2, 3], ["a", "b", "c"], [None, None, None]):
        with pytest.raises(DataError):
            gini(pd.DataFrame({"x": wrong}), value="x")


@pytest.mark.slow
def test_the_interval_of_the_concentration_index_covers():
    """10,000 samples of 1,000 with x uniform and independent of the rank: the true index is 0."""
    rng = np.random.default_rng(7)
    order = np.arange(1000)
    hits = 0
    for _ in range(10_000):
        frame = pd.DataFrame({"x": rng.uniform(0, 2, 1000), "r": order})
        found = concentration(frame, value="x", rank="r")
        hits += found["lower"] <= 0 <= found["upper"]
    assert 0.94 <= hits / 10_000 <= 0.96
