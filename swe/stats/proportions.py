"""Proportions with Wilson's interval: x of n, unit by unit and together."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from swe.core.errors import DataError
from swe.show.result import Note, Result
from swe.stats.frames import SHOWN, Floats, account, read_columns, spread, statuses
from swe.stats.intervals import wilson, z_value

NOTES = (
    Note("method", "比例的区间为 Wilson 得分区间", "intervals of proportions are Wilson score intervals"),
    Note("reference", "Wilson (1927), doi:10.1080/01621459.1927.10502953", "Wilson (1927), doi:10.1080/01621459.1927.10502953"),
)  # fmt: skip


def proportion(data: Any, *, x: str, n: str, unit: str | None = None, level: float = 0.95) -> Result:
    """Proportions x/n with Wilson's score interval.

    Parameters
    ----------
    data
        A frame (or a mapping of names to arrays), a row a unit.
    x, n
        Columns: numerator and denominator, 0 ≤ x ≤ n.
    unit
        Column that says who; without it the column `unit`, else the index.
    level
        Confidence level, a fraction.

    Returns
    -------
    Result
        `kind="proportion"`. Values `estimate se lower upper n` of all units together. Table `unit value se lower
        upper n status method`, fractions per 1; `se` is √(p(1−p)/n). n = 0 is `not_applicable`; n < 20 is
        `below_validity`, its numbers are kept.

    Raises
    ------
    DataError
        Columns absent or not numbers, x outside of [0, n], a named unit twice, or no unit with a denominator.

    References
    ----------
    Wilson (1927), doi:10.1080/01621459.1927.10502953.

    Examples
    --------
    >>> found = proportion({"visited": [15], "households": [50]}, x="visited", n="households")
    >>> round(found["lower"], 6), round(found["upper"], 6)
    (0.191036, 0.437504)
    """
    z_value(level)
    read = read_columns(data, {"x": x, "n": n}, unit=unit, not_negative=("x", "n"))
    above = read.known & (read.numbers["x"] > read.numbers["n"])
    if above.any():
        rows = [str(i + 1) for i in np.flatnonzero(above)[:SHOWN]]
        raise DataError(
            f"第 {'、'.join(rows)} 行的分子（{x}）大于分母（{n}），不是比例；次数比人数请用 stats.rate",
            f"rows {', '.join(rows)}: {x} exceeds {n}, which is no proportion; for events per person use stats.rate",
        )
    status = statuses(read.known, read.numbers["n"])
    used = read.known & (status != "not_applicable")
    if not used.any():
        raise DataError("没有一个单位有分母", "no unit has a denominator")
    k, m = read.numbers["x"][used], read.numbers["n"][used]
    lower, upper = wilson(k, m, level=level)
    value = k / m
    table = pd.DataFrame(
        {
            "unit": read.unit,
            "value": spread(used, value),
            "se": spread(used, np.sqrt(value * (1 - value) / m)),
            "lower": spread(used, lower),
            "upper": spread(used, upper),
            "n": read.numbers["n"],
            "status": status,
            "method": spread(used, np.full(len(k), "wilson", dtype=object), ""),
        }
    )
    notes = (*NOTES, *account(status), *_worst_case(read.numbers["x"], read.numbers["n"]))
    return Result("proportion", table, _together(k.sum(), m.sum(), level), notes)


def _together(x: float, n: float, level: float) -> dict[str, float]:
    lower, upper = wilson(x, n, level=level)
    p = x / n
    return {
        "estimate": float(p),
        "se": float(np.sqrt(p * (1 - p) / n)),
        "lower": float(lower),
        "upper": float(upper),
        "n": float(n),
    }


def _worst_case(x: Floats, n: Floats) -> list[Note]:
    """Bounds of the share of all if every unit that does not report its numerator had none, or all."""
    silent = np.isnan(x) & (n > 0)
    if not silent.any():
        return []
    told, everyone = x[~np.isnan(n)], np.nansum(n)
    low, high = np.nansum(told) / everyone, (np.nansum(told) + n[silent].sum()) / everyone
    return [
        Note(
            "warning",
            f"未报分子的 {int(silent.sum()):,} 个单位若全无或全有，合计比例在 {low:.4f} 至 {high:.4f} 之间",
            f"if the units without a numerator ({int(silent.sum()):,}) had none or all, the share of all would lie "
            f"between {low:.4f} and {high:.4f}",
        )
    ]
