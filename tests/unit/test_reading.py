"""Files read whole: xlsx, xls, ods, CSV and Parquet to the same rows, and nothing lost without a word."""

import os
import signal
import struct
import zipfile

import pandas as pd
import pytest
import xlsxwriter

from swe.core.errors import DataError
from swe.ledgers import grids, workbook_child
from swe.ledgers.contract import contract, dtypes
from swe.ledgers.grids import WorkbookReader
from swe.ledgers.reading import read_source
from swe.ledgers.sources import sources
from swe.ledgers.template import template

LEDGER = contract()
HEADER = ["社工站", "活动编号", "活动名称", "日期", "参与人数", "服务人次"]
ROWS = [
    ["金山街道社工站", "A1", "重阳", "2023-05-01", 30, 45],
    ["金山街道社工站", "A2", "端午", "2023-05-02", 20, 20],
]


@pytest.fixture(scope="module")
def reader():
    with WorkbookReader() as one:
        yield one


def read(path, reader=None, **more):
    (source,) = sources(path)
    return read_source(source, LEDGER, reader=reader, **more)


def workbook(path, *sheets, **options):
    """Each sheet is a name and rows; a function in place of rows draws the sheet itself."""
    with xlsxwriter.Workbook(path, {"strings_to_numbers": False, **options}) as book:
        for name, rows in sheets:
            sheet = book.add_worksheet(name)
            if callable(rows):
                rows(book, sheet)
                continue
            for at, row in enumerate(rows):
                for place, cell in enumerate(row):
                    if cell is not None:
                        sheet.write(at, place, cell)
    return path


def csv(path, rows, encoding="utf-8", delimiter=","):
    path.write_bytes("\n".join(delimiter.join(map(str, row)) for row in rows).encode(encoding))
    return path


def rules(found, severity=None):
    return [issue.rule for issue in found.issues if severity in (None, issue.severity)]


def whole(found):
    """Every row is accounted for, and accepted are those that came back."""
    assert sum(a.accepted for a in found.accounts) == sum(map(len, found.tables.values()))
    for account in found.accounts:
        assert account.rows_read == account.accepted + account.rejected + account.skipped
        assert sum(account.reasons.values()) == account.rejected + account.skipped
    return found


# -- sources --


def test_nothing_in_a_folder_goes_unmentioned(tmp_path):
    for name in (
        "b.csv",
        "a.xlsx",
        "~$a.xlsx",
        ".~lock.a.ods#",
        ".hidden.csv",
        "n.docx",
        "empty.csv",
        "sub/c.xlsm",
    ):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"" if name == "empty.csv" else b"x")
    found = sources(tmp_path)
    assert [(s.name, s.kind, s.skip) for s in found] == [
        (".hidden.csv", "csv", "hidden_file"),
        (".~lock.a.ods#", "", "lock_file"),
        ("a.xlsx", "xlsx", ""),
        ("b.csv", "csv", ""),
        ("empty.csv", "csv", "empty_file"),
        ("n.docx", "", "unsupported"),
        ("sub/c.xlsm", "xlsx", ""),
        ("~$a.xlsx", "xlsx", "lock_file"),
    ]
    for source in found:
        if source.skip:
            result = read_source(source, LEDGER)
            assert (rules(result), result.accounts) == ([source.skip], ())


def test_globs_files_and_folders_give_each_file_once(tmp_path):
    csv(tmp_path / "a.csv", [HEADER])
    csv(tmp_path / "b.csv", [HEADER])
    found = sources([tmp_path / "a.csv", str(tmp_path / "*.csv"), tmp_path])
    assert [source.name for source in found] == ["a.csv", "b.csv"]
    with pytest.raises(DataError):
        sources(tmp_path / "none.csv")
    with pytest.raises(DataError):
        sources(str(tmp_path / "*.xlsx"))


def test_files_of_one_name_in_two_folders_are_told_apart(tmp_path):
    for folder in ("甲", "乙"):
        (tmp_path / folder).mkdir()
        csv(tmp_path / folder / "a.csv", [HEADER])
    assert len({s.name for s in sources([tmp_path / "甲", tmp_path / "乙"])}) == 2


