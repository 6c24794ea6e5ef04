"""`swe run --dask`: a scheduler and workers on loopback make the same bytes, and a lost worker costs nothing for good."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from light import CLEAN, ROOT, contents, counties, logged, write_light

pytest.importorskip("distributed", reason="needs the extra `cluster`")
PATIENCE = 90  # seconds for a process to come up
QUIET = {
    "DASK_DISTRIBUTED__SCHEDULER__WORKER_TTL": "null",
    "DASK_DISTRIBUTED__COMM__TIMEOUTS__CONNECT": "30s",
}


class Cluster:
    """A scheduler and its workers, each a process of this test."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.file = folder, folder / "scheduler.json"
        self.workers: list[subprocess.Popen[bytes]] = []
        self.scheduler = self._start(
            "distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--no-show",
            "--scheduler-file", self.file,
        )  # fmt: skip
        deadline = time.monotonic() + PATIENCE
        while not self.file.is_file() or not self.file.read_text():
            assert self.scheduler.poll() is None and time.monotonic() < deadline, self.said()
            time.sleep(0.05)
        self.address = json.loads(self.file.read_text())["address"]

    def worker(self) -> None:
        self.workers.append(
            self._start(
                "distributed.cli.dask_worker", self.address, "--no-nanny", "--nthreads", "1", "--no-dashboard",
                "--host", "127.0.0.1", "--local-directory", self.folder,
            )
        )  # fmt: skip

    def said(self) -> str:
        return "\n".join(path.read_text()[-2000:] for path in self.folder.glob("*.log"))

    def end(self) -> None:
        for process in (*self.workers, self.scheduler):
            process.kill()
            process.wait()

    def _start(self, module: str, *arguments: object) -> subprocess.Popen[bytes]:
        log = (self.folder / f"{module}-{len(self.workers)}.log").open("wb")
        words = [sys.executable, "-m", module, *map(str, arguments)]
        return subprocess.Popen(words, cwd=ROOT, env={**CLEAN, **QUIET}, stdout=log, stderr=log)


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    (tmp_path / "dask").mkdir()
    made = Cluster(tmp_path / "dask")
    try:
        yield made
    finally:
        made.end()


def test_two_workers_make_the_bytes_that_one_machine_makes(
    swe: Callable, cluster: Cluster, tmp_path: Path
) -> None:
    cluster.worker()
    cluster.worker()
    run = write_light(tmp_path / "run", counties(4))
    said = swe("run", run, "--dask", cluster.address, "-o", tmp_path / "there", "--json")
    assert said.code == 0, said.err + cluster.said()
    assert said.json["made"] == 4
    assert swe("run", run, "-o", tmp_path / "here", "-j", 1).code == 0
    assert contents(tmp_path / "there") == contents(tmp_path / "here")


def test_a_lost_worker_costs_its_report_only_and_that_is_made_again(
    swe: Callable, cluster: Cluster, tmp_path: Path
) -> None:
    codes = counties(4)
    first = tmp_path / "first"
    once = (  # the first attempt at one region kills the worker that its kernel belongs to
        f"import os, pathlib, signal\nmark = pathlib.Path({str(first)!r})\n"
        f"if region == {codes[1]!r} and not mark.exists():\n    mark.touch()\n    os.kill(os.getppid(), signal.SIGKILL)"
    )
    cluster.worker()
    cluster.worker()
    run = write_light(tmp_path / "run", codes, once)
    said = swe("run", run, "--dask", cluster.address, "-o", tmp_path / "there", "--json")
    assert said.code == 0, said.err + cluster.said()
    assert said.json["made"] == 4 and first.exists()
    assert sum(worker.poll() is not None for worker in cluster.workers) == 1
    assert {line["region"]: line.get("retries", 0) for line in logged(tmp_path / "there")} == {
        code: int(code == codes[1]) for code in codes
    }
    assert not list((tmp_path / "there").glob(".staging*"))
    assert swe("verify", tmp_path / "there").code == 0


def test_a_worker_that_would_make_another_report_refuses(tmp_path: Path) -> None:
    from dataclasses import replace

    from swe.reports.cluster import make_there
    from swe.reports.planning import plan
    from swe.reports.runfile import load_run

    run = load_run(write_light(tmp_path, ["52"]), root=ROOT)
    (task,) = (step.task for step in plan(run, ("52",), tmp_path / "out", settings={}, parameters={}))
    nobody = make_there(task)
    assert not nobody.ok and "same path" in nobody.reason_en
    (tmp_path / "out").mkdir()
    other = make_there(replace(task, depends={**task.depends, "code": "another"}))
    assert not other.ok and "another version" in other.reason_en
    assert list((tmp_path / "out").iterdir()) == []


def test_no_scheduler_is_told_in_a_sentence(swe: Callable, tmp_path: Path) -> None:
    import socket

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{free.getsockname()[1]}"
    run = write_light(tmp_path, ["52"])
    said = swe("run", run, "--dask", address, "--lang", "en")
    assert said.code == 17 and "no Dask scheduler answers" in said.err and address in said.err
