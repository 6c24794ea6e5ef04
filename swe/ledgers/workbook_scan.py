"""What a workbook is before a parser touches it: its size when unpacked, the extent of its sheets, what is hidden.

Two cells far apart, a bomb or a password would abort the parser or fill the memory. Standard library only, for it
runs in the child process that opens the file; nothing here imports the rest of `swe`.
"""

from __future__ import annotations

import posixpath
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO
from xml.etree import ElementTree

MAX_FILE_BYTES = 300 * 2**20  # as handed in; the largest ledgers seen are 30 MB
MAX_UNPACKED_BYTES = 1 * 2**30  # all XML of a workbook; 5 M cells are about 300 MB
MAX_RATIO = 300  # unpacked over packed, once more than BOMB_FLOOR comes out; deflate's own limit is 1,032
BOMB_FLOOR = 64 * 2**20
MAX_ENTRIES = 20_000
MAX_CELLS = 5_000_000  # width times height of a sheet: what a grid would hold
MAX_ROWS, MAX_COLUMNS = 1_048_576, 16_384  # Excel's own
MAX_PART_BYTES = 32 * 2**20  # workbook.xml, relations, comments
LISTED = 1000  # addresses kept of each kind; the count goes on
CHUNK = 1 << 20

_OLE = bytes.fromhex("D0CF11E0A1B11AE1")
_REF = re.compile(rb"<(?:\w+:)?c\s[^<>]*?\br\s*=\s*[\"']([A-Za-z]*)([0-9]*)[\"']")
_ROW = re.compile(rb"<(?:\w+:)?row\b([^<>]*)>")
_ROW_REF = re.compile(rb"\br\s*=\s*[\"']([0-9]+)[\"']")
_COL = re.compile(rb"<(?:\w+:)?col\s([^<>]*)>")
_MERGE = re.compile(rb"<(?:\w+:)?mergeCell\s[^<>]*?\bref\s*=\s*[\"']([A-Za-z0-9:$]+)[\"']")
_HIDDEN = re.compile(rb"\bhidden\s*=\s*[\"'](?:1|true)[\"']")
_ERROR = re.compile(rb"<(?:\w+:)?c\s(?=[^<>]*\bt=[\"']e[\"'])[^<>]*?\br=[\"']([A-Z]+[0-9]+)[\"']")
_UNCACHED = re.compile(
    rb"<(?:\w+:)?c\s[^<>]*?\br=[\"']([A-Z]+[0-9]+)[\"'][^<>]*>\s*"
    rb"<(?:\w+:)?f\b(?:[^<>]*/>|[^<>]*>[^<]*</(?:\w+:)?f>)\s*(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v>\s*</(?:\w+:)?v>)?\s*</(?:\w+:)?c>"
)
_COMMENT = re.compile(rb"<(?:\w+:)?comment\s[^<>]*?\bref\s*=\s*[\"']([A-Za-z]+[0-9]+)[\"']")
_THREADED = re.compile(rb"<(?:\w+:)?threadedComment\s[^<>]*?\bref\s*=\s*[\"']([A-Za-z]+[0-9]+)[\"']")


# What zipfile raises on mutilated directories.
_DIRECTORY_ERRORS = (
    zipfile.BadZipFile, NotImplementedError, ValueError, LookupError, struct.error, EOFError, ArithmeticError, OSError,
)  # fmt: skip


class Refused(Exception):
    """The workbook cannot be read safely; `rule` names the reason, the words stand in `reading_words`."""

    def __init__(self, rule: str, **detail: object) -> None:
        self.rule, self.detail = rule, detail
        super().__init__(rule)


