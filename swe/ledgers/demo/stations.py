"""Stations and their money: premises, operator, contract, staff numbers, budget lines and contracted quantities."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from swe.ledgers.demo import draws
from swe.ledgers.demo.people import Team
from swe.ledgers.demo.plan import RATES
from swe.ledgers.demo.scene import Scene, typed, unit_name

ROOMS = {"has_case_room": "个案室", "has_group_room": "小组室", "has_activity_room": "活动室"}
# Shares of a contract by budget item; personnel is customarily above half (ours).
BUDGET = {
    "personnel": 0.6, "service": 0.2, "administration": 0.08, "training": 0.06, "volunteering": 0.04, "tax": 0.02,
}  # fmt: skip
MEASURES = {
    "cases": "case", "groups": "group", "activities": "activity", "households_visited": "household",
    "person_times": "person_time", "clients": "person",
}  # fmt: skip
USUAL_TARGETS = {"households_visited": 14.0, "person_times": 110.0, "clients": 3.0}  # a station-month; ours


def station_names(scene: Scene) -> np.ndarray[Any, Any]:
    """Full names with the county in front, so that they are unique in the country."""
    names = []
    for code in scene.codes:
        county = unit_name(code[:6])
        names.append(f"{county}社工总站" if len(code) == 6 else f"{county}{unit_name(code)}社工站")
    return np.array(names, dtype=object)


def stations(scene: Scene, crew: Team, workers: pd.DataFrame) -> pd.DataFrame:
    """A row for each station; staff numbers agree with the roster on the last day."""
    rng, n = scene.rng("stations"), len(scene.codes)
    main = scene.is_main
    counties = np.array([unit_name(code[:6]) for code in scene.codes], dtype=object)
    has = {name: rng.random(n) < share for name, share in zip(ROOMS, (0.92, 0.8, 0.97), strict=True)}
    contract = (np.where(main, 360_000, 240_000) + 10_000 * rng.integers(-4, 9, n)).astype(float)
    in_post = workers["left_on"].isna()
    licensed = in_post & workers["licence"].isin(["assistant", "social_worker", "senior"])
    heads = workers[(workers["post"] == "head") & in_post].drop_duplicates("station_id")
    head = heads.set_index("station_id").reindex(scene.ids)
    agency = rng.integers(0, 3, n)
    mode = draws.picked(rng, {"purchase": 0.8, "direct": 0.12, "mixed": 0.08}, n)
    return typed(
        "stations",
        {
            "station_id": scene.ids,
            "name": station_names(scene),
            "region_code": scene.ids,
            "county": counties,
            "kind": np.where(main, "main_station", "station"),
            "main_station_id": draws.only(~main & scene.plan.with_main, scene.plan.region.code),
            "opened_on": scene.opened,
            "address": np.array([f"{unit_name(code)}政务服务中心一楼" for code in scene.codes], dtype=object),
            "area_m2": np.round(rng.lognormal(np.log(np.where(main, 260, 110)), 0.35), -1).clip(30, None),
            "function_rooms": np.array(
                ["、".join(word for name, word in ROOMS.items() if has[name][i]) or None for i in range(n)],
                dtype=object,
            ),
            **has,
            "operator": np.array(
                [f"{counties[i]}模拟社会工作服务中心（{'一二三'[agency[i]]}）" for i in range(n)],
                dtype=object,
            ),
            "operation_mode": mode,
            "funding_source": draws.picked(rng, {"lottery": 0.5, "relief": 0.3, "general_budget": 0.2}, n),
            "contract_cny": contract,
            "contract_from": np.full(n, np.datetime64(scene.plan.first)),
            "contract_to": np.full(n, np.datetime64(scene.plan.last)),
            "posts": crew.posts,
            "resident_workers": _by_station(scene, workers, in_post & workers["resident"].astype(bool)),
            "certified_workers": _by_station(scene, workers, licensed & workers["resident"].astype(bool)),
            "phone": draws.numbered("0000-0000", np.arange(n) % 1000),  # no such area code
            "contact_name": head["name"].to_numpy(dtype=object, na_value=None),
            "contact_phone": head["phone"].to_numpy(dtype=object, na_value=None),
        },
    )


def finance(scene: Scene, contract_cny: draws.Floats, funding: np.ndarray[Any, Any]) -> pd.DataFrame:
    """Budget lines of the whole contract: they add up to it; a part has arrived, a part of that is spent."""
    rng, n, k = scene.rng("finance"), len(scene.codes), len(BUDGET)
    shares = np.array(list(BUDGET.values()))
    budget = np.round(contract_cny[:, None] * shares, -2)
    budget[:, 0] += contract_cny - budget.sum(axis=1)
    arrived = rng.choice([1.0, 0.9, 0.8, 0.7], n, p=[0.45, 0.25, 0.2, 0.1])
    received = np.round(budget * arrived[:, None], -2)
    spent = np.round(received * rng.beta(14, 2, (n, k)), -1)
    return typed(
        "finance",
        {
            "station_id": np.repeat(scene.ids, k),
            "item": np.tile(np.array(list(BUDGET), dtype=object), n),
            "funding_source": np.repeat(funding, k),
            "budget_cny": budget.ravel(),
            "received_cny": received.ravel(),
            "spent_cny": spent.ravel(),
            "balance_cny": (received - spent).ravel(),
            "execution_rate": np.round((spent / received).ravel(), 4),
        },
    )


def targets(scene: Scene, done: dict[str, draws.Ints]) -> pd.DataFrame:
    """Contracted quantities of the township stations and their declared totals; one in forty, and at least one, claims more."""
    rng = scene.rng("targets")
    kept = np.flatnonzero(~scene.is_main)
    n, k = len(kept), len(MEASURES)
    usual = _usual(scene)
    target = np.array([np.maximum(1, usual[m] * rng.uniform(0.75, 1.15, n)) for m in MEASURES]).T
    target = np.where(target >= 50, np.round(target, -1), np.round(target))
    declared = np.array([done[m][kept] for m in MEASURES], dtype=float).T
    inflated = rng.random((n, k)) < 1 / 40
    if n:
        inflated[rng.integers(n), rng.integers(3)] = True  # cases, groups or activities: these can be counted
    declared = np.where(inflated, np.ceil(declared * 1.1) + 1, declared)
    return typed(
        "targets",
        {
            "station_id": np.repeat(scene.ids[kept], k),
            "measure": np.tile(np.array(list(MEASURES), dtype=object), n),
            "measure_unit": np.tile(np.array(list(MEASURES.values()), dtype=object), n),
            "period_from": np.full(n * k, np.datetime64(scene.plan.first)),
            "period_to": np.full(n * k, np.datetime64(scene.plan.last)),
            "target": target.ravel(),
            "declared_total": declared.ravel(),
            "declared_rate": np.round((declared / target).ravel(), 4),
        },
    )


def _usual(scene: Scene) -> dict[str, float]:
    """What a station of this plan does on average, or customarily, over the period."""
    plan = scene.plan
    n = len(plan.townships)
    usual = {name: plan.services[name] / n for name in ("cases", "groups", "activities")}
    scale = min(1.0, plan.services["visits"] / (RATES["visits"] * n * plan.months))
    usual |= {name: rate * scale * plan.months for name, rate in USUAL_TARGETS.items()}
    if plan.households and plan.person_times:
        usual |= {"households_visited": plan.households / n, "person_times": plan.person_times / n}
    return usual


def _by_station(scene: Scene, workers: pd.DataFrame, kept: pd.Series) -> draws.Ints:
    counts = workers[kept.to_numpy(dtype=bool)].groupby("station_id").size().reindex(scene.ids, fill_value=0)
    return counts.to_numpy(dtype=np.int64)
