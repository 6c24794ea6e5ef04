"""Laws of the store: putting two ledgers together adds their counts; order and history of loading change nothing."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from swe.ledgers.load import load
from swe.ledgers.tables_view import Tables

HEAD = "社工站,走访编号,日期,走访户数,服务人次\n"
numbers = st.integers(0, 50)
row = st.tuples(st.sampled_from(["S1", "S2", "丙站"]), st.integers(1, 28), numbers, numbers)
book = st.lists(row, max_size=8)
COUNTS = "SELECT station_id, count(*) AS n, sum(households) AS h, sum(person_times) AS t FROM visits GROUP BY 1 ORDER BY 1"


def write(folder: Path, name: str, rows: list[tuple[str, int, int, int]]) -> Path:
    lines = [f"{s},{name}{i},2023-05-{day:02d},{h},{h + t}" for i, (s, day, h, t) in enumerate(rows)]
    path = folder / f"{name}.csv"
    path.write_text(HEAD + "".join(line + "\n" for line in lines), encoding="utf-8")
    return path


def counts(data: Tables) -> pd.DataFrame:
    return data.query(COUNTS).set_index("station_id").astype("float64")


@settings(max_examples=15, deadline=None)
@given(book, book)
def test_putting_two_ledgers_together_adds_their_counts(
    one: list[tuple[str, int, int, int]], other: list[tuple[str, int, int, int]]
) -> None:
    with tempfile.TemporaryDirectory() as name:
        base = Path(name)
        a, b = write(base, "a", one), write(base, "b", other)
        first, second = load(a, store=base / "s1"), load(b, store=base / "s2")
        both = load([a, b], store=base / "s3")
        added = counts(first).add(counts(second), fill_value=0).sort_index()
        pd.testing.assert_frame_equal(counts(both).sort_index(), added, check_index_type=False)
        names = ["rows_read", "accepted", "rejected", "skipped"]
        apart = first.accounting[names].sum() + second.accounting[names].sum()
        assert both.accounting[names].sum().tolist() == apart.tolist()


@settings(max_examples=10, deadline=None)
@given(book, book, st.booleans())
def test_how_a_store_came_to_its_sources_does_not_matter(
    one: list[tuple[str, int, int, int]], other: list[tuple[str, int, int, int]], swap: bool
) -> None:
    with tempfile.TemporaryDirectory() as name:
        base = Path(name)
        paths = [write(base, "a", one), write(base, "b", other)]
        load(paths[int(swap)], store=base / "grown")
        grown = load(paths[::-1] if swap else paths, store=base / "grown")
        fresh = load(paths, store=base / "fresh")
        assert grown.snapshot.id == fresh.snapshot.id
        for path in fresh.snapshot.path.rglob("*"):
            if path.is_file():
                twin = grown.snapshot.path / path.relative_to(fresh.snapshot.path)
                assert twin.read_bytes() == path.read_bytes(), path.name
