"""Coverage: what was claimed, what the register says, how fast it goes, and where the place stands."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup

from swe.core.dates import parse_partial
from swe.indicators.claims import Claim, three_rates
from swe.reference.regions import region
from swe.reports.evaluation import Evaluation, Track
from swe.reports.facts import station_figure
from swe.reports.score_numbers import scores_of
from swe.reports.sections import score_overall
from swe.reports.sections.page import Page, day, free, marked, source_link
from swe.show import dots, pace_plot
from swe.show.blocks import Block, Paragraph, Picture, Section, Table, table
from swe.show.numbers import text_of
from swe.show.say import spread
from swe.show.style import canvas, png


def overall(e: Evaluation) -> Section:
    """Score and grade by the run's indicator system; what can be said without one, or without ledgers."""
    p = Page(e)
    built = p.p("coverage.overall") if e.has("coverage.rate") else None
    if scores_of(e) is not None:
        return p.section("overall", *score_overall.blocks(p))
    return p.section("overall", p.absent("overall" if e.ledger is None else "framework"), built)


def section(e: Evaluation) -> Section:
    """The chapter on coverage and pace."""
    p = Page(e)
    blocks: list[Block | None] = [_lead(p), _listed(p)]
    for track in e.tracks:
        blocks += _track(p, track)
    blocks += [_peers(p), _claims(p), _three(p), p.figures("coverage"), p.derived("coverage")]
    return p.section("coverage", *blocks)


def _overall_key(p: Page) -> str:
    rate = p.n("coverage.rate").value
    return "coverage.overall_above" if rate is not None and rate > 1 else "coverage.overall"


def _lead_key(p: Page) -> str:
    stations, rate = p.n("coverage.stations"), p.n("coverage.rate").value
    if stations.value is None or stations.approximate or rate is None:
        return "coverage.lead_bound"
    return "coverage.lead_above" if rate > 1 else "coverage.lead_full" if rate == 1 else "coverage.lead"


def count_label(p: Page) -> str:
    """What the published count counts, in the words of its text (参与社工站数)."""
    count = station_figure(p.e)
    return (
        p.w("labels.coverage_stations")
        if count is None
        else str(count["label_zh" if p.lang == "zh" else "label_en"])
    )


def _listed(p: Page) -> Paragraph | None:
    """The units with a station, staff and service by the stations' own records."""
    if not p.e.has(*(f"coverage.listed.{rate}" for rate in ("built", "staffed", "serving"))):
        return None
    key = "coverage.listed_elsewhere" if p.n("coverage.listed.elsewhere").value else "coverage.listed_lead"
    return p.p(key)


def _lead(p: Page) -> Paragraph:
    e = p.e
    if p.n("coverage.units").value == 0:
        return p.p("coverage.no_units")
    if not e.has("coverage.stations"):
        return p.p("coverage.no_stations", vintage=day(e.vintage))
    text = p.say(
        _lead_key(p), label=count_label(p), date=day(p.n("coverage.rate").as_of), vintage=day(e.vintage)
    )
    others = [
        v for v in ("2019-10-31", "2020-06-30", "2021-10-31", "2022-10-31", "2023-06-30")
        if v != e.vintage and p.n(f"coverage.units.{v}").value not in (None, p.n("coverage.units").value)
    ]  # fmt: skip
    if others:
        near = min(others, key=lambda v: abs(int(v[:4]) - int(e.vintage[:4])))
        text += p.say(
            "coverage.other_vintage",
            vintage=day(near),
            units=p.n(f"coverage.units.{near}"),
            used=day(e.vintage),
        )
    return Paragraph(text)


def _track(p: Page, track: Track) -> list[Block | None]:
    """A goal: the picture of its pace, or the line it should follow."""
    basis = p.text(track.goal.basis.zh, track.goal.basis.en)
    rule = Markup(" [{}]").format(source_link(track.goal.rule))
    note = Paragraph(Markup("{}{}").format(basis, rule), "note")
    if track.result is None:
        line = _planned(p, track)
        return [line, note] if line else []
    if not p.e.has("pace.observed_per_month", "pace.required_per_month"):
        return [p.p("coverage.pace_unknown"), note]
    return [_pace_picture(p, track), p.p("coverage.pace", **_pace_words(p, track)), note]


