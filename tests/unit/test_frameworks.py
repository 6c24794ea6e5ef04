"""Indicator systems: what ships is right, and everything wrong is told at once, each with its exact line."""

from __future__ import annotations

import importlib.util
import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner
from pydantic import TypeAdapter

import swe
from swe.cli import cli
from swe.core.errors import DefinitionError, UsageError
from swe.core.strict_yaml import read_nodes
from swe.indicators.framework_command import compare_frameworks
from swe.indicators.framework_diff import Change, framework_diff
from swe.indicators.framework_filter_checks import parsed
from swe.indicators.framework_measure_checks import measure_problems
from swe.indicators.framework_model import MEASURES, RULES, FrameworkSpec, Measure, Ratio, Score
from swe.indicators.frameworks import Framework, attempt_framework, framework
from swe.ledgers.contract import contract

HOME = Path(__file__).parents[2]
_spec = importlib.util.spec_from_file_location(
    "wrong_frameworks", Path(__file__).with_name("wrong_frameworks.py")
)
assert _spec and _spec.loader
wrong = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(wrong)
RIGHT: str = wrong.RIGHT

# The example of docs/formats.md §5, made whole: its only indicator has all the points.
EXAMPLE = """\
id: generic-100
status: draft                         # draft | final (a final file never changes; a new one says replaces: <id>)
title: {zh: 通用百分制, en: Generic scheme of 100 points}
source: {document: none, pages: none}
origin: synthetic
scale: 100
contract: ledger-v1
applies_to: [station]                 # station | main_station | room
validity: {groups: {sessions: {min: 4}, participants: {min: 5}}, cases: {contacts: {min: 5}}, activities: {participants: {min: 8}}}
dimensions: [{code: B, name: {zh: 服务成效, en: Outcomes}, points: 100}]
indicators:
  - code: B1
    dimension: B
    name: {zh: 个案结案率, en: Case closure rate}
    measure: {share: cases, where: {stage: {equals: closed}}, of: {stage: {notnull: true}}}
    about: person                     # person | organisation: decides about disclosure control
    direction: up
    score: {linear: {from: 0.4, to: 0.9}, points: 100}
    evidence: {zh: 个案档案, en: case files}
    missing: block                    # zero | reweight | block
grades: [{from: 90, name: {zh: 优秀, en: Excellent}}, {from: 80, name: {zh: 良好, en: Good}}, {from: 60, name: {zh: 合格, en: Pass}}, {from: 0, name: {zh: 不合格, en: Fail}}]   # half-open
vetoes: [{code: V1, name: {zh: 弄虚作假, en: Falsification}, table: findings, where: {kind: {equals: falsification}}, grade: Fail}]
raters: {third_party: 0.6, purchaser: 0.2, village: 0.1, supervisor: 0.1}    # optional; weights of rater sources
"""


