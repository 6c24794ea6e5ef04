"""A table of need is read strictly; equity counts units of the register and takes no silence for zero."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from swe.core.dates import period
from swe.core.errors import DataError
from swe.indicators.equity import equity
from swe.indicators.needs import read_needs
from swe.indicators.station_months import StationMonths
from swe.reference import register

HEAD = "region,indicator,value,unit,as_of,source\n"
GOOD = "522701,population,1000,person,2020-11-01,census\n"


def write(folder: Path, text: str) -> Path:
    path = folder / "needs.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_need_table_is_read_by_code_and_by_name(tmp_path: Path) -> None:
    found = read_needs(write(tmp_path, HEAD + GOOD + '福泉市,low_income,"1,200",person,2022,yearbook\n'))
    assert found.of("population")["522701"] == 1000
    assert found.of("low_income").to_dict() == {"522702": 1200.0}
    assert found.indicators == ("low_income",)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("999999,population,1,person,2020,c\n", "region"),
        ("522702,population,many,person,2020,c\n", "whole number"),
        ("522702,population,-1,person,2020,c\n", "whole number"),
        ("522702,population,1.5,person,2020,c\n", "whole number"),
        ("522702,population,,person,2020,c\n", "whole number"),
        ("522702,population,1,人次,2020,c\n", "unit"),
        ("522702,population,1,person,2020-13,c\n", "as_of"),
        ("522702,,1,person,2020,c\n", "indicator"),
        ("522702,population,1,person,2020,\n", "source"),
        (GOOD, "repeats line 2"),
        ("522701,low_income,1001,person,2020,c\n", "more than its population"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(tmp_path: Path, row: str, said: str) -> None:
    with pytest.raises(DataError) as caught:
        read_needs(write(tmp_path, HEAD + GOOD + row))
    assert said in str(caught.value.en)
    assert "more than" in said or ":3" in f"{caught.value.where}{caught.value.en}"


def test_every_problem_is_said_at_once(tmp_path: Path) -> None:
    with pytest.raises(DataError) as caught:
        read_needs(
            write(tmp_path, HEAD + "999999,population,1,person,2020,c\n522702,population,x,person,2020,c\n")
        )
    assert ":2" in str(caught.value.en) + str(caught.value.where)
    assert "whole number" in str(caught.value.en) and "region" in str(caught.value.en)


def ledger(codes: list[str], counts: dict[str, float]) -> StationMonths:
    """A station in each unit with as many activities a month."""
    stations = pd.DataFrame({"station": codes, "name": codes, "region": codes})
    for name, digits in (("province", 2), ("prefecture", 4), ("county", 6)):
        stations[name] = stations["region"].str[:digits]
    rows = [(c, f"2023-{m:02d}", "valid_activities", counts.get(c, 1.0)) for c in codes for m in range(1, 7)]
    months = pd.DataFrame(rows, columns=["station", "month", "measure", "count"])
    shares = pd.DataFrame(columns=["station", "measure", "count", "exposure"])
    return StationMonths(stations, months, shares, period("2023"), {})


def units(county: str) -> list[str]:
    return [
        code for code, row in register.rows().items()
        if len(code) == 9 and code.startswith(county) and row.kind in register.TOWNSHIP_UNITS
    ]  # fmt: skip


def test_groups_are_the_kinds_of_the_register() -> None:
    found = equity(ledger(units("5227"), {}), prefix="5227")
    kinds = register.kinds("5227")
    groups = found.groups.set_index("group")
    assert groups.loc["urban", "units"] == kinds["subdistrict"]
    assert groups.loc["rural", "units"] == kinds["town"] + kinds["township"]
    assert (groups["served"] == groups["units"]).all()


def test_a_ratio_of_two_to_one_is_found_with_an_interval_around_it() -> None:
    codes = units("5227")
    rural = {c: 2.0 for c in codes if register.rows()[c].kind != "subdistrict"}
    varied = {
        c: v + (i % 3 - 1) * 0.3 for i, (c, v) in enumerate({**dict.fromkeys(codes, 1.0), **rural}.items())
    }
    row = equity(ledger(codes, varied), prefix="5227").contrast.set_index("measure").loc["valid_activities"]
    assert row["lower"] < row["ratio"] < row["upper"] and 1.6 < row["ratio"] < 2.4


def test_counties_without_ledgers_are_not_taken_for_counties_without_stations() -> None:
    some = equity(ledger(units("522701") + units("522702") + units("522722"), {}), prefix="5227")
    alone = some.counties[some.counties["stations"] > 0]
    assert some.theil is not None and some.theil["n"] == len(alone) == 3
    assert any("not zero" in note.en for note in some.notes)


def test_stations_that_follow_the_villages_exactly_leave_no_inequality() -> None:
    made = equity(ledger(units("5227"), {}), prefix="5227")
    assert made.theil is not None and made.theil["theil"] > 0
    assert made.theil["between"] == pytest.approx(0, abs=1e-12)  # one prefecture


def test_supply_that_goes_to_need_has_a_positive_index(tmp_path: Path) -> None:
    counties = sorted({c[:6] for c in units("5227")})
    lines = []
    for i, county in enumerate(counties):
        people = len(units(county)) * (1000 - 60 * i)  # ever more stations for each resident
        lines += [
            f"{county},population,{people},person,2020,c\n",
            f"{county},need,{people * (i + 1) // 100},person,2020,c\n",
        ]
    needs = read_needs(write(tmp_path, HEAD + "".join(lines)))
    found = equity(ledger(units("5227"), {}), prefix="5227", needs=needs)
    assert found.by_need["need"]["concentration"] > 0
    assert found.counties["residents_per_station"].iloc[0] == pytest.approx(1000)


def run_text(needs: str, ledgers: str = "  ledgers: raw\n") -> str:
    return (
        'id: own\ntitle: {zh: 自定, en: Own}\nregions: ["5227"]\nas_of: 2023-05-31\naudience: internal\n'
        f"sources:\n{ledgers}  needs: {needs}\n"
    )


def test_a_run_file_names_a_need_table_and_its_problems_come_with_the_run(tmp_path: Path) -> None:
    from swe.core.errors import SweError
    from swe.reports.runfile import load_run

    (tmp_path / "raw").mkdir()
    write(tmp_path, HEAD + GOOD)
    path = tmp_path / "own.yml"
    path.write_text(run_text("needs.csv"), encoding="utf-8")
    found = load_run(path)
    assert found.needs_path == tmp_path / "needs.csv"
    assert found.needs is not None and found.needs.of("population")["522701"] == 1000
    for text, said in (
        (run_text("absent.csv"), "absent.csv"),
        (run_text("needs.csv", ledgers=""), "sources.ledgers"),
    ):
        path.write_text(text, encoding="utf-8")
        with pytest.raises(SweError) as caught:
            load_run(path)
        assert said in caught.value.en
    write(tmp_path, HEAD + "522701,population,x,person,2020,c\n")
    path.write_text(run_text("needs.csv"), encoding="utf-8")
    with pytest.raises(SweError) as caught:
        load_run(path)
    assert "whole number" in caught.value.en
