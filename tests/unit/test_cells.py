"""Cells, one by one: what stations write, what is read from it, and what is refused instead of guessed."""

import datetime as dt

import pyarrow as pa
import pytest

from swe.ledgers.cells import How, is_ditto, is_missing, parse
from swe.ledgers.contract import contract

LEDGER = contract()


def read(name, *cells, **how):
    table, column = name.split(".")
    return parse(LEDGER[table][column], list(cells), How(**how))


def one(name, cell, **how):
    """The value of a cell, or the rule that it broke."""
    found = read(name, cell, **how)
    return found.broken.get(0) or found.values[0].as_py()


@pytest.mark.parametrize(
    ("cell", "meant"),
    [
        ("2023.5.31", dt.datetime(2023, 5, 31)),
        ("2023年5月31日", dt.datetime(2023, 5, 31)),
        ("２０２３年５月３１日", dt.datetime(2023, 5, 31)),
        ("2023 年 5 月 31 日", dt.datetime(2023, 5, 31)),
        ("2023-05-31 00:00:00", dt.datetime(2023, 5, 31)),
        ("2023/5/31 8:30", dt.datetime(2023, 5, 31)),
        ("2023年5月31日（星期三）", dt.datetime(2023, 5, 31)),
        ("20230531", dt.datetime(2023, 5, 31)),
        (20230531.0, dt.datetime(2023, 5, 31)),
        (45077.0, dt.datetime(2023, 5, 31)),
        ("45077", dt.datetime(2023, 5, 31)),
        (dt.date(2023, 5, 31), dt.datetime(2023, 5, 31)),
        (dt.datetime(2023, 5, 31, 9, 5), dt.datetime(2023, 5, 31)),
        ("二〇二三年五月三十一日", dt.datetime(2023, 5, 31)),
        ("—", None),
        ("无", None),
        ("5.12", "ambiguous_date"),
        (5.12, "ambiguous_date"),
        ("23.5.31", "two_digit_year"),
        ("5月12日", "no_year"),
        ("2023-02-30", "unreadable_date"),
        ("2023年", "unreadable_date"),
        ("前天", "unreadable_date"),
        (float("nan"), "unreadable_date"),
        (float("inf"), "unreadable_date"),
        (True, "unreadable_date"),
        (dt.timedelta(hours=40), "unreadable_date"),
    ],
)
def test_a_date_in_every_form_is_read_and_what_may_be_two_things_is_not(cell, meant):
    assert one("activities.date", cell) == meant


def test_a_serial_of_a_1904_workbook_is_four_years_and_a_day_later():
    assert one("activities.date", 43615.0, date_1904=True) == dt.datetime(2023, 5, 31)


def test_a_date_without_a_year_takes_the_one_of_the_title():
    assert one("activities.date", "5月12日", year=2023) == dt.datetime(2023, 5, 12)


@pytest.mark.parametrize(
    ("cell", "start", "end"),
    [
        ("2023.3.1-2023.5.31", (2023, 3, 1), (2023, 5, 31)),
        ("2023-03-01至2023-05-31", (2023, 3, 1), (2023, 5, 31)),
        ("2023-03-01-2023-05-31", (2023, 3, 1), (2023, 5, 31)),
        ("2023年3月1日—5月31日", (2023, 3, 1), (2023, 5, 31)),
        ("2023年3月1日-15日", (2023, 3, 1), (2023, 3, 15)),
        ("2022.05-2023.05", (2022, 5, 1), (2023, 5, 31)),
        ("3-5月", (2023, 3, 1), (2023, 5, 31)),
        ("2023年3-5月", (2023, 3, 1), (2023, 5, 31)),
    ],
)
def test_a_span_gives_its_start_and_its_end(cell, start, end):
    found = read("groups.started_on", cell, year=2023)
    assert (found.values[0].as_py(), found.ends[0].as_py()) == (dt.datetime(*start), dt.datetime(*end))


def test_a_span_that_runs_backwards_is_refused():
    assert one("groups.started_on", "2023.5.31-2023.3.1") == "backward_range"


def test_a_month_where_a_day_is_asked_for_is_accepted_and_said():
    found = read("activities.date", "2023/5")
    assert found.values[0].as_py() == dt.datetime(2023, 5, 1)
    assert found.doubtful == {0: "month_precision"}


