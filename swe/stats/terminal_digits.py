"""Heaping: counts that end in 0 or 5 more often than counted people do.

A ledger of 20, 30, 50 and 100 person-times was estimated, not counted; the flag is a reason to look at sign-in sheets.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from swe.core.errors import DataError, UsageError
from swe.show.result import Note, Result
from swe.stats.survey_frames import (
    NAN,
    Codes,
    check_level,
    clopper_pearson,
    codes,
    count_note,
    holm,
    level_note,
    number_column,
    row_status,
)

EXPECTED = 0.2  # two of ten terminal digits
NARROW = 30  # below this 10–90 % range terminal digits need not be uniform; ours, three full tens

METHOD = Note(
    "method",
    "末位为 0 或 5 的份额，与十个末位数字均匀时的 20% 相比（Whipple 型指数，1 为无堆积，5 为全部堆积）；"
    "份额用单侧精确二项检验，十个末位用卡方检验",
    "share of counts ending in 0 or 5 against the 20 % of uniform terminal digits (a Whipple-type index: 1 none, 5 all); "
    "one-sided exact binomial test of the share, chi-square of the ten digits",
)
REFERENCE = Note(
    "reference",
    "Whipple 指数：联合国，Demographic Yearbook 1955；Shryock & Siegel (1976)",
    "Whipple's index: United Nations, Demographic Yearbook 1955; Shryock & Siegel (1976)",
)
FLAG = Note(
    "method",
    "只作提示并给出笔数，不作扣分依据：整数可能有正当理由（如按场次定员）",
    "a flag with its counts, not a deduction: round numbers can have good reasons (fixed group sizes)",
)


def heaping(
    data: pd.DataFrame,
    *,
    value: str,
    unit: str | None = None,
    minimum: int = 10,
    level: float = 0.95,
) -> Result:
    """How much more often counts end in 0 or 5 than one in five.

    Parameters
    ----------
    data
        One row a record; `value` holds whole counts.
    unit
        Column of stations: a table row and a test for each, p adjusted by Holm.
    minimum
        Smaller counts are left out and counted: their last digit is the number itself.

    Returns
    -------
    Result
        `kind="heaping"`. Values: `share lower upper` (exact interval) `expected index p chi2 chi2_p n heaped`. Table
        without `unit`: `digit count share expected`; with it: `unit value lower upper expected index p p_adjusted
        flag n status`, flag 1 where p_adjusted < 1 − level.

    Raises
    ------
    DataError
        No whole count of at least `minimum`.
    UsageError
        A `minimum` below 10.

    References
    ----------
    United Nations (1956), Demographic Yearbook 1955; Shryock & Siegel (1976), The methods and materials of demography.

    Examples
    --------
    >>> found = heaping(pd.DataFrame({"persons": [20, 25, 30, 31, 40, 47, 50, 60]}), value="persons")
    >>> found["share"], found["index"]
    (0.75, 3.75)
    """
    check_level(level)
    if minimum < 10:
        raise UsageError(
            f"minimum 须不小于 10，不能是 {minimum}", f"minimum must be at least 10, not {minimum}"
        )
    read = number_column(data, value)
    used = ~np.isnan(read) & (read >= minimum) & (read == np.round(read))
    digits = (read[used] % 10).astype(np.intp)
    n = len(digits)
    if n == 0:
        raise DataError(
            f"列 {value!r} 没有不小于 {minimum} 的整数",
            f"{value!r} holds no whole count of {minimum} or more",
        )
    counts = np.bincount(digits, minlength=10)
    heaped = int(counts[0] + counts[5])
    chi2, chi2_p = _chi_square(counts)
    lower, upper = clopper_pearson(heaped, n, level)
    values = {
        "share": heaped / n,
        "lower": lower,
        "upper": upper,
        "expected": EXPECTED,
        "index": heaped / n / EXPECTED,
        "p": _binomial(heaped, n),
        "chi2": chi2,
        "chi2_p": chi2_p,
        "n": float(n),
        "heaped": float(heaped),
    }
    if unit is None:
        table = pd.DataFrame(
            {"digit": np.arange(10), "count": counts, "share": counts / n, "expected": [0.1] * 10}
        )
    else:
        group, labels = codes(data, unit)
        table = _units(group[used], labels, digits, level)
    spread = float(np.subtract(*np.quantile(read[used], [0.9, 0.1])))
    return Result(
        "heaping", table, values, (level_note(level), *_notes(read, used, minimum, spread, table, n))
    )


def _binomial(x: int, n: int) -> float:
    from scipy.stats import binom

    return float(binom.sf(x - 1, n, EXPECTED))


def _chi_square(counts: Codes) -> tuple[float, float]:
    from scipy.stats import chi2

    expected = counts.sum() / 10
    statistic = float(((counts - expected) ** 2 / expected).sum())
    return statistic, float(chi2.sf(statistic, 9))


def _units(group: Codes, labels: list[Any], digits: Codes, level: float) -> pd.DataFrame:
    n = np.bincount(group, minlength=len(labels))
    x = np.bincount(group[digits % 5 == 0], minlength=len(labels))
    p = [_binomial(int(a), int(b)) if b else NAN for a, b in zip(x, n, strict=True)]
    adjusted = holm(p)
    limits = [clopper_pearson(int(a), int(b), level) if b else (NAN, NAN) for a, b in zip(x, n, strict=True)]
    share = [a / b if b else NAN for a, b in zip(x, n, strict=True)]
    return pd.DataFrame(
        {
            "unit": [str(label) for label in labels],
            "value": share,
            "lower": [low for low, _ in limits],
            "upper": [high for _, high in limits],
            "expected": EXPECTED,
            "index": [s / EXPECTED for s in share],
            "p": p,
            "p_adjusted": adjusted,
            "flag": [float(a < 1 - level) for a in adjusted],
            "n": n,
            "status": [row_status(m) for m in n],
        }
    )


def _notes(
    read: np.ndarray, used: np.ndarray, minimum: int, spread: float, table: pd.DataFrame, n: int
) -> tuple[Note, ...]:
    gaps = int(np.isnan(read).sum())
    small = int((read < minimum).sum())
    broken = len(read) - gaps - small - int(used.sum())
    told = [METHOD, REFERENCE, FLAG, count_note(n, "笔", "counts")]
    for number, zh, en in (
        (gaps, "笔缺数", "without a count"),
        (small, f"笔小于 {minimum}", f"below {minimum}"),
        (broken, "笔不是整数", "as not whole"),
    ):
        if number:
            told.append(Note("exclusion", f"{number} {zh}，未计入", f"left out {en}: {number}"))
    if spread < NARROW:
        told.append(
            Note(
                "warning",
                f"多数计数只相差 {spread:.0f}：末位本来就未必均匀，指数仅供参考",
                f"most counts lie within {spread:.0f} of each other: terminal digits need not be uniform, the index is a hint",
            )
        )
    if "flag" in table.columns:
        flagged = int(table["flag"].sum())
        told.append(
            Note(
                "method",
                f"共检验 {int(table['p'].notna().sum())} 个站点（Holm 校正），提示 {flagged} 个",
                f"{int(table['p'].notna().sum())} units tested (Holm), {flagged} flagged",
            )
        )
    return tuple(told)
