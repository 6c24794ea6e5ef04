"""Scoring worked by hand: tables in, tables out, for each rule, missing policy, re-basing, bonus, deduction, veto, tie.

Every expected number is worked in the test's own lines, as decimals or fractions.
"""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from swe.core.errors import DataError, DefinitionError, UsageError
from swe.indicators.framework_model import FrameworkSpec, Score
from swe.indicators.frameworks import Framework
from swe.indicators.score_rules import exact_points, needed_value, points
from swe.indicators.scores import Scores, score
from swe.show.font import missing_glyphs
from swe.show.score_plots import draw_score
from swe.show.score_sentences import WRITERS, unit_sentence
from swe.show.style import canvas
from swe.show.words import word_lists
from swe.stats.intervals import wilson

SHARE = {"share": "cases", "where": {"stage": {"equals": "closed"}}}
GRADES = ((90, "优秀", "Excellent"), (80, "良好", "Good"), (60, "合格", "Pass"), (0, "不合格", "Fail"))


def words(text: str) -> dict[str, str]:
    return {"zh": text, "en": text}


def indicator(code: str, points: float, **changes: Any) -> dict[str, Any]:
    """An indicator whose points are its value times its full points, unless told otherwise."""
    made = {
        "code": code, "dimension": code[0], "name": words(code), "measure": SHARE, "about": "person", "missing": "zero",
        "evidence": words("files"), "score": {"linear": {"from": 0, "to": 1}, "points": points},
    }  # fmt: skip
    return {**made, **changes}


def framework_of(*indicators: dict[str, Any], **changes: Any) -> Framework:
    scale = float(changes.get("scale", "100"))
    codes = sorted({row["dimension"] for row in indicators})
    spec = {
        "id": "test", "status": "draft", "title": words("t"), "source": {"document": "d"}, "origin": "synthetic",
        "scale": "100", "contract": "ledger-v1", "applies_to": ["station"], "indicators": list(indicators),
        "dimensions": [
            {"code": c, "name": words(c), "points": sum(r["score"]["points"] for r in indicators if r["dimension"] == c)}
            for c in codes
        ],
        "grades": [{"from": cut * scale / 100, "name": {"zh": zh, "en": en}} for cut, zh, en in GRADES],
    }  # fmt: skip
    return Framework(FrameworkSpec.model_validate({**spec, **changes}), Path("test.yml"), "")


def frame(cells: dict[str, dict[str, Any]]) -> pd.DataFrame:
    """unit → code → a value, a status word, or a dict of columns."""
    rows = []
    for unit, own in cells.items():
        for code, given in own.items():
            row: dict[str, Any] = {
                "unit": unit,
                "period": "2023",
                "indicator": code,
                "value": np.nan,
                "status": "ok",
            }
            if isinstance(given, str):
                row["status"] = given
            elif isinstance(given, dict):
                row |= given
            else:
                row["value"] = float(given)
            rows.append(row)
    return pd.DataFrame(rows)


def scored(fw: Framework, cells: dict[str, dict[str, Any]], **options: Any) -> Scores:
    return score(frame(cells), fw, **{"resamples": 0, **options})


def cell(found: Scores, unit: str, code: str) -> Any:
    rows = found.points
    return rows[(rows["unit"] == unit) & (rows["indicator"] == code)].iloc[0]


TWO = (indicator("A1", 60), indicator("B1", 40))
FINDINGS = {"table": "findings", "where": {"kind": {"equals": "files"}}}


# -- rules --

