"""Press numbers, one by one: what each way of writing claims, and what is not a number at all."""

import math

import pytest

from swe.core.bounded import Bounded
from swe.core.errors import DataError
from swe.reference.numerals import numeral
from swe.reference.press import press_number, press_numbers

EXACT, ABOVE, BELOW, ABOUT = Bounded.exact, Bounded.at_least, Bounded.at_most, Bounded.about


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("近两万人次", Bounded(low=0, point=None, high=20000, unit="人次")),
        ("2000余", ABOVE(2000)),
        ("上千", ABOVE(1000)),
        ("上千名", ABOVE(1000, "名")),
        ("千余", ABOVE(1000)),
        ("千余家", ABOVE(1000, "家")),
        ("万余", ABOVE(10000)),
        ("逾千万人次", ABOVE(10_000_000, "人次")),
        ("超130万元", ABOVE(1_300_000, "元")),
        ("400余万人次", ABOVE(4_000_000, "人次")),
        ("四万多人次", ABOVE(40_000, "人次")),
        ("8000多名", ABOVE(8000, "名")),
        ("3个多月", ABOVE(3, "个月")),
        ("500+人", ABOVE(500, "人")),
        ("不少于一万户", ABOVE(10_000, "户")),
        ("至少3名", ABOVE(3, "名")),
        ("40平方米以上", ABOVE(40, "平方米")),
        ("40平方米（含）以上", ABOVE(40, "平方米")),
        ("20个社区以上", ABOVE(20, "个")),
        ("近四万", BELOW(40_000)),
        ("近万", BELOW(10_000)),
        ("近百万名", BELOW(1_000_000, "名")),
        ("最高50万元/人", BELOW(500_000, "元/人")),
        ("不到50", BELOW(50)),
        ("不足100人", BELOW(100, "人")),
        ("不超过30户", BELOW(30, "户")),
        ("30人以内", BELOW(30, "人")),
        ("30人以下", BELOW(30, "人")),
        ("约30", ABOUT(30)),
        ("约30名", ABOUT(30, "名", floor=0)),
        ("300份左右", ABOUT(300, "份", floor=0)),
        ("十来个", ABOUT(10, "个", floor=0)),
        ("数十名", ABOUT(None, "名", floor=0)),
        ("二十几名", ABOUT(None, "名", floor=0)),
        ("两三百户", ABOUT(None, "户", floor=0)),
        ("1094个", EXACT(1094, "个")),
        ("1094 个", EXACT(1094, "个")),
        ("1,094个", EXACT(1094, "个")),
        ("１，０９４个", EXACT(1094, "个")),
        ("92万", EXACT(920_000)),
        ("1.2万", EXACT(12_000)),
        ("3.5亿", EXACT(350_000_000)),
        ("1万2千", EXACT(12_000)),
        ("3亿5000万元", EXACT(350_000_000, "元")),
        ("1949.4万元", EXACT(19_494_000, "元")),
        ("一万", EXACT(10_000)),
        ("二十", EXACT(20)),
        ("两千", EXACT(2000)),
        ("两百五十", EXACT(250)),
        ("一千二百", EXACT(1200)),
        ("一百零九个", EXACT(109, "个")),
        ("一百〇九个", EXACT(109, "个")),
        ("72.45%", Bounded(72.445, 72.45, 72.455, "%")),
        ("７２.４５％", Bounded(72.445, 72.45, 72.455, "%")),
        ("100%", Bounded(99.5, 100, 100.5, "%")),
        ("百分之九十", Bounded(89.5, 90, 90.5, "%")),
        ("30-50名", Bounded(30, None, 50, "名")),
        ("三至五个", Bounded(3, None, 5, "个")),
        ("3-5万元", Bounded(30_000, None, 50_000, "元")),
    ],
)
def test_a_press_number_says_no_more_than_it_says(text, meant):
    assert press_number(text) == meant


