"""The checks of a load, on both sides of the border: what needs persons or prose inside each source before it, what
compares stations and sources with each other after it.

A load that takes most sources over from an earlier snapshot has only their redacted rows; it must say the same as a
load from nothing. `swe check`, which keeps nothing, compares everything as it was written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING

from swe.ledgers.checking import DEFAULT_LIMITS, DEFAULT_MINIMA, check_rows
from swe.ledgers.checks import copied_notes, dates, keys, loads, persons
from swe.ledgers.checks.ledger import Ledger, Letters, build
from swe.ledgers.checks.registry import CHECKS
from swe.ledgers.issues import Account, Issue

if TYPE_CHECKING:
    import pandas as pd

    from swe.ledgers.checks.limits import Minima
    from swe.ledgers.tables.spec import Contract

Check = Callable[[Ledger], list[Issue]]

# They read worker and client numbers, names, birth dates, places or prose, which do not pass the border as they are.
PERSONAL: tuple[Check, ...] = (
    *(keys.duplicate_keys, keys.references),
    *(persons.duplicate_clients, persons.duplicate_workers, persons.copied_rows),
    *(loads.places_in_a_day, loads.visits_in_a_day, loads.hours_in_a_day),
    *(dates.outside_employment, copied_notes.copied_notes),
)
# Of those, what pseudonyms answer as well. A reference by name does not: the pseudonym of a name is not that of a number.
BY_PSEUDONYM: tuple[Check, ...] = (
    *(persons.duplicate_clients, persons.duplicate_workers),
    *(loads.visits_in_a_day, loads.hours_in_a_day),
)
PERSON_REFERENCES = frozenset({keys.WORKER.id, keys.CLIENT.id})


def within(
    tables: Mapping[str, pd.DataFrame], contract: Contract, *, letters: Letters | None = None
) -> tuple[Issue, ...]:
    """What is wrong in one source, seen before the border: every cell, persons and prose.

    What is kept of an unchanged source must hold on any later day, so no check here may ask which day it is.
    """
    ledger = build(
        tables, contract, minima=DEFAULT_MINIMA, limits=DEFAULT_LIMITS, today=date.max, letters=letters
    )
    personal = {name for name, table in contract.tables.items() if _personal_key(contract, name)}
    found = list(check_rows(tables, contract, letters=letters))
    for run in PERSONAL:
        issues = run(ledger)
        if run is keys.references:
            issues = [issue for issue in issues if issue.rule in PERSON_REFERENCES]
        if run is keys.duplicate_keys:
            issues = [issue for issue in issues if issue.table in personal]
        found += issues
    return tuple(found)


def between(
    tables: Mapping[str, pd.DataFrame], contract: Contract, *, pseudonyms: bool, today: date,
    minima: Minima | None = None, accounts: Sequence[Account] = (), letters: Letters | None = None,
) -> tuple[Issue, ...]:  # fmt: skip
    """What is wrong in and between all sources, seen after the border.

    `pseudonyms` says whether there was a user's key: without one, persons are compared by `person_match` instead.
    """
    ledger = build(
        tables, contract, minima=minima or DEFAULT_MINIMA, limits=DEFAULT_LIMITS, today=today, accounts=accounts,
        letters=letters,
    )  # fmt: skip
    found: list[Issue] = []
    for run in CHECKS:
        if run is keys.duplicate_keys:
            kept = [i for i in run(ledger) if pseudonyms or not _personal_key(contract, i.table)]
            found += kept
        elif run is keys.references:
            found += [issue for issue in run(ledger) if issue.rule not in PERSON_REFERENCES]
        elif run not in PERSONAL or (pseudonyms and run in BY_PSEUDONYM):
            found += run(ledger)
    return tuple(found)


def united(inside: Iterable[Issue], across: Iterable[Issue]) -> list[Issue]:
    """Both, each place and rule once; what was seen across all sources is the fuller statement."""
    wider = list(across)
    said = {_place(issue) for issue in wider}
    return [*(issue for issue in inside if _place(issue) not in said), *wider]


def _place(issue: Issue) -> tuple[str, str, int | None, str, str, str]:
    return issue.file, issue.sheet, issue.row, issue.table, issue.column, issue.rule


def _personal_key(contract: Contract, table: str) -> bool:
    return any(contract[table][column].border == "pseudonym" for column in contract[table].key)