@dataclass
class SheetScan:
    """One sheet. Rows and columns are 1-based; addresses are kept up to LISTED of a kind, counts are whole."""

    name: str
    state: str = "visible"
    rows: int = 0
    columns: int = 0
    hidden_rows: list[int] = field(default_factory=list)
    hidden_columns: list[tuple[int, int]] = field(default_factory=list)
    merged: list[tuple[int, int, int, int]] = field(
        default_factory=list
    )  # first row, first col, last row, last col
    comments: list[str] = field(default_factory=list)
    uncached: list[str] = field(default_factory=list)  # formulas without a cached value
    errors: list[str] = field(default_factory=list)  # #REF!, #DIV/0! …
    counts: dict[str, int] = field(default_factory=dict)

    def note(self, kind: str, found: list[str]) -> None:
        kept = getattr(self, kind)
        kept.extend(found[: LISTED - len(kept)])
        self.counts[kind] = self.counts.get(kind, 0) + len(found)


@dataclass
class Scan:
    """A workbook: its real format (xlsx, xls, ods), sheets (xlsx only), date system and macros."""

    format: str
    sheets: list[SheetScan] = field(default_factory=list)
    date_1904: bool = False
    macros: bool = False
    checked: bool = False  # hidden parts and comments were looked for


def scan(path: Path) -> Scan:
    """Look a workbook over; raises `Refused` where reading it would be unsafe or pointless."""
    if path.stat().st_size > MAX_FILE_BYTES:
        raise Refused("file_too_large", limit=MAX_FILE_BYTES)
    with path.open("rb") as file:
        head = file.read(8)
        if head == _OLE:
            file.seek(0)
            if "EncryptedPackage".encode("utf-16-le") in file.read():
                raise Refused("password")
            return Scan("xls")
        if head[:4] in (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08"):
            return _zip(file)
        start = head + file.read(2048)
    if re.search(rb"<(?:!doctype html|html|table|\?xml)", start, re.IGNORECASE):
        raise Refused("web_page")
    if head[:2] in (b"\x09\x08", b"\x09\x04", b"\x09\x02", b"\x09\x00"):
        return Scan("xls")  # a bare BIFF stream; the parser says what it makes of it
    raise Refused("not_a_workbook")


def column_number(letters: str) -> int:
    """A is 1, XFD is 16,384.

    >>> column_number("AA")
    27
    """
    number = 0
    for letter in letters[:8].upper():
        number = number * 26 + ord(letter) - 64
    return number


def column_letters(number: int) -> str:
    """27 is AA.

    >>> column_letters(27), column_letters(16384)
    ('AA', 'XFD')
    """
    letters = ""
    while number > 0:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def address_of(text: str) -> tuple[int, int]:
    """B3 as (3, 2); (0, 0) for what is no address."""
    match = re.fullmatch(r"\$?([A-Za-z]{1,3})\$?([0-9]{1,7})", text)
    return (int(match[2]), column_number(match[1])) if match else (0, 0)


# -- the package --


class _Package:
    """The entries of a zip, read by our own inflater: the sizes that a directory claims may be lies."""

    def __init__(self, file: BinaryIO) -> None:
        self.file = file
        try:
            with zipfile.ZipFile(file) as archive:
                infos = archive.infolist()
        except _DIRECTORY_ERRORS as error:
            raise Refused("damaged") from error
        if len(infos) > MAX_ENTRIES:
            raise Refused("too_many_entries", limit=MAX_ENTRIES)
        if any(info.flag_bits & 1 for info in infos):
            raise Refused("password")
        self.infos = {info.filename.lstrip("/").lower(): info for info in infos}
        self.size = file.seek(0, 2)
        self.unpacked = 0

    def __contains__(self, name: str) -> bool:
        return name.lower() in self.infos

    def chunks(self, name: str) -> Iterator[bytes]:
        """The bytes of an entry, unpacked; what comes out is counted over the whole package."""
        info = self.infos.get(name.lower())
        if info is None:
            return
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise Refused("damaged")
        self.file.seek(max(info.header_offset, 0))
        header = self.file.read(30)
        if len(header) < 30 or header[:4] != b"PK\x03\x04":
            raise Refused("damaged")
        self.file.seek(sum(struct.unpack("<HH", header[26:30])), 1)
        left = info.compress_size
        inflater = zlib.decompressobj(-15) if info.compress_type == zipfile.ZIP_DEFLATED else None
        while left > 0:
            packed = self.file.read(min(CHUNK, left))
            if not packed:
                raise Refused("damaged")
            left -= len(packed)
            while packed:
                try:
                    out = inflater.decompress(packed, CHUNK) if inflater else packed
                except zlib.error as error:
                    raise Refused("damaged") from error
                packed = inflater.unconsumed_tail if inflater else b""
                self._count(len(out))
                if out:
                    yield out
                if inflater and inflater.eof:
                    return

    def part(self, name: str) -> bytes:
        """A small part as a whole."""
        kept: list[bytes] = []
        size = 0
        for chunk in self.chunks(name):
            size += len(chunk)
            if size > MAX_PART_BYTES:
                raise Refused("bomb", limit=MAX_PART_BYTES)
            kept.append(chunk)
        return b"".join(kept)

    def _count(self, more: int) -> None:
        self.unpacked += more
        if self.unpacked > MAX_UNPACKED_BYTES or (
            self.unpacked > BOMB_FLOOR and self.unpacked > MAX_RATIO * max(self.size, 1)
        ):
            raise Refused("bomb", limit=MAX_UNPACKED_BYTES)


def _zip(file: BinaryIO) -> Scan:
    package = _Package(file)
    if "content.xml" in package:
        for name in ("content.xml", "styles.xml", "meta.xml", "settings.xml"):
            for _ in package.chunks(name):
                pass
        if b"encryption-data" in package.part("META-INF/manifest.xml"):
            raise Refused("password")
        return Scan("ods")
    root = _workbook_part(package)
    if not root:
        raise Refused("not_a_workbook")
    return _xlsx(package, root)


def _workbook_part(package: _Package) -> str:
    rels = _relations(package, "")
    named = [target for kind, target in rels.values() if kind.endswith("/officeDocument")]
    return next((name for name in (*named, "xl/workbook.xml") if name in package), "")


def _xlsx(package: _Package, root: str) -> Scan:
    if root.lower().endswith(".bin"):  # xlsb
        raise Refused("binary_workbook")
    tree = _tree(package.part(root))
    rels = _relations(package, root)
    found = Scan("xlsx", macros="xl/vbaproject.bin" in package, checked=True)
    for element in tree.iter():
        if _local(element.tag) == "workbookPr":
            found.date_1904 = element.get("date1904", "0").lower() in ("1", "true")
        if _local(element.tag) == "sheet":
            key = next((value for name, value in element.attrib.items() if _local(name) == "id"), "")
            kind, target = rels.get(key, ("", ""))
            sheet = SheetScan(element.get("name", ""), element.get("state", "visible"))
            found.sheets.append(sheet)
            if kind.endswith("/worksheet") and target in package:
                _sheet(package, target, sheet)
    for name in ("xl/sharedstrings.xml", "xl/styles.xml"):
        for _ in package.chunks(name):
            pass
    return found


# -- sheets --


def _sheet(package: _Package, target: str, sheet: SheetScan) -> None:
    columns: set[bytes] = set()
    rows, loose_rows = 0, 0
    for xml in _whole_rows(package.chunks(target)):
        refs = _REF.findall(xml)
        columns.update({letters for letters, _ in refs})
        rows = max(rows, max((int(d[:9]) for d in {digits for _, digits in refs} if d), default=0))
        marks = _ROW.findall(xml)
        numbered = [match for match in map(_ROW_REF.search, marks) if match]
        loose_rows += len(marks) - len(numbered)
        _hidden(xml, marks, sheet)
        sheet.merged += [span for span in map(_span, _MERGE.findall(xml)) if span]
        if b"<f" in xml or b":f" in xml:
            sheet.note("uncached", [ref.decode() for ref in _UNCACHED.findall(xml)])
        sheet.note("errors", [ref.decode() for ref in _ERROR.findall(xml)])
        widest = max((column_number(letters.decode()) for letters in columns), default=0)
        _refuse_extent(rows + loose_rows, widest)
    sheet.rows, sheet.columns = (
        rows + loose_rows,
        max((column_number(c.decode()) for c in columns), default=0),
    )
    for kind, part in _relations(package, target).values():
        if kind.endswith("/comments"):
            sheet.note("comments", [ref.decode() for ref in _COMMENT.findall(package.part(part))])
        elif kind.endswith("/threadedComment"):
            refs_in_thread = {ref.decode() for ref in _THREADED.findall(package.part(part))}
            sheet.note("comments", sorted(refs_in_thread - set(sheet.comments)))


def _refuse_extent(rows: int, columns: int) -> None:
    if columns > MAX_COLUMNS or rows > MAX_ROWS or rows * columns > MAX_CELLS:
        raise Refused("extent", rows=rows, columns=columns, limit=MAX_CELLS)


def _whole_rows(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """The XML of a sheet in pieces that end between two rows, or between two tags where a row is very long."""
    rest = b""
    for first, chunk in enumerate(chunks):
        if first == 0 and (chunk[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\0" in chunk[:64]):
            raise Refused("damaged")  # UTF-16: no program writes it, and our patterns would miss its cells
        rest += chunk
        cut = rest.rfind(b"<row")
        if cut <= 0 and len(rest) > 8 * CHUNK:
            cut = rest.rfind(b"<c ")
        if cut <= 0 and len(rest) > 16 * CHUNK:
            cut = max(rest.rfind(b"<"), 1)
        if cut > 0:
            yield rest[:cut]
            rest = rest[cut:]
    if rest:
        yield rest


def _hidden(xml: bytes, rows: list[bytes], sheet: SheetScan) -> None:
    if b"hidden" not in xml:
        return
    for mark in rows:
        number = _ROW_REF.search(mark)
        if number and _HIDDEN.search(mark):
            sheet.hidden_rows.append(int(number[1]))
    for mark in _COL.findall(xml):
        if _HIDDEN.search(mark):
            ends = re.search(rb"\bmin=[\"']([0-9]+)", mark), re.search(rb"\bmax=[\"']([0-9]+)", mark)
            if ends[0] and ends[1]:
                sheet.hidden_columns.append((int(ends[0][1]), int(ends[1][1])))


def _span(ref: bytes) -> tuple[int, int, int, int] | None:
    first, _, last = ref.decode("ascii", "replace").partition(":")
    top, end = address_of(first), address_of(last or first)
    return (*top, *end) if 0 < top[0] <= end[0] and 0 < top[1] <= end[1] else None


# -- small parts --


def _relations(package: _Package, part: str) -> dict[str, tuple[str, str]]:
    """Relation id -> (type, part name) of a part; of the package itself for an empty name."""
    folder, base = posixpath.split(part)
    data = package.part(posixpath.join(folder, "_rels", f"{base}.rels"))
    found: dict[str, tuple[str, str]] = {}
    for element in _tree(data).iter() if data else ():
        target = element.get("Target", "")
        if _local(element.tag) == "Relationship" and element.get("TargetMode") != "External":
            joined = target if target.startswith("/") else posixpath.join(folder, target)
            found[element.get("Id", "")] = (element.get("Type", ""), posixpath.normpath(joined).lstrip("/"))
    return found


def _tree(data: bytes) -> ElementTree.Element:
    if b"<!DOCTYPE" in data[:4096] or b"<!ENTITY" in data:
        raise Refused("damaged")
    try:
        return ElementTree.fromstring(data)
    except (ElementTree.ParseError, ValueError, LookupError) as error:
        raise Refused("damaged") from error


def _local(tag: object) -> str:
    return str(tag).rpartition("}")[2]
