"""The frame of indicators: one row a unit and code, with value, interval, status and the evidence line of each number.

Long, so that every number stands beside what it was made of; text columns are built as dictionaries and spelt out
once, because a country has millions of rows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from swe.core.errors import UsageError
from swe.indicators.framework_model import (
    Count,
    Coverage,
    DaysBetween,
    Mean,
    Measure,
    Part,
    Rate,
    Ratio,
    Stations,
    Sum,
    TargetOf,
    Where,
)
from swe.indicators.framework_model import Rating as RatingMeasure
from swe.indicators.measure_sql import column, spec
from swe.indicators.quantities import STATUSES, Figures
from swe.ledgers.checks.targets import UNITS_OF
from swe.stats.intervals import byar, wilson

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from swe.indicators.station_scope import Asked, Floats, Scope

COLUMNS = (
    *("unit", "period", "indicator", "numerator", "denominator", "value", "lower", "upper", "status"),
    *("declared", "n", "measure_unit", "kind", "region", "basis", "capped", "reporting", "stations"),
)
# What a row of a table is counted in.
UNIT_OF: Mapping[str, str] = {
    "stations": "station", "workers": "person", "clients": "person", "cases": "case", "groups": "group",
    "activities": "activity", "findings": "issue",
}  # fmt: skip
UNIT_OF_KEY: Mapping[str, str] = {
    "station_id": "station", "client_id": "person", "worker_id": "person", "person_key": "person",
    "household_id": "household", "case_id": "case", "group_id": "group", "activity_id": "activity",
    "respondent_id": "person", "service_domain": "domain", "organisation": "organisation", "party": "party",
}  # fmt: skip


_BLOCK = 1024  # units


@dataclass(frozen=True)
class Item:
    """Something with a row in the frame: a measure of a framework, or one of a list.

    kinds    station kinds that it is asked of
    found    a count of findings (veto, deduction): as seen, without an interval
    """

    code: str
    measure: Measure
    kinds: tuple[str, ...]
    full: float = 0.0
    missing: str = "zero"
    found: bool = False


@dataclass(frozen=True)
class Line:
    """The figures of one code, ready to stand in the frame."""

    code: str
    figures: Figures
    measure_unit: str
    basis: str


def limits(found: Figures) -> tuple[Floats, Floats]:
    """Wilson limits of proportions, Byar's of counts (over what they are divided by), NaN elsewhere."""
    lower, upper = np.full(len(found.value), np.nan), np.full(len(found.value), np.nan)
    known = ~np.isnan(found.value)
    if found.limits == "wilson":
        known &= (found.denominator > 0) & (found.numerator >= 0) & (found.numerator <= found.denominator)
        lower[known], upper[known] = wilson(found.numerator[known], found.denominator[known])
    elif found.limits == "byar":
        scale = np.broadcast_to(np.asarray(found.scale, dtype=float), known.shape)
        known &= (scale > 0) & (found.numerator >= 0)
        low, high = byar(found.numerator[known])
        lower[known], upper[known] = low / scale[known], high / scale[known]
    return lower, upper


def frame(scope: Scope, lines: Sequence[Line]) -> pd.DataFrame:
    """The long frame: units in the order of their codes, within each the codes as given."""
    import pandas as pd

    units, codes = len(scope.units), len(lines)
    unit = np.repeat(np.arange(units, dtype=np.int32), codes)
    code = np.tile(np.arange(codes, dtype=np.int32), units)
    found = [each.figures for each in lines]
    bounds = [limits(each) for each in found]
    nothing = np.full(units, np.nan)
    columns: dict[str, Any] = {
        "unit": _words([str(each) for each in scope.units], unit),
        "period": _repeated([scope.asked.text], units * codes),
        "indicator": _repeated([each.code for each in lines], units),
        "numerator": _cells([each.numerator for each in found]),
        "denominator": _cells([each.denominator for each in found]),
        "value": _cells([each.value for each in found]),
        "lower": _cells([low for low, _ in bounds]),
        "upper": _cells([high for _, high in bounds]),
        "status": _words(STATUSES, _cells([each.status for each in found], "int8")),
        "declared": _cells([nothing if each.declared is None else each.declared for each in found]),
        "n": _cells([each.n for each in found], "int64"),
        "measure_unit": _category([each.measure_unit for each in lines], code),
        "kind": _category(scope.kind if scope.by_station else [""] * units, unit),
        "region": _category(scope.region if scope.by_station else scope.units, unit),
        "basis": _category([each.basis for each in lines], code),
        "capped": _cells([np.minimum(each.value, 1) if each.completion else nothing for each in found]),
        "reporting": _cells([each.reporting for each in found], "int64"),
        "stations": _cells([each.stations for each in found], "int64"),
    }
    return pd.DataFrame({name: columns[name] for name in COLUMNS}, copy=False)


def _cells(columns: Sequence[NDArray[Any]], kind: str = "float64") -> NDArray[Any]:
    """Columns of codes as rows of units: unit by unit, code by code."""
    rows = len(columns[0]) if columns else 0
    made = np.empty((rows, len(columns)), dtype=kind)
    for start in range(0, rows, _BLOCK):  # in blocks that stay in the cache while they are turned round
        part = slice(start, start + _BLOCK)
        made[part] = np.array([each[part] for each in columns]).T
    return made.reshape(-1)


def _words(texts: Sequence[str], at: NDArray[Any]) -> Any:
    """Texts by their places, as pandas keeps text."""
    import pyarrow as pa

    return _text(pa.array(list(texts), pa.large_string()).take(pa.array(at)))