RULES = [
    # (rule, direction, [(value, points)])
    ({"linear": {"from": 0.4, "to": 0.9}}, "up", [(0.3, 0), (0.4, 0), (0.65, 5), (0.9, 10), (1.4, 10)]),
    ({"linear": {"from": 30, "to": 10}}, "down", [(35, 0), (30, 0), (15, 7.5), (10, 10), (0, 10)]),
    (
        {"steps": [{"from": 5, "points": 6}, {"from": 10, "points": 10}]},
        "up",
        [(4.9, 0), (5, 6), (9.99, 6), (10, 10), (99, 10)],
    ),
    (
        {"steps": [{"from": 5, "points": 10}, {"from": 10, "points": 6}]},
        "down",
        [(0, 10), (5, 10), (5.1, 6), (10, 6), (10.1, 0)],
    ),
    ({"reach": 0.8}, "up", [(0.79, 0), (0.8, 10), (1, 10)]),
    ({"reach": 3}, "down", [(3.1, 0), (3, 10), (0, 10)]),
    ({"yesno": True}, "up", [(1, 10), (0, 0)]),
    ({"yesno": False}, "up", [(1, 0), (0, 10)]),
    ({"rating": "share"}, "up", [(0.85, 8.5), (0, 0), (1.2, 10), (-0.1, 0)]),
    (
        {"bands": [{"from": 0.2, "to": 0.4, "points": 10}, {"from": 0.4, "to": 0.6, "points": 5}, {"from": 0.9, "points": 2}]},
        "up",
        [(0.1, 0), (0.2, 10), (0.4, 5), (0.6, 0), (0.9, 2), (7, 2)],
    ),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "direction", "table"), RULES)
def test_each_rule_gives_the_points_of_its_table(rule, direction, table):
    made = Score.model_validate({**rule, "points": 10})
    values = np.array([value for value, _ in table], dtype=float)
    assert points(values, made, direction).tolist() == pytest.approx([given for _, given in table], abs=1e-12)
    assert [exact_points(Fraction(str(value)), made, direction) for value, _ in table] == [
        Fraction(str(given)) for _, given in table
    ]


def test_no_value_gives_no_points_rather_than_zero():
    made = Score.model_validate({"reach": 1, "points": 10})
    assert np.isnan(points(np.array([np.nan]), made)).all()


def test_a_rule_that_is_two_rules_or_has_equal_ends_is_refused():
    with pytest.raises(DefinitionError):
        points(np.array([1.0]), Score.model_validate({"reach": 1, "yesno": True, "points": 1}))
    with pytest.raises(DefinitionError):
        points(np.array([1.0]), Score.model_validate({"linear": {"from": 1, "to": 1}, "points": 1}))


def test_the_value_needed_for_points_is_where_the_rule_gives_them():
    linear = Score.model_validate({"linear": {"from": 0.4, "to": 0.9}, "points": 10})
    down = Score.model_validate(
        {"steps": [{"from": 5, "points": 10}, {"from": 10, "points": 6}], "points": 10}
    )
    wanted, value = np.array([5.0, 11.0]), np.array([0.5, 0.5])
    assert needed_value(wanted, value, linear)[0] == pytest.approx(0.65)
    assert np.isnan(needed_value(wanted, value, linear)[1])
    assert needed_value(np.array([6.0, 7.0]), np.array([20.0, 20.0]), down, "down").tolist() == [10, 5]


# -- totals --


def test_points_add_up_to_total_grade_rank_and_the_gap_to_the_next_grade():
    found = scored(
        framework_of(*TWO),
        {"S1": {"A1": 0.9, "B1": 0.9}, "S2": {"A1": 0.5, "B1": 0.75}, "S3": {"A1": 1, "B1": 0.75}},
    )
    rows = found.table[["unit", "total", "grade", "grade_en", "rank", "next_grade", "to_next"]]
    assert rows.values.tolist() == [
        [
            "S1",
            90,
            "优秀",
            "Excellent",
            1,
            pytest.approx(np.nan, nan_ok=True),
            pytest.approx(np.nan, nan_ok=True),
        ],
        ["S2", 60, "合格", "Pass", 3, 80, 20],
        [
            "S3",
            90,
            "优秀",
            "Excellent",
            1,
            pytest.approx(np.nan, nan_ok=True),
            pytest.approx(np.nan, nan_ok=True),
        ],
    ]


def test_a_total_that_is_ninety_in_decimals_is_excellent_though_its_floats_add_up_to_less():
    tenths = [indicator(f"A{k}", 10) for k in range(10)]
    values = [0.866, 0.924, 0.806, 0.965, 0.906, 0.946, 0.804, 0.815, 0.977, 0.991]  # nine in sum
    assert sum(v * 10 for v in values) < 90 == 10 * sum(Fraction(str(v)) for v in values)
    cells = {f"A{k}": v for k, v in enumerate(values)}
    less = {**cells, "A9": 0.99099999999}  # 1e-10 points short
    found = scored(framework_of(*tenths), {"S1": cells, "S2": less})
    assert found.table["grade"].tolist() == ["优秀", "良好"]
    assert found.table["total"].tolist()[0] == 90.0


