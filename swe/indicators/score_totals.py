"""From points to totals, grades and ranks: missing policies, re-basing, bonus, deductions, vetoes.

Floats do the work; where a total lies at a cut-off or beside another one, fractions decide (see `score_rules`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from swe.core.errors import DefinitionError
from swe.indicators.score_rules import as_fraction, direction_of, exact_points, exact_value, points
from swe.indicators.score_sheet import Flags, Floats, Sheet

NEAR = 1e-9  # of the scale: closer to a cut-off or to another total, fractions decide
POLICIES = ("zero", "reweight", "block")


@dataclass(frozen=True)
class Totals:
    """Points and what they add up to, for u units.

    points      shape (u, i + b): of indicators and bonus items; NaN where left out or blocking, 0 where missing counts so
    counted     shape (u, i): the indicator's full points are part of the scale
    blocked     shape (u, i): it stops the total
    off         shape (u, d): points off by each deduction
    base        total before extras; `bonus`, `deduction` within their caps; `total` as graded
    grade       position in `framework.grades` (highest first), −1 without one
    veto        position among the vetoes of the one that sets the grade, −1 for none
    rank        1 is best, NaN without one; equal totals share the smallest rank
    """

    points: Floats
    counted: Flags
    blocked: Flags
    off: Floats
    base: Floats
    bonus: Floats
    deduction: Floats
    total: Floats
    grade: NDArray[np.int64]
    veto: NDArray[np.int64]
    rank: Floats


def add_up(sheet: Sheet) -> Totals:
    """Everything from the cells of a sheet."""
    i = sheet.parts["indicator"].stop
    given = cell_points(sheet)
    missing = sheet.is_status("missing")
    policy = np.array([POLICIES.index(item.missing) for item in sheet.framework.indicators])
    blocked = (missing & (policy == POLICIES.index("block"))) | sheet.is_status("suppressed")
    left_out = sheet.is_status("not_applicable") | (missing & (policy == POLICIES.index("reweight")))
    counted = ~left_out & ~blocked
    given[:, :i] = np.where(counted, np.where(missing, 0.0, given[:, :i]), np.nan)
    whole = counted @ sheet.full
    with np.errstate(invalid="ignore", divide="ignore"):
        base = sheet.framework.scale * np.nansum(given[:, :i], axis=1) / np.where(whole > 0, whole, np.nan)
    base[blocked.any(axis=1)] = np.nan
    bonus = np.minimum(np.nansum(given[:, i:], axis=1), cap(sheet, "bonus"))
    off = deducted(sheet)
    deduction = np.minimum(off.sum(axis=1), cap(sheet, "deduction"))
    total = np.clip(base + bonus - deduction, 0, ceiling(sheet))
    veto = _vetoes(sheet)
    exact = _Exact(sheet, counted)
    grade = _grades(sheet, total, exact)
    total, rank = _ranks(sheet, total, veto >= 0, exact)
    named = np.array(
        [_veto_grade(sheet, each) for each in range(len(sheet.framework.spec.vetoes))], dtype=int
    )
    if len(named):
        grade = np.where((veto >= 0) & ~np.isnan(total), named[np.maximum(veto, 0)], grade)
    return Totals(given, counted, blocked, off, base, bonus, deduction, total, grade, veto, rank)


def cell_points(sheet: Sheet) -> Floats:
    """Points of indicators and bonus items, shape (u, i + b); NaN where there is no value."""
    columns = [
        points(sheet.value[:, k], item.score, direction_of(item)) for k, item in enumerate(sheet.scored)
    ]
    found = np.column_stack(columns)
    found[sheet.status[:, : found.shape[1]] == 2] = np.nan  # not_applicable, whatever stands in the cell
    return found


def cap(sheet: Sheet, part: str) -> float:
    spec = sheet.framework.spec
    holder = spec.bonus if part == "bonus" else spec.deductions
    return holder.cap if holder else 0.0


def ceiling(sheet: Sheet) -> float:
    """The highest total there can be."""
    return sheet.framework.scale + cap(sheet, "bonus")


def found(sheet: Sheet, part: str) -> Floats:
    """Rows found for each deduction or veto, shape (u, …); none where the table was not given."""
    columns = sheet.parts[part]
    rows = np.where(np.isnan(sheet.numerator), sheet.value, sheet.numerator)[:, columns]
    return np.nan_to_num(rows)


def deducted(sheet: Sheet) -> Floats:
    """Points off by each deduction, within its own maximum, shape (u, d)."""
    items = sheet.framework.deductions
    each = np.array([item.points for item in items])
    most = np.array([np.inf if item.max is None else item.max for item in items])
    return np.minimum(found(sheet, "deduction") * each, most)


def _vetoes(sheet: Sheet) -> NDArray[np.int64]:
    """The veto that sets the grade, the lowest of several; −1 for none."""
    hits = found(sheet, "veto") > 0
    depth = np.array([_veto_grade(sheet, j) for j in range(hits.shape[1])], dtype=int)
    if not hits.shape[1]:
        return np.full(len(hits), -1)
    deepest = np.where(hits, depth, -1).argmax(axis=1)
    return np.where(hits.any(axis=1), deepest, -1)


def _veto_grade(sheet: Sheet, j: int) -> int:
    veto = sheet.framework.spec.vetoes[j]
    for place, grade in enumerate(sheet.framework.grades):
        if veto.grade in (grade.name.zh, grade.name.en):
            return place
    raise DefinitionError(
        f"否决项 {veto.code} 的等级“{veto.grade}”不在等级表中",
        f"veto {veto.code} names the grade {veto.grade!r}, which is none of the framework's",
    )


def cuts(sheet: Sheet) -> Floats:
    """Where the grades begin, rising."""
    return np.array([grade.from_ for grade in sheet.framework.grades])[::-1]


def grades_of(sheet: Sheet, total: Floats) -> NDArray[np.int64]:
    """Positions in `framework.grades` by the floats as they are; −1 below the lowest and for NaN."""
    ends = cuts(sheet)
    above = np.searchsorted(ends, total, side="right")
    return np.where(np.isnan(total) | (above == 0), -1, len(ends) - above)


def _grades(sheet: Sheet, total: Floats, exact: _Exact) -> NDArray[np.int64]:
    grade = grades_of(sheet, total)
    near = np.abs(total[:, None] - cuts(sheet)[None, :]).min(axis=1) < NEAR * sheet.framework.scale
    ends = [as_fraction(each.from_) for each in sheet.framework.grades]
    for u in np.flatnonzero(near):
        reached = [g for g, end in enumerate(ends) if exact.total(int(u)) >= end]
        grade[u] = reached[0] if reached else -1
    return grade


def _ranks(sheet: Sheet, total: Floats, vetoed: Flags, exact: _Exact) -> tuple[Floats, Floats]:
    """Totals (equal ones made equal as floats) and ranks: the vetoed after all others, ties share the smallest."""
    total, rank = total.copy(), np.full(len(total), np.nan)
    before = 0
    for group in (~vetoed, vetoed):
        members = np.flatnonzero(group & ~np.isnan(total))
        order = members[np.argsort(-total[members], kind="stable")]
        close = -np.diff(total[order]) < NEAR * sheet.framework.scale
        ends = [*(np.flatnonzero(~close) + 1).tolist(), len(order)]
        rank[order] = np.arange(1, len(order) + 1) + before
        start = 0
        for end in ends:
            if end - start > 1:
                _settle(order[start:end], total, rank, first=start + 1 + before, exact=exact)
            start = end
        before += len(order)
    return total, rank


def _settle(close: NDArray[np.int64], total: Floats, rank: Floats, *, first: int, exact: _Exact) -> None:
    """Rank units whose floats are too close to tell, by their fractions (fills `total` and `rank`)."""
    fractions = {int(u): exact.total(int(u)) for u in close}
    ordered = sorted(fractions, key=lambda u: -fractions[u])
    shared = first
    for place, u in enumerate(ordered):
        if place and fractions[u] != fractions[ordered[place - 1]]:
            shared = first + place
        rank[u] = shared
        total[u] = float(fractions[u])


class _Exact:
    """Totals as fractions, made when asked for; points of a cell are made once for all units that share them."""

    def __init__(self, sheet: Sheet, counted: Flags) -> None:
        self.sheet, self.counted = sheet, counted
        self.full = [as_fraction(item.score.points) for item in sheet.framework.indicators]
        self.rows = found(sheet, "deduction")
        self.points: list[dict[tuple[float, float, float], tuple[int, int]]] = [{} for _ in sheet.scored]
        self.whole: dict[bytes, Fraction] = {}
        self.totals: dict[int, Fraction] = {}

    def total(self, u: int) -> Fraction:
        if u not in self.totals:
            self.totals[u] = self._total(u)
        return self.totals[u]

    def _total(self, u: int) -> Fraction:
        sheet, spec = self.sheet, self.sheet.framework.spec
        i = len(self.full)
        counted = self.counted[u]
        whole = self.whole.get(counted.tobytes())
        if whole is None:
            whole = _sum((self.full[k].numerator, self.full[k].denominator) for k in np.flatnonzero(counted))
            self.whole[counted.tobytes()] = whole
        cells = self._cells(u)
        use = counted.tolist()
        total = (
            sheet.framework.scale * _sum(c for c, used in zip(cells[:i], use, strict=True) if used) / whole
        )
        if spec.bonus:
            total += min(_sum(cells[i:]), as_fraction(spec.bonus.cap))
        if spec.deductions:
            total -= min(_sum(self._off(u)), as_fraction(spec.deductions.cap))
        return min(max(total, Fraction(0)), as_fraction(ceiling(sheet)))

    def _cells(self, u: int) -> list[tuple[int, int]]:
        """Points of every indicator and bonus item as numerator and denominator; 0 where there is no value."""
        sheet = self.sheet
        columns = (
            m[u, : len(sheet.scored)].tolist() for m in (sheet.value, sheet.numerator, sheet.denominator)
        )
        made = []
        for k, (key, status) in enumerate(
            zip(zip(*columns, strict=True), sheet.status[u].tolist(), strict=False)
        ):
            if status not in (0, 3):  # neither ok nor below_validity
                made.append((0, 1))
                continue
            plain = key if key[1] == key[1] and key[2] == key[2] else (key[0], 0.0, 0.0)  # NaN finds no key
            known = self.points[k].get(plain)
            if known is None:
                item = sheet.scored[k]
                exact = exact_points(exact_value(*plain), item.score, direction_of(item))
                known = self.points[k][plain] = exact.numerator, exact.denominator
            made.append(known)
        return made

    def _off(self, u: int) -> Iterable[tuple[int, int]]:
        for item, n in zip(self.sheet.framework.deductions, self.rows[u].tolist(), strict=True):
            off = as_fraction(n) * as_fraction(item.points)
            held = off if item.max is None else min(off, as_fraction(item.max))
            yield held.numerator, held.denominator


def _sum(parts: Iterable[tuple[int, int]]) -> Fraction:
    """The sum of numerators over denominators; those of one denominator are added as whole numbers, which is fast."""
    by_denominator: dict[int, int] = {}
    for n, d in parts:
        by_denominator[d] = by_denominator.get(d, 0) + n
    return sum((Fraction(n, d) for d, n in by_denominator.items()), Fraction(0))
