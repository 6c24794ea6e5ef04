"""What a reader must know of an effect estimate: method, horizon, assumptions, what a pre-test cannot prove.

The rules of evaluation stand here as sentences, each with the condition that makes it fire in the module it belongs to.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from swe.show.result import Note

if TYPE_CHECKING:
    from swe.stats.group_cells import Cells, Estimates
    from swe.stats.panel_frames import Panel

FEW_TREATED = (
    10  # clusters; below, asymptotic errors are too small: MacKinnon & Webb (2017), doi:10.1002/jae.2508
)
FEW_CLUSTERS = 40  # below, a t distribution with G − 1 degrees of freedom: Cameron & Miller (2015), doi:10.3368/jhr.50.2.317

GROUP_TIME = Note(
    "reference",
    "Callaway & Sant'Anna (2021)，doi:10.1016/j.jeconom.2020.12.001；有协变量时为双重稳健估计，Sant'Anna & Zhao (2020)，"
    "doi:10.1016/j.jeconom.2020.06.003",
    "Callaway & Sant'Anna (2021), doi:10.1016/j.jeconom.2020.12.001; with covariates doubly robust, Sant'Anna & Zhao (2020), "
    "doi:10.1016/j.jeconom.2020.06.003",
)
BAND = Note(
    "method",
    "lower/upper 对单个数成立，lower_uniform/upper_uniform 对同一张表的全部数同时成立；标准误为渐近值",
    "lower/upper hold for one number, lower_uniform/upper_uniform for all numbers of the table at once; standard errors are "
    "asymptotic",
)
ABSORBING = Note(
    "method",
    "处理视为一旦开始就持续；改牌的站点（原社区服务中心、试点站）请以两个时间各算一次",
    "treatment is taken to last once it has begun; for re-branded stations (home centres, pilots) run both dates",
)


def group_time(
    panel: Panel, of: Estimates, cells: Cells, values: dict[str, float], *, control: str, anticipation: int,
    base_period: str, least: int,
) -> list[Note]:  # fmt: skip
    return [
        _method(control, base_period),
        GROUP_TIME,
        BAND,
        _n(panel, values),
        _assumption(control, anticipation),
        ABSORBING,
        _horizon(panel, cells, least),
        *_dropped(cells, least),
        *pre_trend(values),
        *clusters(panel),
    ]


def _method(control: str, base_period: str) -> Note:
    zh, en = {
        "not_yet": ("尚未处理与从未处理的单位", "units not yet and never treated"),
        "never": ("从未处理的单位", "units never treated"),
    }[control]
    base = {
        "varying": ("处理前各期与其上一期比较", "periods before treatment against the one before them"),
        "universal": ("各期都与处理前最后一期比较", "every period against the last before treatment"),
    }[base_period]
    return Note(
        "method",
        f"分批次、分时期的平均处理效应，对照为{zh}；{base[0]}",
        f"average effects on the treated by cohort and period, against {en}; {base[1]}",
    )


def _n(panel: Panel, values: dict[str, float]) -> Note:
    n, t = panel.n, len(panel.periods)
    treated = int((panel.first < t).sum())
    return Note(
        "n",
        f"{n:,} 个单位 × {t} 期，期内处理 {treated:,} 个，从未处理 {values['n_never']:,.0f} 个",
        f"{n:,} units × {t} periods, {treated:,} treated within, {values['n_never']:,.0f} never",
    )


def _assumption(control: str, anticipation: int) -> Note:
    zh = f"允许提前 {anticipation} 期反应" if anticipation else "建站前没有提前反应"
    en = (
        f"reactions up to {anticipation} periods ahead are allowed for"
        if anticipation
        else "no reaction ahead of set-up"
    )
    return Note(
        "method",
        f"前提：若未建站，两组的变化会平行；{zh}；一地建站不影响别处。这些前提无法由数据证明",
        f"assumptions: without a station both would have moved in parallel; {en}; a station does not reach other places. Data "
        "cannot prove them",
    )


def _horizon(panel: Panel, cells: Cells, least: int) -> Note:
    last = panel.periods.label(cells.horizon) if cells.horizon >= 0 else "—"
    end = panel.periods.label(len(panel.periods) - 1)
    full = cells.horizon == len(panel.periods) - 1
    return Note(
        "method" if full else "warning",
        f"估计至 {last} 止（面板末期 {end}）：此后可作对照的单位不足 {least} 个"
        if not full
        else f"估计至面板末期 {end}，至少有 {least} 个可作对照的单位",
        f"estimates stop at {last} (the panel ends at {end}): later fewer than {least} clean controls are left"
        if not full
        else f"estimates run to the panel's end, {end}, with at least {least} clean controls",
    )


def _dropped(cells: Cells, least: int) -> list[Note]:
    if not cells.dropped:
        return []
    return [
        Note(
            "exclusion",
            f"{cells.dropped} 个批次—时期的对照不足 {least} 个单位，未估计",
            f"{cells.dropped} cohort-periods have fewer than {least} controls and were not estimated",
        )
    ]


MANY_CELLS = 30  # ours: beyond it the joint test rejected true parallel trends in our simulations


def pre_trend(values: dict[str, float]) -> list[Note]:
    """A pre-test is shown with what it could have found; never as proof."""
    if np.isnan(values["p"]):
        return [
            Note(
                "warning",
                "没有处理前的比较，平行趋势无从查看",
                "there is no comparison before treatment: nothing speaks for or against parallel trends",
            )
        ]
    if values["df"] > MANY_CELLS:
        return [
            Note(
                "warning",
                f"处理前的批次—时期有 {values['df']:.0f} 个，联合检验在格子很多时拒绝过多，其 p 值不可作为依据；"
                "请看事件研究的一致带，或把批次合并到季度、年度",
                f"there are {values['df']:.0f} cohort-periods before treatment; with so many the joint test rejects too often "
                "and its p-value is no evidence; look at the uniform band of the event study, or join cohorts by quarter "
                "or year",
            )
        ]
    found = values["p"] < 0.05
    head_zh, head_en = (
        ("处理前两组已有差异", "the groups already differed before treatment")
        if found
        else ("处理前未见差异，但这不证明趋势平行", "no difference before treatment was found, which does not prove parallel trends")
    )  # fmt: skip
    return [
        Note(
            "warning",
            f"{head_zh}（p = {values['p']:.3f}）：此检验以八成把握只能发现每期 {values['detectable_trend']:.3g} 以上的偏离；"
            "请以 honest 查看偏离时结论是否成立",
            f"{head_en} (p = {values['p']:.3f}): with 80 % power this test finds drifts of {values['detectable_trend']:.3g} a period "
            "or more; see with honest whether the finding stands under such drifts",
        )
    ]


def clusters(panel: Panel) -> list[Note]:
    """Few clusters, or few treated ones."""
    g = panel.n_clusters
    labels = np.arange(panel.n) if panel.cluster is None else panel.cluster
    treated = len(np.unique(labels[panel.first < len(panel.periods)]))
    notes = []
    if panel.cluster is not None:
        notes.append(
            Note("method", f"标准误按 {g} 个聚类计算", f"standard errors are clustered in {g} clusters")
        )
    if g < FEW_CLUSTERS:
        notes.append(
            Note(
                "warning",
                f"只有 {g} 个聚类（少于 {FEW_CLUSTERS}），区间用 t({g - 1}) 分布，仍可能偏窄；宜并列随机化推断",
                f"only {g} clusters (fewer than {FEW_CLUSTERS}): intervals use t({g - 1}) and may still be too narrow; show "
                "randomisation inference beside them",
            )
        )
    if treated < FEW_TREATED:
        notes.append(
            Note(
                "warning",
                f"只有 {treated} 个聚类受处理（少于 {FEW_TREATED}），渐近标准误偏小：请用 randomisation 按分配层级推断",
                f"only {treated} clusters are treated (fewer than {FEW_TREATED}): asymptotic errors are too small; use "
                "randomisation at the level of assignment",
            )
        )
    return notes


def aggregated(by: str, balance: int | None) -> Note:
    zh, en = {
        "simple": ("各批次、各时期效应按批次单位数加权", "effects weighted by units of their cohorts"),
        "event": ("按建站后期数合计；总效应为建站后各期的平均，越往后批次越少",
                  "by periods since set-up; the overall effect is their mean after set-up, with fewer cohorts the later"),
        "group": ("按批次合计；总效应按单位数加权", "by cohort; the overall effect is weighted by units"),
        "calendar": ("按日历时期合计；总效应为各期平均", "by calendar period; the overall effect is their mean"),
    }[by]  # fmt: skip
    if balance is not None:
        zh += f"；只用建站后至少观察 {balance} 期的批次"
        en += f"; only cohorts seen for {balance} periods after set-up"
    return Note("method", zh, en)
