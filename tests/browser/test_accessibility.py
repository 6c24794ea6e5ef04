"""axe-core over reports and indexes: no violation of WCAG 2.1 A and AA, everything unfolded."""

from __future__ import annotations

import shutil
import subprocess
import tarfile

import pytest

pytestmark = pytest.mark.browser

AXE = "axe-core@4.11.0"
RUN = """
const done = arguments[arguments.length - 1];
axe.run(document, {runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"], resultTypes: ["violations"]})
  .then(r => done(r.violations.map(v => [v.id, v.help, v.nodes.length, v.nodes[0].html.slice(0, 120)])),
        e => done([["error", String(e), 1, ""]]));
"""


@pytest.fixture(scope="session")
def axe(tmp_path_factory: pytest.TempPathFactory) -> str:
    """axe-core's source, through npm into a temporary folder; it never enters the checkout."""
    npm = shutil.which("npm")
    if not npm:
        pytest.skip("NOT RUN: npm is not installed, and axe-core comes through it")
    folder = tmp_path_factory.mktemp("axe")
    command = [
        npm,
        "pack",
        AXE,
        "--silent",
        "--ignore-scripts",
        "--prefer-offline",
        "--pack-destination",
        str(folder),
    ]
    try:
        done = subprocess.run(command, capture_output=True, cwd=folder, timeout=60, check=False)
    except subprocess.TimeoutExpired:
        pytest.skip("NOT RUN: npm did not answer within 60 s")
    packed = next(folder.glob("*.tgz"), None)
    if packed is None:
        pytest.skip(f"NOT RUN: npm pack {AXE} failed: {done.stderr.decode(errors='replace').strip()[-200:]}")
    with tarfile.open(packed) as archive:
        source = archive.extractfile("package/axe.min.js")
        assert source is not None
        return source.read().decode("utf-8")


# The pages with most on them; axe takes seconds on each.
@pytest.mark.parametrize(
    ("name", "phone"),
    [
        ("zh/index.html", False),
        ("en/index.html", True),
        ("zh/52/report.html", True),
        ("en/52/report.html", False),
        ("zh/43/report.html", False),
        ("en/00/report.html", True),
    ],
)
def test_axe_finds_no_violation(opened, axe, name, phone):
    browser = opened(name, phone=phone)
    browser.js("document.querySelectorAll('details').forEach(d => d.open = true)")
    browser.js(axe)
    assert browser.driver.execute_async_script(RUN) == []


def test_axe_would_find_one(opened, axe):
    browser = opened("zh/index.html")
    browser.js("document.querySelector('main').append(new Image())")
    browser.js(axe)
    assert [row[0] for row in browser.driver.execute_async_script(RUN)] == ["image-alt"]
