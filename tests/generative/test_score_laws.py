"""Laws of scores: grades agree with exact fractions, order does not matter, better is never worse, missing is never zero.

The exact score here is written apart from the package: a dozen lines over `fractions.Fraction`.
"""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from swe.indicators.framework_model import FrameworkSpec
from swe.indicators.frameworks import Framework
from swe.indicators.scores import Scores, score

WORDS = {"zh": "t", "en": "t"}
POINTS = (10.0, 12.5, 7.5, 20.0, 30.0, 20.0)  # 100
CUTS = (90, 80, 60, 0)
RULES: tuple[dict[str, Any], ...] = (
    {"linear": {"from": 0.3, "to": 0.9}},
    {"linear": {"from": 0, "to": 1}},
    {"steps": [{"from": 0.3, "points": 2.5}, {"from": 0.7, "points": 7.5}]},
    {"reach": 0.7},
    {"rating": "share"},
    {"linear": {"from": 0.9, "to": 0.1}},
)


def framework_of(*, times: int = 1, missing: str = "zero") -> Framework:
    """Six indicators of six rules on a scale of 100, or of 1,000 with `times=10`."""
    rows = []
    for k, (full, rule) in enumerate(zip(POINTS, RULES, strict=True)):
        own = dict(rule)
        if "steps" in own:
            own["steps"] = [{**step, "points": step["points"] * times} for step in own["steps"]]
        rows.append(
            {
                "code": f"A{k}", "dimension": "A", "name": WORDS, "about": "person", "evidence": WORDS, "missing": missing,
                "measure": {"share": "cases", "where": {"stage": {"equals": "closed"}}},
                "direction": "down" if k == 5 else "up", "score": {**own, "points": full * times},
            }
        )  # fmt: skip
    spec = {
        "id": "laws", "status": "draft", "title": WORDS, "source": {"document": "d"}, "origin": "synthetic",
        "scale": str(100 * times), "contract": "ledger-v1", "applies_to": ["station"], "indicators": rows,
        "dimensions": [{"code": "A", "name": WORDS, "points": 100 * times}],
        "grades": [{"from": cut * times, "name": {"zh": str(cut), "en": str(cut)}} for cut in CUTS],
    }  # fmt: skip
    return Framework(FrameworkSpec.model_validate(spec), Path("laws.yml"), "")


ONE, TEN = framework_of(), framework_of(times=10)
BY_POLICY = {policy: framework_of(missing=policy) for policy in ("zero", "reweight")}


def frame(
    values: np.ndarray, numerator: np.ndarray | None = None, denominator: np.ndarray | None = None
) -> pd.DataFrame:
    """A frame of indicators from a matrix, a row a station; NaN is missing."""
    units, k = values.shape
    empty = np.full(values.shape, np.nan)
    return pd.DataFrame(
        {
            "unit": np.repeat([f"S{u:06d}" for u in range(units)], k),
            "indicator": np.tile([f"A{j}" for j in range(k)], units),
            "value": values.ravel(),
            "numerator": (empty if numerator is None else numerator).ravel(),
            "denominator": (empty if denominator is None else denominator).ravel(),
            "status": np.where(np.isnan(values), "missing", "ok").ravel(),
        }
    )


def totals(values: np.ndarray, fw: Framework = ONE) -> Scores:
    return score(frame(np.asarray(values, dtype=float)), fw, resamples=0)


# -- the exact score, apart from the package --


def held(x: Fraction) -> Fraction:
    return min(max(x, Fraction(0)), Fraction(1))


def exact_total(v: list[Fraction]) -> Fraction:
    steps = (
        Fraction("7.5")
        if v[2] >= Fraction("0.7")
        else Fraction("2.5")
        if v[2] >= Fraction("0.3")
        else Fraction(0)
    )
    return (
        10 * held((v[0] - Fraction("0.3")) / Fraction("0.6"))
        + Fraction("12.5") * held(v[1])
        + steps
        + (20 if v[3] >= Fraction("0.7") else 0)
        + 30 * held(v[4])
        + 20 * held((v[5] - Fraction("0.9")) / Fraction("-0.8"))
    )


