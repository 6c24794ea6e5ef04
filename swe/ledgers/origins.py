"""Where rows come from, files or a database, in the one form that a load needs: a name, a digest, a way to read."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from swe.core.errors import DataError
from swe.ledgers.snapshots import is_store
from swe.ledgers.sources import sources

if TYPE_CHECKING:
    from swe.ledgers.reading import SourceRead
    from swe.ledgers.tables.spec import Contract


@dataclass(frozen=True)
class Origin:
    """A source before it is read. `identity` changes when what `read` gives may change."""

    name: str
    kind: str
    bytes: int
    sha256: str
    identity: str
    read: Callable[[], SourceRead] = field(repr=False, compare=False)


@contextlib.contextmanager
def file_origins(
    paths: Any, ledger: Contract, *, region: str | None, store: Path
) -> Iterator[Sequence[Origin]]:
    """The files of folders, globs and single files, without those that lie in a store."""
    found = [source for source in sources(paths) if not _stored(source.path, store)]
    if not found:
        raise DataError("文件夹里没有台账文件", "there is no ledger file in the folder")
    with reading_with(ledger, region) as read:
        yield [
            Origin(s.name, s.kind, s.bytes, s.sha256, s.sha256 or f"{s.skip}-{s.bytes}", partial(read, s))
            for s in found
        ]


def _stored(path: Path, store: Path) -> bool:
    """Whether a file lies in a store: what we wrote is not what a station sent."""
    return any(folder == store.absolute() or is_store(folder) for folder in path.absolute().parents)


@contextlib.contextmanager
def database_origins(
    address: str, ledger: Contract, *, region: str | None, store: Path
) -> Iterator[Sequence[Origin]]:
    """The tables of a database, fetched at once: their digest is known only then."""
    raise NotImplementedError
    yield
