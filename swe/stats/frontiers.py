"""Efficient frontiers: the linear programmes behind data envelopment analysis, solved by HiGHS.

Many small programmes that share a reference set are one sparse programme in blocks, which is what makes bootstraps
affordable. Inputs and outputs are divided by their means first, so that slacks do not depend on units of measurement.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from swe.core.errors import DataError
from swe.stats.index_frames import NAN, Floats

CELLS = 400_000  # non-zero cells of one programme in blocks
DUST = 1e-9  # of a mean input or output: below it a slack is the solver's rounding


@dataclass(frozen=True)
class Technology:
    """What is known to be possible: inputs x (n, m) and outputs y (n, s) of the reference units."""

    x: Floats
    y: Floats
    variable: bool  # returns to scale: variable (Σλ = 1) or constant
    output: bool  # orientation: expand outputs instead of shrinking inputs

    @property
    def sides(self) -> Floats:
        return np.vstack([self.x.T, -self.y.T])


def efficiencies(technology: Technology, x: Floats, y: Floats) -> Floats:
    """Farrell efficiency of units (k, m), (k, s): θ, or 1/φ under output orientation; (k,)."""
    frontier = undominated(technology)
    found = np.empty(len(x))
    step = max(1, CELLS // max(frontier.sides.size, 1))
    for start in range(0, len(x), step):
        held = slice(start, start + step)
        solved = _radial(frontier, x[held], y[held])
        if solved is None:
            raise _unsolved()
        found[held] = solved
    return found


def super_efficiency(technology: Technology, k: int) -> float:
    """Efficiency of unit k against all others (Andersen & Petersen 1993); NaN where that is infeasible."""
    others = np.arange(len(technology.x)) != k
    rest = Technology(technology.x[others], technology.y[others], technology.variable, technology.output)
    solved = _radial(undominated(rest), technology.x[[k]], technology.y[[k]])
    return NAN if solved is None else float(solved[0])


def peers_and_slacks(technology: Technology, efficiency: Floats) -> tuple[list[Floats], Floats]:
    """λ of each unit over all units, and slacks (n, m + s), from the largest sum of slacks at its efficiency."""
    n, m = technology.x.shape
    lambdas, slacks = [], []
    for k in range(n):
        x, y = technology.x[k], technology.y[k]
        x, y = (x, y / efficiency[k]) if technology.output else (x * efficiency[k], y)
        weight, slack = _largest_slacks(technology, np.concatenate([x, -y]))
        lambdas.append(weight)
        slacks.append(slack)
    return lambdas, np.array(slacks).reshape(n, m + technology.y.shape[1])


def undominated(technology: Technology) -> Technology:
    """Without units that another equals or betters in everything and betters in something: they span nothing."""
    sides = technology.sides.T
    keep = np.ones(len(sides), dtype=bool)
    for k, row in enumerate(sides):
        keep[k] = not ((sides <= row).all(axis=1) & (sides < row).any(axis=1)).any()
    return Technology(technology.x[keep], technology.y[keep], technology.variable, technology.output)


def _radial(technology: Technology, x: Floats, y: Floats) -> Floats | None:
    """θ or 1/φ of each unit in one block-diagonal programme; None where it is infeasible."""
    from scipy import sparse
    from scipy.optimize import linprog

    k, m, s, n = len(x), x.shape[1], y.shape[1], len(technology.x)
    own = np.hstack([np.zeros_like(x), y]) if technology.output else np.hstack([-x, np.zeros_like(y)])
    limits = np.hstack([x, np.zeros_like(y)]) if technology.output else np.hstack([np.zeros_like(x), -y])
    rows = np.arange(k * (m + s))
    column = sparse.csr_matrix((own.ravel(), (rows, np.repeat(np.arange(k), m + s))), shape=(k * (m + s), k))
    a_ub = sparse.hstack([sparse.kron(sparse.eye(k), technology.sides), column], format="csr")
    a_eq = sparse.hstack(
        [sparse.kron(sparse.eye(k), np.ones((1, n))), sparse.csr_matrix((k, k))], format="csr"
    )
    sign = -1.0 if technology.output else 1.0
    solved = linprog(
        np.concatenate([np.zeros(k * n), np.full(k, sign)]), A_ub=a_ub, b_ub=limits.ravel(),
        A_eq=a_eq if technology.variable else None, b_eq=np.ones(k) if technology.variable else None,
        bounds=(0, None), method="highs",
    )  # fmt: skip
    if solved.status == 2:  # HiGHS: infeasible
        return None
    if solved.status != 0:
        raise _unsolved()
    factors = solved.x[k * n :]
    return 1 / factors if technology.output else factors


def _largest_slacks(technology: Technology, sides: Floats) -> tuple[Floats, Floats]:
    from scipy.optimize import linprog

    n, rows = len(technology.x), len(sides)
    equal: Any = np.hstack([technology.sides, np.eye(rows)])
    right = sides
    if technology.variable:
        equal = np.vstack([equal, np.concatenate([np.ones(n), np.zeros(rows)])])
        right = np.append(sides, 1.0)
    solved = linprog(
        np.concatenate([np.zeros(n), -np.ones(rows)]),
        A_eq=equal,
        b_eq=right,
        bounds=(0, None),
        method="highs",
    )
    if solved.status != 0:
        raise _unsolved()
    return solved.x[:n], np.where(solved.x[n:] > DUST, solved.x[n:], 0.0)


def _unsolved() -> DataError:
    return DataError(
        "线性规划没有解出：请检查投入产出的量级是否悬殊",
        "a linear programme was not solved: check whether inputs or outputs differ by many orders of magnitude",
    )


def order_m_efficiencies(technology: Technology, m_draws: int) -> Floats:
    """Expected efficiency against `m_draws` units drawn from those that do at least as much (with at most as much).

    Cazals, Florens & Simar 2002, doi:10.1016/S0304-4076(01)00080-X; the expectation is summed exactly. Above 1 where
    a unit does better than such a sample.
    """
    found = np.empty(len(technology.x))
    for k, (x, y) in enumerate(zip(technology.x, technology.y, strict=True)):
        if technology.output:
            comparable = (technology.x <= x).all(axis=1)
            made = y > 0
            ratios = np.sort((technology.y[comparable][:, made] / y[made]).min(axis=1))
            below = np.arange(len(ratios) + 1) / len(ratios)
            found[k] = 1 / (ratios * (below[1:] ** m_draws - below[:-1] ** m_draws)).sum()
        else:
            comparable = (technology.y >= y).all(axis=1)
            ratios = np.sort((technology.x[comparable] / x).max(axis=1))
            above = np.arange(len(ratios), -1, -1) / len(ratios)
            found[k] = (ratios * (above[:-1] ** m_draws - above[1:] ** m_draws)).sum()
    return found
