"""What to put right, gravest first, and the problems and limits that follow from a score."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from swe.indicators.rectification import rectification
from swe.ledgers.contract import contract
from swe.reports.ledger_numbers import station_slug
from swe.reports.score_numbers import lost_points, reach, scores_of
from swe.reports.sections.page import Page, code, day, free
from swe.reports.sections.score_framework import columns_of, name, unofficial
from swe.reports.sections.score_overall import names_of
from swe.reports.sections.score_stations import items_of
from swe.show.blocks import Block, Heading, Table, table

if TYPE_CHECKING:
    import pandas as pd

SEVERITIES = ("veto", "major", "minor", "note")
MOST = 500  # findings on one page


def rows_of(p: Page) -> pd.DataFrame:
    """The rectification list: findings and lost points where stations stand on this page, else findings alone."""
    assert p.e.ledger is not None
    scores = scores_of(p.e) if reach(p.e) == "detail" else None
    return rectification(p.e.ledger.findings, scores, as_of=p.e.run.as_of)


def blocks(p: Page) -> list[Block | None]:
    """The list by severity; nothing without an indicator system."""
    if scores_of(p.e) is None:
        return []
    rows = rows_of(p)
    if rows.empty and not p.n("score.n").value:
        return []  # no station is scored: nothing can be said of points that were lost
    head: list[Block | None] = [Heading(p.w("scoring.rectify_title"))]
    if reach(p.e) != "detail":
        head.append(p.p("scoring.rectify_far", "note"))
    if rows.empty:
        return [*head, p.p("scoring.rectify_none")]
    if len(rows) > MOST and reach(p.e) != "detail":
        return [*head, p.p("scoring.rectify_many", "note")]
    head += [
        p.p("scoring.rectify_lead", as_of=day(p.e.run.spec.as_of)),
        p.p("scoring.rectify_grades", "note"),
    ]
    return [
        *head,
        *(
            _table(p, rows[rows["severity"] == each], each)
            for each in SEVERITIES
            if (rows["severity"] == each).any()
        ),
    ]


def _table(p: Page, rows: pd.DataFrame, severity: str) -> Table:
    columns = columns_of(p, ["c_station", "c_what", "c_rule_short", "c_evidence", "c_deadline"])
    return table(
        f"rectify_{severity}",
        p.w(f"scoring.t_rectify_{severity}"),
        columns,
        [line(p, row) for row in rows.to_dict("records")],
    )


def line(p: Page, row: dict[str, Any]) -> tuple[Any, ...]:
    """Station, what, by which rule, on what evidence, by when."""
    names = names_of(p.e)
    station = free(names.get(str(row["unit"]), str(row["unit"])))
    rule = free(str(row[f"rule_{p.lang}"]))
    return station, what(p, row), rule, evidence(p, row), day(str(row["deadline"]))


def what(p: Page, row: dict[str, Any]) -> Markup:
    """What to put right, with its points as numbers of the report."""
    scores = scores_of(p.e)
    assert scores is not None
    items, found = items_of(scores), str(row["indicator"])
    if row["source"] == "finding":
        said = p.say("scoring.rectify_found", what=free(str(row[f"rule_{p.lang}"])))
        return (
            Markup("{} {}").format(said, name(p, items[found]) if found in items else code(found))
            if found
            else said
        )
    item = items[found]
    if row["lost"] != row["lost"]:
        return p.say("scoring.rectify_missing", indicator=name(p, item))
    points = p.n(f"score.points.{found}.{station_slug(str(row['unit']))}")
    if points.value is None:
        return p.say("scoring.rectify_missing", indicator=name(p, item))
    return p.say(
        "scoring.rectify_lost",
        indicator=name(p, item),
        points=points,
        full=p.n(f"framework.points.{found}"),
    )


def evidence(p: Page, row: dict[str, Any]) -> Markup:
    """How it was found and when, or what shows an indicator's value."""
    scores = scores_of(p.e)
    assert scores is not None
    if row["source"] != "finding":
        item = items_of(scores)[str(row["indicator"])]
        return p.text(item.evidence.zh, item.evidence.en)
    columns = contract("ledger-v1")["findings"]
    labels = {
        value.code: value.zh if p.lang == "zh" else value.en
        for column in ("evidence_source", "round")
        for value in columns[column].values
    }
    parts = [
        day(part) if part[:4].isdigit() else free(labels.get(part, part))
        for part in str(row["evidence"]).split(", ")
        if part
    ]
    return Markup("，" if p.lang == "zh" else ", ").join(parts)


def problems(p: Page) -> list[tuple[str, str, Markup, dict[str, Any]]]:
    """Severity, key of the words, evidence and fields of every problem that the scores show."""
    scores = scores_of(p.e)
    if scores is None or not p.n("score.scored").value:
        return []
    here = [
        Markup('<a href="#{}">{}</a>').format(at, p.w(f"scoring.evidence_{at}"))
        for at in ("overall", "stations")
    ]
    found: list[tuple[str, str, Markup, dict[str, Any]]] = []
    if p.n("score.vetoed").value:
        found.append(("high", "vetoed", here[1], {}))
    lowest = p.n(f"score.grade.{len(scores.framework.grades)}")
    if lowest.value and len(scores.framework.grades) > 1:
        grade = scores.framework.grades[-1].name
        found.append(("high", "bottom", here[0], {"count": lowest, "grade": p.text(grade.zh, grade.en)}))
    lost = lost_points(scores)
    if len(lost):
        most = str(lost.index[0])
        fields = {
            "indicator": name(p, items_of(scores)[most]), "lost": p.n(f"score.lost.{most}"),
            "full": p.n(f"framework.points.{most}"), "stations": p.n(f"score.losing.{most}"),
        }  # fmt: skip
        found.append(("medium", "lost", here[0], fields))
    for key, id in (
        ("loose", "score.loose"),
        ("missing", "score.missing_cells"),
        ("bunching", "audit.flagged"),
    ):
        if id in p.e.numbers and p.n(id).value:
            found.append(("medium", key, here[0] if key != "missing" else here[1], {}))
    return found


def limits(p: Page) -> list[Markup]:
    """What a score does not know."""
    if scores_of(p.e) is None:
        return []
    known: Callable[[str], float] = lambda id: (p.e.numbers[id].value or 0) if id in p.e.numbers else 0  # noqa: E731
    keys = ["l_interval"]
    keys += ["l_example"] if unofficial(p.e) else []
    keys += ["l_missing"] if known("score.missing_cells") else []
    keys += ["l_without"] if known("score.without") else []
    keys += ["l_unnamed"] if known("audit.ratings_named") < known("audit.ratings") else []
    keys += ["l_alone"] if known("audit.alone") else []
    keys += ["l_icc"] if p.e.has("audit.icc") else []
    keys += ["l_spread"] if p.e.has("audit.spread") else []
    return [p.say(f"scoring.{key}") for key in keys]
