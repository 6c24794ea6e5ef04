"""Regions are found by what people type, and never guessed."""

from __future__ import annotations

import pytest

from swe.core.errors import UsageError
from swe.reference import names, register
from swe.reference.regions import (
    Region,
    children,
    english_name,
    find,
    full_name,
    parents,
    pinyin_keys,
    region,
)


def test_a_region_prints_as_the_documentation_shows_it() -> None:
    assert repr(region("贵州")) == 'Region(code="52", name="贵州省", level="province")'
    assert (region("52").code6, region("5227").code6, region("522702107").code6) == (
        "520000",
        "522700",
        "522702107",
    )
    assert (region("00").prefix, region("52").prefix) == ("", "52")


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        *[
            (typed, "52")
            for typed in (
                "52",
                52,
                "520000",
                520000,
                "贵州",
                "贵州省",
                "520000000",
                "520000000000",
                " 贵 州 ",
            )
        ],
        ("５２", "52"),
        *[(typed, "3412") for typed in (3412, "341200", "341200000", "阜阳", "阜阳市", "安徽阜阳")],
        *[(typed, "522702") for typed in ("522702", 522702, "522702000", 522702000000, "福泉", "福泉市")],
        *[
            (typed, "522702")
            for typed in ("贵州省黔南州福泉市", "贵州福泉", "黔南福泉市", "贵州省黔南布依族苗族自治州福泉市")
        ],
        *[(typed, "5227") for typed in ("黔南", "黔南州", "黔南布依族苗族自治州", "贵州黔南")],
        *[(typed, "00") for typed in (0, "00", "000000", "全国", "中国", "中华人民共和国")],
        *[("442000", "442000"), ("460400", "460400"), (441900, "441900"), (4419, "4419")],
        *[(typed, "522702107") for typed in (522702107, "522702107000", "福泉市道坪镇")],
    ],
)
def test_codes_and_names_are_read_as_people_type_them(typed: str | int, code: str) -> None:
    assert region(typed).code == code


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("内蒙古", "内蒙古自治区"),
        ("广西", "广西壮族自治区"),
        ("宁夏", "宁夏回族自治区"),
        ("新疆", "新疆维吾尔自治区"),
        ("西藏", "西藏自治区"),
        ("积石山县", "积石山保安族东乡族撒拉族自治县"),
        ("积石山", "积石山保安族东乡族撒拉族自治县"),
        ("双江", "双江拉祜族佤族布朗族傣族自治县"),
        ("大厂县", "大厂回族自治县"),
        ("东乡县", "东乡族自治县"),
        ("鄂伦春旗", "鄂伦春自治旗"),
        ("塔什库尔干", "塔什库尔干塔吉克自治县"),
        ("龙胜县", "龙胜各族自治县"),
        ("前郭县", "前郭尔罗斯蒙古族自治县"),
        ("阿左旗", "阿拉善左旗"),
        ("梅里斯区", "梅里斯达斡尔族区"),
        ("博尔塔拉州", "博尔塔拉蒙古自治州"),
        ("大兴安岭", "大兴安岭地区"),
        ("浦东", "浦东新区"),
        ("六枝", "六枝特区"),
        ("神农架", "神农架林区"),
        ("景德镇", "景德镇市"),
        ("仙桃", "仙桃市"),
    ],
)
def test_short_forms_drop_the_peoples_and_the_level(typed: str, name: str) -> None:
    assert region(typed).name == name


def test_a_name_that_is_a_people_s_name_is_kept() -> None:
    assert names.short_forms("622926", "东乡族自治县") == ("东乡县", "东乡")
    assert names.short_forms("150723", "鄂伦春自治旗") == ("鄂伦春旗", "鄂伦春")


def test_no_short_form_is_a_single_character() -> None:
    rows = register.rows().items()
    assert not [
        row.name for code, row in rows if any(len(form) < 2 for form in names.short_forms(code, row.name))
    ]
    assert names.short_forms("130633", "易县") == ()


@pytest.mark.parametrize("typed", ["吉林", "海南", "河南", "山西"])
def test_the_short_name_of_a_province_comes_before_others(typed: str) -> None:
    assert region(typed).level == "province"


def test_an_official_name_comes_before_a_short_form() -> None:
    assert region("吉林市").code == "2202"
    assert region("河南县").code == "632324"


def test_counties_come_before_townships_and_find_shows_both() -> None:
    assert region("金门县").code == "350527"
    assert [each.code for each in find("金门县")] == ["350527", "350527000"]


@pytest.mark.parametrize(
    ("typed", "code"), [("东莞", "4419"), ("中山市", "4420"), ("儋州", "4604"), ("嘉峪关市", "6202")]
)
def test_a_city_comes_before_the_county_that_repeats_it(typed: str, code: str) -> None:
    assert region(typed).code == code


def test_an_ambiguous_name_lists_the_candidates_in_both_languages() -> None:
    with pytest.raises(UsageError) as caught:
        region("通州区")
    for lang in ("zh", "en"):
        text = caught.value.text(lang)
        assert "110112  北京市通州区" in text and "320612  江苏省南通市通州区" in text
    assert region("北京通州").code == "110112"
    assert caught.value.exit_code == 2


