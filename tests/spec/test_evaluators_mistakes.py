"""What an evaluator gets wrong, rule by rule: the trap is sprung, and a reader is told of it in Chinese and in English."""

from __future__ import annotations

import importlib.util
import json
import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import swe
from swe import stats
from swe.core.bounded import Bounded
from swe.core.dates import period
from swe.core.errors import DataError, DefinitionError, SweError, UsageError
from swe.indicators import plans, score_audit
from swe.indicators.comparison import compared, gathered
from swe.indicators.comparison_moves import moves
from swe.indicators.equity import equity
from swe.indicators.framework_model import FrameworkSpec
from swe.indicators.frameworks import Framework, framework
from swe.indicators.operands import parse_expression, unit_of
from swe.indicators.rated_points import rated_points
from swe.indicators.station_months import StationMonths
from swe.ledgers import checking
from swe.ledgers.contract import contract, dtypes
from swe.ledgers.demo import make_demo
from swe.reports.comparison_numbers import comparison_numbers
from swe.reports.comparison_view import ComparisonView
from swe.reports.evaluation import Evaluation, evaluate
from swe.reports.sections import SECTIONS
from swe.reports.sections import comparison as comparison_chapter
from swe.reports.sections.page import Page
from swe.show.blocks import Section
from swe.show.numbers import by_id, number, text_of

_SPEC = importlib.util.spec_from_file_location("small_ledgers", Path(__file__).with_name("small_ledgers.py"))
assert _SPEC is not None and _SPEC.loader is not None
small = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(small)

CHINESE = re.compile(r"[\u4e00-\u9fff]")
DIGITS = re.compile(r"\d+(?:,\d{3})*(?:\.\d+)?")
PANEL = {"outcome": "y", "unit": "u", "time": "t", "first_treated": "g"}
ROOT = Path(__file__).parents[2]


# -- saying --


def same_numbers(zh: str, en: str) -> None:
    """A sentence and its twin: two texts, in two languages, with the same numbers in them."""
    assert zh and en and zh != en
    assert CHINESE.search(zh) and not CHINESE.search(en), (zh, en)
    zh = zh.replace("八成", "80 %")
    assert set(DIGITS.findall(zh)) == set(DIGITS.findall(en)), (zh, en)


def told(found: Any, zh: str, en: str, *, kind: str | None = None) -> str:
    """The note that says it in both languages; returns the English text."""
    notes = found if isinstance(found, tuple | list) else found.notes
    hits = [n for n in notes if re.search(en, n.en)]
    assert hits, [n.en for n in notes]
    assert any(re.search(zh, n.zh) and (kind is None or n.kind == kind) for n in hits), [n.zh for n in hits]
    same_numbers(hits[0].zh, hits[0].en)
    return hits[0].en


def silent(found: Any, en: str) -> None:
    """The clean twin of a trap does not say it."""
    assert not [n.en for n in found.notes if re.search(en, n.en)]


def refused(kind: type[SweError], call: Callable[[], Any], *, zh: str, en: str) -> None:
    with pytest.raises(kind) as caught:
        call()
    assert re.search(zh, caught.value.zh), caught.value.zh
    assert re.search(en, caught.value.en), caught.value.en
    same_numbers(caught.value.zh, caught.value.en)


def plain(html: str) -> str:
    """What a reader sees: tags and pictures away, one space."""
    text = re.sub(r"<[^>]*>", " ", re.sub(r'src="data:[^"]*"', "", html))
    return re.sub(r"\s+", " ", text)


def on_page(
    reports: dict[str, Evaluation], chapter: str, zh: str, en: str
) -> tuple[re.Match[str], re.Match[str]]:
    """The sentence of a chapter in both languages; groups, if any, hold the same numbers."""
    pages = {lang: plain(SECTIONS[chapter](e)._repr_html_()) for lang, e in reports.items()}
    return in_both(pages, zh, en)


def in_both(pages: dict[str, str], zh: str, en: str) -> tuple[re.Match[str], re.Match[str]]:
    one, two = re.search(zh, pages["zh"]), re.search(en, pages["en"])
    assert one is not None, (zh, pages["zh"][:3000])
    assert two is not None, (en, pages["en"][:3000])
    same_numbers(one[0], two[0])
    return one, two


# -- inputs --


def roll_out(starts: Iterable[int] = (0, 3, 5), *, n: int = 60, periods: int = 6, seed: int = 0, effect: float = 0.5,
             growth: float = 0.0, noise: float = 1.0) -> pd.DataFrame:  # fmt: skip
    """A panel in which a station adds `effect`, and `growth` more each period after."""
    rng = np.random.default_rng(seed)
    starts = list(starts)
    g = np.array(starts)[np.arange(n) % len(starts)]
    t = np.arange(1, periods + 1)
    since = t - g[:, None]
    y = 5 + 0.3 * t + noise * rng.normal(size=(n, periods))
    y = y + ((g[:, None] > 0) & (since >= 0)) * (effect + growth * since)
    return pd.DataFrame(
        {
            "u": np.repeat(np.arange(n), periods),
            "t": np.tile(t, n),
            "g": np.repeat(g, periods),
            "y": y.ravel(),
        }
    )


def stations(count: list[float], exposure: float | list[float] = 12.0, **more: Any) -> pd.DataFrame:
    frame = pd.DataFrame({"unit": [f"s{i:02}" for i in range(len(count))], "count": count, **more})
    return frame.assign(measure="valid_activities", exposure=exposure)


def issues(**tables: list[dict[str, Any]]) -> list[Any]:
    """Issues of a small ledger."""
    ledger, made = contract(), {}
    for name, rows in tables.items():
        frame = pd.DataFrame(rows)
        for column in frame:
            kind = dtypes(ledger[name])[str(column)]
            frame[column] = (
                pd.to_datetime(frame[column]) if kind.startswith("datetime") else frame[column]
            ).astype(kind)
        places = {"_file": f"{name}.xlsx", "_sheet": "1", "_row": range(2, len(frame) + 2)}
        made[name] = frame.assign(**places).astype({"_file": "string", "_sheet": "string", "_row": "Int64"})
    return list(checking.check(made, ledger, today=date(2023, 6, 30)))


OWN = {
    "station_id": "S1",
    "name": "Station",
    "region_code": "522702001",
    "kind": "station",
    "opened_on": "2022-05-01",
}


def flagged(rule: str, **tables: list[dict[str, Any]]) -> Any:
    found = [i for i in issues(**tables) if i.rule == rule]
    assert found, rule
    same_numbers(found[0].zh, found[0].en)
    return found[0]


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Evaluation]:
    """One county's demonstration ledgers, scored, as a report in both languages."""
    made = make_demo(
        tmp_path_factory.mktemp("mistakes") / "D", region="522702", stations=5, months=6, rows=260,
        rated=rated_points("generic-100"), framework_id="generic-100",
    )  # fmt: skip
    zh = evaluate(made / "run.yml", "522702", lang="zh")
    return {"zh": zh, "en": replace(zh, lang="en")}


