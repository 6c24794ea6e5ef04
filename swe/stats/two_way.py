"""Two-way fixed effects where all are treated at once, and regressions with errors for few clusters.

On a staggered roll-out the coefficient is refused, with the shares of its own forbidden comparisons.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
import pandas as pd
from scipy import stats

from swe.core.errors import DataError, UsageError
from swe.show.result import Note, Result
from swe.stats import effect_notes
from swe.stats.decomposition import decompose
from swe.stats.frames import choice, fraction, read_numbers, require
from swe.stats.panel_frames import Gaps, OutcomeKind, Panel, read_panel

Inference = Literal["auto", "crv1", "crv3", "wild"]
INFERENCE = ("auto", "crv1", "crv3", "wild")
WEBB_BELOW = 12  # clusters; below, Rademacher draws take few values: Webb (2023), doi:10.1111/caje.12661

CLUSTERED = Note(
    "reference",
    "聚类稳健标准误：Cameron & Miller (2015)，doi:10.3368/jhr.50.2.317；CRV3：MacKinnon, Nielsen & Webb (2023)，"
    "doi:10.1016/j.jeconom.2022.04.001；野聚类自助：Cameron, Gelbach & Miller (2008)，doi:10.1162/rest.90.3.414",
    "cluster-robust errors: Cameron & Miller (2015), doi:10.3368/jhr.50.2.317; CRV3: MacKinnon, Nielsen & Webb (2023), "
    "doi:10.1016/j.jeconom.2022.04.001; wild cluster bootstrap: Cameron, Gelbach & Miller (2008), doi:10.1162/rest.90.3.414",
)
STAGGERED = Note(
    "warning",
    "面板分批处理：双向固定效应系数混入以早已处理者为对照的比较，效应不一时有偏；只供与 att_gt 并列查看",
    "the roll-out is staggered: the two-way fixed-effects coefficient mixes in comparisons with units already treated and is "
    "biased where effects differ; read it only beside att_gt",
)


def twfe(
    panel: pd.DataFrame,
    *,
    outcome: str,
    unit: str,
    time: str,
    first_treated: str,
    covariates: Sequence[str] = (),
    cluster: str | None = None,
    inference: Inference = "auto",
    allow_staggered: bool = False,
    outcome_kind: OutcomeKind = "population",
    gaps: Gaps = "error",
    draws: int = 999,
    level: float = 0.95,
    seed: int = 0,
) -> Result:
    """The two-way fixed-effects effect of a treatment that began everywhere at once; refused when staggered.

    Parameters
    ----------
    inference
        `crv1`, `crv3` (jackknife), `wild` (wild cluster bootstrap, null imposed for p); `auto` takes `wild` below 40
        clusters, else `crv1`. Intervals use t(G − 1). The cluster is the unit unless `cluster` names the level of assignment.
    allow_staggered
        Gives the coefficient all the same, with a warning and the share of forbidden comparisons.

    Returns
    -------
    Result
        `kind="twfe"`. Values: `att se lower upper p n_clusters`, `share_forbidden` where staggered. Table: `term estimate se
        lower upper p`.

    Raises
    ------
    DataError
        A staggered panel, with its own shares (Goodman-Bacon 2021); a wrong panel as in `att_gt`.

    References
    ----------
    Goodman-Bacon (2021), doi:10.1016/j.jeconom.2021.03.014; Cameron & Miller (2015), doi:10.3368/jhr.50.2.317.

    Examples
    --------
    >>> rows = [(u, t, u + t + (u % 7) * t / 10 + 3.0 * (u % 2 and t > 2), 3 * (u % 2)) for u in range(60) for t in (1, 2, 3, 4)]
    >>> frame = pd.DataFrame(rows, columns=["town", "year", "y", "first"])
    >>> found = twfe(frame, outcome="y", unit="town", time="year", first_treated="first")
    >>> 2.5 < found["att"] < 3.5
    True
    """
    read = read_panel(
        panel, outcome=outcome, unit=unit, time=time, first_treated=first_treated, covariates=covariates, cluster=cluster,
        beyond="never", gaps=gaps, outcome_kind=outcome_kind,
    )  # fmt: skip
    staggered = len(np.unique(read.first[read.first < len(read.periods)])) > 1
    shares = decompose(read) if staggered else None
    if shares is not None and not allow_staggered:
        raise _refused(shares)
    frame = _frame(read)
    terms = ["treated", *(f"x{i}" for i in range(len(covariates)))]
    rows, chosen = _fit(
        frame, terms, ["unit", "time"], inference=inference, level=level, draws=draws, seed=seed
    )
    rows["term"] = ["treated", *covariates]
    first = rows.iloc[0]
    values = {"att": float(first["estimate"])} | {k: float(first[k]) for k in ("se", "lower", "upper", "p")}
    values["n_clusters"] = float(read.n_clusters)
    notes = [
        Note("method", "双向固定效应（单位、时期）", "two-way fixed effects (unit and period)"),
        CLUSTERED,
        _how(chosen, read.n_clusters, draws, seed),
        Note("n", f"{read.n:,} 个单位 × {len(read.periods)} 期", f"{read.n:,} units × {len(read.periods)} periods"),
        *effect_notes.clusters(read),
    ]  # fmt: skip
    if shares is not None:
        values["share_forbidden"] = shares["share_forbidden"]
        notes.append(STAGGERED)
    return Result("twfe", rows, values, (*notes, *read.notes))


def clustered(
    data: pd.DataFrame,
    *,
    outcome: str,
    terms: Sequence[str],
    cluster: str,
    fixed: Sequence[str] = (),
    inference: Inference = "auto",
    draws: int = 999,
    level: float = 0.95,
    seed: int = 0,
) -> Result:
    """A least-squares regression with cluster-robust errors that hold for few clusters.

    Parameters
    ----------
    terms
        Columns of numbers on the right-hand side; the first is the one of interest.
    fixed
        Columns whose levels are absorbed.
    inference
        As in `twfe`.

    Returns
    -------
    Result
        `kind="clustered"`. Values: `estimate se lower upper p` of the first term, `n n_clusters`. Table: `term estimate se
        lower upper p`.

    Raises
    ------
    DataError
        Missing columns, fewer than two clusters, or no complete row.

    References
    ----------
    Cameron & Miller (2015), doi:10.3368/jhr.50.2.317.

    Examples
    --------
    >>> frame = pd.DataFrame({"y": [1.0, 2, 2, 4, 5, 5, 7, 9], "x": [0, 1, 2, 3, 4, 5, 6, 7], "city": list("aabbccdd")})
    >>> round(clustered(frame, outcome="y", terms=["x"], cluster="city", inference="crv1")["estimate"], 4)
    1.0833
    """
    if not terms:
        raise UsageError("terms 至少要有一列", "terms needs one column at least")
    require(data, [outcome, *terms, cluster, *fixed])
    frame = pd.DataFrame({"y": read_numbers(data[outcome], outcome)})
    inner = [f"x{i}" for i in range(len(terms))]
    for name, column in zip(inner, terms, strict=True):
        frame[name] = read_numbers(data[column], column)
    absorbed = [f"f{i}" for i in range(len(fixed))]
    for name, column in zip(["cluster", *absorbed], [cluster, *fixed], strict=True):
        codes = pd.factorize(data[column], use_na_sentinel=True)[0]
        frame[name] = np.where(codes < 0, np.nan, codes)
    kept = frame.dropna().reset_index(drop=True)
    g = kept["cluster"].nunique()
    if g < 2:
        raise DataError(f"只有 {g} 个聚类，不能估计误差", f"only {g} clusters: no error can be estimated")
    rows, chosen = _fit(kept, inner, absorbed, inference=inference, level=level, draws=draws, seed=seed)
    rows["term"] = list(terms)
    values = {k: float(rows[k].iloc[0]) for k in ("estimate", "se", "lower", "upper", "p")}
    values |= {"n": float(len(kept)), "n_clusters": float(g)}
    notes = [
        CLUSTERED,
        _how(chosen, g, draws, seed),
        Note("n", f"{len(kept):,} 行，{g} 个聚类", f"{len(kept):,} rows, {g} clusters"),
    ]
    if len(kept) < len(frame):
        left = len(frame) - len(kept)
        notes.append(
            Note("exclusion", f"{left:,} 行有缺数，未计入", f"{left:,} rows with gaps were left out")
        )
    return Result("clustered", rows, values, tuple(notes))


def _frame(panel: Panel) -> pd.DataFrame:
    n, t = panel.outcome.shape
    frame = {
        "y": panel.outcome.ravel(),
        "treated": (np.arange(t) >= panel.first[:, None]).astype(float).ravel(),
        "unit": np.repeat(np.arange(n), t),
        "time": np.tile(np.arange(t), n),
        "cluster": np.repeat(np.arange(n) if panel.cluster is None else panel.cluster, t),
    }
    return pd.DataFrame(frame | {f"x{i}": v.ravel() for i, v in enumerate(panel.covariates.values())})


def _refused(shares: Result) -> DataError:
    by = shares.table.groupby("type")["weight"].sum()
    zh_names = {
        "treated_vs_never": "对从未处理", "earlier_vs_later": "先对后", "later_vs_earlier": "后对先（不当）",
        "treated_vs_always": "对自始处理（不当）",
    }  # fmt: skip
    zh = "，".join(f"{zh_names[str(k)]} {v:.1%}" for k, v in by.items())
    en = ", ".join(f"{str(k).replace('_', ' ')} {v:.1%}" for k, v in by.items())
    return DataError(
        f"各地分批建站，双向固定效应在效应不一时有偏，不予采用。本面板的系数 {shares['twfe']:.4g} 由这些比较组成：{zh}；"
        f"其中 {shares['share_forbidden']:.1%} 以早已处理者为对照。请用 att_gt（或 imputation）；确要并列查看，用 allow_staggered=True",
        f"the roll-out is staggered and two-way fixed effects are biased where effects differ. Its coefficient here, "
        f"{shares['twfe']:.4g}, is made of: {en}; {shares['share_forbidden']:.1%} of its weight takes units already treated as "
        "controls. Use att_gt (or imputation); allow_staggered=True shows it beside them",
    )


def _fit(
    frame: pd.DataFrame, terms: list[str], fixed: list[str], *, inference: Inference, level: float, draws: int, seed: int
) -> tuple[pd.DataFrame, str]:  # fmt: skip
    """Rows of terms, and the kind of inference taken."""
    import pyfixest as pf

    choice("inference", inference, INFERENCE)
    fraction("level", level)
    g = frame["cluster"].nunique()
    chosen = ("wild" if g < effect_notes.FEW_CLUSTERS else "crv1") if inference == "auto" else inference
    formula = f"y ~ {' + '.join(terms)}" + (f" | {' + '.join(fixed)}" if fixed else "")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = pf.feols(
            formula, frame, vcov={"CRV3" if chosen == "crv3" else "CRV1": "cluster"}, fixef_rm="none",
            ssc=pf.ssc(k_adj=False, G_adj=chosen != "crv3"),
        )  # fmt: skip
        absent = [t for t in terms if t not in model.coef().index]
        if absent:
            raise DataError(
                "有的变量与固定效应或其他变量共线，无法估计",
                "some terms are collinear with the fixed effects or with others",
            )
        factor = _jackknife(g) if chosen == "crv3" else _small_sample(frame, terms, fixed)
        rows = _rows(model, terms, level, g, factor)
        if chosen == "wild":
            rows = _bootstrapped(model, terms[0], rows, level=level, draws=draws, seed=seed, g=g)
    return rows, chosen


def _jackknife(g: int) -> float:
    """√((G − 1)/G), with which CRV3 is the jackknife of MacKinnon, Nielsen & Webb (2023), eq. 24."""
    return float(np.sqrt((g - 1) / g))


def _small_sample(frame: pd.DataFrame, terms: list[str], fixed: list[str]) -> float:
    """√((N − 1)/(N − k)), k without effects nested in clusters.

    Counted here because pyfixest 0.60 looks for nested effects in an order that changes with the hash seed of the process.
    """
    levels = [frame[name].nunique() for name in fixed if (frame.groupby(name)["cluster"].nunique() > 1).any()]
    k = len(terms) + (sum(levels) - max(0, len(levels) - 1) if fixed else 1)
    n = len(frame)
    return float(np.sqrt((n - 1) / (n - k))) if n > k else float("nan")


def _rows(model: Any, terms: list[str], level: float, g: int, factor: float) -> pd.DataFrame:
    estimate, se = (series.loc[terms].to_numpy(dtype=float) for series in (model.coef(), model.se()))
    se = se * factor
    reach = stats.t.ppf((1 + level) / 2, g - 1) * se
    return pd.DataFrame(
        {
            "term": terms,
            "estimate": estimate,
            "se": se,
            "lower": estimate - reach,
            "upper": estimate + reach,
            "p": 2 * stats.t.sf(np.abs(estimate / se), g - 1),
        }
    )


def _bootstrapped(
    model: Any, term: str, rows: pd.DataFrame, *, level: float, draws: int, seed: int, g: int
) -> pd.DataFrame:
    """p with the null imposed; the interval from bootstrapped |t| without it (percentile-t, symmetric)."""
    weights = "webb" if g < WEBB_BELOW else "rademacher"
    common: dict[str, Any] = {
        "reps": draws,
        "param": term,
        "cluster": "cluster",
        "weights_type": weights,
        "seed": seed,
    }
    tested = model.wildboottest(**common, impose_null=True)
    _, t = model.wildboottest(**common, impose_null=False, return_bootstrapped_t_stats=True)
    reach = float(np.quantile(np.abs(t), level)) * rows["se"].iloc[0]
    rows = rows.copy()
    rows.loc[0, "lower"], rows.loc[0, "upper"] = (
        rows.loc[0, "estimate"] - reach,
        rows.loc[0, "estimate"] + reach,
    )
    rows.loc[0, "p"] = float(tested["Pr(>|t|)"])
    return rows


def _how(chosen: str, g: int, draws: int, seed: int) -> Note:
    zh, en = {
        "crv1": (f"CRV1 标准误，{g} 个聚类，t({g - 1}) 区间", f"CRV1 errors, {g} clusters, t({g - 1}) intervals"),
        "crv3": (f"CRV3（刀切）标准误，{g} 个聚类，t({g - 1}) 区间", f"CRV3 (jackknife) errors, {g} clusters, t({g - 1}) intervals"),
        "wild": (
            f"野聚类自助 {draws} 次（种子 {seed}），{g} 个聚类：p 在原假设下，区间为百分位 t",
            f"wild cluster bootstrap, {draws} draws (seed {seed}), {g} clusters: p under the null, percentile-t interval",
        ),
    }[chosen]  # fmt: skip
    return Note("method", zh, en)
