"""Contrast of what is read, computed from the stylesheets; no browser needed (WCAG 2.2, 1.4.3: 4.5 to 1)."""

from __future__ import annotations

import re

import pytest

from swe.show import style
from swe.show.css import stylesheet

TEXT = ("--ink", "--muted", "--blue", "--good", "--warn", "--bad")
GROUNDS = ("#ffffff", "--wash")


def luminance(colour: str) -> float:
    """WCAG relative luminance of #rrggbb or #rgb."""
    digits = colour.lstrip("#")
    digits = "".join(2 * d for d in digits) if len(digits) == 3 else digits
    parts = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """WCAG contrast ratio, 1 to 21.

    >>> round(contrast("#000", "#fff"), 6)
    21.0
    """
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def named() -> dict[str, str]:
    return dict(re.findall(r"(--[a-z]+):\s*(#[0-9a-fA-F]{3,6})", stylesheet()))


@pytest.mark.parametrize("ground", GROUNDS)
@pytest.mark.parametrize("name", TEXT)
def test_text_stands_out_from_its_ground(name, ground):
    colours = named()
    assert contrast(colours[name], colours.get(ground, ground)) >= 4.5


def test_every_literal_text_colour_of_the_stylesheet_stands_out():
    literal = re.findall(r"(?<![-a-z])color:\s*(#[0-9a-fA-F]{3,6})", stylesheet())
    assert literal and all(contrast(colour, "#fff") >= 4.5 for colour in literal)


@pytest.mark.parametrize("colour", [style.INK, style.MUTED, style.BLUE, style.GOOD, style.WARN, style.BAD])
def test_words_in_figures_stand_out(colour):
    assert contrast(colour, "#ffffff") >= 4.5


def test_figures_and_page_share_their_colours():
    mine = {f"--{name.lower()}": getattr(style, name).lower() for name in ("INK", "MUTED", "LINE", "WASH", "BLUE",
            "GOOD", "WARN", "BAD")}  # fmt: skip
    assert {name: colour.lower() for name, colour in named().items() if name in mine} == mine


def test_the_place_in_question_differs_from_its_interval_band_without_colour():
    """WCAG 2.2, 1.4.11 asks 3 to 1 of graphics; blue against the pale band must survive a grey print."""
    assert contrast(style.BLUE, style.BAND) >= 3