@pytest.fixture(scope="module")
def published() -> Callable[[str], dict[str, Evaluation]]:
    """A region of the shipped run without ledgers, in both languages."""

    def both(code: str) -> dict[str, Evaluation]:
        zh = evaluate("published", code, lang="zh")
        return {"zh": zh, "en": replace(zh, lang="en")}

    return both


TOWNS = [f"522702{n:03}" for n in (1, 2, 100, 101, 102, 103, 104, 105)]
MONTHS = [f"2022-{m:02}" for m in range(1, 13)]


def planted() -> StationMonths:
    """Eight stations: one far above, one that stops in the second half, one with a silent month, one with four."""
    base = dict(zip(TOWNS, (9, 4, 4, 4, 4, 4, 4, 4), strict=True))
    rng = np.random.default_rng(3)
    rows = []
    for town, level in base.items():
        for k, month in enumerate(MONTHS):
            count: float = level + int(rng.integers(-1, 2))
            if town == TOWNS[1]:
                count = 8 if k < 6 else 1
            if (town == TOWNS[2] and k == 4) or (town == TOWNS[3] and k in (2, 3, 8, 9)):
                count = float("nan")
            rows.append((town, month, "valid_activities", count))
    months = pd.DataFrame(rows, columns=["station", "month", "measure", "count"])
    places = pd.DataFrame({"station": TOWNS, "name": ["Ash", "Birch", "Cedar", "Elm", "Fir", "Larch", "Oak", "Pine"], "region": TOWNS,
                           "province": "52", "prefecture": "5227", "county": "522702"})  # fmt: skip
    shares = pd.DataFrame(columns=["station", "measure", "count", "exposure"]).astype(
        {"count": float, "exposure": float}
    )
    return StationMonths(
        places, months, shares, period("2022-01..2022-12"), {"other_kind": 0, "no_region": 0}
    )


@pytest.fixture(scope="module")
def chapter(reports: dict[str, Evaluation]) -> tuple[ComparisonView, dict[str, str]]:
    """The comparison of the planted stations, and its pages."""
    found = planted()
    fair = equity(found, prefix="522702", vintage="2023-06-30")
    view = ComparisonView("station", gathered(found), None, fair, None, reference=None)
    pages = {}
    for lang, e in reports.items():
        own = replace(e)
        own.__dict__["numbers"] = {**e.numbers, **by_id(comparison_numbers(own, view))}
        made = comparison_chapter.blocks(Page(own), view)
        pages[lang] = plain(Section("stations", "", tuple(made), lang)._repr_html_())
    return view, pages


# -- effects --


def test_01_a_staggered_roll_out_is_refused_by_two_way_fixed_effects_with_its_own_shares() -> None:
    frame = roll_out((2, 5), effect=1.0, growth=1.0, noise=0.01, periods=6)
    share = stats.bacon(frame, **PANEL)["share_forbidden"]
    assert 0 < share < 1
    refused(DataError, lambda: stats.twfe(frame, **PANEL), zh=f"{100 * share:.1f}%", en=f"{100 * share:.1f}%")
    usual = stats.twfe(frame, **PANEL, allow_staggered=True)
    told(usual, "分批处理", "staggered", kind="warning")
    clean = stats.att_gt(frame, **PANEL).aggregate("simple")
    mean = np.mean([1.0, 2.0, 3.0])  # the early cohort's first three periods, all that has a clean control
    assert clean["att"] == pytest.approx(mean, abs=0.05)
    assert usual["att"] < 0.75 * mean


def test_02_estimates_stop_where_no_clean_controls_are_left_and_the_horizon_is_said() -> None:
    found = stats.att_gt(roll_out((2, 3, 5)), **PANEL)
    assert found.table["time"].max() == 4
    assert "4" in told(found, "估计至 4 止", "stop at 4", kind="warning")
    told(stats.att_gt(roll_out(), **PANEL), "估计至面板末期 6", "run to the panel's end, 6", kind="method")


def test_03_an_outcome_that_exists_only_after_set_up_is_refused() -> None:
    frame = roll_out()
    frame["y"] = frame["y"].where((frame["g"] > 0) & (frame["t"] >= frame["g"]), 0.0)
    refused(
        DataError,
        lambda: stats.att_gt(frame, **PANEL),
        zh="人群一侧|全体居民|居民",
        en="population|residents",
    )


def test_04_more_recorded_need_is_labelled_activity_and_is_no_effect(tmp_path: Path) -> None:
    refused(
        UsageError, lambda: stats.att_gt(roll_out(), **PANEL, outcome_kind="activity"), zh="是发现，不是影响", en="detection"
    )  # fmt: skip
    data = small.stored(
        tmp_path,
        {
            "stations": [small.station("S1", "522702001", opened_on="2022-02-01")],
            "visits": [{"station_id": "S1", "date": f"2022-0{m}-05", "households": 1} for m in (2, 3, 4)],
        },
    )
    made = swe.panel(data, outcome="visits", region="522702001"[:6], period="2022-01..2022-04")
    assert made.outcome_kind == "activity"
    told(made, "不能用来估计成效", "no effect can be estimated", kind="warning")


def test_05_a_pre_trend_test_comes_with_its_power_and_with_bounds_and_is_no_tick() -> None:
    found = stats.att_gt(roll_out(seed=1), **PANEL, base_period="universal")
    assert found["p"] > 0.05 and found["detectable_trend"] > 0
    said = told(found, "不证明趋势平行.*honest", "does not prove parallel trends.*honest", kind="warning")
    assert f"{found['detectable_trend']:.3g}" in said
    bounds = stats.honest(found.aggregate("event"), m=[0.0, 0.5]).table
    width = (bounds["upper"] - bounds["lower"]).to_numpy()
    assert width[1] > width[0]
    one, two = (stats.att_gt(roll_out(seed=1), **PANEL).text(lang) for lang in ("zh", "en"))
    same_numbers(one, two)


def test_06_a_treatment_that_lapsed_is_flagged_and_never_recoded() -> None:
    frame = roll_out()
    frame["on"] = ((frame["g"] > 0) & (frame["t"] >= frame["g"])).astype(int)
    steady = stats.att_gt(frame, **PANEL, treated="on")
    silent(steady, "lost their treatment")
    frame.loc[(frame["u"].isin([1, 4])) & (frame["t"] == 6), "on"] = 0
    found = stats.att_gt(frame, **PANEL, treated="on")
    assert "2 units" in told(found, "2 个单位的处理曾经中断", "2 units lost their treatment", kind="warning")
    pd.testing.assert_frame_equal(found.table, steady.table)
    told(found, "以两个时间各算一次", "run both dates", kind="method")


