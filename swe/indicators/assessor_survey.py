"""The region's survey by its design: stations are clusters, so that the interval knows how the answers hang together.

A satisfied answer says nothing of effect, and where nearly all are satisfied the scale tells nobody apart.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from swe.core.errors import DataError
from swe.indicators.assessor_figures import (
    ITEMS,
    KNOWN_ITEMS,
    MARKS,
    SATISFIED_FROM,
    asked_items,
    known_items,
    satisfaction,
)

if TYPE_CHECKING:
    from swe.core.dates import Period
    from swe.show.result import Result

    Query = Callable[[str], pd.DataFrame]

CEILING = 0.9  # share of satisfied persons or top answers beyond which the scale tells nobody apart (ours)
TOP = 5  # the highest answer of the scale
AWARENESS = tuple(f"awareness_{i}" for i in range(1, ITEMS + 1))
SATISFACTION = tuple(f"satisfaction_{i}" for i in range(1, MARKS + 1))


@dataclass(frozen=True)
class SurveyFigures:
    """What the survey gives.

    estimates  `known satisfied mean`, and with `_weighted` where every row has a weight → the values of `swe.survey`
               (`estimate lower upper deff n_effective n`); only with two stations or more
    items      item of awareness → share of those asked who know it
    top_share  answers with the highest mark over all answers
    ceiling    whether nearly everybody is satisfied, or nearly every answer the highest; None where nobody was asked
    answers    rows with the marks, for the checks of straight-lining and copies
    """

    estimates: Mapping[str, Mapping[str, float]]
    items: Mapping[str, float]
    top_share: float | None
    ceiling: bool | None
    clusters: int
    answers: pd.DataFrame


def answers(query: Query, *, period: Period) -> pd.DataFrame:
    """A row a person whom the stations that the query sees have asked: weight, items, marks and what they come to.

    Answers without a date are included.
    """
    columns = ", ".join((*AWARENESS, *SATISFACTION))
    return query(
        f"SELECT station_id, CAST(weight AS DOUBLE) AS weight, {columns}, "
        f"CASE WHEN {asked_items()} THEN CAST({known_items()} AS DOUBLE) END AS known, "
        f"CAST({satisfaction()} AS DOUBLE) AS mean, CAST({satisfaction()} >= {SATISFIED_FROM} AS DOUBLE) AS satisfied "
        f"FROM survey WHERE date IS NULL OR date BETWEEN DATE '{period.first}' AND DATE '{period.last}' ORDER BY ALL"
    )


def survey_of(rows: pd.DataFrame) -> SurveyFigures:
    """The survey of these `answers`."""
    asked = rows[rows["known"].notna() | rows["mean"].notna()].reset_index(drop=True)
    marks = asked[[name for name in SATISFACTION if asked[name].notna().any()]].astype("Float64")
    n = int(marks.notna().to_numpy().sum())
    top = float((marks == TOP).fillna(False).to_numpy().sum()) / n if n else None
    satisfied = asked["satisfied"].astype("Float64").mean()
    ceiling = None if top is None else bool(top > CEILING or (not pd.isna(satisfied) and satisfied > CEILING))
    return SurveyFigures(
        _estimates(asked), _items(asked), top, ceiling, int(asked["station_id"].nunique()), asked
    )


def _estimates(asked: pd.DataFrame) -> dict[str, dict[str, float]]:
    found = {}
    weighted = len(asked) > 0 and bool((asked["weight"] > 0).fillna(False).all())
    for name in ("known", "satisfied", "mean"):
        rows = asked[asked[name].notna()].astype({name: float, "weight": float})
        if rows["station_id"].nunique() < 2:
            continue
        found[name] = _by_design(rows, name, None).values
        if weighted:
            found[f"{name}_weighted"] = _by_design(rows, name, "weight").values
    return {name: dict(values) for name, values in found.items()}


def _by_design(rows: pd.DataFrame, name: str, weights: str | None) -> Result:
    from swe.stats.survey_design import survey

    kind = "mean" if name == "mean" else "proportion"
    return survey(rows, value=name, kind=kind, weights=weights, cluster="station_id")  # type: ignore[arg-type]


def _items(asked: pd.DataFrame) -> dict[str, float]:
    """Share who know each item; empty where the verdict on nobody is known."""
    from swe.stats.awareness_items import awareness

    told = [name for name in AWARENESS if asked[name].notna().any()]
    if len(told) < KNOWN_ITEMS:
        return {}
    try:
        found = awareness(asked[told].astype("Float64").astype(float), items=told, needed=KNOWN_ITEMS)
    except DataError:  # every respondent has gaps that leave the verdict open
        return {}
    return {name: float(found[f"item_{name}"]) for name in told}
