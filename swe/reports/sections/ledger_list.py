"""The assessors' list in the chapters: every indicator with its interval, its two numbers, who reported, its definition.

An indicator that cannot be said keeps its row; completions without a contracted target share one line.
"""

from __future__ import annotations

from markupsafe import Markup

from swe.indicators.assessor_list import describe, source_of
from swe.indicators.region_rows import BY_STATION
from swe.reports.ledger_list_numbers import STATIONS, id_of, listed_codes, station_slug
from swe.reports.sections.page import Page, free, joined, marked
from swe.show.blocks import Block, Mark, Paragraph, Table, table
from swe.show.units import unit_word

OF_CHAPTER: dict[str, tuple[str, ...]] = {
    "stations": ("coverage.stations",),
    "team": ("team.workers", "team.certified_rate", "team.vacancy"),
    "institution": ("findings.rectified_rate", "findings.overdue"),
    "output": (
        "frequency.months", "frequency.weeks", "frequency.longest_gap_days", "domains.balance", "groups.key_persons",
        "groups.key_coverage",
    ),
    "quality": ("quality.file_completeness",),
    "effect": ("change.tested_rate", "change.goal_attainment", "change.pre_post"),
    "awareness": (
        "awareness.known_rate", "awareness.satisfied_rate", "awareness.response_rate", "awareness.margin",
    ),
    "money": ("money.received_rate", "money.execution", "money.cny_per_valid_service", "money.cny_per_completed_case"),
    "linkage": (
        "linkage.cny", "linkage.in_kind_cny", "linkage.volunteers", "linkage.volunteer_hours", "linkage.organisations",
        "linkage.elements",
    ),
}  # fmt: skip
HEADS = {
    "completion.person_times": "ledger.head_person_times",
    "frequency.months": "ledger.head_months",
    "frequency.longest_gap_days": "ledger.head_gap",
    "team.certified_rate": "ledger.head_certified",
    "quality.file_completeness": "ledger.head_files",
    "awareness.known_rate": "ledger.head_aware",
    "awareness.satisfied_rate": "ledger.head_satisfied",
}
FEW = 20  # a proportion of fewer is marked


def list_blocks(p: Page, chapter: str) -> list[Block]:
    """The chapter's part of the list, completions first, definitions folded at the end; empty where nothing is known."""
    assert p.e.ledger is not None
    if p.e.ledger.assessed.listed.whole.empty:
        return []
    plain = OF_CHAPTER.get(chapter, ())
    completions = [
        c for c in listed_codes() if c.startswith("completion.") and id_of(c).split(".")[0] == chapter
    ]
    known = [code for code in (*completions, *plain) if p.e.has(id_of(code))]
    if not known:
        return []
    made: list[Block | None] = [*_completions(p, chapter, completions)]
    if plain:
        made.append(_indicators(p, chapter, plain))
    made.append(_definitions(p, chapter, [*completions, *plain]))
    return [block for block in made if block is not None]


def _completions(p: Page, chapter: str, codes: list[str]) -> list[Block]:
    """Done over contracted, valid and declared, capped and not; what has no target is named in one line."""
    known = [code for code in codes if p.e.has(id_of(code))]
    rest = [code for code in codes if code not in known]
    rows = []
    for code in known:
        id = id_of(code)
        name = describe(code, p.lang)[0]
        row = (
            _short(name),
            _counted(p, f"{id}.numerator"),
            _counted(p, f"{id}.denominator"),
            p.n(id),
            p.n(f"{id}.capped"),
        )
        rows.append((*row, _optional(p, f"{id}.declared"), reporting(p, id)))
    made: list[Block] = []
    if rows:
        labels = ("indicator", "#done", "#due", "#completion", "#capped", "#declared_rate", "#stations_of")
        made.append(
            table(f"{chapter}_completion", p.w("ledger.caption_completion", chapter=p.w(f"titles.{chapter}")),
                  columns(p, *labels), rows, note=p.say("ledger.completion_note"), folded=False)
        )  # fmt: skip
    if rest:
        names = joined((_short(describe(code, p.lang)[0]) for code in rest), p.lang)
        made.append(Paragraph(p.say("ledger.no_target", names=names), "note"))
    return made


def _short(name: str) -> str:
    """What is completed, without the word completion that the caption says."""
    rest = name.partition("：")[2] or name.partition(": ")[2]
    return rest[:1].upper() + rest[1:]


