"""The frame of indicators as arrays, a row a station and a column a code: what scoring computes with.

A frame that is not of this framework, or has two values for one cell, must be refused before anything is added up.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from swe.core.errors import DataError
from swe.indicators.framework_model import Extra, Indicator
from swe.indicators.frameworks import Framework

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

STATUSES = ("ok", "missing", "not_applicable", "below_validity", "suppressed")
NEEDED = ("unit", "indicator", "value", "status")
SHOWN = 5  # names in a message


@dataclass(frozen=True)
class Sheet:
    """The cells of a frame of indicators, shape (u, k): u units in order, k codes in the framework's order.

    status   positions in STATUSES; a cell without a row is `missing` (and `absent`), a value that is not there too
    place    the row of the frame behind a cell, −1 where there is none
    facts    a row a unit: `period`, and `kind`, `region` where the frame has them
    """

    framework: Framework
    units: NDArray[np.object_]
    facts: pd.DataFrame
    value: Floats
    numerator: Floats
    denominator: Floats
    lower: Floats
    upper: Floats
    declared: Floats
    status: NDArray[np.int8]
    place: NDArray[np.int64]

    @property
    def absent(self) -> Flags:
        return self.place < 0

    @cached_property
    def parts(self) -> dict[str, slice]:
        """Which columns are indicators, bonus items, deductions, vetoes."""
        fw = self.framework
        ends = np.cumsum([0, len(fw.indicators), len(fw.bonuses), len(fw.deductions), len(fw.spec.vetoes)])
        names = ("indicator", "bonus", "deduction", "veto")
        return {name: slice(int(a), int(b)) for name, a, b in zip(names, ends, ends[1:], strict=False)}

    @cached_property
    def scored(self) -> tuple[Indicator | Extra, ...]:
        """What has a rule: indicators, then bonus items, in the order of the columns."""
        return (*self.framework.indicators, *self.framework.bonuses)

    @cached_property
    def full(self) -> Floats:
        """Full points of the indicators, shape (number of indicators,)."""
        return np.array([item.score.points for item in self.framework.indicators])

    def is_status(self, name: str, part: str = "indicator") -> Flags:
        return np.asarray(self.status[:, self.parts[part]] == STATUSES.index(name))


def sheet(ind: pd.DataFrame, fw: Framework) -> Sheet:
    """The frame as arrays; DataError for lacking columns, unknown codes or statuses, or two rows for one cell."""
    _check_columns(ind)
    codes = list(fw.codes)
    column = pd.Index(codes).get_indexer(pd.Index(ind["indicator"])).astype(np.int64)
    _refuse(ind["indicator"][column < 0], "指标代码", "codes", fw)
    state = pd.Index(STATUSES).get_indexer(pd.Index(ind["status"])).astype(np.int8)
    _refuse(ind["status"][state < 0], "状态", "statuses", fw)
    row, found = pd.factorize(ind["unit"], sort=True)
    if (row < 0).any():
        raise DataError(
            f"指标表有 {int((row < 0).sum())} 行没有 unit",
            f"{int((row < 0).sum())} rows of the frame of indicators have no unit",
        )
    shape = (len(found), len(codes))
    flat = row * shape[1] + column
    _check_cells(ind, flat, shape)
    place = np.full(shape[0] * shape[1], -1, dtype=np.int64)
    place[flat] = np.arange(len(ind))
    status = np.full(shape[0] * shape[1], STATUSES.index("missing"), dtype=np.int8)
    status[flat] = state

    def cells(name: str) -> Floats:
        made = np.full(shape[0] * shape[1], np.nan)
        if name in ind.columns:
            made[flat] = pd.to_numeric(ind[name]).to_numpy(dtype=float, na_value=np.nan)
        return made.reshape(shape)

    value = cells("value")
    counted = np.isin(status, [STATUSES.index("ok"), STATUSES.index("below_validity")])
    status[counted & np.isnan(value.ravel())] = STATUSES.index("missing")
    return Sheet(
        fw, np.asarray(found, dtype=object), _facts(ind, row, shape[0]), value, cells("numerator"),
        cells("denominator"), cells("lower"), cells("upper"), cells("declared"), status.reshape(shape),
        place.reshape(shape),
    )  # fmt: skip


def texts(ind: pd.DataFrame, name: str, place: NDArray[np.int64]) -> Any:
    """A text column of the frame by cell, flat; empty where there is no row or no such column."""
    flat = place.ravel()
    if name not in ind.columns:
        return pd.Series("", index=range(len(flat)))
    taken = ind[name].take(np.maximum(flat, 0)).reset_index(drop=True)
    return taken.where(flat >= 0, "").fillna("")


def _facts(ind: pd.DataFrame, row: NDArray[Any], units: int) -> pd.DataFrame:
    first = np.full(units, -1, dtype=np.int64)
    first[row[::-1]] = np.arange(len(ind))[::-1]
    names = [name for name in ("period", "kind", "region") if name in ind.columns]
    return ind[names].take(first).reset_index(drop=True)


def _check_columns(ind: pd.DataFrame) -> None:
    absent = [name for name in NEEDED if name not in ind.columns]
    if absent:
        raise DataError(
            f"指标表缺少列：{'、'.join(absent)}；请用 swe.indicators 生成",
            f"the frame of indicators lacks the columns {', '.join(absent)}; make it with swe.indicators",
        )
    if not len(ind):
        raise DataError("指标表没有行", "the frame of indicators has no rows")


def _refuse(wrong: pd.Series, zh: str, en: str, fw: Framework) -> None:
    if len(wrong):
        named = sorted(set(map(str, wrong)))
        more_zh, more_en = (" 等", ", …") if len(named) > SHOWN else ("", "")
        raise DataError(
            f"指标表中有指标体系 {fw.id} 没有的{zh}：{'、'.join(named[:SHOWN])}{more_zh}；请用同一指标体系生成指标表",
            f"the frame of indicators has {en} that framework {fw.id} does not know: "
            f"{', '.join(named[:SHOWN])}{more_en}; make it with the same framework",
        )


def _check_cells(ind: pd.DataFrame, flat: NDArray[Any], shape: tuple[int, int]) -> None:
    if "period" in ind.columns and ind["period"].nunique(dropna=False) > 1:
        raise DataError(
            f"指标表有 {ind['period'].nunique(dropna=False)} 个期间；一次只对一个期间评分，请先选定",
            f"the frame of indicators has {ind['period'].nunique(dropna=False)} periods; choose one: a score is of one period",
        )
    twice = np.bincount(flat, minlength=shape[0] * shape[1]) > 1
    if twice.any():
        raise DataError(
            f"指标表中有 {int(twice.sum())} 个“单位×指标”重复，请每个只留一行",
            f"{int(twice.sum())} pairs of unit and indicator stand in the frame more than once; keep one row each",
        )
