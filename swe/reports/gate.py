"""The gate: a page is published only when it is self-contained, readable and every number on it is traced.

Every digit of the page stands in a <data data-n> that names a row of results.json and says exactly that row's text,
or in a date, a code, a quotation, a proper name or a constant of a method. Anything else fails here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any, Literal

from swe.show.font import missing_glyphs
from swe.show.numbers import Number, interval_text, text_of

MAX_BYTES = 3_000_000
_FREE = {
    "data",
    "time",
    "code",
    "q",
    "cite",
    "title",
    "style",
    "h1",
}  # h1 is the proper name of what is evaluated
_VOID = {"meta", "img", "br", "hr", "link", "input", "wbr"}
_LOADING = (
    "src",
    "href",
    "xlink:href",
    "action",
    "formaction",
    "srcset",
    "srcdoc",
    "poster",
    "data",
    "background",
)
_LOADS = frozenset(_LOADING)
_HEADINGS = {f"h{level}" for level in range(1, 7)}
_OUTSIDE = ("", False, False)
_DIGIT = re.compile(r"\d")
_ADDRESS = re.compile(r"(?i)(?:https?:)?//[a-z0-9.-]+\.[a-z]{2,}|@import|url\((?!\s*['\"]?data:)")


@dataclass(frozen=True)
class Check:
    """One named check: pass, fail, or review (a person should look)."""

    name: str
    result: Literal["pass", "fail", "review"]
    detail: str = ""

    def document(self) -> dict[str, str]:
        return {"name": self.name, "result": self.result, **({"detail": self.detail} if self.detail else {})}


@dataclass
class _Seen(HTMLParser):
    """What the checks need to know of a page, gathered in one pass."""

    lang: str = ""
    headings: list[int] = field(default_factory=list)
    scripts: int = 0
    addresses: list[str] = field(default_factory=list)
    bare_images: int = 0
    bare_tables: int = 0
    bare_headers: int = 0
    opened: bool = False  # a table whose caption should come next
    numbers: list[tuple[str, str]] = field(default_factory=list)
    loose: list[str] = field(default_factory=list)
    text: list[str] = field(default_factory=list)
    stack: list[tuple[str, bool, bool]] = field(default_factory=list)  # tag, free of tracing, inside <data>

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.bare_tables += self.opened and tag != "caption"
        self.opened = tag == "table"
        if tag == "html":
            self.lang = given.get("lang", "")
        elif tag == "script" or any(name.startswith("on") for name in given):
            self.scripts += 1
        elif tag == "img" and not given.get("alt", "").strip():
            self.bare_images += 1
        elif tag == "th" and "scope" not in given:
            self.bare_headers += 1
        elif tag == "data":
            self.numbers.append((given.get("data-n", ""), ""))
        if tag in _HEADINGS:
            self.headings.append(int(tag[1]))
        if given:
            self._look(given)
        if tag not in _VOID:
            _, above_free, above_data = self.stack[-1] if self.stack else _OUTSIDE
            free = above_free or tag in _FREE or "k" in given.get("class", "").split()
            self.stack.append((tag, free, above_data or tag == "data"))

    def _look(self, given: dict[str, str]) -> None:
        """For addresses among the attributes of a tag."""
        if not _LOADS.isdisjoint(given):
            loaded = [given[name] for name in _LOADING if name in given]
            own = ("#", "data:image/png")
            self.addresses += [value[:60] for value in loaded if value and not value.startswith(own)]
        if "style" in given:
            self.addresses += _ADDRESS.findall(given["style"])
        if given.get("http-equiv", "").lower() == "refresh":
            self.addresses.append(given.get("content", ""))

    def handle_endtag(self, tag: str) -> None:
        while self.stack and self.stack.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        tag, free, inside = self.stack[-1] if self.stack else _OUTSIDE
        if tag == "style":
            self.addresses += _ADDRESS.findall(data)
            return
        self.text.append(data)
        if self.numbers and inside:
            name, before = self.numbers[-1]
            self.numbers[-1] = (name, before + data)
        elif not free and _DIGIT.search(data):
            self.loose.append(" ".join(data.split())[:60])


def check_page(html: str, numbers: Mapping[str, Number], lang: str) -> tuple[Check, ...]:
    """All checks of one page against the numbers of its results.json."""
    seen = _Seen()
    seen.feed(html)
    steps = zip([0, *seen.headings], seen.headings, strict=False)
    wrong = [
        f"{name or '?'}: {shown}" for name, shown in seen.numbers if not _says(numbers, name, shown, lang)
    ]
    size = len(html.encode("utf-8"))
    lacking = missing_glyphs("".join(seen.text))
    rules: list[tuple[str, bool, Any]] = [
        ("page.language", seen.lang == ("zh-Hans" if lang == "zh" else "en"), seen.lang),
        ("page.no_script", not seen.scripts, seen.scripts),
        ("page.no_outside_address", not seen.addresses, seen.addresses[:3]),
        ("page.size", size <= MAX_BYTES, size),
        ("page.one_h1", seen.headings.count(1) == 1, seen.headings.count(1)),
        ("page.headings_in_order", all(b <= a + 1 for a, b in steps), seen.headings[:20]),
        ("page.images_described", not seen.bare_images, seen.bare_images),
        ("page.tables_captioned", not seen.bare_tables, seen.bare_tables),
        ("page.headers_scoped", not seen.bare_headers, seen.bare_headers),
        ("numbers.in_results", not wrong, wrong[:5]),
        ("numbers.all_traced", not seen.loose, seen.loose[:5]),
    ]
    checks = [Check(name, "pass" if ok else "fail", "" if ok else str(detail)) for name, ok, detail in rules]
    return (*checks, Check("font.characters", "review" if lacking else "pass", " ".join(lacking)))


def failed(checks: tuple[Check, ...]) -> tuple[Check, ...]:
    return tuple(check for check in checks if check.result == "fail")


def _says(numbers: Mapping[str, Number], name: str, shown: str, lang: str) -> bool:
    n = numbers.get(name)
    if n is None:
        return False
    plain = {text_of(n, lang), text_of(n, lang, signed=True), text_of(n, lang, prose=True)}
    between = interval_text(n)
    both = {f"{text}（{between}）" for text in plain} | {f"{text} ({between})" for text in plain}
    return shown in plain | both | ({between} - {""})