def test_a_personal_file_or_sheet_name_is_never_shown(tmp_path, reader):
    path = workbook(tmp_path / "张三13812345678.xlsx", ("李四13912345678", [HEADER, *ROWS]))
    found = whole(read(path, reader))
    shown = repr((found.issues, found.accounts)) + found.tables["activities"].to_csv()
    assert found.accounts[0].file == "file-1" and found.accounts[0].sheet == "sheet-1"
    assert not any(word in shown for word in ("张三", "李四", "138123", "139123"))


# -- the same rows in every format --


def plain(found):
    frame = found.tables["activities"]
    return (
        frame[["station_id", "activity_id", "date", "participants", "person_times"]]
        .astype(str)
        .values.tolist()
    )


EXPECTED = [
    ["金山街道社工站", "A1", "2023-05-01", "30", "45"],
    ["金山街道社工站", "A2", "2023-05-02", "20", "20"],
]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_csv_in_every_encoding_and_with_every_delimiter(tmp_path, encoding, delimiter):
    found = whole(read(csv(tmp_path / "a.csv", [HEADER, *ROWS], encoding, delimiter)))
    assert plain(found) == EXPECTED
    said = {"gb18030": ["encoding"], "utf-16": ["encoding"]}.get(encoding, [])
    assert rules(found) == said


def test_typed_frames_have_every_column_and_know_their_rows(tmp_path, reader):
    found = whole(read(workbook(tmp_path / "a.xlsx", ("社区活动", [["标题"], [], HEADER, *ROWS])), reader))
    frame = found.tables["activities"]
    assert plain(found) == EXPECTED
    assert {name: str(dtype) for name, dtype in frame.dtypes.items() if name[0] != "_"} == dtypes(
        LEDGER["activities"]
    )
    assert frame[["_file", "_sheet", "_row"]].values.tolist() == [
        ["a.xlsx", "社区活动", 4],
        ["a.xlsx", "社区活动", 5],
    ]


def test_parquet_is_read_with_its_types(tmp_path):
    frame = pd.DataFrame(ROWS, columns=HEADER)
    frame["日期"] = pd.to_datetime(frame["日期"])
    frame.to_parquet(tmp_path / "a.parquet")
    assert plain(whole(read(tmp_path / "a.parquet"))) == EXPECTED
    (tmp_path / "b.parquet").write_bytes(b"PAR1 no parquet")
    assert rules(read(tmp_path / "b.parquet")) == ["damaged"]


def ods(path, rows):
    cell = "<table:table-cell office:value-type='{}' {}><text:p>{}</text:p></table:table-cell>"
    body = ""
    for row in rows:
        cells = (
            cell.format("float", f"office:value='{c}'", c)
            if isinstance(c, int)
            else cell.format("string", "", c)
            for c in row
        )
        body += f"<table:table-row>{''.join(cells)}</table:table-row>"
    names = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for name in ("office", "table", "text")
    )
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {names}><office:body><office:spreadsheet>'
        f'<table:table table:name="社区活动">{body}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", content)
        archive.writestr("META-INF/manifest.xml", "<manifest/>")
    return path


