"""Control charts against hand-worked numbers and rolling computations by pandas. Tolerance 1e-10."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import geom

from swe.core.errors import DataError, UsageError
from swe.stats.control_charts import spc


def chart(values, **more):
    return spc({"t": range(1, len(values) + 1), "v": values}, time="t", value="v", **more)


def test_an_individuals_chart_by_hand():
    """10 12 11 13 9 30: mean 85/6, moving ranges 2 1 2 4 21, their mean 6."""
    found = chart([10, 12, 11, 13, 9, 30])
    assert found["centre"] == pytest.approx(85 / 6, rel=1e-12)
    assert found["sigma_short"] == pytest.approx(6 / 1.128, rel=1e-12)
    assert found.table["upper"].tolist() == pytest.approx([85 / 6 + 2.66 * 6] * 6)
    assert found.table["mr"].tolist()[1:] == [2, 1, 2, 4, 21]
    assert found.table["rule"].tolist() == ["", "", "", "", "", "range"]


def test_the_constants_are_those_of_ranges_of_two():
    """d2 = 2/√π, d3 = √(2 − 4/π): 3/d2 = 2.66, D4 = 1 + 3 d3/d2 = 3.267."""
    d2, d3 = 2 / np.sqrt(np.pi), np.sqrt(2 - 4 / np.pi)
    assert round(3 / d2, 2) == 2.66 and round(1 + 3 * d3 / d2, 3) == 3.267 and round(d2, 3) == 1.128


def test_an_individuals_chart_agrees_with_pandas():
    values = pd.Series(np.random.default_rng(1).normal(50, 5, 40))
    found = chart(values)
    ranges = values.rolling(2).apply(lambda pair: abs(pair.iloc[1] - pair.iloc[0]))
    assert found.table["mr"].tolist()[1:] == pytest.approx(ranges.tolist()[1:])
    assert found.table["lower"].iloc[0] == pytest.approx(values.mean() - 2.66 * ranges.mean())


def test_seven_points_on_one_side_are_a_shift_and_six_are_not():
    # mean 0 by design: seven at +1, then seven at −1
    assert chart([1, 1.1] * 3 + [1] + [-1, -1.1] * 3 + [-1]).table["rule"].str.contains("shift").all()
    six = chart([1.1, 1, 1.2, 1, 1.1, 1, -1, -1.1, -1, -1.2, -1, -1.1])
    assert not six.table["rule"].str.contains("shift").any()


def test_seven_points_rising_are_a_trend_and_six_are_not():
    values = [5, 1, 2, 3, 4, 5, 6, 7, 2, 6, 3, 5, 2]
    rule = chart(values).table["rule"].str.contains("trend")
    assert rule.tolist() == [False] + [True] * 7 + [False] * 5
    assert not chart([5, 1, 2, 3, 4, 5, 6, 2, 6, 3, 5, 2]).table["rule"].str.contains("trend").any()


def test_a_point_beyond_the_limits_is_a_signal():
    found = chart([10, 11, 10, 9, 10, 11, 9, 10, 30, 10, 11, 10, 9, 10])
    assert "limit" in found.table["rule"].iloc[8] and found["signals"] >= 1


def test_laney_s_p_prime_chart_by_hand():
    """Counts 20 30 25 45 of 100: p̄ 0.3, σ = √0.0021, z −2.182 0 −1.091 3.273, moving ranges 2.182 1.091 4.364."""
    found = spc(
        {"t": [1, 2, 3, 4], "x": [20, 30, 25, 45], "n": [100] * 4}, time="t", value="x", n="n", kind="p"
    )
    sigma = np.sqrt(0.3 * 0.7 / 100)
    between = np.mean([0.10, 0.05, 0.20]) / sigma / 1.128
    assert found["centre"] == pytest.approx(0.3)
    assert found["sigma_short"] == pytest.approx(between, rel=1e-12)
    assert found.table["upper"].iloc[0] == pytest.approx(0.3 + 3 * sigma * between, rel=1e-12)
    assert found.table["value"].tolist() == [0.2, 0.3, 0.25, 0.45]


def test_laney_s_sigma_is_one_where_only_chance_varies():
    rng = np.random.default_rng(2)
    n = rng.integers(200, 400, 5000)
    p = spc({"t": range(5000), "x": rng.binomial(n, 0.4), "n": n}, time="t", value="x", n="n", kind="p")
    u = spc({"t": range(5000), "x": rng.poisson(0.7 * n), "n": n}, time="t", value="x", n="n", kind="u")
    assert p["sigma_short"] == pytest.approx(1, abs=0.04) and u["sigma_short"] == pytest.approx(1, abs=0.04)


def test_a_u_chart_s_limits_are_wider_where_the_denominator_is_smaller():
    table = spc(
        {"t": [1, 2, 3, 4], "x": [5, 50, 9, 40], "n": [10, 100, 15, 90]}, time="t", value="x", n="n", kind="u"
    ).table
    assert table["upper"].iloc[0] > table["upper"].iloc[2] > table["upper"].iloc[3] > table["upper"].iloc[1]
    assert (table["lower"] >= 0).all()


def test_a_g_chart_by_hand_and_by_the_geometric_distribution():
    """ḡ = 20: limits 20 ± 3√420, the lower at 0; √(ḡ(ḡ+1)) is the geometric's standard deviation."""
    found = chart([10, 30, 5, 35], kind="g")
    assert found["centre"] == 20
    assert found["sigma_short"] == pytest.approx(geom(1 / 21).std(), rel=1e-12)
    assert found.table["upper"].iloc[0] == pytest.approx(20 + 3 * np.sqrt(420))
    assert found.table["lower"].tolist() == [0] * 4


