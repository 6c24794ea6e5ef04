"""Laws of press numbers: a qualifier bounds the number it stands at, and typography changes nothing."""

import math
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from swe.core.bounded import Bounded
from swe.core.errors import SweError
from swe.reference.numerals import numeral
from swe.reference.press import press_number, press_numbers

NUMBERS = st.integers(min_value=1, max_value=99_999_999)
UNITS = st.sampled_from(["", "个", "名", "人次", "户", "元", "平方米", "场次", "元/人"])
WRITTEN = st.sampled_from(["arabic", "chinese", "thousands"])
ABOVE = [
    "{n}余{u}",
    "{n}多{u}",
    "超{n}{u}",
    "逾{n}{u}",
    "不少于{n}{u}",
    "至少{n}{u}",
    "{n}{u}以上",
    "{n}+{u}",
]
BELOW = ["近{n}{u}", "不到{n}{u}", "不足{n}{u}", "最高{n}{u}", "不超过{n}{u}", "{n}{u}以下", "{n}{u}以内"]
ABOUT = ["约{n}{u}", "大约{n}{u}", "{n}{u}左右", "{n}{u}上下"]


def chinese(n: int) -> str:
    """The official way of writing a number; an oracle of its own, by sections of four digits."""
    if n == 0:
        return "零"
    text = _section(n // 10_000) + "万" if n >= 10_000 else ""
    rest = n % 10_000
    if rest:
        text += ("零" if text and rest < 1000 else "") + _section(rest)
    return text.removeprefix("一") if text.startswith("一十") else text


def _section(n: int) -> str:
    text, gap = "", False
    for place, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = n // place % 10
        if digit:
            text += ("零" if gap and text else "") + "零一二三四五六七八九"[digit] + name
        gap = digit == 0
    return text


def write(n: int, how: str) -> str:
    return {"arabic": str(n), "thousands": f"{n:,}", "chinese": chinese(n)}[how]


def full_width(text: str) -> str:
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)


@given(n=st.integers(min_value=0, max_value=99_999_999))
def test_a_chinese_numeral_survives_the_round_trip(n):
    assert numeral(chinese(n)) == n


@given(n=NUMBERS, unit=UNITS, how=WRITTEN)
def test_an_unqualified_number_is_exact(n, unit, how):
    assert press_number(write(n, how) + unit) == Bounded.exact(n, unit)


@given(n=NUMBERS, unit=UNITS, how=WRITTEN, form=st.sampled_from(ABOVE))
def test_a_lower_qualifier_bounds_from_below_and_gives_no_point(n, unit, how, form):
    assert press_number(form.format(n=write(n, how), u=unit)) == Bounded(n, None, math.inf, unit)


@given(n=NUMBERS, unit=UNITS, how=WRITTEN, form=st.sampled_from(BELOW))
def test_an_upper_qualifier_bounds_from_above_and_gives_no_point(n, unit, how, form):
    assert press_number(form.format(n=write(n, how), u=unit)) == Bounded(0, None, n, unit)


@given(n=NUMBERS, unit=UNITS, how=WRITTEN, form=st.sampled_from(ABOUT))
def test_an_approximate_number_keeps_its_point_and_claims_no_bound(n, unit, how, form):
    number = press_number(form.format(n=write(n, how), u=unit))
    assert number == Bounded.about(n, unit, floor=0 if unit else -math.inf)


@given(whole=st.integers(0, 100), digits=st.text("0123456789", max_size=3))
def test_a_percentage_contains_every_value_that_rounds_to_it(whole, digits):
    number = press_number(f"{whole}.{digits}%" if digits else f"{whole}%")
    assert math.isclose(number.high - number.low, 10.0 ** -len(digits), rel_tol=1e-6)
    assert number.point == float(f"{whole}.{digits or 0}")


@given(
    n=NUMBERS,
    unit=UNITS,
    how=st.sampled_from(["arabic", "chinese"]),
    form=st.sampled_from([*ABOVE, *BELOW, *ABOUT, "{n}{u}"]),
    blanks=st.lists(st.sampled_from(["", " ", "\u3000", "\n"]), min_size=40, max_size=40),
)
def test_width_and_blanks_change_nothing(n, unit, how, form, blanks):
    parts = [part for part in form.replace("{n}", "|{n}|").format(n=write(n, how), u=unit).split("|") if part]
    plain = "".join(parts)
    spaced = "".join(blank + part for blank, part in zip(blanks, parts, strict=False)) + blanks[-1]
    assert press_number(full_width(spaced)) == press_number(spaced) == press_number(plain)


@given(
    st.text(
        alphabet="〇一二三十百千万亿两余多近约第年月日号个名人次0123456789,.-+%/：，至到 几数半之分大AN",
        max_size=30,
    )
)
def test_any_text_gives_numbers_at_their_places_or_a_sentence_but_no_crash(text):
    found = press_numbers(text)
    assert all(text[n.start : n.end] == n.text and n.start < n.end for n in found)
    assert all(a.end <= b.start for a, b in pairwise(found))
    try:
        press_number(text)
    except SweError as error:
        assert error.zh and error.en
