"""Balance, matched pairs and randomisation inference, against closed forms and scipy."""

from __future__ import annotations

from itertools import permutations, product

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from swe.core.errors import DataError, UsageError
from swe.stats.assignment import randomisation
from swe.stats.matching import balance, match

NAMES = {"unit": "town", "treated": "d", "before": "y0", "after": "y1"}


def places(*, treated=20, controls=60, effect=0.5, seed=0):
    rng = np.random.default_rng(seed)
    d = np.r_[np.ones(treated), np.zeros(controls)]
    x = rng.normal(size=len(d)) + 0.7 * d
    y0 = 0.5 * x + rng.normal(size=len(d))
    y1 = y0 + 0.3 * x + rng.normal(size=len(d)) / 2 + effect * d
    return pd.DataFrame(
        {"town": np.arange(len(d)), "d": d, "x": x, "z": rng.normal(size=len(d)), "y0": y0, "y1": y1}
    )


def test_the_standardised_difference_is_its_closed_form():
    frame = places()
    a, b = frame.loc[frame["d"] == 1, "x"], frame.loc[frame["d"] == 0, "x"]
    wanted = (a.mean() - b.mean()) / np.sqrt((a.var() + b.var()) / 2)
    found = balance(frame, treated="d", covariates=["x", "z"])
    assert found.table["smd"].iloc[0] == pytest.approx(wanted, abs=1e-12)
    assert "p" not in found.values and "p" not in found.table.columns


def test_weights_move_the_means_and_not_the_standard_deviation():
    frame = pd.DataFrame({"d": [1, 1, 0, 0], "x": [0.0, 2, 0, 4], "w": [1.0, 3, 1, 1]})
    found = balance(frame, treated="d", covariates=["x"], weights="w")
    assert found.table.loc[0, "smd"] == pytest.approx((1.5 - 2) / np.sqrt((2 + 8) / 2), abs=1e-12)


def test_twenty_pairs_are_randomised_exactly():
    """scipy's own permutation test over all 2²⁰ signs would take minutes; ten pairs are held against it."""
    found = match(places(treated=10), **NAMES, covariates=["x"], caliper=1.0)
    difference = found.table["difference"].to_numpy()
    other = stats.permutation_test((difference,), np.mean, permutation_type="samples", n_resamples=np.inf)
    assert found["n_pairs"] == 10
    assert found["p"] == pytest.approx(other.pvalue, abs=1e-12)
    assert found["att"] == pytest.approx(difference.mean(), abs=1e-12)


def test_the_interval_holds_exactly_the_effects_that_are_not_rejected():
    found = match(places(treated=9), **NAMES, covariates=["x"], caliper=1.0)
    difference = found.table["difference"].to_numpy()
    signs = np.array(list(product((-1, 1), repeat=len(difference))))

    def p(effect):
        left = difference - effect
        return np.mean(np.abs(signs @ left) >= abs(left.sum()) - 1e-9)

    for edge, inwards in ((found["lower"], 1e-3), (found["upper"], -1e-3)):
        assert p(edge + inwards * 3) > 0.05 >= p(edge - inwards * 3)


def test_pairs_are_the_closest_in_total_and_within_the_caliper():
    frame = places(treated=4, controls=6, seed=2)
    found = match(frame, **NAMES, covariates=["x", "z"], caliper=5.0)
    x = frame[["x", "z"]].to_numpy()
    one, zero = x[frame["d"] == 1], x[frame["d"] == 0]
    pooled = (np.cov(one.T) * 3 + np.cov(zero.T) * 5) / 8
    inverse = np.linalg.inv(pooled)
    distance = np.array([[np.sqrt((a - b) @ inverse @ (a - b)) for b in zero] for a in one])
    best = min(sum(distance[i, j] for i, j in enumerate(chosen)) for chosen in permutations(range(6), 4))
    assert found.table["distance"].sum() == pytest.approx(best, abs=1e-9)
    scale = np.sqrt((one.var(axis=0, ddof=1) + zero.var(axis=0, ddof=1)) / 2)
    close = match(frame, **NAMES, covariates=["x"], caliper=0.4).table
    by = frame.set_index("town")["x"]
    assert (np.abs(by[close["treated"]].to_numpy() - by[close["control"]].to_numpy()) / scale[0] <= 0.4).all()


