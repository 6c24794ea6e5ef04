"""Funnel: which units lie farther from the common target than chance, and than the usual spread, would put them.

A league table punishes the small; a funnel asks of each unit only what its size allows to be asked.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from swe.core.errors import DataError, UsageError
from swe.show.result import Note, Result
from swe.stats import funnel_limits as fl
from swe.stats.frames import Columns, Flags, Floats, account, choice, fraction, need, read_columns, statuses
from swe.stats.intervals import count_limits, wilson
from swe.stats.negative_binomial import fit

LEVEL = 0.95  # of each unit's own interval
REFERENCE = "Spiegelhalter (2005), doi:10.1002/sim.1970; Spiegelhalter (2005), doi:10.1136/qshc.2005.013755; Spiegelhalter et al. (2012), doi:10.1111/j.1467-985X.2011.01010.x"
OVERDISPERSION = {
    "none": ("界限只含随机波动，未计单位之间的一般差异", "limits hold chance alone, not the usual differences between units"),
    "multiplicative": ("界限按 √max(1, φ) 放宽", "limits are widened by √max(1, φ)"),
    "additive": ("界限另加单位之间的方差 τ²", "limits include the variance between units, τ²"),
}  # fmt: skip
COMMON = (
    Note("reference", REFERENCE, REFERENCE),
    Note(
        "method",
        "φ 由 z 值两端各缩尾 10% 后除以 0.6786546 求得；它假定 z 近似正态，单位间差异偏斜（如伽马分布）时仍偏低，故并列未缩尾的 φ",
        "φ is from z winsorised by 10 % at either end, divided by 0.6786546; it assumes normal z and stays low where units "
        "differ in a skewed way (gamma), so the φ that is not winsorised is given beside it",
    ),
    Note(
        "warning",
        "超出界限只说明值得核查，不等于好坏；最突出的单位下一期通常会向平均回落",
        "a unit outside the limits deserves a look and is not thereby good or bad; the most extreme ones usually move "
        "towards the mean in the next period",
    ),
)


def funnel(
    data: Any,
    *,
    unit: str,
    count: str,
    expected: str | None = None,
    n: str | None = None,
    overdispersion: fl.Overdispersion = "none",
    levels: Sequence[float] = (0.95, 0.998),
) -> Result:
    """Funnel of ratios O/E (`expected`) or proportions x/n (`n`) around their pooled target.

    Parameters
    ----------
    data
        A frame (or a mapping of names to arrays), a row a unit.
    unit, count
        Columns: who, and the observed count O or x.
    expected, n
        Column of the expected number (a ratio, Poisson), or of the denominator (a proportion, binomial): one of them.
    overdispersion
        `none`; `multiplicative` widens limits by √max(1, φ); `additive` adds the variance τ² between units.
    levels
        Increasing confidence levels; each gives a pair of columns (0.998 → `lower_998`, `upper_998`).

    Returns
    -------
    Result
        `kind="funnel"`. Values: `target` (pooled θ0), `phi` (winsorised, corrected), `phi_raw` (Σz²/k), `tau2`,
        `outliers` (units outside of the widest limits), `alerts` (outside of the narrowest). Table: `unit value se lower
        upper n status expected z`, the limits, `predictive_lower predictive_upper` at the widest level (negative
        binomial, or beta-binomial for proportions), and `outlier`, −1 below, 0 inside, 1 above the widest limits.
        `lower` and `upper` are the unit's own 95 % interval; z = (y − θ0)/s, s the standard error at the target. Limits
        are exact (interpolated) where fewer than 50 events are expected; overdispersion stretches their distance
        from the target.

    Raises
    ------
    UsageError
        Neither or both of `expected` and `n`, an unknown option, levels that do not increase.
    DataError
        Columns absent, negative, a unit twice, x above n, fewer than 3 units, or a target of 0 or 1.

    References
    ----------
    Spiegelhalter (2005), doi:10.1002/sim.1970 (funnel) and doi:10.1136/qshc.2005.013755 (overdispersion);
    Spiegelhalter et al. (2012), doi:10.1111/j.1467-985X.2011.01010.x.

    Examples
    --------
    >>> stations = {"station": ["a", "b", "c", "d"], "visits": [40, 160, 90, 110], "expected": [100, 100, 100, 100]}
    >>> found = funnel(stations, unit="station", count="visits", expected="expected")
    >>> found["target"], found.table.outlier.tolist()
    (1.0, [-1, 1, 0, 0])
    """
    binomial, chosen = _options(expected, n, overdispersion, levels)
    read = read_columns(
        data, {"count": count, "n": n or expected or ""}, unit=unit, not_negative=("count", "n")
    )
    x, m = read.numbers["count"], read.numbers["n"]
    _refuse(read, binomial)
    status = statuses(read.known, m)
    used = read.known & (m > 0)
    need(int(used.sum()), 3, "漏斗图", "a funnel")
    o, e = x[used], m[used]
    target = float(o.sum() / e.sum())
    if target == 0 or (binomial and target == 1):
        raise DataError(
            "各单位全为 0 或全为 1，没有可比的差异", "all units are at 0 or at 1; there is nothing to compare"
        )
    s = np.sqrt(target * (1 - target) / e) if binomial else np.sqrt(target / e)
    y = o / e
    z = (y - target) / s
    spread = fl.overdispersion(z, s)
    columns: dict[str, Any] = {"value": y, **_own(o, e, binomial), "expected": target * e, "z": z}
    stretch = fl.inflation(overdispersion, spread, s)
    beyond = []
    for level in chosen:
        low, high = fl.limits(target, e, s, level=level, binomial=binomial)
        low = np.maximum(target - stretch * (target - low), 0)
        high = target + stretch * (high - target)
        high = np.minimum(high, 1) if binomial else high
        columns |= {f"lower_{_name(level)}": low, f"upper_{_name(level)}": high}
        beyond.append(np.where(y < low, -1, np.where(y > high, 1, 0)))
    low, high, predicted = _predictive(o, e, target, binomial, chosen[-1])
    columns |= {"predictive_lower": low, "predictive_upper": high}
    values = {
        "target": target,
        "phi": spread.phi,
        "phi_raw": spread.phi_raw,
        "tau2": spread.tau2,
        "outliers": float(np.count_nonzero(beyond[-1])),
        "alerts": float(np.count_nonzero(beyond[0])),
    }
    notes = (
        _method(binomial, overdispersion),
        *COMMON,
        predicted,
        *account(status),
        *_many(int(used.sum()), chosen),
    )
    return Result("funnel", _table(read, used, status, columns, beyond[-1]), values, notes)


def _options(
    expected: str | None, n: str | None, overdispersion: str, levels: Sequence[float]
) -> tuple[bool, list[float]]:
    if (expected is None) == (n is None):
        raise UsageError(
            "expected（期望数）与 n（分母）须给且只给一个", "give either expected or n, and not both"
        )
    choice("overdispersion", overdispersion, list(OVERDISPERSION))
    chosen = [fraction("levels", level) for level in levels]
    if not chosen or any(b <= a for a, b in pairwise(chosen)):
        raise UsageError("levels 须由小到大", "levels must increase")
    return n is not None, chosen


def _refuse(read: Columns, binomial: bool) -> None:
    x, m = read.numbers["count"], read.numbers["n"]
    if binomial and (x > m)[read.known].any():
        raise DataError(
            "有单位的分子大于分母，不是比例；请改用 expected=",
            "some units have more than their denominator, which is no proportion; use expected= instead",
        )
    if ((m == 0) & (x > 0)).any():
        raise DataError("有单位的分母为 0 而计数大于 0", "some units have a count and a denominator of 0")


def _own(o: Floats, e: Floats, binomial: bool) -> dict[str, Floats]:
    """Each unit's own standard error and 95 % interval."""
    y = o / e
    if binomial:
        low, high = wilson(o, e, level=LEVEL)
        return {"se": np.sqrt(y * (1 - y) / e), "lower": low, "upper": high}
    low, high, _ = count_limits(o, level=LEVEL)
    return {"se": np.sqrt(o) / e, "lower": low / e, "upper": high / e}


