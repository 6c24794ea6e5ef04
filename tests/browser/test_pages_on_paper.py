"""A report printed to A4: every chapter, folded tables open, no blank page (docs/formats.md §8.6)."""

from __future__ import annotations

import re
import shutil
import subprocess
import unicodedata
from pathlib import Path

import pytest

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(
        not shutil.which("pdftotext"), reason="NOT RUN: pdftotext (poppler-utils) is not installed"
    ),
]
A4 = (595, 842)  # points
REGIONS = ("52", "522702", "41", "43", "3302", "00")
# Headings and captions that a reader sees: not those of folded figure data, which print leaves out.
HEADINGS = """
return [...document.querySelectorAll("h2, h3, caption, figcaption strong")]
  .filter(e => !e.closest("figure details") && getComputedStyle(e).clipPath === "none").map(e => e.textContent);
"""


@pytest.fixture
def printed(opened, tmp_path: Path):
    def make(name: str) -> Path:
        path = tmp_path / "page.pdf"
        path.write_bytes(opened(name).pdf())
        return path

    return make


def test_a_report_prints_whole_on_a4(printed, opened, page):
    pdf = printed(page)
    size = re.search(r"Page size:\s+([\d.]+) x ([\d.]+)", _run("pdfinfo", pdf))
    assert size and abs(float(size[1]) - A4[0]) < 2 and abs(float(size[2]) - A4[1]) < 2
    sheets = _sheets(pdf)
    assert 3 <= len(sheets) <= 30
    assert [i for i, sheet in enumerate(sheets, 1) if len(_close(sheet)) < 60] == [], "a sheet is blank"

    browser, text = opened(page), _close("".join(sheets))
    assert _close(browser.js("return document.querySelector('h1').textContent")) in text
    headings = browser.js(HEADINGS)
    assert len(headings) > 15
    assert [heading for heading in headings if _close(heading) not in text] == []
    folded = browser.js(
        "return [...document.querySelectorAll('#annex details tbody code')].map(c => c.textContent)"
    )
    assert len(folded) > 20
    assert [name for name in folded if _close(name) not in text] == [], "folded rows are missing on paper"


@pytest.mark.parametrize("name", ["zh/52/report.html", "en/52/report.html"])
def test_a_sheet_carries_its_number_and_its_pictures(printed, opened, name):
    pdf = printed(name)
    for i, sheet in enumerate(_sheets(pdf), 1):
        assert sheet.startswith(f"{i}\n") or sheet.rstrip().endswith(f"\n{i}")
    images = [row for row in _run("pdfimages", "-list", pdf).splitlines()[2:] if " image " in row]
    assert len(images) >= opened(name).js("return document.images.length") > 0


def test_an_index_prints_with_every_region(printed, site, index):
    text = _close("".join(_sheets(printed(index))))
    for code in REGIONS:
        title = site.json(f"{index[:2]}/{code}/manifest.json")["title"]
        assert _close(title) in text


def _sheets(pdf: Path) -> list[str]:
    """The text of each sheet in the order it was written, so that a cell's lines stay together."""
    return _run("pdftotext", "-raw", pdf, "-").split("\f")[:-1]


def _run(program: str, *args: object) -> str:
    done = subprocess.run([program, *map(str, args)], capture_output=True, check=True, timeout=60)
    return done.stdout.decode("utf-8")


def _close(text: str) -> str:
    """Without spaces and hyphens, in one form of each character: the lines of a PDF break where they like."""
    return re.sub(r"[\s\u00ad\u200b-]+", "", unicodedata.normalize("NFKC", text))
