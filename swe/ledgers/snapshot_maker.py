"""One snapshot from sources: read what changed, check it, redact it, take over the rest.

What a file gives depends on that file alone, and what is compared between files has passed the border; so a load that
takes most of its files over from an earlier one gives the same snapshot as a load from nothing.
"""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from swe.core.errors import DataError
from swe.core.files import disk_errors
from swe.ledgers import held_rows, person_match, snapshots, store
from swe.ledgers.border_checks import between, united, within
from swe.ledgers.checking import check_rows
from swe.ledgers.issues import Issue
from swe.ledgers.portions import check_portions
from swe.ledgers.privacy import known_names, redact
from swe.ledgers.pseudonyms import KEY_BYTES
from swe.ledgers.reading import together
from swe.ledgers.reading_words import Remark, issue
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
    """What stays the same for every source of a load. `passing` is its own key, stored nowhere (`person_match`)."""

    ledger: Contract
    settings: Settings
    key: bytes | None
    minima: Minima | None
    today: date
    store: Path
    passing: bytes = field(default_factory=lambda: secrets.token_bytes(KEY_BYTES), repr=False)

    @property
    def otherwise(self) -> str:
        """The province of rows whose station has no region code."""
        region = self.settings.region
        return store.UNKNOWN if region in ("", "00") else region[:2]


@dataclass(frozen=True)
class Taken:
    """A source as it goes into the snapshot: its part, with its redacted frames, the files that hold them
    meanwhile, or the snapshot that has them.

    `roster` has its persons under the load's own key, where it was read now and there is no user's key.
    """

    part: Part
    frames: Mapping[str, pd.DataFrame] | None = None
    before: Path | None = None
    held: Mapping[str, Sequence[Path]] = field(default_factory=dict)
    roster: Mapping[str, pd.DataFrame] | None = field(default=None, repr=False)


def make_snapshot(job: Job, origins: Sequence[Origin], made: snapshots.Staging) -> Path | None:
    """The published snapshot; None where another process removed what was being taken over."""
    id = store.snapshot_id(job.settings, ((origin.name, origin.identity) for origin in origins))
    made.want(id)
    if store.complete(job.store / id):
        return snapshots.publish(made, id, store.complete)
    try:
        taken = _taken(job, origins, made)
        ids = _station_ids(taken)
        taken = [
            _read(job, o, t.part.key, made) if _renamed(t, ids) else t
            for o, t in zip(origins, taken, strict=True)
        ]
        taken = _compared(job, origins, taken, ids)
        provinces = _provinces(taken)
        parts = [_placed(job, each, made.snapshot, ids, provinces) for each in taken]
        issues = united((i for part in parts for i in part.issues), _between(job, parts, made.snapshot))
    except snapshots.Vanished:
        return None
    store.write_manifest(made.snapshot, id, job.settings, parts, issues=issues)
    return snapshots.publish(made, id, store.complete)


def _taken(job: Job, origins: Sequence[Origin], made: snapshots.Staging) -> list[Taken]:
    """Every source, in order: from an earlier snapshot where it has not changed, else read now."""
    keys = [store.part_key(job.settings, origin.name, origin.identity) for origin in origins]
    if job.settings.keep_free_text:  # a name in one file is masked in the text of all, so all are read first
        reads = [origin.read() if origin.pieces is None else None for origin in origins]
        large = (read for origin in origins if origin.pieces for read in origin.pieces())
        names = frozenset[str]()
        for read in (*filter(None, reads), *large):
            names |= _names(job, read)
        return [
            _redacted(job, origin, key, read, names) if read else _in_pieces(job, origin, key, made, names)
            for origin, key, read in zip(origins, keys, reads, strict=True)
        ]
    earlier = _earlier(job.store)
    found: list[Taken] = []
    waiting = 0
    for origin, key in zip(origins, keys, strict=True):
        found.append(earlier.get(key) or _read(job, origin, key, made))
        waiting += sum(map(len, (found[-1].frames or {}).values()))
        if waiting > held_rows.IN_MEMORY and found[-1].frames:
            found[-1] = _aside(job, found[-1], made)
    return found


