"""CSV files as people save them: UTF-8 with or without a mark, GB18030 from Excel, each row with its line.

Everything stays text: a region code or 72.450 must arrive as it was typed.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from swe.core.errors import DataError, MachineError, SweError, joined

ENCODINGS = ("utf-8-sig", "gb18030")


@dataclass(frozen=True)
class Row:
    """One row: its cells by column, and the file:line where it begins."""

    cells: dict[str, str]
    path: Path
    line: int

    @property
    def where(self) -> str:
        return f"{self.path}:{self.line}"

    def __getitem__(self, column: str) -> str:
        return self.cells.get(column, "")


@dataclass(frozen=True)
class CsvFile:
    """A file read: its columns, its good rows, and what was wrong with the others."""

    path: Path
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    problems: tuple[SweError, ...]


def read_csv(path: Path) -> CsvFile:
    """The rows of a CSV file, cells stripped, empty rows left out.

    Raises DataError where there is no such file, its encoding is unknown, or it has no header.
    """
    path = Path(path)
    reader = csv.reader(io.StringIO(_text(path), newline=""), strict=True)
    rows: list[Row] = []
    problems: list[SweError] = []
    columns: tuple[str, ...] = ()
    before = 0
    try:
        for cells in reader:
            line, before = before + 1, reader.line_num
            cells = [cell.strip() for cell in cells]
            if not any(cells):
                continue
            if not columns:
                columns = tuple(cells)
            elif len(cells) != len(columns):
                problems.append(_ragged(path, line, len(cells), len(columns)))
            else:
                rows.append(Row(dict(zip(columns, cells, strict=True)), path, line))
    except csv.Error as error:
        raise DataError(
            f"CSV 格式错误（{error}）。请检查引号是否成对。",
            f"broken CSV ({error}). Check that quotation marks come in pairs.",
            where=f"{path}:{before + 1}",
        ) from None
    if not columns:
        raise DataError("文件是空的，缺少表头", "the file is empty: there is no header", where=str(path))
    return CsvFile(path, columns, tuple(rows), tuple(problems))


def check_columns(file: CsvFile, *, required: tuple[str, ...], optional: tuple[str, ...] = ()) -> None:
    """Raise one DataError that names every missing, unknown and repeated column."""
    where = f"{file.path}:1"
    problems: list[SweError] = []
    missing = [name for name in required if name not in file.columns]
    if missing:
        problems.append(
            DataError(f"缺少列：{'、'.join(missing)}", f"missing columns: {', '.join(missing)}", where=where)
        )
    for name, times in Counter(file.columns).items():
        if times > 1:
            problems.append(
                DataError(f"列“{name}”重复", f"column {name!r} occurs {times} times", where=where)
            )
        if name not in required + optional:
            near = get_close_matches(name, missing or required + optional, n=1)
            hint_zh, hint_en = (f"，是不是 {near[0]}？", f"; did you mean {near[0]}?") if near else ("", "")
            problems.append(
                DataError(f"未知的列“{name}”{hint_zh}", f"unknown column {name!r}{hint_en}", where=where)
            )
    if problems:
        raise joined(problems)


def _text(path: Path) -> str:
    try:
        raw = path.read_bytes()
    except (FileNotFoundError, IsADirectoryError):
        raise DataError("没有这个文件", "no such file", where=str(path)) from None
    except OSError as error:
        raise MachineError(
            f"无法读取文件（{error.strerror}）", f"cannot read the file ({error.strerror})", where=str(path)
        ) from None
    if raw[:2] not in (b"\xff\xfe", b"\xfe\xff") and b"\0" not in raw:
        for encoding in ENCODINGS:
            try:
                return raw.decode(encoding)
            except UnicodeDecodeError:
                continue
    raise DataError(
        "不是 CSV 文本，或编码既不是 UTF-8 也不是 GB18030。请在 Excel 中另存为“CSV UTF-8”。",
        "not CSV text, or neither UTF-8 nor GB18030. Save it as 'CSV UTF-8' in Excel.",
        where=str(path),
    )


def _ragged(path: Path, line: int, cells: int, columns: int) -> DataError:
    return DataError(
        f"这一行有 {cells} 个单元格，表头有 {columns} 列。文字中有逗号时请用引号括起来。",
        f"the row has {cells} cells, the header {columns}. Quote a text that holds a comma.",
        where=f"{path}:{line}",
    )
