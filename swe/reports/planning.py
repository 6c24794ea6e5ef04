"""What a run is going to do, region by region, and why: new, changed in what, unchanged, or failed before.

The reasons come from comparing what a report would be made from with what its manifest says it was made from.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from swe.core.errors import SweError
from swe.core.project import reference_file
from swe.indicators.programmes import load_programmes
from swe.reference import published
from swe.reports import manifest
from swe.reports.execute import Engine, check_parameters
from swe.reports.plan_stamp import PlanStamp
from swe.reports.region_task import Task
from swe.reports.run_plan import plan_entry, plan_files
from swe.reports.run_results import RegionSlices, region_slices
from swe.reports.runfile import Run

State = Literal["new", "changed", "unchanged", "failed_before"]
What = Literal[
    "asked",
    "failure",
    "manifest",
    "output",
    "setting",
    "input",
    "parameter",
    "framework",
    "notebook",
    "code",
    "version",
]
How = Literal["added", "removed", "changed"]
SETTINGS = ("run", "lang", "audience", "as_of")
SHOWN = 5  # reasons of a region that a line names

_WHATS: dict[What, tuple[str, str]] = {
    "asked": ("要求重做", "asked for"), "failure": ("上次失败", "failed before"), "manifest": ("清单", "manifest"),
    "output": ("产出文件", "output"), "setting": ("设置", "setting"), "input": ("输入", "input"),
    "parameter": ("参数", "parameter"), "framework": ("指标体系", "framework"), "notebook": ("笔记本", "notebook"),
    "code": ("程序", "code"), "version": ("软件包", "package"),
}  # fmt: skip
_HOWS: dict[How, tuple[str, str]] = {
    "added": ("新增", "added"), "removed": ("不再有", "gone"), "changed": ("有变化", "changed"),
}  # fmt: skip


@dataclass(frozen=True)
class Reason:
    """One thing that is not as it was when the report was made; `name` is a path, a parameter or a package."""

    what: What
    name: str
    how: How = "changed"

    def document(self) -> dict[str, str]:
        return {"what": self.what, "name": self.name, "how": self.how}

    def text(self, lang: str) -> str:
        at = 0 if lang == "zh" else 1
        what = _WHATS[self.what][at]
        if self.what in ("asked", "failure"):
            return f"{what}：{self.name}" if lang == "zh" else f"{what}: {self.name}"
        return (
            f"{what} {self.name}（{_HOWS[self.how][at]}）"
            if lang == "zh"
            else f"{what} {self.name} ({_HOWS[self.how][at]})"
        )


@dataclass(frozen=True)
class Step:
    """One region of a plan: what it is, whether it will be made, and why."""

    code: str
    state: State
    task: Task
    runs: bool
    reasons: tuple[Reason, ...] = ()

    def document(self) -> dict[str, Any]:
        reasons = [reason.document() for reason in self.reasons]
        return {"region": self.code, "state": self.state, "runs": self.runs, "reasons": reasons}

    def line(self, lang: str) -> str:
        """Code, state and the first reasons, for people."""
        said = [reason.text(lang) for reason in self.reasons[:SHOWN]]
        if len(self.reasons) > SHOWN:
            more = len(self.reasons) - SHOWN
            said.append(f"另有 {more} 项" if lang == "zh" else f"{more} more")
        if not self.runs and self.state != "unchanged":
            said.append("--only-failed：这次不做" if lang == "zh" else "--only-failed: not made this time")
        return "\t".join([self.code, self.state, *(["; ".join(said)] if said else [])])


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
    dry: bool = False,
) -> list[Step]:
    """The steps in order of code: a region whose folder has the same key and all its files is unchanged.

    A dry plan may fill the store, but settles no reference.
    """
    load_programmes(
        run.project / "params" / "programmes"
    )  # a wrong file stops the run before any region starts
    published.load(*run.figure_paths)
    check_parameters(run.notebook, {"run", "region", "lang", *parameters})
    depends = dependencies(run, settings, parameters)
    shared = manifest.key_of(depends)
    limits = run.spec.limits

    def task(code: str, key: str, own: list[dict[str, Any]], slices: RegionSlices | None) -> Task:
        return Task(
            run, code, out, settings, parameters, timeout or limits.timeout, memory_mb or limits.memory_mb,
            _of_region(depends, code, own), key, engine, *_places(slices),
        )  # fmt: skip

    stamp = None if run.spec.sources.ledgers is None else PlanStamp(run, shared)
    if stamp is not None and not (fresh or refresh_reference):
        keys = stamp.keys()
        if set(codes) <= set(keys):
            steps = [
                _step(task(code, keys[code], [], None), fresh=False, only_failed=only_failed)
                for code in codes
            ]
            if all(step.state == "unchanged" for step in steps):
                return steps
    slices = region_slices(run, refresh=refresh_reference, dry=dry)
    steps = []
    for code in codes:
        own = slices.inputs(code) if slices else []
        key = manifest.key_of({"shared": shared, "region": code, "inputs": own})
        steps.append(_step(task(code, key, own, slices), fresh=fresh, only_failed=only_failed))
    if stamp is not None and not dry:
        stamp.write({step.code: step.task.key for step in steps})
    return steps


def _step(task: Task, *, fresh: bool, only_failed: bool) -> Step:
    state, reasons = _state(task, fresh=fresh)
    runs = state == "failed_before" if only_failed else state != "unchanged"
    return Step(task.code, state, task, runs, reasons)


def dependencies(run: Run, settings: dict[str, str], parameters: dict[str, str]) -> dict[str, Any]:
    """Everything the reports of a run depend on, as their manifests list it."""
    files = [reference_file("register.parquet"), *_files_of(run.figure_paths), run.file]
    files += sorted((run.project / "params" / "programmes").glob("*.yml"))
    system = run.framework
    if system is not None:
        files.append(system.path)
    files += plan_files(run)
    if run.needs_path is not None:
        files.append(run.needs_path)
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
        **({"plan": plan_entry(run)} if run.plan is not None else {}),
    }


def _of_region(depends: dict[str, Any], code: str, own: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        **depends,
        "inputs": [*depends["inputs"], *own],
        "parameters": {**depends["parameters"], "region": code},
    }


def _places(slices: RegionSlices | None) -> tuple[str | None, str | None]:
    return (slices.snapshot, str(slices.results.folder)) if slices else (None, None)


def _files_of(paths: tuple[Path, ...]) -> list[Path]:
    found: list[Path] = []
    for path in paths:
        found += sorted(path.glob("*.csv")) if path.is_dir() else [path]
    return found


# -- what has changed --


def _state(task: Task, *, fresh: bool) -> tuple[State, tuple[Reason, ...]]:
    folder = task.out / task.code
    failure = task.out / "_failed" / task.code / "error.json"
    if failure.is_file():
        return "failed_before", (Reason("failure", _failure(failure, task.run.lang)),)
    if not (folder / manifest.MANIFEST).is_file():
        return "new", ()
    try:
        known = manifest.read_json(folder / manifest.MANIFEST)
        gone = _gone(folder, known)
        same = known["key"] == task.key
    except (SweError, KeyError, TypeError):  # not as we wrote it: made again
        return "changed", (Reason("manifest", manifest.MANIFEST),)
    if same and not gone and not fresh:
        return "unchanged", ()
    reasons = [Reason("asked", "--fresh")] if fresh else []
    reasons += [Reason("output", name, "removed") for name in gone]
    if not same:
        reasons += _differences(known, task.depends)
    return "changed", tuple(reasons)


def is_current(task: Task) -> bool:
    """Whether the region's folder is what the task would make."""
    return _state(task, fresh=False)[0] == "unchanged"