def test_of_a_birth_date_the_month_is_enough():
    assert not read("clients.birth_date", "1950年5月").doubtful


@pytest.mark.parametrize(
    ("cell", "meant"),
    [
        ("2023-05", "2023-05"),
        ("2023年5月", "2023-05"),
        ("202305", "2023-05"),
        (202305.0, "2023-05"),
        ("5月", "2023-05"),
        (5.0, "2023-05"),
        (dt.date(2023, 5, 1), "2023-05"),
        ("3-5月", "unreadable_month"),
        ("上月", "unreadable_month"),
        ("/", None),
    ],
)
def test_a_month_in_every_form(cell, meant):
    assert one("finance.month", cell, year=2023) == meant


@pytest.mark.parametrize(
    ("cell", "meant"),
    [
        ("63", 63),
        ("６３", 63),
        ("63个", 63),
        ("63 人", 63),
        ("1,234", 1234),
        ("1.2万", 12000),
        ("三十", 30),
        ("八十八人", 88),
        (63.0, 63),
        ("0", 0),
        ("—", None),
        ("/", None),
        ("无", None),
        ("暂无", None),
        ("20000余", "approximate_number"),
        ("约30", "approximate_number"),
        ("100多人", "approximate_number"),
        ("近百人", "approximate_number"),
        ("30-50", "several_numbers"),
        ("30户", "unit_mismatch"),
        ("45人次", "unit_mismatch"),
        ("3.5", "not_whole"),
        (3.5, "not_whole"),
        ("很多", "unreadable_number"),
        (dt.date(2023, 1, 2), "unreadable_number"),
        (True, "unreadable_number"),
        (1e300, "too_large"),
        (float("nan"), "too_large"),
    ],
)
def test_a_count_is_exact_or_missing_and_never_of_another_unit(cell, meant):
    assert one("activities.participants", cell) == meant


def test_missing_is_never_zero():
    found = read("activities.participants", "", "—", "0", None)
    assert found.values.to_pylist() == [None, None, 0, None]
    assert not found.broken


def test_units_of_money_in_header_and_cell_are_not_multiplied_twice():
    cells = ("3.5", "3.5万元", "3.5万", "800元", 3.5)
    assert read("activities.amount_cny", *cells, factor=1e4).values.to_pylist() == [
        35000,
        35000,
        35000,
        800,
        35000,
    ]


def test_hours_may_be_written_with_minutes_or_be_a_duration():
    cells = ("2小时30分", "90分钟", "1.5", dt.timedelta(hours=2, minutes=15), dt.time(0, 30))
    assert read("activities.hours", *cells).values.to_pylist() == [2.5, 1.5, 1.5, 2.25, 0.5]


def test_a_share_may_be_written_as_per_cent():
    found = read("activities.satisfaction_rate", "95%", 0.95, "95", 1.2)
    assert found.values.to_pylist() == [0.95, 0.95, 0.95, 1.2]
    assert found.doubtful == {2: "percent_assumed"}


def test_under_a_header_with_per_cent_shares_stay_shares():
    assert read("activities.satisfaction_rate", 0.95, 1.0, factor=0.01).values.to_pylist() == [0.95, 1.0]
    assert read("activities.satisfaction_rate", 95.0, 100.0, factor=0.01).values.to_pylist() == [0.95, 1.0]


@pytest.mark.parametrize(
    ("cell", "meant"),
    [
        ("'GA001", "GA001"),
        ("ＧＡ００１", "GA001"),
        (" GA 001 ", "GA001"),
        (522702.0, "522702"),
        ("522702101.0", "522702101"),
        ("—", None),
        (6.12e17, "digits_lost"),
        ("6.12E+17", "digits_lost"),
        ("6.12345E+17", "digits_lost"),
        (dt.date(2023, 1, 2), "date_in_code"),
    ],
)
def test_a_code_is_text_and_lost_digits_are_never_guessed(cell, meant):
    assert one("cases.case_id", cell) == meant


def test_an_id_number_that_ends_in_three_zeros_went_through_excel():
    assert one("clients.id_number", "612345199001011000") == "digits_lost"
    assert one("clients.id_number", 522702199001011234.0) == "digits_lost"
    assert one("clients.id_number", "11010519491231002X") == "11010519491231002X"


