"""What a region takes of the run's files: whole files, its part of shared ones, and what was said of them."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from swe.reports.run_slices import ACCOUNTS, FilesByRegion, Sorted, digests, files_by_region

ROWS = [  # file, region of the stations, rows, digest
    ("fuquan.xlsx", "522702001", 4, "f1"),
    ("fuquan.xlsx", "522702203", 3, "f2"),
    ("guizhou.csv", "520102001", 2, "g0"),
    ("guizhou.csv", "522702001", 5, "g1"),
]
NAMES = ("fuquan.xlsx", "guizhou.csv", "empty.csv")
Said = tuple[str, str, bool, str, str, int]
SAID: list[Said] = [  # region of the row's station, file, of a row, rule, severity, n
    ("", "empty.csv", False, "missing.empty_table", "warning", 1),
    ("", "guizhou.csv", False, "reading.header", "info", 1),
    ("", "guizhou.csv", True, "reading.rejected", "error", 2),
    ("520102001", "guizhou.csv", True, "entry.late", "info", 3),
    ("522702001", "fuquan.xlsx", True, "entry.late", "info", 4),
    ("522702001", "guizhou.csv", True, "entry.late", "info", 5),
]


def files(rows: list[tuple[str, str, int, str]], said: list[Said] = SAID) -> FilesByRegion:
    placed = pd.DataFrame(rows, columns=["file", "region", "rows", "digest"]).sort_values(["region", "file"])
    told = pd.DataFrame(said, columns=["region", "file", "row", "rule", "severity", "n"]).sort_values(
        "region"
    )
    held = placed.groupby("file")["rows"].sum()
    accounts = pd.DataFrame(
        [(name, 100, name[0] * 64, 9, 11, 8, 2, 1, int(held.get(name, 0))) for name in NAMES],
        columns=["file", "bytes", "sha256", "rows", *ACCOUNTS, "placed"],
    )
    return files_by_region(placed, told, accounts)


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


def test_what_was_said_of_a_row_belongs_to_the_region_of_its_station() -> None:
    found = files(ROWS)
    assert found.issues("5201") == {
        ("entry.late", "info"): 3, ("missing.empty_table", "warning"): 1, ("reading.header", "info"): 1,
    }  # fmt: skip
    assert found.issues("522702")["entry.late", "info"] == 9
    # a rejected row has no station: it counts where the whole file does
    assert found.issues("52")["reading.rejected", "error"] == 2


def test_another_issue_of_a_row_moves_the_regions_of_its_station() -> None:
    other = [(*row[:5], row[5] + (row[0] == "522702001")) for row in SAID]
    before, after = files(ROWS), files(ROWS, other)
    assert before.inputs("522702") != after.inputs("522702") and before.inputs("52") != after.inputs("52")
    assert before.inputs("5201") == after.inputs("5201")
    assert entry(before.inputs("5201"), "ledgers.issues")["rows"] == 3


def test_the_rows_of_a_shared_file_are_accounted_for_region_by_region() -> None:
    found = files(ROWS)
    assert found.accounts("5201") == {"rows_read": 2 + 11, "accepted": 2 + 8, "rejected": 2, "skipped": 1}
    assert found.accounts("52") == {"rows_read": 33, "accepted": 24, "rejected": 6, "skipped": 3}
    assert found.accounts("5201", shared=False)["rows_read"] == 11  # the empty file's alone
    assert (found.shared("5201"), found.shared("522702"), found.shared("52")) == (1, 1, 0)


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
