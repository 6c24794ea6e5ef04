"""What would lift a total most, and the value needed for the next grade: where a station's next month is best spent."""

from __future__ import annotations

import numpy as np
import pandas as pd

from swe.indicators.score_rules import needed_value
from swe.indicators.score_sheet import Floats, Sheet
from swe.indicators.score_totals import Totals, ceiling

TOP = 5  # indicators a station


def next_grade(sheet: Sheet, totals: Totals) -> tuple[Floats, Floats]:
    """Where the next higher grade begins and how many points it is away; NaN for the highest, vetoed, or no total."""
    cuts = np.array([grade.from_ for grade in sheet.framework.grades])
    place = np.where(totals.grade < 0, len(cuts), totals.grade)
    able = (place > 0) & (totals.veto < 0) & ~np.isnan(totals.total)
    cut = np.where(able, cuts[np.maximum(place - 1, 0)], np.nan)
    return cut, cut - totals.total


def lift_frame(sheet: Sheet, totals: Totals, *, top: int = TOP) -> pd.DataFrame:
    """The `top` indicators of each unit with the largest attainable gain.

    Columns: `unit order indicator value points max_points gain value_for_next_grade`. `gain` is in points of the
    total (re-based, extras unchanged, never above the scale); `value_for_next_grade` is the value of this indicator
    that alone would reach the next grade, NaN where even its full points would not.
    """
    i = sheet.parts["indicator"].stop
    whole = totals.counted @ sheet.full
    factor = sheet.framework.scale / np.where(whole > 0, whole, np.nan)
    given = totals.points[:, :i]
    room = (ceiling(sheet) - totals.total)[:, None]
    gain = np.minimum((sheet.full - given) * factor[:, None], room)
    gain[np.isnan(totals.total)] = np.nan
    cut, _ = next_grade(sheet, totals)
    before = totals.base + totals.bonus - totals.deduction  # not yet held within the scale
    wanted = given + ((cut - before) / factor)[:, None]
    ranked = np.argsort(-np.nan_to_num(gain), axis=1, kind="stable")[:, :top]
    rows = np.repeat(np.arange(len(sheet.units)), ranked.shape[1])
    columns = ranked.ravel()
    order = np.tile(np.arange(1, ranked.shape[1] + 1), len(sheet.units))
    worth = np.nan_to_num(gain[rows, columns]) > 0
    rows, columns, order = rows[worth], columns[worth], order[worth]
    needed = np.full(len(rows), np.nan)
    for k, item in enumerate(sheet.framework.indicators):
        own = (columns == k) & ~np.isnan(cut[rows])
        if own.any():
            values = sheet.value[rows[own], k]
            needed[own] = needed_value(wanted[rows[own], k], values, item.score, item.direction)
    return pd.DataFrame(
        {
            "unit": sheet.units[rows],
            "order": order,
            "indicator": np.array(sheet.framework.codes, dtype=object)[columns],
            "value": sheet.value[rows, columns],
            "points": given[rows, columns],
            "max_points": sheet.full[columns],
            "gain": gain[rows, columns],
            "value_for_next_grade": needed,
        }
    )
