"""Which rows and files of a run's ledgers belong to which region: what decides whether its report is made again.

A file that serves many regions (a province in one CSV) is listed for each by the rows that the region takes of it, so
that a corrected station does not change the manifests of its neighbours. What the checks said of a row belongs to the
region of its station; what they said of a whole file, to every region that takes rows of it.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from swe.core.files import sha256_of_bytes
from swe.ledgers.contract import contract
from swe.ledgers.store import ISSUES
from swe.reference.register import AFTER_DIGITS

if TYPE_CHECKING:
    import pandas as pd

    from swe.ledgers.tables_view import Tables

ACCOUNTS = ("rows_read", "accepted", "rejected", "skipped")


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
        first, end = bisect_left(self.regions, prefix), bisect_left(self.regions, prefix + AFTER_DIGITS)
        return self.rows[first:end]


def told_issues(data: Tables) -> pd.DataFrame:
    """What the checks said, counted: `region file row rule severity n`, in order of regions.

    row     whether it was said of a row, or of a whole sheet or file
    region  of the row's station; "" of a whole file, and of a row whose station is not known (it was rejected)
    """
    parts = " UNION ALL ".join(
        f"SELECT station_id, _file AS file, coalesce(_sheet, '') AS sheet, _row AS row FROM {table}"
        for table in contract(data.contract).tables
    )
    with data.connect() as con:
        path = (data.snapshot.path.resolve() / ISSUES).as_posix().replace("'", "''")
        con.execute(
            f"CREATE TEMP VIEW said AS SELECT file, sheet, row, rule, severity FROM read_parquet('{path}')"
        )
        found: pd.DataFrame = con.execute(
            "WITH places AS (SELECT DISTINCT file, coalesce(sheet, '') AS sheet, row FROM said WHERE row IS NOT NULL), "
            f"held AS (SELECT file, sheet, row, min(station_id) AS station_id FROM ({parts}) "
            "JOIN places USING (file, sheet, row) GROUP BY ALL), "
            "known AS (SELECT station_id, coalesce(any_value(region_code), '') AS region FROM stations GROUP BY station_id) "
            "SELECT coalesce(region, '') AS region, i.file, i.row IS NOT NULL AS row, rule, severity, count(*)::BIGINT AS n "
            "FROM said i LEFT JOIN held h ON i.file = h.file AND coalesce(i.sheet, '') = h.sheet AND i.row = h.row "
            "LEFT JOIN known USING (station_id) GROUP BY ALL ORDER BY ALL"
        ).df()
    return found


def file_accounts(data: Tables, placed: pd.DataFrame) -> pd.DataFrame:
    """A row a file: `file bytes sha256 rows`, its row accounting, and `placed`, how many of its rows are some station's.

    placed  `Digests.files`
    """
    sources = data.sources.rename(columns={"name": "file"})[["file", "bytes", "sha256", "rows"]]
    sums = data.accounting.groupby("file")[list(ACCOUNTS)].sum()
    held = placed.groupby("file")["rows"].sum().rename("placed")
    found = sources.merge(sums, on="file", how="left").merge(held, on="file", how="left")
    counts = [*ACCOUNTS, "placed"]
    return found.fillna(dict.fromkeys(counts, 0)).astype(dict.fromkeys(counts, "int64"))


@dataclass(frozen=True)
class FilesByRegion:
    """What regions take from the files of a run; a file that gave no row belongs to every region.

    placed   (file, region, rows, digest) in order of regions
    told     (region, file, row, rule, severity, n) in order of regions: `told_issues`
    sources  file → the columns of `file_accounts`
    """

    placed: Sorted
    told: Sorted
    sources: dict[str, dict[str, Any]]

    @cached_property
    def nobodys(self) -> tuple[str, ...]:
        return tuple(sorted(name for name, source in self.sources.items() if not source["placed"]))

    @cached_property
    def _of_files(self) -> tuple[tuple[Any, ...], ...]:
        """What was said of whole files, and of rows whose station is not known."""
        return tuple(row for row in self.told.rows if not row[0])

    def rows(self, prefix: str) -> dict[str, int]:
        """File → its rows that are a region's."""
        found: dict[str, int] = dict.fromkeys(self.nobodys, 0)
        for file, _, count, _ in self.placed.below(prefix):
            found[file] = found.get(file, 0) + count
        return found

    def issues(self, prefix: str) -> dict[tuple[str, str], int]:
        """(rule, severity) → issues of a region; a rejected row counts where its whole file does."""
        counts: dict[tuple[str, str], int] = defaultdict(int)
        for _, _, rule, severity, n in self._told(prefix, self.rows(prefix)):
            counts[rule, severity] += n
        return dict(sorted(counts.items()))

    def accounts(self, prefix: str, *, shared: bool = True) -> dict[str, int]:
        """The row accounting of a region's files; of those that it shares, its own rows, which were accepted, or none."""
        sums = dict.fromkeys(ACCOUNTS, 0)
        for name, rows in self.rows(prefix).items():
            source = self.sources[name]
            whole = rows == source["placed"]
            for column in ACCOUNTS if whole or shared else ():
                mine = rows if column in ("rows_read", "accepted") else 0
                sums[column] += int(source[column]) if whole else mine
        return sums

    def shared(self, prefix: str) -> int:
        """How many of a region's files hold rows of other regions too."""
        return sum(rows != self.sources[name]["placed"] for name, rows in self.rows(prefix).items())

    def inputs(self, prefix: str) -> list[dict[str, Any]]:
        """The files of a region for its manifest, and what was said of them."""
        mine: dict[str, list[str]] = defaultdict(list)
        for file, code, _, digest in self.placed.below(prefix):
            mine[file].append(f"{code} {digest}")
        rows = self.rows(prefix)
        told = [" ".join(map(str, row)) for row in self._told(prefix, rows)]
        whole = [name for name in sorted(rows) if rows[name] == self.sources[name]["placed"]]
        accounts = [
            " ".join([name, *(str(self.sources[name][column]) for column in ACCOUNTS)]) for name in whole
        ]
        return [
            *(self._entry(name, rows[name], mine[name]) for name in sorted(rows)),
            {"path": "ledgers.issues", "sha256": _hash(told), "rows": len(told)},
            {"path": "ledgers.accounts", "sha256": _hash(accounts), "rows": len(accounts)},
        ]

    def _told(self, prefix: str, rows: dict[str, int]) -> list[tuple[Any, ...]]:
        """(file, row, rule, severity, n) of what was said of a region's rows and files, sorted."""
        own = [row[1:] for row in self.told.below(prefix) if row[0]]
        whole = {name for name, count in rows.items() if count == self.sources[name]["placed"]}
        of_files = [row[1:] for row in self._of_files if row[1] in (whole if row[2] else rows)]
        counts: dict[tuple[Any, ...], int] = defaultdict(int)
        for *what, n in [*own, *of_files]:
            counts[tuple(what)] += int(n)
        return sorted((*what, n) for what, n in counts.items())

    def _entry(self, name: str, rows: int, digests: list[str]) -> dict[str, Any]:
        """The whole file where nobody else has a row in it, else the region's rows."""
        source = self.sources[name]
        if rows == source["placed"]:
            return {"path": f"ledgers/{name}", **{key: source[key] for key in ("bytes", "sha256", "rows")}}
        return {"path": f"ledgers/{name}", "part": True, "rows": rows, "sha256": _hash(digests)}


def files_by_region(placed: pd.DataFrame, told: pd.DataFrame, accounts: pd.DataFrame) -> FilesByRegion:
    """From `Digests.files`, `told_issues` and `file_accounts`, or their rows of one region and of no region."""
    sources = {
        str(row["file"]): {k: _plain(v) for k, v in row.items() if k != "file"}
        for row in accounts.to_dict("records")
    }
    return FilesByRegion(
        Sorted.of(placed, "file", "region", "rows", "digest"),
        Sorted.of(told, "region", "file", "row", "rule", "severity", "n"),
        sources,
    )


def _plain(value: Any) -> Any:
    return value if isinstance(value, str) else int(value)


def _hash(lines: list[str]) -> str:
    return sha256_of_bytes("\n".join(lines).encode())
