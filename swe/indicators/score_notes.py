"""The notes of a score: method, rules of ties and cut-offs, what was drawn again, what was left out, what is not known."""

from __future__ import annotations

from typing import TYPE_CHECKING

from swe.indicators.framework_model import Rating
from swe.indicators.score_reasons import no_ledger
from swe.show.result import Note

if TYPE_CHECKING:
    import pandas as pd

    from swe.indicators.score_sheet import Sheet
    from swe.indicators.score_totals import Totals
    from swe.indicators.score_uncertainty import Resampled

METHOD = Note(
    "method",
    "总分 = 满分 × 得分之和 ÷ 计入指标的满分之和，加上限内的加分、减上限内的扣分；等级按未取整的总分，区间含下限、不含上限，"
    "落在线上的按分数精确判定；总分相同者并列，取最小名次；被否决的站排在其他站之后",
    "total = scale × points / full points of the indicators counted, plus bonus and less deductions within their caps; "
    "grades by the unrounded total, lower end included, upper not, decided in exact fractions at a cut-off; equal totals "
    "share the smallest rank; vetoed stations rank after all others",
)
INTERVALS = Note(
    "method",
    "名次与总分的区间是评分各成分重抽样的结果，不是真实名次的置信集；区间总包含所印的名次与总分",
    "intervals of ranks and totals are resampling intervals of the score's ingredients, not confidence sets of true "
    "ranks; they always hold the printed rank and total",
)
REFERENCE = Note(
    "reference",
    "OECD/JRC (2008)，doi:10.1787/9789264043466-en；Wilson (1927)，doi:10.1080/01621459.1927.10502953；"
    "Rao & Wu (1988)，doi:10.1080/01621459.1988.10478591",
    "OECD/JRC (2008), doi:10.1787/9789264043466-en; Wilson (1927), doi:10.1080/01621459.1927.10502953; "
    "Rao & Wu (1988), doi:10.1080/01621459.1988.10478591",
)
NAMES = {
    "raters": ("评分人（评分人不少于两名的，同组评分人有放回抽取，比人数少抽一名）", "raters (of panels of two or more, one fewer drawn with replacement)"),
    "sampling": ("指标区间（由所印区间抽取）", "sampling (from the printed intervals)"),
    "missing": ("缺数据（按零分或不计入，各一半）", "missing data (as zero or left out, half each)"),
    "validity": ("有效性规则（按申报数或有效数，各一半）", "validity rules (declared or valid counts, half each)"),
    "weights": ("权重（名义分值附近的狄利克雷分布）", "weights (Dirichlet around the nominal points)"),
}  # fmt: skip


def score_notes(
    cells: Sheet, totals: Totals, drawn: Resampled | None, *, ratings: pd.DataFrame | None, resamples: int, seed: int,
    weights: float | None, ingredients: tuple[str, ...], level: float,
) -> tuple[Note, ...]:  # fmt: skip
    """All notes in the order method, n, what was drawn, exclusions, warnings."""
    notes = [METHOD, _count(cells, totals)]
    if drawn is not None:
        notes += [INTERVALS, *_drawn(drawn, resamples, seed, weights, ingredients, level), REFERENCE]
    notes += _exclusions(cells, totals)
    notes += _raters(cells, drawn, ratings, ingredients)
    if drawn is None:
        notes.append(
            Note(
                "warning",
                "没有重抽样：等级与名次的把握不知道",
                "not resampled: how sure grades and ranks are is not known",
            )
        )
    else:
        notes += _firm(drawn, totals)
    return tuple(notes)


def _count(cells: Sheet, totals: Totals) -> Note:
    n = int((totals.rank == totals.rank).sum())
    fw = cells.framework
    return Note(
        "n",
        f"{len(cells.units)} 个单位中 {n} 个有总分；指标体系 {fw.id}，{len(fw.indicators)} 个指标",
        f"{n} of {len(cells.units)} units have a total; framework {fw.id}, {len(fw.indicators)} indicators",
    )


