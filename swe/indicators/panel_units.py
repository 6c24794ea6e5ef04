"""Units of a panel in one register, and what became of codes from other years.

Towns are renamed, raised to subdistricts and merged; a code that changed on the way must not end one series and begin another.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from swe.core.errors import SweError, UsageError
from swe.reference import names, regions, register

Unit = Literal["township", "county"]
Fate = Literal["same", "renamed", "recoded", "merged", "gone", "not_a_unit", "above", "unknown"]
DIGITS: Mapping[str, int] = {"township": 9, "county": 6}
KEPT: tuple[Fate, ...] = ("same", "renamed", "recoded", "merged")


@dataclass(frozen=True)
class Place:
    """What a region of the user's data is in the register of the panel: `code` where it is one of its units, and its fate.

    same        the code stands in the register with the name it always had
    renamed     the code stands there; older registers know it by another name
    recoded     another code, found by its name in the same county (a town that became a subdistrict, a county that moved)
    merged      another code, as the user says
    gone        no longer there, and nobody says where it went
    not_a_unit  a development zone, a farm or another row that is no township unit
    above       a county, prefecture or province, where townships are asked for
    unknown     no register has it
    """

    given: str
    code: str
    fate: Fate


def place(given: object, *, unit: Unit, vintage: str, merged: Mapping[str, str]) -> Place:
    """A code or name of the user's data in the register of `vintage`; townships count for their county."""
    text = names.tidy(str(given))
    try:
        code = regions.region(merged.get(text, text)).code
    except SweError:
        return Place(text, "", "unknown")
    if len(code) < DIGITS[unit]:
        return Place(text, "", "above")
    if text in merged:
        return _checked(text, code, "merged", unit, vintage)
    there = register.rows(vintage)
    if code in there:
        return _checked(text, code, "renamed" if code in _renamed() else "same", unit, vintage)
    found = _successor(code, vintage)
    return _checked(text, found, "recoded", unit, vintage) if found else Place(text, "", "gone")


def units_below(regions_asked: Iterable[str], *, unit: Unit, vintage: str) -> tuple[str, ...]:
    """Codes of all units of `vintage` under some regions (codes), in order."""
    prefixes = tuple("" if code == register.NATION else code for code in regions_asked)
    kinds = register.TOWNSHIP_UNITS if unit == "township" else ("county",)
    return tuple(
        code
        for code, row in register.rows(vintage).items()
        if len(code) == DIGITS[unit]
        and code.startswith(prefixes)
        and (row.kind in kinds or (unit == "county" and register.unit_count(code, vintage) > 0))
    )


def merged_codes(merged: Mapping[str, str] | None) -> dict[str, str]:
    """What the user says about mergers: former code or name → code or name of today."""
    if merged is None:
        return {}
    if not isinstance(merged, Mapping):
        raise UsageError(
            "merged 须为“旧代码: 新代码”的对照", "merged must map former codes to the codes they became"
        )
    return {names.tidy(str(old)): names.tidy(str(new)) for old, new in merged.items()}


def _checked(given: str, code: str, fate: Fate, unit: Unit, vintage: str) -> Place:
    row = register.rows(vintage).get(code)
    if row is None:
        return Place(given, "", "gone")
    if unit == "township" and row.kind not in register.TOWNSHIP_UNITS:
        return Place(given, "", "not_a_unit")
    return Place(given, code, fate)


@lru_cache(maxsize=1)
def _renamed() -> frozenset[str]:
    return frozenset(code for code, _ in register.former_names())


def _successor(code: str, vintage: str) -> str:
    """The one code of `vintage` that carries the place on: new since the register that had it, of the same name or stem,

    in the same county, or in a county of the same name in the same prefecture. Empty where there is none or more than one.
    """
    name, last = register.latest()[code]
    before, after = register.rows(last), register.rows(vintage)
    homes = _counties_now(code[:6], last, vintage) if len(code) == 9 else (code[:4],)
    fresh = [c for c in _under(homes, len(code), vintage) if c not in before]
    same = [c for c in fresh if after[c].name == name]
    alike = same or [c for c in fresh if _stem(c, after[c].name) == _stem(code, name)]
    rivals = [
        c
        for c in _under((code[:6] if len(code) == 9 else code[:4],), len(code), last)
        if c not in after and c != code and _stem(c, before[c].name) == _stem(code, name)
    ]
    return alike[0] if len(alike) == 1 and not rivals else ""


def _counties_now(county: str, last: str, vintage: str) -> tuple[str, ...]:
    after = register.rows(vintage)
    if county in after:
        return (county,)
    name = register.rows(last)[county].name if county in register.rows(last) else ""
    stem = _stem(county, name)
    found = [c for c in _under((county[:4],), 6, vintage) if name and _stem(c, after[c].name) == stem]
    return tuple(found[:1]) if len(found) == 1 else ()


@lru_cache(maxsize=4096)
def _under(prefixes: tuple[str, ...], digits: int, vintage: str) -> tuple[str, ...]:
    return tuple(c for c in _by_digits(digits, vintage) if c.startswith(prefixes)) if prefixes else ()


@lru_cache(maxsize=16)
def _by_digits(digits: int, vintage: str) -> tuple[str, ...]:
    return tuple(c for c in register.rows(vintage) if len(c) == digits)


def _stem(code: str, name: str) -> str:
    return names.without_peoples(names.split(code, name)[0])
