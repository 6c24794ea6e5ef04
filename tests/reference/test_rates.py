"""Proportions, rates, standardised rates and families of tests against closed forms and R 4.2.2 (rates_r.csv).

Tolerances: closed forms and R's exact functions 1e-10, printed acceptance numbers to their last digit.
"""

from __future__ import annotations

import csv
from fractions import Fraction
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import brentq
from scipy.stats import binom, poisson

from swe.core.errors import DataError, UsageError
from swe.stats.intervals import byar, count_limits, exact_poisson, wilson
from swe.stats.multiplicities import multiplicity
from swe.stats.proportions import proportion
from swe.stats.rates import rate
from swe.stats.standardisation import standardise

HERE = Path(__file__).parent
with (HERE / "rates_r.csv").open(encoding="utf-8") as file:
    R = {row["name"]: float(row["value"]) for row in csv.DictReader(file)}


# -- Wilson --


@pytest.mark.parametrize(("x", "n"), [(15, 50), (1094, 1510), (0, 12), (12, 12)])
def test_wilson_agrees_with_r_and_with_its_defining_equation(x, n):
    found = proportion({"x": [x], "n": [n]}, x="x", n="n")
    for name in ("lower", "upper"):
        p = found[name]
        assert p == pytest.approx(R[f"wilson_{x}_{n}_{name}"], abs=1e-10)
        z2 = 1.9599639845400545**2
        assert (x / n - p) ** 2 == pytest.approx(z2 * p * (1 - p) / n, abs=1e-12)


def test_wilson_gives_the_printed_acceptance_numbers():
    found = proportion({"x": [15, 1094], "n": [50, 1510]}, x="x", n="n").table
    assert found["lower"].round(6).tolist() == [0.191036, 0.701421]
    assert found["upper"].round(6).tolist() == [0.437504, 0.746446]


def test_proportions_together_are_the_proportion_of_the_sums():
    found = proportion({"x": [3, 40], "n": [10, 90]}, x="x", n="n")
    assert found.values == pytest.approx(proportion({"x": [43], "n": [100]}, x="x", n="n").values)


def wilson_coverage(n: int, p: np.ndarray) -> np.ndarray:
    """Exact: the probability of all counts whose interval holds p."""
    x = np.arange(n + 1)
    lower, upper = wilson(x, np.full(n + 1, n))
    held = (lower <= p[:, None]) & (p[:, None] <= upper)
    return (binom.pmf(x, n, p[:, None]) * held).sum(axis=1)


@pytest.mark.parametrize("n", [10, 20, 50, 200])
def test_wilson_covers_about_95_per_cent_on_average_over_p(n):
    """Summed exactly over p; the minimum is lower for small n and p near 0 or 1, as is known of Wilson's interval."""
    p = np.linspace(0.001, 0.999, 999)
    covered = wilson_coverage(n, p)
    assert 0.94 <= covered.mean() <= 0.96
    inside = covered[(p > 0.1) & (p < 0.9)]
    assert inside.min() > 0.91


# -- Poisson counts --


def test_exact_limits_of_counts_agree_with_r_and_with_poisson_tails():
    for count in (0, 1, 9, 10, 65):
        lower, upper = (float(x) for x in exact_poisson(count))
        assert lower == pytest.approx(R[f"poisson_{count}_lower"], rel=1e-10, abs=1e-12)
        assert upper == pytest.approx(R[f"poisson_{count}_upper"], rel=1e-10)
        assert poisson.cdf(count, upper) == pytest.approx(0.025, rel=1e-9)
        assert count == 0 or poisson.sf(count - 1, lower) == pytest.approx(0.025, rel=1e-9)


def test_byar_gives_the_printed_acceptance_numbers_and_its_own_formula():
    lower, upper = byar([10, 65, 0])
    assert lower.round(4).tolist() == [4.7874, 50.1632, 0.0]
    assert upper[:2].round(4).tolist() == [18.3915, 82.8491]
    by_hand = 65 * (1 - 1 / 585 - 1.959963984540054 / (3 * 65**0.5)) ** 3
    assert lower[1] == pytest.approx(by_hand, rel=1e-12)


def test_rates_are_exact_below_ten_events_and_byar_from_there():
    table = rate({"c": [0, 9, 10, 65], "e": [100, 100, 100, 100]}, count="c", exposure="e").table
    assert table["method"].tolist() == ["exact", "exact", "byar", "byar"]
    assert (table["lower"] * 100).round(4).tolist() == [0, round(R["poisson_9_lower"], 4), 4.7874, 50.1632]
    assert round(table["upper"].iloc[0] * 100, 4) == 3.6889
    assert table["upper"].iloc[3] == pytest.approx(0.828491, abs=5e-7)


