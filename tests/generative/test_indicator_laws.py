"""Laws of indicators: order changes nothing, ledgers add up, a county is the sum of its stations; and pandas says the same."""

from __future__ import annotations

import importlib.util
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import swe
from swe.core.dates import months_between
from swe.ledgers.demo import make_demo

_SPEC = importlib.util.spec_from_file_location(
    "small_ledgers", Path(__file__).parents[1] / "spec" / "small_ledgers.py"
)
assert _SPEC and _SPEC.loader
small = importlib.util.module_from_spec(_SPEC)
sys.modules["small_ledgers"] = small
_SPEC.loader.exec_module(small)

MEASURES = {
    "N": {"count": "visits"},
    "H": {"sum": "visits", "column": "households"},
    "T": {"sum": "visits", "column": "hours"},
    "S": {"share": "visits", "where": {"delivery_mode": {"equals": "phone"}}},
    "M": {"mean": "visits", "column": "hours"},
    "R": {"rate": {"count": "visits"}, "per": "station_month"},
    "W": {"coverage": "visits", "of": "weeks"},
}
visit = st.fixed_dictionaries(
    {
        "date": st.dates(pd.Timestamp("2022-12-25").date(), pd.Timestamp("2023-03-05").date()).map(str),
        "households": st.none() | st.integers(0, 5),
        "hours": st.none() | st.integers(0, 40).map(lambda n: n / 10),
        "delivery_mode": st.none() | st.sampled_from(["phone", "home_visit"]),
    }
)
visits = st.lists(visit, max_size=8)
PLACES = {"A": "522702101", "B": "522702102", "C": "522601001"}


def measured(rows: dict[str, list[dict[str, Any]]], by: str, order: list[int] | None = None) -> pd.DataFrame:
    listed = [{"station_id": each, **row} for each, given_ in rows.items() for row in given_]
    listed = listed if order is None else [listed[i] for i in order]
    stations = [small.station(each, PLACES[each]) for each in rows]
    with tempfile.TemporaryDirectory() as folder:
        data = small.stored(Path(folder), {"stations": stations, "visits": listed})
        ind = swe.indicators(data, small.system(MEASURES), by=by, period="2023-01")
    return ind.drop(columns="basis").set_index(["unit", "indicator"])


@settings(max_examples=8, deadline=None)
@given(visits, visits, st.randoms(use_true_random=False))
def test_the_order_of_the_rows_changes_nothing(one: list[Any], other: list[Any], random: Any) -> None:
    rows = {"A": one, "B": other}
    order = list(range(len(one) + len(other)))
    random.shuffle(order)
    pd.testing.assert_frame_equal(measured(rows, "county"), measured(rows, "county", order), check_exact=True)


@settings(max_examples=8, deadline=None)
@given(visits, visits, visits)
def test_a_county_is_the_sum_of_its_stations_and_ledgers_do_not_touch_each_other(
    one: list[Any], other: list[Any], third: list[Any]
) -> None:
    rows = {"A": one, "B": other, "C": third}
    together, county = measured(rows, "station"), measured(rows, "county")
    for each in rows:
        alone = measured({each: rows[each]}, "station")
        pd.testing.assert_frame_equal(together.loc[[each]], alone, check_categorical=False)
    for code in MEASURES:
        parts = together.loc[[("A", code), ("B", code)]]
        whole = county.loc[("522702", code)]
        told = parts[parts["reporting"] > 0]
        for name in ("numerator", "denominator"):
            expected = told[name].sum(min_count=1)
            # a station that keeps the ledger and has nothing to add stays in the denominator of its region
            assert np.isnan(whole[name]) if np.isnan(expected) else whole[name] == pytest.approx(expected)
        if not np.isnan(whole["denominator"]) and whole["denominator"] > 0:
            assert whole["value"] == pytest.approx(whole["numerator"] / whole["denominator"])


# -- pandas as a second reference --


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder = make_demo(tmp_path_factory.mktemp("demo") / "d", region="522702")
    return swe.load(folder / "raw", store=folder / "kept")


