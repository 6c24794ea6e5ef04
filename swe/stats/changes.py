"""Change of paired scores: standardised mean change with its interval, and reliable change person by person.

A difference between before and after has causes beside the service; each result says so.
"""

from __future__ import annotations

import math
from typing import Any, Literal

import numpy as np
import pandas as pd

from swe.core.errors import DataError, UsageError
from swe.show.result import Note, Result
from swe.stats.survey_frames import (
    NAN,
    Floats,
    check_level,
    check_option,
    count_note,
    left_out,
    level_note,
    numbers,
)

Standardiser = Literal["average", "diff", "pre"]
Better = Literal["high", "low"]

NO_CONTROL = Note(
    "warning",
    "前后变化没有对照：自然好转、向均值回归与中途退出都会造成变化，不能直接算作服务成效",
    "before and after without a comparison: recovery, regression to the mean and drop-out change scores too; "
    "this is no effect of the service by itself",
)
RELIABLE_Z = 1.959963984540054  # Jacobson & Truax (1991): |RCI| above the 97.5 % point of the normal


def change(
    pre: Any,
    post: Any,
    *,
    standardiser: Standardiser = "average",
    reliability: float | None = None,
    better: Better = "high",
    level: float = 0.95,
) -> Result:
    """Hedges' g of paired scores with its interval, and how many persons changed reliably.

    Parameters
    ----------
    pre, post
        Scores of the same persons: two Series are paired by their index, other sequences by position. Pairs with a
        gap are left out and counted.
    standardiser
        What d̄ is divided by: `average` √((s²_pre + s²_post)/2), `diff` the SD of the differences, `pre` s_pre.
    reliability
        Reliability r of the scale for the reliable change index (post − pre)/(s_pre √(2(1 − r))); None: no index.
    better
        Whether a higher or a lower score is better; only the words improved and worsened depend on it.

    Returns
    -------
    Result
        `kind="change"`. Values: `g g_lower g_upper`, `rci_improved rci_worsened` (shares, NaN without `reliability`),
        `mean_change`, `correlation`, `correction` (J), `n`. Table: `unit pre post change rci reliable`, reliable 1
        improved, −1 worsened, 0 neither.

    Raises
    ------
    DataError
        Fewer than three pairs, scores that do not vary, or an index with repeats.

    References
    ----------
    Hedges (1981), doi:10.3102/10769986006002107; Bonett (2008), doi:10.1037/1082-989X.13.2.99 (interval of `average`
    and `pre`; `diff` inverts the noncentral t); Jacobson & Truax (1991), doi:10.1037/0022-006X.59.1.12.

    Examples
    --------
    >>> found = change([10, 12, 14, 11, 13], [12, 15, 15, 13, 14], reliability=0.9)
    >>> round(found["g"], 4), found["mean_change"], found["rci_improved"]
    (0.9911, 1.8, 0.6)
    """
    check_level(level)
    check_option("standardiser", standardiser, ("average", "diff", "pre"))
    check_option("better", better, ("high", "low"))
    if reliability is not None and not 0 < reliability < 1:
        raise UsageError(
            f"reliability 须在 0 与 1 之间，不能是 {reliability}",
            f"reliability must lie between 0 and 1, not {reliability}",
        )
    units, x, y, notes = _pairs(pre, post)
    n = len(x)
    if n < 3:
        raise DataError(
            f"至少需要三对前后测分数，现有 {n} 对",
            f"at least three pairs of scores are needed, there are {n}",
        )
    g, lower, upper = hedges(x, y, standardiser, level)
    if math.isnan(g):
        raise DataError("分数没有差异，无法标准化", "the scores do not vary: nothing to standardise by")
    spread = float(x.std(ddof=1)) * math.sqrt(2 * (1 - (reliability if reliability is not None else NAN)))
    with np.errstate(divide="ignore", invalid="ignore"):
        index = (y - x) / spread if spread > 0 or math.isnan(spread) else np.full(n, NAN)
    sign = 1.0 if better == "high" else -1.0
    reliable = np.where(np.isnan(index), NAN, np.sign(sign * index) * (np.abs(index) > RELIABLE_Z))
    table = pd.DataFrame(
        {"unit": units, "pre": x, "post": y, "change": y - x, "rci": index, "reliable": reliable}
    )
    told = np.isnan(index).any()
    values = {
        "g": g,
        "g_lower": lower,
        "g_upper": upper,
        "rci_improved": NAN if told else float((reliable == 1).mean()),
        "rci_worsened": NAN if told else float((reliable == -1).mean()),
        "mean_change": float((y - x).mean()),
        "correlation": float(np.corrcoef(x, y)[0, 1]) if x.std() > 0 and y.std() > 0 else NAN,
        "correction": small_sample(n - 1),
        "n": float(n),
    }
    return Result(
        "change",
        table,
        values,
        (*_change_notes(standardiser, n, reliability), level_note(level), *notes, NO_CONTROL),
    )


