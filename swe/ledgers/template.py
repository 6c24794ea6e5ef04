"""The entry workbook: what a station fills in, generated from the contract and never by hand.

Drop-downs, hints and cell formats stop most errors before they are made; codes are text, so that Excel cannot turn
them into floats. The same contract gives the same bytes.
"""

from __future__ import annotations

import io
import unicodedata
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from swe.core.errors import UsageError
from swe.core.files import write_atomic
from swe.ledgers.contract import CODE_LISTS, EXAMPLE_MARK, INSTRUCTIONS, contract
from swe.ledgers.tables.spec import UNITS, Column, Contract, TableSpec, Value

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

Lang = Literal["zh", "en"]

CREATED = datetime(2023, 1, 1)  # fixed: the same contract gives the same bytes
LAST_ROW = 10_000  # rows with drop-downs and hints; more may be filled in
LAST_DAY = date(2099, 12, 31)
HINT_TITLE, HINT_TEXT = 32, 255  # Excel's limits for an input message
HEADER_UNITS = ("CNY", "m2", "hour", "person", "household", "person_time", "session")
TEXT_FORMAT = 49  # Excel's built-in "@": what is typed stays text
NUMBER_FORMATS: dict[str, str | int] = {
    "text": TEXT_FORMAT,
    "code": TEXT_FORMAT,
    "month": TEXT_FORMAT,
    "date": "yyyy-mm-dd",
    "integer": "0",
    "decimal": "General",
    "category": "General",
    "boolean": "General",
}
UNIT_FORMATS = {"fraction": "0.0%", "CNY": "#,##0.00"}

RULES = {
    "zh": (
        "每张表第一行是表头，请勿改动；第二行是示例，读取时自动跳过，可以保留。从第三行起填写，一行一条记录。",
        "表头带 * 的列必填；橙色表头涉及个人信息，装载时删除或换成假名；姓名、电话、住址不需要填写，本表也不收集。",
        "没有发生填 0，没有统计请留空：空白表示“未报告”，不会当作 0。",
        "人、户、人次、次（节）、小时是不同的计量单位，不可互相代替；金额一律填元，不填万元。",
        "日期填 2023-05-31 的样式；月份填 2023-05 的样式；比例填 95% 的样式。",
        "有下拉框的列请从中选择；可选值见“代码表”。",
        "不要合并单元格，不要加标题行、合计行，不要隐藏行列，不要在批注里写内容。",
        "编号列是文本，请勿改成数字；同一站内编号不可重复。",
        "文字说明列请勿写姓名、证件号、电话、住址、银行卡号。",
        "没有的表可以空着；不要删除工作表。",
    ),
    "en": (
        "The first row of each sheet is its header: leave it. The second is an example that is skipped on reading. "
        "Fill in from the third row, a record a row.",
        "Columns with * are required. Orange headers are personal: dropped or replaced by a pseudonym on loading. "
        "Names, telephones and home addresses are not collected.",
        "Write 0 where nothing happened and leave a cell empty where nothing was counted: empty is never taken for 0.",
        "Persons, households, person-times, sessions and hours are different units; amounts are in CNY, not 10,000 CNY.",
        "Dates look like 2023-05-31, months like 2023-05, rates like 95%.",
        "Choose from the list where there is one; all values stand on the sheet of code lists.",
        "No merged cells, titles, totals, hidden rows or columns, or comments.",
        "Numbers of records are text: do not turn them into numbers; they are unique within a station.",
        "No names, ID numbers, telephones, addresses or bank cards in free text.",
        "A sheet may stay empty; do not delete it.",
    ),
}
WORDS = {
    "zh": {
        "title": "社工站服务台账填报表",
        "rules": "填写要求",
        "tables": "各表说明",
        "sheet": "工作表",
        "about": "内容",
        "required": "必填列",
        "source": "依据",
        "must": "必填。",
        "unit": "单位：",
        "values": "可选：",
        "pseudonym": "个人信息，装载后换成假名。",
        "derive": "个人信息，装载后只留派生值。",
        "version": "台账规范",
        "error": "填写有误",
        "ours": "本规范",
        "allowed": "取值 ",
        "to": " 至 ",
    },
    "en": {
        "title": "Ledger of a social-work station",
        "rules": "Rules",
        "tables": "Sheets",
        "sheet": "Sheet",
        "about": "Content",
        "required": "Required columns",
        "source": "Source",
        "must": "Required. ",
        "unit": "Unit: ",
        "values": "One of: ",
        "pseudonym": "Personal: becomes a pseudonym. ",
        "derive": "Personal: only what is derived is kept. ",
        "version": "Contract",
        "error": "Please check",
        "ours": "this contract",
        "allowed": "Between ",
        "to": " and ",
    },
}


