"""Statistics at national size: nested models against lme4 and statsmodels; rank sets, funnel and shrinkage of all stations.

Each part runs in a process of its own, whose peak memory is printed; R times itself, without start and reading. A part
whose counterpart is not installed says so and counts as not done, not as met.

    python benchmarks/bench_stats.py [--only lme4|statsmodels|national] [--small]
"""

from __future__ import annotations

import argparse
import multiprocessing
import shutil
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import pandas as pd

STATIONS, COUNTIES, PROVINCES = (
    38_621,
    2_978,
    31,
)  # township units, counties and provinces of the register of 2023
TARGET_LME4, TARGET_STATSMODELS = 10.0, 30.0  # times faster
SAME_LME4, SAME_STATSMODELS = 1e-4, 1e-4  # largest difference of the criterion
NATIONAL_SECONDS, NATIONAL_MB = 30.0, 1024  # "in seconds, with modest memory"
REPEATS = 3
LMER = """
suppressMessages(library(lme4))
rows <- read.csv("{rows}", colClasses = c("factor", "factor", "factor", "numeric", "numeric"))
seconds <- system.time(m <- lmer(visits ~ workers + (1 | province) + (1 | county) + (1 | station), rows))[["elapsed"]]
cat(sprintf("%.4f %.8f", seconds, REMLcrit(m)))
"""


