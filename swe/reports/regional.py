"""The object a regional notebook works with: sections on demand, and the document its last cell hands over."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import Any

from markupsafe import Markup

from swe.core.language import use
from swe.reports.evaluation import Evaluation, evaluate
from swe.reports.sections import SECTIONS
from swe.reports.sections.cover import title
from swe.reports.sections.score_framework import unofficial
from swe.reports.sections.score_sheets import replaced, sheets
from swe.show.blocks import Section, Table
from swe.show.css import stylesheet
from swe.show.numbers import Number, text_of
from swe.show.words import word


class Regional:
    """One region's report. `r.section("coverage")` shows a chapter; `r.document()` ends the notebook."""

    def __init__(self, evaluation: Evaluation) -> None:
        self.evaluation = evaluation
        self._sections: dict[str, Section] = {}

    @property
    def names(self) -> tuple[str, ...]:
        """The chapters, in order."""
        return tuple(SECTIONS)

    def section(self, name: str) -> Section:
        """A chapter, made once."""
        if name not in self._sections:
            self._sections[name] = SECTIONS[name](self.evaluation)
        return self._sections[name]

    @cached_property
    def numbers(self) -> dict[str, Number]:
        """Every number of the report by id."""
        return dict(self.evaluation.numbers)

    def begin(self) -> None:
        """Style for the Lab and the plain tools, and the notice that this page has not passed the gate.

        `swe run` leaves both out of its pages: its template has the style, and the gate has been passed.
        """
        from IPython.display import HTML, display

        notice = Markup('<p class="strip">{}</p>').format(word("page.ungated", self.evaluation.lang))
        display(HTML(f"<style>{stylesheet()}</style>{notice}"), metadata={"swe": "alone"})

    def document(self) -> Document:
        """Title, results and tables: what becomes results.json and tables.xlsx."""
        e = self.evaluation
        tables = [t for name in SECTIONS for t in self.section(name).tables]
        annex = sheets(e)
        if annex:
            tables = [t for t in tables if not replaced(t.key)]
        return Document(
            {
                "title": title(e),
                "lang": e.lang,
                "audience": e.run.audience,
                "marks": [word(f"page.{name}", e.lang) for name in _marks(e)],
                "simulated": "simulated" in _marks(e),
                "register": e.vintage,
                "results": [n.document() for n in e.numbers.values()],
                "tables": [
                    *(_annex(*sheet, e.lang) for sheet in annex),
                    *(_plain(t, e.lang) for t in tables),
                ],
                "disclosure": {"suppressed": 0, "rounded": 0},
            }
        )


class Document:
    """Shows nothing; travels in the notebook as `application/vnd.swe.report+json`."""

    def __init__(self, content: dict[str, Any]) -> None:
        self.content = content

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        return {"application/vnd.swe.report+json": self.content, "text/plain": ""}


def open_report(
    run: str | Path, region: str | int, *, lang: str | None = None, settings: dict[str, str] | None = None
) -> Regional:
    """Gather one region of a run (a path, or the stem of a file in params/runs/) for a notebook."""
    use(lang)
    return Regional(evaluate(run, region, lang=lang, settings=settings))


def _marks(e: Evaluation) -> list[str]:
    internal = ["internal"] if e.run.audience == "internal" else []
    ledger = e.ledger is not None and e.ledger.facts.simulated
    effect = e.effect is not None and e.effect.study is not None and e.effect.study.simulated
    simulated = ["simulated"] if ledger or effect else []
    return internal + simulated + (["example"] if unofficial(e) else [])


def _plain(t: Table, lang: str) -> dict[str, Any]:
    return {
        "key": t.key,
        "caption": t.caption,
        "columns": [_cell(c.label, lang) for c in t.columns],
        "rows": [[_cell(cell, lang) for cell in row] for row in t.rows],
    }


def _annex(
    name: str, caption: str, columns: list[str], rows: list[tuple[Any, ...]], lang: str
) -> dict[str, Any]:
    made = [[_cell(cell, lang) for cell in row] for row in rows]
    return {"key": name, "caption": caption, "columns": columns, "rows": made}


def _cell(cell: Any, lang: str) -> Any:
    if cell is None or isinstance(cell, float):
        return cell
    if isinstance(cell, Number):
        return {"value": cell.value, "lower": cell.lower, "upper": cell.upper, "text": text_of(cell, lang)}
    return Markup(cell).striptags() if isinstance(cell, Markup) else str(cell)
