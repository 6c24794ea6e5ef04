"""`Tables`: what `swe.load` returns, a frozen view of one snapshot; nothing is read before it is asked for."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from swe.core.errors import UsageError
from swe.ledgers import snapshot_reader, store
from swe.ledgers.contract import contract
from swe.ledgers.issues import ACCOUNT_COLUMNS

if TYPE_CHECKING:
    import duckdb
    import pandas as pd

LOG_COLUMNS = ("table", "column", "action", "kind", "cells")


@dataclass(frozen=True)
class Snapshot:
    """A snapshot of a store: its id and its folder."""

    id: str
    path: Path

    def __fspath__(self) -> str:
        return os.fspath(self.path)


@dataclass(frozen=True)
class Tables:
    """Validated, redacted tables of a ledger.

    `data.<table>` is a typed DataFrame of the contract's columns, in an order that only the content decides (an
    optional table that nobody sent is empty). File, sheet and row of every row stand in `data.query`, as `_file`,
    `_sheet`, `_row`, and so does `province`.

    A snapshot stays until two later loads into the same store have replaced it.
    """

    snapshot: Snapshot
    contract: str = "ledger-v1"
    threads: int | None = None

    @property
    def tables(self) -> tuple[str, ...]:
        """Names of the contract's tables."""
        return tuple(contract(self.contract).tables)

    @property
    def rows(self) -> dict[str, int]:
        """Rows a table, of the tables that have any."""
        found: dict[str, int] = store.read_json(self.snapshot.path / store.MANIFEST)["tables"]
        return found

    @property
    def sources(self) -> pd.DataFrame:
        """The sources: name, kind, bytes, sha256, rows."""
        import pandas as pd

        found = store.read_json(self.snapshot.path / store.MANIFEST)["sources"]
        rows = [{**each, "rows": sum(each["rows"].values())} for each in found]
        return pd.DataFrame(rows, columns=["name", "kind", "bytes", "sha256", "rows"])

    @property
    def issues(self) -> pd.DataFrame:
        """What was wrong: file, sheet, row, column, cell, table, rule, severity, messages (`issues.ISSUE_COLUMNS`)."""
        return snapshot_reader.issues(self.snapshot.path)

    @property
    def accounting(self) -> pd.DataFrame:
        """Rows read, accepted, rejected and skipped of every sheet (`issues.ACCOUNT_COLUMNS`)."""
        import pandas as pd

        found = store.read_json(self.snapshot.path / store.ACCOUNTS)
        return pd.DataFrame(found, columns=list(ACCOUNT_COLUMNS))

    @property
    def privacy(self) -> pd.DataFrame:
        """What the border did: table, column, action, kind, cells."""
        import pandas as pd

        found = store.read_json(self.snapshot.path / store.PRIVACY)
        return pd.DataFrame(found, columns=list(LOG_COLUMNS))

    def query(self, sql: str) -> pd.DataFrame:
        """The answer to one SELECT over views named like the tables; DataError where the SQL is wrong."""
        with self.connect() as con:
            return snapshot_reader.query(con, sql)

    def connect(self, *, memory_mb: int | None = None) -> _Connection:
        """A context manager with a DuckDB connection to the views, for several queries in a row."""
        return snapshot_reader.connect(self.snapshot.path, threads=self.threads, memory_mb=memory_mb)

    def __getattr__(self, name: str) -> pd.DataFrame:
        if name.startswith("_"):
            raise AttributeError(name)
        if name not in self.tables:
            known = ", ".join(self.tables)
            raise AttributeError(f"ledger contract {self.contract} has no table {name!r}; it has: {known}")
        return snapshot_reader.frame(self.snapshot.path, name, threads=self.threads)

    def __getitem__(self, name: str) -> pd.DataFrame:
        if name not in self.tables:
            known = "、".join(self.tables)
            raise UsageError(f"没有表“{name}”；有：{known}", f"no table {name!r}; there are: {known}")
        return snapshot_reader.frame(self.snapshot.path, name, threads=self.threads)

    def __dir__(self) -> Iterator[str]:
        return iter(sorted({*super().__dir__(), *self.tables}))

    def __repr__(self) -> str:
        counts = ", ".join(f"{name} {count:,}" for name, count in self.rows.items())
        return f"Tables({self.contract}, snapshot {self.snapshot.id}: {counts or 'no rows'})"


if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    _Connection = AbstractContextManager[duckdb.DuckDBPyConnection]
