"""The score annex of tables.xlsx: all totals, one sheet a station, what to put right, the indicator system.

They hold more than the page shows: numbers each in their own cell, and the basis of every value.
"""

from __future__ import annotations

from typing import Any

from swe.indicators.scores import Scores
from swe.reports.evaluation import Evaluation
from swe.reports.ledger_numbers import station_slug
from swe.reports.score_numbers import reach, scored_rows, scores_of
from swe.reports.sections.page import Page
from swe.reports.sections.score_framework import columns_of, extra_rows, indicator_rows, name, shown
from swe.reports.sections.score_list import MOST, line, rows_of
from swe.reports.sections.score_overall import names_of
from swe.reports.sections.score_stations import items_of, ordered, point_rows

ROWS = 5000  # stations of the sheet of totals
REPLACED = (
    "score_totals",
    "score_dimensions",
    "framework_indicators",
    "framework_extras",
    "score_station_",
    "rectify_",
)


def replaced(key: str) -> bool:
    """Whether a table of the page stands, fuller, in the annex."""
    return key.startswith(REPLACED)


def sheets(e: Evaluation) -> list[tuple[str, str, list[str], list[tuple[Any, ...]]]]:
    """Sheet name, caption, columns and rows; a cell is a number, a text, a float or None."""
    scores = scores_of(e)
    if scores is None or not len(scores.table):
        return []
    p = Page(e)
    made = [_totals(p, scores)]
    if reach(e) == "detail":
        made += [_station(p, scores, row) for row in ordered(scores) if row["status"] != "not_applicable"]
    listed = rows_of(p)
    if len(listed) and (reach(e) == "detail" or len(listed) <= MOST):
        made.append(_rectification(p, listed.to_dict("records")))
    made.append(_framework(p))
    return made


def _totals(p: Page, scores: Scores) -> tuple[str, str, list[str], list[tuple[Any, ...]]]:
    """Straight from the frame: a province's stations stand here and not on its page."""
    names = names_of(p.e)
    shares = scores.dimensions.pivot(index="unit", columns="dimension", values="share")
    dimensions = scores.framework.spec.dimensions
    zh = p.lang == "zh"
    rows: list[tuple[Any, ...]] = []
    for row in [
        *scored_rows(scores).to_dict("records"),
        *scores.table[scores.table["total"].isna()].to_dict("records"),
    ][:ROWS]:
        flip = row["flip_probability"]
        rows.append(
            (
                names.get(str(row["unit"]), str(row["unit"])), str(row["unit"]), *(_plain(row[key]) for key in ("total", "total_lower", "total_upper")),
                row["grade" if zh else "grade_en"] or p.w(f"marks.{'missing' if row['status'] == 'missing' else 'cannot_say'}"),
                _plain(1 - flip), *(_plain(row[key]) for key in ("rank", "rank_lower", "rank_upper", "to_next")),
                *(_plain(shares[each.code].get(row["unit"])) for each in dimensions), row["reasons_zh" if zh else "reasons_en"],
            )
        )  # fmt: skip
    columns = [
        *columns_of(p, ["c_station", "n_id", "c_total_bare", "c_lower", "c_upper", "c_grade", "c_sure", "c_rank_bare", "c_rank_lower", "c_rank_upper", "c_to_next"]),
        *(f"{each.code} {each.name.zh if zh else each.name.en}" for each in dimensions), *columns_of(p, ["c_reasons"]),
    ]  # fmt: skip
    return p.w("scoring.sheet_scores"), p.w("scoring.t_totals"), columns, rows


def _station(
    p: Page, scores: Scores, row: dict[str, Any]
) -> tuple[str, str, list[str], list[tuple[Any, ...]]]:
    unit, items = str(row["unit"]), items_of(scores)
    slug, called = station_slug(unit), names_of(p.e).get(unit, unit)
    rows: list[tuple[Any, ...]] = []
    for cell in point_rows(scores, unit):
        found = str(cell["indicator"])
        value, points = p.n(f"score.value.{found}.{slug}"), p.n(f"score.points.{found}.{slug}")
        rows.append(
            (
                name(p, items[found]), value, _plain(value.lower), _plain(value.upper), value.unit, points,
                p.e.numbers.get(f"framework.points.{found}"), p.w(f"scoring.status_{cell['status']}"), str(cell[f"reason_{p.lang}"]),
                str(cell[f"evidence_{p.lang}"]), str(cell["basis"]),
            )
        )  # fmt: skip
    columns = columns_of(
        p,
        [
            "c_indicator",
            "n_value",
            "c_lower",
            "c_upper",
            "n_unit",
            "c_points_bare",
            "c_full",
            "c_status",
            "c_reason",
            "c_evidence",
            "c_basis",
        ],
    )
    return (
        p.w("scoring.sheet_station", name=called),
        f"{called}（{unit}）" if p.lang == "zh" else f"{called} ({unit})",
        columns,
        rows,
    )


def _rectification(
    p: Page, listed: list[dict[str, Any]]
) -> tuple[str, str, list[str], list[tuple[Any, ...]]]:
    rows = [
        (
            station,
            str(row[f"severity_{p.lang}"]),
            *said,
            _plain(row["lost"]),
            str(row["evidence"]),
        )
        for row in listed
        for station, *said in [line(p, row)]
    ]
    columns = columns_of(
        p,
        [
            "c_station",
            "c_severity",
            "c_what",
            "c_rule_short",
            "c_evidence",
            "c_deadline",
            "c_lost_own",
            "c_basis",
        ],
    )
    return p.w("scoring.sheet_rectification"), p.w("scoring.rectify_title"), columns, rows


def _framework(p: Page) -> tuple[str, str, list[str], list[tuple[Any, ...]]]:
    fw = shown(p.e)
    assert fw is not None
    rows: list[tuple[Any, ...]] = [*indicator_rows(p, fw)]
    rows += [(each, kind, None, rule, evidence, None) for each, kind, rule, evidence in extra_rows(p, fw)]
    columns = columns_of(p, ["c_indicator", "c_full", "c_measured", "c_rule", "c_evidence", "c_missing"])
    return (
        p.w("scoring.sheet_framework"),
        fw.spec.title.zh if p.lang == "zh" else fw.spec.title.en,
        columns,
        rows,
    )


def _plain(x: Any) -> float | None:
    return None if x is None or x != x else float(x)
