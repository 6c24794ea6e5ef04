"""Scores by raters from five sides, given the indicators and their full points; without these there are none.

What a system of indicators holds is known above the ledgers only, so it comes as an argument. Raters are strict or
mild, two experts score every station, and stations think a little better of themselves than an inspector does.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from swe.core.errors import UsageError
from swe.ledgers.demo import draws
from swe.ledgers.demo.scene import Scene, typed

EXPERTS = 4  # of a county, from the strictest to the mildest; two of them see each station
STRICT_TO_MILD = 0.05  # how far the first and the last are from the mean, as a share of the points
SIDES = ("third_party", "purchaser", "village", "supervisor")  # who scores mid-term and at the end
SHARE, ROUND = 0.82, {"mid_term": -0.03, "final": 0.0, "spot_check": 0.0, "self_assessment": 0.04}
SPOT_CHECKED = 0.3  # of the stations each year (深圳 2021, docs/background.md, evaluation)
LEFT_OUT = 0.02  # scores that a rater did not give
STEP = 0.5  # experts score in half points


def checked(rated: Mapping[str, float] | None, framework_id: str) -> tuple[tuple[str, float], ...]:
    """Indicator codes with their full points; UsageError where one is unusable or nobody says of which system."""
    given = tuple((str(code), float(points)) for code, points in (rated or {}).items())
    for code, points in given:
        if not code.strip() or not math.isfinite(points) or not STEP <= points <= 1000:
            raise UsageError(
                f"rated 应为指标代码与满分（{STEP} 至 1000），写的是 {code!r}: {points!r}",
                f"rated holds indicator codes and full points ({STEP} to 1000); got {code!r}: {points!r}",
            )
    if bool(given) != bool(framework_id.strip()):
        raise UsageError(
            "rated 与 framework_id 要一起给：评分属于一个指标体系",
            "give rated and framework_id together: scores belong to a system of indicators",
        )
    return given


def ratings(scene: Scene) -> pd.DataFrame:
    """Every score of every rater, station by station, in half points; none for a county's main station."""
    rng = scene.rng("ratings")
    codes = np.array([code for code, _ in scene.plan.rated], dtype=object)
    points = np.array([full for _, full in scene.plan.rated])
    seats = pd.DataFrame(_seats(scene, rng), columns=["station", "round", "side", "rater", "effect", "date"])
    n, m = len(seats), len(codes)
    place = seats["station"].to_numpy(dtype=np.int64)
    stations = len(scene.codes)
    merit = rng.normal(0, 0.07, (stations, 1)) + rng.normal(0, 0.05, (stations, m))
    merit = merit + np.random.default_rng([scene.plan.seed, 98]).normal(
        0, 0.05, m
    )  # easy and hard indicators
    ease = seats["effect"].to_numpy(dtype=float) + seats["round"].map(ROUND).to_numpy(dtype=float)
    share = SHARE + merit[place] + ease[:, None] + rng.normal(0, 0.03, (n, m))
    score = np.clip(np.round(share * points / STEP), 0, np.floor(points / STEP)) * STEP
    kept = (rng.random((n, m)) >= LEFT_OUT).ravel()
    row, item = np.repeat(np.arange(n), m)[kept], np.tile(np.arange(m), n)[kept]
    return typed(
        "ratings",
        {
            "station_id": scene.ids[place[row]],
            "framework_id": np.full(len(row), scene.plan.framework_id, dtype=object),
            "indicator_code": codes[item],
            "rater_source": seats["side"].to_numpy(dtype=object)[row],
            "rater": seats["rater"].to_numpy(dtype=object)[row],
            "round": seats["round"].to_numpy(dtype=object)[row],
            "date": seats["date"].to_numpy(dtype="datetime64[D]")[row],
            "score": score.ravel()[kept],
            "full_points": points[item],
        },
    )


def _seats(scene: Scene, rng: draws.Rng) -> Iterator[tuple[int, str, str, str, float, np.datetime64]]:
    """Who scores which station in which round, how mildly, on which day."""
    last = scene.last
    middle = scene.plan.month_starts[scene.plan.months // 2].astype("datetime64[D]")
    spot = rng.random(len(scene.codes)) < SPOT_CHECKED
    spot[~scene.is_main & (np.cumsum(~scene.is_main) == 1)] = True  # at least one
    for station, code in enumerate(scene.codes):
        if scene.is_main[station]:
            continue
        day = np.maximum(scene.opened[station], last - rng.integers(3, 12))
        team = list(_team(scene, code, rng))
        if scene.opened[station] <= middle:
            yield from ((station, "mid_term", *seat, middle) for seat in team)
        own = ("self", f"ZP{code}", float(rng.normal(0, 0.01)))
        yield (station, "self_assessment", *own, np.maximum(scene.opened[station], day - rng.integers(5, 20)))
        if spot[station]:
            yield (station, "spot_check", *team[0], np.maximum(scene.opened[station], day - 30))
        yield from ((station, "final", *seat, day) for seat in team)


def _team(scene: Scene, code: str, rng: draws.Rng) -> Iterator[tuple[str, str, float]]:
    """Two experts of the county's pool, then one rater for each of the other sides."""
    county = code[:6]
    effects = _expert_effects(scene.plan.seed, county)
    for expert in rng.choice(EXPERTS, 2, replace=False):
        yield "third_party", f"{county}-R{expert + 1:02d}", float(effects[expert])
    for side, mark, own, mean in (("purchaser", "GM", code, 0.0), ("village", "CJ", code, 0.02), ("supervisor", "JD", county, -0.01)):  # fmt: skip
        yield side, f"{mark}{own}", mean + float(rng.normal(0, 0.02))


def _expert_effects(seed: int, county: str) -> NDArray[np.float64]:
    """From strict to mild, in an order of the county's own."""
    rng = np.random.default_rng([seed, int(county), 99])
    effects: NDArray[np.float64] = rng.permutation(np.linspace(-STRICT_TO_MILD, STRICT_TO_MILD, EXPERTS))
    return effects