def station_months(rows: int) -> pd.DataFrame:
    """Outcome of stations' months: 38,000 stations for 228,000 rows, in counties in provinces."""
    rng = np.random.default_rng(1)
    stations = max(rows // 6, 60)
    counties = max(min(COUNTIES, stations // 5), PROVINCES)
    county = np.sort(rng.integers(0, counties, stations))
    county[:counties] = np.arange(counties)
    province = np.arange(counties) * PROVINCES // counties
    station = np.arange(rows) % stations
    of_county = county[station]
    workers = rng.poisson(3, rows).astype(float)
    visits = (
        40 + 2 * workers + rng.normal(0, 3, PROVINCES)[province[of_county]] + rng.normal(0, 4, counties)[of_county]
        + rng.normal(0, 5, stations)[station] + rng.normal(0, 6, rows)
    )  # fmt: skip
    return pd.DataFrame(
        {
            "province": province[of_county],
            "county": of_county,
            "station": station,
            "workers": workers,
            "visits": visits,
        }
    )


def timed(call: Callable[[], Any]) -> tuple[float, Any]:
    """Median seconds of three calls after one to warm up, and the last answer."""
    seconds, answer = [], call()
    for _ in range(REPEATS):
        start = time.perf_counter()
        answer = call()
        seconds.append(time.perf_counter() - start)
    return median(seconds), answer


def peak_mb() -> float:
    """The most memory that this process has held; NaN where the system does not say."""
    status = Path("/proc/self/status")
    if not status.exists():
        return float("nan")
    return next(int(line.split()[1]) / 1024 for line in status.read_text().splitlines() if "VmHWM" in line)


def apart(function: Callable[..., Any], *arguments: Any) -> tuple[Any, float]:
    """The function's answer and peak memory, in a fresh process."""
    spawn = multiprocessing.get_context("spawn")
    answers = spawn.Queue()
    child = spawn.Process(target=_told, args=(answers, function, arguments))
    child.start()
    found = answers.get(timeout=3600)
    child.join()
    return found


def _told(answers: Any, function: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
    warnings.simplefilter("ignore")
    answers.put((function(*arguments), peak_mb()))


# -- nested models --


def ours_three_levels(rows: int) -> tuple[float, float]:
    from swe.stats.nested import multilevel

    data = station_months(rows)
    levels = ["province", "county", "station"]
    seconds, found = timed(lambda: multilevel(data, outcome="visits", fixed=["workers"], levels=levels))
    return seconds, found["criterion"]


def ours_two_levels(rows: int) -> tuple[float, float]:
    from swe.stats.nested import multilevel

    data = station_months(rows)
    seconds, found = timed(lambda: multilevel(data, outcome="visits", fixed=["workers"], levels=["county"]))
    return seconds, found["criterion"]


def statsmodels_two_levels(rows: int) -> tuple[float, float]:
    import statsmodels.formula.api as smf

    data = station_months(rows)
    start = time.perf_counter()
    found = smf.mixedlm("visits ~ workers", data, groups=data["county"]).fit(reml=True)
    return time.perf_counter() - start, -2 * found.llf


def against_lme4(rows: int) -> bool | None:
    rscript = shutil.which("Rscript")
    if rscript is None:
        print("lme4: NOT DONE, there is no Rscript")
        return None
    with tempfile.TemporaryDirectory(prefix="swe-bench-") as folder:
        path = Path(folder) / "rows.csv"
        station_months(rows).to_csv(path, index=False)
        done = subprocess.run(
            [rscript, "-e", LMER.format(rows=path)], capture_output=True, text=True, check=False
        )
    if done.returncode:
        print("lme4: NOT DONE, R has no lme4 or stopped:", done.stderr.strip().splitlines()[-1:])
        return None
    theirs, criterion = (float(text) for text in done.stdout.split())
    (seconds, own), memory = apart(ours_three_levels, rows)
    ratio, difference = theirs / seconds, abs(criterion - own)
    print(f"nested intercepts, three levels, {rows:,} rows (peak {memory:.0f} MB)")
    print(f"  lme4::lmer   {theirs:8.2f} s   criterion {criterion:.4f}")
    print(f"  multilevel   {seconds:8.2f} s   criterion {own:.4f}")
    print(
        f"  ratio {ratio:.1f} (at least {TARGET_LME4:g}), criteria differ by {difference:.1e} (at most {SAME_LME4:g})"
    )
    return ratio >= TARGET_LME4 and difference <= SAME_LME4


def against_statsmodels(rows: int) -> bool:
    (theirs, criterion), _ = apart(statsmodels_two_levels, rows)
    (seconds, own), memory = apart(ours_two_levels, rows)
    ratio, difference = theirs / seconds, abs(criterion - own)
    print(f"random intercepts, two levels, {rows:,} rows (peak {memory:.0f} MB)")
    print(f"  MixedLM      {theirs:8.2f} s   criterion {criterion:.6f}")
    print(f"  multilevel   {seconds:8.2f} s   criterion {own:.6f}")
    print(
        f"  ratio {ratio:.1f} (at least {TARGET_STATSMODELS:g}), criteria differ by {difference:.1e} (at most {SAME_STATSMODELS:g})"
    )
    return ratio >= TARGET_STATSMODELS and difference <= SAME_STATSMODELS


# -- all stations --


def counted(units: int) -> pd.DataFrame:
    rng = np.random.default_rng(2)
    expected = rng.lognormal(np.log(40), 0.7, units)
    counts = rng.poisson(expected * rng.gamma(4, 0.25, units))
    se = rng.lognormal(-1.5, 0.7, units)
    return pd.DataFrame(
        {
            "unit": range(units),
            "count": counts,
            "expected": expected,
            "x": rng.normal(0, 1, units) + rng.normal(0, se),
            "se": se,
        }
    )


def rank_sets(units: int) -> float:
    from swe.stats.ranking import ranks

    data = counted(units)
    start = time.perf_counter()
    ranks(data, unit="unit", estimate="x", se="se")
    return time.perf_counter() - start


def funnels(units: int) -> float:
    from swe.stats.funnels import funnel

    data = counted(units)
    return timed(
        lambda: funnel(data, unit="unit", count="count", expected="expected", overdispersion="additive")
    )[0]


def shrunken(units: int) -> float:
    from swe.stats.shrinkage import shrink

    data = counted(units)
    return timed(lambda: shrink(data, unit="unit", count="count", exposure="expected"))[0]


def shrunken_normal(units: int) -> float:
    from swe.stats.shrinkage import shrink_normal

    data = counted(units)
    return timed(lambda: shrink_normal(data, unit="unit", estimate="x", se="se"))[0]


def national(units: int) -> bool:
    """Every part within seconds and a GiB."""
    met = True
    cases = (("rank sets", rank_sets, units), ("rank sets by bootstrap", rank_sets, min(units, 2000)), ("funnel", funnels, units), ("shrink", shrunken, units), ("shrink_normal", shrunken_normal, units))  # fmt: skip
    for name, function, k in cases:
        seconds, memory = apart(function, k)
        print(
            f"{name}, {k:,} units: {seconds:.2f} s, peak {memory:.0f} MB (at most {NATIONAL_SECONDS:g} s, {NATIONAL_MB} MB)"
        )
        met &= seconds <= NATIONAL_SECONDS and not memory > NATIONAL_MB
    return met


def main() -> int:
    """Run all parts; 1 where a target is missed."""
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--only", choices=["lme4", "statsmodels", "national"])
    asked.add_argument(
        "--small", action="store_true", help="a tenth of the size: a check that it runs, no measurement"
    )
    given = asked.parse_args()
    part = 10 if given.small else 1
    parts: dict[str, Callable[[], bool | None]] = {
        "lme4": lambda: against_lme4(228_000 // part),
        "statsmodels": lambda: against_statsmodels(38_000 // part),
        "national": lambda: national(STATIONS // part),
    }
    met = [run() for name, run in parts.items() if given.only in (None, name)]
    return 0 if all(result is not False for result in met) else 1


if __name__ == "__main__":
    sys.exit(main())
