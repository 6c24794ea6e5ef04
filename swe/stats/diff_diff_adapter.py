"""The one door to the package diff-diff: group-time effects with covariates, imputation.

Its arrays come back in our own types, so that a change of the package is a change of this file alone.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pandas as pd
from scipy import sparse

from swe.core.errors import DataError
from swe.stats.cohort_moments import symmetric_root
from swe.stats.frames import Floats
from swe.stats.group_cells import BasePeriod, Control, Estimates
from swe.stats.panel_frames import Panel
from swe.stats.period_index import NEVER

CHUNK = 4000  # units at a time, so that no matrix of all units and all effects is held


def long_frame(panel: Panel) -> pd.DataFrame:
    """The panel as the package reads it: `unit time first y`, periods from 1, first 0 for never, covariates x0, x1, …"""
    n, t = panel.outcome.shape
    first = np.where(panel.first == NEVER, 0, panel.first + 1)
    frame = {
        "unit": np.repeat(np.arange(n), t),
        "time": np.tile(np.arange(1, t + 1), n),
        "first": np.repeat(first, t),
        "y": panel.outcome.ravel(),
    }
    if panel.cluster is not None:
        frame["cluster"] = np.repeat(panel.cluster, t)
    return pd.DataFrame(
        frame | {f"x{i}": values.ravel() for i, values in enumerate(panel.covariates.values())}
    )


@contextmanager
def _quiet() -> Iterator[None]:
    """Its warnings are about what our own notes say; its refusals become ours."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            yield
        except (ValueError, np.linalg.LinAlgError) as error:
            told = str(error).splitlines()[0][:200]
            raise DataError(
                f"不能估计：{told}（协变量是否过多、共线，或与处理几乎重合？）",
                f"no estimate: {told} (too many or collinear covariates, or nearly the treatment itself?)",
            ) from None


def group_time(
    panel: Panel, *, control: Control, anticipation: int, base_period: BasePeriod, least: int, df: float
) -> Estimates:
    """ATT(g, t), doubly robust with the panel's covariates (Sant'Anna & Zhao 2020), with their influence functions."""
    from diff_diff import CallawaySantAnna

    with _quiet():
        found = CallawaySantAnna(
            control_group={"not_yet": "not_yet_treated", "never": "never_treated"}[control],
            anticipation=anticipation,
            estimation_method="dr" if panel.covariates else "reg",
            base_period=base_period,
            pscore_fallback="error",
        ).fit(
            long_frame(panel), outcome="y", unit="unit", time="time", first_treat="first",
            covariates=[f"x{i}" for i in range(len(panel.covariates))] or None,
        )  # fmt: skip
    influence = found._aggregation_kit.influence  # the only place where the package keeps them
    cells = [
        (key, of)
        for key, of in found.group_time_effects.items()
        if np.isfinite(of["effect"]) and of["n_control"] >= least and key in influence
    ]
    if not cells:
        raise DataError(
            "没有可用的比较：找不到足够的尚未处理或从未处理的单位",
            "there is no comparison left: too few units that are not yet, or never, treated",
        )
    group, time = (np.array([key[i] for key, _ in cells], dtype=np.int64) - 1 for i in (0, 1))
    k = len(cells)
    groups, sizes = np.unique(panel.first, return_counts=True)
    treated = np.isin(groups, group)
    root = symmetric_root(_covariance(panel, [influence[key] for key, _ in cells], groups[treated]))
    return Estimates(
        group, time,
        np.array([of["n_treated"] for _, of in cells], dtype=float),
        np.array([of["n_control"] for _, of in cells], dtype=float),
        np.array([of["effect"] for _, of in cells], dtype=float),
        sparse.csr_array(sparse.eye(k, k + int(treated.sum()))), root,
        groups[treated], sizes[treated] / panel.n, k + np.arange(int(treated.sum())), df,
        (base_period == "universal") & (time == group - 1 - anticipation),
    )  # fmt: skip


def _covariance(panel: Panel, influence: list[dict[str, Any]], groups: Any) -> Floats:
    """Covariance of the effects and of the cohorts' shares from influence functions, a part of the units at a time."""
    k, n = len(influence), panel.n
    whole = np.zeros((k + len(groups), k + len(groups)))
    g = panel.n_clusters
    scores = None if panel.cluster is None else np.zeros((g, k + len(groups)))
    for start in range(0, n, CHUNK):
        stop = min(start + CHUNK, n)
        psi = np.zeros((stop - start, k + len(groups)))
        for j, of in enumerate(influence):
            for side in ("treated", "control"):
                at = of[f"{side}_idx"]
                inside = (at >= start) & (at < stop)
                psi[at[inside] - start, j] = of[f"{side}_inf"][inside]
        for j, group in enumerate(groups):
            member = panel.first[start:stop] == group
            psi[:, k + j] = (member - (panel.first == group).mean()) / n
        if scores is None:
            whole += psi.T @ psi
        else:
            np.add.at(scores, panel.cluster[start:stop], psi)  # type: ignore[index]
    return whole if scores is None else scores.T @ scores * (g / (g - 1))


def imputed(panel: Panel, *, anticipation: int, level: float) -> tuple[dict[str, float], pd.DataFrame]:
    """Borusyak, Jaravel & Spiess: overall `att se lower upper n`, and rows by time since treatment."""
    from diff_diff import ImputationDiD

    with _quiet():
        found = ImputationDiD(
            anticipation=anticipation,
            alpha=1 - level,
            cluster=None if panel.cluster is None else "cluster",
        ).fit(
            long_frame(panel), outcome="y", unit="unit", time="time", first_treat="first",
            covariates=[f"x{i}" for i in range(len(panel.covariates))] or None,
        )  # fmt: skip
        event = found.aggregate("event_study")
    lower, upper = found.overall_conf_int
    rows = pd.DataFrame(
        {
            "event_time": np.asarray(event.event_time, dtype=int),
            "att": event.att,
            "se": event.se,
            "lower": event.conf_int_lower,
            "upper": event.conf_int_upper,
            "n": event.n,
            "reference": event.is_reference,
        }
    )
    rows = rows[(~rows["reference"]) & (rows["event_time"] >= 0)].drop(columns="reference")
    values = {
        "att": found.overall_att,
        "se": found.overall_se,
        "lower": lower,
        "upper": upper,
        "n": float(panel.n),
    }
    return {name: float(v) for name, v in values.items()}, rows.reset_index(drop=True)
