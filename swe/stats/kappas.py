"""Kappa and its standard error: Cohen's, weighted, for two raters, Fleiss' for more; plain arrays of codes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from swe.stats.survey_frames import NAN, Codes, Floats


@dataclass(frozen=True)
class Kappa:
    value: float
    se: float
    agreement: float


def cohen(x: Codes, categories: int, weights: str) -> Kappa:
    """Kappa of codes of shape (n, 2); standard error of Fleiss, Cohen & Everitt (1969), not under the null.

    >>> round(cohen(np.array([[0, 0], [0, 1], [1, 1], [1, 1]]), 2, "none").value, 3)
    0.5
    """
    n = len(x)
    p = np.bincount(x[:, 0] * categories + x[:, 1], minlength=categories**2).reshape(categories, -1) / n
    same = _weights(categories, weights)
    row, column = p.sum(axis=1), p.sum(axis=0)
    seen, chance = float((same * p).sum()), float((same * np.outer(row, column)).sum())
    agreement = float(np.trace(p))
    if chance >= 1:
        return Kappa(NAN, NAN, agreement)
    value = (seen - chance) / (1 - chance)
    mean_row, mean_column = same @ column, row @ same
    pull = mean_row[:, None] + mean_column[None, :]
    spread = (p * (same - pull * (1 - value)) ** 2).sum() - (value - chance * (1 - value)) ** 2
    return Kappa(value, float(np.sqrt(max(spread, 0) / n)) / (1 - chance), agreement)


def _weights(categories: int, kind: str) -> Floats:
    """Weights of agreement: 1 on the diagonal, less with the distance of ranks."""
    if kind == "none" or categories < 2:
        return np.eye(categories)
    rank = np.arange(categories)
    distance = np.abs(rank[:, None] - rank[None, :]) / (categories - 1)
    return 1 - (distance if kind == "linear" else distance**2)


def fleiss(x: Codes, categories: int) -> Kappa:
    """Fleiss' kappa of codes of shape (n, raters), n ≥ 2; standard error of Gwet (2021), targets a random sample."""
    n, raters = x.shape
    counts = np.zeros((n, categories))
    np.add.at(counts, (np.repeat(np.arange(n), raters), x.ravel()), 1)
    own = (counts * (counts - 1)).sum(axis=1) / (raters * (raters - 1))
    share = counts.sum(axis=0) / (n * raters)
    seen, chance = float(own.mean()), float((share**2).sum())
    if chance >= 1:
        return Kappa(NAN, NAN, seen)
    value = (seen - chance) / (1 - chance)
    pull = counts @ share / raters
    each = (own - chance) / (1 - chance) - 2 * (1 - value) * (pull - chance) / (1 - chance)
    return Kappa(value, float(np.sqrt(((each - value) ** 2).sum() / (n * (n - 1)))), seen)
