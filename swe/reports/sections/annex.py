"""Limits, and the annex: every published figure with its quote, every source, every number with its method."""

from __future__ import annotations

from markupsafe import Markup

from swe.reference.regions import region
from swe.reports.evaluation import Evaluation
from swe.reports.sections.page import Page, code, day, free, marked, quoted
from swe.show.blocks import Heading, Listing, Section, Table, table
from swe.show.numbers import Number, interval_text
from swe.show.say import spread


def limits(e: Evaluation) -> Section:
    """What these numbers cannot carry."""
    p = Page(e)
    keys = ["limits.built", "limits.register"]
    if len(e.figures):
        keys += ["limits.press", "limits.dates", "limits.inferred"]
    if (e.figures["file"] == "benchmarks.csv").any():
        keys.append("limits.benchmarks")
    if (e.figures["confidence"] == "C").any():
        keys.append("limits.confidence")
    return p.section("limits", Listing(tuple(p.say(key, vintage=day(e.vintage)) for key in keys)))


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
    rows = []
    for row in p.e.figures.itertuples():
        n = p.n(f"figure.{row.figure_id}")
        anchor = Markup('<span id="src-{0}">{1}</span>').format(row.figure_id, code(row.figure_id))
        label = free(row.label_zh if p.lang == "zh" else row.label_en)
        place = free(p.name(region(row.region)))
        said = quoted(row.quote_zh) if row.quote_zh else free(row.note) if row.note else p.w("annex.no_quote")
        source = (
            code(row.source_id)
            if row.source_id
            else Markup("{} {}").format(code(row.file), free(row.confidence))
        )
        rows.append(
            (
                anchor,
                Markup("{}<br>{}").format(label, place),
                marked(n, p.lang, unit=True),
                day(row.as_of),
                said,
                source,
            )
        )
    return table(
        "figures",
        p.w("captions.annex_figures"),
        p.columns("id", "indicator", "#value", "as_of", "quote", "source"),
        rows,
        folded=False,
    )


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
                code(name),
                Markup("<cite>{}</cite>").format(s["title_zh"]),
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
    """Every number but the figures (above) and the counts of each part (in the chapter on scope)."""
    rows = [
        (
            Markup("{}<br><small>{}</small>").format(free(n.label(p.lang)), code(n.id)),
            _with_interval(n, p.lang),
            Markup("{}<br><small>{}</small>").format(free(p.method(n)), code(n.source)),
            day(n.as_of),
        )
        for n in p.e.numbers.values()
        if not n.id.startswith(("figure.", "scope.units.", "scope.villages."))
    ]
    columns = p.columns("indicator", "#value", "method_source", "as_of")
    return table("numbers", p.w("captions.numbers"), columns, rows, folded=True)


def _with_interval(n: Number, lang: str) -> Markup:
    shown = marked(n, lang, unit=True)
    between = Markup("<br><small>{}</small>").format(spread(n, lang)) if interval_text(n) else Markup("")
    return Markup("{}{}").format(shown, between)
