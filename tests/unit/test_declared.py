"""What a page lists side by side: its stations, or of very many their sums by division, with nothing made of silence."""

from __future__ import annotations

import math
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

from swe.reports.ledger_numbers import MOST_LISTED, STATION_MEASURES, declared


def evaluation(counts: dict[str, int], level: str = "province") -> Any:
    """A region with so many stations in each township-level place; the first of each place reported nothing."""
    codes = [code for code, n in counts.items() for _ in range(n)]
    rows = pd.DataFrame(
        {"station_id": [f"s{i}" for i in range(len(codes))], "region_code": codes, "kind": "station"}
    )
    first = ~rows["region_code"].duplicated()
    values = {name: [math.nan if silent else 2.0 for silent in first] for name in STATION_MEASURES}
    names = {id: id for id in rows["station_id"]}
    facts = SimpleNamespace(stations=rows.assign(**values), names=names)
    return SimpleNamespace(ledger=SimpleNamespace(facts=facts), region=SimpleNamespace(level=level))


def test_stations_are_listed_one_by_one_up_to_the_limit() -> None:
    made = declared(evaluation({"522702001": MOST_LISTED}))
    assert len(made) == MOST_LISTED
    assert made["id"].str.startswith("stations.").all()


@pytest.mark.parametrize(
    ("level", "places"), [("province", ["522701", "522702", "530102"]), ("nation", ["52", "53"])]
)
def test_more_are_summed_by_county_and_of_the_nation_by_province(level: str, places: list[str]) -> None:
    made = declared(evaluation({"522701001": MOST_LISTED, "522702001": 1, "530102001": 2}, level))
    assert made["id"].tolist() == [f"areas.{place}" for place in places]
    assert made["stations"].sum() == MOST_LISTED + 3
    assert made["cases"].sum() == 2.0 * (MOST_LISTED - 1 + 1)


def test_a_division_in_which_nobody_reported_has_no_number_and_no_zero() -> None:
    made = declared(evaluation({"522701001": MOST_LISTED, "522702001": 1})).set_index("id")
    assert math.isnan(made.loc["areas.522702", "cases"])
    assert made.loc["areas.522701", "name"] == "都匀市"
