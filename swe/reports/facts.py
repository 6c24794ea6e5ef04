"""Every number of a regional report, as rows of results.json, from the gathered facts: one function an area."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Iterator
from typing import TYPE_CHECKING

from swe.core.bounded import Bounded
from swe.core.dates import parse_partial
from swe.reference import register
from swe.reference.regions import english_name
from swe.reference.regions import region as find
from swe.reports.comparison_numbers import comparison_numbers
from swe.reports.effect_numbers import effect_numbers
from swe.reports.framework_numbers import framework_numbers
from swe.reports.ledger_numbers import ledger_numbers
from swe.reports.listed_numbers import listed_numbers
from swe.reports.score_numbers import score_numbers
from swe.show.numbers import Number, Status, number
from swe.show.words import both

if TYPE_CHECKING:
    from swe.reports.evaluation import Evaluation, Track
    from swe.show.result import Result

METHOD_OF_QUALIFIER = {
    "exact": "as published", "over": "press bound", "under": "press bound", "approx": "press approx",
}  # fmt: skip


def all_numbers(e: Evaluation) -> Iterator[Number]:
    """All rows, in no particular order."""
    for area in (figure_numbers, scope_numbers, coverage_numbers, claim_numbers, pace_numbers, programme_numbers,
                 peer_numbers, quality_numbers):  # fmt: skip
        yield from area(e)
    yield from ledger_numbers(e)
    yield from listed_numbers(e)
    yield from score_numbers(e)
    yield from framework_numbers(e)
    yield from effect_numbers(e)
    yield from comparison_numbers(e, None if e.ledger is None else e.ledger.compared)


def figure_numbers(e: Evaluation) -> Iterator[Number]:
    """The published figures, each with its own region, unit, date and source."""
    for row in e.figures.itertuples():
        b = e.facts.bounded(row.figure_id)
        rounded = row.measure_unit == "percent" and row.qualifier == "exact"
        value = None if b.point is None and math.isinf(b.high) and b.low == 0 else b
        n = number(
            f"figure.{row.figure_id}", row.region, (row.label_zh, row.label_en), b, unit=row.measure_unit,
            method="rounding" if rounded else METHOD_OF_QUALIFIER[row.qualifier],
            source=row.source_id or f"data/reference/published/{row.file}", as_of=row.as_of,
            status="ok" if value is not None else "missing",
        )  # fmt: skip
        yield n


def scope_numbers(e: Evaluation) -> Iterator[Number]:
    """What lies under the region in the register of its coverage, and under each part of it."""
    counted = register.tally(e.region.code, e.vintage)
    for name, value, unit in (
        ("prefectures", counted.prefectures, "prefecture"),
        ("counties", counted.counties, "county"),
        ("villages", counted.villages, "village"),
        ("communities", counted.communities, "village"),
    ):
        yield _register(e, f"scope.{name}", both(f"labels.scope_{name}"), value, unit)
    for kind, value in counted.kinds.items():
        yield _register(e, f"scope.kind.{kind}", both(f"labels.kind_{kind}"), value, "township_unit")
    yield _register(
        e, "scope.not_units", both("labels.not_units"),
        sum(v for k, v in counted.kinds.items() if k not in register.TOWNSHIP_UNITS), "row",
    )  # fmt: skip
    for place in e.below:
        if not register.in_vintage(place.code, e.vintage):
            continue
        if place.level == "township":
            value = register.village_count(place.code, e.vintage)
            yield _register(
                e, f"scope.villages.{place.code}", both("labels.scope_villages"), value, "village", place.code
            )
        else:
            value = register.unit_count(place.code, e.vintage)
            yield _register(
                e, f"scope.units.{place.code}", both("labels.units"), value, "township_unit", place.code
            )
    for change, codes in register.changed_units(register.VINTAGES[0], register.NEWEST).items():
        own = 0 if e.region.level == "township" else _inside(codes, e.region.prefix)
        yield _register(e, f"scope.changes.{change}", both(f"labels.change_{change}"), own, "township_unit")


def _inside(codes: tuple[str, ...], prefix: str) -> int:
    """How many of sorted codes begin with a prefix."""
    return bisect_left(codes, prefix + register.AFTER_DIGITS) - bisect_left(codes, prefix)


def coverage_numbers(e: Evaluation) -> Iterator[Number]:
    """Stations, units, rate and gap; the units of every vintage."""
    values, as_of = e.coverage.values, _coverage_date(e)
    source = f"register:{e.vintage}"
    claimed = _station_source(e)
    none: Status = "not_applicable" if values["units"] == 0 else "missing"
    for name, unit, src, how in (
        ("stations", "station", claimed, "as published"),
        ("units", "township_unit", source, "register rule: digits 7-9 below 400"),
        ("rate", "fraction", source, "stations / township units"),
        ("gap", "station", source, "township units - stations"),
    ):
        b = _bounded(e.coverage, name)
        if b is not None and name != "units" and _rough(e):
            b = Bounded(b.low, b.point, b.high, approximate=True)
        method = how if b is None or b.is_exact or b.approximate else "press bound"
        yield number(
            f"coverage.{name}", e.region.code, both(f"labels.coverage_{name}"), b, unit=unit, method=method,
            source=src, as_of=as_of if name != "units" else e.vintage, status="ok" if b is not None else none,
        )  # fmt: skip
    rows = e.coverage.table
    for row in rows[rows["kind"] == "units"].itertuples():
        known = not math.isnan(row.value)
        yield number(
            f"coverage.units.{row.vintage}", e.region.code, both("labels.units_in", vintage=row.vintage),
            float(row.value) if known else None, unit="township_unit", method="register rule: digits 7-9 below 400",
            source=f"register:{row.vintage}", as_of=row.vintage, status="ok" if known else "not_applicable",
        )  # fmt: skip


def claim_numbers(e: Evaluation) -> Iterator[Number]:
    """Published rates, what denominator they imply, and what the register gives; the latest without a suffix."""
    for claim in e.claims:
        latest = claim is e.claim
        tail = "" if latest else f".{claim.rate_id or claim.stations_id}"
        for name, value, unit, method in (
            ("claim_rate", claim.rate, "fraction", "rounding"),
            ("claim_stations", claim.stations, "station", "as published"),
            ("implied_units", claim.implied, "township_unit", "stations / claimed rate"),
            (
                "claim_units",
                Bounded.exact(claim.units),
                "township_unit",
                "register rule: digits 7-9 below 400",
            ),
            ("recomputed_rate", claim.recomputed, "fraction", "stations / township units"),
        ):
            if value is None:
                continue
            register_based = name in ("claim_units", "recomputed_rate")
            yield number(
                f"coverage.{name}{tail}", e.region.code, both(f"labels.{name}"), value, unit=unit, method=method,
                source=f"register:{claim.vintage}" if register_based else _source_of(e, claim.rate_id or claim.stations_id),
                as_of=claim.as_of,
            )  # fmt: skip


def pace_numbers(e: Evaluation) -> Iterator[Number]:
    """Observed and required pace of every goal with two counts; the first one's ids have no goal in them."""
    paced = [track for track in e.tracks if track.result is not None]
    for track in paced:
        prefix = "pace" if track is paced[0] else f"pace.{track.goal.id}"
        yield from _pace(e, track, prefix)
    for track in e.tracks:
        yield number(
            f"target.{track.programme_id}.{track.goal.id}", e.region.code, both("labels.target"), track.goal.target,
            unit=track.goal.target.unit, method="target", source=_goal_source(e, track), as_of=track.goal.deadline,
        )  # fmt: skip
        for day, value in _expected_line(track):
            yield number(
                f"target.{track.programme_id}.{track.goal.id}.expected.{day}", e.region.code, both("labels.expected"),
                value, unit=track.goal.target.unit, method="straight line in days", source=_goal_source(e, track), as_of=day,
            )  # fmt: skip


