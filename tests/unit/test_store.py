"""The store on its own: what is taken over, what goes, what two loads at once and a killed load leave behind."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import duckdb
import pandas as pd
import pytest

from swe.core.errors import DataError
from swe.ledgers import snapshots, store
from swe.ledgers.contract import contract, dtypes
from swe.ledgers.issues import Account
from swe.ledgers.load import load
from swe.ledgers.origins import Origin
from swe.ledgers.snapshot_maker import Job, make_snapshot
from swe.ledgers.tables_view import Snapshot, Tables

LEDGER = contract("ledger-v1")
Book = dict[str, list[dict[str, Any]]]


def stations(*rows: tuple[str, str]) -> list[dict[str, Any]]:
    return [{"station_id": s, "name": f"{s}站", "region_code": r, "kind": "station"} for s, r in rows]


def visits(station: str, count: int) -> list[dict[str, Any]]:
    day = pd.Timestamp("2023-05-01")
    return [
        {
            "station_id": station,
            "visit_id": f"{i:05d}",
            "date": day,
            "households": 1,
            "note": "电话13812345678",
        }
        for i in range(count)
    ]


def origin(name: str, book: Book, calls: list[str] | None = None) -> Origin:
    """A source that counts how often it is read."""

    def read() -> Any:
        if calls is not None:
            calls.append(name)
        tables = {}
        for table, rows in book.items():
            frame = pd.DataFrame(rows).reindex(columns=[*LEDGER[table].names])
            frame = frame.astype(dtypes(LEDGER[table]))
            frame = frame.assign(_file=name, _sheet=table, _row=range(2, len(rows) + 2))
            tables[table] = frame.astype({"_file": "string", "_sheet": "string", "_row": "Int64"})
        accounts = [Account(name, t, t, len(rows), len(rows), 0, 0) for t, rows in book.items()]
        return SimpleNamespace(tables=tables, issues=(), accounts=tuple(accounts), letters={})

    content = json.dumps(book, default=str, sort_keys=True)
    digest = store._digest(content) * 4
    return Origin(name, "xlsx", len(content), digest, digest, read)


def put(folder: Path, *origins: Origin, **settings: Any) -> Tables:
    """Load these origins into a store."""
    job = Job(LEDGER, store.Settings(**settings), None, None, date(2023, 6, 1), folder)
    with snapshots.staging(folder) as made:
        done = make_snapshot(job, origins, made)
    assert done is not None
    return Tables(Snapshot(done.name, done))


def snapshot_names(folder: Path) -> set[str]:
    return {p.name for p in folder.iterdir() if p.is_dir() and not p.name.startswith(".")}


A: Book = {"stations": stations(("0520001", "522702001")), "visits": visits("0520001", 3)}
B: Book = {"stations": stations(("S2", "110101001")), "visits": visits("S2", 4)}


def test_the_layout_is_the_one_of_the_formats_page(tmp_path: Path) -> None:
    data = put(tmp_path / "store", origin("a.xlsx", A), origin("b.xlsx", B))
    base = tmp_path / "store"
    assert (base / "HEAD").read_text(encoding="ascii").strip() == data.snapshot.id
    files = sorted(p.relative_to(base).parts[1:3] for p in base.rglob("*/province=*/*.parquet"))
    assert files == [("stations", "province=11"), ("stations", "province=52"), ("visits", "province=11"), ("visits", "province=52")]  # fmt: skip


def test_codes_stay_text_and_types_are_the_contracts(tmp_path: Path) -> None:
    data = put(tmp_path / "store", origin("a.xlsx", A))
    assert data.visits["station_id"].tolist() == ["0520001"] * 3
    assert data.visits["visit_id"].tolist() == ["00000", "00001", "00002"]
    kinds = {name: str(dtype) for name, dtype in data.visits.dtypes.items()}
    assert kinds == {c.name: str(pd.Series(dtype=dtypes(LEDGER["visits"])[c.name]).dtype) for c in LEDGER["visits"].stored_columns}  # fmt: skip
    answer = data.query("SELECT province, _row, station_id FROM visits ORDER BY _row")
    assert answer["province"].tolist() == ["52"] * 3
    assert answer["_row"].tolist() == [2, 3, 4]


def test_sums_and_counts_of_a_query_are_whole_numbers(tmp_path: Path) -> None:
    data = put(tmp_path / "store", origin("a.xlsx", A))
    answer = data.query("SELECT sum(households) AS s, count(*) AS n, min(date) AS d FROM visits")
    assert [str(t) for t in answer.dtypes] == ["Int64", "Int64", "datetime64[us]"]
    assert answer.iloc[0].tolist() == [3, 3, pd.Timestamp("2023-05-01")]


def test_free_text_and_identifiers_are_not_in_the_store(tmp_path: Path) -> None:
    put(tmp_path / "store", origin("a.xlsx", A))
    for path in (tmp_path / "store").rglob("*"):
        if path.suffix == ".parquet":
            assert "13812345678" not in str(duckdb.sql(f"FROM read_parquet('{path}')").fetchall())
        elif path.is_file():
            assert b"13812345678" not in path.read_bytes()


def test_an_unchanged_source_is_not_read_again(tmp_path: Path) -> None:
    calls: list[str] = []
    first = put(tmp_path / "s", origin("a.xlsx", A, calls), origin("b.xlsx", B, calls))
    again = put(tmp_path / "s", origin("a.xlsx", A, calls), origin("b.xlsx", B, calls))
    assert (calls, again.snapshot) == (["a.xlsx", "b.xlsx"], first.snapshot)
    changed = {**B, "visits": visits("S2", 5)}
    both = put(tmp_path / "s", origin("a.xlsx", A, calls), origin("b.xlsx", changed, calls))
    assert calls == ["a.xlsx", "b.xlsx", "b.xlsx"]
    assert both.rows == {"stations": 2, "visits": 8}
    assert both.query("SELECT count(*) AS n FROM visits")["n"].tolist() == [8]
    assert both.accounting["rows_read"].sum() == 10


def test_what_was_taken_over_equals_what_is_read_anew(tmp_path: Path) -> None:
    put(tmp_path / "one", origin("a.xlsx", A))
    grown = put(tmp_path / "one", origin("a.xlsx", A), origin("b.xlsx", B))
    fresh = put(tmp_path / "two", origin("b.xlsx", B), origin("a.xlsx", A))
    assert grown.snapshot.id == fresh.snapshot.id
    assert tree(grown.snapshot.path) == tree(fresh.snapshot.path)


def tree(folder: Path) -> dict[str, bytes]:
    return {
        p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()
    }


def test_removing_a_source_removes_its_rows(tmp_path: Path) -> None:
    put(tmp_path / "s", origin("a.xlsx", A), origin("b.xlsx", B))
    left = put(tmp_path / "s", origin("a.xlsx", A))
    assert left.visits["station_id"].unique().tolist() == ["0520001"]
    assert left.sources["name"].tolist() == ["a.xlsx"]
    assert not list(left.snapshot.path.rglob("province=11"))


def test_rows_follow_their_station_to_another_province_without_being_read(tmp_path: Path) -> None:
    calls: list[str] = []
    rows = origin("visits.csv", {"visits": A["visits"]}, calls)
    put(tmp_path / "s", rows, origin("stations.csv", {"stations": stations(("0520001", "522702001"))}, calls))
    moved = put(
        tmp_path / "s", rows, origin("stations.csv", {"stations": stations(("0520001", "330102001"))}, calls)
    )
    assert calls == ["visits.csv", "stations.csv", "stations.csv"]
    assert moved.query("SELECT DISTINCT province FROM visits")["province"].tolist() == ["33"]
    alone = put(tmp_path / "s", rows)
    assert alone.query("SELECT DISTINCT province FROM visits")["province"].tolist() == [store.UNKNOWN]
    assert alone.query("SELECT _row FROM visits ORDER BY 1")["_row"].tolist() == [2, 3, 4]


def test_the_snapshot_id_depends_on_sources_settings_and_nothing_else() -> None:
    plain = store.Settings()
    pairs = [("a", "1"), ("b", "2")]
    assert store.snapshot_id(plain, pairs) == store.snapshot_id(plain, pairs[::-1])
    others = {
        store.snapshot_id(plain, [("a", "1")]),
        store.snapshot_id(plain, [("a", "1"), ("b", "3")]),
        store.snapshot_id(plain, [("a", "1"), ("c", "2")]),
        store.snapshot_id(store.Settings(keep_free_text=True), pairs),
        store.snapshot_id(store.Settings(key_id="x"), pairs),
        store.snapshot_id(store.Settings(code="other"), pairs),
        store.snapshot_id(store.Settings(region="52"), pairs),
        store.snapshot_id(store.Settings(minima={"cases": 3}), pairs),
    }
    assert len(others) == 8 and store.snapshot_id(plain, pairs) not in others


def test_the_current_and_the_previous_snapshot_are_kept(tmp_path: Path) -> None:
    made = [put(tmp_path, origin("a.xlsx", {"visits": visits("S", n)})) for n in (1, 2, 3, 4)]
    assert snapshot_names(tmp_path) == {made[2].snapshot.id, made[3].snapshot.id}
    assert made[2].query("SELECT count(*) AS n FROM visits")["n"].tolist() == [3]
    with pytest.raises(DataError, match="again"):
        made[0].visits  # noqa: B018


def test_a_damaged_snapshot_is_made_again(tmp_path: Path) -> None:
    calls: list[str] = []
    first = put(tmp_path, origin("a.xlsx", A, calls))
    next(first.snapshot.path.rglob("visits/*/*.parquet")).unlink()
    again = put(tmp_path, origin("a.xlsx", A, calls))
    assert (len(again.visits), calls) == (3, ["a.xlsx", "a.xlsx"])


def test_a_store_is_opened_by_its_folder(tmp_path: Path) -> None:
    data = put(tmp_path, origin("a.xlsx", A))
    assert load(tmp_path).snapshot == data.snapshot
    for path in data.snapshot.path.rglob("visits/*/*.parquet"):
        path.unlink()
    with pytest.raises(DataError, match="damaged"):
        load(tmp_path)


def test_a_folder_with_brackets_stars_and_partitions_in_its_name(tmp_path: Path) -> None:
    data = put(tmp_path / "a[1] b*?" / "year=2023" / "it's", origin("a.xlsx", A))
    assert len(data.visits) == 3
    assert "year" not in data.query("FROM visits").columns


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT nothing FROM visits", "FROM nowhere", "SELEC 1", "", "DROP VIEW visits", "SELECT 1; SELECT 2",
        "COPY visits TO 'x.csv'", "FROM read_csv('/etc/passwd')", "SET threads = 1", "ATTACH 'x.db'",
        "SELECT * FROM glob('/*')", "INSTALL httpfs", "SELECT station_id::INT FROM stations WHERE name LIKE '%站'",
    ],
)  # fmt: skip
def test_a_wrong_or_writing_query_is_a_data_error(tmp_path: Path, sql: str) -> None:
    data = put(tmp_path, origin("a.xlsx", {"stations": stations(("甲", "522702001"))}))
    before = tree(tmp_path)
    with pytest.raises(DataError) as error:
        data.query(sql)
    assert error.value.text("zh") and error.value.text("en")
    assert tree(tmp_path) == before


def test_an_unknown_table_is_an_attribute_error_that_names_the_known_ones(tmp_path: Path) -> None:
    data = put(tmp_path, origin("a.xlsx", A))
    with pytest.raises(AttributeError, match="visits"):
        data.nothing  # noqa: B018
    assert "visits" in dir(data) and data.cases.empty and next(iter(data.cases.columns)) == "station_id"
    with pytest.raises(AttributeError):
        data.snapshot = None  # type: ignore[misc,assignment]


def test_reading_leaves_no_thread_behind(tmp_path: Path) -> None:
    """A driver may fork afterwards, and a thread would not live on in the child."""
    code = (
        "import sys, pathlib; sys.path.insert(0, sys.argv[2]); import test_store as t\n"
        "d = t.put(pathlib.Path(sys.argv[1]), t.origin('a.xlsx', t.A)); d.visits; d.issues; d.query('FROM visits')\n"
        "print(len(list(pathlib.Path('/proc/self/task').iterdir())))"
    )
    if not Path("/proc/self/task").exists():
        pytest.skip("counts threads in /proc")
    env = {**os.environ, "JE_ARROW_MALLOC_CONF": "background_thread:false", "OPENBLAS_NUM_THREADS": "1"}
    args = [sys.executable, "-c", code, str(tmp_path), str(Path(__file__).parent)]
    assert subprocess.run(args, env=env, capture_output=True, check=True).stdout.strip() == b"1"


# -- several processes ---------------------------------------------------------------------------------------

LOADER = """
import pathlib, sys, time
sys.path.insert(0, sys.argv[1])
import test_store as t
folder, size, times = pathlib.Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
print("ready", flush=True)
sys.stdin.readline()
for i in range(times):
    book = {"stations": t.stations(("S", "522702001")), "visits": t.visits("S", size)}
    other = {"visits": t.visits("S", i + 1)}
    data = t.put(folder, t.origin("a.xlsx", book), t.origin("b.xlsx", other))
    try:
        assert data.rows["visits"] == size + i + 1
    except t.DataError:
        pass  # the other process has made two snapshots since
