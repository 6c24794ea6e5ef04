"""Time to set-up against R's survival, its `lung` example, and hand-worked curves.

`adoption_units.csv` is simulated by us, `adoption_numbers.csv` holds what R 4.2.2 with survival 3.5-3 says of it
(generate/adoption.R). The `lung` data (Loprinzi et al. 1994) come with R's survival and are read from it where R is.
Tolerances: closed form 1e-10, R 1e-6.
"""

from __future__ import annotations

import io
import math
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from swe.core.errors import DataError, UsageError
from swe.stats.adoptions import adoption
from swe.stats.survival_curve import kaplan_meier, median

HERE = Path(__file__).parent
ASKED = {"unit": "unit", "start": 0, "event": "opened", "end": "end"}
EXPLAINED = {**ASKED, "covariates": ["kind", "villages"]}


@pytest.fixture(scope="module")
def units() -> pd.DataFrame:
    return pd.read_csv(HERE / "adoption_units.csv")


@pytest.fixture(scope="module")
def r() -> dict[str, float]:
    found = pd.read_csv(HERE / "adoption_numbers.csv")
    return dict(zip(found["name"], found["value"], strict=True))


@pytest.fixture(scope="module")
def lung() -> pd.DataFrame:
    if shutil.which("Rscript") is None:
        pytest.skip("the lung data are read from R's survival, and there is no Rscript here")
    code = "write.csv(survival::lung, stdout(), row.names = FALSE)"
    found = subprocess.run(["Rscript", "-e", code], capture_output=True, text=True)
    if found.returncode:
        pytest.skip("the lung data are read from R's survival, which is not installed")
    rows = pd.read_csv(io.StringIO(found.stdout))
    return rows.assign(patient=range(len(rows)), died=rows["time"].where(rows["status"] == 2))


def test_the_lung_example_gives_the_published_median_and_breslow_estimates(lung):
    """R survival 3.5-3, coxph(ties = "breslow") and survfit; median 310 [285, 363]."""
    found = adoption(
        lung, unit="patient", start=0, event="died", end="time", covariates=["age", "sex", "ph.ecog"]
    )
    assert (found["median"], found["median_lower"], found["median_upper"]) == (310, 285, 363)
    assert (found["n"], found["events"], found["n_regression"]) == (228, 165, 227)
    assert found.table["estimate"].tolist() == pytest.approx(
        [0.0110411364, -0.5518895698, 0.4629470406], abs=1e-9
    )
    assert found.table["se"].tolist() == pytest.approx([0.0092667701, 0.1677424480, 0.1135740521], abs=1e-9)
    assert any("left out of the regression" in note.en for note in found.notes)


def test_the_curve_and_its_median_agree_with_r(units, r):
    found = adoption(units, **ASKED)
    for name in ("median", "median_lower", "median_upper"):
        assert found[name] == r[name]
    rows = found.curve
    for name in ("waiting", "lower", "upper"):
        for at in (6, 12, 24, 36):
            row = rows[rows["time"] <= at].iloc[-1]
            assert row[name] == pytest.approx(r[f"{name}.{at}"], rel=1e-10), (name, at)
    for at in (6, 12, 24, 36):
        assert rows.loc[rows["time"] >= at, "at_risk"].iloc[0] == r[f"at_risk.{at}"]


def test_the_cox_regression_agrees_with_r(units, r):
    rows = adoption(units, **EXPLAINED).table.set_index("covariate")
    assert list(rows.index) == ["kind=town", "kind=township", "villages"]
    for name in rows.index:
        assert rows.loc[name, "estimate"] == pytest.approx(r[f"cox.{name}.estimate"], rel=1e-6)
        assert rows.loc[name, "se"] == pytest.approx(r[f"cox.{name}.se"], rel=1e-6)
    assert rows["hazard_ratio"].tolist() == pytest.approx(np.exp(rows["estimate"]).tolist(), rel=1e-12)


def test_clustered_errors_agree_with_r(units, r):
    found = adoption(units, cluster="county", **EXPLAINED)
    assert found["clusters"] == 48
    for name, row in found.table.set_index("covariate").iterrows():
        assert row["se"] == pytest.approx(r[f"clustered.{name}.se"], rel=1e-6)


def test_a_curve_worked_by_hand():
    """Four places: one at 1, one at 2 and one cut off at 2, one cut off at 3. Median of the flat stretch 2–3, as R's quantile."""
    curve = kaplan_meier(np.array([1.0, 2.0, 2.0, 3.0]), np.array([True, True, False, False]))
    assert curve.left.tolist() == [0.75, 0.5, 0.5]
    assert curve.at_risk.tolist() == [4, 3, 1]
    half = 1.959963984540054 * math.sqrt(1 / (4 * 3) + 1 / (3 * 2))
    assert curve.lower[1] == pytest.approx(0.5 * math.exp(-half), rel=1e-12)
    assert median(curve)[:2] == (2.5, 1.0)
    assert math.isnan(median(curve)[2])


