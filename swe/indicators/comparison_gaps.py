"""Silent months in a comparison: who stands apart, and how far a compared unit's numbers could be off because of them.

Who does not report often does not work. A rate over the months reported takes the silent ones for as good as the others,
so whatever is concluded must also hold if they had nothing.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from swe.indicators import comparison_spread as spread
from swe.indicators.comparison_spread import Floats, Target
from swe.show.result import Note

MOST_MONTHS = 0.9  # share of the months due that a unit must have reported to be compared; ours
Z = 1.959963984540054  # intervals are 95 %
DUST = 1e-9


def statuses(frame: pd.DataFrame) -> pd.Series:
    """ok, unreported, partial, or not_applicable: who can be compared at all."""
    due, reported = frame["due"].fillna(0), frame["reported"].fillna(0)
    silent = frame["count"].isna() | ((due > 0) & (reported == 0))
    part = (due > 0) & (reported < MOST_MONTHS * due - DUST)
    nothing = ~silent & ~(frame["exposure"] > 0)
    status = np.select([silent, nothing, part], ["unreported", "not_applicable", "partial"], "ok")
    return pd.Series(status, index=frame.index)


def apart(frame: pd.DataFrame, status: pd.Series) -> pd.DataFrame:
    """Units that are not compared: their value over what was reported, and `at_least`, if the silent months had nothing."""
    rows = frame[status != "ok"].assign(status=status[status != "ok"]).reset_index(drop=True)
    part = rows["status"] == "partial"
    value, least = rows["count"] / rows["exposure"], rows["count"] / whole(rows)
    return rows.assign(value=value.where(part), at_least=least.where(part))


def whole(frame: pd.DataFrame) -> Floats:
    """Exposure with that of the silent months in it; the exposure itself where no month is silent."""
    e, due, reported = (frame[name].to_numpy(dtype=float) for name in ("exposure", "due", "reported"))
    gaps = (due > reported + DUST) & (reported > 0)
    return np.where(gaps, e * np.divide(due, reported, out=np.ones_like(e), where=gaps), e)


def limits(
    count: Floats, exposure: Floats, all_of_it: Floats, *, binomial: bool, dispersion: float
) -> tuple[Floats, Floats, Floats]:
    """Standard error and limits of each unit's own value; limits also hold what the silent months could have been.

    For a rate they could have had nothing; nothing bounds them from above, where the limit is that of the months reported.
    Of a share they could have been none or all.
    """
    se, low, high = spread.own_interval(count, exposure, binomial=binomial, dispersion=dispersion)
    gaps = all_of_it > exposure
    if not gaps.any():
        return se, low, high
    least = spread.own_interval(count, all_of_it, binomial=binomial, dispersion=dispersion)[1]
    low = np.where(gaps, np.minimum(low, least), low)
    if binomial:
        most = spread.own_interval(count + all_of_it - exposure, all_of_it, binomial=True, dispersion=1.0)[2]
        high = np.where(gaps, np.maximum(high, most), high)
    return se, low, high


def stable(
    count: Floats, exposure: Floats, all_of_it: Floats, *, binomial: bool, dispersion: float
) -> tuple[Floats, Floats]:
    """Value and error for ranks; an error is widened until its 95 % interval holds that of silent months with nothing."""
    x, se = spread.stable(count, exposure, binomial=binomial, dispersion=dispersion)
    least, own = spread.stable(count, all_of_it, binomial=binomial, dispersion=dispersion)
    return x, np.where(all_of_it > exposure, np.maximum(se, (x - least) / Z + own), se)


def tails(count: Floats, exposure: Floats, all_of_it: Floats, target: Target, *, binomial: bool) -> Floats:
    """Two-sided p against the usual spread, the larger of both readings; 1 where they lie on different sides."""
    p = spread.tails(count, exposure, target, binomial=binomial)
    gaps = all_of_it > exposure
    if not gaps.any():
        return p
    size = np.ceil(all_of_it) if binomial else all_of_it
    other = spread.tails(count, size, target, binomial=binomial)
    crossed = np.sign(count / exposure - target.value) != np.sign(count / size - target.value)
    return np.where(gaps, np.where(crossed, 1.0, np.maximum(p, other)), p)


def notes(out: pd.DataFrame, compared: pd.DataFrame) -> tuple[Note, ...]:
    """Who stands apart and why, and how many of those compared have a silent month."""
    words = {
        "unreported": ("个单位没有报，不是零，另列", "units did not report; that is not zero, and they stand apart"),
        "partial": (f"个单位报到的月份不足应报的 {MOST_MONTHS:.0%}，另列，不参加比较",
                    f"units reported fewer than {MOST_MONTHS:.0%} of their months; they stand apart and are not compared"),
        "not_applicable": ("个单位分母为 0，不适用", "units have nothing to divide by"),
    }  # fmt: skip
    counts = out["status"].value_counts()
    told = [
        Note("exclusion", f"{counts[key]:,} {zh}", f"{counts[key]:,} {en}")
        for key, (zh, en) in words.items()
        if key in counts
    ]
    some = int((compared["silent"] > 0).sum())
    if some:
        told.append(
            Note(
                "warning",
                f"参加比较的有 {some:,} 个单位缺报少数月份：区间、档和检验都按“缺报月份一次没有”的最坏情形放宽，不用均值填补",
                f"{some:,} of the units compared have a few silent months: interval, tier and test are widened to the worst case, "
                "that those months had nothing; no gap is filled by a mean",
            )
        )
    return tuple(told)
