"""Stations compared with those of the whole run: a reference that is printed, hashed, and moved by nobody's correction."""

from __future__ import annotations

import csv
import json
import re
import shutil
import sys
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from swe.indicators.comparison import gathered
from swe.indicators.comparison_reference import numbers_of, of_months
from swe.indicators.station_months import station_months
from swe.ledgers.demo import make_demo
from swe.ledgers.snapshot_reader import query
from swe.reports.comparison_view import LEAD
from swe.reports.evaluation import evaluate
from swe.reports.run_ledgers import run_ledgers
from swe.reports.runfile import load_run
from swe.reports.sections.comparison import blocks
from swe.reports.sections.page import Page
from swe.show.blocks import Section

sys.path.insert(0, str(Path(__file__).parent))
from light import write_light
from test_comparison_chapter import Loose
from test_incremental import here
from test_simulated_reports import activities, rewritten

QUIET, BUSY = "522701", "522702"  # counties of one prefecture, in the same files
USUAL = {QUIET: 4.0, BUSY: 12.0}  # valid activities a month
STATIONS, MONTHS = 8, ("2022-12", "2023-01", "2023-02", "2023-03", "2023-04", "2023-05")
REGIONS = (QUIET, BUSY, "5227", "52")
ACTIVITIES, LISTED = "社区活动台账", "站点基本信息"
FRAMEWORK = "framework: generic-100\n"
AT = f"comparison.{LEAD}.target"


def write_run(folder: Path, counties: tuple[str, ...]) -> Path:
    """Eight stations in each county and their activities, at a rate of the county's own; nothing else."""
    demo = make_demo(folder / "demo", region="5227", months=6)
    run = write_light(folder / "run", REGIONS, more="sources: {ledgers: raw/}\n")
    (folder / "run" / "raw").mkdir()
    for name in (LISTED, ACTIVITIES):
        shutil.copy(next(demo.glob(f"raw/{name}*.csv")), folder / "run" / "raw")
    run.write_text(
        run.read_text(encoding="utf-8").replace("from: 2023-04-01", "from: 2022-12-01"), encoding="utf-8"
    )
    chosen: list[str] = []

    def first(path: Path) -> None:
        with path.open(encoding="utf-8-sig", newline="") as file:
            header, *rows = list(csv.reader(file))
        kind, at = header.index("站点类型*"), header.index("社工站编号*")
        mine = [row for row in rows if row[kind] == "乡镇（街道）社工站"]
        kept = [row for c in counties for row in [row for row in mine if row[at].startswith(c)][:STATIONS]]
        chosen.extend(row[at] for row in kept)
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows([header, *kept])

    raw = folder / "run" / "raw"
    first(next(raw.glob(f"{LISTED}*.csv")))
    busy = {code: USUAL[code[:6]] for code in chosen}
    rewritten(
        next(raw.glob(f"{ACTIVITIES}*.csv")), activities(busy, MONTHS, np.random.default_rng(20_230_531))
    )
    assert len(chosen) == STATIONS * len(counties)
    return run


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of two counties, one three times as busy as the other; not yet loaded."""
    return write_run(tmp_path_factory.mktemp("two"), (QUIET, BUSY)).parent


def page(run_file: Path, code: str, lang: str = "zh") -> tuple[dict[str, Any], str]:
    """Numbers of a region, and its comparison as HTML."""
    e = evaluate(load_run(run_file, lang=lang), code, lang=lang)
    assert e.ledger is not None
    made = blocks(Page(e), e.ledger.compared)
    numbers = {name: n for name, n in e.numbers.items() if name.startswith("comparison.")}
    return numbers, Section("stations", "", tuple(made), lang)._repr_html_()


def words_of(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", re.sub(r'src="data:[^"]*"', "", html)))


def made(run_file: Path, *words: object) -> list[str]:
    """What a run makes."""
    code, told = here("run", run_file, "--dry-run", "--json", *words)
    assert code == 0
    assert here("run", run_file, *words)[0] == 0
    return sorted(step["region"] for step in json.loads(told)["plan"] if step["runs"])


def one_row_less(run_file: Path, county: str) -> int:
    """An activity of a county is taken back; station-months that the run's common value is taken over."""
    path = next(run_file.parent.glob(f"raw/{ACTIVITIES}*.csv"))
    with path.open(encoding="utf-8-sig", newline="") as file:
        header, *rows = list(csv.reader(file))
    at = next(i for i, name in enumerate(header) if name.startswith("社工站编号"))
    last = max(i for i, row in enumerate(rows) if row[at].startswith(county))
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([header, *rows[:last], *rows[last + 1 :]])
    known = load_run(run_file)
    with run_ledgers(known).connect() as con:
        found = station_months(partial(query, con), period=known.period)
    return int(found.months[found.months["measure"] == LEAD]["count"].notna().sum())


