"""Contract `ledger-v1`: complete, unambiguous, and what is generated from it is up to date."""

from __future__ import annotations

import importlib.util
import json
import re
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from swe.core.errors import UsageError
from swe.ledgers.contract import (
    UNITS,
    Header,
    contract,
    dtypes,
    empty,
    header_index,
    match_header,
    named_table,
    normalise_header,
    recognise,
    schema,
    squeezed,
    unit_factor,
    value_index,
)

ROOT = Path(__file__).parents[2]
LEDGER = contract("ledger-v1")
TABLES = list(LEDGER.tables.values())
COLUMNS = [(table, column) for table in TABLES for column in table.columns]
TABLE_NAMES = [
    *("stations", "workers", "clients", "cases", "groups", "activities", "visits", "linkages", "finance"),
    *("targets", "supervision", "training", "ratings", "findings", "survey"),
]

each_table = pytest.mark.parametrize("table", TABLES, ids=TABLE_NAMES)


def frame(name: str, rows: list[dict]) -> pd.DataFrame:
    table = LEDGER[name]
    return pd.DataFrame({c: [row.get(c) for row in rows] for c in table.names}).astype(dtypes(table))


def failures(name: str, rows: list[dict]) -> set[tuple[str, str, int | None]]:
    import pandera.pandas as pa

    try:
        schema(LEDGER[name]).validate(frame(name, rows), lazy=True)
    except pa.errors.SchemaErrors as error:
        found = error.failure_cases
        return set(zip(found["column"], found["check"], found["index"], strict=True))
    return set()


# -- the contract itself --


def test_the_contract_has_the_tables_of_the_issue_and_no_other():
    assert list(LEDGER.tables) == [t.name for t in TABLES]
    assert sorted(LEDGER.tables) == sorted(TABLE_NAMES)


def test_an_unknown_contract_is_refused_with_those_known():
    with pytest.raises(UsageError, match="ledger-v1") as caught:
        contract("ledger-v9")
    assert caught.value.exit_code == 2 and "ledger-v1" in caught.value.text("zh")


def test_every_column_says_what_it_is_in_both_languages():
    for table, column in COLUMNS:
        place = f"{table.name}.{column.name}"
        assert re.fullmatch(r"[a-z][a-z0-9_]*", column.name), place
        assert column.definition_zh.endswith("。") and column.definition_en.endswith("."), place
        assert column.zh and column.en and column.source, place
        assert column.unit in UNITS, place
        assert (column.type == "category") <= bool(column.values), place


def test_a_unit_stands_in_the_name_of_money_area_and_hours():
    for table, column in COLUMNS:
        ending = {"CNY": "_cny", "m2": "_m2", "hour": "hours"}.get(column.unit)
        assert ending is None or column.name.endswith(ending), f"{table.name}.{column.name}"


def test_a_count_of_persons_households_person_times_and_sessions_is_a_whole_number_with_that_unit():
    expected = {
        ("activities", "participants"): "person",
        ("activities", "person_times"): "person_time",
        ("groups", "participants"): "person",
        ("groups", "person_times"): "person_time",
        ("groups", "sessions"): "session",
        ("cases", "contacts"): "session",
        ("cases", "person_times"): "person_time",
        ("visits", "households"): "household",
        ("visits", "persons"): "person",
        ("visits", "person_times"): "person_time",
    }
    assert {(t, c): LEDGER[t][c].unit for t, c in expected} == expected
    assert {LEDGER[t][c].type for t, c in expected} == {"integer"}


def test_keys_references_dates_and_the_columns_named_by_others_exist():
    for table in TABLES:
        for name in (*table.key, *([table.date] if table.date else [])):
            assert name in table, f"{table.name}.{name}"
        for column in table.columns:
            for name in (column.becomes, column.range_end, column.overflow):
                assert name is None or name in table, f"{table.name}.{column.name} → {name}"
            if column.reference:
                other = LEDGER[column.reference.table]
                assert column.reference.column in other.key
                assert column.reference.by is None or column.reference.by in other


