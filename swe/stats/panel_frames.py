"""A long panel read once: units by periods, the first treated period of each, and what a reader must know of it.

Every effect estimate starts here, so that duplicates, gaps, lapsed treatments and outcomes that cannot carry an effect are
refused or stated in one place.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from swe.core.errors import DataError, UsageError
from swe.show.result import Note
from swe.stats.frames import Floats, choice, read_numbers, require
from swe.stats.period_index import NEVER, Ints, Periods, first_positions, periods

Beyond = Literal["never", "not_yet", "error"]
Gaps = Literal["error", "drop"]
OutcomeKind = Literal["population", "activity"]
Spillover = Literal["note", "donut", "county"]

BEYOND, GAPS = ("never", "not_yet", "error"), ("error", "drop")
OUTCOME_KINDS, SPILLOVER = ("population", "activity"), ("note", "donut", "county")
ONLY_AFTER = 0.9  # share of treated units with nothing before and something after, from which the outcome is the station's own


@dataclass(frozen=True)
class Panel:
    """A balanced panel.

    outcome     (n, T), one row a unit, one column a period
    units       (n,), labels
    periods     the T periods
    first       (n,), position of the first treated period; NEVER where there is none; ≥ T beyond the panel
    cluster     (n,), codes 0…G−1, or None where the unit is the cluster
    covariates  by name, (n, T)
    notes       exclusions and warnings of the reading
    """

    outcome: Floats
    units: NDArray[np.object_]
    periods: Periods
    first: Ints
    cluster: Ints | None = None
    covariates: Mapping[str, Floats] = field(default_factory=dict)
    notes: tuple[Note, ...] = ()
    beyond: int = 0

    @property
    def n(self) -> int:
        return len(self.outcome)

    @property
    def n_clusters(self) -> int:
        return self.n if self.cluster is None else int(self.cluster.max()) + 1

    def until(self, stop: int) -> Panel:
        """The first `stop` periods; later cohorts become units treated after the panel."""
        if stop >= len(self.periods):
            return self
        cut = replace(self.periods, labels=self.periods.labels[:stop])
        late = (self.first >= stop) & (self.first < NEVER)
        return replace(
            self,
            outcome=self.outcome[:, :stop],
            periods=cut,
            first=np.where(late, NEVER, self.first),
            covariates={name: values[:, :stop] for name, values in self.covariates.items()},
        )

    def only(self, keep: NDArray[np.bool_], *notes: Note) -> Panel:
        """The units of `keep`, with more notes."""
        cluster = None if self.cluster is None else np.unique(self.cluster[keep], return_inverse=True)[1]
        return replace(
            self,
            outcome=self.outcome[keep],
            units=self.units[keep],
            first=self.first[keep],
            cluster=cluster,
            covariates={name: values[keep] for name, values in self.covariates.items()},
            notes=(*self.notes, *notes),
        )


def read_panel(
    data: Any,
    *,
    outcome: str,
    unit: str,
    time: str,
    first_treated: str,
    covariates: Sequence[str] = (),
    cluster: str | None = None,
    treated: str | None = None,
    hub: str | None = None,
    spillover: Spillover = "note",
    beyond: Beyond | None = None,
    gaps: Gaps = "error",
    outcome_kind: OutcomeKind = "population",
) -> Panel:
    """The panel of a long frame, a row for each unit and period.

    Raises DataError where rows repeat, times have no order, dates or clusters change within a unit, cells are missing
    (`gaps="error"`), nobody or everybody at once is treated, or the outcome exists only after set-up; UsageError where units
    are first treated after the panel and `beyond` is not said, and for an activity as the outcome.
    """
    if not isinstance(data, pd.DataFrame):
        raise UsageError("需要长表（DataFrame）", "a long frame (DataFrame) is needed")
    said = data.attrs.get("outcome_kind")  # a frame of swe.panel knows what its outcome is
    _options("activity" if said == "activity" else outcome_kind, gaps, beyond, spillover, hub)
    named = [outcome, unit, time, first_treated, *covariates, *(c for c in (cluster, treated, hub) if c)]
    require(data, list(dict.fromkeys(named)))
    of, when = periods(data[time], time)
    who, units = pd.factorize(data[unit], use_na_sentinel=True)
    if (who < 0).any():
        raise DataError(f"列“{unit}”有空值", f"column {unit!r} has missing values")
    cell = who.astype(np.int64) * len(of) + when
    _no_duplicates(cell, len(units) * len(of), unit, time)
    y = _matrix(read_numbers(data[outcome], outcome), cell, len(units), len(of))
    first = _constant(first_positions(data[first_treated], first_treated, of), who, len(units), first_treated)
    panel = Panel(y, np.asarray(units, dtype=object), of, first)
    _exists_before(panel, outcome)
    panel = replace(
        panel,
        covariates={
            c: _matrix(read_numbers(data[c], c), cell, len(units), len(of)) for c in dict.fromkeys(covariates)
        },
        cluster=None
        if cluster in (None, unit)
        else _constant(_codes(data[cluster], cluster), who, len(units), cluster),
    )
    panel = _beyond(panel, beyond)
    if treated is not None:
        on = _matrix(read_numbers(data[treated], treated), cell, len(units), len(of))
        panel = replace(panel, notes=(*panel.notes, *_absorbing(panel, on)))
    if hub is not None:
        dates = _constant(first_positions(data[hub], hub, of), who, len(units), hub)
        panel = _spillover(panel, dates, spillover)
    panel = _complete(panel, gaps)
    _contrast(panel)
    return replace(panel, notes=(*panel.notes, *_small_cohorts(panel)))


def activity_refused(outcome_kind: str) -> None:
    """UsageError for an outcome that stations themselves produce (more recorded need is detection, not effect)."""
    choice("outcome_kind", outcome_kind, OUTCOME_KINDS)
    if outcome_kind == "activity":
        raise UsageError(
            "“活动量”（个案数、走访人次、建档数等由社工站自己产生的数）不能当作成效：建站后记录的需求增多是发现，不是影响；"
            "请换用人群一侧的结果（如全体居民中的救助覆盖、住院、求助、信访）",
            "an activity (cases, visits, files: counts that a station itself produces) cannot be an effect: more recorded need "
            "after set-up is detection; use an outcome of the population (assistance coverage of all residents, admissions, "
            "petitions)",
        )


# -- reading --


def _options(outcome_kind: str, gaps: str, beyond: str | None, spillover: str, hub: str | None) -> None:
    activity_refused(outcome_kind)
    choice("gaps", gaps, GAPS)
    choice("spillover", spillover, SPILLOVER)
    if beyond is not None:
        choice("beyond", beyond, BEYOND)
    if spillover != "note" and hub is None:
        raise UsageError(
            "spillover 需要 hub：所属县级总站的首次服务时间一列",
            "spillover needs hub: the column of the time at which the unit's county hub started",
        )


def _no_duplicates(cell: Ints, size: int, unit: str, time: str) -> None:
    seen = np.zeros(size, dtype=bool)
    seen[cell] = True
    twice = int(len(cell) - seen.sum())
    if twice:
        raise DataError(
            f"同一单位同一时间（{unit}、{time}）有重复的行，多出 {twice} 行：请先汇总或去重",
            f"{twice} rows repeat a unit and time ({unit}, {time}): add them up or remove them first",
        )


def _matrix(values: Floats, cell: Ints, n: int, t: int) -> Floats:
    whole = np.full(n * t, np.nan)
    whole[cell] = values
    return whole.reshape(n, t)


def _codes(column: pd.Series, name: str) -> Ints:
    codes, _ = pd.factorize(column, use_na_sentinel=True)
    if (codes < 0).any():
        raise DataError(f"列“{name}”有空值", f"column {name!r} has missing values")
    return codes.astype(np.int64)


def _constant(values: Ints, who: NDArray[np.intp], n: int, name: str) -> Ints:
    """One value a unit; DataError with the count of units where it changes."""
    found = np.empty(n, dtype=np.int64)
    found[who] = values
    changing = len(np.unique(who[found[who] != values]))
    if changing:
        raise DataError(
            f"列“{name}”在 {changing} 个单位内前后不一：请每个单位只写一个；处理中断的单位不能自动改写，"
            "请用 treated 列说明每期状态",
            f"column {name!r} changes within {changing} units: write one for each; a treatment that lapsed is not recoded, say "
            "the state of each period in a treated column",
        )
    return found


# -- rules of the design --


def _exists_before(panel: Panel, name: str) -> None:
    """An outcome that is nothing before set-up and something after is the station's own record."""
    t = np.arange(len(panel.periods))
    inside = (panel.first > 0) & (panel.first < len(t))
    if not inside.any():
        return
    before = t < panel.first[inside, None]
    y = np.nan_to_num(panel.outcome[inside])
    only_after = ((y != 0) & ~before).any(axis=1) & ~((y != 0) & before).any(axis=1)
    share = float(only_after.mean())
    if share >= ONLY_AFTER:
        raise DataError(
            f"结果“{name}”只在建站后存在：{share:.0%} 的处理单位建站前全为零或空。这是社工站自己的记录，"
            "建站前在结构上为零，前后对比没有意义；请换用人群一侧的结果",
            f"the outcome {name!r} exists only after set-up: {share:.0%} of treated units have nothing before. It is the "
            "station's own record, zero by construction, and its change is no effect; use an outcome of the population",
        )


