"""The indicator system on the page: where it comes from, what it measures, how points and grades follow."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup

from swe.indicators.framework_model import Rating
from swe.indicators.framework_text import grade_rule, measure_text, missing_text, rule_text, value_text
from swe.indicators.frameworks import Framework
from swe.ledgers.contract import contract
from swe.reports.evaluation import Evaluation
from swe.reports.sections.page import Page, code, free
from swe.show.blocks import Block, Mark, Paragraph, Table, table
from swe.show.say import marked
from swe.show.words import Lang


def shown(e: Evaluation) -> Framework | None:
    """The system by which this report scores; None without one, or without ledgers."""
    return e.run.framework if e.ledger is not None else None


def unofficial(e: Evaluation) -> bool:
    """Whether scores rest on a system that is no official document."""
    fw = shown(e)
    return fw is not None and fw.spec.origin != "official"


def title(p: Page, fw: Framework) -> Markup:
    return free(fw.spec.title.zh if p.lang == "zh" else fw.spec.title.en)


def outlined(mark: Mark) -> Markup:
    """A mark inside a sentence."""
    return Markup(mark.__html__())


def name(p: Page, item: Any) -> Markup:
    """Code and name of an indicator, dimension, bonus, deduction or veto."""
    return Markup("{} {}").format(code(item.code), p.text(item.name.zh, item.name.en))


def blocks(p: Page) -> list[Block | None]:
    """The chapter."""
    fw = shown(p.e)
    assert fw is not None
    return [
        _lead(p, fw),
        _source(p, fw),
        _dimensions(p, fw),
        _weights(p),
        _indicators(p, fw),
        _grades(p, fw),
        _extras(p, fw),
        _caps(p, fw),
        _valid(p, fw),
    ]


def _lead(p: Page, fw: Framework) -> Paragraph:
    return p.p("scoring.framework_lead", title=title(p, fw))


def _source(p: Page, fw: Framework) -> Paragraph:
    mark = Mark(
        p.w(f"framework.origin_{fw.spec.origin}"), "plain" if fw.spec.origin == "official" else "warn"
    )
    said = p.say("scoring.framework_source", document=free(_own_language(fw.spec.source.document, p.lang)))
    draft = p.say("scoring.framework_draft") if fw.spec.status == "draft" else Markup("")
    return Paragraph(Markup("{} {} {}").format(outlined(mark), said, draft), "note")


def _own_language(text: str, lang: str) -> str:
    """A document may be named in both languages, zh before en, parted by a full-width semicolon."""
    zh, gap, en = text.rpartition("；")
    if not gap or not en.isascii():
        return text
    return zh if lang == "zh" else en


def _dimensions(p: Page, fw: Framework) -> Table:
    weighed = p.e.has(*(f"framework.effective.{each.code}" for each in fw.spec.dimensions))
    rows = []
    for each in fw.spec.dimensions:
        own = [p.n(f"framework.{part}.{each.code}") for part in ("items", "dimension", "weight")]
        rows.append((name(p, each), *own, *([p.n(f"framework.effective.{each.code}")] if weighed else [])))
    columns = ["c_dimension", "#c_items", "#c_full", "#c_nominal", *(["#c_effective"] if weighed else [])]
    return table(
        "framework_dimensions", p.w("scoring.t_dimensions"), columns_of(p, columns), rows, folded=False
    )


def _weights(p: Page) -> Paragraph | None:
    if not p.e.numbers["score.scored"].value:
        return None
    some = any(id.startswith("framework.effective.") for id in p.e.numbers)
    return p.p("scoring.framework_weights" if some else "scoring.framework_weights_few", "note")


def _indicators(p: Page, fw: Framework) -> Table:
    """Four columns, so that it can be read on paper; each thing has its own in tables.xlsx."""
    rows = [
        (of, points, _over(measured, rule), _over(evidence, missing))
        for of, points, measured, rule, evidence, missing in indicator_rows(p, fw)
    ]
    columns = columns_of(p, ["c_indicator", "#c_full", "c_measured_rule", "c_evidence_missing"])
    return table("framework_indicators", p.w("scoring.t_indicators"), columns, rows, folded=True)


def _over(first: Markup, second: Markup) -> Markup:
    return Markup("{}<br><small>{}</small>").format(first, second)


def indicator_rows(p: Page, fw: Framework) -> list[tuple[Any, ...]]:
    """Code and name, points, what is measured, score rule, evidence, what happens without data."""
    lang: Lang = "zh" if p.lang == "zh" else "en"
    return [
        (
            name(p, item), p.n(f"framework.points.{item.code}"), free(measure_text(item.measure, lang)),
            free(rule_text(item, lang)), p.text(item.evidence.zh, item.evidence.en), free(missing_text(item.missing, lang)),
        )
        for item in fw.indicators
    ]  # fmt: skip


def _grades(p: Page, fw: Framework) -> Paragraph:
    return p.p("scoring.framework_grades", rule=free(grade_rule(fw.spec, p.lang)))


def _extras(p: Page, fw: Framework) -> Table | None:
    rows = extra_rows(p, fw)
    if not rows:
        return None
    columns = columns_of(p, ["c_indicator", "c_kind", "c_rule", "c_evidence"])
    return table("framework_extras", p.w("scoring.t_extras"), columns, rows, folded=False)


def extra_rows(p: Page, fw: Framework) -> list[tuple[Any, ...]]:
    """Bonus items, deductions and vetoes with their rule and evidence."""
    rows: list[tuple[Any, ...]] = []
    for item in fw.bonuses:
        rule = Markup("{} → {}").format(
            free(measure_text(item.measure, p.lang)), free(rule_text(item, p.lang))
        )
        if isinstance(item.measure, Rating):
            rule = free(rule_text(item, p.lang))
        rows.append(
            (name(p, item), p.w("scoring.kind_bonus"), rule, p.text(item.evidence.zh, item.evidence.en))
        )
    for off in fw.deductions:
        rule = p.say("scoring.deduction_rule", points=p.n(f"framework.points.{off.code}"))
        if off.max is not None:
            rule += p.say("scoring.deduction_most", max=free(value_text(off.max, False)))
        rows.append(
            (name(p, off), p.w("scoring.kind_deduction"), rule, p.text(off.evidence.zh, off.evidence.en))
        )
    for veto in fw.spec.vetoes:
        grade = next((g.name for g in fw.grades if veto.grade in (g.name.zh, g.name.en)), None)
        said = p.text(grade.zh, grade.en) if grade else free(veto.grade)
        rows.append(
            (
                name(p, veto),
                p.w("scoring.kind_veto"),
                p.say("scoring.veto_rule", grade=said),
                p.w("scoring.extra_none"),
            )
        )
    return rows


def _caps(p: Page, fw: Framework) -> Paragraph | None:
    if not extra_rows(p, fw):
        return None
    caps = {
        part: marked(p.n(f"framework.cap.{part}"), p.lang, unit=True)
        if f"framework.cap.{part}" in p.e.numbers
        else p.w("scoring.none_given")
        for part in ("bonus", "deductions")
    }
    return p.p("scoring.framework_notes", "note", **caps)


def _valid(p: Page, fw: Framework) -> Paragraph | None:
    if not fw.spec.validity:
        return None
    tables = contract(fw.spec.contract).tables
    said = [
        p.say(
            "scoring.minimum", table=p.text(tables[of].zh, tables[of].en),
            column=p.text(tables[of][column].zh, tables[of][column].en), value=free(value_text(least.min, False)),
        )
        for of, minima in fw.spec.validity.items()
        for column, least in minima.items()
    ]  # fmt: skip
    return p.p("scoring.framework_valid", "note", minima=Markup("；" if p.lang == "zh" else "; ").join(said))


def columns_of(p: Page, names: list[str]) -> list[str]:
    """Column labels from the words of the score pages; c_indicator is the common one; # leads numeric ones."""
    made = []
    for each in names:
        bare = each.removeprefix("#")
        label = p.w("labels.indicator") if bare == "c_indicator" else p.w(f"scoring.{bare}")
        made.append("#" * each.startswith("#") + label)
    return made
