"""Framework and method: which indicator system, how numbers were read, and what an interval means."""

from __future__ import annotations

from swe.reports.evaluation import Evaluation
from swe.reports.sections.page import Page, day
from swe.show.blocks import Heading, Listing, Section


def framework(e: Evaluation) -> Section:
    """No indicator system is scored from published figures alone."""
    p = Page(e)
    return p.section("framework", p.absent("framework"))


def section(e: Evaluation) -> Section:
    """How the numbers came about."""
    p = Page(e)
    steps = ["method.read", "method.bounds", "method.denominator", "method.claims"]
    if any(track.result is not None for track in e.tracks):
        steps.append("method.pace")
    steps.append("method.trace")
    return p.section(
        "method",
        p.p("method.lead") if len(e.figures) else p.p("method.lead_none"),
        Listing(tuple(p.say(key, vintage=day(e.vintage)) for key in steps), ordered=True),
        Heading(p.w("method.intervals_title")),
        p.p("method.intervals"),
    )
