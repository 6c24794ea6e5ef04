"""Analysis plans: strict files, hashes of what matters, a register that is never rewritten, deviations in words."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from swe.core.errors import DataError, DefinitionError, UsageError
from swe.indicators.plan_model import ANALYSIS, PlanSpec
from swe.indicators.plans import (
    LABELS,
    LOCK,
    Plan,
    deviations,
    plan,
    plan_hash,
    plan_paths,
    register_plan,
    registered_plan,
)
from swe.indicators.plans import settings as settings_of

EXAMPLE = plan_paths()["guizhou-rollout"]


def written(tmp_path: Path, *changes: tuple[str, str]) -> Path:
    text = EXAMPLE.read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    path = tmp_path / "guizhou-rollout.yml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_shipped_plan_says_that_its_data_are_simulated():
    found = plan("guizhou-rollout")
    assert found.spec.data == "simulated"
    assert "模拟" in found.spec.title.zh and "simulated" in found.spec.title.en
    assert (found.spec.estimator, found.spec.control, found.spec.seed) == ("att_gt", "not_yet", 20201231)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("outcome_kind: population", "outcome_kind: activity", "outcome_kind: a station's own record"),
        ("control: not_yet\n", "", "att_gt needs control"),
        ("estimator: att_gt", "estimator: its", "series (start and so on)"),
        ("seed: 20201231", "seed: many", "seed"),
        ("seed: 20201231\n", "", "seed is required"),
        ("horizon: 8", "horizon: 8\nhorison: 9", "unknown key horison"),
        ("estimator: att_gt", "estimator: twfe", "estimator must be"),
        ("period: 2020-01-01..2025-12-31", "period: soon", "is not a period"),
        ("name: towns,", "name: subdistricts,", "a name is repeated"),
        ("level: 0.95", "level: 95", "level"),
    ],
)
def test_a_wrong_plan_is_told_with_its_line(tmp_path, old, new, said):
    path = written(tmp_path, (old, new))
    with pytest.raises(DefinitionError) as caught:
        plan(path)
    assert said in caught.value.text("en")
    assert f"{path}:" in caught.value.text("en")
    assert any("\u4e00" <= c <= "\u9fff" for c in caught.value.text("zh"))


def test_the_line_is_that_of_the_wrong_setting(tmp_path):
    path = written(tmp_path, ("outcome_kind: population", "outcome_kind: activity"))
    line = next(
        i for i, text in enumerate(path.read_text(encoding="utf-8").splitlines(), 1) if "activity" in text
    )
    with pytest.raises(DefinitionError, match=f":{line}:"):
        plan(path)


def test_an_unknown_plan_lists_those_there_are():
    with pytest.raises(UsageError, match="guizhou-rollout"):
        plan("hunan")


# -- the hash --


def test_layout_comments_and_titles_do_not_change_the_hash(tmp_path):
    path = written(
        tmp_path,
        ("# An analysis plan", "# A plan"),
        ("unit: township\ntime: quarter\n", "time: quarter\nunit: township\n"),
        ("Effect of the stepwise", "What comes of the stepwise"),
        ("status: final", "status: draft"),
    )
    assert plan(path).hash == plan("guizhou-rollout").hash
    assert plan(path).sha256 != plan("guizhou-rollout").sha256


def test_a_default_that_is_written_out_is_the_same_plan(tmp_path):
    path = written(tmp_path, ("anticipation: 0\n", ""))
    assert plan_hash(plan(path)) == plan_hash(plan("guizhou-rollout"))


CHANGES = {
    "outcome": "petitions", "control": "never", "beyond": "error", "anticipation": 1, "horizon": 9, "seed": 1,
    "cluster": None, "level": 0.9, "multiplicity": "bh", "unit": "county", "time": "month", "covariates": ("villages",),
    "secondary": ("complaints",), "subgroups": (), "estimator": "imputation", "period": "2021", "data": "real",
}  # fmt: skip


@pytest.mark.parametrize("name", CHANGES)
def test_every_analysis_setting_changes_the_hash_and_is_a_deviation(name):
    spec = plan("guizhou-rollout").spec
    other = spec.model_copy(update={name: CHANGES[name]})
    assert plan_hash(other) != plan_hash(spec)
    [found] = deviations(spec, other)
    assert found.field == name
    assert found.text("zh").startswith(LABELS[name][0])
    assert found.text("en").startswith(LABELS[name][1])


def test_every_analysis_setting_has_a_name_in_both_languages():
    assert set(LABELS) == set(ANALYSIS)
    assert {"title", "question", "status", "exclusions"} == set(PlanSpec.model_fields) - set(ANALYSIS)


# -- the register --


def test_a_plan_is_registered_once_and_later_changes_are_deviations(tmp_path):
    first = plan("guizhou-rollout")
    register_plan(first, tmp_path)
    bytes_then = (tmp_path / LOCK).read_bytes()
    changed = plan(written(tmp_path, ("control: not_yet", "control: never"), ("horizon: 8", "horizon: 12")))
    before = register_plan(changed, tmp_path)
    assert (tmp_path / LOCK).read_bytes() == bytes_then
    assert [d.en for d in deviations(before, changed)] == [
        "control group: registered not_yet, used never",
        "horizon: registered 8, used 12",
    ]
    assert deviations(before, changed)[0].zh == "对照组：登记为 not_yet，实际用 never"


def test_the_register_holds_several_plans_and_their_hashes(tmp_path):
    first = plan("guizhou-rollout")
    second = Plan(first.spec.model_copy(update={"id": "another", "seed": 7}), first.path, first.sha256)
    for each in (first, second, first):
        register_plan(each, tmp_path)
    document = json.loads((tmp_path / LOCK).read_text(encoding="utf-8"))
    assert {name: entry["hash"] for name, entry in document["plans"].items()} == {
        "guizhou-rollout": first.hash,
        "another": second.hash,
    }
    assert registered_plan("another", tmp_path)["seed"] == 7
    assert registered_plan("third", tmp_path) is None
    assert [p.name for p in tmp_path.iterdir()] == [LOCK]


def test_what_was_run_as_planned_has_no_deviation(tmp_path):
    found = plan("guizhou-rollout")
    registered = register_plan(found, tmp_path)
    assert deviations(registered, found) == ()
    assert deviations(registered, {"control": "not_yet", "seed": 20201231}) == ()


def test_subgroups_added_afterwards_are_shown_in_full():
    found = plan("guizhou-rollout").spec
    [each] = deviations(found, {"subgroups": ()})
    assert (each.used, "subdistricts" in each.registered) == ("—", True)
    with pytest.raises(UsageError, match="subgroup"):
        deviations(found, {"subgroup": ()})


@pytest.mark.parametrize("damage", ["edited", "cut", "list", "empty"])
def test_a_register_that_was_changed_by_hand_is_refused(tmp_path, damage):
    register_plan(plan("guizhou-rollout"), tmp_path)
    path = tmp_path / LOCK
    text = path.read_text(encoding="utf-8")
    damaged = {
        "edited": text.replace('"horizon": 8', '"horizon": 12'),
        "cut": text[:-30],
        "list": "[]",
        "empty": "{}",
    }
    path.write_text(damaged[damage], encoding="utf-8")
    with pytest.raises(DataError, match="damaged or was changed"):
        register_plan(plan("guizhou-rollout"), tmp_path)


@given(st.integers(0, 2**32))
@settings(max_examples=20, deadline=None)
def test_the_order_of_settings_changes_neither_hash_nor_deviations(seed):
    spec = plan("guizhou-rollout").spec
    items = list(settings_of(spec).items())
    random.Random(seed).shuffle(items)
    assert plan_hash(dict(items)) == plan_hash(spec)
    assert deviations(spec, dict(items)) == ()
