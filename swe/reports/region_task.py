"""One region, from notebook to published folder: execute, render, gate, write, rename into place.

A folder appears whole or not at all; a failure leaves `_failed/<code>/error.json` and the half-executed notebook.
"""

from __future__ import annotations

import contextlib
import json
import shutil
import tempfile
import time
import traceback
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from swe.core.errors import MachineError, SweError, TimeLimitError, VerificationError
from swe.core.files import clear_staging, disk_errors, json_text, staged_folder, write_atomic
from swe.reports import gate, manifest
from swe.reports.execute import Engine, KernelStartError, OnCell, execute, prepared, write_notebook
from swe.reports.render import html
from swe.reports.run_ledgers import opened
from swe.reports.runfile import Run
from swe.reports.workbook import workbook
from swe.show.numbers import Number

NOTEBOOK = "notebook.ipynb"
STARTS = 3  # of a kernel that does not come up
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
    memory_mb: int
    depends: dict[str, Any]
    key: str
    engine: Engine = "kernel"
    snapshot: str | None = None
    results: str | None = None

    @property
    def all_parameters(self) -> dict[str, Any]:
        """What the notebook is given."""
        own = {
            "run": str(self.run.file),
            "region": self.code,
            "lang": self.run.lang,
            "settings": self.settings,
        }
        return {**own, **self.parameters}


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
    retries: int = 0  # how often a kernel had to be started again, or a lost worker replaced


def make(task: Task, on_cell: OnCell | None = None) -> Outcome:
    """Make one region's folder; never raises but for what stops the whole run."""
    started = time.perf_counter()
    failures = task.out / "_failed" / task.code
    starts = 0
    try:
        with staged_folder(task.out / task.code) as folder:
            while True:
                starts += 1
                try:
                    _fill(folder, task, on_cell)
                    break
                except (
                    KernelStartError
                ) as error:  # nothing of the report has run: the one failure worth a retry
                    if starts == STARTS:
                        machine = MachineError(error.zh, error.en)
                        _keep_failure(failures, None, task, machine)
                        raise machine from None
                except SweError as error:
                    half = folder / NOTEBOOK
                    _keep_failure(failures, half.read_bytes() if half.is_file() else None, task, error)
                    raise
        shutil.rmtree(failures, ignore_errors=True)
    except SweError as error:
        return _outcome(task, error, time.perf_counter() - started, retries=starts - 1)
    except Exception as error:  # the border of one region: nothing here may stop the others
        bug = _bug(error)
        with contextlib.suppress(MachineError):  # a full disk: the outcome is told all the same
            _keep_failure(failures, None, task, bug)
        return _outcome(task, bug, time.perf_counter() - started)
    return Outcome(task.code, True, time.perf_counter() - started, retries=starts - 1)


def failed(
    task: Task, error: SweError, seconds: float, *, cells: dict[int, Any], retries: int = 0
) -> Outcome:
    """Keep the failure of a report whose process is gone: its reason, and the notebook as far as it had come."""
    with contextlib.suppress(MachineError), disk_errors(task.out), tempfile.TemporaryDirectory() as folder:
        clear_staging(task.out, task.code)
        half = Path(folder) / NOTEBOOK
        write_notebook(half, prepared(task.run.notebook, task.all_parameters, cells))
        _keep_failure(task.out / "_failed" / task.code, half.read_bytes(), task, error)
    return _outcome(task, error, seconds, retries=retries)


def _bug(error: Exception) -> SweError:
    """What a bug is called: its kind and the place in our code, never its words, which may hold a cell of a ledger."""
    name, ours = type(error).__name__, [""]
    for frame in traceback.extract_tb(error.__traceback__):
        if "swe" in Path(frame.filename).parts:
            ours.append(f" {Path(frame.filename).name}:{frame.lineno}")
    return SweError(f"程序错误：{name}{ours[-1]}", f"a bug: {name}{ours[-1]}")


def _outcome(task: Task, error: SweError, seconds: float, *, retries: int = 0) -> Outcome:
    late, disk = isinstance(error, TimeLimitError), error.exit_code == 17
    kind = type(error).__name__
    return Outcome(task.code, False, seconds, error.text("zh"), error.text("en"), late, disk, kind, retries)


def _fill(folder: Path, task: Task, on_cell: OnCell | None) -> None:
    run = task.run
    notebook = folder / NOTEBOOK
    with opened(task.snapshot, task.results):
        executed = execute(
            run.notebook, task.all_parameters, cwd=run.project, output=notebook, timeout=task.timeout,
            engine=task.engine, on_cell=on_cell,
        )  # fmt: skip
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
        notebook.unlink(missing_ok=True)
        files = ["report.html", "results.json", "tables.xlsx"]
        document = {
            "region": task.code,
            "title": page["title"],
            "register": page["register"],
            **task.depends,
            "key": task.key,
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


def _keep_failure(failures: Path, half: bytes | None, task: Task, error: SweError) -> None:
    document = {
        "region": task.code, "run": task.run.id, "exit_code": error.exit_code, "error": type(error).__name__,
        "reason": {"zh": error.text("zh"), "en": error.text("en")},
    }  # fmt: skip
    write_atomic(failures / "error.json", json_text(document))
    _set_aside(task.out / task.code, failures / "previous")
    if half is not None:
        write_atomic(failures / NOTEBOOK, _timeless(half))


def _timeless(notebook: bytes) -> bytes:
    """Without what papermill notes of times and folders: the same failure leaves the same bytes."""
    document = json.loads(notebook)
    for part in (document, *document["cells"]):
        part["metadata"].pop("papermill", None)
    return json_text(document).encode()
