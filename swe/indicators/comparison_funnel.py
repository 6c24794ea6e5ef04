"""The funnel of one measure in its own unit: around the units' own target, or around that of a reference."""

from __future__ import annotations

import numpy as np
import pandas as pd

from swe import stats
from swe.indicators import comparison_spread as spread
from swe.indicators.comparison_spread import Floats, Target
from swe.show.result import Note, Result

LEVELS = (0.95, 0.998)  # of the limits (Spiegelhalter 2005)


def funnel_of(table: pd.DataFrame, target: Target, binomial: bool, *, settled: bool) -> Result | None:
    """`stats.funnel` with the variance between units, in the measure's unit; around the reference's target if given."""
    y, e = (table[name].to_numpy(dtype=float) for name in ("count", "exposure"))
    if not y.sum() > 0 or (binomial and (y == e).all()):
        return None
    if binomial:
        found = stats.funnel(
            {"unit": table["unit"], "x": y, "n": e},
            unit="unit",
            count="x",
            n="n",
            overdispersion="additive",
            levels=LEVELS,
        )
        rows, values, scale = found.table, dict(found.values), 1.0
    else:
        scale, phi = float(y.sum() / e.sum()), target.dispersion
        frame = {"unit": table["unit"], "y": y / phi, "x": e * scale / phi}
        found = stats.funnel(
            frame, unit="unit", count="y", expected="x", overdispersion="additive", levels=LEVELS
        )
        moved = [
            c for c in found.table if c in ("value", "se") or c.startswith(("lower", "upper", "predictive"))
        ]
        rows = found.table.assign(**{c: found.table[c] * scale for c in moved}, n=e, expected=e * scale)
        values = {**found.values, "target": found["target"] * scale, "tau2": found["tau2"] * scale**2}
    notes = found.notes
    if settled:
        rows, values = _settled(rows, values, e, target, binomial)
        notes = (Note("method", "目标值和单位间方差取自参照", "target and variance between units are those of the reference"), *notes)  # fmt: skip
    return Result("funnel", rows, values, notes)


def _settled(
    rows: pd.DataFrame, values: dict[str, float], e: Floats, target: Target, binomial: bool
) -> tuple[pd.DataFrame, dict[str, float]]:
    y = rows["value"].to_numpy()
    lines: dict[str, Floats] = {}
    for level, name in zip(LEVELS, ("95", "998"), strict=True):
        low, high = spread.funnel_lines(e, target, binomial=binomial, level=level)
        lines |= {f"lower_{name}": low, f"upper_{name}": high}
    beyond = {
        n: np.where(y < lines[f"lower_{n}"], -1, np.where(y > lines[f"upper_{n}"], 1, 0))
        for n in ("95", "998")
    }
    s = spread.chance(target.value, e, binomial=binomial, dispersion=target.dispersion)
    made = rows.assign(**lines, z=(y - target.value) / s, expected=target.value * e, outlier=beyond["998"])
    counts = {"outliers": float((beyond["998"] != 0).sum()), "alerts": float((beyond["95"] != 0).sum())}
    return made, {**values, "target": target.value, "tau2": target.tau2, **counts}
