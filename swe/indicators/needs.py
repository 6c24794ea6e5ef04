"""A table of need: how many people, and how many of them are in need, in each county or township (docs/needs.md).

Need comes from outside the ledgers, or it would only mirror where stations already work.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from swe.core.dates import parse_partial
from swe.core.errors import DataError, SweError, joined
from swe.reference.csv_file import Row, check_columns, read_csv
from swe.reference.regions import Region, region

COLUMNS = ("region", "indicator", "value", "unit", "as_of", "source")
POPULATION = "population"
UNITS = ("person", "household")


@dataclass(frozen=True, eq=False)
class Needs:
    """Rows of a need table.

    frame   region (code) level indicator value unit as_of source, sorted; one row a region and indicator
    path    the file
    """

    frame: pd.DataFrame
    path: Path

    @property
    def indicators(self) -> tuple[str, ...]:
        """Needs that are not the population."""
        return tuple(sorted(set(self.frame["indicator"]) - {POPULATION}))

    def of(self, indicator: str, *, level: str = "county", prefix: str = "") -> pd.Series:
        """Values of an indicator by region code; those below a region's `prefix`."""
        rows = self.frame[(self.frame["indicator"] == indicator) & (self.frame["level"] == level)]
        rows = rows[rows["region"].str.startswith(prefix)]
        return rows.set_index("region")["value"]


def read_needs(path: Path) -> Needs:
    """Read a need table; everything wrong with it is said at once, with its line.

    Raises
    ------
    DataError
        No such file, columns absent or unknown, a region that is not in the register, a number that is none, is negative or
        is no whole count, an unknown unit, a date, a repeated row, a need above the population of its region.
    """
    file = read_csv(path)
    check_columns(file, required=COLUMNS)
    rows: list[tuple[str, str, str, float, str, str, str]] = []
    errors: list[SweError] = list(file.problems)
    for row in file.rows:
        try:
            rows.append(_row(row))
        except SweError as error:
            errors.append(error)
    errors += _repeated(file.rows)
    if not rows and not errors:
        errors.append(DataError("表中没有一行数据", "the table has no rows", where=str(path)))
    frame = pd.DataFrame(rows, columns=["region", "level", *COLUMNS[1:]])
    if errors := errors + _above_population(frame, path):
        raise joined(errors)
    return Needs(frame.sort_values(["indicator", "region"], kind="stable", ignore_index=True), Path(path))


def _row(row: Row) -> tuple[str, str, str, float, str, str, str]:
    place = _placed(row)
    if not row["indicator"] or not row["source"]:
        missing = "indicator" if not row["indicator"] else "source"
        raise DataError(
            f"{missing} 没有填：每个数要有名称和来源",
            f"{missing} is empty: every number needs a name and a source", where=row.where,
        )  # fmt: skip
    if row["unit"] not in UNITS:
        raise DataError(
            f"单位“{row['unit']}”不认识；可用：{'、'.join(UNITS)}", f"unknown unit {row['unit']!r}; use {', '.join(UNITS)}",
            where=row.where,
        )  # fmt: skip
    return place.code, place.level, row["indicator"], _count(row), row["unit"], _dated(row), row["source"]


def _placed(row: Row) -> Region:
    try:
        return region(row["region"])
    except SweError as error:
        raise DataError(f"region：{error.zh}", f"region: {error.en}", where=row.where) from None


def _dated(row: Row) -> str:
    try:
        parse_partial(row["as_of"])
    except SweError as error:
        raise DataError(f"as_of：{error.zh}", f"as_of: {error.en}", where=row.where) from None
    return row["as_of"]


def _count(row: Row) -> float:
    text = row["value"].replace(",", "")
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value) or value < 0 or not value.is_integer():
        raise DataError(
            f"value 须是不小于 0 的整数（人或户），收到“{row['value']}”；没有数的不要写这一行",
            f"value must be a whole number of at least 0 (persons or households), not {row['value']!r}; leave the row out "
            "where there is no number",
            where=row.where,
        )
    return value


def _repeated(rows: Iterable[Row]) -> list[SweError]:
    seen: dict[tuple[str, str], Row] = {}
    found: list[SweError] = []
    for row in rows:
        key = (row["region"], row["indicator"])
        if key in seen:
            found.append(
                DataError(
                    f"与第 {seen[key].line} 行重复（同一区划、同一指标）",
                    f"repeats line {seen[key].line} (the same region and indicator)",
                    where=row.where,
                )
            )
        seen.setdefault(key, row)
    return found


def _above_population(frame: pd.DataFrame, path: Path) -> list[SweError]:
    """More persons in need than persons is a slip of the pen or of the unit."""
    persons = frame[frame["unit"] == "person"]
    people = (
        persons[persons["indicator"] == POPULATION].drop_duplicates("region").set_index("region")["value"]
    )
    more = persons[persons["value"] > persons["region"].map(people)]
    return [
        DataError(
            f"{row.region} 的 {row.indicator} 大于其人口，请核对数字和单位",
            f"{row.indicator} of {row.region} is more than its population; check number and unit", where=str(path),
        )
        for row in more.itertuples()
    ]  # fmt: skip
