"""Every rule of the ledger checks: small tables in, issues out; it fires, and it is silent on the clean twin.

A table is written as text: column names, then rows; a dot is an empty cell, ~ stands for a blank inside a cell.
"""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from swe.ledgers.checking import RULES, check
from swe.ledgers.contract import contract, dtypes
from swe.ledgers.issues import Account

LEDGER = contract()
TODAY = date(2023, 6, 30)
# 福泉市 (eight township units) and its 金山街道 (register of 2023-06-30).
FUQUAN, JINSHAN = "522702", "522702001"


def frames(**tables: str) -> dict[str, pd.DataFrame]:
    """Typed frames from text, each row with its place."""
    made = {}
    for name, text in tables.items():
        head, *lines = (line.split() for line in text.strip().splitlines())
        rows = [[None if cell == "." else cell.replace("~", " ") for cell in line] for line in lines]
        types = dtypes(LEDGER[name])
        frame = pd.DataFrame(rows, columns=head, dtype="object")
        for column in head:
            if types[column] == "boolean":
                frame[column] = frame[column].map({"yes": True, "no": False})
            if types[column] in ("Int64", "Float64"):
                frame[column] = pd.to_numeric(frame[column])
            frame[column] = (
                pd.to_datetime(frame[column]) if types[column].startswith("datetime") else frame[column]
            ).astype(types[column])
        places = {"_file": f"{name}.xlsx", "_sheet": "1", "_row": range(2, len(frame) + 2)}
        made[name] = frame.assign(**places).astype({"_file": "string", "_sheet": "string", "_row": "Int64"})
    return made


def found(rule: str, **tables: str) -> list[tuple[str, int | None, str]]:
    """(table, row, column) of the issues of one rule."""
    issues = check(frames(**tables), LEDGER, today=TODAY)
    return [(i.table, i.row, i.column) for i in issues if i.rule == rule]


def many(head: str, *lines: str) -> str:
    return "\n".join([head, *lines])


def days(n: int, *, start: str = "2023-01-02", step: int = 1) -> list[str]:
    return [str(day.date()) for day in pd.date_range(start, periods=n, freq=f"{step}D")]


STATION = f"""
station_id name    region_code kind    main_station_id opened_on  closed_on resident_workers certified_workers
S1         Station {JINSHAN} station .               2022-05-01 .         3                2
"""
VISITS = "station_id date worker_id delivery_mode households persons person_times"
ACTS = "station_id activity_id date kind participants person_times hours"
GROUPS = "station_id group_id started_on ended_on sessions participants person_times attendance_rate pre_score post_score"
CASES = "station_id case_id opened_on closed_on stage contacts closing_reason goals pre_score post_score"
TARGETS = "station_id measure measure_unit period_from period_to month target declared_in_month declared_total declared_rate"
MONEY = "station_id month item budget_cny received_cny spent_cny balance_cny execution_rate"
CLIENTS = "station_id client_id name sex birth_date id_number filed_on"
WORKERS = "station_id worker_id name id_number birth_date sex hired_on left_on resident licence"
SURVEY = "station_id respondent_id respondent_type outcome stratum population cluster " + " ".join(
    [*(f"satisfaction_{i}" for i in range(1, 7)), *(f"awareness_{i}" for i in range(1, 6))]
)
GOOD_ACT = "S1 A1 2023-05-12 festival 45 45 2"
GOOD_CASE = "S1 C1 2023-03-01 2023-05-20 closed 6 goals_reached 改善情绪 18 9"
GOOD_GROUP = "S1 G1 2023-03-04 2023-04-15 6 10 55 0.92 52 66"
ALIKE = "4 4 4 4 4 4 yes yes yes no no"
NOTE_1 = "社工入户了解案主近况，陪同就医并联系村委会协调低保复核，案主情绪有所好转，约定下次探访时间。"
NOTE_2 = "社工入户了解案主近况，陪同就医并联系村委会协调低保复核，案主情绪明显好转，约定下次探访时间。"
NOTE_3 = "与学校老师沟通后制定了学习计划，家长表示愿意配合，孩子本周按时完成作业三次。"


def respondents(*answers: str) -> str:
    return many(SURVEY, *(f"S1 R{i} client complete . . . {given}" for i, given in enumerate(answers)))


def varied(i: int) -> str:
    return " ".join(str(1 + (i * k) % 5) for k in (1, 2, 3, 4, 6, 7)) + (
        " yes no yes no yes" if i % 2 else " no no yes no yes"
    )


