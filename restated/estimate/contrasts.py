"""Two pooled estimates compared: standard errors behind printed intervals, and the test of a difference.

Pooled estimates of two reviews that share samples are correlated. With correlation rho the difference has the variance
s1^2 + s2^2 - 2 rho s1 s2; rho is hardly ever printed, so it is varied. Every function works over rounding boxes: closed
intervals of all values that would have been printed with the same digits.

References
----------
Altman & Bland (2003), BMJ 326, 219 (difference of two estimates; independent case).
Altman & Bland (2011), BMJ 343, d2090 (standard error from a confidence interval).
Payton, Greenstone & Schenker (2003), Journal of Insect Science 3, 34 (intervals near 84 % that just fail to meet
correspond to a test at 5 % when standard errors are equal and estimates independent).
"""

import math
from collections.abc import Iterable
from typing import TypeAlias

from scipy import stats

from restated.arguments import check_level
from restated.errors import RestatedError

Box: TypeAlias = tuple[float, float]


def standard_error(low: Box, high: Box, *, level: float) -> Box:
    """Return the standard errors of a printed interval: its width over twice the normal quantile.

    Parameters
    ----------
    low, high : (float, float)
        Rounding boxes of the two ends.
    level : float
        Confidence level, between 0 and 1.

    Returns
    -------
    (float, float)
        Least (never below 0) and greatest standard error.

    Raises
    ------
    RestatedError
        If the level is not between 0 and 1 or no width above 0 fits.
    """
    quantile = _quantile(level)
    widths = max(high[0] - low[1], 0.0), high[1] - low[0]
    if widths[1] <= 0:
        raise RestatedError(f"an interval from {low} to {high} has no width", remedy="Give the lower end first")
    return widths[0] / (2 * quantile), widths[1] / (2 * quantile)


def interval(estimate: Box, se: Box, *, level: float) -> tuple[Box, Box]:
    """Return boxes of the two ends of a normal interval, for an estimate and a standard error known only as boxes."""
    quantile = _quantile(level)
    return (
        (estimate[0] - quantile * se[1], estimate[1] - quantile * se[0]),
        (estimate[0] + quantile * se[0], estimate[1] + quantile * se[1]),
    )


def z_difference(first: Box, second: Box, se_first: Box, se_second: Box, *, rho: float = 0.0) -> Box:
    """Return the range of z = (d1 - d2) / sqrt(s1^2 + s2^2 - 2 rho s1 s2) over the four boxes.

    Parameters
    ----------
    first, second : (float, float)
        Boxes of the two estimates.
    se_first, se_second : (float, float)
        Boxes of their standard errors.
    rho : float
        Correlation of the two estimates, at least -1 and below 1.

    Returns
    -------
    (float, float)
        Exact ends: the variance is convex in each standard error, so it is greatest at a corner and least at a corner
        or where s1 = rho s2 or s2 = rho s1.

    Raises
    ------
    RestatedError
        If rho is outside its range, a box runs downwards or a standard error is not positive.
    """
    if not -1 <= rho < 1:
        problem = f"a correlation of {rho} between estimates cannot be tested"
        raise RestatedError(problem, field="rho", remedy="Use at least -1 and less than 1")
    for box in (first, second, se_first, se_second):
        if box[0] > box[1]:
            raise RestatedError(f"the box {box} runs downwards", remedy="Give the lower end first")
    if min(se_first[0], se_second[0]) <= 0:
        raise RestatedError("a standard error is not positive", field="se")
    pairs = [(a, b) for a in se_first for b in se_second]
    pairs += [(min(max(rho * b, se_first[0]), se_first[1]), b) for b in se_second]
    pairs += [(a, min(max(rho * a, se_second[0]), se_second[1])) for a in se_first]
    spreads = [math.sqrt(a * a + b * b - 2 * rho * a * b) for a, b in pairs]
    low, high = first[0] - second[1], first[1] - second[0]
    ends = [x / s for x in (low, high) for s in (min(spreads), max(spreads))]
    return min(ends), max(ends)


def two_sided_p(z: Box) -> Box:
    """Return the range of the two-sided normal p over a range of z."""
    nearest = 0.0 if z[0] <= 0 <= z[1] else min(abs(z[0]), abs(z[1]))
    return float(2 * stats.norm.sf(max(abs(z[0]), abs(z[1])))), float(2 * stats.norm.sf(nearest))


def least_rho(first: Box, second: Box, se_first: Box, se_second: Box, *, critical: float, grid: Iterable[float]) -> Box:
    """Return the least correlations at which the difference passes a critical value somewhere and everywhere in the
    boxes.

    Parameters
    ----------
    first, second, se_first, se_second : (float, float)
        As for :func:`z_difference`.
    critical : float
        Absolute value of z to pass.
    grid : sequence of float
        Increasing correlations to try.

    Returns
    -------
    (float, float)
        Values of the grid; infinite where none passes.
    """
    found = [math.inf, math.inf]
    for rho in grid:
        low, high = z_difference(first, second, se_first, se_second, rho=rho)
        least = 0.0 if low <= 0 <= high else min(abs(low), abs(high))
        for i, value in enumerate((max(abs(low), abs(high)), least)):
            if value >= critical:
                found[i] = min(found[i], rho)
    return found[0], found[1]


def _quantile(level: float) -> float:
    check_level(level)
    return float(stats.norm.ppf((1 + level) / 2))
