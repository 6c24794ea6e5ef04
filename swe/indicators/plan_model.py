"""The shape of a file of `params/plans/`: what will be estimated, fixed before anybody has seen a result."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from swe.core.dates import period
from swe.core.errors import SweError
from swe.core.strict_yaml import Loc, Strict, Words

Name = Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_.]*$")]
Estimator = Literal["att_gt", "imputation", "its", "match"]
Measure = Literal["count", "share", "mean"]
SEEDS = 2**63  # numpy takes any non-negative integer; a manifest keeps what an int64 holds


class Season(Strict):
    """Fourier pairs of an interrupted series."""

    pairs: Annotated[int, Field(ge=0, le=6)]


class Interrupted(Strict):
    """What only an interrupted time series needs."""

    start: str
    season: Season | None = None
    errors: Literal["quasi", "hac", "none"] = "quasi"
    control_series: Name | None = None
    placebo: tuple[str, ...] = ()


class Subgroup(Strict):
    """Units for which the effect is estimated on their own; the values of one column."""

    name: Name
    column: Name
    values: tuple[str, ...] = Field(min_length=1)


class PlanSpec(Strict):
    """The file as written.

    outcome_kind      population only: stations' own activity is no effect, and a plan that asks for it is wrong
    outcome_measure   count (added up over months and places), share (a fraction from 0 to 1, averaged, told in per cent) or mean
                      (a score, a rate a head: averaged)
    control, beyond   whom the treated are compared with, and what units treated after the panel's end are (group-time effects)
    anticipation      periods before set-up that may already differ
    horizon           last period after set-up that is reported; beyond it clean controls run out
    spillover         what a county hub does to townships without a station: note (stated only), donut (they are left out) or
                      county (the hub is the treatment)
    gaps              units with missing periods: error (nothing is estimated) or drop (they are left out and counted)
    multiplicity      what is done about several subgroups and secondary outcomes
    """

    id: Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
    status: Literal["draft", "final"]
    title: Words
    question: Words
    data: Literal["simulated", "real"]
    unit: Literal["township", "county"]
    time: Literal["month", "quarter", "year"]
    period: str
    outcome: Name
    outcome_kind: Literal["population", "activity"]
    outcome_measure: Measure = "count"
    secondary: tuple[Name, ...] = ()
    estimator: Estimator
    control: Literal["never", "not_yet"] | None = None
    beyond: Literal["never", "not_yet", "error"] | None = None
    anticipation: Annotated[int, Field(ge=0, le=36)] = 0
    horizon: Annotated[int, Field(ge=0, le=120)] | None = None
    covariates: tuple[Name, ...] = ()
    subgroups: tuple[Subgroup, ...] = ()
    cluster: Name | None = None
    spillover: Literal["note", "donut", "county"] = "note"
    gaps: Literal["error", "drop"] = "error"
    level: Annotated[float, Field(gt=0.5, lt=1)] = 0.95
    multiplicity: Literal["holm", "bh", "by", "none"] = "holm"
    seed: Annotated[int, Field(ge=0, lt=SEEDS)]
    exclusions: Words | None = None
    series: Interrupted | None = None


ANALYSIS = tuple(
    name for name in PlanSpec.model_fields if name not in ("status", "title", "question", "exclusions")
)


def problems(plan: PlanSpec) -> list[tuple[Loc, str, str]]:
    """What contradicts itself in a plan: the place, and what to do in zh and en."""
    names = [group.name for group in plan.subgroups]
    told: list[tuple[object, Loc, str, str]] = [
        (
            plan.outcome_kind == "activity",
            ("outcome_kind",),
            "社工站自己的记录（activity）不能当作成效，请换用人群一侧的结果（population）",
            "a station's own record (activity) is no effect; plan for an outcome of the population",
        ),
        (
            plan.estimator == "att_gt" and (plan.control is None or plan.beyond is None),
            ("estimator",),
            "att_gt 要写明 control（never、not_yet）与 beyond（never、not_yet、error）",
            "att_gt needs control (never, not_yet) and beyond (never, not_yet, error)",
        ),
        (
            (plan.estimator == "its") != (plan.series is not None),
            ("estimator",),
            "方法为 its 时要写 series（start 等），其他方法不写",
            "series (start and so on) goes with its, and only with it",
        ),
        (len(set(names)) < len(names), ("subgroups",), "name 重复", "a name is repeated"),
        (
            plan.outcome in plan.secondary,
            ("secondary",),
            "主要结果不能同时列为次要结果",
            "the main outcome cannot be a secondary one too",
        ),
    ]
    found = [(loc, f"{loc[0]}：{zh}", f"{loc[0]}: {en}") for wrong, loc, zh, en in told if wrong]
    try:
        period(plan.period)
    except SweError as error:
        found.append((("period",), error.zh, error.en))
    return found
