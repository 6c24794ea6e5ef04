"""What a reader of an interrupted time series must know: method, numbers of points, and what speaks against it."""

from __future__ import annotations

import math
from collections.abc import Sequence

from swe.show.result import Note
from swe.stats.interrupted_series import Series
from swe.stats.segments import CHANGES, Errors, Link, Segments

FEW = 8  # points before and after; Penfold & Zhang 2013, doi:10.1016/j.acap.2013.08.002
LOUD = 1.5  # dispersion from which the Poisson distribution alone claims too much; ours
LONG = 240  # periods from which Newey–West intervals cover 93 % and more; simulated in tests/reference/test_interruptions.py

METHOD = {
    "log": Note(
        "method",
        "中断时间序列（分段回归）：泊松回归，对数联系；水平为中断首期的倍数变化，斜率为每期趋势的倍数变化",
        "interrupted time series (segmented regression): Poisson with a log link; level is the ratio at the first period of the "
        "interruption, slope the ratio of the trend per period",
    ),
    "identity": Note(
        "method",
        "中断时间序列（分段回归）：最小二乘；水平为中断首期的差，斜率为每期趋势的差",
        "interrupted time series (segmented regression): least squares; level is the difference at the first period of the "
        "interruption, slope the difference of the trend per period",
    ),
}
REFERENCE = Note(
    "reference",
    "Lopez Bernal, Cummins & Gasparrini 2017，doi:10.1093/ije/dyw098",
    "Lopez Bernal, Cummins & Gasparrini 2017, doi:10.1093/ije/dyw098",
)
CONTROLLED = Note(
    "reference",
    "带对照序列：Lopez Bernal, Cummins & Gasparrini 2018，doi:10.1093/ije/dyy135；水平与斜率为本序列相对于对照序列的变化",
    "with a control series: Lopez Bernal, Cummins & Gasparrini 2018, doi:10.1093/ije/dyy135; level and slope are the change of "
    "the series over that of the control",
)
ASSUMED = Note(
    "warning",
    "若无中断、原有趋势会照旧延续，这一假设无法检验；同期的其他变化会一并计入",
    "that the old trend would have gone on cannot be tested, and whatever else changed at that time is counted in",
)


def notes_of(
    main: Segments,
    read: Series,
    values: dict[str, float],
    fakes: Sequence[tuple[int, Segments]],
    *,
    errors: Errors,
    link: Link,
    control: str | None,
    outcome: str,
) -> tuple[Note, ...]:
    before, after, lag = (values[name] for name in ("n_before", "n_after", "lag"))
    how = {
        "quasi": ("标准误按离散度放大", "standard errors scaled by the dispersion"),
        "hac": (f"Newey–West 标准误，{lag:.0f} 期滞后", f"Newey–West standard errors, {lag:.0f} lags"),
        "none": ("标准误取自模型本身", "the model's own standard errors"),
    }[errors]
    notes = [METHOD[link], Note("method", *how), REFERENCE, *([CONTROLLED] if control else [])]
    notes.append(
        Note(
            "n",
            f"中断前 {before:.0f} 期，之后 {after:.0f} 期",
            f"{before:.0f} periods before the interruption, {after:.0f} from it on",
        )
    )
    lost = int((~read.known).sum())
    if lost:
        zh, en = (
            f"{lost} 期缺数，未计入拟合，也未填补",
            f"{lost} periods without a value, left out and not filled in",
        )
        notes.append(Note("exclusion", zh, en))
    if fakes:
        zh = f"安慰剂日期检验 {len(fakes)} 个，每个看水平与斜率两项，未作多重比较校正"
        en = f"{len(fakes)} placebo dates tried, level and slope each, not corrected for multiplicity"
        notes.append(Note("n", zh, en))
    return (*notes, *_warnings(read, values, fakes, errors=errors, link=link), ASSUMED)


def _warnings(
    read: Series,
    values: dict[str, float],
    fakes: Sequence[tuple[int, Segments]],
    *,
    errors: Errors,
    link: Link,
) -> list[Note]:
    r, bound = values["autocorrelation"], 2 / math.sqrt(values["n"])
    short = values["n"] < LONG
    seen = [str(read.of.label(k)) for k, f in fakes if min(f.p(name) for name in CHANGES) < 0.05]
    told: list[tuple[object, str, str]] = [
        (
            min(values["n_before"], values["n_after"]) < FEW,
            f"一侧不足 {FEW} 期，估计很不稳",
            f"fewer than {FEW} periods on one side: the estimate is unsteady",
        ),
        (
            errors != "hac" and abs(r) > bound and not short,
            f"相邻两期残差相关 {r:.2f}，区间过窄：请用 errors='hac'",
            f"residuals of neighbouring periods correlate at {r:.2f} and the interval is too narrow: use errors='hac'",
        ),
        (
            errors != "hac" and abs(r) > bound and short,
            f"相邻两期残差相关 {r:.2f}，区间过窄；期数不足 {LONG}，换 errors='hac' 也补不回来，宜把区间看作不确定性的下限",
            f"residuals of neighbouring periods correlate at {r:.2f} and the interval is too narrow; below {LONG} periods "
            "errors='hac' does not mend it: take the interval as the least uncertainty there is",
        ),
        (
            errors == "hac" and short,
            f"期数不足 {LONG}，Newey–West 区间过窄：模拟 60 期时，名义 95% 的区间实际只覆盖 82% 至 88%",
            f"with fewer than {LONG} periods Newey–West intervals are too narrow: simulated with 60 periods, nominal 95 % "
            "intervals covered 82 to 88 %",
        ),
        (
            errors == "none" and link == "log" and values["phi"] > LOUD,
            f"离散度 {values['phi']:.2f}，计数比泊松分布分散，区间过窄：请用 errors='quasi'",
            f"dispersion {values['phi']:.2f}: the counts vary more than Poisson and the interval is too narrow: use "
            "errors='quasi'",
        ),
        (
            seen,
            f"安慰剂日期 {'、'.join(seen)} 也显示变化（p < 0.05）：此处的变化未必来自这次中断",
            f"a placebo date shows a change too ({', '.join(seen)}, p < 0.05): what is seen may not come from this interruption",
        ),
    ]
    return [Note("warning", zh, en) for applies, zh, en in told if applies]
