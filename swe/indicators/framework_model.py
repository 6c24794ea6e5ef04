"""The shape of a file of `params/frameworks/` (docs/formats.md §5), before anything in it is looked up.

The vocabulary is closed: nine measures, four filters, six score rules, no expressions. What an assessor can write down
here, a reader can check by hand.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, Tag, WithJsonSchema

from swe.core.strict_yaml import Strict, Words, one_key

StationKind = Literal["station", "main_station", "room"]
Missing = Literal["zero", "reweight", "block"]
Origin = Literal["official", "adapted", "synthetic"]
RaterSource = Literal["third_party", "purchaser", "village", "supervisor", "self"]
Round = Literal["self_assessment", "mid_term", "final", "spot_check"]
Code = Annotated[str, Field(pattern=r"^[A-Z][A-Za-z0-9.]*$")]
Points = Annotated[float, Field(ge=0, le=1000)]
Number = Annotated[float, Field(allow_inf_nan=False)]
# Every scalar is read as text and typed by its column; an editor may show it as a number or a boolean.
Cell = Annotated[str, WithJsonSchema({"type": ["string", "number", "boolean"]})]
Scale = Annotated[Literal["100", "1000"], WithJsonSchema({"enum": [100, 1000]})]


# -- filters: column → test; several columns are joined by "and" --


class Between(Strict):
    """Both ends included; numbers or ISO dates, as the column is."""

    low: Cell | None = None
    high: Cell | None = None


class Test(Strict):
    """One of the four filters on a column."""

    equals: Cell | None = None
    in_: tuple[Cell, ...] | None = Field(None, alias="in", min_length=1)
    between: Between | None = None
    notnull: bool | None = None


Where = dict[str, Test]


# -- measures --


class Count(Strict):
    """Rows of a table, or the distinct values of one column; with `valid`, only rows that meet the validity minima."""

    count: str
    where: Where = Field(default_factory=dict)
    distinct: str | None = None
    valid: bool = False


class Sum(Strict):
    """The sum of a column; missing where no row has a value, never zero."""

    sum: str
    column: str
    where: Where = Field(default_factory=dict)
    valid: bool = False


class TargetOf(Strict):
    """The contracted quantity of a measure (table `targets`), as far as it falls due in the period."""

    target: str


class Mean(Strict):
    """The mean of a column over the rows that have a value; several columns (items) are averaged within the row first."""

    mean: str
    column: str | tuple[str, ...]
    where: Where = Field(default_factory=dict)
    valid: bool = False


class Share(Strict):
    """Rows that meet `where` among the rows that meet `of` (all rows by default)."""

    share: str
    where: Where
    of: Where = Field(default_factory=dict)
    valid: bool = False


class Stations(Strict):
    """The stations themselves, or a column of their own row (posts, area_m2), added up over a region."""

    stations: str  # a numeric column, or `all` for their number
    where: Where = Field(default_factory=dict)


PARTS: dict[str, type[Strict]] = {"count": Count, "sum": Sum, "target": TargetOf, "stations": Stations}
Part = Annotated[
    Annotated[Count, Tag("=count")]
    | Annotated[Sum, Tag("=sum")]
    | Annotated[TargetOf, Tag("=target")]
    | Annotated[Stations, Tag("=stations")],
    one_key(lambda: PARTS, "count, sum, target, stations"),
]


class Ratio(Strict):
    """One quantity over another: completion against a target, workers over posts, money spent over money received."""

    ratio: Part
    to: Part


class Rate(Strict):
    """A quantity over the exposure: months, ISO weeks or years that the stations stood open in the period."""

    rate: Part
    per: Literal["station_month", "station_week", "station_year"]


class Coverage(Strict):
    """Who or what was reached, out of all: distinct keys of a register table, or months, weeks, domains with a record.

    `coverage: visits, distinct: client_id, of: clients` is the share of clients on file who were visited.
    `coverage: activities, of: months` is the share of the months open that have an activity.
    """

    coverage: str
    distinct: str | None = None
    where: Where = Field(default_factory=dict)
    of: str
    of_where: Where = Field(default_factory=dict)


class Rating(Strict):
    """Raters' points for this indicator as a share of the full points.

    Ratings of one source are averaged. `weighted` joins sources by the framework's `raters` (equal where it names
    none), `first` takes the first source of the list that rated the station.
    """

    rating: tuple[RaterSource, ...] = Field(min_length=1)
    round: Round = "final"
    combine: Literal["weighted", "first"] = "weighted"


class DaysBetween(Strict):
    """Days from one date column to another, over the rows that have both."""

    days_between: str
    from_: str = Field(alias="from")
    to: str
    where: Where = Field(default_factory=dict)
    statistic: Literal["median", "mean"] = "median"


MEASURES: dict[str, type[Strict]] = {
    "count": Count, "sum": Sum, "mean": Mean, "share": Share, "ratio": Ratio, "rate": Rate, "coverage": Coverage,
    "rating": Rating, "days_between": DaysBetween,
}  # fmt: skip


Measure = Annotated[
    Annotated[Count, Tag("=count")]
    | Annotated[Sum, Tag("=sum")]
    | Annotated[Mean, Tag("=mean")]
    | Annotated[Share, Tag("=share")]
    | Annotated[Ratio, Tag("=ratio")]
    | Annotated[Rate, Tag("=rate")]
    | Annotated[Coverage, Tag("=coverage")]
    | Annotated[Rating, Tag("=rating")]
    | Annotated[DaysBetween, Tag("=days_between")],
    one_key(lambda: MEASURES, "count, sum, mean, share, ratio, rate, coverage, rating, days_between"),
]


# -- score rules: value → points --


class Ends(Strict):
    """No points at `from` and beyond, all points at `to` and beyond, a straight line between; from > to where less is better."""

    from_: Number = Field(alias="from")
    to: Number


class Step(Strict):
    """From this value on (to the next step, half-open) these points."""

    from_: Number = Field(alias="from")
    points: Points


class Band(Strict):
    """Values in [from, to) give these points; outside of every band none. An open end is left out."""

    from_: Number | None = Field(None, alias="from")
    to: Number | None = None
    points: Points


class Score(Strict):
    """One of the six rules, and the points it can give at most."""

    linear: Ends | None = None
    steps: tuple[Step, ...] | None = Field(None, min_length=1)
    reach: Number | None = None  # all points at this value or better, else none
    yesno: bool | None = None  # true: all points where the value is 1; false: where it is 0
    rating: Literal["share"] | None = None  # the raters' share of the full points
    bands: tuple[Band, ...] | None = Field(None, min_length=1)
    points: Points


RULES = ("linear", "steps", "reach", "yesno", "rating", "bands")


# -- the framework --


class Source(Strict):
    """Where the system was published."""

    document: str
    pages: str | None = None
    url: str | None = None


class Dimension(Strict):
    """First level (一级指标)."""

    code: Code
    name: Words
    points: Points


class Group(Strict):
    """Second level (二级指标), where a system has three."""

    code: Code
    dimension: Code
    name: Words
    points: Points


class Indicator(Strict):
    """What is measured and scored (末级指标)."""

    code: Code
    dimension: Code
    group: Code | None = None
    name: Words
    measure: Measure
    about: Literal["person", "organisation"]
    direction: Literal["up", "down"] = "up"
    score: Score
    evidence: Words
    missing: Missing
    applies_to: tuple[StationKind, ...] | None = None
    rated_by: tuple[RaterSource, ...] | None = None
    definition: Words | None = None
    self_reported: bool = False


class Extra(Strict):
    """A bonus item: points on top, within the cap of all bonuses."""

    code: Code
    name: Words
    measure: Measure
    score: Score
    evidence: Words


class Bonus(Strict):
    cap: Points
    items: tuple[Extra, ...] = Field(min_length=1)


class Deduction(Strict):
    """Points off for each row found, within its own maximum and the cap of all deductions."""

    code: Code
    name: Words
    table: str
    where: Where = Field(default_factory=dict)
    points: Points
    max: Points | None = None
    evidence: Words


class Deductions(Strict):
    cap: Points
    items: tuple[Deduction, ...] = Field(min_length=1)


class Veto(Strict):
    """One row found puts the station into this grade (its zh or en name), whatever its points."""

    code: Code
    name: Words
    table: str
    where: Where = Field(default_factory=dict)
    grade: str


class Grade(Strict):
    """From this total on (to the next grade, half-open)."""

    from_: Number = Field(alias="from", ge=0)
    name: Words


class Minimum(Strict):
    min: Number = Field(gt=0)


class FrameworkSpec(Strict):
    """The file as written."""

    id: Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
    status: Literal["draft", "final"]
    replaces: str | None = None
    title: Words
    source: Source
    origin: Origin
    scale: Scale
    contract: Literal["ledger-v1"]
    applies_to: tuple[StationKind, ...] = Field(min_length=1)
    validity: dict[str, dict[str, Minimum]] = Field(default_factory=dict)
    dimensions: tuple[Dimension, ...] = Field(min_length=1)
    groups: tuple[Group, ...] = ()
    indicators: tuple[Indicator, ...] = Field(min_length=1)
    bonus: Bonus | None = None
    deductions: Deductions | None = None
    grades: tuple[Grade, ...] = Field(min_length=1)
    vetoes: tuple[Veto, ...] = ()
    raters: dict[RaterSource, Annotated[float, Field(ge=0, le=1)]] | None = None


FILTERS = ("equals", "in", "between", "notnull")
