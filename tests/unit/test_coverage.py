"""`coverage`: which denominator and which figure answer a question, and what is said beside the number."""

from __future__ import annotations

import json
import math
from datetime import date, datetime, timedelta

import pandas as pd
import pytest

from swe.core.bounded import Bounded
from swe.core.errors import UsageError
from swe.indicators.coverage import as_stations, coverage, nearest_figure
from swe.indicators.coverage import coverage_document as document_of
from swe.reference.register import VINTAGES

NO_UNIT_COUNTY = "130773"  # a development zone with a county's code: zones below it, no township unit
LATE_COUNTY = "130505"  # stands in the registers since 2020
GONE_COUNTY = "130521"  # last seen in 2019


def coverage_document(query, *, lang="zh", **asked):
    return document_of(coverage(query, **asked), lang=lang)


def said(result, lang="en"):
    return "\n".join(note.text(lang) for note in result.notes)


def test_a_result_has_the_fixed_keys_and_columns():
    found = coverage("52", as_of="2023-05-31", stations=1094)
    assert found.kind == "coverage"
    assert set(found.values) == {"stations", "units", "rate", "gap", "rate_lower", "rate_upper"}
    assert all(isinstance(value, float) for value in found.values.values())
    assert list(found.table) == ["region", "vintage", "kind", "value", "unit", "status", "as_of"]
    assert found.table[found.table.kind == "units"].vintage.tolist() == list(VINTAGES)
    assert set(found.table.region) == {"52"}
    assert set(found.table.unit) == {"贵州省"}


def test_the_kinds_of_units_add_up_to_the_units():
    found = coverage("11", as_of="2023-06-30")
    kinds = found.table.set_index("kind").value
    assert kinds[["subdistrict", "town", "township", "area_office"]].sum() == found["units"] == 343


@pytest.mark.parametrize(
    "as_of", ["2023-05-31", date(2023, 5, 31), datetime(2023, 5, 31, 23), pd.Timestamp(2023, 5, 31)]
)
def test_a_date_may_be_text_or_a_date(as_of):
    assert coverage_document("52", as_of=as_of)["as_of"] == "2023-05-31"


@pytest.mark.parametrize(
    "as_of", ["2023-02-30", "2023", "yesterday", "", pd.NaT, date.today() + timedelta(days=2), "2999-01-01"]
)
def test_an_impossible_incomplete_or_future_date_is_a_usage_error(as_of):
    with pytest.raises(UsageError):
        coverage("52", as_of=as_of, stations=1)


@pytest.mark.parametrize(
    "stations",
    [
        *(-1, 1.5, math.nan, math.inf, True, "1094"),
        *(Bounded(-3, None, 4), Bounded(1.5, None, 4), Bounded.exact(8, "person")),
    ],
)
def test_a_number_of_stations_is_a_whole_number_of_stations(stations):
    with pytest.raises(UsageError):
        coverage("52", as_of="2023-05-31", stations=stations)


def test_an_unknown_region_or_vintage_is_a_usage_error():
    with pytest.raises(UsageError):
        coverage("99", stations=1)
    with pytest.raises(UsageError, match="2023-06-30"):
        coverage("52", stations=1, vintage="2022-01-01")


def test_without_a_date_the_answer_does_not_depend_on_the_day_it_is_asked():
    assert coverage_document("52", stations=1)["as_of"] == "2023-06-30"


@pytest.mark.parametrize(
    ("as_of", "vintage"),
    [
        ("2023-02-28", "2022-10-31"),
        ("2023-03-01", "2022-10-31"),  # 121 days from either
        ("2023-03-02", "2023-06-30"),
    ],
)
def test_the_nearest_register_is_taken_and_a_tie_goes_to_the_earlier(as_of, vintage):
    assert coverage_document("52", as_of=as_of, stations=1)["vintage"] == vintage


