"""What an evaluator computes from each published programme: the table of docs/methods.md, derived indicators.

The digits printed there are the tolerance. In a cell,
`low..` is a lower bound without a point, `..high` an upper one, `?` no bound at all (a ratio of two lower
bounds). Four cells quote what dividing the printed words would give, `[was …]`; it does not follow from
their bounds, and the interval stays.
"""

from __future__ import annotations

import math
from functools import cache

import pytest

from swe.indicators.programmes import Derived, derive, load_programmes
from swe.reference import published as published_figures

TABLE = """
guizhou-stations       coverage                          0.7245    fraction                 2023-06-30
guizhou-stations       implied_units                     1510.0    station                  -
guizhou-stations       gap                               416       station                  2023-06-30
guizhou-stations       county_full_coverage              0.50      fraction                 2023-06-30
guizhou-stations       prefecture_full_coverage          0.22      fraction                 2023-06-30
guizhou-stations       volunteers_per_station            1.45      person/station           -
guizhou-stations       workers_per_station               0.91..    person/station           -
guizhou-stations       stations_added                    339       station                  -
guizhou-stations       stations_added_per_month          42.4      station/month            -
guizhou-stations       stations_required_per_month       59.4      station/month            2023-06-30
fuquan-1-8-n           coverage                          1.00      fraction                 2023-06-30
fuquan-1-8-n           cases_per_station                 5.5       case/station             -
fuquan-1-8-n           groups_per_station                5.9       group/station            -
fuquan-1-8-n           activities_per_station            7.9       activity/station         -
fuquan-1-8-n           households_per_station            250..     household/station        -
fuquan-1-8-n           person_times_per_station          2500..    person_time/station      -
fuquan-1-8-n           cases_per_station_month_13        0.42      case/station*month       -
fuquan-1-8-n           groups_per_station_month_13       0.45      group/station*month      -
fuquan-1-8-n           activities_per_station_month_13   0.61      activity/station*month   -
fuquan-1-8-n           cases_per_station_month_15        0.367     case/station*month       -
fuquan-1-8-n           groups_per_station_month_15       0.392     group/station*month      -
fuquan-1-8-n           activities_per_station_month_15   0.525     activity/station*month   -
fuquan-1-8-n           groups_per_case                   1.068     group/case               -
fuquan-1-8-n           activities_per_case               1.432     activity/case            -
henan-campaign         participation                     0.405..   fraction                 2023-06-30
henan-campaign         households_or_sites_per_station   ?         household_or_site/station - [was 10..]
henan-campaign         months                            7         month                    -
henan-campaign         weeks                             31        week                     -
henan-campaign         days                              214       day                      -
donghai-stations       coverage                          1.00      fraction                 2023-06-30
donghai-stations       funds_per_station                 181579    CNY/station              -
donghai-stations       funds_per_station_with_main       172500    CNY/station              -
donghai-stations       funds_per_worker                  156818    CNY/person               -
donghai-stations       staff_per_station                 1.16      person/station           -
donghai-stations       staff_per_station_with_main       1.10      person/station           -
fuyang-stations        coverage                          1.00      fraction                 2023-06-30
kashgar-aid            local_talents_per_dispatched      5.19..    ratio                    -
kashgar-aid            agencies_active                   0.789     fraction                 -
kashgar-aid            person_times_per_project          5786      person_time/project      -
kashgar-aid            person_times_per_year             70769     person_time/year         -
kashgar-aid            resources_total                   40834000  CNY                      -
kashgar-aid            cash_per_person_time              21.2      CNY/person_time          -
kashgar-aid            in_kind_per_person_time           23.2      CNY/person_time          -
kashgar-aid            resources_per_person_time         44.4      CNY/person_time          -
kashgar-aid            volunteers_per_local_talent       ?         ratio                    - [was 5.5]
shenzhen-hunan-pairing recipient_per_supporting_agency   1         ratio                    -
shenzhen-hunan-pairing paired_per_dispatched             2.10      ratio                    -
shenzhen-hunan-pairing trained_per_dispatched            7.97..    ratio                    -
shenzhen-hunan-pairing stations_per_pair                 7.5..     station/agency           -
shenzhen-hunan-pairing beneficiaries_per_pair            ..2000    person/agency            -
shenzhen-hunan-pairing prefecture_reach                  0.786     fraction                 2020-06-30
shenzhen-hunan-pairing county_reach                      0.139     fraction                 2020-06-30
shanghai-response      coverage                          0.665     fraction                 2021-10-31
shanghai-response      person_times_per_worker           ?         person_time/person       - [was 1250..]
shanghai-response      wuliqiao_person_times_per_worker  ..2222    person_time/person       -
ningbo-response        staff_per_agency                  73.9      person/agency            -
ningbo-response        person_times_per_staff            29.7..    person_time/person       -
ningbo-response        medical_staff_per_volunteer       4.95      ratio                    -
ningbo-response        problems_per_team                 2.5..     problem/team             -
ningbo-response        bottles_per_box                   48.0      bottle/box               -
zengdu-response        coverage                          1.00      fraction                 2021-10-31
lijiang-incubation     certified_growth                  80        person                   -
lijiang-incubation     person_times_per_project          1852..    person_time/project      -
lijiang-incubation     projects_per_agency               6.75      project/agency           -
lijiang-incubation     replications                      10        community                -
lijiang-incubation     share_of_largest_programme        ?         fraction                 - [was 0.30..]
"""
ROWS = [line.split()[:5] for line in TABLE.strip().splitlines()]


