"""What differs between two indicator systems, code by code: what a reader of two years' scores must know first.

Points and grades are compared as shares of the scale, so a system of 1,000 points equals its twin of 100.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Literal

from pydantic import BaseModel

from swe.indicators.framework_model import FrameworkSpec, Grade
from swe.indicators.frameworks import Framework
from swe.indicators.score_rules import as_fraction

ChangeKind = Literal[
    "added", "removed", "renamed", "moved", "reweighted", "measure", "rule", "direction", "missing", "applies_to", "filter",
    "grade", "scale", "cap", "validity", "raters", "other",
]  # fmt: skip
Level = Literal["framework", "dimension", "group", "indicator", "bonus", "deduction", "veto"]

LEVELS: dict[str, tuple[str, str]] = {
    "framework": ("指标体系", "system"),
    "dimension": ("维度", "dimension"),
    "group": ("组", "group"),
    "indicator": ("指标", "indicator"),
    "bonus": ("加分项", "bonus item"),
    "deduction": ("扣分项", "deduction"),
    "veto": ("一票否决项", "veto"),
}
KINDS: dict[str, tuple[str, str]] = {
    "added": ("新增", "added"),
    "removed": ("删去", "removed"),
    "renamed": ("改名", "renamed"),
    "moved": ("改归", "moved"),
    "reweighted": ("改分值", "points"),
    "measure": ("改算法", "measure"),
    "rule": ("改评分规则", "score rule"),
    "direction": ("改方向", "direction"),
    "missing": ("改缺失处理", "missing policy"),
    "applies_to": ("改适用对象", "applies to"),
    "filter": ("改条件", "filter"),
    "grade": ("改等级", "grades"),
    "scale": ("改满分", "scale"),
    "cap": ("改上限", "cap"),
    "validity": ("改有效标准", "validity"),
    "raters": ("改评分方权重", "raters"),
    "other": ("改其他", "other"),
}


@dataclass(frozen=True)
class Change:
    """One difference: what kind, of what, from what to what; texts are those of the files, without line breaks.

    `code` is empty for what belongs to the system as a whole. `before` is empty for what was added, `after` for what
    was removed.
    """

    kind: ChangeKind
    level: Level
    code: str
    name_zh: str
    name_en: str
    before: str
    after: str

    def text(self, lang: str = "en") -> str:
        """One line for people."""
        at = 0 if lang == "zh" else 1
        name = self.name_zh if lang == "zh" else self.name_en
        head = " ".join(
            part for part in (KINDS[self.kind][at], LEVELS[self.level][at], self.code, name) if part
        )
        if self.kind in ("added", "removed"):
            return head
        return f"{head}{'：' if lang == 'zh' else ': '}{self.before or '-'} → {self.after or '-'}"

    def document(self) -> dict[str, str]:
        """The row in `swe framework diff --json`."""
        names = ("kind", "level", "code", "name_zh", "name_en", "before", "after")
        return {name: getattr(self, name) for name in names}


def framework_diff(a: Framework, b: Framework) -> tuple[Change, ...]:
    """What changed from `a` to `b`, the system first, then level by level, in the order of the codes in `b`, then `a`.

    Raises nothing: both are checked systems. Titles, sources and texts of evidence or definition are reported as
    `other`; `id`, `status` and `replaces` are not reported.
    """
    return (*_whole(a.spec, b.spec), *_items(a.spec, b.spec))


def _whole(a: FrameworkSpec, b: FrameworkSpec) -> Iterator[Change]:
    """What changed in the system as a whole."""
    same_kinds = set(a.applies_to) == set(b.applies_to)
    rows: list[tuple[ChangeKind, str, str, Any, Any, bool]] = [
        ("scale", "", "", a.scale, b.scale, a.scale == b.scale),
        ("applies_to", "", "", a.applies_to, b.applies_to, same_kinds),
        ("validity", "", "", a.validity, b.validity, a.validity == b.validity),
        ("raters", "", "", a.raters, b.raters, a.raters == b.raters),
        ("grade", "", "", _bands(a.grades), _bands(b.grades), _cuts(a) == _cuts(b)),
    ]
    for key, zh, en in (("bonus", "加分", "bonus"), ("deductions", "扣分", "deductions")):
        one, other = (each.cap if (each := getattr(spec, key)) else None for spec in (a, b))
        rows.append(("cap", zh, en, one, other, _share(one, a) == _share(other, b)))
    for key in ("title", "source", "origin"):
        one, other = getattr(a, key), getattr(b, key)
        rows.append(("other", key, key, one, other, one == other))
    for kind, zh, en, before, after, same in rows:
        if not same:
            yield Change(kind, "framework", "", zh, en, _text(before), _text(after))


def _items(a: FrameworkSpec, b: FrameworkSpec) -> Iterator[Change]:
    before, after = _listed(a), _listed(b)
    for key, item in after.items():
        if key in before:
            yield from _item(key, before[key], item, a, b)
        else:
            yield Change("added", key[0], key[1], item.name.zh, item.name.en, "", _text(item))
    for key, item in before.items():
        if key not in after:
            yield Change("removed", key[0], key[1], item.name.zh, item.name.en, _text(item), "")


Key = tuple[Level, str]


def _listed(spec: FrameworkSpec) -> dict[Key, Any]:
    """Everything that has a code, by level and code; in the order of the file."""
    levels: Mapping[Level, Iterable[Any]] = {
        "dimension": spec.dimensions,
        "group": spec.groups,
        "indicator": spec.indicators,
        "bonus": spec.bonus.items if spec.bonus else (),
        "deduction": spec.deductions.items if spec.deductions else (),
        "veto": spec.vetoes,
    }
    return {(level, item.code): item for level, items in levels.items() for item in items}


_FIELDS: dict[str, ChangeKind] = {
    "dimension": "moved",
    "group": "moved",
    "measure": "measure",
    "direction": "direction",
    "missing": "missing",
    "applies_to": "applies_to",
    "table": "filter",
    "where": "filter",
    "grade": "grade",
}


def _item(key: Key, one: Any, other: Any, a: FrameworkSpec, b: FrameworkSpec) -> Iterator[Change]:
    """What changed in a thing that both systems have."""

    def change(kind: ChangeKind, before: Any, after: Any) -> Change:
        return Change(kind, *key, other.name.zh, other.name.en, _text(before), _text(after))

    if one.name != other.name:
        yield change("renamed", _named(one), _named(other))
    if _share(_points(one), a) != _share(_points(other), b):
        yield change("reweighted", _out_of(one, a, b), _out_of(other, b, a))
    if hasattr(one, "score") and _rule(one, a) != _rule(other, b):
        yield change("rule", one.score, other.score)
    if hasattr(one, "max") and _share(one.max, a) != _share(other.max, b):
        yield change("cap", one.max, other.max)
    for name in type(one).model_fields:
        before, after = getattr(one, name), getattr(other, name)
        if name not in ("code", "name", "score", "points", "max") and before != after:
            yield change(_FIELDS.get(name, "other"), before, after)


def _points(item: Any) -> float | None:
    found: float | None = item.score.points if hasattr(item, "score") else getattr(item, "points", None)
    return found


def _share(points: float | None, spec: FrameworkSpec) -> Fraction | None:
    return None if points is None else as_fraction(points) / int(spec.scale)


def _out_of(item: Any, own: FrameworkSpec, other: FrameworkSpec) -> str:
    points = _text(_points(item))
    return points if own.scale == other.scale else f"{points}/{own.scale}"


def _rule(item: Any, spec: FrameworkSpec) -> Any:
    """The rule with its points as shares of the rule's own full points: a new weight alone is no new rule."""
    score, full = item.score, item.score.points

    def part(points: float) -> Fraction | float:
        return as_fraction(points) / as_fraction(full) if full else points

    steps = [(step.from_, part(step.points)) for step in score.steps or ()]
    bands = [(band.from_, band.to, part(band.points)) for band in score.bands or ()]
    return score.linear, steps, bands, score.reach, score.yesno, score.rating


def _cuts(spec: FrameworkSpec) -> list[tuple[Fraction | None, str, str]]:
    grades = sorted(spec.grades, key=lambda grade: -grade.from_)
    return [(_share(grade.from_, spec), grade.name.zh, grade.name.en) for grade in grades]


def _bands(grades: Iterable[Grade]) -> str:
    found = sorted(grades, key=lambda grade: -grade.from_)
    return ", ".join(f"{_text(grade.from_)} {grade.name.zh}/{grade.name.en}" for grade in found)


def _named(item: Any) -> str:
    return f"{item.name.zh}/{item.name.en}"


def _text(value: Any) -> str:
    """A value as it would stand in a file, on one line: {share: cases, where: {stage: {equals: closed}}}."""
    if value is None:
        return ""
    if isinstance(value, BaseModel):
        return _text(value.model_dump(by_alias=True, exclude_unset=True))
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {_text(each)}" for key, each in value.items()) + "}"
    if isinstance(value, tuple | list):
        return "[" + ", ".join(_text(each) for each in value) + "]"
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:.12g}" if isinstance(value, float) else str(value)
