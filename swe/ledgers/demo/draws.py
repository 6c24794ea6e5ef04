"""Random draws with the habits of real ledgers: overdispersion, heaping, late entry; all by a given generator."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Days = NDArray[np.datetime64]
Rng = np.random.Generator


def shared_out(rng: Rng, total: int, weights: ArrayLike, *, shape: float = 8.0) -> Ints:
    """A total shared among units by gamma-mixed weights: negative binomial counts, given their sum.

    A smaller `shape` means more overdispersion; where there is enough for all, each unit with a weight gets one.
    """
    mixed = np.asarray(weights, dtype=float) * rng.gamma(shape, 1 / shape, np.shape(weights))
    if total == 0 or mixed.sum() == 0:
        return np.zeros(mixed.shape, dtype=np.int64)
    floor = (
        (mixed > 0).astype(np.int64) if total >= 2 * (mixed > 0).sum() else np.zeros(mixed.shape, np.int64)
    )
    return floor + rng.multinomial(total - floor.sum(), mixed / mixed.sum())


def months_drawn(rng: Rng, station: Ints, weights: Floats) -> Ints:
    """A month for every row, by the monthly weights (stations × months) of its station."""
    shares = np.cumsum(weights, axis=1)
    shares = shares / shares[:, -1:] + np.arange(len(weights))[:, None]
    at = np.searchsorted(shares.ravel(), station + rng.random(len(station)), side="right")
    return np.minimum(at - station * weights.shape[1], weights.shape[1] - 1)


def days_drawn(rng: Rng, starts: Days, months: Ints, *, weekend: float = 0.3) -> Days:
    """A day in each month; of those that fall on a weekend only a share stays there."""
    first = starts[months].astype("datetime64[D]")
    length = ((starts + 1).astype("datetime64[D]") - starts.astype("datetime64[D]")).astype(np.int64)[months]
    day = first + np.minimum((rng.random(len(months)) * length).astype(np.int64), length - 1)
    weekday = (day.astype(np.int64) + 3) % 7  # 1970-01-01 was a Thursday; 5 and 6 are the weekend
    moved = (weekday >= 5) & (rng.random(len(months)) > weekend)
    back = np.where(moved, weekday - 4, 0)
    earlier = day - back
    return np.where(earlier >= first, earlier, day + np.where(moved, 7 - weekday, 0))


def heaped(rng: Rng, values: Ints, share: float, *, least: int = 10) -> Ints:
    """Counts of which a share, where not small, was written as a multiple of five."""
    round_them = (values >= least) & (rng.random(len(values)) < share)
    return np.where(round_them, (values + 2) // 5 * 5, values)


def overdispersed(rng: Rng, mean: ArrayLike, *, size: float, low: int = 0) -> Ints:
    """Negative binomial counts (variance mean + mean²/size), not below `low`."""
    means = np.asarray(mean, dtype=float)
    return np.maximum(low, rng.negative_binomial(size, size / (size + means)))


def entered(rng: Rng, days: Days, last: Days) -> Days:
    """When records were written: mostly within days, some weeks late, a few together at the end of a quarter."""
    n = len(days)
    soon = rng.geometric(0.35, n) - 1
    late = rng.integers(8, 75, n)
    written = days + np.where(rng.random(n) < 0.12, late, soon)
    month = days.astype("datetime64[M]")
    ahead = (-(month.astype(np.int64) + 1)) % 3  # months to the quarter's last
    quarter_end = (month + ahead + 1).astype("datetime64[D]") - rng.integers(1, 3, n).astype("timedelta64[D]")
    bunched = (rng.random(n) < 0.05) & (quarter_end > days)
    return np.minimum(np.where(bunched, quarter_end, written), last)


def brought_to(values: Ints, total: int, *, low: int, spare: NDArray[np.bool_] | None = None) -> Ints:
    """Counts scaled to a total, none below `low`; what rounding leaves goes where `spare` is, the largest first."""
    if len(values) == 0:
        return values
    scaled = np.maximum(low, np.floor(values * (total / max(1, values.sum())))).astype(np.int64)
    where = np.flatnonzero(spare) if spare is not None and spare.any() else np.arange(len(values))
    order = where[np.argsort(-scaled[where], kind="stable")]
    missing = total - int(scaled.sum())
    step = 1 if missing > 0 else -1
    while missing:
        room = order if step > 0 else order[scaled[order] > low]
        if not len(room):
            order = np.arange(len(values))
            continue
        each = max(1, abs(missing) // len(room))
        some = room[: min(len(room), abs(missing) // each)]
        scaled[some] = np.maximum(low, scaled[some] + step * each)
        missing = total - int(scaled.sum())
    return scaled


def picked(rng: Rng, choices: dict[Any, float], n: int) -> NDArray[np.object_]:
    """n values drawn by their weights."""
    weights = np.array(list(choices.values()), dtype=float)
    at = np.searchsorted(np.cumsum(weights / weights.sum()), rng.random(n), side="right")
    return np.array(list(choices), dtype=object)[np.minimum(at, len(choices) - 1)]


def blanked(rng: Rng, values: NDArray[Any], share: float) -> NDArray[np.object_]:
    """Values of which a share was not filled in."""
    out = values.astype(object)
    out[rng.random(len(out)) < share] = None
    return out


def only(kept: NDArray[np.bool_], values: Any) -> NDArray[np.object_]:
    """Values where they are kept, else missing.

    >>> only(np.array([True, False]), np.array([3, 4])).tolist()
    [3, None]
    """
    out = np.full(len(kept), None, dtype=object)
    taken = np.broadcast_to(np.asarray(values), kept.shape)
    out[kept] = taken[kept]
    return out


def numbered(prefix: str, numbers: Ints, *, digits: int = 3) -> NDArray[np.object_]:
    """Record numbers such as GA007.

    >>> numbered("GA", np.array([7, 12])).tolist()
    ['GA007', 'GA012']
    """
    most = int(numbers.max()) if len(numbers) else 0
    return _labels(prefix, digits, most.bit_length())[numbers]


@lru_cache(maxsize=64)
def _labels(prefix: str, digits: int, bits: int) -> NDArray[np.object_]:
    return np.array([f"{prefix}{number:0{digits}d}" for number in range(1 << bits)], dtype=object)


def places_within(station: Ints) -> Ints:
    """The running number, from 0, of each row within its station; rows of a station stand together."""
    if not len(station):
        return station
    starts = np.flatnonzero(np.r_[True, station[1:] != station[:-1]])
    lengths = np.diff(np.r_[starts, len(station)])
    return np.arange(len(station)) - np.repeat(starts, lengths)
