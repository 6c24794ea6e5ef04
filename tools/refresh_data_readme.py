"""Put the size and SHA-256 of every file of data/reference into its row of data/README.md."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

DATA = Path(__file__).parents[1] / "data"


def refreshed(text: str) -> str:
    """The page with the last two cells of every file's row brought up to date."""

    def row(match: re.Match[str]) -> str:
        raw = (DATA / match[2]).read_bytes()
        return f"{match[1]} {len(raw)} | `{hashlib.sha256(raw).hexdigest()}` |"

    return re.sub(r"(?m)^(\| `(reference/[^`]+)` \|.*\|) [\d,]+ \| `[0-9a-f]{64}` \|$", row, text)


if __name__ == "__main__":
    page = DATA / "README.md"
    page.write_text(refreshed(page.read_text(encoding="utf-8")), encoding="utf-8", newline="\n")
