"""The comparison in the chapter of stations: every digit is a number of the results, tiers and no places, few not ranked."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import partial
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from swe.indicators.station_months import station_months
from swe.ledgers.demo import make_demo
from swe.ledgers.snapshot_reader import query
from swe.reports import comparison_numbers as comparison_numbers_module
from swe.reports.comparison_numbers import comparison_numbers
from swe.reports.comparison_view import LEAD, ComparisonView, comparison_view
from swe.reports.evaluation import Evaluation, evaluate
from swe.reports.run_ledgers import run_ledgers
from swe.reports.runfile import load_run
from swe.reports.sections import comparison as comparison_section
from swe.reports.sections import comparison_equity
from swe.reports.sections.comparison import blocks
from swe.reports.sections.page import Page
from swe.show.blocks import Picture, Section
from swe.show.numbers import by_id

TRACED = {"data", "time", "code", "q", "cite"}


@dataclass
class Loose(HTMLParser):
    """Digits that stand in no traced element, and the ids that are named."""

    inside: list[tuple[str, str]] = field(default_factory=list)
    digits: list[str] = field(default_factory=list)
    ids: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = dict(attrs)
        self.ids |= {known["data-n"] or ""} if "data-n" in known else set()
        if tag not in ("img", "br"):
            self.inside.append((tag, known.get("class") or ""))

    def handle_endtag(self, tag: str) -> None:
        while self.inside and self.inside.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        free = any(tag in TRACED or name == "k" for tag, name in self.inside)
        if re.search(r"\d", data) and not free:
            self.digits.append(data)


def chapter(run_file: Path, code: str, lang: str) -> tuple[Evaluation, ComparisonView, list[Any], str]:
    run = load_run(run_file, lang=lang)
    e = evaluate(run, code, lang=lang)
    with run_ledgers(run).connect() as con:
        found = station_months(partial(query, con), period=run.period, prefix=e.region.prefix)
    view = comparison_view(found, e.region)
    e.__dict__["numbers"] = {**e.numbers, **by_id(comparison_numbers(e, view))}
    made = blocks(Page(e), view)
    return e, view, made, Section("stations", "", tuple(made), lang)._repr_html_()


@pytest.fixture(scope="module")
def run_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_demo(tmp_path_factory.mktemp("chapter") / "D", region="5227", months=12) / "run.yml"


@pytest.mark.parametrize(("code", "lang"), [("5227", "zh"), ("5227", "en"), ("52", "zh")])
def test_every_digit_of_the_comparison_is_a_number_of_the_results(
    run_file: Path, code: str, lang: str
) -> None:
    e, _, made, html = chapter(run_file, code, lang)
    seen = Loose()
    seen.feed(re.sub(r'src="data:[^"]*"', "", html))
    assert seen.digits == []
    assert seen.ids and seen.ids <= set(e.numbers)
    pictures = [block for block in made if isinstance(block, Picture)]
    assert {p.key for p in pictures} >= {"comparison_lead", "comparison_chart", "comparison_tiles"}
    assert all(p.simulated and p.alt for p in pictures)


def test_stations_with_gaps_are_listed_apart_with_their_least_value(run_file: Path) -> None:
    e, view, _, html = chapter(run_file, "5227", "zh")
    assert view.comparison is not None
    apart = view.comparison[LEAD].apart
    compared = view.comparison[LEAD].table
    assert len(apart) > 0 and not set(apart["unit"]) & set(compared["unit"])
    for unit in apart["unit"]:
        low, value = (e.numbers[f"comparison.{LEAD}.apart.{unit}.{c}"].value for c in ("at_least", "value"))
        assert low is not None and value is not None and low <= value
    assert "不参加比较" in html


def test_a_province_is_compared_by_county_and_silent_counties_are_no_zero(run_file: Path) -> None:
    e, view, _, _ = chapter(run_file, "52", "zh")
    assert view.by == "county" and view.comparison is not None
    assert set(view.comparison[LEAD].table["unit"].str[:4]) == {"5227"}
    assert e.numbers["comparison.equity.county.520102.stations"].status == "missing"


def test_a_township_has_one_station_and_nothing_is_ranked(run_file: Path) -> None:
    _, view, _, html = chapter(run_file, "522701001", "zh")
    assert view.comparison is not None and not any(c.ranked for c in view.comparison.measures.values())
    assert "不排名" in html and "第 1 档" not in html


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_list_that_is_cut_says_so_and_one_that_is_whole_does_not(
    run_file: Path, lang: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, view, _, whole = chapter(run_file, "5227", lang)
    assert view.comparison is not None
    kept = 3
    assert len(view.comparison[LEAD].table) > kept and len(view.comparison[LEAD].apart) > kept
    for module in (comparison_numbers_module, comparison_section, comparison_equity):
        monkeypatch.setattr(module, "MOST", kept)
    e, view, _, cut = chapter(run_file, "5227", lang)
    for sentence in {
        "zh": ("其余不列", "这里只列前"),
        "en": ("the others are not", "are listed; their number"),
    }[lang]:
        assert sentence in cut and sentence not in whole
    assert view.comparison is not None
    listed = [
        unit
        for unit in view.comparison[LEAD].apart["unit"]
        if f"comparison.{LEAD}.apart.{unit}.value" in e.numbers
    ]
    assert len(listed) == kept
    beyond = view.comparison[LEAD].table.query("flagged != 0")["unit"]
    shown = [
        unit for unit in view.comparison[LEAD].table["unit"] if f"comparison.{LEAD}.{unit}.value" in e.numbers
    ]
    assert shown == list(beyond)[:kept]