def _pace_words(p: Page, track: Track) -> dict[str, Any]:
    assert track.result is not None
    reached = str(track.result.table["reached_on"].iloc[-1])
    return {
        "since": day(track.goal.series[0][0]), "last": day(track.goal.series[-1][0]),
        "deadline": day(track.goal.deadline), "reached": day(reached) if reached else p.w("coverage.never"),
    }  # fmt: skip


def _pace_picture(p: Page, track: Track) -> Picture:
    result = track.result
    assert result is not None
    behind = result["behind"] == 1
    with canvas(2.75) as (figure, ax):
        pace_plot.draw_pace(ax, result, lang=p.lang, notes=_shares(p, track))
        image = png(figure)
    finding = p.say(
        "coverage.pace_behind"
        if behind
        else "coverage.pace_on"
        if result["behind"] == 0
        else "coverage.pace_unsure"
    )
    words = _pace_words(p, track)
    rows = [(day(date), marked(p.n(f"figure.{figure}"), p.lang)) for date, figure in _series(p, track)]
    rows.append((day(track.goal.deadline), marked(p.n("pace.projected"), p.lang)))
    data = table(
        "pace", p.w("captions.pace"), p.columns("date", "#value"), rows, note=p.say("coverage.pace_note")
    )
    sources = Markup(" ").join(source_link(figure) for _, figure in _series(p, track))
    return Picture(
        "pace", finding, p.say("coverage.pace_drawn", **words), image,
        str(p.say("coverage.pace", **words).striptags()), data, p.say("page.source", source=sources),
    )  # fmt: skip


def _shares(p: Page, track: Track) -> dict[str, str]:
    """The recomputed coverage at each count of the series, for the labels of the picture."""
    found = {}
    for claim in p.e.claims:
        tail = "" if claim is p.e.claim else f".{claim.rate_id or claim.stations_id}"
        rate = p.e.numbers.get(f"coverage.recomputed_rate{tail}")
        if rate is not None and rate.value is not None:
            text = text_of(rate, p.lang)
            found[parse_partial(claim.as_of).last.isoformat()] = (
                f"（{text}）" if p.lang == "zh" else f" ({text})"
            )
    return found


def _series(p: Page, track: Track) -> list[tuple[str, str]]:
    view = next(v for v in p.e.programmes if v.programme.id == track.programme_id)
    target = next(t for t in view.programme.targets if t.id == track.goal.id)
    return [(date, figure) for (date, _), figure in zip(track.goal.series, target.series, strict=True)]


def _planned(p: Page, track: Track) -> Table | None:
    prefix = f"target.{track.programme_id}.{track.goal.id}"
    line = [n for id, n in p.e.numbers.items() if id.startswith(f"{prefix}.expected.")]
    if not line:
        return None
    rows = [(day(n.as_of), n, None) for n in line]
    caption = p.w("captions.planned", programme=p.w("titles.coverage"))
    return table(f"planned_{track.goal.id}", caption, p.columns("date", "#expected_value", "#observed"), rows,
                 note=p.say("coverage.planned_note", target=p.n(prefix), deadline=day(track.goal.deadline)), folded=False)  # fmt: skip


def _peers(p: Page) -> Picture | None:
    """The place among those of its level with a published count; a bar where only a bound is known."""
    e = p.e
    if len(e.peers) < 2 or e.region.code not in set(e.peers["region"]):
        return None
    frame = e.peers.assign(order=e.peers["value"].fillna(e.peers["lower"])).sort_values(
        ["order", "region"], ascending=[False, True]
    )
    rows, lines = [], []
    for row in frame.itertuples():
        n = p.n(f"peers.{row.region}.rate")
        place = p.name(region(row.region)) if p.lang == "zh" else p.name(region(row.region)).split(" (")[0]
        rows.append(
            dots.Dot(
                place,
                n.value,
                n.lower,
                n.upper,
                text_of(n, p.lang),
                row.region == e.region.code,
                row.as_of[:7],
            )
        )
        lines.append((free(place), n, day(row.as_of), day(row.vintage)))
    top = max(1.0, *(d.value or 0 for d in rows))
    with canvas(dots.height(len(rows))) as (figure, ax):
        dots.draw(ax, rows, limits=(0, top), percent=True)
        image = png(figure)
    known = [d for d in rows if d.value is not None]
    finding = p.say(
        "coverage.peers_finding" if len(known) > 1 else "coverage.peers_bound",
        name=p.name(e.region), rate=p.n("coverage.rate"),
    )  # fmt: skip
    data = table(
        "peers", p.w("captions.peers"), p.columns("region", "#coverage_rate", "as_of", "vintage"), lines
    )
    return Picture(
        "peers",
        finding,
        p.w("coverage.peers_drawn"),
        image,
        str(finding.striptags()),
        data,
        p.say("coverage.peers_source"),
    )


