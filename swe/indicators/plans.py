"""Analysis plans: what an effect study will do, hashed at its first run, and what was done differently afterwards.

An outcome or a subgroup chosen after looking at the results is an observation and not a test; the report says which is which.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from swe.core import project
from swe.core.errors import DataError, MachineError, SweError, UsageError, joined
from swe.core.files import json_text, write_atomic
from swe.core.strict_yaml import attempt_model, definition_error, read_lines
from swe.indicators.plan_model import ANALYSIS, PlanSpec, problems

LOCK = "plan.lock.json"
SCHEMA = 1

# field → what it is called in a sentence
LABELS: Mapping[str, tuple[str, str]] = {
    "id": ("计划编号", "plan id"),
    "data": ("数据性质", "kind of data"),
    "unit": ("单位", "unit"),
    "time": ("期", "length of a period"),
    "period": ("时段", "span of days"),
    "outcome": ("主要结果", "main outcome"),
    "outcome_kind": ("结果性质", "kind of outcome"),
    "outcome_measure": ("结果的计量", "measure of the outcome"),
    "secondary": ("次要结果", "secondary outcomes"),
    "estimator": ("方法", "estimator"),
    "control": ("对照组", "control group"),
    "beyond": ("面板之后才建站的单位", "units treated after the panel"),
    "anticipation": ("提前反应期数", "periods of anticipation"),
    "horizon": ("报告的最后一期", "horizon"),
    "covariates": ("协变量", "covariates"),
    "subgroups": ("分组", "subgroups"),
    "cluster": ("聚类", "cluster"),
    "spillover": ("县级总站外溢", "spill-over of county hubs"),
    "gaps": ("缺数的单位", "units with gaps"),
    "level": ("置信水平", "confidence level"),
    "multiplicity": ("多重比较", "correction for multiplicity"),
    "seed": ("随机种子", "seed"),
    "series": ("中断序列的设定", "settings of the interrupted series"),
}
# a setting that a plan registered before it existed kept at its default
DEFAULTS: Mapping[str, Any] = {"outcome_measure": "count", "spillover": "note", "gaps": "error"}


@dataclass(frozen=True)
class Plan:
    """A checked analysis plan: `spec` as written, `path` where, `sha256` of the file's bytes."""

    spec: PlanSpec
    path: Path
    sha256: str

    @property
    def id(self) -> str:
        return self.spec.id

    @property
    def hash(self) -> str:
        """Of what is planned, not of how the file is laid out."""
        return plan_hash(self)


@dataclass(frozen=True)
class Deviation:
    """A setting that was run otherwise than registered: its name, both values as text, and a sentence in zh and en."""

    field: str
    registered: str
    used: str
    zh: str
    en: str

    def text(self, lang: str = "zh") -> str:
        return self.zh if lang == "zh" else self.en


def plan(name: str | Path, *, root: Path | None = None) -> Plan:
    """An analysis plan by id (a file of `params/plans/` of the project) or by path.

    Raises UsageError for an unknown id, DefinitionError with every problem and its line for a wrong file: an unknown or missing
    key, an activity as the outcome, an estimator without what it needs.

    >>> plan("guizhou-rollout").spec.data
    'simulated'
    """
    path = project.definition(name, "plans", root, noun=("分析计划", "plan"))
    spec, errors = attempt_model(path, PlanSpec)
    if spec is None:
        raise joined(errors)
    lines = read_lines(path)
    found: list[SweError] = [*errors, *(definition_error(path, lines, *each) for each in problems(spec))]
    if path.suffix == ".yml" and path.parent.name == "plans" and path.stem != spec.id:
        zh, en = f"id 须与文件名一致（{path.stem}）", f"id must be the name of the file ({path.stem})"
        found.append(definition_error(path, lines, ("id",), zh, en))
    if found:
        raise joined(found)
    return Plan(spec, path, hashlib.sha256(path.read_bytes()).hexdigest())


def plan_paths(root: Path | None = None) -> dict[str, Path]:
    """The files of `params/plans/` by id, the project's own first, then those that ship."""
    return project.definitions("plans", root)


def plan_hash(plan: Plan | PlanSpec | Mapping[str, Any]) -> str:
    """SHA-256 of the analysis settings in canonical JSON; title, question, comments and the order of keys do not count."""
    return hashlib.sha256(json_text(settings(plan)).encode()).hexdigest()