def test_07_a_county_hub_that_spills_over_is_said_left_out_or_taken_as_the_treatment() -> None:
    frame = roll_out()
    frame["hub"] = np.where((frame["g"] == 0) & (frame["u"] % 2 == 0), 2, 0)
    told(
        stats.att_gt(frame, **PANEL, hub="hub"),
        "10 个单位.*仍作对照|10 个单位",
        "10 units.*'donut'.*'county'",
        kind="warning",
    )
    donut = stats.att_gt(frame, **PANEL, hub="hub", spillover="donut")
    assert donut["n_units"] == 50
    told(donut, "环形对照", "donut", kind="exclusion")
    county = stats.att_gt(frame, **PANEL, hub="hub", spillover="county")
    assert set(county.table["group"]) == {2}
    told(county, "县级总站", "county hub", kind="method")


def test_08_few_clusters_widen_the_interval_and_few_treated_ones_call_for_randomisation() -> None:
    frame = roll_out((0, 3))
    frame["city"] = frame["u"] % 12
    found = stats.att_gt(frame, **PANEL, cluster="city")
    row = found.table.iloc[0]
    assert (row["upper"] - row["att"]) / row["se"] == pytest.approx(2.200985, abs=1e-5)  # t(11), 97.5 %
    told(found, r"只有 12 个聚类.*t\(11\)", r"only 12 clusters.*t\(11\)", kind="warning")
    told(found, "随机化|randomisation", "only 6 clusters are treated.*randomisation", kind="warning")
    drawn = stats.randomisation(frame, **PANEL, assigned_by="city", draws=99)
    assert 0.02 <= drawn["p"] <= 1 and drawn["n_assigned"] == 12
    told(drawn, "重抽建站时间 99 次", "redrawn 99 times", kind="method")
    two_way = stats.twfe(frame, **PANEL, cluster="city", draws=99)
    told(two_way, "野聚类自助 99 次", "wild cluster bootstrap, 99 draws", kind="method")


# -- comparing --


def test_09_differences_between_units_are_tiers_and_an_arrow_needs_two_errors_of_the_difference(
    chapter: tuple[ComparisonView, dict[str, str]],
) -> None:
    rng = np.random.default_rng(1)
    expected = rng.gamma(4, 10, 400)
    rates = rng.gamma(4, 0.25, 400)  # coefficient of variation 0.5, nobody out of the ordinary
    frame = pd.DataFrame({"unit": range(400), "n": rng.poisson(rates * expected), "e": expected})
    columns = {"unit": "unit", "count": "n", "expected": "e"}
    naive, wide = (stats.funnel(frame, **columns, overdispersion=o) for o in ("none", "additive"))
    assert naive["outliers"] > 0.2 * 400 and wide["outliers"] < 0.05 * 400 and wide["tau2"] > 0
    told(naive, "400 个单位即 400 次检验", "400 units are 400 tests", kind="warning")
    # arrows: 10 → 20 of one unit while all others stay; 10 → 13 is no arrow
    before = pd.DataFrame({"unit": range(20), "count": 10, "exposure": 12})
    after = before.assign(count=[30, 13, *[10] * 18])
    found = moves(before, after)
    assert found.table["arrow"].tolist() == [1, *[0] * 19]
    assert abs(found.table["z"].iloc[1]) < 2 < found.table["z"].iloc[0]
    told(found, "20 个单位即 20 次比较", "20 units are 20 comparisons", kind="warning")
    assert moves(before, before.assign(count=40))["moved"] == 0  # what all did together is nobody's arrow
    # on the page
    view, pages = chapter
    assert view.comparison is not None
    arrows = view.comparison["valid_activities"].moves
    assert arrows is not None and arrows.table.set_index("unit")["arrow"][TOWNS[1]] == -1
    in_both(pages, r"7 个 ?站 ?中 ?1 ?个的变化超过差的 2 倍标准误.*?约 [\d.]+ 个",
            r"of 7 stations, 1 moved by more than 2 standard errors.*?about [\d.]+ would")  # fmt: skip
    in_both(pages, "Birch.{0,120}后半段降", "Birch.{0,160}down in the second half")
    in_both(pages, "可分 2 档，档内分不出高下", "fall into 2 tiers; inside a tier they cannot be told apart")


def test_10_the_value_to_expect_next_stands_beside_the_observed_one(
    chapter: tuple[ComparisonView, dict[str, str]],
) -> None:
    frame = stations([9, 12, 11, 10, 40, 8, 14, 7])
    found = stats.shrink(frame, unit="unit", count="count", exposure="exposure")
    tau2 = found["alpha"] / found["beta"] ** 2
    s2 = found["mean"] / 12
    rho = tau2 / (tau2 + s2)
    expected = found["mean"] + rho * (frame["count"] / 12 - found["mean"])
    assert found.table["shrunken"].to_numpy() == pytest.approx(expected.to_numpy())
    assert rho < 1
    told(found, "向均值回归", "regress towards the mean", kind="method")
    # picked for being first, chance gives it back: the shrunken value foretells the next draw better than the raw one
    rng = np.random.default_rng(0)
    true = rng.gamma(16, 1 / 16, 300)
    one, two = rng.poisson(true * 20), rng.poisson(true * 20)
    made = stats.shrink({"u": range(300), "y": one, "e": 20}, unit="u", count="y", exposure="e").table
    top = np.argsort(-one)[:15]
    seen, next_time = one[top].mean() / 20, two[top].mean() / 20
    assert abs(made["shrunken"].iloc[top].mean() - next_time) < abs(seen - next_time) / 3
    view, pages = chapter
    assert view.comparison is not None
    row = view.comparison["valid_activities"].table.set_index("unit").loc[TOWNS[0]]
    assert row["expected_next"] < row["value"]
    both = in_both(pages, r"Ash：观察值 ([\d.]+) [^；]*?，下一期期望 ([\d.]+)[^；]*?（最高）",
                   r"Ash \(highest\): ([\d.]+) .{0,60}? seen, ([\d.]+) .{0,60}? to be expected")  # fmt: skip
    assert float(both[0][1]) > float(both[0][2])


def test_11_small_denominators_have_exact_limits_and_are_marked() -> None:
    found = stats.proportion(
        {"unit": ["few", "many"], "x": [3, 60], "n": [19, 200]}, x="x", n="n", unit="unit"
    )
    assert found.table["status"].tolist() == ["below_validity", "ok"]
    told(found, "1 个单位的分母不足 20，已标出", "below 20: 1; they are marked", kind="warning")
    rates = stats.rate({"unit": ["a"], "n": [3], "e": [12]}, count="n", exposure="e", unit="unit")
    assert rates.table["method"].tolist() == ["exact"] and rates.table["status"].tolist() == [
        "below_validity"
    ]
    assert rates.table["upper"].iloc[0] == pytest.approx(
        8.76727 / 12, abs=1e-5
    )  # Garwood's limit of 3 events
    each = compared(stations([2, 3, 4, 3, 2]))["valid_activities"]
    assert each.table["small"].all() and each.table["expected_next"].nunique() == 1
    told(
        each.notes, "5 个单位的期望数.*不足 20", "5 units are expected to have fewer than 20", kind="warning"
    )