def test_at_most_twenty_candidates_are_listed_and_the_rest_counted() -> None:
    with pytest.raises(UsageError) as caught:
        region("城关镇")
    lines = caught.value.text("en").splitlines()
    assert lines[0].startswith("'城关镇' may mean 88 regions")
    assert len(lines) == 22 and lines[-1] == "  ... and 68 more"
    assert caught.value.text("zh").splitlines()[-1].startswith("  ……还有")


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("贵洲", "贵州"), ("guizhou", "贵州"), ("福全市", "福泉市"), ("贵州省福全市", "福泉市")],
)
def test_an_unknown_name_is_answered_with_close_ones(typed: str, meant: str) -> None:
    with pytest.raises(UsageError, match=meant):
        region(typed)
    with pytest.raises(UsageError, match=meant):
        find(typed)


@pytest.mark.parametrize("typed", ["", "  ", "某某某", -52, 999999, "52270", "1", "5227021", "贵州省北京市"])
def test_what_is_no_region_is_a_usage_error(typed: str | int) -> None:
    with pytest.raises(UsageError):
        region(typed)


def test_a_village_code_is_answered_with_its_township() -> None:
    with pytest.raises(UsageError, match=r"village.*522702107") as caught:
        region("522702107001")
    assert "只统计村" in caught.value.text("zh")
    with pytest.raises(UsageError, match="no code 522702999001"):
        region(522702999001)


def test_codes_and_names_of_older_vintages_are_found() -> None:
    assert region("330104") == region("江干区") == region("杭州江干") == Region("330104", "江干区", "county")
    assert region("桴焉镇") == Region("520324116", "桴㯊镇", "township")  # spelled otherwise until 2022
    assert full_name(region("330104")) == "浙江省杭州市江干区"


def test_parents_run_from_the_province_down() -> None:
    assert [each.code for each in parents(region("522702107"))] == ["52", "5227", "522702"]
    assert parents(region("52")) == parents(region("00")) == ()


@pytest.mark.parametrize(
    ("code", "path"),
    [
        ("00", "全国"),
        ("52", "贵州省"),
        ("522702", "贵州省黔南布依族苗族自治州福泉市"),
        ("110101", "北京市东城区"),
        ("500231", "重庆市垫江县"),
        ("419001", "河南省济源市"),
        ("441900121", "广东省东莞市虎门镇"),
        ("441900", "广东省东莞市东莞市"),
    ],
)
def test_the_full_name_leaves_out_what_is_no_place(code: str, path: str) -> None:
    assert full_name(region(code)) == path


def test_children_are_all_regions_of_a_level_below() -> None:
    assert len(children(region("00"), "province")) == 31
    assert len(children(region("00"), "prefecture")) == 342
    assert [each.name for each in children(region("5227"), "county")][:2] == ["都匀市", "福泉市"]
    assert children(region("522702"), "county") == [region("522702")]
    assert children(region("330104"), "township") == []
    assert children(region("330104"), "township", "2020-06-30")
    with pytest.raises(UsageError, match="province, prefecture, county, township"):
        children(region("52"), "village")


@pytest.mark.parametrize(
    ("code", "english"),
    [
        ("00", "China"),
        ("15", "Inner Mongolia"),
        ("14", "Shanxi"),
        ("61", "Shaanxi"),
        ("54", "Tibet"),
        ("52", "Guizhou"),
        ("50", "Chongqing"),
        ("522702", "Fuquan City"),
        ("421303", "Zengdu District"),
        ("320722", "Donghai County"),
        ("3415", "Lu'an City"),
        ("3502", "Xiamen City"),
        ("6531", "Kashgar Prefecture"),
        ("1501", "Hohhot City"),
        ("6501", "Urumqi City"),
        ("5401", "Lhasa City"),
        ("5227", "Qiannan Prefecture"),
        ("2113", "Chaoyang City"),
        ("1404", "Changzhi City"),
        ("5101", "Chengdu City"),
        ("1525", "Xilingol League"),
        ("150125", "Wuchuan County"),
        ("152921", "Alxa Left Banner"),
        ("340371", "Bengbu High-tech Development Zone"),
        ("320576", "Suzhou Industrial Park"),
        ("140303", "Kuang District"),
        ("441900121", "Humen Town"),
        ("110101001", "Donghuamen Subdistrict"),
    ],
)
def test_english_names_are_official_established_or_pinyin(code: str, english: str) -> None:
    assert english_name(region(code)) == english


def test_no_name_above_the_townships_is_left_in_chinese() -> None:
    above = [region(code) for code in register.rows() if len(code) < 9]
    assert not [each for each in above if any("\u4e00" <= char <= "\u9fff" for char in english_name(each))]
    assert all(all(key.isascii() and key.isalnum() for key in pinyin_keys(each)) for each in above)


def test_pinyin_keys_are_what_a_search_box_is_given() -> None:
    assert pinyin_keys(region("贵州")) == ("guizhou", "gz")
    assert pinyin_keys(region("陕西")) == ("shanxi", "sx", "shaanxi")
    assert "kashgar" in pinyin_keys(region("喀什市")) and "lvliang" in pinyin_keys(region("吕梁"))
