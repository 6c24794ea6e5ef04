"""Keys unique, references between tables resolved: what else counting and joining would get wrong."""

from __future__ import annotations

import numpy as np
import pandas as pd

from swe.ledgers.checks.ledger import Ledger, group_ids, repeated
from swe.ledgers.checks.rule import Rule
from swe.ledgers.issues import Issue
from swe.reference import register

DUPLICATE = Rule(
    "key.duplicate", 0, "error",
    "编号重复：同一站内这个编号在{zh_first}已用过（共 {n} 行），会被重复计数。",
    "The key is used twice: the same number stands in {en_first} already ({n} rows in all) and would be counted again.",
    "同一件事只留一行；确是两件事的，换一个编号。",
    "Keep one row for one thing; give a new number where it is another one.",
)  # fmt: skip
STATION = Rule(
    "reference.station", 0, "error",
    "站点基本信息表中没有这个社工站，本行无法归到任何站点。",
    "The table of stations does not have this station; the row belongs nowhere.",
    "写站点基本信息表中的编号或站名；漏登记的站点请补上。",
    "Write the ID or name as in the table of stations, or add the station there.",
)  # fmt: skip
NO_STATIONS = Rule(
    "reference.no_stations", 0, "error",
    "有业务记录而没有站点基本信息表，站点无法与行政区划对应。",
    "There are records but no table of stations; they cannot be placed in a region.",
    "补交站点基本信息表。", "Hand in the table of stations.",
)  # fmt: skip
MAIN = Rule(
    "reference.main_station", 0, "warning",
    "所属总站不在站点基本信息表中。", "The main station named here is not in the table of stations.",
    "写总站在站点基本信息表中的编号，或补上总站一行。", "Write the ID of the main station as it stands there, or add its row.",
)  # fmt: skip
WORKER = Rule(
    "reference.worker", 0, "warning",
    "负责社工不在本站人员花名册中。", "The worker is not in the roster of this station.",
    "写花名册中的工号；漏登记（含已离职）的人员请补上。", "Write the ID as in the roster; add those who are missing, leavers too.",
)  # fmt: skip
CLIENT = Rule(
    "reference.client", 0, "warning",
    "服务对象不在本站服务对象档案中。", "The client is not among the client files of this station.",
    "写档案编号；未建档的请先建档。", "Write the file number; open a file where there is none.",
)  # fmt: skip
REGION = Rule(
    "reference.region", 0, "warning",
    "行政区划代码不在历年登记表中，站点算不进任何地区的覆盖率。",
    "The region code is in no vintage of the register; the station counts in no coverage rate.",
    "写国家统计局统计用区划代码（乡镇 9 位、县 6 位）；新设乡镇请在备注说明。",
    "Write the NBS code (township 9 digits, county 6); say so in the note where the township is new.",
    "国家统计局统计用区划代码",
)  # fmt: skip
RULES = (DUPLICATE, STATION, NO_STATIONS, MAIN, WORKER, CLIENT, REGION)

_OWN_NUMBER = {"targets": "measure"}  # the column that names the thing, where it is not the last of the key
_PERSONS = {"workers": WORKER, "clients": CLIENT}


def duplicate_keys(ledger: Ledger) -> list[Issue]:
    """Rows whose key stands in an earlier row (in the order of file, sheet, row)."""
    found: list[Issue] = []
    for name, table in ledger.contract.tables.items():
        key = [c for c in table.key if ledger.has(name, c)]
        if len(key) < len(table.key) - 1 or not key or ledger.tables[name].empty:
            continue
        rows = ledger.rows(name, *key)
        # a missing part (no month) is a value of its own; a missing required part is an error of its cell
        parts = ["_station" if c == "station_id" else c for c in key]
        optional = [c for c in key if not table[c].required]
        filled = rows.assign(**{c: rows[c].astype("string").fillna("") for c in optional})
        ids = group_ids(filled, *parts)
        again, places = repeated(rows, ids)
        found += ledger.flag(DUPLICATE, name, again, _OWN_NUMBER.get(name, key[-1]), **places)
    return found


def references(ledger: Ledger) -> list[Issue]:
    """References to stations, main stations, workers and clients that lead nowhere; unknown region codes.

    Where the whole table referred to is absent for a station, that is said once by `missing`, not for every row.
    """
    found = _stations(ledger)
    for name, table in ledger.contract.tables.items():
        for column in table.columns:
            if column.reference and column.reference.table in _PERSONS and ledger.has(name, column.name):
                found += _persons(ledger, name, column.name, column.reference.table)
    return found + _regions(ledger)


def _stations(ledger: Ledger) -> list[Issue]:
    known = np.zeros(len(ledger.stations) + 1, dtype=bool)
    known[ledger.tables["stations"]["_station"].to_numpy()] = True
    known[-1] = True  # an empty cell is another rule's
    found: list[Issue] = []
    for name in ledger.contract.tables:
        rows = ledger.tables[name]
        if name == "stations" or rows.empty:
            continue
        if ledger.tables["stations"].empty:
            sheets = rows.drop_duplicates(["_file"]).assign(_row=pd.NA)
            found += ledger.flag(NO_STATIONS, name, sheets.astype({"_row": "Int64"}), "station_id")
        else:
            found += ledger.flag(STATION, name, rows[~known[rows["_station"].to_numpy()]], "station_id")
    if ledger.has("stations", "main_station_id"):
        rows = ledger.rows("stations", "main_station_id", "station_id", "name")
        lost = rows["main_station_id"].notna() & ~rows["main_station_id"].isin(
            [*rows["station_id"].dropna(), *rows["name"].dropna()]
        )
        found += ledger.flag(MAIN, "stations", rows[lost], "main_station_id")
    return found


def _persons(ledger: Ledger, table: str, column: str, target: str) -> list[Issue]:
    rows = ledger.rows(table, column)
    key = ledger.contract[target].key[-1]
    known = ledger.rows(target, key, "name")
    listed = np.zeros(len(ledger.stations) + 1, dtype=bool)
    listed[known["_station"].to_numpy()] = True
    listed[-1] = False
    asked = rows[rows[column].notna() & listed[rows["_station"].to_numpy()]]
    pairs = pd.concat(
        [known[["_station"]].assign(word=known[key]), known[["_station"]].assign(word=known["name"])]
    )
    both = pd.concat([pairs, asked[["_station"]].assign(word=asked[column])], ignore_index=True)
    ids = group_ids(both, "_station", "word")
    lost = ~np.isin(ids[len(pairs) :], ids[: len(pairs)])
    return ledger.flag(_PERSONS[target], table, asked[lost], column)


def _regions(ledger: Ledger) -> list[Issue]:
    rows = ledger.rows("stations", "region_code")
    written = rows["region_code"].str.fullmatch(r"[0-9]{6}([0-9]{3})?").fillna(False).astype(bool)
    if not written.any():
        return []
    codes = register.latest()
    lost = written & ~rows["region_code"].map(lambda code: code in codes, na_action="ignore").fillna(
        True
    ).astype(bool)
    return ledger.flag(REGION, "stations", rows[lost], "region_code")
