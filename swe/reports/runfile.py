"""The run file: which regions, which data, which notebook, as of when, for whom (docs/formats.md §1)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, Field, ValidationError

from swe.core import project
from swe.core.dates import Period, parse_date, span
from swe.core.errors import DefinitionError, PrivacyError, SweError, UsageError, joined
from swe.core.strict_yaml import Loc, Strict, Words, definition_error, read_model, read_nodes

if TYPE_CHECKING:
    from swe.indicators.frameworks import Framework
    from swe.indicators.needs import Needs
    from swe.indicators.plans import Plan

Lang = Literal["zh", "en"]
Audience = Literal["internal", "public"]
LEVELS = ("province", "prefecture", "county", "township")


class Within(Strict):
    """Every region of a level below another one."""

    within: str
    level: Literal["province", "prefecture", "county", "township"]


class AllProgrammes(Strict):
    """Every region that has a programme on file."""

    programmes: Literal["all"]


class AllBenchmarks(Strict):
    """Every region of the benchmarks."""

    benchmarks: Literal["all"]


class PeriodSpec(Strict):
    """First and last day, of any precision."""

    start: str = Field(alias="from")
    end: str = Field(alias="to")


class Sources(Strict):
    """Where the data lie; relative to the run file, then to the project."""

    figures: tuple[str, ...] = ("data/reference/published",)
    ledgers: str | None = None
    needs: str | None = None
    ratings: str | None = None
    outcomes: str | None = None
    openings: str | None = None


class Cover(Strict):
    """Names on the cover."""

    client: str = ""
    assessor: str = ""
    date: str = ""


class Disclosure(Strict):
    """Rules of what may leave (public runs only)."""

    threshold: int = Field(default=10, ge=1)
    round_to: int = Field(default=5, ge=1)
    released: str | None = None


class Limits(Strict):
    """Per region: seconds and MB."""

    timeout: int = Field(default=300, ge=1)
    memory_mb: int = Field(default=2000, ge=100)


class RunSpec(Strict):
    """The file as written."""

    id: str = Field(pattern=r"^[a-z0-9-]+$")
    title: Words
    regions: tuple[str | Within | AllProgrammes | AllBenchmarks, ...] = Field(min_length=1)
    as_of: str
    period: PeriodSpec | None = None
    notebook: str = "notebooks/regional_report.ipynb"
    register_: str = Field("nearest", alias="register")
    lang: Lang = "zh"
    audience: Audience
    sources: Sources = Sources()
    framework: str | None = None
    programmes: tuple[str, ...] | None = None
    plan: str | None = None
    cover: Cover = Cover()
    narrative: str | None = None
    disclosure: Disclosure = Disclosure()
    limits: Limits = Limits()
    formats: tuple[Literal["html", "docx", "pdf", "xlsx"], ...] = ("html",)
    seed: int = 20230531


@dataclass(frozen=True)
class Run:
    """A run file, read and resolved: `spec` as written, `file` where, `codes` the regions in order of code."""

    spec: RunSpec
    file: Path
    project: Path
    codes: tuple[str, ...]
    lang: Lang
    audience: Audience

    @property
    def id(self) -> str:
        return self.spec.id

    @property
    def as_of(self) -> date:
        return parse_date(self.spec.as_of)

    @property
    def period(self) -> Period:
        if self.spec.period:
            return span(self.spec.period.start, self.spec.period.end)
        return span(f"{self.as_of.year}-01-01", self.spec.as_of)

    @property
    def notebook(self) -> Path:
        return self.find(self.spec.notebook)

    @cached_property
    def framework(self) -> Framework | None:
        """The indicator system: an id, or a path beside the run file; None where the run names none."""
        if self.spec.framework is None:
            return None
        from swe.indicators.frameworks import framework

        given = self.spec.framework
        path = given.endswith((".yml", ".yaml"))
        return framework(self.find(given) if path else given, root=self.project)

    @cached_property
    def plan(self) -> Plan | None:
        """The analysis plan: an id, or a path beside the run file; None where the run names none."""
        if self.spec.plan is None:
            return None
        from swe.indicators.plans import plan

        given = self.spec.plan
        path = given.endswith((".yml", ".yaml"))
        return plan(self.find(given) if path else given, root=self.project)

    @property
    def needs_path(self) -> Path | None:
        """The table of need (docs/needs.md); None where the run names none."""
        return None if self.spec.sources.needs is None else self.find(self.spec.sources.needs)

    @cached_property
    def needs(self) -> Needs | None:
        """The table of need, read; everything wrong with it is said with its line."""
        if self.needs_path is None:
            return None
        from swe.indicators.needs import read_needs

        return read_needs(self.needs_path)

    @property
    def shipped_run(self) -> bool:
        return self.file.parent == self.project / "params" / "runs"

    @property
    def figure_paths(self) -> tuple[Path, ...]:
        return tuple(self.find(path) for path in self.spec.sources.figures)

    def find(self, path: str) -> Path:
        """A path of the run file: beside the file first, then in the project, then among what ships."""
        for base in (self.file.parent, self.project, project.shipped()):
            if (base / path).exists():
                return base / path
        raise DefinitionError(
            f"找不到“{path}”（先在运行文件旁边找，再在项目里找）",
            f"{path!r} not found (looked beside the run file, then in the project)",
            where=str(self.file),
        )

    @property
    def folder(self) -> Path:
        """Where the outputs go unless -o says otherwise (docs/formats.md §1)."""
        base = (Path.cwd() if self.project == project.shipped() != _checkout() else self.project) / "outputs"
        if not self.shipped_run:
            base = self.file.parent / "outputs"
        suffix = f".{self.lang}" if self.lang != self.spec.lang else ""
        suffix += f".{self.audience}" if self.audience != self.spec.audience else ""
        return base / f"{self.id}{suffix}"


def _checkout() -> Path:
    """The folder above the package: the project itself in a checkout, site-packages in an installation."""
    return Path(project.__file__).parents[2]


def load_run(
    name: str | Path,
    *,
    root: Path | None = None,
    overrides: dict[str, str] | None = None,
    lang: str | None = None,
    audience: str | None = None,
    today: date | None = None,
) -> Run:
    """A run by path or by the stem of a file in `params/runs/`; all its problems at once, with their lines."""
    base = project.root(root)
    path = run_path(name, base)
    given = overrides or {}
    own = read_model(path, RunSpec)
    spec = _override(own, given)
    _, lines = read_nodes(path)
    chosen: tuple[Any, Any] = (lang or spec.lang, audience or spec.audience)
    spec = spec.model_copy(
        update={"lang": own.lang, "audience": own.audience}
    )  # what the file says names the folder
    codes = _checked(Run(spec, path, base, (), *chosen), lines, today, frozenset(given))
    if chosen[1] == "public" and spec.sources.ledgers is not None:
        raise PrivacyError(
            "有台账的运行不能以 public 输出：还没有披露控制，小数目可能指向个人。请用 audience: internal。",
            "a run with ledgers cannot be public: there is no disclosure control yet, and small counts may point to "
            "a person. Use audience: internal.",
            where=str(path),
        )
    return Run(spec, path, base, codes, *chosen)


def run_path(name: str | Path, base: Path) -> Path:
    """The file behind RUN."""
    given = Path(name)
    if given.suffix in (".yml", ".yaml") or given.is_file():
        if given.is_file():
            return given.resolve()
        if (base / given).is_file():
            return (base / given).resolve()
    elif re.fullmatch(r"[a-z0-9-]+", str(name)):
        for folder in (base, project.shipped()):
            if (found := folder / "params" / "runs" / f"{name}.yml").is_file():
                return found.resolve()
    known = ", ".join(sorted(p.stem for p in (base / "params" / "runs").glob("*.yml")))
    raise UsageError(
        f"没有名为“{name}”的运行文件；params/runs/ 里有：{known}",
        f"there is no run file {str(name)!r}; params/runs/ has: {known}",
    )


def _override(spec: RunSpec, overrides: dict[str, str]) -> RunSpec:
    """`-p NAME=VALUE` for top-level scalars."""
    changed: dict[str, Any] = {}
    for key, value in overrides.items():
        field = "register_" if key == "register" else key
        if field not in RunSpec.model_fields or isinstance(getattr(spec, field), BaseModel | tuple):
            allowed = ", ".join(
                k for k in RunSpec.model_fields if not isinstance(getattr(spec, k), BaseModel | tuple)
            )
            raise UsageError(
                f"-p 不认识“{key}”；可以改的有：{allowed}".replace("register_", "register"),
                f"-p does not know {key!r}; it can set: {allowed}".replace("register_", "register"),
            )
        changed[key] = value
    if not changed:
        return spec
    merged = {**spec.model_dump(by_alias=True), **changed}
    try:
        return RunSpec.model_validate(merged)
    except ValidationError as error:
        wrong = "; ".join(f"{e['loc'][0]}={e['input']} ({e['msg']})" for e in error.errors())
        raise UsageError(f"-p 的值不对：{wrong}", f"-p value is wrong: {wrong}") from None


def _checked(
    run: Run, lines: dict[Loc, int], today: date | None, overridden: frozenset[str]
) -> tuple[str, ...]:
    """The region codes, after every cross-check that types alone cannot make.

    What -p has set is the command's mistake, not the file's.
    """
    spec, errors = run.spec, list[SweError]()

    def problem(loc: Loc, zh: str, en: str) -> None:
        if loc[0] in overridden:
            raise UsageError(f"-p {loc[0]}：{zh}", f"-p {loc[0]}: {en}")
        errors.append(definition_error(run.file, lines, loc, zh, en))

    if run.shipped_run and spec.id != run.file.stem:
        problem(
            ("id",),
            f"id“{spec.id}”与文件名“{run.file.stem}”不同",
            f"id {spec.id!r} differs from the file's stem",
        )
    for loc, check in (
        (("as_of",), lambda: parse_date(spec.as_of, today=today)),
        (("period",), lambda: spec.period and run.period),
        (("notebook",), lambda: run.notebook),
        (("sources", "figures"), lambda: run.figure_paths),
        (("register",), lambda: _vintage(spec.register_)),
        (("sources", "ratings"), lambda: spec.sources.ratings and run.find(spec.sources.ratings)),
        (("sources", "outcomes"), lambda: spec.sources.outcomes and run.find(spec.sources.outcomes)),
        (("sources", "openings"), lambda: spec.sources.openings and run.find(spec.sources.openings)),
        (("framework",), lambda: run.framework),
        (("sources", "needs"), lambda: run.needs),
        (("plan",), lambda: run.plan),
    ):
        try:
            check()
        except SweError as error:
            if loc in (("framework",), ("plan",)) and isinstance(error, DefinitionError):
                errors.append(error)  # it names the framework's own lines
            else:
                problem(loc, error.zh, error.en)
    for key, zh, en in _alone(spec):
        problem(key, zh, en)
    for key, asked in _not_built(spec):
        if asked:
            name = ".".join(str(part) for part in key)
            problem(
                key,
                f"这一版还不能使用 {name}：写了也不会起作用，请先删去",
                f"this version cannot use {name} yet: it would have no effect; remove it for now",
            )
    codes: set[str] = set()
    for i, item in enumerate(spec.regions):
        try:
            codes |= set(_codes(item, run))
        except SweError as error:
            problem(("regions", i), error.zh, error.en)
    if errors:
        raise joined(errors)
    return tuple(sorted(codes, key=lambda code: "" if code == "00" else code))


def _alone(spec: RunSpec) -> list[tuple[Loc, str, str]]:
    """Keys that do nothing without another one."""
    given = spec.sources
    found: list[tuple[Loc, str, str]] = []
    if given.ledgers is None:
        for key, asked, zh, en in (
            (("framework",), spec.framework, "有指标体系而没有台账，无从计分：请写 sources.ledgers，或删去 framework",
             "an indicator system without ledgers scores nothing: give sources.ledgers, or remove framework"),
            (("sources", "ratings"), given.ratings, "有评分而没有台账：请写 sources.ledgers", "ratings without ledgers: give sources.ledgers"),
            (("sources", "needs"), given.needs, "有需求表而没有台账，无从对照：请写 sources.ledgers",
             "a table of need without ledgers has nothing to be held against: give sources.ledgers"),
        ):  # fmt: skip
            if asked is not None:
                found.append((key, zh, en))
    for name in ("outcomes", "openings"):
        if getattr(given, name) is not None and spec.plan is None:
            zh = f"有 sources.{name} 而没有分析计划：请写 plan，或删去它"
            found.append(
                (
                    ("sources", name),
                    zh,
                    f"sources.{name} without an analysis plan has no effect: give plan, or remove it",
                )
            )
    return found


def _not_built(spec: RunSpec) -> list[tuple[Loc, bool]]:
    """Keys that have a place in the file and no room in the code yet: asked for, they are refused, never ignored."""
    return [
        (("narrative",), spec.narrative is not None),
        (("formats",), bool(set(spec.formats) - {"html", "xlsx"})),
        (("disclosure", "released"), spec.disclosure.released is not None),
    ]


def _vintage(name: str) -> str:
    from swe.reference.register import VINTAGES

    if name != "nearest" and name not in VINTAGES:
        allowed = ", ".join(VINTAGES)
        raise UsageError(
            f"没有 {name} 的登记表；可选 nearest 或 {allowed}",
            f"no register of {name}; nearest or one of {allowed}",
        )
    return name


def _codes(item: str | Within | AllProgrammes | AllBenchmarks, run: Run) -> list[str]:
    from swe.reference.regions import children, region

    if isinstance(item, str):
        return [region(item).code]
    if isinstance(item, Within):
        found = children(region(item.within), item.level)
        if not found:
            raise UsageError(
                f"{item.within} 下没有 {item.level} 级区划", f"{item.within} has no {item.level} below it"
            )
        return [r.code for r in found]
    from swe.reference import published  # pandas: a run that names its regions starts without it

    facts = published.load()
    if isinstance(item, AllProgrammes):
        return sorted(set(facts.programmes["region"]))
    figures = facts.figures
    return sorted(set(figures.loc[figures["file"].str.endswith("benchmarks.csv"), "region"]))


def selected(run: Run, wanted: tuple[str, ...]) -> tuple[str, ...]:
    """The codes that `-r` keeps: `52` a region and all below it, `=52` that one alone; none given keeps all."""
    from swe.reference.regions import region

    if not wanted:
        return run.codes
    kept: set[str] = set()
    for text in wanted:
        alone = text.startswith("=")
        place = region(text.removeprefix("="))
        chosen = {
            c
            for c in run.codes
            if c == place.code or (not alone and c.startswith(place.prefix) and c != "00")
        }
        if place.code == "00" and not alone:
            chosen = set(run.codes)
        if not chosen:
            raise UsageError(
                f"运行“{run.id}”里没有 {place.name}（{place.code}）及其下级",
                f"run {run.id!r} has neither {place.name} ({place.code}) nor anything below it",
            )
        kept |= chosen
    return tuple(code for code in run.codes if code in kept)
