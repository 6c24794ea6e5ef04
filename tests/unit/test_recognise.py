"""Where tables are found on a sheet: titles, two-level headers, totals, footnotes, several tables."""

import numpy as np
import pytest

from swe.ledgers.contract import contract
from swe.ledgers.grids import Grid, GridColumn
from swe.ledgers.recognise import KINDS, Headers, blocks
from swe.ledgers.titles import month_of, station_of, year_of

LEDGER = contract()
HEADERS = Headers(LEDGER)


def grid(*rows, merged=(), name=""):
    width = max(map(len, rows), default=0)
    columns = []
    for place in range(width):
        values, codes = [], []
        for row in rows:
            cell = row[place] if place < len(row) else None
            codes.append(-1 if cell in (None, "") else len(values))
            values += [] if cell in (None, "") else [cell]
        columns.append(GridColumn(np.array(codes, dtype=np.int32), values))
    return Grid(name, len(rows), tuple(columns), merged=tuple(merged))


def found(*rows, names=(), **more):
    return [
        (block.table.name if block.table else "", [KINDS[kind] for kind in block.kinds.tolist()])
        for block in blocks(grid(*rows, **more), HEADERS, names=names)
    ]


ACTIVITY = ["活动编号", "活动名称", "日期", "参与人数"]


def test_a_title_above_totals_between_and_notes_below_are_no_data():
    rows = [
        ["2023年社区活动台账"],
        [],
        ACTIVITY,
        ["A1", "甲", "2023-05-01", 30.0],
        ["小计", "", "", 30.0],
        ["A2", "乙", "2023-05-02", 20.0],
        ["合计：", "", "", 50.0],
        ["注：参与人数不含志愿者"],
        ["填表人：某", "", "审核人：某"],
    ]
    kinds = ["title", "blank", "header", "data", "total", "data", "total", "footnote", "footnote"]
    assert found(*rows) == [("activities", kinds)]


@pytest.mark.parametrize("word", ["合计", "合　计", "合  计", "小 计", "总　　计：", "全站共 计"])
def test_a_total_may_be_spread_out_by_blanks(word: str) -> None:
    assert found(ACTIVITY, ["A1", "甲", "2023-05-01", 30.0], [word, "", "", 30.0])[0][1] == [
        "header",
        "data",
        "total",
    ]


def test_a_two_level_header_is_read_through_its_merges_or_its_gaps():
    top = ["活动编号", "日期", "参与情况", "", "备注"]
    below = ["", "", "参与人数", "服务人次", ""]
    merges = [(1, 1, 2, 1), (1, 2, 2, 2), (1, 3, 1, 4), (1, 5, 2, 5)]
    for spans in (merges, []):
        (block,) = blocks(grid(top, below, ["A1", "2023-05-01", 3.0, 4.0, "x"], merged=spans), HEADERS)
        assert [(f.column.name, f.place) for f in block.fields] == [
            *[("activity_id", 0), ("date", 1), ("participants", 2), ("person_times", 3), ("note", 4)],
        ]
        assert [KINDS[kind] for kind in block.kinds] == ["header", "header", "data"]


def test_the_upper_level_may_be_what_tells_two_columns_apart():
    top = ["小组编号", "日期", "", "组员", "志愿者"]
    below = ["", "开始", "结束", "人数", "人数"]
    (block,) = blocks(grid(top, below, names := [], merged=[(1, 2, 1, 3)]), HEADERS, names=names)
    assert [f.column.name for f in block.fields] == [
        *["group_id", "started_on", "ended_on", "participants", "volunteers"],
    ]


def test_units_may_stand_in_the_second_row():
    rows = [
        ["活动编号", "日期", "经费", "参与人数"],
        ["", "", "（万元）", "（人）"],
        ["A1", "2023-05-01", 1.0, 2.0],
    ]
    (block,) = blocks(grid(*rows), HEADERS)
    assert {f.column.name: f.header.factor for f in block.fields}["amount_cny"] == 10_000


