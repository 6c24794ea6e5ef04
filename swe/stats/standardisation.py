"""Directly and indirectly standardised rates: comparing places whose people differ in age or need.

A crude rate of contacts is higher where more old people live; standardising takes that part out.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from swe.core.errors import DataError, UsageError
from swe.show.result import Note, Result
from swe.stats.frames import Floats, as_frame, read_columns, read_numbers, require, statuses
from swe.stats.intervals import count_limits, z_value

FEW = 10  # events below which a directly standardised rate is too unstable to quote (as in English public health)
DIRECT = (
    Note(
        "method",
        "直接标准化率；区间按 Dobson 法，以总事件数的 Byar 区间（不足 10 起用精确区间）换算",
        "directly standardised rate; Dobson's limits, from Byar's for the total count (exact below 10 events)",
    ),
    Note("reference", "Dobson et al. (1991), doi:10.1002/sim.4780100317", "Dobson et al. (1991), doi:10.1002/sim.4780100317"),
)  # fmt: skip
INDIRECT = (
    Note(
        "method",
        "间接标准化比 = 实际数 / 按参照率的期望数；区间为实际数的 Byar 区间（不足 10 起用精确区间）除以期望数。各单位的比以各自的结构为权重，彼此不宜直接比较",
        "indirectly standardised ratio, observed over expected at the reference rates; Byar's limits (exact below 10 events). "
        "Each unit is weighted by its own structure, so that two units' ratios are not strictly comparable",
    ),
    Note("reference", "Breslow & Day (1987), IARC Scientific Publications 82, p. 69", "Breslow & Day (1987), IARC Scientific Publications 82, p. 69"),
)  # fmt: skip
By = str | Mapping[Any, float]


def standardise(
    data: Any,
    *,
    count: str,
    exposure: str,
    stratum: str,
    weights: By | None = None,
    reference: By | None = None,
    unit: str | None = None,
    level: float = 0.95,
) -> Result:
    """Directly standardised rate with `weights`, or indirectly standardised ratio with `reference`.

    Parameters
    ----------
    data
        A row a stratum (with `unit`: a row a unit and stratum).
    count, exposure, stratum
        Columns: events, what they are divided by, and the stratum (an age group).
    weights
        The standard population of each stratum: a column, or a mapping of strata to weights. Scale-free.
    reference
        The reference rate of each stratum, likewise; then the result is observed over expected.
    unit
        Column that says whose strata these are; then the table has a row a unit.
    level
        Confidence level, a fraction.

    Returns
    -------
    Result
        `kind="standardise"`. Values `estimate se lower upper` (a rate per 1, or a ratio) of all rows together. Table
        `unit value se lower upper n status group count exposure expected`: a row a stratum (`group`, its own rate)
        or, with `unit`, a row a unit (`group` empty). `expected` is the events expected in the standard population at
        the unit's rates, or in the unit at the reference rates; `n` is the exposure.

    Raises
    ------
    UsageError
        Neither or both of weights and reference.
    DataError
        Strata twice, without weight or with two different ones, events without exposure.

    References
    ----------
    Dobson, Kuulasmaa, Eberle & Scherer (1991), doi:10.1002/sim.4780100317.

    Examples
    --------
    >>> old = {"age": ["60-79", "80+"], "visits": [20, 30], "persons": [200, 100]}
    >>> weights = {"60-79": 3, "80+": 1}
    >>> found = standardise(old, count="visits", exposure="persons", stratum="age", weights=weights)
    >>> round(found["estimate"], 6)
    0.15
    """
    if (weights is None) == (reference is None):
        raise UsageError(
            "weights（直接法）与 reference（间接法）须给且只给一个",
            "give either weights (direct) or reference (indirect), and not both",
        )
    z_value(level)
    direct = weights is not None
    rows = _rows(data, count, exposure, stratum, unit)
    by = weights if weights is not None else reference
    per_row = _per_stratum(as_frame(data), rows, by, stratum)
    rows["by"] = per_row / per_row[~rows["stratum"].duplicated()].sum() if direct else per_row
    make = _direct if direct else _indirect
    pooled = rows[rows["known"]].groupby("stratum", as_index=False, sort=False)[["o", "e"]].sum()
    pooled["by"] = pooled["stratum"].map(rows.drop_duplicates("stratum").set_index("stratum")["by"])
    complete = pooled["stratum"].nunique() == rows["stratum"].nunique() and (pooled["e"] > 0).all()
    if not complete:
        raise DataError(
            "有的层没有暴露量或缺数，无法标准化；请合并该层或补数",
            "a stratum has no exposure or no value and nothing can be standardised; merge the stratum or fill it",
        )
    total = make(pooled, level)
    table = _by_stratum(rows, direct, level) if unit is None else _by_unit(rows, make, level)
    table["status"] = statuses(table["value"].notna().to_numpy(), table["n"].to_numpy(dtype=float))
    values = {name: float(total[name]) for name in ("estimate", "se", "lower", "upper")}
    return Result("standardise", table, values, (*(DIRECT if direct else INDIRECT), *_notes(table, total)))


def _rows(data: Any, count: str, exposure: str, stratum: str, unit: str | None) -> pd.DataFrame:
    """Rows as `unit stratum o e known`; a stratum stands once in a unit."""
    frame = as_frame(data)
    require(frame, [stratum, *([unit] if unit else [])])
    read = read_columns(frame.reset_index(drop=True), {"o": count, "e": exposure}, not_negative=("o", "e"))
    rows = pd.DataFrame(
        {
            "unit": frame[unit].to_numpy(dtype=object) if unit else "",
            "stratum": frame[stratum].to_numpy(dtype=object),
            **read.numbers,
            "known": read.known,
        }
    )
    if rows[["unit", "stratum"]].isna().any(axis=None):
        raise DataError("有的行没有层或单位的名称", "some rows lack the name of their stratum or unit")
    if rows.duplicated(["unit", "stratum"]).any():
        raise DataError(
            f"同一层（{stratum}）出现两次；有多个单位时请用 unit= 指明单位列",
            f"a stratum ({stratum}) stands there twice; with several units, name their column with unit=",
        )
    if (rows["known"] & (rows["e"] == 0) & (rows["o"] > 0)).any():
        raise DataError(f"有的层 {exposure} 为 0 而有事件", f"a stratum has events and {exposure} of 0")
    return rows


def _per_stratum(frame: pd.DataFrame, rows: pd.DataFrame, by: Any, stratum: str) -> pd.Series:
    """The weight or reference rate of each row: positive somewhere, one for each stratum."""
    if isinstance(by, str):
        require(frame, [by])
        found = pd.Series(read_numbers(frame[by], by), index=rows.index)
    elif isinstance(by, Mapping):
        found = pd.to_numeric(rows["stratum"].map(dict(by)), errors="coerce").astype(float)
    else:
        raise UsageError("须为列名或“层: 数”", "a column name or a mapping of strata to numbers is needed")
    if found.isna().any() or (found < 0).any() or not found.sum() > 0:
        raise DataError(
            f"每个层（{stratum}）都要有不为负的权重或参照率",
            f"every stratum ({stratum}) needs a weight or reference rate that is not negative",
        )
    if (found.groupby(rows["stratum"]).nunique() > 1).any():
        raise DataError(
            f"同一层（{stratum}）有两个不同的权重或参照率",
            f"a stratum ({stratum}) has two different weights or reference rates",
        )
    return found


def _direct(rows: pd.DataFrame, level: float) -> dict[str, float]:
    """Dobson's interval: the total count's limits, moved to the scale of the standardised rate."""
    o, e, w = (rows[name].to_numpy(dtype=float) for name in ("o", "e", "by"))
    total, estimate, variance = o.sum(), float((w * o / e).sum()), float((w**2 * o / e**2).sum())
    low, high, _ = count_limits([total], level=level)
    scale = (
        np.sqrt(variance / total) if total else float((w / e).max())
    )  # no event: the widest stratum's scale
    return {
        "estimate": estimate,
        "se": float(np.sqrt(variance)),
        "lower": estimate + scale * (low[0] - total),
        "upper": estimate + scale * (high[0] - total),
        "count": float(total),
        "exposure": float(e.sum()),
        "expected": estimate * float(e.sum()),
    }


def _indirect(rows: pd.DataFrame, level: float) -> dict[str, float]:
    o, e, r = (rows[name].to_numpy(dtype=float) for name in ("o", "e", "by"))
    total, expected = float(o.sum()), float((e * r).sum())
    if not expected > 0:
        raise DataError("期望数为 0，比无法计算", "the expected number is 0 and there is no ratio")
    low, high, _ = count_limits([total], level=level)
    return {
        "estimate": total / expected,
        "se": float(np.sqrt(total)) / expected,
        "lower": float(low[0]) / expected,
        "upper": float(high[0]) / expected,
        "count": total,
        "exposure": float(e.sum()),
        "expected": expected,
    }


def _by_stratum(rows: pd.DataFrame, direct: bool, level: float) -> pd.DataFrame:
    o, e, by = (rows[name].to_numpy(dtype=float) for name in ("o", "e", "by"))
    low, high, _ = count_limits(o, level=level)
    under = e if direct else np.where(by > 0, e * by, np.nan)  # no ratio where nothing is expected
    expected = by * o / e * e.sum() if direct else e * by
    columns = {"value": o / under, "se": np.sqrt(o) / under, "lower": low / under, "upper": high / under}
    return _table(rows["stratum"], group=rows["stratum"], columns=columns, o=o, e=e, expected=expected)


def _by_unit(rows: pd.DataFrame, make: Any, level: float) -> pd.DataFrame:
    """A row a unit; a unit that lacks a stratum, its value or its exposure has no standardised rate."""
    strata = rows["stratum"].nunique()
    found = []
    for name, own in rows.groupby("unit", sort=False):
        whole = len(own) == strata and own["known"].all() and (own["e"] > 0).all()
        made = make(own, level) if whole else {}
        made["unit"] = name
        made.setdefault(
            "exposure",
            0.0 if own["known"].all() and own["e"].sum() == 0 else float(own["e"].sum(min_count=1)),
        )
        made.setdefault("count", float(own["o"].sum(min_count=1)))
        found.append(made)
    made = pd.DataFrame(found)
    columns = {"value": made["estimate"], **{name: made[name] for name in ("se", "lower", "upper")}}
    return _table(
        made["unit"],
        group="",
        columns=columns,
        o=made["count"],
        e=made["exposure"],
        expected=made["expected"],
    )


def _table(
    unit: pd.Series, *, group: Any, columns: dict[str, Any], o: Floats, e: Floats, expected: Floats
) -> pd.DataFrame:
    plain = {name: np.asarray(column, dtype=float) for name, column in columns.items()}
    return pd.DataFrame(
        {
            "unit": unit.to_numpy(),
            **plain,
            "n": np.asarray(e, dtype=float),
            "status": "ok",
            "group": group if isinstance(group, str) else group.to_numpy(),
            "count": np.asarray(o, dtype=float),
            "exposure": np.asarray(e, dtype=float),
            "expected": np.asarray(expected, dtype=float),
        }
    )


def _notes(table: pd.DataFrame, total: dict[str, float]) -> list[Note]:
    notes = [
        Note(
            "n",
            f"{int(total['count']):,} 起事件，{len(table):,} 行",
            f"{int(total['count']):,} events, {len(table):,} rows",
        )
    ]
    absent = int((table["status"] == "missing").sum())
    if absent:
        notes.append(
            Note(
                "exclusion",
                f"{absent:,} 个单位缺少某一层的数或该层暴露量为 0，没有标准化率，但其余的层计入合计",
                f"units that lack a stratum or its exposure: {absent:,}; they have no standardised rate, their other strata count in the total",
            )
        )
    few = int((table["count"] < FEW).sum())
    if few:
        notes.append(
            Note(
                "warning",
                f"{few:,} 行的事件不足 {FEW} 起，其数很不稳定",
                f"rows with fewer than {FEW} events, which are very unstable: {few:,}",
            )
        )
    return notes
