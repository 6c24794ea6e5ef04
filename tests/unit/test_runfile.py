"""Run files: everything that can be wrong is told with its line; overrides, selection, folders."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from swe.core import project
from swe.core.errors import DefinitionError, SweError, UsageError
from swe.reports.runfile import Run, load_run, selected

ROOT = Path(__file__).parents[2]
TODAY = date(2026, 1, 1)
GOOD = """id: mine
title: {zh: 我的, en: Mine}
regions: ["52", "522702", "41"]
as_of: 2023-05-31
audience: public
"""


def write(folder: Path, text: str, name: str = "mine.yml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def load(folder: Path, text: str = GOOD, **more: object) -> Run:
    return load_run(write(folder, text), root=ROOT, today=TODAY, **more)  # type: ignore[arg-type]


def refused(folder: Path, text: str, **more: object) -> list[str]:
    """The problems of a run file as `line: message`."""
    with pytest.raises(DefinitionError) as caught:
        load(folder, text, **more)
    head = f"{folder / 'mine.yml'}:"
    found = [line.strip() for line in caught.value.text("en").splitlines() if head in line]
    assert all(
        line.strip().startswith(head) for line in caught.value.text("zh").splitlines() if "mine.yml" in line
    )
    return [line.removeprefix(head) for line in found]


@pytest.mark.parametrize(("name", "regions"), [("published", 28), ("provinces", 31)])
def test_what_ships_loads(name: str, regions: int) -> None:
    run = load_run(name, root=ROOT)
    assert len(run.codes) >= regions
    assert list(run.codes) == sorted(set(run.codes))
    assert run.audience == "public"


def test_defaults_are_those_of_the_format(tmp_path: Path) -> None:
    run = load(tmp_path)
    assert (run.lang, run.spec.register_, run.spec.formats, run.spec.seed) == (
        "zh",
        "nearest",
        ("html",),
        20230531,
    )
    assert (run.spec.limits.timeout, run.spec.disclosure.threshold, run.spec.disclosure.round_to) == (
        300,
        10,
        5,
    )
    assert run.notebook == ROOT / "notebooks" / "regional_report.ipynb"
    assert (run.period.first, run.period.last) == (date(2023, 1, 1), date(2023, 5, 31))


def test_regions_of_every_kind_are_joined_without_doubles_in_order(tmp_path: Path) -> None:
    text = GOOD.replace(
        '["52", "522702", "41"]', '["福泉市", "00", {within: "44", level: prefecture}, 522702, "520000"]'
    )
    codes = load(tmp_path, text).codes
    assert codes[0] == "00"
    assert codes[-2:] == ("52", "522702")
    assert len([code for code in codes if code.startswith("44")]) == 21  # Guangdong has 21 prefectures


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("audience: public\n", "", "1: audience is required"),
        ("audience: public", "audience: secret", "5: audience must be"),
        ("audience: public", "audience: public\naudiense: x", "6: unknown key audiense"),
        ("audience: public", "audience: public\nid: b", "6: duplicate key 'id'"),
        ("as_of: 2023-05-31", "as_of: 2023-02-30", "4: '2023-02-30' is not a date"),
        ("as_of: 2023-05-31", "as_of: 2023-05", "4: date '2023-05' is incomplete"),
        ("as_of: 2023-05-31", "as_of: 2999-01-01", "4: date 2999-01-01 is after today"),
        ('"41"]', '"4199"]', "3: no code 4199"),
        ('"41"]', '"鼓楼区"]', "3: '鼓楼区' may mean"),
        ('["52", "522702", "41"]', "[]", "3: regions"),
        ('["52", "522702", "41"]', "\n- 52\n- {within: 52, level: village}", "5: regions"),
        ('["52", "522702", "41"]', "\n- 52\n- {within: 522702107, level: county}", "5: 522702107 has no county"),
        ("id: mine", "id: Mine 1", "1: id"),
        ("audience: public", "audience: public\nperiod: {from: 2023-06, to: 2023-05}", "6: the period runs backwards"),
        ("audience: public", "audience: public\nperiod: {from: 2023-06}", "6: period.to is required"),
        ("audience: public", "audience: public\nregister: 2022-01-01", "6: no register of 2022-01-01"),
        ("audience: public", "audience: public\nnotebook: no.ipynb", "6: 'no.ipynb' not found"),
        ("audience: public", "audience: public\nsources:\n  figures: [none.csv]", "7: 'none.csv' not found"),
        ("audience: public", "audience: public\nsources:\n  figure: [none.csv]", "7: unknown key sources.figure"),
        ("audience: public", "audience: public\nlimits: {timeout: 0}", "6: limits.timeout"),
        ("audience: public", "audience: public\nformats: [html, odt]", "6: formats.1 must be"),
        ("audience: public", "audience: public\nseed: many", "6: seed"),
        ("audience: public", "audience: public\nlang: fr", "6: lang must be"),
        ("{zh: 我的, en: Mine}", "Mine", "2: title"),
        ("{zh: 我的, en: Mine}", "{zh: 我的}", "2: title.en is required"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_its_line(tmp_path: Path, old: str, new: str, problem: str) -> None:
    assert old in GOOD
    found = refused(tmp_path, GOOD.replace(old, new))
    assert any(line.startswith(problem) for line in found), found
    assert {line.split(":")[0] for line in found} == {problem.split(":")[0]}


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    text = (
        GOOD.replace('"41"]', '"4199"]').replace("2023-05-31", "2023-02-30")
        + "notebook: no.ipynb\nregister: x\n"
    )
    assert [line.split(":")[0] for line in refused(tmp_path, text)] == ["4", "6", "7", "3"]


def test_inside_params_runs_the_id_is_the_files_stem(tmp_path: Path) -> None:
    folder = tmp_path / "params" / "runs"
    folder.mkdir(parents=True)
    (tmp_path / "notebooks").mkdir()
    write(folder, GOOD, "other.yml")
    with pytest.raises(DefinitionError, match=r"other.yml:1: id 'mine' differs"):
        load_run("other", root=tmp_path)


@pytest.mark.parametrize("name", ["nosuch", "nosuch.yml", "../published", "Published", ""])
def test_an_unknown_run_is_a_usage_error_that_lists_those_there_are(name: str) -> None:
    with pytest.raises(UsageError, match="provinces, published") as caught:
        load_run(name, root=ROOT)
    assert caught.value.exit_code == 2


def test_an_override_replaces_a_top_level_scalar(tmp_path: Path) -> None:
    run = load(tmp_path, overrides={"as_of": "2022-12-31", "register": "2022-10-31", "seed": "7"})
    assert (run.as_of, run.spec.register_, run.spec.seed) == (date(2022, 12, 31), "2022-10-31", 7)


@pytest.mark.parametrize(
    "overrides",
    [
        {"as_of": "2023-02-30"}, {"as_of": "2999-01-01"}, {"register": "1999-01-01"}, {"seed": "many"}, {"lang": "fr"},
        {"title": "x"}, {"regions": "52"}, {"limits": "x"}, {"nosuch": "x"}, {"notebook": "no.ipynb"}, {"audience": "all"},
    ],
)  # fmt: skip
def test_a_wrong_override_is_the_commands_mistake_not_the_files(
    tmp_path: Path, overrides: dict[str, str]
) -> None:
    with pytest.raises(UsageError) as caught:
        load(tmp_path, overrides=overrides)
    name = next(iter(overrides))
    for lang in ("zh", "en"):
        assert name in caught.value.text(lang)
        assert "mine.yml:" not in caught.value.text(lang)
        assert "pydantic" not in caught.value.text(lang)
        assert "register_" not in caught.value.text(lang)


@pytest.mark.parametrize(
    ("wanted", "codes"),
    [
        ((), ("41", "52", "522702")),
        (("52",), ("52", "522702")),
        (("=52",), ("52",)),
        (("贵州",), ("52", "522702")),
        (("520000",), ("52", "522702")),
        (("福泉市", "41"), ("41", "522702")),
        (("5227",), ("522702",)),
        (("00",), ("41", "52", "522702")),
    ],
)
def test_a_selection_takes_a_region_and_all_below_it(
    tmp_path: Path, wanted: tuple[str, ...], codes: tuple[str, ...]
) -> None:
    assert selected(load(tmp_path), wanted) == codes


@pytest.mark.parametrize("wanted", ["44", "=5227", "=00", "nosuch", "9999", "", "="])
def test_a_selection_of_nothing_is_a_usage_error(tmp_path: Path, wanted: str) -> None:
    with pytest.raises(UsageError):
        selected(load(tmp_path), (wanted,))


def test_the_nation_alone_can_be_chosen(tmp_path: Path) -> None:
    run = load(tmp_path, GOOD.replace('"52"', '"52", "00"'))
    assert selected(run, ("=00",)) == ("00",)
    assert selected(run, ("00",)) == ("00", "41", "52", "522702")
    assert selected(run, ("52",)) == ("52", "522702")


@pytest.mark.parametrize(
    ("given", "folder"),
    [
        ({}, "mine"),
        ({"lang": "zh"}, "mine"),
        ({"lang": "en"}, "mine.en"),
        ({"audience": "internal"}, "mine.internal"),
        ({"lang": "en", "audience": "internal"}, "mine.en.internal"),
        ({"overrides": {"lang": "en"}}, "mine.en"),
        ({"overrides": {"audience": "internal"}}, "mine.internal"),
    ],
)
def test_the_folder_says_what_differs_from_the_run_file(
    tmp_path: Path, given: dict[str, object], folder: str
) -> None:
    assert load(tmp_path, **given).folder == tmp_path / "outputs" / folder


def test_a_file_in_english_gets_its_mark_for_chinese(tmp_path: Path) -> None:
    text = GOOD + "lang: en\n"
    assert load(tmp_path, text).folder.name == "mine"
    assert load(tmp_path, text, lang="zh").folder.name == "mine.zh"


def test_runs_of_the_project_go_to_its_outputs() -> None:
    assert load_run("published", root=ROOT).folder == ROOT / "outputs" / "published"
    assert load_run("published", root=ROOT, lang="en").folder == ROOT / "outputs" / "published.en"


def test_a_path_is_looked_for_beside_the_run_file_first(tmp_path: Path) -> None:
    (tmp_path / "notebooks").mkdir()
    mine = tmp_path / "notebooks" / "regional_report.ipynb"
    mine.write_text("{}")
    assert load(tmp_path).notebook == mine


def test_a_project_is_found_from_any_folder_inside_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(ROOT / "params" / "runs")
    assert project.root() == ROOT
    monkeypatch.chdir(tmp_path)
    assert project.root() == project.shipped()
    with pytest.raises(SweError) as caught:
        project.root(tmp_path)
    assert caught.value.exit_code == 2
