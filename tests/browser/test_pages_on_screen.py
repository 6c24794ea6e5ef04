"""A report and an index opened from disk: alone, quiet, locked, whole, and readable on a phone (docs/formats.md §8.6)."""

from __future__ import annotations

import re

import pytest

pytestmark = pytest.mark.browser

# Elements that stick out of the window; what scrolls inside its own box (tables, figures), or is hidden, may.
STICKING_OUT = """
const wide = document.documentElement.clientWidth, found = [];
for (const e of document.querySelectorAll("body *")) {
  if (e.closest(".scroll, .frame, svg, script, style") || !e.checkVisibility()) continue;
  if (getComputedStyle(e).clipPath !== "none" || e.parentElement.closest("h2, caption")) continue;
  const box = e.getBoundingClientRect();
  if (box.right > wide + 1 || box.left < -1) found.push(e.tagName + " " + e.textContent.trim().slice(0, 60));
}
return found;
"""
# Words and numbers of running text that a line break cuts in two, or that run out of their cell in the key facts.
CUT = """
const found = [], walk = document.createTreeWalker(document.querySelector("main"), NodeFilter.SHOW_TEXT);
for (let node; node = walk.nextNode();) {
  const e = node.parentElement;
  if (e.closest("code, script, style") || !e.checkVisibility() || e.closest("h2, caption") &&
      getComputedStyle(e.closest("h2, caption")).clipPath !== "none") continue;
  for (const word of node.data.matchAll(/[A-Za-z]{2,}|[0-9][0-9,.]*[0-9%]/g)) {
    const range = document.createRange();
    range.setStart(node, word.index); range.setEnd(node, word.index + word[0].length);
    if (new Set([...range.getClientRects()].map(r => Math.round(r.top))).size > 1) found.push(word[0]);
  }
}
for (const e of document.querySelectorAll("dl.facts div"))
  if (e.scrollWidth > e.clientWidth + 1) found.push("runs out: " + e.textContent.slice(0, 50));
return found;
"""
# Tries what the policy forbids, then says which directives refused.
FORBIDDEN = """
const done = arguments[arguments.length - 1], refused = new Set();
document.addEventListener("securitypolicyviolation", e => refused.add(e.effectiveDirective));
const add = (tag, set) => document.head.append(Object.assign(document.createElement(tag), set));
add("script", {textContent: "window.injected = true"});
add("img", {src: "https://example.invalid/pixel.png"});
add("link", {rel: "stylesheet", href: "https://example.invalid/style.css"});
fetch("https://example.invalid/data").catch(() => null);
setTimeout(() => done({refused: [...refused].sort(), injected: window.injected === true}), 150);
"""


def test_a_page_asks_for_nothing_but_itself(opened, any_page):
    asked = opened(any_page).requests()
    assert asked, "the performance log is silent: this test would see nothing"
    assert [url[:80] for url in asked if not url.startswith(("file:", "data:"))] == []
    assert sum(url.startswith("file:") for url in asked) == 1


def test_the_console_stays_empty(opened, any_page):
    browser = opened(any_page)
    assert [row for row in browser.console() if row["level"] not in ("INFO", "DEBUG")] == []


@pytest.mark.parametrize("name", ["zh/52/report.html", "zh/index.html"])
def test_the_policy_refuses_what_did_not_come_with_the_page(opened, name):
    tried = opened(name).driver.execute_async_script(FORBIDDEN)
    assert not tried["injected"]
    assert tried["refused"] == ["connect-src", "img-src", "script-src-elem", "style-src-elem"]


def test_every_image_is_there_and_described(opened, page):
    code = "return [...document.images].map(i => [i.complete, i.naturalWidth, i.alt.trim()])"
    for complete, width, alt in opened(page).js(code):
        assert complete and width > 0, alt
        assert len(alt) >= 10  # a sentence, not a name


def test_a_page_with_images_is_among_them(opened):
    """Without one the test above would pass on nothing."""
    assert opened("zh/52/report.html").js("return document.images.length") >= 2


def test_every_link_inside_a_page_leads_somewhere(opened, page):
    browser = opened(page)
    targets = browser.js("return [...document.querySelectorAll('a')].map(a => a.getAttribute('href'))")
    assert len(targets) > 10 and all(target.startswith("#") for target in targets)
    ids = browser.js("return [...document.querySelectorAll('[id]')].map(e => e.id)")
    assert sorted({target[1:] for target in targets} - set(ids)) == []
    assert len(ids) == len(set(ids)), "an id stands twice"


