"""Limits, and the annex: every published figure with its quote, every source, every number with its method."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup

from swe.reference.regions import region
from swe.reports.evaluation import Evaluation
from swe.reports.sections import ledger, score_list
from swe.reports.sections.page import Page, code, day, free, quoted
from swe.show.blocks import Heading, Listing, Section, Table, table

ELSEWHERE = (
    "comparison.", "figure.", "scope.units.", "scope.villages.", "stations.", "areas.",
    *(f"score.{part}." for part in ("total", "rank", "flip", "sure", "to_next", "gain", "dimension", "value", "points",
                                    "self", "checked", "self_less", "part")),
    *(f"framework.{part}." for part in ("points", "dimension", "weight", "items")),
)  # numbers whose rows stand in their own chapters  # fmt: skip


def limits(e: Evaluation) -> Section:
    """What these numbers cannot carry."""
    p = Page(e)
    keys = ["limits.built" if e.ledger is None else "limits.ledgers", "limits.register"]
    if len(e.figures):
        keys += ["limits.press", "limits.dates", "limits.inferred"]
    if (e.figures["file"] == "benchmarks.csv").any():
        keys.append("limits.benchmarks")
    if (e.figures["confidence"] == "C").any():
        keys.append("limits.confidence")
    said = [p.say("limits.warnings", text=free(w.text(e.lang))) for w in e.facts.warnings]
    listed = Listing(
        tuple(p.say(key, vintage=day(e.vintage)) for key in keys) + tuple(score_list.limits(p)) + tuple(said)
    )
    return p.section("limits", ledger.notice(p), *ledger.data_quality(p), listed)


def section(e: Evaluation) -> Section:
    """Sources of every number."""
    p = Page(e)
    figures = [_figures(p)] if len(e.figures) else []
    return p.section(
        "annex",
        p.p("annex.lead"),
        *figures,
        _sources(p),
        Heading(p.w("annex.numbers_title")),
        p.p("annex.numbers_note", "note"),
        _numbers(p),
    )


def _figures(p: Page) -> Table:
    """Every figure with its sentence, or with the note on its origin where no sentence is on file."""
    rows = []
    for row in p.e.figures.itertuples():
        n = p.n(f"figure.{row.figure_id}")
        anchor = Markup('<span id="src-{0}">{1}</span>').format(row.figure_id, code(row.figure_id))
        label = free(row.label_zh if p.lang == "zh" else row.label_en)
        where = Markup("{}<br><small>{}</small>").format(label, free(p.name(region(row.region))))
        rows.append((anchor, where, p.value(n), day(row.as_of), _origin(p, row)))
    columns = p.columns("id", "indicator", "#value", "as_of", "quote_source")
    return table("figures", p.w("captions.annex_figures"), columns, rows, folded=False)


def _origin(p: Page, row: Any) -> Markup:
    if row.quote_zh:
        return Markup("{}<br><small>{}</small>").format(quoted(row.quote_zh), p.source(row.source_id))
    note = row.note_zh if p.lang == "zh" and row.note_zh else row.note
    said = free(note) if note else p.w("annex.no_quote")
    confidence = Markup("{} {}").format(p.w("annex.confidence"), row.confidence)
    return Markup("{}<br><small>{} · {}</small>").format(said, p.w("labels.source_benchmarks"), confidence)


def _sources(p: Page) -> Table | None:
    used = sorted(
        set(p.e.figures["source_id"]) - {""} | {s for v in p.e.programmes for s in v.programme.sources}
    )
    rows = []
    for name in used:
        known = p.e.facts.sources
        if name not in set(known["source_id"]):
            rows.append((code(name), free(name), "", "", ""))
            continue
        s = p.e.facts.source(name)
        rows.append(
            (
                Markup('<span id="s-{0}">{1}</span>').format(name, code(name)),
                Markup('<cite lang="zh-Hans">{}</cite>').format(s["title_zh"]),
                free(s["credit"]),
                day(s["month"]),
                p.w(f"annex.{s['month_is'].split(':')[0].replace(' ', '_')}"),
            )
        )
    if not rows:
        return None
    return table(
        "sources",
        p.w("captions.sources"),
        p.columns("id", "source", "credit", "month", "note"),
        rows,
        folded=False,
    )


def _numbers(p: Page) -> Table:
    """Every number but the figures (above), the counts of each part and the numbers of each station (in their chapters)."""
    rows = [
        (
            Markup("{}<br><small>{}</small>").format(free(n.label(p.lang)), code(n.id)),
            p.value(n),
            Markup("{}<br><small>{}</small>").format(free(p.method(n)), p.source(n.source)),
            day(n.as_of),
        )
        for n in p.e.numbers.values()
        if not n.id.startswith(ELSEWHERE)
    ]
    columns = p.columns("indicator", "#value", "method_source", "as_of")
    return table("numbers", p.w("captions.numbers"), columns, rows, folded=True)
