"""Laws of rates, funnels, shrinkage, ranks, nested models and charts: the order of rows says nothing, more is more."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from swe.show.rate_sentences import WRITERS
from swe.stats.control_charts import spc
from swe.stats.funnels import funnel
from swe.stats.intervals import byar, exact_poisson, wilson
from swe.stats.multiplicities import multiplicity
from swe.stats.nested import multilevel
from swe.stats.proportions import proportion
from swe.stats.rank_sets import tiers
from swe.stats.ranking import ranks
from swe.stats.rates import rate
from swe.stats.shrinkage import shrink, shrink_normal

FEW = settings(max_examples=25, deadline=None)
counts = st.integers(0, 400)


@st.composite
def stations(draw, least: int = 5, most: int = 15):
    """A frame of stations: events, exposure, an estimate and its error; and the same rows in another order."""
    k = draw(st.integers(least, most))
    rows = {
        "unit": [f"S{i}" for i in range(k)],
        "o": draw(st.lists(counts, min_size=k, max_size=k)),
        "e": draw(st.lists(st.integers(1, 400), min_size=k, max_size=k)),
        "x": draw(st.lists(st.floats(-50, 50), min_size=k, max_size=k)),
        "s": draw(st.lists(st.floats(0.1, 20), min_size=k, max_size=k)),
    }
    assume(sum(rows["o"]) > 0)
    frame = pd.DataFrame(rows)
    return frame, frame.iloc[draw(st.permutations(range(k)))]


MADE = {
    "rate": lambda f: rate(f, count="o", exposure="e", unit="unit"),
    "proportion": lambda f: proportion(f.assign(n=f.o + f.e), x="o", n="n", unit="unit"),
    "funnel": lambda f: funnel(f, unit="unit", count="o", expected="e", overdispersion="additive"),
    "shrink": lambda f: shrink(f, unit="unit", count="o", exposure="e"),
    "shrink_normal": lambda f: shrink_normal(f, unit="unit", estimate="x", se="s"),
    "multiplicity": lambda f: multiplicity(dict(zip(f.unit, f.s / 20, strict=True))),
}


@pytest.mark.parametrize("name", MADE)
@FEW
@given(stations())
def test_the_order_of_rows_changes_nothing(name, two):
    one, other = (MADE[name](frame) for frame in two)
    assert other.values == pytest.approx(one.values, rel=1e-6, abs=1e-9, nan_ok=True)
    tables = [result.table.set_index("unit").sort_index() for result in (one, other)]
    pd.testing.assert_frame_equal(*tables, rtol=1e-6, atol=1e-8)


@FEW
@given(stations())
def test_the_order_of_rows_changes_no_rank_set_beyond_its_bootstrap(two):
    """The bootstrap draws by place, so that only what needs no draw is equal to the last digit."""
    one, other = (
        ranks(f, unit="unit", estimate="x", se="s", draws=200).table.set_index("unit").sort_index()
        for f in two
    )
    assert one["rank"].tolist() == other["rank"].tolist()
    assert one["expected_rank"].tolist() == pytest.approx(other["expected_rank"].tolist(), rel=1e-8)


@given(st.integers(0, 500), st.integers(1, 500))
def test_an_interval_contains_its_estimate_and_grows_with_its_level(x, n):
    x = min(x, n)
    (low, high), (lower, higher) = (wilson(x, n, level=level) for level in (0.9, 0.99))
    assert 0 <= lower <= low <= x / n <= high <= higher <= 1
    for limits in (byar, exact_poisson):
        low, high = limits(x)
        assert 0 <= low <= x <= high


@given(st.integers(0, 200), st.integers(1, 200), st.integers(2, 9))
def test_an_interval_narrows_as_the_data_are_multiplied(x, n, times):
    x = min(x, n)
    (low, high), (closer_low, closer_high) = wilson(x, n), wilson(times * x, times * n)
    assert closer_high - closer_low < high - low


@FEW
@given(stations(), st.integers(2, 9))
def test_rates_per_hundred_are_a_hundred_times_the_rates(two, scale):
    frame, _ = two
    one = rate(frame, count="o", exposure="e").table
    other = rate(frame.assign(e=frame.e * scale), count="o", exposure="e").table
    for name in ("value", "lower", "upper", "se"):
        assert other[name].tolist() == pytest.approx((one[name] / scale).tolist(), rel=1e-12)


@FEW
@given(stations())
def test_a_shrunken_value_lies_between_the_raw_one_and_the_mean(two):
    for name in ("shrink", "shrink_normal"):
        found = MADE[name](two[0])
        table, mean = found.table, found["mean"]
        low = np.minimum(table["raw"], mean) - 1e-9 * (1 + abs(mean))
        high = np.maximum(table["raw"], mean) + 1e-9 * (1 + abs(mean))
        assert ((low <= table["shrunken"]) & (table["shrunken"] <= high)).all()
        assert table["shrinkage"].between(0, 1).all()


@FEW
@given(stations())
def test_widened_limits_flag_no_more_than_plain_ones(two):
    plain, wide = (
        funnel(two[0], unit="unit", count="o", expected="e", overdispersion=how)
        for how in ("none", "multiplicative")
    )
    assert wide["outliers"] <= plain["outliers"] <= plain["alerts"]


@FEW
@given(stations(), st.floats(0.1, 10), st.floats(-100, 100))
def test_ranks_do_not_depend_on_the_unit_of_measurement(two, scale, shift):
    frame = two[0]
    assume(frame["x"].round(3).is_unique)
    moved = frame.assign(x=frame.x.round(3) * scale + shift, s=frame.s * scale)
    one = ranks(frame.assign(x=frame.x.round(3)), unit="unit", estimate="x", se="s", draws=200).table
    other = ranks(moved, unit="unit", estimate="x", se="s", draws=200).table
    assert one["rank"].tolist() == other["rank"].tolist()
    assert one["expected_rank"].tolist() == pytest.approx(other["expected_rank"].tolist(), abs=1e-5)


@FEW
@given(stations())
def test_a_rank_set_contains_the_rank_and_the_tiers_follow_the_order(two):
    table = ranks(two[0], unit="unit", estimate="x", se="s", draws=200).table.sort_values(
        ["value", "se"], ascending=False
    )
    assert ((table["rank_lower"] <= table["rank"]) & (table["rank"] <= table["rank_upper"])).all()
    assert table["tier"].is_monotonic_increasing and table["tier"].iloc[0] == 1
    assert table["p_top"].between(0, 1).all()


@FEW
@given(stations(), st.integers(0, 10_000), st.floats(1.0, 4.0))
def test_tiers_do_not_depend_on_the_order_of_the_rows(two, seed, critical):
    x, s = two[0]["x"].round().to_numpy(float), two[0]["s"].to_numpy(float)  # many are equal
    mixed = np.random.default_rng(seed).permutation(len(x))
    assert tiers(x[mixed], s[mixed], critical).tolist() == tiers(x, s, critical)[mixed].tolist()


@FEW
@given(st.integers(0, 10_000), st.floats(0.5, 20), st.floats(-50, 50))
def test_a_nested_model_follows_the_unit_of_its_outcome(seed, scale, shift):
    rng = np.random.default_rng(seed)
    group = np.repeat(np.arange(12), 5)
    y = rng.normal(0, 1, 12)[group] + rng.normal(0, 1, 60)
    order = rng.permutation(60)
    one = multilevel({"y": y, "g": group}, outcome="y", levels=["g"])
    other = multilevel({"y": (scale * y + shift)[order], "g": group[order]}, outcome="y", levels=["g"])
    assert other["sigma"] == pytest.approx(scale * one["sigma"], rel=1e-6)
    assert other["icc_g"] == pytest.approx(one["icc_g"], abs=1e-6)
    assert other["beta_intercept"] == pytest.approx(scale * one["beta_intercept"] + shift, abs=1e-6 * scale)
    assert other["criterion"] == pytest.approx(one["criterion"] + 2 * 59 * np.log(scale), abs=1e-6)


@FEW
@given(st.lists(st.integers(0, 1000), min_size=4, max_size=30), st.integers(-500, 500))
def test_a_chart_moves_with_its_series(values, shift):
    one = spc({"t": range(len(values)), "v": values}, time="t", value="v")
    moved = spc({"t": range(len(values)), "v": [v + shift for v in values]}, time="t", value="v")
    assert moved["centre"] == pytest.approx(one["centre"] + shift)
    assert moved["sigma_short"] == pytest.approx(one["sigma_short"])


@FEW
@given(st.lists(st.floats(0, 1), min_size=1, max_size=30))
def test_correction_only_raises_p_values_and_keeps_their_order(p):
    for method in ("bh", "by", "holm"):
        table = multiplicity(p, method=method).table
        assert (table["p_adjusted"] >= table["p"] - 1e-15).all()
        assert table.sort_values("p")["p_adjusted"].is_monotonic_increasing


@FEW
@given(stations())
def test_every_result_can_be_said_in_both_languages(two):
    for name, make in MADE.items():
        result = make(two[0])
        for lang in ("zh", "en"):
            text = WRITERS[name](result, lang)
            assert text and "nan" not in text and "{" not in text