def _earlier(folder: Path) -> dict[str, Taken]:
    """The sources of the current snapshot and the one before, by key."""
    found: dict[str, Taken] = {}
    for name in (snapshots.PREVIOUS, snapshots.HEAD):
        snapshot = snapshots.head(folder, name)
        if snapshot is not None and store.complete(snapshot):
            with contextlib.suppress(DataError):  # pruned by another load in this moment
                found |= {part.key: Taken(part, before=snapshot) for part in store.parts_of(snapshot)}
    return found


def _read(job: Job, origin: Origin, key: str, made: snapshots.Staging) -> Taken:
    if origin.pieces is not None:
        return _in_pieces(job, origin, key, made, frozenset())
    return _redacted(job, origin, key, origin.read(), frozenset())


def _aside(job: Job, taken: Taken, made: snapshots.Staging, piece: int = 0) -> Taken:
    """A source whose redacted frames wait on disk."""
    held = {
        name: (
            held_rows.hold(
                made.folder / "held", f"{taken.part.key}-{name}-{piece}", frame, job.ledger[name],
                keep_free_text=job.settings.keep_free_text,
            ),
        )
        for name, frame in (taken.frames or {}).items() if len(frame)
    }  # fmt: skip
    return replace(taken, frames=None, held=held)


def _in_pieces(job: Job, origin: Origin, key: str, made: snapshots.Staging, names: frozenset[str]) -> Taken:
    """A source too large to be held: read, checked row by row, redacted and put aside piece by piece."""
    assert origin.pieces is not None
    whole: Taken | None = None
    for number, read in enumerate(origin.pieces()):
        piece = _aside(job, _redacted(job, origin, key, read, names, alone=False), made, number)
        whole = piece if whole is None else _added(whole, piece)
    assert whole is not None
    said = Remark("rows_not_compared", {"n": sum(whole.part.rows.values())})
    return replace(
        whole, part=replace(whole.part, issues=(*whole.part.issues, issue(said, file=origin.name)))
    )


def _added(one: Taken, other: Taken) -> Taken:
    """Two pieces of a source as one."""
    a, b = one.part, other.part
    rows = {name: a.rows.get(name, 0) + b.rows.get(name, 0) for name in {**a.rows, **b.rows}}
    held = {name: (*one.held.get(name, ()), *other.held.get(name, ())) for name in {**one.held, **other.held}}
    log: dict[tuple[str, str, str, str], int] = {}
    for table, column, action, kind, cells in (*a.privacy, *b.privacy):
        log[table, column, action, kind] = log.get((table, column, action, kind), 0) + cells
    part = replace(
        a, rows=rows, stations={**b.stations, **a.stations}, named={**b.named, **a.named},
        letters=a.letters or b.letters, accounts=together([*a.accounts, *b.accounts]), issues=(*a.issues, *b.issues),
        privacy=tuple((*line, cells) for line, cells in log.items()),
    )  # fmt: skip
    roster = None if one.roster is None else _rosters([one.roster, other.roster or {}])
    return replace(one, part=part, held=held, roster=roster)


def _redacted(
    job: Job, origin: Origin, key: str, read: SourceRead, names: frozenset[str], *, alone: bool = True
) -> Taken:
    """A source that was read now: checked as it is, then redacted. A piece (not `alone`) is checked row by row."""
    letters = getattr(read, "letters", {})
    check = within if alone else check_rows
    issues = (*read.issues, *check(read.tables, job.ledger, letters=letters))
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
    persons = None if job.key else person_match.roster(read.tables, job.ledger, key=job.passing)
    return Taken(part, frames=frames, roster=persons)


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