def _repeated(texts: Sequence[str], times: int) -> Any:
    """The same texts over and over."""
    import pyarrow as pa

    one = pa.array(list(texts), pa.large_string())
    if len(texts) == 1:
        return _text(pa.repeat(one[0], times))
    return _text(pa.concat_arrays([one] * times) if times else one[:0])


def _category(texts: Sequence[Any] | NDArray[Any], at: NDArray[Any]) -> Any:
    """Texts by their places, each kept once."""
    import pandas as pd

    known = {str(text): i for i, text in enumerate(sorted({str(each) for each in texts}))}
    place = np.array([known[str(text)] for text in texts], dtype=np.int32)
    return pd.Categorical.from_codes(place[at] if len(texts) else at, list(known))


def _text(told: Any) -> Any:
    import pandas as pd
    import pyarrow as pa

    return pd.arrays.ArrowStringArray(
        pa.chunked_array([told]), dtype=pd.StringDtype("pyarrow", na_value=np.nan)
    )


# -- units and evidence --


def measure_unit(measure: Measure | Part) -> str:
    """What a value is counted in; `fraction` for proportions, `a/b` for one unit over another."""
    match measure:
        case Count(count=table):
            return UNIT_OF_KEY.get(measure.distinct, "") if measure.distinct else UNIT_OF.get(table, "record")
        case Sum(sum=table):
            return column(table, measure.column).unit
        case TargetOf():
            return UNITS_OF[measure.target][0] if measure.target in UNITS_OF else ""
        case Stations(stations=name):
            return "station" if name == "all" else column("stations", name).unit
        case Mean(mean=table):
            first = column(table, measure.column if isinstance(measure.column, str) else measure.column[0])
            return "fraction" if first.type == "boolean" else first.unit
        case Ratio():
            return over(measure_unit(measure.ratio), measure_unit(measure.to))
        case Rate():
            return over(measure_unit(measure.rate), measure.per)
        case DaysBetween():
            return "day"
        case _:
            return "fraction"


def over(above: str, below: str) -> str:
    return "fraction" if above == below else f"{above}/{below}"


def evidence(measure: Measure, asked: Asked, snapshot: str) -> str:
    """Table, filter, period and snapshot of a number in one ASCII line."""
    return evidence_line(what(measure), asked, snapshot, dated=_dated(measure))


def evidence_line(counted: str, asked: Asked, snapshot: str, *, dated: bool = True) -> str:
    """What was counted, over which days, out of which snapshot."""
    days = "each station's contract" if asked.period is None else f"{asked.period.first}..{asked.period.last}"
    parts = [counted, days if dated else "any date", f"snapshot {snapshot[:6]}"]
    return ", ".join(parts).encode("ascii", "backslashreplace").decode("ascii")


def what(measure: Measure | Part) -> str:
    """What a measure counts, in the words of the framework file."""
    match measure:
        case Count(count=table):
            keys = f"distinct {measure.distinct} of " if measure.distinct else ""
            return f"{keys}{table}{_where(measure.where)}{_minima(measure)}"
        case Sum(sum=table):
            return f"sum of {table}.{measure.column}{_where(measure.where)}{_minima(measure)}"
        case Mean(mean=table):
            names = measure.column if isinstance(measure.column, str) else "+".join(measure.column)
            return f"mean of {table}.{names}{_where(measure.where)}{_minima(measure)}"
        case TargetOf():
            return f"targets of {measure.target} (pro rata by days)"
        case Stations(stations=name):
            return f"stations{'' if name == 'all' else '.' + name}{_where(measure.where)}"
        case Ratio():
            return f"{what(measure.ratio)} over {what(measure.to)}"
        case Rate():
            return f"{what(measure.rate)} per {measure.per} open"
        case Coverage(coverage=table):
            key = f" by {measure.distinct}" if measure.distinct else ""
            return f"{table}{_where(measure.where)} of {measure.of}{_where(measure.of_where)}{key}"
        case RatingMeasure():
            return f"ratings by {'+'.join(measure.rating)}, round {measure.round}"
        case DaysBetween(days_between=table):
            return f"{measure.statistic} days {table}.{measure.from_} to {measure.to}{_where(measure.where)}"
        case _:
            among = _where(measure.of)
            return f"share of {measure.share}{among or ' (all)'} with{_where(measure.where)[6:]}{_minima(measure)}"


def _where(where: Where) -> str:
    tests = []
    for name, test in where.items():
        if test.equals is not None:
            tests.append(f"{name}={test.equals}")
        if test.in_ is not None:
            tests.append(f"{name} in ({'|'.join(test.in_)})")
        if test.between is not None:
            tests.append(f"{name} {test.between.low or ''}..{test.between.high or ''}")
        if test.notnull is not None:
            tests.append(f"{name} {'given' if test.notnull else 'not given'}")
    return f" where {' and '.join(tests)}" if tests else ""


def _minima(measure: Any) -> str:
    return " (valid)" if measure.valid else ""


def _dated(measure: Measure | Part) -> bool:
    """Whether the period decides which rows count."""
    match measure:
        case (
            Count(count=table)
            | Sum(sum=table)
            | Mean(mean=table)
            | DaysBetween(days_between=table)
            | Coverage(coverage=table)
        ):
            return bool(spec(table).date)
        case Ratio():
            return _dated(measure.ratio) or _dated(measure.to)
        case Rate() | TargetOf():
            return True
        case Stations() | RatingMeasure():
            return False
        case _:
            return bool(spec(measure.share).date)


def refuse_empty(scope: Scope) -> None:
    """UsageError where no station stands in a unit of the kind asked for."""
    if len(scope.ids) and not len(scope.units):
        raise UsageError(
            f"台账中没有一个站的区划代码细到 {scope.asked.by}，不能按它汇总",
            f"no station of the ledger has a region code down to the {scope.asked.by}; it cannot be grouped by it",
        )
