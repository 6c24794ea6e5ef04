"""`Ledger`: the typed frames of a load as the checks across rows see them, ordered by file, sheet and row.

Stations are numbered once (`_station`), so that joining and grouping are done on whole numbers; a reference to a
station by its name is the same station. Nothing here changes the frames that came in.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from swe.ledgers.checks.limits import Limits, Minima
from swe.ledgers.checks.rule import Rule
from swe.ledgers.contract import DTYPES
from swe.ledgers.issues import PROVENANCE, Account, Issue

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from swe.ledgers.tables.spec import Contract

# (file, sheet, table) → column → letters of the sheet's column; what the reader knows and a frame does not
Letters = Mapping[tuple[str, str, str], Mapping[str, str]]
PROVENANCE_TYPES = {"_file": "string", "_sheet": "string", "_row": "Int64"}


@dataclass(frozen=True)
class Ledger:
    """All tables of the contract (absent ones empty), in order, with `_station` (−1: none) beside their columns.

    stations  the station of each number; anchors: for each table the place where a station's records begin
    (a row where several stations share the sheet, else the sheet as a whole)
    """

    tables: Mapping[str, pd.DataFrame]
    contract: Contract
    minima: Minima
    limits: Limits
    today: date
    accounts: Sequence[Account]
    letters: Letters
    stations: pd.Index
    anchors: Mapping[str, pd.DataFrame]

    def rows(self, table: str, *columns: str) -> pd.DataFrame:
        """Provenance, `_station` and these columns; a column that was not in the file is missing in every row."""
        frame = self.tables[table]
        spec = self.contract[table]
        wanted = frame.reindex(columns=["_station", *PROVENANCE, *columns])
        absent = {c: DTYPES[spec[c].type] for c in columns if c not in frame}
        return wanted.astype(absent) if absent else wanted

    def has(self, table: str, column: str) -> bool:
        return column in self.tables[table]

    def flag(
        self, rule: Rule, table: str, rows: pd.DataFrame, column: str = "", **counts: Any
    ) -> list[Issue]:
        """An issue for each of the rows; counts are numbers, or a sequence with one for each row."""
        return issues_at(rule, table, rows, column, self.letters, counts)

    def flag_stations(
        self, rule: Rule, table: str, stations: Any, column: str = "", **counts: Any
    ) -> list[Issue]:
        """An issue for each of the stations (their numbers), where its records of the table begin."""
        places = self.anchors[table].reindex(np.asarray(stations)).astype(PROVENANCE_TYPES)
        places = places.fillna({"_file": "", "_sheet": ""})
        return issues_at(rule, table, places, column, {}, counts)


def build(
    tables: Mapping[str, pd.DataFrame],
    contract: Contract,
    *,
    minima: Minima,
    limits: Limits,
    today: date,
    accounts: Sequence[Account] = (),
    letters: Letters | None = None,
) -> Ledger:
    """The ledger of these frames."""
    ordered = {name: _ordered(tables.get(name), name, contract) for name in contract.tables}
    ids, codes = _station_numbers(ordered)
    numbered = {name: frame.assign(_station=codes[name]) for name, frame in ordered.items()}
    return Ledger(
        tables=numbered,
        contract=contract,
        minima=minima,
        limits=limits,
        today=today,
        accounts=tuple(accounts),
        letters=letters or {},
        stations=ids,
        anchors={name: _anchors(frame) for name, frame in numbered.items()},
    )


def issues_at(
    rule: Rule, table: str, rows: pd.DataFrame, column: str, letters: Letters, counts: Mapping[str, Any]
) -> list[Issue]:
    """An issue for each row of a frame with provenance columns."""
    if not len(rows):
        return []
    files, sheets = rows["_file"].tolist(), rows["_sheet"].tolist()
    numbers = rows["_row"].astype("object").where(rows["_row"].notna(), None).tolist()
    said = _sentences(rule, len(rows), counts)
    where = {
        key: letters.get((*key, table), {}).get(column, "")
        for key in dict.fromkeys(zip(files, sheets, strict=True))
    }
    return [
        Issue(
            file,
            sheet,
            row,
            column,
            rule.id,
            rule.severity,
            zh,
            en,
            table,
            f"{where[file, sheet]}{row}" if row and where[file, sheet] else "",
            fix_zh,
            fix_en,
        )
        for file, sheet, row, (zh, en, fix_zh, fix_en) in zip(files, sheets, numbers, said, strict=True)
    ]


def in_order(frame: pd.DataFrame) -> pd.DataFrame:
    """Rows by file, sheet and row; the frame itself where they are."""
    files, _ = pd.factorize(frame["_file"], sort=True)
    sheets, sheet_names = pd.factorize(frame["_sheet"], sort=True)
    place = files * max(len(sheet_names), 1) + sheets
    row = frame["_row"].to_numpy(dtype=np.int64, na_value=0)
    steps = np.diff(place)
    if np.any((steps < 0) | ((steps == 0) & (np.diff(row) < 0))):
        frame = frame.iloc[np.lexsort((row, place))]
    return frame


def group_ids(rows: pd.DataFrame, *columns: str) -> NDArray[np.int64]:
    """A number for each combination of values, dense from 0; −1 where one of them is missing."""
    ids = np.zeros(len(rows), dtype=np.int64)
    for column in columns:
        codes, kinds = pd.factorize(rows[column])
        if column == "_station":
            codes = rows[column].to_numpy(dtype=np.int64)
            kinds = np.arange(codes.max(initial=0) + 1)
        gone = (codes < 0) | (ids < 0)
        ids = ids * max(len(kinds), 1) + codes
        ids[gone] = -1
        inner, _ = pd.factorize(ids[~gone])
        ids[~gone] = inner
    return ids


def sizes(ids: NDArray[np.int64]) -> NDArray[np.int64]:
    """How many rows share each row's group; 0 where it has none."""
    counts = np.bincount(ids[ids >= 0], minlength=1)
    return np.where(ids >= 0, counts[np.maximum(ids, 0)], 0)


