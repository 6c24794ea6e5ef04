"""Snapshot folders of a store: made beside, renamed into place, HEAD swapped last, old ones removed.

Any number of processes may load into one store; the last to finish wins, each with a complete snapshot. A load that
dies leaves HEAD as it was and a staging folder that the next load removes. Only renames are relied on, so that it
holds on every system and on network drives.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import platform
import re
import secrets
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from swe.core.files import STAGING, disk_errors, sync_folder, write_synced

HEAD, PREVIOUS = "HEAD", "PREVIOUS"
WANTS = "wants"  # names the snapshot that a load is about to publish, so that nobody prunes it
ALIVE = "alive"  # held open while a load runs: Windows renames no folder with an open file in it
FOREIGN_AGE = 86_400  # seconds after which another computer's staging folder counts as abandoned; ours
TRIES = 50  # Windows refuses to replace a file that is just being read; ours

_ID = re.compile(r"[0-9a-f]{16}")
_STAGED = re.compile(rf"{re.escape(STAGING)}([0-9a-f]{{8}})-([0-9]+)-[0-9a-f]{{12}}")


class Vanished(Exception):
    """A snapshot that was being read was removed by another load; the load starts again."""


@dataclass(frozen=True)
class Staging:
    """The place of one load inside the store: `snapshot` is what it makes, `trash` what it removes."""

    store: Path
    folder: Path

    @property
    def snapshot(self) -> Path:
        return self.folder / "snapshot"

    @property
    def trash(self) -> Path:
        return self.folder / "trash"

    def want(self, id: str) -> None:
        """Claim a snapshot: from here on nobody prunes it."""
        write_synced(self.folder / WANTS, id.encode())


def head(store: Path, name: str = HEAD) -> Path | None:
    """The folder of the current snapshot; None where there is none yet, or HEAD names one that is gone."""
    try:
        id = (Path(store) / name).read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        return None
    folder = Path(store) / id
    return folder if _ID.fullmatch(id) and folder.is_dir() else None


def is_store(path: Path) -> bool:
    """Whether a folder is a store: it has a HEAD that looks like one of ours."""
    try:
        text = (Path(path) / HEAD).read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError):
        return False
    return _ID.fullmatch(text.strip()) is not None


@contextlib.contextmanager
def staging(store: Path) -> Iterator[Staging]:
    """A new staging folder, gone at the end whatever happens; abandoned ones are removed first."""
    store = Path(store)
    made = Staging(store, store / f"{STAGING}{_machine()}-{os.getpid()}-{secrets.token_hex(6)}")
    with disk_errors(store):
        made.folder.mkdir(parents=True)
    _clear_abandoned(store)
    try:
        with disk_errors(store), (made.folder / ALIVE).open("wb"):
            made.snapshot.mkdir()
            made.trash.mkdir()
            yield made
    finally:
        shutil.rmtree(made.folder, ignore_errors=True)


def publish(made: Staging, id: str, complete: Callable[[Path], bool]) -> Path | None:
    """Move the staged snapshot into place (unless a `complete` one is there), point HEAD at it, prune the others.

    None where the snapshot vanished on the way (the store was cleared by hand): the caller starts again.
    """
    target = made.store / id
    with disk_errors(target):
        made.want(id)
        if target.exists() and not complete(target):
            target.rename(made.trash / f"damaged-{id}")
        if not target.exists():
            if not any(made.snapshot.iterdir()):
                return None
            _sync(made.snapshot)
            with contextlib.suppress(OSError):  # another process was quicker with the same bytes
                made.snapshot.rename(target)
            sync_folder(made.store)
        now = head(made.store)
        if now is None or now.name != id:
            if now is not None:
                _replace(made, PREVIOUS, now.name)
            _replace(made, HEAD, id)
            sync_folder(made.store)
        _prune(made)
    return target if target.is_dir() else None


def link_or_copy(source: Path, target: Path) -> None:
    """The same bytes at another place of the store, without copying where the disk allows.

    Raises Vanished where the source is gone.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(source, target)
        return
    except FileNotFoundError:
        raise Vanished(source.name) from None
    except OSError:  # no hard links here (FAT, some network drives), or too many of them
        pass
    try:
        shutil.copyfile(source, target)
    except FileNotFoundError:
        raise Vanished(source.name) from None


def _replace(made: Staging, name: str, id: str) -> None:
    staged = made.folder / f"new-{name}"
    write_synced(staged, f"{id}\n".encode("ascii"))
    for attempt in range(TRIES):
        try:
            staged.replace(made.store / name)
            return
        except PermissionError:
            if attempt == TRIES - 1:
                raise
            time.sleep(0.02)


def _prune(made: Staging) -> None:
    """Remove snapshots that are neither current, nor the one before, nor claimed by a load that runs."""
    for folder in sorted(made.store.iterdir()):
        if not _ID.fullmatch(folder.name) or not folder.is_dir() or folder.name in _kept(made.store):
            continue
        aside = made.trash / f"{folder.name}-{secrets.token_hex(4)}"
        with contextlib.suppress(OSError):  # being read on Windows, or pruned by another load
            folder.rename(aside)
            if folder.name in _kept(made.store):  # claimed in this very moment
                aside.rename(folder)


def _kept(store: Path) -> set[str]:
    kept = {folder.name for name in (HEAD, PREVIOUS) if (folder := head(store, name))}
    for name in (HEAD, PREVIOUS):  # also where the folder was just put aside
        with contextlib.suppress(OSError, UnicodeDecodeError):
            kept.add((store / name).read_text(encoding="ascii").strip())
    for wants in store.glob(f"{STAGING}*/{WANTS}"):
        with contextlib.suppress(OSError, UnicodeDecodeError):
            kept.add(wants.read_text(encoding="ascii").strip())
    return kept


def _clear_abandoned(store: Path) -> None:
    for folder in store.glob(f"{STAGING}*"):
        if (match := _STAGED.fullmatch(folder.name)) and not _runs(folder, match[1], int(match[2])):
            shutil.rmtree(folder, ignore_errors=True)


def _runs(folder: Path, machine: str, pid: int) -> bool:
    """Whether the load that a staging folder belongs to may still run."""
    if machine != _machine():
        try:
            return time.time() - folder.stat().st_mtime < FOREIGN_AGE
        except OSError:
            return False
    if pid == os.getpid():
        return True
    if os.name == "nt":  # os.kill(pid, 0) would end the process there
        try:
            folder.rename(folder.with_name(f"{folder.name}.old"))
        except OSError:
            return True
        shutil.rmtree(folder.with_name(f"{folder.name}.old"), ignore_errors=True)
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _machine() -> str:
    """Eight letters for this computer; its name (often its owner's) is not written down."""
    return hashlib.sha256(platform.node().encode("utf-8", "surrogateescape")).hexdigest()[:8]


def _sync(folder: Path) -> None:
    """Everything in a folder on the disk before it gets its name."""
    for path in sorted(folder.rglob("*")):
        if path.is_dir():
            sync_folder(path)
            continue
        if path.stat().st_nlink > 1:
            continue  # a link to a file of an earlier snapshot, which is on the disk already
        with path.open("rb+") as file:
            os.fsync(file.fileno())
    sync_folder(folder)