def test_a_named_register_is_taken_as_named():
    found = coverage("3412", as_of="2024-03-31", stations=167, vintage="2021-10-31")
    assert found["units"] == 168
    assert "as asked" in said(found)
    nearest = coverage("3412", as_of="2024-03-31", stations=167, vintage="nearest")
    assert nearest["units"] == 167


def test_a_register_more_than_a_year_away_is_a_warning():
    assert any("more than a year" in w for w in coverage("52", as_of="2018-01-01", stations=1).warnings("en"))
    assert not any("year" in w for w in coverage("52", as_of="2024-03-31", stations=1).warnings("en"))


def test_a_region_that_the_nearest_register_lacks_takes_the_nearest_that_has_it():
    found = coverage(LATE_COUNTY, as_of="2019-10-31", stations=1)
    assert coverage_document(LATE_COUNTY, as_of="2019-10-31", stations=1)["vintage"] == "2020-06-30"
    assert any("lacks this region" in w for w in found.warnings("en"))
    missing = found.table[(found.table.kind == "units") & (found.table.vintage == "2019-10-31")].iloc[0]
    assert missing.status == "missing"
    assert math.isnan(missing.value)
    assert coverage_document(GONE_COUNTY, stations=1)["vintage"] == "2019-10-31"
    with pytest.raises(UsageError, match="2019-10-31"):
        coverage(GONE_COUNTY, stations=1, vintage="2023-06-30")


def test_a_region_without_township_units_has_no_rate():
    found = coverage(NO_UNIT_COUNTY, as_of="2023-06-30", stations=3)
    assert (found["stations"], found["units"]) == (3, 0)
    assert math.isnan(found["rate"])
    assert math.isnan(found["gap"])
    assert "not_applicable" in said(found)
    newest = found.table[(found.table.kind == "units") & (found.table.vintage == "2023-06-30")]
    assert newest.status.tolist() == ["not_applicable"]


def test_without_any_count_the_stations_are_missing_and_not_zero():
    found = coverage("11", as_of="2023-06-30")
    assert math.isnan(found["stations"])
    assert math.isnan(found["rate"])
    assert "missing" in said(found)
    assert "缺社工站数" in said(found, "zh")


def test_the_published_figure_nearest_in_date_is_used_and_named():
    early, late = coverage("52", as_of="2022-10-31"), coverage("52", as_of="2023-05-31")
    assert (early["stations"], late["stations"]) == (755, 1094)
    assert "F03-010 (2023-05-31, source guizhou-stations)" in said(late)
    assert "B016 (2022-09, source benchmarks.csv)" in said(early)


def test_a_figure_of_another_time_is_a_warning():
    assert any("456 days" in warning for warning in coverage("31").warnings("en"))
    assert not any("days from" in warning for warning in coverage("31", as_of="2022-03-31").warnings("en"))


def test_of_two_figures_equally_near_the_earlier_and_then_the_more_precise_is_taken():
    figures = pd.DataFrame(
        {"figure_id": ["a", "b", "c", "d"], "as_of": ["2023-01-11", "2022", "2022-12", "2022-12-31"]}
    )
    assert nearest_figure(figures, date(2023, 1, 10)).figure_id == "a"
    assert nearest_figure(figures[1:], date(2023, 1, 5)).figure_id == "d"
    two = pd.DataFrame({"figure_id": ["late", "early"], "as_of": ["2023-01-10", "2023-01-04"]})
    assert nearest_figure(two, date(2023, 1, 7)).figure_id == "early"
    assert nearest_figure(figures[:0], date(2023, 1, 5)) is None


def test_registers_that_differ_are_shown_with_their_counts_and_rates():
    warning = coverage("3412", as_of="2024-03-31", stations=167).warnings("zh")[-1]
    assert "2021-10-31 有 168 个（99.40%）" in warning
    assert "2023-06-30 有 167 个（100.00%）" in warning
    assert coverage("522702", as_of="2023-05-31", stations=8).warnings() == ()


