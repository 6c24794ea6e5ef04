"""What the register knows of a region, as the document and the lines of `swe region`."""

from __future__ import annotations

from datetime import date
from typing import Any

from swe.core.dates import parse_date
from swe.core.errors import SweError, UsageError
from swe.reference import register
from swe.reference.regions import Region, find, parents, region


def region_document(query: str, as_of: str | None, *, today: date) -> tuple[dict[str, Any], SweError | None]:
    """The document of `swe region --json` (docs/formats.md §4): {"matches": [...]}, and the error if the query is ambiguous.

    An ambiguous name gives all candidates and the error that lists them; an unknown one raises.
    """
    vintage = register.nearest_vintage(parse_date(as_of, today=today)) if as_of else register.NEWEST
    try:
        return {"matches": [_match(region(query), vintage)]}, None
    except UsageError as error:
        candidates = find(query)
        return {"matches": [_match(each, vintage) for each in candidates]}, error


def _match(place: Region, vintage: str) -> dict[str, Any]:
    used = vintage if register.in_vintage(place.code, vintage) else register.last_vintage(place.code)
    counted = register.tally(place.code, used)
    return {
        "code": place.code,
        "name": place.name,
        "level": place.level,
        "parents": [above.name for above in parents(place) if above.name not in register.PLACEHOLDERS],
        "kinds": dict(counted.kinds),
        "units": register.unit_count(place.code, used),
        "villages": counted.villages,
        "communities": counted.communities,
        "vintage": used,
    }


def region_lines(document: dict[str, Any], lang: str) -> list[str]:
    """The document for people."""
    lines = []
    for m in document["matches"]:
        lines.append(f"{m['code']}  {''.join(m['parents'])}{m['name']}  ({m['level']}, {m['vintage']})")
        kinds = ", ".join(f"{kind} {count:,}" for kind, count in m["kinds"].items() if count)
        zh = f"  乡镇级单位 {m['units']:,}（{kinds}）；村（社区）{m['villages']:,}，其中社区 {m['communities']:,}"
        en = f"  {m['units']:,} township units ({kinds}); {m['villages']:,} villages, of which {m['communities']:,} communities"
        lines.append(zh if lang == "zh" else en)
    return lines