def test_pandas_finds_the_same_numbers_on_the_demonstration_ledger(demo: Any) -> None:
    measures = {
        "C": {"count": "cases", "valid": True},
        "G": {"count": "groups", "valid": True},
        "A": {"count": "activities", "valid": True},
        "P": {"sum": "activities", "column": "person_times"},
        "L": {"share": "cases", "where": {"stage": {"equals": "closed"}}},
        "K": {"mean": "survey", "column": ["satisfaction_1", "satisfaction_2", "satisfaction_3"]},
        "D": {"days_between": "cases", "from": "opened_on", "to": "closed_on"},
        "F": {"ratio": {"sum": "finance", "column": "spent_cny"}, "to": {"sum": "finance", "column": "received_cny"}},
        "R": {"rate": {"count": "visits"}, "per": "station_month"},
        "T": {"ratio": {"count": "groups"}, "to": {"target": "groups"}},
        "W": {"coverage": "visits", "of": "weeks"},
    }  # fmt: skip
    first, last = pd.Timestamp("2022-09-05"), pd.Timestamp("2023-02-17")
    ind = swe.indicators(
        demo, small.system(measures), by="station", period=f"{first:%Y-%m-%d}..{last:%Y-%m-%d}"
    )
    got = ind.pivot(index="unit", columns="indicator", values="value")
    stations = demo.stations.query("kind == 'station'").set_index("station_id")

    def within(name: str, date: str) -> pd.DataFrame:
        rows = demo[name]
        return rows[rows[date].between(first, last)]

    cases, groups, acts = (
        within("cases", "opened_on"),
        within("groups", "started_on"),
        within("activities", "date"),
    )
    publicity = acts["kind"] == "publicity"
    fine = np.where(publicity, (acts["participants"] >= 30) & (acts["hours"] >= 1), acts["participants"] >= 8)
    per = lambda rows: rows.groupby("station_id").size().reindex(stations.index, fill_value=0).astype(float)  # noqa: E731
    survey = demo.survey[demo.survey["date"].isna() | demo.survey["date"].between(first, last)]
    marks = survey[["satisfaction_1", "satisfaction_2", "satisfaction_3"]].astype("float64").mean(axis=1)
    span = months_between((first - pd.Timedelta(days=1)).date(), last.date())
    money = demo.finance.groupby("station_id")[["spent_cny", "received_cny"]].sum().astype(float)
    seen = within("visits", "date")
    week = (seen["date"] - pd.Timestamp("2022-09-05")).dt.days // 7  # a Monday
    targets = demo.targets.query("measure == 'groups'").set_index("station_id")
    due = (
        targets["target"].astype(float)
        * ((last - first).days + 1)
        / ((targets["period_to"] - targets["period_from"]).dt.days + 1)
    )
    days = (cases["closed_on"] - cases["opened_on"]).dt.days.astype("float64")
    expected = pd.DataFrame(
        {
            "C": per(cases[(cases["contacts"] >= 5).fillna(False)]),
            "G": per(groups[((groups["sessions"] >= 4) & (groups["participants"] >= 5)).fillna(False)]),
            "A": per(acts[pd.array(fine, dtype="boolean").fillna(False).astype(bool)]),
            "P": acts.groupby("station_id")["person_times"].sum(min_count=1).astype("float64").reindex(stations.index),
            "L": per(cases[cases["stage"] == "closed"]) / per(cases).replace(0, np.nan),
            "K": marks.groupby(survey["station_id"]).mean().reindex(stations.index),
            "D": days.groupby(cases["station_id"]).median().reindex(stations.index),
            "F": money["spent_cny"] / money["received_cny"],
            "R": per(seen) / span,
            "T": per(groups) / due,
            "W": week.groupby(seen["station_id"]).nunique() / 24,
        }
    ).reindex(stations.index)  # fmt: skip
    mine = got.loc[stations.index, list(expected.columns)].astype("float64")
    np.testing.assert_allclose(
        mine.to_numpy(), expected.astype("float64").to_numpy(), rtol=1e-12, equal_nan=True
    )
    assert mine.notna().to_numpy().mean() > 0.8
