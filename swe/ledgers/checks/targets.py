"""Checks 8 and 12: targets and declared figures: their units, their sums, and main station against stations."""

from __future__ import annotations

import numpy as np
import pandas as pd

from swe.ledgers.checks.ledger import Ledger, group_ids, month_numbers, numbers
from swe.ledgers.checks.rule import Rule
from swe.ledgers.issues import Issue

UNIT = Rule(
    "unit.measure", 12, "error",
    "计量单位与指标不符；该指标应以{zh_units}计。", "The unit does not fit the measure, which is counted in {en_units}.",
    "改写单位；若数字本来按别的单位统计，请重新统计后填写。", "Correct the unit; count again where the number was taken in another one.",
)  # fmt: skip
UNIT_CHANGES = Rule(
    "unit.changes", 12, "error",
    "本站同一指标在各行用了 {n} 种计量单位，户、人、人次不能相加。",
    "This station gives one measure in {n} different units; households, persons and person-times do not add.",
    "同一指标只用一种单位。", "Use one unit for one measure.",
)  # fmt: skip
RATE = Rule(
    "targets.rate", 8, "warning",
    "完成率不等于累计除以年度指标。", "The declared completion is not the cumulative number over the target.",
    "更正完成率；也可以不填，由软件计算。", "Correct the rate, or leave it out: the software computes it.",
)  # fmt: skip
FALLS = Rule(
    "targets.cumulative_falls", 8, "warning",
    "累计数比上一月小。", "The cumulative number is below that of the month before.",
    "累计数从考核期第一天起相加；更正写错的月份。", "A cumulative number adds up from the first day of the period; correct the wrong month.",
)  # fmt: skip
MONTH_SUM = Rule(
    "targets.month_sum", 8, "warning",
    "累计数不等于上月累计加本月数。", "The cumulative number is not that of last month plus this month's.",
    "核对本月数与累计数。", "Check the number of the month and the cumulative one.",
)  # fmt: skip
MAIN_BELOW = Rule(
    "totals.main_below_stations", 8, "error",
    "总站申报的累计数小于所属各站之和。", "The main station declares less than its stations together.",
    "总站数应为各站之和（总站自做的另加）；更正写错的一方。", "The main station's number is the sum of its stations (and what it did itself); correct the wrong side.",
)  # fmt: skip
MAIN_ABOVE = Rule(
    "totals.main_above_stations", 8, "info",
    "总站申报的累计数大于所属各站之和，差额应为总站自做。", "The main station declares more than its stations together; the difference should be its own work.",
    "在备注写明总站自做的数量。", "Say in the note how much the main station did itself.",
)  # fmt: skip
RULES = (UNIT, UNIT_CHANGES, RATE, FALLS, MONTH_SUM, MAIN_BELOW, MAIN_ABOVE)

# What each measure may be counted in (人, 户, 人次, 场/次, 个 are different units; docs/background.md, service units); a case contact is
# one person-time, so both are right.
UNITS_OF: dict[str, tuple[str, ...]] = {
    "cases": ("case", "piece"),
    "case_contacts": ("session", "person_time"),
    "groups": ("group", "piece"),
    "group_sessions": ("session",),
    "activities": ("activity", "session", "piece"),
    "households_visited": ("household",),
    "visit_person_times": ("person_time",),
    "person_times": ("person_time",),
    "clients": ("person", "piece"),
    "service_hours": ("hour",),
    "volunteers": ("person",),
    "volunteer_hours": ("hour",),
    "resources_cny": ("CNY",),
    "organisations": ("organisation", "piece"),
    "training_sessions": ("session", "activity"),
    "supervision_hours": ("hour",),
    "publicity_events": ("activity", "session", "piece"),
}
_RATE_ROUNDING = 0.0051