def _beyond(panel: Panel, beyond: Beyond | None) -> Panel:
    late = (panel.first >= len(panel.periods)) & (panel.first < NEVER)
    n, last = int(late.sum()), panel.periods.labels[-1]
    if not n:
        return panel
    if beyond in (None, "error"):
        kind = UsageError if beyond is None else DataError
        raise kind(
            f"{n} 个单位在面板末期（{last}）之后才建站，软件默认处理不一、结果不同：请用 beyond 说明，"
            "never 视为从未处理，not_yet 只作尚未处理的对照",
            f"{n} units are first treated after the panel's end ({last}); packages treat them differently and the estimates "
            "differ: say beyond='never' (taken as never treated) or 'not_yet' (controls that are not yet treated)",
        )
    zh, en = (
        ("视为从未处理", "taken as never treated")
        if beyond == "never"
        else ("只作尚未处理的对照", "not-yet-treated controls only")
    )
    note = Note("exclusion", f"{n:,} 个单位在 {last} 之后建站，{zh}", f"{n:,} units start after {last}: {en}")
    first = np.where(late, NEVER, panel.first) if beyond == "never" else panel.first
    return replace(panel, first=first, beyond=n, notes=(*panel.notes, note))


def _absorbing(panel: Panel, on: Floats) -> list[Note]:
    t = np.arange(len(panel.periods))
    should = t >= panel.first[:, None]
    lapsed = int((should & (on == 0)).any(axis=1).sum())
    early = int((~should & (on > 0)).any(axis=1).sum())
    if early:
        raise DataError(
            f"{early} 个单位在其首次处理时间之前已标为处理中：请核对建站时间",
            f"{early} units are marked as treated before their first treated period: check the dates",
        )
    if not lapsed:
        return []
    return [
        Note(
            "warning",
            f"{lapsed:,} 个单位的处理曾经中断（合同到期、乡镇合并等），未改写；估计的是“曾经建站”的影响，不是持续服务的影响",
            f"{lapsed:,} units lost their treatment for some time (contract lapsed, township merged); nothing was recoded: the "
            "estimate is the effect of having started, not of continued service",
        )
    ]


