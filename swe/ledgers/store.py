"""The store: redacted ledger rows as Parquet, `store/<snapshot>/<table>/province=52/<source>.parquet`.

Every source has its own files, so that an unchanged source is taken over without being read again, and a source that
is gone takes its rows with it. The province is that of the station's region code; `unknown` where it has none.
"""

from __future__ import annotations

import functools
import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from swe.core.errors import DataError
from swe.core.files import disk_errors, json_text
from swe.ledgers.contract import DTYPES
from swe.ledgers.issues import ISSUE_COLUMNS, PROVENANCE, Account, Issue
from swe.ledgers.tables.spec import TableSpec

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

UNKNOWN = "unknown"  # the province of rows whose station has no region code
MANIFEST, ISSUES, ACCOUNTS, PRIVACY, SOURCES = (
    *("_snapshot.json", "_issues.parquet", "_accounting.json", "_privacy.json"),
    "_sources",
)
ARROW_OF = {
    **dict.fromkeys(("text", "code", "category", "month"), "string"),
    "integer": "int64",
    "decimal": "double",
    "boolean": "bool",
    "date": "date32[day]",
}
COMPRESSION = "zstd"
SAMPLE_ROWS = 20_000  # rows that say whether a column of text repeats itself

_PROVINCE = re.compile(r"[1-9][0-9]")
_HERE = Path(__file__).resolve().parent


@dataclass(frozen=True)
class Settings:
    """What, beside the sources, decides what a snapshot holds; `key_id` tells keys apart and gives none away."""

    contract: str = "ledger-v1"
    keep_free_text: bool = False
    key_id: str = ""
    region: str = ""
    minima: Mapping[str, float] = field(default_factory=dict)
    today: str = ""
    code: str = ""

    @property
    def digest(self) -> str:
        return _digest(asdict(self))


@dataclass(frozen=True)
class Part:
    """What one source gave: rows a table, the stations it declares, where its rows lie, what was wrong with it.

    stations  station_id: province, as its own table of stations says
    named     name: station_id, as its own table of stations says
    written   what stands for a station in its rows, ID or name: the ID it was taken for
    placed    station_id: province, where its rows were put
    letters   file, sheet, table, {column: letters of the sheet's column}
    compared  which sources its persons were compared with, where there was no user's key; persons: what was found
    """

    name: str
    kind: str
    bytes: int
    sha256: str
    key: str
    rows: dict[str, int] = field(default_factory=dict)
    stations: dict[str, str] = field(default_factory=dict)
    named: dict[str, str] = field(default_factory=dict)
    written: dict[str, str] = field(default_factory=dict)
    placed: dict[str, str] = field(default_factory=dict)
    letters: tuple[tuple[str, str, str, dict[str, str]], ...] = ()
    accounts: tuple[Account, ...] = ()
    issues: tuple[Issue, ...] = ()
    compared: str = ""
    persons: tuple[Issue, ...] = ()
    privacy: tuple[tuple[str, str, str, str, int], ...] = ()


def part_key(settings: Settings, name: str, sha256: str) -> str:
    """The name of a source's files: the same bytes read in the same way under the same name.

    `today` and `minima` are left out: only checks between sources ask for them.

    >>> part_key(Settings(today="2023-05-31"), "a", "1") == part_key(Settings(today="2023-06-01"), "a", "1")
    True
    """
    return _digest([replace(settings, today="", minima={}).digest, name, sha256])


def snapshot_id(settings: Settings, parts: Iterable[tuple[str, str]]) -> str:
    """The id of the snapshot of sources given as (name, sha256), in any order.

    >>> snapshot_id(Settings(), [("a", "1"), ("b", "2")]) == snapshot_id(Settings(), [("b", "2"), ("a", "1")])
    True
    """
    return _digest([settings.digest, sorted(list(each) for each in parts)])


def comparison_id(keys: Iterable[str], stations: Mapping[str, str]) -> str:
    """What a comparison of persons rests on: the keys of its sources, in any order, and what stations are called."""
    return _digest([sorted(keys), sorted(stations.items())])


@functools.lru_cache(maxsize=1)
def code_version() -> str:
    """A digest of the code that reads, checks and redacts: other code may give other rows."""
    whole = hashlib.sha256()
    for room in (_HERE, _HERE.parent / "reference"):
        for path in sorted(room.rglob("*.py")):
            whole.update(path.relative_to(_HERE.parent).as_posix().encode())
            whole.update(path.read_bytes().replace(b"\r\n", b"\n"))
    return whole.hexdigest()[:16]


