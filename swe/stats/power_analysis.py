"""The smallest effect that a staggered panel would find, by simulation, before anyone looks at the outcome.

"No effect detected" means nothing without it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from numbers import Real

import numpy as np
import pandas as pd
from scipy import stats

from swe.core.errors import DataError, UsageError
from swe.show.result import Note, Result
from swe.stats import effect_notes
from swe.stats.cohort_moments import moments
from swe.stats.effect_aggregates import combined, standard_errors
from swe.stats.frames import Floats, choice, fraction
from swe.stats.group_cells import Control, clean_cells, from_moments
from swe.stats.panel_frames import Panel
from swe.stats.period_index import NEVER, Periods

AT_MOST = 4_000_000  # unit-periods in one simulated panel

METHOD = Note(
    "method",
    "按计划的批次与规模反复模拟没有影响的面板，用与 att_gt 相同的估计与区间检验；效应对所有批次与时期相同时，加上效应只平移估计值",
    "panels without an effect are simulated from the planned cohorts and tested with the estimator and interval of att_gt; an "
    "effect that is equal for all cohorts and periods only shifts the estimate",
)
REFERENCE = Note(
    "reference",
    "估计量：Callaway & Sant'Anna (2021)，doi:10.1016/j.jeconom.2020.12.001；面板检验力：Burlig, Preonas & Woerman (2020)，"
    "doi:10.1016/j.jdeveco.2020.102458",
    "estimator: Callaway & Sant'Anna (2021), doi:10.1016/j.jeconom.2020.12.001; power of panels: Burlig, Preonas & Woerman (2020), "
    "doi:10.1016/j.jdeveco.2020.102458",
)


def power(
    cohorts: Mapping[int, int],
    *,
    periods: int,
    sd: float,
    autocorrelation: float = 0.0,
    cluster_size: int = 1,
    icc: float = 0.0,
    control: Control = "not_yet",
    min_controls: int = 5,
    effects: Sequence[float] | None = None,
    alpha: float = 0.05,
    target: float = 0.8,
    n_sim: int = 300,
    seed: int = 0,
) -> Result:
    """Power and minimum detectable effect of a staggered roll-out, overall effect, by simulation.

    Parameters
    ----------
    cohorts
        First treated period (1 … periods) → units assigned; 0 → units never treated. Whole clusters are assigned together.
    periods
        Length of the panel.
    sd
        Standard deviation of the outcome within a unit over time (level differences between units cancel out).
    autocorrelation
        Of neighbouring periods of a unit (AR(1)), in [0, 1); monthly outcomes often have 0.3–0.7.
    cluster_size, icc
        Units a cluster (towns of a county), and the share of the within-unit variance that they have in common.
    effects
        Effects at which power is told; by default a grid up to twice the minimum detectable one.

    Returns
    -------
    Result
        `kind="power"`. Values: `mde power alpha n_sim`, `false_positives` (share of panels without effect found to have one)
        and `se` (mean standard error). Table: `effect power status`.

    Raises
    ------
    UsageError
        Options out of range. DataError: no clean comparison.

    References
    ----------
    Burlig, Preonas & Woerman (2020), doi:10.1016/j.jdeveco.2020.102458.

    Examples
    --------
    >>> found = power({0: 60, 4: 60, 6: 60}, periods=8, sd=1.0, n_sim=100)
    >>> 0.2 < found["mde"] < 0.6
    True
    """
    _check(cohorts, periods, sd, autocorrelation, cluster_size, icc, n_sim, effects)
    choice("control", control, ("not_yet", "never"))
    for name, value in (("alpha", alpha), ("target", target)):
        fraction(name, value)
    first = np.repeat([NEVER if g == 0 else g - 1 for g in cohorts], list(cohorts.values()))
    cluster = _clusters(cohorts, cluster_size)
    if len(first) * periods > AT_MOST:
        raise UsageError(
            f"模拟的面板过大（{len(first) * periods:,} 格）：请按比例缩小单位数，标准误随单位数的平方根变化",
            f"the simulated panel is too large ({len(first) * periods:,} cells): use fewer units in proportion; errors go with the "
            "square root of their number",
        )
    rng = np.random.default_rng(seed)
    drawn = np.array(
        [
            _one(rng, first, cluster, periods, sd, autocorrelation, icc, control, min_controls)
            for _ in range(n_sim)
        ]
    )
    estimate, se = drawn.T
    g = int(cluster.max()) + 1
    df = float(g - 1) if g < effect_notes.FEW_CLUSTERS else np.inf
    critical = (
        float(stats.t.ppf(1 - alpha / 2, df)) if np.isfinite(df) else float(stats.norm.ppf(1 - alpha / 2))
    )

    def of(effect: float) -> float:
        return float((np.abs(estimate + effect) > critical * se).mean())

    mde = _search(of, target, float(se.mean()))
    grid = [float(x) for x in effects] if effects is not None else list(np.linspace(0, 2 * mde, 21))
    table = pd.DataFrame({"effect": grid, "power": [of(x) for x in grid], "status": "ok"})
    error = float(np.sqrt(target * (1 - target) / n_sim))
    notes = [
        METHOD,
        REFERENCE,
        Note("n", f"{len(first):,} 个单位、{g} 个聚类、{periods} 期；模拟 {n_sim} 次，种子 {seed}，检验力的模拟误差约 {error:.1%}",
             f"{len(first):,} units, {g} clusters, {periods} periods; {n_sim} simulations, seed {seed}, simulation error of power about "
             f"{error:.1%}"),
    ]  # fmt: skip
    if of(0.0) > 2 * alpha:
        notes.append(
            Note("warning", f"没有影响时也有 {of(0.0):.1%} 被判为有：聚类太少，请用随机化推断",
                 f"{of(0.0):.1%} of panels without an effect are found to have one: too few clusters, use randomisation inference")
        )  # fmt: skip
    values = {
        "mde": mde,
        "power": target,
        "alpha": alpha,
        "n_sim": float(n_sim),
        "false_positives": of(0.0),
        "se": float(se.mean()),
    }
    return Result("power", table, values, tuple(notes))


def _check(
    cohorts: Mapping[int, int], periods: int, sd: float, autocorrelation: float, cluster_size: int, icc: float, n_sim: int,
    effects: Sequence[float] | None,
) -> None:  # fmt: skip
    whole = [cluster_size, n_sim, periods, *cohorts.keys(), *cohorts.values()]
    ok = all(isinstance(x, int | np.integer) and not isinstance(x, bool) for x in whole)
    ok = ok and cluster_size >= 1 and n_sim >= 20 and periods >= 2
    ok = ok and all(0 <= g <= periods and g != 1 for g in cohorts) and all(n > 0 for n in cohorts.values())
    ok = ok and any(cohorts) and isinstance(sd, Real) and sd > 0 and 0 <= autocorrelation < 1 and 0 <= icc < 1
    ok = ok and (effects is None or len(effects) > 0)
    if not ok:
        raise UsageError(
            "参数不合：cohorts 为“首次处理期（2 至 periods，0 为从未）: 单位数”，periods ≥ 2，sd > 0，autocorrelation 与 icc 在 [0, 1)，"
            "cluster_size ≥ 1，n_sim ≥ 20",
            "cohorts maps the first treated period (2 to periods, 0 for never) to units; periods ≥ 2, sd > 0, autocorrelation and icc "
            "in [0, 1), cluster_size ≥ 1, n_sim ≥ 20",
        )


def _clusters(cohorts: Mapping[int, int], size: int) -> np.ndarray:
    codes, start = [], 0
    for n in cohorts.values():
        own = np.arange(n) // size
        codes.append(start + own)
        start += int(own[-1]) + 1
    return np.concatenate(codes)


def _one(
    rng: np.random.Generator, first: np.ndarray, cluster: np.ndarray, periods: int, sd: float, rho: float, icc: float,
    control: Control, least: int,
) -> tuple[float, float]:  # fmt: skip
    """Estimate and standard error of a panel without an effect."""
    shared = _series(rng, int(cluster.max()) + 1, periods, rho)[cluster]
    y = sd * (np.sqrt(1 - icc) * _series(rng, len(first), periods, rho) + np.sqrt(icc) * shared)
    scale = Periods(tuple(range(1, periods + 1)), 1, 1, int)
    clusters = None if len(np.unique(cluster)) == len(first) else cluster
    of = moments(Panel(y, np.arange(len(first), dtype=object), scale, first, clusters))
    cells = clean_cells(
        of.cohorts, of.sizes, periods, control=control, anticipation=0, base_period="varying", least=least
    )
    after = cells.time >= cells.group
    if not after.any():
        raise DataError("没有可用的比较", "there is no clean comparison")
    estimates = from_moments(of, cells, np.inf)
    _, overall = combined(estimates, "simple")
    return float(overall.att[0]), float(standard_errors(estimates.root, overall.gradient)[0])


def _series(rng: np.random.Generator, n: int, t: int, rho: float) -> Floats:
    noise = rng.standard_normal((n, t))
    for i in range(1, t):
        noise[:, i] = rho * noise[:, i - 1] + np.sqrt(1 - rho**2) * noise[:, i]
    return noise


def _search(of: Callable[[float], float], target: float, scale: float) -> float:
    """The effect at which power reaches the target, by halving; power rises with the effect up to simulation error."""
    low, high = 0.0, scale
    while of(high) < target:
        low, high = high, 2 * high
    for _ in range(30):
        middle = (low + high) / 2
        low, high = (low, middle) if of(middle) >= target else (middle, high)
    return high
