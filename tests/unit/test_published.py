"""Loading published figures: the shipped ones, and a user's own file with every way it can be wrong."""

import csv
import math
from datetime import date

import pytest

from swe.core.bounded import Bounded
from swe.core.errors import DataError, UsageError
from swe.core.project import reference_file
from swe.reference.figures_file import BENCHMARK_COLUMNS, FIGURE_COLUMNS
from swe.reference.published import load, published

GOOD = {
    "figure_id": "X-1",
    "region": "522702",
    "region_name": "贵州省黔南州福泉市",
    "programme_id": "",
    "indicator": "case_work_count",
    "indicator_zh": "个案数",
    "value": "51",
    "unit": "case",
    "qualifier": "exact",
    "period_start": "2023-06",
    "period_end": "2023-12",
    "as_of": "2023-12-31",
    "quote_zh": "开展个案51个",
    "source_id": "our-report",
}


def write(path, *rows, columns=FIGURE_COLUMNS, encoding="utf-8"):
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.DictWriter(file, columns, extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)
    return path


@pytest.fixture
def own(tmp_path):
    return tmp_path / "own.csv"


def refused(*paths, today=date(2024, 6, 30)):
    with pytest.raises(DataError) as caught:
        load(*paths, today=today)
    return caught.value


def test_exact_figures_are_exact_and_percentages_are_rounded_to_the_digits_printed():
    shipped = load()
    assert shipped.bounded("F03-010") == Bounded.exact(1094, "station")
    assert shipped.bounded("F03-011") == Bounded(72.445, 72.45, 72.455, "percent")
    assert shipped.bounded("B018") == Bounded(49.5, 50, 50.5, "percent")
    assert isinstance(shipped.bounded("F03-010").low, int)


def test_over_under_and_approximate_figures_claim_no_more_than_they_say():
    shipped = load()
    assert shipped.bounded("F03-012") == Bounded.at_least(1000, "person")
    assert shipped.bounded("F00-013") == Bounded.at_most(40000, "person")
    assert shipped.bounded("F04-026") == Bounded.about(300, "meal_per_day", floor=0)
    assert shipped.bounded("F01-012") == Bounded.about(None, "person", floor=0)


def test_the_frame_says_the_same_as_the_bounded_number():
    rows = load().figures.set_index("figure_id")
    over = rows.loc["F03-012"]
    assert math.isnan(over["value"]) and (over["lower"], over["upper"]) == (1000, math.inf)
    exact = rows.loc["F03-010"]
    assert exact["value"] == exact["lower"] == exact["upper"] == 1094
    assert rows.loc["F01-012", "approximate"]
    assert rows.loc["B016", ["as_of", "source_id", "programme_id", "label_en"]].tolist() == [
        "2022-09",
        "",
        "",
        "Social work stations",
    ]


def test_a_region_has_its_own_figures_and_below_those_of_its_counties():
    own, below = published("贵州"), published("52", below=True)
    assert set(own["region"]) == {"52"}
    assert set(below["region"]) == {"52", "522702"}
    assert set(published("00")["region"]) == {"00"}
    assert len(published("00", below=True)) == 179


def test_what_a_caller_does_to_a_frame_does_not_reach_the_next_caller():
    mine = load()
    mine.figures["lower"] = 0.0
    assert load().bounded("F03-010").low == 1094


def test_rules_programmes_and_sources_are_found_by_their_keys():
    shipped = load()
    assert set(shipped.rules_of("donghai-stations")["rule_id"]) == {"R001", "R002", "R003", "R004"}
    assert list(shipped.programmes_of("522702")["programme_id"]) == ["fuquan-1-8-n"]
    assert shipped.source("guizhou-stations")["credit"] == "据《贵州日报》"
    for ask in (shipped.rules_of, shipped.source, shipped.bounded):
        with pytest.raises(UsageError):
            ask("no-such-thing")


def test_a_users_file_stands_beside_the_shipped_figures(own):
    both = load(reference_file("published"), write(own, GOOD))
    assert len(both.figures) == 180
    assert both.bounded("X-1") == Bounded.exact(51, "case")
    row = both.figures.set_index("figure_id").loc["X-1"]
    assert (row["file"], row["line"], row["label_en"]) == ("own.csv", 2, "Casework cases")
    assert "our-report" in both.warnings[0].en


def test_a_users_file_alone_needs_no_other_table(own):
    alone = load(write(own, GOOD))
    assert list(alone.figures["figure_id"]) == ["X-1"]
    assert alone.warnings == ()


