"""Small ledgers in, frames of indicators out; every expected number is worked out by hand beside the rows."""

from __future__ import annotations

import importlib.util
import math
import sys
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import swe
from swe.core.errors import DefinitionError, UsageError
from swe.indicators.assessor_list import assessor_indicators, codes

_SPEC = importlib.util.spec_from_file_location("small_ledgers", Path(__file__).with_name("small_ledgers.py"))
assert _SPEC and _SPEC.loader
small = importlib.util.module_from_spec(_SPEC)
sys.modules["small_ledgers"] = small
_SPEC.loader.exec_module(small)
station, stored, system, table = small.station, small.stored, small.system, small.table

NINE = ["unit", "period", "indicator", "numerator", "denominator", "value", "lower", "upper", "status"]


def case(station_id: str, n: int, day: str, **more: Any) -> dict[str, Any]:
    return {"station_id": station_id, "case_id": f"C{n}", "opened_on": day, **more}


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A: 3 cases in 2023 (2 closed, 1 with 5 contacts), 1 in 2022. B: 1 case in 2022. C (another county): nothing."""
    rows = {
        "stations": [
            station("A", "522702101", posts=3, area_m2=50.0, contract_from="2023-01-01", contract_to="2023-12-31"),
            station("B", "522702102", posts=2, area_m2=30.0, opened_on="2023-07-01"),
            station("C", "522601001", opened_on=None),
            station("M", "522702", kind="main_station"),
        ],
        "cases": [
            case("A", 1, "2023-01-10", stage="closed", contacts=6, closed_on="2023-02-09", service_domain="elderly"),
            case("A", 2, "2023-03-05", stage="closed", contacts=4, closed_on="2023-03-15", service_domain="children"),
            case("A", 3, "2023-03-20", stage="intake", contacts=None, service_domain="elderly"),
            case("A", 4, "2022-12-31", stage="closed", contacts=9, service_domain="health"),
            case("B", 1, "2022-05-01", stage="closed", contacts=7, service_domain="elderly"),
        ],
        "visits": [
            {"station_id": "A", "date": "2023-05-01", "client_id": "K1", "households": 2},
            {"station_id": "A", "date": "2023-05-02", "client_id": "K1", "households": None},
            {"station_id": "B", "date": "2023-08-01", "client_id": "K1", "households": 3},
        ],
        "clients": [
            {"station_id": "A", "client_id": "K1", "person_key": "P1", "category": "disabled"},
            {"station_id": "A", "client_id": "K2", "person_key": "P2", "category": "elderly"},
            {"station_id": "B", "client_id": "K1", "person_key": "P1", "category": "disabled"},
        ],
        "targets": [
            {"station_id": "A", "measure": "cases", "measure_unit": "case", "period_from": "2023-01-01", "period_to": "2024-12-30", "target": 10.0},
            {"station_id": "A", "measure": "cases", "measure_unit": "case", "period_from": "2023-01-01", "period_to": "2024-12-30", "target": 10.0, "month": "2023-01", "declared_in_month": 1.0},
            {"station_id": "B", "measure": "cases", "measure_unit": "household", "period_from": "2023-01-01", "period_to": "2023-12-31", "target": 99.0},
            {"station_id": "C", "measure": "cases", "measure_unit": "case", "month": "2023-01", "declared_in_month": 0.0},
        ],
        "ratings": [
            {"station_id": "A", "indicator_code": "G1", "framework_id": "t", "rater_source": "third_party", "rater": "r1", "round": "final", "score": 4.0, "full_points": 5.0},
            {"station_id": "A", "indicator_code": "G1", "framework_id": "t", "rater_source": "third_party", "rater": "r2", "round": "final", "score": 3.0},
            {"station_id": "A", "indicator_code": "G1", "framework_id": None, "rater_source": "village", "rater": "r3", "round": "final", "score": 10.0, "full_points": 10.0},
            {"station_id": "B", "indicator_code": "G1", "framework_id": "t", "rater_source": "third_party", "rater": "r1", "round": "final", "score": 5.0},
            {"station_id": "B", "indicator_code": "G1", "framework_id": "t", "rater_source": "village", "rater": "r1", "round": "mid_term", "score": 0.0},
            {"station_id": "B", "indicator_code": "G1", "framework_id": "other", "rater_source": "village", "rater": "r1", "round": "final", "score": 0.0},
        ],
        "findings": [{"station_id": "A", "date": "2023-06-01", "kind": "falsification", "severity": "veto"}],
    }  # fmt: skip
    return stored(tmp_path_factory.mktemp("two"), rows)


def one(
    data: Any, measure: dict[str, Any], *columns: str, period: str = "2023", by: str = "station", **more: Any
) -> list[tuple[Any, ...]]:
    return table(swe.indicators(data, system({"G1": measure}, **more), by=by, period=period), "G1", *columns)


def test_the_nine_columns_come_first_and_units_are_sorted(two: Any) -> None:
    ind = swe.indicators(
        two, system({"Z": {"count": "cases"}, "A1": {"count": "visits"}}), by="station", period="2023"
    )
    assert list(ind.columns[:9]) == NINE
    assert list(zip(ind["unit"], ind["indicator"], strict=True))[:4] == [
        ("A", "Z"),
        ("A", "A1"),
        ("B", "Z"),
        ("B", "A1"),
    ]
    assert set(ind["period"]) == {"2023"}


def test_a_count_is_zero_where_the_table_was_sent_and_missing_where_not(two: Any) -> None:
    assert one(two, {"count": "cases"}, "numerator", "value", "status") == [
        ("A", 3.0, 3.0, "ok"),
        ("B", 0.0, 0.0, "ok"),  # sent cases, of another year
        ("C", 0.0, 0.0, "ok"),  # sent no cases, and reported 0 for a month
        ("M", None, None, "not_applicable"),
    ]
    assert one(two, {"count": "visits"}, "value", "status")[2] == ("C", None, "missing")


def test_valid_and_declared_stand_side_by_side(two: Any) -> None:
    got = one(two, {"count": "cases", "valid": True}, "value", "declared", "status", period="2023-03")
    # March: contacts 4 and not given; 5 are asked for, and an empty cell reaches no minimum
    assert got[0] == ("A", 0.0, 2.0, "below_validity")
    assert one(two, {"count": "cases", "valid": True}, "value", "declared", "status")[0] == (
        "A",
        1.0,
        3.0,
        "ok",
    )
    lower = {"cases": {"contacts": {"min": "4"}}}
    assert one(two, {"count": "cases", "valid": True}, "value", validity=lower)[0] == ("A", 2.0)


def test_a_sum_without_a_value_is_missing_and_never_zero(two: Any) -> None:
    measure = {"sum": "visits", "column": "households"}
    assert one(two, measure, "value", "n", "status")[:3] == [
        ("A", 2.0, 1, "ok"), ("B", 3.0, 1, "ok"), ("C", None, 0, "missing"),
    ]  # fmt: skip
    assert one(two, {"sum": "visits", "column": "persons"}, "value", "status")[0] == ("A", None, "missing")


def test_a_share_has_wilson_limits_and_nothing_to_measure_is_not_applicable(two: Any) -> None:
    measure = {"share": "cases", "where": {"stage": {"equals": "closed"}}}
    ind = swe.indicators(two, system({"G1": measure}), by="station", period="2023")
    assert table(ind, "G1", "numerator", "denominator", "status") == [
        ("A", 2.0, 3.0, "ok"), ("B", 0.0, 0.0, "not_applicable"), ("C", 0.0, 0.0, "not_applicable"),
        ("M", None, None, "not_applicable"),
    ]  # fmt: skip
    # Wilson (1927) for 2 of 3 by hand: centre (2 + z²/2)/(3 + z²), z² = 3.841459
    z2, n, p = 3.841458820694124, 3, 2 / 3
    centre = (p + z2 / (2 * n)) / (1 + z2 / n)
    half = math.sqrt(z2) / (1 + z2 / n) * math.sqrt(p * (1 - p) / n + z2 / (4 * n * n))
    assert ind.loc[0, ["lower", "upper"]].tolist() == pytest.approx([centre - half, centre + half], abs=1e-12)


def test_a_target_counts_by_days_and_a_month_of_it_is_no_second_target(two: Any) -> None:
    measure = {"ratio": {"count": "cases"}, "to": {"target": "cases"}}
    got = one(two, measure, "numerator", "denominator", "value", "capped", "status")
    assert got[0] == ("A", 3.0, 5.0, 0.6, 0.6, "ok")  # 365 of the target's 730 days
    assert got[1] == ("B", None, None, None, None, "missing")  # its target is in households: not cases
    january = one(two, measure, "denominator", "value", "capped", period="2023-01")[0]
    assert january == (
        "A",
        pytest.approx(10 * 31 / 730),
        pytest.approx(730 / 310),
        1.0,
    )  # uncapped, and capped


def test_a_target_in_another_unit_is_told_of(two: Any) -> None:
    measure = {"ratio": {"count": "cases"}, "to": {"target": "cases"}}
    ind = swe.indicators(two, system({"G1": measure}), by="station", period="2023")
    assert [note.en[:9] for note in ind.attrs["notes"]] == ["1 rows of"]  # B's, in households


def test_a_rate_stands_over_the_months_open_and_an_unknown_opening_is_missing(two: Any) -> None:
    measure = {"rate": {"count": "visits"}, "per": "station_month"}
    assert one(two, measure, "numerator", "denominator", "status")[:3] == [
        ("A", 2.0, 12.0, "ok"), ("B", 1.0, 6.0, "ok"), ("C", None, None, "missing"),
    ]  # fmt: skip
    weeks = one(two, {"rate": {"count": "visits"}, "per": "station_week"}, "denominator")
    assert weeks[:2] == [("A", 53.0), ("B", 27.0)]  # ISO weeks touched by 2023, and by July to December
    early = one(two, measure, "value", "status", period="2023-Q1")[1]
    assert early == ("B", None, "not_applicable")  # not open yet


def test_a_county_adds_up_its_stations_and_never_averages_them(two: Any) -> None:
    rate = one(
        two,
        {"rate": {"count": "visits"}, "per": "station_month"},
        "numerator",
        "denominator",
        "reporting",
        "stations",
        by="county",
    )
    assert rate == [("522601", None, None, 0, 1), ("522702", 3.0, 18.0, 2, 2)]
    target = one(
        two, {"ratio": {"count": "cases"}, "to": {"target": "cases"}}, "numerator", "denominator", by="county"
    )
    assert target[1] == ("522702", 3.0, 5.0)  # B has no target in cases: it stands in neither
    whole = one(two, {"count": "cases"}, "value", "region", by="nation")
    assert whole == [("00", 3.0, "00")]
    assert {u for u, *_ in one(two, {"count": "cases"}, "value", by="township")} == {
        "522601001",
        "522702101",
        "522702102",
    }


def test_persons_are_counted_once_in_a_county_and_file_numbers_by_station(two: Any) -> None:
    people = {"count": "clients", "distinct": "person_key"}
    assert one(two, people, "value")[:2] == [("A", 2.0), ("B", 1.0)]
    assert one(two, people, "value", by="county")[1] == ("522702", 2.0)  # P1 is at both stations
    files = {"count": "clients", "distinct": "client_id"}
    assert one(two, files, "value", by="county")[1] == ("522702", 3.0)  # K1 of A and K1 of B are two files
    visited = {"coverage": "visits", "distinct": "client_id", "of": "clients"}
    assert one(two, visited, "numerator", "denominator")[:2] == [("A", 1.0, 2.0), ("B", 1.0, 1.0)]
    assert one(two, visited, "numerator", "denominator", by="county")[1] == ("522702", 2.0, 3.0)


def test_months_and_domains_with_a_record(two: Any) -> None:
    months = {"coverage": "cases", "of": "months"}
    assert one(two, months, "numerator", "denominator")[:2] == [("A", 2.0, 12.0), ("B", 0.0, 6.0)]
    weeks = {"coverage": "visits", "of": "weeks"}
    assert one(two, weeks, "numerator", "denominator")[0] == ("A", 1.0, 53.0)  # 1 and 2 May are one week
    long = {"coverage": "cases", "of": "months"}
    assert one(two, long, "numerator", "denominator", period="2015..2024")[0] == (
        "A",
        3.0,
        60.0,
    )  # open since 2020
    domains = {"coverage": "cases", "of": "domains"}
    assert one(two, domains, "numerator", "denominator", by="nation", period="2022..2023") == [
        ("00", 2.0, 5.0)
    ]


def test_the_median_of_a_county_is_taken_over_its_rows(two: Any) -> None:
    measure = {"days_between": "cases", "from": "opened_on", "to": "closed_on"}
    assert one(two, measure, "value", "n", "status")[:2] == [
        ("A", 20.0, 2, "ok"),
        ("B", None, 0, "not_applicable"),
    ]
    assert one(two, measure, "value", by="county")[1] == ("522702", 20.0)  # 30 and 10 days


@pytest.mark.parametrize(
    ("missing", "expected"),
    [
        # A: third party (4/5 + 3/5)/2 = 0.7 by 0.75, village 1 by 0.25 → 0.775. B: only the third party, 1
        ("zero", [0.775, 0.75]), ("reweight", [0.775, 1.0]), ("block", [0.775, None]),
    ],
)  # fmt: skip
def test_ratings_are_joined_by_source_and_an_absent_source_follows_the_policy(
    two: Any, missing: str, expected: list[float]
) -> None:
    got = one(two, {"rating": ["third_party", "village"]}, "numerator", "denominator", "n", missing=missing,
              raters={"third_party": "0.6", "village": "0.2"})  # fmt: skip
    wanted = [None if share is None else pytest.approx(5 * share) for share in expected]
    assert [row[1] for row in got[:2]] == wanted
    assert got[0][2:] == (5.0, 3)
    assert got[2] == ("C", None, None, 0)


def test_a_finding_is_none_where_assessors_keep_a_list_of_them(two: Any) -> None:
    veto = [
        {
            "code": "V1",
            "name": {"zh": "假", "en": "f"},
            "table": "findings",
            "where": {"severity": {"equals": "veto"}},
            "grade": "example",
        }
    ]
    ind = swe.indicators(two, system({"G1": {"count": "cases"}}, vetoes=veto), by="station", period="2023")
    assert table(ind, "V1", "value", "lower", "status") == [
        ("A", 1.0, None, "ok"), ("B", 0.0, None, "ok"), ("C", 0.0, None, "ok"), ("M", None, None, "not_applicable"),
    ]  # fmt: skip


def test_the_contract_is_each_stations_own_period(two: Any) -> None:
    assert one(two, {"count": "cases"}, "value", "status", period="contract")[:2] == [
        ("A", 3.0, "ok"),
        ("B", None, "missing"),
    ]
    ind = swe.indicators(two, system({"G1": {"count": "cases"}}), by="station", period="contract")
    assert any("contract" in note.en for note in ind.attrs["notes"])


def test_what_is_asked_wrongly_is_refused(two: Any) -> None:
    fw = system({"G1": {"count": "cases"}})
    for more in (
        {"by": "village"},
        {"by": "station", "period": "2023-13"},
        {"by": "station", "period": "soon"},
    ):
        with pytest.raises(UsageError):
            swe.indicators(two, fw, **{"period": "2023", **more})
    with pytest.raises(UsageError):
        swe.indicators(pd.DataFrame(), fw, by="station", period="2023")
    with pytest.raises(DefinitionError):
        swe.indicators(
            two,
            system({"G1": {"count": "cases", "where": {"name; DROP TABLE cases": {"equals": "x"}}}}),
            period="2023",
        )


def test_a_value_with_a_quote_is_a_value(two: Any) -> None:
    assert one(two, {"share": "stations", "where": {"operator": {"equals": "x' OR 'a'='a"}}}, "status")[
        0
    ] == ("A", "missing")
    assert one(two, {"count": "cases", "where": {"case_id": {"equals": "C1' OR '1'='1"}}}, "value")[0] == (
        "A",
        0.0,
    )


# -- the assessors' list --


def test_the_assessors_list_by_hand(two: Any) -> None:
    ind = assessor_indicators(two, by="station", period="2023").query("unit == 'A'").set_index("indicator")
    assert tuple(ind.index) == codes()[1:]
    assert ind.loc[
        "completion.cases", ["numerator", "denominator", "value", "declared"]
    ].tolist() == pytest.approx([1, 5, 0.2, 0.6])
    assert ind.loc["groups.key_persons", "value"] == 1  # disabled is a key group, other older people are not
    assert ind.loc["groups.key_coverage", "value"] == 1
    # days with a record: 10 Jan, 5 and 20 Mar, 1 and 2 May; the longest gap is 3 May to 31 December
    assert ind.loc["frequency.longest_gap_days", "value"] == 243
    assert ind.loc["frequency.months", ["numerator", "denominator"]].tolist() == [3, 12]
    # two records elderly, one children: −(2/3 ln 2/3 + 1/3 ln 1/3)/ln 5
    assert ind.loc["domains.balance", "value"] == pytest.approx(
        -(2 / 3 * math.log(2 / 3) + 1 / 3 * math.log(1 / 3)) / math.log(5)
    )
    assert ind.loc["team.vacancy", "status"] == "missing"
    county = assessor_indicators(two, by="county", period="2023").set_index(["unit", "indicator"])
    assert county.loc[("522702", "coverage.stations"), ["numerator", "denominator"]].tolist() == [
        1,
        8,
    ]  # 101 is no unit of Fuquan
    assert county.loc[("522702", "groups.key_persons"), "value"] == 1
    assert county.loc[("522702", "frequency.longest_gap_days"), "value"] == 243