# rule → (tables where it fires, the places it names, the clean twin)
SPEC: dict[str, tuple[dict[str, str], list[tuple[str, int | None, str]], dict[str, str]]] = {
    "column.missing": (
        {"activities": "station_id activity_id\nS1 A1"}, [("activities", None, "date")],
        {"activities": many(ACTS, GOOD_ACT)},
    ),
    "cell.required": (
        {"activities": many(ACTS, "S1 . 2023-05-12 festival 45 45 2")}, [("activities", 2, "activity_id")],
        {"activities": many(ACTS, GOOD_ACT)},
    ),
    "cell.value": (
        {"activities": many(ACTS, "S1 A1 2023-05-12 party 45 45 2")}, [("activities", 2, "kind")],
        {"activities": many(ACTS, GOOD_ACT)},
    ),
    "cell.month": (
        {"finance": many(MONEY, "S1 2023-13 personnel 1 1 1 0 1")}, [("finance", 2, "month")],
        {"finance": many(MONEY, "S1 2023-12 personnel 1 1 1 0 1")},
    ),
    "cell.pattern": (
        {"stations": STATION.replace(JINSHAN, "52270")}, [("stations", 2, "region_code")],
        {"stations": STATION},
    ),
    "cell.low": (
        {"activities": many(ACTS, "S1 A1 2023-05-12 festival -1 45 2")}, [("activities", 2, "participants")],
        {"activities": many(ACTS, "S1 A1 2023-05-12 festival 0 45 2")},
    ),
    "cell.high": (
        {"groups": many(GROUPS, GOOD_GROUP.replace("0.92", "92"))}, [("groups", 2, "attendance_rate")],
        {"groups": many(GROUPS, GOOD_GROUP)},
    ),
    "key.duplicate": (
        {"activities": many(ACTS, GOOD_ACT, GOOD_ACT)}, [("activities", 3, "activity_id")],
        {"activities": many(ACTS, GOOD_ACT, GOOD_ACT.replace("S1", "S2"))},
    ),
    "reference.station": (
        {"stations": STATION, "activities": many(ACTS, GOOD_ACT.replace("S1", "S9"))},
        [("activities", 2, "station_id")],
        {"stations": STATION, "activities": many(ACTS, GOOD_ACT, GOOD_ACT.replace("S1", "Station").replace("A1", "A2"))},
    ),
    "reference.no_stations": (
        {"activities": many(ACTS, GOOD_ACT)}, [("activities", None, "station_id")],
        {"stations": STATION, "activities": many(ACTS, GOOD_ACT)},
    ),
    "reference.main_station": (
        {"stations": STATION.replace("station .", "station S0")}, [("stations", 2, "main_station_id")],
        {"stations": STATION},
    ),
    "reference.worker": (
        {"workers": many(WORKERS, "S1 W1 张三 . . . 2022-05-01 . yes none"), "visits": many(VISITS, "S1 2023-05-10 W2 phone 1 1 1")},
        [("visits", 2, "worker_id")],
        {"workers": many(WORKERS, "S1 W1 张三 . . . 2022-05-01 . yes none"),
         "visits": many(VISITS, "S1 2023-05-10 W1 phone 1 1 1", "S1 2023-05-10 张三 phone 1 1 1", "S2 2023-05-10 W7 phone 1 1 1")},
    ),
    "reference.client": (
        {"clients": many(CLIENTS, "S1 K1 . . . . 2022-06-01"), "cases": "station_id case_id client_id opened_on\nS1 C1 K2 2023-05-01"},
        [("cases", 2, "client_id")],
        {"clients": many(CLIENTS, "S1 K1 . . . . 2022-06-01"), "cases": "station_id case_id client_id opened_on\nS1 C1 K1 2023-05-01"},
    ),
    "reference.region": (
        {"stations": STATION.replace(JINSHAN, "529999001")}, [("stations", 2, "region_code")],
        {"stations": STATION},
    ),
    "minimum.case": (
        {"cases": many(CASES, GOOD_CASE.replace(" 6 ", " 4 "))}, [("cases", 2, "contacts")],
        {"cases": many(CASES, GOOD_CASE, "S1 C2 2023-06-01 . intervention 2 . 改善 . .")},
    ),
    "minimum.group": (
        {"groups": many(GROUPS, "S1 G1 2023-03-04 2023-04-15 3 10 30 . . .", "S1 G2 2023-03-04 2023-04-15 4 . 30 . . .")},
        [("groups", 2, "sessions"), ("groups", 3, "participants")],
        {"groups": many(GROUPS, "S1 G1 2023-03-04 2023-04-15 4 5 20 . . .", "S1 G2 2023-06-04 . 1 5 5 . . .")},
    ),
    "minimum.activity": (
        {"activities": many(ACTS, "S1 A1 2023-05-12 festival 7 7 2", "S1 A2 2023-05-12 . . 7 2")},
        [("activities", 2, "participants"), ("activities", 3, "participants")],
        {"activities": many(ACTS, "S1 A1 2023-05-12 festival 8 8 .")},
    ),
    "minimum.publicity": (
        {"activities": many(ACTS, "S1 A1 2023-05-12 publicity 29 29 2", "S1 A2 2023-05-12 publicity 30 30 0.5")},
        [("activities", 2, "participants"), ("activities", 3, "participants")],
        {"activities": many(ACTS, "S1 A1 2023-05-12 publicity 30 30 1")},
    ),
    "declared.more_than_ledger": (
        {"activities": many(ACTS, GOOD_ACT),
         "targets": many(TARGETS, "S1 activities activity 2022-05-01 2023-05-31 . 12 . 2 .")},
        [("targets", 2, "declared_total")],
        {"activities": many(ACTS, GOOD_ACT),
         "targets": many(TARGETS, "S1 activities activity 2022-05-01 2023-05-31 . 12 . 1 .")},
    ),
    "declared.less_than_ledger": (
        {"activities": many(ACTS, GOOD_ACT, "S1 A2 2023-05-31 festival 9 9 2", "S1 A3 2023-06-01 festival 9 9 2"),
         "targets": many(TARGETS, "S1 activities activity 2022-05-01 2023-05-31 2023-05 12 . 1 .")},
        [("targets", 2, "declared_total")],
        {"activities": many(ACTS, GOOD_ACT, "S1 A2 2023-05-31 festival 9 9 2", "S1 A3 2023-06-01 festival 9 9 2"),
         "targets": many(TARGETS, "S1 activities activity 2022-05-01 2023-12-31 2023-05 12 . 2 .")},
    ),
    "duplicate.client": (
        {"clients": many(CLIENTS, "S1 K1 李四 . . 52270219500101001X 2022-06-01", "S1 K2 李~四 . . 52270219500101001x 2022-07-01")},
        [("clients", 2, "client_id"), ("clients", 3, "client_id")],
        {"clients": many(CLIENTS, "S1 K1 李四 male 1950-01-01 . 2022-06-01", "S1 K2 李四 male 1951-01-01 . 2022-07-01", "S1 K3 . . . 无 2022-07-01", "S1 K4 . . . 无 2022-07-01")},
    ),
    "duplicate.client_elsewhere": (
        {"clients": many(CLIENTS, "S1 K1 李四 male 1950-01-01 . 2022-06-01", "S2 K9 李四 male 1950-01-01 . 2022-07-01")},
        [("clients", 2, "client_id"), ("clients", 3, "client_id")],
        {"clients": many(CLIENTS, "S1 K1 李四 male 1950-01-01 . 2022-06-01", "S2 K9 李四 male . . 2022-07-01")},
    ),
    "duplicate.worker": (
        {"workers": many(WORKERS, "S1 W1 . 52270219900101001X . . 2022-05-01 . yes none", "S2 W9 . 52270219900101001X . . 2022-06-01 . . none")},
        [("workers", 2, "worker_id"), ("workers", 3, "worker_id")],
        {"workers": many(WORKERS, "S1 W1 . 52270219900101001X . . 2022-05-01 2022-05-31 yes none", "S2 W9 . 52270219900101001X . . 2022-06-01 . yes none", "S3 W5 . 52270219900101001X . . 2022-06-01 . no none")},
    ),
    "duplicate.row": (
        {"visits": many(VISITS + " client_id", *["S1 2023-05-10 W1 home_visit 1 2 2 K1"] * 2)}, [("visits", 3, "")],
        {"visits": many(VISITS + " client_id", "S1 2023-05-10 W1 home_visit 1 2 2 K1", "S1 2023-05-11 W1 home_visit 1 2 2 K1", *["S1 2023-05-10 W1 home_visit 1 2 2 ."] * 2)},
    ),
    "load.places": (
        {"activities": many("station_id activity_id date worker_id place participants", *(f"S1 A{i} 2023-05-12 W1 {p} 20" for i, p in enumerate("甲乙丙")))},
        [("activities", 2, "date"), ("activities", 3, "date"), ("activities", 4, "date")],
        {"activities": many("station_id activity_id date worker_id place participants", *(f"S1 A{i} 2023-05-12 W1 {p} 20" for i, p in enumerate("甲乙甲")))},
    ),
    "load.visits": (
        {"visits": many(VISITS, "S1 2023-05-10 W1 home_visit 25 30 30", "S1 2023-05-10 W1 . 16 30 30")}, [("visits", 2, "households")],
        {"visits": many(VISITS, "S1 2023-05-10 W1 home_visit 25 30 30", "S1 2023-05-10 W1 phone 16 30 30")},
    ),
    "load.hours": (
        {"activities": "station_id activity_id date worker_id hours participants\nS1 A1 2023-05-12 W1 9 20",
         "supervision": "station_id date worker_id hours\nS1 2023-05-12 W1 8"},
        [("activities", 2, "hours")],
        {"activities": "station_id activity_id date worker_id hours participants\nS1 A1 2023-05-12 W1 8 20",
         "supervision": "station_id date worker_id hours\nS1 2023-05-12 W1 8"},
    ),
    "date.future": (
        {"activities": many(ACTS, GOOD_ACT.replace("2023-05-12", "2023-07-01")), "finance": many(MONEY, "S1 2023-07 personnel 1 1 1 0 1")},
        [("activities", 2, "date"), ("finance", 2, "month")],
        {"activities": many(ACTS, GOOD_ACT.replace("2023-05-12", "2023-06-30")),
         "targets": many(TARGETS, "S1 groups group 2023-05-01 2024-04-30 2023-06 4 . . .")},
    ),
    "date.backwards": (
        {"cases": many(CASES, GOOD_CASE.replace("2023-05-20", "2023-02-20"))}, [("cases", 2, "closed_on")],
        {"cases": many(CASES, GOOD_CASE.replace("2023-05-20", "2023-03-01"))},
    ),
    "date.before_station": (
        {"stations": STATION, "activities": many(ACTS, GOOD_ACT.replace("2023-05-12", "2022-04-30"))}, [("activities", 2, "date")],
        {"stations": STATION, "activities": many(ACTS, GOOD_ACT.replace("2023-05-12", "2022-05-01"))},
    ),
    "date.after_station": (
        {"stations": STATION.replace("2022-05-01 .", "2022-05-01 2023-05-11"), "activities": many(ACTS, GOOD_ACT)}, [("activities", 2, "date")],
        {"stations": STATION.replace("2022-05-01 .", "2022-05-01 2023-05-12"), "activities": many(ACTS, GOOD_ACT)},
    ),
    "date.before_worker": (
        {"workers": many(WORKERS, "S1 W1 张三 . . . 2023-05-11 . yes none"), "visits": many(VISITS, "S1 2023-05-10 W1 phone 1 1 1", "S1 2023-05-10 张三 phone 1 1 1")},
        [("visits", 2, "date"), ("visits", 3, "date")],
        {"workers": many(WORKERS, "S1 W1 张三 . . . 2023-05-10 . yes none"), "visits": many(VISITS, "S1 2023-05-10 W1 phone 1 1 1", "S2 2023-05-09 W1 phone 1 1 1")},
    ),
    "date.after_worker": (
        {"workers": many(WORKERS, "S1 W1 . . . . 2022-05-01 2023-05-09 yes none"), "visits": many(VISITS, "S1 2023-05-10 W1 phone 1 1 1")}, [("visits", 2, "date")],
        {"workers": many(WORKERS, "S1 W1 . . . . 2022-05-01 2023-05-10 yes none"), "visits": many(VISITS, "S1 2023-05-10 W1 phone 1 1 1")},
    ),
    "date.holiday": (
        {"visits": many(VISITS, "S1 2022-10-01 W1 phone 1 1 1", "S1 2023-05-10 W1 phone 1 1 1")}, [("visits", None, "date")],
        {"visits": many(VISITS, "S1 2022-10-04 W1 phone 1 1 1", "S1 2023-05-02 W1 phone 1 1 1")},
    ),
    "date.weekend": (
        {"visits": many(VISITS, *(f"S1 {d} W1 phone 1 1 1" for d in days(20, start="2023-01-07", step=7)))}, [("visits", None, "date")],
        {"visits": many(VISITS, *(f"S1 {d} W1 phone 1 1 1" for d in days(40)))},
    ),
    "evidence.missing": (
        {"activities": "station_id activity_id date participants sign_in_sheet photos\nS1 A1 2023-05-12 20 no yes"}, [("activities", 2, "sign_in_sheet")],
        {"activities": "station_id activity_id date participants sign_in_sheet photos\nS1 A1 2023-05-12 20 yes ."},
    ),
    "evidence.not_said": (
        {"activities": "station_id activity_id date participants sign_in_sheet photos\nS1 A1 2023-05-12 20 no ."}, [("activities", None, "photos")],
        {"activities": "station_id activity_id date participants sign_in_sheet photos\nS1 A1 2023-05-12 20 no no"},
    ),
    "heaping": (
        {"activities": many(ACTS, *(f"S1 A{i} {d} festival 20 {20 + 5 * i} 2" for i, d in enumerate(days(20))))}, [("activities", None, "person_times")],
        {"activities": many(ACTS, *(f"S1 A{i} {d} festival 20 {20 + i} 2" for i, d in enumerate(days(40))))},
    ),
    "survey.straight_lining": (
        {"survey": respondents(*["5 5 5 5 5 5 yes no no no no"] * 10)}, [("survey", None, "satisfaction_1")],
        {"survey": respondents(*["5 5 5 5 5 5 yes no no no no"] * 8, *["5 4 5 5 5 5 yes no no no no"] * 2)},
    ),
    "survey.identical": (
        {"survey": respondents(*["5 4 5 3 5 5 yes no yes no no"] * 5, *map(varied, range(5)))}, [("survey", row, "satisfaction_1") for row in range(2, 7)],
        {"survey": respondents(*["5 4 5 3 5 5 yes no yes no no"] * 4, *[ALIKE] * 6)},
    ),
    "entry.before_service": (
        {"visits": many("station_id date entry_date", "S1 2023-05-10 2023-05-09")}, [("visits", 2, "entry_date")],
        {"visits": many("station_id date entry_date", "S1 2023-05-10 2023-05-10")},
    ),
    "entry.late": (
        {"visits": many("station_id date entry_date", "S1 2023-05-10 2023-06-10")}, [("visits", None, "entry_date")],
        {"visits": many("station_id date entry_date", "S1 2023-05-10 2023-06-09"),
         "cases": "station_id case_id opened_on closed_on entry_date\nS1 C1 2023-01-01 2023-05-20 2023-05-31"},
    ),
    "entry.at_once": (
        {"visits": many("station_id date entry_date", *(f"S1 {d} 2023-06-29" for d in days(24, step=7)))}, [("visits", None, "entry_date")],
        {"visits": many("station_id date entry_date", *(f"S1 {d} {d}" for d in days(24, step=7)), *(f"S1 {d} 2023-06-29" for d in days(20, start="2023-06-01")))},
    ),
    "service.quarter_end": (
        {"visits": many("station_id date", *(f"S1 {d}" for d in [*days(10, start="2023-03-22"), *days(20)]))}, [("visits", None, "date")],
        {"visits": many("station_id date", *(f"S1 {d}" for d in days(90)))},
    ),
    "person_times.too_many": (
        {"groups": many(GROUPS, GOOD_GROUP.replace("55", "61"))}, [("groups", 2, "person_times")],
        {"groups": many(GROUPS, GOOD_GROUP.replace("55", "60"))},
    ),
    "person_times.below_persons": (
        {"activities": many(ACTS, "S1 A1 2023-05-12 festival 45 44 2"), "groups": many(GROUPS, GOOD_GROUP.replace("55", "9")), "visits": many(VISITS, "S1 2023-05-10 W1 phone 1 2 1")},
        [("groups", 2, "person_times"), ("activities", 2, "person_times"), ("visits", 2, "person_times")],
        {"activities": many(ACTS, "S1 A1 2023-05-12 festival 45 45 2", "S1 A2 2023-05-12 festival . 44 2")},
    ),
    "person_times.unusual": (
        {"activities": many(ACTS, "S1 A1 2023-05-12 festival 45 136 2")}, [("activities", 2, "person_times")],
        {"activities": many(ACTS, "S1 A1 2023-05-12 festival 45 135 2")},
    ),
    "person_times.visit": (
        {"visits": many(VISITS, "S1 2023-05-10 W1 phone 1 1 2")}, [("visits", 2, "person_times")],
        {"visits": many(VISITS, "S1 2023-05-10 W1 phone 1 2 2")},
    ),
    "visits.households": (
        {"visits": many(VISITS, "S1 2023-05-10 W1 phone 3 2 2")}, [("visits", 2, "households")],
        {"visits": many(VISITS, "S1 2023-05-10 W1 phone 2 2 2")},
    ),
    "totals.attendance": (
        {"groups": many(GROUPS, GOOD_GROUP.replace("0.92", "0.88"))}, [("groups", 2, "attendance_rate")],
        {"groups": many(GROUPS, GOOD_GROUP, "S1 G2 2023-03-04 . 0 0 0 0.5 . .")},
    ),
    "finance.balance": (
        {"finance": many(MONEY, "S1 . personnel 180000 180000 150000 20000 .")}, [("finance", 2, "balance_cny")],
        {"finance": many(MONEY, "S1 . personnel 180000 180000 150000 30000 .", "S1 . tax . . 10 30 .")},
    ),
    "finance.execution": (
        {"finance": many(MONEY, "S1 . personnel 180000 180000 150000 30000 0.9")}, [("finance", 2, "execution_rate")],
        {"finance": many(MONEY, "S1 . personnel 180000 180000 150000 30000 0.83")},
    ),
    "finance.parts_exceed_total": (
        {"finance": many(MONEY, "S1 . total 100 . . . .", "S1 . personnel 80 . . . .", "S1 . service 30 . . . .")}, [("finance", 2, "budget_cny")],
        {"finance": many(MONEY, "S1 . total 110 . . . .", "S1 . personnel 80 . . . .", "S1 . service 30 . . . .", "S1 2023-05 tax 30 . . . .")},
    ),
    "finance.parts_short": (
        {"finance": many(MONEY, "S1 . total 120 . . . .", "S1 . personnel 80 . . . .", "S1 . service 30 . . . .")}, [("finance", 2, "budget_cny")],
        {"finance": many(MONEY, "S1 . total 110 . . . .", "S1 . personnel 80 . . . .", "S1 . service 30 . . . .", "S2 . total 9 . . . .")},
    ),
    "finance.above_contract": (
        {"stations": "station_id name region_code kind contract_cny\nS1 Station 522702001 station 300000", "finance": many(MONEY, "S1 . personnel 301000 . . . .")}, [("stations", 2, "contract_cny")],
        {"stations": "station_id name region_code kind contract_cny\nS1 Station 522702001 station 300000", "finance": many(MONEY, "S1 . personnel 300000 . . . .", "S1 2023-05 personnel 300000 . . . .")},
    ),
    "targets.rate": (
        {"targets": many(TARGETS, "S1 groups group 2022-05-01 2023-05-31 . 12 . 10 0.9")}, [("targets", 2, "declared_rate")],
        {"targets": many(TARGETS, "S1 groups group 2022-05-01 2023-05-31 . 12 . 10 0.83")},
    ),
    "targets.cumulative_falls": (
        {"targets": many(TARGETS, "S1 groups group 2022-05-01 . 2023-04 12 . 5 .", "S1 groups group 2022-05-01 . 2023-05 12 . 4 .")}, [("targets", 3, "declared_total")],
        {"targets": many(TARGETS, "S1 groups group 2022-05-01 . 2023-04 12 . 5 .", "S1 groups group 2023-05-01 . 2023-05 12 . 4 .", "S1 cases case 2022-05-01 . 2023-05 12 . 1 .")},
    ),
    "targets.month_sum": (
        {"targets": many(TARGETS, "S1 groups group 2022-05-01 . 2023-04 12 . 5 .", "S1 groups group 2022-05-01 . 2023-05 12 1 7 .")}, [("targets", 3, "declared_total")],
        {"targets": many(TARGETS, "S1 groups group 2022-05-01 . 2023-04 12 . 5 .", "S1 groups group 2022-05-01 . 2023-05 12 2 7 .", "S1 groups group 2022-05-01 . 2023-07 12 1 9 .")},
    ),
    "totals.main_below_stations": (
        {"stations": f"station_id name region_code kind main_station_id\nM Main {FUQUAN} main_station .\nS1 Station {JINSHAN} station M\nS2 Other 522702002 station Main",
         "targets": many(TARGETS, "M groups group . . . . . 8 .", "S1 groups group . . . . . 5 .", "S2 groups group . . . . . 4 .")}, [("targets", 2, "declared_total")],
        {"stations": f"station_id name region_code kind main_station_id\nM Main {FUQUAN} main_station .\nS1 Station {JINSHAN} station M\nS2 Other 522702002 station M",
         "targets": many(TARGETS, "M groups group . . . . . 9 .", "S1 groups group . . . . . 5 .", "S2 groups group . . . . . 4 .", "M cases case . . . . . 1 .", "S1 cases case . . . . . 5 .")},
    ),
    "totals.main_above_stations": (
        {"stations": f"station_id name region_code kind main_station_id\nM Main {FUQUAN} main_station .\nS1 Station {JINSHAN} station M",
         "targets": many(TARGETS, "M groups group . . . . . 6 .", "S1 groups group . . . . . 5 .")}, [("targets", 2, "declared_total")],
        {"stations": f"station_id name region_code kind main_station_id\nM Main {FUQUAN} main_station .\nS1 Station {JINSHAN} station M",
         "targets": many(TARGETS, "M groups group . . . . . 5 .", "S1 groups group . . . . . 5 .")},
    ),
    "totals.roster": (
        {"stations": STATION, "workers": many(WORKERS, "S1 W1 . . . . 2022-05-01 . yes assistant", "S1 W2 . . . . 2022-05-01 . yes senior")}, [("stations", 2, "resident_workers")],
        {"stations": STATION, "workers": many(WORKERS, "S1 W1 . . . . 2022-05-01 . yes assistant", "S1 W2 . . . . 2022-05-01 . yes senior", "S1 W3 . . . . 2022-05-01 . . none", "S1 W4 . . . . 2022-05-01 2023-05-31 yes senior", "S1 W5 . . . . . . no senior")},
    ),
    "coverage.certified": (
        {"stations": STATION.replace("3                2", "3 4")}, [("stations", 2, "certified_workers")],
        {"stations": STATION.replace("3                2", "3 3")},
    ),
    "coverage.stations": (
        {"stations": many("station_id name region_code kind", *(f"S{i} N{i} {JINSHAN} station" for i in range(9)))}, [("stations", 2, "region_code")],
        {"stations": many("station_id name region_code kind closed_on", *(f"S{i} N{i} {JINSHAN} station {'2023-01-01' if i else '.'}" for i in range(9)), f"R N9 {JINSHAN} room .")},
    ),
    "coverage.shared_unit": (
        {"stations": f"station_id name region_code kind\nS1 A {JINSHAN} station\nS2 B {JINSHAN} station"}, [("stations", 2, "region_code"), ("stations", 3, "region_code")],
        {"stations": f"station_id name region_code kind\nS1 A {JINSHAN} station\nR1 B {JINSHAN} room\nM C {FUQUAN} main_station"},
    ),
    "coverage.rooms": (
        {"stations": many("station_id name region_code kind", *(f"R{i} N{i} {JINSHAN} room" for i in range(200)))}, [("stations", 2, "region_code")],
        {"stations": many("station_id name region_code kind", *(f"R{i} N{i} {JINSHAN} room" for i in range(2)))},
    ),
    "coverage.survey_stratum": (
        {"survey": many(SURVEY, *(f"S1 R{i} client . 甲 2 . {ALIKE}" for i in range(3)))}, [("survey", 2, "population")],
        {"survey": many(SURVEY, *(f"S1 R{i} client {'complete' if i else 'refused'} 甲 2 . {ALIKE}" for i in range(3)), f"S1 R9 client . 乙 0 C1 {ALIKE}")},
    ),
    "case.goals": (
        {"cases": many(CASES, GOOD_CASE.replace("改善情绪", "."))}, [("cases", 2, "goals")],
        {"cases": many(CASES, GOOD_CASE, "S1 C2 2023-06-01 . assessment . . . . .")},
    ),
    "case.closing_date": (
        {"cases": many(CASES, GOOD_CASE.replace("2023-05-20", "."))}, [("cases", 2, "closed_on")],
        {"cases": many(CASES, GOOD_CASE)},
    ),
    "case.stage": (
        {"cases": many(CASES, GOOD_CASE.replace("closed", "evaluation"))}, [("cases", 2, "stage")],
        {"cases": many(CASES, GOOD_CASE, GOOD_CASE.replace("closed", ".").replace("C1", "C2"))},
    ),
    "case.closing_reason": (
        {"cases": many(CASES, GOOD_CASE.replace("goals_reached", "."))}, [("cases", 2, "closing_reason")],
        {"cases": many(CASES, GOOD_CASE, "S1 C2 2023-06-01 . assessment . . . . .")},
    ),
    "case.open_long": (
        {"cases": many(CASES, "S1 C2 2022-06-29 . intervention 9 . 改善 . .")}, [("cases", 2, "closed_on")],
        {"cases": many(CASES, "S1 C2 2022-06-30 . intervention 9 . 改善 . .", GOOD_CASE.replace("2023-03-01", "2021-03-01"))},
    ),
    "test.post": (
        {"cases": many(CASES, GOOD_CASE.replace("18 9", "18 .")), "groups": many(GROUPS, GOOD_GROUP.replace("52 66", "52 ."))}, [("cases", 2, "post_score"), ("groups", 2, "post_score")],
        {"cases": many(CASES, GOOD_CASE, "S1 C2 2023-06-01 . intervention . . 改善 18 ."), "groups": many(GROUPS, GOOD_GROUP.replace("52 66", ". ."))},
    ),
    "test.pre": (
        {"cases": many(CASES, GOOD_CASE.replace("18 9", ". 9"))}, [("cases", 2, "pre_score")],
        {"cases": many(CASES, GOOD_CASE.replace("18 9", ". ."))},
    ),
    "unit.measure": (
        {"targets": many(TARGETS, "S1 households_visited person_time . . . 300 . . .")}, [("targets", 2, "measure_unit")],
        {"targets": many(TARGETS, "S1 households_visited household . . . 300 . . .", "S1 groups . . . . 4 . . .")},
    ),
    "unit.changes": (
        {"targets": many(TARGETS, "S1 activities activity . . 2023-04 12 . . .", "S1 activities session . . 2023-05 12 . . .")}, [("targets", 2, "measure_unit")],
        {"targets": many(TARGETS, "S1 activities activity . . 2023-04 12 . . .", "S2 activities session . . 2023-05 12 . . .")},
    ),
    "unit.same_numbers": (
        {"visits": many(VISITS, *(f"S1 {d} W1 home_visit {i + 2} . {i + 2}" for i, d in enumerate(days(5))))}, [("visits", None, "person_times")],
        {"visits": many(VISITS, *(f"S1 {d} W1 home_visit 1 1 1" for d in days(9)), *(f"S1 {d} W1 home_visit 3 {2 + i} {2 + i}" for i, d in enumerate(days(5))))},
    ),
    "notes.copied_case": (
        {"cases": f"station_id case_id opened_on process_notes\nS1 C1 2023-05-01 3月1日{NOTE_1}\nS1 C2 2023-05-02 4月2日{NOTE_2}\nS1 C3 2023-05-03 {NOTE_3}"}, [("cases", 2, "process_notes"), ("cases", 3, "process_notes")],
        {"cases": f"station_id case_id opened_on process_notes\nS1 C1 2023-05-01 {NOTE_1}\nS2 C2 2023-05-02 {NOTE_2}\nS1 C3 2023-05-03 {NOTE_3}\nS1 C4 2023-05-03 情况良好\nS1 C5 2023-05-03 情况良好"},
    ),
    "notes.copied_visit": (
        {"visits": many("station_id date situation", *[f"S1 2023-05-0{i} {NOTE_1}" for i in (1, 2, 3)])}, [("visits", row, "situation") for row in (2, 3, 4)],
        {"visits": many("station_id date situation", *[f"S1 2023-05-0{i} {NOTE_1}" for i in (1, 2)], f"S1 2023-05-04 {NOTE_3}")},
    ),
    "missing.month": (
        {"stations": STATION, "visits": many("station_id date", "S1 2023-02-05", "S1 2023-05-05")}, [("stations", None, "")],
        {"stations": STATION, "visits": many("station_id date", "S1 2023-02-05", "S1 2023-04-05"),
         "targets": many(TARGETS, "S1 activities activity . . 2023-03 12 0 . .")},
    ),
    "missing.table": (
        {"stations": STATION, "workers": many(WORKERS, "S1 W1 . . . . . . . ."), "visits": many(VISITS, "S1 2023-05-10 W1 phone 1 1 1"), "activities": many(ACTS, GOOD_ACT), "groups": many(GROUPS, GOOD_GROUP)},
        [("stations", 2, "station_id")],
        {"stations": STATION, "workers": many(WORKERS, "S1 W1 . . . . . . . ."), "visits": many(VISITS, "S1 2023-05-10 W1 phone 1 1 1"), "activities": many(ACTS, GOOD_ACT), "groups": many(GROUPS, GOOD_GROUP),
         "targets": many(TARGETS, "S1 cases case . . 2023-05 . 0 . .")},
    ),
    "missing.station": (
        {"stations": STATION}, [("stations", 2, "station_id")],
        {"stations": STATION, "visits": many(VISITS, "S1 2023-05-10 W1 phone 1 1 1")},
    ),
}  # fmt: skip