@pytest.mark.parametrize("text", ["92万", "1949.4万元", "1.2万", "近两万人次", "一千二百"])
def test_whole_numbers_stay_ints(text):
    number = press_number(text)
    assert isinstance(number.high, int)


def test_a_lower_bound_beats_about():
    assert press_number("约2000余户") == ABOVE(2000, "户")


def test_a_lower_and_an_upper_bound_on_one_number_cancel_out():
    assert press_number("近200余名") == ABOUT(200, "名", floor=0)


def test_a_qualifier_inside_another_word_is_none():
    assert press_number("节约30万元") == EXACT(300_000, "元")
    assert press_number("附近30户") == EXACT(30, "户")


@pytest.mark.parametrize(
    "sentence",
    [
        "重点围绕“一老一小”",
        "“十四五”期间，完善“五社联动”机制",
        "打造“三站合一”，探索“三访四有一协作”",
        "“1+8+N”服务体系",
        "2017年，5月11日印发，3 月 16 日至 20 日",
        "2023-05-31",
        "2017—2020年",
        "二〇二三年五月",
        "第十二届“中华慈善奖”，第二次会议，党的二十大",
        "粤民函〔2017〕43号",
        "9:00-17:00",
        "A4纸、5G、COVID-19",
        "电话13812345678",
        "11010519491231002X",
        "近三年来",
        "一户一策、一起、进一步、一次性、统一",
        "成千上万、千家万户、千站暖万家",
        "五家渠市、三台县",
        "三分之一",
        "同比-5%",
    ],
)
def test_dates_ordinals_codes_and_idioms_are_no_press_numbers(sentence):
    assert press_numbers(sentence) == []
    with pytest.raises(DataError):
        press_number(sentence)


def test_a_sentence_gives_its_numbers_in_order_with_their_places():
    sentence = "截至 3月底，上海市 676家社会工作服务机构、143 家街镇社工站累计投入 8000多名医务社工"
    found = press_numbers(sentence)
    assert [(n.text, n.value) for n in found] == [
        ("676家", EXACT(676, "家")),
        ("143 家", EXACT(143, "家")),
        ("8000多名", ABOVE(8000, "名")),
    ]
    assert all(sentence[n.start : n.end] == n.text for n in found)


def test_a_growth_is_two_numbers_and_not_a_range():
    assert [n.value for n in press_numbers("持证社工从 1 名到 81 名")] == [EXACT(1, "名"), EXACT(81, "名")]


def test_a_blank_or_a_chinese_comma_between_numbers_does_not_glue_them_together():
    assert [n.value.point for n in press_numbers("社区63 47个")] == [63, 47]
    assert [n.value.point for n in press_numbers("共有63，470人参加")] == [63, 470]


def test_the_error_says_what_was_read_in_both_languages():
    with pytest.raises(DataError) as caught:
        press_number("1583名志愿者和44个县")
    assert "1583名、44个" in caught.value.zh
    assert "2 numbers" in caught.value.en
    with pytest.raises(DataError, match="no number was read in '很多人'"):
        press_number("很多人")


def test_the_error_never_repeats_an_identity_or_telephone_number():
    with pytest.raises(DataError) as caught:
        press_number("身份证11010519491231002X")
    assert "110105" not in caught.value.zh + caught.value.en


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("一亿二千万", 120_000_000),
        ("三千万亿", 3 * 10**15),
        ("一万二", 12_000),
        ("一万零二", 10_002),
        ("十", 10),
    ],
)
def test_numerals_are_read_by_place(text, value):
    assert numeral(text) == value


@pytest.mark.parametrize("text", ["三五", "一百百", "万万", "一百零", "十四五", "十百千"])
def test_characters_in_no_order_are_no_numeral(text):
    assert numeral(text) is None


def test_nothing_firm_is_claimed_where_no_number_is_given():
    vague = press_number("数百名")
    assert (vague.low, vague.point, vague.high, vague.approximate) == (0, None, math.inf, True)
