"""Nested random intercepts against R's lme4 (rates_r.csv), dense matrices, a closed form and statsmodels.

nested_rows.csv is simulated (generate/nested_data.py). Tolerances: criterion and β 1e-6, standard deviations 1e-4 (lme4's
own optimum is not sharper), dense algebra 1e-8.
"""

from __future__ import annotations

import csv
import io
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf
from scipy.stats import t

from swe.core.errors import DataError, UsageError
from swe.stats.nested import multilevel

HERE = Path(__file__).parent
with (HERE / "rates_r.csv").open(encoding="utf-8") as file:
    R = {row["name"]: float(row["value"]) for row in csv.DictReader(file)}
ROWS = pd.read_csv(HERE / "nested_rows.csv")
LEVELS = ["province", "county", "station"]


@pytest.fixture(scope="module")
def found():
    return multilevel(ROWS, outcome="visits", fixed=["workers", "urban"], levels=LEVELS)


def test_the_criterion_and_the_fixed_effects_agree_with_lme4(found):
    assert found["criterion"] == pytest.approx(R["criterion"], abs=1e-6)
    for name in ("intercept", "workers", "urban"):
        assert found[f"beta_{name}"] == pytest.approx(R[f"beta_{name}"], abs=1e-5)
        assert found[f"se_{name}"] == pytest.approx(R[f"se_{name}"], abs=1e-4)


def test_the_standard_deviations_agree_with_lme4(found):
    for name in ("sigma", "sd_province", "sd_county", "sd_station"):
        assert found[name] == pytest.approx(R[name], abs=1e-4)


def test_the_effects_of_units_and_their_errors_agree_with_lme4(found):
    table = found.table.set_index("unit")
    names = [name.removeprefix("blup_se_") for name in R if name.startswith("blup_se_")]
    assert len(names) == 12
    for name in names:
        assert table.loc[name, "value"] == pytest.approx(R[f"blup_{name}"], abs=1e-4)
        assert table.loc[name, "se"] == pytest.approx(R[f"blup_se_{name}"], abs=1e-4)


def test_errors_of_prediction_agree_with_henderson_s_equations_solved_by_r(found):
    table = found.table.set_index("unit")
    names = [name.removeprefix("prediction_se_") for name in R if name.startswith("prediction_se_")]
    assert len(names) == 6
    for name in names:
        assert table.loc[name, "se_prediction"] == pytest.approx(R[f"prediction_se_{name}"], abs=1e-4)
        half = 1.959963984540054 * table.loc[name, "se_prediction"]
        assert table.loc[name, "upper"] - table.loc[name, "value"] > half


def dense(found, rows: pd.DataFrame) -> tuple[float, np.ndarray, np.ndarray]:
    """Criterion, β and the stations' BLUPs at the same variances by n × n matrices."""
    x = np.column_stack([np.ones(len(rows)), rows["workers"], rows["urban"]])
    y, v = rows["visits"].to_numpy(), found["sigma"] ** 2 * np.eye(len(rows))
    for name in LEVELS:
        z = pd.get_dummies(rows[name]).to_numpy(float)
        v += found[f"sd_{name}"] ** 2 * z @ z.T
    inverse = np.linalg.inv(v)
    xvx = x.T @ inverse @ x
    beta = np.linalg.solve(xvx, x.T @ inverse @ y)
    e = y - x @ beta
    criterion = (
        (len(y) - 3) * np.log(2 * np.pi)
        + np.linalg.slogdet(v)[1]
        + np.linalg.slogdet(xvx)[1]
        + e @ inverse @ e
    )
    return criterion, beta, found["sd_station"] ** 2 * z.T @ inverse @ e


def test_the_recursion_agrees_with_dense_matrices(found):
    criterion, beta, stations = dense(found, ROWS)
    assert found["criterion"] == pytest.approx(criterion, abs=1e-8)
    assert [found[f"beta_{n}"] for n in ("intercept", "workers", "urban")] == pytest.approx(
        beta.tolist(), rel=1e-8
    )
    table = found.table[found.table["level"] == "station"].set_index("unit")
    assert table.loc[sorted(ROWS["station"].unique()), "value"].tolist() == pytest.approx(
        stations.tolist(), abs=1e-8
    )


def test_the_gradient_vanishes_at_the_optimum_and_no_neighbour_is_better(found):
    assert found["gradient"] < 1e-6
    for name in ("sd_county", "sigma"):
        for factor in (0.99, 1.01):
            moved = dict(found.values) | {name: found[name] * factor}
            assert dense(moved, ROWS)[0] > found["criterion"]


def test_balanced_one_way_data_have_the_closed_form_of_analysis_of_variance():
    """σ² = MSW, σ_u² = (MSB − MSW)/n; β the grand mean with variance MSB/(kn)."""
    rng = np.random.default_rng(3)
    y = (rng.normal(0, 2, 12)[:, None] + rng.normal(10, 1, (12, 5))).ravel()
    group = np.repeat(np.arange(12), 5)
    found = multilevel({"y": y, "g": group}, outcome="y", levels=["g"])
    table = y.reshape(12, 5)
    within = ((table - table.mean(axis=1, keepdims=True)) ** 2).sum() / 48
    between = 5 * ((table.mean(axis=1) - y.mean()) ** 2).sum() / 11
    assert found["sigma"] == pytest.approx(np.sqrt(within), rel=1e-8)
    assert found["sd_g"] == pytest.approx(np.sqrt((between - within) / 5), rel=1e-8)
    assert found["se_intercept"] == pytest.approx(np.sqrt(between / 60), rel=1e-8)
    assert found["icc_g"] == pytest.approx(found["sd_g"] ** 2 / (found["sd_g"] ** 2 + within), rel=1e-10)