def test_thirds_are_thirds_where_numerator_and_denominator_are_there():
    fw = framework_of(indicator("A1", 30), indicator("A2", 60), indicator("A3", 10))
    third = {"value": 1 / 3, "numerator": 1, "denominator": 3}
    all_but = {"value": 5 / 6, "numerator": 5, "denominator": 6}  # 10 + 50 + 0 = 60
    found = scored(fw, {"S1": {"A1": third, "A2": all_but, "A3": 0}})
    assert found.table[["total", "grade"]].values.tolist() == [[60, "合格"]]


def test_equal_totals_share_the_smallest_rank_though_their_floats_differ():
    fw = framework_of(indicator("A1", 10), indicator("A2", 20), indicator("A3", 70))
    cells = {
        "S1": {"A1": 0.1, "A2": 0.1, "A3": 0.1},  # 1 + 2 + 7
        "S2": {"A1": 0.3, "A2": 0, "A3": 0.1},  # 3 + 0 + 7
        "S3": {"A1": 0.6, "A2": 0.2, "A3": 0},  # 6 + 4
        "S4": {"A1": 0.3, "A2": 0.35, "A3": 0},  # 3 + 7
        "S5": {"A1": 0.2, "A2": 0.2, "A3": 0.06},  # 2 + 4 + 4.2 = 10.2
    }
    assert scored(fw, cells).table["rank"].tolist() == [2, 2, 2, 2, 1]


# -- missing --


@pytest.mark.parametrize(
    ("policy", "total", "status", "treatment"),
    [
        ("zero", 48, "ok", "zero"),
        ("reweight", 80, "ok", "left_out"),
        ("block", np.nan, "missing", "blocking"),
    ],
)
def test_a_missing_indicator_counts_as_its_policy_says(policy, total, status, treatment):
    fw = framework_of(indicator("A1", 60), indicator("B1", 40, missing=policy))
    found = scored(fw, {"S1": {"A1": 0.8, "B1": "missing"}})
    row = found.table.iloc[0]
    assert row["total"] == pytest.approx(total, nan_ok=True)
    assert row["status"] == status
    assert "B1" in row["reasons_en"]
    assert cell(found, "S1", "B1")["treatment"] == treatment
    assert cell(found, "S1", "B1")["reason_zh"]
    if policy == "block":
        assert row["grade"] == "" and np.isnan(row["rank"])


def test_what_is_missing_bounds_the_total_from_both_sides():
    fw = framework_of(indicator("A1", 60), indicator("B1", 40, missing="block"))
    row = scored(fw, {"S1": {"A1": 0.8, "B1": "missing"}}).table.iloc[0]
    assert (row["total_worst"], row["total_best"]) == (48, 88)


def test_a_row_that_is_not_there_is_missing_and_never_zero_under_reweight():
    fw = framework_of(indicator("A1", 60), indicator("B1", 40, missing="reweight"))
    found = scored(fw, {"S1": {"A1": 0.8}, "S2": {"A1": 0.8, "B1": 0}})
    assert found.table["total"].tolist() == [80, 48]
    assert any("lack rows" in note.en for note in found.notes)


@pytest.mark.parametrize("policy", ["zero", "reweight", "block"])
def test_what_does_not_apply_leaves_the_scale_whatever_the_policy(policy):
    fw = framework_of(indicator("A1", 60), indicator("B1", 40, missing=policy))
    found = scored(
        fw,
        {"S1": {"A1": 0.8, "B1": "not_applicable"}, "S2": {"A1": "not_applicable", "B1": "not_applicable"}},
    )
    assert found.table["total"].tolist() == [80, pytest.approx(np.nan, nan_ok=True)]
    assert found.table["status"].tolist() == ["ok", "not_applicable"]
    assert "a whole dimension is left out: B" in found.table["reasons_en"][0]


