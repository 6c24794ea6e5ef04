"""The six intraclass correlations and their limits from the mean squares of targets × raters; plain arrays."""

from __future__ import annotations

from swe.stats.survey_frames import NAN, Floats


def mean_squares(x: Floats) -> tuple[dict[str, float], dict[str, int]]:
    """Mean squares and degrees of freedom of targets × raters without replication."""
    n, k = x.shape
    rows, columns, grand = x.mean(axis=1), x.mean(axis=0), x.mean()
    residual = x - rows[:, None] - columns[None, :] + grand
    df = {"targets": n - 1, "raters": k - 1, "residual": (n - 1) * (k - 1), "within": n * (k - 1)}
    squares = {
        "targets": k * ((rows - grand) ** 2).sum(),
        "raters": n * ((columns - grand) ** 2).sum(),
        "residual": (residual**2).sum(),
        "within": ((x - rows[:, None]) ** 2).sum(),
    }
    return {name: float(squares[name]) / df[name] for name in df}, df


def coefficients(ms: dict[str, float], *, n: int, k: int, level: float = 0.95) -> dict[str, float]:
    """The six coefficients with their limits, by name."""
    b, j, e, w = ms["targets"], ms["raters"], ms["residual"], ms["within"]
    one = _ratio(b - w, b + (k - 1) * w)
    two = _ratio(b - e, b + (k - 1) * e + k * (j - e) / n)
    three = _ratio(b - e, b + (k - 1) * e)
    limits = {
        "1": _f_limits(b, w, n - 1, n * (k - 1), k, level),
        "2": _two_way_limits(b, j, e, two, n, k, level),
        "3": _f_limits(b, e, n - 1, (n - 1) * (k - 1), k, level),
    }
    of_mean = {
        "1": _ratio(b - w, b),
        "2": _ratio(b - e, b + (j - e) / n),
        "3": _ratio(b - e, b),
    }
    found: dict[str, float] = {}
    for name, single in (("1", one), ("2", two), ("3", three)):
        low, high = limits[name]
        found |= {f"icc_{name}_1": single, f"icc_{name}_1_lower": low, f"icc_{name}_1_upper": high}
        found |= {
            f"icc_{name}_k": of_mean[name],
            f"icc_{name}_k_lower": _stepped_up(low, k),
            f"icc_{name}_k_upper": _stepped_up(high, k),
        }
    return found


def _ratio(a: float, b: float) -> float:
    return a / b if b != 0 else NAN


def _stepped_up(r: float, k: int) -> float:
    """Spearman–Brown: the reliability of the mean of k raters."""
    return _ratio(k * r, 1 + (k - 1) * r)


def _f_limits(between: float, error: float, df1: int, df2: int, k: int, level: float) -> tuple[float, float]:
    from scipy.stats import f

    if error == 0:
        return 1.0, 1.0
    tail, seen = (1 + level) / 2, between / error
    low, high = seen / float(f.ppf(tail, df1, df2)), seen * float(f.ppf(tail, df2, df1))
    return (low - 1) / (low + k - 1), (high - 1) / (high + k - 1)


def _two_way_limits(
    b: float, j: float, e: float, rho: float, n: int, k: int, level: float
) -> tuple[float, float]:
    """Limits of ICC(2,1) with Satterthwaite's degrees of freedom; McGraw & Wong (1996), table 7."""
    from scipy.stats import f

    if e == 0 and j == 0:
        return 1.0, 1.0
    if rho >= 1 or b == 0:
        return NAN, NAN
    a1 = k * rho / (n * (1 - rho))
    a2 = 1 + k * rho * (n - 1) / (n * (1 - rho))
    spread = (a1 * j) ** 2 / (k - 1) + (a2 * e) ** 2 / ((n - 1) * (k - 1))
    v = (a1 * j + a2 * e) ** 2 / spread
    tail = (1 + level) / 2
    down, up = float(f.ppf(tail, n - 1, v)), float(f.ppf(tail, v, n - 1))
    rest = k * j + (k * n - k - n) * e
    return n * (b - down * e) / (down * rest + n * b), n * (up * b - e) / (rest + n * up * b)