def test_limits_of_balanced_one_way_effects_have_a_closed_form():
    """B = 1 − 1/F is the share kept, effect B(ȳ_i − ȳ). Its error: σ²B/n given the variances, B²·MSB/(nk) of the mean, and
    (ȳ_i − ȳ)²·2(1/(k−1) + 1/(k(n−1)))/F² of B, for the log of F has those two inverse degrees of freedom; t with k − 1."""
    rng, k, n = np.random.default_rng(4), 12, 5
    y = rng.normal(0, 2, (k, 1)) + rng.normal(10, 1.5, (k, n))
    found = multilevel({"y": y.ravel(), "g": np.repeat(np.arange(k), n)}, outcome="y", levels=["g"])
    away = y.mean(axis=1) - y.mean()
    within, between = y.var(axis=1, ddof=1).mean(), n * (away**2).sum() / (k - 1)
    f = between / within
    kept = 1 - 1 / f
    given = within * kept / n + kept**2 * between / (n * k)
    wobble = away**2 * 2 * (1 / (k - 1) + 1 / (k * (n - 1))) / f**2
    table = found.table
    assert table["value"].tolist() == pytest.approx((kept * away).tolist(), rel=1e-7)
    assert table["se_prediction"].tolist() == pytest.approx([given**0.5] * k, rel=1e-7)
    half = t.ppf(0.975, k - 1) * np.sqrt(given + wobble)
    assert (table["upper"] - table["value"]).tolist() == pytest.approx(half.tolist(), rel=1e-5)


def test_two_levels_agree_with_statsmodels():
    frame = ROWS.head(300)
    model = smf.mixedlm("visits ~ workers", frame, groups=frame["station"]).fit(reml=True, gtol=1e-10)
    found = multilevel(frame, outcome="visits", fixed=["workers"], levels=["station"])
    assert found["criterion"] == pytest.approx(-2 * model.llf, abs=1e-4)
    assert found["beta_workers"] == pytest.approx(model.params["workers"], abs=1e-4)
    assert found["sd_station"] == pytest.approx(np.sqrt(model.cov_re.iloc[0, 0]), abs=1e-3)


def test_sleepstudy_has_the_published_standard_deviations():
    """lme4's sleepstudy (not shipped: GPL), Reaction ~ Days + (1|Subject); closed form of balanced data."""
    rscript = shutil.which("Rscript")
    if rscript is None:
        pytest.skip("needs Rscript with lme4, which holds the data set sleepstudy")
    code = "suppressMessages(library(lme4)); write.csv(sleepstudy, row.names = FALSE)"
    done = subprocess.run([rscript, "-e", code], capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip("needs R's lme4, which holds the data set sleepstudy")
    rows = pd.read_csv(io.StringIO(done.stdout))
    found = multilevel(rows, outcome="Reaction", fixed=["Days"], levels=["Subject"])
    assert found["sd_Subject"] == pytest.approx(37.123826694, abs=1e-8)
    assert found["sigma"] == pytest.approx(30.991233905, abs=1e-8)
    assert found["criterion"] == pytest.approx(1786.465085, abs=1e-6)
    assert found["gradient"] < 1e-8


def test_without_variance_between_groups_the_boundary_is_said():
    y = np.tile([1.0, 2, 3, 4], 10)
    found = multilevel({"y": y, "g": np.repeat(np.arange(10), 4)}, outcome="y", levels=["g"])
    assert found["sd_g"] == 0 and found["icc_g"] == 0
    assert found["sigma"] == pytest.approx(y.std(ddof=1), rel=1e-10)
    assert any("0" in text and "boundary" in text for text in found.warnings("en"))
    assert found.table["lower"].isna().all() and found.table["upper"].isna().all()


def test_a_label_under_two_parents_is_an_error():
    rows = pd.DataFrame({"c": list("aabbaabb"), "s": list("xyxyxyxy"), "v": range(8)})
    with pytest.raises(DataError, match="two parents"):
        multilevel(rows, outcome="v", levels=["c", "s"])


@pytest.mark.parametrize(
    ("rows", "more"),
    [
        ({"c": list("aabb"), "v": [1, 2, 3, 4], "x": [1, 1, 1, 1]}, {"fixed": ["x"]}),
        ({"c": list("abcd"), "v": [1, 2, 3, 4]}, {}),
        ({"c": list("aaaa"), "v": [1, 2, 3, 4]}, {}),
        (
            {"c": list("aabbcc"), "v": [1, 2, 3, 4, 5, 7], "x": range(6), "z": range(0, 12, 2)},
            {"fixed": ["x", "z"]},
        ),
        ({"c": list("aabb"), "v": [2, 2, 2, 2]}, {}),
        ({"c": list("aabb"), "v": ["many", 2, 2, 2]}, {}),
    ],
    ids=["constant", "a unit a row", "one unit", "collinear", "no variation", "text"],
)
def test_what_cannot_be_estimated_is_refused(rows, more):
    with pytest.raises(DataError):
        multilevel(rows, outcome="v", levels=["c"], **more)


def test_a_column_serves_once():
    with pytest.raises(UsageError):
        multilevel(ROWS, outcome="visits", fixed=["visits"], levels=["station"])


def test_rows_without_a_value_are_left_out_and_counted():
    rows = ROWS.copy()
    rows.loc[rows.index[:7], "visits"] = np.nan
    rows.loc[rows.index[9], "county"] = None
    found = multilevel(rows, outcome="visits", fixed=["workers"], levels=["province", "county"])
    same = multilevel(rows.dropna(), outcome="visits", fixed=["workers"], levels=["province", "county"])
    assert found.values == same.values
    assert any(note.kind == "exclusion" and note.en.endswith("8") for note in found.notes)
