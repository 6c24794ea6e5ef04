"""Files and folders that appear whole or not at all."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from swe.core import files
from swe.core.errors import DataError, MachineError
from swe.core.files import (
    clear_staging,
    disk_errors,
    json_text,
    locked,
    sha256_of,
    staged_folder,
    write_atomic,
)


def listing(folder: Path) -> list[str]:
    return sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*"))


def full(*_: object, **__: object) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_a_file_is_written_whole_with_its_folders(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b.txt"
    write_atomic(path, "贵州\n")
    assert path.read_bytes() == "贵州\n".encode()
    write_atomic(path, b"\r\n")
    assert path.read_bytes() == b"\r\n"
    assert listing(tmp_path) == ["a", "a/b.txt"]


@pytest.mark.parametrize("step", ["write_synced", "sync_folder", "replace"])
def test_a_crash_on_the_way_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    path = tmp_path / "a.txt"
    write_atomic(path, "old")

    def crash(*_: object) -> None:
        raise KeyboardInterrupt

    if step == "replace":
        monkeypatch.setattr(Path, "replace", crash)
    else:
        monkeypatch.setattr(files, step, crash)
    with pytest.raises(KeyboardInterrupt):
        write_atomic(path, "new" * 1000)
    assert path.read_text() in ({"old", "new" * 1000} if step == "sync_folder" else {"old"})
    assert listing(tmp_path) == ["a.txt"]


def test_a_full_disk_is_one_sentence_and_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.txt"
    write_atomic(path, "old")
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(MachineError) as caught:
        write_atomic(path, "new")
    assert caught.value.exit_code == 17
    assert caught.value.where == str(path)
    assert "空间" in caught.value.text("zh") and "-o" in caught.value.text("en")
    assert path.read_text() == "old"
    assert listing(tmp_path) == ["a.txt"]


def test_a_disk_that_is_really_full_is_told_and_nothing_is_left(tiny_disk: Path) -> None:
    write_atomic(tiny_disk / "a.txt", "old")
    with pytest.raises(MachineError, match="No space left"):
        write_atomic(tiny_disk / "a.txt", b"x" * 3_000_000)
    with (
        pytest.raises(MachineError, match="No space left"),
        disk_errors(tiny_disk),
        staged_folder(tiny_disk / "52") as folder,
    ):
        (folder / "big").write_bytes(b"x" * 3_000_000)
    assert listing(tiny_disk) == ["a.txt"]
    assert (tiny_disk / "a.txt").read_text() == "old"


def test_a_folder_that_may_not_be_written_is_the_machines_trouble(read_only: Path) -> None:
    for attempt in (
        lambda: write_atomic(read_only / "a", "x"),
        lambda: staged_folder(read_only / "52").__enter__(),
    ):
        with pytest.raises(MachineError) as caught:
            attempt()
        assert caught.value.exit_code == 17


def test_a_file_where_a_folder_should_be_is_told(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("")
    with pytest.raises(MachineError):
        write_atomic(tmp_path / "out" / "a", "x")
    with pytest.raises(MachineError), staged_folder(tmp_path / "out" / "52"):
        pass


def test_only_what_the_system_says_becomes_a_machine_error() -> None:
    with pytest.raises(ValueError), disk_errors(Path("x")):
        raise ValueError


def test_a_staged_folder_takes_its_place_at_the_end(tmp_path: Path) -> None:
    target = tmp_path / "52"
    with staged_folder(target) as folder:
        (folder / "sub").mkdir()
        (folder / "sub" / "a").write_text("1")
        assert not target.exists()
        assert folder.parent == target.parent  # the same disk, so that a rename is enough
    assert listing(tmp_path) == ["52", "52/sub", "52/sub/a"]


def test_a_staged_folder_replaces_the_old_one_as_a_whole(tmp_path: Path) -> None:
    for name in ("old", "new"):
        with staged_folder(tmp_path / "52") as folder:
            (folder / name).write_text(name)
    assert listing(tmp_path) == ["52", "52/new"]


@pytest.mark.parametrize("error", [DataError("甲", "a"), ValueError("v"), KeyboardInterrupt(), SystemExit(1)])
def test_a_staged_folder_vanishes_on_any_error_and_the_old_one_stays(
    tmp_path: Path, error: BaseException
) -> None:
    (tmp_path / "52").mkdir()
    (tmp_path / "52" / "old").write_text("")
    with pytest.raises(type(error)), staged_folder(tmp_path / "52") as folder:
        (folder / "half").write_text("")
        raise error
    assert listing(tmp_path) == ["52", "52/old"]


def test_a_rename_that_fails_puts_the_old_folder_back_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "52"
    target.mkdir()
    (target / "old").write_text("")
    real = Path.replace

    def replace(self: Path, to: Path) -> Path:
        return full() if Path(to) == target and "old-" not in self.name else real(self, to)  # type: ignore[func-returns-value]

    monkeypatch.setattr(Path, "replace", replace)
    with pytest.raises(MachineError), staged_folder(target) as folder:
        (folder / "new").write_text("")
    assert listing(tmp_path) == ["52", "52/old"]


def test_an_interrupted_publish_is_put_back_by_the_next_run(tmp_path: Path) -> None:
    """Killed between the two renames: the old folder was set aside, the new one had not come."""
    (tmp_path / ".staging-old-52").mkdir()
    (tmp_path / ".staging-old-52" / "old").write_text("")
    (tmp_path / ".staging-52-4711").mkdir()
    (tmp_path / ".staging-52-4711" / "new").write_text("")
    clear_staging(tmp_path)
    assert listing(tmp_path) == ["52", "52/old"]


def test_what_interrupted_runs_left_is_cleared(tmp_path: Path) -> None:
    """Killed after both renames: the new folder is there, the old one not yet removed."""
    for name in (".staging-old-52", ".staging-41-1", "52"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a").write_text(name)
    (tmp_path / ".staging-12-index.html").write_text("")
    clear_staging(tmp_path)
    assert listing(tmp_path) == ["52", "52/a"]
    assert (tmp_path / "52" / "a").read_text() == "52"


def test_json_is_written_one_way() -> None:
    assert json_text({"b": 1, "a": "贵州"}) == '{\n "a": "贵州",\n "b": 1\n}\n'
    assert json.loads(json_text([1.5, None])) == [1.5, None]
    with pytest.raises(ValueError):
        json_text({"a": float("nan")})


def test_a_checksum_is_that_of_the_bytes(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"abc")
    expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"  # FIPS 180-4, example 1
    assert sha256_of(tmp_path / "a") == expected == files.sha256_of_bytes(b"abc")


def test_helpers_of_this_file_really_fail_like_a_full_disk() -> None:
    attempt: Callable[[], None] = full
    with pytest.raises(OSError, match="No space"):
        attempt()


def test_a_folder_is_held_by_one_and_let_go_at_the_end_or_by_a_crash(tmp_path: Path) -> None:
    log = tmp_path / "run" / "log.jsonl"
    hold = (
        "import sys; from pathlib import Path; from swe.core.files import locked\n"
        f"with locked(Path({str(log)!r})): print('held', flush=True); sys.stdin.read()"
    )
    other = subprocess.Popen([sys.executable, "-c", hold], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert other.stdout is not None and other.stdout.readline() == b"held\n"
    with pytest.raises(MachineError, match="another swe"), locked(log):
        pass
    other.kill()
    other.wait()
    with locked(log):
        assert log.read_bytes() == b""


def test_what_one_target_left_is_cleared_without_touching_another(tmp_path: Path) -> None:
    for name in (".staging-52-7", ".staging-520-7", ".staging-old-52"):
        (tmp_path / name).mkdir()
    clear_staging(tmp_path, "52")
    assert listing(tmp_path) == [".staging-520-7", "52"]
