"""`swe.load` and `swe check` on files, end to end: read, checked, redacted, stored, and again after a change."""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd
import pytest

from swe.core.errors import DataError, PrivacyError, UsageError
from swe.ledgers import command, held_rows, large_files, portions
from swe.ledgers.contract import contract
from swe.ledgers.load import default_store, load

LEDGER = contract("ledger-v1")
STATIONS = (
    "社工站编号,社工站名称,行政区划代码,站点类型\nS1,甲镇社工站,522702001,站\nS2,乙镇社工站,522702102,站\n"
)
WORKERS = "社工站编号,工号,姓名,身份证号\nS1,SG01,张三丰,110101199003071233\n"
VISITS = "社工站,日期,走访户数,服务人次,负责社工,备注\n{0},2023-05-10,1,2,SG01,电话 13812345678\n{0},2023年5月11日,1,1,SG01,\n"
KEY = bytes(range(32))


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    """A folder of CSV files, one a table and station, beside a run file."""
    folder = tmp_path / "d" / "raw"
    folder.mkdir(parents=True)
    (folder.parent / "run.yml").write_text("id: d\n", encoding="utf-8")
    write(folder, "stations.csv", STATIONS)
    write(folder, "workers.csv", WORKERS)
    write(folder, "visits-1.csv", VISITS.format("S1"))
    write(folder, "visits-2.csv", VISITS.format("乙镇社工站"))
    return folder


def write(folder: Path, name: str, text: str) -> None:
    (folder / name).write_text(text, encoding="utf-8-sig")


def rows_of(data: object, sql: str) -> list[tuple[object, ...]]:
    return [tuple(row) for row in data.query(sql).itertuples(index=False)]  # type: ignore[attr-defined]


def test_a_folder_becomes_typed_private_tables(raw: Path) -> None:
    data = load(raw)
    assert data.snapshot.path.parent == raw.parent / "store"
    assert data.rows == {"stations": 2, "visits": 4, "workers": 1}
    assert data.visits["date"].dtype == "datetime64[us]" and data.visits["person_times"].sum() == 6
    assert data.visits["worker_id"].isna().all() and "note" not in data.visits
    assert (
        data.accounting["rows_read"].sum() == data.accounting[["accepted", "rejected", "skipped"]].sum().sum()
    )
    assert {"worker_id", "note"} <= set(data.privacy.loc[data.privacy["action"] == "dropped", "column"])
    assert set(data.tables) == set(LEDGER.tables)


def test_a_station_called_by_its_name_in_another_file_is_that_station(raw: Path) -> None:
    data = load(raw)
    counted = rows_of(data, "SELECT station_id, province, count(*) FROM visits GROUP BY ALL ORDER BY 1")
    assert counted == [("S1", "52", 2), ("S2", "52", 2)]
    write(raw, "stations.csv", STATIONS.replace("S2,", "S9,"))
    renamed = load(raw)
    assert rows_of(renamed, "SELECT DISTINCT station_id FROM visits ORDER BY 1") == [("S1",), ("S9",)]
    fresh = load(raw, store=raw.parent / "other")
    assert tree(renamed.snapshot.path) == tree(fresh.snapshot.path)


def tree(folder: Path) -> dict[str, bytes]:
    return {
        p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()
    }


