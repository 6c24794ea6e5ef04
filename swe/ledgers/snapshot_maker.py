"""One snapshot from sources: read what changed, check it, redact it, take over the rest.

What a file gives depends on that file alone, and what is compared between files has passed the border; so a load that
takes most of its files over from an earlier one gives the same snapshot as a load from nothing.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from swe.core.errors import DataError
from swe.core.files import disk_errors
from swe.ledgers import snapshots, store
from swe.ledgers.border_checks import between, united, within
from swe.ledgers.issues import Issue
from swe.ledgers.privacy import known_names, redact
from swe.ledgers.snapshot_reader import read_files
from swe.ledgers.store import Part, Settings

if TYPE_CHECKING:
    import pandas as pd

    from swe.ledgers.checks.limits import Minima
    from swe.ledgers.origins import Origin
    from swe.ledgers.reading import SourceRead
    from swe.ledgers.tables.spec import Contract


@dataclass(frozen=True)
class Job:
    """What stays the same for every source of a load."""

    ledger: Contract
    settings: Settings
    key: bytes | None
    minima: Minima | None
    today: date
    store: Path

    @property
    def otherwise(self) -> str:
        """The province of rows whose station has no region code."""
        region = self.settings.region
        return store.UNKNOWN if region in ("", "00") else region[:2]


@dataclass(frozen=True)
class Taken:
    """A source as it goes into the snapshot: its part, with its redacted frames or the snapshot that has them."""

    part: Part
    frames: Mapping[str, pd.DataFrame] | None = None
    before: Path | None = None


def make_snapshot(job: Job, origins: Sequence[Origin], made: snapshots.Staging) -> Path | None:
    """The published snapshot; None where another process removed what was being taken over."""
    id = store.snapshot_id(job.settings, ((origin.name, origin.identity) for origin in origins))
    made.want(id)
    if store.complete(job.store / id):
        return snapshots.publish(made, id, store.complete)
    try:
        taken = _taken(job, origins)
        ids = _station_ids(taken)
        taken = [
            _read(job, o, t.part.key) if _renamed(t, ids) else t for o, t in zip(origins, taken, strict=True)
        ]
        provinces = _provinces(taken)
        parts = [_placed(job, each, made.snapshot, ids, provinces) for each in taken]
        issues = united((i for part in parts for i in part.issues), _between(job, parts, made.snapshot))
    except snapshots.Vanished:
        return None
    store.write_manifest(made.snapshot, id, job.settings, parts, issues=issues)
    return snapshots.publish(made, id, store.complete)


def _taken(job: Job, origins: Sequence[Origin]) -> list[Taken]:
    """Every source, in order: from an earlier snapshot where it has not changed, else read now."""
    keys = [store.part_key(job.settings, origin.name, origin.identity) for origin in origins]
    if job.settings.keep_free_text:  # a name in one file is masked in the text of all, so all are read first
        reads = [origin.read() for origin in origins]
        names = frozenset().union(*(_names(job, read) for read in reads))
        return [_redacted(job, *each, names) for each in zip(origins, keys, reads, strict=True)]
    earlier = _earlier(job.store)
    return [earlier.get(key) or _read(job, origin, key) for origin, key in zip(origins, keys, strict=True)]


def _earlier(folder: Path) -> dict[str, Taken]:
    """The sources of the current snapshot and the one before, by key."""
    found: dict[str, Taken] = {}
    for name in (snapshots.PREVIOUS, snapshots.HEAD):
        snapshot = snapshots.head(folder, name)
        if snapshot is not None and store.complete(snapshot):
            with contextlib.suppress(DataError):  # pruned by another load in this moment
                found |= {part.key: Taken(part, before=snapshot) for part in store.parts_of(snapshot)}
    return found


def _read(job: Job, origin: Origin, key: str) -> Taken:
    return _redacted(job, origin, key, origin.read(), frozenset())


def _redacted(job: Job, origin: Origin, key: str, read: SourceRead, names: frozenset[str]) -> Taken:
    """A source that was read now: checked as it is, then redacted."""
    letters = getattr(read, "letters", {})
    issues = (*read.issues, *within(read.tables, job.ledger, today=job.today, letters=letters))
    frames: dict[str, pd.DataFrame] = {}
    log: list[tuple[str, str, str, str, int]] = []
    for name, frame in read.tables.items():
        frames[name], said = redact(
            frame, job.ledger[name], key=job.key, keep_free_text=job.settings.keep_free_text, names=names
        )
        log += [(str(t), str(c), str(a), str(k), int(n)) for t, c, a, k, n in said.itertuples(index=False)]
    part = Part(
        name=origin.name, kind=origin.kind, bytes=origin.bytes, sha256=origin.sha256, key=key,
        rows={name: len(frame) for name, frame in frames.items() if len(frame)},
        stations=store.provinces_of(frames.get("stations")), named=store.named_stations(frames.get("stations")),
        letters=tuple((*place, dict(columns)) for place, columns in letters.items()),
        accounts=tuple(read.accounts), issues=issues, privacy=tuple(log),
    )  # fmt: skip
    return Taken(part, frames=frames)


def _names(job: Job, read: SourceRead) -> frozenset[str]:
    return frozenset().union(*(known_names(frame, job.ledger[name]) for name, frame in read.tables.items()))


def _station_ids(taken: Sequence[Taken]) -> dict[str, str]:
    """name: station_id over all sources, for names that mean one station and are nobody's ID."""
    meant: dict[str, set[str]] = {}
    for each in taken:
        for name, station in each.part.named.items():
            meant.setdefault(name, set()).add(station)
    known = {station for each in taken for station in each.part.named.values()}
    return {name: next(iter(s)) for name, s in meant.items() if len(s) == 1 and name not in known}


