"""The assessors' list as rows of results.json: every value with its numerator, denominator and who reported.

Ids are `section.indicator[.part]`; a code that equals an older total keeps that total's id and stands once.
"""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from swe.core.bounded import Bounded
from swe.indicators.assessor_calendar import starts
from swe.indicators.assessor_list import codes, describe
from swe.indicators.region_rows import BY_STATION
from swe.ledgers.checks.targets import UNITS_OF
from swe.show.numbers import Number, number
from swe.show.words import both

if TYPE_CHECKING:
    from swe.indicators.assessor_facts import Assessed
    from swe.reports.evaluation import Evaluation

OF_TEAM = ("training_sessions", "supervision_hours")
OF_LINKAGE = ("volunteers", "volunteer_hours", "resources_cny", "organisations")
# code → (id, unit of the numerator, unit of the denominator)
IDS: Mapping[str, tuple[str, str, str]] = {
    "coverage.stations": ("stations.coverage", "township_unit", "township_unit"),
    "team.workers": ("team.in_post", "", ""),
    "team.certified_rate": ("team.certified_rate", "person", "person"),
    "team.vacancy": ("team.vacancy", "post", "post"),
    "money.received_rate": ("money.received_rate", "CNY", "CNY"),
    "money.execution": ("money.execution_rate", "CNY", "CNY"),
    "money.cny_per_valid_service": ("money.cny_per_valid_service", "CNY", "person_time"),
    "money.cny_per_completed_case": ("money.cny_per_completed_case", "CNY", "case"),
    "quality.file_completeness": ("quality.file_completeness", "document", "document"),
    "change.tested_rate": ("effect.tested_rate", "case", "case"),
    "change.pre_post": ("effect.pre_post", "point", "case"),
    "change.goal_attainment": ("effect.goal_attainment", "point", "point"),
    "groups.key_persons": ("output.key_persons", "", ""),
    "groups.key_coverage": ("output.key_coverage", "person", "person"),
    "awareness.known_rate": ("awareness.known_rate", "person", "person"),
    "awareness.satisfied_rate": ("awareness.satisfied_rate", "person", "person"),
    "awareness.response_rate": ("awareness.response_rate", "person", "person"),
    "awareness.margin": ("awareness.margin", "", ""),
    "frequency.months": ("output.frequency_months", "station_month", "station_month"),
    "frequency.weeks": ("output.frequency_weeks", "station_week", "station_week"),
    "frequency.longest_gap_days": ("output.longest_gap_days", "", ""),
    "domains.balance": ("output.balance", "", ""),
    "linkage.cny": ("linkage.cny", "", ""),
    "linkage.in_kind_cny": ("linkage.in_kind_cny", "", ""),
    "linkage.volunteers": ("linkage.volunteers", "", ""),
    "linkage.volunteer_hours": ("linkage.volunteer_hours", "", ""),
    "linkage.organisations": ("linkage.organisations", "", ""),
    "linkage.elements": ("linkage.elements", "", ""),
    "findings.rectified_rate": ("institution.rectified_rate", "issue", "issue"),
    "findings.overdue": ("institution.overdue", "", ""),
}  # fmt: skip
STATIONS = 200  # a region of more shows them in the reports of its counties
DESIGNED = {"awareness.known_rate": "known", "awareness.satisfied_rate": "satisfied"}
LISTED, DESIGN, RECORDS = "assessors' list", "survey by design", "check of the records"


def id_of(code: str) -> str:
    """The id of a code's value, without a part.

    >>> id_of("completion.cases"), id_of("completion.volunteers"), id_of("money.execution")
    ('output.completion.cases', 'linkage.completion.volunteers', 'money.execution_rate')
    """
    if not code.startswith("completion."):
        return IDS[code][0]
    name = code.removeprefix("completion.")
    chapter = "team" if name in OF_TEAM else "linkage" if name in OF_LINKAGE else "output"
    return f"{chapter}.{code}"


def listed_codes() -> tuple[str, ...]:
    """Codes with a number of their own: a capped completion is a part of its completion, counts are valid totals."""
    return tuple(code for code in codes() if not code.endswith(".capped") and not code.startswith("count."))


def list_numbers(e: Evaluation) -> Iterator[Number]:
    """Every number of the list, the survey, the calendar and the look of the records."""
    if e.ledger is None:
        return
    found = e.ledger.assessed
    if found.listed.whole.empty:  # no station of the region sent anything
        yield from (_made(e, id_of(code), _labels(code), None, "") for code in listed_codes())
        return
    yield from _whole(e, found)
    yield from _by_station(e, found)
    yield from _survey(e, found)
    yield from _changes(e, found)
    yield from _calendar(e, found)
    yield from _records(e, found)


