"""Many regions: run what the plan says, resume, report progress, write run.json and the index.

One bad region never stops the others. Running the same command again makes only what is missing or has changed.
"""

from __future__ import annotations

import contextlib
import json
import os
import time
from collections.abc import Callable, Generator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from swe.core.errors import VerificationError
from swe.core.files import clear_staging, disk_errors, locked, sha256_of, write_atomic
from swe.reports import manifest
from swe.reports.index import index_page
from swe.reports.planning import Step, is_current
from swe.reports.region_task import Outcome, Task
from swe.reports.runfile import Run

LOG = "log.jsonl"  # times, workers, reasons; also the file that holds the folder for one run


@dataclass(frozen=True)
class Summary:
    """What a run did; `failed` maps a code to its reason in zh and en.

    missing, outdated   regions that `--only-failed` left alone: never made, or made from something else
    """

    run: str
    out: Path
    planned: int
    made: int
    unchanged: int
    failed: dict[str, tuple[str, str]]
    seconds: float
    timed_out: int = 0
    disk_full: int = 0
    missing: tuple[str, ...] = ()
    outdated: tuple[str, ...] = ()

    def document(self, lang: str) -> dict[str, Any]:
        left = {"missing": list(self.missing), "outdated": list(self.outdated)}
        return {
            **{name: codes for name, codes in left.items() if codes},
            "run": self.run, "out": str(self.out), "planned": self.planned, "made": self.made,
            "unchanged": self.unchanged, "seconds": round(self.seconds, 2),
            "failed": {code: reason[0 if lang == "zh" else 1] for code, reason in self.failed.items()},
        }  # fmt: skip


def run_steps(
    run: Run,
    steps: list[Step],
    out: Path,
    *,
    workers: int,
    tell: Callable[[Outcome, int, int], None],
    cluster: str | None = None,
) -> Summary:
    """Make what the plan says, here or on a Dask `cluster`; `tell` hears of every region as it ends."""
    started = time.perf_counter()
    outcomes: dict[str, Outcome] = {}
    codes = [step.code for step in steps]
    with locked(out / LOG):
        with disk_errors(out):
            clear_staging(out)
            probe = out / f".staging-{os.getpid()}"
            probe.write_bytes(b"")
            probe.unlink()
        steps = [_as_it_is_now(step) for step in steps]
        todo = [step.task for step in steps if step.runs]
        if todo and not (out / manifest.RUN).is_file():
            _write_run(run, codes, out)  # a run that is killed can be asked for its status
        try:
            with contextlib.closing(_made(todo, workers, cluster)) as made:
                for outcome in made:
                    outcomes[outcome.code] = outcome
                    _log(out, outcome, workers)
                    tell(outcome, len(outcomes), len(todo))
        finally:
            clear_staging(out)  # of reports that were stopped on their way
            _finish(run, codes, out, changed=bool(todo))
    failed = {c: (o.reason_zh, o.reason_en) for c, o in sorted(outcomes.items()) if not o.ok}
    left = {
        state: tuple(s.code for s in steps if not s.runs and s.state == state) for state in ("new", "changed")
    }
    return Summary(
        run.id, out, len(steps), len(outcomes) - len(failed), sum(step.state == "unchanged" for step in steps), failed,
        time.perf_counter() - started, sum(o.timed_out for o in outcomes.values()), sum(o.disk for o in outcomes.values()),
        left["new"], left["changed"],
    )  # fmt: skip


def _as_it_is_now(step: Step) -> Step:
    """Another run may have made a region between the plan and the lock."""
    asked = any(reason.what == "asked" for reason in step.reasons)
    made = step.runs and not asked and is_current(step.task)
    return replace(step, state="unchanged", runs=False) if made else step


def _made(tasks: list[Task], workers: int, cluster: str | None) -> Generator[Outcome, None, None]:
    if not tasks:
        return
    workers = min(workers, len(tasks))
    if cluster is not None:
        from swe.reports.cluster import scheduled

        yield from scheduled(tasks, cluster)
    elif tasks[0].engine == "fork":
        from swe.reports.workers import forked

        yield from forked(tasks, workers)
    else:
        from swe.reports.spawned import spawned

        yield from spawned(tasks, workers)


def _finish(run: Run, codes: list[str], out: Path, *, changed: bool) -> None:
    """The index and run.json over all folders that are there; where nothing has changed, both are left alone."""
    failures = sorted(path.parent.name for path in (out / "_failed").glob("*/error.json"))
    if not failures:
        with contextlib.suppress(OSError):  # the last failure is gone: so is the folder of failures
            (out / "_failed").rmdir()
    index = out / manifest.INDEX
    if (
        not changed
        and not failures
        and index.is_file()
        and _run_text(run, codes, out) == _text(out / manifest.RUN)
    ):
        return
    _write_changed(index, index_page(run, out, _present(out), failures))
    _write_run(run, codes, out)


def _write_run(run: Run, codes: list[str], out: Path) -> None:
    _write_changed(out / manifest.RUN, _run_text(run, codes, out))


def _run_text(run: Run, codes: list[str], out: Path) -> str:
    index = out / manifest.INDEX
    document = {
        "run": run.id,
        "title": run.spec.title.model_dump(),
        "lang": run.lang,
        "audience": run.audience,
        "as_of": run.spec.as_of,
        "planned": sorted({*codes, *_planned_before(out)}),
        "manifests": {code: sha256_of(out / code / manifest.MANIFEST) for code in _present(out)},
        "index": sha256_of(index) if index.is_file() else "",
    }
    return manifest.run_text(document)


def _present(out: Path) -> list[str]:
    found = (path.parent.name for path in out.glob(f"*/{manifest.MANIFEST}"))
    return sorted(name for name in found if not name.startswith(("_", ".")))


def _text(path: Path) -> str:
    return path.read_bytes().decode("utf-8", "replace") if path.is_file() else ""


def _write_changed(path: Path, text: str) -> None:
    """A run that makes nothing writes nothing."""
    if not path.is_file() or path.read_bytes() != text.encode():
        write_atomic(path, text)


def status(out: Path) -> dict[str, Any]:
    """{"ok", "run", "planned", "made", "missing", "failed": {code: reason}} of a run's folder."""
    run = manifest.read_run(out)
    if run is None:
        raise VerificationError("run.json 被改动过", "run.json has been changed", where=str(out))
    made = _present(out)  # also those of a run that was killed, or still goes on
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
    known = manifest.read_run(out) if (out / manifest.RUN).is_file() else None
    return list(known["planned"]) if known else []


def _log(out: Path, outcome: Outcome, workers: int) -> None:
    entry = {
        "at": datetime.now(UTC).isoformat(timespec="milliseconds"), "region": outcome.code, "ok": outcome.ok,
        "seconds": round(outcome.seconds, 3), "workers": workers, "reason": outcome.reason_en,
    }  # fmt: skip
    if outcome.retries:
        entry["retries"] = outcome.retries
    with disk_errors(out), (out / LOG).open("a", encoding="utf-8", newline="\n") as file:
        file.write(json.dumps(entry, ensure_ascii=False, sort_keys=True) + "\n")
