"""A standardised mean difference in terms of single people, for two normal groups with one spread.

With group means d standard deviations apart, the distributions overlap by 2 Phi(-|d| / 2); a random member of the
higher group is above one of the lower with probability Phi(d / sqrt 2); the risks of belonging to the outermost share q
of *all* people, of whom a share b is in the higher group, are Phi(d - t) and Phi(-t), where b Phi(d - t) + (1 - b)
Phi(-t) = q. A correlation of two classifications (phi): with shares p and q in the two classes, both hold p q + phi
sqrt(p (1 - p) q (1 - q)) of all people.

References: Cohen (1988), Statistical power analysis, 2nd ed., chapter 2 (overlap follows from U1 to U3). McGraw & Wong
(1992), Psychological Bulletin 111, 361-365 (superiority). Inman & Bradley (1989), Communications in Statistics A 18,
3851-3874 (overlap).
"""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import brentq
from scipy.special import ndtr

from restated.arguments import FloatOrArray, check_numbers, floats
from restated.errors import RestatedError

REACH = 10.0  #: The search for the threshold extends this many SDs beyond either mean: shares below 1e-23 do not occur
SLACK = 1e-12  #: Rounding error of a few products of shares
#: No two groups differ by more standard deviations; beyond about 1e15 the two ends of the search are the same float.
FARTHEST = 1e6


class Risks(NamedTuple):
    """Risk of belonging to the outermost share of all people, in the lower and in the higher group."""

    threshold: float  # in standard deviations from the mean of the lower group
    lower: float
    higher: float
    share_higher: float  # of the higher group among those beyond the threshold

    @property
    def ratio(self) -> float:
        """Risk of the higher group over that of the lower."""
        return self.higher / self.lower


def overlap(d: ArrayLike) -> FloatOrArray:
    """Return the share of the two distributions that overlaps; float or array, nan where d is."""
    return (2 * ndtr(-np.abs(floats(d, "d")) / 2))[()]


def superiority(d: ArrayLike) -> FloatOrArray:
    """Return the probability that a random member of the higher group is above one of the lower; nan where d is."""
    return ndtr(floats(d, "d") / np.sqrt(2))[()]


def shares_given(phi: float, first: float, second: float) -> tuple[float, float]:
    """Return the share in the second class of those in the first class, and of the others.

    `phi` (float): Correlation of the two classifications. `first`, `second` (float): Shares of all people in the first
    and in the second class, between 0 and 1.

    Raises a RestatedError if a share is not between 0 and 1, or no table has this correlation with these shares.
    """
    check_numbers(phi=phi, first=first, second=second)
    _shares(first=first, second=second)
    both = first * second + phi * math.sqrt(first * (1 - first) * second * (1 - second))
    if not max(0.0, first + second - 1) - SLACK <= both <= min(first, second) + SLACK:
        raise RestatedError(f"no table with these two shares has a correlation of {phi:g}", field="phi")
    return both / first, (second - both) / (1 - first)


def outermost(d: float, *, base: float, share: float = 0.1) -> Risks:
    """Return the risk of belonging to the outermost `share` of all people; `base` is the share of the higher group.

    Raises RestatedError if a share is not between 0 and 1 or d is not finite or beyond `FARTHEST`.
    """
    check_numbers(d=d, base=base, share=share)
    _shares(base=base, share=share)
    if not abs(d) <= FARTHEST:
        raise RestatedError(f"the difference is not a number from {-FARTHEST:g} to {FARTHEST:g}", field="d")
    ends = min(0.0, d) - REACH, max(0.0, d) + REACH
    threshold = brentq(lambda t: base * ndtr(d - t) + (1 - base) * ndtr(-t) - share, *ends, xtol=1e-13)
    lower, higher = float(ndtr(-threshold)), float(ndtr(d - threshold))
    return Risks(float(threshold), lower, higher, base * higher / share)


def _shares(**shares: float) -> None:
    for name, value in shares.items():
        if not 0 < value < 1:
            raise RestatedError(f"a share of {value} is not between 0 and 1", field=name)