print("done", flush=True)
"""


def start(folder: Path, size: int, times: int) -> subprocess.Popen[bytes]:
    args = [sys.executable, "-c", LOADER, str(Path(__file__).parent), str(folder), str(size), str(times)]
    child = subprocess.Popen(args, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert child.stdout is not None
    assert child.stdout.readline() == b"ready\n"
    return child


def go(child: subprocess.Popen[bytes]) -> None:
    assert child.stdin is not None
    child.stdin.write(b"\n")
    child.stdin.flush()


def test_two_processes_load_into_one_store_at_once(tmp_path: Path) -> None:
    children = [start(tmp_path, size, 12) for size in (100, 200)]
    for child in children:
        go(child)
    for child in children:
        out, errors = child.communicate(timeout=240)
        assert not errors.strip(), errors.decode()
        assert (child.returncode, out) == (0, b"done\n")
    last = load(tmp_path)
    assert last.rows["visits"] in (112, 212)
    assert len(last.visits) == last.rows["visits"]
    assert not list(tmp_path.glob(".staging-*"))
    assert len(snapshot_names(tmp_path)) <= 3  # the current, the previous, and one that was claimed meanwhile


@pytest.mark.skipif(os.name == "nt", reason="SIGKILL is POSIX")
def test_a_killed_load_leaves_the_store_as_it_was(tmp_path: Path) -> None:
    """Ten kills at random moments; after each, HEAD is whole and the next load is right."""
    moments = random.Random(20230531)
    before = put(tmp_path, origin("a.xlsx", A))
    for _ in range(10):
        child = start(tmp_path, 30_000, 50)
        go(child)
        time.sleep(moments.uniform(0.0, 0.6))
        os.kill(child.pid, signal.SIGKILL)
        child.communicate()
        current = snapshots.head(tmp_path)
        assert current is not None and store.complete(current)
        found = load(tmp_path)
        assert len(found.visits) == found.rows["visits"]
        after = put(tmp_path, origin("a.xlsx", A))
        assert (after.snapshot.id, len(after.visits)) == (before.snapshot.id, 3)
        assert not list(tmp_path.glob(".staging-*"))


def test_a_failing_source_leaves_the_store_as_it_was(tmp_path: Path) -> None:
    put(tmp_path, origin("a.xlsx", A))
    before = tree(tmp_path)

    def broken() -> Any:
        raise DataError("坏", "broken")

    bad = Origin("c.xlsx", "xlsx", 1, "c", "c", broken)
    with pytest.raises(DataError, match="broken"):
        put(tmp_path, origin("b.xlsx", B), bad)
    assert tree(tmp_path) == before


def test_a_full_disk_is_a_machine_error_and_leaves_the_store_as_it_was(tiny_disk: Path) -> None:
    from swe.core.errors import MachineError

    put(tiny_disk / "s", origin("a.xlsx", A))
    before = tree(tiny_disk)
    many = [{**row, "visit_id": os.urandom(48).hex()} for row in visits("S", 40_000)]
    with pytest.raises(MachineError):
        put(tiny_disk / "s", origin("a.xlsx", {"visits": many}))
    assert tree(tiny_disk) == before


def test_a_snapshot_that_vanishes_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path, origin("a.xlsx", A))
    take: Callable[..., Any] = snapshots.link_or_copy

    def vanish(source: Path, target: Path) -> None:
        source.unlink()
        take(source, target)

    monkeypatch.setattr(snapshots, "link_or_copy", vanish)
    job = Job(LEDGER, store.Settings(), None, None, date(2023, 6, 1), tmp_path)
    with snapshots.staging(tmp_path) as made:
        assert make_snapshot(job, [origin("a.xlsx", A), origin("b.xlsx", B)], made) is None
