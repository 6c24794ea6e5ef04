"""SQL fragments: known columns and escaped literals only, periods by the type of the date column, minima."""

from __future__ import annotations

import pytest

from swe.core.dates import period
from swe.core.errors import DefinitionError
from swe.indicators.framework_model import Test as Filter
from swe.indicators.measure_sql import (
    Marks,
    Window,
    column,
    condition,
    known,
    least_content,
    literal,
    mark_places,
    mark_sql,
    number,
    valid,
    whole_months,
)


def test(**more: object) -> Filter:
    return Filter.model_validate(more)


test.__test__ = False  # type: ignore[attr-defined]


def test_the_four_filters() -> None:
    where = {
        "stage": test(equals="closed"),
        "contacts": test(between={"low": "5", "high": "9.5"}),
        "closed_on": test(between={"low": "2023-01-01"}),
        "doc_plan": test(**{"in": ["true", "no"]}),
        "scale": test(notnull=False),
    }
    assert condition("cases", where) == (
        '"stage" = \'closed\' AND "contacts" >= 5 AND "contacts" <= 9.5 AND "closed_on" >= DATE \'2023-01-01\' '
        'AND "doc_plan" IN (TRUE, FALSE) AND "scale" IS NULL'
    )
    assert "scale" not in known("cases", where)  # asked about nullness: an empty cell is an answer
    assert condition("cases", {}) == ""


@pytest.mark.parametrize(("name", "value"), [("contacts", "1; DROP TABLE cases"), ("contacts", "nan"), ("contacts", "inf"), ("closed_on", "2023-02-30"), ("doc_plan", "perhaps")])  # fmt: skip
def test_a_value_of_another_type_is_refused(name: str, value: str) -> None:
    with pytest.raises(DefinitionError, match=name):
        literal(column("cases", name), value)


def test_a_text_is_escaped() -> None:
    assert literal(column("stations", "operator"), "x' OR 1=1 --") == "'x'' OR 1=1 --'"


@pytest.mark.parametrize("name", ["note", "goals", 'stage" OR "1', "no_such"])
def test_a_column_that_is_not_stored_is_refused(name: str) -> None:
    with pytest.raises(DefinitionError):
        column("cases", name)
    with pytest.raises(DefinitionError):
        condition("visitors", {name: test(equals="x")})


def test_only_numbers_and_yes_or_no_add_up() -> None:
    assert number(column("visits", "households"), table="visits") == '"households"'
    assert number(column("cases", "doc_plan"), table="cases").startswith("CAST(")
    with pytest.raises(DefinitionError):
        number(column("cases", "stage"), table="cases")


def test_a_period_filters_by_date_or_by_whole_months() -> None:
    may = Window(period("2023-05"))
    assert may.holds("cases", "opened_on") == "\"opened_on\" BETWEEN DATE '2023-05-01' AND DATE '2023-05-31'"
    assert may.holds("survey", "date").startswith('("date" IS NULL OR')  # the contract lets it be empty
    assert may.holds("finance", "month") == "(\"month\" IS NULL OR \"month\" BETWEEN '2023-05' AND '2023-05')"
    assert may.holds("clients", "") == ""
    assert "_first AND _last" in Window(None).holds("cases", "opened_on")


@pytest.mark.parametrize(
    ("text", "months"),
    [("2023", ("2023-01", "2023-12")), ("2022-12-02..2023-02-27", ("2023-01", "2023-01")), ("2023-02-01..2023-02-28", ("2023-02", "2023-02"))],
)  # fmt: skip
def test_months_count_where_they_lie_wholly_inside(text: str, months: tuple[str, str]) -> None:
    assert whole_months(period(text)) == months


def test_a_week_holds_no_month() -> None:
    first, last = whole_months(period("2023-W21"))
    assert first > last


def test_a_framework_s_minima_take_the_place_of_ours() -> None:
    least = least_content({"cases": {"contacts": {"min": 3}}, "visits": {"households": {"min": 1}}})
    assert valid("cases", least) == '(coalesce("contacts" >= 3, FALSE))'
    assert valid("visits", least) == '(coalesce("households" >= 1, FALSE))'
    assert valid("visits", least_content()) == ""
    activity = valid("activities", least)
    assert (
        "\"kind\" = 'publicity'" in activity
        and '"participants" >= 30' in activity
        and '"participants" >= 8' in activity
    )


def test_marks_are_told_apart_by_code_source_and_round() -> None:
    asked = [Marks(c, s, r, 5.0) for c in "AB" for s in ("self", "village") for r in ("final", "mid_term")]
    places = mark_places(asked)
    assert sorted(places) == list(range(8))
    sql = mark_sql([Marks("A'", "self", "final", 5.0)], framework_id="x'y")
    assert "'A'''" in sql and "'x''y'" in sql
