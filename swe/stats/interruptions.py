"""Interrupted time series: what changed in one series at a date, in level and in slope.

Where every place changed at once there is no untreated place; the series' own past, a control series and placebo dates have to
do, and each is shown with how sure it is.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd

from swe.show.result import Result
from swe.stats.frames import Flags, Floats, as_frame, choice, fraction
from swe.stats.interrupted_series import Series, cycle_of, enough, position_of, read_series, whole
from swe.stats.interruption_notes import notes_of
from swe.stats.segments import (
    CHANGES,
    Design,
    Errors,
    Link,
    Segments,
    controlled,
    fit,
    lag_one,
    newey_west_lag,
    terms,
)

LINKS, ERRORS = ("log", "identity"), ("quasi", "hac", "none")


@dataclass(frozen=True, eq=False)
class Interruption(Result):
    """A `Result` that also keeps its series.

    series  a row for each period: `time value fitted counterfactual lower upper status`, per unit of the offset where there is
            one; `counterfactual` and its interval from the interruption on, NaN before
    start   position of the interruption in `series`
    rated   whether `series` is per unit of an offset
    """

    series: pd.DataFrame = field(kw_only=True)
    start: int = field(kw_only=True)
    rated: bool = field(kw_only=True)


def its(
    series: Any,
    *,
    outcome: str,
    time: str,
    start: Any,
    season: int | None = None,
    offset: str | tuple[str, str] | None = None,
    errors: Errors = "quasi",
    control: str | None = None,
    placebo: Sequence[Any] = (),
    link: Link = "log",
    cycle: float | None = None,
    lag: int | None = None,
    level: float = 0.95,
) -> Interruption:
    """Level and slope change of one evenly spaced series at a known date.

    Parameters
    ----------
    series
        A frame with a row for each period; the periods must be even, and one without a value stays as a row (left out of the
        fit, counted, never zero).
    outcome, time
        Columns: the count (`link="log"`: not negative) or the measure; whole numbers, 2023, 2023-05, dates or pandas Periods.
    start
        The first period with the intervention, written like `time`.
    season
        Pairs of Fourier terms (1 or 2 is usual), None for none. They need a year's periods: `cycle` is taken from months (12)
        and quarters (4), and must be given where `time` is plain numbers.
    offset
        Column of the exposure (residents, station-months); with a control a pair gives each series its own.
    errors
        `quasi` scales by the dispersion, `hac` is Newey–West (`lag` periods, by default ⌊4(T/100)^{2/9}⌋), `none` is the
        model's own.
    control
        Column of a series that the intervention should not have touched; level and slope are then relative to its.
    placebo
        Dates before `start`, each tried on the periods before `start` only.
    link
        `log`: Poisson, level and slope are ratios; `identity`: least squares, they are differences.

    Returns
    -------
    Interruption
        A Result of `kind="its"`. Values: `level slope` with `_lower _upper` (ratios under a log link, `slope` per period),
        `phi` (dispersion), `autocorrelation` of neighbouring residuals, `n n_before n_after lag p_level p_slope`, `relative` (1
        under a log link). Table: `term at estimate se lower upper p effect effect_lower effect_upper`: coefficients of the
        linear predictor with the date they belong to (`placebo_level`, `placebo_slope` at the placebo dates), `effect` their
        exponential under a log link.

    Raises
    ------
    UsageError
        Unknown options, a date that cannot be read, a season without its cycle.
    DataError
        Uneven or repeated periods, fewer than 3 points before or after, terms that cannot be told apart, a count that is zero
        until the interruption (it then exists only after set-up: no comparison with before is possible).

    References
    ----------
    Lopez Bernal, Cummins & Gasparrini 2017, doi:10.1093/ije/dyw098; 2018, doi:10.1093/ije/dyy135.

    Examples
    --------
    >>> import pandas as pd
    >>> months = [f"2022-{m:02d}" for m in range(1, 13)]
    >>> found = its(pd.DataFrame({"month": months, "calls": [8, 10, 9, 11, 10, 12, 20, 22, 21, 24, 23, 25]}),
    ...             outcome="calls", time="month", start="2022-07")
    >>> round(found["level"], 2), bool(found["level_lower"] > 1)
    (1.64, True)
    """
    choice("errors", errors, ERRORS)
    choice("link", link, LINKS)
    fraction("level", level)
    whole("season", season)
    whole("lag", lag)
    read = read_series(as_frame(series), outcome, time, offset=offset, control=control, link=link)
    pairs = season or 0
    wave = cycle_of(read.of, cycle) if pairs else math.nan
    at = position_of(read.of, start, "start")
    enough(read, at, link)

    def fitted(until: int, where: int) -> Segments:
        keep = read.known & (np.arange(len(read.known)) < until)
        return fit(
            _design(read, keep, where, pairs=pairs, cycle=wave, link=link), link=link, errors=errors, lag=lag
        )

    main = fitted(len(read.known), at)
    fakes = _placebos(read, at, placebo, fitted, link)
    values = _values(main, read, at, link=link, errors=errors, lag=lag, level=level)
    label = read.of.labels
    table = _table([(main, label[at], ""), *((f, label[k], "placebo_") for k, f in fakes)], link, level)
    notes = notes_of(main, read, values, fakes, errors=errors, link=link, control=control, outcome=outcome)
    shown = _shown(main, read, at, pairs=pairs, cycle=wave, link=link, level=level)
    return Interruption("its", table, values, notes, series=shown, start=at, rated=offset is not None)


# -- fitting --


def _design(read: Series, keep: Flags, at: int, *, pairs: int, cycle: float, link: Link) -> Design:
    position = np.flatnonzero(keep).astype(np.int64)
    x, names = terms(position, at, pairs=pairs, cycle=cycle)

    def offset(exposure: Floats) -> Floats:
        return np.log(exposure[keep]) if link == "log" else np.zeros(len(position))

    own = Design(x, names, read.outcome[keep], offset(read.exposure), position)
    if read.control is None:
        return own
    return controlled(own, replace(own, y=read.control[keep], offset=offset(read.control_exposure)))


def _placebos(
    read: Series, at: int, dates: Sequence[Any], fitted: Callable[[int, int], Segments], link: Link
) -> list[tuple[int, Segments]]:
    early = replace(read, known=read.known & (np.arange(len(read.known)) < at))
    found = []
    for day in dates:
        where = position_of(read.of, day, "placebo")
        enough(early, where, link, name=f"placebo {day}")
        found.append((where, fitted(at, where)))
    return found


# -- results --


def _values(
    main: Segments, read: Series, at: int, *, link: Link, errors: Errors, lag: int | None, level: float
) -> dict[str, float]:
    shown = math.exp if link == "log" else float
    half = main.quantile(level)
    values: dict[str, float] = {}
    for name in CHANGES:
        estimate, se = main.of(name)
        values |= {
            name: shown(estimate),
            f"{name}_lower": shown(estimate - half * se),
            f"{name}_upper": shown(estimate + half * se),
        }
    own = int(read.known.sum())
    used = (newey_west_lag(len(read.known)) if lag is None else lag) if errors == "hac" else math.nan
    return {
        **values,
        "phi": main.phi,
        "autocorrelation": lag_one(main.residuals[:own], main.design.position[:own]),
        "n": float(own),
        "n_before": float(read.known[:at].sum()),
        "n_after": float(read.known[at:].sum()),
        "lag": float(used),
        "p_level": main.p("level"),
        "p_slope": main.p("slope"),
        "relative": float(link == "log"),
    }


def _table(parts: Sequence[tuple[Segments, Any, str]], link: Link, level: float) -> pd.DataFrame:
    shown = math.exp if link == "log" else float
    rows = []
    for found, at, prefix in parts:
        half = found.quantile(level)
        for name in CHANGES if prefix else found.design.names:
            estimate, se = found.of(name)
            ends = (estimate, estimate - half * se, estimate + half * se)
            rows.append((prefix + name, str(at), estimate, se, *ends[1:], found.p(name), *map(shown, ends)))
    names = ["term", "at", "estimate", "se", "lower", "upper", "p", "effect", "effect_lower", "effect_upper"]
    return pd.DataFrame(rows, columns=names)


def _shown(
    main: Segments, read: Series, at: int, *, pairs: int, cycle: float, link: Link, level: float
) -> pd.DataFrame:
    """Observed, fitted and counterfactual by period; the counterfactual has the changes of the own series set to nil."""
    whole = np.ones(len(read.known), dtype=bool)
    x = _design(read, whole, at, pairs=pairs, cycle=cycle, link=link).x[: len(whole)]
    gone = x.copy()
    gone[:, [main.design.names.index(name) for name in CHANGES]] = 0
    back = np.exp if link == "log" else np.asarray
    line = gone @ main.beta
    half = main.quantile(level) * np.sqrt(np.einsum("ij,jk,ik->i", gone, main.covariance, gone))
    after = np.arange(len(whole)) >= at

    def later(values: Floats) -> Floats:
        return np.where(after, values, np.nan)

    return pd.DataFrame(
        {
            "time": list(read.of.labels),
            "value": np.where(read.known, read.outcome / read.exposure, np.nan),
            "fitted": back(x @ main.beta),
            "counterfactual": later(back(line)),
            "lower": later(back(line - half)),
            "upper": later(back(line + half)),
            "status": np.where(read.known, "ok", "missing"),
        }
    )
