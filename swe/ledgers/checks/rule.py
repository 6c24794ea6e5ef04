"""`Rule`: what a check looks for, how grave it is, what is said, and what to write instead.

A message speaks of counts and places only; it never repeats what stood in a cell.
"""

from __future__ import annotations

from dataclasses import dataclass

from swe.ledgers.issues import Severity


@dataclass(frozen=True)
class Rule:
    """One rule. `check` is its number among the fourteen of the field (0: the contract itself).

    `zh`, `en` and the fixes may hold {names} of counts; `reference` is the standard or document it stands on, or
    `ours`. An error is what would make a number wrong; the others are flags, not negative points.
    """

    id: str
    check: int
    severity: Severity
    zh: str
    en: str
    fix_zh: str
    fix_en: str
    reference: str = "ours"