def target_units(ledger: Ledger) -> list[Issue]:
    """Units that do not fit their measure, and measures whose unit changes within a station."""
    rows = ledger.rows("targets", "measure", "measure_unit")
    rows = rows[rows["measure"].notna() & rows["measure_unit"].notna()]
    names = {value.code: value for value in ledger.contract["targets"]["measure_unit"].values}
    found: list[Issue] = []
    wrong = np.zeros(len(rows), dtype=bool)
    for measure, units in UNITS_OF.items():
        here = ((rows["measure"] == measure) & ~rows["measure_unit"].isin(units)).to_numpy(dtype=bool)
        wrong |= here
        found += ledger.flag(
            UNIT, "targets", rows[here], "measure_unit",
            zh_units="或".join(names[u].zh for u in units), en_units=" or ".join(names[u].en for u in units),
        )  # fmt: skip
    rows = rows[(rows["_station"] >= 0)]
    ids = group_ids(rows, "_station", "measure")
    kinds = rows["measure_unit"].groupby(ids).transform("nunique").to_numpy()
    first = (kinds > 1) & ~pd.Series(ids).duplicated().to_numpy()
    return found + ledger.flag(UNIT_CHANGES, "targets", rows[first], "measure_unit", n=kinds[first].tolist())


def target_sums(ledger: Ledger) -> list[Issue]:
    """Rates, and cumulative numbers from month to month within a period."""
    rows = ledger.rows(
        "targets",
        "measure",
        "period_from",
        "month",
        "target",
        "declared_in_month",
        "declared_total",
        "declared_rate",
    )
    target, total = numbers(rows["target"]), numbers(rows["declared_total"])
    rate = numbers(rows["declared_rate"])
    with np.errstate(divide="ignore", invalid="ignore"):
        off = (target > 0) & (np.abs(rate - total / target) > _RATE_ROUNDING)
    found = ledger.flag(RATE, "targets", rows[off], "declared_rate")
    month = month_numbers(rows["month"])
    filled = rows.assign(since=rows["period_from"].astype("string").fillna(""))
    ids = group_ids(filled, "_station", "measure", "since")
    held = np.flatnonzero((ids >= 0) & ~np.isnan(month) & ~np.isnan(total))
    order = held[np.lexsort((month[held], ids[held]))]
    here, before = order[1:], order[:-1]
    follows = (ids[here] == ids[before]) & (month[here] > month[before])
    falls = follows & (total[here] < total[before])
    next_month = follows & (month[here] == month[before] + 1) & ~falls
    grown = numbers(rows["declared_in_month"])[here]
    uneven = next_month & (np.abs(total[before] + grown - total[here]) > 0.5)
    found += ledger.flag(FALLS, "targets", rows.iloc[np.sort(here[falls])], "declared_total")
    return found + ledger.flag(MONTH_SUM, "targets", rows.iloc[np.sort(here[uneven])], "declared_total")


def main_station(ledger: Ledger) -> list[Issue]:
    """A main station's cumulative numbers against the sum of all its stations, where every one of them gives its own."""
    stations = ledger.rows("stations", "station_id", "name", "main_station_id")
    stations = stations[stations["main_station_id"].notna() & (stations["_station"] >= 0)]
    if stations.empty:
        return []
    everyone = ledger.rows("stations", "name")
    number = {
        **dict(zip(everyone["name"].dropna(), everyone["_station"][everyone["name"].notna()], strict=True)),
        **{name: i for i, name in enumerate(ledger.stations)},
    }
    above = stations["main_station_id"].map(number)
    main_of = dict(zip(stations["_station"], above, strict=True))
    members = above.value_counts()
    rows = ledger.rows("targets", "measure", "period_from", "month", "declared_total")
    rows = rows[rows["declared_total"].notna() & rows["measure"].notna() & (rows["_station"] >= 0)]
    rows = rows.assign(
        since=rows["period_from"].astype("string").fillna(""), month=rows["month"].fillna(""),
        main=rows["_station"].map(main_of), amount=numbers(rows["declared_total"]),
    )  # fmt: skip
    key = ["main", "measure", "since", "month"]
    below = rows[rows["main"].notna()].groupby(key)["amount"].agg(["sum", "size"]).reset_index()
    asked = rows.assign(main=rows["_station"]).merge(below, on=key, how="inner")
    asked = asked[(asked["size"] == asked["main"].map(members)).to_numpy()]
    said, together = asked["amount"].to_numpy(), asked["sum"].to_numpy()
    return [
        *ledger.flag(MAIN_BELOW, "targets", asked[said < together - 0.5], "declared_total"),
        *ledger.flag(MAIN_ABOVE, "targets", asked[said > together + 0.5], "declared_total"),
    ]
