"""Control charts: whether a series has changed, or only varies as it always did.

Month against month is mostly noise; a chart asks whether a point or a run is more than that. A new phase begins where
the user says so, never by itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
import pandas as pd

from swe.core.errors import DataError, UsageError
from swe.show.result import Note, Result
from swe.stats.frames import Flags, Floats, as_frame, choice, read_columns, require

Kind = Literal["xmr", "p", "u", "g"]
XMR, MOVING_RANGE = 2.66, 3.267  # 3/d2 and D4 of ranges of two (Shewhart; Wheeler & Chambers 1992)
D2 = 1.128  # mean range of two standard normals
RUN = 7  # points on one side, or rising, or falling
FEW = 12  # points of a phase below which its limits are provisional
MEDIAN_OF_G = 0.693  # median over mean of an exponential, ln 2 (Provost & Murray 2011, p. 228)
LIMIT, SHIFT, TREND, RANGE = "limit", "shift", "trend", "range"
METHODS = {
    "xmr": ("单值–移动极差图：界限为均值 ± 2.66 × 平均移动极差", "individuals and moving range: mean ± 2.66 × mean moving range"),
    "p": ("Laney p′ 图：界限按期间变异调整，不因分母大而误报", "Laney's p′ chart: limits carry the variation between periods, so that large denominators do not alarm"),
    "u": ("Laney u′ 图：界限按期间变异调整，不因分母大而误报", "Laney's u′ chart: limits carry the variation between periods, so that large denominators do not alarm"),
    "g": ("g 图（两次事件之间的间隔数，几何分布）；连续同侧按中位数 0.693 × 均值判断", "g chart (number between events, geometric); runs are judged about the median, 0.693 × mean"),
}  # fmt: skip
REFERENCES = {
    "xmr": "Wheeler & Chambers (1992), Understanding Statistical Process Control",
    "p": "Laney (2002), doi:10.1081/QEN-120006555",
    "u": "Laney (2002), doi:10.1081/QEN-120006555",
    "g": "Benneyan (2001), doi:10.1023/A:1011846412909",
}


def spc(
    data: Any,
    *,
    time: str,
    value: str,
    kind: Kind = "xmr",
    n: str | None = None,
    target: float | None = None,
    phase: str | Sequence[Any] | None = None,
) -> Result:
    """Control chart of one series.

    Parameters
    ----------
    data
        A row a period (of a g chart: an event), in any order.
    time, value
        Columns: period, sortable and without repetition, and the number; for `p` and `u` the count, for `g` the number
        of cases or days since the event before.
    kind
        `xmr` individuals and moving range; `p` proportions, `u` rates (Laney's), with `n`; `g` between rare events.
    n
        Column of the denominator, for `p` and `u`.
    target
        A number to hold the limits against; it does not move them.
    phase
        A column that names phases, or the periods at which a new one begins. Each phase has its own limits.

    Returns
    -------
    Result
        `kind="spc"`. Values, of the last phase: `centre`, `sigma_short` (short-term standard deviation: mean moving range
        / 1.128; for p and u charts Laney's σ_z, 1 where only chance varies; for g √(ḡ(ḡ+1))), and `signals`, the points
        of all phases with a rule; `target` where given. Table: `time value centre lower upper mr phase rule status`, by
        time; `rule` names what a point breaks: `limit`, `shift` (7 on one side), `trend` (7 rising or falling),
        `range` (moving range above 3.267 × its mean), joined by +.

    Raises
    ------
    UsageError
        An unknown kind, `n` missing for p or u or given for others, a phase that begins at no period of the data.
    DataError
        Columns absent, periods twice, fewer than 3 points in a phase, impossible counts.

    References
    ----------
    Wheeler & Chambers (1992); Laney (2002), doi:10.1081/QEN-120006555; Benneyan (2001), doi:10.1023/A:1011846412909;
    rules as in NHS England, Making Data Count.

    Examples
    --------
    >>> series = {"month": [1, 2, 3, 4, 5, 6], "visits": [10, 12, 11, 13, 9, 30]}
    >>> found = spc(series, time="month", value="visits")
    >>> round(found["centre"], 3), found.table["upper"].round(3).tolist()[0]
    (14.167, 30.127)
    """
    choice("kind", kind, list(METHODS))
    if (n is not None) != (kind in ("p", "u")):
        raise UsageError(
            "p、u 图须用 n= 指明分母列，其他图不用",
            "p and u charts need the denominator's column n=, the others have none",
        )
    frame = as_frame(data)
    require(frame, [time, *([phase] if isinstance(phase, str) else [])])
    frame = _in_order(frame, time)
    negative_allowed = () if kind == "xmr" else ("value",)
    columns = {"value": value, **({"n": n} if n else {})}
    read = read_columns(frame, columns, not_negative=(*negative_allowed, *(["n"] if n else [])))
    size = read.numbers.get("n", np.ones(len(frame)))
    known = read.known & (size > 0)
    numbers = _numbers(kind, read.numbers["value"], size, known)
    phases = _phases(frame, time, phase)
    rows = _rows(kind, numbers, size, known, phases)
    table = pd.DataFrame({"time": frame[time].to_numpy(), "value": numbers, **rows})
    table["status"] = np.where(known, "ok", np.where(read.known, "not_applicable", "missing"))
    last = known & (phases == phases[-1])
    values = {
        "centre": float(rows["centre"][last][-1]),
        "sigma_short": _sigma(kind, numbers[last], size[last]),
        "signals": float((table["rule"] != "").sum()),
        **({} if target is None else {"target": float(target)}),
    }
    notes = (*_notes(kind, table, known), *_against(target, table, last))
    return Result("spc", table, values, notes)


def _in_order(frame: pd.DataFrame, time: str) -> pd.DataFrame:
    if frame[time].isna().any() or frame[time].duplicated().any():
        raise DataError(
            f"列“{time}”有缺失或重复的时点，请每个时点只留一行",
            f"column {time!r} has missing or repeated periods; keep one row for each",
        )
    try:
        return frame.sort_values(time, kind="stable").reset_index(drop=True)
    except TypeError:
        raise DataError(
            f"列“{time}”的时点类型不一，无法排序", f"the periods of column {time!r} cannot be put in order"
        ) from None


def _numbers(kind: Kind, value: Floats, n: Floats, known: Flags) -> Floats:
    """What is drawn: the values, or counts over denominators."""
    if kind in ("xmr", "g"):
        return value
    if kind == "p" and (value > n)[known].any():
        raise DataError("有的时点计数大于分母，不是比例；请用 kind=\"u\"", "some counts exceed their denominator and are no proportions; use kind=\"u\"")  # fmt: skip
    return np.where(known, value / np.where(n > 0, n, 1), np.nan)


def _phases(frame: pd.DataFrame, time: str, phase: str | Sequence[Any] | None) -> Any:
    """The number of each row's phase, from 1; a column's phases must not return."""
    if phase is None:
        return np.ones(len(frame), dtype=int)
    if isinstance(phase, str):
        begins = (frame[phase] != frame[phase].shift()).to_numpy()
        if begins.sum() > frame[phase].nunique(dropna=False):
            raise DataError(f"阶段“{phase}”中断后又重现", f"a phase of column {phase!r} ends and comes back")
        return np.cumsum(begins)
    unknown = [p for p in phase if not (frame[time] == p).any()]
    if unknown:
        raise UsageError(
            f"数据中没有这些阶段起点：{'、'.join(map(str, unknown))}",
            f"no period of the data is called {', '.join(map(str, unknown))}",
        )
    return 1 + np.cumsum(frame[time].isin(list(phase)).to_numpy())


def _rows(kind: Kind, value: Floats, n: Floats, known: Flags, phases: Any) -> dict[str, Any]:
    """Centre, limits, moving range and broken rules of every point, phase by phase."""
    centre, lower, upper, moving = (np.full(value.shape, np.nan) for _ in range(4))
    rule = np.full(value.shape, "", dtype=object)
    for number in np.unique(phases):
        own = np.flatnonzero(known & (phases == number))
        if len(own) < 3:
            raise DataError(
                f"第 {number} 阶段只有 {len(own)} 个点，至少需要 3 个",
                f"phase {number} has {len(own)} points; at least 3 are needed",
            )
        v = value[own]
        middle, low, high = _limits(kind, v, n[own])
        ranges = np.append(np.nan, np.abs(np.diff(v)))
        about = middle * MEDIAN_OF_G if kind == "g" else middle
        rule[own] = _rules(v, low, high, about=about, ranges=ranges if kind == "xmr" else None)
        centre[phases == number] = middle
        lower[own], upper[own], moving[own] = low, high, ranges
    return {"centre": centre, "lower": lower, "upper": upper, "mr": moving, "phase": phases, "rule": rule}


def _limits(kind: Kind, v: Floats, n: Floats) -> tuple[float, Floats, Floats]:
    if kind == "xmr":
        middle, half = float(v.mean()), XMR * float(np.abs(np.diff(v)).mean())
        return middle, np.full(v.shape, middle - half), np.full(v.shape, middle + half)
    if kind == "g":
        middle = float(v.mean())
        half = 3 * _sigma(kind, v, n)
        return middle, np.full(v.shape, max(0.0, middle - half)), np.full(v.shape, middle + half)
    middle, sigma = _laney(kind, v, n)
    halves = 3 * sigma * _sigma(kind, v, n)
    ceiling = 1.0 if kind == "p" else np.inf
    return middle, np.maximum(middle - halves, 0), np.minimum(middle + halves, ceiling)


def _laney(kind: Kind, v: Floats, n: Floats) -> tuple[float, Floats]:
    """Pooled centre and each point's standard deviation by chance."""
    middle = float((v * n).sum() / n.sum())
    return middle, np.sqrt(middle * (1 - middle) / n) if kind == "p" else np.sqrt(middle / n)


def _sigma(kind: Kind, v: Floats, n: Floats) -> float:
    if kind == "xmr":
        return float(np.abs(np.diff(v)).mean()) / D2
    if kind == "g":
        return float(np.sqrt(v.mean() * (v.mean() + 1)))
    middle, sigma = _laney(kind, v, n)
    if not sigma.all():
        return 0.0
    return float(np.abs(np.diff((v - middle) / sigma)).mean()) / D2


def _rules(v: Floats, low: Floats, high: Floats, *, about: float, ranges: Floats | None) -> list[str]:
    flags = {
        LIMIT: (v < low) | (v > high),
        SHIFT: _runs(np.sign(v - about)),
        TREND: _trends(v),
        RANGE: np.zeros(v.shape, dtype=bool),
    }
    if ranges is not None:
        flags[RANGE] = ranges > MOVING_RANGE * np.nanmean(ranges)
    return ["+".join(name for name, flag in flags.items() if flag[i]) for i in range(len(v))]


def _runs(sides: Floats) -> Flags:
    """Points in a run of 7 or more on one side; a point on the line ends it."""
    found = np.zeros(sides.shape, dtype=bool)
    edges = np.flatnonzero(np.diff(sides)) + 1
    for part in np.split(np.arange(len(sides)), edges):
        if len(part) >= RUN and sides[part[0]] != 0:
            found[part] = True
    return found


def _trends(v: Floats) -> Flags:
    """Points of 7 or more in a row, each above (or each below) the one before."""
    found = np.zeros(v.shape, dtype=bool)
    steps = np.sign(np.diff(v))
    edges = np.flatnonzero(np.diff(steps)) + 1
    for part in np.split(np.arange(len(steps)), edges):
        if len(part) >= RUN - 1 and steps[part[0]] != 0:
            found[part[0] : part[-1] + 2] = True
    return found


def _notes(kind: Kind, table: pd.DataFrame, known: Flags) -> list[Note]:
    zh, en = METHODS[kind]
    missing = int((~known).sum())
    shortest = int(table.loc[known].groupby("phase").size().min())
    rules = (
        f"规则：越限；连续 {RUN} 点在中线同侧；连续 {RUN} 点上升或下降；移动极差越限",
        f"rules: beyond a limit; {RUN} points on one side of the centre; {RUN} points rising or falling; a moving range beyond its limit",
    )
    notes = [
        Note("method", zh, en),
        Note("method", *rules),
        Note("reference", REFERENCES[kind], REFERENCES[kind]),
        Note("n", f"{int(known.sum())} 个时点，{table['phase'].nunique()} 个阶段", f"{int(known.sum())} periods, {table['phase'].nunique()} phases"),
    ]  # fmt: skip
    if missing:
        notes.append(
            Note(
                "exclusion",
                f"{missing} 个时点缺数或分母为 0，未计入；移动极差与连续点跨过这些时点",
                f"periods without a value or with a denominator of 0, left out: {missing}; moving ranges and runs pass over them",
            )
        )
    if shortest < FEW:
        notes.append(
            Note(
                "warning",
                f"有的阶段只有 {shortest} 个点（少于 {FEW}），界限是暂定的",
                f"a phase has {shortest} points only (fewer than {FEW}); its limits are provisional",
            )
        )
    return notes


def _against(target: float | None, table: pd.DataFrame, last: Flags) -> list[Note]:
    """Whether the process as it is reaches the target always, never, or by chance."""
    if target is None:
        return []
    low, high = float(table["lower"][last].max()), float(table["upper"][last].min())
    if low <= target <= high:
        zh, en = (
            "目标在界限之内：达到与否是偶然的，除非过程改变",
            "the target lies inside the limits: it is met or missed by chance unless the process changes",
        )
    else:
        where = ("低于", "below") if target < low else ("高于", "above")
        zh, en = (
            f"目标{where[0]}界限：照现在的过程，各点会一直在目标的同一侧",
            f"the target lies {where[1]} the limits: as the process is, the points will stay on one side of it",
        )
    return [Note("method", zh, en)]
