"""Group-time effects against published numbers, our own oracle, diff-diff and csdid.

mpdta (500 counties, shipped by moderndid, not committed): the numbers of R's `did` 2.1 (analytic errors 1e-6; published ones are
bootstrapped). Simulated panels: 1e-8 to the oracle and diff-diff, 1e-6 to csdid.
"""

from __future__ import annotations

import math
import sys
import warnings
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from swe.stats import diff_diff_adapter
from swe.stats.decomposition import bacon
from swe.stats.effect_aggregates import BY, combined, standard_errors
from swe.stats.group_time import att_gt
from swe.stats.imputations import imputation

sys.path.insert(0, str(Path(__file__).parent))
import oracle_group_time as oracle

NAMES = {"outcome": "y", "unit": "u", "time": "t", "first_treated": "g"}


def simulated(*, n=120, periods=8, starts=(0, 3, 5, 6), seed=0, effect=0.5):
    """A long panel with cohorts in `starts` (0 never), unit and period effects, effects that grow."""
    rng = np.random.default_rng(seed)
    g = np.array(starts)[rng.integers(0, len(starts), n)]
    t = np.arange(1, periods + 1)
    on = (g[:, None] > 0) & (t >= g[:, None])
    y = rng.normal(size=(n, 1)) + 0.1 * t + rng.normal(size=(n, periods)) + effect * on * (t - g[:, None] + 1)
    return pd.DataFrame(
        {"u": np.repeat(np.arange(n), periods), "t": np.tile(t, n), "g": np.repeat(g, periods), "y": y.ravel(),
         "x": np.repeat(rng.normal(size=n), periods), "c": np.repeat(np.arange(n) // 4, periods)}
    )  # fmt: skip


def arrays(frame):
    y = frame.pivot(index="u", columns="t", values="y").to_numpy()
    g = frame.groupby("u")["g"].first().to_numpy(dtype=float)
    return y, np.where(g == 0, np.inf, g - 1)


@pytest.fixture(scope="module")
def mpdta():
    data = pytest.importorskip("moderndid").load_mpdta().to_pandas()
    return data.rename(columns={"countyreal": "u", "year": "t", "lemp": "y", "first.treat": "g"})


@pytest.fixture(scope="module")
def never(mpdta):
    return att_gt(mpdta, **NAMES, control="never")


# -- published numbers: R did, data(mpdta), Callaway & Sant'Anna (2021) --


@pytest.mark.parametrize(
    ("by", "att", "se"),
    [
        ("simple", -0.0399513, 0.0120340),
        ("event", -0.0772398, 0.0199650),
        ("group", -0.0310183, 0.0124461),
        ("calendar", -0.0417004, 0.0159719),
    ],
)
def test_minimum_wages_and_teen_employment_agree_with_the_published_aggregates(never, by, att, se):
    found = never.aggregate(by)
    assert found["att"] == pytest.approx(att, abs=5e-8)
    assert found["se"] == pytest.approx(se, abs=5e-7)


@pytest.mark.parametrize(
    ("time", "att", "se"),
    [(2004, -0.010503, 0.023251), (2005, -0.070423, 0.030985), (2006, -0.137259, 0.036436), (2007, -0.100811, 0.034359)],
)  # fmt: skip
def test_the_cohort_of_2004_agrees_with_the_published_effects(never, time, att, se):
    row = never.table.query("group == 2004 and time == @time").iloc[0]
    assert row["att"] == pytest.approx(att, abs=1e-6)
    assert row["se"] == pytest.approx(se, abs=1e-6)


def test_the_pre_test_agrees_with_the_published_p_value(never):
    assert never["p"] == pytest.approx(0.16812, abs=5e-6)
    assert never["df"] == 5


def test_not_yet_treated_controls_agree_with_the_published_effect(mpdta):
    found = att_gt(mpdta, **NAMES).aggregate("simple")
    assert (found["att"], found["se"]) == pytest.approx((-0.0397636, 0.0120524), abs=5e-7)


def test_with_covariates_it_agrees_with_csdid(mpdta):
    """Doubly robust with log population: another implementation with its own propensity scores."""
    found = att_gt(mpdta, **NAMES, control="never", covariates=["lpop"])
    other = csdid(mpdta, control="nevertreated", xformla="y~lpop", est_method="dr")
    assert found.aggregate("simple")["att"] == pytest.approx(other[0], abs=1e-6)
    assert found.aggregate("simple")["se"] == pytest.approx(other[1], rel=0.01)


# -- simulated panels --


@pytest.mark.parametrize("control", ["not_yet", "never"])
@pytest.mark.parametrize("base", ["varying", "universal"])
@pytest.mark.parametrize("anticipation", [0, 1])
def test_the_oracle_says_the_same(control, base, anticipation):
    frame = simulated(seed=3)
    y, first = arrays(frame)
    wanted = oracle.att_gt(
        y, first, control=control, anticipation=anticipation, universal=base == "universal"
    )
    found = att_gt(
        frame, **NAMES, control=control, base_period=base, anticipation=anticipation, min_controls=1
    )
    assert len(found.table) == len(wanted)
    for row in found.table.itertuples():
        att, influence = wanted[row.group - 1, row.time - 1]
        assert row.att == pytest.approx(att, abs=1e-10)
        assert row.se == pytest.approx(np.sqrt((influence**2).sum()), abs=1e-10)
    overall = found.aggregate("simple")
    assert (overall["att"], overall["se"]) == pytest.approx(oracle.simple(wanted, first), abs=1e-10)


def test_clusters_sum_influence_before_squaring():
    frame = simulated(seed=4)
    y, first = arrays(frame)
    cluster = np.arange(len(y)) // 4
    g = cluster.max() + 1
    found = att_gt(frame, **NAMES, cluster="c", min_controls=1)
    for row in found.table.itertuples():
        _, influence = oracle.att_gt(y, first)[row.group - 1, row.time - 1]
        wanted = np.sqrt((np.bincount(cluster, weights=influence) ** 2).sum() * g / (g - 1))
        assert row.se == pytest.approx(wanted, abs=1e-10)


@pytest.mark.parametrize("control", ["not_yet", "never"])
@pytest.mark.parametrize("seed", [0, 1])
def test_diff_diff_says_the_same_cell_by_cell_and_added_up(control, seed):
    frame = simulated(seed=seed)
    found = att_gt(frame, **NAMES, control=control, min_controls=1)
    other = diff_diff_adapter.group_time(
        found.panel, control=control, anticipation=0, base_period="varying", least=1, df=math.inf
    )
    cells = {(int(g), int(t)): (a, s) for g, t, a, s in zip(
        other.group + 1, other.time + 1, other.att, standard_errors(other.root, other.gradient), strict=True)}  # fmt: skip
    assert len(cells) == len(found.table)
    for row in found.table.itertuples():
        assert (row.att, row.se) == pytest.approx(cells[row.group, row.time], abs=1e-8)
    for by in BY:
        _, overall = combined(other, by)
        own = found.aggregate(by)
        assert own["att"] == pytest.approx(float(overall.att[0]), abs=1e-8)
        assert own["se"] == pytest.approx(float(standard_errors(other.root, overall.gradient)[0]), abs=1e-8)


def csdid(frame, *, control, xformla=None, est_method="reg"):
    module = pytest.importorskip("csdid.att_gt")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fitted = module.ATTgt(
            yname="y", tname="t", idname="u", gname="g", data=frame, control_group=[control], xformla=xformla
        ).fit(est_method=est_method, bstrap=False)  # fmt: skip
        fitted.aggte("simple", bstrap=False)
    return float(fitted.atte["overall_att"]), float(fitted.atte["overall_se"])


@pytest.mark.parametrize(("control", "theirs"), [("not_yet", "notyettreated"), ("never", "nevertreated")])
def test_csdid_says_the_same(control, theirs, capsys):
    frame = simulated(seed=5)
    found = att_gt(frame, **NAMES, control=control, min_controls=1).aggregate("simple")
    assert (found["att"], found["se"]) == pytest.approx(csdid(frame, control=theirs), abs=1e-6)


def test_uniform_bands_are_wider_than_pointwise_ones_and_narrower_than_bonferroni(never):
    from scipy import stats

    k = len(never.table)
    assert 1.96 < never["critical_uniform"] < stats.norm.ppf(1 - 0.025 / k)


# -- imputation --


def by_least_squares(frame):
    """Imputation by dummies on untreated rows, and the mean of the differences: the estimator's definition."""
    import statsmodels.formula.api as smf

    untreated = (frame["g"] == 0) | (frame["t"] < frame["g"])
    fitted = smf.ols("y ~ C(u) + C(t)", frame[untreated]).fit()
    treated = frame[~untreated]
    return float((treated["y"] - fitted.predict(treated)).mean())


def test_imputation_is_what_least_squares_on_untreated_rows_says():
    frame = simulated(seed=6, n=60)
    found = imputation(frame, **NAMES, min_controls=1)
    assert found["att"] == pytest.approx(by_least_squares(frame), abs=1e-8)


def test_imputation_and_group_time_effects_agree_on_a_panel_without_noise():
    frame = simulated(seed=7, n=60)
    t, g = frame["t"], frame["g"]
    frame["y"] = frame["u"] * 0.1 + t**2 + 2.0 * ((g > 0) & (t >= g)) * (t - g + 1) + 1e-9 * frame["x"]
    wanted = (2.0 * (t - g + 1))[(g > 0) & (t >= g)].mean()
    assert imputation(frame, **NAMES, min_controls=1)["att"] == pytest.approx(wanted, abs=1e-6)
    assert att_gt(frame, **NAMES, min_controls=1).aggregate("simple")["att"] == pytest.approx(
        wanted, abs=1e-6
    )


# -- bacon --


@pytest.mark.parametrize("starts", [(0, 3, 5, 6), (3, 5, 6), (0, 1, 4, 6)])
def test_the_comparisons_add_up_to_the_two_way_coefficient(starts):
    import pyfixest as pf

    frame = simulated(seed=8, starts=starts)
    frame["d"] = ((frame["g"] > 0) & (frame["t"] >= frame["g"])).astype(float)
    beta = float(pf.feols("y ~ d | u + t", frame).coef().iloc[0])
    found = bacon(frame, **NAMES)
    assert found["twfe"] == pytest.approx(beta, abs=1e-8)
    assert (found.table["weight"] * found.table["estimate"]).sum() == pytest.approx(beta, abs=1e-8)
    assert found.table["weight"].sum() == pytest.approx(1, abs=1e-10)
    assert (found.table["weight"] > 0).all()


def test_the_comparisons_of_diff_diff_are_the_same():
    from diff_diff import BaconDecomposition

    frame = simulated(seed=9)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        other = BaconDecomposition(weights="exact").fit(
            frame, outcome="y", unit="u", time="t", first_treat="g"
        )
    found = bacon(frame, **NAMES)
    theirs = sorted((round(c.weight, 8), round(c.estimate, 8)) for c in other.comparisons)
    ours = sorted((round(w, 8), round(e, 8)) for w, e in zip(found.table["weight"], found.table["estimate"], strict=True))  # fmt: skip
    assert np.array(ours) == pytest.approx(np.array(theirs), abs=2e-8)


# -- uniform bands --


def coverage(draws, n):
    """Share of panels whose uniform band of event-time effects holds all the true ones."""
    held = []
    for seed in range(draws):
        frame = simulated(seed=10_000 + seed, n=n, periods=6, starts=(0, 3, 5))
        rows = att_gt(frame, **NAMES, min_controls=1, seed=seed).aggregate("event").table
        true = np.where(rows["event_time"] >= 0, 0.5 * (rows["event_time"] + 1), 0.0)
        held.append(bool(((rows["lower_uniform"] <= true) & (true <= rows["upper_uniform"])).all()))
    return float(np.mean(held))


def test_a_few_uniform_bands_hold_the_truth():
    assert coverage(40, 200) >= 0.85  # 95 % nominal; fewer than 34 of 40 has a chance below 1 in 1,000


@pytest.mark.slow
def test_uniform_bands_hold_the_truth_as_often_as_they_say():
    assert 0.93 <= coverage(1000, 300) <= 0.97  # Monte-Carlo error 0.7 %


def test_what_units_beyond_the_panel_are_changes_the_answer():
    """Packages differ silently here; with never-treated controls they are used or not."""
    frame = simulated(seed=11, starts=(0, 3, 5, 11))
    with_them = att_gt(frame, **NAMES, control="never", beyond="never").aggregate("simple")["att"]
    without = att_gt(frame, **NAMES, control="never", beyond="not_yet").aggregate("simple")["att"]
    dropped = att_gt(frame[frame["g"] < 9], **NAMES, control="never").aggregate("simple")["att"]
    assert without == pytest.approx(dropped, abs=1e-12)
    assert abs(with_them - without) > 1e-3
    assert (
        replace(att_gt(frame, **NAMES, beyond="not_yet"))["n_beyond"]
        == (frame.groupby("u")["g"].first() == 11).sum()
    )
