"""Half-width text without blanks, with the way back: newspapers mix ２０００ and 2000 and break lines.

Every reader of numbers works on such a text and reports places in the one it was given.
"""

from __future__ import annotations

_FULL = {chr(code): chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)} | {"\u3000": " ", "﹪": "%"}


def half_width(text: str) -> tuple[str, list[int]]:
    """Half-width text without blanks, and the place of each character; a blank between two numbers stays.

    A full-width comma groups thousands only between full-width digits; elsewhere it is punctuation.
    """
    kept: list[str] = []
    places: list[int] = []
    blank = False
    for i, raw in enumerate(text):
        char = _FULL.get(raw, raw)
        if raw == "，" and not (_full_digit(text, i - 1) and _full_digit(text, i + 1)):
            char = raw
        if char.isspace() or char in "\u200b\ufeff":
            blank = True
            continue
        if blank and kept and _latin(kept[-1]) and _latin(char):
            kept.append(" ")
            places.append(i - 1)
        kept.append(char)
        places.append(i)
        blank = False
    return "".join(kept), places


def _full_digit(text: str, i: int) -> bool:
    return 0 <= i < len(text) and "０" <= text[i] <= "９"


def _latin(char: str) -> bool:
    return char.isascii() and (char.isalnum() or char in ",.")
