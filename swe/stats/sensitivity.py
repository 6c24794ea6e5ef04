"""How far parallel trends may fail before a finding falls: honest intervals of an event study.

A pre-test that finds nothing proves nothing; these intervals say which departures from parallel trends the finding survives.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from numbers import Real
from typing import Literal

import numpy as np
import pandas as pd

from swe.core.errors import DataError, MachineError, UsageError
from swe.show.result import Note, Result
from swe.stats.fixed_length import frontier
from swe.stats.frames import Floats, choice, fraction
from swe.stats.group_time import Effects, EventStudy

Kind = Literal["smoothness", "relative"]
Interval = Callable[[float], tuple[float, float]]
MOST_RELATIVE = 20  # periods; above, the moment inequalities of the relative restriction take hours
GRID = 1000  # points of the relative interval, as in the authors' own program
WIDER = 4  # doublings of the grid where the interval reaches its end
STEPS = 20  # halvings of the search for the breakdown

REFERENCE = Note(
    "reference",
    "Rambachan & Roth (2023)，doi:10.1093/restud/rdad018",
    "Rambachan & Roth (2023), doi:10.1093/restud/rdad018",
)


def honest(
    event: EventStudy,
    *,
    kind: Kind = "smoothness",
    m: float | Sequence[float],
    event_time: int | None = 0,
    pre: int | None = None,
    level: float = 0.95,
) -> Result:
    """Intervals of an effect that allow parallel trends to fail by a stated amount (Rambachan & Roth 2023).

    Parameters
    ----------
    event
        `att_gt(…, base_period="universal").aggregate("event")`: all periods compare with the last before treatment.
    kind
        `smoothness`: the difference in trends may change its slope by at most m a period (m = 0: a straight line; units of
        the outcome). `relative`: it may change by at most m times the largest change seen before treatment.
    m
        One or more values, from 0.
    event_time
        The effect so many periods after set-up; None for the mean of all periods after it.
    pre
        Use so many periods before treatment, the nearest; by default all.

    Returns
    -------
    Result
        `kind="honest"`. Values: `breakdown`, the largest m at which the interval still leaves out 0 (0 if none does; smoothness
        is searched, relative is the largest of those asked for), `att`. Table: `m lower upper covers_zero restriction status`.
        Smoothness takes milliseconds; relative takes 5 to 30 seconds for each m.

    Raises
    ------
    UsageError
        An event study with varying base periods, or options that do not go together.
    DataError
        Too few periods before treatment.
    MachineError
        `relative` without the optional package moderndid.

    References
    ----------
    Rambachan & Roth (2023), A more credible approach to parallel trends, doi:10.1093/restud/rdad018.

    Examples
    --------
    >>> import numpy as np
    >>> from swe.stats.group_time import att_gt
    >>> first, noise = {u: 0 if u < 30 else 4 for u in range(60)}, np.random.default_rng(1).normal(size=(60, 6)) / 5
    >>> rows = [(u, t, noise[u, t] + 2 * (0 < first[u] <= t), first[u]) for u in range(60) for t in range(6)]
    >>> frame = pd.DataFrame(rows, columns=["town", "year", "y", "first"])
    >>> found = att_gt(frame, outcome="y", unit="town", time="year", first_treated="first", base_period="universal")
    >>> honest(found.aggregate("event"), m=[0.0, 0.1])["breakdown"] > 0.1
    True
    """
    choice("kind", kind, ("smoothness", "relative"))
    fraction("level", level)
    asked = _values(m)
    used = _used(event, event_time, pre, kind)
    interval = _smoothness(used, level) if kind == "smoothness" else _relative(used, level)
    limits = [interval(value) for value in asked]
    table = pd.DataFrame({"m": asked, "lower": [a for a, _ in limits], "upper": [b for _, b in limits]})
    unsolved = [m for m, (a, b) in zip(asked, limits, strict=True) if math.isnan(a) or math.isnan(b)]
    table["covers_zero"] = [
        math.nan if m in unsolved else float(a <= 0 <= b) for m, (a, b) in zip(asked, limits, strict=True)
    ]
    table["restriction"] = kind
    table["status"] = np.where(table["lower"].notna() & table["upper"].notna(), "ok", "missing")
    found = {
        "breakdown": _breakdown(kind, asked, limits, interval),
        "att": used.att,
    }
    notes = [*_notes(kind, event_time, used, event), *_unsolved(unsolved)]
    return Result("honest", table, found, tuple(notes))


def _unsolved(values: list[float]) -> list[Note]:
    """Where the solver found no interval nothing is claimed; the search for the breakdown counts it as covering 0."""
    if not values:
        return []
    shown = ", ".join(f"{m:.3g}" for m in values)
    return [
        Note(
            "warning",
            f"m = {shown} 处求解没有得出区间，不作判断；breakdown 把这些处当作包含 0，因此可能偏小",
            f"no interval was found at m = {shown}, and nothing is said there; the breakdown takes such values as covering 0 "
            "and may be too small",
        )
    ]


def _values(m: float | Sequence[float]) -> list[float]:
    given = [m] if isinstance(m, Real) else list(m) if isinstance(m, Sequence | np.ndarray) else []
    ok = given and all(
        isinstance(x, Real) and not isinstance(x, bool) and 0 <= float(x) < math.inf for x in given
    )
    if not ok:
        raise UsageError("m 须为不小于 0 的数", "m must be one or more numbers from 0")
    return sorted(float(x) for x in given)


@dataclass(frozen=True)
class Used:
    """The part of an event study that is used: effects and covariance of n_pre periods before the reference and of those after.

    weights  of the periods after it, which begin with those of anticipation, if any
    left     periods before that are not used because one between them and the reference could not be estimated
    """

    beta: Floats
    covariance: Floats
    n_pre: int
    weights: Floats
    df: float
    left: int

    @property
    def att(self) -> float:
        return float(self.weights @ self.beta[self.n_pre :])

    @property
    def se(self) -> float:
        after = self.covariance[self.n_pre :, self.n_pre :]
        return float(np.sqrt(self.weights @ after @ self.weights))


def _used(event: EventStudy, event_time: int | None, pre: int | None, kind: str) -> Used:
    if isinstance(event, Effects) or not isinstance(event, EventStudy) or event.kind != "att_event":
        raise UsageError(
            "honest 需要按建站后期数合计的结果：att_gt(…).aggregate('event')",
            "honest needs effects by time since set-up: att_gt(…).aggregate('event')",
        )
    if event.base_period != "universal":
        raise UsageError(
            "honest 需要各期都与处理前最后一期比较：请用 att_gt(…, base_period='universal')",
            "honest needs every period compared with the last before treatment: att_gt(…, base_period='universal')",
        )
    distance = np.asarray(event.event_time) - event.reference
    all_before = np.flatnonzero(distance < 0)
    unbroken = distance[all_before] == np.arange(-len(all_before), 0)
    before = all_before[unbroken][-pre:] if pre else all_before[unbroken]
    last = int(np.max(event.event_time)) if event_time is None else event_time
    shown = np.asarray(event.event_time)
    least = event.reference + 2 if kind == "relative" else event.reference + 1
    after = np.flatnonzero((distance > 0) & (shown <= max(last, least)))
    if not len(before):
        raise DataError(
            "基期之前没有一期，无从衡量趋势的偏离",
            "there is no period before the reference period: nothing to measure a departure by",
        )
    if not len(after) or last not in shown[after] or last < 0:
        raise UsageError(
            f"没有建站后第 {event_time} 期的效应",
            f"there is no effect at event time {event_time}",
        )
    if (distance[after] != np.arange(1, len(after) + 1)).any():
        raise DataError(
            "基期之后有一期没有估计，无从限定趋势的偏离：请用较近的 event_time",
            "a period after the reference could not be estimated, and departures cannot be bounded across it: use a nearer "
            "event_time",
        )
    if kind == "relative":
        _enough(len(before), len(after))
    used = np.concatenate((before, after))
    weights = (
        (shown[after] >= 0).astype(float) if event_time is None else (shown[after] == last).astype(float)
    )
    return Used(
        event.beta[used], event.covariance[np.ix_(used, used)], len(before), weights / weights.sum(), event.df,
        len(all_before) - int(unbroken.sum()),
    )  # fmt: skip


def _enough(before: int, after: int) -> None:
    if before < 2 or after < 2:
        raise DataError(
            "相对幅度界限至少需要基期之前两期、之后两期",
            "relative bounds need two periods before the reference and two after it at least",
        )
    if before + after > MOST_RELATIVE:
        raise UsageError(
            f"相对幅度界限至多用 {MOST_RELATIVE} 期，现有 {before + after} 期：请用 pre 减少处理前期数，或取较近的 event_time",
            f"relative bounds take at most {MOST_RELATIVE} periods, not {before + after}: use fewer before (pre) or a "
            "nearer event_time",
        )


def _smoothness(used: Used, level: float) -> Interval:
    """Optimal fixed-length intervals, in units of the effect's own error so that the outcome's unit does not matter."""
    scale = used.se or 1.0
    along = frontier(
        used.beta / scale, used.covariance / scale**2, n_pre=used.n_pre, weights=used.weights, df=used.df
    )

    def interval(m: float) -> tuple[float, float]:
        lower, upper = along.interval(m / scale, level=level)
        return lower * scale, upper * scale

    return interval


def _relative(used: Used, level: float) -> Interval:
    """C-LF intervals of moderndid; those of diff-diff are too narrow and are not offered."""
    try:
        from moderndid.didhonest import create_sensitivity_results_rm
    except ImportError:
        raise MachineError(
            "相对幅度界限需要可选软件包 moderndid：pip install 'swe[honest]'；平滑界限（kind='smoothness'）不需要",
            "relative bounds need the optional package moderndid: pip install 'swe[honest]'; smoothness bounds "
            "(kind='smoothness') do not",
        ) from None
    scale = used.se or 1.0
    beta, covariance = used.beta / scale, (used.covariance + used.covariance.T) / (2 * scale**2)

    def interval(m: float) -> tuple[float, float]:
        centre, half = used.att / scale, _reach(beta, covariance, used.n_pre, used.weights, m)
        for wider in (2**k for k in range(WIDER + 1)):
            reach = half * wider
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                found = create_sensitivity_results_rm(
                    betahat=beta, sigma=covariance, num_pre_periods=used.n_pre,
                    num_post_periods=len(beta) - used.n_pre, m_bar_vec=[m], l_vec=used.weights.reshape(-1, 1),
                    alpha=1 - level, grid_points=GRID * wider, grid_lb=centre - reach, grid_ub=centre + reach,
                )  # fmt: skip
            low, high = float(found["lb"][0]), float(found["ub"][0])
            if centre - reach < low <= high < centre + reach:
                return low * scale, high * scale
        return math.nan, math.nan

    return interval


def _reach(beta: Floats, covariance: Floats, n_pre: int, weights: Floats, m: float) -> float:
    """Half width of the grid: the worst departure of pre-period changes at four standard errors, and eight of the effect."""
    path = np.concatenate((beta[:n_pre], [0.0]))
    take = np.diff(np.eye(n_pre + 1), axis=0)[:, :n_pre]
    changes = np.abs(np.diff(path)) + 4 * np.sqrt(np.diag(take @ covariance[:n_pre, :n_pre] @ take.T))
    steps = float(weights @ np.arange(1, len(weights) + 1))
    se = float(np.sqrt(weights @ covariance[n_pre:, n_pre:] @ weights))
    return m * steps * float(changes.max()) + 8 * se


def _breakdown(kind: str, asked: list[float], limits: list[tuple[float, float]], interval: Interval) -> float:
    """The largest m that leaves out 0; smoothness is searched, relative is read off the values asked for."""
    excluded = [m for m, (a, b) in zip(asked, limits, strict=True) if not a <= 0 <= b and not math.isnan(a)]
    if kind == "relative":
        return max(excluded, default=0.0)
    if _covers(interval(0.0)):
        return 0.0
    low, high = 0.0, max(asked[-1], abs(sum(interval(0.0))) / 1000, 1e-300)
    while not _covers(interval(high)):  # the interval grows without end and its centre does not
        low, high = high, 2 * high
    for _ in range(STEPS):
        middle = (low + high) / 2
        low, high = (low, middle) if _covers(interval(middle)) else (middle, high)
    return low


def _covers(limits: tuple[float, float]) -> bool:
    return not (limits[0] > 0 or limits[1] < 0)


def _notes(kind: str, event_time: int | None, used: Used, event: EventStudy) -> tuple[Note, ...]:
    zh, en = {
        "smoothness": ("两组趋势之差的斜率每期至多改变 m（m = 0 为直线）；最优定长区间",
                       "the slope of the difference in trends changes by at most m a period (m = 0: a straight line); optimal "
                       "fixed-length intervals"),
        "relative": ("两组趋势之差每期至多变化处理前最大变化的 m 倍；条件—最不利混合区间（C-LF，网格 1,000 点）；breakdown 只在所给的 m 中取",
                     "the difference in trends changes by at most m times the largest change before treatment; conditional least-"
                     "favourable hybrid intervals (grid of 1,000); breakdown is the largest of the m asked for"),
    }[kind]  # fmt: skip
    target = (
        ("建站后各期平均", "the mean of periods after set-up")
        if event_time is None
        else (f"建站后第 {event_time} 期", f"event time {event_time}")
    )
    notes = [
        Note("method", f"{target[0]}的效应：{zh}", f"effect at {target[1]}: {en}"),
        REFERENCE,
        Note("n", f"处理前 {used.n_pre} 期", f"{used.n_pre} periods before treatment"),
    ]
    if used.left:
        notes.append(
            Note("exclusion", f"更早的 {used.left} 期与基期之间有缺期，未用", f"{used.left} earlier periods lie beyond a gap and are "
                 "not used")
        )  # fmt: skip
    if kind == "relative" and np.isfinite(used.df):
        notes.append(
            Note("warning", "聚类很少，此区间用正态近似，可能偏窄",
                 "there are few clusters; these intervals use the normal approximation and may be too narrow")
        )  # fmt: skip
    notes += [n for n in event.notes if n.kind == "exclusion"]
    return tuple(notes)
