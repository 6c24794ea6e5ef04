"""Scores on the page: every preset from ratings to a gated report, in both languages; nothing without how sure it is."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import replace
from pathlib import Path

import nbformat.v4 as v4
import pandas as pd
import pytest
from python_calamine import CalamineWorkbook

from swe.core.errors import DefinitionError, UsageError
from swe.indicators.frameworks import framework, framework_paths
from swe.indicators.rated_points import rated_points
from swe.ledgers.demo import make_demo
from swe.reports import gate, score_numbers
from swe.reports.regional import Regional, open_report
from swe.reports.render import html
from swe.reports.runfile import load_run
from swe.reports.workbook import workbook
from swe.show.numbers import Number, interval_text, number, text_of
from swe.show.words import word

PRESETS = sorted(framework_paths())
CHAPTERS = (
    "cover",
    "summary",
    "framework",
    "method",
    "overall",
    "stations",
    "problems",
    "recommendations",
    "limits",
    "annex",
)


def page_of(report: Regional) -> str:
    """The chapters on scores as a page."""
    document = report.document().content
    outputs = [
        v4.new_code_cell(
            "",
            outputs=[v4.new_output("display_data", data={"text/html": report.section(name)._repr_html_()})],
        )
        for name in CHAPTERS
    ]
    return html(v4.new_notebook(cells=outputs), document)


def checked(report: Regional, page: str) -> list[str]:
    numbers = {row["id"]: Number(**row) for row in report.document().content["results"]}
    return [
        f"{check.name}: {check.detail}"
        for check in gate.failed(gate.check_page(page, numbers, report.evaluation.lang))
    ]


def small(folder: Path, system: str) -> Path:
    return make_demo(
        folder,
        region="522702",
        stations=4,
        months=6,
        rows=240,
        rated=rated_points(system),
        framework_id=system,
    )


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small(tmp_path_factory.mktemp("scores") / "D", "generic-100")


@pytest.fixture(scope="module")
def report(demo: Path) -> Regional:
    return open_report(demo / "run.yml", "522702", lang="zh")


@pytest.fixture(scope="module")
def page(report: Regional) -> str:
    return page_of(report)


def scored(report: Regional) -> pd.DataFrame:
    scores = score_numbers.scores_of(report.evaluation)
    assert scores is not None
    return scores.table[scores.table["total"].notna()]


@pytest.mark.parametrize("system", PRESETS)
def test_every_preset_gives_a_gated_report_in_both_languages(system: str, tmp_path: Path) -> None:
    run = small(tmp_path / "D", system) / "run.yml"
    gathered = open_report(run, "522702", lang="zh").evaluation
    for lang in ("zh", "en"):
        made = Regional(replace(gathered, lang=lang))
        page = page_of(made)
        assert checked(made, page) == []
        assert word("page.example", lang) in page
        assert made.numbers["framework.scale"].value == framework(system).scale
        for row in scored(made).to_dict("records"):
            assert f'data-n="score.total.{row["unit"]}"' in page
            assert f'data-n="score.rank.{row["unit"]}"' in page


def test_results_hold_the_total_the_rank_and_the_points_as_scored(report: Regional) -> None:
    scores = score_numbers.scores_of(report.evaluation)
    assert scores is not None and len(scored(report)) >= 3
    for row in scored(report).to_dict("records"):
        total, rank = (report.numbers[f"score.{name}.{row['unit']}"] for name in ("total", "rank"))
        assert total.value == pytest.approx(row["total"], rel=1e-11) and rank.value == row["rank"]
        if row["total_lower"] < row["total_upper"]:
            assert (total.lower, total.upper) == pytest.approx(
                (row["total_lower"], row["total_upper"]), rel=1e-11
            )
            assert total.method == "score total, resampled"
    for cell in scores.points.to_dict("records"):
        n = report.numbers[f"score.points.{cell['indicator']}.{cell['unit']}"]
        if cell["status"] in ("missing", "not_applicable"):
            assert n.status == cell["status"]
        if cell["status"] == "ok" and cell["points"] == cell["points"]:
            assert n.value == pytest.approx(cell["points"], rel=1e-11, abs=1e-12)
    counts = [n.value for id, n in report.numbers.items() if re.fullmatch(r"score\.grade\.\d+", id)]
    assert sum(counts) == report.numbers["score.scored"].value == len(scored(report))


def test_totals_and_ranks_are_printed_with_their_intervals(report: Regional, page: str) -> None:
    table = re.search(r'<table id="t-score_totals">.*?</table>', page, re.DOTALL)
    assert table is not None
    for unit in scored(report)["unit"]:
        total, rank = (report.numbers[f"score.{name}.{unit}"] for name in ("total", "rank"))
        for n in (total, rank):
            between = interval_text(n)
            shown = re.findall(rf'data-n="{re.escape(n.id)}"[^>]*>([^<]+)<', table[0])
            assert shown[-1] == between if between else word("scoring.rank_firm", "zh") in table[0]


def test_every_scored_indicator_has_its_reason_and_its_evidence(report: Regional, page: str) -> None:
    scores = score_numbers.scores_of(report.evaluation)
    assert scores is not None
    for unit in scored(report)["unit"]:
        found = re.search(rf'<table id="t-score_station_{unit}">(.*?)</table>', page, re.DOTALL)
        assert found is not None
        rows = re.findall(r"<tr>(.*?)</tr>", found[1].split("<tbody>")[1], re.DOTALL)
        assert len(rows) >= len(scores.framework.indicators)
        for row in rows:
            *_, reason, evidence = (
                re.sub(r"<[^>]+>", "", cell).strip() for cell in re.findall(r"<td.*?</td>", row, re.DOTALL)
            )
            assert reason and evidence and evidence != "—"


def test_the_mark_of_an_example_goes_with_an_unofficial_system_only(report: Regional) -> None:
    from swe.reports.regional import _marks

    assert "example" in _marks(report.evaluation)
    run = report.evaluation.run
    assert run.framework is not None
    official = replace(run.framework, spec=run.framework.spec.model_copy(update={"origin": "official"}))
    run_official = replace(run)
    object.__setattr__(run_official, "framework", official)  # a cached property of the run
    assert "example" not in _marks(replace(report.evaluation, run=run_official))


def test_the_workbook_has_the_score_sheets_and_no_formula(report: Regional) -> None:
    document = report.document().content
    made = workbook(document["tables"], document["results"], "zh")
    book = CalamineWorkbook.from_filelike(io.BytesIO(made))
    names = book.sheet_names
    assert len(names) == len({name.lower() for name in names}) and all(len(name) <= 31 for name in names)
    assert {"评分表", "整改清单", "指标体系"} <= set(names)
    assert sum(name.startswith("评分 ") for name in names) == len(scored(report))
    totals = book.get_sheet_by_name("评分表").to_python()
    assert {row[1]: row[2] for row in totals[3:] if row[2] != ""} == pytest.approx(
        dict(zip(scored(report)["unit"], scored(report)["total"], strict=True))
    )
    with zipfile.ZipFile(io.BytesIO(made)) as parts:
        sheets = [parts.read(name) for name in parts.namelist() if name.startswith("xl/worksheets/sheet")]
    assert len(sheets) == len(names) and not any(b"<f>" in sheet for sheet in sheets)


def test_a_station_sheet_says_the_basis_of_every_value(report: Regional) -> None:
    document = report.document().content
    (sheet,) = [
        t for t in document["tables"] if t["caption"].endswith(f"（{scored(report)['unit'].iloc[0]}）")
    ]
    assert sheet["columns"][-1] == word("scoring.c_basis", "zh")
    assert all(
        "snapshot" in row[-1]
        for row in sheet["rows"]
        if isinstance(row[1], dict) and row[1]["value"] is not None
    )


def test_the_rectification_list_has_a_deadline_on_every_line_and_the_gravest_first(report: Regional) -> None:
    document = report.document().content
    (sheet,) = [t for t in document["tables"] if t["key"] == "整改清单"]
    order = [word(f"scores.severity_{name}", "zh") for name in ("veto", "major", "minor", "note")]
    places = [order.index(row[1]) for row in sheet["rows"]]
    assert places and places == sorted(places)
    assert all(re.fullmatch(r"\d{4}-\d{2}-\d{2}", row[5]) for row in sheet["rows"])


def test_many_stations_have_totals_here_and_their_points_elsewhere(
    report: Regional, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(score_numbers, "DETAIL", 2)
    e = replace(report.evaluation)
    made = Regional(e)
    assert f"score.total.{scored(report)['unit'].iloc[0]}" in made.numbers
    assert not [id for id in made.numbers if id.startswith("score.points.")]
    page = page_of(made)
    assert checked(made, page) == [] and "见各县的报告" in page and "t-score_station_" not in page
    monkeypatch.setattr(score_numbers, "LISTED", 2)
    by_part = Regional(replace(report.evaluation))
    assert not [id for id in by_part.numbers if id.startswith("score.total.")]
    assert [id for id in by_part.numbers if id.startswith("score.part.")]
    page = page_of(by_part)
    assert checked(by_part, page) == [] and 'id="t-score_parts"' in page


@pytest.mark.parametrize(
    ("value", "method", "unit", "shown"),
    [
        (89.96, "score total, resampled", "point", "89.9"),
        (90.0, "score total", "point", "90"),
        (0.04, "score gap", "point", "0.1"),
        (0.998, "share of resamples", "fraction", "99%"),
        (1.0, "share of resamples", "fraction", "100%"),
        (0.001, "share of resamples", "fraction", "1%"),
    ],
)
def test_a_score_is_never_printed_better_than_it_is(value: float, method: str, unit: str, shown: str) -> None:
    n = number(
        "score.total.x",
        "522702",
        ("总分", "total"),
        value,
        unit=unit,
        method=method,
        source="x",
        as_of="2023",
    )
    assert text_of(n, "zh") == text_of(n, "en") == shown


def test_a_run_without_an_indicator_system_says_what_is_missing(tmp_path: Path) -> None:
    run = make_demo(tmp_path / "D", region="522702", stations=2, months=3, rows=60) / "run.yml"
    made = open_report(run, "522702", lang="zh")
    assert not [id for id in made.numbers if id.startswith(("score.", "framework.", "audit."))]
    assert word("absent.framework_missing", "zh") in made.section("framework")._repr_html_()
    assert word("absent.framework_missing", "zh") in made.section("overall")._repr_html_()


def test_an_indicator_system_without_ledgers_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "run.yml"
    file.write_text(
        "id: scored\ntitle: {zh: 试, en: try}\nregions: ['522702']\nas_of: 2023-05-31\naudience: internal\nframework: generic-100\n",
        encoding="utf-8",
    )
    with pytest.raises(DefinitionError) as raised:
        load_run(file)
    assert raised.value.exit_code == 10 and "ledgers" in raised.value.en


def test_an_unknown_system_for_a_demonstration_is_refused_with_the_known_ones() -> None:
    with pytest.raises(UsageError, match="generic-100"):
        rated_points("no-such-system")
    assert rated_points("none") == {}
