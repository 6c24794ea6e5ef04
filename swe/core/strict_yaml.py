"""Strict YAML: every scalar is text, every key is known, every problem is reported at once with file:line.

`yaml.safe_load` turns 012345 into 5349 and lets a repeated key win silently; region codes and weights cannot
bear that. We read the parser's events only (a composed node no longer knows whether `!!str` was written, and an
alias in it can go round in circles), and pydantic models do the typing.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, Discriminator, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentEndEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
    StreamStartEvent,
)

from swe.core.errors import DefinitionError, MachineError, SweError, joined

Loc = tuple[str | int, ...]
Model = TypeVar("Model", bound=BaseModel)
DEEPEST = 40  # levels; our deepest file has seven
TAG = "="  # leads the tag of a union's member; no key of ours begins so, and no message shows it
ONE_KEY = "one_key"
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
    made, errors = attempt_model(path, model)
    if made is None or errors:
        raise joined(errors)
    return made


def attempt_model(path: Path, model: type[Model]) -> tuple[Model | None, tuple[SweError, ...]]:
    """The file as a validated model, if it is one, and every problem on its own; raises where there is no document."""
    document, lines, found = _read(Path(path))
    errors: list[SweError] = list(found)  # repeated keys, anchors and tags stand beside what the model says
    try:
        return model.model_validate(document), tuple(errors)
    except ValidationError as error:
        return None, (*errors, *(_problem(path, lines, e) for e in error.errors() if not _is_echo(e)))


def one_key_of(value: Any, kinds: Mapping[str, type[BaseModel]]) -> str | None:
    """Which kind a mapping is written as: the tag of the only key of `kinds` that it has; also of a model made from it."""
    if isinstance(value, BaseModel):
        return next((TAG + key for key, kind in kinds.items() if isinstance(value, kind)), None)
    found = [key for key in kinds if key in value] if isinstance(value, dict) else []
    return TAG + found[0] if len(found) == 1 else None


def one_key(kinds: Callable[[], Mapping[str, type[BaseModel]]], listed: str) -> Discriminator:
    """The discriminator of a union whose members are known by their leading key; each is tagged `TAG + key`."""
    return Discriminator(
        lambda value: one_key_of(value, kinds()),
        custom_error_type=ONE_KEY,
        custom_error_message="exactly one of {listed}",
        custom_error_context={"listed": listed},
    )


def definition_error(path: Path, lines: Mapping[Loc, int], loc: Loc, zh: str, en: str) -> DefinitionError:
    """A problem at a place of a file that `read_nodes` has read."""
    return DefinitionError(zh, en, where=f"{path}:{_line(lines, loc)}")


def read_nodes(path: Path) -> tuple[Any, dict[Loc, int]]:
    """Plain dicts, lists, texts and None, with the line of every value (1-based) by its path."""
    document, lines, errors = _read(Path(path))
    if errors:
        raise joined(errors)
    return document, lines


def read_lines(path: Path) -> dict[Loc, int]:
    """The line of every value, also of a file with repeated keys, anchors or tags."""
    return _read(Path(path))[1]


def _read(path: Path) -> tuple[Any, dict[Loc, int], tuple[SweError, ...]]:
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
def _parsed(text: str, path: Path) -> tuple[Any, dict[Loc, int], tuple[SweError, ...]]:
    """The same text is parsed once: a model and its cross-checks both need it, and so does every region of a run."""
    reader = _Reader(path, _events(text, path))
    document = reader.document()
    return document, reader.lines, tuple(reader.errors)


def _events(text: str, path: Path) -> Iterator[Event]:
    """The parser's events; a syntax error becomes a DefinitionError when it is met."""
    try:
        yield from YAML(typ="safe", pure=True).parse(text)  # "rt" marks folds with U+0007
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise DefinitionError(
            f"YAML 语法错误：{error.problem}",
            f"YAML syntax error: {error.problem}",
            where=f"{path}:{mark.line + 1 if mark else 1}",
        ) from None
    except YAMLError as error:  # the reader met a character that no YAML text may hold
        line = text.count("\n", 0, getattr(error, "position", 0)) + 1
        raise DefinitionError(
            "文件里有控制字符，请删除",
            "the file holds a control character; remove it",
            where=f"{path}:{line}",
        ) from None


