"""How often bootstrapped intervals of efficiency hold the true one.

A solver for each draw of each bootstrap of each sample would take days; with one input and one output efficiencies have a
closed form, which takes its place here after it was held against the solver.
"""

from __future__ import annotations

import numpy as np
import pytest

from swe.stats import frontier_bootstrap, frontiers
from swe.stats.frontiers import Technology

BOOTSTRAP = 100


def constant_returns(technology: Technology, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """θ = (y/x) over the best y/x."""
    return (y / x)[:, 0] / (technology.y / technology.x).max()


def variable_returns(technology: Technology, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """θ = least input on the lower convex hull of (y, x) over own input; outputs can be thrown away."""
    points: list[tuple[float, float]] = []
    order = np.lexsort((technology.x[:, 0], technology.y[:, 0]))
    for there in zip(technology.y[order, 0], technology.x[order, 0], strict=True):
        while len(points) > 1 and _right_of(points[-2], points[-1], there):
            points.pop()
        points.append(there)
    hull = np.array(points)
    hull = hull[hull[:, 1].argmin() :]
    return np.interp(y[:, 0], hull[:, 0], hull[:, 1]) / x[:, 0]


def _right_of(a: tuple[float, float], b: tuple[float, float], c: tuple[float, float]) -> bool:
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]) <= 0


def sample(rng: np.random.Generator, n: int, *, variable: bool) -> tuple[Technology, np.ndarray]:
    """n units whose true efficiencies are exp(−|N(0, 0.35)|); the frontier is x = y² + ¼, or y = x."""
    y, true = rng.uniform(0.5, 1.5, (n, 1)), np.exp(-np.abs(rng.normal(0, 0.35, n)))
    x = (y**2 + 0.25 if variable else y) / true[:, None]
    return Technology(x, y, variable, False), true


def covered(monkeypatch, draws: int, seed: int, n: int, *, variable: bool) -> tuple[float, float, float]:
    """Share of the units' intervals that hold the true efficiency; bias of the efficiencies, and after correction."""
    solve = variable_returns if variable else constant_returns
    monkeypatch.setattr(frontier_bootstrap, "efficiencies", solve)
    rng, found = np.random.default_rng(seed), np.zeros(3)
    for draw in range(draws):
        technology, true = sample(rng, n, variable=variable)
        own = solve(technology, technology.x, technology.y)
        boot = frontier_bootstrap.smoothed_bootstrap(technology, own, draws=BOOTSTRAP, level=0.95, seed=draw)
        inside = (boot.lower <= true) & (true <= boot.upper)
        found += [inside.mean(), (own - true).mean(), (boot.corrected - true).mean()]
    share, bias, corrected = found / draws
    return float(share), float(bias), float(corrected)


@pytest.mark.parametrize("variable", [False, True])
def test_the_closed_form_of_one_input_and_output_is_the_solver_s(variable):
    technology, true = sample(np.random.default_rng(1), 25, variable=variable)
    solve = variable_returns if variable else constant_returns
    own = solve(technology, technology.x, technology.y)
    assert own == pytest.approx(frontiers.efficiencies(technology, technology.x, technology.y), abs=1e-9)
    assert (own >= true - 1e-12).all()


@pytest.mark.parametrize(("variable", "least"), [(False, 0.85), (True, 0.82)])
def test_bootstrapped_intervals_cover_about_nine_tenths_in_60_samples(monkeypatch, variable, least):
    share, bias, corrected = covered(monkeypatch, 60, 2, 20, variable=variable)
    assert least <= share <= 0.98
    assert abs(corrected) < bias


@pytest.mark.slow
@pytest.mark.parametrize(("variable", "least"), [(False, 0.90), (True, 0.87)])
def test_bootstrapped_intervals_cover_about_nine_tenths_in_10000_samples(monkeypatch, variable, least):
    """Not 94–96 %: the distance of the observed frontier from the true one has no normal limit, and is read off a density
    that is itself estimated at its edge (Simar & Wilson 2000, doi:10.1023/A:1007864806704). The result says so."""
    share, bias, corrected = covered(monkeypatch, 10_000, 3, 20, variable=variable)
    print(
        f"dea, variable returns {variable}, 20 units: {share:.4f}; bias {bias:.4f}, after correction {corrected:.4f}"
    )
    assert least <= share <= 0.96
    assert abs(corrected) < bias / 2


@pytest.mark.slow
def test_more_units_do_not_make_the_intervals_worse(monkeypatch):
    """With draws rescaled to the variance of the efficiencies, 95 % intervals held 49 % among 200 units."""
    share, _, _ = covered(monkeypatch, 400, 4, 200, variable=True)
    print(f"dea, 200 units: {share:.4f}")
    assert 0.86 <= share <= 0.96
