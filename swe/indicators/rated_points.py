"""What raters score in an indicator system: codes and full points, for those who make up or hand out ratings."""

from __future__ import annotations

from pathlib import Path

from swe.core.errors import UsageError
from swe.indicators.framework_model import Rating
from swe.indicators.frameworks import framework, framework_paths

NONE = "none"  # no indicator system


def rated_points(name: str, *, root: Path | None = None) -> dict[str, float]:
    """Full points by code of the indicators that raters score in a system named by its id; none for `none`.

    Raises UsageError for a system that is not on file, or that has nothing for raters to score.

    >>> rated_points("generic-100")["A3"], rated_points("none")
    (4.0, {})
    """
    if name == NONE:
        return {}
    known = framework_paths(root)
    if name not in known:
        listed = "、".join(known)
        raise UsageError(
            f"没有指标体系“{name}”；可用的有：{listed}，不要评分则写 none",
            f"no framework {name!r}; known: {', '.join(known)}; or none for no ratings",
        )
    found = framework(name, root=root)
    rated = {item.code: item.score.points for item in found.indicators if isinstance(item.measure, Rating)}
    if not rated:
        raise UsageError(
            f"指标体系“{name}”没有由评分人打分的指标",
            f"framework {name!r} has no indicator that raters score",
        )
    return rated
