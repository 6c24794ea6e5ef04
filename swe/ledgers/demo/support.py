"""What stands behind the services: resources linked, supervision, training; what assessors saw; what people say."""

from __future__ import annotations

import numpy as np
import pandas as pd

from swe.ledgers.demo import draws, phrases
from swe.ledgers.demo.people import Team
from swe.ledgers.demo.scene import Scene, typed
from swe.ledgers.demo.services import DOMAINS
from swe.reference import register

PARTIES = {
    "charity_resource": 0.34, "social_organisation": 0.18, "volunteer": 0.24, "community": 0.14, "government": 0.1,
}  # fmt: skip
KINDS = {"goods": 0.4, "money": 0.14, "volunteer_service": 0.3, "venue": 0.06, "expertise": 0.1}
FINDINGS = ("files", "files", "files", "staffing", "premises", "finance", "good_practice", "good_practice")
OUTCOMES = {"complete": 0.8, "partial": 0.04, "refused": 0.07, "no_contact": 0.09}
ASKED, ASKED_BULK = 30, 6  # persons approached at a station
LINKED, SUPERVISED, TRAINED = 0.5, 0.7, 0.3  # a station-month; ours


def linkages(scene: Scene, crew: Team) -> pd.DataFrame:
    """Money, goods, hands and places that others gave."""
    rng = scene.rng("linkages")
    station, day = _now_and_then(scene, rng, LINKED)
    n = len(station)
    kind = draws.picked(rng, KINDS, n)
    goods, money, hands = kind == "goods", kind == "money", kind == "volunteer_service"
    quantity = 5.0 * draws.overdispersed(rng, np.full(n, 8.0), size=3, low=1)
    value = np.where(money, 500 * rng.integers(1, 20, n), quantity * rng.choice([30, 50, 80, 120], n))
    volunteers = draws.overdispersed(rng, np.full(n, 9.0), size=4, low=2)
    return typed(
        "linkages",
        {
            "station_id": scene.ids[station],
            "date": day,
            "party": draws.picked(rng, PARTIES, n),
            "partner": rng.choice(np.array(phrases.PARTNERS, dtype=object), n),
            "resource_kind": kind,
            "quantity": np.where(goods, quantity, np.nan),
            "quantity_unit": draws.only(goods, draws.picked(rng, {"份": 0.5, "箱": 0.3, "套": 0.2}, n)),
            "amount_cny": np.where(goods | money, value, np.nan),
            "beneficiaries": draws.heaped(
                rng, draws.overdispersed(rng, np.full(n, 28.0), size=3, low=1), 0.6
            ),
            "volunteers": draws.only(hands, volunteers),
            "volunteer_hours": np.where(hands, volunteers * rng.choice([1.5, 2.0, 3.0], n), np.nan),
            "service_domain": draws.picked(rng, DOMAINS, n),
            "worker_id": crew.on_duty(rng, station, day),
            "entry_date": draws.entered(rng, day, scene.last),
        },
    )


def supervision(scene: Scene, crew: Team) -> pd.DataFrame:
    """Supervision of the team, most months."""
    rng = scene.rng("supervision")
    station, day = _now_and_then(scene, rng, SUPERVISED)
    n = len(station)
    kind = draws.picked(rng, {"group": 0.5, "individual": 0.25, "case": 0.15, "on_site": 0.1}, n)
    return typed(
        "supervision",
        {
            "station_id": scene.ids[station],
            "date": day,
            "worker_id": draws.only(kind == "individual", crew.on_duty(rng, station, day)),
            "supervisor": draws.numbered("DD", rng.integers(1, 5, n), digits=2),
            "kind": kind,
            "delivery_mode": draws.picked(rng, {"on_site": 0.75, "online": 0.25}, n),
            "hours": rng.choice([1.0, 1.5, 2.0, 3.0], n),
            "participants": np.where(kind == "individual", 1, crew.posts[station]),
            "content": rng.choice(phrases.texts(phrases.SUPERVISED, phrases.SUPERVISED[::-1], mark="、"), n),
            "entry_date": draws.entered(rng, day, scene.last),
        },
    )


def training(scene: Scene, crew: Team) -> pd.DataFrame:
    """Training, a few days a year."""
    rng = scene.rng("training")
    station, day = _now_and_then(scene, rng, TRAINED)
    n = len(station)
    return typed(
        "training",
        {
            "station_id": scene.ids[station],
            "date": day,
            "topic": rng.choice(phrases.texts(phrases.COURSES, end=""), n),
            "kind": draws.picked(
                rng, {"in_service": 0.7, "pre_service": 0.1, "licence": 0.12, "management": 0.08}, n
            ),
            "delivery_mode": draws.picked(rng, {"on_site": 0.7, "online": 0.3}, n),
            "hours": rng.choice([3.0, 4.0, 6.0, 8.0], n),
            "participants": 1 + (rng.random(n) * crew.posts[station]).astype(np.int64),
            "organiser": draws.picked(rng, {"模拟县民政局": 0.5, "模拟社会工作协会": 0.5}, n),
            "entry_date": draws.entered(rng, day, scene.last),
        },
    )