def provinces_of(stations: pd.DataFrame | None) -> dict[str, str]:
    """station_id: province, from a frame of stations."""
    if stations is None or not {"station_id", "region_code"} <= set(stations.columns):
        return {}
    known = stations[["station_id", "region_code"]].dropna().astype(str)
    pairs = zip(known["station_id"], known["region_code"].str[:2], strict=True)
    return {station: code for station, code in pairs if _PROVINCE.fullmatch(code)}


def named_stations(stations: pd.DataFrame | None) -> dict[str, str]:
    """name: station_id, from a frame of stations."""
    if stations is None or not {"station_id", "name"} <= set(stations.columns):
        return {}
    known = stations[["name", "station_id"]].dropna().astype(str)
    return dict(zip(known["name"], known["station_id"], strict=True))


def stored_names(table: TableSpec, *, keep_free_text: bool) -> tuple[str, ...]:
    """The columns of a stored table, always the same ones: what was not given is empty, not absent."""
    kept = (c.name for c in table.columns if c.stored or (keep_free_text and c.border == "free_text"))
    return (*kept, *PROVENANCE)


def arrow_schema(table: TableSpec, *, keep_free_text: bool) -> pa.Schema:
    """The Arrow schema of a stored table."""
    import pyarrow as pa

    types = {
        **{c.name: ARROW_OF[c.type] for c in table.columns},
        "_file": "string",
        "_sheet": "string",
        "_row": "int64",
    }
    names = stored_names(table, keep_free_text=keep_free_text)
    return pa.schema([(name, pa.type_for_alias(types[name])) for name in names])


def dtypes(table: TableSpec) -> dict[str, str]:
    """The pandas dtypes of a stored table, provenance included."""
    return {
        **{c.name: DTYPES[c.type] for c in table.columns},
        "_file": "string",
        "_sheet": "string",
        "_row": "Int64",
    }


def write_rows(
    folder: Path, table: TableSpec, frame: pd.DataFrame, *, key: str, provinces: Mapping[str, str],
    keep_free_text: bool, otherwise: str = UNKNOWN,
) -> dict[str, str]:  # fmt: skip
    """Write one source's rows of a table, a file a province; returns where each of its stations was put."""
    import numpy as np
    import pandas as pd
    import pyarrow as pa
    import pyarrow.parquet as pq

    schema = arrow_schema(table, keep_free_text=keep_free_text)
    whole = frame.reindex(columns=schema.names)
    codes, stations = pd.factorize(whole["station_id"].astype("string"))
    placed = {str(station): provinces.get(str(station), otherwise) for station in stations}
    names, numbers = np.unique([*placed.values(), otherwise], return_inverse=True)
    where = numbers.astype(np.int8)[codes]  # code -1, no station, reads the last place
    counts = np.bincount(where, minlength=len(names))
    for number in np.flatnonzero(counts).tolist():
        province = str(names[number])
        own = whole if counts[number] == len(whole) else whole[where == number]
        made = pa.Table.from_pandas(own, schema=schema, preserve_index=False, nthreads=1)
        target = folder / table.name / f"province={province}" / f"{key}.parquet"
        with disk_errors(folder):
            target.parent.mkdir(parents=True, exist_ok=True)
            pq.write_table(made.replace_schema_metadata(), target, compression=COMPRESSION, **_written(made))
    return placed


def _written(rows: pa.Table) -> dict[str, Any]:
    """How Parquet is to write each column: what does not repeat itself without numbering, row numbers by their steps."""
    import pyarrow as pa
    import pyarrow.compute as pc

    texts = [field.name for field in rows.schema if pa.types.is_string(field.type)]
    sample = rows.slice(0, SAMPLE_ROWS)
    plain = {n for n in texts if 2 * pc.count_distinct(sample.column(n), mode="all").as_py() > SAMPLE_ROWS}
    return {
        "use_dictionary": [name for name in rows.column_names if name not in {*plain, "_row"}],
        "column_encoding": {"_row": "DELTA_BINARY_PACKED"},
        "write_statistics": [name for name in rows.column_names if name not in texts or name == "station_id"],
    }


def part_files(folder: Path, table: str, key: str) -> list[Path]:
    """The files of one source's rows of a table, by province."""
    return sorted((Path(folder) / table).glob(f"province=*/{key}*.parquet"))


