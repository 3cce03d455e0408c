"""Shares of a group: intervals for a count, over several counts, and bounds for those who did not answer.

Counts are array_like, from 0 to their denominator `n` (else a RestatedError); ends are floats, or arrays where an
argument is one, and proportions.

References: Wilson (1927), JASA 22, 209-212. Clopper & Pearson (1934), Biometrika 26, 404-413 (exact interval).
"""

import math
from collections.abc import Iterable

import numpy as np
from numpy.typing import ArrayLike
from statsmodels.stats.proportion import proportion_confint

from restated.arguments import FloatOrArray, Floats, check_level, check_numbers, check_sizes, floats
from restated.errors import RestatedError

LEVEL = 0.95


def wilson(count: ArrayLike, n: ArrayLike, *, level: float = LEVEL) -> tuple[FloatOrArray, FloatOrArray]:
    """Return Wilson's interval of `count` out of `n`, from statsmodels."""
    return _interval(count, n, level, "wilson")


def exact(count: ArrayLike, n: ArrayLike, *, level: float = LEVEL) -> tuple[FloatOrArray, FloatOrArray]:
    """Return the interval of `count` out of `n` that inverts the two one-sided binomial tests, from statsmodels."""
    return _interval(count, n, level, "beta")


def envelope(counts: Iterable[int], n: int) -> tuple[float, float]:
    """Return the lowest and highest limit of Wilson's interval over several counts, at least one."""
    if not (given := list(counts)):
        raise RestatedError("there is no count", field="counts")
    low, high = wilson(np.asarray(given), n)
    return float(np.min(low)), float(np.max(high))


def unanswered(count: int, n: int, invited: ArrayLike) -> tuple[FloatOrArray, FloatOrArray]:
    """Return the lowest and highest share in favour among all `invited`, from `count` in favour of `n` who answered.

    All who did not answer count against, or for: nothing is assumed about them. Raises RestatedError if fewer were
    invited than answered.
    """
    favour, answers = _checked(count, n)
    invited = floats(invited, "invited")
    check_sizes(1, invited=invited)
    if not np.all(invited >= answers):
        raise RestatedError("fewer people were invited than answered", field="invited")
    return (favour / invited)[()], ((favour + invited - answers) / invited)[()]


def most_invited(count: int) -> int:
    """Return the largest number of people invited at which `count` in favour are at least half of all of them."""
    check_sizes(0, count=count)
    return 2 * count


def without_replacement(n: int, population: int) -> float:
    """Return the factor by which a standard error shrinks when `n` of a `population` are drawn without replacement.

    It is the square root of (population - n) / (population - 1), the ratio of the hypergeometric to the binomial
    variance.
    """
    check_numbers(n=n, population=population)
    if not 1 <= n <= population or population < 2:
        raise RestatedError(f"{n} cannot be drawn from {population}", field="n")
    return math.sqrt((population - n) / (population - 1))


def _interval(count: ArrayLike, n: ArrayLike, level: float, method: str) -> tuple[FloatOrArray, FloatOrArray]:
    check_level(level)
    count, n = _checked(count, n)
    low, high = proportion_confint(count, n, alpha=1 - level, method=method)
    # At 0 and 1 the interval ends at the share itself, up to rounding.
    return np.minimum(low, count / n)[()], np.maximum(high, count / n)[()]


def _checked(count: ArrayLike, n: ArrayLike) -> tuple[Floats, Floats]:
    count, n = floats(count, "count"), floats(n, "n")
    check_sizes(1, n=n)
    if not (np.all(n > 0) and np.all(count >= 0) and np.all(count <= n)):
        raise RestatedError("a count must be between 0 and its denominator", field="count")
    return count, n
