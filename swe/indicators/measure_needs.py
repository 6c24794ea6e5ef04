"""What measures need of the ledgers, written down before anything is read.

A recorder that answers every question with an empty array lets the measures themselves say what they will ask.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from swe.indicators.measure_sql import (
    WORD,
    Aggregate,
    Marks,
    column,
    spec,
)
from swe.indicators.station_scope import Asked, Scope, monday_number, month_number, scope

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from swe.indicators.station_scope import Flags, Floats

# Codes that mean the same in every station; all others are numbers of a station's own.
SHARED_CODES = ("person_key", "region_code", "main_station_id", "framework_id", "indicator_code")


class Cover(NamedTuple):
    """Keys of a register table and which of them another table has."""

    of: str
    of_condition: str
    table: str
    condition: str
    key: str


@dataclass(frozen=True)
class Calendar:
    """Where the bits of months and weeks begin, and how many words they fill."""

    months: int
    month_words: int
    weeks: int
    week_words: int

    def words(self, what: str) -> int:
        return self.month_words if what == "months" else self.week_words

    def base(self, what: str) -> int:
        """The number of the first month, or the ordinal of the first Monday."""
        if what == "weeks":
            return date(1970, 1, 1).toordinal() + 7 * self.weeks - 3
        return self.months

    def first(self, what: str) -> int:
        return self.months if what == "months" else self.weeks


def calendar(found: Scope) -> Calendar:
    """The months and weeks that any station's period touches."""
    first, last = (each[found.dated] for each in found.span)
    if not len(first):
        return Calendar(0, 1, 0, 1)
    low, high = np.array([first.min()]), np.array([last.max()])
    ends = [(int(f(low)[0]), int(f(high)[0])) for f in (month_number, monday_number)]
    (months, last_month), (weeks, last_week) = ends
    return Calendar(months, (last_month - months) // WORD + 1, weeks, (last_week - weeks) // WORD + 1)


class Wanted:
    """The recorder: answers every question with an empty array, and remembers it."""

    def __init__(self, asked: Asked, own: pd.DataFrame, spans: Calendar) -> None:
        self.scope = scope(asked, own.iloc[:0])
        self.calendar = spans
        self.aggregates: dict[Aggregate, None] = {}
        self.covers: dict[Cover, None] = {}
        self.tables: dict[str, None] = {}
        self.targets: dict[str, None] = {}
        self.marks: dict[Marks, None] = {}

    def number(self, aggregate: Aggregate) -> Floats:
        self.aggregates[aggregate] = None
        return np.empty(0)

    def bits(self, aggregate: Aggregate) -> NDArray[np.int64]:
        for word in range(words_of(self.calendar, aggregate)):
            self.aggregates[word_of(aggregate, word)] = None
        return np.empty((0, words_of(self.calendar, aggregate)), dtype=np.int64)

    def sent(self, table: str) -> Flags:
        self.tables[table] = None
        return np.empty(0, dtype=bool)

    def zero_reported(self, table: str) -> Flags:
        return np.empty(0, dtype=bool)

    def covered(self, cover: Cover) -> tuple[Floats, Floats]:
        self.covers[cover] = None
        return np.empty(0), np.empty(0)

    def marked(self, marks: Marks) -> tuple[Floats, Floats]:
        self.marks[marks] = None
        return np.empty(0), np.empty(0)

    def target(self, measure: str) -> Floats:
        self.targets[measure] = None
        return np.empty(0)

    def ask(self, sql: str, *names: str) -> dict[str, Floats]:
        return {name: np.empty(0) for name in names}

    def of_units(self, sql: str, mask: Flags) -> Floats:
        return np.empty(0)

    def covered_units(self, cover: Cover, mask: Flags) -> tuple[Floats, Floats]:
        return np.empty(0), np.empty(0)

    def source(self, table: str) -> str:
        return table

    def inside(self, aggregate: Aggregate) -> str:
        return ""

    def holds(self, table: str, dated: str) -> str:
        return ""

    def asked_for(self) -> list[tuple[str, str]]:
        """(table, SQL) of what was asked for: expressions, conditions, dates and keys."""
        found = [(each.table, f"{each.expression} {each.condition} {each.dated}") for each in self.aggregates]
        for cover in self.covers:
            found += [(cover.of, f"{cover.key} {cover.of_condition}")]
            found += [(cover.table, f"{cover.key} {cover.condition} {spec(cover.table).date}")]
        if self.marks:
            found.append(("ratings", "framework_id indicator_code rater_source round score full_points"))
        if self.targets:
            found.append(("targets", "measure target measure_unit period_from period_to month"))
        return found


def shared(table: str, name: str) -> bool:
    """Whether the values of a column mean the same in every station, so that a region must count them over its rows.

    >>> shared("visits", "client_id"), shared("clients", "person_key"), shared("linkages", "party")
    (False, True, True)
    """
    if name == "station_id":
        return False
    return name in SHARED_CODES or column(table, name).type != "code"


def word_of(aggregate: Aggregate, word: int) -> Aggregate:
    from dataclasses import replace

    return replace(aggregate, word=word)


def words_of(spans: Calendar, aggregate: Aggregate) -> int:
    return spans.words(aggregate.function) if aggregate.function in ("months", "weeks") else 1
