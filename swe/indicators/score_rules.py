"""Score rules: from the value of an indicator to its points, as floats on arrays and exactly as fractions.

A total that is 90 in decimals must be 90: floats do the work, fractions decide where a float might fall on the wrong
side of a cut-off or break a tie.
"""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from swe.core.errors import DefinitionError
from swe.indicators.framework_model import RULES, Band, Extra, Indicator, Score, Step

Direction = Literal["up", "down"]
NAN = float("nan")


def as_fraction(x: float) -> Fraction:
    """The number as it is written: 0.1 is one tenth, not the nearest binary fraction.

    >>> as_fraction(0.1)
    Fraction(1, 10)
    """
    return Fraction(repr(float(x)))


def exact_value(value: float, numerator: float = NAN, denominator: float = NAN) -> Fraction:
    """The value as a fraction: numerator over denominator where `value` is that quotient, else as it is written.

    >>> exact_value(2 / 3, 2, 3), exact_value(0.7)
    (Fraction(2, 3), Fraction(7, 10))
    """
    if math.isfinite(numerator) and math.isfinite(denominator) and denominator != 0:
        quotient = as_fraction(numerator) / as_fraction(denominator)
        if float(quotient) == value:
            return quotient
    return as_fraction(value)


def direction_of(item: Indicator | Extra) -> Direction:
    """Which way is better; for a bonus always up."""
    return item.direction if isinstance(item, Indicator) else "up"


def rule_of(score: Score) -> str:
    """Which of the six rules a score is; DefinitionError unless it is exactly one and can give points."""
    found = [rule for rule in RULES if getattr(score, rule) is not None]
    if len(found) != 1:
        raise DefinitionError(
            f"计分规则须恰好写一个（{'、'.join(RULES)}），现有 {len(found)} 个",
            f"a score takes exactly one rule ({', '.join(RULES)}); it has {len(found)}",
        )
    if score.linear is not None and score.linear.from_ == score.linear.to:
        raise DefinitionError("linear 的 from 与 to 相等", "from and to of a linear rule are equal")
    return found[0]


def points(values: NDArray[np.floating], score: Score, direction: Direction = "up") -> NDArray[np.floating]:
    """Points of each value, in [0, `score.points`]; NaN for NaN. The float type of `values` is kept.

    linear   (value − from)/(to − from), held within 0 and 1, times the points; from > to where less is better
    steps    up: the points of the highest step at or below the value, none below the first; down: the points of the
             lowest step at or above the value, none above the last
    reach    all points at the threshold or better (up: ≥, down: ≤)
    yesno    true: all points where the value is 1; false: where it is 0
    rating   the value, held within 0 and 1, times the points
    bands    the points of the band [from, to) that holds the value, none outside

    >>> from swe.indicators.framework_model import Score
    >>> points(np.array([0.4, 0.65, 1.2]), Score.model_validate({"linear": {"from": 0.4, "to": 0.9}, "points": 10}))
    array([ 0.,  5., 10.])
    """
    kind = values.dtype
    full = kind.type(score.points)
    match rule_of(score):
        case "linear":
            assert score.linear is not None
            low, high = score.linear.from_, score.linear.to
            share = (values - kind.type(low)) / kind.type(high - low)
            return np.asarray(np.clip(share, 0, 1) * full)  # NaN stays NaN
        case "rating":
            return np.asarray(np.clip(values, 0, 1) * full)
        case "steps":
            found = _steps(values, score.steps or (), direction)
        case "bands":
            found = _bands(values, score.bands or ())
        case "reach":
            threshold = kind.type(score.reach)
            met = values >= threshold if direction == "up" else values <= threshold
            found = np.where(met, full, kind.type(0))
        case _:
            found = np.where(values == (1 if score.yesno else 0), full, kind.type(0))
    return np.where(np.isnan(values), kind.type(NAN), np.minimum(found, full)).astype(kind, copy=False)


def _steps(
    values: NDArray[np.floating], steps: tuple[Step, ...], direction: Direction
) -> NDArray[np.floating]:
    ordered = sorted(steps, key=lambda step: step.from_)
    froms = np.array([step.from_ for step in ordered], dtype=values.dtype)
    given = np.array([step.points for step in ordered], dtype=values.dtype)
    nothing = np.zeros(1, dtype=values.dtype)
    if direction == "up":
        return np.concatenate([nothing, given])[np.searchsorted(froms, values, side="right")]
    return np.concatenate([given, nothing])[np.searchsorted(froms, values, side="left")]


