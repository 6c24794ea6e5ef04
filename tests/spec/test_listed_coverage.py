"""Built, staffed and serving by records: tables in, units out; no record is not taken for none."""

from __future__ import annotations

from typing import Any

import pandas as pd

from swe.core.dates import period
from swe.indicators.listed_coverage import Listed, listed

YEAR = period("2022-06..2023-05")
COLUMNS = ("region_code", "kind", "opened_on", "closed_on", "in_post", "resident_workers", "last_service")
OPENED = "2020-01-01"
SERVED = "2023-05-02"
UNITS = ("522702001", "522702002", "522702102", "522702103")  # of Fuquan's eight


def stations(*rows: tuple[Any, ...]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=list(COLUMNS))


def found(*rows: tuple[Any, ...]) -> Listed:
    return listed(stations(*rows), prefix="522702", period=YEAR, vintage="2023-06-30")


def test_a_unit_with_an_open_station_staff_and_recent_records_counts_three_times() -> None:
    one = found((UNITS[0], "station", OPENED, None, 2, None, SERVED))
    assert one.units == 8
    assert one.known == one.possible == {"built": 1, "staffed": 1, "serving": 1}


def test_a_county_without_any_station_has_its_units_and_nothing_else() -> None:
    made = found()
    assert made.units == 8 and made.elsewhere == 0
    assert made.known == made.possible == {"built": 0, "staffed": 0, "serving": 0}


def test_two_stations_of_a_unit_are_one_unit() -> None:
    row = (UNITS[0], "station", OPENED, None, 2, None, SERVED)
    assert found(row, row).known["built"] == 1


def test_a_station_not_yet_open_or_closed_by_the_last_day_covers_nothing() -> None:
    later = (UNITS[0], "station", "2023-06-01", None, 2, None, SERVED)
    closed = (UNITS[1], "station", OPENED, "2023-05-31", 2, None, SERVED)
    assert found(later, closed).known == {"built": 0, "staffed": 0, "serving": 0}


def test_no_roster_and_no_record_are_unknown_and_not_zero() -> None:
    made = found((UNITS[0], "station", OPENED, None, None, None, None))
    assert made.known == {"built": 1, "staffed": 0, "serving": 0}
    assert made.possible == {"built": 1, "staffed": 1, "serving": 1}


def test_a_roster_of_people_who_left_and_an_old_record_are_known() -> None:
    made = found((UNITS[0], "station", OPENED, None, 0, 3, "2023-02-28"))
    assert made.known == made.possible == {"built": 1, "staffed": 0, "serving": 0}


def test_without_a_roster_the_station_s_own_number_of_workers_serves() -> None:
    made = found((UNITS[0], "station", OPENED, None, None, 2, "2023-03-01"))
    assert made.known == {"built": 1, "staffed": 1, "serving": 1}


def test_main_stations_cover_no_unit_and_stations_of_zones_are_counted_apart() -> None:
    made = found(
        ("522702", "main", OPENED, None, 5, None, SERVED), ("522702400", "station", OPENED, None, 2, None, SERVED)
    )  # fmt: skip
    assert made.known["built"] == 0
    assert made.elsewhere == 1
