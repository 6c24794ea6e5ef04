"""Worst-case bounds of a share or a mean when some stations did not report.

Who does not report often does not work: an average of those who did is an average of the diligent. The bounds say what
the data alone allow, whatever the silent ones did.
"""

from __future__ import annotations

import math
from typing import Literal

import numpy as np
import pandas as pd

from swe.core.errors import DataError, UsageError
from swe.show.result import Note, Result
from swe.stats.survey_frames import NAN, Floats, check_option, codes, number_column

LOW_COMPLETENESS = 0.8  # share of reports in below which a reader is warned; ours

METHOD = Note(
    "method",
    "最坏情形界：未报的取可能的最小值得下界、取最大值得上界；不作任何“未报与已报相同”的假定，未报从不用均值填补，也不按零处理",
    "worst-case bounds: the missing take their lowest possible value for the lower bound, their highest for the upper; "
    "nothing is assumed of who did not report, and no gap is filled by a mean or by zero",
)
REFERENCE = Note(
    "reference",
    "Manski (1989)，doi:10.2307/145818；Manski (2003)，doi:10.1007/b97478",
    "Manski (1989), doi:10.2307/145818; Manski (2003), doi:10.1007/b97478",
)


def completeness_bounds(
    data: pd.DataFrame,
    *,
    value: str,
    kind: Literal["share", "mean"] = "share",
    due: int | None = None,
    low: float | None = None,
    high: float | None = None,
    by: str | None = None,
) -> Result:
    """Share or mean of all units that should have reported, bounded by what the missing ones could be.

    Parameters
    ----------
    data
        One row a unit that is due; `value` is its report, missing where there is none. 0/1 or bool for a share.
    due
        Number of units due, where those without a report have no row; not together with `by`.
    low, high
        Least and greatest possible value of a missing report. 0 and 1 for a share; a mean needs both.
    by
        Column of regions: a table row each.

    Returns
    -------
    Result
        `kind="completeness_bounds"`. Values: `estimate` (of those who reported, no claim about the others), `lower
        upper` (bounds for all due), `width`, `completeness` (reports / due), `n` reports, `missing`, `due`. Table:
        `unit value lower upper n missing completeness kind status`, a row per region or one.

    Raises
    ------
    DataError
        No unit due, more reports than due, or a report outside of [low, high].
    UsageError
        A mean without its range, or `due` with `by`.

    References
    ----------
    Manski (1989), Anatomy of the selection problem, doi:10.2307/145818; Manski (2003), Partial identification of
    probability distributions, doi:10.1007/b97478.

    Examples
    --------
    >>> reports = pd.DataFrame({"active": [1, 1, 1, 0, None]})
    >>> found = completeness_bounds(reports, value="active")
    >>> found["estimate"], found["lower"], found["upper"]
    (0.75, 0.6, 0.8)
    """
    check_option("kind", kind, ("share", "mean"))
    floor, ceiling = _range(kind, low, high)
    if due is not None and by is not None:
        raise UsageError("due 与 by 不能同时给出", "due and by cannot go together")
    y = number_column(data, value)
    if due is not None:
        if due < len(y):
            raise DataError(
                f"应报 {due} 个，数据表却有 {len(y)} 行",
                f"{due} units are due but the frame has {len(y)} rows",
            )
        y = np.concatenate([y, np.full(due - len(y), NAN)])
    _check_reports(y, value, kind, floor, ceiling)
    group, names = codes(data, by) if by is not None else (np.zeros(len(y), dtype=np.intp), ["all"])
    rows = [{"unit": str(name), **_bounds(y[group == g], floor, ceiling)} for g, name in enumerate(names)]
    for row in rows:
        row |= {"kind": kind, "status": "ok" if row["n"] else "missing"}
    whole = _bounds(y, floor, ceiling)
    values = {"estimate": whole.pop("value"), **whole}
    values |= {"width": values["upper"] - values["lower"], "due": float(len(y))}
    table = pd.DataFrame(rows)[
        ["unit", "value", "lower", "upper", "n", "missing", "completeness", "kind", "status"]
    ]
    return Result("completeness_bounds", table, values, _notes(values, floor, ceiling))


def _range(kind: str, low: float | None, high: float | None) -> tuple[float, float]:
    if kind == "mean" and (low is None or high is None):
        raise UsageError(
            "求均值须给出未报值可能的最小值 low 和最大值 high",
            "a mean needs the least and greatest possible value of a missing report: low and high",
        )
    floor, ceiling = 0.0 if low is None else float(low), 1.0 if high is None else float(high)
    if not (math.isfinite(floor) and math.isfinite(ceiling) and floor <= ceiling):
        raise UsageError(
            f"须有 low ≤ high，现为 {floor:g}、{ceiling:g}",
            f"low must not exceed high; they are {floor:g} and {ceiling:g}",
        )
    if kind == "share" and (floor < 0 or ceiling > 1):
        raise UsageError(
            "份额的 low、high 须在 0 与 1 之间", "low and high of a share must lie between 0 and 1"
        )
    return floor, ceiling


def _check_reports(y: Floats, value: str, kind: str, floor: float, ceiling: float) -> None:
    if len(y) == 0:
        raise DataError("没有应报的单位", "no unit is due")
    known = y[~np.isnan(y)]
    if kind == "share" and not np.isin(known, (0.0, 1.0)).all():
        raise DataError(f"列 {value!r} 须为 0/1 或真/假", f"a share needs 0/1 or true/false in {value!r}")
    outside = int(((known < floor) | (known > ceiling)).sum()) if kind == "mean" else 0
    if outside:
        raise DataError(
            f"{outside} 个已报的值在 {floor:g} 至 {ceiling:g} 之外，这个范围不成立",
            f"{outside} reports lie outside of {floor:g} to {ceiling:g}: the range does not hold",
        )


def _bounds(y: Floats, floor: float, ceiling: float) -> dict[str, float]:
    known = y[~np.isnan(y)]
    n, missing, total = len(known), len(y) - len(known), float(known.sum())
    return {
        "value": total / n if n else NAN,
        "lower": (total + missing * floor) / len(y),
        "upper": (total + missing * ceiling) / len(y),
        "n": float(n),
        "missing": float(missing),
        "completeness": n / len(y),
    }


def _notes(values: dict[str, float], floor: float, ceiling: float) -> tuple[Note, ...]:
    n, due, missing = (int(values[name]) for name in ("n", "due", "missing"))
    told = [
        METHOD,
        REFERENCE,
        Note("n", f"应报 {due} 个，已报 {n} 个", f"{n} reports of {due} due"),
        Note(
            "method",
            f"未报值的可能范围：{floor:g} 至 {ceiling:g}；界内不含抽样误差",
            f"range of a missing report: {floor:g} to {ceiling:g}; the bounds hold no sampling error",
        ),
    ]
    if missing:
        told.append(
            Note(
                "exclusion",
                f"{missing} 个未报，只进入上下界，不进入已报者的平均",
                f"{missing} without a report enter the bounds alone, not the average of those who reported",
            )
        )
    if values["completeness"] < LOW_COMPLETENESS:
        told.append(
            Note(
                "warning",
                f"完整率 {values['completeness']:.1%}：先补报，再比较；未报者往往没有开展服务",
                f"completeness {values['completeness']:.1%}: get the reports before comparing; who does not report often does not work",
            )
        )
    return tuple(told)