def repeated(rows: pd.DataFrame, ids: NDArray[np.int64]) -> tuple[pd.DataFrame, dict[str, list[Any]]]:
    """Rows whose group has an earlier row, with where the first stands (`zh_first`, `en_first`) and how many (`n`)."""
    again = pd.Series(ids).duplicated().to_numpy() & (ids >= 0)
    if not again.any():
        return rows[again], {"zh_first": [], "en_first": [], "n": []}
    opening = pd.Series(np.arange(len(ids))).groupby(ids).transform("first").to_numpy()[again]
    here, there = rows[again], rows.iloc[opening]
    same = (
        (here["_file"].to_numpy() == there["_file"].to_numpy())
        & (here["_sheet"].to_numpy() == there["_sheet"].to_numpy())
    )  # fmt: skip
    zh, en = [], []
    for file, sheet, row, near in zip(there["_file"], there["_sheet"], there["_row"], same, strict=True):
        number = "?" if pd.isna(row) else str(int(row))
        zh.append(f"第 {number} 行" if near else f"{file} / {sheet} 第 {number} 行")
        en.append(f"row {number}" if near else f"{file} / {sheet} row {number}")
    return here, {"zh_first": zh, "en_first": en, "n": sizes(ids)[again].tolist()}


def month_numbers(values: pd.Series) -> NDArray[np.float64]:
    """Months of dates or of texts like 2023-05 as year × 12 + month − 1; NaN where missing."""
    if not pd.api.types.is_datetime64_any_dtype(values):
        values = pd.to_datetime(values.astype("string"), format="%Y-%m", errors="coerce")
    days = values.to_numpy(dtype="datetime64[M]")
    numbers = days.astype(np.int64).astype(float) + 1970 * 12
    numbers[np.isnat(days)] = np.nan
    return numbers


def month_text(number: float) -> str:
    return f"{int(number) // 12:04d}-{int(number) % 12 + 1:02d}"


