"""Shrinkage: each unit's rate or estimate drawn towards the mean by as much as it is noise.

The worst of many small units is mostly the unluckiest; the shrunken value is what to expect of it next time.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from scipy.optimize import brentq
from scipy.stats import gamma

from swe.core.errors import DataError
from swe.show.result import Note, Result
from swe.stats.frames import Columns, Flags, Floats, account, need, read_columns, spread, statuses
from swe.stats.intervals import count_limits, z_value
from swe.stats.negative_binomial import GammaRates, fit

EXPECTED_NEXT = Note(
    "method",
    "收缩值 = 均值 + 保留份额 ×（原值 − 均值），即下一期的期望值；只因垫底或领先而被选中的单位，下期通常会向均值回归",
    "the shrunken value, mean + share kept × (raw − mean), is what to expect next time; units picked for being last or "
    "first usually regress towards the mean",
)
NO_SPREAD = Note(
    "warning",
    "单位之间的差异没有超出随机波动，各单位均收缩到（或接近）同一均值",
    "units do not differ beyond chance; all are drawn to one mean or close to it",
)


def shrink(data: Any, *, unit: str, count: str, exposure: str, level: float = 0.95) -> Result:
    """Gamma–Poisson empirical Bayes rates.

    Parameters
    ----------
    data
        A frame (or a mapping of names to arrays), a row a unit.
    unit, count, exposure
        Columns: who, events y, and what they are divided by (E; persons, or an expected number).
    level
        Level of the posterior intervals, a fraction.

    Returns
    -------
    Result
        `kind="shrink"`. Values `alpha beta mean`: rates are gamma(α, β) with mean α/β, by maximum likelihood of the
        negative binomial; α and β are infinite where nothing varies beyond chance. Table `unit value se lower upper n
        status raw shrunken shrinkage`: `shrunken` (= `value`) is the posterior mean (y+α)/(E+β), `se` and limits are
        the posterior's (α and β taken as known), `raw` is y/E, `shrinkage` the share of the raw value that is kept,
        E/(E+β).

    Raises
    ------
    DataError
        Columns absent, negative, a unit twice, fewer than 2 units with exposure, or no event at all.

    References
    ----------
    Clayton & Kaldor (1987), doi:10.2307/2532003.

    Examples
    --------
    >>> stations = {"station": list("abcd"), "visits": [2, 9, 30, 19], "persons": [20, 20, 100, 100]}
    >>> found = shrink(stations, unit="station", count="visits", exposure="persons")
    >>> bool((found.table.shrunken.iloc[1] < found.table.raw.iloc[1]) & (found["mean"] > 0))
    True
    """
    z_value(level)
    read = read_columns(data, {"y": count, "e": exposure}, unit=unit, not_negative=("y", "e"))
    events, over = read.numbers["y"], read.numbers["e"]
    if ((over == 0) & (events > 0)).any():
        raise DataError(
            f"有单位的 {exposure} 为 0 而 {count} 大于 0", f"some units have {count} and {exposure} of 0"
        )
    used = read.known & (over > 0)
    need(int(used.sum()), 2, "收缩", "shrinkage")
    y, e = events[used], over[used]
    fitted = fit(y, e)
    columns = _posterior(y, e, fitted, level)
    reference = "Clayton & Kaldor (1987), doi:10.2307/2532003"
    notes = [
        Note(
            "method",
            "伽马–泊松经验贝叶斯，α、β 由负二项极大似然求得；区间未计 α、β 本身的误差",
            "gamma–Poisson empirical Bayes, α and β by maximum likelihood of the negative binomial; intervals do not carry the error of α and β",
        ),
        Note("reference", reference, reference),
        EXPECTED_NEXT,
        *account(statuses(read.known, over)),
        *([] if np.isfinite(fitted.alpha) else [NO_SPREAD]),
    ]
    values = {"alpha": fitted.alpha, "beta": fitted.beta, "mean": fitted.mean}
    table = _table(read, used, over, columns)
    return Result("shrink", table, values, tuple(notes))


def _posterior(y: Floats, e: Floats, fitted: GammaRates, level: float) -> dict[str, Floats]:
    """Mean, standard deviation and central limits of gamma(y + α, E + β)."""
    if not np.isfinite(fitted.alpha):  # one rate for all: its own limits
        low, high, _ = count_limits([y.sum()], level=level)
        every = np.ones_like(y)
        whole = e.sum()
        value, se = fitted.mean * every, np.sqrt(y.sum()) / whole * every
        return {"value": value, "se": se, "lower": low / whole * every, "upper": high / whole * every, "raw": y / e, "shrunken": value, "shrinkage": 0 * every}  # fmt: skip
    shape, size = y + fitted.alpha, e + fitted.beta
    tail = (1 - level) / 2
    return {
        "value": shape / size,
        "se": np.sqrt(shape) / size,
        "lower": gamma.ppf(tail, shape) / size,
        "upper": gamma.isf(tail, shape) / size,
        "raw": y / e,
        "shrunken": shape / size,
        "shrinkage": e / size,
    }


def shrink_normal(data: Any, *, unit: str, estimate: str, se: str, level: float = 0.95) -> Result:
    """Empirical Bayes (James–Stein) of estimates with known standard errors.

    Parameters
    ----------
    data
        A frame (or a mapping of names to arrays), a row a unit.
    unit, estimate, se
        Columns: who, the estimate, its standard error (positive).
    level
        Level of the intervals, a fraction.

    Returns
    -------
    Result
        `kind="shrink_normal"`. Values: `mean` μ, `tau2` (A, the variance between units) and `factor`, the mean share
        kept (all units have the same where standard errors are equal). Table `unit value se lower upper n status raw
        shrunken shrinkage`: `shrinkage` is the share kept, 1 − (k−3)/(k−1)·V/(V+A); `se` is Morris's, which carries
        the error of μ and A; `n` is NaN.

    Raises
    ------
    DataError
        Columns absent, standard errors that are not positive, a unit twice, or fewer than 4 units.

    References
    ----------
    Morris (1983), doi:10.1080/01621459.1983.10477920; Efron & Morris (1977), Scientific American 236(5):119.

    Examples
    --------
    >>> towns = {"town": list("abcde"), "score": [60, 70, 75, 80, 90], "se": [5, 5, 5, 5, 5]}
    >>> found = shrink_normal(towns, unit="town", estimate="score", se="se")
    >>> round(found["factor"], 3), round(found["mean"], 6)
    (0.9, 75.0)
    """
    z = z_value(level)
    read = read_columns(data, {"x": estimate, "se": se}, unit=unit, positive=("se",))
    need(int(read.known.sum()), 4, "收缩", "shrinkage")
    x, v = read["x"], read["se"] ** 2
    mean, tau2, kept, own_se = morris(x, v)
    shrunken = mean + kept * (x - mean)
    columns = {
        "value": shrunken,
        "se": own_se,
        "lower": shrunken - z * own_se,
        "upper": shrunken + z * own_se,
        "raw": x,
        "shrunken": shrunken,
        "shrinkage": kept,
    }
    reference = "Morris (1983), doi:10.1080/01621459.1983.10477920; Efron & Morris (1977), Scientific American 236(5):119"
    notes = [
        Note(
            "method",
            "正态–正态经验贝叶斯；保留份额 = 1 − (k−3)/(k−1)·V/(V+A)，A 由 Σ(x−μ)²/(V+A) = k−1 求得，不小于 0",
            "normal–normal empirical Bayes; share kept 1 − (k−3)/(k−1)·V/(V+A), A from Σ(x−μ)²/(V+A) = k−1, not below 0",
        ),
        Note("reference", reference, reference),
        EXPECTED_NEXT,
        *account(statuses(read.known)),
        *([] if tau2 > 0 else [NO_SPREAD]),
    ]
    values = {"factor": float(kept.mean()), "mean": mean, "tau2": tau2}
    nothing = np.full(read.known.shape, np.nan)
    return Result("shrink_normal", _table(read, read.known, nothing, columns), values, tuple(notes))


def morris(x: Floats, v: Floats) -> tuple[float, float, Floats, Floats]:
    """Mean μ, variance A between units, share kept and standard error of each unit; x and variances v of shape (k,).

    A solves Σ W[(k/(k−1))(x−μ)² − V − A] = 0, W = 1/(V+A), μ = ΣWx/ΣW, that is Σ W(x−μ)² = k−1: Paule and Mandel's A.
    """
    k = len(x)
    tau2 = between_variance(x, v)
    w = 1 / (v + tau2)
    mean = float((w * x).sum() / w.sum())
    noise = (k - 3) / (k - 1) * v * w  # share that is drawn to the mean
    leverage = k * w / w.sum()
    typical = float((w * v).sum() / w.sum())
    wobble = 2 / (k - 3) * noise**2 * (typical + tau2) * w
    variance = v * (1 - (k - leverage) / k * noise) + wobble * (x - mean) ** 2
    return mean, tau2, 1 - noise, np.sqrt(variance)


def between_variance(x: Floats, v: Floats) -> float:
    """A ≥ 0 with Σ(x−μ)²/(V+A) = k−1; 0 where the units differ less than that by chance."""

    def surplus(a: float) -> float:
        w = 1 / (v + a)
        mean = (w * x).sum() / w.sum()
        return float((w * (x - mean) ** 2).sum()) - (len(x) - 1)

    if surplus(0.0) <= 0:
        return 0.0
    ceiling = float(((x - x.mean()) ** 2).sum())  # at A = Σ(x−x̄)² the sum is below 1
    return float(brentq(surplus, 0.0, ceiling, xtol=1e-14 * ceiling, rtol=1e-14, maxiter=500))


def _table(read: Columns, used: Flags, n: Floats, columns: dict[str, Floats]) -> pd.DataFrame:
    whole = {name: spread(used, column) for name, column in columns.items()}
    first = {name: whole.pop(name) for name in ("value", "se", "lower", "upper")}
    status = statuses(read.known, None if np.isnan(n).all() else n)
    return pd.DataFrame({"unit": read.unit, **first, "n": n, "status": status, **whole})
