"""Robustness of an index: how ranks and grades move when weights, or methods, had been chosen otherwise.

A rank whose interval spans half the field is no finding. The intervals hold judgement only, not measurement error.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from swe.core.errors import UsageError
from swe.show.result import Note, Result
from swe.stats import weight_draws
from swe.stats.aggregation import Aggregate, totals
from swe.stats.index_frames import NAN, Floats, choice, plain_number, proper_fraction, whole
from swe.stats.index_matrix import (
    BoundedCells,
    IndexMatrix,
    Missing,
    index_matrix,
    renormalised,
    unit_rows,
)  # fmt: skip
from swe.stats.index_weights import Weights
from swe.stats.normalisation import Direction, Normalise
from swe.stats.rank_acceptability import Recipe, summarise
from swe.stats.weight_sensitivity import sobol_table

if TYPE_CHECKING:
    import pandas as pd


def robustness(
    data: pd.DataFrame,
    *,
    indicators: Sequence[str],
    directions: Mapping[str, Direction] | Sequence[Direction] | Direction,
    normalise: Normalise = "minmax",
    weights: Weights | Mapping[str, float] = "equal",
    aggregate: Aggregate = "arithmetic",
    unit: str | None = None,
    goalposts: Mapping[str, tuple[float, float]] | None = None,
    shift: float = 0.0,
    missing: Missing = "no_total",
    bounded: BoundedCells = "refuse",
    alternatives: Sequence[tuple[Normalise, Aggregate]] = (),
    concentration: float | None = None,
    draws: int = 1000,
    grades: Mapping[str, float] | None = None,
    top: int = 10,
    level: float = 0.95,
    seed: int = 0,
    sobol: bool = False,
    samples: int = 256,
) -> Result:
    """How ranks and grades of a composite index depend on its weights and methods.

    Parameters
    ----------
    data, indicators, directions, normalise, weights, aggregate, unit, goalposts, shift, missing, bounded
        The index as in `composite`.
    alternatives
        Other (normalise, aggregate) pairs; each draw takes one of them or the index's own, all equally likely.
        The weights stay those of the index.
    concentration
        Weights are Dirichlet with the index's weights w as mean and √(w(1 − w)/(concentration + 1)) as standard
        deviation. Default: the number of indicators, which for equal weights makes every set of weights
        equally likely.
    draws
        Number of draws.
    grades
        Grade → lowest total that earns it, in units of the total; needs `alternatives` of the same normalisation.
    top
        `p_top` is the share of draws in which a unit is among the first `top`.
    level
        Share of the draws inside `rank_lower` … `rank_upper`.
    seed
        Of `numpy.random.default_rng`, and of the Sobol sequence.
    sobol
        Give Sobol indices of the average rank shift instead of the units: which weight, or the method, moves
        ranks (SALib; `samples`·(factors + 2) evaluations, `samples` a power of 2).

    Returns
    -------
    Result
        `kind="robustness"`. Values: `flip_probability` (mean over units of the share of draws with another
        grade; NaN without grades), `mean_rank_shift` (mean over draws and units of |rank − rank of the index|;
        Saisana, Saltelli & Tarantola 2005), `n`, `draws`.
        Table: `unit value rank rank_lower rank_upper p_top n status`, with grades also `grade
        flip_probability` (NaN without). With `sobol=True` a row per factor: `factor first total first_se total_se`
        (half-widths of bootstrapped 95 % intervals over 1.96; NaN where ranks never move).

    Raises
    ------
    UsageError
        Unknown options; alternatives that change the scale of the grades.
    DataError
        As in `composite`.

    References
    ----------
    Saisana, Saltelli & Tarantola 2005, doi:10.1111/j.1467-985X.2005.00350.x; Lahdelma & Salminen 2001,
    doi:10.1287/opre.49.3.444.11220 (rank acceptability); Saltelli et al. 2010, doi:10.1016/j.cpc.2009.09.018.

    Examples
    --------
    >>> import pandas as pd
    >>> stations = pd.DataFrame({"unit": ["A", "B", "C"], "cases": [0, 3, 4], "visits": [0, 4, 3]})
    >>> found = robustness(stations, indicators=["cases", "visits"], directions="up", seed=1)
    >>> found.table[["unit", "rank", "rank_lower", "rank_upper"]].values.tolist()
    [['A', 3.0, 3.0, 3.0], ['B', 1.0, 1.0, 2.0], ['C', 1.0, 1.0, 2.0]]
    """
    import pandas as pd

    whole("draws", draws, least=1)
    whole("top", top, least=1)
    whole("seed", seed, least=0)
    proper_fraction("level", level)
    matrix = index_matrix(
        data, unit=unit, indicators=indicators, directions=directions, normalise=normalise, weights=weights,
        aggregate=aggregate, goalposts=goalposts, shift=shift, missing=missing, bounded=bounded,
    )  # fmt: skip
    recipes = _recipes(matrix, normalise, aggregate, alternatives, goalposts, shift)
    limits = _limits(grades, normalise, alternatives)
    spread = _concentration(concentration, len(matrix.names))
    base = totals(recipes[0].z, matrix.weights[None, :], aggregate)[:, 0]
    rng = np.random.default_rng(seed)
    drawn = weight_draws.dirichlet(rng, matrix.weights, spread, draws)
    picks = rng.integers(len(recipes), size=draws)
    found = summarise(recipes, drawn, picks, base=base, limits=limits, top=top, level=level)
    values = {
        "flip_probability": float(found["flip_probability"].mean()),
        "mean_rank_shift": found["shift"],
        "n": float(len(base)),
        "draws": float(draws),
    }
    notes = [*matrix.notes, *_notes(spread, draws, seed, len(recipes), grades, len(base))]
    if sobol:
        table = sobol_table(
            recipes, matrix.names, matrix.weights, concentration=spread, samples=samples, seed=seed
        )
        return Result("robustness", table, values, (*notes, _sobol_note(samples, seed)))
    scores = np.full(len(matrix.units), NAN)
    scores[matrix.scored] = base
    columns: dict[str, Any] = unit_rows(matrix, scores)
    for name in ("rank_lower", "rank_upper", "p_top", "flip_probability"):
        columns[name] = np.full(len(scores), NAN)
        columns[name][matrix.scored] = found[name]
    if grades:
        columns["grade"] = _grade_names(scores, grades)
    order = ["unit", "value", "rank", "rank_lower", "rank_upper", "p_top", "flip_probability"]
    order += [*(["grade"] if grades else []), "n", "status"]
    return Result("robustness", pd.DataFrame(columns)[order], values, tuple(notes))


def _recipes(
    matrix: IndexMatrix,
    normalise: str,
    aggregate: str,
    alternatives: Sequence[tuple[str, str]],
    goalposts: Any,
    shift: float,
) -> list[Recipe]:
    """The index's own recipe first, then each other one once."""
    found = {(normalise, aggregate): Recipe(matrix.z[matrix.scored], aggregate)}
    for pair in alternatives:
        if not isinstance(pair, tuple | list) or len(pair) != 2:
            raise UsageError(
                f"alternatives 的每一项须为（标准化, 汇总）一对，收到 {pair!r}",
                f"each of the alternatives must be a pair (normalise, aggregate); received {pair!r}",
            )
        how, together = pair
        choice("alternatives", how, Normalise)
        choice("alternatives", together, Aggregate)
        gaps = np.isnan(matrix.raw[matrix.scored]).any()
        if together == "topsis" and gaps:
            raise UsageError(
                "TOPSIS 不能与 reweight 同用", "TOPSIS cannot be used with reweighted missing values"
            )
        other = renormalised(matrix, normalise=how, goalposts=goalposts, shift=shift, aggregate=together)
        found.setdefault((how, together), Recipe(other.z[matrix.scored], together))
    return list(found.values())


