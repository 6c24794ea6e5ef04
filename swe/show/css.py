"""The stylesheet of reports and index, one text."""

from __future__ import annotations

import functools
from pathlib import Path


@functools.cache
def stylesheet() -> str:
    """CSS with system fonts, print rules for A4, and no outside address."""
    return (Path(__file__).parent / "templates" / "report.css").read_text(encoding="utf-8")
