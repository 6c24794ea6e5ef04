"""The workbook of issues that goes back to the stations, and the page that lists the rules."""

from __future__ import annotations

import importlib.util
import io
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from swe.ledgers.issues import Issue
from swe.ledgers.issues_workbook import issues_workbook, workbook_bytes

ROOT = Path(__file__).parents[2]


def issue(file: str = "a.xlsx", row: int | None = 4, **more) -> Issue:
    fields = {
        "sheet": "社区活动", "column": "date", "rule": "date.future", "severity": "error", "zh": "日期在今天之后。",
        "en": "In the future.", "table": "activities", "cell": f"F{row}" if row else "", "fix_zh": "更正年份。", "fix_en": "Correct it.",
    }  # fmt: skip
    return Issue(file=file, row=row, **{**fields, **more})


def read(data: bytes) -> dict[str, list[list]]:
    book = CalamineWorkbook.from_filelike(io.BytesIO(data))
    return {name: book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in book.sheet_names}


def test_a_summary_and_a_sheet_for_each_file(tmp_path):
    given = [issue("b.xlsx", severity="info"), issue(), issue(row=3, severity="warning"), issue(row=None)]
    issues_workbook(given, tmp_path / "issues.xlsx", files=["c.xlsx", "a.xlsx"])
    sheets = read((tmp_path / "issues.xlsx").read_bytes())
    assert list(sheets) == ["汇总", "a", "b"]  # c.xlsx has nothing to correct
    assert [row[:5] for row in sheets["汇总"][3:]] == [
        ["文件", "错误", "警告", "提示", "可否使用"],
        ["a.xlsx", 2, 1, 0, "改正错误后可用"],
        ["b.xlsx", 0, 0, 1, "可用"],
        ["c.xlsx", 0, 0, 0, "可用"],
    ]
    assert sheets["a"][2:] == [
        ["工作表", "单元格", "行", "列", "程度", "问题", "应怎样填写", "规则"],
        ["社区活动", "", "", "日期", "错误", "日期在今天之后。", "更正年份。", "date.future"],
        ["社区活动", "F4", 4, "日期", "错误", "日期在今天之后。", "更正年份。", "date.future"],
        ["社区活动", "F3", 3, "日期", "警告", "日期在今天之后。", "更正年份。", "date.future"],
    ]


def test_english_on_request():
    sheets = read(workbook_bytes([issue()], lang="en"))
    assert list(sheets) == ["Summary", "a"]
    assert sheets["a"][3] == [
        "社区活动",
        "F4",
        4,
        "Date",
        "Error",
        "In the future.",
        "Correct it.",
        "date.future",
    ]


def test_no_issue_at_all_is_said():
    assert read(workbook_bytes([]))["汇总"][1][0] == "没有发现问题。"


NAMES = [
    *(
        "x" * 40 + "1.xlsx",
        "x" * 40 + "2.xlsx",
        "A.xlsx",
        "a.xlsx",
        "d/[1]:*?.xlsx",
        "'quoted'.xlsx",
        "history.xlsx",
    ),
    *("汇总", "", "\U00020bb7" * 20, "bad\udce9.xlsx", "tab\t.xlsx", "'", "=1+1.xlsx"),
]


def test_sheet_names_are_safe_short_and_different():
    sheets = read(workbook_bytes([issue(name) for name in NAMES]))
    names = list(sheets)
    assert len(names) == len(NAMES) + 1 == len({name.casefold() for name in names})
    for name in names:
        assert 0 < len(name.encode("utf-16-le")) // 2 <= 31
        assert not set(name) & set("[]:*?/\\") and name.strip("'") == name and name.casefold() != "history"


def test_a_file_with_more_issues_than_rows_is_split_and_says_so():
    sheets = read(workbook_bytes([issue(row=i) for i in range(2, 9)], most_rows=3))
    assert list(sheets) == ["汇总", "a 1of3", "a 2of3", "a 3of3"]
    assert "分为 3 张，这是第 2 张" in sheets["a 2of3"][1][0]
    assert [row[2] for name in list(sheets)[1:] for row in sheets[name][3:]] == list(range(2, 9))


def test_text_that_looks_like_a_formula_stays_text():
    sheets = read(workbook_bytes([issue(sheet="=HYPERLINK(1)", zh="=1+1")]))
    assert sheets["a"][3][0] == "=HYPERLINK(1)" and sheets["a"][3][5] == "=1+1"


def test_the_same_issues_give_the_same_bytes():
    given = [issue("b.xlsx"), issue(), issue(row=3)]
    assert workbook_bytes(given) == workbook_bytes(given[::-1])


@pytest.mark.parametrize("target", ["docs/checks.md"])
def test_the_page_of_rules_is_up_to_date(target):
    path = ROOT / "tools" / "build_checks_doc.py"
    spec = importlib.util.spec_from_file_location("build_checks_doc", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert (ROOT / target).read_text(encoding="utf-8") == module.text()
