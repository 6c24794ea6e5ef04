"""Strict YAML: every scalar is text, every key is known, every problem is reported at once with file:line.

`yaml.safe_load` turns 012345 into 5349 and lets a repeated key win silently; region codes and weights cannot
bear that. We read nodes only, and pydantic models do the typing.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from swe.core.errors import DefinitionError, MachineError, SweError, joined

Loc = tuple[str | int, ...]
Model = TypeVar("Model", bound=BaseModel)
NULLS = {"", "~", "null", "Null", "NULL"}


class Strict(BaseModel):
    """Base of every model read from a file: frozen, and unknown keys are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Words(Strict):
    """A text in both languages."""

    zh: str
    en: str


def read_model(path: Path, model: type[Model]) -> Model:
    """The file as a validated model; `DefinitionError` with all problems and their lines otherwise."""
    document, lines = read_nodes(path)
    try:
        return model.model_validate(document)
    except ValidationError as error:
        raise joined([_problem(path, lines, e) for e in error.errors()]) from None


def definition_error(path: Path, lines: Mapping[Loc, int], loc: Loc, zh: str, en: str) -> DefinitionError:
    """A problem at a place of a file that `read_nodes` has read."""
    return DefinitionError(zh, en, where=f"{path}:{_line(lines, loc)}")


def read_nodes(path: Path) -> tuple[Any, dict[Loc, int]]:
    """Plain dicts, lists, texts and None, with the line of every value (1-based) by its path."""
    path = Path(path)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise DefinitionError(
            "文件不是 UTF-8 编码，请另存为 UTF-8", "not UTF-8; save it as UTF-8", where=str(path)
        ) from None
    except OSError as error:
        raise MachineError(
            f"无法读取文件（{error.strerror}）", f"cannot read the file ({error.strerror})", where=str(path)
        ) from None
    return _parsed(text, path)


@functools.lru_cache(maxsize=256)
def _parsed(text: str, path: Path) -> tuple[Any, dict[Loc, int]]:
    """The same text is parsed once: a model and its cross-checks both need it, and so does every region of a run."""
    try:
        node = YAML(typ="rt", pure=True).compose(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise DefinitionError(
            f"YAML 语法错误：{error.problem}",
            f"YAML syntax error: {error.problem}",
            where=f"{path}:{mark.line + 1 if mark else 1}",
        ) from None
    if node is None:
        raise DefinitionError("文件是空的", "the file is empty", where=str(path))
    lines: dict[Loc, int] = {}
    errors: list[SweError] = []
    document = _plain(node, (), lines, errors, path)
    if errors:
        raise joined(errors)
    return document, lines


def _plain(node: Node, loc: Loc, lines: dict[Loc, int], errors: list[SweError], path: Path) -> Any:
    line = node.start_mark.line + 1
    lines[loc] = line
    where = f"{path}:{line}"
    if node.anchor is not None:
        errors.append(
            DefinitionError(
                "不允许锚点和别名（& *）", "anchors and aliases (& *) are not allowed", where=where
            )
        )
    if _has_own_tag(node):
        errors.append(DefinitionError("不允许标签（!）", "tags (!) are not allowed", where=where))
    if isinstance(node, ScalarNode):
        return None if node.style is None and node.value in NULLS else node.value
    if isinstance(node, SequenceNode):
        return [_plain(child, (*loc, i), lines, errors, path) for i, child in enumerate(node.value)]
    assert isinstance(node, MappingNode)
    result: dict[str, Any] = {}
    for key_node, value_node in node.value:
        at = f"{path}:{key_node.start_mark.line + 1}"
        if not isinstance(key_node, ScalarNode):
            errors.append(DefinitionError("键必须是文本", "a key must be text", where=at))
            continue
        key = key_node.value
        if key in result:
            errors.append(DefinitionError(f"键“{key}”重复", f"duplicate key {key!r}", where=at))
        result[key] = _plain(value_node, (*loc, key), lines, errors, path)
        lines[(*loc, key)] = key_node.start_mark.line + 1
    return result


def _has_own_tag(node: Node) -> bool:
    tag = str(node.tag or "")
    return bool(tag) and not tag.startswith("tag:yaml.org,2002:")


def _line(lines: Mapping[Loc, int], loc: Loc) -> int:
    while loc and loc not in lines:
        loc = loc[:-1]
    return lines.get(loc, 1)


def _problem(path: Path, lines: Mapping[Loc, int], error: Any) -> DefinitionError:
    loc: Loc = tuple(error["loc"])
    name = ".".join(str(part) for part in loc) or "(file)"
    given = error.get("input")
    shown = "" if isinstance(given, dict | list) or given is None else f"“{given}”"
    context = error.get("ctx") or {}
    kind = error["type"]
    if kind == "extra_forbidden":
        zh, en = (
            f"未知的键 {name}，请删除或改正拼写",
            f"unknown key {name}; remove it or correct its spelling",
        )
    elif kind == "missing":
        zh, en = f"缺少必填项 {name}", f"{name} is required"
    elif kind in ("literal_error", "enum"):
        allowed = context.get("expected", "")
        zh, en = f"{name} 只能是 {allowed}，写的是{shown}", f"{name} must be {allowed}; got {given!r}"
    elif kind.startswith("value_error") and isinstance(context.get("error"), Exception):
        inner = context["error"]
        zh = inner.zh if isinstance(inner, SweError) else str(inner)
        en = inner.en if isinstance(inner, SweError) else str(inner)
        zh, en = f"{name}：{zh}", f"{name}: {en}"
    else:
        zh = f"{name} 的值{shown}不对（{error['msg']}）"
        en = f"{name}: {error['msg']}" + (f"; got {given!r}" if shown else "")
    return definition_error(path, lines, loc, zh, en)
