"""The assessors' list in the chapters of a report: its numbers, their parts, what is flagged and what is not said."""

from __future__ import annotations

import json
import re
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from swe.core.dates import period
from swe.indicators.assessor_calendar import lives, regularity_of, served, starts
from swe.indicators.assessor_facts import Assessed, assessed
from swe.indicators.assessor_list import assessor_indicators, codes
from swe.indicators.assessor_quality import DataQuality, data_grade
from swe.indicators.assessor_region import narrow, region_list
from swe.indicators.ledger_facts import ledger_facts
from swe.ledgers.demo.folder import make_demo
from swe.ledgers.load import load
from swe.ledgers.snapshot_reader import query
from swe.ledgers.tables_view import Tables
from swe.reports.evaluation import Evaluation, evaluate
from swe.reports.ledger_list_numbers import IDS, id_of, listed_codes
from swe.reports.ledger_numbers import spoken
from swe.reports.sections import SECTIONS
from swe.show.blocks import Picture, Section, Table

PERIOD = period("2022-05-01..2023-05-31")
CHAPTERS = ("team", "institution", "output", "quality", "effect", "awareness", "money", "linkage", "stations")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("chapters") / "D"
    make_demo(made, region="522702")
    return made


@pytest.fixture(scope="module")
def data(folder: Path) -> Tables:
    return load(folder / "raw", store=folder / "store", today=PERIOD.last)


@pytest.fixture(scope="module")
def report(folder: Path) -> Evaluation:
    return evaluate(folder / "run.yml", "522702", lang="zh")


@pytest.fixture(scope="module")
def sections(report: Evaluation) -> dict[str, Section]:
    return {name: SECTIONS[name](report) for name in (*CHAPTERS, "limits")}


def tables(section: Section) -> dict[str, Table]:
    return {t.key: t for t in section.tables}


def test_one_reading_gives_the_list_of_the_region_and_of_its_stations(data: Tables) -> None:
    with data.connect() as con:
        narrow(con, "522702")
        found = region_list(con, level="county", period=PERIOD, snapshot=data.snapshot.id)
    whole = assessor_indicators(data, by="county", period=PERIOD)
    stations = assessor_indicators(data, by="station", period=PERIOD)
    pd.testing.assert_frame_equal(found.whole.reset_index(drop=True), whole)
    pd.testing.assert_frame_equal(found.stations, stations)


def test_a_region_without_stations_has_an_empty_list_and_no_calendar(data: Tables) -> None:
    with data.connect() as con:
        narrow(con, "520102")
        facts = ledger_facts(partial(query, con), prefix="520102", period=PERIOD)
        found = assessed(con, level="county", period=PERIOD, snapshot="x", complete=facts.complete, rows={})
    assert found.listed.whole.empty and found.calendar.rows.empty and found.grade.grade == ""


def test_narrowing_leaves_the_rows_of_the_region_and_no_others(data: Tables) -> None:
    with data.connect() as con:
        narrow(con, "522702001")
        ids = query(con, "SELECT DISTINCT station_id FROM visits")["station_id"].tolist()
    assert ids == ["522702001"]


def test_every_code_of_the_list_is_a_number_or_a_part_of_one(report: Evaluation) -> None:
    assert set(IDS) | {c for c in codes() if c.startswith(("completion.", "count."))} == set(codes())
    assert [code for code in listed_codes() if id_of(code) not in report.numbers] == []


def test_values_are_their_numerators_over_their_denominators(report: Evaluation) -> None:
    checked = 0
    for code in listed_codes():
        id = id_of(code)
        parts = [report.numbers.get(f"{id}.{part}") for part in ("numerator", "denominator")]
        value = report.numbers[id].value
        if value is None or parts[0] is None or parts[1] is None:
            continue
        assert value == pytest.approx(parts[0].value / parts[1].value), code  # type: ignore[operator]
        checked += 1
    assert checked > 15


