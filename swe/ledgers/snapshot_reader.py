"""Reading a snapshot with DuckDB: connections that are opened and closed, codes that stay text.

A closed connection leaves no threads, so that the driver may fork afterwards.
"""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from swe.core.errors import DataError
from swe.ledgers import store
from swe.ledgers.contract import contract
from swe.ledgers.snapshots import Vanished
from swe.ledgers.tables.spec import TableSpec

if TYPE_CHECKING:
    import duckdb
    import pandas as pd
    import pyarrow as pa

# DuckDB's name of an Arrow type
KINDS = {"string": "VARCHAR", "int64": "BIGINT", "double": "DOUBLE", "bool": "BOOLEAN", "date32[day]": "DATE"}


@contextlib.contextmanager
def connect(
    snapshot: Path, *, threads: int | None = None, memory_mb: int | None = None
) -> Iterator[duckdb.DuckDBPyConnection]:
    """A DuckDB connection with a view for each table of a snapshot, `province` included; closed at the end.

    It reads the snapshot's folder and nothing else, and its settings are locked.
    """
    import duckdb

    document = store.read_json(Path(snapshot) / store.MANIFEST)
    settings = document["settings"]
    spill = Path(tempfile.mkdtemp(prefix="swe-duckdb-"))
    con = duckdb.connect()
    try:
        limits = {"threads": threads, "memory_limit": f"{memory_mb}MiB" if memory_mb else None}
        for name, value in {**limits, "temp_directory": str(spill)}.items():
            if value is not None:
                con.execute(f"SET {name} = {_quoted(value)}")
        for table in contract(settings["contract"]).tables.values():
            con.execute(_view(Path(snapshot), document, table, settings["keep_free_text"]))
        folder = Path(
            snapshot
        ).resolve()  # DuckDB compares a pattern as it is written, a file as it is called
        allowed = {folder.as_posix(), _escaped(folder.as_posix()), spill.as_posix()}
        con.execute(f"SET allowed_directories = [{', '.join(map(_quoted, sorted(allowed)))}]")
        con.execute("SET python_enable_replacements = false")
        with contextlib.suppress(
            duckdb.InvalidInputException
        ):  # a kernel without ipywidgets has none to turn off
            con.execute("SET enable_progress_bar = false")
        con.execute("SET enable_external_access = false")
        con.execute("SET lock_configuration = true")
        yield con
    finally:
        con.close()
        shutil.rmtree(spill, ignore_errors=True)


def query(con: duckdb.DuckDBPyConnection, sql: str) -> pd.DataFrame:
    """The answer to one SELECT; DataError with DuckDB's own words where it is not right or not a SELECT."""
    import duckdb

    try:
        statements = con.extract_statements(sql)
        allowed = {duckdb.StatementType.SELECT, duckdb.StatementType.EXPLAIN}
        if len(statements) != 1 or statements[0].type not in allowed:
            raise DataError(
                "只能是一条 SELECT 语句；快照是只读的。",
                "only a single SELECT statement is possible; a snapshot is read-only.",
                where="data.query",
            )
        return to_frame(con.sql(sql).to_arrow_table())
    except duckdb.Error as error:
        from swe.ledgers.privacy import mask

        said = mask(str(error).strip())
        raise DataError(f"SQL 有误：{said}", f"the SQL is wrong: {said}", where="data.query") from None


def frame(snapshot: Path, name: str, *, threads: int | None = None) -> pd.DataFrame:
    """A table of a snapshot as a typed frame, in an order that only its content decides."""
    document = store.read_json(Path(snapshot) / store.MANIFEST)
    table = contract(document["settings"]["contract"])[name]
    names = store.stored_names(table, keep_free_text=document["settings"]["keep_free_text"])
    own = [each for each in names if not each.startswith("_")]
    lead = [each for each in ("station_id", *table.key, table.date) if each in own]
    order = ", ".join(_named(each) for each in dict.fromkeys([*lead, *own]))
    with connect(snapshot, threads=threads) as con:
        columns = ", ".join(map(_named, own))
        found = con.sql(f"SELECT {columns} FROM {_named(name)} ORDER BY {order}").to_arrow_table()
    dtypes = store.dtypes(table)
    return to_frame(found).astype({each: dtypes[each] for each in own})


def issues(snapshot: Path) -> pd.DataFrame:
    """The issues of a snapshot."""
    import duckdb
    import pandas as pd

    path = Path(snapshot) / store.ISSUES
    if not path.is_file():
        store.read_json(path)  # raises what is to be said
    con = duckdb.connect()
    try:
        found = con.sql(f"SELECT * FROM read_parquet({_quoted(_escaped(path.as_posix()))})").to_arrow_table()
    finally:
        con.close()
    made = to_frame(found)
    return made.astype({name: "Int64" if name == "row" else pd.StringDtype() for name in made.columns})


