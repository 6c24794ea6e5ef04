"""Honest intervals against the published Medicaid example, and against two other implementations.

Data: ehec, shipped by moderndid (not committed). Published intervals of the first period after expansion: README.md of the authors'
R package HonestDiD (github.com/asheshrambachan/HonestDiD). Smoothness is the same in every version; relative magnitudes rest on a
simulated critical value and moved by 0.0004 between commits 9f8379b (2023-10-26) and 6813f02 (2026-04-11): both are given.
"""

from __future__ import annotations

import itertools
import math
import sys
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy import integrate, linalg, optimize, stats

from swe.core.errors import DataError, MachineError, UsageError
from swe.stats.fixed_length import critical, frontier
from swe.stats.group_time import EventStudy, att_gt
from swe.stats.sensitivity import honest

NAMES = {"outcome": "dins", "unit": "stfips", "time": "year", "first_treated": "g"}
PUBLISHED = {0.5: (0.0240, 0.0672), 1.0: (0.0170, 0.0720), 1.5: (0.00824, 0.0797), 2.0: (-0.000916, 0.0881)}
PUBLISHED_LATER = {
    0.5: (0.0241, 0.0673),
    1.0: (0.0171, 0.0720),
    1.5: (0.00859, 0.0796),
    2.0: (-0.00107, 0.0883),
}
PUBLISHED_SMOOTH = {0.0: (0.0259, 0.0607), 0.01: (0.0132, 0.0787), 0.02: (0.00286, 0.0907), 0.03: (-0.00714, 0.101),
                    0.04: (-0.0171, 0.111), 0.05: (-0.0271, 0.121)}  # fmt: skip


@pytest.fixture(scope="module")
def medicaid():
    """The event study of the example: two-way fixed effects with year dummies, errors clustered in states."""
    pf = pytest.importorskip("pyfixest")
    data = pytest.importorskip("moderndid").load_ehec().to_pandas()
    data = data[(data["year"] < 2016) & (data["yexp2"] != 2015)].copy()
    years = [y for y in range(2008, 2016) if y != 2013]
    for y in years:
        data[f"e{y}"] = ((data["yexp2"] == 2014) & (data["year"] == y)).astype(float)
    model = pf.feols("dins ~ " + " + ".join(f"e{y}" for y in years) + " | stfips + year", data, vcov={"CRV1": "stfips"},
                     ssc=pf.ssc(k_adj=False))  # fmt: skip
    n, k = len(data), 15  # seven coefficients and eight years; states are nested in the clusters
    covariance = model._vcov * (n - 1) / (n - k)
    return EventStudy(
        "att_event", pd.DataFrame(), {}, (), model.coef().to_numpy(), covariance, np.array([*range(-6, -1), 0, 1]),
        math.inf, "universal",
    )  # fmt: skip


def test_smoothness_agrees_with_another_implementation(medicaid):
    """moderndid's fixed-length intervals, which are a translation of the authors' own."""
    other = pytest.importorskip("moderndid.didhonest").create_sensitivity_results_sm
    ms = [0.0, 0.01, 0.02]
    theirs = other(medicaid.beta, (medicaid.covariance + medicaid.covariance.T) / 2, 5, 2, m_vec=ms)
    found = honest(medicaid, m=ms).table
    assert found["lower"].to_numpy() == pytest.approx(theirs["lb"].to_numpy(), abs=1e-4)
    assert found["upper"].to_numpy() == pytest.approx(theirs["ub"].to_numpy(), abs=1e-4)


def test_the_breakdown_is_where_the_interval_meets_zero(medicaid):
    point = honest(medicaid, m=[0.01])["breakdown"]
    table = honest(medicaid, m=[point * 0.99, point * 1.01]).table
    assert table["covers_zero"].tolist() == [0.0, 1.0]


def test_smoothness_agrees_with_the_published_example(medicaid):
    """Three digits are printed, so half of the third; the authors search over a grid of errors, we solve exactly."""
    found = honest(medicaid, m=list(PUBLISHED_SMOOTH))
    for row in found.table.itertuples():
        assert (row.lower, row.upper) == pytest.approx(PUBLISHED_SMOOTH[row.m], abs=6e-4)
    assert 0.02 < found["breakdown"] < 0.03


