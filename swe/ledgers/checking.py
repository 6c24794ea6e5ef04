"""Checking a ledger: what is wrong, what is doubtful and what is missing, each with its place and its remedy.

Row by row against the contract, then across rows and tables. It runs before the border, on frames that still hold
identifiers and free text, and lets none of it out: a message speaks of places and counts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING

from swe.ledgers.checks import cells, missing
from swe.ledgers.checks import minima as minimum
from swe.ledgers.checks.ledger import Letters, build
from swe.ledgers.checks.limits import DEFAULT_LIMITS, DEFAULT_MINIMA, Limits, Minima
from swe.ledgers.checks.registry import CHECKS, RULES
from swe.ledgers.checks.rule import Rule
from swe.ledgers.contract import contract as contract_of
from swe.ledgers.issues import Account, Issue

if TYPE_CHECKING:
    import pandas as pd

    from swe.core.dates import Period
    from swe.ledgers.tables.spec import Contract

__all__ = [
    "DEFAULT_LIMITS",
    "DEFAULT_MINIMA",
    "RULES",
    "Letters",
    "Limits",
    "Minima",
    "Rule",
    "check",
    "check_across",
    "check_rows",
    "completeness",
    "valid_counts",
]


def check(
    tables: Mapping[str, pd.DataFrame],
    contract: Contract,
    *,
    minima: Minima = DEFAULT_MINIMA,
    limits: Limits = DEFAULT_LIMITS,
    today: date,
    accounts: Sequence[Account] = (),
    letters: Letters | None = None,
) -> tuple[Issue, ...]:
    """Every issue of a ledger, in the order of the rules and, within a rule, of file, sheet and row.

    tables   typed frames by table (dtypes of the contract) with `_file`, `_sheet`, `_row`; a table may be absent
    minima   least content of a record that counts as valid; limits: from where on a pattern is flagged
    today    the day that nothing lies after; accounts: the reader's row accounting
    letters  (file, sheet, table) → {column: letters}, for cell addresses
    """
    found = check_rows(tables, contract, letters=letters)
    return found + check_across(
        tables, contract, minima=minima, limits=limits, today=today, accounts=accounts, letters=letters
    )


def check_rows(
    tables: Mapping[str, pd.DataFrame], contract: Contract, *, letters: Letters | None = None
) -> tuple[Issue, ...]:
    """Issues of single cells: type, allowed value, range, pattern, required. Any part of a table may be checked alone."""
    return tuple(cells.cells(tables, contract, letters))


def check_across(
    tables: Mapping[str, pd.DataFrame],
    contract: Contract,
    *,
    minima: Minima = DEFAULT_MINIMA,
    limits: Limits = DEFAULT_LIMITS,
    today: date,
    accounts: Sequence[Account] = (),
    letters: Letters | None = None,
) -> tuple[Issue, ...]:
    """Issues across rows and tables; needs the whole ledger of each station."""
    ledger = build(
        tables, contract, minima=minima, limits=limits, today=today, accounts=accounts, letters=letters
    )
    return tuple(issue for run in CHECKS for issue in run(ledger))


def valid_counts(tables: Mapping[str, pd.DataFrame], minima: Minima = DEFAULT_MINIMA) -> pd.DataFrame:
    """Declared and valid cases, groups and activities of each station, side by side.

    Columns: station, kind (case | group | activity), declared, valid, reasons ({column: rows that fall short,
    column_missing: rows that do not say}; a row may lack several). Declared are the rows of the ledger.
    """
    return minimum.counted(_ledger(tables, contract_of(), minima))


def completeness(
    tables: Mapping[str, pd.DataFrame], contract: Contract, period: Period | None = None
) -> pd.DataFrame:
    """Station × month × table: `reported`, `zero` or `not_reported`, with the number of records.

    Months are those of the period while the station was open; without a period, those of its contract and records up
    to the last month of the ledger. Zero needs a station that reported other services in the month and keeps the
    table, or a monthly report of 0; everything else without a record is not reported.
    """
    return missing.completeness(_ledger(tables, contract, DEFAULT_MINIMA), period)


def _ledger(tables: Mapping[str, pd.DataFrame], contract: Contract, minima: Minima):  # type: ignore[no-untyped-def]
    return build(tables, contract, minima=minima, limits=DEFAULT_LIMITS, today=date.max)