def read_files(
    files: Sequence[Path], table: TableSpec, *, keep_free_text: bool, share: tuple[int, int] = (0, 1)
) -> pd.DataFrame:
    """Stored rows of some files, provenance included, in the order they were read in.

    `share` (k, n) takes the stations whose number falls to k of n.
    """
    import duckdb

    names = store.stored_names(table, keep_free_text=keep_free_text)
    part, parts = share
    chosen = f"WHERE hash(coalesce(station_id, '')) % {parts} = {part} " if parts > 1 else ""
    con = duckdb.connect()
    try:
        found = con.sql(
            f"SELECT {', '.join(map(_named, names))} FROM {_parquet(files)} {chosen}ORDER BY _file, _sheet, _row"
        ).to_arrow_table()
    except duckdb.IOException:
        raise Vanished(files[0].name) from None
    finally:
        con.close()
    dtypes = store.dtypes(table)
    return to_frame(found).astype({name: dtypes[name] for name in names})


def to_frame(table: pa.Table) -> pd.DataFrame:
    """An Arrow table as pandas with nullable types, without starting a thread."""
    import pandas as pd
    import pyarrow as pa

    nullable: dict[pa.DataType, Any] = {
        pa.string(): pd.StringDtype(),
        pa.large_string(): pd.StringDtype(),
        pa.bool_(): pd.BooleanDtype(),
        pa.float64(): pd.Float64Dtype(),
        pa.float32(): pd.Float32Dtype(),
        pa.int64(): pd.Int64Dtype(),
        pa.int32(): pd.Int32Dtype(),
        pa.int16(): pd.Int16Dtype(),
        pa.int8(): pd.Int8Dtype(),
    }
    # sums of whole numbers are HUGEINT, which reaches Arrow as a decimal: counts again, exactly
    fields = [pa.field(f.name, _counted(f.type)) for f in table.schema]
    cast = table.cast(pa.schema(fields))
    made: pd.DataFrame = cast.to_pandas(
        types_mapper=nullable.get, use_threads=False, date_as_object=False, timestamp_as_object=False
    )
    days = [f.name for f in cast.schema if pa.types.is_date(f.type)]
    return made.astype(dict.fromkeys(days, "datetime64[us]"))


def _counted(kind: pa.DataType) -> pa.DataType:
    import pyarrow as pa

    return pa.int64() if pa.types.is_decimal(kind) and kind.scale == 0 else kind


def _view(snapshot: Path, document: dict[str, Any], table: TableSpec, keep_free_text: bool) -> str:
    names = store.stored_names(table, keep_free_text=keep_free_text)
    columns = ", ".join(map(_named, names))
    if any(path.startswith(f"{table.name}/") for path in document["files"]):
        folder = snapshot.resolve() / table.name
        source = _parquet([folder / "province=*" / "*.parquet"], stars=True)
        return f"CREATE VIEW {_named(table.name)} AS SELECT {columns}, province FROM {source}"
    schema = store.arrow_schema(table, keep_free_text=keep_free_text)
    kinds = {
        "string": "VARCHAR",
        "int64": "BIGINT",
        "double": "DOUBLE",
        "bool": "BOOLEAN",
        "date32[day]": "DATE",
    }
    empty = ", ".join(f"NULL::{kinds[str(schema.field(name).type)]} AS {_named(name)}" for name in names)
    return f"CREATE VIEW {_named(table.name)} AS SELECT {empty}, NULL::VARCHAR AS province WHERE false"


def _parquet(files: Sequence[Path], *, stars: bool = False) -> str:
    listed = ", ".join(_quoted(_glob(path, stars=stars)) for path in files)
    return (
        f"read_parquet([{listed}], hive_partitioning = true, hive_types_autocast = false, "
        "hive_types = {'province': VARCHAR})"
    )


def _glob(path: Path, *, stars: bool) -> str:
    """A path as DuckDB's pattern for itself; with `stars`, its last two parts are patterns."""
    parts = path.as_posix().split("/")
    kept = parts[-2:] if stars else []
    shut = parts[:-2] if stars else parts
    return "/".join([*map(_escaped, shut), *kept])


def _escaped(path: str) -> str:
    return path.replace("[", "[[]").replace("*", "[*]").replace("?", "[?]")


def _named(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _quoted(value: Any) -> str:
    return str(value) if isinstance(value, int) else "'" + str(value).replace("'", "''") + "'"
