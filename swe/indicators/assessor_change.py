"""Change between two measurements of the same case, scale by scale: scores of different scales do not add.

It describes those who were measured twice; nothing is compared, so nothing is ascribed to the service.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from swe.core.errors import DataError

if TYPE_CHECKING:
    from swe.core.dates import Period

    Query = Callable[[str], pd.DataFrame]

FEW = 3  # pairs that Hedges' g needs at least


@dataclass(frozen=True)
class ScaleChange:
    """One scale: pairs, mean change in its points, Hedges' g with limits; None where there are too few pairs."""

    scale: str
    pairs: int
    before: float
    after: float
    g: float | None
    lower: float | None
    upper: float | None


def pairs(query: Query, *, period: Period) -> pd.DataFrame:
    """A row a case opened in the period with both scores: `station_id scale pre post`."""
    return query(
        "SELECT station_id, coalesce(scale, '') AS scale, CAST(pre_score AS DOUBLE) AS pre, CAST(post_score AS DOUBLE) AS post "
        f"FROM cases WHERE CAST(opened_on AS DATE) BETWEEN DATE '{period.first}' AND DATE '{period.last}' "
        "AND pre_score IS NOT NULL AND post_score IS NOT NULL ORDER BY ALL"
    )


def changes_of(rows: pd.DataFrame) -> tuple[ScaleChange, ...]:
    """A row a scale of these `pairs`; those without a scale's name by themselves."""
    rows = rows.sort_values(["scale", "pre", "post"], kind="stable")
    return tuple(
        _scale(str(name), part.astype({"pre": float, "post": float})) for name, part in rows.groupby("scale")
    )


def _scale(name: str, rows: pd.DataFrame) -> ScaleChange:
    from swe.stats.changes import change

    g: tuple[float | None, float | None, float | None] = (None, None, None)
    if len(rows) >= FEW:
        try:
            found = change(rows["pre"].tolist(), rows["post"].tolist())
            limits = (found["g"], found["g_lower"], found["g_upper"])
            if not any(pd.isna(each) for each in limits):
                g = limits
        except DataError:  # scores that do not vary
            pass
    return ScaleChange(name, len(rows), float(rows["pre"].mean()), float(rows["post"].mean()), *g)
