"""`swe demo`: the folder it leaves, the published totals in it, and the messy form that reads like the tidy one."""

from __future__ import annotations

import re
import subprocess
import sys
from collections import defaultdict

import pandas as pd
import pytest
from python_calamine import CalamineWorkbook

from swe.core.errors import MachineError, UsageError
from swe.ledgers.contract import INSTRUCTIONS, contract
from swe.ledgers.demo import make_demo
from swe.ledgers.detectors import find
from swe.ledgers.digit_detectors import check_digit
from swe.ledgers.reading import WorkbookReader, read_source
from swe.ledgers.sources import sources
from swe.reference import register
from swe.reports.runfile import load_run

LEDGER = contract()


def files(folder):
    return {
        p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()
    }


@pytest.fixture(scope="module")
def fuquan(tmp_path_factory):
    return make_demo(tmp_path_factory.mktemp("demo") / "tidy", region="522702")


@pytest.fixture(scope="module")
def fuquan_messy(tmp_path_factory):
    return make_demo(tmp_path_factory.mktemp("demo") / "messy", region="522702", messy=True)


@pytest.fixture(scope="module")
def sheets(fuquan):
    """Every sheet of every workbook as frames of what stands in the cells, by Chinese name; no reader of ours."""
    found = defaultdict(list)
    for path in sorted((fuquan / "raw").glob("*.xlsx")):
        book = CalamineWorkbook.from_path(path)
        for name in book.sheet_names:
            head, *rows = book.get_sheet_by_name(name).to_python()
            found[name].append(pd.DataFrame(rows, columns=head))
    return dict(found)


def whole(sheets, name):
    return pd.concat(sheets[name], ignore_index=True)


def numbers(column):
    return pd.to_numeric(column.replace("", None))


def test_fuquans_published_totals_stand_in_the_workbooks(sheets, fuquan):
    stations = whole(sheets, "站点基本信息")
    assert sorted(stations["站点类型*"]) == sorted(["县级社工总站"] + ["乡镇（街道）社工站"] * 8)
    assert len(list((fuquan / "raw").iterdir())) == 9
    cases, groups, activities, visits = (
        whole(sheets, name) for name in ("个案台账", "小组台账", "社区活动台账", "走访探访记录")
    )
    assert (len(cases), len(groups), len(activities)) == (44, 47, 63)
    households = numbers(visits["走访户数（户）"]).sum()
    direct = (
        numbers(cases["面谈次数（次）"]).sum()
        + numbers(groups["总人次（人次）"]).sum()
        + numbers(activities["服务人次（人次）"]).sum()
        + numbers(visits["服务人次（人次）"]).sum()
    )
    assert 2_000 < households < 2_100
    assert 20_000 < direct < 20_100
    assert numbers(cases["服务人次（人次）"]).sum() == numbers(cases["面谈次数（次）"]).sum()


def test_every_service_lies_in_the_published_months(sheets):
    for name, column in (("个案台账", "接案日期*"), ("小组台账", "开始日期*"), ("社区活动台账", "日期*"), ("走访探访记录", "日期*")):  # fmt: skip
        days = pd.to_datetime(whole(sheets, name)[column])
        assert days.min() >= pd.Timestamp("2022-05-01") and days.max() <= pd.Timestamp("2023-05-31")


def test_every_row_of_every_table_says_that_it_is_simulated(sheets):
    for name, frames in sheets.items():
        for frame in frames:
            if name == INSTRUCTIONS["zh"]:
                assert "模拟数据" in frame.columns[0]
            else:
                assert frame.columns[0] == "模拟数据" and set(frame["模拟数据"]) == {"是"}


def test_the_region_codes_are_the_townships_of_the_register(sheets):
    codes = set(whole(sheets, "站点基本信息")["行政区划代码*"]) - {"522702"}
    units = {
        c
        for c, row in register.rows().items()
        if c.startswith("522702") and row.kind in register.TOWNSHIP_UNITS
    }
    assert codes == {c for c in units if len(c) == 9}


def test_persons_are_seen_by_the_border_and_can_be_nobody(sheets):
    clients = whole(sheets, "服务对象档案")
    for number in clients["身份证号"]:
        assert re.fullmatch(r"529999\d{11}[0-9X]", number) and check_digit(number[:17]) == number[17]
        assert [hit.kind for hit in find(number)] == ["resident_id"]
    assert not [code for code in register.latest() if code.startswith("529999")]
    for phone in filter(None, clients["联系电话"]):
        assert phone.startswith("1540000") and [hit.kind for hit in find(phone)] == ["mobile"]


