"""`swe run`: what it leaves, that it leaves the same bytes again, and that it resumes."""

from __future__ import annotations

import hashlib
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

ROOT = Path(__file__).parents[2]
REGIONS = ("41", "52", "522702")
KEYS = {
    "id",
    "region",
    "label_zh",
    "label_en",
    "value",
    "lower",
    "upper",
    "unit",
    "method",
    "source",
    "as_of",
    "status",
}
FILES = ["manifest.json", "report.html", "results.json", "tables.xlsx"]


def contents(folder: Path) -> dict[str, bytes]:
    return {
        p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()
    }


def read(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.fixture
def out(published: dict[str, Any]) -> Path:
    return Path(published["folder"])


# -- what it leaves --


def test_a_run_leaves_the_folders_of_the_design_and_nothing_else(out: Path) -> None:
    assert sorted(contents(out)) == sorted(
        ["index.html", "run.json", "log.jsonl", *(f"{code}/{name}" for code in REGIONS for name in FILES)]
    )


def test_the_document_on_stdout_counts_what_was_made(published: dict[str, Any]) -> None:
    said = published["out"]
    assert set(said) == {"run", "out", "planned", "made", "unchanged", "failed", "seconds"}
    assert (said["run"], said["planned"], said["made"], said["unchanged"], said["failed"]) == (
        "published",
        3,
        3,
        0,
        {},
    )
    assert said["out"] == published["folder"]


def test_progress_on_stderr_is_a_json_line_a_region(published: dict[str, Any]) -> None:
    lines = [json.loads(line) for line in published["err"].splitlines()]
    assert sorted(line["region"] for line in lines) == sorted(REGIONS)
    assert [line["done"] for line in lines] == [1, 2, 3]
    assert all(line["ok"] and line["planned"] == 3 for line in lines)


@pytest.mark.parametrize("code", REGIONS)
def test_results_are_sorted_rows_with_exactly_the_twelve_keys(out: Path, code: str) -> None:
    rows = read(out / code / "results.json")
    assert len(rows) > 40
    assert all(set(row) == KEYS for row in rows)
    ids = [row["id"] for row in rows]
    assert ids == sorted(set(ids))
    assert all(re.fullmatch(r"[a-z]+(\.[A-Za-z0-9_-]+)+", id) for id in ids)
    for row in rows:
        assert row["status"] in {"ok", "missing", "not_applicable", "below_validity", "suppressed"}
        assert row["source"] and row["method"] and row["as_of"] and row["label_zh"] and row["label_en"]
        low, high = row["lower"], row["upper"]
        if row["value"] is not None:
            assert (low is None or low <= row["value"]) and (high is None or row["value"] <= high)
        elif row["status"] == "ok" and low is not None and high is not None:
            assert low <= high


@pytest.mark.parametrize("code", REGIONS)
def test_every_source_of_a_number_is_a_source_a_file_or_a_register(out: Path, code: str) -> None:
    listed = {entry["path"] for entry in read(out / code / "manifest.json")["inputs"]}
    sources = {
        line.split(",")[0]
        for line in (ROOT / "data/reference/published/sources.csv").read_text().splitlines()[1:]
    }
    for row in read(out / code / "results.json"):
        known = row["source"] in listed | sources | {
            "none",
            "calendar",
            "params/programmes",
            "data/reference/published",
        }
        assert known or re.fullmatch(r"register:\d{4}-\d\d-\d\d", row["source"]), row


@pytest.mark.parametrize("code", REGIONS)
def test_a_manifest_lists_what_the_design_asks_for(out: Path, code: str) -> None:
    m = read(out / code / "manifest.json")
    assert {
        "inputs", "parameters", "framework", "register", "notebook", "versions", "outputs", "checks", "disclosure", "key",
    } <= set(m)  # fmt: skip
    assert m["region"] == m["parameters"]["region"] == code
    for entry in [*m["inputs"], m["notebook"]]:
        assert sha256(ROOT / entry["path"]) == entry["sha256"]
        assert (ROOT / entry["path"]).stat().st_size == entry["bytes"]
    assert [entry["path"] for entry in m["outputs"]] == ["report.html", "results.json", "tables.xlsx"]
    for entry in m["outputs"]:
        assert sha256(out / code / entry["path"]) == entry["sha256"]
    assert {check["result"] for check in m["checks"]} <= {"pass", "review"}
    assert {"register.parquet", "figures.csv"} <= {Path(entry["path"]).name for entry in m["inputs"]}
    assert all(entry["rows"] > 0 for entry in m["inputs"] if entry["path"].endswith((".csv", ".parquet")))


@pytest.mark.parametrize("name", ["run.json", *(f"{code}/manifest.json" for code in REGIONS)])
def test_no_folder_host_or_time_of_this_machine_is_in_what_is_compared(out: Path, name: str) -> None:
    text = (out / name).read_text(encoding="utf-8")
    assert str(ROOT) not in text and str(out) not in text
    assert not re.search(r'"(/|[A-Za-z]:\\|~)', text)
    assert not re.search(r"\d{2}:\d{2}:\d{2}|T\d{2}:\d{2}", text)
    assert os.uname().nodename not in text


def test_the_run_file_has_the_hash_of_every_manifest_and_of_the_index(out: Path) -> None:
    run = read(out / "run.json")
    assert run["manifests"] == {code: sha256(out / code / "manifest.json") for code in REGIONS}
    assert run["index"] == sha256(out / "index.html")
    assert run["planned"] == sorted(REGIONS)


def test_times_are_in_the_log_alone(out: Path) -> None:
    lines = [json.loads(line) for line in (out / "log.jsonl").read_text(encoding="utf-8").splitlines()]
    assert {line["region"] for line in lines} == set(REGIONS)
    assert all(line["seconds"] > 0 and line["at"].startswith("20") for line in lines)


@pytest.mark.parametrize("code", REGIONS)
def test_the_workbook_holds_every_number_as_a_number(out: Path, code: str) -> None:
    book = CalamineWorkbook.from_path(str(out / code / "tables.xlsx"))
    rows = book.get_sheet_by_name("results").to_python()
    expected = read(out / code / "results.json")
    assert [row[0] for row in rows[1:]] == [row["id"] for row in expected]
    for written, row in zip(rows[1:], expected, strict=True):
        assert written[3] == ("" if row["value"] is None else pytest.approx(row["value"]))
    assert len(book.sheet_names) == len(set(book.sheet_names)) > 5


@pytest.mark.parametrize("code", REGIONS)
def test_every_number_on_the_page_is_a_row_of_results(out: Path, code: str) -> None:
    page = (out / code / "report.html").read_text(encoding="utf-8")
    ids = {row["id"] for row in read(out / code / "results.json")}
    shown = set(re.findall(r'data-n="([^"]+)"', page))
    assert len(shown) > 20
    assert shown <= ids
    assert "没有经过发布前的核对" not in page


def test_the_index_links_every_report_and_names_nothing_outside(out: Path) -> None:
    page = (out / "index.html").read_text(encoding="utf-8")
    assert re.findall(r'href="([^"]+)"', page) == [f"{code}/report.html" for code in REGIONS]
    assert not re.search(r"https?://", page)
    assert page.count("<script>") == 1
    assert 'data-n="coverage.rate"' in page


# -- the same again --


def test_two_runs_from_scratch_give_the_same_bytes_with_any_number_of_workers(
    out: Path, again: dict[str, Any]
) -> None:
    one, two = contents(out), contents(Path(again["folder"]))
    assert set(one) == set(two)
    assert [name for name in one if one[name] != two[name] and name != "log.jsonl"] == []


def test_the_same_command_again_makes_nothing_and_writes_nothing(swe: Callable, copy: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in copy.rglob("*")}
    said = swe("run", "published", *(w for c in REGIONS for w in ("-r", f"={c}")), "-o", copy, "--json")
    assert said.code == 0, said.err
    assert (said.json["made"], said.json["unchanged"]) == (0, 3)
    assert {path: path.stat().st_mtime_ns for path in copy.rglob("*")} == before


def test_a_dry_run_says_what_would_be_made_and_touches_nothing(swe: Callable, copy: Path) -> None:
    (copy / "52" / "report.html").unlink()
    before = contents(copy)
    chosen = ("-r", "52", "-r", "41", "-r", "=00")
    said = swe("run", "published", *chosen, "-o", copy, "--dry-run", "--json")
    assert said.code == 0, said.err
    assert {step["region"]: step["state"] for step in said.json["plan"]} == {
        "00": "new", "41": "unchanged", "52": "changed", "522702": "unchanged",
    }  # fmt: skip
    why = {step["region"]: step["reasons"] for step in said.json["plan"]}
    assert why["52"] == [{"what": "output", "name": "report.html", "how": "removed"}]
    assert why["00"] == why["41"] == why["522702"] == []
    fresh = swe("run", "published", *chosen, "-o", copy, "--dry-run", "--fresh", "--lang", "zh")
    assert [line.split("\t")[:2] for line in fresh.out.splitlines()] == [
        ["00", "new"], ["41", "changed"], ["52", "changed"], ["522702", "changed"],
    ]  # fmt: skip
    assert fresh.out.splitlines()[1] == "41\tchanged\t要求重做：--fresh"
    assert contents(copy) == before
    assert swe("run", "published", "-r", "52", "-o", copy.parent / "none", "--dry-run").code == 0
    assert not (copy.parent / "none").exists()


def test_another_date_changes_the_report_it_was_asked_for_alone(swe: Callable, copy: Path) -> None:
    before = contents(copy)
    said = swe("run", "published", "-r", "=522702", "-p", "as_of=2023-03-31", "-o", copy, "--json")
    assert said.code == 0, said.err
    assert said.json["made"] == 1
    after = contents(copy)
    manifest = json.loads(after["522702/manifest.json"])
    assert manifest["parameters"]["settings"] == {"as_of": "2023-03-31"}
    assert manifest["as_of"] == "2023-03-31"
    dated = {
        row["as_of"] for row in json.loads(after["522702/results.json"]) if row["id"].startswith("figure.")
    }
    assert max(dated, default="") <= "2023-03-31"
    assert after["522702/results.json"] != before["522702/results.json"]
    assert all(after[name] == before[name] for name in before if name.startswith(("41/", "52/")))
    assert swe("verify", copy).code == 0


def test_a_run_that_was_killed_resumes_to_the_same_bytes(swe: Callable, out: Path, tmp_path: Path) -> None:
    target = tmp_path / "out"
    words = [
        sys.executable,
        "-m",
        "swe",
        "run",
        "published",
        "-r",
        "=41",
        "-r",
        "=522702",
        "-j",
        "1",
        "-o",
        str(target),
    ]
    process = subprocess.Popen(
        words, cwd=ROOT, start_new_session=True, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL
    )
    deadline = time.monotonic() + 120
    while (
        not list(target.glob(".staging-522702*")) and process.poll() is None and time.monotonic() < deadline
    ):
        time.sleep(0.02)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    assert (target / "41" / "manifest.json").is_file()
    assert not (target / "522702").exists()
    said = swe("run", "published", "-r", "=41", "-r", "=522702", "-o", target, "--json")
    assert (said.code, said.json["made"], said.json["unchanged"]) == (0, 1, 1)
    assert not list(target.glob(".staging*"))
    expected = contents(out)
    resumed = {name: raw for name, raw in contents(target).items() if "/" in name}
    assert resumed == {name: expected[name] for name in resumed}
    assert len(resumed) == 8


# -- verify and status --


@pytest.mark.parametrize(
    "name",
    ["index.html", "run.json", "52/report.html", "52/results.json", "52/tables.xlsx", "52/manifest.json"],
)
def test_a_flipped_byte_is_found(swe: Callable, copy: Path, name: str) -> None:
    raw = bytearray((copy / name).read_bytes())
    raw[len(raw) // 2] ^= 1
    (copy / name).write_bytes(raw)
    said = swe("verify", copy, "--json", "--lang", "en")
    assert said.code == 15
    assert [p["path"] for p in said.json["problems"]] == [name]
    assert said.json["ok"] is False
    assert name in said.err


def test_an_untouched_run_verifies_and_its_log_may_differ(swe: Callable, copy: Path) -> None:
    (copy / "log.jsonl").write_text("")
    said = swe("verify", copy, "--json")
    assert (said.code, said.json["ok"], said.json["regions"]) == (0, True, 3)
    assert "3" in swe("verify", copy).out


def test_status_says_what_is_there_and_what_is_not(swe: Callable, copy: Path) -> None:
    said = swe("status", copy, "--json")
    assert (said.code, said.json["ok"], said.json["made"]) == (0, True, sorted(REGIONS))
    import shutil

    shutil.rmtree(copy / "41")
    (copy / "_failed" / "52").mkdir(parents=True)
    (copy / "_failed" / "52" / "error.json").write_text(
        '{"reason": {"zh": "坏了", "en": "broken"}}', encoding="utf-8"
    )
    said = swe("status", copy, "--json", "--lang", "en")
    assert (said.json["ok"], said.json["missing"], said.json["failed"]) == (False, ["41"], {"52": "broken"})
    assert "坏了" in swe("status", copy, "--lang", "zh").out


@pytest.mark.parametrize("command", ["status", "verify"])
def test_a_folder_that_holds_no_run_is_a_usage_error(swe: Callable, tmp_path: Path, command: str) -> None:
    said = swe(command, tmp_path)
    assert (said.code, said.out) == (2, "")
    assert "run.json" in said.err


# -- the plain tools --


def test_papermill_and_nbconvert_alone_make_a_complete_page_that_says_it_is_not_gated(
    tmp_path: Path, out: Path
) -> None:
    bin = Path(sys.executable).parent
    environment = {**os.environ, "PATH": f"{bin}:{os.environ['PATH']}", "JUPYTER_PLATFORM_DIRS": "1"}
    made = tmp_path / "out.ipynb"
    line = (
        f"papermill -p run published -p region 52 notebooks/regional_report.ipynb {made} && "
        f"jupyter nbconvert --to html --no-input {made}"
    )
    done = subprocess.run(
        line, shell=True, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    page = (tmp_path / "out.html").read_text(encoding="utf-8")
    assert "没有经过发布前的核对" in page
    official = (out / "52" / "report.html").read_text(encoding="utf-8")
    chapters = re.findall(r"<h2>(.*?)</h2>", official)
    assert len(chapters) > 15
    assert all(f"<h2>{chapter}</h2>" in page for chapter in chapters)
    assert set(re.findall(r'data-n="([^"]+)"', page)) == set(re.findall(r'data-n="([^"]+)"', official))
    notebook = read(made)
    document = next(
        o["data"]["application/vnd.swe.report+json"]
        for cell in notebook["cells"]
        for o in cell.get("outputs", [])
        if "application/vnd.swe.report+json" in o.get("data", {})
    )
    assert document["results"] == read(out / "52" / "results.json")