def test_phases_are_the_user_s_and_have_their_own_limits():
    values = [10, 12, 11, 13, 12, 11, 30, 32, 31, 29, 30, 31]
    one, two = chart(values), chart(values, phase=[7])
    assert one.table["phase"].nunique() == 1  # a jump starts no phase by itself
    assert two.table["phase"].tolist() == [1] * 6 + [2] * 6
    assert two.table["centre"].tolist() == pytest.approx([11.5] * 6 + [30.5] * 6)
    assert two["centre"] == pytest.approx(30.5) and two["signals"] == 0 < one["signals"]
    named = spc({"t": range(12), "v": values, "p": ["a"] * 6 + ["b"] * 6}, time="t", value="v", phase="p")
    assert named.table["upper"].tolist() == two.table["upper"].tolist()


def test_a_target_moves_no_limit_and_is_held_against_them():
    values = [10, 12, 11, 13, 9, 12, 11, 10, 12, 11, 13, 10]
    plain, near, far = chart(values), chart(values, target=12), chart(values, target=40)
    assert plain.table["upper"].tolist() == near.table["upper"].tolist()
    assert near["target"] == 12 and "target" not in plain.values
    assert any("by chance" in note.en for note in near.notes) and any(
        "above the limits" in note.en for note in far.notes
    )


def test_a_missing_month_is_kept_in_the_table_and_passed_over():
    found = chart([10, None, 12, 11, 13])
    assert found.table["status"].tolist() == ["ok", "missing", "ok", "ok", "ok"]
    assert found.table["mr"].tolist()[2] == 2 and found["centre"] == 11.5
    assert any(note.kind == "exclusion" for note in found.notes)


def test_the_order_of_rows_is_that_of_time():
    frame = pd.DataFrame({"t": ["2023-01", "2023-02", "2023-03", "2023-04"], "v": [1, 4, 2, 8]})
    pd.testing.assert_frame_equal(
        spc(frame, time="t", value="v").table, spc(frame.iloc[[2, 0, 3, 1]], time="t", value="v").table
    )


def test_few_points_have_provisional_limits():
    assert any("provisional" in text for text in chart([1, 2, 3]).warnings("en"))
    assert not chart(list(range(5)) * 3).warnings("en")


@pytest.mark.parametrize(
    ("more", "error"),
    [
        ({"kind": "c"}, UsageError),
        ({"kind": "p"}, UsageError),
        ({"n": "v"}, UsageError),
        ({"phase": [99]}, UsageError),
        ({"phase": [2]}, DataError),
    ],
)
def test_a_call_that_cannot_be_meant_is_refused(more, error):
    with pytest.raises(error):
        chart([1, 2, 3, 4, 5], **more)


def test_a_period_stands_once():
    with pytest.raises(DataError, match="repeated"):
        spc({"t": [1, 1, 2], "v": [1, 2, 3]}, time="t", value="v")


def test_a_series_of_chance_alone_is_rarely_beyond_its_limits():
    """Three standard deviations: 0.27 % of points of a long normal series."""
    table = chart(np.random.default_rng(9).normal(0, 1, 20_000)).table
    assert table["rule"].str.contains("limit").mean() == pytest.approx(0.0027, abs=0.0012)
