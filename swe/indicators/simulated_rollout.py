"""A simulated roll-out of stations over real townships, with an effect that is known because it was put there.

Estimators can be shown, and their plans written, before anybody has real outcomes; nothing here says anything about a place.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from swe.core.errors import UsageError
from swe.indicators.panel_units import units_below
from swe.reference import regions, register
from swe.stats.frames import Floats

OUTCOME = "families_found"
FIRST = pd.Period("2020-01", freq="M")  # the first year of Guizhou's plan of five steps in five years
PHASES = ("pilot", "refine", "promote", "spread", "consolidate")
# Shares of township units with a station at the close of a month. 755 of 1,510 by 2022-09 and 1,094 by 2023-05 are published
# (data/reference/published/figures.csv, B016 and F03-010); the others are ours, and so is that some units stay without.
REACHED = {
    "2020-06": 0.0, "2020-12": 0.04, "2021-12": 0.20, "2022-09": 755 / 1510, "2023-05": 1094 / 1510, "2023-12": 0.80,
    "2024-12": 0.88, "2025-12": 0.92,
}  # fmt: skip
PHASE_FROM = {
    "pilot": "2020-07",
    "refine": "2021-01",
    "promote": "2022-01",
    "spread": "2023-01",
    "consolidate": "2024-01",
}
# Families found a month in addition, on the first month and after a year, by phase; the early ones gain more, so that a
# regression with two-way fixed effects mixes them up. Ours.
EFFECT = {
    "pilot": (0.8, 2.4),
    "refine": (0.7, 2.0),
    "promote": (0.6, 1.6),
    "spread": (0.5, 1.2),
    "consolidate": (0.4, 0.8),
}
GROWING = 12  # months
SEASON = (0.9, 0.7, 1.1, 1.0, 1.0, 1.1, 1.0, 0.9, 1.1, 1.1, 1.0, 1.1)  # January first; ours


def simulated_rollout(region: str = "52", *, seed: int, months: int = 72) -> pd.DataFrame:
    """A panel of real township units with simulated openings by plan phase and a population-side outcome of known effect.

    Parameters
    ----------
    region
        Code or name; its units are those of the newest register (Guizhou: 1,510).
    seed
        Of `np.random.default_rng`; the same seed gives the same frame.
    months
        From 2020-01 on, 12 to 72.

    Returns
    -------
    DataFrame
        A row for each unit and month, sorted: `unit name county province kind villages phase time first_treated treated
        families_found true_effect simulated`. `time` and `first_treated` are pandas Periods, NaT where no station opens by
        2025-12; openings after the last month stay (say `beyond` to the estimator). `families_found` is Poisson with mean
        (level of the unit + month) plus `true_effect` while a station is open: trends are parallel in means. `simulated` is
        True throughout; `.attrs`: `outcome outcome_kind simulated seed`.

    Raises
    ------
    UsageError
        An unknown region or one without township units, months outside 12 to 72, a seed that is no whole number.

    Examples
    --------
    >>> found = simulated_rollout("522702", seed=1, months=24)
    >>> len(found), found["unit"].nunique(), bool(found["simulated"].all()), found.attrs["outcome_kind"]
    (192, 8, True, 'population')
    """
    _options(seed, months)
    place = regions.region(region)
    codes = units_below([place.code], unit="township", vintage=register.NEWEST)
    if not codes:
        raise UsageError(f"{place.name} 没有乡镇级单位", f"{place.code} has no township units")
    rng = np.random.default_rng(seed)
    rows = register.rows(register.NEWEST)
    villages = np.array([float(rows[code].villages or 0) for code in codes])
    opened = _openings(codes, rng)
    phase = _phases(opened)
    time = np.arange(months)
    effect = _effect(opened, phase, time)
    mean = _level(villages, time, rng) + effect
    spans = pd.period_range(FIRST, periods=months, freq="M")
    each = np.repeat(np.arange(len(codes)), months)
    first = pd.PeriodIndex([FIRST + int(m) if m >= 0 else pd.NaT for m in opened], freq="M")
    frame = pd.DataFrame(
        {
            "unit": np.array(codes)[each],
            "name": np.array([rows[code].name for code in codes])[each],
            "county": np.array([code[:6] for code in codes])[each],
            "province": np.array([code[:2] for code in codes])[each],
            "kind": np.array([rows[code].kind for code in codes])[each],
            "villages": villages[each].astype(int),
            "phase": phase[each],
            "time": spans[np.tile(time, len(codes))],
            "first_treated": first[each],
            "treated": ((opened[:, None] >= 0) & (time >= opened[:, None])).astype(int).ravel(),
            OUTCOME: rng.poisson(mean).ravel().astype(float),
            "true_effect": effect.ravel(),
            "simulated": True,
        }
    )
    frame.attrs.update(outcome=OUTCOME, outcome_kind="population", simulated=True, seed=seed)
    return frame


def true_att(frame: pd.DataFrame) -> pd.DataFrame:
    """The effect that was put in, by months since opening: `event_time att n`; what an event study should find.

    >>> true_att(simulated_rollout("522702", seed=1, months=48)).columns.tolist()
    ['event_time', 'att', 'n']
    """
    on = frame[frame["treated"] == 1]
    since = on["time"].astype("int64") - on["first_treated"].astype("int64")
    found = on.groupby(since.rename("event_time"))["true_effect"].agg(["mean", "size"]).reset_index()
    return found.rename(columns={"mean": "att", "size": "n"})


def _options(seed: int, months: int) -> None:
    if isinstance(seed, bool) or not isinstance(seed, int | np.integer) or seed < 0:
        raise UsageError(
            f"seed 须为非负整数，收到的是 {seed!r}", f"seed must be a whole number ≥ 0, not {seed!r}"
        )
    if isinstance(months, bool) or not isinstance(months, int | np.integer) or not 12 <= months <= 72:
        raise UsageError(
            f"months 须为 12 至 72，收到的是 {months!r}", f"months must be 12 to 72, not {months!r}"
        )


def _openings(codes: tuple[str, ...], rng: np.random.Generator) -> NDArray[np.int64]:
    """Month of opening (0 is the first), −1 for none by 2025-12: a random queue in which counties tend to move together."""
    counties, where = np.unique([code[:6] for code in codes], return_inverse=True)
    eager = rng.normal(size=len(counties))[where] + rng.normal(size=len(codes))
    queue = np.empty(len(codes))
    queue[np.argsort(-eager)] = (np.arange(len(codes)) + 0.5) / len(codes)
    months = [(pd.Period(month, freq="M") - FIRST).n for month in REACHED]
    shares = list(REACHED.values())
    opened = np.full(len(codes), -1, dtype=np.int64)
    for (before, after), (low, high) in zip(pairwise(months), pairwise(shares), strict=True):
        inside = (queue >= low) & (queue < high)
        opened[inside] = (
            before + 1 + ((queue[inside] - low) / (high - low) * (after - before)).astype(np.int64)
        )
    return opened


def _phases(opened: NDArray[np.int64]) -> NDArray[np.object_]:
    starts = [(pd.Period(PHASE_FROM[name], freq="M") - FIRST).n for name in PHASES]
    found = np.array(PHASES, dtype=object)[np.searchsorted(starts, opened, side="right") - 1]
    return np.where(opened < 0, "none", found)


def _effect(opened: NDArray[np.int64], phase: NDArray[np.object_], time: NDArray[np.int64]) -> Floats:
    start = np.array([EFFECT.get(name, (0.0, 0.0))[0] for name in phase])[:, None]
    later = np.array([EFFECT.get(name, (0.0, 0.0))[1] for name in phase])[:, None]
    since = time - opened[:, None]
    grown = start + (later - start) * np.clip(since / GROWING, 0, 1)
    return np.where((opened[:, None] >= 0) & (since >= 0), grown, 0.0)


def _level(villages: Floats, time: NDArray[np.int64], rng: np.random.Generator) -> Floats:
    """Means without a station: larger places find more; all places share one season and one slow rise."""
    unit = 3 + 0.15 * np.sqrt(villages) + rng.gamma(2.0, 0.5, size=len(villages))
    month = 0.02 * time + np.array(SEASON)[time % 12] - 1
    return unit[:, None] + month
