"""Identifiers made of digits: resident ID, mobile, landline, bank card, passport, however they are grouped.

A text is cut into runs of digits once; every window of groups in a run is judged by arithmetic, not by nested
patterns, so that no text takes more than linear time.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import accumulate, pairwise
from typing import NamedTuple

from swe.ledgers import detector_words as words

Found = tuple[str, int, int]  # kind, start, end

_GAP = r"[ \n\-.·_]"
_RUN = re.compile(rf"[0-9]+(?:{_GAP}{{1,6}}[0-9]+)*")
_WHOLE_PART = re.compile(r"(?<![0-9])([0-9]{1,10})\.$")
_GROUP = re.compile(r"[0-9]+")
_PROVINCE = re.compile(
    r"1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3]|91"
)  # GB/T 2260 and 港澳台居民居住证
_DAY = r"(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])"
_DAY_18 = re.compile(rf"(?:18|19|20)[0-9]{{2}}{_DAY}")
_DAY_15 = re.compile(rf"[0-9]{{2}}{_DAY}")
_TAIL_X = re.compile(r"[ \n\-]{0,3}[Xx](?:[0-9]{2}(?:[Bb][0-9])?)?(?![A-Za-z0-9])")
_TAIL_DISABILITY = re.compile(r"[Bb][0-9](?![A-Za-z0-9])")  # a reissued disability certificate
_FLOAT_TAIL = re.compile(r"\.0(?![0-9A-Za-z])")
_ID_LABEL = re.compile(r"(?:身份证|证件|证号|户口|(?<![a-z])id)[^0-9\n\0]{0,8}$", re.I)
_LETTERS_BEFORE_ID = re.compile(
    r"(?:^|[^A-Za-z0-9])(?:id|no|[GLJ])$", re.I
)  # G + ID is a pupil's number (学籍号)
_LETTERS_BEFORE_PHONE = re.compile(r"(?:^|[^A-Za-z0-9])(?:tel|phone|mobile|mob|vx|wx|qq|v)$", re.I)
_COUNTRY = re.compile(r"\(?\+?(?:00)?86\)?[ \-]{0,3}$")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)  # GB 11643-1999, ISO 7064 mod 11-2
_STATIONS_SINCE = 2018  # the programme's first year: a number with a later "birth" may be a case number

_MOBILE_SHAPES = {
    (11,), (3, 4, 4), (4, 3, 4), (3, 8), (7, 4), (4, 4, 3), (4, 7), (5, 6), (6, 5), (3, 3, 5), (3, 3, 3, 2), (3, 2, 2, 2, 2),
    (8, 3), (1,) * 11,
}  # fmt: skip
_ID_15_SHAPES = {
    (15,),
    (6, 6, 3),
    (6, 9),
    (6, 2, 2, 2, 3),
    (6, 4, 2, 3),
    (3, 3, 6, 3),
    (3,) * 5,
    (5,) * 3,
    (4, 4, 4, 3),
    (1,) * 15,
}

_NUMBER = rf"[0-9](?:{_GAP}{{0,3}}[0-9]){{%s}}"
_FILL = r"[ :(#为是码\n]{0,4}"
_LABELLED = (
    ("resident_id", re.compile(rf"(?:身份证|证件|残疾人?证)(?:号码|编号|号|码)?{_FILL}({_NUMBER % '11,21'} ?[Xx]?)(?![A-Za-z0-9])")),
    ("bank_card", re.compile(
        r"(?:银行卡|储蓄卡|信用卡|借记卡|一卡通|存折|卡号|账号|帐号|账户|帐户)(?:号码|卡号|账号|号|码)?"
        rf"{_FILL}({_NUMBER % '9,22'})(?![A-Za-z0-9])"
    )),
    ("passport", re.compile(r"(?:护照|通行证|回乡证|台胞证|passport)(?:号码|号|no)?[ :(#为是.\n]{0,4}([A-Za-z]{0,2}[ \-]?[0-9]{6,10})(?![A-Za-z0-9])", re.I)),
)  # fmt: skip
_LABELLED_PHONE = re.compile(
    rf"(?:手机|电话|座机|固话|联系方式|(?<![A-Za-z])(?:tel|phone|mobile))(?:号码|号)?{_FILL}"
    r"((?!20[0-3][0-9][01][0-9][0-3][0-9](?![0-9]))[2-8][0-9]{2,3}[ \-]?[0-9]{4}|1[3-9][0-9]{8}|1[3-9][0-9]{10}|1[ \-.]?[3-9](?:[ \-.]{0,2}[0-9]){9})(?![A-Za-z0-9])",
    re.I,
)
_LANDLINE = re.compile(
    r"(?<![A-Za-z0-9])\(?(?:\(?\+?(?:00)?86\)?[ \-]{0,3}\(?0?|0)"
    r"(?:(?:10|2[0-57-9])\)?[ \-.\n]{0,3}[2-8][0-9]{3}[ \-]?[0-9]{4}"
    r"|[3-9][0-9]{2}\)?[ \-.\n]{0,3}[2-8][0-9]{2,3}[ \-]?[0-9]{4})"
    r"(?: ?(?:转|ext\.?|-) ?[0-9]{1,6})?(?![A-Za-z0-9])",
    re.I,
)
_PUBLIC = re.compile(words.PUBLIC_PHONE, re.I)
_PERSONS = re.compile(words.PERSONS_PHONE)
_PASSPORT = re.compile(
    r"(?<![A-Za-z0-9])(?:[EeGgKk][ \-]?(?P<a>[0-9]{4}[ \-\n]{0,3}[0-9]{4})|[Ee][A-HJ-NP-Za-hj-np-z][ \-]?(?P<b>[0-9]{7})"
    r"|[DSP](?P<e>[Ee])?[ \-]?(?P<c>[0-9]{7,8})|[HMCW][ \-]?(?P<d>[0-9]{8,10}))(?![A-Za-z0-9])"
)
# What a ledger's own numbers begin with: 0012345, 2305012, 20230512.
_COUNTER = re.compile(r"0|(?:20)?(?:1[89]|2[0-9])(?:0[1-9]|1[0-2])0")
_LOST_IN_EXCEL = re.compile(
    r"(?<![A-Za-z0-9.])(?:([1-9]\.[0-9]{2,17}E\+?1[67])|(1\.[3-9][0-9]{1,9}E\+?10))(?![A-Za-z0-9])", re.I
)
_STARRED = re.compile(
    r"(?<![A-Za-z0-9*])(?:(1[3-9][0-9][*]{4}[0-9]{4})|([1-9][0-9]{2,13}[*]{3,14}[0-9]{0,5}[0-9Xx]?))(?![A-Za-z0-9*])"
)
_SPELLED = re.compile(r"[〇零○一二三四五六七八九幺壹贰叁肆伍陆柒捌玖]{11,18}")
_SPELLED_DIGITS = str.maketrans("〇零○一二三四五六七八九幺壹贰叁肆伍陆柒捌玖", "0001234567891123456789")


class _Window(NamedTuple):
    """Neighbouring groups of a run: their digits, their sizes as grouped, and where they stand."""

    digits: str
    shapes: tuple[tuple[int, ...], ...]
    start: int
    end: int


def found_in_digits(plain: str) -> Iterator[Found]:
    """Every identifier made of digits in a plain text; hits may overlap, the surest kinds come first."""
    sure: set[tuple[str, int]] = set()
    for run in _RUN.finditer(plain):
        if run.end() - run.start() >= 11:
            for hit in _in_run(plain, run.start(), run.end()):
                sure.add(hit[:2])
                yield hit
    for kind, pattern in _LABELLED:
        for match in pattern.finditer(plain):
            if (kind, match.start(1)) not in sure:  # else it would only reach into the next number
                yield kind, match.start(1), match.end(1)
    for match in _PASSPORT.finditer(plain):
        if _is_passport(match):
            yield "passport", match.start(), match.end()
    yield from _landlines(plain)
    for match in _LOST_IN_EXCEL.finditer(plain):
        yield ("resident_id" if match[1] else "mobile"), match.start(), match.end()
    for match in _STARRED.finditer(plain):
        if match[1] or len(match[0]) in (15, 18):
            yield ("mobile" if match[1] else "resident_id"), match.start(), match.end()
    for match in _SPELLED.finditer(plain):
        number = match[0].translate(_SPELLED_DIGITS)
        if len(number) == 11 and re.match("1[3-9]", number):
            yield "mobile", match.start(), match.end()
        elif len(number) == 18 and _is_id_18(number):
            yield "resident_id", match.start(), match.end()


def check_digit(body: str) -> str:
    """The last character of an 18-digit ID by its first seventeen digits.

    >>> check_digit("11010119900307123")
    '3'
    """
    return "10X98765432"[sum(int(d) * w for d, w in zip(body, _WEIGHTS, strict=True)) % 11]


def full_id(number: str) -> str | None:
    """An ID number as 18 characters: those with 15 digits get the century 19 and a check digit; None if it is none.

    >>> full_id("110101900307123") == "11010119900307123" + check_digit("11010119900307123")
    True
    """
    if re.fullmatch(r"[0-9]{15}", number) and _is_id_15(number):
        body = number[:6] + "19" + number[6:]
        return body + check_digit(body)
    return number if re.fullmatch(r"[0-9]{17}[0-9X]", number) and _is_id_18(number) else None


def luhn(number: str) -> bool:
    """Whether the last digit of a card number is right (ISO/IEC 7812-1)."""
    total = 0
    for place, digit in enumerate(reversed(number)):
        value = int(digit) << (place % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def _in_run(plain: str, start: int, end: int) -> Iterator[Found]:
    groups = [match.span() for match in _GROUP.finditer(plain, start, end)]
    hits: list[tuple[int, Found]] = []
    for i in range(len(groups)):
        if _is_fraction(plain, groups[i][0]):
            continue
        length = 0
        for j in range(i, len(groups)):
            length += groups[j][1] - groups[j][0]
            if length > 22:
                break
            if length >= 11 and not _is_cut_out(plain, groups, i, j):
                hits.extend(_judged(plain, _window(plain, groups[i : j + 1])))
    for _, hit in sorted(hits, key=lambda each: each[0]):
        yield hit


def _window(plain: str, groups: list[tuple[int, int]]) -> _Window:
    sizes = [end - start for start, end in groups]
    shapes = [tuple(sizes)]
    marks = [plain[a[1] : b[0]] for a, b in pairwise(groups)]
    if 0 < sum("\n" in mark for mark in marks) <= 2:  # a number broken by the end of a line
        joined = [sizes[0]]
        for mark, size in zip(marks, sizes[1:], strict=True):
            if "\n" in mark:
                joined[-1] += size
            else:
                joined.append(size)
        shapes.append(tuple(joined))
    digits = "".join(plain[start:end] for start, end in groups)
    return _Window(digits, tuple(shapes), groups[0][0], groups[-1][1])


def _is_cut_out(plain: str, groups: list[tuple[int, int]], i: int, j: int) -> bool:
    """Whether single digits, spaced out, go on alike before or behind the window: then it is no number of its own."""
    if j == i or any(end - start > 1 for start, end in groups[i : j + 1]):
        return False
    mark = plain[groups[i][1] : groups[i + 1][0]]
    beside = [(k, k + 1) for k in (i - 1, j) if 0 <= k < len(groups) - 1]
    return any(
        plain[groups[a][1] : groups[b][0]] == mark
        and all(end - start == 1 for start, end in (groups[a], groups[b]))
        for a, b in beside
    )


def _is_fraction(plain: str, start: int) -> bool:
    """Whether digits are the decimals of a number; 1. at the head of a line or clause is a list's numbering."""
    whole = _WHOLE_PART.search(plain, max(0, start - 12), start)
    if not whole:
        return False
    before = plain[whole.start() - 1] if whole.start() else "\n"
    return len(whole[1]) > 2 or whole[1] == "0" or before.isalnum() or before in "¥$-+."


