"""The language of messages: the one piece of global state, set by the command line or the notebook."""

from __future__ import annotations

import os
from typing import Literal

_chosen: list[str] = []


def current() -> Literal["zh", "en"]:
    """zh unless `use` or the environment variable SWE_LANG says en."""
    chosen = _chosen[-1] if _chosen else os.environ.get("SWE_LANG", "zh")
    return "en" if chosen == "en" else "zh"


def use(lang: str | None) -> None:
    """Set the language of messages; None leaves it."""
    if lang:
        _chosen[:] = [lang]
