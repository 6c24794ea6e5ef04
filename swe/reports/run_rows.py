"""The rows that the reports of a run share, province by province, as Parquet named by what they were made from.

A province whose stations have not changed keeps its folder from one snapshot to the next; a report reads the row groups
of its own region.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from swe.core.files import json_text, sha256_of_bytes, staged_folder
from swe.reference.register import AFTER_DIGITS, DIGITS
from swe.reports.manifest import code_sha256

if TYPE_CHECKING:
    import duckdb
    import pandas as pd

    from swe.core.dates import Period
    from swe.ledgers.tables_view import Tables

    Rows = Callable[[str], pd.DataFrame]

GROUP = 4_000  # rows of a Parquet row group: a county's are in one or two of them
NONE = "none"  # stations without a region code
EMPTY = "empty"  # no station: what a region of another province has
# Frames of plain floats and text; the others keep the nullable types of the store.
PLAIN = ("facts", "complete", "listed", "months", "shares", "list", "lists")
TEXT = ("complete", "listed", "months", "shares", "list", "lists")


def write_rows(folder: Path, data: Tables, stations: pd.DataFrame, *, period: Period) -> dict[str, str]:
    """Province → name of the folder below `folder` with its rows; those that are there already are left alone.

    stations  `Digests.stations`
    """
    lines: dict[str, list[str]] = defaultdict(list, {EMPTY: []})
    for unit, region, digest in stations[["unit", "region", "digest"]].itertuples(index=False):
        lines[str(region)[: DIGITS["province"]] or NONE].append(f"{unit} {region} {digest}")
    key = {"code": code_sha256(), "period": [str(period.first), str(period.last)]}
    found = {}
    for province, told in sorted(lines.items()):
        name = sha256_of_bytes(json_text({**key, "province": province, "stations": told}).encode())[:16]
        if not (folder / name).is_dir():
            _write(folder / name, data, province, period)
        found[province] = name
    return found


def _write(target: Path, data: Tables, province: str, period: Period) -> None:
    from swe.indicators.assessor_region import narrow
    from swe.indicators.region_rows import region_rows

    with data.connect() as con:
        narrow(
            con,
            "00" if province == EMPTY else "" if province == NONE else province,
            unplaced=province == NONE,
        )
        frames = region_rows(con, period=period)
    with staged_folder(target) as staged:
        for name, frame in frames.items():
            frame.to_parquet(staged / f"{name}.parquet", index=False, row_group_size=GROUP)


@contextmanager
def region_reader(folder: Path, names: Mapping[str, str], prefix: str) -> Iterator[Rows]:
    """Frames of the region of this prefix by name, out of what `write_rows` left in `folder`."""
    import duckdb

    mine = [
        name
        for province, name in sorted(names.items())
        if not prefix or province == prefix[: DIGITS["province"]]
    ]
    mine = mine or [names[EMPTY]]
    with duckdb.connect(config={"threads": 1}) as con:
        yield partial(_frame, con, [folder / name for name in mine], prefix=prefix)


def _frame(
    con: duckdb.DuckDBPyConnection, folders: Sequence[Path], name: str, *, prefix: str
) -> pd.DataFrame:
    from swe.indicators.region_rows import REGION

    made = in_region(con, [each / f"{name}.parquet" for each in folders], prefix, column=REGION)
    if name not in PLAIN:
        return made
    kinds: dict[str, Any] = {"Float64": "float64", "Int64": "int64"}
    kinds |= {"string": object} if name in TEXT else {}
    return made.astype(
        {each: kinds[str(made[each].dtype)] for each in made.columns if str(made[each].dtype) in kinds}
    )


def in_region(
    con: duckdb.DuckDBPyConnection, paths: Sequence[Path], prefix: str, *, column: str = "region"
) -> pd.DataFrame:
    """Rows of files that are sorted by a region code, of one region, in their order; `column` itself is left out.

    A range of codes, and no pattern: DuckDB then skips the row groups of other regions.
    """
    from swe.ledgers.snapshot_reader import to_frame

    where = f"WHERE {column} >= $prefix AND {column} < $after" if prefix else ""
    given = {"prefix": prefix, "after": prefix + AFTER_DIGITS} if prefix else {}
    files = ", ".join("'" + path.as_posix().replace("'", "''") + "'" for path in paths)
    sql = f"SELECT * EXCLUDE ({column}) FROM read_parquet([{files}], union_by_name = true) {where}"
    return to_frame(con.sql(sql, params=given).to_arrow_table())
