"""Strict YAML: text stays text, and everything doubtful is refused with the line it stands on."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import pytest
from pydantic import Field, Tag, field_validator

from swe.core.errors import DataError, DefinitionError, MachineError
from swe.core.strict_yaml import Strict, definition_error, one_key, read_model, read_nodes


class Inner(Strict):
    n: int
    kind: str = "a"


class Model(Strict):
    id: str
    code: str = ""
    items: tuple[Inner, ...] = ()
    size: int = 0

    @field_validator("code")
    @classmethod
    def _no_x(cls, value: str) -> str:
        if value == "x":
            raise ValueError("no x")
        return value


def file(tmp_path: Path, text: str | bytes) -> Path:
    path = tmp_path / "f.yml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def refused(tmp_path: Path, text: str | bytes, *, model: type[Strict] | None = None) -> list[str]:
    """The problems as `line: message`, without the path."""
    path = file(tmp_path, text)
    with pytest.raises(DefinitionError) as caught:
        read_model(path, model) if model else read_nodes(path)
    assert caught.value.exit_code == 10
    lines = [line.strip() for line in caught.value.text("en").splitlines()]
    return [line.removeprefix(f"{path}:") for line in lines if str(path) in line]


def test_every_scalar_stays_as_it_was_typed(tmp_path: Path) -> None:
    text = "a: 012345\nb: yes\nc: 2023-05-31\nd: 1_000\ne: 0x10\nf: 1e3\ng: '~'\nh: ~\ni:\nj: null\nk: 12:30:00\n"
    document, _ = read_nodes(file(tmp_path, text))
    assert document == {
        "a": "012345", "b": "yes", "c": "2023-05-31", "d": "1_000", "e": "0x10", "f": "1e3", "g": "~",
        "h": None, "i": None, "j": None, "k": "12:30:00",
    }  # fmt: skip


def test_lines_are_those_of_the_keys_also_inside_flow_mappings(tmp_path: Path) -> None:
    text = "# a\nid: x\nitems: [{n: 1},\n  {n: 2,\n   kind: b}]\nsize: 3\n"
    document, lines = read_nodes(file(tmp_path, text))
    assert document["items"] == [{"n": "1"}, {"n": "2", "kind": "b"}]
    assert lines[("id",)] == 2
    assert lines[("items", 1, "n")] == 4
    assert lines[("items", 1, "kind")] == 5
    assert lines[("size",)] == 6


def test_a_byte_order_mark_is_not_part_of_the_first_key(tmp_path: Path) -> None:
    assert read_nodes(file(tmp_path, "\ufeffid: x\n"))[0] == {"id": "x"}


def test_a_duplicate_key_is_refused_at_its_second_place(tmp_path: Path) -> None:
    assert refused(tmp_path, "id: a\ncode: b\nid: c\n") == ["3: duplicate key 'id'"]
    assert refused(tmp_path, "id: a\nitems:\n- {n: 1, n: 2}\n") == ["3: duplicate key 'n'"]


def test_an_unknown_key_is_refused_with_its_line(tmp_path: Path) -> None:
    assert refused(tmp_path, "id: a\nitems:\n- n: 1\n  nn: 2\n", model=Model) == [
        "4: unknown key items.0.nn; remove it or correct its spelling"
    ]


@pytest.mark.parametrize("text", ["id: &a x\n", "id: x\ncode: *a\n", "id: &a [*a]\n"])
def test_anchors_and_aliases_are_refused(tmp_path: Path, text: str) -> None:
    assert any("anchors and aliases" in problem for problem in refused(tmp_path, text))


def test_a_bomb_of_aliases_is_refused_at_once(tmp_path: Path) -> None:
    layers = ["a0: &a0 [x]"] + [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]" for i in range(1, 12)]
    assert len(refused(tmp_path, "\n".join(layers))) == 12 + 11 * 9


@pytest.mark.parametrize(
    "text",
    [
        "id: !!str 5",
        "id: !mine 5",
        "id: !!python/object/apply:os.system [ls]",
        "id: !!binary aGk=",
        "id: !!map {}",
    ],
)
def test_tags_are_refused_whatever_they_say(tmp_path: Path, text: str) -> None:
    assert refused(tmp_path, f"# c\n{text}\n")[0] == "2: tags (!) are not allowed"


def test_a_merge_key_is_just_an_unknown_key(tmp_path: Path) -> None:
    assert refused(tmp_path, "id: a\n<<: {size: 3}\n", model=Model) == [
        "2: unknown key <<; remove it or correct its spelling"
    ]


def test_all_problems_of_a_file_are_told_at_once_with_their_lines(tmp_path: Path) -> None:
    text = "code: x\nsize: many\nitems:\n- {n: 1}\n- {kind: b}\nextra: 1\n"
    found = refused(tmp_path, text, model=Model)
    assert [problem.split(":")[0] for problem in found] == ["1", "1", "5", "2", "6"]
    joined = "\n".join(found)
    for said in ("id is required", "items.1.n is required", "no x", "got 'many'", "unknown key extra"):
        assert said in joined


def test_all_doubtful_constructs_are_told_at_once(tmp_path: Path) -> None:
    found = refused(tmp_path, "id: &a x\nid: y\ncode: !t z\n? [k]\n: v\n")
    assert [problem.split(":")[0] for problem in found] == ["1", "2", "3", "4"]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a: [1\nb: 2\n", "2"),
        ("a: 1\n\tb: 2\n", "2"),
        ("a: 'x\n", "2"),
        ("a: 1\n b: 2\n", "2"),
        ("a: b: c\n", "1"),
        ("]\n", "1"),
    ],
)
def test_a_syntax_error_has_its_line(tmp_path: Path, text: str, line: str) -> None:
    [problem] = refused(tmp_path, text)
    assert problem.startswith(f"{line}: YAML syntax error")


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        ("贵州".encode("gb18030"), "not UTF-8"),
        (b"", "empty"),
        (b"# only a comment\n", "empty"),
        (b"a: 1\n---\nb: 2\n", "2: a file holds one document"),
        (b"a: 1\nb: \x00\n", "2: the file holds a control character"),
        (b"[" * 3000, "nested too deeply"),
        (b"{a: " * 3000, "nested too deeply"),
    ],
)
def test_what_is_no_document_of_ours_is_one_sentence(tmp_path: Path, raw: bytes, said: str) -> None:
    path = file(tmp_path, raw)
    with pytest.raises(DefinitionError) as caught:
        read_nodes(path)
    assert said in caught.value.text("en")
    assert str(path) in caught.value.text("zh")


@pytest.mark.parametrize("text", ["just text\n", "- a\n"])
def test_a_file_that_is_no_mapping_is_refused_by_its_model(tmp_path: Path, text: str) -> None:
    assert refused(tmp_path, text, model=Model)[0].startswith("1:")


def test_a_file_that_cannot_be_read_is_the_machines_trouble(tmp_path: Path) -> None:
    with pytest.raises(MachineError):
        read_nodes(tmp_path / "none.yml")


def test_a_problem_of_a_part_without_a_line_of_its_own_stands_at_the_nearest_part_above(
    tmp_path: Path,
) -> None:
    path = file(tmp_path, "id: a\nitems:\n- {n: 1}\n")
    _, lines = read_nodes(path)
    error = definition_error(path, lines, ("items", 0, "kind", "x"), "甲", "a")
    assert error.where == f"{path}:3"


class Box(Strict):
    box: str
    lid: str = ""


class Bag(Strict):
    bag: Inner


KINDS: dict[str, type[Strict]] = {"box": Box, "bag": Bag}


class Load(Strict):
    first: Annotated[
        Annotated[Box, Tag("=box")] | Annotated[Bag, Tag("=bag")], one_key(lambda: KINDS, "box, bag")
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("first:\n  box: x\n  lit: y\n", "3: unknown key first.lit; remove it or correct its spelling"),
        (
            "first:\n  bag:\n    n: 1\n    m: 2\n",
            "4: unknown key first.bag.m; remove it or correct its spelling",
        ),
        ("first:\n  bag:\n    kind: a\n", "2: first.bag.n is required"),
        ("first:\n  box: x\n  =box: y\n", "3: unknown key first.=box; remove it or correct its spelling"),
        ("first:\n  sack: x\n", "1: first must have exactly one of box, bag"),
        ("first:\n  box: x\n  bag: {n: 1}\n", "1: first must have exactly one of box, bag"),
        ("first: box\n", "1: first must have exactly one of box, bag"),
    ],
)
def test_a_problem_inside_a_union_has_the_line_and_the_name_of_its_key(
    tmp_path: Path, text: str, said: str
) -> None:
    assert refused(tmp_path, text, model=Load) == [said]


def test_a_list_with_a_wrong_item_is_not_also_called_too_short(tmp_path: Path) -> None:
    class Some(Strict):
        items: tuple[Inner, ...] = Field(min_length=1)

    assert refused(tmp_path, "items:\n- n: many\n", model=Some) == [
        "2: items.0.n: Input should be a valid integer, unable to parse string as an integer; got 'many'"
    ]
    assert len(refused(tmp_path, "items: []\n", model=Some)) == 1


def test_a_message_of_a_validator_comes_in_both_languages(tmp_path: Path) -> None:
    class Own(Strict):
        a: str

        @field_validator("a")
        @classmethod
        def _never(cls, value: str) -> str:
            raise ValueError(DataError("不行", "not so").text("zh"))

    with pytest.raises(DefinitionError) as caught:
        read_model(file(tmp_path, "a: 1\n"), Own)
    assert "不行" in caught.value.text("zh")
