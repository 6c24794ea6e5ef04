"""Many regions: plan, run in workers, resume, report progress, write run.json and the index.

One bad region never stops the others. Running the same command again makes only what is missing or has changed.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from swe.core.errors import VerificationError
from swe.core.files import clear_staging, disk_errors, locked, sha256_of, write_atomic
from swe.core.project import reference_file
from swe.indicators.programmes import load_programmes
from swe.reference import published
from swe.reports import manifest
from swe.reports.execute import Engine, check_parameters
from swe.reports.index import index_page
from swe.reports.region_task import Outcome, Task, make
from swe.reports.run_results import region_slices
from swe.reports.runfile import Run

LOG = "log.jsonl"  # times, workers, reasons; also the file that holds the folder for one run
State = Literal["new", "changed", "unchanged", "failed_before"]


@dataclass(frozen=True)
class Step:
    """One region of a plan, and why it will run or not."""

    code: str
    state: State
    task: Task


@dataclass(frozen=True)
class Summary:
    """What a run did; `failed` maps a code to its reason in zh and en."""

    run: str
    out: Path
    planned: int
    made: int
    unchanged: int
    failed: dict[str, tuple[str, str]]
    seconds: float
    timed_out: int = 0
    disk_full: int = 0

    def document(self, lang: str) -> dict[str, Any]:
        return {
            "run": self.run, "out": str(self.out), "planned": self.planned, "made": self.made,
            "unchanged": self.unchanged, "seconds": round(self.seconds, 2),
            "failed": {code: reason[0 if lang == "zh" else 1] for code, reason in self.failed.items()},
        }  # fmt: skip


def plan(
    run: Run,
    codes: tuple[str, ...],
    out: Path,
    *,
    settings: dict[str, str],
    parameters: dict[str, str],
    timeout: int | None = None,
    memory_mb: int | None = None,
    engine: Engine = "kernel",
    fresh: bool = False,
    only_failed: bool = False,
    refresh_reference: bool = False,
) -> list[Step]:
    """The steps in order of code: a region whose folder has the same key and all its files is unchanged."""
    load_programmes(
        run.project / "params" / "programmes"
    )  # a wrong file stops the run before any region starts
    published.load(*run.figure_paths)
    check_parameters(run.notebook, {"run", "region", "lang", *parameters})
    depends = dependencies(run, settings, parameters)
    slices = region_slices(run, refresh=refresh_reference)
    limits = run.spec.limits
    steps = []
    for code in codes:
        own = slices.inputs(code) if slices else []
        mine = {
            **depends, "inputs": [*depends["inputs"], *own], "parameters": {**depends["parameters"], "region": code},
        }  # fmt: skip
        task = Task(
            run, code, out, settings, parameters, timeout or limits.timeout, memory_mb or limits.memory_mb, mine,
            engine, slices.snapshot if slices else None,
        )  # fmt: skip
        state = _state(out, code, manifest.key_of(mine), fresh)
        if only_failed and state != "failed_before":
            state = "unchanged"
        steps.append(Step(code, state, task))
    return steps


def dependencies(run: Run, settings: dict[str, str], parameters: dict[str, str]) -> dict[str, Any]:
    """Everything the reports of a run depend on, as their manifests list it."""
    files = [reference_file("register.parquet"), *_files_of(run.figure_paths), run.file]
    files += sorted((run.project / "params" / "programmes").glob("*.yml"))
    system = run.framework
    if system is not None:
        files.append(system.path)
    return {
        "run": run.id,
        "lang": run.lang,
        "audience": run.audience,
        "as_of": run.spec.as_of,
        "inputs": [manifest.described(path, run.project) for path in files],
        "parameters": {"run": run.id, "lang": run.lang, "settings": settings, **parameters},
        "framework": None if system is None else {"id": system.id, "sha256": system.sha256},
        "notebook": manifest.described(run.notebook, run.project),
        "code": manifest.code_sha256(),
        "versions": manifest.versions(),
    }


def run_steps(
    run: Run, steps: list[Step], out: Path, *, workers: int, tell: Callable[[Outcome, int, int], None]
) -> Summary:
    """Make what the plan says; `tell` hears of every region as it ends."""
    started = time.perf_counter()
    todo = [step.task for step in steps if step.state != "unchanged"]
    outcomes: dict[str, Outcome] = {}
    with locked(out / LOG):
        with disk_errors(out):
            clear_staging(out)
            probe = out / f".staging-{os.getpid()}"
            probe.write_bytes(b"")
            probe.unlink()
        for outcome in _made(todo, workers):
            outcomes[outcome.code] = outcome
            _log(out, outcome, workers)
            tell(outcome, len(outcomes), len(todo))
        _finish(run, [step.code for step in steps], out)
    failed = {c: (o.reason_zh, o.reason_en) for c, o in sorted(outcomes.items()) if not o.ok}
    return Summary(
        run.id, out, len(steps), len(outcomes) - len(failed), len(steps) - len(todo), failed,
        time.perf_counter() - started, sum(o.timed_out for o in outcomes.values()), sum(o.disk for o in outcomes.values()),
    )  # fmt: skip


def _made(tasks: list[Task], workers: int) -> Iterator[Outcome]:
    workers = min(workers, len(tasks))
    if tasks and tasks[0].engine == "fork":
        from swe.reports.workers import forked

        yield from forked(tasks, workers)
        return
    if workers <= 1:
        yield from map(make, tasks)
        return
    # spawn, not fork: the same on every system, and no thread of this process is inherited
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, mp_context=context) as pool:
        for future in as_completed([pool.submit(make, task) for task in tasks]):
            yield future.result()


def _finish(run: Run, codes: list[str], out: Path) -> None:
    """The index and run.json over all folders that are there."""
    present = sorted(
        p.parent.name for p in out.glob("*/manifest.json") if not p.parent.name.startswith(("_", "."))
    )
    broken = sorted(p.parent.name for p in (out / "_failed").glob("*/error.json"))
    page = index_page(run, out, present, broken)
    _write_changed(out / "index.html", page)
    document = {
        "run": run.id,
        "title": run.spec.title.model_dump(),
        "lang": run.lang,
        "audience": run.audience,
        "as_of": run.spec.as_of,
        "planned": sorted({*codes, *_planned_before(out)}),
        "manifests": {code: sha256_of(out / code / "manifest.json") for code in present},
        "index": sha256_of(out / "index.html"),
    }
    _write_changed(out / "run.json", manifest.run_text(document))


def _write_changed(path: Path, text: str) -> None:
    """A run that makes nothing writes nothing."""
    if not path.is_file() or path.read_bytes() != text.encode():
        write_atomic(path, text)


def status(out: Path) -> dict[str, Any]:
    """{"ok", "run", "planned", "made", "missing", "failed": {code: reason}} of a run's folder."""
    run = manifest.read_run(out)
    if run is None:
        raise VerificationError("run.json 被改动过", "run.json has been changed", where=str(out))
    made = sorted(code for code in run["manifests"] if (out / code / "manifest.json").is_file())
    failed = {
        path.parent.name: manifest.read_json(path)["reason"]
        for path in sorted((out / "_failed").glob("*/error.json"))
    }
    missing = sorted(set(run["planned"]) - set(made) - set(failed))
    return {
        "ok": not failed and not missing, "run": run["run"], "planned": len(run["planned"]), "made": made,
        "missing": missing, "failed": failed,
    }  # fmt: skip