def _drawn(
    drawn: Resampled,
    resamples: int,
    seed: int,
    weights: float | None,
    ingredients: tuple[str, ...],
    level: float,
) -> list[Note]:
    on = [*ingredients, *(["weights"] if weights is not None else [])]
    zh = "；".join(f"{NAMES[name][0]}：{drawn.touched.get(name, 0)} 个单位" for name in on)
    en = "; ".join(f"{NAMES[name][1]}: {drawn.touched.get(name, 0)} units" for name in on)
    off = [name for name in NAMES if name not in on]
    zh_off = f"；未用：{'、'.join(NAMES[name][0].split('（')[0] for name in off)}" if off else ""
    en_off = f"; not used: {', '.join(NAMES[name][1].split(' (')[0] for name in off)}" if off else ""
    strength = ("", "") if weights is None else (f"；集中度 {weights:g}", f"; concentration {weights:g}")
    return [
        Note(
            "method",
            f"重抽样 {resamples} 次，种子 {seed}，区间 {level:.0%}；{zh}{strength[0]}{zh_off}",
            f"{resamples} resamples, seed {seed}, {level:.0%} intervals; {en}{strength[1]}{en_off}",
        )
    ]


def _exclusions(cells: Sheet, totals: Totals) -> list[Note]:
    told = [
        (
            totals.blocked.any(axis=1).sum(),
            "{} 个单位因缺数据（或已抑制）没有总分，不排名",
            "{} units have no total for lack of data (or suppression) and are not ranked",
        ),
        (
            (~totals.counted.any(axis=1) & ~totals.blocked.any(axis=1)).sum(),
            "{} 个单位没有可计分的指标，不排名",
            "{} units have no indicator to score and are not ranked",
        ),
        (
            (~totals.counted & ~totals.blocked).any(axis=1).sum(),
            "{} 个单位有指标不计入，总分按其余指标折算到满分",
            "{} units have indicators left out; their totals are re-based on the rest",
        ),
        (
            cells.absent.any(axis=1).sum(),
            "{} 个单位在指标表中缺行，按缺数据处理",
            "{} units lack rows in the frame of indicators; taken as missing",
        ),
    ]
    notes = [Note("exclusion", zh.format(int(n)), en.format(int(n))) for n, zh, en in told if n]
    silent = no_ledger(cells)
    if silent.any():
        notes.append(
            Note(
                "warning",
                f"{int(silent.sum())} 个单位没有提供发现记录，扣分与否决按未发现处理",
                f"no findings ledger was given for {int(silent.sum())} units: deductions and vetoes are taken as none found",
            )
        )
    return notes


def _raters(
    cells: Sheet, drawn: Resampled | None, ratings: pd.DataFrame | None, ingredients: tuple[str, ...]
) -> list[Note]:
    rated = any(isinstance(item.measure, Rating) for item in cells.scored)
    if drawn is None or not rated or "raters" not in ingredients:
        return []
    if ratings is None or not len(ratings):
        return [
            Note(
                "warning",
                "没有给出评分表：评分人之间的差异未计入区间",
                "no frame of ratings was given: the disagreement of raters is not part of the intervals",
            )
        ]
    if not drawn.alone:
        return []
    return [
        Note(
            "warning",
            f"{drawn.alone} 个“站×评分方”只有一名评分人（另有 {drawn.together} 个不少于两名）：其评分差异无从得知，未计入区间",
            f"{drawn.alone} pairs of station and rater source have one rater ({drawn.together} have two or more): nothing is "
            "known about their disagreement, and it is not part of the intervals",
        )
    ]


def _firm(drawn: Resampled, totals: Totals) -> list[Note]:
    still = int(((drawn.frame["ingredients"] == "") & (totals.rank == totals.rank)).sum())
    if not still:
        return []
    return [
        Note(
            "warning",
            f"{still} 个单位没有任何已知不确定的成分：其总分在重抽样中不变，不等于确定无疑",
            f"{still} units have no ingredient known to be uncertain: their totals do not move, which is not certainty",
        )
    ]
