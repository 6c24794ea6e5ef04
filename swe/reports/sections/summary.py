"""Summary: one lead paragraph written by the results, then at most four key facts, each with its basis."""

from __future__ import annotations

from markupsafe import Markup, escape

from swe.indicators.programmes import Derived
from swe.reports.evaluation import Evaluation, Track
from swe.reports.facts import station_figure
from swe.reports.score_numbers import lost_points, scores_of
from swe.reports.sections import page, score_framework, score_overall
from swe.reports.sections.coverage import count_label
from swe.reports.sections.page import Page, certainty
from swe.show.blocks import Contents, Fact, KeyFacts, Paragraph, Section
from swe.show.numbers import Number
from swe.show.say import day, marked
from swe.show.units import unit_word

FULL = {"county_full_coverage": "scope.counties", "prefecture_full_coverage": "scope.prefectures"}
FIRST = ("county_full_coverage", "workers_per_station", "volunteers_per_station", "staff_per_station")


def section(e: Evaluation) -> Section:
    """Lead, key facts, contents."""
    from swe.reports.sections import SECTIONS

    p = Page(e)
    scored = _score(p)
    rest = (_staff, _basis, _ledger) if scored is None else ()
    told = [scored, _coverage(p), _pace(p), *(say(p) for say in rest)]
    told.append(p.say("summary.no_outcome") if scored is None else None)
    sentences = [s for s in told if s]
    gap = "" if e.lang == "zh" else " "
    lead = Paragraph(Markup(gap).join(sentences), "lead")
    names = tuple((name, p.w(f"titles.{name}")) for name in SECTIONS if name not in ("cover", "summary"))
    return p.section("summary", lead, KeyFacts(tuple(_facts(p))), Contents(p.w("page.contents"), names))


def whole(name: str) -> str:
    """全省, 全市, 全县: how the whole of a place is called."""
    endings = ("自治区", "省", "市", "州", "县", "区", "盟", "旗", "镇", "乡", "街道")
    if name == "全国":
        return name
    end = next((x for x in endings if name.endswith(x)), "境")
    return "全" + {"自治区": "区", "街道": "街道"}.get(end, end)


def _score(p: Page) -> Markup | None:
    """How good, how sure, and where most is lost, by the indicator system of the run."""
    scores = scores_of(p.e)
    if scores is None:
        return None
    named = score_framework.title(p, scores.framework)
    if not p.n("score.scored").value:
        return p.say("scoring.s_none", title=named)
    counts = score_overall.grade_counts(p, scores.framework)
    said = [p.say("scoring.s_score", title=named, grades=counts)]
    if p.e.has("score.firm"):
        said.append(p.say("scoring.s_sure"))
    lost = lost_points(scores)
    if len(lost) and _pace(p) is None:  # four sentences are enough
        code = str(lost.index[0])
        item = next(item for item in scores.framework.indicators if item.code == code)
        said.append(
            p.say("scoring.s_lost", indicator=score_framework.name(p, item), lost=p.n(f"score.lost.{code}"))
        )
    return score_overall.gap(p).join(said)


def _score_facts(p: Page) -> list[Fact]:
    """The median total and how many grades are sure."""
    if scores_of(p.e) is None or not p.n("score.scored").value:
        return []
    median = Fact(p.w("scoring.f_median"), _big(p, p.n("score.median")), p.say("scoring.f_median_basis"))
    if not p.e.has("score.firm"):
        return [median]
    return [
        median,
        Fact(p.w("scoring.f_sure"), _big(p, p.n("score.firm")), p.say("scoring.f_sure_basis")),
    ]


def _coverage(p: Page) -> Markup:
    e = p.e
    where = whole(e.region.name) if e.lang == "zh" else p.name(e.region)
    units, stations = p.n("coverage.units"), p.n("coverage.stations")
    if units.value == 0:
        return p.say("summary.no_units", where=where)
    if not e.has("coverage.stations"):
        listed = e.has("coverage.listed.built.units", "coverage.listed.serving.units")
        return p.say(
            "summary.listed" if listed else "summary.no_stations", where=where, vintage=day(e.vintage)
        )
    rate = p.n("coverage.rate").value
    if stations.value is None or stations.approximate:
        text = p.say("summary.stations_bound", where=where, label=count_label(p))
    else:
        key = "above" if rate and rate > 1 else "full" if rate == 1 else ""
        text = p.say(f"summary.stations_{key}" if key else "summary.stations", where=where)
    claim, count = e.claim, station_figure(e)
    # a claim of another date is not about this count; it has its row in the table of claims
    if claim is not None and count is not None and claim.stations_id == count["figure_id"]:
        text += p.say(f"summary.claim_{claim.verdict}") if claim.verdict != "cannot_say" else Markup("")
    return text + p.say("summary.stop")


def _pace(p: Page) -> Markup | None:
    track = next((t for t in p.e.tracks if t.result is not None), None)
    if track is None or not p.e.has("pace.observed_per_month", "pace.required_per_month"):
        return None
    assert track.result is not None
    behind = track.result["behind"]
    key = {1.0: "summary.behind", 0.0: "summary.on_pace"}.get(behind, "summary.pace_unsure")
    miss = toned(p.w("summary.miss"), "bad")
    first, last = track.goal.series[0][0], track.goal.series[-1][0]
    return p.say(key, since=day(first), last=day(last), deadline=day(track.goal.deadline), miss=miss)


