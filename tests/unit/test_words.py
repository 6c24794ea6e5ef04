"""Word lists: both languages, the same holes, no stray digits, no key unused and none missing."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

from swe.reference import published, register
from swe.show.font import missing_glyphs
from swe.show.words import word_lists

SWE = Path(__file__).parents[2] / "swe"
WORDS = word_lists()
AREAS = {key.split(".")[0] for key in WORDS}
HOLE = re.compile(r"\{([^{}]*)\}")
# (name of the call, which argument holds the key)
CALLS = {
    "word": 0,
    "_fill": 0,
    "say": 0,
    "w": 0,
    "p": 0,
    "both": 0,
    "has_word": 0,
    "mark": 0,
    "columns": None,
    "absent": 0,
    "section": 0,
}


@cache
def sources() -> dict[Path, ast.Module]:
    return {
        p: ast.parse(p.read_text(encoding="utf-8")) for p in SWE.rglob("*.py") if "_shipped" not in p.parts
    }


def patterns(node: ast.expr) -> list[str]:
    """What a key expression may be: constants, both arms of a condition, f-strings with (.+) for each hole."""
    if isinstance(node, ast.Constant):
        return [re.escape(node.value)] if isinstance(node.value, str) else []
    if isinstance(node, ast.IfExp):
        return patterns(node.body) + patterns(node.orelse)
    if isinstance(node, ast.JoinedStr):
        return [
            "".join(re.escape(str(v.value)) if isinstance(v, ast.Constant) else "(.+)" for v in node.values)
        ]
    return []


@cache
def asked() -> dict[str, list[str]]:
    """Patterns of the keys that calls ask for, with the places."""
    found: dict[str, list[str]] = {}
    for path, tree in sources().items():
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call) or not node.args:
                continue
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name not in CALLS:
                continue
            for pattern in patterns(node.args[0]):
                if re.match(r"[a-z]+\\\.", pattern) and pattern.split("\\.")[0] in AREAS:
                    found.setdefault(pattern, []).append(f"{path.name}:{node.lineno}")
    for path in (SWE / "show" / "templates").glob("*.j2"):
        for key in re.findall(r"""word\(["']([a-z_.]+)["']""", path.read_text(encoding="utf-8")):
            found.setdefault(re.escape(key), []).append(path.name)
    return found


@cache
def texts() -> frozenset[str]:
    """Every string constant of our code, and the codes of the data that key a word list."""
    facts = published.load()
    data = {
        *register.TOWNSHIP_KINDS,
        *facts.programmes["kind"],
        *facts.figures["chapter"],
        *facts.figures["qualifier"],
    }
    data |= {text.split(":")[0].replace(" ", "_") for text in facts.sources["month_is"]}
    for tree in sources().values():
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                data |= {
                    node.value,
                    node.value.removeprefix("#"),
                    node.value.strip("._"),
                    *node.value.split(", "),
                }
    return frozenset(data)


def is_used(key: str) -> bool:
    if key in texts():  # chosen first and looked up later
        return True
    for pattern in asked():
        match = re.fullmatch(pattern, key)
        if match and all(part in texts() or _in_two(part) for part in match.groups()):
            return True
    return False


def _in_two(part: str) -> bool:
    """A hole that is itself put together from two texts (kind_town, effect_missing)."""
    return any(
        part[:i] in texts() and part[i + 1 :] in texts() for i in range(1, len(part)) if part[i] in "_."
    )


def test_every_key_has_both_languages_with_the_same_holes() -> None:
    for key, entry in WORDS.items():
        assert set(entry) == {"zh", "en"}, key
        assert bool(entry["zh"]) == bool(entry["en"]), key
        zh, en = ({hole.rstrip("+±~") for hole in HOLE.findall(entry[lang])} for lang in ("zh", "en"))
        assert zh - {"zh_name"} == en - {"en_name"}, key


def test_no_digit_stands_outside_of_a_hole_or_a_marked_constant() -> None:
    for key, entry in WORDS.items():
        if key == "index.strip" or key.startswith(
            "methods."
        ):  # the scale of a picture; names, marked when printed
            continue
        for text in entry.values():
            assert not re.search(r"[0-9]", re.sub(r"\[\[.*?\]\]|\{[^{}]*\}", "", text)), (key, text)


def test_english_is_english_but_for_words_that_are_spoken_of() -> None:
    spoken_of = {"method.bounds"}  # names the Chinese bounding words
    chinese = {key for key, entry in WORDS.items() if re.search(r"[\u3000-\u9fff\uff00-\uffef]", entry["en"])}
    assert chinese == spoken_of


def test_no_chinese_sentence_lacks_its_full_width_punctuation() -> None:
    for key, entry in WORDS.items():
        assert not re.search(r"[\u4e00-\u9fff][,;:!?]|[,;:!?][\u4e00-\u9fff]", entry["zh"]), key


def test_every_key_is_used() -> None:
    assert [key for key in WORDS if not is_used(key)] == []


def test_every_key_that_is_asked_for_exists() -> None:
    unknown = {
        pattern: places
        for pattern, places in asked().items()
        if not any(re.fullmatch(pattern, key) for key in WORDS)
    }
    assert unknown == {}


def test_the_shipped_font_draws_every_word_inside_a_figure() -> None:
    for key, entry in WORDS.items():
        if key.startswith("plots."):
            assert missing_glyphs("".join(entry.values())) == (), key


def test_the_checks_of_this_file_notice_an_unused_and_an_unknown_key() -> None:
    assert not is_used("summary.no_such_key_anywhere")
    assert missing_glyphs("\U0001f600") == ("U+1F600",)
    assert len(asked()) > 60
