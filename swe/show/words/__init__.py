"""Word lists: every sentence a person reads, in zh and en side by side, one TOML file an area.

    [lead_rate]
    zh = "…{coverage.rate}…"
    en = "…{coverage.rate}…"

`{section.indicator}` stands for a number of the report, `{name}` for a word given by the caller, `[[95%]]` for a
constant of the method. `word("summary.lead_rate", "zh")` finds the template.
"""

from __future__ import annotations

import functools
import tomllib
from pathlib import Path
from typing import Literal

Lang = Literal["zh", "en"]
LANGS: tuple[Lang, ...] = ("zh", "en")


@functools.cache
def word_lists() -> dict[str, dict[str, str]]:
    """`area.key` → {zh, en} of every list."""
    found: dict[str, dict[str, str]] = {}
    for path in sorted(Path(__file__).parent.glob("*.toml")):
        for key, entry in tomllib.loads(path.read_text(encoding="utf-8")).items():
            found[f"{path.stem}.{key}"] = entry
    return found


def word(key: str, lang: str) -> str:
    """The template of `key`; a missing one is our own mistake and raises KeyError."""
    return word_lists()[key][lang]


def has_word(key: str) -> bool:
    return key in word_lists()


def both(key: str, **fields: str) -> tuple[str, str]:
    """The zh and the en text with plain fields filled in."""
    entry = word_lists()[key]
    return entry["zh"].format(**fields), entry["en"].format(**fields)
