"""Survey estimates by design: means, totals, proportions and ratios with strata, clusters and weights.

Satisfaction and awareness are asked at sampled stations; the interval must know that, and the reader must know who
was asked, how many answered and whether the scale still tells anyone apart.
"""

from __future__ import annotations

import math
from typing import Literal

import numpy as np
import pandas as pd

from swe.core.errors import DataError, UsageError
from swe.show.result import Result
from swe.stats.survey_frames import (
    NAN,
    Floats,
    check_level,
    check_option,
    clopper_pearson,
    codes,
    level_note,
    number_column,
    row_status,
)
from swe.stats.survey_notes import METHOD, NOT_EFFECT, REFERENCE, ChosenBy, counts, warnings
from swe.stats.taylor import Estimate, Flags, SinglePsu, design, estimate

Kind = Literal["mean", "total", "proportion", "ratio"]

SCALE = 11  # at most so many different whole answers are a rating scale (0–10)


def survey(
    data: pd.DataFrame,
    *,
    value: str,
    denominator: str | None = None,
    kind: Kind = "mean",
    weights: str | None,
    strata: str | None = None,
    cluster: str | None = None,
    fpc: str | float | None = None,
    by: str | None = None,
    level: float = 0.95,
    single_psu: SinglePsu = "error",
    chosen_by: ChosenBy = "unknown",
    invited: int | None = None,
) -> Result:
    """A mean, total, proportion or ratio of a survey, with the interval that its design allows.

    Parameters
    ----------
    data
        One row a person asked. A missing answer is left out of the estimate and stays in the design.
    value, denominator
        Columns of numbers; 0/1 or bool for a proportion. `denominator` belongs to `kind="ratio"`: Σwy / Σwx.
    weights
        Column of sampling weights (persons represented); None says that all are equal, and there is no total then.
    strata, cluster
        Columns of strata and of primary sampling units (stations, villages). Clusters are nested in strata. Later
        stages are covered by the variance between primary units.
    fpc
        Column or number: primary units in the population of the stratum, or a sampling fraction below 1.
    by
        Column of domains. Each is estimated within the whole design; none is cut out of it.
    single_psu
        What a stratum with one primary unit does: `error`; `certainty` adds no variance; `centred` takes its
        distance from the mean of all primary units.
    chosen_by
        Who picked the persons: a random `sample`, the `station` itself, or `unknown`. It only changes the notes.
    invited
        Persons asked, if more than the rows; gives `response_rate`.

    Returns
    -------
    Result
        `kind="survey"`. Values: `estimate se lower upper deff n_effective df n`, with `response_rate` where known and
        `top_share` (weighted share of the highest answer) for rating scales. Table, a row per domain (or one):
        `by estimate se lower upper deff n_effective df n kind status`; n < 20 is `below_validity`.

    Raises
    ------
    DataError
        Missing columns or weights, a stratum with one primary unit, a wrong `fpc`, or no answer at all.
    UsageError
        An unknown option, or options that do not go together.

    References
    ----------
    Binder (1983), On the variances of asymptotically normal estimators from complex surveys, doi:10.2307/1402588.

    Examples
    --------
    >>> frame = pd.DataFrame({"station": list("aabbcc"), "score": [5, 4, 3, 3, 5, 5], "w": [10.0] * 6})
    >>> found = survey(frame, value="score", weights="w", cluster="station")
    >>> round(found["estimate"], 4), round(found["se"], 4), found["df"]
    (4.1667, 0.6009, 2.0)
    """
    _check(kind, denominator, weights, level, single_psu, chosen_by)
    of = design(data, weights=weights, strata=strata, cluster=cluster, fpc=fpc, single_psu=single_psu)
    y, x, known = _answers(data, value, denominator, kind)
    group, names = codes(data, by) if by is not None else (np.zeros(len(data), dtype=np.intp), ["all"])

    def of_domain(inside: Flags) -> dict[str, float]:
        found = estimate(y, x, of, inside=inside, total=kind == "total", single_psu=single_psu)
        return _numbers(found, kind, level)

    whole = of_domain(known)
    if whole["n"] == 0:
        raise DataError(f"列 {value!r} 没有一个回答", f"the column {value!r} holds no answer")
    rows = [
        {
            "by": str(name),
            **(n := of_domain(known & (group == g))),
            "kind": kind,
            "status": row_status(n["n"]),
        }
        for g, name in enumerate(names)
    ]
    top = _top_share(y, of.weights, known, kind, whole["estimate"])
    rate = _response_rate(int(known.sum()), len(data), invited)
    values = {**whole, **({} if math.isnan(rate) else {"response_rate": rate})}
    values |= {} if math.isnan(top) else {"top_share": top}
    notes = (
        METHOD,
        REFERENCE,
        NOT_EFFECT,
        level_note(level),
        *counts(of, data, known, cluster, whole),
        *warnings(of, known, whole, top, rate, weights=weights, cluster=cluster, chosen_by=chosen_by),
    )
    return Result("survey", pd.DataFrame(rows), values, notes)


