"""Files that appear whole or not at all: stage beside the target, fsync, rename.

A reader must never find half a report, and a full disk must say so in one sentence.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from swe.core.errors import MachineError

WINDOWS_LOCK_AT = 2**30  # a byte that no file of ours reaches: what Windows locks cannot be read by others
STAGING = ".staging-"  # prefix of folders that are not finished; a run removes the ones it finds


def sha256_of(path: Path) -> str:
    """Hex digest of a file's bytes."""
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sha256_of_bytes(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def json_text(document: Any) -> str:
    """The one way we write JSON: sorted keys, one space of indent, UTF-8, LF, no NaN."""
    return json.dumps(document, ensure_ascii=False, sort_keys=True, indent=1, allow_nan=False) + "\n"


@contextlib.contextmanager
def disk_errors(path: Path) -> Iterator[None]:
    """Turn what the operating system says about `path` into a `MachineError`."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise MachineError(
            f"无法写入（{reason}）。请检查磁盘空间和文件夹权限，或用 -o 换一个输出文件夹。",
            f"cannot write ({reason}). Check disk space and permissions, or choose another folder with -o.",
            where=str(path),
        ) from error


def write_atomic(path: Path, data: bytes | str) -> None:
    """Write a file so that it is either the old one or the whole new one."""
    path = Path(path)
    raw = data.encode("utf-8") if isinstance(data, str) else data
    staged = path.with_name(f"{STAGING}{os.getpid()}-{path.name}")
    with disk_errors(path):
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            write_synced(staged, raw)
            staged.replace(path)
            sync_folder(path.parent)
        finally:
            staged.unlink(missing_ok=True)


@contextlib.contextmanager
def staged_folder(target: Path) -> Iterator[Path]:
    """A new folder beside `target` that takes its place on success and vanishes on any error."""
    target = Path(target)
    staged = target.parent / f"{STAGING}{target.name}-{os.getpid()}"
    with disk_errors(target):
        shutil.rmtree(staged, ignore_errors=True)
        staged.mkdir(parents=True)
    try:
        yield staged
        with disk_errors(target):
            _publish(staged, target)
    finally:
        shutil.rmtree(staged, ignore_errors=True)


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the folder of the file `path` for this process; MachineError where another one holds it.

    The lock is on the open file, which is made where it is not there; a crash lets go of it.
    """
    path = Path(path)
    with disk_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        if not _held(handle):
            raise MachineError(
                "另一个 swe 正在写这个文件夹。请等它结束，或用 -o 换一个文件夹。",
                "another swe is writing into this folder. Wait for it to end, or choose another folder with -o.",
                where=str(path.parent),
            )
        yield
    finally:
        os.close(handle)


def _held(handle: int) -> bool:
    """Whether the lock on an open file could be had; fcntl and msvcrt each exist on one kind of system only."""
    try:
        if os.name == "nt":
            import msvcrt

            os.lseek(handle, WINDOWS_LOCK_AT, os.SEEK_SET)
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]
        else:
            import fcntl

            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def staged_entries(folder: Path, only: str | None = None) -> list[Path]:
    """What is being written into a folder, or was when somebody was interrupted; `only` what belongs to one target."""
    found = sorted(Path(folder).glob(f"{STAGING}*"))
    return [entry for entry in found if only is None or _belongs(entry.name.removeprefix(STAGING), only)]


def clear_staging(folder: Path, only: str | None = None) -> None:
    """Remove what an interrupted run left; a set-aside folder whose successor never came is put back.

    `only` looks at what belongs to one target.
    """
    for entry in staged_entries(folder, only):
        name = entry.name.removeprefix(STAGING)
        if name.startswith("old-") and not (entry.parent / name[4:]).exists():
            entry.replace(entry.parent / name[4:])
        elif entry.is_dir():
            shutil.rmtree(entry, ignore_errors=True)
        else:
            entry.unlink(missing_ok=True)


def _belongs(name: str, target: str) -> bool:
    return name == f"old-{target}" or name.startswith(f"{target}-")


def write_synced(path: Path, raw: bytes) -> None:
    with path.open("wb") as file:
        file.write(raw)
        file.flush()
        os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Make a rename durable; Windows has no folder handles to sync."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _publish(staged: Path, target: Path) -> None:
    for path in staged.rglob("*"):
        if path.is_file():
            with path.open("rb+") as file:
                os.fsync(file.fileno())
    sync_folder(staged)
    aside = target.parent / f"{STAGING}old-{target.name}"
    shutil.rmtree(aside, ignore_errors=True)
    if target.exists():
        target.replace(aside)
    try:
        staged.replace(target)
    except OSError:
        if aside.exists():
            aside.replace(target)
        raise
    sync_folder(target.parent)
    shutil.rmtree(aside, ignore_errors=True)
