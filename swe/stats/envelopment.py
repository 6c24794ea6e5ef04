"""Data envelopment analysis: what a unit makes of what it has, against the best combinations of others.

Without prices, inputs and outputs have no common measure; DEA gives each unit its kindest one. So peers and intervals
belong to every score, and too few units make everybody efficient.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from swe.core.errors import DataError
from swe.show.result import Note, Result
from swe.stats import frontiers
from swe.stats.frontier_bootstrap import ON_FRONTIER, Bootstrapped, smoothed_bootstrap
from swe.stats.frontiers import Technology
from swe.stats.index_frames import (
    NAN,
    Floats,
    choice,
    column_names,
    numbers,
    proper_fraction,
    require_columns,
    unit_labels,
    whole,
)  # fmt: skip

if TYPE_CHECKING:
    import pandas as pd

Returns = Literal["crs", "vrs"]
Orientation = Literal["input", "output"]
RESERVED = (
    "unit", "value", "efficiency", "lower", "upper", "corrected", "super_efficiency", "order_m", "peers", "n", "status",
)  # fmt: skip
PEER = 1e-6  # λ below this is rounding
# Simulated: 90 % with one input and one output under variable returns, 93 % under constant ones (20 to 200 units), 88 %
# with two of each under variable returns (40 units).
NARROW = Note(
    "warning",
    "自助法区间偏窄：模拟中名义 95% 的区间约有九成包含真值",
    "bootstrap intervals are somewhat narrow: simulated, nominal 95 % held the true efficiency in about 90 %",
)


def dea(
    data: pd.DataFrame,
    *,
    inputs: Sequence[str],
    outputs: Sequence[str],
    returns: Returns = "crs",
    orientation: Orientation = "input",
    unit: str | None = None,
    order_m: int = 25,
    bootstrap: int = 0,
    level: float = 0.95,
    seed: int = 0,
) -> Result:
    """Efficiency of units by data envelopment analysis, with peers, slacks and, if asked, intervals.

    Parameters
    ----------
    data
        A row per unit.
    inputs, outputs
        Columns; inputs positive, outputs 0 or more and not all 0.
    returns
        To scale: `crs` constant (CCR), `vrs` variable (BCC).
    orientation
        `input` shrinks inputs, `output` expands outputs; efficiency is θ, or 1/φ, at most 1.
    unit
        Column that says who; else the column `unit`, else the index.
    order_m
        Units in the samples that the partial frontier expects (a guard against outliers).
    bootstrap
        Draws of the smoothed bootstrap (Simar & Wilson 1998; some 2,000 for intervals); 0: no intervals.
    level
        Of the intervals.
    seed
        Of `numpy.random.default_rng`.

    Returns
    -------
    Result
        `kind="dea"`. Table: `unit efficiency lower upper corrected super_efficiency order_m peers slack_<name> status`,
        slacks in units of their columns beyond the radial change; `peers` are the units of the reference
        combination, the heaviest first. `super_efficiency` (each unit against the others) and `order_m` may exceed
        1; NaN where the programme is infeasible, as under variable returns it may be. `corrected` and limits are
        NaN without a bootstrap.
        Values: `mean` efficiency; `efficient`, the number of units at 1 without slack; `n inputs outputs`; with a
        bootstrap `mean_corrected` and `bandwidth`.
        The table keeps the order of the data: efficiencies are no league table.

    Raises
    ------
    DataError
        Fewer units than max(m·s, 3(m+s)) for m inputs and s outputs; intervals, negative values, inputs of 0.

    References
    ----------
    Charnes, Cooper & Rhodes 1978, doi:10.1016/0377-2217(78)90138-8; Banker, Charnes & Cooper 1984,
    doi:10.1287/mnsc.30.9.1078; Andersen & Petersen 1993, doi:10.1287/mnsc.39.10.1261; Cazals, Florens & Simar 2002,
    doi:10.1016/S0304-4076(01)00080-X; Simar & Wilson 1998, doi:10.1287/mnsc.44.1.49.

    Examples
    --------
    >>> import pandas as pd
    >>> stores = pd.DataFrame({"staff": [2, 3, 3, 4, 5, 5, 6, 8], "sales": [1, 3, 2, 3, 4, 2, 3, 5]}, list("ABCDEFGH"))
    >>> found = dea(stores, inputs=["staff"], outputs=["sales"])
    >>> [round(e, 4) for e in found.table["efficiency"]], found.table["peers"].iloc[0]
    ([0.5, 1.0, 0.6667, 0.75, 0.8, 0.4, 0.5, 0.625], 'B')
    """
    choice("returns", returns, Returns)
    choice("orientation", orientation, Orientation)
    whole("order_m", order_m, least=1)
    whole("bootstrap", bootstrap, least=0)
    whole("seed", seed, least=0)
    proper_fraction("level", level)
    into = column_names("inputs", inputs, reserved=RESERVED)
    out = column_names("outputs", outputs, reserved=(*RESERVED, *into))
    require_columns(data, [*into, *out])
    units = unit_labels(data, unit)
    sides = np.column_stack([numbers(data, name)[0] for name in [*into, *out]])
    known = np.asarray(~np.isnan(sides).any(axis=1))
    m, s = len(into), len(out)
    _enough(int(known.sum()), m, s)
    _possible(sides[known], m)
    scale = sides[known].mean(axis=0)
    x, y = sides[known][:, :m] / scale[:m], sides[known][:, m:] / scale[m:]
    technology = Technology(x, y, returns == "vrs", orientation == "output")
    efficiency = frontiers.efficiencies(technology, x, y)
    lambdas, slacks = frontiers.peers_and_slacks(technology, efficiency)
    boot = None
    if bootstrap:
        boot = smoothed_bootstrap(technology, efficiency, draws=bootstrap, level=level, seed=seed)
    names = [u for u, there in zip(units, known, strict=True) if there]
    columns = {
        **_scores(technology, efficiency, boot, order_m),
        "peers": [_peers(weights, names) for weights in lambdas],
        **{f"slack_{name}": slacks[:, j] * scale[j] for j, name in enumerate([*into, *out])},
    }
    strong = (efficiency > 1 - ON_FRONTIER) & (slacks.max(axis=1) < ON_FRONTIER)
    values = {
        "mean": float(efficiency.mean()),
        "efficient": float(strong.sum()),
        "n": float(known.sum()),
        "inputs": float(m),
        "outputs": float(s),
    }
    if boot is not None:
        values |= {"mean_corrected": float(boot.corrected.mean()), "bandwidth": boot.bandwidth}
    notes = _notes(returns, orientation, order_m, bootstrap, seed, known, columns["super_efficiency"])
    return Result("dea", _table(units, known, columns), values, notes)


def _enough(n: int, m: int, s: int) -> None:
    needed = max(m * s, 3 * (m + s))
    if n < needed:
        raise DataError(
            f"{m} 项投入、{s} 项产出至少需要 {needed} 个单位，现有 {n} 个：否则多数单位都会“有效”；请减少项数",
            f"{m} inputs and {s} outputs need {needed} units at least, there are {n}: most would come out efficient; use "
            "fewer inputs and outputs",
        )


def _possible(sides: Floats, m: int) -> None:
    if (sides[:, :m] <= 0).any() or (sides[:, m:] < 0).any() or not (sides[:, m:].sum(axis=1) > 0).all():
        raise DataError(
            "投入须为正数；产出不得为负，且每个单位至少有一项大于 0",
            "inputs must be positive; outputs must not be negative, and each unit needs one above 0",
        )
    if not (sides[:, m:].sum(axis=0) > 0).all():
        raise DataError("有一项产出全部为 0，请去掉", "an output is 0 for every unit; leave it out")


def _scores(
    technology: Technology, efficiency: Floats, boot: Bootstrapped | None, order_m: int
) -> dict[str, Any]:
    empty = np.full(len(efficiency), NAN)
    beyond = efficiency.copy()  # leaving out a unit below the frontier moves no frontier
    for k in np.flatnonzero(efficiency > 1 - ON_FRONTIER):
        beyond[k] = frontiers.super_efficiency(technology, int(k))
    return {
        "efficiency": efficiency,
        "lower": empty if boot is None else boot.lower,
        "upper": empty if boot is None else boot.upper,
        "corrected": empty if boot is None else boot.corrected,
        "super_efficiency": beyond,
        "order_m": frontiers.order_m_efficiencies(technology, order_m),
    }


def _peers(weights: Floats, names: Sequence[str]) -> str:
    chosen = [k for k in np.argsort(-weights, kind="stable") if weights[k] > PEER]
    return "; ".join(names[k] for k in chosen)


def _table(units: Sequence[str], known: Any, columns: dict[str, Any]) -> pd.DataFrame:
    """A row per unit in the order of the data; units that were left out are `missing`."""
    import pandas as pd

    there = [u for u, is_known in zip(units, known, strict=True) if is_known]
    table = pd.DataFrame(columns, index=there).reindex(list(units))
    table["peers"] = table["peers"].fillna("")
    table["status"] = np.where(known, "ok", "missing")
    return table.rename_axis("unit").reset_index()


def _notes(
    returns: str, orientation: str, order_m: int, bootstrap: int, seed: int, known: Any, beyond: Floats
) -> tuple[Note, ...]:
    model = {
        "crs": (
            "规模报酬不变（CCR，doi:10.1016/0377-2217(78)90138-8）",
            "constant returns (CCR, doi:10.1016/0377-2217(78)90138-8)",
        ),
        "vrs": (
            "规模报酬可变（BCC，doi:10.1287/mnsc.30.9.1078）",
            "variable returns (BCC, doi:10.1287/mnsc.30.9.1078)",
        ),
    }[returns]
    facing = {
        "input": ("投入导向", "input orientation"),
        "output": ("产出导向（1/φ）", "output orientation (1/φ)"),
    }[orientation]
    n, gone, infeasible = int(known.sum()), int((~known).sum()), int(np.isnan(beyond).sum())
    notes = [
        Note(
            "method",
            f"数据包络分析，{model[0]}，{facing[0]}；order-m 的 m = {order_m}",
            f"data envelopment analysis, {model[1]}, {facing[1]}; order-m with m = {order_m}",
        ),
        Note("n", f"{n} 个单位", f"{n} units"),
    ]
    if bootstrap:
        zh = f"平滑自助法（Simar & Wilson 1998，doi:10.1287/mnsc.44.1.49；前沿上的单位不进入抽样，不作方差缩放），{bootstrap} 次，种子 {seed}"
        en = (
            "smoothed bootstrap (Simar & Wilson 1998, doi:10.1287/mnsc.44.1.49; units on the frontier are not drawn and "
            f"draws not rescaled), {bootstrap} draws, seed {seed}"
        )
        notes += [Note("method", zh, en), NARROW]
    else:
        zh = "未作自助法，没有区间：效率值不宜排名，请看参照单位"
        en = "no bootstrap and so no intervals: efficiencies are not for ranking, look at the peers"
        notes.append(Note("warning", zh, en))
    if gone:
        notes.append(
            Note(
                "exclusion",
                f"{gone} 个单位缺投入或产出，未计算",
                f"{gone} units lack an input or output and were left out",
            )
        )
    if infeasible:
        zh = f"{infeasible} 个单位的超效率无可行解"
        en = f"{infeasible} units have no feasible super-efficiency"
        notes.append(Note("exclusion", zh, en))
    return tuple(notes)