def chance(successes: Any, trials: Any, share: float) -> NDArray[np.float64]:
    """Exact binomial probability of at least so many successes, if each trial has this share."""
    from scipy.special import bdtrc

    return bdtrc(np.asarray(successes, dtype=float) - 1, np.asarray(trials, dtype=int), share)


def true(values: Any) -> NDArray[np.bool_]:
    """A nullable truth as a plain one: missing is not true."""
    return pd.Series(values).astype("boolean").fillna(False).to_numpy(dtype=bool)


def numbers(values: pd.Series) -> NDArray[np.float64]:
    """A nullable number column as floats; NaN where missing."""
    return values.to_numpy(dtype=float, na_value=np.nan)


def _sentences(rule: Rule, n: int, counts: Mapping[str, Any]) -> list[tuple[str, str, str, str]]:
    texts = (rule.zh, rule.en, rule.fix_zh, rule.fix_en)
    lists = {k: list(v) for k, v in counts.items() if not isinstance(v, str | int | float)}
    if not lists:
        (zh, en, fix_zh, fix_en) = (text.format(**counts) for text in texts)
        return [(zh, en, fix_zh, fix_en)] * n
    fixed = {k: v for k, v in counts.items() if k not in lists}
    said = []
    for row in zip(*lists.values(), strict=True):
        (zh, en, fix_zh, fix_en) = (
            text.format(**fixed, **dict(zip(lists, row, strict=True))) for text in texts
        )
        said.append((zh, en, fix_zh, fix_en))
    return said


def _ordered(frame: pd.DataFrame | None, name: str, contract: Contract) -> pd.DataFrame:
    if frame is None:
        frame = pd.DataFrame({"station_id": pd.Series(dtype="string")})
    for column, dtype in {**PROVENANCE_TYPES, "station_id": "string"}.items():
        if column not in frame:
            blank = pd.NA if column in ("_row", "station_id") else ""
            frame = frame.assign(**{column: pd.array([blank] * len(frame), dtype=dtype)})
    return in_order(frame).reset_index(drop=True)


def _station_numbers(tables: Mapping[str, pd.DataFrame]) -> tuple[pd.Index, dict[str, NDArray[np.int64]]]:
    """Station ids in order, and for each table the number of each row's station; names count as their station."""
    factored = {name: pd.factorize(frame["station_id"]) for name, frame in tables.items()}
    known = tables["stations"]
    by_name = pd.Series(dtype="object")
    if "name" in known:
        named = known[["name", "station_id"]].dropna().drop_duplicates("name", keep=False)
        named = named[~named["name"].isin(known["station_id"])]
        by_name = pd.Series(named["station_id"].to_numpy(dtype=object), index=named["name"].astype(object))
    canonical = {
        name: [by_name.get(x, x) for x in uniques.astype(object)] for name, (_, uniques) in factored.items()
    }
    ids = pd.Index(sorted({x for uniques in canonical.values() for x in uniques}), dtype="object")
    numbered = {}
    for name, (codes, _) in factored.items():
        numbers_of = np.append(ids.get_indexer(pd.Index(canonical[name], dtype="object")), -1).astype(
            np.int64
        )
        numbered[name] = numbers_of[codes]
    return ids, numbered


def _anchors(frame: pd.DataFrame) -> pd.DataFrame:
    held = frame.loc[frame["_station"] >= 0, ["_station", *PROVENANCE]]
    if held.empty:
        return held.set_index("_station")
    sheet = group_ids(held, "_file", "_sheet")
    pairs = pd.DataFrame({"sheet": sheet, "station": held["_station"].to_numpy()}).drop_duplicates()
    shared = pairs["sheet"].value_counts()
    first = held.drop_duplicates("_station")
    positions = held.index.get_indexer(first.index)
    alone = shared.reindex(sheet[positions]).to_numpy() == 1
    return first.assign(_row=first["_row"].mask(alone)).set_index("_station")
