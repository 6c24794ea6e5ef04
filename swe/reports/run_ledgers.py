"""The ledgers of a run: loaded once into the store beside the run file, then read by every region."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from swe.ledgers.load import Tables
    from swe.reports.runfile import Run

ROWS = {"read": "rows_read", "accepted": "accepted", "rejected": "rejected", "skipped": "skipped"}


def store_folder(run: Run) -> Path:
    """`store/` beside the run file, or `data/store/<run id>/` for the project's own runs (docs/formats.md §7)."""
    return run.project / "data" / "store" / run.id if run.shipped_run else run.file.parent / "store"


def run_ledgers(run: Run) -> Tables:
    """The run's tables; loading again is cheap, for a source that has not changed is not read."""
    from swe.ledgers.load import load

    given = run.spec.sources.ledgers
    assert given is not None  # the caller has looked
    path = given if "://" in given else str(run.find(given))
    return load(path, store=store_folder(run))


def ledger_inputs(run: Run) -> list[dict[str, Any]]:
    """The ledger files of a run for its manifest: name, bytes, sha256, rows; loads them, so that errors come early.

    A database has no bytes: its snapshot stands for it.
    """
    if run.spec.sources.ledgers is None:
        return []
    from swe.ledgers.sources import sources

    data = run_ledgers(run)
    entry = {
        "path": "ledgers",
        "sha256": data.snapshot.id,
        "bytes": 0,
        "rows": int(data.accounting["accepted"].sum()),
    }
    if "://" in run.spec.sources.ledgers:
        return [entry]
    rows = data.accounting.groupby("file")["rows_read"].sum()
    found = sources([run.find(run.spec.sources.ledgers)])
    return [entry] + [
        {"path": f"ledgers/{s.name}", "bytes": s.bytes, "sha256": s.sha256, "rows": int(rows.get(s.name, 0))}
        for s in found
    ]


def rule_text(rule: str) -> tuple[str, str]:
    """What a rule of the ledger checks says, in zh and en; its id where it is the reader's own."""
    from swe.ledgers.checking import RULES

    known = {r.id: (r.zh, r.en) for r in RULES}
    return known.get(rule, (rule, rule))
