"""Whose common value a region is compared with: its run's where the run holds clearly more than the region, else its own."""

from __future__ import annotations

import pytest

from swe.reference.regions import region
from swe.reports.run_comparison import RunComparison


def serves(code: str, stations: int, counties: dict[str, int]) -> bool:
    known = RunComparison({"measures": {"valid_activities": {}}}, "2023-05-31", counties, "0" * 64)
    return known.serves(region(code), stations)


@pytest.mark.parametrize(
    ("code", "stations", "counties", "served"),
    [
        ("522701", 8, {"522701": 8}, False),  # a run of one county
        ("522701", 8, {"522701": 8, "522702": 3}, False),
        ("522701", 8, {"522701": 8, "522702": 4}, True),
        ("5227", 16, {"522701": 8, "522702": 8}, False),
        ("5227", 16, {"522701": 8, "522702": 8, "460106": 8}, True),
        ("522701", 4, {"522701": 8}, False),  # half of them withdrawn since: still nobody else's
        ("522701001", 1, {"522701": 8}, True),
        ("522701001", 1, {"522701": 1}, False),
        ("522701", 0, {"522702": 8}, False),
        ("52", 8, {"522701": 8, "460106": 800}, False),  # its counties are compared, no stations
        ("00", 8, {"522701": 8}, False),
    ],
)
def test_a_region_takes_the_target_of_its_run_where_half_as_many_stations_are_elsewhere(
    code: str, stations: int, counties: dict[str, int], served: bool
) -> None:
    assert serves(code, stations, counties) is served


def test_a_run_in_which_nothing_can_be_compared_gives_no_target() -> None:
    known = RunComparison({"measures": {}}, "2023-05-31", {"522702": 80}, "0" * 64)
    assert not known.serves(region("522701"), 8)
