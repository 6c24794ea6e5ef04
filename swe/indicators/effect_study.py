"""What an analysis plan asks for, done: the panel, the effects as far as the plan's horizon, and what was done otherwise.

The report and the notebook call the same function, so that a plan has one answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from swe.core.errors import DataError, SweError, UsageError
from swe.indicators.panel import Panel
from swe.indicators.panel_outcomes import FREQ
from swe.indicators.plan_panels import columns, in_quarters, months_of, plan_panel
from swe.indicators.plans import Deviation, Plan
from swe.indicators.simulated_rollout import simulated_rollout
from swe.stats.effect_horizons import pre_test_notes, within
from swe.stats.group_time import Effects, EventStudy
from swe.stats.group_time import effects as effects_of
from swe.stats.imputations import imputation
from swe.stats.multiplicities import multiplicity
from swe.stats.panel_frames import read_panel

if TYPE_CHECKING:
    from swe.ledgers.tables_view import Tables
    from swe.show.result import Note, Result

LEAST_UNITS = 40  # with fewer units neither cohorts nor their errors mean anything


@dataclass(frozen=True, eq=False)
class Study:
    """A plan carried out.

    panel       what it was estimated on
    effects     every cohort and period, each compared with the last period before set-up
    event       by time since set-up, up to the plan's horizon; its values are the plan's main estimate
    simulated   whether the outcomes are simulated
    changed     what the data made necessary (cohorts by quarter) or the caller asked for
    true        mean effect put into our own simulation, by periods since set-up; None for outcomes from a file
    """

    plan: Plan
    panel: Panel
    effects: Effects
    event: EventStudy
    simulated: bool
    changed: tuple[Deviation, ...] = ()
    true: pd.Series | None = None

    @property
    def truth(self) -> float | None:
        """The effect that a simulation put in, meant as `event` means it; None where the outcomes are not ours."""
        if self.true is None:
            return None
        since = [int(e) for e in self.event.event_time if e >= 0]
        return float(self.true.reindex(since).mean())

    @property
    def arguments(self) -> dict[str, str]:
        """Column names, as every estimator takes them."""
        return columns(self.panel)


def study(
    plan: Plan,
    *,
    region: str,
    stations: Tables | pd.DataFrame | str | Path | None = None,
    outcomes: pd.DataFrame | str | Path | None = None,
    seed: int | None = None,
    period: str | None = None,
    joint: bool = True,
) -> Study:
    """Carry out a plan for a region (arguments as `plan_panel`).

    Without `joint` the pre-test and the band over all cohort-periods at once are left out (NaN), which halves the time; the
    event study up to the horizon has its own.

    Raises UsageError for an estimator other than att_gt, an activity as the outcome, or missing sources; DataError for a region
    with fewer than 40 units, or a panel on which nothing can be estimated.
    """
    if plan.spec.estimator != "att_gt":
        raise UsageError(
            f"这里只做 att_gt；计划“{plan.id}”用 {plan.spec.estimator}，请在笔记本里调用 swe.stats.{plan.spec.estimator}",
            f"only att_gt is done here; plan {plan.id!r} asks for {plan.spec.estimator}: call swe.stats.{plan.spec.estimator} in a "
            "notebook",
        )
    made, simulated, changed = plan_panel(
        plan, region=region, stations=stations, outcomes=outcomes, seed=seed, period=period
    )
    if made["units"] < LEAST_UNITS:
        raise DataError(
            f"该地区只有 {made['units']:.0f} 个单位，少于 {LEAST_UNITS} 个，不足以分批次估计",
            f"the region has {made['units']:.0f} units, fewer than {LEAST_UNITS}: too few for effects by cohort",
        )
    chosen = plan.spec.seed if seed is None else seed
    effects = _effects(plan, made, made.table, chosen, joint=joint)
    true = _true(made, region, chosen, period or plan.spec.period) if simulated and outcomes is None else None
    return Study(plan, made, effects, _cut(plan, made, effects, chosen), simulated, changed, true)


def by_subgroup(found: Study) -> pd.DataFrame:
    """The plan's subgroups on their own: `name n att se lower upper p p_adjusted status`; p corrected as planned.

    A subgroup on which nothing can be estimated keeps its row, with status `missing`.
    """
    rows: list[dict[str, Any]] = []
    seed = found.effects.seed
    for group in found.plan.spec.subgroups:
        frame = found.panel.table
        mine = (
            frame[frame[group.column].astype(str).isin(group.values)]
            if group.column in frame
            else frame.head(0)
        )
        row: dict[str, Any] = {"name": group.name, "n": mine["unit"].nunique(), "status": "missing"}
        try:
            if row["n"] >= LEAST_UNITS:
                alone = _effects(found.plan, found.panel, mine, seed, joint=False)
                event = _cut(found.plan, found.panel, alone, seed)
                row |= {name: event[name] for name in ("att", "se", "lower", "upper")} | {"status": "ok"}
        except SweError:
            row["status"] = "missing"
        rows.append(row)
    return _adjusted(
        pd.DataFrame(rows, columns=["name", "n", "att", "se", "lower", "upper", "status"]), found
    )


def controls(effects: Effects) -> pd.DataFrame:
    """Who is compared with whom: `time first treated control estimated`, a row for each period.

    first      units whose station opens in the period
    treated    units that have one
    control    units that have none yet
    estimated  whether any effect could be estimated in the period
    """
    read = effects.panel
    assert read is not None
    labels = read.periods.labels
    seen = set(effects.table["time"])
    position = np.arange(len(labels))
    return pd.DataFrame(
        {
            "time": labels,
            "first": [int((read.first == t).sum()) for t in position],
            "treated": [int((read.first <= t).sum()) for t in position],
            "control": [int((read.first > t).sum()) for t in position],
            "estimated": [label in seen for label in labels],
        }
    )


# -- parts --


def reading(plan: Plan, made: Panel) -> dict[str, Any]:
    """How the plan has its panel read, as `att_gt` and `imputation` take it."""
    spec = plan.spec
    hub = "hub_opened" if made.table["hub_opened"].notna().any() else None
    return {
        **columns(made), "covariates": spec.covariates, "cluster": spec.cluster if spec.cluster not in (None, "unit") else None,
        "treated": "treated", "hub": hub, "spillover": spec.spillover if hub else "note", "beyond": spec.beyond,
        "gaps": spec.gaps, "outcome_kind": made.outcome_kind,
    }  # fmt: skip


def complete(made: Panel) -> pd.DataFrame:
    """The rows of units without a gap, which is what a decomposition needs."""
    holes = made.table.loc[made.table[made.outcome].isna(), "unit"].unique()
    return made.table[~made.table["unit"].isin(holes)] if len(holes) else made.table


def traps(found: Study) -> tuple[Note, ...]:
    """Warnings and exclusions that the panel and its estimates gave rise to, once each.

    The pre-test is left out: it is shown with what it could have found, and with bounds, in its own place.
    """
    event = found.event
    apart = [note.en for note in pre_test_notes(event)]
    kept = {
        note.en: note
        for note in (*found.panel.notes, *event.notes)
        if note.kind in ("warning", "exclusion") and note.en not in apart
    }
    return tuple(kept.values())


def second_estimate(found: Study) -> Result | None:
    """The same effects by imputation, which rests on all earlier periods; None where it cannot be had."""
    spec = found.plan.spec
    try:
        return imputation(
            found.panel.table,
            **reading(found.plan, found.panel),
            anticipation=_periods(found.plan, found.panel, "anticipation") or 0,
            level=spec.level,
        )
    except SweError:
        return None


def _effects(plan: Plan, made: Panel, frame: pd.DataFrame, seed: int, *, joint: bool) -> Effects:
    spec = plan.spec
    assert spec.control is not None  # a plan for att_gt says so
    read = read_panel(frame, **reading(plan, made))
    return effects_of(
        read, control=spec.control, anticipation=_periods(plan, made, "anticipation") or 0, base_period="universal", level=spec.level, seed=seed,
        joint=joint,
    )  # fmt: skip


def _periods(plan: Plan, made: Panel, name: str) -> int | None:
    """Horizon or anticipation in periods of the panel, which may be quarters where the plan says months."""
    planned: int | None = getattr(plan.spec, name)
    return planned if made.time == plan.spec.time or planned is None else in_quarters(plan)[name]


def _cut(plan: Plan, made: Panel, effects: Effects, seed: int) -> EventStudy:
    """Up to the plan's horizon, in periods of the panel."""
    event = effects.aggregate("event")
    return within(event, last=_periods(plan, made, "horizon"), level=plan.spec.level, seed=seed)


