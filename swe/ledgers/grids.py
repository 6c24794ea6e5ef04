"""The cells of a file as grids: for every sheet its columns, each as distinct values and a code per row.

A ledger of a million rows has few distinct cells; whatever is read from a cell is read once for each of them.
Workbooks are opened in a child process under a memory and a time limit, so that no file takes this one down.
"""

from __future__ import annotations

import codecs
import contextlib
import glob
import io
import os
import pickle
import struct
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from swe.core.errors import MachineError
from swe.ledgers.csv_grid import text_columns
from swe.ledgers.reading_words import Remark, refusal
from swe.ledgers.sources import Source

TIME_LIMIT = 180.0  # seconds for one workbook; 5 M cells take about 10
MAX_CSV_BYTES = 2 * 2**30  # larger ones go through Parquet or a database
FEW = 3  # values up to which comparing is cheaper than looking up
SAMPLE_CELLS = 20_000  # cells that say whether a column of text repeats itself
_PLAIN = {("datetime", "date"), ("datetime", "datetime"), ("datetime", "time"), ("datetime", "timedelta")}

Values = Any  # the distinct cells: a list of Python objects, or a string array of Arrow


class GridColumn(NamedTuple):
    """Codes of shape (rows,), int32, -1 where blank; the distinct values as Python objects or a string array."""

    codes: np.ndarray
    values: Values

    def at(self, row: int) -> Any:
        """The cell of a row counted from 0; None where blank."""
        code = int(self.codes[row])
        if code < 0:
            return None
        value = self.values[code]
        return value.as_py() if isinstance(value, pa.Scalar) else value


@dataclass(frozen=True)
class Grid:
    """One sheet from its first row on. Rows and columns of merges and hidden parts are 1-based, as Excel shows them."""

    name: str = field(repr=False)  # as written in the file; never shown before it was made safe
    rows: int
    columns: tuple[GridColumn, ...]
    date_1904: bool = False
    merged: tuple[tuple[int, int, int, int], ...] = ()
    remarks: tuple[Remark, ...] = ()
    by_program: bool = False  # not typed by people: a blank cell is missing, never the same as above

    def row(self, row: int) -> list[Any]:
        """The cells of a row counted from 0."""
        return [column.at(row) for column in self.columns]

    @property
    def filled(self) -> np.ndarray:
        """How many cells of each row hold something, shape (rows,)."""
        counts = np.zeros(self.rows, dtype=np.int32)
        for column in self.columns:
            counts += column.codes >= 0
        return counts


@dataclass(frozen=True)
class Grids:
    """The sheets of a file, and what is to be said of the file as a whole."""

    grids: tuple[Grid, ...]
    remarks: tuple[Remark, ...] = ()


class WorkbookReader:
    """The child process that opens workbooks; one serves many files, and a new one follows where one died.

    >>> with WorkbookReader() as reader:
    ...     reader.limit
    180.0
    """

    def __init__(self, *, time_limit: float = TIME_LIMIT) -> None:
        self.limit = time_limit
        self._child: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> WorkbookReader:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def pid(self) -> int | None:
        """The process id of the child, if one runs."""
        return self._child.pid if self._child else None

    def ask(self, path: Path) -> dict[str, Any]:
        """The child's answer for a file; raises DataError where it died, ran out of time or refused."""
        child = self._child or self._start()
        late = threading.Event()

        def stop() -> None:
            late.set()
            child.kill()

        watch = threading.Timer(self.limit, stop)
        watch.start()
        try:
            name = str(path).encode("utf-8", "surrogateescape")
            assert child.stdin is not None and child.stdout is not None
            child.stdin.write(struct.pack("<Q", len(name)) + name)
            child.stdin.flush()
            body = _exactly(child.stdout, struct.unpack("<Q", _exactly(child.stdout, 8))[0])
            answer: dict[str, Any] = _PlainUnpickler(io.BytesIO(body)).load()
        except (OSError, EOFError, struct.error, pickle.UnpicklingError):
            self.close()
            raise refusal("time_limit" if late.is_set() else "crash", seconds=int(self.limit)) from None
        finally:
            watch.cancel()
            watch.join()
        if "refused" in answer:
            if answer["refused"] == "memory":
                self.close()
            raise refusal(answer["refused"], **answer["detail"])
        return answer

    def close(self) -> None:
        """End the child."""
        child, self._child = self._child, None
        if child is None:
            return
        with contextlib.suppress(OSError):
            child.kill()
        for pipe in (child.stdin, child.stdout):
            with contextlib.suppress(OSError):
                if pipe:
                    pipe.close()
        child.wait()

    def _start(self) -> subprocess.Popen[bytes]:
        package = str(Path(__file__).resolve().parents[2])
        paths = [package, *filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))]
        try:
            self._child = subprocess.Popen(
                [sys.executable, "-P", "-X", "utf8", "-m", "swe.ledgers.workbook_child"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
            )
        except OSError as error:
            raise MachineError(
                f"无法启动读取表格的进程（{error.strerror}）。请检查内存和权限。",
                f"the process that reads workbooks cannot be started ({error.strerror}). Check memory and permissions.",
            ) from error
        return self._child


class _PlainUnpickler(pickle.Unpickler):
    """Plain data and dates only: the child opened a stranger's file."""

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) in _PLAIN:
            return super().find_class(module, name)
        raise pickle.UnpicklingError("not plain data")


