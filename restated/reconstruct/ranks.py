"""All Mann-Whitney U compatible with a printed z.

References: Mann & Whitney (1947), Annals of Mathematical Statistics 18, 50-60 (mean and variance of U). Lehmann (1975),
Nonparametrics, section 1.4 (correction of the variance for ties).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from math import comb

import numpy as np

from restated.arguments import Bools, Floats, is_whole
from restated.errors import RestatedError
from restated.intervals import Constraint, bounded_interval


@dataclass(frozen=True)
class RankSet:
    """All U compatible with a printed z; arrays have the shape (m,)."""

    u: Floats  # U of the first group (pairs in which it is higher, ties counted one half), ascending
    plain: Bools  # True where U fits without the continuity correction
    corrected: Bools  # and with it


def tie_factor(sizes: Iterable[int]) -> Fraction:
    """Return the share of the variance of U that ties leave: 1 - sum(t^3 - t) / (N^3 - N).

    `sizes` are the numbers of cases t at each distinct value, which add up to N. Raises a RestatedError if a size is
    not a positive whole number or N is below 2.
    """
    sizes = list(sizes)
    if not all(is_whole(t) and t > 0 for t in sizes) or sum(sizes) < 2:
        raise RestatedError("sizes of ties are positive whole numbers that add up to at least 2", field="sizes")
    total = int(sum(sizes))
    return 1 - Fraction(sum(int(t) ** 3 - int(t) for t in sizes), total**3 - total)


@cache
def exact_p(n1: int, n2: int) -> Floats:
    """Return the exact two-sided p of each U from 0 to n1 n2, without ties (Mann & Whitney 1947)."""
    ways = np.zeros((n1 + 1, n1 * (n1 + 2 * n2 + 1) // 2 + 1))  # by cases of the first group and sum of their ranks
    ways[0, 0] = 1
    for rank in range(1, n1 + n2 + 1):
        ways[1:, rank:] += ways[:-1, :-rank]
    below = np.cumsum(ways[n1, n1 * (n1 + 1) // 2 :]) / comb(n1 + n2, n1)
    return np.asarray(np.minimum(1, 2 * np.minimum(below, below[::-1])))


def u_values(z: Constraint, n1: int, n2: int, *, factor: Constraint = (1, 1)) -> RankSet:
    """List all U of the first group that print as `z`, with and without continuity correction.

    `z` (str, Printed, or pair of numbers): positive means that the first group is higher; printed without regard to its
    sign it leaves n1 n2 - U too. `factor` (int, Fraction, or pair): tie factor of the variance (see `tie_factor`), or
    the range it may have: 1 means no ties, and then U is whole; otherwise U may end in one half. Raises a RestatedError
    for group sizes below 1, a tie factor outside (0, 1] or an unbounded z.

    z = (U - n1 n2 / 2 - correction) / sqrt(factor n1 n2 (N + 1) / 12), where the correction moves U by one half towards
    its mean, and not past it. Compared as signed squares in exact fractions.
    """
    if not all(is_whole(n) and n > 0 for n in (n1, n2)):
        raise RestatedError(f"group sizes {n1!r} and {n2!r} are not positive whole numbers", field="n1, n2")
    n1, n2 = int(n1), int(n2)
    low, high = bounded_interval(z, "z")
    least, most = bounded_interval(factor, "factor")
    if not 0 < least <= most <= 1:
        raise RestatedError("the tie factor must be above 0 and at most 1", field="factor")
    variance = Fraction(n1 * n2 * (n1 + n2 + 1), 12)
    # Signed squares of the ends of z times the standard deviation: the factor stretches away from zero.
    first = low * abs(low) * variance * (least if low > 0 else most)
    last = high * abs(high) * variance * (most if high > 0 else least)
    step = 1 if least == 1 else 2
    rows = []
    for i in range(step * n1 * n2 + 1):
        deviation = Fraction(i, step) - Fraction(n1 * n2, 2)
        sizes = abs(deviation), max(abs(deviation) - Fraction(1, 2), Fraction(0))
        fits = [first <= (size**2 if deviation >= 0 else -(size**2)) <= last for size in sizes]
        if any(fits):
            rows.append((i / step, *fits))
    found = np.array(rows, dtype=float).reshape(-1, 3)
    return RankSet(found[:, 0].copy(), found[:, 1] > 0, found[:, 2] > 0)
