"""Region names in any form as codes, within the county or province of the ledger.

The country has many 城关镇: a name that may mean several places is an error, never a guess.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from swe.core.errors import SweError
from swe.reference import name_index, names, regions

_STATION = re.compile(
    r"(?:乡镇|街道)?(?:县级)?(?:社会工作(?:服务)?(?:总站|中心站|站|室)|社工(?:服务)?(?:总站|站|室)|社工点|指导中心).*$"
)
_OFFICE = re.compile(r"(?:人民政府|办事处|政府|便民服务中心)$")


class Place(NamedTuple):
    """A code of 6 or 9 digits, or the rule that stands against one."""

    code: str | None
    rule: str = ""


@lru_cache(maxsize=65_536)
def read_region(text: str, within: str = "") -> Place:
    """The township (9 digits) or county (6) that a name or code means below `within` (a code; "" the country).

    >>> read_region("牛场镇", "522702"), read_region("城关镇").rule
    (Place(code='522702106', rule=''), 'ambiguous_region')
    """
    clean = names.tidy(text).removeprefix("'")
    if re.fullmatch(r"\d+\.0+", clean):
        clean = clean.partition(".")[0]
    if re.fullmatch(r"\d{9}000", clean):
        clean = clean[:9]
    forms = dict.fromkeys((clean, _OFFICE.sub("", clean), _STATION.sub("", clean)))
    for form in forms:
        found = _candidates(form)
        if found:
            return _choose(found, form, within)
    return Place(None, "unknown_region")


@lru_cache(maxsize=4096)
def county_of(text: str, within: str = "") -> str:
    """The county that a text names or begins with (福泉市牛场镇社工站2023年台账); "" where it names none for sure."""
    clean = re.sub(r"^(?:20\d\d年(?:度)?)", "", names.tidy(text))[:40]
    if clean.isascii():  # spares the register its reading
        return ""
    for end in range(min(len(clean), 24), 1, -1):
        if clean[end - 1] not in "县市区旗" and end != len(clean):
            continue
        counties = {code for code in _candidates(clean[:end]) if len(code) == 6 and code.startswith(within)}
        if len(counties) == 1:
            return counties.pop()
    return ""


@lru_cache(maxsize=65_536)
def _candidates(form: str) -> dict[str, str]:
    """Code -> official name of all that a form may mean."""
    if not form or len(form) > 40:
        return {}
    if not (form.isascii() and form.isdigit()):  # `regions.find` would look for close names at length
        return {match.code: name_index.name_of(match.code) for match in name_index.matches(form)}
    try:
        return {region.code: region.name for region in regions.find(form)}
    except SweError:
        return {}


def _choose(found: dict[str, str], form: str, within: str) -> Place:
    inside = {code: name for code, name in found.items() if code.startswith(within)}
    if not inside:
        return Place(None, "region_outside")
    usable = {code: name for code, name in inside.items() if len(code) in (6, 9)}
    if not usable:
        return Place(None, "region_level")
    counties = {code for code in usable if len(code) == 6}
    official = {code for code, name in usable.items() if form.endswith(name)}
    exact = (official if within else official & counties) or (set() if within else counties) or set(usable)
    if len(exact) > 1:
        return Place(None, "ambiguous_region")
    return Place(exact.pop())
