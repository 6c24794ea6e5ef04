"""Survey and change in their chapters: intervals by design, frame and ceiling said, scales kept apart."""

from __future__ import annotations

from swe.ledgers.contract import contract
from swe.reports.ledger_list_numbers import station_slug
from swe.reports.sections.ledger_list import FEW, columns, status
from swe.reports.sections.page import Page, free
from swe.show.blocks import Block, Mark, Paragraph, table


def survey_blocks(p: Page) -> list[Block]:
    """How the estimates stand by design, what is known item by item, and what the survey cannot say."""
    assert p.e.ledger is not None
    asked = p.e.ledger.assessed.survey
    made: list[Block] = []
    rows = []
    for name in ("known", "satisfied", "mean"):
        if name not in asked.estimates:
            continue
        plain = f"awareness.{'mean' if name == 'mean' else f'{name}_rate'}"
        weighted = f"awareness.{name}_weighted"
        counts = [p.n(f"awareness.{name}.{part}") for part in ("n", "n_effective", "deff")]
        cell = p.value(p.n(weighted)) if weighted in p.e.numbers else None
        rows.append((p.w(f"ledger.survey_{name}"), p.value(p.n(plain)), cell, *counts))
    if rows:
        heads = columns(p, "indicator", "#unweighted", "#weighted", "#n", "#n_effective", "#deff")
        made.append(
            table("survey_design", p.w("ledger.caption_survey"), heads, rows, note=p.say("ledger.survey_note"), folded=False)
        )  # fmt: skip
    if asked.items:
        spec = contract("ledger-v1")["survey"]
        items = [
            (free(spec[name].zh if p.lang == "zh" else spec[name].en), p.n(f"awareness.item.{name[-1]}"))
            for name in asked.items
        ]
        made.append(table("survey_items", p.w("ledger.caption_items"), columns(p, "item", "#value"), items))
    if asked.top_share is not None:
        made.append(
            Paragraph(p.say("ledger.survey_ceiling" if asked.ceiling else "ledger.survey_no_ceiling"), "note")
        )
        made.append(Paragraph(p.say("ledger.survey_frame"), "note"))
    return made


def change_blocks(p: Page) -> list[Block]:
    """Change by scale: pairs, means, the standardised change with its interval; scales are not added."""
    assert p.e.ledger is not None
    rows = []
    for each in p.e.ledger.assessed.changes:
        at = f"effect.scale.{station_slug(each.scale or 'unnamed')}"
        name = free(each.scale) if each.scale else p.w("ledger.scale_unnamed")
        shown = ("pairs", "before", "after", "g", "g_lower", "g_upper")
        parts = [p.say("ledger.number", n=p.n(f"{at}.{part}")) for part in shown]
        mark = Mark(p.w("ledger.status_few"), "warn") if each.pairs < FEW else status(p, f"{at}.g")
        rows.append((name, *parts, mark))
    if not rows:
        return []
    heads = columns(p, "scale", "#pairs", "#before", "#after", "#g", "#g_lower", "#g_upper", "status")
    return [
        table("change_by_scale", p.w("ledger.caption_change"), heads, rows, note=p.say("ledger.change_note"), folded=False)
    ]  # fmt: skip
