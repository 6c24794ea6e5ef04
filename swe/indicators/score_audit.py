"""Audit of a scoring: do weights weigh as written, do raters rate alike, do totals crowd above the cut-offs.

A score can be added up rightly and still be decided by one dimension, one strict rater or a wish to pass.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import t as student

from swe.core.errors import DataError, UsageError
from swe.indicators.scores import Scores
from swe.show.result import Note, Result
from swe.stats.agreement import icc
from swe.stats.cut_offs import bunching as count_bunching

NAN = float("nan")
FEWEST = 3  # pairs below which no interval is given
BINS = 10  # of equal counts, for the correlation ratio; ours


def effective_weights(scores: Scores, *, of: Literal["dimension", "indicator"] = "dimension") -> Result:
    """Nominal weights beside what each part explains of the totals across stations.

    Table: `code nominal effective r2 correlation_ratio correlation n`. `r2` is the squared correlation of the part's
    share of points with the total; `correlation_ratio` the share of the variance of totals between ten classes of
    equal counts of the part (it also sees what is not a straight line; NaN with fewer than 50 stations); `effective`
    is r2 as a share of the sum over the parts. Correlated parts share what they explain: an effective weight says
    how the totals move, not what was intended.

    References
    ----------
    Paruolo, Saisana & Saltelli (2013), doi:10.1111/j.1467-985X.2012.01059.x; Becker et al. (2017),
    doi:10.1016/j.ecolind.2017.03.056.
    """
    if of not in ("dimension", "indicator"):
        raise UsageError(
            f"of 只能是 dimension 或 indicator，收到 {of!r}",
            f"of must be 'dimension' or 'indicator', got {of!r}",
        )
    fw = scores.framework
    if of == "dimension":
        shares = scores.dimensions.pivot(index="unit", columns="dimension", values="share")
        nominal = {each.code: each.points for each in fw.spec.dimensions}
    else:
        rows = scores.points[scores.points["part"] == "indicator"]
        rows = rows.assign(indicator=rows["indicator"].astype(str), share=rows["points"] / rows["max_points"])
        shares = rows.pivot(index="unit", columns="indicator", values="share")
        nominal = {each.code: each.score.points for each in fw.indicators}
    total = scores.table.set_index("unit")["base"].reindex(shares.index).to_numpy()
    rows_out = []
    for code, points in nominal.items():
        x = shares[code].to_numpy(dtype=float)
        use = np.isfinite(x) & np.isfinite(total)
        r = _correlation(x[use], total[use])
        rows_out.append(
            {
                "code": code, "nominal": points / sum(nominal.values()), "r2": r * r,
                "correlation_ratio": _correlation_ratio(x[use], total[use]), "correlation": r, "n": int(use.sum()),
            }
        )  # fmt: skip
    table = pd.DataFrame(rows_out)
    table.insert(2, "effective", table["r2"] / table["r2"].sum() if table["r2"].sum() > 0 else NAN)
    largest = float((table["effective"] - table["nominal"]).abs().max())
    return Result(
        "effective_weights",
        table,
        {"largest_gap": largest, "n": float(np.isfinite(total).sum())},
        (
            Note(
                "method",
                "实际权重 = 各部分得分率与总分相关系数平方的占比；相关的部分分享解释力",
                "effective weight = the part's share of the squared correlations of shares of points with totals; "
                "correlated parts share what they explain",
            ),
            Note(
                "reference",
                "Becker et al. (2017)，doi:10.1016/j.ecolind.2017.03.056",
                "Becker et al. (2017), doi:10.1016/j.ecolind.2017.03.056",
            ),
        ),
    )


def _correlation(x: NDArray[np.float64], y: NDArray[np.float64]) -> float:
    """Pearson's r; 0 where the part is the same everywhere and so moves no total, NaN with fewer than three stations."""
    if len(x) < 3 or np.ptp(y) == 0:
        return NAN
    return 0.0 if np.ptp(x) == 0 else float(np.corrcoef(x, y)[0, 1])


def _correlation_ratio(x: NDArray[np.float64], y: NDArray[np.float64]) -> float:
    """Between-class share of the variance of y over classes of x, less what chance alone would give (ε², Kelley 1935)."""
    if len(x) < 5 * BINS or np.ptp(y) == 0:
        return NAN
    edges = np.unique(np.quantile(x, np.linspace(0, 1, BINS + 1)[1:-1]))
    frame = pd.DataFrame({"class": np.searchsorted(edges, x, side="right"), "y": y})
    own = frame.groupby("class")["y"]
    within = float(((frame["y"] - own.transform("mean")) ** 2).sum()) / (len(y) - own.ngroups)
    return max(0.0, 1 - within / float(np.var(y, ddof=1)))


