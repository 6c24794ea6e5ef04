"""Numbers of scores as rows of results.json: totals, grades, ranks and points, each with how sure it is.

A region with many stations shows its stations' totals, or its parts; points by indicator stand where people act on
them, in the reports of the counties.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Literal

from swe.core.bounded import Bounded
from swe.reference.regions import region
from swe.reports.ledger_numbers import station_slug
from swe.show.numbers import Number, Status, number
from swe.show.score_sentences import FIRM
from swe.show.words import both

if TYPE_CHECKING:
    import pandas as pd

    from swe.indicators.scores import Scores
    from swe.reports.evaluation import Evaluation

DETAIL = 34  # scored stations up to which every station has its table by indicator (up to 83 kB each, a page holds 3 MB)
DETAIL_ALL = 60  # and stations in all: what those without a total lack is listed line by line
LISTED = 200  # scored stations up to which each has a row; beyond that the parts of the region have one
TOTAL = "score total"  # printed rounded down: 89.96 must not read as the 90 that it missed
POINTS = "points by the score rule"
RESAMPLED = "share of resamples"
STATUSES: tuple[Status, ...] = ("missing", "not_applicable", "below_validity", "suppressed")


def scores_of(e: Evaluation) -> Scores | None:
    """The scores of the region's stations; None without an indicator system."""
    return None if e.ledger is None else e.ledger.scores


def scored_rows(scores: Scores) -> pd.DataFrame:
    """The rows with a total, the best first."""
    rows = scores.table[scores.table["total"].notna()]
    return rows.sort_values(["rank", "unit"], kind="stable")


def reach(e: Evaluation) -> Literal["none", "detail", "listed", "parts"]:
    """How far down a region's page goes: to indicators, to stations, or to its parts."""
    scores = scores_of(e)
    if scores is None or not len(scores.table):
        return "none"
    n = int(scores.table["total"].notna().sum())
    if n <= DETAIL and len(scores.table) <= DETAIL_ALL:
        return "detail"
    return "listed" if n <= LISTED else "parts"


def score_numbers(e: Evaluation) -> Iterator[Number]:
    """All numbers of the scores; none without an indicator system and ledgers."""
    scores = scores_of(e)
    if scores is None:
        return
    yield from _region(e, scores)
    yield from _grades(e, scores)
    yield from _lost(e, scores)
    far = reach(e)
    if far in ("detail", "listed"):
        yield from _totals(e, scores)
    if far == "detail":
        yield from _dimensions(e, scores)
        yield from _points(e, scores)
    if far == "parts":
        yield from _parts(e, scores)


# -- the region --


def _region(e: Evaluation, scores: Scores) -> Iterator[Number]:
    assert e.ledger is not None
    rows, known = scores.table, scored_rows(scores)
    counts = {
        "n": len(rows), "scored": len(known), "without": int((rows["status"] == "missing").sum()),
        "not_applicable": int((rows["status"] == "not_applicable").sum()),
        "vetoed": int(known["vetoed"].astype(bool).sum()),
        "changed": len(set(e.ledger.results.changed) & set(rows["unit"])),
    }  # fmt: skip
    for name, value in counts.items():
        yield make(e, f"score.{name}", _labels(name), value, "station", "count")
    cells = scores.points[scores.points["part"].eq("indicator") & scores.points["status"].eq("missing")]
    yield make(e, "score.missing_cells", _labels("missing_cells"), len(cells), "item", "count")
    yield make(e, "score.run_scored", _labels("run_scored"), scores.values["scored"], "station", "count")
    yield make(e, "score.resamples", _labels("resamples"), scores.values["resamples"], "", "count")
    total = known["total"]
    for name, value in (
        ("mean", total.mean()), ("median", total.median()), ("lowest", total.min()), ("highest", total.max()),
    ):  # fmt: skip
        how = f"{TOTAL}, {name} of stations"
        yield make(e, f"score.{name}", _labels(name), _float(value), "point", how)
    flips = known["flip_probability"]
    if flips.notna().any():
        yield make(e, "score.firm", _labels("firm"), int((flips <= FIRM).sum()), "station", RESAMPLED)
        yield make(e, "score.loose", _labels("loose"), int((flips > FIRM).sum()), "station", RESAMPLED)
        yield make(
            e, "score.expected_flips", _labels("expected_flips"), _float(flips.sum()), "station", RESAMPLED
        )


