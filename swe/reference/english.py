"""Names of regions for readers of English, and keys for a search box.

Pinyin of the short form and the level's word (Fuquan City), or the established English name where it is
not pinyin. Text only, no register.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from itertools import pairwise

from swe.reference import names

# Official English names where pinyin without tones would be wrong; the other provinces are their pinyin.
PROVINCES = {"内蒙古": "Inner Mongolia", "陕西": "Shaanxi", "西藏": "Tibet"}

# Established names that are not pinyin (mostly SASM/GNC romanisation of Mongolian, Uyghur and Tibetan names).
ESTABLISHED = {
    "喀什": "Kashgar",
    "呼和浩特": "Hohhot",
    "乌鲁木齐": "Urumqi",
    "拉萨": "Lhasa",
    "哈尔滨": "Harbin",
    "齐齐哈尔": "Qiqihar",
    "鄂尔多斯": "Ordos",
    "呼伦贝尔": "Hulunbuir",
    "乌兰察布": "Ulanqab",
    "巴彦淖尔": "Bayannur",
    "锡林郭勒": "Xilingol",
    "阿拉善": "Alxa",
    "兴安盟": "Hinggan",
    "锡林浩特": "Xilinhot",
    "乌兰浩特": "Ulanhot",
    "二连浩特": "Erenhot",
    "克拉玛依": "Karamay",
    "吐鲁番": "Turpan",
    "阿克苏": "Aksu",
    "和田": "Hotan",
    "阿勒泰": "Altay",
    "博尔塔拉": "Bortala",
    "巴音郭楞": "Bayingolin",
    "克孜勒苏": "Kizilsu",
    "伊犁": "Ili",
    "库尔勒": "Korla",
    "日喀则": "Xigazê",
    "昌都": "Qamdo",
    "林芝": "Nyingchi",
    "那曲": "Nagqu",
    "阿里": "Ngari",
    "阿坝": "Ngawa",
    "甘孜": "Garzê",
    "果洛": "Golog",
    "迪庆": "Dêqên",
    "香格里拉": "Shangri-La",
    "格尔木": "Golmud",
}

LEVEL_WORDS = {
    "自治州": "Prefecture",
    "地区": "Prefecture",
    "盟": "League",
    "市": "City",
    "自治县": "County",
    "县": "County",
    "自治旗": "Banner",
    "旗": "Banner",
    "新区": "New Area",
    "区": "District",
    "街道办事处": "Subdistrict",
    "街道": "Subdistrict",
    "镇": "Town",
    "乡": "Township",
    "苏木": "Sumu",
}
WHOLE = {
    "全国": "China",
    "市辖区": "Districts under the City",
    "县": "Counties under the City",
    "省直辖县级行政区划": "Counties under the Province",
    "自治区直辖县级行政区划": "Counties under the Autonomous Region",
}
# Endings of names that are used whole; the longer first.
WHOLE_ENDINGS = {
    "高新技术产业开发区": "High-tech Industrial Development Zone",
    "高新技术产业园区": "High-tech Industrial Park",
    "经济技术开发区": "Economic and Technological Development Zone",
    "城乡一体化示范区": "Urban-Rural Integration Demonstration Zone",
    "现代产业园区": "Modern Industrial Park",
    "高新技术开发区": "High-tech Development Zone",
    "经济综合实验区": "Comprehensive Economic Experimental Zone",
    "经济开发区": "Economic Development Zone",
    "行政委员会": "Administrative Committee",
    "工业园区": "Industrial Park",
    "产业园区": "Industrial Park",
    "风景名胜区": "Scenic Area",
    "开发区": "Development Zone",
    "管理区": "Administrative Zone",
    "示范区": "Demonstration Zone",
    "园区": "Park",
    "新区": "New Area",
    "新城": "New Town",
    "群岛": "Islands",
    "农场": "Farm",
    "林场": "Forest Farm",
    "牧场": "Ranch",
    "地区": "Area",
    "矿区": "Mining District",
    "林区": "Forestry District",
    "特区": "Special District",
    "左旗": "Left Banner",
    "右旗": "Right Banner",
    "左翼中旗": "Left Wing Middle Banner",
    "左翼后旗": "Left Wing Rear Banner",
    "右翼前旗": "Right Wing Front Banner",
    "右翼中旗": "Right Wing Middle Banner",
    "右翼后旗": "Right Wing Rear Banner",
    "前旗": "Front Banner",
    "中旗": "Middle Banner",
    "后旗": "Rear Banner",
    "联合旗": "United Banner",
}

# Readings that pypinyin's dictionaries miss in place names; checked over every county of 2023-06-30.
READINGS = {
    "都": "du",
    "长": "chang",
    "什": "shi",
    "勒": "le",
    "曾": "zeng",
    "蔚": "yu",
    "浚": "xun",
    "单": "shan",
    "朝": "chao",
    "佛": "fo",
}
PHRASE_READINGS = {
    "长子": "zhang zi",
    "六合": "lu he",
    "洪洞": "hong tong",
    "繁峙": "fan shi",
    "涡阳": "guo yang",
    "荥经": "ying jing",
    "筠连": "jun lian",
    "什邡": "shi fang",
    "漯河": "luo he",
    "宕昌": "tan chang",
    "大城": "dai cheng",
    "召陵": "shao ling",
    "万柏林": "wan bai lin",
    "南乐": "nan le",
    "民乐": "min le",
}


def english(code: str, name: str, *, above: tuple[str, ...] = ()) -> str:
    """A region's English name; `above` are names of regions above, which a zone's name may begin with.

    >>> english("320722", "东海县"), english("3415", "六安市"), english("61", "陕西省")
    ('Donghai County', "Lu'an City", 'Shaanxi')
    """
    if name in WHOLE and len(code) <= 4:
        return WHOLE[name]
    stem, ending = names.split(code, name)
    if len(code) == 2:
        return _proper(stem)
    if name == "兴安盟":
        return "Hinggan League"
    if len(code) == 9 and ending == "地区":
        return f"{_proper(stem)} Area"
    if ending:
        return f"{_proper(names.without_peoples(stem))} {LEVEL_WORDS[ending]}"
    tail = max((each for each in WHOLE_ENDINGS if name.endswith(each) and name != each), key=len, default="")
    words = _words(name.removesuffix(tail), above)
    return " ".join([*(_proper(word) for word in words), *([WHOLE_ENDINGS[tail]] if tail else [])])


def search_keys(code: str, name: str) -> tuple[str, ...]:
    """Full pinyin and initials of the short form, and the established English name where it differs.

    >>> search_keys("1411", "吕梁市"), search_keys("15", "内蒙古自治区")
    (('luliang', 'll', 'lvliang'), ('neimenggu', 'nmg', 'innermongolia'))
    """
    stem = names.without_peoples(names.split(code, name)[0])
    spelled = pinyin(stem)
    syllables = [plain for plain in map(_plain, spelled) if plain]
    known = PROVINCES.get(stem) or ESTABLISHED.get(stem) or ""
    typed = _plain("".join(spelled).replace("ü", "v"))
    keys = ["".join(syllables), "".join(each[0] for each in syllables), _plain(known), typed]
    return tuple(dict.fromkeys(key for key in keys if key))


@lru_cache(maxsize=65536)
def pinyin(text: str) -> tuple[str, ...]:
    """The syllables of a Chinese text, one a character, without tones; other characters stand for themselves.

    >>> pinyin("曾都"), pinyin("重庆")
    (('zeng', 'du'), ('chong', 'qing'))
    """
    from pypinyin import lazy_pinyin

    syllables = lazy_pinyin(text, v_to_u=True, errors=lambda other: list(other))  # type: ignore[arg-type, return-value]
    syllables = [READINGS.get(char, each) for char, each in zip(text, syllables, strict=True)]
    for phrase, reading in PHRASE_READINGS.items():
        at = text.find(phrase)
        if at >= 0:
            syllables[at : at + len(phrase)] = reading.split()
    return tuple(syllables)


def _proper(text: str) -> str:
    """One capitalised word; an apostrophe before a vowel inside, as in Lu'an (GB/T 16159-2012)."""
    known = PROVINCES.get(text) or ESTABLISHED.get(text)
    if known:
        return known
    syllables = ("", *pinyin(text))
    word = "".join(
        ("'" if before and each[0] in "aeo" else "") + each for before, each in pairwise(syllables)
    )
    return word[:1].upper() + word[1:]


def _words(text: str, above: tuple[str, ...]) -> list[str]:
    """A zone's name without the names of the regions it lies in, which are words of their own."""
    lead = max((each for each in above if text.startswith(each)), key=len, default="")
    if not lead:
        return [text] if text else []
    head = lead if len(lead) < 3 else lead.removesuffix("省").removesuffix("市")
    return [head, *_words(text[len(lead) :], above)]


def _plain(text: str) -> str:
    """Lower-case ASCII letters and digits of a romanised word; ü becomes u."""
    bare = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return "".join(char for char in bare.lower() if char.isalnum())
