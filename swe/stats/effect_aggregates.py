"""Group-time effects added up: overall, by time since treatment, by cohort, by calendar period.

The weights are shares of cohorts; they are estimated too, and their error is in the standard errors.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from scipy import sparse

from swe.stats.frames import Flags, Floats
from swe.stats.group_cells import Estimates, half
from swe.stats.period_index import Ints

By = Literal["simple", "event", "group", "calendar"]
BY = ("simple", "event", "group", "calendar")


@dataclass(frozen=True)
class Combined:
    """Rows of weighted effects.

    label    (R,), event time, or the position of the cohort or period; 0 for the overall effect
    att      (R,)
    gradient (R, M)
    cells    (R,), group-time effects in each
    """

    label: Ints
    att: Floats
    gradient: Any
    cells: Ints


def combined(of: Estimates, by: By, *, balance: int | None = None) -> tuple[Combined, Combined]:
    """The rows and their overall effect (event: mean over periods after treatment; group: by shares; calendar: mean)."""
    post = of.time >= of.group
    if by == "simple":
        rows = _weighted(of, [post], np.zeros(1, dtype=np.int64))
        return rows, rows
    if by == "event":
        event = of.time - of.group
        used = np.ones(len(event), dtype=bool) if balance is None else _balanced(of, event, balance)
        labels = np.unique(event[used])
        rows = _weighted(of, [used & (event == e) for e in labels], labels)
        return rows, _mean(rows, labels >= 0)
    if by == "calendar":
        labels = np.unique(of.time[post])
        rows = _weighted(of, [post & (of.time == t) for t in labels], labels)
        return rows, _mean(rows, np.ones(len(labels), dtype=bool))
    labels = np.unique(of.group[post])
    rows = _by_cohort(of, post, labels)
    return rows, _over_cohorts(of, rows)


def _balanced(of: Estimates, event: Ints, balance: int) -> Flags:
    """Cohorts seen `balance` periods after treatment, up to that time: every post row holds the same cohorts."""
    last = {int(g): int(event[of.group == g].max()) for g in of.groups}
    seen = np.array([last[int(g)] >= balance for g in of.group])
    return seen & (event <= balance)


def _share(of: Estimates) -> tuple[Floats, Ints]:
    at = np.searchsorted(of.groups, of.group)
    return of.shares[at], of.columns[at]


def _weighted(of: Estimates, chosen: list[Flags], labels: Ints) -> Combined:
    share, column = _share(of)
    weights = sparse.csr_array(np.stack([np.where(c, share, 0.0) / share[c].sum() for c in chosen]))
    att = weights @ of.att
    rows, columns, data = [], [], []
    for r, c in enumerate(chosen):
        inside = np.flatnonzero(c)
        rows.append(np.full(len(inside), r))
        columns.append(column[inside])
        data.append((of.att[inside] - att[r]) / share[inside].sum())
    shape = (len(chosen), of.gradient.shape[1])
    by_share = sparse.csr_array(
        (np.concatenate(data), (np.concatenate(rows), np.concatenate(columns))), shape=shape
    )
    return Combined(labels, att, weights @ of.gradient + by_share, np.array([int(c.sum()) for c in chosen]))


def _by_cohort(of: Estimates, post: Flags, labels: Ints) -> Combined:
    weights = np.stack([(post & (of.group == g)) / (post & (of.group == g)).sum() for g in labels])
    counts = np.array([int((post & (of.group == g)).sum()) for g in labels])
    return Combined(labels, weights @ of.att, sparse.csr_array(weights) @ of.gradient, counts)


def _over_cohorts(of: Estimates, rows: Combined) -> Combined:
    at = np.searchsorted(of.groups, rows.label)
    share = of.shares[at]
    att = float(share @ rows.att / share.sum())
    by_share = sparse.csr_array(
        ((rows.att - att) / share.sum(), (np.zeros(len(at), dtype=int), of.columns[at])),
        shape=(1, of.gradient.shape[1]),
    )
    gradient = sparse.csr_array(share[None, :] / share.sum()) @ rows.gradient + by_share
    return Combined(np.zeros(1, dtype=np.int64), np.array([att]), gradient, np.array([rows.cells.sum()]))


def _mean(rows: Combined, chosen: Flags) -> Combined:
    weights = chosen[None, :] / chosen.sum() if chosen.any() else np.full((1, len(chosen)), np.nan)
    gradient = sparse.csr_array(weights) @ rows.gradient
    return Combined(
        np.zeros(1, dtype=np.int64), weights @ rows.att, gradient, np.array([rows.cells[chosen].sum()])
    )


def standard_errors(root: Any, gradient: Any) -> Floats:
    return np.sqrt((half(root, gradient) ** 2).sum(axis=0))
