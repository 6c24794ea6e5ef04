"""Tiles instead of a map: one for each region, by code, the number inside, hatched where nothing applies."""

from __future__ import annotations

import pytest

from swe.reference.regions import children, region
from swe.show.style import canvas, png
from swe.show.tile_grid import ACROSS, FROM, TO, Tile, colour, draw_tiles, height, luminance, text_colour


def tiles(level: str, code: str) -> list[Tile]:
    found = children(region(code), level)
    return [
        Tile(place.code, place.name, i / len(found), f"{i / len(found):.0%}") for i, place in enumerate(found)
    ]


@pytest.mark.parametrize(("code", "level", "count"), [("00", "province", 31), ("52", "county", 88)])
def test_provinces_and_counties_each_have_a_tile_with_their_number(code: str, level: str, count: int) -> None:
    made = tiles(level, code)
    assert len(made) >= count
    with canvas(height(made)) as (figure, ax):
        draw_tiles(ax, made[::-1], lang="zh")
        texts = [text.get_text() for text in ax.texts]
        picture = png(figure)
    assert sum(text.endswith("%") for text in texts) == len(made) + 2  # and the two ends of the ramp
    first = next((t.get_position(), t.get_text()) for t in ax.texts)
    assert first[0] == (0.5, 0.34) and first[1] == made[0].name
    assert picture[:4] == b"\x89PNG"


def test_what_does_not_apply_is_hatched_and_named_and_what_is_missing_is_not() -> None:
    made = [
        Tile("1", "甲", None, "—", applies=False),
        Tile("2", "乙", None, "—"),
        Tile("3", "丙", 0.5, "50%"),
    ]
    with canvas(height(made)) as (_, ax):
        draw_tiles(ax, made, lang="zh")
        hatched = [patch for patch in ax.patches if patch.get_hatch()]
        said = {text.get_text() for text in ax.texts}
    assert len(hatched) == 2  # the tile and its key
    assert {"无乡镇级单位", "没有台账"} <= said


def test_the_ramp_is_one_hue_and_its_text_can_be_read() -> None:
    assert colour(0) == FROM and colour(1) == pytest.approx(TO)
    inks = {"#1f2933": (0x1F / 255, 0x29 / 255, 0x33 / 255), "white": (1, 1, 1), "black": (0, 0, 0)}
    for step in range(101):
        ground = luminance(colour(step / 100))
        ink = luminance(inks[text_colour(colour(step / 100))])
        assert (max(ink, ground) + 0.05) / (min(ink, ground) + 0.05) >= 4.5, step


def test_luminance_is_that_of_the_standard() -> None:
    # WCAG 2.1: white 1, black 0; #777777 on white has the well-known contrast of 4.48
    assert (luminance((1, 1, 1)), luminance((0, 0, 0))) == pytest.approx((1, 0))
    assert 1.05 / (luminance((0x77 / 255,) * 3) + 0.05) == pytest.approx(4.48, abs=0.005)


def test_a_row_holds_as_many_tiles_as_it_says() -> None:
    made = [Tile(str(i), "甲", 0.1, "10%") for i in range(ACROSS + 1)]
    assert height(made) > height(made[:ACROSS])
