"""What a region takes of the run's files: whole files, its part of shared ones, and what was said of them."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from swe.reports.run_slices import FilesByRegion, Sorted, digests

ROWS = [  # file, region of the stations, rows, digest
    ("fuquan.xlsx", "522702001", 4, "f1"),
    ("fuquan.xlsx", "522702203", 3, "f2"),
    ("guizhou.csv", "520102001", 2, "g0"),
    ("guizhou.csv", "522702001", 5, "g1"),
]
SOURCES = {
    name: {"bytes": 100, "sha256": name[0] * 64, "rows": 9}
    for name in ("fuquan.xlsx", "guizhou.csv", "empty.csv")
}


def files(rows: list[tuple[str, str, int, str]], **told: Any) -> FilesByRegion:
    frame = pd.DataFrame(rows, columns=["file", "region", "rows", "digest"]).sort_values(["region", "file"])
    return FilesByRegion(
        Sorted.of(frame, "file", "region", "rows", "digest"),
        SOURCES,
        told.get("issues", {}),
        told.get("accounts", {}),
    )


def entry(found: list[dict[str, Any]], name: str) -> dict[str, Any]:
    return next(each for each in found if each["path"] == name)


def test_a_file_of_this_region_alone_is_listed_by_its_bytes() -> None:
    found = files(ROWS).inputs("522702")
    assert entry(found, "ledgers/fuquan.xlsx") == {
        "path": "ledgers/fuquan.xlsx", "bytes": 100, "sha256": "f" * 64, "rows": 9,
    }  # fmt: skip


def test_a_shared_file_is_listed_by_the_rows_of_the_region() -> None:
    found = entry(files(ROWS).inputs("522702"), "ledgers/guizhou.csv")
    assert (found["part"], found["rows"]) == (True, 5) and "bytes" not in found
    assert entry(files(ROWS).inputs("52"), "ledgers/guizhou.csv")["bytes"] == 100
    assert entry(files(ROWS).inputs("522702001"), "ledgers/fuquan.xlsx")["part"]


def test_a_file_that_gave_no_row_belongs_to_every_region() -> None:
    assert all(entry(files(ROWS).inputs(prefix), "ledgers/empty.csv") for prefix in ("", "52", "5201", "31"))


@pytest.mark.parametrize(
    ("code", "moved"),
    [("522702001", {"52", "5227", "522702", "522702001", ""}), ("520102001", {"52", "5201", ""})],
)
def test_another_row_moves_the_regions_that_contain_it(code: str, moved: set[str]) -> None:
    other = [
        (name, region, rows, "new" if region == code else digest) for name, region, rows, digest in ROWS[2:]
    ]
    before, after = files(ROWS[2:]), files(other)
    # of a file that is whole for a region its bytes would have changed as well; here the sources stay as they are
    part = {
        prefix
        for prefix in ("5227", "522702", "522702001", "5201", "31")
        if before.inputs(prefix) != after.inputs(prefix)
    }
    assert part == moved - {"52", ""}


def test_what_was_said_of_a_file_counts_where_the_file_does() -> None:
    before, after = (files(ROWS, issues={"fuquan.xlsx": (digest, 2)}) for digest in ("a", "b"))
    assert before.inputs("522702") != after.inputs("522702")
    assert before.inputs("5201") == after.inputs("5201")
    assert entry(before.inputs("5227"), "ledgers.issues")["rows"] == 2


@given(
    st.lists(st.text("0123456789", min_size=2, max_size=9), max_size=30), st.text("0123456789", max_size=6)
)
@settings(max_examples=50)
def test_rows_below_a_prefix_are_those_that_begin_with_it(codes: list[str], prefix: str) -> None:
    frame = pd.DataFrame({"region": sorted(codes)})
    found = Sorted.of(frame, "region").below(prefix)
    assert [row[0] for row in found] == [code for code in sorted(codes) if code.startswith(prefix)]


def test_a_digest_follows_the_rows_and_not_the_file_they_came_in(tmp_path: Any) -> None:
    from swe.ledgers import load
    from swe.ledgers.demo import make_demo

    made = [
        make_demo(tmp_path / name, region="522702", stations=2, months=2, rows=rows)
        for name, rows in (("a", 40), ("b", 40), ("c", 60))
    ]
    for path in (made[1] / "raw").iterdir():
        path.rename(path.with_name("x" + path.name))
    one, same, other = (digests(load.load(folder / "raw", store=folder / "store")) for folder in made)
    assert one.stations.equals(same.stations)
    assert not one.stations["digest"].equals(other.stations["digest"])
    assert set(one.files["file"]) != set(same.files["file"])
    assert list(one.files["digest"]) == list(same.files["digest"])
    assert len(one.stations) == 3 and all(region.startswith("522702") for region in one.stations["region"])
