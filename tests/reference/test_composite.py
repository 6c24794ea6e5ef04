"""`stats.composite` against numbers made by R (generate/indices.R) and against fractions worked by hand.

Tolerance 1e-10: closed forms on both sides. R writes each formula out with base functions.
"""

from __future__ import annotations

import json
import math
from fractions import Fraction
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from swe.core.bounded import Bounded
from swe.core.errors import DataError, UsageError
from swe.stats.composites import composite

R = json.loads((Path(__file__).parent / "indices.json").read_text(encoding="utf-8"))["composite"]
NAMES = ["cases", "visits", "complaints", "trained"]
FACING = {"cases": "up", "visits": "up", "complaints": "down", "trained": "up"}
GIVEN = {"cases": 4, "visits": 3, "complaints": 2, "trained": 1}
SMALL = pd.DataFrame({"unit": ["A", "B", "C"], "x": [1, 2, 4], "y": [3, 1, 2]})


@pytest.fixture(scope="module")
def stations():
    return pd.DataFrame(R["data"], columns=NAMES)


def index(frame, **options):
    return composite(frame, indicators=NAMES, directions=FACING, **options)


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("equal", {}),
        ("given", {"weights": GIVEN}),
        ("zscore", {"weights": GIVEN, "normalise": "zscore"}),
        ("rank", {"weights": GIVEN, "normalise": "rank"}),
        ("geometric", {"weights": GIVEN, "aggregate": "geometric", "shift": 0.01}),
        ("topsis", {"weights": GIVEN, "aggregate": "topsis"}),
    ],
)
def test_totals_agree_with_r(stations, name, options):
    assert list(index(stations, **options).table["total"]) == pytest.approx(R[name], abs=1e-10)


@pytest.mark.parametrize("weights", ["entropy", "critic"])
def test_weights_from_the_data_agree_with_r(stations, weights):
    found = index(stations, weights=weights, shift=0.01)
    assert [found[f"weight_{n}"] for n in NAMES] == pytest.approx(R[f"{weights}_weights"], abs=1e-10)


def test_effective_weights_agree_with_r(stations):
    found = index(stations, weights=GIVEN)
    assert [found[f"correlation_{n}"] for n in NAMES] == pytest.approx(R["correlation"], abs=1e-10)
    assert [found[f"effective_{n}"] for n in NAMES] == pytest.approx(R["effective"], abs=1e-10)


def test_totals_of_three_units_worked_by_hand():
    """min–max of x: 0, 1/3, 1; of y turned round: 0, 1, 1/2. Weights 3/4 and 1/4."""
    found = composite(SMALL, indicators=["x", "y"], directions=["up", "down"], weights={"x": 3, "y": 1})
    by_hand = [Fraction(0), Fraction(3, 4) / 3 + Fraction(1, 4), Fraction(3, 4) + Fraction(1, 8)]
    assert list(found.table["total"]) == pytest.approx([float(t) for t in by_hand], abs=1e-15)
    assert list(found.table["rank"]) == [3, 2, 1]


def test_goalposts_worked_by_hand_are_not_capped():
    posts = {"x": (0, 2), "y": (0, 4)}
    found = composite(
        SMALL,
        indicators=["x", "y"],
        directions="up",
        normalise="goalposts",
        goalposts=posts,
        aggregate="geometric",
    )
    by_hand = [math.sqrt(1 / 2 * 3 / 4), math.sqrt(1 * 1 / 4), math.sqrt(2 * 1 / 2)]
    assert list(found.table["total"]) == pytest.approx(by_hand, abs=1e-12)
    assert any("1 个值超出目标值" in w for w in found.warnings("zh"))


def test_topsis_worked_by_hand():
    """Two units, each best at one: distances √(.6²) and √(.4²), closeness .6 and .4."""
    found = composite(
        pd.DataFrame({"a": [1, 0], "b": [0, 1]}), indicators=["a", "b"], directions="up",
        weights={"a": 0.6, "b": 0.4}, aggregate="topsis",
    )  # fmt: skip
    assert list(found.table["total"]) == pytest.approx([0.6, 0.4], abs=1e-12)


def test_entropy_weights_of_two_units_worked_by_hand():
    """z = (shift, 1 + shift) in every column: all entropies are equal, and so are the weights."""
    found = composite(SMALL.head(2), indicators=["x", "y"], directions="up", weights="entropy", shift=0.5)
    assert found["weight_x"] == pytest.approx(0.5, abs=1e-12)


def test_a_dimension_is_the_total_of_its_indicators(stations):
    parts = {"output": ["cases", "visits"], "quality": ["complaints", "trained"]}
    table = index(stations, weights=GIVEN, dimensions=parts).table
    assert np.allclose(0.7 * table["output"] + 0.3 * table["quality"], table["total"], atol=1e-12)
    assert np.allclose(table["output"], (4 * table["cases"] + 3 * table["visits"]) / 7, atol=1e-12)


