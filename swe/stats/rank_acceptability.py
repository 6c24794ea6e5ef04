"""Rank acceptability: where each unit stands under many weight vectors, in bounded memory.

A quantile of ranks needs all draws of a unit and a rank all units of a draw; at national size both do not fit.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from swe.stats.aggregation import ranks_from_best, totals
from swe.stats.index_frames import NAN, Floats

CELLS = 2_000_000  # scores held at once: 16 MB
RANKS_HELD = 50_000_000  # ranks held at once, four bytes each: 200 MB


@dataclass(frozen=True)
class Recipe:
    """One way to make the index of the scored units: normalised values (n, p) and an aggregation."""

    z: Floats
    aggregate: str


def summarise(
    recipes: Sequence[Recipe],
    drawn: Floats,
    picks: Any,
    *,
    base: Floats,
    limits: Floats,
    top: int,
    level: float,
) -> dict[str, Any]:
    """Rank intervals, acceptability and grade flips of n units over all draws, in bounded memory.

    A quantile needs all draws of a unit and a rank all units of a draw: units are taken in blocks, and the draws
    scored again for each block.
    """
    n, draws = len(base), len(drawn)
    own_rank, own_grade = ranks_from_best(base), np.searchsorted(limits, base, side="right")
    lower, upper, first, flips = (np.empty(n) for _ in range(4))
    shift = 0.0
    block = max(1, RANKS_HELD // draws)
    for start in range(0, n, block):
        held = slice(start, min(start + block, n))
        ranks = np.empty((held.stop - held.start, draws), dtype=np.int32)
        changed = np.zeros(held.stop - held.start)
        for columns, scores in scored(recipes, drawn, picks):
            ranks[:, columns] = ranks_from_best(scores)[held]
            changed += (np.searchsorted(limits, scores[held], side="right") != own_grade[held, None]).sum(
                axis=1
            )
        tails = [(1 - level) / 2, (1 + level) / 2]
        lower[held] = np.quantile(ranks, tails[0], axis=1, method="inverted_cdf")
        upper[held] = np.quantile(ranks, tails[1], axis=1, method="inverted_cdf")
        first[held] = (ranks <= top).mean(axis=1)
        flips[held] = changed / draws
        shift += float(np.abs(ranks - own_rank[held, None]).mean(axis=1).sum())
    flips = flips if len(limits) else np.full(n, NAN)
    return {
        "rank_lower": lower, "rank_upper": upper, "p_top": first, "flip_probability": flips, "shift": shift / n,
    }  # fmt: skip


def scored(recipes: Sequence[Recipe], drawn: Floats, picks: Any) -> Iterator[tuple[Any, Floats]]:
    """(which draws, their totals (n, c)) in chunks of one recipe each."""
    n = len(recipes[0].z)
    for k, recipe in enumerate(recipes):
        chosen = np.flatnonzero(picks == k)
        step = max(1, CELLS // n)
        for start in range(0, len(chosen), step):
            columns = chosen[start : start + step]
            yield columns, totals(recipe.z, drawn[columns], recipe.aggregate)
