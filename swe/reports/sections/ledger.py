"""The parts of the chapters that rest on ledgers: what was received, counted and declared."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from markupsafe import Markup

from swe.ledgers.contract import contract
from swe.reports.ledger_numbers import STATION_MEASURES, declared, spoken
from swe.reports.sections.ledger_list import by_station, list_blocks
from swe.reports.sections.ledger_list import columns as list_columns
from swe.reports.sections.ledger_quality import record_blocks
from swe.reports.sections.ledger_regularity import picture
from swe.reports.sections.ledger_survey import change_blocks, survey_blocks
from swe.reports.sections.page import Page, code, free
from swe.show import dots
from swe.show.blocks import Block, Heading, Paragraph, Picture, Table, table
from swe.show.numbers import text_of
from swe.show.style import canvas, png

# totals beside the assessors' list; what the list says stands there once
OF_CHAPTER = {
    "team": ("team.workers", "team.left_post", "team.clients", "output.supervision_hours", "output.training_hours"),
    "output": (
        "output.cases", "output.cases_closed", "output.case_closure", "output.case_contacts", "output.groups",
        "output.group_sessions", "output.group_person_times", "output.activities", "output.activity_person_times",
        "output.households_visited", "output.visit_person_times", "output.direct_person_times",
    ),
    "effect": ("effect.pairs", "effect.pre_mean", "effect.post_mean"),
    "awareness": ("awareness.approached", "awareness.answered"),
    "money": ("money.budget_cny", "money.received_cny", "money.spent_cny"),
    "linkage": ("output.resource_records", "output.activity_volunteers"),
}  # fmt: skip
CHAPTERS = ("team", "institution", "output", "quality", "effect", "awareness", "money", "linkage")
MIX = ("cases", "groups", "activities", "visits")


def blocks(p: Page, chapter: str) -> list[Block]:
    """What the ledgers say for a chapter; empty where there are none or they say nothing."""
    if p.e.ledger is None:
        return []
    if chapter == "stations":
        return _stations(p)
    if chapter not in CHAPTERS:
        return []
    totals, listed = _totals(p, chapter), list_blocks(p, chapter)
    if chapter == "institution" and not p.e.has("institution.rectified_rate"):
        listed = []  # nobody has found anything to rectify
    more: dict[str, Callable[[Page], Sequence[Block | None]]] = {
        "output": _output,
        "effect": change_blocks,
        "awareness": survey_blocks,
        "money": _money,
    }
    extra = [b for b in more[chapter](p) if b is not None] if chapter in more else []
    if not (totals or listed or extra):
        return []
    lead = [p.p(f"ledger.{chapter}")]
    *tables, definitions = listed if listed else [None]
    found = [*lead, *totals, *tables, *extra, definitions]
    return [block for block in found if block is not None]


def _totals(p: Page, chapter: str) -> list[Block]:
    ids = [i for i in OF_CHAPTER.get(chapter, ()) if p.e.has(i)]
    if not ids:
        return []
    rows = [(p.n(i).label(p.lang), p.unit(i)) for i in ids]
    return [
        table(f"{chapter}_ledger", p.w("captions.ledger", chapter=p.w(f"titles.{chapter}")),
              p.columns("indicator", "#value"), rows, folded=False)
    ]  # fmt: skip


def _output(p: Page) -> list[Block | None]:
    return [_valid(p), picture(p), _domains(p)]


def _money(p: Page) -> list[Block | None]:
    """The mix behind a cost per person-time: what is cheap may be what is brief."""
    ids = {"cases": "case_contacts", "groups": "group_person_times", "activities": "activity_person_times",
           "visits": "visit_person_times"}  # fmt: skip
    rows = [
        (p.w(f"ledger.mix_{name}"), p.unit(f"output.{ids[name]}"), p.n(f"money.mix.{name}"))
        for name in MIX
        if p.e.has(f"money.mix.{name}")
    ]
    if not rows:
        return []
    heads = list_columns(p, "kind", "#person_times", "#share")
    return [
        table("cost_mix", p.w("ledger.caption_mix"), heads, rows, note=p.say("ledger.mix_note"), folded=False)
    ]


def _valid(p: Page) -> Table | None:
    """Declared and valid counts side by side."""
    assert p.e.ledger is not None
    rows = [
        (p.w(f"labels.output_{plural}"), p.n(f"output.declared.{kind}"), p.value(p.n(f"output.valid.{kind}")))
        for kind, plural in (("case", "cases"), ("group", "groups"), ("activity", "activities"))
        if kind in p.e.ledger.facts.valid
    ]
    if not rows:
        return None
    columns = p.columns("indicator", "#declared", "#valid")
    return table("valid", p.w("captions.valid"), columns, rows, note=p.say("ledger.valid_note"), folded=False)


def _complete(p: Page) -> Table | None:
    """Which station-months were reported, by ledger."""
    assert p.e.ledger is not None
    ledgers = contract("ledger-v1").tables
    rows = [
        (ledgers[name].zh if p.lang == "zh" else ledgers[name].en,
         *(p.n(f"quality.months.{name}.{status}") for status in ("reported", "zero", "not_reported")))
        for name in p.e.ledger.facts.complete
    ]  # fmt: skip
    if not rows:
        return None
    columns = p.columns("table", "#months_reported", "#months_zero", "#months_not_reported")
    return table(
        "complete", p.w("captions.complete"), columns, rows, note=p.say("ledger.complete_note"), folded=False
    )


def _domains(p: Page) -> Picture | None:
    """Records by service domain: ordered dots."""
    found = [n for i, n in p.e.numbers.items() if i.startswith("output.domain.") and n.value]
    if len(found) < 2:
        return None
    found.sort(key=lambda n: (-(n.value or 0), n.id))
    top = found[0].value or 1
    rows = [dots.Dot(n.label(p.lang), n.value, None, None, text_of(n, p.lang)) for n in found]
    with canvas(dots.height(len(rows))) as (figure, ax):
        dots.draw(ax, rows, limits=(0, top * 1.05))
        image = png(figure)
    finding = p.say("ledger.domain_finding", domain=found[0].label(p.lang), number=found[0])
    data = table(
        "domains", p.w("captions.domains"), p.columns("kind", "#count"), [(n.label(p.lang), n) for n in found]
    )
    return Picture(
        "domains",
        finding,
        p.w("ledger.domain_drawn"),
        image,
        str(finding.striptags()),
        data,
        simulated=p.simulated,
    )


def _stations(p: Page) -> list[Block]:
    """One row a station, or a county of a large region: what was declared, side by side, and no rank."""
    rows = declared(p.e).to_dict("records")
    if not rows:
        return []
    places = not rows[0]["kind"]
    cells: list[tuple[Any, ...]] = [
        (
            free(str(row["name"])),
            p.n(f"{row['id']}.stations") if places else p.w(f"ledger.kind_{row['kind']}"),
            *(p.n(f"{row['id']}.{name}") for name in STATION_MEASURES),
        )
        for row in rows
    ]
    columns = [*p.columns("name", "#listed_stations" if places else "kind"), *("#" + p.w(f"labels.output_{name}") for name in STATION_MEASURES)]  # fmt: skip
    which = "places" if places else "stations"
    made = table("stations", p.w(f"captions.{which}"), columns, cells, note=p.say("ledger.stations_note"))
    return [p.p(f"ledger.{which}"), *list_blocks(p, "stations"), made, *by_station(p)]


def data_quality(p: Page) -> list[Block]:
    """Completeness before anything else: rows, issues, months without a record."""
    ledger = p.e.ledger
    if ledger is None:
        return []
    names = (
        "rows_read",
        "rows_accepted",
        "rows_rejected",
        "rows_skipped",
        "issues_error",
        "issues_warning",
        "issues_info",
    )
    rows = [(p.n(f"quality.{name}").label(p.lang), p.unit(f"quality.{name}")) for name in names]
    made: list[Block] = [
        Heading(p.w("ledger.quality_title")),
        p.p("ledger.quality_rows"),
        *([p.p("ledger.shared_files", "note")] if ledger.shared_files else []),
        table(
            "ledger_rows", p.w("captions.ledger_rows"), p.columns("indicator", "#count"), rows, folded=False
        ),
    ]
    made += [b for b in (_complete(p), _rules(p, ledger.rules) if ledger.rules else None) if b is not None]
    return [*made, *record_blocks(p)]


def _rules(p: Page, rules: tuple[tuple[str, str, str, str, int], ...]) -> Table:
    lines = [
        (code(rule), p.mark({"error": "high", "warning": "medium", "info": "low"}[severity]), free(spoken(zh if p.lang == "zh" else en)),
         p.n(f"quality.rule.{rule}.{severity}"))
        for rule, severity, zh, en, _ in rules
    ]  # fmt: skip
    return table(
        "ledger_issues",
        p.w("captions.ledger_issues"),
        p.columns("rule", "severity", "problem", "#count"),
        lines,
    )


def notice(p: Page) -> Paragraph | None:
    """That the data are simulated, in words, where they are."""
    return Paragraph(Markup("{}").format(p.w("page.simulated")), "note") if p.simulated else None