def test_below_validity_scores_the_valid_value_and_says_why():
    found = scored(
        framework_of(*TWO), {"S1": {"A1": 1, "B1": {"value": 0, "status": "below_validity", "declared": 0.9}}}
    )
    assert found.table["total"].tolist() == [60]
    assert "validity" in cell(found, "S1", "B1")["reason_en"]


def test_a_suppressed_value_stops_the_total():
    found = scored(framework_of(*TWO), {"S1": {"A1": 1, "B1": "suppressed"}})
    assert np.isnan(found.table["total"][0]) and "suppressed" in found.table["reasons_en"][0]


# -- extras --


def extras() -> Framework:
    reach = {"reach": 1, "points": 4}
    bonus = [
        {"code": c, "name": words(c), "measure": SHARE, "score": reach, "evidence": words("e")}
        for c in ("P1", "P2")
    ]
    off = [
        {"code": "D1", "name": words("late"), **FINDINGS, "points": 2, "max": 5, "evidence": words("e")},
        {"code": "D2", "name": words("lost"), **FINDINGS, "points": 3, "evidence": words("e")},
    ]
    vetoes = [
        {"code": "V1", "name": words("fraud"), **FINDINGS, "grade": "Fail"},
        {"code": "V2", "name": words("late"), **FINDINGS, "grade": "合格"},
    ]
    return framework_of(
        *TWO, bonus={"cap": 5, "items": bonus}, deductions={"cap": 9, "items": off}, vetoes=vetoes
    )  # fmt: skip


def station(a: float, b: float, **extra: Any) -> dict[str, Any]:
    none = {"value": 0, "numerator": 0}
    rows = {"A1": a, "B1": b, "P1": 0, "P2": 0, "D1": none, "D2": none, "V1": none, "V2": none}
    return rows | {
        code: ({"value": n, "numerator": n} if code[0] in "DV" and not isinstance(n, str) else n)
        for code, n in extra.items()
    }


def test_bonus_and_deductions_stay_within_their_maxima_and_caps():
    cells = {
        "S1": station(0.8, 0.8, P1=1),  # 80 + 4
        "S2": station(0.8, 0.8, P1=1, P2=1),  # 80 + min(5, 8)
        "S3": station(0.8, 0.8, D1=2),  # 80 − 4
        "S4": station(0.8, 0.8, D1=4),  # 80 − min(5, 8)
        "S5": station(0.8, 0.8, D1=4, D2=4),  # 80 − min(9, 5 + 12)
        "S6": station(1, 1, P1=1, P2=1),  # 105: the bonus goes beyond the scale
        "S7": station(0, 0.1, D2=3),  # 4 − 9: not below 0
    }
    found = scored(extras(), cells)
    assert found.table["total"].tolist() == [84, 85, 76, 75, 71, 105, 0]
    assert found.table["deduction"].tolist() == [0, 0, 4, 5, 9, 0, 9]
    assert cell(found, "S4", "D1")["points"] == -5


def test_a_veto_sets_the_grade_keeps_the_total_and_ranks_last():
    cells = {
        "S1": station(1, 1, V1=1),
        "S2": station(0.1, 0.1),
        "S3": station(0.9, 0.9, V2=2),
        "S4": station(1, 0.9, V1=1, V2=1),
    }
    found = scored(extras(), cells).table
    assert found["total"].tolist() == [100, 10, 90, 96]
    assert found["grade"].tolist() == ["不合格", "不合格", "合格", "不合格"]  # of two vetoes the lower grade
    assert found["rank"].tolist() == [2, 1, 4, 3]
    assert found["vetoed"].tolist() == [True, False, True, True]
    assert "fraud" in found["reasons_zh"][0]


def test_without_findings_nothing_is_taken_off_and_the_table_says_so():
    found = scored(
        extras(),
        {"S1": station(0.8, 0.8, D1="missing", D2="missing", V1="missing", V2="missing", P1="missing")},
    )
    assert found.table["total"].tolist() == [80]
    assert "no findings ledger was given" in found.table["reasons_en"][0]
    assert "P1" in found.table["reasons_en"][0]
    assert any(note.kind == "warning" and "no findings ledger" in note.en for note in found.notes)


