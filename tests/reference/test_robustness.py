"""`stats.robustness`: acceptability and flips in closed form, Sobol indices by quadrature, brute force in numpy."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from scipy.stats import beta, rankdata

from swe.core.errors import UsageError
from swe.stats import rank_acceptability
from swe.stats.composites import composite
from swe.stats.robust_ranks import robustness
from swe.stats.weight_draws import dirichlet, from_uniforms

# Normalised: A (1, 0), B (0, 1), C (.6, .6), with weight w on x.
# C beats A where .6 > w and B where .6 > 1 − w: first for w in (.4, .6), A above, B below.
THREE = pd.DataFrame({"unit": ["A", "B", "C"], "x": [1.0, 0, 0.6], "y": [0, 1.0, 0.6]})


def three(**options):
    return robustness(THREE, indicators=["x", "y"], directions="up", **options)


def wide(n=60, p=4, seed=2):
    names = [f"i{k}" for k in range(p)]
    return pd.DataFrame(np.random.default_rng(seed).gamma(2, size=(n, p)), columns=names), names


def test_the_probability_of_being_first_agrees_with_the_closed_form():
    """w is uniform: P(first) = .4, .4, .2; four standard errors of 20,000 draws."""
    table = three(draws=20_000, top=1).table
    expected = np.array([0.4, 0.4, 0.2])
    error = 4 * np.sqrt(expected * (1 - expected) / 20_000)
    assert (np.abs(table["p_top"] - expected) < error).all()
    assert list(table["rank"]) == [2, 2, 1]


def test_a_tighter_distribution_agrees_with_the_beta_distribution():
    """concentration 20, equal weights: w ~ Beta(10, 10)."""
    table = three(draws=20_000, top=1, concentration=20).table
    expected = beta.cdf(0.4, 10, 10)
    assert abs(table["p_top"][0] - expected) < 4 * math.sqrt(expected / 20_000)


def test_the_probability_of_another_grade_agrees_with_the_closed_form():
    """Totals: A w, B 1 − w, C .6. Good from .55: A is graded poor at w = .5 and good for w ≥ .55: 45 %."""
    found = three(draws=20_000, grades={"good": 0.55, "poor": 0.0})
    assert list(found.table["grade"]) == ["poor", "poor", "good"]
    assert (np.abs(found.table["flip_probability"] - [0.45, 0.45, 0]) < 4 * math.sqrt(0.25 / 20_000)).all()
    assert found["flip_probability"] == pytest.approx(found.table["flip_probability"].mean())


def test_the_mean_rank_shift_agrees_with_the_closed_form():
    """Own ranks 2 2 1 (A and B tie). w > .6 gives 1 3 2, shift 1; .5 < w < .6 gives 2 3 1, shift 1/3; mirrored."""
    expected = 0.8 * 1 + 0.2 / 3
    assert abs(three(draws=20_000)["mean_rank_shift"] - expected) < 4 * 0.27 / math.sqrt(20_000)


def test_without_grades_there_is_no_flip_probability():
    found = three(draws=10)
    assert math.isnan(found["flip_probability"]) and found.table["flip_probability"].isna().all()


def test_ranks_and_intervals_agree_with_brute_force():
    frame, names = wide()
    found = robustness(frame, indicators=names, directions="up", draws=300, seed=9, top=5, level=0.9)
    drawn = np.random.default_rng(9).standard_gamma(np.ones(4), size=(300, 4))
    drawn /= drawn.sum(axis=1, keepdims=True)
    z = ((frame - frame.min()) / (frame.max() - frame.min())).to_numpy()
    ranks = rankdata(-(z @ drawn.T), axis=0, method="min")
    own = rankdata(-z.mean(axis=1), method="min")
    assert list(found.table["rank"]) == list(own)
    assert np.allclose(found.table["p_top"], (ranks <= 5).mean(axis=1))
    assert found["mean_rank_shift"] == pytest.approx(np.abs(ranks - own[:, None]).mean())
    for name, q in (("rank_lower", 0.05), ("rank_upper", 0.95)):
        assert list(found.table[name]) == list(np.quantile(ranks, q, axis=1, method="inverted_cdf"))


def test_blocks_of_units_and_chunks_of_draws_change_nothing(monkeypatch):
    frame, names = wide()
    options = {
        "indicators": names,
        "directions": "up",
        "draws": 40,
        "grades": {"a": 0.3},
        "alternatives": [("minmax", "topsis")],
    }
    whole = robustness(frame, **options)
    monkeypatch.setattr(rank_acceptability, "CELLS", 130)
    monkeypatch.setattr(rank_acceptability, "RANKS_HELD", 500)
    pieces = robustness(frame, **options)
    pd.testing.assert_frame_equal(whole.table, pieces.table)
    assert whole.values == pytest.approx(pieces.values)


def test_the_total_and_rank_are_those_of_the_index():
    frame, names = wide()
    options = {
        "indicators": names,
        "directions": "up",
        "weights": "critic",
        "aggregate": "geometric",
        "shift": 0.1,
    }
    index, found = composite(frame, **options), robustness(frame, draws=5, **options)
    assert list(index.table["total"]) == list(found.table["value"])
    assert list(index.table["rank"]) == list(found.table["rank"])


@pytest.mark.parametrize("draw", ["gamma", "quantile"])
def test_drawn_weights_have_the_mean_and_spread_of_the_dirichlet_distribution(draw):
    nominal, rng = np.array([0.5, 0.3, 0.2, 0.0]), np.random.default_rng(3)
    drawn = (
        dirichlet(rng, nominal, 8, 50_000)
        if draw == "gamma"
        else from_uniforms(rng.uniform(size=(50_000, 4)), nominal, 8)
    )
    assert np.allclose(drawn.sum(axis=1), 1) and (drawn[:, 3] == 0).all()
    assert np.allclose(drawn.mean(axis=0), nominal, atol=0.004)
    assert np.allclose(drawn.std(axis=0), np.sqrt(nominal * (1 - nominal) / 9), atol=0.003)


def test_sobol_indices_agree_with_quadrature():
    """Two factors: V(E[Y|u_j])/V(Y) and E[V(Y|u_-j)]/V(Y) on a grid of 400 × 400 midpoints."""
    frame, _ = wide(n=15, p=2)
    table = robustness(frame, indicators=["i0", "i1"], directions="up", sobol=True, samples=4096).table
    grid = (np.arange(400) + 0.5) / 400
    u = np.stack(np.meshgrid(grid, grid, indexing="ij"), axis=-1).reshape(-1, 2)
    g = -np.log(1 - u)  # shape 1: exponential quantiles
    drawn = g / g.sum(axis=1, keepdims=True)
    z = ((frame - frame.min()) / (frame.max() - frame.min())).to_numpy()
    own = rankdata(-z.mean(axis=1), method="min")
    y = np.abs(rankdata(-(z @ drawn.T), axis=0, method="min") - own[:, None]).mean(axis=0).reshape(400, 400)
    first = [y.mean(axis=1).var() / y.var(), y.mean(axis=0).var() / y.var()]
    total = [1 - first[1], 1 - first[0]]
    assert list(table["factor"]) == ["i0", "i1"]
    assert (np.abs(table["first"] - first) < np.maximum(4 * table["first_se"], 0.02)).all()
    assert (np.abs(table["total"] - total) < np.maximum(4 * table["total_se"], 0.02)).all()


def test_the_choice_of_method_is_a_factor_of_its_own():
    frame, names = wide(n=20, p=2)
    table = robustness(
        frame,
        indicators=names,
        directions="up",
        sobol=True,
        samples=64,
        alternatives=[("rank", "arithmetic")],
    ).table
    assert list(table.columns[:3]) == ["factor", "first", "total"]
    assert list(table["factor"]) == ["i0", "i1", "method"]


def test_ranks_that_nothing_moves_have_no_sobol_indices():
    frame = pd.DataFrame({"a": [1, 2, 3], "b": [1, 2, 3]})
    found = robustness(frame, indicators=["a", "b"], directions="up", sobol=True, samples=8)
    assert found["mean_rank_shift"] == 0 and found.table["total"].isna().all()


def test_a_unit_without_total_is_not_ranked():
    frame = THREE.copy()
    frame.loc[3] = ["D", 0.5, math.nan]
    row = robustness(frame, indicators=["x", "y"], directions="up", draws=10).table.iloc[3]
    assert row["status"] == "missing" and math.isnan(row["rank_lower"]) and math.isnan(row["p_top"])


def test_intervals_are_said_not_to_be_confidence_sets():
    assert any("no confidence sets" in w for w in three(draws=5).warnings("en"))


@pytest.mark.parametrize(
    "wrong",
    [
        {"draws": 0}, {"top": 0}, {"level": 0}, {"seed": -1}, {"concentration": 0}, {"concentration": "wide"}, {"grades": {"a": "b"}}, {"alternatives": ["rank"]},
        {"alternatives": [("rank", "best")]}, {"grades": {"a": 0.5, "b": 0.5}}, {"sobol": True, "samples": 100},
        {"grades": {"a": 0.5}, "alternatives": [("rank", "arithmetic")]},
    ],
)  # fmt: skip
def test_wrong_options_are_refused(wrong):
    with pytest.raises(UsageError):
        three(**wrong)


@pytest.mark.slow
def test_the_whole_country_fits_in_bounded_memory():
    """38,621 units, 60 indicators, 500 draws: peak of arrays below 700 MB."""
    import tracemalloc

    frame, names = wide(38_621, 60)
    tracemalloc.start()
    found = robustness(frame, indicators=names, directions="up", draws=500)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(found.table) == 38_621 and peak < 700e6
