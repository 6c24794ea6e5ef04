"""Numbers of the comparison as rows of results.json: every measure as a whole, and the units that the page shows."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pandas as pd

from swe.core.bounded import Bounded
from swe.indicators.comparison_one import SETTLED
from swe.reports.comparison_view import LEAD, SHARE, ComparisonView
from swe.reports.ledger_numbers import station_slug
from swe.show.numbers import Number, Status, number
from swe.show.words import both

if TYPE_CHECKING:
    from swe.indicators.comparison_one import Compared
    from swe.reports.evaluation import Evaluation

MOST = 200  # units that a page lists; of more, those beyond the usual spread
SHOWN = 16  # digits of a hash that name a file
RATIO, COUNT, REGISTER = "ledger ratio", "ledger count", "count of register rows"


def comparison_numbers(e: Evaluation, view: ComparisonView | None) -> Iterator[Number]:
    """All numbers of a comparison; none where there is none."""
    if view is None:
        return
    made = _Maker(e, view)
    if view.comparison is not None:
        for name, each in view.comparison.measures.items():
            yield from _measure(made, name, each)
        yield made("tests", "label_tests", view.comparison.tests, "", COUNT)
        if view.reference is not None:
            yield made("reference.stations", "label_reference_stations", view.reference.stations, "station", COUNT, source=made.common, as_of=view.reference.as_of)  # fmt: skip
        for name in (LEAD, SHARE):
            if name in view.comparison.measures:
                yield from _units(made, name, view.comparison[name])
        yield from _moves(made, view)
        yield from _apart(made, view)
    yield from _chart(made, view)
    yield from _equity(made, view)


class _Maker:
    """A number of this region out of its ledgers."""

    def __init__(self, e: Evaluation, view: ComparisonView) -> None:
        assert e.ledger is not None
        self.who = view.by  # station, county: also the word after a number of them
        self.region, self.as_of = e.region.code, e.run.period.last.isoformat()
        self.ledgers = f"ledgers:{e.ledger.snapshot}"
        self.common = "" if view.reference is None else f"ledgers.comparison:{view.reference.sha256[:SHOWN]}"

    def __call__(
        self, id: str, label: str, value: Any, unit: str, method: str, *, low: float = math.nan, high: float = math.nan,
        source: str = "", as_of: str = "", status: Status = "ok", **fields: str,
    ) -> Number:  # fmt: skip
        known = None if value is None or pd.isna(value) else float(value)
        bounded: float | Bounded | None = known
        if known is not None and not (math.isnan(low) or math.isnan(high)):
            bounded = Bounded(min(low, known), known, max(high, known))
        return number(
            f"comparison.{id}", self.region, both(f"comparison.{label}", **fields), bounded, unit=unit, method=method,
            source=source or self.ledgers, as_of=as_of or self.as_of, status=status,
        )  # fmt: skip


def shown(each: Compared) -> pd.DataFrame:
    """The units that a page lists: all, or of many those beyond the usual spread; best expectation first."""
    rows = each.table if len(each.table) <= MOST else each.table[each.table["flagged"] != 0].head(MOST)
    order = "expected_next" if each.ranked else "unit"
    return rows.sort_values([order, "unit"], ascending=[not each.ranked, True], kind="stable")


def _measure(made: _Maker, name: str, each: Compared) -> Iterator[Number]:
    unit = each.measure.unit
    yield made(f"{name}.units", "label_units", len(each.table), made.who, COUNT)
    yield made(f"{name}.apart", "label_apart", len(each.apart), made.who, COUNT)
    common = made.common if each.target_of == SETTLED else ""
    if each.target is not None:
        yield made(f"{name}.target", "label_target", each.target.value, unit, RATIO, source=common)
    if each.ranked:
        yield made(f"{name}.tiers", "label_tiers", each.tiers, "tier", "rank sets")
        yield made(f"{name}.flagged", "label_flagged", each.flagged, made.who, "false discovery rate")
        yield made(f"{name}.small", "label_small", int(each.table["small"].sum()), made.who, COUNT)
        if each.target is not None and each.target.dispersion > 1:
            yield made(
                f"{name}.dispersion",
                "label_dispersion",
                each.target.dispersion,
                "ratio",
                RATIO,
                source=common,
            )


def _units(made: _Maker, name: str, each: Compared) -> Iterator[Number]:
    kind = each.measure.unit
    counted = kind.split("/")[0] if "/" in kind else "record"
    for row in shown(each).itertuples():
        at = f"{name}.unit.{station_slug(str(row.unit))}"
        small: Status = "below_validity" if row.small else "ok"
        yield made(
            f"{at}.value", "label_value", row.value, kind, RATIO, low=row.lower, high=row.upper, status=small
        )
        yield made(f"{at}.count", "label_count", row.count, counted, COUNT)
        yield made(
            f"{at}.exposure",
            "label_exposure",
            row.exposure,
            "station_month" if "/" in kind else counted,
            COUNT,
        )
        if each.ranked:
            yield made(f"{at}.next", "label_next", row.expected_next, kind, "shrunken towards the mean")
            yield made(f"{at}.tier", "label_tier", row.tier, "tier", "rank sets")


def _moves(made: _Maker, view: ComparisonView) -> Iterator[Number]:
    """Who moved within the period, of the measure that is shown unit by unit."""
    assert view.comparison is not None
    each = view.comparison.measures.get(LEAD)
    if each is None or each.moves is None:
        return
    found = each.moves
    yield made(f"{LEAD}.moves.units", "label_moves_units", found["units"], made.who, COUNT)
    yield made(
        f"{LEAD}.moves.moved", "label_moves_moved", found["moved"], made.who, "difference over its error"
    )
    yield made(
        f"{LEAD}.moves.by_chance",
        "label_moves_by_chance",
        found["by_chance"],
        made.who,
        "difference over its error",
    )


def _apart(made: _Maker, view: ComparisonView) -> Iterator[Number]:
    """Units of the lead measure that are not compared: what they reported, of what was due."""
    assert view.comparison is not None
    each = view.comparison.measures.get(LEAD)
    if each is None:
        return
    for row in each.apart.head(MOST).itertuples():
        at = f"{LEAD}.apart.{station_slug(str(row.unit))}"
        yield made(f"{at}.due", "label_due", row.due, "station_month", COUNT)
        yield made(f"{at}.reported", "label_reported", row.reported, "station_month", COUNT)
        yield made(f"{at}.value", "label_value", row.value, each.measure.unit, RATIO)
        yield made(f"{at}.at_least", "label_at_least", row.at_least, each.measure.unit, RATIO)


def _chart(made: _Maker, view: ComparisonView) -> Iterator[Number]:
    if view.chart is None:
        return
    unit = "activity/station_month"
    yield made("chart.signals", "label_signals", view.chart["signals"], "month", "control chart")
    yield made("chart.months", "label_months", len(view.chart.table), "month", "control chart")
    yield made("chart.centre", "label_centre", view.chart["centre"], unit, "control chart")
    for row in view.chart.table.itertuples():
        yield made(f"chart.{row.time}.value", "label_value", row.value, unit, RATIO, as_of=str(row.time))
        for side in ("lower", "upper"):
            yield made(f"chart.{row.time}.{side}", f"label_{side}", getattr(row, side), unit, "control chart", as_of=str(row.time))  # fmt: skip


def _equity(made: _Maker, view: ComparisonView) -> Iterator[Number]:
    fair = view.equity
    vintage = fair.vintage
    for row in fair.groups.itertuples():
        at = f"equity.{row.group}"
        yield made(
            f"{at}.units",
            "label_group_units",
            row.units,
            "township_unit",
            REGISTER,
            source=f"register:{vintage}",
            as_of=vintage,
        )
        yield made(f"{at}.served", "label_group_served", row.served, "township_unit", COUNT)
        yield made(f"{at}.villages_per_station", "label_villages_per_station", row.villages_per_station, "village/station", RATIO)  # fmt: skip
    for row in fair.activity.itertuples():
        unit = {"valid_cases": "case", "valid_groups": "group", "valid_activities": "activity", "households_visited": "household"}[str(row.measure)]  # fmt: skip
        yield made(
            f"equity.{row.group}.{row.measure}", str(row.measure), row.value, f"{unit}/station_month", RATIO,
            low=row.lower, high=row.upper,
        )  # fmt: skip
    for row in fair.contrast.itertuples():
        yield made(f"equity.ratio.{row.measure}", "label_ratio", row.ratio, "ratio", RATIO, low=row.lower, high=row.upper)  # fmt: skip
    if fair.theil is not None:
        whole = fair.theil["theil"]
        yield made("equity.theil", "label_theil", whole, "ratio", "Theil index")
        between = fair.theil["between"] / whole if whole > 0 else math.nan
        yield made("equity.theil_between", "label_theil_between", between, "fraction", "Theil index")
    for need, found in fair.by_need.items():
        yield made(
            f"equity.need.{station_slug(need)}", "label_by_need", found["concentration"], "ratio", "concentration index",
            low=found["lower"], high=found["upper"], source="sources.needs", need=need,
        )  # fmt: skip
    yield from _counties(made, view)


def _counties(made: _Maker, view: ComparisonView) -> Iterator[Number]:
    """County rows: all of a province or below, none of the nation, whose page holds no table of them."""
    frame, vintage = view.equity.counties, view.equity.vintage
    if len(frame) > MOST:
        return
    for row in frame.to_dict("records"):
        at = f"equity.county.{row['county']}"
        yield made(
            f"{at}.units",
            "label_group_units",
            row["units"],
            "township_unit",
            REGISTER,
            source=f"register:{vintage}",
            as_of=vintage,
        )
        yield made(f"{at}.stations", "label_stations", row["stations"] or None, "station", COUNT)
        yield made(f"{at}.villages_per_station", "label_villages_per_station", row["villages_per_station"], "village/station", RATIO)  # fmt: skip
        if "residents_per_station" in row:
            yield made(f"{at}.residents_per_station", "label_residents_per_station", row["residents_per_station"], "person/station", RATIO)  # fmt: skip
