"""Declared against valid counts, completeness, and the minima a framework may ask for."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from swe.core.dates import Period
from swe.core.errors import DefinitionError
from swe.ledgers.checking import Limits, Minima, check, completeness, valid_counts
from swe.ledgers.contract import contract, dtypes

LEDGER = contract()


def frame(table: str, columns: str, *rows: tuple) -> pd.DataFrame:
    names = columns.split()
    types = dtypes(LEDGER[table])
    made = pd.DataFrame({c: [row[i] for row in rows] for i, c in enumerate(names)})
    return made.astype({c: types[c] for c in names})


GROUPS = frame(
    "groups", "station_id group_id sessions participants",
    ("S1", "G1", 4, 5), ("S1", "G2", 3, 5), ("S1", "G3", 3, 4), ("S1", "G4", 4, None), ("S2", "G1", 9, 9),
)  # fmt: skip


def test_declared_and_valid_stand_side_by_side():
    cases = frame(
        "cases", "station_id case_id contacts", ("S1", "C1", 5), ("S1", "C2", 4), ("S2", "C1", None)
    )
    acts = frame(
        "activities", "station_id activity_id kind participants hours",
        ("S1", "A1", "festival", 8, None), ("S1", "A2", "publicity", 8, 2.0), ("S1", "A3", "publicity", 30, 1.0),
    )  # fmt: skip
    table = valid_counts({"cases": cases, "groups": GROUPS, "activities": acts})
    assert table.to_dict("split")["data"] == [
        ["S1", "activity", 3, 2, {"participants": 1}],
        ["S1", "case", 2, 1, {"contacts": 1}],
        ["S1", "group", 4, 1, {"sessions": 2, "participants": 1, "participants_missing": 1}],
        ["S2", "case", 1, 0, {"contacts_missing": 1}],
        ["S2", "group", 1, 1, {}],
    ]


def test_minima_are_configurable_and_nought_asks_for_nothing():
    table = valid_counts({"groups": GROUPS}, Minima(group_sessions=0, group_participants=0))
    assert table["valid"].tolist() == table["declared"].tolist() == [4, 1]


def test_minima_come_from_the_validity_of_a_framework():
    given = {
        "groups": {"sessions": {"min": 6}, "participants": {"min": 7}},
        "cases": {"contacts": {"min": 3}},
    }
    assert Minima.from_validity(given) == Minima(group_sessions=6, group_participants=7, case_contacts=3)


@pytest.mark.parametrize("given", [{"groups": {"members": {"min": 6}}}, {"groups": {"sessions": {"max": 6}}}])
def test_an_unknown_minimum_is_refused_by_its_name(given):
    with pytest.raises(DefinitionError, match="groups"):
        Minima.from_validity(given)


def test_limits_are_configurable():
    acts = frame(
        "activities", "station_id activity_id worker_id date place",
        *(("S1", f"A{i}", "W1", "2023-05-12", p) for i, p in enumerate("甲乙")),
    )  # fmt: skip
    asked = {"today": date(2023, 6, 30), "limits": Limits(activities_in_a_day=2)}
    assert [i.rule for i in check({"activities": acts}, LEDGER, **asked)].count("load.places") == 2


STATIONS = frame(
    "stations", "station_id name region_code kind opened_on closed_on contract_from contract_to",
    ("S1", "One", "522702001", "station", "2022-01-01", None, "2023-01-01", "2023-12-31"),
    ("S2", "Two", "522702002", "station", "2023-03-15", None, None, None),
)  # fmt: skip
VISITS = frame(
    "visits",
    "station_id date",
    ("S1", "2023-01-05"),
    ("S1", "2023-03-05"),
    ("S2", "2023-04-05"),
    ("S2", "2023-04-09"),
)
CASES = frame("cases", "station_id case_id opened_on", ("S1", "C1", "2023-03-09"))
MONTHLY = frame(
    "targets",
    "station_id measure month declared_in_month",
    ("S1", "groups", "2023-02", 0),
    ("S1", "activities", "2023-03", 2),
)


def status(table: pd.DataFrame, station: str, name: str) -> dict[str, str]:
    rows = table[(table["station"] == station) & (table["table"] == name)]
    return dict(zip(rows["month"], rows["status"], strict=True))


def test_missing_is_not_zero():
    tables = {"stations": STATIONS, "visits": VISITS, "cases": CASES, "targets": MONTHLY}
    table = completeness(tables, LEDGER)
    # no record at all in February; nothing after the last month of the ledger is due
    assert status(table, "S1", "visits") == {
        "2023-01": "reported", "2023-02": "not_reported", "2023-03": "reported", "2023-04": "not_reported",
    }  # fmt: skip
    # the station keeps a table of cases and reported visits in January: no case was opened
    assert status(table, "S1", "cases")["2023-01"] == "zero"
    # never handed in; but the monthly report says 0 groups in February
    assert status(table, "S1", "groups") == {
        "2023-01": "not_reported", "2023-02": "zero", "2023-03": "not_reported", "2023-04": "not_reported",
    }  # fmt: skip
    # two activities declared in March, none in the ledger
    assert status(table, "S1", "activities")["2023-03"] == "not_reported"
    # the second station opened in March
    assert status(table, "S2", "visits") == {"2023-03": "not_reported", "2023-04": "reported"}
    assert table.loc[table["records"] == 2, "station"].tolist() == ["S2"]


def test_a_period_decides_which_months_are_due():
    period = Period(date(2023, 2, 1), date(2023, 3, 31), "2023-02..2023-03")
    table = completeness({"stations": STATIONS, "visits": VISITS}, LEDGER, period)
    assert status(table, "S1", "visits") == {"2023-02": "not_reported", "2023-03": "reported"}
    assert status(table, "S2", "visits") == {"2023-03": "not_reported"}


def test_a_station_that_stopped_reporting_within_its_contract_is_said():
    places = {"_file": "a.xlsx", "_sheet": "1", "_row": [2, 3]}
    tables = {"stations": STATIONS.assign(**places), "visits": VISITS}
    said = {i.row: i.zh for i in check(tables, LEDGER, today=date(2023, 6, 30)) if i.rule == "missing.month"}
    assert list(said) == [2]
    assert "4 个月" in said[2] and "2023-02、2023-04、2023-05、2023-06" in said[2]
