"""All 130 published figures: each in the results of its programme's region as it was printed, its quote in the annex."""

from __future__ import annotations

import csv
import html
import math
import re
from functools import cache
from pathlib import Path

import pytest

from swe.core.bounded import Bounded
from swe.reference.regions import region
from swe.reports.evaluation import Evaluation, evaluate
from swe.reports.regional import Regional
from swe.reports.runfile import load_run

FACTS = Path(__file__).parents[2] / "data" / "reference" / "published"


def rows(name: str) -> list[dict[str, str]]:
    with (FACTS / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


FIGURES = rows("figures.csv")
HOME = {row["programme_id"]: region(row["region"]).code for row in rows("programmes.csv")}


@cache
def report(code: str, lang: str = "zh") -> Evaluation:
    return evaluate(load_run("published", lang=lang), code)


@cache
def annex(code: str, lang: str) -> str:
    return Regional(report(code, lang)).section("annex")._repr_html_()


def printed(row: dict[str, str]) -> tuple[float | None, float | None, float | None]:
    """(value, lower, upper) that the row states, by the rules of docs/figures.md, written out here a second time."""
    text, qualifier = row["value"], row["qualifier"]
    if not text:
        return None, 0, None
    number = float(text)
    if qualifier == "over":
        return None, number, None
    if qualifier == "under":
        return None, 0, number
    if qualifier == "approx":
        return number, 0, None
    if row["unit"] == "percent":
        half = 0.5 * 10.0 ** -len(text.partition(".")[2])
        return number, number - half, number + half
    return number, None, None


def test_there_are_one_hundred_and_thirty_figures_in_twelve_of_the_sixteen_programme_regions() -> None:
    assert len(FIGURES) == len({row["figure_id"] for row in FIGURES}) == 130
    assert len(set(HOME.values())) == 16
    assert len({HOME[row["programme_id"]] for row in FIGURES}) == 12


@pytest.mark.parametrize("home", sorted({HOME[row["programme_id"]] for row in FIGURES}))
def test_every_figure_of_a_region_is_in_its_results_as_printed(home: str) -> None:
    mine = [row for row in FIGURES if HOME[row["programme_id"]] == home]
    numbers = report(home).numbers
    for row in mine:
        n = numbers[f"figure.{row['figure_id']}"]
        assert (n.unit, n.as_of, n.source) == (row["unit"], row["as_of"], row["source_id"]), row
        assert n.region == region(row["region"]).code, row
        for got, expected in zip((n.value, n.lower, n.upper), printed(row), strict=True):
            assert (got is None) == (expected is None), row
            assert got is None or got == pytest.approx(expected, abs=1e-9), row
        assert (n.method == "press approx") == (row["qualifier"] == "approx"), row


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("home", sorted({HOME[row["programme_id"]] for row in FIGURES}))
def test_every_figure_of_a_region_has_its_quote_in_the_annex(home: str, lang: str) -> None:
    page = annex(home, lang)
    for row in FIGURES:
        if HOME[row["programme_id"]] == home:
            assert f">{html.escape(row['quote_zh'], quote=True).replace('&quot;', '&#34;')}</q>" in page, row[
                "figure_id"
            ]
            assert f'id="src-{row["figure_id"]}"' in page


def test_a_district_or_a_street_stays_itself() -> None:
    elsewhere = [row for row in FIGURES if region(row["region"]).code != HOME[row["programme_id"]]]
    assert elsewhere
    for row in elsewhere:
        assert (
            report(HOME[row["programme_id"]]).numbers[f"figure.{row['figure_id']}"].region
            == region(row["region"]).code
        )


def test_the_rule_of_this_file_agrees_with_itself_on_known_cases() -> None:
    assert printed({"value": "72.45", "qualifier": "exact", "unit": "percent"}) == pytest.approx(
        (72.45, 72.445, 72.455)
    )
    assert printed({"value": "2000", "qualifier": "over", "unit": "person"}) == (None, 2000, None)
    assert Bounded.at_least(2000).high == math.inf


# -- what Guizhou's report says --


@cache
def guizhou(lang: str) -> str:
    whole = Regional(report("52", lang))
    page = "".join(whole.section(name)._repr_html_() for name in whole.names)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", "", page)).split())


@pytest.mark.parametrize(
    ("lang", "patterns"),
    [
        ("zh", ["由755个增至1,094个", "每月42.4个", "每月需59.4个", "落后于|赶不上", "44 / 88", "每站社会工作者至少 0.91人", r"(?<![\d.])1\.45(?!\d)"]),
        ("en", ["from 755 to 1,094 stations, 42.4 a month", "59.4 a month", "behind the target", "44 of 88",
                "per station: at least 0.91", r"(?<![\d.])1\.45(?!\d)"]),
    ],
)  # fmt: skip
def test_guizhous_report_says_how_far_it_is_and_how_fast(lang: str, patterns: list[str]) -> None:
    text = guizhou(lang)
    assert [pattern for pattern in [*patterns, "72.45%", "1,509"] if not re.search(pattern, text)] == []


def test_guizhous_numbers() -> None:
    n = report("52").numbers
    assert (n["pace.first"].value, n["pace.last"].value) == (755, 1094)
    assert n["pace.observed_per_month"].value == pytest.approx(42.375)
    assert n["pace.required_per_month"].value == pytest.approx(59.43, abs=0.005)
    assert (n["coverage.units"].value, n["coverage.units.2022-10-31"].value) == (1510, 1509)
    workers = n["programme.guizhou-stations.workers_per_station"]
    assert (workers.value, workers.upper) == (None, None)
    assert workers.lower == pytest.approx(1000 / 1094)
    assert n["programme.guizhou-stations.volunteers_per_station"].value == pytest.approx(1.45, abs=0.005)
    assert n["programme.guizhou-stations.county_full_coverage"].value == 0.5
    assert n["scope.counties"].value == 88
