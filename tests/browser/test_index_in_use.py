"""The index in a reader's hands: complete without JavaScript, searched and sorted with it."""

from __future__ import annotations

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

pytestmark = pytest.mark.browser

SHOWN = "return [...document.querySelectorAll('tbody tr')].filter(r => r.checkVisibility()).map(r => r.dataset.code)"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("贵州", ["52", "522702"]),
        ("福泉", ["522702"]),
        ("guizhou", ["52"]),
        ("GuiZhou", ["52"]),
        ("fq", ["522702"]),
        ("ningbo", ["3302"]),
        ("3302", ["3302"]),
        ("5227", ["522702"]),
        ("  湖南  ", ["43"]),
        ("贵州 fuquan", ["522702"]),
        ("没有这个地方", []),
        ("", ["00", "3302", "41", "43", "52", "522702"]),
    ],
)
def test_search_keeps_the_regions_named_by_name_pinyin_or_code(opened, index, typed, kept):
    browser = opened(index)
    box = browser.driver.find_element(By.CSS_SELECTOR, "input[type=search]")
    box.send_keys(typed)
    assert sorted(browser.js(SHOWN)) == sorted(kept)
    nothing = browser.js("return document.querySelector('.none').checkVisibility()")
    assert nothing == (not kept)
    box.send_keys(Keys.CONTROL, "a")
    box.send_keys(Keys.DELETE)
    assert len(browser.js(SHOWN)) == 6


def test_sorting_by_coverage_keeps_missing_values_last_both_ways(opened, site, index):
    browser = opened(index)
    rates = {code: _rate(site, index[:2], code) for code in browser.js(SHOWN)}
    missing = {code for code, rate in rates.items() if rate is None}
    assert missing and len(rates) - len(missing) > 1, "the pages no longer put this rule to the test"
    button = browser.driver.find_element(By.CSS_SELECTOR, "th[data-key=rate] button")
    for direction, sign in (("descending", -1), ("ascending", 1)):
        button.click()
        assert browser.js("return document.querySelector('th[data-key=rate]').ariaSort") == direction
        order = browser.js(SHOWN)
        known = [code for code in order if code not in missing]
        assert known == sorted(known, key=lambda code: sign * rates[code])
        assert set(order[len(known) :]) == missing


def test_sorting_by_code_returns_to_the_order_of_the_page(opened, index):
    browser = opened(index)
    at_first = browser.js(SHOWN)
    for key, times in (("rate", 1), ("code", 2)):
        for _ in range(times):
            browser.driver.find_element(By.CSS_SELECTOR, f"th[data-key={key}] button").click()
    assert browser.js(SHOWN) == at_first
    assert len(browser.driver.find_elements(By.CSS_SELECTOR, "th[aria-sort]")) == 1


def test_search_and_sorting_work_from_the_keyboard(opened, index):
    browser = opened(index)
    head = browser.driver.find_element(By.CSS_SELECTOR, "th[data-key=rate] button")
    browser.js("arguments[0].focus()", head)
    browser.driver.switch_to.active_element.send_keys(Keys.ENTER)
    assert browser.js("return document.querySelector('th[data-key=rate]').ariaSort") == "descending"


def test_without_javascript_the_table_is_complete(browser_without_script, site, index):
    browser = browser_without_script
    browser.open("data:text/html,<title>off</title><script>document.title = 'on'</script>")
    assert browser.driver.title == "off"
    browser.open(site.address(index))
    assert browser.js(SHOWN) == ["00", "3302", "41", "43", "52", "522702"]
    assert not browser.js("return document.querySelector('.search').checkVisibility()")
    assert browser.js("return document.querySelectorAll('thead button').length") == 0
    text = browser.js("return document.querySelector('tbody').textContent")
    assert "1,094" in text
    assert {"zh": "笔记本第 3 个单元格出错", "en": "cell 3 of the notebook failed"}[index[:2]] in browser.js(
        "return document.querySelector('main').textContent"
    )


@pytest.mark.parametrize("name", ["zh/52/report.html", "en/3302/report.html"])
def test_a_report_reads_the_same_without_javascript(browser_without_script, opened, site, name):
    code = "return document.querySelector('main').innerText"
    with_script = opened(name).js(code)
    browser_without_script.open(site.address(name))
    assert browser_without_script.js(code) == with_script


def _rate(site, lang: str, code: str) -> float | None:
    """The rate the index sorts by: the value, else the lower bound."""
    rows = {row["id"]: row for row in site.json(f"{lang}/{code}/results.json")}
    row = rows.get("coverage.rate")
    if row is None:
        return None
    return row["value"] if row["value"] is not None else row["lower"]
