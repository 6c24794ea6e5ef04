"""Sentences and pictures of surveys, scales, changes and entry quality: every kind, both languages, no box for a character."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest

from swe.show.font import missing_glyphs
from swe.show.result import Result
from swe.show.style import canvas, png
from swe.show.survey_plots import PLOTS, height
from swe.show.survey_sentences import WRITERS, plain, share
from swe.show.words import word_lists
from swe.stats.agreement import icc, kappa
from swe.stats.awareness_items import awareness
from swe.stats.changes import change
from swe.stats.copied_rows import copied
from swe.stats.cut_offs import bunching
from swe.stats.entry_dates import late_entry
from swe.stats.missing_reports import completeness_bounds
from swe.stats.scales import reliability
from swe.stats.single_cases import goal_attainment, nap
from swe.stats.survey_design import survey
from swe.stats.targets import target_forecast
from swe.stats.terminal_digits import heaping

SHROUT_FLEISS = pd.DataFrame(
    [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]
)


@pytest.fixture(scope="module")
def results() -> list[Result]:
    rng = np.random.default_rng(1)
    asked = pd.DataFrame({"station": np.repeat(list("abcdef"), 10), "w": 5.0, "y": rng.integers(1, 6, 60)})
    asked["yes"], asked["county"] = asked["y"] > 2, np.repeat(["福泉市", "瓮安县"], 30)
    by = {"weights": "w", "cluster": "station", "by": "county"}
    known = pd.DataFrame(rng.integers(0, 2, (60, 5)), columns=["站址", "服务", "社工", "渠道", "经费"])
    days = pd.to_datetime("2023-01-01") + pd.to_timedelta(rng.integers(0, 150, 80), unit="D")
    counts = pd.DataFrame({"n": rng.integers(2, 20, 80) * 5, "station": np.repeat(["甲", "乙"], 40)})
    reports = pd.DataFrame({"y": [1, 0, None, 1, None, 1], "county": list("aabbcc")})
    months = [(f"2022-{m:02d}", c) for m, c in enumerate((30, 38, 44, 25, 41, 52), start=5)]
    pre = rng.normal(20, 4, 25)
    return [
        survey(asked, value="y", weights="w", cluster="station", by="county"),
        survey(asked, value="yes", kind="proportion", weights="w", cluster="station", by="county"),
        survey(asked, value="y", kind="total", weights="w", cluster="station"),
        survey(asked.assign(one=1), value="y", denominator="one", kind="ratio", **by),
        reliability(SHROUT_FLEISS),
        icc(SHROUT_FLEISS),
        kappa(SHROUT_FLEISS > 5),
        kappa(pd.DataFrame({"a": [1, 1], "b": [1, 1]})),
        awareness(known),
        awareness(known.assign(station=asked["station"]), unit="station"),
        change(pre, pre + rng.normal(2, 3, 25), reliability=0.85),
        change(pre, pre + rng.normal(2, 3, 25)),
        goal_attainment([1, 0, 2, -1]),
        goal_attainment(pd.DataFrame([[1, 0], [0, -1]])),
        nap([2, 3, 4, 3], [4, 5, None, 6, 7]),
        heaping(counts, value="n"),
        heaping(counts, value="n", unit="station"),
        heaping(pd.DataFrame({"n": [21, 32, 43, 54, 66, 77, 88, 99, 20, 25]}), value="n"),
        bunching(pd.DataFrame({"s": [60] * 9 + [59, 80, 81]}), value="s", cut_offs=[60, 80, 90], window=2),
        bunching(pd.DataFrame({"s": [10, 20]}), value="s", cut_offs=[65], window=10),
        late_entry(pd.DataFrame({"a": days, "b": days + pd.Timedelta("20D")}), service_date="a", entry_date="b"),
        copied(known, columns=list(known.columns), straight=True),
        completeness_bounds(reports, value="y", by="county"),
        completeness_bounds(pd.DataFrame({"y": [3, None, 9]}), value="y", kind="mean", low=0, high=20),
        target_forecast(months, target=400, deadline="2023-03-31"),
        target_forecast(months, target=200, deadline="2022-10-31"),
    ]  # fmt: skip


def test_every_kind_has_its_sentence_in_both_languages(results: list[Result]) -> None:
    assert {r.kind for r in results} == set(WRITERS)
    for result in results:
        zh, en = (WRITERS[result.kind](result, lang) for lang in ("zh", "en"))
        assert zh.endswith("。") and en.endswith(".")
        assert not re.search(r"nan|inf|\{|\}", zh + en), zh
        assert re.findall(r"\d+\.\d+", zh) == re.findall(r"\d+\.\d+", en), (zh, en)


def test_no_sentence_calls_satisfaction_or_change_an_effect(results: list[Result]) -> None:
    for result in results:
        zh, en = (WRITERS[result.kind](result, lang) for lang in ("zh", "en"))
        assert "成效" not in zh.replace("不能直接算作服务成效", "")
        assert "effect" not in en.replace("design effect", "").replace(
            "this is no effect of the service by itself", ""
        )


def test_every_picture_is_drawn_in_both_languages_with_text_in_the_shipped_font(
    results: list[Result],
) -> None:
    drawn = set()
    for result in results:
        if result.kind not in PLOTS:
            continue
        for lang in ("zh", "en"):
            with canvas(height(result)) as (figure, ax):
                PLOTS[result.kind](ax, result, lang=lang)
                text = "".join(t.get_text() for t in figure.findobj(lambda a: hasattr(a, "get_text")))
                assert missing_glyphs(text) == (), (result.kind, text)
        drawn.add(result.kind)
    assert drawn == set(PLOTS)


def test_the_same_result_gives_the_same_bytes() -> None:
    made = []
    for _ in range(2):
        found = nap([2, 3, 4], [4, 5, 6])
        with canvas(2.6) as (figure, ax):
            PLOTS["nap"](ax, found, lang="zh")
            made.append(png(figure))
    assert made[0] == made[1] and made[0].startswith(b"\x89PNG")


def test_every_word_inside_a_picture_is_in_the_shipped_font() -> None:
    for key, entry in word_lists().items():
        if key.startswith("surveys.plot_") or key in ("surveys.all", "surveys.few"):
            assert missing_glyphs("".join(entry.values())) == (), key


def test_numbers_are_written_with_a_true_minus_and_thousands() -> None:
    assert (plain(-3.456), plain(12345.6), share(-0.05), share(float("nan"))) == (
        "−3.46",
        "12,346",
        "−5.0%",
        "—",
    )
