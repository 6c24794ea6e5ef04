"""A country of known truth: without differences none are found beyond the promise, and planted ones are found at it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pytest

from swe.indicators.comparison import compared
from swe.indicators.comparison_one import Compared

NATIONAL = 38_621  # township units of the register of 2023-06-30
# Chance of lying outside of the 99.8 % limits: 0.2 % for rates; interpolated limits of shares with 20 to 79 in the
# denominator let 0.286 % out at 0.7 (binomial probabilities summed with scipy), because counts are whole.
OUTSIDE = {False: 0.002, True: 0.00286}
PROMISED = 0.05  # false discovery rate, and chance of a second tier where there is one


@dataclass(frozen=True)
class Country:
    """Stations with months open, and which of them truly stand out."""

    frame: pd.DataFrame
    outlying: Any


def country(
    stations: int,
    *,
    seed: int,
    rate: float = 0.8,
    spread: float = 0.0,
    outlying: float = 0.0,
    share: bool = False,
) -> Country:
    """Counts of stations: `spread` the coefficient of variation between true rates, a share `outlying` three times as
    active or a third; with `share` closed cases of some opened, 30 % instead of 70 %."""
    rng = np.random.default_rng(seed)
    true = np.arange(stations) < round(outlying * stations)
    if share:
        exposure = rng.integers(20, 80, stations).astype(float)
        count = rng.binomial(exposure.astype(int), np.where(true, 0.3, 0.7))
    else:
        exposure = rng.integers(6, 25, stations).astype(float)
        usual = rng.gamma(1 / spread**2, spread**2, stations) if spread else np.ones(stations)
        factor = np.where(true, np.where(rng.random(stations) < 0.5, 3.0, 1 / 3), 1.0)
        count = rng.poisson(rate * usual * factor * exposure)
    measure = "cases_closed" if share else "valid_activities"
    units = [f"s{i}" for i in range(stations)]
    frame = pd.DataFrame({"unit": units, "measure": measure, "count": count, "exposure": exposure})
    return Country(frame, true)


def only(made: Country) -> Compared:
    return next(iter(compared(made.frame).measures.values()))


def found(made: Country, result: Compared) -> tuple[float, float]:
    """Share of the flagged that are no outliers, share of the outliers that are flagged."""
    flagged = result.table["flagged"].to_numpy() != 0
    return float((flagged & ~made.outlying).sum() / max(1, flagged.sum())), float(
        flagged[made.outlying].mean()
    )


def most(draws: int, chance: float) -> float:
    """Three standard errors above a chance in so many draws."""
    return chance + 3 * float(np.sqrt(chance * (1 - chance) / draws))


@pytest.mark.parametrize("share", [False, True])
def test_without_true_differences_the_comparison_says_so(share: bool) -> None:
    draws = 25
    results = [only(country(40, seed=seed, share=share)) for seed in range(draws)]
    assert sum(r.tiers > 1 for r in results) / draws <= most(draws, PROMISED)
    assert sum(r.flagged > 0 for r in results) / draws <= most(draws, PROMISED)
    outside = sum(r.funnel["outliers"] for r in results if r.funnel is not None)
    assert outside / (40 * draws) <= most(40 * draws, OUTSIDE[share])


def test_a_country_without_true_differences_shrinks_every_station_to_one_value() -> None:
    result = only(country(2_000, seed=4))
    raw, expected = result.table["value"].std(), result.table["expected_next"].std()
    assert expected < 0.15 * raw


@pytest.mark.parametrize(("share", "rate", "power"), [(False, 4.0, 0.9), (True, 0.8, 0.6)])
def test_one_in_a_hundred_is_found_at_the_promised_rate(share: bool, rate: float, power: float) -> None:
    pairs = [
        (made := country(1_500, seed=seed, outlying=0.01, rate=rate, share=share), only(made))
        for seed in range(4)
    ]
    wrong, right = (float(np.mean(each)) for each in zip(*(found(*pair) for pair in pairs), strict=True))
    assert wrong <= 2 * PROMISED  # the mean of four small sets of about fifteen
    assert right >= power


def test_the_usual_spread_is_not_taken_for_outliers() -> None:
    made = country(1_500, seed=1, spread=0.3, rate=4.0)
    result = only(made)
    plain = result.funnel
    assert plain is not None and plain["phi"] > 3
    assert result.flagged / 1_500 < 0.01


@pytest.mark.slow
@pytest.mark.parametrize("share", [False, True])
def test_the_whole_country_without_differences_is_one_tier(share: bool) -> None:
    result = only(country(NATIONAL, seed=11, share=share))
    assert (result.tiers, result.flagged) == (1, 0)
    assert result.funnel is not None and result.funnel["outliers"] / NATIONAL < most(NATIONAL, OUTSIDE[share])


@pytest.mark.slow
@pytest.mark.parametrize("spread", [0.0, 0.2])
def test_the_outliers_of_the_whole_country_are_found_at_the_promised_rate(spread: float) -> None:
    made = country(NATIONAL, seed=12, outlying=0.01, spread=spread, rate=4.0)
    wrong, right = found(made, only(made))
    assert wrong <= most(round(0.01 * NATIONAL), PROMISED)
    assert right > 0.6
