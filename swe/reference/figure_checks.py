"""What can be wrong with one row of a file of figures: its names, value, dates and source.

Each check says the line, the column, what is wrong and what to write instead; none stops the others.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from difflib import get_close_matches

from swe.core.dates import parse_partial, span
from swe.core.errors import DataError, SweError, UsageError
from swe.reference.csv_file import Row
from swe.reference.press import press_number

QUALIFIERS = ("exact", "over", "under", "approx")
NOT_NEGATIVE = ("count", "money", "area", "duration", "standard", "ordinal")
_NUMBER = re.compile(r"-?[0-9]{1,15}(?:\.[0-9]{1,9})?")
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_INDICATOR = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True)
class Words:
    """What a figure may speak of: unit and indicator rows by their code."""

    units: Mapping[str, Mapping[str, str]]
    indicators: Mapping[str, Mapping[str, str]]


@dataclass
class Findings:
    """What the checks of one loading found: errors stop it, warnings travel with the figures."""

    errors: list[SweError] = field(default_factory=list)
    warnings: list[SweError] = field(default_factory=list)

    def error(self, row: Row, column: str, zh: str, en: str) -> None:
        self.errors.append(DataError(f"{column} 列：{zh}", f"column {column}: {en}", where=row.where))

    def warn(self, row: Row, column: str, zh: str, en: str) -> None:
        self.warnings.append(DataError(f"{column} 列：{zh}", f"column {column}: {en}", where=row.where))


def check_names(row: Row, words: Words, findings: Findings) -> None:
    if not _ID.fullmatch(row["figure_id"]):
        findings.error(
            row,
            "figure_id",
            f"“{row['figure_id']}”不能作编号，请用英文字母、数字、点和短横线",
            f"{row['figure_id']!r} cannot be an id; use letters, digits, dots and hyphens",
        )
    if not _INDICATOR.fullmatch(row["indicator"]):
        findings.error(
            row,
            "indicator",
            f"“{row['indicator']}”不能作指标名，请用英文小写字母和下划线，如 station_count",
            f"{row['indicator']!r} cannot name an indicator; write it like station_count",
        )
    counted = words.indicators.get(row["indicator"], {}).get("counted", row["unit"])
    if counted != row["unit"] and row["unit"] in words.units:
        findings.warn(
            row,
            "unit",
            f"指标 {row['indicator']} 通常以 {counted} 计，这里是 {row['unit']}",
            f"{row['indicator']} is usually counted in {counted}, here in {row['unit']}",
        )


def check_value(row: Row, words: Words, findings: Findings) -> None:
    value, qualifier, unit = row["value"], row["qualifier"], row["unit"]
    if qualifier not in QUALIFIERS:
        findings.error(
            row,
            "qualifier",
            f"只能是 {'、'.join(QUALIFIERS)} 之一，写的是“{qualifier}”",
            f"must be one of {', '.join(QUALIFIERS)}; got {qualifier!r}",
        )
    if unit not in words.units:
        near = "、".join(near_units(unit, words)) or "person、person_time、household、station"
        findings.error(
            row,
            "unit",
            f"没有单位“{unit}”，相近的有 {near}",
            f"unknown unit {unit!r}; near ones: {near.replace('、', ', ')}",
        )
    if not value and qualifier == "approx":
        return
    if not _NUMBER.fullmatch(value):
        hint_zh, hint_en = _suggestion(value)
        findings.error(
            row, "value", f"“{value}”不是数字{hint_zh}", f"{value!r} is not a plain number{hint_en}"
        )
        return
    number = Decimal(value)
    if number < 0 and words.units.get(unit, {}).get("nature") in NOT_NEGATIVE:
        findings.error(row, "value", f"{value} 是负数", f"{value} is negative")
    elif number < 0 and qualifier in ("under", "approx"):
        findings.error(
            row,
            "value",
            f"{value} 是负数，只能写 exact 或 over",
            f"{value} is negative: only exact or over fit",
        )
    if unit == "percent" and number > 100:
        findings.warn(row, "value", f"{value}% 超过 100%", f"{value} per cent is above 100")
    if words.units.get(unit, {}).get("nature") == "count" and number != number.to_integral_value():
        findings.warn(row, "value", f"计数 {value} 不是整数", f"the count {value} is not a whole number")


def _suggestion(value: str) -> tuple[str, str]:
    """How a press number would be written in the two columns value and qualifier."""
    try:
        number = press_number(value)
    except DataError:
        return "；没有确数时请留空并写 approx", "; leave it empty with qualifier approx if no number is given"
    if number.approximate:
        fit = (number.point, "approx")
    elif number.point is not None:
        fit = (number.point, "exact")
    elif number.high == float("inf"):
        fit = (number.low, "over")
    elif number.low == 0:
        fit = (number.high, "under")
    else:
        return "；区间请分成两条", "; write a range as two figures"
    shown = "" if fit[0] is None else f"{fit[0]}"
    unit_zh, unit_en = (
        (f"，单位“{number.unit}”写在 unit 列", ", its unit in column unit") if number.unit else ("", "")
    )
    return (
        f"，请写 value={shown}、qualifier={fit[1]}{unit_zh}",
        f"; write value={shown} and qualifier={fit[1]}{unit_en}",
    )


def near_units(unit: str, words: Words) -> list[str]:
    """Unit codes that look like what was written, or whose Chinese or English word it is."""
    named = [code for code, row in words.units.items() if unit and unit in row.values()]
    plural = get_close_matches(unit.lower().removesuffix("s"), words.units, n=3, cutoff=0.6)
    return list(dict.fromkeys([*named[:5], *plural]))


def check_dates(row: Row, findings: Findings, *, today: date) -> None:
    good = True
    for column in ("as_of", "period_start", "period_end"):
        if not row[column]:
            continue
        try:
            first = parse_partial(row[column]).first
        except UsageError as error:
            findings.error(row, column, error.zh, error.en)
            good = False
            continue
        if column != "period_end" and first > today:  # a target's period may end in the future
            findings.error(
                row,
                column,
                f"{row[column]} 在今天（{today}）之后",
                f"{row[column]} is after today ({today})",
            )
    if not row["as_of"]:
        findings.error(row, "as_of", "缺少日期", "the date is missing")
    if good and row["period_start"] and row["period_end"]:
        try:
            span(row["period_start"], row["period_end"])
        except UsageError as error:
            findings.error(row, "period_end", error.zh, error.en)


def check_source(row: Row, findings: Findings) -> None:
    if not row["source_id"]:
        findings.error(row, "source_id", "缺少来源", "the source is missing")
    if not row["quote_zh"]:
        findings.error(row, "quote_zh", "缺少原文摘录", "the quote is missing")