def test_a_rate_above_one_is_not_capped_but_warned_about():
    found = coverage("4452", as_of="2021-12-31", stations=94)
    assert found["rate"] == 94 / 85
    assert found["gap"] == -9
    assert any("above 100 %: 94 stations for 85 units" in warning for warning in found.warnings("en"))
    over = coverage("4452", as_of="2021-12-31", stations=Bounded.at_least(90))
    assert any("≥ 90 stations" in warning for warning in over.warnings("en"))
    open_ended = coverage("4452", as_of="2021-12-31", stations=Bounded.at_least(80))
    assert not any("above 100" in warning for warning in open_ended.warnings("en"))


def test_bounded_stations_give_a_bounded_rate_without_a_point():
    found = coverage("41", as_of="2023-06-30", stations=Bounded.at_least(1000, "家"))
    assert math.isnan(found["rate"])
    assert (found["rate_lower"], found["rate_upper"]) == (1000 / 2467, math.inf)
    assert (found["gap_lower"], found["gap_upper"]) == (-math.inf, 1467)
    near = coverage("41", as_of="2023-06-30", stations=Bounded.at_most(1000))
    assert (near["stations_lower"], near["rate_upper"]) == (0, 1000 / 2467)


def test_a_rough_number_of_stations_keeps_its_point_and_is_marked():
    found = coverage("00", as_of="2023-01-17")
    assert found["rate"] == pytest.approx(29_000 / 38_583)
    assert (found["rate_lower"], found["rate_upper"]) == (0, math.inf)
    assert any("rough" in warning for warning in found.warnings("en"))


def test_one_township_is_a_region_too():
    found = coverage("522702107", as_of="2023-05-31", stations=1)
    assert (found["units"], found["rate"]) == (1, 1)


# -- the document --


def test_the_document_has_the_fixed_shape():
    document = coverage_document("贵州", as_of="2023-05-31", stations=1094, lang="en")
    assert set(document) == {
        *("code", "name", "level", "as_of", "vintage", "values", "kinds", "other_vintages", "notes")
    }
    assert document["values"] == {"stations": 1094, "units": 1510, "rate": 1094 / 1510, "gap": 416}
    assert document["other_vintages"] == {
        "2019-10-31": 1416,
        "2020-06-30": 1505,
        "2021-10-31": 1510,
        "2022-10-31": 1509,
    }
    assert (document["code"], document["name"], document["level"]) == ("52", "贵州省", "province")
    assert all(isinstance(note, str) for note in document["notes"])


def test_the_document_is_json_without_nan_and_whole_numbers_are_integers():
    for arguments in ({}, {"stations": Bounded.at_least(5)}, {"stations": 3}):
        document = coverage_document(NO_UNIT_COUNTY, **arguments)
        again = json.loads(json.dumps(document, allow_nan=False))
        assert again == document
        assert document["values"]["rate"] is None
        assert type(document["values"]["units"]) is int


def test_bounds_stand_in_the_document_only_where_the_stations_are_bounded():
    values = coverage_document("41", as_of="2023-06-30", stations=Bounded.at_least(1000))["values"]
    assert values["stations"] is None
    assert (values["stations_lower"], values["stations_upper"]) == (1000, None)
    assert set(values) == {
        *("stations", "stations_lower", "stations_upper", "units"),
        *("rate", "rate_lower", "rate_upper", "gap", "gap_lower", "gap_upper"),
    }


def test_the_notes_of_the_document_are_in_one_language():
    zh, en = (coverage_document("52", lang=lang)["notes"] for lang in ("zh", "en"))
    assert len(zh) == len(en)
    assert not any("一" <= char <= "鿿" for note in en for char in note)


def test_an_interval_of_no_width_is_a_number():
    assert as_stations(Bounded(8, None, 8)) == Bounded.exact(8, "station")
