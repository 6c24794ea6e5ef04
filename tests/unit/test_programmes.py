"""Programme files: what ships is right, and every kind of mistake is told with its line."""

from __future__ import annotations

import importlib.util
import re
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from swe.core.errors import DefinitionError
from swe.indicators.programmes import (
    Programme,
    as_known,
    derive,
    goals,
    load_programme,
    load_programmes,
    rules_table,
)
from swe.reference import published as published_figures
from swe.reference.published import Published

HOME = Path(__file__).parents[2]
SHIPPED = HOME / "params" / "programmes"
DATE = re.compile(r"(?<![\w/.-])\d{4}-\d{2}(?:-\d{2})?(?![\w/-])")


@cache
def published() -> Published:
    return published_figures.load()


@cache
def shipped() -> dict[str, Programme]:
    return load_programmes(SHIPPED, published=published())


def status(programme: str) -> dict[str, str]:
    frame = rules_table(shipped()[programme], published())
    return dict(zip(frame["rule_id"], frame["status"], strict=True))


# -- what ships --


def test_every_programme_of_the_list_has_a_file() -> None:
    assert set(shipped()) == set(published().programmes["programme_id"])
    assert len(shipped()) == 19


def test_every_rule_stands_in_exactly_one_file() -> None:
    written = sorted(rule for programme in shipped().values() for rule in programme.rules)
    assert written == sorted(published().rules["rule_id"])


def test_every_derived_number_carries_its_caution_in_both_languages() -> None:
    for programme in shipped().values():
        for item in programme.derived:
            assert item.note, (programme.id, item.id)
            assert item.note.zh, (programme.id, item.id)
            assert item.note.en, (programme.id, item.id)


def test_words_hold_no_number_of_their_own() -> None:
    # a digit on a page is a number of results.json, a date, a code or a quote: never part of a sentence
    for programme in shipped().values():
        words = [w for item in programme.derived for w in (item.label, item.note) if w]
        words += [target.basis for target in programme.targets]
        words += [answer.note for answer in programme.answers if answer.note]
        for text in (t for w in words for t in (w.zh, w.en)):
            assert not re.search(r"\d", DATE.sub("", text)), (programme.id, text)


def test_a_derived_number_says_where_it_comes_from() -> None:
    found = {d.id: d for d in derive(shipped()["guizhou-stations"], published())}
    coverage, added = found["coverage"], found["stations_added"]
    assert (coverage.sources, coverage.vintage, coverage.as_of) == (("F03-010",), "2023-06-30", "2023-05-31")
    assert (coverage.method, added.method) == ("published_ratio", "published_difference")
    assert added.sources == ("F03-010", "B016")
    assert added.as_of == "2023-05-31"
    assert "guizhou-stations" in added.source_ids


def test_a_length_of_time_is_dated_by_its_end_and_has_no_source() -> None:
    found = {d.id: d for d in derive(shipped()["henan-campaign"], published())}
    assert (found["weeks"].method, found["weeks"].sources) == ("calendar", ())
    assert found["weeks"].as_of == "2023-12-31"


def test_a_ratio_of_bounds_never_has_a_point() -> None:
    for programme in shipped().values():
        for number in derive(programme, published()):
            bounds = [published().bounded(figure) for figure in number.sources]
            if any(figure.point is None for figure in bounds):
                assert not number.point_allowed, (programme.id, number.id)


# -- targets --


def test_guizhous_target_is_one_station_per_unit_by_the_close_of_the_fourth_year() -> None:
    (goal,) = goals(shipped()["guizhou-stations"], published())
    assert [(date, count.point) for date, count in goal.series] == [("2022-09", 755), ("2023-05-31", 1094)]
    assert (goal.target.point, goal.target.unit) == (1510, "station")
    assert (goal.deadline, goal.start, goal.vintage) == ("2023-12-31", None, "2023-06-30")


def test_henans_target_has_an_expected_line_and_no_observed_one() -> None:
    (goal,) = goals(shipped()["henan-campaign"], published())
    assert goal.series == ()
    assert goal.start
    assert (goal.start[0], goal.start[1].point) == ("2023-05-31", 0)
    assert (goal.target.point, goal.target.unit) == (10000, "household_or_site")


# -- rules --


