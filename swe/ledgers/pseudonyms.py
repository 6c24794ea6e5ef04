"""Keyed pseudonyms: the same person gives the same letters, and only who holds the key can try to say who it is.

A plain hash of an ID number is undone in minutes (there are few valid ones); so HMAC-SHA256 with a key that the
user keeps outside the project, its outputs and its logs.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import re
import secrets
from collections.abc import Iterable
from pathlib import Path

from swe.core import project
from swe.core.errors import PrivacyError
from swe.core.files import disk_errors, sync_folder, write_synced
from swe.ledgers.digit_detectors import full_id
from swe.ledgers.plain_text import plain_text

KEY_BYTES = 32  # as long as the digest, RFC 2104 section 3
PSEUDONYM_BYTES = 16  # 128 bits: among 10^9 persons two share one with a probability of 10^-21
_MARKS = re.compile(r"[\s'’‘`\-._·]")


def normalised(value: str) -> str:
    """An identifier in one form: half-width, without blanks, upper case; of an ID number also without marks.

    A 15-digit ID becomes the 18-digit one of the same person (century 19 and check digit added, GB 11643-1999).
    An 18-digit ID with a wrong check digit stays as it is: whether it is a mistyped other one is not guessed.

    >>> normalised("１１０１０１ 19900307 123x"), normalised("110101900307123")
    ('11010119900307123X', '110101199003071233')
    """
    bare = re.sub(r"\s", "", plain_text(str(value))).upper()
    return full_id(_MARKS.sub("", bare)) or bare


def pseudonym(value: str, key: bytes) -> str:
    """HMAC-SHA256 of a normalised identifier, 128 bits of it as 26 letters and digits (base32, RFC 4648).

    Raises PrivacyError where the key does not have 32 bytes.

    >>> pseudonym("张 三", bytes(32)) == pseudonym("张三", bytes(32)), len(pseudonym("张三", bytes(32)))
    (True, 26)
    """
    if len(key) != KEY_BYTES:
        raise PrivacyError(f"假名密钥须为 {KEY_BYTES} 字节。", f"a pseudonym key has {KEY_BYTES} bytes.")
    digest = hmac.new(key, normalised(value).encode(), hashlib.sha256).digest()
    return base64.b32encode(digest[:PSEUDONYM_BYTES]).decode().rstrip("=")


def load_key(path: Path, *, create: bool = False, outside: Iterable[Path] = ()) -> bytes:
    """The 32 bytes of a key file; with `create`, a new random one is written (mode 0600) where there is none.

    The file may lie in no project (a folder with params/ and notebooks/, or any above it) and in none of the
    folders `outside` (outputs, store). Raises PrivacyError for that, for a missing or short file, and, where the
    system has such permissions, for a file that others may read.
    """
    given = Path(path).expanduser()
    target = given.resolve()
    _refuse_inside(target, [project.root(), *outside])
    if create and not target.exists():
        _write_new(target)
    try:
        key = target.read_bytes()
        mode = target.stat().st_mode
    except FileNotFoundError:
        raise PrivacyError(
            "没有这个密钥文件。请确认路径，或让 swe 新建一个。",
            "there is no such key file. Check the path, or let swe create one.",
            where=given.name,
        ) from None
    except OSError as error:
        raise PrivacyError(
            f"密钥文件无法读取（{error.strerror}）。请检查权限。",
            f"the key file cannot be read ({error.strerror}). Check its permissions.",
            where=given.name,
        ) from None
    if os.name == "posix" and mode & 0o077:
        raise PrivacyError(
            f"他人可以读取密钥文件（权限 {mode & 0o777:04o}）。请执行 chmod 600。",
            f"others may read the key file (mode {mode & 0o777:04o}). Run chmod 600 on it.",
            where=given.name,
        )
    if len(key) != KEY_BYTES:
        raise PrivacyError(
            f"密钥文件应为 {KEY_BYTES} 字节，实为 {len(key)} 字节。请换用正确的密钥文件。",
            f"a key file holds {KEY_BYTES} bytes; this one has {len(key)}. Use the right file.",
            where=given.name,
        )
    return key


def _refuse_inside(target: Path, folders: Iterable[Path]) -> None:
    shut = [Path(folder).resolve() for folder in folders]
    above = list(target.parents)
    projects = [each for each in above if all((each / mark).is_dir() for mark in project.MARKS)]
    outputs = [each for each in above if each.name == "outputs"]
    if projects or outputs or any(folder in above for folder in shut):
        raise PrivacyError(
            "密钥文件不能放在项目或输出文件夹里，否则会随报告一起流出。请放到用户主目录等别处。",
            "the key file must not lie in the project or its outputs, from where it would leave with a report. "
            "Keep it elsewhere, for example in your home folder.",
            where=target.name,
        )


def _write_new(target: Path) -> None:
    """A whole key or none; of two processes that create it at once, both get the first one's."""
    staged = target.with_name(f".{target.name}.{os.getpid()}.{secrets.token_hex(4)}")
    with disk_errors(target):
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            os.close(os.open(staged, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
            write_synced(staged, secrets.token_bytes(KEY_BYTES))
            try:
                os.link(staged, target)
            except FileExistsError:
                return
            sync_folder(target.parent)
        finally:
            staged.unlink(missing_ok=True)
