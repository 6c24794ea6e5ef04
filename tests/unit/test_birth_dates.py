"""Birth dates as stations write them: Excel serials of the old, years alone; what is neither is not guessed."""

from __future__ import annotations

import datetime as dt

import pytest

from swe.ledgers.cells import How, parse
from swe.ledgers.contract import contract

CLIENTS = contract()["clients"]


def one(cell: object, column: str = "birth_date", *, date_1904: bool = False) -> object:
    """The value of a cell, or the rule that it broke."""
    found = parse(CLIENTS[column], [cell], How(date_1904=date_1904))
    return found.broken.get(0) or found.values[0].as_py()


@pytest.mark.parametrize(
    ("cell", "born"),
    [
        (18264.0, (1950, 1, 1)),  # Excel: =DATE(1950,1,1) as a number
        ("18264", (1950, 1, 1)),
        (10959.0, (1930, 1, 1)),
        (19999.0, (1954, 10, 2)),
        (20000.0, (1954, 10, 3)),
        ("9133", (1925, 1, 1)),
        (2101.0, (1905, 10, 1)),
        (24108.0, (1966, 1, 1)),
        ("1950-05-04", (1950, 5, 4)),
        ("1950.5", (1950, 5, 1)),
        (19500504.0, (1950, 5, 4)),
    ],
)
def test_a_birth_date_may_be_an_early_serial(cell: object, born: tuple[int, int, int]) -> None:
    assert one(cell) == dt.datetime(*born)


@pytest.mark.parametrize("cell", [1950.0, 1950, "1950", "1950年", " １９５０ "])
def test_a_year_alone_is_a_year_and_no_serial(cell: object) -> None:
    """Its serial would be 1905-05-03; only the year of a birth date passes the border."""
    assert one(cell) == dt.datetime(1950, 1, 1)


@pytest.mark.parametrize(
    ("cell", "rule"),
    [
        (12.0, "ambiguous_date"),
        (5.12, "ambiguous_date"),
        (0.0, "unreadable_date"),
        (72.0, "unreadable_date"),  # an age
        (1899.0, "unreadable_date"),
        ("50.5.4", "two_digit_year"),
        (-18264.0, "unreadable_date"),
        (True, "unreadable_date"),
    ],
)
def test_what_is_neither_year_nor_serial_is_not_guessed(cell: object, rule: str) -> None:
    assert one(cell) == rule


@pytest.mark.parametrize("cell", [18264.0, "18264", 1950.0, "1950年"])
def test_other_dates_take_no_early_serial_and_no_year_alone(cell: object) -> None:
    assert one(cell, "filed_on") == "unreadable_date"


def test_an_early_serial_of_a_1904_workbook_counts_from_there() -> None:
    assert one(18264.0 - 1462, date_1904=True) == dt.datetime(1950, 1, 1)