def rater_severity(
    ratings: pd.DataFrame, *, places: Mapping[str, str] | None = None, level: float = 0.95
) -> Result:
    """How much stricter or milder each rater is than others who rated the same station on the same indicator.

    Parameters
    ----------
    ratings
        The ledger's table `ratings`.
    places
        Station → place (city, county), to say where one rater rates a whole place alone.

    Returns
    -------
    Result
        `kind="rater_severity"`. Table, strictest first: `rater rater_source value lower upper n stations alone`;
        `value` is the mean over stations of (own share of full points − mean of the co-raters), negative for strict;
        t interval over stations, NaN with fewer than three; `n` overlapping ratings, `alone` ratings that nobody else
        gave. Values: `raters overlapping alone spread`.
    """
    rows = _shares(ratings)
    if rows.empty:
        raise DataError(
            "评分表里没有同时写明得分、满分和评分人的行（不用密钥装载时评分人会被删去）",
            "no rating has a score, full points and a rater (raters are dropped on loading without a key)",
        )
    cell = [name for name in ("station_id", "indicator_code", "round") if name in rows]
    group = rows.groupby(cell)["share"]
    count = group.transform("size")
    others = (group.transform("sum") - rows["share"]) / (count - 1).where(count > 1)
    rows = rows.assign(deviation=rows["share"] - others, alone=count == 1)
    made = []
    for (source, rater), own in rows.groupby(["rater_source", "rater"], sort=True):
        by_station = own.dropna(subset=["deviation"]).groupby("station_id")["deviation"].mean()
        value, lower, upper = _mean_interval(by_station.to_numpy(), level)
        made.append(
            {
                "rater": rater, "rater_source": source, "value": value, "lower": lower, "upper": upper,
                "n": int(own["deviation"].notna().sum()), "stations": len(by_station), "alone": int(own["alone"].sum()),
            }
        )  # fmt: skip
    table = pd.DataFrame(made).sort_values(["value", "rater"], na_position="last").reset_index(drop=True)
    values = {
        "raters": float(len(table)), "overlapping": float(rows["deviation"].notna().sum()),
        "alone": float(rows["alone"].sum()), "spread": float(table["value"].max() - table["value"].min()),
    }  # fmt: skip
    return Result("rater_severity", table, values, tuple(_severity_notes(rows, places)))


def _severity_notes(rows: pd.DataFrame, places: Mapping[str, str] | None) -> list[Note]:
    notes = [
        Note(
            "method",
            "与同一站、同一指标的其他评分人相比的平均差（占满分之比）；只比较重叠的评分；区间按站计算",
            "mean difference from the co-raters of the same station and indicator, as a share of full points; only "
            "overlapping ratings are compared; interval over stations",
        )
    ]
    if rows["alone"].all():
        notes.append(
            Note(
                "warning",
                "没有重叠的评分：评分人的宽严与站的好坏分不开",
                "no ratings overlap: strict raters and weak stations cannot be told apart",
            )
        )
    if places is not None:
        where = rows["station_id"].map(dict(places))
        single = rows.groupby(where)["rater"].nunique()
        names = sorted(map(str, single[single == 1].index))
        if names:
            notes.append(
                Note(
                    "warning",
                    f"{len(names)} 个地方只有一名评分人，评分人与地方分不开：{'、'.join(names)}",
                    f"{len(names)} places have one rater; rater and place cannot be told apart: {', '.join(names)}",
                )
            )
    return notes


def rater_agreement(ratings: pd.DataFrame, *, level: float = 0.95) -> Result:
    """ICC of double scoring: stations × indicators rated by the same raters, as shares of full points.

    The pair (or set) of raters is taken that shares most cells; `.notes` say which share was used.
    """
    rows = _shares(ratings)
    wide = rows.pivot_table(
        index=["station_id", "indicator_code"], columns="rater", values="share", aggfunc="mean"
    )
    known = wide.notna()
    sets = known[known.sum(axis=1) >= 2].apply(lambda row: tuple(row.index[row]), axis=1)
    if sets.empty:
        raise DataError(
            "没有两名评分人评过同一站的同一指标，无法计算一致性",
            "no two raters rated the same indicator of the same station: there is no agreement to compute",
        )
    most = sets.value_counts().sort_index(key=lambda index: index.map(str)).idxmax()
    found = icc(wide.loc[sets[sets == most].index, list(most)].reset_index(drop=True), level=level)
    share = Note(
        "n",
        f"取重叠最多的 {len(most)} 名评分人：{int((sets == most).sum())} 个“站×指标”，重叠的共 {len(sets)} 个",
        f"the {len(most)} raters who overlap most: {int((sets == most).sum())} of {len(sets)} overlapping pairs of station and indicator",
    )
    return Result("icc", found.table, found.values, (*found.notes, share))