@pytest.mark.parametrize("rule", SPEC)
def test_a_rule_fires_where_it_should(rule):
    tables, places, _ = SPEC[rule]
    assert found(rule, **tables) == places


@pytest.mark.parametrize("rule", SPEC)
def test_a_rule_is_silent_on_the_clean_twin(rule):
    _, _, clean = SPEC[rule]
    assert found(rule, **clean) == []


def test_a_column_of_the_wrong_type_is_one_issue():
    given = frames(activities=many(ACTS, GOOD_ACT))
    given["activities"] = given["activities"].astype({"participants": "string"})
    issues = [i for i in check(given, LEDGER, today=TODAY) if i.rule == "cell.type"]
    assert [(i.table, i.row, i.column) for i in issues] == [("activities", None, "participants")]


def test_a_table_without_an_accepted_row_is_not_reported():
    accounts = [
        Account("a.xlsx", "活动", "activities", 2, 0, 1, 1, {"合计": 1, "缺日期": 1}),
        Account("a.xlsx", "个案", "cases", 1, 1, 0, 0),
        Account("a.xlsx", "说明", "", 3, 0, 0, 3, {"不是台账": 3}),
    ]
    issues = check({}, LEDGER, today=TODAY, accounts=accounts)
    assert [(i.rule, i.file, i.sheet, i.row) for i in issues] == [
        ("missing.empty_table", "a.xlsx", "活动", None)
    ]


def test_every_rule_has_its_spec():
    assert {rule.id for rule in RULES} - set(SPEC) == {"cell.type", "missing.empty_table"}


def test_rules_are_unique_and_bilingual():
    assert len({rule.id for rule in RULES}) == len(RULES)
    for rule in RULES:
        for zh, en in ((rule.zh, rule.en), (rule.fix_zh, rule.fix_en)):
            assert zh, rule.id
            assert en.isascii() or any(word in en for word in "×÷≥元万有无"), (rule.id, en)


def test_all_fourteen_checks_of_the_field_have_rules():
    assert {rule.check for rule in RULES} == set(range(15))


def test_only_what_makes_a_number_wrong_is_an_error():
    wrong = {rule.id for rule in RULES if rule.severity == "error" and rule.check}
    assert wrong == {
        "date.future", "date.backwards", "person_times.too_many", "person_times.below_persons", "unit.measure",
        "unit.changes", "finance.parts_exceed_total", "totals.main_below_stations", "coverage.certified",
        "coverage.stations", "coverage.survey_stratum",
    }  # fmt: skip


def test_patterns_are_flags_and_never_errors():
    for rule in RULES:
        if rule.check in (6, 7, 13, 14):
            assert rule.severity in ("warning", "info"), rule.id
