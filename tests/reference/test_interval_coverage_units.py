"""How often intervals of units hold what is true of them: shrunken rates and estimates, effects of a multilevel model, limits
of control charts.

10,000 draws (marker `slow`): 94–96 % for nominal 95 %, or what a docstring says. A draw of k units gives k intervals, so that
the Monte-Carlo error is below 0.1 points. Sets of ranks stand in test_ranks.
"""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import gamma, norm

from swe.stats.control_charts import _limits, spc
from swe.stats.negative_binomial import fit as fit_rates
from swe.stats.nested import half_widths, multilevel
from swe.stats.nested_reml import Fit, Tree, effects, fit
from swe.stats.ranking import ranks
from swe.stats.shrinkage import morris, shrink, shrink_normal

SLOW = 10_000
Z = norm.ppf(0.975)


# -- shrunken values --


def morris_covered(draws: int, seed: int, k: int) -> float:
    """Estimates with errors of 0.5 to 2 about true values with standard deviation 1."""
    rng, s, inside = np.random.default_rng(seed), np.linspace(0.5, 2, k), 0.0
    for draw in range(draws):
        truth = rng.normal(0, 1, k)
        x = rng.normal(truth, s)
        mean, _, kept, se = morris(x, s**2)
        shrunken = mean + kept * (x - mean)
        inside += float((np.abs(shrunken - truth) <= Z * se).mean())
        if draw == 0:
            told = shrink_normal({"u": range(k), "x": x, "s": s}, unit="u", estimate="x", se="s").table
            assert told["upper"].tolist() == pytest.approx((shrunken + Z * se).tolist())
    return inside / draws


def test_limits_of_shrunken_estimates_cover_about_95_per_cent_in_300_draws():
    assert morris_covered(300, 1, 30) == pytest.approx(0.95, abs=0.015)


@pytest.mark.slow
@pytest.mark.parametrize("k", [10, 30, 100])
def test_limits_of_shrunken_estimates_cover_94_to_96_per_cent_in_10000_draws(k):
    found = morris_covered(SLOW, 2, k)
    print(f"shrink_normal, {k} units: {found:.4f}")
    assert 0.94 <= found <= 0.96


def rates_covered(draws: int, seed: int, k: int) -> float:
    """Counts with 10 to 80 expected of k stations whose rates are gamma with mean 1 and standard deviation 0.45."""
    rng, e, inside = np.random.default_rng(seed), np.linspace(10, 80, k), 0.0
    for draw in range(draws):
        truth = rng.gamma(5, 0.2, k)
        y = rng.poisson(e * truth).astype(float)
        fitted = fit_rates(y, e)
        law = gamma(y + fitted.alpha, scale=1 / (e + fitted.beta))
        lower, upper = law.ppf(0.025), law.ppf(0.975)
        inside += float(((lower <= truth) & (truth <= upper)).mean())
        if draw == 0:
            told = shrink({"u": range(k), "y": y, "e": e}, unit="u", count="y", exposure="e").table
            assert told["lower"].tolist() == pytest.approx(lower.tolist())
            assert told["upper"].tolist() == pytest.approx(upper.tolist())
    return inside / draws


def test_limits_of_shrunken_rates_cover_about_95_per_cent_in_40_draws():
    assert rates_covered(40, 1, 30) == pytest.approx(0.95, abs=0.025)


@pytest.mark.slow
def test_limits_of_shrunken_rates_cover_94_to_96_per_cent_in_10000_draws():
    """They do not carry the error of α and β (Clayton & Kaldor 1987), which 30 stations tell well enough."""
    found = rates_covered(SLOW, 2, 30)
    print(f"shrink, 30 stations: {found:.4f}")
    assert 0.94 <= found <= 0.96


# -- multilevel --


def tree(parents: tuple[np.ndarray, ...], low: np.ndarray, x: np.ndarray, y: np.ndarray) -> Tree:
    columns = np.column_stack([np.ones(len(y)), x, y])
    groups = int(low.max()) + 1
    sums = np.column_stack([np.bincount(low, column, groups) for column in columns.T])
    return Tree(columns.T @ columns, sums, np.bincount(low).astype(float), parents, len(y))


def held(of: Tree, found: Fit, truth: list[np.ndarray]) -> list[float]:
    """Shares of the effects inside of their limits by level from the lowest; NaN where the level has no limits."""
    inside = []
    for own, half, true in zip(effects(of, found), half_widths(of, found, 0.95), truth, strict=True):
        inside.append(np.nan if np.isnan(half).any() else float((np.abs(own.value - true) <= half).mean()))
    return inside


def stations_covered(draws: int, seed: int, *, stations: int, rows: int, sd: float) -> dict[str, float]:
    """y = u + 0.5x + e: limits of u, β ± 1.96 se of both fixed effects, and how often the variance came out as 0."""
    rng, low = np.random.default_rng(seed), np.repeat(np.arange(stations), rows)
    inside, betas = [], []
    for draw in range(draws):
        u, x = rng.normal(0, sd, stations), rng.normal(size=len(low))
        y = u[low] + 0.5 * x + rng.normal(size=len(low))
        of = tree((), low, x, y)
        found = fit(of)
        inside += held(of, found, [u])
        betas.append(np.abs(found.beta - [0, 0.5]) <= Z * np.sqrt(np.diag(found.cov)))
        if draw == 0 and found.ratios[0] > 0:
            told = multilevel({"y": y, "x": x, "g": low}, outcome="y", fixed=["x"], levels=["g"])
            assert told.table["value"].tolist() == pytest.approx(
                effects(of, found)[0].value.tolist(), abs=1e-6
            )
            half = half_widths(of, found, 0.95)[0]
            assert (told.table["upper"] - told.table["value"]).tolist() == pytest.approx(
                half.tolist(), rel=1e-4
            )
            assert told["se_x"] == pytest.approx(np.sqrt(found.cov[1, 1]), rel=1e-6)
    intercept, slope = np.mean(betas, axis=0)
    return {
        "effects": float(np.nanmean(inside)), "intercept": float(intercept), "slope": float(slope),
        "boundary": float(np.isnan(inside).mean()),
    }  # fmt: skip


