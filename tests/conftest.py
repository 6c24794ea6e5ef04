"""Fixtures for every test: disks that are full or read-only, and work shared between xdist's workers."""

from __future__ import annotations

import fcntl
import json
import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

Share = Callable[[str, Callable[[Path], Any]], Any]


def _mount(folder: Path, options: str) -> bool:
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)], capture_output=True, check=False
    )
    return done.returncode == 0


def _small_mount(folder: Path, size: str) -> None:
    folder.mkdir()
    try:
        mounted = _mount(folder, f"size={size}")
    except FileNotFoundError:
        mounted = False
    if not mounted:
        pytest.skip("needs the right to mount a tmpfs (root outside of a restricted container)")


@pytest.fixture
def tiny_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of one megabyte."""
    folder = tmp_path / "tiny"
    _small_mount(folder, "1m")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


@pytest.fixture
def read_only(tmp_path: Path) -> Iterator[Path]:
    """A folder that nobody may write into: by its mode, and for root, whom modes do not stop, by its mount."""
    folder = tmp_path / "read-only"
    if os.geteuid() != 0:
        folder.mkdir()
        folder.chmod(0o555)
        yield folder
        folder.chmod(0o755)
        return
    _small_mount(folder, "1m")
    subprocess.run(["mount", "-o", "remount,ro", str(folder)], check=True)
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Share:
    """`shared(name, make)`: run `make(folder)` once in the whole session, whatever the number of workers.

    `make` returns something that JSON can hold; the folder stays for all.
    """
    base = tmp_path_factory.getbasetemp()
    base = base if worker_id == "master" else base.parent

    def once(name: str, make: Callable[[Path], Any]) -> Any:
        folder, note = base / f"shared-{name}", base / f"shared-{name}.json"
        with (base / f"shared-{name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not note.exists():
                folder.mkdir(exist_ok=True)
                note.write_text(json.dumps(make(folder)), encoding="utf-8")
        return json.loads(note.read_text(encoding="utf-8"))

    return once
