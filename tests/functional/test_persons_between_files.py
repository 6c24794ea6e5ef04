"""One person in two stations' files is said by `swe.load`, with a user's key and without, and nothing of it is stored."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pandas as pd
import pytest
import xlsxwriter

from swe.ledgers import command, reading
from swe.ledgers.load import load
from swe.ledgers.tables_view import Tables

ID = "110101199003071233"
HEAD = {
    "站点基本信息": ["社工站编号", "社工站名称", "行政区划代码", "站点类型"],
    "人员花名册": ["社工站编号", "工号", "姓名", "身份证号", "入职时间"],
    "服务对象档案": ["社工站编号", "档案编号", "姓名", "性别", "出生年月", "身份证号"],
}
TOWNS = {"S1": "522702001", "S2": "522702102", "S3": "522702103"}
ELSEWHERE = "duplicate.client_elsewhere"


def workbook(folder: Path, station: str, *clients: list[str], month: str = "") -> Path:
    """A station's workbook: itself, a worker, its client files."""
    path = folder / f"{station}{month}.xlsx"
    rows = {
        "站点基本信息": [[station, f"{station}社工站", TOWNS[station], "站"]],
        "人员花名册": [[station, "SG01", f"王{station}", "", "2022-01-01"]],
        "服务对象档案": [[station, *client] for client in clients],
    }
    with xlsxwriter.Workbook(path) as book:
        for name, lines in rows.items():
            sheet = book.add_worksheet(name)
            for number, line in enumerate([HEAD[name], *lines]):
                sheet.write_row(number, 0, line)
    return path


def person(number: str, *, id: str = ID, name: str = "张三丰") -> list[str]:
    return [number, name, "女", "1990-03-07", id]


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    folder = tmp_path / "raw"
    folder.mkdir()
    workbook(folder, "S1", person("DA01"))
    workbook(folder, "S2", person("DA07"), person("DA08", id="", name="李四"))
    return folder


def said(data: Tables) -> list[tuple[str, int, str]]:
    rows = data.issues[data.issues["rule"].isin([ELSEWHERE, "duplicate.client", "duplicate.worker"])]
    return sorted(zip(rows["file"], rows["row"], rows["rule"], strict=True))


def tree(folder: Path) -> dict[str, bytes]:
    return {
        p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()
    }


def counted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    real, calls = reading.read_source, list[str]()

    def counting(source, *args, **more):  # type: ignore[no-untyped-def]
        calls.append(source.name)
        return real(source, *args, **more)

    monkeypatch.setattr(reading, "read_source", counting)
    return calls


@pytest.mark.parametrize("key", [None, bytes(range(32))])
def test_a_client_in_two_workbooks_is_said_at_both_places(
    raw: Path, tmp_path: Path, key: bytes | None
) -> None:
    data = load(raw, store=tmp_path / "s", key=key)
    assert said(data) == [("S1.xlsx", 2, ELSEWHERE), ("S2.xlsx", 2, ELSEWHERE)]
    cells = data.issues.loc[data.issues["rule"] == ELSEWHERE, "cell"]
    assert set(cells) == {"B2"}


def test_the_load_says_of_persons_what_the_check_says(raw: Path, tmp_path: Path) -> None:
    workbook(raw, "S3", person("DA02", id="", name="李四"), person("DA03", id="１１0101199003071233"))
    workbook(raw, "S1", person("DA01"), month="-2023年6月")
    checked = [
        (i.file, i.row, i.rule)
        for i in command.check_paths(raw).issues
        if i.rule.startswith("duplicate.client")
    ]
    loaded = said(load(raw, store=tmp_path / "s"))
    assert loaded == sorted(checked)
    assert ("S3.xlsx", 2, ELSEWHERE) in loaded  # without an ID: by name, birth date and sex
    assert ("S1.xlsx", 2, "duplicate.client") in loaded  # two files of one station


def test_a_fifteen_digit_number_is_the_same_person(raw: Path, tmp_path: Path) -> None:
    workbook(raw, "S3", person("DA02", id="110101900307123"))
    found = said(load(raw, store=tmp_path / "s"))
    assert ("S3.xlsx", 2, ELSEWHERE) in found


