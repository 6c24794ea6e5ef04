"""Adoption: how long it takes until a place has its station, and what goes with being early.

Places without a station are cut off at the end of observation, not left out: otherwise the slow ones would not count.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import pandas as pd
from scipy import stats

from swe.core.errors import DataError, UsageError
from swe.show.result import Note, Result
from swe.stats.adoption_times import Spells, read_spells
from swe.stats.frames import Flags, Floats, as_frame, choice, fraction, read_numbers, require
from swe.stats.survival_curve import Curve, kaplan_meier, median

Per = Literal["month", "day"]
PER = ("month", "day")
PER_COVARIATE = 10  # events; Peduzzi et al. 1995, doi:10.1016/0895-4356(95)00048-8
FEW_CLUSTERS = 40  # below, t with G−1 degrees of freedom; Cameron & Miller 2015, doi:10.3368/jhr.50.2.317

CURVE = Note(
    "method",
    "未建站占比按 Kaplan–Meier 估计，对数尺度区间；到观察结束仍未建站的单位按截尾计",
    "share without a station by Kaplan–Meier with limits on the log scale; units without one at the end of observation are "
    "cut off there",
)
COX = Note(
    "method",
    "Cox 比例风险回归，并列时间用 Breslow 法；比例风险假设未作检验",
    "Cox proportional hazards with Breslow's rule for ties; that the hazards are proportional was not tested",
)
REFERENCES = (
    Note(
        "reference",
        "Kaplan & Meier 1958，doi:10.1080/01621459.1958.10501452",
        "Kaplan & Meier 1958, doi:10.1080/01621459.1958.10501452",
    ),
    Note(
        "reference",
        "Cox 1972；Breslow 1974，doi:10.2307/2529620",
        "Cox 1972; Breslow 1974, doi:10.2307/2529620",
    ),
)


@dataclass(frozen=True, eq=False)
class Adoption(Result):
    """A `Result` that also keeps its curve.

    curve      a row for each distinct time: `time waiting lower upper at_risk events censored`; `waiting` is the share without a
               station after it, `time` in months or days, or in the units of the columns where they are numbers
    time_unit  month, day, or empty where the columns are numbers
    """

    curve: pd.DataFrame = field(kw_only=True)
    time_unit: str = field(kw_only=True)


def adoption(
    data: Any,
    *,
    unit: str,
    start: Any,
    event: str,
    end: Any,
    covariates: Sequence[str] = (),
    cluster: str | None = None,
    per: Per = "month",
    level: float = 0.95,
) -> Adoption:
    """Time from a start to set-up: the Kaplan–Meier curve, and hazard ratios of covariates.

    Parameters
    ----------
    data
        A frame with a row for each unit.
    unit
        Column of the unit; none twice.
    start, end
        Where the clock starts and observation ends: a column, or one date or number for all.
    event
        Column of the date of set-up, missing where there was none; one after `end` counts as not yet.
    covariates
        Columns for the Cox regression; text becomes 0/1 columns `name=value` against its first value in order.
    cluster
        Column within which units are not independent (county, province): sandwich standard errors.
    per
        Durations of dates in calendar months or in days; dates stand at the close of their (last) day. Numbers are taken as
        they are.

    Returns
    -------
    Adoption
        A Result of `kind="adoption"`. Values: `median median_lower median_upper` (NaN if half are never reached), `n events`,
        `share_set_up` at the last time, and `n_regression clusters`. Table: `covariate estimate se lower upper hazard_ratio
        hazard_lower hazard_upper p`; empty without covariates.

    Raises
    ------
    UsageError
        Unknown options, a date and numbers mixed.
    DataError
        Absent columns, repeated units, nobody left, no event to explain, covariates that repeat each other.

    References
    ----------
    Kaplan & Meier 1958, doi:10.1080/01621459.1958.10501452; Cox 1972; Breslow 1974, doi:10.2307/2529620; clustered errors as
    Lin & Wei 1989, doi:10.1080/01621459.1989.10478874.

    Examples
    --------
    >>> import pandas as pd
    >>> towns = pd.DataFrame({"town": list("abcd"), "opened": ["2022-03", "2022-06", None, "2023-01"]})
    >>> found = adoption(towns, unit="town", start="2021-12-31", event="opened", end="2023-05-31")
    >>> found["median"], found["n"], found["events"]
    (9.5, 4.0, 3.0)
    """
    choice("per", per, PER)
    fraction("level", level)
    frame = as_frame(data)
    named = [unit, event, *covariates, *([cluster] if cluster else [])]
    require(frame, list(dict.fromkeys(named)))
    spells = read_spells(frame, unit=unit, start=start, event=event, end=end, months=per == "month")
    curve = kaplan_meier(spells.time, spells.event, level=level)
    middle, lower, upper = median(curve)
    rows, values, notes = _regression(frame, spells, covariates, cluster, level)
    values = {
        "median": middle,
        "median_lower": lower,
        "median_upper": upper,
        "n": float(len(spells.time)),
        "events": float(spells.event.sum()),
        "share_set_up": float(1 - curve.left[-1]),
        **values,
    }
    return Adoption(
        "adoption",
        rows,
        values,
        (CURVE, *spells.notes, *notes),
        curve=_curve(curve),
        time_unit=per if spells.dated else "",
    )


def _curve(curve: Curve) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "time": curve.time,
            "waiting": curve.left,
            "lower": curve.lower,
            "upper": curve.upper,
            "at_risk": curve.at_risk,
            "events": curve.events,
            "censored": curve.censored,
        }
    )


# -- Cox --


def _regression(
    frame: pd.DataFrame, spells: Spells, covariates: Sequence[str], cluster: str | None, level: float
) -> tuple[pd.DataFrame, dict[str, float], list[Note]]:
    if not covariates:
        if cluster:
            raise UsageError("cluster 只用于带 covariates 的回归", "cluster goes with covariates")
        return _rows([], np.empty(0), np.empty(0), math.inf, level), {}, [REFERENCES[0]]
    names, x, bases = _columns(frame.loc[spells.kept], covariates)
    known = ~np.isnan(x).any(axis=1)
    groups = None
    if cluster is not None:
        codes = pd.factorize(frame.loc[spells.kept, cluster], use_na_sentinel=True)[0]
        known &= codes >= 0
        groups = codes[known]
    time, event, x = spells.time[known], spells.event[known], x[known]
    clusters = 0 if groups is None else len(np.unique(groups))
    _can_be_explained(x, event, names, clusters if groups is not None else None)
    beta, se = _cox(time, event, x, groups)
    df = clusters - 1.0 if 0 < clusters < FEW_CLUSTERS else math.inf
    values = {"n_regression": float(known.sum()), "clusters": float(clusters) if clusters else math.nan}
    lost = int((~known).sum())
    notes = _cox_notes(lost, int(event.sum()), len(names), bases, clusters)
    return _rows(names, beta, se, df, level), values, notes


def _columns(frame: pd.DataFrame, covariates: Sequence[str]) -> tuple[list[str], Floats, list[str]]:
    """Numbers as they are; of text, a 0/1 column for each value but the first, and which that is."""
    names: list[str] = []
    columns: list[Floats] = []
    bases: list[str] = []
    for name in covariates:
        column = frame[name]
        if pd.api.types.is_bool_dtype(column.dtype):
            column = column.astype(float)
        if pd.api.types.is_numeric_dtype(column.dtype):
            names.append(name)
            columns.append(read_numbers(column, name))
            continue
        missing = column.isna().to_numpy()
        text = column.astype(str)
        first, *others = sorted(set(text[~missing])) or [""]
        bases.append(f"{name}={first}")
        for other in others:
            names.append(f"{name}={other}")
            columns.append(np.where(missing, np.nan, (text == other).to_numpy(dtype=float)))
    return names, np.column_stack(columns) if columns else np.empty((len(frame), 0)), bases


def _can_be_explained(x: Floats, event: Flags, names: list[str], clusters: int | None) -> None:
    if not event.any():
        raise DataError("没有一个单位建站，无法回归", "no unit was set up: there is nothing to explain")
    centred = x - x.mean(axis=0)
    if not names or np.linalg.matrix_rank(centred) < x.shape[1]:
        raise DataError(
            f"协变量（{'、'.join(names)}）中有常数或可由其他列算出的列，请删去",
            f"among the covariates ({', '.join(names)}) one is constant or follows from others; leave it out",
        )
    if clusters is not None and clusters < 2:
        raise DataError("至少需要 2 个聚类", "at least 2 clusters are needed")


def _cox(time: Floats, event: Flags, x: Floats, groups: Any) -> tuple[Floats, Floats]:
    from statsmodels.duration.hazard_regression import PHReg

    centre, scale = x.mean(axis=0), x.std(axis=0)
    model = PHReg(time, (x - centre) / scale, status=event.astype(int), ties="breslow")
    found = model.fit(groups=groups, disp=0, tol=1e-12, maxiter=100)
    beta, se = np.asarray(found.params, dtype=float), np.asarray(found.bse, dtype=float)
    gradient = np.abs(np.asarray(model.score(found.params), dtype=float)).max()
    if not (np.isfinite(beta).all() and np.isfinite(se).all()) or gradient > 1e-6 * len(time):
        raise DataError(
            "Cox 回归不收敛：某个协变量可能完全决定了先后，请检查或合并类别",
            "the Cox regression does not converge: a covariate may decide the order by itself; check it or merge its values",
        )
    return beta / scale, se / scale


def _rows(names: list[str], beta: Floats, se: Floats, df: float, level: float) -> pd.DataFrame:
    half = stats.t.ppf(0.5 + level / 2, df) * se
    return pd.DataFrame(
        {
            "covariate": pd.Series(names, dtype=object),
            "estimate": beta,
            "se": se,
            "lower": beta - half,
            "upper": beta + half,
            "hazard_ratio": np.exp(beta),
            "hazard_lower": np.exp(beta - half),
            "hazard_upper": np.exp(beta + half),
            "p": 2 * stats.t.sf(np.abs(beta / se), df) if len(se) else se,
        }
    )


def _cox_notes(lost: int, events: int, terms: int, bases: list[str], clusters: int) -> list[Note]:
    notes = [COX, *REFERENCES]
    if bases:
        zh, en = f"参照类：{'、'.join(bases)}", f"reference values: {', '.join(bases)}"
        notes.append(Note("method", zh, en))
    if clusters:
        zh, en = f"按 {clusters} 个聚类的稳健标准误", f"sandwich standard errors of {clusters} clusters"
        notes.append(Note("method", zh, en))
    if lost:
        zh = f"{lost} 个单位缺协变量或聚类，未计入回归，仍计入曲线"
        en = f"units without a covariate or cluster, left out of the regression and kept in the curve: {lost}"
        notes.append(Note("exclusion", zh, en))
    if 0 < clusters < FEW_CLUSTERS:
        zh = f"聚类不足 {FEW_CLUSTERS} 个：区间用自由度 {clusters - 1} 的 t 分布，仍可能偏窄"
        en = f"fewer than {FEW_CLUSTERS} clusters: intervals from t with {clusters - 1} degrees of freedom may still be too narrow"
        notes.append(Note("warning", zh, en))
    if events < PER_COVARIATE * terms:
        zh = f"{events} 个建站事件、{terms} 个协变量：每个协变量不足 {PER_COVARIATE} 个事件，估计不稳"
        en = f"{events} events for {terms} covariates: fewer than {PER_COVARIATE} each, and the estimates are unsteady"
        notes.append(Note("warning", zh, en))
    return notes