def small_sample(df: int) -> float:
    """Hedges' exact factor J = Γ(df/2) / (√(df/2) Γ((df − 1)/2)).

    >>> round(small_sample(4), 6)
    0.797885
    """
    return math.exp(math.lgamma(df / 2) - math.lgamma((df - 1) / 2)) / math.sqrt(df / 2)


def hedges(
    x: Floats, y: Floats, standardiser: Standardiser, level: float = 0.95
) -> tuple[float, float, float]:
    """g = J·d̄/s with its limits; NaN where s is 0."""
    from scipy.stats import norm

    n, df = len(x), len(x) - 1
    v1, v2 = float(x.var(ddof=1)), float(y.var(ddof=1))
    shared, vd = float(np.cov(x, y)[0, 1]), float((y - x).var(ddof=1))
    s2 = {"average": (v1 + v2) / 2, "diff": vd, "pre": v1}[standardiser]
    if s2 <= 0:
        return NAN, NAN, NAN
    d = float((y - x).mean()) / math.sqrt(s2)
    g = small_sample(df) * d
    if standardiser == "diff":
        low, high = _noncentral(d * math.sqrt(n), df, level)
        return g, low / math.sqrt(n), high / math.sqrt(n)
    own = d**2 * (v1**2 + v2**2 + 2 * shared**2) / (8 * df * s2**2)
    if standardiser == "pre":
        own = d**2 / (2 * df)
    half = float(norm.ppf((1 + level) / 2)) * math.sqrt(own + vd / (df * s2))
    return g, d - half, d + half


def _noncentral(t: float, df: int, level: float) -> tuple[float, float]:
    """Noncentralities whose t distribution leaves (1 − level)/2 beyond the observed t."""
    from scipy.optimize import brentq
    from scipy.stats import nct

    tail, reach = (1 - level) / 2, 10 + 2 * abs(t)

    def at(share: float) -> float:
        return float(brentq(lambda nc: nct.cdf(t, df, nc) - share, t - reach, t + reach, xtol=1e-12))

    return at(1 - tail), at(tail)


def _pairs(pre: Any, post: Any) -> tuple[list[str], Floats, Floats, list[Note]]:
    """Labels and complete pairs, with a note on those without the other half."""
    if isinstance(pre, pd.Series) and isinstance(post, pd.Series):
        for side in (pre, post):
            if not side.index.is_unique:
                raise DataError(
                    "同一人有多个分数，请每人只留一个", "a person has several scores; keep one each"
                )
        both = pd.concat({"pre": pre, "post": post}, axis=1)
    else:
        before, after = np.asarray(pre, dtype=object).ravel(), np.asarray(post, dtype=object).ravel()
        if len(before) != len(after):
            raise DataError(
                f"前测 {len(before)} 个、后测 {len(after)} 个，无法配对",
                f"{len(before)} scores before and {len(after)} after cannot be paired",
            )
        both = pd.DataFrame({"pre": list(before), "post": list(after)})
    x, y = numbers(both["pre"], "pre"), numbers(both["post"], "post")
    whole = ~(np.isnan(x) | np.isnan(y))
    only_pre = int((~np.isnan(x) & np.isnan(y)).sum())
    notes = left_out(int((~whole).sum()), len(whole))
    if only_pre > 0.2 * max(int((~np.isnan(x)).sum()), 1):
        notes.append(
            Note(
                "warning",
                f"{only_pre} 人只有前测：退出的人可能恰是没有好转的人",
                f"{only_pre} persons have no score after: those who left may be those who did not improve",
            )
        )
    return [str(u) for u in both.index[whole]], x[whole], y[whole], notes


def _change_notes(standardiser: Standardiser, n: int, reliability: float | None) -> list[Note]:
    zh, en = {
        "average": ("前后测标准差的均方根", "the root mean square of the SDs before and after"),
        "diff": ("差值的标准差", "the SD of the differences"),
        "pre": ("前测标准差", "the SD before"),
    }[standardiser]
    notes = [
        Note(
            "method",
            f"Hedges g：平均变化除以{zh}，乘以精确小样本校正；可靠变化指数阈值 1.96",
            f"Hedges' g: the mean change over {en}, times the exact small-sample factor; reliable change beyond 1.96",
        ),
        Note(
            "reference",
            "Hedges (1981)；Bonett (2008)，doi:10.1037/1082-989X.13.2.99；Jacobson & Truax (1991)",
            "Hedges (1981); Bonett (2008), doi:10.1037/1082-989X.13.2.99; Jacobson & Truax (1991)",
        ),
        count_note(n, "对前后测", "pairs"),
    ]
    if reliability is None:
        notes.append(
            Note(
                "warning",
                "未给出量表信度，没有可靠变化指数",
                "without the reliability of the scale there is no reliable change index",
            )
        )
    if n < 20:
        notes.append(
            Note(
                "warning",
                f"只有 {n} 对，g 的区间只是近似",
                f"{n} pairs only: the interval of g is approximate",
            )
        )
    return notes
