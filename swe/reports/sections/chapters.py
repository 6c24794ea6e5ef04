"""The chapters that rest on published figures and derived indicators, and those that need ledgers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from markupsafe import Markup

from swe.reports.evaluation import Evaluation
from swe.reports.sections import comparison, effects, ledger, score_stations
from swe.reports.sections.page import Page, code, free, quoted
from swe.show.blocks import Block, Section, Table, table

STANDARDS = ("standard", "structure", "workflow", "rollout", "regime", "triage", "mode", "funding")
SERVICE = ("kpi", "taxonomy")
MODELS = ("service_model",)
TARGETS = ("target",)


def team(e: Evaluation) -> Section:
    """Workers and volunteers."""
    return _chapter(e, "team")


def institution(e: Evaluation) -> Section:
    """Structure, standards and workflow: what the texts require."""
    return _chapter(e, "institution", *STANDARDS, *TARGETS)


def output(e: Evaluation) -> Section:
    """Services, as published."""
    return _chapter(e, "output", *SERVICE)


def money(e: Evaluation) -> Section:
    """Money in, as published; cash and kind apart."""
    return _chapter(e, "money")


def linkage(e: Evaluation) -> Section:
    """Five-party linkage, pairing, incubation."""
    return _chapter(e, "linkage")


def features(e: Evaluation) -> Section:
    """Named models and awards."""
    return _chapter(e, "features", *MODELS)


def quality(e: Evaluation) -> Section:
    """Professional quality needs files."""
    return _chapter(e, "quality")


def effect(e: Evaluation) -> Section:
    """Effect needs outcomes."""
    return _chapter(e, "effect", more=effects.blocks(Page(e)))


def awareness(e: Evaluation) -> Section:
    """Awareness and satisfaction need a survey."""
    return _chapter(e, "awareness")


def stations(e: Evaluation) -> Section:
    """Per-station results: what each declared, and its points where an indicator system is named."""
    p = Page(e)
    compared = [] if e.ledger is None else comparison.blocks(p, e.ledger.compared)
    return _chapter(e, "stations", more=[*score_stations.blocks(p), *compared])


def _chapter(e: Evaluation, name: str, *rule_types: str, more: Sequence[Block | None] = ()) -> Section:
    p = Page(e)
    own = ledger.blocks(p, name)
    known = [p.figures(name), p.derived(name), rules(p, name, rule_types)]
    found: list[Block] = [block for block in known if block is not None]
    told = known[0] is not None or known[1] is not None
    lead = [p.p(f"chapters.{name}" if told else "chapters.rules_only")] if found else []
    return p.section(
        name, *own, *more, *lead, *found, None if own or more else p.absent(name, rest=bool(told))
    )


def rules(p: Page, name: str, types: tuple[str, ...]) -> Table | None:
    """Requirements quoted from the texts, and what can be said of each without a ledger."""
    rows: list[tuple[Any, ...]] = []
    several = len(p.e.programmes) > 1
    for view in p.e.programmes:
        for row in view.rules.itertuples():
            if row.rule_type not in types:
                continue
            needs = row.needs_zh if p.lang == "zh" else row.needs_en
            note = row.note_zh if p.lang == "zh" else row.note_en
            said = free(needs if row.status in ("needs_ledger", "cannot_say") else note)
            anchor = Markup('<span id="src-{0}">{1}</span>').format(row.rule_id, code(row.rule_id))
            asked = quoted(row.quote_zh)
            if p.lang == "en":  # the text is Chinese; the rule's own formula says what is asked
                asked = Markup("{}<br><small>{}</small>").format(asked, free(row.check))
            if several:
                asked = Markup("{}<br><small>{}</small>").format(
                    asked, free(getattr(view.programme.title, p.lang))
                )
            rows.append((anchor, asked, p.mark(row.status), said))
    if not rows:
        return None
    return table(f"{name}_rules", p.w("captions.rules", chapter=p.w(f"titles.{name}")),
                 p.columns("rule", "requirement", "verdict", "needs"), rows)  # fmt: skip
