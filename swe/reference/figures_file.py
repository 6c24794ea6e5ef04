"""Files of published figures: their columns, their rows checked, and the bounds that a row states.

A wrong figure is printed in a report with its source beside it; so a file is taken whole or not at all, and
its author hears of all problems at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from functools import cache

from swe.core.bounded import Bounded, plain
from swe.core.errors import DataError, UsageError
from swe.reference.csv_file import CsvFile, Row, check_columns
from swe.reference.figure_checks import (
    Findings,
    Words,
    check_dates,
    check_names,
    check_source,
    check_value,
)
from swe.reference.regions import Region, region

FIGURE_COLUMNS = (
    *("figure_id", "region", "region_name", "programme_id", "indicator", "indicator_zh", "value", "unit"),
    *("qualifier", "period_start", "period_end", "as_of", "quote_zh", "source_id"),
)
BENCHMARK_COLUMNS = (
    *("figure_id", "region", "region_name", "indicator", "value", "unit"),
    *("qualifier", "as_of", "note", "confidence"),
)


def bounds(value: str, qualifier: str, unit: str) -> Bounded:
    """A row's bounds: `exact` (per cent: rounded to the digits printed), `over`, `under`, `approx`.

    >>> bounds("72.45", "exact", "percent")
    Bounded(low=72.445, point=72.45, high=72.455, unit='percent')
    >>> bounds("", "approx", "person")
    Bounded(low=0, point=None, high=inf, unit='person', approximate=True)
    """
    if qualifier == "exact" and unit == "percent":
        return Bounded.rounded(value, unit)
    number = plain(Decimal(value)) if value else None
    if qualifier == "approx" or number is None:
        return Bounded.about(number, unit, floor=0)
    if qualifier == "over":
        return Bounded.at_least(number, unit)
    return Bounded.at_most(number, unit) if qualifier == "under" else Bounded.exact(number, unit)


def is_benchmarks(file: CsvFile) -> bool:
    """Benchmarks come with a note and a confidence instead of a quote and a source."""
    return set(file.columns) == set(BENCHMARK_COLUMNS)


def checked_rows(file: CsvFile, words: Words, findings: Findings, *, today: date) -> Iterator[Row]:
    """The rows of one file, regions as codes, region names filled in; problems go to `findings`."""
    benchmarks = is_benchmarks(file)
    if not benchmarks:
        try:
            check_columns(file, required=FIGURE_COLUMNS, optional=("note", "confidence"))
        except DataError as error:
            findings.errors.append(error)
            return
    findings.errors.extend(file.problems)
    for row in file.rows:
        check_names(row, words, findings)
        check_value(row, words, findings)
        check_dates(row, findings, today=today)
        if not benchmarks:
            check_source(row, findings)
        yield _with_region(row, findings)


def check_unique(rows: Iterable[Row], findings: Findings) -> None:
    """A figure_id names one figure over all files."""
    first: dict[str, Row] = {}
    for row in rows:
        earlier = first.setdefault(row["figure_id"], row)
        if earlier is not row and row["figure_id"]:
            findings.error(
                row,
                "figure_id",
                f"“{row['figure_id']}”已在 {earlier.where} 用过",
                f"{row['figure_id']!r} is already used at {earlier.where}",
            )


def check_references(rows: Iterable[Row], column: str, known: list[str], findings: Findings) -> None:
    """Warn of sources and programmes that a table beside the figures should describe and does not."""
    for row in rows:
        if known and row[column] and row[column] not in known:
            findings.warn(
                row,
                column,
                f"“{row[column]}”没有登记，只能照印编号",
                f"{row[column]!r} is not described in its table; its id is printed as it stands",
            )


def _with_region(row: Row, findings: Findings) -> Row:
    if not row["region"]:
        findings.error(row, "region", "缺少地区代码", "the region is missing")
        return row
    try:
        found = _region(row["region"])
    except UsageError as error:
        findings.error(row, "region", error.zh, error.en)
        return row
    name = row["region_name"] or found.name
    if not name.endswith(found.name):
        findings.warn(
            row,
            "region_name",
            f"“{name}”与代码 {found.code}（{found.name}）不一致",
            f"{name!r} is not the name of {found.code} ({found.name})",
        )
    return Row({**row.cells, "region": found.code, "region_name": name}, row.path, row.line)


@cache
def _region(code: str) -> Region:
    return region(code)
