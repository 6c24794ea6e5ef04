"""Where rows come from, files or a database, in the one form that a load needs: a name, a digest, a way to read."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from swe.core.errors import DataError
from swe.ledgers import reading
from swe.ledgers.large_files import is_large
from swe.ledgers.pieces import read_pieces
from swe.ledgers.snapshots import is_store
from swe.ledgers.sources import Source, sources

if TYPE_CHECKING:
    from swe.ledgers.reading import SourceRead
    from swe.ledgers.tables.spec import Contract


@dataclass(frozen=True)
class Origin:
    """A source before it is read. `identity` changes when what `read` gives may change; it is only ever hashed."""

    name: str
    kind: str
    bytes: int
    sha256: str
    identity: str = field(repr=False)
    read: Callable[[], SourceRead] = field(repr=False, compare=False)
    pieces: Callable[[], Iterator[SourceRead]] | None = field(
        default=None, repr=False, compare=False
    )  # if large


@contextlib.contextmanager
def file_origins(
    paths: Any, ledger: Contract, *, region: str | None, store: Path | None = None
) -> Iterator[Sequence[Origin]]:
    """The files of folders, globs and single files, without those that lie in a store.

    Raises DataError where there is none.
    """
    found = [source for source in sources(paths) if not _stored(source.path, store)]
    if not found:
        raise DataError(
            "文件夹里没有任何文件。请检查路径。", "there is no file in the folder. Check the path."
        )
    with reading.WorkbookReader() as reader:

        def read(source: Source) -> SourceRead:
            return reading.read_source(source, ledger, region=region, reader=reader)

        yield [
            Origin(
                s.name, s.kind, s.bytes, s.sha256, _identity(s), partial(read, s),
                partial(read_pieces, s, ledger, region=region) if is_large(s) else None,
            )
            for s in found
        ]  # fmt: skip


@contextlib.contextmanager
def database_origins(
    address: Any, ledger: Contract, *, region: str | None, store: Path | None = None
) -> Iterator[Sequence[Origin]]:
    """The tables of a database. They are fetched at once: only then their digest is known."""
    from swe.ledgers import database

    fetched = database.fetch(address, ledger)
    yield [
        Origin(
            each.name, database.KIND, each.bytes, each.sha256, each.sha256,
            partial(database.read_fetched, each, ledger, region=region),
        )
        for each in fetched
    ]  # fmt: skip


def _identity(source: Source) -> str:
    """The bytes, and the name that station and month are taken from; of a file that is not read, why."""
    return "\n".join((source.sha256 or f"{source.skip} {source.bytes}", source.path.stem))


def _stored(path: Path, store: Path | None) -> bool:
    """Whether a file lies in a store: what we wrote is not what a station sent."""
    own = store.absolute() if store else None
    return any(folder == own or is_store(folder) for folder in path.absolute().parents)
