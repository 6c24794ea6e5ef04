"""The overall result of a score: where stations stand, how surely, and where points are lost; never a bare rank."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from markupsafe import Markup

from swe.indicators.framework_model import Grade
from swe.indicators.frameworks import Framework
from swe.indicators.scores import Scores
from swe.reference.regions import region
from swe.reports.evaluation import Evaluation
from swe.reports.ledger_numbers import station_slug
from swe.reports.score_numbers import lost_points, parts, reach, scored_rows, scores_of
from swe.reports.sections.page import Page, day, free
from swe.reports.sections.score_framework import columns_of, name, title
from swe.show.blocks import Block, Column, Mark, Paragraph, Picture, Table, table
from swe.show.numbers import interval_text
from swe.show.say import marked, spread
from swe.show.score_plots import draw_score, height
from swe.show.style import canvas, png

MOST_LOST = 8
WIDE = 8  # columns of a table at most


def blocks(p: Page) -> list[Block | None]:
    """The chapter on the overall result."""
    scores = scores_of(p.e)
    assert scores is not None
    lead = Paragraph(gap(p).join(lead_sentences(p, scores)))
    if not p.n("score.scored").value:
        return [lead]
    far = reach(p.e)
    listed = far in ("detail", "listed")
    return [
        lead,
        _picture(p, scores),
        _totals(p, scores) if listed else _parts(p, scores),
        _dimensions(p, scores) if far == "detail" else None,
        p.p("scoring.too_many_listed" if far == "parts" else "scoring.too_many", "note")
        if far != "detail"
        else None,
        _grades(p, scores.framework),
        _lost(p, scores),
        _bunching(p),
        _reference(p),
    ]


def gap(p: Page) -> Markup:
    """Between sentences."""
    return Markup("" if p.lang == "zh" else " ")


def lead_sentences(p: Page, scores: Scores) -> list[Markup]:
    """How good, how sure, who is left out."""
    if not p.n("score.scored").value:
        return [p.say("scoring.none_scored")]
    said = [p.say("scoring.many", grades=grade_counts(p, scores.framework))]
    said.append(p.say("scoring.many_sure" if p.e.has("score.firm") else "scoring.many_unsure"))
    for part in ("vetoed", "without", "not_applicable"):
        if p.n(f"score.{part}").value:
            said.append(p.say(f"scoring.many_{part}"))
    return said


def grade_counts(p: Page, fw: Framework) -> Markup:
    """优秀 1 个，良好 4 个…: the grades that occur, the highest first."""
    items = [
        p.say("scoring.grade_item", grade=p.text(grade.name.zh, grade.name.en), count=p.n(f"score.grade.{k}"))
        for k, grade in enumerate(fw.grades, start=1)
        if p.n(f"score.grade.{k}").value
    ]
    return Markup("，" if p.lang == "zh" else ", ").join(items)


def names_of(e: Evaluation) -> dict[str, str]:
    """Stations' names by id."""
    return {} if e.ledger is None else e.ledger.facts.names


def grade_mark(p: Page, fw: Framework, zh: str, *, vetoed: bool = False) -> Mark:
    """A grade as an outlined word, by its Chinese name."""
    grade: Grade | None = next((each for each in fw.grades if each.name.zh == zh), None)
    if grade is None:
        return Mark("—")
    said = grade.name.zh if p.lang == "zh" else grade.name.en
    if vetoed or (grade is fw.grades[-1] and len(fw.grades) > 1):
        return Mark(said, "bad")
    return Mark(said, "good" if grade is fw.grades[0] else "plain")


def rank_cell(p: Page, slug: str) -> Markup | None:
    """A rank as its range; where no resample moved it, that is said."""
    n = p.n(f"score.rank.{slug}")
    if n.value is None:
        return None
    if interval_text(n):
        return spread(n, p.lang)
    return Markup("{} <small>{}</small>").format(marked(n, p.lang), p.w("scoring.rank_firm"))


def total_cell(p: Page, slug: str) -> Markup | None:
    """A total with its interval below."""
    n = p.n(f"score.total.{slug}")
    if n.value is None:
        return None
    between = Markup("<br><small>{}</small>").format(spread(n, p.lang)) if interval_text(n) else Markup("")
    return Markup("{}{}").format(marked(n, p.lang), between)


def _picture(p: Page, scores: Scores) -> Picture:
    names = names_of(p.e)
    named = replace(
        scores, table=scores.table.assign(unit=[names.get(str(u), str(u)) for u in scores.table["unit"]])
    )
    with canvas(height(named)) as (figure, ax):
        draw_score(ax, named, lang=p.lang)
        image = png(figure)
    assert p.e.ledger is not None
    key = (
        "finding_plain"
        if not p.e.has("score.loose")
        else "finding_loose"
        if p.n("score.loose").value
        else "finding_firm"
    )
    finding = p.say(f"scoring.{key}")
    source = p.say(
        "scoring.drawn_source",
        title=title(p, scores.framework),
        reference=day(p.e.ledger.results.reference["as_of"]),
    )
    alt = gap(p).join(lead_sentences(p, scores)).striptags()
    return Picture(
        "scores",
        finding,
        p.say("scoring.drawn"),
        image,
        str(alt),
        _grade_data(p, scores.framework),
        source,
        p.simulated,
    )


