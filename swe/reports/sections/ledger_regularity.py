"""Whether service is regular: calendar tiles by week and month, gaps outlined, with weeks and months counted."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from swe.indicators.assessor_calendar import starts
from swe.reference.regions import region
from swe.reports.ledger_list_numbers import station_slug
from swe.reports.sections.ledger_list import columns
from swe.reports.sections.page import Page, free
from swe.show import calendar_plot
from swe.show.blocks import Picture, table
from swe.show.calendar_plot import Tile, TileRow
from swe.show.style import canvas, png

LABEL = 14  # characters of a name beside the tiles


def picture(p: Page) -> Picture | None:
    """The calendar of the region's stations, or of its divisions where there are many stations."""
    assert p.e.ledger is not None
    found = p.e.ledger.assessed.calendar
    if (
        found.rows.empty
        or found.weeks.empty
        or not p.e.has("output.frequency_weeks", "output.longest_gap_days")
    ):
        return None
    names = _names(p)
    tiles = [_row(found, row, names[str(row["unit"])]) for row in found.rows.to_dict("records")]
    with canvas(calendar_plot.height(len(tiles))) as (figure, ax):
        calendar_plot.draw(ax, tiles)
        image = png(figure)
    rows = []
    for unit in found.rows["unit"]:
        at = f"output.calendar.{station_slug(str(unit))}"
        counts = [p.n(f"{at}.{part}") for part in ("weeks", "weeks_due", "months", "months_due")]
        rows.append((free(names[str(unit)]), *counts))
    finding = p.say("ledger.regular_finding", who=free(_longest(p)))
    heads = columns(p, "unit", "#weeks", "#weeks_due", "#months", "#months_due")
    data = table("regularity", p.w("ledger.caption_regular"), heads, rows)
    drawn = p.say("ledger.regular_drawn" if found.by_station else "ledger.regular_drawn_divisions")
    return Picture("regularity", finding, drawn, image, str(finding.striptags()), data, simulated=p.simulated)


def _names(p: Page) -> dict[str, str]:
    assert p.e.ledger is not None
    if p.e.ledger.assessed.calendar.by_station:
        known = p.e.ledger.facts.stations
        pairs = zip(known["station_id"], known["name"], strict=True)
        return {str(id): _short(str(name or id), p) for id, name in pairs}
    return {str(code): region(str(code)).name for code in p.e.ledger.assessed.calendar.rows["unit"]}


def _longest(p: Page) -> str:
    """The station with the longest gap."""
    assert p.e.ledger is not None
    listed = p.e.ledger.assessed.listed.stations
    rows = listed[listed["indicator"] == "frequency.longest_gap_days"].dropna(subset="value")
    unit = str(rows.loc[rows["value"].idxmax(), "unit"])
    stations = p.e.ledger.facts.stations  # an id that two stations claim is an issue of the checks, not ours
    known = dict(zip(stations["station_id"], stations["name"], strict=True))
    return _short(str(known.get(unit) or unit), p)


def _short(name: str, p: Page) -> str:
    """A station's name without that of the county the page is about, cut to what stands beside the tiles."""
    rest = name.removeprefix(p.e.region.name) or name
    return rest if len(rest) <= LABEL else f"{rest[: LABEL - 1]}…"


def _row(found: Any, row: dict[str, Any], label: str) -> TileRow:
    since, until = row["since"].date(), row["until"].date()

    def tiles(part: str, frame: Any) -> tuple[Tile, ...]:
        mine = frame[frame["unit"] == row["unit"]]
        shares = {start.date(): share for start, share in zip(mine["start"], mine["share"], strict=True)}
        made = []
        for start in starts(part, since, until):
            end = start + timedelta(days=6) if part == "week" else _month_end(start)
            made.append(Tile(max(start, since), min(end, until), float(shares.get(start, 0.0))))
        return tuple(made)

    return TileRow(label, tiles("week", found.weeks), tiles("month", found.months))


def _month_end(start: date) -> date:
    following = date(start.year + start.month // 12, start.month % 12 + 1, 1)
    return following - timedelta(days=1)
