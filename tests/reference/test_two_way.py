"""Two-way fixed effects and errors for few clusters, against statsmodels, a jackknife by hand and all signs of the bootstrap."""

from __future__ import annotations

import os
import subprocess
import sys
from itertools import product

import numpy as np
import pandas as pd
import pytest

from swe.core.errors import DataError, UsageError
from swe.stats.two_way import clustered, twfe

NAMES = {"outcome": "y", "unit": "u", "time": "t", "first_treated": "g"}


def together(*, n=60, periods=6, per_cluster=5, effect=0.8, seed=1):
    """Half of the clusters treated from period 4."""
    rng = np.random.default_rng(seed)
    cluster = np.arange(n) // per_cluster
    g = np.where(cluster < cluster.max() / 2, 4, 0)
    t = np.arange(1, periods + 1)
    on = (g[:, None] > 0) & (t >= g[:, None])
    shared = rng.normal(size=(cluster.max() + 1, periods))[cluster] / 2
    y = rng.normal(size=(n, 1)) + shared + rng.normal(size=(n, periods)) + effect * on
    return pd.DataFrame(
        {"u": np.repeat(np.arange(n), periods), "t": np.tile(t, n), "g": np.repeat(g, periods), "y": y.ravel(),
         "c": np.repeat(cluster, periods), "d": on.ravel().astype(float), "x": rng.normal(size=n * periods)}
    )  # fmt: skip


def test_the_coefficient_is_the_difference_of_changes():
    frame = together()
    means = frame.groupby([frame["g"] > 0, frame["t"] >= 4])["y"].mean()
    wanted = (means[True, True] - means[True, False]) - (means[False, True] - means[False, False])
    assert twfe(frame, **NAMES)["att"] == pytest.approx(wanted, abs=1e-10)


def test_crv1_errors_agree_with_statsmodels():
    import statsmodels.formula.api as smf

    frame = together()
    found = clustered(frame, outcome="y", terms=["d", "x"], cluster="c", fixed=["t"], inference="crv1").table
    other = smf.ols("y ~ d + x + C(t)", frame).fit(
        cov_type="cluster", cov_kwds={"groups": frame["c"]}, use_t=True
    )
    assert found["estimate"].to_numpy() == pytest.approx(other.params[["d", "x"]].to_numpy(), abs=1e-9)
    assert found["se"].to_numpy() == pytest.approx(other.bse[["d", "x"]].to_numpy(), rel=1e-8)
    assert found["p"].to_numpy() == pytest.approx(other.pvalues[["d", "x"]].to_numpy(), rel=1e-6)


def test_crv3_errors_are_a_jackknife_over_clusters():
    """MacKinnon, Nielsen & Webb (2023), eq. 24: (G − 1)/G Σ (β₍g₎ − β)²."""
    frame = together()
    found = clustered(frame, outcome="y", terms=["d", "x"], cluster="c", inference="crv3").table.iloc[0]

    def beta(rows):
        design = np.column_stack([np.ones(len(rows)), rows["d"], rows["x"]])
        return np.linalg.lstsq(design, rows["y"].to_numpy(), rcond=None)[0][1]

    left_out = np.array([beta(frame[frame["c"] != c]) for c in frame["c"].unique()])
    g = len(left_out)
    assert found["se"] == pytest.approx(
        np.sqrt((g - 1) / g * ((left_out - beta(frame)) ** 2).sum()), rel=1e-8
    )


def test_wild_bootstrap_agrees_with_all_signs_summed_by_hand():
    """Twelve clusters, Rademacher: 4,096 signs, the null imposed (Cameron, Gelbach & Miller 2008)."""
    frame = together(n=60, per_cluster=5, effect=0.35, seed=3)
    found = clustered(frame, outcome="y", terms=["d"], cluster="c", inference="wild", draws=4999)
    x = np.column_stack([np.ones(len(frame)), frame["d"]])
    y, c = frame["y"].to_numpy(), frame["c"].to_numpy()
    inverse = np.linalg.inv(x.T @ x)

    def t_value(values):
        b = inverse @ x.T @ values
        scores = np.stack([x[c == k].T @ (values - x @ b)[c == k] for k in np.unique(c)])
        return b[1] / np.sqrt((inverse @ scores.T @ scores @ inverse)[1, 1])

    residual = y - y.mean()
    drawn = [
        t_value(y.mean() + residual * np.array(signs)[c]) for signs in product((-1, 1), repeat=c.max() + 1)
    ]
    wanted = np.mean(np.abs(drawn) >= abs(t_value(y)))
    assert found["p"] == pytest.approx(wanted, abs=4 * np.sqrt(wanted * (1 - wanted) / 4999) + 2e-3)


def test_few_clusters_take_the_bootstrap_and_t():
    frame = together()
    found = twfe(frame, **NAMES, cluster="c")
    texts = " ".join(note.en for note in found.notes)
    assert "wild cluster bootstrap" in texts and "t(11)" in texts
    many = twfe(frame, **NAMES)
    assert "CRV1" in " ".join(note.en for note in many.notes)


def test_errors_do_not_depend_on_the_hash_seed_of_the_process():
    """pyfixest 0.60 counts nested effects in an order of its own; errors moved by 1 % from run to run."""
    code = (
        "import numpy as np, pandas as pd\nfrom swe.stats.two_way import clustered\n"
        "r = np.random.default_rng(0); n = 120\n"
        "f = pd.DataFrame({'y': r.normal(size=n), 'x': r.normal(size=n), 'u': np.arange(n) // 6, 't': np.arange(n) % 6})\n"
        "print('%.12f' % clustered(f, outcome='y', terms=['x'], cluster='u', fixed=['u', 't'], inference='crv1')['se'])"
    )
    told = {
        subprocess.run(
            [sys.executable, "-c", code], env=os.environ | {"PYTHONHASHSEED": seed}, capture_output=True, text=True, check=True
        ).stdout
        for seed in ("0", "1", "2")
    }  # fmt: skip
    assert len(told) == 1 and float(next(iter(told))) > 0


def test_a_staggered_panel_is_refused_with_its_own_shares():
    frame = together()
    frame.loc[frame["u"] < 10, "g"] = 3
    with pytest.raises(DataError, match=r"later vs earlier \d+\.\d%") as refused:
        twfe(frame, **NAMES)
    assert "后对先（不当）" in refused.value.zh and "att_gt" in refused.value.en
    shown = twfe(frame, **NAMES, allow_staggered=True)
    assert 0 < shown["share_forbidden"] < 1
    assert any("staggered" in text for text in shown.warnings("en"))


def test_missing_rows_are_counted_and_options_are_checked():
    frame = together()
    frame.loc[3, "x"] = np.nan
    found = clustered(frame, outcome="y", terms=["x"], cluster="c")
    assert found["n"] == len(frame) - 1
    assert any(note.kind == "exclusion" for note in found.notes)
    with pytest.raises(UsageError, match="crv1, crv3, wild"):
        clustered(frame, outcome="y", terms=["x"], cluster="c", inference="hc3")
    with pytest.raises(DataError, match="1 clusters"):
        clustered(frame.assign(c=1), outcome="y", terms=["d"], cluster="c")
