"""Simulated scores: five sides, two experts a station, strict and mild, half points; none unless indicators are given."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from swe.core.errors import UsageError
from swe.ledgers.contract import schema
from swe.ledgers.demo import make_demo
from swe.ledgers.demo.ledgers import drawn
from swe.ledgers.demo.plan import Plan, planned
from swe.ledgers.demo.ratings import checked
from swe.ledgers.demo.scene import LEDGER

RATED = {"A1": 10.0, "A2": 5.0, "B1": 20.0, "B2": 7.5, "C1.1": 15.0, "C2": 2.0}
KEY = list(LEDGER["ratings"].key)


def plan(where: str = "522702", **asked: int) -> Plan:
    return replace(planned(where, **asked), rated=checked(RATED, "demo-60"), framework_id="demo-60")


def scores(given: Plan) -> pd.DataFrame:
    return pd.concat([tables["ratings"] for _, tables in drawn(given)], ignore_index=True)


@pytest.fixture(scope="module")
def fuquan() -> pd.DataFrame:
    return scores(plan())


def share(frame: pd.DataFrame) -> float:
    return float(frame["score"].sum() / frame["full_points"].sum())


def test_the_ratings_meet_the_contract_and_each_stands_once(fuquan: pd.DataFrame) -> None:
    schema(LEDGER["ratings"]).validate(fuquan, lazy=True)
    assert not fuquan.duplicated(KEY).any()
    assert set(fuquan["framework_id"]) == {"demo-60"} and fuquan["simulated"].all()
    assert dict(zip(fuquan["indicator_code"], fuquan["full_points"], strict=True)) == RATED


def test_scores_are_half_points_within_the_full_points(fuquan: pd.DataFrame) -> None:
    assert (fuquan["score"] * 2 % 1 == 0).all()
    assert fuquan["score"].between(0, fuquan["full_points"]).all()
    assert fuquan["score"].nunique() > 15


def test_five_sides_score_in_their_rounds(fuquan: pd.DataFrame) -> None:
    rounds = fuquan.groupby("rater_source")["round"].unique().map(set).to_dict()
    both = {"mid_term", "final"}
    assert rounds == {
        "third_party": both | {"spot_check"}, "purchaser": both, "village": both, "supervisor": both,
        "self": {"self_assessment"},
    }  # fmt: skip
    assert fuquan["station_id"].nunique() == 8 and "522702" not in set(fuquan["station_id"])


def test_two_experts_score_every_station_and_share_stations_with_others(fuquan: pd.DataFrame) -> None:
    final = fuquan[(fuquan["rater_source"] == "third_party") & (fuquan["round"] == "final")]
    assert (final.groupby("station_id")["rater"].nunique() == 2).all()
    assert final["rater"].nunique() == 4  # a pool, so that rater and place can be told apart


def test_some_scores_were_not_given(fuquan: pd.DataFrame) -> None:
    seats = fuquan.groupby(KEY[:-1], observed=True).ngroups
    assert 0.95 < len(fuquan) / (seats * len(RATED)) < 1.0


def test_no_score_was_given_before_the_station_opened_or_after_the_last_day(fuquan: pd.DataFrame) -> None:
    given = plan("520121", months=12)
    for _, tables in drawn(given):
        opened = tables["stations"].set_index("station_id")["opened_on"]
        day = tables["ratings"]["date"]
        assert (day >= tables["ratings"]["station_id"].map(opened).astype(day.dtype)).all()
        assert (day <= pd.Timestamp(given.last)).all()
    assert fuquan["date"].max() <= pd.Timestamp("2023-05-31")


def test_experts_differ_and_stations_rate_themselves_a_little_higher() -> None:
    """Over many stations: 10 % between the strictest and the mildest expert, 4 % above the spot check (ours)."""
    frame = pd.concat([scores(plan(seed=seed)) for seed in range(12)], keys=range(12), names=["seed", "row"])
    own, spot = frame[frame["round"] == "self_assessment"], frame[frame["round"] == "spot_check"]
    where = pd.MultiIndex.from_arrays([spot.index.get_level_values("seed"), spot["station_id"]]).unique()
    same = own.set_index("station_id", append=True).droplevel("row")
    higher = share(same.loc[same.index.isin(where)]) - share(spot)
    assert 0.01 < higher < 0.08
    experts = frame[(frame["rater_source"] == "third_party") & (frame["round"] == "final")]
    by_rater = experts.groupby(["seed", "rater"]).apply(share, include_groups=False)
    spread = by_rater.groupby("seed").agg(np.ptp)
    assert 0.06 < spread.mean() < 0.2
    stations = experts.groupby(["seed", "station_id"]).apply(share, include_groups=False)
    assert 0.03 < stations.std() < 0.15


def test_without_indicators_there_are_no_ratings_and_all_else_is_the_same() -> None:
    (_, bare), (_, full) = *drawn(planned("522702")), *drawn(plan())
    assert "ratings" not in bare and set(full) == set(LEDGER.tables)
    for name, frame in bare.items():
        pd.testing.assert_frame_equal(full[name], frame)


def test_a_province_has_ratings_in_its_parts() -> None:
    frame = scores(plan("52", stations=30, rows=400, months=6))
    assert frame["station_id"].nunique() == 30 and not frame.duplicated(KEY).any()


@pytest.mark.parametrize(
    ("rated", "framework_id"),
    [
        ({"A1": 0.0}, "x"),
        ({"A1": -5.0}, "x"),
        ({"A1": float("nan")}, "x"),
        ({" ": 5.0}, "x"),
        ({"A1": 5.0}, ""),
        (None, "x"),
    ],
)
def test_indicators_that_cannot_be_scored_are_a_usage_error(rated, framework_id, tmp_path) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(UsageError):
        make_demo(tmp_path / "d", rated=rated, framework_id=framework_id)
    assert list(tmp_path.iterdir()) == []
