"""Coupling coordination degree: whether two or more subsystems are high together, not only on average.

Common in Chinese regional studies; with equal weights it is the root of the geometric mean, which the notes say.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from swe.core.errors import DataError, UsageError
from swe.show.result import Note, Result
from swe.stats.index_frames import Floats, plain_number, scaled_to_one

if TYPE_CHECKING:
    import pandas as pd

METHOD = Note(
    "method",
    "耦合协调度：C = n(Πu)^(1/n)/Σu，T 为加权平均，D = √(C·T)；各 u 须在 0 至 1 之间",
    "coupling coordination degree: C = n(Πu)^(1/n)/Σu, T the weighted mean, D = √(C·T); every u in [0, 1]",
)
REFERENCE = Note(
    "reference",
    "Wang Shujia 等 2021《国内耦合协调度模型的误区及修正》，自然资源学报 36(3)，doi:10.31497/zrzyxb.20210319",
    "Wang et al. 2021, Journal of Natural Resources 36(3), doi:10.31497/zrzyxb.20210319",
)
EQUAL = Note(
    "warning",
    "等权时 D 即几何平均数的平方根，C 不提供额外信息",
    "with equal weights D is the root of the geometric mean, and C adds nothing",
)


def coupling(*u: float | Sequence[float] | pd.Series, weights: Sequence[float] | None = None) -> Result:
    """Coupling coordination degree of two or more subsystems.

    Parameters
    ----------
    *u
        A number in [0, 1] for each subsystem, or a column of n numbers for each (lists, arrays or Series; a
        Series names the units by its index).
    weights
        One for each subsystem, divided by their sum; equal by default.

    Returns
    -------
    Result
        `kind="coupling"`. Table: `unit C T D status`, a row per unit. Values: `C T D` where numbers were given,
        else their medians over the units; `n`. Where all subsystems are 0, C is undefined (NaN) and D is 0. A unit
        with a missing subsystem is `missing`.

    Raises
    ------
    UsageError
        Fewer than two subsystems, columns of different lengths, wrong weights.
    DataError
        Values outside [0, 1], or no unit with all subsystems.

    References
    ----------
    Wang et al. 2021, doi:10.31497/zrzyxb.20210319.

    Examples
    --------
    >>> found = coupling(0.6, 0.4, weights=[0.7, 0.3])
    >>> [round(found[name], 6) for name in "CTD"]
    [0.979796, 0.54, 0.727386]
    """
    import pandas as pd

    units, values = _subsystems(u)
    k = values.shape[1]
    w = _weights(weights, k)
    c, t, d = coordination(values, w)
    known = ~np.isnan(t)
    if not known.any():
        raise DataError("没有一个单位的各子系统都有值", "no unit has a value for every subsystem")
    table = pd.DataFrame({"unit": units, "C": c, "T": t, "D": d, "status": np.where(known, "ok", "missing")})
    summary = {name: _median(x) for name, x in (("C", c), ("T", t), ("D", d))}
    notes = [METHOD, REFERENCE, Note("n", f"{int(known.sum())} 个单位", f"{int(known.sum())} units")]
    if not known.all():
        gone = int((~known).sum())
        notes.append(
            Note(
                "exclusion",
                f"{gone} 个单位缺子系统的值，未计算",
                f"{gone} units lack a subsystem and were left out",
            )
        )
    if (w == w[0]).all():
        notes.append(EQUAL)
    return Result("coupling", table, {**summary, "n": float(known.sum())}, tuple(notes))


def coordination(u: Floats, weights: Floats) -> tuple[Floats, Floats, Floats]:
    """C, T and D of shape (n,) from subsystems (n, k) in [0, 1] and weights (k,) summing to 1; NaN kept."""
    k = u.shape[1]
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.exp(np.log(u).mean(axis=1))  # log 0 = −∞ gives 0
        c = k * mean / u.sum(axis=1)
    t = (u * weights).sum(axis=1)
    c = np.minimum(c, 1.0)  # the arithmetic mean is never below the geometric; above 1 lies rounding only
    d = np.where(t == 0, 0.0, np.sqrt(np.where(np.isnan(c), 0.0, c) * t))
    return c, t, d


def _subsystems(u: tuple[Any, ...]) -> tuple[list[str], Floats]:
    if len(u) < 2:
        raise UsageError(
            f"耦合协调度至少需要两个子系统，收到 {len(u)} 个",
            f"a coupling needs two subsystems at least; received {len(u)}",
        )
    try:
        columns = [np.atleast_1d(np.array(x, dtype=float)) for x in u]
    except (TypeError, ValueError):
        raise DataError(
            "子系统的值须为确数；带“余、近、约”的数不能代入",
            "subsystems must be plain numbers; press bounds are no points",
        ) from None
    if len({c.shape for c in columns}) > 1 or columns[0].ndim > 1:
        raise UsageError("各子系统的长度须相同", "all subsystems must have the same length")
    values = np.column_stack(columns)
    if ((values < 0) | (values > 1)).any():
        raise DataError(
            "子系统的值须在 0 至 1 之间，请先标准化", "subsystems must lie in [0, 1]; normalise them first"
        )
    index = getattr(u[0], "index", None)
    named = index if index is not None and not callable(index) else range(1, len(values) + 1)
    return [str(name) for name in named], values


def _weights(given: Sequence[float] | None, k: int) -> Floats:
    w = np.full(k, 1 / k) if given is None else np.array([plain_number("weights", w) for w in given])
    if len(w) != k:
        raise UsageError(f"有 {k} 个子系统，权重却有 {len(w)} 个", f"{k} subsystems, but {len(w)} weights")
    return scaled_to_one(w)


def _median(x: Floats) -> float:
    known = x[~np.isnan(x)]
    return float(np.median(known)) if known.size else float("nan")
