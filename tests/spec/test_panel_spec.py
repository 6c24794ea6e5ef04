"""Panels, written as tables: stations and outcomes in, units by period out, with an account of everybody who is not there."""

from __future__ import annotations

import io

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import swe
from swe.core.errors import DataError, UsageError
from swe.indicators.panel import Panel, panel

FUQUAN = (
    "522702001",
    "522702002",
    "522702102",
    "522702103",
    "522702105",
    "522702106",
    "522702107",
    "522702203",
)


def frame(text: str) -> pd.DataFrame:
    """A table written with | and blanks; codes and times stay text, an empty cell is missing."""
    lines = "\n".join(",".join(c.strip() for c in line.split("|")) for line in text.strip().splitlines())
    return pd.read_csv(
        io.StringIO(lines), dtype={"region": str, "region_code": str, "month": str, "opened_on": str}
    )


STATIONS = frame(
    """
    region_code | kind         | opened_on  | closed_on
    522702102   | station      | 2022-02-10 |
    522702102   | station      | 2022-03-01 |
    522702103   | station      | 2022-08-01 |
    522702105   | room         | 2022-01-01 |
    522702106   | station      |            |
    522702107   | station      | 2021-12-01 | 2022-02-28
    522702      | main_station | 2022-01-15 |
    """
)


def months(*names: str, codes: tuple[str, ...] = FUQUAN) -> pd.DataFrame:
    rows = [(code, name, 10.0 * k + i) for k, code in enumerate(codes) for i, name in enumerate(names)]
    return pd.DataFrame(rows, columns=["region", "month", "found"])


def made(outcomes: pd.DataFrame, stations: pd.DataFrame = STATIONS, **options: object) -> Panel:
    return panel(stations, outcome="found", outcomes=outcomes, **options)


def count(p: Panel, item: str) -> int:
    return int(p.account.set_index("item")["n"].get(item, 0))


def by_unit(p: Panel, column: str) -> dict[str, object]:
    return p.table.drop_duplicates("unit").set_index("unit")[column].to_dict()


# -- who is treated when --


def test_a_unit_is_treated_from_the_period_of_its_first_station_and_nobody_else_is():
    p = made(months("2022-01", "2022-02", "2022-03"))
    first = {
        unit: "" if value is pd.NaT else str(value) for unit, value in by_unit(p, "first_treated").items()
    }
    assert first == {
        "522702001": "",
        "522702002": "",
        "522702102": "2022-02",
        "522702103": "2022-08",  # beyond the panel: known, and kept as it is
        "522702105": "",  # a village room is no station
        "522702107": "2021-12",
        "522702203": "",
    }
    assert (p["treated"], p["beyond"], p["not_treated"]) == (2, 1, 4)
    assert p["rows"] == 7 * 3


def test_a_unit_whose_station_has_no_date_is_dropped_and_said():
    p = made(months("2022-01", "2022-02"))
    assert "522702106" not in set(p.table["unit"])
    assert (count(p, "undated"), count(p, "undated_stations"), p["dropped"]) == (1, 1, 1)
    assert any("cannot be known" in note.en for note in p.notes if note.kind == "exclusion")


def test_open_months_are_counted_to_the_day():
    p = made(months("2022-01", "2022-02", "2022-03"))
    rows = p.table.set_index(["unit", "time"])["exposure_months"]
    assert rows["522702102"].tolist() == pytest.approx([0, 19 / 28, 1])  # from 10 February, that day included
    assert rows["522702107"].tolist() == pytest.approx([1, 1, 0])  # closed on 28 February
    assert rows["522702103"].tolist() == [0, 0, 0]


def test_a_closed_station_stays_treated_from_its_first_day_and_shows_when_it_was_closed():
    p = made(months("2022-01", "2022-02", "2022-03"))
    rows = p.table[p.table["unit"] == "522702107"]
    assert rows["treated"].tolist() == [1, 1, 0]
    assert any("nothing was recoded" in text for text in p.warnings("en"))


