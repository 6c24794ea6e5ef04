"""Honest intervals against the published Medicaid example, and against a second implementation.

Data: ehec, shipped by moderndid (not committed). Published relative-magnitude intervals of the first period after expansion,
README of the authors' R package HonestDiD: 0.5 [0.0240, 0.0672], 1 [0.0170, 0.0720], 1.5 [0.00824, 0.0797], 2 [−0.000916, 0.0881].
"""

from __future__ import annotations

import math
import sys

import numpy as np
import pandas as pd
import pytest

from swe.core.errors import DataError, MachineError, UsageError
from swe.stats import diff_diff_adapter
from swe.stats.group_time import EventStudy, att_gt
from swe.stats.sensitivity import honest

NAMES = {"outcome": "dins", "unit": "stfips", "time": "year", "first_treated": "g"}
PUBLISHED = {0.5: (0.0240, 0.0672), 1.0: (0.0170, 0.0720), 1.5: (0.00824, 0.0797), 2.0: (-0.000916, 0.0881)}


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


def test_where_the_solver_finds_nothing_nothing_is_claimed(medicaid, monkeypatch):
    real = diff_diff_adapter.smoothness_interval

    def fails_beyond(*args, m, **more):
        return (math.nan, math.nan) if m > 0.015 else real(*args, m=m, **more)

    monkeypatch.setattr(diff_diff_adapter, "smoothness_interval", fails_beyond)
    found = honest(medicaid, m=[0.01, 0.02])
    assert math.isnan(found.table["covers_zero"].iloc[1]) and found.table["status"].tolist() == [
        "ok",
        "missing",
    ]
    assert any("0.02" in note for note in found.warnings("en"))


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
    assert found["breakdown"] == 1.5


def test_relative_magnitudes_are_not_those_of_diff_diff(medicaid, monkeypatch):
    """Its intervals are too narrow (first period, 2: [0.011, 0.082]); ours come from moderndid with its limits passed on."""
    didhonest = pytest.importorskip("moderndid.didhonest")
    asked = []

    def instead(**arguments):
        asked.append(arguments)
        return {"lb": [0.01], "ub": [0.02]}

    monkeypatch.setattr(didhonest, "create_sensitivity_results_rm", instead)
    row = honest(medicaid, kind="relative", m=2.0).table.iloc[0]
    assert (row["lower"], row["upper"]) == (0.01, 0.02)
    assert asked[0]["num_pre_periods"] == 5 and asked[0]["m_bar_vec"] == [2.0]
    assert asked[0]["grid_lb"] < -0.000916 - 0.02 and asked[0]["grid_ub"] > 0.0881 + 0.02


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