def _grades(e: Evaluation, scores: Scores) -> Iterator[Number]:
    """How many stations have each grade, and how many would on average over the resamples; 1 is the highest."""
    known = scored_rows(scores)
    counts = known["grade"].value_counts()
    shares = scores.grades.groupby("grade")["share"].sum(min_count=1)
    for k, grade in enumerate(scores.framework.grades, start=1):
        labels = both("scoring.grade_count", zh_name=grade.name.zh, en_name=grade.name.en)
        yield make(e, f"score.grade.{k}", labels, int(counts.get(grade.name.zh, 0)), "station", "count")
        labels = both("scoring.grade_expected", zh_name=grade.name.zh, en_name=grade.name.en)
        expected = _float(shares.get(grade.name.zh, math.nan))
        yield make(e, f"score.grade_expected.{k}", labels, expected, "station", RESAMPLED)


@functools.lru_cache(maxsize=1)  # several chapters ask, of one region at a time
def lost_points(scores: Scores) -> pd.DataFrame:
    """By indicator: `mean` points lost per scored station and `stations` that lost some, most lost first."""
    import pandas as pd

    known = set(scored_rows(scores)["unit"])
    rows = scores.points[scores.points["part"].eq("indicator") & scores.points["unit"].isin(known)]
    rows = rows[rows["treatment"].isin(["scored", "zero"])]
    full = {item.code: item.score.points for item in scores.framework.indicators}
    lost = rows["indicator"].astype(str).map(full).astype(float) - rows["points"].astype(float).fillna(0.0)
    by = lost.groupby(rows["indicator"].astype(str))
    made = pd.DataFrame(
        {
            "mean": by.sum() / max(1, len(known)),
            "stations": lost.gt(1e-9).groupby(rows["indicator"].astype(str)).sum(),
        }
    )
    order = {code: place for place, code in enumerate(scores.framework.codes)}
    made = made[made["stations"] > 0]
    return made.assign(place=[order[str(code)] for code in made.index]).sort_values(
        ["mean", "place"], ascending=[False, True]
    )


def _lost(e: Evaluation, scores: Scores) -> Iterator[Number]:
    for row in lost_points(scores).itertuples():
        labels = both("scoring.lost_mean", code=str(row.Index))
        yield make(
            e, f"score.lost.{row.Index}", labels, float(row.mean), "point", f"{POINTS}, mean of stations"
        )
        labels = both("scoring.lost_stations", code=str(row.Index))
        yield make(e, f"score.losing.{row.Index}", labels, int(row.stations), "station", "count")


def parts(e: Evaluation, scores: Scores) -> list[tuple[str, pd.DataFrame]]:
    """The scored rows of each part of the region that has some, by its code."""
    known = scored_rows(scores)
    found = []
    for place in e.below:
        rows = known[known["region"].str.startswith(place.prefix)]
        if len(rows):
            found.append((place.code, rows))
    return found


def _parts(e: Evaluation, scores: Scores) -> Iterator[Number]:
    lowest = scores.framework.grades[-1].name.zh
    for code, rows in parts(e, scores):
        for name, value, unit, how in (
            ("scored", len(rows), "station", "count"),
            ("median", _float(rows["total"].median()), "point", f"{TOTAL}, median of stations"),
            ("lowest", _float(rows["total"].min()), "point", f"{TOTAL}, lowest of stations"),
            ("highest", _float(rows["total"].max()), "point", f"{TOTAL}, highest of stations"),
            ("bottom", int((rows["grade"] == lowest).sum()), "station", "count"),
            ("loose", int((rows["flip_probability"] > FIRM).sum()), "station", RESAMPLED),
        ):
            yield make(e, f"score.part.{code}.{name}", _labels(f"part_{name}"), value, unit, how, place=code)


# -- stations --


