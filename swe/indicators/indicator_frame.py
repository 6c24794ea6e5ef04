"""Indicators of a framework out of a stored ledger: what is asked, one reading, every code worked out.

DuckDB reads the store; nothing passes through the frames of the ledger.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from swe.core.errors import UsageError
from swe.indicators import frame as frames
from swe.indicators.frame import Item, Line
from swe.indicators.framework_model import Count, Deduction, Veto
from swe.indicators.frameworks import Framework, framework
from swe.indicators.measure_figures import figures
from swe.indicators.measure_needs import Wanted, calendar
from swe.indicators.measure_sql import least_content
from swe.indicators.measures import Readings
from swe.indicators.quantities import Figures, Rules
from swe.indicators.station_scope import OWN, Asked, By, Scope, asked, open_stations, scope
from swe.ledgers.tables_view import Tables
from swe.show.result import Note

if TYPE_CHECKING:
    import duckdb

    from swe.core.dates import Period
    from swe.indicators.quantities import Source


def indicators(
    data: Tables, fw: Framework | str | Path, *, by: By = "station", period: str | Period
) -> pd.DataFrame:
    """See `swe.indicators`."""
    system = fw if isinstance(fw, Framework) else framework(fw)
    question = asked(by, period)
    rules, listed = rules_of(system), items(system)
    with checked(data).connect() as con:
        source, found = read(
            con,
            question,
            lambda source: [_work_out(source, each, rules) for each in listed],
            framework_id=system.id,
        )
        frames.refuse_empty(source.scope)
        unusable = source.unusable_targets()
    snapshot = data.snapshot.id
    lines = [
        Line(
            each.code,
            figures,
            frames.measure_unit(each.measure),
            frames.evidence(each.measure, question, snapshot),
        )
        for each, figures in zip(listed, found, strict=True)
    ]
    made = frames.frame(source.scope, lines)
    made.attrs["notes"] = notes(source.scope, unusable)
    return made


def checked(data: Tables) -> Tables:
    """The data, or UsageError where they are no `Tables`."""
    if not isinstance(data, Tables):
        raise UsageError(
            f"这里需要 swe.load 返回的 Tables，得到的是 {type(data).__name__}",
            f"the Tables that swe.load returns are needed here, not {type(data).__name__}",
        )
    return data


def rules_of(system: Framework) -> Rules:
    """What a framework says about measuring."""
    raters = system.spec.raters
    return Rules(
        least_content(system.spec.validity),
        None if raters is None else {str(k): v for k, v in raters.items()},
    )


def items(system: Framework) -> tuple[Item, ...]:
    """Everything of a framework that has a row, in the order of its codes."""
    kinds = system.spec.applies_to
    own = [
        Item(each.code, each.measure, each.applies_to or kinds, each.score.points, each.missing)
        for each in system.indicators
    ]
    extras = [Item(each.code, each.measure, kinds, each.score.points) for each in system.bonuses]
    rows: tuple[Deduction | Veto, ...] = (*system.deductions, *system.spec.vetoes)
    found = [Item(each.code, Count(count=each.table, where=each.where), kinds, found=True) for each in rows]
    return (*own, *extras, *found)


def read(
    con: duckdb.DuckDBPyConnection, question: Asked, work: Callable[[Source], list[Figures]], *,
    framework_id: str = "",
) -> tuple[Readings, list[Figures]]:  # fmt: skip
    """All that `work` needs, read once, and what it makes of it."""
    own = open_stations(con)
    wanted = Wanted(question, own, calendar(scope(question, own)))
    work(wanted)
    source = Readings(con, question, own, wanted, framework_id=framework_id)
    return source, work(source)


def needs(system: Framework, period: str | Period) -> list[tuple[str, str]]:
    """(table, SQL) of everything that a framework reads from the ledger's tables, for a fixed period; plain text."""
    question = asked("station", period)
    own = pd.DataFrame(columns=OWN.split(", ")[1:])
    spans = calendar(scope(question, own))
    wanted = Wanted(question, own, spans)
    for each in items(system):
        _work_out(wanted, each, rules_of(system))
    return wanted.asked_for()


def notes(found: Scope, unusable_targets: int = 0) -> tuple[Note, ...]:
    """What was left out and why."""
    made = []
    unplaced = int((found.unit < 0).sum())
    if unplaced:
        made.append(
            Note(
                "exclusion",
                f"{unplaced} 个站的区划代码没有或不够细，不计入任何 {found.asked.by}",
                f"{unplaced} stations without a region code down to the {found.asked.by} are in no unit",
            )
        )
    undated = int((~found.dated).sum())
    if undated:
        made.append(
            Note(
                "exclusion",
                f"{undated} 个站没有合同起止日期，按合同期计算的指标为缺失",
                f"{undated} stations have no contract dates; what is asked over the contract is missing for them",
            )
        )
    if unusable_targets:
        made.append(
            Note(
                "exclusion",
                f"{unusable_targets} 行指标任务的计量单位与指标不符，或没有考核期，不计入",
                f"{unusable_targets} rows of targets are in a unit that is not their measure's, or of no known period, "
                "and count for nothing",
            )
        )
    if found.asked.text.startswith("FY"):
        made.append(Note("method", "中国的财政年度即公历年度", "China's fiscal year is the calendar year"))
    return tuple(made)


def _work_out(source: Source, item: Item, rules: Rules) -> Figures:
    mask = source.scope.applies(item.kinds)
    found = figures(
        source, item.measure, rules, mask=mask, code=item.code, full=item.full, missing=item.missing
    )
    return replace(found, limits="none") if item.found else found
