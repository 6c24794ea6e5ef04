"""What titles, sheet names and file names say of a table: the year, the month, and the station.

One sheet a station or a month is a habit; what the name says fills the column that is not there.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from swe.ledgers.region_cells import read_region

_YEAR = re.compile(r"(?<!\d)(20[0-4]\d)(?:年|(?!\d))")
_MONTH = re.compile(r"(?<![\d.])(?:(20[0-4]\d)[年./-])?(1[0-2]|0?[1-9])月(?!\d)")
_NUMERIC_MONTH = re.compile(r"(?<!\d)(20[0-4]\d)[.\-_/]?(0[1-9]|1[0-2])(?!\d)")
_LABELLED = re.compile(r"(?:填报|填表|报送)?(?:单位|站点|社工站)(?:名称)?[:]([^\s:,;()]{2,24})")
_STATION = re.compile(
    r"([\u4e00-\u9fff]{2,20}?(?:社会工作服务总?站|社会工作总?站|社工服务总?站|社工总?站|社工室))"
)
_PLACE = re.compile(r"站|社工|镇|乡|街道|社区|中心")  # else what stands behind 单位： may be a person
_BEFORE = re.compile(r"^(?:.*?20\d\d年(?:度)?(?:\d{1,2}月(?:份)?)?)")


def year_of(texts: Sequence[str]) -> int | None:
    """The one year that the first text with any names; None where it names two.

    >>> year_of(["小组台账", "2023年"]), year_of(["2022年5月至2023年5月"])
    (2023, None)
    """
    for text in texts:
        years = {int(year) for year in _YEAR.findall(_plain(text))}
        if years:
            return years.pop() if len(years) == 1 else None
    return None


def month_of(texts: Sequence[str]) -> str | None:
    """The one month that a text names, with the year of this or another text.

    >>> month_of(["5月", "2023年台账"]), month_of(["3-5月", "2023年"])
    ('2023-05', None)
    """
    for text in texts:
        plain = _plain(text)
        if re.search(r"\d\s*(?:月|年)?\s*(?:-|至|到|~|—)+\s*(?:20\d\d年)?\d{1,2}月", plain):
            return None
        found = {(year, int(month)) for year, month in _MONTH.findall(plain)}
        found = found or {(year, int(month)) for year, month in _NUMERIC_MONTH.findall(plain)}
        if len(found) == 1:
            year, month = found.pop()
            whole = int(year) if year else year_of(texts)
            return f"{whole}-{month:02d}" if whole else None
        if found:
            return None
    return None


def station_of(texts: Sequence[str], within: str) -> str | None:
    """The one station that a text names: after a label, by 社工站, or a township as the whole of it.

    >>> station_of(["2023年福泉市牛场镇社工站小组台账"], ""), station_of(["Sheet1", "填报单位：金山街道社工站"], "")
    ('福泉市牛场镇社工站', '金山街道社工站')
    """
    for text in texts:
        plain = re.sub(r"\.[A-Za-z]{3,7}$", "", _plain(text))
        labelled = {match for match in _LABELLED.findall(plain) if _PLACE.search(match)}
        if len(labelled) == 1:
            return labelled.pop()
        named = {
            match
            for match in _STATION.findall(_BEFORE.sub("", plain))
            if match not in ("乡镇社工站", "街道社工站")
        }
        if len(named) == 1:
            return named.pop()
        bare = re.sub(r"^\d{1,3}[.、_-]?", "", plain).strip()
        if 2 <= len(bare) <= 12 and not bare.isascii() and not named:
            place = read_region(bare, within)
            if place.code and len(place.code) == 9:
                return bare
    return None


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text)
