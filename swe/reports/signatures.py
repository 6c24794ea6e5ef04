"""Who has signed a run: detached SSH signatures of run.json, which vouches for every other file of the run.

A report that is handed in is signed by people. `ssh-keygen -Y sign -f KEY -n swe run.json` writes such a signature
with a key that people have anyway; who counts stands in the project's params/allowed_signers, in OpenSSH's own format
(ssh-keygen(1), ALLOWED SIGNERS: a name and a public key a line).
"""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Any

from swe.core.errors import DefinitionError, MachineError
from swe.core.project import root
from swe.reports.manifest import RUN, verify

NAMESPACE = "swe"  # what a signature is for; one made for something else does not count
SIGNATURES = "*.sig"
ALLOWED = "allowed_signers"


def verified(folder: Path, *, signed: int | None = None, project: Path | None = None) -> dict[str, Any]:
    """`manifest.verify`, and where `signed` asks for it that so many allowed persons have signed run.json.

    Adds "signers": their names. Too few, or a signature that does not hold, is a problem.
    """
    found = verify(Path(folder))
    if signed is None:
        return found
    names, wrong = signers(Path(folder), root(project))
    problems = [*found["problems"], *({"path": name, "problem": "signature does not hold"} for name in wrong)]
    if len(names) < signed:
        problems.append({"path": RUN, "problem": f"signed by {len(names)} of {signed}"})
    return {**found, "ok": not problems, "problems": problems, "signers": names}


def verified_lines(found: dict[str, Any], lang: str) -> list[str]:
    """What was verified, for people; what a person should look at, a line each."""
    zh = lang == "zh"
    counts = found["checks"]
    said = []
    if found["ok"]:
        said.append(
            f"一致：{found['regions']} 个地区，{found['files']} 个文件"
            if zh
            else f"ok: {found['regions']} regions, {found['files']} files"
        )
    said.append(
        f"核对项：通过 {counts['pass']}，待人工查看 {counts['review']}，未通过 {counts['fail']}"
        if zh
        else f"checks: {counts['pass']} pass, {counts['review']} review, {counts['fail']} fail"
    )
    said += [f"{each['region']}\t{each['name']}\t{each['detail']}" for each in found["reviews"]]
    if "signers" in found:
        names = ", ".join(found["signers"])
        said.append(f"签名：{names}" if zh else f"signed by: {names}")
    return said


def signatures(folder: Path) -> list[Path]:
    """The signatures beside run.json: `run.json.sig`, `li.sig` …"""
    return sorted(Path(folder).glob(SIGNATURES))


def signers(folder: Path, project: Path) -> tuple[list[str], list[str]]:
    """Names of the allowed persons whose signature of run.json holds, and the files of signatures that do not.

    Raises DefinitionError without params/allowed_signers, MachineError without OpenSSH's ssh-keygen.
    """
    allowed = project / "params" / ALLOWED
    if not allowed.is_file():
        raise DefinitionError(
            f"没有 params/{ALLOWED}：每行写一个姓名和他的公钥（ssh-keygen 的 ALLOWED SIGNERS 格式）",
            f"there is no params/{ALLOWED}: write a name and a public key a line (ssh-keygen, ALLOWED SIGNERS)",
            where=str(project),
        )
    program = shutil.which("ssh-keygen")
    if program is None:
        raise MachineError(
            "核对签名需要 OpenSSH 的 ssh-keygen", "checking signatures needs OpenSSH's ssh-keygen"
        )
    found: set[str] = set()
    wrong = []
    for path in signatures(folder):
        name = _signer(program, path, allowed, (folder / RUN).read_bytes())
        if name is None:
            wrong.append(path.name)
        else:
            found.add(name)
    return sorted(found), wrong


def _signer(program: str, signature: Path, allowed: Path, signed: bytes) -> str | None:
    """The name behind a signature that holds; None where it does not."""
    common = ["-f", str(allowed), "-s", str(signature)]
    asked = subprocess.run(
        [program, "-Y", "find-principals", *common], capture_output=True, check=False, encoding="utf-8"
    )
    names = asked.stdout.splitlines()
    if asked.returncode != 0 or not names:
        return None
    done = subprocess.run(
        [program, "-Y", "verify", *common, "-I", names[0], "-n", NAMESPACE],
        input=signed,
        capture_output=True,
        check=False,
    )
    return names[0] if done.returncode == 0 else None
