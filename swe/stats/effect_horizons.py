"""An event study cut to the periods that were planned: as far as clean controls reach, and as many leads before set-up.

A joint test over hundreds of small cohort-periods rests on a nearly singular covariance and says little; over a few leads,
each an average of many cohorts, a drift can be tested, and told how large it would have had to be to be seen.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from scipy import stats

from swe.core.errors import DataError, UsageError
from swe.show.result import Note
from swe.stats import effect_notes
from swe.stats.frames import Floats, fraction
from swe.stats.group_cells import critical_uniform, point_critical
from swe.stats.group_time import DRAWS, POWER, EventStudy


def within(
    event: EventStudy,
    *,
    last: int | None = None,
    leads: int | None = None,
    level: float = 0.95,
    seed: int = 0,
) -> EventStudy:
    """The event study up to `last` periods after set-up and from `leads` periods before it.

    Parameters
    ----------
    event
        `att_gt(…, base_period="universal").aggregate("event")`.
    last
        Last period after set-up that is kept (the horizon of a plan); by default all.
    leads
        Periods kept before the reference period; by default as many as periods after set-up.

    Returns
    -------
    EventStudy
        Of the same kind. `att se lower upper detectable` are of the mean over the periods kept after set-up; the uniform band
        covers the rows kept. `drift drift_lower drift_upper`: straight-line drift a period over the leads kept, by generalised
        least squares through 0 in the reference period; `p_pre` tests that it is 0, `detectable_trend` is the drift found with
        80 % power.

    Raises
    ------
    UsageError
        An event study with varying base periods, or numbers out of range.
    DataError
        Nothing after set-up is left.

    References
    ----------
    Roth (2022), Pretest with caution, doi:10.1257/aeri.20210236.

    Examples
    --------
    >>> import pandas as pd
    >>> from swe.stats.group_time import att_gt
    >>> first, noise = {u: 0 if u < 30 else 4 for u in range(60)}, np.random.default_rng(1).normal(size=(60, 8)) / 5
    >>> rows = [(u, t, noise[u, t] + 2 * (0 < first[u] <= t), first[u]) for u in range(60) for t in range(8)]
    >>> frame = pd.DataFrame(rows, columns=["town", "year", "y", "first"])
    >>> found = att_gt(frame, outcome="y", unit="town", time="year", first_treated="first", base_period="universal")
    >>> cut = within(found.aggregate("event"), last=2, leads=2)
    >>> cut.table["event_time"].tolist(), abs(cut["att"] - 2) < 0.2
    ([-3, -2, -1, 0, 1, 2], True)
    """
    fraction("level", level)
    if event.base_period != "universal":
        raise UsageError(
            "需要各期都与处理前最后一期比较：att_gt(…, base_period='universal')",
            "every period must be compared with the last before treatment: att_gt(…, base_period='universal')",
        )
    for name, value in (("last", last), ("leads", leads)):
        if value is not None and (isinstance(value, bool) or not isinstance(value, int) or value < 0):
            raise UsageError(f"{name} 须为非负整数", f"{name} must be a whole number from 0")
    time = np.asarray(event.event_time)
    table = event.table
    base = event.reference
    stop = int(time.max()) if last is None else last
    start = base - (stop + 1 if leads is None else leads)
    kept = (time >= start) & (time <= stop)
    if not (kept & (time >= 0)).any():
        raise DataError("建站后没有一期可以估计", "no period after set-up could be estimated")
    beta, covariance, time = event.beta[kept], event.covariance[np.ix_(kept, kept)], time[kept]
    after = time >= 0
    weights = after / after.sum()
    att, se = float(weights @ beta), float(np.sqrt(weights @ covariance @ weights))
    point = point_critical(level, event.df)
    uniform = critical_uniform(_root(covariance), level=level, df=event.df, draws=DRAWS, seed=seed)
    rows = table[table["event_time"].between(min(start, base), stop)].reset_index(drop=True)
    rows["lower_uniform"] = rows["att"] - uniform * rows["se"]
    rows["upper_uniform"] = rows["att"] + uniform * rows["se"]
    values = event.values | {
        "att": att, "se": se, "lower": att - point * se, "upper": att + point * se, "critical_uniform": uniform,
        "detectable": (point + float(stats.norm.ppf(POWER))) * se, "horizon": float(time.max()),
        "df_pre": float((time < base).any()), **_drift(beta, covariance, (time - base).astype(float), time < base, point, event.df),
    }  # fmt: skip
    n = int((time < base).sum())
    note = Note(
        "method",
        f"取建站后第 0 至 {int(time.max())} 期，总效应为其平均；处理前取 {n} 期，p_pre 检验这几期是否按直线偏离",
        f"event times 0 to {int(time.max())}, the overall effect is their mean; of the {n} leads kept p_pre tests a straight-line "
        "drift",
    )
    before = pre_test_notes(event)  # of all cells; the drift of the leads stands in its place
    rest = [other for other in event.notes if other not in before]
    cut = replace(
        event, table=rows, values=values, notes=(note, *rest), beta=beta, covariance=covariance, event_time=time
    )  # fmt: skip
    return replace(cut, notes=(*cut.notes, *pre_test_notes(cut)))


def pre_test_notes(event: EventStudy) -> list[Note]:
    """What its notes say of its pre-test."""
    told = {"p": "p_pre", "df": "df_pre", "detectable_trend": "detectable_trend"}
    return effect_notes.pre_trend({name: event[key] for name, key in told.items()})


def _root(covariance: Floats) -> Floats:
    """h with hᵀh = covariance."""
    values, vectors = np.linalg.eigh(covariance)
    return np.sqrt(np.clip(values, 0, None))[:, None] * vectors.T


def _drift(
    beta: Floats, covariance: Floats, distance: Floats, before: np.ndarray, point: float, df: float
) -> dict[str, float]:
    """Slope of the leads against their distance from the reference period, through zero there."""
    names = ("drift", "drift_lower", "drift_upper", "p_pre", "detectable_trend")
    if not before.any():
        return dict.fromkeys(names, float("nan"))
    d = distance[before]
    weighted = np.linalg.pinv(covariance[np.ix_(before, before)]) @ d
    information = float(d @ weighted)
    slope, se = float(weighted @ beta[before]) / information, information**-0.5
    tail = stats.norm.sf(abs(slope) / se) if np.isinf(df) else stats.t.sf(abs(slope) / se, df)
    found = (
        slope,
        slope - point * se,
        slope + point * se,
        2 * float(tail),
        (point + float(stats.norm.ppf(POWER))) * se,
    )
    return dict(zip(names, found, strict=True))