def test_several_tables_on_one_sheet_each_with_its_title():
    rows = [
        ["小组台账"],
        ["小组编号", "小组名称", "开始日期", "节数"],
        ["X1", "甲", "2023-05-01", 6.0],
        [],
        ["社区活动台账"],
        ACTIVITY,
        ["A1", "甲", "2023-05-01", 30.0],
    ]
    assert found(*rows) == [
        ("groups", ["title", "header", "data", "blank"]),
        ("activities", ["title", "header", "data"]),
    ]


def test_tables_side_by_side_are_read_apart():
    left, right = ["小组编号", "小组名称", "开始日期"], ["活动编号", "活动名称", "日期"]
    rows = [[*left, "", *right], ["X1", "甲", "2023-05-01", "", "A1", "乙", "2023-05-02"]]
    assert found(*rows) == [("groups", ["header", "data"]), ("activities", ["header", "data"])]


def test_a_header_that_is_repeated_and_a_row_of_ordinals_are_no_data():
    rows = [["序号", *ACTIVITY], ["甲", "乙", "1", "2", "3"], [1.0, "A1", "x", "2023-05-01", 3.0]]
    rows += [["序号", *ACTIVITY], [2.0, "A2", "x", "2023-05-02", 3.0]]
    assert found(*rows) == [("activities", ["header", "header", "data", "header", "data"])]


def test_the_example_row_of_the_entry_workbook_is_skipped():
    rows = [["社工站编号", *ACTIVITY], ["示例：522702101", "HD001", "x", "2023-05-01", 3.0]]
    assert found(*rows) == [("activities", ["header", "example"])]


def test_a_sheet_that_is_no_table_is_counted_whole():
    assert found(["会议纪要"], ["时间", "三点"], []) == [("", ["not_a_table", "not_a_table", "blank"])]
    assert found() == [("", [])]


def test_data_that_look_like_headers_do_not_start_a_table():
    rows = [
        ["社工站编号", "指标", "单位", "年度指标"],
        *[["甲站", "个案", "个", 3.0], ["甲站", "小组", "个", 2.0]] * 5,
    ]
    assert found(*rows) == [("targets", ["header", *["data"] * 10])]


def test_the_sheet_name_says_what_a_poor_header_does_not():
    rows = [["编号", "名称", "日期", "人数"], ["A1", "x", "2023-05-01", 3.0]]
    assert found(*rows, names=("社区活动台账",))[0][0] == "activities"
    assert found(*rows, names=("走访记录",))[0][0] == "visits"


def test_of_two_columns_for_one_meaning_the_better_named_counts():
    (block,) = blocks(grid(["编号", "活动编号", "日期", "参与人数"], ["1", "A1", "2023-05-01", 3.0]), HEADERS)
    assert [f.place for f in block.fields if f.column.name == "activity_id"] == [1]
    assert [f.place for f in block.repeated] == [0]


def test_unknown_columns_are_kept_in_sight():
    (block,) = blocks(grid([*ACTIVITY, "天气"], ["A1", "x", "2023-05-01", 3.0, "晴"]), HEADERS)
    assert block.unknown == ((4, "天气"),)


def test_titles_name_year_month_and_station():
    assert year_of(["2022年5月至2023年5月"]) is None
    assert year_of(["Sheet1", "2023年度"]) == 2023
    assert month_of(["5月", "2023年"]) == "2023-05"
    assert month_of(["2023.05"]) == "2023-05"
    assert month_of(["2023年1-5月"]) is None
    assert station_of(["填报单位：牛场镇社工站  2023年"], "") == "牛场镇社工站"
    assert station_of(["01牛场镇"], "522702") == "牛场镇"
    assert station_of(["个案台账"], "522702") is None
    assert station_of(["甲镇社工站和乙镇社工站"], "") is None