def test_a_veto_with_an_unknown_grade_is_refused():
    fw = framework_of(*TWO, vetoes=[{"code": "V1", "name": words("v"), **FINDINGS, "grade": "Bad"}])
    with pytest.raises(DefinitionError):
        scored(fw, {"S1": {"A1": 1, "B1": 1, "V1": 0}})


# -- what would lift the total --


def test_the_largest_gain_comes_first_with_the_value_for_the_next_grade():
    found = scored(
        framework_of(*TWO), {"S1": {"A1": 0.7, "B1": 0.9}}
    )  # 42 + 36 = 78; 80 needs A1 44/60, B1 38/40
    rows = found.lift[["indicator", "gain", "value_for_next_grade"]].values.tolist()
    assert rows == [
        ["A1", pytest.approx(18), pytest.approx(44 / 60)],
        ["B1", pytest.approx(4), pytest.approx(0.95)],
    ]


def test_an_indicator_whose_full_points_would_not_reach_the_next_grade_says_so():
    found = scored(
        framework_of(*TWO), {"S1": {"A1": 0.3, "B1": 0.5}}
    )  # 18 + 20 = 38; 60 needs 22 more, B1 has 20
    needed = found.lift.set_index("indicator")["value_for_next_grade"]
    assert needed["A1"] == pytest.approx(40 / 60) and np.isnan(needed["B1"])


# -- how sure --


def proportion(x: int, n: int) -> dict[str, float]:
    lower, upper = wilson(x, n)
    return {"value": x / n, "numerator": x, "denominator": n, "lower": float(lower), "upper": float(upper)}


def test_draws_of_a_proportion_have_the_printed_bounds_and_its_value_as_median():
    fw = framework_of(indicator("A1", 100))
    row = scored(fw, {"S1": {"A1": proportion(45, 60)}}, resamples=20_000).table.iloc[0]
    low, high = wilson(45, 60)
    assert row["total_lower"] == pytest.approx(
        100 * float(low), abs=0.6
    )  # Monte Carlo: se about 0.15 at a 2.5 % point
    assert row["total_upper"] == pytest.approx(100 * float(high), abs=0.6)
    assert row["flip_probability"] == pytest.approx(
        0.18, abs=0.02
    )  # P(below .6 or from .8 on), next test works it out


def test_the_flip_probability_is_that_of_crossing_a_cut_off():
    """A Wilson bound crosses p0 at z = (p0 − p)/√(p0(1 − p0)/n): the score test turned round."""
    from scipy.stats import norm

    p, n = 45 / 60, 60
    z = [(cut - p) / np.sqrt(cut * (1 - cut) / n) for cut in (0.6, 0.8)]
    expected = norm.cdf(z[0]) + norm.sf(z[1])
    row = scored(
        framework_of(indicator("A1", 100)), {"S1": {"A1": proportion(45, 60)}}, resamples=20_000
    ).table.iloc[0]
    assert row["flip_probability"] == pytest.approx(
        expected, abs=4 * np.sqrt(expected * (1 - expected) / 20_000)
    )


def ratings(
    rows: list[tuple[str, str, float]], code: str = "A1", source: str = "third_party"
) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {"station_id": s, "indicator_code": code, "rater_source": source, "rater": r, "round": "final", "score": x, "full_points": 100}
            for s, r, x in rows
        ]
    )  # fmt: skip


def rated(*sources: str, **changes: Any) -> dict[str, Any]:
    return indicator(
        "A1",
        100,
        measure={"rating": list(sources or ("third_party",))},
        score={"rating": "share", "points": 100},
        **changes,
    )


def test_two_raters_are_drawn_one_at_a_time_so_each_grade_has_half_the_resamples():
    """70 and 86 make 78 (Pass); with one of them alone it is 70 (Pass) or 86 (Good), half each."""
    table = ratings([("S1", "R1", 70), ("S1", "R2", 86)])
    found = scored(framework_of(rated()), {"S1": {"A1": 0.78}}, ratings=table, resamples=4_000)
    assert found.table["flip_probability"][0] == pytest.approx(0.5, abs=0.04)
    assert (found.table["total_lower"][0], found.table["total_upper"][0]) == pytest.approx((70, 86), abs=1e-4)


