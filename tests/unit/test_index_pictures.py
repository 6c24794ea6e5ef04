"""Sentences and pictures of indices: both languages, known digits, drawn in the shipped font."""

from __future__ import annotations

import pandas as pd
import pytest

from swe.show.font import missing_glyphs
from swe.show.index_plots import PLOTS, ROWS, height
from swe.show.index_sentences import WRITERS
from swe.show.style import canvas, png
from swe.show.words import word_lists
from swe.stats.analytic_hierarchy import ahp
from swe.stats.composites import composite
from swe.stats.couplings import coupling
from swe.stats.envelopment import dea
from swe.stats.inequality import concentration, gini, theil
from swe.stats.robust_ranks import robustness

STATIONS = pd.DataFrame(
    {
        "unit": [f"{k}镇" for k in "甲乙丙丁戊己庚辛"],
        "staff": [2, 3, 3, 4, 5, 5, 6, 8],
        "cases": [1, 3, 2, 3, 4, 2, 3, 5],
        "hours": [9, 7, 8, 5, 6, 3, 4, 1],
        "group": list("aabbccdd"),
    }
)
INDEX = {"indicators": ["cases", "hours"], "directions": "up"}
RESULTS = {
    "composite": composite(STATIONS, **INDEX),
    "two": composite(STATIONS.head(2), **INDEX),
    "ahp": ahp([[1, 3], [1 / 3, 1]]),
    "robustness": robustness(STATIONS, draws=50, **INDEX),
    "graded": robustness(STATIONS, draws=50, grades={"A": 0.5, "B": 0.0}, **INDEX),
    "factors": robustness(STATIONS, sobol=True, samples=16, alternatives=[("rank", "arithmetic")], **INDEX),
    "unmoved": robustness(STATIONS.assign(hours=STATIONS["cases"]), sobol=True, samples=8, **INDEX),
    "coupling": coupling(0.6, 0.4),
    "couplings": coupling([0.6, 0.2], [0.4, 0.1]),
    "theil": theil(STATIONS, value="cases", group="group"),
    "ungrouped": theil(STATIONS, value="cases"),
    "gini": gini(STATIONS, value="cases"),
    "concentration": concentration(STATIONS, value="hours", rank="staff"),
    "dea": dea(STATIONS, inputs=["staff"], outputs=["cases"]),
    "bootstrapped": dea(STATIONS, inputs=["staff"], outputs=["cases"], bootstrap=20),
}


@pytest.mark.parametrize("name", RESULTS)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_kind_has_a_sentence_without_holes(name, lang):
    text = WRITERS[RESULTS[name].kind](RESULTS[name], lang)
    assert text and not set("{}") & set(text) and "nan" not in text


def test_sentences_say_what_the_numbers_say():
    assert (
        WRITERS["coupling"](RESULTS["coupling"], "zh") == "耦合度 0.980，综合水平 0.500，耦合协调度 0.700。"
    )
    text = WRITERS["concentration"](RESULTS["concentration"], "en")
    assert RESULTS["concentration"]["upper"] < 0 and "rank low" in text and "−" in text
    mean = (0.5 + 1 + 2 / 3 + 0.75 + 0.8 + 0.4 + 0.5 + 0.625) / 8
    assert f"{mean:.3f}" in WRITERS["dea"](RESULTS["dea"], "en")


@pytest.mark.parametrize(
    "name", ["robustness", "graded", "factors", "unmoved", "gini", "concentration", "dea", "bootstrapped"]
)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_pictures_are_drawn_and_the_same_data_give_the_same_bytes(name, lang):
    images = []
    for _ in range(2):
        with canvas(height(RESULTS[name])) as (figure, ax):
            PLOTS[RESULTS[name].kind](ax, RESULTS[name], lang=lang)
        images.append(png(figure))
    assert images[0] == images[1] and images[0].startswith(b"\x89PNG")


def test_a_picture_leaves_what_it_cannot_name_to_the_table():
    many = pd.DataFrame({"a": range(50), "b": [k % 7 for k in range(50)]})
    found = robustness(many, indicators=["a", "b"], directions="up", draws=20)
    with canvas(height(found)) as (_, ax):
        PLOTS["robustness"](ax, found, lang="en")
    labels = [tick.get_text() for tick in ax.get_yticklabels()]
    assert len(labels) == ROWS + 1 and labels[-1] == "20 more units in the table"


def test_the_shipped_font_draws_every_label():
    for key, entry in word_lists().items():
        if key.startswith("indices."):
            assert missing_glyphs("".join(entry.values())) == (), key
