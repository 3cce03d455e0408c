"""Two groups of skewed, non-negative values such as service costs, compared in the ways papers compare them.

Every comparison is group 1 against group 2. The t tests need only means, standard deviations and sizes, so a printed
table determines them; rank tests, bootstrap and the gamma model need the values, and on a reconstruction they show the
effect of the assumed shape.

References
----------
Welch, B. L. (1947). Biometrika, 34, 28-35.
Mann, H. B., & Whitney, D. R. (1947). Annals of Mathematical Statistics, 18, 50-60.
Efron, B. (1987). Journal of the American Statistical Association, 82, 171-185 (BCa interval).
Barber, J. A., & Thompson, S. G. (2000). Statistics in Medicine, 19, 3219-3236 (bootstrap of mean costs).
McCullagh, P., & Nelder, J. A. (1989). Generalized linear models, chapter 8. Chapman & Hall (gamma model).
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from restated.arguments import Floats, check_level, check_option, floats
from restated.errors import RestatedError

#: Resamples of the bootstrap: the Monte Carlo error of a 95 % limit is then about 2 % of its standard error.
RESAMPLES = 10_000


@dataclass(frozen=True)
class Comparison:
    """Group 1 against group 2; `estimate` is a mean difference, or for the gamma model a log ratio."""

    method: str
    estimate: float
    se: float
    statistic: float  # t
    df: float
    p: float  # two-sided
    ci_low: float
    ci_high: float
    level: float


@dataclass(frozen=True)
class RankComparison:
    """Mann-Whitney test; `u` counts the pairs in which the value of group 1 is larger, ties as one half."""

    u: float
    z: float
    p: float  # two-sided
    probability_larger: float  # u / (n1 n2)


@dataclass(frozen=True)
class BootstrapInterval:
    """Bootstrap of a mean difference, resampling within each group."""

    estimate: float
    se: float
    ci_low: float
    ci_high: float
    method: str
    resamples: int
    level: float


def t_test_from_moments(
    mean1: float,
    sd1: float,
    n1: float,
    mean2: float,
    sd2: float,
    n2: float,
    *,
    equal_variances: bool = False,
    level: float = 0.95,
) -> Comparison:
    """Compare two means from their summaries by a t test.

    Parameters
    ----------
    mean1, sd1, n1, mean2, sd2, n2 : float
        Standard deviations with divisor n - 1.
    equal_variances : bool
        Student's pooled variance (True) or Welch's test.
    level : float

    Raises
    ------
    RestatedError
        If a size is below 2, a standard deviation is negative or both are zero, or a value is not finite.
    """
    values = np.array([mean1, sd1, n1, mean2, sd2, n2], dtype=float)
    if not np.isfinite(values).all():
        raise RestatedError("a mean, standard deviation or size is missing or not finite")
    if min(n1, n2) < 2:
        raise RestatedError("a t test needs at least two values in each group", field="n")
    if min(sd1, sd2) < 0 or sd1 == sd2 == 0:
        raise RestatedError("standard deviations are negative, or both are zero", field="sd")
    check_level(level)
    first, second = sd1**2 / n1, sd2**2 / n2
    if equal_variances:
        df = n1 + n2 - 2
        variance = ((n1 - 1) * sd1**2 + (n2 - 1) * sd2**2) / df * (1 / n1 + 1 / n2)
    else:
        variance = first + second
        df = variance**2 / (first**2 / (n1 - 1) + second**2 / (n2 - 1))
    return _comparison("Student" if equal_variances else "Welch", mean1 - mean2, np.sqrt(variance), df, level)


def t_test(values1: ArrayLike, values2: ArrayLike, *, equal_variances: bool = False, level: float = 0.95) -> Comparison:
    """Compare two groups of values by a t test; see `t_test_from_moments`.

    Parameters
    ----------
    values1, values2 : array_like, one-dimensional, at least two values each
    """
    x, y = _groups(values1, values2)
    return t_test_from_moments(
        x.mean(), x.std(ddof=1), len(x), y.mean(), y.std(ddof=1), len(y), equal_variances=equal_variances, level=level
    )


def mann_whitney(values1: ArrayLike, values2: ArrayLike, *, continuity: bool = True) -> RankComparison:
    """Compare two groups by the Mann-Whitney (Wilcoxon rank-sum) test: normal approximation, corrected for ties.

    Parameters
    ----------
    values1, values2 : array_like, one-dimensional, at least two values each
    continuity : bool
        Move u half a pair towards its expectation, as R does.

    Raises
    ------
    RestatedError
        If a value is not finite, a group has fewer than two, or all values are equal.
    """
    x, y = _groups(values1, values2)
    n1, n2 = len(x), len(y)
    n = n1 + n2
    pooled = np.concatenate([x, y])
    u = stats.rankdata(pooled)[:n1].sum() - n1 * (n1 + 1) / 2
    ties = np.unique(pooled, return_counts=True)[1].astype(float)
    variance = n1 * n2 / 12 * (n + 1 - (ties**3 - ties).sum() / (n * (n - 1)))
    if variance <= 0:
        raise RestatedError("all values are equal, so they have no ranks")
    distance = u - n1 * n2 / 2
    if continuity:
        distance = np.sign(distance) * max(0.0, abs(distance) - 0.5)
    z = distance / np.sqrt(variance)
    return RankComparison(float(u), float(z), float(2 * stats.norm.sf(abs(z))), float(u / (n1 * n2)))


def bootstrap(
    values1: ArrayLike,
    values2: ArrayLike,
    *,
    seed: int,
    method: str = "BCa",
    resamples: int = RESAMPLES,
    level: float = 0.95,
) -> BootstrapInterval:
    """Return the bootstrap interval of the difference of two means.

    Parameters
    ----------
    values1, values2 : array_like, one-dimensional, at least two values each
    seed : int
        Makes the result repeatable.
    method : {"BCa", "percentile"}
    resamples : int
    level : float

    Raises
    ------
    RestatedError
        As `mann_whitney`, and if an option is unknown or no value varies within its group.
    """
    x, y = _groups(values1, values2)
    check_option("bootstrap", method, ("BCa", "percentile"), field="method")
    check_level(level)
    if np.ptp(x) == np.ptp(y) == 0:
        raise RestatedError("the values do not vary within the groups")

    def mean_difference(a: Any, b: Any, axis: int) -> Any:
        return a.mean(axis=axis) - b.mean(axis=axis)

    options: Any = {"n_resamples": resamples, "confidence_level": level, "method": method}
    rng = np.random.default_rng(seed)
    result = stats.bootstrap((x, y), mean_difference, vectorized=True, rng=rng, **options)
    low, high = result.confidence_interval
    return BootstrapInterval(
        float(x.mean() - y.mean()), float(result.standard_error), float(low), float(high), method, resamples, level
    )


def gamma_model(values1: ArrayLike, values2: ArrayLike, *, level: float = 0.95) -> Comparison:
    """Return the log ratio of two mean costs from a generalised linear model with gamma errors and log link.

    With one binary predictor the fitted means are the group means, so the model has a closed form: log ratio of the
    means, variance phi (1/n1 + 1/n2), dispersion phi from Pearson's statistic, t with n1 + n2 - 2 df. Zeros are
    allowed: the estimating equations only need a variance proportional to the squared mean.

    Parameters
    ----------
    values1, values2 : array_like, one-dimensional, at least two values each, none negative

    Returns
    -------
    Comparison
        On the log scale; exponentiate for the ratio.

    Raises
    ------
    RestatedError
        If a value is negative or not finite, a group has fewer than two or is all zero, or nothing varies.
    """
    x, y = _groups(values1, values2)
    if min(x.min(), y.min()) < 0 or x.max() == 0 or y.max() == 0:
        raise RestatedError("the gamma model needs values that are not negative, some above zero in each group")
    df = len(x) + len(y) - 2
    dispersion = (((x / x.mean() - 1) ** 2).sum() + ((y / y.mean() - 1) ** 2).sum()) / df
    if dispersion == 0:
        raise RestatedError("the values do not vary within the groups")
    check_level(level)
    se = np.sqrt(dispersion * (1 / len(x) + 1 / len(y)))
    return _comparison("gamma", np.log(x.mean() / y.mean()), se, df, level)


def _comparison(method: str, estimate: float, se: float, df: float, level: float) -> Comparison:
    statistic = estimate / se
    margin = stats.t.ppf((1 + level) / 2, df) * se
    return Comparison(
        method,
        float(estimate),
        float(se),
        float(statistic),
        float(df),
        float(2 * stats.t.sf(abs(statistic), df)),
        float(estimate - margin),
        float(estimate + margin),
        level,
    )


def _groups(values1: ArrayLike, values2: ArrayLike) -> tuple[Floats, Floats]:
    groups = []
    for number, values in ((1, values1), (2, values2)):
        array = floats(values, problem=f"the values of group {number} are not numbers")
        if array.ndim != 1 or len(array) < 2:
            raise RestatedError(f"group {number} needs a list of at least two values")
        if not np.isfinite(array).all():
            raise RestatedError(f"group {number} has a value that is missing or not finite", remedy="Leave it out")
        groups.append(array)
    return groups[0], groups[1]