def _gone(folder: Path, known: dict[str, Any]) -> list[str]:
    """Outputs that are missing, or not as long as they were made."""
    return [
        entry["path"]
        for entry in known["outputs"]
        if not (path := folder / entry["path"]).is_file() or path.stat().st_size != entry["bytes"]
    ]


def _failure(path: Path, lang: str) -> str:
    try:
        return str(manifest.read_json(path)["reason"][lang])
    except (SweError, KeyError, TypeError):
        return path.name


def _differences(known: dict[str, Any], now: dict[str, Any]) -> list[Reason]:
    """What differs between a manifest and what a report would be made from now."""
    found: list[Reason] = []
    found += [Reason("setting", name) for name in SETTINGS if known.get(name) != now[name]]
    before, after = ({entry["path"]: entry for entry in made.get("inputs", [])} for made in (known, now))
    found += _compared("input", before, after)
    found += _compared("parameter", _flat(known.get("parameters", {})), _flat(now["parameters"]))
    if known.get("framework") != now["framework"]:
        found.append(Reason("framework", (now["framework"] or known["framework"])["id"]))
    if known.get("notebook") != now["notebook"]:
        found.append(Reason("notebook", now["notebook"]["path"]))
    if known.get("code") != now["code"]:
        found.append(Reason("code", "swe"))
    found += _compared("version", known.get("versions", {}), now["versions"])
    return found or [Reason("manifest", manifest.MANIFEST)]


def _compared(what: What, before: dict[str, Any], after: dict[str, Any]) -> Iterator[Reason]:
    for name in sorted({*before, *after}):
        if before.get(name) != after.get(name):
            how: How = "added" if name not in before else "removed" if name not in after else "changed"
            yield Reason(what, name, how)


def _flat(parameters: dict[str, Any]) -> dict[str, Any]:
    """With the settings of `-p` among the others."""
    rest = {name: value for name, value in parameters.items() if name not in ("settings", *SETTINGS)}
    return {**rest, **parameters.get("settings", {})}
