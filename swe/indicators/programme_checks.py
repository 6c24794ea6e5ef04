"""What can be wrong with a programme file: every problem with its place, all at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from swe.core.dates import parse_date, parse_partial
from swe.core.errors import SweError
from swe.core.strict_yaml import Loc
from swe.indicators.operands import PURE, Expression, Unit, parse_expression, unit_of
from swe.indicators.programme_model import Answer, Derivation, Programme, Target
from swe.indicators.programme_numbers import measure_units
from swe.indicators.programme_rules import records, rules_of
from swe.reference.register import last_vintage

if TYPE_CHECKING:
    from swe.reference.published import Published

Problem = tuple[Loc, str, str]  # where in the file, zh, en


def problems(path: Path, programme: Programme, published: Published) -> Iterator[Problem]:
    """Where a file contradicts its own name, the published tables or the algebra of units."""
    yield from _identity(path, programme, published)
    yield from _contents(programme, published)


def _identity(path: Path, programme: Programme, published: Published) -> Iterator[Problem]:
    """The file's name and the list of programmes agree with what the file says of itself."""
    if path.stem != programme.id:
        yield (
            ("id",),
            f"编号 {programme.id} 与文件名 {path.stem} 不一致",
            f"id {programme.id} is not the file's name {path.stem}",
        )
    listed = records(published.programmes, "programme_id").get(programme.id)
    if listed is None:
        yield (
            ("id",),
            f"programmes.csv 里没有 {programme.id}，请先加一行",
            f"programmes.csv has no {programme.id}; add a row there first",
        )
        return
    said: dict[Loc, tuple[str, str]] = {
        ("kind",): (programme.kind, listed["kind"]),
        ("region",): (programme.region, listed["region"]),
        ("counterpart",): (programme.counterpart or "", listed["counterpart"]),
        ("title", "zh"): (programme.title.zh, listed["title_zh"]),
        ("title", "en"): (programme.title.en, listed["title_en"]),
    }
    for loc, (here, there) in said.items():
        if here != there:
            name = ".".join(map(str, loc))
            yield (
                loc,
                f"{name} 写的是“{here}”，programmes.csv 里是“{there}”",
                f"{name} is {here!r} here and {there!r} in programmes.csv",
            )


def _contents(programme: Programme, published: Published) -> Iterator[Problem]:
    units = measure_units(published)
    rules = {k: r for k, r in rules_of(published).items() if r["programme_id"] == programme.id}
    yield from _repeated(programme)
    yield from _dates_of(programme)
    yield from _rule_ids(programme, rules)
    yield from _source_ids(programme, published)
    yield from _taxonomy(programme, rules)
    for i, item in enumerate(programme.derived):
        yield from _derivation(("derived", i), item, units)
    for i, target in enumerate(programme.targets):
        yield from _target(("targets", i), target, programme, units)
    for i, answer in enumerate(programme.answers):
        yield from _answer(("answers", i), answer, programme, units)


def _derivation(loc: Loc, item: Derivation, units: Mapping[str, str]) -> Iterator[Problem]:
    texts = {"numerator": item.numerator} | ({"denominator": item.denominator} if item.denominator else {})
    found: list[Unit] = []
    expressions: list[Expression] = []
    for key, text in texts.items():
        try:
            expressions.append(_readable(text))
            found.append(unit_of(expressions[-1], units))
        except SweError as error:
            yield (*loc, key), error.zh, error.en
    if len(found) < len(texts):
        return
    computed = found[0] / found[1] if item.denominator else found[0]
    if not computed.same_as(Unit.parse(item.unit)) or item.unit == "":
        right = str(computed) or " | ".join(PURE)
        yield (
            (*loc, "unit"),
            f"单位写的是“{item.unit}”，按分子分母应为“{right}”",
            f"unit is {item.unit!r}, but numerator and denominator give {right!r}",
        )
    if any(e.registers for e in expressions) and not any(e.figures or e.periods for e in expressions):
        yield (
            (*loc, "numerator"),
            "名册的数要配一个有日期的数据，才能确定用哪一期名册",
            "a register count needs a dated figure beside it, to know which vintage is meant",
        )


def _readable(text: str) -> Expression:
    """The expression, with the regions that it names in the register."""
    expression = parse_expression(text)
    for operand in expression.registers:
        if operand.region is not None:
            last_vintage(operand.region)
    return expression


