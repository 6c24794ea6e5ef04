"""Workbooks with a thousand planted identifiers, and what is left of them anywhere. All synthetic."""

from __future__ import annotations

import importlib.util
import random
import re
import unicodedata
import zipfile
from pathlib import Path
from types import ModuleType

import duckdb
import xlsxwriter

from swe.ledgers.contract import contract

ROOT = Path(__file__).parents[2]
KINDS = ("resident_id", "mobile", "bank_card", "passport", "email", "plate")
LABELS = {
    "resident_id": "身份证号", "mobile": "电话", "bank_card": "银行卡号", "passport": "护照号", "email": "邮箱", "plate": "车牌",
}  # fmt: skip


def corpus() -> ModuleType:
    """The generator of synthetic identifiers."""
    path = ROOT / "tests" / "reference" / "generate" / "privacy_corpus.py"
    spec = importlib.util.spec_from_file_location("privacy_corpus", path)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    import sys

    sys.modules["privacy_corpus"] = module
    spec.loader.exec_module(module)
    return module


def core(text: str) -> str:
    """What remains of an identifier however it is spaced or widened."""
    return re.sub(r"[^0-9a-z@一-鿿]", "", unicodedata.normalize("NFKC", text).lower())


class Planter:
    """Draws identifiers and remembers them."""

    def __init__(self, seed: int) -> None:
        self.made, self.random, self.planted = corpus(), random.Random(seed), []

    def one(self, kind: str | None = None) -> str:
        kind = kind or self.random.choice(KINDS)
        found = self.made.identifier(self.random, kind)
        self.planted.append(found)
        return found

    def sentence(self) -> str:
        """A free text with a labelled identifier and a labelled name."""
        kind = self.random.choice(KINDS)
        name = self.made.person(self.random)
        self.planted.append(name)
        return f"服务对象姓名：{name}，{LABELS[kind]}：{self.one(kind)}，已回访。"


def write_raw(folder: Path, *, seed: int, rows: int) -> list[str]:
    """Four workbooks: identifiers in every text column, header rows, titles, comments, sheet names and file names."""
    folder.mkdir(parents=True)
    p = Planter(seed)
    ledger = contract("ledger-v1")
    for number in range(4):
        phone = p.made.mobile(p.random)
        p.planted.append(phone)
        book = xlsxwriter.Workbook(
            str(folder / f"联系人{phone}站{number}.xlsx"), {"strings_to_numbers": False}
        )
        for table in ledger.tables.values():
            name = table.zh
            if table.name == "visits":
                secret = p.made.mobile(p.random)
                p.planted.append(secret)
                name = f"走访{secret}"
            sheet = book.add_worksheet(name[:31])
            sheet.write_string(0, 0, f"{table.zh} 填表人电话 {p.one('mobile')}")
            headers = [c for c in table.columns if c.name != "simulated"]
            for x, column in enumerate(headers):
                sheet.write_string(1, x, column.zh)
            sheet.write_string(1, len(headers), f"备用电话{p.one('mobile')}")
            sheet.write_comment(2, 0, f"身份证号 {p.one('resident_id')}")
            for y in range(rows):
                for x, column in enumerate(headers):
                    value = _cell(p, table.name, column, number, y)
                    if value is not None:
                        sheet.write(y + 2, x, value)
                sheet.write_string(y + 2, len(headers), p.one())
        book.close()
    return p.planted


def _cell(p: Planter, table: str, column, station: int, row: int):  # type: ignore[no-untyped-def]
    fixed = {
        "station_id": f"52270200{station + 1}", "region_code": f"52270200{station + 1}", "kind": None,
        "name": "福泉市金山街道社工站" if table == "stations" else p.made.person(p.random),
    }  # fmt: skip
    if column.name in fixed and fixed[column.name] is not None:
        if column.name == "name" and table != "stations":
            p.planted.append(fixed["name"])
        return fixed[column.name]
    if column.values:
        return column.values[0].zh
    if column.name.endswith("_id"):
        return f"{table[:2].upper()}{station}{row:03d}"
    if column.name == "id_number":
        return p.one("resident_id")
    if column.type == "date":
        return "2023-05-12"
    if column.type == "month":
        return "2023-05"
    if column.type in ("integer", "decimal"):
        return 3
    if column.type == "boolean":
        return "是"
    return p.sentence() if column.privacy == "free_text" else p.one()


def everything_in(folder: Path) -> dict[str, str]:
    """The text of every file below a folder: Parquet and xlsx opened, the rest as it lies; names included."""
    found: dict[str, str] = {}
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        name = path.relative_to(folder).as_posix()
        found[name] = f"{name}\n{_text(path)}"
    return found


def _text(path: Path) -> str:
    if path.suffix == ".parquet":
        with duckdb.connect() as connection:
            rows = connection.execute(
                "SELECT * FROM read_parquet(?, hive_partitioning = false)", [str(path)]
            ).fetchall()
        return "\n".join("\t".join(str(cell) for cell in row) for row in rows)
    if path.suffix == ".xlsx":
        with zipfile.ZipFile(path) as book:
            return "\n".join(book.read(n).decode("utf-8", errors="replace") for n in book.namelist())
    return path.read_bytes().decode("utf-8", errors="replace")


def leaked(planted: list[str], texts: dict[str, str]) -> list[tuple[str, int]]:
    """(file, how many) of planted identifiers that stand in a text, as typed or however spaced; never the values."""
    result = []
    for name, text in texts.items():
        flat = core(text) if len(text) < 20_000_000 else ""
        hits = sum(1 for p in set(planted) if p in text or (len(core(p)) >= 7 and core(p) in flat))
        if hits:
            result.append((name, hits))
    return result
