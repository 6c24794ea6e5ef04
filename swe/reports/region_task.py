"""One region, from notebook to published folder: execute, render, gate, write, rename into place.

A folder appears whole or not at all; a failure leaves `_failed/<code>/error.json` and the half-executed notebook.
"""

from __future__ import annotations

import contextlib
import shutil
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from swe.core.errors import SweError, TimeLimitError, VerificationError
from swe.core.files import disk_errors, json_text, staged_folder, write_atomic
from swe.reports import gate, manifest
from swe.reports.execute import execute
from swe.reports.render import html
from swe.reports.runfile import Run
from swe.reports.workbook import workbook
from swe.show.numbers import Number

REPORT = "application/vnd.swe.report+json"  # the output of the notebook's last cell


@dataclass(frozen=True)
class Task:
    """What a worker needs for one region."""

    run: Run
    code: str
    out: Path
    settings: dict[str, str]
    parameters: dict[str, str]
    timeout: int
    depends: dict[str, Any]


@dataclass(frozen=True)
class Outcome:
    """What came of it; `reason` in zh and en where it failed."""

    code: str
    ok: bool
    seconds: float
    reason_zh: str = ""
    reason_en: str = ""
    timed_out: bool = False
    disk: bool = False
    kind: str = "SweError"  # the class of the error, one of swe.core.errors


def make(task: Task) -> Outcome:
    """Make one region's folder; never raises but for what stops the whole run."""
    started = time.perf_counter()
    failed = task.out / "_failed" / task.code
    try:
        with staged_folder(task.out / task.code) as folder:
            try:
                _fill(folder, task)
            except SweError as error:
                _keep_failure(failed, folder, task, error)
                raise
        shutil.rmtree(failed, ignore_errors=True)
        with contextlib.suppress(OSError):  # the last failure is gone: so is the folder of failures
            failed.parent.rmdir()
    except SweError as error:
        spent = time.perf_counter() - started
        late, disk = isinstance(error, TimeLimitError), error.exit_code == 17
        kind = type(error).__name__
        return Outcome(task.code, False, spent, error.text("zh"), error.text("en"), late, disk, kind)
    except Exception as error:  # the border of one region: nothing here may stop the others
        name = type(error).__name__
        _keep_failure(failed, None, task, SweError(f"程序错误：{name}", f"a bug: {name}"))
        return Outcome(task.code, False, time.perf_counter() - started, f"程序错误：{name}", f"a bug: {name}")
    return Outcome(task.code, True, time.perf_counter() - started)


def _fill(folder: Path, task: Task) -> None:
    run = task.run
    notebook = folder / "notebook.ipynb"
    parameters = {
        "run": str(run.file), "region": task.code, "lang": run.lang, "settings": task.settings, **task.parameters,
    }  # fmt: skip
    executed = execute(run.notebook, parameters, cwd=run.project, output=notebook, timeout=task.timeout)
    page = report_document(executed)
    text = html(executed, page)
    numbers = {row["id"]: Number(**row) for row in page["results"]}
    checks = gate.check_page(text, numbers, run.lang)
    if bad := gate.failed(checks):
        names = "; ".join(f"{check.name} ({check.detail})" for check in bad)
        raise VerificationError(f"报告没有通过门禁：{names}", f"the report did not pass the gate: {names}")
    with disk_errors(task.out / task.code):
        (folder / "report.html").write_text(text, encoding="utf-8", newline="\n")
        (folder / "results.json").write_text(json_text(page["results"]), encoding="utf-8", newline="\n")
        (folder / "tables.xlsx").write_bytes(workbook(page["tables"], page["results"], run.lang))
        notebook.unlink()
        files = ["report.html", "results.json", "tables.xlsx"]
        document = {
            "region": task.code,
            "title": page["title"],
            "register": page["register"],
            **task.depends,
            "key": manifest.key_of(task.depends),
            "outputs": manifest.outputs_of(folder, files),
            "checks": [check.document() for check in checks],
            "disclosure": page["disclosure"],
        }
        (folder / "manifest.json").write_text(json_text(document), encoding="utf-8", newline="\n")


def report_document(executed: Any) -> dict[str, Any]:
    """What the notebook's last cell hands over: title, results, tables; VerificationError where it is missing."""
    for cell in executed.cells:
        for output in cell.get("outputs", []):
            if REPORT in output.get("data", {}):
                return dict(output["data"][REPORT])
    raise VerificationError(
        "笔记本没有交出结果（最后一个单元格应为 report.document()）",
        "the notebook handed over no results (its last cell should be report.document())",
    )


def _set_aside(stale: Path, keep: Path) -> None:
    """An earlier report of a region that now fails: kept, but no longer where it would look current."""
    if stale.is_dir():
        shutil.rmtree(keep, ignore_errors=True)
        stale.replace(keep)


def _keep_failure(failed: Path, folder: Path | None, task: Task, error: SweError) -> None:
    document = {
        "region": task.code, "run": task.run.id, "exit_code": error.exit_code, "error": type(error).__name__,
        "reason": {"zh": error.text("zh"), "en": error.text("en")},
    }  # fmt: skip
    write_atomic(failed / "error.json", json_text(document))
    _set_aside(task.out / task.code, failed / "previous")
    half = folder / "notebook.ipynb" if folder else None
    if half and half.is_file():
        write_atomic(failed / "notebook.ipynb", half.read_bytes())
