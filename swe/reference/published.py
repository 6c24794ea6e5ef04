"""Published figures: what newspapers and officials have said, each with bounds, date, quote and source.

They are all that is known of most regions, so a report starts from them; the shipped ones and an assessor's
own file are read and checked in the same way.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from difflib import get_close_matches
from functools import cache
from pathlib import Path

import pandas as pd

from swe.core.bounded import Bounded
from swe.core.errors import DataError, SweError, UsageError, joined
from swe.core.project import reference_file
from swe.reference.csv_file import Row, check_columns, read_csv
from swe.reference.figure_checks import Findings, Words
from swe.reference.figures_file import bounds, check_references, check_unique, checked_rows
from swe.reference.regions import region

FOLDER = "published"  # in data/reference/
SIDE_TABLES = {  # the other tables of a folder of figures: their columns, the first of which is the key
    "sources": ("source_id", "title_zh", "credit", "month", "month_is"),
    "programmes": ("programme_id", "region", "counterpart", "kind", "title_zh", "title_en"),
    "rules": (
        *("rule_id", "region", "programme_id", "rule_type", "role", "indicator", "operator", "threshold"),
        *("unit", "applies_to", "period_start", "period_end", "check", "quote_zh", "source_id"),
    ),
    "indicators": ("indicator", "label_zh", "label_en", "counted", "chapter"),
    "notes": ("figure_id", "note_zh"),  # the notes of figures in Chinese
    "units": ("unit", "label_zh", "label_en", "nature", "word_zh", "word_en"),
}
FRAME_COLUMNS = (
    *("figure_id", "region", "region_name", "programme_id", "indicator", "label_zh", "label_en"),
    *("value", "lower", "upper", "approximate", "measure_unit", "qualifier", "period_start", "period_end"),
    *("as_of", "quote_zh", "source_id", "note", "note_zh", "confidence", "chapter", "file", "line"),
)


@dataclass(frozen=True, eq=False)
class Published:
    """Figures with what they refer to.

    figures     one row a figure: value (NaN where only bounds are known), lower, upper, approximate,
                measure_unit, as_of as printed, quote_zh, source_id, and the file and line it came from
    sources, rules, programmes, indicators, units   the tables beside it, all text
    warnings    what a reader should know about the files, as errors that were not raised (`.text(lang)`)
    """

    figures: pd.DataFrame
    sources: pd.DataFrame
    rules: pd.DataFrame
    programmes: pd.DataFrame
    indicators: pd.DataFrame
    units: pd.DataFrame
    warnings: tuple[SweError, ...] = ()

    def bounded(self, figure_id: str) -> Bounded:
        """One figure as a bounded number, in its unit code.

        >>> load().bounded("F03-011")
        Bounded(low=72.445, point=72.45, high=72.455, unit='percent')
        """
        row = _one(self.figures, "figure_id", figure_id)
        point = None if pd.isna(row["value"]) else _whole(row["value"])
        low, high = _whole(row["lower"]), _whole(row["upper"])
        return Bounded(low, point, high, row["measure_unit"], bool(row["approximate"]))

    def of(self, query: str, *, below: bool = False) -> pd.DataFrame:
        """The figures of a region, or of it and all that lies under it."""
        place = region(query)
        codes = self.figures["region"]
        inside = codes.str.startswith(place.prefix) if below else codes == place.code
        return self.figures[inside].reset_index(drop=True)

    def rules_of(self, programme_id: str) -> pd.DataFrame:
        """The rules and targets of a programme; UsageError where there is no such programme."""
        _one(self.programmes, "programme_id", programme_id)
        return self.rules[self.rules["programme_id"] == programme_id].reset_index(drop=True)

    def programmes_of(self, region_code: str) -> pd.DataFrame:
        """The programmes on file for a region itself, none of those below or above it."""
        return self.programmes[self.programmes["region"] == region_code].reset_index(drop=True)

    def source(self, source_id: str) -> dict[str, str]:
        """Title, credit and month of a source.

        >>> load().source("guizhou-stations")["month"]
        '2023-06'
        """
        row = _one(self.sources, "source_id", source_id)
        return {str(column): str(cell) for column, cell in row.items()}


def published(query: str, *, below: bool = False) -> pd.DataFrame:
    """The shipped figures of a region; with `below` also of everything under it.

    Raises UsageError where `query` names no region.

    >>> published("福泉")[["figure_id", "indicator", "value", "upper"]].head(2)
      figure_id                  indicator  value  upper
    0   F03-020  county_main_station_count    1.0    1.0
    1   F03-021              station_count    8.0    8.0
    """
    return load().of(query, below=below)


def load(*paths: str | Path, today: date | None = None) -> Published:
    """Figures from files or folders of CSV, together; the shipped ones where none is given.

    In a folder, `sources.csv`, `rules.csv`, `programmes.csv`, `indicators.csv` and `units.csv` are its side
    tables; every other CSV holds figures. Labels and units of the shipped folder are always known.
    Raises DataError, with all problems of all files, where a file cannot be taken as it stands.
    """
    shipped = reference_file(FOLDER)
    given = tuple(dict.fromkeys(Path(path).resolve() for path in paths or (shipped,)))
    loaded = _shipped() if given == (shipped.resolve(),) else _read(tuple(map(Path, paths)), today=today)
    frames = ("figures", "sources", "rules", "programmes", "indicators", "units")
    return replace(loaded, **{name: getattr(loaded, name).copy() for name in frames})


@cache
def _shipped() -> Published:
    return _read((reference_file(FOLDER),), today=None)


def _read(paths: tuple[Path, ...], *, today: date | None) -> Published:
    findings = Findings()
    files = list(dict.fromkeys(file for path in paths for file in _csv_files(path)))
    home = reference_file(FOLDER)
    words_from = [home / f"{name}.csv" for name in ("indicators", "units")]
    tables = {
        name: _side_table(name, [file for file in files if file.stem == name], words_from, findings)
        for name in SIDE_TABLES
    }
    words = Words(_by_key(tables["units"]), _by_key(tables["indicators"]))
    rows: list[Row] = []
    for file in files:
        if file.stem not in SIDE_TABLES:
            try:
                rows += checked_rows(read_csv(file), words, findings, today=today or date.today())
            except DataError as error:
                findings.errors.append(error)
    check_unique(rows, findings)
    for table, column in (("sources", "source_id"), ("programmes", "programme_id")):
        check_references(rows, column, [row[column] for row in tables[table]], findings)
    if findings.errors:
        raise joined(findings.errors)
    notes = {row["figure_id"]: row["note_zh"] for row in tables.pop("notes")}
    figures = pd.DataFrame([_figure(row, words, notes) for row in rows], columns=list(FRAME_COLUMNS))
    frames = {name: _text_frame(table, SIDE_TABLES[name]) for name, table in tables.items()}
    return Published(figures=_typed(figures), **frames, warnings=tuple(findings.warnings))


def _csv_files(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    found = sorted(path.glob("*.csv"))
    if not found:
        raise DataError("文件夹中没有 CSV 文件", "there is no CSV file in the folder", where=str(path))
    return found


def _side_table(name: str, files: list[Path], words_from: list[Path], findings: Findings) -> list[Row]:
    """Rows of a side table over all files; own labels win over the shipped, a repeated key is an error."""
    shipped = [file for file in words_from if file.stem == name]
    key = SIDE_TABLES[name][0]
    rows: dict[str, Row] = {}
    for file in dict.fromkeys(path.resolve() for path in (*shipped, *files)):
        own: set[str] = set()
        try:
            read = read_csv(file)
            check_columns(read, required=SIDE_TABLES[name])
        except DataError as error:
            findings.errors.append(error)
            continue
        findings.errors.extend(read.problems)
        for row in read.rows:
            taken = row[key] in own or (row[key] in rows and not shipped)
            if taken or not row[key]:
                findings.error(row, key, f"“{row[key]}”重复或为空", f"{row[key]!r} is repeated or empty")
            own.add(row[key])
            rows[row[key]] = row
    return list(rows.values())


def _by_key(rows: list[Row]) -> dict[str, dict[str, str]]:
    return {next(iter(row.cells.values())): row.cells for row in rows}


def _figure(row: Row, words: Words, notes: Mapping[str, str]) -> dict[str, object]:
    number = bounds(row["value"], row["qualifier"], row["unit"])
    label = words.indicators.get(row["indicator"], {})
    plain_name = row["indicator"].replace("_", " ").capitalize()
    return {
        **{column: row[column] for column in FRAME_COLUMNS},
        "label_zh": row["indicator_zh"] or label.get("label_zh", plain_name),
        "label_en": label.get("label_en", plain_name),
        "value": float("nan") if number.point is None else float(number.point),
        "lower": float(number.low),
        "upper": float(number.high),
        "approximate": number.approximate,
        "measure_unit": row["unit"],
        "note_zh": notes.get(row["figure_id"], ""),
        "chapter": label.get(
            "chapter", "output"
        ),  # of a report; an unknown indicator is a service until told
        "file": row.path.name,
        "line": row.line,
    }


def _typed(figures: pd.DataFrame) -> pd.DataFrame:
    kinds = {"value": float, "lower": float, "upper": float, "approximate": bool, "line": int}
    return figures.astype({column: kinds.get(column, str) for column in FRAME_COLUMNS})


def _whole(number: float) -> float:
    return int(number) if float(number).is_integer() else float(number)


def _text_frame(rows: Iterable[Row], columns: tuple[str, ...]) -> pd.DataFrame:
    return pd.DataFrame([row.cells for row in rows], columns=list(columns), dtype=str)


def _one(frame: pd.DataFrame, key: str, value: str) -> pd.Series:
    found = frame[frame[key] == value]
    if len(found):
        return found.iloc[0]
    near = "、".join(get_close_matches(value, list(frame[key]), n=3)) or "—"
    raise UsageError(
        f"没有 {key} “{value}”，相近的有：{near}",
        f"no {key} {value!r}; near ones: {near.replace('、', ', ')}",
    )
