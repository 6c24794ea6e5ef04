"""The outcome of each unit in each period: from a frame of the population side, or counted from the ledger.

Parts are added up only where all of them are there: a quarter of two months, or a merged town of which one half reported, is
missing and not small.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd

from swe.core.dates import period
from swe.core.errors import DataError, MachineError, SweError, UsageError
from swe.indicators.panel_units import KEPT, Fate, Place, Unit, place
from swe.stats.frames import read_numbers, require

if TYPE_CHECKING:
    from swe.ledgers.tables_view import Tables

Combine = Literal["sum", "mean"]
Time = Literal["month", "quarter", "year"]
FREQ: Mapping[str, str] = {"month": "M", "quarter": "Q", "year": "Y"}
REGION_COLUMNS = ("region", "region_code", "code", "unit")
TIME_COLUMNS = ("time", "period", "month", "quarter", "year", "date")


@dataclass(frozen=True)
class Outcomes:
    """Outcomes by unit and period.

    wide     frame, a row for each unit that has a source, a column for each period; NaN where missing
    places   what became of every region that the source names
    counts   rows read, dropped by fate (rows), without a region or time, without a value, periods of a unit that lack a part
    """

    wide: pd.DataFrame
    places: Mapping[str, Place]
    counts: Mapping[str, int]


def outcome_frame(outcomes: Any) -> pd.DataFrame:
    """A frame, or the CSV at a path with codes kept as text."""
    if isinstance(outcomes, pd.DataFrame):
        return outcomes
    if not isinstance(outcomes, str | Path):
        raise UsageError(
            f"outcomes 须为数据表或 CSV 路径，收到的是 {type(outcomes).__name__}",
            f"outcomes must be a frame or the path of a CSV, not {type(outcomes).__name__}",
        )
    path = Path(outcomes)
    text = dict.fromkeys((*REGION_COLUMNS, *TIME_COLUMNS), str)
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return pd.read_csv(path, dtype=text, encoding=encoding, keep_default_na=True)
        except UnicodeDecodeError:
            continue
        except OSError as error:
            raise MachineError(
                f"无法读取文件（{error.strerror}）",
                f"cannot read the file ({error.strerror})",
                where=str(path),
            ) from None
        except pd.errors.ParserError:
            raise DataError("不是有效的 CSV", "not a readable CSV", where=str(path)) from None
    raise DataError("不是 UTF-8 或 GB18030 编码", "neither UTF-8 nor GB18030", where=str(path))


def population_outcomes(
    frame: pd.DataFrame,
    *,
    outcome: str,
    unit: Unit,
    time: Time,
    vintage: str,
    combine: Combine,
    merged: Mapping[str, str],
) -> Outcomes:
    """Outcomes of a long frame with a region and a time column, in units of the register."""
    region_column, time_column = _named(frame, REGION_COLUMNS), _named(frame, TIME_COLUMNS)
    require(frame, [outcome])
    if not len(frame):
        raise DataError("outcomes 没有行", "outcomes has no rows")
    values = read_numbers(frame[outcome], outcome)
    places = {
        value: place(value, unit=unit, vintage=vintage, merged=merged)
        for value in frame[region_column].dropna().unique()
    }
    known = frame[region_column].notna() & frame[time_column].notna()
    inside = frame[region_column].map(lambda v: v in places and places[v].fate in KEPT) & known
    spans = {value: _span(value, time) for value in frame.loc[inside, time_column].unique()}
    rows = pd.DataFrame({"source": frame[region_column], "when": frame[time_column], "value": values})[inside]
    fates = frame.loc[known, region_column].map(lambda v: places[v].fate).value_counts()
    counts = {
        "rows": len(frame),
        "incomplete_rows": int((~known).sum()),
        **{fate: int(fates.get(fate, 0)) for fate in ("above", "not_a_unit", "gone", "unknown")},
        "missing": int(rows["value"].isna().sum()),
    }
    if not len(rows):
        raise DataError(
            "outcomes 中没有一行属于登记表中的单位：请核对区划代码与 unit",
            "no row of outcomes is in a unit of the register: check the codes and unit",
        )
    rows = rows.assign(
        leaf=rows["source"].map(lambda v: places[v].code),
        former=rows["source"].map(lambda v: places[v].fate in ("recoded", "merged")),
        period=pd.PeriodIndex([spans[w][0] for w in rows["when"]], freq=FREQ[time]),
        first=[spans[w][1] for w in rows["when"]],
        days=[spans[w][2] for w in rows["when"]],
    )
    _no_duplicates(rows)
    leaves, lacking = _leaves(rows, combine)
    wide, more = _units(leaves, unit, combine)
    return Outcomes(wide, {str(k): v for k, v in places.items()}, {**counts, "lacking": lacking + more})


def _named(frame: pd.DataFrame, names: tuple[str, ...]) -> str:
    found = [name for name in names if name in frame.columns]
    if not found:
        require(frame, [names[0]])
    return found[0]


def _span(value: Any, time: Time) -> tuple[pd.Period, date, int]:
    """The panel's period that a time lies in, its first day, and the days that it covers; a single day stands for its period."""
    freq = FREQ[time]
    if isinstance(value, pd.Period):
        first, last = value.start_time.date(), value.end_time.date()
    elif isinstance(value, datetime | date | np.datetime64):
        first = last = pd.Timestamp(value).date()
    else:
        text = str(value).strip()
        if text.isdigit() and len(text) == 6:
            text = f"{text[:4]}-{text[4:]}"
        try:
            found = period(text)
        except SweError as error:
            raise DataError(error.zh, error.en, where="outcomes") from None
        first, last = found.first, found.last
    home = pd.Period(first, freq=freq)
    if pd.Period(last, freq=freq) != home:
        raise DataError(
            f"outcomes 的时段“{value}”比面板的期（{time}）长，无法拆分：请用更长的期",
            f"outcomes: {str(value)!r} is longer than a {time} of the panel and cannot be split; use a longer time",
        )
    whole = (home.end_time.date() - home.start_time.date()).days + 1
    return home, first, whole if first == last else (last - first).days + 1


