"""All tables of a chunk, drawn in the order in which they lean on each other."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from swe.ledgers.demo import draws, people, ratings, services, stations, support
from swe.ledgers.demo.plan import Plan
from swe.ledgers.demo.scene import LEDGER, Scene, scenes

Tables = dict[str, pd.DataFrame]


def drawn(plan: Plan) -> Iterator[tuple[Scene, Tables]]:
    """Chunk by chunk: the scene and its typed tables (all of the contract; ratings where the plan has indicators)."""
    for scene in scenes(plan):
        yield scene, tables(scene)


def tables(scene: Scene) -> Tables:
    """The typed tables of one chunk, in the contract's order."""
    crew = people.team(scene)
    workers = people.workers(scene, crew)
    served = services.services(scene, crew)
    clients = people.clients(scene, served.case_days)
    station = stations.stations(scene, crew, workers)
    contract = station["contract_cny"].to_numpy(dtype=float)
    money = stations.finance(scene, contract, station["funding_source"].to_numpy(dtype=object))
    made = {
        "stations": station,
        "workers": workers,
        "clients": clients,
        "cases": served.cases,
        "groups": served.groups,
        "activities": served.activities,
        "visits": served.visits,
        "linkages": support.linkages(scene, crew),
        "finance": money,
        "targets": stations.targets(scene, _done(scene, served, clients)),
        "supervision": support.supervision(scene, crew),
        "training": support.training(scene, crew),
        "findings": support.findings(scene),
        "survey": support.survey(scene),
    }
    if scene.plan.rated:
        made["ratings"] = ratings.ratings(scene)
    return {name: made[name] for name in LEDGER.tables if name in made}


def _done(scene: Scene, served: services.Services, clients: pd.DataFrame) -> dict[str, draws.Ints]:
    """What every station did, counted as an evaluator counts it."""

    def by_station(frame: pd.DataFrame, column: str | None = None) -> draws.Ints:
        grouped = frame.groupby("station_id", sort=False)
        counted = grouped[column].sum() if column else grouped.size()
        return counted.reindex(scene.ids, fill_value=0).to_numpy(dtype=np.int64)

    direct = by_station(served.cases, "contacts") + by_station(served.groups, "person_times")
    direct = (
        direct + by_station(served.activities, "person_times") + by_station(served.visits, "person_times")
    )
    return {
        "cases": by_station(served.cases),
        "groups": by_station(served.groups),
        "activities": by_station(served.activities),
        "households_visited": by_station(served.visits, "households"),
        "person_times": direct,
        "clients": by_station(clients),
    }
