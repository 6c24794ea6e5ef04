"""Cells by the type of their column: each distinct cell is read once, whatever the number of rows.

A value that cannot be read for sure is missing, with the rule it broke; it is never zero and never guessed.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from swe.ledgers.contract import FALSE_WORDS, TRUE_WORDS, squeezed, value_index
from swe.ledgers.date_cells import Span, Unclear, read_date, read_month
from swe.ledgers.number_cells import LARGEST, read_number
from swe.ledgers.region_cells import read_region
from swe.ledgers.tables.spec import Column

# What stations write for nothing: never zero. 无 is an answer in yes-or-no columns and code lists that hold it.
MISSING = frozenset(
    [
        "-",
        "--",
        "---",
        "—",
        "——",
        "———",
        "–",
        "−",
        "―",
        "/",
        "//",
        "\\",
        "、",
        ".",
        "…",
        "……",
        "*",
        "无",
        "暂无",
        "没有",
        "未填",
        "未填写",
        "空",
        "空白",
        "缺",
        "缺失",
        "不详",
        "未知",
        "不清楚",
        "不适用",
        "待定",
        "待补",
        "待填",
        "n/a",
        "na",
        "nan",
        "null",
        "none",
        "nil",
        "#n/a",
        "〇",
    ]
)
DITTO = frozenset(["〃", "″", '"', "''", "”", "同上", "同", "同前", "同左"]) - {"同"}
EXACT_DIGITS = 15  # significant digits an Excel number keeps (IEEE 754 double)
ARROW = {
    **dict.fromkeys(("text", "code", "category", "month"), pa.large_string()),
    "integer": pa.int64(),
    "decimal": pa.float64(),
    "boolean": pa.bool_(),
    "date": pa.timestamp("us"),
}

_SCIENTIFIC = re.compile(r"[+-]?\d(?:\.\d+)?e\+?\d{2}", re.IGNORECASE)
_BRACKET = re.compile(r"\([^()]*\)$")
_PARTS = re.compile(r"[、,;，；/+&]|和|及|与|\s+")
_NUMBERED = re.compile(r"^\(?\d{1,2}[.、)]\s*|^[①-⑳]")
_COUNTED = re.compile(r"[1-9]\d{0,3}(?:张|份|个|次|页|套|本)")
# Cells of text that need a look; all others are stripped by Arrow.
_ODD_TEXT = r"[０-９\x00-\x08\x0b-\x1f\x7f\x{200b}\x{200e}\x{200f}\x{feff}\x{fffd}]|_x[0-9A-Fa-f]{4}_|^'"
_ODD_CODE = r"[^!-~\p{Han}]|['\"]|\d[eE]\+?\d\d$|\d{5}\.0+$"
_MISSING_FORMS = pa.array(
    sorted({form for word in MISSING for form in (word, word.upper(), word.title())}), pa.large_string()
)
_PLAIN_NUMBER = r"^-?[0-9]{1,15}(?:\.[0-9]{1,12})?$"


class How(NamedTuple):
    """How the cells of a column are to be read: what header, title and workbook say."""

    factor: float = 1.0  # of the unit in the header
    year: int | None = None  # of the title, for dates without one
    date_1904: bool = False
    within: str = ""  # code of the county or province


@dataclass
class Parsed:
    """Distinct cells read: typed values (null where missing or bad), and by position the rules that were met.

    `broken` cells are null because of the rule, `doubtful` ones are kept in spite of it. `ends` is for
    `range_end`, `second` for `overflow`.
    """

    values: pa.Array
    broken: dict[int, str] = field(default_factory=dict)
    doubtful: dict[int, str] = field(default_factory=dict)
    ends: pa.Array | None = None
    second: pa.Array | None = None


def parse(column: Column, cells: Sequence[Any] | pa.Array, how: How = How()) -> Parsed:  # noqa: B008
    """Distinct cells of a column, typed.

    >>> from swe.ledgers.contract import contract
    >>> activities = contract()["activities"]
    >>> parse(activities["participants"], ["６３个", "—", "约30"]).values.to_pylist()
    [63, None, None]
    >>> parse(activities["photos"], ["√", "无"]).values.to_pylist()
    [True, False]
    """
    if column.name == "region_code":
        return _each(cells, column, lambda cell: _region(cell, how))
    if column.type in ("text", "code"):
        return _strings(column, cells)
    if column.type in ("integer", "decimal"):
        return _numbers(column, cells, how)
    if column.type == "date":
        return _dates(column, cells, how)
    if column.type == "month":
        return _each(cells, column, lambda cell: _month(cell, how))
    if column.type == "boolean":
        return _each(cells, column, _boolean)
    return _categories(column, cells)


def is_missing(cell: Any) -> bool:
    """Whether a cell says that there is nothing.

    >>> is_missing(" — "), is_missing("0")
    (True, False)
    """
    return isinstance(cell, str) and len(cell) < 12 and squeezed(cell) in MISSING | {""}


def is_ditto(cell: Any) -> bool:
    """Whether a cell says: the same as above."""
    return isinstance(cell, str) and len(cell) < 6 and cell.strip() in DITTO


def _python(cells: Sequence[Any] | pa.Array) -> list[Any]:
    return cells.to_pylist() if isinstance(cells, pa.Array) else list(cells)


def _each(cells: Sequence[Any] | pa.Array, column: Column, read: Callable[[Any], tuple[Any, str]]) -> Parsed:
    """Cells one by one through `read`, which gives a value and the rule that is broken."""
    values: list[Any] = []
    broken: dict[int, str] = {}
    for place, cell in enumerate(_python(cells)):
        value, rule = (
            (None, "") if cell is None or (column.type != "boolean" and is_missing(cell)) else read(cell)
        )
        values.append(value)
        if rule:
            broken[place] = rule
    return Parsed(pa.array(values, ARROW[column.type]), broken)


# -- text and codes --


def _strings(column: Column, cells: Sequence[Any] | pa.Array) -> Parsed:
    code = column.type == "code"
    read = _code if code else _text
    if not isinstance(cells, pa.Array):
        return _each(cells, column, lambda cell: read(cell, column))
    trimmed = pc.cast(pc.utf8_trim_whitespace(cells), pa.large_string())
    odd = pc.match_substring_regex(trimmed, _ODD_CODE if code else _ODD_TEXT)
    odd = pc.or_(odd, pc.is_in(trimmed, _MISSING_FORMS))
    if code and column.privacy == "identifier":
        odd = pc.or_(odd, pc.match_substring_regex(trimmed, r"[0-9]{12}000$"))
    places = np.flatnonzero(pc.fill_null(odd, False).to_numpy(zero_copy_only=False))
    if not len(places):
        return Parsed(trimmed)
    few = _each(trimmed.take(pa.array(places)), column, lambda cell: read(cell, column))
    values = pc.replace_with_mask(trimmed, odd, few.values)
    return Parsed(values, {int(places[place]): rule for place, rule in few.broken.items()})


def _text(cell: Any, column: Column) -> tuple[str | None, str]:
    if isinstance(cell, float | int) and not isinstance(cell, bool):
        return _written(float(cell))
    if isinstance(cell, dt.datetime | dt.date | dt.time):
        text = cell.isoformat()
        return text.removesuffix("T00:00:00"), ""
    text = re.sub(r"_x([0-9A-Fa-f]{4})_", lambda match: chr(int(match[1], 16)), str(cell))
    text = "".join(_half_digit(c) for c in text if c in "\n\t" or unicodedata.category(c)[0] != "C")
    text = text.strip().removeprefix("'")
    if _SCIENTIFIC.fullmatch(text) and column.privacy == "identifier":
        return None, "digits_lost"
    return text or None, ""


def _half_digit(char: str) -> str:
    return chr(ord(char) - 0xFEE0) if "０" <= char <= "９" else char


def _code(cell: Any, column: Column) -> tuple[str | None, str]:
    if isinstance(cell, bool):
        return str(cell).upper(), ""
    if isinstance(cell, float | int):
        return _written(float(cell))
    if isinstance(cell, dt.date | dt.time | dt.timedelta):
        return None, "date_in_code"
    text = unicodedata.normalize("NFKC", str(cell))
    text = "".join(c for c in text if not c.isspace() and unicodedata.category(c)[0] != "C").strip("'\"‘’`")
    if _SCIENTIFIC.fullmatch(text):
        return None, "digits_lost"
    if column.privacy == "identifier" and re.fullmatch(r"\d{12,16}000", text):
        return None, "digits_lost"  # Excel fills up with zeros what it cannot hold
    if re.fullmatch(r"\d{5,15}\.0+", text):
        text = text.partition(".")[0]
    return text or None, ""


def _written(value: float) -> tuple[str | None, str]:
    """A number that stands in a column of text, as it would be written; beyond 15 digits it is no longer itself."""
    if not value.is_integer():
        return (repr(value), "") if value == value and abs(value) < 1e15 else (None, "digits_lost")
    return (None, "digits_lost") if abs(value) >= 10**EXACT_DIGITS else (str(int(value)), "")


# -- numbers --


def _numbers(column: Column, cells: Sequence[Any] | pa.Array, how: How) -> Parsed:
    factor = how.factor
    labels = value_index(column) if column.values else {}
    size = len(cells)
    result = np.full(size, np.nan)
    look = np.ones(size, dtype=bool)
    plain = column.unit != "fraction" and not labels
    if isinstance(cells, pa.Array) and plain:
        simple = pc.fill_null(pc.match_substring_regex(cells, _PLAIN_NUMBER), False)
        look = ~simple.to_numpy(zero_copy_only=False)
        numbers = pc.cast(pc.if_else(simple, cells, None), pa.float64())
        result = numbers.to_numpy(zero_copy_only=False).copy()
        if factor != 1.0:
            result = np.round(result * factor, 9)
        strange = (np.abs(result) > LARGEST) | ((column.type == "integer") & (result != np.round(result)))
        look |= strange & ~np.isnan(result)
    places = np.flatnonzero(look)
    few = cells.take(pa.array(places)).to_pylist() if isinstance(cells, pa.Array) else list(cells)
    if factor == 0.01 and column.unit == "fraction":
        factor = _share_factor(few)
    broken: dict[int, str] = {}
    doubtful: dict[int, str] = {}
    for place, cell in zip(places.tolist(), few, strict=True):
        result[place] = np.nan
        if cell is None:
            continue
        label = labels.get(squeezed(str(cell))) if isinstance(cell, str) else None
        if label is not None:
            result[place] = float(label)
            continue
        if is_missing(cell):
            continue
        number = read_number(cell, column, factor=factor)
        if number.value is None:
            broken[place] = number.rule
        else:
            result[place] = number.value
        if number.doubt:
            doubtful[place] = number.doubt
    missing = np.isnan(result)
    if column.type == "integer":
        whole = np.where(missing, 0, np.round(result)).astype(np.int64)
        return Parsed(pa.array(whole, pa.int64(), mask=missing), broken, doubtful)
    return Parsed(pa.array(result, pa.float64(), mask=missing), broken, doubtful)


def _share_factor(cells: list[Any]) -> float:
    """Under a header with %, cells that are all within 0–1 are shares that Excel only shows as per cent."""
    numbers = [float(c) for c in cells if isinstance(c, int | float) and not isinstance(c, bool)]
    return 1.0 if numbers and max(numbers) <= 1 else 0.01


# -- dates --


def _dates(column: Column, cells: Sequence[Any] | pa.Array, how: How) -> Parsed:
    starts: list[dt.date | None] = []
    ends: dict[int, dt.date] = {}
    broken: dict[int, str] = {}
    doubtful: dict[int, str] = {}
    birth = column.becomes == "birth_year"
    for place, cell in enumerate(_python(cells)):
        found: Span | Unclear | None = None
        if cell is not None and not is_missing(cell):
            found = read_date(cell, year=None if birth else how.year, date_1904=how.date_1904, birth=birth)
        starts.append(found.start if isinstance(found, Span) else None)
        if isinstance(found, Unclear):
            broken[place] = found.rule
        elif found is not None:
            if found.end is not None and column.range_end:
                ends[place] = found.end
            if found.end is not None and not column.range_end and found.end != found.start:
                doubtful[place] = "range_cut"
            elif found.month and not birth:
                doubtful[place] = "month_precision"
    kind = ARROW["date"]
    last = (
        pa.array([ends.get(place) for place in range(len(starts))], pa.date32()).cast(kind) if ends else None
    )
    return Parsed(pa.array(starts, pa.date32()).cast(kind), broken, doubtful, ends=last)


def _month(cell: Any, how: How) -> tuple[str | None, str]:
    found = read_month(cell, year=how.year, date_1904=how.date_1904)
    return (None, found.rule) if isinstance(found, Unclear) else (found, "")


# -- choices --


def _boolean(cell: Any) -> tuple[bool | None, str]:
    if isinstance(cell, bool):
        return cell, ""
    if isinstance(cell, int | float):
        return (bool(cell), "") if cell in (0, 1) else (None, "unreadable_boolean")
    if not isinstance(cell, str):
        return None, "unreadable_boolean"
    text = squeezed(cell)
    for form in (text, _BRACKET.sub("", text), text.lstrip("■☑☒✔√")):
        if form in TRUE_WORDS:
            return True, ""
        if form in FALSE_WORDS:
            return False, ""
    if _COUNTED.fullmatch(text):  # 照片: 3张
        return True, ""
    return (None, "") if text in MISSING | {""} else (None, "unreadable_boolean")


def _categories(column: Column, cells: Sequence[Any] | pa.Array) -> Parsed:
    index = value_index(column)
    first: list[str | None] = []
    second: list[str | None] = []
    broken: dict[int, str] = {}
    doubtful: dict[int, str] = {}
    for place, cell in enumerate(_python(cells)):
        codes, surplus = _codes(cell, index)
        first.append(codes[0] if codes else None)
        second.append(codes[1] if len(codes) > 1 else None)
        if not codes and cell is not None and not is_missing(cell):
            broken[place] = "unknown_category"
        elif surplus or len(codes) > (2 if column.overflow else 1):
            doubtful[place] = "several_values"
    kind = ARROW["category"]
    more = pa.array(second, kind) if column.overflow and any(second) else None
    return Parsed(pa.array(first, kind), broken, doubtful, second=more)


def _codes(cell: Any, index: dict[str, str]) -> tuple[list[str], bool]:
    """The codes that a cell names, and whether some of its parts name none."""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    if not isinstance(cell, str | int) or isinstance(cell, bool):
        return [], False
    raw = unicodedata.normalize("NFKC", str(cell)).strip()
    text = squeezed(raw)
    other = re.match(r"(其他|其它|other)[:(]", text)
    for form in (text, _BRACKET.sub("", text), _NUMBERED.sub("", text), other[1] if other else ""):
        if form in index:
            return [index[form]], False
    parts = [squeezed(part) for part in _PARTS.split(raw) if part and not part.isspace()]
    known = [index[form] for part in parts for form in (part, _BRACKET.sub("", part)) if form in index]
    codes = list(dict.fromkeys(known))
    return codes, bool(codes) and len(known) < len(parts)


def _region(cell: Any, how: How) -> tuple[str | None, str]:
    if isinstance(cell, float | int) and not isinstance(cell, bool):
        text, rule = _written(float(cell))
        if text is None:
            return None, rule
    elif isinstance(cell, str):
        text = cell
    else:
        return None, "unknown_region"
    place = read_region(text, how.within)
    return place.code, place.rule
