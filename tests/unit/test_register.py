"""The register: denominators that reproduce published rates, and a builder that reproduces the register."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from collections import Counter
from datetime import date
from pathlib import Path
from types import ModuleType

import pandas as pd
import pytest

from swe.core.errors import MachineError, UsageError
from swe.core.project import reference_file, root, shipped
from swe.reference import register

REPO = Path(__file__).resolve().parents[2]
# Township units of the register of 2023-06-30, counted from the NBS list by the rule of kinds.
UNITS_2023 = {
    "11": 343, "12": 252, "13": 2246, "14": 1278, "15": 1022, "21": 1347, "22": 977, "23": 1339, "31": 215,
    "32": 1200, "33": 1364, "34": 1523, "35": 1106, "36": 1580, "37": 1813, "41": 2467, "42": 1258,
    "43": 1947, "44": 1610, "45": 1253, "46": 216, "50": 1031, "51": 3101, "52": 1510, "53": 1429,
    "54": 701, "61": 1318,
    "62": 1360, "63": 404, "64": 243, "65": 1168,
}  # fmt: skip


@pytest.fixture(scope="module")
def builder() -> ModuleType:
    spec = importlib.util.spec_from_file_location("build_register", REPO / "tools" / "build_register.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_31_provinces_have_the_units_counted_from_the_nbs_list() -> None:
    assert {code: register.unit_count(code) for code in UNITS_2023} == UNITS_2023
    assert register.unit_count("00") == sum(UNITS_2023.values()) == 38_621


@pytest.mark.parametrize(
    ("code", "units", "why"),
    [
        ("3412", 167, "阜阳 calls 167 stations full coverage"),
        ("320722", 19, "东海 calls 19 stations full coverage"),
        ("522702", 8, "福泉 names 8 stations"),
        ("421303", 10, "曾都 names 10 stations, without calling that all"),
        ("31", 215, "上海: 143 stations of 215 are 66.5 %"),
        ("11", 343, "北京: 56 area offices are units too"),
    ],
)
def test_units_agree_with_what_the_source_pages_count(code: str, units: int, why: str) -> None:
    assert register.unit_count(code) == units, why


def test_guizhou_s_published_rate_is_reproduced_by_its_units() -> None:
    assert register.unit_count("52", "2023-06-30") == 1510
    assert register.unit_count("52", "2022-10-31") == 1509
    assert round(100 * 1094 / register.unit_count("52"), 2) == 72.45  # published on 2023-05-31


def test_the_nation_by_kind_and_by_village() -> None:
    assert register.kinds("00") == {
        "subdistrict": 9001,
        "town": 21366,
        "township": 8198,
        "area_office": 56,
        "zone": 2572,
        "zone_named": 138,
        "other": 21,
    }
    assert register.village_count("00") == 620_573
    assert 0 < register.community_count("00") < register.village_count("00")


def test_kinds_always_come_in_the_same_order() -> None:
    assert all(
        tuple(register.kinds(code)) == register.TOWNSHIP_KINDS for code in ("00", "52", "460321", "522702107")
    )


def test_counties_and_prefectures_leave_out_zones_and_placeholders() -> None:
    assert (register.county_count("52"), register.prefecture_count("52")) == (88, 9)
    assert (register.county_count("43"), register.prefecture_count("43")) == (122, 14)
    assert register.prefecture_count("00") == 333  # the official count; 342 rows less nine placeholders
    assert (register.county_count("31"), register.prefecture_count("31")) == (16, 0)


def test_32_counties_and_2_prefectures_have_no_unit() -> None:
    without = [code for code in register.rows() if len(code) < 9 and register.unit_count(code) == 0]
    assert Counter(map(len, without)) == {6: 32, 4: 2}
    assert {code for code in without if len(code) == 4} == {"4602", "4603"}  # 三亚 and 三沙


def test_counts_of_a_region_are_the_sums_of_those_below_it() -> None:
    for code in ("00", "52", "4419", "5002"):
        prefix = "" if code == "00" else code
        townships = [each for each in register.rows() if len(each) == 9 and each.startswith(prefix)]
        assert register.unit_count(code) == sum(map(register.unit_count, townships))
        assert register.village_count(code) == sum(map(register.village_count, townships))
        assert register.community_count(code) == sum(map(register.community_count, townships))


def test_the_country_has_the_rows_a_national_run_is_planned_for() -> None:
    levels = register.table()["level"].value_counts().to_dict()
    assert levels == {"province": 31, "prefecture": 342, "county": 2978, "township": 41_352}


@pytest.mark.parametrize("vintage", register.VINTAGES)
def test_every_vintage_is_a_tree_of_sorted_codes(vintage: str) -> None:
    table = register.table(vintage)
    assert table.index.is_monotonic_increasing and table.index.is_unique
    assert all(len(code) == 2 or code[: {4: 2, 6: 4, 9: 6}[len(code)]] in table.index for code in table.index)
    townships = table[table.level == "township"]
    assert set(townships.kind) <= set(register.TOWNSHIP_KINDS)
    assert townships.villages.notna().all() and table[table.level != "township"].villages.isna().all()
    assert (townships.communities <= townships.villages).all()
    assert register.unit_count("00", vintage) == townships.kind.isin(register.TOWNSHIP_UNITS).sum()


def test_a_caller_cannot_change_the_register() -> None:
    mine = register.table()
    mine.loc["52", "name"] = "elsewhere"
    assert register.table().loc["52", "name"] == "贵州省"


@pytest.mark.parametrize(
    ("day", "vintage"),
    [
        (date(2015, 1, 1), "2019-10-31"),
        (date(2020, 2, 29), "2019-10-31"),  # 121 days from one cut-off, 122 from the next
        (date(2020, 3, 1), "2020-06-30"),
        (date(2023, 3, 2), "2023-06-30"),
        (date(2023, 5, 31), "2023-06-30"),
        (date(2030, 1, 1), "2023-06-30"),
    ],
)
def test_a_day_takes_the_nearest_cut_off(day: date, vintage: str) -> None:
    assert register.nearest_vintage(day) == vintage


def test_of_two_cut_offs_equally_near_the_earlier_is_taken() -> None:
    tie = date(2023, 3, 1)
    assert tie - date(2022, 10, 31) == date(2023, 6, 30) - tie
    assert register.nearest_vintage(tie) == "2022-10-31"


def test_what_changed_in_guizhou_between_the_last_two_vintages() -> None:
    assert register.changes("52", "2022-10-31", "2023-06-30").to_dict("records") == [
        {
            "change": "added",
            "code": "520102034",
            "name": "兰花都街道",
            "name_before": "",
            "level": "township",
        },
        {
            "change": "removed",
            "code": "520111400",
            "name": "",
            "name_before": "羊艾农场",
            "level": "township",
        },
        {
            "change": "renamed",
            "code": "520324116",
            "name": "桴㯊镇",
            "name_before": "桴焉镇",
            "level": "township",
        },
    ]


def test_changes_backwards_are_changes_with_added_and_removed_swapped() -> None:
    there = register.changes("33", "2020-06-30", "2021-10-31")
    back = register.changes("33", "2021-10-31", "2020-06-30")
    swapped = back.change.replace({"added": "removed", "removed": "added"})
    assert there.code.tolist() == back.code.tolist() and there.change.tolist() == swapped.tolist()
    assert "330104" in there.code.tolist()  # 江干区, dissolved in 2021


def test_a_region_without_change_has_an_empty_table_with_its_columns() -> None:
    none = register.changes("522702", "2022-10-31", "2023-06-30")
    assert none.empty and list(none.columns) == ["change", "code", "name", "name_before", "level"]


def test_a_region_that_a_vintage_lacks_has_no_count_rather_than_zero() -> None:
    assert register.unit_count("330104", "2020-06-30") > 0 and not register.in_vintage("330104", "2023-06-30")
    assert register.last_vintage("330104") == "2020-06-30"
    with pytest.raises(UsageError, match="last seen in 2020-06-30: 江干区"):
        register.unit_count("330104", "2023-06-30")
    with pytest.raises(UsageError, match="no code 999999"):
        register.unit_count("999999")


def test_an_unknown_vintage_is_a_usage_error_that_lists_those_there_are() -> None:
    for call in (register.table, lambda vintage: register.unit_count("52", vintage)):
        with pytest.raises(UsageError, match="2019-10-31, 2020-06-30"):
            call("2024-01-01")


def test_reading_the_register_imports_no_pandas_and_leaves_no_thread() -> None:
    program = (
        "import sys, threading, pathlib\n"
        "from swe.reference import register, regions\n"
        "register.unit_count('52'), register.latest(), register.former_names()\n"
        "regions.region('贵州省黔南州福泉市')\n"
        "tasks = pathlib.Path('/proc/self/task')\n"
        "threads = len(list(tasks.iterdir())) if tasks.exists() else threading.active_count()\n"
        "print(threads, 'pandas' in sys.modules, 'pypinyin' in sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["1", "False", "False"]


def test_the_builder_reproduces_the_register_byte_for_byte(builder: ModuleType, tmp_path: Path) -> None:
    import pyarrow.parquet as pq

    committed = reference_file("register.parquet")
    builder.main([str(committed), "--csv", str(tmp_path)])
    builder.main([str(tmp_path), "--parquet", str(tmp_path / "again.parquet")])
    ours, theirs = pq.ParquetFile(tmp_path / "again.parquet"), pq.ParquetFile(committed)
    assert ours.read().equals(theirs.read())
    assert ours.num_row_groups == len(register.VINTAGES)
    if ours.metadata.created_by == theirs.metadata.created_by:  # another pyarrow may encode otherwise
        assert (tmp_path / "again.parquet").read_bytes() == committed.read_bytes()


def test_the_committed_register_is_small_and_holds_the_vintages(builder: ModuleType) -> None:
    assert reference_file("register.parquet").stat().st_size <= 3_000_000
    assert tuple(builder.CUTOFF_OF_RELEASE.values()) == register.VINTAGES


def test_the_builder_reads_an_unpacked_npm_release(builder: ModuleType, tmp_path: Path) -> None:
    files = {
        "provinces": "code,name\n11,北京市\n",
        "cities": "code,name,provinceCode\n1101,市辖区,11\n",
        "areas": "code,name,cityCode\n110101,东城区,1101\n110171,某开发区,1101\n",
        "streets": (
            "code,name,areaCode\n110101001,东华门街道,110101\n110101002,某地区,110101\n110101100,某镇,110101\n"
            "110101200,某民族乡,110101\n110101400,某农场,110101\n110101401,园区街道,110101\n110101198,直辖村级区划,110101\n"
        ),
        "villages": (
            "code,name,streetCode\n110101001001,多福巷社区居委会,110101001\n110101001002,某村委会,110101001\n"
            "110101400001,农场社区,110101400\n"
        ),
    }
    release = tmp_path / "2.7.0" / "package" / "dist"
    release.mkdir(parents=True)
    for name, text in files.items():
        (release / f"{name}.csv").write_text(text, encoding="utf-8")
    rows = builder.from_release(release).set_index("code")
    assert rows.kind.to_dict() == {
        "11": "province",
        "1101": "prefecture",
        "110101": "county",
        "110171": "zone_county",
        "110101001": "subdistrict",
        "110101002": "area_office",
        "110101100": "town",
        "110101198": "other",
        "110101200": "township",
        "110101400": "zone",
        "110101401": "zone_named",
    }
    assert rows.loc["110101001", ["villages", "communities"]].tolist() == [2, 1]
    assert rows.loc["110101100", "villages"] == 0 and pd.isna(rows.loc["110101", "villages"])


def test_the_builder_refuses_rows_that_would_be_counted_wrongly(builder: ModuleType) -> None:
    good = builder.tidy(
        pd.DataFrame({"code": ["11", "1101"], "name": ["北京市", "市辖区"], "kind": ["province"] * 2})
    )
    builder.check("2023-06-30", good)
    for bad in (pd.concat([good, good]), good.iloc[1:], good.assign(name=None), good.replace("1101", "110")):
        with pytest.raises(SystemExit, match="2023-06-30"):
            builder.check("2023-06-30", bad)


def test_the_project_is_the_given_folder_the_nearest_above_or_what_ships(tmp_path: Path, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    project = tmp_path / "project"
    for name in ("params", "notebooks", "data/raw"):
        (project / name).mkdir(parents=True)
    assert root(project) == project.resolve()
    monkeypatch.chdir(project / "data" / "raw")
    assert root() == project
    monkeypatch.chdir(tmp_path)
    assert root() == shipped() == REPO
    with pytest.raises(UsageError, match="not a project"):
        root(tmp_path)


def test_a_missing_reference_file_is_a_fault_of_the_installation() -> None:
    with pytest.raises(MachineError, match="install swe again"):
        reference_file("nothing.parquet")


@pytest.mark.parametrize("vintage", register.VINTAGES)
def test_the_rows_above_townships_read_alone_are_those_of_the_whole_register(vintage: str) -> None:
    rows = register.rows(vintage)
    assert dict(register.areas(vintage)) == {code: row for code, row in rows.items() if len(code) < 9}
    for code in ("52", "5227", "522702", "522702102", "999999", "00"):
        assert register.row(code, vintage) == rows.get(code)


@pytest.mark.parametrize("vintage", register.VINTAGES)
def test_the_sums_are_those_of_the_rows_added_one_by_one(vintage: str) -> None:
    rows = register.rows(vintage)
    for code in ("00", "52", "5227", "522702", "4419", "31"):
        prefix = "" if code == "00" else code
        below = [row for each, row in rows.items() if len(each) == 9 and each.startswith(prefix)]
        assert register.kinds(code, vintage) == {
            kind: sum(row.kind == kind for row in below) for kind in register.TOWNSHIP_KINDS
        }
        assert register.village_count(code, vintage) == sum(row.villages or 0 for row in below)
        assert register.community_count(code, vintage) == sum(row.communities or 0 for row in below)


def test_changed_units_are_the_changes_of_the_nation_that_are_units() -> None:
    older, newer = register.VINTAGES[2], register.NEWEST
    before, after = register.rows(older), register.rows(newer)
    units = (
        {c: r.name for c, r in rows.items() if r.kind in register.TOWNSHIP_UNITS} for rows in (before, after)
    )
    old, new = units
    assert dict(register.changed_units(older, newer)) == {
        "added": tuple(sorted(new.keys() - old.keys())),
        "removed": tuple(sorted(old.keys() - new.keys())),
        "renamed": tuple(sorted(code for code in old.keys() & new.keys() if old[code] != new[code])),
    }