@pytest.mark.parametrize(
    ("programme", "rule", "expected"),
    [
        ("donghai-stations", "R001", "needs_ledger"),  # 40 m² for each station: no premises are published
        ("donghai-stations", "R002", "needs_ledger"),
        ("donghai-stations", "R003", "met_as_claimed"),  # 1+19
        ("fuyang-stations", "R005", "met_as_claimed"),  # 167 of 167
        ("fuyang-stations", "R006", "context"),
        ("henan-campaign", "R013", "needs_ledger"),
        ("henan-campaign", "R014", "needs_ledger"),  # 千余家 is what the plan calls up, not who took part
        ("guizhou-stations", "R017", "not_met"),  # 72.45 %
        ("guizhou-stations", "R018", "needs_ledger"),
        ("guizhou-stations", "R021", "not_met"),
        ("fuquan-1-8-n", "R023", "met_as_claimed"),  # 1+8+N
        ("hubei-five-linkage", "R034", "cannot_say"),  # a target without a count
        ("hubei-five-linkage", "R063", "cannot_say"),
    ],
)
def test_a_rule_says_whether_published_figures_answer_it(programme: str, rule: str, expected: str) -> None:
    assert status(programme)[rule] == expected


def test_a_bound_that_reaches_both_sides_of_a_threshold_answers_nothing(tmp_path: Path) -> None:
    answer = 'answers:\n  - {rule: R014, value: F03-003, operator: ">=", target: "1001[station]"}\ntargets:'
    edited = edit(tmp_path, "henan-campaign", "targets:", answer)
    frame = rules_table(load_programme(edited, published=published()), published())
    assert frame.set_index("rule_id").loc["R014", "status"] == "cannot_say"


def test_the_table_of_rules_names_the_data_that_each_needs() -> None:
    for programme in shipped().values():
        frame = rules_table(programme, published())
        assert list(frame["rule_id"]) == programme.rules
        assert frame[["needs_zh", "needs_en", "status", "quote_zh"]].ne("").all(axis=None)
        assert not frame["needs_en"].eq("ledgers on the subject of the rule").any(), programme.id


def test_a_programme_without_rules_has_an_empty_table() -> None:
    assert rules_table(shipped()["tianjin-talent"], published()).empty


def test_what_is_not_yet_published_is_neither_derived_nor_answered() -> None:
    # read in October 2022, Guizhou had told 755 stations and no coverage of 2023
    figures = published().figures
    early = replace(published(), figures=figures[figures["as_of"] < "2022-10"])
    guizhou, fuquan = (as_known(shipped()[name], early) for name in ("guizhou-stations", "fuquan-1-8-n"))
    assert derive(guizhou, early) == ()
    assert goals(guizhou, early) == ()
    assert set(rules_table(guizhou, early)["status"]) == {"needs_ledger", "context"}
    assert set(rules_table(fuquan, early)["status"]) == {"needs_ledger"}
    assert as_known(shipped()["kashgar-aid"], published()) == shipped()["kashgar-aid"]


# -- mistakes --


def edit(folder: Path, programme: str, old: str, new: str) -> Path:
    text = (SHIPPED / f"{programme}.yml").read_text(encoding="utf-8")
    assert old in text
    path = folder / f"{programme}.yml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return path


def line_of(path: Path, text: str) -> int:
    lines = path.read_text(encoding="utf-8").splitlines()
    return next(i for i, line in enumerate(lines, 1) if text in line)


