"""`issues_workbook`: what is wrong, as an Excel file that goes back to each station: a sheet for each of its files.

It holds safe names, addresses and our own sentences; nothing that stood in a cell. The same issues give the same bytes.
"""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from swe.core.files import write_atomic
from swe.ledgers.contract import contract
from swe.ledgers.issues import SEVERITIES, Issue

CREATED = datetime(2020, 1, 1)  # a fixed creation date, so that bytes depend on content alone
MOST_ROWS = 1_048_000  # of a sheet; Excel ends at 1,048,576
MOST_LETTERS = 31  # of a sheet name (Excel)
_FORBIDDEN = str.maketrans("[]:*?/\\", "_______")

Lang = Literal["zh", "en"]

WORDS: dict[str, dict[Lang, str]] = {
    "title": {"zh": "台账核查问题清单", "en": "Ledger check: list of issues"},
    "how": {
        "zh": "请各站按“应怎样填写”修改原表后重新提交；标为“提示”的供核对，属实的不必改。本清单不含任何单元格内容。",
        "en": "Please correct the ledgers as the last column says and hand them in again; notes are for checking, leave what is true. This list repeats no cell.",
    },
    "summary": {"zh": "汇总", "en": "Summary"},
    "file": {"zh": "文件", "en": "File"},
    "error": {"zh": "错误", "en": "Error"},
    "warning": {"zh": "警告", "en": "Warning"},
    "info": {"zh": "提示", "en": "Note"},
    "usable": {"zh": "可否使用", "en": "Usable?"},
    "sheet_here": {"zh": "本清单中的工作表", "en": "Sheet of this list"},
    "yes": {"zh": "可用", "en": "yes"},
    "doubtful": {"zh": "可用，请核对", "en": "yes, with doubts"},
    "no": {"zh": "改正错误后可用", "en": "after the errors are corrected"},
    "sheet": {"zh": "工作表", "en": "Sheet"},
    "cell": {"zh": "单元格", "en": "Cell"},
    "row": {"zh": "行", "en": "Row"},
    "column": {"zh": "列", "en": "Column"},
    "severity": {"zh": "程度", "en": "Severity"},
    "wrong": {"zh": "问题", "en": "What is wrong"},
    "write": {"zh": "应怎样填写", "en": "What to write"},
    "rule": {"zh": "规则", "en": "Rule"},
    "between": {"zh": "（各文件之间）", "en": "(between files)"},
    "part": {
        "zh": "本文件问题超过一张工作表的行数，分为 {n} 张，这是第 {i} 张",
        "en": "More issues than a sheet has rows: {n} sheets, this is number {i}",
    },
    "none": {"zh": "没有发现问题。", "en": "No issues were found."},
}  # fmt: skip
COLUMNS = (
    ("sheet", 16),
    ("cell", 9),
    ("row", 7),
    ("column", 18),
    ("severity", 8),
    ("wrong", 60),
    ("write", 60),
    ("rule", 24),
)


def issues_workbook(
    issues: Iterable[Issue], path: str | Path, *, lang: Lang = "zh", files: Sequence[str] = ()
) -> None:
    """Write the issues to `path` (xlsx): a summary, then one sheet for each source file, errors first.

    `files` are further files that were read, so that those without an issue stand in the summary too. A file with more
    issues than a sheet has rows gets several sheets, and each says so. Raises MachineError where it cannot be written.
    """
    write_atomic(Path(path), workbook_bytes(issues, lang=lang, files=files))


def workbook_bytes(
    issues: Iterable[Issue], *, lang: Lang = "zh", files: Sequence[str] = (), most_rows: int = MOST_ROWS
) -> bytes:
    """The workbook's bytes; see `issues_workbook`."""
    import xlsxwriter

    by_file: dict[str, list[Issue]] = {name: [] for name in files}
    for issue in issues:
        by_file.setdefault(issue.file, []).append(issue)
    by_file = {file: sorted(listed, key=_graver_first) for file, listed in sorted(by_file.items())}
    buffer = io.BytesIO()
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(buffer, options) as book:
        book.set_properties({"title": WORDS["title"][lang], "created": CREATED})
        formats = {
            "title": book.add_format({"bold": True, "font_size": 14}),
            "head": book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top", "bg_color": "#E8EEF4"}),
            "text": book.add_format({"text_wrap": True, "valign": "top"}),
        }  # fmt: skip
        used: set[str] = set()
        summary = _sheet_name(WORDS["summary"][lang], used)
        parts = [
            (name, [listed[i : i + most_rows] for i in range(0, len(listed), most_rows)])
            for name, listed in by_file.items()
        ]
        names = {
            file: [_sheet_name(_shown(file, lang), used, i, len(chunks)) for i in range(1, len(chunks) + 1)]
            for file, chunks in parts
        }
        _summary(book.add_worksheet(summary), by_file, names, formats, lang)
        for file, chunks in parts:
            _file_sheets(book, file, chunks, names[file], formats, lang)
    return buffer.getvalue()


