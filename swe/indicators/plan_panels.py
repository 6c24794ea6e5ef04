"""The panel that an analysis plan speaks of, and where the data made it another than planned."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from swe.core.dates import period as read_period
from swe.core.errors import DataError, UsageError
from swe.indicators.panel import Panel, panel
from swe.indicators.panel_outcomes import outcome_frame
from swe.indicators.plans import Deviation, Plan, deviations
from swe.indicators.simulated_rollout import FIRST, OUTCOME, simulated_rollout

if TYPE_CHECKING:
    from swe.ledgers.tables_view import Tables

QUARTER = 3  # months
MOST_COHORTS = 40  # months of set-up; above, cohorts are put together by quarter, or each holds too few units


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
        stations, outcomes = simulated_sources(region, seed=chosen, months=months_of(days))
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
        "combine": "sum" if spec.outcome_measure == "count" else "mean",
    }
    made = panel(stations, time=spec.time, **common)
    if spec.time == "month" and made.table["first_treated"].nunique() > MOST_COHORTS:
        try:
            made = panel(stations, time="quarter", **common)
            used |= {"time": "quarter", **in_quarters(plan)}
        except UsageError:  # the plan's days are no quarters: its months stay
            pass
    _fractions(plan, made)
    return made, simulated, deviations(plan, used)


def _fractions(plan: Plan, made: Panel) -> None:
    """A share is a fraction of one; per cent written as 45 is a mistake of a hundredfold."""
    if plan.spec.outcome_measure != "share":
        return
    known = made.table[made.outcome].dropna()
    wrong = int((~known.between(0, 1)).sum())
    if wrong:
        raise DataError(
            f"计划写明 {made.outcome} 是份额（0 至 1），有 {wrong:,} 格不在其间：百分数请写成小数，或改 outcome_measure",
            f"the plan says that {made.outcome} is a share (0 to 1), and {wrong:,} cells are not: write per cent as fractions, "
            "or change outcome_measure",
        )


def _says_simulated(outcomes: pd.DataFrame) -> bool:
    """Whether a column `simulated` says so of any row."""
    if "simulated" not in outcomes.columns:
        return False
    return bool(outcomes["simulated"].astype(str).str.lower().isin(["true", "1", "1.0"]).any())


def in_quarters(plan: Plan) -> dict[str, int]:
    """The plan's months of horizon and of anticipation in quarters: whole ones that are reported, begun ones that may differ."""
    spec = plan.spec
    found = {"anticipation": -(-spec.anticipation // QUARTER)}
    return found if spec.horizon is None else {"horizon": spec.horizon // QUARTER, **found}


def months_of(days: str) -> int:
    """Months of the simulation that a span of days needs: from its first month to the span's last."""
    last = pd.Period(read_period(days).last, freq="M")
    return min(max((last - FIRST).n + 1, 12), 72)
