"""`claims`: published rates against counts and the register; and what the press never proves."""

from __future__ import annotations

import math
from dataclasses import dataclass

import pandas as pd
import pytest

from swe.core.bounded import Bounded
from swe.core.errors import UsageError
from swe.indicators.claims import PROVEN, claims, peers, three_rates
from swe.reference.published import load


@dataclass(frozen=True)
class Figures:
    """Figures as `Published` offers them: enough of it for a claim."""

    numbers: dict[str, Bounded]
    figures: pd.DataFrame

    def bounded(self, figure_id):
        return self.numbers[figure_id]


def figures(*rows):
    """(id, region, indicator, as_of, number)"""
    frame = pd.DataFrame(
        [(*row[:4], "source", "mine.csv") for row in rows],
        columns=["figure_id", "region", "indicator", "as_of", "source_id", "file"],
    )
    return Figures({row[0]: row[4] for row in rows}, frame)


def rate(figure_id, as_of, text, region="3412"):
    return (figure_id, region, "station_coverage_rate", as_of, Bounded.rounded(text, "percent"))


def count(figure_id, as_of, number, region="3412"):
    bounded = number if isinstance(number, Bounded) else Bounded.exact(number, "station")
    return (figure_id, region, "station_count", as_of, bounded)


def one(*rows):
    (claim,) = claims("3412", figures(*rows))
    return claim


def test_a_rate_is_paired_with_the_count_nearest_in_date():
    claim = one(rate("r", "2023-05", "100"), count("c", "2023-05-28", 167))
    assert (claim.rate_id, claim.stations_id, claim.as_of) == ("r", "c", "2023-05")
    assert claim.verdict == "consistent"
    assert claim.vintage == "2023-06-30"
    assert claim.also_consistent_with == ("2022-10-31",)


def test_dates_are_compared_at_the_close_of_their_period_and_31_days_are_the_limit():
    assert one(rate("r", "2023-05", "100"), count("c", "2023-04-30", 167)).stations_id == "c"
    alone = claims("3412", figures(rate("r", "2023-05", "100"), count("c", "2023-04-29", 167)))
    assert [(claim.rate_id, claim.stations_id) for claim in alone] == [("", "c"), ("r", "")]


def test_a_rate_without_a_count_and_a_count_without_a_rate_cannot_be_judged():
    lone_rate = one(rate("r", "2023-05", "100"))
    assert (lone_rate.verdict, lone_rate.stations, lone_rate.recomputed) == ("cannot_say", None, None)
    lone_count = one(count("c", "2023-05", 160))
    assert (lone_count.verdict, lone_count.rate, lone_count.implied) == ("cannot_say", None, None)
    assert lone_count.recomputed == Bounded.exact(160 / 167)


def test_a_denominator_that_no_register_has_is_inconsistent():
    claim = one(rate("r", "2023-05", "90.00"), count("c", "2023-05", 167))
    assert claim.verdict == "inconsistent"
    assert claim.also_consistent_with == ()


def test_another_register_may_be_the_one_that_fits():
    claim = one(rate("r", "2023-05", "99.40"), count("c", "2023-05", 167))
    assert claim.verdict == "inconsistent"
    assert claim.also_consistent_with == ("2019-10-31", "2020-06-30", "2021-10-31")


def test_bounds_on_one_side_can_refute_but_not_confirm():
    assert one(rate("r", "2023", "50"), count("c", "2023", Bounded.at_least(50))).verdict == "cannot_say"
    assert one(rate("r", "2023", "50"), count("c", "2023", Bounded.at_least(100))).verdict == "inconsistent"
    assert one(rate("r", "2023", "50"), count("c", "2023", Bounded.about(10))).verdict == "cannot_say"


def test_a_rate_of_nothing_implies_no_denominator():
    claim = one(rate("r", "2023", "0"), count("c", "2023", 0))
    assert (claim.implied, claim.verdict) == (None, "cannot_say")


def test_a_region_without_units_cannot_be_judged():
    facts = figures(rate("r", "2023", "100", region="130773"), count("c", "2023", 3, region="130773"))
    (claim,) = claims("130773", facts)
    assert (claim.units, claim.recomputed, claim.verdict) == (0, None, "cannot_say")


def test_a_claim_is_frozen_and_a_region_may_be_named():
    facts = figures(rate("r", "2023", "100"), count("c", "2023", 167))
    (claim,) = claims("阜阳", facts)
    with pytest.raises(AttributeError):
        claim.verdict = "consistent"
    with pytest.raises(UsageError):
        claims("nowhere", facts)


def test_every_published_rate_and_count_is_in_exactly_one_claim():
    facts = load()
    wanted = facts.figures[facts.figures.indicator.isin(["station_count", "station_coverage_rate"])]
    made = [claim for code in sorted(set(wanted.region)) for claim in claims(code, facts)]
    ids = [each for claim in made for each in (claim.rate_id, claim.stations_id) if each]
    assert sorted(ids) == sorted(wanted.figure_id)


# -- built, staffed, serving --


def test_the_press_proves_built_and_says_what_the_other_two_would_need():
    frame = three_rates("52")
    assert frame.rate.tolist() == ["built", "staffed", "serving"]
    assert frame.status.tolist() == ["ok", "missing", "missing"]
    assert frame.value[0] == 1094 / 1510
    assert frame.value[1:].isna().all()
    assert frame.needs.tolist() == ["", "needs.staff_roster_by_station", "needs.service_records_by_station"]


def test_without_a_count_all_three_are_missing():
    assert three_rates("11").status.tolist() == ["missing"] * 3


def test_a_date_takes_the_count_nearest_to_it():
    assert three_rates("52", as_of="2022").stations[0] == 755


def test_a_user_s_own_figures_can_prove_staffed_and_serving():
    staffed = ("s", "522702", "staffed_station_count", "2023-05-31", Bounded.exact(6, "station"))
    serving = ("a", "522702", "active_station_count", "2023-05-31", Bounded.at_most(6, "station"))
    facts = figures(count("c", "2023-05-31", 8, region="522702"), staffed, serving)
    frame = three_rates("522702", published=facts).set_index("rate")
    assert frame.value[["built", "staffed"]].tolist() == [1, 0.75]
    assert math.isnan(frame.value["serving"])
    assert frame.upper["serving"] == 0.75
    assert set(frame.status) == {"ok"}


def test_a_number_of_workers_proves_nothing_about_stations():
    assert "resident_social_worker_count" not in PROVEN
    assert set(PROVEN.values()) == {"built", "staffed", "serving"}


# -- peers --


def test_peers_are_the_latest_count_of_every_region_that_has_one():
    facts = load()
    frame = peers(facts)
    counts = facts.figures[facts.figures.indicator == "station_count"]
    assert frame.region.tolist() == sorted(set(counts.region))
    assert frame.set_index("region").figure_id[["52", "37", "43"]].tolist() == ["F03-010", "B022", "B030"]


def test_peers_keep_levels_apart_and_bounds_in_sight():
    frame = peers().set_index("region")
    assert frame.level[["00", "52", "3412", "522702"]].tolist() == [
        "nation",
        "province",
        "prefecture",
        "county",
    ]
    assert math.isnan(frame.value["35"])  # 1,100 and more: no lone point
    assert frame.lower["35"] == 1100 / 1101
    assert frame.approximate[frame.approximate].index.tolist() == ["00"]
    known = frame.dropna(subset="value")
    assert ((known.lower <= known.value) & (known.value <= known.upper)).all()


def test_peers_of_no_figures_are_an_empty_frame_with_the_same_columns():
    assert list(peers(figures())) == list(peers())
