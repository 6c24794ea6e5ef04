"""Workbooks before they are parsed: bombs, passwords, far cells, and what is hidden in them."""

import io
import struct
import zipfile

import pytest
import xlsxwriter

from swe.ledgers import workbook_scan
from swe.ledgers.workbook_scan import Refused, address_of, column_letters, column_number, scan


def workbook(path, build, **options):
    with xlsxwriter.Workbook(path, options) as book:
        build(book, book.add_worksheet("表"))
    return path


def repacked(path, changes):
    """The package with some parts replaced (bytes), changed (a function) or left out (None)."""
    with zipfile.ZipFile(path) as old:
        parts = {name: old.read(name) for name in old.namelist()}
    for name, change in changes.items():
        new = change(parts[name]) if callable(change) else change
        parts.pop(name, None)
        if new is not None:
            parts[name] = new
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return path


SHEET = "xl/worksheets/sheet1.xml"


def refused(path):
    with pytest.raises(Refused) as error:
        scan(path)
    return error.value.rule


def test_hidden_rows_columns_sheets_merges_and_comments_are_found(tmp_path):
    def build(book, sheet):
        sheet.write("B3", 1)
        sheet.set_row(3, None, None, {"hidden": True})
        sheet.set_column("D:E", None, None, {"hidden": True})
        sheet.merge_range("A1:C1", "题")
        sheet.write_comment("B3", "注")
        book.add_worksheet("藏").hide()
        book.add_worksheet("深藏").very_hidden()

    found = scan(workbook(tmp_path / "a.xlsx", build))
    first, *others = found.sheets
    assert (first.hidden_rows, first.hidden_columns) == ([4], [(4, 5)])
    assert (first.merged, first.comments) == ([(1, 1, 1, 3)], ["B3"])
    assert [sheet.state for sheet in others] == ["hidden", "veryHidden"]
    assert found.checked and not found.macros and not found.date_1904


def test_the_1904_system_is_seen(tmp_path):
    assert scan(workbook(tmp_path / "a.xlsx", lambda b, s: s.write(0, 0, 1), date_1904=True)).date_1904


def test_formulas_without_a_result_and_errors_are_listed(tmp_path):
    def build(book, sheet):
        sheet.write_formula("A1", "=1+1", None, "")
        sheet.write_formula("A2", "=1+1", None, 2)
        sheet.write_formula("A3", "=1/0", None, "#DIV/0!")

    (sheet,) = scan(workbook(tmp_path / "a.xlsx", build)).sheets
    assert (sheet.uncached, sheet.errors) == (["A1"], ["A3"])


@pytest.mark.parametrize(
    "cells", [("A1", "XFD1048576"), ("A1", "XFE1"), ("A1", "ZZZZZZ9"), ("A1", "A99999999")]
)
def test_two_cells_far_apart_are_refused_before_the_parser_sees_them(tmp_path, cells):
    path = workbook(tmp_path / "a.xlsx", lambda b, s: s.write(0, 0, 1))
    xml = "".join(f'<row r="{c.lstrip("ABCDEFXZ")}"><c r="{c}"><v>1</v></c></row>' for c in cells)
    change = lambda old: old.replace(b"<sheetData>", b"<sheetData>" + xml.encode())  # noqa: E731
    assert refused(repacked(path, {SHEET: change})) == "extent"


def test_a_bomb_is_refused_by_what_comes_out_not_by_what_the_directory_claims(tmp_path, monkeypatch):
    monkeypatch.setattr(workbook_scan, "BOMB_FLOOR", 1 << 20)
    path = workbook(tmp_path / "a.xlsx", lambda b, s: s.write(0, 0, 1))
    repacked(path, {SHEET: lambda old: old + b" " * (20 << 20)})
    data = bytearray(path.read_bytes())
    for mark, at in ((b"PK\x01\x02", 24), (b"PK\x03\x04", 22)):  # both claim one byte
        place = -1
        while (place := data.find(mark, place + 1)) >= 0:
            struct.pack_into("<I", data, place + at, 1)
    path.write_bytes(data)
    assert refused(path) == "bomb"


def test_a_password_is_told_from_damage(tmp_path):
    ole = bytes.fromhex("D0CF11E0A1B11AE1") + b"\0" * 504 + "EncryptedPackage".encode("utf-16-le")
    (tmp_path / "a.xlsx").write_bytes(ole)
    assert refused(tmp_path / "a.xlsx") == "password"
    path = workbook(tmp_path / "b.xlsx", lambda b, s: s.write(0, 0, 1))
    data = path.read_bytes()
    at = data.find(b"PK\x01\x02")
    (tmp_path / "c.xlsx").write_bytes(data[: at + 8] + b"\x01" + data[at + 9 :])
    assert refused(tmp_path / "c.xlsx") == "password"


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        (b"", "not_a_workbook"),
        (b"hello", "not_a_workbook"),
        (b"<html><table></table></html>", "web_page"),
        (b'<?xml version="1.0"?><Workbook/>', "web_page"),
        (b"PK\x03\x04" + b"\0" * 100, "damaged"),
    ],
)
def test_what_is_no_workbook_is_said_to_be_none(tmp_path, content, rule):
    (tmp_path / "a.xlsx").write_bytes(content)
    assert refused(tmp_path / "a.xlsx") == rule


def test_too_many_parts_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(workbook_scan, "MAX_ENTRIES", 5)
    assert refused(workbook(tmp_path / "a.xlsx", lambda b, s: None)) == "too_many_entries"


def test_entities_and_utf_16_are_not_read(tmp_path):
    path = workbook(tmp_path / "a.xlsx", lambda b, s: s.write(0, 0, 1))
    repacked(path, {SHEET: lambda old: old.decode().encode("utf-16")})
    assert refused(path) == "damaged"
    path = workbook(tmp_path / "b.xlsx", lambda b, s: s.write(0, 0, 1))
    repacked(path, {"xl/workbook.xml": b'<!DOCTYPE x [<!ENTITY a "b">]><workbook/>'})
    assert refused(path) == "damaged"


def test_a_zip_of_something_else_is_no_workbook(tmp_path):
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr("word/document.xml", "<x/>")
    (tmp_path / "a.xlsx").write_bytes(data.getvalue())
    assert refused(tmp_path / "a.xlsx") == "not_a_workbook"


def test_columns_have_letters():
    assert [column_letters(n) for n in (1, 26, 27, 702, 703, 16384)] == ["A", "Z", "AA", "ZZ", "AAA", "XFD"]
    assert all(column_number(column_letters(n)) == n for n in range(1, 16385))
    assert (address_of("$B$3"), address_of("B"), address_of("")) == ((3, 2), (0, 0), (0, 0))
