"""Runs whose notebook costs almost nothing, for what a batch does around its reports; and looking at what they left."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import nbformat

ROOT = Path(__file__).parents[2]
CLEAN = {name: value for name, value in os.environ.items() if not name.startswith("SWE_")}
PAGE = """
from IPython.display import HTML, display
number = {
    "id": "coverage.units", "region": region, "label_zh": "乡镇单位", "label_en": "units", "value": 3.0, "lower": None,
    "upper": None, "unit": "unit", "method": "count", "source": "none", "as_of": "2023-05-31", "status": "ok",
}
display(HTML(f"<h1>{region}</h1>" + "<p>轻</p>" * 200))
display({"application/vnd.swe.report+json": {
    "title": region, "lang": lang, "audience": "internal", "marks": [], "simulated": False, "register": "2023-06-30",
    "results": [number], "tables": [], "disclosure": {"suppressed": 0, "rounded": 0},
}, "text/plain": ""}, raw=True)
"""


def write_light(folder: Path, regions: Sequence[str], *cells: str, more: str = "") -> Path:
    """A run file with a light notebook; `cells` come before the page."""
    folder.mkdir(parents=True, exist_ok=True)
    declared = nbformat.v4.new_code_cell(
        'run = "x"\nregion = "52"\nlang = "zh"\nsettings = {}', metadata={"tags": ["parameters"]}
    )
    book = nbformat.v4.new_notebook(
        cells=[declared, *(nbformat.v4.new_code_cell(code) for code in (*cells, PAGE))],
        metadata={
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        },
    )
    for at, cell in enumerate(book.cells):
        cell.id = f"cell-{at}"
    nbformat.write(book, folder / "light.ipynb")
    listed = ", ".join(f'"{code}"' for code in regions)
    path = folder / "run.yml"
    path.write_text(
        f"id: light\ntitle: {{zh: 轻, en: Light}}\nregions: [{listed}]\nas_of: 2023-05-31\naudience: internal\n"
        f"period: {{from: 2023-04-01, to: 2023-05-31}}\nnotebook: light.ipynb\n{more}",
        encoding="utf-8",
    )
    return path


def counties(number: int) -> list[str]:
    """Codes of counties, spread over the country."""
    from swe.reference.regions import children, region

    found = [county.code for county in children(region("00"), "county")]
    return found[:: len(found) // number][:number]


def contents(folder: Path, *, log: bool = False) -> dict[str, bytes]:
    """All files below a folder by their names; the log is left out, for it alone may differ between two runs."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and (log or path.name != "log.jsonl")
    }


def logged(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "log.jsonl").read_text(encoding="utf-8").splitlines()]


def begin(*arguments: object, **environment: str) -> subprocess.Popen[bytes]:
    """`swe …` in a session of its own, to be killed."""
    return subprocess.Popen(
        [sys.executable, "-m", "swe", *map(str, arguments)],
        cwd=ROOT, env={**CLEAN, **environment}, start_new_session=True, preexec_fn=_interruptible, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip


def _interruptible() -> None:
    """A shell lets its background jobs ignore Ctrl-C, and what they start inherits that."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def kill(pid: int) -> bool:
    """SIGKILL; False where it was too late."""
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return False
    return True


def half_made(out: Path) -> list[str]:
    """Folders that look like a region's and are not whole."""
    found = []
    for folder in out.iterdir() if out.is_dir() else []:
        if not folder.is_dir() or folder.name.startswith(("_", ".")):
            continue
        listed = folder / "manifest.json"
        names = [e["path"] for e in json.loads(listed.read_bytes())["outputs"]] if listed.is_file() else ["?"]
        if {*names, "manifest.json"} != {path.name for path in folder.iterdir()}:
            found.append(folder.name)
    return found
