"""Every region of the shipped runs makes a page that passes the gate, in both languages: in one process, no kernels."""

from __future__ import annotations

from functools import cache
from typing import Any

import nbformat
import pytest

from swe.reports import gate
from swe.reports.evaluation import evaluate
from swe.reports.regional import Regional
from swe.reports.render import html
from swe.reports.runfile import Run, load_run

LANGS = ("zh", "en")
LACKING: set[str] = set()  # code points of our own pages that the shipped font cannot draw


@cache
def run(name: str, lang: str) -> Run:
    return load_run(name, lang=lang)


def page(name: str, code: str, lang: str) -> tuple[str, Regional]:
    """The page as the notebook's cells would show it, through our template."""
    report = Regional(evaluate(run(name, lang), code))
    document = report.document().content
    book = nbformat.v4.new_notebook()
    for chapter in report.names:
        data = {"text/html": report.section(chapter)._repr_html_()}
        book.cells.append(
            nbformat.v4.new_code_cell("", outputs=[nbformat.v4.new_output("execute_result", data)])
        )
    return html(book, document), report


def cases() -> list[Any]:
    return [(name, code) for name in ("published", "provinces") for code in run(name, "zh").codes]


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize(("name", "code"), cases())
def test_the_page_of_every_region_passes_the_gate(name: str, code: str, lang: str) -> None:
    text, report = page(name, code, lang)
    checks = gate.check_page(text, report.numbers, lang)
    assert gate.failed(checks) == ()
    assert {check.detail for check in checks if check.result == "review"} <= LACKING
    assert len(text) > 20_000
    for chapter in report.names:
        assert f'<section id="{chapter}">' in text


def test_the_runs_have_the_regions_that_the_issue_asks_for() -> None:
    assert len(run("published", "zh").codes) >= 28
    assert len(run("provinces", "zh").codes) == 31


def test_the_gate_would_notice_a_number_that_is_not_in_the_results() -> None:
    text, report = page("published", "522702", "zh")
    less = {id: n for id, n in report.numbers.items() if id != "coverage.units"}
    found = gate.failed(gate.check_page(text, less, "zh"))
    assert [check.name for check in found] == ["numbers.in_results"]
    assert "coverage.units" in found[0].detail