def _bands(values: NDArray[np.floating], bands: tuple[Band, ...]) -> NDArray[np.floating]:
    found = np.zeros_like(values)
    for band in bands:
        low = -math.inf if band.from_ is None else band.from_
        high = math.inf if band.to is None else band.to
        found[(values >= values.dtype.type(low)) & (values < values.dtype.type(high))] = band.points
    return found


def exact_points(value: Fraction, score: Score, direction: Direction = "up") -> Fraction:
    """Points of one value without any rounding: the exact twin of `points`.

    >>> from swe.indicators.framework_model import Score
    >>> exact_points(Fraction(2, 3), Score.model_validate({"rating": "share", "points": 10}))
    Fraction(20, 3)
    """
    full = as_fraction(score.points)
    match rule_of(score):
        case "linear":
            assert score.linear is not None
            low, high = as_fraction(score.linear.from_), as_fraction(score.linear.to)
            found = min(max((value - low) / (high - low), Fraction(0)), Fraction(1)) * full
        case "rating":
            found = min(max(value, Fraction(0)), Fraction(1)) * full
        case "steps":
            found = _exact_steps(value, score.steps or (), direction)
        case "bands":
            held = [as_fraction(band.points) for band in score.bands or () if _in_band(value, band)]
            found = held[-1] if held else Fraction(0)
        case "reach":
            threshold = as_fraction(score.reach or 0.0)
            met = value >= threshold if direction == "up" else value <= threshold
            found = full if met else Fraction(0)
        case _:
            found = full if value == (1 if score.yesno else 0) else Fraction(0)
    return min(found, full)


def _exact_steps(value: Fraction, steps: tuple[Step, ...], direction: Direction) -> Fraction:
    if direction == "up":
        met = [step for step in steps if as_fraction(step.from_) <= value]
        best = max(met, key=lambda step: step.from_, default=None)
    else:
        met = [step for step in steps if as_fraction(step.from_) >= value]
        best = min(met, key=lambda step: step.from_, default=None)
    return Fraction(0) if best is None else as_fraction(best.points)


def _in_band(value: Fraction, band: Band) -> bool:
    above = band.from_ is None or value >= as_fraction(band.from_)
    return above and (band.to is None or value < as_fraction(band.to))


def needed_value(
    wanted: NDArray[np.float64], value: NDArray[np.float64], score: Score, direction: Direction = "up"
) -> NDArray[np.float64]:
    """The value that gives at least `wanted` points, the nearest to `value` that is better; NaN where none does.

    linear and rating are solved, steps and bands give the end of the nearest one that suffices, reach and yesno
    their only value. A half-open band without a lower end has no nearest value from above: its upper end is
    approached, never met, and so not given (NaN).
    """
    full = score.points
    possible = wanted <= full
    match rule_of(score):
        case "linear":
            assert score.linear is not None
            low, high = score.linear.from_, score.linear.to
            found = low + (high - low) * wanted / full if full else np.full_like(wanted, NAN)
        case "rating":
            found = wanted / full if full else np.full_like(wanted, NAN)
        case "steps":
            ends = [(step.from_, step.points) for step in score.steps or ()]
            found = _nearest(wanted, value, ends)
        case "bands":
            ends = [(band.from_, band.points) for band in score.bands or () if band.from_ is not None]
            found = _nearest(wanted, value, ends)
        case "reach":
            found = np.full_like(wanted, score.reach)
        case _:
            found = np.full_like(wanted, 1.0 if score.yesno else 0.0)
    return np.where(possible, found, NAN)


def _nearest(
    wanted: NDArray[np.float64], value: NDArray[np.float64], ends: list[tuple[float, float]]
) -> NDArray[np.float64]:
    best = np.full_like(wanted, NAN)
    away = np.full_like(wanted, math.inf)
    for end, given in ends:
        distance = np.where(np.isnan(value), abs(end), np.abs(end - value))
        better = (given >= wanted) & (distance < away)
        best, away = np.where(better, end, best), np.where(better, distance, away)
    return best
