"""The part of the chapter on effect that rests on an analysis plan: roll-out, event study, the sentence, its limits."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup

from swe.indicators.effect_study import Study
from swe.reports.effect_numbers import effect_of, event_id
from swe.reports.run_plan import EffectView
from swe.reports.sections.page import Page, code, day, free
from swe.show.blocks import Absent, Block, Heading, Listing, Paragraph, Picture, Table, table
from swe.show.cohort_plot import draw_cohorts
from swe.show.cohort_plot import height as cohort_height
from swe.show.event_plot import draw_event
from swe.show.numbers import interval_text
from swe.show.say import constant, spread
from swe.show.style import WARN, canvas, png

EVENT_HEIGHT = 3.2  # inches


def blocks(p: Page) -> list[Block]:
    """Nothing where the run names no plan; else what it found, or why it found nothing."""
    view = effect_of(p.e)
    if view is None:
        return []
    plan = view.plan
    head: list[Block] = [
        Heading(p.w("effectiveness.chapter_heading")),
        p.p("effectiveness.chapter_question", plan=code(plan.id), question=p.text(plan.spec.question.zh, plan.spec.question.en)),
    ]  # fmt: skip
    if view.study is None:
        assert view.refused is not None
        reason = free(view.refused[0 if p.lang == "zh" else 1])
        why = p.say("effectiveness.chapter_refused", plan=code(plan.id), reason=reason)
        return [*head, Absent(why, p.say("effectiveness.chapter_refused_needs")), *_plan(p, view)]
    found = view.study
    marked_simulated = found.simulated or p.simulated
    if found.simulated:
        head.append(Paragraph(Markup("<strong>{}</strong>").format(p.w("effectiveness.chapter_simulated"))))
    return [
        *head,
        Paragraph(_sentence(p, found)),
        *([p.p("effectiveness.chapter_share")] if plan.spec.outcome_measure == "share" else []),
        _controls(p, view),
        _rollout(p, view, found, marked_simulated),
        _event(p, found, marked_simulated),
        p.p("effectiveness.chapter_detectable"),
        *_before(p, view),
        _ways(p, view),
        *_groups(p, view),
        p.p("effectiveness.chapter_panel", "note"),
        *_traps(p, view),
        *_plan(p, view),
        p.p("effectiveness.chapter_cannot"),
        Listing(tuple(p.say(f"effectiveness.cannot_{letter}") for letter in "abcdef")),
    ]


def _controls(p: Page, view: EffectView) -> Paragraph:
    """Who is compared with whom, and until when."""
    who = p.w(f"effectiveness.controls_{view.plan.spec.control}")
    return p.p("effectiveness.chapter_horizon", who=who, last=day(_last(view)))


def _before(p: Page, view: EffectView) -> list[Block]:
    """The drift of the leads with what it could have shown, and what the finding survives; never a tick."""
    if p.n("effect.drift").value is None:
        return [p.p("effectiveness.chapter_no_leads")]
    said: list[Block] = [p.p("effectiveness.chapter_leads", drift=spread(p.n("effect.drift"), p.lang))]
    if view.bounds is None:
        return said
    survives = p.n("effect.breakdown").value
    said.append(p.p("effectiveness.chapter_bounds" if survives else "effectiveness.chapter_fragile"))
    rows = [
        (
            p.n(f"effect.bound_m.{i}") if i else p.w("effectiveness.straight"),
            spread(p.n(f"effect.bound.{i}"), p.lang),
            p.w("effectiveness.holds_zero" if covers else "effectiveness.leaves_zero"),
        )
        for i, covers in enumerate(view.bounds.table["covers_zero"])
    ]
    columns = [
        "effectiveness.column_departure",
        "#effectiveness.column_interval",
        "effectiveness.column_zero",
    ]
    note = p.say("effectiveness.bounds_note")
    return [
        *said,
        table("effect_bounds", p.w("effectiveness.caption_bounds"), _columns(p, columns), rows, note=note),
    ]


def _ways(p: Page, view: EffectView) -> Table:
    """The same question by other estimators, beside the plan's; the usual regression with what it rests on."""
    rows = []
    for name in ("att", "simple", "imputation", "twfe"):
        n = p.n(f"effect.{name}")
        between = spread(n, p.lang) if interval_text(n) else None
        rows.append((p.w(f"effectiveness.way_{name}"), n, between, p.say(f"effectiveness.rests_{name}")))
    columns = [
        "effectiveness.column_way",
        "#effectiveness.column_change",
        "#effectiveness.column_interval",
        "effectiveness.column_rests",
    ]
    note = p.say("effectiveness.ways_note")
    return table("effect_ways", p.w("effectiveness.caption_ways"), _columns(p, columns), rows, note=note)


def _traps(p: Page, view: EffectView) -> list[Block]:
    if not view.traps:
        return [p.p("effectiveness.chapter_no_traps", "note")]
    items = tuple(free(note.zh if p.lang == "zh" else note.en) for note in view.traps)
    return [p.p("effectiveness.chapter_traps"), Listing(items)]


