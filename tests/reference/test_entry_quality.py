"""Heaping, bunching, late entry, copies, bounds and awareness against R's tests, scipy, enumeration and hand work."""

from __future__ import annotations

import itertools
import math
from fractions import Fraction
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binomtest, chisquare
from statsmodels.stats.proportion import proportion_confint

from swe.stats.awareness_items import awareness
from swe.stats.copied_rows import copied
from swe.stats.cut_offs import bunching
from swe.stats.entry_dates import late_entry
from swe.stats.missing_reports import completeness_bounds
from swe.stats.survey_frames import holm
from swe.stats.terminal_digits import heaping

DIGITS = [31, 8, 9, 7, 10, 22, 6, 9, 8, 10]  # 120 counts by terminal digit, as in generate/survey_reference.R


@pytest.fixture(scope="module")
def r() -> pd.Series:
    found = pd.read_csv(Path(__file__).parent / "survey_numbers.csv")
    return found.set_index("name")["value"]


def counts_with(digits: list[int]) -> pd.DataFrame:
    """Counts from 20 to 119 with so many of each terminal digit."""
    tens = itertools.cycle(range(20, 120, 10))
    return pd.DataFrame({"persons": [next(tens) + d for d, n in enumerate(digits) for _ in range(n)]})


# -- heaping --


def test_heaping_agrees_with_r_and_scipy(r):
    found = heaping(counts_with(DIGITS), value="persons")
    assert (found["heaped"], found["n"], found["share"]) == (53, 120, 53 / 120)
    assert found["index"] == pytest.approx(53 / 120 / 0.2, rel=1e-12)
    assert found["p"] == pytest.approx(r["digits.binom"], rel=1e-8)
    assert found["p"] == pytest.approx(binomtest(53, 120, 0.2, alternative="greater").pvalue, rel=1e-10)
    assert (found["chi2"], found["chi2_p"]) == pytest.approx((r["digits.chi2"], r["digits.p"]), rel=1e-8)
    assert (found["chi2"], found["chi2_p"]) == pytest.approx(tuple(chisquare(DIGITS)), rel=1e-10)
    assert (found["lower"], found["upper"]) == pytest.approx(proportion_confint(53, 120, method="beta"))


def test_even_digits_have_an_index_of_one_and_round_ones_of_five():
    assert heaping(counts_with([12] * 10), value="persons")["index"] == 1
    assert heaping(counts_with([30, 0, 0, 0, 0, 30, 0, 0, 0, 0]), value="persons")["index"] == 5


def test_stations_are_tested_one_by_one_and_adjusted():
    both = pd.concat(
        {"round": counts_with([40, 0, 0, 0, 0, 20, 0, 0, 0, 0]), "even": counts_with([6] * 10)},
        names=["station"],
    ).reset_index()
    table = heaping(both, value="persons", unit="station").table.set_index("unit")
    assert list(table["flag"]) == [0.0, 1.0]
    p = binomtest(12, 60, 0.2, alternative="greater").pvalue
    assert table.loc["even", "p_adjusted"] == pytest.approx(p, rel=1e-10)
    assert table.loc["round", "p_adjusted"] == pytest.approx(2 * 0.2**60, rel=1e-6)


def test_holm_is_that_of_statsmodels():
    from statsmodels.stats.multitest import multipletests

    p = [0.01, 0.04, 0.03, 0.005, 0.6]
    assert holm(p) == pytest.approx(multipletests(p, method="holm")[1], rel=1e-12)
    assert math.isnan(holm([0.01, math.nan])[1]) and holm([0.01, math.nan])[0] == 0.01


# -- bunching --


def test_bunching_agrees_with_r(r):
    scores = pd.DataFrame({"score": [59] * 23 + [60] * 30 + [62] * 7 + [63, 56, 80]})
    found = bunching(scores, value="score", cut_offs=60, window=3)
    assert (found["below"], found["above"]) == (23, 37)
    assert found["p"] == pytest.approx(r["binom.37.60.greater"], rel=1e-8)
    assert (found["lower"], found["upper"]) == pytest.approx(
        (r["binom.37.60.lower"], r["binom.37.60.upper"]), rel=1e-8
    )


def test_the_chance_of_a_bunch_is_the_sum_of_its_binomial_terms():
    scores = pd.DataFrame({"score": [59, 58, 60, 60, 60, 61, 61, 62, 60]})
    exact = sum(Fraction(math.comb(9, k), 2**9) for k in range(7, 10))
    assert bunching(scores, value="score", cut_offs=60, window=3)["p"] == pytest.approx(
        float(exact), rel=1e-12
    )


def test_a_score_on_the_cut_off_is_above_and_the_window_is_half_open():
    found = bunching(
        pd.DataFrame({"score": [57.0, 60.0, 63.0, 56.9, 0.1 + 0.2 + 59.7]}),
        value="score",
        cut_offs=60,
        window=3,
    )
    assert (found["below"], found["above"]) == (1, 2)


# -- late entry --


