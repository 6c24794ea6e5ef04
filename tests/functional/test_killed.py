"""Killed at any moment: never a partial folder, and the run that resumes is the run that was never disturbed."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from swe.reports.workers import forks

sys.path.insert(0, str(Path(__file__).parent))
from light import begin, contents, counties, half_made, kill, logged, write_light

pytestmark = pytest.mark.skipif(not forks(), reason="the engine fork is for Linux")
REGIONS = 50
PATIENCE = 120  # seconds that a run may take to get anywhere
MORE = "limits: {timeout: 60, memory_mb: 1500}\n"


@pytest.fixture(scope="module")
def undisturbed(shared: Callable, swe: Callable) -> dict[str, Any]:
    """Fifty cheap regions, made without a disturbance."""

    def make(folder: Path) -> dict[str, Any]:
        run = write_light(folder, counties(REGIONS), more=MORE)
        said = swe("run", run, "-o", folder / "out", "-j", 2, "--json")
        assert said.code == 0, said.err
        return {"run": str(run), "out": str(folder / "out"), "seconds": said.json["seconds"]}

    return shared("undisturbed", make)


def children(pid: int) -> list[int]:
    """All processes below one, the nearest first."""
    found: list[int] = []
    for below in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            near = [int(word) for word in below.read_text().split()]
        except OSError:
            continue
        found += near + [far for each in near for far in children(each)]
    return found


def reports(pid: int) -> list[int]:
    """The processes of a run that make reports: those that lead a session of their own below the server."""
    found = []
    for child in children(pid):
        try:
            state = Path(f"/proc/{child}/stat").read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        if int(state[3]) == child:  # the session's leader is the process itself
            found.append(child)
    return found


def disturb(process: subprocess.Popen[bytes], target: str, chance: random.Random, seconds: float) -> bool:
    """Kill the driver, or one of its reports, after a random time of the run's usual one."""
    wait = chance.uniform(0, seconds)
    started = time.monotonic()
    while time.monotonic() - started < PATIENCE and process.poll() is None:
        time.sleep(chance.uniform(0.001, 0.02))
        if time.monotonic() - started < wait:
            continue
        if target == "driver":
            return kill(process.pid)
        if found := reports(process.pid):
            return kill(chance.choice(found))
    return False


def killed_until_done(undisturbed: dict[str, Any], out: Path, kills: int, *, seed: int) -> int:
    """Start a run again and again, killing something in it each time; returns the kills that met something alive."""
    chance = random.Random(seed)
    met = 0
    for turn in range(kills):
        target = "driver" if turn % 2 == 0 else "report"
        words = ("--fresh",) if contents(out).keys() >= contents(Path(undisturbed["out"])).keys() else ()
        process = begin("run", undisturbed["run"], "-o", out, "-j", 2, *words)
        met += disturb(process, target, chance, undisturbed["seconds"])
        process.wait(PATIENCE)
        assert half_made(out) == []
    return met


def resumed(swe: Callable, undisturbed: dict[str, Any], out: Path) -> None:
    """The last run ends well, and what is there is what an undisturbed run leaves."""
    said = swe("run", undisturbed["run"], "-o", out, "-j", 2, "--json")
    assert said.code == 0, said.err
    assert contents(out) == contents(Path(undisturbed["out"]))
    assert [path.name for path in out.iterdir() if path.name.startswith((".", "_"))] == []


def test_ten_kills_leave_nothing_partial_and_the_same_bytes(
    swe: Callable, undisturbed: dict[str, Any], tmp_path: Path
) -> None:
    assert killed_until_done(undisturbed, tmp_path / "out", 10, seed=1) >= 5
    resumed(swe, undisturbed, tmp_path / "out")


@pytest.mark.slow
def test_two_hundred_kills_leave_nothing_partial_and_the_same_bytes(
    swe: Callable, undisturbed: dict[str, Any], tmp_path: Path
) -> None:
    assert killed_until_done(undisturbed, tmp_path / "out", 200, seed=2) >= 100
    resumed(swe, undisturbed, tmp_path / "out")


def test_a_killed_report_costs_itself_alone_and_the_reason_names_the_signal(
    swe: Callable, tmp_path: Path
) -> None:
    codes = counties(6)
    slow = f"if region == '{codes[2]}':\n    import os, signal\n    os.kill(os.getpid(), signal.SIGKILL)"
    run = write_light(tmp_path, codes, slow)
    said = swe("run", run, "-j", 2, "--json", "--lang", "en")
    assert said.code == 14
    assert list(said.json["failed"]) == [codes[2]] and "SIGKILL" in said.json["failed"][codes[2]]
    write_light(tmp_path, codes)
    assert swe("run", run, "--only-failed", "--json", "--lang", "en").json["made"] == 1


