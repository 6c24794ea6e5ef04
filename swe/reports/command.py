"""What `swe run` and `swe.report` do, behind the command line and in front of the batch."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from swe.core import errors
from swe.core.errors import UsageError
from swe.reports.execute import Engine, declared_parameters
from swe.reports.fork_server import forks, warm_up
from swe.reports.manifest import RUN
from swe.reports.runfile import Run, RunSpec, load_run, selected

if TYPE_CHECKING:
    from swe.reports import batch, planning


class Listener(Protocol):
    """Who is told of a run's progress."""

    def tell(self, outcome: batch.Outcome, done: int, planned: int) -> None: ...
    def planned(self, steps: list[planning.Step]) -> None: ...
    def finished(self, summary: batch.Summary) -> None: ...


def run_and_report(
    name: str | Path,
    listener: Listener,
    *,
    project: Path | None = None,
    lang: str | None = None,
    wanted: tuple[str, ...] = (),
    parameters: tuple[str, ...] = (),
    jobs: int | None = None,
    engine: Engine | None = None,
    audience: str | None = None,
    out: Path | None = None,
    fresh: bool = False,
    only_failed: bool = False,
    timeout: int | None = None,
    memory_mb: int | None = None,
    dry_run: bool = False,
    refresh_reference: bool = False,
    dask: str | None = None,
) -> batch.Summary | None:
    """Plan a run and make it; None on a dry run."""
    given = dict(_pair(text) for text in parameters)
    settings = {
        k: v for k, v in given.items() if ("register_" if k == "register" else k) in RunSpec.model_fields
    }
    run = load_run(name, root=project, overrides=settings, lang=lang, audience=audience, today=date.today())
    own = {k: v for k, v in given.items() if k not in settings}
    _declared(run, own)
    if audience and audience != run.spec.audience:
        settings["audience"] = audience
    target, codes = (out or run.folder).absolute(), selected(run, wanted)
    engine = engine or default_engine()
    begins = fresh or not (target / RUN).is_file()
    if engine == "fork" and begins and not dry_run and dask is None:
        # most likely there is work: get ready while it is checked and planned
        warm_up(run, settings, len(codes))
    # only now: their imports (pandas) take half a second, in which the server gets ready
    from swe.reports import batch, planning
    from swe.reports.evaluation import check_inputs

    check_inputs(run)
    steps = planning.plan(
        run, codes, target, settings=settings, parameters=own, timeout=timeout, fresh=fresh,
        only_failed=only_failed, memory_mb=memory_mb, engine=engine,
        refresh_reference=refresh_reference, dry=dry_run,
    )  # fmt: skip
    if dry_run:
        listener.planned(steps)
        return None
    workers = jobs or min(4, os.cpu_count() or 1)
    summary = batch.run_steps(run, steps, target, workers=workers, tell=listener.tell, cluster=dask)
    listener.finished(summary)
    return summary


def default_engine() -> Engine:
    """`fork` where the system bears it, else `kernel`."""
    return "fork" if forks() else "kernel"


def report(run: str | Path, region: str | int, *, lang: str | None = None, out: Path | None = None) -> Path:
    """Make one region's report, the same way as the command line, and return the path of its HTML.

    Raises what `swe run` would exit with: a SweError of the kind of the first failure.
    """
    from swe.reference.regions import region as find

    code = find(region).code
    quiet = _Quiet()
    summary = run_and_report(run, quiet, wanted=(f"={code}",), lang=lang, out=out, jobs=1)
    assert summary is not None
    if quiet.failed:
        failed = quiet.failed[0]
        raise getattr(errors, failed.kind)(failed.reason_zh, failed.reason_en, where=code)
    return summary.out / code / "report.html"


class _Quiet:
    """Hears what failed and says nothing."""

    def __init__(self) -> None:
        self.failed: list[batch.Outcome] = []

    def tell(self, outcome: batch.Outcome, *_: Any) -> None:
        if not outcome.ok:
            self.failed.append(outcome)

    def planned(self, *_: Any) -> None: ...
    def finished(self, *_: Any) -> None: ...


def _pair(text: str) -> tuple[str, str]:
    name, sign, value = text.partition("=")
    if not sign or not name:
        raise UsageError(f"-p 应写成 NAME=VALUE，收到“{text}”", f"-p takes NAME=VALUE; got {text!r}")
    return name.strip(), value.strip()


def _declared(run: Run, names: dict[str, str]) -> None:
    if fixed := sorted({"run", "region", "settings"} & set(names)):
        raise UsageError(
            f"{', '.join(fixed)} 由 swe run 自己给出，不能用 -p 改；选地区请用 -r",
            f"{', '.join(fixed)} is given by swe run itself and cannot be set with -p; choose regions with -r",
        )
    if unknown := sorted(set(names) - declared_parameters(run.notebook)):
        raise UsageError(
            f"-p 不认识 {', '.join(unknown)}：既不是运行文件的顶层设置，也不是笔记本声明的参数",
            f"-p does not know {', '.join(unknown)}: neither a top-level setting of the run file nor a declared parameter",
        )
