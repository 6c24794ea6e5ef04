"""What can be wrong with an indicator system: every problem with its place, all at once.

Points that do not add up, a grade that nobody can get or a filter that never matches would otherwise show as a bad
station; so nothing is computed from a file with any of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path

from swe.core.errors import DefinitionError
from swe.core.strict_yaml import Loc
from swe.indicators.framework_filter_checks import Problem, table_of, where_problems
from swe.indicators.framework_measure_checks import measure_problems
from swe.indicators.framework_model import (
    Deduction,
    Dimension,
    FrameworkSpec,
    Group,
    Indicator,
    Rating,
    StationKind,
    Veto,
)
from swe.indicators.framework_score_checks import score_problems
from swe.indicators.score_rules import as_fraction
from swe.ledgers.checks.limits import Minima

HOME = ("params", "frameworks")


def problems(path: Path, spec: FrameworkSpec) -> Iterator[Problem]:
    """Where a file contradicts its name, itself or the ledger contract."""
    yield from _identity(Path(path), spec)
    yield from _codes(spec)
    yield from _tree(spec)
    yield from _points(spec)
    yield from _indicators(spec)
    yield from _extras(spec)
    yield from _grades(spec)
    yield from _raters(spec)
    yield from _validity(spec)


def _identity(path: Path, spec: FrameworkSpec) -> Iterator[Problem]:
    if path.resolve().parts[-3:-1] == HOME and path.stem != spec.id:
        yield (
            ("id",),
            f"编号 {spec.id} 与文件名 {path.stem} 不一致",
            f"id {spec.id} is not the file's name {path.stem}",
        )
    if spec.replaces == spec.id:
        yield ("replaces",), "不能取代自己，请换一个 id", "a system cannot replace itself; give it another id"
    yield from _kinds(spec.applies_to, ("applies_to",))


def _kinds(kinds: Sequence[StationKind], loc: Loc) -> Iterator[Problem]:
    for i, kind in enumerate(kinds):
        if kind in kinds[:i]:
            yield (*loc, i), f"{kind} 重复", f"{kind} is listed twice"


def _codes(spec: FrameworkSpec) -> Iterator[Problem]:
    """Dimensions, groups, indicators, bonus items, deductions and vetoes share one space of codes."""
    seen: dict[str, str] = {}
    places: list[tuple[Loc, Sequence[object]]] = [
        (("dimensions",), spec.dimensions),
        (("groups",), spec.groups),
        (("indicators",), spec.indicators),
        (("bonus", "items"), spec.bonus.items if spec.bonus else ()),
        (("deductions", "items"), spec.deductions.items if spec.deductions else ()),
        (("vetoes",), spec.vetoes),
    ]
    for loc, items in places:
        for i, item in enumerate(items):
            code = str(getattr(item, "code", ""))
            if code in seen:
                yield (
                    (*loc, i, "code"),
                    f"代码 {code} 重复（{seen[code]} 已用）",
                    f"code {code} is used twice (already in {seen[code]})",
                )
            seen.setdefault(code, str(loc[0]))


def _tree(spec: FrameworkSpec) -> Iterator[Problem]:
    """Groups stand in dimensions, indicators in both."""
    dimensions = {d.code for d in spec.dimensions}
    for i, group in enumerate(spec.groups):
        if group.dimension not in dimensions:
            yield ("groups", i, "dimension"), *_unknown("dimensions", group.dimension)
    for i, item in enumerate(spec.indicators):
        yield from _place(item, spec, ("indicators", i))


def _place(item: Indicator, spec: FrameworkSpec, loc: Loc) -> Iterator[Problem]:
    """An indicator's dimension and group are there, and the group is of the dimension."""
    home = {g.code: g.dimension for g in spec.groups}
    if item.dimension not in {d.code for d in spec.dimensions}:
        yield (*loc, "dimension"), *_unknown("dimensions", item.dimension)
    if item.group is None:
        if item.dimension in home.values():
            yield (
                loc,
                f"指标 {item.code} 缺少 group：维度 {item.dimension} 分了组",
                f"indicator {item.code} lacks its group: dimension {item.dimension} is divided into groups",
            )
    elif item.group not in home:
        yield (*loc, "group"), *_unknown("groups", item.group)
    elif home[item.group] != item.dimension:
        yield (
            (*loc, "group"),
            f"组 {item.group} 属于维度 {home[item.group]}，不属于 {item.dimension}",
            f"group {item.group} belongs to dimension {home[item.group]}, not to {item.dimension}",
        )


def _unknown(where: str, code: str) -> tuple[str, str]:
    return f"{where} 里没有代码 {code}", f"{where} has no code {code}"


def _points(spec: FrameworkSpec) -> Iterator[Problem]:
    """Indicators add up to their group, groups (or indicators) to their dimension, dimensions to the scale.

    A difference that a misplaced indicator explains is not told beside it.
    """
    lost = [as_fraction(item.score.points) for item in spec.indicators if next(_place(item, spec, ()), None)]
    explained = {*lost, sum(lost, Fraction())} if lost else set()
    for i, group in enumerate(spec.groups):
        own = [item.score.points for item in spec.indicators if item.group == group.code]
        yield from _adds_up(group, own, ("groups", i, "points"), "indicators", explained)
    for i, dimension in enumerate(spec.dimensions):
        groups = [group.points for group in spec.groups if group.dimension == dimension.code]
        direct = [item.score.points for item in spec.indicators if item.dimension == dimension.code]
        part = "groups" if groups else "indicators"
        yield from _adds_up(dimension, groups or direct, ("dimensions", i, "points"), part, explained)
    total = sum((as_fraction(d.points) for d in spec.dimensions), Fraction())
    if total != Fraction(spec.scale):
        yield (
            ("scale",),
            f"各维度的分数合计 {_decimal(total)}，满分是 {spec.scale}",
            f"the dimensions add up to {_decimal(total)}, the scale is {spec.scale}",
        )


