"""Laws of effect estimates: what must hold whatever the panel."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from swe.stats.decomposition import bacon
from swe.stats.effect_aggregates import BY
from swe.stats.group_time import att_gt
from swe.stats.matching import match

NAMES = {"outcome": "y", "unit": "u", "time": "t", "first_treated": "g"}
seeds = st.integers(0, 10_000)


def panel(seed: int, *, never: bool = True) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    n, periods = int(rng.integers(24, 60)), int(rng.integers(5, 8))
    starts = np.array([0, 2, 3, 5] if never else [2, 3, 5])
    g = starts[np.r_[np.arange(len(starts)).repeat(3), rng.integers(0, len(starts), n)]]
    t = np.arange(1, periods + 1)
    y = rng.normal(size=(len(g), periods)) + rng.normal(size=(len(g), 1)) + 10
    return pd.DataFrame(
        {
            "u": np.repeat(np.arange(len(g)), periods),
            "t": np.tile(t, len(g)),
            "g": np.repeat(g, periods),
            "y": y.ravel(),
        }
    )


def estimates(frame: pd.DataFrame, **more: object) -> pd.DataFrame:
    return att_gt(frame, **NAMES, min_controls=1, **more).table  # type: ignore[arg-type]


@settings(max_examples=20, deadline=None)
@given(seeds)
def test_the_order_of_rows_changes_nothing(seed: int) -> None:
    frame = panel(seed)
    pd.testing.assert_frame_equal(
        estimates(frame), estimates(frame.sample(frac=1, random_state=seed)), rtol=1e-9, atol=1e-9
    )


@settings(max_examples=20, deadline=None)
@given(seeds)
def test_levels_of_units_and_shocks_of_periods_cancel_out(seed: int) -> None:
    frame = panel(seed)
    moved = frame.assign(y=frame["y"] + frame["u"] * 3.0 + np.sin(frame["t"]) * 5)
    pd.testing.assert_frame_equal(estimates(frame), estimates(moved), rtol=1e-7, atol=1e-9)


@settings(max_examples=20, deadline=None)
@given(seeds, st.floats(-3, 3))
def test_a_constant_effect_is_added_to_every_estimate_after_set_up_and_to_no_error(
    seed: int, effect: float
) -> None:
    frame = panel(seed)
    moved = frame.assign(y=frame["y"] + effect * ((frame["g"] > 0) & (frame["t"] >= frame["g"])))
    before, after = estimates(frame), estimates(moved)
    post = before["time"] >= before["group"]
    assert (after["att"] - before["att"])[post].to_numpy() == pytest.approx(effect, abs=1e-9)
    assert (after["att"] - before["att"])[~post].to_numpy() == pytest.approx(0, abs=1e-9)
    assert after["se"].to_numpy() == pytest.approx(before["se"].to_numpy(), abs=1e-9)


@settings(max_examples=15, deadline=None)
@given(seeds, st.floats(0.01, 100))
def test_another_unit_of_measurement_scales_everything(seed: int, factor: float) -> None:
    frame = panel(seed)
    plain, scaled = att_gt(frame, **NAMES, min_controls=1), att_gt(frame.assign(y=frame["y"] * factor), **NAMES, min_controls=1)  # type: ignore[arg-type]  # fmt: skip
    for by in BY:
        a, b = plain.aggregate(by), scaled.aggregate(by)
        assert (b["att"], b["se"]) == pytest.approx((a["att"] * factor, a["se"] * factor), rel=1e-7)
        assert b["critical_uniform"] == pytest.approx(a["critical_uniform"], rel=1e-6)
    assert scaled["p"] == pytest.approx(plain["p"], rel=1e-5, abs=1e-12)


@settings(max_examples=15, deadline=None)
@given(seeds)
def test_every_panel_twice_halves_the_variance(seed: int) -> None:
    frame = panel(seed)
    twice = pd.concat([frame, frame.assign(u=frame["u"] + 10_000)])
    one, two = (att_gt(f, **NAMES, min_controls=1).aggregate("simple") for f in (frame, twice))  # type: ignore[arg-type]
    assert two["att"] == pytest.approx(one["att"], abs=1e-9)
    assert two["se"] == pytest.approx(one["se"] / np.sqrt(2), rel=1e-8)


@settings(max_examples=20, deadline=None)
@given(seeds)
def test_the_uniform_band_holds_the_pointwise_one(seed: int) -> None:
    rows = estimates(panel(seed))
    assert (rows["lower_uniform"] <= rows["lower"]).all() and (rows["upper_uniform"] >= rows["upper"]).all()


@settings(max_examples=20, deadline=None)
@given(seeds, st.booleans())
def test_weights_of_the_two_way_coefficient_are_shares(seed: int, never: bool) -> None:
    found = bacon(panel(seed, never=never), **NAMES)  # type: ignore[arg-type]
    rows = found.table
    assert (rows["weight"] > 0).all() and rows["weight"].sum() == pytest.approx(1, abs=1e-9)
    assert (rows["weight"] * rows["estimate"]).sum() == pytest.approx(found["twfe"], abs=1e-8)
    assert 0 < found["share_forbidden"] < 1


@settings(max_examples=10, deadline=None)
@given(seeds, st.floats(-5, 5))
def test_pairs_move_with_the_effect(seed: int, effect: float) -> None:
    rng = np.random.default_rng(seed)
    d = np.r_[np.ones(8), np.zeros(20)]
    frame = pd.DataFrame(
        {
            "town": range(28),
            "d": d,
            "x": rng.normal(size=28),
            "y0": rng.normal(size=28),
            "y1": rng.normal(size=28),
        }
    )
    names = {
        "unit": "town",
        "treated": "d",
        "covariates": ["x"],
        "before": "y0",
        "after": "y1",
        "caliper": 5.0,
    }
    plain, moved = match(frame, **names), match(frame.assign(y1=frame["y1"] + effect * d), **names)  # type: ignore[arg-type]
    for name in ("att", "lower", "upper"):
        assert moved[name] == pytest.approx(plain[name] + effect, abs=2e-2)
    assert plain["lower"] <= plain["att"] <= plain["upper"]
