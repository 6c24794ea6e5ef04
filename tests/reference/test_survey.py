"""Survey estimates against R's survey package, a hand-worked cluster sample, and the published api example.

`survey_sample.csv` is a simulated stratified two-stage sample of ours; `survey_numbers.csv` holds what R 4.2 with survey
4.1 says of it (generate/survey_reference.R). The api data come from the R package and are read from it where R is.
Tolerances: closed form 1e-10, R 1e-8 (fifteen digits written).
"""

from __future__ import annotations

import math
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.stats import t

from swe.stats.survey_design import survey
from swe.stats.taylor import Design, estimate

HERE = Path(__file__).parent
DESIGN = {"weights": "w", "strata": "stratum", "cluster": "station"}


@pytest.fixture(scope="module")
def sample() -> pd.DataFrame:
    return pd.read_csv(HERE / "survey_sample.csv")


@pytest.fixture(scope="module")
def r() -> dict[str, float]:
    found = pd.read_csv(HERE / "survey_numbers.csv")
    return dict(zip(found["name"], found["value"], strict=True))


def agree(found: dict[str, float], r: dict[str, float], stem: str) -> int:
    """How many of R's numbers of `stem` there are; each agrees."""
    names = [n for n in ("estimate", "se", "lower", "upper", "deff", "df") if f"{stem}.{n}" in r]
    for name in names:
        assert found[name] == pytest.approx(r[f"{stem}.{name}"], rel=1e-8), (stem, name)
    return len(names)


@pytest.mark.parametrize(("which", "fpc"), [("plain", None), ("finite", "stations")])
def test_a_stratified_two_stage_sample_agrees_with_r(sample, r, which, fpc):
    asked = {"fpc": fpc, **DESIGN}
    seen = agree(survey(sample, value="score", by="group", **asked).values, r, f"{which}.mean")
    seen += agree(survey(sample, value="visits", kind="total", **asked).values, r, f"{which}.total")
    ratio = survey(sample, value="hours", denominator="visits", kind="ratio", **asked)
    seen += agree(ratio.values, r, f"{which}.ratio")
    share = survey(sample, value="satisfied", kind="proportion", **asked)
    seen += agree(share.values, r, f"{which}.proportion")
    assert seen == 6 + 6 + 3 + 4


@pytest.mark.parametrize(("which", "fpc"), [("plain", None), ("finite", "stations")])
def test_domains_keep_the_whole_design_as_in_r(sample, r, which, fpc):
    rows = survey(sample, value="score", by="group", fpc=fpc, **DESIGN).table.set_index("by")
    assert [agree(dict(rows.loc[g]), r, f"{which}.by.{g}") for g in ("older", "child", "family")] == [6, 6, 6]


def test_cutting_the_domain_out_of_the_frame_gives_another_answer(sample):
    """Otherwise the test above could not fail."""
    whole = survey(sample, value="score", by="group", **DESIGN).table.set_index("by")
    part = survey(sample[sample["group"] == "family"], value="score", single_psu="centred", **DESIGN)
    assert part["estimate"] == pytest.approx(whole.loc["family", "estimate"])
    assert part["se"] != pytest.approx(whole.loc["family", "se"], rel=1e-6)


@pytest.mark.parametrize(("how", "in_r"), [("certainty", "certainty"), ("centred", "adjust")])
def test_a_stratum_with_one_station_does_what_is_told_as_in_r(sample, r, how, in_r):
    lonely = sample[~((sample["stratum"] == "C") & (sample["station"] > 1))]
    found = survey(lonely, value="visits", single_psu=how, **DESIGN)
    assert found["se"] == pytest.approx(r[f"lonely.{in_r}.se"], rel=1e-8)


def test_the_sampling_fraction_is_the_same_as_the_number_of_stations(sample):
    share = sample["stratum"].map({"A": 6 / 20, "B": 5 / 12, "C": 4 / 9})
    by_count = survey(sample, value="visits", fpc="stations", **DESIGN)
    by_share = survey(sample.assign(share=share), value="visits", fpc="share", **DESIGN)
    assert by_share["se"] == pytest.approx(by_count["se"], rel=1e-12)


# -- by hand --


def test_a_hand_worked_cluster_sample():
    """Three stations of two, scores (5, 4), (3, 3), (5, 5), equal weights 10.

    Mean 25/6. Station totals of 10(y − 25/6)/60 are 2/36, −14/36·… : (9 − 50/6)/6, (6 − 50/6)/6, (10 − 50/6)/6
    = 1/9, −7/18, 5/18; their squares add to 1/81 + 49/324 + 25/324 = 78/324; times 3/2: variance 13/36.
    """
    frame = pd.DataFrame({"station": list("aabbcc"), "score": [5, 4, 3, 3, 5, 5], "w": [10.0] * 6})
    found = survey(frame, value="score", weights="w", cluster="station")
    assert found["estimate"] == pytest.approx(25 / 6, rel=1e-10)
    assert found["se"] == pytest.approx(math.sqrt(13 / 36), rel=1e-10)
    assert found["upper"] == pytest.approx(25 / 6 + t.ppf(0.975, 2) * math.sqrt(13 / 36), rel=1e-10)
    simple = np.var([5, 4, 3, 3, 5, 5], ddof=1) / 6 * (60 - 6) / 60
    assert found["deff"] == pytest.approx(13 / 36 / simple, rel=1e-10)
    assert found["n_effective"] == pytest.approx(6 * simple * 36 / 13, rel=1e-10)


