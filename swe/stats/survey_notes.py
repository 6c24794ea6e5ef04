"""What a reader of a survey estimate must know: its method, who was asked, who answered, where the scale ends."""

from __future__ import annotations

from typing import Literal

import pandas as pd

from swe.show.result import Note
from swe.stats.survey_frames import left_out
from swe.stats.taylor import Design, Flags

ChosenBy = Literal["unknown", "sample", "station"]

CEILING = 0.9  # share of the highest answer from which a scale tells hardly anyone apart
FEW_DF = 10  # below, the t interval leans on very few primary sampling units

METHOD = Note(
    "method",
    "按抽样设计估计：泰勒线性化标准误，初级抽样单位之间的方差（有 fpc 时作有限总体修正），t 分布区间，自由度 = 初级抽样单位数 − 层数；"
    "比例在对数优势尺度上求区间；设计效应与不放回简单随机抽样比较",
    "design-based: Taylor-linearised standard errors from the variance between primary sampling units (finite population "
    "correction where fpc is given), t intervals with df = PSUs − strata, proportions on the logit scale; deff against "
    "simple random sampling without replacement",
)
REFERENCE = Note(
    "reference",
    "Binder (1983)，doi:10.2307/1402588；设计效应：Kish (1965)",
    "Binder (1983), doi:10.2307/1402588; design effect: Kish (1965)",
)
NOT_EFFECT = Note(
    "method",
    "满意度是受访者的评价，不是服务成效；成效须另看变化与对照",
    "satisfaction is what respondents say of the service; it does not measure what the service changed",
)


def counts(
    of: Design, data: pd.DataFrame, known: Flags, cluster: str | None, whole: dict[str, float]
) -> list[Note]:
    psus, strata, n = len(of.home), len(of.left), int(whole["n"])
    labels = psus if cluster is None else data[cluster].nunique()
    told = [
        Note(
            "n",
            f"{n} 个回答，{psus} 个初级抽样单位，{strata} 层",
            f"{n} answers, {psus} primary units in strata: {strata}",
        )
    ]
    told += left_out(int((~known).sum()), len(data))
    if labels < psus:
        told.append(
            Note(
                "method",
                "同名的初级抽样单位出现在不同层，按不同单位计算",
                "primary units of one name in several strata count as different units",
            )
        )
    return told


def warnings(
    of: Design,
    known: Flags,
    whole: dict[str, float],
    top: float,
    rate: float,
    *,
    weights: str | None,
    cluster: str | None,
    chosen_by: ChosenBy,
) -> list[Note]:
    df = whole["df"]
    told = [
        (
            chosen_by == "station",
            "受访者由站点自行挑选：结果只代表被挑选的人，区间不反映挑选造成的偏差",
            "the station picked the respondents: the result speaks for them alone, and no interval shows that bias",
        ),
        (
            chosen_by == "unknown",
            "未说明受访者由谁挑选：若由站点挑选，结果不能推及全体服务对象",
            "who picked the respondents is not stated: if the station did, the result does not speak for all clients",
        ),
        (
            top > CEILING,
            f"{top:.1%} 的回答在最高一档（超过 {CEILING:.0%}）：天花板效应，难以区分好坏",
            f"{top:.1%} gave the highest answer (more than {CEILING:.0%}): a ceiling, which tells hardly anyone apart",
        ),
        (
            rate < 0.7,
            f"应答率 {rate:.1%}：未应答者可能不同",
            f"a response rate of {rate:.1%}: those who did not answer may differ",
        ),
        (
            cluster is None,
            "未给出初级抽样单位，按各人独立抽取计算；若在站点内访问，区间会过窄",
            "no primary units were given, so answers count as independent; if asked within stations, the interval is too narrow",
        ),
        (
            weights is None or float(of.weights.sum()) <= len(of.weights),
            "权数之和不超过样本量，总体大小不明：设计效应与放回抽样比较",
            "the weights add to no more than the sample, so the population's size is unknown: deff is against sampling with replacement",
        ),
        (
            0 < df < FEW_DF,
            f"自由度只有 {df:.0f}，标准误本身很不稳定",
            f"only {df:.0f} degrees of freedom: the standard error is itself unsure",
        ),
        (
            df == 0,
            "初级抽样单位与层一样多，没有区间",
            "as many primary units as strata: there is no interval",
        ),
        (
            whole["se"] == 0 and int(known.sum()) > 1,
            "各初级抽样单位结果相同，标准误为零不代表没有误差；比例以初级抽样单位数求精确区间",
            "all primary units agree; a standard error of zero is not certainty. A proportion takes an exact interval on their number",
        ),
    ]
    return [Note("warning", zh, en) for applies, zh, en in told if applies]
