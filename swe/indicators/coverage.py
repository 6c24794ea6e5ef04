"""Coverage: how many of a region's township units have a station, over a denominator that carries its date.

The one number every press item claims; it is worth what its denominator is worth, so all vintages are shown.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date, datetime
from numbers import Real
from typing import Any

import pandas as pd

from swe.core.bounded import Bounded
from swe.core.dates import parse_date, parse_partial
from swe.core.errors import UsageError
from swe.reference.published import Published, load
from swe.reference.regions import Region, region
from swe.reference.register import NEWEST, VINTAGES, in_vintage, kinds, known_vintage, unit_count
from swe.show.result import Note, Result, bounded_values

NAN = float("nan")
STATION_UNITS = ("", "station", "家", "个")
NEAR_DAYS = 31  # figures further apart than a month are told apart in a warning
OLD_DAYS = 366  # a register further away than a year is worth a warning
COLUMNS = ["region", "vintage", "kind", "value", "unit", "status", "as_of"]

METHOD = Note(
    "method",
    "覆盖率 = 社工站数 ÷ 乡镇级单位数；单位为街道、镇、乡和地区办事处，"
    "代码第 7–9 位为 400–599 的开发区、农场等不计。覆盖率只说明建成，不说明有人在岗或在服务",
    "coverage = stations ÷ township units; units are subdistricts, towns, townships and area offices, codes "
    "with digits 7–9 of 400–599 (zones, farms) left out. It tells what was built, not staffed or serving",
)
REFERENCE = Note(
    "reference",
    "国家统计局统计用区划代码和城乡划分代码，各期截止日期见表",
    "National Bureau of Statistics, statistical division codes, at the cut-off dates in the table",
)
NO_UNITS = Note(
    "exclusion",
    "不适用（not_applicable）：该地区没有乡镇级单位，没有覆盖率可言",
    "not_applicable: this region has no township unit, so it has no coverage rate",
)
NO_STATIONS = Note(
    "exclusion",
    "缺社工站数：没有给出，也没有已发表的数；需要一个带日期和来源的社工站数",
    "the number of stations is missing: none was given and none is published; "
    "one with a date and a source is needed",
)


@dataclass(frozen=True)
class _Question:
    """What was asked, settled: region, day, vintage, stations, and the notes on how they were chosen."""

    region: Region
    day: date
    vintage: str
    stations: Bounded | None
    notes: tuple[Note, ...]


def coverage(
    query: str,
    *,
    as_of: str | date | None = None,
    stations: float | Bounded | None = None,
    vintage: str | None = None,
    published: Published | None = None,
) -> Result:
    """Stations over township units.

    Parameters
    ----------
    query
        A region: code or name (52, 520000, 贵州).
    as_of
        The day the number speaks of, ISO text or a date; the newest register's date if not given.
    stations
        The number of stations, a whole number or a `Bounded`. If not given, the published figure of this
        region nearest in date, which a note names.
    vintage
        The register's cut-off date; the one nearest to `as_of` if not given (a tie goes to the earlier).
    published
        Where the published figure is looked for; the shipped figures if not given.

    Returns
    -------
    Result
        `kind="coverage"`. Values: `stations units rate gap rate_lower rate_upper`; `gap` = units − stations;
        bounded stations add `…_lower` and `…_upper`, and the point is NaN where nobody knows it. A rate is
        per 1 and never capped. Table: `region vintage kind value unit status as_of`, a row for each kind of
        township-level row in the vintage, and a row of kind `units` for every vintage.

    Raises
    ------
    UsageError
        An unknown region or vintage, an impossible or future date, a negative or broken number of stations.

    Examples
    --------
    >>> found = coverage("52", as_of="2023-05-31", stations=1094)
    >>> round(found["rate"], 6), found["units"], found["gap"]
    (0.724503, 1510.0, 416.0)
    """
    return _answer(_settle(query, as_of, stations, vintage, published))


def coverage_document(result: Result, *, lang: str = "zh") -> dict[str, Any]:
    """The JSON document of `swe coverage --json` made from a result of `coverage`: plain values, no NaN.

    >>> document = coverage_document(coverage("3412", as_of="2024-03-31", stations=167))
    >>> document["vintage"], document["values"], document["other_vintages"]["2021-10-31"]
    ('2023-06-30', {'stations': 167, 'units': 167, 'rate': 1, 'gap': 0}, 168)
    """
    by_vintage = result.table[result.table["kind"] == "units"]
    by_kind = result.table[result.table["kind"] != "units"]
    code, vintage, as_of = (str(by_kind[name].iloc[0]) for name in ("region", "vintage", "as_of"))
    bounded = "stations_lower" in result.values
    return {
        "code": code,
        "name": region(code).name,
        "level": region(code).level,
        "as_of": as_of,
        "vintage": vintage,
        "values": {
            name: _plain(value)
            for name, value in result.values.items()
            if bounded or not name.endswith(("_lower", "_upper"))
        },
        "kinds": {kind: _plain(n) for kind, n in zip(by_kind["kind"], by_kind["value"], strict=True)},
        "other_vintages": {
            each: _plain(n)
            for each, n in zip(by_vintage["vintage"], by_vintage["value"], strict=True)
            if each != vintage
        },
        "notes": [note.text(lang) for note in result.notes],
    }


def nearest_figure(figures: pd.DataFrame, day: date) -> pd.Series | None:
    """The row whose date closes nearest to `day`; a tie goes to the earlier, then the more precise date."""
    if figures.empty:
        return None
    closes = [parse_partial(text).last for text in figures["as_of"]]
    order = sorted(
        range(len(figures)),
        key=lambda i: (
            abs((closes[i] - day).days),
            closes[i],
            -len(figures["as_of"].iloc[i]),
            figures["figure_id"].iloc[i],
        ),
    )
    return figures.iloc[order[0]]


def source_of(figure: pd.Series) -> str:
    """The source id of a figure, or the file it stands in where it has none."""
    return str(figure["source_id"] or figure["file"])


# -- settling the question --


def _settle(
    query: str,
    as_of: str | date | None,
    stations: float | Bounded | None,
    vintage: str | None,
    facts: Published | None,
) -> _Question:
    found = region(query)
    day = _day(as_of)
    chosen, why = _vintage(found.code, day, vintage)
    if stations is None:
        counted, told = _published(found.code, day, facts)
    else:
        counted = as_stations(stations)
        told = [Note("reference", "社工站数由使用者给出", "the number of stations was given by the user")]
    if counted is not None and counted.approximate:
        told.append(
            Note(
                "warning",
                "社工站数是约数，其上下限未知，覆盖率只是大概",
                "the number of stations is rough and its bounds are unknown: the rate is only a rough one",
            )
        )
    return _Question(found, day, chosen, counted, (*why, *told))


def _day(as_of: str | date | None) -> date:
    if as_of is None:
        return date.fromisoformat(NEWEST)
    text = as_of.isoformat()[:10] if isinstance(as_of, date) and as_of == as_of else str(as_of)
    return parse_date(text, today=datetime.now().astimezone().date())


def _vintage(code: str, day: date, named: str | None) -> tuple[str, list[Note]]:
    if named is not None and named != "nearest":
        unit_count(code, known_vintage(named))  # the register says where a region does not stand in it
        zh, en = (
            f"分母取 {named} 的区划登记表（由使用者指定）",
            f"the denominator is from the register of {named}, as asked",
        )
        return named, [Note("method", zh, en)]
    near = sorted(VINTAGES, key=lambda v: (abs((date.fromisoformat(v) - day).days), v))
    chosen = next(v for v in near if in_vintage(code, v))
    away = abs((date.fromisoformat(chosen) - day).days)
    zh = f"分母取 {chosen} 的区划登记表（截止日期离 {day} 最近，相差 {away} 天）"
    en = f"the denominator is from the register of {chosen} (cut-off nearest to {day}, {away} days away)"
    notes = [Note("method", zh, en)]
    if chosen != near[0]:
        zh = f"离 {day} 最近的 {near[0]} 名册中没有该地区，改用 {chosen}"
        en = f"the register nearest to {day}, {near[0]}, lacks this region; {chosen} is used instead"
        notes.append(Note("warning", zh, en))
    elif away > OLD_DAYS:
        zh = f"登记表离 {day} 超过一年，单位数可能已经变化"
        en = f"the register is more than a year away from {day}; the units may have changed"
        notes.append(Note("warning", zh, en))
    return chosen, notes


def _published(code: str, day: date, given: Published | None) -> tuple[Bounded | None, list[Note]]:
    """The published station count of the region nearest to the day, and what to say about it."""
    facts = load() if given is None else given
    rows = facts.figures
    row = nearest_figure(rows[(rows["region"] == code) & (rows["indicator"] == "station_count")], day)
    if row is None:
        return None, [NO_STATIONS]
    when, figure, source = row["as_of"], row["figure_id"], source_of(row)
    note = Note(
        "reference",
        f"社工站数取已发表的数 {figure}（{when}，来源 {source}）",
        f"the number of stations is the published figure {figure} ({when}, source {source})",
    )
    away = abs((parse_partial(when).last - day).days)
    if away <= NEAR_DAYS:
        return as_stations(facts.bounded(figure)), [note]
    far = Note(
        "warning",
        f"社工站数是 {when} 的，与 {day} 相差 {away} 天，不是当日的数",
        f"the number of stations is of {when}, {away} days from {day}, not of that day",
    )
    return as_stations(facts.bounded(figure)), [note, far]


def as_stations(value: float | Bounded) -> Bounded:
    """A whole number of stations as a `Bounded` in stations; UsageError for anything else."""
    if isinstance(value, Bounded):
        b = value
    elif isinstance(value, Real) and not isinstance(value, bool) and math.isfinite(value):
        b = Bounded.exact(float(value))
    else:
        raise UsageError(
            f"社工站数须为整数：{value}", f"the number of stations must be a whole number: {value}"
        )
    if b.unit not in STATION_UNITS:
        raise UsageError(f"社工站数的单位不能是 {b.unit}", f"a number of stations cannot be in {b.unit}")
    low = max(b.low, 0) if b.approximate else b.low  # no bounds are known, but counts are not negative
    if low < 0 or b.high < 0:
        raise UsageError(f"社工站数不能为负：{low:g}", f"the number of stations cannot be negative: {low:g}")
    broken = [x for x in (low, b.point, b.high) if x is not None and math.isfinite(x) and x != int(x)]
    if broken:
        raise UsageError(
            f"社工站数须为整数：{broken[0]:g}",
            f"the number of stations must be a whole number: {broken[0]:g}",
        )
    point = low if low == b.high else b.point  # an interval of no width knows its point
    return Bounded(
        float(low), None if point is None else float(point), float(b.high), "station", b.approximate
    )


# -- answering it --


def _answer(asked: _Question) -> Result:
    code, counted = asked.region.code, asked.stations
    by_vintage = _units(code)
    units = by_vintage[asked.vintage] or 0
    applicable = counted is not None and units > 0
    rate = counted.with_unit("") / units if counted is not None and applicable else None
    gap = Bounded.exact(units) - counted.with_unit("") if counted is not None and applicable else None
    values = {
        **bounded_values("stations", counted),
        "units": float(units),
        **bounded_values("rate", rate),
        **bounded_values("gap", gap),
        "rate_lower": NAN if rate is None else float(rate.low),
        "rate_upper": NAN if rate is None else float(rate.high),
    }
    notes = [METHOD, *asked.notes, REFERENCE]
    if units == 0:
        notes.append(NO_UNITS)
    if rate is not None and _above_one(rate):
        notes.append(_above(counted, units))
    notes += _differing(by_vintage, counted)
    return Result("coverage", _table(asked, by_vintage), values, tuple(notes))


def _units(code: str) -> dict[str, int | None]:
    """Township units in every vintage; None where the region does not stand in it: missing is not zero."""
    return {each: unit_count(code, each) if in_vintage(code, each) else None for each in VINTAGES}


def _table(asked: _Question, by_vintage: dict[str, int | None]) -> pd.DataFrame:
    counted = kinds(asked.region.code, asked.vintage)
    rows: list[tuple[str, str, float, str]] = [(asked.vintage, kind, n, "ok") for kind, n in counted.items()]
    for each, n in by_vintage.items():
        status = "missing" if n is None else "ok" if n else "not_applicable"
        rows.append((each, "units", NAN if n is None else n, status))
    frame = pd.DataFrame(rows, columns=["vintage", "kind", "value", "status"]).astype({"value": float})
    named = {"region": asked.region.code, "unit": asked.region.name, "as_of": asked.day.isoformat()}
    return frame.assign(**named)[COLUMNS]


def _above_one(rate: Bounded) -> bool:
    return (rate.low if rate.point is None else rate.point) > 1


def _above(stations: Bounded | None, units: int) -> Note:
    shown = _shown(stations)
    return Note(
        "warning",
        f"所称覆盖率超过 100%：社工站 {shown} 个，多于单位 {units:,} 个；"
        "请核对名单（一个单位可能有几个站，或口径不同）",
        f"the claimed coverage is above 100 %: {shown} stations for {units:,} units; check the list "
        "(several stations in one unit, or another definition)",
    )


def _differing(by_vintage: dict[str, int | None], stations: Bounded | None) -> list[Note]:
    """A warning with the count of each vintage, and the rate it would give, where the counts differ."""
    known = {each: n for each, n in by_vintage.items() if n is not None}
    if len(set(known.values())) < 2:
        return []
    exact = stations.low if stations is not None and stations.is_exact else None

    def rated(n: int, opening: str, closing: str) -> str:
        return f"{opening}{100 * exact / n:.2f}%{closing}" if exact is not None and n else ""

    zh = "，".join(f"{each} 有 {n:,} 个{rated(n, '（', '）')}" for each, n in known.items())
    en = ", ".join(f"{n:,} in {each}{rated(n, ' (', ')')}" for each, n in known.items())
    tail_zh, tail_en = (
        ("", "") if exact is None else ("，括号内为相应覆盖率", "; the rates they give in brackets")
    )
    return [
        Note(
            "warning",
            f"各期区划登记表的单位数不同：{zh}{tail_zh}",
            f"the registers differ in units: {en}{tail_en}",
        )
    ]


def _shown(b: Bounded | None) -> str:
    if b is None:
        return ""
    return f"{b.point:,.0f}" if b.point is not None else f"≥ {b.low:,.0f}"


def _plain(value: float) -> float | int | None:
    """A JSON number: null for NaN and for an absent bound, an int where the number is whole."""
    if not math.isfinite(value):
        return None
    return int(value) if value == int(value) else float(value)
