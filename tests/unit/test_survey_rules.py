"""What an evaluator gets wrong with surveys, scales and ledgers: each warning fires, each mistake is refused in words."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from swe.core.errors import DataError, SweError, UsageError
from swe.show.result import Result
from swe.stats.agreement import icc, kappa
from swe.stats.awareness_items import awareness
from swe.stats.changes import change
from swe.stats.copied_rows import copied
from swe.stats.cut_offs import bunching
from swe.stats.entry_dates import late_entry
from swe.stats.missing_reports import completeness_bounds
from swe.stats.scales import reliability
from swe.stats.single_cases import goal_attainment, nap
from swe.stats.survey_design import survey
from swe.stats.targets import target_forecast
from swe.stats.terminal_digits import heaping

RNG = np.random.default_rng(8)
ASKED = pd.DataFrame(
    {"station": np.repeat(list("abcdef"), 5), "w": 12.0, "y": RNG.integers(1, 6, 30), "yes": RNG.integers(0, 2, 30)}
)  # fmt: skip
DESIGN: dict[str, Any] = {"weights": "w", "cluster": "station"}
MONTHS = [(f"2023-{m:02d}", c) for m, c in enumerate((20, 25, 22, 27, 24, 26), start=1)]


def said(result: Result, kind: str = "warning") -> str:
    return " | ".join(note.text("en") for note in result.notes if note.kind == kind)


# -- surveys --


def test_a_station_that_picks_its_respondents_is_named_and_so_is_silence() -> None:
    own = survey(ASKED, value="y", chosen_by="station", **DESIGN)
    assert "the station picked the respondents" in said(own)
    assert "is not stated" in said(survey(ASKED, value="y", **DESIGN))
    drawn = survey(ASKED, value="y", chosen_by="sample", **DESIGN)
    assert "picked" not in said(drawn)


def test_a_ceiling_of_ninety_per_cent_is_flagged_and_a_spread_is_not() -> None:
    happy = ASKED.assign(y=[5] * 28 + [4, 3])
    found = survey(happy, value="y", **DESIGN)
    assert found["top_share"] == pytest.approx(28 / 30)
    assert "a ceiling" in said(found)
    assert "a ceiling" not in said(survey(ASKED, value="y", **DESIGN))
    share = survey(happy.assign(y=happy["y"] > 3), value="y", kind="proportion", **DESIGN)
    assert "a ceiling" in said(share)


def test_every_survey_says_that_satisfaction_is_not_what_changed() -> None:
    assert "does not measure what the service changed" in said(survey(ASKED, value="y", **DESIGN), "method")


def test_a_low_response_rate_is_a_number_and_a_warning() -> None:
    found = survey(ASKED, value="y", invited=60, **DESIGN)
    assert found["response_rate"] == 0.5
    assert "response rate of 50.0%" in said(found)
    gaps = survey(ASKED.assign(y=ASKED["y"].where(ASKED.index > 5)), value="y", **DESIGN)
    assert gaps["response_rate"] == 0.8 and gaps["n"] == 24
    assert "6 of 30 rows lack a value" in said(gaps, "exclusion")


def test_answers_without_primary_units_are_warned_of() -> None:
    assert "the interval is too narrow" in said(survey(ASKED, value="y", weights="w"))


def test_a_domain_under_twenty_is_marked() -> None:
    by = survey(ASKED.assign(g=["few"] * 10 + ["many"] * 20), value="y", by="g", **DESIGN).table
    assert dict(zip(by["by"], by["status"], strict=True)) == {"few": "below_validity", "many": "ok"}


def test_unanimous_answers_have_a_standard_error_of_zero_and_still_an_interval() -> None:
    found = survey(ASKED.assign(yes=1), value="yes", kind="proportion", **DESIGN)
    assert (found["se"], found["upper"]) == (0, 1)
    assert found["lower"] == pytest.approx(0.025 ** (1 / 6))  # exact interval of six stations out of six
    assert "is not certainty" in said(found)


def test_missing_answers_are_not_zeros() -> None:
    gaps = survey(ASKED.assign(y=ASKED["y"].where(ASKED.index > 5)), value="y", **DESIGN)
    assert gaps["estimate"] == pytest.approx(ASKED["y"][6:].mean())


# -- agreement and scales --


def test_one_rater_a_city_cannot_be_told_from_the_city() -> None:
    alone = pd.DataFrame({"first": [80, 85, None, None], "second": [None, None, 70, 75]})
    with pytest.raises(DataError, match="rater and place cannot be told apart"):
        icc(alone)


def test_a_small_overlap_is_warned_of() -> None:
    thin = pd.DataFrame({"first": [80, 85, 70, 60, None, None], "second": [82, 83, None, None, 75, 77]})
    found = icc(thin)
    assert found["n"] == 2
    assert "only 33% of the targets had more than one rater" in said(found)


def test_agreement_on_one_common_category_is_no_high_kappa() -> None:
    x = pd.DataFrame({"a": [0] * 95 + [1, 1, 1, 0, 0], "b": [0] * 97 + [0, 1, 1]})
    found = kappa(x)
    assert found["agreement"] > 0.9 and found["kappa"] < 0.4
    assert "raw agreement is high and kappa low" in said(found)


def test_straight_lining_and_reversed_items_are_found() -> None:
    straight = pd.DataFrame(
        [[3, 3, 3]] * 10 + [[1, 2, 1], [5, 4, 5], [2, 2, 3], [4, 5, 5]], columns=list("abc")
    )
    found = reliability(straight)
    assert found["straight_lined"] == 10 / 14
    assert "one answer throughout" in said(found)
    turned = straight.assign(c=6 - straight["c"])
    assert "run against the others" in said(reliability(turned))
    right = reliability(turned, reverse=["c"], scale=(1, 5))
    assert right["alpha"] == pytest.approx(found["alpha"])
    assert right["straight_lined"] == 10 / 14  # ticking 3 stays 3 when reversed; it is counted as asked


def test_two_items_have_no_omega() -> None:
    found = reliability(pd.DataFrame({"a": [1, 2, 3, 4], "b": [2, 1, 4, 3]}))
    assert math.isnan(found["omega"]) and "not identified" in said(found)


# -- change --


def test_a_change_is_never_called_an_effect() -> None:
    assert "no effect of the service by itself" in said(change([1, 2, 3, 5], [2, 3, 5, 6]))


def test_persons_are_paired_by_their_index_and_drop_outs_are_named() -> None:
    pre = pd.Series([10, 12, 14, 11, 9], index=list("abcde"))
    post = pd.Series([15, 12, 13, 11], index=list("cadf"))
    found = change(pre, post)
    assert found["n"] == 3 and list(found.table["unit"]) == ["a", "c", "d"]
    assert found["mean_change"] == pytest.approx((2 + 1 + 2) / 3)
    assert "2 persons have no score after" in said(found)


# -- entry quality --


def test_flags_of_entry_quality_are_no_deductions() -> None:
    counts = heaping(pd.DataFrame({"n": [20, 30, 55, 61]}), value="n")
    days = pd.DataFrame({"a": ["2023-01-01"], "b": ["2023-01-02"]})
    rows = copied(pd.DataFrame({"a": [1, 1, 2]}), columns=["a"])
    late = late_entry(days, service_date="a", entry_date="b")
    for found in (counts, late, rows):
        assert "not a deduction" in said(found, "method")


def test_small_and_missing_counts_are_left_out_by_number() -> None:
    found = heaping(pd.DataFrame({"n": [20, 31, 5, 0, None, 12.5]}), value="n")
    assert found["n"] == 2
    assert (
        said(found, "exclusion")
        == "left out without a count: 1 | left out below 10: 2 | left out as not whole: 1"
    )


def test_a_narrow_range_makes_the_digit_index_a_hint() -> None:
    assert "a hint" in said(heaping(pd.DataFrame({"n": [20, 21, 22, 23, 25] * 5}), value="n"))


def test_entries_before_their_service_and_batches_are_named() -> None:
    rows = pd.DataFrame({"a": ["2023-01-10"] * 25, "b": ["2023-03-30"] * 24 + ["2023-01-01"]})
    found = late_entry(rows, service_date="a", entry_date="b")
    assert found["before"] == 1
    assert "entered before their service" in said(found) and "on one day" in said(found)
    assert "batches" in said(found)


def test_scores_above_a_cut_off_say_that_bunching_is_no_proof() -> None:
    found = bunching(pd.DataFrame({"s": [60] * 9 + [59]}), value="s", cut_offs=60, window=1)
    assert "no proof of tampering" in said(found)
    assert found["flagged"] == 1


def test_several_cut_offs_are_adjusted_for_each_other() -> None:
    scores = pd.DataFrame({"s": [60] * 6 + [59] + [80, 79]})
    table = bunching(scores, value="s", cut_offs=[60, 80], window=1).table
    assert list(table["p"]) == pytest.approx([8 / 128, 0.75])
    assert list(table["p_adjusted"]) == pytest.approx([16 / 128, 0.75])


def test_missing_reports_give_bounds_and_no_filled_mean() -> None:
    found = completeness_bounds(pd.DataFrame({"y": [1, 1, 0, None, None]}), value="y")
    assert (found["lower"], found["upper"]) == (0.4, 0.8)
    assert "completeness 60.0%" in said(found)
    assert "no gap is filled" in said(found, "method")


# -- forecasts --


def test_a_forecast_says_what_it_takes_for_granted_and_when_months_drift() -> None:
    steady = target_forecast(MONTHS, target=300, deadline="2023-12")
    assert "takes the months to come for like those seen" in said(steady) and "doubtful" not in said(steady)
    rising = [(m, c) for (m, _), c in zip(MONTHS, (2, 2, 3, 40, 41, 42), strict=True)]
    assert "one steady rate is doubtful" in said(target_forecast(rising, target=300, deadline="2023-12"))


def test_a_month_without_a_count_is_not_zero() -> None:
    gap = [MONTHS[0], ("2023-02", None), *MONTHS[2:]]
    with pytest.raises(DataError, match="2023-02 have no count"):
        target_forecast(gap, target=300, deadline="2023-12")
    found = target_forecast(gap, target=300, deadline="2023-12", reached=144)
    assert found["rate"] == pytest.approx((20 + 22 + 27 + 24 + 26) / 5)


# -- refusals --

REFUSED: dict[str, tuple[type[SweError], Callable[[], object]]] = {
    "an unknown column": (DataError, lambda: survey(ASKED, value="nothing", **DESIGN)),
    "an unknown option": (UsageError, lambda: survey(ASKED, value="y", kind="median", **DESIGN)),  # type: ignore[arg-type]
    "a ratio of nothing": (UsageError, lambda: survey(ASKED, value="y", kind="ratio", **DESIGN)),
    "a total without weights": (UsageError, lambda: survey(ASKED, value="y", kind="total", weights=None)),
    "a level in per cent": (UsageError, lambda: survey(ASKED, value="y", level=95, **DESIGN)),
    "no proportion": (DataError, lambda: survey(ASKED, value="y", kind="proportion", **DESIGN)),
    "a negative weight": (DataError, lambda: survey(ASKED.assign(w=-1.0), value="y", **DESIGN)),
    "text for numbers": (DataError, lambda: survey(ASKED.assign(y="好"), value="y", **DESIGN)),
    "a lonely station": (DataError, lambda: survey(ASKED, value="y", strata="station", **DESIGN)),
    "too small a population": (DataError, lambda: survey(ASKED, value="y", fpc=5, **DESIGN)),
    "nobody": (DataError, lambda: survey(ASKED.assign(y=np.nan), value="y", **DESIGN)),
    "fewer invited than rows": (DataError, lambda: survey(ASKED, value="y", invited=10, **DESIGN)),
    "a missing group": (DataError, lambda: survey(ASKED.assign(station=None), value="y", **DESIGN)),
    "one item": (DataError, lambda: reliability(pd.DataFrame({"a": [1, 2, 3]}))),
    "no variation": (DataError, lambda: reliability(pd.DataFrame({"a": [1, 1, 1], "b": [2, 2, 2]}))),
    "reversed without a scale": (UsageError, lambda: reliability(ASKED[["y", "yes"]], reverse=["y"])),
    "scores all alike": (DataError, lambda: icc(pd.DataFrame({"a": [1, 1], "b": [1, 1]}))),
    "weights for three raters": (UsageError, lambda: kappa(pd.DataFrame(np.eye(3, dtype=int)), weights="linear")),
    "words without order": (UsageError, lambda: kappa(pd.DataFrame({"a": ["x", "y"], "b": ["x", "y"]}), weights="linear")),
    "a rating outside": (DataError, lambda: kappa(pd.DataFrame({"a": [1, 2], "b": [1, 3]}), categories=[1, 2])),
    "too many items needed": (UsageError, lambda: awareness(pd.DataFrame({"a": [1]}), needed=2)),
    "no awareness item": (DataError, lambda: awareness(pd.DataFrame({"a": [3], "b": [1]}), needed=1)),
    "a person twice": (DataError, lambda: change(pd.Series([1, 2], index=["a", "a"]), pd.Series([1, 2]))),
    "two lengths": (DataError, lambda: change([1, 2, 3], [1, 2])),
    "two pairs": (DataError, lambda: change([1, 2], [2, 3])),
    "reliability above one": (UsageError, lambda: change([1, 2, 3], [2, 3, 4], reliability=1.2)),
    "a goal of three": (DataError, lambda: goal_attainment([1, 3])),
    "an empty phase": (DataError, lambda: nap([], [1, 2])),
    "no count": (DataError, lambda: heaping(pd.DataFrame({"n": [1, 2]}), value="n")),
    "overlapping windows": (UsageError, lambda: bunching(ASKED, value="y", cut_offs=[3, 4], window=1)),
    "half a step": (DataError, lambda: bunching(ASKED, value="y", cut_offs=3, window=1.5)),
    "an unreadable date": (DataError, lambda: late_entry(ASKED.assign(d="5月"), service_date="d", entry_date="d")),
    "one row": (DataError, lambda: copied(ASKED.head(1), columns=["y"])),
    "no columns": (UsageError, lambda: copied(ASKED, columns=[])),
    "a mean without range": (UsageError, lambda: completeness_bounds(ASKED, value="y", kind="mean")),
    "a report out of range": (DataError, lambda: completeness_bounds(ASKED, value="y", kind="mean", low=0, high=2)),
    "more reports than due": (DataError, lambda: completeness_bounds(ASKED, value="yes", due=3)),
    "three months": (DataError, lambda: target_forecast(MONTHS[:3], target=9, deadline="2023-12")),
    "a month twice": (DataError, lambda: target_forecast([*MONTHS, MONTHS[0]], target=9, deadline="2023-12")),
    "a year for a month": (DataError, lambda: target_forecast([("2022", 3), *MONTHS], target=9, deadline="2023-12")),
    "a negative month": (DataError, lambda: target_forecast([("2022-12", -3), *MONTHS], target=9, deadline="2023-12")),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_a_mistake_is_refused_in_both_languages(name: str) -> None:
    kind, call = REFUSED[name]
    with pytest.raises(kind) as caught:
        call()
    assert caught.value.zh and caught.value.en and caught.value.zh != caught.value.en


RESULTS: dict[str, Callable[[], Result]] = {
    "survey": lambda: survey(ASKED, value="y", **DESIGN),
    "reliability": lambda: reliability(ASKED[["y", "yes"]]),
    "icc": lambda: icc(ASKED[["y", "yes"]]),
    "kappa": lambda: kappa(ASKED[["yes", "yes"]].set_axis(["a", "b"], axis=1)),
    "awareness": lambda: awareness(ASKED[["yes"]], needed=1),
    "change": lambda: change(ASKED["y"], ASKED["y"] + ASKED["yes"]),
    "goal_attainment": lambda: goal_attainment([1, 0]),
    "nap": lambda: nap([1, 2], [2, 3]),
    "heaping": lambda: heaping(pd.DataFrame({"n": [20, 31]}), value="n"),
    "bunching": lambda: bunching(ASKED, value="y", cut_offs=3, window=1),
    "late_entry": lambda: late_entry(
        pd.DataFrame({"a": ["2023-01-01"], "b": ["2023-01-02"]}), service_date="a", entry_date="b"
    ),
    "copied": lambda: copied(ASKED, columns=["y", "yes"]),
    "completeness_bounds": lambda: completeness_bounds(ASKED, value="yes"),
    "target_forecast": lambda: target_forecast(MONTHS, target=300, deadline="2023-12"),
}


@pytest.mark.parametrize("kind", RESULTS)
def test_every_result_names_its_method_reference_and_n_in_both_languages(kind: str) -> None:
    found = RESULTS[kind]()
    assert found.kind == kind
    assert {"method", "reference", "n"} <= {note.kind for note in found.notes}
    assert all(note.zh and note.en for note in found.notes)
    assert all(isinstance(value, float) for value in found.values.values())


def test_the_frame_given_is_left_as_it_was() -> None:
    before = ASKED.copy(deep=True)
    for make in RESULTS.values():
        make()
    pd.testing.assert_frame_equal(ASKED, before)
