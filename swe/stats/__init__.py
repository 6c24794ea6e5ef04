"""Floor 4: evaluation statistics: pure functions on arrays and frames, each returning a Result."""

from swe.stats.pace import pace

__all__ = ["pace"]
