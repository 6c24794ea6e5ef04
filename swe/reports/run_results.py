"""What the regions of a run share: indicators and scores of all stations, computed once and read by every report.

They lie as files beside the store. The first computation is the reference: a station whose rows are the same as then
keeps its score, rank and intervals, so that one corrected ledger changes the reports of its own county, prefecture and
province and no others. What stations are compared with (`run_comparison`) stands as long. `refresh` makes a new
reference.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from swe.core.files import json_text, sha256_of, sha256_of_bytes, staged_folder, write_atomic
from swe.reference.regions import Region, region
from swe.reference.register import AFTER_DIGITS
from swe.reports import run_comparison
from swe.reports.manifest import code_sha256, read_json
from swe.reports.run_comparison import COMPARISON, RunComparison
from swe.reports.run_ledgers import RESULTS, run_ledgers, store_folder
from swe.reports.run_rows import GROUP, region_reader, write_rows
from swe.reports.run_slices import (
    FilesByRegion,
    Sorted,
    digests,
    file_accounts,
    files_by_region,
    told_issues,
)
from swe.show.result import Note

if TYPE_CHECKING:
    import pandas as pd

    from swe.indicators.frameworks import Framework
    from swe.indicators.scores import Scores
    from swe.ledgers.tables_view import Tables
    from swe.reports.run_rows import Rows
    from swe.reports.runfile import Run

RESAMPLES = 500
FRAMES = ("indicators", "table", "points", "dimensions", "grades", "lift")
POINT_WORDS = ("reason_zh", "reason_en", "evidence_zh", "evidence_en", "basis")
STATIONS, FILES, TOLD, ACCOUNTS = "stations", "files", "told", "accounts"
SHARED = "results"  # in the store
ROWS = "rows"  # beside the results: what reports are made from, province by province
ABOUT, REFERENCE = "about.json", "reference.json"
UNSCORED = "reference-unscored.json"  # of a run without a framework: it takes no other's away
KEPT = 3  # folders of results that stay beside the reference and the newest: runs that are still reading


@dataclass(frozen=True)
class RunResults:
    """The shared results of a run: a folder of Parquet files.

    framework   None where the run names none: then there are digests, rows and a comparison, and no scores
    reference   as-of date and snapshot of the reference that unchanged stations keep; empty without a framework
    changed     stations that have changed since, and are scored anew
    """

    folder: Path
    framework: Framework | None
    reference: dict[str, str]
    changed: tuple[str, ...]

    @cached_property
    def about(self) -> dict[str, Any]:
        """What the folder says of itself."""
        found: dict[str, Any] = read_json(self.folder / ABOUT)
        return found

    def scores(self, prefix: str) -> Scores | None:
        """The scores of the stations of a region, cut from those of the whole run.

        Points come without their words where the page is too large to go down to indicators: for the nation these
        are hundreds of megabytes.
        """
        from swe.indicators.scores import Scores
        from swe.reports.score_numbers import LISTED

        if self.framework is None:
            return None
        names = ("table", "dimensions", "grades", "lift")
        found = dict(zip(names, _read(self.folder, names, prefix), strict=True))
        without = () if len(found["table"]) <= LISTED else POINT_WORDS
        (found["points"],) = _read(self.folder, ["points"], prefix, without=without)
        notes = tuple(Note(**note) for note in self.about["notes"])
        return Scores(
            "score", found.pop("table"), {**self.about["values"]}, notes, framework=self.framework, **found
        )

    def indicators(self, prefix: str) -> pd.DataFrame:
        """The frame of indicators of the stations of a region."""
        return _read(self.folder, ["indicators"], prefix)[0]

    def rows(self, prefix: str) -> AbstractContextManager[Rows]:
        """The rows that the report of a region is made from, by name (`swe.indicators.region_rows`)."""
        return region_reader(self.folder.parent / ROWS, self.about["rows"], prefix)

    @cached_property
    def _comparison(self) -> RunComparison:
        return run_comparison.opened(self.folder / COMPARISON)

    def comparison(self, place: Region, stations: Sorted | None = None) -> RunComparison | None:
        """What the stations of a region are compared with; None where that is the region itself.

        stations  as in `slice_sha256`
        """
        held = self.stations(place.prefix) if stations is None else stations
        known = self._comparison
        return known if known.serves(place, len(held.below(place.prefix))) else None

    def files(self, prefix: str | None) -> FilesByRegion:
        """What a region takes of the run's files; of None, what any region takes."""
        placed, told = _read(self.folder, [FILES, TOLD], prefix or "", also=" OR region = ''")
        return files_by_region(placed, told, _read(self.folder, [ACCOUNTS], "")[0])

    def stations(self, prefix: str) -> Sorted:
        """Digests of the rows and results of a region's stations."""
        return Sorted.of(_read(self.folder, [STATIONS], prefix)[0], "unit", "digest", "scored")

    def slice_sha256(self, prefix: str, stations: Sorted | None = None) -> str:
        """One hash over what a region's report takes from here: its stations' rows and results, and the reference.

        stations  those of a region that contains it, where they have been read
        """
        held = self.stations(prefix) if stations is None else stations
        lines = [" ".join(map(str, row)) for row in held.below(prefix)]
        return sha256_of_bytes("\n".join([json_text(self.reference), *lines]).encode())