def bunching(scores: Scores, *, window: float | None = None, level: float = 0.95) -> Result:
    """Totals just above against just below the grade cut-offs: exact binomial test in equal windows.

    `window` is in points of the total; by default two per cent of the scale. Vetoed stations are left out.
    """
    fw = scores.framework
    lowest = min(grade.from_ for grade in fw.grades)
    cuts = [grade.from_ for grade in fw.grades if grade.from_ > lowest]
    rows = scores.table[scores.table["total"].notna() & ~scores.table["vetoed"]]
    wide = window if window is not None else fw.scale * 0.02
    return count_bunching(rows, value="total", cut_offs=cuts, window=wide, level=level)


def self_gap(
    ratings: pd.DataFrame,
    *,
    against: Sequence[str] = ("third_party",),
    round: Literal["mid_term", "final", "spot_check"] | None = None,
    level: float = 0.95,
) -> Result:
    """What stations gave themselves against what others gave them on the same indicators, a paired difference.

    Table: `unit self other value n` (shares of full points over the indicators that both rated; value = self − other).
    Values: `estimate lower upper n`, mean over stations with a t interval.
    """
    rows = _shares(ratings)
    own = rows[rows["rater_source"] == "self"]
    other = rows[rows["rater_source"].isin(list(against))]
    if round is not None:
        other = other[other["round"] == round]
    cells = ["station_id", "indicator_code"]
    both = pd.concat(
        [
            own.groupby(cells)["share"].mean().rename("self"),
            other.groupby(cells)["share"].mean().rename("other"),
        ],
        axis=1,
        join="inner",
    )
    table = both.groupby("station_id").mean()
    table = table.assign(value=table["self"] - table["other"], n=both.groupby("station_id").size())
    estimate, lower, upper = _mean_interval(table["value"].to_numpy(), level)
    return Result(
        "self_gap",
        table.reset_index(names="unit"),
        {"estimate": estimate, "lower": lower, "upper": upper, "n": float(len(table))},
        (
            Note(
                "method",
                "自评减他评（占满分之比），按双方都评过的指标配对，区间按站计算",
                "own less others' share of full points, paired on the indicators that both rated; interval over stations",
            ),
        ),
    )


def compare(before: Scores, after: Scores) -> pd.DataFrame:
    """Two scorings by unit (mid-term and final, or two runs): totals, grades, ranks and what moved.

    Columns: `unit total_before total_after change grade_before grade_after rank_before rank_after beyond_interval`;
    `beyond_interval` is true where the resampling intervals of the two totals do not overlap, missing where there is none.
    """
    names = ["unit", "total", "grade", "rank", "total_lower", "total_upper"]
    both = before.table[names].merge(
        after.table[names], on="unit", how="outer", suffixes=("_before", "_after")
    )
    both = both.sort_values("unit").reset_index(drop=True)
    apart = (both["total_lower_after"] > both["total_upper_before"]) | (
        both["total_upper_after"] < both["total_lower_before"]
    )
    bounds = [f"total_{end}_{when}" for end in ("lower", "upper") for when in ("before", "after")]
    both["beyond_interval"] = apart.astype("boolean").where(both[bounds].notna().all(axis=1))
    both["change"] = both["total_after"] - both["total_before"]
    columns = [
        "total_before",
        "total_after",
        "change",
        "grade_before",
        "grade_after",
        "rank_before",
        "rank_after",
    ]
    return both[["unit", *columns, "beyond_interval"]]


def _shares(ratings: pd.DataFrame) -> pd.DataFrame:
    needed = ("station_id", "indicator_code", "rater_source", "rater", "round", "score", "full_points")
    absent = [name for name in needed if name not in ratings.columns]
    if absent:
        raise DataError(
            f"评分表缺少列：{'、'.join(absent)}",
            f"the frame of ratings lacks the columns {', '.join(absent)}",
        )
    rows = ratings.dropna(subset=["score", "full_points", "rater"])
    rows = rows[rows["full_points"] > 0]
    return rows.assign(share=rows["score"].astype(float) / rows["full_points"].astype(float))


def _mean_interval(x: NDArray[np.float64], level: float) -> tuple[float, float, float]:
    if not len(x):
        return NAN, NAN, NAN
    mean = float(np.mean(x))
    if len(x) < FEWEST:
        return mean, NAN, NAN
    half = float(student.ppf((1 + level) / 2, len(x) - 1) * np.std(x, ddof=1) / np.sqrt(len(x)))
    return mean, mean - half, mean + half
