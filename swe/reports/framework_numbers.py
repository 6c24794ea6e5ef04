"""Numbers of an indicator system and of the audit of its scores: points, weights, raters, crowding at the cut-offs."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

from swe.core.errors import DataError
from swe.reports.ledger_numbers import station_slug
from swe.reports.score_numbers import bounded, make, reach, scores_of
from swe.show.numbers import Number
from swe.show.words import both

if TYPE_CHECKING:
    import pandas as pd

    from swe.indicators.framework_model import Extra, Indicator
    from swe.indicators.frameworks import Framework
    from swe.indicators.scores import Scores
    from swe.reports.evaluation import Evaluation

FEWEST = 10  # stations below which effective weights are only noise; ours


def framework_numbers(e: Evaluation) -> Iterator[Number]:
    """Points of the system, weights, and the audit; none without an indicator system and ledgers."""
    scores = scores_of(e)
    if scores is None:
        return
    yield from _points(e, scores.framework)
    yield from _weights(e, scores)
    yield from _bunching(e, scores)
    yield from _raters(e, scores)
    yield from _self(e)


def _points(e: Evaluation, fw: Framework) -> Iterator[Number]:
    one = partial(make, e, source=f"framework:{fw.id}")
    yield one("framework.scale", both("scoring.n_scale"), fw.scale, "point", "as written")
    yield one("framework.n", both("scoring.n_indicators"), len(fw.indicators), "item", "count")
    yield one(
        "framework.dimensions", both("scoring.n_dimensions"), len(fw.spec.dimensions), "dimension", "count"
    )
    whole = sum(each.points for each in fw.spec.dimensions)
    for each in fw.spec.dimensions:
        name = {"zh_name": each.name.zh, "en_name": each.name.en}
        yield one(
            f"framework.dimension.{each.code}",
            both("scoring.dimension_points", **name),
            each.points,
            "point",
            "as written",
        )
        yield one(
            f"framework.weight.{each.code}",
            both("scoring.dimension_weight", **name),
            each.points / whole,
            "fraction",
            "as written",
        )
        own = sum(item.dimension == each.code for item in fw.indicators)
        yield one(
            f"framework.items.{each.code}", both("scoring.dimension_items", **name), own, "item", "count"
        )
    scored: tuple[Indicator | Extra, ...] = (*fw.indicators, *fw.bonuses)
    for item in scored:
        labels = both("scoring.full_points", zh_name=item.name.zh, en_name=item.name.en)
        yield one(f"framework.points.{item.code}", labels, item.score.points, "point", "as written")
    for off in fw.deductions:
        labels = both("scoring.deducted_each", zh_name=off.name.zh, en_name=off.name.en)
        yield one(f"framework.points.{off.code}", labels, off.points, "point", "as written")
    for which, part in (("bonus", fw.spec.bonus), ("deductions", fw.spec.deductions)):
        if part is not None:
            yield one(
                f"framework.cap.{which}", both(f"scoring.n_cap_{which}"), part.cap, "point", "as written"
            )


def _weights(e: Evaluation, scores: Scores) -> Iterator[Number]:
    """What each dimension explains of the totals, from ten stations on."""
    from swe.indicators.score_audit import effective_weights

    if scores.table["total"].notna().sum() < FEWEST:
        return
    names = {each.code: each.name for each in scores.framework.spec.dimensions}
    for row in effective_weights(scores).table.itertuples():
        name = names[row.code]
        labels = both("scoring.dimension_effective", zh_name=name.zh, en_name=name.en)
        yield make(
            e,
            f"framework.effective.{row.code}",
            labels,
            _known(row.effective),
            "fraction",
            "share of squared correlations",
        )


def _bunching(e: Evaluation, scores: Scores) -> Iterator[Number]:
    from swe.indicators.score_audit import bunching

    if not scores.table["total"].notna().any() or len(scores.framework.grades) < 2:
        return
    found = bunching(scores).values
    for name in ("above", "below", "flagged"):
        unit = "station" if name != "flagged" else ""
        yield make(e, f"audit.{name}", both(f"scoring.n_{name}"), found[name], unit, "count")
    yield make(
        e, "audit.bunching_p", both("scoring.n_bunching_p"), _known(found["p"]), "", "exact binomial test"
    )


def final_ratings(e: Evaluation) -> pd.DataFrame:
    """The ratings of the run's indicator system in the final round."""
    assert e.ledger is not None
    frame, fw = e.ledger.ratings, e.run.framework
    assert fw is not None
    return frame[frame["framework_id"].eq(fw.id) & frame["round"].eq("final")]


def _raters(e: Evaluation, scores: Scores) -> Iterator[Number]:
    """How many ratings there are, and how far raters of the same station agree, where it is known who they were."""
    from swe.indicators.score_audit import rater_agreement, rater_severity

    ratings = final_ratings(e)
    yield make(e, "audit.ratings", both("scoring.n_ratings"), len(ratings), "record", "count")
    named = ratings[ratings["rater"].notna()]
    yield make(e, "audit.ratings_named", both("scoring.n_ratings_named"), len(named), "record", "count")
    if named.empty:
        return
    found = rater_severity(named).values
    yield make(e, "audit.raters", both("scoring.n_raters"), found["raters"], "person", "count")
    yield make(e, "audit.alone", both("scoring.n_alone"), found["alone"], "record", "count")
    yield make(
        e,
        "audit.spread",
        both("scoring.n_spread"),
        _known(found["spread"]),
        "fraction",
        "mean gap to co-raters",
    )
    try:
        agreed = rater_agreement(named)
    except DataError:  # nobody rated what another had rated; the limits of the report say so
        return
    icc = bounded(*(agreed.values[name] for name in ("icc_2_1", "icc_2_1_lower", "icc_2_1_upper")))
    yield make(e, "audit.icc", both("scoring.n_icc"), icc, "", "icc")


def self_rows(e: Evaluation) -> tuple[pd.DataFrame, dict[str, float], str]:
    """Own ratings beside the third party's on the same indicators: rows, mean gap, and the round that was taken."""
    from swe.indicators.score_audit import self_gap

    assert e.ledger is not None and e.run.framework is not None
    frame = e.ledger.ratings
    frame = frame[frame["framework_id"].eq(e.run.framework.id)]
    frame = frame.assign(rater=frame["rater"].astype(object).where(frame["rater"].notna(), "?"))
    third = frame[frame["rater_source"].eq("third_party")]
    taken = "spot_check" if third["round"].eq("spot_check").any() else "final"
    found = self_gap(frame, round=taken)  # type: ignore[arg-type]
    return found.table, dict(found.values), taken


def _self(e: Evaluation) -> Iterator[Number]:
    if reach(e) not in ("detail", "listed"):
        return
    rows, values, _ = self_rows(e)
    for row in rows.to_dict("records"):
        slug = station_slug(str(row["unit"]))
        for name, column in (("self", "self"), ("checked", "other"), ("self_less", "value")):
            labels = both(f"scoring.n_{name}")
            yield make(
                e, f"score.{name}.{slug}", labels, float(row[column]), "fraction", "share of full points"
            )
    if len(rows):
        gap = bounded(values["estimate"], values["lower"], values["upper"])
        yield make(
            e,
            "audit.self_gap",
            both("scoring.n_self_gap"),
            gap,
            "fraction",
            "share of full points, mean of stations",
        )


def _known(x: Any) -> float | None:
    return None if x is None or x != x else float(x)
