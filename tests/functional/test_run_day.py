"""A run checks its ledgers as of its own day, so that the same run made on another day gives the same bytes."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from swe.ledgers import load as loading
from swe.ledgers import store
from swe.ledgers.demo import make_demo
from swe.reports.run_ledgers import run_ledgers
from swe.reports.run_results import region_slices
from swe.reports.runfile import Run, load_run


class Later(dt.date):
    """A calendar that is two years on."""

    @classmethod
    def today(cls) -> dt.date:
        return dt.date(2028, 11, 30)


def tree(folder: Path) -> dict[str, bytes]:
    return {
        p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()
    }


def slices(run: Run) -> list[dict[str, object]]:
    found = region_slices(run)
    assert found is not None
    return found.inputs("522702")


def test_a_run_made_on_another_day_has_the_same_snapshot_bytes_and_inputs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    demo = make_demo(tmp_path / "d", region="522702", stations=2, months=3, rows=60)
    run = load_run(demo / "run.yml")
    data = run_ledgers(run)
    assert store.read_json(data.snapshot.path / store.MANIFEST)["settings"]["today"] == "2023-05-31"
    before, inputs = tree(data.snapshot.path), slices(run)
    (demo / "store").rename(tmp_path / "old")
    monkeypatch.setattr(loading, "date", Later)
    again = run_ledgers(run)
    assert tree(again.snapshot.path) == before and slices(run) == inputs
    by_hand = loading.load(demo / "raw", store=tmp_path / "by-hand")
    assert by_hand.snapshot.id != data.snapshot.id  # without a day it is the day of the load