def _compared(
    job: Job, origins: Sequence[Origin], taken: Sequence[Taken], ids: Mapping[str, str]
) -> list[Taken]:
    """The sources with what a comparison of their persons found; a user's key does that in the stored rows instead.

    Nothing stored tells persons apart, so those of unchanged sources are read again, unless all that are compared
    are the same as before.
    """
    held = [any(each.part.rows.get(name) for name in person_match.TABLES) for each in taken]
    if job.key or sum(held) < 2:
        return [replace(each, part=replace(each.part, compared="", persons=())) for each in taken]
    with_whom = store.comparison_id(
        (each.part.key for each, has in zip(taken, held, strict=True) if has), ids
    )
    if all(each.part.compared == with_whom for each, has in zip(taken, held, strict=True) if has):
        return list(taken)
    rosters = [
        each.roster or _roster(job, origin)
        for origin, each, has in zip(origins, taken, held, strict=True)
        if has
    ]
    found = person_match.compared(
        rosters, job.ledger, stations=ids, letters=_letters(each.part for each in taken)
    )
    return [
        replace(each, part=replace(
            each.part, compared=with_whom if has else "",
            persons=tuple(i for i in found if i.file == each.part.name) if has else (),
        ))
        for each, has in zip(taken, held, strict=True)
    ]  # fmt: skip


def _roster(job: Job, origin: Origin) -> Mapping[str, pd.DataFrame]:
    reads = [origin.read()] if origin.pieces is None else origin.pieces()
    return _rosters([person_match.roster(read.tables, job.ledger, key=job.passing) for read in reads])


def _rosters(rosters: Sequence[Mapping[str, pd.DataFrame]]) -> dict[str, pd.DataFrame]:
    """The rosters of the pieces of one source as one."""
    import pandas as pd

    names = dict.fromkeys(name for each in rosters for name in each)
    return {n: pd.concat([each[n] for each in rosters if n in each], ignore_index=True) for n in names}


def _letters(parts: Iterable[Part]) -> dict[tuple[str, str, str], Mapping[str, str]]:
    return {(file, sheet, table): columns for part in parts for file, sheet, table, columns in part.letters}


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
    written: dict[str, str] = {}
    placed: dict[str, str] = {}
    for name in part.rows:
        for number, frame in enumerate(held_rows.frames_of(name, job.ledger[name], frames, each.held)):
            stations = frame.reindex(columns=["station_id"])["station_id"].astype("string")
            meant = {str(s): ids.get(str(s), str(s)) for s in stations.dropna().unique()}
            if any(station != id for station, id in meant.items()):
                renamed = stations.map(meant, na_action="ignore").astype("string")
                frame = frame.assign(station_id=renamed)
            placed |= store.write_rows(
                folder, job.ledger[name], frame, key=f"{part.key}-{number}" if number else part.key,
                provinces=provinces, keep_free_text=job.settings.keep_free_text, otherwise=job.otherwise,
            )  # fmt: skip
            written |= meant
    return replace(part, written=written if each.before is None else part.written, placed=placed)


def _between(job: Job, parts: Sequence[Part], folder: Path) -> Iterable[Issue]:
    """What is wrong in and between all sources, seen in the rows as they are stored; and in the persons."""

    def shut(name: str) -> list[str]:
        return [] if job.key else [c.name for c in job.ledger[name].columns if c.border == "pseudonym"]

    def check(tables: Mapping[str, pd.DataFrame], first: bool) -> Sequence[Issue]:
        return between(
            tables, job.ledger, pseudonyms=job.key is not None, today=job.today, minima=job.minima,
            accounts=[account for part in parts for account in part.accounts] if first else (),
            letters=_letters(parts),
        )  # fmt: skip

    free_text = job.settings.keep_free_text
    persons = tuple(issue for part in parts for issue in part.persons)
    large = check_portions(
        folder,
        job.ledger,
        keep_free_text=free_text,
        shut={n: shut(n) for n in job.ledger.tables},
        persons=job.key is not None,
        check=check,
    )
    if large is not None:
        return (*persons, *large)
    tables: dict[str, pd.DataFrame] = {}
    for name, table in job.ledger.tables.items():
        files = sorted((folder / name).glob("province=*/*.parquet"))
        if files:
            tables[name] = read_files(files, table, keep_free_text=free_text).drop(columns=shut(name))
    return (*persons, *check(tables, True))
