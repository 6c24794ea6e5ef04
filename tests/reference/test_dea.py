"""`stats.dea` against the textbook's eight stores, exact fractions by enumerated vertices, and R's lpSolve.

Eight stores: Cooper, Seiford & Tone 2007, Data Envelopment Analysis, table 1.1. Tolerance of solved programmes 1e-6;
the bootstrap is compared within its Monte-Carlo error (generate/indices.R, 4,000 draws).
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
from swe.stats.envelopment import dea
from swe.stats.frontier_bootstrap import bandwidth

R = json.loads((Path(__file__).parent / "indices.json").read_text(encoding="utf-8"))["dea"]
EMPLOYEES, SALES = [2, 3, 3, 4, 5, 5, 6, 8], [1, 3, 2, 3, 4, 2, 3, 5]
STORES = pd.DataFrame({"unit": list("ABCDEFGH"), "employees": EMPLOYEES, "sales": SALES})
STATIONS = pd.DataFrame(np.hstack([R["inputs"], R["outputs"]]), columns=["staff", "money", "cases", "visits"])
MODELS = [(returns, facing) for returns in ("crs", "vrs") for facing in ("input", "output")]


def stores(**options):
    return dea(STORES, inputs=["employees"], outputs=["sales"], **options)


def stations(**options):
    return dea(STATIONS, inputs=["staff", "money"], outputs=["cases", "visits"], **options)


@pytest.mark.parametrize(
    ("options", "published"),
    [
        ({}, [0.5, 1, 0.6667, 0.75, 0.8, 0.4, 0.5, 0.625]),
        ({"orientation": "output"}, [0.5, 1, 0.6667, 0.75, 0.8, 0.4, 0.5, 0.625]),
        ({"returns": "vrs"}, [1, 1, 0.8333, 0.75, 1, 0.5, 0.5, 1]),
        ({"returns": "vrs", "orientation": "output"}, [1, 1, 0.6667, 0.8571, 1, 0.5, 0.6923, 1]),
    ],
)
def test_eight_stores_have_the_published_efficiencies(options, published):
    assert list(stores(**options).table["efficiency"].round(4)) == published


def exact_store(k, returns, facing):
    """Efficiency of one-input one-output units by the segments of the frontier, in fractions."""
    x, y = [Fraction(v) for v in EMPLOYEES], [Fraction(v) for v in SALES]
    n = range(len(x))
    if returns == "crs":
        return (y[k] / x[k]) / max(y[i] / x[i] for i in n)
    found = []
    for i in n:
        for j in n:
            if facing == "input" and max(y[i], y[j]) >= y[k]:
                share = Fraction(0) if y[i] >= y[k] else (y[k] - y[i]) / (y[j] - y[i])
                found.append((x[i] + share * (x[j] - x[i])) / x[k])
            if facing == "output" and min(x[i], x[j]) <= x[k]:
                share = Fraction(0) if x[i] <= x[k] >= x[j] and y[i] >= y[j] else None
                if share is None:
                    share = Fraction(1) if x[i] <= x[k] >= x[j] else (x[k] - x[i]) / (x[j] - x[i])
                found.append(y[k] / (y[i] + share * (y[j] - y[i])))
    return min(found)


@pytest.mark.parametrize(("returns", "facing"), MODELS)
def test_eight_stores_agree_with_exact_fractions(returns, facing):
    exact = [float(exact_store(k, returns, facing)) for k in range(8)]
    assert list(stores(returns=returns, orientation=facing).table["efficiency"]) == pytest.approx(
        exact, abs=1e-9
    )


@pytest.mark.parametrize(("returns", "facing"), MODELS)
def test_twelve_stations_agree_with_lpsolve(returns, facing):
    table = stations(returns=returns, orientation=facing).table
    assert list(table["efficiency"]) == pytest.approx(R[f"{returns}_{facing}"], abs=1e-6)
    beyond = [math.nan if v is None else v for v in R[f"{returns}_{facing}_super"]]
    assert list(table["super_efficiency"]) == pytest.approx(beyond, abs=1e-6, nan_ok=True)


def test_order_m_agrees_with_all_ordered_samples_in_r():
    assert list(stations(order_m=2).table["order_m"]) == pytest.approx(R["order_2"], abs=1e-10)


def test_order_m_of_a_store_worked_by_hand():
    """Store D (4, 3): B D E G H make at least 3 with 3 4 5 6 8; the least of two draws has mean
    (3·9 + 4·7 + 5·5 + 6·3 + 8·1)/25 = 106/25."""
    assert stores(order_m=2).table["order_m"].iloc[3] == pytest.approx(
        float(Fraction(106, 25) / 4), abs=1e-12
    )


def test_order_m_under_output_orientation_worked_by_hand():
    """Store D (4, 3): A B C D use at most 4 and make 1 3 2 3; the most of two draws has mean
    (1·1 + 2·3 + 3·12)/16 = 43/16."""
    found = stores(order_m=2, orientation="output").table["order_m"].iloc[3]
    assert found == pytest.approx(float(3 / Fraction(43, 16)), abs=1e-12)


def test_peers_and_slacks_rebuild_the_target():
    """VRS, output: G (6, 3) is compared with 13/3 on the segment E–H; no slack. F could save nothing either."""
    table = stores(returns="vrs", orientation="output").table.set_index("unit")
    assert table.loc["G", "peers"] == "E; H" and table.loc["G", "slack_employees"] == pytest.approx(
        0, abs=1e-9
    )
    one = pd.DataFrame({"x": [1, 1, 2, 2, 2, 2], "y": [1, 1, 1, 1, 1, 1]})
    found = dea(one, inputs=["x"], outputs=["y"], returns="vrs", orientation="output")
    assert list(found.table["efficiency"]) == pytest.approx([1] * 6)
    assert list(found.table["slack_x"]) == pytest.approx([0, 0, 1, 1, 1, 1])
    assert found["efficient"] == 2


def test_the_bootstrap_agrees_with_lpsolve_within_its_monte_carlo_error():
    found = stations(bootstrap=600, seed=4)
    table = found.table
    spread = (np.array(R["upper"]) - np.array(R["lower"])) / 3.92
    error = 5 * spread * math.sqrt(1 / 600 + 1 / R["draws"])
    assert found["bandwidth"] == pytest.approx(R["bandwidth"], abs=1e-9)
    assert (np.abs(table["corrected"] - R["corrected"]) < error).all()
    assert (
        np.abs(table["lower"] - R["lower"]) < 4 * error
    ).all()  # an extreme quantile is noisier than a mean
    assert (np.abs(table["upper"] - R["upper"]) < 4 * error).all()


def test_one_input_and_output_have_a_bootstrap_in_closed_form():
    """Under constant returns θ̂* = θ̂ / max θ*: the corrected value is θ̂(2 − E[1/max θ*])."""
    theta = np.array([0.5, 1, 2 / 3, 0.75, 0.8, 0.4, 0.5, 0.625])
    h = bandwidth(theta)
    rng = np.random.default_rng(99)
    inside = theta[theta < 1]
    noisy = inside[rng.integers(len(inside), size=(40_000, 8))]
    noisy = noisy + h * rng.standard_normal(noisy.shape)
    inverse = 1 / np.minimum(noisy, 2 - noisy).max(axis=1)
    table = stores(bootstrap=1000, seed=1).table
    error = 5 * theta * inverse.std() / math.sqrt(1000)
    assert (np.abs(table["corrected"] - theta * (2 - inverse.mean())) < error).all()
    assert ((table["lower"] < table["corrected"]) & (table["corrected"] < table["upper"])).all()


def test_the_same_seed_gives_the_same_intervals():
    one, same, other = (stores(bootstrap=20, seed=s).table["lower"] for s in (1, 1, 2))
    assert list(one) == list(same) != list(other)


def test_too_few_units_are_refused():
    with pytest.raises(DataError, match="need 12 units"):
        dea(STATIONS.head(11), inputs=["staff", "money"], outputs=["cases", "visits"])
    wide = pd.DataFrame(
        np.random.default_rng(0).uniform(1, 2, (48, 14)), columns=[f"c{k}" for k in range(14)]
    )
    with pytest.raises(DataError, match="need 49 units"):
        dea(wide, inputs=list(wide.columns[:7]), outputs=list(wide.columns[7:]))


def test_a_result_without_intervals_says_so_and_keeps_the_order_of_the_data():
    found = stores()
    assert any("not for ranking" in w for w in found.warnings("en"))
    assert found.table["lower"].isna().all() and "rank" not in found.table
    assert list(found.table["unit"]) == list("ABCDEFGH")


def test_a_unit_with_a_gap_is_missing():
    gap = pd.concat(
        [STORES, pd.DataFrame({"unit": ["I"], "employees": [None], "sales": [9]})], ignore_index=True
    )
    found = dea(gap, inputs=["employees"], outputs=["sales"])
    row = found.table.iloc[-1]
    assert (
        row["status"] == "missing"
        and math.isnan(row["efficiency"])
        and row["peers"] == ""
        and found["n"] == 8
    )


def test_impossible_data_and_options_are_refused():
    for column, value in (("employees", 0), ("sales", -1), ("sales", 0)):
        with pytest.raises(DataError):
            dea(
                STORES.assign(**{column: [value, *STORES[column][1:]]}),
                inputs=["employees"],
                outputs=["sales"],
            )
    pressed = STORES.assign(sales=[Bounded.at_least(1), *SALES[1:]])
    with pytest.raises(DataError, match="press bounds"):
        dea(pressed, inputs=["employees"], outputs=["sales"])
    for wrong in (
        {"returns": "irs"},
        {"orientation": "both"},
        {"order_m": 0},
        {"bootstrap": -1},
        {"level": 1},
    ):
        with pytest.raises(UsageError):
            stores(**wrong)
