"""A PostgreSQL database as a source: one table or query for each table of the contract, streamed.

All tables are read in one read-only transaction, so that they belong together; only columns that the contract knows
leave the server. A failure on the way is an error of the whole load, never half a table.
"""

from __future__ import annotations

import contextlib
import datetime
import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from swe.core.errors import DataError, DefinitionError, MachineError, SweError
from swe.core.strict_yaml import definition_error, read_nodes
from swe.ledgers.contract import match_header
from swe.ledgers.database_address import connect_arguments, parsed

if TYPE_CHECKING:
    import pyarrow as pa
    from sqlalchemy.engine import URL, Connection

    from swe.ledgers.reading import SourceRead
    from swe.ledgers.tables.spec import Contract, TableSpec

CHUNK = 10_000  # rows that are fetched at a time
KIND = "postgresql"

_QUERY = re.compile(r"\s*(?:select|with|table|values)\b", re.IGNORECASE)
_UNSORTED = {"JSON", "JSONB", "XML", "POINT", "BOX", "LINE", "LSEG", "PATH", "POLYGON", "CIRCLE"}


@dataclass(frozen=True)
class Fetched:
    """One table as it came: its columns as Arrow arrays under their own headers, rows, and a digest of all cells."""

    table: str
    headers: tuple[str, ...]
    columns: tuple[pa.ChunkedArray, ...]
    rows: int
    bytes: int
    sha256: str

    @property
    def name(self) -> str:
        return f"{KIND}:{self.table}"


def fetch(address: str, ledger: Contract) -> list[Fetched]:
    """Every table of the contract that the database has.

    Without a mapping file, tables bear the names of the contract's. With one (`…?tables=mapping.yml`, lines such as
    `cases: archive.case_files` or `visits: SELECT …`), exactly those that it names are read.

    Raises DefinitionError for the address or mapping, MachineError where the server cannot be reached, refuses the
    login or goes away, DataError for a table or column that is missing.
    """
    url, mapping = parsed(address)
    wanted = _mapping(Path(mapping), ledger) if mapping else {}
    with _connected(url) as connection:
        statements = _statements(connection, ledger, wanted)
        return [_fetched(connection, ledger[name], statement) for name, statement in statements.items()]


def read_fetched(fetched: Fetched, ledger: Contract, *, region: str | None = None) -> SourceRead:
    """A fetched table as the reader sees a sheet: headers in row 1, records from row 2 on.

    A NULL is missing: in a sheet a blank may mean "the same as above", in a database it never does.
    """
    from swe.ledgers.grids import Grid, Grids
    from swe.ledgers.reading import read_found
    from swe.ledgers.sources import Source

    columns = tuple(map(_grid_column, fetched.headers, fetched.columns))
    grid = Grid(fetched.table, fetched.rows + 1, columns, by_program=True)
    source = Source(Path(fetched.table), fetched.name, "", fetched.bytes, fetched.sha256)
    return read_found(source, Grids((grid,)), ledger, region=region)


