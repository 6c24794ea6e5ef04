"""An indicator system in words: what is measured, how points follow, where grades begin; zh and en.

The same texts stand in the report, in the score annex, in the raters' guide and beside each score as its definition.
"""

from __future__ import annotations

from swe.indicators.framework_model import (
    Count,
    Coverage,
    DaysBetween,
    Extra,
    FrameworkSpec,
    Indicator,
    Mean,
    Measure,
    Missing,
    Part,
    Rate,
    Rating,
    Ratio,
    Score,
    Share,
    Stations,
    Sum,
    TargetOf,
    Test,
    Where,
)
from swe.ledgers.contract import contract
from swe.ledgers.tables.spec import Column, TableSpec
from swe.show.words import word

PROPORTIONS = (Share, Coverage, Rating)
CALENDAR = {
    "months": "framework.coverage_months", "weeks": "framework.coverage_weeks", "domains": "framework.coverage_domains",
}  # fmt: skip


def measure_text(measure: Measure | Part, lang: str) -> str:
    """What a measure counts, in one phrase."""
    match measure:
        case Count():
            table = _table(measure.count)
            key = "framework.count_distinct" if measure.distinct else "framework.count"
            column = _column(table, measure.distinct, lang) if measure.distinct else ""
            return _fill(key, lang, table=_name(table, lang), column=column,
                         where=_where(table, measure.where, lang), valid=_valid(measure.valid, lang))  # fmt: skip
        case Sum():
            table = _table(measure.sum)
            return _fill("framework.sum", lang, table=_name(table, lang), column=_column(table, measure.column, lang),
                         where=_where(table, measure.where, lang), valid=_valid(measure.valid, lang))  # fmt: skip
        case Mean():
            table = _table(measure.mean)
            names = (measure.column,) if isinstance(measure.column, str) else measure.column
            columns = word("framework.list_sep", lang).join(_column(table, name, lang) for name in names)
            return _fill("framework.mean", lang, table=_name(table, lang), column=columns,
                         where=_where(table, measure.where, lang), valid=_valid(measure.valid, lang))  # fmt: skip
        case Share():
            table = _table(measure.share)
            of = _tests(table, measure.of, lang)
            among = _fill("framework.where", lang, tests=of) if of else ""
            key = "framework.share" if of else "framework.share_of_all"
            return _fill(key, lang, table=_name(table, lang), of=among,
                         where=_tests(table, measure.where, lang), valid=_valid(measure.valid, lang))  # fmt: skip
        case Ratio():
            return _fill(
                "framework.ratio",
                lang,
                above=measure_text(measure.ratio, lang),
                below=measure_text(measure.to, lang),
            )
        case Rate():
            per = word(f"framework.per_{measure.per}", lang)
            return _fill("framework.rate", lang, above=measure_text(measure.rate, lang), per=per)
        case Coverage():
            return _coverage(measure, lang)
        case Rating():
            return _rating(measure, lang)
        case DaysBetween():
            table = _table(measure.days_between)
            statistic = word(
                "framework.median" if measure.statistic == "median" else "framework.average", lang
            )
            return _fill("framework.days_between", lang, table=_name(table, lang), statistic=statistic,
                         first=_column(table, measure.from_, lang), last=_column(table, measure.to, lang),
                         where=_where(table, measure.where, lang))  # fmt: skip
        case TargetOf():
            return _fill(
                "framework.target", lang, measure=_value(_table("targets")["measure"], measure.target, lang)
            )
        case Stations():
            table = _table("stations")
            where = _where(table, measure.where, lang)
            if measure.stations == "all":
                return _fill("framework.stations_all", lang, where=where)
            column = _column(table, measure.stations, lang)
            return _fill("framework.stations_column", lang, column=column, where=where)


def rule_text(item: Indicator | Extra, lang: str) -> str:
    """How points follow from the value: 40% 及以下得 0 分，90% 及以上得满分 10 分…"""
    score, percent = item.score, isinstance(item.measure, (*PROPORTIONS, Ratio))
    way = getattr(item, "direction", "up")
    points = _digits(score.points)
    if score.linear is not None:
        low, high = (value_text(x, percent) for x in (score.linear.from_, score.linear.to))
        key = (
            "framework.rule_linear_up"
            if score.linear.from_ < score.linear.to
            else "framework.rule_linear_down"
        )
        return _fill(key, lang, low=low, high=high, points=points)
    if score.reach is not None:
        key = "framework.rule_reach_up" if way == "up" else "framework.rule_reach_down"
        return _fill(key, lang, value=value_text(score.reach, percent), points=points)
    if score.yesno is not None:
        return _fill("framework.rule_yes" if score.yesno else "framework.rule_no", lang, points=points)
    if score.rating is not None:
        return _fill("framework.rule_rating", lang, points=points)
    return word("framework.sep", lang).join(
        [*_steps(score, lang, percent=percent, up=way == "up"), *_bands(score, lang, percent=percent)]
    )