def _claims(p: Page) -> Table | None:
    """Every published rate and count against the register of its date."""
    e = p.e
    rows: list[tuple[Any, ...]] = []
    for claim in e.claims:
        tail = "" if claim is e.claim else f".{claim.rate_id or claim.stations_id}"
        rows += _claim_rows(p, claim, tail)
    if not rows:
        return None
    return table("claims", p.w("captions.claims"), p.columns("indicator", "#published", "#checked", "verdict"), rows,
                 note=p.say("coverage.claims_note" if e.claim else "coverage.claims_none"), folded=False)  # fmt: skip


def _claim_rows(p: Page, claim: Claim, tail: str) -> list[tuple[Any, ...]]:
    ids = {
        name: f"coverage.{name}{tail}"
        for name in ("claim_rate", "claim_stations", "implied_units", "claim_units", "recomputed_rate")
    }
    when = Markup("{}（{}）" if p.lang == "zh" else "{} ({})")
    label = when.format(p.w("labels.coverage_rate"), day(claim.as_of))
    verdict = p.mark(claim.verdict if claim.rate is not None else "unclaimed")
    recomputed = p.e.numbers.get(ids["recomputed_rate"])
    made = None
    if claim.stations is not None and recomputed is not None:
        made = Markup("{} / {} = {}" if recomputed.value is not None else "{} / {} → {}").format(
            marked(p.n(ids["claim_stations"]), p.lang),
            marked(p.n(ids["claim_units"]), p.lang),
            marked(recomputed, p.lang),
        )
    rows: list[tuple[Any, ...]] = [(label, p.e.numbers.get(ids["claim_rate"]), made, verdict)]
    if claim.implied is not None:
        units = Markup("{} <small>{}</small>").format(
            marked(p.n(ids["claim_units"]), p.lang), day(claim.vintage)
        )
        label = when.format(p.w("labels.implied_units"), day(claim.as_of))
        rows.append((label, spread(p.n(ids["implied_units"]), p.lang), units, verdict))
    return rows


def _three(p: Page) -> Table:
    """Built, staffed and serving are three indicators: as published and, where ledgers are there, by their records."""
    frame = three_rates(p.e.region.code, published=p.e.facts)
    by_ledger = p.e.ledger is not None
    rows: list[tuple[Any, ...]] = []
    for row in frame.itertuples():
        known = row.rate == "built" and p.e.has("coverage.rate")
        # a count of stations, then, not a share of units
        above = known and (p.n("coverage.rate").value or 0) > 1
        value = p.n("coverage.rate") if known and not above else None
        if not by_ledger:
            needs = p.say("coverage.needs_prefix", what=p.w(f"absent.{row.rate}_needed")) if value is None else Markup("")  # fmt: skip
            mark = p.mark("above" if above else "ok" if known else "missing")
            rows.append((p.w(f"coverage.{row.rate}"), value, mark, needs))
            continue
        said = p.mark("above") if above else value if known else p.w("coverage.not_published")
        listed = f"coverage.listed.{row.rate}"
        rows.append((p.w(f"coverage.{row.rate}"), said, p.n(listed), p.n(f"{listed}.units")))
    if not by_ledger:
        columns, note = p.columns("claim_text", "#value", "verdict", "note"), p.say("coverage.three_note")
    else:
        columns = p.columns("claim_text", "#published", "#by_ledger", "#units_by_ledger")
        note = p.say("coverage.three_note") + p.say("coverage.listed_note")
    return table("three", p.w("captions.three"), columns, rows, note=note, folded=False)
