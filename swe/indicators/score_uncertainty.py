"""How sure totals, grades and ranks are: everything uncertain in a score is drawn again, many times.

A grade decided by half a point is no finding if another rater, or one more case, would have turned it. The intervals
are those of the score's ingredients; they are not confidence sets of true ranks.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from swe.indicators.framework_model import Coverage, Share
from swe.indicators.rater_draws import Raters, raters
from swe.indicators.score_rules import direction_of, points
from swe.indicators.score_sheet import Flags, Floats, Sheet
from swe.indicators.score_totals import Totals, cap, ceiling, grades_of

Ingredient = Literal["raters", "sampling", "missing", "validity"]
INGREDIENTS: tuple[Ingredient, ...] = ("raters", "sampling", "missing", "validity")
Floats32 = NDArray[np.float32]

CELLS = 250_000  # draws held at once, a megabyte in float32: the passes stay in the cache
Z95 = 1.959963984540054  # intervals of a frame of indicators are 95 %
TOP = 10


@dataclass
class Resampled:
    """What was drawn.

    frame    a row a unit: rank_lower rank_upper total_lower total_upper flip_probability p_top_10 ingredients
    shares   share of the resamples in each grade, shape (u, grades)
    touched  units that each ingredient touched
    """

    frame: pd.DataFrame
    shares: Floats
    touched: dict[str, int] = field(default_factory=dict)
    alone: int = 0
    together: int = 0


@dataclass(frozen=True)
class _Plan:
    """Which cells are drawn, shape (u, i + b), and with what."""

    sampled: Flags
    doubted: Flags
    rated: Flags
    missing: Flags  # of indicators only
    raters: Raters | None
    weights: Floats | None  # shape (resamples, i)
    fixed: Floats32  # points as printed over full points


def resample(
    sheet: Sheet, totals: Totals, ratings: pd.DataFrame | None, *, resamples: int, seed: int,
    ingredients: tuple[str, ...], concentration: float | None, level: float,
) -> Resampled:  # fmt: skip
    """Draw `resamples` times, in blocks of units; totals are kept in float32, a row a resample."""
    rng = np.random.default_rng(seed)
    plan = _plan(sheet, totals, ratings, resamples, rng, ingredients, concentration)
    units, cuts = len(sheet.units), len(sheet.framework.grades)
    drawn = np.empty((resamples, units), dtype=np.float32)
    shares = np.zeros((units, cuts + 1))
    block = max(1, CELLS // resamples)
    for start in range(0, units, block):
        rows = np.arange(start, min(start + block, units))
        made = _block(sheet, totals, plan, rows, resamples, rng)
        drawn[:, rows] = made.T
        graded = grades_of(sheet, made)  # −1, no grade, is counted in the last column
        for g in range(-1, cuts):
            shares[rows, g] = (graded == g).mean(axis=1)
    vetoed = totals.veto >= 0
    shares[vetoed] = 0
    shares[vetoed, totals.grade[vetoed]] = 1
    frame = _summary(totals, drawn, shares, level)
    out: Flags = np.asarray(np.isnan(totals.total))
    shares[out] = np.nan
    masks = {
        "sampling": plan.sampled,
        "validity": plan.doubted,
        "raters": plan.rated,
        "missing": plan.missing,
        "weights": np.full((units, 1), plan.weights is not None),
    }
    touched: dict[str, Flags] = {name: np.asarray(mask.any(axis=1)) for name, mask in masks.items()}
    frame["ingredients"] = [
        ",".join(name for name, rows in touched.items() if rows[u] and not out[u]) for u in range(units)
    ]
    known = plan.raters
    return Resampled(
        frame, shares[:, :cuts], {name: int((rows & ~out).sum()) for name, rows in touched.items()},
        known.alone if known else 0, known.together if known else 0,
    )  # fmt: skip


def _plan(
    sheet: Sheet, totals: Totals, ratings: pd.DataFrame | None, resamples: int, rng: np.random.Generator,
    ingredients: tuple[str, ...], concentration: float | None,
) -> _Plan:  # fmt: skip
    items, i = sheet.scored, sheet.parts["indicator"].stop
    value, k = sheet.value[:, : len(items)], len(items)
    live = np.isin(sheet.status[:, :k], (0, 3))
    live[:, :i] &= totals.counted
    weights, known, rated = None, None, np.zeros(value.shape, dtype=bool)
    if concentration is not None:
        nominal = sheet.full / sheet.full.sum()
        weights = rng.dirichlet(np.maximum(concentration * nominal, 1e-9), size=resamples)
    if "raters" in ingredients and ratings is not None and len(ratings):
        known = raters(sheet, ratings, resamples=resamples, rng=rng)
        for column in known.measures:
            mask = known.disagree(column)
            rated[:, column] = False if mask is None else mask & live[:, column]
    lower, upper = sheet.lower[:, :k], sheet.upper[:, :k]
    sampled = live & ~rated & (lower <= value) & (upper >= value) & (upper > lower)
    declared = sheet.declared[:, :k]
    doubted = live & np.isfinite(declared) & (declared != value)
    missing = sheet.is_status("missing") & ~totals.blocked
    full = np.array([item.score.points for item in items])
    fixed = np.nan_to_num(totals.points / np.where(full > 0, full, 1)).astype(np.float32)
    off = np.zeros_like(sampled)
    return _Plan(
        sampled if "sampling" in ingredients else off,
        doubted if "validity" in ingredients else off,
        rated,
        missing if "missing" in ingredients else off[:, :i],
        known,
        weights,
        fixed,
    )


def _block(
    sheet: Sheet,
    totals: Totals,
    plan: _Plan,
    rows: NDArray[np.int64],
    resamples: int,
    rng: np.random.Generator,
) -> Floats:
    """Totals of some units in every resample, shape (rows, resamples); NaN where there is no total."""
    i = sheet.parts["indicator"].stop
    scale = sheet.framework.scale
    counted, shape = totals.counted[rows], (len(rows), resamples)
    full = np.array([item.score.points for item in sheet.scored])
    points_in, points_of = _nominal(sheet, totals, plan, rows, resamples)
    extra = np.repeat(np.nan_to_num(totals.points[rows, i:]).sum(axis=1)[:, None], resamples, axis=1)
    if plan.missing[rows].any():
        taken_zero = rng.random(shape, dtype=np.float32) < 0.5
        with_them, without = _scales(plan, sheet, counted, plan.missing[rows])
        told = np.asarray(plan.missing[rows].any(axis=1))[:, None] & (without > 0)
        points_of = np.where(told, np.where(taken_zero, with_them, without), points_of)
    believed = rng.random(shape, dtype=np.float32) < 0.5 if plan.doubted[rows].any() else None
    changed = np.zeros(len(rows), dtype=bool)
    for k in range(len(sheet.scored)):
        use = np.flatnonzero(plan.sampled[rows, k] | plan.rated[rows, k] | plan.doubted[rows, k])
        if not len(use) or not full[k]:
            continue
        changed[use] = True
        delta = _shares(
            sheet, plan, rows[use], k, resamples, rng, None if believed is None else believed[use]
        )
        delta -= plan.fixed[rows[use], k, None]
        if k >= i:
            extra[use] += full[k] * delta
        else:
            points_in[use] += (full[k] if plan.weights is None else plan.weights[:, k]) * delta
    with np.errstate(invalid="ignore", divide="ignore"):
        base = scale * points_in / np.where(points_of > 0, points_of, np.nan)
    base[np.isnan(totals.base[rows])] = np.nan
    made = base + np.minimum(extra, cap(sheet, "bonus")) - totals.deduction[rows, None]
    made = np.clip(made, 0, ceiling(sheet))
    still = ~changed & ~plan.missing[rows].any(axis=1) & (plan.weights is None)
    made[still] = graded_total(sheet, totals)[rows][still, None]
    return np.asarray(made)


def _nominal(
    sheet: Sheet, totals: Totals, plan: _Plan, rows: NDArray[np.int64], resamples: int
) -> tuple[Floats, Floats]:
    """Points and full points of each resample before any cell is drawn again."""
    i = sheet.parts["indicator"].stop
    counted = totals.counted[rows].astype(float)
    if plan.weights is None:
        own = np.nan_to_num(totals.points[rows, :i]).sum(axis=1), counted @ sheet.full
        return np.repeat(own[0][:, None], resamples, axis=1), np.repeat(own[1][:, None], resamples, axis=1)
    return plan.fixed[rows, :i].astype(float) @ plan.weights.T, counted @ plan.weights.T


def _scales(plan: _Plan, sheet: Sheet, counted: Flags, missing: Flags) -> tuple[Floats, Floats]:
    """Full points with the missing indicators counted (as zero points), and without them."""
    weights = sheet.full[:, None] if plan.weights is None else plan.weights.T
    return (counted | missing).astype(float) @ weights, (counted & ~missing).astype(float) @ weights


def _shares(
    sheet: Sheet, plan: _Plan, rows: NDArray[np.int64], k: int, resamples: int, rng: np.random.Generator,
    believed: Flags | None,
) -> Floats32:  # fmt: skip
    """Share of the full points of column k in each resample, shape (rows, resamples)."""
    item = sheet.scored[k]
    direction = direction_of(item)
    full = np.float32(item.score.points)
    drawn = np.flatnonzero(plan.sampled[rows, k])
    if len(drawn) == len(rows) and not plan.doubted[rows, k].any():  # the usual case, without a copy
        return points(draw_values(sheet, rows, k, resamples, rng), item.score, direction) / full
    made = np.repeat(plan.fixed[rows, k, None], resamples, axis=1)
    if len(drawn):
        values = draw_values(sheet, rows[drawn], k, resamples, rng)
        made[drawn] = points(values, item.score, direction) / full
    rated = np.flatnonzero(plan.rated[rows, k])
    if len(rated) and plan.raters is not None:
        values = sheet.value[rows[rated], k, None].astype(np.float32) + plan.raters.shift(k, rows[rated])
        made[rated] = points(values, item.score, direction) / full
    doubted = np.flatnonzero(plan.doubted[rows, k])
    if len(doubted) and believed is not None:
        declared = points(sheet.declared[rows[doubted], k].astype(np.float32), item.score, direction) / full
        made[doubted] = np.where(believed[doubted], declared[:, None], made[doubted])
    return made


def draw_values(
    sheet: Sheet, rows: NDArray[np.int64], k: int, resamples: int, rng: np.random.Generator
) -> Floats32:
    """Values of column k drawn from their printed intervals, shape (rows, resamples).

    A draw is the end of the interval at a random level: its 2.5 and 97.5 % points are the printed bounds and its
    median is the printed value. Proportions by Wilson's formula; others on the square-root scale of counts.
    """
    z = rng.standard_normal((len(rows), resamples), dtype=np.float32)
    p, n = sheet.value[rows, k], sheet.denominator[rows, k]
    low, high = sheet.lower[rows, k], sheet.upper[rows, k]
    if isinstance(sheet.scored[k].measure, Share | Coverage) and bool(np.all((n > 0) & (p >= 0) & (p <= 1))):
        return _wilson(p, n, z)
    if bool(np.all(low >= 0)):
        return np.square(np.maximum(_two_sided(np.sqrt(p), np.sqrt(low), np.sqrt(high), z), 0))
    return _two_sided(p, low, high, z)


def _wilson(p: Floats, n: Floats, z: Floats32) -> Floats32:
    """(p + t/2 + y·√(p(1−p) + t/4)) / (1 + t), y = z/√n, t = y²: Wilson (1927), doi:10.1080/01621459.1927.10502953."""
    z *= (1 / np.sqrt(n)).astype(np.float32)[:, None]  # y, in the place of z
    t = z * z
    spread = t * np.float32(0.25)
    spread += (p * (1 - p)).astype(np.float32)[:, None]
    np.sqrt(spread, out=spread)
    z *= spread
    z += p.astype(np.float32)[:, None]
    z += np.multiply(t, np.float32(0.5), out=spread)
    t += 1
    z /= t
    return z


def _two_sided(value: Floats, low: Floats, high: Floats, z: Floats32) -> Floats32:
    down = ((value - low) / Z95).astype(np.float32)[:, None]
    up = ((high - value) / Z95).astype(np.float32)[:, None]
    return value.astype(np.float32)[:, None] + z * np.where(z < 0, down, up)


def graded_total(sheet: Sheet, totals: Totals) -> Floats:
    """Totals as floats that lie on the side of every cut-off on which they were graded."""
    total = totals.total.copy()
    wrong = (grades_of(sheet, total) != totals.grade) & (totals.veto < 0) & ~np.isnan(total)
    for u in np.flatnonzero(wrong):
        near = min((grade.from_ for grade in sheet.framework.grades), key=lambda cut: abs(cut - total[u]))
        below = totals.grade[u] < 0 or sheet.framework.grades[totals.grade[u]].from_ < near
        total[u] = np.nextafter(near, -np.inf) if below else near
    return total


def _summary(totals: Totals, drawn: Floats32, shares: Floats, level: float) -> pd.DataFrame:
    vetoed, there = totals.veto >= 0, ~np.isnan(totals.total)
    ranks = np.zeros(drawn.shape, dtype=np.int32)
    before = 0
    for group in (there & ~vetoed, there & vetoed):
        members = np.flatnonzero(group)
        for r in range(len(drawn)):
            minus = -drawn[r, members]
            ranks[r, members] = np.searchsorted(np.sort(minus), minus, side="left") + 1 + before
        before += len(members)
    tails = ((1 - level) / 2, (1 + level) / 2)
    low, high = (_quantile(ranks, q) for q in tails)
    total_low, total_high = (_quantile(drawn, q) for q in tails)
    own = np.where(totals.grade >= 0, totals.grade, shares.shape[1] - 1)
    frame = pd.DataFrame(
        {
            # the printed rank and total are one possible outcome: the interval always holds them
            "rank_lower": np.fmin(low, totals.rank),
            "rank_upper": np.fmax(high, totals.rank),
            "total_lower": np.fmin(total_low, totals.total),
            "total_upper": np.fmax(total_high, totals.total),
            "flip_probability": np.clip(1 - shares[np.arange(len(own)), own], 0, 1),
            f"p_top_{TOP}": (ranks <= TOP).mean(axis=0),
        }
    )
    frame.loc[~there] = np.nan
    return frame


def _quantile(drawn: NDArray[np.float32] | NDArray[np.int32], q: float) -> Floats:
    """The smallest value with at least a share q of the resamples at or below it, by unit (a column)."""
    place = min(max(int(np.ceil(q * len(drawn))) - 1, 0), len(drawn) - 1)
    found = np.empty(drawn.shape[1])
    for start in range(0, drawn.shape[1], 4096):
        held = np.ascontiguousarray(drawn[:, start : start + 4096].T)
        found[start : start + 4096] = np.partition(held, place, axis=1)[:, place]
    return found