def test_12_many_tests_are_corrected_in_families_and_counted(
    chapter: tuple[ComparisonView, dict[str, str]],
) -> None:
    p = [0.001, 0.02, 0.03, 0.04, *np.linspace(0.06, 0.99, 36)]
    bh, by = (stats.multiplicity(p, method=m) for m in ("bh", "by"))
    assert sum(x < 0.05 for x in p) == 4 and bh["rejected"] == 1 and by["rejected"] == 0
    assert (by.table["p_adjusted"] >= bh.table["p_adjusted"]).all()
    told(bh, "同一族共 40 次检验", "40 tests in the family", kind="n")
    told(bh, "独立或正相关", "independent or positively dependent", kind="method")
    told(by, "任何相关结构", "any dependence", kind="method")
    two = pd.concat([stations([9, 12, 11, 10, 8]), stations([3, 5, 4, 6, 2]).assign(measure="valid_groups")])
    found = compared(two)
    assert found.tests == 10
    told(found.notes, "自成一族.*10 次检验", "a family of its own.*10 tests", kind="method")
    in_both(chapter[1], r"错误发现率 5% （BH 校正，各单位相互独立），共 7 次检验",
            r"false discovery rate 5% \(BH, units being independent\), 7 tests in all")  # fmt: skip


# -- what numbers mean --


def test_13_person_times_are_no_persons_a_stock_is_no_flow_and_a_total_is_no_month() -> None:
    persons, times = Bounded.exact(30, "person"), Bounded.exact(44, "person_time")
    refused(DataError, lambda: persons + times, zh="单位不同", en="different units.*person and person_time")
    stock, flow = Bounded.exact(1094, "station"), Bounded.exact(42.4, "station/month")
    refused(DataError, lambda: stock.at_least_as_much(flow), zh="单位不同", en="station and station/month")
    units = {"F1": "person", "F2": "person_time"}
    refused(
        DefinitionError,
        lambda: unit_of(parse_expression("F1 + F2"), units),
        zh="不能相加减",
        en="adds different units",
    )
    monthly = [("2023-01", 40), ("2023-02", 35), ("2023-03", 52), ("2023-04", 41)]
    totals = [(m, sum(n for _, n in monthly[: i + 1])) for i, (m, _) in enumerate(monthly)]
    ask = {"target": 500, "deadline": "2023-12-31", "reached": 168}
    assert stats.target_forecast(monthly, **ask)["rate"] == 42
    refused(
        DataError,
        lambda: stats.target_forecast(totals, **ask),
        zh="168 就是累计数",
        en="168, is the total reached",
    )
    told(
        stats.target_forecast(totals, target=500, deadline="2023-12-31"),
        "4 个月的数逐月上升",
        "rise in every one of 4 months",
    )
    told(
        stats.pace(monthly, target=500, deadline="2023-12-31"),
        "累计数下降",
        "cumulative count falls",
        kind="warning",
    )
    target = {
        "station_id": "S1",
        "measure": "person_times",
        "measure_unit": "person",
        "month": "2022-06",
        "target": 100.0,
    }
    flagged("unit.measure", stations=[OWN], targets=[target])
    rows = [{**target, "measure_unit": "person_time", "month": f"2022-0{m}", "declared_in_month": n, "declared_total": n}
            for m, n in ((6, 10.0), (7, 25.0))]  # fmt: skip
    flagged("targets.month_sum", stations=[OWN], targets=rows)


@pytest.mark.parametrize(
    ("text", "low", "high", "zh", "en"),
    [
        ("2000余人次", 2000, np.inf, "≥ 2,000", "≥ 2,000"),
        ("超1000人", 1000, np.inf, "≥ 1,000", "≥ 1,000"),
        ("上千名", 1000, np.inf, "≥ 1,000", "≥ 1,000"),
        ("近四万人", 0, 40000, "≤ 40,000", "≤ 40,000"),
    ],
)
def test_14_press_bounds_are_intervals_and_no_table_prints_a_lone_point(
    text: str, low: float, high: float, zh: str, en: str
) -> None:
    bound = swe.press_number(text)
    assert (bound.low, bound.point, bound.high) == (low, None, high)
    row = number(
        "x", "52", ("甲", "a"), bound, unit=bound.unit, method="as published", source="s", as_of="2023"
    )
    assert row.value is None and row.method == "press bound"
    assert (text_of(row, "zh"), text_of(row, "en")) == (zh, en)
    assert ("至" in text_of(row, "zh", prose=True), "at " in text_of(row, "en", prose=True)) == (True, True)
    assert (bound / Bounded.exact(8, "station")).point is None


def test_14_press_bounds_are_told_on_the_page(published: Callable[[str], dict[str, Evaluation]]) -> None:
    both = published("52")
    on_page(
        both,
        "problems",
        r"\d+ 个公开数字中有 \d+ 个只有界限或是约数",
        r"Of \d+ published figures \d+ are bounds or approximate",
    )
    page = plain(SECTIONS["annex"](both["en"])._repr_html_())
    assert "≥ 1,000" in page


def test_15_a_dated_denominator_is_named_and_both_are_shown_where_registers_differ(
    published: Callable[[str], dict[str, Evaluation]],
) -> None:
    found = swe.coverage("3412", as_of="2024-03-31", stations=167)
    assert found["rate"] == 1
    said = told(
        found,
        r"168 个（99.40%）.*167 个（100.00%）",
        r"168 in 2021-10-31 \(99.40%\).*167 in 2023-06-30 \(100.00%\)",
        kind="warning",
    )
    assert "2021-10-31" in said
    told(found, "2023-06-30 的区划登记表", "register of 2023-06-30", kind="method")
    on_page(published("3412"), "coverage", r"登记表之间有差别： 20\S+ 的有 168 个单位， 2023-06-30 的有 167 个",
            r"Registers differ: that of \S+ has 168 units, that of 2023-06-30 167")  # fmt: skip


def test_15_a_finding_names_the_range_of_the_registers(
    published: Callable[[str], dict[str, Evaluation]],
) -> None:
    on_page(published("43"), "problems", r"各版登记表有 [\d,]+ 至 [\d,]+ 个单位，本报告用 2019-10-31 的 1,937 个",
            r"registers have [\d,]+ to [\d,]+ units, and this report uses the 1,937 of 2019-10-31")  # fmt: skip