def test_the_county_hub_is_dated_beside_the_units_own_station():
    p = made(months("2022-01", "2022-02"))
    assert {str(v) for v in by_unit(p, "hub_opened").values()} == {"2022-01"}


def test_a_county_is_treated_by_its_main_station_too_unless_told():
    assert str(by_unit(made(months("2022-01"), unit="county"), "first_treated")["522702"]) == "2021-12"
    hub = made(months("2022-01"), unit="county", treated_by=["main_station"])
    assert str(by_unit(hub, "first_treated")["522702"]) == "2022-01"


# -- outcomes --


def test_units_without_a_station_keep_the_outcomes_of_their_population():
    p = made(months("2022-01", "2022-02"))
    assert p.table.loc[p.table["unit"] == "522702203", "found"].tolist() == [70, 71]
    assert p.outcome_kind == "population"
    assert p.table.attrs == {"outcome": "found", "outcome_kind": "population"}


def test_a_missing_outcome_stays_missing_and_a_silent_unit_is_counted():
    rows = months("2022-01", "2022-02", codes=FUQUAN[:3])
    rows.loc[0, "found"] = None
    p = made(rows)
    assert p.table.loc[p.table["unit"] == FUQUAN[0], "found"].isna().tolist() == [True, False]
    assert p.table["status"].tolist().count("missing") == p["missing"] == 1
    assert (count(p, "silent"), count(p, "silent_with_station")) == (5, 3)


def test_a_quarter_of_two_months_is_missing_and_a_whole_one_is_the_sum():
    p = made(months("2022-01", "2022-02", "2022-03", "2022-04", "2022-05", codes=FUQUAN[:1]), time="quarter")
    assert [str(t) for t in p.table["time"]] == ["2022Q1", "2022Q2"]
    assert p.table["found"].tolist()[0] == 0 + 1 + 2
    assert p.table["found"].isna().tolist() == [False, True]
    assert count(p, "lacking") == 1


def test_rates_are_averaged_when_told():
    p = made(months("2022-01", "2022-02", "2022-03", codes=FUQUAN[:1]), time="quarter", combine="mean")
    assert p.table["found"].tolist() == [1]


def test_a_county_of_which_one_town_is_missing_is_missing():
    rows = months("2022-01", "2022-02")
    rows.loc[1, "found"] = None
    p = made(rows, unit="county")
    assert p.table["found"].tolist()[0] == sum(10 * k for k in range(8))
    assert p.table["found"].isna().tolist() == [False, True]


def test_names_dates_and_gb18030_files_are_read(tmp_path):
    path = tmp_path / "found.csv"
    path.write_bytes("region,date,found\n贵州省黔南州福泉市凤山镇,2022-01-01,3\n".encode("gb18030"))
    p = panel(STATIONS, outcome="found", outcomes=path)
    assert p.table[["unit", "name", "found"]].values.tolist() == [["522702102", "凤山镇", 3]]


def test_a_day_stands_for_its_period_and_a_year_is_too_long_for_a_month():
    assert made(frame("region | date | found\n522702102 | 2022-01-15 | 4")).table["found"].tolist() == [4]
    with pytest.raises(DataError, match="longer than a month"):
        made(frame("region | year | found\n522702102 | 2022 | 4"))


# -- codes of other years --


def test_a_town_that_became_a_subdistrict_is_one_series():
    """党武镇 520111103 is 党武街道 520111012 from 2020 on; 水城县 became 水城区 with a new code for each of its towns."""
    rows = frame(
        """
        region    | month   | found
        520111103 | 2020-01 | 5
        520111012 | 2020-02 | 7
        """
    )
    p = made(rows, vintage="2023-06-30")
    assert p.table["unit"].unique().tolist() == ["520111012"]
    assert p.table["found"].tolist() == [5, 7]
    assert count(p, "recoded") == 1
    moved = made(frame("region | month | found\n520221102 | 2020-01 | 5"), vintage="2023-06-30")
    assert moved.table["unit"].tolist() == ["520204106"]


