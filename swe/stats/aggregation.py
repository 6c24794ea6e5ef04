"""Aggregation: normalised indicators and weights into totals, for one weight vector or many at once.

Sums run indicator by indicator in plain elementwise arithmetic: the order of the rows and the number of processor
threads then change no bit of a total, and equal units tie exactly.
"""

from __future__ import annotations

from typing import Literal

import numpy as np

from swe.stats.index_frames import Floats

Aggregate = Literal["arithmetic", "geometric", "topsis"]

METHODS: dict[str, tuple[str, str]] = {
    "arithmetic": ("加权算术平均", "weighted arithmetic mean"),
    "geometric": ("加权几何平均", "weighted geometric mean"),
    "topsis": (
        "TOPSIS 贴近度 D⁻/(D⁺+D⁻)（Hwang & Yoon 1981；理想点取所比单位的最好与最差标准化值）",
        "TOPSIS closeness D⁻/(D⁺ + D⁻) (Hwang & Yoon 1981; ideal points are the best and worst normalised values compared)",
    ),
}


def totals(z: Floats, weights: Floats, method: str) -> Floats:
    """Totals (n, d) of normalised values z (n, p) under d weight vectors (d, p).

    Missing values (arithmetic and geometric alone) leave the weights of the others rescaled; a unit without any
    weighted value is NaN. Geometric needs z > 0.
    """
    if method == "topsis":
        return _topsis(z, weights)
    values = np.log(z) if method == "geometric" else z
    gaps = np.isnan(values)
    filled = np.where(gaps, 0.0, values)
    sums = _weighted(filled, weights)
    if gaps.any():
        present = _weighted((~gaps).astype(float), weights)
        with np.errstate(invalid="ignore", divide="ignore"):
            sums = np.where(present > 0, sums / present, np.nan)
    return np.exp(sums) if method == "geometric" else sums


def _weighted(values: Floats, weights: Floats) -> Floats:
    found = np.zeros((len(values), len(weights)))
    for j in range(values.shape[1]):
        found += values[:, j, None] * weights[None, :, j]
    return found


def _topsis(z: Floats, weights: Floats) -> Floats:
    squared = weights**2
    far = np.sqrt(_weighted((z.max(axis=0) - z) ** 2, squared))
    near = np.sqrt(_weighted((z - z.min(axis=0)) ** 2, squared))
    with np.errstate(invalid="ignore"):
        return near / (far + near)


def ranks_from_best(scores: Floats) -> Floats:
    """Rank 1 for the highest score, ties sharing the better rank; (n,) or (n, d) by column; no NaN."""
    columns = scores[:, None] if scores.ndim == 1 else scores
    found = np.empty(columns.shape)
    for d in range(columns.shape[1]):
        ordered = np.sort(columns[:, d])
        found[:, d] = len(ordered) - np.searchsorted(ordered, columns[:, d], side="right") + 1
    return found[:, 0] if scores.ndim == 1 else found
