"""What every chapter needs: sentences with the evaluation's numbers, figure and derived tables, absence."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from markupsafe import Markup, escape

from swe.reference.regions import Region, region
from swe.reports.naming import place_name
from swe.show.blocks import Absent, Block, Mark, Paragraph, Section, Table, Tone, table
from swe.show.numbers import Number, interval_text
from swe.show.say import code, day, fill, marked, quoted, say, spread
from swe.show.units import unit_word
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

    @property
    def simulated(self) -> bool:
        return self.e.ledger is not None and self.e.ledger.facts.simulated

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
        first, *more = n.method.split(", ")
        return self.w(f"methods.{first}") + "".join(self.w(f"methods.{part}") for part in more)

    def unit(self, id: str) -> Markup:
        """A number with its unit word."""
        return marked(self.n(id), self.lang, unit=True)

    def value(self, n: Number) -> Markup:
        """A number for a narrow column: a compound unit below it, and its interval where rounding gives one."""
        word = unit_word(n.unit, self.lang, one=n.value == 1)
        if "/" not in n.unit:
            shown = marked(n, self.lang, unit=True)
        else:
            shown = Markup("{}<br><small>{}</small>").format(marked(n, self.lang), word)
        between = (
            Markup("<br><small>{}</small>").format(spread(n, self.lang)) if interval_text(n) else Markup("")
        )
        return Markup("{}{}").format(shown, between)

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

    def absent(self, chapter: str, *, rest: bool = False) -> Absent:
        """What is missing for a chapter (or for the `rest` of it) and what would be needed."""
        return Absent(
            self.say(
                "page.missing_rest" if rest else "page.missing", what=self.w(f"absent.{chapter}_missing")
            ),
            self.say("page.needed", what=self.w(f"absent.{chapter}_needed")),
        )

    # -- tables --

    def figures(self, chapter: str) -> Table | None:
        """The published figures of a chapter."""
        f = self.e.figures
        rows = [
            (
                self._figure_label(row), self.unit(f"figure.{row.figure_id}"), self.mark(self._figure_mark(row)),
                day(row.as_of), source_link(row.figure_id),
            )
            for row in f[f["chapter"] == chapter].itertuples()
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
            self.columns("indicator", "#value", "verdict", "note"), rows,
        )  # fmt: skip

    def chapter_of(self, d: Derived) -> str:
        """A derived number stands where the figure of its numerator stands; calendar ones under service output."""
        f = self.e.facts.figures
        found = list(f.loc[f["figure_id"] == d.sources[0], "chapter"]) if d.sources else []
        return str(found[0]) if found else "output"

    def _derived_row(self, view: ProgrammeView, d: Derived) -> tuple[Any, ...]:
        n = self.n(f"programme.{view.programme.id}.{d.id}")
        note = self.text(d.note.zh, d.note.en) if d.note else Markup("")
        made = Markup("{} {}").format(note, basis(self, d)) if note else basis(self, d)
        return (
            free(d.label.zh if self.lang == "zh" else d.label.en),
            self.value(n),
            self.mark(certainty(n, computed=True)),
            made,
        )

    def _figure_mark(self, row: Any) -> str:
        """A requirement of a plan is no result, however exact its number."""
        if row.indicator.endswith(("_standard", "_kpi", "_target", "_cap")):
            return "requirement"
        return certainty(self.n(f"figure.{row.figure_id}"))

    def _figure_label(self, row: Any) -> Markup:
        label = free(row.label_zh if self.lang == "zh" else row.label_en)
        if row.region == self.e.region.code:
            return label
        sep = "：" if self.lang == "zh" else ": "
        return Markup("{}{}{}").format(free(self.name(region(row.region))), sep, label)

    def register(self, vintage: str) -> Markup:
        """区划登记表 2023-06-30: a vintage for people."""
        return Markup("{} {}").format(self.w("labels.register_of"), day(vintage))

    def source(self, name: str) -> Markup:
        """Where a number comes from, for people: a press text by its title, the register, the ledgers."""
        kind, _, rest = name.partition(":")
        if kind == "register":
            return self.register(rest)
        if kind in ("ledgers", "calendar", "framework"):
            return Markup("{}").format(self.w(f"labels.source_{kind}"))
        known = self.e.facts.sources
        if name in set(known["source_id"]):
            s = self.e.facts.source(name)
            return Markup('<a href="#s-{}"><cite lang="zh-Hans">{}</cite></a> {}').format(
                name, s["title_zh"], day(s["month"])
            )
        return Markup("{}").format(self.w("labels.source_benchmarks") if "/" in name else free(name))


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


def basis(p: Page, d: Derived) -> Markup:
    """What a derived number is made of: its figures, linked to the annex, and its register."""
    links = [source_link(figure) for figure in d.sources] + ([p.register(d.vintage)] if d.vintage else [])
    return Markup('<span class="note">[{}]</span>').format(Markup(" ").join(links)) if links else Markup("")


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
