"""How a place is called in a report of either language."""

from __future__ import annotations

from swe.reference.regions import Region, english_name


def place_name(place: Region, lang: str) -> str:
    """贵州省; in English: Guizhou Province (贵州省)."""
    return place.name if lang == "zh" else f"{english_name(place)} ({place.name})"