def test_limits_of_counts_cover_at_least_95_per_cent_everywhere():
    """Summed exactly over a grid of means from 0.01 to 200."""
    x = np.arange(400)
    lower, upper, _ = count_limits(x)
    means = np.concatenate([np.linspace(0.01, 20, 800), np.linspace(20, 200, 800)])
    held = (lower <= means[:, None]) & (means[:, None] <= upper)
    assert (poisson.pmf(x, means[:, None]) * held).sum(axis=1).min() >= 0.95


# -- missing, small, impossible --


def test_missing_zero_and_small_denominators_have_their_status_and_stay_in_the_table():
    found = rate({"c": [5, None, 0, 3], "e": [100, 50, 0, 19]}, count="c", exposure="e")
    assert found.table["status"].tolist() == ["ok", "missing", "not_applicable", "below_validity"]
    assert found["n"] == 119 and found["estimate"] == pytest.approx(8 / 119)
    assert found.table["value"].isna().tolist() == [False, True, True, False]
    kinds = [note.kind for note in found.notes]
    assert kinds.count("exclusion") == 2 and kinds.count("warning") == 1


def test_units_that_do_not_report_widen_the_share_of_all_to_its_worst_cases():
    found = proportion({"x": [8, None], "n": [10, 10]}, x="x", n="n")
    [note] = [n for n in found.notes if n.kind == "warning" and "0.4000" in n.en]
    assert "0.9000" in note.en and "0.4000" in note.zh


@pytest.mark.parametrize(
    ("data", "part"),
    [
        ({"x": [3], "m": [2]}, "lacks the columns n"),
        ({"x": ["三", 2], "n": [5, 5]}, "not numbers"),
        ({"x": [-1, 2], "n": [5, 5]}, "negative"),
        ({"x": [6, 2], "n": [5, 5]}, "no proportion"),
        ({"x": [float("inf")], "n": [5]}, "infinite"),
        ({"x": [0], "n": [0]}, "no unit"),
    ],
)
def test_what_cannot_be_read_is_one_clear_error(data, part):
    with pytest.raises(DataError) as caught:
        proportion(data, x="x", n="n")
    assert part in caught.value.text("en")


def test_a_message_names_rows_and_never_their_contents():
    with pytest.raises(DataError) as caught:
        rate({"who": ["张三丰", "张三丰"], "c": [1, 2], "e": [3, 4]}, count="c", exposure="e", unit="who")
    assert "rows 2" in caught.value.text("en") and "张三丰" not in caught.value.text("zh")


def test_all_problems_are_told_at_once():
    with pytest.raises(DataError) as caught:
        rate({"c": [-1], "e": ["x"]}, count="c", exposure="e")
    assert "2 problems" in caught.value.text("en")


@pytest.mark.parametrize("level", [0, 1, 95, "0.95", True])
def test_a_level_is_a_fraction(level):
    with pytest.raises(UsageError):
        proportion({"x": [1], "n": [2]}, x="x", n="n", level=level)


# -- standardised --

OLD = {"age": ["60-69", "70-79", "80+"], "visits": [12, 30, 28], "persons": [400, 300, 100]}
STANDARD = {"60-69": 5000, "70-79": 3000, "80+": 2000}


def test_a_directly_standardised_rate_and_its_dobson_limits_by_hand():
    found = standardise(OLD, count="visits", exposure="persons", stratum="age", weights=STANDARD)
    share = [Fraction(1, 2), Fraction(3, 10), Fraction(1, 5)]
    pairs = list(zip(share, OLD["visits"], OLD["persons"], strict=True))
    estimate = sum(w * Fraction(o, e) for w, o, e in pairs)
    variance = sum(w**2 * Fraction(o, e**2) for w, o, e in pairs)
    assert found["estimate"] == pytest.approx(float(estimate), rel=1e-12)
    assert found["se"] == pytest.approx(float(variance) ** 0.5, rel=1e-12)
    low, high = (float(x) for x in byar(70))
    for name, limit in (("lower", low), ("upper", high)):
        by_hand = float(estimate) + (float(variance) / 70) ** 0.5 * (limit - 70)
        assert found[name] == pytest.approx(by_hand, rel=1e-12)


def test_standardising_to_ones_own_structure_gives_the_crude_rate_with_byar_limits():
    own = dict(zip(OLD["age"], OLD["persons"], strict=True))
    found = standardise(OLD, count="visits", exposure="persons", stratum="age", weights=own)
    crude = rate({"c": [70], "e": [800]}, count="c", exposure="e")
    for name in ("estimate", "se", "lower", "upper"):
        assert found[name] == pytest.approx(crude[name], rel=1e-12)