def exact_grade(total: Fraction) -> str:
    return str(next(cut for cut in CUTS if total >= cut))


def near_cut_offs(rng: np.random.Generator, units: int) -> np.ndarray:
    """Decimals of three places whose last free indicator is chosen so that most totals fall on a cut-off or beside it."""
    values = rng.integers(0, 1001, size=(units, 6)) / 1000
    for u in range(units):
        own = [Fraction(str(x)) for x in values[u]]
        rest = exact_total([*own[:4], Fraction(0), own[5]])
        wanted = [Fraction(cut) for cut in CUTS[:3] if 0 <= (cut - rest) / 30 <= 1]
        if wanted:
            nudge = Fraction(int(rng.integers(-1, 2)), 10**12)
            values[u, 4] = float(wanted[int(rng.integers(len(wanted)))] / 30 - rest / 30 + nudge)
    return values


def check_grades(units: int, seed: int) -> int:
    values = near_cut_offs(np.random.default_rng(seed), units)
    found = totals(values).table
    exact = [exact_total([Fraction(repr(float(x))) for x in row]) for row in values]
    assert found["grade"].tolist() == [exact_grade(total) for total in exact]
    assert np.allclose(found["total"], [float(total) for total in exact], rtol=0, atol=1e-11)
    order = {total: place + 1 for place, total in reversed(list(enumerate(sorted(exact, reverse=True))))}
    assert found["rank"].tolist() == [order[total] for total in exact]
    return sum(any(abs(total - cut) < Fraction(1, 10**9) for cut in CUTS) for total in exact)


def test_grades_and_ranks_agree_with_exact_fractions():
    assert check_grades(2_000, seed=3) > 500  # so many lie at a cut-off


@pytest.mark.slow
def test_a_hundred_thousand_grades_agree_with_exact_fractions():
    assert check_grades(100_000, seed=4) > 25_000


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(*[st.integers(0, 60)] * 6), min_size=1, max_size=6), st.integers(1, 60))
def test_quotients_are_scored_as_quotients(rows, denominator):
    x = np.minimum(np.array(rows, dtype=float), denominator)
    found = score(frame(x / denominator, x, np.full(x.shape, float(denominator))), ONE, resamples=0).table
    exact = [exact_total([Fraction(int(n), denominator) for n in row]) for row in x]
    assert found["grade"].tolist() == [exact_grade(total) for total in exact]


matrices = st.integers(1, 7).flatmap(
    lambda units: st.lists(
        st.tuples(*[st.one_of(st.just(float("nan")), st.integers(0, 20).map(lambda n: n / 20))] * 6),
        min_size=units,
        max_size=units,
    )
)


