"""What was read, kept and dropped on the way to a panel, row by row: nobody disappears without a reason."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import pandas as pd

from swe.indicators.panel_openings import Openings
from swe.indicators.panel_outcomes import Outcomes
from swe.show.result import Note


class Counted(NamedTuple):
    """Units: in the register, without any outcome (and how many of them have a station), of unknown opening, outside."""

    units: int
    silent: int
    silent_with_station: int
    undated: int
    outside: int


# item → whether it is kept, zh and en with the count in front
ITEMS: Mapping[str, tuple[bool, str, str]] = {
    "rows": (True, "行结果数据", "rows of outcome data"),
    "incomplete_rows": (False, "行缺区划或时间", "rows without a region or a time"),
    "above": (False, "行只到上级行政区，无法归到单位", "rows of a region above the units"),
    "not_a_unit": (False, "行属于开发区、农场等非乡镇单位", "rows of development zones, farms and the like"),
    "gone": (
        False,
        "行的代码已不在登记表中且无法按名称接续（可用 merged 说明并入何处）",
        "rows whose code is no longer in the register and cannot be followed by name (say in `merged` where it went)",
    ),
    "unknown": (False, "行的区划不在任何登记表中", "rows of a region that no register has"),
    "missing_rows": (False, "行没有结果值", "rows without a value"),
    "lacking": (
        False,
        "个单位时期缺少一部分（月份、并入的乡镇或县内乡镇），按缺失处理",
        "unit-periods that lack a part (a month, a merged town, a town of the county), taken as missing",
    ),
    "edges": (
        False,
        "期只有一部分在台账的时段内，按缺失处理",
        "periods of which the ledger covers a part only, taken as missing",
    ),
    "renamed": (True, "个单位改过名称，按代码接续", "units with a changed name, followed by code"),
    "recoded": (True, "个旧代码按名称接到现代码", "former codes followed by name to the code of today"),
    "merged": (True, "个旧代码按用户说明并入", "former codes merged as the user says"),
    "stations": (True, "个站点", "stations"),
    "other_kinds": (False, "个站点不属于所计类型", "stations of a kind that is not counted"),
    "outside_stations": (False, "个站点不在登记表的单位内", "stations in no unit of the register"),
    "undated_stations": (False, "个站点没有建站时间", "stations without an opening date"),
    "units": (True, "个登记表单位在范围内", "units of the register in scope"),
    "outside": (False, "个有结果的单位在范围之外", "units with outcomes outside of the region"),
    "silent": (False, "个单位任何一期都没有结果", "units without an outcome in any period"),
    "silent_with_station": (False, "个（其中）有站点", "of them with a station"),
    "undated": (
        False,
        "个单位的站点都没有建站时间，是否处理无从得知",
        "units whose stations all lack an opening date: when they were treated cannot be known",
    ),
    "panel_units": (True, "个单位进入面板", "units in the panel"),
    "panel_rows": (True, "行（单位×期）", "rows (units by periods)"),
    "panel_missing": (True, "行结果缺失，保留为缺失", "rows whose outcome is missing and stays missing"),
    "early": (
        False,
        "（合计）记在没有站点开放的时期，未计入",
        "in all, recorded in periods in which no station was open, left out",
    ),
    "closed": (True, "个单位的站点后来全部撤销", "units whose stations all closed later"),
}

ABSORBING = Note(
    "warning",
    "有单位的站点后来撤销：处理不是一去不返，treated 列保留实际状态，未作改写；估计时请用 treated= 说明",
    "stations of some units closed later: the treatment does not last, `treated` keeps the real state and nothing was recoded; "
    "pass treated= to the estimators",
)
ACTIVITY = Note(
    "warning",
    "结果是社工站自己的记录（activity），建站前在结构上不存在：不能用来估计成效，成效估计函数会拒绝",
    "the outcome is the stations' own record (activity), which cannot exist before set-up: no effect can be estimated from it, "
    "and the effect estimators refuse it",
)
COMPLETE_LIST = Note(
    "warning",
    "未列出站点的单位视为尚未建站：请确认站点名单完整",
    "units without a listed station are taken as not yet opened: make sure that the list of stations is complete",
)
METHOD = Note(
    "method",
    "处理期为单位内最早建站所在的期；面板各期按登记表单位补齐，缺失不作零",
    "a unit is treated from the period in which its first station opened; every unit has a row for every period, and missing is "
    "never zero",
)


def account_frame(
    found: Outcomes, opened: Openings, counted: Counted, values: Mapping[str, float], *, early: float
) -> pd.DataFrame:
    """Columns `item kept n zh en`; items that did not occur are left out, but for the first and the last."""
    fates = [place.fate for place in found.places.values()]
    numbers = {
        **{name: found.counts.get(name, 0) for name in ITEMS},
        "missing_rows": found.counts.get("missing", 0),
        **{fate: fates.count(fate) for fate in ("renamed", "recoded", "merged")},
        "stations": opened.counts["stations"],
        "other_kinds": opened.counts["other_kinds"],
        "outside_stations": opened.counts["outside"],
        "undated_stations": opened.counts["undated"],
        **counted._asdict(),
        "panel_units": int(values["units"]),
        "panel_rows": int(values["rows"]),
        "panel_missing": int(values["missing"]),
        "closed": opened.counts["closed"],
        "early": round(early),
    }
    always = ("rows", "units", "panel_units", "panel_rows")
    rows = [
        (item, kept, numbers[item], f"{numbers[item]:,} {zh}", f"{numbers[item]:,} {en}")
        for item, (kept, zh, en) in ITEMS.items()
        if numbers[item] or item in always
    ]
    return pd.DataFrame(rows, columns=["item", "kept", "n", "zh", "en"])


def notes_of(
    account: pd.DataFrame, values: Mapping[str, float], *, kind: str, outcome: str, vintage: str
) -> tuple[Note, ...]:
    """Method, register, every line of the account, and what limits the use of the panel."""
    register = Note(
        "method",
        f"单位与分母取自 {vintage} 的区划登记表；结果：{outcome}",
        f"units from the register of {vintage}; outcome: {outcome}",
    )
    lines = [Note("n" if row.kept else "exclusion", str(row.zh), str(row.en)) for row in account.itertuples()]
    warnings = [ACTIVITY] if kind == "activity" else []
    if values["not_treated"]:
        warnings.append(COMPLETE_LIST)
    if (account["item"] == "closed").any():
        warnings.append(ABSORBING)
    if values["treated"] and not values["not_treated"] + values["beyond"]:
        zh = "没有一直未建站的单位：全覆盖前后不再有干净的对照，估计只能到最后一个还有足够未建站单位的时期"
        en = "no unit stays without a station: near full coverage no clean controls are left, and estimates must end with the last "
        warnings.append(Note("warning", zh, en + "period that has enough units not yet treated"))
    return (METHOD, register, *lines, *warnings)
