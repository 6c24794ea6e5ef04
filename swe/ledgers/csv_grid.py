"""Delimited text as columns: the encoding is tried in a fixed order and said, never silently guessed.

UTF-8 (with or without its mark) comes first, then GB18030, which Chinese Excel writes; a damaged file is read with
the damage counted. Regular files go through Arrow, ragged ones through Python's csv module.
"""

from __future__ import annotations

import codecs
import csv
import io
from array import array
from collections import Counter
from collections.abc import Iterator
from itertools import islice

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv

from swe.ledgers.reading_words import Remark, refusal

DELIMITERS = ",\t;|"
SAMPLE = 1 << 20  # bytes that say which encoding and delimiter are used
SAMPLE_LINES = 50
DAMAGE = 0.05  # share of broken among non-ASCII characters up to which an encoding is still believed
MAX_COLUMNS = 16_384  # Excel's own
MAX_CELLS = 100_000_000  # 5 M rows of 20 columns: a code of four bytes for each cell
MAX_FIELD = 1 << 24
BLOCK = 1 << 22  # bytes Arrow parses at a time
BATCH_CELLS = 1 << 20  # cells of ragged rows turned into columns at a time
NAMES = {"utf-8-sig": "UTF-8", "gb18030": "GB18030", "utf-16": "UTF-16"}


def text_columns(
    data: bytes, *, mark: str = "", quoted: bool | None = None
) -> tuple[int, list[pa.ChunkedArray], list[Remark]]:
    """Rows, string columns and what there is to say of a delimited file. Bad bytes are counted, not fatal.

    `mark` and `quoted` say what the file is written with where that is known; else it is found out.
    Raises DataError where there are more than MAX_CELLS cells.
    """
    text, remarks = as_utf8(data)
    if b"\0" in text:
        remarks.append(Remark("nul_bytes", {"n": text.count(b"\0")}))
        text = text.replace(b"\0", b"")
    if not text[:SAMPLE].strip() and not text.strip():
        return 0, [], [*remarks, Remark("no_rows")]
    mark = mark or delimiter(text[:SAMPLE].decode("utf-8", "ignore"))
    known, quoted = quoted is not None, b'"' in text if quoted is None else quoted
    if quoted and not known and text.count(b'"') % 2:
        remarks.append(Remark("open_quote"))
        quoted = False
    regular = _regular(text, mark, quoted=quoted)
    if regular is None:
        rows, columns, ragged = _ragged(text, mark, quoted=quoted)
        return rows, columns, [*remarks, *ragged]
    if regular.num_rows * regular.num_columns > MAX_CELLS:
        raise refusal("too_many_cells", rows=regular.num_rows, columns=regular.num_columns, limit=MAX_CELLS)
    return regular.num_rows, list(regular.columns), remarks


def as_utf8(data: bytes) -> tuple[bytes, list[Remark]]:
    """The text of a file as UTF-8, and which encoding it was in where that is another.

    >>> as_utf8("县,站".encode("gb18030"))[1][0].detail["encoding"]
    'GB18030'
    """
    utf16 = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    encoding, remarks = encoding_of(data[:SAMPLE], utf8=not utf16 and _is_utf8(data))
    if not encoding:
        return data[3:] if data.startswith(codecs.BOM_UTF8) else data, []
    text, bad = _transcoded(data, encoding)
    if bad:
        named = {"encoding": NAMES.get(encoding, encoding)}
        remarks = remarks or [Remark("encoding", named)]
        remarks.append(Remark("broken_characters", {"n": bad, **named}))
    return text, remarks


def encoding_of(sample: bytes, *, utf8: bool) -> tuple[str, list[Remark]]:
    """The encoding of a text ("" where it is UTF-8 throughout) by its beginning, and what there is to say of it."""
    if sample.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16", [Remark("encoding", {"encoding": NAMES["utf-16"]})]
    if utf8:
        return "", []
    for encoding in ("utf-8-sig", "gb18030"):
        if _broken(sample.decode(encoding, "replace")) <= DAMAGE:
            name = NAMES[encoding]
            return encoding, [] if name == "UTF-8" else [Remark("encoding", {"encoding": name})]
    from charset_normalizer import from_bytes

    best = from_bytes(sample).best()
    encoding = best.encoding if best else "gb18030"
    return encoding, [Remark("guessed_encoding", {"encoding": encoding})]


def _is_utf8(data: bytes) -> bool:
    """Whether all of it is UTF-8; Arrow looks ten times as fast as a decoder, and makes no copy."""
    ends = pa.py_buffer(array("q", [0, len(data)]))
    whole = pa.Array.from_buffers(pa.large_string(), 1, [None, ends, pa.py_buffer(data)])
    try:
        whole.validate(full=True)
    except pa.ArrowInvalid:
        return False
    return True


def _transcoded(data: bytes, encoding: str) -> tuple[bytes, int]:
    """The text as UTF-8, and how many of its characters were broken."""
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    out, bad = io.BytesIO(), 0
    for at in range(0, len(data), SAMPLE):
        piece = decoder.decode(data[at : at + SAMPLE], at + SAMPLE >= len(data))
        bad += piece.count("\ufffd")
        out.write(piece.encode("utf-8", "replace"))
    return out.getvalue(), bad


