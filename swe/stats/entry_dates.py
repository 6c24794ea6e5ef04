"""Late entry: how long after the service its record was typed in, and whether entries crowd before a quarter ends.

Records typed in weeks later, in one sitting, before an assessment, are memory or invention; on-site checks begin there.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from swe.core.errors import DataError, UsageError
from swe.show.result import Note, Result
from swe.stats.survey_frames import NAN, check_level, column, level_note, row_status, wilson

REFERENCE = Note(
    "reference",
    "精确二项检验：Clopper & Pearson (1934)；月度区间：Wilson (1927)",
    "exact binomial test: Clopper & Pearson (1934); intervals of months: Wilson (1927)",
)
CROWDED = 2.0  # times the share of calendar days from which a reader is warned; ours


def late_entry(
    data: pd.DataFrame,
    *,
    service_date: str,
    entry_date: str,
    within_days: int = 30,
    closing_days: int = 5,
    level: float = 0.95,
) -> Result:
    """Entry date minus service date: the share entered late, by month of service, and crowding at quarter ends.

    Parameters
    ----------
    data
        One row a record; both columns hold dates (datetime, date or ISO text such as 2023-05-31). Rows without either are left out.
    within_days
        Days after the service by which a record is in time. The default of 30 is ours, not a standard.
    closing_days
        The last days of a quarter that count as its end.

    Returns
    -------
    Result
        `kind="late_entry"`. Values: `share` late, `lower upper` (Wilson), `late before n`, `median_days`;
        `quarter_end_share` of entries made on closing days, `quarter_end_expected` (share of calendar days from first
        to last entry), `quarter_end_ratio`, `p` (one-sided exact binomial), `busiest_day_share`. Entries dated before
        their service are counted in `before`, and are not late. Table: `month value lower upper late n median_days
        status`, by month of service.

    Raises
    ------
    DataError
        Unreadable dates, or no row with both.
    UsageError
        Negative days.

    Examples
    --------
    >>> rows = pd.DataFrame({"served": ["2023-01-05", "2023-02-10", "2023-03-03"],
    ...                      "entered": ["2023-01-06", "2023-03-30", "2023-03-30"]})
    >>> found = late_entry(rows, service_date="served", entry_date="entered")
    >>> round(found["share"], 4), found["median_days"], round(found["quarter_end_share"], 4)
    (0.3333, 27.0, 0.6667)
    """
    check_level(level)
    if within_days < 0 or closing_days < 1:
        raise UsageError(
            f"within_days 不能为负、closing_days 至少为 1；现为 {within_days}、{closing_days}",
            f"within_days must not be negative and closing_days at least 1; they are {within_days} and {closing_days}",
        )
    served, entered = _dates(data, service_date), _dates(data, entry_date)
    both = (served.notna() & entered.notna()).to_numpy()
    absent = int((~both).sum())
    served, entered = served[both], entered[both]
    n = len(served)
    if n == 0:
        raise DataError(
            "没有一行同时有服务日期和录入日期", "no row has both a date of service and a date of entry"
        )
    days = (entered - served).dt.days.to_numpy()
    late = days > within_days
    lower, upper = wilson(float(late.sum()), n, level)
    crowding = _crowding(entered, closing_days)
    values = {
        "share": float(late.mean()),
        "lower": lower,
        "upper": upper,
        "late": float(late.sum()),
        "before": float((days < 0).sum()),
        "n": float(n),
        "median_days": float(np.median(days)),
        **crowding,
    }
    notes = (level_note(level), *_notes(values, absent, within_days, closing_days))
    return Result("late_entry", _months(served, days, late, level), values, notes)


def _dates(data: pd.DataFrame, name: str) -> pd.Series:
    try:
        return pd.to_datetime(column(data, name), format="ISO8601").dt.normalize().reset_index(drop=True)
    except (ValueError, TypeError) as error:
        raise DataError(
            f"列 {name!r} 中有读不出的日期，请写成 2023-05-31",
            f"{name!r} holds dates that cannot be read; write 2023-05-31",
        ) from error


def _crowding(entered: pd.Series, closing_days: int) -> dict[str, float]:
    from scipy.stats import binom

    def closing(days: pd.Series) -> np.ndarray:
        ends = (days + pd.offsets.QuarterEnd(0)).dt.normalize()
        return ((ends - days).dt.days < closing_days).to_numpy()

    calendar = pd.Series(pd.date_range(entered.min(), entered.max(), freq="D"))
    inside = closing(entered)
    share, expected = float(inside.mean()), float(closing(calendar).mean())
    known = 0 < expected < 1
    return {
        "quarter_end_share": share,
        "quarter_end_expected": expected,
        "quarter_end_ratio": share / expected if expected > 0 else NAN,
        "p": float(binom.sf(int(inside.sum()) - 1, len(inside), expected)) if known else NAN,
        "busiest_day_share": float(entered.value_counts().iloc[0] / len(entered)),
    }


def _months(served: pd.Series, days: np.ndarray, late: np.ndarray, level: float) -> pd.DataFrame:
    frame = pd.DataFrame({"month": served.dt.strftime("%Y-%m").to_numpy(), "days": days, "late": late})
    rows = []
    for month, part in frame.groupby("month", sort=True):
        n, x = len(part), float(part["late"].sum())
        low, high = wilson(x, n, level)
        rows.append(
            {
                "month": month,
                "value": x / n,
                "lower": low,
                "upper": high,
                "late": x,
                "n": n,
                "median_days": float(part["days"].median()),
                "status": row_status(n),
            }
        )
    return pd.DataFrame(rows)


def _notes(values: dict[str, float], absent: int, within_days: int, closing_days: int) -> tuple[Note, ...]:
    n, before = int(values["n"]), int(values["before"])
    told = [
        Note(
            "method",
            f"服务后超过 {within_days} 天录入算迟录；季末为每季最后 {closing_days} 天，与录入期间日历天数的份额比较",
            f"late: entered more than {within_days} days after the service; quarter end: the last {closing_days} days, "
            "against their share of the calendar days of entry",
        ),
        REFERENCE,
        Note(
            "method",
            "只作提示并给出笔数，不作扣分依据",
            "a flag with its counts, not a deduction",
        ),
        Note("n", f"{n} 笔记录", f"{n} records"),
    ]
    if absent:
        told.append(
            Note(
                "exclusion",
                f"{absent} 笔缺少日期，未计入",
                f"{absent} rows lack a date and were left out",
            )
        )
    warnings = [
        (
            before > 0,
            f"{before} 笔录入早于服务：日期有误，或先录后做",
            f"{before} records were entered before their service: a wrong date, or typed in ahead",
        ),
        (
            values["quarter_end_ratio"] > CROWDED,
            f"季末录入为日历份额的 {values['quarter_end_ratio']:.1f} 倍：成批补录，p 值按各笔独立计算，仅供参考",
            f"entries at quarter ends are {values['quarter_end_ratio']:.1f} times their share of days: batches; "
            "p takes entries as independent and is a hint only",
        ),
        (
            values["busiest_day_share"] > 0.2 and n >= 20,
            f"{values['busiest_day_share']:.1%} 的记录在同一天录入",
            f"{values['busiest_day_share']:.1%} of the records were entered on one day",
        ),
    ]
    told += [Note("warning", zh, en) for applies, zh, en in warnings if applies]
    return tuple(told)
