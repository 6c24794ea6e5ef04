"""The panel that effects are estimated on: units of the register by period, when each got its station, and an outcome.

Units without a station keep their place with the outcomes of their population; whoever is dropped is counted and named as a group.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from swe.core.dates import Period
from swe.core.dates import period as read_period
from swe.core.errors import DataError, UsageError
from swe.indicators.panel_account import Counted, account_frame, notes_of
from swe.indicators.panel_openings import Openings, hub_dates, openings, station_frame, station_kinds
from swe.indicators.panel_outcomes import (
    FREQ,
    Combine,
    Outcomes,
    Time,
    activity_outcomes,
    outcome_frame,
    population_outcomes,
)
from swe.indicators.panel_units import DIGITS, Unit, merged_codes, units_below
from swe.reference import regions, register
from swe.show.result import Result
from swe.stats.frames import Floats, choice

if TYPE_CHECKING:
    from swe.ledgers.tables_view import Tables

OutcomeKind = Literal["population", "activity"]


@dataclass(frozen=True, eq=False)
class Panel(Result):
    """A `Result` of `kind="panel"` whose table is the panel, with what the effect estimators must know of it.

    outcome       its column
    outcome_kind  population (of the residents) or activity (of the stations: no effect can be read off it)
    unit, time    township or county; month, quarter or year
    account       what was read, kept and dropped: `item kept n zh en`, in the order in which it happened
    """

    outcome: str = field(kw_only=True)
    outcome_kind: OutcomeKind = field(kw_only=True)
    unit: Unit = field(kw_only=True)
    time: Time = field(kw_only=True)
    account: pd.DataFrame = field(kw_only=True)


def panel(
    data: Tables | pd.DataFrame,
    *,
    unit: Unit = "township",
    time: Time = "month",
    outcome: str,
    outcomes: pd.DataFrame | str | Path | None = None,
    region: str | None = None,
    period: str | None = None,
    vintage: str | None = None,
    combine: Combine = "sum",
    merged: Mapping[str, str] | None = None,
    treated_by: Sequence[str] | None = None,
) -> Panel:
    """The panel of a staggered roll-out: units by period, the first period with a station, and an outcome.

    Parameters
    ----------
    data
        What `swe.load` returned, or a frame of stations (`region_code opened_on`, perhaps `kind closed_on`).
    unit, time
        Whom and when a row is about.
    outcome
        With `outcomes` the column of it to take: an outcome of the population (recipients of assistance found, complaints,
        petitions, a survey). Without, a count of the stations' own ledger: a table (`visits`) or a column of one
        (`groups.sessions`); the panel is then marked `outcome_kind="activity"`, and the effect estimators refuse it.
    outcomes
        A long frame, or the path of a CSV, with a region (`region`, `region_code`, `code` or `unit`: codes or names of any
        year) and a time (`time`, `period`, `month`, `quarter`, `year` or `date`). A date stands for the period it lies in.
    region
        Whose units are in the panel. Default: the counties that outcomes (else stations) speak of.
    period
        The span of days of the panel. Default: from the first to the last outcome.
    vintage
        The register. Default: the cut-off nearest to the panel's last day. Codes of other years are followed by name where
        that leaves no doubt; `merged` (former code → code of today) says the rest.
    combine
        How outcomes of months, of merged places or of a county's townships are put together: `sum` for counts, `mean` for
        rates. One missing part makes the whole missing.
    treated_by
        Which stations make a unit treated. Default: `station` for townships, also `main_station` for counties.

    Returns
    -------
    Panel
        Values: `units periods rows treated not_treated beyond missing dropped`. Table, sorted by unit and time:
        `unit name county province kind villages time first_treated opened_on hub_opened treated exposure_months <outcome>
        status`. `time` and `first_treated` are pandas Periods (`first_treated` NaT where no station is known);
        `hub_opened` is the period of the county's main station; `treated` 1 while a station is open (a closure is thus
        visible and not recoded); `exposure_months` the open months within the period. `.table.attrs` holds `outcome` and
        `outcome_kind`. Fits `att_gt(panel.table, outcome=…, unit="unit", time="time", first_treated="first_treated")`.

    Raises
    ------
    UsageError
        Unknown options, a table or column that the ledger lacks, a region that nothing answers to.
    DataError
        Nothing in the register, repeated rows, outcomes of longer periods than the panel's.

    Examples
    --------
    >>> stations = pd.DataFrame({"region_code": ["522702102"], "opened_on": ["2022-05-17"]})
    >>> found = pd.DataFrame({"region": ["522702102", "522702103"] * 2, "month": ["2022-04"] * 2 + ["2022-05"] * 2,
    ...                       "found": [3, 2, 5, 2]})
    >>> made = panel(stations, outcome="found", outcomes=found)
    >>> made.outcome_kind, made["units"], made["treated"], made["dropped"]
    ('population', 2.0, 1.0, 6.0)
    >>> made.table.loc[made.table.unit == "522702102", "exposure_months"].round(3).tolist()
    [0.0, 0.484]
    """
    choice("unit", unit, tuple(DIGITS))
    choice("time", time, tuple(FREQ))
    choice("combine", combine, ("sum", "mean"))
    kinds, mapping = station_kinds(unit, treated_by), merged_codes(merged)
    stations = station_frame(data)
    asked = read_period(period) if period is not None else None
    fixed = register.known_vintage(vintage) if vintage else None
    newest = fixed or (register.nearest_vintage(asked.last) if asked else register.NEWEST)

    def read(known: str) -> Outcomes:
        if outcomes is not None:
            frame = outcome_frame(outcomes)
            return population_outcomes(
                frame, outcome=outcome, unit=unit, time=time, vintage=known, combine=combine, merged=mapping
            )
        if isinstance(data, pd.DataFrame):
            raise UsageError(
                "只有站点表时需要 outcomes（人群一侧的结果）",
                "with a frame of stations, outcomes (an outcome of the population) is needed",
            )
        return activity_outcomes(
            data, outcome=outcome, unit=unit, time=time, vintage=known, kinds=kinds, merged=mapping
        )

    found = read(newest)
    spans = _spans(found, asked, FREQ[time])
    chosen = fixed or register.nearest_vintage(spans[-1].end_time.date())
    if chosen != newest:
        found = read(chosen)
    opened = openings(stations, unit=unit, vintage=chosen, kinds=kinds, merged=merged)
    codes = units_below(_scope(region, found, opened), unit=unit, vintage=chosen)
    kind: OutcomeKind = "activity" if outcomes is None else "population"
    kept, counted = _kept(codes, found, opened, kind)
    amounts, exposure, early = _amounts(kept, spans, found, opened, kind)
    table = _table(kept, spans, opened, hub_dates(stations), exposure, vintage=chosen)
    table[outcome] = amounts.ravel()
    table["status"] = _statuses(amounts, exposure, kind).ravel()
    table.attrs.update(outcome=outcome, outcome_kind=kind)
    values = _values(table, codes, spans)
    rows = account_frame(found, opened, counted, values, early=early)
    notes = notes_of(rows, values, kind=kind, outcome=outcome, vintage=chosen)
    return Panel(
        "panel", table, values, notes, outcome=outcome, outcome_kind=kind, unit=unit, time=time, account=rows
    )


# -- who and when --


def _spans(found: Outcomes, asked: Period | None, freq: str) -> pd.PeriodIndex:
    if asked is None:
        return pd.period_range(found.wide.columns.min(), found.wide.columns.max(), freq=freq)
    first, last = asked.first, asked.last
    spans = pd.period_range(pd.Period(first, freq=freq), pd.Period(last, freq=freq), freq=freq)
    if spans[0].start_time.date() != first or spans[-1].end_time.date() != last:
        raise UsageError(
            f"period 的首末日（{first}、{last}）不在面板各期的边界上",
            f"period: its first and last day ({first}, {last}) are no ends of the panel's periods",
        )
    return spans


def _scope(region: str | None, found: Outcomes, opened: Openings) -> tuple[str, ...]:
    if region is not None:
        return (regions.region(region).code,)
    named = {code[:6] for code in found.wide.index}
    return tuple(sorted(named or {code[:6] for code in opened.frame.index}))


def _kept(
    codes: tuple[str, ...], found: Outcomes, opened: Openings, kind: OutcomeKind
) -> tuple[list[str], Counted]:
    """Units of the panel: those with an outcome and a treatment that is known; the others counted by reason."""
    known = set(found.wide.index[found.wide.notna().any(axis=1)])
    undated = set(opened.undated)
    silent = [code for code in codes if code not in known]
    unclear = [code for code in codes if code in known and code in undated]
    kept = [code for code in codes if code in known and code not in undated]
    if not kept:
        raise DataError(
            "没有一个单位既有结果又能确定建站时间",
            "no unit has both an outcome and a known time of opening",
        )
    strangers = len(found.wide.index.difference(list(codes)))
    idle = sum(code in opened.frame.index for code in silent)
    return kept, Counted(len(codes), len(silent), idle, len(unclear), strangers)


# -- the frame --


def _amounts(
    codes: list[str], spans: pd.PeriodIndex, found: Outcomes, opened: Openings, kind: OutcomeKind
) -> tuple[Floats, Floats, float]:
    """Outcomes and open months, (n, t) each, and how much was recorded while no station was open (activities only)."""
    dates = opened.frame.reindex(codes)
    exposure = _exposure(dates["opened"], dates["closed"], spans)
    values = found.wide.reindex(index=codes, columns=spans).to_numpy(dtype=float)
    if kind == "population":
        return values, exposure, 0.0
    early = float(np.nansum(values[exposure == 0]))
    reported = found.wide.columns[found.wide.notna().any()]
    within = np.asarray(spans.isin(reported))
    # a ledger with records reports every open month of its span; before, there is nothing to count
    return np.where((exposure > 0) & within, np.nan_to_num(values), np.nan), exposure, early


def _table(
    codes: list[str],
    spans: pd.PeriodIndex,
    opened: Openings,
    hubs: Mapping[str, pd.Timestamp],
    exposure: Floats,
    *,
    vintage: str,
) -> pd.DataFrame:
    freq, n, t = spans.freqstr[0], len(codes), len(spans)
    rows = register.rows(vintage)
    dates = opened.frame.reindex(codes)
    hub = pd.to_datetime(pd.Series([hubs.get(code[:6], pd.NaT) for code in codes]))
    by_unit = {
        "unit": codes,
        "name": [rows[code].name for code in codes],
        "county": [code[:6] for code in codes],
        "province": [code[:2] for code in codes],
        "kind": [rows[code].kind for code in codes],
        "villages": [register.village_count(code, vintage) for code in codes],
    }
    each = np.repeat(np.arange(n), t)
    frame = pd.DataFrame({name: np.asarray(column)[each] for name, column in by_unit.items()})
    return frame.assign(
        time=spans[np.tile(np.arange(t), n)],
        first_treated=pd.PeriodIndex(dates["opened"], freq=freq)[each],
        opened_on=dates["opened"].dt.strftime("%Y-%m-%d").to_numpy(dtype=object)[each],
        hub_opened=pd.PeriodIndex(hub, freq=freq)[each],
        treated=(exposure > 0).astype(int).ravel(),
        exposure_months=exposure.ravel(),
    )


def _statuses(amounts: Floats, exposure: Floats, kind: OutcomeKind) -> NDArray[np.str_]:
    status = np.where(np.isnan(amounts), "missing", "ok")
    return np.where(exposure > 0, status, "not_applicable") if kind == "activity" else status


def _exposure(opened: pd.Series, closed: pd.Series, spans: pd.PeriodIndex) -> Floats:
    """Calendar months that a unit's station was open within each period, first and last day included; (n, t)."""
    before = _months(spans.start_time.normalize() - pd.Timedelta(days=1))
    close = _months(spans.end_time.normalize())
    since = _months(pd.DatetimeIndex(opened) - pd.Timedelta(days=1))[:, None]
    until = _months(pd.DatetimeIndex(closed))[:, None]
    until = np.where(np.isnan(until), np.inf, until)
    months = np.minimum(close, until) - np.maximum(before, since)
    return np.where(np.isnan(months), 0.0, np.maximum(months, 0.0))


def _months(days: pd.DatetimeIndex) -> Floats:
    """12 × year + month + day / days in month of the close of each day; NaN for NaT (`swe.core.dates.months_between`)."""
    return (12 * days.year + days.month + days.day / days.days_in_month).to_numpy(dtype=float)


def _values(table: pd.DataFrame, codes: tuple[str, ...], spans: pd.PeriodIndex) -> dict[str, float]:
    units = table.drop_duplicates("unit")
    first = units["first_treated"]
    return {
        "units": float(len(units)),
        "periods": float(len(spans)),
        "rows": float(len(table)),
        "treated": float((first.notna() & (first <= spans[-1])).sum()),
        "not_treated": float(first.isna().sum()),
        "beyond": float((first.notna() & (first > spans[-1])).sum()),
        "missing": float((table["status"] == "missing").sum()),
        "dropped": float(len(codes) - len(units)),
    }
