"""One measure of a comparison: completeness, target, funnel, shrinkage, tiers and tests of its units."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from swe import stats
from swe.indicators import comparison_spread as spread
from swe.indicators.comparison_funnel import funnel_of
from swe.indicators.comparison_rows import EVERY_MONTH, MOST_MONTHS, Measure
from swe.indicators.comparison_spread import Floats, Target
from swe.show.result import Note, Result
from swe.stats.frames import SMALL

FEW = 5  # units below which nothing is ranked
LEVEL = 0.05  # false discovery rate of a family
SETTLED = "reference"  # where a target comes from, beside "units"


@dataclass(frozen=True, eq=False)
class Compared:
    """The units of one measure.

    table     a row a unit compared: COLUMNS of the rows, `value se lower upper expected small` (1 where fewer than 20 are
              expected, or n is below 20), `expected_next`, `kept` (share of the distance from the mean that is kept),
              `rank_lower rank_upper tier`, `p p_adjusted flagged` (−1, 0, 1: beyond the usual spread, false discovery
              rate 5 %)
    apart     units that are not compared: `status` unreported, partial, or not_applicable (nothing to divide by);
              `value` over what was reported, `at_least` if the silent months had nothing
    target    what units are compared with, and `target_of`: these units, or a reference
    shrunken, ranks, tests, funnel   the results behind it; None below 5 units, or where nothing varies
    """

    measure: Measure
    table: pd.DataFrame
    apart: pd.DataFrame
    target: Target | None
    target_of: str
    shrunken: Result | None
    ranks: Result | None
    tests: Result | None
    notes: tuple[Note, ...]

    @cached_property
    def funnel(self) -> Result | None:
        """The funnel with the variance between units, drawn only where it is asked for."""
        if self.ranks is None or self.target is None:
            return None
        return funnel_of(
            self.table, self.target, self.measure.kind == "share", settled=self.target_of == SETTLED
        )

    @property
    def ranked(self) -> bool:
        return self.ranks is not None

    @property
    def tiers(self) -> int:
        """Tiers that can be told apart; 0 where nothing is ranked."""
        return 0 if self.ranks is None else int(self.ranks["tiers"])

    @property
    def flagged(self) -> int:
        """Units beyond the usual spread, at a false discovery rate of 5 %."""
        return int((self.table["flagged"] != 0).sum())

    def cannot_be_told_from(self, unit: Any) -> tuple[Any, ...]:
        """Units that cannot be told apart from one; empty where nothing is ranked. UsageError for one without a rank."""
        if self.ranks is None:
            return ()
        from swe.stats.ranking import tied_with

        scaled = self.ranks.table.assign(value=self.ranks.table["stable"], se=self.ranks.table["stable_se"])
        return tuple(tied_with(replace(self.ranks, table=scaled), unit)["unit"])


def compare_one(
    measure: Measure,
    frame: pd.DataFrame,
    months: pd.DataFrame,
    *,
    by: str,
    known: Mapping[str, Any] | None = None,
) -> Compared:
    """Compare the units of one measure; `known` are the numbers of a reference."""
    binomial = measure.kind == "share"
    status = _statuses(frame, EVERY_MONTH if by == "station" else MOST_MONTHS)
    used, apart = frame[status == "ok"].reset_index(drop=True), _apart(frame, status)
    y, e = (used[name].to_numpy(dtype=float) for name in ("count", "exposure"))
    mine = months[months["unit"].isin(set(used["unit"]))]
    own = 1.0 if binomial else spread.month_dispersion(mine) if len(mine) else 1.0
    target = _target(y, e, binomial, own, known)
    se, low, high = spread.own_interval(
        y, e, binomial=binomial, dispersion=own if target is None else target.dispersion
    )
    table = used.assign(value=y / e, se=se, lower=low, upper=high)
    varies = target is not None and target.value > 0 and not (binomial and target.value >= 1)
    if target is None or not varies or len(used) < FEW:
        return _unranked(measure, table, apart, target, known, varies)
    expected = e if binomial else e * target.value / target.dispersion
    table = table.assign(
        expected=expected if not binomial else e * target.value, small=(expected < SMALL).astype(int)
    )
    shrunken = _shrunken(table, target, binomial, known)
    ranked = _ranks(table, target, binomial)
    p = spread.tails(y, e, target, binomial=binomial)
    tests = stats.multiplicity(pd.Series(p, index=used["unit"]), level=LEVEL)
    side = np.sign(table["value"].to_numpy() - target.value).astype(int)
    table = table.assign(
        expected_next=shrunken.table["shrunken"].to_numpy(), kept=shrunken.table["shrinkage"].to_numpy(),
        rank_lower=ranked.table["rank_lower_simultaneous"].to_numpy(), rank_upper=ranked.table["rank_upper_simultaneous"].to_numpy(),
        tier=ranked.table["tier"].to_numpy(), p=p, p_adjusted=tests.table["p_adjusted"].to_numpy(),
        flagged=np.where(tests.table["rejected"].to_numpy() == 1, side, 0),
    )  # fmt: skip
    notes = _notes(measure, table, apart, target, known)
    return Compared(
        measure, table, apart, target, "units" if known is None else SETTLED, shrunken, ranked, tests, notes
    )


def _unranked(
    measure: Measure,
    table: pd.DataFrame,
    apart: pd.DataFrame,
    target: Target | None,
    known: Any,
    varies: bool,
) -> Compared:
    """Values and intervals, and nothing that would order them."""
    if varies:
        few = Note(
            "warning",
            f"可比的单位只有 {len(table)} 个（少于 {FEW} 个），不排名、不分档，只列各自的数和区间",
            f"only {len(table)} units can be compared (fewer than {FEW}): no ranking and no tiers, only values and intervals",
        )
    else:
        few = Note(
            "warning",
            "各单位的数全为 0 或全为 1，没有可比的差异",
            "all units are at 0 or at 1; there is nothing to compare",
        )
    blank = table.assign(
        **dict.fromkeys(("expected", "expected_next", "kept", "rank_lower", "rank_upper", "tier", "p", "p_adjusted"), np.nan),
        small=0, flagged=0,
    )  # fmt: skip
    notes = (*_completeness(apart), few)
    return Compared(
        measure, blank, apart, target, "units" if known is None else SETTLED, None, None, None, notes
    )


# -- completeness --


def _statuses(frame: pd.DataFrame, least: float) -> pd.Series:
    """ok, unreported, partial, or not_applicable: who can be compared at all."""
    due, reported = frame["due"].fillna(0), frame["reported"].fillna(0)
    silent = frame["count"].isna() | ((due > 0) & (reported == 0))
    part = (due > 0) & (reported < least * due - 1e-9)
    nothing = ~silent & ~(frame["exposure"] > 0)
    status = np.select([silent, nothing, part], ["unreported", "not_applicable", "partial"], "ok")
    return pd.Series(status, index=frame.index)


def _apart(frame: pd.DataFrame, status: pd.Series) -> pd.DataFrame:
    rows = frame[status != "ok"].assign(status=status[status != "ok"]).reset_index(drop=True)
    part = rows["status"] == "partial"
    value = (rows["count"] / rows["exposure"]).where(part)
    return rows.assign(value=value, at_least=(rows["count"] / rows["due"]).where(part))


# -- the results --


def _target(
    y: Floats, e: Floats, binomial: bool, own: float, known: Mapping[str, Any] | None
) -> Target | None:
    if known is not None:
        return Target(float(known["target"]), float(known["tau2"]), float(known["dispersion"]))
    return spread.pooled(y, e, binomial=binomial, dispersion=own) if len(y) else None


def _shrunken(table: pd.DataFrame, target: Target, binomial: bool, known: Mapping[str, Any] | None) -> Result:
    """The value to expect next: by the gamma–Poisson model for rates, the normal one for shares.

    Counts and exposures are divided by the dispersion, so that months that vary more than chance weigh less.
    """
    y, e = (table[name].to_numpy(dtype=float) for name in ("count", "exposure"))
    s2 = spread.chance(target.value, e, binomial=binomial, dispersion=target.dispersion) ** 2
    if known is None and not binomial:
        phi = target.dispersion
        frame = {"unit": table["unit"], "y": y / phi, "e": e / phi}
        return stats.shrink(frame, unit="unit", count="y", exposure="e")
    if known is None:
        return stats.shrink_normal(
            {"unit": table["unit"], "x": y / e, "se": np.sqrt(s2)}, unit="unit", estimate="x", se="se"
        )
    kept = target.tau2 / (target.tau2 + s2)
    value = target.value + kept * (y / e - target.value)
    se = np.sqrt(kept * s2)
    rows = pd.DataFrame(
        {
            "unit": table["unit"], "value": value, "se": se, "lower": value - 1.96 * se, "upper": value + 1.96 * se, "n": e,
            "status": "ok", "raw": y / e, "shrunken": value, "shrinkage": kept,
        }
    )  # fmt: skip
    note = Note(
        "method",
        "收缩值 = 参照均值 + 保留份额 ×（原值 − 参照均值），保留份额 = τ²/(τ² + s²)，均值和 τ² 取自参照",
        "shrunken value = mean of the reference + share kept × (raw − mean), share kept = τ²/(τ² + s²), mean and τ² of the reference",
    )
    values = {"mean": target.value, "tau2": target.tau2, "factor": float(kept.mean())}
    return Result("shrink_normal", rows, values, (note,))


def _ranks(table: pd.DataFrame, target: Target, binomial: bool) -> Result:
    """Rank sets and tiers on the scale on which chance does not depend on the value; shown in the measure's own unit."""
    y, e = (table[name].to_numpy(dtype=float) for name in ("count", "exposure"))
    x, se = spread.stable(y, e, binomial=binomial, dispersion=target.dispersion)
    found = stats.ranks({"unit": table["unit"], "x": x, "se": se}, unit="unit", estimate="x", se="se")
    shown = found.table.assign(
        value=table["value"].to_numpy(), se=table["se"].to_numpy(), lower=table["lower"].to_numpy(),
        upper=table["upper"].to_numpy(), n=e, stable=x, stable_se=se,
    )  # fmt: skip
    how = "反正弦" if binomial else "平方根"
    note = Note(
        "method",
        f"名次集合与档在{how}尺度上求得（列 stable、stable_se），在那里误差不随数值大小变；所列的数和区间仍是原单位",
        f"rank sets and tiers are found on the {'arcsine' if binomial else 'square root'} scale (columns stable, stable_se), "
        "on which the error does not depend on the value; values and intervals are in their own unit",
    )
    return replace(found, table=shown, notes=(note, *found.notes))


