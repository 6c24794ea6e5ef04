"""`Number`: one row of results.json, and how it is written for people.

The report is a view of these rows: a number that is not among them is not in the report.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any, Literal

from swe.core.bounded import Bounded
from swe.core.errors import DataError

Status = Literal["ok", "missing", "not_applicable", "below_validity", "suppressed"]


@dataclass(frozen=True)
class Number:
    """A number with its region, labels, bounds, unit, method, source and date (results.json, docs/formats.md §3).

    `value` is None where only bounds are known; `lower`, `upper` are None where unbounded or exact.
    """

    id: str
    region: str
    label_zh: str
    label_en: str
    value: float | None
    lower: float | None
    upper: float | None
    unit: str
    method: str
    source: str
    as_of: str
    status: Status = "ok"

    def label(self, lang: str) -> str:
        return self.label_zh if lang == "zh" else self.label_en

    @property
    def approximate(self) -> bool:
        return self.method.endswith("approx")

    def document(self) -> dict[str, Any]:
        return asdict(self)


def number(
    id: str,
    region: str,
    labels: tuple[str, str],
    value: Bounded | float | None,
    *,
    unit: str,
    method: str,
    source: str,
    as_of: str,
    status: Status = "ok",
) -> Number:
    """A `Number` from a `Bounded`, a float or None (status `missing` unless told otherwise)."""
    if isinstance(value, float) and math.isnan(value):
        value = None
    if value is None:
        status = "missing" if status == "ok" else status
        point = lower = upper = None
    else:
        b = value if isinstance(value, Bounded) else Bounded.exact(value)
        point, lower, upper = b.point, _finite(b.low), _finite(b.high)
        if b.is_exact:
            lower = upper = None
        method = _method(method, b)
    return Number(
        id, region, *labels, _tidy(point), _tidy(lower), _tidy(upper), unit, method, source, as_of, status
    )


def _method(method: str, b: Bounded) -> str:
    """A rough number says so, and a one-sided one is no number as published."""
    published = method in ("as published", "press bound", "press approx")
    if b.approximate:
        return "press approx" if published else f"{method}, approx"
    return "press bound" if method == "as published" and b.point is None else method


def by_id(numbers: Iterable[Number]) -> dict[str, Number]:
    """Numbers by id, sorted; the same id with two contents is an error of ours."""
    found: dict[str, Number] = {}
    for n in numbers:
        if found.setdefault(n.id, n) != n:
            raise DataError(f"数字 {n.id} 有两个不同的值", f"number {n.id} has two different values")
    return dict(sorted(found.items()))


# -- as text --------------------------------------------------------------------------------------------------


def text_of(n: Number, lang: str = "zh", *, signed: bool = False, prose: bool = False) -> str:
    """The number without its unit word: 1,094 · 72.45% · ≥ 0.91 · ≤ 40,000 · 约 30 · 1,509.90–1,510.11 · —.

    In prose ≥ and ≤ are words (至少, at most).

    A one-sided bound is rounded outwards, so that what is printed stays true; other numbers to the nearest.
    """
    percent = n.unit in ("fraction", "percent")
    scale = 100 if n.unit == "fraction" else 1
    value, lower, upper = (_scaled(x, scale) for x in (n.value, n.lower, n.upper))
    tail = "%" if percent else ""
    if n.status != "ok" and value is None and lower is None and upper is None:
        return "—"
    if value is not None and (kept := _guarded(n, value)):
        return kept
    if value is not None:
        about = ("约 " if lang == "zh" else "about ") if n.approximate else ""
        if n.approximate and n.method != "press approx":
            value = _two_digits(value)  # what follows from a rough number is no more exact than it
        return about + _written(value, percent, signed=signed) + tail
    if lower is not None and upper is not None and lower != 0:
        digits = _digits_between(lower, upper, percent)
        return f"{_fixed(lower, digits)}–{_fixed(upper, digits)}{tail}"
    most, least = _BOUNDS[lang] if prose else ("≤", "≥")
    if upper is not None:
        return f"{most} {_written(upper, percent, toward=1)}{tail}"
    if lower is not None and lower != 0:
        return f"{least} {_written(lower, percent, toward=-1)}{tail}"
    return "无确数" if lang == "zh" else "not stated"


_BOUNDS = {"zh": ("至多", "至少"), "en": ("at most", "at least")}


def interval_text(n: Number) -> str:
    """The interval behind a number with a point, or an empty text."""
    if n.value is None or n.lower is None or n.upper is None:
        return ""
    percent, scale = n.unit in ("fraction", "percent"), 100 if n.unit == "fraction" else 1
    lower, upper = round(n.lower * scale, 10), round(n.upper * scale, 10)
    if n.method.startswith("score total"):  # outwards, so that the total printed below lies inside
        return f"{_down(lower)}–{_down(upper, up=True)}"
    digits = _digits_between(lower, upper, percent)
    return f"{_fixed(lower, digits)}–{_fixed(upper, digits)}{'%' if percent else ''}"


def _guarded(n: Number, value: float) -> str:
    """Numbers of a score never look better than they are: a total of 89.96 has missed 90, a gap of 0.04 is one.

    A share of resamples has as many digits as 500 of them allow, and only all are 100 %.
    """
    how = n.method.split(", ")[0]
    if how == "score total":
        return _down(value)
    if how == "score gap":
        return _down(value, up=True)
    if how == "share of resamples" and n.unit == "fraction":
        return f"{100 if value >= 100 else 0 if value <= 0 else min(99, max(1, round(value)))}%"
    return ""


def _down(x: float, *, up: bool = False) -> str:
    """One decimal, downwards or upwards; none where it is whole."""
    whole = (math.ceil(x * 10 - 1e-9) if up else math.floor(x * 10 + 1e-9)) / 10
    return _fixed(whole, 0 if whole.is_integer() else 1)


def _written(x: float, percent: bool, *, toward: int = 0, signed: bool = False) -> str:
    digits = 2 if percent and not float(x).is_integer() else _digits(x)
    if toward:
        step = 10.0**digits
        x = (math.floor(x * step + 1e-9) if toward < 0 else math.ceil(x * step - 1e-9)) / step
    return ("+" if signed and x > 0 else "") + _fixed(x, digits)


def _digits(x: float) -> int:
    if float(x).is_integer():
        return 0
    size = abs(x)
    return 2 if size < 10 else 1 if size < 1000 else 0


def _digits_between(lower: float, upper: float, percent: bool) -> int:
    """Enough digits to tell the ends of an interval apart."""
    if float(lower).is_integer() and float(upper).is_integer():
        return 0
    width = upper - lower
    needed = math.ceil(-math.log10(width)) + 1 if width > 0 else 0
    return min(4, max(2 if percent else min(_digits(lower), 1), needed))


def _fixed(x: float, digits: int) -> str:
    text = f"{x:,.{digits}f}"
    return text.replace("-", "−") if x < 0 else text


def _two_digits(x: float) -> float:
    """x to two significant digits."""
    return round(x, 1 - math.floor(math.log10(abs(x)))) if x else x


def _scaled(x: float | None, scale: int) -> float | None:
    """Per cent of a fraction without the dust of binary floats (0.56 × 100)."""
    return None if x is None else round(x * scale, 10)


def _finite(x: float) -> float | None:
    return x if math.isfinite(x) else None


def _tidy(x: float | None) -> float | None:
    """Whole floats as ints and the rest to 12 significant digits: the same bytes everywhere."""
    if x is None:
        return None
    if float(x).is_integer() and abs(x) < 1e15:
        return int(x)
    return float(f"{x:.12g}")