def test_late_entry_by_hand():
    """Delays 1, 60, 31, 30, −2 days; entries on 03-31 (twice) and 2023-02-01, 03-04, 04-10."""
    rows = pd.DataFrame(
        {
            "served": ["2023-03-30", "2023-01-30", "2023-01-01", "2023-02-02", "2023-04-12"],
            "entered": ["2023-03-31", "2023-03-31", "2023-02-01", "2023-03-04", "2023-04-10"],
        }
    )
    found = late_entry(rows, service_date="served", entry_date="entered")
    assert (found["late"], found["before"], found["n"], found["median_days"]) == (2, 1, 5, 30)
    assert (found["lower"], found["upper"]) == pytest.approx(proportion_confint(2, 5, method="wilson"))
    assert found["quarter_end_share"] == 0.4  # the two of 31 March
    span = 28 + 31 + 10  # 1 February to 10 April
    assert found["quarter_end_expected"] == pytest.approx(5 / span, rel=1e-12)
    assert found["p"] == pytest.approx(binomtest(2, 5, 5 / span, alternative="greater").pvalue, rel=1e-10)
    assert list(found.table["month"]) == ["2023-01", "2023-02", "2023-03", "2023-04"]
    assert list(found.table["late"]) == [2, 0, 0, 0]


# -- copies --


def test_copies_by_enumeration():
    rng = np.random.default_rng(3)
    rows = pd.DataFrame(rng.integers(1, 4, (60, 3)), columns=["a", "b", "c"])
    found = copied(rows, columns=["a", "b", "c"])
    listed = [tuple(row) for row in rows.itertuples(index=False)]
    pairs = sum(x == y for x, y in itertools.combinations(listed, 2))
    assert (found["pairs"], found["copies"]) == (pairs, 60 - len(set(listed)))
    agree = [np.mean([x == y for x, y in itertools.combinations(rows[name], 2)]) for name in ("a", "b", "c")]
    assert found["pairs_expected"] == pytest.approx(math.prod(agree) * 60 * 59 / 2, rel=1e-10)


def test_independent_columns_agree_as_often_as_expected():
    """300 simulated ledgers: the mean of pairs over expected pairs is 1 within its own error."""
    rng = np.random.default_rng(4)
    ratios = [
        copied(pd.DataFrame(rng.integers(1, 6, (80, 3)), columns=list("abc")), columns=list("abc"))["ratio"]
        for _ in range(60)
    ]
    assert np.mean(ratios) == pytest.approx(1, abs=4 * np.std(ratios) / math.sqrt(60))


# -- bounds --


def test_bounds_are_reached_by_filling_the_gaps():
    y = [1, 0, None, 1, None]
    found = completeness_bounds(pd.DataFrame({"y": y}), value="y")
    filled = [
        np.mean([v if v is not None else next(it) for v in y])
        for pattern in itertools.product([0, 1], repeat=2)
        for it in [iter(pattern)]
    ]
    assert (found["lower"], found["upper"]) == (min(filled), max(filled))
    assert found["estimate"] == 2 / 3


def test_a_mean_takes_its_range_from_the_user():
    """Reports 10 and 30 of four due, each missing one between 0 and 50: (40 + 0)/4 to (40 + 100)/4."""
    found = completeness_bounds(pd.DataFrame({"y": [10, 30]}), value="y", kind="mean", due=4, low=0, high=50)
    assert (found["estimate"], found["lower"], found["upper"]) == (20, 10, 35)
    assert (found["completeness"], found["missing"]) == (0.5, 2)


# -- awareness --


def test_awareness_without_stations_is_wilson():
    """15 of 50: 0.191036, 0.437504 (Wilson 1927)."""
    asked = pd.DataFrame([[1, 1, 1, 0, 0]] * 15 + [[1, 1, 0, 0, 0]] * 35, columns=list("abcde"))
    found = awareness(asked)
    assert (found["estimate"], found["n"]) == (0.3, 50)
    assert (found["lower"], found["upper"]) == pytest.approx((0.191036, 0.437504), abs=5e-7)
    assert (found["item_b"], found["item_c"]) == (1, 0.3)


def test_awareness_asked_at_stations_takes_their_design():
    """Station shares .2 .4 .6 .8 of 5 each: mean .5, variance of a mean of four equal clusters s²/4."""
    rows = [[1, 1, 1, 0, 0]] * 1 + [[0, 1, 0, 0, 0]] * 4
    rows += [[1, 1, 1, 0, 0]] * 2 + [[0, 1, 0, 0, 0]] * 3
    rows += [[1, 1, 1, 0, 0]] * 3 + [[0, 1, 0, 0, 0]] * 2
    rows += [[1, 1, 1, 0, 0]] * 4 + [[0, 1, 0, 0, 0]] * 1
    asked = pd.DataFrame(rows, columns=list("abcde")).assign(station=np.repeat(list("wxyz"), 5))
    found = awareness(asked, unit="station")
    assert found["se"] == pytest.approx(math.sqrt(np.var([0.2, 0.4, 0.6, 0.8], ddof=1) / 4), rel=1e-10)
    assert list(found.table["known"]) == [0.2, 0.4, 0.6, 0.8]
    assert found["df"] == 3


def test_a_gap_counts_where_it_cannot_change_the_verdict():
    asked = pd.DataFrame([[1, 1, 1, None, 0], [0, 0, 0, None, 1], [1, 1, 0, None, 0]], columns=list("abcde"))
    found = awareness(asked)
    assert (found["n"], found["estimate"]) == (2, 0.5)  # known; cannot reach three; open
