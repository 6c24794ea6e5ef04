"""Background and scope: which programmes, which place, which register, and what changed in it."""

from __future__ import annotations

from markupsafe import Markup

from swe.indicators.programme_model import Span
from swe.reference import register
from swe.reports.evaluation import Evaluation
from swe.reports.sections.page import Page, code, day, free, joined
from swe.show import dots
from swe.show.blocks import Picture, Section, Table, table
from swe.show.numbers import text_of
from swe.show.style import canvas, png


def background(e: Evaluation) -> Section:
    """The programmes on file and the texts they rest on."""
    p = Page(e)
    if not e.programmes:
        key = "scope.no_programme" if e.ledger is None else "scope.no_programme_ledgers"
        return p.section("background", p.p(key, name=p.name(e.region)))
    rows = [
        (
            free(getattr(v.programme.title, e.lang)), p.w(f"kinds.{v.programme.kind}"), _period(p, v.programme.period),
            joined([Markup('<cite lang="zh-Hans">{}</cite>').format(e.facts.source(s)["title_zh"]) for s in v.programme.sources], e.lang),
        )
        for v in e.programmes
    ]  # fmt: skip
    made = table(
        "programmes", p.w("captions.programmes"), p.columns("programme", "kind", "period", "source"), rows
    )
    return p.section("background", p.p("scope.background"), made)


def section(e: Evaluation) -> Section:
    """What lies in the region, and the mix of its township units."""
    p = Page(e)
    return p.section(
        "scope",
        p.p(
            "scope.lead" if e.region.level not in ("county", "township") else "scope.lead_county",
            name=p.name(e.region),
            vintage=day(e.vintage),
        ),
        _mix(p),
        _vintages(p),
        _below(p),
    )


def _period(p: Page, period: Span) -> Markup:
    if period.first and period.last:
        return Markup("{} – {}").format(day(period.first), day(period.last))
    if period.first:
        return p.say("scope.from", start=day(period.first))
    return Markup("—") if not period.last else p.say("scope.until", end=day(period.last))


def _mix(p: Page) -> Picture | None:
    """Township units by kind: ordered dots."""
    e = p.e
    kinds = [(k, p.n(f"scope.kind.{k}")) for k in register.TOWNSHIP_UNITS]
    kinds = [(k, n) for k, n in kinds if n.value]
    if len(kinds) < 2 or e.region.level == "township":
        return None
    kinds.sort(key=lambda pair: -(pair[1].value or 0))
    rows = [dots.Dot(n.label(p.lang), n.value, None, None, text_of(n, p.lang), own=False) for _, n in kinds]
    top = max(n.value or 0 for _, n in kinds)
    with canvas(dots.height(len(rows))) as (figure, ax):
        dots.draw(ax, rows, limits=(0, top * 1.05))
        image = png(figure)
    first = kinds[0][1]
    ties = [n.label(p.lang) for _, n in kinds if n.value == first.value]
    names = ("、" if p.lang == "zh" else " and ").join(ties)
    finding = p.say("scope.mix_tie" if len(ties) > 1 else "scope.mix_finding", kind=names, number=first)
    drawn = p.say("scope.mix_drawn", vintage=day(e.vintage))
    data = table(
        "mix", p.w("captions.mix"), p.columns("kind", "#count"), [(n.label(p.lang), n) for _, n in kinds]
    )
    return Picture(
        "mix",
        finding,
        drawn,
        image,
        str(finding.striptags()),
        data,
        p.say("page.source", source=p.register(e.vintage)),
    )


def _vintages(p: Page) -> Table | None:
    rows = []
    for vintage in register.VINTAGES:
        n = p.n(f"coverage.units.{vintage}")
        mine = p.w("scope.used") if vintage == p.e.vintage else ""
        rows.append((day(vintage), n if n.value is not None else p.w("scope.not_there"), mine))
    if p.e.region.level == "township":
        return None
    moved = any(p.n(f"scope.changes.{c}").value for c in ("added", "removed", "renamed"))
    note = p.say(
        "scope.changes" if moved else "scope.unchanged",
        vintage=day(register.NEWEST),
        first=day(register.VINTAGES[0]),
    )
    return table(
        "vintages", p.w("captions.vintages"), p.columns("vintage", "#count", "note"), rows, note=note
    )


def _below(p: Page) -> Table | None:
    """Every part of the region with its units, or a county's townships with their villages."""
    e = p.e
    if not e.below:
        return None
    towns = e.below[0].level == "township"
    kind = "villages" if towns else "units"
    rows = []
    for place in e.below:
        n = e.numbers.get(f"scope.{kind}.{place.code}")
        if n is None or place.name in register.PLACEHOLDERS:
            continue
        row = (free(p.name(place)), code(place.code), n)
        rows.append(
            (*row[:2], p.w(f"labels.kind_{register.rows(e.vintage)[place.code].kind}"), n) if towns else row
        )
    if not rows:
        return None
    columns = ("name", "level_code", "kind", "#scope_villages") if towns else ("name", "level_code", "#units")
    return table("below", p.w(f"captions.below_{kind}"), p.columns(*columns), rows)
