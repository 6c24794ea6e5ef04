"""How far down a page of scores goes: by the stations with a total, and by all of them."""

from __future__ import annotations

from types import SimpleNamespace

import pandas as pd
import pytest

from swe.reports import score_numbers


@pytest.mark.parametrize(
    ("scored", "stations", "far"),
    [
        (34, 60, "detail"),
        (35, 60, "listed"),
        (34, 61, "listed"),
        (200, 300, "listed"),
        (201, 300, "parts"),
        (0, 0, "none"),
    ],
)
def test_a_page_of_many_stations_stays_below_its_limit(
    scored: int, stations: int, far: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    totals = [70.0] * scored + [float("nan")] * (stations - scored)
    scores = SimpleNamespace(table=pd.DataFrame({"total": totals}))
    monkeypatch.setattr(score_numbers, "scores_of", lambda _: scores)
    assert score_numbers.reach(None) == far  # type: ignore[arg-type]