@pytest.mark.parametrize("cell", ["√", "是", "有", "Y", "1", 1.0, True, "有（3张）", "3张", "☑"])
def test_what_stations_tick_for_yes(cell):
    assert one("activities.photos", cell) is True


@pytest.mark.parametrize("cell", ["×", "否", "无", "N", "0", 0.0, False, "没有"])
def test_what_stations_tick_for_no(cell):
    assert one("activities.photos", cell) is False


@pytest.mark.parametrize(
    ("cell", "meant"), [("大概", "unreadable_boolean"), ("—", None), (2.0, "unreadable_boolean")]
)
def test_neither_yes_nor_no(cell, meant):
    assert one("activities.photos", cell) == meant


@pytest.mark.parametrize(
    ("cell", "meant"),
    [
        ("低保对象", "minimum_living"),
        ("低保", "minimum_living"),
        ("Disabled", "disabled"),
        ("残疾人（肢体二级）", "disabled"),
        ("其他：刑满释放", "other"),
        ("minimum_living", "minimum_living"),
        ("—", None),
        ("低宝", "unknown_category"),
        (7.0, "unknown_category"),
    ],
)
def test_a_category_in_every_spelling(cell, meant):
    assert one("clients.category", cell) == meant


def test_several_categories_fill_the_second_column_and_the_rest_is_said():
    found = read("clients.category", "低保对象、残疾人", "低保、残疾、留守儿童")
    assert found.values.to_pylist() == ["minimum_living", "minimum_living"]
    assert found.second.to_pylist() == ["disabled", "disabled"]
    assert found.doubtful == {1: "several_values"}


def test_none_is_a_licence_and_labels_are_numbers():
    assert one("workers.licence", "无") == "none"
    assert read("cases.satisfaction", "非常满意", "4", 3.0).values.to_pylist() == [5, 4, 3]


@pytest.mark.parametrize(
    ("cell", "within", "meant"),
    [
        ("牛场镇", "522702", "522702106"),
        ("牛场", "522702", "522702106"),
        ("贵州省黔南州福泉市牛场镇", "", "522702106"),
        ("福泉市", "", "522702"),
        (522702106.0, "", "522702106"),
        ("522702106000", "", "522702106"),
        ("金山办事处", "522702", "522702001"),
        ("福泉市社工总站", "", "522702"),
        ("牛场镇", "", "ambiguous_region"),
        ("牛场", "", "ambiguous_region"),
        ("牛场镇", "110105", "region_outside"),
        ("贵州省", "", "region_level"),
        ("不是地方", "", "unknown_region"),
        (dt.date(2023, 1, 1), "", "unknown_region"),
    ],
)
def test_a_region_in_any_form_and_an_ambiguous_one_is_an_error(cell, within, meant):
    assert one("stations.region_code", cell, within=within) == meant


def test_text_loses_blanks_and_what_cannot_be_seen():
    found = read("stations.function_rooms", " 个案室\u200b ", "３间_x000D_", 120.0, "暂无")
    assert found.values.to_pylist() == ["个案室", "3间", "120", None]


def test_columns_of_arrow_and_of_python_are_read_alike():
    cells = ["'A1", "Ｂ２", " c 3", "6.1E+17", "—", "正常编号", "x" * 40]
    python = parse(LEDGER["cases"]["case_id"], cells)
    arrow = parse(LEDGER["cases"]["case_id"], pa.array(cells))
    assert python.values.to_pylist() == arrow.values.to_pylist()
    assert python.broken == arrow.broken
    numbers = ["1", "1,2", "63个", "007", "-3", "9" * 17, "1.50", "3万", ""]
    for name in ("participants", "amount_cny", "hours"):
        column = LEDGER["activities"][name]
        python, arrow = parse(column, numbers), parse(column, pa.array(numbers))
        assert python.values.to_pylist() == arrow.values.to_pylist()
        assert python.broken == arrow.broken


def test_marks_for_nothing_and_for_the_same_as_above():
    assert all(map(is_missing, ("", " ", "—", "／", "N/A", "#N/A")))
    assert not any(map(is_missing, ("0", "〃", "无障碍设施改造")))
    assert all(map(is_ditto, ("〃", "同上", " ″ ")))