def _judged(plain: str, w: _Window) -> Iterator[tuple[int, Found]]:
    """What a window is, with its rank: the longer and better checked kinds outrank the others."""
    n = len(w.digits)
    before = plain[w.start - 1 : w.start]
    clean_before = not _letter_or_digit(before)
    clean_after = not _letter_or_digit(plain[w.end : w.end + 1])
    context = plain[max(0, w.start - 14) : w.start]
    before_id = clean_before or bool(_LETTERS_BEFORE_ID.search(context))
    if n == 17 and before_id and (tail := _TAIL_X.match(plain, w.end)) and _is_id_18(w.digits + "X"):
        yield 0, ("resident_id", w.start, tail.end())
    if n == 18 and before_id and (tail := _TAIL_DISABILITY.match(plain, w.end)) and _is_id_18(w.digits):
        yield 0, ("resident_id", w.start, tail.end())
    if n in (20, 22) and len(w.shapes[0]) == 1 and before_id and clean_after and _is_id_18(w.digits[:18]):
        yield 0, ("resident_id", w.start, w.end)  # a disability certificate: the ID, then type and level
    if not clean_after:
        return
    if n == 18 and before_id and _is_id_18(w.digits):
        checked = check_digit(w.digits[:17]) == w.digits[17]
        coded = _is_case_number(w.digits[6:10], w.digits[14]) and _is_cut_like_code(w.shapes[0])
        if checked or not coded or _ID_LABEL.search(context):
            yield (0 if checked else 2), ("resident_id", w.start, w.end)
    if 16 <= n <= 19 and clean_before and _is_card(w):
        yield 1, ("bank_card", w.start, w.end)
    if n == 15 and before_id and _ID_15_SHAPES & set(w.shapes) and _is_id_15(w.digits):
        century_guess = "20" + w.digits[6:8]
        if not _is_case_number(century_guess, w.digits[12]) or _ID_LABEL.search(context):
            yield 3, ("resident_id", w.start, w.end)
    if 11 <= n <= 15 and (clean_before or _LETTERS_BEFORE_PHONE.search(context)):
        lead = re.match(r"(?:(?:00)?86|0)?(?=1[3-9][0-9]{9}$)", w.digits)
        if lead and any(_is_mobile_shape(shape, lead.end()) for shape in w.shapes):
            country = _COUNTRY.search(context)
            start = w.start - (country.end() - country.start()) if country else w.start
            as_float = _FLOAT_TAIL.match(plain, w.end)  # 13800138000.0
            yield 4, ("mobile", start, as_float.end() if as_float else w.end)