def test_following_a_link_inside_a_page_shows_its_target(opened):
    """Chromium opens the <details> around a target by itself, without script."""
    browser = opened("zh/52/report.html")
    targets = browser.js("return [...new Set([...document.querySelectorAll('a')].map(a => a.hash))]")
    hidden = "location.hash = arguments[0]; return !document.querySelector(arguments[0]).checkVisibility()"
    assert [target for target in targets if browser.js(hidden, target)] == []


def test_every_index_link_leads_to_a_report(opened, site, index):
    targets = opened(index).js("return [...document.querySelectorAll('a')].map(a => a.getAttribute('href'))")
    assert len(targets) == 6
    assert [t for t in targets if not ((site.folder / index).parent / t).is_file()] == []


def test_a_phone_shows_the_page_without_sideways_scrolling(opened, any_page):
    browser = opened(any_page, phone=True)
    assert browser.js("return [innerWidth, document.documentElement.scrollWidth]") == [390, 390]
    assert browser.js(STICKING_OUT) == []


def test_a_phone_shows_opened_details_without_sideways_scrolling(opened, page):
    browser = opened(page, phone=True)
    browser.js("document.querySelectorAll('details').forEach(d => d.open = true)")
    assert browser.js("return [innerWidth, document.documentElement.scrollWidth]") == [390, 390]
    assert browser.js(STICKING_OUT) == []


@pytest.mark.parametrize("phone", [False, True], ids=["screen", "phone"])
def test_no_word_or_number_is_cut_by_a_line_break(opened, any_page, phone):
    assert opened(any_page, phone=phone).js(CUT) == []


def test_no_markup_or_program_word_shows_through(opened, any_page):
    """Escaped twice, an empty list of sources, or a value that was never filled."""
    text = opened(any_page).js("return document.querySelector('main').textContent")
    assert re.findall(r"&#?\w+;|</?\w+[ >]|\[\]|\b(?:None|nan|NaT|undefined|Undefined)\b|\{\w+\}", text) == []


def test_body_text_is_16_pixels_on_a_phone(opened, any_page):
    browser = opened(any_page, phone=True)
    assert browser.js("return getComputedStyle(document.body).fontSize") == "16px"
    small = browser.js(
        "return [...document.querySelectorAll('main p:not([class]), main p[class=\"\"], .lead')]"
        ".filter(p => parseFloat(getComputedStyle(p).fontSize) < 16).map(p => p.textContent.slice(0, 40))"
    )
    assert small == []


def test_nothing_a_reader_reads_is_below_11_pixels(opened, any_page):
    sizes = opened(any_page, phone=True).js(
        "return [...document.querySelectorAll('main *')].filter(e => [...e.childNodes].some(n => "
        "n.nodeType === 3 && n.data.trim())).map(e => parseFloat(getComputedStyle(e).fontSize))"
    )
    assert min(sizes) >= 11


def test_a_page_says_its_language_and_has_one_heading(opened, any_page):
    browser = opened(any_page)
    lang = browser.js("return document.documentElement.lang")
    assert lang == {"zh": "zh-Hans", "en": "en"}[any_page[:2]]
    assert browser.js("return document.querySelectorAll('h1').length") == 1
    assert re.search(r"\S", browser.driver.title)


def test_no_section_is_empty(opened, page):
    bare = opened(page).js(
        "return [...document.querySelectorAll('section')].filter(s => [...s.children].every("
        "c => /^H[1-6]$/.test(c.tagName) || !c.textContent.trim() && !c.querySelector('img'))).map(s => s.id)"
    )
    assert bare == []


def test_chinese_text_has_glyphs(opened):
    """On a machine with a CJK font, two different characters must not be drawn as the same box."""
    browser = opened("zh/52/report.html")
    code = """
    const c = new OffscreenCanvas(40, 40).getContext("2d");
    c.font = getComputedStyle(document.body).fontSize + " " + getComputedStyle(document.body).fontFamily;
    return ["社", "站"].map(t => { c.clearRect(0, 0, 40, 40); c.fillText(t, 4, 30);
      return c.getImageData(0, 0, 40, 40).data.join(); });
    """
    first, second = browser.js(code)
    assert first != second
