"""Services: cases, groups, activities and visits, with the relations between their numbers that real ones have.

Where totals are published, visits and activities are brought to them; nothing else bends.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from swe.ledgers.demo import draws, phrases
from swe.ledgers.demo.people import CHILDREN, OLD, Team
from swe.ledgers.demo.scene import CATEGORIES, Scene, typed

DOMAINS = {
    "assistance": 0.26, "elderly": 0.26, "children": 0.22, "disability": 0.08, "community": 0.1,
    "women_family": 0.05, "social_affairs": 0.03,
}  # fmt: skip
PROBLEMS = {
    "livelihood": 0.24, "emotional": 0.22, "family": 0.14, "health_care": 0.14, "schooling": 0.12,
    "social_integration": 0.06, "protection": 0.04, "policy": 0.04,
}  # fmt: skip
# name, lowest and highest score, mean before, spread, mean change; less is better but for the last
SCALES = (
    ("PHQ-9", 0, 27, 14.0, 4.0, -5.5),
    ("GAD-7", 0, 21, 11.0, 3.5, -4.0),
    ("社会支持评定量表", 12, 66, 28.0, 6.0, 7.0),
)
STAGES = ("intake", "assessment", "planning", "intervention", "evaluation")
DOCUMENTS = {
    "doc_intake": 0.97, "doc_assessment": 0.92, "doc_plan": 0.9, "doc_intervention": 0.88,
    "doc_evaluation": 0.8, "doc_closing": 0.82,
}  # fmt: skip
REASONS = {"goals_reached": 0.72, "referred": 0.1, "withdrawn": 0.06, "moved": 0.06, "ended_by_station": 0.06}
GROUP_KINDS = {"support": 0.3, "growth": 0.25, "education": 0.15, "recreation": 0.2, "task": 0.1}
ACTIVITY_KINDS = {
    "publicity": 0.28, "festival": 0.2, "education": 0.16, "recreation": 0.12, "relief": 0.1, "volunteering": 0.08,
    "screening": 0.06,
}  # fmt: skip
VISIT_MODES = {"home_visit": 0.62, "phone": 0.31, "video": 0.05, "online": 0.02}
USUAL_CROWD = 55.0  # participants of an activity; ours


@dataclass(frozen=True)
class Services:
    """The four service tables of a chunk."""

    cases: pd.DataFrame
    groups: pd.DataFrame
    activities: pd.DataFrame
    visits: pd.DataFrame
    case_days: tuple[draws.Ints, draws.Days]


def services(scene: Scene, crew: Team) -> Services:
    """All services of a chunk; together they meet the plan's totals, where it has any."""
    days = scene.service_days("cases", scene.rng("cases"), weekend=0.1)
    case = cases(scene, crew, days)
    group = groups(scene, crew)
    visit = visits(scene, crew)
    total = scene.plan.person_times
    others = case["contacts"].sum() + group["person_times"].sum() + visit["person_times"].sum()
    activity = activities(scene, crew, total=None if total is None else int(total - others))
    return Services(case, group, activity, visit, days)


