"""Programmes: what a published text lets an evaluator compute, and the rules it sets for stations.

The figures are few and often bounds; so every derived number is declared in a file (which figures, which
unit, which caution), checked with its line, and computed with its interval. Nothing else is derived.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from swe.core.errors import SweError, joined
from swe.core.project import root
from swe.core.strict_yaml import definition_error, read_model, read_nodes
from swe.indicators.programme_checks import problems
from swe.indicators.programme_model import Programme
from swe.indicators.programme_numbers import Derived, Goal, as_known, derive, goals
from swe.indicators.programme_rules import rules_table
from swe.reference import published as published_figures

if TYPE_CHECKING:
    from swe.reference.published import Published

__all__ = [
    "Derived",
    "Goal",
    "Programme",
    "as_known",
    "derive",
    "goals",
    "load_programme",
    "load_programmes",
    "rules_table",
]


def load_programme(path: Path, *, published: Published | None = None) -> Programme:
    """One programme file, checked against the published figures, rules and list of programmes.

    Raises
    ------
    DefinitionError
        With every problem and its file:line: unknown figure or rule, wrong unit, title not the list's.
    """
    path = Path(path)
    programme = read_model(path, Programme)
    lines = read_nodes(path)[1]
    known = published_figures.load() if published is None else published
    found = [definition_error(path, lines, *problem) for problem in problems(path, programme, known)]
    if found:
        raise joined(found)
    return programme


def load_programmes(
    folder: Path | None = None, *, published: Published | None = None
) -> dict[str, Programme]:
    """Every programme of a folder by id, in the order of the ids; the project's own without a folder.

    Raises
    ------
    DefinitionError
        With the problems of all files at once.
    """
    folder = root() / "params" / "programmes" if folder is None else Path(folder)
    known = published_figures.load() if published is None else published
    found: dict[str, Programme] = {}
    errors: list[SweError] = []
    for path in sorted(folder.glob("*.yml")):
        try:
            programme = load_programme(path, published=known)
        except SweError as error:
            errors.append(error)
        else:
            found[programme.id] = programme
    if errors:
        raise joined(errors)
    return found
