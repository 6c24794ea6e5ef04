"""The portable engine: a kernel that does not come up is started again, anything else is not; a dead worker costs its own."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from swe.core.errors import NotebookError
from swe.reports import region_task
from swe.reports.execute import KernelStartError, execute
from swe.reports.planning import plan
from swe.reports.region_task import STARTS, Task, make
from swe.reports.runfile import load_run

sys.path.insert(0, str(Path(__file__).parent))
from light import ROOT, counties, logged, write_light


@pytest.fixture
def task(tmp_path: Path) -> Task:
    run = load_run(write_light(tmp_path, ["52"]), root=ROOT)
    (tmp_path / "out").mkdir()
    (step,) = plan(run, ("52",), tmp_path / "out", settings={}, parameters={}, engine="fork")
    return step.task


def failing(times: int, error: Exception) -> Callable[..., Any]:
    """`execute` that fails so often, then works."""
    left = [times]

    def run(*arguments: Any, **named: Any) -> Any:
        if left[0]:
            left[0] -= 1
            raise error
        return execute(*arguments, **named)

    return run


@pytest.mark.parametrize("times", [1, STARTS - 1])
def test_a_kernel_that_does_not_come_up_is_started_again(
    task: Task, monkeypatch: pytest.MonkeyPatch, times: int
) -> None:
    monkeypatch.setattr(region_task, "execute", failing(times, KernelStartError("没有启动", "did not start")))
    made = make(task)
    assert (made.ok, made.retries) == (True, times), made.reason_en
    assert not (task.out / "_failed").exists()


def test_after_three_starts_it_is_the_machines_trouble(task: Task, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        region_task, "execute", failing(STARTS, KernelStartError("没有启动", "did not start"))
    )
    made = make(task)
    assert (made.ok, made.retries, made.kind) == (False, STARTS - 1, "MachineError")
    assert "did not start" in made.reason_en


def test_a_failure_of_the_notebook_is_not_tried_again(task: Task, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(region_task, "execute", failing(1, NotebookError("坏", "broken")))
    made = make(task)
    assert (made.ok, made.retries) == (False, 0)


def test_the_log_tells_of_retries(task: Task, tmp_path: Path) -> None:
    from dataclasses import replace

    from swe.reports.batch import _log

    done = make(task)
    _log(tmp_path, done, 1)
    _log(tmp_path, replace(done, retries=2), 1)
    assert [line.get("retries") for line in logged(tmp_path)] == [None, 2]


def test_a_bug_is_named_by_its_place_and_never_by_its_words(
    task: Task, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(region_task, "execute", failing(1, KeyError("张甲 522702199001019999")))
    made = make(task)
    assert not made.ok and "KeyError" in made.reason_en and "5227" not in made.reason_en
    assert not list(task.out.glob(".staging*"))


def test_a_worker_that_dies_costs_its_own_report_alone(swe: Callable, tmp_path: Path) -> None:
    codes = counties(3)
    kill = (  # the kernel's parent is the worker that made it
        f"import os, signal\nif region == {codes[1]!r}: os.kill(os.getppid(), signal.SIGKILL)"
    )
    run = write_light(tmp_path, codes, kill)
    said = swe("run", run, "--engine", "kernel", "-j", 2, "--json", "--lang", "en")
    assert said.code == 14, said.err
    assert list(said.json["failed"]) == [codes[1]] and said.json["made"] == 2
    assert "ended on its way" in said.json["failed"][codes[1]]


def test_a_kernel_s_last_words_are_in_the_reason_and_not_on_the_user_s_screen(
    task: Task, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    dying = [sys.executable, "-c", "import sys; sys.exit('ZMQError: Address already in use')"]
    monkeypatch.setattr("swe.reports.kernel.Manager.format_kernel_cmd", lambda *_, **__: list(dying))
    with pytest.raises(KernelStartError, match="Address already in use"):
        execute(
            task.run.notebook, task.all_parameters, cwd=task.run.project, output=tmp_path / "half.ipynb",
            timeout=60, engine="kernel",
        )  # fmt: skip
    assert "ZMQError" not in capfd.readouterr().err