def _whole(e: Evaluation, found: Assessed) -> Iterator[Number]:
    rows = found.listed.whole
    for code in listed_codes():
        row = rows.loc[code]
        value, method = _value(code, row, found)
        state = str(row["status"]) if value is None else "ok"
        yield _made(e, id_of(code), _labels(code), value, _unit(row), method=method, status=state)
        above, below = _units(code)
        parts = [("numerator", row["numerator"], above), ("denominator", row["denominator"], below)]
        if row["status"] == "ok" or row["reporting"]:
            parts += [("reporting", row["reporting"], "station"), ("stations", row["stations"], "station")]
        parts.append(("declared", row["declared"], _unit(row)))
        if code.startswith("completion."):
            parts.append(("capped", row["capped"], "fraction"))
        for part, known, unit in parts:
            # a count is its own numerator
            if not _blank(known) and (part not in ("numerator", "denominator") or unit):
                yield _made(e, f"{id_of(code)}.{part}", _labels(code, part), known, unit)


def _value(code: str, row: Any, found: Assessed) -> tuple[float | Bounded | None, str]:
    """The value with its interval: that of the design for a survey in several stations, none for a whole register."""
    design = found.survey.estimates.get(DESIGNED.get(code, ""))
    known = found.survey.estimates.get("known")
    if code == "awareness.margin" and known is not None:
        return (known["upper"] - known["lower"]) / 2, DESIGN
    if design is not None and not _blank(row["value"]):
        return _between(float(row["value"]), design["lower"], design["upper"]), DESIGN
    if code == "coverage.stations":
        return _plain(row["value"]), LISTED
    return _between(row["value"], row["lower"], row["upper"]), LISTED


def _by_station(e: Evaluation, found: Assessed) -> Iterator[Number]:
    rows = found.listed.stations
    rows = rows[rows["indicator"].isin(BY_STATION)]
    if rows["unit"].nunique() > STATIONS:
        return
    for row in rows.to_dict("records"):
        code = str(row["indicator"])
        id = f"stations.{station_slug(str(row['unit']))}.{code.replace('.', '_')}"
        value = _between(row["value"], row["lower"], row["upper"])
        yield _made(e, id, _labels(code), value, _unit(row), status=str(row["status"]))


def _survey(e: Evaluation, found: Assessed) -> Iterator[Number]:
    asked = found.survey
    for name, values in asked.estimates.items():
        bare = name.removesuffix("_weighted")
        value = _between(values["estimate"], values["lower"], values["upper"])
        unit = "point" if bare == "mean" else "fraction"
        if name not in ("known", "satisfied"):  # those are the list's own
            yield _made(e, f"awareness.{name}", both(f"ledger.survey_{name}"), value, unit, method=DESIGN)
        if name == bare:
            label = both(f"ledger.survey_{bare}")
            for part, key, of in (("n", "n", "person"), ("n_effective", "n_effective", "person"), ("deff", "deff", "ratio")):  # fmt: skip
                yield _made(e, f"awareness.{bare}.{part}", _part(label, part), values[key], of, method=DESIGN)
    for item, share in asked.items.items():
        # an item is called by its place in the questionnaire
        yield _made(e, f"awareness.item.{item[-1]}", both("ledger.survey_item"), share, "fraction")
    if asked.top_share is not None:
        yield _made(e, "awareness.top_share", both("ledger.survey_top"), asked.top_share, "fraction")
        yield _made(e, "awareness.clusters", both("ledger.survey_clusters"), float(asked.clusters), "station")


def _changes(e: Evaluation, found: Assessed) -> Iterator[Number]:
    for each in found.changes:
        at = f"effect.scale.{station_slug(each.scale or 'unnamed')}"
        yield _made(e, f"{at}.pairs", both("ledger.col_pairs"), float(each.pairs), "case")
        yield _made(e, f"{at}.before", both("ledger.col_before"), each.before, "point")
        yield _made(e, f"{at}.after", both("ledger.col_after"), each.after, "point")
        g = None if each.g is None else _between(each.g, each.lower, each.upper)
        yield _made(e, f"{at}.g", both("ledger.col_g"), g, "ratio", method="paired change")
        for part, limit in (("lower", each.lower), ("upper", each.upper)):
            yield _made(
                e, f"{at}.g_{part}", both(f"ledger.col_g_{part}"), limit, "ratio", method="paired change"
            )