def _grid_column(header: str, column: pa.ChunkedArray) -> Any:
    """A column below its header, as codes and distinct values."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    from swe.ledgers.grids import GridColumn, encoded

    if pa.types.is_null(column.type):
        column = column.cast(pa.string())
    if pa.types.is_string(column.type):
        return GridColumn(*encoded(pa.chunked_array([pa.array([header], column.type), *column.chunks])))
    pairs = column.combine_chunks().dictionary_encode()
    codes = pc.fill_null(pairs.indices, -1).to_numpy(zero_copy_only=False).astype(np.int32)
    values = pairs.dictionary.to_pylist()
    return GridColumn(np.append(np.int32(len(values)), codes).astype(np.int32), [*values, header])


def _mapping(path: Path, ledger: Contract) -> dict[str, str]:
    """table: table or query, from the mapping file."""
    document, lines = read_nodes(path)
    if not isinstance(document, Mapping) or not document:
        raise DefinitionError(
            "对照文件应是“表名: 数据库表或 SELECT 语句”",
            "the mapping file should hold lines `table: database table or SELECT`",
            where=str(path),
        )
    for name, target in document.items():
        if name not in ledger.tables or not isinstance(target, str) or not target:
            known = ", ".join(ledger.tables)
            raise definition_error(
                path, lines, (name,), f"“{name}”不是台账规范的表，或没有写明来源；可用：{known}",
                f"{name!r} is no table of the contract, or has nothing beside it; tables: {known}",
            )  # fmt: skip
    return dict(document)


@contextlib.contextmanager
def _connected(url: URL) -> Iterator[Connection]:
    """One read-only transaction that sees the database at one moment."""
    from sqlalchemy import create_engine
    from sqlalchemy.exc import DBAPIError
    from sqlalchemy.pool import NullPool

    engine = create_engine(url, poolclass=NullPool, hide_parameters=True, connect_args=connect_arguments(url))
    try:
        try:
            connection = engine.connect().execution_options(
                isolation_level="REPEATABLE READ", postgresql_readonly=True
            )
        except DBAPIError as error:
            raise _refused(error) from None
        try:
            yield connection
        except DBAPIError as error:
            raise _failed(error) from None
        finally:
            with contextlib.suppress(DBAPIError):
                connection.close()
    finally:
        engine.dispose()


def _statements(connection: Connection, ledger: Contract, wanted: Mapping[str, str]) -> dict[str, str]:
    """The SELECT of every table that is read."""
    from sqlalchemy import inspect

    inspector = inspect(connection)
    found: dict[str, str] = {}
    for name in wanted or ledger.tables:
        target = wanted.get(name, name)
        if _QUERY.match(target):
            found[name] = target
            continue
        *schema, table = target.split(".", 1)
        place = schema[0] if schema else None
        if inspector.has_table(table, schema=place):
            found[name] = _select(inspector, ledger[name], table, place)
        elif wanted:
            raise DataError(
                f"数据库里没有对照文件写的表“{target}”（台账表 {name}）",
                f"the database has no table {target!r}, which the mapping file names for {name}",
            )
    if not found:
        known = ", ".join(ledger.tables)
        raise DataError(
            f"数据库里没有台账规范的任何一张表。表名应为：{known}；名称不同的，请用对照文件（…?tables=文件.yml）。",
            f"the database has none of the contract's tables: {known}. Where they are called differently, "
            "give a mapping file (…?tables=file.yml).",
        )
    return found


def _select(inspector: Any, spec: TableSpec, table: str, schema: str | None) -> str:
    """A SELECT of the columns that the contract knows, in an order that two loads share."""
    quote = inspector.bind.dialect.identifier_preparer.quote
    columns = inspector.get_columns(table, schema=schema)
    known = [c["name"] for c in columns if match_header(spec, c["name"])]
    _require(spec, known)
    primary = inspector.get_pk_constraint(table, schema=schema).get("constrained_columns") or []
    unsorted = {c["name"] for c in columns if type(c["type"]).__name__.upper() in _UNSORTED}
    order = primary or [name for name in known if name not in unsorted]
    place = f"{quote(schema)}.{quote(table)}" if schema else quote(table)
    listed = ", ".join(map(quote, known))
    return f"SELECT {listed} FROM {place} ORDER BY {', '.join(map(quote, order))}"


def _require(spec: TableSpec, headers: Sequence[str]) -> None:
    """DataError where a required column of the contract is missing."""
    held = {match[0].name for header in headers if (match := match_header(spec, header))}
    missing = [name for name in spec.required if name not in held]
    if missing:
        zh = "、".join(f"{name}（{spec[name].zh}）" for name in missing)
        raise DataError(
            f"数据库表 {spec.name} 缺少必填列：{zh}",
            f"the database's table {spec.name} lacks required columns: {', '.join(missing)}",
        )


def _fetched(connection: Connection, spec: TableSpec, statement: str) -> Fetched:
    """The rows of one statement, chunk by chunk through a server-side cursor."""

    streaming = connection.execution_options(stream_results=True, max_row_buffer=CHUNK)
    result = streaming.exec_driver_sql(statement)
    headers = tuple(str(name) for name in result.keys())  # noqa: SIM118  (a method of SQLAlchemy's result)
    kept = [i for i, header in enumerate(headers) if match_header(spec, header)]
    _require(spec, headers)
    digest = hashlib.sha256(repr([headers[i] for i in kept]).encode())
    columns: list[list[pa.Array]] = [[] for _ in kept]
    rows = 0
    for chunk in result.partitions(CHUNK):
        plain = [[_plain(row[i]) for row in chunk] for i in kept]
        digest.update(repr(plain).encode("utf-8", "surrogateescape"))
        for column, cells in zip(columns, plain, strict=True):
            column.append(_array(cells))
        rows += len(chunk)
    whole = tuple(_joined(chunks) for chunks in columns)
    return Fetched(
        spec.name,
        tuple(headers[i] for i in kept),
        whole,
        rows,
        sum(c.nbytes for c in whole),
        digest.hexdigest(),
    )


def _plain(cell: Any) -> Any:
    """A cell as a file could hold it: text, number, date, yes or no."""
    if cell is None or isinstance(cell, str | bool | int | float):
        return cell
    if isinstance(cell, datetime.datetime):
        return cell.replace(tzinfo=None)
    if isinstance(cell, datetime.date):
        return datetime.datetime(cell.year, cell.month, cell.day)
    if type(cell).__name__ == "Decimal":
        return float(cell)
    return str(cell)


def _array(cells: list[Any]) -> pa.Array:
    """Cells of one kind as they are, of several as text."""
    import pyarrow as pa

    kinds = {type(cell) for cell in cells if cell is not None}
    if kinds == {int, float}:
        return pa.array([None if c is None else float(c) for c in cells], pa.float64())
    try:
        if len(kinds) == 1:
            return pa.array(cells, pa.timestamp("us") if datetime.datetime in kinds else None)
    except (pa.ArrowException, OverflowError):
        pass
    return pa.array([None if c is None else str(c) for c in cells], pa.string())


def _joined(chunks: list[pa.Array]) -> pa.ChunkedArray:
    import pyarrow as pa

    kinds = {chunk.type for chunk in chunks if chunk.null_count < len(chunk)}
    if len(kinds) == 1:
        (kind,) = kinds
    else:
        kind = pa.float64() if kinds == {pa.int64(), pa.float64()} else pa.string()
    return pa.chunked_array([chunk.cast(kind) for chunk in chunks], kind)


def _refused(error: Any) -> SweError:
    """Why no connection came about; neither user nor password nor the server's own words are repeated."""
    if _answered(error):
        return MachineError(
            "数据库拒绝登录：用户名或密码不对，或没有这个库的权限。请检查环境变量 PGUSER、PGPASSWORD 和库名。",
            "the database refused the login: wrong user or password, or no right to this database. "
            "Check PGUSER and PGPASSWORD in the environment, and the database's name.",
        )
    return MachineError(
        "连不上数据库服务器。请检查主机、端口和网络，以及服务器是否在运行。",
        "the database server cannot be reached. Check host, port and network, and whether the server runs.",
    )


