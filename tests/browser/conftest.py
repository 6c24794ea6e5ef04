"""Pages as a reader opens them: made in-process without a kernel, opened from file:// in headless Chromium."""

from __future__ import annotations

import base64
import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

REGIONS = ("52", "522702", "41", "43", "3302", "00")
LANGS = ("zh", "en")
PAGES = tuple(f"{lang}/{code}/report.html" for lang in LANGS for code in REGIONS)
INDEXES = tuple(f"{lang}/index.html" for lang in LANGS)
FLAGS = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-dev-shm-usage", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--window-size=1000,900",
)  # fmt: skip


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """`page` runs over the reports, `index` over the indexes, `any_page` over both."""
    for name, values in {"page": PAGES, "index": INDEXES, "any_page": (*INDEXES, *PAGES)}.items():
        if name in metafunc.fixturenames:
            metafunc.parametrize(name, values)


@dataclass(frozen=True)
class Site:
    """Folders as a run leaves them, one per language, each with an index."""

    folder: Path

    def address(self, name: str) -> str:
        return (self.folder / name).as_uri()

    def json(self, name: str) -> Any:
        return json.loads((self.folder / name).read_text(encoding="utf-8"))


@dataclass(frozen=True)
class Browser:
    """A driver and what the tests ask of it."""

    driver: Any

    def open(self, address: str, *, width: int = 1000, phone: bool = False) -> None:
        size = {"width": 390 if phone else width, "height": 844 if phone else 900}
        scale = {"deviceScaleFactor": 2 if phone else 1, "mobile": phone}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size | scale)
        self.driver.get(address)

    def js(self, code: str, *args: Any) -> Any:
        return self.driver.execute_script(code, *args)

    def pdf(self) -> bytes:
        """The page as Chromium prints it: on the paper that the page's own @page asks for."""
        made = self.driver.execute_cdp_cmd("Page.printToPDF", {"preferCSSPageSize": True})
        return base64.b64decode(made["data"])

    def console(self) -> list[dict[str, Any]]:
        """Console messages since the last call."""
        return list(self.driver.get_log("browser"))

    def requests(self) -> list[str]:
        """Every address asked for since the last call."""
        events = (json.loads(row["message"])["message"] for row in self.driver.get_log("performance"))
        return [e["params"]["request"]["url"] for e in events if e["method"] == "Network.requestWillBeSent"]


@pytest.fixture(scope="session")
def site(shared: Callable[..., Any]) -> Site:
    """Made once in a session, also where pytest-xdist runs several workers."""
    return Site(Path(shared("site", _made)))


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with _chromium(tmp_path_factory.mktemp("profile")) as found:
        yield found


@pytest.fixture(scope="session")
def browser_without_script(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with _chromium(tmp_path_factory.mktemp("profile-without-script"), javascript=False) as found:
        yield found


@pytest.fixture
def opened(site: Site, browser: Browser) -> Callable[..., Browser]:
    """Open a page of the site by name: `opened("zh/52/report.html", phone=True)`."""

    def open_it(name: str, **how: Any) -> Browser:
        browser.open("about:blank")
        browser.console(), browser.requests()
        browser.open(site.address(name), **how)
        return browser

    return open_it


@contextmanager
def _chromium(profile: Path, *, javascript: bool = True) -> Iterator[Browser]:
    chromium, chromedriver = shutil.which("chromium"), shutil.which("chromedriver")
    if not chromium or not chromedriver:
        pytest.skip(
            "NOT RUN: chromium or chromedriver is not installed (tools/system_packages.sh installs them)"
        )
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    for flag in (*FLAGS, f"--user-data-dir={profile}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"performance": "ALL", "browser": "ALL"})
    if not javascript:
        options.add_experimental_option("prefs", {"profile.managed_default_content_settings.javascript": 2})
    driver = webdriver.Chrome(options=options, service=Service(chromedriver))
    try:
        yield Browser(driver)
    finally:
        driver.quit()


def _made(folder: Path) -> str:
    """Both languages with all regions, one failure and an index; returns the folder."""
    from swe.core.files import json_text
    from swe.reports.index import index_page
    from swe.reports.runfile import load_run

    for lang in LANGS:
        out = folder / lang
        for code in REGIONS:
            _write_region(out / code, code, lang)
        reason = {"zh": "笔记本第 3 个单元格出错", "en": "cell 3 of the notebook failed"}
        _write(out / "_failed" / "31" / "error.json", json_text({"reason": reason}))
        run = load_run("published", lang=lang)
        _write(out / "index.html", index_page(run, out, sorted(REGIONS), ["31"]))
    return str(folder)


def _write_region(folder: Path, code: str, lang: str) -> None:
    """What region_task writes for a region, but for the kernel: the same sections, the same template."""
    from nbformat.v4 import new_code_cell, new_notebook, new_output

    from swe.core.files import json_text
    from swe.reports import gate
    from swe.reports.regional import open_report
    from swe.reports.render import html
    from swe.show.numbers import Number

    report = open_report("published", code, lang=lang)
    shown = [report.section(name)._repr_html_() for name in report.names]
    cells = [new_code_cell("", outputs=[new_output("execute_result", {"text/html": text})]) for text in shown]
    page = report.document().content
    text = html(new_notebook(cells=cells), page)
    checks = gate.check_page(text, {row["id"]: Number(**row) for row in page["results"]}, lang)
    assert not gate.failed(checks)
    manifest = {"region": code, "title": page["title"], "checks": [check.document() for check in checks]}
    _write(folder / "report.html", text)
    _write(folder / "results.json", json_text(page["results"]))
    _write(folder / "manifest.json", json_text(manifest))


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="\n")