def read_grids(source: Source, *, reader: WorkbookReader | None = None) -> Grids:
    """The grids of a file. Raises DataError where it cannot be read."""
    try:
        if source.kind == "csv":
            return _csv(source.path)
        if source.kind == "parquet":
            return _parquet(source.path)
    except OSError:
        raise refusal("unreadable_file") from None
    except MemoryError:
        raise refusal("memory") from None
    if reader is not None:
        return _workbook(reader.ask(source.path), source.kind)
    with WorkbookReader() as own:
        return _workbook(own.ask(source.path), source.kind)


def _exactly(pipe: IO[bytes], count: int) -> bytes:
    data = pipe.read(count)
    if len(data) < count:
        raise EOFError
    return data


# -- workbooks --


def _workbook(answer: dict[str, Any], kind: str) -> Grids:
    remarks = []
    if answer["format"] != kind:
        remarks.append(Remark("other_format", {"format": answer["format"]}))
    if answer["macros"]:
        remarks.append(Remark("macros"))
    if not answer["checked"]:
        remarks.append(Remark("hidden_not_checked", {"format": answer["format"]}))
    return Grids(tuple(_grid(sheet, answer["date_1904"]) for sheet in answer["sheets"]), tuple(remarks))


def _grid(sheet: dict[str, Any], date_1904: bool) -> Grid:
    remarks = []
    if sheet["error"]:
        remarks.append(Remark(sheet["error"]))
    if sheet["hidden"]:
        remarks.append(Remark("hidden_sheet"))
    if sheet["hidden_rows"]:
        remarks.append(
            Remark("hidden_rows", {"n": len(sheet["hidden_rows"]), "first": sheet["hidden_rows"][0]})
        )
    if sheet["hidden_columns"]:
        remarks.append(
            Remark("hidden_columns", {"n": sum(last - first + 1 for first, last in sheet["hidden_columns"])})
        )
    if sheet["comments"]:
        listed = "、".join(sheet["comments"][:20])
        remarks.append(Remark("comments", {"n": sheet["counts"]["comments"], "where": listed}))
    for kind, rule in (("uncached", "uncached_formula"), ("errors", "cell_error")):
        remarks += [Remark(rule, cell=address) for address in sheet[kind]]
        if (more := sheet["counts"].get(kind, 0) - len(sheet[kind])) > 0:
            remarks.append(Remark("more_of_it", {"n": more, "rule": rule}))
    columns = tuple(
        GridColumn(np.frombuffer(codes, dtype=np.int32), values) for codes, values in sheet["columns"]
    )
    merged = tuple(tuple(span) for span in sheet["merged"])
    return Grid(sheet["name"], sheet["rows"], columns, date_1904, merged, tuple(remarks))


# -- text and Parquet --


def _csv(path: Path) -> Grids:
    if path.stat().st_size > MAX_CSV_BYTES:
        raise refusal("file_too_large", limit=MAX_CSV_BYTES)
    rows, columns, remarks = text_columns(_read(path))
    grid = Grid("", rows, tuple(GridColumn(*encoded(column)) for column in columns), remarks=tuple(remarks))
    return Grids((grid,))


def _read(path: Path) -> bytes:
    """The bytes of a file without the mark of UTF-8: cut off later, it would cost a second copy."""
    with path.open("rb", buffering=0) as file:
        if file.read(3) != codecs.BOM_UTF8:
            file.seek(0)
        return file.read()


