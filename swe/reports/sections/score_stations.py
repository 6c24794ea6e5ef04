"""Station by station: a sentence, its points by indicator with reason and evidence, own ratings against spot checks."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup

from swe.indicators.scores import Scores
from swe.reports.framework_numbers import self_rows
from swe.reports.ledger_numbers import station_slug
from swe.reports.score_numbers import reach, scored_rows, scores_of
from swe.reports.sections.page import Page, free
from swe.reports.sections.score_framework import columns_of, name, outlined
from swe.reports.sections.score_overall import gap, grade_mark, names_of
from swe.show.blocks import Block, Heading, Paragraph, Table, table
from swe.show.numbers import interval_text
from swe.show.say import marked, spread


def blocks(p: Page) -> list[Block | None]:
    """What the score says of each station; a sentence where there are too many for this page."""
    scores = scores_of(p.e)
    far = reach(p.e)
    if scores is None or far == "none":
        return []
    own = _self(p) if far in ("detail", "listed") else []
    if far != "detail":
        return [*own, p.p("scoring.too_many" if far == "listed" else "scoring.too_many_listed", "note")]
    made: list[Block | None] = [*own, p.p("scoring.stations_lead")]
    for row in ordered(scores):
        made += [
            Heading(free(names_of(p.e).get(str(row["unit"]), str(row["unit"])))),
            _sentence(p, scores, row),
        ]
        if row["status"] != "not_applicable":
            made.append(_points(p, scores, row))
    return made


def ordered(scores: Scores) -> list[dict[str, Any]]:
    """Stations with a total from the best down, then those without."""
    rows = scores.table
    return [*scored_rows(scores).to_dict("records"), *rows[rows["total"].isna()].to_dict("records")]


def _sentence(p: Page, scores: Scores, row: dict[str, Any]) -> Paragraph:
    slug, reasons = station_slug(str(row["unit"])), free(str(row[f"reasons_{p.lang}"]))
    if row["total"] != row["total"]:
        return Paragraph(p.say("scoring.one_without", reasons=reasons))
    total = p.n(f"score.total.{slug}")
    grade = outlined(grade_mark(p, scores.framework, row["grade"], vetoed=bool(row["vetoed"])))
    key = "one" if interval_text(total) else "one_bare"
    said = p.say(f"scoring.{key}", total=marked(total, p.lang), interval=spread(total, p.lang), grade=grade)
    said += _sure(p, row, slug)
    parts = [said, *([_lift(p, scores, row, slug)] if f"score.gain.{slug}" in p.e.numbers else [])]
    if reasons:
        parts.append(p.say("scoring.one_remarks", reasons=reasons))
    return Paragraph(gap(p).join(parts))


def _sure(p: Page, row: dict[str, Any], slug: str) -> Markup:
    if row["vetoed"]:
        return p.say("scoring.one_vetoed")
    said = Markup("")
    if p.e.has(f"score.sure.{slug}"):
        said += p.say("scoring.one_sure", sure=p.n(f"score.sure.{slug}"))
    if f"score.to_next.{slug}" in p.e.numbers:
        return said + p.say("scoring.one_next", gap=p.n(f"score.to_next.{slug}"))
    return said + p.say("scoring.one_top")


def _lift(p: Page, scores: Scores, row: dict[str, Any], slug: str) -> Markup:
    lift = scores.lift
    found = str(lift[(lift["unit"] == row["unit"]) & (lift["order"] == 1)]["indicator"].iloc[0])
    item = next(item for item in scores.framework.indicators if item.code == found)
    return p.say("scoring.one_lift", indicator=name(p, item), gain=p.n(f"score.gain.{slug}"))


def point_rows(scores: Scores, unit: str) -> list[dict[str, Any]]:
    """The rows of a station worth a line: all indicators, and of the extras those that count for something."""
    rows = scores.points[scores.points["unit"] == unit].to_dict("records")
    return [
        row
        for row in rows
        if row["part"] == "indicator" or row["treatment"] in ("deducted", "veto") or (row["points"] or 0) > 0
    ]


def items_of(scores: Scores) -> dict[str, Any]:
    """Indicators, bonus items, deductions and vetoes by code."""
    fw = scores.framework
    parts: tuple[tuple[Any, ...], ...] = (fw.indicators, fw.bonuses, fw.deductions, fw.spec.vetoes)
    return {item.code: item for part in parts for item in part}


def _points(p: Page, scores: Scores, row: dict[str, Any]) -> Table:
    items, slug, rows = items_of(scores), station_slug(str(row["unit"])), []
    for cell in point_rows(scores, str(row["unit"])):
        code = str(cell["indicator"])
        evidence = str(cell[f"evidence_{p.lang}"])
        rows.append(
            (
                name(p, items[code]), _value(p, f"score.value.{code}.{slug}"), _of(p, code, slug, cell["part"]),
                str(cell[f"reason_{p.lang}"]), free(evidence) if evidence else None,
            )
        )  # fmt: skip
    columns = columns_of(p, ["c_indicator", "#n_value", "#c_points", "c_reason", "c_evidence"])
    return table(f"score_station_{slug}", p.w("scoring.t_station"), columns, rows, folded=True)


def _value(p: Page, id: str) -> Markup | None:
    """A value with its unit, and its interval below."""
    n = p.n(id)
    return None if n.value is None else p.value(n)


def _of(p: Page, code: str, slug: str, part: str) -> Markup | None:
    """Points of full points; a dash where the indicator does not count."""
    n = p.n(f"score.points.{code}.{slug}")
    if n.value is None:
        return None
    if part != "indicator":
        return marked(n, p.lang, signed=True)
    return Markup("{} / {}").format(marked(n, p.lang), marked(p.n(f"framework.points.{code}"), p.lang))


def _self(p: Page) -> list[Block | None]:
    """Own ratings beside the third party's; nothing where stations did not rate themselves."""
    rows, values, taken = self_rows(p.e)
    if not len(rows) or values["estimate"] != values["estimate"]:
        return []
    names = names_of(p.e)
    gap_n = p.n("audit.self_gap")
    key = "self_lead" if interval_text(gap_n) else "self_lead_bare"
    lead = p.p(f"scoring.{key}", round=p.w(f"scoring.round_{taken}"), interval=spread(gap_n, p.lang))
    lines = []
    for row in rows.to_dict("records"):
        slug = station_slug(str(row["unit"]))
        own = [p.n(f"score.{part}.{slug}") for part in ("self", "checked")]
        signed = marked(p.n(f"score.self_less.{slug}"), p.lang, signed=True)
        lines.append((free(names.get(str(row["unit"]), str(row["unit"]))), *own, signed))
    columns = columns_of(p, ["c_station", "#c_self", "#c_checked", "#c_difference"])
    made = table("score_self", p.w("scoring.t_self"), columns, lines)
    return [Heading(p.w("scoring.self_title")), lead, made, Heading(p.w("scoring.stations_scores"))]
