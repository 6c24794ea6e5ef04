"""The files a ledger is read from: folders, globs and single files as `Source`s in a fixed order.

What cannot be read (lock files, hidden files, other types) is a source too, with the reason in `skip`: nothing that
lay in the folder goes unmentioned. A source is called by its safe name everywhere.
"""

from __future__ import annotations

import glob
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from swe.core.errors import DataError, SweError
from swe.core.files import sha256_of

Kind = Literal["xlsx", "xls", "ods", "csv", "parquet", ""]
Skip = Literal["", "lock_file", "hidden_file", "unsupported", "empty_file", "unreadable_file"]

KINDS: dict[str, Kind] = {
    **dict.fromkeys((".xlsx", ".xlsm", ".xltx", ".xltm"), "xlsx"),
    **dict.fromkeys((".xls", ".et"), "xls"),
    **dict.fromkeys((".csv", ".tsv", ".txt"), "csv"),
    **dict.fromkeys((".parquet", ".pq"), "parquet"),
    ".ods": "ods",
}
LOCK_PREFIXES = ("~$", ".~lock", ".~")  # Excel's and LibreOffice's


@dataclass(frozen=True)
class Source:
    """One file. `name` is safe to show, `path` is not; `skip` says why the file is not read ("" if it is)."""

    path: Path = field(repr=False)
    name: str
    kind: Kind
    bytes: int
    sha256: str
    skip: Skip = ""


def sources(paths: Iterable[str | Path] | str | Path) -> tuple[Source, ...]:
    """The files of folders (with all below), globs and single files, each once, sorted by path.

    Raises DataError where a path does not exist or a glob matches nothing.
    """
    given = [paths] if isinstance(paths, str | Path) else list(paths)
    found: dict[Path, str] = {}
    for each in given:
        for path, shown in _files(each):
            found.setdefault(path.resolve(), shown)
    names = _apart(found)
    return tuple(_source(path, names[path], index) for index, path in enumerate(sorted(found), start=1))


def stamps(
    paths: Iterable[str | Path] | str | Path, *, store: Path | None = None
) -> list[tuple[str, int, int, int, int]]:
    """Path, size, times of change (content, inode) and inode of the files that `sources` finds, unread, sorted by path.

    What lies in `store` is left out. OSError where a file is gone meanwhile.
    """
    given = [paths] if isinstance(paths, str | Path) else list(paths)
    own = store.absolute() if store else None
    found = {path.absolute() for each in given for path, _ in _files(each)}
    kept = sorted(path for path in found if own is None or own not in path.parents)
    return [
        (str(path), known.st_size, known.st_mtime_ns, known.st_ctime_ns, known.st_ino)
        for path, known in ((path, path.stat()) for path in kept)
    ]


def safe_path(shown: str, index: int) -> str:
    """A relative path if no part of it is personal, else `file-3`."""
    from swe.ledgers.privacy import safe_name

    *folders, file = shown.split("/")
    clean = all(safe_name(part, index, "sheet") == part for part in folders)
    return shown if clean and safe_name(file, index, "file") == file else f"file-{index}"


def _files(given: str | Path) -> Iterator[tuple[Path, str]]:
    path = Path(given)
    try:
        if path.is_dir():
            for folder, folders, files in os.walk(path):
                folders.sort()
                for file in sorted(files):
                    inside = Path(folder, file)
                    yield inside, inside.relative_to(path).as_posix()
            return
        if path.is_file():
            yield path, path.name
            return
    except (OSError, ValueError):  # a name too long, a NUL inside
        raise _missing() from None
    matches = sorted(glob.glob(str(given), recursive=True)) if glob.has_magic(str(given)) else []  # noqa: PTH207
    if not matches:
        raise _missing()
    for match in matches:
        yield from _files(match) if Path(match).is_dir() else [(Path(match), Path(match).name)]


def _missing() -> SweError:
    return DataError(
        "找不到给出的文件或文件夹（名称可能含个人信息，此处不重复）。请检查路径；通配符请加引号。",
        "a file or folder that was given does not exist (its name is not repeated: it may be personal). "
        "Check the path; quote wildcards.",
    )


def _apart(found: dict[Path, str]) -> dict[Path, str]:
    """Names that differ: two files of one name get as much of their folders as it takes."""
    names = dict(found)
    for depth in range(2, 12):
        counts: dict[str, int] = {}
        for name in names.values():
            counts[name] = counts.get(name, 0) + 1
        if all(count == 1 for count in counts.values()):
            break
        names = {p: n if counts[n] == 1 else "/".join(p.parts[-depth:]) for p, n in names.items()}
    return names


def _source(path: Path, shown: str, index: int) -> Source:
    name = safe_path(shown, index)
    kind = KINDS.get(path.suffix.lower(), "")
    skip: Skip = ""
    if path.name.startswith(LOCK_PREFIXES):
        skip = "lock_file"
    elif any(part.startswith(".") for part in shown.split("/")):
        skip = "hidden_file"
    elif not kind:
        skip = "unsupported"
    try:
        size = path.stat().st_size
        if not skip and not size:
            skip = "empty_file"
        return Source(path, name, kind, size, "" if skip else sha256_of(path), skip)
    except OSError:
        return Source(path, name, kind, 0, "", "unreadable_file")
