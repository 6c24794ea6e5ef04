"""Contract `ledger-v1`: what a ledger is, how its headers are recognised, and how its frames are validated.

Everything else (entry workbook, data dictionary, JSON Schema, demonstration data) is generated from it. The tables
are declared in `swe.ledgers.tables`; nothing here imports pandas or pandera until a schema is asked for.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Iterable
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from swe.core.errors import UsageError
from swe.ledgers.tables import people, quality, services, stations
from swe.ledgers.tables.spec import UNITS, Column, Contract, Reference, TableSpec, Value

if TYPE_CHECKING:
    import pandas as pd
    import pandera.pandas as pa

__all__ = [
    "CODE_LISTS",
    "DTYPES",
    "EXAMPLE_MARK",
    "FALSE_WORDS",
    "INSTRUCTIONS",
    "TRUE_WORDS",
    "UNITS",
    "Column",
    "Contract",
    "Header",
    "Reference",
    "TableSpec",
    "Value",
    "contract",
    "dtypes",
    "empty",
    "header_index",
    "match_header",
    "named_table",
    "normalise_header",
    "recognise",
    "schema",
    "squeezed",
    "unit_factor",
    "value_index",
]

TABLES = (
    *(stations.Stations, people.Workers, people.Clients),
    *(services.Cases, services.Groups, services.Activities, services.Visits, services.Linkages),
    *(stations.Finance, stations.Targets, quality.Supervision, quality.Training),
    *(quality.Ratings, quality.Findings, quality.Survey),
)

CONTRACTS = {"ledger-v1": Contract("ledger-v1", MappingProxyType({t.spec.name: t.spec for t in TABLES}))}

# pandas dtypes of typed frames: all nullable, so that missing is never zero; dates have no time of day.
DTYPES = {
    "text": "string",
    "code": "string",
    "category": "string",
    "month": "string",
    "integer": "Int64",
    "decimal": "Float64",
    "boolean": "boolean",
    "date": "datetime64[us]",
}

# What stations write for a unit, in the form `normalise_header` leaves: our unit and the factor to it.
UNIT_WORDS: dict[str, tuple[str, float]] = {
    **dict.fromkeys(("元", "人民币", "人民币元", "cny", "rmb", "¥"), ("CNY", 1.0)),
    "万元": ("CNY", 1e4),
    "千元": ("CNY", 1e3),
    "亿元": ("CNY", 1e8),
    "百元": ("CNY", 1e2),
    **dict.fromkeys(("m2", "平方米", "平米", "平方", "平"), ("m2", 1.0)),
    **dict.fromkeys(("小时", "时", "h", "hour", "hours", "工时"), ("hour", 1.0)),
    **dict.fromkeys(("分钟", "min", "minutes"), ("hour", 1 / 60)),
    **dict.fromkeys(("人", "名", "位", "person", "persons", "人数"), ("person", 1.0)),
    "万人": ("person", 1e4),
    "万人次": ("person_time", 1e4),
    "千人次": ("person_time", 1e3),
    **dict.fromkeys(("人次", "person-times", "人/次"), ("person_time", 1.0)),
    **dict.fromkeys(("户", "households", "家庭", "户数"), ("household", 1.0)),
    **dict.fromkeys(("次", "节", "节次", "sessions", "场次"), ("session", 1.0)),
    **dict.fromkeys(("%", "百分比", "percent"), ("fraction", 0.01)),
    **dict.fromkeys(("分", "points"), ("point", 1.0)),
    **dict.fromkeys(("岁", "年", "周岁", "years"), ("year", 1.0)),
    **dict.fromkeys(("个", "场", "项", "件", "间", "家", "份", "条"), ("", 1.0)),  # counts by their header
}
# What stations tick in a yes-or-no column, in the form `squeezed` leaves.
TRUE_WORDS = frozenset(
    [
        "是",
        "有",
        "√",
        "✓",
        "✔",
        "☑",
        "1",
        "y",
        "yes",
        "true",
        "t",
        "对",
        "已",
        "齐全",
        "知晓",
        "知道",
        "完成",
        "已完成",
        "合格",
        "达标",
        "具备",
    ]
)
FALSE_WORDS = frozenset(
    [
        "否",
        "无",
        "×",
        "✗",
        "✘",
        "x",
        "☐",
        "0",
        "n",
        "no",
        "false",
        "f",
        "不",
        "未",
        "没有",
        "不齐全",
        "缺",
        "不知晓",
        "不知道",
        "未完成",
        "不合格",
        "不达标",
        "不具备",
    ]
)
EXAMPLE_MARK = "示例"  # a row whose first cell starts with it is no data
INSTRUCTIONS = {"zh": "填写说明", "en": "Instructions"}  # sheets of the entry workbook that hold no data
CODE_LISTS = {"zh": "代码表", "en": "Code lists"}
IGNORED_HEADERS = frozenset({"评分指标", "indicatorrated", "序号", "序", "no", "no.", "顺序号", "行号"})

_NUMBERING = re.compile(r"^(?:\(?\d{1,2}[.、)](?!\d)|[一二三四五六七八九十]{1,3}、)")
_BRACKETS = re.compile(r"[(\[【〔<《]([^()\[\]【】〔〕<>《》]*)[)\]】〕>》]")
_UNIT_LEAD = re.compile(r"^(?:计量)?单位[:为]?")
_TAIL = re.compile(r"[/:,](?:单位:?)?([^/:,]+)$")
_HINT = re.compile(r"[、/\d]|必填|选填|可不填|格式|例如|^如|^例|^请|^填|年月日|下拉|不含|yyyy", re.IGNORECASE)


class Header(NamedTuple):
    """A header in the form that headers are compared in, with the unit written in it and the factor to ours."""

    name: str
    unit: str | None = None
    factor: float = 1.0


def contract(id: str = "ledger-v1") -> Contract:
    """The ledger contract of this id.

    Raises UsageError for an unknown id, with those known.

    >>> contract("ledger-v1")["cases"].key
    ('station_id', 'case_id')
    """
    found = CONTRACTS.get(id)
    if found is None:
        known = "、".join(CONTRACTS)
        raise UsageError(
            f"没有台账规范“{id}”；可用的有：{known}",
            f"no ledger contract {id!r}; known: {', '.join(CONTRACTS)}",
        )
    return found


def unit_factor(text: str) -> tuple[str, float] | None:
    """What a unit word means: our unit and the factor to it; None for an unknown word.

    >>> unit_factor("万元"), unit_factor("㎡"), unit_factor("斤")
    (('CNY', 10000.0), ('m2', 1.0), None)
    """
    return UNIT_WORDS.get(squeezed(text))


def normalise_header(text: object) -> Header:
    """A header without width, blanks, numbering, marks, hints and unit; the unit is returned beside the name.

    Brackets that hold neither a unit nor a hint stay, half-width. An ignored header (序号) has an empty name.

    >>> normalise_header(" 办公面积（㎡）*"), normalise_header("2、经费（单位：万元）")
    (Header(name='办公面积', unit='m2', factor=1.0), Header(name='经费', unit='CNY', factor=10000.0))
    >>> normalise_header("乡镇（街道）").name, normalise_header("是否驻站（是/否）").name, normalise_header("序 号").name
    ('乡镇(街道)', '是否驻站', '')
    """
    name = _NUMBERING.sub("", squeezed("" if text is None else str(text)).strip("*※★☆:；;。"))
    found: list[tuple[str, float]] = []

    def bracket(match: re.Match[str]) -> str:
        inner = _UNIT_LEAD.sub("", match[1])
        if inner in UNIT_WORDS:
            found.append(UNIT_WORDS[inner])
            return ""
        return "" if not inner or _HINT.search(inner) else f"({inner})"

    bare = _BRACKETS.sub(bracket, name)
    tail = _TAIL.search(bare)
    if tail and tail.start() and tail[1] in UNIT_WORDS and not found:
        found.append(UNIT_WORDS[tail[1]])
        bare = bare[: tail.start()]
    bare = bare.strip("*※★☆:；;。")
    if not bare or bare in IGNORED_HEADERS:
        return Header("")
    return Header(bare, *(found[0] if found else (None, 1.0)))


@functools.lru_cache(maxsize=64)
def header_index(table: TableSpec) -> dict[str, str]:
    """Every normalised header of a table (zh, en, snake_case name, aliases) with the column that it means."""
    index: dict[str, str] = {}
    for column in table.columns:
        for header in column.headers:
            index.setdefault(normalise_header(header).name, column.name)
    index.pop("", None)
    return index


def match_header(table: TableSpec, text: object) -> tuple[Column, Header] | None:
    """The column that a header means in a table, with the unit written in it; None where it means none.

    After the whole header, tries it without its brackets, then its parts between slashes if they agree.

    >>> column, header = match_header(contract()["stations"], "建站时间/挂牌时间")
    >>> column.name, match_header(contract()["stations"], "项目经费(万元)")[1].factor
    ('opened_on', 10000.0)
    """
    header = normalise_header(text)
    index = header_index(table)
    for name in (header.name, _BRACKETS.sub("", header.name)):
        if name in index:
            return table[index[name]], header
    parts = {index.get(normalise_header(part).name) for part in header.name.split("/") if part}
    (only,) = parts if len(parts) == 1 else (None,)
    return (table[only], header) if only else None


def named_table(ledger: Contract, title: str) -> str | None:
    """The table that a sheet name or title row speaks of, by the longest of its words; None for none.

    >>> named_table(contract(), "示范社工站2023年小组活动台账"), named_table(contract(), "Sheet1")
    ('groups', None)
    """
    text = squeezed(title)
    hits = [
        (len(word), -order, name)
        for order, (name, table) in enumerate(ledger.tables.items())
        for word in (*table.sheet_words, squeezed(table.zh), squeezed(table.en), table.name)
        if word in text
    ]
    return max(hits)[2] if hits else None


def recognise(ledger: Contract, headers: Iterable[object], *, title: str = "") -> tuple[str | None, float]:
    """The table that a header row belongs to, and the share of its headers that this table knows.

    At least two headers must be known (one, where the title names the table); the title breaks ties.
    """
    given = [header for header in headers if normalise_header(header).name]
    named = named_table(ledger, title)
    best: tuple[float, str | None, float] = (0.0, None, 0.0)
    for name, table in ledger.tables.items():
        columns = {match[0].name for header in given if (match := match_header(table, header))}
        if len(columns) < (1 if name == named else 2):
            continue
        share = len(columns) / len(given)
        needed = [column.name for column in table.columns if column.required and not column.fill]
        held = sum(column in columns for column in needed) / len(needed) if needed else share
        score = share + held + (1.0 if name == named else 0.0)
        if score > best[0]:
            best = (score, name, share)
    return best[1], best[2]


@functools.lru_cache(maxsize=512)
def value_index(column: Column) -> dict[str, str]:
    """Every spelling of an allowed value (code, zh, en, others; `squeezed`) with the code that is stored.

    >>> value_index(contract()["cases"]["stage"])["已结案"]
    'closed'
    """
    return {squeezed(word): v.code for v in column.values for word in (*v.also, v.en, v.zh, v.code)}


def dtypes(table: TableSpec) -> dict[str, str]:
    """The pandas dtype of every column of a typed frame."""
    return {column.name: DTYPES[column.type] for column in table.columns}


def empty(table: TableSpec) -> pd.DataFrame:
    """A typed frame of the table without rows."""
    import pandas as pd

    return pd.DataFrame({name: pd.Series(dtype=dtype) for name, dtype in dtypes(table).items()})


@functools.lru_cache(maxsize=64)
def schema(table: TableSpec) -> pa.DataFrameSchema:
    """The pandera schema of a typed frame: types, allowed values, ranges, patterns, required cells, unique key.

    Validate lazily (`schema(table).validate(frame, lazy=True)`). Optional columns may be absent, further ones
    (file, sheet, row) present. In the failure cases `check` is one of not_nullable, allowed, low, high, pattern,
    month, multiple_fields_uniqueness, column_in_dataframe or a dtype. Each pandera column carries its `Column` in `metadata["column"]`.
    """
    import pandera.pandas as pa

    return pa.DataFrameSchema(
        {
            column.name: pa.Column(
                DTYPES[column.type],
                _checks(column),
                nullable=not column.required,
                required=column.required,
                title=column.zh,
                description=column.definition_zh,
                metadata={"column": column},
            )
            for column in table.columns
        },
        unique=list(table.key) or None,
        strict=False,
        name=table.name,
        title=table.zh,
        description=table.definition_zh,
        metadata={"table": table},
    )


def _checks(column: Column) -> list[pa.Check]:
    import pandas as pd
    import pandera.pandas as pa

    checks: list[pa.Check] = []
    if column.type == "category":
        checks.append(pa.Check.isin(column.codes, error="allowed"))
    if column.type == "month":
        checks.append(pa.Check.str_matches(r"[0-9]{4}-(0[1-9]|1[0-2])$", error="month"))
    if column.pattern:
        checks.append(pa.Check.str_matches(rf"(?:{column.pattern})$", error="pattern"))
    bounds = [pd.Timestamp(x) if isinstance(x, str) else x for x in (column.low, column.high)]
    if bounds[0] is not None:
        checks.append(pa.Check.ge(bounds[0], error="low"))
    if bounds[1] is not None:
        checks.append(pa.Check.le(bounds[1], error="high"))
    return checks


def squeezed(text: str) -> str:
    """Half-width, lower case, without blanks: the form in which headers, units and values are compared."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(c for c in folded if not c.isspace() and unicodedata.category(c) != "Cf")
