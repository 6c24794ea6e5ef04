"""The shape of a file of `params/programmes/` (docs/formats.md §6), before anything in it is looked up."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from swe.core.strict_yaml import Strict, Words

Kind = Literal["network", "standard", "campaign", "pairing", "response", "mechanism", "incubation", "talent"]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]


class Span(Strict):
    """From when to when, each with the precision that the text gives, or open."""

    first: str | None = Field(alias="from")
    last: str | None = Field(alias="to")


class Derivation(Strict):
    """One number to derive: numerator over denominator, or the numerator alone."""

    id: Name
    numerator: str
    denominator: str | None
    unit: str
    label: Words
    note: Words | None = None


class Start(Strict):
    """The count at the close of a day from which a target is pursued."""

    date: str
    value: Annotated[int, Field(ge=0)]


class Target(Strict):
    """What is to be reached by when, and the published counts on the way, oldest first."""

    id: Name
    indicator: Name
    series: list[str]
    target: str
    start: Start | None
    deadline: str
    rule: str
    basis: Words


class Answer(Strict):
    """A comparison that published figures can already make for a rule; `value` null says that none can."""

    rule: str
    value: str | None
    operator: Literal["==", ">=", "<="]
    target: str
    note: Words | None = None


class Programme(Strict):
    """A file of `params/programmes/` (docs/formats.md §6)."""

    id: Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
    kind: Kind
    region: Annotated[str, Field(pattern=r"^\d{2,9}$")]
    counterpart: str | None
    title: Words
    period: Span
    sources: Annotated[list[str], Field(min_length=1)]
    derived: list[Derivation]
    rules: list[str]
    answers: list[Answer] = Field(default_factory=list)
    targets: list[Target]
    taxonomy: dict[str, list[str]]
