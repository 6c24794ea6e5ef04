"""Audits of a score and the rectification list, each against numbers worked by hand or by another formula."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from swe.core.errors import DataError, UsageError
from swe.indicators.framework_model import FrameworkSpec
from swe.indicators.frameworks import Framework
from swe.indicators.rectification import rectification
from swe.indicators.score_audit import (
    bunching,
    compare,
    effective_weights,
    rater_agreement,
    rater_severity,
    self_gap,
)
from swe.indicators.scores import Scores, score

WORDS = {"zh": "名称", "en": "name"}


def framework_of(**full: float) -> Framework:
    rows = [
        {
            "code": code, "dimension": code[0], "name": WORDS, "about": "person", "evidence": WORDS, "missing": "zero",
            "measure": {"share": "cases", "where": {"stage": {"equals": "closed"}}},
            "score": {"linear": {"from": 0, "to": 1}, "points": points},
        }
        for code, points in full.items()
    ]  # fmt: skip
    spec = {
        "id": "audit", "status": "draft", "title": WORDS, "source": {"document": "d"}, "origin": "synthetic",
        "scale": "100", "contract": "ledger-v1", "applies_to": ["station"], "indicators": rows,
        "dimensions": [{"code": code[0], "name": WORDS, "points": points} for code, points in full.items()],
        "grades": [{"from": 80, "name": {"zh": "良好", "en": "Good"}}, {"from": 0, "name": {"zh": "一般", "en": "Fair"}}],
    }  # fmt: skip
    return Framework(FrameworkSpec.model_validate(spec), Path("audit.yml"), "")


def scores_of(values: np.ndarray, fw: Framework, resamples: int = 0) -> Scores:
    codes = [item.code for item in fw.indicators]
    frame = pd.DataFrame(
        {
            "unit": np.repeat([f"S{u:04d}" for u in range(len(values))], len(codes)),
            "indicator": codes * len(values),
            "value": values.ravel(),
            "lower": values.ravel() - 0.01,
            "upper": values.ravel() + 0.01,
            "status": np.where(np.isnan(values), "missing", "ok").ravel(),
        }
    )
    return score(frame, fw, resamples=resamples)


def ratings(rows: list[tuple[str, str, str, float]], code: str = "A1") -> pd.DataFrame:
    columns = ["station_id", "rater_source", "rater", "score"]
    return pd.DataFrame(rows, columns=columns).assign(indicator_code=code, round="final", full_points=10.0)


def test_a_dimension_that_is_the_same_everywhere_has_no_effective_weight():
    rng = np.random.default_rng(1)
    values = np.column_stack([np.full(200, 0.9), rng.uniform(0, 1, 200), rng.uniform(0, 1, 200)])
    found = effective_weights(scores_of(values, framework_of(A1=60, B1=20, C1=20))).table.set_index("code")
    assert found.loc["A", ["nominal", "effective"]].tolist() == [0.6, 0]
    total = values @ [60, 20, 20]
    r2 = [stats.pearsonr(values[:, j], total).statistic ** 2 for j in (1, 2)]
    assert found.loc[["B", "C"], "effective"].tolist() == pytest.approx([r / sum(r2) for r in r2])


def test_the_correlation_ratio_sees_what_a_straight_line_does_not():
    """B follows A along a parabola: the total moves with A although their correlation is near nothing."""
    a = np.linspace(0, 1, 400)
    values = np.column_stack([a, 4 * (a - 0.5) ** 2])
    found = effective_weights(scores_of(values, framework_of(A1=1, B1=99))).table.set_index("code")
    assert found.loc["A", "r2"] < 0.01 and found.loc["A", "correlation_ratio"] > 0.8


def test_a_strict_rater_is_as_strict_as_the_difference_to_co_raters():
    rows = []
    for u, level in enumerate((5.0, 6.0, 7.0, 8.0)):
        rows += [(f"S{u}", "third_party", "R1", level - 1), (f"S{u}", "third_party", "R2", level + (u % 2))]
    rows.append(("S9", "third_party", "R3", 9.0))
    found = rater_severity(ratings(rows), places={**{f"S{u}": "x" for u in range(4)}, "S9": "y"})
    table = found.table.set_index("rater")
    gaps = np.array([-1, -2, -1, -2]) / 10
    ends = stats.t.interval(0.95, 3, gaps.mean(), stats.sem(gaps))
    assert table.loc["R1", ["value", "lower", "upper"]].tolist() == pytest.approx([gaps.mean(), *ends])
    assert table.loc["R2", "value"] == pytest.approx(-gaps.mean())
    assert np.isnan(table.loc["R3", "value"]) and table.loc["R3", "alone"] == 1
    assert found.table["rater"].tolist() == ["R1", "R2", "R3"]  # the strictest first
    assert any("y" in text and "cannot be told apart" in text for text in found.warnings("en"))


def test_raters_without_overlap_cannot_be_told_from_their_stations():
    found = rater_severity(ratings([("S1", "third_party", "R1", 9), ("S2", "third_party", "R2", 4)]))
    assert found["overlapping"] == 0
    assert any("no ratings overlap" in text for text in found.warnings("en"))
    with pytest.raises(DataError):
        rater_agreement(ratings([("S1", "third_party", "R1", 9), ("S2", "third_party", "R2", 4)]))


def test_double_scoring_gives_the_icc_of_the_pair_that_overlaps_most():
    """Shrout & Fleiss (1979), table 2, the first two judges by hand: ICC(3,1) = (BMS − EMS)/(BMS + EMS)."""
    a, b = np.array([9, 6, 8, 7, 10, 6.0]), np.array([2, 1, 4, 1, 5, 2.0])
    rows = [(f"S{u}", "third_party", r, x) for u in range(6) for r, x in (("R1", a[u]), ("R2", b[u]))]
    found = rater_agreement(ratings(rows))
    between, diff = np.var((a + b) / 2, ddof=1) * 2, np.var(a - b, ddof=1) / 2
    assert found["icc_3_1"] == pytest.approx((between - diff) / (between + diff))
    assert found["n"] == 6


def test_totals_that_crowd_above_a_cut_off_are_found():
    totals = np.r_[np.full(40, 80.5), np.full(5, 79.5), np.linspace(20, 60, 30)]
    found = bunching(scores_of(totals[:, None] / 100, framework_of(A1=100)))
    assert (found["below"], found["above"]) == (5, 40)
    assert found["p"] == pytest.approx(stats.binomtest(40, 45, alternative="greater").pvalue)


def test_self_ratings_are_paired_with_third_party_ratings():
    rows = [
        ("S1", "self", "Z1", 10),
        ("S1", "third_party", "R1", 8),
        ("S2", "self", "Z2", 9),
        ("S2", "third_party", "R1", 8),
    ]
    rows += [("S3", "self", "Z3", 9), ("S3", "third_party", "R1", 9), ("S4", "self", "Z4", 10)]
    found = self_gap(ratings(rows))
    expected = stats.t.interval(0.95, 2, 0.1, stats.sem([0.2, 0.1, 0]))
    assert [found["estimate"], found["lower"], found["upper"], found["n"]] == pytest.approx(
        [0.1, *expected, 3]
    )


def test_two_scorings_are_compared_by_unit():
    fw = framework_of(A1=100)
    before, after = (
        scores_of(np.array(v)[:, None], fw, resamples=50) for v in ([0.7, 0.7, 0.9], [0.85, 0.705, 0.9])
    )
    found = compare(before, after)
    assert found["change"].tolist() == pytest.approx([15, 0.5, 0])
    assert found["grade_after"].tolist() == ["良好", "一般", "良好"]
    assert found["beyond_interval"].tolist() == [True, False, False]
    assert compare(scores_of(np.array([[0.7]]), fw), after)["beyond_interval"].isna().all()


# -- rectification --


def test_findings_and_lost_points_become_a_list_sorted_by_gravity():
    fw = framework_of(A1=60, B1=20, C1=20)
    scores = scores_of(np.array([[0.3, 0.95, np.nan]]), fw)
    findings = pd.DataFrame(
        {
            "station_id": "S0000",
            "kind": ["files", "safety_accident", "good_practice", "finance"],
            "severity": ["minor", "veto", "note", "major"],
            "indicator_code": ["A1", None, None, "B1"],
            "date": ["2023-05-01"] * 4,
            "evidence_source": "on_site",
            "deadline": [None, "2023-06-03", None, None],
            "rectified": [False, None, None, True],
        }
    )
    table = rectification(findings, scores, as_of=date(2023, 5, 31))
    rows = table[["severity", "indicator", "deadline", "source"]].values.tolist()
    assert rows == [
        ["veto", "", "2023-06-03", "finding"],  # its own deadline stands
        ["major", "A1", "2023-06-15", "score"],  # 42 of 60 lost
        ["major", "C1", "2023-06-15", "score"],  # no data: 20 lost
        ["minor", "A1", "2023-06-30", "finding"],
        ["note", "B1", "2023-07-30", "score"],  # 1 of 20 lost
    ]
    assert table["lost"].tolist()[1:3] == [42, 20]
    assert table["what_zh"][0] == "整改：安全事故" and "hand in the data" in table["what_en"][2]
    assert table["evidence"][3] == "on_site, 2023-05-01"


def test_days_are_the_assessor_s_to_choose_and_nothing_gives_an_empty_list():
    findings = pd.DataFrame({"station_id": ["S1"], "kind": ["files"], "severity": ["minor"]})
    assert rectification(findings, as_of=date(2023, 1, 1), days={"minor": 3})["deadline"].tolist() == [
        "2023-01-04"
    ]
    assert rectification(None, as_of=date(2023, 1, 1)).empty
    for wrong in ({"grave": 3}, {"minor": 0}, {"minor": 2.5}):
        with pytest.raises(UsageError):
            rectification(findings, as_of=date(2023, 1, 1), days=wrong)
    with pytest.raises(DataError):
        rectification(findings.assign(severity="bad"), as_of=date(2023, 1, 1))
    with pytest.raises(DataError):
        rectification(findings.drop(columns="kind"), as_of=date(2023, 1, 1))


def test_ratings_without_raters_say_so_instead_of_breaking() -> None:
    frame = pd.DataFrame(
        {
            "station_id": ["S1"], "indicator_code": ["B1"], "rater_source": ["third_party"], "rater": [None],
            "round": ["final"], "score": [3.0], "full_points": [5.0],
        }
    )  # fmt: skip
    with pytest.raises(DataError, match="dropped on loading without a key"):
        rater_severity(frame)
