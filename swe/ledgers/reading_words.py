"""What the reader says: for each rule its severity, the sentence and what to write instead, in Chinese and English.

Sentences hold counts, addresses and names of columns, never what stood in a cell; `shown` lets a short word of a
code list through once nothing personal was found in it.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from swe.core.errors import DataError
from swe.ledgers.issues import Issue, Severity

SHOWN = 12  # characters of a category spelling that a message may repeat


class Remark(NamedTuple):
    """A rule that was met, with the details of its sentence and the place: a row, a cell, a column."""

    rule: str
    detail: Mapping[str, Any] = MappingProxyType({})
    row: int | None = None
    cell: str = ""
    column: str = ""


class Words(NamedTuple):
    """The sentence of a rule and what to do about it."""

    severity: Severity
    zh: str
    en: str
    fix_zh: str = ""
    fix_en: str = ""


class Unreadable(DataError):
    """A file that cannot be read; `rule` and `detail` go into the issue."""

    rule = "damaged"
    detail: Mapping[str, Any] = MappingProxyType({})


_NUMBER = (
    "只写数字，如 63；没有统计请留空",
    "write digits only, as in 63; leave it empty where nothing was counted",
)
_DATE = ("写成 2023-05-31 的样式", "write it as 2023-05-31")
_SAVE = ("用 Excel 或 WPS 打开后另存为 .xlsx 再交", "open it in Excel or WPS and save it as .xlsx")
_SPLIT = ("拆成几个文件，或改用 Parquet、数据库", "split it, or use Parquet or a database")

RULES: dict[str, Words] = {
    # files that are not read
    "lock_file": Words("info", "表格软件的临时文件，未读取", "a lock file of the spreadsheet program; not read"),
    "hidden_file": Words("info", "隐藏文件，未读取", "a hidden file; not read"),
    "unsupported": Words(
        "warning", "不支持的文件类型，未读取", "a file type that is not supported; not read",
        "可用 xlsx、xls、ods、csv、parquet", "use xlsx, xls, ods, csv or parquet",
    ),
    "empty_file": Words("warning", "空文件（0 字节）", "an empty file (0 bytes)", "请站点重新提交", "ask the station for it again"),
    "unreadable_file": Words("error", "文件打不开（权限或磁盘）", "the file cannot be opened (permission or disk)", "检查权限", "check permissions"),
    "file_too_large": Words("error", "文件超过 {limit:,} 字节", "the file has more than {limit:,} bytes", *_SPLIT),
    "password": Words("error", "文件有打开密码，无法读取", "the file needs a password", "取消密码后重新提交", "remove the password and hand it in again"),
    "damaged": Words("error", "文件已损坏，无法读取", "the file is damaged and cannot be read", *_SAVE),
    "not_a_workbook": Words("error", "内容不是电子表格，扩展名与内容不符", "its content is no workbook, whatever its name says", *_SAVE),
    "web_page": Words("error", "内容是网页或 XML，不是真正的 Excel 文件", "its content is a web page or XML, not a workbook", *_SAVE),
    "binary_workbook": Words("error", "xlsb 格式不支持", "xlsb is not supported", *_SAVE),
    "bomb": Words(
        "error", "解压后大得反常，为安全起见不读取", "it unpacks to an abnormal size and is not read, for safety", *_SAVE
    ),
    "too_many_entries": Words("error", "压缩包内文件过多（上限 {limit:,}），不读取", "the package has more than {limit:,} parts", *_SAVE),
    "extent": Words(
        "error", "工作表范围过大（{rows:,} 行 × {columns:,} 列，上限 {limit:,} 格）：多半有一格写到了很远处",
        "a sheet spans {rows:,} rows × {columns:,} columns (limit {limit:,} cells): a cell far away has something in it",
        "删除数据以外的行和列后保存", "delete the rows and columns beyond the data and save",
    ),
    "too_many_cells": Words("error", "{rows:,} 行 × {columns:,} 列，超过 {limit:,} 格", "{rows:,} rows × {columns:,} columns are more than {limit:,} cells", *_SPLIT),
    "memory": Words("error", "读取所需内存超过上限，已放弃", "reading it needs more memory than is allowed", *_SPLIT),
    "time_limit": Words("error", "读取超过 {seconds} 秒，已放弃", "reading it took more than {seconds} seconds", *_SPLIT),
    "crash": Words("error", "读取进程中途退出：文件多半已损坏或过大", "the reading process ended: the file is probably damaged or too large", *_SAVE),
    # files and ledgers too large for some checks
    "rows_not_compared": Words(
        "info", "本文件有 {n:,} 行（超过整体读取的限度），分段读取：各行逐一检查；脱敏之前按人员和文字比较各行的检查（重复人员、重复行、一日工作量、雷同记录、人员引用）未运行",
        "the file's {n:,} rows are too many to be held at once and were read in pieces: every row was checked; comparing rows by "
        "persons and prose before redaction (persons and rows twice, loads of a day, copied notes, references to persons) was not run",
        "需要这些检查时按站点或县拆成几个文件", "hand it in as one file a station or county to have them run",
    ),
    "checked_in_portions": Words(
        "info", "共 {n:,} 行，超过一次比较的 {limit:,} 行：跨行检查按省（过大的省按站点分组）分别运行",
        "{n:,} rows are more than the {limit:,} compared at once: rows were compared by province (a large one by groups of stations)",
    ),
    "persons_not_compared": Words(
        "info", "共 {n:,} 行，超过一次比较的 {limit:,} 行：人员只在同一省（过大的省：同一组站点）之内比较",
        "{n:,} rows are more than the {limit:,} compared at once: persons were compared "
        "within a province only (a large one: within a group of stations)",
    ),
    # files and sheets that are read
    "other_format": Words("info", "扩展名与内容不符，按 {format} 读取", "its name says otherwise, but it was read as {format}"),
    "macros": Words("info", "文件带宏；宏不会运行", "it has macros; they are never run"),
    "hidden_not_checked": Words("info", "{format} 格式：隐藏的行、列、表和批注未检查", "{format}: hidden rows, columns and comments were not checked"),
    "hidden_sheet": Words("warning", "工作表是隐藏的，已照常读取", "the sheet is hidden; it was read like any other", "确认后取消隐藏或删除", "show it or delete it"),
    "hidden_rows": Words("warning", "有 {n} 行被隐藏（首个在第 {first} 行），已照常读取", "{n} rows are hidden (the first is row {first}); they were read", "确认后取消隐藏或删除", "show or delete them"),
    "hidden_columns": Words("warning", "有 {n} 列被隐藏，已照常读取", "{n} columns are hidden; they were read", "确认后取消隐藏或删除", "show or delete them"),
    "comments": Words("warning", "有 {n} 处批注（{where}），内容不读取", "{n} comments ({where}); their text is not read", "删除批注，批注可能含个人信息", "delete them; they may be personal"),
    "uncached_formula": Words("error", "公式没有保存计算结果，按空白处理", "a formula without a saved result counts as blank", "用 Excel 打开、保存后重新提交，或直接写数值", "open and save it in Excel, or write the value"),
    "cell_error": Words("error", "单元格是 Excel 错误值（如 #REF!），按空白处理", "an Excel error such as #REF! counts as blank", "改正公式或直接写数值", "mend the formula or write the value"),
    "more_of_it": Words("info", "另有 {n} 处同类问题（{rule}）未逐条列出", "{n} more of the same ({rule}) are not listed"),
    "damaged_sheet": Words("error", "工作表已损坏，无法读取", "the sheet is damaged and cannot be read", *_SAVE),
    "encoding": Words("info", "编码为 {encoding}", "its encoding is {encoding}"),
    "guessed_encoding": Words("warning", "编码推测为 {encoding}，请核对汉字", "its encoding was guessed to be {encoding}; check the characters", "另存为 UTF-8", "save it as UTF-8"),
    "broken_characters": Words("warning", "有 {n} 个字符无法按 {encoding} 解读", "{n} characters cannot be read as {encoding}", "另存为 UTF-8 后重新提交", "save it as UTF-8 and hand it in again"),
    "nul_bytes": Words("warning", "含 {n} 个空字节，已删去", "{n} NUL bytes were removed"),
    "open_quote": Words("warning", "引号不成对，按没有引号读取", "a quotation mark is not closed; read as if there were none", "补上引号或另存为 xlsx", "close it or save as xlsx"),
    "ragged_rows": Words("warning", "有 {n} 行的列数多于 {usual} 列", "{n} rows have more than {usual} cells", "检查单元格里是否有未加引号的分隔符", "look for unquoted delimiters in cells"),
    "cells_dropped": Words("warning", "最宽的行有 {n:,} 格，只读前 {limit:,} 列", "the widest row has {n:,} cells; only {limit:,} columns are read"),
    "no_rows": Words("warning", "没有任何数据", "there is nothing in it"),
    # recognising tables
    "no_table": Words(
        "warning", "没有识别出台账表，{n} 行未读入", "no table of the ledger was recognised; {n} rows were not read",
        "表头请用填报模板中的名称（swe template）", "use the headers of the entry workbook (swe template)",
    ),
    "support_sheet": Words("info", "填写说明或代码表，不读取", "a sheet of instructions or code lists; not read"),
    "unknown_column": Words("info", "{letter} 列{header}不在规范内，不读取", "column {letter}{header} is not in the contract and is not read"),
    "repeated_column": Words("warning", "{letter} 列与前面的列含义相同（{zh}），不读取", "column {letter} repeats {name} and is not read", "合并为一列", "keep one of them"),
    "missing_column": Words("error", "缺少必填列“{zh}”，{n} 行无法读入", "the required column {name} is missing; {n} rows are rejected", "加上这一列；表头可写：{accepted}", "add it; accepted headers: {accepted}"),
    "header_unit": Words("warning", "“{zh}”的表头写的单位不是{unit}", "the header of {name} names another unit than {unit_en}", "核对这一列的单位", "check the unit of the column"),
    "same_as_above": Words("info", "“{zh}”有 {n} 格空白，按“同上”补齐", "{n} blank cells of {name} were taken to mean the same as above"),
    "merged_measure": Words("warning", "“{zh}”有跨行合并的数字，只记在首行", "{name} has numbers merged over several rows; they count once, in the first", "取消合并，逐行填写", "unmerge and fill in each row"),
    "from_title": Words("info", "没有“{zh}”列，由{place_zh}补出", "there is no column {name}; it was taken from the {place_en}"),
    "derived": Words("info", "没有“{zh}”列，由“{from_zh}”推出", "there is no column {name}; it was derived from {from_name}"),
    # cells
    "not_filled": Words("info", "{n} 行没有填“{zh}”，按未填处理，不算 0", "{n} rows have no {name}: not filled in, and never taken for 0"),
    "required_missing": Words("error", "必填的“{zh}”为空，该行未读入", "{name} is required and empty; the row is rejected", "补填", "fill it in"),
    "digits_lost": Words(
        "error", "“{zh}”被 Excel 变成了科学计数，末尾数字已丢失，无法还原", "Excel turned {name} into a float and its last digits are lost; they are never guessed",
        "把单元格设为文本格式后重新录入", "format the cell as text and enter it again",
    ),
    "date_in_code": Words("error", "“{zh}”被 Excel 变成了日期", "Excel turned {name} into a date", "把单元格设为文本格式后重新录入", "format the cell as text and enter it again"),
    "unreadable_date": Words("error", "“{zh}”不是能读懂的日期", "{name} is no date that can be read", *_DATE),
    "ambiguous_date": Words("error", "“{zh}”可能是数字也可能是日期，不猜", "{name} may be a number or a date; not guessed", *_DATE),
    "no_year": Words("error", "“{zh}”没有年份", "{name} has no year", *_DATE),
    "two_digit_year": Words("error", "“{zh}”的年份只有两位", "the year of {name} has two digits only", *_DATE),
    "backward_range": Words("error", "“{zh}”的起止倒置", "the span in {name} runs backwards", *_DATE),
    "month_precision": Words("warning", "“{zh}”只写到月，按当月首日（止期按末日）计", "{name} gives a month only; the first day counts (the last, for an end)", *_DATE),
    "range_cut": Words("warning", "“{zh}”是一段时间，只保留开始日期", "{name} is a span; only its first day is kept", *_DATE),
    "unreadable_month": Words("error", "“{zh}”不是能读懂的月份", "{name} is no month that can be read", "写成 2023-05 的样式", "write it as 2023-05"),
    "unreadable_number": Words("error", "“{zh}”不是数字", "{name} is no number", *_NUMBER),
    "approximate_number": Words("error", "“{zh}”是约数（余、多、近、约），台账要写确数", "{name} is approximate; a ledger holds exact numbers", *_NUMBER),
    "several_numbers": Words("error", "“{zh}”一格里有几个数字", "{name} holds several numbers", *_NUMBER),
    "unit_mismatch": Words("error", "“{zh}”应以{unit}计，单元格里写的是别的单位", "{name} counts {unit_en}, but the cell names another unit", "换算成表头的单位", "convert it to the unit of the header"),
    "not_whole": Words("error", "“{zh}”应为整数", "{name} must be a whole number", *_NUMBER),
    "too_large": Words("error", "“{zh}”大得不合理", "{name} is impossibly large", *_NUMBER),
    "percent_assumed": Words("warning", "“{zh}”大于 1 且没有百分号，按百分数计", "{name} is above 1 without a per cent sign; read as per cent", "写成 95% 或 0.95", "write 95% or 0.95"),
    "unreadable_boolean": Words("error", "“{zh}”既不是“是”也不是“否”", "{name} is neither yes nor no", "写“是”或“否”（“有”或“无”）", "write 是 or 否 (有 or 无)"),
    "unknown_category": Words("error", "“{zh}”的写法{word}不在可选值内", "{name} has the spelling{word} that is not allowed", "可选：{allowed}", "allowed: {allowed_en}"),
    "several_values": Words("warning", "“{zh}”一格里有几个值，多出的未保留", "{name} holds several values; those beyond the columns for them are dropped", "每格写一个值", "one value a cell"),
    "unknown_region": Words("error", "“{zh}”不是名册中的地区", "{name} is no region of the register", "写 9 位（县 6 位）代码或全名", "write the code of 9 (county: 6) digits or the full name"),
    "ambiguous_region": Words("error", "“{zh}”可以指多个地区", "{name} may mean several regions", "写 9 位（县 6 位）代码或全名", "write the code of 9 (county: 6) digits or the full name"),
    "region_outside": Words("error", "“{zh}”不在本县（市、区）内", "{name} lies outside the county of this ledger", "核对地区", "check the region"),
    "region_level": Words("error", "“{zh}”应写到乡镇（总站写到县）", "{name} must be a township (a county for main stations)", "写 9 位（县 6 位）代码或全名", "write the code of 9 (county: 6) digits or the full name"),
    "broken_text": Words("warning", "“{zh}”含无法解读的字符", "{name} holds characters that cannot be read", "重新录入", "enter it again"),
}  # fmt: skip


def words_of(rule: str, detail: Mapping[str, Any]) -> Words:
    """The words of a rule with its details filled in."""
    words = RULES[rule]
    return Words(words.severity, *(text.format_map(_Blank(detail)) for text in words[1:]))


def refusal(rule: str, **detail: Any) -> Unreadable:
    """The error of a file that cannot be read."""
    words = words_of(rule, detail)
    error = Unreadable(
        f"{words.zh}。{words.fix_zh}".rstrip("。") + "。", f"{words.en}. {words.fix_en}".strip()
    )
    error.rule, error.detail = rule, detail
    return error


def issue(remark: Remark, *, file: str, sheet: str = "", table: str = "") -> Issue:
    """A remark as an issue at its place."""
    words = words_of(remark.rule, remark.detail)
    return Issue(
        file=file,
        sheet=sheet,
        row=remark.row,
        column=remark.column,
        rule=remark.rule,
        severity=words.severity,
        zh=words.zh,
        en=words.en,
        table=table,
        cell=remark.cell,
        fix_zh=words.fix_zh,
        fix_en=words.fix_en,
    )


def shown(text: str) -> str:
    """A short word in quotation marks, or nothing where it is long or may be personal.

    >>> shown("低保互"), shown("张三"), shown("13812345678")
    ('“低保互”', '', '')
    """
    from swe.ledgers.privacy import contains, safe_name

    word = text.strip()
    if not word or len(word) > SHOWN or not word.isprintable() or contains(word):
        return ""
    return f"“{word}”" if safe_name(word, 0, "sheet") == word else ""


class _Blank(dict[str, Any]):
    """Details that a sentence asks for and nobody gave are left out."""

    def __init__(self, detail: Mapping[str, Any]) -> None:
        super().__init__(detail)

    def __missing__(self, key: str) -> _Nothing:
        return _Nothing()


class _Nothing:
    def __format__(self, spec: str) -> str:
        return "?"
