"""Built, staffed, serving by the stations' own records: the verified column beside what was published.

A published rate is a claim about a list that nobody shows. Where ledgers are there, their list of stations, rosters and
service records say in which township units a station stands, is staffed, and served people of late.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from swe.core.dates import Period
from swe.reference.register import DIGITS, TOWNSHIP_UNITS, rows

KIND = "station"  # of a township; main stations and village rooms cover no unit
RECENT_MONTHS = 3  # “近期”: the last quarter of the period
RATES = ("built", "staffed", "serving")


@dataclass(frozen=True)
class Listed:
    """Township units of a region, and those in which a station is built, staffed, serving.

    units     in the register
    known     rate → units of which it is recorded
    possible  rate → units of which it may be true: those of `known`, and those whose stations recorded nothing to tell by
    elsewhere stations that stand in no township unit of the register (zones, farms, a code that is not nine digits)
    """

    units: int
    known: Mapping[str, int]
    possible: Mapping[str, int]
    elsewhere: int


def listed(stations: pd.DataFrame, *, prefix: str, period: Period, vintage: str) -> Listed:
    """Count units of a register by the rows of `ledger_facts.station_facts`, at the close of the period.

    Built: a township station opened by then and not closed. Staffed: one of its workers is in post (no roster: its own
    number of resident workers). Serving: a case, group, activity or visit within the last three months; a station
    without any service record in the whole period may serve and not report, and is unknown.
    """
    units = {
        code
        for code, row in rows(vintage).items()
        if len(code) == DIGITS["township"] and code.startswith(prefix) and row.kind in TOWNSHIP_UNITS
    }
    mine = stations[stations["kind"].fillna(KIND) == KIND]
    opened, closed = (pd.to_datetime(mine[name]).dt.date for name in ("opened_on", "closed_on"))
    last = period.last
    open_then = [(o is pd.NaT or o <= last) and (c is pd.NaT or c > last) for o, c in zip(opened, closed, strict=True)]  # fmt: skip
    mine = mine.loc[np.array(open_then, dtype=bool)]  # an empty list would choose no columns
    here = mine["region_code"].isin(units)
    built = mine[here]
    people = built["in_post"].fillna(built["resident_workers"]).astype("Float64")
    served = pd.to_datetime(built["last_service"]).dt.date
    recent = pd.Series(
        [day is not pd.NaT and day >= _since(last) for day in served], index=built.index, dtype=bool
    )
    unit = built["region_code"]
    counts = {
        "built": (set(unit), set(unit)),
        "staffed": (set(unit[(people > 0).fillna(False)]), set(unit[(people > 0).fillna(True)])),
        "serving": (set(unit[recent]), set(unit[recent | served.isna()])),
    }
    return Listed(
        len(units),
        {rate: len(known) for rate, (known, _) in counts.items()},
        {rate: len(possible) for rate, (_, possible) in counts.items()},
        int((~here).sum()),
    )


def _since(last: date) -> date:
    """The first day of the months that are recent: the month of the last day, and those before it.

    >>> _since(date(2023, 5, 31)), _since(date(2023, 1, 15))
    (datetime.date(2023, 3, 1), datetime.date(2022, 11, 1))
    """
    months = 12 * last.year + last.month - 1 - (RECENT_MONTHS - 1)
    return date(months // 12, months % 12 + 1, 1)