def test_free_texts_hold_nothing_personal(sheets):
    for table in LEDGER.tables.values():
        for column in table.columns:
            if column.border == "free_text" and table.zh in sheets:
                frame = whole(sheets, table.zh)
                for text in set(frame.get(column.zh, pd.Series(dtype=str)).dropna()) - {""}:
                    assert find(text) == [], (table.name, column.name, text)


def test_the_run_file_is_valid_and_the_only_one(fuquan):
    run = load_run(fuquan / "run.yml")
    assert (run.id, run.codes, run.audience) == ("demo-522702", ("522702",), "internal")
    assert run.period.text == "2022-05-01..2023-05-31" and str(run.as_of) == "2023-05-31"
    assert (run.file.parent / run.spec.sources.ledgers).is_dir()
    assert [p.name for p in fuquan.rglob("*.yml")] == ["run.yml"]
    assert "SIMULATED" in (fuquan / "README.md").read_text(encoding="utf-8")


def test_the_same_seed_gives_the_same_bytes_in_another_process(fuquan, tmp_path):
    code = f"from swe.ledgers.demo import make_demo; make_demo({str(tmp_path / 'again')!r}, region='522702')"
    subprocess.run([sys.executable, "-c", code], check=True)
    assert files(tmp_path / "again") == files(fuquan)


def test_another_seed_gives_other_data_and_the_same_totals(tmp_path, fuquan):
    other = make_demo(tmp_path / "other", region="522702", seed=7)
    assert (
        files(other)["raw/522702001福泉市金山街道社工站.xlsx"]
        != files(fuquan)["raw/522702001福泉市金山街道社工站.xlsx"]
    )
    rows = 0
    for path in (other / "raw").glob("*.xlsx"):
        book = CalamineWorkbook.from_path(path)
        if "社区活动台账" in book.sheet_names:
            rows += len(book.get_sheet_by_name("社区活动台账").to_python()) - 1
    assert rows == 63


# -- the messy form --


def read(folder):
    """All tables of a folder as the reader types them, in one order; names of persons without blanks inside."""
    parts = defaultdict(list)
    with WorkbookReader() as reader:
        for source in sources(folder):
            found = read_source(source, LEDGER, reader=reader)
            assert not [issue for issue in found.issues if issue.severity == "error"], found.issues
            for name, frame in found.tables.items():
                parts[name].append(frame)
    return {name: sorted_frame(LEDGER[name], pd.concat(frames)) for name, frames in parts.items()}


def sorted_frame(table, frame):
    frame = frame.reindex(columns=list(table.names))
    dropped = {c.name: frame[c.name].astype("string").str.replace(r"\s", "", regex=True) for c in table.columns if c.border == "drop"}  # fmt: skip
    return frame.assign(**dropped).sort_values(list(table.names), ignore_index=True)


def test_the_messy_form_reads_to_exactly_the_same_tables(fuquan, fuquan_messy):
    tidy, messy = read(fuquan / "raw"), read(fuquan_messy / "raw")
    assert set(tidy) == set(messy) == set(LEDGER.tables) - {"ratings"}
    for name, frame in tidy.items():
        pd.testing.assert_frame_equal(messy[name], frame, obj=name)


def test_a_plan_within_one_year_writes_its_period_as_months(tmp_path):
    tidy = make_demo(tmp_path / "a", region="520121", months=3, rows=300, seed=5)
    messy = make_demo(tmp_path / "b", region="520121", months=3, rows=300, seed=5, messy=True)
    one, other = read(tidy / "raw"), read(messy / "raw")
    for name, frame in one.items():
        pd.testing.assert_frame_equal(other[name], frame, obj=name)


def test_ratings_are_written_and_read_back_in_both_forms(tmp_path):
    asked = {
        "stations": 5,
        "months": 4,
        "rows": 120,
        "framework_id": "demo-15",
        "rated": {"A1": 10.0, "B2.1": 5.0},
    }
    tidy = make_demo(tmp_path / "a", region="522702", **asked)
    messy = make_demo(tmp_path / "b", region="522702", messy=True, **asked)
    one, other = read(tidy / "raw"), read(messy / "raw")
    assert set(one) == set(LEDGER.tables) and len(one["ratings"]) > 5 * 2 * 8
    assert set(one["ratings"]["indicator_code"]) == {"A1", "B2.1"}
    for name, frame in one.items():
        pd.testing.assert_frame_equal(other[name], frame, obj=name)
    assert "framework: demo-15\n" in (tidy / "run.yml").read_text(encoding="utf-8")
    assert "demo-15" in (tidy / "README.md").read_text(encoding="utf-8")


