"""Correlations in one sample: limits, and the difference of two that belong to the same cases.

References: Efron (1987), JASA 82, 171-185 (BCa limits). Raghunathan, Rosenthal & Rubin (1996), Psychological Methods 1,
178-183 (no variable in common). Zou (2007), Psychological Methods 12, 399-413 (limits of the difference).
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from restated.arguments import check_level, check_numbers, floats
from restated.errors import RestatedError

RESAMPLES = 9_999  # limits then move by less than .01 from seed to seed at 40 cases


class Correlation(NamedTuple):
    """Pearson's r, two-sided p (t, n - 2 df), limits by Fisher's z and the bootstrap (BCa; nan unless asked for)."""

    r: float
    p: float
    low: float
    high: float
    boot_low: float = np.nan
    boot_high: float = np.nan


def pearson(x: ArrayLike, y: ArrayLike, *, level: float = 0.95, seed: int | None = None) -> Correlation:
    """Return r of two variables, shape (n,) each; point-biserial where one has two values.

    With a `seed`, the bootstrap's limits too, else nan: for variables that no resample leaves constant. Raises
    RestatedError for fewer than 4 pairs, a missing value, or a variable that is constant.
    """
    check_level(level)
    x, y = floats(x, "x"), floats(y, "y")
    # Values that differ in their last digits only do not vary.
    suit = x.ndim == 1 and x.shape == y.shape and len(x) > 3 and np.isfinite([x, y]).all()
    if not suit or any(np.ptp(one) <= 1e-12 * np.abs(one).max() for one in (x, y)):
        raise RestatedError("a correlation needs 4 pairs of finite numbers, and variables that vary", field="x, y")
    found: Any = stats.pearsonr(x, y)
    limits = [*found.confidence_interval(level)]
    if seed is not None:
        boot = stats.BootstrapMethod(n_resamples=RESAMPLES, method="BCa", rng=np.random.default_rng(seed))
        limits += found.confidence_interval(level, boot)
    return Correlation(float(found.statistic), float(found.pvalue), *map(float, limits))


class Difference(NamedTuple):
    """Difference of two correlations, z and two-sided p on Fisher's scale, limits by Zou's method."""

    difference: float
    z: float
    p: float
    low: float
    high: float


def dependent_difference(r: ArrayLike, n: int, *, level: float = 0.95) -> Difference:
    """Return r12 - r34 of `n` cases, from the correlation matrix `r` of four different variables, shape (4, 4)."""
    check_level(level)
    check_numbers(n=n)
    r = floats(r, "r")
    if r.shape != (4, 4) or n <= 3 or not (abs(r[0, 1]) < 1 and abs(r[2, 3]) < 1):
        problem = "a difference needs n above 3 and a matrix of four variables whose r12 and r34 are inside 1"
        raise RestatedError(problem)
    a, b, c, d, e, f = r[np.triu_indices(4, 1)]  # r12, r13, r14, r23, r24, r34
    products = (b - a * d) * (e - d * f) + (c - b * f) * (d - a * b) + (b - c * f) * (e - a * c)
    shared = 0.5 * (products + (c - a * e) * (d - e * f)) / ((1 - a**2) * (1 - f**2))  # correlation of the two z
    z1, z2, half = np.arctanh(a), np.arctanh(f), stats.norm.ppf((1 + level) / 2) / np.sqrt(n - 3)
    z = (z1 - z2) * np.sqrt((n - 3) / (2 - 2 * shared))

    def reach(u: float, v: float) -> float:  # of a limit from the difference
        return float(np.sqrt(u**2 + v**2 - 2 * shared * u * v))

    low = a - f - reach(a - np.tanh(z1 - half), np.tanh(z2 + half) - f)
    high = a - f + reach(np.tanh(z1 + half) - a, f - np.tanh(z2 - half))
    return Difference(*map(float, (a - f, z, 2 * stats.norm.sf(abs(z)), low, high)))
