"""The warm server that reports are forked from: whether this system bears it, and how it is started.

It takes seconds to get ready, so a command starts it before it checks and plans.
"""

from __future__ import annotations

import json
import multiprocessing
import os
from multiprocessing import forkserver
from typing import TYPE_CHECKING

from swe.core.errors import MachineError

if TYPE_CHECKING:
    from swe.reports.runfile import Run

WORTH_REHEARSING = 4  # reports from which on it pays to make one beforehand in the server


def forks() -> bool:
    """Whether this system can fork safely: Linux can; macOS frameworks do not bear it, Windows has none."""
    return os.name == "posix" and os.uname().sysname == "Linux"


def warm_up(run: Run, settings: dict[str, str], reports: int) -> None:
    """Start the fork server, or leave it be where it runs; it gets ready on its own while the caller goes on."""
    context = multiprocessing.get_context("forkserver")
    os.environ.setdefault("JE_ARROW_MALLOC_CONF", "background_thread:false")
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    asked = {
        "run": str(run.file), "project": str(run.project), "lang": run.lang, "settings": settings,
        "rehearse": reports >= WORTH_REHEARSING,
    }  # fmt: skip
    os.environ["SWE_FORK_SERVER"] = json.dumps(asked)  # no other process warms up
    context.set_forkserver_preload(["swe.reports.warm"])
    try:
        forkserver.ensure_running()
    except OSError as error:
        raise not_started(error) from error
    finally:
        os.environ.pop("SWE_FORK_SERVER", None)


def not_started(error: OSError | EOFError) -> MachineError:
    why = getattr(error, "strerror", None) or type(error).__name__
    return MachineError(f"不能启动报告进程（{why}）", f"a report's process cannot be started ({why})")
