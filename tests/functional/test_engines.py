"""Two engines, the same bytes; and what a report can do to itself stays its own misfortune."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest

from swe.reports.workers import forks

ROOT = Path(__file__).parents[2]
TROUBLE = {
    "11": "raise ValueError('poisoned')",
    "12": "import time\nwhile True: time.sleep(1)",
    "13": "block = []\nwhile True: block.append(bytearray(32_000_000))",
    "14": "import os\nos._exit(3)",
    "15": "while True:\n    try:\n        time.sleep(60)\n    except Exception: pass",  # will not be told to stop
}
FINE = ("31", "46")
RUN = """id: hostile
title: {{zh: 敌意, en: Hostile}}
regions: [{regions}]
as_of: 2023-05-31
notebook: hostile.ipynb
audience: internal
limits: {{timeout: 25, memory_mb: 1200}}
"""

pytestmark = pytest.mark.skipif(not forks(), reason="the engine fork is for Linux")


@pytest.fixture(scope="module")
def hostile(shared: Callable, swe: Callable) -> dict[str, Any]:
    """A run in which five of seven regions misbehave, each in its own way."""

    def made(folder: Path) -> dict[str, Any]:
        notebook = nbformat.read(ROOT / "notebooks" / "regional_report.ipynb", as_version=4)
        code = "import time\n" + "\n".join(
            f"if region == {name!r}:\n" + "\n".join("    " + line for line in text.splitlines())
            for name, text in TROUBLE.items()
        )
        at = next(i for i, cell in enumerate(notebook.cells) if "parameters" in cell.metadata.get("tags", []))
        notebook.cells.insert(at + 1, nbformat.v4.new_code_cell(code))
        folder.mkdir(parents=True, exist_ok=True)
        nbformat.write(notebook, folder / "hostile.ipynb")
        regions = ", ".join(f'"{code}"' for code in sorted((*TROUBLE, *FINE)))
        (folder / "run.yml").write_text(RUN.format(regions=regions), encoding="utf-8")
        said = swe("run", folder / "run.yml", "-j", 2, "-o", folder / "out", "--engine", "fork", "--json")
        return {"folder": str(folder), "code": said.code, "out": said.json, "err": said.err}

    return shared("hostile", made)


def reason(hostile: dict[str, Any], code: str) -> dict[str, Any]:
    path = Path(hostile["folder"]) / "out" / "_failed" / code / "error.json"
    return json.loads(path.read_text(encoding="utf-8"))


def test_the_others_are_published_and_the_code_says_that_some_failed(hostile: dict[str, Any]) -> None:
    assert hostile["code"] == 14
    assert hostile["out"]["made"] == len(FINE)
    assert sorted(hostile["out"]["failed"]) == sorted(TROUBLE)
    for code in FINE:
        assert (Path(hostile["folder"]) / "out" / code / "manifest.json").is_file()


@pytest.mark.parametrize(
    ("code", "zh", "en"),
    [
        ("11", "poisoned", "ValueError"),
        ("12", "超过时限 25 秒", "time limit of 25 s"),
        ("13", "内存超过 1200 MB", "1200 MB of memory"),
        ("14", "退出码 3", "exit code 3"),
        ("15", "超过时限 25 秒", "time limit of 25 s"),
    ],
)
def test_each_failure_has_a_reason_that_a_person_understands(
    hostile: dict[str, Any], code: str, zh: str, en: str
) -> None:
    told = reason(hostile, code)["reason"]
    assert zh in told["zh"] and en in told["en"]


@pytest.mark.parametrize("code", sorted(TROUBLE))
def test_each_failure_keeps_the_notebook_as_far_as_it_came(hostile: dict[str, Any], code: str) -> None:
    kept = nbformat.read(Path(hostile["folder"]) / "out" / "_failed" / code / "notebook.ipynb", as_version=4)
    source = "\n".join(cell.source for cell in kept.cells)
    assert f'region = "{code}"' in source
    assert not any(cell.get("execution_count") and "report.document" in cell.source for cell in kept.cells)


def test_nothing_half_made_is_in_sight(hostile: dict[str, Any]) -> None:
    out = Path(hostile["folder"]) / "out"
    assert not [p for p in out.rglob("*") if ".staging-" in p.name]
    assert sorted(p.name for p in out.iterdir() if p.is_dir()) == sorted(["_failed", *FINE])


def test_both_engines_give_the_same_bytes(tmp_path: Path, swe: Callable) -> None:
    for engine in ("fork", "kernel"):
        said = swe("run", "provinces", "-r", "=46", "-r", "=31", "-o", tmp_path / engine, "--engine", engine)
        assert said.code == 0, said.err
    fork, kernel = (
        {
            p.relative_to(tmp_path / e).as_posix(): p.read_bytes()
            for p in (tmp_path / e).rglob("*")
            if p.is_file()
        }
        for e in ("fork", "kernel")
    )
    assert set(fork) == set(kernel)
    assert [name for name in fork if fork[name] != kernel[name] and name != "log.jsonl"] == []


def test_papermill_itself_knows_the_engine(tmp_path: Path) -> None:
    import subprocess

    program = shutil.which("papermill", path=str(Path(sys.executable).parent))
    assert program is not None
    words = [program, "--engine", "swe", "-p", "run", "provinces", "-p", "region", "46"]
    done = subprocess.run(
        [*words, "notebooks/regional_report.ipynb", str(tmp_path / "out.ipynb")],
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
    made = nbformat.read(tmp_path / "out.ipynb", as_version=4)
    shown = [o for cell in made.cells for o in cell.get("outputs", []) if "text/html" in o.get("data", {})]
    assert len(shown) > 10