# -- what must be known --


def _completeness(apart: pd.DataFrame) -> tuple[Note, ...]:
    words = {
        "unreported": ("个单位没有报，不是零，另列", "units did not report; that is not zero, and they stand apart"),
        "partial": ("个单位有月份没有报，另列，不参加比较", "units have months without a report; they stand apart and are not compared"),
        "not_applicable": ("个单位分母为 0，不适用", "units have nothing to divide by"),
    }  # fmt: skip
    counts = apart["status"].value_counts()
    return tuple(
        Note("exclusion", f"{counts[key]:,} {zh}", f"{counts[key]:,} {en}")
        for key, (zh, en) in words.items()
        if key in counts
    )


def _notes(
    measure: Measure, table: pd.DataFrame, apart: pd.DataFrame, target: Target, known: Any
) -> tuple[Note, ...]:
    made = [*_completeness(apart)]
    small = int(table["small"].sum())
    if small:
        made.append(
            Note(
                "warning",
                f"{small:,} 个单位的期望数（比例为分母）不足 {SMALL}，单看它们的数没有意义，请看收缩后的数",
                f"{small:,} units are expected to have fewer than {SMALL} (shares: a denominator below {SMALL}); their own "
                "values mean little, read the shrunken ones",
            )
        )
    if target.dispersion > 1:
        made.append(
            Note(
                "method",
                f"月与月之间的波动是泊松的 {target.dispersion:.2f} 倍（各站共有的季节已扣除），误差已相应放宽",
                f"months vary {target.dispersion:.2f} times as much as chance (a season that all share is taken out); errors are "
                "widened by it",
            )
        )
    made.append(
        Note(
            "method",
            "“超出通常差异”：在目标值、单位间方差 τ² 和机会误差下，双侧概率经 BH 校正后低于 5%",
            "beyond the usual spread: two-sided tail under target, variance between units τ² and chance, adjusted by BH, below 5 %",
        )
    )
    return tuple(made)
