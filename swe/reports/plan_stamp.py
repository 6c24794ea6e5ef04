"""What the last plan of a run was decided from, so that an unchanged run is seen without loading its ledgers.

A source counts as unchanged where path, size, times and inode are; whatever else a report depends on (code, packages,
run file, figures) is hashed anew every time. Where anything differs, the ledgers are loaded and hashed as ever.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from swe.core.errors import SweError
from swe.core.files import json_text, sha256_of_bytes, write_atomic
from swe.ledgers.sources import stamps
from swe.reports.manifest import read_json
from swe.reports.run_ledgers import store_folder
from swe.reports.run_results import reference_path

if TYPE_CHECKING:
    from swe.reports.runfile import Run

STAMP = "unchanged.json"
SETTLED = 2_000_000_000  # ns: a file written later than this before it was read may change under the same time (FAT)


class PlanStamp:
    """The sources of a run as they are now, before anything is read; `shared` is the key of all other inputs."""

    def __init__(self, run: Run, shared: str) -> None:
        self.path = store_folder(run) / STAMP
        self.shared, self.reference = shared, reference_path(run)
        self.taken = _sources(run)
        self.settled = (
            bool(self.taken)
            and max(max(mtime, ctime) for _, _, mtime, ctime, _ in self.taken) + SETTLED < time.time_ns()
        )

    def keys(self) -> dict[str, str]:
        """Region → key of its report, where nothing has changed since they were written down; else empty."""
        if not self.taken or not self.path.is_file():
            return {}
        try:
            known = read_json(self.path)
            return dict(known["keys"]) if known["of"] == self._of() else {}
        except (SweError, KeyError, TypeError, ValueError):  # not as we wrote it
            return {}

    def write(self, keys: Mapping[str, str]) -> None:
        """Write down the keys of a plan that was made from the sources as they were when this was made."""
        if self.settled:
            text = json_text({"of": self._of(), "keys": dict(keys)})
            if not self.path.is_file() or self.path.read_text(encoding="utf-8", errors="replace") != text:
                write_atomic(self.path, text)

    def _of(self) -> dict[str, Any]:
        settled = self.reference.read_bytes() if self.reference.is_file() else b""
        return {
            "shared": self.shared,
            "sources": sha256_of_bytes(json_text(self.taken).encode()),
            "reference": sha256_of_bytes(settled),
        }


def _sources(run: Run) -> list[tuple[str, int, int, int, int]]:
    """Stamps of the run's files; none where its ledgers come from a database, which has to be asked."""
    given, rated = run.spec.sources.ledgers, run.spec.sources.ratings
    if given is None or "://" in given:
        return []
    try:
        return stamps(
            [run.find(path) for path in (given, rated) if path is not None], store=store_folder(run)
        )
    except (SweError, OSError):  # the load will say what is wrong
        return []
