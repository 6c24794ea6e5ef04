"""Copied rows: records that say exactly the same in every chosen column, and answers ticked down one column.

Identical rows happen by chance when there are few answers to choose from; so the chance is printed beside them.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from swe.core.errors import DataError, UsageError
from swe.show.result import Note, Result
from swe.stats.survey_frames import NAN, codes, column, left_out

METHOD = Note(
    "method",
    "所选各列完全相同的行为相同行；偶然相同的对数按各列相互独立估计（Σp² 的连乘），相关的列偶然相同会更多",
    "rows equal in all chosen columns; pairs expected by chance if the columns were independent (product of Σp²); "
    "related columns agree by chance more often",
)
FLAG = Note(
    "method",
    "只作提示并给出行数，不作扣分依据，须调阅原始记录",
    "a flag with its counts, not a deduction: look at the original records",
)
REFERENCE = Note(
    "reference",
    "Kuriakose & Robbins (2016)，doi:10.3233/SJI-160978；直线作答：Krosnick (1991)，doi:10.1002/acp.2350050305",
    "Kuriakose & Robbins (2016), doi:10.3233/SJI-160978; straight-lining: Krosnick (1991), doi:10.1002/acp.2350050305",
)


def copied(
    data: pd.DataFrame, *, columns: Sequence[str], unit: str | None = None, straight: bool = False
) -> Result:
    """Exact copies among rows, against the number that chance would make; with `straight`, straight-lining too.

    Parameters
    ----------
    data
        One row a record or respondent. Rows empty in every chosen column are left out; a gap equals a gap.
    columns
        Columns that make two rows the same: leave out numbers, names and dates of entry.
    unit
        Column of stations; the table says how many stations a set of copies spans.
    straight
        The columns are answers on one scale: count respondents with the same answer to all of them.

    Returns
    -------
    Result
        `kind="copied"`. Values: `n`, `copies` (rows that repeat an earlier one), `share` of rows, `groups`, `largest`,
        `pairs`, `pairs_expected`, `ratio`; `straight_lined` (share of rows without gaps) if asked. Table, a row a set of
        equal rows, largest first: `first` (index label of its first row) `rows units`.

    Raises
    ------
    DataError
        Fewer than two rows that say something.
    UsageError
        No column, or straight-lining of one.

    References
    ----------
    Kuriakose & Robbins (2016), Don't get duped: fraud through duplication in public opinion surveys,
    doi:10.3233/SJI-160978. Krosnick (1991), doi:10.1002/acp.2350050305.

    Examples
    --------
    >>> answers = pd.DataFrame({"a": [5, 5, 4, 5], "b": [5, 3, 4, 5], "c": [5, 4, 2, 5]})
    >>> found = copied(answers, columns=["a", "b", "c"], straight=True)
    >>> found["copies"], found["pairs"], found["straight_lined"]
    (1.0, 1.0, 0.5)
    """
    names = list(columns)
    if not names or (straight and len(names) < 2):
        raise UsageError(
            "columns 至少一列；直线作答至少两列",
            "columns needs one at least, straight-lining two",
        )
    frame = pd.DataFrame({name: column(data, name) for name in names})
    said = frame.notna().any(axis=1).to_numpy()
    absent = int((~said).sum())
    frame = frame[said]
    n = len(frame)
    if n < 2:
        raise DataError(
            f"至少需要两行有内容的记录，现有 {n} 行", f"two rows that say something are needed, there are {n}"
        )
    group = frame.groupby(names, dropna=False, sort=False).ngroup().to_numpy()
    sizes = np.bincount(group)
    pairs, chance = float((sizes * (sizes - 1) / 2).sum()), _chance(frame)
    expected = chance * n * (n - 1) / 2
    repeated = sizes[sizes > 1]
    values = {
        "n": float(n),
        "copies": float((repeated - 1).sum()),
        "share": float((repeated - 1).sum() / n),
        "groups": float(len(repeated)),
        "largest": float(sizes.max()) if len(repeated) else 0.0,
        "pairs": pairs,
        "pairs_expected": expected,
        "ratio": pairs / expected if expected > 0 else NAN,
    }
    complete = frame.dropna()
    if straight:
        answers = complete.to_numpy()
        same = (answers == answers[:, :1]).all(axis=1)
        values["straight_lined"] = float(same.mean()) if len(complete) else NAN
    units = codes(data, unit)[0][said] if unit is not None else None
    notes = _notes(values, absent, len(data), n - len(complete) if straight else 0)
    return Result("copied", _sets(frame, group, sizes, units), values, notes)


def _chance(frame: pd.DataFrame) -> float:
    """Probability that two rows drawn without replacement agree in every column, columns taken as independent."""
    n = len(frame)
    chance = 1.0
    for name in frame.columns:
        counts = frame[name].value_counts(dropna=False).to_numpy(dtype=float)
        chance *= float((counts * (counts - 1)).sum() / (n * (n - 1)))
    return chance


def _sets(
    frame: pd.DataFrame, group: np.ndarray, sizes: np.ndarray, units: np.ndarray | None
) -> pd.DataFrame:
    place = pd.DataFrame({"group": group, "label": frame.index.astype(str), "unit": units})
    place = place[sizes[group] > 1]
    found = place.groupby("group", sort=False).agg(
        first=("label", "first"), rows=("label", "size"), units=("unit", "nunique")
    )
    if units is None:
        found["units"] = NAN
    return found.sort_values("rows", ascending=False, kind="stable").reset_index(drop=True)


def _notes(values: dict[str, float], absent: int, rows: int, gaps: int) -> tuple[Note, ...]:
    n = int(values["n"])
    told = [METHOD, FLAG, REFERENCE, Note("n", f"{n} 行", f"{n} rows"), *left_out(absent, rows)]
    if gaps:
        told.append(
            Note(
                "exclusion",
                f"直线作答只看完整的行，{gaps} 行有空缺",
                f"straight-lining looks at complete rows only; {gaps} have gaps",
            )
        )
    if values["pairs"] > 2 * values["pairs_expected"] and values["copies"] > 0:
        told.append(
            Note(
                "warning",
                f"{values['copies']:.0f} 行与前面的行完全相同，多于偶然：请调阅原始记录",
                f"{values['copies']:.0f} rows repeat an earlier one, more than by chance: look at the original records",
            )
        )
    if values.get("straight_lined", 0.0) > 0.2:
        told.append(
            Note(
                "warning",
                f"{values['straight_lined']:.1%} 的受访者每题答案相同",
                f"{values['straight_lined']:.1%} of respondents gave one answer throughout",
            )
        )
    return tuple(told)
