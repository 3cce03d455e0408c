"""Two groups of skewed, non-negative values such as service costs, compared in the ways papers compare them.

The t tests need only means, standard deviations and sizes, so a printed table determines them; the rank test needs the
values, and on a reconstruction it shows the effect of the assumed shape. p is two-sided.

References: Welch (1947), Biometrika 34, 28-35. Mann & Whitney (1947), Annals of Mathematical Statistics 18, 50-60.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from restated.arguments import FloatOrArray, Floats, check_level, check_numbers, check_sizes, floats
from restated.errors import RestatedError


@dataclass(frozen=True)
class Comparison:
    """Group 1 compared with group 2; `estimate` is a mean difference."""

    estimate: float
    se: float
    statistic: float  # t
    df: float
    p: float
    ci_low: float
    ci_high: float


@dataclass(frozen=True)
class RankComparison:
    """Mann-Whitney test; `u` counts the pairs in which the value of group 1 is larger, ties as one half."""

    u: FloatOrArray
    p: FloatOrArray
    probability_larger: FloatOrArray  # u / (n1 n2)


def error_of_difference(
    variance1: ArrayLike, n1: float, variance2: ArrayLike, n2: float, *, equal_variances: bool
) -> tuple[Floats, Floats]:
    """Return the standard error of a difference of two means and its degrees of freedom, by Student or by Welch.

    Without variance Welch's df are nan. Sizes below 2, and variances negative or not finite, raise a RestatedError.
    """
    v1, v2 = floats(variance1, "variance1"), floats(variance2, "variance2")
    check_numbers(n1=n1, n2=n2)
    check_sizes(2, n1=n1, n2=n2)
    if not ((v1 >= 0) & np.isfinite(v1)).all() or not ((v2 >= 0) & np.isfinite(v2)).all():
        raise RestatedError("a variance is negative, missing or not finite", field="variance")
    if equal_variances:
        df = np.asarray(n1 + n2 - 2.0)
        return np.sqrt(((n1 - 1) * v1 + (n2 - 1) * v2) / df * (1 / n1 + 1 / n2)), df
    first, second = v1 / n1, v2 / n2
    with np.errstate(invalid="ignore"):
        df = (first + second) ** 2 / (first**2 / (n1 - 1) + second**2 / (n2 - 1))
    return np.sqrt(first + second), df


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
    """Compare two means by Student's (`equal_variances`) or Welch's t test; standard deviations have divisor n - 1.

    Raises RestatedError if a size is below 2, an SD is negative or both are zero, or a value is not finite.
    """
    check_numbers(mean1=mean1, sd1=sd1, n1=n1, mean2=mean2, sd2=sd2, n2=n2)
    if not np.isfinite([mean1, sd1, n1, mean2, sd2, n2]).all():
        raise RestatedError("a mean, standard deviation or size is missing or not finite")
    if min(n1, n2) < 2:
        raise RestatedError("a t test needs at least two values in each group", field="n")
    if min(sd1, sd2) < 0 or sd1 == sd2 == 0:
        raise RestatedError("standard deviations are negative, or both are zero", field="sd")
    se, df = error_of_difference(sd1**2, n1, sd2**2, n2, equal_variances=equal_variances)
    check_level(level)
    estimate, margin = mean1 - mean2, stats.t.ppf((1 + level) / 2, df) * se
    p = 2 * stats.t.sf(np.abs(estimate / se), df)
    return Comparison(*map(float, (estimate, se, estimate / se, df, p, estimate - margin, estimate + margin)))


def mann_whitney(values1: ArrayLike, values2: ArrayLike, *, continuity: bool = True) -> RankComparison:
    """Compare groups along the last axis by the Mann-Whitney (Wilcoxon rank-sum) test, for one pair or many at once.

    p is from the normal approximation, corrected for ties; `continuity` moves u half a pair towards its expectation,
    as R does. Groups of fewer than two values, values that are not finite, or all equal, raise a RestatedError.
    """
    x, y = _groups(values1, values2)
    if (np.ptp(x, axis=-1) + np.ptp(y, axis=-1) + np.abs(x[..., 0] - y[..., 0]) == 0).any():
        raise RestatedError("all values are equal, so they have no ranks")
    test: Any = stats.mannwhitneyu(x, y, axis=-1, method="asymptotic", use_continuity=continuity)
    return RankComparison(test.statistic, test.pvalue, test.statistic / (x.shape[-1] * y.shape[-1]))


def _groups(values1: ArrayLike, values2: ArrayLike) -> tuple[Floats, Floats]:
    groups = []
    for number, values in ((1, values1), (2, values2)):
        array = floats(values, problem=f"the values of group {number} are not numbers")
        if array.ndim < 1 or array.shape[-1] < 2:
            raise RestatedError(f"group {number} needs a list of at least two values")
        if not np.isfinite(array).all():
            raise RestatedError(f"group {number} has a value that is missing or not finite", remedy="Leave it out")
        groups.append(array)
    return groups[0], groups[1]
