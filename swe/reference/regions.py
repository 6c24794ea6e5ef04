"""`Region`: a row of the register, found by what people type (52, 520000, 贵州, 贵州省黔南州福泉市).

A wrong guess would put one county's numbers under another's name; so what is ambiguous is an error that
lists the candidates.
"""

from __future__ import annotations

from dataclasses import dataclass

from swe.core.errors import UsageError
from swe.reference import name_index, names, register
from swe.reference.register import NATION

SHOWN = 20  # candidates in a message


@dataclass(frozen=True)
class Region:
    """A province, prefecture, county or township by its NBS code without trailing zeros; `00` the nation."""

    code: str
    name: str
    level: str

    def __repr__(self) -> str:
        return f'Region(code="{self.code}", name="{self.name}", level="{self.level}")'

    @property
    def code6(self) -> str:
        """Six digits, zero-padded; a township keeps its nine."""
        return self.code.ljust(6, "0")

    @property
    def prefix(self) -> str:
        """What the codes of all regions below begin with; empty for the nation."""
        return "" if self.code == NATION else self.code


def region(query: str | int) -> Region:
    """The one region that a code or a name means.

    Codes have 2, 4, 6, 9 or 12 digits, zero-padded or not, as text or number; six digits name a county where
    one has them, else a prefecture or province. Names are official or short, alone or as a path that may skip
    levels. A code or name that only an older vintage has is found too, with the name of its last vintage.

    Of several candidates these come first, in this order: counties and above before townships, an official
    name before a short form, a province's short name (吉林, 海南) before others, a city before the county
    that repeats its name and extent (东莞, 中山, 儋州, 嘉峪关).

    Raises UsageError where nothing answers (with close names) and where several do (with names and codes).

    >>> region("贵州")
    Region(code="52", name="贵州省", level="province")
    >>> region(520000).code, region("贵州黔南福泉").code, region("全国").code
    ('52', '522702', '00')
    """
    text = names.tidy(str(query))
    if _is_code(text):
        return _by_code(text)
    candidates = _first_rank(text, name_index.best(text))
    if not candidates:
        raise _unknown(str(query), text)
    if len(candidates) > 1:
        raise _ambiguous(str(query), [_region(code) for code in candidates])
    return _region(candidates[0])


def find(query: str | int) -> list[Region]:
    """Every region that a code or a name may mean, higher levels first; UsageError where there is none.

    >>> [each.name for each in find("海南")][:3]
    ['海南省', '海南藏族自治州', '海南区']
    """
    text = names.tidy(str(query))
    if _is_code(text):
        return [_by_code(text)]
    found = name_index.matches(text)
    if not found:
        raise _unknown(str(query), text)
    return [_region(match.code) for match in found]


def parents(region: Region) -> tuple[Region, ...]:
    """The regions above one, from the province down; without the nation."""
    return tuple(_region(code) for code in name_index.ancestors(region.code))


def full_name(region: Region) -> str:
    """The name with all names above it; a path that `region()` finds again.

    Rows that are no place of their own (市辖区, 省直辖县级行政区划) are left out above a region, and so is a
    repeated name (广东省东莞市虎门镇, not 东莞市东莞市).

    >>> full_name(Region("522702", "福泉市", "county"))
    '贵州省黔南布依族苗族自治州福泉市'
    """
    above = [each.name for each in parents(region) if not _is_placeholder(each)]
    return "".join([*dict.fromkeys(above), region.name])


def children(region: Region, level: str, vintage: str | None = None) -> list[Region]:
    """All regions of a level below one (itself, if it is of that level), with their names in that vintage.

    >>> len(children(Region("52", "贵州省", "province"), "county"))
    88
    """
    digits = {name: count for count, name in register.LEVEL_OF_DIGITS.items()}.get(level)
    if digits is None:
        allowed = ", ".join(register.LEVEL_OF_DIGITS.values())
        raise UsageError(
            f"没有“{level}”这一层级；可选：{allowed}", f"no level {level!r}; choose from {allowed}"
        )
    read = register.rows if level == "township" else register.areas
    rows = read(register.known_vintage(vintage or register.NEWEST))
    return [
        Region(code, row.name, level)
        for code, row in rows.items()
        if len(code) == digits and code.startswith(region.prefix)
    ]


