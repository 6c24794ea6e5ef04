"""The township that an address names, as a code: all of an address that may pass the border.

Only what the register knows and what is certain; a street or a village is dropped with the rest.
"""

from __future__ import annotations

import re
from functools import lru_cache

from swe.ledgers.plain_text import plain_text
from swe.reference import name_index, names

_TOWNSHIP_END = re.compile(r"街道办事处|街道办|街道|镇|乡|苏木|地区")


def township_code(address: str, *, within: str = "") -> str | None:
    """The nine-digit code of the township that an address names, or None where that is not certain.

    `within` is the code of a region that the address lies in; it decides between townships of one name.

    >>> township_code("贵州省福泉市金山街道双谷村3组15号"), township_code("金山街道双谷村3组"), township_code("双谷村")
    ('522702001', None, None)
    >>> township_code("金山街道双谷村3组", within="522702")
    '522702001'
    """
    text = names.tidy(plain_text(str(address)))[:40]
    for end in _TOWNSHIP_END.finditer(text):
        codes = _townships(text[: end.end()].replace("街道办", "街道").replace("街道事处", "街道"))
        near = [code for code in codes if code.startswith(within)]
        if len(near) == 1:
            return near[0]
    return None


@lru_cache(maxsize=65536)
def _townships(path: str) -> tuple[str, ...]:
    return tuple(match.code for match in name_index.matches(path) if len(match.code) == 9)
