"""What a notebook shows in either language: chapters of sentences and results, each figure with its data and its caution.

Markdown cells speak one language; here a cell asks for words by key, so that one notebook serves zh and en.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from markupsafe import Markup

from swe.core.language import use
from swe.show.blocks import Block, Listing, Paragraph, Picture, Raw, Section, Table, table
from swe.show.css import stylesheet
from swe.show.effect_plots import height
from swe.show.effect_sentences import figure as digits
from swe.show.say import constant, say
from swe.show.style import WARN, canvas, png
from swe.show.survey_sentences import small
from swe.show.words import has_word, word

if TYPE_CHECKING:
    import pandas as pd

    from swe.show.result import Result

Chapter = Literal[
    "design",
    "controls",
    "event",
    "aggregates",
    "usual",
    "sensitivity",
    "power",
    "randomisation",
    "subgroups",
    "limits",
]
Figure = Literal["rollout", "event", "group", "calendar", "bacon", "honest", "power", "randomisation"]
Grid = Literal["account", "controls", "subgroups"]
Words = Literal["hold_all", "hold_some", "per_month", "per_quarter", "per_year"]
Sentence = Literal[
    "title", "question", "planned", "as_planned", "not_as_planned", "panel", "cohorts", "controls", "leads", "no_joint",
    "aggregates", "truth", "imputation", "sensitivity", "power", "many_clusters", "few_clusters", "subgroups",
    "no_subgroups",
]  # fmt: skip
LETTERS = ("a", "b", "c", "d", "e", "f")  # of the list of what cannot be said
COLUMNS = 8  # of a table at most
OWN = {
    "bacon": {"treated": "cohort", "control": "compared"}
}  # figures whose columns mean something else than elsewhere
LEFT_OUT = ("restriction", "status")  # columns that a machine reads
# figures and tables are numbered through the page, for which a notebook has no <main>; its <html> names no language either
NUMBERED = "body { counter-reset: fig tab; }"
ENGLISH = (
    'figcaption strong::before { content: "Figure " counter(fig) ". "; } '
    'caption::before { content: "Table " counter(tab) ". "; }'
)


@dataclass(frozen=True)
class NotebookPage:
    """A page in one language; `simulated` marks every figure."""

    lang: str
    simulated: bool = False

    def head(self, title: str, *blocks: Block) -> Section:
        """The title, the style, and the strip of simulated data."""
        strip = Markup('<p class="strip">{}</p>').format(word("effectiveness.simulated", self.lang))
        html = Markup("<style>{}</style><h1>{}</h1>{}").format(
            Markup(stylesheet() + NUMBERED + (ENGLISH if self.lang == "en" else "")),
            title,
            strip if self.simulated else "",
        )
        return Section("cover", title, (Raw(html), *blocks), self.lang)

    def chapter(self, id: Chapter, *blocks: Block | None) -> Section:
        """A chapter; its title is the word `effectiveness.title_<id>`."""
        return Section(
            id,
            word(f"effectiveness.title_{id}", self.lang),
            tuple(b for b in blocks if b is not None),
            self.lang,
        )

    def w(self, key: Words) -> str:
        """A word of `effectiveness`."""
        return word(f"effectiveness.{key}", self.lang)

    def say(self, key: Sentence, **fields: Any) -> Paragraph:
        """A sentence of `effectiveness`; numbers are written with three digits, a share ends in _share."""
        shown = {name: _written(name, value) for name, value in fields.items()}
        return Paragraph(say(f"effectiveness.{key}", self.lang, None, **shown))

    def sentence(self, result: Result) -> Paragraph:
        """The result's own sentence."""
        return Paragraph(Markup("{}").format(result.text(self.lang)))

    def cautions(self, result: Result) -> Listing:
        """Its warnings."""
        return Listing(tuple(Markup("{}").format(text) for text in dict.fromkeys(result.warnings(self.lang))))

    def listing(self, *texts: str) -> Listing | None:
        return Listing(tuple(Markup("{}").format(text) for text in texts)) if texts else None

    def cannot(self) -> Listing:
        """What no estimate of this kind can say."""
        return Listing(tuple(say(f"effectiveness.cannot_{letter}", self.lang) for letter in LETTERS))

    def picture(self, key: Figure, result: Result) -> Picture:
        """A result drawn: `effectiveness.finding_<key>` over it, `effectiveness.drawn_<key>` under that, its table behind."""
        with canvas(height(result) + (0.3 if self.simulated else 0)) as (made, ax):
            result.plot(ax)
            if self.simulated:
                made.suptitle(
                    word("effectiveness.plot_simulated", self.lang),
                    x=0.99,
                    ha="right",
                    color=WARN,
                    fontsize=9,
                )
            image = png(made)
        return Picture(
            key, word(f"effectiveness.finding_{key}", self.lang), word(f"effectiveness.drawn_{key}", self.lang), image,
            result.text(self.lang), self.table(key, result.table), simulated=self.simulated,
        )  # fmt: skip

    def table(self, key: Figure | Grid, frame: pd.DataFrame) -> Table:
        """A frame with its own column names; `effectiveness.table_<key>` is the caption."""
        names = [str(name) for name in frame.columns if name not in LEFT_OUT][:COLUMNS]
        numeric = {name: frame[name].dtype.kind in "fiu" for name in names}
        rows = [
            [_cell(row[name], name, self.lang) for name in names] for row in frame[names].to_dict("records")
        ]
        labels = [
            ("#" if numeric[name] else "") + _label(OWN.get(key, {}).get(name, name), self.lang)
            for name in names
        ]
        return table(key, word(f"effectiveness.table_{key}", self.lang), labels, rows)


def open_page(lang: str, *, simulated: bool = False) -> NotebookPage:
    """A page, with pictures in the same language."""
    use(lang)
    return NotebookPage(lang, simulated)


def _written(name: str, value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return value
    return constant(f"{value:.1%}" if name.endswith("_share") else digits(float(value)))


def _cell(value: Any, name: str, lang: str) -> Any:
    if name in ("covers_zero", "estimated") and value in (0, 1):
        return word(f"effectiveness.{'yes' if value else 'no'}", lang)
    if name == "type" and has_word(f"effects.plot_{value}"):
        return word(f"effects.plot_{value}", lang)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return Markup("{}").format(str(value))
    if name in ("p", "p_adjusted") and not math.isnan(value):
        return constant(small(float(value)).removeprefix("= "))
    return constant(digits(float(value)))


def _label(name: str, lang: str) -> str:
    known = has_word(f"effectiveness.column_{name}")
    return word(f"effectiveness.column_{name}", lang) if known else name
