"""The gate: a page that breaks exactly one rule fails exactly that check."""

from __future__ import annotations

import pytest

from swe.core.bounded import Bounded
from swe.reports.gate import MAX_BYTES, check_page, failed
from swe.show.numbers import number

NUMBERS = {
    "a.b": number("a.b", "52", ("甲", "a"), 1094, unit="station", method="", source="", as_of=""),
    "a.low": number("a.low", "52", ("甲", "a"), Bounded.at_least(2000), unit="person", method="", source="", as_of=""),
    "a.rate": number("a.rate", "52", ("甲", "a"), Bounded.rounded("72.45"), unit="percent", method="", source="", as_of=""),
}  # fmt: skip

GOOD = """<!DOCTYPE html>
<html lang="zh-Hans"><head><meta charset="utf-8"><title>福泉 1+8+N</title><style>p { color: #123456 }</style></head>
<body><h1>福泉“1+8+N”</h1>
<h2>覆盖</h2><h3>明细</h3>
<p>有 <data data-n="a.b" value="1094">1,094</data> 个，<data data-n="a.low">至少 2,000</data>，
<data data-n="a.low">≥ 2,000</data>，<data data-n="a.rate">72.45%（72.445–72.455%）</data>。</p>
<p>于 <time>2023-05-31</time>，见 <code>F03-010</code>：<q>新建 5 个</q>，<cite>“1+8+N”</cite>，<span class="k">95%</span>。</p>
<h2>图</h2>
<img src="data:image/png;base64,AAAA" alt="覆盖率图">
<table><caption>表</caption><tr><th scope="col">甲</th></tr><tr><td><a href="#src">附录</a></td></tr></table>
</body></html>"""


def broken(page: str, lang: str = "zh") -> list[str]:
    return [check.name for check in failed(check_page(page, NUMBERS, lang))]


def test_a_page_that_keeps_every_rule_passes_every_check() -> None:
    checks = check_page(GOOD, NUMBERS, "zh")
    assert {check.result for check in checks} == {"pass"}
    assert len({check.name for check in checks}) == len(checks) == 12


ONE_BY_ONE = {
    "page.language": [('lang="zh-Hans"', 'lang="en"'), (' lang="zh-Hans"', "")],
    "page.no_script": [
        ("<h2>图", "<script>x</script><h2>图"),
        ("<body>", '<body onload="x()">'),
        ("<p>有", '<p ONCLICK="x()">有'),
    ],
    "page.no_outside_address": [
        ('href="#src"', 'href="https://example.org/"'),
        ('href="#src"', 'href="//example.org/x"'),
        ('href="#src"', 'href="javascript:x"'),
        ('href="#src"', 'href="other.html"'),
        ('src="data:image/png;base64,AAAA"', 'src="a.png"'),
        ('src="data:image/png;base64,AAAA"', 'src="data:image/svg+xml,x"'),
        ("color: #123456", "background: url(https://example.org/a.png)"),
        ("color: #123456", "background: url(a.png)"),
        ("p { color", "@import 'a.css'; p { color"),
        ("<p>有", '<p style="background: url(//example.org/a.png)">有'),
        ("<h2>图", '<object data="https://example.org/"></object><h2>图'),
        ("<h2>图", '<iframe srcdoc="x"></iframe><h2>图'),
        ('<meta charset="utf-8">', '<meta http-equiv="Refresh" content="0; url=x">'),
        ("<h2>图", '<svg><use xlink:href="a.svg"/></svg><h2>图'),
    ],
    "page.size": [("<h2>图", "<p>" + "x" * MAX_BYTES + "</p><h2>图")],
    "page.one_h1": [("<h2>图</h2>", "<h1>图</h1>")],
    "page.headings_in_order": [("<h2>覆盖</h2><h3>", "<h2>覆盖</h2><h4>"), ("<body><h1>", "<body><h2>先</h2><h1>")],
    "page.images_described": [(' alt="覆盖率图"', ""), ('alt="覆盖率图"', 'alt=" "')],
    "page.tables_captioned": [
        ("<caption>表</caption>", ""),
        ("<table><caption>表</caption>", "<table></table><table><caption>表</caption><caption>又</caption>"),
    ],
    "page.headers_scoped": [(' scope="col"', "")],
    "numbers.in_results": [
        (">1,094<", ">1,095<"),
        (">1,094<", "><b>1,094</b>9<"),
        (">至少 2,000<", ">2,000<"),
        ('data-n="a.b"', 'data-n="a.c"'),
        (' data-n="a.b"', ""),
        ("72.445–72.455%）", "72.445–72.456%）"),
        (">1,094<", "><"),
    ],
    "numbers.all_traced": [
        ("<p>有", "<p>有 12 个、"),
        ("<p>有", "<p>有 １２ 个、"),
        ("<time>2023-05-31</time>", "2023-05-31"),
        ('<span class="k">95%</span>', "<span>95%</span>"),
        ("<caption>表", "<caption>表 3"),
        ("<h2>图", "<h2>图 3"),
    ],
}  # fmt: skip


@pytest.mark.parametrize(
    ("check", "old", "new"),
    [(check, old, new) for check, changes in ONE_BY_ONE.items() for old, new in changes],
)
def test_a_page_that_breaks_one_rule_fails_that_check_alone(check: str, old: str, new: str) -> None:
    assert GOOD.count(old) >= 1
    assert broken(GOOD.replace(old, new, 1)) == [check]


def test_every_check_but_the_fonts_has_a_page_that_fails_it() -> None:
    names = {check.name for check in check_page(GOOD, NUMBERS, "zh")}
    assert names - {"font.characters"} == set(ONE_BY_ONE)


def test_a_failed_check_says_what_it_found() -> None:
    [check] = failed(check_page(GOOD.replace(">1,094<", ">1,095<"), NUMBERS, "zh"))
    assert "a.b" in check.detail and "1,095" in check.detail
    assert check.document() == {"name": "numbers.in_results", "result": "fail", "detail": check.detail}


def test_a_character_that_the_font_lacks_asks_for_a_review_and_names_it() -> None:
    checks = check_page(GOOD.replace("明细", "明细😀"), NUMBERS, "zh")
    assert failed(checks) == ()
    [review] = [check for check in checks if check.result == "review"]
    assert review.document() == {"name": "font.characters", "result": "review", "detail": "U+1F600"}


def test_the_language_of_the_page_decides_how_a_number_is_said() -> None:
    english = (
        GOOD.replace("zh-Hans", "en")
        .replace("至少 2,000", "at least 2,000")
        .replace("（72.445–72.455%）", " (72.445–72.455%)")
    )
    assert broken(english, "en") == []
    assert broken(english.replace("at least", "至少"), "en") == ["numbers.in_results"]


def test_an_empty_page_does_not_pass() -> None:
    assert {"page.language", "page.one_h1"} <= set(broken(""))