def _sentence(p: Page, found: Study) -> Markup:
    clear = found.event["lower"] > 0 or found.event["upper"] < 0
    return p.say(
        "effectiveness.chapter_found" if clear else "effectiveness.chapter_none",
        outcome=code(found.panel.outcome), time=p.w(f"effectiveness.per_{found.panel.time}"),
        level=constant(f"{found.plan.spec.level:.0%}"),
    )  # fmt: skip


def _rollout(p: Page, view: EffectView, found: Study, simulated: bool) -> Picture:
    image = _image(p, draw_cohorts, found.effects, cohort_height(found.effects), simulated)
    assert view.cohorts is not None
    rows = [
        (day(str(time)), p.n(f"effect.cohort.{time}"), p.n(f"effect.control.{time}"))
        for time in view.cohorts["time"]
    ]
    columns = ["effectiveness.column_time", "#effectiveness.column_first", "#effectiveness.column_control"]
    data = table("effect_cohorts", p.w("effectiveness.caption_cohorts"), _columns(p, columns), rows)
    alt = _controls(p, view).text.striptags()
    drawn = p.w("effectiveness.drawn_rollout")
    return Picture("effect-rollout", p.w("effectiveness.chapter_rollout"), drawn, image, alt, data, simulated=simulated)  # fmt: skip


def _event(p: Page, found: Study, simulated: bool) -> Picture:
    image = _image(p, draw_event, found.event, EVENT_HEIGHT, simulated)
    rows: list[tuple[Any, ...]] = []
    for row in found.event.table.itertuples():
        k = int(row.event_time)
        shown = constant(f"{k}".replace("-", "−"))
        if row.status == "reference":
            rows.append((shown, None, p.w("effectiveness.reference")))
        else:
            n = p.n(event_id(k))
            rows.append((shown, n, spread(n, p.lang) if interval_text(n) else None))
    columns = [
        "effectiveness.column_event_time",
        "#effectiveness.column_change",
        "#effectiveness.column_band",
    ]
    data = table("effect_events", p.w("effectiveness.caption_events"), _columns(p, columns), rows)
    after = found.event.table[found.event.table["event_time"] >= 0]
    clear = bool(((after["lower_uniform"] > 0) | (after["upper_uniform"] < 0)).any())
    finding = p.w("effectiveness.chapter_event_clear" if clear else "effectiveness.chapter_event_unclear")
    drawn = p.w("effectiveness.drawn_event")
    alt = _sentence(p, found).striptags()
    return Picture("effect-event", finding, drawn, image, alt, data, simulated=simulated)


def _image(p: Page, draw: Any, result: Any, height: float, simulated: bool) -> bytes:
    with canvas(height + (0.3 if simulated else 0)) as (figure, ax):
        draw(ax, result, lang=p.lang)
        if simulated:
            figure.suptitle(p.w("effectiveness.plot_simulated"), x=0.99, ha="right", color=WARN, fontsize=9)
        return png(figure)


def _groups(p: Page, view: EffectView) -> list[Block]:
    if view.subgroups is None or view.subgroups.empty:
        return []
    rows: list[tuple[Any, ...]] = []
    for name in view.subgroups["name"]:
        n = p.n(f"effect.subgroup.{name}")
        between = spread(n, p.lang) if interval_text(n) else None
        rows.append(
            (code(str(name)), p.n(f"effect.subgroup.{name}.n"), n, between, p.n(f"effect.subgroup.{name}.p"))
        )
    names = ["name", "#n", "#att", "#interval", "#p_adjusted"]
    columns = [("#" if c.startswith("#") else "") + f"effectiveness.column_{c.lstrip('#')}" for c in names]
    made: Table = table(
        "effect_subgroups", p.w("effectiveness.caption_subgroups"), _columns(p, columns), rows,
        note=p.say("effectiveness.chapter_subgroups", method=code(view.plan.spec.multiplicity)),
    )  # fmt: skip
    return [made]


def _plan(p: Page, view: EffectView) -> list[Block]:
    """The plan's hash, and what was done otherwise."""
    said = p.p("effectiveness.chapter_plan", "note", plan=code(view.plan.id), hash=code(view.plan.hash))
    if not view.changed:
        return [said, p.p("effectiveness.as_planned", "note")]
    items = tuple(free(each.text(p.lang)) for each in view.changed)
    return [said, p.p("effectiveness.not_as_planned"), Listing(items)]


def _columns(p: Page, keys: list[str]) -> list[str]:
    return [("#" if key.startswith("#") else "") + p.w(key.lstrip("#")) for key in keys]


def _last(view: EffectView) -> str:
    assert view.cohorts is not None
    return str(view.cohorts.loc[view.cohorts["estimated"], "time"].iloc[-1])
