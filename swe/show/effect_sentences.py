"""Sentences of effect estimates: the number, its interval, for whom, under which assumption; never more than that.

Where no effect is found, the sentence says how small an effect would have been found.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING

from swe.show.survey_sentences import share, small
from swe.show.words import word

if TYPE_CHECKING:
    from swe.show.result import Result

POWER = 0.8  # at which the smallest effect that would have been found is told
REACH = 2.8  # z for 97.5 % + z for 80 %: that effect in standard errors


def figure(x: float) -> str:
    """Three significant digits, grouped in thousands above.

    >>> figure(-0.0399513), figure(2.0), figure(12345.6), figure(float("nan"))
    ('−0.04', '2', '12,346', '—')
    """
    if math.isnan(x):
        return "—"
    if math.isinf(x):
        return "∞" if x > 0 else "−∞"
    if x == 0:
        return "0"
    digits = max(0, 2 - math.floor(math.log10(abs(x))))
    text = f"{x:,.{digits}f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return text.replace("-", "−")


def count(x: float) -> str:
    return "—" if math.isnan(x) else f"{x:,.0f}"


def _limits(result: Result) -> dict[str, str]:
    return {name: figure(result[name]) for name in ("lower", "upper")}


def _clear(result: Result) -> bool:
    return result["lower"] > 0 or result["upper"] < 0


def _join(lang: str, *parts: str) -> str:
    return ("" if lang == "zh" else " ").join(parts)


def _detectable(result: Result) -> dict[str, str]:
    value = result.values.get("detectable", REACH * result["se"])
    return {"power": share(POWER), "detectable": figure(value)}


def _aggregate(result: Result, lang: str) -> str:
    key = "found" if _clear(result) else "none"
    said = word(f"effects.{key}", lang).format(
        att=figure(result["att"]), **_limits(result), treated=count(result["n_treated"]), p=small(result["p_pre"]),
        **_detectable(result),
    )  # fmt: skip
    if result.kind != "att_event":
        return said
    more = word("effects.event_span", lang).format(horizon=count(result["horizon"]))
    return _join(lang, said, more)


def _att_gt(result: Result, lang: str) -> str:
    rows = result.table
    order = list(dict.fromkeys(sorted(rows["time"].astype(object), key=_key)))
    place = {label: i for i, label in enumerate(order)}
    post = rows[
        [place[t] >= place.get(g, len(order)) for g, t in zip(rows["group"], rows["time"], strict=True)]
    ]
    clear = int(((post["lower_uniform"] > 0) | (post["upper_uniform"] < 0)).sum())
    return word("effects.att_gt", lang).format(
        cells=count(len(rows)), post=count(len(post)), clear=count(clear), p=small(result["p"]), power=share(POWER),
        trend=figure(result["detectable_trend"]),
    )  # fmt: skip


def _key(label: object) -> tuple[int, object]:
    return (0, label) if isinstance(label, int | float) else (1, str(label))


def _imputation(result: Result, lang: str) -> str:
    key = "imputation" if _clear(result) else "imputation_none"
    return word(f"effects.{key}", lang).format(
        att=figure(result["att"]), **_limits(result), n=count(result["n"]), **_detectable(result)
    )


def _bacon(result: Result, lang: str) -> str:
    key = "bacon" if result["share_forbidden"] > 0 else "bacon_clean"
    return word(f"effects.{key}", lang).format(
        twfe=figure(result["twfe"]), share=share(result["share_forbidden"])
    )


def _twfe(result: Result, lang: str) -> str:
    key = "twfe" if _clear(result) else "twfe_none"
    said = word(f"effects.{key}", lang).format(
        att=figure(result["att"]), **_limits(result), p=small(result["p"]), clusters=count(result["n_clusters"]),
        **_detectable(result),
    )  # fmt: skip
    if "share_forbidden" not in result.values:
        return said
    return _join(
        lang, said, word("effects.twfe_staggered", lang).format(share=share(result["share_forbidden"]))
    )


def _clustered(result: Result, lang: str) -> str:
    return word("effects.clustered", lang).format(
        term=result.table["term"].iloc[0], estimate=figure(result["estimate"]), **_limits(result), p=small(result["p"]),
        n=count(result["n"]), clusters=count(result["n_clusters"]),
    )  # fmt: skip


def _honest(result: Result, lang: str) -> str:
    top, point = float(result.table["m"].max()), result["breakdown"]
    every = not result.table["covers_zero"].any() and not result.table["lower"].isna().any()
    kind = str(result.table["restriction"].iloc[0])
    if point == 0:
        key = "honest_none"
    elif math.isnan(point) or (kind == "relative" and every):
        key = "honest_far"
    else:
        key = f"honest_{kind}"
    return word(f"effects.{key}", lang).format(
        att=figure(result["att"]), breakdown=figure(point), top=figure(top)
    )


def _power(result: Result, lang: str) -> str:
    return word("effects.power", lang).format(
        power=share(result["power"]), mde=figure(result["mde"]), simulations=count(result["n_sim"]),
        false=share(result["false_positives"]),
    )  # fmt: skip


def _randomisation(result: Result, lang: str) -> str:
    return word("effects.randomisation", lang).format(
        p=f"{result['p']:.3f}", n=count(result["n_assigned"]), treated=count(result["n_treated"]), att=figure(result["att"])
    )  # fmt: skip


def _balance(result: Result, lang: str) -> str:
    rows = result.table.loc[result.table["smd"].notna()]
    most = rows.loc[rows["smd"].abs().idxmax(), "covariate"] if len(rows) else "—"
    return word("effects.balance", lang).format(
        treated=count(result["n_treated"]), control=count(result["n_control"]), smd=figure(result["max_smd"]), covariate=most
    )  # fmt: skip


def _match(result: Result, lang: str) -> str:
    key = "match" if _clear(result) else "match_none"
    said = word(f"effects.{key}", lang).format(
        n=count(result["n_pairs"]), att=figure(result["att"]), **_limits(result), p=small(result["p"]), **_detectable(result)
    )  # fmt: skip
    if not result["n_unmatched"]:
        return said
    return _join(lang, said, word("effects.match_lost", lang).format(lost=count(result["n_unmatched"])))


WRITERS: dict[str, Callable[[Result, str], str]] = {
    "att_gt": _att_gt,
    "att_simple": _aggregate,
    "att_event": _aggregate,
    "att_group": _aggregate,
    "att_calendar": _aggregate,
    "imputation": _imputation,
    "bacon": _bacon,
    "twfe": _twfe,
    "clustered": _clustered,
    "honest": _honest,
    "power": _power,
    "randomisation": _randomisation,
    "balance": _balance,
    "match": _match,
}
