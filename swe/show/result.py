"""`Result`: what every analysis returns, frozen. Its sentence and picture are looked up by `kind`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

NoteKind = Literal["method", "reference", "n", "exclusion", "warning"]


@dataclass(frozen=True)
class Note:
    """One thing a reader must know about a number: its method, reference, n, an exclusion or a warning."""

    kind: NoteKind
    zh: str
    en: str

    def text(self, lang: str = "zh") -> str:
        return self.zh if lang == "zh" else self.en


@dataclass(frozen=True)
class Result:
    """An analysis.

    kind    name of the analysis; the sentence and the picture are found by it
    table   the rows; in them `unit` says who, `measure_unit` what is counted
    values  named scalars, floats; NaN where there is none; bounded ones add `<name>_lower`, `<name>_upper`
    notes   method, reference, n, exclusions, warnings
    """

    kind: str
    table: pd.DataFrame
    values: dict[str, float]
    notes: tuple[Note, ...] = ()

    def text(self, lang: str = "zh") -> str:
        """One careful sentence or two, in `zh` or `en`."""
        from swe.show.sentences import sentence

        return sentence(self, lang)

    def plot(self, ax: Axes | None = None) -> Axes:
        """The picture of this kind of result, on `ax` or on a new figure."""
        from swe.show.plots import plot

        return plot(self, ax=ax)

    def _repr_html_(self) -> str:
        from swe.show.tables import result_html

        return result_html(self)

    def warnings(self, lang: str = "zh") -> tuple[str, ...]:
        return tuple(note.text(lang) for note in self.notes if note.kind == "warning")

    def __getitem__(self, name: str) -> float:
        return self.values[name]

    def __hash__(self) -> int:
        return id(self)


def bounded_values(name: str, number: Any) -> dict[str, float]:
    """A `Bounded` (or None) as `.values` entries: the point or NaN, and its bounds where it is not exact."""
    nan = float("nan")
    if number is None:
        return {name: nan}
    point = nan if number.point is None else float(number.point)
    if number.is_exact:
        return {name: point}
    return {name: point, f"{name}_lower": float(number.low), f"{name}_upper": float(number.high)}
