"""Simulated rows of stations in counties in provinces, unbalanced, for the reference numbers of `stats.multilevel`.

    python tests/reference/generate/nested_data.py
    Rscript tests/reference/generate/rates.R

Fixed seed; the numbers of R 4.2.2, lme4 1.1, MASS and stats for these rows are `rates_r.csv` beside them.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

HERE = Path(__file__).parents[1]


def nested() -> pd.DataFrame:
    """Outcome of about 900 station-months: 8 provinces, 48 counties, 240 stations."""
    rng = np.random.default_rng(20230531)
    station = np.repeat(np.arange(240), rng.integers(1, 7, 240))
    county, province = station // 5, station // 30
    workers, urban = rng.poisson(3, len(station)), rng.integers(0, 2, 48)[county]
    visits = (
        40 + 2.5 * workers - 4 * urban
        + rng.normal(0, 3, 8)[province] + rng.normal(0, 4, 48)[county] + rng.normal(0, 5, 240)[station]
        + rng.normal(0, 6, len(station))
    )  # fmt: skip
    return pd.DataFrame(
        {
            "province": [f"P{i}" for i in province],
            "county": [f"C{i}" for i in county],
            "station": [f"S{i}" for i in station],
            "workers": workers,
            "urban": urban,
            "visits": visits.round(3),
        }
    )


def counts() -> pd.DataFrame:
    """Events and expected numbers of 150 stations with gamma rates."""
    rng = np.random.default_rng(20230601)
    expected = rng.lognormal(np.log(40), 0.7, 150).round(2)
    observed = rng.poisson(expected * rng.gamma(6, 1 / 6, 150))
    return pd.DataFrame(
        {"station": [f"S{i}" for i in range(150)], "observed": observed, "expected": expected}
    )


if __name__ == "__main__":
    nested().to_csv(HERE / "nested_rows.csv", index=False, lineterminator="\n")
    counts().to_csv(HERE / "station_counts.csv", index=False, lineterminator="\n")
