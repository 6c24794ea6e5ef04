"""The limits of a report's process: whenever its driver looks, the reason is told before anything is killed."""

from __future__ import annotations

import os
import time
from collections import deque
from types import SimpleNamespace
from typing import Any

import pytest

from swe.core.errors import MachineError, TimeLimitError
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


class Messages:
    """The driver's end of a pipe to a process that waits for its task."""

    def __init__(self, *, broken: bool = False) -> None:
        self.broken, self.sent, self.closed = broken, list[Any](), False

    def send(self, task: Any) -> None:
        if self.broken:
            raise BrokenPipeError
        self.sent.append(task)

    def close(self) -> None:
        self.closed = True


def waiting(*, dead: bool = False) -> Any:
    process = SimpleNamespace(join=lambda: None, close=lambda: None)
    return workers._Spare(process, Messages(), Messages(broken=dead))  # type: ignore[arg-type]


def test_a_process_that_was_killed_while_it_waited_costs_no_report(monkeypatch: pytest.MonkeyPatch) -> None:
    dead, fresh = waiting(dead=True), waiting()
    monkeypatch.setattr(workers, "_fork", lambda: fresh)
    begun = workers._start(dead, SimpleNamespace(code="52"))  # type: ignore[arg-type]
    assert begun.process is fresh.process
    assert [task.code for task in fresh.tasks.sent] == ["52"]
    assert dead.tasks.closed and dead.messages.closed


def test_a_server_that_bears_no_process_any_more_is_an_error_with_a_reason(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(workers, "_fork", lambda: waiting(dead=True))
    with pytest.raises(MachineError, match="cannot be started"):
        workers._start(waiting(dead=True), SimpleNamespace(code="52"))  # type: ignore[arg-type]


def test_one_process_is_forked_ahead_and_none_after_the_last_task(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "_fork", waiting)
    running: list[Any] = []
    spare: list[Any] = []
    tasks = deque(SimpleNamespace(code=code) for code in ("52", "5201", "5202"))
    workers._fill(running, spare, tasks, 1)  # type: ignore[arg-type]
    assert [each.task.code for each in running] == ["52"] and len(spare) == 1
    workers._fill(running, spare, tasks, 3)  # type: ignore[arg-type]
    assert [each.task.code for each in running] == ["52", "5201", "5202"] and spare == []
