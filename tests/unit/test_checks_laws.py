"""Laws of the ledger checks: order changes nothing, stations add up, and no message repeats what stood in a cell."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from swe.ledgers.checking import RULES, check, check_across, check_rows, completeness, valid_counts
from swe.ledgers.contract import contract, dtypes

LEDGER = contract()
TODAY = date(2023, 6, 30)
COUNTIES = ("522702", "522701", "522723")  # three counties, so that stations share none


def frame(table: str, rows: list[dict], *, file: str = "a.xlsx") -> pd.DataFrame:
    """Typed rows; columns that no row names are absent."""
    names = [c for c in LEDGER[table].names if any(c in row for row in rows)]
    made = pd.DataFrame({c: [row.get(c) for row in rows] for c in names})
    made = made.astype({c: dtypes(LEDGER[table])[c] for c in names})
    made["_file"], made["_sheet"], made["_row"] = file, table, range(2, len(rows) + 2)
    return made.astype({"_file": "string", "_sheet": "string", "_row": "Int64"})


def small(n: int):
    return st.one_of(st.none(), st.integers(0, n))


days = st.dates(date(2022, 1, 1), date(2023, 12, 31)).map(pd.Timestamp)
dates = st.one_of(st.none(), days)
notes = st.sampled_from([None, "入户了解近况并联系村委会协调低保复核，约定下次探访时间。" * 2, "情况良好"])
ROWS = {
    "workers": st.fixed_dictionaries(
        {"worker_id": st.sampled_from("WX"), "hired_on": dates, "left_on": dates, "licence": st.sampled_from([None, "none", "senior"])}
    ),
    "clients": st.fixed_dictionaries(
        {"client_id": st.sampled_from("KLM"), "name": st.sampled_from([None, "张三", "李四"]), "birth_date": dates,
         "id_number": st.sampled_from([None, "无"]), "filed_on": days}
    ),
    "cases": st.fixed_dictionaries(
        {"case_id": st.sampled_from("CDEF"), "client_id": st.sampled_from([None, "K", "Z"]), "opened_on": dates, "closed_on": dates,
         "stage": st.sampled_from([None, "planning", "closed"]), "contacts": small(9), "goals": notes, "process_notes": notes,
         "pre_score": small(20), "post_score": small(20)}
    ),
    "groups": st.fixed_dictionaries(
        {"group_id": st.sampled_from("GH"), "started_on": dates, "ended_on": dates, "sessions": small(6), "participants": small(12),
         "person_times": small(60), "attendance_rate": st.sampled_from([None, 0.5, 1.0])}
    ),
    "activities": st.fixed_dictionaries(
        {"activity_id": st.sampled_from("ABCDE"), "date": dates, "worker_id": st.sampled_from([None, "W", "Y"]), "participants": small(40),
         "person_times": small(99), "place": st.sampled_from([None, "甲", "乙", "丙"]), "photos": st.sampled_from([None, True, False])}
    ),
    "visits": st.fixed_dictionaries(
        {"visit_id": st.sampled_from([None, "1", "2"]), "date": dates, "households": small(50), "persons": small(60), "person_times": small(60),
         "worker_id": st.sampled_from([None, "W"]), "entry_date": dates, "situation": notes}
    ),
    "finance": st.fixed_dictionaries(
        {"item": st.sampled_from(["total", "personnel", "tax"]), "budget_cny": small(99), "received_cny": small(99), "spent_cny": small(99),
         "balance_cny": small(99)}
    ),
    "targets": st.fixed_dictionaries(
        {"measure": st.sampled_from(["cases", "groups", "activities"]), "measure_unit": st.sampled_from([None, "case", "household"]),
         "month": st.sampled_from([None, "2023-01", "2023-02"]), "target": small(9), "declared_in_month": small(3), "declared_total": small(9)}
    ),
}  # fmt: skip


@st.composite
def station(draw, number: int) -> dict[str, pd.DataFrame]:
    """All tables of one station, in a file of its own."""
    own = {"station_id": f"S{number}"}
    main = {
        **own, "name": f"Station {number}", "region_code": f"{COUNTIES[number]}001", "kind": draw(st.sampled_from(["station", "main_station"])),
        "opened_on": draw(dates), "closed_on": draw(dates), "contract_from": draw(dates), "contract_to": draw(dates),
        "resident_workers": draw(small(3)), "certified_workers": draw(small(3)), "contract_cny": draw(small(200)),
    }  # fmt: skip
    tables = {"stations": frame("stations", [main], file=f"{number}.xlsx")}
    for table, row in ROWS.items():
        rows = draw(st.lists(row, max_size=6))
        if rows:
            tables[table] = frame(table, [{**own, **each} for each in rows], file=f"{number}.xlsx")
    return tables


def together(*parts: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    names = dict.fromkeys(name for part in parts for name in part)
    joined = {}
    for name in names:
        whole = pd.concat([part[name] for part in parts if name in part], ignore_index=True)
        types = dtypes(LEDGER[name])
        joined[name] = whole.astype({c: types[c] for c in whole if c in types})
    return joined


@settings(max_examples=60, deadline=None)
@given(station(0), station(1), st.randoms(use_true_random=False))
def test_permuting_rows_changes_nothing(first, second, random):
    tables = together(first, second)
    shuffled = {name: t.sample(frac=1, random_state=random.randrange(10_000)) for name, t in tables.items()}
    assert check(shuffled, LEDGER, today=TODAY) == check(tables, LEDGER, today=TODAY)


@settings(max_examples=60, deadline=None)
@given(station(0), station(1))
def test_the_issues_of_disjoint_stations_add_up(first, second):
    # people are compared across stations on purpose, so each has people of its own
    for number, part in enumerate((first, second)):
        if "clients" in part:
            part["clients"] = part["clients"].assign(name=part["clients"]["name"] + str(number))
    alone = Counter(check(first, LEDGER, today=TODAY)) + Counter(check(second, LEDGER, today=TODAY))
    assert Counter(check(together(first, second), LEDGER, today=TODAY)) == alone


@settings(max_examples=40, deadline=None)
@given(station(0), station(1))
def test_valid_counts_of_disjoint_stations_add_up(first, second):
    both = valid_counts(together(first, second))
    apart = pd.concat([valid_counts(first), valid_counts(second)], ignore_index=True)
    assert both.to_dict("records") == apart.to_dict("records")
    assert (both["valid"] <= both["declared"]).all()


@settings(max_examples=40, deadline=None)
@given(station(0))
def test_every_record_stands_in_the_completeness_table_or_after_the_station_closed(tables):
    table = completeness(tables, LEDGER)
    assert set(table["status"]) <= {"reported", "zero", "not_reported"}
    assert (table["status"].eq("reported") == table["records"].gt(0)).all()
    assert not table.duplicated(["station", "month", "table"]).any()


@settings(max_examples=40, deadline=None)
@given(station(0))
def test_every_issue_comes_from_a_rule_with_its_severity(tables):
    rules = {rule.id: rule for rule in RULES}
    for issue in check(tables, LEDGER, today=TODAY):
        assert issue.severity == rules[issue.rule].severity
        assert issue.file == "0.xlsx" and issue.zh and issue.en and issue.fix_zh and issue.fix_en
        assert "{" not in issue.zh + issue.en + issue.fix_zh + issue.fix_en


def secret(table: str, i: int) -> dict:
    """A row whose every cell is recognisable and breaks something."""
    row = {}
    for n, column in enumerate(LEDGER[table].columns):
        mark = f"机密{table}{n}号"
        row[column.name] = {
            "text": mark * 9, "code": f"SECRET{table}{n}", "category": f"SECRETVALUE{n}", "month": f"29{10 + n % 90}-77",
            "integer": 7_771_000 + n, "decimal": 7_772_000.5 + n, "boolean": False, "date": pd.Timestamp(1971, 3, 1 + n % 28),
        }[column.type]  # fmt: skip
    row["station_id"] = f"SECRETSTATION{i % 2}"
    return row


def test_no_message_repeats_what_stood_in_a_cell():
    tables = {name: frame(name, [secret(name, i) for i in range(30)]) for name in LEDGER.tables}
    issues = check(tables, LEDGER, today=TODAY)
    assert len({issue.rule for issue in issues}) > 15
    written = {
        str(v)
        for t in tables.values()
        for c in t
        if not c.startswith("_") and c != "simulated"
        for v in t[c].dropna()
    }
    written = {word.removesuffix(" 00:00:00").removesuffix(".0") for word in written} - {"False"}
    for issue in issues:
        for text in (issue.zh, issue.en, issue.fix_zh, issue.fix_en, issue.cell, issue.file, issue.sheet):
            said = text.replace(",", "")
            assert "机密" not in said and "SECRET" not in said
            assert not [word for word in written if len(word) > 3 and word in said], issue.rule


def test_rows_are_checked_alone_and_rows_together_make_the_whole():
    tables = {"visits": frame("visits", [secret("visits", i) for i in range(3)])}
    assert check(tables, LEDGER, today=TODAY) == check_rows(tables, LEDGER) + check_across(
        tables, LEDGER, today=TODAY
    )


def test_what_came_in_is_not_changed():
    tables = {"visits": frame("visits", [secret("visits", i) for i in range(3)])[::-1]}
    before = {name: t.copy(deep=True) for name, t in tables.items()}
    check(tables, LEDGER, today=TODAY)
    for name in tables:
        pd.testing.assert_frame_equal(tables[name], before[name])


@pytest.mark.parametrize("tables", [{}, {"visits": frame("visits", [secret("visits", 0)]).iloc[:0]}])
def test_an_empty_ledger_has_no_issues(tables):
    assert check(tables, LEDGER, today=TODAY) == ()
    assert valid_counts(tables).empty and completeness(tables, LEDGER).empty


def test_a_frame_without_provenance_is_checked_too():
    bare = frame("activities", [secret("activities", 0)]).drop(columns=["_file", "_sheet", "_row"])
    issues = check({"activities": bare}, LEDGER, today=TODAY)
    assert issues and {issue.row for issue in issues} == {None} and {issue.file for issue in issues} == {""}


def test_addresses_come_from_the_letters_of_the_reader():
    tables = {
        "activities": frame(
            "activities", [{"station_id": "S1", "activity_id": "A1", "date": pd.Timestamp("2024-01-01")}]
        )
    }
    letters = {("a.xlsx", "activities", "activities"): {"date": "F"}}
    issues = check(tables, LEDGER, today=TODAY, letters=letters)
    assert [i.cell for i in issues if i.rule == "date.future"] == ["F2"]
