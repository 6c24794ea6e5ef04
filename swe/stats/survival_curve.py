"""The Kaplan–Meier curve of times that may be cut off, as arrays.

Its interval is Greenwood's on the log scale, and its median has one of its own, as in R's survfit.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy.stats import norm

from swe.stats.frames import Flags, Floats

HALF = 0.5
FLAT = 1e-9  # a curve this near to one half lies on it


@dataclass(frozen=True)
class Curve:
    """Distinct times (k,) in order, those still at risk before each, events and cut-offs at it, and the share left after it."""

    time: Floats
    at_risk: Floats
    events: Floats
    censored: Floats
    left: Floats
    lower: Floats
    upper: Floats


def kaplan_meier(time: Floats, event: Flags, *, level: float = 0.95) -> Curve:
    """Share that has not had the event; Kaplan & Meier 1958, doi:10.1080/01621459.1958.10501452.

    `time` (n,) ≥ 0, `event` (n,). Limits are S·exp(±z·√Σ d/(r(r−d))), at most 1, as R's default ("log"); NaN where nobody is left.

    >>> curve = kaplan_meier(np.array([1.0, 2.0, 2.0, 3.0]), np.array([True, True, False, False]))
    >>> curve.left.tolist()
    [0.75, 0.5, 0.5]
    """
    distinct, where = np.unique(time, return_inverse=True)
    events = np.bincount(where, weights=event, minlength=len(distinct))
    leaving = np.bincount(where, minlength=len(distinct)).astype(float)
    at_risk = leaving[::-1].cumsum()[::-1]
    left = np.cumprod(1 - events / at_risk)
    with np.errstate(divide="ignore", invalid="ignore"):
        variance = np.cumsum(events / (at_risk * (at_risk - events)))
        half = norm.ppf(0.5 + level / 2) * np.sqrt(variance)
        lower, upper = left * np.exp(-half), np.minimum(left * np.exp(half), 1)
    gone = left <= 0
    lower, upper = np.where(gone, np.nan, lower), np.where(gone, np.nan, upper)
    return Curve(distinct, at_risk, events.astype(float), leaving - events, left, lower, upper)


def median(curve: Curve) -> tuple[float, float, float]:
    """The time by which half had the event, with the interval where the curve's limits cross one half; NaN if never."""
    return (
        _crossing(curve.time, curve.left),
        _crossing(curve.time, curve.lower),
        _crossing(curve.time, curve.upper),
    )


def _crossing(time: Floats, share: Floats) -> float:
    """First time at which the share is at most one half; the middle of the stretch where it lies on it (as in R)."""
    below = np.flatnonzero(share < HALF - FLAT)
    on = np.flatnonzero(np.abs(share - HALF) <= FLAT)
    if len(on):
        after = below[below > on[0]]
        return float((time[on[0]] + (time[after[0]] if len(after) else time[-1])) / 2)
    return float(time[below[0]]) if len(below) else math.nan