def _grade_data(p: Page, fw: Framework) -> Table:
    """What the picture shows, in four numbers; the stations' rows stand in the table below it."""
    ids = ("score.lowest", "score.median", "score.mean", "score.highest", "score.firm", "score.loose")
    rows = [(p.n(i).label(p.lang), p.n(i)) for i in ids if i in p.e.numbers]
    return table("score_spread", p.w("scoring.t_spread"), p.columns("indicator", "#value"), rows)


def _totals(p: Page, scores: Scores) -> Table:
    names, rows = names_of(p.e), []
    for row in scored_rows(scores).to_dict("records"):
        slug = station_slug(str(row["unit"]))
        rows.append(
            (
                free(names.get(str(row["unit"]), str(row["unit"]))), total_cell(p, slug),
                grade_mark(p, scores.framework, row["grade"], vetoed=bool(row["vetoed"])),
                p.n(f"score.sure.{slug}"), rank_cell(p, slug), p.e.numbers.get(f"score.to_next.{slug}"),
            )
        )  # fmt: skip
    columns = columns_of(p, ["c_station", "#c_total", "c_grade", "#c_sure", "#c_rank", "#c_to_next"])
    return table(
        "score_totals",
        p.w("scoring.t_totals"),
        columns,
        rows,
        note=p.say("scoring.rank_note"),
        folded=len(rows) > 40,
    )


def _parts(p: Page, scores: Scores) -> Table | None:
    rows: list[tuple[Any, ...]] = []
    grade = scores.framework.grades[-1].name
    for code, _ in parts(p.e, scores):
        at = f"score.part.{code}"
        spread_of = Markup("{}–{}").format(
            marked(p.n(f"{at}.lowest"), p.lang), marked(p.n(f"{at}.highest"), p.lang)
        )
        rows.append(
            (
                free(p.name(region(code))),
                p.n(f"{at}.scored"),
                p.n(f"{at}.median"),
                spread_of,
                p.n(f"{at}.bottom"),
                p.n(f"{at}.loose"),
            )
        )
    if not rows:
        return None
    columns = [
        *columns_of(p, ["c_part", "#c_count", "#n_median", "#c_range"]),
        "#" + (grade.zh if p.lang == "zh" else grade.en), *columns_of(p, ["#n_loose"]),
    ]  # fmt: skip
    return table("score_parts", p.w("scoring.t_parts"), columns, rows, folded=len(rows) > 40)


def _dimensions(p: Page, scores: Scores) -> Table | None:
    dimensions = scores.framework.spec.dimensions
    if len(dimensions) + 1 > WIDE:
        return None
    names, rows = names_of(p.e), []
    for row in scored_rows(scores).to_dict("records"):
        slug = station_slug(str(row["unit"]))
        shares = [p.n(f"score.dimension.{each.code}.{slug}") for each in dimensions]
        rows.append((free(names.get(str(row["unit"]), str(row["unit"]))), *shares))
    columns = [
        Column(p.w("scoring.c_station")),
        *(Column(_short(p, each), numeric=True) for each in dimensions),
    ]
    return table("score_dimensions", p.w("scoring.t_station_dimensions"), columns, rows,
                 note=p.say("scoring.dimensions_note"))  # fmt: skip


def _short(p: Page, dimension: Any) -> Markup:
    """A dimension's name for the head of a column: without what stands in brackets."""
    said = dimension.name.zh if p.lang == "zh" else dimension.name.en
    return free(said.split("（")[0].split(" (")[0])


def _grades(p: Page, fw: Framework) -> Table:
    rows = [
        (
            grade_mark(p, fw, grade.name.zh), p.n(f"score.grade.{k}"),
            p.n(f"score.grade_expected.{k}") if p.e.has(f"score.grade_expected.{k}") else None,
        )
        for k, grade in enumerate(fw.grades, start=1)
    ]  # fmt: skip
    columns = columns_of(p, ["c_grade", "#c_count", "#c_expected"])
    return table(
        "score_grades",
        p.w("scoring.t_grades"),
        columns,
        rows,
        note=p.say("scoring.grades_note"),
        folded=False,
    )


def _lost(p: Page, scores: Scores) -> Table | None:
    items = {item.code: item for item in scores.framework.indicators}
    rows = [
        (
            name(p, items[str(code)]),
            p.n(f"score.lost.{code}"),
            p.n(f"framework.points.{code}"),
            p.n(f"score.losing.{code}"),
        )
        for code in lost_points(scores).index[:MOST_LOST]
    ]
    if not rows:
        return None
    columns = columns_of(p, ["c_indicator", "#c_lost", "#c_full", "#c_losing"])
    return table(
        "score_lost",
        p.w("scoring.t_lost"),
        columns,
        rows,
        note=p.say("scoring.lost_note"),
        folded=False,
    )


def _bunching(p: Page) -> Paragraph | None:
    if "audit.flagged" not in p.e.numbers or not (p.n("audit.above").value or p.n("audit.below").value):
        return None
    return p.p("scoring.bunching_some" if p.n("audit.flagged").value else "scoring.bunching_none", "note")


def _reference(p: Page) -> Paragraph:
    assert p.e.ledger is not None
    return p.p("scoring.reference", "note", reference=day(p.e.ledger.results.reference["as_of"]))