def test_a_simple_random_sample_has_the_textbook_variance_and_a_design_effect_of_one():
    y = np.array([3.0, 5, 1, 4, 4, 2, 5, 3])
    found = survey(pd.DataFrame({"y": y, "w": 5.0}), value="y", weights="w", fpc=40)
    assert found["se"] == pytest.approx(math.sqrt(y.var(ddof=1) / 8 * (1 - 8 / 40)), rel=1e-10)
    assert found["deff"] == pytest.approx(1.0, rel=1e-10)
    assert found["df"] == 7


def test_a_stratified_mean_is_the_sum_over_strata():
    """W = (.6, .4): variance Σ W² s²/n."""
    a, b = np.array([1.0, 3, 5]), np.array([2.0, 6, 4, 8])
    frame = pd.DataFrame(
        {"y": [*a, *b], "h": ["a"] * 3 + ["b"] * 4, "w": [0.6 * 100 / 3] * 3 + [0.4 * 100 / 4] * 4}
    )
    found = survey(frame, value="y", weights="w", strata="h")
    assert found["estimate"] == pytest.approx(0.6 * 3 + 0.4 * 5, rel=1e-10)
    assert found["se"] ** 2 == pytest.approx(0.36 * a.var(ddof=1) / 3 + 0.16 * b.var(ddof=1) / 4, rel=1e-10)


# -- the published example --


@pytest.fixture(scope="module")
def api(tmp_path_factory) -> pd.DataFrame:
    """apiclus1 of the R package survey: 183 schools in 15 districts of 757."""
    if shutil.which("Rscript") is None:
        pytest.skip("needs Rscript (Debian: r-base-core)")
    path = tmp_path_factory.mktemp("api") / "api.csv"
    code = f'suppressMessages(library(survey)); data(api); write.csv(apiclus1, "{path}", row.names = FALSE)'
    done = subprocess.run(["Rscript", "-e", code], capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip("needs the R package survey (Debian: r-cran-survey)")
    return pd.read_csv(path)


API = {"weights": "pw", "cluster": "dnum"}


def test_the_published_api_numbers_are_met(api):
    """survey::apiclus1, R 4.2 and survey 4.1; printed digits."""
    mean = survey(api, value="api00", fpc="fpc", **API)
    assert mean["estimate"] == pytest.approx(644.169, abs=5e-4)
    assert mean["se"] == pytest.approx(23.542, abs=5e-4)
    assert mean["deff"] == pytest.approx(9.3459, abs=5e-5)
    assert (mean["lower"], mean["upper"]) == pytest.approx((593.676, 694.662), abs=5e-4)
    assert mean["n_effective"] == pytest.approx(19.58, abs=5e-3)
    assert mean["df"] == 14
    assert survey(api, value="api00", **API)["se"] == pytest.approx(23.779, abs=5e-4)
    assert survey(api, value="api00", fpc=757, **API)["se"] == mean["se"]
    total = survey(api, value="enroll", kind="total", fpc="fpc", **API)
    assert (total["estimate"], total["se"]) == pytest.approx((3404940, 932235), abs=0.5)
    ratio = survey(api, value="api.stu", denominator="enroll", kind="ratio", fpc="fpc", **API)
    assert (ratio["estimate"], ratio["se"]) == pytest.approx((0.8497087, 0.0083863), abs=5e-8)
    wide = survey(
        api.assign(wide=api["sch.wide"] == "Yes"), value="wide", kind="proportion", fpc="fpc", **API
    )
    assert wide["estimate"] == pytest.approx(0.874317, abs=5e-7)
    assert wide["lower"] == pytest.approx(0.823799, abs=5e-7)
    assert wide["upper"] == pytest.approx(0.9119, abs=5e-5)


# -- coverage --


def covered(draws: int, seed: int) -> float:
    """How often the t interval holds the true mean: 8 strata of 5 stations of 6 persons, stations differ."""
    rng = np.random.default_rng(seed)
    strata, stations, persons = 8, 5, 6
    home = np.repeat(np.arange(strata), stations)
    psu = np.repeat(np.arange(strata * stations), persons)
    of = Design(np.full(len(psu), 10.0), home[psu], psu, home, np.ones(strata))
    everyone, hits = np.ones(len(psu), dtype=bool), 0
    for _ in range(draws):
        y = rng.normal(size=len(psu)) + rng.normal(0, 0.7, strata * stations)[psu] + 0.3 * home[psu]
        found = estimate(y, None, of, inside=everyone)
        hits += abs(found.value - 0.3 * 3.5) <= t.ppf(0.975, found.df) * found.se
    return hits / draws


def test_the_interval_of_a_mean_covers_about_as_often_as_it_says():
    assert covered(600, seed=11) == pytest.approx(0.95, abs=3 * math.sqrt(0.95 * 0.05 / 600))


@pytest.mark.slow
def test_the_interval_of_a_mean_covers_in_ten_thousand_draws():
    assert 0.94 <= covered(10_000, seed=12) <= 0.96
