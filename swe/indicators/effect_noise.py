"""What a calculation of power needs to know of a panel: how loud it is without a station, and how large its cohorts are.

Noise is taken from unit-periods without a station alone, so that an effect is never counted as noise.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from swe.stats.frames import Floats

if TYPE_CHECKING:
    from swe.indicators.effect_study import Study

SWEEPS = 20  # of unit and period means, until they are both nil


def noise(found: Study) -> dict[str, float]:
    """What a calculation of power needs, from unit-periods without a station only: `sd autocorrelation icc`.

    Residuals after unit and period means. `autocorrelation` is of neighbouring periods, `icc` what units of a cluster share.
    """
    read = found.effects.panel
    assert read is not None
    t = len(read.periods)
    free = np.arange(t) < read.first[:, None]
    rest = np.where(free, read.outcome, np.nan)
    for _ in range(SWEEPS):
        rest = rest - _mean(rest, 1)[:, None]
        rest = rest - _mean(rest, 0)
    known = int(free.sum()) - int(free.any(axis=1).sum()) - int(free.any(axis=0).sum()) + 1
    variance = float(np.nansum(rest**2)) / max(known, 1)
    pairs = rest[:, 1:] * rest[:, :-1]
    rho = float(np.nanmean(pairs)) / float(np.nanmean(rest**2))
    return {
        "sd": variance**0.5,
        "autocorrelation": min(max(rho, 0.0), 0.95),
        "icc": min(max(_shared(rest, read.cluster) / variance, 0.0), 0.95),
    }


def cohort_sizes(found: Study) -> dict[int, int]:
    """First treated period (1 is the first of the panel, 0 never) → units, as `swe.stats.power` takes them."""
    read = found.effects.panel
    assert read is not None
    t = len(read.periods)
    first, sizes = np.unique(np.where(read.first < t, read.first + 1, 0), return_counts=True)
    return {int(g): int(n) for g, n in zip(first, sizes, strict=True)}


def _mean(values: Floats, axis: int) -> Floats:
    """Means over what is known, 0 where nothing is."""
    known = ~np.isnan(values)
    return np.nansum(values, axis=axis) / np.maximum(known.sum(axis=axis), 1)


def _shared(rest: Floats, cluster: Any) -> float:
    """Mean product of two units of a cluster in the same period."""
    if cluster is None:
        return 0.0
    filled, known = np.nan_to_num(rest), ~np.isnan(rest)
    sums, squares, counts = (np.zeros((int(cluster.max()) + 1, rest.shape[1])) for _ in range(3))
    np.add.at(sums, cluster, filled)
    np.add.at(squares, cluster, filled**2)
    np.add.at(counts, cluster, known)
    pairs = float((counts * (counts - 1)).sum())
    return float((sums**2 - squares).sum()) / pairs if pairs else 0.0
