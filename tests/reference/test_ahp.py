"""`stats.ahp` against the cubic of a 3 × 3 matrix, against power iteration in R, and against perfect judgements."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from swe.core.errors import DataError, UsageError
from swe.stats.analytic_hierarchy import ahp

R = json.loads((Path(__file__).parent / "indices.json").read_text(encoding="utf-8"))["ahp"]
THREE = [[1, 3, 5], [1 / 3, 1, 2], [1 / 5, 1 / 2, 1]]
CONTRARY = [[1, 5, 1 / 5], [1 / 5, 1, 5], [5, 1 / 5, 1]]


def test_three_indicators_agree_with_the_closed_form():
    """For order 3, λ = 1 + t + 1/t with t = (a12·a23/a13)^(1/3), and the vector is the rows' geometric means."""
    found = ahp(THREE)
    t = (3 * 2 / 5) ** (1 / 3)
    rows = np.prod(np.array(THREE), axis=1) ** (1 / 3)
    assert found["lambda_max"] == pytest.approx(1 + t + 1 / t, abs=1e-10)
    assert list(found.table["weight"]) == pytest.approx(rows / rows.sum(), abs=1e-10)


def test_three_indicators_have_the_published_numbers():
    """λ 3.003695, CI .0018473, CR .003185, weights .648329 .229651 .122020."""
    found = ahp(THREE)
    assert round(found["lambda_max"], 6) == 3.003695
    assert round(found["consistency_index"], 7) == 0.0018473
    assert round(found["consistency_ratio"], 6) == 0.003185
    assert list(found.table["weight"].round(6)) == [0.648329, 0.229651, 0.122020]


def test_four_indicators_agree_with_power_iteration_in_r():
    found = ahp(R["matrix"])
    assert list(found.table["weight"]) == pytest.approx(R["weights"], abs=1e-10)
    for name in ("lambda_max", "consistency_ratio"):
        assert found[name] == pytest.approx(R[name], abs=1e-10)


def test_judgements_that_follow_from_weights_give_them_back():
    w = np.array([0.5, 0.3, 0.15, 0.05])
    found = ahp(w[:, None] / w[None, :])
    assert list(found.table["weight"]) == pytest.approx(w, abs=1e-12)
    assert found["consistency_ratio"] == pytest.approx(0, abs=1e-12)


def test_contradictory_judgements_are_refused_unless_told():
    with pytest.raises(DataError, match="contradict"):
        ahp(CONTRARY)
    found = ahp(CONTRARY, allow_inconsistent=True)
    assert found["consistency_ratio"] > 0.1 and found.warnings("en")


def test_a_rounded_reciprocal_counts_as_the_reciprocal():
    rounded = pd.DataFrame([[1, 3, 5], [0.33, 1, 2], [0.2, 0.5, 1]], columns=["团队", "产出", "成效"])
    found = ahp(rounded)
    assert found["lambda_max"] == pytest.approx(ahp(THREE)["lambda_max"], abs=1e-12)
    assert list(found.table["indicator"]) == ["团队", "产出", "成效"]


@pytest.mark.parametrize("n", [1, 2])
def test_one_or_two_indicators_cannot_disagree(n):
    assert ahp([[1, 4], [0.25, 1]] if n == 2 else [[1]])["consistency_ratio"] == 0


@pytest.mark.parametrize(
    "wrong",
    [
        [[1, 2], [1, 1]],
        [[1, 2, 3], [1, 1, 1]],
        [[1, -2], [-0.5, 1]],
        [[2, 2], [0.5, 2]],
        np.ones((11, 11)),
        [["a"]],
        3,
    ],
)
def test_what_is_no_matrix_of_judgements_is_refused(wrong):
    with pytest.raises(UsageError):
        ahp(wrong)
