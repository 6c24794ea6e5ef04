"""Calendar tiles by week and month: is the work regular? Gaps are outlined, never only pale.

One row a station (or a division, its tiles shaded by the share of its stations); weeks above, months below. Not for how
much was done: a tile says that there is a record, or for divisions how many of the stations have one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from swe.show.style import BAND, BLUE, LINE, WARN

if TYPE_CHECKING:
    from matplotlib.axes import Axes

ROW = 0.34  # inches a row
GAP_WEEKS = 4  # empty weeks on end that are outlined as a gap
_WEEK, _MONTH = (0.34, 0.06), (0.01, -0.32)  # top and bottom of the two bands about the middle of a row


@dataclass(frozen=True)
class Tile:
    """A stretch of days with the share of the row's stations that have a record in it: 0 is none."""

    first: date
    last: date
    share: float


@dataclass(frozen=True)
class TileRow:
    """One row: its label, weeks and months while it stood open, in order."""

    label: str
    weeks: tuple[Tile, ...]
    months: tuple[Tile, ...]


def height(rows: int) -> float:
    """Inches for `rows` rows and the axis.

    >>> height(9) < height(40)
    True
    """
    return max(1.2, 0.5 + ROW * rows)


def gaps(weeks: Sequence[Tile], least: int = GAP_WEEKS) -> list[tuple[date, date]]:
    """First and last day of every run of at least `least` empty weeks.

    >>> from datetime import timedelta
    >>> day = date(2023, 1, 2)
    >>> tiles = [Tile(day + timedelta(weeks=i), day + timedelta(weeks=i, days=6), float(i in (0, 5))) for i in range(7)]
    >>> [(str(first), str(last)) for first, last in gaps(tiles)]
    [('2023-01-09', '2023-02-05')]
    """
    found, run = [], 0
    for i, tile in enumerate([*weeks, None]):
        if tile is not None and tile.share == 0:
            run += 1
            continue
        if run >= least:
            found.append((weeks[i - run].first, weeks[i - 1].last))
        run = 0
    return found


def draw(ax: Axes, rows: Sequence[TileRow]) -> Axes:
    """Rows from top to bottom; the axis is days."""
    for y, row in enumerate(rows):
        for band, tiles in ((_WEEK, row.weeks), (_MONTH, row.months)):
            _bars(ax, y, band, [t for t in tiles if t.share > 0], edgecolor="none", linewidth=0)
            bare = [t for t in tiles if t.share == 0]
            _bars(ax, y, band, bare, edgecolor=WARN if band is _MONTH else LINE, linewidth=0.7)
        found = [Tile(first, last, 0.0) for first, last in gaps(row.weeks)]
        _bars(ax, y, _WEEK, found, edgecolor=WARN, linewidth=1.1, facecolor="none", zorder=4)
    days = [tile for row in rows for tile in row.months]
    low, high = min(t.first for t in days), max(t.last for t in days)
    ax.set_xlim(low.toordinal() - 1, high.toordinal() + 2)
    ax.set_ylim(len(rows) - 0.5, -0.55)
    ax.set_yticks(range(len(rows)), [row.label for row in rows])
    months = sorted({tile.first.replace(day=1) for tile in days})
    step = max(1, -(-len(months) // 6))
    shown = months[::step]
    ax.set_xticks([day.toordinal() for day in shown], [f"{day:%Y-%m}" for day in shown], ha="left")
    ax.set(xlabel="", ylabel="")
    return ax


def _bars(ax: Axes, y: int, band: tuple[float, float], tiles: Sequence[Tile], **style: Any) -> None:
    """Tiles of one band as one collection: a figure holds thousands."""
    if not tiles:
        return
    spans = [(tile.first.toordinal() + 0.4, (tile.last - tile.first).days + 0.2) for tile in tiles]
    if "facecolor" not in style:
        style["facecolors"] = [_shade(tile.share) for tile in tiles]
    ax.broken_barh(spans, (y - band[0], band[0] - band[1]), **style)


def _shade(share: float) -> tuple[float, ...]:
    """White without a record, then from pale to full blue."""
    from matplotlib.colors import to_rgb

    if not share:
        return to_rgb("white")
    return tuple(p + (f - p) * share for p, f in zip(to_rgb(BAND), to_rgb(BLUE), strict=True))
