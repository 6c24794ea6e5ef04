"""Numbers of a plan's effects as rows of results.json: `effect.att`, its band by period, what would have been found."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from swe.core.bounded import Bounded
from swe.show.numbers import Number, number
from swe.show.words import both

if TYPE_CHECKING:
    from swe.indicators.effect_study import Study
    from swe.reports.evaluation import Evaluation
    from swe.reports.run_plan import EffectView
    from swe.show.result import Result

EFFECTS, BOUNDS, USUAL, OTHER, COUNT = (
    "group-time effects",
    "smoothness bounds",
    "two-way fixed effects",
    "imputation",
    "panel count",
)
SMALL_P = 0.01  # below, only the bound is told


def effect_of(e: Evaluation) -> EffectView | None:
    """What came of the run's analysis plan."""
    view: EffectView | None = getattr(e, "effect", None)
    return view


def effect_numbers(e: Evaluation) -> Iterator[Number]:
    """All numbers of the chapter on effect that rest on an analysis plan; none where nothing was estimated."""
    view = effect_of(e)
    if view is None or view.study is None:
        return
    found = view.study
    yield from _counts(e, view, found)
    yield from _estimates(e, view, found)
    yield from _bounds(e, view, found)
    yield from _events(e, found)
    yield from _subgroups(e, view, found)


def event_id(k: int) -> str:
    """effect.event.m3 before, effect.event.p3 after set-up."""
    return f"effect.event.{'m' if k < 0 else 'p'}{abs(k)}"


def _counts(e: Evaluation, view: EffectView, found: Study) -> Iterator[Number]:
    values, cohorts = found.panel.values, view.cohorts
    assert cohorts is not None and found.effects.panel is not None
    for name, value, unit in (
        ("units", values["units"], "township_unit"),
        ("periods", values["periods"], ""),
        ("treated", found.event["n_treated"], "township_unit"),
        ("not_treated", values["not_treated"], "township_unit"),
        ("dropped", values["dropped"], "township_unit"),
        ("missing", values["missing"], ""),
        ("clusters", float(found.effects.panel.n_clusters), ""),
        ("controls_first", float(cohorts["control"].iloc[0]), "township_unit"),
        ("controls_last", float(cohorts["control"].iloc[-1]), "township_unit"),
        ("horizon", found.event["horizon"], ""),
    ):
        unit = unit if found.panel.unit == "township" else ""
        yield _make(e, found, f"effect.{name}", both(f"effectiveness.n_{name}"), value, unit, COUNT)
    for row in cohorts.itertuples():
        time = str(row.time)
        labels = both("effectiveness.n_cohort", time=time)
        yield _make(e, found, f"effect.cohort.{time}", labels, float(row.first), "", COUNT)
        labels = both("effectiveness.n_control", time=time)
        yield _make(e, found, f"effect.control.{time}", labels, float(row.control), "", COUNT)


def _estimates(e: Evaluation, view: EffectView, found: Study) -> Iterator[Number]:
    event, unit = found.event, _unit(found)
    assert view.overall is not None and view.shares is not None
    for name, value, method in (
        ("att", _of(event), EFFECTS),
        ("detectable", event["detectable"], EFFECTS),
        ("drift", _between(event["drift"], event["drift_lower"], event["drift_upper"]), EFFECTS),
        ("detectable_trend", event["detectable_trend"], EFFECTS),
        ("simple", _of(view.overall), EFFECTS),
        ("imputation", _of(view.second), OTHER),
        ("twfe", view.shares["twfe"], USUAL),
    ):
        yield _make(e, found, f"effect.{name}", both(f"effectiveness.n_{name}"), value, unit, method)
    share = view.shares["share_forbidden"]
    labels = both("effectiveness.n_share_forbidden")
    yield _make(e, found, "effect.share_forbidden", labels, share, "fraction", USUAL)


def _bounds(e: Evaluation, view: EffectView, found: Study) -> Iterator[Number]:
    if view.bounds is None:
        return
    labels = both("effectiveness.n_breakdown")
    yield _make(e, found, "effect.breakdown", labels, view.bounds["breakdown"], _unit(found), BOUNDS)
    for i, row in enumerate(view.bounds.table.itertuples()):
        labels = both("effectiveness.n_bound_m", part=str(i + 1))
        yield _make(e, found, f"effect.bound_m.{i}", labels, float(row.m), _unit(found), BOUNDS)
        between = None if row.status != "ok" else Bounded(float(row.lower), None, float(row.upper))
        labels = both("effectiveness.n_bound", part=str(i + 1))
        yield _make(e, found, f"effect.bound.{i}", labels, between, _unit(found), BOUNDS)


def _events(e: Evaluation, found: Study) -> Iterator[Number]:
    for row in found.event.table.itertuples():
        if row.status == "reference":
            continue
        k = int(row.event_time)
        labels = both("effectiveness.n_event", k=f"{k}".replace("-", "−"))
        value = _between(row.att, row.lower_uniform, row.upper_uniform)
        yield _make(e, found, event_id(k), labels, value, _unit(found), EFFECTS)


def _subgroups(e: Evaluation, view: EffectView, found: Study) -> Iterator[Number]:
    assert view.subgroups is not None
    for row in view.subgroups.itertuples():
        name, id = str(row.name), f"effect.subgroup.{row.name}"
        labels = both("effectiveness.n_subgroup", name=name)
        yield _make(e, found, id, labels, _between(row.att, row.lower, row.upper), _unit(found), EFFECTS)
        labels = both("effectiveness.n_subgroup_n", name=name)
        yield _make(e, found, f"{id}.n", labels, float(row.n), "", COUNT)
        p = float(row.p_adjusted)
        told = None if math.isnan(p) else Bounded(0, None, SMALL_P) if p < SMALL_P else p
        labels = both("effectiveness.n_subgroup_p", name=name)
        yield _make(e, found, f"{id}.p", labels, told, "", EFFECTS)


def _make(
    e: Evaluation, found: Study, id: str, labels: tuple[str, str], value: Bounded | float | None, unit: str, method: str
) -> Number:  # fmt: skip
    last = found.panel.table["time"].max().end_time.date().isoformat()
    return number(
        id, e.region.code, labels, value, unit=unit, method=method, source=f"plan:{found.plan.id}", as_of=last
    )


def _between(value: Any, low: Any, high: Any) -> Bounded | None:
    if any(math.isnan(float(x)) for x in (value, low, high)):
        return None
    return Bounded(float(low), float(value), float(high))


def _of(result: Result | None) -> Bounded | None:
    return None if result is None else _between(result["att"], result["lower"], result["upper"])


def _unit(found: Study) -> str:
    """A share, as the plan declares it, is told in per cent; a count or a mean has the outcome's own name beside it."""
    return "fraction" if found.plan.spec.outcome_measure == "share" else ""