def test_nothing_of_a_run_outlives_its_driver(undisturbed: dict[str, Any], tmp_path: Path) -> None:
    run = write_light(tmp_path, counties(4), "import subprocess, time\ntime.sleep(30)")
    process = begin("run", run, "-j", 2)
    deadline = time.monotonic() + PATIENCE
    while len(reports(process.pid)) < 2 and time.monotonic() < deadline:
        time.sleep(0.05)
    time.sleep(0.5)  # the kernel has been told by now what to do at the server's end
    below = children(process.pid)
    assert len(below) >= 3
    kill(process.pid)
    process.wait()
    deadline = time.monotonic() + 10
    while any(Path(f"/proc/{pid}").is_dir() for pid in below) and time.monotonic() < deadline:
        time.sleep(0.05)
    alive = [
        pid
        for pid in below
        if Path(f"/proc/{pid}").is_dir() and " Z " not in Path(f"/proc/{pid}/stat").read_text()
    ]
    assert alive == []


def test_a_killed_first_run_has_a_status(swe: Callable, undisturbed: dict[str, Any], tmp_path: Path) -> None:
    out = tmp_path / "out"
    process = begin("run", undisturbed["run"], "-o", out, "-j", 1)
    deadline = time.monotonic() + PATIENCE
    while len(list(out.glob("[!.]*/manifest.json"))) < 3 and time.monotonic() < deadline:
        time.sleep(0.02)
    kill(process.pid)
    process.wait()
    found = swe("status", out, "--json").json
    assert found["planned"] == REGIONS and len(found["made"]) >= 3 and not found["ok"]
    assert len(found["made"]) + len(found["missing"]) == REGIONS


def test_two_runs_may_not_write_into_one_folder(swe: Callable, tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    held = f"import pathlib, time\nwhile not pathlib.Path({str(gate)!r}).exists(): time.sleep(0.1)"
    run = write_light(tmp_path, counties(3), held, more="limits: {timeout: 250}\n")
    first = begin("run", run, "-j", 1)
    out = tmp_path / "outputs" / "light"
    deadline = time.monotonic() + PATIENCE
    while not list(out.glob(".staging-*-*")) and time.monotonic() < deadline:
        time.sleep(0.02)
    second = swe("run", run, "--lang", "zh")
    gate.touch()
    assert second.code == 17 and "另一个 swe" in second.err
    assert first.wait(PATIENCE) == 0
    assert len(logged(out)) == 3  # each was made once
    assert swe("run", run, "--json").json["unchanged"] == 3


def test_an_interrupt_at_the_keyboard_fails_no_region(swe: Callable, tmp_path: Path) -> None:
    import signal

    run = write_light(tmp_path, counties(3), "import time\ntime.sleep(2)")
    out = tmp_path / "outputs" / "light"
    process = begin("run", run, "-j", 1)
    deadline = time.monotonic() + PATIENCE
    while not list(out.glob("[0-9]*/manifest.json")) and time.monotonic() < deadline:
        time.sleep(0.02)
    import os

    os.killpg(process.pid, signal.SIGINT)  # as a terminal does it: to the whole group
    assert process.wait(PATIENCE) != 0
    assert not (out / "_failed").exists()
    assert swe("verify", out).code == 0  # index and run.json say what is there
    assert swe("run", run, "--json").json["unchanged"] >= 1


def test_a_full_disk_says_so_and_leaves_nothing_half(swe: Callable, tiny_disk: Path, tmp_path: Path) -> None:
    run = write_light(tmp_path, counties(60), "ballast = bytes(10)")
    out = tiny_disk / "out"
    said = swe("run", run, "-o", out, "-j", 2, "--lang", "en")
    assert said.code in (14, 17), said.err
    assert "No space left" in said.err
    assert half_made(out) == []


@pytest.mark.slow
def test_a_hundred_regions_with_four_hostile_ones(swe: Callable, tmp_path: Path) -> None:
    codes = counties(100)
    poisoned, hanging, greedy, leaving = codes[7], codes[31], codes[58], codes[93]
    trouble = (
        f"if region == {poisoned!r}: raise ValueError('poisoned')\n"
        f"if region == {hanging!r}:\n    import time\n    while True: time.sleep(1)\n"
        f"if region == {greedy!r}:\n    held = []\n    while True: held.append(bytearray(32_000_000))\n"
        f"if region == {leaving!r}:\n    import os\n    os._exit(3)"
    )
    run = write_light(tmp_path, codes, trouble, more="limits: {timeout: 20, memory_mb: 1200}\n")
    said = swe("run", run, "-j", 2, "--json", "--lang", "en")
    assert said.code == 14, said.err
    assert said.json["made"] == 96
    failed = said.json["failed"]
    assert set(failed) == {poisoned, hanging, greedy, leaving}
    assert "poisoned" in failed[poisoned] and "time limit of 20 s" in failed[hanging]
    assert "1200 MB" in failed[greedy] and "exit code 3" in failed[leaving]
    assert half_made(tmp_path / "outputs" / "light.en") == []