def write_manifest(
    folder: Path, id: str, settings: Settings, parts: Iterable[Part], *, issues: Iterable[Issue]
) -> None:
    """Everything of a snapshot beside its rows: sources, issues, accounting, the log of the border."""
    import pyarrow.parquet as pq

    listed = sorted(parts, key=lambda part: (part.name, part.sha256))
    totals: dict[str, int] = {}
    for part in listed:
        for name, count in part.rows.items():
            totals[name] = totals.get(name, 0) + count
    document = {
        "id": id,
        "settings": asdict(settings),
        "sources": [
            {
                "name": p.name,
                "kind": p.kind,
                "bytes": p.bytes,
                "sha256": p.sha256,
                "key": p.key,
                "rows": p.rows,
            }
            for p in listed
        ],
        "tables": totals,
        "files": {
            path.relative_to(folder).as_posix(): path.stat().st_size
            for path in sorted(folder.glob("*/province=*/*.parquet"))
        },
    }
    with disk_errors(folder):
        (folder / SOURCES).mkdir(exist_ok=True)
        for part in listed:
            _write(folder / SOURCES / f"{part.key}.json", _plain(part))
        pq.write_table(issue_table(issues), folder / ISSUES, compression=COMPRESSION)
        _write(folder / ACCOUNTS, [vars(account) for part in listed for account in part.accounts])
        _write(folder / PRIVACY, _added(line for part in listed for line in part.privacy))
        _write(folder / MANIFEST, document)


def complete(folder: Path) -> bool:
    """Whether a snapshot has all its files, each with its size."""
    try:
        files = read_json(Path(folder) / MANIFEST)["files"]
        return all((Path(folder) / name).stat().st_size == size for name, size in files.items())
    except (DataError, OSError, KeyError, TypeError):
        return False


def parts_of(folder: Path) -> Iterator[Part]:
    """The sources of a snapshot."""
    for path in sorted((Path(folder) / SOURCES).glob("*.json")):
        document = read_json(path)
        document["accounts"] = tuple(Account(**each) for each in document["accounts"])
        document["issues"] = tuple(Issue(**each) for each in document["issues"])
        document["persons"] = tuple(
            Issue(**each) for each in document.get("persons", ())
        )  # older stores have none
        document["privacy"] = tuple(tuple(each) for each in document["privacy"])
        document["letters"] = tuple(tuple(each) for each in document["letters"])
        yield Part(**document)


def read_json(path: Path) -> Any:
    """A document of a snapshot; DataError where it is gone or broken."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise DataError(
            "快照已不存在或已损坏（之后的装载会删除更早的快照）。请重新 swe.load。",
            "the snapshot is gone or damaged (later loads remove earlier ones). Call swe.load again.",
            where=path.parent.name,
        ) from None


def _added(lines: Iterable[tuple[str, str, str, str, int]]) -> list[list[Any]]:
    """The border's log with equal lines added up."""
    total: dict[tuple[str, str, str, str], int] = {}
    for table, column, action, kind, cells in lines:
        total[table, column, action, kind] = total.get((table, column, action, kind), 0) + int(cells)
    return [[*line, cells] for line, cells in sorted(total.items())]


def issue_table(issues: Iterable[Issue]) -> pa.Table:
    """Issues column by column (a bad million rows has a million of them), in the order of file, sheet, row, column."""
    import pyarrow as pa

    def place(issue: Issue) -> tuple[Any, ...]:
        row = (issue.row is None, issue.row or 0)
        return issue.file, issue.sheet, row, issue.column, issue.rule, issue.table, issue.zh

    listed = sorted(issues, key=place)
    schema = pa.schema([(name, pa.int64() if name == "row" else pa.string()) for name in ISSUE_COLUMNS])
    held = {"message_zh": "zh", "message_en": "en"}
    columns = [pa.array([getattr(i, held.get(f.name, f.name)) for i in listed], f.type) for f in schema]
    return pa.Table.from_arrays(columns, schema=schema)


def _plain(part: Part) -> dict[str, Any]:
    listed = {name: [*map(vars, getattr(part, name))] for name in ("accounts", "issues", "persons")}
    return {**vars(part), **listed}


def _write(path: Path, document: Any) -> None:
    path.write_text(json_text(document), encoding="utf-8", newline="\n")


def _digest(document: Any) -> str:
    text = json.dumps(document, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]