def test_a_file_added_later_is_compared_with_those_that_were_there(raw: Path, tmp_path: Path) -> None:
    assert len(said(load(raw, store=tmp_path / "s"))) == 2
    workbook(raw, "S3", person("DA02", name="张三"))
    grown, fresh = load(raw, store=tmp_path / "s"), load(raw, store=tmp_path / "fresh")
    assert said(grown) == [(f"S{n}.xlsx", 2, ELSEWHERE) for n in (1, 2, 3)]
    assert all("3" in text for text in grown.issues.loc[grown.issues["rule"] == ELSEWHERE, "message_en"])
    assert tree(grown.snapshot.path) == tree(fresh.snapshot.path)
    (raw / "S3.xlsx").unlink()
    (raw / "S2.xlsx").unlink()
    assert said(load(raw, store=tmp_path / "s")) == []


def test_what_has_no_persons_is_not_read_again_for_their_sake(
    raw: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    visits = raw / "visits.csv"
    visits.write_text("社工站编号,日期,走访户数,服务人次\nS1,2023-05-10,1,2\n", encoding="utf-8")
    calls = counted(monkeypatch)
    load(raw, store=tmp_path / "s")
    calls.clear()
    workbook(raw, "S3", person("DA02"))
    assert len(said(load(raw, store=tmp_path / "s"))) == 3
    assert sorted(calls) == ["S1.xlsx", "S2.xlsx", "S3.xlsx"]
    calls.clear()
    visits.write_text("社工站编号,日期,走访户数,服务人次\nS1,2023-05-10,1,3\n", encoding="utf-8")
    assert len(said(load(raw, store=tmp_path / "s"))) == 3
    assert calls == ["visits.csv"]


def test_with_a_users_key_only_what_changed_is_read(
    raw: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    load(raw, store=tmp_path / "s", key=bytes(32))
    calls = counted(monkeypatch)
    workbook(raw, "S3", person("DA02"))
    assert len(said(load(raw, store=tmp_path / "s", key=bytes(32)))) == 3
    assert calls == ["S3.xlsx"]


def test_a_worker_on_two_rosters_is_said(raw: Path, tmp_path: Path) -> None:
    for station in ("S1", "S2"):
        (raw / f"{station}.csv").write_text(
            f"社工站编号,工号,姓名,身份证号,入职时间\n{station}社工站,SG02,赵六,{ID},2022-01-01\n",
            encoding="utf-8",
        )
    found = said(load(raw, store=tmp_path / "s"))
    assert [(f, r) for f, _, r in found if r == "duplicate.worker"] == [
        ("S1.csv", "duplicate.worker"),
        ("S2.csv", "duplicate.worker"),
    ]


def test_two_loads_leave_the_same_bytes_and_nothing_of_a_person(raw: Path, tmp_path: Path) -> None:
    """The key of a load is another each time; a trace of it would make the bytes differ."""
    one, other = load(raw, store=tmp_path / "a"), load(raw, store=tmp_path / "b")
    assert tree(one.snapshot.path) == tree(other.snapshot.path)
    assert one.clients["person_key"].isna().all() and one.clients["client_id"].isna().all()
    everything = b"".join(tree(tmp_path / "a").values())
    for secret in (ID, "张三丰", "李四", "DA07"):
        assert secret.encode() not in everything


def test_the_day_decides_the_issues_and_the_snapshot(raw: Path, tmp_path: Path) -> None:
    (raw / "visits.csv").write_text(
        "社工站编号,日期,走访户数,服务人次\nS1,2023-05-10,1,2\n", encoding="utf-8"
    )
    before = load(raw, store=tmp_path / "a", today=date(2023, 5, 1))
    after = load(raw, store=tmp_path / "a", today=date(2023, 5, 31))
    assert before.snapshot.id != after.snapshot.id
    assert "date.future" in set(before.issues["rule"]) and "date.future" not in set(after.issues["rule"])
    again, fresh = (load(raw, store=tmp_path / s, today=date(2023, 5, 1)) for s in ("a", "b"))
    assert again.snapshot.id == fresh.snapshot.id == before.snapshot.id
    assert tree(again.snapshot.path) == tree(fresh.snapshot.path)
    pd.testing.assert_frame_equal(again.issues, fresh.issues)


def test_another_day_reads_no_file_again(raw: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one = load(raw, store=tmp_path / "s", today=date(2023, 5, 1))
    calls = counted(monkeypatch)
    other = load(raw, store=tmp_path / "s", today=date(2024, 5, 1))
    assert calls == [] and said(one) == said(other) != []


def test_without_a_day_the_snapshot_is_that_of_the_day_of_the_load(raw: Path, tmp_path: Path) -> None:
    explicit = load(raw, store=tmp_path / "a", today=date.today())
    assert load(raw, store=tmp_path / "b").snapshot.id == explicit.snapshot.id
