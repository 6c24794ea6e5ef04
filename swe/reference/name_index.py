"""Which codes a typed name may mean: an index of official and short names, and paths such as 贵州黔南福泉.

It answers with all candidates in three classes; which of them is meant is for `regions` to say.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple

from swe.reference import names, register
from swe.reference.register import NATION


class Names(NamedTuple):
    """Codes by official name and by short form."""

    official: Mapping[str, tuple[str, ...]]
    short: Mapping[str, tuple[str, ...]]


class Match(NamedTuple):
    """A code that a name may mean, and whether it was called by its official name."""

    code: str
    official: bool


def name_of(code: str) -> str:
    """The newest official name of a code; a code that is gone has the name of its last vintage."""
    if code == NATION:
        return names.NATION_NAMES[0]
    row = register.row(code)
    return row.name if row else register.latest()[code][0]


def ancestors(code: str) -> tuple[str, ...]:
    """The codes above a code, from the province down."""
    return tuple(code[:digits] for digits in (2, 4, 6) if digits < len(code))


def matches(query: str) -> list[Match]:
    """All that a tidy name may mean; names that stand in older vintages only where no newer one answers."""
    if query in names.NATION_NAMES:
        return [Match(NATION, True)]
    found = [*_matches(query, _above_townships()), *_matches(query, _townships())]
    return _once(found or _matches(query, _former()))


def best(query: str) -> list[Match]:
    """As `matches`, without the townships where something above them answers: they need not be read then."""
    if query in names.NATION_NAMES:
        return [Match(NATION, True)]
    found = (_once(_matches(query, index())) for index in (_above_townships, _townships, _former))
    return next((each for each in found if each), [])


@lru_cache(maxsize=8192)
def aliases(code: str) -> frozenset[str]:
    """Every name a code answers to within a path, former names included."""
    spelled = {name_of(code), *_former_by_code().get(code, ())} if code != NATION else set(names.NATION_NAMES)
    short = {form for name in spelled for form in names.short_forms(code, name)}
    return frozenset(names.tidy(each) for each in spelled | short)


def _matches(query: str, index: Names) -> Iterator[Match]:
    for at in range(len(query)):
        head, tail = query[:at], query[at:]
        for official, by_name in ((True, index.official), (False, index.short)):
            for code in by_name.get(tail, ()):
                if _leads_to(head, ancestors(code)):
                    yield Match(code, official)


def _leads_to(head: str, chain: tuple[str, ...]) -> bool:
    """Whether a text is a sequence of names of the regions above, from the top, levels left out at will."""
    if not head:
        return True
    if not chain:
        return False
    return _leads_to(head, chain[1:]) or any(
        head.startswith(alias) and _leads_to(head[len(alias) :], chain[1:]) for alias in aliases(chain[0])
    )


def _once(found: Iterable[Match]) -> list[Match]:
    """Each code once, by its best name, in the order of levels and codes."""
    official: dict[str, bool] = {}
    for code, is_official in found:
        official[code] = official.get(code, False) or is_official
    return [Match(code, official[code]) for code in sorted(official, key=lambda code: (len(code), code))]


def _index(pairs: Iterable[tuple[str, str]]) -> Names:
    official: dict[str, list[str]] = {}
    short: dict[str, list[str]] = {}
    for code, name in pairs:
        official.setdefault(names.tidy(name), []).append(code)
        for form in names.short_forms(code, name):
            short.setdefault(names.tidy(form), []).append(code)
    return Names(*({name: tuple(codes) for name, codes in each.items()} for each in (official, short)))


@lru_cache(maxsize=1)
def _above_townships() -> Names:
    return _index((code, row.name) for code, row in register.areas().items())


@lru_cache(maxsize=1)
def _townships() -> Names:
    return _index((code, row.name) for code, row in register.rows().items() if len(code) == 9)


@lru_cache(maxsize=1)
def _former() -> Names:
    return _index(register.former_names())


@lru_cache(maxsize=1)
def _former_by_code() -> Mapping[str, tuple[str, ...]]:
    by_code: dict[str, tuple[str, ...]] = {}
    for code, name in register.former_names():
        by_code[code] = (*by_code.get(code, ()), name)
    return by_code


def close_names(query: str, *, most: int = 5) -> list[str]:
    """Names for "did you mean": homophones (贵洲, guizhou), then look-alikes; of a path the unknown part."""
    from difflib import get_close_matches

    from swe.reference.english import pinyin

    for at in range(len(query) - 1, 1, -1):
        heads = best(query[:at])
        if heads:
            below = tuple(match.code for match in heads)
            pool = {row.name for code, row in register.rows().items() if code.startswith(below)}
            return get_close_matches(query[at:], sorted(pool), n=most, cutoff=0.5)
    if not query:
        return []
    index = _above_townships()
    pool = {*index.official, *index.short}
    sound = "".join(pinyin(query)).lower()
    homophones = sorted(name for name in pool if "".join(pinyin(name)) == sound)
    return [*dict.fromkeys([*homophones, *get_close_matches(query, sorted(pool), n=most, cutoff=0.5)])][:most]
