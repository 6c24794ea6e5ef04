"""What an index is built on: units, normalised indicators, weights, and who is left out.

`composite` and `robustness` must start from the same matrix, or the ranks of one would not be those of the other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from swe.core.errors import DataError, UsageError
from swe.show.result import Note
from swe.stats import aggregation, index_weights, normalisation
from swe.stats.index_frames import (
    NAN,
    SHOWN,
    Floats,
    choice,
    column_names,
    numbers,
    plain_number,
    require_columns,
    unit_labels,
)

if TYPE_CHECKING:
    import pandas as pd

Missing = Literal["no_total", "drop", "refuse", "reweight"]
BoundedCells = Literal["refuse", "missing"]
RESERVED = ("unit", "value", "total", "rank", "n", "status", "veto", "grade")


@dataclass(frozen=True)
class IndexMatrix:
    """Units in rows, indicators in columns.

    raw      (n, p) as measured, NaN where missing
    z        (n, p) normalised and shifted, more is better
    weights  (p,) summing to 1
    scored   (n,) units that get a total
    """

    units: list[str]
    names: list[str]
    directions: list[str]
    raw: Floats
    z: Floats
    weights: Floats
    scored: np.ndarray[Any, np.dtype[np.bool_]]
    notes: tuple[Note, ...]

    @property
    def complete(self) -> np.ndarray[Any, np.dtype[np.bool_]]:
        return np.asarray(~np.isnan(self.raw).any(axis=1))


def index_matrix(
    data: pd.DataFrame,
    *,
    unit: str | None,
    indicators: Sequence[str],
    directions: Mapping[str, str] | Sequence[str] | str,
    normalise: str,
    weights: str | Mapping[str, float],
    aggregate: str,
    goalposts: Mapping[str, tuple[float, float]] | None,
    shift: float,
    missing: str,
    bounded: str,
) -> IndexMatrix:
    """Read, normalise and weigh; every argument as in `composite`."""
    choice("normalise", normalise, normalisation.Normalise)
    choice("aggregate", aggregate, aggregation.Aggregate)
    choice("missing", missing, Missing)
    choice("bounded", bounded, BoundedCells)
    kind = index_weights.weight_method(weights)
    names = column_names("indicators", indicators, reserved=RESERVED)
    require_columns(data, names)
    facing = normalisation.direction_list(names, directions)
    units = unit_labels(data, unit)
    raw, intervals = _read(data, names, bounded)
    gaps = np.asarray(np.isnan(raw).any(axis=1))
    _refuse_gaps(gaps, units, missing, aggregate)
    dropped = int(gaps.sum()) if missing == "drop" else 0
    if dropped:
        units, raw = [u for u, gap in zip(units, gaps, strict=True) if not gap], raw[~gaps]
        gaps = gaps[~gaps]
    if (~gaps).sum() < 2:
        raise DataError(
            f"指标齐全的单位只有 {int((~gaps).sum())} 个，至少需要 2 个才能比较",
            f"{int((~gaps).sum())} units have all indicators; a comparison needs 2 at least",
        )
    z = shifted_values(raw, names, facing, normalise=normalise, goalposts=goalposts, shift=shift)
    require_positive(z, normalise=normalise, weights=kind, aggregate=aggregate)
    w = index_weights.index_weights(weights, z[~gaps], names)
    scored = np.asarray(~np.isnan(raw).all(axis=1) if missing == "reweight" else ~gaps)
    told = _exclusions(int(gaps.sum()), dropped, intervals, missing)
    methods = _methods(normalise, kind, aggregate, shift)
    return IndexMatrix(units, names, facing, raw, z, w, scored, (*methods, *told))


def renormalised(
    matrix: IndexMatrix, *, normalise: str, goalposts: Any, shift: float, aggregate: str
) -> IndexMatrix:
    """The same units and weights under another normalisation."""
    z = shifted_values(
        matrix.raw, matrix.names, matrix.directions, normalise=normalise,
        goalposts=goalposts if normalise == "goalposts" else None, shift=shift,
    )  # fmt: skip
    require_positive(z, normalise=normalise, weights="given", aggregate=aggregate)
    return replace(matrix, z=z)


def shifted_values(
    raw: Floats,
    names: Sequence[str],
    facing: Sequence[str],
    *,
    normalise: str,
    goalposts: Mapping[str, tuple[float, float]] | None,
    shift: float,
) -> Floats:
    """Normalised values plus `shift`."""
    if plain_number("shift", shift) < 0:
        raise UsageError(
            f"shift 须为不小于 0 的数，收到 {shift!r}",
            f"shift must be a number of at least 0; received {shift!r}",
        )
    return normalisation.normalised(raw, names, facing, method=normalise, goalposts=goalposts) + shift


def require_positive(z: Floats, *, normalise: str, weights: str, aggregate: str) -> None:
    """UsageError where logarithms are taken of values that are not positive."""
    who = [
        word
        for word, taken in (("geometric", aggregate == "geometric"), ("entropy", weights == "entropy"))
        if taken
    ]
    if who and not np.nanmin(z) > 0:
        what = "、".join(who)
        raise UsageError(
            f"{what} 要取对数，而 {normalise} 标准化后有不大于 0 的值：请写明平移量 shift（如 0.01），它会影响结果，故无默认值",
            f"{', '.join(who)} takes logarithms, and after {normalise} some values are not above 0: state a "
            "shift (such as 0.01); it affects the result, so it has no default",
        )


def _read(data: pd.DataFrame, names: Sequence[str], bounded: str) -> tuple[Floats, int]:
    columns, intervals = [], 0
    for name in names:
        found, inside = numbers(data, name, bounded=bounded)
        bare = _only_bounds(data, name, found)
        if bare and bounded == "refuse":
            raise DataError(
                f'指标“{name}”有 {bare} 行只有上下限而没有确数，不能计入指数；或以 bounded="missing" 按缺失处理',
                f"indicator {name!r} has {bare} rows with bounds and no number, which cannot enter an index; "
                'or give bounded="missing"',
            )
        columns.append(found)
        intervals += inside + bare
    return np.column_stack(columns), intervals


def _only_bounds(data: pd.DataFrame, name: str, found: Floats) -> int:
    """Rows without a number whose columns `<name>_lower` or `<name>_upper` hold a bound."""
    held = [data[c].notna().to_numpy() for c in (f"{name}_lower", f"{name}_upper") if c in data.columns]
    return int((np.isnan(found) & np.logical_or.reduce(held)).sum()) if held else 0


def _refuse_gaps(gaps: Any, units: Sequence[str], missing: str, aggregate: str) -> None:
    if missing == "refuse" and gaps.any():
        named = [u for u, gap in zip(units, gaps, strict=True) if gap]
        shown = "、".join(named[:SHOWN]) + (" 等" if len(named) > SHOWN else "")
        raise DataError(
            f"{len(named)} 个单位缺指标值：{shown}",
            f"{len(named)} units lack values of indicators: {', '.join(named[:SHOWN])}",
        )
    if missing == "reweight" and aggregate == "topsis" and gaps.any():
        raise UsageError(
            "TOPSIS 的距离需要全部指标，不能用 reweight：请用 no_total 或 drop",
            "TOPSIS distances need every indicator and cannot be reweighted: use no_total or drop",
        )


def _methods(normalise: str, weights: str, aggregate: str, shift: float) -> list[Note]:
    parts = [
        normalisation.METHODS[normalise],
        index_weights.METHODS[weights],
        aggregation.METHODS[aggregate],
    ]
    zh, en = ("；".join(p[0] for p in parts), "; ".join(p[1] for p in parts))
    if shift:
        zh, en = f"{zh}；标准化值加平移量 {shift:g}", f"{en}; {shift:g} added to normalised values"
    return [
        Note("method", zh, en),
        Note(
            "reference",
            "OECD/JRC 2008《综合指标构建手册》，doi:10.1787/9789264043466-en",
            "OECD/JRC 2008, Handbook on Constructing Composite Indicators, doi:10.1787/9789264043466-en",
        ),
    ]


def _exclusions(gaps: int, dropped: int, intervals: int, missing: str) -> list[Note]:
    notes = []
    if dropped:
        zh, en = (
            f"{dropped} 个单位缺指标值，已按要求剔除",
            f"{dropped} units lack indicators and were dropped as asked",
        )
        notes.append(Note("exclusion", zh, en))
    if gaps and missing == "no_total":
        zh = f"{gaps} 个单位缺指标值：不作填补，无总分，不参加排序；其已有数值仍参与标准化"
        en = (
            f"{gaps} units lack indicators: nothing is imputed, they have no total and no rank; "
            "what they do have takes part in the normalisation"
        )
        notes.append(Note("exclusion", zh, en))
    if gaps and missing == "reweight":
        zh = f"{gaps} 个单位缺指标值，按其余指标的权重重新归一计分：与其他单位不完全可比（见 n 列）"
        en = (
            f"{gaps} units lack indicators and are scored on the others, weights rescaled: "
            "they are not fully comparable (column n)"
        )
        notes.append(Note("warning", zh, en))
    if intervals:
        zh = f"{intervals} 个区间值（余、近、约等）不能当作确数，已按缺失处理"
        en = f"{intervals} interval values (press bounds) are no points and were treated as missing"
        notes.append(Note("warning", zh, en))
    return notes


def unit_rows(matrix: IndexMatrix, scores: Floats) -> dict[str, Any]:
    """Columns unit, value, rank, n and status of a table; `scores` (n,) is NaN where there is no total."""
    ranks = np.full(len(scores), NAN)
    known = ~np.isnan(scores)
    ranks[known] = aggregation.ranks_from_best(scores[known])
    return {
        "unit": matrix.units,
        "value": scores,
        "rank": ranks,
        "n": (~np.isnan(matrix.raw)).sum(axis=1),
        "status": np.where(known, "ok", "missing"),
    }
