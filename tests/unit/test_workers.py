"""The limits of a report's process: whenever its driver looks, the reason is told before anything is killed."""

from __future__ import annotations

import os
import time
from types import SimpleNamespace
from typing import Any

import pytest

from swe.core.errors import TimeLimitError
from swe.reports import workers

pytestmark = pytest.mark.skipif(not workers.forks(), reason="the engine fork is for Linux")


class Process:
    """A process that only notes what is asked of it."""

    def __init__(self) -> None:
        self.pid = os.getpid()  # its memory is looked at
        self.asked: list[str] = []

    def is_alive(self) -> bool:
        return True

    def terminate(self) -> None:
        self.asked.append("stop")


def running(spent: float) -> tuple[Any, Process]:
    process = Process()
    task = SimpleNamespace(timeout=20, memory_mb=10**6)
    return workers._Running(task, process, None, time.monotonic() - spent), process  # type: ignore[arg-type]


@pytest.fixture(autouse=True)
def killed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "_kill", lambda process: process.asked.append("kill"))


def test_a_driver_that_looks_long_after_the_limit_still_gives_the_reason_and_the_grace() -> None:
    each, process = running(spent=20 + 60)
    workers._limit(each)
    assert isinstance(each.killed_for, TimeLimitError)
    assert process.asked == ["stop"]
    workers._limit(each)
    assert process.asked == ["stop"]
    assert each.asked is not None
    each.asked -= workers.GRACE + 1
    workers._limit(each)
    assert process.asked == ["stop", "kill"]


def test_within_its_time_a_report_is_left_alone() -> None:
    each, process = running(spent=1)
    workers._limit(each)
    assert process.asked == [] and each.killed_for is None
