"""Sentences of rates, funnels, shrinkage, multilevel models, ranks, control charts and families of tests.

Careful by rule: tiers instead of places where units cannot be told apart, and regression to the mean is always said.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING

from swe.show.words import word

if TYPE_CHECKING:
    import pandas as pd

    from swe.show.result import Result

NOTABLE = 1.5  # φ from which overdispersion is spoken of


def figure(x: float) -> str:
    """Three significant digits; from a hundred up whole numbers with separators; — where there is none.

    >>> [figure(x) for x in (0.01234, 12.34, 1234.0, float("nan"))]
    ['0.0123', '12.3', '1,234', '—']
    """
    if math.isnan(x):
        return "—"
    if math.isinf(x):
        return "∞" if x > 0 else "−∞"
    size = abs(x)
    digits = 0 if size >= 100 or x == 0 else 2 - math.floor(math.log10(size))
    text = f"{size:,.{max(digits, 0)}f}"
    if float(x).is_integer():
        text = f"{size:,.0f}"
    return f"−{text}" if x < 0 else text


def tick(x: float) -> str:
    """A number on an axis, as short as it can be.

    >>> [tick(x) for x in (0.6000000001, 1.25, -20.0, 38621.0)]
    ['0.6', '1.25', '−20', '38,621']
    """
    text = f"{abs(x):,.0f}" if abs(x) >= 1000 else f"{round(abs(x), 8):g}"
    return f"−{text}" if x < 0 and text != "0" else text


def percent(x: float) -> str:
    """A fraction as per cent with a digit, two near the ends.

    >>> percent(0.724503), percent(0.998), percent(0.95)
    ('72.5%', '99.8%', '95%')
    """
    if math.isnan(x):
        return "—"
    digits = 2 if 0 < x < 0.01 or 0.999 < x < 1 else 1
    text = f"{100 * x:,.{digits}f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text) + "%"


def _used(result: Result) -> pd.DataFrame:
    return result.table[result.table["status"].isin(["ok", "below_validity"])]


def _interval(result: Result, show: Callable[[float], str]) -> str:
    return f"{show(result['lower'])}–{show(result['upper'])}"


def _joined(first: str, second: str, lang: str) -> str:
    return f"{first}{second}" if lang == "zh" else f"{first} {second}".strip()


def _with_small(text: str, result: Result, lang: str) -> str:
    small = int((result.table["status"] == "below_validity").sum())
    return _joined(text, word("rates.small", lang).format(small=f"{small:,}"), lang) if small else text


def _proportion(result: Result, lang: str) -> str:
    text = word("rates.proportion", lang).format(
        units=f"{len(_used(result)):,}", estimate=percent(result["estimate"]),
        interval=_interval(result, percent), n=figure(result["n"]),
    )  # fmt: skip
    return _with_small(text, result, lang)


def _rate(result: Result, lang: str) -> str:
    text = word("rates.rate", lang).format(
        units=f"{len(_used(result)):,}", estimate=figure(result["estimate"]),
        interval=_interval(result, figure), n=figure(result["n"]),
    )  # fmt: skip
    return _with_small(text, result, lang)


def _standardise(result: Result, lang: str) -> str:
    return word("rates.standardise", lang).format(
        estimate=figure(result["estimate"]), interval=_interval(result, figure)
    )


def widest(columns: list[str]) -> float:
    """The level of the widest limits of a funnel's table: lower_998 → 0.998."""
    return max(float(f"0.{name[6:]}") for name in columns if name.startswith("lower_"))


def _funnel(result: Result, lang: str) -> str:
    units, level = len(_used(result)), widest(list(result.table.columns))
    fields = {"units": f"{units:,}", "target": figure(result["target"]), "level": percent(level)}
    if result["outliers"] == 0:
        text = word("rates.funnel_none", lang).format(**fields)
    else:
        text = word("rates.funnel_some", lang).format(
            outliers=f"{result['outliers']:,.0f}", chance=f"{units * (1 - level):,.1f}", **fields
        )
    if result["phi"] >= NOTABLE:
        text = _joined(text, word("rates.overdispersed", lang).format(phi=figure(result["phi"])), lang)
    return text


def _shrink(result: Result, lang: str) -> str:
    rows = _used(result)
    fields = {"units": f"{len(rows):,}", "mean": figure(result["mean"])}
    nothing = math.isinf(result.values.get("alpha", 0.0)) or result.values.get("tau2") == 0
    if nothing:
        return word("rates.shrink_none", lang).format(**fields)
    highest = rows.loc[rows["raw"].idxmax()]
    return word("rates.shrink", lang).format(
        kept=percent(float(rows["shrinkage"].mean())), raw=figure(float(highest["raw"])),
        shrunken=figure(float(highest["shrunken"])), **fields,
    )  # fmt: skip


def _multilevel(result: Result, lang: str) -> str:
    shares, before = [], 0.0
    for name in dict.fromkeys(result.table["level"]):
        share = result[f"icc_{name}"]
        shares.append(word("rates.share", lang).format(level=name, share=percent(max(share - before, 0.0))))
        before = share
    between = "，" if lang == "zh" else ", "
    return word("rates.multilevel", lang).format(shares=between.join(shares), rest=percent(1 - before))


def _ranks(result: Result, lang: str) -> str:
    rows = _used(result)
    if result["tiers"] == 1:
        text = word("rates.ranks_one", lang).format(units=f"{result['n']:,.0f}")
    else:
        first = rows.loc[rows["rank"].idxmin()]
        width = (rows["rank_upper_simultaneous"] - rows["rank_lower_simultaneous"] + 1).median()
        text = word("rates.ranks", lang).format(
            units=f"{result['n']:,.0f}", tiers=f"{result['tiers']:,.0f}",
            lower=f"{first['rank_lower_simultaneous']:,.0f}", upper=f"{first['rank_upper_simultaneous']:,.0f}",
            width=f"{width:,.0f}",
        )  # fmt: skip
    return _joined(text, word("rates.regression", lang), lang)


def _spc(result: Result, lang: str) -> str:
    rows = result.table[result.table["status"] == "ok"]
    fields = {"points": f"{len(rows):,}", "centre": figure(result["centre"])}
    if result["signals"] == 0:
        return word("rates.spc_none", lang).format(**fields)
    latest = rows.loc[rows["rule"] != "", "time"].iloc[-1]
    return word("rates.spc_some", lang).format(
        signals=f"{result['signals']:,.0f}", time=period(latest), **fields
    )


def period(value: object) -> str:
    """A period as text: dates without their empty clock.

    >>> from datetime import datetime
    >>> period(datetime(2023, 5, 31)), period("2023-05"), period(7)
    ('2023-05-31', '2023-05', '7')
    """
    return str(value).removesuffix(" 00:00:00")


def _multiplicity(result: Result, lang: str) -> str:
    return word("rates.multiplicity", lang).format(
        tests=f"{result['tests']:,.0f}", rejected=f"{result['rejected']:,.0f}", level=percent(result["level"])
    )


WRITERS: dict[str, Callable[[Result, str], str]] = {
    "proportion": _proportion,
    "rate": _rate,
    "standardise": _standardise,
    "funnel": _funnel,
    "shrink": _shrink,
    "shrink_normal": _shrink,
    "multilevel": _multilevel,
    "ranks": _ranks,
    "spc": _spc,
    "multiplicity": _multiplicity,
}
