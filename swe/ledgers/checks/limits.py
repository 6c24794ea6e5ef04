"""Where a record begins to count (`Minima`) and where a pattern begins to be remarkable (`Limits`): all configurable."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from swe.core.errors import DefinitionError

# A framework's `validity` names table and column (docs/formats.md §5); here is the minimum that each one sets.
_VALIDITY = {
    ("groups", "sessions"): "group_sessions",
    ("groups", "participants"): "group_participants",
    ("cases", "contacts"): "case_contacts",
    ("activities", "participants"): "activity_participants",
    ("publicity", "hours"): "publicity_hours",
    ("publicity", "participants"): "publicity_participants",
}


@dataclass(frozen=True)
class Minima:
    """Least content of a record that counts as valid; the defaults are those of a tender (许昌救助站, docs/background.md, service units).

    A publicity event is an activity of kind `publicity`; it has minima of its own. A minimum of 0 asks for nothing.
    """

    group_sessions: float = 4
    group_participants: float = 5
    case_contacts: float = 5
    activity_participants: float = 8
    publicity_hours: float = 1
    publicity_participants: float = 30

    @classmethod
    def from_validity(cls, validity: Mapping[str, Mapping[str, Any]]) -> Minima:
        """The minima of a framework's `validity`; what it does not name keeps its default.

        Raises DefinitionError for a table, column or limit that is not known.

        >>> Minima.from_validity({"groups": {"sessions": {"min": 6}}}).group_sessions
        6
        """
        asked: dict[str, float] = {}
        for table, columns in validity.items():
            for column, limit in columns.items():
                if (table, column) not in _VALIDITY or set(limit) != {"min"}:
                    known = ", ".join(".".join(pair) for pair in _VALIDITY)
                    raise DefinitionError(
                        f"validity 中的 {table}.{column} 不认识；可写 {known}，各写 {{min: 数}}",
                        f"validity: {table}.{column} is not known; known: {known}, each as {{min: number}}",
                    )
                asked[_VALIDITY[table, column]] = limit["min"]
        return replace(cls(), **asked)


@dataclass(frozen=True)
class Limits:
    """From where on a pattern is flagged. All are ours unless said; a flag is a question, not a verdict."""

    activities_in_a_day: int = 3  # by one worker, in as many places (docs/background.md, quality checks)
    visits_in_a_day: int = 40  # households seen at home by one worker: twelve minutes each over eight hours
    hours_in_a_day: float = 16  # of one worker, all records of the day together
    heaping_least: int = 20  # numbers of 10 and more that a station must have before they are judged
    heaping_index: float = 175  # 100 no heaping … 500 all on 0 and 5; UN scale: 175 and more "very rough"
    chance: float = 0.001  # exact binomial probability below which a share is not put down to chance
    respondents_least: int = 10
    straight_lined: float = 0.9  # share of respondents who gave all items the same answer
    straight_items: int = 4  # items a respondent must have answered to be judged
    same_answers: int = 5  # respondents with the very same answers, not all alike, to at least `same_items`
    same_items: int = 8
    late_days: int = 30  # between service and entry
    late_share: float = 0.1
    bunching_least: int = 20
    bunching_share: float = 0.3  # in the last ten days of quarters, where 11 % of the days lie
    written_at_once: float = 0.5  # share of a station's records that were entered on a single day
    weekend_least: int = 20
    person_times_ratio: float = (
        3  # person-times over participants of an activity (they may last several days)
    )
    open_days: int = 365  # a case that has been open for longer
    note_length: int = 20  # letters (without digits and signs) from which two notes are compared
    note_alike: float = 0.8  # Jaccard similarity of their runs of three letters
    copied_rows: int = 3  # visits with the same account (case notes: two)


DEFAULT_MINIMA = Minima()
DEFAULT_LIMITS = Limits()
