"""Ranks with confidence sets, tiers and expected ranks: what an order of noisy units can and cannot say.

Simulated intervals of ranks (Goldstein & Spiegelhalter 1996) are not confidence sets where units are close; the sets
here come from pairwise comparisons and hold whatever the true order is.
"""

from __future__ import annotations

from numbers import Integral
from typing import Any, Literal

import numpy as np
import pandas as pd

from swe.core.errors import UsageError
from swe.show.result import Note, Result
from swe.stats.frames import Floats, account, choice, need, read_columns, spread, statuses
from swe.stats.intervals import z_value
from swe.stats.posterior_ranks import expected_ranks, top_shares
from swe.stats.rank_sets import bonferroni, bootstrap, certain, tiers
from swe.stats.shrinkage import morris

BOOTSTRAP_UP_TO = 2000  # units; above, Bonferroni, which is hardly wider there
REFERENCE = "Mogstad, Romano, Shaikh & Wilhelm (2024), doi:10.1093/restud/rdad006; Laird & Louis (1989), doi:10.3102/10769986014001029"
SETS = Note(
    "method",
    "名次的置信集由两两比较得出：marginal 对单个单位成立，simultaneous 对全部单位同时成立",
    "confidence sets of ranks from pairwise comparisons: the marginal ones hold for one unit each, the simultaneous ones "
    "for all units at once",
)
TIERS = Note(
    "method",
    "同一档内任何两个单位都分不出高下；跨档的两个单位也未必能分出",
    "no two units of a tier can be told apart; two units of different tiers not always can",
)
POSTERIOR = Note(
    "method",
    "期望名次与进入前列的概率按经验贝叶斯后验（正态，向均值收缩）计算",
    "expected ranks and the probability of being among the first are from empirical-Bayes posteriors (normal, drawn to the mean)",
)
NOISE = Note(
    "warning",
    "名次的差异不全是工作的差异；名次变动须与误差相比，领先或垫底者下期通常向均值回归",
    "differences in rank are not all differences in work; a change of rank must be held against its error, and the first and "
    "the last usually move towards the mean next time",
)


def ranks(
    data: Any,
    *,
    unit: str,
    estimate: str,
    se: str,
    level: float = 0.95,
    better: Literal["high", "low"] = "high",
    top: int = 10,
    draws: int = 1000,
    seed: int = 0,
) -> Result:
    """Ranks with marginal and simultaneous confidence sets, expected ranks, tiers and P(among the first).

    Parameters
    ----------
    data
        A frame (or a mapping of names to arrays), a row a unit.
    unit, estimate, se
        Columns: who, an estimate (independent between units, about normal) and its standard error (positive). For small
        counts give rates from `stats.rate`, not shrunken ones: shrinking happens inside.
    level
        Level of the confidence sets, a fraction.
    better
        Whether `high` or `low` estimates have rank 1.
    top
        How many units are the first, for `p_top`.
    draws, seed
        Of the bootstrap and of the posterior draws.

    Returns
    -------
    Result
        `kind="ranks"`. Values `n tiers`, and `critical`, the critical value of all pairs. Table `unit value se lower
        upper n status rank rank_lower rank_upper rank_lower_simultaneous rank_upper_simultaneous expected_rank p_top
        tier`: 1 is best; `rank` is by estimate (ties share the better one); a set `rank_lower … rank_upper` leaves out
        1 for every certainly better and certainly worse unit; `tier` 1 is best; `lower`, `upper` the estimate's own
        interval. Units without an estimate have no rank.

    Raises
    ------
    UsageError
        An unknown option.
    DataError
        Columns absent, a standard error that is not positive, a unit twice, or fewer than 2 units.

    References
    ----------
    Mogstad, Romano, Shaikh & Wilhelm (2024), doi:10.1093/restud/rdad006; Laird & Louis (1989),
    doi:10.3102/10769986014001029.

    Examples
    --------
    >>> towns = {"town": list("abcde"), "score": [90.0, 80, 79, 78, 60], "se": [1.0, 2, 2, 2, 1]}
    >>> found = ranks(towns, unit="town", estimate="score", se="se")
    >>> found.table[["rank", "rank_lower", "rank_upper", "tier"]].astype(int).values.tolist()
    [[1, 1, 1, 1], [2, 2, 4, 2], [3, 2, 4, 2], [4, 2, 4, 2], [5, 5, 5, 3]]
    """
    z = z_value(level)
    choice("better", better, ["high", "low"])
    _whole("top", top)
    _whole("draws", draws, least=100)
    read = read_columns(data, {"x": estimate, "se": se}, unit=unit, positive=("se",))
    k = int(read.known.sum())
    need(k, 2, "排序", "ranking")
    raw, s = read["x"], read["se"]
    x = raw if better == "high" else -raw
    rng = np.random.default_rng(seed)
    own, pairs, how = _critical(x, s, level, draws, rng)
    better_than, worse_than = certain(x, s, own)
    better_all, worse_all = certain(x, s, pairs)
    mean, sd = _posterior(x, s)
    tier = tiers(x, s, pairs)
    columns = {
        "value": raw,
        "se": s,
        "lower": raw - z * s,
        "upper": raw + z * s,
        "n": np.full(k, np.nan),
        "rank": pd.Series(-x).rank(method="min").to_numpy(),
        "rank_lower": 1.0 + better_than,
        "rank_upper": float(k) - worse_than,
        "rank_lower_simultaneous": 1.0 + better_all,
        "rank_upper_simultaneous": float(k) - worse_all,
        "expected_rank": expected_ranks(mean, sd),
        "p_top": top_shares(mean, sd, top=top, draws=draws, rng=rng),
        "tier": tier.astype(float),
    }
    status = statuses(read.known)
    whole = {name: spread(read.known, np.asarray(column, dtype=float)) for name, column in columns.items()}
    table = pd.DataFrame({"unit": read.unit, **whole})
    table.insert(6, "status", status)
    values = {"n": float(k), "tiers": float(tier.max()), "critical": float(pairs)}
    notes = (
        SETS,
        how,
        POSTERIOR,
        TIERS,
        Note("reference", REFERENCE, REFERENCE),
        *account(status),
        *_absent(read.missing),
        NOISE,
    )
    return Result("ranks", table, values, notes)


