"""One measure of a comparison: completeness, target, funnel, shrinkage, tiers and tests of its units."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from swe import stats
from swe.indicators import comparison_gaps as gaps
from swe.indicators import comparison_spread as spread
from swe.indicators.comparison_funnel import funnel_of
from swe.indicators.comparison_moves import halves
from swe.indicators.comparison_rows import Measure
from swe.indicators.comparison_spread import Floats, Target
from swe.indicators.comparison_tails import widening
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
              rate 5 %); `silent` months due that were not reported: limits, ranks and p hold whatever they were
    apart     units that are not compared: `status` unreported, partial, or not_applicable (nothing to divide by);
              `value` over what was reported, `at_least` if the silent months had nothing
    target    what units are compared with, and `target_of`: these units, or a reference
    shrunken, ranks, tests, funnel, moves   the results behind it; None below 5 units, or where nothing varies
    months    `unit month count exposure` of the units compared
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
    months: pd.DataFrame

    @cached_property
    def moves(self) -> Result | None:
        """Who moved from the first to the second half of the period; None where nothing is ranked or months are few."""
        if self.ranks is None or self.target is None or self.measure.kind == "share":
            return None
        return halves(self.months, dispersion=self.target.dispersion)

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
    known: Mapping[str, Any] | None = None,
) -> Compared:
    """Compare the units of one measure; `known` are the numbers of a reference."""
    binomial = measure.kind == "share"
    status = gaps.statuses(frame)
    used, apart = frame[status == "ok"].reset_index(drop=True), gaps.apart(frame, status)
    y, e = (used[name].to_numpy(dtype=float) for name in ("count", "exposure"))
    whole = gaps.whole(used)
    mine = months[months["unit"].isin(set(used["unit"]))]
    own = _dispersion(mine, binomial)
    target = _target(y, e, binomial, own, known)
    se, low, high = gaps.limits(
        y, e, whole, binomial=binomial, dispersion=own if target is None else target.dispersion
    )
    silent = (used["due"] - used["reported"]).clip(lower=0).fillna(0)
    table = used.assign(value=y / e, se=se, lower=low, upper=high, silent=silent)
    varies = _varies(target, binomial)
    if target is None or not varies or len(used) < FEW:
        return _unranked(measure, table, apart, target, known, varies, mine)
    expected = e if binomial else e * target.value / target.dispersion
    table = table.assign(
        expected=expected if not binomial else e * target.value, small=(expected < SMALL).astype(int)
    )
    shrunken = _shrunken(table, target, binomial, known)
    ranked = _ranks(table, target, binomial, whole)
    p = gaps.tails(y, e, whole, target, binomial=binomial)
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
        measure,
        table,
        apart,
        target,
        "units" if known is None else SETTLED,
        shrunken,
        ranked,
        tests,
        notes,
        mine,
    )


@dataclass(frozen=True)
class Common:
    """What a whole gives to the comparison of its parts: the target of its units, how many they are, how many stand apart."""

    target: Target
    units: int
    apart: int


def common(measure: Measure, frame: pd.DataFrame, months: pd.DataFrame) -> Common | None:
    """The target that `compare_one` finds, without ranks and tests; None where it would rank nothing."""
    binomial = measure.kind == "share"
    status = gaps.statuses(frame)
    used = frame[status == "ok"]
    y, e = (used[name].to_numpy(dtype=float) for name in ("count", "exposure"))
    own = _dispersion(months[months["unit"].isin(set(used["unit"]))], binomial)
    target = _target(y, e, binomial, own, None)
    if target is None or not _varies(target, binomial) or len(used) < FEW:
        return None
    return Common(target, len(used), len(frame) - len(used))


def _dispersion(months: pd.DataFrame, binomial: bool) -> float:
    return 1.0 if binomial or not len(months) else spread.month_dispersion(months)


def _varies(target: Target | None, binomial: bool) -> bool:
    return target is not None and target.value > 0 and not (binomial and target.value >= 1)


def _unranked(
    measure: Measure,
    table: pd.DataFrame,
    apart: pd.DataFrame,
    target: Target | None,
    known: Any,
    varies: bool,
    months: pd.DataFrame,
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
    notes = (*gaps.notes(apart, table), few)
    return Compared(
        measure, blank, apart, target, "units" if known is None else SETTLED, None, None, None, notes, months
    )


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


def _ranks(table: pd.DataFrame, target: Target, binomial: bool, whole: Floats) -> Result:
    """Rank sets and tiers on the scale on which chance does not depend on the value; shown in the measure's own unit."""
    y, e = (table[name].to_numpy(dtype=float) for name in ("count", "exposure"))
    x, se = gaps.stable(y, e, whole, binomial=binomial, dispersion=target.dispersion)
    wider = widening(e, target, binomial=binomial)
    se = se * wider
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
    tails = Note(
        "method",
        f"计数的两端比正态厚，误差按同值模拟放宽为 {wider:.3f} 倍，使没有差异时分出两档的机会不超过 5%",
        f"tails of counts reach farther than normal ones: errors are {wider:.3f} times as wide, by simulation of equal units, "
        "so that without differences two tiers appear in at most 5 %",
    )
    return replace(found, table=shown, notes=(note, tails, *found.notes))


# -- what must be known --


def _notes(
    measure: Measure, table: pd.DataFrame, apart: pd.DataFrame, target: Target, known: Any
) -> tuple[Note, ...]:
    made = [*gaps.notes(apart, table)]
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