def _spillover(panel: Panel, hub: Ints, how: Spillover) -> Panel:
    """County hubs serve townships that have no station yet: stated, left out (donut), or taken as the treatment."""
    t = len(panel.periods)
    exposed = (hub < np.minimum(panel.first, t)) & (panel.first > 0)
    n = int(exposed.sum())
    if how == "county":
        note = Note(
            "method",
            f"处理按县级总站的时间计（{n:,} 个单位早于本站）：估计的是总站与站点合起来的影响；宜按县聚类",
            f"treatment starts with the county hub ({n:,} units earlier than their own station): the effect is of hub and "
            "stations together; cluster by county",
        )
        return replace(panel, first=hub, notes=(*panel.notes, note))
    if not n:
        return panel
    if how == "donut":
        note = Note(
            "exclusion",
            f"{n:,} 个单位在本站之前已受县级总站服务，已移出（环形对照）",
            f"{n:,} units that a county hub reached before their own station were left out (donut)",
        )
        return panel.only(~exposed, note)
    note = Note(
        "warning",
        f"{n:,} 个单位在本站之前已受县级总站服务，仍作对照，影响会被低估或扭曲；可用 spillover='donut' 移出，或 'county' 按县计",
        f"{n:,} units were reached by a county hub before their own station and still serve as controls, which distorts the "
        "effect; spillover='donut' leaves them out, 'county' takes the hub as the treatment",
    )
    return replace(panel, notes=(*panel.notes, note))


