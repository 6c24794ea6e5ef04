"""Sentences and pictures of interrupted series, time to set-up and panels: both languages, drawn in the shipped font."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from swe.indicators.panel import panel
from swe.show.font import missing_glyphs
from swe.show.its_plots import PLOTS, height
from swe.show.its_sentences import WRITERS
from swe.show.style import canvas, png
from swe.show.words import word_lists
from swe.stats.adoptions import adoption
from swe.stats.interruptions import its

MONTHS = [f"{y}-{m:02d}" for y in (2021, 2022) for m in range(1, 13)]
COUNTS = [20, 22, 21, 19, 23, 20, 22, 24, 21, 20, 23, 22, 33, 30, 35, 32, 36, 33, 34, 38, 35, 37, 36, 39]
SERIES = pd.DataFrame({"month": MONTHS, "calls": COUNTS, "other": [30, 29] * 12})
GAP = SERIES.assign(calls=[np.nan if k == 5 else float(v) for k, v in enumerate(COUNTS)])
ASKED = {"outcome": "calls", "time": "month", "start": "2022-01"}
TOWNS = pd.DataFrame(
    {"town": range(8), "opened": ["2022-03", "2022-06", None, "2022-09", None, "2023-01", None, "2022-06"]}
)
CLOCK = {"unit": "town", "start": "2021-12-31", "event": "opened"}
OUTCOMES = pd.DataFrame({"region": ["522702102", "522702103"], "month": "2022-05", "found": [3, 2]})
RESULTS = {
    "rise": its(SERIES, placebo=["2021-07"], **ASKED),
    "gap": its(GAP, season=1, errors="hac", **ASKED),
    "flat": its(SERIES, **{**ASKED, "outcome": "other"}),
    "fall": its(SERIES.assign(calls=COUNTS[12:] + COUNTS[:12]), **ASKED),
    "difference": its(SERIES, link="identity", **ASKED),
    "controlled": its(SERIES, control="other", **ASKED),
    "controlled_difference": its(SERIES, control="other", link="identity", **ASKED),
    "half": adoption(TOWNS, end="2023-05-31", **CLOCK),
    "open": adoption(TOWNS.head(5), end="2023-05-31", **CLOCK),
    "never": adoption(TOWNS, end="2022-05-31", **CLOCK),
    "numbers": adoption(pd.DataFrame({"u": [1, 2, 3], "t": [1, 2, 4]}), unit="u", start=0, event="t", end=5),
    "panel": panel(
        pd.DataFrame({"region_code": ["522702102"], "opened_on": ["2022-05-17"]}),
        outcome="found",
        outcomes=OUTCOMES,
    ),
}


@pytest.mark.parametrize("name", RESULTS)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_result_has_a_sentence_without_holes(name, lang):
    text = WRITERS[RESULTS[name].kind](RESULTS[name], lang)
    assert text and not set("{}") & set(text) and "nan" not in text


def test_sentences_say_which_way_it_went_and_no_more():
    said = {name: WRITERS["its"](RESULTS[name], "en") for name in ("rise", "fall", "flat")}
    assert "The rise in level" in said["rise"] and "From 2022-01 on" in said["rise"]
    assert "The fall in level" in said["fall"]
    assert "cannot be seen" in said["flat"]
    assert "relative to the control" in WRITERS["its"](RESULTS["controlled"], "en")
    assert "differs by" in WRITERS["its"](RESULTS["difference"], "en")


def test_the_sentence_holds_the_estimate_and_its_interval():
    found = RESULTS["rise"]
    text = WRITERS["its"](found, "zh")
    for name in ("level", "level_lower", "level_upper"):
        assert f"{found[name]:.2f}" in text


def test_an_adoption_that_does_not_reach_half_says_so():
    assert WRITERS["adoption"](RESULTS["never"], "en") == (
        "Of 8 units 1 were set up while observed; by the end less than half had a station (an estimated 12.5%)."
    )
    assert "beyond the observation" in WRITERS["adoption"](RESULTS["open"], "en")
    assert "个月" in WRITERS["adoption"](RESULTS["half"], "zh")
    assert "units of time" in WRITERS["adoption"](RESULTS["numbers"], "en")


def test_a_panel_says_who_is_not_in_it():
    text = WRITERS["panel"](RESULTS["panel"], "en")
    assert "2 units and 1 periods: 1 had a station" in text
    assert text.endswith("with an unknown opening: 6.")


@pytest.mark.parametrize("name", [name for name, result in RESULTS.items() if result.kind in PLOTS])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_picture_is_drawn_twice_alike(name, lang):
    result, drawn = RESULTS[name], []
    for _ in range(2):
        with canvas(height(result)) as (figure, ax):
            PLOTS[result.kind](ax, result, lang=lang)
            drawn.append(png(figure))
    assert drawn[0] == drawn[1] and len(drawn[0]) > 8000


def test_the_counterfactual_is_dashed_and_begins_with_the_interruption():
    result = RESULTS["rise"]
    with canvas(height(result)) as (_, ax):
        PLOTS["its"](ax, result, lang="en")
        dashed = [line for line in ax.lines if line.is_dashed() and len(line.get_xdata()) > 2]
        assert [line.get_xdata()[0] for line in dashed] == [result.start]
        texts = {text.get_text() for text in ax.texts}
    assert {"from 2022-01", "placebo date", "fitted", "had nothing changed"} <= texts


def test_the_shipped_font_has_every_word():
    words = [
        text
        for key, entry in word_lists().items()
        if key.startswith("interruptions.")
        for text in entry.values()
    ]
    assert missing_glyphs("".join(words)) == ()