@pytest.mark.parametrize(
    ("programme", "old", "new", "at", "says"),
    [
        (
            "donghai-stations",
            "numerator: F02-022",
            "numerator: F99-022",
            "F99-022",
            "no published figure F99-022",
        ),
        (
            "donghai-stations",
            "unit: CNY/person",
            "unit: CNY/station  # wrong",
            "# wrong",
            "give 'CNY/person'",
        ),
        ("donghai-stations", "unit: fraction", "unit: station", "unit: station", "give 'fraction | ratio'"),
        (
            "donghai-stations",
            "F02-019 + F02-021",
            "F02-019 + F02-022",
            "F02-019 + F02-022",
            "adds different units",
        ),
        ("donghai-stations", "F02-019 + F02-021", "F02-019 + F02-021 - 1[station]", "- 1[station]", "mixes"),
        ("donghai-stations", "denominator: F02-022", "denominator: 22 persons", "22 persons", "cannot read"),
        (
            "donghai-stations",
            "register:units[station]",
            "register:units@999999[station]",
            "@999999",
            "no code 999999",
        ),
        (
            "donghai-stations",
            "register:units[station]",
            "register:units",
            "unit: fraction",
            "give 'station/township_unit'",
        ),
        ("donghai-stations", "R003, R004]", "R003, R999]", "rules:", "no rule R999"),
        ("donghai-stations", "R003, R004]", "R003]", "rules:", "missing: R004"),
        ("donghai-stations", "id: donghai-stations", "id: donghai", "id: donghai", "not the file's name"),
        ("donghai-stations", "kind: network", "kind: net", "kind:", "kind must be"),
        ("donghai-stations", "kind: network", "kind: standard", "kind:", "'network' in programmes.csv"),
        ("donghai-stations", 'region: "320722"', 'region: "320723"', "region:", "'320722' in programmes.csv"),
        ("donghai-stations", "en: Donghai county stations", "en: Donghai stations", "title:", "title.en is"),
        ("donghai-stations", "targets: []", "targets: []\ngoals: []", "goals:", "unknown key goals"),
        ("donghai-stations", "to: 2024-03", "to: 2024-13", "period:", "2024-13"),
        (
            "donghai-stations",
            "id: funds_per_worker",
            "id: coverage  # again",
            "# again",
            "id coverage is used twice",
        ),
        (
            "donghai-stations",
            "sources: [donghai-stations]",
            "sources: [donghai]",
            "sources:",
            "no source donghai",
        ),
        ("donghai-stations", 'target: "19[station]"', 'target: "19[person]"', "19[person]", "differ in unit"),
        (
            "fuyang-stations",
            "社会服务机构岗位补贴]",
            "岗位补贴]",
            "incentive_policy",
            "differs from rules.csv",
        ),
        ("guizhou-stations", "deadline: 2023-12-31", "deadline: 2023-12", "deadline:", "2023-12"),
        (
            "guizhou-stations",
            "series: [B016, F03-010]",
            "series: [B017, F03-010]",
            "series:",
            "B017 is counted in",
        ),
        ("guizhou-stations", "rule: R018", "rule: R008", "rule: R008", "not among the rules"),
        (
            "henan-campaign",
            "numerator: months:2023-06..2023-12-31",
            "numerator: months:2023-12..2023-06",
            "months:2023-12..2023-06",
            "backwards",
        ),
        (
            "henan-campaign",
            "numerator: months:2023-06..2023-12-31",
            "numerator: register:counties",
            "numerator: register:counties",
            "dated figure",
        ),
        (
            "guizhou-stations",
            "value: coverage, operator",
            'value: "register:counties", operator',
            'register:counties"',
            "declare it under derived",
        ),
    ],
)
def test_a_mistake_is_told_with_its_line(
    tmp_path: Path, programme: str, old: str, new: str, at: str, says: str
) -> None:
    path = edit(tmp_path, programme, old, new)
    with pytest.raises(DefinitionError) as caught:
        load_programme(path, published=published())
    said = caught.value.text("en")
    assert says in said
    assert re.search(r"[一-龥]", caught.value.text("zh"))
    places = [int(n) for n in re.findall(rf"{re.escape(str(path))}:(\d+)", said)]
    assert line_of(path, at) in places


def test_all_mistakes_of_all_files_are_told_at_once(tmp_path: Path) -> None:
    one = edit(tmp_path, "donghai-stations", "kind: network", "kind: standard")
    one.write_text(one.read_text(encoding="utf-8").replace("R003, R004]", "R003, R999]"), encoding="utf-8")
    two = edit(tmp_path, "fuyang-stations", "numerator: F02-016", "numerator: F02-000")
    with pytest.raises(DefinitionError) as caught:
        load_programmes(tmp_path, published=published())
    said = caught.value.text("en")
    for text in ("'network' in programmes.csv", "no rule R999", "missing: R004", "F02-000"):
        assert text in said
    assert str(one) in said
    assert str(two) in said


def test_a_programme_that_the_list_lacks_is_refused(tmp_path: Path) -> None:
    path = edit(tmp_path, "taicang-standard", "id: taicang-standard", "id: elsewhere")
    path = path.rename(tmp_path / "elsewhere.yml")
    with pytest.raises(DefinitionError, match="add a row there first"):
        load_programme(path, published=published())


# -- schema --


def test_the_schema_on_file_is_the_models_own() -> None:
    place = importlib.util.spec_from_file_location("build_schemas", HOME / "tools" / "build_schemas.py")
    assert place
    assert place.loader
    tool = importlib.util.module_from_spec(place)
    place.loader.exec_module(tool)
    on_file = (HOME / "params" / "schema" / "programme.schema.json").read_text(encoding="utf-8")
    assert on_file == tool.text("programme"), "run tools/build_schemas.py"
