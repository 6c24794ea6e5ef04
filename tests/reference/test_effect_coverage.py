"""How often the intervals of effects hold the truth: simulated, nominal 95 %, with as many draws as a few minutes allow.

Kaplan–Meier and pairs 10,000 draws, cohort effects 4,000; Cox, drifts, power and whole curves 1,000; imputation and redrawn roll-outs
400 and regressions with few clusters 200, because each draw fits a model (0.1 to 0.3 s). The Monte-Carlo error of a share near 0.95 is
0.0022, 0.0034, 0.0069, 0.0109 and 0.0154.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from swe.stats.adoptions import _cox, adoption
from swe.stats.assignment import randomisation
from swe.stats.effect_horizons import within
from swe.stats.group_time import att_gt, effects
from swe.stats.imputations import imputation
from swe.stats.matching import _limits
from swe.stats.panel_frames import Panel, read_panel
from swe.stats.power_analysis import power
from swe.stats.survival_curve import kaplan_meier, median
from swe.stats.two_way import clustered

NAMES = {"outcome": "y", "unit": "u", "time": "t", "first_treated": "g"}
pytestmark = pytest.mark.slow


def roll_out(seed: int, *, n: int = 240, periods: int = 6, effect: float = 0.5) -> pd.DataFrame:
    """Cohorts 0, 3 and 5, an effect that is the same in every cohort and period, independent noise and unit levels."""
    rng = np.random.default_rng(seed)
    g = np.array([0, 3, 5])[np.arange(n) % 3]
    t = np.arange(1, periods + 1)
    y = (
        rng.normal(size=(n, 1))
        + rng.normal(size=(n, periods))
        + effect * ((g[:, None] > 0) & (t >= g[:, None]))
    )
    return pd.DataFrame(
        {
            "u": np.repeat(np.arange(n), periods),
            "t": np.tile(t, n),
            "g": np.repeat(g, periods),
            "y": y.ravel(),
        }
    )


def read(seed: int, **more: object) -> Panel:
    return read_panel(roll_out(seed, **more), **NAMES, beyond=None, covariates=(), cluster=None)  # type: ignore[arg-type]


def near(share: float, draws: int, *, wanted: float = 0.95) -> bool:
    """Within a hundredth, or within 3.3 Monte-Carlo errors where that is wider (false alarm 0.1 %)."""
    return abs(share - wanted) <= max(0.01, 3.3 * (wanted * (1 - wanted) / draws) ** 0.5)


def test_overall_effects_of_cohorts_are_held_in_95_of_100() -> None:
    draws, held = 4_000, {"simple": 0, "group": 0}
    template = read(0)
    t = np.arange(len(template.periods))
    on = t >= template.first[:, None]
    rng = np.random.default_rng(1)
    for _ in range(draws):
        y = rng.normal(size=(template.n, 1)) + rng.normal(size=on.shape) + 0.5 * on
        found = effects(_with(template, y), joint=False)
        for by in held:
            sums = found.aggregate(by)  # type: ignore[arg-type]
            held[by] += sums["lower"] <= 0.5 <= sums["upper"]
    assert all(near(count / draws, draws) for count in held.values()), held


def _with(panel: Panel, outcome: np.ndarray) -> Panel:
    from dataclasses import replace

    return replace(panel, outcome=outcome)


def test_drifts_before_set_up_are_held_in_95_of_100() -> None:
    draws, held = 1_000, 0
    for seed in range(draws):
        frame = roll_out(seed, periods=8)
        frame["y"] += 0.1 * frame["t"] * (frame["g"] > 0)
        found = att_gt(frame, **NAMES, base_period="universal", control="never").aggregate("event")
        cut = within(found, last=1, leads=3)
        held += cut["drift_lower"] <= 0.1 <= cut["drift_upper"]
    assert near(held / draws, draws), held / draws


def test_imputed_effects_are_held_at_least_as_often_as_they_say() -> None:
    """Conservative by construction where effects differ within a cohort and period; here they do not."""
    draws, held = 400, 0
    for seed in range(draws):
        found = imputation(roll_out(seed), **NAMES)
        held += found["lower"] <= 0.5 <= found["upper"]
    assert 0.915 <= held / draws <= 0.99, held / draws


def test_pairs_hold_the_effect_as_often_as_randomisation_says() -> None:
    """Twelve pairs, all 4,096 signs: at least 95 %, and no more than a grid of that many signs makes it."""
    draws, held = 10_000, 0
    rng = np.random.default_rng(2)
    for _ in range(draws):
        difference = 0.3 + rng.normal(size=12)
        lower, upper = _limits(difference, 0.95, 100, 0)
        held += lower <= 0.3 <= upper
    assert near(held / draws, draws), held / draws


def test_curves_of_waiting_hold_the_share_and_the_median() -> None:
    draws, held, middle = 10_000, 0, 0
    rng = np.random.default_rng(3)
    for _ in range(draws):
        opened, end = rng.exponential(10, 200), rng.uniform(5, 25, 200)
        curve = kaplan_meier(np.minimum(opened, end), opened <= end)
        at = int(np.searchsorted(curve.time, 6.0, side="right")) - 1
        held += curve.lower[at] <= np.exp(-0.6) <= curve.upper[at]
        _, low, high = median(curve)
        middle += low <= 10 * np.log(2) <= (np.inf if np.isnan(high) else high)
    assert near(held / draws, draws), held / draws
    assert near(middle / draws, draws), middle / draws


def test_hazard_ratios_are_held_with_and_without_clusters() -> None:
    draws, held = 1_000, np.zeros(2)
    rng = np.random.default_rng(4)
    for _ in range(draws):
        x = rng.normal(size=(240, 1))
        opened, end = rng.exponential(10 * np.exp(-0.4 * x[:, 0])), rng.uniform(5, 25, 240)
        for k, groups in enumerate((None, np.arange(240) // 3)):
            beta, se = _cox(np.minimum(opened, end), opened <= end, x, groups)
            held[k] += abs(beta[0] - 0.4) <= 1.959964 * se[0]
    assert near(held[0] / draws, draws) and 0.925 <= held[1] / draws <= 0.965, held / draws


def test_the_interval_of_a_clustered_regression_with_few_clusters_is_close() -> None:
    """Twenty clusters of six, half of them treated: CRV3 with t(19)."""
    draws, held = 200, 0
    for seed in range(draws):
        rng = np.random.default_rng(seed)
        c = np.repeat(np.arange(20), 6)
        d = (c % 2).astype(float)
        y = rng.normal(size=20)[c] + rng.normal(size=120) + 0.5 * d
        row = clustered(
            pd.DataFrame({"y": y, "d": d, "c": c}), outcome="y", terms=["d"], cluster="c", inference="crv3"
        ).table.iloc[0]
        held += row["lower"] <= 0.5 <= row["upper"]
    assert 0.9 <= held / draws <= 0.99, held / draws


def test_randomisation_p_values_are_uniform_where_nothing_happened() -> None:
    """99 redrawn roll-outs: p is one of 1/100, 2/100 …; P(p ≤ a) = a for those."""
    draws = 400
    p = np.array(
        [
            randomisation(roll_out(s, n=24, periods=5, effect=0.0), **NAMES, draws=99, seed=s)["p"]
            for s in range(draws)
        ]
    )
    for a in (0.05, 0.1, 0.25, 0.5, 0.75):
        share = float((p <= a + 1e-9).mean())
        assert abs(share - a) <= 3.3 * (a * (1 - a) / draws) ** 0.5, (a, share)


def test_an_effect_of_the_size_told_is_found_as_often_as_told() -> None:
    """The smallest effect that `power` names, put into panels drawn on their own: 80 %."""
    told = power({0: 40, 3: 40}, periods=5, sd=1.0, n_sim=1_000)
    draws, found = 1_000, 0
    for seed in range(draws):
        rng = np.random.default_rng(90_000 + seed)
        g = np.repeat([0, 3], 40)
        t = np.arange(1, 6)
        y = rng.normal(size=(80, 5)) + told["mde"] * ((g[:, None] > 0) & (t >= g[:, None]))
        frame = pd.DataFrame(
            {"u": np.repeat(np.arange(80), 5), "t": np.tile(t, 80), "g": np.repeat(g, 5), "y": y.ravel()}
        )
        overall = att_gt(frame, **NAMES).aggregate("simple")
        found += overall["lower"] > 0 or overall["upper"] < 0
    assert abs(found / draws - 0.8) <= 0.05, found / draws


def test_a_share_of_places_set_up_is_that_of_the_simulation() -> None:
    """The whole way, from dates to a curve: 1,000 draws of 150 places over 24 months."""
    draws, held = 1_000, 0
    for seed in range(draws):
        rng = np.random.default_rng(seed)
        month = rng.exponential(20, 150)
        rows = pd.DataFrame({"u": range(150), "opened": np.where(month <= 24, np.ceil(month), np.nan)})
        curve = adoption(rows, unit="u", start=0, event="opened", end=24).curve
        at = curve[curve["time"] <= 12].iloc[-1]
        held += at["lower"] <= np.exp(-12 / 20) <= at["upper"]
    assert near(held / draws, draws), held / draws
