"""Reading the store for measures: everything that is asked of a ledger table in one pass over it, by station.

Measures first say what they need (`Wanted`), then are worked out from what was read (`Readings`); the same functions do
both, so that nothing can be read that is not used, or used that is not read.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from swe.indicators.measure_needs import Cover, Wanted, word_of, words_of
from swe.indicators.measure_sql import (
    Aggregate,
    Marks,
    Window,
    both,
    mark_places,
    mark_sql,
    quoted,
    select,
    spec,
    text,
)
from swe.indicators.station_scope import Asked, scope
from swe.ledgers.checks.targets import UNITS_OF

if TYPE_CHECKING:
    import duckdb
    from numpy.typing import NDArray

    from swe.indicators.station_scope import Flags, Floats

# Whose monthly number of 0 says that a table has nothing to hold (a zero report).
ZERO_REPORT: Mapping[str, str] = {
    "cases": "cases", "groups": "groups", "activities": "activities", "visits": "households_visited",
    "supervision": "supervision_hours", "training": "training_sessions", "linkages": "resources_cny",
}  # fmt: skip
# Kept by assessors, not by stations: once it is there, a station without a row has none.
OF_ASSESSORS = ("findings",)
_ABSENT: Mapping[str, float] = {"total": np.nan, "median": np.nan}


class Readings:
    """What was read: arrays over the stations of the ledger, in the order of their IDs."""

    def __init__(
        self, con: duckdb.DuckDBPyConnection, asked: Asked, own: pd.DataFrame, wanted: Wanted, *,
        framework_id: str = "",
    ) -> None:  # fmt: skip
        self.con, self.window, self.calendar = con, Window(asked.period), wanted.calendar
        _spans(con, asked)
        tables = {**{each.table: None for each in wanted.aggregates}, **wanted.tables}
        senders = {name: self._senders(name) for name in [*tables, *(["ratings"] if wanted.marks else [])]}
        self.scope = scope(asked, own, senders.values())
        self._ids = pd.Index(self.scope.ids)
        self._sent = {name: index.get_indexer(self._ids) >= 0 for name, index in senders.items()}
        self._numbers: dict[Aggregate, Floats] = {}
        for table, dated in dict.fromkeys((each.table, each.dated) for each in wanted.aggregates):
            here = [each for each in wanted.aggregates if (each.table, each.dated) == (table, dated)]
            self._read(table, dated, [each for each in here if each.function != "distinct"])
            self._numbers |= {each: self._distinct(each) for each in here if each.function == "distinct"}
        self._covers = {each: self._cover(each) for each in wanted.covers}
        self._zero = self._zero_reports() if set(ZERO_REPORT) & set(tables) else {}
        self._targets_asked = bool(wanted.targets)
        self._targets = self._target_sums() if wanted.targets else {}
        self._marks = self._ratings(tuple(wanted.marks), framework_id)

    # -- what measures ask --

    def number(self, aggregate: Aggregate) -> Floats:
        return self._numbers[aggregate]

    def bits(self, aggregate: Aggregate) -> NDArray[np.int64]:
        words = [
            self._numbers[word_of(aggregate, word)] for word in range(words_of(self.calendar, aggregate))
        ]
        return np.stack(words, axis=1)

    def sent(self, table: str) -> Flags:
        """Stations that left any row of a table; all of them, where assessors keep it and it is there."""
        if table in OF_ASSESSORS:
            return np.full(len(self.scope.ids), bool(self._sent[table].any()))
        flags: Flags = self._sent[table] | self.zero_reported(table)
        return flags

    def zero_reported(self, table: str) -> Flags:
        nothing = np.zeros(len(self.scope.ids), dtype=bool)
        return self._zero.get(ZERO_REPORT.get(table, ""), nothing)

    def covered(self, cover: Cover) -> tuple[Floats, Floats]:
        return self._covers[cover]

    def marked(self, marks: Marks) -> tuple[Floats, Floats]:
        """Mean share of the full points and number of ratings; NaN and 0 where there is none."""
        return self._marks[marks]

    def target(self, measure: str) -> Floats:
        return self._targets.get(measure, np.full(len(self.scope.ids), np.nan))

    def ask(self, sql: str, *names: str) -> dict[str, Floats]:
        """Columns of a statement that gives one row a station (`station_id`); NaN for stations that it leaves out."""
        return self._placed(sql, *names, absent=np.nan)

    def of_units(self, sql: str, mask: Flags) -> Floats:
        """A number a unit from rows of the stations in the mask: `sql` selects `unit, x` and joins `_chosen`."""
        self._choose(mask)
        return self._by_unit(self.con.sql(sql).to_arrow_table().to_pandas(), "x")

    def covered_units(self, cover: Cover, mask: Flags) -> tuple[Floats, Floats]:
        self._choose(mask)
        found = self.con.sql(self._cover_sql(cover, units=True)).to_arrow_table().to_pandas()
        return self._by_unit(found, "met"), self._by_unit(found, "keys")

    def source(self, table: str) -> str:
        return _source(table)

    def holds(self, table: str, dated: str) -> str:
        """The condition that a row of a table lies in the period."""
        return self.window.holds(table, dated)

    def inside(self, aggregate: Aggregate) -> str:
        """The condition of an aggregate, its period included."""
        return both(self.window.holds(aggregate.table, aggregate.dated), aggregate.condition)

    # -- how it is read --

    def _from(self, table: str) -> str:
        spans = "" if self.window.period else " LEFT JOIN _spans USING (station_id)"
        return _source(table) + spans

    def _senders(self, table: str) -> pd.Index:
        """The stations that left any row of a table, of any date."""
        found = self.con.sql(
            f"SELECT DISTINCT station_id FROM {_source(table)} WHERE station_id IS NOT NULL"
        ).to_arrow_table()
        return pd.Index(found.column(0).to_pandas())

    def _read(self, table: str, dated: str, asked: Sequence[Aggregate]) -> None:
        """All aggregates of a table and date column in one pass, by station."""
        if not asked:
            return
        conditions = dict.fromkeys(each.condition for each in asked if each.condition)
        names = {sql: f"_c{i}" for i, sql in enumerate(conditions)}
        tests = "".join(f", ({sql}) AS {name}" for sql, name in names.items())
        columns = "".join(f", {self._select(each, names)} AS _a{i}" for i, each in enumerate(asked))
        where = both("station_id IS NOT NULL", self.window.holds(table, dated))
        found = self.con.sql(
            f"SELECT station_id{columns} FROM (SELECT *{tests} FROM {self._from(table)} WHERE {where}) GROUP BY station_id"
        ).to_arrow_table()
        at = pd.Index(found.column(0).to_pandas()).get_indexer(self._ids)
        for i, each in enumerate(asked):
            self._numbers[each] = _in_place(found.column(i + 1).to_numpy(), at, each)

    def _select(self, aggregate: Aggregate, names: Mapping[str, str]) -> str:
        what = aggregate.function
        return select(
            aggregate,
            names.get(aggregate.condition, ""),
            base=self.calendar.base(what),
            words=words_of(self.calendar, aggregate),
        )

    def _distinct(self, aggregate: Aggregate) -> Floats:
        where = both("station_id IS NOT NULL", self.inside(aggregate), f"{aggregate.expression} IS NOT NULL")
        return self._placed(
            f"SELECT station_id, count(*) AS x FROM (SELECT DISTINCT station_id, {aggregate.expression} "
            f"FROM {self._from(aggregate.table)} WHERE {where}) GROUP BY station_id", "x",
        )["x"]  # fmt: skip

    def _cover(self, cover: Cover) -> tuple[Floats, Floats]:
        read = self._placed(self._cover_sql(cover, units=False), "met", "keys")
        return read["met"], read["keys"]

    def _cover_sql(self, cover: Cover, *, units: bool) -> str:
        """Distinct keys of the register table (`keys`) and those among them that the other table has (`met`)."""
        by = "unit" if units else "station_id"
        chosen = " JOIN _chosen USING (station_id)" if units else ""
        key = quoted(cover.key)
        parts = []
        for table, condition in ((cover.of, cover.of_condition), (cover.table, cover.condition)):
            aggregate = Aggregate(table, "distinct", key, condition, spec(table).date)
            where = both(f"{by} IS NOT NULL", f"{key} IS NOT NULL", self.inside(aggregate))
            parts.append(
                f"SELECT DISTINCT {by}, {key} AS _key FROM {self._from(table)}{chosen} WHERE {where}"
            )
        return (
            f"WITH register AS ({parts[0]}), served AS ({parts[1]}) SELECT register.{by}, count(*) AS keys, "
            f"count(served._key) AS met FROM register LEFT JOIN served ON register.{by} = served.{by} "
            f"AND register._key = served._key GROUP BY register.{by}"
        )

    def _zero_reports(self) -> dict[str, Flags]:
        """Measures whose monthly numbers in the period are all 0, by station."""
        found = (
            self.con.sql(
                f"SELECT station_id, measure FROM {self._from('targets')} WHERE declared_in_month IS NOT NULL "
                f"AND month IS NOT NULL AND {self.window.holds('targets', 'month')} "
                "GROUP BY station_id, measure HAVING max(declared_in_month) = 0 AND min(declared_in_month) = 0"
            )
            .to_arrow_table()
            .to_pandas()
        )
        return {
            str(name): pd.Index(rows["station_id"]).get_indexer(self._ids) >= 0
            for name, rows in found.groupby("measure")
        }

    def unusable_targets(self) -> int:
        """Targets that count for nothing: in a unit that is not their measure's, or of no known days."""
        if not self._targets_asked:
            return 0
        dated = (
            "coalesce(period_from, contract_from, TRY_CAST(left(t.month, 4) || '-01-01' AS DATE)) <= "
            "coalesce(period_to, contract_to, TRY_CAST(left(t.month, 4) || '-12-31' AS DATE))"
        )
        found = self.con.execute(
            f"SELECT count(*) FROM targets AS t LEFT JOIN (SELECT station_id, contract_from, contract_to FROM _stations) "
            f"USING (station_id) WHERE target IS NOT NULL AND NOT coalesce({_unit_fits()} AND {dated}, FALSE)"
        )
        return int(found.fetchall()[0][0])

    def _target_sums(self) -> dict[str, Floats]:
        first, last = "_first", "_last"
        spans = " LEFT JOIN _spans USING (station_id)"
        if self.window.period is not None:
            spans = ""
            first, last = (f"DATE '{each}'" for each in (self.window.period.first, self.window.period.last))
        found = self.con.sql(TARGETS.format(first=first, last=last, spans=spans, fits=_unit_fits()))
        sums: dict[str, Floats] = {}
        for name, rows in found.to_arrow_table().to_pandas().groupby("measure"):
            due = rows.set_index("station_id")["due"].astype(float)
            sums[str(name)] = due.reindex(self._ids).to_numpy()
        return sums

    def _ratings(self, asked: Sequence[Marks], framework_id: str) -> dict[Marks, tuple[Floats, Floats]]:
        if not asked:
            return {}
        found = self.con.sql(mark_sql(asked, framework_id=framework_id)).to_arrow_table().combine_chunks()
        stations = found.column("station_id").dictionary_encode().combine_chunks()
        known = self._ids.get_indexer(pd.Index(stations.dictionary.to_pandas()))
        at = known[stations.indices.to_numpy()] if len(found) else np.empty(0, dtype=np.intp)
        places = mark_places(asked)
        size = (max(places) + 1, len(self._ids))
        shares, counts = np.full(size, np.nan), np.zeros(size)
        mark = found.column("mark").to_numpy()
        here = (at >= 0) & (mark < size[0])  # the SQL numbers every combination, also those nobody asked for
        shares[mark[here], at[here]] = found.column("share").to_numpy()[here]
        counts[mark[here], at[here]] = found.column("n").to_numpy()[here]
        return {each: (shares[i], counts[i]) for each, i in zip(asked, places, strict=True)}

    def _placed(self, sql: str, *names: str, absent: float = 0.0) -> dict[str, Floats]:
        found = self.con.sql(sql).to_arrow_table().to_pandas()
        at = pd.Index(found["station_id"]).get_indexer(self._ids)
        if not len(found):
            return {name: np.full(len(at), absent) for name in names}
        return {name: np.where(at >= 0, found[name].to_numpy(dtype=float)[at], absent) for name in names}

    def _choose(self, mask: Flags) -> None:
        """The stations in the mask with their units, as a table to join."""
        chosen = [str(each) for each in self.scope.ids[mask]]
        units = [str(each) for each in self.scope.units[self.scope.unit[mask]]]
        self.con.execute(
            "CREATE OR REPLACE TEMP TABLE _chosen AS SELECT unnest($1::VARCHAR[]) AS station_id, "
            "unnest($2::VARCHAR[]) AS unit",
            [chosen, units],
        )

    def _by_unit(self, found: pd.DataFrame, name: str) -> Floats:
        units = pd.Index(self.scope.units)
        return found.set_index("unit")[name].astype(float).reindex(units).to_numpy()


