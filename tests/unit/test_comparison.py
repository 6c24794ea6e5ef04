"""Comparison of stations: gaps apart, small numbers marked, tiers instead of places, regression to the mean beside it."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from swe.core.errors import DataError, UsageError
from swe.indicators.comparison import compared
from swe.indicators.comparison_reference import numbers_of
from swe.indicators.comparison_rows import Rows
from swe.indicators.comparison_spread import Target, month_dispersion, tails

ALIKE = {"count": [9, 12, 11, 10, 8, 13], "exposure": [12.0] * 6}


def frame(measure: str = "valid_activities", **columns: object) -> pd.DataFrame:
    size = len(next(iter(columns.values())))  # type: ignore[arg-type]
    return pd.DataFrame({"unit": [f"s{i}" for i in range(size)], "measure": measure, **columns})


def test_stations_that_differ_by_chance_are_one_tier_and_nobody_is_flagged() -> None:
    found = compared(frame(**ALIKE))["valid_activities"]
    assert (found.tiers, found.flagged) == (1, 0)
    assert set(found.cannot_be_told_from("s0")) == {"s1", "s2", "s3", "s4", "s5"}


def test_a_station_far_off_has_its_own_tier_and_is_expected_nearer_to_the_mean() -> None:
    found = compared(frame(count=[9, 12, 11, 10, 80, 13], exposure=[12.0] * 6))["valid_activities"]
    table = found.table.set_index("unit")
    assert found.tiers == 2 and table.loc["s4", "tier"] == 1
    pooled = 135 / 72
    assert pooled < table.loc["s4", "expected_next"] < table.loc["s4", "value"]


@pytest.mark.parametrize("size", [1, 2, 3, 4])
def test_fewer_than_five_stations_are_not_ranked_and_it_is_said(size: int) -> None:
    found = compared(frame(count=[9, 30, 2, 10][:size], exposure=[12.0] * size))["valid_activities"]
    assert found.ranks is None and found.funnel is None and found.tests is None and found.tiers == 0
    assert found.table["tier"].isna().all() and found.table["value"].notna().all()
    assert any("no ranking" in note.en for note in found.notes)


def test_a_station_with_a_silent_month_stands_apart_and_is_no_zero() -> None:
    rows = frame(
        count=[9, 12, 11, 10, 8, 13, 6, np.nan], exposure=[12.0] * 6 + [6.0, 0.0], due=[12.0] * 8,
        reported=[12.0] * 6 + [6.0, 0.0],
    )  # fmt: skip
    found = compared(rows)["valid_activities"]
    assert set(found.table["unit"]) == {f"s{i}" for i in range(6)}
    apart = found.apart.set_index("unit")
    assert apart["status"].to_dict() == {"s6": "partial", "s7": "unreported"}
    assert apart.loc["s6", "value"] == 1.0 and apart.loc["s6", "at_least"] == 0.5
    assert np.isnan(apart.loc["s7", "value"])


def test_silent_stations_do_not_move_the_common_value() -> None:
    alone = compared(frame(**ALIKE))["valid_activities"]
    rows = frame(count=[*ALIKE["count"], np.nan], exposure=[*ALIKE["exposure"], np.nan])
    assert compared(rows)["valid_activities"].target == alone.target


def test_few_events_are_marked_and_many_are_not() -> None:
    few = compared(frame(count=[2, 3, 4, 3, 2], exposure=[12.0] * 5))["valid_activities"]
    many = compared(frame(count=[40, 44, 38, 41, 39], exposure=[12.0] * 5))["valid_activities"]
    share = compared(frame("awareness", count=[3, 4, 12, 3, 2], exposure=[5.0, 6, 20, 5, 4]))["awareness"]
    assert few.table["small"].all() and not many.table["small"].any()
    assert share.table["small"].tolist() == [1, 1, 0, 1, 1]


def test_shares_use_wilson_and_rates_exact_limits() -> None:
    share = compared(frame("awareness", count=[15, 20, 22, 18, 25], exposure=[50.0] * 5))["awareness"].table
    assert share.loc[0, ["lower", "upper"]].astype(float).tolist() == pytest.approx(
        [0.191036, 0.437504], abs=1e-6
    )
    rate = compared(frame(count=[0, 9, 12, 8, 65], exposure=[1.0] * 5))["valid_activities"].table
    # Garwood's exact limit of no event, and Byar's limits of 65
    assert rate.loc[0, "upper"] == pytest.approx(3.6889, abs=1e-4)
    assert rate.loc[4, ["lower", "upper"]].astype(float).tolist() == pytest.approx(
        [50.1632, 82.8491], abs=1e-4
    )


def test_tails_are_poisson_without_spread_and_wider_with_it() -> None:
    y, e = np.array([20.0]), np.array([10.0])
    plain = tails(y, e, Target(1.0, 0.0), binomial=False)[0]
    assert plain == pytest.approx(2 * 0.0034543, abs=1e-6)  # P(Y >= 20 | 10) = 0.0034543, Poisson tables
    assert tails(y, e, Target(1.0, 0.25), binomial=False)[0] > 10 * plain


def test_a_season_that_all_share_is_no_dispersion_and_a_spike_is() -> None:
    months = pd.DataFrame(
        [(u, m, r * s) for u, r in zip("abcd", (2, 4, 8, 6), strict=True) for m, s in zip("123456", (1, 2, 3, 1, 2, 4), strict=True)],
        columns=["unit", "month", "count"],
    ).assign(exposure=1.0)  # fmt: skip
    assert month_dispersion(months) == 1.0
    spiked = months.assign(count=months["count"].where(months.index != 3, 90))
    assert month_dispersion(spiked) > 5


def test_months_that_vary_more_than_chance_widen_the_intervals() -> None:
    from swe.indicators.comparison import _compared
    from swe.indicators.comparison_rows import MEASURES, given

    plain = given(frame(**ALIKE), ())
    rng = np.random.default_rng(1)
    months = pd.DataFrame({"unit": np.repeat(plain.units["unit"], 12), "month": np.tile(np.arange(12), 6)})
    months = months.assign(
        measure="valid_activities", count=rng.poisson(0.9, 72) * 4.0, exposure=1.0, due=1.0
    )
    lumpy = Rows(plain.units, months, {"valid_activities": MEASURES["valid_activities"]})
    wide, narrow = (_compared(rows, "station", "", None, ())["valid_activities"] for rows in (lumpy, plain))
    assert wide.target is not None and wide.target.dispersion > 2
    gap = wide.table["upper"] - wide.table["lower"]
    assert (gap > (narrow.table["upper"] - narrow.table["lower"])).all()


def test_a_reference_gives_its_target_to_a_region_and_only_to_the_same_grouping() -> None:
    whole = compared(frame(count=[40, 44, 38, 41, 39, 80], exposure=[12.0] * 6))
    numbers = numbers_of(whole)
    own = compared(frame(**ALIKE), reference=numbers)["valid_activities"]
    assert own.target_of == "reference"
    assert own.target is not None and own.target.value == pytest.approx(282 / 72)
    assert own.funnel is not None and own.funnel["target"] == pytest.approx(282 / 72)
    with pytest.raises(UsageError):
        compared(frame(**ALIKE), by="county", reference=numbers)


def test_all_at_nothing_is_nothing_to_compare() -> None:
    found = compared(frame(count=[0] * 6, exposure=[12.0] * 6))["valid_activities"]
    assert not found.ranked and any("nothing to compare" in note.en for note in found.notes)


def test_a_row_twice_a_negative_count_and_an_unknown_measure_are_refused() -> None:
    twice = pd.concat([frame(**ALIKE)] * 2)
    with pytest.raises(DataError, match="repeat"):
        compared(twice)
    with pytest.raises(DataError):
        compared(frame(count=[-1, 2, 3, 4, 5], exposure=[1.0] * 5))
    with pytest.raises(UsageError):
        compared(frame(**ALIKE), measures=["satisfaction"])


def test_the_order_of_rows_changes_nothing() -> None:
    rows = frame(count=[9, 12, 11, 10, 80, 13], exposure=[12.0, 10, 12, 8, 12, 12])
    one, two = compared(rows)["valid_activities"], compared(rows.iloc[::-1])["valid_activities"]
    columns = ["value", "expected_next", "p", "flagged"]
    a, b = (each.table.set_index("unit").sort_index()[columns] for each in (one, two))
    pd.testing.assert_frame_equal(a, b, rtol=1e-9)
