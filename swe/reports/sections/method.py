"""Framework and method: which indicator system, how numbers were read, and what an interval means."""

from __future__ import annotations

from swe.reports.evaluation import Evaluation
from swe.reports.sections import score_framework
from swe.reports.sections.page import Page, day
from swe.show.blocks import Heading, Listing, Section


def framework(e: Evaluation) -> Section:
    """The indicator system of the run; nothing is scored from published figures alone."""
    p = Page(e)
    if score_framework.shown(e) is None:
        return p.section("framework", p.absent("framework"))
    return p.section("framework", *score_framework.blocks(p))


def section(e: Evaluation) -> Section:
    """How the numbers came about."""
    p = Page(e)
    steps = [
        "method.read",
        "method.bounds",
        "method.denominator" if e.has("coverage.stations") else "method.denominator_plain",
        "method.claims",
    ]
    if any(track.result is not None for track in e.tracks):
        steps.append("method.pace")
    steps.append("method.trace")
    if e.ledger is not None:
        steps.insert(0, "method.ledger")
    if score_framework.shown(e) is not None:
        steps.insert(1, "method.score")
    lead = (
        "method.lead_ledger"
        if e.ledger is not None
        else "method.lead"
        if len(e.figures)
        else "method.lead_none"
    )
    return p.section(
        "method",
        p.p(lead),
        Listing(tuple(p.say(key, vintage=day(e.vintage)) for key in steps), ordered=True),
        Heading(p.w("method.intervals_title")),
        p.p("method.intervals" if e.ledger is None else "method.intervals_ledger"),
    )