def file(folder: Path, text: str, name: str = "system.yml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def edited(folder: Path, *edits: tuple[str, str]) -> Framework:
    """The right system with some of its text changed, which must still be right."""
    text = RIGHT
    for old, new in edits:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return framework(file(folder, text, "edited.yml"))


# -- what is right --


@pytest.mark.parametrize("path", sorted((HOME / "params" / "frameworks").glob("*.yml")), ids=lambda p: p.stem)
def test_every_system_that_ships_is_right(path: Path) -> None:
    assert framework(path).id == path.stem


def test_the_example_of_the_format_is_a_system(tmp_path: Path) -> None:
    found = framework(file(tmp_path, EXAMPLE))
    assert (found.id, found.scale, found.codes) == ("generic-100", 100, ("B1", "V1"))
    assert [grade.from_ for grade in found.grades] == [90, 80, 60, 0]


def test_the_right_system_is_right_and_uses_every_level(tmp_path: Path) -> None:
    found = framework(file(tmp_path, RIGHT))
    assert found.codes == ("A1.1", "A1.2", "A2.1", "B1", "B2", "B3", "B4", "B5", "B6", "P1", "D1", "V1")
    assert isinstance(found.indicators[0].measure, Ratio)
    assert swe.framework is framework


def test_points_in_decimals_add_up_as_they_are_written(tmp_path: Path) -> None:
    """0.1 + 0.2 is 0.3 here; in floats it is not (20.1 + 20.2 is 40.3 only after rounding)."""
    tenths = RIGHT.replace("points: 20.1}\n", "points: 0.3}\n").replace("points: 20.2}\n", "points: 40}\n")
    tenths = tenths.replace(
        "      points: 10\n    evidence: {zh: 花名册", "      points: 0.1\n    evidence: {zh: 花名册"
    )
    tenths = tenths.replace("points: 10.1}", "points: 0.2}").replace(
        "points: 40}\n      points: 20.2", "points: 40}\n      points: 40"
    )
    assert 0.1 + 0.2 != 0.3
    assert framework(file(tmp_path, tenths)).spec.groups[0].points == 0.3


def test_the_mean_of_yes_and_no_is_a_measure(tmp_path: Path) -> None:
    found = edited(tmp_path, ("      column: [satisfaction_1, satisfaction_2]\n", "      column: [awareness_1, awareness_2]\n"),
                   ("linear: {from: 1, to: 5}", "linear: {from: 0, to: 1}"))  # fmt: skip
    assert found.indicators[6].code == "B4"


@pytest.mark.parametrize("of", ["months", "weeks", "domains"])
def test_months_weeks_and_domains_can_be_covered(tmp_path: Path, of: str) -> None:
    edited(
        tmp_path,
        ("      distinct: client_id\n", ""),
        ("      of: clients\n      of_where: {state: {equals: active}}\n", f"      of: {of}\n"),
    )


def test_a_register_is_covered_by_its_own_key_where_none_is_named(tmp_path: Path) -> None:
    assert edited(tmp_path, ("      distinct: client_id\n", "")).codes


def test_an_id_is_the_files_name_among_the_projects_systems_only(tmp_path: Path) -> None:
    home = tmp_path / "params" / "frameworks"
    home.mkdir(parents=True)
    path = file(home, EXAMPLE, "other.yml")
    found, errors = attempt_framework(path)
    assert found is None
    assert [(error.where, "is not the file's name other" in error.en) for error in errors] == [
        (f"{path}:1", True)
    ]
    assert framework(file(home, EXAMPLE, "generic-100.yml")).id == "generic-100"


def test_an_unknown_id_is_told_with_what_is_known() -> None:
    with pytest.raises(UsageError, match="no framework 'nothing-here'"):
        framework("nothing-here")


# -- what is wrong --


@pytest.mark.parametrize("name", wrong.WRONG)
def test_a_wrong_system_is_told_with_exactly_its_lines(tmp_path: Path, name: str) -> None:
    case = wrong.WRONG[name]
    path = file(tmp_path, case.text())
    found, errors = attempt_framework(path)
    assert found is None
    assert case.lines()
    assert sorted({error.where for error in errors}) == sorted(f"{path}:{line}" for line in case.lines())
    assert any(case.said in error.en for error in errors), [error.en for error in errors]
    for error in errors:
        assert error.exit_code == 10
        assert re.search(r"[\u4e00-\u9fff]", error.zh) and not re.search(
            r"=(count|share|ratio)", error.zh + error.en
        )


def test_there_are_enough_wrong_systems() -> None:
    assert len(wrong.WRONG) >= 35
    assert len({case.text() for case in wrong.WRONG.values()}) == len(wrong.WRONG)


def test_all_problems_of_a_system_are_told_at_once_in_the_order_of_the_lines(tmp_path: Path) -> None:
    chosen = [
        "dates in where and of that cannot both hold",
        "a code twice across levels",
        "a sum of dates",
        "weights that are not whole",
    ]
    text, lines = RIGHT, []
    for name in chosen:
        text = text.replace(wrong.WRONG[name].old, wrong.WRONG[name].new)
    lines = [i for i, line in enumerate(text.splitlines(), 1) if line.endswith("#!")]
    path = file(tmp_path, text)
    with pytest.raises(DefinitionError) as caught:
        framework(path)
    for lang in ("zh", "en"):
        told = re.findall(rf"{re.escape(str(path))}:(\d+)", caught.value.text(lang))
        assert [int(line) for line in told] == lines
    assert len(lines) == 4


def test_a_repeated_key_stands_beside_what_contradicts_itself(tmp_path: Path) -> None:
    text = RIGHT.replace("    direction: down\n", "    direction: down\n    direction: up\n")
    _, errors = attempt_framework(file(tmp_path, text))
    assert [error.en for error in errors if "duplicate" in error.en] == ["duplicate key 'direction'"]
    assert any("must rise" in error.en for error in errors)


def test_a_measure_without_a_known_key_lists_the_nine(tmp_path: Path) -> None:
    _, errors = attempt_framework(
        file(tmp_path, RIGHT.replace("      share: cases\n", "      shares: cases\n"))
    )
    [error] = errors
    assert all(name in error.en and name in error.zh for name in MEASURES)
    assert len(MEASURES) == 9 and len(RULES) == 6


@pytest.mark.parametrize(
    ("column", "text", "right"),
    [
        ("cases.contacts", "5", True), ("cases.contacts", "5.0", True), ("cases.contacts", "1e3", False),
        ("cases.contacts", "1_000", False), ("cases.hours", "-1.5", True), ("cases.hours", "nan", False),
        ("cases.opened_on", "2023-02-28", True), ("cases.opened_on", "2023-02-29", False),
        ("cases.opened_on", "20230228", False), ("finance.month", "2023-12", True), ("finance.month", "2023-13", False),
        ("cases.doc_plan", "true", True), ("cases.doc_plan", "yes", False), ("stations.operator", "any", True),
    ],
)  # fmt: skip
def test_a_value_is_read_as_its_column_is(column: str, text: str, right: bool) -> None:
    table, _, name = column.partition(".")
    assert (parsed(contract()[table][name], text) is not None) is right


# -- differences --


def kinds(changes: tuple[Change, ...]) -> list[tuple[str, str, str]]:
    return [(change.kind, change.level, change.code) for change in changes]


def test_a_system_does_not_differ_from_itself_nor_from_its_twin_of_a_thousand(tmp_path: Path) -> None:
    right = framework(file(tmp_path, RIGHT))
    assert framework_diff(right, right) == ()

    def tenfold(match: re.Match[str]) -> str:
        return f"{match[1]}{float(match[2]) * 10:.12g}"

    text = re.sub(r"(points: |cap: |max: )([0-9.]+)", tenfold, RIGHT).replace("scale: 100\n", "scale: 1000\n")
    head, _, tail = text.partition("grades:\n")
    twin = framework(
        file(tmp_path, head + "grades:\n" + re.sub(r"(  - \{from: )([0-9.]+)", tenfold, tail), "twin.yml")
    )
    changes = framework_diff(right, twin)
    assert kinds(changes) == [("scale", "framework", "")]
    assert (changes[0].before, changes[0].after) == ("100", "1000")


DIFFERENCES: dict[str, tuple[list[tuple[str, str]], list[tuple[str, str, str]]]] = {
    "a name": ([("{zh: 结案率, en: Cases closed}", "{zh: 个案结案率, en: Cases closed}")], [("renamed", "indicator", "B1")]),
    "a weight": (
        [("      points: 19.7\n", "      points: 18.7\n"), ("    score: {linear: {from: 1, to: 5}, points: 10}\n", "    score: {linear: {from: 1, to: 5}, points: 11}\n")],
        [("reweighted", "indicator", "B1"), ("reweighted", "indicator", "B4")],
    ),
    "a measure": ([("        stage: {equals: closed}\n", "        stage: {in: [closed, evaluation]}\n")], [("measure", "indicator", "B1")]),
    "a rule": ([("        to: 0.9\n", "        to: 0.95\n")], [("rule", "indicator", "B1")]),
    "a policy": ([("    missing: block\n", "    missing: zero\n")], [("missing", "indicator", "B1")]),
    "grades": ([("{from: 90, name", "{from: 85, name")], [("grade", "framework", "")]),
    "raters": ([("{third_party: 0.7, purchaser: 0.3}", "{third_party: 0.5, purchaser: 0.5}")], [("raters", "framework", "")]),
    "validity": ([("  cases: {contacts: {min: 5}}\n", "  cases: {contacts: {min: 6}}\n")], [("validity", "framework", "")]),
    "a veto's filter": ([("    where: {kind: {equals: falsification}}\n", "    where: {kind: {equals: misappropriation}}\n")], [("filter", "veto", "V1")]),
    "a cap": ([("  cap: 5\n", "  cap: 4\n")], [("cap", "framework", "")]),
    "a new code": ([("  - code: B6\n", "  - code: B7\n")], [("added", "indicator", "B7"), ("removed", "indicator", "B6")]),
    "a veto less": (
        [("vetoes:\n  - code: V1\n    name: {zh: 弄虚作假, en: Falsification}\n    table: findings\n    where: {kind: {equals: falsification}}\n    grade: Fail\n", "")],
        [("removed", "veto", "V1")],
    ),
    "nothing that matters": ([("id: test-100\n", "id: test-101\n"), ("    direction: up\n", "")], []),
}  # fmt: skip


@pytest.mark.parametrize("name", DIFFERENCES)
def test_what_changed_is_named_by_kind_level_and_code(tmp_path: Path, name: str) -> None:
    edits, expected = DIFFERENCES[name]
    right = framework(file(tmp_path, RIGHT))
    assert kinds(framework_diff(right, edited(tmp_path, *edits))) == expected


def test_a_change_is_a_line_in_both_languages_and_a_document(tmp_path: Path) -> None:
    right = framework(file(tmp_path, RIGHT))
    [change] = framework_diff(right, edited(tmp_path, ("        to: 0.9\n", "        to: 0.95\n")))
    assert change.text("en") == (
        "score rule indicator B1 Cases closed: {linear: {from: 0.4, to: 0.9}, points: 19.7} → {linear: {from: 0.4, to: 0.95}, points: 19.7}"
    )
    assert change.text("zh").startswith("改评分规则 指标 B1 结案率：")
    assert set(change.document()) == {"kind", "level", "code", "name_zh", "name_en", "before", "after"}


# -- the command --


def run(*arguments: object) -> tuple[int, str, str]:
    done = CliRunner().invoke(cli, ["framework", *map(str, arguments)])
    return done.exit_code, done.stdout, done.stderr


def test_the_command_says_that_a_system_is_right(tmp_path: Path) -> None:
    path = file(tmp_path, RIGHT)
    code, out, _ = run("check", path, "--lang", "en")
    assert (code, out) == (0, f"{path}: ok, dimensions: 2, indicators: 9, scale: 100\n")


def test_the_command_tells_the_problems_of_all_files_and_ends_with_ten(tmp_path: Path) -> None:
    right, one = file(tmp_path, RIGHT), file(tmp_path, wrong.WRONG["no rule"].text(), "one.yml")
    two, three = file(tmp_path, "id: [\n", "two.yml"), tmp_path / "none.yml"
    code, out, err = run("check", one, right, two, three, "--json", "--lang", "en")
    assert code == 10
    document = json.loads(out)
    assert document["ok"] is False
    assert [entry["ok"] for entry in document["files"]] == [False, True, False, False]
    [problem] = document["files"][0]["problems"]
    assert problem["where"] == f"{one}:{wrong.WRONG['no rule'].lines()[0]}"
    for said in (f"{one}:", f"{two}:", str(three), "exactly one rule", "YAML syntax error", "cannot read"):
        assert said in err


def test_the_command_speaks_chinese_too(tmp_path: Path) -> None:
    code, out, err = run("check", file(tmp_path, wrong.WRONG["no rule"].text()), "--lang", "zh")
    assert code == 10 and "1 处问题" in out and "恰好写一个规则" in err


def test_a_comparison_takes_two_systems(tmp_path: Path) -> None:
    path = file(tmp_path, RIGHT)
    for files in ([], [path], [path, path, path]):
        code, out, err = run("diff", *files, "--lang", "en")
        assert (code, out) == (2, "")
        assert f"got {len(files)}" in err
    assert run("check", "--lang", "en")[0] == 2


def test_a_comparison_is_lines_or_a_document(tmp_path: Path) -> None:
    a = file(tmp_path, RIGHT)
    b = edited(tmp_path, ("        to: 0.9\n", "        to: 0.95\n")).path
    code, out, _ = run("diff", a, b, "--lang", "en")
    assert code == 0 and out.startswith("score rule indicator B1 Cases closed: ")
    assert run("diff", a, a, "--lang", "zh")[1] == "两个指标体系没有不同\n"
    document = json.loads(run("diff", a, b, "--json")[1])
    assert (document["ok"], document["a"]["id"], len(document["changes"])) == (False, "test-100", 1)
    assert document["b"]["sha256"] == framework(b).sha256


def test_a_comparison_with_a_wrong_system_tells_the_problems_of_both(tmp_path: Path) -> None:
    names = ("no rule", "a sum of dates")
    paths = [file(tmp_path, wrong.WRONG[name].text(), f"{i}.yml") for i, name in enumerate(names)]
    with pytest.raises(DefinitionError) as caught:
        compare_frameworks(paths)
    assert all(f"{path}:" in caught.value.text("en") for path in paths)


# -- what editors and readers are given --


def test_the_schema_lets_numbers_stand_where_a_file_has_them() -> None:
    schema = json.loads((HOME / "params" / "schema" / "framework.schema.json").read_text(encoding="utf-8"))
    assert schema["properties"]["scale"]["enum"] == [100, 1000]
    assert "number" in json.dumps(schema["$defs"]["Test"]["properties"]["equals"])
    assert {"in", "equals", "between", "notnull"} == set(schema["$defs"]["Test"]["properties"])
    assert set(schema["properties"]) == set(FrameworkSpec.model_fields)


def test_the_page_on_indicator_systems_names_every_key_and_its_system_is_right(tmp_path: Path) -> None:
    text = (HOME / "docs" / "frameworks.md").read_text(encoding="utf-8")
    keys = {
        field.alias or name for model in _models(FrameworkSpec) for name, field in model.model_fields.items()
    }
    assert {key for key in keys if f"`{key}`" not in text and f"`{key}:" not in text} == set()
    blocks = re.findall(r"^```yaml\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    assert framework(file(tmp_path, blocks[0])).id == "our-county-2023"


def test_every_measure_and_rule_on_the_page_is_right(tmp_path: Path) -> None:
    text = (HOME / "docs" / "frameworks.md").read_text(encoding="utf-8")
    shown = re.findall(r"`(\{.+?\})`(?=[, ])", text[text.index("## Nine") : text.index("## Bonus")])
    system = framework(file(tmp_path, RIGHT)).spec
    found: dict[str, int] = {}
    for written in shown:
        given, _ = read_nodes(file(tmp_path, written))
        kind = next((key for key in given if key in (RULES if "points" in given else MEASURES)), "")
        if "points" in given:
            TypeAdapter(Score).validate_python(given)
        elif kind:
            made = TypeAdapter(Measure).validate_python(given)
            assert list(measure_problems(made, system, ())) == []
        found[kind] = found.get(kind, 0) + 1
    assert {*MEASURES, *RULES} <= set(found), found


def _models(model: type) -> set[type]:
    """A model and all models in it."""
    import swe.indicators.framework_model as module

    found = [
        each for each in vars(module).values() if isinstance(each, type) and issubclass(each, module.Strict)
    ]
    return {each for each in found if each is not module.Strict and each.__module__ == module.__name__} | {
        model
    }
