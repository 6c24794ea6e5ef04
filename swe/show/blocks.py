"""What a section is made of: paragraphs, key facts, tables, figures, and the statement of what is absent.

Blocks are frozen and know no data; jinja2 (autoescaped) turns them into HTML with caption, `th scope` and alt text.
"""

from __future__ import annotations

import base64
import functools
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from markupsafe import Markup

from swe.show.numbers import Number

Tone = Literal["plain", "good", "warn", "bad"]


@dataclass(frozen=True)
class Paragraph:
    text: Markup
    role: Literal["body", "lead", "note", "source"] = "body"


@dataclass(frozen=True)
class Fact:
    """A key fact: label, number with its unit, and its basis in small type."""

    label: Markup | str
    value: Markup
    basis: Markup


@dataclass(frozen=True)
class KeyFacts:
    facts: tuple[Fact, ...]


@dataclass(frozen=True)
class Mark:
    """A status as an outlined word."""

    text: str
    tone: Tone = "plain"

    def __html__(self) -> str:
        return str(Markup('<span class="mark {}">{}</span>').format(self.tone, self.text))

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True)
class Column:
    label: str
    numeric: bool = False


@dataclass(frozen=True)
class Table:
    """A table with its caption; `key` names its sheet in tables.xlsx; long ones fold."""

    key: str
    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Any, ...], ...]
    note: Markup | None = None
    folded: bool = False


@dataclass(frozen=True)
class Picture:
    """A figure: `finding` states what it shows, `drawn` what is drawn, `alt` is its result's sentence."""

    key: str
    finding: Markup | str
    drawn: str
    png: bytes
    alt: str
    data: Table
    source: Markup | None = None
    simulated: bool = False

    @property
    def uri(self) -> str:
        return "data:image/png;base64," + base64.b64encode(self.png).decode("ascii")


@dataclass(frozen=True)
class Absent:
    """A part whose data are not there: what is missing, and what would be needed."""

    missing: Markup | str
    needed: Markup | str


@dataclass(frozen=True)
class Listing:
    items: tuple[Markup, ...]
    ordered: bool = False


@dataclass(frozen=True)
class Heading:
    """A heading inside a section (h3)."""

    text: str


@dataclass(frozen=True)
class Contents:
    """The list of chapters: (id, title) pairs."""

    label: str
    items: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Raw:
    """Ready markup (the head of the page)."""

    html: Markup


Block = Raw | Contents | Paragraph | KeyFacts | Table | Picture | Absent | Listing | Heading


@dataclass(frozen=True)
class Section:
    """A chapter of a report; shows itself in the Lab and in the page."""

    id: str
    title: str
    blocks: tuple[Block, ...]
    lang: str = "zh"

    def _repr_html_(self) -> str:
        return str(render("section.html.j2", section=self, lang=self.lang))

    @property
    def tables(self) -> tuple[Table, ...]:
        """Its tables, those behind figures included."""
        return tuple(
            block if isinstance(block, Table) else block.data
            for block in self.blocks
            if isinstance(block, Table | Picture)
        )


@functools.cache
def environment() -> Any:
    """The one jinja2 environment: autoescape on, undefined names are errors."""
    import jinja2

    from swe.show.say import constant, marked
    from swe.show.words import word

    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals.update(marked=marked, word=word)
    made.tests["number"] = lambda value: isinstance(value, Number)
    made.filters["constant"] = constant
    made.filters["sort_value"] = _sort_value
    made.filters["kind"] = lambda block: type(block).__name__
    return made


def _sort_value(n: Number | None) -> str:
    """What a column sorts by: the point, else the lower, else the upper bound."""
    known = [x for x in (n.value, n.lower, n.upper) if x is not None] if n else []
    return str(known[0]) if known else ""


def render(template: str, **context: Any) -> Markup:
    return Markup(environment().get_template(template).render(**context))


def table(
    key: str,
    caption: str,
    columns: Sequence[Column | str],
    rows: Sequence[Sequence[Any]],
    *,
    note: Markup | None = None,
    folded: bool | None = None,
) -> Table:
    """A `Table`; column labels starting with # are numeric; more than 14 rows fold unless told."""
    made = tuple(
        c if isinstance(c, Column) else Column(c.removeprefix("#"), c.startswith("#")) for c in columns
    )
    long = len(rows) > 14 if folded is None else folded
    return Table(key, caption, made, tuple(tuple(row) for row in rows), note, long)
