"""Running again makes what has changed and nothing else: one corrected station costs the reports that contain it."""

from __future__ import annotations

import csv
import json
import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from swe.ledgers.demo import make_demo

sys.path.insert(0, str(Path(__file__).parent))
from light import contents, write_light

REGIONS = ("522702", "5227", "52", "460106", "4601", "46", "522702001", "522702203")
ABOVE = ["52", "5227", "522702", "522702001"]  # what contains the station of 522702001
SETTINGS = "sources: {ledgers: raw/}\nframework: generic-100\n"


@pytest.fixture(scope="module")
def made(shared: Callable, swe: Callable) -> dict[str, Any]:
    """Two counties in two provinces, run once; and a second version of one station's workbook."""

    def make(folder: Path) -> dict[str, Any]:
        for code in ("522702", "460106"):
            make_demo(folder / code, region=code, stations=2, months=2, rows=40)
        make_demo(folder / "other", region="522702", stations=2, months=2, rows=60)
        run = write_light(folder / "run", REGIONS, more=SETTINGS)
        (folder / "run" / "raw").mkdir()
        for path in sorted((*(folder / "522702" / "raw").iterdir(), *(folder / "460106" / "raw").iterdir())):
            shutil.copy(path, folder / "run" / "raw")
        said = swe("run", run, "--json", "-j", 2)
        assert said.code == 0, said.err
        return {"folder": str(folder), "seconds": said.json["seconds"]}

    return shared("incremental", make)


@pytest.fixture
def two(made: dict[str, Any], tmp_path: Path) -> Path:
    """A copy of that run, store and outputs included."""
    shutil.copytree(Path(made["folder"]) / "run", tmp_path / "run")
    return tmp_path / "run"


def correct(made: dict[str, Any], two: Path) -> None:
    """The workbook of one station comes again with other rows."""
    name = next(path.name for path in (two / "raw").iterdir() if path.name.startswith("522702001"))
    shutil.copy(Path(made["folder"]) / "other" / "raw" / name, two / "raw" / name)


def here(*arguments: object) -> tuple[int, str]:
    """The command line in this process: exit code and stdout."""
    from click.testing import CliRunner

    from swe.cli import cli

    done = CliRunner().invoke(cli, [*map(str, arguments)])
    return done.exit_code, done.stdout


def out(two: Path) -> Path:
    return two / "outputs" / "light"


def changed(before: dict[str, bytes], after: dict[str, bytes]) -> set[str]:
    return {name for name in {*before, *after} if before.get(name) != after.get(name)}


def test_nothing_changed_nothing_runs_and_nothing_is_written(swe: Callable, two: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in out(two).rglob("*")}
    said = swe("run", two / "run.yml", "--json")
    assert (said.code, said.json["made"], said.json["unchanged"]) == (0, 0, len(REGIONS)), said.err
    assert {path: path.stat().st_mtime_ns for path in out(two).rglob("*")} == before


def test_one_corrected_station_costs_the_reports_that_contain_it_and_the_index(
    swe: Callable, made: dict[str, Any], two: Path
) -> None:
    before = contents(out(two))
    correct(made, two)
    planned = swe("run", two / "run.yml", "--dry-run", "--json").json["plan"]
    assert sorted(step["region"] for step in planned if step["runs"]) == ABOVE
    named = {reason["name"] for step in planned for reason in step["reasons"]}
    assert any(name.startswith("ledgers/522702001") for name in named) and "ledgers" in named
    said = swe("run", two / "run.yml", "--json")
    assert (said.code, said.json["made"], said.json["unchanged"]) == (0, len(ABOVE), 4), said.err
    touched = changed(before, contents(out(two)))
    assert {name.split("/")[0] for name in touched if "/" in name} == set(ABOVE)
    assert {name for name in touched if "/" not in name} <= {"index.html", "run.json"}
    assert swe("verify", out(two)).code == 0


def test_the_corrected_run_from_scratch_gives_the_same_bytes(
    swe: Callable, made: dict[str, Any], two: Path
) -> None:
    correct(made, two)
    for words in ((), ("--fresh", "-o", two / "scratch")):
        assert swe("run", two / "run.yml", "-j", 2, *words).code == 0
    assert changed(contents(out(two)), contents(two / "scratch")) == set()


