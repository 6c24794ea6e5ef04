"""A simulated country: townships by months, cohorts of set-up, and effects that are known.

The effect grows with the time since set-up and is larger for the first cohorts, which is what makes two-way fixed effects
wrong; every figure that is estimated from it can be held against the truth.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

UNITS, PERIODS = 38_000, 72  # townships of the country; six years of months
COUNTIES = 2_900
NEVER_SHARE = 0.12
FIRST, LAST = 13, 66  # months of the first and the last cohort
GROWTH = 12.0  # months after which the effect is at 63 % of its limit


@dataclass(frozen=True)
class Country:
    """A panel and its truth.

    frame  columns `town county month first_treated outcome`, a row a town and month; 0 for never treated
    truth  columns `group time att`, the effect of every cohort and month after set-up
    """

    frame: pd.DataFrame
    truth: pd.DataFrame

    def simple(self, *, until: int | None = None) -> float:
        """Mean of the true effects over treated town-months, as the overall estimate weights them."""
        sizes = self.frame.drop_duplicates("town")["first_treated"].value_counts()
        rows = self.truth if until is None else self.truth[self.truth["time"] <= until]
        return float(np.average(rows["att"], weights=sizes.loc[rows["group"]]))


def country(
    *, units: int = UNITS, periods: int = PERIODS, cohorts: int = 20, level: float = 0.6, seed: int = 0
) -> Country:
    """A country with `cohorts` dates of set-up; `level` is the limit of the first cohort's effect, in SDs of the outcome."""
    rng = np.random.default_rng(seed)
    last = min(LAST, periods - 3)
    starts = np.unique(np.linspace(min(FIRST, periods // 4 + 1), last, cohorts).round().astype(int))
    never = rng.random(units) < NEVER_SHARE
    first = np.where(never, 0, starts[rng.integers(0, len(starts), units)])
    month = np.arange(1, periods + 1)
    county = rng.integers(0, max(2, COUNTIES * units // UNITS), units)
    town = rng.normal(0, 1, units)
    trend = np.cumsum(rng.normal(0.01, 0.02, periods))
    season = 0.2 * np.sin(2 * np.pi * month / 12)
    noise = rng.standard_normal((units, periods))
    for t in range(1, periods):
        noise[:, t] = 0.4 * noise[:, t - 1] + np.sqrt(1 - 0.16) * noise[:, t]
    y = town[:, None] + trend + season + noise
    y += effect(first[:, None], month, starts, level)
    frame = pd.DataFrame(
        {
            "town": np.repeat(np.arange(units), periods),
            "county": np.repeat(county, periods),
            "month": np.tile(month, units),
            "first_treated": np.repeat(first, periods),
            "outcome": y.ravel(),
        }
    )
    truth = [
        (int(g), int(t), float(effect(np.array(g), np.array(t), starts, level)))
        for g in starts
        if (first == g).any()
        for t in month[month >= g]
    ]
    return Country(frame, pd.DataFrame(truth, columns=["group", "time", "att"]))


def effect(first: np.ndarray, month: np.ndarray, starts: np.ndarray, level: float) -> np.ndarray:
    """Grows to a limit that falls from the first cohort to half of it at the last."""
    late = (first - starts[0]) / max(1, starts[-1] - starts[0])
    grown = 1 - np.exp(-(month - first + 1) / GROWTH)
    return np.where((first > 0) & (month >= first), level * (1 - 0.5 * late) * grown, 0.0)
