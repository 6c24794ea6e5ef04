"""`swe region` and `swe coverage`: acceptance numbers, and the shape of their JSON."""

from __future__ import annotations

from collections.abc import Callable

import pytest


def test_guizhou_is_covered_to_seventy_two_per_cent_of_the_nearest_register(swe: Callable) -> None:
    said = swe("coverage", "52", "--as-of", "2023-05-31", "--stations", "1094", "--json")
    assert said.code == 0
    found = said.json
    assert set(found) == {
        "code",
        "name",
        "level",
        "as_of",
        "vintage",
        "values",
        "kinds",
        "other_vintages",
        "notes",
    }
    assert (found["code"], found["name"], found["level"]) == ("52", "贵州省", "province")
    assert (found["vintage"], found["as_of"]) == ("2023-06-30", "2023-05-31")
    assert found["values"] == {
        "stations": 1094,
        "units": 1510,
        "rate": pytest.approx(0.724503, abs=5e-7),
        "gap": 416,
    }
    assert found["other_vintages"]["2022-10-31"] == 1509
    assert any("1,509" in note for note in found["notes"])
    assert sum(found["kinds"][kind] for kind in ("subdistrict", "town", "township", "area_office")) == 1510


# acceptance numbers
UNITS = {"3412": 167, "320722": 19, "522702": 8, "421303": 10, "31": 215, "11": 343, "00": 38621}


@pytest.mark.parametrize(("code", "units"), UNITS.items())
def test_the_denominators(swe: Callable, code: str, units: int) -> None:
    found = swe("coverage", code, "--as-of", "2023-06-30", "--json").json
    assert (found["vintage"], found["values"]["units"]) == ("2023-06-30", units)
    region = swe("region", code, "--json").json["matches"][0]
    assert (region["code"], region["units"]) == (code, units)


def test_without_a_count_the_nearest_published_one_is_used_or_the_values_are_null(swe: Callable) -> None:
    assert swe("coverage", "52", "--as-of", "2023-05-31", "--json").json["values"]["stations"] == 1094
    values = swe("coverage", "540102", "--json").json["values"]
    assert (values["stations"], values["rate"], values["gap"]) == (None, None, None)
    assert values["units"] > 0


def test_coverage_for_people_is_a_sentence_and_its_notes(swe: Callable) -> None:
    said = swe("coverage", "贵州", "--as-of", "2023-05-31", "--stations", "1,094")
    assert said.code == 0
    for text in ("1,094", "1,510", "72.45%", "416", "2023-06-30"):
        assert text in said.out
    english = swe("coverage", "贵州", "--as-of", "2023-05-31", "--stations", "1094", "--lang", "en")
    assert "Guizhou" in english.out and "72.45%" in english.out


def test_a_press_number_of_stations_stays_a_bound(swe: Callable) -> None:
    values = swe("coverage", "41", "--stations", "千余", "--json").json["values"]
    assert values["rate"] is None
    assert values["units"] > 2000


@pytest.mark.parametrize("query", ["52", "520000", "贵州", "贵州省"])
def test_a_region_is_found_by_each_of_its_names(swe: Callable, query: str) -> None:
    [match] = swe("region", query, "--json").json["matches"]
    assert match["code"] == "52"


def test_a_region_has_the_keys_of_the_format(swe: Callable) -> None:
    [match] = swe("region", "福泉市", "--json").json["matches"]
    assert {"code", "name", "level", "parents", "kinds", "units", "villages", "communities"} <= set(match)
    assert (match["code"], match["level"], match["units"]) == ("522702", "county", 8)
    assert match["parents"] == ["贵州省", "黔南布依族苗族自治州"]
    assert 0 < match["communities"] < match["villages"]


def test_an_older_register_may_be_asked_for(swe: Callable) -> None:
    assert swe("region", "52", "--as-of", "2022-10-31", "--json").json["matches"][0]["units"] == 1509


def test_region_for_people_is_two_lines_a_match(swe: Callable) -> None:
    assert "乡镇级单位 1,510" in swe("region", "52").out
    assert "1,510 township units" in swe("region", "52", "--lang", "en").out
