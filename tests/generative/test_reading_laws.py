"""Laws of reading: every row is accounted for, order does not matter, and two ledgers add up."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from swe.ledgers import large_files
from swe.ledgers.contract import contract
from swe.ledgers.detectors import RECORD_NUMBER, find
from swe.ledgers.grids import Grid, GridColumn, Grids
from swe.ledgers.pieces import read_pieces
from swe.ledgers.reading import read_found, read_source, together
from swe.ledgers.sources import Source, sources

LEDGER = contract()
HEADER = ["社工站", "活动编号", "活动名称", "日期", "参与人数", "经费（元）", "照片", "服务人群"]

cells = st.one_of(
    st.none(),
    st.sampled_from(
        [
            *(
                "",
                " ",
                "—",
                "无",
                "合计",
                "小计",
                "〃",
                "示例",
                "注：x",
                "活动编号",
                "日期",
                "参与人数",
                "社区活动台账",
                "人数",
            ),
            *(
                "2023-05-01",
                "2023.5",
                "3-5月",
                "45077",
                "30",
                "３０人",
                "约30",
                "1.2万",
                "1,234",
                "√",
                "低保、残疾",
                "A1",
                "A2",
            ),
        ]
    ),
    st.integers(-5, 60_000).map(float),
    st.floats(allow_nan=True, allow_infinity=True),
    st.booleans(),
    st.dates(),
    st.datetimes(),
    st.times(),
    st.timedeltas(),
    st.text(max_size=12),
)
grids = st.lists(st.one_of(st.lists(cells, max_size=8), st.just(HEADER), st.just([])), max_size=14)

records = st.lists(
    st.tuples(
        st.sampled_from(["甲站", "乙站"]),
        st.sampled_from(["A1", "A2", "A3", ""]),
        st.sampled_from(["重阳", "端午", "—"]),
        st.sampled_from(["2023-05-01", "2023年5月2日", "5.12", ""]),
        st.sampled_from(["30", "20人", "约30", "3户", ""]),
        st.sampled_from(["800", "1,200元", "0.5万"]),
        st.sampled_from(["有", "无", "？"]),
        st.sampled_from(["低保", "老人", "怪人"]),
    ),
    max_size=12,
)


def grid(rows):
    width = max(map(len, rows), default=0)
    columns = []
    for place in range(width):
        values, codes = [], []
        for row in rows:
            cell = row[place] if place < len(row) else None
            blank = cell is None or (isinstance(cell, str) and not cell.strip())
            codes.append(-1 if blank else len(values))
            values += [] if blank else [cell]
        columns.append(GridColumn(np.array(codes, dtype=np.int32), values))
    return Grid("活动", len(rows), tuple(columns))


def read(rows):
    source = Source(Path("a.xlsx"), "a.xlsx", "xlsx", 1, "")
    return read_found(source, Grids((grid(rows),)), LEDGER)


def totals(found):
    return {
        "read": sum(a.rows_read for a in found.accounts),
        "accepted": sum(a.accepted for a in found.accounts),
        "rejected": sum(a.rejected for a in found.accounts),
        "skipped": sum(a.skipped for a in found.accounts),
    }


def values(found):
    frame = found.tables.get("activities", pd.DataFrame())
    rows = frame.drop(columns=[c for c in frame if c.startswith("_")]).values.tolist()
    return sorted([str(value) for value in row] for row in rows)


@settings(max_examples=150, deadline=None)
@given(grids)
def test_every_row_of_any_grid_is_accepted_rejected_or_skipped(rows):
    found = read(rows)
    counted = totals(found)
    assert counted["read"] == len(rows)
    assert counted["read"] == counted["accepted"] + counted["rejected"] + counted["skipped"]
    assert counted["accepted"] == sum(map(len, found.tables.values()))
    for table, frame in found.tables.items():
        required = [c for c in LEDGER[table].required if len(frame)]
        assert not frame[required].isna().any().any()
        assert frame["_row"].between(1, len(rows)).all()


@settings(max_examples=60, deadline=None)
@given(records, st.randoms())
def test_the_order_of_rows_changes_nothing_but_the_order(rows, random):
    shuffled = list(rows)
    random.shuffle(shuffled)
    one, other = read([HEADER, *rows]), read([HEADER, *shuffled])
    assert values(one) == values(other)
    assert totals(one) == totals(other)
    assert sorted(i.rule for i in one.issues) == sorted(i.rule for i in other.issues)


@settings(max_examples=60, deadline=None)
@given(records, records)
def test_two_ledgers_in_one_count_as_the_two(rows, more):
    one, other, both = read([HEADER, *rows]), read([HEADER, *more]), read([HEADER, *rows, *more])
    assert values(both) == sorted(values(one) + values(other))
    added = {key: totals(one)[key] + totals(other)[key] for key in totals(one)}
    assert totals(both) == {**added, "read": added["read"] - 1, "skipped": added["skipped"] - 1}


LINES = st.lists(
    st.builds(
        ",".join,
        st.tuples(
            st.sampled_from(["S1", "S2", "", "同上", "合计"]),
            st.sampled_from(["2023-05-10", "5月3日", "〃", "", "x"]),
            st.sampled_from(["1", "3户", "约30", "", '"4,000"']),
            st.sampled_from(["入户", "电话", '"入户\n"', "", "乱写"]),
        ),
    ),
    max_size=60,
)


@settings(max_examples=25, deadline=None)
@given(lines=LINES, size=st.integers(40, 400), encoding=st.sampled_from(["utf-8", "utf-8-sig", "gb18030"]))
def test_a_file_read_in_pieces_gives_the_rows_and_the_accounts_of_the_whole(
    tmp_path_factory: pytest.TempPathFactory, lines: list[str], size: int, encoding: str
) -> None:
    path = tmp_path_factory.mktemp("pieces") / "走访.csv"
    text = "\n".join(["2023年走访记录,,,", "社工站,日期,走访户数,走访方式", *lines, "S9,2023-06-01,1,入户"])
    path.write_text(text, encoding=encoding)
    (source,) = sources(path)
    whole = read_source(source, LEDGER)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(large_files, "PIECE_BYTES", max(size, 160))
        pieces = list(read_pieces(source, LEDGER))
    found = [piece.tables["visits"] for piece in pieces if "visits" in piece.tables]
    pd.testing.assert_frame_equal(pd.concat(found, ignore_index=True), whole.tables["visits"])
    assert together([account for piece in pieces for account in piece.accounts]) == whole.accounts
    places = {(i.rule, i.row, i.cell, i.column) for i in whole.issues}
    assert {(i.rule, i.row, i.cell, i.column) for piece in pieces for i in piece.issues} == places


@settings(max_examples=200, deadline=None)
@given(text=st.from_regex(RECORD_NUMBER, fullmatch=True))
def test_what_is_shaped_like_a_record_number_holds_no_identifier(text: str) -> None:
    assert find(text.strip("\n")) == []
