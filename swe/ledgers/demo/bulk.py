"""The bulk form: parts of tables by province, streamed chunk by chunk in bounded memory.

Excel holds a million rows a sheet and a workbook is written cell by cell, so a province or the country comes as CSV
(UTF-8 with BOM, which Excel opens); beyond a few million rows as Parquet, a tenth of the size.
"""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import Any, BinaryIO

import pandas as pd
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

from swe.ledgers.demo.ledgers import drawn
from swe.ledgers.demo.plan import Plan
from swe.ledgers.demo.scene import LEDGER
from swe.ledgers.tables.spec import Column, TableSpec
from swe.ledgers.template import header_text

CSV_ROWS = 3_000_000  # beyond, Parquet
BOM = b"\xef\xbb\xbf"


def write_parts(folder: Path, plan: Plan) -> None:
    """Every table of a plan, one file for each province and table."""
    suffix = bulk_suffix(plan)
    province, writers, stack = "", dict[str, Any](), ExitStack()
    with stack:
        for scene, tables in drawn(plan):
            if scene.codes[0][:2] != province:
                stack.close()
                province, writers = scene.codes[0][:2], {}
            for name, frame in tables.items():
                written = as_written(LEDGER[name], frame)
                if name not in writers:
                    path = folder / f"{LEDGER[name].zh}-{province}.{suffix}"
                    writers[name] = _writer(stack, path, written.schema)
                writers[name].write_table(written)


def bulk_suffix(plan: Plan) -> str:
    """The format of the parts.

    >>> from swe.ledgers.demo.plan import planned
    >>> bulk_suffix(planned("00", stations=100, rows=5000))
    'csv'
    """
    return "csv" if plan.rows <= CSV_ROWS else "parquet"


def as_written(table: TableSpec, frame: pd.DataFrame) -> pa.Table:
    """A typed frame with Chinese headers and labels; dates stay dates, numbers numbers.

    All columns of the frame, even where this chunk holds nothing in them, so that all chunks fit one file.
    """
    columns = [column for column in table.columns if column.name in frame]
    columns.sort(key=lambda column: column.name != "simulated")
    arrays = [_array(column, frame[column.name]) for column in columns]
    return pa.Table.from_arrays(arrays, names=[header_text(column) for column in columns])


def _array(column: Column, values: pd.Series) -> pa.Array:
    if column.type == "boolean":
        yes, no = ("有", "无") if column.example == "有" else ("是", "否")
        values = values.map({True: yes, False: no}).astype("string")
    elif column.type == "category":
        values = values.map({value.code: value.zh for value in column.values}).astype("string")
    kind = {"date": pa.date32(), "integer": pa.int64(), "decimal": pa.float64()}.get(column.type, pa.string())
    array = pa.array(values)
    array = array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array
    return array.cast(kind)


def _writer(stack: ExitStack, path: Path, schema: pa.Schema) -> Any:
    if path.suffix == ".parquet":
        return stack.enter_context(pyarrow.parquet.ParquetWriter(path, schema, compression="zstd"))
    sink: BinaryIO = stack.enter_context(path.open("wb"))
    sink.write(BOM)
    return stack.enter_context(pyarrow.csv.CSVWriter(sink, schema))
