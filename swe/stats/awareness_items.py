"""Awareness: who knows enough about the station to use it, of a few facts asked one by one.

Guangzhou asks for five (where it is, what it does, who works there, how to ask for help, who pays) and counts a
respondent who knows three.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from swe.core.errors import DataError, UsageError
from swe.show.result import Note, Result
from swe.stats.survey_design import survey
from swe.stats.survey_frames import NAN, check_level, codes, level_note, number_column, row_status, wilson

REFERENCE = Note(
    "reference",
    "广州市社工服务站评估的“两度”：知晓五项中的三项为有效知晓；区间：Wilson (1927) 或按整群抽样设计",
    "Guangzhou's station evaluation: three of five items known counts as aware; intervals: Wilson (1927), or by the "
    "clustered design",
)


def awareness(
    data: pd.DataFrame,
    *,
    items: Sequence[str] | None = None,
    needed: int = 3,
    unit: str | None = None,
    weights: str | None = None,
    level: float = 0.95,
) -> Result:
    """Share of respondents who know at least `needed` of the items (three of five by default).

    Parameters
    ----------
    data
        One row a respondent.
    items
        Columns of 0/1 or bool; by default every column but `unit` and `weights`. A respondent with gaps counts where
        the gaps cannot change the verdict, and is left out otherwise.
    unit
        Column of the stations at which people were asked. With two or more, the interval is that of a cluster sample
        of stations; without, Wilson's, which holds for a simple random sample only.
    weights
        Column of sampling weights; needs `unit`.

    Returns
    -------
    Result
        `kind="awareness"`. Values: `estimate lower upper n`, with `se deff df` for a cluster sample, and a share
        `item_<name>` for each item (without `unit` also its `_lower _upper`). Table: `unit known items lower upper n status`: share who know enough, mean number
        of items known, Wilson limits, a row per station or, without `unit`, per respondent.

    Raises
    ------
    DataError
        An item that is not 0/1, or nobody whose verdict is known.
    UsageError
        `needed` beyond the number of items, or weights without `unit`.

    Examples
    --------
    >>> asked = pd.DataFrame([[1, 1, 1, 0, 0], [1, 0, 0, 0, 0], [1, 1, 1, 1, 1]], columns=list("abcde"))
    >>> found = awareness(asked)
    >>> round(found["estimate"], 4), found["n"]
    (0.6667, 3.0)
    """
    check_level(level)
    if weights is not None and unit is None:
        raise UsageError("weights 须与 unit 一起给出", "weights need unit")
    names = list(items) if items is not None else [c for c in data.columns if c not in (unit, weights)]
    if not 1 <= needed <= len(names):
        raise UsageError(
            f"needed = {needed}，须在 1 与题数 {len(names)} 之间",
            f"needed = {needed} must lie between 1 and the number of items, {len(names)}",
        )
    answers = np.column_stack([number_column(data, name) for name in names])
    if not np.isin(answers[~np.isnan(answers)], (0.0, 1.0)).all():
        raise DataError("知晓题须为 0/1 或真/假", "awareness items must be 0/1 or true/false")
    known_items = np.nansum(answers, axis=1)
    gaps = np.isnan(answers).sum(axis=1)
    knows = np.where(known_items >= needed, 1.0, np.where(known_items + gaps < needed, 0.0, NAN))
    decided = ~np.isnan(knows)
    n = int(decided.sum())
    if n == 0:
        raise DataError("没有一位受访者可以判断是否知晓", "no respondent's awareness can be told")
    values, told = _share(data, knows, unit, weights, level)
    shares = _item_shares(names, answers, unit is None, level)
    notes = (
        Note(
            "method",
            f"知晓 {len(names)} 项中的至少 {needed} 项算知晓；有空缺但不影响判断的计入",
            f"aware: at least {needed} of {len(names)} items known; gaps that cannot change the verdict are let pass",
        ),
        REFERENCE,
        level_note(level),
        Note("n", f"{n} 位受访者", f"{n} respondents"),
        *_left_out(int((~decided).sum()), len(data)),
        *told,
    )
    table = _rows(data, knows, answers, unit, level)
    return Result("awareness", table, {**values, "n": float(n), **shares}, notes)


def _share(
    data: pd.DataFrame, knows: np.ndarray, unit: str | None, weights: str | None, level: float
) -> tuple[dict[str, float], list[Note]]:
    """The share with its interval, by the design where there are several stations."""
    if unit is not None and codes(data, unit)[0].max() > 0:
        frame = pd.DataFrame({"knows": knows, "unit": data[unit].to_numpy()})
        if weights is not None:
            frame["weights"] = data[weights].to_numpy()
        found = survey(
            frame,
            value="knows",
            kind="proportion",
            weights=None if weights is None else "weights",
            cluster="unit",
            level=level,
        )
        kept = ("estimate", "se", "lower", "upper", "deff", "df")
        return {name: found[name] for name in kept}, [n for n in found.notes if n.kind == "warning"]
    decided = knows[~np.isnan(knows)]
    lower, upper = wilson(float(decided.sum()), len(decided), level)
    warning = Note(
        "warning",
        "区间按简单随机抽样；若在多个站点访问，请给出 unit，否则过窄",
        "the interval is that of a simple random sample; people asked at several stations need unit, or it is too narrow",
    )
    return {"estimate": float(decided.mean()), "lower": lower, "upper": upper}, [warning]


def _item_shares(names: Sequence[str], answers: np.ndarray, simple: bool, level: float) -> dict[str, float]:
    """Share that knows each item, with Wilson limits where a simple random sample is all there is."""
    found: dict[str, float] = {}
    for j, name in enumerate(names):
        given = answers[:, j][~np.isnan(answers[:, j])]
        found[f"item_{name}"] = float(given.mean()) if len(given) else NAN
        if simple:
            lower, upper = wilson(float(given.sum()), len(given), level)
            found |= {f"item_{name}_lower": lower, f"item_{name}_upper": upper}
    return found


def _rows(
    data: pd.DataFrame, knows: np.ndarray, answers: np.ndarray, unit: str | None, level: float
) -> pd.DataFrame:
    group, labels = codes(data, unit) if unit is not None else (np.arange(len(data)), list(data.index))
    size = len(labels)
    decided = ~np.isnan(knows)
    n = np.bincount(group[decided], minlength=size).astype(float)
    aware = np.bincount(group[decided], weights=knows[decided], minlength=size)
    whole = ~np.isnan(answers).any(axis=1)
    complete = np.bincount(group[whole], minlength=size).astype(float)
    items = np.bincount(group[whole], weights=answers[whole].sum(axis=1), minlength=size)
    with np.errstate(invalid="ignore", divide="ignore"):
        known, mean_items = aware / n, items / complete
    limits = [wilson(x, m, level) if unit is not None else (NAN, NAN) for x, m in zip(aware, n, strict=True)]
    return pd.DataFrame(
        {
            "unit": [str(label) for label in labels],
            "known": known,
            "items": mean_items,
            "lower": [low for low, _ in limits],
            "upper": [high for _, high in limits],
            "n": n,
            "status": [row_status(m) if unit is not None or m == 0 else "ok" for m in n],
        }
    )


def _left_out(absent: int, rows: int) -> list[Note]:
    return (
        [
            Note(
                "exclusion",
                f"{rows} 位中有 {absent} 位空缺过多，无法判断，未计入",
                f"{absent} of {rows} left too many items open to tell and were left out",
            )
        ]
        if absent
        else []
    )