def _letter_or_digit(char: str) -> bool:
    return char.isascii() and char.isalnum()


def _is_id_18(number: str) -> bool:
    return bool(_PROVINCE.match(number) and _DAY_18.fullmatch(number[6:14]))


def _is_id_15(number: str) -> bool:
    return bool(_PROVINCE.match(number) and _DAY_15.fullmatch(number[6:12]))


def _is_case_number(year: str, sequence: str) -> bool:
    """County code, date of service and a counter: shaped like the ID of somebody born that day."""
    return _STATIONS_SINCE <= int(year) <= 2029 and sequence == "0"


def _is_cut_like_code(shape: tuple[int, ...]) -> bool:
    return set(accumulate(shape[:-1])) <= {6, 10, 12, 14}


def _is_card(w: _Window) -> bool:
    spelled = {(1,) * len(w.digits), (len(w.digits),)}
    if not any(shape in spelled or min(shape[:-1] or (0,)) >= 4 for shape in w.shapes):
        return False
    if w.digits.startswith("62") and w.shapes[0][:3] == (4, 4, 4):
        return True  # UnionPay printed as on the card: the last digit may be mistyped
    if _is_id_18(w.digits[:18]) and _is_case_number(w.digits[6:10], w.digits[14]):
        return False
    return bool(re.match(r"[34569]|81|2[2-7]", w.digits)) and luhn(w.digits)


