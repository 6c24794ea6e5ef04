"""Files too large to be held at once: the same rows as grids of a million or so, one after the other.

What decides how the text is read (encoding, delimiter, whether quotes close) is decided once for the whole file.
"""

from __future__ import annotations

import codecs
import glob
from collections.abc import Iterator
from pathlib import Path
from typing import IO, NamedTuple

import numpy as np
import pyarrow as pa

from swe.ledgers.csv_grid import NAMES, SAMPLE, delimiter, encoding_of, text_columns
from swe.ledgers.grids import Grid, GridColumn, encoded, typed_column
from swe.ledgers.reading_words import Remark, refusal
from swe.ledgers.sources import Source

LARGE_CSV = 256 << 20  # bytes from which on a text is read in pieces: some two million rows
LARGE_PARQUET = 2_000_000  # rows
PIECE_BYTES = 96 << 20
PIECE_ROWS = 1_000_000
MEMORY_MB = 512  # of DuckDB


class Cut(NamedTuple):
    """How a text is to be cut and read."""

    encoding: str  # "" for UTF-8
    mark: str
    quoted: bool
    nul: int
    remarks: tuple[Remark, ...]


def is_large(source: Source) -> bool:
    """Whether a file is read in pieces."""
    if source.skip:
        return False
    if source.kind == "csv":
        return source.bytes > LARGE_CSV
    return source.kind == "parquet" and parquet_rows(source.path) > LARGE_PARQUET


def parquet_rows(path: Path) -> int:
    """The rows that a Parquet file says it has; 0 where it cannot be read."""
    import duckdb

    try:
        with duckdb.connect(config={"memory_limit": f"{MEMORY_MB}MB", "threads": 1}) as connection:
            found = connection.execute(
                "SELECT sum(num_rows) FROM parquet_file_metadata(?)", [glob.escape(str(path))]
            ).fetchone()
    except duckdb.Error:
        return 0
    return int(found[0] or 0) if found else 0


def grid_pieces(source: Source) -> Iterator[Grid]:
    """The rows of a large file. The first grid has the remarks on the whole; raises DataError as `read_grids` does."""
    try:
        yield from _csv(source.path) if source.kind == "csv" else _parquet(source.path)
    except OSError:
        raise refusal("unreadable_file") from None
    except MemoryError:
        raise refusal("memory") from None


# -- text --


def _csv(path: Path) -> Iterator[Grid]:
    cut = survey(path)
    said = cut.remarks
    for text in _texts(path, cut):
        rows, columns, remarks = text_columns(text, mark=cut.mark, quoted=cut.quoted)
        told = tuple(each for each in remarks if each.rule not in ("no_rows", "nul_bytes"))
        yield Grid(
            "", rows, tuple(GridColumn(*encoded(column)) for column in columns), remarks=(*said, *told)
        )
        said = ()


def survey(path: Path) -> Cut:
    """One look at a whole text: its encoding, its delimiter, whether every quote is closed."""
    with path.open("rb", buffering=0) as file:
        sample = file.read(SAMPLE)
    encoding, remarks = encoding_of(sample, utf8=_all_utf8(path))
    quotes = nul = bad = 0
    mark = ""
    with path.open("rb", buffering=0) as file:
        for text, broken in _decoded(file, encoding):
            mark = mark or delimiter(text[:SAMPLE].decode("utf-8", "ignore"))
            quotes, nul, bad = quotes + text.count(b'"'), nul + text.count(b"\0"), bad + broken
    if bad:
        named = {"encoding": NAMES.get(encoding, encoding)}
        remarks = remarks or [Remark("encoding", named)]
        remarks.append(Remark("broken_characters", {"n": bad, **named}))
    if nul:
        remarks.append(Remark("nul_bytes", {"n": nul}))
    if quotes % 2:
        remarks.append(Remark("open_quote"))
    return Cut(encoding, mark or ",", quotes > 0 and quotes % 2 == 0, nul, tuple(remarks))


def _all_utf8(path: Path) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")("strict")
    try:
        with path.open("rb", buffering=0) as file:
            while block := file.read(SAMPLE):
                decoder.decode(block)
        decoder.decode(b"", True)
    except UnicodeDecodeError:
        return False
    return True


def _decoded(file: IO[bytes], encoding: str) -> Iterator[tuple[bytes, int]]:
    """Blocks of a file as UTF-8, with how many characters of each were broken."""
    if not encoding:
        if file.read(len(codecs.BOM_UTF8)) != codecs.BOM_UTF8:
            file.seek(0)
        while block := file.read(min(8 * SAMPLE, PIECE_BYTES)):
            yield block, 0
        return
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    while True:
        block = file.read(min(SAMPLE, PIECE_BYTES))
        piece = decoder.decode(block, not block)
        yield piece.encode("utf-8", "replace"), piece.count("\ufffd")
        if not block:
            return


def _texts(path: Path, cut: Cut) -> Iterator[bytes]:
    """A text in pieces of whole rows."""
    held: list[bytes] = []
    size = 0
    with path.open("rb", buffering=0) as file:
        for block, _ in _decoded(file, cut.encoding):
            held.append(block.replace(b"\0", b"") if cut.nul else block)
            size += len(held[-1])
            if size < PIECE_BYTES:
                continue
            text = b"".join(held)
            end = _end_of_row(text, quoted=cut.quoted)
            held, size = [text[end:]], len(text) - end
            if end:
                yield text[:end]
    if rest := b"".join(held):
        yield rest


def _end_of_row(text: bytes, *, quoted: bool) -> int:
    """Where the last whole row ends; an end of line between quotes is none."""
    feed = b"\n" if b"\n" in text else b"\r"
    end = text.rfind(feed) + 1
    inside = quoted and text.count(b'"', 0, end) % 2 == 1
    while end and inside:
        before = text.rfind(feed, 0, end - 1) + 1
        inside = (text.count(b'"', before, end) % 2 == 0) == inside
        end = before
    return end


# -- Parquet --


def _parquet(path: Path) -> Iterator[Grid]:
    import duckdb

    try:
        with duckdb.connect(config={"memory_limit": f"{MEMORY_MB}MB", "threads": 1}) as connection:
            found = connection.read_parquet(glob.escape(str(path)))
            names = list(found.columns)
            header = tuple(GridColumn(np.zeros(1, dtype=np.int32), [name]) for name in names)
            yield Grid("", 1, header, by_program=True)
            for batch in found.to_arrow_reader(PIECE_ROWS):
                table = pa.Table.from_batches([batch])
                columns = tuple(typed_column(column) for column in table.columns)
                yield Grid("", table.num_rows, columns, by_program=True)
    except (duckdb.Error, pa.ArrowException, UnicodeDecodeError):
        raise refusal("damaged") from None