def tied_with(result: Result, unit: Any) -> pd.DataFrame:
    """The units that cannot be told apart from `unit` at the simultaneous level, itself left out: rows of the table.

    Raises UsageError if `unit` has no rank in `result`.

    >>> towns = {"town": list("abc"), "score": [90.0, 80, 79], "se": [1.0, 2, 2]}
    >>> tied_with(ranks(towns, unit="town", estimate="score", se="se"), "b").unit.tolist()
    ['c']
    """
    rows = result.table[result.table["status"] == "ok"]
    own = rows[rows["unit"] == unit]
    if result.kind != "ranks" or len(own) != 1:
        raise UsageError("结果中没有该单位的名次", "the result has no rank of this unit")
    gap = (rows["value"] - own["value"].iloc[0]).abs()
    near = gap <= result["critical"] * np.hypot(rows["se"], own["se"].iloc[0])
    return rows[near & (rows["unit"] != unit)]


def _whole(name: str, value: object, *, least: int = 1) -> None:
    if not isinstance(value, Integral) or isinstance(value, bool) or value < least:
        raise UsageError(
            f"{name} 须为不小于 {least} 的整数，收到的是 {value!r}",
            f"{name} must be a whole number of at least {least}, not {value!r}",
        )


def _critical(
    x: Floats, s: Floats, level: float, draws: int, rng: np.random.Generator
) -> tuple[Floats, float, Note]:
    """Critical values of each unit and of all pairs, and how they were made."""
    single, all_pairs = bonferroni(len(x), level)
    if len(x) > BOOTSTRAP_UP_TO:
        note = Note(
            "method",
            f"单位超过 {BOOTSTRAP_UP_TO:,} 个，临界值用 Bonferroni 法",
            f"critical values by Bonferroni, for more than {BOOTSTRAP_UP_TO:,} units",
        )
        return np.full(len(x), single), all_pairs, note
    own, pairs = bootstrap(x, s, level, draws=draws, rng=rng)
    note = Note(
        "method",
        f"临界值由参数自助法求得（{draws:,} 次），不大于 Bonferroni 值",
        f"critical values by parametric bootstrap ({draws:,} draws), never above Bonferroni's",
    )
    return np.minimum(own, single), min(pairs, all_pairs), note


def _posterior(x: Floats, s: Floats) -> tuple[Floats, Floats]:
    """Empirical-Bayes means and standard deviations; with fewer than 4 units the estimates as they stand."""
    if len(x) < 4:
        return x, s
    mean, _, kept, _ = morris(x, s**2)
    return mean + kept * (x - mean), s * np.sqrt(kept)


def _absent(missing: int) -> list[Note]:
    if not missing:
        return []
    return [
        Note(
            "warning",
            f"名次只在有数的单位之间成立；{missing:,} 个缺数单位若都更好，每个名次最多后移 {missing:,} 位",
            f"ranks are among the units that reported; if all that did not were better, each would stand up to {missing:,} places lower",
        )
    ]
