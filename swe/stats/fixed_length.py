"""Fixed-length intervals of an effect whose trend may bend by a stated amount a period: the optimal ones, solved exactly.

The trade between bias and error does not depend on the amount: it is one lasso path, found once, along which the shortest
interval for any amount is a search in one dimension.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import optimize, special

from swe.stats.frames import Floats

TINY = 1e-12  # of the largest gradient: below, the path has ended
REACH = 9.0  # standard deviations of a normal density that a quadrature covers; the rest is below 1e-18
NODES, MASSES = np.polynomial.legendre.leggauss(100)


@dataclass(frozen=True, eq=False)
class Frontier:
    """Estimators v'β without bias under straight-line departures, from least bias to least error.

    before    (k, p) weights of the p periods before, the earliest first, at the k corners of the path
    bend      (k,) worst bias for every unit by which the slope may change
    after     (q,) weights of the periods after
    """

    before: Floats
    bend: Floats
    after: Floats
    beta: Floats
    root: Floats
    df: float

    def interval(self, m: float, *, level: float) -> tuple[float, float]:
        """The shortest interval that holds the effect with probability `level` for every change of slope up to m."""
        corners = len(self.bend) - 1

        def half(place: float) -> float:
            weights, bend = self._at(place)
            se = float(np.linalg.norm(self.root @ weights))
            return se * critical(m * bend / se, level=level, df=self.df) if se > 0 else m * bend

        ends = [0.0, float(corners)]
        if corners:
            found = optimize.minimize_scalar(
                half, bounds=(0, corners), method="bounded", options={"xatol": 1e-4}
            )
            ends.append(float(found.x))
        best = min(ends, key=half)
        centre = float(self._at(best)[0] @ self.beta)
        return centre - half(best), centre + half(best)

    def _at(self, place: float) -> tuple[Floats, float]:
        i = min(int(place), max(len(self.bend) - 2, 0))
        j, part = min(i + 1, len(self.bend) - 1), place - i
        before = (1 - part) * self.before[i] + part * self.before[j]
        return np.concatenate((before, self.after)), float((1 - part) * self.bend[i] + part * self.bend[j])


def frontier(beta: Floats, covariance: Floats, *, n_pre: int, weights: Floats, df: float) -> Frontier:
    """The frontier for weights'τ of the periods after, from an event study without gaps whose reference lies between.

    With r periods before the reference v₋ᵣ, let xⱼ = Σ_{r>j}(r−j)v₋ᵣ: then x₀ is fixed by the straight line, |x| sums to the
    bias of the periods before, and the error is quadratic in x: a lasso (Rambachan & Roth 2023, §4.1).
    """
    q = len(weights)
    line = float(weights @ np.arange(1, q + 1))
    later = sum(abs(float(weights[j:] @ np.arange(1, q - j + 1))) for j in range(q))
    second = np.zeros((n_pre, n_pre + 1))  # v₋ᵣ = xᵣ₋₁ − 2xᵣ + xᵣ₊₁ with x_p = 0
    for r in range(1, n_pre + 1):
        second[n_pre - r, r - 1] = 1.0
        second[n_pre - r, r] = -2.0 if r < n_pre else 0.0
        if r + 1 < n_pre:
            second[n_pre - r, r + 1] = 1.0
    fixed, free = second[:, 0] * line, second[:, 1:n_pre]
    root = _root(covariance)
    target = root @ np.concatenate((fixed, weights))
    design = root[:, :n_pre] @ free
    path = _lasso(design, -target)
    return Frontier(
        fixed + path @ free.T,
        later + np.abs(path).sum(axis=1),
        np.asarray(weights, dtype=float),
        beta,
        root,
        df,
    )


def critical(shift: float, *, level: float, df: float = np.inf) -> float:
    """The quantile of |N(shift, 1)|; with finite df of |t| with that shift.

    >>> round(critical(0.0, level=0.95), 6), round(critical(10.0, level=0.95), 6)
    (1.959964, 11.644854)
    >>> round(critical(0.0, level=0.95, df=10), 6)
    2.228139
    """
    low, high = max(0.0, shift - REACH) or 1e-9, shift + 2.0
    while _within(high, shift, df) < level:
        low, high = high, 2 * high
    if _within(low, shift, df) >= level:
        low = 1e-9
    return float(optimize.brentq(lambda x: _within(x, shift, df) - level, low, high, xtol=1e-10, rtol=1e-12))


def _within(x: float, shift: float, df: float) -> float:
    """P(|Z + shift| ≤ x·W), W = √(χ²/df), by quadrature over |Z + shift|: scipy's noncentral t is NaN for large shifts."""
    if np.isinf(df):
        return float(special.ndtr(x - shift) - special.ndtr(-x - shift))
    left, right = max(0.0, shift - REACH), shift + REACH
    u = left + (right - left) * (NODES + 1) / 2
    density = np.exp(-((u - shift) ** 2) / 2) + np.exp(-((u + shift) ** 2) / 2)
    kept = special.gammaincc(df / 2, df / 2 * (u / x) ** 2)
    return float((MASSES * density * kept).sum() * (right - left) / 2 / np.sqrt(2 * np.pi))


def _root(covariance: Floats) -> Floats:
    """h with hᵀh = covariance."""
    values, vectors = np.linalg.eigh((covariance + covariance.T) / 2)
    return np.sqrt(np.clip(values, 0, None))[:, None] * vectors.T


def _lasso(x: Floats, y: Floats) -> Floats:
    """Corners of the path of argmin ½‖y − xb‖² + μ‖b‖₁ from the first μ at which b is nil down to 0; (corners, p).

    The homotopy of Osborne, Presnell & Turlach (2000), doi:10.1093/imanum/20.3.389.
    """
    p = x.shape[1]
    b = np.zeros(p)
    if not p:
        return b[None]
    gram, score = x.T @ x, x.T @ y
    mu = top = float(np.abs(score).max())
    corners, on, sign = [b.copy()], np.zeros(p, dtype=bool), np.zeros(p)
    if mu <= 0:
        return np.stack(corners)
    entering, leaving = int(np.abs(score).argmax()), -1
    for _ in range(40 * (p + 1)):
        gradient = score - gram @ b
        if entering >= 0:
            on[entering], sign[entering] = True, np.sign(gradient[entering])
        if leaving >= 0:
            on[leaving], b[leaving] = False, 0.0
        move = np.zeros(p)
        move[on] = np.linalg.lstsq(gram[np.ix_(on, on)], sign[on], rcond=None)[0]  # −db/dμ
        slide = gram @ move
        steps = np.full((2, p), np.inf)  # how far μ falls until a coefficient enters, or leaves
        with np.errstate(divide="ignore", invalid="ignore"):
            for side in (1.0, -1.0):
                gap = (mu - side * gradient) / (1 - side * slide)
                steps[0] = np.minimum(
                    steps[0], np.where(~on & (gap > TINY * top) & (1 - side * slide > TINY), gap, np.inf)
                )
            cross = np.where(on & (move * sign < 0), -b / move, np.inf)
            steps[1] = np.where(cross > TINY * top, cross, np.inf)
        if leaving >= 0:
            steps[0, leaving] = np.inf if steps[0, leaving] <= 1e-9 * top else steps[0, leaving]
        step = float(steps.min())
        if step >= mu * (1 - TINY):
            corners.append(b + mu * move)
            break
        b, mu = b + step * move, mu - step
        corners.append(b.copy())
        kind, index = np.unravel_index(int(steps.argmin()), steps.shape)
        entering, leaving = (int(index), -1) if kind == 0 else (-1, int(index))
    return np.stack(corners)