def _totals(e: Evaluation, scores: Scores) -> Iterator[Number]:
    first = scores.lift[scores.lift["order"] == 1].set_index("unit")["gain"]
    rows = scores.table if reach(e) == "detail" else scored_rows(scores)
    for row in rows.to_dict("records"):
        slug = station_slug(str(row["unit"]))
        status: Status = row["status"] if row["status"] in STATUSES else "ok"
        place = _place(e, row)

        def one(
            name: str,
            value: Any,
            unit: str,
            how: str,
            slug: str = slug,
            status: Status = status,
            place: str = place,
        ) -> Number:
            return make(
                e, f"score.{name}.{slug}", _labels(name), value, unit, how, status=status, place=place
            )

        resampled = not math.isnan(row["total_lower"])
        total = bounded(row["total"], row["total_lower"], row["total_upper"])
        yield one("total", total, "point", f"{TOTAL}, resampled" if resampled else TOTAL)
        yield one(
            "rank",
            bounded(row["rank"], row["rank_lower"], row["rank_upper"]),
            "",
            "rank of the run, resampled",
        )
        flip = row["flip_probability"]
        yield one("flip", _float(flip), "fraction", RESAMPLED)
        yield one("sure", None if math.isnan(flip) else 1 - flip, "fraction", RESAMPLED)
        if not math.isnan(row["to_next"]):
            yield one("to_next", float(row["to_next"]), "point", "score gap")
        gain = _float(first.get(row["unit"], math.nan))
        if gain is not None:
            yield one("gain", gain, "point", TOTAL)


def _dimensions(e: Evaluation, scores: Scores) -> Iterator[Number]:
    names = {each.code: each.name for each in scores.framework.spec.dimensions}
    for row in scores.dimensions.to_dict("records"):
        name = names[row["dimension"]]
        labels = both("scoring.dimension_share", zh_name=name.zh, en_name=name.en)
        status: Status = row["status"] if row["status"] in STATUSES else "ok"
        yield make(
            e, f"score.dimension.{row['dimension']}.{station_slug(str(row['unit']))}", labels, _float(row["share"]),
            "fraction", "share of full points", status=status, place=_place(e, row),
        )  # fmt: skip


def _points(e: Evaluation, scores: Scores) -> Iterator[Number]:
    """Value and points of every station and code; what has no value keeps its status."""
    assert e.ledger is not None
    values = e.ledger.results.indicators(e.region.prefix)
    units = {
        str(code): str(unit) for code, unit in zip(values["indicator"], values["measure_unit"], strict=True)
    }
    ends = {(row.unit, row.indicator): (row.lower, row.upper) for row in values.itertuples()}
    for row in scores.points.to_dict("records"):
        code, slug, place = str(row["indicator"]), station_slug(str(row["unit"])), _place(e, row)
        status: Status = row["status"] if row["status"] in STATUSES else "ok"
        low, high = ends.get((row["unit"], row["indicator"]), (math.nan, math.nan))
        value = None if status == "not_applicable" else bounded(row["value"], low, high)
        labels = both("scoring.value_of", code=code)
        yield make(e, f"score.value.{code}.{slug}", labels, value, units.get(code, ""), "indicator value",
                   status=status, place=place)  # fmt: skip
        given = None if status == "not_applicable" else _float(row["points"])
        labels = both("scoring.points_of", code=code)
        yield make(
            e, f"score.points.{code}.{slug}", labels, given, "point", POINTS, status=status, place=place
        )


# -- helpers --


def make(
    e: Evaluation, id: str, labels: tuple[str, str], value: Bounded | float | None, unit: str, method: str, *,
    status: Status = "ok", place: str = "", source: str = "",
) -> Number:  # fmt: skip
    """A number that rests on the run's ledgers and its indicator system."""
    assert e.ledger is not None
    return number(
        id, place or e.region.code, labels, value, unit=unit, method=method,
        source=source or f"ledgers:{e.ledger.snapshot}", as_of=e.run.period.last.isoformat(), status=status,
    )  # fmt: skip


def bounded(value: Any, low: Any, high: Any) -> Bounded | None:
    """A value with its interval, widened by what floats lose; None where there is none."""
    if _float(value) is None:
        return None
    if _float(low) is None or _float(high) is None:
        return Bounded.exact(float(value))
    return Bounded(min(float(low), float(value)), float(value), max(float(high), float(value)))


def _float(x: Any) -> float | None:
    return None if x is None or x != x else float(x)


def _labels(name: str) -> tuple[str, str]:
    return both(f"scoring.n_{name}")


def _place(e: Evaluation, row: dict[str, Any]) -> str:
    """The region code of a station's row, where the register knows it."""
    from swe.core.errors import SweError

    code = str(row.get("region") or "")
    try:
        return region(code).code if code else e.region.code
    except SweError:
        return e.region.code
