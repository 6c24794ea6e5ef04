"""What `swe framework check` and `swe framework diff` do: systems in, a document and lines out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from swe.core.errors import DefinitionError, SweError, UsageError, joined
from swe.indicators.framework_diff import Change, framework_diff
from swe.indicators.frameworks import Framework, attempt_framework


@dataclass(frozen=True)
class CheckedFile:
    """One file that was asked for: the system, or what is wrong with it."""

    name: str
    framework: Framework | None
    errors: tuple[SweError, ...]


def check_frameworks(names: Sequence[str | Path], *, root: Path | None = None) -> tuple[CheckedFile, ...]:
    """Every system by id or path, with its problems; a file that is wrong does not keep the others from being read.

    Raises UsageError where none is named.
    """
    if not names:
        raise UsageError(
            "请写要检查的指标体系：文件路径或编号", "name the indicator systems to check: paths or ids"
        )
    return tuple(_checked(name, root) for name in names)


def _checked(name: str | Path, root: Path | None) -> CheckedFile:
    try:
        return CheckedFile(str(name), *attempt_framework(name, root=root))
    except SweError as error:
        return CheckedFile(str(name), None, (error,))


def failure(checked: Sequence[CheckedFile]) -> SweError | None:
    """All problems of all files as one error, None where there is none; a wrong file outranks an unreadable one."""
    errors = [error for each in checked for error in each.errors]
    if not errors:
        return None
    return joined(sorted(errors, key=lambda error: not isinstance(error, DefinitionError)))


def check_document(checked: Sequence[CheckedFile], lang: str) -> dict[str, Any]:
    """The document of `swe framework check --json` (docs/formats.md §4)."""
    return {"ok": not any(each.errors for each in checked), "files": [_entry(each, lang) for each in checked]}


def _entry(each: CheckedFile, lang: str) -> dict[str, Any]:
    problems = [
        {"where": error.where, "message": error.zh if lang == "zh" else error.en} for error in each.errors
    ]
    found = each.framework
    return {
        "path": str(found.path) if found else each.name,
        "ok": found is not None,
        "id": found.id if found else None,
        "status": found.spec.status if found else None,
        "origin": found.spec.origin if found else None,
        "scale": found.scale if found else None,
        "sha256": found.sha256 if found else None,
        "dimensions": len(found.spec.dimensions) if found else None,
        "indicators": len(found.indicators) if found else None,
        "problems": problems,
    }


def check_lines(checked: Sequence[CheckedFile], lang: str) -> list[str]:
    """A line for each file."""
    return [_line(each, lang) for each in checked]


def _line(each: CheckedFile, lang: str) -> str:
    found = each.framework
    if found is None:
        count = len(each.errors)
        return f"{each.name}：{count} 处问题" if lang == "zh" else f"{each.name}: problems: {count}"
    sizes = (len(found.spec.dimensions), len(found.indicators), found.scale)
    if lang == "zh":
        return "{}：正确，{} 个维度、{} 个指标、满分 {}".format(found.path, *sizes)
    return "{}: ok, dimensions: {}, indicators: {}, scale: {}".format(found.path, *sizes)


@dataclass(frozen=True)
class Compared:
    """Two systems and what differs."""

    a: Framework
    b: Framework
    changes: tuple[Change, ...]


def compare_frameworks(names: Sequence[str | Path], *, root: Path | None = None) -> Compared:
    """Two systems compared.

    Raises UsageError unless there are two, DefinitionError with the problems of both where one is wrong.
    """
    if len(names) != 2:
        raise UsageError(
            f"diff 要写两个指标体系（文件路径或编号），收到 {len(names)} 个",
            f"diff takes two indicator systems (paths or ids); got {len(names)}",
        )
    checked = check_frameworks(names, root=root)
    problem = failure(checked)
    if problem is not None:
        raise problem
    a, b = (each.framework for each in checked)
    assert a is not None and b is not None
    return Compared(a, b, framework_diff(a, b))


def diff_document(compared: Compared) -> dict[str, Any]:
    """The document of `swe framework diff --json` (docs/formats.md §4); `ok` where nothing differs."""
    return {
        "ok": not compared.changes,
        "a": {"id": compared.a.id, "sha256": compared.a.sha256},
        "b": {"id": compared.b.id, "sha256": compared.b.sha256},
        "changes": [change.document() for change in compared.changes],
    }


def diff_lines(compared: Compared, lang: str) -> list[str]:
    """A line for each difference."""
    if not compared.changes:
        return ["两个指标体系没有不同" if lang == "zh" else "the two systems do not differ"]
    return [change.text(lang) for change in compared.changes]