def test_16_silence_is_no_zero_and_no_average_it_is_bounded(
    reports: dict[str, Evaluation], chapter: tuple[ComparisonView, dict[str, str]]
) -> None:
    found = stats.completeness_bounds(pd.DataFrame({"active": [1, 1, 1, 0, None, None]}), value="active")
    assert (found["estimate"], found["lower"], found["upper"]) == pytest.approx((0.75, 0.5, 5 / 6))
    told(found, "不用均值填补|从不用均值填补", "no gap is filled by a mean", kind="method")
    told(found, "完整率 66.7%", "completeness 66.7%", kind="warning")
    view, pages = chapter
    assert view.comparison is not None
    each = view.comparison["valid_activities"]
    assert each.apart["unit"].tolist() == [TOWNS[3]]  # four of twelve months silent: not compared
    row = each.table.set_index("unit").loc[
        TOWNS[2]
    ]  # one silent: compared, and its limits hold the worst case
    full = compared(stations([row["count"], *[44.0] * 6], exposure=[11.0, *[12.0] * 6]))[
        "valid_activities"
    ].table.iloc[0]
    assert row["silent"] == 1 and row["value"] == row["count"] / 11
    assert row["lower"] < full["lower"] * 11 / 12 * 1.001 and row["lower"] < row["count"] / 12 < row["value"]
    told(each.notes, "1 个单位缺报少数月份.*最坏情形", "1 of the units compared.*worst case", kind="warning")
    in_both(
        pages,
        "报到的月份不足应报的 90% 的站另列，不当作零",
        "fewer than 90% of their months stand apart and are not taken as zero",
    )
    apart = each.apart.iloc[0]
    assert apart["at_least"] == apart["count"] / 12 < apart["value"] == apart["count"] / 8
    in_both(
        pages,
        "活动缺报超过一成月份的单位（不参加比较）.*Elm",
        "more than a tenth of their months without a report.*Elm",
    )
    on_page(
        reports,
        "limits",
        "没有报的月份可能全无服务，也可能全有",
        "Months not reported may all be without service or all with it",
    )


def test_16_a_station_that_hides_its_poor_months_gains_no_place() -> None:
    others = [48.0] * 8
    honest = stations([70.0, *others], due=12.0, reported=12.0)
    hiding = honest.assign(exposure=[11.0, *[12.0] * 8], reported=[11.0, *[12.0] * 8])
    one, two = (compared(f)["valid_activities"].table.set_index("unit").loc["s00"] for f in (honest, hiding))
    assert two["value"] > one["value"]
    assert two["rank_upper"] >= one["rank_upper"] and two["p"] >= one["p"] and two["lower"] <= one["lower"]
    # far enough above to stand alone, had it been open eleven months; not with one of twelve withheld
    open_eleven = honest.assign(count=[82.0, *others], exposure=[11.0, *[12.0] * 8], due=[11.0, *[12.0] * 8])
    open_eleven = open_eleven.assign(reported=open_eleven["due"])
    withheld = open_eleven.assign(due=12.0)
    assert [compared(f)["valid_activities"].tiers for f in (open_eleven, withheld)] == [2, 1]


def test_17_heaps_late_entry_and_copies_are_flags_with_counts_and_cost_no_points(
    reports: dict[str, Evaluation],
) -> None:
    heaped = stats.heaping(
        pd.DataFrame({"n": [10, 15, 20, 25, 30, 35, 40, 45, 50, 60] * 3 + [11, 12, 13]}), value="n"
    )
    assert heaped["p"] < 1e-6
    days = pd.date_range("2022-01-05", periods=40, freq="5D")
    entered = [*days[:10], *[pd.Timestamp("2022-12-30")] * 30]
    late = stats.late_entry(pd.DataFrame({"s": days, "e": entered}), service_date="s", entry_date="e")
    assert late["share"] == 0.75 and late["p"] < 0.001
    rows = pd.DataFrame({"a": [1, 1, 1, 2, 3], "b": [7, 7, 7, 8, 9], "c": [5, 5, 5, 1, 2]})
    twin = stats.copied(rows, columns=["a", "b", "c"])
    assert twin["copies"] == 2
    for each, counted in ((heaped, "33"), (late, "40"), (twin, "5")):
        zh, en = each.text("zh"), each.text("en")
        same_numbers(zh, en)
        assert counted in DIGITS.findall(en)
        told(each, "扣分依据|不扣分|不作扣分", "deduct|points")
    on_page(
        reports, "limits", "迹象是去看一看的理由，不扣分", "A sign is a reason to look and takes no points"
    )
    ledger = reports["zh"].ledger
    assert ledger is not None and ledger.scores is not None
    assert ledger.assessed.data.flags["late_entry"] is True
    ours = {item.code for item in framework("generic-100").spec.deductions.items}  # type: ignore[union-attr]
    assert (ledger.scores.points.query("part == 'deduction'")["indicator"].astype(str)).isin(ours).all()
    assert (ledger.scores.table["deduction"].fillna(0) == 0).all() or ledger.findings is not None


def test_18_declared_and_valid_stand_side_by_side(reports: dict[str, Evaluation]) -> None:
    groups = [
        {"station_id": "S1", "sessions": s, "participants": n} for s, n in ((4, 5), (3, 5), (4, 4), (6, 12))
    ]
    frame = pd.DataFrame(groups).astype({"station_id": "string"})
    home = pd.DataFrame([OWN]).astype("string")
    places = {"_file": "a", "_sheet": "1", "_row": 2}
    counted = checking.valid_counts({"stations": home.assign(**places), "groups": frame.assign(**places)})
    row = counted[counted["kind"] == "group"].iloc[0]
    assert (row["declared"], row["valid"]) == (4, 2)
    e = reports["zh"]
    declared, valid = (e.numbers[f"output.{name}.case"].value for name in ("declared", "valid"))
    assert declared is not None and valid is not None and valid < declared
    on_page(reports, "output", "小组不少于 4 节、每节 5 人，个案面谈不少于 5 次，活动不少于 8 人",
            "a group of at least 4 sessions and 5 persons, a case of at least 5 contacts, an activity of at least 8 persons")  # fmt: skip
    on_page(reports, "output", r"申报数 .{0,30}有效数|申报 .{0,40}有效", r"[Dd]eclared .{0,40}[Vv]alid")
    on_page(
        reports,
        "problems",
        rf"申报 {int(declared)} 个，达到最低要求的 {int(valid)} 个",
        rf"{int(declared)} declared, {int(valid)} meet the minima",
    )


# -- scores --


