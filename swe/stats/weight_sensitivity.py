"""Sobol indices: which weight, or the choice of method, moves the ranks most.

An argument about weights is worth having only over the weights that matter.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from swe.core.errors import UsageError
from swe.stats.aggregation import ranks_from_best, totals
from swe.stats.index_frames import NAN, Floats, whole
from swe.stats.rank_acceptability import Recipe, scored
from swe.stats.weight_draws import from_uniforms

if TYPE_CHECKING:
    import pandas as pd

METHOD = "method"  # the factor that chooses between recipes
Z95 = 1.959963984540054  # SALib gives half-widths of 95 % intervals


def sobol_table(
    recipes: Sequence[Recipe],
    names: Sequence[str],
    nominal: Floats,
    *,
    concentration: float,
    samples: int,
    seed: int,
) -> pd.DataFrame:
    """First-order and total indices of the average rank shift, a row per weight that varies, and the method."""
    import pandas as pd

    whole("samples", samples, least=2)
    if samples & (samples - 1):
        raise UsageError(
            f"samples 须为 2 的幂，收到 {samples}", f"samples must be a power of 2; received {samples}"
        )
    free = [j for j, w in enumerate(nominal) if w > 0]
    factors = [names[j] for j in free] + ([METHOD] if len(recipes) > 1 else [])
    uniforms = _uniforms(len(factors), samples, seed)
    full = np.full((len(uniforms), len(names)), 0.5)
    full[:, free] = uniforms[:, : len(free)]
    drawn = from_uniforms(full, nominal, concentration)
    picks = np.zeros(len(uniforms), dtype=int)
    if len(recipes) > 1:
        picks = np.minimum((uniforms[:, -1] * len(recipes)).astype(int), len(recipes) - 1)
    shift = rank_shifts(recipes, drawn, picks, nominal)
    columns = _indices(len(factors), shift, seed)
    return pd.DataFrame({"factor": factors, **columns})


def rank_shifts(recipes: Sequence[Recipe], drawn: Floats, picks: np.ndarray, nominal: Floats) -> Floats:
    """Mean over units of |rank − rank of the index|, a number per draw."""
    own = ranks_from_best(totals(recipes[0].z, nominal[None, :], recipes[0].aggregate)[:, 0])
    found = np.empty(len(drawn))
    for columns, scores in scored(recipes, drawn, picks):
        found[columns] = np.abs(ranks_from_best(scores) - own[:, None]).mean(axis=0)
    return found


def _problem(factors: int) -> dict[str, object]:
    return {"num_vars": factors, "names": [str(k) for k in range(factors)], "bounds": [[0.0, 1.0]] * factors}


def _uniforms(factors: int, samples: int, seed: int) -> Floats:
    from SALib.sample import sobol as sampler

    found = sampler.sample(_problem(factors), samples, calc_second_order=False, seed=seed)
    return np.asarray(found, dtype=float)


def _indices(factors: int, output: Floats, seed: int) -> dict[str, Floats]:
    from SALib.analyze import sobol as analyser

    if not output.std() > 0:
        empty = np.full(factors, NAN)
        return {"first": empty, "total": empty, "first_se": empty, "total_se": empty}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # a resample without variation
        found = analyser.analyze(_problem(factors), output, calc_second_order=False, seed=seed)
    return {
        "first": np.asarray(found["S1"]),
        "total": np.asarray(found["ST"]),
        "first_se": np.asarray(found["S1_conf"]) / Z95,
        "total_se": np.asarray(found["ST_conf"]) / Z95,
    }
