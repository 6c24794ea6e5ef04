"""Mutated workbooks and CSVs: whatever a file holds, it gives rows and issues, and every row is accounted for.

Seeded: 200 files in `make test`, 2,400 under the marker slow. The child that opens them stays under 1 GB.
"""

import random
import struct
import zipfile
from collections import Counter
from pathlib import Path

import pytest
import xlsxwriter

from swe.core.errors import SweError
from swe.ledgers.contract import contract
from swe.ledgers.grids import WorkbookReader
from swe.ledgers.reading import read_source
from swe.ledgers.sources import sources

LEDGER = contract()
HEADER = [
    "社工站",
    "活动编号",
    "活动名称",
    "日期",
    "参与人数",
    "服务人次",
    "经费（元）",
    "照片",
    "服务人群",
    "备注",
]
CELLS = [
    *(
        "甲站",
        "A1",
        "重阳敬老",
        "2023-05-01",
        "2023.5.31",
        "3-5月",
        45077,
        30,
        2.5,
        -1,
        1e300,
        "６３个",
        "约30",
        "20000余",
    ),
    *(
        "1.2万",
        "3.5万元",
        "—",
        "/",
        "无",
        "√",
        "×",
        "低保、残疾人",
        "合计",
        "小计",
        "",
        None,
        True,
        "=1+1",
        "'001",
        "6.12E+17",
    ),
    *(
        6.12e17,
        "\ufffd",
        "a" * 5000,
        "x\ny",
        "<&>\"'",
        "示例",
        "注：说明",
        "𠮷",
        "5.12",
        "2023-02-30",
        "〃",
        "同上",
    ),
]
SHEET = "xl/worksheets/sheet1.xml"
KNOWN_RULES_OF_REFUSAL = {
    *("damaged", "password", "bomb", "extent", "not_a_workbook", "web_page", "memory", "crash", "time_limit"),
    *(
        "too_many_cells",
        "too_many_entries",
        "binary_workbook",
        "file_too_large",
        "empty_file",
        "damaged_sheet",
    ),
}


def rows(rng):
    body = [[rng.choice(CELLS) for _ in HEADER] for _ in range(rng.randint(0, 25))]
    good = [
        ["甲站", f"A{i}", "重阳", "2023-05-01", i, i, i, "有", "老人", "x"] for i in range(rng.randint(0, 10))
    ]
    found = [
        *([["2023年社区活动台账"]] * rng.randint(0, 2)),
        HEADER,
        *good,
        *body,
        *([[], HEADER] * rng.randint(0, 1)),
    ]
    if rng.random() < 0.3:
        rng.shuffle(found)
    return found


def write_xlsx(path, rng):
    with xlsxwriter.Workbook(path, {"date_1904": rng.random() < 0.1}) as book:
        for at in range(rng.randint(1, 3)):
            sheet = book.add_worksheet(rng.choice(["活动", "个案台账", "Sheet", "5月"]) + str(at))
            for row, cells in enumerate(rows(rng)):
                for place, cell in enumerate(cells):
                    if cell is not None:
                        sheet.write(row, place, cell)
            if rng.random() < 0.3:
                sheet.merge_range(rng.randint(30, 40), 0, rng.randint(41, 60), rng.randint(1, 5), "合并")
            if rng.random() < 0.2:
                sheet.set_row(rng.randint(0, 9), None, None, {"hidden": True})
            if rng.random() < 0.2:
                sheet.write_comment(0, 0, "批注")
            if rng.random() < 0.2:
                sheet.write_formula(rng.randint(0, 9), 4, "=SUM(A1:A3)", None, rng.choice(["", 3, "#REF!"]))


def write_csv(path, rng):
    mark = rng.choice([",", ";", "\t"])
    text = "\r\n".join(mark.join("" if c is None else str(c) for c in row) for row in rows(rng))
    path.write_bytes(text.encode(rng.choice(["utf-8", "utf-8-sig", "gb18030", "utf-16"])))