def test_the_usual_tables_are_complete_once_the_reader_has_filled_what_it_can():
    """Rosters have no worker number, station lists no station number (docs/background.md, ledger habits)."""
    left = {t.name: [c.name for c in t.columns if c.required and not c.fill] for t in TABLES}
    assert left["workers"] == left["clients"] == []
    assert left["stations"] == ["name", "region_code"]
    assert left["cases"] == ["opened_on"] and left["activities"] == left["visits"] == ["date"]
    assert all(c.required for _, c in COLUMNS if c.fill)
    assert all("name" in t for t, c in COLUMNS if c.fill == "name")


def test_every_table_belongs_to_a_station_and_service_rows_have_a_date():
    for table in TABLES:
        assert table["station_id"].required, table.name
    for name in ("cases", "groups", "activities", "visits", "linkages"):
        table = LEDGER[name]
        assert table[table.date].type == "date" and table[table.date].required
        assert "entry_date" in table and "service_domain" in table


def test_what_names_a_person_does_not_pass_the_border_as_it_is():
    for table, column in COLUMNS:
        place = f"{table.name}.{column.name}"
        if column.privacy == "identifier":
            assert column.border in ("drop", "pseudonym", "derive"), place
        if column.privacy == "free_text":
            assert column.border == "free_text" and column.type == "text", place
        if column.name in ("name", "phone", "id_number") and table.name not in (
            "stations",
            "groups",
            "activities",
        ):
            assert column.privacy == "identifier", place


def test_case_and_group_stages_are_those_of_the_standards_in_order():
    assert [v.zh for v in LEDGER["cases"]["stage"].values] == ["接案", "预估", "计划", "介入", "评估", "结案"]
    assert LEDGER["cases"]["stage"].codes[-1] == "closed"
    assert LEDGER["cases"]["stage"].source == "MZ/T 094-2017"
    assert [v.zh for v in LEDGER["groups"]["stage"].values] == [
        *("筹备期", "形成期", "转折期", "成熟期", "结束期")
    ]
    assert LEDGER["groups"]["stage"].source == "MZ/T 095-2017"


def test_no_spelling_means_two_values_of_a_column():
    for table, column in COLUMNS:
        seen: dict[str, str] = {}
        for value in column.values:
            for word in (value.code, value.zh, value.en, *value.also):
                assert seen.setdefault(squeezed(word), value.code) == value.code, (
                    f"{table.name}.{column.name}: {word}"
                )


def test_a_stage_is_known_by_every_spelling():
    index = value_index(LEDGER["cases"]["stage"])
    assert [index[word] for word in ("结案", "已结案", "closed", "接案", "预估")] == [
        *("closed", "closed", "closed", "intake", "assessment")
    ]


# -- headers --


@each_table
def test_no_header_means_two_columns(table):
    seen: dict[str, str] = {}
    for column in table.columns:
        for header in column.headers:
            name = normalise_header(header).name
            assert name, f"{column.name}: {header}"
            assert seen.setdefault(name, column.name) == column.name, f"{header}: {seen[name]}, {column.name}"
    assert header_index(table) == seen


