"""Check 14: what was not reported is not zero. A month is reported when the station left any record of service in it."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from swe.ledgers.checks.ledger import Ledger, month_numbers, month_text, numbers
from swe.ledgers.checks.rule import Rule
from swe.ledgers.issues import Issue

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from swe.core.dates import Period

MONTH = Rule(
    "missing.month", 14, "warning",
    "本站有 {n} 个月没有任何服务记录（{zh_months}）；这是未报告，不是零。",
    "This station has no record of service at all in {n} months ({en_months}); that is not reported, not zero.",
    "补报缺月的台账；确实没有服务的，在月报表写 0。", "Hand in the missing months; where there was no service, write 0 in the monthly report.",
)  # fmt: skip
TABLE = Rule(
    "missing.table", 14, "warning",
    "本站没有交“{zh_table}”；这是未报告，不是零。", "This station has handed in no table of {en_table}; that is not reported, not zero.",
    "补交该表；确实没有的，在月报表写 0。", "Hand in the table; where there is nothing, write 0 in the monthly report.",
)  # fmt: skip
STATION = Rule(
    "missing.station", 14, "warning",
    "本站没有交任何服务台账；各项服务是未报告，不是零。",
    "This station has handed in no service ledger at all; its services are not reported, not zero.",
    "交台账；未开展服务的在备注说明。", "Hand in the ledgers; say in the note where there was no service.",
)  # fmt: skip
EMPTY = Rule(
    "missing.empty_table", 14, "warning",
    "交了“{zh_table}”，但没有一行读入；这是未报告，不是零。", "The table of {en_table} was handed in, but not a row of it was accepted; that is not reported, not zero.",
    "填写数据，或按各行的问题改正；确实没有的，在月报表写 0。", "Fill it in, or mend its rows; where there is nothing, write 0 in the monthly report.",
)  # fmt: skip
RULES = (MONTH, TABLE, STATION, EMPTY)

REPORTED = ("cases", "groups", "activities", "visits", "linkages", "supervision", "training")
# What every township station is contracted to do (docs/background.md, service units), so that a missing table is remarkable.
EXPECTED = ("workers", "cases", "groups", "activities", "visits")
# A monthly report of zero (or more) speaks for these tables.
_DECLARED = {
    "cases": "cases",
    "groups": "groups",
    "activities": "activities",
    "visits": "households_visited",
    "supervision": "supervision_hours",
    "training": "training_sessions",
    "linkages": "resources_cny",
}
COMPLETENESS_COLUMNS = ("station", "month", "table", "status", "records")
_SHOWN = 6  # months named in a message


def missing(ledger: Ledger) -> list[Issue]:
    """Months without any record between the first and last that a station should have; tables that are absent."""
    if not len(ledger.stations):
        return []
    counts, declared = _counts(ledger), _declared(ledger)
    own = counts.groupby("station")["month"].agg(["min", "max"]).reindex(np.arange(len(ledger.stations)))
    first, last = _windows(ledger, own, until=float(_month_of(ledger.today)))
    active = counts.groupby("station")["month"].agg(set)
    zeros = declared.groupby("station")["month"].agg(set) if len(declared) else pd.Series(dtype="object")
    at, n, zh, en = [], [], [], []
    for station, months in active.items():
        said = months | zeros.get(station, set())
        gaps = [m for m in np.arange(first[station], last[station] + 1) if m not in said]
        if gaps:
            shown = [month_text(m) for m in gaps[:_SHOWN]]
            more = len(gaps) > _SHOWN
            at.append(station)
            n.append(len(gaps))
            zh.append("、".join(shown) + ("等" if more else ""))
            en.append(", ".join(shown) + (" and others" if more else ""))
    found = _flag_anywhere(ledger, MONTH, at, {"n": n, "zh_months": zh, "en_months": en})
    return found + _absent(ledger, active.index.to_numpy(dtype=int), declared)


def completeness(ledger: Ledger, period: Period | None = None) -> pd.DataFrame:
    """Station × month × table with its status (COMPLETENESS_COLUMNS).

    reported      the table has records of the month
    zero          no record in this table, but the station reported other services in the month and keeps this
                  table, or its monthly report declares 0
    not_reported  no record in any table, the table never handed in, or a declared number above 0 without a record
    """
    counts, declared = _counts(ledger), _declared(ledger)
    if not len(ledger.stations) or (counts.empty and period is None):
        return _empty()
    opened, closed = _life(ledger)
    if period is None:
        size = len(ledger.stations)
        all_months = {
            "min": np.fmax(counts["month"].min(), opened),
            "max": np.fmin(counts["month"].max(), closed),
        }
        first, last = _windows(
            ledger, pd.DataFrame(all_months, index=np.arange(size)), until=float(counts["month"].max())
        )
    else:
        first = np.fmax(float(_month_of(period.first)), opened)
        last = np.fmin(float(_month_of(period.last)), closed)
    due = np.maximum(last - first + 1, 0).astype(int)
    station = np.repeat(np.arange(len(due)), due)
    month = np.concatenate([[], *(np.arange(f, f + d) for f, d in zip(first, due, strict=True) if d)])
    grid = pd.DataFrame({"station": station, "month": month})
    parts = []
    for table in REPORTED:
        here = counts[counts["table"] == table][["station", "month", "records"]]
        said = declared[declared["table"] == table][["station", "month", "said"]]
        parts.append(
            grid.merge(here, on=["station", "month"], how="left")
            .merge(said, on=["station", "month"], how="left")
            .assign(table=table, kept=grid["station"].isin(here["station"]).to_numpy())
        )
    frame = pd.concat(parts, ignore_index=True)
    active = frame["records"].groupby([frame["station"], frame["month"]]).transform("sum").to_numpy() > 0
    records = frame["records"].fillna(0).astype(int)
    zero = (frame["said"] == 0) | (frame["said"].isna() & active & frame["kept"])
    frame = frame.assign(
        status=np.select([records > 0, zero], ["reported", "zero"], "not_reported"),
        records=records,
        station=ledger.stations[frame["station"].to_numpy()].to_numpy(),
        month=[month_text(m) for m in frame["month"]],
        place=frame["table"].map({name: i for i, name in enumerate(REPORTED)}),
    )
    frame = frame.sort_values(["station", "month", "place"], kind="stable")
    return (
        frame[list(COMPLETENESS_COLUMNS)]
        .astype({"month": "string", "status": "string"})
        .reset_index(drop=True)
    )


def _counts(ledger: Ledger) -> pd.DataFrame:
    """Records by station (number), month (number) and table."""
    parts = []
    for name in REPORTED:
        date = ledger.contract[name].date
        rows = ledger.rows(name, date)
        month = month_numbers(rows[date])
        held = ~np.isnan(month) & (rows["_station"] >= 0).to_numpy()
        keys = pd.DataFrame({"station": rows["_station"].to_numpy()[held], "month": month[held]})
        parts.append(
            keys.groupby(["station", "month"]).size().rename("records").reset_index().assign(table=name)
        )
    return pd.concat(parts, ignore_index=True)


def _declared(ledger: Ledger) -> pd.DataFrame:
    """Declared numbers of a month by station, month and table (`said`); the largest where several are given."""
    rows = ledger.rows("targets", "measure", "month", "declared_in_month")
    table = rows["measure"].map({measure: name for name, measure in _DECLARED.items()})
    month = month_numbers(rows["month"])
    said = numbers(rows["declared_in_month"])
    held = table.notna().to_numpy() & ~np.isnan(month) & ~np.isnan(said) & (rows["_station"] >= 0).to_numpy()
    frame = pd.DataFrame(
        {
            "station": rows["_station"].to_numpy()[held],
            "month": month[held],
            "table": table[held],
            "said": said[held],
        }
    ).astype({"table": "object"})
    return frame.groupby(["station", "month", "table"])["said"].max().reset_index()


def _life(ledger: Ledger) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The months in which each station opened and closed; NaN where not given."""
    rows = ledger.rows("stations", "opened_on", "closed_on")
    rows = rows[rows["_station"] >= 0].drop_duplicates("_station", keep=False)
    at = rows["_station"].to_numpy()
    opened, closed = (np.full(len(ledger.stations), np.nan) for _ in range(2))
    opened[at], closed[at] = month_numbers(rows["opened_on"]), month_numbers(rows["closed_on"])
    return opened, closed