@dataclass(frozen=True)
class RegionSlices:
    """What each region of a run takes from its ledgers, for the key of its report."""

    files: FilesByRegion
    stations: Sorted
    results: RunResults
    snapshot: str

    def inputs(self, code: str) -> list[dict[str, Any]]:
        """The files behind a region, what was said of them, one hash of its stations' rows and results, and the reference."""
        place = region(code)
        shared = self.results.comparison(place, self.stations)
        return [
            *self.files.inputs(place.prefix),
            {"path": "ledgers", "sha256": self.results.slice_sha256(place.prefix, self.stations)},
            *([] if shared is None else [{"path": "ledgers.comparison", "sha256": shared.sha256}]),
        ]


def region_slices(run: Run, *, refresh: bool = False, dry: bool = False) -> RegionSlices | None:
    """Load the run's ledgers and compute what its regions share; None where it has no ledgers."""
    if run.spec.sources.ledgers is None:
        return None
    data = run_ledgers(run)
    results = run_results(run, data, refresh=refresh, dry=dry)
    return RegionSlices(results.files(None), results.stations(""), results, str(data.snapshot.path))


def reference_path(run: Run) -> Path:
    """The file that says which results are the reference of a run."""
    return store_folder(run) / SHARED / _reference_name(run.framework)


def _reference_name(fw: Framework | None) -> str:
    return UNSCORED if fw is None else REFERENCE


def run_results(run: Run, data: Tables, *, refresh: bool = False, dry: bool = False) -> RunResults:
    """The shared results of a run, computed where they are not there yet; a dry run settles no reference.

    A report of a batch opens those that the batch has computed.
    """
    fw = run.framework
    if given := os.environ.get(RESULTS):
        return _opened(Path(given), fw)
    base = data.snapshot.path.parent / SHARED
    key = _key(run, fw)
    settled = base / _reference_name(fw)
    known = None if refresh else _reference(settled, key)
    name = sha256_of_bytes(f"{key} {data.snapshot.id} {known}".encode())[:16]
    folder = base / name
    if known is not None and known["snapshot"] == data.snapshot.id:
        folder = base / known["folder"]
    if (refresh and not dry) or not _is_whole(folder):
        _compute(run, data, fw, folder, None if known is None else base / known["folder"])
    if known is None and not dry:
        now = {"key": key, "folder": name, "snapshot": data.snapshot.id, "files": _files(folder)}
        write_atomic(settled, json_text(now))
    if not dry:
        _prune(base, folder)
    return _opened(folder, fw)


def _is_whole(folder: Path) -> bool:
    """Whether results are there with all the rows they name."""
    if not (folder / ABOUT).is_file():
        return False
    named = read_json(folder / ABOUT).get("rows", {}).values()
    return all((folder.parent / ROWS / name).is_dir() for name in named)


