"""The ledgers of a run: loaded once into the store beside the run file, then read by every region."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from swe.core.errors import DefinitionError
from swe.core.files import sha256_of_bytes
from swe.ledgers.contract import contract

if TYPE_CHECKING:
    import pandas as pd

    from swe.ledgers.load import Tables
    from swe.reports.runfile import Run

SNAPSHOT = "SWE_SNAPSHOT"  # the snapshot a batch has loaded, for its reports; nothing else reads it
ROWS = {"read": "rows_read", "accepted": "accepted", "rejected": "rejected", "skipped": "skipped"}


def store_folder(run: Run) -> Path:
    """`store/` beside the run file, or `data/store/<run id>/` for the project's own runs (docs/formats.md §7)."""
    return run.project / "data" / "store" / run.id if run.shipped_run else run.file.parent / "store"


def run_ledgers(run: Run) -> Tables:
    """The run's tables, checked as of the run's day; loading again is cheap, for an unchanged source is not read.

    A report of a batch opens the snapshot that the batch has loaded: no file is looked at again.
    """
    from swe.ledgers.load import Tables, load
    from swe.ledgers.tables_view import Snapshot

    opened = os.environ.get(SNAPSHOT)
    if opened:
        return Tables(Snapshot(Path(opened).name, Path(opened)))
    given, rated = run.spec.sources.ledgers, run.spec.sources.ratings
    assert given is not None  # the caller has looked
    if "://" in given:
        if rated is not None:
            raise DefinitionError(
                "台账来自数据库时，评分也要放进数据库的 ratings 表；请删去 sources.ratings",
                "ledgers from a database have their ratings in its table ratings; remove sources.ratings",
                where=str(run.file),
            )
        return load(given, store=store_folder(run), today=run.as_of)
    paths = [str(run.find(path)) for path in (given, rated) if path is not None]
    return load(paths if len(paths) > 1 else paths[0], store=store_folder(run), today=run.as_of)


@contextlib.contextmanager
def opened_snapshot(path: str | None) -> Iterator[None]:
    """Reports made inside read this snapshot and no file; a kernel inherits it. None leaves them to load."""
    if path is None:
        yield
        return
    before = os.environ.get(SNAPSHOT)
    os.environ[SNAPSHOT] = path
    try:
        yield
    finally:
        if before is None:
            del os.environ[SNAPSHOT]
        else:
            os.environ[SNAPSHOT] = before


@dataclass(frozen=True)
class FilesByRegion:
    """Which files the rows of a region's stations came from; a file that gave no row belongs to every region."""

    files: pd.DataFrame  # file, region
    sources: pd.DataFrame  # name, bytes, sha256, rows
    issues: pd.DataFrame

    def of(self, prefix: str) -> list[str]:
        """Names of the files of a region, sorted."""
        mine = self.files[self.files["region"].str.startswith(prefix)]["file"]
        nobody = set(self.sources["name"]) - set(self.files["file"])
        return sorted(set(mine) | nobody)

    def inputs(self, prefix: str) -> list[dict[str, Any]]:
        """The files of a region for its manifest, and one hash over what the checks said of them."""
        names = self.of(prefix)
        known = self.sources[self.sources["name"].isin(names)].sort_values("name")
        entries = [
            {"path": f"ledgers/{name}", "bytes": int(size), "sha256": sha256, "rows": int(rows)}
            for name, size, sha256, rows in known[["name", "bytes", "sha256", "rows"]].itertuples(index=False)
        ]
        said = self.issues[self.issues["file"].isin(names)]
        text = said.to_csv(index=False, lineterminator="\n")
        return [*entries, {"path": "ledgers.issues", "sha256": sha256_of_bytes(text.encode()), "rows": len(said)}]


def files_by_region(data: Tables) -> FilesByRegion:
    """One pass over the store: file and region of the station of every row."""
    tables = contract(data.contract).tables
    parts = [
        f"SELECT DISTINCT t._file AS file, s.region_code AS region FROM {name} t JOIN stations s USING (station_id)"
        for name in tables
    ]
    return FilesByRegion(data.query(" UNION ".join(parts)), data.sources, data.issues)


def rule_text(rule: str) -> tuple[str, str]:
    """What a rule of the ledger checks says, in zh and en; its id where it is the reader's own."""
    from swe.ledgers.checking import RULES

    known = {r.id: (r.zh, r.en) for r in RULES}
    return known.get(rule, (rule, rule))