def test_raters_who_rate_two_stations_together_do_not_change_their_order():
    """R2 is milder by ten everywhere: whoever is drawn, S1 stays ahead of S2."""
    table = ratings([("S1", "R1", 70), ("S1", "R2", 80), ("S2", "R1", 69), ("S2", "R2", 79)])
    found = scored(
        framework_of(rated()), {"S1": {"A1": 0.75}, "S2": {"A1": 0.74}}, ratings=table, resamples=300
    )
    assert found.table[["rank_lower", "rank_upper"]].values.tolist() == [[1, 1], [2, 2]]


def test_one_rater_says_nothing_about_disagreement_and_the_notes_say_that():
    found = scored(
        framework_of(rated()), {"S1": {"A1": 0.7}}, ratings=ratings([("S1", "R1", 70)]), resamples=50
    )
    assert found.table["ingredients"][0] == ""
    assert any("one rater" in note.en and note.kind == "warning" for note in found.notes)
    without = scored(framework_of(rated()), {"S1": {"A1": 0.7}}, resamples=50)
    assert any("no frame of ratings" in note.en for note in without.notes)


def test_sources_are_joined_by_their_weights_when_raters_are_drawn():
    """Third party 70 and 90 at 0.75, purchaser 60 at 0.25: 75; alone 0.75·70 + 15 = 67.5 or 82.5."""
    fw = framework_of(rated("third_party", "purchaser"), raters={"third_party": 0.75, "purchaser": 0.25})
    table = pd.concat(
        [ratings([("S1", "R1", 70), ("S1", "R2", 90)]), ratings([("S1", "R9", 60)], source="purchaser")]
    )
    row = scored(fw, {"S1": {"A1": 0.75}}, ratings=table, resamples=500).table.iloc[0]
    assert (row["total_lower"], row["total_upper"]) == pytest.approx((67.5, 82.5), abs=1e-4)


def test_missing_data_are_taken_as_zero_or_left_out_half_each():
    fw = framework_of(indicator("A1", 60), indicator("B1", 40, missing="reweight"))
    row = scored(fw, {"S1": {"A1": 0.9, "B1": "missing"}}, resamples=4_000).table.iloc[0]  # 90, or 54
    assert (row["total_lower"], row["total_upper"]) == (54, 90)
    assert row["flip_probability"] == pytest.approx(0.5, abs=0.04)


def test_declared_and_valid_counts_are_believed_half_each():
    fw = framework_of(indicator("A1", 100))
    row = scored(fw, {"S1": {"A1": {"value": 0.7, "declared": 0.95}}}, resamples=2_000).table.iloc[0]
    assert (row["total_lower"], row["total_upper"]) == pytest.approx((70, 95), abs=1e-4)
    assert row["flip_probability"] == pytest.approx(0.5, abs=0.05)


def test_weights_move_totals_only_when_they_are_drawn():
    cells = {"S1": {"A1": 1, "B1": 0.5}}
    assert scored(framework_of(*TWO), cells, resamples=200).table["ingredients"][0] == ""
    row = scored(framework_of(*TWO), cells, resamples=4_000, weights=50).table.iloc[0]
    # total = 50 + 50 w, w ~ Beta(30, 20): 95 % of w lies in [.4627, .7307] (scipy.stats.beta.ppf)
    assert (row["total_lower"], row["total_upper"]) == pytest.approx((73.13, 86.54), abs=0.6)
    assert row["ingredients"] == "weights"


def test_an_ingredient_that_is_switched_off_moves_nothing():
    cells = {"S1": {"A1": proportion(45, 60), "B1": "missing"}}
    row = scored(framework_of(*TWO), cells, resamples=100, ingredients=()).table.iloc[0]
    assert row["total_lower"] == row["total_upper"] == row["total"]
    assert row["ingredients"] == ""


