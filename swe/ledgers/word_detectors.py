"""Identifiers made of words: names behind labels, addresses, e-mail, WeChat, QQ, vehicle plates.

Every repetition is bounded, so that no text takes more than linear time.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from swe.ledgers import detector_words as words

Found = tuple[str, int, int]  # kind, start, end

_HAN = r"[\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003ffff]"

# -- e-mail, accounts, plates --

_AT = re.compile(r"@|\((?:at)\)|\[at\]", re.I)
_MAIL_BEFORE = re.compile(r"[A-Za-z0-9._%+\-]{1,64} {0,2}$")
_MAIL_AFTER = re.compile(r" {0,2}[A-Za-z0-9\-]{1,63}(?: ?\. ?[A-Za-z][A-Za-z0-9\-]{0,62}){1,5}")
_WECHAT = re.compile(
    r"(?:微 ?信|薇信|威信|(?<![A-Za-z0-9])(?:(?:we ?chat|weixin|wx|vx)(?![a-z0-9_])|v信|v(?= ?:)))"
    r"(?! ?(?:公众|群|小程序|推|视频|支付|朋友圈|平台))"
    r"(?: ?(?:号码|号|账号|帐号|id|名))?[ :是为加(\-]{0,4}"
    r"((?!we ?chat|weixin)[a-z_][a-z0-9_\-]{5,29}|(?<=:)[0-9]{6,12}|(?<=: )[0-9]{6,12}|(?<=号)[0-9]{6,12}|(?<=号 )[0-9]{6,12})"
    r"(?![a-z0-9_])|(?<![a-z0-9])(wxid_[a-z0-9]{6,30})(?![a-z0-9])",
    re.I,
)
_QQ = re.compile(
    r"(?:(?<![A-Za-z0-9])q ?q|扣扣|企鹅号)(?! ?(?:群|邮箱))(?: ?(?:号码|号|账号|帐号))?[ :是为(]{0,4}"
    r"([1-9][0-9]{4,10}|[1-9](?:[ \-\n]{0,2}[0-9]){4,10})(?![A-Za-z0-9])",
    re.I,
)
_PLATE = re.compile(
    rf"[{words.PLATE_PROVINCES}] ?[A-HJ-NP-Z][ ·.\-]{{0,2}}"
    r"(?=(?:[ \-]?[A-HJ-NP-Z]){0,3}[ \-]?[0-9])"
    r"(?:[DF][A-HJ-NP-Z0-9] ?[0-9]{4}|[0-9]{5}[DF]|[A-HJ-NP-Z0-9]{5}|[A-HJ-NP-Z0-9]{4}[挂学警港澳]|[A-HJ-NP-Z0-9]{2,3} [A-HJ-NP-Z0-9]{2,3})"
    r"(?![A-Za-z0-9])",
    re.I,
)

# -- addresses --

_N = r"(?:[0-9]{1,4}|[一二三四五六七八九十百]{1,4})"
_ROOM = rf"(?: ?[A-Z]?{_N} ?(?:室|房|号|户(?![0-9])))"
_COUNTED = r"(?![0-9A-Za-z]| ?(?:人|名|位|户|家|元|份|次|场|个|张|岁|课|节|期|平))"
_HOUSE = re.compile(
    # a road with a house and a room
    rf"(?P<road>(?:路|街|道|巷|弄|胡同|里|段|村|庄) ?{_N} ?(?:号|弄)院?(?: ?[A-Z]?{_N} ?(?:栋|幢|座|号楼|弄|号(?!楼)))?(?: ?{_N} ?单元)?(?: ?{_N} ?[楼层])?(?:{_ROOM}|(?<=单元) ?[0-9]{{3,4}}{_COUNTED})?)"
    # an estate's building with a staircase or a flat
    rf"|(?P<flat>(?<![0-9])[0-9A-Z]{{1,4}} ?(?:栋|幢|座|号楼|#楼?) ?(?:{_N} ?单元(?: ?{_N} ?[楼层])?(?:{_ROOM}| ?[0-9]{{3,4}}{_COUNTED})?"
    rf"|(?:{_N} ?[楼层])?{_ROOM}{_COUNTED}|[0-9]{{1,2}}-[0-9]{{3,4}}{_COUNTED}|-?[0-9]{{3,4}}{_COUNTED}))"
    rf"|(?P<stair>{_N} ?单元 ?(?:{_N} ?[楼层])? ?(?:[0-9]{{1,4}} ?(?:室|房|号)|[0-9]{{3,4}}{_COUNTED}))"
    # a village group with a house
    rf"|(?P<group>第? ?{_N} ?(?:村民)?小?组 ?{_N} ?号)"
    r"|(?P<dashes>(?:小区|花园|家园|苑|新村|公寓|城|府|湾|庭|院|社区|楼|居|园|区) ?[0-9]{1,3}-[0-9]{1,2}-[0-9]{3,4}(?![0-9\-]))",
    re.I,
)
_HOME = re.compile(
    r"(?:家庭住址|家庭地址|住址|住所|居住地址?|家住|现住址|现居住?(?:地|于|在)?|现住(?:在|于)?|居住[于在]|户籍(?:所在地|地址|地)?|搬[至到]|家在|住在|住于|(?<!站点)(?<!办公)(?<!单位)(?<!机构)(?<!注册)(?<!中心)(?<!站)(?<!活动)地址)"
    rf"[ :为是于在]{{0,3}}((?:{_HAN}|[0-9A-Za-z#\- ]){{2,40}})"
)
_AT_HOME = re.compile(
    r"[0-9一二三四五六七八九十] ?(?:号|组|室|栋|幢|单元|弄|社|队)|[0-9]-[0-9]|(?:小区|花园|家园|公寓|新村|村|屯|寨)"
)
_VENUE = re.compile(
    r"(?:站址|(?:站点|办公|单位|机构|注册|中心|站|活动)地[址点]|(?:活动|会议|培训)地点|(?<!入户)(?<!走访)(?<!探访)(?<!见面)地点)[ :为在]{0,3}[^,;。\n\0]{0,24}$"
)
_PLACE_BEFORE = re.compile(rf"(?:{_HAN}|[0-9A-Za-z ]){{0,40}}$")
_CUT = re.compile(
    r".*(?:家住|住[在于址所]?|居于|居住地?|地址|地点|现居|位于|搬[至到]|户籍地?|[在到于至从往赴址])[ ]?", re.S
)

# -- names --

_BLANK = r" {1,3}"
_GIVEN = rf"(?:{_BLANK}{_HAN}(?:{_BLANK}{_HAN}|{_HAN})?|{_HAN}{{1,2}})"  # rather one character too many
_SURNAME = rf"(?:(?:{words.COMPOUND_SURNAMES})|[{words.SURNAMES}])"
_NAME = re.compile(rf"(?P<family>{_SURNAME})(?P<given>{_GIVEN})")
_DOTTED = re.compile(rf"{_HAN}{{1,8}}(?: ?[·.] ?{_HAN}{{1,8}}){{1,3}}")
_LATIN_NAME = re.compile(r"[A-Z][A-Za-z'\-]{1,20}(?: [A-Z][A-Za-z'\-]{1,20}){0,3}(?![A-Za-z0-9@._])")
_WHOLE_HAN = re.compile(rf"{_HAN}{{2,5}}(?!{_HAN})")
_LABEL = re.compile(
    rf"(?P<label>{words.NAME_LABELS})(?P<who>\([^()\n]{{1,8}}\))?(?P<mark>[ :=\-\[\(【\"“|/]{{0,4}}(?:[为是叫](?! ?{_HAN}?[^\u4e00-\u9fff]))?)"
    r"|(?<![A-Za-z])(?P<english>name|contact|client)(?P<colon> ?: ?)",
    re.I,
)
_NEXT_NAME = re.compile(r" ?[、,/;和与及(] ?| {1,3}")
_HARD_END = re.compile(r"$|[^\u4e00-\u9fff0-9A-Za-z ]")
_END = re.compile(words.AFTER_NAME)
_NOT_ENDING = "人户者童年群女民士工站长员生家等表略们"


def found_in_words(plain: str) -> Iterator[Found]:
    """Every identifier made of words in a plain text; hits may overlap."""
    yield from _mails(plain)
    for match in _WECHAT.finditer(plain):
        group = 1 if match[1] else 2
        yield "wechat", match.start(group), match.end(group)
    for match in _QQ.finditer(plain):
        yield "qq", match.start(1), match.end(1)
    for match in _PLATE.finditer(plain):
        if sum(char.isdigit() for char in match[0]) >= 2:
            yield "plate", match.start(), match.end()
    yield from _addresses(plain)
    yield from _names(plain)


def is_name_shaped(text: str) -> bool:
    """Whether a whole text is a customary surname with a given name of one or two characters, and no common word.

    >>> is_name_shaped("欧阳 修"), is_name_shaped("周报")
    (True, False)
    """
    match = _NAME.fullmatch(text)
    return bool(match) and _squeezed(text)[:2] not in words.NOT_NAMES


def _mails(plain: str) -> Iterator[Found]:
    for at in _AT.finditer(plain):
        before = _MAIL_BEFORE.search(plain, max(0, at.start() - 66), at.start())
        after = _MAIL_AFTER.match(plain, at.end())
        if before and after:
            yield "email", before.start(), after.end()


def _addresses(plain: str) -> Iterator[Found]:
    for match in _HOUSE.finditer(plain):
        before = plain[max(0, match.start() - 40) : match.start()]
        if match["road"] and not re.search("单元|[室房户]$|弄|号.*号", match["road"]):
            continue  # a house without a flat is a place; behind a label of homes it is found below
        if _VENUE.search(before) and not re.search("单元|栋|幢|[组户]", match[0]):
            continue
        yield "address", match.start() - _place_before(before), match.end()
    for match in _HOME.finditer(plain):
        rest = match[1].rstrip()
        if (last := _last_place(rest)) is not None:
            yield "address", match.start(1), match.start(1) + last


def _last_place(rest: str) -> int | None:
    ends = [each.end() for each in _AT_HOME.finditer(rest)]
    return max(ends) if ends else None


def _place_before(before: str) -> int:
    """How many characters of road, estate or village lead up to a house number."""
    run = _PLACE_BEFORE.search(before)
    text = run[0] if run else ""
    cut = _CUT.match(text)
    return len(text[cut.end() :] if cut else text)


def _names(plain: str) -> Iterator[Found]:
    for label in _LABEL.finditer(plain):
        spot = label.end()
        if label["who"] and is_name_shaped(label["who"][1:-1].strip()):  # 奶奶（罗桂芬）
            yield "name", label.start("who") + 1, label.end("who") - 1
        if label["english"]:
            latin = _LATIN_NAME.match(plain, spot)
            end = latin.end() if latin else _name_end(plain, spot, "name", ":")
        else:
            end = _name_end(plain, spot, label["label"], label["mark"] or ("(" if label["who"] else ""))
        while end is not None:
            yield "name", spot, end
            mark = _NEXT_NAME.match(plain, end)
            follower = _NAME.match(plain, mark.end()) if mark else None
            dotted = _DOTTED.match(plain, mark.end()) if mark else None
            if mark and dotted:
                spot, end = mark.end(), dotted.end()
            elif mark and follower and _listed(plain, follower):
                spot, end = mark.end(), follower.end()
            else:
                break


def _name_end(plain: str, spot: int, label: str, mark: str) -> int | None:
    """Where the name that begins behind a label ends; None where there is none."""
    dotted = _DOTTED.match(plain, spot)
    if dotted and mark:
        return dotted.end()
    if dotted and "·" in dotted[0] and (label not in words.WEAK_LABELS or _sounds_foreign(dotted[0])):
        return dotted.end()
    match = _NAME.match(plain, spot)
    colon = bool(set(mark) & set(":="))
    whole = _WHOLE_HAN.match(plain, spot)
    if match and _is_name(plain, match, label, mark):
        return max(match.end(), whole.end() if whole and colon and len(whole[0]) <= 4 else 0)
    if not colon:
        return None
    if "姓名" in label or label == "name":
        latin = _LATIN_NAME.match(plain, spot)
        if latin:
            return latin.end()
    sure = "姓名" in label or "姓 名" in label or label in words.SURE_LABELS or "签" in label
    if whole and sure and _is_rare_name(whole[0]):
        return whole.end()
    return None


def _is_name(plain: str, match: re.Match[str], label: str, mark: str) -> bool:
    word = _squeezed(match[0])
    if word[:2] in words.NOT_NAMES:  # 万元昊 behind 户主： is a person, 高龄老 behind 服务对象： is not
        sure = mark and label not in words.WEAK_LABELS and "对象" not in label
        return bool(sure and len(word) == 3 and _END.match(plain, match.end()))
    doubtful = match["family"] in words.DOUBTFUL_SURNAMES and not match["given"].startswith(" ")
    if label in words.WEAK_LABELS and not mark:
        return bool(_HARD_END.match(plain, match.end())) if doubtful else _ends_name(plain, match)
    return not doubtful or _ends_name(plain, match)


def _sounds_foreign(text: str) -> bool:
    """Whether most characters are those that names of other tongues are written with (热依汗·玉素甫)."""
    letters = [char for char in text if char not in " ·."]
    return sum(char in words.SOUNDS for char in letters) * 2 > len(letters)


def _ends_name(plain: str, match: re.Match[str]) -> bool:
    """Whether a name of one or two given characters is followed by what may follow a name."""
    return bool(
        _END.match(plain, match.end())
        or (len(_squeezed(match["given"])) > 1 and _END.match(plain, match.end() - 1))
    )


def _listed(plain: str, match: re.Match[str]) -> bool:
    return _squeezed(match[0])[:2] not in words.NOT_NAMES and bool(_END.match(plain, match.end()))


def _is_rare_name(text: str) -> bool:
    return (
        text[:2] not in words.NOT_NAMES
        and text[-1] not in _NOT_ENDING
        and not re.search("见|名单|附|详|略|无|未|不|如|同|各|本|共|村|镇|社|站|局|隐|保密|匿", text)
    )


def _squeezed(text: str) -> str:
    return text.replace(" ", "")
