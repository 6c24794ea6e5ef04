"""The rating workbook: made from an indicator system, filled in by a rater, read back by the ledger's own reader."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import xlsxwriter
from python_calamine import CalamineWorkbook

from swe.core.errors import UsageError
from swe.indicators.framework_model import Rating
from swe.indicators.frameworks import framework, framework_paths
from swe.indicators.rating_workbook import rating_bytes, rating_template
from swe.ledgers.load import load

STATIONS = (("MS1", "金山街道社工站"), ("MS2", "马场坪[街道]社工站"), ("MS3", "金山街道社工站"))


def fill_in(path: Path, sheets: tuple[int, ...], typed: dict[tuple[int, int], object]) -> None:
    """Type cells (row, column from 0) into sheets, as a rater does; all other cells stay as they are."""
    book = CalamineWorkbook.from_path(str(path))
    pages = [
        (name, book.get_sheet_by_name(name).to_python(skip_empty_area=False)) for name in book.sheet_names
    ]
    with xlsxwriter.Workbook(path, {"strings_to_formulas": False}) as made:
        for index, (name, rows) in enumerate(pages):
            sheet = made.add_worksheet(name)
            for i, row in enumerate(rows):
                for j, cell in enumerate(row):
                    value = typed.get((i, j), cell) if index in sheets else cell
                    sheet.write(i, j, value if isinstance(value, str | int | float) else str(value))


@pytest.mark.parametrize("name", sorted(framework_paths()))
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_system_has_a_guide_and_a_sheet_a_station(tmp_path: Path, name: str, lang: str) -> None:
    path = rating_template(name, tmp_path / "r.xlsx", lang=lang, stations=STATIONS)
    book = CalamineWorkbook.from_path(str(path))
    system = framework(name)
    guide = book.get_sheet_by_index(1).to_python()
    assert [row[0] for row in guide[1:]] == [item.code for item in system.indicators]
    assert all(all(cell != "" for cell in row) for row in guide[1:])
    rated = [item for item in system.indicators if isinstance(item.measure, Rating)]
    for index, (id, _) in enumerate(STATIONS):
        rows = book.get_sheet_by_index(2 + index).to_python()
        assert rows[1][0] == id
        assert [(row[6], row[9]) for row in rows[1:]] == [(item.code, item.score.points) for item in rated]


def test_the_same_system_gives_the_same_bytes() -> None:
    assert rating_bytes(framework("generic-100"), stations=STATIONS) == rating_bytes(
        framework("generic-100"), stations=STATIONS
    )


def test_what_a_rater_fills_in_is_read_and_what_is_left_empty_is_no_zero(tmp_path: Path) -> None:
    system = framework("generic-100")
    path = rating_template(system, tmp_path / "ratings.xlsx", stations=STATIONS[:2])
    typed = {(1, 1): "第三方评估", (1, 2): "R01", (1, 3): "末期评估", (1, 4): "2023-06-05", (1, 8): 3.5}
    fill_in(path, (2, 3), typed)  # the first indicator; the others are not rated
    stations = tmp_path / "stations.csv"
    stations.write_text(
        "社工站编号,社工站名称,区划代码,机构类型\nMS1,甲站,522702001,社工站\nMS2,乙站,522702002,社工站\n",
        encoding="utf-8",
    )
    data = load([stations, path], store=tmp_path / "store")
    rows = data.query(
        "SELECT station_id, indicator_code, score, full_points, round, rater_source FROM ratings ORDER BY 1"
    )
    first = next(item for item in system.indicators if isinstance(item.measure, Rating))
    assert rows.values.tolist() == [
        [id, first.code, 3.5, first.score.points, "final", "third_party"] for id in ("MS1", "MS2")
    ]
    rated = sum(isinstance(item.measure, Rating) for item in system.indicators)
    mine = data.accounting[
        (data.accounting["file"] == "ratings.xlsx") & (data.accounting["table"] == "ratings")
    ]
    assert mine[["accepted", "rejected"]].sum().tolist() == [2, 0]
    assert sum(reasons.get("not_filled", 0) for reasons in mine["reasons"]) == 2 * (rated - 1)


def test_the_command_writes_it_for_the_stations_of_a_ledger(tmp_path: Path, swe: Callable) -> None:
    stations = tmp_path / "stations.csv"
    stations.write_text(
        "社工站编号,社工站名称,区划代码,机构类型\nMS1,甲站,522702001,社工站\n", encoding="utf-8"
    )
    said = swe("template", "--framework", "fiscal", "--stations", stations, "-o", tmp_path / "f.xlsx")
    assert said.code == 0, said.err
    assert "评分表 甲站" in CalamineWorkbook.from_path(str(tmp_path / "f.xlsx")).sheet_names
    assert swe("template", "--stations", stations, "-o", tmp_path / "g.xlsx").code == 2


def test_a_wrong_name_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        rating_template("generic-100", tmp_path / "r.xls")
    with pytest.raises(UsageError):
        rating_template("no-such-system", tmp_path / "r.xlsx")
