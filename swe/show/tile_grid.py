"""Where on the ground, without a map: tiles in the order of the codes, one blue ramp, the number in the tile.

No outline is drawn, so nothing needs a map review; whoever has no denominator is hatched grey, not pale.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from swe.show.style import GREY, INK, LINE, MUTED, WASH
from swe.show.words import word

if TYPE_CHECKING:
    from matplotlib.axes import Axes

ACROSS = 8  # tiles in a row; names of five characters at nine points still fit
TALL = 0.46  # inches a row of tiles
LEGEND = 0.34  # inches of the line below
FROM, TO = (0.93, 0.96, 0.98), (0.12, 0.37, 0.55)  # wash to the main blue
READABLE = 4.5  # contrast of text (WCAG 2.1, 1.4.3)
NAME, LATIN = 7, 12  # characters of a name; what is longer is cut


@dataclass(frozen=True)
class Tile:
    """A region: `value` None where missing; `applies` False where it has no denominator; `text` is what stands in the tile."""

    code: str
    name: str
    value: float | None
    text: str
    applies: bool = True
    own: bool = False


def height(tiles: Sequence[Tile]) -> float:
    """Inches that these tiles want."""
    return math.ceil(max(len(tiles), 1) / ACROSS) * TALL + LEGEND


def draw_tiles(
    ax: Axes,
    tiles: Sequence[Tile],
    *,
    lang: str = "zh",
    limits: tuple[float, float] = (0.0, 1.0),
    ends: tuple[str, str] = ("0%", "100%"),
) -> Axes:
    """Tiles by code, row by row; `limits` are the ends of the ramp, `ends` how they are written.

    A value beyond an end has that end's colour; its number says what it is.
    """
    from matplotlib.patches import Rectangle

    ordered = sorted(tiles, key=lambda tile: tile.code)
    low, high = limits
    for i, tile in enumerate(ordered):
        x, y = i % ACROSS, i // ACROSS
        share = None if tile.value is None else min(1.0, max(0.0, (tile.value - low) / (high - low)))
        blank = share is None
        hatch = "////" if not tile.applies else None
        face = WASH if blank else colour(share or 0.0)
        ax.add_patch(Rectangle((x + 0.03, y + 0.04), 0.94, 0.92, facecolor=face, edgecolor=GREY if hatch else face, hatch=hatch, linewidth=0))  # fmt: skip
        if tile.own:
            ax.add_patch(Rectangle((x + 0.03, y + 0.04), 0.94, 0.92, facecolor="none", edgecolor=INK, linewidth=1.6))  # fmt: skip
        ink = INK if blank else text_colour(colour(share or 0.0))
        back = {"facecolor": WASH, "edgecolor": "none", "pad": 0.6} if hatch else None
        name, points = _short(tile.name)
        ax.text(x + 0.5, y + 0.34, name, ha="center", va="center", fontsize=points, color=ink, bbox=back)
        ax.text(x + 0.5, y + 0.70, tile.text, ha="center", va="center", fontsize=9, color=ink, bbox=back)
    rows = math.ceil(max(len(ordered), 1) / ACROSS)
    _legend(ax, rows, ordered, ends, lang)
    ax.set_xlim(0, ACROSS)
    ax.set_ylim(rows + LEGEND / TALL, 0)
    ax.set_axis_off()
    return ax


def colour(share: float) -> tuple[float, float, float]:
    """The ramp at a share of its way, pale to blue."""
    return (
        FROM[0] + (TO[0] - FROM[0]) * share,
        FROM[1] + (TO[1] - FROM[1]) * share,
        FROM[2] + (TO[2] - FROM[2]) * share,
    )


def text_colour(ground: tuple[float, float, float]) -> str:
    """Ink where it can be read on a ground, else white, else black: one of the last two always can."""
    own = luminance(ground) + 0.05
    if own / (luminance(tuple(int(INK[i : i + 2], 16) / 255 for i in (1, 3, 5))) + 0.05) >= READABLE:
        return INK
    return "white" if 1.05 / own >= READABLE else "black"


def luminance(rgb: tuple[float, ...]) -> float:
    """Relative luminance of sRGB (WCAG 2.1)."""
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in rgb]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _short(name: str) -> tuple[str, float]:
    """A name cut to what a tile holds, and the points that it is set in."""
    most = LATIN if name.isascii() else NAME
    cut = name if len(name) <= most else name[: most - 1] + "…"
    return cut, 8.0 if len(cut) < most - 1 else 7.0


def _legend(ax: Axes, row: int, tiles: Sequence[Tile], ends: tuple[str, str], lang: str) -> None:
    """The ramp with its ends, and what hatching and blank tiles mean where there are some."""
    from matplotlib.patches import Rectangle

    y = row + 0.42
    ax.text(0.06, y, ends[0], va="center", fontsize=9, color=MUTED)
    steps = 24
    start, width = 0.06 + 0.085 * max(4, len(ends[0])), 1.3
    for i in range(steps):
        ax.add_patch(Rectangle((start + width * i / steps, y - 0.17), width / steps + 0.005, 0.34, facecolor=colour((i + 0.5) / steps), linewidth=0))  # fmt: skip
    x = start + width + 0.08
    ax.text(x, y, ends[1], va="center", fontsize=9, color=MUTED)
    x += 0.9
    for there, hatch, edge, key in (
        (any(not tile.applies for tile in tiles), "////", GREY, "comparison.tile_not_applicable"),
        (any(tile.applies and tile.value is None for tile in tiles), None, LINE, "comparison.tile_missing"),
    ):
        if there:
            ax.add_patch(Rectangle((x, y - 0.2), 0.34, 0.4, facecolor=WASH, edgecolor=edge, hatch=hatch, linewidth=0 if hatch else 0.8))  # fmt: skip
            ax.text(x + 0.42, y, word(key, lang), va="center", fontsize=9, color=MUTED)
            x += 2.3


__all__ = ["ACROSS", "Tile", "colour", "draw_tiles", "height"]
