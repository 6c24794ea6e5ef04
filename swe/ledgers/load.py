"""`load`: from what stations sent to validated, redacted tables in a store.

Typed rows as they were read live in memory only, one source at a time, and only until they are checked and redacted;
what an unchanged source gave is taken over from the snapshot before.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import stat
import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from swe.core.errors import DataError, MachineError
from swe.ledgers import snapshots
from swe.ledgers import store as stored
from swe.ledgers.contract import contract as find_contract
from swe.ledgers.origins import database_origins, file_origins
from swe.ledgers.snapshot_maker import Job, make_snapshot
from swe.ledgers.store import Settings
from swe.ledgers.tables_view import Snapshot, Tables

if TYPE_CHECKING:
    from swe.ledgers.checks.limits import Minima

    Paths = str | os.PathLike[str] | Sequence[str | os.PathLike[str]]

ATTEMPTS = 3  # how often a load starts again because another one removed what it was taking over


def load(
    path: Paths,
    *,
    contract: str = "ledger-v1",
    store: str | os.PathLike[str] | None = None,
    key: bytes | str | os.PathLike[str] | None = None,
    keep_free_text: bool = False,
    region: str | None = None,
    threads: int | None = None,
    minima: Minima | None = None,
    today: date | None = None,
) -> Tables:
    """Ledgers as validated tables without personal data.

    Parameters
    ----------
    path : a folder, glob or file (xlsx, xls, ods, CSV, Parquet), several of them, a store, or a database
        (`postgresql+psycopg://host/name`; user and password come from the environment).
    contract : what the ledger looks like.
    store : where the Parquet lies. Default: `store/` beside the run file that lies beside the sources, else a private
        folder for this path among the system's temporary files.
    key : 32 bytes or the file that holds them; with it identifiers become pseudonyms, so that a person is counted
        once; without it they are dropped, and files with rosters or client files are all read again when one of them has
        changed, so that persons can still be compared between them.
    keep_free_text : keep running text, masked; all sources are then read again when one has changed.
    region : code or name of the region that the ledgers are from; it decides between places of one name.
    threads : of DuckDB.
    minima : what counts as valid, for the checks.
    today : the day that the checks count from (open cases, future dates). Default: the day of the load; another day is
        another snapshot, for which nothing is read again.

    Returns
    -------
    Tables, frozen; what was wrong with the ledgers stands in `.issues`, no row is lost (`.accounting`).

    Raises
    ------
    UsageError where there is nothing at `path`; DataError where nothing can be read; MachineError for disk, missing
    package or unreachable server; DefinitionError for a password in the address. The store then is as it was.
    """
    ledger = find_contract(contract)
    if (existing := _existing_store(path)) is not None:
        return _opened(existing, threads)
    address = str(path) if isinstance(path, str) and "://" in path else None
    folder = Path(store) if store is not None else default_store(path)
    secret = _key(key, folder)
    day = today or date.today()
    settings = Settings(
        contract=ledger.id, keep_free_text=keep_free_text, key_id=_key_id(secret), region=_region_code(region),
        minima=asdict(minima) if minima else {}, today=day.isoformat(),
        code=stored.code_version(),
    )  # fmt: skip
    job = Job(ledger, settings, secret, minima, day, folder)
    place = settings.region or None
    address = _address(path)
    find = database_origins if address else file_origins
    with find(address or path, ledger, region=place, store=folder) as origins:
        for _ in range(ATTEMPTS):
            with snapshots.staging(folder) as made:
                done = make_snapshot(job, origins, made)
            if done is not None:
                return Tables(Snapshot(done.name, done), contract=ledger.id, threads=threads)
    raise MachineError(
        "数据快照在写入时反复被其他程序删除，请稍后再试。",
        "another program keeps removing the snapshot while it is written; please try again.",
        where=str(folder),
    )


def default_store(path: Paths) -> Path:
    """Where the store of some sources lies when nobody says: beside their run file, else in a private temporary folder.

    A folder of sources next to a run file (`D/raw` and `D/run.yml`) has its store beside both (`D/store`).
    """
    given = [path] if isinstance(path, str | os.PathLike) else list(path)
    if len(given) == 1 and not _address(path) and (folder := Path(given[0])).is_dir():
        beside = folder.absolute().parent
        if any(beside.glob("*.yml")) and os.access(beside, os.W_OK):
            return beside / "store"
    names = [str(each) if _address(str(each)) else str(Path(each).absolute()) for each in given]
    digest = hashlib.sha256("\n".join(names).encode("utf-8", "surrogateescape")).hexdigest()
    return _private_folder() / digest[:16]


def _address(path: Paths) -> str:
    """The path, if it is the address of a database; else nothing."""
    return path if isinstance(path, str) and "://" in path else ""


def _existing_store(path: Paths) -> Path | None:
    if not isinstance(path, str | os.PathLike) or _address(path):
        return None
    return Path(path) if snapshots.is_store(Path(path)) else None


def _opened(folder: Path, threads: int | None) -> Tables:
    current = snapshots.head(folder)
    if current is None or not stored.complete(current):
        raise DataError(
            "数据存储不完整：HEAD 指向的快照缺失或已损坏。请从原始台账重新装载。",
            "the store is damaged: the snapshot that HEAD names is missing or broken. Load the ledgers again.",
            where=str(folder),
        )
    document = stored.read_json(current / stored.MANIFEST)
    return Tables(Snapshot(current.name, current), contract=document["settings"]["contract"], threads=threads)


def _key(key: bytes | str | os.PathLike[str] | None, store: Path) -> bytes | None:
    if key is None or isinstance(key, bytes):
        return key
    from swe.ledgers.privacy import load_key

    return load_key(Path(key), outside=[store])


def _key_id(key: bytes | None) -> str:
    """Tells keys apart; a keyed digest of a fixed text says nothing about the key."""
    return hmac.new(key, b"swe ledger key", hashlib.sha256).hexdigest()[:16] if key else ""


def _region_code(region: str | None) -> str:
    if not region:
        return ""
    from swe.reference.regions import region as find

    return find(region).code


def _private_folder() -> Path:
    """A folder of this user only among the temporary files."""
    owner = str(os.getuid()) if hasattr(os, "getuid") else ""
    folder = Path(tempfile.gettempdir()) / f"swe-{owner}"
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        found = folder.lstat()
        if stat.S_ISDIR(found.st_mode) and (
            os.name == "nt" or (found.st_uid == os.getuid() and not found.st_mode & 0o077)
        ):
            return folder
    except OSError:
        pass
    return Path(tempfile.mkdtemp(prefix="swe-"))  # somebody else's, or a link: a folder of our own
