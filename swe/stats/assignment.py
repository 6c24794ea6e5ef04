"""Randomisation inference: how unusual the estimate is among all roll-outs that could have been drawn.

With few treated places asymptotic errors are too small; redrawing who got a station, at the level at which that was decided,
needs no asymptotics.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from swe.core.errors import DataError, UsageError
from swe.show.result import Note, Result
from swe.stats.cohort_moments import moments
from swe.stats.effect_aggregates import combined, standard_errors
from swe.stats.frames import choice, require
from swe.stats.group_cells import Control, clean_cells, from_moments
from swe.stats.group_time import without_always_treated
from swe.stats.panel_frames import Beyond, Gaps, OutcomeKind, Panel, read_panel
from swe.stats.period_index import NEVER, Ints

REFERENCE = Note(
    "reference",
    "Fisher (1935)；聚类层级与学生化：MacKinnon & Webb (2020)，doi:10.1016/j.jeconom.2020.04.024；Roth & Sant'Anna (2023)，"
    "doi:10.1086/726581",
    "Fisher (1935); at the level of clusters and studentised: MacKinnon & Webb (2020), doi:10.1016/j.jeconom.2020.04.024; Roth & "
    "Sant'Anna (2023), doi:10.1086/726581",
)
ASSUMPTION = Note(
    "method",
    "前提：在同一层（strata）之内，谁在何时建站可以看作随机；若按需要或条件挑选，p 值只是参照",
    "assumption: within strata it is as good as random who was treated when; if places were picked by need or readiness, p is a "
    "yardstick only",
)


def randomisation(
    panel: pd.DataFrame,
    *,
    outcome: str,
    unit: str,
    time: str,
    first_treated: str,
    assigned_by: str | None = None,
    strata: str | None = None,
    control: Control = "not_yet",
    beyond: Beyond | None = None,
    outcome_kind: OutcomeKind = "population",
    gaps: Gaps = "error",
    min_controls: int = 1,
    draws: int = 999,
    seed: int = 0,
) -> Result:
    """Test that set-up had no effect anywhere, by redrawing the dates of set-up at the level of assignment.

    Parameters
    ----------
    assigned_by
        Column of what was assigned as a whole (county, pair); by default the unit. Set-up must be one date within it.
    strata
        Column within which dates are redrawn (province, pair); by default all together.
    draws
        Roll-outs drawn; p = (1 + those at least as extreme) / (1 + draws).

    Returns
    -------
    Result
        `kind="randomisation"`. Values: `att se p n_assigned n_treated draws`; the statistic is the overall effect over its
        standard error. Table: `draw statistic`.

    Raises
    ------
    DataError
        Dates that differ within what was assigned, nothing to redraw, or a wrong panel as in `att_gt`.

    References
    ----------
    MacKinnon & Webb (2020), doi:10.1016/j.jeconom.2020.04.024.

    Examples
    --------
    >>> rows = [(u, t, (u * 7 + t * 3) % 5 + 9.0 * (u < 6 and t > 2), 3 * (u < 6)) for u in range(16) for t in (1, 2, 3, 4)]
    >>> frame = pd.DataFrame(rows, columns=["town", "year", "y", "first"])
    >>> randomisation(frame, outcome="y", unit="town", time="year", first_treated="first", draws=199)["p"]
    0.005
    """
    choice("control", control, ("not_yet", "never"))
    if not isinstance(draws, int) or isinstance(draws, bool) or draws < 99:
        raise UsageError(
            f"draws 须为不小于 99 的整数，收到的是 {draws!r}",
            f"draws must be a whole number from 99, not {draws!r}",
        )
    read = read_panel(
        panel, outcome=outcome, unit=unit, time=time, first_treated=first_treated, cluster=assigned_by, beyond=beyond,
        gaps=gaps, outcome_kind=outcome_kind,
    )  # fmt: skip
    read = without_always_treated(read, 0)
    groups = np.arange(read.n) if read.cluster is None else read.cluster
    dates = _dates(read.first, groups)
    stratum = _strata(panel, unit, strata, read, groups)
    _redrawable(dates, stratum)
    rng = np.random.default_rng(seed)
    att, se = _studentised(read, dates[groups], control, min_controls)
    statistics = [att / se]
    for _ in range(draws):
        drawn = dates.copy()
        for s in np.unique(stratum):
            inside = np.flatnonzero(stratum == s)
            drawn[inside] = dates[rng.permutation(inside)]
        again, error = _studentised(read, drawn[groups], control, min_controls)
        statistics.append(again / error)
    seen = np.abs(np.array(statistics))
    extreme = int((seen[1:] >= seen[0] * (1 - 1e-12)).sum())
    treated = int((dates < len(read.periods)).sum())
    values = {
        "att": att,
        "se": se,
        "p": (1 + extreme) / (1 + draws),
        "n_assigned": float(len(dates)),
        "n_treated": float(treated),
        "draws": float(draws),
    }
    table = pd.DataFrame({"draw": np.arange(draws + 1), "statistic": statistics})
    level = assigned_by or unit
    notes = (
        Note(
            "method",
            f"随机化推断：按“{level}”重抽建站时间 {draws} 次（种子 {seed}）{'，在“' + strata + '”之内' if strata else ''}；"
            "统计量为总效应除以其标准误",
            f"randomisation inference: dates of set-up redrawn {draws} times over {level!r} (seed {seed})"
            f"{', within ' + repr(strata) if strata else ''}; the statistic is the overall effect over its standard error",
        ),
        REFERENCE,
        ASSUMPTION,
        Note("n", f"{len(dates)} 个分配单位，其中 {treated} 个受处理", f"{len(dates)} assigned, {treated} of them treated"),
    )  # fmt: skip
    return Result("randomisation", table, values, (*notes, *read.notes))


def _studentised(panel: Panel, first: Ints, control: Control, least: int) -> tuple[float, float]:
    of = moments(replace(panel, first=first))
    cells = clean_cells(
        of.cohorts, of.sizes, len(panel.periods), control=control, anticipation=0, base_period="varying", least=least
    )  # fmt: skip
    if not (cells.time >= cells.group).any():
        raise DataError("没有可用的比较", "there is no clean comparison")
    estimates = from_moments(of, cells, np.inf)
    _, overall = combined(estimates, "simple")
    se = float(standard_errors(estimates.root, overall.gradient)[0])
    if se == 0:
        raise DataError("结果没有变异，无从检验", "the outcome does not vary: nothing can be tested")
    return float(overall.att[0]), se


def _dates(first: Ints, groups: Ints) -> Ints:
    dates = np.empty(int(groups.max()) + 1, dtype=np.int64)
    dates[groups] = first
    mixed = len(np.unique(groups[dates[groups] != first]))
    if mixed:
        raise DataError(
            f"{mixed} 个分配单位内建站时间不一：请改用真正做出决定的层级",
            f"dates of set-up differ within {mixed} of what was assigned: name the level at which it was decided",
        )
    return dates


def _strata(data: pd.DataFrame, unit: str, strata: str | None, panel: Panel, groups: Ints) -> Ints:
    size = int(groups.max()) + 1
    if strata is None:
        return np.zeros(size, dtype=np.int64)
    require(data, [strata])
    by_unit = data.drop_duplicates(unit).set_index(unit)[strata]
    codes = pd.factorize(by_unit.loc[list(panel.units)], use_na_sentinel=True)[0]
    found = np.full(size, -1, dtype=np.int64)
    found[groups] = codes
    if (found[groups] != codes).any() or (codes < 0).any():
        raise DataError(
            f"列“{strata}”有空值，或在分配单位内不一致",
            f"column {strata!r} has gaps or differs within what was assigned",
        )
    return found


def _redrawable(dates: Ints, stratum: Ints) -> None:
    if all(len(np.unique(dates[stratum == s])) == 1 for s in np.unique(stratum)):
        raise DataError(
            "每一层之内建站时间都相同，没有可重抽的",
            "dates of set-up are equal within every stratum: there is nothing to redraw",
        )
    if (dates == NEVER).all():
        raise DataError("没有单位受处理", "nobody is treated")
