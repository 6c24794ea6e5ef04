"""Group-time effects at the size of the country, against csdid on the same frame; two-way fixed effects beside them.

The figure is a ratio to csdid where it is installed (an optional package), in a process each, so that it means the same on
any machine; memory is the peak of the process, frame included. The last columns say how wrong two-way fixed effects are.

    python benchmarks/bench_effects.py [--units 38000] [--cohorts 5 20 60] [--without-csdid]
"""

from __future__ import annotations

import argparse
import contextlib
import importlib.util
import io
import multiprocessing
import resource
import sys
import time
import warnings
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))
from simulated_country import UNITS, country

MEMORY_MB = 1500
SPEED = 2  # times as fast as csdid, at least, at the size of the country; a small panel times the imports
NAMES: dict[str, str] = {
    "outcome": "outcome",
    "unit": "town",
    "time": "month",
    "first_treated": "first_treated",
}


def ours(units: int, cohorts: int) -> dict[str, float]:
    """att_gt and its four aggregates, and the two-way coefficient of the same panel."""
    made = country(units=units, cohorts=cohorts)
    from swe.stats.decomposition import bacon
    from swe.stats.group_time import att_gt

    start = time.perf_counter()
    found = att_gt(made.frame, **NAMES)  # type: ignore[arg-type]
    fitted = time.perf_counter() - start
    sums = {by: found.aggregate(by) for by in ("simple", "event", "group", "calendar")}  # type: ignore[arg-type]
    spent = time.perf_counter() - start
    shares = bacon(made.frame, **NAMES)  # type: ignore[arg-type]
    return {
        "seconds": spent, "seconds_fit": fitted, "memory_mb": _peak(), "att": sums["simple"]["att"],
        "se": sums["simple"]["se"], "truth": made.simple(), "twfe": shares["twfe"],
        "forbidden": shares["share_forbidden"],
    }  # fmt: skip


def csdid(units: int, cohorts: int) -> dict[str, float]:
    made = country(units=units, cohorts=cohorts)
    from csdid.att_gt import ATTgt

    start = time.perf_counter()
    with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")
        found = ATTgt(
            yname="outcome", tname="month", idname="town", gname="first_treated", data=made.frame,
            control_group=["notyettreated"],
        ).fit(est_method="reg", bstrap=False)  # fmt: skip
        found.aggte("simple", bstrap=False)
    return {
        "seconds": time.perf_counter() - start,
        "memory_mb": _peak(),
        "att": float(found.atte["overall_att"]),
        "se": float(found.atte["overall_se"]),
    }


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def alone(task: Any, *args: int) -> dict[str, float]:
    """In a process of its own, so that its peak of memory is its own."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(task, args)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--units", type=int, default=UNITS)
    parser.add_argument("--cohorts", type=int, nargs="+", default=[5, 20, 60])
    parser.add_argument("--without-csdid", action="store_true")
    asked = parser.parse_args()
    compared = not asked.without_csdid and importlib.util.find_spec("csdid") is not None
    wrong = 0
    for cohorts in asked.cohorts:
        own = alone(ours, asked.units, cohorts)
        off = own["att"] - own["truth"]
        print(
            f"{cohorts} cohorts, {asked.units:,} towns: {own['seconds']:.1f} s (fit {own['seconds_fit']:.1f}), "
            f"{own['memory_mb']:,.0f} MB; att {own['att']:.4f} (se {own['se']:.4f}), truth {own['truth']:.4f}; two-way "
            f"{own['twfe']:.4f}, {own['twfe'] / own['truth'] - 1:+.0%} off, {own['forbidden']:.0%} forbidden"
        )
        wrong += own["memory_mb"] > MEMORY_MB or abs(off) > 5 * own["se"]
        if compared:
            other = alone(csdid, asked.units, cohorts)
            print(
                f"  csdid: {other['seconds']:.1f} s, {other['memory_mb']:,.0f} MB, att {other['att']:.4f} (se {other['se']:.4f}); "
                f"ratio of time {own['seconds'] / other['seconds']:.3f}, of memory {own['memory_mb'] / other['memory_mb']:.2f}"
            )
            wrong += abs(own["att"] - other["att"]) > 1e-6 or (
                asked.units >= UNITS and SPEED * own["seconds"] > other["seconds"]
            )
    return int(bool(wrong))


if __name__ == "__main__":
    raise SystemExit(main())
