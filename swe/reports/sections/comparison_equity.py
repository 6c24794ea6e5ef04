"""Equity in the chapter of stations: tiles of coverage, subdistricts and townships, county by county, supply against need."""

from __future__ import annotations

from typing import Any

from swe.reference.regions import english_name
from swe.reference.regions import region as find
from swe.reports.comparison_numbers import MOST
from swe.reports.comparison_view import ComparisonView
from swe.reports.ledger_numbers import station_slug
from swe.reports.sections.page import Page, free
from swe.show.blocks import Block, Heading, Paragraph, Picture, Table, table
from swe.show.style import canvas, png
from swe.show.tile_grid import Tile, draw_tiles, height

LEAST_TILES = 4
ACTIVITY = ("valid_cases", "valid_groups", "valid_activities", "households_visited")


def blocks(p: Page, view: ComparisonView) -> list[Block]:
    """Nothing for a township: there is nobody to be equal with."""
    if p.e.region.level == "township" or view.equity.groups["units"].sum() == 0:
        return []
    made: list[Block | None] = [
        Heading(p.w("comparison.equity_title")), p.p("comparison.equity_intro"), _tiles(p, view), _groups(p, view),
        *_between(p, view), _counties(p, view), *_needs(p, view),
    ]  # fmt: skip
    return [block for block in made if block is not None]


def _tiles(p: Page, view: ComparisonView) -> Picture | None:
    """Share of units with a station of the ledgers, county by county; the nation by prefecture has too many tiles."""
    frame = view.equity.counties
    if not LEAST_TILES <= len(frame) <= MOST:
        return None
    tiles, rows = [], []
    for row in frame.to_dict("records"):
        share = row["stations"] / row["units"] if row["units"] and row["stations"] else None
        name = row["name"] if p.lang == "zh" else english_name(find(row["county"]))
        short = name if p.lang == "zh" else name.rpartition(" ")[0] or name  # Duyun, without City
        tiles.append(
            Tile(
                row["county"],
                short,
                share,
                "—" if share is None else f"{min(share, 9.99):.0%}",
                bool(row["units"]),
            )
        )
        at = f"comparison.equity.county.{row['county']}"
        rows.append((free(name), p.n(f"{at}.stations"), p.n(f"{at}.units")))
    known = [tile.value for tile in tiles if tile.value is not None]
    if not known:
        return None
    finding = p.w("comparison.tiles_all" if min(known) >= 1 else "comparison.tiles_some")
    with canvas(height(tiles)) as (figure, ax):
        draw_tiles(ax, tiles, lang=p.lang)
        image = png(figure)
    columns = [
        p.w("labels.name"),
        "#" + p.w("comparison.column_stations"),
        "#" + p.w("comparison.column_group_units"),
    ]
    data = table("comparison_tiles", p.w("comparison.tiles_caption"), columns, rows)
    return Picture(
        "comparison_tiles",
        finding,
        p.w("comparison.tiles_drawn"),
        image,
        finding,
        data,
        simulated=p.simulated,
    )


def _groups(p: Page, view: ComparisonView) -> Table:
    """Urban beside rural: units, those with a station, villages for a station, activity for a station-month."""

    def line(label: str, name: str, ratio: Any = "") -> tuple[Any, ...]:
        return (p.w(f"comparison.{label}"), *(p.value(p.n(f"comparison.equity.{g}.{name}")) for g in ("urban", "rural")), ratio)  # fmt: skip

    rows = [
        line("label_group_units", "units"),
        line("label_group_served", "served"),
        line("label_villages_per_station", "villages_per_station"),
    ]
    known = set(view.equity.contrast["measure"])
    for name in ACTIVITY:
        if name in known:
            rows.append(line(name, name, p.value(p.n(f"comparison.equity.ratio.{name}"))))
    columns = [
        p.w("labels.indicator"),
        *("#" + p.w(f"comparison.column_{c}") for c in ("urban", "rural", "ratio")),
    ]
    return table("comparison_groups", p.w("comparison.groups_caption"), columns, rows, note=p.say("comparison.groups_note"), folded=False)  # fmt: skip


def _between(p: Page, view: ComparisonView) -> list[Paragraph]:
    """How uneven stations are spread over villages, and how much of it lies between prefectures."""
    if view.equity.theil is None or not p.e.has("comparison.equity.theil"):
        return []
    several = view.equity.counties["prefecture"].nunique() > 1 and p.e.has("comparison.equity.theil_between")
    return [p.p("comparison.theil_between" if several else "comparison.theil")]


def _counties(p: Page, view: ComparisonView) -> Table | None:
    frame = view.equity.counties
    if not 2 <= len(frame) <= MOST:
        return None
    names, caption = ["stations", "units", "villages_per_station"], "comparison.counties_caption_villages"
    if "residents_per_station" in frame:
        caption = "comparison.counties_caption"
        names.append("residents_per_station")
    rows = []
    for row in frame.to_dict("records"):
        at = f"comparison.equity.county.{row['county']}"
        name = row["name"] if p.lang == "zh" else english_name(find(row["county"]))
        rows.append((free(name), *(p.n(f"{at}.{c}") for c in names)))
    keys = ["group_units" if c == "units" else c for c in names]
    columns = [p.w("labels.name"), *("#" + p.w(f"comparison.column_{c}") for c in keys)]
    return table("comparison_counties", p.w(caption), columns, rows)


def _needs(p: Page, view: ComparisonView) -> list[Paragraph]:
    if view.needs is None:
        return [p.p("comparison.needs_absent", role="note")]
    found = []
    for need, result in view.equity.by_need.items():
        sure = result["lower"] > 0 or result["upper"] < 0
        key = ("need_toward" if result["concentration"] > 0 else "need_away") if sure else "need_unsure"
        found.append(
            p.p(
                f"comparison.{key}",
                need=free(need),
                index=p.n(f"comparison.equity.need.{station_slug(need)}"),
            )
        )
    return found or [p.p("comparison.needs_few", role="note")]
