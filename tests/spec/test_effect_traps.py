"""What an evaluator gets wrong with effects, and what happens: refused or stated, in Chinese and in English."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest

from swe.core.errors import DataError, UsageError
from swe.stats.decomposition import bacon
from swe.stats.group_time import att_gt
from swe.stats.imputations import imputation
from swe.stats.power_analysis import power
from swe.stats.two_way import twfe

NAMES = {"outcome": "y", "unit": "u", "time": "t", "first_treated": "g"}
CHINESE = re.compile(r"[\u4e00-\u9fff]")


def roll_out(starts=(0, 3, 5), *, n=60, periods=6, seed=0, effect=0.5):
    rng = np.random.default_rng(seed)
    g = np.array(starts)[np.arange(n) % len(starts)]
    t = np.arange(1, periods + 1)
    y = 5 + rng.normal(size=(n, periods)) + effect * ((g[:, None] > 0) & (t >= g[:, None]))
    return pd.DataFrame(
        {
            "u": np.repeat(np.arange(n), periods),
            "t": np.tile(t, n),
            "g": np.repeat(g, periods),
            "y": y.ravel(),
        }
    )


def refused(kind, call, *, zh, en):
    with pytest.raises(kind) as caught:
        call()
    assert re.search(zh, caught.value.zh) and re.search(en, caught.value.en)
    assert CHINESE.search(caught.value.zh) and not CHINESE.search(caught.value.en)


def told(result, zh, en, *, kind=None):
    """A note that says it in both languages."""
    found = [n for n in result.notes if re.search(en, n.en)]
    assert found, [n.en for n in result.notes]
    assert any(re.search(zh, n.zh) and (kind is None or n.kind == kind) for n in found)


# -- the frame --


def test_repeated_rows_are_refused_with_their_count():
    frame = roll_out()
    frame = pd.concat([frame, frame.iloc[:3]])
    refused(DataError, lambda: att_gt(frame, **NAMES), zh="多出 3 行", en="3 rows repeat")


@pytest.mark.parametrize("times", [["a", "b", "c", "d", "e", "f"], [1.5, 2, 3, 4, 5, 6]])
def test_times_without_an_order_are_refused(times):
    frame = roll_out()
    frame["t"] = np.array(times, dtype=object)[frame["t"] - 1]
    refused(DataError, lambda: att_gt(frame, **NAMES), zh="无法排序", en="cannot be ordered")


def test_a_period_that_nobody_recorded_is_refused():
    frame = roll_out()
    refused(DataError, lambda: att_gt(frame[frame["t"] != 4], **NAMES), zh="不等距", en="missing after 3")


@pytest.mark.parametrize("form", ["text", "period", "stamp", "year"])
def test_months_years_and_dates_count_as_periods(form):
    frame = roll_out()
    plain = att_gt(frame, **NAMES).aggregate("event")
    months = pd.period_range("2021-11", periods=6, freq="M")
    if form == "year":
        frame["t"] += 2015
        frame["g"] = frame["g"].where(frame["g"] == 0, frame["g"] + 2015)
    else:
        as_form = {"text": months.astype(str), "period": months, "stamp": months.to_timestamp()}[form]
        frame["g"] = [None if g == 0 else as_form[g - 1] for g in frame["g"]]
        frame["t"] = [as_form[t - 1] for t in frame["t"]]
    found = att_gt(frame, **NAMES).aggregate("event")
    pd.testing.assert_frame_equal(found.table, plain.table)


def test_gaps_are_counted_and_refused_or_leave_the_unit_out():
    frame = roll_out()
    frame.loc[[4, 13, 14], "y"] = np.nan
    refused(DataError, lambda: att_gt(frame, **NAMES), zh="共缺 3 格", en="3 gaps in 2 units")
    refused(DataError, lambda: bacon(frame, **NAMES), zh="不平衡", en="unbalanced")
    found = att_gt(frame, **NAMES, gaps="drop")
    told(found, "2 个单位有缺数", "2 units with gaps", kind="exclusion")
    assert found["n_units"] == 58
    absent = roll_out().drop(index=[4, 13, 14])
    refused(DataError, lambda: att_gt(absent, **NAMES), zh="共缺 3 格", en="3 gaps in 2 units")
    refused(DataError, lambda: imputation(absent, **NAMES), zh="共缺 3 格", en="3 gaps in 2 units")
    pd.testing.assert_frame_equal(att_gt(absent, **NAMES, gaps="drop").table, found.table)


def test_all_treated_at_once_is_refused():
    refused(DataError, lambda: att_gt(roll_out((4,)), **NAMES), zh="没有对照", en="no comparison")
    refused(
        DataError, lambda: att_gt(roll_out((0,)), **NAMES), zh="没有单位受到处理", en="no unit is treated"
    )


def test_a_cohort_of_one_is_stated_and_has_no_error():
    frame = roll_out()
    frame.loc[frame["u"] == 0, "g"] = 4
    found = att_gt(frame, **NAMES)
    told(found, "只有一个单位", "hold one unit", kind="warning")
    lone = found.table[found.table["group"] == 4]
    assert (
        lone["se"].isna().all() and (lone["status"] == "below_validity").all() and lone["att"].notna().all()
    )


# -- the design --


def test_a_staggered_two_way_estimate_is_refused():
    refused(DataError, lambda: twfe(roll_out(), **NAMES), zh="分批建站", en="staggered")


def test_estimates_stop_where_no_clean_controls_are_left():
    frame = roll_out((2, 3, 5))
    found = att_gt(frame, **NAMES)
    assert found.table["time"].max() == 4
    told(found, "估计至 4 止（面板末期 6）", r"stop at 4 \(the panel ends at 6\)", kind="warning")
    told(found, "未估计", "were not estimated", kind="exclusion")
    told(imputation(frame, **NAMES), "估计至 4 止", "stop at 4", kind="warning")
    refused(
        DataError,
        lambda: att_gt(frame, **NAMES, min_controls=50),
        zh="没有可用的比较",
        en="no comparison left",
    )


def test_cohorts_beyond_the_panel_need_a_word():
    frame = roll_out((0, 3, 9))
    refused(
        UsageError, lambda: att_gt(frame, **NAMES), zh="20 个单位在面板末期", en="20 units .* panel's end"
    )
    refused(DataError, lambda: att_gt(frame, **NAMES, beyond="error"), zh="beyond", en="beyond")
    told(att_gt(frame, **NAMES, beyond="never"), "视为从未处理", "taken as never treated", kind="exclusion")
    told(att_gt(frame, **NAMES, beyond="not_yet"), "只作尚未处理的对照", "controls only", kind="exclusion")


def test_units_treated_from_the_start_are_left_out_and_counted():
    found = att_gt(roll_out((0, 1, 4)), **NAMES)
    told(found, "20 个单位在面板首期", "20 units are treated from the first period", kind="exclusion")
    assert found["n_units"] == 40


def test_a_treatment_that_lapsed_is_flagged_and_not_recoded():
    frame = roll_out()
    frame["on"] = ((frame["g"] > 0) & (frame["t"] >= frame["g"])).astype(int)
    plain = att_gt(frame, **NAMES, treated="on")
    assert not any("lost their treatment" in n.en for n in plain.notes)
    frame.loc[(frame["u"] == 1) & (frame["t"] == 6), "on"] = 0
    found = att_gt(frame, **NAMES, treated="on")
    told(found, "1 个单位的处理曾经中断", "1 units lost their treatment", kind="warning")
    pd.testing.assert_frame_equal(found.table, plain.table)
    changed = frame.assign(g=frame["g"].where(frame.index != 9, 4))
    refused(DataError, lambda: att_gt(changed, **NAMES), zh="1 个单位内前后不一", en="changes within 1 units")


def test_anticipation_moves_the_base_and_is_stated():
    found = att_gt(roll_out(), **NAMES, anticipation=1)
    told(found, "允许提前 1 期反应", "up to 1 periods ahead")
    told(att_gt(roll_out(), **NAMES), "没有提前反应", "no reaction ahead")


def test_a_reaction_ahead_of_set_up_hides_in_the_base_until_it_is_allowed_for():
    """Places that know that a station is coming report more one period ahead: the base holds it, the effect looks smaller."""
    frame = roll_out(n=600, effect=1.0)
    frame["y"] += 1.0 * ((frame["g"] > 0) & (frame["t"] == frame["g"] - 1))
    taken = att_gt(frame, **NAMES)
    plain, allowed = taken.aggregate("simple"), att_gt(frame, **NAMES, anticipation=1).aggregate("simple")
    assert plain["upper"] < 0.5  # the true effect is 1
    assert allowed["lower"] < 1.0 < allowed["upper"]
    told(taken, "已有差异", "already differed", kind="warning")


def test_a_hub_that_helps_the_controls_makes_the_effect_look_smaller_and_the_donut_mends_it():
    frame = roll_out((0, 4), n=600, effect=1.0)
    frame["hub"] = np.where((frame["g"] == 0) & (frame["u"] % 4 == 0), 4, 0)
    frame["y"] += 1.0 * ((frame["hub"] > 0) & (frame["t"] >= frame["hub"]))
    noted = att_gt(frame, **NAMES, hub="hub").aggregate("simple")
    donut = att_gt(frame, **NAMES, hub="hub", spillover="donut").aggregate("simple")
    assert noted["upper"] < 1.0
    assert donut["lower"] < 1.0 < donut["upper"]


def test_the_usual_regression_is_wrong_where_effects_grow_and_says_by_which_share():
    """Effects that grow with time since set-up: the coefficient falls short of every effect that was put in for the early cohort."""
    frame = roll_out((0, 2, 7), n=900, periods=12, effect=0.0)
    since = frame["t"] - frame["g"]
    grown = np.where((frame["g"] > 0) & (since >= 0), 0.3 * (since + 1), 0.0)
    frame["y"] += grown
    truth = grown[grown > 0].mean()
    overall, usual = att_gt(frame, **NAMES).aggregate("simple"), bacon(frame, **NAMES)
    assert abs(overall["att"] - truth) < 4 * overall["se"] < 0.3
    assert usual["twfe"] < 0.8 * truth and usual["share_forbidden"] > 0.1
    refused(DataError, lambda: twfe(frame, **NAMES), zh="后对先（不当）", en="later vs earlier")


def hubs():
    """Every second unit that has no station of its own lives with a county hub from period 2."""
    frame = roll_out()
    frame["hub"] = np.where((frame["g"] == 0) & (frame["u"] % 2 == 0), 2, 0)
    return frame


def test_a_county_hub_that_serves_controls_is_stated_left_out_or_taken_as_the_treatment():
    frame = hubs()
    note = att_gt(frame, **NAMES, hub="hub")
    told(note, "10 个单位在本站之前", "10 units were reached", kind="warning")
    donut = att_gt(frame, **NAMES, hub="hub", spillover="donut")
    told(donut, "已移出（环形对照）", r"left out \(donut\)", kind="exclusion")
    assert donut["n_units"] == 50
    county = att_gt(frame, **NAMES, hub="hub", spillover="county")
    told(county, "按县级总站的时间计", "starts with the county hub", kind="method")
    assert set(county.table["group"]) == {2}
    refused(UsageError, lambda: att_gt(frame, **NAMES, spillover="donut"), zh="需要 hub", en="needs hub")


def test_few_clusters_take_a_t_distribution_and_few_treated_ones_ask_for_randomisation():
    frame = roll_out(n=60)
    frame["c"] = frame["u"] % 12
    found = att_gt(frame, **NAMES, cluster="c")
    told(found, r"只有 12 个聚类.*t\(11\)", r"only 12 clusters.*t\(11\)", kind="warning")
    told(found, "只有 8 个聚类受处理", "only 8 clusters are treated", kind="warning")
    row = found.table.iloc[0]
    assert (row["upper"] - row["att"]) / row["se"] == pytest.approx(2.200985, abs=1e-5)  # t(11), 97.5 %
    split = frame.assign(c=frame["t"])
    refused(DataError, lambda: att_gt(split, **NAMES, cluster="c"), zh="前后不一", en="changes within")


# -- the outcome --


def test_an_outcome_that_exists_only_after_set_up_is_refused():
    frame = roll_out()
    frame["y"] = np.where((frame["g"] > 0) & (frame["t"] >= frame["g"]), frame["y"], 0.0)
    for function in (att_gt, imputation, bacon):
        refused(
            DataError,
            lambda f=function: f(frame, **NAMES),
            zh="只在建站后存在",
            en="exists only after set-up",
        )
    missing = frame.assign(y=frame["y"].where(frame["y"] != 0))
    refused(
        DataError,
        lambda: att_gt(missing, **NAMES, gaps="drop"),
        zh="只在建站后存在",
        en="exists only after set-up",
    )


@pytest.mark.parametrize("function", [att_gt, imputation, bacon, twfe])
def test_an_activity_is_no_effect(function):
    refused(
        UsageError,
        lambda: function(roll_out(), **NAMES, outcome_kind="activity"),
        zh="是发现，不是影响",
        en="detection",
    )


# -- what is concluded --


def test_a_pre_test_is_never_a_green_tick():
    for seed in range(3):
        found = att_gt(roll_out(seed=seed), **NAMES)
        assert found["detectable_trend"] > 0
        told(found, "honest", "see with honest", kind="warning")
        if found["p"] >= 0.05:
            told(found, "不证明趋势平行", "does not prove parallel trends", kind="warning")
    told(att_gt(roll_out((0, 2)), **NAMES), "无从查看", "nothing speaks for or against")


def test_a_pre_trend_is_said():
    frame = roll_out()
    frame["y"] += 3.0 * frame["t"] * (frame["g"] > 0)
    told(att_gt(frame, **NAMES), "已有差异", "already differed", kind="warning")


def test_the_drift_that_the_pre_test_would_find_is_found_as_often_as_it_says():
    """80 % of panels with just that drift are rejected (Monte-Carlo error 5 %)."""
    drift = np.mean([att_gt(roll_out(seed=s), **NAMES)["detectable_trend"] for s in range(5)])
    rejected = []
    for seed in range(60):
        frame = roll_out((0, 5), n=80, seed=seed, effect=0)
        drift = att_gt(frame, **NAMES)["detectable_trend"]
        frame["y"] += drift * frame["t"] * (frame["g"] > 0)
        rejected.append(att_gt(frame, **NAMES)["p"] < 0.05)
    assert 0.62 <= np.mean(rejected) <= 0.95


def test_no_effect_says_how_small_an_effect_would_have_been_found():
    from swe.show.effect_sentences import WRITERS

    none = att_gt(roll_out(effect=0.0), **NAMES).aggregate("simple")
    assert none["lower"] < 0 < none["upper"]
    assert none["detectable"] == pytest.approx((1.959964 + 0.841621) * none["se"], rel=1e-6)
    zh, en = (WRITERS[none.kind](none, lang) for lang in ("zh", "en"))
    assert "未能确认影响" in zh and "更小的不能排除" in zh
    assert "No effect could be confirmed" in en and "smaller ones cannot be ruled out" in en


def test_power_finds_the_effect_that_theory_says():
    """Two equal groups, one period before and one after, unit noise: se = 2 sd √(1/n); mde = 2.8 se (+ simulation)."""
    found = power({0: 200, 2: 200}, periods=2, sd=1.0, n_sim=400)
    assert found["se"] == pytest.approx(np.sqrt(2 * (1 / 200 + 1 / 200)), rel=0.02)
    assert found["mde"] == pytest.approx(2.8016 * found["se"], rel=0.15)
    assert found["false_positives"] == pytest.approx(0.05, abs=0.04)
    assert (
        power({0: 200, 2: 200}, periods=2, sd=1.0, n_sim=100, cluster_size=20, icc=0.5)["mde"]
        > 1.5 * found["mde"]
    )
    refused(
        UsageError, lambda: power({0: 5, 1: 5}, periods=4, sd=1.0), zh="参数不合", en="first treated period"
    )


def test_unknown_options_name_the_allowed_ones():
    refused(UsageError, lambda: att_gt(roll_out(), **NAMES, control="all"), zh="not_yet", en="not_yet, never")
    refused(UsageError, lambda: att_gt(roll_out(), **NAMES).aggregate("total"), zh="calendar", en="calendar")
    refused(
        UsageError, lambda: att_gt(roll_out(), **NAMES, min_controls=0), zh="min_controls", en="min_controls"
    )