@pytest.mark.parametrize(
    "options",
    [
        {"aggregate": "geometric"},
        {"weights": "entropy"},
        {"aggregate": "geometric", "normalise": "zscore", "shift": 0.1},
    ],
)
def test_logarithms_without_a_stated_shift_are_refused(stations, options):
    with pytest.raises(UsageError, match="shift"):
        index(stations, **options)


def test_a_unit_with_a_missing_indicator_has_no_total_and_no_rank(stations):
    gap = stations.astype(float)
    gap.loc[3, "visits"] = math.nan
    found = index(gap)
    row = found.table.loc[3]
    assert (
        (row["status"], row["n"]) == ("missing", 3) and math.isnan(row["total"]) and math.isnan(row["rank"])
    )
    assert sorted(found.table["rank"].dropna()) == list(range(1, 10))
    assert any(note.kind == "exclusion" for note in found.notes)


def test_what_to_do_with_gaps_can_be_told(stations):
    gap = stations.astype(float)
    gap.loc[3, "visits"] = math.nan
    assert len(index(gap, missing="drop").table) == 9
    reweighted = index(gap, missing="reweight", weights=GIVEN).table.loc[3]
    assert reweighted["total"] == pytest.approx(
        (4 * reweighted["cases"] + 2 * reweighted["complaints"] + reweighted["trained"]) / 7
    )
    with pytest.raises(DataError, match="1 units lack"):
        index(gap, missing="refuse")
    with pytest.raises(UsageError, match="TOPSIS"):
        index(gap, missing="reweight", aggregate="topsis")


def test_press_bounds_are_no_points(stations):
    pressed = stations.astype({"cases": object})
    pressed.loc[2, "cases"] = Bounded.at_least(25)
    with pytest.raises(DataError, match="press bounds"):
        index(pressed)
    found = index(pressed, bounded="missing")
    assert found.table.loc[2, "status"] == "missing" and any("区间值" in w for w in found.warnings("zh"))
    bare = stations.astype(float).assign(cases_lower=math.nan)
    bare.loc[2, ["cases", "cases_lower"]] = [math.nan, 25]
    with pytest.raises(DataError, match="bounds and no number"):
        index(bare)


def test_an_exact_bounded_number_is_a_number(stations):
    exact = stations.assign(cases=[Bounded.exact(v) for v in stations["cases"]])
    assert list(index(exact).table["total"]) == pytest.approx(R["equal"], abs=1e-10)


def test_a_failed_safety_item_is_shown_beside_a_high_total(stations):
    found = index(stations, veto={"complaints": 5, "trained": 0.5})
    assert list(found.table["veto"]) == ["", "", "", "complaints; trained", "", "", "", "complaints", "", ""]
    assert any("2 units fail" in w for w in found.warnings("en"))
    assert list(found.table["total"]) == pytest.approx(R["equal"], abs=1e-10)


def test_a_nominal_weight_that_does_little_is_told():
    frame = pd.DataFrame({"a": [0, 1, 2, 3, 4, 5], "b": [5, 4, 3, 2, 1, 1], "c": [0, 1, 2, 3, 4, 5]})
    found = composite(frame, indicators=["a", "b", "c"], directions="up")
    assert any("b correlates negatively" in w for w in found.warnings("en"))


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"weights": {"cases": 1}}, UsageError),
        ({"weights": dict.fromkeys(NAMES, 0)}, UsageError),
        ({"weights": "expert"}, UsageError),
        ({"normalise": "max"}, UsageError),
        ({"normalise": "goalposts"}, UsageError),
        ({"shift": -1}, UsageError),
        ({"shift": "a little"}, UsageError),
        ({"weights": {**GIVEN, "cases": None}}, UsageError),
        ({"normalise": "goalposts", "goalposts": dict.fromkeys(NAMES, 5)}, UsageError),
        ({"normalise": "goalposts", "goalposts": dict.fromkeys(NAMES, (5, 1))}, UsageError),
        ({"veto": {"cases": "low"}}, UsageError),
        ({"dimensions": {"total": NAMES}}, UsageError),
        ({"dimensions": {"d": ["nothing"]}}, UsageError),
        ({"veto": {"nothing": 1}}, UsageError),
        ({"unit": "nobody"}, DataError),
    ],
)
def test_wrong_options_are_refused(stations, options, error):
    with pytest.raises(error):
        index(stations, **options)


def test_wrong_data_are_refused(stations):
    for wrong in (
        stations.drop(columns="cases"), stations.head(1), stations.assign(cases=5), stations.assign(cases="many"),
        stations.assign(unit="same"),
    ):  # fmt: skip
        with pytest.raises(DataError):
            index(wrong)