def english_name(region: Region) -> str:
    """The name in English: official for provinces, else pinyin or the established name and the level.

    >>> english_name(region("内蒙古")), english_name(region("福泉"))
    ('Inner Mongolia', 'Fuquan City')
    """
    from swe.reference.english import english

    above = [
        form for each in parents(region) for form in (each.name, *names.short_forms(each.code, each.name))
    ]
    return english(region.code, region.name, above=tuple(above))


def pinyin_keys(region: Region) -> tuple[str, ...]:
    """What a search box should match, lower case without tones: full pinyin, its initials, the English name.

    >>> pinyin_keys(Region("52", "贵州省", "province"))
    ('guizhou', 'gz')
    """
    from swe.reference.english import search_keys

    return search_keys(region.code, region.name)


def _region(code: str) -> Region:
    return Region(code, name_index.name_of(code), register.level_of(code))


def _is_placeholder(region: Region) -> bool:
    return region.level == "prefecture" and region.name in register.PLACEHOLDERS


def _is_code(text: str) -> bool:
    return text.isascii() and text.isdigit()


def _by_code(text: str) -> Region:
    if not text.strip("0"):
        return _region(NATION)
    codes = _unpadded(text)
    # the newest register answers nearly always
    code = next((each for each in codes if register.row(each)), None)
    code = code or next((each for each in codes if each in register.latest()), None)
    if code:
        return _region(code)
    township = text[:9]
    if len(text) == 12 and township in register.latest():
        name = full_name(_region(township))
        raise UsageError(
            f"{text} 是村级代码：名册只统计村（社区）数，不收录单个村。请用其乡级代码 {township}（{name}）。",
            f"{text} is a village's code: the register counts villages and does not list them. "
            f"Use its township, {township} ({name}).",
        )
    raise UsageError(
        f"区划登记表中没有代码 {text}。代码为 2、4、6 或 9 位，例如 52、5227、522702、522702107。",
        f"no code {text} in the register. A code has 2, 4, 6 or 9 digits, like 52, 5227, 522702, 522702107.",
    )


def _unpadded(text: str) -> list[str]:
    """A code as typed and then without its trailing zeros, the longer first."""
    lengths = (each for each in (9, 6, 4, 2) if each < len(text))
    stripped = [text[:length] for length in lengths if not text[length:].strip("0")]
    return [text, *stripped] if len(text) in (2, 4, 6, 9, 12) else []


def _first_rank(query: str, found: list[name_index.Match]) -> list[str]:
    """The codes that outrank all others, by the order that `region` states."""
    above = [match for match in found if len(match.code) < 9] or found
    official = [match for match in above if match.official] or above
    codes = [match.code for match in official]
    if query and not any(match.official for match in official):
        codes = [code for code in codes if len(code) == 2] or codes
    return [code for code in codes if not _repeats(code, codes)]


def _repeats(code: str, codes: list[str]) -> bool:
    """Whether a county only repeats a prefecture that is a candidate as well."""
    return len(code) == 6 and code[:4] in codes and name_index.name_of(code) == name_index.name_of(code[:4])


def _ambiguous(query: str, candidates: list[Region]) -> UsageError:
    lines = [f"  {each.code}  {full_name(each)}" for each in candidates[:SHOWN]]
    more = len(candidates) - SHOWN
    more_zh, more_en = ([f"  ……还有 {more} 个"], [f"  ... and {more} more"]) if more > 0 else ([], [])
    return UsageError(
        "\n".join([f"“{query}”可以指 {len(candidates)} 个地区，请写全名或代码：", *lines, *more_zh]),
        "\n".join(
            [
                f"{query!r} may mean {len(candidates)} regions; give the full name or the code:",
                *lines,
                *more_en,
            ]
        ),
    )


def _unknown(query: str, text: str) -> UsageError:
    close = name_index.close_names(text)
    hint_zh = f"是否指：{'、'.join(close)}？" if close else "请用名称（贵州、福泉市）或代码（52、522702）。"
    hint_en = (
        f"Did you mean {', '.join(close)}?" if close else "Use a name (贵州, 福泉市) or a code (52, 522702)."
    )
    return UsageError(f"没有找到地区“{query}”。{hint_zh}", f"no region {query!r}. {hint_en}")
