"""How often intervals of counts and shares, and the limits of funnels, hold the truth: summed exactly where discrete.

Counts hold it in at least 95 %; Wilson's interval in 95 % on average over p; the limits of a funnel let 5 % and 0.2 % of
units without any difference lie outside. Simulated shares have a Monte-Carlo error below 0.2 points in the slow tests.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binom, nbinom, poisson

from swe.stats import funnel_limits as fl
from swe.stats.funnels import funnel
from swe.stats.intervals import wilson
from swe.stats.negative_binomial import fit
from swe.stats.rates import rate
from swe.stats.standardisation import standardise
from swe.stats.survey_frames import clopper_pearson

P = np.linspace(0.0005, 0.9995, 1000)


def covered(law, counts: np.ndarray, lower: np.ndarray, upper: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """Probability of the counts whose interval holds the truth, for each truth (a column of `law`)."""
    held = (lower <= truth[:, None]) & (truth[:, None] <= upper)
    return (law.pmf(counts) * held).sum(axis=1)


# -- shares --


@pytest.mark.parametrize("n", [5, 10, 20, 50, 100, 200, 500])
def test_wilson_covers_94_to_96_per_cent_on_average_over_p(n):
    """Its minimum lies near p = 0 or 1, about 83 % (Brown, Cai & DasGupta 2001, doi:10.1214/ss/1009213286)."""
    x = np.arange(n + 1)
    found = covered(binom(n, P[:, None]), x, *wilson(x, np.full(n + 1, n)), P)
    inside = found[(P > 0.1) & (P < 0.9)]
    print(
        f"Wilson, n = {n}: mean {found.mean():.4f}, minimum {found.min():.4f}, for p in 0.1–0.9 {inside.min():.4f}"
    )
    assert 0.94 <= found.mean() <= 0.96
    assert found.min() >= 0.82 and inside.min() >= 0.89


@pytest.mark.parametrize("n", [1, 5, 20, 100, 300])
def test_clopper_and_pearson_cover_at_least_95_per_cent_for_every_p(n):
    """The interval of heaping, bunching, and of surveys where all answer alike."""
    x = np.arange(n + 1)
    lower, upper = np.array([clopper_pearson(k, n, 0.95) for k in x]).T
    assert covered(binom(n, P[:, None]), x, lower, upper, P).min() >= 0.95


# -- counts, rates, ratios --


def test_limits_of_rates_cover_at_least_95_per_cent_for_every_mean():
    x, means = np.arange(1500), np.concatenate([np.linspace(0.005, 30, 3000), np.linspace(30, 1000, 1500)])
    table = rate({"c": x, "e": np.full(len(x), 50.0)}, count="c", exposure="e").table
    found = covered(
        poisson(means[:, None]), x, table["lower"].to_numpy(), table["upper"].to_numpy(), means / 50
    )
    print(f"counts: minimum {found.min():.4f}, mean for means above 30 {found[3000:].mean():.4f}")
    assert found.min() >= 0.95


def test_limits_of_indirect_ratios_cover_at_least_95_per_cent_for_every_ratio():
    """Units of two strata with 30 expected events: O events, as many as there are units, O = 0, 1, …"""
    x = np.arange(200)
    first = x // 3
    rows = pd.DataFrame({"u": np.repeat(x, 2), "s": np.tile(["a", "b"], 200)})
    rows["o"], rows["e"] = np.column_stack([first, x - first]).ravel(), np.tile([100.0, 200.0], 200)
    table = standardise(
        rows, count="o", exposure="e", stratum="s", unit="u", reference={"a": 0.1, "b": 0.1}
    ).table
    ratio = np.linspace(0.01, 4, 1500)
    found = covered(
        poisson(30 * ratio[:, None]), x, table["lower"].to_numpy(), table["upper"].to_numpy(), ratio
    )
    assert found.min() >= 0.95


def dobson(draws: int, seed: int, persons: list[int]) -> float:
    """Share of draws in which the limits of a directly standardised rate hold it; a unit of `standardise` a draw."""
    rng = np.random.default_rng(seed)
    rates, w = np.array([0.05, 0.12, 0.3]), {0: 0.5, 1: 0.3, 2: 0.2}
    o = rng.poisson(np.array(persons) * rates, (draws, 3))
    rows = pd.DataFrame({"u": np.repeat(np.arange(draws), 3), "s": np.tile([0, 1, 2], draws), "o": o.ravel()})
    rows["e"] = np.tile(persons, draws)
    table = standardise(rows, count="o", exposure="e", stratum="s", unit="u", weights=w).table
    truth = float((rates * list(w.values())).sum())
    return float(((table["lower"] <= truth) & (truth <= table["upper"])).mean())


def test_dobson_limits_cover_about_95_per_cent_in_500_draws():
    assert dobson(500, 1, [400, 300, 100]) == pytest.approx(0.95, abs=0.03)


@pytest.mark.slow
@pytest.mark.parametrize("persons", [[400, 300, 100], [4000, 3000, 100]])
def test_dobson_limits_cover_94_to_96_per_cent_in_10000_draws(persons):
    found = dobson(10_000, 2, persons)
    print(f"Dobson, {persons} persons: {found:.4f}")
    assert 0.94 <= found <= 0.96


# -- funnels: who lies outside without any difference --


def outside(denominator: np.ndarray, level: float, target: float, *, binomial: bool) -> np.ndarray:
    """Exact probability of lying beyond the limits at `level`, for each denominator."""
    s = np.sqrt(target * (1 - target) / denominator) if binomial else np.sqrt(target / denominator)
    lower, upper = fl.limits(target, denominator, s, level=level, binomial=binomial)
    law = binom(denominator, target) if binomial else poisson(target * denominator)
    inside = law.cdf(np.floor(upper * denominator + 1e-9)) - law.cdf(np.ceil(lower * denominator - 1e-9) - 1)
    return 1 - inside


@pytest.mark.parametrize(("level", "share", "room"), [(0.998, 0.002, 0.0004), (0.95, 0.05, 0.004)])
def test_funnel_limits_leave_out_what_they_say_of_pure_poisson_and_binomial_counts(level, share, room):
    """Averaged over 1 to 400 expected events, and over denominators of 20 to 1,000 with a target of 0.3."""
    counts = outside(np.linspace(1, 400, 4000), level, 1.0, binomial=False)
    shares = outside(np.arange(20, 1001).astype(float), level, 0.3, binomial=True)
    print(f"outside of {level:.1%}: Poisson {counts.mean():.5f}, binomial {shares.mean():.5f}")
    assert counts.mean() == pytest.approx(share, abs=room)
    assert shares.mean() == pytest.approx(share, abs=room)


def flagged(draws: int, seed: int, kind: fl.Overdispersion, e: np.ndarray) -> dict[float, float]:
    """Share of 60 stations outside of each pair of limits, the target and the spread estimated; nobody is an outlier.

    additive: stations' own ratios are normal about 1 with standard deviation 0.25; multiplicative: counts are negative
    binomial with 3 times the variance of chance; none: Poisson.
    """
    rng, found = np.random.default_rng(seed), dict.fromkeys((0.95, 0.998), 0)
    for draw in range(draws):
        if kind == "multiplicative":
            o = rng.negative_binomial(e / 2, 1 / 3)
        else:
            o = rng.poisson(e * (np.maximum(rng.normal(1, 0.25, 60), 0) if kind == "additive" else 1.0))
        target = o.sum() / e.sum()
        y, s = o / e, np.sqrt(target / e)
        stretch = fl.inflation(kind, fl.overdispersion((y - target) / s, s), s)
        for level in found:
            low, high = fl.limits(target, e, s, level=level, binomial=False)
            low, high = np.maximum(target - stretch * (target - low), 0), target + stretch * (high - target)
            found[level] += int(((y < low) | (y > high)).sum())
        if draw == 0:
            told = funnel(
                {"u": np.arange(60), "o": o, "e": e}, unit="u", count="o", expected="e", overdispersion=kind
            )
            assert (told["alerts"], told["outliers"]) == (found[0.95], found[0.998])
    return {level: count / draws / 60 for level, count in found.items()}


WIDE, NARROW = np.geomspace(20, 400, 60), np.geomspace(80, 125, 60)


def test_about_5_per_cent_of_equal_stations_are_alerts_in_100_funnels():
    assert flagged(100, 1, "none", WIDE)[0.95] == pytest.approx(0.05, abs=0.012)
    assert flagged(100, 2, "additive", NARROW)[0.95] == pytest.approx(0.05, abs=0.015)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kind", "e", "most"),
    [("none", WIDE, 0.0025), ("additive", NARROW, 0.006), ("multiplicative", WIDE, 0.008)],
)
def test_equal_stations_are_alerts_in_4_to_6_per_cent_in_10000_funnels(kind, e, most):
    """0.2 % lie outside of 99.8 % by pure chance; an estimated spread, or skewed counts, have longer tails."""
    found = flagged(10_000, 3, kind, e)
    print(f"funnel, {kind}: outside of 95 % {found[0.95]:.4f}, of 99.8 % {found[0.998]:.5f}")
    assert 0.04 <= found[0.95] <= 0.06
    assert 0.0015 <= found[0.998] <= most


@pytest.mark.slow
def test_additive_limits_flag_some_more_where_stations_differ_much_in_size():
    """z of stations of 20 and of 400 expected then differ in spread, a long-tailed mixture: winsorising takes its tails off
    and the correction, which is that of normal z, does not give all of it back (Spiegelhalter et al. 2012)."""
    found = flagged(10_000, 4, "additive", WIDE)
    print(f"funnel, additive, sizes 1 to 20: outside of 95 % {found[0.95]:.4f}, of 99.8 % {found[0.998]:.5f}")
    assert 0.05 <= found[0.95] <= 0.08
    assert 0.002 <= found[0.998] <= 0.012


# -- predictive limits --


def test_predictive_limits_of_known_rates_hold_a_new_unit_as_often_as_they_say():
    """Negative binomial summed exactly, averaged over 5 to 200 expected events; beta-binomial over 20 to 400 persons."""
    e = np.linspace(5, 200, 800)
    for level in (0.95, 0.998):
        law = nbinom(5, 5 / (5 + e))
        low, high = fl.negative_binomial_limits(e, alpha=5, beta=5, level=level)
        held = law.cdf(np.floor(high * e + 1e-9)) - law.cdf(np.ceil(low * e - 1e-9) - 1)
        assert held.mean() == pytest.approx(level, abs=(1 - level) / 10)


def predicted(draws: int, seed: int, k: int) -> float:
    """Share of new units inside the 95 % predictive limits of k stations, α and β estimated."""
    rng, e = np.random.default_rng(seed), np.geomspace(10, 200, k)
    held = 0.0
    for draw in range(draws):
        o, after = rng.poisson(e * rng.gamma(5, 0.2, k)), rng.poisson(e * rng.gamma(5, 0.2, k))
        fitted = fit(o.astype(float), e)
        beta = fitted.beta if np.isfinite(fitted.alpha) else fitted.mean
        low, high = fl.negative_binomial_limits(e, alpha=fitted.alpha, beta=beta, level=0.95)
        if draw == 0:
            told = funnel(
                {"u": range(k), "o": o, "e": e}, unit="u", count="o", expected="e", levels=(0.95,)
            ).table
            assert told["predictive_lower"].tolist() == pytest.approx(low.tolist())
            assert told["predictive_upper"].tolist() == pytest.approx(high.tolist())
        held += float(((low <= after / e) & (after / e <= high)).mean())
    return held / draws


def test_predictive_limits_hold_about_95_per_cent_of_new_units_in_30_funnels():
    assert predicted(30, 1, 100) == pytest.approx(0.95, abs=0.025)


@pytest.mark.slow
def test_predictive_limits_hold_94_to_96_per_cent_of_new_units_in_10000_funnels():
    found = predicted(10_000, 2, 100)
    print(f"predictive limits, 100 stations: {found:.4f}")
    assert 0.94 <= found <= 0.96