@settings(max_examples=40, deadline=None)
@given(matrices, st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(rows, random):
    made = frame(np.array(rows))
    order = list(range(len(made)))
    random.shuffle(order)
    one, other = (
        score(f, ONE, resamples=30, seed=2) for f in (made, made.iloc[order].reset_index(drop=True))
    )
    pd.testing.assert_frame_equal(one.table, other.table)
    pd.testing.assert_frame_equal(one.points, other.points)


def test_the_order_of_ratings_changes_nothing():
    rated = FrameworkSpec.model_validate(
        ONE.spec.model_dump(by_alias=True, exclude_none=True)
        | {
            "indicators": [
                {
                    "code": "A0", "dimension": "A", "name": WORDS, "about": "organisation", "evidence": WORDS, "missing": "zero",
                    "measure": {"rating": ["third_party", "village"]}, "score": {"rating": "share", "points": 100},
                }
            ]
        }
    )  # fmt: skip
    fw = Framework(rated, Path("laws.yml"), "")
    rng = np.random.default_rng(1)
    table = pd.DataFrame(
        [
            {"station_id": f"S{u:06d}", "indicator_code": "A0", "rater_source": s, "rater": r, "round": "final",
             "score": float(rng.integers(50, 100)), "full_points": 100.0}
            for u in range(6) for s, r in (("third_party", "R1"), ("third_party", "R2"), ("village", "R3"), ("village", "R4"))
        ]
    )  # fmt: skip
    value = table.groupby("station_id")["score"].mean().to_numpy()[:, None] / 100
    shuffled = table.sample(frac=1, random_state=5)
    one, other = (score(frame(value), fw, ratings=t, resamples=60) for t in (table, shuffled))
    assert one.table["flip_probability"].max() > 0
    pd.testing.assert_frame_equal(one.table, other.table)


@settings(max_examples=50, deadline=None)
@given(st.tuples(*[st.integers(0, 100)] * 6), st.integers(0, 5), st.integers(1, 40))
def test_a_better_value_never_lowers_the_total(row, k, more):
    before = np.array([row], dtype=float) / 100
    after = before.copy()
    after[0, k] += (-more if k == 5 else more) / 100
    assert totals(after).table["total"][0] >= totals(before).table["total"][0]


@settings(max_examples=50, deadline=None)
@given(st.tuples(*[st.integers(0, 100)] * 6), st.integers(0, 5))
def test_missing_never_raises_under_zero_and_under_reweight_gives_the_share_of_the_rest(row, k):
    full = np.array([row], dtype=float) / 100
    holed = full.copy()
    holed[0, k] = np.nan
    zero, reweight = (totals(holed, BY_POLICY[policy]).table["total"][0] for policy in ("zero", "reweight"))
    whole = totals(full)
    assert zero <= whole.table["total"][0] + 1e-9
    own = whole.points
    rest = own[own["indicator"] != f"A{k}"]
    assert reweight == pytest.approx(100 * rest["points"].sum() / rest["max_points"].sum(), abs=1e-9)
    mine = own[own["indicator"] == f"A{k}"].iloc[0]
    if mine["points"] * rest["max_points"].sum() <= rest["points"].sum() * mine["max_points"]:
        assert (
            reweight >= whole.table["total"][0] - 1e-9
        )  # lowered only where what is missing was the better part


@settings(max_examples=40, deadline=None)
@given(matrices)
def test_a_thousand_points_and_a_hundred_give_the_same_grades_and_ranks(rows):
    values = np.array(rows)
    one, ten = (score(frame(values), fw, resamples=0).table for fw in (ONE, TEN))
    assert one["grade"].tolist() == ten["grade"].tolist()
    assert one["rank"].tolist() == ten["rank"].tolist()


def test_a_thousand_points_and_a_hundred_agree_at_the_cut_offs_too():
    values = near_cut_offs(np.random.default_rng(8), 500)
    one, ten = (score(frame(values), fw, resamples=0).table for fw in (ONE, TEN))
    assert one["grade"].tolist() == ten["grade"].tolist()
    assert one["rank"].tolist() == ten["rank"].tolist()


@settings(max_examples=30, deadline=None)
@given(matrices, st.integers(0, 99))
def test_intervals_hold_what_they_were_made_from(rows, seed):
    table = score(frame(np.array(rows)), ONE, resamples=25, seed=seed).table
    assert (table["rank_lower"] <= table["rank"]).all() and (table["rank"] <= table["rank_upper"]).all()
    assert (table["total_lower"] <= table["total"]).all() and (table["total"] <= table["total_upper"]).all()
    assert (table["total_worst"] <= table["total"] + 1e-9).all() and (
        table["total"] <= table["total_best"] + 1e-9
    ).all()
    assert table["flip_probability"].between(0, 1).all()


def test_another_size_of_the_blocks_gives_the_same_shape_of_uncertainty(monkeypatch):
    """Blocks only hold memory down: a national size falls into many, and no unit may be lost between them."""
    values = near_cut_offs(np.random.default_rng(2), 40)
    values[::3, 0] = np.nan
    whole = score(frame(values), ONE, resamples=50).table
    monkeypatch.setattr("swe.indicators.score_uncertainty.CELLS", 350)
    blocks = score(frame(values), ONE, resamples=50).table
    assert (blocks["ingredients"] == whole["ingredients"]).all()
    moved = whole["ingredients"] != ""
    assert (blocks.loc[~moved, "flip_probability"] == 0).all()
    assert blocks.loc[moved, "total_lower"].tolist() == pytest.approx(
        whole.loc[moved, "total_lower"].tolist()
    )