def graded(*, scale: float, veto: bool = False) -> Any:
    """A system of three dimensions: A 60 points, B and C 20 each."""
    words = {"zh": "名称", "en": "name"}
    full = {"A1": 60.0, "B1": 20.0, "C1": 20.0}
    spec: dict[str, Any] = {
        "id": "t", "status": "draft", "title": words, "source": {"document": "d"}, "origin": "synthetic",
        "scale": str(scale), "contract": "ledger-v1", "applies_to": ["station"],
        "indicators": [
            {"code": c, "dimension": c[0], "name": words, "about": "person", "evidence": words, "missing": "zero",
             "measure": {"share": "cases", "where": {"stage": {"equals": "closed"}}},
             "score": {"linear": {"from": 0, "to": 1}, "points": points}}
            for c, points in full.items()
        ],
        "dimensions": [{"code": c[0], "name": words, "points": points} for c, points in full.items()],
        "grades": [{"from": 80, "name": {"zh": "良好", "en": "Good"}}, {"from": 0, "name": {"zh": "不合格", "en": "Fail"}}],
    }  # fmt: skip
    if veto:
        spec["vetoes"] = [{"code": "V1", "name": {"zh": "安全事故", "en": "Accident"}, "table": "findings",
                           "where": {"kind": {"equals": "safety_accident"}}, "grade": "Fail"}]  # fmt: skip
    return Framework(FrameworkSpec.model_validate(spec), Path("t.yml"), "")


def scored(values: np.ndarray, fw: Any, **more: list[float]) -> Any:
    codes = [item.code for item in fw.indicators]
    units = [f"S{u:03}" for u in range(len(values))]
    frame = pd.DataFrame(
        {"unit": np.repeat(units, len(codes)), "indicator": codes * len(units), "value": values.ravel()}
    )
    for code, found in more.items():
        frame = pd.concat(
            [frame, pd.DataFrame({"unit": units, "indicator": code, "value": found, "numerator": found})]
        )
    return swe.score(frame.assign(status="ok"), fw, resamples=0)


def test_19_scores_that_bunch_above_a_cut_off_are_tested_in_equal_windows() -> None:
    even = [*range(54, 66)] * 6
    pushed = [57, 58, *[60] * 14, *[61] * 6, 62, 75]
    flat, bunched = (
        stats.bunching(pd.DataFrame({"s": x}), value="s", cut_offs=60, window=3) for x in (even, pushed)
    )
    assert flat["flagged"] == 0 and bunched["flagged"] == 1
    assert (bunched["below"], bunched["above"]) == (2, 21)
    assert bunched["p"] == pytest.approx(277 / 2**23, rel=1e-12)  # (C(23,0) + C(23,1) + C(23,2)) / 2²³
    told(bunched, "两侧各取 3 分等宽窗口", "equal windows of 3 points on each side", kind="method")
    told(bunched, "聚集不等于作假", "no proof of tampering", kind="warning")
    same_numbers(bunched.text("zh"), bunched.text("en"))
    refused(
        DataError, lambda: stats.bunching(pd.DataFrame({"s": pushed}), value="s", cut_offs=60, window=2.5),
        zh="window = 2.5 不是它的整数倍", en="window = 2.5 is no multiple",
    )  # fmt: skip


def test_20_nominal_weights_stand_beside_effective_ones_and_a_veto_beats_a_high_total(
    reports: dict[str, Evaluation],
) -> None:
    rng = np.random.default_rng(1)
    values = np.column_stack([np.full(60, 0.9), rng.uniform(0, 1, 60), rng.uniform(0, 1, 60)])
    weights = score_audit.effective_weights(scored(values, graded(scale=100))).table.set_index("code")
    assert weights.loc["A", "nominal"] == 0.6 and weights.loc["A", "effective"] == 0
    told(
        score_audit.effective_weights(scored(values, graded(scale=100))),
        "相关的部分分享解释力",
        "correlated parts share",
        kind="method",
    )
    unsafe = scored(np.array([[1, 1, 1], [0.5, 0.5, 0.5]]), graded(scale=100, veto=True), V1=[1, 0]).table
    assert unsafe["total"].tolist() == [100, 50] and unsafe["grade"].tolist() == ["不合格", "不合格"]
    assert unsafe["rank"].tolist() == [2, 1]
    assert "安全事故" in unsafe["reasons_zh"][0] and "Accident" in unsafe["reasons_en"][0]
    # on the page: twelve stations, one dimension full everywhere, one accident
    fw = framework("generic-100")
    frames = []
    for u in range(12):
        for item in fw.indicators:
            frames.append(
                (f"5227020{u:02}", item.code, 1e3 if item.dimension == "D" else rng.choice([0.0, 1e3]))
            )
    vetoes = [
        (f"5227020{u:02}", veto.code, float(u == 0 and veto.code == "V2"))
        for u in range(12)
        for veto in fw.spec.vetoes
    ]
    made = pd.DataFrame([*frames, *vetoes], columns=["unit", "indicator", "value"])
    made = made.assign(status="ok", numerator=made["value"])
    planted = swe.score(made, fw, resamples=0)
    assert planted.values["vetoed"] == 1
    both = {lang: replace(e, ledger=replace(e.ledger, scores=planted)) for lang, e in reports.items()}
    on_page(
        both,
        "framework",
        "一级指标与权重 .*名义权重 实际权重 A ",
        "Dimensions and weights .*Nominal weight Effective weight A ",
    )
    on_page(both, "framework", r"D 服务产出 6 25 25% 0%", r"D Services delivered 6 25 25% 0%")
    on_page(
        both,
        "framework",
        "与名义权重相差大，说明总分由少数维度决定",
        "far from the nominal one, few dimensions decide the totals",
    )
    on_page(both, "overall", r" 1 个站被一票否决", r"Vetoed: 1 ")


