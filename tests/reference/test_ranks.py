"""Ranks against brute force over all pairs, closed forms and simulated coverage.

Counts of pairs exact; expected ranks 1e-10 pair by pair; critical values and shares to their Monte-Carlo error.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm, studentized_range

from swe.core.errors import DataError, UsageError
from swe.stats import posterior_ranks as pr
from swe.stats.rank_sets import bonferroni, bootstrap, certain, tiers
from swe.stats.ranking import ranks, tied_with
from swe.stats.shrinkage import shrink_normal


def made(x, s, **more):
    return ranks({"u": range(len(x)), "x": x, "s": s}, unit="u", estimate="x", se="s", **more)


def noisy(k: int, seed: int = 0):
    rng = np.random.default_rng(seed)
    s = rng.lognormal(-1.5, 0.7, k)
    return rng.normal(0, 1, k) + rng.normal(0, s), s


def brute(x, s, c) -> tuple[np.ndarray, np.ndarray]:
    """How many are certainly higher and lower, from an array of all pairs."""
    gap = x[None] - x[:, None]
    beyond = np.broadcast_to(np.asarray(c), x.shape)[:, None] * np.hypot(s[None], s[:, None])
    return (gap > beyond).sum(axis=1), (-gap > beyond).sum(axis=1)


@pytest.mark.parametrize("k", [2, 17, 700, 3000])
def test_counts_of_certain_pairs_agree_with_all_pairs(k):
    x, s = noisy(k)
    for c in (2.0, np.linspace(1, 4, k)):
        assert [a.tolist() for a in certain(x, s, c)] == [a.tolist() for a in brute(x, s, c)]


def test_counts_are_exact_where_values_tie():
    x, s = np.repeat([1.0, 2.0, 3.0], 50), np.tile([0.1, 0.2], 75)
    assert [a.tolist() for a in certain(x, s, 2.0)] == [a.tolist() for a in brute(x, s, 2.0)]


def test_the_bootstrap_of_equal_errors_is_tukey_s_studentised_range():
    """All pairs: range of k normals/√2, exact by scipy; 20,000 draws."""
    _, pairs = bootstrap(np.zeros(8), np.ones(8), 0.95, draws=20_000, rng=np.random.default_rng(1))
    assert pairs == pytest.approx(studentized_range.ppf(0.95, 8, np.inf) / np.sqrt(2), abs=0.03)


def test_the_bootstrap_of_two_units_is_the_normal_quantile():
    own, pairs = bootstrap(
        np.zeros(2), np.array([1.0, 3.0]), 0.95, draws=20_000, rng=np.random.default_rng(2)
    )
    assert own.tolist() == pytest.approx([1.96, 1.96], abs=0.04) and pairs == pytest.approx(1.96, abs=0.04)


def test_bounded_critical_values_of_many_units_are_a_little_above_the_exact_ones(monkeypatch):
    _, s = noisy(300)
    exact, exact_pairs = bootstrap(np.zeros(300), s, 0.95, draws=400, rng=np.random.default_rng(3))
    monkeypatch.setattr("swe.stats.rank_sets.STEPPED_UP_TO", 10)
    wide, wide_pairs = bootstrap(np.zeros(300), s, 0.95, draws=400, rng=np.random.default_rng(3))
    assert (wide >= exact - 1e-5).all() and (wide / exact).max() < 1.1
    assert 1 - 1e-6 <= wide_pairs / exact_pairs < 1.05


def test_step_down_only_sharpens():
    x = np.array([0.0, 10, 20, 20.5])
    near, _ = bootstrap(x, np.ones(4), 0.95, draws=4000, rng=np.random.default_rng(4))
    flat, _ = bootstrap(np.zeros(4), np.ones(4), 0.95, draws=4000, rng=np.random.default_rng(4))
    assert (near <= flat).all() and near[2] == pytest.approx(1.96, abs=0.1)


def test_bonferroni_divides_by_the_comparisons():
    single, pairs = bonferroni(38_621, 0.95)
    assert single == pytest.approx(norm.isf(0.025 / 38_620), rel=1e-12)
    assert pairs == pytest.approx(norm.isf(0.025 / (38_621 * 38_620 / 2)), rel=1e-12)


def test_five_towns_by_hand():
    """90 ± 1 and 60 ± 1 are far from the three at 78–80 ± 2, which cannot be told apart: z at most 2/√8."""
    found = made([90.0, 80, 79, 78, 60], [1.0, 2, 2, 2, 1])
    table = found.table
    assert table["rank"].tolist() == [1, 2, 3, 4, 5]
    assert table["rank_lower"].tolist() == [1, 2, 2, 2, 5]
    assert table["rank_upper"].tolist() == [1, 4, 4, 4, 5]
    assert table["tier"].tolist() == [1, 2, 2, 2, 3] and found["tiers"] == 3
    assert tied_with(found, 2)["unit"].tolist() == [1, 3]


def test_low_can_be_better():
    high, low = made([1.0, 5, 9], [1, 1, 1]), made([-1.0, -5, -9], [1, 1, 1], better="low")
    for name in ("rank", "rank_lower", "rank_upper", "expected_rank", "tier"):
        assert high.table[name].tolist() == pytest.approx(low.table[name].tolist())
    assert low.table["value"].tolist() == [-1, -5, -9]


def test_ties_share_the_better_rank():
    assert made([3.0, 3, 1], [1, 1, 1]).table["rank"].tolist() == [1, 1, 3]


def test_simultaneous_sets_contain_the_marginal_ones():
    table = made(*noisy(60)).table
    assert (table["rank_lower_simultaneous"] <= table["rank_lower"]).all()
    assert (table["rank_upper_simultaneous"] >= table["rank_upper"]).all()
    assert ((table["rank_lower"] <= table["rank"]) & (table["rank"] <= table["rank_upper"])).all()


def test_no_two_units_of_a_tier_can_be_told_apart():
    x, s = noisy(400, seed=5)
    found = tiers(x, s, 4.0)
    for tier in np.unique(found):
        own = found == tier
        assert max(a.max() for a in brute(x[own], s[own], 4.0)) == 0
    order = np.argsort(-x)
    assert (np.diff(found[order]) >= 0).all()
    for tier in range(2, found.max() + 1):
        last = next(i for i in order if found[i] == tier)
        above = found == tier - 1
        assert ((x[above] - x[last]) > 4 * np.hypot(s[above], s[last])).any()


def test_expected_ranks_are_sums_over_pairs_of_posterior_means_and_variances():
    x, s = noisy(12)
    shrunk = shrink_normal({"u": range(12), "x": x, "s": s}, unit="u", estimate="x", se="s").table
    mean, variance = shrunk["shrunken"].to_numpy(), s**2 * shrunk["shrinkage"].to_numpy()
    by_hand = [
        1
        + sum(norm.cdf((mean[k] - mean[j]) / np.sqrt(variance[k] + variance[j])) for k in range(12) if k != j)
        for j in range(12)
    ]
    assert made(x, s).table["expected_rank"].tolist() == pytest.approx(by_hand, rel=1e-10)
    assert sum(by_hand) == pytest.approx(78)


def test_expected_ranks_of_many_units_agree_with_the_sum_over_pairs(monkeypatch):
    """Within 1/10,000 of the number of units, by convolution."""
    x, s = noisy(4000, seed=6)
    quick = pr.expected_ranks(x, s)
    monkeypatch.setattr(pr, "PAIRWISE_UP_TO", 10_000)
    assert np.abs(quick - pr.expected_ranks(x, s)).max() < 0.4


def test_the_share_among_the_first_agrees_with_the_normal_for_two_units():
    share = pr.top_shares(
        np.array([1.0, 0.0]), np.array([1.0, 1.0]), top=1, draws=20_000, rng=np.random.default_rng(7)
    )
    assert share[0] == pytest.approx(norm.cdf(1 / np.sqrt(2)), abs=0.012) and share.sum() == pytest.approx(1)
    found = made(*noisy(30), top=5).table["p_top"]
    assert found.sum() == pytest.approx(5)


def test_a_unit_without_an_estimate_has_no_rank_and_is_never_filled_in():
    frame = pd.DataFrame({"u": list("abc"), "x": [1.0, None, 3], "s": [1.0, 1, 1]})
    found = ranks(frame, unit="u", estimate="x", se="s")
    assert found["n"] == 2 and found.table["status"].tolist() == ["ok", "missing", "ok"]
    assert np.isnan(found.table["rank"].iloc[1])
    assert any("up to 1 places lower" in text for text in found.warnings("en"))


def test_the_seed_decides_the_draws():
    x, s = noisy(40)
    pd.testing.assert_frame_equal(made(x, s, seed=3).table, made(x, s, seed=3).table)


@pytest.mark.parametrize(
    ("more", "error"),
    [
        ({"better": "best"}, UsageError),
        ({"top": 0}, UsageError),
        ({"draws": 10}, UsageError),
        ({"level": 95}, UsageError),
    ],
)
def test_an_option_that_cannot_be_is_refused(more, error):
    with pytest.raises(error):
        made([1.0, 2, 3], [1, 1, 1], **more)


def test_an_estimate_without_error_cannot_be_ranked():
    with pytest.raises(DataError, match="not positive"):
        made([1.0, 2], [1, 0])


def simulated(draws: int, seed: int, k: int = 20) -> dict[str, float]:
    """Shares of draws in which sets hold the true ranks: 20 units, near-tied (spread a tenth of the error).

    marginal: mean over units; simultaneous: all units at once; simulated: Goldstein–Spiegelhalter's interval of ranks of
    draws about the estimates, mean over units.
    """
    rng = np.random.default_rng(seed)
    truth, s = np.linspace(0, 0.1, k)[::-1], np.ones(k)
    rank = np.arange(1, k + 1)
    held: dict[str, list[float]] = {"marginal": [], "simultaneous": [], "simulated": []}
    for i in range(draws):
        x = rng.normal(truth, s)
        table = made(x, s, draws=200, seed=i).table
        inside = (table["rank_lower"] <= rank) & (rank <= table["rank_upper"])
        held["marginal"].append(inside.mean())
        together = (table["rank_lower_simultaneous"] <= rank) & (rank <= table["rank_upper_simultaneous"])
        held["simultaneous"].append(together.all())
        order = (-(x + rng.standard_normal((200, k)))).argsort(axis=1).argsort(axis=1) + 1
        low, high = np.quantile(order, [0.025, 0.975], axis=0)
        held["simulated"].append(((low <= rank) & (rank <= high)).mean())
    return {name: float(np.mean(values)) for name, values in held.items()}


def test_sets_of_near_tied_units_hold_their_true_ranks_where_simulated_intervals_do_not():
    covered = simulated(150, 1)
    assert covered["marginal"] >= 0.95 and covered["simultaneous"] >= 0.93
    assert covered["simulated"] < 0.9


@pytest.mark.slow
def test_sets_of_near_tied_units_hold_their_true_ranks_in_10000_draws():
    """Confidence sets promise at least their level, whatever the ranks are: a rank is a whole number, and sets of units that
    are all but tied hold nearly every rank, and so hold the true one more often than 95 %."""
    covered = simulated(10_000, 2)
    print("ranks:", covered)
    assert covered["marginal"] >= 0.95 and covered["simultaneous"] >= 0.95
    assert covered["simulated"] < 0.9