def cases(scene: Scene, crew: Team, days: tuple[draws.Ints, draws.Days]) -> pd.DataFrame:
    """Cases: one client each, stages by the time that has passed, scores before and after."""
    rng = np.random.default_rng([scene.plan.seed, scene.number, 94])
    station, opened = days
    number, n = draws.places_within(station), len(station)
    category = scene.category_of(station, number)
    duration = 35 + rng.gamma(3, 22, n).astype(np.int64)
    closed = opened + duration <= scene.last
    share = (scene.last - opened).astype(np.int64) / duration
    stage = np.where(
        closed, "closed", np.array(STAGES, dtype=object)[np.clip(share * 5, 0, 4).astype(np.int64)]
    )
    contacts = draws.overdispersed(rng, np.where(closed, 6.5, 1 + 5.5 * np.minimum(share, 1)), size=9, low=1)
    scale = rng.integers(0, len(SCALES), n)
    pick = np.array([row[1:] for row in SCALES])[scale]
    tested = rng.random(n) < 0.85
    before = np.clip(np.round(rng.normal(pick[:, 2], pick[:, 3])), pick[:, 0], pick[:, 1])
    after = np.clip(np.round(before + rng.normal(pick[:, 4], 3)), pick[:, 0], pick[:, 1])
    retested = closed & tested & (rng.random(n) < 0.85)
    late = np.isin(stage, ["closed", "evaluation"])
    late_documents = {"doc_evaluation": late, "doc_closing": closed}
    attainment = np.clip(np.round(rng.normal(3.0, 0.8, n)), 0, 4)
    ended = np.where(closed, opened + duration, np.datetime64("NaT"))
    written = draws.entered(rng, np.where(closed, ended, opened), scene.last)
    return typed(
        "cases",
        {
            "station_id": scene.ids[station],
            "case_id": draws.numbered("GA", number + 1),
            "client_id": draws.numbered("DA", number + 1, digits=4),
            "client_category": category,
            "problem": draws.picked(rng, PROBLEMS, n),
            "service_domain": _domain_of(rng, category),
            "delivery_mode": draws.picked(rng, {"on_site": 0.6, "home_visit": 0.3, "mixed": 0.1}, n),
            "worker_id": crew.on_duty(rng, station, opened),
            "opened_on": opened,
            "stage": stage,
            "contacts": contacts,
            "person_times": contacts,
            "hours": np.round(contacts * rng.uniform(0.8, 1.6, n) * 2) / 2,
            "need": rng.choice(phrases.texts(phrases.STATE, phrases.NEEDS), n),
            "goals": draws.blanked(rng, rng.choice(phrases.texts(phrases.GOALS, phrases.MEANS), n), 0.07),
            "pre_score": np.where(tested, before, np.nan),
            "post_score": np.where(retested, after, np.nan),
            "scale": draws.only(tested, np.array([row[0] for row in SCALES], dtype=object)[scale]),
            "goal_attainment": draws.only(closed, attainment),
            "satisfaction": draws.only(closed & (rng.random(n) < 0.9), np.clip(np.round(rng.normal(4.4, 0.7, n)), 1, 5)),
            "closed_on": ended,
            "closing_reason": draws.only(closed, draws.picked(rng, REASONS, n)),
            **{
                name: draws.only(late_documents.get(name, np.ones(n, dtype=bool)), rng.random(n) < chance)
                for name, chance in DOCUMENTS.items()
            },
            "process_notes": rng.choice(
                phrases.texts(phrases.PROCESS, phrases.FEEDBACK, phrases.PROCESS[::-1], phrases.ACTIONS), n
            ),
            "entry_date": written,
        },
    )  # fmt: skip


