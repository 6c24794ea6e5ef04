"""Errors: one exit code a class, both languages, and nothing lost on the way back from a worker."""

from __future__ import annotations

import inspect
import pickle

import pytest

from swe.core import errors
from swe.core.errors import DataError, DefinitionError, SweError, joined

# docs/exit-codes.md
CODES = {
    "SweError": 1, "UsageError": 2, "DefinitionError": 10, "DataError": 11, "PrivacyError": 12, "NotebookError": 13,
    "PartialError": 14, "VerificationError": 15, "TimeLimitError": 16, "MachineError": 17,
}  # fmt: skip
CLASSES = {n: c for n, c in vars(errors).items() if inspect.isclass(c) and issubclass(c, Exception)}


def test_every_error_has_the_exit_code_of_the_design() -> None:
    assert {name: kind.exit_code for name, kind in CLASSES.items()} == CODES


@pytest.mark.parametrize("name", CODES)
def test_an_error_survives_the_way_back_from_a_worker(name: str) -> None:
    error = CLASSES[name]("中文", "English", where="a.yml:3")
    back = pickle.loads(pickle.dumps(error))
    assert type(back) is CLASSES[name]
    assert (back.zh, back.en, back.where) == ("中文", "English", "a.yml:3")


def test_a_message_is_led_by_its_place() -> None:
    assert DataError("错", "wrong", where="f.csv:2").text("zh") == "f.csv:2: 错"
    assert DataError("错", "wrong").text("en") == "wrong"
    assert str(DataError("错", "wrong", where="f.csv:2")) == "f.csv:2: wrong"


def test_several_problems_are_one_error_with_a_line_each() -> None:
    found = joined([DefinitionError("甲", "a", where="f:1"), DataError("乙", "b", where="f:2")])
    assert type(found) is DefinitionError
    assert found.text("en") == "2 problems:\n  f:1: a\n  f:2: b"
    assert found.text("zh") == "共 2 处问题：\n  f:1: 甲\n  f:2: 乙"


def test_one_problem_stays_itself() -> None:
    only = SweError("甲", "a")
    assert joined([only]) is only