def test_21_one_rater_a_city_is_confounded_with_the_city_and_agreement_has_an_interval(
    reports: dict[str, Evaluation],
) -> None:
    def ratings(rows: list[tuple[str, str, float]]) -> pd.DataFrame:
        frame = pd.DataFrame(rows, columns=["station_id", "rater", "score"])
        return frame.assign(indicator_code="A1", rater_source="third_party", round="final", full_points=10.0)

    alone = ratings([("S1", "R1", 9), ("S2", "R1", 8), ("S3", "R2", 4), ("S4", "R2", 5)])
    city = {"S1": "甲", "S2": "甲", "S3": "乙", "S4": "乙"}
    found = score_audit.rater_severity(
        alone, places={k: {"甲": "east", "乙": "west"}[v] for k, v in city.items()}
    )
    assert found["overlapping"] == 0 and found["alone"] == 4
    told(
        found,
        "评分人的宽严与站的好坏分不开",
        "strict raters and weak stations cannot be told apart",
        kind="warning",
    )
    told(found, "2 个地方只有一名评分人", "2 places have one rater", kind="warning")
    with pytest.raises(DataError) as caught:
        score_audit.rater_agreement(alone)
    assert "没有两名评分人" in caught.value.zh and "no two raters" in caught.value.en
    # Shrout & Fleiss (1979), table 2
    judges = pd.DataFrame(
        [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]
    )
    both = stats.icc(judges)
    assert (
        both["icc_2_1"] == pytest.approx(0.2898, abs=5e-5)
        and both["icc_2_1_lower"] < 0.05 < 0.7 < both["icc_2_1_upper"]
    )
    told(both, "只有 6 个共同评分的对象，区间很宽", "only 6 targets in common", kind="warning")
    zh, en = both.text("zh"), both.text("en")
    same_numbers(zh, en)
    thin = pd.concat([judges, pd.DataFrame([[5.0, np.nan, np.nan, np.nan]] * 10)], ignore_index=True)
    told(
        stats.icc(thin),
        "只有 38% 的对象由两位以上评者评分",
        "only 38% of the targets had more than one rater",
        kind="warning",
    )
    # on the page: twelve things rated twice, three by one rater only
    rng = np.random.default_rng(4)
    true = rng.uniform(3, 9, 12)
    rows = [(f"S{u}", r, float(np.clip(true[u] + shift + rng.normal(0, 0.7), 0, 10)))
            for u in range(12) for r, shift in (("R1", 0.0), ("R2", 1.0))]  # fmt: skip
    named = ratings([*rows, *((f"S9{u}", "R3", 9.0) for u in range(3))]).assign(framework_id="generic-100")
    pages = {lang: replace(e, ledger=replace(e.ledger, ratings=named)) for lang, e in reports.items()}
    on_page(
        pages,
        "limits",
        r"3 条评分只有一名评分人评过，分不开",
        r"3 ratings were given by one rater only: strict raters and weak stations cannot be told apart",
    )
    on_page(pages, "limits", r"评分人一致性 ICC 为 0\.\d+（0\.\d+–0\.\d+）|评分人一致性 ICC 为 [^。]*0\.\d+–0\.\d+",
            r"Agreement of raters: ICC [^:]*0\.\d+–0\.\d+")  # fmt: skip


# -- surveys and money --


def answers(seed: int = 0, *, satisfied: float = 0.6, spread: float = 0.25) -> pd.DataFrame:
    """Ten respondents at each of 20 stations whose own level differs."""
    rng = np.random.default_rng(seed)
    level = np.clip(satisfied + spread * rng.normal(size=20), 0, 1)
    y = rng.random((20, 10)) < level[:, None]
    return pd.DataFrame(
        {
            "station": np.repeat(np.arange(20), 10),
            "known": y.ravel().astype(float),
            "mark": np.where(y, 5.0, 4.0).ravel(),
        }
    )


def test_22_satisfaction_of_picked_people_at_the_ceiling_is_flagged_and_is_no_effect(
    reports: dict[str, Evaluation],
) -> None:
    full = answers(satisfied=1.0, spread=0.02)
    found = stats.survey(full, value="mark", weights=None, cluster="station", chosen_by="station")
    assert (full["mark"] == 5).mean() > 0.9
    told(found, "由站点自行挑选", "the station picked the respondents", kind="warning")
    said = told(
        found,
        r"回答在最高一档（超过 90%）：天花板",
        r"gave the highest answer \(more than 90%\): a ceiling",
        kind="warning",
    )
    assert f"{(full['mark'] == 5).mean():.1%}" in said
    told(
        found,
        "满意度是受访者的评价，不是服务成效",
        "does not measure what the service changed",
        kind="method",
    )
    sample = stats.survey(answers(), value="mark", weights=None, cluster="station", chosen_by="sample")
    silent(sample, "picked the respondents|a ceiling")
    on_page(
        reports,
        "awareness",
        "台账没有写明受访者由谁选取；由站点自己选人时满意率偏高。满意不是成效",
        "does not say who picked the respondents.*Satisfaction is not effect",
    )
    top = reports["zh"].numbers["awareness.top_share"].value
    assert top is not None
    on_page(
        reports,
        "awareness",
        rf"给最高分的回答占 {100 * top:.2f}%",
        rf"{100 * top:.2f}% of the answers are the highest mark",
    )


def test_23_a_clustered_survey_has_a_design_effect_and_a_wider_interval(
    reports: dict[str, Evaluation],
) -> None:
    frame = answers()
    found = stats.survey(
        frame, value="known", kind="proportion", weights=None, cluster="station", chosen_by="sample"
    )
    simple = stats.proportion({"x": [frame["known"].sum()], "n": [200]}, x="x", n="n")
    assert found["deff"] > 1.5 and found["n_effective"] == pytest.approx(200 / found["deff"])
    assert found["upper"] - found["lower"] > 1.2 * (simple["upper"] - simple["lower"])
    zh, en = found.text("zh"), found.text("en")
    same_numbers(zh, en)
    assert "设计效应" in zh and "design effect" in en
    unclustered = stats.survey(frame, value="known", kind="proportion", weights=None, chosen_by="sample")
    told(
        unclustered,
        "若在站点内访问，区间会过窄",
        "if asked within stations, the interval is too narrow",
        kind="warning",
    )
    rate = reports["zh"].numbers["awareness.known_rate"]
    assert rate.method == "survey by design"
    deff, n, of = (
        reports["zh"].numbers[f"awareness.known.{part}"].value for part in ("deff", "n_effective", "n")
    )
    assert deff is not None and n is not None and of is not None and deff > 1 and n < of
    on_page(
        reports,
        "awareness",
        rf"有效知晓（五项中三项及以上） .{{0,80}} {of} {n:.1f} {deff:.2f}",
        rf"Aware \(three of five or more\) .{{0,80}} {of} {n:.1f} {deff:.2f}",
    )
    on_page(
        reports,
        "awareness",
        "区间为 95% ，站为群；设计效应是",
        "Intervals are 95% with stations as clusters; the design effect is",
    )


def test_24_cost_per_contact_stands_beside_cost_per_completed_case_with_the_mix(
    reports: dict[str, Evaluation],
) -> None:
    numbers = reports["zh"].numbers
    contact, case = (numbers[f"money.cny_per_{what}"].value for what in ("valid_service", "completed_case"))
    assert contact is not None and case is not None and case > 10 * contact
    mix = [numbers[f"money.mix.{name}"].value for name in ("cases", "groups", "activities", "visits")]
    assert sum(x or 0 for x in mix) == pytest.approx(1)
    on_page(
        reports,
        "money",
        "每有效服务人次成本会奖励轻量的接触，因此与每结案个案成本并列，并给出人次的构成",
        "Cost per valid person-time rewards brief contacts; so cost per completed case stands beside it, and the mix of person-times below",
    )
    on_page(
        reports,
        "money",
        rf"每有效服务人次成本 {contact:,.1f} .*每结案个案成本 {case:,.0f} .*直接服务人次的构成",
        rf"Cost per valid person-time {contact:,.1f} .*Cost per completed case {case:,.0f} .*Mix of direct person-times",
    )