def test_the_messy_form_has_the_habits_of_stations(fuquan_messy):
    raw = fuquan_messy / "raw"
    encodings = {
        "utf-8-sig" if p.read_bytes().startswith(b"\xef\xbb\xbf") else "gb18030" for p in raw.rglob("*.csv")
    }
    assert encodings == {"utf-8-sig", "gb18030"}
    cells, names, hidden, merged = [], [], 0, 0
    for path in raw.glob("*.xlsx"):
        book = CalamineWorkbook.from_path(path)
        names += book.sheet_names
        hidden += sum(not str(meta.visible).endswith("Visible") for meta in book.sheets_metadata)
        for name in book.sheet_names:
            sheet = book.get_sheet_by_name(name)
            merged += len(sheet.merged_cell_ranges or [])
            cells += [cell for row in sheet.to_python() for cell in row if cell != ""]
    texts = [cell for cell in cells if isinstance(cell, str)]
    for pattern in (
        r"20\d\d\.\d+\.\d+", r"20\d\d年\d+月\d+日", r"20\d\d-\d\d-\d\d 00:00:00", r"\d{8}", r"2022年5月-2023年5月",
        r"[０-９]+", r"\d+人次?", r".*（万元）", r"\d+(\.\d+)?%", r"合计", r"小计", r"同上", r"—", r"/", r"无", r"√", r"注：.*",
        r".*社工站.*台账（模拟数据）", r"\d,\d{3}", r"序号", r"[王李张刘陈杨] [甲乙丙丁戊己庚辛壬癸]+", r"154 0000 \d{4}", r"贵州省.*街道",
    ):  # fmt: skip
        assert any(re.fullmatch(pattern, text) for text in texts), pattern
    assert any(isinstance(cell, float) and 44_000 < cell < 46_000 for cell in cells)  # serials
    assert hidden and merged > 100 and any(re.fullmatch(r"20\d\d年\d+月社区活动", name) for name in names)


# -- the folder --


def test_a_folder_with_other_things_is_refused_and_left_alone(tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(UsageError):
        make_demo(tmp_path, region="522702", rows=20)
    assert files(tmp_path) == {"mine.txt": b"mine"}
    with pytest.raises(UsageError):
        make_demo(tmp_path / "mine.txt", region="522702", rows=20)


def test_an_earlier_demonstration_is_replaced_and_its_outputs_stay(tmp_path):
    out = make_demo(tmp_path / "d", region="522702", stations=2, months=2, rows=30)
    (out / "outputs").mkdir()
    (out / "outputs" / "index.html").write_text("report")
    before = files(out)
    make_demo(out, region="522702", stations=3, months=2, rows=30)
    after = files(out)
    assert after["outputs/index.html"] == b"report" and before.keys() != after.keys()
    assert len(list((out / "raw").iterdir())) == 4
    assert [p.name for p in tmp_path.iterdir()] == ["d"]


def test_a_full_disk_is_one_sentence_and_leaves_nothing(tiny_disk):
    with pytest.raises(MachineError):
        make_demo(tiny_disk / "d", region="52", stations=300, rows=60_000)
    assert list(tiny_disk.iterdir()) == []


def test_the_country_comes_as_parts_of_tables(tmp_path):
    out = make_demo(tmp_path / "n", region="00", stations=400, rows=5_000, months=6)
    parts = defaultdict(list)
    for path in sorted((out / "raw").iterdir()):
        assert path.read_bytes().startswith(b"\xef\xbb\xbf")
        parts[path.stem.rpartition("-")[0]].append(pd.read_csv(path, dtype=str))
    together = {name: pd.concat(frames) for name, frames in parts.items()}
    services = ("个案台账", "小组台账", "社区活动台账", "走访探访记录")
    assert sum(len(together[name]) for name in services) == 5_000
    assert len(together["站点基本信息"]) == 400 == together["站点基本信息"]["社工站编号*"].nunique()
    assert all(set(frame["模拟数据"]) == {"是"} for frame in together.values())
    for name, key in (("个案台账", "个案编号*"), ("服务对象档案", "档案编号*")):
        assert not together[name].duplicated(["社工站编号*", key]).any()
    assert load_run(out / "run.yml").codes == ("00",)
    found = read(out / "raw")
    assert {name: len(frame) for name, frame in found.items()} == {
        table.name: len(together[table.zh]) for table in LEDGER.tables.values() if table.zh in together
    }


def test_bulk_data_have_no_messy_form(tmp_path):
    with pytest.raises(UsageError):
        make_demo(tmp_path / "n", region="52", messy=True)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_a_million_rows_take_less_than_a_gigabyte(tmp_path):
    code = (
        "import resource; from swe.ledgers.demo import make_demo;"
        f"make_demo({str(tmp_path / 'n')!r}, region='00', stations=38621, rows=1_000_000);"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert int(done.stdout) < 2**20  # kB
