"""Weights of an index: equal, entropy, CRITIC or given, and what they turn out to be worth.

A nominal weight says what somebody meant; how far an indicator moves the total depends on its spread and company.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

import numpy as np

from swe.core.errors import DataError
from swe.stats.index_frames import Floats, choice, scaled_to_one, shares

Weights = Literal["equal", "entropy", "critic"]

METHODS: dict[str, tuple[str, str]] = {
    "equal": ("等权", "equal weights"),
    "entropy": (
        "熵权法（Shannon 1948；按标准化后的值）",
        "entropy weights (Shannon 1948; of normalised values)",
    ),
    "critic": (
        "CRITIC 法（Diakoulaki 等 1995，按极差标准化值的标准差与相关系数）",
        "CRITIC weights (Diakoulaki et al. 1995: standard deviations and correlations of min–max values)",
    ),
    "given": ("给定权重（按总和归一）", "given weights (divided by their sum)"),
}


def weight_method(weights: str | Mapping[str, float]) -> str:
    """Name of the method; UsageError for an unknown word."""
    if isinstance(weights, Mapping):
        return "given"
    choice("weights", weights, Weights)
    return weights


def index_weights(weights: str | Mapping[str, float], z: Floats, names: Sequence[str]) -> Floats:
    """Weights of shape (p,) that sum to 1, from the normalised values of the complete units (n, p)."""
    if isinstance(weights, Mapping):
        return shares(weights, names)
    return {"equal": _equal, "entropy": entropy_weights, "critic": critic_weights}[weights](z)


def _equal(z: Floats) -> Floats:
    return np.full(z.shape[1], 1 / z.shape[1])


def entropy_weights(z: Floats) -> Floats:
    """w_j ∝ 1 − e_j, e_j = −Σ p ln p / ln n, p = z/Σz; z (n, p) positive.

    An indicator whose values differ more between units weighs more, whether or not it matters.
    """
    p = z / z.sum(axis=0)
    divergence = 1 + (p * np.log(p)).sum(axis=0) / np.log(len(z))
    divergence = np.maximum(divergence, 0.0)  # rounding dust below 0 for values that are all equal
    _must_differ(divergence)
    return scaled_to_one(divergence)


def critic_weights(z: Floats) -> Floats:
    """w_j ∝ σ_j Σ_k (1 − r_jk) on min–max values, doi:10.1016/0305-0548(94)00059-H; z (n, p), each column varying."""
    low, high = z.min(axis=0), z.max(axis=0)
    if (low == high).any():
        raise DataError(
            "CRITIC 权重要求每个指标在资料完整的单位间有差别",
            "CRITIC weights need every indicator to vary among the complete units",
        )
    scaled = (z - low) / (high - low)
    r = np.atleast_2d(np.corrcoef(scaled, rowvar=False))
    information = scaled.std(axis=0, ddof=1) * np.maximum(1 - r, 0.0).sum(axis=1)
    if z.shape[1] == 1:
        return np.ones(1)
    _must_differ(information)
    return scaled_to_one(information)


def _must_differ(information: Floats) -> None:
    if not information.sum() > 1e-14:
        raise DataError(
            "各指标没有可用于定权的差别：请改用等权或给定权重",
            "the indicators hold no difference to weigh by: use equal or given weights",
        )


def effective_weights(z: Floats, total: Floats) -> tuple[Floats, Floats]:
    """Correlation of each normalised indicator with the total, and its squared share Σ = 1, each (p,).

    The linear case of the importance measure of Paruolo, Saisana & Saltelli 2013,
    doi:10.1111/j.1467-985X.2012.01059.x, and Becker et al. 2017, doi:10.1016/j.ecolind.2017.03.056.
    NaN for fewer than 3 units or a total that does not vary.
    """
    empty = np.full(z.shape[1], np.nan)
    if len(z) < 3 or not total.std() > 0 or (z.std(axis=0) == 0).any():
        return empty, empty
    r = np.array([np.corrcoef(z[:, j], total)[0, 1] for j in range(z.shape[1])])
    return r, r**2 / (r**2).sum()
