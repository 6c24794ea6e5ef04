"""The sentence of a score: how good, how sure, what would change it; never a grade without its share of resamples."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from swe.show.words import word

if TYPE_CHECKING:
    from swe.show.result import Result

FIRM, LOOSE = 0.05, 0.05  # probability of another grade: at most for firm, more for loose


def points_text(x: float) -> str:
    """Points of a total with one decimal, rounded down: 89.96 must not read as the 90 that it missed.

    >>> points_text(89.96), points_text(90.0), points_text(float("nan"))
    ('89.9', '90', '—')
    """
    if math.isnan(x):
        return "—"
    down = math.floor(x * 10 + 1e-9) / 10
    return f"{down:,.0f}" if down.is_integer() else f"{down:,.1f}"


def gap_text(x: float) -> str:
    """A gap with one decimal, rounded up: what is still missing is never said to be less."""
    up = math.ceil(x * 10 - 1e-9) / 10
    return f"{up:,.0f}" if up.is_integer() else f"{up:,.1f}"


def share_text(x: float) -> str:
    """A share of resamples in whole per cent; short of all it is not 100 %, and more than none is not 0 %.

    >>> share_text(0.998), share_text(1.0), share_text(0.002)
    ('99%', '100%', '1%')
    """
    whole = round(x * 100)
    return f"{100 if x >= 1 else 0 if x <= 0 else min(99, max(1, whole))}%"


def _score(result: Result, lang: str) -> str:
    if len(result.table) == 1:
        return _one(result, result.table.iloc[0], lang)
    if not result["scored"]:
        return word("scores.none", lang)
    return _many(result, lang)


def unit_sentence(result: Result, unit: str, lang: str) -> str:
    """The sentence of one unit of a score."""
    return _one(result, result.table[result.table["unit"] == unit].iloc[0], lang)


def _one(result: Result, row: Any, lang: str) -> str:
    unit = str(row["unit"])
    if math.isnan(row["total"]):
        return word("scores.one_without", lang).format(unit=unit, reasons=row[f"reasons_{lang}"])
    grade = row["grade" if lang == "zh" else "grade_en"]
    said = word("scores.one", lang).format(unit=unit, total=points_text(row["total"]), grade=grade or "—")
    if row["vetoed"]:
        return said + word("scores.one_vetoed", lang)
    if math.isnan(row["flip_probability"]):
        said += word("scores.one_unsure_not_known", lang)
    else:
        said += word("scores.one_sure", lang).format(
            resamples=f"{result['resamples']:,.0f}", share=share_text(1 - row["flip_probability"])
        )
    if math.isnan(row["to_next"]):
        said += word("scores.one_top", lang)
    else:
        said += word("scores.one_next", lang).format(gap=gap_text(row["to_next"]))
    return said + _lift(result, unit, lang)


def _lift(result: Result, unit: str, lang: str) -> str:
    lift = getattr(result, "lift", None)
    own = None if lift is None else lift[(lift["unit"] == unit) & (lift["order"] == 1)]
    if own is None or own.empty:
        return ""
    code = str(own["indicator"].iloc[0])
    names = {item.code: item.name for item in result.framework.indicators}  # type: ignore[attr-defined]
    name = names[code].zh if lang == "zh" else names[code].en
    said = word("scores.one_lift", lang).format(
        indicator=f"{code} {name}", gain=points_text(own["gain"].iloc[0])
    )
    return said if lang == "zh" else f" {said}"


def _many(result: Result, lang: str) -> str:
    rows = result.table
    known = rows[rows["total"].notna()]
    column = "grade" if lang == "zh" else "grade_en"
    order = [grade.name.zh if lang == "zh" else grade.name.en for grade in result.framework.grades]  # type: ignore[attr-defined]
    counts = known[column].value_counts()
    grades = ("，" if lang == "zh" else ", ").join(
        word("scores.many_grade", lang).format(grade=name, count=f"{counts[name]:,}")
        for name in order
        if name in counts
    )
    parts = [
        word("scores.many", lang).format(
            scored=f"{len(known):,}", lowest=points_text(result["lowest"]), highest=points_text(result["highest"]),
            median=points_text(result["median"]), grades=grades,
        )
    ]  # fmt: skip
    if known["flip_probability"].isna().all():
        parts.append(word("scores.many_unsure_not_known", lang))
    else:
        firm = int((known["flip_probability"] <= FIRM).sum())
        loose = int((known["flip_probability"] > LOOSE).sum())
        parts.append(
            _plain("scores.many_sure", lang).format(
                resamples=f"{result['resamples']:,.0f}", firm=f"{firm:,}", loose=f"{loose:,}"
            )
        )
    if result["vetoed"]:
        parts.append(word("scores.many_vetoed", lang).format(vetoed=f"{result['vetoed']:,.0f}"))
    if len(known) < len(rows):
        parts.append(word("scores.many_without", lang).format(without=f"{len(rows) - len(known):,}"))
    return ("" if lang == "zh" else " ").join(parts)


def _plain(key: str, lang: str) -> str:
    """A template whose marked constants stand as plain text."""
    return word(key, lang).replace("[[", "").replace("]]", "")


WRITERS: dict[str, Callable[[Result, str], str]] = {"score": _score}
