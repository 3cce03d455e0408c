"""Two pooled estimates compared: standard errors behind printed intervals, and the test of a difference.

Pooled estimates of two reviews that share samples are correlated. With correlation rho the difference has the variance
s1^2 + s2^2 - 2 rho s1 s2; rho is hardly ever printed, so it is varied. Every function works over rounding boxes, pairs
of floats: closed intervals of all values with the same printed digits. `absolute`, `interval` and `two_sided_p` take
ends that are missing (nan) or infinite, and pass them on.

References: Altman & Bland (2003), BMJ 326, 219 (difference of two estimates); (2011), BMJ 343, d2090 (standard error
from an interval). Payton, Greenstone & Schenker (2003), Journal of Insect Science 3, 34 (intervals near 84 % that just
fail to meet correspond to a test at 5 % when standard errors are equal and estimates independent).
"""

import math
from itertools import product
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from restated.arguments import check_finite, check_level, check_numbers, floats
from restated.errors import RestatedError

Box: TypeAlias = tuple[float, float]


def absolute(box: Box) -> Box:
    """Return the least and the greatest absolute value of a box."""
    _box(box)
    ends = abs(box[0]), abs(box[1])
    return 0.0 if box[0] <= 0 <= box[1] else min(ends), max(ends)


def standard_error(low: Box, high: Box, *, level: float) -> Box:
    """Return the least (never below 0) and greatest standard error of an interval printed at a confidence level.

    `low` and `high`: boxes of the two ends, whose distance is twice the normal quantile of standard errors. Raises
    RestatedError if the level is not between 0 and 1 or no width above 0 fits.
    """
    _box(low)
    _box(high)
    width = 2 * _quantile(level)
    if high[1] <= low[0]:
        raise RestatedError(f"an interval from {low} to {high} has no width", remedy="Give the lower end first")
    return max(high[0] - low[1], 0.0) / width, (high[1] - low[0]) / width


def interval(estimate: Box, se: Box, *, level: float) -> tuple[Box, Box]:
    """Return boxes of the two ends of a normal interval, for an estimate and a standard error known only as boxes."""
    _box(estimate)
    _box(se)
    least, most = (_quantile(level) * s for s in se)
    return (estimate[0] - most, estimate[1] - least), (estimate[0] + least, estimate[1] + most)


def z_difference(first: Box, second: Box, se_first: Box, se_second: Box, *, rho: float = 0.0) -> Box:
    """Return the range of z = (d1 - d2) / sqrt(s1^2 + s2^2 - 2 rho s1 s2) over the boxes of estimates and errors.

    The ends are exact: the variance is convex in each standard error, so it is greatest at a corner and least at a
    corner or where s1 = rho s2 or s2 = rho s1. Raises RestatedError if `rho`, the correlation of the estimates, is not
    in [-1, 1), a box runs downwards or is not finite, or a standard error is not positive.
    """
    check_numbers(rho=rho)
    if not -1 <= rho < 1:
        problem = f"a correlation of {rho} between estimates cannot be tested"
        raise RestatedError(problem, field="rho", remedy="Use at least -1 and less than 1")
    check_finite(first=first, second=second, se_first=se_first, se_second=se_second)
    for box in (first, second, se_first, se_second):
        _box(box)
    if min(se_first[0], se_second[0]) <= 0:
        raise RestatedError("a standard error is not positive", field="se")
    pairs = [*product(se_first, se_second)]
    pairs += [(np.clip(rho * b, *se_first), b) for b in se_second]
    pairs += [(a, np.clip(rho * a, *se_second)) for a in se_first]
    spreads = [math.sqrt(a * a + b * b - 2 * rho * a * b) for a, b in pairs]
    differences = first[0] - second[1], first[1] - second[0]
    ends = [x / s for x, s in product(differences, (min(spreads), max(spreads)))]
    return min(ends), max(ends)


def two_sided_p(z: Box) -> Box:
    """Return the range of the two-sided normal p over a range of z."""
    least, greatest = absolute(z)
    return float(2 * stats.norm.sf(greatest)), float(2 * stats.norm.sf(least))


def least_rho(first: Box, second: Box, se_first: Box, se_second: Box, *, critical: float, grid: ArrayLike) -> Box:
    """Return the least correlations of a grid at which |z| reaches `critical` somewhere and everywhere in the boxes.

    Boxes are as for `z_difference`, the grid increases; infinite where none passes.
    """
    reach = [
        (rho, *absolute(z_difference(first, second, se_first, se_second, rho=rho))) for rho in floats(grid, "grid")
    ]
    somewhere = (rho for rho, _, greatest in reach if greatest >= critical)
    return next(somewhere, math.inf), next((rho for rho, least, _ in reach if least >= critical), math.inf)


def _box(box: Box) -> None:
    """Refuse what is not a pair of numbers."""
    if not isinstance(box, (tuple, list)) or len(box) != 2:
        raise RestatedError(f"{box!r} is not a box", remedy="Give its two ends, (low, high)")
    check_numbers(low=box[0], high=box[1])
    if not box[0] <= box[1]:
        raise RestatedError(f"the box {box} runs downwards or lacks an end", remedy="Give the lower end first")


def _quantile(level: float) -> float:
    check_level(level)
    return float(stats.norm.ppf((1 + level) / 2))
