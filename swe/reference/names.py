"""Short forms of Chinese place names: what people type where the register has the official name.

黔南布依族苗族自治州 is called 黔南州 or 黔南, 内蒙古自治区 内蒙古; a look-up must know both.
Text only, no register.
"""

from __future__ import annotations

import re
import unicodedata

NATION_NAMES = ("全国", "中国", "中华人民共和国")

AUTONOMOUS_REGIONS = {
    "内蒙古自治区": "内蒙古",
    "广西壮族自治区": "广西",
    "西藏自治区": "西藏",
    "宁夏回族自治区": "宁夏",
    "新疆维吾尔自治区": "新疆",
}

# What local usage shortens further than the endings; from the regions' own government sites.
CUSTOMARY = {
    "前郭尔罗斯蒙古族自治县": ("前郭县", "前郭"),
    "喀喇沁左翼蒙古族自治县": ("喀左县", "喀左"),
    "杜尔伯特蒙古族自治县": ("杜蒙县", "杜蒙"),
    "科尔沁左翼中旗": ("科左中旗",),
    "科尔沁左翼后旗": ("科左后旗",),
    "科尔沁右翼前旗": ("科右前旗",),
    "科尔沁右翼中旗": ("科右中旗",),
    "察哈尔右翼前旗": ("察右前旗",),
    "察哈尔右翼中旗": ("察右中旗",),
    "察哈尔右翼后旗": ("察右后旗",),
    "土默特左旗": ("土左旗",),
    "土默特右旗": ("土右旗",),
    "阿拉善左旗": ("阿左旗",),
    "阿拉善右旗": ("阿右旗",),
    "莫力达瓦达斡尔族自治旗": ("莫旗",),
    "巴音郭楞蒙古自治州": ("巴州",),
    "博尔塔拉蒙古自治州": ("博州",),
    "克孜勒苏柯尔克孜自治州": ("克州",),
    "塔什库尔干塔吉克自治县": ("塔县",),
    "察布查尔锡伯自治县": ("察县",),
    "和布克赛尔蒙古自治县": ("和丰县",),
    "六枝特区": ("六枝",),
    "神农架林区": ("神农架",),
    "峰峰矿区": ("峰峰",),
    "白云鄂博矿区": ("白云鄂博",),
    "鹰手营子矿区": ("鹰手营子",),
}

# The 55 minorities as they stand in names; GB/T 3304-1991.
_PEOPLES = (
    "蒙古", "回", "藏", "维吾尔", "苗", "彝", "壮", "布依", "朝鲜", "满", "侗", "瑶", "白", "土家",
    "哈尼", "哈萨克", "傣", "黎", "傈僳", "佤", "畲", "高山", "拉祜", "水", "东乡", "纳西", "景颇",
    "柯尔克孜", "土", "达斡尔", "仫佬", "羌", "布朗", "撒拉", "毛南", "仡佬", "锡伯", "阿昌", "普米",
    "塔吉克", "怒", "乌孜别克", "俄罗斯", "鄂温克", "德昂", "保安", "裕固", "京", "塔塔尔", "独龙",
    "鄂伦春", "赫哲", "门巴", "珞巴", "基诺",
)  # fmt: skip
_WITHOUT_ZU = (
    "蒙古", "哈萨克", "塔吉克", "柯尔克孜", "锡伯", "达斡尔", "鄂温克", "鄂伦春", "朝鲜", "门巴", "珞巴",
    "纳西",
)  # fmt: skip
# The longest first; 民族 and 少数民族 follow a people in names of townships.
_PEOPLE = "|".join(
    [*sorted((p + "族" for p in (*_PEOPLES, "各", "少数民", "民")), key=len, reverse=True), *_WITHOUT_ZU]
)
_PEOPLES_AT_END = re.compile(f"(?<=..)(?:{_PEOPLE})+$")

_TOWNSHIP_ENDINGS = ("街道办事处", "街道", "镇", "乡", "苏木", "地区")
# Names of zones are taken whole: 苏州工业园区 is not "苏州工业园".
_COUNTY_ENDINGS = ("自治县", "自治旗", "县", "市", "区", "旗")
_KEEP_WHOLE = re.compile(".(矿区|特区|神农架林区|[前后左右中]旗|联合旗)$")
_FULL_NEW_AREAS = ("浦东新区", "滨海新区", "沈北新区")


def tidy(query: str) -> str:
    """A typed name as it is compared: full-width characters made ordinary, all spaces gone.

    >>> tidy(" 贵州省 福泉市 "), tidy("５２")
    ('贵州省福泉市', '52')
    """
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", query))


def short_forms(code: str, name: str) -> tuple[str, ...]:
    """The customary short names of a region, the longer first; none where a single character would be left.

    >>> short_forms("5227", "黔南布依族苗族自治州"), short_forms("131028", "大厂回族自治县")
    (('黔南州', '黔南'), ('大厂县', '大厂'))
    >>> short_forms("320576", "苏州工业园区"), short_forms("520123107", "洗马镇")
    ((), ('洗马',))
    """
    stem, ending = split(code, name)
    if not ending:
        return CUSTOMARY.get(name, ())
    if name in AUTONOMOUS_REGIONS:
        return (stem,)
    base = without_peoples(stem)
    last = ending.removeprefix("自治") if ending.startswith("自治") or base != stem else ""
    forms = (*CUSTOMARY.get(name, ()), base + last if last else "", base if len(base) > 1 else "")
    return tuple(dict.fromkeys(form for form in forms if form and form != name))


def split(code: str, name: str) -> tuple[str, str]:
    """A name as stem and level ending; no ending where the name is only ever used whole.

    >>> split("522702", "福泉市"), split("5227", "黔南布依族苗族自治州"), split("15", "内蒙古自治区")
    (('福泉', '市'), ('黔南布依族苗族', '自治州'), ('内蒙古', '自治区'))
    """
    if name in AUTONOMOUS_REGIONS:
        return AUTONOMOUS_REGIONS[name], "自治区"
    if name in _FULL_NEW_AREAS:
        return name[:-2], "新区"
    zone = len(code) == 6 and 71 <= int(code[4:6]) <= 80
    if zone or (len(code) == 6 and _KEEP_WHOLE.search(name)):
        return name, ""
    endings = {
        2: ("省", "市"),
        4: ("自治州", "地区", "市", "盟"),
        6: _COUNTY_ENDINGS,
        9: _TOWNSHIP_ENDINGS,
    }[len(code)]
    ending = next((each for each in endings if name.endswith(each) and len(name) > len(each)), "")
    return name.removesuffix(ending), ending


def without_peoples(stem: str) -> str:
    """A stem without the peoples at its end; a people that is the whole name stays (东乡族自治县 -> 东乡).

    >>> without_peoples("积石山保安族东乡族撒拉族"), without_peoples("东乡族")
    ('积石山', '东乡')
    """
    if re.fullmatch(_PEOPLE, stem):
        return stem.removesuffix("族") if len(stem) > 2 else stem
    return _PEOPLES_AT_END.sub("", stem)