def _answered(error: Any) -> bool:
    """Whether a server was there and said no."""
    original = error.orig
    state = getattr(original, "sqlstate", None) or ""
    connection = getattr(original, "pgconn", None)
    asked = connection is not None and (connection.used_password or connection.needs_password)
    said = str(original)
    return bool(state.startswith(("28", "3D", "42501")) or asked or "FATAL" in said or "致命错误" in said)


def _failed(error: Any) -> SweError:
    """Why a statement failed."""
    state = getattr(error.orig, "sqlstate", None) or ""
    if state == "42P01":
        return DataError("数据库里没有查询所用的表", "the database lacks a table that is asked for")
    if state == "42703":
        return DataError("数据库里没有查询所用的列", "the database lacks a column that is asked for")
    if state == "42501":
        return MachineError("没有读取这些表的权限", "the database user may not read these tables")
    lost = not state or state[:2] in ("08", "57") or error.connection_invalidated
    if lost:
        return MachineError(
            "读取途中与数据库断开，本次装载没有改动任何数据。请重试。",
            "the connection to the database was lost while reading; nothing was changed. Try again.",
        )
    return DataError(
        f"数据库不接受查询（SQLSTATE {state}）。请检查对照文件。",
        f"the database does not accept the query (SQLSTATE {state}). Check the mapping file.",
    )
