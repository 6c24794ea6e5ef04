"""Reports side by side, each in a process forked from one warm server; what hangs or eats memory is killed.

A process a report: a crash, a hang or `os._exit` in one touches no other. The server is Python's own (`forkserver`
context): it keeps a single thread whatever the driver does, and ends with the driver.
"""

from __future__ import annotations

import contextlib
import ctypes
import multiprocessing
import os
import pickle
import random
import signal
import threading
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import TYPE_CHECKING, Any

from swe.core.errors import NotebookError, SweError, TimeLimitError
from swe.reports import index
from swe.reports.fork_server import forks, not_started, warm_up
from swe.reports.region_task import Outcome, Task, failed, make
from swe.reports.spawned import when_driver_ends

if TYPE_CHECKING:
    from multiprocessing.context import ForkServerProcess


__all__ = ["forked", "forks", "warm_up"]

TICK = 0.05  # seconds between looks at time, memory and messages
GRACE = 2.0  # seconds that a report past its limit has to write down how far it came
CELL, OUTCOME = b"c", b"o"  # how a message begins
PIPE_BYTES = 2**20  # what a report can tell before its driver listens: the pages of most reports
F_SETPIPE_SZ = 1031  # of fcntl(2), Linux
DIE_WITH_PARENT = 1  # PR_SET_PDEATHSIG of prctl(2)


@dataclass(frozen=True)
class _Spare:
    """A process that is forked already and waits for its task: a report need not wait for the fork."""

    process: ForkServerProcess
    messages: Connection
    tasks: Connection


@dataclass
class _Running:
    """A report on its way; `cells` are those it has finished, pickled, for the half-executed notebook."""

    task: Task
    process: ForkServerProcess
    messages: Connection
    started: float
    cells: list[bytes] = field(default_factory=list)
    outcome: Outcome | None = None
    killed_for: SweError | None = None
    asked: float | None = None  # when it was told to stop


def forked(tasks: list[Task], workers: int) -> Iterator[Outcome]:
    """Outcomes as they come; however a report ends, there is one for it."""
    if not tasks:
        return
    waiting, running, spare = deque(tasks), list[_Running](), list[_Spare]()
    warm_up(tasks[0].run, tasks[0].settings, len(tasks))
    index.prepare()  # while the server is getting ready
    try:
        while waiting or running:
            _fill(running, spare, waiting, workers)
            busy = [each.messages for each in running if each.outcome is None]
            wait([*busy, *(each.process.sentinel for each in running)], timeout=TICK)
            for each in running:
                _listen(each)
                _limit(each)
            _fill(running, spare, waiting, workers)  # the next are on their way while of these is told
            done = [each for each in running if not each.process.is_alive()]
            running = [each for each in running if each not in done]
            for each in done:
                yield _ended(each)
    finally:
        for process in [*(each.process for each in running), *(each.process for each in spare)]:
            _kill(process)
            process.join()


def _fill(running: list[_Running], spare: list[_Spare], waiting: deque[Task], workers: int) -> None:
    """Start what may run, and fork for the one after it.

    A report that has handed over its outcome only has to end, which holds up nobody.
    """
    while waiting and sum(each.outcome is None for each in running) < workers:
        with _uninterrupted():
            ready = spare.pop() if spare else _fork()
            running.append(_start(ready, waiting.popleft()))
    if waiting and not spare:
        with _uninterrupted():
            spare.append(_fork())


