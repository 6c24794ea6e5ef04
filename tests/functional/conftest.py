"""The command line as a user meets it, and runs that several tests look at, each made once a session."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
import pytest

ROOT = Path(__file__).parents[2]
REGIONS = ("41", "52", "522702")
CLEAN = {name: value for name, value in os.environ.items() if not name.startswith("SWE_")}


@dataclass(frozen=True)
class Said:
    """What a command left: its exit code, stdout and stderr."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


def call(*arguments: object, cwd: Path = ROOT, **environment: str) -> Said:
    """`swe …`; a traceback that nobody asked for fails the test whatever it was about."""
    words = [sys.executable, "-m", "swe", *map(str, arguments)]
    done = subprocess.run(
        words,
        capture_output=True,
        cwd=cwd,
        env={**CLEAN, **environment},
        timeout=300,
        check=False,
        encoding="utf-8",
    )
    assert "--debug" in words or "Traceback" not in done.stderr + done.stdout, done.stderr
    return Said(done.returncode, done.stdout, done.stderr)


@pytest.fixture(scope="session")
def swe() -> Callable[..., Said]:
    return call


def make_run(folder: Path, *more: object) -> dict[str, Any]:
    """Three regions of `published` into a folder."""
    chosen = [word for code in REGIONS for word in ("-r", f"={code}")]
    said = call("run", "published", *chosen, "-o", folder, "-j", 2, "--json", *more)
    assert said.code == 0, said.err
    return {"folder": str(folder), "out": said.json, "err": said.err}


@pytest.fixture(scope="session")
def published(shared: Callable) -> dict[str, Any]:
    """The regions in Chinese; no test changes them."""
    return shared("published", make_run)


@pytest.fixture(scope="session")
def english(shared: Callable) -> dict[str, Any]:
    """The same regions in English."""
    return shared("english", lambda folder: make_run(folder, "--lang", "en"))


@pytest.fixture(scope="session")
def again(shared: Callable) -> dict[str, Any]:
    """The Chinese run a second time from scratch, by one worker."""
    return shared("again", lambda folder: make_run(folder, "-j", 1))


@pytest.fixture
def copy(published: dict[str, Any], tmp_path: Path) -> Path:
    """The Chinese run, to be changed; the times of its files are kept."""
    return Path(shutil.copytree(published["folder"], tmp_path / "out"))


@pytest.fixture
def custom(tmp_path: Path) -> Callable[..., Path]:
    """A run file with a notebook of its own: `custom(*cells, regions=…, more=…)`; report and document come last."""

    def write(*cells: str, regions: str = '["52"]', more: str = "", report: bool = True) -> Path:
        declared = nbformat.v4.new_code_cell(
            'run = "x"\nregion = "52"\nlang = "zh"\nsettings = {}', metadata={"tags": ["parameters"]}
        )
        last = [
            "from swe.reports.regional import open_report\nreport = open_report(run, region, lang=lang, settings=settings)",
            'report.section("cover")',
            "report.document()",
        ]
        bodies = [*cells, *(last if report else [])]
        book = nbformat.v4.new_notebook(
            cells=[declared, *map(nbformat.v4.new_code_cell, bodies)],
            metadata={
                "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
                "language_info": {"name": "python"},
            },
        )
        nbformat.write(book, tmp_path / "own.ipynb")
        path = tmp_path / "own.yml"
        path.write_text(
            f"id: own\ntitle: {{zh: 自定, en: Own}}\nregions: {regions}\nas_of: 2023-05-31\naudience: public\n"
            f"notebook: own.ipynb\n{more}",
            encoding="utf-8",
        )
        return path

    return write