def test_a_capped_completion_is_at_most_the_whole_and_the_uncapped_is_not_cut(report: Evaluation) -> None:
    numbers = report.numbers
    assert numbers["output.completion.clients"].value > 1  # type: ignore[operator]
    assert numbers["output.completion.clients.capped"].value == 1
    assert numbers["output.completion.cases"].value < numbers["output.completion.cases.declared"].value  # type: ignore[operator]


def test_the_interval_of_the_survey_is_that_of_clusters_and_wider_than_the_simple_one(
    report: Evaluation,
) -> None:
    from swe.stats.intervals import wilson

    rate = report.numbers["awareness.known_rate"]
    n, known = (report.numbers[f"awareness.known_rate.{part}"].value for part in ("denominator", "numerator"))
    low, high = wilson(known, n)
    assert rate.method == "survey by design"
    assert rate.upper - rate.lower > float(high) - float(low)  # type: ignore[operator]
    assert report.numbers["awareness.margin"].value == pytest.approx((rate.upper - rate.lower) / 2)  # type: ignore[operator]
    assert report.numbers["awareness.known.n_effective"].value < n  # type: ignore[operator]


def test_scales_are_never_averaged_together(report: Evaluation) -> None:
    assert report.ledger is not None
    assert len(report.ledger.assessed.changes) > 1
    assert report.numbers["effect.pre_post"].value is None and not report.has("effect.pre_mean")
    assert report.has(*(id for id in report.numbers if re.fullmatch(r"effect\.scale\..*\.pairs", id)))


def test_money_and_goods_are_never_added(report: Evaluation, sections: dict[str, Section]) -> None:
    shown = str([row for t in sections["linkage"].tables for row in t.rows])
    assert "linkage.cny" in shown and "linkage.in_kind_cny" in shown and "output.resources_cny" not in shown


def test_cost_per_service_stands_beside_cost_per_case_with_the_mix(
    report: Evaluation, sections: dict[str, Section]
) -> None:
    found = tables(sections["money"])
    shown = str(found["money_list"].rows)
    assert "money.cny_per_valid_service" in shown and "money.cny_per_completed_case" in shown
    assert sum(
        report.numbers[f"money.mix.{name}"].value for name in ("cases", "groups", "activities", "visits")
    ) == pytest.approx(1)  # type: ignore[misc]
    assert len(found["cost_mix"].rows) == 4


def test_every_indicator_of_a_chapter_has_its_definition_folded_under_it(
    sections: dict[str, Section],
) -> None:
    for name in CHAPTERS:
        found = tables(sections[name])
        definitions = found[f"{name}_definitions"]
        assert definitions.folded and len(definitions.rows) >= len(found[f"{name}_list"].rows)
    total = sum(len(tables(sections[name])[f"{name}_definitions"].rows) for name in CHAPTERS)
    assert total == len(listed_codes())


def test_regularity_is_drawn_as_a_calendar_that_names_its_longest_gap(sections: dict[str, Section]) -> None:
    found = [b for b in sections["output"].blocks if isinstance(b, Picture) and b.key == "regularity"]
    assert len(found) == 1 and found[0].simulated and len(found[0].data.rows) == 9
    assert "output.longest_gap_days" in str(found[0].finding)


def test_weeks_and_months_with_a_record_never_exceed_those_open(report: Evaluation) -> None:
    numbers = report.numbers
    for part in ("weeks", "months"):
        ids = [id for id in numbers if re.fullmatch(rf"output\.calendar\..*\.{part}", id)]
        assert len(ids) == 9
        assert all(numbers[id].value <= numbers[f"{id}_due"].value for id in ids)  # type: ignore[operator]
    assert (
        sum(numbers[id].value for id in numbers if re.fullmatch(r"output\.calendar\..*\.months", id))
        == numbers["output.frequency_months.numerator"].value
    )  # type: ignore[misc]


