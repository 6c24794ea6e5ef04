"""Raters drawn again: what a rated indicator would have been with other raters of the same panel.

Two raters who disagree make a grade a matter of who came; one rater alone says nothing about it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from swe.core.errors import DataError
from swe.indicators.framework_model import Rating
from swe.indicators.score_sheet import Flags, Sheet

Floats32 = NDArray[np.float32]
NEEDED = ("station_id", "indicator_code", "rater_source", "rater", "round", "score")


@dataclass(frozen=True)
class Panel:
    """The raters of one source: who rated together is drawn together, for all stations and indicators of the panel.

    panel   which panel rated the unit, −1 for none, shape (u,)
    sizes   raters of each panel
    draws   how often each rater is drawn, shape (panels, resamples, raters)
    shares  by column of the sheet and round: share of the full points, shape (u, raters), NaN where not rated
    """

    panel: NDArray[np.int64]
    sizes: NDArray[np.int64]
    draws: NDArray[np.int8]
    shares: dict[int, Floats32]


@dataclass(frozen=True)
class Raters:
    """Panels by source, and for each rated column how its sources are joined (as the indicators do it)."""

    panels: dict[str, Panel]
    measures: dict[int, tuple[Rating, str]]
    weights: dict[str, float]
    alone: int  # pairs of station and source with one rater
    together: int  # … with two or more

    def disagree(self, k: int) -> Flags | None:
        """Units whose value in column k can be drawn again; None where nobody rated it."""
        known = [
            (p.panel >= 0) & (p.sizes[p.panel] > 1) & (np.isfinite(p.shares[k]).sum(axis=1) > 1)
            for source, p in self.panels.items()
            if k in self.measures and source in self.measures[k][0].rating and k in p.shares
        ]
        return np.logical_or.reduce(known) if known else None

    def shift(self, k: int, rows: NDArray[np.int64]) -> Floats32:
        """By how much the value of column k differs in each resample, shape (rows, resamples)."""
        measure, missing = self.measures[k]
        joined: list[tuple[float, Floats32, Flags]] = []
        for source in measure.rating:
            panel = self.panels.get(source)
            if panel is None or k not in panel.shares:
                continue
            change, rated = _change(panel, k, rows)
            joined.append((self.weights.get(source, 0.0) if self.weights else 1.0, change, rated))
        if measure.combine == "first":
            return _first(joined)
        if not any(weight for weight, _, _ in joined):
            joined = [(1.0, change, rated) for _, change, rated in joined]
        whole = sum(self.weights.get(source, 0.0) for source in measure.rating) if self.weights else 0.0
        there = sum(weight * rated for weight, _, rated in joined)
        base = there if missing == "reweight" else np.full(len(rows), whole or float(len(measure.rating)))
        total = sum(np.float32(weight) * change for weight, change, _ in joined)
        return np.asarray(total / np.where(base > 0, base, 1.0)[:, None], dtype=np.float32)


def _first(joined: list[tuple[float, Floats32, Flags]]) -> Floats32:
    """The change of the first source that rated each unit."""
    taken = np.zeros_like(joined[0][1])
    free = np.ones(len(taken), dtype=bool)
    for _, change, rated in joined:
        taken[free & rated] = change[free & rated]
        free &= ~rated
    return taken


def _change(panel: Panel, k: int, rows: NDArray[np.int64]) -> tuple[Floats32, Flags]:
    """Mean of the drawn raters less the mean of all; 0 where none of those drawn rated this indicator."""
    shares = panel.shares[k][rows]
    known = np.isfinite(shares)
    rated: Flags = np.asarray(known.any(axis=1))
    resamples = panel.draws.shape[1]
    total, count = (np.zeros((len(rows), resamples), dtype=np.float32) for _ in range(2))
    at = panel.panel[rows]
    for m in range(shares.shape[1]):
        use = np.flatnonzero(known[:, m])
        drawn = panel.draws[at[use], :, m].astype(np.float32)
        total[use] += drawn * shares[use, m, None]
        count[use] += drawn
    centre = np.where(rated, np.where(known, shares, 0).sum(axis=1) / np.maximum(known.sum(axis=1), 1), 0)
    with np.errstate(invalid="ignore", divide="ignore"):
        change = np.where(count > 0, total / count - centre[:, None], 0)
    return change.astype(np.float32), rated


def raters(sheet: Sheet, ratings: pd.DataFrame, *, resamples: int, rng: np.random.Generator) -> Raters:
    """Panels of the ledger's ratings, drawn again.

    From a panel of m raters m − 1 are drawn with replacement, so that the spread is that of a mean of m (the plain
    bootstrap of two raters shows half of it): Rao & Wu (1988), doi:10.1080/01621459.1988.10478591.
    """
    absent = [name for name in NEEDED if name not in ratings.columns]
    if absent:
        raise DataError(
            f"评分表缺少列：{'、'.join(absent)}",
            f"the frame of ratings lacks the columns {', '.join(absent)}",
        )
    measures = {
        k: (item.measure, getattr(item, "missing", "reweight"))
        for k, item in enumerate(sheet.scored)
        if isinstance(item.measure, Rating)
    }
    rows = _rows(sheet, ratings, measures)
    panels, alone, together = {}, 0, 0
    for source, own in rows.groupby("rater_source", sort=True):
        panels[str(source)] = _panel(own, sheet, resamples, rng)
        sizes = panels[str(source)].sizes[panels[str(source)].panel[panels[str(source)].panel >= 0]]
        alone, together = alone + int((sizes == 1).sum()), together + int((sizes > 1).sum())
    weights = {str(source): float(w) for source, w in (sheet.framework.spec.raters or {}).items()}
    return Raters(panels, measures, weights, alone, together)


def _rows(sheet: Sheet, ratings: pd.DataFrame, measures: dict[int, tuple[Rating, str]]) -> pd.DataFrame:
    """Ratings that count: of this framework, a known station, the round and the sources that a measure asks for."""
    frame = ratings[ratings["score"].notna() & ratings["rater"].notna()]
    if "framework_id" in frame.columns:
        frame = frame[frame["framework_id"].isna() | (frame["framework_id"] == sheet.framework.id)]
    full = pd.to_numeric(frame.get("full_points", pd.Series(np.nan, index=frame.index))).astype(float)
    parts = []
    for k, (measure, _) in measures.items():
        item = sheet.scored[k]
        mine = (
            (frame["indicator_code"] == item.code)
            & (frame["round"] == measure.round)
            & frame["rater_source"].isin(measure.rating)
        )
        most = full[mine].fillna(item.score.points)
        parts.append(
            pd.DataFrame(
                {
                    "unit": pd.Index(sheet.units).get_indexer(frame.loc[mine, "station_id"]),
                    "k": k,
                    "rater_source": frame.loc[mine, "rater_source"].astype(str),
                    "rater": frame.loc[mine, "rater"].astype(str),
                    "share": frame.loc[mine, "score"].astype(float) / most.where(most > 0),
                }
            )
        )
    rows = (
        pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=["unit", "k", "rater_source"])
    )
    return rows[rows["unit"] >= 0]


def _panel(rows: pd.DataFrame, sheet: Sheet, resamples: int, rng: np.random.Generator) -> Panel:
    members = rows[["unit", "rater"]].drop_duplicates().sort_values(["unit", "rater"])
    members["seat"] = members.groupby("unit").cumcount()
    seats = members.groupby("unit", sort=True)["rater"].agg("\x1f".join)
    code, named = pd.factorize(seats, sort=True)
    panel = np.full(len(sheet.units), -1, dtype=np.int64)
    panel[seats.index.to_numpy(dtype=np.int64)] = code
    sizes = np.array([name.count("\x1f") + 1 for name in named], dtype=np.int64)
    draws = np.zeros((len(sizes), resamples, int(sizes.max())), dtype=np.int8)
    for m in np.unique(sizes):
        these = np.flatnonzero(sizes == m)
        shape = (len(these), resamples)
        if m == 1:
            draws[these, :, 0] = 1
        else:
            draws[these, :, :m] = rng.multinomial(int(m) - 1, np.full(m, 1 / m), size=shape)
    placed = rows.merge(members, on=["unit", "rater"])
    mean = placed.groupby(["k", "unit", "seat"], sort=True)["share"].mean()
    shares: dict[int, Floats32] = {}
    for k in mean.index.get_level_values("k").unique():
        own = mean.loc[k]
        shares[int(k)] = np.full((len(sheet.units), draws.shape[2]), np.nan, dtype=np.float32)
        at = own.index.get_level_values("unit").to_numpy(), own.index.get_level_values("seat").to_numpy()
        shares[int(k)][at] = own.to_numpy(dtype=np.float32)
    return Panel(panel, sizes, draws, shares)