def test_an_indirectly_standardised_ratio_is_observed_over_expected():
    reference = {"60-69": 0.05, "70-79": 0.1, "80+": 0.2}
    found = standardise(OLD, count="visits", exposure="persons", stratum="age", reference=reference)
    assert found.table["expected"].tolist() == pytest.approx([20, 30, 20])
    assert found["estimate"] == pytest.approx(1.0)
    low, high = (float(x) for x in byar(70))
    assert (found["lower"], found["upper"]) == pytest.approx((low / 70, high / 70))


def test_a_unit_that_lacks_a_stratum_has_no_standardised_rate():
    frame = pd.DataFrame(
        {"town": ["a", "a", "b"], "age": [1, 2, 1], "o": [20, 30, 9], "e": [200, 100, 100], "w": [3, 1, 3]}
    )
    found = standardise(frame, count="o", exposure="e", stratum="age", weights="w", unit="town")
    assert found.table["status"].tolist() == ["ok", "missing"]
    assert found.table["value"].iloc[0] == pytest.approx(0.75 * 0.1 + 0.25 * 0.3)
    assert found["estimate"] == pytest.approx(0.75 * 29 / 300 + 0.25 * 0.3)
    assert any(note.kind == "exclusion" for note in found.notes)


@pytest.mark.parametrize(
    ("more", "error"),
    [
        ({}, UsageError),
        ({"weights": {"60-69": 1}}, DataError),
        ({"weights": STANDARD, "reference": STANDARD}, UsageError),
    ],
)
def test_weights_or_reference_rates_are_needed_for_every_stratum(more, error):
    with pytest.raises(error):
        standardise(OLD, count="visits", exposure="persons", stratum="age", **more)


# -- many tests --

P = [0.001, 0.008, 0.039, 0.041, 0.042, 0.06, 0.074, 0.205, 0.212, 0.216, 0.222, 0.251, 0.269, 0.275, 0.34]


@pytest.mark.parametrize("method", ["bh", "by", "holm"])
def test_adjusted_p_values_agree_with_r(method):
    found = multiplicity(P, method=method)
    assert found.table["p_adjusted"].tolist() == pytest.approx(
        [R[f"{method}_{i}"] for i in range(1, 16)], rel=1e-12
    )
    assert found["rejected"] == sum(R[f"{method}_{i}"] <= 0.05 for i in range(1, 16))


def test_benjamini_hochberg_by_hand():
    """Largest i with p_(i) ≤ i·0.05/15: 0.008 ≤ 0.00667 fails, 0.001 ≤ 0.00333 holds: one rejection."""
    assert multiplicity(P)["rejected"] == 1 == sum(p <= i * 0.05 / 15 for i, p in enumerate(P, 1))


def test_a_missing_p_value_is_no_part_of_the_family():
    found = multiplicity({"a": 0.01, "b": None, "c": 0.5})
    assert found["tests"] == 2 and found.table["status"].tolist() == ["ok", "missing", "ok"]
    assert found.table["p_adjusted"].iloc[0] == pytest.approx(0.02)
    with pytest.raises(DataError):
        multiplicity([0.1, 1.2])


# -- the simulation of asymptotic limits --


def dobson_coverage(draws: int, seed: int) -> float:
    rng = np.random.default_rng(seed)
    persons, rates, w = np.array([400, 300, 100]), np.array([0.05, 0.12, 0.3]), np.array([0.5, 0.3, 0.2])
    o = rng.poisson(persons * rates, (draws, 3))
    total, estimate = o.sum(axis=1), (w * o / persons).sum(axis=1)
    scale = np.sqrt((w**2 * o / persons**2).sum(axis=1) / total)
    lower, upper, _ = count_limits(total)
    truth = (w * rates).sum()
    inside = (estimate + scale * (lower - total) <= truth) & (truth <= estimate + scale * (upper - total))
    one = {"age": [0, 1, 2], "o": o[0], "e": persons}
    found = standardise(one, count="o", exposure="e", stratum="age", weights=dict(enumerate(w)))
    assert found["lower"] == pytest.approx(estimate[0] + scale[0] * (lower[0] - total[0]))
    return float(inside.mean())


def test_dobson_limits_cover_the_truth_in_about_95_per_cent_of_2000_draws():
    assert 0.935 <= dobson_coverage(2000, 1) <= 0.965


@pytest.mark.slow
def test_dobson_limits_cover_the_truth_in_94_to_96_per_cent_of_100000_draws():
    assert 0.94 <= dobson_coverage(100_000, 2) <= 0.96


def test_the_root_of_the_score_equation_is_wilson_by_another_way():
    def score(p: float) -> float:
        return (0.3 - p) ** 2 - 1.9599639845400545**2 * p * (1 - p) / 50

    assert proportion({"x": [15], "n": [50]}, x="x", n="n")["lower"] == pytest.approx(
        brentq(score, 1e-6, 0.3, xtol=1e-14), abs=1e-10
    )
