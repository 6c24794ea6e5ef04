"""Reports side by side in spawned processes, each with kernels: the way that every system knows.

A worker that dies (out of memory, a crash in a library) costs the report it was making and no other; workers end with
their driver, however that ends.
"""

from __future__ import annotations

import multiprocessing
import os
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.connection import wait

from swe.core.errors import NotebookError
from swe.reports.region_task import Outcome, Task, failed, make


def spawned(tasks: list[Task], workers: int) -> Iterator[Outcome]:
    """Outcomes as they come; after a worker's death those that may have caused it are made again, each alone."""
    if workers <= 1:
        yield from map(make, tasks)
        return
    rest = list(tasks)
    while rest:
        broken: list[Task] = []
        with _pool(workers) as pool:
            futures = {pool.submit(make, task): task for task in rest}
            for future in as_completed(futures):
                try:
                    yield future.result()
                except BrokenProcessPool:
                    broken.append(futures[future])
        order = {task.code: at for at, task in enumerate(rest)}
        broken.sort(key=lambda task: order[task.code])
        at_work = 2 * workers + 1  # those that ran, and those that the pool had already handed on
        yield from map(_alone, broken[:at_work])
        rest = broken[at_work:]


def _alone(task: Task) -> Outcome:
    started = time.monotonic()
    try:
        with _pool(1) as pool:
            return pool.submit(make, task).result()
    except BrokenProcessPool:
        error = NotebookError(
            "报告进程中途退出（可能内存不足）", "the report's process ended on its way (out of memory?)"
        )
        return failed(task, error, time.monotonic() - started, cells={})


def _pool(workers: int) -> ProcessPoolExecutor:
    # spawn, not fork: the same on every system, and no thread of this process is inherited
    context = multiprocessing.get_context("spawn")
    return ProcessPoolExecutor(workers, mp_context=context, initializer=_end_with_driver)


def _end_with_driver() -> None:
    """In a worker: a pool's processes would wait for ever for a driver that was killed."""
    when_driver_ends(lambda: os._exit(1))


def when_driver_ends(act: Callable[[], object]) -> None:
    """Do something, in a thread, when the process that started this one has ended, however it ended."""
    parent = multiprocessing.parent_process()
    if parent is None:
        return

    def watch() -> None:
        wait([parent.sentinel])
        act()

    threading.Thread(target=watch, daemon=True).start()
