"""What a two-way fixed-effects coefficient is made of: its two-by-two comparisons and their weights.

With a staggered roll-out part of the coefficient compares newly treated places with places treated long before, whose own
effect still grows; the share of such comparisons says how far the coefficient can be trusted.
"""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pandas as pd

from swe.show.result import Note, Result
from swe.stats.frames import Floats
from swe.stats.panel_frames import OutcomeKind, Panel, read_panel
from swe.stats.period_index import Ints

METHOD = Note(
    "method",
    "双向固定效应系数的分解：系数 = Σ 权重 × 两两比较；以早已处理者为对照的比较（后对先、对自始处理者）会带入其自身效应的变化",
    "decomposition of the two-way fixed-effects coefficient: the coefficient is Σ weight × two-by-two comparison; comparisons with "
    "units already treated carry the change of those units' own effects",
)
REFERENCE = Note(
    "reference",
    "Goodman-Bacon (2021)，doi:10.1016/j.jeconom.2021.03.014",
    "Goodman-Bacon (2021), doi:10.1016/j.jeconom.2021.03.014",
)
FORBIDDEN = ("later_vs_earlier", "treated_vs_always")


def bacon(
    panel: pd.DataFrame,
    *,
    outcome: str,
    unit: str,
    time: str,
    first_treated: str,
    outcome_kind: OutcomeKind = "population",
) -> Result:
    """Every two-by-two comparison in a two-way fixed-effects coefficient, with its weight.

    Balanced panels only. Units first treated after the panel count as never treated, as they do in the coefficient.

    Returns
    -------
    Result
        `kind="bacon"`. Values: `twfe` (the coefficient), `share_forbidden` (weight of comparisons with units already
        treated). Table: `type treated control weight estimate`; types `treated_vs_never`, `earlier_vs_later`,
        `later_vs_earlier`, `treated_vs_always`; cohorts by their period. Σ weight = 1, Σ weight · estimate = `twfe`.

    Raises
    ------
    DataError
        An unbalanced panel (with the count of gaps), or no contrast.

    References
    ----------
    Goodman-Bacon (2021), Difference-in-differences with variation in treatment timing, doi:10.1016/j.jeconom.2021.03.014.

    Examples
    --------
    >>> first = {u: (0, 3, 4)[u % 3] for u in range(30)}
    >>> rows = [(u, t, t + (t - first[u] + 1.0) * (0 < first[u] <= t), first[u]) for u in range(30) for t in range(1, 7)]
    >>> frame = pd.DataFrame(rows, columns=["town", "year", "y", "first"])
    >>> found = bacon(frame, outcome="y", unit="town", time="year", first_treated="first")
    >>> bool(abs((found.table.weight * found.table.estimate).sum() - found["twfe"]) < 1e-12)
    True
    """
    read = read_panel(
        panel, outcome=outcome, unit=unit, time=time, first_treated=first_treated, beyond="never", outcome_kind=outcome_kind
    )  # fmt: skip
    return decompose(read)


def decompose(panel: Panel) -> Result:
    """As `bacon`, of a panel already read."""
    t = len(panel.periods)
    cohorts, code = np.unique(np.clip(panel.first, 0, t), return_inverse=True)
    share = np.bincount(code) / panel.n
    means = np.stack([panel.outcome[code == k].mean(axis=0) for k in range(len(cohorts))])
    rows = [
        row
        for early, late in combinations(range(len(cohorts)), 2)
        for row in _pair(means, cohorts, share, early, late, t)
    ]
    table = pd.DataFrame(rows, columns=["type", "treated", "control", "weight", "estimate"])
    beta, variance = coefficient(means, cohorts, share, t)
    table["weight"] /= variance
    names = {int(g): _name(panel, int(g)) for g in cohorts}
    for column in ("treated", "control"):
        table[column] = [names[g] for g in table[column]]
    forbidden = float(table.loc[table["type"].isin(FORBIDDEN), "weight"].sum())
    n = Note(
        "n",
        f"{panel.n:,} 个单位 × {t} 期，{len(table)} 个两两比较",
        f"{panel.n:,} units × {t} periods, {len(table)} comparisons",
    )
    notes = (METHOD, REFERENCE, n, *panel.notes)
    return Result("bacon", table, {"twfe": beta, "share_forbidden": forbidden}, notes)


def coefficient(means: Floats, cohorts: Ints, share: Floats, t: int) -> tuple[float, float]:
    """The two-way fixed-effects coefficient of a balanced panel and the variance of its demeaned treatment."""
    d = (np.arange(t) >= cohorts[:, None]).astype(float)
    d = d - d.mean(axis=1, keepdims=True) - share @ d + share @ d.mean(axis=1)
    variance = float(share @ (d**2).mean(axis=1))
    return float(share @ (d * means).mean(axis=1)) / variance, variance


def _pair(
    means: Floats, cohorts: Ints, share: Floats, early: int, late: int, t: int
) -> list[tuple[str, int, int, float, float]]:
    """The comparisons of two cohorts with weights before division by the variance (Goodman-Bacon's theorem 1)."""
    a, b = int(cohorts[early]), int(cohorts[late])
    n_a, n_b = share[early], share[late]
    d_a, d_b = 1 - a / t, 1 - b / t  # shares of periods treated; never: 0, always: 1
    both = n_a * n_b  # (n_a + n_b)² · n_ab (1 − n_ab)
    found = []
    if a > 0:
        estimate = _double(means[early], means[late], slice(a, b), slice(0, a))
        kind = "treated_vs_never" if b == t else "earlier_vs_later"
        found.append((kind, a, b, both * (d_a - d_b) * (1 - d_a), estimate))
    if b < t:
        estimate = _double(means[late], means[early], slice(b, t), slice(a, b))
        kind = "later_vs_earlier" if a > 0 else "treated_vs_always"
        found.append((kind, b, a, both * d_b * (d_a - d_b), estimate))
    return found


def _double(treated: Floats, control: Floats, after: slice, before: slice) -> float:
    change = treated - control
    return float(change[after].mean() - change[before].mean())


def _name(panel: Panel, position: int) -> str:
    if position <= 0:
        return "always"
    return "never" if position >= len(panel.periods) else str(panel.periods.label(position))
