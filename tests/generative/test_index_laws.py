"""Laws of indices: order of rows, scale of weights, better values, equal sharing, units of measurement."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from swe.stats.analytic_hierarchy import ahp
from swe.stats.composites import composite
from swe.stats.couplings import coupling
from swe.stats.envelopment import dea
from swe.stats.inequality import concentration, gini, theil
from swe.stats.robust_ranks import robustness

NAMES = ["a", "b", "c"]
few = settings(max_examples=25, deadline=None)
matrices = arrays(float, (6, 3), elements=st.integers(0, 50).map(float)).filter(
    lambda x: (np.ptp(x, axis=0) > 0).all()
)
amounts = arrays(float, st.integers(3, 12), elements=st.integers(0, 1000).map(float)).filter(
    lambda x: x.sum() > 0
)
aggregates = st.sampled_from(["arithmetic", "geometric", "topsis"])
schemes = st.sampled_from(["equal", "entropy", "critic"])


def frame(x):
    return pd.DataFrame(x, columns=NAMES, index=[f"u{k}" for k in range(len(x))])


def index(x, **options):
    return composite(x, indicators=NAMES, directions=["up", "down", "up"], shift=0.1, **options)


@few
@given(matrices, aggregates, st.sampled_from(["minmax", "rank"]), st.permutations(range(6)))
def test_the_order_of_rows_changes_no_bit_of_a_total(x, aggregate, normalise, order):
    one = index(frame(x), aggregate=aggregate, normalise=normalise).table.set_index("unit")
    other = index(frame(x).iloc[list(order)], aggregate=aggregate, normalise=normalise).table.set_index(
        "unit"
    )
    assert (one["total"] == other["total"].reindex(one.index)).all()
    assert (one["rank"] == other["rank"].reindex(one.index)).all()


@few
@given(matrices, st.lists(st.integers(1, 9), min_size=3, max_size=3), st.integers(2, 9))
def test_weights_are_free_of_scale(x, weights, factor):
    one = index(frame(x), weights=dict(zip(NAMES, weights, strict=True))).table
    other = index(frame(x), weights={n: w * factor for n, w in zip(NAMES, weights, strict=True)}).table
    assert np.allclose(one["total"], other["total"], atol=1e-12)


@few
@given(matrices, schemes, st.integers(1, 9), st.integers(-9, 9))
def test_units_of_measurement_change_nothing_after_min_max(x, weights, factor, offset):
    one, other = index(frame(x), weights=weights), index(frame(x * factor + offset), weights=weights)
    assert np.allclose(one.table["total"], other.table["total"], atol=1e-9)
    assert math.fsum(one[f"weight_{n}"] for n in NAMES) == pytest.approx(1)


@few
@given(matrices, aggregates, st.integers(0, 5), st.integers(1, 20))
def test_a_better_value_inside_the_range_never_lowers_a_total(x, aggregate, k, step):
    better = x.copy()
    better[k, 0] = min(x[k, 0] + step, x[:, 0].max())
    if np.ptp(better[:, 0]) > 0 and better[:, 0].min() == x[:, 0].min():  # min and max stay where they are
        before, after = (index(frame(v), aggregate=aggregate).table["total"][k] for v in (x, better))
        assert after >= before - 1e-12


@few
@given(matrices, st.integers(0, 5))
def test_rank_intervals_stay_inside_the_field_and_probabilities_between_0_and_1(x, seed):
    table = robustness(frame(x), indicators=NAMES, directions="up", draws=40, seed=seed, top=2).table
    assert (
        (table["rank_lower"] >= 1) & (table["rank_lower"] <= table["rank_upper"]) & (table["rank_upper"] <= 6)
    ).all()
    assert table["p_top"].between(0, 1).all()


@few
@given(matrices, st.permutations(range(6)))
def test_the_order_of_rows_changes_no_rank_interval(x, order):
    options = {"indicators": NAMES, "directions": "up", "draws": 30, "seed": 3}
    one = robustness(frame(x), **options).table.set_index("unit")
    other = robustness(frame(x).iloc[list(order)], **options).table.set_index("unit")
    pd.testing.assert_frame_equal(one, other.reindex(one.index))


@few
@given(amounts, st.integers(1, 50), st.integers(2, 4))
def test_inequality_is_free_of_scale_and_of_copies(x, factor, copies):
    one, scaled, copied = (pd.DataFrame({"x": v}) for v in (x, x * factor, np.tile(x, copies)))
    for measure, name in ((gini, "gini"), (theil, "theil")):
        base = measure(one, value="x")[name]
        assert measure(scaled, value="x")[name] == pytest.approx(base, abs=1e-10)
        assert measure(copied, value="x")[name] == pytest.approx(base, abs=1e-10)


@few
@given(amounts)
def test_weights_count_copies_and_the_gini_is_the_concentration_by_itself(x):
    w = np.arange(len(x)) % 3 + 1
    weighted, copied = pd.DataFrame({"x": x, "w": w}), pd.DataFrame({"x": np.repeat(x, w)})
    assert gini(weighted, value="x", weights="w")["gini"] == pytest.approx(
        gini(copied, value="x")["gini"], abs=1e-10
    )
    assert theil(weighted, value="x", weights="w")["theil"] == pytest.approx(
        theil(copied, value="x")["theil"], abs=1e-10
    )
    by_itself = concentration(weighted.assign(r=x), value="x", rank="r")["concentration"]
    assert by_itself == pytest.approx(gini(weighted, value="x")["gini"], abs=1e-12)


@few
@given(amounts, st.integers(1, 4))
def test_the_parts_of_theil_add_up_and_are_not_negative(x, groups):
    found = theil(pd.DataFrame({"x": x, "g": np.arange(len(x)) % groups}), value="x", group="g")
    assert found["between"] + found["within"] == pytest.approx(found["theil"], abs=1e-10)
    assert found["between"] >= -1e-12 and found["within"] >= -1e-12
    assert 0 <= gini(pd.DataFrame({"x": x}), value="x")["gini"] + 1e-12 < 1 + 1e-12


@few
@given(st.lists(st.floats(0, 1), min_size=2, max_size=5))
def test_coordination_lies_between_0_and_1_whatever_the_order(u):
    one, other = coupling(*u), coupling(*reversed(u))
    assert 0 <= one["D"] <= 1 and one["D"] == pytest.approx(other["D"], abs=1e-9)


@few
@given(st.lists(st.sampled_from([1, 2, 3, 4, 5, 6, 7, 8, 9]), min_size=6, max_size=6))
def test_judgements_are_never_better_than_consistent(upper):
    matrix = np.ones((4, 4))
    for (i, j), v in zip([(0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 3)], upper, strict=True):
        matrix[i, j], matrix[j, i] = v, 1 / v
    found = ahp(matrix, allow_inconsistent=True)
    assert found["lambda_max"] >= 4 - 1e-9 and found["consistency_ratio"] >= 0
    assert found.table["weight"].sum() == pytest.approx(1) and (found.table["weight"] > 0).all()


sides = arrays(float, (9, 3), elements=st.integers(1, 30).map(float))


@settings(max_examples=12, deadline=None)
@given(sides, st.sampled_from(["crs", "vrs"]), st.sampled_from(["input", "output"]), st.integers(2, 1000))
def test_efficiency_is_free_of_units_and_never_above_1(x, returns, orientation, factor):
    options = {"inputs": ["a", "b"], "outputs": ["c"], "returns": returns, "orientation": orientation}
    one, other = dea(frame(x), **options), dea(frame(x * [factor, 1, 1 / factor]), **options)
    assert np.allclose(one.table["efficiency"], other.table["efficiency"], atol=1e-6)
    assert (one.table["efficiency"] <= 1 + 1e-9).all() and (one.table["efficiency"] > 0).all()
    assert np.isclose(one.table["efficiency"].max(), 1)
    assert (one.table[["slack_a", "slack_b", "slack_c"]] >= 0).all(axis=None)


@settings(max_examples=12, deadline=None)
@given(sides)
def test_variable_returns_never_lower_an_efficiency_and_a_further_unit_never_raises_one(x):
    options = {"inputs": ["a", "b"], "outputs": ["c"]}
    constant, variable = (dea(frame(x), returns=r, **options).table["efficiency"] for r in ("crs", "vrs"))
    assert (variable >= constant - 1e-7).all()
    longer = dea(frame(np.vstack([x, x.min(axis=0)])), **options).table["efficiency"][:9]
    assert (longer <= constant + 1e-7).all()