def studied(*, n_pre=4, n_post=3, df=math.inf, seed=0, scale=1.0):
    """An event study drawn at random, its reference period between."""
    rng = np.random.default_rng(seed)
    half = rng.normal(size=(n_pre + n_post + 3, n_pre + n_post)) * scale
    time = np.array([*range(-n_pre - 1, -1), *range(n_post)])
    beta = scale * (rng.normal(size=n_pre + n_post) / 3 + 3 * (time >= 0))
    return EventStudy("att_event", pd.DataFrame(), {}, (), beta, half.T @ half / 30, time, df, "universal")


@pytest.mark.parametrize(("n_pre", "df"), [(1, math.inf), (2, math.inf), (5, math.inf), (4, 19.0)])
def test_no_other_estimator_gives_a_shorter_interval(n_pre, df):
    """Weights of the periods before are varied by a general minimiser from many starts, subject to the straight line."""
    event = studied(n_pre=n_pre, df=df, seed=n_pre)
    weights, line = np.full(3, 1 / 3), 2.0
    s, r = np.arange(1, 4), np.arange(n_pre, 0, -1)
    later = sum(abs(weights @ np.maximum(s - j, 0)) for j in range(3))
    basis = linalg.null_space(r[None].astype(float))
    start = line * r / (r @ r)

    def half(z, m):
        before = start + basis @ z
        v = np.r_[before, weights]
        bias = m * (later + sum(abs(before @ np.maximum(r - j, 0)) for j in range(1, n_pre)))
        se = math.sqrt(v @ event.covariance @ v)
        return se * critical(bias / se, level=0.95, df=df)

    rng = np.random.default_rng(1)
    for m in (0.0, 0.1, 1.0):
        row = honest(event, m=m, event_time=None).table.iloc[0]
        ours = (row["upper"] - row["lower"]) / 2
        others = [
            optimize.minimize(half, z, args=(m,), method="Nelder-Mead", options={"xatol": 1e-7, "fatol": 1e-9}).fun
            for z in rng.normal(size=(4, n_pre - 1))
        ] if n_pre > 1 else [half(np.zeros(0), m)]  # fmt: skip
        assert ours <= min(others) * (1 + 1e-6)
        assert ours == pytest.approx(min(others), rel=2e-2)  # corners stop a general minimiser


def test_with_few_clusters_the_interval_is_that_of_diff_diff_where_that_finds_one():
    """Its search ends without an interval where scipy's noncentral t is NaN; ours goes on."""
    from diff_diff.honest_did import _compute_optimal_flci

    few = studied(df=19.0)
    ms = [0.0, 0.05, 0.1]
    found = honest(few, m=ms).table
    first = np.array([1.0])
    for m, row in zip(ms, found.itertuples(), strict=True):
        theirs = _compute_optimal_flci(
            few.beta[:4], few.beta[4:5], few.covariance[:5, :5], first, 4, 1, m, 0.05, 19
        )
        assert (row.lower, row.upper) == pytest.approx(theirs, abs=1e-3)
    far = honest(few, m=[1.0, 10.0, 1000.0]).table
    assert (far["status"] == "ok").all() and (np.diff(far["upper"] - far["lower"]) > 0).all()


@pytest.mark.parametrize("df", [3.0, 19.0, 38.0])
def test_critical_values_are_the_quantiles_of_the_folded_noncentral_t(df):
    for shift in (0.0, 0.3, 1.0, 4.0, 30.0):
        x = critical(shift, level=0.95, df=df)

        def integrand(w, x=x, shift=shift):
            return (
                (stats.norm.cdf(x * w - shift) - stats.norm.cdf(-x * w - shift))
                * stats.chi.pdf(w * df**0.5, df)
                * df**0.5
            )

        held = sum(
            integrate.quad(integrand, a, b, epsabs=1e-11)[0]
            for a, b in itertools.pairwise((0, 0.5, 0.9, 1.1, 2, 6))
        )
        assert held == pytest.approx(0.95, abs=1e-7)
    assert critical(1e6, level=0.95, df=df) / 1e6 == pytest.approx(
        critical(1e4, level=0.95, df=df) / 1e4, rel=1e-3
    )


@pytest.mark.parametrize("scale", [1e-6, 1e6])
def test_the_unit_of_the_outcome_does_not_matter(scale):
    plain, scaled = studied(), studied(scale=scale)
    one = honest(plain, m=[0.0, 0.2, 2.0]).table
    other = honest(scaled, m=[0.0, 0.2 * scale, 2.0 * scale]).table
    assert (other["lower"] / scale).to_numpy() == pytest.approx(one["lower"].to_numpy(), rel=1e-4)
    assert honest(scaled, m=0.0)["breakdown"] / scale == pytest.approx(
        honest(plain, m=0.0)["breakdown"], rel=1e-4
    )


