"""The comparison in the chapter of stations: tiers and intervals, a funnel, the months of the region, equity.

Never a league table: units in tiers that cannot be told apart inside, those with gaps in their reports apart.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pandas as pd
from markupsafe import Markup

from swe.reports.comparison_numbers import MOST, shown
from swe.reports.comparison_view import LEAD, SHARE, ComparisonView
from swe.reports.ledger_numbers import station_slug
from swe.reports.sections import comparison_equity
from swe.reports.sections.page import Page, day, free, joined
from swe.show import caterpillar_plot, control_plot, funnel_plot
from swe.show.blocks import Block, Heading, Listing, Picture, Table, table
from swe.show.numbers import Number
from swe.show.result import Result
from swe.show.say import marked, spread
from swe.show.style import canvas, png

if TYPE_CHECKING:
    from swe.indicators.comparison_one import Compared

NEAR_EQUAL = 1.2  # largest over smallest denominator below which a funnel is a column and is not drawn
MOVED = {-1: "moved_down", 1: "moved_up"}
MANY = 20  # units from which even small denominators make a picture


def blocks(p: Page, view: ComparisonView | None) -> list[Block]:
    """What the chapter of stations says by way of comparison; empty without ledgers."""
    if view is None:
        return []
    made: list[Block | None] = [Heading(p.w(f"comparison.title_{view.by}"))]
    if view.comparison is None:
        made.append(p.p("comparison.nothing"))
    else:
        made += [
            p.p(f"comparison.intro_{view.by}"),
            _summary(p, view),
            *_lead(p, view),
            _funnel(p, view),
            _apart(p, view),
        ]
    made += [_chart(p, view), *comparison_equity.blocks(p, view)]
    return [block for block in made if block is not None]


def _summary(p: Page, view: ComparisonView) -> Table:
    """A row a measure: how many are compared, their common value, tiers, and who is beyond the usual spread."""
    assert view.comparison is not None
    rows = []
    for name, each in view.comparison.measures.items():
        at = f"comparison.{name}"
        tiers: Any = p.n(f"{at}.tiers") if each.ranked else p.w("comparison.no_ranking")
        flagged: Any = p.n(f"{at}.flagged") if each.ranked else p.w("comparison.no_ranking")
        target = p.value(p.n(f"{at}.target")) if f"{at}.target" in p.e.numbers else "—"
        rows.append(
            (p.w(f"comparison.{name}"), p.n(f"{at}.units"), p.n(f"{at}.apart"), target, tiers, flagged)
        )
    columns = [p.w("labels.indicator"), *("#" + p.w(f"comparison.column_{c}") for c in ("units", "apart", "target", "tiers", "flagged"))]  # fmt: skip
    note = (
        p.say("comparison.summary_note")
        if view.reference is None
        else p.say("comparison.summary_note_reference", reference=day(view.reference.as_of))
    )
    return table("comparison", p.w(f"comparison.caption_{view.by}"), columns, rows, note=note, folded=False)


# -- the lead measure --


def _lead(p: Page, view: ComparisonView) -> list[Block]:
    assert view.comparison is not None
    each = view.comparison.measures.get(LEAD)
    if each is None or each.table.empty:
        return [p.p("comparison.lead_missing", measure=p.w(f"comparison.{LEAD}"))]
    if not each.ranked:
        return [p.p("comparison.few"), _values(p, LEAD, each)]
    return [_caterpillar(p, view, each), *_regression(p, each), *_moves(p, view, each)]


def _caterpillar(p: Page, view: ComparisonView, each: Compared) -> Picture:
    assert each.ranks is not None
    key = "comparison.one_tier" if each.tiers == 1 else "comparison.some_tiers"
    finding = p.say(key, measure=p.w(f"comparison.{LEAD}"), what=p.w(f"comparison.who_{view.by}"),
                    number=p.n(f"comparison.{LEAD}.units"), tiers=p.n(f"comparison.{LEAD}.tiers"))  # fmt: skip
    drawn = _renamed(each.ranks, each, view)
    with canvas(caterpillar_plot.height(drawn)) as (figure, ax):
        caterpillar_plot.draw_caterpillar(ax, drawn, lang=p.lang)
        ax.set_xlabel(p.w("comparison.axis_month"))
        image = png(figure)
    said = str(finding.striptags())
    return Picture("comparison_lead", finding, p.w("comparison.lead_drawn"), image, said, _values(p, LEAD, each),
                   simulated=p.simulated)  # fmt: skip


def _regression(p: Page, each: Compared) -> list[Block]:
    """What to expect next of the first and the last, beside what was observed."""
    rows = shown(each)
    if len(each.table) > MOST or len(rows) < 2 or not (rows["kept"] < 1).any():
        return []
    made = []
    for key, row in (
        ("highest", rows.loc[rows["value"].idxmax()]),
        ("lowest", rows.loc[rows["value"].idxmin()]),
    ):
        at = f"comparison.{LEAD}.unit.{station_slug(str(row['unit']))}"
        made.append(p.say(f"comparison.next_{key}", name=free(_name(row)), seen=p.n(f"{at}.value"), next=p.n(f"{at}.next")))  # fmt: skip
    return [p.p("comparison.regression"), Listing(tuple(made))]


def _moves(p: Page, view: ComparisonView, each: Compared) -> list[Block]:
    """Arrows between the halves of the period, only beyond two standard errors of the difference."""
    if each.moves is None:
        return []
    at = f"comparison.{LEAD}.moves"
    said = p.p("comparison.moves", "note", what=p.w(f"comparison.who_{view.by}"),
               **{name: p.n(f"{at}.{name}") for name in ("units", "moved", "by_chance")})  # fmt: skip
    return [said]


def _values(p: Page, name: str, each: Compared) -> Table:
    """Units in the order of what is to be expected of them, with their tier; a table without places."""
    rows = []
    arrows = (
        {} if each.moves is None or name != LEAD else dict(each.moves.table[["unit", "arrow"]].to_numpy())
    )
    for row in shown(each).to_dict("records"):
        at = f"comparison.{name}.unit.{station_slug(str(row['unit']))}"
        cells: list[Any] = [
            free(_name(row)),
            _with_interval(p, p.n(f"{at}.value")),
            p.n(f"{at}.count"),
            p.n(f"{at}.exposure"),
        ]
        if each.ranked:
            mark = {-1: "below_usual", 0: "usual", 1: "above_usual"}[int(row["flagged"])]
            said = [p.w(f"comparison.{mark}"), *([p.w("comparison.small")] if row["small"] else [])]
            said += [p.w("comparison.some_silent")] if row["silent"] else []
            said += [p.w(f"comparison.{MOVED[arrow]}")] if (arrow := arrows.get(row["unit"], 0)) else []
            cells += [p.n(f"{at}.next"), p.n(f"{at}.tier"), joined(said, p.lang)]
        rows.append(tuple(cells))
    names = ["value", "count", "exposure", *(["next", "tier"] if each.ranked else [])]
    columns = [p.w("labels.name"), *("#" + p.w(f"comparison.column_{c}") for c in names)]
    columns += [p.w("comparison.column_verdict")] if each.ranked else []
    note = p.say("comparison.values_note") if each.ranked else p.say("comparison.values_note_few")
    if len(each.table) > MOST:
        note = p.say("comparison.values_of_many") + note
    caption = "comparison.values_caption" if each.ranked else "comparison.values_caption_few"
    return table(f"comparison_{name}", p.w(caption, measure=p.w(f"comparison.{name}")), columns, rows, note=note)  # fmt: skip


def _with_interval(p: Page, n: Number) -> Markup:
    if n.lower is None or n.upper is None:
        return p.value(n)
    return Markup("{}<br><small>{}</small>").format(marked(n, p.lang), spread(n, p.lang))


# -- funnel, chart, apart --


def _funnel(p: Page, view: ComparisonView) -> Picture | None:
    assert view.comparison is not None
    each = view.comparison.measures.get(SHARE)
    if each is None or each.funnel is None:
        return None
    sizes, small = each.table["exposure"], bool(each.table["small"].all())
    if sizes.max() / sizes.min() < NEAR_EQUAL or (small and len(sizes) < MANY):
        return None
    key = "comparison.funnel_none" if each.flagged == 0 else "comparison.funnel_some"
    at = f"comparison.{SHARE}"
    finding = p.say(key, number=p.n(f"{at}.units"), flagged=p.n(f"{at}.flagged"), what=p.w(f"comparison.who_{view.by}"))  # fmt: skip
    with canvas(3.1) as (figure, ax):
        funnel_plot.draw_funnel(ax, _renamed(each.funnel, each, view), lang=p.lang)
        ax.set_xlabel(p.w("comparison.axis_cases"))
        image = png(figure)
    return Picture("comparison_funnel", finding, p.w("comparison.funnel_drawn"), image, str(finding.striptags()),
                   _values(p, SHARE, each), simulated=p.simulated)  # fmt: skip


def _chart(p: Page, view: ComparisonView) -> Picture | None:
    if view.chart is None:
        return None
    key = "comparison.chart_steady" if view.chart["signals"] == 0 else "comparison.chart_signals"
    finding = p.say(key, signals=p.n("comparison.chart.signals"), months=p.n("comparison.chart.months"))
    with canvas(2.4) as (figure, ax):
        control_plot.draw_control(ax, view.chart, lang=p.lang)
        image = png(figure)
    rows = [
        (day(str(row.time)), *(p.n(f"comparison.chart.{row.time}.{c}") for c in ("value", "lower", "upper")),
         joined([p.w(f"comparison.rule_{r}") for r in str(row.rule).split("+") if r], p.lang))
        for row in view.chart.table.itertuples()
    ]  # fmt: skip
    columns = [p.w("comparison.column_month"), *("#" + p.w(f"comparison.column_{c}") for c in ("value", "lower", "upper")), p.w("comparison.column_rule")]  # fmt: skip
    data = table("comparison_chart", p.w("comparison.chart_caption"), columns, rows)
    return Picture("comparison_chart", finding, p.w("comparison.chart_drawn"), image, str(finding.striptags()), data,
                   simulated=p.simulated)  # fmt: skip


def _apart(p: Page, view: ComparisonView) -> Table | None:
    """Who has months without a report: what they reported, and the least it can be."""
    assert view.comparison is not None
    each = view.comparison.measures.get(LEAD)
    if each is None or each.apart.empty:
        return None
    rows = []
    for row in each.apart.head(MOST).to_dict("records"):
        at = f"comparison.{LEAD}.apart.{station_slug(str(row['unit']))}"
        rows.append((free(_name(row)), *(p.n(f"{at}.{c}") for c in ("reported", "due", "value", "at_least"))))
    columns = [p.w("labels.name"), *("#" + p.w(f"comparison.column_{c}") for c in ("reported", "due", "value", "at_least"))]  # fmt: skip
    return table(
        "comparison_apart",
        p.w("comparison.apart_caption"),
        columns,
        rows,
        note=p.say("comparison.apart_note")
        + (p.say("comparison.apart_of_many") if len(each.apart) > MOST else Markup("")),
    )


# -- helpers --


def _renamed(result: Result, each: Compared, view: ComparisonView) -> Result:
    """Units under the names that people use; a name that two units share keeps its code."""
    names = each.table.set_index("unit")["name"].fillna("").astype(str)
    names = names.where(names != "", names.index.to_series().astype(str))
    twice = names[names.duplicated(keep=False)].index
    names = names.where(~names.index.isin(twice), names + " " + names.index.to_series().astype(str))
    frame: pd.DataFrame = result.table.assign(unit=result.table["unit"].map(names))
    return replace(result, table=frame)


def _name(row: Any) -> str:
    return str(row["name"] or row["unit"])
