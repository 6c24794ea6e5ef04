"""Golden files: stations worked by hand beside a framework, which its scores must reproduce.

A preset that nobody recomputed is a claim; `<id>.golden.csv` is the proof that travels with it.
"""

from __future__ import annotations

import csv
import math
from pathlib import Path

import pandas as pd

from swe.core.errors import DataError
from swe.indicators.frameworks import Framework
from swe.indicators.scores import score

COLUMNS = ("station", "indicator", "numerator", "denominator", "value", "status", "points", "total", "grade")
FEWEST_STATIONS = 20
TOLERANCE = 1e-9


def golden_path(fw: Framework) -> Path:
    """Where the golden file of a framework lies: beside it, `<id>.golden.csv`."""
    return fw.path.with_name(f"{fw.id}.golden.csv")


def golden_frame(fw: Framework) -> pd.DataFrame:
    """The golden file as text; DataError where it is not there or has other columns."""
    path = golden_path(fw)
    if not path.is_file():
        raise DataError(f"没有核对文件 {path.name}", f"there is no golden file {path.name}", where=str(path))
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    if not rows or tuple(rows[0]) != COLUMNS or any(len(row) != len(COLUMNS) for row in rows):
        raise DataError(
            f"核对文件的列须为 {','.join(COLUMNS)}",
            f"the columns of a golden file are {','.join(COLUMNS)}",
            where=str(path),
        )
    return pd.DataFrame(rows[1:], columns=list(COLUMNS))


def golden_problems(fw: Framework) -> list[str]:
    """Every point, total and grade that scoring does not reproduce (1e-9), one line each; empty when all agree.

    The columns `points`, `total` and `grade` (zh or en) are what was worked out by hand: points on every row that
    counts, empty where the indicator is left out; total and grade on any row of the station, empty where it has none.
    """
    try:
        gold = golden_frame(fw)
    except DataError as error:
        return [error.text("en")]
    numbers = {
        name: [_number(text) for text in gold[name]]
        for name in ("numerator", "denominator", "value", "points")
    }
    ind = pd.DataFrame(
        {
            "unit": gold["station"], "indicator": gold["indicator"], "status": gold["status"],
            **{name: numbers[name] for name in ("numerator", "denominator", "value")},
        }
    )  # fmt: skip
    try:
        scored = score(ind, fw, resamples=0)
    except DataError as error:
        return [error.text("en")]
    found = []
    stations = gold["station"].nunique()
    if stations < FEWEST_STATIONS:
        found.append(f"{stations} stations; a golden file has at least {FEWEST_STATIONS}")
    given = dict(
        zip(
            zip(scored.points["unit"], scored.points["indicator"].astype(str), strict=True),
            scored.points["points"],
            strict=True,
        )
    )
    for station, code, wanted in zip(gold["station"], gold["indicator"], numbers["points"], strict=True):
        own = float(given[station, code])
        if _veto(fw, code):
            continue
        if not _same(wanted, own):
            found.append(f"{station} {code}: points {own!r}, golden {wanted!r}")
    return found + _totals(gold, scored.table)


def _totals(gold: pd.DataFrame, table: pd.DataFrame) -> list[str]:
    found = []
    rows = table.set_index("unit")
    for station, own in gold.groupby("station", sort=False):
        totals = sorted({text for text in own["total"] if text.strip()})
        grades = sorted({text for text in own["grade"] if text.strip()})
        row = rows.loc[station]
        if len(totals) > 1 or len(grades) > 1:
            found.append(f"{station}: several totals or grades ({', '.join([*totals, *grades])})")
            continue
        wanted = _number(totals[0]) if totals else float("nan")
        if not _same(wanted, float(row["total"])):
            found.append(f"{station}: total {float(row['total'])!r}, golden {wanted!r}")
        if (grades[0] if grades else "") not in (row["grade"], row["grade_en"]):
            found.append(
                f"{station}: grade {row['grade']} ({row['grade_en']}), golden {grades[0] if grades else ''}"
            )
    return found


def _veto(fw: Framework, code: str) -> bool:
    return code in {veto.code for veto in fw.spec.vetoes}


def _number(text: str) -> float:
    """A cell as a number; NaN where it is empty."""
    text = text.strip()
    try:
        return float(text) if text else math.nan
    except ValueError:
        raise DataError(f"核对文件中“{text}”不是数", f"{text!r} in the golden file is no number") from None


def _same(wanted: float, own: float) -> bool:
    if math.isnan(wanted) or math.isnan(own):
        return math.isnan(wanted) and math.isnan(own)
    return abs(wanted - own) <= TOLERANCE