def _opened(folder: Path, fw: Framework | None) -> RunResults:
    about = read_json(folder / ABOUT)
    return RunResults(folder, fw, about["reference"], tuple(about["changed"]))


def _prune(base: Path, current: Path) -> None:
    """Remove results that nothing refers to any more."""
    settled = [base / name for name in (REFERENCE, UNSCORED)]
    kept = {current.name, *(read_json(path)["folder"] for path in settled if path.is_file())}
    others = [
        entry
        for entry in base.iterdir()
        if entry.is_dir() and entry.name not in (*kept, ROWS) and entry.name[0] != "."
    ]
    others.sort(key=lambda entry: entry.stat().st_mtime)
    for entry in others[:-KEPT]:
        shutil.rmtree(entry, ignore_errors=True)
    named = {
        name for path in base.glob(f"*/{ABOUT}") for name in read_json(path).get("rows", {}).values()
    }  # also of runs that are still reading
    for entry in (base / ROWS).iterdir():
        if entry.name not in named and entry.name[0] != ".":
            shutil.rmtree(entry, ignore_errors=True)


# -- computing --


def _compute(run: Run, data: Tables, fw: Framework | None, folder: Path, reference: Path | None) -> None:
    made = digests(data)
    now = made.stations
    frames: dict[str, Any] = {}
    reference_of = {} if fw is None else {"as_of": run.spec.as_of, "snapshot": data.snapshot.id}
    about: dict[str, Any] = {
        "reference": reference_of, "changed": [], "values": {}, "notes": [],
        "rows": write_rows(folder.parent / ROWS, data, now, period=run.period),
    }  # fmt: skip
    if fw is not None:
        scored = _scored(run, data, fw, now, frames)
        about |= scored
    if reference is None:
        rows = region_reader(folder.parent / ROWS, about["rows"], "")
        compared = run_comparison.made(rows, period=run.period, as_of=run.spec.as_of)
    else:
        about = _kept(reference, now, frames, about)
        compared = (reference / COMPARISON).read_text(encoding="utf-8")
    with staged_folder(folder) as staged:
        said = {FILES: made.files, TOLD: told_issues(data), ACCOUNTS: file_accounts(data, made.files)}
        for name, frame in {**frames, **said}.items():
            frame.to_parquet(staged / f"{name}.parquet", index=False, row_group_size=GROUP)
        with_results = now.assign(scored=_result_digests(staged, sorted(frames), now["unit"]))
        with_results.to_parquet(staged / f"{STATIONS}.parquet", index=False, row_group_size=GROUP)
        (staged / ABOUT).write_text(json_text(about), encoding="utf-8", newline="\n")
        (staged / COMPARISON).write_text(compared, encoding="utf-8", newline="\n")


def _result_digests(folder: Path, names: list[str], units: pd.Series) -> list[str]:
    """A digest of the results of each station: a changed one is compared with all, so theirs may move it too."""
    import duckdb

    found: dict[str, list[str]] = {str(unit): [] for unit in units}
    with duckdb.connect(config={"threads": 1}) as con:
        for name in names:
            path = str(folder / f"{name}.parquet")
            described = con.execute("DESCRIBE SELECT * FROM read_parquet(?)", [path]).fetchall()
            columns = ", ".join(f'"{column[0]}"' for column in described)
            rows = con.execute(
                f"SELECT unit::VARCHAR, sum(hash({columns})::HUGEINT)::VARCHAR FROM read_parquet(?) GROUP BY 1",
                [path],
            ).fetchall()
            for unit, digest in rows:
                if unit in found:
                    found[unit].append(f"{name}:{digest}")
    return [sha256_of_bytes(" ".join(found[str(unit)]).encode())[:32] for unit in units]