def _calendar(e: Evaluation, found: Assessed) -> Iterator[Number]:
    rows = found.calendar
    for row in rows.rows.to_dict("records"):
        at = f"output.calendar.{station_slug(str(row['unit']))}"
        for part, tiles in (("week", rows.weeks), ("month", rows.months)):
            due = starts(part, row["since"].date(), row["until"].date())
            held = int((tiles["unit"] == row["unit"]).sum())
            yield _made(e, f"{at}.{part}s", both(f"ledger.col_{part}s"), float(held), part)
            yield _made(e, f"{at}.{part}s_due", both(f"ledger.col_{part}s_due"), float(len(due)), part)


def _records(e: Evaluation, found: Assessed) -> Iterator[Number]:
    for name, (above, below, value, expected) in SIGNS.items():
        values = found.data.signs.get(SIGN_OF.get(name, name))
        if values is None:
            continue
        labels = both(f"ledger.sign_{name}")
        limits = (
            (values.get("lower"), values.get("upper"))
            if value == "share" and name != "copied_activities"
            else (None, None)
        )
        shown = _between(values[value], *limits)
        yield _made(e, f"quality.{name}", labels, shown, "fraction", method=RECORDS)
        for part, key, unit in (
            ("found", above, "record"),
            ("of", below, "record"),
            ("expected", expected, "fraction"),
        ):
            if key and not _blank(values.get(key)):
                yield _made(
                    e, f"quality.{name}.{part}", _part(labels, part), values[key], unit, method=RECORDS
                )
    for table, values in found.data.bounds.items():
        for part in ("estimate", "lower", "upper"):
            if part in values:
                yield _made(e, f"quality.bounds.{table}.{part}", both(f"ledger.bounds_{part}"), values[part], "fraction", method=RECORDS)  # fmt: skip
    decided = [each for each in found.grade.tests.values() if each is not None]
    yield _made(
        e, "quality.tests_decided", both("ledger.tests_decided"), float(len(decided)), "item", method=RECORDS
    )
    yield _made(e, "quality.tests_met", both("ledger.tests_met"), float(sum(decided)), "item", method=RECORDS)


# sign → keys of the number found, of how many, the share, and what chance would give
SIGNS: Mapping[str, tuple[str, str, str, str]] = {
    "heaping": ("heaped", "n", "share", "expected"),
    "late_entry": ("late", "n", "share", ""),
    "quarter_end": ("", "n", "quarter_end_share", "quarter_end_expected"),
    "copied_activities": ("copies", "n", "share", ""),
    "straight_lined": ("", "n", "straight_lined", ""),
}
SIGN_OF = {"quarter_end": "late_entry"}


# -- rows --


def _made(
    e: Evaluation,
    id: str,
    labels: tuple[str, str],
    value: Any,
    unit: str,
    *,
    method: str = LISTED,
    status: str = "ok",
) -> Number:
    assert e.ledger is not None
    known = value if isinstance(value, Bounded) else _plain(value)
    return number(
        id, e.region.code, labels, known, unit=unit, method=method, source=f"ledgers:{e.ledger.snapshot}",
        as_of=e.run.period.last.isoformat(), status=status,  # type: ignore[arg-type]
    )  # fmt: skip


def _between(value: Any, lower: Any, upper: Any) -> float | Bounded | None:
    if _blank(value):
        return None
    if _blank(lower) or _blank(upper):
        return float(value)
    return Bounded(float(lower), float(value), float(upper))


def _plain(value: Any) -> float | None:
    return None if _blank(value) else float(value)


def _blank(value: Any) -> bool:
    return value is None or math.isnan(float(value))


def _labels(code: str, part: str = "") -> tuple[str, str]:
    names = (describe(code, "zh")[0], describe(code, "en")[0])
    return _part(names, part) if part else names


def _part(labels: tuple[str, str], part: str) -> tuple[str, str]:
    zh, en = both(f"ledger.part_{part}")
    return f"{labels[0]}：{zh}", f"{labels[1]}: {en}"


def _unit(row: Any) -> str:
    return str(row["measure_unit"])


def _units(code: str) -> tuple[str, str]:
    if code.startswith("completion."):
        unit = UNITS_OF[code.removeprefix("completion.")][0]
        return unit, unit
    return IDS[code][1:]


def station_slug(station_id: str) -> str:
    """A station's id inside the id of a number: ASCII, stable; what had to be replaced gets a short digest."""
    plain = re.sub(r"[^A-Za-z0-9_-]", "-", station_id)
    return (
        plain
        if plain == station_id
        else f"{plain.strip('-')}~{hashlib.sha256(station_id.encode()).hexdigest()[:8]}"
    )
