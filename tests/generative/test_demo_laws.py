"""Laws of demonstration ledgers: whatever the plan, the tables are valid, the counts exact, the references whole."""

from __future__ import annotations

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from swe.ledgers.contract import schema
from swe.ledgers.demo.ledgers import drawn
from swe.ledgers.demo.plan import SERVICES, planned
from swe.ledgers.demo.scene import LEDGER

plans = st.builds(
    planned,
    st.sampled_from(["522702", "520121", "522702001", "52"]),
    stations=st.just(1),
    months=st.integers(1, 20),
    rows=st.integers(1, 400),
    seed=st.integers(0, 2**32),
) | st.builds(planned, st.just("522702"), seed=st.integers(0, 2**32))


def together(plan):
    parts: dict[str, list[pd.DataFrame]] = {}
    for _, tables in drawn(plan):
        for name, frame in tables.items():
            parts.setdefault(name, []).append(frame)
    return {name: pd.concat(frames, ignore_index=True) for name, frames in parts.items()}


@settings(max_examples=25, deadline=None)
@given(plans)
def test_every_table_meets_the_contract_and_the_plan(plan):
    tables = together(plan)
    for name, frame in tables.items():
        schema(LEDGER[name]).validate(frame, lazy=True)
        assert frame["simulated"].all()
    assert {name: len(tables[name]) for name in SERVICES} == plan.services
    if plan.published:
        assert tables["visits"]["households"].sum() == plan.households
        direct = [tables["cases"]["contacts"], *(tables[n]["person_times"] for n in SERVICES[1:])]
        assert sum(column.sum() for column in direct) == plan.person_times


@settings(max_examples=25, deadline=None)
@given(plans)
def test_references_meet_and_days_are_in_order(plan):
    tables = together(plan)
    stations = tables["stations"].set_index("station_id")
    people = {
        "worker_id": set(zip(tables["workers"]["station_id"], tables["workers"]["worker_id"], strict=True)),
        "client_id": set(zip(tables["clients"]["station_id"], tables["clients"]["client_id"], strict=True)),
    }
    post = tables["workers"].set_index(["station_id", "worker_id"])
    for name in (*SERVICES, "linkages", "supervision", "training"):
        frame = tables[name]
        day = frame[LEDGER[name].date]
        opened = frame["station_id"].map(stations["opened_on"]).astype(day.dtype)
        assert (day >= opened).all() and (day <= pd.Timestamp(plan.last)).all()
        assert (day >= pd.Timestamp(plan.first)).all() and (frame["entry_date"] >= day).all()
        for column, known in people.items():
            if column in frame:
                held = frame[frame[column].notna()]
                assert set(zip(held["station_id"], held[column], strict=True)) <= known
        if "worker_id" in frame:
            held = frame[frame["worker_id"].notna()]
            own = post.reindex(pd.MultiIndex.from_frame(held[["station_id", "worker_id"]]))
            when = held[LEDGER[name].date].to_numpy()
            assert (own["hired_on"].to_numpy() <= when).all()
            assert not (own["left_on"].to_numpy() < when).any()
    groups = tables["groups"]
    assert (groups["person_times"] <= groups["participants"] * groups["sessions"]).all()