def _check(
    kind: str, denominator: str | None, weights: str | None, level: float, single_psu: str, chosen_by: str
) -> None:
    check_option("kind", kind, ("mean", "total", "proportion", "ratio"))
    check_option("single_psu", single_psu, ("error", "certainty", "centred"))
    check_option("chosen_by", chosen_by, ("unknown", "sample", "station"))
    check_level(level)
    if (kind == "ratio") != (denominator is not None):
        raise UsageError(
            f"denominator 与 kind='ratio' 须同时给出；现 kind={kind!r}，denominator={denominator!r}",
            f"denominator belongs to kind='ratio' and to it alone; kind={kind!r}, denominator={denominator!r}",
        )
    if kind == "total" and weights is None:
        raise UsageError(
            "总量须有权数：没有权数只是样本之和",
            "a total needs weights: without them it is the sum of the sample",
        )


def _answers(
    data: pd.DataFrame, value: str, denominator: str | None, kind: Kind
) -> tuple[Floats, Floats | None, Flags]:
    y = number_column(data, value)
    x = None if denominator is None else number_column(data, denominator)
    known = ~np.isnan(y) if x is None else ~(np.isnan(y) | np.isnan(x))
    if kind == "proportion" and not np.isin(y[known], (0.0, 1.0)).all():
        raise DataError(
            f"列 {value!r} 须为 0/1 或真/假才能求比例",
            f"a proportion needs 0/1 or true/false in the column {value!r}",
        )
    return y, x, known


# -- numbers --


def _numbers(found: Estimate, kind: Kind, level: float) -> dict[str, float]:
    lower, upper = _interval(found, kind, level)
    return {
        "estimate": found.value,
        "se": found.se,
        "lower": lower,
        "upper": upper,
        "deff": found.deff,
        "n_effective": found.n / found.deff if found.deff > 0 else NAN,
        "df": found.df,
        "n": float(found.n),
    }


def _interval(found: Estimate, kind: Kind, level: float) -> tuple[float, float]:
    from scipy.stats import t

    if not (found.df >= 1 and math.isfinite(found.se)):
        return NAN, NAN
    reach = float(t.ppf((1 + level) / 2, found.df)) * found.se
    p = found.value
    if kind != "proportion":
        return p - reach, p + reach
    if (
        found.se == 0 or not 0 < p < 1
    ):  # all answers alike: as few independent ones as there are primary units
        return clopper_pearson(p * found.psus, found.psus, level)
    centre, half = math.log(p / (1 - p)), reach / (p * (1 - p))
    return _expit(centre - half), _expit(centre + half)


def _expit(x: float) -> float:
    return 1 / (1 + math.exp(-x)) if x > -700 else 0.0


def _top_share(y: Floats, w: Floats, known: Flags, kind: Kind, estimate: float) -> float:
    """Weighted share of the highest answer given on a rating scale; NaN for other numbers."""
    if kind == "proportion":
        return estimate
    answers = y[known]
    if kind != "mean" or len(np.unique(answers)) > SCALE or (answers != np.round(answers)).any():
        return NAN
    return float(w[known][answers == answers.max()].sum() / w[known].sum())


def _response_rate(answered: int, rows: int, invited: int | None) -> float:
    if invited is not None and invited < rows:
        raise DataError(
            f"invited = {invited}，少于数据表的 {rows} 行",
            f"invited = {invited} is less than the {rows} rows of the frame",
        )
    asked = invited if invited is not None else rows
    return NAN if invited is None and answered == rows else answered / asked