def encoded(column: pa.Array | pa.ChunkedArray) -> tuple[np.ndarray, pa.Array]:
    """A string column as codes and distinct values; what holds only blanks is blank.

    Where nearly every cell differs (numbers of records, notes), the cells stand as they are.

    >>> codes, values = encoded(pa.array(["a", " ", "a", None]))
    >>> codes.tolist(), values.to_pylist()
    ([0, -1, 0, -1], ['a', ' '])
    """
    if pa.types.is_dictionary(column.type):
        return _numbered(column.unify_dictionaries())
    whole = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    if (
        len(whole) > SAMPLE_CELLS
        and pc.count_distinct(whole.slice(1, SAMPLE_CELLS)).as_py() > 0.8 * SAMPLE_CELLS
    ):
        codes, values = np.arange(len(whole), dtype=np.int32), whole
    else:
        codes, values = distinct(whole)
    return _blanks_out(codes, values), values


def flagged(flags: np.ndarray, codes: np.ndarray) -> np.ndarray:
    """Which rows hold a flagged value; the last flag is that of code -1.

    >>> flagged(np.array([False, True, False]), np.array([1, 0, -1])).tolist()
    [True, False, False]
    """
    places = np.flatnonzero(flags[:-1])
    if len(places) > FEW or flags[-1]:
        found: np.ndarray = flags[codes]
        return found
    found = np.zeros(len(codes), dtype=bool)
    for place in places.tolist():
        found |= codes == place
    return found


def holds_any(values: pa.Array, words: tuple[bytes, ...]) -> bool:
    """Whether some of the words stands in some of the values, in any case; one look at all of them together."""
    if not len(values) or values.buffers()[2] is None:
        return False
    first, last = values.offset, values.offset + len(values)
    size = np.int64 if pa.types.is_large_string(values.type) else np.int32
    ends = np.frombuffer(values.buffers()[1], dtype=size)
    text = values.buffers()[2].slice(int(ends[first]), int(ends[last] - ends[first])).to_pybytes().lower()
    return any(word in text for word in words)


def _numbered(column: pa.ChunkedArray) -> tuple[np.ndarray, pa.Array]:
    """The same of cells that were numbered already, with one dictionary for all chunks."""
    codes = np.concatenate([chunk.indices.to_numpy(zero_copy_only=False) for chunk in column.chunks])
    values = column.chunk(0).dictionary
    return _blanks_out(codes, values), values


def _blanks_out(codes: np.ndarray, values: pa.Array) -> np.ndarray:
    """The codes with -1 for values that hold only blanks."""
    empty = pc.fill_null(pc.equal(pc.binary_length(pc.utf8_ltrim_whitespace(values)), 0), True)
    if pc.any(empty).as_py():
        blank = np.append(empty.to_numpy(zero_copy_only=False), True)  # code -1 reads the last place
        codes = np.where(blank[codes], np.int32(-1), codes)
    return codes


def distinct(values: pa.Array) -> tuple[np.ndarray, pa.Array]:
    """Codes (-1 where null) and the distinct values."""
    pairs = values.dictionary_encode()
    return pc.fill_null(pairs.indices, -1).to_numpy(zero_copy_only=False).astype(
        np.int32, copy=False
    ), pairs.dictionary


def _parquet(path: Path) -> Grids:
    """A Parquet file with its column names as the first row; read by DuckDB under a memory limit."""
    import duckdb

    try:
        with duckdb.connect(config={"memory_limit": "512MB", "threads": 1}) as connection:
            table = connection.read_parquet(glob.escape(str(path))).to_arrow_table()
    except (duckdb.Error, pa.ArrowException, UnicodeDecodeError):
        raise refusal("damaged") from None
    columns = tuple(_with_header(str(name), table.column(i)) for i, name in enumerate(table.column_names))
    return Grids((Grid("", table.num_rows + 1, columns, by_program=True),))


def _with_header(name: str, column: pa.ChunkedArray) -> GridColumn:
    if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
        return GridColumn(*encoded(pa.chunked_array([pa.array([name], column.type), *column.chunks])))
    codes, values = typed_column(column)
    return GridColumn(np.append(np.int32(len(values)), codes), [*values, name])


def typed_column(column: pa.ChunkedArray) -> GridColumn:
    """A column of any type as codes and distinct values; what is no single value (a list, bytes) is blank."""
    if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
        return GridColumn(*encoded(column))
    if pa.types.is_nested(column.type) or pa.types.is_binary(column.type):
        column = pa.chunked_array([pa.nulls(len(column), pa.string())])
    codes, cells = distinct(column.combine_chunks())
    return GridColumn(codes, [float(v) if type(v).__name__ == "Decimal" else v for v in cells.to_pylist()])