def settings(plan: Plan | PlanSpec | Mapping[str, Any]) -> dict[str, Any]:
    """The analysis settings as plain values, every one of them, defaults included."""
    spec = plan.spec if isinstance(plan, Plan) else plan
    if isinstance(spec, PlanSpec):
        return json.loads(spec.model_dump_json(include=set(ANALYSIS)))
    return {name: _plain(spec[name]) for name in ANALYSIS if name in spec}


# -- the register of plans beside a store --


def register_plan(plan: Plan, folder: str | Path) -> dict[str, Any]:
    """Write down a plan at its first run, in `plan.lock.json` of `folder`; afterwards what was written then is returned.

    The file is never overwritten for a plan that stands in it: later changes are deviations. Returns the registered settings.
    Raises DataError where the file is damaged or its settings do not give its hash, MachineError where it cannot be written.
    """
    path = Path(folder) / LOCK
    document = _locked(path)
    if plan.id not in document["plans"]:
        entry = {"hash": plan.hash, "status": plan.spec.status, "settings": settings(plan)}
        document["plans"][plan.id] = entry
        write_atomic(path, json_text(document))
    registered: dict[str, Any] = document["plans"][plan.id]["settings"]
    return registered


def registered_plan(plan_id: str, folder: str | Path) -> dict[str, Any] | None:
    """The settings registered for a plan, None where it was never run."""
    entry = _locked(Path(folder) / LOCK)["plans"].get(plan_id)
    return None if entry is None else dict(entry["settings"])


def deviations(
    registered: Plan | PlanSpec | Mapping[str, Any], used: Plan | PlanSpec | Mapping[str, Any]
) -> tuple[Deviation, ...]:
    """What was run otherwise than registered, in the order of the plan's fields.

    `used` may be a plan or only some settings ({"control": "never"}): those that it does not name are taken as kept.
    Raises UsageError for a setting that no plan has.

    >>> [each.en for each in deviations({"seed": 1, "control": "never"}, {"control": "not_yet"})]
    ['control group: registered never, used not_yet']
    """
    before, after = settings(registered), settings(used)
    named = used if isinstance(used, Mapping) else {}
    strangers = [str(name) for name in named if name not in PlanSpec.model_fields]
    if strangers:
        raise UsageError(
            f"计划中没有这些设定：{'、'.join(strangers)}", f"no settings of a plan: {', '.join(strangers)}"
        )
    found = []
    for name in ANALYSIS:
        registered_as = before.get(name, DEFAULTS.get(name))
        if name not in after or registered_as == after[name]:
            continue
        old, new = _text(registered_as), _text(after[name])
        zh, en = LABELS[name]
        found.append(
            Deviation(
                name, old, new, f"{zh}：登记为 {old}，实际用 {new}", f"{en}: registered {old}, used {new}"
            )
        )
    return tuple(found)


def _locked(path: Path) -> dict[str, Any]:
    if not path.exists():
        return {"schema": SCHEMA, "plans": {}}
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        plans = document["plans"]
        right = document["schema"] == SCHEMA and all(
            entry["hash"] == _hash_of(entry["settings"]) for entry in plans.values()
        )
    except OSError as error:
        raise MachineError(
            f"无法读取文件（{error.strerror}）", f"cannot read the file ({error.strerror})", where=str(path)
        ) from None
    except (ValueError, KeyError, TypeError, AttributeError):
        right, document = False, {}
    if not right:
        raise DataError(
            "计划登记文件已损坏或被改动（设定与其哈希不符）；请从备份恢复，不要手改",
            "the register of plans is damaged or was changed (settings and hash differ); restore it, do not edit it",
            where=str(path),
        )
    return dict(document)


def _hash_of(registered: Mapping[str, Any]) -> str:
    return hashlib.sha256(json_text(dict(registered)).encode()).hexdigest()


def _plain(value: Any) -> Any:
    """A setting as JSON has it."""
    if isinstance(value, BaseModel):
        return json.loads(value.model_dump_json())
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return {str(k): _plain(v) for k, v in value.items()} if isinstance(value, Mapping) else value


def _text(value: Any) -> str:
    if value is None or value == []:
        return "—"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, sort_keys=True)