@pytest.mark.slow
def test_smoothness_intervals_hold_an_effect_whose_trend_bends_as_allowed():
    """20,000 draws, the slope bent by m each period in the worst direction: 94 to 96 %; straight departures: at least that."""
    event, m = studied(n_pre=4, n_post=2, seed=3), 0.4
    s = np.array([-4, -3, -2, -1, 1, 2])
    worst = m * np.where(s > 0, s * (s + 1) / 2, 0.0)
    for j in range(1, 4):
        worst = worst + m * _side(event, m, j) * np.maximum(-s - j, 0)
    rng = np.random.default_rng(4)
    held = {}
    for name, departure in (("bent", worst), ("straight", 0.7 * s)):
        along = frontier(np.zeros(6), event.covariance, n_pre=4, weights=np.array([1.0, 0.0]), df=math.inf)
        lower, upper = along.interval(m, level=0.95)
        v = _weights(along, m)
        drawn = rng.multivariate_normal(departure, event.covariance, 20_000) @ v
        held[name] = float(np.mean(np.abs(drawn) <= (upper - lower) / 2))
    assert 0.94 <= held["bent"] <= 0.96 and held["straight"] >= 0.94, held


def _weights(along, m):
    """The optimal weights, read off intervals of the unit vectors."""
    centres = []
    for k in range(len(along.root)):
        lower, upper = replace(along, beta=np.eye(len(along.root))[k]).interval(m, level=0.95)
        centres.append((lower + upper) / 2)
    return np.array(centres)


def _side(event, m, j):
    along = frontier(np.zeros(6), event.covariance, n_pre=4, weights=np.array([1.0, 0.0]), df=math.inf)
    v = _weights(along, m)[:4]
    return float(np.sign(v @ np.maximum(np.arange(4, 0, -1) - j, 0)))


def test_where_the_solver_finds_nothing_nothing_is_claimed(medicaid, monkeypatch):
    """Relative bounds at the end of every grid."""
    didhonest = pytest.importorskip("moderndid.didhonest")

    def fails_beyond(*, m_bar_vec, grid_lb, grid_ub, **more):
        return {"lb": [grid_lb if m_bar_vec[0] > 1 else -0.1], "ub": [grid_ub if m_bar_vec[0] > 1 else 0.1]}

    monkeypatch.setattr(didhonest, "create_sensitivity_results_rm", fails_beyond)
    found = honest(medicaid, kind="relative", m=[1.0, 2.0])
    assert math.isnan(found.table["covers_zero"].iloc[1]) and found.table["status"].tolist() == [
        "ok",
        "missing",
    ]
    assert any("m = 2" in note for note in found.warnings("en"))


def test_a_grid_that_is_too_narrow_is_widened(medicaid, monkeypatch):
    didhonest = pytest.importorskip("moderndid.didhonest")
    asked = []

    def instead(*, grid_lb, grid_ub, grid_points, **more):
        asked.append((grid_ub - grid_lb, grid_points))
        return {"lb": [grid_lb if len(asked) < 3 else grid_lb / 2], "ub": [grid_ub / 2]}

    monkeypatch.setattr(didhonest, "create_sensitivity_results_rm", instead)
    assert (honest(medicaid, kind="relative", m=1.0).table["status"] == "ok").all()
    assert [round(width / asked[0][0]) for width, _ in asked] == [1, 2, 4]
    assert [points for _, points in asked] == [1000, 2000, 4000]  # the same distance between points


def test_anticipation_moves_the_reference_and_the_periods_between_count_as_after():
    """With a reaction one period ahead the reference is −2; a straight line through it is extrapolated from there."""
    time = np.array([-5, -4, -3, -1, 0, 1])
    table = pd.DataFrame({"event_time": [-2], "status": ["reference"]})
    beta = 0.1 * (time + 2.0) + np.array([0, 0, 0, 0.5, 1.0, 1.0])
    event = EventStudy("att_event", table, {}, (), beta, np.eye(6) * 1e-8, time, math.inf, "universal")
    row = honest(event, m=0.0).table.iloc[0]
    assert (row["lower"] + row["upper"]) / 2 == pytest.approx(1.0, abs=1e-6)


