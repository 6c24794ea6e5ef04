"""`Evaluation`: everything one region's report says, gathered once by pure functions; sections only show it."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, replace
from datetime import date
from functools import cache, cached_property, lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from swe.core.dates import parse_partial
from swe.core.errors import DefinitionError
from swe.core.project import reference_file
from swe.indicators.claims import Claim, claims, peers
from swe.indicators.coverage import coverage, nearest_figure
from swe.indicators.programmes import (
    Derived,
    Goal,
    Programme,
    as_known,
    derive,
    goals,
    load_programme,
    rules_table,
)
from swe.reference import published
from swe.reference.regions import Region, children, region
from swe.reference.register import AFTER_DIGITS, NATION
from swe.reports.run_ledgers import ROWS, rule_text, run_ledgers
from swe.reports.run_results import RunResults, run_results
from swe.reports.runfile import Run, load_run
from swe.show.numbers import Number, by_id
from swe.show.result import Result
from swe.stats.pace import pace

if TYPE_CHECKING:
    import pandas as pd

    from swe.indicators.assessor_facts import Assessed
    from swe.indicators.ledger_facts import LedgerFacts
    from swe.indicators.scores import Scores
    from swe.ledgers.tables_view import Tables
    from swe.reference.published import Published
    from swe.reports.comparison_view import ComparisonView
    from swe.reports.run_plan import EffectView

SLICE = 16  # digits of a hash that name the rows of a region


@dataclass(frozen=True)
class ProgrammeView:
    """A programme with its derived numbers, goals and rules."""

    programme: Programme
    derived: tuple[Derived, ...]
    goals: tuple[Goal, ...]
    rules: pd.DataFrame


@dataclass(frozen=True)
class Track:
    """A goal with its pace where two or more counts allow one."""

    programme_id: str
    goal: Goal
    result: Result | None


@dataclass(frozen=True)
class LedgerView:
    """What the run's ledgers say of a region, from one snapshot of the store.

    snapshot       which rows these are: the beginning of the hash that the manifest lists as `ledgers`
    rows, issues   row accounting and issues by severity, of the region's files and of its rows in shared ones
    shared_files   files that hold rows of other regions too
    rules          (rule, severity, zh, en, count) of every rule that fired
    results        what the regions of the run share; `scores` those of the region's stations, where a system is named
    findings, ratings   the region's rows of these tables
    assessed       the assessors' list, the survey by its design, regularity and the look of the records
    """

    facts: LedgerFacts
    snapshot: str
    rows: dict[str, int]
    shared_files: int
    issues: dict[str, int]
    rules: tuple[tuple[str, str, str, str, int], ...]
    results: RunResults
    scores: Scores | None
    findings: pd.DataFrame
    ratings: pd.DataFrame
    assessed: Assessed
    compared: ComparisonView | None


@dataclass(frozen=True)
class Evaluation:
    """One region, one run, one language: the facts of its report.

    figures   the published figures of its programmes and of the region itself, up to the run's as-of date
    claims    published rates against the register; `coverage` the latest count, None where a region has no units
    """

    run: Run
    region: Region
    lang: str
    facts: Published
    figures: pd.DataFrame
    programmes: tuple[ProgrammeView, ...]
    coverage: Result
    claims: tuple[Claim, ...]
    tracks: tuple[Track, ...]
    peers: pd.DataFrame
    below: tuple[Region, ...]
    ledger: LedgerView | None = None
    effect: EffectView | None = None

    @cached_property
    def numbers(self) -> MappingProxyType[str, Number]:
        """Every number of the report by id (results.json)."""
        from swe.reports import facts

        return MappingProxyType(by_id(facts.all_numbers(self)))

    def has(self, *ids: str) -> bool:
        """Whether all of these numbers are known at least as a bound."""
        found = [self.numbers.get(i) for i in ids]
        return all(n is not None and (n.value, n.lower, n.upper) != (None, None, None) for n in found)

    @property
    def claim(self) -> Claim | None:
        """The latest claim with a rate."""
        rated = [c for c in self.claims if c.rate is not None]
        return rated[-1] if rated else None

    @property
    def vintage(self) -> str:
        return str(self.coverage.table["vintage"].iloc[0])


def evaluate(
    run: str | Path | Run, code: str | int, *, lang: str | None = None, settings: dict[str, str] | None = None
) -> Evaluation:
    """Gather one region of a run."""
    if not isinstance(run, Run):
        given = dict(settings or {})
        run = load_run(run, lang=lang, audience=given.pop("audience", None), overrides=given)
    place = region(code)
    facts = known_figures(run)
    views = tuple(_view(p, facts) for p in _programmes(run, frozenset([place.code])))
    figures = _figures(facts, place, views)
    count = nearest_figure(_of(facts, place, "station_count"), run.as_of)
    measured = _coverage(run, place, facts, count)
    tracks = tuple(_track(view.programme.id, goal) for view in views for goal in view.goals)
    return Evaluation(
        run, place, lang or run.lang, facts, figures, views, measured, tuple(claims(place.code, facts)), tracks,
        _peers(facts, place), _below(place), _ledger(run, place), _effect(run, place),
    )  # fmt: skip


def known_figures(run: Run) -> Published:
    """The run's figures known on its day: one dated by a month or year counts from its first day."""
    return _until(_loaded(run.figure_paths, _stamps(run.figure_paths)), run.as_of)