def findings(scene: Scene) -> pd.DataFrame:
    """What a visit in the last month showed: nothing, one thing or two; never a veto."""
    rng = scene.rng("findings")
    kept = np.where(scene.is_main, 0, rng.binomial(2, 0.55, len(scene.codes)))
    station = np.repeat(np.arange(len(scene.codes)), kept)
    n = len(station)
    which = rng.integers(0, len(FINDINGS), n)
    good = which >= 6
    day = scene.last - rng.integers(3, 12, n)
    return typed(
        "findings",
        {
            "station_id": scene.ids[station],
            "date": day,
            "kind": np.array(FINDINGS, dtype=object)[which],
            "severity": np.where(good, "note", draws.picked(rng, {"minor": 0.85, "major": 0.15}, n)),
            "round": np.full(n, "final", dtype=object),
            "evidence_source": draws.picked(rng, {"documents": 0.6, "on_site": 0.3, "interview": 0.1}, n),
            "seen": np.array(phrases.SEEN, dtype=object)[which],
            "suggestion": np.array(phrases.ADVICE, dtype=object)[which],
            "deadline": np.where(good, np.datetime64("NaT"), day + 30),
            "rectified": draws.only(~good, np.zeros(n, dtype=bool)),
        },
    )


def survey(scene: Scene) -> pd.DataFrame:
    """Persons approached in villages drawn at random; awareness and satisfaction vary by station and village."""
    rng = scene.rng("survey")
    asked = ASKED_BULK if scene.plan.bulk else ASKED
    villages = np.array([max(1, register.rows()[code].villages or 1) for code in scene.codes])
    drawn = np.minimum(villages, 2 if scene.plan.bulk else 3)
    station = np.repeat(np.arange(len(scene.codes)), np.where(scene.is_main, 0, asked))
    number, n = draws.places_within(station), len(station)
    cluster = number % drawn[station]
    village = rng.normal(0, 0.35, (len(scene.codes), 3))[station, cluster]
    mood = village + rng.normal(0, 0.35, len(scene.codes))[station]
    outcome = draws.picked(rng, OUTCOMES, n)
    answered = np.isin(outcome, ["complete", "partial"])
    complete = outcome == "complete"
    person = rng.normal(0, 0.6, n)
    straight = rng.random(n) < 0.07  # the same mark throughout
    marks = {}
    for item, mean in enumerate((4.2, 4.5, 4.2, 4.1, 4.1, 4.3), start=1):
        own = np.clip(np.round(mean + mood * 0.6 + person + rng.normal(0, 0.5, n)), 1, 5)
        own = np.where(straight, 5, own)
        marks[f"satisfaction_{item}"] = draws.only(complete & (rng.random(n) > 0.03), own)
    known = {}
    for item, level in enumerate((0.9, 0.4, -0.2, 0.5, -0.9), start=1):
        chance = 1 / (1 + np.exp(-(level + mood + person)))
        known[f"awareness_{item}"] = draws.only(answered, rng.random(n) < chance)
    visited = rng.integers(0, 8, len(scene.codes))[station]
    return typed(
        "survey",
        {
            "station_id": scene.ids[station],
            "respondent_id": draws.numbered("W", number + 1),
            "date": scene.last - 1 - visited,
            "respondent_type": draws.picked(rng, {"client": 0.55, "public": 0.45}, n),
            "mode": draws.picked(rng, {"field": 0.7, "phone": 0.3}, n),
            "outcome": outcome,
            "sex": draws.only(answered, draws.picked(rng, {"female": 0.55, "male": 0.45}, n)),
            "age": draws.only(answered, np.clip(np.round(rng.normal(54, 16, n)), 16, 92)),
            "stratum": scene.ids[station],
            "cluster": scene.ids[station] + draws.numbered("-C", cluster + 1, digits=2),
            "population": villages[station].astype(float),
            "weight": np.round(villages[station] / drawn[station] * 300 * drawn[station] / asked, 1),
            **known,
            **marks,
            "comment": draws.blanked(rng, rng.choice(phrases.texts(phrases.FEEDBACK[1:4]), n), 0.9),
        },
    )


def _now_and_then(scene: Scene, rng: draws.Rng, rate: float) -> tuple[draws.Ints, draws.Days]:
    """Station and day of records that come at a monthly rate, ordered."""
    few = min(1.0, scene.plan.rows / max(1, 4 * len(scene.plan.townships) * scene.plan.months))
    mean = rate * few * scene.plan.months * scene.effects
    station = np.repeat(np.arange(len(scene.codes)), draws.overdispersed(rng, mean, size=6))
    month = draws.months_drawn(rng, station, scene.weights)
    day = np.maximum(
        draws.days_drawn(rng, scene.plan.month_starts, month, weekend=0.2), scene.opened[station]
    )
    order = np.lexsort((day, station))
    return station[order], day[order]
