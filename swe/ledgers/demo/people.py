"""Workers and clients: persons that never were, with numbers that nobody can hold.

Names are a surname and heavenly stems; resident IDs have an area code that was never given out (…9999) and a right
check digit, mobiles the unassigned 154 0000; so the border sees them as personal, and no person is meant.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import pandas as pd

from swe.ledgers.demo import draws, phrases
from swe.ledgers.demo.scene import Scene, typed, unit_name

SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘蒋蔡余"
STEMS = "甲乙丙丁戊己庚辛壬癸"
_ID_WEIGHTS = np.array([7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2])  # GB 11643-1999
_ID_CHECKS = np.array(list("10X98765432"), dtype=object)

# Categories whose years of birth are known.
CHILDREN, OLD = ("left_behind_child", "child_in_difficulty"), ("elderly_in_difficulty", "elderly")


@dataclass(frozen=True)
class Team:
    """Who works at each station: `posts` of them at once; the last may leave and, later, be replaced."""

    posts: draws.Ints
    left: draws.Days
    replaced: draws.Days

    def on_duty(self, rng: draws.Rng, station: draws.Ints, day: draws.Days) -> np.ndarray[Any, Any]:
        """The worker of every row, one who was in post on that day."""
        posts = self.posts[station]
        slot = (rng.random(len(station)) * posts).astype(np.int64)
        is_last = (slot == posts - 1) & ~np.isnat(self.left[station])
        gone = is_last & (day > self.left[station])
        back = gone & (day >= self.replaced[station])
        return draws.numbered("SG", np.where(back, posts, np.where(gone, 0, slot)) + 1, digits=2)


def team(scene: Scene) -> Team:
    """Posts, a leaver at one station in five, a successor for most of them."""
    rng, n = np.random.default_rng([scene.plan.seed, scene.number, 93]), len(scene.codes)
    posts = rng.choice([2, 3, 4], n, p=[0.35, 0.5, 0.15])
    first, last = np.datetime64(scene.plan.first, "D"), scene.last
    span = int((last - first).astype(int))
    earliest = np.maximum(first, scene.opened)
    leaves = (rng.random(n) < 0.2) & (span >= 180) & (scene.opened < first + span // 3)
    left = np.where(leaves, earliest + 60 + rng.integers(0, max(1, span // 3), n), np.datetime64("NaT"))
    replaced = left + rng.integers(15, 60, n)
    return Team(
        posts, left, np.where((replaced < last) & (rng.random(n) < 0.8), replaced, np.datetime64("NaT"))
    )


def workers(scene: Scene, crew: Team) -> pd.DataFrame:
    """The roster: those in post, the leaver, the successor."""
    rng = scene.rng("workers")
    extra = (~np.isnat(crew.replaced)).astype(np.int64)
    station = np.repeat(np.arange(len(scene.codes)), crew.posts + extra)
    number = draws.places_within(station)
    n = len(station)
    successor, leaver = number == crew.posts[station], number == crew.posts[station] - 1
    early = scene.opened[station] - rng.integers(0, 40, n)
    early = np.minimum(early, scene.opened[station])
    hired = np.where(successor, crew.replaced[station], early)
    left = np.where(leaver & ~successor, crew.left[station], np.datetime64("NaT"))
    head = number == 0
    licence = np.where(
        head,
        draws.picked(rng, {"assistant": 0.45, "social_worker": 0.45, "senior": 0.02, "none": 0.08}, n),
        draws.picked(rng, {"none": 0.42, "assistant": 0.45, "social_worker": 0.13}, n),
    )
    sex = draws.picked(rng, {"female": 0.72, "male": 0.28}, n)
    birth = np.datetime64("1999-01-01") - rng.integers(0, 365 * 24, n)
    months = (scene.last - np.maximum(hired, np.datetime64(scene.plan.first, "D"))).astype(int) / 30
    months = np.where(np.isnat(left), months, months / 2)
    certified = licence != "none"
    return typed(
        "workers",
        {
            "station_id": scene.ids[station],
            "worker_id": draws.numbered("SG", number + 1, digits=2),
            "name": _names(rng, n),
            "sex": sex,
            "id_number": _id_numbers(rng, scene.ids[station], birth, sex == "male"),
            "birth_date": birth,
            "phone": _mobiles(rng, n),
            "education": draws.picked(rng, {"college": 0.4, "bachelor": 0.52, "master": 0.04, "senior_secondary": 0.04}, n),
            "major": draws.picked(rng, {"社会工作": 0.45, "社会学": 0.1, "教育学": 0.1, "护理": 0.1, "会计": 0.1, "法学": 0.15}, n),
            "licence": licence,
            "licence_number": draws.only(certified, draws.numbered("模拟2022", rng.integers(0, 10**5, n), digits=5)),
            "post": np.where(head, "head", np.where(certified, "worker", "assistant")),
            "resident": head | (rng.random(n) < 0.93),
            "hired_on": hired,
            "left_on": left,
            "salary_cny": np.where(head, 4800.0, 3800.0) + 100 * rng.integers(-4, 9, n),
            "social_insurance": rng.random(n) < 0.94,
            "pre_service_training": rng.random(n) < 0.9,
            "training_hours": np.round(np.maximum(0, months) * rng.gamma(8, 0.35, n)),
            "supervision_hours": np.round(np.maximum(0, months) * rng.gamma(8, 0.18, n)),
        },
    )  # fmt: skip


def clients(scene: Scene, case_days: tuple[draws.Ints, draws.Days]) -> pd.DataFrame:
    """A file for each client; the first of each station are those of its cases, filed before the case was opened."""
    rng, counts = scene.rng("clients"), scene.client_counts
    station = np.repeat(np.arange(len(scene.codes)), counts)
    number, n = draws.places_within(station), int(counts.sum())
    category = scene.client_categories
    birth = _birth_dates(rng, category)
    sex = draws.picked(rng, {"female": 0.55, "male": 0.45}, n)
    name, identity = _names(rng, n), _id_numbers(rng, scene.ids[station], birth, sex == "male")
    twice = np.flatnonzero(rng.random(n) < 0.03)  # on file at two stations
    if n > 1:
        other = (twice + rng.integers(1, n, len(twice))) % n
        twice, other = twice[category[twice] == category[other]], other[category[twice] == category[other]]
        for values in (birth, sex, name, identity):
            values[twice] = values[other]
    child = np.isin(category, CHILDREN)
    filed = _filed(rng, scene, station, case_days)
    age = ((filed - birth).astype(np.int64) // 365.2425).astype(np.int64)
    second = (rng.random(n) < 0.08) & (category != "disabled")
    return typed(
        "clients",
        {
            "station_id": scene.ids[station],
            "client_id": draws.numbered("DA", number + 1, digits=4),
            "name": name,
            "sex": sex,
            "birth_date": birth,
            "age": age,
            "id_number": identity,
            "household_id": draws.numbered("H", number * 4 // 5 + 1, digits=4),
            "category": category,
            "category_2": draws.only(second, "disabled"),
            "address": _addresses(rng, scene, station),
            "region_code": draws.only(~scene.is_main[station], scene.ids[station]),
            "phone": draws.blanked(rng, _mobiles(rng, n), 0.15),
            "guardian_name": draws.only(child, _names(rng, n)),
            "guardian_phone": draws.only(child, _mobiles(rng, n)),
            "need_level": draws.picked(rng, {"high": 0.2, "medium": 0.45, "low": 0.35}, n),
            "consent": rng.random(n) < 0.93,
            "filed_on": filed,
            "state": draws.picked(rng, {"active": 0.9, "closed": 0.1}, n),
            "situation": rng.choice(phrases.texts(phrases.WHO, phrases.STATE, phrases.ALSO), n),
            "entry_date": draws.entered(rng, filed, scene.last),
        },
    )


def _filed(
    rng: draws.Rng, scene: Scene, station: draws.Ints, cases: tuple[draws.Ints, draws.Days]
) -> draws.Days:
    first = np.maximum(np.datetime64(scene.plan.first, "D"), scene.opened[station])
    span = (scene.last - first).astype(np.int64)
    filed = first + (span * rng.random(len(station)) ** 2).astype(np.int64)
    number = draws.places_within(station)
    of_case = number < scene.counts["cases"][station]
    filed[of_case] = np.maximum(first[of_case], cases[1] - rng.integers(0, 20, len(cases[1])))
    return filed


def _birth_dates(rng: draws.Rng, category: np.ndarray[Any, Any]) -> draws.Days:
    n = len(category)
    child, old = np.isin(category, CHILDREN), np.isin(category, OLD)
    year = np.where(
        child,
        rng.integers(2008, 2017, n),
        np.where(old, rng.integers(1934, 1959, n), rng.integers(1948, 2000, n)),
    )
    first: draws.Days = (year - 1970).astype("datetime64[Y]").astype("datetime64[D]")
    return first + rng.integers(0, 365, n).astype("timedelta64[D]")


def _names(rng: draws.Rng, n: int) -> np.ndarray[Any, Any]:
    return rng.choice(_all_names(), n)


@cache
def _all_names() -> np.ndarray[Any, Any]:
    given = [*STEMS, *(a + b for a in STEMS for b in STEMS)]
    return np.array([family + each for family in SURNAMES for each in given], dtype=object)


def _id_numbers(
    rng: draws.Rng, stations: np.ndarray[Any, Any], birth: draws.Days, male: np.ndarray[Any, Any]
) -> np.ndarray[Any, Any]:
    """Eighteen digits: the station's province with 9999, birth date, a sequence odd for men, the check digit."""
    n = len(birth)
    days = birth.astype("datetime64[D]")
    month = days.astype("datetime64[M]")
    sequence = rng.integers(0, 500, n) * 2 + male
    sequence = np.where(
        sequence % 100 == 0, sequence + 2, sequence
    )  # …000 at the end is what Excel leaves of a float
    number = np.array([int(code[:2]) for code in stations], dtype=np.int64).reshape(n) * 10**4 + 9999
    number = number * 10**4 + (days.astype("datetime64[Y]").astype(np.int64) + 1970)
    number = number * 100 + month.astype(np.int64) % 12 + 1
    number = number * 100 + (days - month.astype("datetime64[D]")).astype(np.int64) + 1
    number = number * 1000 + sequence
    digits = (number[:, None] // 10 ** np.arange(16, -1, -1)) % 10
    check = _ID_CHECKS[(digits @ _ID_WEIGHTS) % 11]
    return number.astype("U17").astype(object) + check


def _mobiles(rng: draws.Rng, n: int) -> np.ndarray[Any, Any]:
    return draws.numbered("1540000", rng.integers(0, 10_000, n), digits=4)


def _addresses(rng: draws.Rng, scene: Scene, station: draws.Ints) -> np.ndarray[Any, Any]:
    places = []
    for code in scene.codes:
        county = unit_name(code[:6])
        places.append(county if len(code) == 6 else county + unit_name(code))
    villages = phrases.texts(tuple("东西南北中"), ("山", "河", "坪", "寨", "桥"), mark="", end="模拟村")
    groups = np.array(
        [f"{number}组{house}号" for number in range(1, 13) for house in range(1, 41)], dtype=object
    )
    n = len(station)
    return np.array(places, dtype=object)[station] + rng.choice(villages, n) + rng.choice(groups, n)