@pytest.mark.parametrize(
    ("table", "headers"),
    [  # docs/background.md, ledger habits: as stations write them
        ("stations", "县(市、区) 乡镇(街道) 社工站名称 建站时间/挂牌时间 站点地址 办公面积(㎡) 功能室(个案室/小组室/活动室) 承接机构 运营模式 资金来源 项目经费(万元) 合同起止时间 驻站社工人数 持证人数 联系人 联系电话"),
        ("workers", "姓名 性别 身份证号 学历 专业 证书等级 证书编号 入职时间 离职时间 岗位 工资 社保 培训时数 督导时数"),
        ("clients", "档案编号 姓名 性别 出生年月 身份证号 对象类别 家庭住址 联系电话 监护人 需求评估等级 建档日期"),
        ("cases", "个案编号 服务对象 类别 接案日期 问题/需求 目标 面谈次数 前测 后测 结案日期 结案原因 目标达成 负责社工"),
        ("groups", "小组编号 小组名称 类型 起止日期 节数 组员人数 总人次 出席率 前后测 满意度"),
        ("activities", "活动编号 活动名称 主题 领域 日期 地点 参与人数 服务人次 志愿者人数 经费(元) 满意度 照片/签到表"),
        ("visits", "日期 走访户数 服务对象 方式(入户/电话/视频) 情况 需求 处理 社工签名"),
        ("linkages", "日期 资源方 资源类型(资金/物资/志愿) 数量 折合金额(元) 受益人数 社会组织名称 备案日期 志愿者人数 服务时长"),
        ("finance", "预算科目 预算金额 到账金额 支出金额 结余 执行率"),
        ("survey", "站点 受访者类型(服务对象/村居/合作方/购买方) 题1 题2 题3 知晓1 知晓5 访问方式"),
        ("targets", "指标 单位 本月 累计 年度指标 完成率"),
    ],
)  # fmt: skip
def test_the_usual_headers_are_all_known_and_tell_the_table(table, headers):
    given = ["序号", *headers.split()]
    unknown = [header for header in given[1:] if match_header(LEDGER[table], header) is None]
    assert unknown == []
    assert recognise(LEDGER, given) == (table, 1.0)


@pytest.mark.parametrize(
    ("text", "header"),
    [
        ("办公面积（㎡）", Header("办公面积", "m2", 1.0)),
        ("办公 面积\n(平方米)*", Header("办公面积", "m2", 1.0)),
        ("项目经费【单位：万元】", Header("项目经费", "CNY", 10_000.0)),
        ("经费/元", Header("经费", "CNY", 1.0)),
        ("３、参与人数（人）：", Header("参与人数", "person", 1.0)),
        ("满意度（％）", Header("满意度", "fraction", 0.01)),
        ("时长（分钟）", Header("时长", "hour", 1 / 60)),
        ("日期（格式：2023-05-31）", Header("日期")),
        ("乡镇（街道）", Header("乡镇(街道)")),
        ("知晓１", Header("知晓1")),
        ("No.", Header("")),
        (" ", Header("")),
        (None, Header("")),
        (2023, Header("2023")),
    ],
)
def test_a_header_loses_width_blanks_numbering_hints_and_unit(text, header):
    assert normalise_header(text) == header


@pytest.mark.parametrize(
    ("title", "table"),
    [
        ("个案台账", "cases"),
        ("2023年度小组活动台账", "groups"),
        ("XX镇社工站 社区活动 台账", "activities"),
        ("走访探访记录", "visits"),
        ("人员花名册（5月）", "workers"),
        ("财务", "finance"),
        ("服务对象满意度问卷", "survey"),
        ("Sheet1", None),
    ],
)
def test_a_title_names_its_table(title, table):
    assert named_table(LEDGER, title) == table


def test_an_unknown_unit_is_unknown():
    assert unit_factor("斤") is None and unit_factor("万人次") == ("person_time", 10_000.0)


# -- the schema --


@each_table
def test_an_empty_typed_frame_is_valid_and_the_schema_carries_the_columns(table):
    checked = schema(table).validate(empty(table), lazy=True)
    assert checked.empty and list(checked.columns) == list(table.names)
    assert all(schema(table).columns[c.name].metadata["column"] == c for c in table.columns)


def test_all_problems_of_a_frame_are_found_at_once():
    rows = [
        {"station_id": "S", "case_id": "1", "opened_on": "2023-01-01", "stage": "closed", "contacts": 0},
        {"station_id": "S", "case_id": "2", "opened_on": "1999-12-31", "stage": "结案", "contacts": -1},
        {"station_id": None, "case_id": "3", "opened_on": None, "goal_attainment": 5},
    ]
    assert failures("cases", rows) == {
        ("opened_on", "low", 1),
        ("stage", "allowed", 1),
        ("contacts", "low", 1),
        ("station_id", "not_nullable", 2),
        ("opened_on", "not_nullable", 2),
        ("goal_attainment", "high", 2),
    }


