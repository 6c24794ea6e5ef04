"""Reports on many machines: the same task, handed to the workers of a Dask scheduler that is already there.

The folders (project, run, outputs) lie on a disk that all machines share under the same path. Workers use the engine
`kernel`: a worker has threads, so nothing may be forked from it.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from swe.core.errors import MachineError, NotebookError, UsageError
from swe.core.files import clear_staging, staged_entries
from swe.reports import manifest
from swe.reports.region_task import Outcome, Task, failed, make

CONNECT, FIRST_WORKER = 20, 60  # seconds to wait for the scheduler, and for its first worker
_ONE = threading.Lock()  # a notebook's working folder belongs to the whole process: one at a time


def scheduled(tasks: list[Task], address: str) -> Iterator[Outcome]:
    """Outcomes as they come. What a lost worker was making is made again elsewhere by the scheduler.

    Raises UsageError without the package, MachineError where no scheduler or no worker answers.
    """
    try:
        from distributed import as_completed
        from distributed.scheduler import KilledWorker
    except ImportError:
        raise UsageError(
            "--dask 需要 distributed：pip install 'swe[cluster]'",
            "--dask needs distributed: pip install 'swe[cluster]'",
        ) from None
    started = time.monotonic()
    with _client(address) as client:
        by_key = {f"swe-{task.run.id}-{task.code}-{task.key[:12]}": task for task in tasks}
        futures = client.map(
            make_there,
            [replace(task, engine="kernel") for task in tasks],
            key=list(by_key),
            pure=False,
            retries=0,
        )
        for future in as_completed(futures, loop=client.loop):
            task = by_key[future.key]
            problem = future.exception()
            if problem is None:
                yield future.result()
            elif isinstance(problem, KilledWorker):
                yield _lost(task, time.monotonic() - started)
            else:
                raise MachineError(
                    f"集群不能继续（{type(problem).__name__}）",
                    f"the cluster cannot go on ({type(problem).__name__})",
                )
            future.release()


def make_there(task: Task) -> Outcome:
    """On a worker: what an earlier worker left of this region is cleared away and counted as a retry."""
    with _ONE:
        if (problem := _unfit(task)) is not None:
            return Outcome(
                task.code, False, 0.0, problem.text("zh"), problem.text("en"), disk=True, kind="MachineError"
            )
        lost = len(staged_entries(task.out, task.code))
        clear_staging(task.out, task.code)
        made = make(task)
        return replace(made, retries=made.retries + lost)


def _unfit(task: Task) -> MachineError | None:
    """Why this machine must not make the report: it would be another one, or nobody would see it."""
    if not (task.run.file.is_file() and task.out.is_dir()):
        return MachineError(
            "工作机上没有同一路径的运行文件或输出文件夹；请使用共享磁盘，并在各机器上挂载到同一路径。",
            "a worker does not see the run file or the output folder under the same path; share the disk, mounted "
            "at the same path everywhere.",
        )
    if task.depends["code"] != manifest.code_sha256() or task.depends["versions"] != manifest.versions():
        return MachineError(
            "工作机上的 swe 或软件包版本与发起运行的机器不同；请在各机器上安装同一份 requirements.lock。",
            "a worker has another version of swe or of a package than the machine that started the run; install the "
            "same requirements.lock everywhere.",
        )
    return None


def _lost(task: Task, seconds: float) -> Outcome:
    error = NotebookError(
        "做这份报告的工作机一再丢失（可能内存不足）",
        "the workers that made this report were lost again and again",
    )
    return failed(task, error, seconds, cells={})


def _client(address: str) -> Any:
    from distributed import Client

    try:
        client = Client(address, timeout=CONNECT, set_as_default=False)
    except (OSError, TimeoutError, ValueError) as error:
        raise MachineError(
            f"连不上 Dask 调度器（{type(error).__name__}）。先启动：dask scheduler",
            f"no Dask scheduler answers ({type(error).__name__}). Start one: dask scheduler",
            where=address,
        ) from error
    try:
        client.wait_for_workers(1, timeout=FIRST_WORKER)
    except TimeoutError:
        client.close()
        raise MachineError(
            "调度器没有工作机。先启动：dask worker 地址 --nthreads 1",
            "the scheduler has no worker. Start one: dask worker ADDRESS --nthreads 1",
            where=address,
        ) from None
    return client
