"""The register: China's divisions at five cut-off dates, and how many township units each region had.

A coverage rate is only as good as its denominator, and denominators move; so every count names its vintage.
Source: NBS statistical division codes, see `tools/build_register.py` and `data/README.md`.

Read through DuckDB on a connection that is closed again: no thread stays behind, and a run can still fork.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cache, lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from swe.core.errors import UsageError
from swe.core.project import reference_file

if TYPE_CHECKING:
    import pandas as pd

VINTAGES: tuple[str, ...] = ("2019-10-31", "2020-06-30", "2021-10-31", "2022-10-31", "2023-06-30")
NEWEST = VINTAGES[-1]
NATION = "00"
LEVEL_OF_DIGITS = {2: "province", 4: "prefecture", 6: "county", 9: "township"}
DIGITS = {level: digits for digits, level in reversed(LEVEL_OF_DIGITS.items())}
AFTER_DIGITS = (
    ":"  # the character that follows 9: all codes below a prefix lie between it and the prefix with this
)

# Units are decided by kind. Digits 7-9 of 400-599 are development zones, farms, ports and prisons, and
# `other` are placeholders: not units. This rule alone gives 1,510 for Guizhou and so its published 72.45 %.
TOWNSHIP_UNITS = ("subdistrict", "town", "township", "area_office")
TOWNSHIP_KINDS = (*TOWNSHIP_UNITS, "zone", "zone_named", "other")
_PLACE = {kind: place for place, kind in enumerate(TOWNSHIP_KINDS)}

# Rows of prefecture level that only fill the four digits between a province and its counties: the districts
# and counties of municipalities, and counties under a province's direct rule. Without these nine, the
# prefectures of 2023-06-30 are the 333 of the official count (Guizhou 9, Hunan 14).
PLACEHOLDERS = ("市辖区", "县", "省直辖县级行政区划", "自治区直辖县级行政区划")


class Row(NamedTuple):
    """A line of the register; villages and communities are given for townships only."""

    name: str
    kind: str
    villages: int | None
    communities: int | None


class Tally(NamedTuple):
    """What lies under a prefix; villages include the communities."""

    kinds: Mapping[str, int]
    villages: int
    communities: int
    counties: int
    prefectures: int


def nearest_vintage(day: date) -> str:
    """The vintage whose cut-off is nearest to a day; a tie goes to the earlier.

    >>> nearest_vintage(date(2023, 5, 31)), nearest_vintage(date(2020, 1, 31))
    ('2023-06-30', '2019-10-31')
    """
    return min(VINTAGES, key=lambda vintage: (abs((date.fromisoformat(vintage) - day).days), vintage))


def level_of(code: str) -> str:
    """The level that a code's length says; the nation is `00`."""
    return "nation" if code == NATION else LEVEL_OF_DIGITS[len(code)]


@cache
def rows(vintage: str = NEWEST) -> Mapping[str, Row]:
    """Every row of a vintage by code, in the order of the codes; without the nation."""
    return _rows(f"{_ROWS} ORDER BY code", vintage)


@cache
def areas(vintage: str = NEWEST) -> Mapping[str, Row]:
    """The rows above the townships, as `rows` gives them: a fourteenth of the register, and all that most reports ask."""
    return _rows(f"{_ROWS} AND length(code) < {DIGITS['township']} ORDER BY code", vintage)


def row(code: str, vintage: str = NEWEST) -> Row | None:
    """The row of a code; None where that vintage has none, and for the nation."""
    return (rows if len(code) == DIGITS["township"] else areas)(vintage).get(code)


@lru_cache(maxsize=1)
def latest() -> Mapping[str, tuple[str, str]]:
    """Every code of any vintage: its name in the last vintage that has it, and that vintage."""
    read = _query(
        "SELECT code, arg_max(name, vintage), max(vintage) FROM register GROUP BY code ORDER BY code"
    )
    return MappingProxyType({code: (name, vintage) for code, name, vintage in read})


@lru_cache(maxsize=1)
def former_names() -> tuple[tuple[str, str], ...]:
    """(code, name) pairs that stand in an older vintage and not in the newest."""
    read = _query(
        "SELECT DISTINCT code, name FROM register WHERE vintage <> $1 "
        "EXCEPT SELECT code, name FROM register WHERE vintage = $1 ORDER BY code, name",
        NEWEST,
    )
    return tuple((code, name) for code, name in read)


