"""Reports of a simulated prefecture of known truth, from ledger files to the page: no differences, and a few planted ones."""

from __future__ import annotations

import csv
import html
import json
import re
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from swe.ledgers.demo import make_demo

MONTHS = [f"{y}-{m:02}" for y, first, last in ((2022, 6, 12), (2023, 1, 5)) for m in range(first, last + 1)]
USUAL, BUSY = 4.0, 12.0  # valid activities a month
CLOSED, FORSAKEN = 0.7, 0.2  # share of cases that are closed
OPENED = (20, 60)  # cases of a station
FALSE = 1  # flagged stations that may be none: two families, each with false discoveries of 5 % on average


@dataclass(frozen=True)
class Made:
    """A report as read, and the stations that truly stand out."""

    text: str
    numbers: dict[str, Any]
    outlying: tuple[str, ...]


def rewritten(path: Path, rows: Callable[[list[str], dict[str, str]], list[list[str]]]) -> None:
    """A ledger with other rows, in the columns and the manner of the one that was there."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        header, *old = list(csv.reader(file))
    pattern = dict(zip((name.partition("*")[0].partition("（")[0] for name in header), old[0], strict=True))
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([header, *rows(list(pattern), pattern)])


def stations_of(folder: Path) -> list[str]:
    """Codes of the stations of townships; their main stations have none of this."""
    with next(folder.glob("raw/站点基本信息*.csv")).open(encoding="utf-8-sig", newline="") as file:
        return [
            row["社工站编号*"] for row in csv.DictReader(file) if row["站点类型*"] == "乡镇（街道）社工站"
        ]


def activities(
    usual: dict[str, float], months: Sequence[str], rng: np.random.Generator
) -> Callable[[list[str], dict[str, str]], list[list[str]]]:
    """Valid activities of stations at their Poisson rates a month; at least one, for none would look like no report."""

    def rows(names: list[str], pattern: dict[str, str]) -> list[list[str]]:
        made = []
        for code, rate in usual.items():
            for month in months:
                for i in range(max(1, rng.poisson(rate))):
                    day = f"{month}-{rng.integers(1, 28):02}"
                    own = {
                        "社工站编号": code, "活动编号": f"HD{month.replace('-', '')}{i:02}", "日期": day, "录入日期": day,
                        "参与人数": str(rng.integers(40, 80)), "服务人次": "",
                    }  # fmt: skip
                    made.append([{**pattern, **own}[name] for name in names])
        return made

    return rows


def simulate(folder: Path, outlying: int, seed: int) -> tuple[str, ...]:
    """Activities at one Poisson rate in every station, a share of cases closed; the outlying do three times as much and
    close far fewer. Everything else of the demonstration is taken away."""
    make_demo(folder, region="5227", months=12)
    keep = ("站点基本信息", "社区活动台账", "个案台账")
    for path in folder.glob("raw/*"):
        if not path.name.startswith(keep):
            path.unlink()
    rng = np.random.default_rng(seed)
    codes = stations_of(folder)
    chosen = tuple(sorted(rng.choice(codes, outlying, replace=False)))

    def cases(names: list[str], pattern: dict[str, str]) -> list[list[str]]:
        made = []
        for code in codes:
            for i in range(rng.integers(*OPENED)):
                opened = f"2022-{rng.integers(6, 13):02}-{rng.integers(1, 28):02}"
                closed = rng.random() < (FORSAKEN if code in chosen else CLOSED)
                day = "2023-05-20"
                own = {
                    "社工站编号": code, "个案编号": f"GA{i:03}", "服务对象": f"DA{code}{i:03}", "接案日期": opened,
                    "结案日期": day if closed else "", "录入日期": day if closed else opened,
                    "个案阶段": "结案" if closed else "介入", "结案原因": "目标达成" if closed else "",
                }  # fmt: skip
                made.append([{**pattern, **own}[name] for name in names])
        return made

    busy = {code: BUSY if code in chosen else USUAL for code in codes}
    rewritten(next(folder.glob("raw/社区活动台账*.csv")), activities(busy, MONTHS, rng))
    rewritten(next(folder.glob("raw/个案台账*.csv")), cases)
    return chosen


def reported(swe: Callable, folder: Path, outlying: int, lang: str) -> Made:
    chosen = simulate(folder / "D", outlying, seed=20_230_531)
    said = swe("run", folder / "D" / "run.yml", "-o", folder / "out", "--lang", lang, "--json")
    assert said.code == 0, said.err
    page = (folder / "out" / "5227" / "report.html").read_text(encoding="utf-8")
    rows = json.loads((folder / "out" / "5227" / "results.json").read_text(encoding="utf-8"))
    plain = html.unescape(re.sub(r"<[^>]+>", "", re.sub(r'src="data:[^"]*"', "", page)))
    made = Made(re.sub(r"\s+", " ", plain), {row["id"]: row for row in rows}, chosen)
    shutil.rmtree(folder)
    return made


@pytest.mark.parametrize(
    ("lang", "same", "none"),
    [
        ("zh", r"有效活动：\s*{n}\s*个站分不出高下", r"{n}\s*个站中没有一个超出通常差异"),
        ("en", r"Valid activities: \s*{n} stations cannot be told apart", r"none of \s*{n} stations is beyond the usual"),
    ],
)  # fmt: skip
def test_a_country_without_true_differences_gives_a_report_that_says_so(
    swe: Callable, tmp_path: Path, lang: str, same: str, none: str
) -> None:
    made = reported(swe, tmp_path / "made", 0, lang)
    stations = made.numbers["comparison.valid_activities.units"]["value"]
    assert stations > 90
    assert abs(made.numbers["comparison.valid_activities.target"]["value"] - USUAL) < 0.2
    assert re.search(same.format(n=int(stations)), made.text)
    assert re.search(none.format(n=int(stations)), made.text)
    for measure in ("valid_activities", "cases_closed"):
        assert made.numbers[f"comparison.{measure}.tiers"]["value"] == 1
        assert made.numbers[f"comparison.{measure}.flagged"]["value"] == 0


def test_planted_outliers_are_named_in_the_report_and_hardly_anybody_else(
    swe: Callable, tmp_path: Path
) -> None:
    made = reported(swe, tmp_path / "made", 2, "zh")
    flagged = {}
    for measure in ("valid_activities", "cases_closed"):
        flagged[measure] = made.numbers[f"comparison.{measure}.flagged"]["value"]
        assert made.numbers[f"comparison.{measure}.tiers"]["value"] > 1
        values = {code: made.numbers[f"comparison.{measure}.unit.{code}.value"] for code in made.outlying}
        target = made.numbers[f"comparison.{measure}.target"]["value"]
        for row in values.values():
            assert not row["lower"] <= target <= row["upper"]
    assert 2 * len(made.outlying) <= sum(flagged.values()) <= 2 * len(made.outlying) + FALSE
    assert made.text.count("高于通常") + made.text.count("低于通常") == sum(flagged.values())