@dataclass
class _Reader:
    """One file on its way from events to plain values, with the line of each and what was wrong."""

    path: Path
    events: Iterator[Event]
    lines: dict[Loc, int] = field(default_factory=dict)
    errors: list[SweError] = field(default_factory=list)

    def document(self) -> Any:
        value, empty = None, True
        for event in self.events:
            if isinstance(event, StreamStartEvent | DocumentEndEvent | StreamEndEvent):
                continue
            if isinstance(event, DocumentStartEvent):
                if not empty:
                    raise self.error(
                        event, "一个文件只能有一份文档（---）", "a file holds one document (---) only"
                    )
                empty = False
                continue
            value = self.value(event, ())
        if empty:
            raise DefinitionError("文件是空的", "the file is empty", where=str(self.path))
        return value

    def value(self, event: Any, loc: Loc) -> Any:
        self.lines[loc] = event.start_mark.line + 1
        if len(loc) > DEEPEST:
            raise self.error(event, "嵌套太深", "nested too deeply")
        if isinstance(event, AliasEvent) or event.anchor is not None:
            self.note(event, "不允许锚点和别名（& *）", "anchors and aliases (& *) are not allowed")
        if isinstance(event, AliasEvent):
            return None
        if event.tag is not None:
            self.note(event, "不允许标签（!）", "tags (!) are not allowed")
        if isinstance(event, SequenceStartEvent):
            return self.sequence(loc)
        if isinstance(event, MappingStartEvent):
            return self.mapping(loc)
        assert isinstance(event, ScalarEvent)
        return None if not event.style and event.value in NULLS else event.value

    def sequence(self, loc: Loc) -> list[Any]:
        found: list[Any] = []
        for event in self.events:
            if isinstance(event, SequenceEndEvent):
                break
            found.append(self.value(event, (*loc, len(found))))
        return found

    def mapping(self, loc: Loc) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for event in self.events:
            if isinstance(event, MappingEndEvent):
                break
            written = self.value(event, (*loc, ""))
            del self.lines[*loc, ""]
            key = event.value if isinstance(event, ScalarEvent) else str(written)
            if not isinstance(event, ScalarEvent):
                self.note(event, "键必须是文本", "a key must be text")
            elif key in found:
                self.note(event, f"键“{key}”重复", f"duplicate key {key!r}")
            found[key] = self.value(next(self.events), (*loc, key))
            self.lines[*loc, key] = event.start_mark.line + 1
        return found

    def error(self, event: Event, zh: str, en: str) -> DefinitionError:
        return DefinitionError(zh, en, where=f"{self.path}:{event.start_mark.line + 1}")

    def note(self, event: Event, zh: str, en: str) -> None:
        self.errors.append(self.error(event, zh, en))


def _line(lines: Mapping[Loc, int], loc: Loc) -> int:
    """The line of a place; parts that are not in the file (a union's member, a key that is missing) are passed over."""
    at: Loc = ()
    for part in loc:
        if (*at, part) in lines:
            at = (*at, part)
    return lines.get(at, 1)


def _untagged(lines: Mapping[Loc, int], loc: Loc) -> Loc:
    """A place without the tags of unions; a key of the file that looks like a tag stays."""
    kept: Loc = ()
    for part in loc:
        if (*kept, part) in lines or not str(part).startswith(TAG):
            kept = (*kept, part)
    return kept


def _is_echo(error: Any) -> bool:
    """Whether a list is called too short only because its items are wrong; those are told one by one."""
    if error["type"] != "too_short" or not isinstance(error["input"], list):
        return False
    return len(error["input"]) >= int(error["ctx"]["min_length"])


def _problem(path: Path, lines: Mapping[Loc, int], error: Any) -> DefinitionError:
    loc = _untagged(lines, tuple(error["loc"]))
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
    elif kind == ONE_KEY:
        listed = context["listed"]
        zh, en = f"{name} 要恰好写 {listed} 中的一个", f"{name} must have exactly one of {listed}"
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
