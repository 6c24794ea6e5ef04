"""Pictures and sentences of rates, funnels, ranks and charts: drawn in both languages, cautious where it matters."""

from __future__ import annotations

import numpy as np
import pytest

from swe.show.caterpillar_plot import height
from swe.show.font import missing_glyphs
from swe.show.rate_plots import PLOTS
from swe.show.rate_sentences import WRITERS
from swe.show.style import canvas, png
from swe.show.words import word_lists
from swe.stats.control_charts import spc
from swe.stats.funnels import funnel
from swe.stats.multiplicities import multiplicity
from swe.stats.nested import multilevel
from swe.stats.proportions import proportion
from swe.stats.ranking import ranks
from swe.stats.rates import rate
from swe.stats.shrinkage import shrink, shrink_normal
from swe.stats.standardisation import standardise


def results() -> dict:
    rng = np.random.default_rng(1)
    k = 30
    unit = [f"{i}站" for i in range(k)]
    e = rng.integers(10, 200, k)
    o = rng.poisson(e * rng.gamma(5, 0.2, k))
    frame = {
        "unit": unit,
        "o": o,
        "e": e,
        "n": o + e,
        "x": rng.normal(0, 3, k),
        "s": np.full(k, 1.0),
        "g": np.arange(k) // 5,
    }
    months = [f"2021-{m:02}" for m in range(1, 13)] + [f"2022-{m:02}" for m in range(1, 13)]
    return {
        "proportion": proportion(frame, x="o", n="n"),
        "rate": rate(frame, count="o", exposure="e"),
        "standardise": standardise({"a": [1, 2], "o": [9, 30], "e": [100, 90]}, count="o", exposure="e", stratum="a", weights={1: 1, 2: 1}),
        "funnel": funnel(frame, unit="unit", count="o", expected="e"),
        "shrink": shrink(frame, unit="unit", count="o", exposure="e"),
        "shrink_normal": shrink_normal(frame, unit="unit", estimate="x", se="s"),
        "multilevel": multilevel(frame, outcome="x", levels=["g"]),
        "ranks": ranks(frame, unit="unit", estimate="x", se="s", draws=200),
        "spc": spc({"t": months, "v": np.r_[rng.normal(10, 1, 12), rng.normal(14, 1, 12)]}, time="t", value="v", target=12),
        "multiplicity": multiplicity([0.01, 0.5]),
    }  # fmt: skip


MADE = results()


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("kind", PLOTS)
def test_every_picture_is_drawn_without_an_empty_axis_or_an_unknown_character(kind, lang, recwarn):
    with canvas(max(2.6, height(MADE[kind]) if kind in ("ranks", "shrink") else 0)) as (figure, ax):
        assert PLOTS[kind](ax, MADE[kind], lang=lang) is ax
        data = png(figure)
    assert data.startswith(b"\x89PNG") and len(data) > 5000
    assert ax.lines or ax.collections
    shown = "".join(text.get_text() for text in [*ax.texts, *ax.get_xticklabels(), *ax.get_yticklabels()])
    assert missing_glyphs(shown) == () and "{" not in shown
    assert not [w for w in recwarn if "Glyph" in str(w.message)]


def test_the_same_result_gives_the_same_bytes():
    def drawn() -> bytes:
        with canvas(3.0) as (figure, ax):
            PLOTS["funnel"](ax, MADE["funnel"], lang="zh")
            return png(figure)

    assert drawn() == drawn()


def test_the_own_unit_is_named_in_a_funnel():
    with canvas(3.0) as (_, ax):
        PLOTS["funnel"](ax, MADE["funnel"], lang="zh", own="7站")
    assert "7站" in [text.get_text() for text in ax.texts]


def test_labels_at_the_end_of_lines_do_not_lie_on_one_another():
    with canvas(3.0) as (figure, ax):
        PLOTS["funnel"](ax, MADE["funnel"], lang="en")
        figure.canvas.draw()
        boxes = [
            t.get_window_extent()
            for t in ax.texts
            if t.get_text().endswith(("limits", "predictive")) or "target" in t.get_text()
        ]
    assert len(boxes) == 4
    assert not [1 for i, a in enumerate(boxes) for b in boxes[i + 1 :] if a.y0 + 1 < b.y1 and b.y0 + 1 < a.y1]


@pytest.mark.parametrize("kind", WRITERS)
def test_every_kind_has_its_sentence(kind):
    zh, en = (WRITERS[kind](MADE[kind], lang) for lang in ("zh", "en"))
    assert zh.endswith("。") and en.endswith(".") and "nan" not in zh + en


def test_units_that_cannot_be_told_apart_are_not_given_places():
    close = ranks(
        {"u": list("abcd"), "x": [1.0, 1.1, 1.2, 1.3], "s": [1, 1, 1, 1]},
        unit="u",
        estimate="x",
        se="s",
        draws=200,
    )
    assert "不宜排名次" in WRITERS["ranks"](close, "zh") and "should not be named" in WRITERS["ranks"](
        close, "en"
    )


@pytest.mark.parametrize("kind", ["funnel", "shrink", "ranks"])
def test_what_picks_out_the_extreme_says_that_they_regress(kind):
    assert "towards the mean" in WRITERS[kind](MADE[kind], "en")
    assert "向平均回落" in WRITERS[kind](MADE[kind], "zh") or "均值回归" in WRITERS[kind](MADE[kind], "zh")


def test_the_shipped_font_draws_every_word_of_these_figures():
    entries = [entry for key, entry in word_lists().items() if key.startswith("rates.")]
    assert missing_glyphs("".join(text for entry in entries for text in entry.values())) == ()
