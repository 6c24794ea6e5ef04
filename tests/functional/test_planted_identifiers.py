"""A thousand planted identifiers, in every text column, header, title, comment, sheet name and file name: none gets out."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from planted import everything_in, leaked, write_raw

ROOT = Path(__file__).parents[2]
RUN = """
id: planted
title: {zh: 植入测试, en: Planted}
regions: ["522702"]
as_of: 2023-05-31
period: {from: 2022-05-01, to: 2023-05-31}
audience: internal
sources: {figures: [data/reference/published], ledgers: raw/}
"""


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str], str]:
    folder = tmp_path_factory.mktemp("planted")
    planted = write_raw(folder / "D" / "raw", seed=11, rows=4)
    (folder / "D" / "run.yml").write_text(RUN, encoding="utf-8")
    said = ""
    for arguments in (
        ["check", "D/raw", "--json", "--project", str(ROOT)],
        ["check", "D/raw", "-o", "issues.xlsx", "--project", str(ROOT)],
        ["run", "D/run.yml", "--project", str(ROOT)],
        ["run", "D/run.yml", "--lang", "en", "--json", "--debug", "--project", str(ROOT)],
    ):
        done = subprocess.run(
            [sys.executable, "-m", "swe", *arguments],
            cwd=folder,
            capture_output=True,
            text=True,
            encoding="utf-8",
        )
        said += done.stdout + done.stderr
        assert done.returncode in (0, 11), done.stderr
    return folder, planted, said


def test_there_are_a_thousand_of_them(ran: tuple[Path, list[str], str]) -> None:
    assert len(set(ran[1])) >= 1000
    seen = leaked(ran[1], everything_in(ran[0] / "D" / "raw"))  # the search finds them where they are
    assert sum(hits for _, hits in seen) >= 1000


def test_none_is_in_the_store_the_outputs_or_the_workbook_of_issues(ran: tuple[Path, list[str], str]) -> None:
    folder, planted, _ = ran
    texts = {n: t for n, t in everything_in(folder).items() if not n.startswith("D/raw/")}
    assert any(n.endswith(".parquet") for n in texts) and any(n.endswith("report.html") for n in texts)
    assert leaked(planted, texts) == []


def test_none_is_in_what_the_commands_said(ran: tuple[Path, list[str], str]) -> None:
    _, planted, said = ran
    assert len(said) > 500
    assert leaked(planted, {"said": said}) == []
