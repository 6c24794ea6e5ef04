"""Check 2: persons and rows that are counted twice: the same client at two stations, copied rows, shared staff."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from swe.ledgers.checks.ledger import Ledger, group_ids, repeated, sizes
from swe.ledgers.checks.rule import Rule
from swe.ledgers.issues import Issue

if TYPE_CHECKING:
    from numpy.typing import NDArray

# Across stations only the count is said, never the other place: a list that goes back to one station must not
# tell it who else serves a person (个人信息保护法 art. 28). Both rows are flagged, so an assessor finds the pair.
WITHIN = Rule(
    "duplicate.client", 2, "warning",
    "同一服务对象在本站建了 {n} 份档案，人数会被重复计算。",
    "The same client has {n} files at this station and would be counted more than once.",
    "合并为一份档案，一人一档。", "Merge them: one file for one person.",
    "一人一档（许昌市救助站社工服务招标文件）",
)  # fmt: skip
ACROSS = Rule(
    "duplicate.client_elsewhere", 2, "warning",
    "同一服务对象在 {n} 个站点建有档案，汇总人数须去重。",
    "The same client is on file at {n} stations; totals must count the person once.",
    "与评估方核对由哪个站点主责；确为转介的，在原站注销档案。",
    "Settle with the assessor which station is in charge; close the old file where the client was referred.",
    "一人一档（许昌市救助站社工服务招标文件）",
)  # fmt: skip
STAFF = Rule(
    "duplicate.worker", 2, "warning",
    "同一工作人员同时登记在 {n} 个站点，在岗人数会被重复计算。",
    "The same person is on the rosters of {n} stations at the same time and would be counted more than once.",
    "在非驻站的站点写“不驻站”，或补填离职时间。", "Write 'not resident' at the station where the person does not work, or the day of leaving.",
)  # fmt: skip
COPIED = Rule(
    "duplicate.row", 2, "warning",
    "本行与{zh_first}完全相同（共 {n} 行），可能是重复粘贴。",
    "This row is the same as {en_first} ({n} rows in all); it may have been pasted twice.",
    "重复的删去；确是不同记录的，补上编号或服务对象以便区分。",
    "Delete the copy; where it is another record, add a number or client that tells them apart.",
)  # fmt: skip
RULES = (WITHIN, ACROSS, STAFF, COPIED)

# A written ID number that can tell persons apart; masked ones (5227**********12) and words cannot.
_ID = r"[0-9A-Z]{8,18}"
# Tables without a key, and what a row must hold to be told from another that happens to be alike.
_TOLD_BY = {
    "visits": ("visit_id", "client_id"),
    "linkages": ("quantity", "amount_cny"),
    "supervision": ("worker_id", "date"),
    "training": ("worker_id", "date"),
    "finance": ("item",),
}


def duplicate_clients(ledger: Ledger) -> list[Issue]:
    """Clients on file twice, by person key, else ID number, else name, birth date and sex together."""
    rows = ledger.rows("clients", "person_key", "id_number", "name", "birth_date", "sex")
    if rows.empty:
        return []
    rows = rows.assign(person=_identity(rows))
    rows = rows[rows["person"].notna() & (rows["_station"] >= 0)]
    here = sizes(group_ids(rows, "_station", "person"))
    stations = _stations_of(rows)
    return [
        *ledger.flag(WITHIN, "clients", rows[here > 1], "client_id", n=here[here > 1].tolist()),
        *ledger.flag(ACROSS, "clients", rows[stations > 1], "client_id", n=stations[stations > 1].tolist()),
    ]


def duplicate_workers(ledger: Ledger) -> list[Issue]:
    """Workers who are in post at two stations at the same time and are not said to be non-resident."""
    columns = ("person_key", "id_number", "name", "birth_date", "sex", "hired_on", "left_on", "resident")
    rows = ledger.rows("workers", *columns)
    if rows.empty:
        return []
    resident = ~(rows["resident"] == False).fillna(False).to_numpy(dtype=bool)  # noqa: E712
    rows = rows.assign(person=_identity(rows))[resident]
    rows = rows[rows["person"].notna() & (rows["_station"] >= 0)]
    rows = rows[_stations_of(rows) > 1]
    pairs = rows.reset_index().merge(rows.reset_index(), on="person", suffixes=("", "_2"))
    start, end = pd.Timestamp("1900-01-01"), pd.Timestamp("2200-01-01")
    meets = (
        (pairs["_station"] != pairs["_station_2"])
        & (pairs["hired_on"].fillna(start) <= pairs["left_on_2"].fillna(end))
        & (pairs["hired_on_2"].fillna(start) <= pairs["left_on"].fillna(end))
    )
    others = pairs[meets].groupby("index")["_station_2"].nunique()
    return ledger.flag(STAFF, "workers", rows.loc[others.index], "worker_id", n=(others + 1).tolist())


def copied_rows(ledger: Ledger) -> list[Issue]:
    """Rows of tables without a key that equal an earlier one in every column that is filled in."""
    found: list[Issue] = []
    for name, told_by in _TOLD_BY.items():
        frame = ledger.tables[name]
        table = ledger.contract[name]
        columns = [c for c in table.names if c in frame and c not in ("station_id", "simulated")]
        told = np.zeros(len(frame), dtype=bool)
        for column in told_by:
            told |= frame[column].notna().to_numpy() if column in frame else False
        if not told.any():
            continue
        # the most telling columns first: a row that is alone in one of them needs no further comparing
        rows = frame[told & (frame["_station"] >= 0).to_numpy()]
        for column in [c for c in told_by if c in rows]:
            rows = rows[rows[column].duplicated(keep=False)]
        rows = rows[_shared(rows, "_station", *columns)]
        if rows.empty:
            continue
        ids = group_ids(_blank_filled(rows, columns), "_station", *columns)
        again, places = repeated(rows, ids)
        found += ledger.flag(COPIED, name, again, "", **places)
    return found


def _identity(rows: pd.DataFrame) -> pd.Series:
    written = rows["id_number"].str.upper().str.replace(r"\s", "", regex=True)
    number = "id " + written.where(written.str.fullmatch(_ID).fillna(False))
    described = (
        "is " + rows["name"].str.replace(r"\s", "", regex=True)
        + " " + rows["birth_date"].dt.strftime("%Y%m%d").astype("string") + " " + rows["sex"].fillna("")
    )  # fmt: skip
    return ("key " + rows["person_key"]).fillna(number).fillna(described)


def _stations_of(rows: pd.DataFrame) -> NDArray[np.int64]:
    """At how many stations the person of each row is."""
    person, _ = pd.factorize(rows["person"])
    pairs = pd.DataFrame({"person": person, "station": rows["_station"].to_numpy()}).drop_duplicates()
    return np.bincount(pairs["person"], minlength=1)[person] if len(rows) else np.zeros(0, dtype=np.int64)


def _shared(rows: pd.DataFrame, *columns: str) -> NDArray[np.bool_]:
    if rows.empty:
        return np.zeros(0, dtype=bool)
    given = list(columns)
    return sizes(group_ids(_blank_filled(rows, given), *given)) > 1


def _blank_filled(rows: pd.DataFrame, columns: list[str]) -> pd.DataFrame:
    """A missing cell equals a missing cell: its code is one more than those of the values."""
    codes = {}
    for column in columns:
        if column == "_station":
            codes[column] = rows[column]
        else:
            found, kinds = pd.factorize(rows[column])
            codes[column] = pd.Series(np.where(found < 0, len(kinds), found), index=rows.index)
    return pd.DataFrame({"_station": rows["_station"], **codes})