def test_a_case_number_may_return_at_another_station_but_not_at_the_same():
    row = {"case_id": "1", "opened_on": "2023-01-01"}
    assert failures("cases", [row | {"station_id": "A"}, row | {"station_id": "B"}]) == set()
    assert {check for _, check, _ in failures("cases", [row | {"station_id": "A"}] * 2)} == {
        "multiple_fields_uniqueness"
    }


@pytest.mark.parametrize(
    ("code", "ok"), [("522702101", True), ("522702", True), ("52270210", False), ("福泉", False)]
)
def test_a_region_code_has_six_or_nine_digits(code, ok):
    row = {"station_id": "S", "name": "站", "kind": "station", "region_code": code}
    assert (failures("stations", [row]) == set()) is ok


@pytest.mark.parametrize(("month", "ok"), [("2023-05", True), ("2023-13", False), ("2023-05-01", False)])
def test_a_month_is_a_month(month, ok):
    assert (failures("finance", [{"station_id": "S", "item": "total", "month": month}]) == set()) is ok


def test_the_published_totals_of_fuquan_can_be_stored_and_recomputed():
    """8 stations + 1 main, 63 activities, 47 groups, 44 cases, 2,000 households, 20,000 person-times (F03)."""
    stations = [
        {"station_id": f"S{i}", "name": "站", "region_code": "522702", "kind": "station"} for i in range(8)
    ]
    stations.append(stations[0] | {"station_id": "M", "kind": "main_station"})
    day = {"station_id": "S0", "date": "2023-05-01"}
    tables = {
        "stations": stations,
        "activities": [day | {"activity_id": str(i), "person_times": 100} for i in range(63)],
        "groups": [
            {"station_id": "S0", "group_id": str(i), "started_on": "2023-05-01", "person_times": 50}
            for i in range(47)
        ],
        "cases": [
            {"station_id": "S0", "case_id": str(i), "opened_on": "2023-05-01", "person_times": 6}
            for i in range(44)
        ],
        "visits": [day | {"households": 1, "person_times": 6} for _ in range(2000)],
    }
    data = {
        name: schema(LEDGER[name]).validate(frame(name, rows), lazy=True) for name, rows in tables.items()
    }
    assert data["stations"].kind.value_counts().to_dict() == {"station": 8, "main_station": 1}
    assert [len(data[name]) for name in ("activities", "groups", "cases")] == [63, 47, 44]
    assert data["visits"].households.sum() == 2000
    tallies = [data[name].person_times.sum() for name in ("cases", "groups", "activities", "visits")]
    assert sum(tallies) >= 20_000


# -- what is generated --


def docs_builder():
    spec = importlib.util.spec_from_file_location(
        "build_contract_docs", ROOT / "tools" / "build_contract_docs.py"
    )
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_data_dictionary_and_the_json_schema_are_up_to_date():
    for name, text in docs_builder().documents(LEDGER).items():
        assert (ROOT / name).read_text(encoding="utf-8") == text, f"run tools/build_contract_docs.py: {name}"


def test_the_json_schema_names_every_column_and_value():
    found = json.loads((ROOT / "params/schema/ledger-v1.schema.json").read_text(encoding="utf-8"))
    for table, column in COLUMNS:
        entry = found["$defs"][table.name]["properties"][column.name]
        if column.type == "category":
            assert set(column.codes) <= set(entry["enum"])


def test_the_contract_is_light_to_import():
    heavy = ["pandas", "pandera", "xlsxwriter", "python_calamine", "pyarrow"]
    code = f"import sys, swe.ledgers.contract, swe.ledgers.template; print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert done.stdout.strip() == "[]"
