"""Wrong input and wrong machines: the exit code of docs/exit-codes.md, one clear message, nothing half-written."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

FIGURE = "X1,52,贵州省,guizhou-stations,station_count,社工站,{value},{unit},exact,,,2023-05-31,建成5个,guizhou-stations"
HEADER = (
    "figure_id,region,region_name,programme_id,indicator,indicator_zh,value,unit,qualifier,period_start,period_end,as_of,"
    "quote_zh,source_id"
)
GOOD = "id: own\ntitle: {zh: 自定, en: Own}\nregions: ['52']\nas_of: 2023-05-31\naudience: public\n"


def names(folder: Path) -> list[str]:
    return sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*")) if folder.exists() else []


# -- the command --


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("region", "没有这里"), "没有这里"),
        (("region", "990000"), "990000"),
        (("region", "鼓楼区"), "320106"),
        (("coverage", "鼓楼区"), "320106"),
        (("coverage", "52", "--as-of", "2023-02-30"), "2023-02-30"),
        (("coverage", "52", "--as-of", "2999-01-01"), "2999-01-01"),
        (("coverage", "52", "--as-of", "2023"), "2023"),
        (("coverage", "52", "--stations", "many"), "many"),
        (("region", "52", "--as-of", "2999-01-01"), "2999-01-01"),
        (("run", "nosuch"), "provinces"),
        (("run", "nosuch.yml"), "nosuch.yml"),
        (("run", "published", "-r", "nosuch"), "nosuch"),
        (("run", "published", "-r", "46"), "46"),
        (("run", "published", "-p", "as_of=2023-02-30"), "2023-02-30"),
        (("run", "published", "-p", "as_of=2999-01-01"), "2999-01-01"),
        (("run", "published", "-p", "nosuch=1"), "nosuch"),
        (("run", "published", "-p", "region=41"), "-r"),
        (("run", "published", "-p", "as_of"), "NAME=VALUE"),
        (("run", "published", "-j", "0"), "0"),
        (("run",), "RUN"),
        (("nosuch",), "nosuch"),
        (("region", "52", "--project", "/nonexistent"), None),
    ],
)
def test_a_command_that_cannot_be_understood_is_a_usage_error(
    swe: Callable, tmp_path: Path, words: tuple[str, ...], said: str | None
) -> None:
    out = ("-o", tmp_path / "out") if words[0] == "run" and len(words) > 1 else ()
    done = swe(*words, *out)
    if said is None:  # --project stands on every command; this one does not need it
        assert done.code in (0, 2)
        return
    assert done.code == 2, done.err
    assert said in done.err
    assert names(tmp_path) == []


def test_an_ambiguous_name_lists_its_candidates_in_json_too(swe: Callable) -> None:
    said = swe("region", "鼓楼区", "--json")
    assert said.code == 2
    assert {"320106", "350102", "320302", "410204"} <= {match["code"] for match in said.json["matches"]}
    assert all(match["code"] in said.err for match in said.json["matches"])


def test_messages_come_in_the_chosen_language(swe: Callable) -> None:
    assert "没有找到地区" in swe("region", "Atlantis").err
    assert "no region 'Atlantis'" in swe("region", "Atlantis", "--lang", "en").err
    assert "no region 'Atlantis'" in swe("region", "Atlantis", SWE_LANG="en").err


def test_a_traceback_is_shown_only_when_asked_for(swe: Callable) -> None:
    said = swe("region", "Atlantis", "--debug")
    assert said.code == 2
    assert "Traceback" in said.err


# -- files --


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (GOOD + "audiense: x\n", 6),
        (GOOD + "id: twice\n", 6),
        (GOOD.replace("'52'", "'5299'"), 3),
        (GOOD.replace("2023-05-31", "2023-02-30"), 4),
        (GOOD.replace("2023-05-31", "2999-01-01"), 4),
        (GOOD + "seed: [1\n", None),
        (GOOD + "programmes: [no-such]\n", None),
    ],
)
def test_a_wrong_run_file_is_a_definition_error_with_its_line(
    swe: Callable, tmp_path: Path, text: str, line: int | None
) -> None:
    path = tmp_path / "own.yml"
    path.write_text(text, encoding="utf-8")
    said = swe("run", path, "--json")
    assert (said.code, said.out) == (10, "")
    assert (f"{path}:{line}: " if line else str(path)) in said.err
    assert names(tmp_path) == ["own.yml"]


def test_a_notebook_that_is_none_is_a_definition_error(swe: Callable, tmp_path: Path) -> None:
    (tmp_path / "own.ipynb").write_text("no notebook")
    (tmp_path / "own.yml").write_text(GOOD + "notebook: own.ipynb\n", encoding="utf-8")
    said = swe("run", tmp_path / "own.yml")
    assert said.code == 10
    assert "own.ipynb" in said.err


@pytest.mark.parametrize(
    ("values", "line", "word"),
    [
        ({"value": "5", "unit": "stashun"}, 2, "stashun"),
        ({"value": "近百", "unit": "station"}, 2, "近百"),
        ({"value": "", "unit": "station"}, 2, "value"),
        ({"value": "-5", "unit": "station"}, 2, "-5"),
    ],
)
def test_a_wrong_figure_is_a_data_error_with_its_line(
    swe: Callable, tmp_path: Path, values: dict[str, str], line: int, word: str
) -> None:
    figures = tmp_path / "figures.csv"
    figures.write_text(f"{HEADER}\n{FIGURE.format(**values)}\n", encoding="utf-8")
    (tmp_path / "own.yml").write_text(GOOD + "sources:\n  figures: [figures.csv]\n", encoding="utf-8")
    said = swe("run", tmp_path / "own.yml")
    assert (said.code, said.out) == (11, "")
    assert f"{figures}:{line}: " in said.err
    assert word in said.err
    assert names(tmp_path) == ["figures.csv", "own.yml"]


# -- notebooks --

RAISE = 'raise ValueError("broken on purpose")'


def failure(out: Path, code: str) -> dict[str, Any]:
    document = json.loads((out / "_failed" / code / "error.json").read_text(encoding="utf-8"))
    assert document["region"] == code
    assert document["reason"]["zh"] and document["reason"]["en"]
    return document


def test_when_every_notebook_raises_the_run_fails_and_keeps_the_half_executed_ones(
    swe: Callable, custom: Callable, tmp_path: Path
) -> None:
    run, out = custom("x = 1\nprint(x)", RAISE, regions='["52", "41"]', report=False), tmp_path / "out"
    said = swe("run", run, "-o", out, "-j", 2, "--json")
    assert said.code == 13
    assert set(said.json["failed"]) == {"41", "52"}
    assert "broken on purpose" in said.err
    assert names(out) == [
        "_failed", "_failed/41", "_failed/41/error.json", "_failed/41/notebook.ipynb", "_failed/52",
        "_failed/52/error.json", "_failed/52/notebook.ipynb", "index.html", "log.jsonl", "run.json",
    ]  # fmt: skip
    assert failure(out, "52")["exit_code"] == 13
    half = json.loads((out / "_failed" / "52" / "notebook.ipynb").read_text(encoding="utf-8"))
    assert any(o.get("text") == ["1\n"] for cell in half["cells"] for o in cell.get("outputs", []))
    assert swe("verify", out).code == 0  # ok when all bytes match, also where something failed
    status = swe("status", out, "--json").json
    assert (status["ok"], sorted(status["failed"])) == (False, ["41", "52"])


def test_one_bad_region_does_not_stop_the_others_and_succeeds_when_mended(
    swe: Callable, custom: Callable, tmp_path: Path
) -> None:
    run, out = custom(f'if str(region) == "52":\n    {RAISE}', regions='["52", "41"]'), tmp_path / "out"
    said = swe("run", run, "-o", out, "-j", 2, "--json")
    assert said.code == 14
    assert (said.json["made"], list(said.json["failed"])) == (1, ["52"])
    assert (out / "41" / "report.html").is_file()
    assert not (out / "52").exists()
    index = (out / "index.html").read_text(encoding="utf-8")
    assert "41/report.html" in index and "52/report.html" not in index and "broken on purpose" in index
    run = custom("pass", regions='["52", "41"]')
    plan = swe("run", run, "-o", out, "--only-failed", "--dry-run", "--json").json["plan"]
    assert {step["region"]: step["state"] for step in plan} == {"41": "changed", "52": "failed_before"}
    assert {step["region"]: step["runs"] for step in plan} == {"41": False, "52": True}  # only what failed
    assert swe("run", run, "-o", out, "--only-failed", "--json").code == 0
    assert not (out / "_failed" / "52").exists()
    assert (out / "52" / "manifest.json").is_file()


def test_a_page_that_fails_the_gate_is_not_published(swe: Callable, custom: Callable, tmp_path: Path) -> None:
    cell = "from IPython.display import HTML, display\ndisplay(HTML('<p>12</p><script>x</script>'))"
    said = swe("run", custom(cell), "-o", tmp_path / "out")
    assert said.code == 13
    assert "numbers.all_traced" in said.err and "page.no_script" in said.err
    assert not (tmp_path / "out" / "52").exists()
    assert failure(tmp_path / "out", "52")["exit_code"] == 15


def test_a_notebook_that_hands_over_nothing_is_not_published(
    swe: Callable, custom: Callable, tmp_path: Path
) -> None:
    said = swe("run", custom("1 + 1", report=False), "-o", tmp_path / "out", "--lang", "en")
    assert said.code == 13
    assert "handed over no results" in said.err


def test_a_kernel_that_dies_is_a_failure_of_its_region(
    swe: Callable, custom: Callable, tmp_path: Path
) -> None:
    said = swe(
        "run", custom("import os\nos._exit(3)", report=False), "-o", tmp_path / "out", "--engine", "kernel"
    )
    assert said.code == 13
    assert "内核" in said.err
    assert failure(tmp_path / "out", "52")["exit_code"] == 13


def test_the_time_limit_is_that_of_the_region_not_of_a_cell(
    swe: Callable, custom: Callable, tmp_path: Path
) -> None:
    cells = ["import time\ntime.sleep(1.5)"] * 6
    said = swe("run", custom(*cells, report=False), "-o", tmp_path / "out", "--timeout", "4")
    assert said.code == 16
    assert "4" in said.err
    assert failure(tmp_path / "out", "52")["exit_code"] == 16
    assert not (tmp_path / "out" / "52").exists()


# -- machines --


def test_a_folder_that_may_not_be_written_is_told_before_anything_runs(
    swe: Callable, read_only: Path
) -> None:
    for out in (read_only, read_only / "new"):
        said = swe("run", "published", "-r", "=41", "-o", out)
        assert (said.code, said.out) == (17, "")
        assert str(read_only) in said.err
    assert names(read_only) == []


def test_a_full_disk_is_told_and_leaves_nothing_half_written(
    swe: Callable, published: dict[str, Any], tiny_disk: Path
) -> None:
    shutil.copytree(Path(published["folder"]) / "41", tiny_disk / "41")
    (tiny_disk / "ballast").write_bytes(b"x" * (shutil.disk_usage(tiny_disk).free - 60_000))
    said = swe("run", "published", "-r", "=52", "-o", tiny_disk)
    assert said.code == 17, said.err
    assert "No space left" in said.err
    assert len(said.err.splitlines()) <= 4
    assert not (tiny_disk / "52").exists()
    assert not [name for name in names(tiny_disk) if ".staging" in name]
    for name in ("report.html", "results.json", "tables.xlsx", "manifest.json"):
        assert (tiny_disk / "41" / name).read_bytes() == (
            Path(published["folder"]) / "41" / name
        ).read_bytes()


def test_a_file_in_the_place_of_the_output_folder_is_told(swe: Callable, tmp_path: Path) -> None:
    (tmp_path / "out").write_text("mine")
    said = swe("run", "published", "-r", "=41", "-o", tmp_path / "out")
    assert said.code == 17
    assert (tmp_path / "out").read_text() == "mine"
