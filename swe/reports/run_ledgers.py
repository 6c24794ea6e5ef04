"""The ledgers of a run: loaded once into the store beside the run file, then read by every region."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from swe.core.errors import DefinitionError

if TYPE_CHECKING:
    from swe.ledgers.load import Tables
    from swe.reports.runfile import Run

SNAPSHOT, RESULTS = (
    "SWE_SNAPSHOT",
    "SWE_RESULTS",
)  # what a batch has loaded, for its reports; nothing else reads it
ROWS = {
    "rows_read": "rows_read",
    "rows_accepted": "accepted",
    "rows_rejected": "rejected",
    "rows_skipped": "skipped",
}


def store_folder(run: Run) -> Path:
    """`store/` beside the run file, or `data/store/<run id>/` for the project's own runs (docs/formats.md §7)."""
    return run.project / "data" / "store" / run.id if run.shipped_run else run.file.parent / "store"


def run_ledgers(run: Run) -> Tables:
    """The run's tables, checked as of the run's day; loading again is cheap, for an unchanged source is not read.

    A report of a batch opens the snapshot that the batch has loaded: no file is looked at again.
    """
    from swe.ledgers.load import Tables, load
    from swe.ledgers.tables_view import Snapshot

    known = os.environ.get(SNAPSHOT)
    if known:
        return Tables(Snapshot(Path(known).name, Path(known)))
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
def opened(snapshot: str | None, results: str | None) -> Iterator[None]:
    """Reports made inside read this snapshot and these shared results, and no other file; a kernel inherits them.

    None leaves them to load.
    """
    given = {SNAPSHOT: snapshot, RESULTS: results}
    before = {name: os.environ.get(name) for name in given}
    _set({name: value for name, value in given.items() if value is not None})
    try:
        yield
    finally:
        _set(before)


def _set(variables: dict[str, str | None]) -> None:
    for name, value in variables.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value


def rule_text(rule: str) -> tuple[str, str]:
    """What a rule of the ledger checks says, in zh and en; its id where it is the reader's own."""
    from swe.ledgers.checking import RULES

    known = {r.id: (r.zh, r.en) for r in RULES}
    return known.get(rule, (rule, rule))