@lru_cache(maxsize=4)  # every region of a run has the same
def _until(facts: Published, day: date) -> Published:
    known = [parse_partial(text).first <= day for text in facts.figures["as_of"]]
    return replace(facts, figures=facts.figures[known].reset_index(drop=True))


@lru_cache(maxsize=8)
def _loaded(paths: tuple[Path, ...], stamps: tuple[tuple[str, int, int], ...]) -> Published:
    return published.load(*paths)


def _stamps(paths: tuple[Path, ...]) -> tuple[tuple[str, int, int], ...]:
    """What shows that a file is another one: its name, time and size."""
    files = [file for path in paths for file in (sorted(path.glob("*.csv")) if path.is_dir() else [path])]
    found = [
        (file, file.stat()) for file in files if file.is_file()
    ]  # what is not there is told by who reads it
    return tuple((str(file), stat.st_mtime_ns, stat.st_size) for file, stat in found)


def check_inputs(run: Run) -> None:
    """Read what the regions read, before any notebook: a wrong figure or programme stops the run with its line."""
    published.load(*run.figure_paths)
    _programmes(run, frozenset(run.codes))


def share(run: Run) -> None:
    """Have at hand what every region of a run asks for: its figures and the peers among them."""
    _all_peers(known_figures(run))
    _programmes(run, frozenset())
    for level in ("prefecture", "county", "township"):
        _of_level(level)


def _programmes(run: Run, regions: frozenset[str]) -> list[Programme]:
    """The programmes on file for these regions, a station network first."""
    paths = tuple(
        dict.fromkeys((reference_file("published").resolve(), *(p.resolve() for p in run.figure_paths)))
    )
    known = _loaded(paths, _stamps(paths))
    listed = known.programmes
    names = list(listed["programme_id"]) if run.spec.programmes is None else list(run.spec.programmes)
    if unknown := sorted(set(names) - set(listed["programme_id"])):
        zh, en = f"没有这些项目：{'、'.join(unknown)}", f"no such programmes: {', '.join(unknown)}"
        raise DefinitionError(zh, en, where=str(run.file))
    here = set(listed.loc[listed["region"].isin(regions), "programme_id"])
    folder = run.project / "params" / "programmes"
    mine = [load_programme(folder / f"{name}.yml", published=known) for name in names if name in here]
    return sorted(mine, key=lambda p: (p.kind != "network", p.id))


def _view(programme: Programme, facts: Published) -> ProgrammeView:
    usable = as_known(programme, facts)
    return ProgrammeView(programme, derive(usable, facts), goals(usable, facts), rules_table(usable, facts))


def _figures(facts: Published, place: Region, views: tuple[ProgrammeView, ...]) -> pd.DataFrame:
    frame = facts.figures
    mine = frame["programme_id"].isin([v.programme.id for v in views]) | (frame["region"] == place.code)
    return frame[mine].sort_values("figure_id").reset_index(drop=True)


def _of(facts: Published, place: Region, indicator: str) -> pd.DataFrame:
    frame = facts.figures
    return frame[(frame["region"] == place.code) & (frame["indicator"] == indicator)]


def _coverage(run: Run, place: Region, facts: Published, count: Any) -> Result:
    """The latest count over the register nearest to its date, unless the run names a register."""
    named = None if run.spec.register_ == "nearest" else run.spec.register_
    day = run.as_of if count is None else min(parse_partial(count["as_of"]).last, run.as_of)
    return coverage(place.code, as_of=day, vintage=named, published=facts)