def _staff(p: Page) -> Markup | None:
    for view in p.e.programmes:
        for d in view.derived:
            id = f"programme.{view.programme.id}.{d.id}"
            if d.id == "workers_per_station" and p.e.has(id):
                n = p.n(id)
                key = "summary.workers" if n.value is not None else "summary.workers_at_least"
                return p.say(key, number=marked(n, p.lang, prose=True))
    return None


def _basis(p: Page) -> Markup | None:
    if not len(p.e.figures):
        return None if p.e.ledger is not None else p.say("summary.no_figures")
    return p.say("summary.basis") if not p.e.has("coverage.stations") else None


def _ledger(p: Page) -> Markup | None:
    wanted = [
        f"output.{name}"
        for name in ("cases", "groups", "activities", "households_visited", "direct_person_times")
    ]
    return p.say("summary.ledger") if p.e.ledger is not None and p.e.has(*wanted) else None


def _facts(p: Page) -> list[Fact]:
    """At most four: the score, coverage, pace, then the derived indicators that say most."""
    e, facts = p.e, _score_facts(p)
    if e.has("coverage.rate"):
        basis = p.say("summary.fact_rate", stations=_plain(p, "coverage.stations"))
        facts.append(Fact(p.w("labels.coverage_rate"), marked(p.n("coverage.rate"), p.lang), basis))
    elif e.has("coverage.units"):
        basis = Markup("{} {}").format(p.w("labels.vintage"), day(e.vintage))
        facts.append(Fact(p.w("labels.coverage_units"), _big(p, p.n("coverage.units")), basis))
    track = next((t for t in e.tracks if t.result is not None), None)
    if track is not None and e.has("pace.observed_per_month", "pace.required_per_month"):
        facts.append(_pace_fact(p, track))
    derived = [
        (view.programme.id, d)
        for view in e.programmes
        for d in view.derived
        if d.id not in ("coverage", "gap")
    ]
    derived.sort(key=lambda pair: FIRST.index(pair[1].id) if pair[1].id in FIRST else len(FIRST))
    for programme, d in derived:
        n = p.n(f"programme.{programme}.{d.id}")
        if (
            len(facts) == 4
            or certainty(n) in ("cannot_say", "unstated")
            or d.unit in ("day", "week", "month")
        ):
            continue
        if d.id.startswith(("implied", "stations_", "prefecture")) or _same(n, p.n("coverage.rate")):
            continue
        facts.append(_derived_fact(p, programme, d))
    if not facts or (len(facts) < 4 and e.below and not derived):
        facts += _scope_facts(p)
    return facts[:4]


def _same(n: Number, other: Number) -> bool:
    """Whether two numbers say the same thing."""
    return (n.unit, n.value, n.lower, n.upper) == (other.unit, other.value, other.lower, other.upper)


def _pace_fact(p: Page, track: Track) -> Fact:
    assert track.result is not None
    behind = track.result["behind"]
    tone = {1.0: "behind", 0.0: "on_pace"}.get(behind, "cannot_say")
    basis = p.say("summary.fact_pace", verdict=toned(p.w(f"marks.{tone}"), page.TONES[tone]))
    return Fact(p.w("labels.pace_observed_per_month"), _big(p, p.n("pace.observed_per_month")), basis)


def _derived_fact(p: Page, programme: str, d: Derived) -> Fact:
    n = p.n(f"programme.{programme}.{d.id}")
    label = page.free(getattr(d.label, p.lang))
    if d.id in FULL and p.e.has(FULL[d.id]):
        of = Markup("{} / {}" if p.lang == "zh" else "{} of {}").format(
            marked(p.n(f"figure.{d.sources[0]}"), p.lang), marked(p.n(FULL[d.id]), p.lang)
        )
        return Fact(label, of, Markup("{} · {}").format(marked(n, p.lang), p.w("summary.list_unpublished")))
    word = p.w(f"marks.{certainty(n, computed=True)}")
    return Fact(label, _big(p, n), Markup("{}").format(word))


def _scope_facts(p: Page) -> list[Fact]:
    basis = Markup("{} {}").format(p.w("labels.vintage"), day(p.e.vintage))
    names = ["scope.prefectures", "scope.counties", "scope.villages"]
    return [Fact(p.n(i).label(p.lang), _big(p, p.n(i)), basis) for i in names if (p.n(i).value or 0) > 0]


def _big(p: Page, n: Number) -> Markup:
    """A key number with its unit word small."""
    word = unit_word(n.unit, p.lang, one=n.value == 1)
    return marked(n, p.lang) + (Markup("<small>{}</small>").format(word) if word else Markup(""))


def _plain(p: Page, id: str) -> Markup:
    return marked(p.n(id), p.lang)


def toned(text: str, tone: str) -> Markup:
    """A word in the colour of its meaning; the word says the same."""
    return Markup('<span class="tone-{}">{}</span>').format(tone, escape(text))
