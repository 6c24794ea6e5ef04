"""The acceptance numbers of coverage and claims (docs/methods.md §3, §4), each from a closed form and from another computation.

The other computation reads the register with pandas and applies the rule on the digits of the code: units are
the rows whose digits 7-9 are below 400, without placeholders. `coverage` counts by kind instead.
"""

from __future__ import annotations

from fractions import Fraction

import pandas as pd
import pytest

from swe.core.bounded import Bounded
from swe.core.project import reference_file
from swe.indicators.claims import claims
from swe.indicators.coverage import coverage, coverage_document

ACCEPTANCE = [  # query, as_of, stations, vintage, units
    ("52", "2023-05-31", 1094, "2023-06-30", 1510),  # F03-010, 72.45 %
    ("3412", "2024-03-31", 167, "2023-06-30", 167),  # F02-016, 100 %
    ("320722", "2024-03-31", 19, "2023-06-30", 19),  # F02-019
    ("522702", "2023-05-31", 8, "2023-06-30", 8),  # F03-021
    ("421303", "2022-04-30", 10, "2021-10-31", 10),  # F01-011: 181 days before, 184 days to the next
    ("31", "2022-03-31", 143, "2021-10-31", 215),  # F01-008: 151 days before, 214 days to the next
    ("11", "2023-06-30", 0, "2023-06-30", 343),
    ("00", "2023-06-30", 29_000, "2023-06-30", 38_621),
    ("00", "2023-01-17", 29_000, "2022-10-31", 38_583),
]


@pytest.fixture(scope="module")
def register():
    return pd.read_parquet(reference_file("register.parquet"))


@pytest.mark.parametrize(("query", "as_of", "stations", "vintage", "units"), ACCEPTANCE)
def test_a_rate_agrees_with_the_closed_form(query, as_of, stations, vintage, units):
    found = coverage(query, as_of=as_of, stations=stations)
    assert coverage_document(found)["vintage"] == vintage
    assert (found["units"], found["gap"]) == (units, units - stations)
    assert found["rate"] == pytest.approx(float(Fraction(stations, units)), rel=1e-10)
    assert found["rate_lower"] == found["rate"] == found["rate_upper"]


@pytest.mark.parametrize(("query", "as_of", "stations", "vintage", "units"), ACCEPTANCE)
def test_the_units_agree_with_the_rule_on_digits(register, query, as_of, stations, vintage, units):
    rows = register[(register.vintage == vintage) & (register.code.str.len() == 9)]
    rows = rows[rows.code.str.startswith("" if query == "00" else query)]
    digits = rows.code.str[6:].astype(int)
    assert ((digits < 400) & (rows.kind != "other")).sum() == units


def test_guizhou_is_72_4503_and_shanghai_66_51_per_cent():
    assert f"{coverage('52', as_of='2023-05-31', stations=1094)['rate']:.4%}" == "72.4503%"
    assert f"{coverage('31', as_of='2022-03-31', stations=143)['rate']:.2%}" == "66.51%"


@pytest.mark.parametrize("query", ["52", "3412", "320722", "522702", "421303", "31"])
def test_the_shipped_figures_give_the_same_answer_as_the_number_typed_in(query):
    _, as_of, stations, _, units = next(row for row in ACCEPTANCE if row[0] == query)
    found = coverage(query, as_of=as_of)
    assert (found["stations"], found["units"]) == (stations, units)


# -- implied denominators --


def test_guizhou_s_72_45_per_cent_implies_1510_units():
    claim = claims("52")[-1]
    assert claim.implied == Bounded(1094 / 0.72455, 1094 / 0.7245, 1094 / 0.72445)
    assert (round(claim.implied.low, 2), round(claim.implied.high, 2)) == (1509.90, 1510.11)
    assert (claim.units, claim.verdict) == (1510, "consistent")
    whole = [n for n in range(1000, 2000) if round(Fraction(109400, n), 2) == Fraction(7245, 100)]
    assert whole == [1510]  # of all denominators, only this one prints as 72.45 %


def test_fuyang_s_100_per_cent_is_167_of_167_and_not_168():
    (claim,) = claims("3412")
    assert (claim.units, claim.verdict, claim.also_consistent_with) == (167, "consistent", ("2022-10-31",))
    assert not claim.implied.contains(168)


def test_china_s_78_per_cent_of_about_29_000_cannot_be_judged_but_shows_its_denominator():
    claim = claims("00")[-1]
    assert (claim.rate_id, claim.stations_id) == ("B013", "B011")
    assert claim.verdict == "cannot_say"
    assert round(claim.implied.point) == 37_179
    assert (claim.vintage, claim.units) == ("2022-10-31", 38_583)


def test_fujian_s_56_7_per_cent_fits_the_register_of_its_time_only():
    """624 stations imply 1,100 or 1,101 units: the register of 2021 has 1,101, later ones 1,106."""
    claim = claims("35")[0]
    assert (claim.units, claim.verdict, claim.also_consistent_with) == (1101, "consistent", ())


def test_shandong_s_95_29_per_cent_fits_no_register():
    """1,739 stations imply 1,825 units, the stations of a year later; the registers have 1,808 to 1,813."""
    claim = claims("37")[0]
    assert round(claim.implied.point) == 1825
    assert (claim.units, claim.verdict, claim.also_consistent_with) == (1810, "inconsistent", ())