def _adjusted(rows: pd.DataFrame, found: Study) -> pd.DataFrame:
    from scipy import stats

    df = found.event.df
    ratio = np.abs(rows["att"].to_numpy(dtype=float) / rows["se"].to_numpy(dtype=float))
    p = 2 * (stats.norm.sf(ratio) if np.isinf(df) else stats.t.sf(ratio, df))
    rows = rows.assign(p=p, p_adjusted=p)
    known = ~np.isnan(p)
    method = found.plan.spec.multiplicity
    if known.sum() > 1 and method != "none":
        rows.loc[known, "p_adjusted"] = multiplicity(p[known], method=method).table["p_adjusted"].to_numpy()
    return rows


def _true(made: Panel, region: str, seed: int, days: str) -> pd.Series:
    """Mean effect that was put in, summed over the months of a period, by periods since set-up."""
    frame = simulated_rollout(region, seed=seed, months=months_of(days))
    frame = frame[frame["first_treated"].notna()]
    freq = FREQ[made.time]
    time, first = frame["time"].dt.asfreq(freq), frame["first_treated"].dt.asfreq(freq)
    since = (time.astype("int64") - first.astype("int64")).rename("event_time")
    by_period = frame.groupby([frame["unit"], since])["true_effect"].sum()
    return by_period.groupby("event_time").mean()