def _renamed(each: Taken, ids: Mapping[str, str]) -> bool:
    """Whether what an unchanged source calls a station now means another one."""
    return each.before is not None and any(ids.get(w, w) != taken for w, taken in each.part.written.items())


def _provinces(taken: Sequence[Taken]) -> dict[str, str]:
    """station_id: province over all sources; of two that disagree, the first by name has it."""
    found: dict[str, str] = {}
    for each in sorted(taken, key=lambda each: (each.part.name, each.part.sha256)):
        found = {**each.part.stations, **found}
    return found


def _placed(
    job: Job, each: Taken, folder: Path, ids: Mapping[str, str], provinces: Mapping[str, str]
) -> Part:
    """A source's rows written into the snapshot; those of an unchanged one linked to where they lie already.

    Raises Vanished where the earlier snapshot was removed meanwhile.
    """
    part, frames = each.part, each.frames
    if each.before is not None:
        files = {name: store.part_files(each.before, name, part.key) for name in part.rows}
        if not all(files.values()):
            raise snapshots.Vanished(each.before)
        if all(provinces.get(station, job.otherwise) == where for station, where in part.placed.items()):
            with disk_errors(folder):
                for file in (file for found in files.values() for file in found):
                    snapshots.link_or_copy(file, folder / file.relative_to(each.before))
            return part
        free_text = job.settings.keep_free_text  # a station moved to another province: its rows go with it
        frames = {n: read_files(f, job.ledger[n], keep_free_text=free_text) for n, f in files.items()}
    assert frames is not None
    written: dict[str, str] = {}
    placed: dict[str, str] = {}
    for name in part.rows:
        stations = frames[name].reindex(columns=["station_id"])["station_id"].astype("string")
        meant = {str(s): ids.get(str(s), str(s)) for s in stations.dropna().unique()}
        frame = frames[name]
        if any(station != id for station, id in meant.items()):
            frame = frame.assign(station_id=stations.map(meant, na_action="ignore").astype("string"))
        placed |= store.write_rows(
            folder, job.ledger[name], frame, key=part.key, provinces=provinces,
            keep_free_text=job.settings.keep_free_text, otherwise=job.otherwise,
        )  # fmt: skip
        written |= meant
    return replace(part, written=written if each.before is None else part.written, placed=placed)


def _between(job: Job, parts: Sequence[Part], folder: Path) -> Iterable[Issue]:
    """What is wrong in and between all sources, seen in the rows as they are stored."""
    tables: dict[str, pd.DataFrame] = {}
    for name, table in job.ledger.tables.items():
        files = sorted((folder / name).glob("province=*/*.parquet"))
        if files:
            frame = read_files(files, table, keep_free_text=job.settings.keep_free_text)
            shut = [] if job.key else [c.name for c in table.columns if c.border == "pseudonym"]
            tables[name] = frame.drop(columns=shut)
    return between(
        tables, job.ledger, pseudonyms=job.key is not None, today=job.today, minima=job.minima,
        accounts=[account for part in parts for account in part.accounts],
        letters={(file, sheet, table): columns for part in parts for file, sheet, table, columns in part.letters},
    )  # fmt: skip
