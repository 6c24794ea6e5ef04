"""The notebook on effectiveness runs in both languages and for two provinces, and is committed as it is built."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

import nbformat
import pytest

from swe.core.language import use
from swe.reports.execute import declared_parameters, execute

ROOT = Path(__file__).parents[2]
NOTEBOOK = ROOT / "notebooks" / "effectiveness.ipynb"
HAINAN, TIANJIN = "46", "12"


def shown(region: str, lang: str, tmp_path: Path) -> str:
    """All markup that the notebook shows, run by papermill."""
    try:
        done = execute(
            NOTEBOOK, {"region": region, "lang": lang}, cwd=ROOT, output=tmp_path / "half.ipynb", timeout=300, engine="fork"
        )  # fmt: skip
    finally:
        use(None)
    parts = [
        "".join(output["data"].get("text/html", ""))
        for cell in done.cells
        for output in cell.get("outputs", [])
        if "data" in output
    ]
    return "\n".join(parts)


def text(markup: str) -> str:
    return re.sub(r"<style>.*?</style>|<[^>]+>", "", markup, flags=re.DOTALL)


def test_the_committed_notebook_is_what_the_tool_builds() -> None:
    spec = importlib.util.spec_from_file_location("built", ROOT / "tools" / "build_effectiveness_notebook.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert NOTEBOOK.read_text(encoding="utf-8") == nbformat.writes(module.notebook(), indent=1) + "\n"


def test_it_has_no_outputs_and_declares_its_parameters() -> None:
    cells = nbformat.read(NOTEBOOK, as_version=4).cells
    assert not any(cell.get("outputs") for cell in cells)
    assert {"plan", "region", "lang", "seed"} <= declared_parameters(NOTEBOOK)


@pytest.mark.parametrize(
    ("region", "lang", "title", "mark"),
    [
        (HAINAN, "zh", "社工站建设的成效：海南省", "模拟数据"),
        (TIANJIN, "en", "Effect of social-work stations", "SIMULATED"),
    ],
)
def test_it_runs_from_the_question_to_what_cannot_be_said(
    region: str, lang: str, title: str, mark: str, tmp_path: Path
) -> None:
    page = shown(region, lang, tmp_path)
    assert title in page
    assert not re.search(r"[{}]|\bnan\b|\binf\b", text(page))
    figures = re.findall(r"<figure .*?</figure>", page, re.DOTALL)
    assert len(figures) >= 7
    assert all(mark in figure for figure in figures)
    if lang == "en":  # names of places and words quoted from the data apart, an English page is English
        assert "趋势" not in text(page)
