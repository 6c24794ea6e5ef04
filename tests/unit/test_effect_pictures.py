"""Every kind of effect result has a sentence and a picture, in both languages, with glyphs that the font has."""

from __future__ import annotations

import pickle
import re

import numpy as np
import pandas as pd
import pytest

from swe.show.effect_plots import PLOTS, height
from swe.show.effect_sentences import WRITERS
from swe.show.font import missing_glyphs
from swe.show.style import canvas, png
from swe.stats.assignment import randomisation
from swe.stats.decomposition import bacon
from swe.stats.group_time import att_gt
from swe.stats.imputations import imputation
from swe.stats.matching import balance, match
from swe.stats.power_analysis import power
from swe.stats.sensitivity import honest
from swe.stats.two_way import clustered, twfe

NAMES = {"outcome": "y", "unit": "u", "time": "t", "first_treated": "g"}


@pytest.fixture(scope="module")
def results():
    rng = np.random.default_rng(0)
    g = np.array(["", "2021-04", "2021-06"])[np.arange(60) % 3]
    months = pd.period_range("2021-01", periods=8, freq="M").astype(str)
    frame = pd.DataFrame({"u": np.repeat(np.arange(60), 8), "t": np.tile(months, 60), "g": np.repeat(g, 8)})
    frame["y"] = rng.normal(size=480) + 1.5 * ((frame["g"] != "") & (frame["t"] >= frame["g"]))
    places = pd.DataFrame({"town": range(30), "d": [1] * 8 + [0] * 22, "人口": rng.normal(size=30), "y0": rng.normal(size=30),
                           "y1": rng.normal(size=30), "c": np.arange(30) % 6})  # fmt: skip
    effects = att_gt(frame, **NAMES)
    event = att_gt(frame, **NAMES, base_period="universal").aggregate("event")
    pair = {"unit": "town", "treated": "d", "covariates": ["人口"], "before": "y0", "after": "y1"}
    return [
        effects, event, *(effects.aggregate(by) for by in ("simple", "event", "group", "calendar")),
        imputation(frame, **NAMES), bacon(frame, **NAMES), twfe(frame, **NAMES, allow_staggered=True),
        honest(event, m=[0.0, 0.5]), honest(event, m=[5.0]), power({0: 20, 3: 20}, periods=4, sd=1.0, n_sim=20),
        randomisation(frame, **NAMES, draws=99), balance(places, treated="d", covariates=["人口"]), match(places, **pair),
        match(places[places["d"].cumsum().between(4, 8)], **pair, caliper=3.0),
        clustered(places, outcome="y1", terms=["d"], cluster="c"),
    ]  # fmt: skip


def test_every_kind_is_here(results):
    assert {r.kind for r in results} == set(WRITERS) == set(PLOTS)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_result_speaks_and_is_drawn(results, lang):
    for result in results:
        said = WRITERS[result.kind](result, lang)
        assert not re.search(r"[{}]|\bnan\b|\binf\b", said), said
        assert bool(re.search(r"[\u4e00-\u9fff]", said)) or lang == "en"
        with canvas(height(result)) as (figure, ax):
            PLOTS[result.kind](ax, result, lang=lang)
            drawn = "".join(t.get_text() for t in ax.findobj(lambda a: hasattr(a, "get_text")))
            assert missing_glyphs(drawn) == (), result.kind
            assert png(figure)[:4] == b"\x89PNG"


def test_notes_are_in_both_languages_and_results_travel_between_processes(results):
    for result in results:
        again = pickle.loads(pickle.dumps(result))
        pd.testing.assert_frame_equal(again.table, result.table)
        kinds = {note.kind for note in result.notes}
        assert {"method", "reference", "n"} <= kinds, (result.kind, kinds)
        for note in result.notes:
            assert re.search(r"[\u4e00-\u9fff]", note.zh) or note.kind == "reference", note.zh
            assert not re.search(r"[\u4e00-\u9fff]", note.en.replace("人口", "")), note.en


def test_a_wide_interval_is_not_called_an_effect(results):
    for result in results:
        if (
            result.kind in ("att_simple", "twfe", "imputation", "match")
            and result["lower"] < 0 < result["upper"]
        ):
            said = WRITERS[result.kind](result, "en")
            assert "could not confirm" in said or "could be confirmed" in said
