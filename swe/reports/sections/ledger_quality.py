"""What the records look like: signs with their counts, bounds for missing reports, and our grade of the data.

Signs are reasons to look, never points taken away; the rule of the grade is printed beside it.
"""

from __future__ import annotations

from typing import Any

from swe.ledgers.contract import contract
from swe.reports.ledger_list_numbers import SIGNS
from swe.reports.sections.ledger_list import columns
from swe.reports.sections.page import Page
from swe.show.blocks import Block, Heading, Mark, Table, table


def record_blocks(p: Page) -> list[Block]:
    """Signs, bounds and grade; what could not be judged says so."""
    made = [each for each in (_signs(p), _bounds(p)) if each is not None]
    return [*made, *_grade(p)]


def _signs(p: Page) -> Table | None:
    assert p.e.ledger is not None
    flags = p.e.ledger.assessed.data.flags
    rows: list[tuple[Any, ...]] = []
    for name in SIGNS:
        id = f"quality.{name}"
        shown = p.value(p.n(id)) if id in p.e.numbers else None
        parts = [p.e.numbers.get(f"{id}.{part}") for part in ("found", "of", "expected")]
        rows.append((p.w(f"ledger.sign_{name}"), shown, *parts, _verdict(p, flags.get(name))))
    heads = columns(p, "sign", "#share", "#found", "#of", "#by_chance", "verdict")
    return table(
        "record_signs",
        p.w("ledger.caption_signs"),
        heads,
        rows,
        note=p.say("ledger.signs_note"),
        folded=False,
    )


def _verdict(p: Page, flag: bool | None) -> Mark:
    if flag is None:
        return p.mark("cannot_say")
    return Mark(p.w("ledger.sign_yes"), "warn") if flag else Mark(p.w("ledger.sign_no"))


def _bounds(p: Page) -> Table | None:
    assert p.e.ledger is not None
    ledgers = contract("ledger-v1").tables
    rows = []
    for name, values in p.e.ledger.assessed.data.bounds.items():
        if values:
            parts = [
                p.e.numbers.get(f"quality.bounds.{name}.{part}") for part in ("estimate", "lower", "upper")
            ]
            rows.append((ledgers[name].zh if p.lang == "zh" else ledgers[name].en, *parts))
    if not rows:
        return None
    heads = columns(p, "table", "#of_reported", "#at_least", "#at_most")
    return table(
        "record_bounds",
        p.w("ledger.caption_bounds"),
        heads,
        rows,
        note=p.say("ledger.bounds_note"),
        folded=False,
    )


def _grade(p: Page) -> list[Block]:
    assert p.e.ledger is not None
    grade = p.e.ledger.assessed.grade
    if not p.e.has("quality.tests_decided"):
        return []
    rows = []
    for name, met in grade.tests.items():
        mark = (
            p.mark("cannot_say")
            if met is None
            else Mark(p.w(f"ledger.test_{'met' if met else 'failed'}"), "good" if met else "warn")
        )
        rows.append((p.say(f"ledger.test_{name}"), mark))
    said = p.p("ledger.grade", grade=grade.grade) if grade.grade else p.p("ledger.grade_none")
    heads = columns(p, "test", "verdict")
    return [
        Heading(p.w("ledger.grade_title")), said,
        table("data_grade", p.w("ledger.caption_grade"), heads, rows, note=p.say("ledger.grade_note"), folded=False),
    ]  # fmt: skip
