"""The same inputs give the same bytes: any number of workers, either engine, any order, any seed of Python's hashes."""

from __future__ import annotations

import random
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from swe.reports.workers import forks

sys.path.insert(0, str(Path(__file__).parent))
from light import ROOT, contents, counties, write_light

HASHED = "display({'text/html': '<p>' + '、'.join(sorted({'甲', '乙', '丙'})) + '</p>', 'text/plain': ''}, raw=True)"
WAYS = [
    ("fork", 2, "0"),
    ("fork", 4, "4711"),
    ("kernel", 1, "1"),
    ("kernel", 2, "99"),
]


@pytest.fixture(scope="module")
def plain(shared: Callable, swe: Callable) -> dict[str, Any]:
    """Five cheap regions by one worker."""

    def make(folder: Path) -> dict[str, Any]:
        run = write_light(folder, counties(5), HASHED)
        said = swe("run", run, "-o", folder / "out", "-j", 1)
        assert said.code == 0, said.err
        return {"run": str(run), "out": str(folder / "out")}

    return shared("plain", make)


@pytest.mark.parametrize(("engine", "jobs", "hashes"), WAYS)
def test_workers_engine_and_hash_seed_leave_no_trace(
    swe: Callable, plain: dict[str, Any], tmp_path: Path, engine: str, jobs: int, hashes: str
) -> None:
    if engine == "fork" and not forks():
        pytest.skip("the engine fork is for Linux")
    words = ("--engine", engine, "-j", jobs, "-o", tmp_path / "out")
    said = swe("run", plain["run"], *words, PYTHONHASHSEED=hashes)
    assert said.code == 0, said.err
    assert contents(tmp_path / "out") == contents(Path(plain["out"]))


def test_the_order_of_the_work_leaves_no_trace(plain: dict[str, Any], tmp_path: Path) -> None:
    from swe.reports.batch import run_steps
    from swe.reports.command import default_engine
    from swe.reports.planning import plan
    from swe.reports.runfile import load_run

    run = load_run(plain["run"], root=ROOT)
    steps = plan(run, run.codes, tmp_path / "out", settings={}, parameters={}, engine=default_engine())
    random.Random(3).shuffle(steps)
    assert [step.code for step in steps] != sorted(run.codes)
    summary = run_steps(run, steps, tmp_path / "out", workers=2, tell=lambda *_: None)
    assert (summary.made, summary.failed) == (5, {})
    assert contents(tmp_path / "out") == contents(Path(plain["out"]))


@pytest.mark.slow
def test_real_reports_are_the_same_in_every_way(swe: Callable, tmp_path: Path) -> None:
    made = []
    for at, (engine, jobs, hashes) in enumerate([("fork", 1, "7"), *WAYS]):
        out = tmp_path / str(at)
        words = ("-r", "=46", "-r", "=31", "-r", "=52", "--engine", engine, "-j", jobs, "-o", out)
        said = swe("run", "provinces", *words, PYTHONHASHSEED=hashes)
        assert said.code == 0, said.err
        made.append(contents(out))
    assert [other == made[0] for other in made[1:]] == [True] * len(WAYS)
