"""The entry workbook: opened again, it says what the contract says, and the same each time."""

from __future__ import annotations

import re
import zipfile
from datetime import date

import pytest
from python_calamine import CalamineWorkbook

from swe.core.errors import UsageError
from swe.ledgers.contract import (
    CODE_LISTS,
    EXAMPLE_MARK,
    INSTRUCTIONS,
    contract,
    match_header,
    normalise_header,
    recognise,
    squeezed,
    value_index,
)
from swe.ledgers.template import HINT_TEXT, example_cell, hint, template, template_bytes

LEDGER = contract("ledger-v1")
TABLES = list(LEDGER.tables.values())
LANGS = ["zh", "en"]


@pytest.fixture(scope="module", params=LANGS)
def written(request, tmp_path_factory):
    path = tmp_path_factory.mktemp("template") / "entry.xlsx"
    template("ledger-v1", path, lang=request.param)
    return request.param, path


def sheet_name(table, lang):
    return table.zh if lang == "zh" else table.en


def sheet_xml(path, table, lang):
    place = 2 + TABLES.index(table)  # after the instructions
    with zipfile.ZipFile(path) as archive:
        return archive.read(f"xl/worksheets/sheet{place}.xml").decode()


def test_the_workbook_has_instructions_a_sheet_for_each_table_and_the_code_lists(written):
    lang, path = written
    names = CalamineWorkbook.from_path(path).sheet_names
    assert names == [INSTRUCTIONS[lang], *(sheet_name(t, lang) for t in TABLES), CODE_LISTS[lang]]


def test_every_header_is_found_back_with_its_unit_and_tells_its_table(written):
    lang, path = written
    book = CalamineWorkbook.from_path(path)
    for table in TABLES:
        headers = book.get_sheet_by_name(sheet_name(table, lang)).to_python(skip_empty_area=False)[0]
        found = [match_header(table, header) for header in headers]
        assert [column.name for column, _ in found] == [column.name for column in table.entry_columns]
        assert all(head.unit in (None, column.unit) and head.factor == 1 for column, head in found)
        assert [header.endswith("*") for header in headers] == [c.required for c in table.entry_columns]
        assert recognise(LEDGER, headers, title=sheet_name(table, lang)) == (table.name, 1.0)


def test_the_second_row_is_a_valid_example_that_a_reader_can_tell(written):
    lang, path = written
    book = CalamineWorkbook.from_path(path)
    for table in TABLES:
        rows = book.get_sheet_by_name(sheet_name(table, lang)).to_python(skip_empty_area=False)
        assert len(rows) == 2
        assert str(rows[1][0]).startswith(EXAMPLE_MARK)
        for column, cell in list(zip(table.entry_columns, rows[1], strict=True))[1:]:
            expected = example_cell(column, lang)
            assert (cell == "") is (expected is None), f"{table.name}.{column.name}"
            if column.type == "category" and cell:
                assert squeezed(cell) in value_index(column), f"{table.name}.{column.name}: {cell}"
            if column.type == "date" and cell:
                assert isinstance(cell, date)
            if column.type in ("code", "text", "month") and cell:
                assert isinstance(cell, str)
            if column.required:
                assert cell != "", f"{table.name}.{column.name} is required and has no example"


def test_headers_are_frozen_and_every_column_has_its_hint(written):
    lang, path = written
    for table in TABLES:
        xml = sheet_xml(path, table, lang)
        assert re.search(r'<pane xSplit="1" ySplit="1"[^>]*state="frozen"', xml), table.name
        assert xml.count("<dataValidation ") == len(table.entry_columns)
        assert xml.count(' prompt="') == len(table.entry_columns)


def test_allowed_values_are_drop_downs_over_the_code_lists(written):
    lang, path = written
    rows = (
        CalamineWorkbook.from_path(path).get_sheet_by_name(CODE_LISTS[lang]).to_python(skip_empty_area=False)
    )
    listed = {tuple(cell for cell in column[1:] if cell) for column in zip(*rows, strict=True)}
    for table in TABLES:
        xml = sheet_xml(path, table, lang)
        lists = re.findall(r'<dataValidation type="list".*?<formula1>(.*?)</formula1>', xml)
        picked = [c for c in table.entry_columns if c.type in ("category", "boolean")]
        assert len(lists) == len(picked)
        for column, source in zip(picked, lists, strict=True):
            assert (CODE_LISTS[lang] in source) is (column.type == "category")
            if column.type == "category":
                assert tuple(v.zh if lang == "zh" else v.en for v in column.values) in listed


def test_dates_and_numbers_are_checked_and_codes_are_text(written):
    lang, path = written
    xml = sheet_xml(path, LEDGER["cases"], lang)
    assert xml.count('type="date"') == sum(c.type == "date" for c in LEDGER["cases"].entry_columns)
    assert xml.count('type="whole"') + xml.count('type="decimal"') == sum(
        c.type in ("integer", "decimal") for c in LEDGER["cases"].entry_columns
    )
    with zipfile.ZipFile(path) as archive:
        styles = archive.read("xl/styles.xml").decode()
    formats = re.findall(r'<xf numFmtId="(\d+)"', styles.split("<cellXfs")[1])
    columns = re.findall(r'<col min="(\d+)" max="\1"[^>]*style="(\d+)"', xml)
    for place, style in columns:
        column = LEDGER["cases"].entry_columns[int(place) - 1]
        assert (formats[int(style)] == "49") is (column.type in ("code", "text", "month")), (
            column.name
        )  # 49 is @


def test_there_are_no_formulas_hidden_sheets_or_merged_data_cells(written):
    lang, path = written
    with zipfile.ZipFile(path) as archive:
        assert 'state="hidden"' not in archive.read("xl/workbook.xml").decode()
    for table in TABLES:
        xml = sheet_xml(path, table, lang)
        assert "<f>" not in xml and "mergeCell" not in xml and "hidden" not in xml


def test_the_same_contract_gives_the_same_bytes(written):
    lang, path = written
    assert path.read_bytes() == template_bytes(LEDGER, lang=lang)


def test_what_loading_drops_is_not_asked_for():
    asked = {f"{t.name}.{c.name}" for t in TABLES for c in t.entry_columns}
    assert not asked & {"workers.name", "workers.phone", "clients.name", "clients.phone", "survey.phone"}


def test_no_hint_is_cut_and_no_header_is_lost_on_the_way():
    for table in TABLES:
        for column in table.entry_columns:
            for lang in LANGS:
                assert len(hint(column, lang)) <= HINT_TEXT and not hint(column, lang).endswith("…"), (
                    column.name
                )
            assert normalise_header(column.zh).name


def test_the_template_must_be_an_xlsx_file_in_a_known_language(tmp_path):
    with pytest.raises(UsageError, match="xlsx"):
        template(LEDGER, tmp_path / "entry.csv")
    with pytest.raises(UsageError, match="zh or en"):
        template(LEDGER, tmp_path / "entry.xlsx", lang="fr")
    with pytest.raises(UsageError, match="ledger-v1"):
        template("ledger-v9", tmp_path / "entry.xlsx")
    assert list(tmp_path.iterdir()) == []
