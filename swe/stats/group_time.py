"""Effects by cohort and period of a staggered roll-out, and their aggregates with uniform bands.

Stations were not set up everywhere at once; each cohort is compared with places that have none yet, never with places
that have had one for longer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from swe.core.errors import DataError, UsageError
from swe.show.result import Note, Result
from swe.stats import effect_notes
from swe.stats.cohort_moments import moments
from swe.stats.effect_aggregates import BY, By, Combined, combined
from swe.stats.frames import Floats, choice, fraction
from swe.stats.group_cells import (
    BasePeriod,
    Cells,
    Control,
    Estimates,
    clean_cells,
    critical_uniform,
    from_moments,
    half,
    point_critical,
)
from swe.stats.panel_frames import Beyond, Gaps, OutcomeKind, Panel, Spillover, read_panel
from swe.stats.period_index import NEVER

DRAWS = 2000  # of the largest |t|
POWER = 0.8  # of the smallest effect that would have been detected

PRE = ("wald", "df", "p", "detectable_trend")


@dataclass(frozen=True)
class EventStudy(Result):
    """An aggregate that sensitivity analysis can read: `att` in rows with their covariance.

    beta        (E,), effects by time since treatment without the reference period
    covariance  (E, E)
    event_time  (E,)
    """

    beta: Floats = field(default_factory=lambda: np.empty(0))
    covariance: Floats = field(default_factory=lambda: np.empty((0, 0)))
    event_time: Any = None
    df: float = float("inf")
    base_period: str = "varying"

    __hash__ = Result.__hash__

    @property
    def reference(self) -> int:
        """Event time of the reference period; −1 where the table names none."""
        if "status" not in self.table.columns:
            return -1
        marked = self.table.loc[self.table["status"] == "reference", "event_time"]
        return int(marked.iloc[0]) if len(marked) else -1


@dataclass(frozen=True)
class Effects(Result):
    """Group-time effects; `.aggregate` adds them up."""

    estimates: Estimates | None = None
    panel: Panel | None = None
    base_period: str = "varying"
    anticipation: int = 0
    level: float = 0.95
    seed: int = 0

    __hash__ = Result.__hash__

    def aggregate(self, by: By = "simple", *, balance: int | None = None) -> EventStudy:
        """The effects added up: overall, by event time, by cohort or by calendar period.

        Parameters
        ----------
        by
            `simple`, one overall effect; `event`, by periods since treatment (overall: their mean after treatment);
            `group`, by cohort (overall: weighted by units); `calendar`, by period (overall: their mean).
        balance
            With `event`: only cohorts seen at least so many periods after treatment, and no later periods, so that all
            rows after treatment speak of the same cohorts.

        Returns
        -------
        EventStudy
            A `Result` of kind `att_simple`, `att_event`, `att_group` or `att_calendar`. Values: `att se lower upper
            critical_uniform detectable` (the smallest effect found with 80 % power). Table: the label, `att se lower upper
            lower_uniform upper_uniform n status`, with n the group-time effects in the row.
        """
        choice("by", by, BY)
        if balance is not None and (by != "event" or isinstance(balance, bool) or balance < 0):
            raise UsageError(
                "balance 只用于 event，且须为非负整数", "balance belongs to event, a whole number from 0"
            )
        return _aggregate(self, by, balance)


def att_gt(
    panel: pd.DataFrame,
    *,
    outcome: str,
    unit: str,
    time: str,
    first_treated: str,
    control: Control = "not_yet",
    anticipation: int = 0,
    covariates: Sequence[str] = (),
    cluster: str | None = None,
    beyond: Beyond | None = None,
    outcome_kind: OutcomeKind = "population",
    base_period: BasePeriod = "varying",
    treated: str | None = None,
    hub: str | None = None,
    spillover: Spillover = "note",
    gaps: Gaps = "error",
    min_controls: int = 5,
    level: float = 0.95,
    seed: int = 0,
) -> Effects:
    """Average effects on the treated by cohort and period (Callaway & Sant'Anna 2021).

    Parameters
    ----------
    panel
        Long frame, a row for each unit and period; periods evenly spaced (years, months, days, whole numbers).
    first_treated
        Column: period of set-up, one for each unit; 0, empty or missing for never.
    control
        `not_yet`: units not yet treated, and those never treated; `never`: the latter only.
    anticipation
        Periods before set-up in which the outcome may already react.
    covariates
        Columns; their values in the base period enter doubly robust estimates (Sant'Anna & Zhao 2020).
    cluster
        Column at whose level treatment was assigned (county); by default units are independent.
    beyond
        What units first treated after the panel are: `never`, `not_yet` (controls that are not yet treated) or `error`.
        There is no default when there are any.
    outcome_kind
        `population`, or `activity` (what a station itself produces), which is refused: detection is not effect.
    base_period
        Earlier periods compare with the one before (`varying`) or all with the last before treatment (`universal`, which
        `honest` needs).
    treated
        Column of 0/1 by period, to find treatments that lapsed; they are stated, never recoded.
    hub, spillover
        Column of the time when the county hub started; units it reached before their own station are stated (`note`), left
        out (`donut`), or the hub is taken as the treatment (`county`).
    gaps
        A panel with missing cells is refused (`error`) or loses the units concerned (`drop`).
    min_controls
        Cells with fewer controls are not estimated; the last period with enough is the horizon.

    Returns
    -------
    Effects
        `kind="att_gt"`. Values: `wald df p` (pre-test), `detectable_trend` (drift a period found with 80 % power), `n_units
        n_never n_beyond horizon_controls critical_uniform`. Table: `group time att se lower upper lower_uniform upper_uniform
        n_treated n_control status`.

    Raises
    ------
    DataError
        Wrong panels (see `Notes`), everyone treated at once, an outcome that exists only after set-up, no clean control.
    UsageError
        Unknown options, an activity as outcome, `beyond` not said.

    Notes
    -----
    Without covariates the effects come from cohort means and the covariance of those means, which equals the influence
    functions of the paper; with covariates from diff-diff. Standard errors are asymptotic, G/(G−1) for clusters.

    References
    ----------
    Callaway & Sant'Anna (2021), doi:10.1016/j.jeconom.2020.12.001.

    Examples
    --------
    >>> first = {u: 0 if u < 20 else 3 for u in range(40)}
    >>> rows = [(u, t, u % 5 + t + 2.0 * (0 < first[u] <= t), first[u]) for u in range(40) for t in range(1, 5)]
    >>> frame = pd.DataFrame(rows, columns=["town", "year", "y", "first"])
    >>> found = att_gt(frame, outcome="y", unit="town", time="year", first_treated="first")
    >>> round(found.aggregate("simple")["att"], 6)
    2.0
    """
    check_options(control, anticipation, base_period, min_controls, level)
    read = read_panel(
        panel, outcome=outcome, unit=unit, time=time, first_treated=first_treated, covariates=covariates, cluster=cluster,
        treated=treated, hub=hub, spillover=spillover, beyond=beyond, gaps=gaps, outcome_kind=outcome_kind,
    )  # fmt: skip
    return effects(
        read, control=control, anticipation=anticipation, base_period=base_period, least=min_controls, level=level, seed=seed
    )  # fmt: skip


def effects(
    panel: Panel, *, control: Control = "not_yet", anticipation: int = 0, base_period: BasePeriod = "varying", least: int = 5,
    level: float = 0.95, seed: int = 0, joint: bool = True,
) -> Effects:  # fmt: skip
    """As `att_gt`, of a panel already read. Without `joint` there is no pre-test and no band over cohort-periods: both are NaN."""
    panel = without_always_treated(panel, anticipation)
    df = degrees(panel)
    of, cells = estimate(
        panel, control=control, anticipation=anticipation, base_period=base_period, least=least, df=df
    )
    return _result(panel, of, cells, control, anticipation, base_period, least, level, seed, joint)


def estimate(
    panel: Panel, *, control: Control, anticipation: int, base_period: BasePeriod, least: int, df: float
) -> tuple[Estimates, Cells]:
    """The group-time effects and the comparisons they rest on."""
    first, sizes = np.unique(panel.first, return_counts=True)
    cells = clean_cells(
        first, sizes.astype(float), len(panel.periods), control=control, anticipation=anticipation,
        base_period=base_period, least=least,
    )  # fmt: skip
    if panel.covariates:
        from swe.stats import diff_diff_adapter

        return diff_diff_adapter.group_time(
            panel, control=control, anticipation=anticipation, base_period=base_period, least=least, df=df
        ), cells
    return from_moments(moments(panel), cells, df), cells


def degrees(panel: Panel) -> float:
    """inf, or G − 1 with few clusters."""
    return float(panel.n_clusters - 1) if panel.n_clusters < effect_notes.FEW_CLUSTERS else float("inf")


def check_options(control: str, anticipation: Any, base_period: str, min_controls: Any, level: float) -> None:
    choice("control", control, ("not_yet", "never"))
    choice("base_period", base_period, ("varying", "universal"))
    fraction("level", level)
    for name, value, least in (("anticipation", anticipation, 0), ("min_controls", min_controls, 1)):
        if not isinstance(value, int) or isinstance(value, bool) or value < least:
            raise UsageError(
                f"{name} 须为不小于 {least} 的整数，收到的是 {value!r}",
                f"{name} must be a whole number from {least}, not {value!r}",
            )


def without_always_treated(panel: Panel, anticipation: int) -> Panel:
    always = panel.first <= anticipation
    n = int(always.sum())
    if not n:
        return panel
    if n == panel.n:
        raise DataError("所有单位自始即受处理，没有处理前的时期", "all units are treated from the start")
    note = Note(
        "exclusion",
        f"{n:,} 个单位在面板首期（含预期期）即已处理，没有处理前的数，既不能估计也不能作对照，已移出",
        f"{n:,} units are treated from the first period (anticipation included); they have no before, cannot be controls, and "
        "were left out",
    )
    kept = panel.only(~always, note)
    if not (kept.first < len(kept.periods)).any():
        raise DataError(
            "除自始处理者外，面板期内没有单位受到处理", "no other unit is treated within the panel"
        )
    return kept


def _result(
    panel: Panel, of: Estimates, cells: Cells, control: Control, anticipation: int, base_period: BasePeriod, least: int,
    level: float, seed: int, joint: bool,
) -> Effects:  # fmt: skip
    h = half(of.root, of.gradient)
    lone = (of.n_treated < 2) & ~of.reference
    h[:, lone] = 0.0
    uniform = critical_uniform(h, level=level, df=of.df, draws=DRAWS, seed=seed) if joint else float("nan")
    labels = panel.periods.labels
    table = pd.DataFrame(
        {
            "group": [labels[g] for g in of.group],
            "time": [labels[t] for t in of.time],
            **_intervals(of.att, h, of.reference, lone, level, of.df, uniform),
            "n_treated": of.n_treated,
            "n_control": of.n_control,
            "status": np.where(of.reference, "reference", np.where(lone, "below_validity", "ok")),
        }
    )
    pre = _pre_test(of, h, lone, anticipation, base_period) if joint else dict.fromkeys(PRE, float("nan"))
    values = {
        **pre,
        "n_units": float(panel.n),
        "n_never": float((panel.first == NEVER).sum()),
        "n_beyond": float(panel.beyond),
        "critical_uniform": uniform,
    }
    notes = effect_notes.group_time(
        panel,
        of,
        cells,
        values,
        control=control,
        anticipation=anticipation,
        base_period=base_period,
        least=least,
    )
    return Effects(
        "att_gt", table, values, (*notes, *panel.notes), of, panel, base_period, anticipation, level, seed
    )


def _intervals(
    att: Floats, h: Floats, reference: Any, lone: Any, level: float, df: float, uniform: float
) -> dict[str, Floats]:
    se = np.sqrt((h**2).sum(axis=0))
    se = np.where(lone | ((se == 0) & ~reference), np.nan, se)
    point = point_critical(level, df)
    return {
        "att": att, "se": se, "lower": att - point * se, "upper": att + point * se,
        "lower_uniform": att - uniform * se, "upper_uniform": att + uniform * se,
    }  # fmt: skip


def _pre_test(of: Estimates, h: Floats, lone: Any, anticipation: int, base_period: str) -> dict[str, float]:
    """Wald test that all effects before (anticipated) treatment are 0, and the drift it would have found."""
    before = (of.time < of.group - anticipation) & ~of.reference & ~lone
    nothing = dict.fromkeys(PRE, float("nan"))
    if not before.any():
        return nothing | {"df": 0.0}
    values, vectors = np.linalg.eigh(h[:, before].T @ h[:, before])
    kept = values > 1e-10 * float(values[-1])
    rank = int(kept.sum())
    if not rank:
        return nothing | {"df": 0.0}
    inverse = (vectors[:, kept] / values[kept]) @ vectors[:, kept].T
    att = of.att[before]
    wald = float(att @ inverse @ att)
    distance = of.time - (of.group - 1 - anticipation)
    drift = np.ones(len(att)) if base_period == "varying" else distance[before].astype(float)
    information = float(drift @ inverse @ drift)
    return {
        "wald": wald,
        "df": float(rank),
        "p": float(stats.chi2.sf(wald, rank)),
        "detectable_trend": float(np.sqrt(_noncentrality(rank) / information)) if information > 0 else np.nan,
    }


def _noncentrality(df: int, size: float = 0.05) -> float:
    """λ at which a χ² test of `size` has the stated power."""
    from scipy.optimize import brentq

    critical = stats.chi2.ppf(1 - size, df)
    return float(brentq(lambda x: stats.ncx2.sf(critical, df, x) - POWER, 1e-6, 1000 + 20 * df))


def _aggregate(found: Effects, by: By, balance: int | None) -> EventStudy:
    of, panel, level = found.estimates, found.panel, found.level
    if of is None or panel is None:
        raise UsageError("此结果不含可合计的估计", "this result holds no estimates to add up")
    rows, overall = combined(of, by, balance=balance)
    h = half(of.root, rows.gradient)
    reference = (
        (rows.label == -1 - found.anticipation) & (found.base_period == "universal")
        if by == "event"
        else np.zeros(len(rows.att), dtype=bool)
    )
    uniform = critical_uniform(h, level=level, df=of.df, draws=DRAWS, seed=found.seed)
    shown = _intervals(rows.att, h, reference, np.zeros(len(rows.att), dtype=bool), level, of.df, uniform)
    table = pd.DataFrame(_labels(panel, by, rows) | shown | {"n": rows.cells.astype(float)})
    table["status"] = np.where(reference, "reference", "ok")
    se = float(np.sqrt((half(of.root, overall.gradient) ** 2).sum()))
    att, point = float(overall.att[0]), point_critical(level, of.df)
    values = {
        "att": att, "se": se, "lower": att - point * se, "upper": att + point * se, "critical_uniform": uniform,
        "detectable": (point + float(stats.norm.ppf(POWER))) * se,
        "p_pre": found["p"], "df_pre": found["df"], "detectable_trend": found["detectable_trend"],
        "n_units": found["n_units"], "n_treated": float(np.isin(panel.first, of.group[of.time >= of.group]).sum()),
        "horizon": float(rows.label.max()) if by == "event" else float("nan"),
    }  # fmt: skip
    kept = ~reference
    return EventStudy(
        f"att_{by}", table, values, (effect_notes.aggregated(by, balance), *found.notes), rows.att[kept],
        (h.T @ h)[np.ix_(kept, kept)], rows.label[kept], of.df, found.base_period,
    )  # fmt: skip


def _labels(panel: Panel, by: By, rows: Combined) -> dict[str, list[Any]]:
    if by == "simple":
        return {"estimand": ["overall"]}
    if by == "event":
        return {"event_time": [int(e) for e in rows.label]}
    return {"group" if by == "group" else "time": [panel.periods.labels[i] for i in rows.label]}