@cache
def derived() -> dict[tuple[str, str], Derived]:
    published = published_figures.load()
    return {
        (name, each.id): each
        for name, programme in load_programmes(published=published).items()
        for each in derive(programme, published)
    }


@pytest.mark.parametrize(("programme", "item", "cell", "unit", "vintage"), ROWS, ids=lambda text: text)
def test_a_derived_number_is_the_one_that_the_reference_prints(
    programme: str, item: str, cell: str, unit: str, vintage: str
) -> None:
    found = derived()[programme, item]
    assert found.unit == found.value.unit == unit
    assert found.vintage == (None if vintage == "-" else vintage)
    if cell == "?":
        assert (found.value.low, found.value.point, found.value.high) == (0, None, math.inf)
    elif cell.endswith(".."):
        assert found.value.low == printed(cell.removesuffix(".."))
        assert (found.value.point, found.value.high) == (None, math.inf)
    elif cell.startswith(".."):
        assert found.value.high == printed(cell.removeprefix(".."))
        assert (found.value.point, found.value.low) == (None, 0)
    else:
        assert found.value.point == printed(cell)
    assert found.point_allowed is not (".." in cell or cell == "?")


def printed(text: str) -> object:
    """Within half a unit of the last digit printed."""
    decimals = len(text.partition(".")[2])
    return pytest.approx(float(text), rel=0, abs=0.5 * 10**-decimals + 1e-9)


def test_the_table_holds_every_number_that_is_derived() -> None:
    assert set(derived()) == {(row[0], row[1]) for row in ROWS}


def test_the_rate_that_guizhou_claims_implies_the_registers_own_units() -> None:
    implied = derived()["guizhou-stations", "implied_units"].value
    assert implied.contains(1510)
    assert not implied.contains(1509)  # the register of 2022-10-31


def test_fuyang_is_complete_by_the_register_of_its_date_and_not_by_an_older_one() -> None:
    # 99.4 % by the register of 2021, as docs/methods.md §3 says: 167 of 168
    published = published_figures.load()
    fuyang = load_programmes(published=published)["fuyang-stations"]
    (older,) = derive(fuyang, published, vintage="2021-10-31")
    assert older.value.point == pytest.approx(167 / 168)
    assert older.vintage == "2021-10-31"
