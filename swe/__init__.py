"""swe: evaluation of township social-work stations (乡镇街道社工站) in China.

The public names are imported when first used, so that `import swe` costs nothing.
"""

from __future__ import annotations

import importlib
from typing import Any

_HOME = {
    "region": "swe.reference.regions",
    "published": "swe.reference.published",
    "press_number": "swe.reference.press",
    "coverage": "swe.indicators.coverage",
    "claims": "swe.indicators.claims",
    "panel": "swe.indicators.panel",
    "load": "swe.ledgers.load",
    "framework": "swe.indicators.frameworks",
    "score": "swe.indicators.scores",
    "report": "swe.reports.command",
    "open_report": "swe.reports.regional",
    "Bounded": "swe.core.bounded",
    "Result": "swe.show.result",
    "SweError": "swe.core.errors",
}
_MODULES = ("indicators", "stats")

__all__ = [*_HOME, *_MODULES]


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(importlib.import_module(_HOME[name]), name)
    if name in _MODULES:
        return importlib.import_module(f"swe.{name}")
    raise AttributeError(f"module 'swe' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