def _summary(
    sheet: Any,
    by_file: dict[str, list[Issue]],
    names: dict[str, list[str]],
    formats: dict[str, Any],
    lang: Lang,
) -> None:
    columns = (("file", 44), *((severity, 8) for severity in SEVERITIES), ("usable", 22), ("sheet_here", 36))
    for x, (_, width) in enumerate(columns):
        sheet.set_column(x, x, width)
    sheet.freeze_panes(4, 1)
    sheet.write_string(0, 0, WORDS["title"][lang], formats["title"])
    sheet.write_string(1, 0, WORDS["how"][lang] if by_file else WORDS["none"][lang])
    for x, (key, _) in enumerate(columns):
        sheet.write_string(3, x, WORDS[key][lang], formats["head"])
    for y, (file, listed) in enumerate(by_file.items(), start=4):
        counts = Counter(issue.severity for issue in listed)
        sheet.write_string(y, 0, _shown(file, lang), formats["text"])
        for x, severity in enumerate(SEVERITIES, start=1):
            sheet.write_number(y, x, counts[severity], formats["text"])
        verdict = "no" if counts["error"] else "doubtful" if counts["warning"] else "yes"
        sheet.write_string(y, 4, WORDS[verdict][lang], formats["text"])
        for x, name in enumerate(names[file][:1], start=5):
            quoted = name.replace("'", "''")
            more = f"（+{len(names[file]) - 1}）" if len(names[file]) > 1 else ""
            sheet.write_url(y, x, f"internal:'{quoted}'!A1", string=name + more)


def _file_sheets(
    book: Any, file: str, chunks: list[list[Issue]], names: list[str], formats: dict[str, Any], lang: Lang
) -> None:
    for i, (name, chunk) in enumerate(zip(names, chunks, strict=True), start=1):
        sheet = book.add_worksheet(name)
        for x, (_, width) in enumerate(COLUMNS):
            sheet.set_column(x, x, width)
        sheet.freeze_panes(3, 0)
        sheet.write_string(0, 0, _shown(file, lang), formats["title"])
        if len(chunks) > 1:
            sheet.write_string(1, 0, WORDS["part"][lang].format(n=len(chunks), i=i))
        for x, (key, _) in enumerate(COLUMNS):
            sheet.write_string(2, x, WORDS[key][lang], formats["head"])
        sheet.autofilter(2, 0, 2 + len(chunk), len(COLUMNS) - 1)
        for y, issue in enumerate(chunk, start=3):
            for x, value in enumerate(_cells(issue, lang)):
                if isinstance(value, int):
                    sheet.write_number(y, x, value, formats["text"])
                elif value:
                    sheet.write_string(y, x, value, formats["text"])


def _graver_first(issue: Issue) -> tuple[int, str, int, str, str]:
    return SEVERITIES.index(issue.severity), issue.sheet, issue.row or 0, issue.column, issue.rule


def _cells(issue: Issue, lang: Lang) -> tuple[str | int, ...]:
    fix = issue.fix_zh if lang == "zh" else issue.fix_en
    return (
        _clean(issue.sheet), issue.cell, issue.row or "", _header(issue, lang), WORDS[issue.severity][lang],
        issue.message(lang), fix, issue.rule,
    )  # fmt: skip


def _header(issue: Issue, lang: Lang) -> str:
    """The column as the entry workbook calls it."""
    table = contract().tables.get(issue.table)
    if table is None or issue.column not in table:
        return issue.column
    column = table[issue.column]
    return column.zh if lang == "zh" else column.en


def _shown(file: str, lang: Lang) -> str:
    return _clean(file) or WORDS["between"][lang]


def _clean(text: str) -> str:
    """A name that Excel can hold: bytes of a file name that are no text become question marks."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _sheet_name(wanted: str, used: set[str], part: int = 1, parts: int = 1) -> str:
    """A name that Excel takes: short, without its signs, like no other when case is ignored."""
    stem = wanted.removesuffix(".xlsx").translate(_FORBIDDEN)
    stem = "".join(c for c in stem if c.isprintable()).strip().strip("'").strip() or "_"
    if stem.casefold() == "history":  # Excel keeps this name to itself
        stem += "_"
    i = 1
    while True:
        tail = (f" {part}of{parts}" if parts > 1 else "") + (f"~{i}" if i > 1 else "")
        name = _cut(stem, MOST_LETTERS - len(tail)).rstrip("'") + tail
        if name.casefold() not in used:
            used.add(name.casefold())
            return name
        i += 1


def _cut(text: str, most: int) -> str:
    """At most so many of Excel's letters: a sign beyond the basic plane counts as two."""
    while len(text.encode("utf-16-le")) // 2 > most:
        text = text[:-1]
    return text
