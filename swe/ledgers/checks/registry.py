"""Every check in the order in which it runs, and every rule that may come out of one."""

from __future__ import annotations

from collections.abc import Callable

from swe.ledgers.checks import (
    answers,
    cells,
    copied_notes,
    coverage,
    dates,
    declared,
    evidence,
    finance,
    heaping,
    holidays,
    keys,
    late_entry,
    loads,
    minima,
    missing,
    person_times,
    persons,
    process,
    staff,
    targets,
    units,
)
from swe.ledgers.checks.ledger import Ledger
from swe.ledgers.checks.rule import Rule
from swe.ledgers.issues import Issue

# across rows and tables; the number is that of docs/background.md, quality checks (some modules hold two)
CHECKS: tuple[Callable[[Ledger], list[Issue]], ...] = (
    *(keys.duplicate_keys, keys.references),
    *(minima.minima, declared.declared),  # 1
    *(persons.duplicate_clients, persons.duplicate_workers, persons.copied_rows),  # 2
    *(loads.places_in_a_day, loads.visits_in_a_day, loads.hours_in_a_day),  # 3
    *(dates.future, dates.backwards, dates.outside_station, dates.outside_employment, holidays.holidays),  # 4
    evidence.evidence,  # 5
    *(heaping.heaping, answers.answers),  # 6
    *(late_entry.late_entry, late_entry.quarter_ends),  # 7
    *(person_times.person_times, finance.finance_lines, finance.finance_totals),  # 8, 11
    *(targets.target_sums, targets.main_station, staff.staff),  # 8, 9
    *(coverage.station_coverage, coverage.survey_strata),  # 9
    *(process.cases, process.groups),  # 10
    *(targets.target_units, units.same_numbers),  # 12
    copied_notes.copied_notes,  # 13
    *(missing.missing, missing.empty_tables),  # 14
)

_MODULES = (
    *(cells, keys, minima, declared, persons, loads, dates, holidays, evidence, heaping, answers, late_entry),
    *(person_times, finance, targets, staff, coverage, process, units, copied_notes, missing),
)
RULES: tuple[Rule, ...] = tuple(
    sorted((rule for module in _MODULES for rule in module.RULES), key=lambda rule: rule.check)
)