def test_what_cannot_be_followed_is_counted_and_can_be_said():
    """新华社区服务中心 520102400 was dissolved; the register does not say into what."""
    rows = frame(
        """
        region    | month   | found
        520102400 | 2019-01 | 5
        520102401 | 2019-01 | 6
        520102016 | 2019-02 | 9
        """
    )
    assert count(made(rows, vintage="2023-06-30"), "gone") == 2
    told = made(rows, vintage="2023-06-30", merged={"520102400": "520102016", "520102401": "520102016"})
    assert told.table["found"].tolist() == [11, 9]
    assert (count(told, "merged"), count(told, "gone")) == (2, 0)


def test_half_of_a_merged_unit_is_missing_and_not_small():
    rows = frame(
        """
        region    | month   | found
        520102400 | 2019-01 | 5
        520102400 | 2019-02 | 5
        520102401 | 2019-02 | 6
        520102016 | 2019-03 | 9
        """
    )
    p = made(rows, vintage="2023-06-30", merged={"520102400": "520102016", "520102401": "520102016"})
    assert p.table["found"].isna().tolist() == [True, False, False]
    assert p.table["found"].tolist()[1:] == [11, 9]


def test_rows_that_are_in_no_unit_are_counted_by_reason():
    rows = frame(
        """
        region    | month   | found
        522702102 | 2022-01 | 1
        522702    | 2022-01 | 2
        999999    | 2022-01 | 3
        320722401 | 2022-01 | 4
                  | 2022-01 | 5
        """
    )
    p = made(rows)
    seen = {item: count(p, item) for item in ("above", "unknown", "not_a_unit", "incomplete_rows", "rows")}
    assert seen == {"above": 1, "unknown": 1, "not_a_unit": 1, "incomplete_rows": 1, "rows": 5}


# -- the panel as a whole --


def test_guizhou_has_its_1510_units():
    rows = pd.DataFrame({"region": ["522702102"], "month": ["2022-01"], "found": [1.0]})
    p = made(rows, region="贵州", vintage="2023-06-30")
    assert count(p, "units") == 1510
    assert p["dropped"] == 1509


def test_the_register_is_that_of_the_panels_last_day():
    p = made(months("2019-10"))
    assert any("2019-10-31" in note.en for note in p.notes)


def test_full_coverage_is_said_to_leave_no_controls():
    everywhere = pd.DataFrame({"region_code": FUQUAN, "opened_on": ["2022-01-05"] * 8})
    assert any("no clean controls" in text for text in made(months("2022-01"), everywhere).warnings("en"))
    assert not any("no clean controls" in text for text in made(months("2022-01")).warnings("en"))


def test_a_period_pads_the_panel_with_missing_and_never_zero():
    p = made(months("2022-01", codes=FUQUAN[:1]), period="2022-01..2022-03")
    assert p.table["found"].isna().tolist() == [False, True, True]
    with pytest.raises(UsageError, match="no ends of the panel"):
        made(months("2022-01"), period="2022-01-10..2022-03-31")


def test_wrong_input_is_refused():
    with pytest.raises(DataError, match="repeat a region and time"):
        made(pd.concat([months("2022-01"), months("2022-01")]))
    with pytest.raises(DataError, match="lacks the columns found2"):
        panel(STATIONS, outcome="found2", outcomes=months("2022-01"))
    with pytest.raises(UsageError, match="township, county"):
        made(months("2022-01"), unit="village")
    with pytest.raises(UsageError, match="station, main_station, room"):
        made(months("2022-01"), treated_by=["hub"])
    with pytest.raises(DataError, match="no row of outcomes"):
        made(frame("region | month | found\n999999 | 2022-01 | 4"))
    with pytest.raises(UsageError, match="outcomes"):
        panel(STATIONS, outcome="visits")
    with pytest.raises(DataError, match="is no date"):
        made(months("2022-01"), STATIONS.assign(opened_on="spring"))