def template(ledger: Contract | str, path: Path, *, lang: Lang = "zh") -> Path:
    """Write the entry workbook of a contract: instructions, a sheet for each table, code lists.

    Parameters
    ----------
    ledger : Contract or str
        The contract or its id.
    path : Path
        The .xlsx file to write; it appears whole or not at all.
    lang : {"zh", "en"}
        Language of headers, hints and allowed values; the reader understands both.

    Returns
    -------
    Path
        The file written; the same contract and language give the same bytes.

    Raises
    ------
    UsageError
        The name does not end in .xlsx, or there is no such contract or language.
    MachineError
        The file cannot be written.
    """
    path = Path(path)
    if path.suffix.lower() != ".xlsx":
        raise UsageError(
            "模板只能写成 .xlsx 文件，请改用 -o 文件名.xlsx",
            "the template is an .xlsx file; use -o NAME.xlsx",
            where=path.name,
        )
    if lang not in WORDS:
        raise UsageError(f"语言只能是 zh 或 en，写的是“{lang}”", f"lang must be zh or en; got {lang!r}")
    write_atomic(path, template_bytes(contract(ledger) if isinstance(ledger, str) else ledger, lang=lang))
    return path


def template_bytes(ledger: Contract, *, lang: Lang = "zh") -> bytes:
    """The entry workbook as bytes."""
    import xlsxwriter

    buffer = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(buffer, options) as book:
        words = WORDS[lang]
        book.set_properties({"title": words["title"], "comments": ledger.id, "created": CREATED})
        _instructions(book, ledger, lang)
        lists = list_ranges(ledger, lang)
        for table in ledger.tables.values():
            table_sheet(book, table, lists, lang)
        code_lists_sheet(book, ledger, lists, lang)
    return buffer.getvalue()


def header_text(column: Column, lang: Lang = "zh") -> str:
    """The header as the entry workbook writes it: with its unit, and * where it is required.

    >>> header_text(contract()["stations"]["area_m2"]), header_text(contract()["cases"]["opened_on"])
    ('办公面积（平方米）', '接案日期*')
    """
    text = column.zh if lang == "zh" else column.en
    if lang == "zh" and column.unit in HEADER_UNITS:
        text += f"（{UNITS[column.unit][0].split('（')[0]}）"
    return text + ("*" if column.required else "")


def example_cell(column: Column, lang: Lang = "zh") -> str | float | date | None:
    """The example of a column as a typed cell; None where there is none."""
    text = column.example
    if not text:
        return None
    if column.type == "date":
        return date.fromisoformat(text)
    if column.type in ("integer", "decimal"):
        return float(text) if column.type == "decimal" else int(text)
    if column.type == "boolean" and lang == "en":
        return "yes" if text in ("是", "有") else "no"
    if column.type == "category" and lang == "en":
        return next(value.en for value in column.values if text in (value.zh, *value.also))
    return text


def hint(column: Column, lang: Lang = "zh") -> str:
    """The input message of a column: what it means, and what may be written."""
    words = WORDS[lang]
    parts = [
        words["must"] if column.required else "",
        column.definition_zh if lang == "zh" else column.definition_en,
    ]
    gap = "" if lang == "zh" else " "
    if column.unit in HEADER_UNITS:
        parts.append(
            f"{gap}{words['unit']}{UNITS[column.unit][lang == 'en']}" + ("。" if lang == "zh" else ".")
        )
    if column.type == "integer" and column.values:
        parts.append(gap + "；".join(f"{v.code} {v.zh if lang == 'zh' else v.en}" for v in column.values))
    if column.border == "pseudonym":
        parts.append(gap + words["pseudonym"])
    if column.border == "derive":
        parts.append(gap + words["derive"])
    return _cut("".join(parts), HINT_TEXT)


