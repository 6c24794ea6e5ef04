"""A file written by a program: a missing cell is missing, never "the same as above", as it may be in people's sheets."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from swe.ledgers.contract import contract
from swe.ledgers.reading import SourceRead, read_source
from swe.ledgers.sources import sources

LEDGER = contract("ledger-v1")
ROWS = {
    "社工站编号": ["S1", None, "S1", "S1"],
    "日期": ["2023-05-01", "2023-05-02", None, "2023-05-04"],
    "负责社工": ["GB1", "GB2", None, None],
    "走访户数": [2, 3, 4, None],
}


def read(path: Path) -> SourceRead:
    (source,) = sources(path)
    return read_source(source, LEDGER)


@pytest.fixture
def parquet(tmp_path: Path) -> Path:
    path = tmp_path / "走访探访记录.parquet"
    pq.write_table(pa.table(ROWS), path)
    return path


def test_nulls_of_parquet_in_required_columns_reject_their_rows(parquet: Path) -> None:
    found = read(parquet)
    (account,) = found.accounts
    assert (account.accepted, account.rejected) == (2, 2)
    assert account.reasons == {"header": 1, "required_missing": 2}
    missing = [(i.row, i.column) for i in found.issues if i.rule.endswith("required_missing")]
    assert sorted(missing) == [(3, "station_id"), (4, "date")]
    visits = found.tables["visits"]
    assert visits["_row"].tolist() == [2, 5]
    assert visits["worker_id"].notna().tolist() == [True, False]
    assert visits["households"].notna().tolist() == [True, False]
    assert not [i for i in found.issues if i.rule.endswith("same_as_above")]


def test_the_same_blanks_in_peoples_csv_are_filled_from_above_and_said(tmp_path: Path) -> None:
    path = tmp_path / "走访探访记录.csv"
    lines = [
        ",".join("" if cell is None else str(cell) for cell in row)
        for row in zip(*ROWS.values(), strict=True)
    ]
    path.write_text("\n".join([",".join(ROWS), *lines, ""]), encoding="utf-8-sig")
    found = read(path)
    assert found.accounts[0].accepted > 2
    assert [i for i in found.issues if i.rule.endswith("same_as_above")]