def _windows(
    ledger: Ledger, own: pd.DataFrame, *, until: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """First and last month that each station should have: its contract inside its life, widened to `own` (min, max).

    Nothing after `until` is due by contract.
    """
    size = len(ledger.stations)
    rows = ledger.rows("stations", "contract_from", "contract_to")
    rows = rows[rows["_station"] >= 0].drop_duplicates("_station", keep=False)
    at = rows["_station"].to_numpy()
    start, end = (np.full(size, np.nan) for _ in range(2))
    start[at], end[at] = month_numbers(rows["contract_from"]), month_numbers(rows["contract_to"])
    opened, closed = _life(ledger)
    start = np.where(np.isnan(start), np.nan, np.fmax(start, opened))
    end = np.where(np.isnan(end), np.nan, np.fmin(np.fmin(end, closed), until))
    low, high = (own[name].to_numpy(dtype=float) for name in ("min", "max"))
    return np.fmin(start, low), np.fmax(end, high)


def _absent(ledger: Ledger, active: NDArray[np.int64], declared: pd.DataFrame) -> list[Issue]:
    """Township stations without any service record; with some, but without a table that every station has."""
    rows = ledger.rows("stations", "kind")
    rows = rows[(rows["_station"] >= 0) & (rows["kind"] == "station").fillna(False)].drop_duplicates(
        "_station"
    )
    works = rows["_station"].isin(active)
    found = ledger.flag(STATION, "stations", rows[~works], "station_id")
    for name in EXPECTED:
        has = rows["_station"].isin(ledger.tables[name]["_station"])
        zero = rows["_station"].isin(declared["station"][declared["table"] == name])
        table = ledger.contract[name]
        found += ledger.flag(
            TABLE, "stations", rows[works & ~has & ~zero], "station_id", zh_table=table.zh, en_table=table.en
        )
    return found


def empty_tables(ledger: Ledger) -> list[Issue]:
    """Sheets of services that the reader recognised and that gave no row."""
    found: list[Issue] = []
    for account in ledger.accounts:
        if account.table in REPORTED and not account.accepted:
            place = pd.DataFrame({"_file": [account.file], "_sheet": [account.sheet], "_row": [pd.NA]})
            table = ledger.contract[account.table]
            found += ledger.flag(EMPTY, account.table, place, zh_table=table.zh, en_table=table.en)
    return found


def _flag_anywhere(ledger: Ledger, rule: Rule, at: list[int], counts: dict[str, list[Any]]) -> list[Issue]:
    """Issues of stations, each where the station's row stands, else where its first records do."""
    found: list[Issue] = []
    left = np.array(at, dtype=int)
    for name in ("stations", *REPORTED):
        here = np.isin(left, ledger.anchors[name].index)
        found += ledger.flag_stations(
            rule,
            name,
            left[here],
            "",
            **{k: [v for v, h in zip(c, here, strict=True) if h] for k, c in counts.items()},
        )
        counts = {k: [v for v, h in zip(c, here, strict=True) if not h] for k, c in counts.items()}
        left = left[~here]
    return found


def _month_of(day: date) -> int:
    return day.year * 12 + day.month - 1


def _empty() -> pd.DataFrame:
    frame = pd.DataFrame({column: pd.Series(dtype="string") for column in COMPLETENESS_COLUMNS})
    return frame.astype({"records": "int64"})