_PARTS = {"indicators": "指标", "groups": "组"}


def _adds_up(
    whole: Dimension | Group, parts: Sequence[float], loc: Loc, part: str, explained: set[Fraction]
) -> Iterator[Problem]:
    total = sum((as_fraction(points) for points in parts), Fraction())
    if abs(total - as_fraction(whole.points)) in explained:
        return
    if not parts:
        yield loc, f"{whole.code} 下没有指标", f"{whole.code} has no indicator"
    elif total != as_fraction(whole.points):
        yield (
            loc,
            f"{whole.code} 是 {whole.points:g} 分，其{_PARTS[part]}合计 {_decimal(total)}",
            f"{whole.code} has {whole.points:g} points, its {part} add up to {_decimal(total)}",
        )


def _decimal(number: Fraction) -> str:
    return f"{float(number):.12g}"


def _indicators(spec: FrameworkSpec) -> Iterator[Problem]:
    for i, item in enumerate(spec.indicators):
        loc: Loc = ("indicators", i)
        yield from measure_problems(item.measure, spec, (*loc, "measure"))
        yield from score_problems(item, (*loc, "score"))
        yield from _kinds(item.applies_to or (), (*loc, "applies_to"))
        for k, kind in enumerate(item.applies_to or ()):
            if kind not in spec.applies_to:
                yield (
                    (*loc, "applies_to", k),
                    f"{kind} 不在指标体系的 applies_to 里",
                    f"{kind} is not in applies_to of the system",
                )
        if item.rated_by is not None and isinstance(item.measure, Rating):
            for k, source in enumerate(item.measure.rating):
                if source not in item.rated_by:
                    yield (
                        (*loc, "measure", "rating", k),
                        f"rated_by 里没有 {source}，没有人会这样评分",
                        f"rated_by lacks {source}: nobody would give this rating",
                    )


def _extras(spec: FrameworkSpec) -> Iterator[Problem]:
    for i, item in enumerate(spec.bonus.items if spec.bonus else ()):
        yield from measure_problems(item.measure, spec, ("bonus", "items", i, "measure"))
        yield from score_problems(item, ("bonus", "items", i, "score"))
    for i, deduction in enumerate(spec.deductions.items if spec.deductions else ()):
        loc: Loc = ("deductions", "items", i)
        yield from _found(deduction, loc)
        if deduction.max is not None and deduction.max < deduction.points:
            yield (
                (*loc, "max"),
                f"最多扣 {deduction.max:g} 分，小于一次扣的 {deduction.points:g} 分",
                f"max {deduction.max:g} is less than the {deduction.points:g} points of one finding",
            )
    names = {name for grade in spec.grades for name in (grade.name.zh, grade.name.en)}
    for i, veto in enumerate(spec.vetoes):
        yield from _found(veto, ("vetoes", i))
        if veto.grade not in names:
            listed = [grade.name for grade in spec.grades]
            yield (
                ("vetoes", i, "grade"),
                f"grades 里没有“{veto.grade}”；可用的有：{'、'.join(name.zh for name in listed)}",
                f"grades has no {veto.grade!r}; known: {', '.join(name.en for name in listed)}",
            )


def _found(item: Deduction | Veto, loc: Loc) -> Iterator[Problem]:
    table, found = table_of(item.table, (*loc, "table"))
    yield from found
    if table is not None:
        yield from where_problems(table, item.where, (*loc, "where"))


def _grades(spec: FrameworkSpec) -> Iterator[Problem]:
    cuts = [grade.from_ for grade in spec.grades]
    if 0 not in cuts:
        yield (
            ("grades",),
            "没有从 0 分起的等级，低分的站就没有等级",
            "no grade begins at 0, so low totals would have none",
        )
    for i, grade in enumerate(spec.grades):
        if grade.from_ in cuts[:i]:
            yield (
                ("grades", i, "from"),
                f"两个等级都从 {grade.from_:g} 分起",
                f"two grades begin at {grade.from_:g}",
            )
        if grade.from_ > int(spec.scale):
            yield (
                ("grades", i, "from"),
                f"{grade.from_:g} 高于满分 {spec.scale}",
                f"{grade.from_:g} is above the scale {spec.scale}",
            )
        for lang in ("zh", "en"):
            name = getattr(grade.name, lang)
            if name in [getattr(other.name, lang) for other in spec.grades[:i]]:
                yield ("grades", i, "name", lang), f"等级名“{name}”重复", f"two grades are called {name!r}"


def _raters(spec: FrameworkSpec) -> Iterator[Problem]:
    if spec.raters is None:
        return
    total = sum((as_fraction(weight) for weight in spec.raters.values()), Fraction())
    if total != 1:
        yield (
            ("raters",),
            f"评分方的权重合计 {_decimal(total)}，应为 1",
            f"the weights of the raters add up to {_decimal(total)}, not to 1",
        )


def _validity(spec: FrameworkSpec) -> Iterator[Problem]:
    for table, columns in spec.validity.items():
        for column, minimum in columns.items():
            try:
                Minima.from_validity({table: {column: {"min": minimum.min}}})
            except DefinitionError as error:
                yield ("validity", table, column), error.zh, error.en
