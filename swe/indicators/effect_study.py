"""What an analysis plan asks for, done: the panel, the effects as far as the plan's horizon, and what was done otherwise.

The report and the notebook call the same function, so that a plan has one answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from swe.core.dates import period as read_period
from swe.core.errors import DataError, SweError, UsageError
from swe.indicators.panel import Panel, panel
from swe.indicators.panel_outcomes import FREQ, outcome_frame
from swe.indicators.plans import Deviation, Plan, deviations
from swe.indicators.simulated_rollout import FIRST, OUTCOME, simulated_rollout
from swe.stats.effect_horizons import within
from swe.stats.frames import Floats
from swe.stats.group_time import Effects, EventStudy, att_gt
from swe.stats.multiplicities import multiplicity

if TYPE_CHECKING:
    from swe.ledgers.tables_view import Tables

MOST_COHORTS = 40  # months of set-up; above, cohorts are put together by quarter, or each holds too few units
SWEEPS = 20  # of unit and period means, until they are both nil
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


def columns(made: Panel) -> dict[str, str]:
    """outcome, unit, time and first_treated of a panel, for the estimators of `swe.stats`."""
    return {"outcome": made.outcome, "unit": "unit", "time": "time", "first_treated": "first_treated"}


def simulated_sources(region: str, *, seed: int, months: int = 72) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Stations and outcomes of a simulated roll-out, as two files would hold them.

    >>> stations, outcomes = simulated_sources("522702", seed=1, months=24)
    >>> outcomes.columns.tolist()
    ['region', 'time', 'families_found', 'simulated']
    """
    frame = simulated_rollout(region, seed=seed, months=months)
    units = frame.drop_duplicates("unit")
    units = units[units["first_treated"].notna()]
    opened = units["first_treated"].dt.start_time.dt.strftime("%Y-%m-%d")
    stations = pd.DataFrame({"region_code": units["unit"], "opened_on": opened, "kind": "station"})
    outcomes = frame[["unit", "time", OUTCOME, "simulated"]].rename(columns={"unit": "region"})
    return stations.reset_index(drop=True), outcomes


def plan_panel(
    plan: Plan,
    *,
    region: str,
    stations: Tables | pd.DataFrame | str | Path | None = None,
    outcomes: pd.DataFrame | str | Path | None = None,
    seed: int | None = None,
    period: str | None = None,
) -> tuple[Panel, bool, tuple[Deviation, ...]]:
    """The panel that a plan speaks of, whether it is simulated, and where it is not as planned.

    Without `outcomes` a plan on simulated data gets them from `simulated_rollout` (seed: the plan's unless given); with a plan
    on real data that is a UsageError. More than 40 monthly cohorts are put together by quarter. `period` is another span of
    days than the plan's.
    """
    spec = plan.spec
    used: dict[str, Any] = {}
    days = period or spec.period
    if days != spec.period:
        used["period"] = days
    simulated = spec.data == "simulated"
    if outcomes is None:
        if not simulated:
            raise UsageError(
                f"计划“{plan.id}”针对真实数据：需要结果文件 outcomes（region、time、{spec.outcome}）",
                f"plan {plan.id!r} is about real data: a file of outcomes is needed (region, time, {spec.outcome})",
            )
        chosen = spec.seed if seed is None else seed
        stations, outcomes = simulated_sources(region, seed=chosen, months=_months(days))
    else:
        outcomes = outcome_frame(outcomes)
    if seed is not None and seed != spec.seed:
        used["seed"] = seed
    simulated = simulated or _says_simulated(outcomes)
    if isinstance(stations, str | Path):
        stations = outcome_frame(stations)
    if stations is None:
        raise UsageError(
            "需要站点的建站时间（台账的 stations 表，或 region_code、opened_on 两列）",
            "dates of opening are needed (the ledger's table stations, or columns region_code, opened_on)",
        )
    common: dict[str, Any] = {
        "unit": spec.unit,
        "outcome": spec.outcome,
        "outcomes": outcomes,
        "region": region,
        "period": days,
    }
    made = panel(stations, time=spec.time, **common)
    if spec.time == "month" and made.table["first_treated"].nunique() > MOST_COHORTS:
        try:
            made = panel(stations, time="quarter", **common)
            used["time"] = "quarter"
        except UsageError:  # the plan's days are no quarters: its months stay
            pass
    return made, simulated, deviations(plan, used)


