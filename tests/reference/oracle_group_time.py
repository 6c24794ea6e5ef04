"""A short oracle of group-time effects: the definition of Callaway & Sant'Anna (2021) word by word, a unit at a time.

Without covariates; influence functions are written out for every unit, so that errors are sums of squares and nothing else.
"""

from __future__ import annotations

import numpy as np


def att_gt(y, first, *, control="not_yet", anticipation=0, universal=False):
    """{(g, t): (att, influence)}; y (n, T), first (n,) positions or np.inf for never, influence (n,) sums to 0."""
    n, periods = y.shape
    found = {}
    for g in sorted({f for f in first if f < periods and f - 1 - anticipation >= 0}):
        for t in range(0 if universal else 1, periods):
            base = int(g) - 1 - anticipation if universal or t >= g else t - 1
            treated = first == g
            until = max(t, base) + anticipation
            pool = np.isinf(first) if control == "never" else (first > until) & ~treated
            if not pool.any():
                continue
            change = y[:, t] - y[:, base]
            own, other = change[treated].mean(), change[pool].mean()
            influence = np.zeros(n)
            influence[treated] = (change[treated] - own) / treated.sum()
            influence[pool] -= (change[pool] - other) / pool.sum()
            found[int(g), t] = own - other, influence
    return found


def simple(found, first):
    """Overall effect and its standard error, the estimated weights included."""
    post = [(g, t) for g, t in found if t >= g]
    weight = np.array([(first == g).mean() for g, _ in post])
    att = np.array([found[key][0] for key in post])
    overall = weight @ att / weight.sum()
    influence = sum(w * found[key][1] for w, key in zip(weight, post, strict=True)) / weight.sum()
    for (g, _), w, a in zip(post, weight, att, strict=True):
        influence = influence + ((first == g) - w) * (a - overall) / weight.sum() / len(first)
    return overall, np.sqrt((influence**2).sum())