def test_a_benchmarks_file_needs_no_quote(tmp_path):
    row = {**GOOD, "note": "stated at a meeting", "confidence": "B"}
    read = load(write(tmp_path / "benchmarks.csv", row, columns=BENCHMARK_COLUMNS))
    assert read.figures.loc[0, ["note", "confidence", "quote_zh"]].tolist() == [
        "stated at a meeting",
        "B",
        "",
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_the_encodings_of_excel_are_read(own, encoding):
    assert load(write(own, GOOD, encoding=encoding)).figures.loc[0, "quote_zh"] == "开展个案51个"


def test_region_codes_may_be_padded_and_names_left_out(own):
    row = load(write(own, {**GOOD, "region": "520000", "region_name": ""})).figures.loc[0]
    assert (row["region"], row["region_name"]) == ("52", "贵州省")


@pytest.mark.parametrize(
    ("column", "value", "zh", "en"),
    [
        ("value", "2000余", "value=2000、qualifier=over", "write value=2000 and qualifier=over"),
        ("value", "近两万人次", "value=20000、qualifier=under", "value=20000 and qualifier=under"),
        ("value", "1,094", "value=1094、qualifier=exact", "value=1094 and qualifier=exact"),
        ("value", "很多", "不是数字", "not a plain number"),
        ("value", "", "不是数字", "not a plain number"),
        ("value", "nan", "不是数字", "not a plain number"),
        ("value", "-3", "负数", "negative"),
        ("value", "1" * 400, "不是数字", "not a plain number"),
        ("unit", "人次", "person_time", "person_time"),
        ("unit", "persons", "person", "person"),
        ("qualifier", "about", "只能是", "must be one of exact, over, under, approx"),
        ("region", "999999", "999999", "999999"),
        ("region", "", "缺少地区代码", "region is missing"),
        ("as_of", "2023-02-30", "2023-02-30", "not a date"),
        ("as_of", "2024-07-01", "之后", "after today (2024-06-30)"),
        ("as_of", "", "缺少日期", "date is missing"),
        ("period_end", "2023-05", "倒置", "backwards"),
        ("source_id", "", "缺少来源", "source is missing"),
        ("quote_zh", "", "缺少原文", "quote is missing"),
        ("figure_id", "图 1", "编号", "cannot be an id"),
        ("indicator", "个案数", "指标名", "cannot name an indicator"),
    ],
)
def test_a_wrong_cell_is_named_by_line_and_column(own, column, value, zh, en):
    path = write(own, GOOD, {**GOOD, "figure_id": "X-2", column: value})
    error = refused(path)
    assert error.where == f"{path}:3"
    assert f"{column} 列" in error.zh and zh in error.zh
    assert f"column {column}" in error.en and en in error.en


def test_all_problems_of_all_files_are_reported_at_once(tmp_path):
    one = write(
        tmp_path / "a.csv", {**GOOD, "value": "数十名"}, {**GOOD, "figure_id": "X-2", "unit": "wizard"}
    )
    two = write(tmp_path / "b.csv", {**GOOD, "figure_id": "X-3", "qualifier": "", "source_id": ""})
    text = refused(one, two).text("en")
    assert "4 problems" in text
    for place in (f"{one}:2: column value", f"{one}:3: column unit", f"{two}:2: column qualifier"):
        assert place in text
    assert "qualifier=approx" in text


def test_missing_and_unknown_columns_are_named(own):
    columns = [*FIGURE_COLUMNS[:-1], "source"]
    error = refused(write(own, GOOD, columns=columns))
    assert "missing columns: source_id" in error.text("en")
    assert "unknown column 'source'; did you mean source_id?" in error.text("en")
    assert f"{own}:1" in error.text("zh")


def test_an_id_twice_is_an_error_at_the_second_place(own):
    error = refused(write(own, GOOD, GOOD))
    assert error.where == f"{own}:3"
    assert f"already used at {own}:2" in error.en


def test_an_id_of_the_shipped_figures_cannot_be_used_again(own):
    error = refused(reference_file("published"), write(own, {**GOOD, "figure_id": "F03-010"}))
    assert error.where == f"{own}:2"
    assert "figures.csv:" in error.en


def test_a_row_with_a_cell_too_many_is_an_error(own):
    write(own, GOOD)
    own.write_text(own.read_text(encoding="utf-8").replace("51个", "51个,小组3个"), encoding="utf-8")
    error = refused(own)
    assert error.where == f"{own}:2"
    assert "15 cells, the header 14" in error.en


def test_lines_are_counted_as_an_editor_does(own):
    two_lines = {**GOOD, "quote_zh": "开展个案51个\n和其他"}
    error = refused(write(own, two_lines, {**GOOD, "figure_id": "X-2", "value": "x"}))
    assert error.where == f"{own}:4"


@pytest.mark.parametrize("raw", [b"", b"\x00\x01\x02", b"\xff\xfe\x00", b"\x81\x20\xff\xff"])
def test_what_is_no_csv_is_refused_in_a_sentence(own, raw):
    own.write_bytes(raw)
    assert refused(own).where == str(own)


def test_a_missing_file_is_named(tmp_path):
    assert "no such file" in refused(tmp_path / "none.csv").en


def test_a_percentage_above_100_is_a_warning_and_no_error(own):
    row = {**GOOD, "indicator": "station_coverage_rate", "unit": "percent", "value": "104.2"}
    read = load(write(own, row))
    assert [warning.where for warning in read.warnings] == [f"{own}:2"]
    assert "above 100" in read.warnings[0].en and "超过 100%" in read.warnings[0].zh


def test_a_name_that_is_not_the_codes_and_an_unusual_unit_are_warnings(own):
    read = load(write(own, {**GOOD, "region_name": "瓮安县", "unit": "person"}))
    assert {w.en.split(":")[0] for w in read.warnings} == {"column region_name", "column unit"}


def test_the_end_of_a_targets_period_may_lie_in_the_future(own):
    read = load(write(own, {**GOOD, "as_of": "2024-01", "period_end": "2030-12"}), today=date(2024, 6, 30))
    assert read.figures.loc[0, "period_end"] == "2030-12"
