"""`Framework`: an indicator system (指标体系), read from a file and checked; what indicators and scores work with."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from swe.core import project
from swe.core.errors import SweError, joined
from swe.core.strict_yaml import attempt_model, definition_error, read_lines
from swe.indicators.framework_checks import problems
from swe.indicators.framework_model import Deduction, Extra, FrameworkSpec, Grade, Indicator, StationKind


@dataclass(frozen=True)
class Framework:
    """A checked indicator system: `spec` as written, `path` where, `sha256` of its bytes."""

    spec: FrameworkSpec
    path: Path
    sha256: str

    @property
    def id(self) -> str:
        return self.spec.id

    @property
    def scale(self) -> int:
        """Full marks, 100 or 1000."""
        return int(self.spec.scale)

    @property
    def indicators(self) -> tuple[Indicator, ...]:
        return self.spec.indicators

    @property
    def bonuses(self) -> tuple[Extra, ...]:
        return self.spec.bonus.items if self.spec.bonus else ()

    @property
    def deductions(self) -> tuple[Deduction, ...]:
        return self.spec.deductions.items if self.spec.deductions else ()

    @cached_property
    def codes(self) -> tuple[str, ...]:
        """Codes of everything that has a row in a frame of indicators: indicators, bonus items, deductions, vetoes."""
        parts = (self.spec.indicators, self.bonuses, self.deductions, self.spec.vetoes)
        return tuple(each.code for part in parts for each in part)

    @cached_property
    def grades(self) -> tuple[Grade, ...]:
        """Grades from the highest down; each holds from its `from` (included) to the next higher one (excluded)."""
        return tuple(sorted(self.spec.grades, key=lambda grade: -grade.from_))

    def applies(self, indicator: Indicator, kind: StationKind) -> bool:
        """Whether an indicator is asked of stations of this kind."""
        return kind in (indicator.applies_to or self.spec.applies_to)


def framework(name: str | Path, *, root: Path | None = None) -> Framework:
    """An indicator system by id (a file of `params/frameworks/` of the project) or by path.

    Raises UsageError for an unknown id, DefinitionError with every problem and its line for a wrong file.
    """
    found, errors = attempt_framework(name, root=root)
    if found is None:
        raise joined(errors)
    return found


def attempt_framework(
    name: str | Path, *, root: Path | None = None
) -> tuple[Framework | None, tuple[SweError, ...]]:
    """The system, or every problem of its file on its own, in the order of the lines.

    What a model cannot read (a missing key, a word for a number) is told before what contradicts itself.
    Raises UsageError for an unknown id, DefinitionError for what is no YAML, MachineError for what cannot be read.
    """
    path = project.definition(name, "frameworks", root, noun=("指标体系", "framework"))
    spec, errors = attempt_model(path, FrameworkSpec)
    if spec is None:
        return None, errors
    lines = read_lines(path)
    places = [definition_error(path, lines, *problem) for problem in problems(path, spec)]
    found = sorted((*errors, *places), key=_line_of)
    if found:
        return None, tuple(found)
    return Framework(spec, path, hashlib.sha256(path.read_bytes()).hexdigest()), ()


def _line_of(error: SweError) -> int:
    return int(error.where.rpartition(":")[2])


def framework_paths(root: Path | None = None) -> dict[str, Path]:
    """The files of `params/frameworks/` by id, the project's own first, then those that ship."""
    return project.definitions("frameworks", root)
