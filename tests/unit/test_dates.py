"""Dates of reduced precision, periods, and calendar months between counts."""

from __future__ import annotations

from datetime import date

import pytest

from swe.core.dates import Period, days_in_month, months_between, parse_date, parse_partial, period, span
from swe.core.errors import UsageError


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2023", date(2023, 1, 1), date(2023, 12, 31)),
        ("2023-05", date(2023, 5, 1), date(2023, 5, 31)),
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29)),
        ("2023-05-31", date(2023, 5, 31), date(2023, 5, 31)),
        ("2021/2023", date(2021, 1, 1), date(2023, 12, 31)),
        (" 2023-05 ", date(2023, 5, 1), date(2023, 5, 31)),
    ],
)
def test_a_date_of_any_precision_is_a_period(text: str, first: date, last: date) -> None:
    period = parse_partial(text)
    assert (period.first, period.last, period.text) == (first, last, text.strip())


@pytest.mark.parametrize(
    "text",
    [
        *("", "23", "2023-13", "2023-00", "2023-02-29", "2023-02-30", "2023-5-1", "2023-05-00", "20230531"),
        *(
            "2023-05-31T00:00",
            "May 2023",
            "0000-01-01",
            "２０２３-05-31",
            "2023/",
            "/2023",
            "2023/2021",
            "2023-05-32",
        ),
    ],
)
def test_what_is_no_date_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_partial(text)
    assert caught.value.exit_code == 2
    assert "20" in caught.value.text("zh") and "20" in caught.value.text("en")


def test_a_whole_date_is_asked_for_where_one_is_needed() -> None:
    assert parse_date("2024-02-29") == date(2024, 2, 29)
    for text in ("2023", "2023-05", "2021/2023", "2023/05/31"):
        with pytest.raises(UsageError):
            parse_date(text)


def test_a_date_after_today_is_refused_and_today_itself_is_not() -> None:
    today = date(2024, 5, 31)
    assert parse_date("2024-05-31", today=today) == today
    with pytest.raises(UsageError, match="after today"):
        parse_date("2024-06-01", today=today)


def test_a_span_goes_from_the_first_day_to_the_last() -> None:
    assert span("2022-05", "2023") == Period(date(2022, 5, 1), date(2023, 12, 31), "2022-05..2023")
    assert span("2023-05-31", "2023-05-31").days == 1
    with pytest.raises(UsageError, match="backwards"):
        span("2023-06", "2023-05")


def test_months_from_month_start_to_month_end_are_whole() -> None:
    assert (
        span("2022-05", "2023-05").months == 13
    )  # Fuquan's contract: May 2022 to May 2023, docs/methods.md §6
    assert span("2024-02", "2024-02").months == 1
    assert months_between(date(2022, 9, 30), date(2023, 5, 31)) == 8
    assert months_between(date(2023, 1, 31), date(2023, 2, 28)) == 1
    assert months_between(date(2023, 5, 31), date(2022, 9, 30)) == -8


def test_part_of_a_month_counts_by_its_own_length() -> None:
    assert months_between(date(2023, 2, 28), date(2023, 3, 31)) == 1
    assert months_between(date(2023, 3, 31), date(2023, 4, 15)) == pytest.approx(0.5)
    assert days_in_month(2024, 2) == 29


def test_iso_weeks_are_those_the_period_touches() -> None:
    assert span("2023-05-01", "2023-05-07").iso_weeks == 1  # Monday to Sunday
    assert span("2023-05-07", "2023-05-08").iso_weeks == 2  # Sunday to Monday
    assert span("2023-06", "2023-12").days == 214
    assert span("2023-06", "2023-12").iso_weeks == 31  # Henan's campaign, docs/methods.md §6


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2023", "2023-01-01", "2023-12-31"),
        ("2024-02", "2024-02-01", "2024-02-29"),
        ("2023-05-31", "2023-05-31", "2023-05-31"),
        ("2023-Q2", "2023-04-01", "2023-06-30"),
        ("2023-Q4", "2023-10-01", "2023-12-31"),
        ("2023-W01", "2023-01-02", "2023-01-08"),
        ("2020-W53", "2020-12-28", "2021-01-03"),  # ISO 8601: 2020 has 53 weeks
        ("FY2023", "2023-01-01", "2023-12-31"),
        ("2022-05-01..2023-05-31", "2022-05-01", "2023-05-31"),
        (" 2022-05 .. 2023 ", "2022-05-01", "2023-12-31"),
    ],
)
def test_every_way_of_writing_a_period(text: str, first: str, last: str) -> None:
    found = period(text)
    assert (str(found.first), str(found.last)) == (first, last)


@pytest.mark.parametrize(
    "text",
    ["", "23", "2023-Q0", "2023-Q5", "2023-W00", "2023-W53", "2023-13", "2023-02-30", "FY23", "fy2023", "2021/2023",
     "2023..", "..2023", "2023-06..2023-05", "2023-Q1..2023-Q2", "二〇二三", "0000"],
)  # fmt: skip
def test_what_is_no_period_is_refused_in_both_languages(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        period(text)
    assert caught.value.text("zh") != caught.value.text("en")


def test_a_contract_is_no_span_of_days() -> None:
    with pytest.raises(UsageError, match="station to station"):
        period("contract")