@contextlib.contextmanager
def _uninterrupted() -> Iterator[None]:
    """An interrupt at the keyboard waits: a report that is started and not yet known could not be stopped."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    came: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, _: came.append(number))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before or signal.SIG_DFL)
    if came:
        raise KeyboardInterrupt


def _start(ready: _Spare, task: Task) -> _Running:
    try:
        ready.tasks.send(task)
    except OSError:  # something has killed it while it waited
        _put_away(ready)
        ready = _fork()
        try:
            ready.tasks.send(task)
        except OSError as error:
            raise not_started(error) from error
    ready.tasks.close()
    return _Running(task, ready.process, ready.messages, time.monotonic())


def _put_away(ready: _Spare) -> None:
    ready.process.join()
    ready.process.close()
    ready.messages.close()
    ready.tasks.close()


def _fork() -> _Spare:
    from fcntl import fcntl

    context = multiprocessing.get_context("forkserver")
    ours, theirs = context.Pipe(duplex=False)
    held, tasks = context.Pipe(duplex=False)
    # refused where a user may not have so much; then a report waits for its driver at times
    with contextlib.suppress(OSError):
        fcntl(theirs.fileno(), F_SETPIPE_SZ, PIPE_BYTES)
    process = context.Process(target=_report, args=(theirs, held), daemon=True)
    try:
        process.start()
    except (OSError, EOFError) as error:  # EOFError: the server has ended
        raise not_started(error) from error
    theirs.close()
    held.close()
    return _Spare(process, ours, tasks)


def _report(messages: Connection, tasks: Connection) -> None:
    """In the child: wait for a task, make its report, telling of every cell, and hand over what came of it."""
    from swe.reports.warm import threads

    if threads() > 1:
        raise SystemExit("more than one thread after a fork")
    _stand_alone()
    try:
        task: Task = tasks.recv()
    except EOFError:  # there is none any more
        return
    _seed(task.run.spec.seed)
    signal.signal(signal.SIGTERM, _out_of_time)
    outcome = make(task, on_cell=lambda index, cell: messages.send_bytes(CELL + pickle.dumps((index, cell))))
    messages.send_bytes(OUTCOME + pickle.dumps(outcome))


def _seed(seed: int) -> None:
    import numpy as np

    random.seed(seed)
    np.random.seed(seed % 2**32)  # cells that use the global generator get the same numbers in every process


def _stand_alone() -> None:
    """Be a group of processes of its own, so that an interrupt at the keyboard is the driver's alone and a kill takes
    what the cells have started; and outlive neither the driver nor the server.

    Both are watched: the server lives as long as any of its forks does, even when the driver has been killed.
    """
    os.setsid()
    ctypes.CDLL(None, use_errno=True).prctl(DIE_WITH_PARENT, signal.SIGKILL)
    when_driver_ends(lambda: os.killpg(0, signal.SIGKILL))


def _kill(process: ForkServerProcess) -> None:
    try:
        os.killpg(process.pid or 0, signal.SIGKILL)
    except ProcessLookupError:  # not yet a group, or already gone
        process.kill()


def _out_of_time(*_: Any) -> None:
    raise TimeLimitError("超过时限", "the time limit was reached")


def _listen(each: _Running) -> None:
    try:
        while each.messages.poll():
            told = each.messages.recv_bytes()
            if told.startswith(OUTCOME):
                each.outcome = pickle.loads(told[len(OUTCOME) :])
            else:
                each.cells.append(told[len(CELL) :])
    except (EOFError, OSError):  # the report has ended and closed its end
        return


def _limit(each: _Running) -> None:
    """Ask a report past its time to stop, kill it after a grace; kill at once where memory is exceeded."""
    if each.outcome is not None or not each.process.is_alive():
        return
    spent, allowed = time.monotonic() - each.started, each.task.timeout
    used = _resident_mb(each.process.pid)
    if used > each.task.memory_mb:
        each.killed_for = NotebookError(
            f"内存超过 {each.task.memory_mb} MB，已停止。可在运行文件 limits.memory_mb 或用 --memory 放宽。",
            f"more than {each.task.memory_mb} MB of memory were in use; stopped. Widen limits.memory_mb in the run "
            "file, or use --memory.",
        )
        _kill(each.process)
    elif spent > allowed and each.asked is None:
        each.killed_for = TimeLimitError(
            f"超过时限 {allowed} 秒。可在运行文件 limits.timeout 或用 --timeout 放宽。",
            f"the time limit of {allowed} s was reached. Widen limits.timeout in the run file, or use --timeout.",
        )
        each.asked = time.monotonic()
        each.process.terminate()
    # from when it was asked, however late a busy driver has looked: its reason is never lost
    elif each.asked is not None and time.monotonic() - each.asked > GRACE:
        _kill(each.process)


def _ended(each: _Running) -> Outcome:
    _listen(each)
    each.process.join()
    each.messages.close()
    code = each.process.exitcode
    each.process.close()
    spent = time.monotonic() - each.started
    if each.outcome is not None and (each.outcome.ok or each.killed_for is None):
        return each.outcome
    error = each.killed_for or NotebookError(
        f"报告进程中途退出（{_how(code)[0]}）", f"the report's process ended on its way ({_how(code)[1]})"
    )
    return failed(each.task, error, spent, cells=dict(map(pickle.loads, each.cells)))


def _how(code: int | None) -> tuple[str, str]:
    if code is not None and code < 0:
        name = signal.Signals(-code).name
        return f"收到信号 {name}", f"signal {name}"
    return f"退出码 {code}", f"exit code {code}"


def _resident_mb(pid: int | None) -> float:
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except (OSError, IndexError, ValueError):  # it has just ended
        return 0.0
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20
