"""A run's analysis plan, carried out for a region: what was estimated, what was refused and why, what was changed."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from swe.core.errors import DataError, UsageError
from swe.indicators.plans import Deviation, Plan, deviations, register_plan, registered_plan
from swe.reports.run_ledgers import run_ledgers, store_folder
from swe.show.words import both

if TYPE_CHECKING:
    from swe.indicators.effect_study import Study
    from swe.reference.regions import Region
    from swe.reports.runfile import Run
    from swe.show.result import Note, Result

LEVELS = ("province", "prefecture")
PARTS = (
    0.0,
    0.25,
    0.5,
    1.0,
)  # of the smallest drift that the leads could show: departures that bounds allow for


@dataclass(frozen=True, eq=False)
class EffectView:
    """A plan and what came of it.

    study      None where nothing could be estimated; `refused` then says why, in zh and en
    changed    against the plan as registered at its first run
    bounds     intervals under departures from parallel trends; None where no period before set-up says anything
    shares     what a two-way regression would give and rest on
    overall    effects weighted by unit-periods; `second` the same by imputation, None where that cannot be had
    traps      warnings and exclusions that came up
    """

    plan: Plan
    changed: tuple[Deviation, ...] = ()
    study: Study | None = None
    refused: tuple[str, str] | None = None
    bounds: Result | None = None
    shares: Result | None = None
    overall: Result | None = None
    second: Result | None = None
    traps: tuple[Note, ...] = ()
    cohorts: pd.DataFrame | None = None
    subgroups: pd.DataFrame | None = None


def effect_view(run: Run, place: Region) -> EffectView | None:
    """The run's plan for a region; None where it names none. The plan is registered at its first run."""
    plan = run.plan
    if plan is None:
        return None
    before = deviations(register_plan(plan, store_folder(run)), plan)
    refused = _unfit(run, plan, place)
    if refused is not None:
        return EffectView(plan, before, refused=refused)
    from swe import stats
    from swe.indicators.effect_study import by_subgroup, complete, controls, second_estimate, study, traps

    try:
        found = study(plan, region=place.code, joint=False, **_sources(run))
        shares = stats.bacon(complete(found.panel), **found.arguments)
        groups = by_subgroup(found)
    except (DataError, UsageError) as error:
        return EffectView(plan, before, refused=(error.zh, error.en))
    return EffectView(
        plan, (*before, *found.changed), found, None, _bounds(found), shares, found.effects.aggregate("simple"),
        second_estimate(found), traps(found), controls(found.effects), groups,
    )  # fmt: skip


def _bounds(found: Study) -> Result | None:
    """Under a straight line, and under bends up to the smallest drift that the leads could have shown."""
    from swe import stats

    step = found.event["detectable_trend"]
    if math.isnan(step):
        return None
    try:
        return stats.honest(
            found.event, m=[part * step for part in PARTS], event_time=None, level=found.plan.spec.level
        )
    except DataError:  # a gap between the periods: nothing can be bounded across it
        return None


def plan_files(run: Run) -> list[Path]:
    """The files that a run's effects are made from, for its manifests."""
    if run.plan is None:
        return []
    given = (run.spec.sources.outcomes, run.spec.sources.openings)
    return [run.plan.path, *(run.find(path) for path in given if path is not None)]


def plan_entry(run: Run) -> dict[str, Any] | None:
    """The plan as a manifest names it: its hash and that of the plan first registered, the same before and after that."""
    if run.plan is None:
        return None
    from swe.indicators.plans import plan_hash

    known = registered_plan(run.plan.id, store_folder(run))
    return {
        "id": run.plan.id,
        "hash": run.plan.hash,
        "registered": run.plan.hash if known is None else plan_hash(known),
    }


def _unfit(run: Run, plan: Plan, place: Region) -> tuple[str, str] | None:
    """Why nothing is estimated, before any data are read."""
    if place.level not in LEVELS:
        return both("effectiveness.chapter_level")
    sources = run.spec.sources
    if sources.outcomes is None and plan.spec.data == "real":
        if _is_activity(plan.spec.outcome):
            return both("effectiveness.chapter_activity", outcome=plan.spec.outcome)
        return both("effectiveness.chapter_no_outcomes")
    if sources.outcomes is not None and sources.openings is None and sources.ledgers is None:
        return both("effectiveness.chapter_no_openings")
    return None


def _is_activity(outcome: str) -> bool:
    """Whether an outcome is a table of the ledger, or a column of one."""
    from swe.ledgers.contract import contract

    return outcome.split(".")[0] in contract().tables


def _sources(run: Run) -> dict[str, Any]:
    given = run.spec.sources
    if given.outcomes is None:
        return {}
    stations = run_ledgers(run) if given.openings is None else run.find(given.openings)
    return {"stations": stations, "outcomes": run.find(given.outcomes)}