def test_a_county_is_compared_with_all_stations_of_its_run_and_the_page_says_since_when(
    written: Path, tmp_path: Path
) -> None:
    run = shutil.copytree(written, tmp_path / "run") / "run.yml"
    with run_ledgers(load_run(run)).connect() as con:
        whole = station_months(partial(query, con), period=load_run(run).period)
    counts = whole.months[whole.months["measure"] == LEAD]["count"]
    by_county = counts.groupby(whole.months["station"].str[:6]).mean()
    assert by_county[BUSY] > 2.5 * by_county[QUIET]
    for code in (QUIET, BUSY):
        numbers, html = page(run, code)
        assert numbers[AT].value == pytest.approx(counts.mean())
        assert numbers[AT].source.startswith("ledgers.comparison:")
        said = words_of(html).replace(" ", "")
        assert "全部社工站（16个），是2023-05-31首次计算的结果" in said, said[said.index("共同值和") :][:90]
        seen = Loose()
        seen.feed(re.sub(r'src="data:[^"]*"', "", html))
        assert seen.digits == []
    _, html = page(run, QUIET, "en")
    said = words_of(html)
    assert "all stations of the run (16), first worked out as of 2023-05-31" in said, said
    for code in ("5227", "52"):  # the whole run itself, and counties instead of stations
        numbers, html = page(run, code)
        assert "全部社工站" not in html and numbers[AT].source.startswith("ledgers:")
    assert of_months(whole) == numbers_of(gathered(whole))


@pytest.mark.parametrize("more", ["", FRAMEWORK])
def test_a_correction_in_one_county_leaves_the_other_until_the_reference_is_refreshed(
    written: Path, tmp_path: Path, more: str
) -> None:
    run = shutil.copytree(written, tmp_path / "run") / "run.yml"
    run.write_text(run.read_text(encoding="utf-8") + more, encoding="utf-8")
    assert made(run) == sorted(REGIONS)
    folder = run.parent / "outputs" / "light"
    listed = (folder / QUIET / "manifest.json").read_bytes()
    assert "ledgers.comparison" in {entry["path"] for entry in json.loads(listed)["inputs"]}
    assert b"ledgers.comparison" not in (folder / "5227" / "manifest.json").read_bytes()
    before, shown = page(run, QUIET)
    months = one_row_less(run, BUSY)
    assert made(run) == sorted({*REGIONS} - {QUIET})
    assert (folder / QUIET / "manifest.json").read_bytes() == listed
    assert page(run, QUIET) == (before, shown)
    assert made(run, "-r", QUIET, "-o", tmp_path / "scratch") == [QUIET]
    assert (tmp_path / "scratch" / QUIET / "manifest.json").read_bytes() == listed
    assert {QUIET, BUSY} <= {*made(run, "--refresh-reference")}
    assert (folder / QUIET / "manifest.json").read_bytes() != listed
    after, _ = page(run, QUIET)
    assert after[AT].value == pytest.approx(before[AT].value - 1 / months)
    assert made(run) == []


def test_a_run_of_one_county_is_its_own_measure(tmp_path: Path) -> None:
    run = write_run(tmp_path, (QUIET,))
    numbers, html = page(run, QUIET)
    assert numbers[AT].value < 5 and numbers[AT].source.startswith("ledgers:")
    assert "全部社工站" not in html