def missing_text(policy: Missing, lang: str) -> str:
    """What happens to an indicator without a value."""
    return _fill(f"framework.missing_{policy}", lang)


def grade_rule(spec: FrameworkSpec, lang: str) -> str:
    """The bands and the boundary rule: half-open, nothing rounded before grading."""
    grades = sorted(spec.grades, key=lambda grade: -grade.from_)
    parts = []
    for place, grade in enumerate(grades):
        name = grade.name.zh if lang == "zh" else grade.name.en
        low = _digits(grade.from_)
        if place == 0:
            parts.append(_fill("framework.grade_top", lang, name=name, low=low))
        else:
            high = _digits(grades[place - 1].from_)
            parts.append(_fill("framework.grade_band", lang, name=name, low=low, high=high))
    return _fill("framework.grade_rule", lang, bands=word("framework.sep", lang).join(parts))


def value_text(value: float, percent: bool) -> str:
    """0.4 of a proportion is 40%, of anything else 0.4."""
    return f"{_digits(round(value * 100, 10))}%" if percent else _digits(value)


# -- parts --


def _coverage(measure: Coverage, lang: str) -> str:
    table = _table(measure.coverage)
    where = _where(table, measure.where, lang)
    if measure.of in CALENDAR:
        return _fill(CALENDAR[measure.of], lang, table=_name(table, lang), where=where)
    of = _table(measure.of)
    whole = _name(of, lang) + _where(of, measure.of_where, lang)
    column = _column(table, measure.distinct or "client_id", lang)
    return _fill("framework.coverage", lang, table=_name(table, lang), where=where, column=column, of=whole)


def _rating(measure: Rating, lang: str) -> str:
    table = _table("ratings")
    sources = word("framework.list_sep", lang).join(
        _value(table["rater_source"], s, lang) for s in measure.rating
    )
    combine = word(
        "framework.combine_weighted" if measure.combine == "weighted" else "framework.combine_first", lang
    )
    return _fill(
        "framework.rating",
        lang,
        sources=sources,
        round=_value(table["round"], measure.round, lang),
        combine=combine,
    )


def _steps(score: Score, lang: str, *, percent: bool, up: bool) -> list[str]:
    key = "framework.rule_step_up" if up else "framework.rule_step_down"
    said = [
        _fill(key, lang, from_=value_text(step.from_, percent), points=_digits(step.points))
        for step in score.steps or ()
    ]
    return [*said, _fill("framework.rule_steps_else", lang)] if said else []


def _bands(score: Score, lang: str, *, percent: bool) -> list[str]:
    said = []
    for band in score.bands or ():
        low = "" if band.from_ is None else value_text(band.from_, percent)
        high = "" if band.to is None else value_text(band.to, percent)
        key = (
            "framework.rule_band"
            if low and high
            else "framework.rule_band_above"
            if low
            else "framework.rule_band_below"
        )
        said.append(_fill(key, lang, low=low, high=high, points=_digits(band.points)))
    return [*said, _fill("framework.rule_steps_else", lang)] if said else []


def _where(table: TableSpec, where: Where, lang: str) -> str:
    tests = _tests(table, where, lang)
    return _fill("framework.where", lang, tests=tests) if tests else ""


def _tests(table: TableSpec, where: Where, lang: str) -> str:
    return word("framework.and", lang).join(_test(table[name], test, lang) for name, test in where.items())


def _test(column: Column, test: Test, lang: str) -> str:
    name = column.zh if lang == "zh" else column.en
    if test.between is not None:
        low, high = test.between.low, test.between.high
        key = (
            "framework.at_most"
            if low is None
            else "framework.at_least"
            if high is None
            else "framework.between"
        )
        return _fill(key, lang, column=name, low=low or "", high=high or "")
    if test.notnull is not None:
        return _fill("framework.known", lang, column=name)
    given = [test.equals] if test.equals is not None else list(test.in_ or ())
    values = word("framework.or", lang).join(_value(column, str(value), lang) for value in given)
    return _fill("framework.is", lang, column=name, value=values)


def _value(column: Column, code: str, lang: str) -> str:
    """What people see for a stored value."""
    if column.type == "boolean":
        return word("framework.yes" if code == "true" else "framework.no", lang)
    for value in column.values:
        if value.code == code:
            return value.zh if lang == "zh" else value.en
    return code


def _table(name: str) -> TableSpec:
    return contract("ledger-v1")[name]


def _name(table: TableSpec, lang: str) -> str:
    return table.zh if lang == "zh" else table.en


def _column(table: TableSpec, name: str, lang: str) -> str:
    column = table[name]
    return column.zh if lang == "zh" else column.en


def _valid(valid: bool, lang: str) -> str:
    return word("framework.valid", lang) if valid else ""


def _fill(key: str, lang: str, **fields: str) -> str:
    return word(key, lang).format(zero=0, **fields)


def _digits(x: float) -> str:
    return f"{x:,.10g}" if abs(x) < 1e6 else f"{x:,.0f}"