def test_only_a_new_reference_moves_the_stations_that_have_not_changed(
    swe: Callable, made: dict[str, Any], two: Path
) -> None:
    import pandas as pd

    from swe.reports.run_ledgers import run_ledgers
    from swe.reports.run_results import run_results
    from swe.reports.runfile import load_run

    def scored() -> tuple[dict[str, str], pd.DataFrame]:
        run = load_run(two / "run.yml")
        found = run_results(run, run_ledgers(run))
        return found.reference, pd.read_parquet(found.folder / "table.parquet").set_index("unit")

    settled = (two / "store" / "results" / "reference.json").read_bytes()
    first, before = scored()
    correct(made, two)
    assert swe("run", two / "run.yml").code == 0
    second, after = scored()
    assert first == second
    others = [unit for unit in before.index if not unit.startswith("522702001")]
    assert len(others) == 5 and after.loc[others].equals(before.loc[others])
    assert (two / "store" / "results" / "reference.json").read_bytes() == settled
    dry = swe("run", two / "run.yml", "--refresh-reference", "--dry-run", "--json").json["plan"]
    assert all(step["runs"] for step in dry)
    assert (two / "store" / "results" / "reference.json").read_bytes() == settled
    said = swe("run", two / "run.yml", "--refresh-reference", "--json")
    assert (said.code, said.json["made"]) == (0, len(REGIONS)), said.err
    third, _ = scored()
    assert third["snapshot"] != first["snapshot"]
    again = swe("run", two / "run.yml", "--json")
    assert (again.code, again.json["made"]) == (0, 0)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ("notebook", {"what": "notebook", "name": "light.ipynb", "how": "changed"}),
        ("run file", {"what": "input", "name": "run.yml", "how": "changed"}),
        ("manifest", {"what": "manifest", "name": "manifest.json", "how": "changed"}),
        ("code", {"what": "code", "name": "swe", "how": "changed"}),
        ("version", {"what": "version", "name": "pandas", "how": "changed"}),
        ("setting", {"what": "setting", "name": "as_of", "how": "changed"}),
        ("parameter", {"what": "parameter", "name": "seed", "how": "added"}),
    ],
)
def test_a_dry_run_names_what_differs(
    swe: Callable, tmp_path: Path, change: str, reason: dict[str, str]
) -> None:
    run = write_light(tmp_path, ["52"])
    words: tuple[str, ...] = ()
    assert here("run", run)[0] == 0
    listed = tmp_path / "outputs" / "light" / "52" / "manifest.json"
    known = json.loads(listed.read_bytes())
    if change == "notebook":
        write_light(tmp_path, ["52"], "1 + 1")
    elif change == "run file":
        run.write_text(run.read_text(encoding="utf-8") + "# more\n", encoding="utf-8")
    elif change == "manifest":
        listed.write_text("{", encoding="utf-8")
    elif change == "setting":
        words = ("-p", "as_of=2023-05-30")
    elif change == "parameter":
        words = ("-p", "seed=7")
    else:  # as if another version had made it
        known["key"] = "another"
        if change == "code":
            known["code"] = "another"
        else:
            known["versions"]["pandas"] = "0.1"
        listed.write_text(json.dumps(known), encoding="utf-8")
    step = json.loads(here("run", run, "--dry-run", "--json", *words)[1])["plan"][0]
    assert (step["state"], step["runs"]) == ("changed", True)
    assert reason in step["reasons"]
    assert len(step["reasons"]) == (2 if change == "setting" else 1), step["reasons"]
    for lang in ("zh", "en"):
        said = here("run", run, "--dry-run", "--lang", lang, "-o", tmp_path / "outputs" / "light", *words)[1]
        assert reason["name"] in said


BULK = ("46", "4601", "460105", "460106", "460107", "4690", "469024")  # six stations, all in one CSV a table


@pytest.fixture(scope="module")
def province(shared: Callable, swe: Callable) -> Path:
    """A province whose stations stand in shared files, run once."""

    def make(folder: Path) -> dict[str, Any]:
        make_demo(folder / "demo", region="46", stations=6, months=2, rows=240)
        run = write_light(folder / "run", BULK, more=SETTINGS)
        shutil.copytree(folder / "demo" / "raw", folder / "run" / "raw")
        said = swe("run", run, "--json", "-j", 2)
        assert said.code == 0, said.err
        return {"folder": str(folder)}

    return Path(shared("incremental-bulk", make)["folder"])


def rewritten(raw: Path, station: str, visit: int, label: str, change: Callable[[str], str]) -> None:
    """One cell of a visit of a station, changed where it stands."""
    path = min(raw.glob("走访*.csv"))
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    at = next(i for i, head in enumerate(rows[0]) if label in head)
    row = [row for row in rows[1:] if row[1] == station and row[at]][visit]
    row[at] = change(row[at])
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)


