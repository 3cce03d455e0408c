"""Differences that a source states in words, tested again with the two printed numbers.

References: Altman & Bland (2003), BMJ 326, 219 (test of a difference of two estimates). Borenstein et al. (2009),
Introduction to Meta-Analysis, chapters 4 and 6 (errors of d and of Fisher's z).
"""

import math
from collections.abc import Sequence

from scipy import stats

from restated.arguments import check_option, check_whole
from restated.audit.comparison import Comparison, Interval, box, compare, span
from restated.errors import RestatedError
from restated.estimate.contrasts import standard_error, z_difference
from restated.printed import Printed

CRITICAL = float(stats.norm.ppf(0.975))  #: |z| from which a difference is significant at 5 %, two-sided
WORDS = ("positive", "negative", "null")
_REACH = 1.0  #: Values around the second number over which power is counted for standardised differences


def error(
    scale: str, value: Printed, low: Printed | None, high: Printed | None, level: float, n: int | None
) -> Interval:
    """Return the least and greatest standard error of a printed number: of its interval, else of `n` cases alone.

    Scale "r": that of Fisher's z; "percent": a share of n cases; "d": a standardised difference. Infinite where the
    interval has no end. Raises RestatedError where there is neither an interval nor a size.
    """
    check_option("scale", scale, ("r", "d", "percent"))
    if low is not None and high is not None:
        return standard_error(_ends(scale, low), _ends(scale, high), level=level)
    if n is None:
        raise RestatedError("a number with neither an interval nor a sample size has no known error", field="n")
    check_whole(4, n=n)
    if scale == "percent":
        shares = [min(max(x / 100, 0.5 / n), 1 - 0.5 / n) for x in box(value)]
        found = [100 * math.sqrt(p * (1 - p) / n) for p in shares]
        return min(found), max(found)
    least = 1 / math.sqrt(n - 3) if scale == "r" else 2 / math.sqrt(n)
    return least, least


def stated(
    words: str, scale: str, numbers: Sequence[Printed], errors: Sequence[Interval], rho: Interval = (0.0, 0.0)
) -> Comparison:
    """Check if a difference stated in words agrees with two printed numbers.

    It does if z = (first - second) / SE is at least 1.96 (`words` "positive"), at most -1.96 ("negative") or between
    the two ("null") for some values that would print the same and some correlation of the estimates from `rho`. Power
    is over all shares or correlations, and first numbers up to 1 from the second for standardised differences.
    """
    check_option("words", words, WORDS)
    first, second = (_ends(scale, number) for number in numbers)
    z = [end for r in rho for end in z_difference(first, second, *errors, rho=r)]
    # With a difference of exactly 1, z is 1 / SE.
    spreads = [1 / end for r in rho for end in z_difference((1.0, 1.0), (0.0, 0.0), *errors, rho=r)]
    least, most = CRITICAL * min(spreads), CRITICAL * max(spreads)
    low, high = {
        "positive": (second[0] + least, math.inf),
        "negative": (-math.inf, second[1] - least),
        "null": (second[0] - most, second[1] + most),
    }[words]
    if scale == "r":
        low, high = math.tanh(low), math.tanh(high)
    ends = {"r": (-1.0, 1.0), "percent": (0.0, 100.0)}.get(scale, (second[0] - _REACH, second[1] + _REACH))
    return compare(numbers[0], [(low, high)], *ends, f"z of the difference is {span(min(z), max(z), 3)}")


def _ends(scale: str, printed: Printed) -> Interval:
    """Return the rounding interval of a number, of a correlation as Fisher's z."""
    low, high = box(printed)
    if scale != "r":
        return low, high
    if not -1 < low <= high < 1:
        raise RestatedError(f"a correlation of {printed.text} has no Fisher z")
    return math.atanh(low), math.atanh(high)
