"""Which rows and files of a run's ledgers belong to which region: what decides whether its report is made again.

A file that serves many regions (a province in one CSV) is listed for each by the rows that the region takes of it, so
that a corrected station does not change the manifests of its neighbours.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from swe.core.files import sha256_of_bytes
from swe.ledgers.contract import contract

if TYPE_CHECKING:
    import pandas as pd

    from swe.ledgers.tables_view import Tables

Told = dict[
    str, tuple[str, int]
]  # file → hash of its rows in a table of the store's own accounts, and their number
AFTER = ":"  # follows every digit: the codes below a prefix lie between it and the prefix with this


@dataclass(frozen=True)
class Digests:
    """Digests of a snapshot's rows, with the region code of their station.

    stations   unit, region, digest: all rows of a station in all tables
    files      file, region, rows, digest: what a file holds of the stations of a region code
    """

    stations: pd.DataFrame
    files: pd.DataFrame


def digests(data: Tables) -> Digests:
    """One pass over the store.

    The sum of the rows' hashes does not depend on their order; where a row came from (sheet, row) is left out.
    """
    parts = []
    for table in contract(data.contract).tables.values():
        columns = ", ".join(f'"{column.name}"' for column in table.stored_columns)
        parts.append(
            f"SELECT station_id, _file, '{table.name}' AS t, count(*) AS n, sum(hash({columns})::HUGEINT) AS h "
            f"FROM {table.name} GROUP BY station_id, _file"
        )
    with data.connect() as con:
        con.execute(
            "CREATE TEMP TABLE placed AS WITH rows AS (" + " UNION ALL ".join(parts) + "), "
            "known AS (SELECT station_id, coalesce(any_value(region_code), '') AS region FROM stations GROUP BY station_id) "
            "SELECT r.*, k.region FROM rows r JOIN known k USING (station_id)"
        )
        stations = con.execute(
            "SELECT unit, any_value(region) AS region, md5(string_agg(t || ' ' || n || ' ' || h, ',' ORDER BY t)) AS digest "
            "FROM (SELECT station_id AS unit, region, t, sum(n) AS n, sum(h) AS h FROM placed GROUP BY ALL) "
            "GROUP BY unit ORDER BY region, unit"
        ).df()
        files = con.execute(
            "SELECT file, region, sum(n)::BIGINT AS rows, md5(string_agg(t || ' ' || n || ' ' || h, ',' ORDER BY t)) AS digest "
            "FROM (SELECT _file AS file, region, t, sum(n) AS n, sum(h) AS h FROM placed GROUP BY ALL) "
            "GROUP BY file, region ORDER BY region, file"
        ).df()
    return Digests(stations, files)


@dataclass(frozen=True)
class Sorted:
    """Rows in order of their region codes; those of a region and all below it lie together."""

    regions: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]

    @classmethod
    def of(cls, frame: pd.DataFrame, *columns: str) -> Sorted:
        """Of a frame that is sorted by `region`."""
        regions = tuple(map(str, frame["region"]))
        return cls(regions, tuple(frame[list(columns)].itertuples(index=False, name=None)))

    def below(self, prefix: str) -> tuple[tuple[Any, ...], ...]:
        """The rows of a region; all of them for the nation."""
        if not prefix:
            return self.rows
        first, end = bisect_left(self.regions, prefix), bisect_left(self.regions, prefix + AFTER)
        return self.rows[first:end]


@dataclass(frozen=True)
class FilesByRegion:
    """What the regions of a run take from its files; a file that gave no row belongs to every region.

    placed    (file, region, rows, digest) in order of regions
    sources   name → bytes, sha256, rows
    issues, accounts   file → hash and number of what the checks and the row accounting say of it
    """

    placed: Sorted
    sources: dict[str, dict[str, Any]]
    issues: Told
    accounts: Told

    @cached_property
    def totals(self) -> dict[str, int]:
        """Rows of each file that belong to a station."""
        found: dict[str, int] = defaultdict(int)
        for file, _, rows, _ in self.placed.rows:
            found[file] += rows
        return dict(found)

    @cached_property
    def nobodys(self) -> tuple[str, ...]:
        return tuple(sorted(set(self.sources) - set(self.totals)))

    def inputs(self, prefix: str) -> list[dict[str, Any]]:
        """The files of a region for its manifest, and what was said of them."""
        mine: dict[str, list[str]] = defaultdict(list)
        rows: dict[str, int] = defaultdict(int)
        for file, code, count, digest in self.placed.below(prefix):
            mine[file].append(f"{code} {digest}")
            rows[file] += count
        names = sorted({*mine, *self.nobodys})
        entries = [self._entry(name, rows[name], mine[name]) for name in names]
        return [
            *entries,
            _told("ledgers.issues", self.issues, names),
            _told("ledgers.accounts", self.accounts, names),
        ]

    def _entry(self, name: str, rows: int, digests: list[str]) -> dict[str, Any]:
        """The whole file where nobody else has a row in it, else the region's rows."""
        source = self.sources[name]
        if rows == self.totals.get(name, 0):
            known = {key: source[key] for key in ("bytes", "sha256", "rows")}
            return {"path": f"ledgers/{name}", **known}
        return {"path": f"ledgers/{name}", "part": True, "rows": rows, "sha256": _hash(digests)}


def files_by_region(data: Tables, placed: pd.DataFrame) -> FilesByRegion:
    """From `Digests.files` and the accounts of a snapshot."""
    sources = {
        str(name): {"bytes": int(size), "sha256": str(sha256), "rows": int(rows)}
        for name, size, sha256, rows in data.sources[["name", "bytes", "sha256", "rows"]].itertuples(
            index=False
        )
    }
    rows = Sorted.of(placed, "file", "region", "rows", "digest")
    return FilesByRegion(rows, sources, _by_file(data.issues), _by_file(data.accounting))


def _by_file(frame: pd.DataFrame) -> Told:
    return {
        str(file): (_hash([part.to_csv(index=False, lineterminator="\n")]), len(part))
        for file, part in frame.groupby("file", sort=True)
    }


def _told(path: str, told: Told, names: list[str]) -> dict[str, Any]:
    known = [(name, *told[name]) for name in names if name in told]
    lines = [f"{name} {digest}" for name, digest, _ in known]
    return {"path": path, "sha256": _hash(lines), "rows": sum(count for _, _, count in known)}


def _hash(lines: list[str]) -> str:
    return sha256_of_bytes("\n".join(lines).encode())