def _scored(
    run: Run, data: Tables, fw: Framework, now: pd.DataFrame, frames: dict[str, Any]
) -> dict[str, Any]:
    """Indicators and scores of all stations into `frames`; values and notes of the whole."""
    import pandas as pd

    import swe.indicators as indicators
    from swe.indicators.scores import score

    ind = indicators(data, fw, by="station", period=run.period)  # type: ignore[operator]
    scored = score(ind, fw, ratings=data.ratings, resamples=RESAMPLES, seed=run.spec.seed)
    made = {
        "indicators": ind, "table": scored.table, "points": scored.points, "dimensions": scored.dimensions,
        "grades": scored.grades, "lift": scored.lift,
    }  # fmt: skip
    where = dict(zip(now["unit"], now["region"], strict=True))
    frames.update({name: _placed(frame, where) for name, frame in made.items()})
    return {
        "values": {name: None if pd.isna(value) else value for name, value in scored.values.items()},
        "notes": [{"kind": note.kind, "zh": note.zh, "en": note.en} for note in scored.notes],
    }


def _kept(
    reference: Path, now: pd.DataFrame, frames: dict[str, Any], about: dict[str, Any]
) -> dict[str, Any]:
    """Put the reference's rows of the stations that have not changed into `frames`."""
    import pandas as pd

    before = pd.read_parquet(reference / f"{STATIONS}.parquet")
    same = set(before.merge(now, on=["unit", "region", "digest"])["unit"])
    for name, frame in frames.items():
        old = pd.read_parquet(reference / f"{name}.parquet")
        parts = [old[old["unit"].isin(same)], frame[~frame["unit"].isin(same)]]
        joined = pd.concat([part for part in parts if len(part)] or [frame], ignore_index=True)
        frames[name] = joined.sort_values(["region", "unit"], kind="stable", ignore_index=True)
    changed = sorted((set(before["unit"]) | set(now["unit"])) - same)
    first = read_json(reference / ABOUT)
    return {**about, **{key: first[key] for key in ("reference", "values", "notes")}, "changed": changed}


def _placed(frame: pd.DataFrame, where: dict[str, str]) -> pd.DataFrame:
    """With the region code of each station, sorted by it, and plain text for categories."""
    made = frame.assign(region=[where.get(str(unit), "") for unit in frame["unit"]])
    for column in made.columns:
        if made[column].dtype == "category":
            made[column] = made[column].astype(object)
    return made.sort_values(["region", "unit"], kind="stable", ignore_index=True)


def _read(
    folder: Path, names: Sequence[str], prefix: str, *, also: str = "", without: Sequence[str] = ()
) -> list[pd.DataFrame]:
    """The rows of a region: files are sorted by region, so that a county reads its own row groups."""
    import duckdb

    where = "region >= $prefix AND region < $after" if prefix else "TRUE"
    given = {"prefix": prefix, "after": prefix + AFTER_DIGITS} if prefix else {}
    asked = f"* EXCLUDE ({', '.join(without)})" if without else "*"
    found = []
    with duckdb.connect(config={"threads": 1}) as con:
        for name in names:
            path = (folder / f"{name}.parquet").as_posix().replace("'", "''")
            rows = con.sql(f"SELECT {asked} FROM read_parquet('{path}') WHERE {where}{also}", params=given)
            # by Arrow: DuckDB's own way to pandas makes a Python object of every text first
            found.append(rows.to_arrow_table().to_pandas())
    return found


def _key(run: Run, fw: Framework | None) -> str:
    """What a reference must share to be compared with: system, period, seed and our own code."""
    parts = {
        "framework": None if fw is None else fw.sha256, "period": [str(run.period.first), str(run.period.last)], "seed": run.spec.seed,
        "resamples": RESAMPLES, "code": code_sha256(),
    }  # fmt: skip
    return sha256_of_bytes(json_text(parts).encode())


def _reference(path: Path, key: str) -> dict[str, Any] | None:
    """The reference on file; None where there is none, or it is of another system, period or version."""
    if not path.is_file():
        return None
    known: dict[str, Any] = read_json(path)
    whole = known["key"] == key and _files(path.parent / known["folder"]) == known["files"]
    return known if whole else None


def _files(folder: Path) -> dict[str, str]:
    return {path.name: sha256_of(path) for path in sorted(folder.glob("*"))} if folder.is_dir() else {}