def _broken(text: str) -> float:
    return text.count("\ufffd") / max(sum(char > "\x7f" for char in text), 1)


def delimiter(text: str) -> str:
    """The mark that parts the cells: the one that most of the first lines hold most evenly.

    >>> delimiter("a;b;c\\n1;2;3"), delimiter("a\\n")
    (';', ',')
    """
    lines = [line for line in islice(io.StringIO(text), SAMPLE_LINES) if line.strip()]
    best, score = ",", 0.0
    for mark in DELIMITERS:
        counts = [_outside_quotes(line, mark) for line in lines]
        usual = sorted(counts)[len(counts) // 2] if counts else 0
        even = sum(count == usual for count in counts) / max(len(counts), 1)
        points = even * min(usual, 8) if usual else (0.1 if any(counts) else 0.0)
        if points > score:
            best, score = mark, points
    return best


def _outside_quotes(line: str, mark: str) -> int:
    return sum(part.count(mark) for part in line.split('"')[::2])


def _regular(text: bytes, mark: str, *, quoted: bool) -> pa.Table | None:
    """The table of a file whose rows all have the same number of cells; None for any other."""
    first = next(_rows(text, mark, quoted=quoted), [])
    if not first or len(first) > MAX_COLUMNS:
        return None
    names = [f"c{i}" for i in range(len(first))]
    kinds: dict[str, pa.DataType] = dict.fromkeys(names, pa.string())
    if len(text) > SAMPLE:
        end = text.rfind(b"\n", 0, SAMPLE) + 1
        sample = _parsed(text[:end], kinds, mark, quoted=quoted)
        if sample is not None:
            repeated = pa.dictionary(pa.int32(), pa.string())  # cells are numbered while they are parsed
            kinds |= {name: repeated for name in names if _repeats(sample.column(name))}
    return _parsed(text, kinds, mark, quoted=quoted)


def _parsed(text: bytes, kinds: dict[str, pa.DataType], mark: str, *, quoted: bool) -> pa.Table | None:
    try:
        return pacsv.read_csv(
            pa.BufferReader(text),
            pacsv.ReadOptions(column_names=list(kinds), block_size=BLOCK, use_threads=False),
            pacsv.ParseOptions(
                delimiter=mark,
                quote_char='"' if quoted else False,
                newlines_in_values=quoted,
                ignore_empty_lines=False,
            ),
            pacsv.ConvertOptions(column_types=kinds, strings_can_be_null=False, check_utf8=False),
        )
    except pa.ArrowException:
        return None


def _repeats(column: pa.ChunkedArray) -> bool:
    """Whether a sample's cells mostly repeat one another."""
    return bool(2 * pc.count_distinct(column).as_py() < len(column))


def _ragged(text: bytes, mark: str, *, quoted: bool) -> tuple[int, list[pa.ChunkedArray], list[Remark]]:
    """Rows of unequal length, padded. Cells beyond what a table can have are dropped and said."""
    widths: Counter[int] = Counter()
    first_of: dict[int, int] = {}
    for rows, row in enumerate(_rows(text, mark, quoted=quoted), start=1):
        if any(row):
            widths[len(row)] += 1
            first_of.setdefault(len(row), rows)
    usual = max(widths, key=lambda width: (widths[width], width), default=1)
    width = max(widths, default=1)
    remarks = _ragged_remarks(widths, first_of, usual)
    if width > MAX_COLUMNS or width * rows > MAX_CELLS:
        remarks.append(Remark("cells_dropped", {"n": width, "limit": min(usual, MAX_COLUMNS)}))
        width = min(usual, MAX_COLUMNS)
    if width * rows > MAX_CELLS:
        raise refusal("too_many_cells", rows=rows, columns=width, limit=MAX_CELLS)
    chunks: list[list[pa.Array]] = [[] for _ in range(width)]
    lines = _rows(text, mark, quoted=quoted)
    while batch := list(islice(lines, max(BATCH_CELLS // width, 1))):
        padded = (row[:width] + [""] * (width - len(row)) for row in batch)
        for kept, cells in zip(chunks, zip(*padded, strict=True), strict=True):
            kept.append(pa.array(cells, pa.string()))
    return rows, [pa.chunked_array(kept, pa.string()) for kept in chunks], remarks


def _ragged_remarks(widths: Counter[int], first_of: dict[int, int], usual: int) -> list[Remark]:
    longer = [width for width in widths if width > usual]
    if not longer:
        return []
    count = sum(widths[width] for width in longer)
    return [Remark("ragged_rows", {"n": count, "usual": usual}, row=min(first_of[w] for w in longer))]


def _rows(text: bytes, mark: str, *, quoted: bool) -> Iterator[list[str]]:
    if csv.field_size_limit() < MAX_FIELD:
        csv.field_size_limit(MAX_FIELD)
    stream = io.TextIOWrapper(io.BytesIO(text), "utf-8", "replace", newline="")
    if quoted:
        reader = csv.reader(stream, delimiter=mark)
    else:
        reader = csv.reader(stream, delimiter=mark, quoting=csv.QUOTE_NONE)
    while True:
        try:
            yield next(reader)
        except StopIteration:
            return
        except csv.Error:  # a cell beyond every limit counts as a blank row; the rest is read
            yield []
