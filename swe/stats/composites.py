"""Composite index: several indicators in one total, with what each weight really does.

Assessors add indicators up; what was normalised how, weighed how and left out decides the order, so it is all said.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from swe.core.errors import UsageError
from swe.show.result import Note, Result
from swe.stats.aggregation import Aggregate, totals
from swe.stats.index_frames import NAN, Floats, column_names, plain_number
from swe.stats.index_matrix import RESERVED, BoundedCells, IndexMatrix, Missing, index_matrix, unit_rows
from swe.stats.index_weights import Weights, effective_weights
from swe.stats.normalisation import Direction, Normalise

if TYPE_CHECKING:
    import pandas as pd

# An effective share below half or above twice the nominal weight is told; our own threshold, for a warning only.
FAR = 2.0


def composite(
    data: pd.DataFrame,
    *,
    indicators: Sequence[str],
    directions: Mapping[str, Direction] | Sequence[Direction] | Direction,
    normalise: Normalise = "minmax",
    weights: Weights | Mapping[str, float] = "equal",
    aggregate: Aggregate = "arithmetic",
    unit: str | None = None,
    dimensions: Mapping[str, Sequence[str]] | None = None,
    goalposts: Mapping[str, tuple[float, float]] | None = None,
    shift: float = 0.0,
    missing: Missing = "no_total",
    bounded: BoundedCells = "refuse",
    veto: Mapping[str, float] | None = None,
) -> Result:
    """Composite index of several indicators, with nominal beside effective weights.

    Parameters
    ----------
    data
        A row per unit, a column per indicator.
    indicators
        Columns to add up.
    directions
        `up` (more is better) or `down` for each indicator: a mapping, a list in their order, or one for all.
    normalise
        `minmax`; `zscore` (standard deviation with n − 1); `goalposts`; `rank` (average rank from the worst
        over n).
    weights
        `equal`; `entropy`; `critic`; or a mapping with a weight for every indicator, divided by their sum.
        Entropy and CRITIC weights come from units with all indicators.
    aggregate
        `arithmetic`; `geometric`; `topsis` (closeness to the ideal, from the normalised values).
    unit
        Column that says who; else the column `unit`, else the index.
    dimensions
        Dimension → its indicators: adds a column for each, aggregated alike with the weights inside it.
    goalposts
        (low, high) of each indicator, for `normalise="goalposts"`; values beyond them are not capped.
    shift
        Added to every normalised value. Geometric means and entropy weights need values above 0: after
        min–max they need a shift, which has no default because it affects the result.
    missing
        What a unit with a missing indicator gets: `no_total` (status missing, no rank), `drop` (left out of
        the table and of the normalisation), `refuse` (DataError), `reweight` (a total of the others).
        Nothing is ever imputed.
    bounded
        Interval-valued cells (press bounds 余, 近, 约; `Bounded` that are not exact; rows with only
        `<indicator>_lower` or `<indicator>_upper`): `refuse` (DataError), or `missing`.
    veto
        Indicator → the raw value it must reach (`up`) or not exceed (`down`). Adds a column `veto` with what a
        unit fails; its total and rank stay as they are, the consequence is the framework's.

    Returns
    -------
    Result
        `kind="composite"`. Table: `unit value total rank n status`, `veto` if asked, the normalised value of
        each indicator, each dimension. `value` is the total; rank 1 is best, ties share the better rank; `n`
        counts the indicators that a unit has. Values: `weight_<indicator>`; `correlation_<indicator>` with the
        total and `effective_<indicator>`, its squared share (NaN for fewer than 3 units); `n`.

    Raises
    ------
    UsageError
        Unknown options, weights or directions that do not fit the indicators, a shift that is needed.
    DataError
        Missing columns, cells that are no numbers, intervals, an indicator that does not vary, fewer than two
        complete units.

    References
    ----------
    OECD/JRC 2008, doi:10.1787/9789264043466-en. Diakoulaki et al. 1995, doi:10.1016/0305-0548(94)00059-H.
    Becker et al. 2017, doi:10.1016/j.ecolind.2017.03.056.

    Examples
    --------
    >>> import pandas as pd
    >>> stations = pd.DataFrame({"unit": ["A", "B", "C"], "cases": [10, 30, 20], "complaints": [4, 0, 1]})
    >>> found = composite(stations, indicators=["cases", "complaints"], directions=["up", "down"])
    >>> found.table[["unit", "total", "rank"]].values.tolist()
    [['A', 0.0, 3.0], ['B', 1.0, 1.0], ['C', 0.625, 2.0]]
    """
    import pandas as pd

    matrix = index_matrix(
        data, unit=unit, indicators=indicators, directions=directions, normalise=normalise, weights=weights,
        aggregate=aggregate, goalposts=goalposts, shift=shift, missing=missing, bounded=bounded,
    )  # fmt: skip
    everything = range(len(matrix.names))
    scores = _scores(matrix, everything, aggregate)
    rows = unit_rows(matrix, scores)
    columns: dict[str, Any] = {"unit": rows["unit"], "value": scores, "total": scores}
    columns |= {key: rows[key] for key in ("rank", "n", "status")}
    failed, veto_notes = _veto(matrix, veto)
    columns |= failed
    columns |= {name: matrix.z[:, j] for j, name in enumerate(matrix.names)}
    for name, members in _dimensions(matrix, dimensions).items():
        columns[name] = _scores(matrix, members, aggregate)
    whole = matrix.complete & matrix.scored
    r, effective = effective_weights(matrix.z[whole], scores[whole])
    notes = [
        *matrix.notes, _count(scores), _weights_note(matrix, effective), *_effective_warning(matrix, r, effective),
        *_beyond(matrix, normalise, shift), *veto_notes,
    ]  # fmt: skip
    values = {"n": float((~np.isnan(scores)).sum())}
    for j, name in enumerate(matrix.names):
        values |= {
            f"weight_{name}": float(matrix.weights[j]),
            f"correlation_{name}": float(r[j]),
            f"effective_{name}": float(effective[j]),
        }
    return Result("composite", pd.DataFrame(columns), values, tuple(notes))


def _scores(matrix: IndexMatrix, members: Sequence[int], aggregate: str) -> Floats:
    """Total of some indicators, their weights rescaled; NaN for units that are not scored."""
    chosen = list(members)
    found = np.full(len(matrix.units), NAN)
    weights = matrix.weights[chosen]
    if weights.sum() > 0:
        z = matrix.z[matrix.scored][:, chosen]
        found[matrix.scored] = totals(z, (weights / weights.sum())[None, :], aggregate)[:, 0]
    return found


def _dimensions(matrix: IndexMatrix, dimensions: Mapping[str, Sequence[str]] | None) -> dict[str, list[int]]:
    if not dimensions:
        return {}
    names = column_names("dimensions", list(dimensions), reserved=(*RESERVED, *matrix.names))
    found = {}
    for name in names:
        members = column_names(f"dimensions[{name!r}]", dimensions[name])
        unknown = [m for m in members if m not in matrix.names]
        if unknown:
            raise UsageError(
                f"维度“{name}”中有未列入的指标：{'、'.join(unknown)}",
                f"dimension {name!r} names unknown indicators: {', '.join(unknown)}",
            )
        found[name] = [matrix.names.index(m) for m in members]
    return found


def _veto(matrix: IndexMatrix, veto: Mapping[str, float] | None) -> tuple[dict[str, list[str]], list[Note]]:
    if not veto:
        return {}, []
    unknown = [str(n) for n in veto if n not in matrix.names]
    if unknown:
        raise UsageError(
            f"veto 中有未列入的指标：{'、'.join(unknown)}",
            f"veto names unknown indicators: {', '.join(unknown)}",
        )
    failed: list[list[str]] = [[] for _ in matrix.units]
    for name, limit in veto.items():
        j = matrix.names.index(name)
        x = matrix.raw[:, j]
        bound = plain_number(f"veto[{name!r}]", limit)
        short = x < bound if matrix.directions[j] == "up" else x > bound
        for i in np.flatnonzero(short):
            failed[i].append(name)
    count = sum(map(bool, failed))
    limits = "、".join(f"{n} {v:g}" for n, v in veto.items())
    note = Note(
        "warning" if count else "method",
        f"一票否决项（{limits}）：{count} 个单位未达到，见 veto 列；总分不因此改变",
        f"veto rules ({limits.replace('、', ', ')}): {count} units fail one, see column veto; totals are as they were",
    )
    return {"veto": ["; ".join(names) for names in failed]}, [note]


def _count(scores: Floats) -> Note:
    known = int((~np.isnan(scores)).sum())
    return Note("n", f"{len(scores)} 个单位，{known} 个有总分", f"{len(scores)} units, {known} with a total")


def _weights_note(matrix: IndexMatrix, effective: Floats) -> Note:
    rows = list(zip(matrix.names, matrix.weights, effective, strict=True))
    if np.isnan(effective).any():
        listed = "; ".join(f"{n} {w:.4g}" for n, w, _ in rows)
        zh, en = f"权重：{listed.replace('; ', '；')}", f"weights: {listed}"
        return Note(
            "method", f"{zh}（单位太少，算不出实际权重）", f"{en} (too few units for effective weights)"
        )
    zh = "；".join(f"{n} {w:.4g}（实际 {e:.4g}）" for n, w, e in rows)
    en = "; ".join(f"{n} {w:.4g} (effective {e:.4g})" for n, w, e in rows)
    return Note(
        "method",
        f"名义权重与实际权重（与总分相关系数平方的份额，Becker 等 2017）：{zh}",
        f"nominal and effective weights (share of the squared correlation with the total, Becker et al. 2017): {en}",
    )


def _effective_warning(matrix: IndexMatrix, r: Floats, effective: Floats) -> list[Note]:
    notes = []
    far = [
        n
        for n, w, e in zip(matrix.names, matrix.weights, effective, strict=True)
        if w > 0 and not np.isnan(e) and not w / FAR <= e <= w * FAR
    ]
    against = [n for n, c, w in zip(matrix.names, r, matrix.weights, strict=True) if w > 0 and c < 0]
    if far:
        zh = f"名义权重不等于实际权重：{'、'.join(far)} 的实际份额不到名义权重的一半或超过两倍"
        en = (
            f"nominal weights are not effective weights: the share of {', '.join(far)} is below half or above "
            "twice the nominal weight"
        )
        notes.append(Note("warning", zh, en))
    if against:
        zh = f"{'、'.join(against)} 与总分负相关：总分越高，该项往往越差"
        en = f"{', '.join(against)} correlates negatively with the total: units with high totals tend to be worse at it"
        notes.append(Note("warning", zh, en))
    return notes


def _beyond(matrix: IndexMatrix, normalise: str, shift: float) -> list[Note]:
    if normalise != "goalposts":
        return []
    z = matrix.z - shift
    slack = 1e-12  # a value on a goalpost may lie a rounding error beyond it
    beyond = int(((z < -slack) | (z > 1 + slack)).sum())
    zh, en = (
        f"{beyond} 个值超出目标值区间，未截断",
        f"{beyond} values lie beyond their goalposts and were not capped",
    )
    return [Note("warning", zh, en)] if beyond else []
