"""Forecast of a target: how likely monthly counts are to add up to it by its deadline.

A straight line says when; it does not say how sure. Months differ by more than chance, so the forecast is as wide as
the months were uneven.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd

from swe.core.dates import months_between, parse_partial
from swe.core.errors import DataError, UsageError
from swe.show.result import Note, Result
from swe.stats.survey_frames import NAN, Floats, check_level, level_note, numbers

LEAST_MONTHS = 4  # the spread of the dispersion needs m − 3 > 0

METHOD = Note(
    "method",
    "各月计数视为同一速度的过度离散泊松分布：φ = Σ(y−ȳ)²/ȳ/(m−1)；余下各月合计按负二项分布预测，均值 hȳ、"
    "方差 φ·hȳ(1+h/m)（h 为余下月数），φ > 1 时再乘 (m−1)/(m−3) 以计入 φ 本身的不确定；φ ≤ 1 时即伽马—泊松预测分布",
    "months are overdispersed Poisson counts of one rate, φ = Σ(y−ȳ)²/ȳ/(m−1); what is still to come is negative binomial "
    "with mean hȳ and variance φ·hȳ(1+h/m), h months left, times (m−1)/(m−3) where φ > 1, for φ is itself estimated; "
    "at φ ≤ 1 this is the gamma–Poisson predictive distribution",
)
REFERENCE = Note(
    "reference",
    "拟泊松：McCullagh & Nelder (1989)，doi:10.1007/978-1-4899-3242-6；预测：Krishnamoorthy & Peng (2011)，J. Stat. Plan. Inference 141:1709",
    "quasi-Poisson: McCullagh & Nelder (1989), doi:10.1007/978-1-4899-3242-6; prediction: Krishnamoorthy & Peng (2011), "
    "J. Stat. Plan. Inference 141:1709",
)
STEADY = Note(
    "warning",
    "预测假定今后与以往速度相同：政策推动、季节、所余单位越来越难，都不在其中",
    "the forecast takes the months to come for like those seen: a push from above, seasons and ever harder units are not in it",
)


def target_forecast(
    monthly: pd.DataFrame | Sequence[tuple[date | str, float | None]],
    *,
    target: float,
    deadline: date | str,
    reached: float | None = None,
    level: float = 0.95,
) -> Result:
    """Probability that monthly counts add up to a target by its deadline, and a prediction interval.

    Parameters
    ----------
    monthly
        Columns `month` and `count`, or (month, count) pairs: new stations, cases … in each calendar month, whole months
        only. A missing month is left out, never taken for zero; then `reached` is needed.
    target
        The total to reach.
    deadline
        The day by whose close it is due, of any precision.
    reached
        The total at the close of the last month; by default the sum of the counts.

    Returns
    -------
    Result
        `kind="target_forecast"`. Values: `probability` of reaching the target, `estimate lower upper` of the total at the
        deadline, `rate` a month, `phi` (at least 1) `phi_raw`, `months_left`, `required` a month, `reached`, `target`,
        `n` months. Table: `month value total lower upper status`: counts and totals by month (status `ok`), then the
        forecast totals at each month's end to the deadline (status `forecast`).

    Raises
    ------
    DataError
        Fewer than four months, a month twice, counts below zero, a gap without `reached`, or cumulative numbers (they never
        fall and the last is `reached`) instead of what each month added.
    UsageError
        A target that is no number.

    References
    ----------
    McCullagh & Nelder (1989), Generalized linear models, doi:10.1007/978-1-4899-3242-6; Krishnamoorthy & Peng (2011),
    Improved closed-form prediction intervals for binomial and Poisson distributions, J. Stat. Plan. Inference
    141:1709.

    Examples
    --------
    >>> counts = [("2023-01", 40), ("2023-02", 35), ("2023-03", 52), ("2023-04", 41), ("2023-05", 47)]
    >>> found = target_forecast(counts, target=1510, deadline="2023-12-31", reached=1094)
    >>> round(found["estimate"]), found["probability"] < 0.05
    (1395, True)
    """
    check_level(level)
    if isinstance(target, bool) or not isinstance(target, int | float) or not math.isfinite(target):
        raise UsageError("目标须为一个数", "the target must be a number")
    months, counts, missing = _months(monthly)
    if reached is None:
        if missing:
            raise DataError(
                f"缺 {'、'.join(missing)} 的数，累计数不明；请用 reached 给出最后一月末的累计数",
                f"{', '.join(missing)} have no count, so the total is unknown; give it as reached",
            )
        reached = float(counts.sum())
    _refuse_cumulative(counts, reached)
    end = parse_partial(months[-1]).last
    due = deadline if isinstance(deadline, date) else parse_partial(deadline).last
    left = max(0.0, months_between(end, due))
    m, rate = len(counts), float(counts.mean())
    raw = float(((counts - rate) ** 2).sum() / rate / (m - 1)) if rate > 0 else NAN
    ahead = _Ahead(rate=rate, phi_raw=raw, m=m)
    need = math.ceil(target - reached - 1e-9)
    low, high = ahead.interval(left, level)
    values = {
        "probability": ahead.at_least(need, left),
        "estimate": reached + rate * left,
        "lower": reached + low,
        "upper": reached + high,
        "rate": rate,
        "phi": 1.0 if math.isnan(raw) else max(1.0, raw),
        "phi_raw": raw,
        "months_left": left,
        "required": 0.0 if need <= 0 else (target - reached) / left if left > 0 else NAN,
        "reached": float(reached),
        "target": float(target),
        "n": float(m),
    }
    table = pd.DataFrame([*_seen(months, counts, reached), *_ahead_rows(end, due, reached, ahead, level)])
    notes = _notes(values, months, counts, missing, due)
    return Result("target_forecast", table, values, (*notes, *_rising(counts), level_note(level)))


class _Ahead:
    """The predictive distribution of what is still to come in h months."""

    def __init__(self, *, rate: float, phi_raw: float, m: int) -> None:
        self.rate, self.m = rate, m
        self.phi = phi_raw * (m - 1) / (m - 3) if phi_raw > 1 else 1.0

    def _shape(self, h: float) -> tuple[float, float]:
        """Size and probability of the negative binomial; half an event where none was seen (Jeffreys' prior)."""
        mean = max(self.rate, 0.5 / self.m) * h
        inflation = self.phi * (1 + h / self.m)  # variance over mean, above 1
        return mean / (inflation - 1), 1 / inflation

    def at_least(self, need: int, h: float) -> float:
        from scipy.stats import nbinom

        if need <= 0:
            return 1.0
        return float(nbinom.sf(need - 1, *self._shape(h))) if h > 0 else 0.0

    def interval(self, h: float, level: float) -> tuple[float, float]:
        from scipy.stats import nbinom

        if h <= 0:
            return 0.0, 0.0
        tail = (1 - level) / 2
        low, high = nbinom.ppf([tail, 1 - tail], *self._shape(h))
        return float(low), float(high)


# -- reading the months --


def _months(monthly: Any) -> tuple[list[str], Floats, list[str]]:
    """Months with a count in order, their counts, and the months between that lack one."""
    read = [(_month(m), c) for m, c in _pairs(monthly)]
    names = [m for m, _ in read]
    if len(set(names)) < len(names):
        raise DataError("同一个月有两个数，请每月只留一个", "a month has two counts; keep one a month")
    counts = dict(zip(names, numbers([c for _, c in read], "count"), strict=True))
    if any(c < 0 for c in counts.values()):
        raise DataError(
            "月度新增数不能为负；请给出各月新增，不是累计",
            "a count of a month cannot be negative; give what each month added",
        )
    known = sorted(m for m, c in counts.items() if not math.isnan(c))
    if len(known) < LEAST_MONTHS:
        raise DataError(
            f"预测至少需要 {LEAST_MONTHS} 个月的数，现有 {len(known)} 个",
            f"a forecast needs counts of {LEAST_MONTHS} months at least; there are {len(known)}",
        )
    first, last = known[0], known[-1]
    whole = [str(p) for p in pd.period_range(first, last, freq="M")]
    return known, np.array([counts[m] for m in known]), [m for m in whole if m not in set(known)]


def _refuse_cumulative(counts: Floats, reached: float) -> None:
    """Numbers that never fall and end with the total itself are totals, not what each month added."""
    if (np.diff(counts) >= 0).all() and counts[-1] == reached and counts.sum() > reached:
        raise DataError(
            f"各月的数不降，末月 {counts[-1]:,.0f} 就是累计数：给的是各月末的累计，请给各月新增",
            f"the counts never fall and the last, {counts[-1]:,.0f}, is the total reached: these are cumulative numbers; give what "
            "each month added",
        )


def _rising(counts: Floats) -> list[Note]:
    if not (np.diff(counts) > 0).all():
        return []
    return [
        Note(
            "warning",
            f"{len(counts)} 个月的数逐月上升：若是累计数，预测不成立，请改给各月新增",
            f"the counts rise in every one of {len(counts)} months: if they are cumulative the forecast is wrong; give what each "
            "month added",
        )
    ]


def _pairs(monthly: Any) -> Iterable[tuple[Any, Any]]:
    columns = getattr(monthly, "columns", None)
    if columns is None:
        return [(month, count) for month, count in monthly]
    absent = [name for name in ("month", "count") if name not in columns]
    if absent:
        raise DataError(
            f"数据表缺少列：{'、'.join(absent)}（需要 month 和 count）",
            f"the frame lacks the columns {', '.join(absent)} (month and count are needed)",
        )
    return zip(monthly["month"], monthly["count"], strict=True)


def _month(value: Any) -> str:
    if isinstance(value, date):
        return f"{value:%Y-%m}"
    found = parse_partial(str(value))
    if (found.first.year, found.first.month) != (found.last.year, found.last.month):
        raise DataError(f"“{value}”不是一个月，请写成 2023-05", f"{value!r} is not a month; write 2023-05")
    return f"{found.first:%Y-%m}"


# -- showing --


def _seen(months: list[str], counts: Floats, reached: float) -> list[dict[str, object]]:
    totals = reached - counts.sum() + np.cumsum(counts)
    return [
        {"month": m, "value": float(c), "total": float(s), "lower": NAN, "upper": NAN, "status": "ok"}
        for m, c, s in zip(months, counts, totals, strict=True)
    ]


def _ahead_rows(end: date, due: date, reached: float, ahead: _Ahead, level: float) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = []
    for day in _month_ends(end, due):
        h = months_between(end, day)
        low, high = ahead.interval(h, level)
        rows.append(
            {
                "month": f"{day:%Y-%m}",
                "value": NAN,
                "total": reached + ahead.rate * h,
                "lower": reached + low,
                "upper": reached + high,
                "status": "forecast",
            }
        )
    return rows


def _month_ends(end: date, due: date) -> list[date]:
    days, day = [], end
    while day < due:
        after = (day + timedelta(days=1)).replace(day=28) + timedelta(days=4)
        day = min(after - timedelta(days=after.day), due)
        days.append(day)
    return days


def _notes(
    values: dict[str, float], months: list[str], counts: Floats, missing: list[str], due: date
) -> tuple[Note, ...]:
    m = len(months)
    told = [
        METHOD,
        REFERENCE,
        Note("n", f"{m} 个月的数，{months[0]} 至 {months[-1]}", f"{m} months, {months[0]} to {months[-1]}"),
    ]
    if missing:
        told.append(
            Note(
                "exclusion",
                f"{len(missing)} 个月缺数，未计入速度：{'、'.join(missing)}",
                f"{len(missing)} months without a count were left out of the rate: {', '.join(missing)}",
            )
        )
    half = m // 2
    early, late = counts[:half], counts[-half:]
    spread = math.sqrt(values["phi"] * max(values["rate"], 1e-12) * 2 / half)
    drift = (float(late.mean()) - float(early.mean())) / spread
    warnings = [
        (
            abs(drift) > 2,
            "前后两半的速度明显不同：同一速度的假定可疑，预测只作参考",
            "the rate of the first half of the months differs from that of the second: one steady rate is doubtful",
        ),
        (
            values["months_left"] > m,
            f"余下 {values['months_left']:.1f} 个月，多于已有的 {m} 个月：外推过远",
            f"{values['months_left']:.1f} months ahead from {m} seen: a long way to look",
        ),
        (
            m < 6,
            f"只有 {m} 个月：离散程度估计很粗",
            f"{m} months only: how uneven they are is roughly known",
        ),
        (
            values["months_left"] == 0,
            f"截止日 {due} 已过，没有预测",
            f"the deadline {due} is over: nothing is forecast",
        ),
    ]
    told += [STEADY, *(Note("warning", zh, en) for applies, zh, en in warnings if applies)]
    return tuple(told)
