"""Redacted rows of a large load on their way into the store: on disk, in the load's own staging folder.

Where a station's rows belong is known only when all sources have been read; until then more of them than fit the
memory would have to wait. They have passed the border; the folder goes with the load.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from swe.core.files import disk_errors
from swe.ledgers import store
from swe.ledgers.snapshot_reader import to_frame

if TYPE_CHECKING:
    import pandas as pd

    from swe.ledgers.tables.spec import TableSpec

IN_MEMORY = 2_000_000  # rows that wait in memory; those beyond wait on disk


def hold(folder: Path, name: str, frame: pd.DataFrame, table: TableSpec, *, keep_free_text: bool) -> Path:
    """Put rows of a table aside under a name."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    schema = store.arrow_schema(table, keep_free_text=keep_free_text)
    rows = pa.Table.from_pandas(
        frame.reindex(columns=schema.names), schema=schema, preserve_index=False, nthreads=1
    )
    target = folder / f"{name}.parquet"
    with disk_errors(folder):
        folder.mkdir(exist_ok=True)
        pq.write_table(rows.replace_schema_metadata(), target, compression=store.COMPRESSION)
    return target


def frames_of(
    name: str, table: TableSpec, frames: Mapping[str, pd.DataFrame] | None, held: Mapping[str, Sequence[Path]]
) -> Iterator[pd.DataFrame]:
    """The rows of a table that wait, one frame after the other, in the order in which they were read."""
    import pyarrow.parquet as pq

    if frames is not None and name in frames:
        yield frames[name]
    dtypes = store.dtypes(table)
    for path in held.get(name, ()):
        rows = pq.ParquetFile(path).read(use_threads=False)
        yield to_frame(rows).astype({each: dtypes[each] for each in rows.column_names})
        path.unlink()