def _indicators(p: Page, chapter: str, codes: tuple[str, ...]) -> Table:
    """Value, numerator, denominator, who reported, status; without the two where every indicator is a plain count."""
    rows = []
    for code in codes:
        id = id_of(code)
        parts = [_optional(p, f"{id}.{part}", unit=True) for part in ("numerator", "denominator")]
        rows.append((describe(code, p.lang)[0], p.value(p.n(id)), *parts, reporting(p, id), status(p, id)))
    labels = ["indicator", "#value", "#numerator", "#denominator", "#stations_of", "status"]
    if all(row[2] is None and row[3] is None for row in rows):
        rows = [(*row[:2], *row[4:]) for row in rows]
        labels = [name for name in labels if name not in ("#numerator", "#denominator")]
    caption = p.w("ledger.caption_list", chapter=p.w(f"titles.{chapter}"))
    return table(f"{chapter}_list", caption, columns(p, *labels), rows, folded=False)


def _definitions(p: Page, chapter: str, codes: list[str]) -> Table:
    rows = []
    for code in codes:
        source = source_of(code)
        said = p.w("ledger.source_ours") if source == "ours" else free(source)
        rows.append((describe(code, p.lang)[0], p.say(f"assessor.{code}.definition"), said))
    return table(f"{chapter}_definitions", p.w("ledger.caption_definitions", chapter=p.w(f"titles.{chapter}")),
                 columns(p, "indicator", "definition", "rule_source"), rows, folded=True)  # fmt: skip


def by_station(p: Page) -> list[Block]:
    """Stations side by side with their intervals, by kind and number: no ranks."""
    assert p.e.ledger is not None
    stations = p.e.ledger.facts.stations
    codes = [code for code in BY_STATION if p.e.has(id_of(code))]
    if not len(stations) or not codes:
        return []
    if len(stations) > STATIONS:
        return [p.p("ledger.stations_below")]
    rows = []
    for row in stations.to_dict("records"):
        slug = station_slug(str(row["station_id"]))
        ids = [f"stations.{slug}.{code.replace('.', '_')}" for code in codes]
        cells = [p.value(p.n(id)) if id in p.e.numbers else None for id in ids]
        rows.append((free(str(row["name"] or row["station_id"])), *cells))
    heads = [
        *columns(p, "station"),
        *("#" + p.w(HEADS[code]) for code in codes),
    ]
    return [
        table(
            "station_indicators",
            p.w("ledger.caption_stations"),
            heads,
            rows,
            note=p.say("ledger.stations_list_note"),
        )
    ]


# -- cells --


def columns(p: Page, *names: str) -> list[str]:
    """Column labels of the list; # leads numeric ones."""
    return ["#" * name.startswith("#") + p.w(f"ledger.col_{name.removeprefix('#')}") for name in names]


def reporting(p: Page, id: str) -> Markup | None:
    """Stations that entered the number, of how many."""
    if f"{id}.reporting" not in p.e.numbers:
        return None
    return p.say("ledger.of_stations", n=p.n(f"{id}.reporting"), all=p.n(f"{id}.stations"))


def status(p: Page, id: str) -> Mark:
    """Known, missing, not applicable, or known from few."""
    n = p.n(id)
    if n.status == "not_applicable":
        return Mark(p.w("ledger.status_not_applicable"))
    if n.value is None:
        return p.mark("missing")
    below = p.e.numbers.get(f"{id}.denominator")
    counted = below is not None and below.unit in ("person", "case", "issue")
    if n.unit == "fraction" and counted and below is not None and (below.value or 0) < FEW:
        return Mark(p.w("ledger.status_few"), "warn")
    return p.mark("ok")


def _optional(p: Page, id: str, *, unit: bool = False) -> Markup | None:
    if id not in p.e.numbers:
        return None
    return _counted(p, id) if unit else p.say("ledger.number", n=p.n(id))


def _counted(p: Page, id: str) -> Markup:
    """A number with its unit; English unit words are long and stand below it."""
    n = p.n(id)
    if p.lang == "zh":
        return p.unit(id)
    return Markup("{}<br><small>{}</small>").format(
        marked(n, p.lang), unit_word(n.unit, p.lang, one=n.value == 1)
    )