def _target(loc: Loc, item: Target, programme: Programme, units: Mapping[str, str]) -> Iterator[Problem]:
    if item.rule not in programme.rules:
        yield (*loc, "rule"), *_not_listed(item.rule)
    try:
        unit = unit_of(_readable(item.target), units)
    except SweError as error:
        yield (*loc, "target"), error.zh, error.en
        return
    for i, figure in enumerate(item.series):
        try:
            own = unit_of(parse_expression(figure), units)
        except SweError as error:
            yield (*loc, "series", i), error.zh, error.en
            continue
        if not own.same_as(unit):
            yield (
                (*loc, "series", i),
                f"{figure} 的单位是 {own}，目标的单位是 {unit}",
                f"{figure} is counted in {own}, the target in {unit}",
            )


def _answer(loc: Loc, item: Answer, programme: Programme, units: Mapping[str, str]) -> Iterator[Problem]:
    if item.rule not in programme.rules:
        yield (*loc, "rule"), *_not_listed(item.rule)
    derived = {each.id: Unit.parse(each.unit) for each in programme.derived}
    found: list[Unit] = []
    for key, text in (("value", item.value), ("target", item.target)):
        if text is None:
            continue
        if text in derived:
            found.append(derived[text])
            continue
        try:
            expression = parse_expression(text)
            found.append(unit_of(expression, units))
        except SweError as error:
            yield (*loc, key), error.zh, error.en
            continue
        if expression.registers:
            yield (
                (*loc, key),
                "这里不能直接用名册的数，请先在 derived 里定义，再写它的编号",
                "a register count cannot stand here; declare it under derived and name its id",
            )
    if len(found) == 2 and not found[0].same_as(found[1]):
        zero, one = (str(each) or "-" for each in found)
        yield (
            (*loc, "target"),
            f"比较的两边单位不同：{zero} 与 {one}",
            f"the two sides of the comparison differ in unit: {zero} and {one}",
        )


def _repeated(programme: Programme) -> Iterator[Problem]:
    for key in ("derived", "targets"):
        ids = [each.id for each in getattr(programme, key)]
        for i, name in enumerate(ids):
            if name in ids[:i]:
                yield (key, i, "id"), f"编号 {name} 重复", f"id {name} is used twice"


def _dates_of(programme: Programme) -> Iterator[Problem]:
    for key, text in (("from", programme.period.first), ("to", programme.period.last)):
        if text is not None:
            yield from _date(("period", key), text, parse_partial)
    for i, target in enumerate(programme.targets):
        yield from _date(("targets", i, "deadline"), target.deadline, parse_date)
        if target.start:
            yield from _date(("targets", i, "start", "date"), target.start.date, parse_date)


def _date(loc: Loc, text: str, parse: Callable[[str], object]) -> Iterator[Problem]:
    try:
        parse(text)
    except SweError as error:
        yield loc, error.zh, error.en


def _rule_ids(programme: Programme, rules: Mapping[str, Any]) -> Iterator[Problem]:
    for i, rule in enumerate(programme.rules):
        if rule not in rules:
            yield (
                ("rules", i),
                f"rules.csv 里没有属于 {programme.id} 的规则 {rule}",
                f"rules.csv has no rule {rule} of {programme.id}",
            )
    missing = sorted(set(rules) - set(programme.rules))
    if missing:
        yield (
            ("rules",),
            f"缺少 rules.csv 里属于本项目的规则：{'、'.join(missing)}",
            f"rules of this programme in rules.csv are missing: {', '.join(missing)}",
        )


def _source_ids(programme: Programme, published: Published) -> Iterator[Problem]:
    known = set(published.sources["source_id"])
    for i, source in enumerate(programme.sources):
        if source not in known:
            yield ("sources", i), f"没有来源 {source}", f"there is no source {source}"


def _taxonomy(programme: Programme, rules: Mapping[str, Mapping[str, str]]) -> Iterator[Problem]:
    """The value lists are those of the programme's `in` rules, word for word."""
    lists = {r["indicator"]: r["threshold"].split("|") for r in rules.values() if r["operator"] == "in"}
    for name in sorted(lists.keys() | programme.taxonomy.keys()):
        there, here = lists.get(name), programme.taxonomy.get(name)
        if here != there:
            loc = ("taxonomy", name) if here is not None else ("taxonomy",)
            zh_there, en_there = ("|".join(there),) * 2 if there else ("没有这个分类", "no such list")
            yield (
                loc,
                f"分类 {name} 与 rules.csv 不一致：{zh_there}",
                f"taxonomy {name} differs from rules.csv: {en_there}",
            )


def _not_listed(rule: str) -> tuple[str, str]:
    return f"规则 {rule} 不在本文件的 rules 里", f"rule {rule} is not among the rules of this file"