def _no_duplicates(rows: pd.DataFrame) -> None:
    twice = int(rows.duplicated(["source", "first"]).sum())
    if twice:
        raise DataError(
            f"outcomes 有 {twice} 行重复（同一区域、同一时段）：请先汇总",
            f"outcomes: {twice} rows repeat a region and time; add them up first",
        )


def _leaves(rows: pd.DataFrame, combine: Combine) -> tuple[pd.DataFrame, int]:
    """A value for each code of today and period: its own, else that of all its former codes together."""
    first, last = rows["period"].dt.start_time.dt.normalize(), rows["period"].dt.end_time.dt.normalize()
    groups = rows.assign(whole=(last - first).dt.days + 1).groupby(
        ["leaf", "former", "source", "period"], sort=False
    )
    values = groups["value"].agg([combine, "count", "size"])
    short = (groups["days"].sum() != groups["whole"].first()) | (values["count"] < values["size"])
    parts = values[combine].where(~short).rename("value").reset_index()
    own = parts[~parts["former"]].set_index(["leaf", "period"])["value"]
    old = parts[parts["former"]]
    expected = old.groupby("leaf")["source"].nunique()
    before = old.groupby(["leaf", "period"])["value"].agg([combine, "count"])
    complete = before["count"].to_numpy() == before.index.get_level_values(0).map(expected).to_numpy()
    past = before[combine].where(complete)
    past = past[~past.index.isin(own.index)]
    found = pd.concat([own, past]).rename("value").reset_index()
    return found, int(short.sum()) + int((~complete).sum())