def test_periods_beyond_a_gap_are_left_out_and_counted():
    time = np.array([-9, -3, -2, 0, 1])
    event = EventStudy(
        "att_event", pd.DataFrame(), {}, (), 0.1 * (time + 1.0), np.eye(5) * 1e-6, time, math.inf, "universal"
    )
    found = honest(event, m=0.0)
    assert any(
        "1 earlier periods lie beyond a gap" in note.en for note in found.notes if note.kind == "exclusion"
    )
    late = EventStudy(
        "att_event",
        pd.DataFrame(),
        {},
        (),
        np.ones(4),
        np.eye(4),
        np.array([-3, -2, 0, 4]),
        math.inf,
        "universal",
    )
    with pytest.raises(DataError, match="nearer event_time"):
        honest(late, m=0.0, event_time=4)


def test_a_straight_line_is_extrapolated_when_m_is_0():
    """β exactly on a line through the reference: with m = 0 nothing is left of the effect."""
    time = np.array([-4, -3, -2, 0, 1])
    event = EventStudy(
        "att_event", pd.DataFrame(), {}, (), 0.1 * (time + 1.0), np.eye(5) * 1e-6, time, math.inf, "universal"
    )
    row = honest(event, m=0.0).table.iloc[0]
    assert (row["lower"] + row["upper"]) / 2 == pytest.approx(0, abs=1e-6)
    assert honest(event, m=0.0)["breakdown"] == 0


@pytest.mark.slow
def test_relative_magnitudes_agree_with_the_published_example(medicaid):
    """Within the grid and the simulated critical value of either side."""
    found = honest(medicaid, kind="relative", m=list(PUBLISHED))
    for row in found.table.itertuples():
        assert (row.lower, row.upper) == pytest.approx(PUBLISHED[row.m], abs=1e-3)
        assert (row.lower, row.upper) == pytest.approx(PUBLISHED_LATER[row.m], abs=1e-3)
    assert found["breakdown"] == 1.5


def test_relative_magnitudes_are_not_those_of_diff_diff(medicaid, monkeypatch):
    """Its intervals are too narrow (first period, 2: [0.011, 0.082]); ours come from moderndid with its limits passed on."""
    didhonest = pytest.importorskip("moderndid.didhonest")
    asked = []

    def instead(**arguments):
        asked.append(arguments)
        return {"lb": [arguments["grid_lb"] / 2], "ub": [arguments["grid_ub"] / 2]}

    monkeypatch.setattr(didhonest, "create_sensitivity_results_rm", instead)
    row = honest(medicaid, kind="relative", m=2.0).table.iloc[0]
    se = math.sqrt(medicaid.covariance[5, 5])  # in which moderndid is asked
    assert asked[0]["num_pre_periods"] == 5 and asked[0]["m_bar_vec"] == [2.0]
    assert asked[0]["grid_lb"] * se < -0.000916 - 0.02 and asked[0]["grid_ub"] * se > 0.0881 + 0.02
    assert asked[0]["betahat"] * se == pytest.approx(medicaid.beta)
    assert (row["lower"], row["upper"]) == pytest.approx(
        (asked[0]["grid_lb"] * se / 2, asked[0]["grid_ub"] * se / 2)
    )


def test_without_the_optional_package_the_error_says_what_to_install(medicaid, monkeypatch):
    monkeypatch.setitem(sys.modules, "moderndid.didhonest", None)
    with pytest.raises(MachineError, match=r"swe\[honest\]"):
        honest(medicaid, kind="relative", m=1.0)


def test_varying_base_periods_are_refused():
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(
        [(u, t, rng.normal(), 4 * (u % 2)) for u in range(40) for t in range(1, 7)],
        columns=["u", "t", "y", "g"],
    )
    names = {"outcome": "y", "unit": "u", "time": "t", "first_treated": "g"}
    with pytest.raises(UsageError, match="base_period='universal'"):
        honest(att_gt(frame, **names).aggregate("event"), m=0.0)
    event = att_gt(frame, **names, base_period="universal").aggregate("event")
    with pytest.raises(UsageError, match="event time 9"):
        honest(event, m=0.0, event_time=9)
    with pytest.raises(UsageError, match="numbers from 0"):
        honest(event, m=-1.0)
    early = frame.assign(g=frame["g"].replace(4, 2))
    with pytest.raises(DataError, match="no period before"):
        honest(att_gt(early, **names, base_period="universal").aggregate("event"), m=0.0)