def test_only_the_changed_file_is_read_again(raw: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from swe.ledgers import reading

    real, calls = reading.read_source, list[str]()

    def counting(source, *args, **more):  # type: ignore[no-untyped-def]
        calls.append(source.name)
        return real(source, *args, **more)

    monkeypatch.setattr(reading, "read_source", counting)
    load(raw)
    assert len(calls) == 4
    load(raw)
    assert len(calls) == 4
    write(raw, "visits-1.csv", VISITS.format("S1") + "S1,2023-05-12,3,3,SG01,\n")
    (raw / "workers.csv").unlink()
    data = load(raw)
    assert calls[4:] == ["visits-1.csv"]
    assert data.rows == {"stations": 2, "visits": 5}
    fresh = load(raw, store=raw.parent / "fresh")
    pd.testing.assert_frame_equal(data.visits, fresh.visits)
    pd.testing.assert_frame_equal(data.issues, fresh.issues)
    assert tree(data.snapshot.path) == tree(fresh.snapshot.path)


def test_nothing_personal_is_in_any_byte_of_the_store(raw: Path, capfd: pytest.CaptureFixture[str]) -> None:
    for options in ({}, {"key": KEY}, {"keep_free_text": True}, {"key": KEY, "keep_free_text": True}):
        data = load(raw, **options)  # type: ignore[arg-type]
        shown = [
            str(data.issues.to_dict()),
            str(data.privacy.to_dict()),
            str(data.accounting.to_dict()),
            repr(data),
        ]
        shown += [data[name].to_csv() for name in data.rows]
        shown += [
            p.read_bytes().decode("utf-8", "replace")
            for p in data.snapshot.path.parent.rglob("*")
            if p.is_file()
        ]
        for secret in ("13812345678", "张三丰", "110101199003071233", "SG01"):
            assert not [text for text in shown if secret in text], (secret, options)
    assert capfd.readouterr() == ("", "")


def test_with_a_key_a_person_is_counted_once_and_references_meet(raw: Path) -> None:
    data = load(raw, key=KEY)
    joined = "SELECT count(*) AS n FROM visits JOIN workers USING (worker_id)"
    assert data.query(joined)["n"].tolist() == [4]
    assert data.workers["person_key"].str.len().tolist() == [26]
    assert load(raw, key=bytes(32)).snapshot.id != data.snapshot.id


def test_a_key_file_inside_the_store_is_refused(raw: Path) -> None:
    inside = raw.parent / "store" / "key"
    inside.parent.mkdir()
    inside.write_bytes(KEY)
    inside.chmod(0o600)
    with pytest.raises(PrivacyError):
        load(raw, key=inside)


def test_free_text_is_kept_masked_when_asked_for(raw: Path) -> None:
    data = load(raw, keep_free_text=True)
    notes = data.visits["note"].dropna().tolist()
    assert len(notes) == 2 and all("电话" in note and "138" not in note for note in notes)


def test_file_glob_and_several_paths(raw: Path, tmp_path: Path) -> None:
    assert load(raw / "visits-1.csv", store=tmp_path / "a").rows == {"visits": 2}
    assert load(str(raw / "visits-*.csv"), store=tmp_path / "b").rows == {"visits": 4}
    both = [raw / "stations.csv", raw / "visits-2.csv"]
    assert load(both, store=tmp_path / "c").rows == {"stations": 2, "visits": 2}
    with pytest.raises(DataError):
        load(raw / "nothing.csv", store=tmp_path / "e")
    with pytest.raises(UsageError):
        load(raw, contract="ledger-v0")
    assert not (tmp_path / "e").exists()


def test_a_store_among_the_sources_is_not_a_source(raw: Path) -> None:
    load(raw)
    above = load(raw.parent, store=raw.parent / "store")
    assert above.rows == {"stations": 2, "visits": 4, "workers": 1}
    assert not [name for name in above.sources["name"] if "store" in name]


def test_the_store_lies_beside_the_run_file_else_in_a_private_folder(raw: Path, tmp_path: Path) -> None:
    assert default_store(raw) == raw.parent / "store"
    alone = tmp_path / "alone"
    shutil.copytree(raw, alone)
    place = default_store(alone)
    assert tmp_path not in place.parents and place == default_store(str(alone))
    assert place.parent.stat().st_mode & 0o077 == 0
    assert default_store(raw / "visits-1.csv") != default_store(raw / "visits-2.csv")


def test_a_column_that_is_missing_in_one_file_is_said_and_the_others_load(raw: Path) -> None:
    write(raw, "visits-3.csv", "社工站,走访户数,服务人次\nS1,1,1\n")
    data = load(raw)
    told = data.issues[(data.issues["file"] == "visits-3.csv") & (data.issues["severity"] == "error")]
    assert len(told) and data.accounting.set_index("file").loc["visits-3.csv", "rows_read"] >= 1
    assert len(data.visits[data.visits["station_id"] == "S2"]) == 2


def test_check_counts_every_row_and_fails_on_an_error(raw: Path) -> None:
    found = command.check_document([raw])
    assert set(found) == {"sources", "issues", "ok"}
    assert set(found["issues"]) == {"error", "warning", "info"}
    names = ("path", "sheet", "rows_read", "accepted", "rejected", "skipped", "reasons")
    assert all(set(entry) == set(names) for entry in found["sources"])
    for entry in found["sources"]:
        assert entry["rows_read"] == entry["accepted"] + entry["rejected"] + entry["skipped"]
        assert sum(entry["reasons"].values()) == entry["rejected"] + entry["skipped"]
    assert [e["path"] for e in found["sources"]] == [
        "stations.csv",
        "visits-1.csv",
        "visits-2.csv",
        "workers.csv",
    ]
    assert found["ok"] is (found["issues"]["error"] == 0)
    write(raw, "visits-1.csv", VISITS.format("S1") + "S1,昨天,1,1,SG01,\n")
    assert command.check_document(str(raw))["ok"] is False


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_text_form_names_every_file_and_no_cell(raw: Path, lang: str) -> None:
    (raw / "broken.xlsx").write_bytes(b"PK")
    text = "\n".join(command.lines(command.check_paths(raw), lang))
    assert all(name in text for name in ("stations.csv", "visits-2.csv", "broken.xlsx"))
    assert "张三丰" not in text and "138" not in text


def test_check_compares_persons_between_files_without_a_key(raw: Path) -> None:
    """`swe check` keeps nothing, so it may compare everything as it was written."""
    write(raw, "visits-3.csv", VISITS.format("S1").replace("SG01", "SG77"))
    rules = {issue.rule for issue in command.check_paths(raw).issues}
    assert "reference.worker" in rules


def test_what_is_too_large_to_be_held_gives_the_same_tables_and_says_what_was_not_compared(
    raw: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = load(raw)
    for module, name in ((large_files, "LARGE_CSV"), (held_rows, "IN_MEMORY"), (portions, "TOGETHER")):
        monkeypatch.setattr(module, name, 1)
    monkeypatch.setattr(large_files, "PIECE_BYTES", 120)
    pieces = load(raw, store=raw.parent / "other")
    assert pieces.rows == whole.rows
    for name in whole.rows:
        pd.testing.assert_frame_equal(pieces[name], whole[name])
    assert pieces.accounting.equals(whole.accounting)
    said = pieces.issues.groupby("rule")["severity"].agg(["first", "size"])
    assert said.loc["rows_not_compared"].tolist() == ["info", 4]
    assert said.loc["checked_in_portions"].tolist() == ["info", 1]
    again = load(raw, store=raw.parent / "other")
    assert tree(again.snapshot.path) == tree(pieces.snapshot.path)
    write(raw, "visits-3.csv", VISITS.format("S2"))
    more = load(raw, store=raw.parent / "other")
    assert more.rows["visits"] == whole.rows["visits"] + 2
