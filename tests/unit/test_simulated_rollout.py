"""The simulated roll-out: real units, published shares, a known effect, and marked as simulated."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from swe.core.errors import UsageError
from swe.indicators.panel import Panel, panel
from swe.indicators.plans import plan
from swe.indicators.simulated_rollout import EFFECT, PHASES, simulated_rollout, true_att
from swe.reference import register


@pytest.fixture(scope="module")
def guizhou() -> pd.DataFrame:
    return simulated_rollout("贵州", seed=20201231)


def test_guizhou_has_its_1510_real_units_in_72_months(guizhou):
    assert guizhou["unit"].nunique() == register.unit_count("52") == 1510
    assert len(guizhou) == 1510 * 72
    assert not guizhou.duplicated(["unit", "time"]).any()
    assert guizhou[["unit", "time"]].equals(guizhou.sort_values(["unit", "time"])[["unit", "time"]])


def test_everything_is_marked_as_simulated(guizhou):
    assert guizhou["simulated"].all()
    assert guizhou.attrs == {
        "outcome": "families_found", "outcome_kind": "population", "simulated": True, "seed": 20201231,
    }  # fmt: skip


def test_stations_open_at_the_published_pace(guizhou):
    """755 by 2022-09 and 1,094 by 2023-05-31, as published."""
    open_in = guizhou.groupby("time")["treated"].sum()
    assert (open_in["2022-09"], open_in["2023-05"]) == (755, 1094)
    assert open_in.iloc[:6].sum() == 0
    assert open_in.iloc[-1] == pytest.approx(0.92 * 1510, abs=1)


def test_every_phase_of_the_plan_is_a_cohort_in_its_years(guizhou):
    units = guizhou.drop_duplicates("unit")
    years = units.groupby("phase")["first_treated"].agg(["min", "max"]).astype(str)
    assert set(units["phase"]) == {*PHASES, "none"}
    assert years.loc["pilot", "min"] == "2020-07"
    assert years.loc["refine"].tolist() == ["2021-01", "2021-12"]
    assert (years.loc["consolidate", "min"] >= "2024-01") and (years.loc["promote", "max"] <= "2022-12")


def test_a_station_once_open_stays_open(guizhou):
    state = guizhou.pivot(index="unit", columns="time", values="treated").to_numpy()
    assert (np.diff(state, axis=1) >= 0).all()


def test_the_effect_is_what_was_put_in(guizhou):
    assert (guizhou.loc[guizhou["treated"] == 0, "true_effect"] == 0).all()
    first = guizhou[guizhou["time"] == guizhou["first_treated"]]
    for name in PHASES:
        assert (first.loc[first["phase"] == name, "true_effect"] == EFFECT[name][0]).all()
    means = guizhou.groupby("treated")["families_found"].mean()
    assert means[1] > means[0]
    shown = true_att(guizhou).set_index("event_time")
    assert shown.loc[0, "n"] == first["unit"].nunique()
    assert shown.loc[12, "att"] > shown.loc[0, "att"]


def test_a_difference_in_differences_by_hand_finds_it(guizhou):
    """Cohort of 2022-01 to 2022-03 against those still without in 2023-12, before and in 2023: within 4 standard errors."""
    first = guizhou["first_treated"].astype(str)
    wide = guizhou.assign(cohort=np.where((first >= "2022-01") & (first <= "2022-03"), "a", ""))
    wide.loc[(first == "NaT") | (first > "2023-12"), "cohort"] = "b"
    year = wide["time"].dt.year
    change = (
        wide[year == 2023].groupby("unit")["families_found"].mean()
        - wide[year == 2021].groupby("unit")["families_found"].mean()
    )
    group = wide.drop_duplicates("unit").set_index("unit")["cohort"]
    a, b = change[group == "a"], change[group == "b"]
    truth = wide[(year == 2023) & (wide["cohort"] == "a")]["true_effect"].mean()
    se = np.sqrt(a.var() / len(a) + b.var() / len(b))
    assert abs(a.mean() - b.mean() - truth) < 4 * se
    assert a.mean() - b.mean() > 4 * se


def test_the_same_seed_gives_the_same_frame_and_another_another():
    one, two, three = (simulated_rollout("522702", seed=s, months=24) for s in (1, 1, 2))
    pd.testing.assert_frame_equal(one, two)
    assert not one["families_found"].equals(three["families_found"])


def test_a_shorter_panel_keeps_the_openings_beyond_its_end():
    short = simulated_rollout("5227", seed=3, months=24)
    assert (short["first_treated"] > short["time"].max()).any()
    assert set(short.columns) >= {"unit", "time", "first_treated", "families_found", "county"}


def test_the_shipped_plan_speaks_of_this_frame(guizhou):
    spec = plan("guizhou-rollout").spec
    assert spec.outcome == guizhou.attrs["outcome"]
    assert spec.cluster in guizhou and all(group.column in guizhou for group in spec.subgroups)
    values = {value for group in spec.subgroups for value in group.values}
    assert values <= set(register.TOWNSHIP_UNITS)


def test_wrong_options_are_refused():
    for options in ({"seed": 1, "months": 6}, {"seed": -1}, {"seed": 1.5}):
        with pytest.raises(UsageError):
            simulated_rollout("522702", **options)
    with pytest.raises(UsageError):
        simulated_rollout("nowhere", seed=1)


def quarterly(frame: pd.DataFrame) -> Panel:
    units = frame.drop_duplicates("unit").dropna(subset="first_treated")
    stations = pd.DataFrame({"region_code": units["unit"], "opened_on": units["first_treated"].dt.start_time})
    return panel(stations, outcome="families_found", outcomes=frame, time="quarter")


def test_the_panel_of_it_keeps_every_unit_and_adds_months_up(guizhou):
    made = quarterly(guizhou)
    assert (made["units"], made["periods"], made["dropped"], made["missing"]) == (1510, 24, 0, 0)
    assert made.table["families_found"].sum() == guizhou["families_found"].sum()
    assert made["treated"] == guizhou.drop_duplicates("unit")["first_treated"].notna().sum()


def test_group_time_effects_find_the_known_effect_and_two_way_fixed_effects_would_not(guizhou):
    """Within 4 standard errors of the mean effect over treated unit-quarters."""
    att_gt = pytest.importorskip("swe.stats.group_time").att_gt
    made = quarterly(guizhou)
    found = att_gt(
        made.table, outcome="families_found", unit="unit", time="time", first_treated="first_treated",
        control="not_yet", beyond="not_yet",
    ).aggregate("simple")  # fmt: skip
    quarter = guizhou["time"].dt.asfreq("Q")
    effect = guizhou.groupby(["unit", quarter])["true_effect"].sum().to_numpy()
    truth = effect[made.table["time"].to_numpy() >= made.table["first_treated"].to_numpy()].mean()
    assert abs(found["att"] - truth) < 4 * found["se"]
    wide = made.table.assign(
        post=(made.table["time"] >= made.table["first_treated"]).astype(float), y=made.table["families_found"]
    )
    within = wide[["post", "y"]] - wide.groupby("unit")[["post", "y"]].transform("mean")
    within -= wide.groupby("time")[["post", "y"]].transform("mean") - wide[["post", "y"]].mean()
    twfe = (within["post"] * within["y"]).sum() / (within["post"] ** 2).sum()
    assert truth - twfe > 4 * found["se"]
