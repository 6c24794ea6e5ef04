"""Laws of surveys, scales, changes and entry quality: what must not matter does not, and bounds contain what they bound."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from swe.stats.agreement import icc, kappa
from swe.stats.changes import change
from swe.stats.copied_rows import copied
from swe.stats.cut_offs import bunching
from swe.stats.missing_reports import completeness_bounds
from swe.stats.scales import reliability
from swe.stats.single_cases import goal_attainment, nap
from swe.stats.survey_design import survey
from swe.stats.targets import target_forecast
from swe.stats.terminal_digits import heaping

few = settings(max_examples=25, deadline=None)
seeds = st.integers(0, 2**32 - 1)


def asked(seed: int) -> pd.DataFrame:
    """Two strata of three stations with two to five persons each."""
    rng = np.random.default_rng(seed)
    rows = [
        {
            "stratum": s,
            "station": p,
            "w": w,
            "y": float(rng.integers(1, 6)),
            "yes": int(rng.integers(0, 2)),
            "by": "ab"[rng.integers(0, 2)],
        }
        for s in ("x", "y")
        for p in range(3)
        for w in [float(rng.uniform(1, 30))]
        for _ in range(rng.integers(2, 6))
    ]
    return pd.DataFrame(rows)


DESIGN = {"weights": "w", "strata": "stratum", "cluster": "station"}
SHOWN = ("estimate", "se", "lower", "upper")


def shown(found: dict[str, float]) -> list[float]:
    return [found[name] for name in SHOWN]


@few
@given(seed=seeds)
def test_the_order_of_answers_and_the_names_of_stations_do_not_matter(seed: int) -> None:
    frame = asked(seed)
    plain = survey(frame, value="y", **DESIGN)
    mixed = frame.sample(frac=1, random_state=seed % 1000).assign(
        station=lambda d: "s" + (9 - d["station"]).astype(str)
    )
    assert shown(survey(mixed, value="y", **DESIGN).values) == pytest.approx(shown(plain.values), rel=1e-9)


@few
@given(seed=seeds, factor=st.floats(1.5, 1000))
def test_weights_of_a_mean_are_free_of_scale_and_a_total_is_not(seed: int, factor: float) -> None:
    frame = asked(seed)
    scaled = frame.assign(w=frame["w"] * factor)
    assert shown(survey(scaled, value="y", **DESIGN).values) == pytest.approx(
        shown(survey(frame, value="y", **DESIGN).values), rel=1e-9
    )
    once, more = (survey(d, value="y", kind="total", **DESIGN) for d in (frame, scaled))
    assert more["estimate"] == pytest.approx(once["estimate"] * factor, rel=1e-9)
    assert more["se"] == pytest.approx(once["se"] * factor, rel=1e-9)


@few
@given(seed=seeds, shift=st.floats(-50, 50), factor=st.floats(0.1, 20))
def test_a_mean_moves_with_its_scale_and_its_design_effect_stays(
    seed: int, shift: float, factor: float
) -> None:
    frame = asked(seed)
    a = survey(frame, value="y", **DESIGN)
    b = survey(frame.assign(y=frame["y"] * factor + shift), value="y", **DESIGN)
    assert b["estimate"] == pytest.approx(a["estimate"] * factor + shift, rel=1e-9, abs=1e-9)
    assert b["se"] == pytest.approx(a["se"] * factor, rel=1e-6, abs=1e-9)
    if a["deff"] > 1e-9:
        assert b["deff"] == pytest.approx(a["deff"], rel=1e-6)


@few
@given(seed=seeds)
def test_domain_totals_add_up_and_a_share_stays_between_its_limits(seed: int) -> None:
    frame = asked(seed)
    found = survey(frame, value="y", kind="total", by="by", **DESIGN)
    assert found.table["estimate"].sum() == pytest.approx(found["estimate"], rel=1e-9)
    share = survey(frame, value="yes", kind="proportion", **DESIGN)
    assert 0 <= share["lower"] <= share["estimate"] <= share["upper"] <= 1


@few
@given(seed=seeds)
def test_a_mean_is_the_ratio_to_a_column_of_ones(seed: int) -> None:
    frame = asked(seed).assign(one=1)
    mean = survey(frame, value="y", **DESIGN)
    ratio = survey(frame, value="y", denominator="one", kind="ratio", **DESIGN)
    assert shown(ratio.values) == pytest.approx(shown(mean.values), rel=1e-12)


@few
@given(seed=seeds)
def test_a_larger_sampled_fraction_never_widens_the_interval(seed: int) -> None:
    frame = asked(seed)
    errors = [survey(frame, value="y", fpc=f, **DESIGN)["se"] for f in (0.1, 0.5, 0.9)]
    assert errors == sorted(errors, reverse=True)


scores = arrays(float, st.tuples(st.integers(4, 9), st.integers(2, 5)), elements=st.integers(1, 5).map(float))


@few
@given(x=scores, seed=seeds)
def test_agreement_and_alpha_do_not_know_the_order_of_targets_and_raters(x: np.ndarray, seed: int) -> None:
    rng = np.random.default_rng(seed)
    mixed = x[rng.permutation(len(x))][:, rng.permutation(x.shape[1])]
    if x.sum(axis=1).std() == 0 or x.std() == 0:
        return
    a, b = icc(pd.DataFrame(x)), icc(pd.DataFrame(mixed))
    for name, value in a.values.items():
        assert b[name] == pytest.approx(value, rel=1e-6, abs=1e-9, nan_ok=True), name
    assert reliability(pd.DataFrame(mixed))["alpha"] == pytest.approx(
        reliability(pd.DataFrame(x))["alpha"], rel=1e-9, abs=1e-12
    )


@few
@given(x=scores, shift=st.integers(-9, 9))
def test_consistency_does_not_mind_a_strict_rater_and_agreement_does(x: np.ndarray, shift: int) -> None:
    if x.std() == 0 or x.mean(axis=1).std() == 0:
        return
    moved = x + shift * np.eye(x.shape[1])[0]
    a, b = icc(pd.DataFrame(x)), icc(pd.DataFrame(moved))
    assert b["icc_3_1"] == pytest.approx(a["icc_3_1"], rel=1e-6, abs=1e-9, nan_ok=True)


@few
@given(x=arrays(int, st.tuples(st.integers(3, 30), st.integers(2, 4)), elements=st.integers(0, 3)))
def test_kappa_is_at_most_one_and_free_of_names(x: np.ndarray) -> None:
    found, renamed = kappa(pd.DataFrame(x)), kappa(pd.DataFrame(np.array(list("dbca"))[x]))
    if math.isnan(found["kappa"]):
        assert found["agreement"] == 1
        return
    assert found["kappa"] <= 1 + 1e-12
    assert renamed["kappa"] == pytest.approx(found["kappa"], abs=1e-9)
    assert renamed["se"] == pytest.approx(found["se"], abs=1e-9)


@few
@given(x=arrays(int, st.tuples(st.integers(5, 30), st.just(2)), elements=st.integers(0, 1)))
def test_two_categories_need_no_weights(x: np.ndarray) -> None:
    values = [kappa(pd.DataFrame(x), weights=w)["kappa"] for w in ("none", "linear", "quadratic")]
    assert values == pytest.approx([values[0]] * 3, abs=1e-12, nan_ok=True)


pairs = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), min_size=4, max_size=25)


@few
@given(both=pairs, factor=st.floats(0.5, 20), shift=st.floats(-50, 50))
def test_g_is_free_of_the_units_of_the_scale_and_turns_with_time(
    both: list[tuple[int, int]], factor: float, shift: float
) -> None:
    pre, post = (np.array(side, dtype=float) for side in zip(*both, strict=True))
    if pre.std() == 0 or post.std() == 0:
        return
    a = change(pre, post)
    b = change(pre * factor + shift, post * factor + shift)
    back = change(post, pre)
    assert [b["g"], b["g_lower"], b["g_upper"]] == pytest.approx(
        [a["g"], a["g_lower"], a["g_upper"]], rel=1e-6, abs=1e-8
    )
    assert [back["g"], back["g_lower"]] == pytest.approx([-a["g"], -a["g_upper"]], rel=1e-9, abs=1e-12)


phase = st.lists(st.integers(0, 9), min_size=1, max_size=12)


@few
@given(a=phase, b=phase)
def test_nap_and_its_mirror_add_to_one_and_stay_in_their_limits(a: list[int], b: list[int]) -> None:
    found, mirror = nap(a, b), nap(a, b, better="low")
    assert found["estimate"] + mirror["estimate"] == pytest.approx(1)
    assert 0 <= found["lower"] <= found["estimate"] <= found["upper"] <= 1
    assert found["lower"] == pytest.approx(1 - mirror["upper"], abs=1e-6)


goals = st.lists(st.integers(-2, 2), min_size=1, max_size=8)


@few
@given(x=goals, rho=st.floats(0, 1))
def test_a_goal_score_is_fifty_when_all_is_as_expected_and_mirrors(x: list[int], rho: float) -> None:
    assert goal_attainment([0] * len(x), rho=rho)["estimate"] == 50
    up, down = (goal_attainment([s * g for g in x], rho=rho)["estimate"] for s in (1, -1))
    assert up - 50 == pytest.approx(50 - down)


@few
@given(y=st.lists(st.sampled_from([0.0, 1.0, math.nan]), min_size=1, max_size=30), seed=seeds)
def test_bounds_contain_every_completion(y: list[float], seed: int) -> None:
    found = completeness_bounds(pd.DataFrame({"y": y}), value="y")
    filled = np.where(np.isnan(y), np.random.default_rng(seed).integers(0, 2, len(y)), y).mean()
    assert found["lower"] - 1e-12 <= filled <= found["upper"] + 1e-12
    assert found["width"] == pytest.approx(1 - found["completeness"])


@few
@given(
    rows=st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2)), min_size=2, max_size=25),
    extra=st.integers(1, 5),
)
def test_repeating_a_row_adds_as_many_copies(rows: list[tuple[int, int]], extra: int) -> None:
    frame = pd.DataFrame(rows, columns=["a", "b"])
    more = pd.concat([frame, *[frame.iloc[[0]]] * extra])
    counts = [copied(d, columns=["a", "b"])["copies"] for d in (frame, more)]
    assert counts[1] == counts[0] + extra


@few
@given(counts=st.lists(st.integers(10, 500), min_size=1, max_size=60))
def test_heaping_counts_every_count_once(counts: list[int]) -> None:
    found = heaping(pd.DataFrame({"n": counts}), value="n")
    assert found.table["count"].sum() == len(counts) == found["n"]
    assert found["heaped"] == sum(c % 5 == 0 for c in counts)
    assert found["lower"] <= found["share"] <= found["upper"]


@few
@given(scores=st.lists(st.integers(0, 100), min_size=1, max_size=80), window=st.integers(1, 5))
def test_scores_mirrored_at_a_cut_off_change_sides(scores: list[int], window: int) -> None:
    """Half-points, so that nothing stands on the edge."""
    x = np.array(scores) + 0.5
    a = bunching(pd.DataFrame({"s": x}), value="s", cut_offs=60, window=window)
    b = bunching(pd.DataFrame({"s": 120 - x}), value="s", cut_offs=60, window=window)
    assert (a["below"], a["above"]) == (b["above"], b["below"])


@few
@given(
    counts=st.lists(st.integers(0, 80), min_size=4, max_size=14),
    goals=st.tuples(st.integers(0, 800), st.integers(0, 800)),
)
def test_a_higher_target_is_never_likelier(counts: list[int], goals: tuple[int, int]) -> None:
    months = [(str(pd.Period("2022-01", freq="M") + i), c) for i, c in enumerate(counts)]
    due = str(pd.Period(months[-1][0], freq="M") + 5)
    low, high = (target_forecast(months, target=goal, deadline=due) for goal in sorted(goals))
    assert 0 <= high["probability"] <= low["probability"] <= 1
    assert low["lower"] <= low["upper"]
