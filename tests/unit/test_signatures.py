"""Signed by whom: signatures of run.json count when they hold, when their signer is allowed, and each person once."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from swe.core.errors import DefinitionError
from swe.core.files import sha256_of
from swe.reports import manifest
from swe.reports.signatures import signers, verified, verified_lines

pytestmark = pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="needs OpenSSH's ssh-keygen")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A run without regions in a project whose signers are Li and Wang."""
    made = tmp_path / "out"
    made.mkdir()
    (made / "index.html").write_text("<p>index</p>")
    document = {"run": "mine", "planned": [], "manifests": {}, "index": sha256_of(made / "index.html")}
    (made / "run.json").write_text(manifest.run_text(document))
    for name in ("params", "notebooks", "keys"):
        (tmp_path / name).mkdir()
    lines = []
    for name in ("li", "wang", "stranger"):
        key = tmp_path / "keys" / name
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)], check=True)
        if name != "stranger":
            lines.append(f"{name} {key.with_suffix('.pub').read_text()}")
    (tmp_path / "params" / "allowed_signers").write_text("".join(lines))
    return made


def sign(folder: Path, name: str, *, purpose: str = "swe", to: str = "") -> None:
    key = folder.parent / "keys" / name
    done = subprocess.run(
        ["ssh-keygen", "-q", "-Y", "sign", "-f", str(key), "-n", purpose],
        input=(folder / "run.json").read_bytes(), capture_output=True, check=True,
    )  # fmt: skip
    (folder / f"{to or name}.sig").write_bytes(done.stdout)


def test_two_persons_have_signed(folder: Path) -> None:
    sign(folder, "li")
    sign(folder, "wang")
    found = verified(folder, signed=2, project=folder.parent)
    assert found["ok"] and found["signers"] == ["li", "wang"]
    assert any("li, wang" in line for line in verified_lines(found, "en"))


def test_one_person_who_signs_twice_is_one(folder: Path) -> None:
    sign(folder, "li")
    sign(folder, "li", to="again")
    found = verified(folder, signed=2, project=folder.parent)
    assert not found["ok"]
    assert found["problems"] == [{"path": "run.json", "problem": "signed by 1 of 2"}]


@pytest.mark.parametrize("trouble", ["stranger", "purpose", "later change", "garbage"])
def test_a_signature_that_does_not_hold_is_named_and_not_counted(folder: Path, trouble: str) -> None:
    if trouble == "stranger":
        sign(folder, "stranger", to="li")
    elif trouble == "purpose":
        sign(folder, "li", purpose="file")
    elif trouble == "garbage":
        (folder / "li.sig").write_text("li was here")
    else:
        sign(folder, "li")
        document = manifest.read_run(folder)
        assert document is not None
        (folder / "run.json").write_text(manifest.run_text({**document, "run": "another"}))
    assert signers(folder, folder.parent) == ([], ["li.sig"])
    assert not verified(folder, signed=1, project=folder.parent)["ok"]


def test_without_a_list_of_signers_nobody_can_be_counted(folder: Path) -> None:
    (folder.parent / "params" / "allowed_signers").unlink()
    with pytest.raises(DefinitionError, match="allowed_signers"):
        verified(folder, signed=1, project=folder.parent)


def test_signatures_do_not_spoil_a_run(folder: Path) -> None:
    sign(folder, "li")
    assert verified(folder) == manifest.verify(folder) and manifest.verify(folder)["ok"]
