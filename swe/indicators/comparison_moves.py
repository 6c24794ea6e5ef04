"""Who moved between two periods: an arrow only where the difference is beyond two of its own standard errors.

With no change at all places move by chance from year to year; an arrow for every difference would be a story about noise.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.stats import norm

from swe.core.errors import DataError
from swe.indicators.comparison_spread import Floats, stable
from swe.show.result import Note, Result
from swe.stats.frames import require

ERRORS = 2.0  # standard errors of a difference below which no arrow is drawn
LEAST_HALF = 3  # months of half a period
BY_CHANCE = float(2 * norm.sf(ERRORS))  # share of units with an arrow where nothing changed


def moves(
    before: pd.DataFrame, after: pd.DataFrame, *, binomial: bool = False, dispersion: float = 1.0
) -> Result:
    """Units seen twice, each against what all of them did together.

    Parameters
    ----------
    before, after
        `unit count exposure`, a row a unit (`Compared.table` of two periods).
    binomial
        Counts are x of n.
    dispersion
        How many times as much as chance the counts vary, at least 1.

    Returns
    -------
    Result
        `kind="moves"`. Values: `units` seen twice, `up down moved`, `by_chance` (arrows to be expected where nothing
        changed). Table `unit before after difference se z arrow status`: values in their own unit; z is the difference over
        its error on the square root scale (shares: arcsine), on which the error does not depend on the value, with the
        change that all share taken out; `arrow` −1, 0 or 1. A unit that lacks a period has no arrow and is `missing`.

    Raises
    ------
    DataError
        Columns absent, a unit twice, or no unit in both.

    References
    ----------
    Anscombe (1948), doi:10.1093/biomet/35.3-4.246.

    Examples
    --------
    >>> one = pd.DataFrame({"unit": list("abc"), "count": [40, 40, 40], "exposure": 12})
    >>> two = pd.DataFrame({"unit": list("abc"), "count": [44, 99, 30], "exposure": 12})
    >>> moves(one, two).table["arrow"].tolist()
    [0, 1, -1]
    """
    for frame in (before, after):
        require(frame, ["unit", "count", "exposure"])
        if frame["unit"].duplicated().any():
            raise DataError("有单位出现两次", "a unit stands there twice")
    columns = ["unit", "count", "exposure"]
    both = before[columns].merge(after[columns], on="unit", how="outer", suffixes=("_1", "_2"), sort=True)
    y1, y2 = (both[f"count_{i}"].to_numpy(dtype=float) for i in (1, 2))
    e1, e2 = (both[f"exposure_{i}"].to_numpy(dtype=float) for i in (1, 2))
    seen = ~(np.isnan(y1) | np.isnan(y2)) & (e1 > 0) & (e2 > 0)
    if not seen.any():
        raise DataError("没有一个单位两段都有数", "no unit has numbers in both periods")
    with np.errstate(divide="ignore", invalid="ignore"):
        one, two = y1 / e1, y2 / e2
    z = np.full(len(both), np.nan)
    z[seen] = _z(y1[seen], e1[seen], y2[seen], e2[seen], binomial, dispersion)
    arrow = np.where(np.abs(z) > ERRORS, np.sign(z), 0).astype(int)
    table = pd.DataFrame(
        {
            "unit": both["unit"], "before": one, "after": two, "difference": two - one,
            "se": _error(y1, e1, y2, e2, binomial, dispersion), "z": z, "arrow": arrow,
            "status": np.where(seen, "ok", "missing"),
        }
    )  # fmt: skip
    k, up, down = int(seen.sum()), int((arrow > 0).sum()), int((arrow < 0).sum())
    values = {"units": float(k), "up": float(up), "down": float(down), "moved": float(up + down),
              "by_chance": k * BY_CHANCE}  # fmt: skip
    return Result("moves", table, values, _notes(k, len(both) - k, binomial))


def halves(months: pd.DataFrame, *, dispersion: float) -> Result | None:
    """`moves` from the first to the second half of the months reported; None where a half is too short.

    months   unit month count exposure; a month in the middle belongs to the second half
    """
    names = sorted(months["month"].unique())
    if len(names) < 2 * LEAST_HALF:
        return None
    first = months["month"].isin(names[: len(names) // 2])
    sums = [part.groupby("unit")[["count", "exposure"]].sum().reset_index() for part in (months[first], months[~first])]  # fmt: skip
    try:
        return moves(*sums, dispersion=dispersion)
    except DataError:  # nobody reported in both halves
        return None


def _z(y1: Floats, e1: Floats, y2: Floats, e2: Floats, binomial: bool, dispersion: float) -> Floats:
    """Difference over its error on the stable scale, without what all units did together."""
    if binomial:
        (x1, s1), (x2, s2) = (stable(y, e, binomial=True, dispersion=1.0) for y, e in ((y1, e1), (y2, e2)))
        common = np.arcsin(np.sqrt(y2.sum() / e2.sum())) - np.arcsin(np.sqrt(y1.sum() / e1.sum()))
        return (x2 - x1 - common) / np.hypot(s1, s2)
    if not (y1.sum() > 0 and y2.sum() > 0):
        return np.zeros(len(y1))
    expected = [e * y.sum() / e.sum() for y, e in ((y1, e1), (y2, e2))]
    (x1, s1), (x2, s2) = (
        stable(y, e, binomial=False, dispersion=dispersion) for y, e in zip((y1, y2), expected, strict=True)
    )
    return (x2 - x1) / np.hypot(s1, s2)


def _error(y1: Floats, e1: Floats, y2: Floats, e2: Floats, binomial: bool, dispersion: float) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        if binomial:
            parts = [y / e * (1 - y / e) / e for y, e in ((y1, e1), (y2, e2))]
        else:
            parts = [y * dispersion / e**2 for y, e in ((y1, e1), (y2, e2))]
    return np.sqrt(parts[0] + parts[1])


def _notes(k: int, lone: int, binomial: bool) -> tuple[Note, ...]:
    how_zh, how_en = ("反正弦", "arcsine") if binomial else ("平方根", "square root")
    told = [
        Note(
            "method",
            f"两段之差在{how_zh}尺度上与其标准误比较，已扣除全体共同的变化；超过 {ERRORS:g} 倍才画箭头",
            f"differences of two periods over their standard error on the {how_en} scale, the change that all share taken out; an "
            f"arrow only beyond {ERRORS:g}",
        ),
        Note("reference", "Anscombe (1948)，doi:10.1093/biomet/35.3-4.246", "Anscombe (1948), doi:10.1093/biomet/35.3-4.246"),
        Note(
            "warning",
            f"{k:,} 个单位即 {k:,} 次比较：即使都没有变化，也约有 {k * BY_CHANCE:.1f} 个会有箭头",
            f"{k:,} units are {k:,} comparisons: without any change about {k * BY_CHANCE:.1f} would have an arrow",
        ),
    ]  # fmt: skip
    if lone:
        told.append(
            Note("exclusion", f"{lone:,} 个单位只有一段有数，没有箭头", f"{lone:,} units lack a period and have no arrow")
        )  # fmt: skip
    return tuple(told)
