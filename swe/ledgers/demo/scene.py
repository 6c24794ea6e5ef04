"""The scene: the stations of one chunk, when each was at work, and how much of each service falls to it.

Small demonstrations are one chunk, the country some hundreds; every table of a chunk is drawn from its own seed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from swe.ledgers.contract import contract, dtypes
from swe.ledgers.demo import draws
from swe.ledgers.demo.plan import SEASON, SERVICES, Plan
from swe.ledgers.tables.spec import Contract
from swe.reference import register

CHUNK_ROWS = 60_000  # service rows of a chunk: a few hundred MB at most
CHUNK_STATIONS = 2_000
# Categories of clients; shares are ours.
CATEGORIES = {
    "minimum_living": 0.2, "destitute": 0.05, "low_income_edge": 0.06, "disabled": 0.12, "left_behind_child": 0.12,
    "child_in_difficulty": 0.05, "left_behind_woman": 0.05, "elderly_in_difficulty": 0.22, "severe_illness": 0.03,
    "elderly": 0.05, "resident": 0.05,
}  # fmt: skip
LEDGER: Contract = contract("ledger-v1")
_TABLES = {name: number for number, name in enumerate(LEDGER.tables, start=1)}


@dataclass(frozen=True)
class Scene:
    """One chunk: `codes` of its stations (a county's own code for a main station) and `counts` of service rows.

    number    of the chunk, a part of every seed
    effects   how busy each station is, its county included; 1 is usual
    """

    plan: Plan
    number: int
    codes: tuple[str, ...]
    effects: draws.Floats
    counts: dict[str, draws.Ints]

    def rng(self, task: str) -> draws.Rng:
        """The generator of one task (a table's name)."""
        return np.random.default_rng([self.plan.seed, self.number, _TABLES[task]])

    @property
    def is_main(self) -> NDArray[np.bool_]:
        return np.array([len(code) == 6 for code in self.codes])

    @cached_property
    def ids(self) -> NDArray[np.object_]:
        """IDs of the stations: their region codes."""
        return np.array(self.codes, dtype=object)

    @cached_property
    def opened(self) -> draws.Days:
        """Opening days: with the contract where figures are published, else in the years before, a few within."""
        rng = np.random.default_rng([self.plan.seed, self.number, 90])
        first = np.datetime64(self.plan.first, "D")
        if self.plan.published:
            return np.full(len(self.codes), first)
        before = rng.integers(0, 900, len(self.codes))
        late = (rng.random(len(self.codes)) < 0.06) & (self.plan.months >= 6)
        third = self.plan.month_starts[self.plan.months // 3].astype("datetime64[D]")
        return np.where(late, third, first - before)

    @cached_property
    def weights(self) -> draws.Floats:
        """Stations × months: season, chance, and nothing before opening or in a month that was not reported."""
        rng = np.random.default_rng([self.plan.seed, self.number, 91])
        months = self.plan.month_starts
        season = np.array(SEASON)[months.astype(np.int64) % 12]
        mixed = season * rng.gamma(6, 1 / 6, (len(self.codes), len(months)))
        missing = (rng.random(mixed.shape) < 0.04) & (np.arange(len(months)) % 5 != 2)
        closed = months[None, :] < self.opened[:, None].astype("datetime64[M]")
        out: draws.Floats = np.where(missing | closed, 0.0, mixed)
        out[out.sum(axis=1) == 0, -1] = 1.0
        return out

    def rows_of(self, table: str) -> draws.Ints:
        """The station of every row of a service table."""
        return np.repeat(np.arange(len(self.codes)), self.counts[table])

    def service_days(self, table: str, rng: draws.Rng, *, weekend: float) -> tuple[draws.Ints, draws.Days]:
        """Station and day of every row, in the order of station and day."""
        station = self.rows_of(table)
        month = draws.months_drawn(rng, station, self.weights)
        day = draws.days_drawn(rng, self.plan.month_starts, month, weekend=weekend)
        day = np.maximum(day, self.opened[station])
        order = np.lexsort((day, station))
        return station[order], day[order]

    @cached_property
    def client_counts(self) -> draws.Ints:
        """Clients on file: one for each case, and the households that are visited again and again."""
        return self.counts["cases"] + np.ceil(self.counts["visits"] * 0.15).astype(np.int64)

    @cached_property
    def client_categories(self) -> NDArray[np.object_]:
        """The category of every client, station by station; services of a client carry the same."""
        rng = np.random.default_rng([self.plan.seed, self.number, 95])
        return draws.picked(rng, CATEGORIES, int(self.client_counts.sum()))

    def category_of(self, station: draws.Ints, client: draws.Ints) -> NDArray[np.object_]:
        """The category of a client, by its number (from 0) within the station."""
        starts = np.cumsum(self.client_counts) - self.client_counts
        return self.client_categories[starts[station] + client]

    @property
    def last(self) -> Any:
        return np.datetime64(self.plan.last, "D")


def scenes(plan: Plan) -> Iterator[Scene]:
    """The chunks of a plan, in the order of the codes; no chunk crosses a province."""
    rng = np.random.default_rng([plan.seed, 0, 92])
    codes = [*([plan.region.code] if plan.with_main else []), *plan.townships]
    counties = sorted({code[:6] for code in codes})
    county_effects = dict(zip(counties, rng.lognormal(0, 0.2, len(counties)), strict=True))
    effects = np.array([county_effects[code[:6]] for code in codes]) * rng.lognormal(0, 0.3, len(codes))
    main = np.array([len(code) == 6 for code in codes])
    counts = {}
    for name in SERVICES:
        usual = np.where(main, 0.5 if name == "activities" else 0.0, 1.0)
        counts[name] = draws.shared_out(rng, plan.services[name], effects * usual)
    rows = np.sum([counts[name] for name in SERVICES], axis=0)
    for number, part in enumerate(_parts(codes, rows), start=1):
        yield Scene(
            plan=plan,
            number=number,
            codes=tuple(codes[part]),
            effects=effects[part],
            counts={name: count[part] for name, count in counts.items()},
        )


def _parts(codes: list[str], rows: draws.Ints) -> Iterator[slice]:
    start, held = 0, 0
    for i, code in enumerate(codes):
        full = held + rows[i] > CHUNK_ROWS or i - start >= CHUNK_STATIONS
        if i > start and (full or code[:2] != codes[start][:2]):
            yield slice(start, i)
            start, held = i, 0
        held += int(rows[i])
    yield slice(start, len(codes))


def typed(table: str, columns: dict[str, Any]) -> pd.DataFrame:
    """Columns as a typed frame of the table, in the contract's order, marked as simulated."""
    kinds = dtypes(LEDGER[table])
    n = len(next(iter(columns.values())))
    given = columns | {"simulated": np.ones(n, dtype=bool)}
    return pd.DataFrame({name: _series(given[name], kinds[name]) for name in kinds if name in given})


def _series(values: Any, dtype: str) -> pd.Series:
    if dtype == "datetime64[us]":
        return pd.Series(values, dtype="datetime64[us]")
    series = pd.Series(values)
    if dtype != "string" and series.dtype == object:
        series = series.where(series.notna(), pd.NA)
    return series.astype(dtype)


def unit_name(code: str) -> str:
    """The name of a region in the newest register."""
    return register.rows()[code].name