def test_a_large_region_is_drawn_by_division_and_shaded_by_share(
    data: Tables, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("swe.indicators.assessor_calendar.STATIONS", 3)
    with data.connect() as con:
        ask = partial(query, con)
        found = regularity_of(lives(ask, period=PERIOD), served(ask, period=PERIOD), level="prefecture")
    assert not found.by_station and found.rows["unit"].tolist() == ["522702"]
    assert found.weeks["share"].between(0, 1).all() and (found.weeks["share"] < 1).any()


def test_a_week_is_named_by_its_monday_and_a_stretch_touches_its_ends() -> None:
    days = starts("week", PERIOD.first, PERIOD.last)
    assert all(day.weekday() == 0 for day in days) and days[0] <= PERIOD.first and days[-1] <= PERIOD.last
    assert len(starts("month", PERIOD.first, PERIOD.last)) == 13


def test_signs_are_flagged_with_counts_and_take_no_points(
    report: Evaluation, sections: dict[str, Section]
) -> None:
    assert report.ledger is not None
    found = report.ledger.assessed
    # the demonstration rounds its attendance and enters late before quarter ends
    assert found.data.flags["heaping"] is True and found.data.flags["late_entry"] is True
    assert report.numbers["quality.late_entry.found"].value <= report.numbers["quality.late_entry.of"].value  # type: ignore[operator]
    assert all(
        n.value >= 0 for id, n in report.numbers.items() if id.startswith("quality.") and n.value is not None
    )
    assert "record_signs" in tables(sections["limits"])


def test_bounds_hold_the_share_of_those_who_reported(report: Evaluation) -> None:
    low, mid, high = (
        report.numbers[f"quality.bounds.cases.{part}"].value for part in ("lower", "estimate", "upper")
    )
    assert low < mid < high  # type: ignore[operator]


def quality(**flags: bool | None) -> DataQuality:
    return DataQuality({}, {"heaping": False, "copied_activities": False, "late_entry": False, **flags}, {})


FULL = {
    name: {"reported": 9.0, "zero": 1.0, "not_reported": 0.0}
    for name in ("cases", "groups", "activities", "visits")
}


def test_the_grade_falls_a_letter_for_each_test_not_met() -> None:
    rows = {"rows_read": 100, "rows_rejected": 0}
    assert data_grade(quality(), rows=rows, complete=FULL).grade == "A"
    assert data_grade(quality(heaping=True), rows=rows, complete=FULL).grade == "B"
    assert data_grade(quality(heaping=True, late_entry=True), rows=rows, complete=FULL).grade == "C"
    torn = {"rows_read": 100, "rows_rejected": 6}
    assert data_grade(quality(heaping=True, late_entry=True), rows=torn, complete=FULL).grade == "D"


def test_no_grade_is_given_where_too_little_could_be_judged() -> None:
    blind = quality(heaping=None, copied_activities=None, late_entry=None)
    found = data_grade(blind, rows={"rows_read": 100, "rows_rejected": 0}, complete=FULL)
    assert found.grade == "" and found.tests["entry"] is None


def test_stations_stand_side_by_side_without_ranks(sections: dict[str, Section]) -> None:
    shown = tables(sections["stations"])["station_indicators"]
    assert len(shown.rows) == 9 and not {"名次", "排名"} & {c.label for c in shown.columns}


def test_a_rule_is_printed_without_the_places_that_issues_fill_in(report: Evaluation) -> None:
    assert spoken("本站有 {n} 个月没有记录（{zh_months}）") == "本站有 … 个月没有记录（…）"
    assert not [n.id for n in report.numbers.values() if "{" in n.label_zh + n.label_en]


def test_a_page_of_every_level_has_the_list(folder: Path) -> None:
    for code in ("00", "52", "5227", "522702001"):
        made = evaluate(folder / "run.yml", code, lang="en")
        assert made.ledger is not None and isinstance(made.ledger.assessed, Assessed)
        numbers: dict[str, Any] = dict(made.numbers)
        assert numbers["output.completion.households_visited"].value is not None, code
        assert [SECTIONS[name](made) for name in CHAPTERS], code
        assert json.dumps([n.document() for n in numbers.values()], allow_nan=False)
