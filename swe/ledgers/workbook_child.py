"""The child process that opens workbooks: scans, parses, and hands the cells back column by column.

A file that takes the parser down takes down only this. It runs as `python -m swe.ledgers.workbook_child`, reads
requests from stdin, answers on stdout, and imports nothing of `swe` but the scan.
"""

from __future__ import annotations

import contextlib
import io
import pickle
import struct
import sys
from array import array
from pathlib import Path
from typing import Any, BinaryIO

from swe.ledgers.workbook_scan import MAX_CELLS, MAX_COLUMNS, Refused, Scan, scan

MEMORY_BYTES = 960 * 2**20  # address space of the child; POSIX only
BATCH = 1000  # rows turned into columns at a time


class Encoder:
    """One column: a code for each row (-1 is blank) and the distinct values in order of appearance."""

    def __init__(self, rows_before: int) -> None:
        self.codes = array("i", [-1]) * rows_before
        self.index: dict[Any, int] = {}

    def extend(self, cells: list[Any]) -> None:
        put = self.index.setdefault
        for cell in cells:
            if type(cell) is str:
                self.codes.append(-1 if not cell or cell.isspace() else put(cell, len(self.index)))
            elif cell is None:
                self.codes.append(-1)
            else:  # True, 1 and 1.0 are one key of a dict
                self.codes.append(put((type(cell).__name__, cell), len(self.index)))

    def pad(self, count: int) -> None:
        self.codes.extend(array("i", [-1]) * count)

    def values(self) -> list[Any]:
        return [key[1] if type(key) is tuple else key for key in self.index]


def read(path: Path) -> dict[str, Any]:
    """A workbook as plain data: its scan, and for each worksheet the encoded columns."""
    from python_calamine import CalamineError, PasswordError, SheetTypeEnum

    found = scan(path)
    try:
        with _opened(path, found.format) as book:
            sheets = [
                _sheet(book, index, meta, found)
                for index, meta in enumerate(book.sheets_metadata)
                if meta.typ == SheetTypeEnum.WorkSheet
            ]
    except PasswordError as error:
        raise Refused("password") from error
    except (CalamineError, ValueError, OverflowError) as error:  # its message may quote cells: it ends here
        raise Refused("damaged") from error
    return {
        "format": found.format,
        "checked": found.checked,
        "date_1904": found.date_1904,
        "macros": found.macros,
        "sheets": sheets,
    }


def _opened(path: Path, format: str) -> Any:
    """The workbook by what it holds: the parser goes by the extension unless it gets the bytes."""
    from python_calamine import CalamineWorkbook

    if path.suffix.lower().startswith(f".{format}"):
        return CalamineWorkbook.from_path(str(path))
    return CalamineWorkbook.from_filelike(io.BytesIO(path.read_bytes()))


def _sheet(book: Any, index: int, meta: Any, found: Scan) -> dict[str, Any]:
    from python_calamine import CalamineError, PasswordError, SheetVisibleEnum

    scanned = (
        found.sheets[index] if index < len(found.sheets) and found.sheets[index].name == meta.name else None
    )
    answer: dict[str, Any] = {
        "name": meta.name,
        "hidden": meta.visible != SheetVisibleEnum.Visible,
        "rows": 0,
        "columns": [],
        "error": "",
        **{
            key: getattr(scanned, key) if scanned else []
            for key in ("hidden_rows", "hidden_columns", "merged")
        },
        **{key: getattr(scanned, key) if scanned else [] for key in ("comments", "uncached", "errors")},
        "counts": scanned.counts if scanned else {},
    }
    try:
        sheet = book.get_sheet_by_index(index)
        if scanned is None:
            answer["merged"] = [
                (top + 1, left + 1, bottom + 1, right + 1)
                for (top, left), (bottom, right) in sheet.merged_cell_ranges or []
            ]
    except PasswordError:
        raise
    except CalamineError:  # one broken sheet leaves the others readable
        answer["error"] = "damaged_sheet"
        return answer
    if sheet.total_width > MAX_COLUMNS or sheet.total_height * sheet.total_width > MAX_CELLS:
        answer["error"] = "extent"
        return answer
    if sheet.start is None:
        return answer
    columns, rows = _columns(sheet)
    answer["rows"], answer["columns"] = rows, columns
    return answer


def _columns(sheet: Any) -> tuple[list[tuple[bytes, list[Any]]], int]:
    """Rows and columns from A1 on; `iter_rows` starts at row 1 but at the first used column."""
    encoders = [Encoder(0) for _ in range(sheet.start[1] + sheet.width)]
    done = 0
    batch: list[list[Any]] = []

    def flush() -> int:
        for place, encoder in enumerate(encoders):
            at = place - sheet.start[1]
            if at < 0:
                encoder.pad(len(batch))
            else:
                encoder.extend([row[at] if at < len(row) else None for row in batch])
        return len(batch)

    for row in sheet.iter_rows():
        batch.append(row)
        if len(batch) == BATCH:
            done += flush()
            batch.clear()
    done += flush()
    return [(encoder.codes.tobytes(), encoder.values()) for encoder in encoders], done


def answer(path: Path) -> dict[str, Any]:
    """What `read` finds, or the rule that it was refused by."""
    try:
        return read(path)
    except Refused as refused:
        return {"refused": refused.rule, "detail": refused.detail}
    except MemoryError:
        return {"refused": "memory", "detail": {}}
    except OSError:
        return {"refused": "unreadable_file", "detail": {}}


def limit_memory(bytes: int = MEMORY_BYTES) -> None:
    """Bound the address space; Windows has no such limit, there the time limit alone holds."""
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (bytes, bytes))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def main(requests: BinaryIO, answers: BinaryIO) -> None:
    """Answer paths until stdin closes; each message is its length and then a pickle of plain data."""
    limit_memory()
    while len(head := requests.read(8)) == 8:
        path = requests.read(struct.unpack("<Q", head)[0]).decode("utf-8", "surrogateescape")
        try:
            body = pickle.dumps(answer(Path(path)), protocol=5)
        except MemoryError:
            body = pickle.dumps({"refused": "memory", "detail": {}}, protocol=5)
        answers.write(struct.pack("<Q", len(body)))
        answers.write(body)
        answers.flush()


if __name__ == "__main__":
    main(sys.stdin.buffer, sys.stdout.buffer)