def test_it_is_a_public_name():
    assert swe.panel is panel


@given(st.permutations(range(16)))
@settings(max_examples=15, deadline=None)
def test_the_order_of_rows_changes_nothing(order):
    rows = months("2022-01", "2022-02")
    shuffled = made(rows.iloc[order], STATIONS.iloc[::-1])
    pd.testing.assert_frame_equal(shuffled.table, made(rows).table)


def test_an_outcome_in_two_counties_is_the_two_panels_together():
    other = ("522701001", "522701100")
    both = made(months("2022-01", "2022-02", codes=FUQUAN + other))
    assert set(both.table["county"]) == {"522701", "522702"}
    one = made(months("2022-01", "2022-02"))
    same = both.table[both.table["county"] == "522702"].reset_index(drop=True)
    pd.testing.assert_frame_equal(same, one.table)


# -- the stations' own counts --


@pytest.fixture(scope="module")
def ledger(tmp_path_factory):
    folder = tmp_path_factory.mktemp("ledger")
    stations = pd.DataFrame(
        {
            "社工站编号": ["S1", "S2", "S3"],
            "社工站名称": ["凤山镇社工站", "陆坪镇社工站", "龙昌镇社工站"],
            "行政区划代码": ["522702102", "522702103", "522702105"],
            "站点类型": ["乡镇（街道）社工站"] * 3,
            "建站时间": ["2022-02-01", "2022-03-01", "2022-01-01"],
        }
    )
    days = ["2022-02-03", "2022-02-20", "2022-04-02", "2022-03-09", "2022-01-20"]
    visits = pd.DataFrame(
        {
            "社工站编号": ["S1", "S1", "S1", "S2", "S2"],
            "日期": days,
            "走访对象": ["甲", "乙", "丙", "丁", "戊"],
            "走访方式": ["入户"] * 5,
        }
    )
    stations.to_csv(folder / "站点基本信息.csv", index=False, encoding="utf-8-sig")
    visits.to_csv(folder / "走访探访记录.csv", index=False, encoding="utf-8-sig")
    return swe.load(folder, store=folder / "store")


def test_activity_is_marked_and_does_not_exist_before_the_station(ledger):
    p = panel(ledger, outcome="visits")
    assert p.outcome_kind == p.table.attrs["outcome_kind"] == "activity"
    rows = p.table.set_index(["unit", "time"])
    assert rows.loc["522702102", "visits"].fillna(-1).tolist() == [-1, 2, 0, 1]
    assert rows.loc["522702102", "status"].tolist() == ["not_applicable", "ok", "ok", "ok"]
    assert any("no effect can be estimated" in text for text in p.warnings("en"))


def test_records_before_the_opening_and_stations_that_do_not_report_are_counted(ledger):
    p = panel(ledger, outcome="visits")
    assert count(p, "early") == 1
    assert "522702105" not in set(p.table["unit"])
    assert count(p, "silent_with_station") == 1


def test_a_quarter_that_the_ledger_covers_in_part_is_missing(ledger):
    p = panel(ledger, outcome="visits", time="quarter")
    assert p.table.loc[p.table["unit"] == "522702102", "visits"].fillna(-1).tolist() == [2, -1]
    assert count(p, "edges") == 1


def test_a_table_or_column_that_the_ledger_lacks_is_named(ledger):
    with pytest.raises(UsageError, match="activities"):
        panel(ledger, outcome="petitions")
    with pytest.raises(UsageError, match="no numeric column"):
        panel(ledger, outcome="visits.date")


def test_the_effect_estimators_refuse_an_activity(ledger):
    att_gt = pytest.importorskip("swe.stats.group_time").att_gt
    p = panel(ledger, outcome="visits")
    with pytest.raises(UsageError, match="activity"):
        att_gt(
            p.table, outcome="visits", unit="unit", time="time", first_treated="first_treated",
            outcome_kind=p.outcome_kind,
        )  # fmt: skip
