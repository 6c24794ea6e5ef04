"""The numbers of a programme: derived ones and targets, with their bounds, sources, vintage and date."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from swe.core.bounded import Bounded
from swe.core.dates import parse_partial
from swe.core.strict_yaml import Words
from swe.indicators.operands import Expression, RegisterOperand, evaluate, parse_expression, unit_of
from swe.indicators.programme_model import Derivation, Programme, Target
from swe.reference.register import (
    county_count,
    nearest_vintage,
    prefecture_count,
    unit_count,
    village_count,
)

if TYPE_CHECKING:
    from swe.reference.published import Published

Method = Literal[
    "published_figure",
    "published_sum",
    "published_difference",
    "published_product",
    "published_ratio",
    "calendar",
]

COUNTS: Mapping[str, Callable[[str, str], int]] = {
    "units": unit_count,
    "counties": county_count,
    "prefectures": prefecture_count,
    "villages": village_count,
}
METHOD_OF_SIGN: Mapping[str, Method] = {
    "": "published_figure",
    "+": "published_sum",
    "-": "published_difference",
    "*": "published_product",
}


@dataclass(frozen=True)
class Derived:
    """A number made of published figures.

    id          as in the file; `programme.<programme>.<id>` in results.json
    value       with its bounds, in `unit`; no point where only bounds are known
    sources     ids of the figures used; `source_ids` the texts they come from
    vintage     of the register where it was counted, else None
    as_of       date of the latest figure used, with the precision of the text
    """

    id: str
    label: Words
    value: Bounded
    unit: str
    note: Words | None
    sources: tuple[str, ...]
    source_ids: tuple[str, ...]
    vintage: str | None
    as_of: str
    method: Method

    @property
    def point_allowed(self) -> bool:
        """False where the text gives a bound only: then no lone number may be printed."""
        return self.value.point is not None


@dataclass(frozen=True)
class Goal:
    """A target with its numbers: `series` holds (date as published, count) pairs, oldest first."""

    id: str
    indicator: str
    series: tuple[tuple[str, Bounded], ...]
    target: Bounded
    start: tuple[str, Bounded] | None
    deadline: str
    rule: str
    basis: Words
    vintage: str | None


def as_known(programme: Programme, published: Published) -> Programme:
    """The programme without what rests on figures that `published` lacks, as on an earlier date.

    A rule whose answer goes needs a ledger again.
    """
    known = set(published.figures["figure_id"])

    def usable(*texts: str | None) -> bool:
        return all(known.issuperset(parse_expression(text).figures) for text in texts if text is not None)

    derived = [each for each in programme.derived if usable(each.numerator, each.denominator)]
    gone = {each.id for each in programme.derived} - {each.id for each in derived}
    here = {each.id for each in derived}
    return programme.model_copy(
        update={
            "derived": derived,
            "targets": [each for each in programme.targets if usable(each.target, *each.series)],
            "answers": [
                each
                for each in programme.answers
                if not {each.value, each.target} & gone
                and usable(*(text for text in (each.value, each.target) if text not in here))
            ],
        }
    )


def derive(programme: Programme, published: Published, *, vintage: str | None = None) -> tuple[Derived, ...]:
    """The derived numbers of a programme, in the order of its file.

    Parameters
    ----------
    vintage : str, optional
        Cut-off date of the register; without it the one nearest to the latest figure of the numerator (of the
        denominator, of the period, where the numerator has none).
    """
    return tuple(_derived(each, programme, published, vintage) for each in programme.derived)


def goals(programme: Programme, published: Published, *, vintage: str | None = None) -> tuple[Goal, ...]:
    """The targets of a programme with their numbers; the register is the one nearest to the last count."""
    return tuple(_goal(each, programme, published, vintage) for each in programme.targets)


def value_of(text: str, programme: Programme, published: Published) -> Bounded:
    """The value of a derived number, by its id, or of an expression without register counts."""
    for item in programme.derived:
        if item.id == text:
            return _derived(item, programme, published, None).value
    return _value(parse_expression(text), programme, published, None)


def measure_units(published: Published) -> dict[str, str]:
    """The unit of every published figure by its id."""
    frame = published.figures
    return dict(zip(frame["figure_id"], frame["measure_unit"], strict=True))


def _derived(item: Derivation, programme: Programme, published: Published, vintage: str | None) -> Derived:
    above = parse_expression(item.numerator)
    below = None if item.denominator is None else parse_expression(item.denominator)
    parts = [above] if below is None else [above, below]
    if not any(part.registers for part in parts):
        vintage = None
    elif vintage is None:
        vintage = nearest_vintage(parse_partial(_dating(parts, published)).last)
    value = _value(above, programme, published, vintage)
    if below is not None:
        value = value / _value(below, programme, published, vintage)
    sources = tuple(dict.fromkeys(figure for part in parts for figure in part.figures))
    return Derived(
        id=item.id,
        label=item.label,
        value=value.with_unit(item.unit),
        unit=item.unit,
        note=item.note,
        sources=sources,
        source_ids=tuple(dict.fromkeys(_figure(published, each)["source_id"] for each in sources)),
        vintage=vintage,
        as_of=_as_of(parts, published),
        method=_method(above, below, sources),
    )


def _value(
    expression: Expression, programme: Programme, published: Published, vintage: str | None
) -> Bounded:
    def count(operand: RegisterOperand) -> int:
        assert vintage is not None  # an expression with a register count has been given one
        return COUNTS[operand.count](operand.region or programme.region, vintage)

    return evaluate(expression, figure=published.bounded, register=count)


def _dating(parts: list[Expression], published: Published) -> str:
    """The date that chooses the vintage: of the numerator's figures, the denominator's, or a period's end."""
    for part in parts:
        if part.figures:
            return _latest(_figure(published, each)["as_of"] for each in part.figures)
    return _latest(str(period.last) for part in parts for period in part.periods)


def _as_of(parts: list[Expression], published: Published) -> str:
    dates = [_figure(published, each)["as_of"] for part in parts for each in part.figures]
    return _latest(dates or [str(period.last) for part in parts for period in part.periods])


def _latest(dates: Iterable[str]) -> str:
    return max(dates, key=lambda text: parse_partial(text).last)


def _method(above: Expression, below: Expression | None, sources: tuple[str, ...]) -> Method:
    if not sources:
        return "calendar"
    return "published_ratio" if below is not None else METHOD_OF_SIGN[above.sign]


def _goal(item: Target, programme: Programme, published: Published, vintage: str | None) -> Goal:
    target = parse_expression(item.target)
    unit = str(unit_of(target, measure_units(published)))
    if not target.registers:
        vintage = None
    elif vintage is None:
        dates = [_figure(published, each)["as_of"] for each in item.series]
        vintage = nearest_vintage(parse_partial(_latest(dates or [item.deadline])).last)
    series = tuple((_figure(published, each)["as_of"], published.bounded(each)) for each in item.series)
    start = (item.start.date, Bounded.exact(item.start.value, unit)) if item.start else None
    value = _value(target, programme, published, vintage).with_unit(unit)
    return Goal(item.id, item.indicator, series, value, start, item.deadline, item.rule, item.basis, vintage)


def _figure(published: Published, figure_id: str) -> Mapping[str, str]:
    frame = published.figures
    row = frame[frame["figure_id"] == figure_id].iloc[0]
    # a benchmark has its source in its note: the file itself is then what can be pointed to
    return {"as_of": str(row["as_of"]), "source_id": str(row["source_id"]) or str(row["file"])}
