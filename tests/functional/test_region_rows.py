"""What regions share says of each of them what its own ledgers say: the same numbers, whatever way they are gathered."""

from __future__ import annotations

import dataclasses
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from swe.core.dates import period
from swe.indicators import region_rows
from swe.indicators.assessor_facts import assessed
from swe.indicators.assessor_list import assessor_indicators
from swe.indicators.assessor_region import by_code, narrow
from swe.indicators.ledger_facts import DATED, MEASURES
from swe.indicators.station_months import station_months
from swe.ledgers.checking import completeness, valid_counts
from swe.ledgers.contract import contract
from swe.ledgers.demo import make_demo
from swe.ledgers.load import load
from swe.ledgers.snapshot_reader import query
from swe.ledgers.tables_view import Tables
from swe.reports.run_rows import region_reader, write_rows
from swe.reports.run_slices import digests

PERIOD = period("2022-12-01..2023-05-31")
PLACES = [("52", "province"), ("5227", "prefecture"), ("522701", "county"), ("522702", "county")]
ROWS = {"rows_read": 100, "rows_rejected": 1}


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Tables:
    """Stations of two counties, the workbooks of one with all that is wrong in workbooks."""
    home = tmp_path_factory.mktemp("rows")
    raw = []
    for code, messy in (("522701", False), ("522702", True)):
        made = make_demo(home / code, region=code, stations=4, months=6, rows=400, messy=messy)
        raw.append(made / "raw")
    return load(raw, store=home / "store", today=PERIOD.last)


@pytest.fixture(scope="module")
def shared(data: Tables, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    folder = tmp_path_factory.mktemp("shared")
    return folder, write_rows(folder, data, digests(data).stations, period=PERIOD)


def in_period(data: Tables, prefix: str) -> dict[str, pd.DataFrame]:
    """All rows of a region as pandas, those with a date in the period only, as the checks want them."""
    ids = f"station_id IN (SELECT station_id FROM stations WHERE region_code LIKE '{prefix}%')"
    found = {}
    for name, table in contract("ledger-v1").tables.items():
        when = f" AND {table.date} BETWEEN DATE '{PERIOD.first}' AND DATE '{PERIOD.last}'"
        dated = name in DATED and name != "survey"
        found[name] = data.query(f"SELECT * FROM {name} WHERE {ids}{when if dated else ''}")
    return found


@pytest.mark.parametrize(("code", "level"), PLACES)
def test_the_totals_of_a_region_are_those_of_its_rows(
    data: Tables, shared: tuple[Path, dict[str, str]], code: str, level: str
) -> None:
    with region_reader(*shared, code) as rows:
        found = region_rows.facts(rows)
    frames = in_period(data, code)
    ledger = contract("ledger-v1")
    assert len(found.stations) == len(frames["stations"]) > 0
    for name, (table, sql, _) in MEASURES.items():
        if sql == "count(*)":
            assert found.totals[name] == (len(frames[table]) or None), name
        elif sql.startswith("sum("):
            column = frames[table][sql[4:-1]]
            assert found.totals[name] == (float(column.sum()) if column.notna().any() else None), name
    valid = valid_counts(frames).groupby("kind")[["declared", "valid"]].sum()
    assert found.valid == {
        k: (float(d), float(v)) for k, (d, v) in zip(valid.index, valid.to_numpy(), strict=True)
    }
    grid = completeness(frames, ledger, PERIOD).groupby(["table", "status"]).size()
    said = {(table, status): n for table, each in found.complete.items() for status, n in each.items() if n}
    assert said == {key: float(n) for key, n in grid.items()}
    assert found.people["clients"] == len(frames["clients"])


@pytest.mark.parametrize(("code", "level"), PLACES)
def test_the_chapters_of_a_region_are_those_of_its_own_ledgers(
    data: Tables, shared: tuple[Path, dict[str, str]], code: str, level: str
) -> None:
    with region_reader(*shared, code) as rows:
        facts = region_rows.facts(rows)
        found = region_rows.assessed(rows, code, level=level, complete=facts.complete, accounts=ROWS)
        months = region_rows.months(rows, period=PERIOD)
        findings = region_rows.whole(rows, "findings")
    with data.connect() as con:
        narrow(con, code)
        own = assessed(con, level=level, period=PERIOD, snapshot="x", complete=facts.complete, rows=ROWS)
        by_station = station_months(partial(query, con), period=PERIOD)
        listed = query(con, "SELECT count(*) AS n FROM findings").iloc[0, 0]
    assert len(findings) == listed
    for name in ("calendar", "changes", "data", "grade"):
        same(getattr(found, name), getattr(own, name))
    same(found.survey, own.survey)
    numbers = [
        "numerator",
        "denominator",
        "value",
        "lower",
        "upper",
        "declared",
        "n",
        "reporting",
        "stations",
    ]
    pd.testing.assert_frame_equal(
        found.listed.whole[numbers], own.listed.whole[numbers], check_exact=True, check_names=False
    )
    assert found.listed.whole["status"].tolist() == own.listed.whole["status"].tolist()
    each = own.listed.stations  # every code; of stations, reports give some
    each = each[each["indicator"].isin(region_rows.BY_STATION)].reset_index(drop=True)
    pd.testing.assert_frame_equal(found.listed.stations[numbers], each[numbers], check_exact=True)
    same(months.stations, by_station.stations)
    for name in ("months", "shares"):
        keys = [c for c in ("station", "measure", "month") if c in getattr(months, name).columns]
        same(*(getattr(each, name).sort_values(keys, ignore_index=True) for each in (months, by_station)))
    assert months.left_out == by_station.left_out


def same(one: Any, other: Any) -> None:
    """Equal through and through, dataclasses and frames included; NaN equals NaN."""
    if dataclasses.is_dataclass(one):
        for each in dataclasses.fields(one):
            same(getattr(one, each.name), getattr(other, each.name))
    elif isinstance(one, pd.DataFrame):
        pd.testing.assert_frame_equal(one, other, check_exact=True, check_dtype=False)
    elif isinstance(one, dict):
        assert one.keys() == other.keys()
        for key in one:
            same(one[key], other[key])
    else:
        assert one == other or (one != one and other != other)


def test_the_lists_of_regions_are_those_of_the_list_by_region(
    data: Tables, shared: tuple[Path, dict[str, str]]
) -> None:
    whole = assessor_indicators(data, by="county", period=PERIOD)
    with region_reader(*shared, "5227") as rows:
        lists = rows("lists")
    for code in whole["unit"].unique():
        one, other = (by_code(each[each["unit"] == code])["value"] for each in (lists, whole))
        pd.testing.assert_series_equal(one, other, check_exact=True)


def test_a_province_without_a_change_keeps_its_folder(
    data: Tables, shared: tuple[Path, dict[str, str]]
) -> None:
    folder, names = shared
    stations = digests(data).stations
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*.parquet")}
    assert write_rows(folder, data, stations, period=PERIOD) == names
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*.parquet")} == before
    other = stations.assign(digest="another")
    assert write_rows(folder, data, other, period=PERIOD)["52"] != names["52"]


def test_a_region_of_another_province_has_no_station(shared: tuple[Path, dict[str, str]]) -> None:
    with region_reader(*shared, "46") as rows:
        facts = region_rows.facts(rows)
        found = region_rows.assessed(rows, "46", level="province", complete=facts.complete, accounts={})
    assert facts.stations.empty and found.listed.whole.empty and found.grade.grade == ""