def _concentration(given: float | None, p: int) -> float:
    if given is None:
        return float(p)
    if plain_number("concentration", given) <= 0:
        raise UsageError(
            f"concentration 须为正数，收到 {given!r}",
            f"concentration must be a positive number; received {given!r}",
        )
    return float(given)


def _limits(
    grades: Mapping[str, float] | None, normalise: str, alternatives: Sequence[tuple[str, str]]
) -> Floats:
    if not grades:
        return np.empty(0)
    if any(how != normalise for how, _ in alternatives):
        raise UsageError(
            "分级界线只适用于一种标准化：alternatives 中的标准化须与 normalise 相同，或不给 grades",
            "grades belong to one scale: alternatives must normalise like the index, or leave grades out",
        )
    limits = np.sort(np.array([plain_number(f"grades[{k!r}]", v) for k, v in grades.items()]))
    if len(set(limits)) < len(limits):
        raise UsageError(
            "各等级的下限须为互不相同的数", "the lower limits of the grades must be different numbers"
        )
    return limits


def _grade_names(scores: Floats, grades: Mapping[str, float]) -> list[str]:
    """The grade of each total; empty below the lowest limit and where there is none."""
    rising = sorted(grades, key=lambda name: grades[name])
    places = np.searchsorted([grades[name] for name in rising], scores, side="right")
    return ["" if np.isnan(s) or k == 0 else rising[k - 1] for s, k in zip(scores, places, strict=True)]


def _notes(spread: float, draws: int, seed: int, recipes: int, grades: object, n: int) -> list[Note]:
    zh = f"权重取以原权重为均值的 Dirichlet 分布（集中度 {spread:g}），抽取 {draws} 次，种子 {seed}"
    en = f"weights from a Dirichlet distribution around the index's own (concentration {spread:g}), {draws} draws, seed {seed}"
    if recipes > 1:
        zh, en = (
            f"{zh}；每次在 {recipes} 种方法中等可能取一种",
            f"{en}; each draw takes one of {recipes} methods, equally likely",
        )
    notes = [
        Note("method", zh, en),
        Note(
            "reference",
            "Saisana、Saltelli、Tarantola 2005，doi:10.1111/j.1467-985X.2005.00350.x",
            "Saisana, Saltelli & Tarantola 2005, doi:10.1111/j.1467-985X.2005.00350.x",
        ),
        Note("n", f"{n} 个单位参加排序", f"{n} units ranked"),
        Note(
            "warning",
            "名次区间只反映权重与方法的选择，不含测量与抽样误差，不是置信区间",
            "rank intervals hold the choice of weights and methods only, no measurement or sampling error: they are no "
            "confidence sets",
        ),
    ]
    if not grades:
        notes.append(
            Note(
                "method",
                "未给分级界线，等级变动概率无从计算",
                "no grades given: there is no flip probability",
            )
        )
    return notes


def _sobol_note(samples: int, seed: int) -> Note:
    return Note(
        "method",
        f"Sobol 指数（SALib，Saltelli 2010 估计量）：输出为平均名次变动，样本 {samples}，种子 {seed}",
        f"Sobol indices (SALib, estimators of Saltelli 2010) of the average rank shift, {samples} samples, seed {seed}",
    )