def _units(leaves: pd.DataFrame, unit: Unit, combine: Combine) -> tuple[pd.DataFrame, int]:
    """Wide, by unit and period; a county of which one part is missing is missing."""
    wide = leaves.pivot(index="leaf", columns="period", values="value").sort_index()
    if unit == "township":
        return wide, 0
    digits = set(wide.index.str.len())
    if len(digits) > 1:
        raise DataError(
            "outcomes 中县级与乡镇级的行混在一起：面板以县为单位时，请只给一种",
            "outcomes mixes rows of counties and of townships: for a panel of counties give one kind",
        )
    if digits == {6}:
        return wide, 0
    groups = wide.groupby(wide.index.str[:6])
    known = groups.count().eq(groups.size(), axis=0)
    merged = (groups.sum() if combine == "sum" else groups.mean()).where(known)
    lacking = int((~known & (groups.count() > 0)).to_numpy().sum())
    return merged, lacking


# -- the stations' own counts --


def activity_outcomes(
    data: Tables,
    *,
    outcome: str,
    unit: Unit,
    time: Time,
    vintage: str,
    kinds: tuple[str, ...],
    merged: Mapping[str, str],
) -> Outcomes:
    """Rows of a ledger table (`visits`), or the sum of one of its columns (`groups.sessions`), by unit and period."""
    table, column, day = _measured(data, outcome)
    amount = f'sum(t."{column}")' if column else "count(*)"
    listed = ", ".join(f"'{kind}'" for kind in kinds)
    rows = data.query(
        f"SELECT s.region_code AS source, year(t.{day}) AS y, month(t.{day}) AS m, {amount} AS value "
        f"FROM {table} t JOIN stations s ON t.station_id = s.station_id "
        f"WHERE t.{day} IS NOT NULL AND s.kind IN ({listed}) GROUP BY 1, 2, 3 ORDER BY 1, 2, 3"
    )
    every = int(data.query(f"SELECT count(*) AS n FROM {table}")["n"].iloc[0])
    if not len(rows):
        raise DataError(
            f"台账的“{table}”表没有可计的行", f"the ledger's table {table!r} has no rows that can be counted"
        )
    places = {
        code: place(code, unit=unit, vintage=vintage, merged=merged) for code in rows["source"].unique()
    }
    fates = rows["source"].map(lambda v: places[v].fate)
    inside = rows[fates.isin(KEPT)]
    code = inside["source"].map(lambda v: places[v].code)
    months = pd.PeriodIndex([f"{y}-{m:02d}" for y, m in zip(inside["y"], inside["m"], strict=True)], freq="M")
    spans = pd.PeriodIndex(months.asfreq(FREQ[time]))
    wide = (
        inside.assign(leaf=code.str[:6] if unit == "county" else code, period=spans)
        .groupby(["leaf", "period"])["value"]
        .sum(min_count=1)
        .unstack("period")
        .sort_index()
    )
    short = [
        s
        for s in wide.columns
        if s.start_time < months.min().start_time or s.end_time > months.max().end_time
    ]
    wide[short] = np.nan  # the ledger begins or ends within them
    dropped: tuple[Fate, ...] = ("above", "not_a_unit", "gone", "unknown")
    counts: dict[str, int] = {"rows": every, **{fate: int((fates == fate).sum()) for fate in dropped}}
    counts["edges"] = len(short)
    return Outcomes(wide, {str(k): v for k, v in places.items()}, counts)


def _measured(data: Tables, outcome: str) -> tuple[str, str, str]:
    from swe.ledgers.contract import contract

    tables = contract(data.contract).tables
    name, _, column = outcome.partition(".")
    dated = [each for each, spec in tables.items() if spec.date and "station_id" in spec]
    if name not in dated:
        raise UsageError(
            f"台账中没有可按月计数的表“{name}”；可用：{'、'.join(dated)}，或“表.列”，或用 outcomes 给出人群一侧的结果",
            f"the ledger has no table {name!r} that counts by month; there are: {', '.join(dated)}, or table.column, or give "
            "an outcome of the population in outcomes",
        )
    spec = tables[name]
    numeric = [each.name for each in spec.columns if each.type in ("integer", "decimal") and each.stored]
    if column and column not in numeric:
        raise UsageError(
            f"表“{name}”没有数值列“{column}”；可用：{'、'.join(numeric)}",
            f"table {name!r} has no numeric column {column!r}; there are: {', '.join(numeric)}",
        )
    return name, column, spec.date
