"""What every chapter needs: sentences with the evaluation's numbers, figure and derived tables, absence."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from markupsafe import Markup, escape

from swe.reference.regions import Region
from swe.reports.naming import place_name
from swe.show.blocks import Absent, Block, Mark, Paragraph, Section, Table, Tone, table
from swe.show.numbers import Number
from swe.show.say import code, day, fill, marked, quoted, say
from swe.show.words import word

if TYPE_CHECKING:
    from swe.indicators.programmes import Derived
    from swe.reports.evaluation import Evaluation, ProgrammeView

TONES: dict[str, Tone] = {
    "consistent": "good", "met_as_claimed": "good", "on_pace": "good", "behind": "bad", "inconsistent": "bad",
    "not_met": "bad", "over": "warn", "under": "warn", "approx": "warn", "interval": "warn", "cannot_say": "warn",
    "unstated": "warn", "missing": "warn", "high": "bad", "medium": "warn",
}  # fmt: skip


@dataclass(frozen=True)
class Page:
    """An evaluation in its language, with the ways of saying things."""

    e: Evaluation

    @property
    def lang(self) -> str:
        return self.e.lang

    def w(self, key: str, **fields: str) -> str:
        """A plain word or label."""
        return word(key, self.lang).format(**fields) if fields else word(key, self.lang)

    def say(self, key: str, **fields: Any) -> Markup:
        """A sentence with numbers."""
        return say(key, self.lang, self.e.numbers, **fields)

    def text(self, zh: str, en: str) -> Markup:
        """A text from a params file: its digits are marked as constants of the file."""
        return free(zh if self.lang == "zh" else en)

    def n(self, id: str) -> Number:
        return self.e.numbers[id]

    def method(self, n: Number) -> str:
        """How a number came about, in words."""
        first, _, carried = n.method.partition(", ")
        return self.w(f"methods.{first}") + (self.w(f"methods.{carried}") if carried else "")

    def unit(self, id: str) -> Markup:
        """A number with its unit word."""
        return marked(self.n(id), self.lang, unit=True)

    def name(self, place: Region) -> str:
        return place_name(place, self.lang)

    def mark(self, name: str) -> Mark:
        return Mark(self.w(f"marks.{name}"), TONES.get(name, "plain"))

    def section(self, id: str, *blocks: Block | None) -> Section:
        return Section(id, self.w(f"titles.{id}"), tuple(b for b in blocks if b is not None), self.lang)

    def p(self, key: str, role: Any = "body", **fields: Any) -> Paragraph:
        return Paragraph(self.say(key, **fields), role)

    def columns(self, *names: str) -> list[str]:
        """Column labels; # leads numeric ones."""
        return ["#" * name.startswith("#") + self.w(f"labels.{name.removeprefix('#')}") for name in names]

    def absent(self, chapter: str) -> Absent:
        """What is missing for a chapter and what would be needed."""
        return Absent(
            self.say("page.missing", what=self.w(f"absent.{chapter}_missing")),
            self.say("page.needed", what=self.w(f"absent.{chapter}_needed")),
        )

    # -- tables --

    def figures(self, chapter: str) -> Table | None:
        """The published figures of a chapter."""
        f = self.e.figures
        rows = [
            (
                self._figure_label(row), self.unit(f"figure.{row.figure_id}"), self.mark(certainty(self.n(f"figure.{row.figure_id}"))),
                day(row.as_of), source_link(row.figure_id),
            )
            for row in f[[c == chapter for c in f["chapter"]]].itertuples()
        ]  # fmt: skip
        if not rows:
            return None
        return table(
            f"{chapter}_figures", self.w("captions.figures", chapter=self.w(f"titles.{chapter}")),
            self.columns("indicator", "#value", "verdict", "as_of", "source"), rows,
        )  # fmt: skip

    def derived(self, chapter: str) -> Table | None:
        """The derived indicators of a chapter, with what they are made of and the caution that belongs to them."""
        rows = [
            self._derived_row(view, d)
            for view in self.e.programmes
            for d in view.derived
            if self.chapter_of(d) == chapter
        ]
        if not rows:
            return None
        return table(
            f"{chapter}_derived", self.w("captions.derived", chapter=self.w(f"titles.{chapter}")),
            self.columns("indicator", "#value", "verdict", "note"), rows, folded=False,
        )  # fmt: skip

    def chapter_of(self, d: Derived) -> str:
        """A derived number stands where the figure of its numerator stands; calendar ones under service output."""
        f = self.e.facts.figures
        found = list(f.loc[f["figure_id"] == d.sources[0], "chapter"]) if d.sources else []
        return str(found[0]) if found else "output"

    def _derived_row(self, view: ProgrammeView, d: Derived) -> tuple[Any, ...]:
        n = self.n(f"programme.{view.programme.id}.{d.id}")
        note = self.text(d.note.zh, d.note.en) if d.note else Markup("")
        made = Markup("{} {}").format(note, basis(d)) if note else basis(d)
        return (
            free(d.label.zh if self.lang == "zh" else d.label.en),
            marked(n, self.lang, unit=True),
            self.mark(certainty(n, computed=True)),
            made,
        )

    def _figure_label(self, row: Any) -> Markup:
        label = escape(row.label_zh if self.lang == "zh" else row.label_en)
        if row.region == self.e.region.code:
            return free(str(label))
        from swe.reference.regions import region

        sep = "：" if self.lang == "zh" else ": "
        return Markup("{}{}{}").format(free(self.name(region(row.region))), sep, free(str(label)))


def certainty(n: Number, *, computed: bool = False) -> str:
    """Which status word belongs to a number."""
    if n.approximate:
        return "approx" if n.value is not None else "unstated"
    if n.value is not None:
        return "computed" if computed else "exact"
    if n.lower is None and n.upper is None:
        return "cannot_say"
    if n.lower in (None, 0):
        return "under" if n.upper is not None else "cannot_say"
    return "over" if n.upper is None else "interval"


def basis(d: Derived) -> Markup:
    """The figures a derived number is made of, linked to the annex."""
    links = Markup(" ").join(source_link(figure) for figure in d.sources)
    vintage = Markup(" {}").format(code(f"register:{d.vintage}")) if d.vintage else Markup("")
    return Markup('<span class="note">[{}{}]</span>').format(links, vintage)


def source_link(figure_id: str) -> Markup:
    return Markup('<a href="#src-{0}">{1}</a>').format(figure_id, code(figure_id))


def free(text: str) -> Markup:
    """A text of a params or facts file: digits in it are part of its wording (“1+8+N”), so they are marked."""
    import re

    parts = re.split(r"(\d[\d,.:/%–-]*\d%?|\d%?)", text)
    return Markup("").join(
        Markup('<span class="k">{}</span>').format(p) if i % 2 else escape(p) for i, p in enumerate(parts)
    )


def joined(items: Iterable[Any], lang: str) -> Markup:
    return Markup("；" if lang == "zh" else "; ").join(escape(i) for i in items)


__all__ = [
    "Page",
    "basis",
    "certainty",
    "code",
    "day",
    "fill",
    "free",
    "joined",
    "marked",
    "quoted",
    "source_link",
    "table",
]