def test_corrected_rows_of_files_of_the_province_cost_three_reports(
    swe: Callable, province: Path, tmp_path: Path
) -> None:
    shutil.copytree(province / "run", tmp_path / "run")
    run = tmp_path / "run" / "run.yml"
    raw = tmp_path / "run" / "raw"
    before = contents(out(tmp_path / "run"))
    rewritten(raw, "460106001", 0, "时长", lambda hours: str(float(hours) + 0.5))
    rewritten(raw, "460106001", 1, "录入", lambda _: "2023-12-31")  # more is said of the row
    rewritten(raw, "460106001", 2, "日期", lambda _: "没有")  # the row is rejected
    said = swe("run", run, "--json")
    assert (said.code, said.json["made"], said.json["unchanged"]) == (0, 3, len(BULK) - 3), said.err
    touched = changed(before, contents(out(tmp_path / "run")))
    assert {name.split("/")[0] for name in touched if "/" in name} == {"46", "4601", "460106"}
    assert {name for name in touched if "/" not in name} <= {"index.html", "run.json"}
    again = swe("run", run, "-j", 2, "--json", "-o", tmp_path / "scratch")
    assert again.code == 0, again.err
    assert changed(contents(out(tmp_path / "run")), contents(tmp_path / "scratch")) == set()


def test_an_unchanged_run_is_decided_without_its_ledgers(
    province: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(province / "run", tmp_path / "run")
    run = tmp_path / "run" / "run.yml"
    monkeypatch.setattr("swe.reports.plan_stamp.SETTLED", 0)

    def planned() -> list[str]:
        code, told = here("run", run, "--dry-run", "--json")
        assert code == 0
        return [step["region"] for step in json.loads(told)["plan"] if step["runs"]]

    assert here("run", run)[0] == 0  # a copy has other times and inodes: loaded and found the same

    def loads(*_: Any, **__: Any) -> None:
        raise AssertionError("the ledgers were loaded")

    monkeypatch.setattr("swe.reports.planning.region_slices", loads)
    assert planned() == []
    path = min((tmp_path / "run" / "raw").glob("走访*.csv"))
    known = path.stat()
    data = path.read_bytes()
    path.write_bytes(data.replace("入户".encode(), "电话".encode(), 1))  # as many bytes
    os.utime(path, ns=(known.st_atime_ns, known.st_mtime_ns))  # even under the old time
    with pytest.raises(AssertionError, match="loaded"):
        catch(run)


def catch(run: Path) -> None:
    """A dry run in this process, whose exceptions are not turned into exit codes."""
    from swe.reports.planning import plan
    from swe.reports.runfile import load_run

    known = load_run(run)
    plan(known, known.codes, known.folder, settings={}, parameters={}, engine="fork", dry=True)


def test_only_failed_leaves_the_others_and_says_so(swe: Callable, tmp_path: Path) -> None:
    poison = "if region == '31': raise ValueError('poisoned')"
    run = write_light(tmp_path, ["31", "46", "52"], poison)
    assert swe("run", run, "-r", "31", "-r", "46").code == 14
    write_light(tmp_path, ["31", "46", "52"])
    said = swe("run", run, "--only-failed", "--json")
    assert (said.code, said.json["made"], said.json["unchanged"]) == (0, 1, 0), said.err
    assert (said.json["missing"], said.json["outdated"]) == (["52"], ["46"])
    told = swe("run", run, "--only-failed", "--lang", "en", "-o", tmp_path / "outputs" / "light")
    assert "never made" in told.err and "out of date" in told.err
    assert sorted(path.name for path in (tmp_path / "outputs" / "light").iterdir() if path.is_dir()) == [
        "31",
        "46",
    ]


@pytest.mark.slow
def test_real_reports_of_a_corrected_run_are_those_of_a_run_from_scratch(
    swe: Callable, made: dict[str, Any], two: Path
) -> None:
    run = two / "run.yml"
    run.write_text(run.read_text(encoding="utf-8").replace("notebook: light.ipynb\n", ""), encoding="utf-8")
    assert swe("run", run, "-j", 2, "-o", two / "real").code == 0
    correct(made, two)
    said = swe("run", run, "-j", 2, "-o", two / "real", "--json")
    assert (said.code, said.json["made"]) == (0, len(ABOVE)), said.err
    assert swe("run", run, "-j", 1, "-o", two / "scratch").code == 0
    assert changed(contents(two / "real"), contents(two / "scratch")) == set()
