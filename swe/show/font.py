"""The shipped CJK font (Noto Sans SC subset, SIL OFL) and which characters it lacks."""

from __future__ import annotations

import functools
from pathlib import Path

FONT = Path(__file__).parent / "fonts" / "NotoSansSC-subset.ttf"


@functools.cache
def family() -> str:
    """Register the font with matplotlib once and return its family name."""
    from matplotlib import font_manager

    font_manager.fontManager.addfont(str(FONT))
    return font_manager.FontProperties(fname=str(FONT)).get_name()


@functools.cache
def characters() -> frozenset[int]:
    """Code points the font can draw."""
    from matplotlib.ft2font import FT2Font

    return frozenset(FT2Font(str(FONT)).get_charmap())


def missing_glyphs(text: str) -> tuple[str, ...]:
    """Code points of `text` that the font lacks, as U+XXXX, sorted; white space needs no glyph.

    >>> missing_glyphs("贵州省 1,094 个")
    ()
    """
    lacking = {ord(char) for char in text if not char.isspace()} - characters()
    return tuple(f"U+{point:04X}" for point in sorted(lacking))
