"""The English run is complete: Chinese only in quotations, in names in parentheses, and in cells that repeat the data."""

from __future__ import annotations

import csv
import json
import re
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

REGIONS = ("41", "52", "522702")
CHINESE = re.compile(r"[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]")
FREE = {"q", "cite", "style", "script"}
FACTS = Path(__file__).parents[2] / "data" / "reference" / "published"
NAMES = {  # columns of titles, credits, notes and the words that rules apply to
    "sources.csv": ("title_zh", "credit"), "programmes.csv": ("title_zh",), "rules.csv": ("threshold", "applies_to", "indicator"),
    "benchmarks.csv": ("note",),
}  # fmt: skip
BOUNDING_WORDS = "余 多 超 上千 近 最高 约 左右"  # the chapter on method speaks of them


@cache
def names() -> str:
    """Every title, credit, note and name of the data: Chinese as it came."""
    found = [BOUNDING_WORDS]
    for name, columns in NAMES.items():
        with (FACTS / name).open(encoding="utf-8", newline="") as file:
            found += [row[column] for row in csv.DictReader(file) for column in columns]
    return "\n".join(found)


class Text(HTMLParser):
    """Text and alt texts outside of quotations, by the element they stand in."""

    def __init__(self) -> None:
        super().__init__()
        self.stack: list[str] = []
        self.found: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        for name in ("alt", "aria-label"):
            if given.get(name):
                self.found.append((name, str(given[name])))
        if tag not in {"img", "meta", "br", "input", "circle", "line", "hr"}:
            self.stack.append(tag)

    def handle_endtag(self, tag: str) -> None:
        while self.stack and self.stack.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        if self.stack and not FREE & set(self.stack):
            self.found.append((self.stack[-1], data))


def chinese_outside(page: str) -> list[tuple[str, str]]:
    reader = Text()
    reader.feed(page)
    return [
        (tag, text.strip())
        for tag, text in reader.found
        if not _allowed(tag, re.sub(r"\([^()]*\)", "", text))
    ]


def _allowed(tag: str, text: str) -> bool:
    runs = re.findall(f"{CHINESE.pattern}+", text)
    return not runs or (tag in {"td", "li", "small"} and all(run in names() for run in runs))


@pytest.mark.parametrize("name", ["index.html", *(f"{code}/report.html" for code in REGIONS)])
def test_an_english_page_is_english(english: dict[str, Any], name: str) -> None:
    page = (Path(english["folder"]) / name).read_text(encoding="utf-8")
    assert '<html lang="en">' in page
    assert chinese_outside(page) == []


@pytest.mark.parametrize("code", REGIONS)
def test_both_languages_print_the_same_numbers(
    english: dict[str, Any], published: dict[str, Any], code: str
) -> None:
    both = [Path(run["folder"]) / code / "results.json" for run in (english, published)]
    one, two = (json.loads(path.read_text(encoding="utf-8")) for path in both)
    assert one == two


def test_headings_and_captions_are_there_and_english(english: dict[str, Any]) -> None:
    page = (Path(english["folder"]) / "52" / "report.html").read_text(encoding="utf-8")
    for tag, at_least in (("h2", 15), ("caption", 8), ("th", 30), ("summary", 3)):
        found = re.findall(rf"<{tag}[ >]", page)
        assert len(found) >= at_least, tag


def test_the_check_of_this_file_sees_chinese_where_it_should_not_be() -> None:
    assert chinese_outside("<h2>覆盖</h2><q>新建</q><p>Guizhou (贵州省)</p><img alt='图'><td>另表</td>") == [
        ("h2", "覆盖"),
        ("alt", "图"),
        ("td", "另表"),
    ]
