"""Press numbers: 2000余, 近两万人次, 72.45％, 数十名 as `Bounded`.

Most figures of this field exist only in newspapers, which say 余 and 近 where a table would have digits. A
bound read as a point is the commonest mistake made with them.

Found are Arabic numbers, with any unit or none; Chinese numerals with a counting unit, a qualifier, or a 百,
千, 万 or 亿 of their own; vague ones (数十名, 两三百户); ranges (30-50名).
Not found are dates and years, ordinals (第十二届, 二十大), codes and formulas (1+8+N, A4, 〔2017〕43号),
ratios, fractions, negative numbers, telephone and identity numbers, places and idioms (一老一小, 十四五,
五社联动, 三站合一), 半, and 近三年, which means the last three years.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from swe.core.bounded import INF, Bounded, plain
from swe.core.errors import DataError
from swe.reference import press_words as words
from swe.reference.half_width import half_width
from swe.reference.numerals import DIGITS, is_rough_pair, multiplier, numeral

_C = "〇零一二三四五六七八九十百千万亿两"
_ARABIC = r"(?:[0-9]{1,3}(?:,[0-9]{3})+(?![0-9])(?:\.[0-9]+)?|[0-9]+(?:\.[0-9]+)?)"
_VAGUE = r"(?:(?<![人户次个总件家例岁])数|几)[十百千万亿]+|[一二三四五六七八九]?十几[万亿]?"
_BEFORE = "|".join(words.BEFORE.values())
_BEHIND = "|".join(words.BEHIND.values())
_UNITS = f"(?:{words.UNITS}|{words.LOOSE_UNITS})"
_NUMBER = re.compile(
    rf"(?P<before>(?:(?:{_BEFORE})[有为达了占需可]{{0,2}}){{0,2}})"
    rf"(?P<per_cent>百分之)?"
    rf"(?P<core>{_VAGUE}|(?<![0-9.]){_ARABIC}[十百千万亿]*(?:[0-9]+[十百千万亿]*)*"
    rf"|[{_C}]+(?:点[〇零一二三四五六七八九]+[百千万亿]*)?)"
    rf"(?P<inside>[余多]|\+(?![0-9A-Za-z])|来(?=[百千万亿]|{_UNITS}))?(?P<times>[百千万亿]+)?"
    rf"(?: ?(?P<unit>{_UNITS}(?:/(?:{words.PER}))?|大(?=[^\W\d])))?"
    rf"(?:(?P<thing>[^\W\da-zA-Z{_C}和与及或]{{0,2}}?)(?:\(含\))?[及或]?(?P<behind>{_BEHIND}))?"
)
_TERM = re.compile(r"([0-9,]+(?:\.[0-9]+)?)([十百千万亿]*)")
_RANGE = re.compile(r"-|~|—{1,2}|–|至|到")
_SURE_UNIT = re.compile(words.UNITS)


@dataclass(frozen=True)
class PressNumber:
    """A number found in a sentence: `sentence[start:end] == text`, and what it says."""

    start: int
    end: int
    text: str
    value: Bounded


def press_number(text: str) -> Bounded:
    """What one press number says: bounds, a point where one is given, and the unit as printed.

    余, 多, 超, 逾, 上千, 不少于, 以上 are lower bounds; 近, 不到, 不足, 最高, 以内 are upper bounds; 约, 左右
    and 数十 are approximate. Where they meet, a bound beats 约; a lower and an upper bound on one number
    (近200余名) cancel out and leave it approximate. Percentages are rounded: half a unit of the last digit.

    Raises DataError where the text holds no number, or more than one.

    >>> press_number("近两万人次")
    Bounded(low=0, point=None, high=20000, unit='人次')
    >>> press_number("２０００余")
    Bounded(low=2000, point=None, high=inf, unit='')
    >>> press_number("约30名")
    Bounded(low=0, point=30, high=inf, unit='名', approximate=True)
    >>> press_number("72.45％")
    Bounded(low=72.445, point=72.45, high=72.455, unit='%')
    """
    found = press_numbers(text)
    if not found:
        whole = _whole(text)
        if whole is not None:
            return whole
    if len(found) == 1:
        return found[0].value
    shown = _shown(text)
    if not found:
        raise DataError(
            f"“{shown}”中没有读到数字（日期、序数和成语不算）。请写成 1094个、2000余户、近两万人次 的样子。",
            f"no number was read in {shown!r} (dates, ordinals and idioms do not count). "
            "Write it as 1094个, 2000余户 or 近两万人次.",
        )
    listed = "、".join(_shown(number.text) for number in found)
    raise DataError(
        f"“{shown}”中读到 {len(found)} 个数字：{listed}。请只留一个。",
        f"{len(found)} numbers were read in {shown!r}: {listed}. Keep one.",
    )


def press_numbers(text: str) -> list[PressNumber]:
    """Every press number of a sentence, in order; the head of this module says what is found and what not.

    >>> [n.text for n in press_numbers("上千名社会工作者和1583名志愿者，2023年5月31日前覆盖率已达72.45%")]
    ['上千名', '1583名', '72.45%']
    """
    clean, places = half_width(str(text))
    taken = [match.span() for match in words.NOT_NUMBERS.finditer(clean)]
    matches = [m for m in _NUMBER.finditer(clean) if not any(_touch(m, span) for span in taken)]
    found: list[PressNumber] = []
    skip = False
    for i, match in enumerate(matches):
        if skip:
            skip = False
            continue
        after = matches[i + 1] if i + 1 < len(matches) else None
        value = _range(clean, match, after)
        end = match.end()
        if value is not None and after is not None:
            skip, end = True, after.end()
        elif _stands_alone(match):
            value = _value(match)
        if value is not None:
            start, stop = places[match.start()], places[end - 1] + 1
            found.append(PressNumber(start, stop, str(text)[start:stop], value))
    return found


def _whole(text: str) -> Bounded | None:
    """A text that is a number and nothing else: 二十, 百万元, 2023."""
    clean, _ = half_width(str(text))
    match = _NUMBER.fullmatch(clean)
    if match is None or any(_touch(match, m.span()) for m in words.NOT_NUMBERS.finditer(clean)):
        return None
    return _value(match)


def _value(match: re.Match[str]) -> Bounded | None:
    """The bounds a match states; None where its characters are no number."""
    unit = _unit(match)
    floor = 0 if unit else -INF
    core, kinds = match["core"], _kinds(match)
    if core[0] in "数几" or "几" in core or is_rough_pair(core):
        return Bounded.about(None, unit, floor=0)
    if match["per_cent"] and (match["unit"] or match["times"]):
        return None
    exact = _magnitude(match)
    if exact is None:
        return None
    value = plain(exact)
    if {words.ABOVE, words.BELOW} <= kinds:
        return Bounded.about(value, unit, floor=floor)
    if words.ABOVE in kinds:
        return Bounded.at_least(value, unit)
    if words.BELOW in kinds:
        return Bounded.at_most(value, unit)
    if words.ABOUT in kinds:
        return Bounded.about(value, unit, floor=floor)
    return Bounded.rounded(str(exact), unit) if unit in words.PERCENTS else Bounded.exact(value, unit)


def _magnitude(match: re.Match[str]) -> Decimal | None:
    core = match["core"]
    base = _arabic(core) if core[0].isdigit() and core[0].isascii() else numeral(core)
    return None if base is None else base * multiplier(match["times"] or "")


def _arabic(core: str) -> Decimal | None:
    """1,094 and 92万 and 1万2千; the terms must fall, each below the multiplier before it."""
    total, below = Decimal(0), Decimal("Infinity")
    for digits, times in _TERM.findall(core):
        term = Decimal(digits.replace(",", "")) * multiplier(times)
        if term >= below:
            return None
        total, below = total + term, Decimal(multiplier(times))
    return total


def _kinds(match: re.Match[str]) -> set[str]:
    kinds: set[str] = set()
    for table, written in ((words.INSIDE, match["inside"]), (words.BEHIND, match["behind"])):
        kinds |= {kind for kind, pattern in table.items() if written and re.fullmatch(pattern, written)}
    if re.match("个[多余]", match["unit"] or ""):  # 3个多月
        kinds.add(words.ABOVE)
    before = match["before"] or ""
    for part in re.finditer(_BEFORE, match.string[: match.end()][match.start() :]):
        if part.start() < len(before):
            kinds |= {kind for kind, pattern in words.BEFORE.items() if _is_word(pattern, part)}
    return kinds


def _is_word(pattern: str, part: re.Match[str]) -> bool:
    found = re.match(pattern, part.string[part.start() :])
    return found is not None and found.end() == part.end() - part.start()


def _unit(match: re.Match[str]) -> str:
    if match["per_cent"]:
        return "%"
    unit = match["unit"] or ""
    if unit == "大":  # 五大领域: the thing itself follows
        return ""
    return re.sub("^个[多余]", "个", unit) or match["thing"] or ""


def _stands_alone(match: re.Match[str]) -> bool:
    """Whether a match in running text is a figure and not a word that holds a numeral."""
    core, unit, qualified = match["core"], match["unit"] or "", bool(_kinds(match))
    if "几" in core or core[0] == "数":
        return True
    if core[0].isdigit() and core[0].isascii():
        bare = not unit and not qualified and not match["times"]
        return not (bare and re.fullmatch(r"(?:19|20)[0-9]{2}", core))
    if match["per_cent"] or qualified:
        return True
    if core[0] in "百千万亿":
        return False
    if unit == "大":
        return (core in DIGITS and DIGITS[core] > 1) or core == "十"
    if unit and (len(core) > 1 or _SURE_UNIT.match(match.string, match.start("unit"))):
        return True
    return len(core) > 1 and any(char in core for char in "百千万亿") and not is_rough_pair(core)


def _range(clean: str, first: re.Match[str], second: re.Match[str] | None) -> Bounded | None:
    """30-50名, 三至五个, 3-5万元 as [low, high]; a growth (从1名到81名, 1名到81名) is two numbers."""
    if second is None or not _RANGE.fullmatch(clean[first.end() : second.start()]):
        return None
    mark = clean[first.end() : second.start()]
    unit = _unit(second)
    if clean[max(0, first.start() - 1) : first.start()] in ("从", "由") or _unit(first) not in ("", unit):
        return None
    if (mark == "到" and _unit(first)) or not unit or _kinds(second) or _kinds(first) - {words.ABOUT}:
        return None
    low, high = _value(first), _value(second)
    shared = re.search(r"[百千万亿]+$", second["core"])
    if low is None or high is None or low.point is None or high.point is None:
        return None
    if shared and not re.search(r"[十百千万亿]$", first["core"]) and not _unit(first):
        low = low.scaled(multiplier(shared[0]))
    if unit in words.PERCENTS and not _unit(first):
        low = Bounded.rounded(str(_magnitude(first)), unit)
    if low.low >= high.high:
        return None
    return Bounded(low.low, None, high.high, unit, approximate=words.ABOUT in _kinds(first))


def _touch(match: re.Match[str], span: tuple[int, int]) -> bool:
    return match.start("core") < span[1] and span[0] < match.end("core")


def _shown(text: str) -> str:
    """A text as far as a message may repeat it: short, and without telephone or identity numbers."""
    masked = re.sub(r"[0-9０-９]{9,}[Xx]?", "…", str(text).strip())
    return masked if len(masked) <= 40 else masked[:40] + "…"