TARGETS = """
WITH lines AS (
    SELECT station_id, measure,
        coalesce(period_from, contract_from, TRY_CAST(left(t.month, 4) || '-01-01' AS DATE)) AS since,
        coalesce(period_to, contract_to, TRY_CAST(left(t.month, 4) || '-12-31' AS DATE)) AS until,
        coalesce(max(target) FILTER (WHERE t.month IS NULL), max(target)) AS target
    FROM targets AS t LEFT JOIN (SELECT station_id, contract_from, contract_to FROM _stations) USING (station_id)
    WHERE target IS NOT NULL AND {fits}
    GROUP BY ALL),
due AS (
    SELECT station_id, measure, target,
        date_diff('day', greatest(since, {first}), least(until, {last})) + 1 AS held,
        date_diff('day', since, until) + 1 AS whole
    FROM lines{spans})
SELECT station_id, measure, list_sum(list_sort(list(target * held / whole))) AS due
FROM due WHERE held > 0 AND whole > 0 GROUP BY station_id, measure ORDER BY station_id, measure
"""


def _unit_fits() -> str:
    """Targets counted in a unit of their measure, or in none given: units are never mixed."""
    parts = [
        f"(measure = {text(measure)} AND measure_unit IN ({', '.join(map(text, units))}))"
        for measure, units in UNITS_OF.items()
    ]
    return f"(measure_unit IS NULL OR {' OR '.join(parts)})"


def _spans(con: duckdb.DuckDBPyConnection, asked: Asked) -> None:
    if asked.period is None:
        con.execute(
            "CREATE TEMP TABLE _spans AS SELECT station_id, contract_from AS _first, contract_to AS _last "
            "FROM _stations WHERE contract_from <= contract_to"
        )


def _source(table: str) -> str:
    return "_stations" if table == "stations" else quoted(spec(table).name)


def _in_place(values: NDArray[Any], at: NDArray[np.intp], aggregate: Aggregate) -> NDArray[Any]:
    """Values by station of the table as values by station of the ledger; what is absent is 0, or unknown for sums."""
    if aggregate.function in ("months", "weeks", "domains", "parties"):
        return np.where(at >= 0, values[at], 0) if len(values) else np.zeros(len(at), dtype=np.int64)
    absent = _ABSENT.get(aggregate.function, 0.0)
    return np.where(at >= 0, values.astype(float)[at], absent) if len(values) else np.full(len(at), absent)