def test_without_cut_off_units_the_curve_is_the_plain_share():
    found = adoption(pd.DataFrame({"u": range(5), "t": [1, 2, 3, 4, 5]}), unit="u", start=0, event="t", end=9)
    assert found.curve["waiting"].tolist() == pytest.approx([0.8, 0.6, 0.4, 0.2, 0])
    assert found["median"] == 3
    assert math.isnan(found.curve["upper"].iloc[-1])


def test_a_covariate_of_two_equal_groups_has_no_effect():
    rows = pd.DataFrame({"u": range(20), "t": [*range(1, 11)] * 2, "side": ["a"] * 10 + ["b"] * 10})
    found = adoption(rows, unit="u", start=0, event="t", end=20, covariates=["side"])
    assert found.table["estimate"].tolist() == pytest.approx([0], abs=1e-9)
    assert any("reference values: side=a" in note.en for note in found.notes)


@given(st.lists(st.tuples(st.integers(1, 12), st.booleans()), min_size=2, max_size=25))
@settings(max_examples=40, deadline=None)
def test_the_curve_falls_and_its_limits_hold_it(spells):
    time, event = (np.array(x) for x in zip(*spells, strict=True))
    curve = kaplan_meier(time.astype(float), event)
    assert (np.diff(curve.left) <= 0).all() and (curve.left >= 0).all()
    inside = ~np.isnan(curve.lower)
    assert (curve.lower[inside] <= curve.left[inside] + 1e-12).all()
    assert (curve.upper[inside] >= curve.left[inside] - 1e-12).all()
    assert curve.events.sum() + curve.censored.sum() == len(time)


# -- reading --


def test_dates_become_calendar_months_between_closes_of_days():
    rows = pd.DataFrame({"u": [1, 2], "opened": ["2022-09-30", "2023-05-31"]})
    found = adoption(rows, unit="u", start="2021-12-31", event="opened", end="2023-12-31")
    assert found.curve["time"].tolist() == pytest.approx([9, 17])
    days = adoption(rows, unit="u", start="2021-12-31", event="opened", end="2023-12-31", per="day")
    assert days.curve["time"].tolist() == [273, 516]


def test_nobody_is_lost_without_being_counted():
    rows = pd.DataFrame(
        {
            "u": range(6),
            "from": ["2022-01", "2022-01", "2022-01", "2022-01", None, "2023-06"],
            "opened": ["2022-06", None, "2021-06", "2024-06", "2022-06", None],
        }
    )
    found = adoption(rows, unit="u", start="from", event="opened", end="2023-01")
    assert (found["n"], found["events"]) == (3, 1)
    said = {note.en for note in found.notes if note.kind == "exclusion"}
    assert said == {
        "1 units without a start or an end of observation, left out",
        "1 units set up before the clock started, left out",
        "1 units with no time under observation, left out",
        "1 units set up after the end of observation, cut off there as without",
    }


def test_the_order_of_the_units_changes_nothing(units):
    shuffled = adoption(units.sample(frac=1, random_state=3), cluster="county", **EXPLAINED)
    plain = adoption(units, cluster="county", **EXPLAINED)
    assert shuffled.values == pytest.approx(plain.values)
    assert shuffled.table["se"].tolist() == pytest.approx(plain.table["se"].tolist(), rel=1e-9)


def test_few_clusters_take_wider_intervals_and_say_so(units):
    some = units[units["county"] <= "C10"]
    found = adoption(some, cluster="county", **EXPLAINED)
    row = found.table.iloc[0]
    assert (row["upper"] - row["estimate"]) / row["se"] == pytest.approx(2.2621571628, rel=1e-9)  # t, 9 df
    said = " ".join(found.warnings("en"))
    assert "fewer than 40 clusters" in said


def test_wrong_input_is_refused(units):
    with pytest.raises(DataError, match="repeat a unit"):
        adoption(pd.concat([units, units.head(1)]), **ASKED)
    with pytest.raises(UsageError, match="all be dates"):
        adoption(units, **{**ASKED, "end": "2023-05-31"})
    with pytest.raises(DataError, match="nothing to explain"):
        adoption(units.assign(opened=np.nan), **EXPLAINED)
    with pytest.raises(DataError, match="follows from others"):
        adoption(units.assign(twice=units["villages"] * 2), **{**ASKED, "covariates": ["villages", "twice"]})
    with pytest.raises(UsageError, match="month, day"):
        adoption(units, per="week", **ASKED)
    with pytest.raises(DataError, match="no column 'begin'"):
        adoption(units, **{**ASKED, "start": "begin"})
