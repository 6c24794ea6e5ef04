"""Rates of events with Byar's interval, exact for few events: unit by unit and together."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from swe.core.errors import DataError
from swe.show.result import Note, Result
from swe.stats.frames import account, read_columns, spread, statuses
from swe.stats.intervals import count_limits, z_value

REFERENCE = "Breslow & Day (1987), IARC Scientific Publications 82, p. 69; Garwood (1936), doi:10.1093/biomet/28.3-4.437"
NOTES = (
    Note(
        "method",
        "率的区间按事件数的 Byar 法，事件数不足 10 时用精确 Poisson 区间，再除以暴露量",
        "intervals of rates are Byar's for the count, exact Poisson below 10 events, divided by the exposure",
    ),
    Note("reference", REFERENCE, REFERENCE),
)


def rate(data: Any, *, count: str, exposure: str, unit: str | None = None, level: float = 0.95) -> Result:
    """Rates count/exposure with Byar's limits, exact below 10 events.

    Parameters
    ----------
    data
        A frame (or a mapping of names to arrays), a row a unit.
    count, exposure
        Columns: events, and what they are divided by in whole units (persons, households, person-years), since a
        denominator below 20 is marked.
    unit
        Column that says who; without it the column `unit`, else the index.
    level
        Confidence level, a fraction.

    Returns
    -------
    Result
        `kind="rate"`. Values `estimate se lower upper n` of all units together (n is the exposure). Table `unit value
        se lower upper n status method count`: rates per 1, `se` = √count/exposure, `method` exact or byar. Rates may
        exceed 1. An exposure of 0 is `not_applicable`, below 20 `below_validity`.

    Raises
    ------
    DataError
        Columns absent, negative or not numbers, events without exposure, a named unit twice, or no exposure at all.

    References
    ----------
    Breslow & Day (1987), Statistical Methods in Cancer Research II, p. 69; Garwood (1936),
    doi:10.1093/biomet/28.3-4.437.

    Examples
    --------
    >>> found = rate({"visits": [65], "persons": [100]}, count="visits", exposure="persons")
    >>> found.table[["lower", "upper", "method"]].round(6).values.tolist()
    [[0.501632, 0.828491, 'byar']]
    """
    z_value(level)
    read = read_columns(
        data, {"count": count, "exposure": exposure}, unit=unit, not_negative=("count", "exposure")
    )
    events, over = read.numbers["count"], read.numbers["exposure"]
    if (read.known & (over == 0) & (events > 0)).any():
        raise DataError(
            f"有单位的 {exposure} 为 0 而 {count} 大于 0，请核对分母",
            f"there are units with {count} above 0 and {exposure} of 0; check the denominator",
        )
    status = statuses(read.known, over)
    used = read.known & (status != "not_applicable")
    if not used.any():
        raise DataError("没有一个单位有暴露量", "no unit has an exposure")
    o, e = events[used], over[used]
    lower, upper, method = count_limits(o, level=level)
    table = pd.DataFrame(
        {
            "unit": read.unit,
            "value": spread(used, o / e),
            "se": spread(used, np.sqrt(o) / e),
            "lower": spread(used, lower / e),
            "upper": spread(used, upper / e),
            "n": over,
            "status": status,
            "method": spread(used, method, ""),
            "count": events,
        }
    )
    return Result("rate", table, _together(o.sum(), e.sum(), level), (*NOTES, *account(status)))


def _together(o: float, e: float, level: float) -> dict[str, float]:
    lower, upper, _ = count_limits([o], level=level)
    return {
        "estimate": float(o / e),
        "se": float(np.sqrt(o) / e),
        "lower": float(lower[0] / e),
        "upper": float(upper[0] / e),
        "n": float(e),
    }
