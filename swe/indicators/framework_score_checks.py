"""What can be wrong with a score rule of an indicator system: which rule, which way, and whether full points can be had.

Percent written for a proportion (`to: 90`) is the mistake that costs most: every station would get almost nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from swe.core.strict_yaml import Loc
from swe.indicators.framework_filter_checks import Problem
from swe.indicators.framework_model import (
    RULES,
    Band,
    Count,
    Coverage,
    Extra,
    Indicator,
    Mean,
    Measure,
    Rating,
    Share,
    Step,
)

PROPORTIONS = (Share, Coverage, Rating)


def score_problems(item: Indicator | Extra, loc: Loc) -> Iterator[Problem]:
    """Every problem of the rule of an indicator or bonus item; `loc` is that of `score`."""
    score = item.score
    given = [rule for rule in RULES if getattr(score, rule) is not None]
    if len(given) != 1:
        yield (
            (*loc, *given[1:2]),
            f"score 要恰好写一个规则（{'、'.join(RULES)}）和 points",
            f"score takes exactly one rule ({', '.join(RULES)}) and points",
        )
        return
    yield from _kind_of_rule(item, loc)
    if score.linear is not None:
        yield from _linear(item, (*loc, "linear"))
    if score.steps is not None:
        yield from _steps(item, score.steps, (*loc, "steps"))
    if score.bands is not None:
        yield from _bands(item, score.bands, (*loc, "bands"))
    if score.reach is not None:
        yield from _reach(item, score.reach, (*loc, "reach"))
    yield from _percent(item, loc)


def _up(item: Indicator | Extra) -> bool:
    return not isinstance(item, Indicator) or item.direction == "up"


def _kind_of_rule(item: Indicator | Extra, loc: Loc) -> Iterator[Problem]:
    """The rule `rating` belongs to ratings, `yesno` to what is 0 or 1."""
    rated = isinstance(item.measure, Rating)
    if item.score.rating is not None and not rated:
        yield (
            (*loc, "rating"),
            "rating 规则只用于评分（measure: rating）",
            "the rule rating is for the measure rating only",
        )
    if rated and item.score.rating is None:
        (rule,) = (rule for rule in RULES if getattr(item.score, rule) is not None)
        yield (
            (*loc, rule),
            "评分（measure: rating）要用规则 rating: share",
            "the measure rating takes the rule rating: share",
        )
    if rated and not _up(item):
        yield (
            (*loc, "rating"),
            "评分总是越高越好，direction 不能是 down",
            "more points are always better: a rating cannot have direction down",
        )
    if item.score.yesno is not None and not _yes_or_no(item.measure) and not rated:
        yield (
            (*loc, "yesno"),
            "yesno 只用于是非（对 stations 的 share、mean 或 count）；其他请写 reach",
            "yesno is for what is 0 or 1 (a share, mean or count of stations); write reach instead",
        )


def _yes_or_no(measure: Measure) -> bool:
    """Whether a measure is 0 or 1 for a station: it has one row in `stations`."""
    if isinstance(measure, Share):
        return measure.share == "stations"
    if isinstance(measure, Mean):
        return measure.mean == "stations" and isinstance(measure.column, str)
    return isinstance(measure, Count) and measure.count == "stations"


def _linear(item: Indicator | Extra, loc: Loc) -> Iterator[Problem]:
    ends = item.score.linear
    assert ends is not None
    if ends.from_ == ends.to:
        yield (*loc, "to"), "from 和 to 相等", "from and to are equal"
    elif isinstance(item, Indicator) and (ends.from_ < ends.to) != _up(item):
        yield (
            loc,
            f"direction 是 {item.direction}，而 linear 从 {ends.from_:g} 到 {ends.to:g}，方向相反",
            f"direction is {item.direction}, but linear runs from {ends.from_:g} to {ends.to:g}",
        )


def _steps(item: Indicator | Extra, steps: tuple[Step, ...], loc: Loc) -> Iterator[Problem]:
    """Values rise; points rise with them, or fall where less is better."""
    up = _up(item)
    for i, (one, next_) in enumerate(pairwise(steps), start=1):
        if next_.from_ <= one.from_:
            yield (*loc, i, "from"), "steps 的 from 要逐级增大", "from of the steps must rise"
        if next_.points == one.points or (next_.points > one.points) != up:
            yield (
                (*loc, i, "points"),
                f"direction 是 {'up' if up else 'down'}，steps 的分数要逐级{'增加' if up else '减少'}",
                f"direction is {'up' if up else 'down'}, so the points of the steps must {'rise' if up else 'fall'}",
            )
    yield from _full(item, [step.points for step in steps], loc)


def _bands(item: Indicator | Extra, bands: tuple[Band, ...], loc: Loc) -> Iterator[Problem]:
    right = []
    for i, band in enumerate(bands):
        if band.from_ is not None and band.to is not None and band.from_ >= band.to:
            yield (
                (*loc, i, "from"),
                f"区间的 from（{band.from_:g}）要小于 to（{band.to:g}）",
                f"from of a band ({band.from_:g}) must be below to ({band.to:g})",
            )
        else:
            right.append(i)
    for k, i in enumerate(right):
        for j in right[:k]:
            if _overlap(bands[i], bands[j]):
                yield (
                    (*loc, i),
                    f"与第 {j + 1} 个区间重叠；区间含 from、不含 to",
                    f"overlaps with band {j + 1}; a band holds its from and not its to",
                )
                break
    yield from _full(item, [band.points for band in bands], loc)


def _overlap(one: Band, other: Band) -> bool:
    def below(a: Band, b: Band) -> bool:
        return a.to is not None and b.from_ is not None and a.to <= b.from_

    return not (below(one, other) or below(other, one))


def _full(item: Indicator | Extra, points: list[float], loc: Loc) -> Iterator[Problem]:
    full = item.score.points
    for i, each in enumerate(points):
        if each > full:
            yield (
                (*loc, i, "points"),
                f"{each:g} 分超过满分 {full:g}",
                f"{each:g} points are more than the full {full:g}",
            )
    if full not in points and max(points) <= full:
        yield loc, f"没有一级达到满分 {full:g}", f"none gives the full {full:g} points"


def _reach(item: Indicator | Extra, threshold: float, loc: Loc) -> Iterator[Problem]:
    """A threshold that everyone or no one reaches, where values are known not to be negative."""
    if isinstance(item.measure, PROPORTIONS):
        always = threshold <= 0 if _up(item) else threshold >= 1
    else:
        always = isinstance(item.measure, Count) and _up(item) and threshold <= 0
    never = not _up(item) and threshold < 0 and isinstance(item.measure, (*PROPORTIONS, Count))
    if always or never:
        yield (
            loc,
            f"direction 是 {'up' if _up(item) else 'down'}，{threshold:g} {'人人达到' if always else '无人达到'}",
            f"direction is {'up' if _up(item) else 'down'}: {'every' if always else 'no'} value reaches {threshold:g}",
        )


def _percent(item: Indicator | Extra, loc: Loc) -> Iterator[Problem]:
    """Proportions are per 1."""
    if not isinstance(item.measure, PROPORTIONS):
        return
    score = item.score
    ends: list[tuple[Loc, float | None]] = []
    if score.linear is not None:
        ends = [(("linear", "from"), score.linear.from_), (("linear", "to"), score.linear.to)]
    for i, step in enumerate(score.steps or ()):
        ends.append((("steps", i, "from"), step.from_))
    for i, band in enumerate(score.bands or ()):
        ends.append((("bands", i, "from"), band.from_))
    ends.append((("reach",), score.reach))
    for where, end in ends:
        if end is not None and end > 1:
            yield (
                (*loc, *where),
                f"比例按 1 计（90% 写 0.9），写的是 {end:g}",
                f"a proportion is per 1 (90 % is 0.9); got {end:g}",
            )
