"""Numbers as rows of results.json and as text: every shape, both languages, bounds rounded outwards."""

from __future__ import annotations

import math

import pytest

from swe.core.bounded import Bounded
from swe.core.errors import DataError
from swe.show.numbers import Number, by_id, interval_text, number, text_of


def of(value: Bounded | float | None, unit: str = "station", **more: str) -> Number:
    given = {"method": "m", "source": "s", "as_of": "2023-05-31", **more}
    return number("a.b", "52", ("甲", "a"), value, unit=unit, **given)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("value", "unit", "zh", "en"),
    [
        (1094, "station", "1,094", "1,094"),
        (0, "station", "0", "0"),
        (-416, "station", "−416", "−416"),
        (42.375, "station/month", "42.4", "42.4"),
        (1.4534, "person/station", "1.45", "1.45"),
        (1234.56, "CNY", "1,235", "1,235"),
        (0.7245033, "fraction", "72.45%", "72.45%"),
        (1.0, "fraction", "100%", "100%"),
        (72.45, "percent", "72.45%", "72.45%"),
        (Bounded.at_least(2000), "person", "≥ 2,000", "≥ 2,000"),
        (Bounded.at_most(40000), "person", "≤ 40,000", "≤ 40,000"),
        (Bounded.about(30, floor=0), "person", "约 30", "about 30"),
        (Bounded.about(None, floor=0), "person", "无确数", "not stated"),
        (Bounded(0, None, math.inf), "person", "无确数", "not stated"),
        (Bounded(1509.89, None, 1510.11), "station", "1,509.89–1,510.11", "1,509.89–1,510.11"),
        (Bounded(10, None, 20), "station", "10–20", "10–20"),
        (Bounded(-20, None, -10), "station", "−20–−10", "−20–−10"),
        (Bounded(-5, None, 10), "station", "−5–10", "−5–10"),
        (Bounded(-5, None, math.inf), "station", "≥ −5", "≥ −5"),
        (Bounded(0.5, None, 0.6), "fraction", "50–60%", "50–60%"),
        (None, "station", "—", "—"),
        (math.nan, "station", "—", "—"),
    ],
)
def test_every_shape_of_a_number_is_written_so(
    value: Bounded | float | None, unit: str, zh: str, en: str
) -> None:
    assert text_of(of(value, unit), "zh") == zh
    assert text_of(of(value, unit), "en") == en


@pytest.mark.parametrize(
    ("value", "zh", "en"),
    [
        (Bounded.at_least(0.9140767, "x"), "至少 0.91", "at least 0.91"),
        (Bounded.at_most(40000, "x"), "至多 40,000", "at most 40,000"),
        (Bounded.exact(5, "x"), "5", "5"),
        (Bounded(2, None, 3), "2–3", "2–3"),
    ],
)
def test_in_prose_the_signs_of_bounds_are_words(value: Bounded, zh: str, en: str) -> None:
    assert text_of(of(value), "zh", prose=True) == zh
    assert text_of(of(value), "en", prose=True) == en


@pytest.mark.parametrize("x", [0.9149, 0.9151, 9.996, 12.349, 999.96, 1234.5, 0.0049])
@pytest.mark.parametrize("unit", ["station", "fraction"])
def test_a_one_sided_bound_is_rounded_outwards_so_that_it_stays_true(x: float, unit: str) -> None:
    def printed(b: Bounded) -> float:
        text = text_of(of(b, unit))
        return float(text.strip("≥≤ %").replace(",", "")) / (100 if text.endswith("%") else 1)

    assert printed(Bounded.at_least(x)) <= x * (1 + 1e-9)
    assert printed(Bounded.at_most(x)) >= x * (1 - 1e-9)
    assert printed(Bounded.at_least(x)) == pytest.approx(x, rel=0.12, abs=0.006)


def test_a_sign_is_shown_when_asked_and_never_on_zero() -> None:
    assert text_of(of(3), signed=True) == "+3"
    assert text_of(of(-3), signed=True) == "−3"
    assert text_of(of(0), signed=True) == "0"


def test_the_interval_behind_a_point_has_digits_enough_to_tell_its_ends_apart() -> None:
    assert interval_text(of(Bounded.rounded("72.45"), "percent")) == "72.445–72.455%"
    assert interval_text(of(Bounded(0.72445, 0.7245, 0.72455), "fraction")) == "72.445–72.455%"
    assert interval_text(of(Bounded(10, 12, 20))) == "10–20"


@pytest.mark.parametrize(
    "value", [5, Bounded.at_least(5), Bounded(1, None, 2), Bounded.about(5, floor=0), None]
)
def test_without_a_point_between_two_bounds_there_is_no_interval_to_add(
    value: Bounded | float | None,
) -> None:
    assert interval_text(of(value)) == ""


def test_a_row_has_null_where_nothing_is_known_or_nothing_is_uncertain() -> None:
    exact = of(5)
    assert (exact.value, exact.lower, exact.upper, exact.status) == (5, None, None, "ok")
    over = of(Bounded.at_least(2000))
    assert (over.value, over.lower, over.upper) == (None, 2000, None)
    rounded = of(Bounded.rounded("72.45", "percent"), "percent")
    assert (rounded.value, rounded.lower, rounded.upper) == (72.45, 72.445, 72.455)
    none = of(None)
    assert (none.value, none.lower, none.upper, none.status) == (None, None, None, "missing")
    assert (
        number(
            "a", "52", ("", ""), None, unit="", method="", source="", as_of="", status="not_applicable"
        ).status
        == "not_applicable"
    )


def test_an_approximate_number_says_so_in_its_method() -> None:
    rough = of(Bounded.about(30, floor=0), method="as published")
    assert rough.method == "press approx"
    assert rough.approximate
    assert not of(30).approximate


def test_numbers_are_tidied_to_the_same_bytes_everywhere() -> None:
    assert repr(of(5.0).value) == "5"
    assert of(0.1 + 0.2).value == 0.3
    assert of(1094 / 1510).value == 0.724503311258


def test_numbers_come_sorted_by_id_and_an_id_means_one_thing() -> None:
    def named(id: str, value: float) -> Number:
        return number(id, "52", ("", ""), value, unit="", method="", source="", as_of="")

    assert list(by_id([named("b.x", 1), named("a.x", 2), named("b.x", 1)])) == ["a.x", "b.x"]
    with pytest.raises(DataError):
        by_id([named("a.x", 1), named("a.x", 2)])


def test_a_row_has_the_twelve_keys_of_the_format_and_a_label_in_each_language() -> None:
    row = of(5)
    assert list(row.document()) == [
        "id", "region", "label_zh", "label_en", "value", "lower", "upper", "unit", "method", "source", "as_of", "status",
    ]  # fmt: skip
    assert (row.label("zh"), row.label("en")) == ("甲", "a")
