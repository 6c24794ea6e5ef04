"""Names of files and sheets as they may be shown: a name that is personal gives way to file-12 or sheet-3.

Stations call a file after the client; such a name would stand in every error, log and manifest.
"""

from __future__ import annotations

import re
from pathlib import PurePath
from typing import Literal

from swe.ledgers import detector_words as words
from swe.ledgers.detectors import contains
from swe.ledgers.plain_text import plain_text
from swe.ledgers.word_detectors import is_name_shaped
from swe.reference import name_index, names

_LONG_NUMBER = re.compile(r"[0-9](?:[ \-._]?[0-9]){10,}")
_DATES_AND_CODES = re.compile(
    r"(?<![0-9])(?:20[0-9]{2}(?:[ \-._]?(?:0[1-9]|1[0-2])(?:[ \-._]?(?:0[1-9]|[12][0-9]|3[01])"
    r"(?:[ _T]?(?:[01][0-9]|2[0-3])[0-5][0-9](?:[0-5][0-9])?)?)?)?)(?![0-9])"
)
# What stands beside a client's name in the name of a file: 王小明个案记录.
_FILE_WORDS = (
    "的|个案|走访|探访|家访|访视|记录|档案|台账|服务|接案|结案|评估|报告|资料|材料|照片|情况|签到|信息"
)
_PARTS = re.compile(rf"[^\u3400-\u9fff·0-9A-Za-z ]+|[0-9A-Za-z]+|{_FILE_WORDS}|{words.NAME_LABELS}")
_PLACES_AND_LISTS = re.compile(r".*[村镇乡县市区州站坝庄屯寨组表册单账类版]")


def safe_name(name: str, index: int, kind: Literal["file", "sheet"] = "file") -> str:
    """The name of a file or sheet as it may be shown everywhere: itself, or `file-12`, `sheet-3` if it is personal.

    Personal is a name with an identifier, with eleven digits or more that are no dates, or with a part that
    looks like a person's name and is neither a region nor a common word (one sheet for each client).

    >>> safe_name("金山街道2023年台账.xlsx", 1), safe_name("张三13812345678.xlsx", 12), safe_name("王小明", 3, "sheet")
    ('金山街道2023年台账.xlsx', 'file-12', 'sheet-3')
    """
    return f"{kind}-{index}" if _is_personal(name, kind) else name


def _is_personal(name: str, kind: str) -> bool:
    stem = name
    if kind == "file":
        stem = re.sub(r"\.[A-Za-z][A-Za-z0-9]{1,7}$", "", PurePath(name).name)
    plain = plain_text(stem)
    spaced = plain.replace("_", " ")
    if any(contains(text) for text in (name, stem, plain, spaced)):
        return True
    if _LONG_NUMBER.search(_DATES_AND_CODES.sub("", plain)):
        return True
    parts = [part.strip() for part in _PARTS.split(plain) if part.strip()]
    pieces = {*parts, *(piece for part in parts for piece in part.split())}
    return any(
        is_name_shaped(piece) and not _PLACES_AND_LISTS.fullmatch(piece) and not is_region(piece)
        for piece in pieces
    )


def is_region(text: str) -> bool:
    """Whether the register knows a region of this name, official or short."""
    return bool(name_index.matches(names.tidy(text)))
