"""Every framework of `params/frameworks/` reproduces its golden file: points to 1e-9, totals, grades, twenty stations."""

from __future__ import annotations

from pathlib import Path

import pytest

from swe.indicators.framework_model import FrameworkSpec
from swe.indicators.frameworks import Framework, framework
from swe.indicators.golden import COLUMNS, golden_problems

FOLDER = Path(__file__).parents[2] / "params" / "frameworks"


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.yml")), ids=lambda path: path.stem)
def test_a_framework_reproduces_its_golden_file(path: Path) -> None:
    assert golden_problems(framework(path)) == []


WORDS = {"zh": "t", "en": "t"}


def small(folder: Path) -> Framework:
    spec = {
        "id": "small", "status": "draft", "title": WORDS, "source": {"document": "d"}, "origin": "synthetic",
        "scale": "100", "contract": "ledger-v1", "applies_to": ["station"],
        "dimensions": [{"code": "A", "name": WORDS, "points": 100}],
        "indicators": [
            {
                "code": "A1", "dimension": "A", "name": WORDS, "about": "person", "evidence": WORDS, "missing": "block",
                "measure": {"share": "cases", "where": {"stage": {"equals": "closed"}}},
                "score": {"linear": {"from": 0, "to": 1}, "points": 100},
            }
        ],
        "grades": [{"from": 60, "name": {"zh": "合格", "en": "Pass"}}, {"from": 0, "name": {"zh": "不合格", "en": "Fail"}}],
    }  # fmt: skip
    return Framework(FrameworkSpec.model_validate(spec), folder / "small.yml", "")


def write(fw: Framework, *, stations: int = 20, change: tuple[str, str] = ("", "")) -> None:
    """x of 30 cases closed: the points are x/30 of 100; the last station has no data and so no total."""
    rows = [",".join(COLUMNS)]
    for x in range(10, 10 + stations - 1):
        points = repr(x / 30 * 100)
        rows.append(f"S{x},A1,{x},30,{x / 30!r},ok,{points},{points},{'Pass' if x >= 18 else '不合格'}")
    rows.append("S99,A1,,,,missing,,,")
    text = "\n".join(rows) + "\n"
    fw.path.with_name("small.golden.csv").write_text(
        text.replace(*change) if change[0] else text, encoding="utf-8"
    )


def test_a_right_golden_file_has_no_problem(tmp_path: Path) -> None:
    fw = small(tmp_path)
    write(fw)
    assert golden_problems(fw) == []


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (("S20,A1,20,30,0.6666666666666666,ok,66.66666666666666,", "S20,A1,20,30,0.6666666666666666,ok,66.7,"), "S20 A1: points"),
        (("66.66666666666666,Pass", "66.6,Pass"), "S20: total"),
        (("60.0,60.0,Pass", "60.0,60.0,Fail"), "S18: grade"),
        (("missing,,,", "missing,,0,"), "S99: total"),
        (("station,indicator", "indicator,station"), "columns of a golden file"),
        (("S20,A1", "S20,A2"), "does not know"),
    ],
)  # fmt: skip
def test_what_is_wrong_in_a_golden_file_is_told(tmp_path: Path, change: tuple[str, str], told: str) -> None:
    fw = small(tmp_path)
    write(fw)
    before = fw.path.with_name("small.golden.csv").read_text(encoding="utf-8")
    write(fw, change=change)
    assert fw.path.with_name("small.golden.csv").read_text(encoding="utf-8") != before
    assert any(told in problem for problem in golden_problems(fw))


def test_a_missing_or_too_short_golden_file_is_a_problem(tmp_path: Path) -> None:
    fw = small(tmp_path)
    assert any("no golden file" in problem for problem in golden_problems(fw))
    write(fw, stations=19)
    assert golden_problems(fw) == ["19 stations; a golden file has at least 20"]
