"""Scores: points, dimensions, totals, grades and ranks of stations by an indicator system, and how sure they are.

A rank or a grade is never given without its resampling interval: money and contracts hang on it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import get_args

import numpy as np
import pandas as pd

from swe.core.errors import UsageError
from swe.indicators.frameworks import Framework
from swe.indicators.score_lift import lift_frame, next_grade
from swe.indicators.score_notes import score_notes
from swe.indicators.score_reasons import dimension_frame, points_frame, unit_reasons
from swe.indicators.score_sheet import Floats, Sheet, sheet
from swe.indicators.score_totals import Totals, add_up, cap
from swe.indicators.score_uncertainty import INGREDIENTS, Ingredient, Resampled, resample
from swe.show.result import Result

NAN = float("nan")


@dataclass(frozen=True, kw_only=True, eq=False)
class Scores(Result):
    """A score of many units (`kind="score"`), with the frames behind the totals.

    framework   by which they were scored
    points      a row a unit and code: value, status, treatment, points, max_points, reason, evidence, basis
    dimensions  a row a unit and dimension: points, max_points (counted), share, nominal, status
    grades      a row a unit and grade: share of the resamples, NaN where nothing was resampled
    lift        the indicators of each unit with the largest attainable gain
    """

    framework: Framework
    points: pd.DataFrame
    dimensions: pd.DataFrame
    grades: pd.DataFrame
    lift: pd.DataFrame


def score(
    ind: pd.DataFrame,
    fw: Framework,
    *,
    ratings: pd.DataFrame | None = None,
    resamples: int = 500,
    seed: int = 1,
    weights: float | None = None,
    ingredients: Sequence[Ingredient] = INGREDIENTS,
    level: float = 0.95,
) -> Scores:
    """Totals, grades and ranks of the units of a frame of indicators, each with how sure it is.

    Parameters
    ----------
    ind
        A frame of indicators of one period as `swe.indicators` makes it, not yet under disclosure control: `unit,
        indicator, value, status`, and where known `numerator, denominator, lower, upper, declared, basis`.
    fw
        The indicator system of that frame.
    ratings
        The ledger's table `ratings`; without it the disagreement of raters is not part of the intervals.
    resamples
        How often the ingredients are drawn again; 0 leaves the columns of uncertainty empty.
    seed
        Of the one random generator.
    weights
        Concentration of a Dirichlet distribution around the nominal points (100 moves a weight of 10 % by about 3
        points); None keeps the weights as published.
    ingredients
        What is drawn: `raters` (from a panel of two or more), `sampling` (from the printed intervals), `missing`
        (missing as zero or left out), `validity` (declared or valid counts).
    level
        Of the resampling intervals, a fraction.

    Returns
    -------
    Scores
        Table, a row a unit, sorted by unit: `unit total grade grade_en rank rank_lower rank_upper flip_probability
        p_top_10 total_lower total_upper base bonus deduction vetoed status next_grade to_next total_worst total_best
        ingredients reasons_zh reasons_en`, and `period kind region` where known. `total` is in points of the scale,
        unrounded; `grade` is the Chinese name. Equal totals share the smallest rank; vetoed units rank after all
        others. `flip_probability` is the share of the resamples with another grade than the printed one.
        `total_worst`, `total_best` are what the total would be if all missing indicators had no, or full, points.
        `status` is ok, missing (a missing indicator stops the total) or not_applicable. Values: `n scored vetoed
        mean median lowest highest resamples seed expected_flips`.

    Raises
    ------
    DataError
        A frame of another framework, of several periods, or with two rows for one unit and indicator.
    UsageError
        A negative number of resamples, an unknown ingredient, a concentration or level out of range.

    References
    ----------
    OECD/JRC (2008), Handbook on constructing composite indicators, doi:10.1787/9789264043466-en (uncertainty
    analysis); Rao & Wu (1988), doi:10.1080/01621459.1988.10478591 (drawing raters); Wilson (1927),
    doi:10.1080/01621459.1927.10502953.

    Examples
    --------
    >>> from pathlib import Path
    >>> from swe.indicators.framework_model import FrameworkSpec
    >>> words = {"zh": "结案率", "en": "closure"}
    >>> spec = FrameworkSpec.model_validate({
    ...     "id": "tiny", "status": "draft", "title": words, "source": {"document": "example"}, "origin": "synthetic",
    ...     "scale": "100", "contract": "ledger-v1", "applies_to": ["station"],
    ...     "dimensions": [{"code": "B", "name": words, "points": 100}],
    ...     "indicators": [{"code": "B1", "dimension": "B", "name": words, "about": "person", "missing": "block",
    ...         "measure": {"share": "cases", "where": {"stage": {"equals": "closed"}}}, "evidence": words,
    ...         "score": {"linear": {"from": 0, "to": 1}, "points": 100}}],
    ...     "grades": [{"from": 90, "name": {"zh": "优秀", "en": "Excellent"}},
    ...                {"from": 0, "name": {"zh": "合格", "en": "Pass"}}]})
    >>> ind = pd.DataFrame({"unit": ["MS1", "MS2"], "indicator": "B1", "numerator": [9, 16], "denominator": [10, 20],
    ...                     "value": [0.9, 0.8], "lower": [0.596, 0.584], "upper": [0.982, 0.919], "status": "ok"})
    >>> scored = score(ind, Framework(spec, Path("tiny.yml"), ""), resamples=200)
    >>> scored.table[["unit", "total", "grade", "rank", "rank_upper"]].values.tolist()
    [['MS1', 90.0, '优秀', 1.0, 2.0], ['MS2', 80.0, '合格', 2.0, 2.0]]
    >>> scored.table.flip_probability.gt(0.3).tolist()
    [True, False]
    """
    _check(resamples, weights, ingredients, level)
    cells = sheet(ind, fw)
    totals = add_up(cells)
    table = _table(cells, totals)
    drawn: Resampled | None = None
    if resamples:
        drawn = resample(
            cells, totals, ratings, resamples=resamples, seed=seed, ingredients=tuple(ingredients),
            concentration=weights, level=level,
        )  # fmt: skip
        for name in drawn.frame.columns:
            table[name] = drawn.frame[name].to_numpy()
    return Scores(
        "score",
        table,
        _values(table, resamples, seed),
        score_notes(cells, totals, drawn, ratings=ratings, resamples=resamples, seed=seed, weights=weights,
                    ingredients=tuple(ingredients), level=level),
        framework=fw,
        points=points_frame(ind, cells, totals),
        dimensions=dimension_frame(cells, totals),
        grades=_grade_shares(cells, drawn),
        lift=lift_frame(cells, totals),
    )  # fmt: skip


def _check(resamples: int, weights: float | None, ingredients: Sequence[str], level: float) -> None:
    if isinstance(resamples, bool) or not isinstance(resamples, int) or resamples < 0:
        raise UsageError(
            f"resamples 须为不小于零的整数，收到 {resamples!r}",
            f"resamples must be a whole number, 0 or more; got {resamples!r}",
        )
    known = get_args(Ingredient)
    wrong = (
        [str(name) for name in ingredients if name not in known]
        if not isinstance(ingredients, str)
        else [ingredients]
    )
    if wrong:
        raise UsageError(
            f"ingredients 只能是 {'、'.join(known)} 的列表，收到 {'、'.join(wrong)}",
            f"ingredients is a list of {', '.join(known)}; got {', '.join(wrong)}",
        )
    if weights is not None and not (np.isfinite(weights) and weights > 0):
        raise UsageError(
            f"weights（狄利克雷分布的集中度）须为正数或 None，收到 {weights!r}",
            f"weights (a Dirichlet concentration) must be positive, or None; got {weights!r}",
        )
    if not 0 < level < 1:
        raise UsageError(
            f"level 须在零与一之间，收到 {level!r}", f"level must lie between 0 and 1; got {level!r}"
        )


def _table(cells: Sheet, totals: Totals) -> pd.DataFrame:
    fw = cells.framework
    there = ~np.isnan(totals.total)
    zh, en = unit_reasons(cells, totals)
    cut, gap = next_grade(cells, totals)
    worst, best = _extremes(cells, totals)
    stopped = totals.blocked.any(axis=1) | cells.is_status("missing").any(axis=1)
    names = np.array([("", "")] + [(grade.name.zh, grade.name.en) for grade in fw.grades], dtype=object)
    place = np.where(there, totals.grade + 1, 0)
    table = pd.DataFrame(
        {
            "unit": cells.units,
            "total": totals.total,
            "grade": names[place, 0],
            "grade_en": names[place, 1],
            "rank": totals.rank,
            **dict.fromkeys(("rank_lower", "rank_upper", "flip_probability", "p_top_10", "total_lower", "total_upper"), NAN),
            "base": totals.base,
            "bonus": np.where(there, totals.bonus, NAN),
            "deduction": np.where(there, totals.deduction, NAN),
            "vetoed": totals.veto >= 0,
            "status": np.where(there, "ok", np.where(stopped, "missing", "not_applicable")),
            "next_grade": cut,
            "to_next": gap,
            "total_worst": worst,
            "total_best": best,
            "ingredients": "",
            "reasons_zh": zh,
            "reasons_en": en,
        }
    )  # fmt: skip
    return pd.concat([table, cells.facts], axis=1)


def _extremes(cells: Sheet, totals: Totals) -> tuple[Floats, Floats]:
    """Totals with every missing indicator at no points and at full points: what is not known cannot go beyond."""
    i = cells.parts["indicator"].stop
    missing = cells.is_status("missing") | cells.is_status("suppressed")
    whole = (totals.counted | missing) @ cells.full
    sure = np.nan_to_num(np.where(missing, 0.0, totals.points[:, :i])).sum(axis=1)
    ends = []
    for gained in (0.0, missing @ cells.full):
        with np.errstate(invalid="ignore", divide="ignore"):
            base = cells.framework.scale * (sure + gained) / np.where(whole > 0, whole, np.nan)
        made = np.clip(base + totals.bonus - totals.deduction, 0, cells.framework.scale + cap(cells, "bonus"))
        ends.append(np.where(missing.any(axis=1), made, totals.total))
    return ends[0], ends[1]


def _grade_shares(cells: Sheet, drawn: Resampled | None) -> pd.DataFrame:
    grades = cells.framework.grades
    shares = np.full((len(cells.units), len(grades)), NAN) if drawn is None else drawn.shares
    return pd.DataFrame(
        {
            "unit": np.repeat(cells.units, len(grades)),
            "grade": np.tile(np.array([grade.name.zh for grade in grades], dtype=object), len(cells.units)),
            "grade_en": np.tile(
                np.array([grade.name.en for grade in grades], dtype=object), len(cells.units)
            ),
            "share": shares.ravel(),
        }
    )


def _values(table: pd.DataFrame, resamples: int, seed: int) -> dict[str, float]:
    known = table["total"].dropna()
    some = len(known) > 0
    return {
        "n": float(len(table)),
        "scored": float(len(known)),
        "vetoed": float((table["vetoed"] & table["total"].notna()).sum()),
        "mean": float(known.mean()) if some else NAN,
        "median": float(known.median()) if some else NAN,
        "lowest": float(known.min()) if some else NAN,
        "highest": float(known.max()) if some else NAN,
        "resamples": float(resamples),
        "seed": float(seed),
        "expected_flips": float(table["flip_probability"].sum(min_count=1)) if some else NAN,
    }