# -- mutations of bytes --


def truncated(data, rng):
    return data[: rng.randint(0, len(data))]


def flipped(data, rng):
    changed = bytearray(data)
    for _ in range(rng.randint(1, 30)):
        if changed:
            changed[rng.randrange(len(changed))] = rng.randrange(256)
    return bytes(changed)


def swapped(data, rng):
    a, b = sorted(rng.randrange(len(data) + 1) for _ in range(2))
    return data[b:] + data[a:b] + data[:a]


def with_noise(data, rng):
    at = rng.randrange(len(data) + 1)
    return data[:at] + rng.randbytes(rng.randint(1, 400)) + data[at:]


def with_quotes(data, rng):
    at = rng.randrange(len(data) + 1)
    return data[:at] + rng.choice([b'"', b'""', b"\0", b"\r", b'"\n', b",,,,,", b"\xff\xfe"]) + data[at:]


def wide(data, rng):
    return data + b"\n" + b"," * rng.choice([20_000, 1_000_000]) + b"\n"


def recoded(data, rng):
    text = data.decode("utf-8", "replace")
    return text.encode(rng.choice(["utf-16-be", "big5", "shift_jis", "utf-32", "latin-1"]), "replace")


def password(data, rng):
    return bytes.fromhex("D0CF11E0A1B11AE1") + rng.randbytes(600) + "EncryptedPackage".encode("utf-16-le")


def as_html(data, rng):
    return b"<html><table><tr><td>1</td></tr></table></html>"


BYTES = [truncated, flipped, swapped, with_noise, password, as_html]
TEXT = [truncated, flipped, swapped, with_noise, with_quotes, wide, recoded]

# -- mutations of a part of the package --


def part_bytes(rng, parts):
    name = rng.choice(sorted(parts))
    parts[name] = rng.choice([truncated, flipped, swapped, with_noise])(parts[name], rng)


def part_gone(rng, parts):
    parts.pop(rng.choice(sorted(parts)))


def far_cell(rng, parts):
    where = rng.choice(["XFD1048576", "A1048576", "XFD1", "ZZZZZ1", "A99999999999", "a1", "1A", "", "A0"])
    cell = f'<row r="{rng.choice([1, 7, 1048576, 0, -1])}"><c r="{where}"><v>1</v></c></row></sheetData>'.encode()
    parts[SHEET] = parts[SHEET].replace(b"</sheetData>", cell)


def bomb(rng, parts):
    parts[SHEET] = parts[SHEET] + b" " * (80 << 20)


def macros(rng, parts):
    parts["xl/vbaProject.bin"] = rng.randbytes(100)


def entity(rng, parts):
    parts["xl/workbook.xml"] = b'<!DOCTYPE x [<!ENTITY a "aaaa">]>' + parts["xl/workbook.xml"]


def no_references(rng, parts):
    import re

    parts[SHEET] = re.sub(rb' r="[A-Z]*\d+"', b"", parts[SHEET])


def odd_types(rng, parts):
    kind = rng.choice(
        [b't="s"', b't="b"', b't="e"', b't="d"', b't="str"', b't="inlineStr"', b't="n"', b't="zz"']
    )
    parts[SHEET] = parts[SHEET].replace(b't="s"', kind)


def many_merges(rng, parts):
    merges = b"".join(b'<mergeCell ref="A%d:XFD%d"/>' % (i, i + 3) for i in range(1, 2000))
    merged = b"</sheetData><mergeCells>" + merges + b'<mergeCell ref="A1:XFD1048576"/></mergeCells>'
    parts[SHEET] = parts[SHEET].replace(b"</sheetData>", merged)


def long_text(rng, parts):
    strings = "xl/sharedStrings.xml"
    if strings in parts:
        parts[strings] = parts[strings].replace(b"<t>", b"<t>" + b"9" * 100_000, 1)


