"""Numbers that know how sure they are: `Bounded(low, point, high, unit)`.

Press releases say 2000余 and 近四万; taking such bounds for points is the field's commonest mistake. A bounded
number carries its interval through + - × ÷ and compares with three answers: certainly, possibly, cannot say.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from swe.core.errors import DataError

Verdict = Literal["yes", "no", "cannot_say"]
INF = math.inf


@dataclass(frozen=True)
class Bounded:
    """A number between `low` and `high` (infinite where unbounded), with a `point` only where one is known.

    `approximate` marks a rough press number (约30): the point is given, its bounds are not.
    Adding or subtracting different units, or comparing them, raises `DataError`.

    >>> Bounded.exact(1094, "station") / Bounded.exact(1510, "station")
    Bounded(low=0.7245033112582782, point=0.7245033112582782, high=0.7245033112582782, unit='')
    >>> Bounded.at_least(1000, "person") / Bounded.exact(1094, "station")
    Bounded(low=0.9140767824497258, point=None, high=inf, unit='person/station')
    """

    low: float
    point: float | None
    high: float
    unit: str = ""
    approximate: bool = False

    def __post_init__(self) -> None:
        if self.point is None and self.low == self.high:  # nothing else it could be
            object.__setattr__(self, "point", self.low)
        if math.isnan(self.low) or math.isnan(self.high) or self.low > self.high:
            raise DataError(
                f"区间不成立：下限 {self.low}，上限 {self.high}",
                f"not an interval: low {self.low}, high {self.high}",
            )
        if self.point is not None and not self.low <= self.point <= self.high:
            raise DataError(
                f"点值 {self.point} 不在区间 [{self.low}, {self.high}] 内",
                f"point {self.point} lies outside [{self.low}, {self.high}]",
            )

    def __repr__(self) -> str:
        rough = ", approximate=True" if self.approximate else ""
        return (
            f"Bounded(low={self.low!r}, point={self.point!r}, high={self.high!r}, unit={self.unit!r}{rough})"
        )

    @classmethod
    def exact(cls, value: float, unit: str = "") -> Bounded:
        """A number known as it stands."""
        return cls(value, value, value, unit)

    @classmethod
    def at_least(cls, value: float, unit: str = "") -> Bounded:
        """余, 多, 超, 逾, 不少于: a lower bound and no point."""
        return cls(value, None, INF, unit)

    @classmethod
    def at_most(cls, value: float, unit: str = "", *, floor: float = 0) -> Bounded:
        """近, 最高: an upper bound and no point; counts are not negative."""
        return cls(floor, None, value, unit)

    @classmethod
    def about(cls, value: float | None, unit: str = "", *, floor: float = -INF) -> Bounded:
        """约, 左右: a rough point without bounds, or none at all (数十)."""
        return cls(floor, value, INF, unit, approximate=True)

    @classmethod
    def rounded(cls, text: str, unit: str = "") -> Bounded:
        """A figure rounded to the digits it is printed with: half a unit of the last digit either way.

        >>> Bounded.rounded("72.45", "percent")
        Bounded(low=72.445, point=72.45, high=72.455, unit='percent')
        """
        number = Decimal(text)
        half = Decimal(5).scaleb(int(number.as_tuple().exponent) - 1)
        return cls(plain(number - half), plain(number), plain(number + half), unit)

    @property
    def is_exact(self) -> bool:
        return self.low == self.high

    @property
    def has_interval(self) -> bool:
        """Bounded on at least one side without being exact."""
        return not self.is_exact and (math.isfinite(self.low) or math.isfinite(self.high))

    def contains(self, value: float) -> bool:
        return self.low <= value <= self.high

    def with_unit(self, unit: str) -> Bounded:
        return Bounded(self.low, self.point, self.high, unit, self.approximate)

    def scaled(self, factor: float, unit: str | None = None) -> Bounded:
        """Times a positive constant, in another unit (per cent to fractions)."""
        if factor <= 0:
            raise DataError(f"倍数须为正数：{factor}", f"the factor must be positive: {factor}")
        point = None if self.point is None else self.point * factor
        return Bounded(
            self.low * factor,
            point,
            self.high * factor,
            self.unit if unit is None else unit,
            self.approximate,
        )

    # -- arithmetic: the result has a point only where both operands have one --

    def __neg__(self) -> Bounded:
        point = None if self.point is None else -self.point
        return Bounded(-self.high, point, -self.low, self.unit, self.approximate)

    def __add__(self, other: Bounded | float) -> Bounded:
        b = self._like(other)
        return Bounded(self.low + b.low, _both(self, b, "+"), self.high + b.high, self.unit, self._rough(b))

    def __sub__(self, other: Bounded | float) -> Bounded:
        return self + (-self._like(other))

    def __mul__(self, other: Bounded | float) -> Bounded:
        b = _bounded(other)
        corners = [_times(x, y) for x in (self.low, self.high) for y in (b.low, b.high)]
        unit = "*".join(u for u in (self.unit, b.unit) if u)
        return Bounded(min(corners), _both(self, b, "*"), max(corners), unit, self._rough(b))

    def __truediv__(self, other: Bounded | float) -> Bounded:
        b = _bounded(other)
        unit = "" if self.unit == b.unit else f"{self.unit}/{b.unit}" if b.unit else self.unit
        if b.low <= 0 <= b.high:
            return self._over_zero(b, unit)
        corners = [_over(x, y) for x in (self.low, self.high) for y in (b.low, b.high)]
        return Bounded(min(corners), _both(self, b, "/"), max(corners), unit, self._rough(b))

    __radd__ = __add__
    __rmul__ = __mul__

    def __rsub__(self, other: float) -> Bounded:
        return self._like(other) - self

    def __rtruediv__(self, other: float) -> Bounded:
        return _bounded(other) / self

    # -- comparison --

    def at_least_as_much(self, other: Bounded | float) -> Verdict:
        """Whether self >= other: certainly (`yes`), certainly not (`no`), or `cannot_say`."""
        b = self._like(other)
        if self.approximate or b.approximate:
            return "cannot_say"
        if self.low >= b.high:
            return "yes"
        return "no" if self.high < b.low else "cannot_say"

    def certainly_at_least(self, other: Bounded | float) -> bool:
        return self.at_least_as_much(other) == "yes"

    def possibly_at_least(self, other: Bounded | float) -> bool:
        return self.at_least_as_much(other) != "no"

    def agrees_with(self, other: Bounded | float) -> bool:
        """Whether the two intervals share a value."""
        b = self._like(other)
        return self.low <= b.high and b.low <= self.high

    # -- helpers --

    def _like(self, other: Bounded | float) -> Bounded:
        b = other if isinstance(other, Bounded) else Bounded.exact(other, self.unit)
        if b.unit != self.unit:
            raise DataError(
                f"单位不同，不能相加或比较：{self.unit or '无单位'} 与 {b.unit or '无单位'}",
                f"different units cannot be added or compared: {self.unit or 'none'} and {b.unit or 'none'}",
            )
        return b

    def _rough(self, other: Bounded) -> bool:
        return self.approximate or other.approximate

    def _over_zero(self, b: Bounded, unit: str) -> Bounded:
        if b.is_exact:
            raise DataError("分母为零，无法计算比率", "the denominator is zero: there is no ratio")
        if b.low == 0 and self.low >= 0:  # a count between 0 and something: the ratio has a floor, no ceiling
            return Bounded(_over(self.low, b.high), _both(self, b, "/"), INF, unit, self._rough(b))
        return Bounded(-INF, _both(self, b, "/"), INF, unit, self._rough(b))


def plain(number: Decimal) -> float:
    """An int where the number is whole, else the nearest float."""
    return int(number) if number == number.to_integral_value() else float(number)


def _bounded(value: Bounded | float) -> Bounded:
    return value if isinstance(value, Bounded) else Bounded.exact(value)


def _times(x: float, y: float) -> float:
    return 0 if x == 0 or y == 0 else x * y  # 0 × ∞ at a corner of an interval is 0


def _over(x: float, y: float) -> float:
    if math.isinf(y):
        return 0
    return x / y


def _both(a: Bounded, b: Bounded, sign: str) -> float | None:
    if a.point is None or b.point is None:
        return None
    if sign == "+":
        return a.point + b.point
    if sign == "*":
        return a.point * b.point
    return a.point / b.point if b.point else None