def groups(scene: Scene, crew: Team) -> pd.DataFrame:
    """Groups: weekly sessions, members, attendances that fit members × sessions."""
    rng = scene.rng("groups")
    station, started = scene.service_days("groups", rng, weekend=0.6)
    number, n = draws.places_within(station), len(station)
    sessions = rng.choice([3, 4, 5, 6, 7, 8], n, p=[0.06, 0.3, 0.2, 0.3, 0.06, 0.08])
    ended = started + 7 * (sessions - 1)
    running = ended > scene.last
    held = np.where(running, (scene.last - started).astype(np.int64) // 7 + 1, sessions)
    members = draws.heaped(rng, draws.overdispersed(rng, np.full(n, 9.5), size=25, low=4), 0.35, least=8)
    attendance = rng.beta(18, 2.5, n)
    person_times = np.maximum(rng.binomial(members * held, attendance), members)
    target = draws.picked(rng, CATEGORIES, n)
    tested = rng.random(n) < 0.6
    before = np.round(rng.normal(52, 6, n), 1)
    return typed(
        "groups",
        {
            "station_id": scene.ids[station],
            "group_id": draws.numbered("XZ", number + 1),
            "name": rng.choice(phrases.texts(phrases.GROUP_OF, phrases.GROUP_KIND, mark="", end=""), n),
            "kind": draws.picked(rng, GROUP_KINDS, n),
            "service_domain": _domain_of(rng, target),
            "target_group": target,
            "delivery_mode": draws.picked(rng, {"on_site": 0.93, "mixed": 0.07}, n),
            "worker_id": crew.on_duty(rng, station, started),
            "started_on": started,
            "ended_on": np.where(running, np.datetime64("NaT"), ended),
            "stage": np.where(running, "maturity", "ending"),
            "sessions": held,
            "participants": members,
            "person_times": person_times,
            "attendance_rate": np.round(person_times / (members * held), 2),
            "volunteers": draws.overdispersed(rng, np.full(n, 2.0), size=4),
            "hours": held * rng.choice([1.0, 1.5, 2.0], n),
            "amount_cny": 50.0 * draws.overdispersed(rng, np.full(n, 12.0), size=6, low=2),
            "pre_score": np.where(tested, before, np.nan),
            "post_score": np.where(tested & ~running, np.round(before + rng.normal(8, 4, n), 1), np.nan),
            "has_pre_post": tested & ~running,
            "satisfaction_rate": np.round(rng.beta(30, 2, n), 2),
            "place": rng.choice(np.array(phrases.PLACES, dtype=object), n),
            "doc_plan": rng.random(n) < 0.93,
            "doc_sessions": rng.random(n) < 0.86,
            "doc_evaluation": draws.only(~running, rng.random(n) < 0.82),
            "sign_in_sheet": rng.random(n) < 0.94,
            "photos": rng.random(n) < 0.96,
            "entry_date": draws.entered(rng, np.where(running, started, ended), scene.last),
        },
    )


def activities(scene: Scene, crew: Team, *, total: int | None = None) -> pd.DataFrame:
    """Community activities; with `total`, their person-times add up to it."""
    rng = scene.rng("activities")
    station, day = scene.service_days("activities", rng, weekend=0.6)
    number, n = draws.places_within(station), len(station)
    crowd = draws.overdispersed(rng, np.full(n, USUAL_CROWD) * scene.effects[station], size=2.2, low=6)
    if total is not None:
        crowd = draws.brought_to(crowd, total, low=6)
    people = draws.heaped(rng, crowd, 0.55)
    if total is not None:
        people = draws.brought_to(people, total, low=6, spare=people % 5 != 0)
    name = rng.choice(phrases.texts(phrases.THEMES, phrases.FORMS, mark="", end=""), n)
    return typed(
        "activities",
        {
            "station_id": scene.ids[station],
            "activity_id": draws.numbered("HD", number + 1),
            "name": name,
            "theme": draws.blanked(rng, rng.choice(np.array(phrases.THEMES, dtype=object), n), 0.2),
            "kind": draws.picked(rng, ACTIVITY_KINDS, n),
            "service_domain": draws.picked(rng, DOMAINS, n),
            "target_group": draws.picked(rng, CATEGORIES | {"resident": 0.6}, n),
            "delivery_mode": draws.picked(rng, {"on_site": 0.95, "online": 0.03, "mixed": 0.02}, n),
            "worker_id": crew.on_duty(rng, station, day),
            "date": day,
            "place": rng.choice(np.array(phrases.PLACES, dtype=object), n),
            "participants": people,
            "person_times": people,
            "volunteers": draws.overdispersed(rng, 2 + people * 0.05, size=3),
            "hours": rng.choice([1.5, 2.0, 2.5, 3.0, 4.0], n),
            "amount_cny": 50.0 * draws.overdispersed(rng, np.full(n, 16.0), size=4, low=2),
            "satisfaction_rate": draws.blanked(rng, np.round(rng.beta(30, 2, n), 2), 0.2),
            "sign_in_sheet": rng.random(n) < 0.9,
            "photos": rng.random(n) < 0.95,
            "doc_plan": rng.random(n) < 0.9,
            "doc_summary": rng.random(n) < 0.84,
            "entry_date": draws.entered(rng, day, scene.last),
        },
    )


def visits(scene: Scene, crew: Team) -> pd.DataFrame:
    """Visits: households where somebody went home, persons and person-times always; several households may share a row."""
    rng = scene.rng("visits")
    station, day = scene.service_days("visits", rng, weekend=0.25)
    number, n = draws.places_within(station), len(station)
    mode = draws.picked(rng, VISIT_MODES, n)
    home = mode == "home_visit"
    households = np.where(rng.random(n) < 0.12, rng.integers(2, 7, n), 1)
    if scene.plan.households is not None:
        households[home] = draws.brought_to(
            households[home], scene.plan.households, low=1, spare=households[home] > 1
        )
    several = home & (households > 1)
    persons = np.where(home, households + rng.binomial(households, 0.45), 1)
    client = (rng.random(n) ** 1.5 * scene.client_counts[station]).astype(np.int64)
    category = scene.category_of(station, client)
    heavy = np.where(home, households * rng.choice([0.5, 0.5, 1.0], n), 0.25)
    return typed(
        "visits",
        {
            "station_id": scene.ids[station],
            "visit_id": draws.numbered("ZF", number + 1, digits=4),
            "date": day,
            "delivery_mode": mode,
            "households": draws.only(home, households),
            "persons": persons,
            "person_times": persons,
            "client_id": draws.only(~several, draws.numbered("DA", client + 1, digits=4)),
            "client_category": draws.only(~several, category),
            "service_domain": _domain_of(rng, category),
            "worker_id": crew.on_duty(rng, station, day),
            "hours": heavy,
            "situation": rng.choice(phrases.texts(phrases.WHO, phrases.STATE, phrases.ALSO), n),
            "need": draws.blanked(rng, rng.choice(phrases.texts(phrases.NEEDS), n), 0.3),
            "action": draws.blanked(rng, rng.choice(phrases.texts(phrases.ACTIONS), n), 0.2),
            "entry_date": draws.entered(rng, day, scene.last),
        },
    )  # fmt: skip


def _domain_of(rng: draws.Rng, category: np.ndarray) -> np.ndarray:
    """Services mostly stand in the domain of the person they are for."""
    own = np.select(
        [np.isin(category, CHILDREN), np.isin(category, OLD), category == "disabled"],
        ["children", "elderly", "disability"],
        "assistance",
    )
    return np.where(rng.random(len(category)) < 0.7, own, draws.picked(rng, DOMAINS, len(category)))
