"""Text as the privacy detectors read it: one plain character for each typed one, digests, data URIs and IP addresses struck out.

Places stay what they were, so a hit in the plain text is a hit in the cell.
"""

from __future__ import annotations

import re
import sys
import unicodedata

STRUCK = "\0"  # stands for a character that is no part of anything


def _table() -> dict[int, str]:
    plain = {code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}
    for code in range(0x80, sys.maxunicode + 1):
        category = unicodedata.category(chr(code))
        if category == "Nd":
            plain[code] = str(unicodedata.digit(chr(code)))
        elif category in ("Zs", "Cf"):  # no-break, thin and zero-width blanks, soft hyphens, directions
            plain[code] = " "
        elif category == "Pd":
            plain[code] = "-"
    plain |= dict.fromkeys(map(ord, "−ˉ﹘─"), "-") | dict.fromkeys(map(ord, "•・‧∙●⋅"), "·")
    plain |= dict.fromkeys(map(ord, "×ХхΧχ✕"), "X") | {ord("﹫"): "@", ord("﹕"): ":", ord("﹒"): "."}
    return plain | dict.fromkeys(map(ord, "\r\x0b\x0c\x85\u2028\u2029"), "\n") | {ord("\t"): " "}


_PLAIN = _table()
_OCTET = r"(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"
_NOT_TEXT = re.compile(
    r"data:[\w.+-]{1,40}/[\w.+-]{1,60}(?:;[\w=.-]{1,40}){0,4};base64,[A-Za-z0-9+/=]*"
    r"|(?<![A-Za-z0-9])sha(?:256|384|512)-[A-Za-z0-9+/]{43,88}={0,2}"
    r"|(?<![A-Za-z0-9])[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}(?![A-Za-z0-9])"
    r"|(?<![A-Za-z0-9])(?=[0-9]{0,127}[a-fA-F])[0-9a-fA-F]{32,128}(?![A-Za-z0-9])"
    rf"|(?<![A-Za-z0-9.])(?:{_OCTET}\.){{3}}{_OCTET}(?![A-Za-z0-9.])"
)


def plain_text(text: str) -> str:
    """Half-width text of the same length; every digit is ASCII, every blank a space, every dash a hyphen.

    >>> plain_text("１３８－１２３４\\u3000５６７８")
    '138-1234 5678'
    """
    return _NOT_TEXT.sub(lambda match: STRUCK * len(match[0]), text.translate(_PLAIN))