def _pace(e: Evaluation, track: Track, prefix: str) -> Iterator[Number]:
    assert track.result is not None
    unit = track.goal.target.unit
    last = track.goal.series[-1][0]
    for name, value, kind in (
        ("first", track.goal.series[0][1], unit),
        ("last", track.goal.series[-1][1], unit),
        ("observed_per_month", _bounded(track.result, "observed"), f"{unit}/month"),
        ("required_per_month", _bounded(track.result, "required"), f"{unit}/month"),
        ("expected", _bounded(track.result, "expected"), unit),
        ("projected", _bounded(track.result, "projected"), unit),
        ("gap", _bounded(track.result, "gap"), unit),
        ("months_left", Bounded.exact(track.result["months_left"]), "month"),
    ):
        yield number(
            f"{prefix}.{name}", e.region.code, both(f"labels.pace_{name}"), value, unit=kind, method="pace",
            source=_goal_source(e, track), as_of=last,
        )  # fmt: skip
    projected = _bounded(track.result, "projected")
    if projected is not None and track.goal.target.is_exact:
        yield number(
            f"{prefix}.projected_rate", e.region.code, both("labels.pace_projected_rate"),
            projected.with_unit("") / track.goal.target.with_unit(""), unit="fraction", method="pace",
            source=_goal_source(e, track), as_of=track.goal.deadline,
        )  # fmt: skip