def _track(programme_id: str, goal: Goal) -> Track:
    if len(goal.series) < 2:
        return Track(programme_id, goal, None)
    return Track(programme_id, goal, pace(list(goal.series), target=goal.target, deadline=goal.deadline))


def _peers(facts: Published, place: Region) -> pd.DataFrame:
    """Regions of the same level with a published count; the place itself is among them if it has one."""
    found = _all_peers(facts)
    return found[(found["level"] == place.level) & (found["status"] == "ok")].reset_index(drop=True)


@lru_cache(maxsize=4)
def _all_peers(facts: Published) -> pd.DataFrame:
    return peers(facts)


def _below(place: Region) -> tuple[Region, ...]:
    """The next level down that has rows: provinces of the nation, prefectures, counties, townships."""
    order = {"nation": "province", "province": "prefecture", "prefecture": "county", "county": "township"}
    level = order.get(place.level)
    if level is None:
        return ()
    if place.level == "province" and len(_inside(place, "prefecture")) <= 2:  # municipalities
        level = "county"
    return _inside(place, level)


def _inside(place: Region, level: str) -> tuple[Region, ...]:
    """All regions of a level below one: a slice of those of the nation, which stand in the order of their codes."""
    codes, places = _of_level(level)
    return places[bisect_left(codes, place.prefix) : bisect_left(codes, place.prefix + AFTER_DIGITS)]


@cache
def _of_level(level: str) -> tuple[tuple[str, ...], tuple[Region, ...]]:
    places = tuple(children(region(NATION), level))
    return tuple(place.code for place in places), places


def _effect(run: Run, place: Region) -> EffectView | None:
    """What the run's analysis plan finds for a region; None where the run names none."""
    if run.plan is None:
        return None
    from swe.reports.run_plan import effect_view

    return effect_view(run, place)


def _ledger(run: Run, place: Region) -> LedgerView | None:
    """The run's ledgers for a region; loading them again costs little, for unchanged sources are not read."""
    if run.spec.sources.ledgers is None:
        return None
    from swe.indicators import region_rows
    from swe.reports.comparison_view import comparison_view

    data = run_ledgers(run)
    results = run_results(run, data)
    issues, read, whole, shared_files = _of_files(results, place.prefix)
    with results.rows(place.prefix) as rows:
        found = region_rows.facts(rows)
        findings, ratings = (region_rows.whole(rows, table) for table in ("findings", "ratings"))
        listed = region_rows.assessed(
            rows, place.code, level=place.level, whole=_nation(run, data, place), complete=found.complete, accounts=whole
        )  # fmt: skip
        months = region_rows.months(rows, period=run.period)
    compared = comparison_view(months, place, needs=run.needs, reference=results.comparison(place))
    return LedgerView(
        facts=found,
        snapshot=results.slice_sha256(place.prefix)[:SLICE],
        rows=read,
        shared_files=shared_files,
        issues={
            name: sum(n for (_, severity), n in issues.items() if severity == name)
            for name in ("error", "warning", "info")
        },
        rules=tuple((rule, severity, *rule_text(rule), n) for (rule, severity), n in issues.items()),
        results=results,
        scores=results.scores(place.prefix),
        findings=findings,
        ratings=ratings,
        assessed=listed,
        compared=compared,
    )


def _of_files(
    results: RunResults, prefix: str
) -> tuple[dict[tuple[str, str], int], dict[str, int], dict[str, int], int]:
    """Issues by rule and severity, rows read with and without the files that regions share, how many these are.

    The nation's files by region are let go here, before its rows are read: they are a third of a gigabyte.
    """
    files = results.files(prefix)
    read, whole = (
        {name: counts[column] for name, column in ROWS.items()}
        for counts in (files.accounts(prefix), files.accounts(prefix, shared=False))
    )
    return files.issues(prefix), read, whole, files.shared(prefix)


def _nation(run: Run, data: Tables, place: Region) -> pd.DataFrame | None:
    """The assessors' list of the nation, which no province's rows hold; None for other regions."""
    if place.prefix:
        return None
    from swe.indicators.assessor_region import lists

    with data.connect() as connection:
        return lists(connection, levels=("nation",), period=run.period, by_station=False)[1]["nation"]