def table(vintage: str = NEWEST) -> pd.DataFrame:
    """A vintage as a frame: index code (sorted), columns name, level, kind, villages, communities (Int64).

    villages and communities are given on township rows only, so that a column's sum counts each village once.
    """
    import pandas as pd

    read = rows(vintage)
    frame = pd.DataFrame.from_records(list(read.values()), columns=list(Row._fields), index=list(read))
    frame.insert(1, "level", [LEVEL_OF_DIGITS[len(code)] for code in read])
    return frame.rename_axis("code").astype({"villages": "Int64", "communities": "Int64"})


def in_vintage(code: str, vintage: str) -> bool:
    """Whether a region stands in the register of that vintage."""
    return code == NATION or row(code, vintage) is not None


def last_vintage(code: str) -> str:
    """The newest vintage in which a region stands."""
    return NEWEST if in_vintage(code, NEWEST) else _known(code, latest())[1]


def unit_count(code: str, vintage: str = NEWEST) -> int:
    """Township units (街道, 镇, 乡, 地区办事处) of a region: the denominator of station coverage.

    UsageError where the region does not stand in that vintage: a missing denominator is not zero. Zero is
    what 32 counties and 2 prefectures of 2023-06-30 have, whose rates are `not_applicable`.

    >>> unit_count("52"), unit_count("52", "2022-10-31"), unit_count("3412")
    (1510, 1509, 167)
    """
    counted = tally(code, vintage).kinds
    return sum(counted[kind] for kind in TOWNSHIP_UNITS)


def kinds(code: str, vintage: str = NEWEST) -> dict[str, int]:
    """Township-level rows of a region by kind: all kinds, always in the order of `TOWNSHIP_KINDS`."""
    return dict(tally(code, vintage).kinds)


def village_count(code: str, vintage: str = NEWEST) -> int:
    """Villages and communities (twelve-digit codes) of a region, those of zones and farms included."""
    return tally(code, vintage).villages


def community_count(code: str, vintage: str = NEWEST) -> int:
    """Communities (居委会, 社区) of a region, a part of `village_count`."""
    return tally(code, vintage).communities


def county_count(code: str, vintage: str = NEWEST) -> int:
    """County-level divisions of a region (Guizhou: 88), zones with a statistical county code left out.

    The nation has 2,854 such rows, eleven more than the 2,843 divisions of the official count for the end of
    2022: Dongguan, Zhongshan, Danzhou and Jiayuguan repeat as a county of their own (4); Jiagedaqi, Songling,
    Xinlin and Huzhong (4), Dachaidan (1) and the third group of islands of Sansha (1) have codes without
    being divisions; Baiyang (白杨市, 1) was founded in 2023.
    """
    return tally(code, vintage).counties


def prefecture_count(code: str, vintage: str = NEWEST) -> int:
    """Prefectures of a region (Guizhou: 9; the nation: 333); the nine placeholder rows are not counted."""
    return tally(code, vintage).prefectures


def tally(code: str, vintage: str = NEWEST) -> Tally:
    """All counts of a region at once; UsageError where it does not stand in that vintage."""
    known_vintage(vintage)
    if len(code) == 9:
        town: Row = _known(code, rows(vintage), vintage)
        kinds_of = {kind: int(kind == town.kind) for kind in TOWNSHIP_KINDS}
        return Tally(MappingProxyType(kinds_of), town.villages or 0, town.communities or 0, 0, 0)
    sums: list[int] = _known(code, _sums(vintage), vintage)
    split = len(TOWNSHIP_KINDS)
    return Tally(MappingProxyType(dict(zip(TOWNSHIP_KINDS, sums, strict=False))), *sums[split:])


def changes(code: str, older: str, newer: str) -> pd.DataFrame:
    """What became of a region and all below it between two vintages, in the order of the codes.

    Columns: change (added, removed, renamed), code, name, name_before, level; an absent name is empty. A
    division that got a new code shows as one removed and one added.
    """
    import pandas as pd

    before, after = rows(older), rows(newer)
    prefix = "" if code == NATION else code
    found = []
    for each in sorted(before.keys() | after.keys()):
        old, new = before.get(each), after.get(each)
        if not each.startswith(prefix) or (old and new and old.name == new.name):
            continue
        change = "renamed" if old and new else "added" if new else "removed"
        found.append((change, each, new.name if new else "", old.name if old else "", level_of(each)))
    return pd.DataFrame(found, columns=["change", "code", "name", "name_before", "level"], dtype="str")