def test_the_same_seed_gives_the_same_intervals_and_another_does_not():
    cells = {f"S{k}": {"A1": proportion(30 + k, 60), "B1": proportion(20 + k, 40)} for k in range(8)}
    one, same, other = (scored(framework_of(*TWO), cells, resamples=100, seed=s).table for s in (5, 5, 6))
    pd.testing.assert_frame_equal(one, same)
    assert not one["flip_probability"].equals(other["flip_probability"])


def test_shares_of_grades_add_up_to_one_and_the_notes_name_resamples_and_seed():
    found = scored(
        framework_of(*TWO),
        {"S1": {"A1": proportion(45, 60), "B1": proportion(9, 12)}},
        resamples=123,
        seed=77,
    )
    assert found.grades["share"].sum() == pytest.approx(1)
    assert any("123 resamples, seed 77" in note.en for note in found.notes)
    assert any("not confidence sets of true ranks" in note.en for note in found.notes)


def test_without_resamples_the_columns_of_uncertainty_are_empty_and_a_warning_stands():
    found = scored(framework_of(*TWO), {"S1": {"A1": 1, "B1": 1}})
    assert found.table[["rank_lower", "rank_upper", "flip_probability"]].isna().all(axis=None)
    assert any("not resampled" in text for text in found.warnings("en"))


# -- wrong input --


@pytest.mark.parametrize(
    "spoil",
    [
        lambda f: f.drop(columns="status"),
        lambda f: f.assign(indicator="Z9"),
        lambda f: f.assign(status="fine"),
        lambda f: pd.concat([f, f]),
        lambda f: pd.concat([f, f.assign(period="2024")]),
        lambda f: f.iloc[:0],
    ],
)
def test_a_frame_that_cannot_be_of_this_framework_is_refused(spoil):
    with pytest.raises(DataError):
        score(spoil(frame({"S1": {"A1": 1, "B1": 1}})), framework_of(*TWO))


@pytest.mark.parametrize(
    "options",
    [
        {"resamples": -1},
        {"resamples": 2.5},
        {"ingredients": ("luck",)},
        {"ingredients": "raters"},
        {"weights": 0},
        {"level": 95},
    ],
)
def test_options_out_of_range_are_refused(options):
    with pytest.raises(UsageError):
        scored(framework_of(*TWO), {"S1": {"A1": 1, "B1": 1}}, **options)


# -- said and drawn --


def test_the_sentence_says_how_good_how_sure_and_what_would_change_it():
    found = scored(
        framework_of(*TWO), {"S1": {"A1": proportion(42, 60), "B1": proportion(36, 40)}}, resamples=200
    )
    for lang, grade in (("zh", "合格"), ("en", "Pass")):
        said = WRITERS["score"](found, lang)
        assert all(part in said for part in ("S1", "78", grade, "200", "2", "A1", "18"))
    both = scored(extras(), {"S1": station(1, 1, V1=1), "S2": station(0.8, 0.8)}, resamples=20)
    assert "否决" in unit_sentence(both, "S1", "zh")
    assert "Vetoed: 1" in WRITERS["score"](both, "en")


def test_a_total_just_short_of_a_cut_off_is_not_printed_as_having_reached_it():
    found = scored(framework_of(indicator("A1", 100)), {"S1": {"A1": 0.89999}})
    assert "89.9" in unit_sentence(found, "S1", "en")


def test_the_picture_has_a_dot_a_station_and_no_bars():
    found = scored(
        framework_of(*TWO),
        {f"S{k}": {"A1": proportion(40 + k, 60), "B1": 0.8} for k in range(9)},
        resamples=50,
    )
    with canvas(3) as (_, ax):
        draw_score(ax, found, lang="zh", own="S3")
        assert (
            sum(
                len(c.get_offsets())
                for c in ax.collections
                if hasattr(c, "get_offsets") and len(c.get_offsets()) > 0 and c.get_paths()
            )
            >= 9
        )
        assert ax.patches == [] or len(ax.patches) == 0


def test_the_shipped_font_draws_every_word_of_the_picture():
    inside = [entry for key, entry in word_lists().items() if key.startswith("scores.plot_")]
    assert inside and missing_glyphs("".join(text for entry in inside for text in entry.values())) == ()
