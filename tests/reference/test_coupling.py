"""`stats.coupling`: published numbers, the closed form in exact fractions, and numpy written the other way round."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from scipy.stats import gmean

from swe.core.errors import DataError, UsageError
from swe.stats.couplings import coupling


def test_two_subsystems_have_the_published_numbers():
    """(.6, .4) → C .979796, T .5, D .699927; weights .7/.3 → T .54, D .727386."""
    equal, weighted = coupling(0.6, 0.4), coupling(0.6, 0.4, weights=[0.7, 0.3])
    assert [round(equal[k], 6) for k in "CTD"] == [0.979796, 0.5, 0.699927]
    assert [round(weighted[k], 6) for k in "CTD"] == [0.979796, 0.54, 0.727386]


def test_two_subsystems_agree_with_exact_fractions():
    """C² = 4uv/(u+v)² and D⁴ = C²T² are rational."""
    u, v, w = Fraction(3, 5), Fraction(2, 5), Fraction(7, 10)
    c2, t = 4 * u * v / (u + v) ** 2, w * u + (1 - w) * v
    found = coupling(float(u), float(v), weights=[7, 3])
    assert found["C"] ** 2 == pytest.approx(float(c2), abs=1e-12)
    assert found["D"] ** 4 == pytest.approx(float(c2 * t**2), abs=1e-12)


def test_three_columns_agree_with_scipy_s_means():
    rng = np.random.default_rng(5)
    u = rng.uniform(size=(40, 3))
    found = coupling(*u.T, weights=[0.5, 0.3, 0.2]).table
    c = gmean(u, axis=1) / u.mean(axis=1)
    t = np.average(u, axis=1, weights=[0.5, 0.3, 0.2])
    assert np.allclose(found["C"], c, atol=1e-12)
    assert np.allclose(found["D"], np.sqrt(c * t), atol=1e-12)


def test_with_equal_weights_the_degree_is_the_root_of_the_geometric_mean():
    found = coupling(0.2, 0.9, 0.5)
    assert found["D"] == pytest.approx(math.sqrt(gmean([0.2, 0.9, 0.5])), abs=1e-12)
    assert any("C adds nothing" in w for w in found.warnings("en"))
    assert not coupling(0.2, 0.9, weights=[2, 1]).warnings("en")


def test_zeros_have_no_coordination():
    none, half = coupling(0.0, 0.0), coupling(0.0, 0.8)
    assert none["D"] == 0 and math.isnan(none["C"]) and none["T"] == 0
    assert half["D"] == 0 and half["C"] == 0


def test_a_gap_is_missing_and_the_units_keep_their_names():
    u = pd.Series([0.5, None], index=["A", "B"])
    found = coupling(u, [0.5, 0.5])
    assert found.table[["unit", "status"]].values.tolist() == [["A", "ok"], ["B", "missing"]]
    assert math.isnan(found.table["D"].iloc[1]) and found["n"] == 1


def test_wrong_subsystems_are_refused():
    for wrong in ((1.2, 0.5), (-0.1, 0.5), ("a", 0.5)):
        with pytest.raises(DataError):
            coupling(*wrong)
    with pytest.raises(UsageError):
        coupling(0.5)
    with pytest.raises(UsageError):
        coupling(0.5, 0.5, weights=[1])
    with pytest.raises(UsageError):
        coupling([0.5, 0.5], [0.5])