def _complete(panel: Panel, gaps: Gaps) -> Panel:
    holes = np.isnan(panel.outcome)
    for values in panel.covariates.values():
        holes = holes | np.isnan(values)
    cells, units = int(holes.sum()), int(holes.any(axis=1).sum())
    if not cells:
        return panel
    if gaps == "error":
        raise DataError(
            f"面板不平衡：{units} 个单位共缺 {cells} 格。缺数不等于零；请补齐，或用 gaps='drop' 移出这些单位",
            f"the panel is unbalanced: {cells} gaps in {units} units. Missing is not zero; fill them from the source, or leave "
            "those units out with gaps='drop'",
        )
    note = Note(
        "exclusion",
        f"{units:,} 个单位有缺数（共 {cells:,} 格），已整个移出；不报数的单位往往情况不同",
        f"{units:,} units with gaps ({cells:,} cells) were left out as a whole; those that do not report often differ",
    )
    kept = panel.only(np.asarray(~holes.any(axis=1)), note)
    if not kept.n:
        raise DataError("没有一个单位的数据完整", "no unit is complete")
    return kept


def _contrast(panel: Panel) -> None:
    t = len(panel.periods)
    inside = np.unique(panel.first[panel.first < t])
    if not len(inside):
        raise DataError("面板期内没有单位受到处理", "no unit is treated within the panel")
    if len(inside) == 1 and not (panel.first >= t).any():
        raise DataError(
            "所有单位同时受到处理，没有对照：不能估计影响，可用间断时间序列（its）看前后变化",
            "all units are treated at once and there is no comparison: no effect can be estimated; an interrupted time series "
            "(its) shows the change",
        )


def _small_cohorts(panel: Panel) -> list[Note]:
    groups, sizes = np.unique(panel.first[panel.first < len(panel.periods)], return_counts=True)
    lone = groups[(sizes == 1) & (groups > 0)]
    if not len(lone):
        return []
    names = "、".join(str(panel.periods.label(int(g))) for g in lone[:5])
    return [
        Note(
            "warning",
            f"{len(lone)} 个批次只有一个单位（{names}{'等' if len(lone) > 5 else ''}）：其标准误无从估计，合计的区间也因此偏窄",
            f"{len(lone)} cohorts hold one unit ({names.replace('、', ', ')}{' and others' if len(lone) > 5 else ''}): their standard "
            "errors cannot be estimated, and intervals of aggregates are too narrow by them",
        )
    ]
