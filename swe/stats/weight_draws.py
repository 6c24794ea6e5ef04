"""Other weights that could have been chosen: Dirichlet draws, and the same from uniform numbers for Sobol indices.

Weights are judgements; drawing around them shows which ranks rest on the judgement and which on the data.
"""

from __future__ import annotations

import numpy as np

from swe.stats.index_frames import Floats


def dirichlet(rng: np.random.Generator, nominal: Floats, concentration: float, draws: int) -> Floats:
    """Weight vectors (draws, p) with mean `nominal` and SD √(w(1 − w)/(concentration + 1)); a weight of 0 stays 0."""
    gammas = rng.standard_gamma(nominal * concentration, size=(draws, len(nominal)))
    return _to_one(gammas, nominal)


def from_uniforms(uniforms: Floats, nominal: Floats, concentration: float) -> Floats:
    """The same distribution from independent uniforms (draws, p), through gamma quantiles."""
    from scipy.special import gammaincinv

    inside = np.clip(uniforms, 1e-12, 1 - 1e-12)  # the quantile of 1 is infinite
    alphas = nominal * concentration
    gammas = np.where(alphas > 0, gammaincinv(np.where(alphas > 0, alphas, 1.0), inside), 0.0)
    return _to_one(gammas, nominal)


def _to_one(gammas: Floats, nominal: Floats) -> Floats:
    sums = gammas.sum(axis=1, keepdims=True)
    whole = sums > 0  # with tiny shapes all gammas can underflow to 0
    return np.where(whole, gammas / np.where(whole, sums, 1.0), nominal)