# -- sheets --


def _instructions(book: Workbook, ledger: Contract, lang: Lang) -> None:
    words = WORDS[lang]
    sheet = book.add_worksheet(INSTRUCTIONS[lang])
    sheet.hide_gridlines(2)
    sheet.set_column(0, 0, 20)
    sheet.set_column(1, 1, 62)
    sheet.set_column(2, 2, 44)
    sheet.set_column(3, 3, 16)
    wrap = style(book, text_wrap=True, valign="top")
    boxed = style(book, text_wrap=True, valign="top", border=1, border_color="#BFBFBF")
    head = style(book, bold=True, bg_color="#1F4E5F", font_color="#FFFFFF", border=1, border_color="#BFBFBF")
    part = style(book, bold=True, font_size=12, font_color="#1F4E5F")
    sheet.write_string(0, 0, words["title"], style(book, bold=True, font_size=16))
    sheet.write_string(
        1, 0, f"{words['version']}：{ledger.id}" if lang == "zh" else f"{words['version']}: {ledger.id}"
    )
    sheet.write_string(3, 0, words["rules"], part)
    row = 4
    for number, rule in enumerate(RULES[lang], start=1):
        sheet.merge_range(row, 0, row, 3, f"{number}. {rule}", wrap)
        sheet.set_row(row, 16 * (1 + width(rule) // 125))
        row += 1
    sheet.write_string(row + 1, 0, words["tables"], part)
    row += 2
    for place, word in enumerate(("sheet", "about", "required", "source")):
        sheet.write_string(row, place, words[word], head)
    for table in ledger.tables.values():
        row += 1
        required = [c.zh if lang == "zh" else c.en for c in table.entry_columns if c.required]
        about = table.definition_zh if lang == "zh" else table.definition_en
        name = table.zh if lang == "zh" else table.en
        sheet.write_url(row, 0, f"internal:'{name}'!A1", boxed, name)
        sheet.write_string(row, 1, about, boxed)
        sheet.write_string(row, 2, ("、" if lang == "zh" else ", ").join(required), boxed)
        sheet.write_string(row, 3, words["ours"] if table.source == "ours" else table.source, boxed)
        lines = max(1 + width(about) // 60, 1 + width("、".join(required)) // 42)
        sheet.set_row(row, 16 * lines)
    print_setup(sheet)


def table_sheet(book: Workbook, table: TableSpec, lists: dict[tuple[Value, ...], str], lang: Lang) -> None:
    sheet = book.add_worksheet(table.zh if lang == "zh" else table.en)
    colours = {True: "#1F4E5F", False: "#5B7F8C"}
    sheet.set_row(0, 32)
    for place, column in enumerate(table.entry_columns):
        personal = column.privacy == "identifier"
        colour = "#B5651D" if personal else colours[column.required]
        head = style(
            book, bold=True, bg_color=colour, font_color="#FFFFFF", text_wrap=True, align="center",
            valign="vcenter", border=1, border_color="#FFFFFF",
        )  # fmt: skip
        header = header_text(column, lang)
        number_format = UNIT_FORMATS.get(column.unit, NUMBER_FORMATS[column.type])
        sheet.set_column(place, place, _column_width(column, header), style(book, num_format=number_format))
        sheet.write_string(0, place, header, head)
        shown = style(book, num_format=number_format, italic=True, font_color="#6E6E6E", bg_color="#F2F2F2")
        _example(sheet, place, column, shown, lang)
        rule = validation(column, lists, lang)
        sheet.data_validation(2, place, LAST_ROW, place, rule)
    sheet.freeze_panes(1, 1)
    print_setup(sheet)


def _example(sheet: Worksheet, place: int, column: Column, style: Format, lang: Lang) -> None:
    cell = example_cell(column, lang)
    if place == 0:
        sheet.write_string(1, place, f"{EXAMPLE_MARK}：{cell}", style)
    elif cell is None:
        sheet.write_blank(1, place, None, style)
    elif isinstance(cell, date):
        sheet.write_datetime(1, place, cell, style)
    elif isinstance(cell, str):
        sheet.write_string(1, place, cell, style)
    else:
        sheet.write_number(1, place, cell, style)


def code_lists_sheet(
    book: Workbook, ledger: Contract, lists: dict[tuple[Value, ...], str], lang: Lang
) -> None:
    sheet = book.add_worksheet(CODE_LISTS[lang])
    head = style(book, bold=True, bg_color="#D9E5EA", text_wrap=True, valign="vcenter")
    for place, values in enumerate(lists):
        users = [
            c.zh if lang == "zh" else c.en
            for t in ledger.tables.values()
            for c in t.columns
            if c.values == values
        ]
        names = list(dict.fromkeys(users))
        sheet.write_string(0, place, (" / ").join(names), head)
        labels = [value.zh if lang == "zh" else value.en for value in values]
        for row, label in enumerate(labels, start=1):
            sheet.write_string(row, place, label)
        sheet.set_column(place, place, min(28, max(12, *(width(text) + 2 for text in labels))))
    sheet.set_row(0, 32)
    sheet.freeze_panes(1, 0)
    print_setup(sheet)


# -- cells --


def list_ranges(ledger: Contract, lang: Lang) -> dict[tuple[Value, ...], str]:
    """Where each code list stands on the sheet of code lists: one column a list, shared lists once."""
    from xlsxwriter.utility import xl_col_to_name

    ranges: dict[tuple[Value, ...], str] = {}
    for table in ledger.tables.values():
        for column in table.entry_columns:
            if column.type == "category" and column.values not in ranges:
                letter = xl_col_to_name(len(ranges))
                ranges[column.values] = (
                    f"='{CODE_LISTS[lang]}'!${letter}$2:${letter}${len(column.values) + 1}"
                )
    return ranges


def validation(column: Column, lists: dict[tuple[Value, ...], str], lang: Lang) -> dict[str, Any]:
    """Excel's data validation for a column: what may be typed, and the hint beside the cell."""
    words = WORDS[lang]
    rule: dict[str, Any] = {
        "input_title": _cut(column.zh if lang == "zh" else column.en, HINT_TITLE),
        "input_message": hint(column, lang),
        "error_title": words["error"],
        "validate": "any",
    }
    if column.type == "category":
        rule |= {"validate": "list", "source": lists[column.values]}
    elif column.type == "boolean":
        ticks = ("有", "无") if column.example == "有" else ("是", "否")
        rule |= {"validate": "list", "source": list(ticks if lang == "zh" else ("yes", "no"))}
    elif column.type == "date":
        first = date.fromisoformat(str(column.low))
        rule |= {"validate": "date", "criteria": "between", "minimum": first, "maximum": LAST_DAY}
        rule["error_message"] = f"{words['allowed']}{first}{words['to']}{LAST_DAY}"
    elif column.type in ("integer", "decimal") and column.low is not None and column.high is not None:
        rule |= {
            "validate": column.type,
            "criteria": "between",
            "minimum": column.low,
            "maximum": column.high,
        }
        rule["error_message"] = f"{words['allowed']}{column.low:,g}{words['to']}{column.high:,g}"
    return rule


def style(book: Workbook, **properties: Any) -> Format:
    """A cell format; xlsxwriter writes equal ones once."""
    return book.add_format({"font_name": "Microsoft YaHei", "font_size": 10} | properties)


def _column_width(column: Column, header: str) -> float:
    widest = max(width(header) / (1 if width(header) <= 14 else 1.6), width(column.example) + 2, 10)
    return min(widest + 2, 34 if column.type == "text" else 26)


def print_setup(sheet: Worksheet) -> None:
    sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)


def width(text: str) -> int:
    """Columns on screen: East Asian wide characters take two."""
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1] + "…"
