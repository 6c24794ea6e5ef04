"""An event study within its horizon: means and errors by hand, the drift by generalised least squares, error rates."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from swe.core.errors import DataError, UsageError
from swe.stats.effect_horizons import within
from swe.stats.group_time import EventStudy, att_gt


def event(seed: int = 3, slope: float = 0.0, n: int = 120, t: int = 10) -> EventStudy:
    rng = np.random.default_rng(seed)
    first = np.array([0, 5, 7])[np.arange(n) % 3]
    y = rng.normal(size=(n, t)) + slope * np.arange(t) * (first[:, None] > 0)
    y += 1.0 * ((first[:, None] > 0) & (np.arange(t) >= first[:, None]))
    frame = pd.DataFrame(
        {
            "u": np.repeat(np.arange(n), t),
            "t": np.tile(np.arange(t), n),
            "y": y.ravel(),
            "g": np.repeat(first, t),
        }
    )
    found = att_gt(
        frame, outcome="y", unit="u", time="t", first_treated="g", base_period="universal", control="never"
    )
    return found.aggregate("event")


def test_the_overall_effect_is_the_mean_of_the_periods_kept_with_its_delta_method_error() -> None:
    whole = event()
    cut = within(whole, last=1, leads=3)
    at = np.isin(whole.event_time, [0, 1])
    w = at / 2
    assert cut["att"] == pytest.approx(float(w @ whole.beta), abs=1e-12)
    assert cut["se"] == pytest.approx(float(np.sqrt(w @ whole.covariance @ w)), abs=1e-12)
    assert cut["upper"] - cut["lower"] == pytest.approx(2 * 1.959963984540054 * cut["se"], abs=1e-9)
    assert list(cut.table["event_time"]) == [-4, -3, -2, -1, 0, 1]
    assert cut["critical_uniform"] < whole["critical_uniform"]  # fewer rows, a narrower band


def test_the_drift_is_generalised_least_squares_through_the_reference_period() -> None:
    whole = event()
    cut = within(whole, leads=3)
    before = cut.event_time < -1
    fit = sm.GLS(
        cut.beta[before], cut.event_time[before] + 1.0, sigma=cut.covariance[np.ix_(before, before)]
    ).fit(cov_type="fixed scale")
    assert cut["drift"] == pytest.approx(float(fit.params[0]), abs=1e-8)
    assert cut["drift_upper"] - cut["drift"] == pytest.approx(1.959963984540054 * float(fit.bse[0]), abs=1e-8)


def test_a_drift_that_is_there_is_found_and_its_size_lies_in_the_interval() -> None:
    cut = within(event(slope=0.5, n=600))
    assert cut["p_pre"] < 0.001
    assert cut["drift_lower"] < 0.5 < cut["drift_upper"]


def test_without_a_drift_about_five_in_a_hundred_are_found() -> None:
    found = [within(event(seed=s))["p_pre"] < 0.05 for s in range(100)]
    assert sum(found) <= 13  # P(more | 5 %) < 0.001


def test_no_lead_gives_no_test_and_no_period_is_an_error() -> None:
    whole = event()
    assert np.isnan(within(whole, leads=0)["p_pre"])
    late = whole.event_time >= 2
    only_late = EventStudy(
        whole.kind, whole.table, whole.values, (), whole.beta[late], whole.covariance[np.ix_(late, late)],
        whole.event_time[late], whole.df, whole.base_period,
    )  # fmt: skip
    with pytest.raises(DataError, match=r"建站后没有一期|no period after set-up"):
        within(only_late, last=1)


@pytest.mark.parametrize("wrong", [{"last": -1}, {"leads": 1.5}, {"last": True}, {"level": 2.0}])
def test_numbers_out_of_range_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(UsageError):
        within(event(), **wrong)


def test_the_warning_speaks_of_the_leads_kept_and_not_of_all_small_cells() -> None:
    whole = event()
    cut = within(whole, leads=3)
    said = [
        text
        for text in cut.warnings("en")
        if "before treatment was found" in text or "already differed" in text
    ]
    assert len(said) == 1
    assert f"p = {cut['p_pre']:.3f}" in said[0]
