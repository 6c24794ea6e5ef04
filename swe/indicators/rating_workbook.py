"""The rating workbook: what raters fill in on site, generated from an indicator system and never by hand.

Its score sheets have the headers of the ledger's table `ratings`, so that `swe check` and `swe run` read what comes
back without a form of its own; findings and questionnaires stand beside them in the same workbook.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from swe.core.errors import UsageError
from swe.core.files import write_atomic
from swe.indicators.framework_model import Indicator, Rating
from swe.indicators.framework_text import grade_rule, measure_text, rule_text
from swe.indicators.frameworks import Framework, framework
from swe.ledgers.contract import INSTRUCTIONS, contract
from swe.ledgers.tables.spec import Value
from swe.ledgers.template import (
    CREATED,
    code_lists_sheet,
    header_text,
    list_ranges,
    print_setup,
    style,
    table_sheet,
    validation,
    width,
)
from swe.show.words import word

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.worksheet import Worksheet

Lang = Literal["zh", "en"]
NAME = "name of the indicator"  # for the rater's eyes; the reader passes over it
COLUMNS = (
    "station_id", "rater_source", "rater", "round", "date", "framework_id", "indicator_code", NAME, "score",
    "full_points", "comment",
)  # fmt: skip
WIDTHS = {"station_id": 16, "rater_source": 14, "rater": 12, "round": 12, "date": 12, "framework_id": 14,
          "indicator_code": 10, NAME: 36, "score": 9, "full_points": 9, "comment": 44}  # fmt: skip
FORBIDDEN = str.maketrans(dict.fromkeys("[]:*?/\\'", " "))  # what Excel does not allow in a sheet's name
LONGEST_NAME = 31
EXAMPLE_CODE = "R01"
HEAD = {"bold": True, "bg_color": "#1F4E5F", "font_color": "#FFFFFF", "text_wrap": True, "valign": "vcenter", "border": 1, "border_color": "#BFBFBF"}  # fmt: skip
CELL = {"text_wrap": True, "valign": "top", "border": 1, "border_color": "#BFBFBF"}
TO_FILL = {"bg_color": "#FFF8E5"}

Station = tuple[str, str]  # id, name


def rating_template(
    system: Framework | str | Path, path: Path, *, lang: Lang = "zh", stations: Sequence[Station] = ()
) -> Path:
    """Write the rating workbook of an indicator system: guide, a score sheet a station, findings, questionnaire.

    Parameters
    ----------
    system : Framework, its id or its file.
    path : the .xlsx file to write; it appears whole or not at all.
    lang : of headers, guide and lists; the reader understands both.
    stations : (id, name) of the stations to be rated, a sheet each; none gives one empty sheet.

    Raises
    ------
    UsageError for a path that is no .xlsx, and for a system in which nothing is scored by raters.
    """
    path = Path(path)
    if path.suffix.lower() != ".xlsx":
        raise UsageError(
            "评分工作簿只能写成 .xlsx 文件，请改用 -o 文件名.xlsx",
            "the rating workbook is an .xlsx file; use -o NAME.xlsx",
            where=path.name,
        )
    found = system if isinstance(system, Framework) else framework(system)
    write_atomic(path, rating_bytes(found, lang=lang, stations=stations))
    return path


def stations_of(path: str) -> tuple[Station, ...]:
    """The stations of ledgers or of a store, by region and id.

    Loading takes what `swe.load` takes; names are those the stations gave themselves.
    """
    import pandas as pd

    from swe.ledgers.load import load

    rows = load(path).query("SELECT station_id, name FROM stations ORDER BY region_code, station_id")
    return tuple((str(id), "" if pd.isna(name) else str(name)) for id, name in rows.itertuples(index=False))


def rating_bytes(system: Framework, *, lang: Lang = "zh", stations: Sequence[Station] = ()) -> bytes:
    """The workbook as bytes; the same system, language and stations give the same bytes."""
    import xlsxwriter

    rated = tuple(i for i in system.indicators if isinstance(i.measure, Rating))
    if not rated:
        raise UsageError(
            f"指标体系 {system.id} 里没有由评分人打分的指标，不需要评分工作簿",
            f"no indicator of {system.id} is scored by raters; it needs no rating workbook",
        )
    ledger = contract(system.spec.contract)
    buffer = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(buffer, options) as book:
        title = _words(system.spec.title, lang)
        book.set_properties({"title": title, "comments": system.id, "created": CREATED})
        _instructions(book, system, lang)
        _guide(book, system, lang)
        lists = list_ranges(ledger, lang)
        rated_stations: list[Station | None] = [*stations] or [None]
        for name, station in zip(_sheet_names(stations, lang), rated_stations, strict=True):
            _score_sheet(book.add_worksheet(name), book, system, rated, station, lists, lang)
        for table in ("findings", "survey"):
            table_sheet(book, ledger[table], lists, lang)
        code_lists_sheet(book, ledger, lists, lang)
    return buffer.getvalue()


def _instructions(book: Workbook, system: Framework, lang: Lang) -> None:
    sheet = book.add_worksheet(INSTRUCTIONS[lang])
    sheet.hide_gridlines(2)
    sheet.set_column(0, 0, 110)
    spec = system.spec
    origin = word(f"framework.origin_{spec.origin}", lang)
    lines = [
        word("rating.origin", lang).format(document=spec.source.document, origin=origin),
        "",
        word("rating.steps", lang),
        word("rating.step_station", lang),
        word("rating.step_score", lang).format(zero=0),
        word("rating.step_rater", lang).format(code=EXAMPLE_CODE),
        word("rating.step_reason", lang),
        word("rating.step_findings", lang),
        word("rating.step_back", lang),
        "",
        word("rating.grades", lang),
        grade_rule(spec, lang),
    ]
    if spec.raters:
        lines.append(word("rating.source_weights", lang).format(weights=_weights(system, lang)))
    title = word("rating.title", lang).format(name=_words(spec.title, lang))
    sheet.write_string(0, 0, title, style(book, bold=True, font_size=16))
    headings = {word("rating.steps", lang), word("rating.grades", lang)}
    for row, line in enumerate(lines, start=1):
        look = (
            style(book, bold=True, font_size=12, font_color="#1F4E5F")
            if line in headings
            else style(book, text_wrap=True, valign="top")
        )
        sheet.write_string(row, 0, line, look)
        sheet.set_row(row, 16 * (1 + width(line) // 108))
    print_setup(sheet)


def _guide(book: Workbook, system: Framework, lang: Lang) -> None:
    """Every indicator with its points, what is measured, its rule and evidence; who scores it."""
    sheet = book.add_worksheet(word("rating.sheet_guide", lang))
    columns = ("code", "indicator", "points", "how", "measured", "rule", "evidence")
    widths = (8, 26, 8, 16, 40, 40, 26)
    head, cell = style(book, **HEAD), style(book, **CELL)
    for place, (name, wide) in enumerate(zip(columns, widths, strict=True)):
        sheet.set_column(place, place, wide)
        sheet.write_string(0, place, word(f"rating.{name}", lang), head)
    for row, item in enumerate(system.indicators, start=1):
        by = "rating.by_raters" if isinstance(item.measure, Rating) else "rating.by_ledger"
        texts = (item.code, _words(item.name, lang), None, word(by, lang), measure_text(item.measure, lang),
                 rule_text(item, lang), _words(item.evidence, lang))  # fmt: skip
        for place, text in enumerate(texts):
            if text is None:
                sheet.write_number(row, place, item.score.points, cell)
            else:
                sheet.write_string(row, place, text, cell)
        lines = max(1 + width(t or "") // max(int(w), 1) for t, w in zip(texts, widths, strict=True))
        sheet.set_row(row, 15 * lines + 2)
    sheet.freeze_panes(1, 2)
    print_setup(sheet)


def _score_sheet(
    sheet: Worksheet, book: Workbook, system: Framework, rated: tuple[Indicator, ...], station: Station | None,
    lists: dict[tuple[Value, ...], str], lang: Lang,
) -> None:  # fmt: skip
    """A row an indicator; what is the same for all rows stands once, in the first."""
    table = contract(system.spec.contract)["ratings"]
    head, cell, fill = style(book, **HEAD), style(book, **CELL), style(book, **CELL, **TO_FILL)
    day = style(book, **CELL, **TO_FILL, num_format="yyyy-mm-dd")
    for place, name in enumerate(COLUMNS):
        sheet.set_column(place, place, WIDTHS[name])
        if name == NAME:
            sheet.write_string(0, place, word("rating.indicator", lang), head)
            continue
        sheet.write_string(0, place, header_text(table[name], lang), head)
        if name not in ("framework_id", "indicator_code", "full_points"):
            sheet.data_validation(1, place, len(rated), place, validation(table[name], lists, lang))
    for row, item in enumerate(rated, start=1):
        for place, name in enumerate(COLUMNS):
            printed = {"framework_id": system.id, "indicator_code": item.code, NAME: _words(item.name, lang)}
            known = (
                station[0] if name == "station_id" and row == 1 and station is not None else printed.get(name)
            )
            if name == "full_points":
                sheet.write_number(row, place, item.score.points, cell)
            elif known is not None:
                sheet.write_string(row, place, known, cell)
            elif name in ("score", "comment") or row == 1:
                sheet.write_blank(row, place, None, day if name == "date" else fill)
            else:
                sheet.write_blank(row, place, None, cell)
    sheet.set_row(0, 32)
    sheet.freeze_panes(1, 0)
    print_setup(sheet)


def _sheet_names(stations: Sequence[Station], lang: Lang) -> list[str]:
    """One name a station: 评分表 and the station's, cut and counted where Excel would find them equal."""
    base = word("rating.sheet_scores", lang)
    names: list[str] = []
    for id, name in stations or [("", "")]:
        text = f"{base} {name or id}".translate(FORBIDDEN).strip()[:LONGEST_NAME]
        again = sum(each.casefold() == text.casefold() for each in names)
        names.append(f"{text[: LONGEST_NAME - len(str(len(names))) - 1]} {len(names)}" if again else text)
    return names


def _weights(system: Framework, lang: Lang) -> str:
    column = contract(system.spec.contract)["ratings"]["rater_source"]
    labels = {value.code: value.zh if lang == "zh" else value.en for value in column.values}
    shares = (system.spec.raters or {}).items()
    return word("framework.list_sep", lang).join(f"{labels[source]} {share:.4g}" for source, share in shares)


def _words(text: object, lang: Lang) -> str:
    return str(getattr(text, lang))