def many_sheets(rng, parts):
    sheet = b'<sheet name="Sheet1" sheetId="1" r:id="rId1"/>'
    parts["xl/workbook.xml"] = parts["xl/workbook.xml"].replace(b"</sheets>", sheet * 20 + b"</sheets>")


PARTS = [
    *(
        part_bytes,
        part_gone,
        far_cell,
        macros,
        entity,
        no_references,
        odd_types,
        many_merges,
        long_text,
        many_sheets,
    ),
    *(part_bytes, part_bytes, far_cell),
]


def mutate_package(path, rng, changes):
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    for change in changes:
        if SHEET in parts:
            change(rng, parts)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)


def lie_about_sizes(path, rng):
    data = bytearray(path.read_bytes())
    at = data.find(b"PK\x01\x02")
    struct.pack_into("<I", data, at + rng.choice([16, 20, 24, 42]), rng.randrange(2**32))
    path.write_bytes(data)


def mutated(folder, seed):
    """File number `seed`; a bomb now and then, for its 80 MB take half a second."""
    rng = random.Random(seed)
    if rng.random() < 0.4:
        path = folder / f"{seed}.csv"
        write_csv(path, rng)
        for _ in range(rng.randint(0, 2)):
            path.write_bytes(rng.choice(TEXT)(path.read_bytes(), rng))
        return path
    path = folder / f"{seed}.xlsx"
    write_xlsx(path, rng)
    dice = rng.random()
    if seed % 50 == 7:
        mutate_package(path, rng, [bomb])
    elif dice < 0.55:
        mutate_package(path, rng, rng.sample(PARTS, rng.randint(1, 2)))
    elif dice < 0.62:
        lie_about_sizes(path, rng)
    elif dice < 0.92:
        path.write_bytes(rng.choice(BYTES)(path.read_bytes(), rng))
    return path.rename(path.with_suffix(rng.choice([".xlsx", ".xlsx", ".xlsm", ".xls", ".ods"])))


def peak_bytes(pid):
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmPeak"):
            return int(line.split()[1]) * 1024
    return 0


def check_all(folder, seeds):
    outcomes: Counter[str] = Counter()
    peak = 0
    with WorkbookReader(time_limit=60) as reader:
        for seed in seeds:
            (source,) = sources(mutated(folder, seed))
            try:
                found = read_source(source, LEDGER, reader=reader)
            except SweError as error:
                outcomes[type(error).__name__] += 1
                continue
            assert sum(a.accepted for a in found.accounts) == sum(map(len, found.tables.values())), seed
            for account in found.accounts:
                assert account.rows_read == account.accepted + account.rejected + account.skipped, seed
                assert sum(account.reasons.values()) == account.rejected + account.skipped, seed
            if not found.accounts:
                assert found.issues, seed
            outcomes["read" if any(map(len, found.tables.values())) else "no rows"] += 1
            outcomes.update(i.rule for i in found.issues if i.rule in KNOWN_RULES_OF_REFUSAL)
            if reader.pid and Path("/proc").is_dir():
                peak = max(peak, peak_bytes(reader.pid))
            source.path.unlink()
    assert peak < 2**30
    print(f"\n{len(seeds)} files: {dict(outcomes)}; peak of the child {peak / 2**20:.0f} MiB")
    return outcomes


def test_two_hundred_mutated_files_give_rows_or_issues(tmp_path):
    outcomes = check_all(tmp_path, range(200))
    assert outcomes["read"] > 40
    assert {"damaged", "bomb", "password", "extent"} <= set(outcomes)
    assert outcomes["time_limit"] == 0


@pytest.mark.slow
@pytest.mark.parametrize("part", range(4))
def test_thousands_of_mutated_files_give_rows_or_issues(tmp_path, part):
    check_all(tmp_path, range(1000 + 600 * part, 1600 + 600 * part))
