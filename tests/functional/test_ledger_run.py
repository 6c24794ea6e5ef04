"""Simulated ledgers from `swe demo` to a report: check, run, the published totals, the marks, and the refusal."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
# What was published of Fuquan for 2022-05…2023-05 (F03-021, F03-027 to F03-031)
TOTALS = {
    "output.cases": 44,
    "output.groups": 47,
    "output.activities": 63,
    "stations.station": 8,
    "stations.main_station": 1,
}
AT_LEAST = {"output.households_visited": 2000, "output.direct_person_times": 20000}


def swe(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "swe", *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, encoding="utf-8")


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("ledgers") / "D"
    made = swe("demo", "-o", folder, "--region", "522702")
    assert made.returncode == 0, made.stderr
    return folder


@pytest.fixture(scope="module")
def report(demo: Path) -> Path:
    ran = swe("run", demo / "run.yml")
    assert ran.returncode == 0, ran.stderr
    return demo / "outputs" / "demo-522702" / "522702"


def test_the_demonstration_passes_its_own_check(demo: Path) -> None:
    checked = swe("check", demo / "raw", "--json")
    document = json.loads(checked.stdout)
    assert checked.returncode == 0 and document["ok"] and document["issues"]["error"] == 0
    assert all(s["rows_read"] == s["accepted"] + s["rejected"] + s["skipped"] for s in document["sources"])
    assert all(sum(s["reasons"].values()) == s["rejected"] + s["skipped"] for s in document["sources"])


def test_the_report_has_the_published_totals(report: Path) -> None:
    numbers = {n["id"]: n["value"] for n in json.loads((report / "results.json").read_text(encoding="utf-8"))}
    assert {id: numbers[id] for id in TOTALS} == TOTALS
    assert all(numbers[id] >= least for id, least in AT_LEAST.items())


def test_every_page_and_figure_of_it_says_that_it_is_simulated(report: Path) -> None:
    page = (report / "report.html").read_text(encoding="utf-8")
    assert page.index("模拟数据") < page.index("<h1>") and 'class="internal simulated"' in page
    figure = page[page.index('id="f-domains"') :]
    assert figure.index("模拟数据") < figure.index("<img")


def test_no_name_number_or_phone_of_the_ledgers_is_in_what_the_run_left(demo: Path, report: Path) -> None:
    from swe.ledgers.sources import sources

    people = _identifiers(demo)
    assert len(people) > 500, "the demonstration must hold something to lose"
    left = [*demo.joinpath("outputs").rglob("*"), *demo.joinpath("store").rglob("*")]
    files = [p for p in left if p.is_file()]
    assert len(files) > 20 and sources([demo / "raw"])
    for path in files:
        raw = path.read_bytes()
        found = [p for p in people if p.encode() in raw]
        assert not found, f"{path.name} holds {len(found)} identifiers"


def _identifiers(demo: Path) -> list[str]:
    """Resident IDs and mobiles as they stand in the workbooks."""
    import python_calamine

    found: set[str] = set()
    for path in sorted((demo / "raw").glob("*.xlsx")):
        book = python_calamine.CalamineWorkbook.from_path(path)
        for sheet in book.sheet_names:
            for row in book.get_sheet_by_name(sheet).to_python():
                for cell in row:
                    found.update(re.findall(r"(?<!\d)(?:\d{17}[\dX]|1[3-9]\d{9})(?!\d)", str(cell)))
    return sorted(found)


def test_a_public_run_with_ledgers_is_refused(demo: Path) -> None:
    refused = swe("run", demo / "run.yml", "--audience", "public", "-o", demo.parent / "public")
    assert refused.returncode == 12 and not (demo.parent / "public").exists()
    assert "public" in refused.stderr and "Traceback" not in refused.stderr


@pytest.mark.parametrize(("region", "rate"), [("520102", "missing"), ("130773", "not_applicable")])
def test_a_region_without_a_station_in_the_ledgers_says_so_and_has_no_zero_for_what_nobody_sent(
    demo: Path, region: str, rate: str
) -> None:
    run = demo / f"run-{region}.yml"
    text = (demo / "run.yml").read_text(encoding="utf-8").replace('"522702"', f'"{region}"')
    run.write_text(text.replace("demo-522702", f"demo-{region}"), encoding="utf-8")
    ran = swe("run", run)
    assert ran.returncode == 0, ran.stderr
    made = demo / "outputs" / f"demo-{region}" / region
    numbers = {n["id"]: n for n in json.loads((made / "results.json").read_text(encoding="utf-8"))}
    for id in (
        "team.workers",
        "team.clients",
        "awareness.approached",
        "effect.pairs",
        "output.cases",
        "money.spent_cny",
    ):
        assert (numbers[id]["value"], numbers[id]["status"]) == (None, "missing"), id
    assert {numbers[f"coverage.listed.{each}"]["status"] for each in ("built", "staffed", "serving")} == {
        rate
    }
    assert numbers["stations.station"]["value"] == 0
    page = (made / "report.html").read_text(encoding="utf-8")
    assert "没有收到人员花名册" in page and "没有收到知晓度和满意度问卷" in page
    assert "没有失分" not in page and "本地区站点多" not in page