def _expected_line(track: Track) -> list[tuple[str, float]]:
    """Month ends of a goal that has a start and no counts yet."""
    from datetime import date

    from swe.core.dates import days_in_month
    from swe.stats.pace import expected_on

    goal = track.goal
    if goal.start is None or track.result is not None or not goal.target.is_exact:
        return []
    start, end = parse_partial(goal.start[0]).last, parse_partial(goal.deadline).last
    found, year, month = [], start.year, start.month
    while True:
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
        day = min(date(year, month, days_in_month(year, month)), end)
        value = expected_on(
            start, start_value=goal.start[1].low, target=goal.target.low, deadline=end, day=day
        )
        found.append((day.isoformat(), float(value)))
        if day >= end:
            return found


def programme_numbers(e: Evaluation) -> Iterator[Number]:
    """Derived indicators: `programme.<id>.<derived id>`."""
    for view in e.programmes:
        for d in view.derived:
            exact_inputs = d.value.is_exact
            yield number(
                f"programme.{view.programme.id}.{d.id}", view.programme.region, (d.label.zh, d.label.en), d.value,
                unit=d.unit, method=d.method if exact_inputs else f"{d.method}, bounds carried",
                source=d.source_ids[0] if d.source_ids and d.source_ids[0] else (
                    f"register:{d.vintage}" if d.vintage else "calendar" if d.method == "calendar" else "data/reference/published/benchmarks.csv"
                ),
                as_of=d.as_of,
            )  # fmt: skip


def peer_numbers(e: Evaluation) -> Iterator[Number]:
    """Coverage of other regions of the same level with a published count."""
    for row in e.peers.itertuples():
        point = None if math.isnan(row.value) else float(row.value)
        b = Bounded(row.lower, point, row.upper, "", bool(row.approximate))
        place = find(row.region)
        yield number(
            f"peers.{row.region}.rate", row.region,
            both("labels.peer_rate", zh_name=place.name, en_name=english_name(place)), b, unit="fraction",
            method="stations / township units" if b.is_exact else "press bound", source=f"register:{row.vintage}", as_of=row.as_of,
        )  # fmt: skip


def quality_numbers(e: Evaluation) -> Iterator[Number]:
    """How many figures there are, how many are bounds, how many sources: the report's own basis."""
    f = e.figures
    bounds = int(f["qualifier"].isin(["over", "under", "approx"]).sum())
    exact_dates = int(f["as_of"].str.len().eq(10).sum())
    sources = len(
        {
            *f["source_id"],
            *(f"{a}:{b}" for a, b in zip(f["file"], f["note"], strict=True) if a == "benchmarks.csv"),
        }
        - {""}
    )
    for name, value, unit in (
        ("figures", len(f), "figure"),
        ("bounds_only", bounds, "figure"),
        ("dated_to_the_day", exact_dates, "figure"),
        ("sources", sources, "source"),
        ("programmes", len(e.programmes), "programme"),
    ):
        yield number(
            f"quality.{name}", e.region.code, both(f"labels.quality_{name}"), value, unit=unit, method="count",
            source="data/reference/published", as_of=e.run.spec.as_of,
        )  # fmt: skip


# -- helpers --


def _register(
    e: Evaluation, id: str, labels: tuple[str, str], value: float, unit: str, region: str = ""
) -> Number:
    return number(
        id, region or e.region.code, labels, value, unit=unit, method="count of register rows",
        source=f"register:{e.vintage}", as_of=e.vintage,
    )  # fmt: skip


def _bounded(result: Result, name: str) -> Bounded | None:
    """A named scalar of a result with its bounds; None where nothing is known."""
    point = result.values.get(name, math.nan)
    low = result.values.get(f"{name}_lower", point)
    high = result.values.get(f"{name}_upper", point)
    if math.isnan(low) or math.isnan(high):
        return None
    return Bounded(low, None if math.isnan(point) else point, high)


def _coverage_date(e: Evaluation) -> str:
    count = station_figure(e)
    return e.run.spec.as_of if count is None else str(count["as_of"])


def _rough(e: Evaluation) -> bool:
    """Whether coverage rests on an approximate count (约, 左右)."""
    count = station_figure(e)
    return count is not None and bool(count["approximate"])


def station_figure(e: Evaluation):  # type: ignore[no-untyped-def]  # a row of figures, or None
    """The published count that coverage rests on."""
    from swe.indicators.coverage import nearest_figure

    mine = e.figures[(e.figures["region"] == e.region.code) & (e.figures["indicator"] == "station_count")]
    return nearest_figure(mine, e.run.as_of)


def _station_source(e: Evaluation) -> str:
    count = station_figure(e)
    return "none" if count is None else _source_of(e, count["figure_id"])


def _source_of(e: Evaluation, figure_id: str) -> str:
    row = e.facts.figures.set_index("figure_id").loc[figure_id]
    return str(row["source_id"]) or f"data/reference/published/{row['file']}"


def _goal_source(e: Evaluation, track: Track) -> str:
    return next(
        (v.programme.sources[0] for v in e.programmes if v.programme.id == track.programme_id),
        "params/programmes",
    )
