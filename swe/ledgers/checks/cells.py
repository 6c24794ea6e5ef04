"""Cells against the contract: the pandera schema of each table, run lazily, its findings as issues.

The unique key is left to `keys`, which says where the other row stands; pandera's own search for it is slower.
"""

from __future__ import annotations

import copy
import functools
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from swe.ledgers.checks.ledger import PROVENANCE_TYPES, Letters, in_order, issues_at
from swe.ledgers.checks.rule import Rule
from swe.ledgers.contract import schema
from swe.ledgers.issues import PROVENANCE, Issue

if TYPE_CHECKING:
    import pandera.pandas as pa

    from swe.ledgers.tables.spec import Column, Contract, TableSpec

REQUIRED = Rule(
    "cell.required", 0, "error",
    "“{zh_name}”是必填项，本行为空。", "'{en_name}' is required and empty in this row.",
    "填写“{zh_name}”。", "Fill in '{en_name}'.",
)  # fmt: skip
TYPE = Rule(
    "cell.type", 0, "error",
    "“{zh_name}”的内容不是规定的类型（{zh_kind}）。", "'{en_name}' is not of the type it must be ({en_kind}).",
    "按规定的类型填写：{zh_kind}。", "Write it as {en_kind}.",
)  # fmt: skip
VALUE = Rule(
    "cell.value", 0, "error",
    "“{zh_name}”的内容不在可选值之内。", "'{en_name}' holds none of the allowed values.",
    "从下列值中选一个：{zh_values}。", "Choose one of: {en_values}.",
)  # fmt: skip
MONTH = Rule(
    "cell.month", 0, "error",
    "“{zh_name}”不是月份。", "'{en_name}' is not a month.",
    "写成 2023-05 这样的年-月。", "Write year-month as in 2023-05.",
)  # fmt: skip
PATTERN = Rule(
    "cell.pattern", 0, "error",
    "“{zh_name}”的写法不符合规定。", "'{en_name}' is not written in the form it must have.",
    "{zh_about}", "{en_about}",
)  # fmt: skip
LOW = Rule(
    "cell.low", 0, "error",
    "“{zh_name}”小于允许的最小值 {low}。", "'{en_name}' is below the least value allowed, {low}.",
    "核对后填写不小于 {low} 的值；没有数据请留空，不要填负数。",
    "Check it and write a value from {low} on; leave it empty where there are no data.",
)  # fmt: skip
HIGH = Rule(
    "cell.high", 0, "error",
    "“{zh_name}”大于允许的最大值 {high}。", "'{en_name}' is above the greatest value allowed, {high}.",
    "核对数值和单位（元与万元、百分数与小数），填写不大于 {high} 的值。",
    "Check value and unit (元 or 万元, per cent or fraction); write a value up to {high}.",
)  # fmt: skip
COLUMN = Rule(
    "column.missing", 0, "error",
    "缺少必填列“{zh_name}”。", "The required column '{en_name}' is not there.",
    "加上表头为“{zh_name}”的一列并填写。", "Add a column headed '{zh_name}' and fill it in.",
)  # fmt: skip
RULES = (COLUMN, REQUIRED, TYPE, VALUE, MONTH, PATTERN, LOW, HIGH)

# pandera's name of a check → our rule
_RULE_OF = {
    "not_nullable": REQUIRED,
    "allowed": VALUE,
    "month": MONTH,
    "pattern": PATTERN,
    "low": LOW,
    "high": HIGH,
}
KINDS = {
    "text": ("文字", "text"),
    "code": ("编号（文字）", "a code (text)"),
    "category": ("可选值", "an allowed value"),
    "month": ("年-月，如 2023-05", "a month as in 2023-05"),
    "integer": ("整数", "a whole number"),
    "decimal": ("数字", "a number"),
    "boolean": ("是或否", "yes or no"),
    "date": ("日期，如 2023-05-31", "a date as in 2023-05-31"),
}


def cells(
    tables: Mapping[str, pd.DataFrame], contract: Contract, letters: Letters | None = None
) -> list[Issue]:
    """Issues of single cells and of missing columns, table by table; vectorised, no row waits for another."""
    found: list[Issue] = []
    for name, table in contract.tables.items():
        frame = tables.get(name)
        if frame is not None and len(frame):
            found += _table(frame, table, letters or {})
    return found


@functools.lru_cache(maxsize=64)
def row_schema(table: TableSpec) -> pa.DataFrameSchema:
    """The contract's schema of a table without its unique key."""
    bare = copy.copy(schema(table))
    bare.unique = None
    return bare


def _table(frame: pd.DataFrame, table: TableSpec, letters: Letters) -> list[Issue]:
    import pandera.pandas as pa

    if not isinstance(frame.index, pd.RangeIndex) or frame.index.start or frame.index.step != 1:
        frame = frame.reset_index(drop=True)
    try:
        row_schema(table).validate(frame, lazy=True)
    except pa.errors.SchemaErrors as errors:
        found: list[Issue] = []
        for rule, column, rows in _failures(errors, frame, table):
            found += issues_at(rule, table.name, rows, column.name, letters, _words(rule, column))
        return found
    return []


def _failures(
    errors: Any, frame: pd.DataFrame, table: TableSpec
) -> Iterator[tuple[Rule, Column, pd.DataFrame]]:
    places = frame.reindex(columns=list(PROVENANCE)).astype(PROVENANCE_TYPES)
    places = places.fillna({"_file": "", "_sheet": ""})
    whole = places[["_file", "_sheet"]].drop_duplicates().assign(_row=pd.NA).astype(PROVENANCE_TYPES)
    wrong_type: set[str] = set()
    for error in errors.schema_errors:
        reason = error.reason_code.name
        name = str(error.failure_cases) if reason == "COLUMN_NOT_IN_DATAFRAME" else str(error.schema.name)
        if reason == "COLUMN_NOT_IN_DATAFRAME":
            name = next(c for c in table.names if c in _quoted(error.failure_cases))
            yield COLUMN, table[name], in_order(whole)
            continue
        if reason in ("WRONG_DATATYPE", "CHECK_ERROR"):
            if name not in wrong_type:
                yield TYPE, table[name], in_order(whole)
            wrong_type.add(name)
            continue
        check = error.check if isinstance(error.check, str) else error.check.error
        yield (
            _RULE_OF.get(check, TYPE),
            table[name],
            in_order(places.iloc[error.failure_cases["index"].to_numpy()]),
        )


def _quoted(failure: Any) -> set[str]:
    """The column names in pandera's report of missing columns (text, or a frame of them)."""
    if isinstance(failure, pd.DataFrame):
        return set(failure["failure_case"].astype(str))
    return {str(failure)}


def _words(rule: Rule, column: Column) -> dict[str, str]:
    zh_kind, en_kind = KINDS[column.type]
    return {
        "zh_name": column.zh,
        "en_name": column.en,
        "zh_kind": zh_kind,
        "en_kind": en_kind,
        "zh_values": "、".join(value.zh for value in column.values),
        "en_values": ", ".join(value.en for value in column.values),
        "zh_about": column.definition_zh,
        "en_about": column.definition_en,
        "low": _limit(column.low),
        "high": _limit(column.high),
    }


def _limit(limit: float | str | None) -> str:
    return f"{limit:,.10g}" if isinstance(limit, int | float) else str(limit or "")
