"""Effects by imputation: what treated places would have had, from units and periods without treatment.

Efficient where effects before treatment are nil and errors alike; it leans on parallel trends in every earlier period, so it
stands beside group-time effects rather than in their place.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from swe.core.errors import DataError
from swe.show.result import Note, Result
from swe.stats import diff_diff_adapter, effect_notes
from swe.stats.frames import fraction
from swe.stats.group_time import check_options, without_always_treated
from swe.stats.panel_frames import Beyond, Gaps, OutcomeKind, Spillover, read_panel

METHOD = Note(
    "method",
    "先用未处理的单位—时期估计单位与时期效应，再推算处理单位若未处理的数，差即效应；标准误保守（按批次与建站后期数分组）",
    "unit and period effects from untreated unit-periods impute what treated ones would have had; the difference is the effect. "
    "Standard errors are conservative (averaged by cohort and time since set-up)",
)
REFERENCE = Note(
    "reference",
    "Borusyak, Jaravel & Spiess (2024)，doi:10.1093/restud/rdae007",
    "Borusyak, Jaravel & Spiess (2024), doi:10.1093/restud/rdae007",
)
ASSUMPTION = Note(
    "method",
    "前提：处理前所有时期都平行（比分批次估计更强），建站前无提前反应，一地建站不影响别处",
    "assumptions: parallel trends in all periods before treatment (more than group-time effects need), no reaction ahead of "
    "set-up beyond what is allowed for, no reach into other places",
)


def imputation(
    panel: pd.DataFrame,
    *,
    outcome: str,
    unit: str,
    time: str,
    first_treated: str,
    anticipation: int = 0,
    covariates: Sequence[str] = (),
    cluster: str | None = None,
    beyond: Beyond | None = None,
    outcome_kind: OutcomeKind = "population",
    treated: str | None = None,
    hub: str | None = None,
    spillover: Spillover = "note",
    gaps: Gaps = "error",
    min_controls: int = 5,
    level: float = 0.95,
) -> Result:
    """Average effect on the treated by imputation (Borusyak, Jaravel & Spiess 2024), through diff-diff.

    Arguments are those of `att_gt`. Periods with fewer than `min_controls` untreated units are left out: their period effect
    would rest on hardly anyone.

    Returns
    -------
    Result
        `kind="imputation"`. Values: `att se lower upper n`. Table: `event_time att se lower upper n status`, n unit-periods.

    Raises
    ------
    DataError, UsageError
        As `att_gt`.

    References
    ----------
    Borusyak, Jaravel & Spiess (2024), Revisiting event-study designs, doi:10.1093/restud/rdae007.

    Examples
    --------
    >>> first = {u: 0 if u < 20 else 3 for u in range(40)}
    >>> rows = [(u, t, u % 5 + t * (u % 3) + 2.0 * (0 < first[u] <= t), first[u]) for u in range(40) for t in range(1, 5)]
    >>> frame = pd.DataFrame(rows, columns=["town", "year", "y", "first"])
    >>> found = imputation(frame, outcome="y", unit="town", time="year", first_treated="first")
    >>> abs(found["att"] - 2.0) < 0.2
    True
    """
    check_options("not_yet", anticipation, "varying", min_controls, level)
    fraction("level", level)
    read = read_panel(
        panel, outcome=outcome, unit=unit, time=time, first_treated=first_treated, covariates=covariates, cluster=cluster,
        treated=treated, hub=hub, spillover=spillover, beyond=beyond, gaps=gaps, outcome_kind=outcome_kind,
    )  # fmt: skip
    read = without_always_treated(read, anticipation)
    left = np.array([(read.first > t + anticipation).sum() for t in range(len(read.periods))])
    enough = np.flatnonzero(left >= min_controls)
    if not len(enough) or not (read.first <= enough[-1]).any():
        raise DataError(
            f"没有可用的比较：可作对照的单位不足 {min_controls} 个",
            f"there is no comparison left: fewer than {min_controls} untreated units",
        )
    cut = read.until(int(enough[-1]) + 1)
    values, table = diff_diff_adapter.imputed(cut, anticipation=anticipation, level=level)
    table["status"] = np.where(np.isfinite(table["se"]), "ok", "below_validity")
    last = str(read.periods.label(int(enough[-1])))
    horizon = Note(
        "method" if len(enough) == len(read.periods) else "warning",
        f"估计至 {last} 止，此后可作对照的单位不足 {min_controls} 个"
        if len(enough) < len(read.periods)
        else f"估计至面板末期 {last}",
        f"estimates stop at {last}: later fewer than {min_controls} untreated units are left"
        if len(enough) < len(read.periods)
        else f"estimates run to the panel's end, {last}",
    )
    n = Note(
        "n",
        f"{cut.n:,} 个单位 × {len(cut.periods)} 期",
        f"{cut.n:,} units × {len(cut.periods)} periods",
    )
    notes = (METHOD, REFERENCE, ASSUMPTION, horizon, n, *effect_notes.clusters(cut), *read.notes)
    return Result("imputation", table, values, notes)
