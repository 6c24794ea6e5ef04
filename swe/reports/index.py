"""The index of a run: one complete table without JavaScript; a small hashed inline script adds search and sorting."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path
from typing import Any

from markupsafe import Markup

from swe.reference.register import NATION
from swe.reports import manifest
from swe.reports.runfile import Run
from swe.show.blocks import environment, render
from swe.show.css import stylesheet
from swe.show.numbers import Number
from swe.show.words import word

TEMPLATE = "index.html.j2"
SHOWN = ("coverage.rate", "coverage.stations", "coverage.units")  # numbers of a row
SCRIPT = Path(__file__).parent / "templates" / "index.js"


def index_page(run: Run, out: Path, codes: list[str], broken: list[str]) -> str:
    """The page; every number in it is one of the regions' results."""
    rows = [_row(out / code, run.lang, frozenset(codes)) for code in codes]
    rows.sort(key=lambda row: "" if row["code"] == "00" else row["code"])
    failures = [
        {
            "code": code,
            "reason": manifest.read_json(out / "_failed" / code / "error.json")["reason"][run.lang],
        }
        for code in broken
    ]
    script = SCRIPT.read_text(encoding="utf-8").strip()
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    mark = word("page.internal", run.lang) if run.audience == "internal" else ""
    page = render(
        TEMPLATE, lang=run.lang, title=getattr(run.spec.title, run.lang), rows=rows, failures=failures,
        as_of=run.spec.as_of, css=Markup(stylesheet()), script=Markup(script), digest=digest, mark=mark,
        audience=run.audience,
    )  # fmt: skip
    return "\n".join(line.rstrip() for line in str(page).splitlines() if line.strip()) + "\n"


def prepare() -> None:
    """Have at hand what an index needs beside the reports: words, the template, the tables of pinyin."""
    from swe.reference.regions import pinyin_keys, region

    environment().get_template(TEMPLATE)
    pinyin_keys(region(NATION))


def _row(folder: Path, lang: str, listed: frozenset[str]) -> dict[str, Any]:
    from swe.reference.regions import full_name, parents, pinyin_keys, region
    from swe.reports.naming import place_name

    listed_of = (entry for entry in manifest.read_json(folder / "results.json") if entry["id"] in SHOWN)
    numbers = {entry["id"]: Number(**entry) for entry in listed_of}
    place = region(folder.name)
    rate = numbers.get("coverage.rate")
    return {
        "code": place.code,
        "name": place_name(place, lang),
        "within": [place_name(above, lang) for above in parents(place) if above.code not in listed],
        "search": " ".join([place.code, full_name(place), *pinyin_keys(place)]).lower(),
        "depth": {"nation": 0, "province": 0, "prefecture": 1, "county": 2, "township": 3}[place.level],
        "title": manifest.read_json(folder / "manifest.json")["title"],
        "stations": numbers.get("coverage.stations"),
        "units": numbers.get("coverage.units"),
        "rate": rate,
        "strip": _strip(rate),
        "unsound": rate is not None and rate.value is not None and rate.value > 1,
        "checks": manifest.read_json(folder / "manifest.json")["checks"],
    }


def _strip(rate: Number | None) -> Markup:
    """A tiny dot strip from 0 to 100 %: a dot for a point, a bar for a range."""
    if rate is None or (rate.value is None and rate.lower is None):
        return Markup("")
    width, mid = 90, 6

    def x(share: float) -> str:
        return f"{4 + min(max(share, 0.0), 1.0) * (width - 8):.1f}"

    if rate.value is not None:
        shape = f'<circle cx="{x(rate.value)}" cy="{mid}" r="3.5" fill="#1f5f8b"/>'
    else:
        low, high = x(rate.lower or 0), x(1.0 if rate.upper is None else rate.upper)
        shape = f'<line x1="{low}" x2="{high}" y1="{mid}" y2="{mid}" stroke="#c9dbe8" stroke-width="6"/>'
    line = f'<line x1="4" x2="{width - 4}" y1="{mid}" y2="{mid}" stroke="#dfe4e8"/>'
    return Markup(f'<svg width="{width}" height="12" aria-hidden="true">{line}{shape}</svg>')
