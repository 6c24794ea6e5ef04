"""Problems and recommendations: only what the numbers of this report show, each with its evidence."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from swe.reports.evaluation import Evaluation
from swe.reports.sections import score_list
from swe.reports.sections.page import Page, code, day, free, quoted, source_link
from swe.show.blocks import Section, table


@dataclass(frozen=True)
class Finding:
    """A problem, how much it matters, what to do, and what it rests on."""

    severity: str
    problem: Markup
    action: Markup
    evidence: Markup


def problems(e: Evaluation) -> Section:
    """The list of problems, the important first."""
    p = Page(e)
    found = findings(p)
    if not found:
        return p.section("problems", p.p("findings.none"))
    rows = [(f.problem, p.mark(f.severity), f.evidence) for f in found]
    made = table(
        "problems", p.w("captions.problems"), p.columns("problem", "severity", "evidence"), rows, folded=False
    )
    return p.section("problems", p.p("findings.lead"), made)


def recommendations(e: Evaluation) -> Section:
    """The rectification list: one line a problem; deadlines are for the client to set."""
    p = Page(e)
    found = findings(p)
    listed = score_list.blocks(p)
    if not found:
        return p.section("recommendations", None if listed else p.p("findings.none_to_do"), *listed)
    once = {f.action: f for f in found}  # two problems with one remedy are one line
    rows = [(f.action, p.mark(f.severity), p.w("findings.deadline")) for f in once.values()]
    made = table(
        "rectification",
        p.w("scoring.recommend_title" if listed else "captions.rectification"),
        p.columns("action", "severity", "responsible_deadline"),
        rows,
        folded=False,
    )
    return p.section("recommendations", p.p("findings.actions_lead"), made, *listed)


def findings(p: Page) -> list[Finding]:
    """All findings of an evaluation, by weight."""
    found = [
        *_scores(p),
        *_pace(p),
        *_claims(p),
        *_rules(p),
        *_coverage(p),
        *_ledger(p),
        *_bounds(p),
        *_vintages(p),
    ]
    return sorted(found, key=lambda f: ("high", "medium", "low").index(f.severity))


def _scores(p: Page) -> list[Finding]:
    """What the scores of the stations show."""
    return [
        Finding(
            severity,
            p.say(f"scoring.p_{key}", **fields),
            p.say(f"scoring.p_{key}_do", **fields),
            evidence,
        )
        for severity, key, evidence, fields in score_list.problems(p)
    ]


def _make(p: Page, key: str, severity: str, evidence: Markup, **fields: object) -> Finding:
    return Finding(
        severity, p.say(f"findings.{key}", **fields), p.say(f"findings.{key}_do", **fields), evidence
    )


def _pace(p: Page) -> list[Finding]:
    found = []
    for track in p.e.tracks:
        if track.result is None or track.result["behind"] != 1 or not p.e.has("pace.observed_per_month"):
            continue
        fields = {"deadline": day(track.goal.deadline)}
        found.append(_make(p, "behind", "high", source_link(track.goal.rule), **fields))
    return found


def _claims(p: Page) -> list[Finding]:
    found = []
    for claim in p.e.claims:
        tail = "" if claim is p.e.claim else f".{claim.rate_id or claim.stations_id}"
        fields = {"date": day(claim.as_of), "vintage": day(claim.vintage)}
        if claim.verdict == "inconsistent":
            numbers = {"rate": p.n(f"coverage.claim_rate{tail}"), "implied": p.n(f"coverage.implied_units{tail}"),
                       "units": p.n(f"coverage.claim_units{tail}")}  # fmt: skip
            links = Markup(" ").join(source_link(i) for i in (claim.rate_id, claim.stations_id) if i)
            found.append(_make(p, "inconsistent", "medium", links, **fields, **numbers))
        rate = p.e.numbers.get(f"coverage.recomputed_rate{tail}")
        if rate is not None and rate.value is not None and rate.value > 1 and claim.stations_id:
            found.append(_make(p, "above_one", "medium", source_link(claim.stations_id), rate=rate, **fields))
    return found


def _rules(p: Page) -> list[Finding]:
    found = []
    for view in p.e.programmes:
        for row in view.rules.itertuples():
            if row.status == "not_met":
                quote = quoted(row.quote_zh)
                found.append(
                    _make(p, "not_met", "high", source_link(row.rule_id), rule=code(row.rule_id), quote=quote)
                )
    return found


def _coverage(p: Page) -> list[Finding]:
    e = p.e
    if p.n("coverage.units").value and not e.has("coverage.stations"):
        return [_make(p, "no_count", "medium", p.register(e.vintage), name=free(p.name(e.region)))]
    if e.ledger is not None:
        return []
    return [_make(p, "built_only", "medium", p.register(e.vintage))] if e.has("coverage.rate") else []


def _ledger(p: Page) -> list[Finding]:
    """What the ledgers themselves show: records short of the minima, station-months without any record."""
    ledger = p.e.ledger
    if ledger is None:
        return []
    source = Markup("{}").format(p.w("labels.source_ledgers"))
    found = []
    for kind, plural in (("case", "cases"), ("group", "groups"), ("activity", "activities")):
        declared, valid = ledger.facts.valid.get(kind, (0.0, 0.0))
        if valid < declared:
            numbers = {"declared": p.n(f"output.declared.{kind}"), "valid": p.n(f"output.valid.{kind}")}
            found.append(
                _make(p, "invalid", "medium", source, what=p.w(f"labels.output_{plural}"), **numbers)
            )
    if ledger.facts.complete.get("visits", {}).get("not_reported"):
        found.append(_make(p, "silent", "medium", source, months=p.n("quality.months.visits.not_reported")))
    return found


def _bounds(p: Page) -> list[Finding]:
    f = p.e.figures
    bounds = f[f["qualifier"].isin(["over", "under", "approx"])]
    if not len(bounds):
        return []
    links = Markup(" ").join(source_link(i) for i in bounds["figure_id"][:6])
    more = Markup(" …") if len(bounds) > 6 else Markup("")
    return [_make(p, "bounds", "low", links + more)]


def _vintages(p: Page) -> list[Finding]:
    e = p.e
    known = [n for i, n in e.numbers.items() if i.startswith("coverage.units.") and n.value is not None]
    if len({n.value for n in known}) < 2 or not e.has("coverage.rate"):
        return []
    low, *_, high = sorted(known, key=lambda n: (n.value or 0, n.as_of))
    return [_make(p, "vintages", "low", p.register(e.vintage), vintage=day(e.vintage), low=low, high=high)]