def _planned_before(out: Path) -> list[str]:
    known = manifest.read_run(out) if (out / "run.json").is_file() else None
    return list(known["planned"]) if known else []


def _state(out: Path, code: str, key: str, fresh: bool) -> State:
    path = out / code / "manifest.json"
    if (out / "_failed" / code / "error.json").is_file():
        return "failed_before"
    if not path.is_file():
        return "new"
    known = manifest.read_json(path)
    whole = all((out / code / entry["path"]).is_file() for entry in known["outputs"])
    return "unchanged" if whole and known["key"] == key and not fresh else "changed"


def _files_of(paths: tuple[Path, ...]) -> list[Path]:
    found: list[Path] = []
    for path in paths:
        found += sorted(path.glob("*.csv")) if path.is_dir() else [path]
    return found


def _log(out: Path, outcome: Outcome, workers: int) -> None:
    entry = {
        "at": datetime.now(UTC).isoformat(timespec="milliseconds"), "region": outcome.code, "ok": outcome.ok,
        "seconds": round(outcome.seconds, 3), "workers": workers, "reason": outcome.reason_en,
    }  # fmt: skip
    with disk_errors(out), (out / LOG).open("a", encoding="utf-8", newline="\n") as file:
        file.write(json.dumps(entry, ensure_ascii=False, sort_keys=True) + "\n")
