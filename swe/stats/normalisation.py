"""Normalisation: indicators of different units onto one scale on which more is better.

What is best and what 0 means differs between the methods, so each is named in the notes of the index that uses it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

import numpy as np

from swe.core.errors import DataError, UsageError
from swe.stats.index_frames import Floats, plain_number

Normalise = Literal["minmax", "zscore", "goalposts", "rank"]
Direction = Literal["up", "down"]

METHODS: dict[str, tuple[str, str]] = {
    "minmax": ("极差标准化 (x−min)/(max−min)", "min–max, (x − min)/(max − min)"),
    "zscore": (
        "标准分 (x−均值)/标准差（除以 n−1）",
        "z-score, (x − mean)/standard deviation (n − 1)",
    ),
    "goalposts": ("目标值标准化 (x−下限)/(上限−下限)", "goalposts, (x − low)/(high − low)"),
    "rank": (
        "秩次标准化（最差为 1/n，最好为 1，同值取平均秩）",
        "ranks over n (worst 1/n, best 1, ties averaged)",
    ),
}


def normalised(
    raw: Floats,
    names: Sequence[str],
    directions: Sequence[str],
    *,
    method: str,
    goalposts: Mapping[str, tuple[float, float]] | None = None,
) -> Floats:
    """`raw` of shape (n, p) on one scale, NaN kept; a `down` indicator is turned round.

    Raises DataError for an indicator without variation (but goalposts), UsageError for wrong goalposts.
    """
    if method == "goalposts":
        posts = _goalposts(goalposts, names)
    elif goalposts is not None:
        raise UsageError(
            'goalposts 只用于 normalise="goalposts"', 'goalposts belong to normalise="goalposts" alone'
        )
    columns = []
    for j, name in enumerate(names):
        x = raw[:, j]
        known = x[~np.isnan(x)]
        if method != "goalposts" and (known.size < 2 or known.min() == known.max()):
            raise DataError(
                f"指标“{name}”在各单位间没有差别，无法标准化：请去掉它，或给出目标值（goalposts）",
                f"indicator {name!r} does not vary between units and cannot be normalised: "
                "leave it out, or give goalposts",
            )
        up = directions[j] == "up"
        if method == "minmax":
            low, high = known.min(), known.max()
            columns.append((x - low) / (high - low) if up else (high - x) / (high - low))
        elif method == "zscore":
            z = (x - known.mean()) / known.std(ddof=1)
            columns.append(z if up else -z)
        elif method == "rank":
            columns.append(_rank_share(x if up else -x))
        else:
            low, high = posts[j]
            columns.append((x - low) / (high - low) if up else (high - x) / (high - low))
    return np.column_stack(columns)


def _rank_share(x: Floats) -> Floats:
    """Average rank from the worst, divided by the number of known values; NaN kept."""
    from scipy.stats import rankdata

    return rankdata(x, method="average", nan_policy="omit") / (~np.isnan(x)).sum()


def _goalposts(
    given: Mapping[str, tuple[float, float]] | None, names: Sequence[str]
) -> list[tuple[float, float]]:
    absent = [n for n in names if n not in (given or {})]
    if given is None or absent:
        raise UsageError(
            f'normalise="goalposts" 须给出每个指标的（下限, 上限），缺：{"、".join(absent)}',
            f'normalise="goalposts" needs (low, high) for every indicator; missing: {", ".join(absent)}',
        )
    pairs = [n for n in names if not isinstance(given[n], Sequence) or len(given[n]) != 2]
    if pairs:
        raise UsageError(
            f"目标值须为（下限, 上限）：{'、'.join(pairs)}",
            f"goalposts must be (low, high): {', '.join(pairs)}",
        )
    posts = [
        (plain_number(f"goalposts[{n!r}]", given[n][0]), plain_number(f"goalposts[{n!r}]", given[n][1]))
        for n in names
    ]
    wrong = [n for n, (low, high) in zip(names, posts, strict=True) if not low < high]
    if wrong:
        raise UsageError(
            f"目标值的下限须小于上限：{'、'.join(wrong)}（方向由 directions 给出）",
            f"goalposts must have low < high: {', '.join(wrong)} (the direction stands in directions)",
        )
    return posts


def direction_list(names: Sequence[str], directions: Mapping[str, str] | Sequence[str] | str) -> list[str]:
    """`up` or `down` for each indicator, from a mapping, a list in their order, or one word for all."""
    if isinstance(directions, str):
        found: list[str | None] = [directions] * len(names)
    elif isinstance(directions, Mapping):
        unknown = [str(n) for n in directions if n not in names]
        if unknown:
            raise UsageError(
                f"directions 中有未列入的指标：{'、'.join(unknown)}",
                f"directions names unknown indicators: {', '.join(unknown)}",
            )
        found = [directions.get(n) for n in names]
    else:
        found = list(directions)
    if len(found) != len(names) or any(d not in ("up", "down") for d in found):
        raise UsageError(
            f"directions 须为每个指标写明 up（越大越好）或 down（越小越好），收到 {directions!r}",
            f"directions must say up (more is better) or down for every indicator; received {directions!r}",
        )
    return [str(d) for d in found]