def test_limits_of_effects_cover_about_95_per_cent_in_40_draws():
    found = stations_covered(40, 1, stations=40, rows=8, sd=0.7)
    assert found["effects"] == pytest.approx(0.95, abs=0.02)
    assert found["slope"] >= 0.85 and found["intercept"] >= 0.85


@pytest.mark.slow
def test_limits_of_effects_and_fixed_effects_cover_94_to_96_per_cent_in_10000_draws():
    found = stations_covered(SLOW, 2, stations=40, rows=8, sd=0.7)
    print("multilevel, 40 stations of 8 rows:", found)
    for name in ("effects", "intercept", "slope"):
        assert 0.94 <= found[name] <= 0.96


@pytest.mark.slow
def test_limits_of_effects_of_31_provinces_with_a_small_variance_cover_94_to_96_per_cent():
    """A share of 17 % between provinces, 10 rows each: without the error of the variance they held 93.5 %."""
    found = stations_covered(SLOW, 3, stations=31, rows=10, sd=0.45)
    print("multilevel, 31 provinces of 10 rows:", found)
    assert 0.94 <= found["effects"] <= 0.96


def counties_covered(draws: int, seed: int) -> tuple[float, float]:
    """20 provinces of 4 counties of 5 rows: effects of counties and of provinces."""
    rng, parents = np.random.default_rng(seed), np.repeat(np.arange(20), 4)
    low, inside = np.repeat(np.arange(80), 5), []
    for _ in range(draws):
        province, county, x = rng.normal(0, 1, 20), rng.normal(0, 0.8, 80), rng.normal(size=400)
        y = (province[parents] + county)[low] + 0.5 * x + rng.normal(0, 1.2, 400)
        of = tree((parents,), low, x, y)
        inside.append(held(of, fit(of), [county, province]))
    counties, provinces = np.nanmean(inside, axis=0)
    return float(counties), float(provinces)


def test_limits_of_two_levels_cover_about_95_per_cent_in_20_draws():
    counties, provinces = counties_covered(20, 4)
    assert counties == pytest.approx(0.95, abs=0.03) and provinces == pytest.approx(0.95, abs=0.05)


@pytest.mark.slow
def test_limits_of_two_levels_cover_94_to_96_per_cent_in_10000_draws():
    counties, provinces = counties_covered(SLOW, 5)
    print(f"multilevel, 20 provinces of 4 counties: counties {counties:.4f}, provinces {provinces:.4f}")
    assert 0.94 <= counties <= 0.96 and 0.94 <= provinces <= 0.96


# -- ranked estimates and control charts --


def test_a_ranked_estimate_s_own_interval_is_the_normal_one():
    """value ± 1.96 se with the user's own se: exact for normal estimates, nothing is estimated."""
    table = ranks(
        {"u": list("abc"), "x": [1.0, 2, 4], "s": [1.0, 2, 3]}, unit="u", estimate="x", se="s"
    ).table
    assert (table["upper"] - table["value"]).tolist() == pytest.approx([Z, 2 * Z, 3 * Z])
    assert (table["value"] - table["lower"]).tolist() == pytest.approx([Z, 2 * Z, 3 * Z])


def signals(draws: int, seed: int, kind: str) -> float:
    """Share of the points of a process in control that lie outside of the limits, 30 points a chart."""
    rng, n, outside = np.random.default_rng(seed), np.full(30, 100.0), 0.0
    for draw in range(draws):
        v = {
            "xmr": lambda: rng.normal(50, 5, 30),
            "p": lambda: rng.binomial(100, 0.3, 30) / 100,
            "u": lambda: rng.poisson(40, 30) / 100,
        }[kind]()
        _, low, high = _limits(kind, v, n)
        outside += float(((v < low) | (v > high)).mean())
        if draw == 0:
            counts = {} if kind == "xmr" else {"n": n}
            frame = {"t": range(30), "v": v if kind == "xmr" else v * 100, **counts}
            told = spc(frame, time="t", value="v", kind=kind, n="n" if counts else None).table
            assert told["upper"].tolist() == pytest.approx(high.tolist())
    return outside / draws


@pytest.mark.parametrize("kind", ["xmr", "p", "u"])
def test_few_points_of_a_process_in_control_lie_outside_of_its_limits(kind):
    assert signals(300, 6, kind) < 0.01


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["xmr", "p", "u"])
def test_three_sigma_limits_hold_99_5_per_cent_in_10000_charts(kind):
    """Action limits, no confidence intervals: 99.73 % of normal values if the sigma of moving ranges were known; 30 points
    tell it roughly, and a chart holds a little less (Wheeler 1992, Understanding Statistical Process Control)."""
    found = signals(SLOW, 7, kind)
    print(f"{kind} chart: {found:.5f} outside")
    assert 0.001 <= found <= 0.0075