def _name(level: float) -> str:
    """0.95 → 95, 0.998 → 998: the digits of the level in a column's name."""
    return f"{level:.10g}".split(".")[1]


def _predictive(
    o: Floats, e: Floats, target: float, binomial: bool, level: float
) -> tuple[Floats, Floats, Note]:
    if binomial:
        rho = _correlation(o, e, target)
        low, high = fl.beta_binomial_limits(e, mean=target, rho=rho, level=level)
        zh, en = f"贝塔二项，单位内相关 ρ = {rho:.4g}", f"beta-binomial, intra-unit correlation ρ = {rho:.4g}"
    else:
        fitted = fit(o, e)
        beta = fitted.beta if np.isfinite(fitted.alpha) else fitted.mean
        low, high = fl.negative_binomial_limits(e, alpha=fitted.alpha, beta=beta, level=level)
        zh, en = f"负二项，α = {fitted.alpha:.4g}", f"negative binomial, α = {fitted.alpha:.4g}"
    return low, high, Note(
        "method",
        f"预测界限（{zh}）是同类新单位的范围，与漏斗界限分列，不用于判定离群",
        f"predictive limits ({en}) are the range of a new unit of the same kind; they stand apart from the funnel's and decide nothing",
    )  # fmt: skip


def _correlation(x: Floats, n: Floats, p: float) -> float:
    """Moment estimate of ρ: Σ(x − np)²/(p(1−p)) = Σn(1 + (n−1)ρ), never below 0."""
    room = float((n * (n - 1)).sum())
    beyond = float(((x - n * p) ** 2).sum() / (p * (1 - p)) - n.sum())
    return min(max(0.0, beyond / room), 1 - 1e-9) if room > 0 else 0.0


def _table(read: Columns, used: Flags, status: Any, columns: dict[str, Floats], outlier: Any) -> pd.DataFrame:
    whole = {name: np.full(used.shape, np.nan) for name in columns}
    for name, column in columns.items():
        whole[name][used] = column
    first = {name: whole.pop(name) for name in ("value", "se", "lower", "upper")}
    flags = np.zeros(used.shape, dtype=int)
    flags[used] = outlier
    return pd.DataFrame(
        {"unit": read.unit, **first, "n": read.numbers["n"], "status": status, **whole, "outlier": flags}
    )


def _method(binomial: bool, overdispersion: str) -> Note:
    zh, en = OVERDISPERSION[overdispersion]
    what_zh, what_en = ("二项", "binomial") if binomial else ("Poisson", "Poisson")
    return Note(
        "method",
        f"以合并值为目标的漏斗图；期望数不足 {fl.EXACT_BELOW} 时用精确{what_zh}界限；{zh}",
        f"funnel around the pooled value; exact {what_en} limits where fewer than {fl.EXACT_BELOW} are expected; {en}",
    )


def _many(k: int, levels: Sequence[float]) -> list[Note]:
    """How many would lie outside by chance: a comparison of k units is k tests."""
    chance = k * (1 - levels[-1])
    return [
        Note(
            "warning",
            f"{k:,} 个单位即 {k:,} 次检验：即使全无差异，也约有 {chance:.1f} 个落在最宽界限之外",
            f"{k:,} units are {k:,} tests: without any difference about {chance:.1f} would lie outside of the widest limits",
        )
    ]
