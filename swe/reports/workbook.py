"""tables.xlsx: every table of a report as a sheet, values as numbers, no formulas, the same bytes each time."""

from __future__ import annotations

import io
from datetime import datetime
from typing import Any

CREATED = datetime(2020, 1, 1)  # a fixed creation date, so that bytes depend on content alone
_FORBIDDEN = str.maketrans("[]:*?/\\", "_______")


def workbook(tables: list[dict[str, Any]], results: list[dict[str, Any]], lang: str) -> bytes:
    """The workbook's bytes: the tables in their order, then all numbers of results.json.

    A table is {"key", "caption", "columns", "rows"}; a cell is text, or {"value", "lower", "upper", "text"}.
    """
    import xlsxwriter

    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(
        buffer,
        {
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "nan_inf_to_errors": True,
        },
    )
    book.set_properties({"created": CREATED})
    head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "bottom"})
    bold = book.add_format({"bold": True})
    used: set[str] = set()
    for table in tables:
        sheet = book.add_worksheet(_sheet_name(table["key"], used))
        sheet.write_string(0, 0, table["caption"], bold)
        for x, label in enumerate(table["columns"]):
            sheet.write_string(2, x, label, head)
        for y, row in enumerate(table["rows"], start=3):
            for x, cell in enumerate(row):
                _write(sheet, y, x, cell)
        sheet.set_column(0, 0, 28)
        sheet.set_column(1, max(1, len(table["columns"]) - 1), 18)
        sheet.freeze_panes(3, 1)
    sheet = book.add_worksheet(_sheet_name("results", used))
    columns = [
        "id", "region", f"label_{lang}", "value", "lower", "upper", "unit", "method", "source", "as_of", "status",
    ]  # fmt: skip
    for x, name in enumerate(columns):
        sheet.write_string(0, x, name, head)
    for y, entry in enumerate(results, start=1):
        for x, name in enumerate(columns):
            _write(sheet, y, x, entry[name])
    sheet.set_column(0, 2, 30)
    sheet.freeze_panes(1, 1)
    book.close()
    return buffer.getvalue()


def _write(sheet: Any, y: int, x: int, cell: Any) -> None:
    if isinstance(cell, dict):
        cell = cell["value"] if cell["value"] is not None else cell["text"]
    if cell is None:
        return
    if isinstance(cell, int | float):
        sheet.write_number(y, x, cell)
    else:
        sheet.write_string(y, x, str(cell))


def _sheet_name(key: str, used: set[str]) -> str:
    """A name that Excel takes: at most 31 characters, none forbidden, no quote at an end, not its own History, unique."""
    base = key.translate(_FORBIDDEN)[:31].strip("'") or "_"
    base = f"{base}_" if base.lower() == "history" else base
    name, i = base, 2
    while name.lower() in used:
        tail = f"_{i}"
        name = f"{base[: 31 - len(tail)]}{tail}"
        i += 1
    used.add(name.lower())
    return name