def test_units_without_a_control_are_counted_and_few_pairs_bound_nothing():
    frame = places(treated=5, controls=30)
    frame.loc[0, "x"] = 50.0
    found = match(frame, **NAMES, covariates=["z"], caliper=3.0)
    assert found["lower"] == -np.inf and found["upper"] == np.inf
    assert any("too few" in text for text in found.warnings("en"))
    lost = match(frame, **NAMES, covariates=["x"], caliper=0.5)
    assert lost["n_unmatched"] >= 1
    assert any("left out" in note.en for note in lost.notes if note.kind == "exclusion")


def test_a_station_s_own_records_are_refused():
    with pytest.raises(UsageError, match="detection"):
        match(places(), **NAMES, covariates=["x"], outcome_kind="activity")
    with pytest.raises(DataError, match="0 or 1"):
        balance(places().assign(d=2), treated="d", covariates=["x"])


# -- randomisation of roll-outs --


def roll_out(*, units=10, effect=0.0, seed=0, clusters=None):
    rng = np.random.default_rng(seed)
    cluster = np.arange(units) if clusters is None else np.arange(units) % clusters
    g = np.where(cluster < max(cluster) / 2, 3, 0)
    t = np.arange(1, 5)
    y = (
        rng.normal(size=(units, 1))
        + rng.normal(size=(units, 4))
        + effect * ((g[:, None] > 0) & (t >= g[:, None]))
    )
    return pd.DataFrame({"u": np.repeat(np.arange(units), 4), "t": np.tile(t, units), "g": np.repeat(g, 4), "y": y.ravel(),
                         "c": np.repeat(cluster, 4)})  # fmt: skip


PANEL = {"outcome": "y", "unit": "u", "time": "t", "first_treated": "g"}


def test_redrawn_roll_outs_agree_with_all_of_them():
    """Ten units, five treated: 252 roll-outs, the studentised statistic by hand."""
    frame = roll_out(units=10, seed=4, effect=0.8)
    y = frame.pivot(index="u", columns="t", values="y").to_numpy()
    g = frame.groupby("u")["g"].first().to_numpy()
    change = np.stack([y[:, 2] - y[:, 1], y[:, 3] - y[:, 1]]).mean(axis=0)

    def statistic(treated):
        a, b = change[treated], change[~treated]
        return (a.mean() - b.mean()) / np.sqrt(a.var() / len(a) + b.var() / len(b))

    seen = abs(statistic(g > 0))
    subsets = [set(p) for p in {tuple(sorted(p)) for p in permutations(range(10), 5)}]
    every = [abs(statistic(np.array([i in s for i in range(10)]))) for s in subsets]
    wanted = np.mean(np.array(every) >= seen - 1e-9)
    found = randomisation(frame, **PANEL, draws=1999)
    assert found["p"] == pytest.approx(wanted, abs=4 * np.sqrt(wanted * (1 - wanted) / 1999) + 1e-3)


def test_whole_clusters_are_redrawn():
    frame = roll_out(units=24, clusters=8)
    found = randomisation(frame, **PANEL, assigned_by="c", draws=99)
    assert found["n_assigned"] == 8
    with pytest.raises(DataError, match="differ within"):
        randomisation(frame.assign(c=frame["u"] // 12), **PANEL, assigned_by="c", draws=99)


def test_without_an_effect_small_p_values_are_as_rare_as_they_say():
    p = np.array(
        [randomisation(roll_out(units=12, seed=s), **PANEL, draws=99, seed=s)["p"] for s in range(60)]
    )
    assert (p <= 0.1).mean() <= 0.1 + 4 * np.sqrt(0.09 / 60)
    assert p.min() >= 0.01