def xls(path, rows):
    """A BIFF8 workbook of one sheet in a compound file (MS-XLS 2.4, MS-CFB 2.2), written by hand: no healthy library is left."""

    def record(kind, data=b""):
        return struct.pack("<HH", kind, len(data)) + data

    def text(value):
        return struct.pack("<HB", len(value), 1) + value.encode("utf-16-le")

    cells = b""
    for at, row in enumerate(rows):
        for place, cell in enumerate(row):
            head = struct.pack("<HHH", at, place, 0)
            cells += (
                record(0x0203, head + struct.pack("<d", cell))
                if isinstance(cell, int)
                else record(0x0204, head + text(cell))
            )
    bof = lambda kind: record(0x0809, struct.pack("<HHHHII", 0x0600, kind, 0, 0, 0, 0))  # noqa: E731
    size = record(0x0200, struct.pack("<IIHHH", 0, len(rows), 0, len(rows[0]), 0))
    sheet = bof(0x0010) + size + cells + record(0x000A)
    name = struct.pack("<BB", 4, 1) + "社区活动".encode("utf-16-le")
    start = (
        len(bof(5))
        + len(record(0x0042, b"\0\0"))
        + len(record(0x0085, b"\0" * 6 + name))
        + len(record(0x000A))
    )
    stream = bof(5) + record(0x0042, struct.pack("<H", 1200))
    stream += record(0x0085, struct.pack("<IBB", start, 0, 0) + name) + record(0x000A) + sheet
    stream = stream.ljust(max(4096, -(-len(stream) // 512) * 512), b"\0")
    sectors = len(stream) // 512
    fat = [0xFFFFFFFD, 0xFFFFFFFE, *range(3, sectors + 2), 0xFFFFFFFE]
    entry = lambda name, kind, child, at, length: (  # noqa: E731
        (name.encode("utf-16-le") + b"\0\0").ljust(64, b"\0")
        + struct.pack("<HBBIII", len(name) * 2 + 2, kind, 1, 0xFFFFFFFF, 0xFFFFFFFF, child)
        + b"\0" * 36
        + struct.pack("<IQ", at, length)
    )
    folder = entry("Root Entry", 5, 1, 0xFFFFFFFE, 0) + entry("Workbook", 2, 0xFFFFFFFF, 2, len(stream))
    header = (
        bytes.fromhex("D0CF11E0A1B11AE1")
        + b"\0" * 16
        + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6)
        + b"\0" * 6
    )
    header += struct.pack("<IIIIIIIII", 0, 1, 1, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0)
    header += struct.pack("<I", 0) + b"\xff" * 4 * 108
    fat += [0xFFFFFFFF] * (128 - len(fat))
    path.write_bytes(header + struct.pack("<128I", *fat) + folder.ljust(512, b"\0") + stream)
    return path


@pytest.mark.parametrize(("name", "write"), [("a.ods", ods), ("a.xls", xls)])
def test_ods_and_xls_give_the_same_rows_and_say_what_was_not_checked(tmp_path, reader, name, write):
    found = whole(read(write(tmp_path / name, [HEADER, *ROWS]), reader))
    assert plain(found) == EXPECTED
    assert rules(found) == ["hidden_not_checked"]
    (issue,) = found.issues
    assert "未检查" in issue.zh and "not checked" in issue.en


def test_a_file_is_what_it_holds_not_what_it_is_called(tmp_path, reader):
    found = whole(
        read(workbook(tmp_path / "a.xlsx", ("表", [HEADER, *ROWS])).rename(tmp_path / "a.xls"), reader)
    )
    assert plain(found) == EXPECTED
    assert rules(found) == ["other_format"]


# -- habits --


def test_merged_stations_are_filled_and_merged_numbers_count_once(tmp_path, reader):
    def draw(book, sheet):
        sheet.write_row(0, 0, HEADER)
        sheet.merge_range("A2:A3", "金山街道社工站")
        sheet.merge_range("E2:E3", 50)
        for at in (1, 2):
            sheet.write_row(at, 1, [f"A{at}", "x", "2023-05-01"])

    found = whole(read(workbook(tmp_path / "a.xlsx", ("表", draw)), reader))
    frame = found.tables["activities"]
    assert frame["station_id"].tolist() == ["金山街道社工站"] * 2
    assert frame["participants"].tolist() == [50, pd.NA]
    assert "merged_measure" in rules(found, "warning")


def test_blank_stations_and_ditto_marks_mean_the_same_as_above(tmp_path):
    rows = [
        HEADER,
        ROWS[0],
        ["", "A2", "〃", "2023-05-02", 20, ""],
        ["〃", "A3", "同上", "2023-05-02", "〃", 3],
    ]
    found = whole(read(csv(tmp_path / "a.csv", rows)))
    frame = found.tables["activities"]
    assert frame["station_id"].tolist() == ["金山街道社工站"] * 3
    assert frame["name"].tolist() == ["重阳"] * 3
    assert frame["participants"].tolist() == [30, 20, pd.NA]
    assert [i.column for i in found.issues if i.rule == "same_as_above"] == ["station_id", "name"]
    assert [(i.column, i.cell) for i in found.issues if i.severity == "error"] == [("participants", "E4")]


def test_station_and_month_of_a_sheet_fill_their_columns(tmp_path, reader):
    finance = [["预算科目", "支出金额（万元）"], ["人员经费", 1.5]]
    path = workbook(
        tmp_path / "2023年.xlsx",
        ("5月", [["牛场镇社工站经费"], *finance]),
        ("6月", [["牛场镇社工站经费"], *finance]),
    )
    frame = whole(read(path, reader)).tables["finance"]
    assert frame[["station_id", "month", "spent_cny"]].values.tolist() == [
        ["牛场镇社工站", "2023-05", 15000.0],
        ["牛场镇社工站", "2023-06", 15000.0],
    ]


def test_the_one_station_of_a_workbook_is_the_station_of_its_tables(tmp_path, reader):
    stations = [
        ["社工站编号", "社工站名称", "乡镇(街道)", "站点类型"],
        ["522702106", "牛场镇社工站", "牛场镇", "站"],
    ]
    path = workbook(tmp_path / "a.xlsx", ("活动", [HEADER[1:], ROWS[0][1:]]), ("站点", stations))
    found = whole(read(path, reader, region="522702"))
    assert found.tables["activities"]["station_id"].tolist() == ["522702106"]
    assert found.tables["stations"]["region_code"].tolist() == ["522702106"]


def test_a_list_of_stations_without_ids_says_them_in_the_names(tmp_path):
    rows = [
        ["序号", "县（市、区）", "社工站名称", "建站时间"],
        [1, "福泉市", "牛场镇社工站", "2022.5"],
        [2, "福泉市", "福泉市社工总站", "2022.5.1"],
    ]
    found = whole(read(csv(tmp_path / "站点.csv", rows), region="522702"))
    frame = found.tables["stations"]
    assert frame[["station_id", "kind", "region_code"]].values.tolist() == [
        ["牛场镇社工站", "station", "522702106"],
        ["福泉市社工总站", "main_station", "522702"],
    ]
    assert [i.column for i in found.issues if i.rule == "derived"] == ["station_id", "kind", "region_code"]


def test_names_of_townships_are_read_within_the_county_of_their_row(tmp_path):
    head = ["社工站编号", "社工站名称", "县", "乡镇", "类型"]
    rows = [
        ["1", "一站", "福泉市", "牛场镇", "站"],
        ["2", "二站", "纳雍县", "牛场镇", "站"],
        ["3", "三站", "不知", "牛场镇", "站"],
    ]
    found = whole(read(csv(tmp_path / "站点.csv", [head, *rows])))
    assert found.tables["stations"]["region_code"].str[:6].tolist()[0] == "522702"
    assert [(i.rule, i.row) for i in found.issues if i.severity == "error"] == [
        ("ambiguous_region", 4),
        ("region_outside", 3),
    ] or ([(i.rule, i.row) for i in found.issues if i.severity == "error"] == [("ambiguous_region", 4)])


def test_spans_give_two_columns_and_units_in_headers_are_converted(tmp_path):
    head = ["社工站", "小组编号", "起止日期", "结束日期", "经费(万元)"]
    rows = [
        ["站", "X1", "2023.3.1-2023.4.2", "", "0.5"],
        ["站", "X2", "2023.3.1-2023.4.2", "2023.4.9", "800元"],
    ]
    frame = whole(read(csv(tmp_path / "a.csv", [head, *rows]))).tables["groups"]
    assert frame["ended_on"].astype(str).tolist() == ["2023-04-02", "2023-04-09"]
    assert frame["amount_cny"].tolist() == [5000.0, 800.0]


def test_hidden_sheets_and_rows_and_comments_are_reported_and_read(tmp_path, reader):
    def draw(book, sheet):
        for at, row in enumerate([HEADER, *ROWS]):
            sheet.write_row(at, 0, row)
        sheet.set_row(2, None, None, {"hidden": True})
        sheet.set_column("F:F", None, None, {"hidden": True})
        sheet.write_comment("B2", "张三 13812345678")
        sheet.hide()

    path = workbook(tmp_path / "a.xlsx", ("封面", [["封面"]]), ("活动", draw))
    found = whole(read(path, reader))
    assert plain(found) == EXPECTED
    assert {"hidden_sheet", "hidden_rows", "hidden_columns", "comments"} <= set(rules(found, "warning"))
    assert "张三" not in repr(found.issues)


def test_formulas_without_a_result_and_errors_are_issues_at_their_cell(tmp_path, reader):
    def draw(book, sheet):
        for at, row in enumerate([HEADER, *ROWS]):
            sheet.write_row(at, 0, row)
        sheet.write_formula("E2", "=15*2", None, "")
        sheet.write_formula("F2", "=1/0", None, "#DIV/0!")
        sheet.write_formula("E3", "=4*5", None, 20)

    found = whole(read(workbook(tmp_path / "a.xlsx", ("活动", draw)), reader))
    assert [(i.rule, i.cell, i.column) for i in found.issues if i.severity == "error"] == [
        ("uncached_formula", "E2", "participants"),
        ("cell_error", "F2", "person_times"),
    ]
    assert found.tables["activities"]["participants"].tolist() == [pd.NA, 20]


def test_the_entry_workbook_reads_back_without_rows(tmp_path, reader):
    for lang in ("zh", "en"):
        found = whole(read(template(LEDGER, tmp_path / f"{lang}.xlsx", lang=lang), reader))
        assert set(found.tables) == set(LEDGER.tables)
        assert not any(map(len, found.tables.values()))
        assert set(rules(found)) == {"support_sheet"}


# -- rejected and skipped --


def test_rows_without_a_key_are_rejected_and_each_says_why(tmp_path):
    rows = [
        HEADER,
        ROWS[0],
        ["站", "", "x", "2023-05-01", 1, 1],
        ["站", "A3", "x", "5.12", 1, 1],
        ["站", "A4", "x", "2023-05-01", "许多", 1],
    ]
    found = whole(read(csv(tmp_path / "a.csv", rows)))
    (account,) = found.accounts
    assert (account.accepted, account.rejected, account.skipped) == (2, 2, 1)
    assert account.reasons == {"required_missing": 1, "required_unreadable": 1, "header": 1}
    assert [(i.rule, i.cell) for i in found.issues] == [
        ("required_missing", "B3"),
        ("ambiguous_date", "D4"),
        ("unreadable_number", "E5"),
    ]


def test_a_missing_required_column_names_the_headers_that_would_do(tmp_path):
    found = whole(read(csv(tmp_path / "a.csv", [[*HEADER[:1], *HEADER[2:]], [*ROWS[0][:1], *ROWS[0][2:]]])))
    (issue,) = [i for i in found.issues if i.severity == "error"]
    assert (issue.rule, issue.column) == ("missing_column", "activity_id")
    assert "活动编号" in issue.fix_zh and "活动号" in issue.fix_en
    assert found.accounts[0].reasons == {"missing_column": 1, "header": 1}


def test_messages_never_repeat_what_may_be_personal(tmp_path):
    rows = [[*HEADER, "活动类型", "13812345678"], [*ROWS[0], "13812345678", "x"], [*ROWS[1], "节庆货动", "x"]]
    found = whole(read(csv(tmp_path / "a.csv", rows)))
    said = " ".join(i.zh + i.en + i.fix_zh + i.fix_en for i in found.issues)
    assert "1381234" not in said and "节庆货动" in said


def test_of_a_thousand_bad_cells_the_rest_is_counted(tmp_path, monkeypatch):
    monkeypatch.setattr("swe.ledgers.table_rows.LISTED", 5)
    rows = [HEADER, *(["站", f"A{i}", "x", "2023-05-01", "许多", 1] for i in range(20))]
    found = whole(read(csv(tmp_path / "a.csv", rows)))
    assert rules(found).count("unreadable_number") == 5
    assert [i.zh for i in found.issues if i.rule == "more_of_it"] == [
        "另有 15 处同类问题（unreadable_number）未逐条列出"
    ]


def test_a_file_without_a_table_is_counted_whole(tmp_path):
    found = whole(read(csv(tmp_path / "a.csv", [["会议纪要", ""], ["三点", "开会"], ["", ""]])))
    (account,) = found.accounts
    assert (account.rows_read, account.skipped, account.reasons) == (3, 3, {"not_a_table": 2, "blank": 1})
    assert rules(found) == ["no_table"]


# -- text files that are not quite right --


def test_ragged_rows_blank_lines_and_open_quotes_keep_their_row_numbers(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text(
        "2023年活动台账\n\n"
        + ",".join(HEADER)
        + "\n站,A1,x,2023-05-01,1,1,多\n\n站,A2,y,2023-05-02\n站,A3,z,2023-05-02,1,1\n",
        "utf-8",
    )
    found = whole(read(path))
    assert found.tables["activities"]["_row"].tolist() == [4, 6, 7]
    assert "ragged_rows" in rules(found)
    path.write_text(",".join(HEADER) + '\n站,A1,"x,2023-05-01,1,1\n站,A2,y,2023-05-02,2,2\n', "utf-8")
    found = whole(read(path))
    assert found.tables["activities"]["activity_id"].tolist() == ["A1", "A2"]
    assert "open_quote" in rules(found)


def test_quoted_line_breaks_and_nul_bytes(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes((",".join(HEADER) + '\n站,A1,"两\n行, 名",2023-05-01,1,\x001\n').encode())
    found = whole(read(path))
    assert found.tables["activities"]["name"].tolist() == ["两\n行, 名"]
    assert rules(found) == ["nul_bytes"]


def test_a_truncated_encoding_is_read_and_said(tmp_path):
    for encoding in ("utf-8", "gb18030"):
        path = csv(
            tmp_path / "a.csv", [HEADER, *ROWS * 20, ["站", "A9", "元宵", "2023-05-02", 1, 1]], encoding
        )
        data = path.read_bytes()
        path.write_bytes(data[: data.rindex("宵".encode(encoding)) + 1])
        found = whole(read(path))
        assert "broken_characters" in rules(found)
        assert len(found.tables["activities"]) == 40


# -- the child process --


def test_a_file_that_kills_the_child_is_one_error_and_the_next_is_read(tmp_path, reader, monkeypatch):
    path = workbook(tmp_path / "a.xlsx", ("表", [HEADER, *ROWS]))
    with WorkbookReader() as one:
        assert plain(read(path, one)) == EXPECTED
        first = one.pid
        monkeypatch.setattr(one, "limit", 0.5)
        os.kill(first, signal.SIGSTOP)  # a file that never ends, for sure
        assert rules(read(path, one)) == ["time_limit"]
        monkeypatch.setattr(one, "limit", 60.0)
        assert plain(read(path, one)) == EXPECTED
        assert one.pid != first
    assert one.pid is None


def test_the_child_lives_under_its_memory_limit(tmp_path):
    """A sheet of 60 M cells in an ods file, which says so in two attributes: calamine would take them all."""
    path = ods(tmp_path / "a.ods", [HEADER])
    with zipfile.ZipFile(path) as archive:
        content = archive.read("content.xml").decode()
    cell = "<table:table-cell table:number-columns-repeated='1000' office:value-type='string'><text:p>x</text:p></table:table-cell>"
    row = f"<table:table-row table:number-rows-repeated='60000'>{cell}</table:table-row></table:table>"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", content.replace("</table:table>", row))
        archive.writestr("META-INF/manifest.xml", "<manifest/>")
    with WorkbookReader() as one:
        found = read(path, one)
    assert rules(found) in (["memory"], ["crash"], ["extent"], ["hidden_not_checked", "extent"])
    assert workbook_child.MEMORY_BYTES < 2**30


def test_only_plain_data_come_back_from_the_child():
    import io
    import os
    import pickle

    with pytest.raises(pickle.UnpicklingError):
        grids._PlainUnpickler(io.BytesIO(pickle.dumps(os.getcwd))).load()