@cache
def changed_units(older: str, newer: str) -> Mapping[str, tuple[str, ...]]:
    """Codes of the township units that were added, removed or renamed between two vintages, in order.

    >>> {change: len(codes) for change, codes in changed_units("2022-10-31", "2023-06-30").items()}
    {'added': 213, 'removed': 175, 'renamed': 40}
    """
    units = f"SELECT code, name FROM register WHERE vintage = ? AND kind IN {TOWNSHIP_UNITS}"
    found = _query(
        "SELECT CASE WHEN o.code IS NULL THEN 'added' WHEN n.code IS NULL THEN 'removed' ELSE 'renamed' END, code "
        f"FROM ({units}) o FULL JOIN ({units}) n USING (code) WHERE o.name IS DISTINCT FROM n.name ORDER BY code",
        known_vintage(older),
        known_vintage(newer),
    )
    return MappingProxyType(
        {
            change: tuple(c for what, c in found if what == change)
            for change in ("added", "removed", "renamed")
        }
    )


def known_vintage(vintage: str) -> str:
    """The vintage itself, or UsageError with those there are."""
    if vintage not in VINTAGES:
        there = ", ".join(VINTAGES)
        raise UsageError(
            f"没有截止日期为“{vintage}”的区划登记表；现有：{there}",
            f"no register of {vintage!r}; there are: {there}",
        )
    return vintage


@cache
def _sums(vintage: str) -> Mapping[str, list[int]]:
    """Eleven sums for every region above the townships, in one pass: a run of 3,351 regions asks for all.

    Codes backwards, so that a region is complete before it is added to the one above it.
    """
    sums: dict[str, list[int]] = {NATION: _zeros()}
    townships = _query(
        "SELECT code[:6], kind, count(*), sum(villages)::BIGINT, sum(communities)::BIGINT FROM register "
        f"WHERE vintage = ? AND length(code) = {DIGITS['township']} GROUP BY ALL",
        known_vintage(vintage),
    )
    for county, kind, number, villages, communities in townships:
        above = sums.setdefault(county, _zeros())
        above[_PLACE[kind]] += number
        above[-4] += villages or 0
        above[-3] += communities or 0
    for code, row in reversed(list(areas(vintage).items())):
        own = sums.setdefault(code, _zeros())
        own[-2] += row.kind == "county"
        own[-1] += row.kind == "prefecture" and row.name not in PLACEHOLDERS
        above_code = code[:-2] or NATION
        sums[above_code] = [x + y for x, y in zip(sums.get(above_code, _zeros()), own, strict=True)]
    return MappingProxyType(sums)


def _zeros() -> list[int]:
    return [0] * (len(TOWNSHIP_KINDS) + 4)


def _known(code: str, found: Mapping[str, Any], vintage: str = "") -> Any:
    if code in found:
        return found[code]
    zh, en = (f"{vintage} 的", f"the register of {vintage}") if vintage else ("", "any register")
    last = latest().get(code)
    if last:
        zh_last, en_last = f"（最后见于 {last[1]}：{last[0]}）", f" (last seen in {last[1]}: {last[0]})"
    else:
        zh_last = en_last = ""
    raise UsageError(f"{zh}区划登记表中没有代码 {code}{zh_last}", f"no code {code} in {en}{en_last}")


_ROWS = "SELECT code, name, kind, villages, communities FROM register WHERE vintage = ?"


def _rows(sql: str, vintage: str) -> Mapping[str, Row]:
    read = _query(sql, known_vintage(vintage))
    return MappingProxyType({each[0]: Row._make(each[1:]) for each in read})


def _query(sql: str, *parameters: str) -> list[tuple[Any, ...]]:
    import duckdb

    file = str(reference_file("register.parquet")).replace("'", "''")
    with duckdb.connect(config={"threads": 1}) as connection:
        connection.execute(f"CREATE TEMP VIEW register AS SELECT * FROM read_parquet('{file}')")
        return connection.execute(sql, list(parameters)).fetchall()