def test_25_an_efficiency_frontier_of_too_few_units_is_refused_and_none_is_a_league_table() -> None:
    stores = pd.DataFrame(
        {"staff": [2, 3, 3, 4, 5, 5, 6, 8], "sales": [1, 3, 2, 3, 4, 2, 3, 5]}, list("ABCDEFGH")
    )
    refused(
        DataError, lambda: stats.dea(stores.assign(area=1.0, visits=2.0), inputs=["staff", "area"], outputs=["sales", "visits"]),
        zh="至少需要 12 个单位，现有 8 个", en="need 12 units at least, there are 8",
    )  # fmt: skip
    found = stats.dea(stores, inputs=["staff"], outputs=["sales"])
    assert found.table["unit"].tolist() == list("ABCDEFGH") and "rank" not in found.table
    assert set(found.table["peers"]) == {"B"}
    told(found, "效率值不宜排名，请看参照单位", "not for ranking, look at the peers", kind="warning")
    sure = stats.dea(stores, inputs=["staff"], outputs=["sales"], bootstrap=200)
    assert (sure.table["lower"] < sure.table["upper"]).all() and (
        sure.table["upper"] <= sure.table["efficiency"] + 1e-9
    ).all()
    told(sure, "200 次", "200 draws", kind="method")


# -- programmes, claims, plans --


def test_26_a_pairing_programme_shows_its_gap_before_and_is_matched() -> None:
    rng = np.random.default_rng(2)
    need = np.r_[rng.normal(5, 1, 12), rng.normal(3, 1.2, 60)]
    pair = np.r_[np.ones(12), np.zeros(60)]
    before = 2 * need + rng.normal(0, 0.2, 72)
    after = (
        before + 1.0 + 0.8 * need + 1.0 * pair + rng.normal(0, 0.2, 72)
    )  # needy places would have grown anyway
    frame = pd.DataFrame({"town": range(72), "pair": pair, "need": need, "y0": before, "y1": after})
    gap = stats.balance(frame, treated="pair", covariates=["need"])
    assert gap["max_smd"] > 1
    told(
        gap,
        r"两组在 need 上差异明显（标准化均差超过 0.1）",
        r"the groups differ in need \(standardised difference above 0.1\)",
        kind="warning",
    )
    change = frame["y1"] - frame["y0"]
    naive = change[pair == 1].mean() - change[pair == 0].mean()
    matched = stats.match(
        frame, unit="town", treated="pair", covariates=["need"], before="y0", after="y1", caliper=0.3
    )
    assert (
        naive > 2
        and abs(matched["att"] - 1) < 0.4
        and matched["max_smd_after"] < 0.2 < matched["max_smd_before"]
    )
    told(matched, "结对地区由人挑选", "places were picked", kind="warning")
    told(
        matched,
        f"{matched['max_smd_before']:.2f} 降至",
        f"{matched['max_smd_before']:.2f} before matching",
        kind="method",
    )
    if matched["n_unmatched"]:
        told(matched, "找不到对照", "found no control", kind="exclusion")
    served, contacts = Bounded.at_least(2000, "person"), Bounded.at_most(40000, "person_time")
    refused(DataError, lambda: served + contacts, zh="单位不同", en="person and person_time")


def test_26_cash_and_goods_stand_apart_on_the_page(reports: dict[str, Evaluation]) -> None:
    cash, goods = (reports["zh"].numbers[f"linkage.{name}"].value for name in ("cny", "in_kind_cny"))
    assert cash and goods
    on_page(
        reports,
        "linkage",
        "资金与物资折价分开，不相加",
        "money and the value of goods stand apart and are not added",
    )
    pages = [plain(SECTIONS["linkage"](e)._repr_html_()) for e in reports.values()]
    for page in pages:
        assert f"{cash:,.0f}" in page and f"{goods:,.0f}" in page and f"{cash + goods:,.0f}" not in page


def test_27_what_is_claimed_and_what_was_recomputed_are_two_columns(
    published: Callable[[str], dict[str, Evaluation]],
) -> None:
    both = published("37")
    on_page(both, "coverage", r"公布 核算 判断 .*95.29% 1,739 / 1,810 = 96.08%.* — 1,825 / 1,813 = 100.66%",
            r"Published Recomputed Verdict .*95.29% 1,739 / 1,810 = 96.08%.* — 1,825 / 1,813 = 100.66%")  # fmt: skip
    found = swe.coverage("37", as_of="2023-10-17", stations=1825)
    assert found["rate"] > 1  # shown, not capped
    told(
        found,
        "所称覆盖率超过 100%：社工站 1,825 个",
        "the claimed coverage is above 100 %: 1,825 stations",
        kind="warning",
    )
    on_page(both, "problems", r"2022-09 公布的覆盖率 95.29% 与站数对应的分母是 1,825 ， 2022-10-31 登记表是 1,810 个单位，对不上",
            "rate of 95.29% published for 2022-09 and its count imply a denominator of 1,825 ; the register of 2022-10-31 has 1,810 units")  # fmt: skip
    on_page(both, "problems", r"2023-10-17 公布的站数多于 2023-06-30 登记表的单位数，核算覆盖率为 100.66%",
            r"count published for 2023-10-17 exceeds the units of the register of 2023-06-30 : 100.66%")  # fmt: skip
    on_page(both, "coverage", "不等于覆盖已经核实", "does not mean that coverage was verified")


def test_28_a_plan_is_hashed_at_its_first_run_and_what_was_done_otherwise_is_listed(tmp_path: Path) -> None:
    planned = plans.plan("guizhou-rollout")
    plans.register_plan(planned, tmp_path)
    lock = json.loads((tmp_path / plans.LOCK).read_text(encoding="utf-8"))
    assert lock["plans"][planned.id]["hash"] == planned.hash and len(planned.hash) == 64
    later = planned.spec.model_copy(update={"outcome": "complaints", "seed": 7})
    changed = plans.plan_hash(later)
    assert changed != planned.hash
    kept = plans.register_plan(replace(planned, spec=later), tmp_path)
    assert kept["outcome"] == "families_found"  # what was registered first stands
    found = plans.deviations(kept, later)
    assert [each.field for each in found] == ["outcome", "seed"]
    for each in found:
        same_numbers(each.zh, each.en)
    assert found[0].zh == "主要结果：登记为 families_found，实际用 complaints"
    assert found[0].en == "main outcome: registered families_found, used complaints"
    lock["plans"][planned.id]["settings"]["outcome"] = "complaints"
    (tmp_path / plans.LOCK).write_text(json.dumps(lock), encoding="utf-8")
    refused(
        DataError,
        lambda: plans.registered_plan(planned.id, tmp_path),
        zh="哈希不符",
        en="settings and hash differ",
    )