def _is_mobile_shape(shape: tuple[int, ...], lead: int) -> bool:
    if not lead:
        return shape in _MOBILE_SHAPES
    if shape[0] > lead:
        return (shape[0] - lead, *shape[1:]) in _MOBILE_SHAPES
    return shape[0] == lead > 1 and shape[1:] in _MOBILE_SHAPES


def _is_passport(match: re.Match[str]) -> bool:
    number = re.sub("[^0-9]", "", match["a"] or match["b"] or match["c"] or match["d"] or "")
    if match["b"] or match["e"]:
        return True
    if len(number) == 8:
        return not re.fullmatch(rf"20[0-3][0-9]{_DAY}", number)
    return not _COUNTER.match(number)


def _landlines(plain: str) -> Iterator[Found]:
    public_until = 0
    found = [("landline", m.start(), m.end()) for m in _LANDLINE.finditer(plain)]
    found += [
        ("landline" if m[1][0] != "1" else "mobile", m.start(1), m.end(1))
        for m in _LABELLED_PHONE.finditer(plain)
    ]
    for kind, start, end in sorted(found, key=lambda hit: hit[1]):
        before = re.split(r"[。;,\n\0]", plain[max(0, start - 24) : start])[-1]
        listed = public_until and re.fullmatch(r"[ 、,/或和;]{1,3}", plain[public_until:start])
        if _is_fraction(plain, start):
            continue
        if kind == "landline" and (listed or (_PUBLIC.search(before) and not _PERSONS.search(before))):
            public_until = end
        else:
            yield kind, start, end
