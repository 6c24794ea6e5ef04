"""Sentences with numbers: each number is traced, everything else is escaped."""

from __future__ import annotations

import pytest
from markupsafe import Markup

from swe.core.bounded import Bounded
from swe.show.numbers import Number, number
from swe.show.say import code, constant, day, fill, marked, quoted, spread, title


def of(value: Bounded | float, unit: str = "station", id: str = "a.b") -> Number:
    return number(id, "52", ("甲", "a"), value, unit=unit, method="m", source="s", as_of="2023")


N = {"a.b": of(1094), "a.rate": of(Bounded.rounded("72.45"), "percent", "a.rate"), "a.gap": of(416, "station", "a.gap"),
     "a.low": of(Bounded.at_least(2000), "person", "a.low")}  # fmt: skip


def said(template: str, lang: str = "zh", **fields: object) -> str:
    return str(fill(template, lang, N, fields))


def test_a_number_is_traced_by_its_id_and_its_machine_value() -> None:
    assert said("有 {a.b} 个") == '有<data data-n="a.b" value="1094">1,094</data>个'
    assert said("{a.b} stations", "en") == '<data data-n="a.b" value="1094">1,094</data> stations'


def test_a_bound_without_a_point_is_a_range_for_machines_and_a_word_for_people() -> None:
    assert said("{a.low}") == '<data data-n="a.low" value="2000..">至少 2,000</data>'
    assert said("{a.low}", "en") == '<data data-n="a.low" value="2000..">at least 2,000</data>'


def test_marks_behind_an_id_add_unit_sign_and_interval() -> None:
    assert said("{a.b+}", "en").endswith(">1,094</data> stations")
    assert said("{a.b+}").endswith(">1,094</data>个")
    assert ">+416<" in said("{a.gap±}")
    assert "72.45%（72.445–72.455%）" in said("{a.rate~}")
    assert "72.45% (72.445–72.455%)" in said("{a.rate~}", "en")


def test_a_plain_field_is_escaped_and_ready_markup_is_not() -> None:
    assert said("{name}", name="<b>&") == "&lt;b&gt;&amp;"
    assert said("{name}", name=Markup("<b>x</b>")) == "<b>x</b>"
    assert said("<i>{name}</i>", name="x") == "&lt;i&gt;x&lt;/i&gt;"


def test_a_number_may_be_given_as_a_field() -> None:
    assert said("{x}", x=of(7, "station", "other.id")) == '<data data-n="other.id" value="7">7</data>'


def test_a_name_in_the_numbers_is_not_hidden_by_a_field_of_its_first_word() -> None:
    assert "1,094" in said("{a.b}", a="x")


def test_an_unknown_hole_is_our_own_mistake() -> None:
    with pytest.raises(KeyError):
        said("{nothing.here}")


def test_constants_of_a_method_and_dates_are_marked() -> None:
    assert said("[[95%]]") == '<span class="k">95%</span>'
    assert said("于 2023-05-31 起") == "于 <time>2023-05-31</time> 起"
    assert said("2023-05", "en") == "<time>2023-05</time>"


def test_the_gap_between_chinese_and_a_number_is_left_to_the_browser() -> None:
    assert said("有 {a.b} 个，{a.b} and").startswith("有<data")
    assert "</data> and" in said("{a.b} and")
    assert said("has {a.b} 个", "en").startswith("has <data")


def test_an_id_cannot_break_out_of_its_attribute() -> None:
    assert "<script>" not in str(marked(of(1, "station", '"><script>'), "zh"))


def test_one_thing_is_singular_in_english() -> None:
    assert str(marked(of(1), "en", unit=True)).endswith("</data> station")


def test_a_spread_is_the_interval_where_there_is_one() -> None:
    assert ">72.445–72.455%<" in str(spread(N["a.rate"], "zh"))
    assert ">1,094<" in str(spread(N["a.b"], "zh"))


@pytest.mark.parametrize(
    ("make", "opening"),
    [
        (constant, '<span class="k">'),
        (day, "<time>"),
        (quoted, '<q lang="zh-Hans">'),
        (code, "<code>"),
        (title, "<cite>"),
    ],
)
def test_every_free_text_is_marked_and_escaped(make: object, opening: str) -> None:
    shown = str(make("1<2"))  # type: ignore[operator]
    assert shown.startswith(opening + "1&lt;2</")