def study(
    plan: Plan,
    *,
    region: str,
    stations: Tables | pd.DataFrame | str | Path | None = None,
    outcomes: pd.DataFrame | str | Path | None = None,
    seed: int | None = None,
    period: str | None = None,
) -> Study:
    """Carry out a plan for a region (arguments as `plan_panel`).

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
    effects = _effects(plan, made, made.table, chosen)
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
                event = _cut(found.plan, found.panel, _effects(found.plan, found.panel, mine, seed), seed)
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


def noise(found: Study) -> dict[str, float]:
    """What a calculation of power needs, from unit-periods without a station only: `sd autocorrelation icc`.

    Residuals after unit and period means. `autocorrelation` is of neighbouring periods, `icc` what units of a cluster share.
    """
    read = found.effects.panel
    assert read is not None
    t = len(read.periods)
    free = np.arange(t) < read.first[:, None]
    rest = np.where(free, read.outcome, np.nan)
    for _ in range(SWEEPS):
        rest = rest - _mean(rest, 1)[:, None]
        rest = rest - _mean(rest, 0)
    known = int(free.sum()) - int(free.any(axis=1).sum()) - int(free.any(axis=0).sum()) + 1
    variance = float(np.nansum(rest**2)) / max(known, 1)
    pairs = rest[:, 1:] * rest[:, :-1]
    rho = float(np.nanmean(pairs)) / float(np.nanmean(rest**2))
    return {
        "sd": variance**0.5,
        "autocorrelation": min(max(rho, 0.0), 0.95),
        "icc": min(max(_shared(rest, read.cluster) / variance, 0.0), 0.95),
    }


def cohort_sizes(found: Study) -> dict[int, int]:
    """First treated period (1 is the first of the panel, 0 never) → units, as `swe.stats.power` takes them."""
    read = found.effects.panel
    assert read is not None
    t = len(read.periods)
    first, sizes = np.unique(np.where(read.first < t, read.first + 1, 0), return_counts=True)
    return {int(g): int(n) for g, n in zip(first, sizes, strict=True)}


# -- parts --


def _mean(values: Floats, axis: int) -> Floats:
    """Means over what is known, 0 where nothing is."""
    known = ~np.isnan(values)
    return np.nansum(values, axis=axis) / np.maximum(known.sum(axis=axis), 1)


def _shared(rest: Floats, cluster: Any) -> float:
    """Mean product of two units of a cluster in the same period."""
    if cluster is None:
        return 0.0
    filled, known = np.nan_to_num(rest), ~np.isnan(rest)
    sums, squares, counts = (np.zeros((int(cluster.max()) + 1, rest.shape[1])) for _ in range(3))
    np.add.at(sums, cluster, filled)
    np.add.at(squares, cluster, filled**2)
    np.add.at(counts, cluster, known)
    pairs = float((counts * (counts - 1)).sum())
    return float((sums**2 - squares).sum()) / pairs if pairs else 0.0


def _effects(plan: Plan, made: Panel, frame: pd.DataFrame, seed: int) -> Effects:
    spec = plan.spec
    clustered = spec.cluster if spec.cluster not in (None, "unit") else None
    assert spec.control is not None  # a plan for att_gt says so
    return att_gt(
        frame, outcome=made.outcome, unit="unit", time="time", first_treated="first_treated", control=spec.control, beyond=spec.beyond, anticipation=spec.anticipation,
        covariates=spec.covariates, cluster=clustered, outcome_kind=made.outcome_kind, treated="treated",
        base_period="universal", level=spec.level, seed=seed,
    )  # fmt: skip


def _cut(plan: Plan, made: Panel, effects: Effects, seed: int) -> EventStudy:
    """Up to the plan's horizon, in periods of the panel."""
    horizon = plan.spec.horizon
    if horizon is not None and made.time != plan.spec.time:
        horizon = horizon // 3
    event = effects.aggregate("event")
    return within(event, last=horizon, level=plan.spec.level, seed=seed)


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
    frame = simulated_rollout(region, seed=seed, months=_months(days))
    frame = frame[frame["first_treated"].notna()]
    freq = FREQ[made.time]
    time, first = frame["time"].dt.asfreq(freq), frame["first_treated"].dt.asfreq(freq)
    since = (time.astype("int64") - first.astype("int64")).rename("event_time")
    by_period = frame.groupby([frame["unit"], since])["true_effect"].sum()
    return by_period.groupby("event_time").mean()


def _says_simulated(outcomes: pd.DataFrame) -> bool:
    """Whether a column `simulated` says so of any row."""
    if "simulated" not in outcomes.columns:
        return False
    return bool(outcomes["simulated"].astype(str).str.lower().isin(["true", "1", "1.0"]).any())


def _months(days: str) -> int:
    """Months of the simulation that a span of days needs: from its first month to the span's last."""
    last = pd.Period(read_period(days).last, freq="M")
    return min(max((last - FIRST).n + 1, 12), 72)
